"""Lets a tenant use so many minutes in each period before trunks and money are asked.

Names that callers use (`Allotment`, `AllotmentSettled`, `Allotments`) are imported from `tenantcore.rating`.
"""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from attrs import Attribute, field, frozen

from tenantcore._allotment_uses import (
    MAX_ALLOTTED_SECONDS,
    AllotmentFault,
    AllotmentHeld,
    AllotmentHold,
    AllotmentUse,
    check_held,
    check_use,
    counted,
    more_held,
    not_before,
    taken,
    used_by,
)
from tenantcore._amounts import check_within
from tenantcore._discounts import check_class
from tenantcore._number_classes import CallClass
from tenantcore._rate_decks import a_direction_or_none, a_name
from tenantcore._rated_seconds import MAX_BLOCK_SECONDS, charged_of, lasting
from tenantcore._validators import in_utc, is_text, not_empty, tuple_of, within, wrong_type
from tenantcore.billing_periods import BillingPeriod, BillingSchedule, Frequency
from tenantcore.errors import FieldCode, InvalidValue, Problem, invalid
from tenantcore.trunks import Direction

__all__ = ["Allotment", "AllotmentSettled", "Allotments"]

_SECOND: Final = timedelta(seconds=1)
_MOST_SCHEDULES_CACHED: Final = 1024
# The first Monday and first of a month that there is: every calendar period of later days is whole.
_ALWAYS: Final = date(1, 1, 1)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_CALENDAR: Final = frozenset({
    Frequency.DAILY,
    Frequency.WEEKLY,
    Frequency.SEMIMONTHLY,
    Frequency.MONTHLY,
    Frequency.QUARTERLY,
    Frequency.HALF_YEARLY,
    Frequency.YEARLY,
})  # fmt: skip


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


@frozen(kw_only=True)
class AllotmentSettled:
    """A call was counted: what it used, what of that was beyond the allotment, and the use to store.

    Rule: RAT-2 in docs/reference/rating.md.
    """

    used_seconds: int
    """What it used in the period of its end, in the allotment's blocks."""
    over_seconds: int
    """How much of that was not left any more."""
    covered_seconds: int
    """How many whole seconds of the call, from its answer on, are covered: all of them where nothing is over.

    Of blocks only whole ones are. What lies after them is the host's to charge: `Rate.uncovered_cost`."""
    use: AllotmentUse


@frozen(kw_only=True)
class Allotment:
    """Seconds that calls to numbers of some classes may use in each period of the calendar: included minutes.

    The period is a day, week, month or another of the calendar in a time zone, the tenant's; it is renewed at the first
    instant of the period's first local day, and what was left is gone. A call of up to `free_seconds`, included, uses
    nothing, another the minimum and every increment that was begun after it, as a `Rate` charges them. Its use is kept
    under `name`. With a `direction`, it is for calls that go this way only.

    One for classes that numbers of the tenant's dial plan never have is never used: `DialPlan.classes` has those that
    they do.

    >>> from datetime import UTC
    >>> from tenantcore.numbering import NumberClass
    >>> hundred = Allotment(name="domestic", seconds=6000, classes=frozenset({NumberClass.US_DID}))
    >>> answered = datetime(2026, 3, 1, 4, 59, tzinfo=UTC)  # still February in New York, for a minute
    >>> hundred.settle(AllotmentUse(), answered_at=answered, seconds=90, timezone="America/New_York").use
    AllotmentUse(period_start=datetime.date(2026, 3, 1), used_seconds=30, held_seconds=0)

    Raises:
        InvalidValue: The name is empty or too long, or has a character that no name may hold; there are no classes; a
            number of seconds is out of range; or the period isn't one of the calendar.
        InvalidType: A field is of another type.

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

        >>> from tenantcore.numbering import NumberClass
        >>> daily = Allotment(name="day", seconds=60, classes=frozenset({NumberClass.US_DID}), per=Frequency.DAILY)
        >>> print(daily.period(at=datetime(2026, 3, 10, 3, tzinfo=UTC), timezone="America/New_York").start)
        2026-03-09

        Raises: InvalidType, InvalidValue for anything but an aware datetime and the name of a time zone.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        return _periods(self.per, timezone).at(in_utc("at", at))

    def left(self, use: AllotmentUse, *, at: datetime, timezone: str, group: tuple[AllotmentUse, ...] = ()) -> int:
        """Return how many seconds are neither used nor held in the period that holds `at`; never below 0.

        A call of 60 seconds may use more than 60 of them: the minimum and the increment count.

        What the others of a `group` have used and hold in that period counts as well: accounts that share the
        allotment, or its other uses that draw on the same minutes. A group needs one time zone. Where clocks disagree
        and the use is of a later period already, it is asked in that one.

        >>> from tenantcore.numbering import NumberClass
        >>> minute = Allotment(name="minute", seconds=60, classes=frozenset({NumberClass.US_DID}))
        >>> spent = AllotmentUse(period_start=date(2026, 2, 1), used_seconds=60)
        >>> march = datetime(2026, 3, 1, 4, 59, tzinfo=UTC)  # in New York still February, for a minute
        >>> [minute.left(spent, at=march, timezone=zone) for zone in ("America/New_York", "UTC")]
        [0, 60]

        Raises: InvalidType, InvalidValue as `period`; InvalidType for anything but uses.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        check_use(use)
        return max(0, start_and_left(self, use, at, timezone, group)[1])

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
        """Set aside what a call of so many seconds uses, in whole blocks; less where less is left, None for nothing.

        A call can't begin on less than its first block. A live call asks again before its time is up, with what it has
        `held` so far, for as many seconds more: the new hold stands in place of the old one and has its seconds too. In
        a new period it begins anew, and what was held before is gone. None for a live call leaves it what it has.

        >>> from tenantcore.numbering import NumberClass
        >>> minute = Allotment(name="minute", seconds=60, classes=frozenset({NumberClass.US_DID}))
        >>> when = {"at": datetime(2026, 3, 10, 12, tzinfo=UTC), "timezone": "America/New_York"}
        >>> first = minute.hold(AllotmentUse(), 40, **when)
        >>> second = minute.hold(first.use, 40, **when, held=first.hold)
        >>> first.hold.seconds, second.hold.seconds
        (40, 60)

        Raises: InvalidType, InvalidValue as `left`; InvalidValue for less than 1 second, or a hold that isn't held.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        check_within("seconds", seconds, 1, MAX_BLOCK_SECONDS)
        check_use(use)
        start, left = start_and_left(self, use, at, timezone, group)
        before = 0
        if held is not None:
            check_held(use, held)
            if held.period_start == start:
                before = held.seconds
        so_far = lasting(before, *blocks_of(self)) if before else 0
        used, covered = held_for(self, so_far + seconds, before + left)
        # A call that is free as long as that begins on a hold of nothing.
        begins = held is None and covered > 0
        return more_held(use, start, before, used - before) if used > before or begins else None

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

        A call of 0 seconds only gives back what it held. Only what lies in the period of its end counts; of a call that
        ended in a period before that of the use, nothing does. All of it is counted, also what goes beyond the
        allotment: `over_seconds` are for the host to charge, from the end of `covered_seconds` on, or to let go.

        In whatever order calls are settled, the same is used in the end, and what is over sums to what is used beyond
        the allotment: a second is never over for two calls, however much others held when it was counted.

        >>> from tenantcore.numbering import NumberClass
        >>> minute = Allotment(name="minute", seconds=60, classes=frozenset({NumberClass.US_DID}))
        >>> at = datetime(2026, 3, 10, 12, tzinfo=UTC)
        >>> ended = minute.settle(AllotmentUse(), answered_at=at, seconds=90, timezone="America/New_York")
        >>> ended.used_seconds, ended.over_seconds, ended.covered_seconds
        (90, 30, 60)

        Raises: InvalidType, InvalidValue as `left`; InvalidValue for a duration out of range, a hold that isn't held,
        or a use that grows beyond `MAX_ALLOTTED_SECONDS`.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        check_within("seconds", seconds, 0, MAX_BLOCK_SECONDS)
        check_use(use)
        other = use if held is None else use.released(held)
        periods, answered = _periods(self.per, timezone), in_utc("answered_at", answered_at)
        try:
            ended = answered + seconds * _SECOND
        except OverflowError:
            raise invalid(Problem(FieldCode.INSTANT_OUT_OF_CALENDAR, params={"field": "the end of the call"})) from None
        start = periods.at(ended).start
        if start != not_before(use, start):
            return AllotmentSettled(used_seconds=0, over_seconds=0, covered_seconds=seconds, use=other)
        # A call that began before the period counts from its opening.
        inside = min(seconds, (ended - periods.first_instant(start)) // _SECOND)
        blocks = blocks_of(self)
        charged = charged_of(inside, *blocks)
        # Not what others hold: their calls may come to less, and each call's excess is told by the one that ends later.
        left = max(0, self.seconds - used_by(start, other, group))
        used_seconds, held_seconds = counted(other, start)
        return AllotmentSettled(
            used_seconds=charged,
            over_seconds=max(0, charged - left),
            covered_seconds=seconds if charged <= left else seconds - inside + lasting(left, *blocks),
            use=AllotmentUse(period_start=start, used_seconds=used_seconds + charged, held_seconds=held_seconds),
        )


class _Periods:
    """The periods of one kind in a zone, and the window of that which was asked for last.

    Nearly every call is in the period of the call before it, and finding the local day of an instant takes longer than
    all else that is done with it.
    """

    __slots__ = ("_latest", "_schedule")

    def __init__(self, schedule: BillingSchedule) -> None:
        self._schedule = schedule
        # One tuple, so that threads read and replace it whole.
        self._latest: tuple[datetime, datetime, BillingPeriod] = (_NEVER, _NEVER, schedule.first)

    def at(self, instant: datetime) -> BillingPeriod:
        """Return the period that holds an instant in UTC."""
        opens, closes, period = self._latest
        if opens <= instant < closes:
            return period
        period = self._schedule.at(instant)
        # At the ends of the calendar a window lies outside the years that there are.
        with suppress(InvalidValue):
            self._latest = (*self._schedule.window(period), period)
        return period

    def first_instant(self, day: date) -> datetime:
        """Return when a local day begins, in UTC."""
        return self._schedule.first_instant(day)


# A platform has few zones; the schedules of calendar periods need no opening of their own.
@lru_cache(maxsize=_MOST_SCHEDULES_CACHED)
def _periods_in(per: Frequency, timezone: str) -> _Periods:
    return _Periods(BillingSchedule.open(per, on=_ALWAYS, timezone=timezone))


def _periods(per: Frequency, timezone: object) -> _Periods:
    if type(timezone) is str:
        return _periods_in(per, timezone)
    if not is_text(timezone):
        raise invalid(wrong_type("timezone", "the name of a time zone", timezone))
    return _periods_in(per, str.__str__(timezone))


def blocks_of(allotment: Allotment) -> tuple[int, int, int]:
    """Return in which blocks seconds are used: the free ones, the minimum and the increment."""
    return allotment.free_seconds, allotment.minimum_seconds, allotment.increment_seconds


def held_for(allotment: Allotment, seconds: int, left: int) -> tuple[int, int]:
    """Return what is to be held of what is left for a call of so many seconds, and how long a call that covers.

    Nothing and none where its first block doesn't fit.
    """
    blocks = blocks_of(allotment)
    if left < max(1, charged_of(blocks[0] + 1, *blocks)):
        return 0, 0
    covered = lasting(min(left, charged_of(seconds, *blocks)), *blocks)
    return charged_of(covered, *blocks), covered


def start_and_left(
    allotment: Allotment, use: AllotmentUse, at: datetime, timezone: str, group: tuple[AllotmentUse, ...]
) -> tuple[date, int]:
    """Return the first day of the period of a use, and how much of that is left: below 0 where too much is used."""
    start = not_before(use, allotment.period(at=at, timezone=timezone).start)
    return start, allotment.seconds - taken(start, use, group)


@frozen
class Allotments:
    """The allotments of a tenant, in the order in which they are used; each has its own name.

    A call uses one of them, the first that covers it and has seconds left; what goes beyond it isn't taken from the
    next.

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

        None of them may have anything left: that is for `Allotment.hold` to say.

        >>> from tenantcore.numbering import NumberClass
        >>> us = frozenset({NumberClass.US_DID})
        >>> both = Allotment(name="both", seconds=60, classes=us)
        >>> inbound = Allotment(name="inbound", seconds=60, classes=us, direction=Direction.INBOUND)
        >>> [each.name for each in Allotments((both, inbound)).covering(NumberClass.US_DID, Direction.INBOUND)]
        ['inbound', 'both']

        Raises: InvalidType for anything but a number class and a direction.

        Rule: RAT-2 in docs/reference/rating.md.
        """
        check_class("call_class", call_class)
        if type(direction) is not Direction:
            raise invalid(wrong_type("direction", "a Direction", direction))
        covering = [row for row in self.rows if call_class in row.classes]
        return tuple(row for wanted in (direction, None) for row in covering if row.direction is wanted)
