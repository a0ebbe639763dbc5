"""What calls cost, how long funds last, and how a call is charged in slices."""

import decimal
import pickle
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore._rated_seconds import charged_of, lasting
from tenantcore.errors import InvalidValue
from tenantcore.money import MAX_DIGITS, Money, MoneyFault, Rounding
from tenantcore.numbering import NumberClass, OwnClass
from tenantcore.rating import (
    MAX_BLOCK_SECONDS,
    MAX_SECONDS,
    Discount,
    Discounts,
    Precision,
    Rate,
    RateDeck,
    RateFault,
    RateRow,
    whole_seconds,
)
from tenantcore.testing import rates
from tenantcore.trunks import Direction
from tests.vector_files import Case, cases

ZERO = Money.zero("USD")
BY_THE_SECOND = Rate(per_minute=Money("0.05", "USD"), minimum_seconds=1, increment_seconds=1)


def usd(amount: str) -> Money:
    return Money(amount, "USD")


def per_minute(amount: str, minimum: int = 60, increment: int = 60, **others: Any) -> Rate:
    return Rate(per_minute=usd(amount), minimum_seconds=minimum, increment_seconds=increment, **others)


def seconds() -> SearchStrategy[int]:
    return st.integers(0, 400) | st.integers(0, 10**6)


def funds() -> SearchStrategy[Money]:
    return st.decimals(0, 30, places=3).map(lambda amount: Money(amount, "USD")) | st.sampled_from(
        [ZERO, usd("0.000001"), usd("0.0000004"), usd("999999999")]
    )


def walked(rate: Rate, length: int) -> int:
    """How many seconds are charged, block by block, as one would count them on a clock."""
    if length == 0 or length <= rate.free_seconds:
        return 0
    charged = rate.minimum_seconds
    while charged < length:
        charged += rate.increment_seconds
    return charged


def worked_out(rate: Rate, length: int) -> Money:
    """The cost by another way: Decimals of many digits, quantized once by the decimal module."""
    charged = walked(rate, length)
    fee = rate.connect_fee.amount if charged else Decimal(0)
    places, rounding = rate.precision.places, rate.precision.rounding
    with decimal.localcontext() as context:
        context.prec = 200
        # Sixty times the exact cost: a sixtieth need not be a finite decimal, and is compared with a middle below.
        sixty_times = 60 * fee + charged * rate.per_minute.amount
        unit = Decimal(1).scaleb(-places)
        if rounding in {Rounding.CASH_NEAREST, Rounding.CASH_CUT}:
            counted = sixty_times / 60 / unit
            if rounding is Rounding.CASH_CUT:
                counted = counted.to_integral_value("ROUND_DOWN")
            return Money((counted / 5).to_integral_value("ROUND_HALF_UP") * 5 * unit, rate.currency)
        return Money(quantized(sixty_times, unit, rounding), rate.currency)


def quantized(sixty_times: Decimal, unit: Decimal, rounding: Rounding) -> Decimal:
    below = (sixty_times / (60 * unit)).to_integral_value("ROUND_FLOOR")
    rest = sixty_times - below * 60 * unit
    middle = 30 * unit
    up = {
        Rounding.UP: rest > 0,
        Rounding.CEILING: rest > 0,
        Rounding.DOWN: False,
        Rounding.FLOOR: False,
        Rounding.HALF_UP: rest >= middle,
        Rounding.HALF_DOWN: rest > middle,
        Rounding.HALF_EVEN: rest > middle or (rest == middle and below % 2 == 1),
    }[rounding]
    return (below + up) * unit


class TestChargedSeconds:
    """RAT-1: minimum (first) seconds, then increments that are anchored after the minimum; free seconds; T = 0 is 0."""

    @pytest.mark.parametrize(
        ("length", "charged"),
        [(0, 0), (1, 30), (29, 30), (30, 30), (31, 48), (48, 48), (49, 66), (66, 66), (67, 84)],
    )
    def test_the_increment_is_anchored_after_the_minimum(self, length: int, charged: int) -> None:
        assert per_minute("0.6", 30, 18).charged_seconds(length) == charged

    def test_defaults_are_whole_minutes(self) -> None:
        rate = Rate(per_minute=usd("1"))
        assert (rate.minimum_seconds, rate.increment_seconds, rate.free_seconds) == (60, 60, 0)
        assert (rate.connect_fee, rate.precision) == (ZERO, Precision(6, Rounding.HALF_UP))
        assert [rate.charged_seconds(length) for length in (1, 60, 61, 120, 121)] == [60, 60, 120, 120, 180]

    @pytest.mark.parametrize(("length", "charged"), [(0, 0), (1, 6), (6, 6), (7, 12)])
    def test_without_a_minimum_increments_count_from_the_start(self, length: int, charged: int) -> None:
        assert per_minute("0.6", 0, 6).charged_seconds(length) == charged

    @pytest.mark.parametrize(("length", "charged"), [(0, 0), (1, 0), (10, 0), (11, 30), (31, 36)])
    def test_beyond_the_free_seconds_it_is_charged_from_the_first(self, length: int, charged: int) -> None:
        assert per_minute("0.6", 30, 6, free_seconds=10).charged_seconds(length) == charged

    def test_free_seconds_may_be_longer_than_the_minimum(self) -> None:
        rate = per_minute("0.6", 30, 6, free_seconds=45)
        assert [rate.charged_seconds(length) for length in (30, 45, 46)] == [0, 0, 48]

    @given(rates(), seconds())
    def test_it_is_what_one_counts_on_a_clock(self, rate: Rate, length: int) -> None:
        assume(length <= 10_000 * rate.increment_seconds)
        assert rate.charged_seconds(length) == walked(rate, length)

    @given(rates(), seconds())
    def test_nobody_is_charged_for_an_increment_that_was_not_begun(self, rate: Rate, length: int) -> None:
        charged = rate.charged_seconds(length)
        assert charged == 0 or charged >= length
        assert charged < max(rate.minimum_seconds + 1, length + rate.increment_seconds)
        assert rate.charged_seconds(charged) in {charged, 0}

    def test_the_rule_alone(self) -> None:
        assert charged_of(31, 0, 30, 18) == 48
        assert [lasting(room, 5, 30, 18) for room in (0, 29, 30, 47, 48, 101, 102)] == [5, 5, 30, 30, 48, 84, 102]

    @given(st.integers(0, 300), st.integers(0, 60), st.integers(0, 60), st.integers(1, 60))
    def test_a_call_lasts_to_the_last_second_that_fits(
        self, room: int, free: int, minimum: int, increment: int
    ) -> None:
        fitting = [each for each in range(400) if charged_of(each, free, minimum, increment) <= room]
        assert lasting(room, free, minimum, increment) == max(fitting)


class TestCost:
    """RAT-1: exact_cost is a Fraction; cost rounds it once (default 6 places, HALF_UP; the rate's own)."""

    def test_thirty_six(self) -> None:
        rate = per_minute("0.006", 30, 6)
        assert [str(rate.cost(length).amount) for length in (32, 57, 75)] == ["0.003600", "0.006000", "0.007800"]

    def test_the_fee_comes_with_the_first_charged_second(self) -> None:
        rate = per_minute("0.6", 1, 1, connect_fee=usd("0.1"), free_seconds=6)
        assert [rate.cost(length) for length in (0, 6, 7, 8)] == [ZERO, ZERO, usd("0.17"), usd("0.18")]

    def test_exact_before_it_is_rounded(self) -> None:
        assert BY_THE_SECOND.exact_cost(7) == Fraction(7, 1200)
        assert BY_THE_SECOND.cost(7) == usd("0.005833")
        with_fee = per_minute("0.6", connect_fee=usd("0.1"), free_seconds=6)
        assert [with_fee.exact_cost(length) for length in (0, 6, 7)] == [0, 0, Fraction(7, 10)]

    @pytest.mark.parametrize(
        ("precision", "cost"),
        [
            (Precision(), "0.005833"),
            (Precision(4, Rounding.UP), "0.0059"),
            (Precision(4, Rounding.DOWN), "0.0058"),
            (Precision(8, Rounding.DOWN), "0.00583333"),
            (Precision(2), "0.01"),
            (Precision(0), "0"),
            (Precision(2, Rounding.CASH_NEAREST), "0.00"),
            (Precision(3, Rounding.CASH_CUT), "0.005"),
            (Precision(-2, Rounding.UP), "100"),
        ],
    )
    def test_the_precision_is_the_rates_own(self, precision: Precision, cost: str) -> None:
        found = evolve(BY_THE_SECOND, precision=precision).cost(7)
        assert (str(found.amount), found.currency) == (cost, "USD")

    def test_whole_units_are_rounded_too_where_coins_are_counted(self) -> None:
        rate = per_minute("0.06", 1, 1, precision=Precision(3, Rounding.CASH_NEAREST))
        assert [str(rate.cost(length).amount) for length in (2, 3, 7, 8)] == ["0.000", "0.005", "0.005", "0.010"]

    def test_the_middle_goes_up_unless_another_rounding_is_named(self) -> None:
        rate = per_minute("0.000001", 30, 30)
        assert rate.exact_cost(1) == Fraction(1, 2_000_000)
        assert rate.cost(1) == usd("0.000001")
        assert evolve(rate, precision=Precision(6, Rounding.HALF_EVEN)).cost(1) == ZERO

    def test_nothing_drifts(self) -> None:
        assert per_minute("0.1", 1, 1).cost(180) == usd("0.3")
        assert sum(per_minute("0.1", 1, 1).cost(1).amount for _ in range(180)) == Decimal("0.300060")

    def test_the_callers_decimal_context_changes_nothing(self) -> None:
        rate = per_minute("123456789.123456", 1, 1)
        expected = rate.cost(86_399), rate.max_seconds(usd("987654321987654321")), rate.discounted(7)
        with decimal.localcontext() as context:
            context.prec, context.rounding = 3, decimal.ROUND_UP
            context.traps[decimal.Inexact] = True
            assert expected == (rate.cost(86_399), rate.max_seconds(usd("987654321987654321")), rate.discounted(7))
            assert per_minute("123456789.123456", 1, 1).cost(86_399) == expected[0]

    @given(rates(), st.integers(0, 5000))
    def test_it_agrees_with_another_way(self, rate: Rate, length: int) -> None:
        assert rate.cost(length) == worked_out(rate, length)

    @given(rates(), seconds())
    def test_exact_and_rounded_are_one_cost(self, rate: Rate, length: int) -> None:
        exact = rate.exact_cost(length)
        expected = Money("1", rate.currency).times(exact, rate.precision.rounding, places=rate.precision.places)
        assert rate.cost(length) == expected
        charged = rate.charged_seconds(length)
        fee = Fraction(rate.connect_fee.amount) if charged else 0
        assert exact == fee + Fraction(rate.per_minute.amount) * charged / 60

    @given(rates(), seconds(), st.integers(0, 500))
    def test_a_longer_call_never_costs_less(self, rate: Rate, length: int, more: int) -> None:
        assert rate.cost(length) <= rate.cost(length + more)

    @given(rates(), seconds())
    def test_it_is_constant_inside_an_increment(self, rate: Rate, length: int) -> None:
        charged = rate.charged_seconds(length)
        assume(charged)
        first = max(1, rate.free_seconds + 1, charged - rate.increment_seconds + 1)
        if charged == rate.minimum_seconds:
            first = max(1, rate.free_seconds + 1)
        assert {rate.cost(each) for each in (first, length, charged)} == {rate.cost(length)}
        assert rate.exact_cost(charged + 1) - rate.exact_cost(charged) == (
            Fraction(rate.per_minute.amount) * rate.increment_seconds / 60
        )

    def test_the_longest_durations_are_computed_with(self) -> None:
        assert per_minute("0", connect_fee=usd("0.1")).cost(MAX_SECONDS) == usd("0.1")
        with pytest.raises(InvalidValue) as error:
            per_minute("1").cost(MAX_SECONDS)
        assert error.value.problem.code is MoneyFault.AMOUNT_TOO_LARGE
        with pytest.raises(InvalidValue) as error:
            per_minute("1").cost(60 * 10**MAX_DIGITS)
        assert error.value.problem.code is MoneyFault.AMOUNT_TOO_LARGE
        assert per_minute("1").cost(60 * 10**MAX_DIGITS - 60) == usd("9" * MAX_DIGITS)

    def test_precision_to_its_ends(self) -> None:
        finest = per_minute("1", 1, 1, precision=Precision(MAX_DIGITS))
        assert str(finest.cost(1).amount) == "0.016666666666666666666666666666666667"
        coarsest = per_minute("5" + "0" * 35, precision=Precision(1 - MAX_DIGITS))
        assert coarsest.cost(1) == usd("1" + "0" * 35).times(5, Rounding.UP)

    def test_a_rate_is_a_value(self) -> None:
        rate = per_minute("0.05", connect_fee=usd("0"))
        assert rate == per_minute("0.050")
        assert hash(rate) == hash(per_minute("0.050"))
        assert rate != per_minute("0.05", 30)
        copied = pickle.loads(pickle.dumps(rate))  # noqa: S301 - our own
        assert (copied, hash(copied), copied.cost(61)) == (rate, hash(rate), rate.cost(61))
        assert rate.currency == "USD"


class TestMaxSeconds:
    """RAT-2: max_seconds(available) is the largest T with cost(T) at most available, None when unbounded."""

    @pytest.mark.parametrize(
        ("rate", "available", "longest"),
        [
            (per_minute("0.60"), "0.59", 0),
            (per_minute("0.60"), "0.60", 60),
            (per_minute("0.60"), "1.19", 60),
            (per_minute("0.60"), "1.20", 120),
            (per_minute("0.60", 60, 1), "1.00", 100),
            (per_minute("0.60", 1, 1, connect_fee=usd("0.10")), "1.00", 90),
            (per_minute("0.60", 1, 1, connect_fee=usd("0.10")), "0.10", 0),
            (per_minute("0.60", 1, 1, connect_fee=usd("0.10")), "0.109999", 0),
            (per_minute("0.60", 1, 1, connect_fee=usd("0.10")), "0.11", 1),
            (per_minute("0.60", 0, 1, free_seconds=3), "0.039999", 3),
            (per_minute("0.60", 0, 1, free_seconds=3), "0.04", 4),
            (per_minute("60", 1, 1, connect_fee=usd("1")), "10000", 9999),
            (per_minute("0.60", 30, 18), "0.48", 48),
            (per_minute("0.60", 30, 18), "0.479999", 30),
            (per_minute("0.60", 0, 6), "0.06", 6),
            (per_minute("0.60", 0, 6), "0.059999", 0),
        ],
    )
    def test_examples(self, rate: Rate, available: str, longest: int) -> None:
        assert rate.max_seconds(usd(available)) == longest

    def test_free_seconds_remain_where_nothing_is_affordable(self) -> None:
        rate = per_minute("0.60", free_seconds=6)
        assert [rate.max_seconds(usd(amount)) for amount in ("0", "0.59", "0.60")] == [6, 6, 60]

    def test_free_seconds_count_only_up_to_what_they_are(self) -> None:
        rate = per_minute("0.60", 30, 6, free_seconds=45)
        assert [rate.max_seconds(usd(amount)) for amount in ("0.47", "0.48", "0.54")] == [45, 48, 54]

    @pytest.mark.parametrize("rate", [per_minute("0"), per_minute("0.60", free_seconds=6)])
    def test_who_owes_begins_no_call(self, rate: Rate) -> None:
        assert rate.max_seconds(usd("-0.000001")) == 0

    def test_a_free_rate_never_ends(self) -> None:
        assert per_minute("0").max_seconds(ZERO) is None
        assert per_minute("0", connect_fee=usd("0.1")).max_seconds(usd("0.1")) is None
        assert per_minute("0", connect_fee=usd("0.1"), free_seconds=3).max_seconds(usd("0.09")) == 3

    def test_a_fee_that_is_rounded_away_never_ends(self) -> None:
        rate = per_minute("0", connect_fee=usd("0.004"), precision=Precision(2))
        assert rate.max_seconds(ZERO) is None

    def test_what_is_rounded_away_is_affordable(self) -> None:
        rate = per_minute("0.6", 1, 1, precision=Precision(1, Rounding.DOWN))
        assert [rate.max_seconds(usd(amount)) for amount in ("0", "0.09", "0.1")] == [9, 9, 19]

    @pytest.mark.parametrize("rounding", Rounding)
    @pytest.mark.parametrize("available", ["0", "0.01", "0.04", "0.05", "0.06", "0.07", "0.1", "1.02", "1.03"])
    def test_by_every_rounding_to_the_second(self, rounding: Rounding, available: str) -> None:
        rate = per_minute("0.0123", 1, 1, connect_fee=usd("0.004"), precision=Precision(2, rounding))
        longest = rate.max_seconds(usd(available))
        assert longest is not None
        slowly = max(length for length in range(longest + 600) if rate.cost(length) <= usd(available))
        assert longest == slowly

    @given(rates(), funds())
    @example(per_minute("0.0000001", precision=Precision(2, Rounding.CASH_CUT)), usd("0.03"))
    def test_it_is_the_last_affordable_second(self, rate: Rate, amount: Money) -> None:
        available = Money(amount.amount, rate.currency)
        longest = rate.max_seconds(available)
        if longest is None:
            assert rate.cost(10**15) <= available
        else:
            assert rate.cost(longest) <= available < rate.cost(longest + 1)

    @given(rates(), funds(), funds())
    def test_more_funds_never_last_shorter(self, rate: Rate, amount: Money, more: Money) -> None:
        shorter = rate.max_seconds(Money(amount.amount, rate.currency))
        longer = rate.max_seconds(Money((amount + more).amount, rate.currency))
        assert longer is None or (shorter is not None and shorter <= longer)

    def test_the_largest_funds_at_the_lowest_rate_last_a_duration(self) -> None:
        finest = Precision(MAX_DIGITS, Rounding.CASH_CUT)
        rate = per_minute("0." + "0" * 35 + "1", 1, 1, precision=finest)
        available = usd("9" * 36 + "." + "9" * 36)
        longest = rate.max_seconds(available)
        assert longest is not None
        assert longest < MAX_SECONDS
        assert rate.cost(longest) <= available
        coarse = evolve(rate, precision=Precision(1 - MAX_DIGITS, Rounding.CASH_CUT))
        assert (coarse.max_seconds(available) or MAX_SECONDS) < MAX_SECONDS


class TestSlices:
    """RAT-2: each slice captures cost(total so far) - already captured, so that their sum is the one-shot charge."""

    def test_the_next_slice_is_what_is_still_to_be_captured(self) -> None:
        captured = ZERO
        taken = []
        for length in (7, 20, 20, 31):
            part = BY_THE_SECOND.next_slice(length, captured=captured)
            captured += part
            taken.append(str(part.amount))
        assert taken == ["0.005833", "0.010834", "0.000000", "0.009166"]
        assert captured == BY_THE_SECOND.cost(31)

    @given(rates(), st.lists(seconds(), min_size=1, max_size=12))
    def test_slices_sum_to_the_whole_charge_for_any_cut(self, rate: Rate, parts: list[int]) -> None:
        captured = Money.zero(rate.currency)
        for length in accumulate(parts):
            part = rate.next_slice(length, captured=captured)
            assert not part.is_negative
            captured += part
        assert captured == rate.cost(sum(parts))

    def test_more_captured_than_it_costs_is_refused(self) -> None:
        assert BY_THE_SECOND.next_slice(7, captured=usd("0.005833")) == ZERO
        with pytest.raises(InvalidValue) as error:
            BY_THE_SECOND.next_slice(7, captured=usd("0.005834"))
        assert error.value.problem.code is RateFault.RATE_SLICE_OVERCAPTURED
        with pytest.raises(InvalidValue) as error:
            BY_THE_SECOND.next_slice(7, captured=usd("-0.000001"))
        assert error.value.problem.code is RateFault.RATE_NEGATIVE


class TestUncovered:
    """RAT-2: where the first seconds of a call are paid for otherwise, the others cost what they add to it."""

    def test_the_first_charged_second_carries_the_fee(self) -> None:
        rate = per_minute("0.60", 1, 1, connect_fee=usd("0.10"))
        assert [rate.uncovered_cost(90, covered_seconds=covered) for covered in (0, 1, 30, 89, 90, 91)] == [
            usd("1.00"),
            usd("0.89"),
            usd("0.60"),
            usd("0.01"),
            ZERO,
            ZERO,
        ]

    def test_an_increment_begun_under_the_cover_is_covered(self) -> None:
        rate = per_minute("0.60", 60, 60)
        lengths = (30, 31, 60, 61, 120, 121)
        assert [rate.uncovered_cost(length, covered_seconds=30) for length in lengths] == [
            ZERO,
            ZERO,
            ZERO,
            usd("0.60"),
            usd("0.60"),
            usd("1.20"),
        ]

    def test_covered_seconds_that_are_free_leave_the_fee(self) -> None:
        rate = per_minute("0.60", 1, 1, connect_fee=usd("0.10"), free_seconds=6)
        assert rate.uncovered_cost(7, covered_seconds=6) == rate.cost(7) == usd("0.17")
        assert rate.uncovered_cost(8, covered_seconds=7) == usd("0.01")

    @given(rates(), seconds(), seconds())
    def test_both_parts_cost_what_the_call_does(self, rate: Rate, covered: int, beyond: int) -> None:
        length = covered + beyond
        assert rate.cost(covered) + rate.uncovered_cost(length, covered_seconds=covered) == rate.cost(length)

    @given(rates(), seconds(), seconds())
    def test_all_or_nothing(self, rate: Rate, length: int, more: int) -> None:
        assert rate.uncovered_cost(length, covered_seconds=0) == rate.cost(length)
        assert rate.uncovered_cost(length, covered_seconds=length + more).is_zero

    @given(rates(), seconds(), seconds(), seconds())
    def test_more_seconds_cost_no_less_and_more_cover_no_more(
        self, rate: Rate, length: int, covered: int, more: int
    ) -> None:
        cost = rate.uncovered_cost(length, covered_seconds=covered)
        assert not cost.is_negative
        assert cost <= rate.uncovered_cost(length + more, covered_seconds=covered)
        assert cost >= rate.uncovered_cost(length, covered_seconds=covered + more)

    @given(rates(), seconds(), st.lists(seconds(), min_size=1, max_size=6))
    def test_slices_go_on_where_the_cover_ends(self, rate: Rate, covered: int, parts: list[int]) -> None:
        captured = Money.zero(rate.currency)
        for length in accumulate(parts, initial=covered):
            captured += rate.next_slice(length, captured=rate.cost(covered) + captured)
        assert captured == rate.uncovered_cost(covered + sum(parts), covered_seconds=covered)


class TestDiscounts:
    """RAT-1: a discount takes so many percent off the minute and the fee; the cost is still rounded once."""

    def test_it_is_taken_off_the_minute_and_the_fee(self) -> None:
        rate = per_minute("0.0205", 30, 6, connect_fee=usd("0.1"), free_seconds=3, precision=Precision(8))
        assert rate.discounted(10) == per_minute(
            "0.01845", 30, 6, connect_fee=usd("0.09"), free_seconds=3, precision=Precision(8)
        )

    def test_ends(self) -> None:
        rate = per_minute("0.60", connect_fee=usd("100"))
        assert rate.discounted(0) == rate
        assert rate.discounted(100) == per_minute("0", connect_fee=usd("0"))
        assert rate.discounted(100).max_seconds(ZERO) is None
        assert rate.discounted(Decimal("12.345678")).per_minute == usd("0.525925932")
        assert str(rate.discounted(50).connect_fee.amount) == "50"

    def test_how_an_amount_is_written_changes_nothing(self) -> None:
        first = per_minute("0.050", precision=Precision(7)).discounted(Decimal("10.0"))
        second = per_minute("0.05", precision=Precision(7)).discounted(10)
        assert repr(first) == repr(second)

    @given(rates(), st.integers(0, 100) | st.decimals(0, 100, places=6), seconds())
    def test_exactly_so_much_less(self, rate: Rate, percent: int | Decimal, length: int) -> None:
        kept = 1 - Fraction(percent) / 100
        assert rate.discounted(percent).exact_cost(length) == rate.exact_cost(length) * kept

    def test_by_class(self) -> None:
        offices = OwnClass(word="offices", label="Our offices")
        discounts = Discounts((Discount(NumberClass.INTERNATIONAL, 10), Discount(offices, Decimal("99.5"))))
        rate = per_minute("0.02")
        assert discounts.percent(NumberClass.INTERNATIONAL) == 10
        assert discounts.applied(rate, NumberClass.INTERNATIONAL).cost(60) == usd("0.018")
        assert discounts.applied(rate, offices).cost(60) == usd("0.0001")
        assert discounts.percent(NumberClass.CARIBBEAN) == 0
        assert discounts.applied(rate, NumberClass.CARIBBEAN) is rate
        assert Discounts().applied(rate, NumberClass.CARIBBEAN) is rate

    def test_discounts_are_a_value(self) -> None:
        discounts = Discounts((Discount(NumberClass.INTERNATIONAL, 10),))
        copied = pickle.loads(pickle.dumps(discounts))  # noqa: S301 - our own
        assert (copied, hash(copied)) == (discounts, hash(discounts))
        assert copied.percent(NumberClass.INTERNATIONAL) == 10


class TestWholeSeconds:
    """RAT-1: rates charge whole seconds; a measured duration becomes one by a rounding that is named."""

    @pytest.mark.parametrize(
        ("duration", "begun", "nearest"),
        [
            (Decimal("60.0"), 60, 60),
            (Decimal("60.1"), 61, 60),
            (Decimal("60.4"), 61, 60),
            (Decimal("60.5"), 61, 61),
            (Fraction(121, 2), 61, 61),
            (timedelta(seconds=60, milliseconds=499), 61, 60),
            (timedelta(days=1, microseconds=1), 86_401, 86_400),
            (timedelta(0), 0, 0),
            (60, 60, 60),
        ],
    )
    def test_examples(self, duration: Decimal | Fraction | timedelta, begun: int, nearest: int) -> None:
        assert whole_seconds(duration, Rounding.UP) == begun
        assert whole_seconds(duration, Rounding.HALF_UP) == nearest
        assert BY_THE_SECOND.charged_seconds(whole_seconds(duration, Rounding.UP)) == begun


def rate_of(given: dict[str, Any]) -> Rate:
    fields: dict[str, Any] = {name: given[name] for name in given if name.endswith("_seconds")}
    if "connect_fee" in given:
        fields["connect_fee"] = Money.parse(given["connect_fee"])
    precision = Precision(given.get("places", 6), Rounding(given.get("rounding", "HALF_UP")))
    assert set(given) <= {*fields, "per_minute", "places", "rounding"}
    return Rate(per_minute=Money.parse(given["per_minute"]), precision=precision, **fields)


def row_of(given: dict[str, Any]) -> RateRow:
    fields = dict(given)
    for name in {"start", "end"} & set(fields):
        fields[name] = datetime.fromisoformat(fields[name]).date()
    if "direction" in fields:
        fields["direction"] = Direction(fields["direction"])
    amounts: dict[str, Any] = {name: fields.pop(name) for name in ("per_minute", "connect_fee") if name in fields}
    return RateRow(rate=rate_of(amounts), **fields)


def told(given: dict[str, Any]) -> dict[str, Any]:
    """What the library answers to a case."""
    match given["do"]:
        case "cost":
            rate = rate_of(given["rate"])
            lengths = given["seconds"]
            costs = [*map(rate.cost, lengths)]
            if "covered" in given:
                parts = zip(lengths, given["covered"], strict=True)
                costs = [rate.uncovered_cost(each, covered_seconds=covered) for each, covered in parts]
            return {"charged": [rate.charged_seconds(each) for each in lengths], "costs": costs}
        case "max_seconds":
            return {"seconds": rate_of(given["rate"]).max_seconds(Money.parse(given["available"]))}
        case "slices":
            rate = rate_of(given["rate"])
            costs = [Money.zero(rate.currency), *map(rate.cost, given["seconds"])]
            slices = [
                rate.next_slice(length, captured=before)
                for length, (before, _) in zip(given["seconds"], pairwise(costs), strict=True)
            ]
            return {"slices": slices, "cost": Money.total(slices, rate.currency)}
        case "discount":
            rate = rate_of(given["rate"]).discounted(Decimal(given["percent"]))
            return {"cost": rate.cost(given["seconds"])}
        case "whole_seconds":
            return {"seconds": whole_seconds(Decimal(given["duration"]), Rounding(given["rounding"]))}
        case _:
            assert given["do"] == "find"
            deck = RateDeck(tuple(map(row_of, given["rows"])), timezone=given["timezone"])
            at, direction = datetime.fromisoformat(given["at"]), Direction(given["direction"])
            found = deck.find(given["number"], at=at, direction=direction)
            return {"name": found and found.name}


def read(expected: Any) -> Any:
    """What a case expects, with its amounts as Money."""
    if isinstance(expected, list):
        return [read(each) for each in expected]
    return Money.parse(expected) if isinstance(expected, str) and expected[-3:].isupper() else expected


class TestVectors:
    """RAT-1, RAT-2: cases that any implementation of the rules could run."""

    @pytest.mark.parametrize("case", cases("rating"), ids=lambda case: case.id)
    def test_case(self, case: Case) -> None:
        if "problem" in case.expect:
            with pytest.raises(InvalidValue) as error:
                told(case.given)
            assert str(error.value.problem.code) == case.expect["problem"]
        else:
            assert told(case.given) == {name: read(value) for name, value in case.expect.items()}

    def test_both_rules_have_cases(self) -> None:
        assert {case.rule for case in cases("rating")} == {"RAT-1", "RAT-2"}


class TestFields:
    """X-2: amounts below zero, two currencies and numbers out of range are refused; the last good value is taken."""

    @pytest.mark.parametrize("name", ["minimum_seconds", "increment_seconds", "free_seconds"])
    def test_numbers_of_seconds(self, name: str) -> None:
        least = 1 if name == "increment_seconds" else 0
        for good in (least, MAX_BLOCK_SECONDS):
            fields: dict[str, Any] = {name: good}
            assert getattr(Rate(per_minute=usd("1"), **fields), name) == good
        for wrong in (least - 1, MAX_BLOCK_SECONDS + 1):
            fields = {name: wrong}
            with pytest.raises(InvalidValue):
                Rate(per_minute=usd("1"), **fields)

    def test_places(self) -> None:
        for good in (MAX_DIGITS, 1 - MAX_DIGITS):
            assert Precision(good).places == good
        for wrong in (MAX_DIGITS + 1, -MAX_DIGITS):
            with pytest.raises(InvalidValue):
                Precision(wrong)

    def test_an_instant_is_no_duration(self) -> None:
        with pytest.raises(InvalidValue):
            BY_THE_SECOND.cost(datetime(2026, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]
