import enum
import pickle
from collections import deque
from collections.abc import Callable
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore._amounts import MAX_DIGITS, MAX_PARTS, MoneyFault, currency_code, exact_amount, ratio, whole_shares
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue, Kind, Problem

# Python refuses to read or write whole numbers of more than 4300 digits, and takes quadratic time for those below.
LONG = 1_000_000


def problem_of(take: Callable[[Any], object], value: object) -> Problem:
    with pytest.raises(InvalidValue) as caught:
        take(value)
    assert isinstance(caught.value, InvalidType) is (caught.value.problem.code.kind is Kind.WRONG_TYPE)
    assert len(str(caught.value)) < 400
    return caught.value.problem


def fault_of(take: Callable[[Any], object], value: object) -> Code:
    return problem_of(take, value).code


def written(amount: Decimal) -> str:
    return format(amount, "f")


class Plan(enum.StrEnum):
    TEN = "10.00"
    DOLLAR = "USD"


class Step(enum.IntEnum):
    ONE = 1


class Scaled(Decimal):
    pass


class Pretender:
    """Says it is what it is not, as mocks and proxies do."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    @property  # type: ignore[misc]  # lying about the class is the point
    def __class__(self) -> type:
        return self.kind


ANYTHING = [
    *(None, object(), b"1", bytearray(b"1"), [], [1], (), {}, {1}, 1j, int, Ellipsis, NotImplemented, range(3)),
    *(pytest.param(Pretender(kind), id=f"not {kind.__name__}") for kind in (str, int, Decimal, float, Fraction, list)),
]


class TestAmountsTakenIn:
    """Amounts are exact: text, whole numbers or Decimals; floats and bools are refused (PRC-2)."""

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("12.50", "12.50"),
            ("-12.5", "-12.5"),
            ("+0.1", "0.1"),
            ("007", "7"),
            ("-0.00", "0.00"),
            (12, "12"),
            (-12, "-12"),
            (0, "0"),
            (Decimal("12.50"), "12.50"),
            (Decimal("1E+2"), "100"),
            (Decimal("1E-7"), "0.0000001"),
            (Decimal("-0E-3"), "0.000"),
            (Decimal("0E+5"), "0"),
            (Plan.TEN, "10.00"),
        ],
    )
    def test_the_decimals_written_stay(self, value: str | int | Decimal, expected: str) -> None:
        taken = exact_amount(value)
        assert type(taken) is Decimal
        assert written(taken) == expected
        assert taken.same_quantum(Decimal(expected))
        assert not taken.is_signed() or taken < 0

    @given(st.from_regex(r"[+-]?[0-9]{1,36}(\.[0-9]{1,36})?", fullmatch=True, alphabet=st.characters(codec="ascii")))
    def test_every_plain_text_is_taken_at_its_worth(self, text: str) -> None:
        assert Fraction(exact_amount(text)) == Fraction(text)
        assert written(exact_amount(text)).partition(".")[2] == text.partition(".")[2]

    @pytest.mark.parametrize(
        "text",
        [
            "", " ", "1 ", " 1", "1\n", "\n1", "1\x00", "1 2", "1,5", "1,000", "1_000", "1'000", "1e2", "1E2", "1e-2",
            "5.", ".5", ".", "+", "-", "--1", "+-1", "1-", "1.2.3", "1..2", "٣", "１", "²", "½", "Ⅳ", "−1", "1\u200b",
            "\ufeff1", "NaN", "nan", "sNaN", "Infinity", "-inf", "0x1F", "0b1", "$5", "5 USD", "one", "\ud800", "True",
            "None", "(5)", "1" + "\u0661",
        ],
    )  # fmt: skip
    def test_other_text_is_refused(self, text: str) -> None:
        assert fault_of(exact_amount, text) is MoneyFault.AMOUNT_MALFORMED

    @given(st.text())
    def test_any_text_is_taken_or_refused(self, text: str) -> None:
        try:
            taken = exact_amount(text)
        except InvalidValue as error:
            assert error.problem.code in MoneyFault  # noqa: PT017 - both ways out are right
        else:
            assert set(text) <= set("+-.0123456789")
            assert Fraction(taken) == Fraction(text)

    @pytest.mark.parametrize("value", [1.0, 0.1, float("nan"), float("inf"), -0.0])
    def test_floats_are_refused(self, value: float) -> None:
        assert fault_of(exact_amount, value) is MoneyFault.AMOUNT_FLOAT

    @pytest.mark.parametrize("value", [True, False, Fraction(1, 2), Step.ONE, Scaled(1), *ANYTHING])
    def test_other_types_are_refused(self, value: object) -> None:
        assert problem_of(exact_amount, value) == Problem(
            MoneyFault.AMOUNT_WRONG_TYPE, params={"actual": type(value).__name__}
        )

    @pytest.mark.parametrize("text", ["NaN", "-NaN", "sNaN", "NaN123", "Infinity", "-Infinity"])
    def test_numbers_that_are_none_are_refused(self, text: str) -> None:
        assert fault_of(exact_amount, Decimal(text)) is MoneyFault.AMOUNT_NOT_FINITE


class TestBounds:
    """At most 36 digits before the point and as many after it, refused in linear time (X-2)."""

    @pytest.mark.parametrize("sign", ["", "-"])
    def test_the_largest_and_finest_fit(self, sign: str) -> None:
        text = sign + "9" * MAX_DIGITS + "." + "9" * MAX_DIGITS
        assert written(exact_amount(text)) == written(exact_amount(Decimal(text))) == text
        assert exact_amount(int(sign + "9" * MAX_DIGITS)) == int(sign + "9" * MAX_DIGITS)

    @pytest.mark.parametrize(
        "value",
        [
            pytest.param("1" + "0" * MAX_DIGITS, id="text"),
            pytest.param("0" * (MAX_DIGITS + 1), id="zeros in front count as they are written"),
            pytest.param("-" + "9" * LONG, id="long text"),
            pytest.param(10**MAX_DIGITS, id="whole number"),
            pytest.param(-(10**MAX_DIGITS), id="whole number below zero"),
            pytest.param(1 << LONG, id="long whole number"),
            pytest.param(Decimal(f"1E+{MAX_DIGITS}"), id="Decimal"),
            pytest.param(Decimal("-1E+999999999999999999"), id="Decimal with a huge exponent"),
            pytest.param(Decimal("0E+999999999999999999"), id="zero with a huge exponent"),
            pytest.param(Decimal("9" * LONG), id="long Decimal"),
        ],
    )
    def test_one_digit_more_before_the_point_is_too_large(self, value: str | int | Decimal) -> None:
        assert problem_of(exact_amount, value) == Problem(MoneyFault.AMOUNT_TOO_LARGE, params={"maximum": MAX_DIGITS})

    @pytest.mark.parametrize(
        "value",
        [
            pytest.param("0." + "0" * MAX_DIGITS + "1", id="text"),
            pytest.param("1." + "0" * (MAX_DIGITS + 1), id="zeros at the end count as they are written"),
            pytest.param("-1." + "9" * LONG, id="long text"),
            pytest.param(Decimal(f"1E-{MAX_DIGITS + 1}"), id="Decimal"),
            pytest.param(Decimal("1E-999999999999999999"), id="Decimal with a huge exponent"),
            pytest.param(Decimal("0E-999999999999999999"), id="zero with a huge exponent"),
            pytest.param(Decimal("0." + "9" * LONG), id="long Decimal"),
        ],
    )
    def test_one_decimal_more_is_too_precise(self, value: str | Decimal) -> None:
        assert problem_of(exact_amount, value) == Problem(MoneyFault.AMOUNT_TOO_PRECISE, params={"maximum": MAX_DIGITS})

    @pytest.mark.parametrize("text", ["x" * LONG, "1" * LONG + "x", "1." * LONG, " " * LONG, "-" * LONG])
    def test_long_nonsense_is_refused_and_not_repeated(self, text: str) -> None:
        assert fault_of(exact_amount, text) is MoneyFault.AMOUNT_MALFORMED


class TestCurrencies:
    """A currency is three ASCII capitals; whether ISO 4217 knows it is asked elsewhere (PRC-2)."""

    @pytest.mark.parametrize("code", ["USD", "XAU", "ZZZ", Plan.DOLLAR])
    def test_three_capitals_are_taken_as_plain_text(self, code: str) -> None:
        assert type(currency_code(code)) is str
        assert currency_code(code) == code

    @pytest.mark.parametrize(
        "code",
        [
            "", "US", "USDT", "usd", "Usd", "US1", "US ", " USD", "USD\n", "\nUSD", "US\x00", "ÀÉÎ", "РУБ", "ＵＳＤ",
            "US\ud800", "A" * LONG,
        ],
    )  # fmt: skip
    def test_other_text_is_refused(self, code: str) -> None:
        assert fault_of(currency_code, code) is MoneyFault.MONEY_CURRENCY_MALFORMED

    @pytest.mark.parametrize("code", [840, True, 1.0, *ANYTHING])
    def test_other_types_are_refused(self, code: object) -> None:
        assert fault_of(currency_code, code) is FieldCode.FIELD_WRONG_TYPE


class TestFactors:
    """A factor is a whole number, a Decimal or a Fraction, exact and of bounded length (PRC-2, X-2)."""

    @pytest.mark.parametrize(
        ("factor", "expected"),
        [
            (3, (3, 1)),
            (-3, (-3, 1)),
            (Decimal("1.25"), (5, 4)),
            (Decimal("1E+2"), (100, 1)),
            (Decimal("-0"), (0, 1)),
            (Fraction(-6, 4), (-3, 2)),
            (10**72 - 1, (10**72 - 1, 1)),
            (Fraction(1, 10**72 - 1), (1, 10**72 - 1)),
            (Decimal("1E-72"), (1, 10**72)),
            (Decimal("1E+71"), (10**71, 1)),
        ],
    )
    def test_it_becomes_a_numerator_and_a_denominator(
        self, factor: int | Decimal | Fraction, expected: tuple[int, int]
    ) -> None:
        assert ratio("factor", factor) == expected

    @pytest.mark.parametrize(
        "factor",
        [
            pytest.param(10**72, id="whole number"),
            pytest.param(-(10**72), id="whole number below zero"),
            pytest.param(1 << LONG, id="long whole number"),
            pytest.param(Fraction(10**72), id="numerator"),
            pytest.param(Fraction(-(10**72)), id="numerator below zero"),
            pytest.param(Fraction(1, 10**72), id="denominator"),
            pytest.param(Fraction(1, 1 << LONG), id="long denominator"),
            pytest.param(Decimal("1E+72"), id="before the point"),
            pytest.param(Decimal("1E-73"), id="after the point"),
            pytest.param(Decimal("1E+999999999999999999"), id="huge exponent"),
            pytest.param(Decimal("-1E-999999999999999999"), id="huge exponent below zero"),
            pytest.param(Decimal("9" * LONG), id="long Decimal"),
            pytest.param(Decimal("0." + "9" * LONG), id="long decimals"),
        ],
    )
    def test_one_digit_more_is_too_long(self, factor: int | Decimal | Fraction) -> None:
        assert problem_of(lambda value: ratio("factor", value), factor) == Problem(
            MoneyFault.FACTOR_TOO_LONG, params={"field": "factor", "maximum": 72}
        )

    @pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity"])
    def test_numbers_that_are_none_are_refused(self, text: str) -> None:
        assert fault_of(lambda value: ratio("factor", value), Decimal(text)) is MoneyFault.FACTOR_NOT_FINITE

    @pytest.mark.parametrize("factor", [True, 0.5, float("nan"), "2", Step.ONE, Scaled(1), *ANYTHING])
    def test_other_types_are_refused(self, factor: object) -> None:
        assert fault_of(lambda value: ratio("factor", value), factor) is FieldCode.FIELD_WRONG_TYPE


class TestWeights:
    """Weights are factors of 0 or more in a sequence, at least one above 0 (PRC-2, X-2)."""

    @pytest.mark.parametrize(
        ("weights", "expected"),
        [
            ([49, 51], (49, 51)),
            ((0, 7), (0, 7)),
            ([Decimal("0.5"), Fraction(3, 2)], (1, 3)),
            ([Fraction(1, 3), Fraction(2, 7), 1], (7, 6, 21)),
            ([Decimal("1.0"), Decimal("1.00")], (1, 1)),
            (range(3), (0, 1, 2)),
            (deque([1, 2]), (1, 2)),
        ],
    )
    def test_they_become_whole_numbers_in_the_same_proportion(self, weights: object, expected: tuple[int, ...]) -> None:
        assert whole_shares(weights) == expected

    def test_as_many_as_may_be(self) -> None:
        assert whole_shares((1,) * MAX_PARTS) == (1,) * MAX_PARTS

    @pytest.mark.parametrize(
        "weights", [pytest.param((1,) * (MAX_PARTS + 1), id="one more"), pytest.param(range(10**20), id="range")]
    )
    def test_more_than_may_be(self, weights: object) -> None:
        assert problem_of(whole_shares, weights) == Problem(
            FieldCode.FIELD_ABOVE_MAXIMUM,
            params={"field": "the number of weights", "maximum": MAX_PARTS, "value": str(MAX_PARTS + 1)},
        )

    @pytest.mark.parametrize("weights", [[], (), ""])
    def test_none(self, weights: object) -> None:
        assert fault_of(whole_shares, weights) is FieldCode.FIELD_BELOW_MINIMUM

    @pytest.mark.parametrize("weights", [[0], [0, Decimal("0.00"), Fraction(0)]])
    def test_nothing_above_zero(self, weights: object) -> None:
        assert problem_of(whole_shares, weights) == Problem(MoneyFault.WEIGHTS_ALL_ZERO)

    @pytest.mark.parametrize(
        ("weight", "code"),
        [
            (-1, FieldCode.FIELD_BELOW_MINIMUM),
            (Decimal("-0.1"), FieldCode.FIELD_BELOW_MINIMUM),
            (Fraction(-1, 2), FieldCode.FIELD_BELOW_MINIMUM),
            (0.5, FieldCode.FIELD_WRONG_TYPE),
            (True, FieldCode.FIELD_WRONG_TYPE),
            ("1", FieldCode.FIELD_WRONG_TYPE),
            (Decimal("NaN"), MoneyFault.FACTOR_NOT_FINITE),
            (10**72, MoneyFault.FACTOR_TOO_LONG),
        ],
    )
    def test_the_path_leads_to_the_wrong_one(self, weight: object, code: Code) -> None:
        problem = problem_of(whole_shares, [1, 2, weight])
        assert (problem.code, problem.path) == (code, ("weights", 2))

    def test_text_is_a_sequence_of_wrong_weights(self) -> None:
        assert problem_of(whole_shares, "12").path == ("weights", 0)

    @pytest.mark.parametrize(
        "weights",
        [*(None, 3, {1: 1}, {1, 2}, iter([1]), (n for n in [1])), pytest.param(Pretender(list), id="no list")],
    )
    def test_what_has_no_order_is_refused(self, weights: object) -> None:
        assert fault_of(whole_shares, weights) is FieldCode.FIELD_WRONG_TYPE

    def test_denominators_may_be_those_of_every_part_of_a_year(self) -> None:
        shares = whole_shares([Fraction(1, days) for days in range(1, 367)])
        assert shares[0] == 366 * shares[365]

    def test_denominators_too_unlike_are_refused(self) -> None:
        weights = [Fraction(1, 10**71 + odd) for odd in range(1, 100, 2)]
        assert problem_of(whole_shares, weights) == Problem(MoneyFault.WEIGHTS_TOO_UNLIKE, params={"maximum": 1000})


class TestFaults:
    """Every fault has a code, a sentence and a remedy (X-3)."""

    @pytest.mark.parametrize("code", MoneyFault)
    def test_codes_survive_pickling(self, code: MoneyFault) -> None:
        assert pickle.loads(pickle.dumps(code)) is code  # noqa: S301 - our own bytes

    def test_sentences_name_the_expectation(self) -> None:
        assert str(problem_of(exact_amount, "1e2")) == (
            "the amount must be a plain decimal number, not '1e2'; "
            "write digits 0 to 9 with an optional sign before and an optional point between them, as in -12.50"
        )
        assert str(problem_of(whole_shares, [1, -1])) == (
            "weights[1]: weight must be at least 0, not -1; raise it to 0 or more"
        )


class TestAmbientContext:
    """The caller's decimal context changes nothing (PRC-2)."""

    def test_a_context_that_can_hold_nothing(self) -> None:
        poor = Context(prec=1, Emin=0, Emax=0, capitals=0, clamp=1, traps=[Inexact, InvalidOperation])
        with localcontext(poor):
            assert written(exact_amount("123456.789")) == "123456.789"
            assert written(exact_amount(Decimal("1.2E+5"))) == "120000"
            assert ratio("factor", Decimal("123456.75")) == (493827, 4)
            assert whole_shares([Decimal("123.5"), Decimal("246.75")]) == (494, 987)
            assert fault_of(exact_amount, Decimal("sNaN")) is MoneyFault.AMOUNT_NOT_FINITE
