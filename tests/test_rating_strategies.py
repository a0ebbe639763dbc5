"""What hosts test their charging of calls with: the edges turn up, and nothing raises."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tenantcore.billing_periods import Frequency
from tenantcore.numbering import CountryClass, NumberClass, OwnClass
from tenantcore.rating import MAX_ALLOTTED_SECONDS, Allotment, AllotmentUse, Discounts, Rate, RateDeck
from tenantcore.testing import allotment_uses, allotments, discounts, rate_decks, rates
from tenantcore.trunks import Direction
from tests.test_ledger_strategies import drawn

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = date(2026, 3, 1)
MINUTES = Allotment(name="minutes", seconds=600, classes=frozenset({NumberClass.US_DID}), minimum_seconds=60)


class TestRates:
    """RAT-1: rates of any currency, with and without fee, free seconds and roundings."""

    def test_the_edges_turn_up(self) -> None:
        found: list[Rate] = drawn(rates(), 150)
        assert {rate.connect_fee.is_zero for rate in found} == {True, False}
        assert {rate.per_minute.is_zero for rate in found} == {True, False}
        assert {rate.free_seconds > rate.minimum_seconds for rate in found} == {True, False}
        assert {rate.minimum_seconds % rate.increment_seconds == 0 for rate in found} == {True, False}
        assert len({rate.precision.rounding for rate in found}) > 5
        assert len({rate.currency for rate in found}) > 3

    @given(rates("JPY"))
    def test_the_currency_can_be_said(self, rate: Rate) -> None:
        assert rate.currency == "JPY"


class TestRateDecks:
    """RAT-2: decks whose rows compete by weight, price, days and direction."""

    def test_the_edges_turn_up(self) -> None:
        found: list[RateDeck] = drawn(rate_decks(), 150)
        rows = [row for deck in found for row in deck.rows]
        assert {row.direction for row in rows} == {None, *Direction}
        assert {(row.start is None, row.end is None) for row in rows} == {
            (one, other) for one in (True, False) for other in (True, False)
        }
        assert {len(row.prefix) for row in rows} == {1, 2, 3, 4}
        assert any(
            len({row.weight for row in deck.rows if row.prefix == prefix}) > 1
            for deck in found
            for prefix in {row.prefix for row in deck.rows}
        )
        assert any(not deck.rows for deck in found)
        assert "America/Havana" in {deck.timezone for deck in found}

    @given(rate_decks("KWD"))
    def test_the_currency_can_be_said(self, deck: RateDeck) -> None:
        assert {row.rate.currency for row in deck.rows} <= {"KWD"}


class TestDiscounts:
    """RAT-1: discounts from nothing to everything, one a class at most."""

    def test_the_edges_turn_up(self) -> None:
        found: list[Discounts] = drawn(discounts(), 150)
        rows = [row for each in found for row in each.rows]
        assert {type(row.call_class) for row in rows} == {NumberClass, CountryClass, OwnClass}
        assert {row.percent for row in rows} >= {0, 100, Decimal("0.000001")}
        assert {0, 1, 2} <= {len(each.rows) for each in found}

    @given(discounts(st.just(NumberClass.CARIBBEAN)), rates("USD"))
    def test_classes_can_be_said(self, found: Discounts, rate: Rate) -> None:
        assert {row.call_class for row in found.rows} <= {NumberClass.CARIBBEAN}
        assert found.applied(rate, NumberClass.CARIBBEAN).per_minute <= rate.per_minute


class TestAllotments:
    """RAT-2: allotments of every period and direction, with and without blocks."""

    def test_the_edges_turn_up(self) -> None:
        found: list[Allotment] = drawn(allotments(), 200)
        assert {each.seconds for each in found} >= {0, 1, MAX_ALLOTTED_SECONDS}
        assert {each.direction for each in found} == {None, *Direction}
        assert len({each.per for each in found}) == 7
        assert Frequency.MONTHLY in {each.per for each in found}
        assert {each.minimum_seconds > each.seconds for each in found} == {True, False}
        assert {each.free_seconds > 0 for each in found} == {True, False}
        assert {type(each) for one in found for each in one.classes} == {NumberClass, CountryClass, OwnClass}

    @given(allotments(st.just(NumberClass.US_DID)))
    def test_classes_can_be_said(self, allotment: Allotment) -> None:
        assert allotment.classes == {NumberClass.US_DID}


class TestAllotmentUses:
    """RAT-2: uses at the edges of an allotment."""

    def left(self, use: AllotmentUse) -> int:
        return MINUTES.left(use, at=NOON, timezone="Asia/Singapore")

    def test_the_edges_turn_up(self) -> None:
        found: list[AllotmentUse] = drawn(allotment_uses(MINUTES, st.just(MARCH)), 200)
        assert AllotmentUse() in found
        # Nothing, a second, a second too few for the minimum, just enough, and all.
        assert {self.left(use) for use in found} >= {0, 1, 59, 60, 600}
        assert any(use.used_seconds > MINUTES.seconds for use in found)
        assert any(use.used_seconds + use.held_seconds == MINUTES.seconds and use.held_seconds for use in found)
        assert any(use.used_seconds + use.held_seconds > MINUTES.seconds >= use.used_seconds for use in found)

    def test_several_periods_turn_up(self) -> None:
        found: list[AllotmentUse] = drawn(allotment_uses(), 100)
        assert len({use.period_start for use in found}) > 3
        assert 3600 in {use.used_seconds for use in found}

    @given(st.data(), allotments())
    def test_each_can_be_held_on_and_settled(self, data: st.DataObject, allotment: Allotment) -> None:
        start = allotment.period(at=NOON, timezone="America/New_York").start
        use = data.draw(allotment_uses(allotment, st.just(start)))
        held = allotment.hold(use, 60, at=NOON, timezone="America/New_York")
        left = allotment.left(use, at=NOON, timezone="America/New_York")
        if held is not None:
            assert held.hold.seconds <= left
            assert held.use.released(held.hold).held_seconds == use.held_seconds
            ended = allotment.settle(held.use, answered_at=NOON, seconds=0, timezone="America/New_York", held=held.hold)
            assert ended.use == held.use.released(held.hold)
