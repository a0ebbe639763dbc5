"""Whatever is handed to rates, decks and allotments: an answer or a fault of ours, in linear time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from tenantcore.errors import InvalidType, InvalidValue
from tenantcore.money import Money, Rounding
from tenantcore.numbering import NumberClass
from tenantcore.rating import (
    Allotment,
    AllotmentHold,
    Allotments,
    AllotmentUse,
    Discount,
    Discounts,
    Precision,
    Rate,
    RateDeck,
    RateRow,
    whole_seconds,
)
from tenantcore.trunks import Direction
from tests.strangers import REPEATED, Hostile, HostileText, Pretender, Word, anything, long_text

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONE = Money("1", "USD")
RATE = Rate(per_minute=ONE)
DECK = RateDeck((RateRow(prefix="44", rate=RATE),), timezone="UTC")
US = frozenset({NumberClass.US_DID})
HOUR = Allotment(name="hour", seconds=3600, classes=US)
USE, HOLD = AllotmentUse(), AllotmentHold(period_start=date(2026, 6, 1), seconds=0)
DID = NumberClass.US_DID
FAR_EAST, FAR_WEST = timezone(timedelta(hours=23, minutes=59)), timezone(timedelta(hours=-23, minutes=-59))

ASKED: dict[str, Callable[[Any], object]] = {
    "Precision.places": Precision,
    "Precision.rounding": lambda thing: Precision(6, thing),
    "Rate.per_minute": lambda thing: Rate(per_minute=thing),
    "Rate.connect_fee": lambda thing: Rate(per_minute=ONE, connect_fee=thing),
    "Rate.minimum_seconds": lambda thing: Rate(per_minute=ONE, minimum_seconds=thing),
    "Rate.increment_seconds": lambda thing: Rate(per_minute=ONE, increment_seconds=thing),
    "Rate.free_seconds": lambda thing: Rate(per_minute=ONE, free_seconds=thing),
    "Rate.precision": lambda thing: Rate(per_minute=ONE, precision=thing),
    "charged_seconds": RATE.charged_seconds,
    "exact_cost": RATE.exact_cost,
    "cost": RATE.cost,
    "max_seconds": RATE.max_seconds,
    "uncovered_cost": lambda thing: RATE.uncovered_cost(thing, covered_seconds=30),
    "uncovered_cost, covered": lambda thing: RATE.uncovered_cost(60, covered_seconds=thing),
    "next_slice": lambda thing: RATE.next_slice(thing, captured=ONE),
    "next_slice, captured": lambda thing: RATE.next_slice(60, captured=thing),
    "discounted": RATE.discounted,
    "whole_seconds": lambda thing: whole_seconds(thing, Rounding.UP),
    "whole_seconds, rounding": lambda thing: whole_seconds(Decimal("1.5"), thing),
    "Discount.call_class": lambda thing: Discount(thing, 5),
    "Discount.percent": lambda thing: Discount(DID, thing),
    "Discounts": Discounts,
    "Discounts, one": lambda thing: Discounts((thing,)),
    "Discounts.percent": Discounts().percent,
    "Discounts.applied, rate": lambda thing: Discounts().applied(thing, DID),
    "Discounts.applied, class": lambda thing: Discounts().applied(RATE, thing),
    "RateRow.prefix": lambda thing: RateRow(prefix=thing, rate=RATE),
    "RateRow.rate": lambda thing: RateRow(prefix="44", rate=thing),
    "RateRow.weight": lambda thing: RateRow(prefix="44", rate=RATE, weight=thing),
    "RateRow.direction": lambda thing: RateRow(prefix="44", rate=RATE, direction=thing),
    "RateRow.start": lambda thing: RateRow(prefix="44", rate=RATE, start=thing),
    "RateRow.end": lambda thing: RateRow(prefix="44", rate=RATE, end=thing),
    "RateRow.name": lambda thing: RateRow(prefix="44", rate=RATE, name=thing),
    "RateDeck": lambda thing: RateDeck(thing, timezone="UTC"),
    "RateDeck, one row": lambda thing: RateDeck((thing,), timezone="UTC"),
    "RateDeck.timezone": lambda thing: RateDeck((), timezone=thing),
    "find": lambda thing: DECK.find(thing, at=NOON),
    "find, at": lambda thing: DECK.find("+442071838750", at=thing),
    "find, direction": lambda thing: DECK.find("+442071838750", at=NOON, direction=thing),
    "Allotment.name": lambda thing: Allotment(name=thing, seconds=1, classes=US),
    "Allotment.seconds": lambda thing: Allotment(name="a", seconds=thing, classes=US),
    "Allotment.classes": lambda thing: Allotment(name="a", seconds=1, classes=thing),
    "Allotment.direction": lambda thing: Allotment(name="a", seconds=1, classes=US, direction=thing),
    "Allotment.per": lambda thing: Allotment(name="a", seconds=1, classes=US, per=thing),
    "Allotment.minimum_seconds": lambda thing: Allotment(name="a", seconds=1, classes=US, minimum_seconds=thing),
    "AllotmentHold.period_start": lambda thing: AllotmentHold(period_start=thing, seconds=1),
    "AllotmentHold.seconds": lambda thing: AllotmentHold(period_start=date(2026, 6, 1), seconds=thing),
    "AllotmentUse.period_start": lambda thing: AllotmentUse(period_start=thing),
    "AllotmentUse.used_seconds": lambda thing: AllotmentUse(used_seconds=thing),
    "AllotmentUse.held_seconds": lambda thing: AllotmentUse(held_seconds=thing),
    "released": USE.released,
    "period, at": lambda thing: HOUR.period(at=thing, timezone="UTC"),
    "period, timezone": lambda thing: HOUR.period(at=NOON, timezone=thing),
    "left": lambda thing: HOUR.left(thing, at=NOON, timezone="UTC"),
    "left, group": lambda thing: HOUR.left(USE, at=NOON, timezone="UTC", group=thing),
    "hold, use": lambda thing: HOUR.hold(thing, 60, at=NOON, timezone="UTC"),
    "hold": lambda thing: HOUR.hold(USE, thing, at=NOON, timezone="UTC"),
    "hold, held": lambda thing: HOUR.hold(USE, 60, at=NOON, timezone="UTC", held=thing),
    "settle, use": lambda thing: HOUR.settle(thing, answered_at=NOON, seconds=1, timezone="UTC"),
    "settle, answered_at": lambda thing: HOUR.settle(USE, answered_at=thing, seconds=1, timezone="UTC"),
    "settle, seconds": lambda thing: HOUR.settle(USE, answered_at=NOON, seconds=thing, timezone="UTC"),
    "settle, held": lambda thing: HOUR.settle(USE, answered_at=NOON, seconds=1, timezone="UTC", held=thing),
    "Allotments": Allotments,
    "Allotments, one": lambda thing: Allotments((thing,)),
    "covering, class": lambda thing: Allotments((HOUR,)).covering(thing, DECK),  # type: ignore[arg-type]
}
STRANGE: list[Any] = [
    None, True, Hostile(), HostileText("44"), Pretender(), Word.USD, Word.SG, "", "44", "\ud800", b"44", (), [], {},
    {1}, (None,), (Hostile(),), frozenset({1}), frozenset({"did_us"}), 0, -1, 1, 10**5000, 1.5, float("nan"),
    Decimal("sNaN"), Decimal("1E+999999"), Decimal("-1E-999999"), Decimal("Infinity"), Decimal(5), Fraction(10**5000),
    Fraction(1, 10**5000), Money("1", "EUR"), Money(10**35, "USD"), RATE, RateRow, Rounding, Rounding.CASH_CUT,
    Direction.INBOUND, DID, NOON, datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=FAR_EAST), 1j,
    datetime.max.replace(tzinfo=FAR_WEST), NOON.replace(tzinfo=None), date.min, date.max, timedelta.max, timedelta.min,
]  # fmt: skip
_LONGEST_MESSAGE = 400


def asked(question: Callable[[Any], object], thing: Any) -> None:
    try:
        question(thing)
    except InvalidValue as error:
        assert len(str(error)) < _LONGEST_MESSAGE  # noqa: PT017 - an answer is fine as well
        assert (type(error) is InvalidType) == isinstance(error, TypeError)  # noqa: PT017 - as above


class TestStrangers:
    """X-2: for any object handed in, an answer or an error of ours."""

    @given(anything())
    def test_any_object(self, thing: object) -> None:
        for question in ASKED.values():
            asked(question, thing)

    @pytest.mark.parametrize("question", ASKED)
    def test_known_ones(self, question: str) -> None:
        for thing in STRANGE:
            asked(ASKED[question], thing)

    @pytest.mark.parametrize("repeated", REPEATED)
    def test_long_texts(self, repeated: str) -> None:
        text = long_text(repeated)
        for number in (text, "+44" + text):
            asked(ASKED["find"], number)
        for name in ("RateRow.prefix", "RateRow.name", "RateDeck.timezone", "Allotment.name", "period, timezone"):
            question = ASKED[name]
            with pytest.raises(InvalidValue) as error:
                question(text)
            assert len(str(error.value)) < _LONGEST_MESSAGE

    def test_a_hosts_own_text_is_text(self) -> None:
        number = HostileText("+442071838750")
        assert DECK.find(number, at=NOON) is DECK.rows[0]
        assert RateRow(prefix=HostileText("44"), rate=RATE) == RateRow(prefix="44", rate=RATE)
        assert type(RateRow(prefix=HostileText("44"), rate=RATE).prefix) is str
        deck = RateDeck((), timezone=HostileText("Asia/Singapore"))
        assert (type(deck.timezone), deck.timezone) == (str, "Asia/Singapore")
        assert HOUR.left(USE, at=NOON, timezone=HostileText("UTC")) == 3600

    def test_messages_have_no_numbers_of_people(self) -> None:
        with pytest.raises(InvalidValue) as error:
            RateRow(prefix="442071838750123456", rate=RATE)
        assert "2071838750" not in str(error.value)
