"""Lets a question about who may do what to a tenant be answered with its reason, for yes as for no.

Names that callers use are imported from `tenantcore.permissions`.

Authority: S4, "settings for accounts managed here are not available to be managed from inside the account".
"""

import enum
from typing import Any, Literal, TypeAlias

from attrs import Attribute, field, frozen

from tenantcore._validators import exactly, is_text, not_empty, tuple_of, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown_code

__all__ = [
    "Allowed",
    "Change",
    "Decision",
    "Forbidden",
    "Ground",
    "Place",
    "RightsFault",
    "judge_actor",
    "judge_change",
]


@enum.unique
class RightsFault(Code):
    """Why an actor may not do what it asks for, and what can be wrong with a place in the tree."""

    ACTOR_MISSING = (
        Kind.MISSING,
        "PERM-3",
        "nobody is logged in, so nothing of a tenant is shown or changed",
        "log in as a user of the tenant or of one of its ancestors",
    )
    ACTOR_OUTSIDE = (
        Kind.FROZEN,
        "PERM-3",
        "whoever asks belongs neither to the tenant nor to one of its ancestors",
        "ask whoever manages the tenant's parent",
    )
    CHANGE_OF_OWN_TENANT = (
        Kind.FROZEN,
        "PERM-3",
        "a tenant can't change its own {part}: only an ancestor changes that",
        "ask whoever manages the tenant's parent",
    )
    CHANGE_AT_THE_TOP = (
        Kind.FROZEN,
        "PERM-3",
        "the tenant stands at the top of the tree, so nobody in it changes its {part}",
        "have whoever runs the platform change it, outside the tree",
    )
    PLACE_CIRCULAR = (
        Kind.CONFLICT,
        "PERM-3",
        "the way from the top of the tree down to the tenant passes {tenant} twice",
        "hand in each ancestor once, without the tenant itself",
    )


class Change(enum.Enum):
    """A part of a tenant that only its ancestors change.

    Rule: PERM-3 in docs/reference/permissions.md.
    """

    NAME = "name"
    REALM = "realm"
    LIMITS = "limits"
    """How many trunks and calls the tenant has."""
    CREDIT = "credit"
    """Credit added or removed by hand."""
    RESTRICTIONS = "restrictions"
    """Which classes of numbers the tenant may call."""
    PERMISSIONS = "permissions"
    FEATURES = "features"
    """Which features of its numbers the tenant manages."""
    CARRIER = "carrier"
    APPS = "apps"

    def __str__(self) -> str:
        return str(self.value)


class Ground(enum.Enum):
    """Why an actor may do what it asks for."""

    OWN_TENANT = "own tenant"
    """A user of the tenant itself asks."""
    PARENT = "parent"
    """A user of the tenant's parent asks."""
    HIGHER_ANCESTOR = "higher ancestor"
    """A user of an ancestor above the parent asks."""
    CARRIER = "carrier"
    """The tenant's carrier supports it."""


@frozen
class Allowed:
    """A yes, with its ground; it counts as true.

    Rule: PERM-3 in docs/reference/permissions.md.
    """

    reason: Ground = field(validator=exactly(Ground, called="a Ground"))

    def __bool__(self) -> Literal[True]:
        return True


@frozen
class Forbidden:
    """A no, with the problem that a person can read; it counts as false.

    Rule: PERM-3 in docs/reference/permissions.md.
    """

    problem: Problem = field(validator=exactly(Problem, called="a Problem"))

    @property
    def reason(self) -> Code:
        """The stable code of the problem."""
        return self.problem.code

    def __bool__(self) -> Literal[False]:
        return False


Decision: TypeAlias = Allowed | Forbidden
"""The answer to a question of rights: as a condition it is the yes or no."""


def _plain(value: str) -> str:
    # Words of a host's own kind, such as members of a StrEnum, count as text; anything else is left to the validator.
    return str.__str__(value) if is_text(value) else value


def _each_plain(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_plain, values)) if type(values) is tuple else values


def _each_not_empty(instance: object, attribute: "Attribute[Any]", values: tuple[str, ...]) -> None:
    for value in values:
        not_empty(instance, attribute, value)


@frozen
class Place:
    """Where a tenant stands in the tree: its id, and the ids of its ancestors from the top down, the parent last.

    >>> reseller = Place("platform").below("reseller")
    >>> reseller.below("acme")
    Place(tenant='acme', ancestors=('platform', 'reseller'))

    Raises: InvalidType for ids that are no text; InvalidValue for an empty one, or one that comes twice.

    Rule: PERM-3 in docs/reference/permissions.md.
    """

    tenant: str = field(converter=_plain, validator=not_empty)
    ancestors: tuple[str, ...] = field(
        default=(), converter=_each_plain, validator=[tuple_of(str, called="texts"), _each_not_empty]
    )

    def __attrs_post_init__(self) -> None:
        passed: set[str] = set()
        for tenant in (*self.ancestors, self.tenant):
            if tenant in passed:
                raise invalid(Problem(RightsFault.PLACE_CIRCULAR, params={"tenant": shown_code(tenant)}))
            passed.add(tenant)

    @property
    def parent(self) -> str | None:
        """The tenant right above; None at the top."""
        return self.ancestors[-1] if self.ancestors else None

    def below(self, tenant: str) -> "Place":
        """Return the place of a tenant whose parent this one is.

        Raises: InvalidValue when it is this tenant or one of its ancestors.
        """
        return Place(tenant, (*self.ancestors, self.tenant))


def judge_actor(place: Place, actor: str | None) -> Decision:
    """Tell how an actor is related to a tenant: the tenant itself, its parent, a higher ancestor, or outside.

    `actor` is the id of the tenant that the user who asks belongs to, None when nobody is logged in. It stays that one
    when the user acts inside another tenant, as parents' administrators do.

    Raises: InvalidType for another type.

    Rule: PERM-3 in docs/reference/permissions.md.
    """
    if type(place) is not Place:
        raise invalid(wrong_type("place", "a Place", place))
    if actor is None:
        return Forbidden(Problem(RightsFault.ACTOR_MISSING))
    if not is_text(actor):
        raise invalid(wrong_type("actor", "text or None", actor))
    tenant = str.__str__(actor)
    if tenant == place.tenant:
        return Allowed(Ground.OWN_TENANT)
    if tenant == place.parent:
        return Allowed(Ground.PARENT)
    if tenant in place.ancestors:
        return Allowed(Ground.HIGHER_ANCESTOR)
    return Forbidden(Problem(RightsFault.ACTOR_OUTSIDE))


def judge_change(change: Change, place: Place, actor: str | None) -> Decision:
    """Tell whether an actor may change a part of a tenant: an ancestor may, the tenant itself and all others may not.

    `actor` is the id of the tenant that the user who asks belongs to, None when nobody is logged in. The tenant at the
    top has no ancestor; a host whose operators change it does so without asking.

    >>> acme = Place("acme", ("platform", "reseller"))
    >>> bool(judge_change(Change.REALM, acme, "reseller")), str(judge_change(Change.REALM, acme, "acme").reason)
    (True, 'CHANGE_OF_OWN_TENANT')

    Raises: InvalidType for another type.

    Rule: PERM-3 in docs/reference/permissions.md.
    """
    if type(change) is not Change:
        raise invalid(wrong_type("change", "a Change", change))
    relation = judge_actor(place, actor)
    if relation.reason is not Ground.OWN_TENANT:
        return relation
    code = RightsFault.CHANGE_OF_OWN_TENANT if place.ancestors else RightsFault.CHANGE_AT_THE_TOP
    return Forbidden(Problem(code, params={"part": str(change)}))
