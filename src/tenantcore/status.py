"""Lets you say whether a tenant is active, limited, suspended, blocked or closed, and which of several holds.

The strictest of its own and its ancestors' statuses is the one that counts.
"""

import enum
from collections.abc import Iterable
from typing import Self

from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown_code

__all__ = [
    "Status",
    "StatusFault",
    "effective",
    "strictest",
]


@enum.unique
class StatusFault(Code):
    """What can be wrong with a status."""

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


class Status(enum.Enum):
    """Whether a tenant may use its services; statuses are ordered by severity, the strictest is the greatest.

    >>> Status.BLOCKED > Status.SUSPENDED
    True

    Rule: TEN-1 in docs/reference/status.md.
    """

    severity: int

    ACTIVE = "active"
    """Everything works."""
    LIMITED = "limited"
    """The balance has reached its limit: nothing that costs works. Derived, never set."""
    SUSPENDED = "suspended"
    """Stopped for a debt; lifted by payment."""
    BLOCKED = "blocked"
    """Stopped by an ancestor; lifted by an ancestor."""
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
        """
        if type(text) is cls:
            return text
        given = "" if text is None else text
        if not is_text(given):
            raise invalid(wrong_type("status", "text", text))
        words = str.__str__(given).strip(" ")
        if not words:
            raise invalid(Problem(StatusFault.STATUS_REQUIRED))
        folded = words.casefold()
        for status in cls:
            if folded == status.value:
                return status
        raise invalid(Problem(StatusFault.STATUS_UNKNOWN, params={"status": shown_code(words)}))

    def __lt__(self, other: object) -> bool:
        return self.severity < other.severity if isinstance(other, Status) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.severity <= other.severity if isinstance(other, Status) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.severity > other.severity if isinstance(other, Status) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.severity >= other.severity if isinstance(other, Status) else NotImplemented

    def __str__(self) -> str:
        return str(self.value)


def strictest(statuses: Iterable[Status]) -> Status:
    """Return the status with the greatest severity; active when there is none.

    >>> strictest([Status.LIMITED, Status.BLOCKED, Status.ACTIVE])
    <Status.BLOCKED: 'blocked'>

    Raises: InvalidType for anything but statuses.

    Rule: TEN-1 in docs/reference/status.md.
    """
    if not hasattr(type(statuses), "__iter__"):
        raise invalid(wrong_type("statuses", "statuses", statuses))
    found = Status.ACTIVE
    for status in statuses:
        if type(status) is not Status:
            raise invalid(wrong_type("statuses", "statuses", status))
        if status.severity > found.severity:
            found = status
    return found


def effective(own: Status, parents: Iterable[Status]) -> Status:
    """Return the status that counts for a tenant: the strictest of its own and its ancestors'.

    `parents` are the statuses of all ancestors in any order, or the effective one of the parent alone.

    >>> effective(Status.ACTIVE, [Status.ACTIVE, Status.SUSPENDED])
    <Status.SUSPENDED: 'suspended'>

    Raises: InvalidType for anything but statuses.

    Rule: TEN-1 in docs/reference/status.md.
    """
    if type(own) is not Status:
        raise invalid(wrong_type("own", "a Status", own))
    return max(own, strictest(parents))
