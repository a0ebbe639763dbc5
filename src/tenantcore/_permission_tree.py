"""Lets a tenant's permissions be named: the tree of what a portal can show, in the order in which the wizard prints it.

Names that callers use are imported from `tenantcore.permissions`.

Authority: the wizard's step "Permissions" of S2 and S4.
"""

import enum
from typing import Final, Self

from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown_code

__all__ = ["HEADINGS", "Permission", "PermissionFault"]


@enum.unique
class PermissionFault(Code):
    """What can be wrong with permissions, and what is allowed but unwise."""

    PERMISSION_UNKNOWN = (
        Kind.UNKNOWN,
        "PERM-1",
        "{value} is no permission",
        "name one of: {known}",
    )
    PERMISSION_IS_HEADING = (
        Kind.CONFLICT,
        "PERM-1",
        "{permission} is a heading: it is shown while anything beneath it is, and isn't granted by itself",
        "leave it out, and name what is granted beneath it",
    )
    PERMISSION_WITHOUT_PARENT = (
        Kind.CONFLICT,
        "PERM-1",
        "{permission} is granted without {parent}, which it stands on",
        "grant {parent} too, or clear {permission}",
    )
    PERMISSION_CONTRADICTION = (
        Kind.CONFLICT,
        "PERM-1",
        "{permission} is granted and {parent} above it is cleared, which clears everything beneath it",
        "grant {parent} too, or clear {permission}",
    )
    PERMISSION_HEADING_EMPTY = (
        Kind.CONFLICT,
        "PERM-1",
        "{permission} is a heading and is granted, but nothing beneath it is",
        "grant what is to be seen beneath {permission}, or clear it",
    )
    PERMISSION_BILLING_EXPOSED = (
        Kind.WARNING,
        "PERM-1",
        "the users of a reseller's customer see {permission}, though it is the reseller that settles with the platform",
        "clear {permission}",
    )
    PERMISSION_TRUNKS_EXPOSED = (
        Kind.WARNING,
        "PERM-1",
        "the tenant pays for trunks, and with {permission} its users may add some that nobody has agreed on",
        "clear {permission}, and add trunks when the tenant asks for them",
    )


class Permission(enum.Enum):
    """One thing that a tenant's users may see and use; the members stand in the order in which they are printed.

    The value is the stable word, dotted from the heading down; `label` is what S2 prints beside the box.

    >>> Permission.BILLING_PER_MINUTE.children
    (<Permission.BILLING_PER_MINUTE_SHOW_CREDIT: 'billing.per_minute.show_credit'>,
     <Permission.BILLING_PER_MINUTE_SHOW_MINUTES: 'billing.per_minute.show_minutes'>)

    Rule: PERM-1 in docs/reference/permissions.md.
    """

    _value_: str
    label: str
    """What the screen prints."""
    parent: "Permission | None"
    """What it stands right under; None for a heading."""
    children: "tuple[Permission, ...]"
    """What stands right under it, as printed."""
    above: "tuple[Permission, ...]"
    """Everything that it stands under, the nearest first."""
    beneath: "tuple[Permission, ...]"
    """Everything that stands under it, as printed."""

    SETTINGS = "settings", "SETTINGS"
    SETTINGS_USER = "settings.user", "User"
    SETTINGS_ACCOUNT = "settings.account", "Account"
    BILLING = "billing", "BILLING"
    BILLING_CREDIT_CARD = "billing.credit_card", "Credit Card"
    BILLING_PER_MINUTE = "billing.per_minute", "Per Minute"
    BILLING_PER_MINUTE_SHOW_CREDIT = "billing.per_minute.show_credit", "Show Credit Information"
    BILLING_PER_MINUTE_SHOW_MINUTES = "billing.per_minute.show_minutes", "Show Minutes Information"
    BILLING_SERVICE_PLAN = "billing.service_plan", "Service Plan"
    BILLING_TRANSACTIONS = "billing.transactions", "Transactions"
    TRUNKING = "trunking", "TRUNKING"
    TRUNKING_INBOUND = "trunking.inbound", "Inbound"
    TRUNKING_OUTBOUND = "trunking.outbound", "Outbound"
    TRUNKING_TWOWAY = "trunking.twoway", "Twoway"
    MISC = "misc", "MISC"
    MISC_ERRORS_LOG = "misc.errors_log", "UI Errors Log"

    def __new__(cls, word: str, _: str) -> Self:
        """Make the word the value, so that pickles outlive a reworded label."""
        member = object.__new__(cls)
        member._value_ = word
        return member

    def __init__(self, word: str, label: str) -> None:
        self.label = label
        self.children = self.beneath = ()
        # What stands above is made before; the word says which one it is.
        earlier = {str(member): member for member in type(self).__members__.values()}
        self.parent = earlier.get(word.rpartition(".")[0])
        self.above = () if self.parent is None else (self.parent, *self.parent.above)
        for member in self.above:
            member.beneath = (*member.beneath, self)
        if self.parent is not None:
            self.parent.children = (*self.parent.children, self)

    @property
    def is_heading(self) -> bool:
        """Whether it has nothing to see of its own: it is there while anything beneath it is."""
        return self.parent is None

    @classmethod
    def parse(cls, word: object) -> "Permission":
        """Read a permission's word, exactly as written here.

        >>> Permission.parse("trunking.twoway").label
        'Twoway'

        Raises: InvalidValue for another text; InvalidType for what is no text.
        """
        if type(word) is cls:
            return word
        if not is_text(word):
            raise invalid(wrong_type("permission", "text", word))
        plain = str.__str__(word)
        for permission in cls:
            if permission.value == plain:
                return permission
        params = {"value": shown_code(plain), "known": ", ".join(map(str, cls))}
        raise invalid(Problem(PermissionFault.PERMISSION_UNKNOWN, params=params))

    def __str__(self) -> str:
        return self._value_


HEADINGS: Final = tuple(permission for permission in Permission if permission.is_heading)
"""The roots of the tree, as printed: settings, billing, trunking, misc."""
