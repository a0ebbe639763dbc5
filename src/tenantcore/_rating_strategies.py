"""Lets you test what charges calls: rates, decks, discounts and included minutes that keep hitting the edges.

Names that callers use are imported from `tenantcore.testing`.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore import _zones, currencies
from tenantcore.billing_periods import Frequency
from tenantcore.money import Money, Rounding
from tenantcore.numbering import CallClass, CountryClass, NumberClass, OwnClass
from tenantcore.rating import (
    MAX_ALLOTTED_SECONDS,
    Allotment,
    AllotmentUse,
    Discount,
    Discounts,
    Precision,
    Rate,
    RateDeck,
    RateRow,
)
from tenantcore.trunks import Direction

__all__ = ["allotment_uses", "allotments", "discounts", "rate_decks", "rates"]

_AWKWARD_PRICES: Final = (
    "0",
    "0.006",  # a whole number of millionths a second
    "0.05",  # none
    "0.0000001",  # rounded away for a long time
    "82.42135",  # more than the default precision keeps, a hundred minutes long
)
_AWKWARD_PERCENTAGES: Final = (0, 1, 33, 100, Decimal("0.000001"), Decimal("99.999999"))
_AWKWARD_NAMES: Final = ("domestic", "hundred free minutes", "Côte d’Ivoire", "x" * 255)
_LONGEST_DRAWN_PREFIX: Final = 4
# The clocks of Havana change at two of these midnights.
_RATE_DAYS: Final = (date(2026, 1, 1), date(2026, 3, 8), date(2026, 7, 1), date(2026, 11, 1), date(2027, 1, 1))
_AWKWARD_ZONES: Final = ("America/Havana", "Australia/Lord_Howe", "Asia/Singapore", "America/St_Johns")
# With these days begin months, a week and a day of no such kind.
_PERIOD_DAYS: Final = (date(2026, 1, 1), date(2026, 3, 1), date(2026, 3, 9), date(2026, 3, 10), date(2026, 4, 1))
_CALENDAR: Final = (
    Frequency.DAILY,
    Frequency.WEEKLY,
    Frequency.SEMIMONTHLY,
    Frequency.MONTHLY,
    Frequency.QUARTERLY,
    Frequency.HALF_YEARLY,
    Frequency.YEARLY,
)
_OWN: Final = OwnClass(word="offices", label="Our offices")
_HOUR: Final = 3600
_MOST_TO_ONE_UNUSED: Final = 7


def rates(currency: str | None = None) -> SearchStrategy[Rate]:
    """Return rates of a currency, or of one that is drawn.

    Rule: RAT-1 in docs/reference/rating.md.
    """
    return _currencies(currency).flatmap(_rates_in)


def _currencies(currency: str | None) -> SearchStrategy[str]:
    # Of no decimals and of three; and any other.
    awkward = st.sampled_from(("JPY", "KWD"))
    return awkward | st.sampled_from(currencies.currency_codes()) if currency is None else st.just(currency)


def _rates_in(currency: str) -> SearchStrategy[Rate]:
    drawn = st.decimals(0, 100, places=7) | st.sampled_from(_AWKWARD_PRICES).map(Decimal)
    prices = drawn.map(lambda amount: Money(amount, currency))
    return st.builds(
        Rate,
        per_minute=prices,
        connect_fee=st.just(Money.zero(currency)) | prices,
        minimum_seconds=st.sampled_from((0, 1, 30, 60)) | st.integers(0, 3600),
        increment_seconds=st.sampled_from((1, 6, 18, 60)) | st.integers(1, 600),
        free_seconds=st.just(0) | st.integers(0, 120),
        precision=st.just(Precision()) | st.builds(Precision, st.integers(-2, 8), st.sampled_from(Rounding)),
    )


def rate_decks(currency: str | None = None) -> SearchStrategy[RateDeck]:
    """Return decks of a few rows whose prefixes, dates and directions overlap; the digits are 1, 2 and 3.

    Rule: RAT-2 in docs/reference/rating.md.
    """
    # Few rates, so that rows often compete to the last.
    few = _currencies(currency).flatmap(lambda code: st.lists(rates(code), min_size=1, max_size=3))
    return few.flatmap(_rate_decks_of)


def _rate_decks_of(few: list[Rate]) -> SearchStrategy[RateDeck]:
    rows = st.builds(
        _rate_row,
        prefix=st.text("123", min_size=1, max_size=_LONGEST_DRAWN_PREFIX),
        rate=st.sampled_from(few),
        weight=st.sampled_from((50, 100)),
        direction=st.sampled_from((None, *Direction)),
        days=st.lists(st.sampled_from(_RATE_DAYS), max_size=2, unique=True).map(sorted),
        opens=st.booleans(),
    )
    zones = st.sampled_from(_AWKWARD_ZONES) | st.sampled_from(sorted(_zones.names()))
    return st.builds(RateDeck, st.lists(rows, max_size=12).map(tuple), timezone=zones)


def _rate_row(*, days: list[date], opens: bool, **others: Any) -> RateRow:
    # One day is the start or the end, two are both.
    start, end = (*days, None, None)[:2] if opens or len(days) != 1 else (None, days[0])
    return RateRow(start=start, end=end, **others)


def discounts(classes: SearchStrategy[CallClass] | None = None) -> SearchStrategy[Discounts]:
    """Return discounts for none to all of a few classes, from nothing off to everything.

    Left open, `classes` are those of every dial plan and one of a host's own.

    Rule: RAT-1 in docs/reference/rating.md.
    """
    percents = st.sampled_from(_AWKWARD_PERCENTAGES) | st.integers(0, 100) | st.decimals(0, 100, places=6)
    rows = st.builds(Discount, _classes(classes), percents)
    return st.lists(rows, max_size=5, unique_by=lambda row: row.call_class.word).map(tuple).map(Discounts)


def allotments(classes: SearchStrategy[CallClass] | None = None) -> SearchStrategy[Allotment]:
    """Return allotments of no seconds to very many, in each period of the calendar, in blocks and by the second.

    Left open, `classes` are those of every dial plan and one of a host's own.

    Rule: RAT-2 in docs/reference/rating.md.
    """
    return st.builds(
        Allotment,
        name=st.sampled_from(_AWKWARD_NAMES),
        seconds=st.sampled_from((0, 1, 59, 60, 6000, MAX_ALLOTTED_SECONDS)) | st.integers(0, 10_000),
        classes=st.frozensets(_classes(classes), min_size=1, max_size=3),
        direction=st.sampled_from((None, *Direction)),
        per=st.sampled_from(_CALENDAR),
        minimum_seconds=st.sampled_from((0, 30, 60)) | st.integers(0, 3600),
        increment_seconds=st.sampled_from((1, 6, 60)) | st.integers(1, 600),
        free_seconds=st.just(0) | st.integers(0, 120),
    )


def allotment_uses(
    allotment: Allotment | None = None, starts: SearchStrategy[date] | None = None
) -> SearchStrategy[AllotmentUse]:
    """Return uses of an allotment, often with nothing left, a second too few for its minimum, or more used than it has.

    `starts` are the first local days of periods: to be those of the allotment, hand in what `Allotment.period` says.
    Left open, they are days of the first months of 2026, and the allotment has an hour. Some uses are as before the
    first call.

    >>> from datetime import UTC, datetime
    >>> from hypothesis import given
    >>> minutes = Allotment(name="minutes", seconds=600, classes=frozenset({NumberClass.US_DID}))
    >>> @given(allotment_uses(minutes, st.just(date(2026, 3, 1))))
    ... def check(use: AllotmentUse) -> None:
    ...     left = minutes.left(use, at=datetime(2026, 3, 10, tzinfo=UTC), timezone="Asia/Singapore")
    ...     assert left == max(0, 600 - use.used_seconds - use.held_seconds)
    >>> check()

    Rule: RAT-2 in docs/reference/rating.md.
    """
    days = st.sampled_from(_PERIOD_DAYS) if starts is None else starts
    seconds, minimum = (_HOUR, 0) if allotment is None else (allotment.seconds, allotment.minimum_seconds)
    return _uses(seconds, minimum, days)


@st.composite
def _uses(draw: st.DrawFn, seconds: int, minimum: int, days: SearchStrategy[date]) -> AllotmentUse:
    if draw(st.integers(0, _MOST_TO_ONE_UNUSED)) == 0:
        return AllotmentUse()
    used = draw(_around((0, seconds // 2, seconds - minimum, seconds)) | st.integers(0, seconds))
    held = draw(st.just(0) | _around((0, minimum, seconds - used - minimum, seconds - used)))
    return AllotmentUse(period_start=draw(days), used_seconds=used, held_seconds=held)


def _around(edges: Iterable[int]) -> SearchStrategy[int]:
    """Return whole numbers at some edges and next to them, as far as an allotment can have so many seconds."""
    near = sorted({edge + shift for edge in edges for shift in (-1, 0, 1)})
    return st.sampled_from([number for number in near if 0 <= number <= MAX_ALLOTTED_SECONDS])


def _classes(classes: SearchStrategy[CallClass] | None) -> SearchStrategy[CallClass]:
    return st.sampled_from((*NumberClass, *CountryClass, _OWN)) if classes is None else classes
