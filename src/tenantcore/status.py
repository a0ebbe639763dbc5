"""Lets you say whether a tenant is active, limited, suspended, blocked or closed, who may change that, and what counts.

What is set on a tenant (closed, blocked, suspended) is kept in a `Standing`; whether it is limited follows from its
balance. The strictest of all that, and of what its ancestors have, is the status that counts.

Rule: TEN-1 in docs/reference/status.md.
"""

import enum
from collections.abc import Iterable
from typing import Final, Self

from attrs import evolve, field, frozen

from tenantcore._validators import exactly, is_text, wrong_type
from tenantcore.errors import Code, FieldCode, Kind, Problem, invalid, shown_code, type_name

__all__ = [
    "Changer",
    "Standing",
    "Status",
    "StatusFault",
    "effective",
    "strictest",
]


@enum.unique
class StatusFault(Code):
    """What can be wrong with a status, and why one can't be changed."""

    STATUS_REQUIRED = (
        Kind.MISSING,
        "TEN-1",
        "the status is missing",
        "give active, limited, suspended, blocked or closed",
    )
    STATUS_UNKNOWN = (
        Kind.UNKNOWN,
        "TEN-1",
        "{status} is no status",
        "choose active, limited, suspended, blocked or closed",
    )
    STATUS_OWN = (
        Kind.FROZEN,
        "TEN-1",
        "a tenant can't change its own status, so it can't set or lift {status}",
        "ask whoever manages the tenant's parent, or pay what is due",
    )
    STATUS_DERIVED = (
        Kind.FROZEN,
        "TEN-1",
        "{status} can't be set or lifted: it follows from the balance and from what else is set",
        "change the balance or its limit, or set or lift blocked, which is done by hand",
    )
    STATUS_NOT_BY_BILLING = (
        Kind.FROZEN,
        "TEN-1",
        "billing can't set or lift {status}: it can suspend and lift what it has suspended",
        "set suspended for a debt, or have an ancestor change {status}",
    )
    SUSPENSION_NOT_SETTABLE = (
        Kind.FROZEN,
        "TEN-1",
        "suspended can't be set by hand: billing sets it for a debt, and only payment lifts it",
        "set blocked, which can be lifted by hand",
    )
    SUSPENSION_NOT_LIFTABLE = (
        Kind.FROZEN,
        "TEN-1",
        "suspended can't be lifted by hand: it stands for a debt",
        "record the payment, and let billing lift the suspension",
    )
    TENANT_CLOSED = (
        Kind.FROZEN,
        "TEN-1",
        "the tenant is closed for ever, so {status} can't be set or lifted",
        "create a new tenant",
    )


class Status(enum.Enum):
    """Whether a tenant may use its services; statuses are ordered by severity, the strictest is the greatest.

    >>> Status.BLOCKED > Status.SUSPENDED
    True

    Rule: TEN-1 in docs/reference/status.md.
    """

    severity: int
    """0 for active, and more the stricter it is."""

    ACTIVE = "active"
    """Nothing stops the tenant."""
    LIMITED = "limited"
    """The balance has nothing left, or has reached its limit. Derived, never set."""
    SUSPENDED = "suspended"
    """Stopped for a debt; payment lifts it."""
    BLOCKED = "blocked"
    """Stopped by an ancestor, which can lift it."""
    CLOSED = "closed"
    """Ended for ever."""

    def __init__(self, _: str) -> None:
        # Members are made in the order of their severity; those made before are there already.
        self.severity = len(type(self).__members__)

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read a status by its name; case and spaces at the ends don't matter.

        Raises:
            InvalidValue: The text is missing (None, or nothing but spaces) or names no status.
            InvalidType: It isn't text.
        """
        if type(text) is cls:
            return text
        given = "" if text is None else text
        if not is_text(given):
            raise invalid(wrong_type("status", "text", text))
        words = str.__str__(given).strip(" ")
        if not words:
            raise invalid(Problem(StatusFault.STATUS_REQUIRED))
        # Folding makes a k of the Kelvin sign and an s of the long one.
        folded = words.casefold() if words.isascii() else words
        for status in cls:
            if folded == status.value:
                return status
        raise invalid(Problem(StatusFault.STATUS_UNKNOWN, params={"status": shown_code(words)}))

    def __lt__(self, other: "Status") -> bool:
        return self.severity < other.severity if type(other) is Status else NotImplemented

    def __le__(self, other: "Status") -> bool:
        return self.severity <= other.severity if type(other) is Status else NotImplemented

    def __gt__(self, other: "Status") -> bool:
        return self.severity > other.severity if type(other) is Status else NotImplemented

    def __ge__(self, other: "Status") -> bool:
        return self.severity >= other.severity if type(other) is Status else NotImplemented

    def __str__(self) -> str:
        return str(self.value)


class Changer(enum.Enum):
    """Who changes what is set on a tenant."""

    TENANT = "tenant"
    """The tenant itself, by any of its users: changes nothing."""
    ANCESTOR = "ancestor"
    """Its parent or one above, or the platform: blocks, lifts that, and closes."""
    BILLING = "billing"
    """The host's billing, without a hand: suspends for a debt, and lifts that when it is paid."""


@frozen(kw_only=True)
class Standing:
    """What is set on one tenant, each mark for itself: lifting one leaves the others.

    So a tenant that owes money and was blocked is suspended when it is unblocked, not active.

    >>> blocked = Standing(is_suspended=True).with_status(Status.BLOCKED, by=Changer.ANCESTOR)
    >>> blocked.status(may_use_services=True)
    <Status.BLOCKED: 'blocked'>
    >>> blocked.without_status(Status.BLOCKED, by=Changer.ANCESTOR).status(may_use_services=True)
    <Status.SUSPENDED: 'suspended'>

    Rule: TEN-1 in docs/reference/status.md.
    """

    is_closed: bool = field(default=False, validator=exactly(bool, called="a bool"))
    is_blocked: bool = field(default=False, validator=exactly(bool, called="a bool"))
    is_suspended: bool = field(default=False, validator=exactly(bool, called="a bool"))

    def status(self, *, may_use_services: bool) -> Status:
        """Return the tenant's own status: the strictest mark; without one, what its balance leaves it.

        `may_use_services` is the balance's answer: a tenant whose balance says no is limited. What its ancestors have
        isn't in it: see `effective`.

        Raises: InvalidType when `may_use_services` is no bool.
        """
        if type(may_use_services) is not bool:
            raise invalid(wrong_type("may_use_services", "a bool", may_use_services))
        if self.is_closed:
            return Status.CLOSED
        if self.is_blocked:
            return Status.BLOCKED
        if self.is_suspended:
            return Status.SUSPENDED
        return Status.ACTIVE if may_use_services else Status.LIMITED

    def with_status(self, status: Status, *, by: Changer) -> "Standing":
        """Return the standing with closed, blocked or suspended set; the same one if it is set already.

        Closed and blocked are set by an ancestor, suspended by billing.

        Raises:
            InvalidValue: The tenant itself asks, or the status is active or limited, which follow from the rest, or
                the tenant is closed, or `by` can't set this status.
            InvalidType: One is of another type.
        """
        mark = _mark(status, by, StatusFault.SUSPENSION_NOT_SETTABLE)
        if self.is_closed and status is not Status.CLOSED:
            raise invalid(Problem(StatusFault.TENANT_CLOSED, params={"status": str(status)}))
        return evolve(self, **{mark: True})

    def without_status(self, status: Status, *, by: Changer) -> "Standing":
        """Return the standing with blocked or suspended lifted; the same one if it isn't set.

        Blocked is lifted by an ancestor, suspended by billing alone, when the debt is paid. Closed is final.

        Raises:
            InvalidValue: The tenant itself asks, or the status is active or limited, which follow from the rest, or
                the tenant is closed, or `by` can't lift this status.
            InvalidType: One is of another type.
        """
        mark = _mark(status, by, StatusFault.SUSPENSION_NOT_LIFTABLE)
        if self.is_closed:
            raise invalid(Problem(StatusFault.TENANT_CLOSED, params={"status": str(status)}))
        return evolve(self, **{mark: False})


_MARKS: Final = {Status.CLOSED: "is_closed", Status.BLOCKED: "is_blocked", Status.SUSPENDED: "is_suspended"}


def _mark(status: Status, by: Changer, by_hand: StatusFault) -> str:
    """Return the name of the mark that `by` may change; `by_hand` is the fault of changing a suspension by hand."""
    if type(status) is not Status:
        raise invalid(wrong_type("status", "a Status", status))
    if type(by) is not Changer:
        raise invalid(wrong_type("by", "a Changer", by))
    fault = None
    if by is Changer.TENANT:
        fault = StatusFault.STATUS_OWN
    elif status not in _MARKS:
        fault = StatusFault.STATUS_DERIVED
    elif by is Changer.BILLING and status is not Status.SUSPENDED:
        fault = StatusFault.STATUS_NOT_BY_BILLING
    elif by is Changer.ANCESTOR and status is Status.SUSPENDED:
        fault = by_hand
    if fault is not None:
        raise invalid(Problem(fault, params={"status": str(status)}))
    return _MARKS[status]


def effective(own: Status, parents: Iterable[Status]) -> Status:
    """Return the status that counts for a tenant: the strictest of its own and its ancestors'.

    `parents` are the statuses of all ancestors in any order, or the one that counts for the parent alone: it has taken
    in those above. Who has no parent hands in none.

    >>> effective(Status.ACTIVE, [Status.ACTIVE, Status.SUSPENDED])
    <Status.SUSPENDED: 'suspended'>

    Raises: InvalidType for anything but statuses.

    Rule: TEN-1 in docs/reference/status.md.
    """
    if type(own) is not Status:
        raise invalid(wrong_type("own", "a Status", own))
    return _strictest("parents", own, parents)


def strictest(statuses: Iterable[Status]) -> Status:
    """Return the status with the greatest severity; active when there is none.

    >>> strictest([Status.LIMITED, Status.BLOCKED, Status.ACTIVE])
    <Status.BLOCKED: 'blocked'>

    Raises: InvalidType for anything but statuses.

    Rule: TEN-1 in docs/reference/status.md.
    """
    return _strictest("statuses", Status.ACTIVE, statuses)


def _strictest(name: str, found: Status, statuses: Iterable[Status]) -> Status:
    if not issubclass(type(statuses), Iterable):
        raise invalid(wrong_type(name, "an iterable of statuses", statuses))
    for position, status in enumerate(statuses):
        if type(status) is not Status:
            params: dict[str, str | int] = {
                "field": name,
                "expected": "statuses",
                "position": position,
                "actual": type_name(status),
            }
            raise invalid(Problem(FieldCode.FIELD_WRONG_ITEM, params=params))
        if status.severity > found.severity:
            found = status
    return found
