"""Lets an account keep what happened to it: an entry for each operation, holds, and why something was declined."""

import enum
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from attrs import Attribute, field, frozen

from tenantcore._balance_faults import BalanceFault
from tenantcore._ledger_operations import (
    FULL,
    Capture,
    Credit,
    Debit,
    Expire,
    Operation,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
    check_id,
)
from tenantcore._validators import at_least, exactly, in_utc
from tenantcore.errors import Code, Kind, Problem, invalid
from tenantcore.money import Money

__all__ = [
    "DeclineReason",
    "Entry",
    "Hold",
    "HoldState",
    "Lapse",
]


@enum.unique
class DeclineReason(Code):
    """Why an operation is declined; the first that applies, in this order, is the one that is told.

    Rule: BAL-4 in docs/reference/balance.md.
    """

    OPERATION_DIFFERS = (
        Kind.CONFLICT,
        "BAL-4",
        "the operation {id} is recorded with another {field}",
        "repeat the operation unchanged, or give the new one an id of its own",
    )
    CLOCK_BEHIND = (
        Kind.OUT_OF_RANGE,
        "BAL-4",
        "the clock lies {seconds} s behind the account's last entry, more than {allowed} s",
        "set the clock right and send the operation again under the same id",
    )
    HOLD_EXPIRY_PAST = (
        Kind.OUT_OF_RANGE,
        "BAL-3",
        "a hold must expire after {at}, not at {expires_at}",
        "let the hold expire later",
    )
    HOLD_NOT_FOUND = (
        Kind.UNKNOWN,
        "BAL-3",
        "the account has no hold {hold}",
        "name the operation that reserved it",
    )
    AMOUNT_EXCEEDS_HOLD = (
        Kind.OUT_OF_RANGE,
        "BAL-3",
        "{amount} is more than the {held} that are held",
        "capture what is held, or record the overage",
    )
    HOLD_CAPTURED = (
        Kind.CONFLICT,
        "BAL-3",
        "the hold {hold} is captured already",
        "charge further usage by an operation of its own",
    )
    HOLD_RELEASED = (
        Kind.CONFLICT,
        "BAL-3",
        "the hold {hold} was released",
        "charge usage all the same by a debit that records the overage",
    )
    HOLD_EXPIRED = (
        Kind.CONFLICT,
        "BAL-3",
        "the hold {hold} expired at {expires_at}",
        "charge usage all the same by a debit that records the overage",
    )
    ACCOUNT_CLOSED = (
        Kind.CONFLICT,
        "TEN-1",
        "the account is closed",
        "open another account; only what is held can still be settled",
    )
    ACCOUNT_BLOCKED = (
        Kind.CONFLICT,
        "TEN-1",
        "the account is blocked",
        "ask whoever blocked it; usage that is over can be recorded",
    )
    ACCOUNT_SUSPENDED = (
        Kind.CONFLICT,
        "TEN-1",
        "the account is suspended",
        "pay what is owed; usage that is over can be recorded",
    )
    SUSPENDED_FOR_DEBT = (
        Kind.CONFLICT,
        "BAL-9",
        "the account is suspended for a debt of which {debt} is unpaid",
        "record the payment: it ends the suspension",
    )
    CREDIT_LIMIT_NEEDED = (
        Kind.MISSING,
        "BAL-8",
        "a prepaid account becomes postpaid only with a credit limit",
        "give the postpaid policy a credit limit",
    )
    DEBT_UNSETTLED = (
        Kind.CONFLICT,
        "BAL-8",
        "the account owes {owed}, and becomes prepaid only when that is settled",
        "record a payment of {owed} first",
    )
    FUNDS_INSUFFICIENT = (
        Kind.OUT_OF_RANGE,
        "BAL-2",
        "{amount} is more than the {available} that are available",
        "top the account up",
    )
    CREDIT_LIMIT_EXCEEDED = (
        Kind.OUT_OF_RANGE,
        "BAL-2",
        "{amount} is more than the {available} that are left of the credit limit",
        "pay, or raise the credit limit",
    )
    LINKED_DECLINED = (
        Kind.CONFLICT,
        "CALL-3",
        "another account that was to be charged together with this one declined",
        "see the other account's reason",
    )


class HoldState(enum.Enum):
    """Whether a hold still counts, or how it ended.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


def _an_id(_: object, attribute: "Attribute[Any]", value: object) -> None:
    check_id(attribute.name, value)


def _utc(value: datetime) -> datetime:
    return in_utc("an instant of an entry or hold", value)


def _utc_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else _utc(value)


_MONEY: Final = exactly(Money, called="Money")
_MONEY_OR_NONE: Final = exactly(Money, type(None), called="Money or None")
_PROBLEM_OR_NONE: Final = exactly(Problem, type(None), called="a Problem or None")


@frozen(kw_only=True)
class Hold:
    """Money set aside by the operation `id`, at exactly `expires_at` no longer; None never expires.

    `captured` is what was charged of it, and `ended_at` when it left the state open. Times are in UTC.

    Raises: InvalidValue for parts that can't belong to one hold.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    id: str = field(validator=_an_id)
    amount: Money = field(validator=_MONEY)
    placed_at: datetime = field(converter=_utc)
    expires_at: datetime | None = field(converter=_utc_or_none)
    state: HoldState = field(default=HoldState.OPEN, validator=exactly(HoldState, called="a HoldState"))
    captured: Money | None = field(default=None, validator=_MONEY_OR_NONE)
    ended_at: datetime | None = field(default=None, converter=_utc_or_none)

    def __attrs_post_init__(self) -> None:
        for wrong in self._contradictions():
            raise invalid(Problem(BalanceFault.HOLD_INCONSISTENT, params={"field": wrong}))

    def _contradictions(self) -> tuple[str, ...]:
        is_captured = self.state is HoldState.CAPTURED
        captured = self.captured
        checks = {
            "amount": self.amount.is_positive,
            "expires_at": self.expires_at is None or self.placed_at < self.expires_at,
            "captured": (captured is not None) is is_captured
            and (captured is None or (captured.currency == self.amount.currency and not captured.is_negative)),
            "ended_at": (self.ended_at is None) is (self.state is HoldState.OPEN)
            and (self.ended_at is None or self.placed_at <= self.ended_at),
        }
        return tuple(name for name, holds in checks.items() if not holds)

    def is_open_at(self, instant: datetime) -> bool:
        """Whether the amount is held at `instant`: at exactly `expires_at` it is not.

        Rule: BAL-3 in docs/reference/balance.md.
        """
        return self.state is HoldState.OPEN and (self.expires_at is None or _utc(instant) < self.expires_at)


@frozen
class Lapse:
    """What an entry records when a hold expires: nobody asked for it, so it has no id of its own.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    hold: str = field(validator=_an_id)


_OPERATIONS: Final = (Credit, Debit, Reserve, Capture, Release, Expire, SetPolicy, SetStatus)


@frozen(kw_only=True)
class Entry:
    """One thing that happened to an account, for ever: what was asked, and what it did.

    `number` counts the account's entries from 1, without gaps. `at` is in UTC and never before the entry before.
    `posted` is by how much the account's money changed, `held` by how much the money that is held; `granted` is what a
    reserve or a next slice got. `declined` says why nothing happened, `slice_declined` why no next slice was held.

    Posted money is the sum of `posted` over all entries.

    Rule: BAL-5 in docs/reference/balance.md.
    """

    number: int = field(validator=at_least(1))
    at: datetime = field(converter=_utc)
    operation: Operation | Lapse = field(validator=exactly(*_OPERATIONS, Lapse, called="an operation or a Lapse"))
    posted: Money = field(validator=_MONEY)
    held: Money = field(validator=_MONEY)
    granted: Money | None = field(default=None, validator=_MONEY_OR_NONE)
    declined: Problem | None = field(default=None, validator=_PROBLEM_OR_NONE)
    slice_declined: Problem | None = field(default=None, validator=_PROBLEM_OR_NONE)

    def __attrs_post_init__(self) -> None:
        found = tuple(_contradictions(self))
        if found:
            raise invalid(Problem(BalanceFault.ENTRY_INCONSISTENT, params={"field": found[0]}))

    @property
    def id(self) -> str | None:
        """The operation's id; None for a hold that expired."""
        return None if isinstance(self.operation, Lapse) else self.operation.id


def _contradictions(entry: Entry) -> Iterator[str]:
    """Yield the fields that can't be so for what was asked; what depends on the account isn't known here."""
    operation, posted, held, granted = entry.operation, entry.posted, entry.held, entry.granted
    zero = Money.zero(posted.currency)
    if held.currency != posted.currency:
        yield "held"
        return
    then = operation.then if isinstance(operation, Capture) else None
    may_grant = entry.declined is None and (isinstance(operation, Reserve) or then is not None)
    if granted is not None and (not may_grant or granted.currency != posted.currency or not granted.is_positive):
        yield "granted"
        return
    if entry.slice_declined is not None and (not may_grant or granted is not None or then is None):
        yield "slice_declined"
    charge = _charge(entry)
    if (posted > zero) if charge is None else (posted != charge):
        yield "posted"
    if entry.declined is None and isinstance(operation, Capture | Release | Lapse):
        # The amount that was held is freed; less what the next slice got, which only a capture has.
        if not held < (zero if granted is None else granted):
            yield "held"
    elif held != (zero if granted is None else granted) or (
        isinstance(operation, Reserve) and may_grant is (granted is None)
    ):
        yield "held"


def _charge(entry: Entry) -> Money | None:
    """Return by how much posted money must have changed; None for the capture of all that was held."""
    operation = entry.operation
    if entry.declined is not None or not isinstance(operation, Credit | Debit | Capture):
        return Money.zero(entry.posted.currency)
    if operation.amount is FULL:
        return None
    return operation.amount if isinstance(operation, Credit) else -operation.amount
