"""Lets the rate of a call be looked up by its number: the longest prefix that is in force.

Names that callers use (`RateDeck`, `RateDeckFault`, `RateRow`) are imported from `tenantcore.rating`.
"""

import enum
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias, final

from attrs import Attribute, field, frozen

from tenantcore._characters import find_problems
from tenantcore._rates import Rate
from tenantcore._validators import check_day, exactly, in_utc, is_text, tuple_of, within, wrong_type
from tenantcore._windows import opens_at, zone_named
from tenantcore.errors import Code, InvalidValue, Kind, Problem, invalid, shown_code
from tenantcore.trunks import Direction

__all__ = ["LONGEST_PREFIX", "RateDeck", "RateDeckFault", "RateRow", "a_direction_or_none", "a_name"]

LONGEST_PREFIX: Final = 15
"""How many digits a prefix has at most: as many as a number has by ITU-T E.164."""

_PREFIX: Final = re.compile(rf"\+?([0-9]{{1,{LONGEST_PREFIX}}})")
_HEAVIEST: Final = 100
_LONGEST_NAME: Final = 255
# A few countries have longer ones; digits that long are rather a number whose + was lost.
_LONGEST_SHORT_CODE: Final = 6
_OUTBOUND: Final = Direction.OUTBOUND


@enum.unique
class RateDeckFault(Code):
    """What can be wrong with a rate deck and its rows."""

    RATE_PREFIX_MALFORMED = (
        Kind.MALFORMED,
        "RAT-2",
        "a prefix must be 1 to {most} digits 0 to 9, with or without + before them, not {value}",
        "write the first digits of the numbers in E.164, from the country code on; for all numbers, give ten rows",
    )
    RATE_ROW_ENDS_BEFORE_START = (
        Kind.OUT_OF_RANGE,
        "RAT-2",
        "a rate must end after its start: it starts on {start} and ends (exclusive) on {end}",
        "the end is the first day on which it no longer holds; swap the two or move the end",
    )
    RATE_NAME_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "RAT-2",
        "a name must have at most {maximum} characters, not {length}",
        "shorten it; what describes more belongs into a record of your own",
    )
    RATE_NUMBER_MALFORMED = (
        Kind.MALFORMED,
        "RAT-2",
        "a number must be + and 1 to {most} digits 0 to 9, or a short code of up to {short} digits, not {value}",
        "normalize what was dialled by a dial plan, and ask for what it gives, if that begins with +",
    )
    RATE_DECK_CURRENCIES_DIFFER = (
        Kind.CONFLICT,
        "RAT-2",
        "a rate is in {other}, and the deck begins with one in {first}",
        "make a deck for each currency",
    )


def _digits_of(prefix: str) -> str:
    if not is_text(prefix):
        raise invalid(wrong_type("prefix", "text", prefix))
    found = _PREFIX.fullmatch(str.__str__(prefix))
    if found is None:
        params: dict[str, str | int] = {"most": LONGEST_PREFIX, "value": shown_code(prefix)}
        raise invalid(Problem(RateDeckFault.RATE_PREFIX_MALFORMED, params=params))
    return found[1]


def a_direction_or_none(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """Accept a direction, or None."""
    if value is not None and type(value) is not Direction:
        raise invalid(wrong_type(attribute.name, "a Direction or None", value))


def a_name(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """Accept text of up to 255 characters, none of them one that no name may hold (ORG-3); nothing is cleaned up."""
    if type(value) is not str:
        raise invalid(wrong_type(attribute.name, "text", value))
    if len(value) > _LONGEST_NAME:
        params: dict[str, str | int] = {"maximum": _LONGEST_NAME, "length": len(value)}
        raise invalid(Problem(RateDeckFault.RATE_NAME_TOO_LONG, (attribute.name,), params))
    # Most names are plain, and decks have many.
    if not (value.isascii() and value.isprintable()):
        for problem in find_problems(value):
            raise invalid(problem.under(attribute.name))


def _day_or_none(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if value is not None:
        check_day(attribute.name, value)


@final
@frozen(kw_only=True)
class RateRow:
    """The rate of all numbers that begin with `prefix`, for calls of one direction, or of both (None).

    The prefix is the first digits in E.164; a `+` before them is dropped. Where rows of one prefix compete, the lower
    `weight`, 1 to 100, wins; a row weighs 100 unless it says so. The row holds from the local day `start` on (None:
    always has) until before the local day `end` (None: for good), by the zone of its deck. The `name` is for people, of
    up to 255 characters that a name may hold, or empty.

    >>> from tenantcore.money import Money
    >>> RateRow(prefix="+4420", rate=Rate(per_minute=Money("0.01", "USD"))).prefix
    '4420'

    Raises:
        InvalidValue: The prefix isn't 1 to 15 digits, the weight is outside 1 to 100, the end isn't after the start, or
            the name is too long or has a line end or another character that no name may hold.
        InvalidType: A field is of another type.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    prefix: str = field(converter=_digits_of)
    rate: Rate = field(validator=exactly(Rate, called="a Rate"))
    weight: int = field(default=_HEAVIEST, validator=within(1, _HEAVIEST))
    direction: Direction | None = field(default=None, validator=a_direction_or_none)
    start: date | None = field(default=None, validator=_day_or_none)
    end: date | None = field(default=None, validator=_day_or_none)
    name: str = field(default="", validator=a_name)

    def __attrs_post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.end <= self.start:
            params = {"start": str(self.start), "end": str(self.end)}
            raise invalid(Problem(RateDeckFault.RATE_ROW_ENDS_BEFORE_START, params=params))


# A row with what decides whether it holds: its direction, and the instants of its days.
_Dated: TypeAlias = tuple[RateRow, Direction | None, datetime | None, datetime | None]
# What a prefix leads to: a row that always holds, or those to look at in turn.
_Head: TypeAlias = RateRow | tuple[_Dated, ...]


def _counted(rows: tuple[RateRow, ...]) -> str:
    return f"<{len(rows)} rows>"


@frozen(cache_hash=True)
class RateDeck:
    """Rates by prefix, for a lookup that takes as long in a deck of fifty thousand rows as in one of five hundred.

    The dates of its rows are local days of `timezone`. A rate holds for the whole of a call that begins under it. All
    rates are of one currency. Rows may overlap: the longest prefix wins, then the lower weight, then the dearer, which
    is the one with the higher price per minute, whatever their fees. A deck without rows has no rate for any number.

    >>> from tenantcore.money import Money
    >>> deck = RateDeck(
    ...     (
    ...         RateRow(prefix="44", rate=Rate(per_minute=Money("0.02", "USD"))),
    ...         RateRow(prefix="4420", rate=Rate(per_minute=Money("0.01", "USD")), start=date(2026, 7, 1)),
    ...     ),
    ...     timezone="Europe/London",
    ... )
    >>> [deck.find("+442071838750", at=datetime(2026, 6, 30, hour, tzinfo=UTC)).prefix for hour in (22, 23)]
    ['44', '4420']

    Raises: InvalidValue for a zone that doesn't exist, or rates of several currencies; InvalidType unless the rows are
    a tuple of `RateRow`.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    rows: tuple[RateRow, ...] = field(validator=tuple_of(RateRow, called="rate rows"), repr=_counted)
    timezone: str = field(kw_only=True)
    _heads: dict[str, _Head] = field(init=False, eq=False, repr=False)
    _lengths: tuple[int, ...] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        zone = zone_named(self.timezone)
        _check_one_currency(self.rows)
        heads = _heads_of(self.rows, lambda day: opens_at(day, zone))
        lengths = tuple(sorted({len(prefix) for prefix in heads}, reverse=True))
        for name, value in (("timezone", zone.key), ("_heads", heads), ("_lengths", lengths)):
            object.__setattr__(self, name, value)

    def find(self, number: str, *, at: datetime, direction: Direction = _OUTBOUND) -> RateRow | None:
        """Return the row that prices a call to or from `number` that begins at the instant `at`, or None.

        The number is in E.164 with its +, as a dial plan gives it. A short code, which is up to six digits alone, has
        no rate: 411 is no number of Switzerland, +41 1. More digits alone are refused: mostly they are a number whose +
        was lost, and nobody should take that for a rate that is missing. Of the rows whose prefix the number
        begins with, whose days hold the instant and which are for calls of the direction, the longest prefix wins, then
        the lower weight, then the dearer: by the price per minute, by the fee, by the longer minimum, by the longer
        increment, by the fewer free seconds. Of equals the first in the deck wins.

        The price per minute decides even where a fee makes short calls dearer by the other row; give weights where that
        isn't meant.

        >>> from tenantcore.money import Money
        >>> deck = RateDeck((RateRow(prefix="41", rate=Rate(per_minute=Money("0.02", "USD"))),), timezone="UTC")
        >>> now = datetime(2026, 7, 1, tzinfo=UTC)
        >>> deck.find("+411234567", at=now).prefix, deck.find("411", at=now)
        ('41', None)

        Raises:
            InvalidType: The number isn't text, the instant isn't a datetime, or the direction is none.
            InvalidValue: The number is neither in E.164 nor a short code, or the datetime is naive.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        if type(number) is not str:
            number = _text(number)
        if type(at) is not datetime or at.tzinfo is not UTC:
            at = in_utc("at", at)
        if type(direction) is not Direction:
            raise invalid(wrong_type("direction", "a Direction", direction))
        digits = number[1:]
        if number[:1] != "+" or len(digits) > LONGEST_PREFIX or not (digits.isascii() and digits.isdigit()):
            _check_short_code(number)
            return None
        get = self._heads.get
        # Prefixes have few different lengths, and a miss costs next to nothing: walking down digit by digit, or halving
        # the lengths, touches more memory, which is what a large deck is short of.
        for length in self._lengths:
            head = get(digits[:length])
            if head is None:
                continue
            if type(head) is RateRow:
                return head
            for row, wanted, opens, closes in head:
                if (
                    (wanted is None or wanted is direction)
                    and (opens is None or opens <= at)
                    and (closes is None or at < closes)
                ):
                    return row
        return None

    def __reduce__(self) -> tuple[Any, ...]:
        # By its arguments: what is found faster is built faster than it is read.
        return _restored, (self.rows, self.timezone)


def _restored(rows: tuple[RateRow, ...], timezone: str) -> RateDeck:
    return RateDeck(rows, timezone=timezone)


def _text(number: object) -> str:
    if not is_text(number):
        raise invalid(wrong_type("number", "text", number))
    return str.__str__(number)


def _check_short_code(number: str) -> None:
    """Refuse what is no short code, either: a host's mistake would look like a rate that is missing."""
    if not (len(number) <= _LONGEST_SHORT_CODE and number.isascii() and number.isdigit()):
        params: dict[str, str | int] = {
            "most": LONGEST_PREFIX,
            "short": _LONGEST_SHORT_CODE,
            "value": shown_code(number),
        }
        raise invalid(Problem(RateDeckFault.RATE_NUMBER_MALFORMED, params=params))


def _check_one_currency(rows: tuple[RateRow, ...]) -> None:
    for position, row in enumerate(rows):
        if row.rate.currency != rows[0].rate.currency:
            params = {"first": rows[0].rate.currency, "other": row.rate.currency}
            raise invalid(Problem(RateDeckFault.RATE_DECK_CURRENCIES_DIFFER, ("rows", position), params))


def _heads_of(rows: tuple[RateRow, ...], first_instant: Callable[[date], datetime]) -> dict[str, _Head]:
    """Return for each prefix the rows to look at, the one that wins first."""
    by_prefix: dict[str, list[tuple[int, RateRow]]] = {}
    for position, row in enumerate(rows):
        by_prefix.setdefault(row.prefix, []).append((position, row))
    return {prefix: _head_of(competing, first_instant) for prefix, competing in by_prefix.items()}


def _head_of(competing: list[tuple[int, RateRow]], first_instant: Callable[[date], datetime]) -> _Head:
    if len(competing) > 1:
        competing.sort(key=_dearness, reverse=True)  # which leaves equals in their order
        competing.sort(key=_weight)
    dated = tuple(_dated(position, row, first_instant) for position, row in competing)
    row, *conditions = dated[0]
    return dated if any(condition is not None for condition in conditions) else row


def _dearness(placed: tuple[int, RateRow]) -> tuple[Any, ...]:
    rate = placed[1].rate
    return (
        rate.per_minute.amount,
        rate.connect_fee.amount,
        rate.minimum_seconds,
        rate.increment_seconds,
        -rate.free_seconds,
    )


def _weight(placed: tuple[int, RateRow]) -> int:
    return placed[1].weight


def _dated(position: int, row: RateRow, first_instant: Callable[[date], datetime]) -> _Dated:
    try:
        opens = None if row.start is None else first_instant(row.start)
        closes = None if row.end is None else first_instant(row.end)
    except InvalidValue as error:
        raise invalid(error.problem.under("rows", position)) from None
    return row, row.direction, opens, closes
