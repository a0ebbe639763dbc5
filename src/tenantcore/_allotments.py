"""Lets a tenant use so many minutes in each period before trunks and money are asked.

Names that callers use (`Allotment`, `AllotmentFault`, `AllotmentHeld`, `AllotmentHold`, `AllotmentSettled`,
`AllotmentUse`, `Allotments`) are imported from `tenantcore.rating`.
"""

import enum
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from attrs import Attribute, evolve, field, frozen

from tenantcore._amounts import check_within
from tenantcore._discounts import check_class
from tenantcore._number_classes import CallClass
from tenantcore._rate_decks import a_direction_or_none, a_name
from tenantcore._rated_seconds import MAX_BLOCK_SECONDS, charged_of
from tenantcore._validators import check_day, exactly, in_utc, is_text, not_empty, tuple_of, within, wrong_type
from tenantcore.billing_periods import BillingPeriod, BillingSchedule, Frequency
from tenantcore.errors import Code, FieldCode, Kind, Problem, invalid
from tenantcore.trunks import Direction

__all__ = [
    "MAX_ALLOTTED_SECONDS",
    "Allotment",
    "AllotmentFault",
    "AllotmentHeld",
    "AllotmentHold",
    "AllotmentSettled",
    "AllotmentUse",
    "Allotments",
]

MAX_ALLOTTED_SECONDS: Final = 10**12
"""How many seconds an allotment has, or counts as used, at most."""

_SECOND: Final = timedelta(seconds=1)
_MOST_SCHEDULES_CACHED: Final = 1024
# The first Monday and first of a month that there is: every calendar period of later days is whole.
_ALWAYS: Final = date(1, 1, 1)
_CALENDAR: Final = frozenset({
    Frequency.DAILY,
    Frequency.WEEKLY,
    Frequency.SEMIMONTHLY,
    Frequency.MONTHLY,
    Frequency.QUARTERLY,
    Frequency.HALF_YEARLY,
    Frequency.YEARLY,
})  # fmt: skip


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


def _classes(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not frozenset:
        raise invalid(wrong_type(attribute.name, "a frozenset of number classes", value))
    if not value:
        raise invalid(Problem(AllotmentFault.ALLOTMENT_WITHOUT_CLASSES))
    for call_class in value:
        check_class(attribute.name, call_class)


def _calendar(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not Frequency:
        raise invalid(wrong_type(attribute.name, "a Frequency", value))
    if value not in _CALENDAR:
        raise invalid(Problem(AllotmentFault.ALLOTMENT_PERIOD_ANCHORED, params={"frequency": value.value}))


def _day_or_none(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if value is not None:
        check_day(attribute.name, value)


@frozen(kw_only=True)
class AllotmentHold:
    """Seconds set aside for one call, in the period that starts on a local day: what the host stores with the call.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    period_start: date = field(validator=exactly(date, called="a date"))
    seconds: int = field(validator=within(0, MAX_ALLOTTED_SECONDS))


@frozen(kw_only=True)
class AllotmentUse:
    """How much of an allotment is used in one period, and how much is held for live calls: the row a host stores.

    `period_start` is the first local day of the period, None before the first call. In another period nothing of it
    counts.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    period_start: date | None = field(default=None, validator=_day_or_none)
    used_seconds: int = field(default=0, validator=within(0, MAX_ALLOTTED_SECONDS))
    held_seconds: int = field(default=0, validator=within(0, MAX_ALLOTTED_SECONDS))

    def released(self, hold: AllotmentHold) -> "AllotmentUse":
        """Return the use without a hold: of a call that was never answered. One of an earlier period is gone already.

        Raises: InvalidValue when more would be given back than is held.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        if type(hold) is not AllotmentHold:
            raise invalid(wrong_type("hold", "an AllotmentHold", hold))
        if self.period_start is not None and hold.period_start < self.period_start:
            return self
        _, held = _counted(self, hold.period_start)
        if hold.seconds > held:
            params: dict[str, str | int] = {"seconds": hold.seconds, "held": held}
            raise invalid(Problem(AllotmentFault.ALLOTMENT_HOLD_UNKNOWN, params=params))
        return evolve(self, held_seconds=self.held_seconds - hold.seconds)


@frozen
class AllotmentHeld:
    """A hold was taken: store the hold with the call and the use in place of the one asked about."""

    hold: AllotmentHold
    use: AllotmentUse


@frozen(kw_only=True)
class AllotmentSettled:
    """A call was counted: `used_seconds` in the period of its end, `over_seconds` of them beyond the allotment."""

    used_seconds: int
    over_seconds: int
    use: AllotmentUse


@frozen(kw_only=True)
class Allotment:
    """Seconds that calls to numbers of some classes may use in each period of the calendar: included minutes.

    The period is a day, week, month or another of the calendar in a time zone, the tenant's. A call of up to
    `free_seconds` uses nothing, another the minimum and every increment that was begun after it. Its use is kept under
    `name`. With a `direction`, it is for calls that go this way only.

    >>> from datetime import UTC
    >>> from tenantcore.numbering import NumberClass
    >>> hundred = Allotment(name="domestic", seconds=6000, classes=frozenset({NumberClass.US_DID}))
    >>> answered = datetime(2026, 3, 1, 4, 59, tzinfo=UTC)  # still February in New York, for a minute
    >>> hundred.settle(AllotmentUse(), answered_at=answered, seconds=90, timezone="America/New_York").use
    AllotmentUse(period_start=datetime.date(2026, 3, 1), used_seconds=30, held_seconds=0)

    Raises: InvalidValue for an empty name, no classes, a number of seconds out of range or a period that isn't one of
    the calendar; InvalidType for a field of another type.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    name: str = field(validator=(not_empty, a_name))
    seconds: int = field(validator=within(0, MAX_ALLOTTED_SECONDS))
    classes: frozenset[CallClass] = field(validator=_classes)
    direction: Direction | None = field(default=None, validator=a_direction_or_none)
    per: Frequency = field(default=Frequency.MONTHLY, validator=_calendar)
    minimum_seconds: int = field(default=0, validator=within(0, MAX_BLOCK_SECONDS))
    increment_seconds: int = field(default=1, validator=within(1, MAX_BLOCK_SECONDS))
    free_seconds: int = field(default=0, validator=within(0, MAX_BLOCK_SECONDS))

    def period(self, *, at: datetime, timezone: str) -> BillingPeriod:
        """Return the period that holds the instant, in local days of the zone.

        Raises: InvalidType, InvalidValue for anything but an aware datetime and the name of a time zone.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        return _schedule(self.per, timezone).at(in_utc("at", at))

    def left(self, use: AllotmentUse, *, at: datetime, timezone: str, group: tuple[AllotmentUse, ...] = ()) -> int:
        """Return how many seconds are neither used nor held in the period that holds `at`; never below 0.

        What the others of a `group` have used and hold in that period counts as well: accounts that share the
        allotment, or its other uses that draw on the same minutes. A group needs one time zone. Where clocks disagree
        and the use is of a later period already, it is asked in that one.

        Raises: InvalidType, InvalidValue as `period`; InvalidType for anything but uses.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        _check_use(use)
        start = self.period(at=at, timezone=timezone).start
        return max(0, self.seconds - _taken(_not_before(use, start), use, group))

    def hold(
        self,
        use: AllotmentUse,
        seconds: int,
        *,
        at: datetime,
        timezone: str,
        group: tuple[AllotmentUse, ...] = (),
        held: AllotmentHold | None = None,
    ) -> AllotmentHeld | None:
        """Set aside up to so many seconds for a call, fewer where fewer are left; None where none can be.

        A call can't begin on less than the minimum, nor on nothing. A live call asks again before its time is up, with
        what it has `held` so far: the new hold stands in place of the old one and has its seconds too. In a new period
        it begins anew.

        Raises: InvalidType, InvalidValue as `left`; InvalidValue for less than 1 second, or a hold that isn't held.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        check_within("seconds", seconds, 1, MAX_BLOCK_SECONDS)
        _check_use(use)
        start = _not_before(use, self.period(at=at, timezone=timezone).start)
        other = use if held is None else use.released(held)
        before = 0 if held is None or held.period_start != start else held.seconds
        left = self.seconds - _taken(start, use, group)
        if left < (1 if before else max(1, self.minimum_seconds)):
            return None
        hold = AllotmentHold(period_start=start, seconds=before + min(seconds, left))
        used_seconds, held_seconds = _counted(other, start)
        after = AllotmentUse(period_start=start, used_seconds=used_seconds, held_seconds=held_seconds + hold.seconds)
        return AllotmentHeld(hold, after)

    def settle(
        self,
        use: AllotmentUse,
        *,
        answered_at: datetime,
        seconds: int,
        timezone: str,
        group: tuple[AllotmentUse, ...] = (),
        held: AllotmentHold | None = None,
    ) -> AllotmentSettled:
        """Count a call that ended `seconds` after its answer, in place of what it `held`.

        Only what lies in the period of its end counts, so the order in which calls are settled changes nothing; of a
        call that ended in a period before that of the use, nothing does. All of it is counted, also what goes beyond
        the allotment: `over_seconds` are for the host to charge or to let go.

        Raises: InvalidType, InvalidValue as `left`; InvalidValue for a duration out of range, or a hold that isn't
        held.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        check_within("seconds", seconds, 0, MAX_BLOCK_SECONDS)
        _check_use(use)
        other = use if held is None else use.released(held)
        schedule, answered = _schedule(self.per, timezone), in_utc("answered_at", answered_at)
        try:
            ended = answered + seconds * _SECOND
        except OverflowError:
            raise invalid(Problem(FieldCode.INSTANT_OUT_OF_CALENDAR, params={"field": "the end of the call"})) from None
        start = schedule.at(ended).start
        if start != _not_before(use, start):
            return AllotmentSettled(used_seconds=0, over_seconds=0, use=other)
        # A call that began before the period counts from its opening.
        inside = min(seconds, (ended - schedule.first_instant(start)) // _SECOND)
        charged = charged_of(inside, self.free_seconds, self.minimum_seconds, self.increment_seconds)
        left = max(0, self.seconds - _taken(start, other, group))
        used_seconds, held_seconds = _counted(other, start)
        after = AllotmentUse(period_start=start, used_seconds=used_seconds + charged, held_seconds=held_seconds)
        return AllotmentSettled(used_seconds=charged, over_seconds=max(0, charged - left), use=after)


def _check_use(use: object) -> None:
    if type(use) is not AllotmentUse:
        raise invalid(wrong_type("use", "an AllotmentUse", use))


def _not_before(use: AllotmentUse, start: date) -> date:
    return start if use.period_start is None else max(start, use.period_start)


def _counted(use: AllotmentUse, start: date) -> tuple[int, int]:
    """Return what is used and what is held in the period that starts on a day."""
    return (use.used_seconds, use.held_seconds) if use.period_start == start else (0, 0)


def _taken(start: date, use: AllotmentUse, group: tuple[AllotmentUse, ...]) -> int:
    if type(group) is not tuple:
        raise invalid(wrong_type("group", "a tuple of AllotmentUse", group))
    taken = sum(_counted(use, start))
    for position, other in enumerate(group):
        if type(other) is not AllotmentUse:
            raise invalid(wrong_type("use", "an AllotmentUse", other).under("group", position))
        taken += sum(_counted(other, start))
    return taken


# A platform has few zones; the schedules of calendar periods need no opening of their own.
@lru_cache(maxsize=_MOST_SCHEDULES_CACHED)
def _schedule_in(per: Frequency, timezone: str) -> BillingSchedule:
    return BillingSchedule.open(per, on=_ALWAYS, timezone=timezone)


def _schedule(per: Frequency, timezone: object) -> BillingSchedule:
    if not is_text(timezone):
        raise invalid(wrong_type("timezone", "the name of a time zone", timezone))
    return _schedule_in(per, str.__str__(timezone))


@frozen
class Allotments:
    """The allotments of a tenant, in the order in which they are used; each has its own name.

    Raises: InvalidValue when two have one name; InvalidType unless they are a tuple of `Allotment`.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    rows: tuple[Allotment, ...] = field(default=(), validator=tuple_of(Allotment, called="allotments"))

    def __attrs_post_init__(self) -> None:
        names: set[str] = set()
        for position, row in enumerate(self.rows):
            if row.name in names:
                params: dict[str, str | int] = {"position": position}
                raise invalid(Problem(AllotmentFault.ALLOTMENT_REPEATED, ("rows", position), params))
            names.add(row.name)

    def covering(self, call_class: CallClass, direction: Direction) -> tuple[Allotment, ...]:
        """Return the allotments for such a call, in order: those of its direction first, then those of both.

        Raises: InvalidType for anything but a number class and a direction.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        check_class("call_class", call_class)
        if type(direction) is not Direction:
            raise invalid(wrong_type("direction", "a Direction", direction))
        covering = [row for row in self.rows if call_class in row.classes]
        return tuple(row for wanted in (direction, None) for row in covering if row.direction is wanted)
