"""Lets you cut time into the periods of a billing cycle, in the tenant's time zone, without a gap or an overlap.

A period is half-open in local days: it holds its start and not its end. Its window is the same in instants: it opens
at the first instant of the start day, in UTC. Every date is counted from the anchor, so nothing drifts; every offset is
looked up, so nothing is frozen.

Authority: the billing periods of S3, with its rule for the 29th to the 31st. Departs from it where it says "a 24-hour
period": a day is the local day, 23 to 25 hours long.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self
from zoneinfo import ZoneInfo

from attrs import field, fields, frozen

from tenantcore import _zones
from tenantcore._closings import (
    NOTHING_DUE,
    Closed,
    Closing,
    Closings,
    KnownClosings,
    known_closings,
    remember,
)
from tenantcore._cycles import (
    Cycle,
    CycleFault,
    CycleKind,
    Frequency,
    Interval,
    MonthEnd,
    Unit,
    cycle_of,
    every,
    is_anchored,
    resolved_month_end,
)
from tenantcore._day_counts import DayCount, share_by_days, share_by_seconds
from tenantcore._periods import (
    BillingPeriod,
    Numbered,
    PeriodFault,
    Periods,
    PeriodTable,
    Preview,
    Window,
    ends_before_start,
    in_utc,
    table_of,
)
from tenantcore._recurrences import recurrence
from tenantcore._validators import a_day, an_instant_or_none, check_day, check_instant, within, wrong_type
from tenantcore._windows import local_day, opens_at, shifted, zone_named
from tenantcore.errors import InvalidValue, Problem, invalid, shown

if TYPE_CHECKING:
    from fractions import Fraction

    from dateutil.rrule import rrule, rruleset

TZDATA_VERSION: Final[str] = _zones.VERSION
"""Version of the time-zone rules that windows are computed with, such as `2026f`."""

# Zones differ by 26 hours at most, so no change of rules or of zone moves a boundary farther.
_FARTHEST_MOVE: Final = timedelta(hours=48)

LONGEST_CLOSING_DELAY_HOURS: Final[int] = 31 * 24
"""How many hours after its end a period can be due at most: a month."""

__all__ = [
    "LONGEST_CLOSING_DELAY_HOURS",
    "TZDATA_VERSION",
    "BillingPeriod",
    "BillingSchedule",
    "Closed",
    "Closing",
    "Closings",
    "Cycle",
    "CycleFault",
    "CycleKind",
    "DayCount",
    "Frequency",
    "Interval",
    "MonthEnd",
    "Numbered",
    "PeriodFault",
    "Periods",
    "Preview",
    "Unit",
    "Window",
    "every",
]


@frozen(kw_only=True)
class BillingSchedule:
    """All periods of one tenant, from the day it opens: build it with `open` or `opened_at`.

    Period 0 is cut at the opening day; the others are whole periods of the cycle. `anchor` is the day that
    anniversary and fixed-day kinds count from, the opening day unless another is named. `seam` is the instant at which
    the first window opens when it follows another schedule (see `schedule_changes`); no window reaches before it.

    >>> schedule = BillingSchedule.open(Frequency.WEEKLY, on=date(2026, 11, 18), timezone="America/Havana")
    >>> print(schedule.first, schedule.nth(1))
    [2026-11-18, 2026-11-23) [2026-11-23, 2026-11-30)

    Raises: InvalidType for an opening or anchor that is no plain date, InvalidValue for a kind or time zone that
    doesn't exist, or an anchor that the month-end choice forbids.

    Rules: BP-2 to BP-10 in docs/reference/billing_periods.md.
    """

    kind: CycleKind
    opening: date = field(validator=a_day)
    timezone: str
    month_end: MonthEnd | None = None
    anchor: date = field(validator=a_day)
    closing_delay_hours: int = field(default=0, validator=within(0, LONGEST_CLOSING_DELAY_HOURS))
    seam: datetime | None = field(default=None, validator=an_instant_or_none)
    first: BillingPeriod = field(init=False, eq=False, repr=False)
    _table: PeriodTable = field(init=False, eq=False, repr=False)
    _offset: int = field(init=False, eq=False, repr=False)
    _zone: ZoneInfo = field(init=False, eq=False, repr=False)
    _known: KnownClosings = field(init=False, eq=False, repr=False)

    @anchor.default
    def _anchored_on_opening(self) -> date:
        return self.opening

    def __attrs_post_init__(self) -> None:
        if self.month_end is not None and type(self.month_end) is not MonthEnd:
            raise invalid(wrong_type("month_end", "a MonthEnd", self.month_end))
        month_end = resolved_month_end(self.kind, self.month_end)
        table = table_of(cycle_of(self.kind, self.anchor, month_end))
        if self.anchor != self.opening and not is_anchored(self.kind):
            raise invalid(Problem(CycleFault.CYCLE_ANCHOR_UNUSED, params={"anchor": str(self.anchor)}))
        number = table.number(self.opening)
        zone = zone_named(self.timezone)
        for name, value in (
            ("timezone", zone.key),
            ("month_end", month_end),
            ("first", BillingPeriod(self.opening, table.numbered(number).end)),
            ("seam", self.seam and in_utc(self.seam)),
            ("_table", table),
            ("_offset", number),
            ("_zone", zone),
            ("_known", known_closings(table, zone)),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def open(
        cls,
        kind: CycleKind,
        *,
        on: date,
        timezone: str,
        month_end: MonthEnd | None = None,
        anchor: date | None = None,
        closing_delay_hours: int = 0,
    ) -> Self:
        """Return the schedule that opens on the local day `on`.

        `month_end` matters to anniversaries anchored after the 28th: left open, it is TWENTY_EIGHTH for monthly ones
        and CLAMP for longer ones. An `anchor` other than the opening day gives a first period that is cut short.
        Periods are due for closing `closing_delay_hours` after their end, so that late usage still counts.

        >>> print(BillingSchedule.open(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, 31), timezone="UTC").first)
        [2026-01-31, 2026-02-28)

        Rules: BP-2 to BP-8 in docs/reference/billing_periods.md.
        """
        return cls(
            kind=kind,
            opening=on,
            timezone=timezone,
            month_end=month_end,
            anchor=on if anchor is None else anchor,
            closing_delay_hours=closing_delay_hours,
        )

    @classmethod
    def opened_at(
        cls,
        instant: datetime,
        kind: CycleKind,
        *,
        timezone: str,
        month_end: MonthEnd | None = None,
        closing_delay_hours: int = 0,
    ) -> Self:
        """Return the schedule that opens on the local day of the aware `instant`: a tenant's creation.

        >>> from datetime import UTC
        >>> created = datetime(2024, 1, 29, 2, tzinfo=UTC)  # still the 28th in New York
        >>> str(BillingSchedule.opened_at(created, Frequency.MONTHLY_ANNIVERSARY, timezone="America/New_York").first)
        '[2024-01-28, 2024-02-28)'

        Rule: BP-10 in docs/reference/billing_periods.md.
        """
        day = local_day(instant, zone_named(timezone))
        return cls.open(kind, on=day, timezone=timezone, month_end=month_end, closing_delay_hours=closing_delay_hours)

    def containing(self, day: date) -> BillingPeriod:
        """Return the period that holds the local `day`.

        Raises: InvalidType for anything but a plain date, InvalidValue before the opening, at the very end of the
        calendar (9999), or when a host's own cycle contradicts itself.
        """
        if type(day) is not date:
            check_day("day", day)
        first = self.first
        if day >= first.end:
            # Spelt out because every other question passes here: one look into a dictionary answers it.
            period = self._table.by_day.get(day)
            return self._table.containing(day) if period is None else period
        if day >= first.start:
            return first
        raise invalid(_before_opening(day, self.opening))

    def at(self, instant: datetime) -> BillingPeriod:
        """Return the period whose window holds the aware `instant`; never one with an empty window.

        Where a clock is set back over midnight, the hour before its second midnight belongs to the new day already.

        Raises: InvalidType, InvalidValue as `containing`; InvalidValue for a naive datetime.

        Rule: BP-9 in docs/reference/billing_periods.md.
        """
        day = local_day(instant, self._zone)
        if self.seam is not None:
            if instant < self.seam:
                raise invalid(_before_opening(instant, self.seam))
            day = max(day, self.opening)
        return self.containing(day)

    def index(self, day: date) -> int:
        """Return the number of the period that holds `day`; the first is 0. Raises as `containing`."""
        period = self.containing(day)
        return 0 if period is self.first else self._table.number(day) - self._offset

    def nth(self, number: int) -> BillingPeriod:
        """Return period `number`; 0 is the first, however short.

        Raises: InvalidType for anything but an int, InvalidValue for a negative one or past the end of the calendar.
        """
        if type(number) is not int:
            raise invalid(wrong_type("number", "a whole number", number))
        if number < 0:
            raise invalid(Problem(PeriodFault.PERIOD_NUMBER_NEGATIVE, params={"number": shown(number)}))
        return self._table.numbered(self._offset + number) if number else self.first

    def after(self, period: BillingPeriod) -> BillingPeriod:
        """Return the period that starts where `period` ends. Raises InvalidValue if it isn't the schedule's own."""
        self._check_own(period)
        return self.containing(period.end)

    def before(self, period: BillingPeriod) -> BillingPeriod:
        """Return the period that ends where `period` starts. Raises InvalidValue for the first, or if not its own."""
        self._check_own(period)
        if period.start == self.opening:
            raise invalid(Problem(PeriodFault.PERIOD_IS_THE_FIRST, params={"start": str(period.start)}))
        return self.containing(date.fromordinal(period.start.toordinal() - 1))

    def between(self, start: date, end: date) -> Periods:
        """Return the whole periods that touch the days [start, end), oldest first, as a lazy sequence with a length.

        Days before the opening are touched by none; nothing is touched when start equals end.

        >>> schedule = BillingSchedule.open(Frequency.MONTHLY, on=date(2026, 3, 19), timezone="UTC")
        >>> [str(period) for period in schedule.between(date(2026, 1, 1), date(2026, 5, 1))]
        ['[2026-03-19, 2026-04-01)', '[2026-04-01, 2026-05-01)']

        Raises: InvalidValue when the end lies before the start.
        """
        check_day("start", start)
        check_day("end", end)
        if end < start:
            raise invalid(ends_before_start(start, end))
        opened = max(start, self.opening)
        if end <= opened:
            return Periods(self, range(0))
        last = self.index(date.fromordinal(end.toordinal() - 1))
        return Periods(self, range(self.index(opened), last + 1))

    def first_instant(self, day: date) -> datetime:
        """Return the instant, in UTC, at which a local day from the opening on begins for this schedule.

        Raises: InvalidType for anything but a plain date, InvalidValue before the opening or at an end of the calendar.

        Rule: BP-9 in docs/reference/billing_periods.md.
        """
        check_day("day", day)
        if day < self.opening:
            raise invalid(_before_opening(day, self.opening))
        return self._opens(day)

    def window(self, period: BillingPeriod) -> Window:
        """Return the instants of one of the schedule's own periods, in UTC, half-open.

        The windows of successive periods meet in every zone: midnights that are missing, doubled or skipped with their
        whole day included.

        >>> schedule = BillingSchedule.open(Frequency.DAILY, on=date(2026, 3, 7), timezone="America/Havana")
        >>> print(schedule.window(schedule.nth(1)).opens)  # Havana has no midnight on 8 March
        2026-03-08 05:00:00+00:00

        Raises: InvalidValue if the period isn't the schedule's own, or reaches over an end of the calendar.

        Rule: BP-9 in docs/reference/billing_periods.md.
        """
        self._check_own(period)
        return self._window(period)

    def preview(self, count: int) -> tuple["Preview", ...]:
        """Return the first `count` periods as a person is shown them before anything is stored.

        >>> schedule = BillingSchedule.open(Frequency.THIRTY_DAYS, on=date(2026, 3, 20), timezone="UTC")
        >>> [(str(shown.last_day), str(shown.invoiced_on)) for shown in schedule.preview(2)]
        [('2026-04-18', '2026-04-19'), ('2026-05-18', '2026-05-19')]

        Raises: InvalidType, InvalidValue for a negative count or one past the end of the calendar.

        Rule: BP-12 in docs/reference/billing_periods.md.
        """
        if type(count) is not int:
            raise invalid(wrong_type("count", "a whole number", count))
        if count < 0:
            raise invalid(Problem(PeriodFault.PERIOD_NUMBER_NEGATIVE, params={"number": shown(count)}))
        if count:
            # Asked first, so that a count past the end of the calendar is refused before anything is built.
            self.nth(count - 1)
        return tuple(self._shown(self.nth(number)) for number in range(count))

    def _shown(self, period: BillingPeriod) -> "Preview":
        closed = shifted(self._window(period).closes, self.closing_delay_hours)
        return Preview(period=period, last_day=period.last_day, invoiced_on=local_day(closed, self._zone))

    def rrule(self) -> "rrule | rruleset | None":
        """Return the RFC 5545 rule, as dateutil has it, whose dates are the starts of the periods, for calendars.

        The dates are naive midnights: local days. An opening that no rule gives is added as a date of its own. None for
        a host's own cycle and for weeks split at month ends.

        >>> schedule = BillingSchedule.open(Frequency.WEEKLY, on=date(2026, 11, 18), timezone="UTC")
        >>> [str(moment.date()) for moment in schedule.rrule()[:3]]
        ['2026-11-18', '2026-11-23', '2026-11-30']

        Rule: BP-14 in docs/reference/billing_periods.md.
        """
        return recurrence(self._table.cycle, self.first)

    def due(self, closed: Closed | None, now: datetime) -> Closings:
        """Return the periods that have ended by the aware `now` and aren't closed yet, oldest first.

        A period that closes exactly at `now` is due; with a closing delay, that many hours later. `closed` is the last
        closing, None before the first. A long outage gives all missed periods; what is closed is never given again.

        >>> from datetime import UTC
        >>> schedule = BillingSchedule.open(Frequency.MONTHLY, on=date(2026, 3, 19), timezone="America/Havana")
        >>> now = datetime(2026, 5, 1, 4, tzinfo=UTC)
        >>> due = schedule.due(None, now)
        >>> [str(closing.period) for closing in due]
        ['[2026-03-19, 2026-04-01)', '[2026-04-01, 2026-05-01)']
        >>> len(schedule.due(due[-1].closed(at=now), now))
        0

        Raises: InvalidType, InvalidValue for a `now` that is no aware datetime, or a closing of another schedule.

        Rule: BP-11 in docs/reference/billing_periods.md.
        """
        # Spelt out because a billing run passes here with every schedule; mostly nothing is due, or one period.
        if type(now) is not datetime or now.tzinfo is not UTC:
            check_instant("now", now)
        ended_by = shifted(now, -self.closing_delay_hours) if self.closing_delay_hours else now
        if type(closed) is Closed:
            start = closed.next_start
            if start is not None and start > self.opening and (known := self._known.get(start)) is not None:
                opens, closes, following_closes, alone = known
                if opens == closed.until and (self.seam is None or self.seam <= opens):
                    if closes > ended_by:
                        return NOTHING_DUE
                    if following_closes > ended_by:
                        return alone
        return self._due(closed, ended_by)

    def _due(self, closed: Closed | None, ended_by: datetime) -> Closings:
        period = self._next(closed)
        seam = self.seam if closed is None else closed.until
        closes = self._opens(period.end)
        if closes > ended_by or (seam is not None and seam > ended_by):
            self._remember(period, seam, closes)
            return NOTHING_DUE
        numbers = range(self.index(period.start), self.index(local_day(ended_by, self._zone)))
        if len(numbers) == 1:
            self._remember(period, seam, closes)
        return Closings(Periods(self, numbers), seam, self._window)

    def _remember(self, period: BillingPeriod, seam: datetime | None, closes: datetime) -> None:
        opens = opens_at(period.start, self._zone)
        if period.start == self.opening or opens != seam or (self.seam is not None and self.seam > opens):
            return
        try:
            following_closes = opens_at(self._table.containing(period.end).end, self._zone)
        except InvalidValue:
            # Nothing follows the last period of the calendar.
            return
        remember(self._known, Closing(period, opens, closes), following_closes, self._window)

    def next_due(self, closed: Closed | None) -> datetime:
        """Return the instant, in UTC, from which `due` gives the next period: what a host can index.

        Raises: as `due`; InvalidValue when it lies past the end of the calendar.

        Rule: BP-11 in docs/reference/billing_periods.md.
        """
        closes = self._opens(self._next(closed).end)
        return shifted(closes if closed is None else max(closes, closed.until), self.closing_delay_hours)

    def whole(self, period: BillingPeriod) -> BillingPeriod:
        """Return the whole period that one of the schedule's own belongs to: the denominator of its share.

        It differs for a first period that the opening cut short, unless the opening's day of the month made it so: from
        the 29th, 30th or 31st to the 28th counts as whole (BP-4).

        >>> schedule = BillingSchedule.open(Frequency.WEEKLY, on=date(2026, 11, 18), timezone="UTC")
        >>> str(schedule.whole(schedule.first))
        '[2026-11-16, 2026-11-23)'

        Raises: InvalidValue if the period isn't the schedule's own.

        Rules: BP-4, BP-13 in docs/reference/billing_periods.md.
        """
        self._check_own(period)
        if self.month_end is MonthEnd.TWENTY_EIGHTH and self.anchor == self.opening:
            return period
        return self._table.whole(period.start)

    def is_partial(self, period: BillingPeriod) -> bool:
        """Whether one of the schedule's own periods is shorter than the whole it belongs to.

        Rules: BP-7, BP-13 in docs/reference/billing_periods.md.
        """
        return self.whole(period) != period

    def share(self, part: BillingPeriod, day_count: DayCount) -> "Fraction":
        """Return which exact share of its whole period `part` is; `part` lies inside one period of the schedule.

        >>> schedule = BillingSchedule.open(Frequency.WEEKLY, on=date(2026, 11, 18), timezone="UTC")
        >>> schedule.share(schedule.first, DayCount.ACTUAL)  # Wednesday to Sunday
        Fraction(5, 7)

        Raises: InvalidType for other types; InvalidValue for a part that reaches over the period's end or lies before
        the opening, or a whole that has no length by `day_count` (a skipped day in seconds).

        Rule: BP-13 in docs/reference/billing_periods.md.
        """
        if type(part) is not BillingPeriod:
            raise invalid(wrong_type("part", "a BillingPeriod", part))
        if type(day_count) is not DayCount:
            raise invalid(wrong_type("day_count", "a DayCount", day_count))
        period = self.containing(part.start)
        if part.end > period.end:
            params = {"start": str(part.start), "end": str(part.end), "boundary": str(period.end)}
            raise invalid(Problem(PeriodFault.PERIOD_PART_CROSSES_END, params=params))
        whole = self.whole(period)
        if day_count is DayCount.SECONDS:
            return share_by_seconds(self._own_window(part), self._own_window(whole), whole)
        return share_by_days(part, whole, self._table.cycle, day_count)

    def _window(self, period: BillingPeriod) -> Window:
        return Window(self._opens(period.start), self._opens(period.end))

    def _opens(self, day: date) -> datetime:
        opens = opens_at(day, self._zone)
        if self.seam is None:
            return opens
        return self.seam if day == self.opening else max(opens, self.seam)

    def _own_window(self, days: BillingPeriod) -> Window:
        return Window(opens_at(days.start, self._zone), opens_at(days.end, self._zone))

    def _next(self, closed: Closed | None) -> BillingPeriod:
        if closed is None:
            return self.first
        if type(closed) is not Closed:
            raise invalid(wrong_type("closed", "a Closed or None", closed))
        if self._opens(self.opening) - closed.until > _FARTHEST_MOVE:
            raise invalid(Problem(PeriodFault.PERIOD_CLOSED_BEFORE_OPENING, params=_told(closed.until, self.opening)))
        if closed.next_start is not None:
            return self._starting(closed.next_start, closed.until)
        day = local_day(closed.until, self._zone)
        if day < self.opening:
            return self.first
        # Rules of a zone move a boundary by hours: the period that starts nearest to the seam is the next one.
        period = self.containing(day)
        opens, closes = self._window(period)
        return self.after(period) if closes - closed.until < closed.until - opens else period

    def _starting(self, day: date, until: datetime) -> BillingPeriod:
        if day < self.opening or self.containing(day).start != day:
            raise invalid(Problem(PeriodFault.PERIOD_CLOSED_ELSEWHERE, params={"day": str(day)}))
        if abs(self._opens(day) - until) > _FARTHEST_MOVE:
            raise invalid(Problem(PeriodFault.PERIOD_CLOSED_APART, params=_told(until, day)))
        return self.containing(day)

    def _check_own(self, period: BillingPeriod) -> None:
        if type(period) is not BillingPeriod:
            raise invalid(wrong_type("period", "a BillingPeriod", period))
        if period.start < self.opening or self.containing(period.start) != period:
            params = {"start": str(period.start), "end": str(period.end)}
            raise invalid(Problem(PeriodFault.PERIOD_NOT_OF_SCHEDULE, params=params))

    def __reduce__(self) -> tuple[Any, ...]:
        # By its arguments: a zone out of the tzdata package doesn't pickle, and tables are shared.
        names = [attribute.name for attribute in fields(type(self)) if attribute.init]
        return _restored, tuple((name, getattr(self, name)) for name in names)


def _restored(*arguments: tuple[str, Any]) -> BillingSchedule:
    return BillingSchedule(**dict(arguments))


def _told(until: datetime, day: date) -> dict[str, str | int]:
    return {"until": str(until), "day": str(day)}


def _before_opening(asked: date, opening: date) -> Problem:
    return Problem(PeriodFault.PERIOD_BEFORE_OPENING, params={"day": str(asked), "opening": str(opening)})
