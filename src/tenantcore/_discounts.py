"""Lets a tenant pay less for calls to numbers of some classes.

Names that callers use (`Discount`, `DiscountFault`, `Discounts`) are imported from `tenantcore.rating`.
"""

import enum
from decimal import Decimal
from typing import Any, Final

from attrs import Attribute, field, frozen

from tenantcore._number_classes import CallClass, CountryClass, NumberClass, OwnClass
from tenantcore._rates import Rate, check_percent
from tenantcore._validators import tuple_of, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid

__all__ = ["Discount", "DiscountFault", "Discounts", "check_class"]

_CLASSES: Final = (NumberClass, CountryClass, OwnClass)


@enum.unique
class DiscountFault(Code):
    """What can be wrong with discounts."""

    DISCOUNT_REPEATED = (
        Kind.CONFLICT,
        "RAT-1",
        "the discount at position {position} (counted from 0) is for {word}, which has one already",
        "remove one of the two",
    )


def check_class(name: str, value: object) -> None:
    """Refuse anything but a number class."""
    if type(value) not in _CLASSES:
        raise invalid(wrong_type(name, "a number class", value))


def _a_class(_: object, attribute: "Attribute[Any]", value: object) -> None:
    check_class(attribute.name, value)


def _a_percent(_: object, __: "Attribute[Any]", value: object) -> None:
    check_percent(value)


@frozen
class Discount:
    """How many percent are taken off calls to numbers of a class: 0 to 100, both included, with at most 6 decimals.

    Percent, not a share: 0.5 is half a percent, and has to be a Decimal.

    >>> Discount(NumberClass.INTERNATIONAL, Decimal("0.5")).percent
    Decimal('0.5')

    Raises:
        InvalidValue: The percentage is outside 0 to 100, or has more decimals.
        InvalidType: The class is no number class, or the percentage neither a whole number nor a Decimal.

    Rule: RAT-1 in docs/reference/rating.md.
    """

    call_class: CallClass = field(validator=_a_class)
    percent: int | Decimal = field(validator=_a_percent)


@frozen
class Discounts:
    """A tenant's discounts, one a class at most; classes that aren't named have none.

    One for a class that numbers of the tenant's dial plan never have is never applied: `DialPlan.classes` has those
    that they do.

    >>> from tenantcore.money import Money
    >>> discounts = Discounts((Discount(NumberClass.INTERNATIONAL, 10),))
    >>> discounts.applied(Rate(per_minute=Money("0.0205", "USD")), NumberClass.INTERNATIONAL).cost(60)
    Money('0.018450', 'USD')

    Raises: InvalidValue when a class has two; InvalidType unless they are a tuple of `Discount`.

    Rule: RAT-1 in docs/reference/rating.md.
    """

    rows: tuple[Discount, ...] = field(default=(), validator=tuple_of(Discount, called="discounts"))
    _percents: dict[CallClass, int | Decimal] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        percents: dict[CallClass, int | Decimal] = {}
        for position, row in enumerate(self.rows):
            if row.call_class in percents:
                params: dict[str, str | int] = {"position": position, "word": row.call_class.word}
                raise invalid(Problem(DiscountFault.DISCOUNT_REPEATED, ("rows", position), params))
            percents[row.call_class] = row.percent
        object.__setattr__(self, "_percents", percents)

    def percent(self, call_class: CallClass) -> int | Decimal:
        """Return the discount for a class, in percent: 0 where none is named.

        >>> Discounts((Discount(NumberClass.INTERNATIONAL, 10),)).percent(NumberClass.CARIBBEAN)
        0

        Raises: InvalidType for anything but a number class.

        Rule: RAT-1 in docs/reference/rating.md.
        """
        check_class("call_class", call_class)
        return self._percents.get(call_class, 0)

    def applied(self, rate: Rate, call_class: CallClass) -> Rate:
        """Return the rate that a call to a number of the class is charged by; without a discount, `rate` itself.

        It is taken off the minute and off the fee, and nothing is rounded: the discounted rate rounds its costs as the
        other does, once. Discounts on discounts are none of this: each is on the rate that is handed in.

        >>> from tenantcore.money import Money
        >>> rate = Rate(per_minute=Money("0.0077", "USD"))
        >>> third = Discounts((Discount(NumberClass.CARIBBEAN, 33),))
        >>> third.applied(rate, NumberClass.CARIBBEAN).per_minute, third.applied(rate, NumberClass.US_DID) is rate
        (Money('0.005159', 'USD'), True)

        Raises: InvalidType for anything but a rate and a number class; InvalidValue where an amount of the rate would
        have more decimals than amounts can have.

        Rule: RAT-1 in docs/reference/rating.md.
        """
        if type(rate) is not Rate:
            raise invalid(wrong_type("rate", "a Rate", rate))
        percent = self.percent(call_class)
        return rate.discounted(percent) if percent else rate
