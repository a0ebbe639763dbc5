"""Lets a tenant's account say by which rules it is controlled: prepaid or postpaid, its limits, its warnings.

Authority: balance control, credit limit and available funds of S3; warnings and temporary limits as PortaSwitch has
them; the low-credit default of S4's platform.
"""

import enum
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, Final, TypeAlias

from attrs import Attribute, field, frozen

from tenantcore._amounts import EXACT
from tenantcore._balance_faults import BalanceFault
from tenantcore._characters import text_of
from tenantcore._validators import an_instant, exactly, in_utc, tuple_of, wrong_type
from tenantcore.errors import FieldCode, Param, Problem, invalid, shown, shown_code
from tenantcore.money import Money, Rounding, minor_units

__all__ = [
    "LOW_CREDIT",
    "MOST_PERCENT",
    "MOST_THRESHOLDS",
    "WIDE",
    "BalanceControl",
    "BalancePolicy",
    "CreditOnPrepaid",
    "FundsBelow",
    "LimitUsed",
    "Marks",
    "Postpaid",
    "Prepaid",
    "TemporaryLimit",
    "Threshold",
    "check_currency",
    "currency_problems",
    "marks_at",
    "payment_problems",
]

MOST_THRESHOLDS: Final = 16
"""How many warning thresholds an account has at most; each is looked at whenever money moves."""

MOST_PERCENT: Final = 1_000_000
"""By how many percent of itself a credit limit is raised for a while, at most."""

_LONGEST_WORD: Final = 64
_WHOLE: Final = 100


class BalanceControl(enum.Enum):
    """Whether a tenant pays before it uses services or after.

    Rule: BAL-1 in docs/reference/balance.md.
    """

    PREPAID = "prepaid"
    POSTPAID = "postpaid"

    @classmethod
    def parse(cls, text: object) -> "BalanceControl":
        """Read "prepaid" or "postpaid", in any case, spaces at the ends dropped.

        >>> BalanceControl.parse("Postpaid").name
        'POSTPAID'

        Raises: InvalidValue for anything else; there is no default.

        Rule: BAL-1 in docs/reference/balance.md.
        """
        word = text_of(text)
        if text is None or (word is not None and not word.strip(" ")):
            raise invalid(Problem(BalanceFault.BALANCE_CONTROL_REQUIRED))
        for control in cls:
            if word is not None and len(word) <= _LONGEST_WORD and word.strip(" ").lower() == control.value:
                return control
        raise invalid(Problem(BalanceFault.BALANCE_CONTROL_UNKNOWN, params={"value": shown_code(text)}))


class CreditOnPrepaid(enum.Enum):
    """Whether a platform lets prepaid accounts go below zero, down to a limit: the word is said, or it is refused.

    Rule: BAL-1 in docs/reference/balance.md.
    """

    REFUSED = "refused"
    ALLOWED = "allowed"


@frozen
class FundsBelow:
    """Warn when what is left falls below `amount`: of prepaid funds, or of a postpaid account's credit.

    What is left is posted money above the limit in force; holds of live calls don't count. At exactly `amount` nothing
    is said yet.

    Raises: InvalidValue for an amount of 0 or less.

    Rule: BAL-6 in docs/reference/balance.md.
    """

    amount: Money = field(validator=exactly(Money, called="Money"))

    def __attrs_post_init__(self) -> None:
        if not self.amount.is_positive:
            raise invalid(Problem(BalanceFault.THRESHOLD_TOO_LOW, params={"amount": str(self.amount)}))

    def __str__(self) -> str:
        return str(self.amount)


@frozen
class LimitUsed:
    """Warn when what is owed reaches `percent` of the credit limit, 1 to 100; a temporary limit doesn't count.

    >>> LimitUsed(120)
    Traceback (most recent call last):
    tenantcore.errors.InvalidValue: a warning threshold must be at 1 to 100 % of the credit limit, not at 120 %; ...

    Raises: InvalidValue for a percentage outside 1 to 100; InvalidType unless it is a whole number.

    Rule: BAL-6 in docs/reference/balance.md.
    """

    percent: int = field()

    def __attrs_post_init__(self) -> None:
        if type(self.percent) is not int:
            raise invalid(wrong_type("percent", "a whole number", self.percent))
        if not 1 <= self.percent <= _WHOLE:
            raise invalid(Problem(BalanceFault.THRESHOLD_RANGE, params={"percent": shown_code(self.percent)}))

    def __str__(self) -> str:
        return f"{self.percent} %"


Threshold: TypeAlias = FundsBelow | LimitUsed


@frozen(kw_only=True)
class TemporaryLimit:
    """Raises a credit limit for a while: by `amount`, or by `percent` of the limit; at exactly `until` it has lapsed.

    Nothing has to be done when it lapses. What was used of it stays owed, and services stop until enough is paid.

    Raises: InvalidValue unless exactly one of amount and percentage is given, above 0, with an aware `until`.

    Rule: BAL-6 in docs/reference/balance.md.
    """

    until: datetime = field()
    amount: Money | None = field(default=None, validator=exactly(Money, type(None), called="Money or None"))
    percent: int | None = field(default=None, validator=exactly(int, type(None), called="a whole number or None"))

    @until.validator
    def _check_until(self, attribute: "Attribute[datetime]", value: object) -> None:
        if value is None:
            raise invalid(Problem(BalanceFault.TEMP_LIMIT_NO_EXPIRY))
        an_instant(self, attribute, value)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "until", in_utc("until", self.until))
        if (self.amount is None) is (self.percent is None):
            raise invalid(Problem(BalanceFault.TEMPORARY_LIMIT_AMOUNT))
        if self.percent is not None and self.percent > MOST_PERCENT:
            params: dict[str, Param] = {"field": "percent", "maximum": MOST_PERCENT, "value": shown(self.percent)}
            raise invalid(Problem(FieldCode.FIELD_ABOVE_MAXIMUM, params=params))
        is_raised = self.amount.is_positive if self.amount is not None else (self.percent or 0) > 0
        if not is_raised:
            by = str(self.amount) if self.percent is None else f"{shown(self.percent)} %"
            raise invalid(Problem(BalanceFault.TEMPORARY_LIMIT_TOO_LOW, params={"amount": by}))

    def raised(self, limit: Money) -> Money:
        """Return the limit that holds until then, exact: a percentage isn't rounded."""
        if type(limit) is not Money:
            raise invalid(wrong_type("limit", "Money", limit))
        if self.amount is not None:
            return limit + self.amount
        assert self.percent is not None  # noqa: S101 - one of both is given
        return limit + limit * EXACT.scaleb(Decimal(self.percent), -2)


@frozen
class Marks:
    """What posted money is measured by: the least it may be, None for no limit, and the levels of the warnings.

    A level is reached from above: at it where the second part says so, else beneath it. Money above `clear` is above
    them all, and above the floor; None is where there is nothing to be above of.
    """

    floor: Decimal | None
    levels: tuple[tuple[Decimal, bool], ...]
    clear: Decimal | None
    all_armed: tuple[bool, ...]


LOW_CREDIT: Final = FundsBelow(Money("5.00", "USD"))
"""The warning that a prepaid account in USD has unless it names its own; other currencies have none."""

_STANDARD_SKEW: Final = timedelta(minutes=5)


def _currency(value: str) -> str:
    # Money refuses what is no currency code, and makes plain text of a host's own kind of text.
    return Money.zero(value).currency


def _not_negative(_: object, __: "Attribute[Any]", value: object) -> None:
    if type(value) is not timedelta:
        raise invalid(wrong_type("clock_skew", "a timedelta", value))
    if value < timedelta(0):
        raise invalid(Problem(BalanceFault.CLOCK_SKEW_NEGATIVE))


def _usual_thresholds(policy: "Prepaid") -> tuple[Threshold, ...]:
    return (LOW_CREDIT,) if policy.currency == "USD" else ()


_MONEY_OR_NONE: Final = exactly(Money, type(None), called="Money or None")
_TEMPORARY: Final = exactly(TemporaryLimit, type(None), called="a TemporaryLimit or None")
_THRESHOLDS: Final = tuple_of(FundsBelow, LimitUsed, called="warning thresholds")


@frozen
class Prepaid:
    """The tenant pays first and uses what it has paid; with nothing left, services stop.

    `thresholds` warn of low funds; left out, an account in USD warns below 5.00, others don't. `clock_skew` is how far
    the clocks of the host's processes may lie apart. A credit limit is refused unless `credit_on_prepaid` allows it.

    >>> Prepaid("USD", credit_limit=Money("10", "USD"))
    Traceback (most recent call last):
    tenantcore.errors.InvalidValue: a prepaid account has no credit limit: it uses what was paid in; ...

    Rules: BAL-1, BAL-6 in docs/reference/balance.md.
    """

    currency: str = field(converter=_currency)
    credit_limit: Money | None = field(default=None, kw_only=True, validator=_MONEY_OR_NONE)
    credit_on_prepaid: CreditOnPrepaid = field(
        default=CreditOnPrepaid.REFUSED,
        kw_only=True,
        validator=exactly(CreditOnPrepaid, called="a CreditOnPrepaid"),
    )
    temporary: TemporaryLimit | None = field(default=None, kw_only=True, validator=_TEMPORARY)
    thresholds: tuple[Threshold, ...] = field(kw_only=True, validator=_THRESHOLDS)
    clock_skew: timedelta = field(default=_STANDARD_SKEW, kw_only=True, validator=_not_negative)
    _marks: Marks = field(init=False, repr=False, eq=False)

    @thresholds.default
    def _thresholds(self) -> tuple[Threshold, ...]:
        return _usual_thresholds(self)

    def __attrs_post_init__(self) -> None:
        if self.credit_on_prepaid is CreditOnPrepaid.REFUSED and _has_limit(self):
            raise invalid(Problem(BalanceFault.CREDIT_LIMIT_ON_PREPAID))
        _check_limits(self)
        object.__setattr__(self, "_marks", _marks_of(self, self.credit_limit))

    def limit_at(self, instant: datetime) -> Money:
        """Return how far below zero the account may go at `instant`: nothing, but where credit is allowed.

        Rules: BAL-1, BAL-6 in docs/reference/balance.md.
        """
        limit = _limit_at(self, instant)
        return Money.zero(self.currency) if limit is None else limit


@frozen
class Postpaid:
    """The tenant uses first and owes up to `credit_limit`; at the limit services stop. None is no limit, and warned.

    `thresholds` warn before; there are none unless they are given. `temporary` raises the limit for a while.

    >>> Postpaid("USD", credit_limit=Money("100", "EUR"))
    Traceback (most recent call last):
    tenantcore.errors.InvalidValue: an account in USD can't take an amount in EUR; give the amount in USD

    Raises: InvalidValue for a negative limit or one in another currency.

    Rules: BAL-1, BAL-6 in docs/reference/balance.md.
    """

    currency: str = field(converter=_currency)
    credit_limit: Money | None = field(default=None, kw_only=True, validator=_MONEY_OR_NONE)
    temporary: TemporaryLimit | None = field(default=None, kw_only=True, validator=_TEMPORARY)
    thresholds: tuple[Threshold, ...] = field(default=(), kw_only=True, validator=_THRESHOLDS)
    clock_skew: timedelta = field(default=_STANDARD_SKEW, kw_only=True, validator=_not_negative)
    _marks: Marks = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        _check_limits(self)
        object.__setattr__(self, "_marks", _marks_of(self, self.credit_limit))

    def limit_at(self, instant: datetime) -> Money | None:
        """Return what the account may owe at `instant`, None for no limit.

        Rules: BAL-1, BAL-6 in docs/reference/balance.md.
        """
        return _limit_at(self, instant)


BalancePolicy: TypeAlias = Prepaid | Postpaid


def _has_limit(policy: BalancePolicy) -> bool:
    return policy.credit_limit is not None or policy.temporary is not None


def _limit_at(policy: BalancePolicy, instant: datetime) -> Money | None:
    return _limit_in_force(policy, in_utc("instant", instant))


def _limit_in_force(policy: BalancePolicy, instant: datetime) -> Money | None:
    limit, temporary = policy.credit_limit, policy.temporary
    return limit if limit is None or temporary is None or instant >= temporary.until else temporary.raised(limit)


# Sums and products of a few amounts fit into these digits: nothing overflows on the way to a comparison.
WIDE: Final = Context(prec=400, Emax=400, Emin=-400, capitals=1, clamp=0, flags=[], traps=[Inexact, InvalidOperation])
_ZERO: Final = Decimal(0)
_HUNDREDTH: Final = Decimal("0.01")


def marks_at(policy: BalancePolicy, instant: datetime) -> Marks:
    """Return what posted money is measured by at an instant in UTC."""
    limit = _limit_in_force(policy, instant)
    if limit is policy.credit_limit:
        return policy._marks  # noqa: SLF001 - of a value of this module
    return _marks_of(policy, limit)


def _marks_of(policy: BalancePolicy, limit: Money | None) -> Marks:
    floor = None if limit is None else limit.amount.copy_negate()
    if floor is None and isinstance(policy, Prepaid):
        floor = _ZERO
    levels = tuple(_level(threshold, policy, floor) for threshold in policy.thresholds)
    bounds = [level for level, _ in levels] if floor is None else [floor, *(level for level, _ in levels)]
    return Marks(floor, levels, max(bounds, default=None), (True,) * len(levels))


def _level(threshold: Threshold, policy: BalancePolicy, floor: Decimal | None) -> tuple[Decimal, bool]:
    if isinstance(threshold, FundsBelow):
        assert floor is not None  # noqa: S101 - without a limit such a threshold is refused
        return WIDE.add(floor, threshold.amount.amount), False
    # Of the permanent limit: a share of one that lapses would be crossed by waiting.
    assert policy.credit_limit is not None  # noqa: S101 - without a limit such a threshold is refused
    used = WIDE.multiply(policy.credit_limit.amount, Decimal(threshold.percent))
    return WIDE.multiply(used, _HUNDREDTH).copy_negate(), True


def _check_limits(policy: BalancePolicy) -> None:
    limit, temporary = policy.credit_limit, policy.temporary
    if limit is not None:
        check_currency(policy.currency, limit)
        if limit.is_negative:
            raise invalid(Problem(BalanceFault.CREDIT_LIMIT_NEGATIVE, params={"limit": str(limit)}))
    if temporary is not None:
        if limit is None or (temporary.percent is not None and limit.is_zero):
            raise invalid(Problem(BalanceFault.TEMPORARY_LIMIT_NEEDS_LIMIT))
        if temporary.amount is not None:
            check_currency(policy.currency, temporary.amount)
        temporary.raised(limit)  # refuses what is too large to reckon with, now rather than at the first debit
    _check_thresholds(policy)


def _check_thresholds(policy: BalancePolicy) -> None:
    thresholds = policy.thresholds
    if len(thresholds) > MOST_THRESHOLDS:
        params: dict[str, Param] = {"maximum": MOST_THRESHOLDS, "number": len(thresholds)}
        raise invalid(Problem(BalanceFault.THRESHOLDS_TOO_MANY, params=params))
    if len(set(thresholds)) < len(thresholds):
        raise invalid(Problem(BalanceFault.THRESHOLD_REPEATED))
    has_limit = policy.credit_limit is not None and policy.credit_limit.is_positive
    for threshold in thresholds:
        if isinstance(threshold, FundsBelow):
            check_currency(policy.currency, threshold.amount)
        if not has_limit and (isinstance(policy, Postpaid) or isinstance(threshold, LimitUsed)):
            raise invalid(Problem(BalanceFault.THRESHOLD_NEEDS_LIMIT, params={"threshold": str(threshold)}))


def check_currency(currency: str, amount: Money) -> None:
    """Refuse an amount of another currency than the account's.

    Rule: BAL-1 in docs/reference/balance.md.
    """
    for problem in currency_problems(currency, amount):
        raise invalid(problem)


def currency_problems(currency: str, amount: Money) -> Iterator[Problem]:
    """Yield what is wrong with the currency of an amount.

    Rule: BAL-1 in docs/reference/balance.md.
    """
    if amount.currency != currency:
        params: dict[str, Param] = {"currency": currency, "other": amount.currency}
        yield Problem(BalanceFault.BALANCE_CURRENCY_MISMATCH, params=params)


def payment_problems(amount: Money) -> Iterator[Problem]:
    """Yield what is wrong with an amount that somebody is to pay: it has no more decimals than its currency.

    Rule: BAL-1 in docs/reference/balance.md.
    """
    places = minor_units(amount.currency)
    if amount.rounded(Rounding.DOWN, places=places) != amount:
        params: dict[str, Param] = {"funds": str(amount), "currency": amount.currency, "places": places}
        yield Problem(BalanceFault.FUNDS_TOO_FINE, params=params)
