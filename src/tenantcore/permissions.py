"""Lets you say what a tenant's users may see, which apps and number features they have, and who may change that.

- `Permissions` is what the tenant's users may see of the portal (PERM-1).
- `Apps`, `NumberFeatures` and `CarrierChoice` are what the tenant has of the platform's offer (PERM-2).
- `judge_change` says whether an actor may change a part of a tenant, by where both stand in the tree (PERM-3).

Questions of rights are answered by a decision with its reason, which as a condition is the yes or no. A screen that
hides something protects nothing: the host's server asks the same before it answers a request.

Authority: the wizard's step "Permissions" (S2, S4), limits and app exchange of the account manager (S4).
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from attrs import Attribute, field, frozen

from tenantcore._apps import AppFault, Apps, find_app_problems, judge_app
from tenantcore._number_features import (
    CarrierChoice,
    FeatureCarriers,
    NumberFeature,
    NumberFeatureFault,
    NumberFeatures,
    find_carrier_warnings,
    find_number_feature_problems,
    judge_number_feature,
)
from tenantcore._permission_tree import HEADINGS, Permission, PermissionFault
from tenantcore._rights import (
    Allowed,
    Change,
    Decision,
    Forbidden,
    Ground,
    Place,
    RightsFault,
    judge_actor,
    judge_change,
)
from tenantcore._switches import read_switches
from tenantcore._validators import wrong_type
from tenantcore.errors import Problem, invalid

__all__ = [
    "EVERYTHING",
    "HEADINGS",
    "NOTHING",
    "RESELLERS_CUSTOMER",
    "Allowed",
    "AppFault",
    "Apps",
    "CarrierChoice",
    "Change",
    "Decision",
    "FeatureCarriers",
    "Forbidden",
    "Ground",
    "NumberFeature",
    "NumberFeatureFault",
    "NumberFeatures",
    "Permission",
    "PermissionFault",
    "Permissions",
    "Place",
    "RightsFault",
    "find_app_problems",
    "find_carrier_warnings",
    "find_number_feature_problems",
    "find_permission_problems",
    "judge_actor",
    "judge_app",
    "judge_change",
    "judge_number_feature",
]

_SETTLED_WITH_THE_RESELLER: Final = (
    Permission.BILLING_CREDIT_CARD,
    Permission.BILLING_SERVICE_PLAN,
    Permission.BILLING_TRANSACTIONS,
)


def _closed(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not frozenset or not all(type(item) is Permission for item in value):
        raise invalid(wrong_type(attribute.name, "a frozenset of Permission", value))
    for permission in Permission:
        if permission in value:
            _check_granted(permission, value)


def _check_granted(permission: Permission, granted: frozenset[Permission]) -> None:
    parent = permission.parent
    if parent is None:
        raise invalid(Problem(PermissionFault.PERMISSION_IS_HEADING, params={"permission": str(permission)}))
    if not parent.is_heading and parent not in granted:
        params = {"permission": str(permission), "parent": str(parent)}
        raise invalid(Problem(PermissionFault.PERMISSION_WITHOUT_PARENT, params=params))


@frozen
class Permissions:
    """What the users of one tenant may see. Headings aren't in `granted`: one is seen while anything beneath it is.

    Built of exactly what is granted, so a permission's parent must be in it; `only` adds parents itself.

    >>> acme = EVERYTHING.clear(Permission.BILLING).grant(Permission.BILLING_PER_MINUTE_SHOW_CREDIT)
    >>> [str(seen) for seen in acme.seen if Permission.BILLING in seen.above]
    ['billing.per_minute', 'billing.per_minute.show_credit']

    Raises: InvalidType for anything but a frozenset of permissions; InvalidValue for a heading in it, or for one whose
    parent is missing.

    Rule: PERM-1 in docs/reference/permissions.md.
    """

    granted: frozenset[Permission] = field(
        validator=_closed, repr=lambda granted: f"{{{', '.join(map(str, _in_order(granted)))}}}"
    )

    @classmethod
    def only(cls, *permissions: Permission) -> "Permissions":
        """Return permissions with nothing but these and their parents; a heading stands for everything beneath it.

        This is for lists of what is checked, as HTML forms send them.
        """
        return NOTHING.grant(*permissions)

    @classmethod
    def parse(cls, form: object, *, default: "Permissions | None" = None) -> "Permissions":
        """Read a form: a dict of permissions' words with true or false; those not named are as `default` has them.

        The default is that everything is on. Hand in `RESELLERS_CUSTOMER` for a reseller's new customer, and what is
        stored to change a part of it. A word that is true brings its parents, one that is false takes everything
        beneath it. Nothing is said about what is beneath a word that is true.

        >>> form = {"billing.credit_card": False, "billing.per_minute": False}
        >>> sorted(map(str, EVERYTHING.granted - Permissions.parse(form).granted))
        ['billing.credit_card', 'billing.per_minute', 'billing.per_minute.show_credit',
         'billing.per_minute.show_minutes']

        Raises: InvalidValue or InvalidType with the first of `find_permission_problems`.
        """
        for problem in find_permission_problems(form, default=default):
            raise invalid(problem)
        return _switched(EVERYTHING if default is None else default, _named(form)[0])

    def allows(self, permission: Permission) -> bool:
        """Whether the tenant's users may see it; a heading, whether they may see anything beneath it.

        Raises: InvalidType for anything but a Permission, such as its word: a misspelt one would always be off.
        """
        if type(permission) is not Permission:
            raise invalid(wrong_type("permission", "a Permission", permission))
        # Whatever is granted has its parents granted, except that headings are in no set.
        return permission in self.granted or not self.granted.isdisjoint(permission.beneath)

    @property
    def seen(self) -> tuple[Permission, ...]:
        """Everything that is seen, headings included, in the order in which it is printed."""
        return tuple(permission for permission in Permission if self.allows(permission))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is seen, so that a menu can leave the whole entry out."""
        return not self.granted

    def grant(self, *permissions: Permission) -> "Permissions":
        """Return the permissions with these granted, and their parents with them.

        What stands beneath one is left as it is; a heading, which has nothing of its own, stands for everything beneath
        it.

        Raises: InvalidType for anything but permissions.
        """
        _check_permissions(permissions)
        added = {
            each
            for permission in permissions
            for each in (permission, *(permission.beneath if permission.is_heading else permission.above))
        }
        return Permissions(self.granted.union(added).difference(HEADINGS))

    def clear(self, *permissions: Permission) -> "Permissions":
        """Return the permissions without these and without anything beneath them.

        Raises: InvalidType for anything but permissions.
        """
        _check_permissions(permissions)
        return Permissions(
            self.granted.difference(each for permission in permissions for each in (permission, *permission.beneath))
        )

    def as_form(self) -> dict[str, bool]:
        """Return every word, headings included, with true or false, as printed: `parse` reads the same out of it."""
        return {str(permission): self.allows(permission) for permission in Permission}

    def warnings(self, *, pays_for_trunks: bool, is_resellers_customer: bool) -> tuple[Problem, ...]:
        """Return what is allowed but unwise, each under its permission's word.

        A tenant that pays for trunks may add trunks; a reseller's customer sees the credit card, service plan or
        transactions, which are the reseller's business.

        >>> [problem.place for problem in RESELLERS_CUSTOMER.warnings(pays_for_trunks=True, is_resellers_customer=True)]
        ["['trunking.inbound']", "['trunking.outbound']", "['trunking.twoway']"]

        Raises: InvalidType when one is no bool.
        """
        for name, value in (("pays_for_trunks", pays_for_trunks), ("is_resellers_customer", is_resellers_customer)):
            if type(value) is not bool:
                raise invalid(wrong_type(name, "a bool", value))
        billing = _SETTLED_WITH_THE_RESELLER if is_resellers_customer else ()
        trunks = Permission.TRUNKING.beneath if pays_for_trunks else ()
        return (
            *self._warned(PermissionFault.PERMISSION_BILLING_EXPOSED, billing),
            *self._warned(PermissionFault.PERMISSION_TRUNKS_EXPOSED, trunks),
        )

    def _warned(self, code: PermissionFault, permissions: Iterable[Permission]) -> Iterator[Problem]:
        for permission in permissions:
            if permission in self.granted:
                yield Problem(code, (str(permission),), {"permission": str(permission)})


def _in_order(permissions: Iterable[Permission]) -> list[Permission]:
    granted = frozenset(permissions)
    return [permission for permission in Permission if permission in granted]


def _check_permissions(permissions: tuple[object, ...]) -> None:
    for permission in permissions:
        if type(permission) is not Permission:
            raise invalid(wrong_type("permission", "a Permission", permission))


NOTHING: Final = Permissions(frozenset())
"""Every permission off."""
EVERYTHING: Final = NOTHING.grant(*HEADINGS)
"""Every permission on: what a tenant has of which nothing is said."""
RESELLERS_CUSTOMER: Final = EVERYTHING.clear(*_SETTLED_WITH_THE_RESELLER)
"""What a reseller's customer starts with: credit card, service plan and transactions off (S4)."""


def find_permission_problems(form: object, *, default: Permissions | None = None) -> Iterator[Problem]:
    """Yield everything that is wrong with a form of permissions, each problem under its word.

    A form contradicts itself when it grants what it clears further up, or a heading that has nothing granted beneath
    it. `default` is as for `Permissions.parse`.

    >>> form = {"billing": False, "billing.credit_card": True}
    >>> [str(problem.code) for problem in find_permission_problems(form)]
    ['PERMISSION_CONTRADICTION']

    Raises: InvalidType for a default of another type; a form never raises.

    Rule: PERM-1 in docs/reference/permissions.md.
    """
    if default is not None and type(default) is not Permissions:
        raise invalid(wrong_type("default", "Permissions or None", default))
    named, problems = _named(form)
    yield from problems
    contradictions = [
        Problem(
            PermissionFault.PERMISSION_CONTRADICTION,
            (str(permission),),
            {"permission": str(permission), "parent": str(cleared)},
        )
        for permission in Permission
        for cleared in permission.above
        if named.get(str(permission)) and not named.get(str(cleared), True)
    ]
    yield from contradictions
    if problems or contradictions:
        return
    outcome = _switched(EVERYTHING if default is None else default, named)
    for heading in HEADINGS:
        if named.get(str(heading)) and not outcome.allows(heading):
            params = {"permission": str(heading)}
            yield Problem(PermissionFault.PERMISSION_HEADING_EMPTY, (str(heading),), params)


def _named(form: object) -> tuple[dict[str, bool], tuple[Problem, ...]]:
    return read_switches(form, tuple(map(str, Permission)), PermissionFault.PERMISSION_UNKNOWN)


def _switched(default: Permissions, named: dict[str, bool]) -> Permissions:
    # Nothing that is granted stands beneath what is cleared, so the order makes no difference.
    granted = [each for each in Permission if named.get(str(each)) and not each.is_heading]
    cleared = [each for each in Permission if not named.get(str(each), True)]
    return default.grant(*granted).clear(*cleared)
