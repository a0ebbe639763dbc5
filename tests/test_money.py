import copy
import decimal
import pickle
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.currencies import currency_codes
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue, Kind, Problem
from tenantcore.money import MAX_DIGITS, MAX_PARTS, Factor, Money, MoneyFault, Rounding, minor_units
from tenantcore.testing import amounts
from tests.test_rounding import slowly_rounded, slowly_shared
from tests.vector_files import Case, cases

LONG = 1_000_000
LARGEST = Money("9" * MAX_DIGITS + "." + "9" * MAX_DIGITS, "USD")
SMALLEST = Money("0." + "0" * (MAX_DIGITS - 1) + "1", "USD")
NOT_MONEY = [1, 0, 1.5, True, None, "1 USD", Decimal(1), Fraction(1, 2), b"1", [], object()]

# Contexts that round everything, overflow at ten, refuse what they can and show exponents in small letters.
HOSTILE = [
    decimal.Context(prec=1, Emin=0, Emax=0, rounding=decimal.ROUND_UP, traps=[]),
    decimal.Context(
        prec=1, Emin=-1, Emax=1, rounding=decimal.ROUND_FLOOR, clamp=1, traps=list(decimal.Context().flags)
    ),
    decimal.Context(prec=3, rounding=decimal.ROUND_05UP, capitals=0, traps=[decimal.FloatOperation, decimal.Inexact]),
]

factors: st.SearchStrategy[Factor] = st.one_of(
    st.integers(-(10**30), 10**30), st.decimals("-1e9", "1e9", places=9), st.fractions(-(10**9), 10**9)
)
weights_of_0_or_more: st.SearchStrategy[Factor] = st.one_of(
    st.integers(0, 100), st.decimals(0, 100, places=3), st.fractions(0, 100, max_denominator=366)
)
weight_lists = st.lists(weights_of_0_or_more, min_size=1, max_size=8).filter(any)


def problem_of(compute: Callable[[], object]) -> Problem:
    with pytest.raises(InvalidValue) as caught:
        compute()
    assert isinstance(caught.value, InvalidType) is (caught.value.problem.code.kind is Kind.WRONG_TYPE)
    assert len(str(caught.value)) < 400
    return caught.value.problem


def fault_of(compute: Callable[[], object]) -> Code:
    return problem_of(compute).code


def usd(amount: str | int | Decimal) -> Money:
    return Money(amount, "USD")


def worth(amount: Money) -> Fraction:
    return Fraction(amount.amount)


def number(text: str) -> Factor:
    return Fraction(text) if "/" in text else Decimal(text) if "." in text else int(text)


def answer(given: dict[str, Any]) -> Any:  # noqa: PLR0911 - a table
    """Do what a vector says."""
    currency = given["currency"]
    rounding = Rounding[given["rounding"]] if "rounding" in given else Rounding.HALF_UP
    match given["do"]:
        case "minor_units":
            return {"digits": minor_units(currency)}
        case "total":
            return {"amount": f"{Money.total([Money(each, currency) for each in given['amounts']], currency).amount:f}"}
        case "take":
            return {"amount": f"{Money(given['amount'], currency).amount:f}"}
    money, places = Money(given["amount"], currency), given["places"]
    match given["do"]:
        case "rounded":
            return {"amount": f"{money.rounded(rounding, places=places).amount:f}"}
        case "times":
            return {"amount": f"{money.times(number(given['factor']), rounding, places=places).amount:f}"}
        case "split":
            return {"parts": [f"{part.amount:f}" for part in money.split(given["parts"], places=places)]}
        case "allocate":
            parts = money.allocate([number(weight) for weight in given["weights"]], places=places)
            return {"parts": [f"{part.amount:f}" for part in parts]}
    raise AssertionError(given)


class TestVectors:
    """Cases that any implementation could run (PRC-2, X-2)."""

    @pytest.mark.parametrize("case", cases("money"), ids=lambda case: case.id)
    def test_vector(self, case: Case) -> None:
        if "problem" in case.expect:
            assert str(fault_of(lambda: answer(case.given))) == case.expect["problem"]
        else:
            assert answer(case.given) == case.expect

    @pytest.mark.parametrize("ambient", HOSTILE)
    def test_every_vector_holds_in_a_hostile_context(self, ambient: decimal.Context) -> None:
        with decimal.localcontext(ambient):
            for case in cases("money"):
                self.test_vector(case)


class TestValues:
    """Amounts are immutable values that pickle, print and read back (PRC-2, X-4)."""

    def test_parts(self) -> None:
        money = Money(amount="12.50", currency="USD")
        assert (str(money.amount), money.currency) == ("12.50", "USD")

    def test_nothing_can_be_assigned_or_added(self) -> None:
        money = usd("1")
        for name in ("amount", "currency", "cents"):
            with pytest.raises(AttributeError):
                setattr(money, name, Decimal(2))
        assert not hasattr(money, "__dict__")

    def test_a_changed_copy_is_checked(self) -> None:
        assert attrs.evolve(usd("1"), amount="2.00") == usd("2")
        assert fault_of(lambda: attrs.evolve(usd("1"), amount="x")) is MoneyFault.AMOUNT_MALFORMED

    @pytest.mark.parametrize("text", ["12.50", "-0.01", "0", "0.0000001", "100", "1" + "0" * 35 + "." + "0" * 35 + "1"])
    def test_how_it_is_written(self, text: str) -> None:
        assert str(usd(text)) == f"{text} USD"
        assert repr(usd(text)) == f"Money('{text}', 'USD')"

    @given(amounts())
    def test_it_reads_back(self, money: Money) -> None:
        for again in (
            Money.parse(str(money)),
            eval(repr(money), {"Money": Money}),  # noqa: S307 - of our own text
            pickle.loads(pickle.dumps(money)),  # noqa: S301 - our own bytes
            copy.copy(money),
            copy.deepcopy(money),
            Money(money.amount, money.currency),
        ):
            assert again == money
            assert str(again) == str(money)

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_it_pickles_by_every_protocol(self, protocol: int) -> None:
        assert pickle.loads(pickle.dumps(LARGEST, protocol)) == LARGEST  # noqa: S301 - our own bytes

    def test_a_forged_pickle_is_checked(self) -> None:
        forged = pickle.dumps(usd("12.50"), 0).replace(b"12.50", b"1e999")
        assert fault_of(lambda: pickle.loads(forged)) is MoneyFault.AMOUNT_MALFORMED  # noqa: S301 - the point

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", MoneyFault.MONEY_MALFORMED),
            ("12.50", MoneyFault.MONEY_MALFORMED),
            ("12.50USD", MoneyFault.MONEY_MALFORMED),
            ("12.50\tUSD", MoneyFault.MONEY_MALFORMED),
            ("12.50\u00a0USD", MoneyFault.MONEY_MALFORMED),
            ("x" * LONG, MoneyFault.MONEY_MALFORMED),
            ("USD 12.50", MoneyFault.AMOUNT_MALFORMED),
            (" 12.50 USD", MoneyFault.AMOUNT_MALFORMED),
            ("12,50 USD", MoneyFault.AMOUNT_MALFORMED),
            ("12.50  USD", MoneyFault.MONEY_CURRENCY_MALFORMED),
            ("12.50 USD ", MoneyFault.MONEY_CURRENCY_MALFORMED),
            ("12.50 usd", MoneyFault.MONEY_CURRENCY_MALFORMED),
            ("1 " * LONG, MoneyFault.MONEY_CURRENCY_MALFORMED),
        ],
    )
    def test_other_text_is_not_read(self, text: str, code: Code) -> None:
        assert fault_of(lambda: Money.parse(text)) is code

    @pytest.mark.parametrize("text", [None, 12, b"12.50 USD", usd("12.50")])
    def test_only_text_is_read(self, text: Any) -> None:
        assert fault_of(lambda: Money.parse(text)) is FieldCode.FIELD_WRONG_TYPE

    @pytest.mark.parametrize("currency", ["", "usd", None, 840])
    def test_the_currency_is_checked_too(self, currency: Any) -> None:
        for build in (lambda: Money("1", currency), lambda: Money.zero(currency), lambda: Money.total([], currency)):
            assert fault_of(build) in {MoneyFault.MONEY_CURRENCY_MALFORMED, FieldCode.FIELD_WRONG_TYPE}

    def test_zero(self) -> None:
        assert Money.zero("JPY") == Money("0.00", "JPY")

    @pytest.mark.parametrize(
        ("amount", "signs"),
        [("0.00", (True, False, False)), ("0.01", (False, True, False)), ("-0.01", (False, False, True))],
    )
    def test_signs(self, amount: str, signs: tuple[bool, bool, bool]) -> None:
        money = usd(amount)
        assert (money.is_zero, money.is_positive, money.is_negative) == signs

    @pytest.mark.parametrize("amount", ["0", "1"])
    def test_it_has_no_truth_value(self, amount: str) -> None:
        assert problem_of(lambda: bool(usd(amount))) == Problem(
            MoneyFault.MONEY_NEITHER_TRUE_NOR_FALSE, params={"currency": "USD"}
        )


class TestSums:
    """Adding and subtracting are exact and keep to one currency (PRC-2)."""

    def test_the_finer_scale_stays(self) -> None:
        assert str(usd("1.5") + usd("0.25")) == "1.75 USD"
        assert str(usd("1.50") - usd("0.5")) == "1.00 USD"

    def test_no_digit_is_lost_where_a_default_context_would_lose_one(self) -> None:
        large, small = usd(10**27), usd("0.000000000001")
        assert str(large + small) == "1000000000000000000000000000.000000000001 USD"
        assert large + small - large == small

    def test_zero_has_no_sign(self) -> None:
        assert [str(zero) for zero in (-usd("0.00"), usd("-1") + usd("1"), usd("1") - usd("1"), usd("-1") * 0)] == [
            "0.00 USD",
            "0 USD",
            "0 USD",
            "0 USD",
        ]

    @given(left=amounts("USD"), right=amounts("USD"))
    def test_fractions_agree(self, left: Money, right: Money) -> None:
        assert worth(left + right) == worth(left) + worth(right)
        assert worth(left - right) == worth(left) - worth(right)
        assert worth(-left) == -worth(left)
        assert left + right == right + left
        assert left - right == -(right - left) == left + -right

    @given(one=amounts("USD"), two=amounts("USD"), three=amounts("USD"))
    def test_brackets_make_no_difference(self, one: Money, two: Money, three: Money) -> None:
        assert (one + two) + three == one + (two + three) == Money.total([three, one, two], "USD")

    def test_the_largest_amount_is_the_end(self) -> None:
        for compute in (
            lambda: LARGEST + SMALLEST,
            lambda: -LARGEST - SMALLEST,
            lambda: LARGEST + LARGEST,
            lambda: LARGEST - -LARGEST,
        ):
            assert problem_of(compute) == Problem(MoneyFault.AMOUNT_TOO_LARGE, params={"maximum": MAX_DIGITS})
        assert LARGEST - SMALLEST + SMALLEST == LARGEST

    @pytest.mark.parametrize(
        "compute",
        [
            lambda left, right: left + right,
            lambda left, right: left - right,
            lambda left, right: left < right,
            lambda left, right: left <= right,
            lambda left, right: left > right,
            lambda left, right: left >= right,
        ],
    )
    def test_another_currency_is_refused_by_name(self, compute: Callable[[Money, Money], object]) -> None:
        assert problem_of(lambda: compute(usd("1"), Money("1", "EUR"))) == Problem(
            MoneyFault.MONEY_CURRENCIES_DIFFER, params={"left": "USD", "right": "EUR"}
        )

    @pytest.mark.parametrize(
        "compute",
        [
            lambda money, other: money + other,
            lambda money, other: money - other,
            lambda money, other: other + money,
            lambda money, other: other - money,
            lambda money, other: money < other,
            lambda money, other: money <= other,
            lambda money, other: money > other,
            lambda money, other: money >= other,
            lambda money, other: other < money,
        ],
    )
    @pytest.mark.parametrize("other", NOT_MONEY)
    def test_anything_but_money_is_refused(self, compute: Callable[[Money, Any], object], other: Any) -> None:
        assert problem_of(lambda: compute(usd("1"), other)) == Problem(
            MoneyFault.MONEY_OPERAND_NOT_MONEY, params={"currency": "USD", "actual": type(other).__name__}
        )

    def test_the_builtin_sum_is_pointed_to_total(self) -> None:
        assert "Money.total()" in problem_of(lambda: sum([usd("1"), usd("2")])).remedy  # type: ignore[list-item]

    @given(st.lists(amounts("KWD"), max_size=6))
    def test_total(self, parts: list[Money]) -> None:
        assert worth(Money.total(iter(parts), "KWD")) == sum(map(worth, parts))

    def test_the_total_of_nothing_is_zero(self) -> None:
        assert Money.total([], "JPY") == Money.zero("JPY")

    def test_total_says_which_amount_is_wrong(self) -> None:
        mixed = problem_of(lambda: Money.total([usd("1"), Money("1", "EUR")], "USD"))
        assert (mixed.code, mixed.path) == (MoneyFault.MONEY_CURRENCIES_DIFFER, ("amounts", 1))
        foreign = problem_of(lambda: Money.total([usd("1")], "EUR"))
        assert (foreign.code, foreign.path) == (MoneyFault.MONEY_CURRENCIES_DIFFER, ("amounts", 0))
        number = problem_of(lambda: Money.total([usd("1"), usd("2"), 3], "USD"))  # type: ignore[list-item]
        assert (number.code, number.path) == (MoneyFault.MONEY_OPERAND_NOT_MONEY, ("amounts", 2))
        large = problem_of(lambda: Money.total([LARGEST, SMALLEST], "USD"))
        assert (large.code, large.path) == (MoneyFault.AMOUNT_TOO_LARGE, ("amounts", 1))

    @pytest.mark.parametrize("amounts", [None, 3, usd("1")])
    def test_total_needs_many(self, amounts: Any) -> None:
        assert fault_of(lambda: Money.total(amounts, "USD")) is FieldCode.FIELD_WRONG_TYPE


class TestComparing:
    """Amounts of one currency have an order; equality across currencies is False (PRC-2)."""

    def test_trailing_zeros_make_no_difference(self) -> None:
        assert usd("1.0") == usd("1.00") == usd(1)
        assert hash(usd("1.0")) == hash(usd("1.00")) == hash(usd(1))
        assert len({usd("1.0"), usd("1.00"), usd("1.01"), Money("1", "EUR")}) == 3

    def test_currencies_are_never_equal(self) -> None:
        assert usd("1") != Money("1", "EUR")
        assert usd("0") != Money("0", "EUR")

    @pytest.mark.parametrize("other", NOT_MONEY)
    def test_nothing_else_is_equal(self, other: object) -> None:
        assert usd("1") != other
        assert not usd("1") == other  # noqa: SIM201 - both operators are asked

    def test_others_may_say_they_are_equal(self) -> None:
        class Anything:
            def __eq__(self, other: object) -> bool:
                return True

            __hash__ = None  # type: ignore[assignment]  # not needed here

        assert usd("1") == Anything()

    @given(left=amounts("USD"), right=amounts("USD"))
    def test_fractions_agree(self, left: Money, right: Money) -> None:
        assert (left < right) is (worth(left) < worth(right))
        assert (left <= right) is (worth(left) <= worth(right))
        assert (left > right) is (worth(left) > worth(right))
        assert (left >= right) is (worth(left) >= worth(right))
        assert (left == right) is (worth(left) == worth(right))
        assert left != right or hash(left) == hash(right)
        assert max(left, right) == usd(max(left.amount, right.amount))

    def test_equal_amounts_are_neither_above_nor_below(self) -> None:
        one, same = usd("1.0"), usd("1.00")
        assert (one < same, one <= same, one > same, one >= same) == (False, True, False, True)


class TestMultiplying:
    """`*` is exact, by whole numbers and Decimals; `times` rounds once, by name, and takes Fractions too (PRC-2)."""

    def test_by_a_sign(self) -> None:
        assert str(usd("19.99") * 3) == "59.97 USD"
        assert str(3 * usd("19.99")) == "59.97 USD"
        assert str(usd("2.00") * Decimal("1.5")) == "3.000 USD"
        assert str(Decimal("1.5") * usd("2.00")) == "3.000 USD"
        assert str(usd("1.5") * Decimal("1E+2")) == "150 USD"

    @given(money=amounts("USD", decimals=6), factor=st.integers(-1000, 1000) | st.decimals(-1000, 1000, places=4))
    def test_fractions_agree(self, money: Money, factor: int | Decimal) -> None:
        assert worth(money * factor) == worth(factor * money) == worth(money) * Fraction(factor)

    def test_zeros_beyond_the_last_decimal_are_dropped(self) -> None:
        fine = Decimal("1." + "0" * MAX_DIGITS)
        assert str(SMALLEST * fine) == str(SMALLEST)
        assert str(usd("0.00") * Decimal("1E-72")) == f"0.{'0' * MAX_DIGITS} USD"

    @pytest.mark.parametrize(
        ("money", "factor", "code"),
        [
            (LARGEST, 2, MoneyFault.AMOUNT_TOO_LARGE),
            (-LARGEST, Decimal(2), MoneyFault.AMOUNT_TOO_LARGE),
            (usd(1), 10**36, MoneyFault.AMOUNT_TOO_LARGE),
            (LARGEST, -(10**72) + 1, MoneyFault.AMOUNT_TOO_LARGE),
            (SMALLEST, Decimal("0.1"), MoneyFault.AMOUNT_TOO_PRECISE),
            (SMALLEST, Decimal("1E-72"), MoneyFault.AMOUNT_TOO_PRECISE),
            (LARGEST, Decimal("0.1"), MoneyFault.AMOUNT_TOO_PRECISE),
            (LARGEST, Decimal("0." + "9" * 72), MoneyFault.AMOUNT_TOO_PRECISE),
            (usd(1), 10**72, MoneyFault.FACTOR_TOO_LONG),
            (usd(1), 1 << LONG, MoneyFault.FACTOR_TOO_LONG),
            (usd(1), -(1 << LONG), MoneyFault.FACTOR_TOO_LONG),
            (usd(0), Decimal("1E+999999999999999999"), MoneyFault.FACTOR_TOO_LONG),
            (usd(1), Decimal("9" * LONG), MoneyFault.FACTOR_TOO_LONG),
            (usd(1), Decimal("NaN"), MoneyFault.FACTOR_NOT_FINITE),
            (usd(1), Decimal("sNaN"), MoneyFault.FACTOR_NOT_FINITE),
            (usd(1), Decimal("-Infinity"), MoneyFault.FACTOR_NOT_FINITE),
        ],
        ids=range(16),
    )
    def test_what_does_not_fit_is_refused_not_rounded(self, money: Money, factor: int | Decimal, code: Code) -> None:
        assert fault_of(lambda: money * factor) is code

    @pytest.mark.parametrize("factor", [1.5, True, None, "2", Fraction(1, 2), usd("2"), [1], object()])
    def test_other_factors_are_refused(self, factor: Any) -> None:
        expected = Problem(
            FieldCode.FIELD_WRONG_TYPE,
            params={
                "field": "factor",
                "expected": "a whole number or a Decimal (a Fraction only in times)",
                "actual": type(factor).__name__,
            },
        )
        assert problem_of(lambda: usd("1") * factor) == expected
        assert problem_of(lambda: factor * usd("1")) == expected

    @pytest.mark.parametrize("factor", [1.5, True, None, "2", usd("2"), [1], object()])
    def test_times_refuses_them_too(self, factor: Any) -> None:
        assert problem_of(lambda: usd("1").times(factor, Rounding.HALF_UP)) == Problem(
            FieldCode.FIELD_WRONG_TYPE,
            params={
                "field": "factor",
                "expected": "a whole number, a Decimal or a Fraction",
                "actual": type(factor).__name__,
            },
        )

    def test_there_is_no_dividing_by_a_sign(self) -> None:
        with pytest.raises(TypeError):
            usd("1") / 2  # type: ignore[operator]

    @given(money=amounts(), factor=factors, rounding=st.sampled_from(Rounding), places=st.integers(-6, 12))
    def test_times_is_exact_and_then_rounded_once(
        self, money: Money, factor: Factor, rounding: Rounding, places: int
    ) -> None:
        unit = Fraction(10) ** -places
        expected = slowly_rounded(worth(money) * Fraction(factor) / unit, rounding) * unit
        if abs(expected) >= 10**MAX_DIGITS:
            assert fault_of(lambda: money.times(factor, rounding, places=places)) is MoneyFault.AMOUNT_TOO_LARGE
            return
        result = money.times(factor, rounding, places=places)
        assert worth(result) == expected
        assert len(f"{result.amount:f}".partition(".")[2]) == max(places, 0)

    def test_rounding_twice_would_give_more(self) -> None:
        assert usd("0.445").times(Fraction(1, 1), Rounding.HALF_UP, places=1) == usd("0.4")

    def test_a_product_may_be_longer_than_an_amount_before_it_is_rounded(self) -> None:
        factor = Fraction(10**72 - 3, 10**72 - 1)
        assert worth(LARGEST.times(factor, Rounding.DOWN, places=0)) == 10**MAX_DIGITS - 1


class TestRounding:
    """Exact until one named rounding step; places may be negative, and by default are the currency's own (PRC-2)."""

    @given(money=amounts(), rounding=st.sampled_from(Rounding), places=st.integers(-6, 14))
    def test_the_slow_way_agrees(self, money: Money, rounding: Rounding, places: int) -> None:
        unit = Fraction(10) ** -places
        rounded = money.rounded(rounding, places=places)
        assert worth(rounded) == slowly_rounded(worth(money) / unit, rounding) * unit
        assert rounded.currency == money.currency
        assert rounded.rounded(rounding, places=places) == rounded

    @given(money=amounts(), rounding=st.sampled_from(Rounding))
    def test_by_default_to_the_currency_s_unit(self, money: Money, rounding: Rounding) -> None:
        places = minor_units(money.currency)
        assert str(money.rounded(rounding)) == str(money.rounded(rounding, places=places))

    def test_results_are_written_without_exponents(self) -> None:
        assert str(usd("1250").rounded(Rounding.HALF_EVEN, places=-2)) == "1200 USD"
        assert str(usd("5").rounded(Rounding.HALF_EVEN, places=9)) == "5.000000000 USD"
        assert str(usd("-0.4").rounded(Rounding.HALF_EVEN, places=0)) == "0 USD"

    @pytest.mark.parametrize("places", [-MAX_DIGITS, MAX_DIGITS])
    def test_places_reach_as_far_as_amounts(self, places: int) -> None:
        assert LARGEST.rounded(Rounding.DOWN, places=places) == (usd(0) if places < 0 else LARGEST)

    def test_rounding_up_beyond_the_largest_amount(self) -> None:
        for places in (-MAX_DIGITS, -1, 0, 1, MAX_DIGITS - 1):
            code = fault_of(lambda places=places: LARGEST.rounded(Rounding.UP, places=places))  # type: ignore[misc]
            assert code is MoneyFault.AMOUNT_TOO_LARGE

    @pytest.mark.parametrize(
        ("places", "code"),
        [
            (-MAX_DIGITS - 1, FieldCode.FIELD_BELOW_MINIMUM),
            (MAX_DIGITS + 1, FieldCode.FIELD_ABOVE_MAXIMUM),
            (1 << LONG, FieldCode.FIELD_ABOVE_MAXIMUM),
            (True, FieldCode.FIELD_WRONG_TYPE),
            (2.0, FieldCode.FIELD_WRONG_TYPE),
            ("2", FieldCode.FIELD_WRONG_TYPE),
            (Decimal(2), FieldCode.FIELD_WRONG_TYPE),
        ],
        ids=range(7),
    )
    def test_other_places_are_refused(self, places: Any, code: Code) -> None:
        for compute in (
            lambda: usd("1").rounded(Rounding.UP, places=places),
            lambda: usd("1").times(2, Rounding.UP, places=places),
            lambda: usd("1").split(2, places=places),
            lambda: usd("1").allocate([1], places=places),
        ):
            problem = problem_of(compute)
            assert (problem.code, problem.params["field"]) == (code, "places")

    @pytest.mark.parametrize("rounding", ["HALF_UP", "ROUND_HALF_UP", None, 1, Rounding])
    def test_a_rounding_is_a_member_not_its_name(self, rounding: Any) -> None:
        problem = problem_of(lambda: usd("1").rounded(rounding))
        assert (problem.code, problem.params["field"]) == (FieldCode.FIELD_WRONG_TYPE, "rounding")

    def test_a_currency_without_a_unit_needs_places(self) -> None:
        gold = Money("1.2345", "XAU")
        assert gold.rounded(Rounding.DOWN, places=3) == Money("1.234", "XAU")
        for compute in (lambda: gold.rounded(Rounding.DOWN), lambda: gold.split(2)):
            assert problem_of(compute) == Problem(MoneyFault.MINOR_UNIT_MISSING, params={"currency": "XAU"})


class TestSharing:
    """Largest remainder, ties to the earlier part, zero weight gets nothing, signs mirror, the sum exact (PRC-2)."""

    @given(money=amounts(), weights=weight_lists, places=st.none() | st.integers(-3, 6))
    def test_the_slow_way_agrees_and_nothing_is_lost(
        self, money: Money, weights: list[Factor], places: int | None
    ) -> None:
        digits = minor_units(money.currency) if places is None else places
        while (worth(money) * Fraction(10) ** digits).denominator != 1:
            digits += 1
        unit = Fraction(10) ** -digits
        common = Fraction(1)
        for weight in weights:
            common *= Fraction(weight).denominator
        shares = [int(Fraction(weight) * common) for weight in weights]
        parts = money.allocate(weights, places=places)
        assert [worth(part) / unit for part in parts] == slowly_shared(int(worth(money) / unit), shares)
        assert Money.total(parts, money.currency) == money
        assert [-part for part in parts] == list((-money).allocate(weights, places=places))

    @given(money=amounts(), parts=st.integers(1, 12))
    def test_split_is_allocate_with_equal_weights(self, money: Money, parts: int) -> None:
        shared = money.split(parts)
        assert shared == money.allocate([Decimal("2.5")] * parts)
        assert list(shared) == sorted(shared, key=abs_of, reverse=True)
        assert Money.total(shared, money.currency) == money

    @pytest.mark.parametrize("amount", ["10", "10.0", "10.000000"])
    def test_equal_amounts_are_shared_alike(self, amount: str) -> None:
        assert [str(part.amount) for part in usd(amount).split(3)] == ["3.34", "3.33", "3.33"]

    def test_the_largest_amount_with_the_finest_digit(self) -> None:
        parts = LARGEST.split(17, places=MAX_DIGITS)
        assert Money.total(parts, "USD") == LARGEST
        assert max(parts) - min(parts) == SMALLEST

    def test_a_round_amount_in_round_units(self) -> None:
        assert [str(part) for part in usd("1000").split(3, places=-2)] == ["400 USD", "300 USD", "300 USD"]
        assert [str(part) for part in usd("1050").split(2, places=-2)] == ["530 USD", "520 USD"]

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            (0, FieldCode.FIELD_BELOW_MINIMUM),
            (-1, FieldCode.FIELD_BELOW_MINIMUM),
            (MAX_PARTS + 1, FieldCode.FIELD_ABOVE_MAXIMUM),
            (1 << LONG, FieldCode.FIELD_ABOVE_MAXIMUM),
            (True, FieldCode.FIELD_WRONG_TYPE),
            (2.0, FieldCode.FIELD_WRONG_TYPE),
            ("2", FieldCode.FIELD_WRONG_TYPE),
            (None, FieldCode.FIELD_WRONG_TYPE),
        ],
        ids=range(8),
    )
    def test_other_numbers_of_parts_are_refused(self, parts: Any, code: Code) -> None:
        problem = problem_of(lambda: usd("1").split(parts))
        assert (problem.code, problem.params["field"]) == (code, "parts")

    @pytest.mark.parametrize(
        ("weights", "code"),
        [
            ([], FieldCode.FIELD_BELOW_MINIMUM),
            ([0], MoneyFault.WEIGHTS_ALL_ZERO),
            ([1, -1], FieldCode.FIELD_BELOW_MINIMUM),
            ([0.5], FieldCode.FIELD_WRONG_TYPE),
            (None, FieldCode.FIELD_WRONG_TYPE),
            ({"a": 1}, FieldCode.FIELD_WRONG_TYPE),
        ],
    )
    def test_other_weights_are_refused(self, weights: Any, code: Code) -> None:
        assert fault_of(lambda: usd("1").allocate(weights)) is code


class TestMinorUnits:
    """The digits of a currency are ISO 4217's, not those that CLDR displays (PRC-2, ORG-7)."""

    # Shown without decimals, as the parts have fallen out of use; the standard keeps them.
    SHOWN_WITHOUT = "AFN ALL IQD IRR KPW LAK LBP MGA MMK RSD SOS SYP YER"

    def test_cldr_agrees_but_for_what_it_only_displays(self) -> None:
        differing = [code for code in currency_codes() if get_currency_precision(code) != minor_units(code)]
        assert differing == self.SHOWN_WITHOUT.split()
        assert [minor_units(code) for code in differing] == [3 if code == "IQD" else 2 for code in differing]

    def test_unknown_currencies_have_two(self) -> None:
        assert minor_units("ZZZ") == 2

    @pytest.mark.parametrize("currency", ["usd", "", None, 840])
    def test_what_is_no_currency_is_refused(self, currency: Any) -> None:
        assert fault_of(lambda: minor_units(currency)) in {
            MoneyFault.MONEY_CURRENCY_MALFORMED,
            FieldCode.FIELD_WRONG_TYPE,
        }


class TestAmbientContext:
    """The caller's decimal context changes nothing, neither results nor what is refused (PRC-2)."""

    @pytest.mark.parametrize("ambient", HOSTILE)
    @given(
        money=amounts("USD"),
        other=amounts("USD"),
        factor=factors,
        rounding=st.sampled_from(Rounding),
        weights=weight_lists,
    )
    def test_everything_comes_out_the_same(
        self,
        *,
        ambient: decimal.Context,
        money: Money,
        other: Money,
        factor: Factor,
        rounding: Rounding,
        weights: Sequence[Factor],
    ) -> None:
        def everything() -> Iterator[object]:
            yield Money(money.amount, "USD")
            yield from (money + other, money - other, -money, Money.total([money, other], "USD"))
            yield (money == other, money < other, money <= other, money > other, money >= other, hash(money))
            yield (money.is_zero, money.is_positive, money.is_negative)
            yield from (str(money), repr(money), Money.parse(str(money)), pickle.loads(pickle.dumps(money)))  # noqa: S301
            yield outcome(lambda: money.times(factor, rounding, places=6))
            yield from (money.rounded(rounding), money.split(3), money.allocate(weights))
            yield outcome(lambda: money * factor)  # type: ignore[operator]  # a Fraction is refused

        def outcome(compute: Callable[[], object]) -> object:
            try:
                return compute()
            except InvalidValue as error:
                return error.problem

        expected = list(map(repr, everything()))
        with decimal.localcontext(ambient) as context:
            assert list(map(repr, everything())) == expected
            assert not any(context.flags.values())

    def test_no_flag_of_the_caller_is_raised(self) -> None:
        with decimal.localcontext(decimal.Context()) as context:
            usd("1").times(Fraction(1, 3), Rounding.HALF_UP)
            fault_of(lambda: LARGEST + LARGEST)
            fault_of(lambda: LARGEST * Decimal("0.1"))
            assert not any(context.flags.values())


def abs_of(money: Money) -> Decimal:
    return money.amount.copy_abs()


class TestSmallestSteps:
    """PRC-2: the least that is left over counts, and the most that fits still fits."""

    @pytest.mark.parametrize(("rounding", "whole"), [("UP", "4"), ("CEILING", "4"), ("DOWN", "3"), ("FLOOR", "3")])
    def test_a_rest_of_one_third_is_a_rest(self, rounding: str, whole: str) -> None:
        assert Money("10", "USD").times(Fraction(1, 3), Rounding[rounding], places=0) == Money(whole, "USD")

    def test_a_product_may_have_as_many_decimals_as_an_amount(self) -> None:
        smallest = Decimal((0, (1,), -36))
        assert (Money("1", "USD") * smallest).amount == smallest
