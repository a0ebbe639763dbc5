"""Lets money take in exact numbers: amounts, factors, weights and currency codes, and refuse everything else.

Whatever is handed in is refused or taken in linear time: the number of digits is looked at before anything is
computed with them, because that takes quadratic time.

Names that callers use (`Factor`, `MAX_DIGITS`, `MAX_PARTS`, `MoneyFault`) are imported from `tenantcore.money`.
"""

import enum
import re
from collections.abc import Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from itertools import islice
from math import lcm
from typing import Final, TypeAlias, cast

from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import Code, FieldCode, InvalidValue, Kind, Problem, invalid, shown, type_name

__all__ = [
    "EXACT",
    "FACTORS_END",
    "FINEST",
    "MAX_DIGITS",
    "MAX_PARTS",
    "ZERO",
    "Factor",
    "MoneyFault",
    "check_within",
    "currency_code",
    "decimals_needed",
    "decimals_written",
    "exact_amount",
    "ratio",
    "too_large",
    "too_precise",
    "whole_shares",
]

MAX_DIGITS: Final = 36
"""How many digits an amount has at most before the point, and how many after it."""
MAX_PARTS: Final = 100_000
"""How many parts one amount is shared out into at most."""

Factor: TypeAlias = int | Decimal | Fraction
"""What an amount can be multiplied by, and what weights are."""

# A factor may be as long as a whole amount.
_MAX_FACTOR_DIGITS: Final = 2 * MAX_DIGITS
# Fractions with unlike denominators have a long common one; that of 1 to 366, for parts of a year, has 157 digits.
_MAX_DENOMINATOR_DIGITS: Final = 1000
_AMOUNTS_END: Final = 10**MAX_DIGITS
FACTORS_END: Final = 10**_MAX_FACTOR_DIGITS
_DENOMINATORS_END: Final = 10**_MAX_DENOMINATOR_DIGITS

# An amount that fits has at most `prec` digits and is below 10 ** (Emax + 1). So a result that doesn't fit always
# signals Overflow, when it is too large, or Inexact, when it has too many decimals; sums need no further check. Every
# setting is named, because one that is left out comes from decimal.DefaultContext, which a host may have changed.
EXACT: Final = Context(
    prec=2 * MAX_DIGITS,
    Emax=MAX_DIGITS - 1,
    Emin=-2 * MAX_DIGITS,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[Inexact, InvalidOperation, Overflow],
)
# Adding it leaves a value as it is, but for -0, which loses its sign, and 1E+2, which is written out.
ZERO: Final = Decimal(0)
FINEST: Final = Decimal((0, (1,), -MAX_DIGITS))

_PLAIN_DECIMAL: Final = re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")


@enum.unique
class MoneyFault(Code):
    """Faults of amounts, currencies as such, factors and weights."""

    AMOUNT_FLOAT = (
        Kind.WRONG_TYPE,
        "PRC-2",
        "the amount must be exact, and a float is not",
        "hand in text, a whole number or a Decimal",
    )
    AMOUNT_WRONG_TYPE = (
        Kind.WRONG_TYPE,
        "PRC-2",
        "the amount must be text, a whole number or a Decimal, not {actual}",
        "hand in text, a whole number or a Decimal",
    )
    AMOUNT_MALFORMED = (
        Kind.MALFORMED,
        "PRC-2",
        "the amount must be a plain decimal number, not {value}",
        "write digits 0 to 9 with an optional sign before and an optional point between them, as in -12.50",
    )
    AMOUNT_NOT_FINITE = (
        Kind.OUT_OF_RANGE,
        "PRC-2",
        "the amount must be a finite number, not {value}",
        "hand in a finite number",
    )
    AMOUNT_TOO_LARGE = (
        Kind.OUT_OF_RANGE,
        "X-2",
        "the amount must have at most {maximum} digits before the point",
        "hand in or compute a smaller amount",
    )
    AMOUNT_TOO_PRECISE = (
        Kind.OUT_OF_RANGE,
        "X-2",
        "the amount must have at most {maximum} decimals",
        "round it first, or use times(), which rounds by name",
    )
    MONEY_MALFORMED = (
        Kind.MALFORMED,
        "PRC-2",
        "an amount with its currency must be written like 12.50 USD, not {value}",
        "write the amount, one space and the three capital letters of the currency",
    )
    MONEY_CURRENCY_MALFORMED = (
        Kind.MALFORMED,
        "PRC-2",
        "the currency of an amount must be three capital letters A to Z, not {value}",
        "use the code that ISO 4217 gives the currency",
    )
    MONEY_CURRENCIES_DIFFER = (
        Kind.CONFLICT,
        "PRC-2",
        "an amount of {left} can't be added to, taken from or compared with one of {right}",
        "convert one of them first, at a rate of your own",
    )
    MONEY_OPERAND_NOT_MONEY = (
        Kind.WRONG_TYPE,
        "PRC-2",
        "an amount of {currency} can't be added to, taken from or compared with {actual}",
        "make both sides Money; Money.total() adds up many amounts",
    )
    MONEY_NEITHER_TRUE_NOR_FALSE = (
        Kind.WRONG_TYPE,
        "PRC-2",
        "an amount of {currency} is neither true nor false",
        "ask is_zero, is_positive or is_negative; test an optional amount with `is None`",
    )
    MINOR_UNIT_MISSING = (
        Kind.UNKNOWN,
        "PRC-2",
        "ISO 4217 names no minor unit of {currency}",
        "say how many places are meant",
    )
    FACTOR_NOT_FINITE = (
        Kind.OUT_OF_RANGE,
        "X-2",
        "{field} must be a finite number, not {value}",
        "hand in a finite number",
    )
    FACTOR_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "X-2",
        "{field} must have at most {maximum} digits before and after the point, or above and below the line",
        "hand in a shorter number",
    )
    WEIGHTS_ALL_ZERO = (
        Kind.OUT_OF_RANGE,
        "PRC-2",
        "weights must have at least one that is above 0",
        "give a weight to whoever takes the amount",
    )
    WEIGHTS_TOO_UNLIKE = (
        Kind.OUT_OF_RANGE,
        "X-2",
        "weights must have a common denominator of at most {maximum} digits",
        "use whole numbers or decimals as weights",
    )


def exact_amount(value: object) -> Decimal:
    """Return the amount that text, a whole number or a Decimal stands for, with the decimals it is written with."""
    if is_text(value):
        return _from_text(str.__str__(value))
    if type(value) is int:
        if not -_AMOUNTS_END < value < _AMOUNTS_END:
            raise too_large()
        return Decimal(value)
    if type(value) is Decimal:
        return _from_decimal(value)
    if issubclass(type(value), float):
        raise invalid(Problem(MoneyFault.AMOUNT_FLOAT))
    raise invalid(Problem(MoneyFault.AMOUNT_WRONG_TYPE, params={"actual": type_name(value)}))


def _from_text(text: str) -> Decimal:
    found = _PLAIN_DECIMAL.fullmatch(text)
    if found is None:
        raise invalid(Problem(MoneyFault.AMOUNT_MALFORMED, params={"value": shown(text)}))
    whole, decimals = found.groups("")
    if len(whole) > MAX_DIGITS:
        raise too_large()
    if len(decimals) > MAX_DIGITS:
        raise too_precise()
    return EXACT.plus(Decimal(text))  # -0 loses its sign


def _from_decimal(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise invalid(Problem(MoneyFault.AMOUNT_NOT_FINITE, params={"value": shown(value)}))
    if value.adjusted() >= MAX_DIGITS:
        raise too_large()
    if decimals_written(value) > MAX_DIGITS:
        raise too_precise()
    return EXACT.add(value, ZERO)


def decimals_written(value: Decimal) -> int:
    """Return the number of decimals that a finite number is written with; negative for 1E+2."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101 - only infinities and NaN have a letter there
    return -exponent


def decimals_needed(amount: Decimal) -> int:
    """Return the number of decimals up to the last digit that isn't 0; negative for round numbers, 0 for zero."""
    return decimals_written(EXACT.normalize(amount))


def too_large() -> InvalidValue:
    """Return the exception for an amount with too many digits before the point."""
    return invalid(Problem(MoneyFault.AMOUNT_TOO_LARGE, params={"maximum": MAX_DIGITS}))


def too_precise() -> InvalidValue:
    """Return the exception for an amount with too many decimals."""
    return invalid(Problem(MoneyFault.AMOUNT_TOO_PRECISE, params={"maximum": MAX_DIGITS}))


def currency_code(value: object) -> str:
    """Return three ASCII capitals, as plain text."""
    if not is_text(value):
        raise invalid(wrong_type("currency", "text", value))
    code = str.__str__(value)
    if _CURRENCY.fullmatch(code) is None:
        raise invalid(Problem(MoneyFault.MONEY_CURRENCY_MALFORMED, params={"value": shown(code)}))
    return code


def check_within(name: str, value: object, minimum: int, maximum: int) -> int:
    """Return a whole number from `minimum` to `maximum`, both included."""
    if type(value) is not int:
        raise invalid(wrong_type(name, "a whole number", value))
    if value < minimum:
        too_low: dict[str, str | int] = {"field": name, "minimum": minimum, "value": shown(value)}
        raise invalid(Problem(FieldCode.FIELD_BELOW_MINIMUM, params=too_low))
    if value > maximum:
        too_high: dict[str, str | int] = {"field": name, "maximum": maximum, "value": shown(value)}
        raise invalid(Problem(FieldCode.FIELD_ABOVE_MAXIMUM, params=too_high))
    return value


def ratio(name: str, factor: object) -> tuple[int, int]:
    """Return a factor or weight as numerator and denominator, after refusing what is too long to compute with."""
    if type(factor) is int:
        short = -FACTORS_END < factor < FACTORS_END
    elif type(factor) is Fraction:
        short = -FACTORS_END < factor.numerator < FACTORS_END and factor.denominator < FACTORS_END
    elif type(factor) is Decimal:
        if not factor.is_finite():
            raise invalid(Problem(MoneyFault.FACTOR_NOT_FINITE, params={"field": name, "value": shown(factor)}))
        short = factor.adjusted() < _MAX_FACTOR_DIGITS and decimals_written(factor) <= _MAX_FACTOR_DIGITS
    else:
        raise invalid(wrong_type(name, "a whole number, a Decimal or a Fraction", factor))
    if not short:
        raise invalid(Problem(MoneyFault.FACTOR_TOO_LONG, params={"field": name, "maximum": _MAX_FACTOR_DIGITS}))
    return factor.as_integer_ratio()


def whole_shares(weights: object) -> tuple[int, ...]:
    """Return weights as whole numbers in the same proportion."""
    # Bytes are a sequence of numbers, which nobody means as weights.
    if not issubclass(type(weights), Sequence) or issubclass(type(weights), bytes | bytearray):
        raise invalid(wrong_type("weights", "a sequence of numbers", weights))
    # One more than may be shows that there are too many, also where len() fails: range(10**20).
    given = tuple(islice(cast("Sequence[object]", weights), MAX_PARTS + 1))
    check_within("the number of weights", len(given), 1, MAX_PARTS)
    ratios = [_weight(weight, position) for position, weight in enumerate(given)]
    common = 1
    for _, denominator in ratios:
        common = lcm(common, denominator)
        if common >= _DENOMINATORS_END:
            raise invalid(Problem(MoneyFault.WEIGHTS_TOO_UNLIKE, params={"maximum": _MAX_DENOMINATOR_DIGITS}))
    shares = tuple(numerator * (common // denominator) for numerator, denominator in ratios)
    if not any(shares):
        raise invalid(Problem(MoneyFault.WEIGHTS_ALL_ZERO))
    return shares


def _weight(weight: object, position: int) -> tuple[int, int]:
    try:
        numerator, denominator = ratio("weight", weight)
        if numerator < 0:
            params: dict[str, str | int] = {"field": "weight", "minimum": 0, "value": shown(weight)}
            raise invalid(Problem(FieldCode.FIELD_BELOW_MINIMUM, params=params))
    except InvalidValue as error:
        raise invalid(error.problem.under("weights", position)) from None
    return numerator, denominator
