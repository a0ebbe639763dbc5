"""Lets you test what goes by time: zones, periods, schedules, closings and terms that keep hitting the edges.

Names that callers use are imported from `tenantcore.testing`.
"""

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore import _zones
from tenantcore._cycles import is_anchored
from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    Closed,
    CycleKind,
    Frequency,
    Interval,
    MonthEnd,
    every,
)
from tenantcore.due_dates import CollectionTerms, WorkingDays
from tenantcore.schedule_changes import ScheduleChange, plan_change

__all__ = [
    "AWKWARD_ZONES",
    "billing_periods",
    "billing_schedules",
    "closings",
    "collection_terms",
    "cycle_kinds",
    "frequencies",
    "intervals",
    "local_days",
    "month_ends",
    "schedule_changes",
    "timezones",
    "working_days",
]

# Time: `tenantcore.billing_periods`

AWKWARD_ZONES: Final = (
    "America/Havana",  # changes its clocks at midnight
    "Pacific/Apia",  # skipped 30 December 2011
    "America/St_Johns",  # set its clocks back over midnight until 2011
    "Asia/Kolkata",  # half an hour off
    "Australia/Lord_Howe",  # changes by half an hour
    "Antarctica/Troll",  # changes by two hours
    "Africa/Cairo",  # begins a day in April at one o'clock
    "Atlantic/Azores",  # changes its clocks at midnight, from below UTC to UTC
    "America/Toronto",  # lost half an hour on each side of a midnight in 1919
    "Asia/Manila",  # skipped 31 December 1844
    "America/Juneau",  # lived a day twice in 1867
    "Pacific/Kwajalein",  # skipped 21 August 1993
)
_AWKWARD_DAYS: Final = (
    *((1, day) for day in (1, 15, 16, 28, 29, 30, 31)),
    *((2, day) for day in (27, 28, 29)),
    *((month, day) for month in (3, 4, 12) for day in (1, 28, 30, 31)),
)
_AWKWARD_YEARS: Final = (1900, 2000, 2023, 2024, 2100, 2400)
_LAST_DAY_IN_EVERY_MONTH: Final = 28
_MONTH_ENDS_FOR_EVERY_MONTH: Final = st.sampled_from([None, *MonthEnd])
_MONTH_ENDS_FOR_ANY_DAY: Final = st.sampled_from([None, MonthEnd.TWENTY_EIGHTH, MonthEnd.CLAMP])


def local_days(min_value: date = date.min, max_value: date = date.max) -> SearchStrategy[date]:
    """Return days from `min_value` to `max_value`, both included, often at the ends of months, centuries and the range.

    Rule: BP-1 in docs/reference/billing_periods.md.
    """

    def as_day(year: int, month_and_day: tuple[int, int]) -> date:
        month, day = month_and_day
        found = date(year, month, min(day, calendar.monthrange(year, month)[1]))
        return min(max(found, min_value), max_value)

    years = st.sampled_from(_AWKWARD_YEARS) | st.integers(min_value.year, max_value.year)
    return st.dates(min_value, max_value) | st.builds(as_day, years, st.sampled_from(_AWKWARD_DAYS))


def timezones() -> SearchStrategy[str]:
    """Return names of the tzdata package's zones, aliases included; every second one is known to hurt.

    Rule: BP-9 in docs/reference/billing_periods.md.
    """
    return st.sampled_from(AWKWARD_ZONES) | st.sampled_from(sorted(_zones.names()))


def frequencies() -> SearchStrategy[Frequency]:
    """Return the kinds of billing period that have a name."""
    return st.sampled_from(Frequency)


def intervals() -> SearchStrategy[Interval]:
    """Return intervals of up to a thousand days, a hundred weeks or sixty months."""
    limits: tuple[tuple[Callable[[int], Interval], int], ...] = (
        (lambda count: every(days=count), 1000),
        (lambda count: every(weeks=count), 100),
        (lambda count: every(months=count), 60),
    )
    return st.one_of([st.integers(1, limit).map(build) for build, limit in limits])


def cycle_kinds() -> SearchStrategy[CycleKind]:
    """Return everything that a schedule can run on, short of a host's own cycles."""
    return frequencies() | intervals()


def month_ends() -> SearchStrategy[MonthEnd]:
    """Return the choices for anniversaries that some months lack."""
    return st.sampled_from(MonthEnd)


def billing_periods() -> SearchStrategy[BillingPeriod]:
    """Return periods of a day to ten years, of no schedule in particular."""

    def as_period(start: date, days: int) -> BillingPeriod:
        return BillingPeriod(start, start + timedelta(days=min(days, (date.max - start).days)))

    lengths = st.sampled_from((1, 7, 28, 30, 31, 365)) | st.integers(1, 3653)
    return st.builds(as_period, local_days(max_value=date.max - timedelta(days=1)), lengths)


def billing_schedules(
    kinds: SearchStrategy[CycleKind] | None = None,
    openings: SearchStrategy[date] | None = None,
    zones: SearchStrategy[str] | None = None,
) -> SearchStrategy[BillingSchedule]:
    """Return schedules of any kind, half of them anchored on another day than they open on.

    Left open, `openings` are days of the years 1900 to 2100. A cycle that would leave the calendar can't be opened, so
    keep openings as far from the years 1 and 9999 as the longest of `kinds` is long.

    >>> from hypothesis import given
    >>> @given(billing_schedules())
    ... def check(schedule: BillingSchedule) -> None:
    ...     assert schedule.first.start == schedule.opening
    >>> check()

    Rules: BP-2 to BP-9 in docs/reference/billing_periods.md.
    """
    return _billing_schedules(
        cycle_kinds() if kinds is None else kinds,
        local_days(date(1900, 1, 1), date(2100, 12, 31)) if openings is None else openings,
        timezones() if zones is None else zones,
    )


@st.composite
def _billing_schedules(
    draw: st.DrawFn, kinds: SearchStrategy[CycleKind], openings: SearchStrategy[date], zones: SearchStrategy[str]
) -> BillingSchedule:
    opening, kind = draw(openings), draw(kinds)
    anchor = draw(openings) if draw(st.booleans()) and is_anchored(kind) else opening
    in_every_month = anchor.day <= _LAST_DAY_IN_EVERY_MONTH
    month_end = draw(_MONTH_ENDS_FOR_EVERY_MONTH if in_every_month else _MONTH_ENDS_FOR_ANY_DAY)
    return BillingSchedule.open(kind, on=opening, timezone=draw(zones), month_end=month_end, anchor=anchor)


def closings(schedule: BillingSchedule, most: int = 30) -> SearchStrategy[Closed | None]:
    """Return how far `schedule` may have been billed: not yet, or up to one of its first `most` periods.

    Some lack the day on which the next period starts, some were closed late.

    Rule: BP-11 in docs/reference/billing_periods.md.
    """

    def after(number: int, hours_late: int, *, with_day: bool) -> Closed:
        period = schedule.nth(number)
        closes = schedule.window(period).closes
        # Without its day a period that a zone skipped can't be told from the next one.
        is_told = not schedule.window(schedule.nth(number + 1)).is_empty
        next_start = period.end if with_day or not is_told else None
        return Closed(closes, closes + timedelta(hours=hours_late), next_start)

    closed = st.builds(
        after, st.integers(0, most - 1), st.sampled_from((0, 1, 72)) | st.integers(0, 999), with_day=st.booleans()
    )
    return st.none() | closed


def schedule_changes(
    schedules: SearchStrategy[BillingSchedule] | None = None,
) -> SearchStrategy[ScheduleChange]:
    """Return changes of kind, zone, anchor or chosen day, asked for within a year of the opening or before it.

    Left open, `schedules` are those of `billing_schedules`.

    >>> from hypothesis import given
    >>> @given(schedule_changes())
    ... def check(change: ScheduleChange) -> None:
    ...     assert change.after.window(change.after.first).opens == change.seam
    >>> check()

    Rule: BP-12 in docs/reference/schedule_changes.md.
    """
    return _schedule_changes(billing_schedules() if schedules is None else schedules)


@st.composite
def _schedule_changes(draw: st.DrawFn, schedules: SearchStrategy[BillingSchedule]) -> ScheduleChange:
    schedule = draw(schedules)
    asked_on = schedule.opening + timedelta(days=draw(st.integers(-30, 366)))
    # A fresh count of days differs from every kind that was drawn, so that something changes.
    kind = draw(st.sampled_from((every(days=1001), every(weeks=101), every(months=61))) | frequencies())
    differs = kind is not schedule.kind
    zone = draw(timezones() if differs else timezones().filter(lambda name: name != schedule.timezone))
    if isinstance(kind, Interval) and draw(st.booleans()):
        on = max(asked_on, schedule.opening) + timedelta(days=draw(st.integers(0, 60)))
        return plan_change(schedule, asked_on=asked_on, kind=kind, timezone=zone, on=on)
    return plan_change(schedule, asked_on=asked_on, kind=kind, timezone=zone)


# Due dates: `tenantcore.due_dates`


def working_days() -> SearchStrategy[WorkingDays]:
    """Return calendars of working days, with weekends of none to six days and holidays in the years 2020 to 2030.

    Rule: CLS-3 in docs/reference/due_dates.md.
    """
    weekends = st.sampled_from((frozenset[int](), frozenset({6, 7}), frozenset({5, 6}))) | st.frozensets(
        st.integers(1, 7), max_size=6
    )
    holidays = st.frozensets(local_days(date(2020, 1, 1), date(2030, 12, 31)), max_size=40)
    return st.builds(WorkingDays, weekend=weekends, holidays=holidays)


@st.composite
def collection_terms(draw: st.DrawFn) -> CollectionTerms:
    """Return terms of payment: none or up to ninety days of grace, with notices inside it.

    Rule: CLS-3 in docs/reference/due_dates.md.
    """
    grace = draw(st.sampled_from((0, 1, 15, 30)) | st.integers(0, 90))
    return CollectionTerms(
        grace_days=grace,
        notice_days_before=tuple(draw(st.sets(st.integers(1, grace), max_size=5))) if grace else (),
        resend_days_after=tuple(draw(st.sets(st.integers(0, 60), max_size=5))),
        suspend_days_after=draw(st.none() | st.integers(1, 90)),
        working_days=draw(working_days()),
    )
