"""Lets an account tell what an operation came to, what a host may want to pass on, and how the account stands."""

from datetime import datetime
from typing import TypeAlias

from attrs import frozen

from tenantcore._balance_policies import Threshold
from tenantcore._ledger_entries import Entry, Hold
from tenantcore.errors import Problem
from tenantcore.money import Money
from tenantcore.status import Status

__all__ = [
    "AlreadyRecorded",
    "Balance",
    "Declined",
    "Event",
    "HoldExpired",
    "LimitReached",
    "LowBalance",
    "Outcome",
    "Recorded",
    "ServicesRestored",
    "ServicesStopped",
]


@frozen
class LowBalance:
    """What is left has fallen through a warning threshold; told once, until the account recovers.

    Rule: BAL-6 in docs/reference/balance.md.
    """

    entry: int
    threshold: Threshold
    posted: Money


@frozen
class LimitReached:
    """A prepaid account has nothing left, or a postpaid one owes its limit.

    Rule: BAL-2 in docs/reference/balance.md.
    """

    entry: int
    posted: Money


@frozen
class ServicesStopped:
    """The account may not use services any more: for its money, or for its status.

    Rule: BAL-2 in docs/reference/balance.md.
    """

    entry: int
    status: Status


@frozen
class ServicesRestored:
    """The account may use services, again or for the first time.

    Rule: BAL-2 in docs/reference/balance.md.
    """

    entry: int


@frozen
class HoldExpired:
    """A hold has lapsed: the call it was for may still be running.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    entry: int
    hold: Hold


Event: TypeAlias = LowBalance | LimitReached | ServicesStopped | ServicesRestored | HoldExpired
"""What a host may want to tell somebody; `entry` is the number of the entry that brought it about."""


@frozen
class Recorded:
    """The operation has happened, now.

    Rule: BAL-4 in docs/reference/balance.md.
    """

    entry: Entry
    events: tuple[Event, ...] = ()


@frozen
class AlreadyRecorded:
    """The operation had happened before; nothing changed. `entry` is the one written then.

    Rule: BAL-4 in docs/reference/balance.md.
    """

    entry: Entry


@frozen
class Declined:
    """The operation doesn't happen; `reason` says why, with what to do.

    `entry` puts the refusal on record, so that the id can't succeed later; repeated, it is declined with the same
    entry. Where another operation stands under the id, that one's entry. None where nothing was written, because only
    the caller's clock was wrong or the expiry past: the operation may be sent again.

    Rule: BAL-4 in docs/reference/balance.md.
    """

    reason: Problem
    entry: Entry | None
    events: tuple[Event, ...] = ()


Outcome: TypeAlias = Recorded | AlreadyRecorded | Declined


@frozen(kw_only=True)
class Balance:
    """How an account stands at `as_of`, in UTC: holds and temporary limits that have lapsed by then don't count.

    None is before anything has happened to it.

    `available` is what can be held or charged: posted money, less what is held, above the limit in force; None without
    a limit. `owed` is what posted money is below zero, never negative. `may_use_services` looks at posted money and at
    the status.

    Rule: BAL-2 in docs/reference/balance.md.
    """

    as_of: datetime | None
    status: Status
    posted: Money
    held: Money
    credit_limit: Money | None
    available: Money | None
    may_use_services: bool

    @property
    def owed(self) -> Money:
        """What the tenant owes; zero when it owes nothing.

        Rule: BAL-2 in docs/reference/balance.md.
        """
        return -self.posted if self.posted.is_negative else Money.zero(self.posted.currency)
