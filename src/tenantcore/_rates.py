"""Lets a call be priced: by the minute, in blocks, exactly, and rounded once at the end.

Names that callers use (`Precision`, `Rate`, `RateFault`) are imported from `tenantcore.rating`.
"""

import enum
from decimal import Decimal, Overflow
from fractions import Fraction
from functools import cache, lru_cache
from math import gcd
from typing import Final

from attrs import evolve, field, frozen

from tenantcore._amounts import EXACT, MAX_DIGITS, check_within, decimals_written, too_large
from tenantcore._rated_seconds import MAX_BLOCK_SECONDS, MAX_SECONDS, charged_of
from tenantcore._rounding import Rounding, round_quotient
from tenantcore._validators import exactly, within, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown
from tenantcore.money import Money

__all__ = ["Precision", "Rate", "RateFault", "check_percent"]

_SECONDS_IN_A_MINUTE: Final = 60
_WHOLE: Final = Decimal(100)
_MOST_DECIMALS_OF_PERCENT: Final = 6
# In units of the last place. The farthest is CASH_CUT, which takes anything below 3 to 0.
_FARTHEST_ROUNDED: Final = 3
_MOST_DISCOUNTED_CACHED: Final = 4096
_CASH: Final = frozenset({Rounding.CASH_NEAREST, Rounding.CASH_CUT})
# Looked up once: a call is priced in less time than a few attributes take.
_HALF_UP: Final = Rounding.HALF_UP
_product: Final = EXACT.multiply
_new: Final = object.__new__
_set_amount: Final = Money.__dict__["amount"].__set__
_set_currency: Final = Money.__dict__["currency"].__set__


@enum.unique
class RateFault(Code):
    """What can be wrong with a rate, or with what it is asked."""

    RATE_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "RAT-1",
        "{field} must be 0 or more, not {amount}",
        "hand in 0 for what is free; money that is given back is a credit, and no part of a rate",
    )
    RATE_CURRENCIES_DIFFER = (
        Kind.CONFLICT,
        "RAT-1",
        "the rate is in {rate}, but {field} is in {other}",
        "use one currency for the rate and for the balance that pays it",
    )
    RATE_DISCOUNT_RANGE = (
        Kind.OUT_OF_RANGE,
        "RAT-1",
        "a discount must be 0 to 100 percent, with at most {decimals} decimals, not {percent}",
        "hand in what is taken off: 10 for a tenth, 100 for a free call",
    )
    RATE_SLICE_OVERCAPTURED = (
        Kind.CONFLICT,
        "RAT-2",
        "{captured} is captured already, and a call of {seconds} seconds costs {cost}",
        "hand in the whole duration since the answer, and what this call alone has captured at this rate",
    )


@frozen
class Precision:
    """To how many decimals a cost is rounded, and how; 2 decimals are cents, 0 whole units, -2 hundreds.

    At most 36 decimals, at least -35. The roundings for cash count in fives of the last place: to 0.05 with 2 decimals.

    >>> Precision()
    Precision(places=6, rounding=<Rounding.HALF_UP: 'HALF_UP'>)

    Raises: InvalidValue for places beyond the digits of an amount; InvalidType for anything but a `Rounding`.

    Rule: RAT-1 in docs/reference/rating.md.
    """

    places: int = field(default=6, validator=within(1 - MAX_DIGITS, MAX_DIGITS))
    rounding: Rounding = field(default=Rounding.HALF_UP, validator=exactly(Rounding, called="a Rounding"))


# Hashed at every call that has a discount.
@frozen(kw_only=True, cache_hash=True)
class Rate:
    """What a call costs: so much a minute, charged in blocks, with a fee for the connection.

    Amounts are of one currency, with as many decimals as they need: 0.0065 a minute is usual. Durations are whole
    seconds since the answer; `whole_seconds` makes them of measured ones. Unless something else is said, there is no
    fee, nothing is free, and whole minutes are charged.

    A call longer than `free_seconds` is charged from its first second: the fee, the minimum whole, then every increment
    that was begun after it. The trade writes minimum and increment as "30/6". Up to `free_seconds`, included, a call
    costs nothing, not even the fee; an unanswered one, of 0 seconds, never does.

    The increment is anchored after the minimum: 31 seconds at 30/18 are charged as 48, where counting multiples of 18
    from zero would make them 36.

    >>> rate = Rate(per_minute=Money("0.006", "USD"), minimum_seconds=30, increment_seconds=6)
    >>> rate.charged_seconds(32), rate.cost(32)
    (36, Money('0.003600', 'USD'))

    Raises:
        InvalidValue: An amount is below 0, the two are of different currencies, or a number of seconds is out of range;
            an increment of 0 is, because nothing would ever be charged after the minimum.
        InvalidType: A field is of another type.

    Rule: RAT-1 in docs/reference/rating.md.
    """

    per_minute: Money = field(validator=exactly(Money, called="Money"))
    connect_fee: Money = field(validator=exactly(Money, called="Money"))
    minimum_seconds: int = field(default=_SECONDS_IN_A_MINUTE, validator=within(0, MAX_BLOCK_SECONDS))
    increment_seconds: int = field(default=_SECONDS_IN_A_MINUTE, validator=within(1, MAX_BLOCK_SECONDS))
    free_seconds: int = field(default=0, validator=within(0, MAX_BLOCK_SECONDS))
    precision: Precision = field(default=Precision(), validator=exactly(Precision, called="a Precision"))
    # What costs are made of, worked out once. The fee and a second are whole numbers over one denominator, in units of
    # the last place; the denominator is None where the units are whole and nothing needs rounding. The first seconds
    # are what the shortest charged call is charged.
    _unit: Decimal = field(init=False, eq=False, repr=False)
    _fee: int = field(init=False, eq=False, repr=False)
    _second: int = field(init=False, eq=False, repr=False)
    _denominator: int | None = field(init=False, eq=False, repr=False)
    _first_seconds: int = field(init=False, eq=False, repr=False)
    _first_units: int = field(init=False, eq=False, repr=False)

    @connect_fee.default
    def _no_fee(self) -> Money:
        # Runs before the validators.
        if type(self.per_minute) is not Money:
            raise invalid(wrong_type("per_minute", "Money", self.per_minute))
        return Money.zero(self.per_minute.currency)

    def __attrs_post_init__(self) -> None:
        if self.connect_fee.currency != self.per_minute.currency:
            raise invalid(self._currencies_differ("connect_fee", self.connect_fee))
        for name, amount in (("per_minute", self.per_minute), ("connect_fee", self.connect_fee)):
            if amount.is_negative:
                raise invalid(_negative(name, amount))
        unit = _unit_of(self.precision.places)
        terms = _terms(self.connect_fee, self.per_minute, self.precision, unit)
        for name, part in zip(("_unit", "_fee", "_second", "_denominator"), (unit, *terms), strict=True):
            object.__setattr__(self, name, part)
        first = self.charged_seconds(self.free_seconds + 1)
        object.__setattr__(self, "_first_seconds", first)
        object.__setattr__(self, "_first_units", self._units(first))

    @property
    def currency(self) -> str:
        """The currency of the rate and of every cost."""
        return self.per_minute.currency

    def charged_seconds(self, seconds: int) -> int:
        """Return how many seconds a call of so many whole seconds since its answer is charged for.

        0 for the free seconds, their end included; one second more is charged from the first one on.

        >>> rate = Rate(per_minute=Money("0.60", "USD"), minimum_seconds=30, increment_seconds=6, free_seconds=10)
        >>> [rate.charged_seconds(seconds) for seconds in (0, 10, 11, 31)]
        [0, 0, 30, 36]

        Raises: InvalidType for anything but a whole number, InvalidValue below 0 or above `MAX_SECONDS`.

        Rule: RAT-1 in docs/reference/rating.md.
        """
        # Spelt out because every cost passes here: a call costs less than checking it the long way.
        if type(seconds) is not int or not 0 <= seconds <= MAX_SECONDS:
            check_within("seconds", seconds, 0, MAX_SECONDS)
        return charged_of(seconds, self.free_seconds, self.minimum_seconds, self.increment_seconds)

    def exact_cost(self, seconds: int) -> Fraction:
        """Return the cost of a call before rounding, in whole units of the currency: dollars, not cents.

        >>> Rate(per_minute=Money("0.05", "USD"), minimum_seconds=1, increment_seconds=1).exact_cost(7)
        Fraction(7, 1200)

        Raises: as `charged_seconds`.

        Rule: RAT-1 in docs/reference/rating.md.
        """
        charged = self.charged_seconds(seconds)
        if not charged:
            return Fraction(0)
        units = Fraction(self._fee + charged * self._second, self._denominator or 1)
        return units * Fraction(self._unit)

    def cost(self, seconds: int) -> Money:
        """Return what a call of so many whole seconds costs, rounded once, by the rate's precision.

        Rounding every increment instead would drift: 180 seconds at 0.1 a minute cost 0.3, and 180 roundings of a
        second to six decimals sum to 0.30006.

        >>> Rate(per_minute=Money("0.1", "USD"), minimum_seconds=1, increment_seconds=1).cost(180)
        Money('0.300000', 'USD')

        Raises: as `charged_seconds`; InvalidValue when the cost has more digits before the point than an amount can
        have.

        Rule: RAT-1 in docs/reference/rating.md.
        """
        charged = self.charged_seconds(seconds)
        try:
            amount = _product(self._unit, self._units(charged) if charged else 0)
        except Overflow:
            raise too_large() from None
        # Built without checks: the unit has no more decimals than an amount can have, and no product is too large.
        cost = _new(Money)
        _set_amount(cost, amount)
        _set_currency(cost, self.per_minute.currency)
        return cost

    def uncovered_cost(self, seconds: int, *, covered_seconds: int) -> Money:
        """Return what a call of so many seconds costs where its first `covered_seconds` are paid for otherwise.

        That is what the seconds after them add: the cost of the whole call less that of a call which ends where the
        cover does. So both parts together cost what the call does, and the call is rounded as one. Nothing covered
        leaves the whole cost; all of it, or more, leaves nothing. The fee comes with the first charged second, and is
        left out where that one is covered; so is the rest of an increment that was begun under the cover.

        >>> rate = Rate(per_minute=Money("0.60", "USD"), connect_fee=Money("0.10", "USD"))
        >>> [str(rate.uncovered_cost(90, covered_seconds=covered)) for covered in (0, 60, 61)]
        ['1.300000 USD', '0.600000 USD', '0.000000 USD']

        Raises: as `cost`, for either number of seconds.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        check_within("covered_seconds", covered_seconds, 0, MAX_SECONDS)
        cost = self.cost(seconds)
        return cost - self.cost(min(seconds, covered_seconds))

    def max_seconds(self, available: Money) -> int | None:
        """Return for how many seconds the funds last: the largest T with cost(T) at most `available`.

        T counts whole seconds from the answer on. None when no call can cost more: the rate is free, or it has only a
        fee, and that is affordable. Where not even the shortest charged call is, it is the free seconds; so with
        nothing available too. Below zero it is 0, whatever the rate: nobody who owes begins a call.

        >>> rate = Rate(per_minute=Money("0.60", "USD"), connect_fee=Money("0.10", "USD"))
        >>> rate.max_seconds(Money("1.29", "USD")), rate.max_seconds(Money("1.30", "USD"))
        (60, 120)

        Raises: InvalidValue for funds of another currency, InvalidType for anything but Money.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        self._check_currency("available", available)
        if available.is_negative:
            return 0
        above, below = available.amount.as_integer_ratio()
        unit_above, unit_below = self._unit.as_integer_ratio()
        affordable = above * unit_below // (below * unit_above)
        if self._first_units > affordable:
            return self.free_seconds
        second, first = self._second, self._first_seconds
        if not second:
            return None
        increment, denominator = self.increment_seconds, self._denominator or 1
        room = affordable * denominator - self._fee - first * second
        block, slack = second * increment, _FARTHEST_ROUNDED * denominator
        low, high = max(0, (room - slack) // block), (room + slack) // block
        # Mostly a block costs more than roundings move, and one look is enough.
        while low < high:
            middle = (low + high + 1) // 2
            if self._units(first + middle * increment) <= affordable:
                low = middle
            else:
                high = middle - 1
        return first + low * increment

    def next_slice(self, seconds: int, *, captured: Money) -> Money:
        """Return what is still to be captured of a call that lasts `seconds` so far, from its answer on.

        That is its whole cost so far less what was captured before. So the slices of a call sum to what it would cost
        in one go, wherever it is cut; rounding each slice by itself has no such sum. Nothing is captured of the free
        seconds, and what follows them is charged from the first second on. For what to hold until the next slice, hand
        in the duration by then. Of a call that began on included minutes, count the cost of the covered seconds among
        what is captured; see `uncovered_cost`.

        >>> rate = Rate(per_minute=Money("0.05", "USD"), minimum_seconds=1, increment_seconds=1)
        >>> first = rate.next_slice(7, captured=Money.zero("USD"))
        >>> rest = rate.next_slice(20, captured=first)
        >>> print(first, rest, first + rest, rate.cost(20))
        0.005833 USD 0.010834 USD 0.016667 USD 0.016667 USD

        Raises:
            InvalidValue: More is captured than the call costs so far, or less than nothing, `captured` is of another
                currency, or as `cost`.
            InvalidType: `captured` isn't Money, or as `cost`.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        self._check_currency("captured", captured)
        if captured.is_negative:
            raise invalid(_negative("captured", captured))
        cost = self.cost(seconds)
        if captured > cost:
            params = {"captured": str(captured), "seconds": shown(seconds), "cost": str(cost)}
            raise invalid(Problem(RateFault.RATE_SLICE_OVERCAPTURED, params=params))
        return cost - captured

    def discounted(self, percent: int | Decimal) -> "Rate":
        """Return the rate with so many percent taken off the minute and off the fee; 100 makes the call free.

        Nothing is rounded, so a cost is still rounded once. The blocks and the free seconds stay, and the answer for
        0 is equal to the rate.

        >>> Rate(per_minute=Money("0.0205", "USD")).discounted(10).cost(60)
        Money('0.018450', 'USD')

        Raises:
            InvalidValue: The discount is below 0 or above 100, or has more than 6 decimals; or an amount of the rate
                would have more decimals than amounts can have.
            InvalidType: It is neither a whole number nor a Decimal.

        Rule: RAT-1 in docs/reference/rating.md.
        """
        return _discounted(self, check_percent(percent))

    def _units(self, charged: int) -> int:
        exact, denominator = self._fee + charged * self._second, self._denominator
        if denominator is None:
            return exact
        rounding = self.precision.rounding
        if rounding is _HALF_UP:
            # What round_quotient does, for numbers that are never below 0: most rates have this rounding.
            return (2 * exact + denominator) // (2 * denominator)
        return round_quotient(exact, denominator, rounding)

    def _check_currency(self, name: str, amount: object) -> None:
        if type(amount) is not Money:
            raise invalid(wrong_type(name, "Money", amount))
        if amount.currency != self.per_minute.currency:
            raise invalid(self._currencies_differ(name, amount))

    def _currencies_differ(self, name: str, amount: Money) -> Problem:
        params = {"rate": self.per_minute.currency, "field": name, "other": amount.currency}
        return Problem(RateFault.RATE_CURRENCIES_DIFFER, params=params)


def _negative(name: str, amount: Money) -> Problem:
    return Problem(RateFault.RATE_NEGATIVE, params={"field": name, "amount": str(amount)})


# Rates share the unit, and there are as few as places.
@cache
def _unit_of(places: int) -> Decimal:
    return Decimal((0, (1,) + (0,) * -places, min(0, -places)))


def _terms(fee: Money, per_minute: Money, precision: Precision, unit: Decimal) -> tuple[int, int, int | None]:
    unit_above, unit_below = unit.as_integer_ratio()
    fee_above, fee_below = fee.amount.as_integer_ratio()
    minute_above, minute_below = per_minute.amount.as_integer_ratio()
    denominator = unit_above * fee_below * minute_below * _SECONDS_IN_A_MINUTE
    fees = fee_above * unit_below * minute_below * _SECONDS_IN_A_MINUTE
    seconds = minute_above * unit_below * fee_below
    shared = gcd(fees, seconds, denominator)
    is_whole = shared == denominator and precision.rounding not in _CASH
    return fees // shared, seconds // shared, None if is_whole else denominator // shared


def check_percent(percent: object) -> Decimal:
    """Return a discount in percent as an exact number."""
    if type(percent) is int:
        fits = 0 <= percent <= _WHOLE
    elif type(percent) is Decimal:
        fits = percent.is_finite() and 0 <= percent <= _WHOLE and decimals_written(percent) <= _MOST_DECIMALS_OF_PERCENT
    else:
        raise invalid(wrong_type("percent", "a whole number or a Decimal", percent))
    if not fits:
        params: dict[str, str | int] = {"percent": shown(percent), "decimals": _MOST_DECIMALS_OF_PERCENT}
        raise invalid(Problem(RateFault.RATE_DISCOUNT_RANGE, params=params))
    return Decimal(percent)


# A platform has few discounts, and calls go to the same few destinations.
@lru_cache(maxsize=_MOST_DISCOUNTED_CACHED)
def _discounted(rate: Rate, percent: Decimal) -> Rate:
    kept = EXACT.scaleb(EXACT.subtract(_WHOLE, percent), -2)
    return evolve(rate, per_minute=_part(rate.per_minute, kept), connect_fee=_part(rate.connect_fee, kept))


def _part(amount: Money, kept: Decimal) -> Money:
    # Equal rates share the answer, however many zeros their amounts are written with: so it has none at its end.
    return Money(EXACT.normalize((amount * kept).amount), amount.currency)
