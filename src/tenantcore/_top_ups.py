"""Lets a platform decide whether an account is topped up automatically now, and by how much; nothing is paid here.

Authority: KAZOO's automatic top-up fires below a threshold, once a day at most; Lago's rules have whole multiples,
targets, pending payments and a pause after a decline; B3Networks takes a share of the last top-up as the threshold.
"""

import enum
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

from attrs import Attribute, field, frozen

from tenantcore._amounts import EXACT, check_within
from tenantcore._balance_faults import BalanceFault
from tenantcore._balance_policies import check_currency, currency_problems, payment_problems
from tenantcore._ledger_outcomes import Balance
from tenantcore._rounding import round_quotient
from tenantcore._validators import exactly, in_utc, wrong_type
from tenantcore.errors import Code, Kind, Param, Problem, invalid
from tenantcore.money import Money, Rounding, minor_units
from tenantcore.status import Status

__all__ = [
    "MINIMUM_CREDIT",
    "NoTopUp",
    "NoTopUpReason",
    "TopUp",
    "TopUpPlan",
    "TopUpRule",
    "credit_problems",
    "plan_topup",
]

MINIMUM_CREDIT: Final = Money("5.00", "USD")
"""What an account wizard takes at least as credit added by hand; a platform with another currency sets its own."""

_A_DAY: Final = timedelta(hours=24)
_AN_HOUR: Final = timedelta(hours=1)
_USUAL_PERCENT: Final = 20
_WHOLE: Final = 100
_LAST_INSTANT: Final = datetime.max.replace(tzinfo=UTC)


@enum.unique
class NoTopUpReason(Code):
    """Why an account isn't topped up now; the first that applies, in this order, but of two waits the longer one.

    Rule: BAL-7 in docs/reference/balance.md.
    """

    TOP_UP_NOT_FOR_STATUS = (
        Kind.CONFLICT,
        "BAL-7",
        "an account that is {status} isn't topped up automatically",
        "settle why it is {status} first",
    )
    TOP_UP_NOT_NEEDED = (
        Kind.OUT_OF_RANGE,
        "BAL-7",
        "the account has {posted}, not less than the threshold of {threshold}",
        "plan again when something was charged",
    )
    TOP_UP_ON_ITS_WAY = (
        Kind.CONFLICT,
        "BAL-7",
        "payments of {pending} are on their way to the account",
        "plan again when they have arrived or failed",
    )
    TOP_UP_TOO_SOON = (
        Kind.OUT_OF_RANGE,
        "BAL-7",
        "the account was topped up automatically at {last_made}, and isn't again before {not_before}",
        "plan again then; a payment by hand needs no waiting",
    )
    TOP_UP_AFTER_DECLINE = (
        Kind.OUT_OF_RANGE,
        "BAL-7",
        "a payment was declined at {last_declined}, and no other is tried before {not_before}",
        "plan again then, or as soon as a top-up was paid",
    )


def _a_wait(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not timedelta:
        raise invalid(wrong_type(attribute.name, "a timedelta", value))
    if value < timedelta(0):
        raise invalid(Problem(BalanceFault.TOP_UP_WAIT_NEGATIVE, params={"field": attribute.name}))


_MONEY: Final = exactly(Money, called="Money")
_MONEY_OR_NONE: Final = exactly(Money, type(None), called="Money or None")


@frozen(kw_only=True)
class TopUpRule:
    """When an account is topped up automatically, and by how much.

    It is when money falls below `threshold`; at exactly the threshold it isn't yet. By `amount`: so many times the
    amount, in one payment, that money is at the threshold or above. By `target`: what is missing to the target, up to
    the next unit that can be paid. No payment is below `minimum`. No more than `most` is on its way at once.

    `interval` lies between one automatic top-up and the next, `back_off` between a decline and the next try; at
    exactly their end the next may be made, and zero is no wait.

    >>> rule = TopUpRule(threshold=Money("10", "USD"), target=Money("10", "USD"))
    Traceback (most recent call last):
    tenantcore.errors.InvalidValue: target of a top-up must be above 10 USD, not 10 USD; raise it above 10 USD

    Raises:
        InvalidValue: Not exactly one of amount and target is given, an amount is too low, has more decimals than can
            be paid or is in another currency than the threshold, `most` leaves room for no payment, or a wait is
            negative.
        InvalidType: A part is of another type.

    Rule: BAL-7 in docs/reference/balance.md.
    """

    threshold: Money = field(validator=_MONEY)
    amount: Money | None = field(default=None, validator=_MONEY_OR_NONE)
    target: Money | None = field(default=None, validator=_MONEY_OR_NONE)
    minimum: Money | None = field(default=None, validator=_MONEY_OR_NONE)
    most: Money | None = field(default=None, validator=_MONEY_OR_NONE)
    interval: timedelta = field(default=_A_DAY, validator=_a_wait)
    back_off: timedelta = field(default=_AN_HOUR, validator=_a_wait)

    def __attrs_post_init__(self) -> None:
        if (self.amount is None) is (self.target is None):
            raise invalid(Problem(BalanceFault.TOP_UP_AMOUNT))
        zero = Money.zero(self.threshold.currency)
        _check_above("threshold", self.threshold, zero)
        if self.target is not None:
            _check_above("target", self.target, self.threshold)
        for name, payment in (("amount", self.amount), ("minimum", self.minimum), ("most", self.most)):
            if payment is not None:
                _check_above(name, payment, zero)
                _check_payable(payment)
        least = _unit(self) * _least_units(self)
        if self.most is not None and self.most < least:
            params: dict[str, Param] = {"most": str(self.most), "least": str(least)}
            raise invalid(Problem(BalanceFault.TOP_UP_MOST_TOO_LOW, params=params))

    @classmethod
    def after(
        cls,
        last_top_up: Money,
        *,
        percent: int = _USUAL_PERCENT,
        amount: Money | None = None,
        target: Money | None = None,
        minimum: Money | None = None,
        most: Money | None = None,
        interval: timedelta = _A_DAY,
        back_off: timedelta = _AN_HOUR,
    ) -> "TopUpRule":
        """Return the rule whose threshold is a share of what was paid last, 1 to 100 percent of it, exact.

        With neither amount nor target the same is paid again.

        >>> rule = TopUpRule.after(Money("100", "USD"))
        >>> str(rule.threshold), str(rule.amount)
        ('20.00 USD', '100 USD')

        Raises: As the rule itself; InvalidValue for a percentage that isn't 1 to 100.

        Rule: BAL-7 in docs/reference/balance.md.
        """
        if type(last_top_up) is not Money:
            raise invalid(wrong_type("last_top_up", "Money", last_top_up))
        _check_above("last_top_up", last_top_up, Money.zero(last_top_up.currency))
        _check_payable(last_top_up)
        share = EXACT.scaleb(Decimal(check_within("percent", percent, 1, _WHOLE)), -2)
        return cls(
            threshold=last_top_up * share,
            amount=last_top_up if amount is None and target is None else amount,
            target=target,
            minimum=minimum,
            most=most,
            interval=interval,
            back_off=back_off,
        )


def _check_above(name: str, amount: Money, minimum: Money) -> None:
    check_currency(minimum.currency, amount)
    if not amount > minimum:
        params: dict[str, Param] = {"field": name, "minimum": str(minimum), "amount": str(amount)}
        raise invalid(Problem(BalanceFault.TOP_UP_TOO_LOW, params=params))


def _check_payable(amount: Money) -> None:
    for problem in payment_problems(amount):
        raise invalid(problem)


@frozen
class TopUp:
    """The account is to be topped up by `amount` now, in one payment.

    Rule: BAL-7 in docs/reference/balance.md.
    """

    amount: Money


@frozen
class NoTopUp:
    """The account isn't topped up now, for `reason`; `not_before` is None where waiting alone changes nothing.

    At exactly `not_before`, in UTC, with everything else as it is, the account is topped up.

    Rule: BAL-7 in docs/reference/balance.md.
    """

    reason: Problem
    not_before: datetime | None = None


TopUpPlan: TypeAlias = TopUp | NoTopUp


def plan_topup(
    rule: TopUpRule,
    posted: Money | Balance,
    *,
    pending: Money,
    last_made: datetime | None,
    last_declined: datetime | None,
    now: datetime,
    last_paid: datetime | None = None,
) -> TopUpPlan:
    """Return whether an account is topped up at `now`, and by how much, or why not.

    `posted` is the account's money, or its `Balance`, which also tells that it is closed or blocked: then there is
    none. Holds don't count. `pending` are all payments that were begun and have neither arrived nor failed, those by
    hand too. `last_made` is when the last automatic top-up was begun that wasn't declined, `last_declined` when a
    payment was declined last. `last_paid` is when a top-up was paid last; later than the decline, it ends that wait.

    A top-up that was planned and counts as pending is followed by none. So a host that saves the payment before it
    carries it out, by compare-and-swap on the account's row, is never told to charge twice.

    >>> from datetime import UTC, datetime
    >>> rule = TopUpRule(threshold=Money("10", "USD"), amount=Money("50", "USD"))
    >>> plan_topup(rule, Money("-429.8", "USD"), pending=Money("0", "USD"), last_made=None, last_declined=None,
    ...            now=datetime(2026, 11, 22, tzinfo=UTC))
    TopUp(amount=Money('450', 'USD'))

    Raises:
        InvalidValue: An amount is in another currency than the rule's, pending payments are negative, a datetime is
            naive, or an amount would grow too large.
        InvalidType: An argument is of another type.

    Rule: BAL-7 in docs/reference/balance.md.
    """
    if type(rule) is not TopUpRule:
        raise invalid(wrong_type("rule", "a TopUpRule", rule))
    money, status = _money_and_status(posted)
    check_currency(rule.threshold.currency, money)
    _check_pending(rule, pending)
    instant, made = in_utc("now", now), _utc_or_none("last_made", last_made)
    declined, paid = _utc_or_none("last_declined", last_declined), _utc_or_none("last_paid", last_paid)
    if status in _NOT_TOPPED_UP:
        return NoTopUp(Problem(NoTopUpReason.TOP_UP_NOT_FOR_STATUS, params={"status": status.value}))
    if money >= rule.threshold:
        params: dict[str, Param] = {"posted": str(money), "threshold": str(rule.threshold)}
        return NoTopUp(Problem(NoTopUpReason.TOP_UP_NOT_NEEDED, params=params))
    units = _units(rule, money + pending, pending)
    if not units:
        return NoTopUp(Problem(NoTopUpReason.TOP_UP_ON_ITS_WAY, params={"pending": str(pending)}))
    if declined is not None and paid is not None and paid > declined:
        declined = None
    return _wait(rule, instant, made, declined) or TopUp(_unit(rule) * units)


# A closed account takes no credit, so the payment would have to be given back; a blocked one can't use it.
_NOT_TOPPED_UP: Final = frozenset({Status.CLOSED, Status.BLOCKED})


def _money_and_status(posted: object) -> tuple[Money, Status]:
    if type(posted) is Balance:
        return posted.posted, posted.status
    if type(posted) is Money:
        return posted, Status.ACTIVE
    raise invalid(wrong_type("posted", "Money or a Balance", posted))


def _check_pending(rule: TopUpRule, pending: object) -> None:
    if type(pending) is not Money:
        raise invalid(wrong_type("pending", "Money", pending))
    check_currency(rule.threshold.currency, pending)
    if pending.is_negative:
        raise invalid(Problem(BalanceFault.TOP_UP_PENDING_NEGATIVE, params={"pending": str(pending)}))


def _utc_or_none(name: str, value: datetime | None) -> datetime | None:
    return None if value is None else in_utc(name, value)


def _unit(rule: TopUpRule) -> Money:
    """Return what every payment is a whole multiple of: the rule's amount, or the smallest sum that can be paid."""
    if rule.amount is not None:
        return rule.amount
    currency = rule.threshold.currency
    return Money(EXACT.scaleb(Decimal(1), -minor_units(currency)), currency)


def _least_units(rule: TopUpRule) -> int:
    return 1 if rule.minimum is None else _quotient(rule.minimum, _unit(rule), Rounding.CEILING)


def _units(rule: TopUpRule, expected: Money, pending: Money) -> int:
    """Return how many units are to be paid where `expected` is there once `pending` has arrived; 0 for none."""
    if expected >= rule.threshold:
        return 0
    unit, least = _unit(rule), _least_units(rule)
    missing = (rule.threshold if rule.target is None else rule.target) - expected
    units = max(_quotient(missing, unit, Rounding.CEILING), least)
    if rule.most is not None:
        units = min(units, _quotient(rule.most - pending, unit, Rounding.FLOOR))
    return units if units >= least else 0


def _quotient(amount: Money, unit: Money, rounding: Rounding) -> int:
    above, below = amount.amount.as_integer_ratio()
    unit_above, unit_below = unit.amount.as_integer_ratio()
    return round_quotient(above * unit_below, below * unit_above, rounding)


def _wait(rule: TopUpRule, now: datetime, made: datetime | None, declined: datetime | None) -> NoTopUp | None:
    """Return the longer of the waits that aren't over."""
    waits = (
        (NoTopUpReason.TOP_UP_TOO_SOON, "last_made", made, rule.interval),
        (NoTopUpReason.TOP_UP_AFTER_DECLINE, "last_declined", declined, rule.back_off),
    )
    # Differences of instants always exist, sums of an instant and a wait don't: the calendar ends.
    running = [
        (since + min(wait, _LAST_INSTANT - since), reason, name, since)
        for reason, name, since, wait in waits
        if since is not None and now - since < wait
    ]
    if not running:
        return None
    not_before, reason, name, since = max(running, key=lambda each: each[0])
    return NoTopUp(Problem(reason, params={name: since.isoformat(), "not_before": not_before.isoformat()}), not_before)


def credit_problems(amount: Money, minimum: Money | None) -> Iterator[Problem]:
    """Yield every reason why a platform doesn't take `amount` as credit added by hand; None is no minimum.

    At exactly the minimum it is taken. What a person types is a payment, so it has the currency's decimals.

    >>> [problem.sentence for problem in credit_problems(Money("2", "USD"), MINIMUM_CREDIT)]
    ['credit added by hand must be at least 5.00 USD, not 2 USD']

    Raises: InvalidType for what is no Money.

    Rule: BAL-7 in docs/reference/balance.md.
    """
    if type(amount) is not Money:
        raise invalid(wrong_type("amount", "Money", amount))
    if minimum is not None and type(minimum) is not Money:
        raise invalid(wrong_type("minimum", "Money or None", minimum))
    if minimum is not None and minimum.currency != amount.currency:
        yield from currency_problems(minimum.currency, amount)
    elif minimum is not None and amount < minimum:
        params: dict[str, Param] = {"minimum": str(minimum), "amount": str(amount)}
        yield Problem(BalanceFault.CREDIT_BELOW_MINIMUM, params=params)
    elif not amount.is_positive:
        low: dict[str, Param] = {"field": "amount", "amount": str(amount)}
        yield Problem(BalanceFault.OPERATION_AMOUNT_TOO_LOW, params=low)
    yield from payment_problems(amount)
