"""What a person reads when an amount can't be taken or computed: the fault and the remedy, in full."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest

from tenantcore.errors import InvalidValue
from tenantcore.money import Money, Rounding, minor_units

TEN = Money("10.00", "USD")
PLAIN = "write digits 0 to 9 with an optional sign before and an optional point between them, as in -12.50"

CASES: dict[str, tuple[Callable[[], object], str]] = {
    "a float": (
        lambda: Money(0.1, "USD"),  # type: ignore[arg-type]
        "the amount must be exact, and a float is not; hand in text, a whole number or a Decimal",
    ),
    "a bool": (
        lambda: Money(True, "USD"),  # noqa: FBT003 - a bool is no amount
        "the amount must be text, a whole number or a Decimal, not bool; hand in text, a whole number or a Decimal",
    ),
    "a comma": (lambda: Money("1,000", "USD"), f"the amount must be a plain decimal number, not '1,000'; {PLAIN}"),
    "not a number": (
        lambda: Money(Decimal("NaN"), "USD"),
        "the amount must be a finite number, not NaN; hand in a finite number",
    ),
    "too large": (
        lambda: Money(10**36, "USD"),
        "the amount must have at most 36 digits before the point; hand in or compute a smaller amount",
    ),
    "too precise": (
        lambda: Money("0." + "0" * 36 + "1", "USD"),
        "the amount must have at most 36 decimals; round it first, or use times(), which rounds by name",
    ),
    "too precise a product": (
        lambda: Money("1.01", "USD") * Decimal("1E-36"),
        "the amount must have at most 36 decimals; round it first, or use times(), which rounds by name",
    ),
    "parse, no text": (
        lambda: Money.parse(12),  # type: ignore[arg-type]
        "money must be text, not int; hand in text",
    ),
    "parse, no currency": (
        lambda: Money.parse("12.50USD"),
        (
            "an amount with its currency must be written like 12.50 USD, not '12.50USD'; "
            "write the amount, one space and the three capital letters of the currency"
        ),
    ),
    "currency, no text": (
        lambda: Money(1, 840),  # type: ignore[arg-type]
        "currency must be text, not int; hand in text",
    ),
    "currency, small letters": (
        lambda: Money(1, "usd"),
        (
            "the currency of an amount must be three capital letters A to Z, not 'usd'; "
            "use the code that ISO 4217 gives the currency"
        ),
    ),
    "two currencies": (
        lambda: TEN + Money(1, "EUR"),
        (
            "an amount of USD can't be added to, taken from or compared with one of EUR; "
            "convert one of them first, at a rate of your own"
        ),
    ),
    "no money": (
        lambda: TEN + 1,  # type: ignore[operator]
        (
            "an amount of USD can't be added to, taken from or compared with int; "
            "make both sides Money; Money.total() adds up many amounts"
        ),
    ),
    "truth": (
        lambda: bool(TEN),
        (
            "an amount of USD is neither true nor false; "
            "ask is_zero, is_positive or is_negative; test an optional amount with `is None`"
        ),
    ),
    "total of none": (
        lambda: Money.total(5, "USD"),  # type: ignore[arg-type]
        "amounts must be an iterable of Money, not int; hand in an iterable of Money",
    ),
    "total of two currencies": (
        lambda: Money.total([TEN, Money(1, "EUR")], "USD"),
        (
            "amounts[1]: an amount of USD can't be added to, taken from or compared with one of EUR; "
            "convert one of them first, at a rate of your own"
        ),
    ),
    "rounding": (
        lambda: TEN.rounded("HALF_UP"),  # type: ignore[arg-type]
        "rounding must be a Rounding, not str; hand in a Rounding",
    ),
    "places, no number": (
        lambda: TEN.rounded(Rounding.UP, places=2.0),  # type: ignore[arg-type]
        "places must be a whole number, not float; hand in a whole number",
    ),
    "places, too many": (
        lambda: TEN.rounded(Rounding.UP, places=37),
        "places must be at most 36, not 37; lower it to 36 or less",
    ),
    "places, too few": (
        lambda: TEN.rounded(Rounding.UP, places=-37),
        "places must be at least -36, not -37; raise it to -36 or more",
    ),
    "an infinite factor": (
        lambda: TEN.times(Decimal("Infinity"), Rounding.UP),
        "factor must be a finite number, not Infinity; hand in a finite number",
    ),
    "a long factor": (
        lambda: TEN * 10**72,
        (
            "factor must have at most 72 digits before and after the point, or above and below the line; "
            "hand in a shorter number"
        ),
    ),
    "a longest negative factor": (
        lambda: TEN * -(10**72),
        (
            "factor must have at most 72 digits before and after the point, or above and below the line; "
            "hand in a shorter number"
        ),
    ),
    "a fraction by sign": (
        lambda: TEN * Fraction(1, 3),  # type: ignore[operator]
        (
            "factor must be a whole number or a Decimal (a Fraction only in times), not Fraction; "
            "hand in a whole number or a Decimal (a Fraction only in times)"
        ),
    ),
    "no weights": (
        lambda: TEN.allocate(3),  # type: ignore[arg-type]
        "weights must be a sequence of numbers, not int; hand in a sequence of numbers",
    ),
    "weights in bytes": (
        lambda: TEN.allocate(b"ab"),
        "weights must be a sequence of numbers, not bytes; hand in a sequence of numbers",
    ),
    "weights of nothing": (
        lambda: TEN.allocate([0, 0]),
        "weights must have at least one that is above 0; give a weight to whoever takes the amount",
    ),
    "a weight that is not finite": (
        lambda: TEN.allocate([1, Decimal("NaN")]),
        "weights[1]: weight must be a finite number, not NaN; hand in a finite number",
    ),
    "a weight below zero": (
        lambda: TEN.allocate([1, -1]),
        "weights[1]: weight must be at least 0, not -1; raise it to 0 or more",
    ),
    "gold": (
        lambda: minor_units("XAU"),
        "ISO 4217 names no minor unit of XAU; say how many places are meant",
    ),
    "no parts": (lambda: TEN.split(0), "parts must be at least 1, not 0; raise it to 1 or more"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_says_what_is_wrong_and_what_to_do(case: str) -> None:
    """X-3: every fault has a stable sentence with its parameters and its remedy."""
    compute, told = CASES[case]
    with pytest.raises(InvalidValue) as error:
        compute()
    assert str(error.value) == told


def test_equal_amounts_hash_alike_and_others_seldom() -> None:
    """PRC-2: a set of amounts is as quick as a set of numbers."""
    assert len({hash(Money(number, "USD")) for number in range(100)}) > 90
