"""Lets each kind of operation say what it does to an account, or why it is declined.

The order of the checks in each is that of BAL-4: the hold is looked up, the amount is measured against it, its state,
then the account's status, then funds or limit.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from tenantcore._balance_policies import Postpaid, Prepaid
from tenantcore._ledger_entries import DeclineReason, Hold, HoldState
from tenantcore._ledger_heads import LedgerHead, amount_available, sum_of
from tenantcore._ledger_operations import (
    FULL,
    Capture,
    Credit,
    Debit,
    Expire,
    Grant,
    NextSlice,
    Overage,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
)
from tenantcore.errors import Param, Problem, shown_code
from tenantcore.money import Money
from tenantcore.status import Status

__all__ = ["EFFECTS", "Effect", "declined", "expiry_past"]

_ZERO: Final = Decimal(0)


# A plain tuple, because one is built for every operation.
Effect: TypeAlias = tuple[Money | None, Money | None, Money | None, Problem | None, Problem | None]
"""By how much posted and held money change, what is granted, why it is declined, why no next slice is; None: not."""

_NO_EFFECT: Final[Effect] = (None, None, None, None, None)


def declined(problem: Problem) -> Effect:
    """Return the effect of an operation that doesn't happen."""
    return None, None, None, problem, None


def _credit(head: LedgerHead, operation: Credit, _hold: Hold | None, _at: datetime) -> Effect:
    if head.status is Status.CLOSED:
        return declined(_STATUS_REASONS[Status.CLOSED])
    return operation.amount, None, None, None, None


def _debit(head: LedgerHead, operation: Debit, _hold: Hold | None, at: datetime) -> Effect:
    # Usage that is over is recorded whatever the status: it was used.
    if operation.overage is Overage.DECLINE:
        if head.status is not Status.ACTIVE:
            return declined(_STATUS_REASONS[head.status])
        refused = _refused_funds(head, operation.amount, amount_available(head, at))
        if refused is not None:
            return declined(refused)
    return -operation.amount, None, None, None, None


def _reserve(head: LedgerHead, operation: Reserve, _hold: Hold | None, at: datetime) -> Effect:
    granted, refused = _granted(head, operation, amount_available(head, at))
    return None, granted, granted, refused, None


def _granted(
    head: LedgerHead, asked: Reserve | NextSlice, available: Decimal | None
) -> tuple[Money | None, Problem | None]:
    if head.status is not Status.ACTIVE:
        return None, _STATUS_REASONS[head.status]
    amount = asked.amount
    if available is None or amount.amount <= available:
        return amount, None
    if asked.grant is Grant.UP_TO and available > 0:
        return Money(available, amount.currency), None
    return None, _refused_funds(head, amount, available)


def _capture(head: LedgerHead, operation: Capture, hold: Hold | None, at: datetime) -> Effect:
    if hold is None:
        return declined(_of_hold(DeclineReason.HOLD_NOT_FOUND, operation.hold))
    amount = hold.amount if operation.amount is FULL else operation.amount
    if operation.overage is Overage.DECLINE and amount.amount > hold.amount.amount:
        params: dict[str, Param] = {"amount": str(amount), "held": str(hold.amount)}
        return declined(Problem(DeclineReason.AMOUNT_EXCEEDS_HOLD, params=params))
    ended = _refused_hold(hold)
    if ended is not None:
        return declined(ended)
    # Neither status nor funds are asked: what was held was promised, and the call was made.
    posted, held = -amount, -hold.amount
    if operation.then is None:
        return posted, held, None, None, None
    available = amount_available(head, at)
    if available is not None:
        available = sum_of(available, hold.amount.amount, posted.amount)
    granted, refused = _next_slice(head, operation.then, available, at)
    return posted, held if granted is None else held + granted, granted, None, refused


def _next_slice(
    head: LedgerHead, then: NextSlice, available: Decimal | None, at: datetime
) -> tuple[Money | None, Problem | None]:
    if then.expires_at is not None and then.expires_at <= at:
        return None, expiry_past(then.expires_at, at)
    return _granted(head, then, available)


def _release(_head: LedgerHead, operation: Release, hold: Hold | None, _at: datetime) -> Effect:
    if hold is None:
        return declined(_of_hold(DeclineReason.HOLD_NOT_FOUND, operation.hold))
    ended = _refused_hold(hold)
    return (None, -hold.amount, None, None, None) if ended is None else declined(ended)


def _expire(_head: LedgerHead, _operation: Expire, _hold: Hold | None, _at: datetime) -> Effect:
    return _NO_EFFECT


def _set_policy(head: LedgerHead, operation: SetPolicy, _hold: Hold | None, _at: datetime) -> Effect:
    policy = operation.policy
    if head.status is Status.CLOSED:
        return declined(_STATUS_REASONS[Status.CLOSED])
    if type(policy) is not type(head.policy):
        if isinstance(policy, Postpaid) and policy.credit_limit is None:
            return declined(Problem(DeclineReason.CREDIT_LIMIT_NEEDED))
        if isinstance(policy, Prepaid) and head.posted.is_negative:
            return declined(Problem(DeclineReason.DEBT_UNSETTLED, params={"owed": str(-head.posted)}))
    return _NO_EFFECT


def _set_status(head: LedgerHead, operation: SetStatus, _hold: Hold | None, _at: datetime) -> Effect:
    if head.status is Status.CLOSED:
        return declined(_STATUS_REASONS[Status.CLOSED])
    # Neither by hand nor by naming a smaller debt: only payment makes it less.
    debt, other = head.debt, operation.debt
    if debt is not None and (operation.status is Status.ACTIVE or (other is not None and other < debt)):
        return declined(Problem(DeclineReason.SUSPENDED_FOR_DEBT, params={"debt": str(head.debt)}))
    return _NO_EFFECT


_STATUS_REASONS: Final = {
    Status.CLOSED: Problem(DeclineReason.ACCOUNT_CLOSED),
    Status.BLOCKED: Problem(DeclineReason.ACCOUNT_BLOCKED),
    Status.SUSPENDED: Problem(DeclineReason.ACCOUNT_SUSPENDED),
}


def _refused_funds(head: LedgerHead, amount: Money, available: Decimal | None) -> Problem | None:
    if available is None or amount.amount <= available:
        return None
    postpaid = isinstance(head.policy, Postpaid)
    reason = DeclineReason.CREDIT_LIMIT_EXCEEDED if postpaid else DeclineReason.FUNDS_INSUFFICIENT
    left = f"{max(available, _ZERO):f} {amount.currency}"
    return Problem(reason, params={"amount": str(amount), "available": left})


def _refused_hold(hold: Hold) -> Problem | None:
    if hold.state is HoldState.OPEN:
        return None
    if hold.state is HoldState.EXPIRED:
        params = {"hold": shown_code(hold.id), "expires_at": (hold.expires_at or hold.placed_at).isoformat()}
        return Problem(DeclineReason.HOLD_EXPIRED, params=params)
    captured = hold.state is HoldState.CAPTURED
    return _of_hold(DeclineReason.HOLD_CAPTURED if captured else DeclineReason.HOLD_RELEASED, hold.id)


def _of_hold(reason: DeclineReason, hold: str) -> Problem:
    return Problem(reason, params={"hold": shown_code(hold)})


EFFECTS: Final[Mapping[type, Callable[[LedgerHead, Any, Hold | None, datetime], Effect]]] = {
    Credit: _credit,
    Debit: _debit,
    Reserve: _reserve,
    Capture: _capture,
    Release: _release,
    Expire: _expire,
    SetPolicy: _set_policy,
    SetStatus: _set_status,
}


def expiry_past(expires_at: datetime, instant: datetime) -> Problem:
    """Return why a hold can't be placed that would have expired by now."""
    params = {"expires_at": expires_at.isoformat(), "at": instant.isoformat()}
    return Problem(DeclineReason.HOLD_EXPIRY_PAST, params=params)
