"""Lets the parts of a value be written as plain JSON and read back: text, amounts, instants, and many of such parts.

A codec is a pair of functions. What it writes it reads back exactly; whatever else it is handed it refuses in linear
time, under the path to the spot. Nothing is converted on the way in: "1" is no number, and 1 is no truth value.

Rule: X-4 in docs/reference/documents.md.
"""

import enum
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple, TypeVar

from tenantcore._amounts import EXACT
from tenantcore._document_faults import DocumentFault, unfit, unreadable
from tenantcore._validators import in_utc, is_text
from tenantcore.errors import InvalidValue, Problem, invalid, shown_code
from tenantcore.money import Money

__all__ = [
    "DAY",
    "INSTANT",
    "MONEY",
    "NUMBER",
    "SPAN",
    "TEXT",
    "TRUTH",
    "WHOLE_NUMBER",
    "Codec",
    "a_set",
    "many",
    "optional",
    "word",
    "word_or",
]

_LONGEST_INSTANT: Final = 32  # 9999-12-31T23:59:59.999999+00:00
_SPAN: Final = re.compile(r"(-?)PT([0-9]{1,14})(?:\.([0-9]{6}))?S")
# A zero may have any exponent that there is, which has no more than 18 digits and a sign.
_DECIMAL: Final = re.compile(r"-?[0-9]{1,60}(?:\.[0-9]{1,60})?(?:E[+-][0-9]{1,19})?")

_T = TypeVar("_T")


class Codec(NamedTuple):
    """How one sort of part is written and read."""

    dump: Callable[[Any], Any]
    load: Callable[[object], Any]


def _plain(kind: type, called: str) -> Codec:
    """Parts that JSON has itself, of exactly one type."""

    def dump(value: Any) -> Any:
        if type(value) is not kind:
            raise invalid(unfit(called, value))
        return value

    def load(document: object) -> Any:
        if type(document) is not kind:
            raise invalid(unreadable(called, document))
        return document

    return Codec(dump, load)


def _load_text(document: object) -> str:
    if type(document) is str:
        return document
    if is_text(document):
        return str.__str__(document)
    raise invalid(unreadable("text", document))


def _dump_money(value: Any) -> str:
    if type(value) is not Money:
        raise invalid(unfit("Money", value))
    return str(value)


def _load_money(document: object) -> Money:
    return Money.parse(_load_text(document))


def _dump_instant(value: Any) -> str:
    return in_utc("an instant of a document", value).isoformat()


def _load_instant(document: object) -> datetime:
    text = _load_text(document)
    if len(text) <= _LONGEST_INSTANT:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            # Python reads far more than it writes; one way to write an instant makes the texts sort as the instants do.
            if instant.isoformat() == text and text.endswith("+00:00"):
                return instant
    raise invalid(Problem(DocumentFault.DOCUMENT_INSTANT_MALFORMED, params={"value": shown_code(text)}))


def _dump_day(value: Any) -> str:
    if type(value) is not date:
        raise invalid(unfit("a date", value))
    return value.isoformat()


def _load_day(document: object) -> date:
    text = _load_text(document)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        # Python reads weeks and days without hyphens, too.
        if day.isoformat() == text:
            return day
    raise invalid(Problem(DocumentFault.DOCUMENT_DAY_MALFORMED, params={"value": shown_code(text)}))


_MICROSECOND: Final = timedelta(microseconds=1)
_MILLION: Final = 1_000_000


def _dump_span(value: Any) -> str:
    if type(value) is not timedelta:
        raise invalid(unfit("a timedelta", value))
    sign = "-" if value < timedelta(0) else ""
    seconds, decimals = divmod(abs(value // _MICROSECOND), _MILLION)
    return f"{sign}PT{seconds}.{decimals:06}S" if decimals else f"{sign}PT{seconds}S"


def _load_span(document: object) -> timedelta:
    text = _load_text(document)
    found = _SPAN.fullmatch(text)
    if found is not None:
        sign, seconds, decimals = found.groups()
        try:
            span = timedelta(seconds=int(sign + seconds), microseconds=int(sign + (decimals or "0")))
        except OverflowError:
            pass
        else:
            if _dump_span(span) == text:
                return span
    raise invalid(Problem(DocumentFault.DOCUMENT_SPAN_MALFORMED, params={"value": shown_code(text)}))


def _dump_number(value: Any) -> int | str:
    if type(value) is int:
        return value
    if type(value) is not Decimal:
        raise invalid(unfit("a whole number or a Decimal", value))
    # By a context of ours, because the ambient one says whether the E is a capital.
    return EXACT.to_sci_string(value)


def _load_number(document: object) -> int | Decimal:
    if type(document) is int:
        return document
    if not is_text(document):
        raise invalid(unreadable("a whole number, or a decimal number as text,", document))
    text = str.__str__(document)
    if _DECIMAL.fullmatch(text) is not None:
        try:
            number = Decimal(text)
        except InvalidOperation:  # the exponent is beyond what there is
            pass
        else:
            # One way to write each number; what a context that lets pass makes of such an exponent isn't it.
            if EXACT.to_sci_string(number) == text:
                return number
    raise invalid(Problem(DocumentFault.DOCUMENT_DECIMAL_MALFORMED, params={"value": shown_code(text)}))


TEXT: Final = Codec(_plain(str, "text").dump, _load_text)
WHOLE_NUMBER: Final = _plain(int, "a whole number")
TRUTH: Final = _plain(bool, "true or false")
MONEY: Final = Codec(_dump_money, _load_money)
INSTANT: Final = Codec(_dump_instant, _load_instant)
SPAN: Final = Codec(_dump_span, _load_span)
DAY: Final = Codec(_dump_day, _load_day)
NUMBER: Final = Codec(_dump_number, _load_number)


def word(words: type[enum.Enum]) -> Codec:
    """Members of an enumeration, by their values."""
    members = {member.value: member for member in words}
    known = ", ".join(members)

    def dump(value: Any) -> str:
        if type(value) is not words:
            raise invalid(unfit(f"one of {words.__name__}", value))
        written: str = value.value
        return written

    def load(document: object) -> enum.Enum:
        text = _load_text(document)
        member = members.get(text)
        if member is None:
            params = {"word": shown_code(text), "known": known}
            raise invalid(Problem(DocumentFault.DOCUMENT_WORD_UNKNOWN, params=params))
        return member

    return Codec(dump, load)


def word_or(member: enum.Enum, other: Codec) -> Codec:
    """One member of an enumeration by its value, or what another codec writes as another text."""
    written = member.value

    def dump(value: Any) -> Any:
        return written if value is member else other.dump(value)

    def load(document: object) -> Any:
        return member if _load_text(document) == written else other.load(document)

    return Codec(dump, load)


def optional(part: Codec) -> Codec:
    """None as null, or what another codec writes."""

    def dump(value: Any) -> Any:
        return None if value is None else part.dump(value)

    def load(document: object) -> Any:
        return None if document is None else part.load(document)

    return Codec(dump, load)


def many(part: Codec) -> Codec:
    """A tuple as a list."""

    def dump(value: Any) -> list[Any]:
        if type(value) is not tuple:
            raise invalid(unfit("a tuple", value))
        return _each(part.dump, value)

    def load(document: object) -> tuple[Any, ...]:
        if type(document) is not list:
            raise invalid(unreadable("a list", document))
        return tuple(_each(part.load, document))

    return Codec(dump, load)


def a_set(part: Codec, order: Callable[[Any], Any]) -> Codec:
    """A frozenset as a list, by the order of what is written; read in any order, each item once."""

    def dump(value: Any) -> list[Any]:
        if type(value) is not frozenset:
            raise invalid(unfit("a frozenset", value))
        return sorted(map(part.dump, value), key=order)

    def load(document: object) -> frozenset[Any]:
        if type(document) is not list:
            raise invalid(unreadable("a list", document))
        items = _each(part.load, document)
        found: set[Any] = set()
        for position, item in enumerate(items):
            if item in found:
                raise invalid(Problem(DocumentFault.DOCUMENT_ITEM_REPEATED, (position,)))
            found.add(item)
        return frozenset(found)

    return Codec(dump, load)


def _each(function: Callable[[Any], _T], items: Iterable[Any]) -> list[_T]:
    found: list[_T] = []
    try:
        # A loop, because the place of what is refused is wanted: as many as there are before it.
        for item in items:
            found.append(function(item))  # noqa: PERF401
    except InvalidValue as error:
        raise invalid(error.problem.under(len(found))) from None
    return found
