"""Lets it be kept how much of an allotment is used in a period, and what is held of it for live calls.

Names that callers use (`AllotmentFault`, `AllotmentHeld`, `AllotmentHold`, `AllotmentUse`, `MAX_ALLOTTED_SECONDS`) are
imported from `tenantcore.rating`.
"""

import enum
from datetime import date
from typing import Any, Final

from attrs import Attribute, evolve, field, frozen

from tenantcore._validators import check_day, exactly, within, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid

__all__ = [
    "MAX_ALLOTTED_SECONDS",
    "AllotmentFault",
    "AllotmentHeld",
    "AllotmentHold",
    "AllotmentUse",
    "check_held",
    "check_use",
    "counted",
    "more_held",
    "not_before",
    "taken",
    "used_by",
]

MAX_ALLOTTED_SECONDS: Final = 10**12
"""How many seconds an allotment has, or counts as used, at most."""


@enum.unique
class AllotmentFault(Code):
    """What can be wrong with allotments and their use."""

    ALLOTMENT_PERIOD_ANCHORED = (
        Kind.OUT_OF_RANGE,
        "RAT-2",
        "an allotment can't be renewed by {frequency}: it needs a period of the calendar",
        "choose daily, weekly, semimonthly, monthly, quarterly, half-yearly or yearly",
    )
    ALLOTMENT_WITHOUT_CLASSES = (
        Kind.MISSING,
        "RAT-2",
        "an allotment must name at least one number class",
        "name the classes whose calls it covers",
    )
    ALLOTMENT_REPEATED = (
        Kind.CONFLICT,
        "RAT-2",
        "the allotment at position {position} (counted from 0) has the name of an earlier one",
        "give each allotment its own name: its use is kept under it",
    )
    ALLOTMENT_HOLD_UNKNOWN = (
        Kind.CONFLICT,
        "RAT-2",
        "{seconds} seconds can't be given back: only {held} are held",
        "settle each hold once, against the use that it was taken from",
    )


def _day_or_none(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if value is not None:
        check_day(attribute.name, value)


@frozen(kw_only=True)
class AllotmentHold:
    """Seconds set aside for one call, in the period that starts on a local day: what the host stores with the call.

    Raises: InvalidValue for seconds outside 0 to `MAX_ALLOTTED_SECONDS`; InvalidType for a field of another type, a
    datetime as the day among them.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    period_start: date = field(validator=exactly(date, called="a date"))
    seconds: int = field(validator=within(0, MAX_ALLOTTED_SECONDS))


@frozen(kw_only=True)
class AllotmentUse:
    """How much of an allotment is used in one period, and how much is held for live calls: the row a host stores.

    `period_start` is the first local day of the period, None before the first call. In another period nothing of it
    counts. What is used may exceed the allotment: a call in progress isn't cut off.

    >>> AllotmentUse()  # before the first call
    AllotmentUse(period_start=None, used_seconds=0, held_seconds=0)

    Raises: InvalidValue for seconds outside 0 to `MAX_ALLOTTED_SECONDS`; InvalidType for a field of another type, a
    datetime as the day among them.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    period_start: date | None = field(default=None, validator=_day_or_none)
    used_seconds: int = field(default=0, validator=within(0, MAX_ALLOTTED_SECONDS))
    held_seconds: int = field(default=0, validator=within(0, MAX_ALLOTTED_SECONDS))

    def released(self, hold: AllotmentHold) -> "AllotmentUse":
        """Return the use without a hold: of a call that was never answered. One of an earlier period is gone already.

        >>> use = AllotmentUse(period_start=date(2026, 4, 1), used_seconds=5)
        >>> use.released(AllotmentHold(period_start=date(2026, 3, 1), seconds=60)) is use
        True

        Raises: InvalidValue when more would be given back than is held, or of a later period; InvalidType for anything
        but a hold.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        return evolve(self, held_seconds=self.held_seconds - hold.seconds) if check_held(self, hold) else self


def check_held(use: AllotmentUse, hold: object) -> bool:
    """Return whether a use counts a hold, refusing one that it should and doesn't; False for one that is gone."""
    if type(hold) is not AllotmentHold:
        raise invalid(wrong_type("hold", "an AllotmentHold", hold))
    if use.period_start is not None and hold.period_start < use.period_start:
        return False
    _, held = counted(use, hold.period_start)
    if hold.seconds > held:
        params: dict[str, str | int] = {"seconds": hold.seconds, "held": held}
        raise invalid(Problem(AllotmentFault.ALLOTMENT_HOLD_UNKNOWN, params=params))
    return True


@frozen
class AllotmentHeld:
    """A hold was taken: store the hold with the call and the use in place of the one asked about.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    hold: AllotmentHold
    use: AllotmentUse


_new: Final = object.__new__
_set_hold_start: Final = AllotmentHold.__dict__["period_start"].__set__
_set_hold_seconds: Final = AllotmentHold.__dict__["seconds"].__set__
_set_use_start: Final = AllotmentUse.__dict__["period_start"].__set__
_set_used: Final = AllotmentUse.__dict__["used_seconds"].__set__
_set_held: Final = AllotmentUse.__dict__["held_seconds"].__set__


def more_held(use: AllotmentUse, start: date, before: int, more: int) -> AllotmentHeld:
    """Return the hold of a call that had some seconds in a period and gets some more, and the use with it.

    Built without checks, for a call that is about to begin: whoever asks has seen that the sums are in range.
    """
    used_seconds, held_seconds = counted(use, start)
    hold, after = _new(AllotmentHold), _new(AllotmentUse)
    _set_hold_start(hold, start)
    _set_hold_seconds(hold, before + more)
    _set_use_start(after, start)
    _set_used(after, used_seconds)
    _set_held(after, held_seconds + more)
    return AllotmentHeld(hold, after)


def check_use(use: object) -> None:
    """Refuse anything but a use."""
    if type(use) is not AllotmentUse:
        raise invalid(wrong_type("use", "an AllotmentUse", use))


def not_before(use: AllotmentUse, start: date) -> date:
    """Return the day on which the period starts, or that of the use where clocks disagree and it is a later one."""
    return start if use.period_start is None else max(start, use.period_start)


def counted(use: AllotmentUse, start: date) -> tuple[int, int]:
    """Return what is used and what is held in the period that starts on a day."""
    return (use.used_seconds, use.held_seconds) if use.period_start == start else (0, 0)


def used_by(start: date, use: AllotmentUse, group: tuple[AllotmentUse, ...]) -> int:
    """Return what is used in the period that starts on a day, by all who share it."""
    return taken(start, use, group) - sum(counted(each, start)[1] for each in (use, *group))


def taken(start: date, use: AllotmentUse, group: tuple[AllotmentUse, ...]) -> int:
    """Return what is used and held in the period that starts on a day, by all who share it."""
    if type(group) is not tuple:
        raise invalid(wrong_type("group", "a tuple of AllotmentUse", group))
    used, held = counted(use, start)
    total = used + held
    for position, other in enumerate(group):
        if type(other) is not AllotmentUse:
            raise invalid(wrong_type("use", "an AllotmentUse", other).under("group", position))
        total += sum(counted(other, start))
    return total
