"""What a person reads when a call can't be rated: the fault and the remedy, in full."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tenantcore.billing_periods import Frequency
from tenantcore.errors import InvalidType, InvalidValue
from tenantcore.money import Money, Rounding
from tenantcore.numbering import NumberClass
from tenantcore.rating import (
    MAX_SECONDS,
    Allotment,
    AllotmentFault,
    AllotmentHold,
    Allotments,
    AllotmentUse,
    Discount,
    DiscountFault,
    Discounts,
    Precision,
    Rate,
    RateDeck,
    RateDeckFault,
    RateFault,
    RateRow,
    whole_seconds,
)
from tenantcore.trunks import Direction

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TEN = Money("10", "USD")
RATE = Rate(per_minute=Money("0.60", "USD"))
ROW = RateRow(prefix="44", rate=RATE)
DECK = RateDeck((ROW,), timezone="UTC")
HOUR = Allotment(name="hour", seconds=3600, classes=frozenset({NumberClass.US_DID}))
ANY: Any = object()
FREE = "hand in 0 for what is free; money that is given back is a credit, and no part of a rate"
ONE_CURRENCY = "use one currency for the rate and for the balance that pays it"
PREFIX = "write the first digits of the numbers in E.164, from the country code on; for all numbers, give ten rows"
OFF = "hand in what is taken off: 10 for a tenth, 100 for a free call"

CASES: dict[str, tuple[Callable[[], object], str]] = {
    "no rate": (lambda: Rate(per_minute=ANY), "per_minute must be Money, not object; hand in Money"),
    "no fee": (
        lambda: Rate(per_minute=TEN, connect_fee=ANY),
        "connect_fee must be Money, not object; hand in Money",
    ),
    "a rate below zero": (
        lambda: Rate(per_minute=Money("-0.01", "USD")),
        f"per_minute must be 0 or more, not -0.01 USD; {FREE}",
    ),
    "a fee below zero": (
        lambda: Rate(per_minute=TEN, connect_fee=Money("-1", "USD")),
        f"connect_fee must be 0 or more, not -1 USD; {FREE}",
    ),
    "a fee of another currency": (
        lambda: Rate(per_minute=TEN, connect_fee=Money("1", "EUR")),
        f"the rate is in USD, but connect_fee is in EUR; {ONE_CURRENCY}",
    ),
    "an increment of nothing": (
        lambda: Rate(per_minute=TEN, increment_seconds=0),
        "increment_seconds must be at least 1, not 0; raise it to 1 or more",
    ),
    "a minimum of a million years": (
        lambda: Rate(per_minute=TEN, minimum_seconds=10**13),
        "minimum_seconds must be at most 1000000000, not 10000000000000; lower it to 1000000000 or less",
    ),
    "free seconds below zero": (
        lambda: Rate(per_minute=TEN, free_seconds=-1),
        "free_seconds must be at least 0, not -1; raise it to 0 or more",
    ),
    "no precision": (
        lambda: Rate(per_minute=TEN, precision=ANY),
        "precision must be a Precision, not object; hand in a Precision",
    ),
    "places": (lambda: Precision(37), "places must be at most 36, not 37; lower it to 36 or less"),
    "places before the point": (
        lambda: Precision(-36),
        "places must be at least -35, not -36; raise it to -35 or more",
    ),
    "no rounding": (
        lambda: Precision(6, ANY),
        "rounding must be a Rounding, not object; hand in a Rounding",
    ),
    "a duration below zero": (
        lambda: RATE.cost(-1),
        "seconds must be at least 0, not -1; raise it to 0 or more",
    ),
    "a duration with a part of a second": (
        lambda: RATE.cost(1.5),  # type: ignore[arg-type]
        "seconds must be a whole number, not float; hand in a whole number",
    ),
    "a duration that is yes": (
        lambda: RATE.cost(True),  # noqa: FBT003 - a bool is no duration
        "seconds must be a whole number, not bool; hand in a whole number",
    ),
    "a huge duration": (
        lambda: RATE.cost(10**5000),
        (f"seconds must be at most {MAX_SECONDS}, not an integer of 16610 bits; lower it to {MAX_SECONDS} or less"),
    ),
    "a cost that is no amount": (
        lambda: RATE.cost(MAX_SECONDS),
        "the amount must have at most 36 digits before the point; hand in or compute a smaller amount",
    ),
    "less than nothing covered": (
        lambda: RATE.uncovered_cost(60, covered_seconds=-1),
        "covered_seconds must be at least 0, not -1; raise it to 0 or more",
    ),
    "no funds": (lambda: RATE.max_seconds(ANY), "available must be Money, not object; hand in Money"),
    "funds of another currency": (
        lambda: RATE.max_seconds(Money("5", "EUR")),
        f"the rate is in USD, but available is in EUR; {ONE_CURRENCY}",
    ),
    "captured in another currency": (
        lambda: RATE.next_slice(60, captured=Money("5", "EUR")),
        f"the rate is in USD, but captured is in EUR; {ONE_CURRENCY}",
    ),
    "captured too much": (
        lambda: RATE.next_slice(60, captured=Money("0.61", "USD")),
        (
            "0.61 USD is captured already, and a call of 60 seconds costs 0.600000 USD; "
            "hand in the whole duration since the answer, and what this call alone has captured at this rate"
        ),
    ),
    "captured below zero": (
        lambda: RATE.next_slice(60, captured=Money("-1", "USD")),
        f"captured must be 0 or more, not -1 USD; {FREE}",
    ),
    "more off than there is": (
        lambda: RATE.discounted(101),
        f"a discount must be 0 to 100 percent, with at most 6 decimals, not 101; {OFF}",
    ),
    "a finer percentage": (
        lambda: RATE.discounted(Decimal("0.0000001")),
        f"a discount must be 0 to 100 percent, with at most 6 decimals, not 1E-7; {OFF}",
    ),
    "no percentage": (
        lambda: Discount(NumberClass.US_DID, 0.5),  # type: ignore[arg-type]
        "percent must be a whole number or a Decimal, not float; hand in a whole number or a Decimal",
    ),
    "no class": (
        lambda: Discount("did_us", 5),  # type: ignore[arg-type]
        "call_class must be a number class, not str; hand in a number class",
    ),
    "no discounts": (
        lambda: Discounts([]),  # type: ignore[arg-type]
        "rows must be a tuple of discounts, not list; hand in a tuple of discounts",
    ),
    "two discounts": (
        lambda: Discounts((Discount(NumberClass.US_DID, 5), Discount(NumberClass.US_DID, 6))),
        (
            "rows[1]: the discount at position 1 (counted from 0) is for did_us, which has one already; "
            "remove one of the two"
        ),
    ),
    "a discount for no class": (
        lambda: Discounts().percent(ANY),
        "call_class must be a number class, not object; hand in a number class",
    ),
    "no rate to discount": (
        lambda: Discounts().applied(ANY, NumberClass.US_DID),
        "rate must be a Rate, not object; hand in a Rate",
    ),
    "no duration": (
        lambda: whole_seconds(1.5, Rounding.UP),  # type: ignore[arg-type]
        "duration must be a number or a timedelta, not float; hand in a number or a timedelta",
    ),
    "a measured duration below zero": (
        lambda: whole_seconds(Decimal("-0.1"), Rounding.UP),
        "duration must be at least 0, not -0.1; raise it to 0 or more",
    ),
    "a duration without end": (
        lambda: whole_seconds(Decimal("Infinity"), Rounding.UP),
        "duration must be a finite number, not Infinity; hand in a finite number",
    ),
    "no rounding of a duration": (
        lambda: whole_seconds(Decimal("1.5"), ANY),
        "rounding must be a Rounding, not object; hand in a Rounding",
    ),
    "no prefix": (lambda: RateRow(prefix=ANY, rate=RATE), "prefix must be text, not object; hand in text"),
    "an empty prefix": (
        lambda: RateRow(prefix="", rate=RATE),
        f"a prefix must be 1 to 15 digits 0 to 9, with or without + before them, not ''; {PREFIX}",
    ),
    "a whole number, spelt": (
        lambda: RateRow(prefix="+44 20 7183 8750", rate=RATE),
        (
            "a prefix must be 1 to 15 digits 0 to 9, with or without + before them, "
            f"not a text of 16 characters; {PREFIX}"
        ),
    ),
    "no rate in a row": (
        lambda: RateRow(prefix="44", rate=ANY),
        "rate must be a Rate, not object; hand in a Rate",
    ),
    "a weight": (
        lambda: RateRow(prefix="44", rate=RATE, weight=0),
        "weight must be at least 1, not 0; raise it to 1 or more",
    ),
    "no direction of a row": (
        lambda: RateRow(prefix="44", rate=RATE, direction=ANY),
        "direction must be a Direction or None, not object; hand in a Direction or None",
    ),
    "a start that is an instant": (
        lambda: RateRow(prefix="44", rate=RATE, start=NOON),
        (
            "start must be a datetime.date, not datetime; "
            "hand in the calendar day in the tenant's time zone; a datetime or Timestamp is an instant"
        ),
    ),
    "no name": (
        lambda: RateRow(prefix="44", rate=RATE, name=ANY),
        "name must be text, not object; hand in text",
    ),
    "a name of two lines": (
        lambda: RateRow(prefix="44", rate=RATE, name="UK\nLondon"),
        (
            "name: the text has a control character, tab or line end (U+000A <control-000A>) at position 2 (from 0); "
            "delete it; a name is one line of visible characters"
        ),
    ),
    "a name that is a description": (
        lambda: RateRow(prefix="44", rate=RATE, name="x" * 256),
        (
            "name: a name must have at most 255 characters, not 256; "
            "shorten it; what describes more belongs into a record of your own"
        ),
    ),
    "an end before the start": (
        lambda: RateRow(prefix="44", rate=RATE, start=date(2026, 7, 1), end=date(2026, 7, 1)),
        (
            "a rate must end after its start: it starts on 2026-07-01 and ends (exclusive) on 2026-07-01; "
            "the end is the first day on which it no longer holds; swap the two or move the end"
        ),
    ),
    "two currencies": (
        lambda: RateDeck((ROW, RateRow(prefix="45", rate=Rate(per_minute=Money("1", "DKK")))), timezone="UTC"),
        "rows[1]: a rate is in DKK, and the deck begins with one in USD; make a deck for each currency",
    ),
    "a number with a space": (
        lambda: DECK.find("+44 20 7183 8750", at=NOON),
        (
            "a number must be + and 1 to 15 digits 0 to 9, or a short code of up to 6 digits, "
            "not a text of 16 characters; "
            "normalize what was dialled by a dial plan, and ask for what it gives, if that begins with +"
        ),
    ),
    "no number": (lambda: DECK.find(ANY, at=NOON), "number must be text, not object; hand in text"),
    "no instant": (
        lambda: DECK.find("+44", at=date(2026, 6, 1)),  # type: ignore[arg-type]
        ("at must be a datetime.datetime, not date; hand in an aware datetime; a pandas Timestamp has to_pydatetime()"),
    ),
    "an instant that is none": (
        lambda: DECK.find("+44", at=NOON.replace(tzinfo=None)),
        "at has no UTC offset, so it names no instant; hand in an aware datetime, best in UTC",
    ),
    "no direction": (
        lambda: DECK.find("+44", at=NOON, direction=ANY),
        "direction must be a Direction, not object; hand in a Direction",
    ),
    "an allotment a month from its beginning": (
        lambda: Allotment(name="a", seconds=1, classes=HOUR.classes, per=Frequency.MONTHLY_ANNIVERSARY),
        (
            "an allotment can't be renewed by monthly anniversary: it needs a period of the calendar; "
            "choose daily, weekly, semimonthly, monthly, quarterly, half-yearly or yearly"
        ),
    ),
    "no frequency": (
        lambda: Allotment(name="a", seconds=1, classes=HOUR.classes, per=ANY),
        "per must be a Frequency, not object; hand in a Frequency",
    ),
    "an allotment for nothing": (
        lambda: Allotment(name="a", seconds=1, classes=frozenset()),
        "an allotment must name at least one number class; name the classes whose calls it covers",
    ),
    "no classes": (
        lambda: Allotment(name="a", seconds=1, classes=ANY),
        "classes must be a frozenset of number classes, not object; hand in a frozenset of number classes",
    ),
    "no class among the classes": (
        lambda: Allotment(name="a", seconds=1, classes=frozenset({"did_us"})),  # type: ignore[arg-type]
        "classes must be a number class, not str; hand in a number class",
    ),
    "a period that starts at an instant": (
        lambda: AllotmentUse(period_start=NOON),
        (
            "period_start must be a datetime.date, not datetime; "
            "hand in the calendar day in the tenant's time zone; a datetime or Timestamp is an instant"
        ),
    ),
    "a hold in no period": (
        lambda: AllotmentHold(period_start=ANY, seconds=1),
        "period_start must be a date, not object; hand in a date",
    ),
    "a hold of nothing": (
        lambda: HOUR.hold(AllotmentUse(), 0, at=NOON, timezone="UTC"),
        "seconds must be at least 1, not 0; raise it to 1 or more",
    ),
    "a call that ends before its answer": (
        lambda: HOUR.settle(AllotmentUse(), answered_at=NOON, seconds=-1, timezone="UTC"),
        "seconds must be at least 0, not -1; raise it to 0 or more",
    ),
    "a call of thirty years": (
        lambda: HOUR.settle(AllotmentUse(), answered_at=NOON, seconds=10**9 + 1, timezone="UTC"),
        "seconds must be at most 1000000000, not 1000000001; lower it to 1000000000 or less",
    ),
    "a period without an instant": (
        lambda: HOUR.period(at=NOON.replace(tzinfo=None), timezone="UTC"),
        "at has no UTC offset, so it names no instant; hand in an aware datetime, best in UTC",
    ),
    "an answer without an instant": (
        lambda: HOUR.settle(AllotmentUse(), answered_at=NOON.replace(tzinfo=None), seconds=1, timezone="UTC"),
        "answered_at has no UTC offset, so it names no instant; hand in an aware datetime, best in UTC",
    ),
    "two of a name": (
        lambda: Allotments((HOUR, HOUR)),
        (
            "rows[1]: the allotment at position 1 (counted from 0) has the name of an earlier one; "
            "give each allotment its own name: its use is kept under it"
        ),
    ),
    "no class of a call": (
        lambda: Allotments().covering(ANY, Direction.OUTBOUND),
        "call_class must be a number class, not object; hand in a number class",
    ),
    "no direction of a call": (
        lambda: Allotments().covering(NumberClass.US_DID, ANY),
        "direction must be a Direction, not object; hand in a Direction",
    ),
    "a hold that isn't held": (
        lambda: AllotmentUse().released(AllotmentHold(period_start=date(2026, 6, 1), seconds=5)),
        (
            "5 seconds can't be given back: only 0 are held; "
            "settle each hold once, against the use that it was taken from"
        ),
    ),
    "no hold": (
        lambda: AllotmentUse().released(ANY),
        "hold must be an AllotmentHold, not object; hand in an AllotmentHold",
    ),
    "no use": (
        lambda: HOUR.left(ANY, at=NOON, timezone="UTC"),
        "use must be an AllotmentUse, not object; hand in an AllotmentUse",
    ),
    "no zone": (
        lambda: HOUR.left(AllotmentUse(), at=NOON, timezone=ANY),
        "timezone must be the name of a time zone, not object; hand in the name of a time zone",
    ),
    "no group": (
        lambda: HOUR.left(AllotmentUse(), at=NOON, timezone="UTC", group=ANY),
        "group must be a tuple of AllotmentUse, not object; hand in a tuple of AllotmentUse",
    ),
    "no use in a group": (
        lambda: HOUR.left(AllotmentUse(), at=NOON, timezone="UTC", group=(ANY,)),
        "group[0]: use must be an AllotmentUse, not object; hand in an AllotmentUse",
    ),
    "an end past the calendar": (
        lambda: HOUR.settle(
            AllotmentUse(), answered_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC), seconds=60, timezone="UTC"
        ),
        "the end of the call lies outside the years 1 to 9999 in UTC; hand in an instant within these years",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_says_what_is_wrong_and_what_to_do(case: str) -> None:
    """X-3: every fault has a stable sentence with its parameters and its remedy."""
    compute, told = CASES[case]
    with pytest.raises(InvalidValue) as error:
        compute()
    assert str(error.value) == told
    if " must be " in told and ", not object;" in told:
        assert type(error.value) is InvalidType


def test_every_code_of_the_tables_is_met_here() -> None:
    """X-3: no sentence goes unread."""
    met = set()
    for compute, _ in CASES.values():
        with pytest.raises(InvalidValue) as error:
            compute()
        met.add(error.value.problem.code)
    assert met >= {*RateFault, *RateDeckFault, *DiscountFault, *AllotmentFault}
