"""Lets you tell which trunk a call takes, if any: trunks are counted, never tied to a call.

Names that callers use are imported from `tenantcore.trunks`.
"""

import enum
from collections.abc import Iterator
from typing import Any, Final

from attrs import field, frozen

from tenantcore._counted_limits import MAX_USE, NO_LIMIT, a_count, a_limit, a_threshold
from tenantcore._validators import exactly, wrong_type
from tenantcore.errors import Code, FieldCode, Kind, Problem, invalid

__all__ = [
    "KINDS",
    "Direction",
    "Trunk",
    "TrunkFault",
    "TrunkGuard",
    "TrunkLimits",
    "TrunkUse",
    "check_direction",
]

KINDS: Final = {"inbound": "inbound", "outbound": "outbound", "twoway": "two-way", "burst": "burst"}
"""The kinds of trunks, field by field, with the word for each."""
_USUAL_MOST: Final = 100


@enum.unique
class TrunkFault(Code):
    """What can be wrong with trunks and their use."""

    TRUNK_RELEASE_WITHOUT_ADMIT = (
        Kind.CONFLICT,
        "TRK-1",
        "no {direction} call is on a trunk, so none can be released",
        "release each call once, and only those that were admitted to a trunk",
    )
    TRUNKS_UNUSUALLY_MANY = (
        Kind.WARNING,
        "TRK-1",
        "there are {count} {kind} trunks, more than the {usual} that account wizards offer",
        "check that the number is meant",
    )


class Direction(enum.Enum):
    """Which way a call goes, as seen from the tenant.

    Rule: TRK-1 in docs/reference/trunks.md.
    """

    INBOUND = "inbound"
    """From a carrier to the tenant."""
    OUTBOUND = "outbound"
    """From the tenant to a carrier."""

    def __str__(self) -> str:
        return str(self.value)


class Trunk(enum.Enum):
    """What kind of trunk a call takes.

    Rule: TRK-1 in docs/reference/trunks.md.
    """

    ONEWAY = "oneway"
    """One of the call's own direction."""
    TWOWAY = "twoway"
    """One that carries calls of either direction."""
    BURST = "burst"
    """One that carries calls of either direction when all others are taken."""

    def __str__(self) -> str:
        return str(self.value)


# Looking a member up in its class costs as much as everything else that `admit` does.
_INBOUND: Final = Direction.INBOUND
_ONEWAY: Final = Trunk.ONEWAY
_TWOWAY: Final = Trunk.TWOWAY
_BURST: Final = Trunk.BURST


def check_direction(direction: object) -> None:
    """Refuse anything but a direction."""
    if type(direction) is not Direction:
        raise invalid(wrong_type("direction", "a Direction", direction))


@frozen(kw_only=True)
class TrunkUse:
    """How many calls of each direction are on trunks at the moment, of whatever kind.

    Calls that are charged per minute or carried for nothing aren't on a trunk and aren't counted. A use can exceed the
    limits: they can be lowered under the calls. Each number is from 0 to `MAX_USE`.

    >>> TrunkUse(inbound=1).admitted(Direction.INBOUND).released(Direction.INBOUND)
    TrunkUse(inbound=1, outbound=0)

    Raises:
        InvalidValue: A number is negative or above `MAX_USE`.
        InvalidType: One is no whole number.

    Rule: TRK-1 in docs/reference/trunks.md.
    """

    inbound: int = field(default=0, validator=a_count)
    outbound: int = field(default=0, validator=a_count)

    def admitted(self, direction: Direction) -> "TrunkUse":
        """Return the use with one call more; whether there is a trunk for it is what `TrunkLimits.admit` says.

        Raises:
            InvalidValue: There would be more calls than `MAX_USE`.
            InvalidType: It is no direction.

        Rule: TRK-1 in docs/reference/trunks.md.
        """
        check_direction(direction)
        inbound, outbound = self.inbound, self.outbound
        if direction is _INBOUND:
            inbound += 1
        else:
            outbound += 1
        if inbound > MAX_USE or outbound > MAX_USE:
            params: dict[str, str | int] = {"field": str(direction), "maximum": MAX_USE, "value": MAX_USE + 1}
            raise invalid(Problem(FieldCode.FIELD_ABOVE_MAXIMUM, params=params))
        return _use(inbound, outbound)

    def released(self, direction: Direction) -> "TrunkUse":
        """Return the use with one call less; at zero there is none to release, and that is an error.

        Raises:
            InvalidValue: No call of this direction is on a trunk.
            InvalidType: It is no direction.

        Rule: TRK-1 in docs/reference/trunks.md.
        """
        check_direction(direction)
        inbound, outbound = self.inbound, self.outbound
        if direction is _INBOUND:
            inbound -= 1
        else:
            outbound -= 1
        if inbound < 0 or outbound < 0:
            raise invalid(Problem(TrunkFault.TRUNK_RELEASE_WITHOUT_ADMIT, params={"direction": str(direction)}))
        return _use(inbound, outbound)


# Attributes of a frozen value can't be assigned, its slots can; parts computed here need no checks.
_set_inbound: Final[Any] = TrunkUse.__dict__["inbound"].__set__
_set_outbound: Final[Any] = TrunkUse.__dict__["outbound"].__set__


def _use(inbound: int, outbound: int) -> TrunkUse:
    use = object.__new__(TrunkUse)
    _set_inbound(use, inbound)
    _set_outbound(use, outbound)
    return use


@frozen(kw_only=True)
class TrunkGuard:
    """When one more call of a direction may take a trunk, as an inequality that a store evaluates in one step.

    With `own` for the calls of the guard's direction that are on trunks and `total` for those of both, it holds when
    `own < oneway_below or (own < below and total < total_below)`. All three are numbers; no limit is `NO_LIMIT`.

    >>> TrunkLimits(inbound=3, outbound=4, twoway=10).guard(Direction.INBOUND)
    TrunkGuard(direction=<Direction.INBOUND: 'inbound'>, oneway_below=3, below=13, total_below=17)

    Raises:
        InvalidValue: A number is negative or above `NO_LIMIT`.
        InvalidType: One is no whole number, or the direction is none.

    Rule: TRK-1 in docs/reference/trunks.md.
    """

    direction: Direction = field(validator=exactly(Direction, called="a Direction"))
    oneway_below: int = field(validator=a_threshold)
    below: int = field(validator=a_threshold)
    total_below: int = field(validator=a_threshold)

    def holds(self, use: TrunkUse) -> bool:
        """Whether a call may take a trunk beside those in use: the same as that `TrunkLimits.admit` finds one.

        Raises: InvalidType when it is no use.

        Rule: TRK-1 in docs/reference/trunks.md.
        """
        if type(use) is not TrunkUse:
            raise invalid(wrong_type("use", "a TrunkUse", use))
        own = use.inbound if self.direction is _INBOUND else use.outbound
        return own < self.oneway_below or (own < self.below and use.inbound + use.outbound < self.total_below)


@frozen(kw_only=True)
class TrunkLimits:
    """How many trunks of each kind there are: 0 is none, None is no limit.

    >>> limits = TrunkLimits(inbound=3, outbound=4, twoway=10)
    >>> limits.admit(TrunkUse(inbound=3), Direction.INBOUND)
    <Trunk.TWOWAY: 'twoway'>

    Raises:
        InvalidValue: A number is negative or above `MAX_LIMIT`.
        InvalidType: One is no whole number.

    Rule: TRK-1 in docs/reference/trunks.md.
    """

    inbound: int | None = field(default=0, validator=a_limit)
    outbound: int | None = field(default=0, validator=a_limit)
    twoway: int | None = field(default=0, validator=a_limit)
    burst: int | None = field(default=0, validator=a_limit)

    def admit(self, use: TrunkUse, direction: Direction) -> Trunk | None:
        """Return what kind of trunk one more call takes beside those in use; None when none is free.

        A free one-way trunk of the call's direction always admits. Otherwise what both directions have too many for
        their one-way trunks, the asked call included, has to fit into the two-way trunks, or into these and the burst
        trunks. It is computed from the totals each time, so a one-way trunk that falls free takes a call off a
        two-way one.

        >>> TrunkLimits(outbound=1, twoway=1).admit(TrunkUse(inbound=1, outbound=1), Direction.OUTBOUND) is None
        True

        Raises: InvalidType when it is no use or no direction.

        Rule: TRK-1 in docs/reference/trunks.md.
        """
        if type(use) is not TrunkUse:
            raise invalid(wrong_type("use", "a TrunkUse", use))
        if direction is _INBOUND:
            own, limit, others, others_limit = use.inbound, self.inbound, use.outbound, self.outbound
        else:
            check_direction(direction)
            own, limit, others, others_limit = use.outbound, self.outbound, use.inbound, self.inbound
        if limit is None or own < limit:
            return _ONEWAY
        overflow = own + 1 - limit
        if others_limit is not None and others > others_limit:
            overflow += others - others_limit
        if self.twoway is None or overflow <= self.twoway:
            return _TWOWAY
        if self.burst is None or overflow <= self.twoway + self.burst:
            return _BURST
        return None

    def guard(self, direction: Direction) -> TrunkGuard:
        """Return the same question as an inequality, for a store that has to ask it and count the call in one step.

        Raises: InvalidType when it is no direction.

        Rule: TRK-1 in docs/reference/trunks.md.
        """
        check_direction(direction)
        own, others = (self.inbound, self.outbound) if direction is _INBOUND else (self.outbound, self.inbound)
        if own is None:
            return _guard(direction, NO_LIMIT, NO_LIMIT, NO_LIMIT)
        if self.twoway is None or self.burst is None:
            return _guard(direction, own, NO_LIMIT, NO_LIMIT)
        below = own + self.twoway + self.burst
        return _guard(direction, own, below, NO_LIMIT if others is None else below + others)

    def warnings(self) -> Iterator[Problem]:
        """Yield what may be a slip of the hand: more than 100 trunks of a kind, each under its kind.

        Rule: TRK-1 in docs/reference/trunks.md.
        """
        for kind, word in KINDS.items():
            count: int | None = getattr(self, kind)
            if count is not None and count > _USUAL_MOST:
                params: dict[str, str | int] = {"count": count, "kind": word, "usual": _USUAL_MOST}
                yield Problem(TrunkFault.TRUNKS_UNUSUALLY_MANY, (kind,), params)


_set_direction: Final[Any] = TrunkGuard.__dict__["direction"].__set__
_set_oneway_below: Final[Any] = TrunkGuard.__dict__["oneway_below"].__set__
_set_below: Final[Any] = TrunkGuard.__dict__["below"].__set__
_set_total_below: Final[Any] = TrunkGuard.__dict__["total_below"].__set__


def _guard(direction: Direction, oneway_below: int, below: int, total_below: int) -> TrunkGuard:
    guard = object.__new__(TrunkGuard)
    _set_direction(guard, direction)
    _set_oneway_below(guard, oneway_below)
    _set_below(guard, below)
    _set_total_below(guard, total_below)
    return guard
