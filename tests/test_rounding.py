import decimal
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore._rounding import Rounding, round_quotient, share_out

DECIMALS_OWN = [rounding for rounding in Rounding if not rounding.name.startswith("CASH")]


def nearest(value: Fraction, step: int, *, middle: str) -> int:
    """The slow way: look at both neighbours and at how far they are."""
    below, above = math.floor(value / step) * step, math.ceil(value / step) * step
    towards, away = sorted((below, above), key=abs)
    even = below if below // step % 2 == 0 else above
    if value - below != above - value:
        return min(below, above, key=lambda neighbour: abs(value - neighbour))
    return {"towards": towards, "away": away, "even": even}[middle]


def slowly_rounded(value: Fraction, rounding: Rounding) -> int:  # noqa: PLR0911 - a table
    towards, away = sorted((math.floor(value), math.ceil(value)), key=abs)
    match rounding:
        case Rounding.HALF_UP:
            return nearest(value, 1, middle="away")
        case Rounding.HALF_EVEN:
            return nearest(value, 1, middle="even")
        case Rounding.HALF_DOWN:
            return nearest(value, 1, middle="towards")
        case Rounding.UP:
            return away
        case Rounding.DOWN:
            return towards
        case Rounding.CEILING:
            return math.ceil(value)
        case Rounding.FLOOR:
            return math.floor(value)
        case Rounding.CASH_NEAREST:
            return nearest(value, 5, middle="away")
        case Rounding.CASH_CUT:
            size = abs(towards)
            moved = size + {0: 0, 1: -1, 2: -2, 3: 2, 4: 1, 5: 0, 6: -1, 7: -2, 8: 2, 9: 1}[size % 10]
            return moved if value > 0 else -moved


def slowly_shared(units: int, shares: list[int]) -> list[int]:
    """The slow way: hand out the left-over units one by one, each to whoever is furthest below what is due."""
    due = [Fraction(abs(units) * share, sum(shares)) for share in shares]
    parts = [math.floor(part) for part in due]
    waiting = [index for index, share in enumerate(shares) if share]
    while sum(parts) < abs(units):
        furthest = waiting[0]
        for index in waiting[1:]:
            if due[index] - parts[index] > due[furthest] - parts[furthest]:
                furthest = index
        parts[furthest] += 1
    return [part if units > 0 else -part for part in parts]


class TestRounding:
    """Rounding names and meanings are `decimal`'s, and two for cash (PRC-2)."""

    @pytest.mark.parametrize(
        ("rounding", "expected"),
        [
            # of -2.6 -2.5 -2.4 -1.5 -0.5 0.5 1.5 2.4 2.5 2.6
            (Rounding.HALF_UP, [-3, -3, -2, -2, -1, 1, 2, 2, 3, 3]),
            (Rounding.HALF_EVEN, [-3, -2, -2, -2, 0, 0, 2, 2, 2, 3]),
            (Rounding.HALF_DOWN, [-3, -2, -2, -1, 0, 0, 1, 2, 2, 3]),
            (Rounding.UP, [-3, -3, -3, -2, -1, 1, 2, 3, 3, 3]),
            (Rounding.DOWN, [-2, -2, -2, -1, 0, 0, 1, 2, 2, 2]),
            (Rounding.CEILING, [-2, -2, -2, -1, 0, 1, 2, 3, 3, 3]),
            (Rounding.FLOOR, [-3, -3, -3, -2, -1, 0, 1, 2, 2, 2]),
            (Rounding.CASH_NEAREST, [-5, -5, 0, 0, 0, 0, 0, 0, 5, 5]),
            (Rounding.CASH_CUT, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ],
    )
    def test_both_neighbours_and_the_middle_on_both_sides_of_zero(
        self, rounding: Rounding, expected: list[int]
    ) -> None:
        tenths = (-26, -25, -24, -15, -5, 5, 15, 24, 25, 26)
        assert [round_quotient(tenth, 10, rounding) for tenth in tenths] == expected

    def test_cash_cut_by_last_digit(self) -> None:
        assert [round_quotient(digit, 1, Rounding.CASH_CUT) for digit in range(11)] == [0] * 3 + [5] * 5 + [10] * 3

    def test_cash_cut_drops_before_it_rounds(self) -> None:
        assert [round_quotient(tenths, 10, Rounding.CASH_CUT) for tenths in (29, 30, 79, 80)] == [0, 5, 5, 10]

    @pytest.mark.parametrize("rounding", Rounding)
    @pytest.mark.parametrize("whole", [-10, -5, 0, 5, 10])
    def test_what_needs_no_rounding_stays(self, whole: int, rounding: Rounding) -> None:
        assert round_quotient(3 * whole, 3, rounding) == whole

    @given(
        numerator=st.integers(-2000, 2000) | st.integers(),
        denominator=st.sampled_from((1, 2, 3, 4, 5, 7, 10, 20, 31, 100)) | st.integers(1, 10**30),
        rounding=st.sampled_from(Rounding),
    )
    def test_the_slow_way_agrees(self, numerator: int, denominator: int, rounding: Rounding) -> None:
        assert round_quotient(numerator, denominator, rounding) == slowly_rounded(
            Fraction(numerator, denominator), rounding
        )

    @given(digits=st.integers(-(10**40), 10**40), places=st.integers(0, 20), rounding=st.sampled_from(DECIMALS_OWN))
    def test_the_decimal_module_agrees(self, digits: int, places: int, rounding: Rounding) -> None:
        wide = decimal.Context(prec=100, rounding=f"ROUND_{rounding.name}")
        rounded = wide.to_integral_value(wide.scaleb(Decimal(digits), -places))
        assert round_quotient(digits, 10**places, rounding) == int(rounded)

    @given(numerator=st.integers(), denominator=st.integers(1), rounding=st.sampled_from(Rounding))
    def test_only_ceiling_and_floor_tell_the_sides_of_zero_apart(
        self, numerator: int, denominator: int, rounding: Rounding
    ) -> None:
        mirrors = {Rounding.CEILING: Rounding.FLOOR, Rounding.FLOOR: Rounding.CEILING}
        mirrored = round_quotient(-numerator, denominator, mirrors.get(rounding, rounding))
        assert round_quotient(numerator, denominator, rounding) == -mirrored


class TestSharingOut:
    """Largest remainder, ties to the earlier part, zero weight gets nothing, signs mirror, the sum exact (PRC-2)."""

    @pytest.mark.parametrize(
        ("units", "shares", "parts"),
        [
            (1000, (1, 1, 1), [334, 333, 333]),
            (1003, (49, 51), [491, 512]),
            (5, (30, 70), [2, 3]),
            (-5, (30, 70), [-2, -3]),
            (2, (1, 0, 1, 0, 1), [1, 0, 1, 0, 0]),
            (0, (1, 2), [0, 0]),
            (1, (0, 1), [0, 1]),
            (7, (5,), [7]),
        ],
    )
    def test_examples(self, units: int, shares: tuple[int, ...], parts: list[int]) -> None:
        assert share_out(units, shares) == parts

    @given(
        units=st.integers(-300, 300) | st.integers(),
        shares=st.lists(st.integers(0, 5) | st.integers(0), min_size=1, max_size=12).filter(any),
    )
    def test_the_slow_way_agrees_and_nothing_is_lost(self, units: int, shares: list[int]) -> None:
        parts = share_out(units, tuple(shares))
        assert parts == slowly_shared(units, shares)
        assert sum(parts) == units
        assert parts == [-part for part in share_out(-units, tuple(shares))]
        assert not any(part for part, share in zip(parts, shares, strict=True) if share == 0)
        assert all(
            abs(part * sum(shares) - units * share) < sum(shares) for part, share in zip(parts, shares, strict=True)
        )
