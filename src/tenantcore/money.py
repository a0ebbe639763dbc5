"""Lets you add, compare, multiply, round and share out exact amounts of one currency.

An amount is a `Decimal` that is never rounded unless a call names the rounding. Everything is computed through a
private decimal context that refuses to lose a digit; the caller's own context (precision, rounding, traps) changes
nothing. The digits of each currency are those of ISO 4217, not those of CLDR, which are for display.

Rules: PRC-2, X-2 in docs/reference/money.md.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal, Inexact, Overflow
from typing import Any, Final, Never, final

from attrs import frozen

from tenantcore._amounts import (
    EXACT,
    FACTORS_END,
    FINEST,
    MAX_DIGITS,
    MAX_PARTS,
    ZERO,
    Factor,
    MoneyFault,
    check_within,
    currency_code,
    decimals_needed,
    decimals_written,
    exact_amount,
    ratio,
    too_large,
    too_precise,
    whole_shares,
)
from tenantcore._rounding import Rounding, round_quotient, share_out
from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import InvalidValue, Problem, invalid, shown, type_name

__all__ = ["MAX_DIGITS", "MAX_PARTS", "Factor", "Money", "MoneyFault", "Rounding", "minor_units"]

# ISO 4217:2015, list one, as its maintenance agency (SIX) publishes it: the codes whose minor unit isn't 2 decimals.
_MINOR_UNITS: Final = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip
# The same list's "N.A.": metals, bond units, drawing rights, tests (XTS), no currency (XXX).
# A whole ounce isn't the smallest sum of gold.
_WITHOUT_MINOR_UNIT: Final = frozenset({
    "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX",
})  # fmt: skip


@final
@frozen(init=False, repr=False, getstate_setstate=False)
class Money:
    """An exact amount of one currency; negative where something is owed or given back.

    The amount keeps the decimals it was written with, but 1.0 and 1.00 are equal and hash alike. Any number of
    decimals up to `MAX_DIGITS` is fine (rates are finer than cents); whether ISO 4217 knows the currency isn't asked
    here. Text is plain ASCII decimals: no spaces, no exponent, no digit separators, no bare point. Floats and bools
    are refused, and so are subclasses of int and Decimal, whose digits may mean something else.

    Amounts of one currency are added, subtracted and compared by the usual signs; `*` multiplies by a whole number or
    Decimal without rounding. Dividing is `times` with a Fraction, `split` or `allocate`. Equality across currencies
    is False, order across currencies an error. An amount has no truth value: zero and None are too easily confused.

    >>> Money("0.10", "USD") + Money("0.2", "USD") == Money("0.3", "USD")
    True
    >>> Money("19.99", "USD") * 3
    Money('59.97', 'USD')

    Raises:
        InvalidValue: The amount isn't a plain finite number of at most `MAX_DIGITS` digits before the point and as
            many after it (given or as a result), or the currency isn't three ASCII capitals, or two currencies differ.
        InvalidType: Also a `TypeError`; the amount is a float or of another wrong type, or an operand isn't Money.

    Rule: PRC-2 in docs/reference/money.md.
    """

    amount: Decimal
    currency: str

    def __init__(self, amount: str | int | Decimal, currency: str) -> None:
        _set_amount(self, exact_amount(amount))
        _set_currency(self, currency_code(currency))

    @classmethod
    def parse(cls, text: str) -> "Money":
        """Read an amount as `str()` writes it: `12.50 USD`, with exactly one space.

        Raises:
            InvalidValue: The text is written otherwise, or the parts don't make an amount.
        """
        if not is_text(text):
            raise invalid(wrong_type("money", "text", text))
        amount, space, currency = str.__str__(text).partition(" ")
        if not space:
            raise invalid(Problem(MoneyFault.MONEY_MALFORMED, params={"value": shown(text)}))
        return cls(amount, currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return no money at all, in `currency`."""
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable["Money"], currency: str) -> "Money":
        """Return the exact sum of amounts that are all of `currency`; of none, zero.

        >>> Money.total([], "USD")
        Money('0', 'USD')

        Raises:
            InvalidValue: One is of another currency (the path says which one), or the sum grows too large on the way.
            InvalidType: One isn't Money, or `amounts` isn't iterable.
        """
        total = cls.zero(currency)
        if not issubclass(type(amounts), Iterable):
            raise invalid(wrong_type("amounts", "an iterable of Money", amounts))
        for position, amount in enumerate(amounts):
            try:
                total += amount
            except InvalidValue as error:
                raise invalid(error.problem.under("amounts", position)) from None
        return total

    def times(self, factor: Factor, rounding: Rounding, *, places: int | None = None) -> "Money":
        """Return the amount times `factor`, computed exactly and then rounded once.

        `places` counts decimals: 2 is cents, 0 whole units, -2 hundreds; by default it is the currency's minor unit
        by ISO 4217. The cash roundings go to multiples of five in the last of these places. The result is written
        with `places` decimals.

        >>> from fractions import Fraction
        >>> Money("10", "USD").times(Fraction(5, 7), Rounding.HALF_UP)
        Money('7.14', 'USD')
        >>> Money("1000", "JPY").times(Fraction(10, 31), Rounding.HALF_UP)
        Money('323', 'JPY')

        Raises:
            InvalidValue: The factor is too long or not finite, places are beyond `MAX_DIGITS`, the result is too
                large, or places are left out for a currency without a minor unit.
            InvalidType: The factor isn't an int, a Decimal or a Fraction, or `rounding` isn't a `Rounding`.

        Rule: PRC-2 in docs/reference/money.md.
        """
        above, below = ratio("factor", factor)
        if type(rounding) is not Rounding:
            raise invalid(wrong_type("rounding", "a Rounding", rounding))
        last_place = _last_place(places, self.currency)
        numerator, denominator = _in_units(self.amount, last_place)
        units = round_quotient(numerator * above, denominator * below, rounding)
        return _of_units(units, last_place, self.currency)

    def rounded(self, rounding: Rounding, *, places: int | None = None) -> "Money":
        """Return the amount rounded to `places` decimals; what they mean stands at `times`.

        >>> bill = Money("1.025", "MYR")
        >>> [str(bill.rounded(Rounding[name], places=2).amount) for name in ("HALF_EVEN", "CASH_NEAREST", "CASH_CUT")]
        ['1.02', '1.05', '1.00']

        Raises:
            InvalidValue: As for `times`.
            InvalidType: `rounding` isn't a `Rounding`.

        Rule: PRC-2 in docs/reference/money.md.
        """
        return self.times(1, rounding, places=places)

    def split(self, parts: int, *, places: int | None = None) -> tuple["Money", ...]:
        """Share the amount out into equal parts; as `allocate` with equal weights.

        >>> [str(part.amount) for part in Money("10", "USD").split(3)]
        ['3.34', '3.33', '3.33']

        Raises:
            InvalidValue: There are no parts, or more than `MAX_PARTS`.
            InvalidType: `parts` isn't a whole number.

        Rule: PRC-2 in docs/reference/money.md.
        """
        check_within("parts", parts, 1, MAX_PARTS)
        return self.allocate((1,) * parts, places=places)

    def allocate(self, weights: Sequence[Factor], *, places: int | None = None) -> tuple["Money", ...]:
        """Share the amount out in proportion to `weights`; the parts come in their order and sum to it exactly.

        Parts are whole multiples of a unit of `places` decimals, by default the currency's minor unit; where the
        amount itself has finer digits, of its last one that isn't 0. Each part is first cut towards zero; the units
        left over go one each to the largest remainders, the earlier part first among equals. So a weight of 0 gets
        nothing, and the parts of a negative amount mirror those of the positive one.

        >>> [str(part.amount) for part in Money("10.03", "USD").allocate([49, 51])]
        ['4.91', '5.12']
        >>> [str(part.amount) for part in Money("0.025", "USD").split(2)]
        ['0.013', '0.012']

        Raises:
            InvalidValue: There is no weight, none above 0, one below 0, too many or too long ones; or the places are
                as `times` refuses them.
            InvalidType: Weights aren't a sequence of int, Decimal or Fraction.

        Rule: PRC-2 in docs/reference/money.md.
        """
        shares = whole_shares(weights)
        unit_places = max(_last_place(places, self.currency), decimals_needed(self.amount))
        numerator, denominator = _in_units(self.amount, unit_places)
        units = numerator // denominator  # exact: no digit of the amount is finer than the unit
        return tuple(_of_units(part, unit_places, self.currency) for part in share_out(units, shares))

    @property
    def is_zero(self) -> bool:
        """Whether there is nothing to pay on either side."""
        return not self.amount

    @property
    def is_positive(self) -> bool:
        """Whether the amount is above zero."""
        return self.amount > 0

    @property
    def is_negative(self) -> bool:
        """Whether the amount is below zero."""
        return self.amount < 0

    # Sums are what accounts are made of: these three are written out instead of calling `_built`.
    def __add__(self, other: "Money") -> "Money":
        currency = self.currency
        if type(other) is not Money:
            raise self._not_money(other)
        if other.currency != currency:
            raise self._another_currency(other)
        try:
            amount = _sum(self.amount, other.amount)
        except Overflow:
            raise too_large() from None
        total = _new(Money)
        _set_amount(total, amount)
        _set_currency(total, currency)
        return total

    def __sub__(self, other: "Money") -> "Money":
        currency = self.currency
        if type(other) is not Money:
            raise self._not_money(other)
        if other.currency != currency:
            raise self._another_currency(other)
        try:
            amount = _difference(self.amount, other.amount)
        except Overflow:
            raise too_large() from None
        rest = _new(Money)
        _set_amount(rest, amount)
        _set_currency(rest, currency)
        return rest

    # Without these `0 + money`, where sum() begins, would fail in Python's words. `Never` has type checkers refuse it.
    def __radd__(self, other: Never) -> Never:
        raise self._not_money(other)

    def __rsub__(self, other: Never) -> Never:
        raise self._not_money(other)

    def __neg__(self) -> "Money":
        opposite = _new(Money)
        _set_amount(opposite, _minus(self.amount))
        _set_currency(opposite, self.currency)
        return opposite

    def __mul__(self, factor: int | Decimal) -> "Money":
        # A whole number is the everyday case: checking it the long way costs as much as multiplying.
        if type(factor) is not int or not -FACTORS_END < factor < FACTORS_END:
            _check_multiplier(factor)
        try:
            product = EXACT.fma(self.amount, factor, ZERO)
            if type(factor) is Decimal and decimals_written(product) > MAX_DIGITS:
                product = EXACT.quantize(product, FINEST)
        except Overflow:
            raise too_large() from None
        except Inexact:
            raise too_precise() from None
        return _built(product, self.currency)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        if type(other) is not Money:
            return NotImplemented
        return self.amount == other.amount and self.currency == other.currency

    def __hash__(self) -> int:
        return hash((self.amount, self.currency))

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._amount_of(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._amount_of(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._amount_of(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._amount_of(other)

    def __bool__(self) -> Never:
        raise invalid(Problem(MoneyFault.MONEY_NEITHER_TRUE_NOR_FALSE, params={"currency": self.currency}))

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __repr__(self) -> str:
        return f"Money('{self.amount:f}', '{self.currency}')"

    def __reduce__(self) -> tuple[Any, ...]:
        # Through the constructor, so that a pickle can't bring in an amount that could not be built.
        return Money, (f"{self.amount:f}", self.currency)

    def _amount_of(self, other: "Money") -> Decimal:
        if type(other) is not Money:
            raise self._not_money(other)
        if other.currency != self.currency:
            raise self._another_currency(other)
        return other.amount

    def _another_currency(self, other: "Money") -> InvalidValue:
        params = {"left": self.currency, "right": other.currency}
        return invalid(Problem(MoneyFault.MONEY_CURRENCIES_DIFFER, params=params))

    def _not_money(self, other: object) -> InvalidValue:
        return invalid(
            Problem(
                MoneyFault.MONEY_OPERAND_NOT_MONEY,
                params={"currency": self.currency, "actual": type_name(other)},
            )
        )


def minor_units(currency: str) -> int:
    """Return how many decimals the minor unit of `currency` has by ISO 4217: 2 for all but a table of exceptions.

    Three capitals that ISO 4217 doesn't list give 2 as well.

    >>> [minor_units(code) for code in ("USD", "JPY", "KWD", "RSD")]
    [2, 0, 3, 2]

    Raises:
        InvalidValue: The currency isn't three ASCII capitals, or the standard says "N.A." (gold, drawing rights).

    Rule: PRC-2 in docs/reference/money.md.
    """
    code = currency_code(currency)
    if code in _WITHOUT_MINOR_UNIT:
        raise invalid(Problem(MoneyFault.MINOR_UNIT_MISSING, params={"currency": code}))
    return _MINOR_UNITS.get(code, 2)


def _check_multiplier(factor: object) -> None:
    if type(factor) is not int and type(factor) is not Decimal:
        raise invalid(wrong_type("factor", "a whole number or a Decimal (a Fraction only in times)", factor))
    ratio("factor", factor)


# Attributes of a frozen value can't be assigned, its slots can; the __init__ that attrs writes costs more than a sum.
_new: Final = object.__new__
_set_amount: Final = Money.__dict__["amount"].__set__
_set_currency: Final = Money.__dict__["currency"].__set__
_sum: Final = EXACT.add
_difference: Final = EXACT.subtract
_minus: Final = EXACT.minus


def _built(amount: Decimal, currency: str) -> Money:
    """Return Money of parts that are known to be good."""
    money = _new(Money)
    _set_amount(money, amount)
    _set_currency(money, currency)
    return money


def _in_units(amount: Decimal, places: int) -> tuple[int, int]:
    """Return an amount counted in units of 10 to the power of -`places`, as numerator and denominator."""
    numerator, denominator = amount.as_integer_ratio()
    if places < 0:
        return numerator, denominator * 10**-places
    return numerator * 10**places, denominator


def _of_units(units: int, places: int, currency: str) -> Money:
    """Return `units` times 10 to the power of -`places`, written without an exponent."""
    if places < 0:
        units, places = units * 10**-places, 0
    try:
        return _built(EXACT.scaleb(Decimal(units), -places), currency)
    except Overflow:
        raise too_large() from None


def _last_place(places: object, currency: str) -> int:
    if places is None:
        return minor_units(currency)
    return check_within("places", places, -MAX_DIGITS, MAX_DIGITS)
