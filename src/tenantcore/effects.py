"""Lets a decision say what the host must carry out: effects as data, in order, each with its undoing.

An effect's id is the same whenever the same request is decided again, so that a host that has carried it out skips it.
"""

from datetime import datetime
from typing import TypeAlias

from attrs import field, frozen

from tenantcore._validators import an_instant, exactly, not_empty, tuple_of
from tenantcore.money import Money
from tenantcore.organization import Owner
from tenantcore.realm import Realm, RecordNeed
from tenantcore.tenant import Tenant

__all__ = [
    "CancelClosing",
    "DisableLogin",
    "Effect",
    "InviteOwner",
    "PublishDns",
    "RecordPayment",
    "RefundPayment",
    "RemoveTenant",
    "ScheduleClosing",
    "StoreTenant",
    "Task",
    "Undoing",
]


@frozen
class StoreTenant:
    """Store the tenant with its name and realm, unique at that moment: what everything else depends on."""

    tenant: Tenant = field(validator=exactly(Tenant, called="a Tenant"))


@frozen
class PublishDns:
    """Make the realm reachable: publish those of the records that don't stand yet."""

    realm: Realm = field(validator=exactly(Realm, called="a Realm"))
    records: tuple[RecordNeed, ...] = field(validator=tuple_of(RecordNeed, called="record needs"))


@frozen
class RecordPayment:
    """Record the initial payment as the account's first credit; `operation_id` makes it count once."""

    operation_id: str = field(validator=not_empty)
    amount: Money = field(validator=exactly(Money, called="Money"))


@frozen
class InviteOwner:
    """Create the owner's log-in and send the invitation."""

    owner: Owner = field(validator=exactly(Owner, called="an Owner"))


@frozen
class ScheduleClosing:
    """Look at the tenant's periods again at the aware instant `at`: the first one is due then."""

    at: datetime = field(validator=an_instant)


@frozen
class RemoveTenant:
    """Remove the tenant and free its name and realm."""


@frozen
class RefundPayment:
    """Give the initial payment back."""

    operation_id: str = field(validator=not_empty)
    amount: Money = field(validator=exactly(Money, called="Money"))


@frozen
class DisableLogin:
    """Disable the owner's log-in and withdraw the invitation."""

    owner: Owner = field(validator=exactly(Owner, called="an Owner"))


@frozen
class CancelClosing:
    """Forget the instant at which the first period is due."""


Task: TypeAlias = StoreTenant | PublishDns | RecordPayment | InviteOwner | ScheduleClosing
"""What an effect asks the host to do."""

Undoing: TypeAlias = RemoveTenant | RefundPayment | DisableLogin | CancelClosing
"""What undoes a task."""


@frozen(kw_only=True)
class Effect:
    """One thing to carry out, after those named in `depends_on`, and what undoes it when a later one fails.

    `compensation` is None where there is nothing of this tenant's own to undo.

    Rule: ONB-1 in docs/reference/effects.md.
    """

    id: str = field(validator=not_empty)
    task: Task = field(
        validator=exactly(StoreTenant, PublishDns, RecordPayment, InviteOwner, ScheduleClosing, called="a task")
    )
    depends_on: tuple[str, ...] = field(default=(), validator=tuple_of(str, called="ids of effects"))
    compensation: Undoing | None = field(
        default=None,
        validator=exactly(
            RemoveTenant, RefundPayment, DisableLogin, CancelClosing, type(None), called="an undoing or None"
        ),
    )
