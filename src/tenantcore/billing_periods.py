"""Lets you cut time into the periods of a billing cycle, in the tenant's time zone, without a gap or an overlap.

A period is half-open in local days: it holds its start and not its end. Its window is the same in instants: it opens
at the first instant of the start day, in UTC. Every date is counted from the anchor, so nothing drifts; every offset is
looked up, so nothing is frozen.

Authority: the billing periods of S3, with its rule for the 29th to the 31st. Departs from it where it says "a 24-hour
period": a day is the local day, 23 to 25 hours long.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, Self, overload
from zoneinfo import ZoneInfo

from attrs import field, frozen

from tenantcore import _zones
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
    resolved_month_end,
)
from tenantcore._periods import BillingPeriod, PeriodFault, PeriodTable, Window, ends_before_start, table_of
from tenantcore._validators import a_day, check_day, check_instant, wrong_type
from tenantcore.errors import Problem, invalid, shown

TZDATA_VERSION: Final[str] = _zones.VERSION
"""Version of the time-zone rules that windows are computed with, such as `2026f`."""

_MOST_INSTANTS_CACHED: Final = 16384

__all__ = [
    "TZDATA_VERSION",
    "BillingPeriod",
    "BillingSchedule",
    "Cycle",
    "CycleFault",
    "CycleKind",
    "Frequency",
    "Interval",
    "MonthEnd",
    "PeriodFault",
    "Periods",
    "Unit",
    "Window",
    "every",
]


@frozen(kw_only=True)
class BillingSchedule:
    """All periods of one tenant, from the day it opens: build it with `open` or `opened_at`.

    Period 0 is cut at the opening day; the others are whole periods of the cycle. `anchor` is the day that
    anniversary and fixed-day kinds count from, the opening day unless another is named.

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
    first: BillingPeriod = field(init=False, eq=False, repr=False)
    _table: PeriodTable = field(init=False, eq=False, repr=False)
    _offset: int = field(init=False, eq=False, repr=False)
    _zone: ZoneInfo = field(init=False, eq=False, repr=False)

    @anchor.default
    def _anchored_on_opening(self) -> date:
        return self.opening

    def __attrs_post_init__(self) -> None:
        if self.month_end is not None and type(self.month_end) is not MonthEnd:
            raise invalid(wrong_type("month_end", "a MonthEnd", self.month_end))
        month_end = resolved_month_end(self.kind, self.month_end)
        table = table_of(cycle_of(self.kind, self.anchor, month_end))
        number = table.number(self.opening)
        zone = _zone(self.timezone)
        for name, value in (
            ("timezone", zone.key),
            ("month_end", month_end),
            ("first", BillingPeriod(self.opening, table.numbered(number).end)),
            ("_table", table),
            ("_offset", number),
            ("_zone", zone),
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
    ) -> Self:
        """Return the schedule that opens on the local day `on`.

        `month_end` matters to anniversaries anchored after the 28th: left open, it is TWENTY_EIGHTH for monthly ones
        and CLAMP for longer ones. An `anchor` other than the opening day gives a first period that is cut short.

        >>> print(BillingSchedule.open(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, 31), timezone="UTC").first)
        [2026-01-31, 2026-02-28)

        Rules: BP-2 to BP-8 in docs/reference/billing_periods.md.
        """
        return cls(
            kind=kind, opening=on, timezone=timezone, month_end=month_end, anchor=on if anchor is None else anchor
        )

    @classmethod
    def opened_at(cls, instant: datetime, kind: CycleKind, *, timezone: str, month_end: MonthEnd | None = None) -> Self:
        """Return the schedule that opens on the local day of the aware `instant`: a tenant's creation.

        >>> from datetime import UTC
        >>> created = datetime(2024, 1, 29, 2, tzinfo=UTC)  # still the 28th in New York
        >>> str(BillingSchedule.opened_at(created, Frequency.MONTHLY_ANNIVERSARY, timezone="America/New_York").first)
        '[2024-01-28, 2024-02-28)'

        Rule: BP-10 in docs/reference/billing_periods.md.
        """
        return cls.open(kind, on=_local_day(instant, _zone(timezone)), timezone=timezone, month_end=month_end)

    def containing(self, day: date) -> BillingPeriod:
        """Return the period that holds the local `day`.

        Raises: InvalidType for anything but a plain date, InvalidValue before the opening, at the very end of the
        calendar (9999), or when a host's own cycle contradicts itself.
        """
        if type(day) is not date:
            check_day("day", day)
        first = self.first
        if day >= first.end:
            return self._table.containing(day)
        if day >= first.start:
            return first
        raise invalid(
            Problem(PeriodFault.PERIOD_BEFORE_OPENING, params={"day": str(day), "opening": str(self.opening)})
        )

    def at(self, instant: datetime) -> BillingPeriod:
        """Return the period whose window holds the aware `instant`; never one with an empty window.

        Where a clock is set back over midnight, the hour before its second midnight belongs to the new day already.

        Raises: InvalidType, InvalidValue as `containing`; InvalidValue for a naive datetime.

        Rule: BP-9 in docs/reference/billing_periods.md.
        """
        return self.containing(_local_day(instant, self._zone))

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
        return self.nth(self._number_of(period) + 1)

    def before(self, period: BillingPeriod) -> BillingPeriod:
        """Return the period that ends where `period` starts. Raises InvalidValue for the first, or if not its own."""
        number = self._number_of(period)
        if number == 0:
            raise invalid(Problem(PeriodFault.PERIOD_IS_THE_FIRST, params={"start": str(period.start)}))
        return self.nth(number - 1)

    def between(self, start: date, end: date) -> "Periods":
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
        self._number_of(period)
        return Window(_opens(period.start, self._zone), _opens(period.end, self._zone))

    def _number_of(self, period: BillingPeriod) -> int:
        if type(period) is not BillingPeriod:
            raise invalid(wrong_type("period", "a BillingPeriod", period))
        if period.start < self.opening or self.containing(period.start) != period:
            raise invalid(
                Problem(PeriodFault.PERIOD_NOT_OF_SCHEDULE, params={"start": str(period.start), "end": str(period.end)})
            )
        return self.index(period.start)

    def __reduce__(self) -> tuple[Any, ...]:
        # By its arguments: a zone out of the tzdata package doesn't pickle, and tables are shared.
        return _restored, (self.kind, self.opening, self.timezone, self.month_end, self.anchor)


def _restored(
    kind: CycleKind, opening: date, timezone: str, month_end: MonthEnd | None, anchor: date
) -> BillingSchedule:
    return BillingSchedule(kind=kind, opening=opening, timezone=timezone, month_end=month_end, anchor=anchor)


@frozen
class Periods(Sequence[BillingPeriod]):
    """Successive periods of a schedule, built as they are read; slices are as lazy."""

    schedule: BillingSchedule
    numbers: range

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> BillingPeriod: ...
    @overload
    def __getitem__(self, place: slice) -> "Periods": ...
    def __getitem__(self, place: int | slice) -> "BillingPeriod | Periods":
        if isinstance(place, slice):
            return Periods(self.schedule, self.numbers[place])
        return self.schedule.nth(self.numbers[place])


def _zone(name: object) -> ZoneInfo:
    if not isinstance(name, str):
        raise invalid(wrong_type("timezone", "the name of a time zone", name))
    zone = _zones.find(name)
    if zone is None:
        raise invalid(
            Problem(PeriodFault.PERIOD_TIMEZONE_UNKNOWN, params={"timezone": shown(name), "version": TZDATA_VERSION})
        )
    return zone


def _local_day(instant: datetime, zone: ZoneInfo) -> date:
    check_instant("instant", instant)
    try:
        return _zones.local_day(instant, zone)
    except OverflowError:
        raise invalid(Problem(PeriodFault.PERIOD_OUT_OF_CALENDAR)) from None


@lru_cache(maxsize=_MOST_INSTANTS_CACHED)
def _opens(day: date, zone: ZoneInfo) -> datetime:
    try:
        return _zones.first_instant(day, zone)
    except OverflowError:
        raise invalid(Problem(PeriodFault.PERIOD_OUT_OF_CALENDAR)) from None
