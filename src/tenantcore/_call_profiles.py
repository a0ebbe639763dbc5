"""Lets what a tenant may do by telephone be said once, and be compiled, apart from the numbers of the moment.

Names that callers use are imported from `tenantcore.call_policy`.
"""

import enum
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, NamedTuple

from attrs import field, frozen

from tenantcore._amounts import currency_code
from tenantcore._call_reasons import CallFault, CallGrant, CallStep, Payer, line
from tenantcore._call_requests import LiveUse, call_classes
from tenantcore._validators import exactly, tuple_of, within
from tenantcore._windows import zone_named
from tenantcore.errors import Problem, invalid, shown
from tenantcore.numbering import NORTH_AMERICA, CallClass, DialPlan, NumberClass
from tenantcore.rating import Allotment, Allotments, Discounts, RateDeck
from tenantcore.status import Standing, Status, effective
from tenantcore.trunks import CallGuard, CallLimits, Direction, TrunkGuard, TrunkLimits

__all__ = [
    "CallProfile",
    "EmergencyCalls",
    "Way",
    "allotment_names_of",
    "call_guard_of",
    "trunk_guard_of",
    "way_of",
]

_MAX_SLICE_SECONDS: Final = 86_400
_EMERGENCY: Final = NumberClass.EMERGENCY
_OUTBOUND: Final = Direction.OUTBOUND
# What a profile compiles stands by whether a call is outbound.
_DIRECTIONS: Final = (Direction.INBOUND, Direction.OUTBOUND)
_NEVER_ON_TRUNKS: Final = (NumberClass.EMERGENCY, NumberClass.US_TOLLFREE)


class EmergencyCalls(enum.Enum):
    """A platform's word on calls for help.

    Rule: CALL-2 in docs/reference/call_policy.md.
    """

    PROTECTED = "protected"
    """They are never blocked, but for a closed tenant."""
    RESTRICTABLE = "restrictable"
    """A restriction of the class "Emergency Dispatcher" blocks them, as in the account wizards."""


class Included(NamedTuple):
    """An allotment for such calls, and what is told of it: of the account, of its reseller."""

    allotment: Allotment
    used: tuple[Problem, ...]
    used_up: tuple[Problem, ...]


class Way(NamedTuple):
    """What a profile says of calls of one direction to one class."""

    is_denied: bool
    is_unmetered: bool
    allotments: tuple[Included, ...]
    may_take_trunk: bool
    unrestricted: tuple[Problem, ...]
    """What is told where nothing restricts the class: of the account, of its reseller."""
    other_class: tuple[Problem, ...]
    """What is told where trunks don't carry the class: of the account, of its reseller."""


_TRUNK_LIMITS: Final = exactly(TrunkLimits, called="TrunkLimits")
_seconds = within(1, _MAX_SLICE_SECONDS)


@frozen(kw_only=True)
class CallProfile:
    """What a tenant may do by telephone: its configuration, built once and asked for every call.

    A class that is in `denied` is blocked for outbound calls whatever trunks or funds there are. A class in
    `unmetered` is carried for nothing outbound. Trunks carry calls to the classes in `trunk_classes`, by the called
    number, in both directions. The first deck that has a rate for a number prices it: the tenant's own, its reseller's,
    the platform's. Without anything said, there are no trunks and no per-minute calls, as in the account wizard.

    `standing` is what is set on the tenant, `parents` the statuses of its ancestors.
    A slice is for how long funds are held ahead; claims are leases, and one that isn't renewed in time is free again.

    >>> CallProfile(currency="USD", trunk_limits=TrunkLimits(twoway=10)).allows_per_minute
    False

    Raises:
        InvalidValue: Parts don't fit one another: a deck in another currency, allotments without a time zone, trunks
            for calls that never take one, a lease that isn't longer than a slice.
        InvalidType: A part is of another type.

    Rule: CALL-1 in docs/reference/call_policy.md.
    """

    currency: str = field(converter=currency_code)
    standing: Standing = field(default=Standing(), validator=exactly(Standing, called="a Standing"))
    parents: tuple[Status, ...] = field(default=(), validator=tuple_of(Status, called="statuses"))
    plan: DialPlan = field(default=NORTH_AMERICA, validator=exactly(DialPlan, called="a DialPlan"))
    denied: frozenset[CallClass] = field(default=frozenset(), validator=call_classes)
    emergency: EmergencyCalls = field(
        default=EmergencyCalls.PROTECTED, validator=exactly(EmergencyCalls, called="an EmergencyCalls")
    )
    call_limits: CallLimits = field(default=CallLimits(), validator=exactly(CallLimits, called="CallLimits"))
    unmetered: frozenset[CallClass] = field(default=frozenset({NumberClass.US_TOLLFREE}), validator=call_classes)
    allotments: Allotments = field(default=Allotments(), validator=exactly(Allotments, called="Allotments"))
    timezone: str | None = field(default=None)
    trunk_limits: TrunkLimits = field(default=TrunkLimits(), validator=_TRUNK_LIMITS)
    trunk_classes: frozenset[CallClass] = field(default=frozenset({NumberClass.US_DID}), validator=call_classes)
    allows_per_minute: bool = field(default=False, validator=exactly(bool, called="a bool"))
    decks: tuple[RateDeck, ...] = field(default=(), validator=tuple_of(RateDeck, called="rate decks"))
    discounts: Discounts = field(default=Discounts(), validator=exactly(Discounts, called="Discounts"))
    slice_seconds: int = field(default=60, validator=_seconds)
    lease_seconds: int = field(default=120, validator=_seconds)
    lease: timedelta = field(init=False, eq=False, repr=False)
    """How long a lease holds: `lease_seconds`."""
    # What is asked for every call, worked out once.
    _statuses: tuple[Status, Status] = field(init=False, eq=False, repr=False)
    _ways: tuple[dict[CallClass, Way], dict[CallClass, Way]] = field(init=False, eq=False, repr=False)
    _trunk_guards: tuple[TrunkGuard, TrunkGuard] = field(init=False, eq=False, repr=False)
    _call_guards: tuple[CallGuard, CallGuard] = field(init=False, eq=False, repr=False)
    _allotment_names: frozenset[str] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for problem in self._find_misfits():
            raise invalid(problem)
        timezone = None if self.timezone is None else zone_named(self.timezone).key
        statuses = tuple(
            effective(self.standing.status(may_use_services=may_use), self.parents) for may_use in (False, True)
        )
        compiled: dict[str, object] = {
            "timezone": timezone,
            "lease": timedelta(seconds=self.lease_seconds),
            "_statuses": statuses,
            "_ways": ({}, {}),
            "_trunk_guards": tuple(map(self.trunk_limits.guard, _DIRECTIONS)),
            "_call_guards": tuple(map(self.call_limits.guard, _DIRECTIONS)),
            "_allotment_names": frozenset(row.name for row in self.allotments.rows),
        }
        for name, value in compiled.items():
            object.__setattr__(self, name, value)

    def _find_misfits(self) -> Iterator[Problem]:
        params: dict[str, str | int]
        for excluded in _NEVER_ON_TRUNKS:
            if excluded in self.trunk_classes:
                yield Problem(CallFault.CALL_TRUNK_CLASS_EXCLUDED, ("trunk_classes",), {"word": excluded.word})
        for position, deck in enumerate(self.decks):
            if deck.rows and deck.rows[0].rate.currency != self.currency:
                params = {"position": position, "deck": deck.rows[0].rate.currency, "currency": self.currency}
                yield Problem(CallFault.CALL_DECK_CURRENCY, ("decks", position), params)
        if self.allotments.rows and self.timezone is None:
            yield Problem(CallFault.CALL_ALLOTMENTS_WITHOUT_ZONE, ("timezone",))
        if self.lease_seconds <= self.slice_seconds:
            params = {"lease": self.lease_seconds, "slice": self.slice_seconds}
            yield Problem(CallFault.CALL_LEASE_TOO_SHORT, ("lease_seconds",), params)

    def status_of(self, live: LiveUse) -> Status:
        """Return the status that counts at the moment: the strictest of the tenant's, its balance's and its ancestors'.

        Rule: TEN-1 in docs/reference/status.md.
        """
        return self._statuses[live.may_use_services]

    def warnings(self) -> tuple[Problem, ...]:
        """Return what is allowed but unwise about calls for help, and what is set for classes that the plan hasn't.

        Rules: CALL-1, CALL-2 in docs/reference/call_policy.md.
        """
        return (*self._emergency_warnings(), *self._class_warnings())

    def _class_warnings(self) -> Iterator[Problem]:
        known = self.plan.classes
        named = {
            "denied": self.denied,
            "unmetered": self.unmetered - _USUALLY_UNMETERED,
            "allotments": frozenset[CallClass]().union(*(row.classes for row in self.allotments.rows)),
            "discounts": frozenset(row.call_class for row in self.discounts.rows),
        }
        if self.trunk_limits != TrunkLimits():
            named["trunk_classes"] = self.trunk_classes
        for name, classes in named.items():
            for call_class in sorted(classes, key=_word_of):
                if call_class not in known:
                    yield Problem(CallFault.CALL_CLASS_NOT_IN_PLAN, (name,), {"word": call_class.word})

    def _emergency_warnings(self) -> tuple[Problem, ...]:
        is_denied = _EMERGENCY in self.denied
        params = {"label": _EMERGENCY.label}
        if self.emergency is EmergencyCalls.PROTECTED:
            void = Problem(CallFault.EMERGENCY_RESTRICTION_VOID, ("denied",), params)
            return (void,) if is_denied else ()
        restrictable = Problem(CallFault.EMERGENCY_RESTRICTABLE, ("emergency",))
        blocked = Problem(CallFault.EMERGENCY_BLOCKED, ("denied",), params)
        return (restrictable, blocked) if is_denied else (restrictable,)


_USUALLY_UNMETERED: Final = frozenset({NumberClass.US_TOLLFREE})


def _word_of(call_class: CallClass) -> str:
    return call_class.word


def way_of(profile: CallProfile, direction: Direction, call_class: CallClass) -> Way:
    """Return what a profile says of calls to a class, worked out when it is first asked."""
    outbound = direction is _OUTBOUND
    ways = profile._ways[outbound]  # noqa: SLF001 - of a value of this module
    way = ways.get(call_class)
    if way is None:
        way = ways[call_class] = Way(
            is_denied=call_class in profile.denied,
            is_unmetered=outbound and call_class in profile.unmetered,
            allotments=tuple(map(_included, profile.allotments.covering(call_class, direction))),
            may_take_trunk=call_class in profile.trunk_classes,
            unrestricted=_of_each(CallStep.CALL_CLASS_UNRESTRICTED, word=call_class.word),
            other_class=_of_each(CallStep.CALL_TRUNK_OTHER_CLASS, word=call_class.word),
        )
    return way


def _included(allotment: Allotment) -> Included:
    name = shown(allotment.name)
    return Included(
        allotment,
        used=_of_each(CallGrant.CALL_BY_ALLOTMENT, allotment=name),
        used_up=_of_each(CallStep.CALL_ALLOTMENT_USED_UP, allotment=name),
    )


def _of_each(code: CallStep | CallGrant, **params: str) -> tuple[Problem, ...]:
    return tuple(line(code, payer, **params) for payer in Payer)


def trunk_guard_of(profile: CallProfile, direction: Direction) -> TrunkGuard:
    """Return what a store holds a call to that is to take a trunk."""
    return profile._trunk_guards[direction is _OUTBOUND]  # noqa: SLF001 - of a value of this module


def call_guard_of(profile: CallProfile, direction: Direction, number: str | None) -> CallGuard:
    """Return what a store holds a call to for the limits on calls; numbers may have caps of their own."""
    if direction is not _OUTBOUND and profile.call_limits.numbers:
        return profile.call_limits.guard(direction, number=number)
    return profile._call_guards[direction is _OUTBOUND]  # noqa: SLF001 - of a value of this module


def allotment_names_of(profile: CallProfile) -> frozenset[str]:
    """Return the names under which the uses of a profile's allotments are kept."""
    return profile._allotment_names  # noqa: SLF001 - of a value of this module
