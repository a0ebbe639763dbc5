import calendar
import enum
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice, pairwise
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from attrs import define, field, frozen
from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MO, MONTHLY, WEEKLY, YEARLY, rrule
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore._cycles import is_anchored
from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    Cycle,
    CycleFault,
    CycleKind,
    Frequency,
    Interval,
    MonthEnd,
    PeriodFault,
    Unit,
    every,
)
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue
from tenantcore.testing import billing_schedules, cycle_kinds, local_days, month_ends

MONTHS_IN_CALENDAR_KINDS = {
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 3,
    Frequency.HALF_YEARLY: 6,
    Frequency.YEARLY: 12,
}
MONTHS_IN_ANNIVERSARIES = {
    Frequency.MONTHLY_ANNIVERSARY: 1,
    Frequency.QUARTERLY_ANNIVERSARY: 3,
    Frequency.HALF_YEARLY_ANNIVERSARY: 6,
    Frequency.YEARLY_ANNIVERSARY: 12,
}
# Ten years from each end of the calendar: the longest strategy's cycle, and its predecessor, stay inside.
EARLY, LATE = date(11, 1, 1), date(9988, 12, 31)


def opened(kind: Any, on: date, **options: Any) -> BillingSchedule:
    return BillingSchedule.open(kind, on=on, timezone="UTC", **options)


def texts(schedule: BillingSchedule, count: int) -> list[str]:
    return [str(schedule.nth(number)) for number in range(count)]


def fault_of(ask: Callable[[], object]) -> Code:
    with pytest.raises(InvalidValue) as caught:
        ask()
    assert caught.value.problem.sentence
    assert caught.value.problem.remedy
    return caught.value.problem.code


def is_start_day(schedule: BillingSchedule, day: date) -> bool:  # noqa: PLR0911 - one definition a kind
    """Whether the sources' words make `day` the first of a period; written without the library's arithmetic."""
    kind, anchor = schedule.kind, schedule.anchor
    if kind is Frequency.DAILY:
        return True
    if kind is Frequency.WEEKLY:
        return day.weekday() == calendar.MONDAY
    if kind is Frequency.WEEKLY_SPLIT:
        return day.weekday() == calendar.MONDAY or day.day == 1
    if kind is Frequency.SEMIMONTHLY:
        return day.day in {1, 16}
    if kind in MONTHS_IN_CALENDAR_KINDS:
        return day.day == 1 and day.month % MONTHS_IN_CALENDAR_KINDS[kind] == 1 % MONTHS_IN_CALENDAR_KINDS[kind]
    if kind is Frequency.THIRTY_DAYS:
        return (day - anchor).days % 30 == 0
    if isinstance(kind, Interval) and kind.unit is Unit.DAYS:
        return (day - anchor).days % kind.count == 0
    count = kind.count if isinstance(kind, Interval) else MONTHS_IN_ANNIVERSARIES[kind]  # type: ignore[index] # in the table
    months_on = (day.year - anchor.year) * 12 + day.month - anchor.month
    moves_to_28th = schedule.month_end is MonthEnd.TWENTY_EIGHTH and anchor.day > 28
    last_of_month = calendar.monthrange(day.year, day.month)[1]
    return months_on % count == 0 and day.day == (28 if moves_to_28th else min(anchor.day, last_of_month))


def slow_period(schedule: BillingSchedule, day: date) -> BillingPeriod:
    """The period that holds `day`, found by looking at one day after another."""
    start, end = day, day + timedelta(days=1)
    while start != schedule.opening and not is_start_day(schedule, start):
        start -= timedelta(days=1)
    while not is_start_day(schedule, end):
        end += timedelta(days=1)
    return BillingPeriod(start, end)


def slow_periods(schedule: BillingSchedule) -> Iterator[BillingPeriod]:
    """All periods from the opening on, found by walking day by day."""
    start = day = schedule.opening
    while True:
        day += timedelta(days=1)
        if is_start_day(schedule, day):
            yield BillingPeriod(start, day)
            start = day


def schedules_and_days(
    kinds: SearchStrategy[CycleKind] | None = None,
) -> SearchStrategy[tuple[BillingSchedule, date]]:
    """Schedules anywhere in the calendar, each with a day that it can answer for: soon after the opening, or later."""
    schedules = billing_schedules(kinds=kinds, openings=local_days(EARLY, LATE))
    return st.builds(with_day, schedules, st.integers(0, 1200) | local_days(EARLY, LATE))


def with_day(schedule: BillingSchedule, found: int | date) -> tuple[BillingSchedule, date]:
    day = max(found, schedule.opening) if isinstance(found, date) else schedule.opening + timedelta(days=found)
    return schedule, min(day, LATE)


@frozen
class FourFourFive:
    """A retail year of 52 weeks: quarters of four, four and five weeks, from Sunday to Sunday."""

    base: date = date(2026, 2, 1)

    def start(self, number: int) -> date:
        quarter, month = divmod(number, 3)
        return self.base + timedelta(weeks=13 * quarter + 4 * month)

    def index(self, day: date) -> int:
        quarter, week = divmod((day - self.base).days // 7, 13)
        return 3 * quarter + min(week // 4, 2)


def weekly_index(day: date) -> int:
    return day.toordinal() // 7


def weekly_start(number: int) -> date:
    return date.fromordinal(number * 7)


@frozen
class Made:
    """A cycle out of two functions, right or wrong: weeks from Sunday to Sunday unless told otherwise."""

    index: Callable[[date], Any] = field(default=weekly_index)
    start: Callable[[int], Any] = field(default=weekly_start)


@define
class Retail(FourFourFive):
    """The same year as a value that can't be hashed."""


class Counting:
    """A cycle that counts how often it is asked."""

    def __init__(self) -> None:
        self.questions = 0

    def start(self, number: int) -> date:
        self.questions += 1
        return weekly_start(number)

    def index(self, day: date) -> int:
        self.questions += 1
        return weekly_index(day)


class TestCalendarKinds:
    """Daily, weekly (Monday to Sunday), semimonthly (1-15, 16-end) and monthly, cut at the opening day (BP-2)."""

    def test_a_day_is_a_period_of_the_daily_kind(self) -> None:
        assert texts(opened(Frequency.DAILY, on=date(2024, 2, 28)), 3) == [
            "[2024-02-28, 2024-02-29)",
            "[2024-02-29, 2024-03-01)",
            "[2024-03-01, 2024-03-02)",
        ]

    def test_weekly_opened_on_a_wednesday_runs_to_sunday_then_monday_to_sunday(self) -> None:
        schedule = opened(Frequency.WEEKLY, on=date(2026, 11, 18))
        assert [day.strftime("%a") for day in (schedule.first.start, schedule.first.last_day)] == ["Wed", "Sun"]
        assert schedule.first == BillingPeriod(date(2026, 11, 18), date(2026, 11, 23))
        assert schedule.nth(1) == BillingPeriod(date(2026, 11, 23), date(2026, 11, 30))

    @pytest.mark.parametrize(
        ("opening", "days"), [(date(2026, 11, 16), 7), (date(2026, 11, 22), 1), (date(2026, 11, 23), 7)]
    )
    def test_weekly_opened_on_a_monday_is_whole_and_on_a_sunday_one_day(self, opening: date, days: int) -> None:
        assert opened(Frequency.WEEKLY, on=opening).first.days == days

    def test_weeks_run_on_over_the_turn_of_the_year_and_week_53(self) -> None:
        schedule = opened(Frequency.WEEKLY, on=date(2026, 12, 21))
        assert texts(schedule, 3) == [
            "[2026-12-21, 2026-12-28)",
            "[2026-12-28, 2027-01-04)",
            "[2027-01-04, 2027-01-11)",
        ]

    @pytest.mark.parametrize(
        ("opening", "end"),
        [
            (date(2026, 2, 1), date(2026, 2, 16)),
            (date(2026, 2, 15), date(2026, 2, 16)),
            (date(2026, 2, 16), date(2026, 3, 1)),
            (date(2024, 2, 29), date(2024, 3, 1)),
            (date(2026, 12, 31), date(2027, 1, 1)),
        ],
    )
    def test_semimonthly_turns_on_the_16th_and_the_1st(self, opening: date, end: date) -> None:
        assert opened(Frequency.SEMIMONTHLY, on=opening).first == BillingPeriod(opening, end)

    def test_semimonthly_halves_have_13_to_16_days(self) -> None:
        year = opened(Frequency.SEMIMONTHLY, on=date(2026, 1, 1)).between(date(2026, 1, 1), date(2027, 1, 1))
        assert [period.days for period in year][:6] == [15, 16, 15, 13, 15, 16]
        assert len(year) == 24

    @pytest.mark.parametrize(
        ("opening", "end"),
        [
            (date(2026, 3, 1), date(2026, 4, 1)),
            (date(2026, 3, 19), date(2026, 4, 1)),
            (date(2026, 3, 31), date(2026, 4, 1)),
            (date(2026, 12, 1), date(2027, 1, 1)),
        ],
    )
    def test_monthly_runs_to_the_end_of_the_month(self, opening: date, end: date) -> None:
        schedule = opened(Frequency.MONTHLY, on=opening)
        assert schedule.first == BillingPeriod(opening, end)
        assert schedule.nth(1).start == end

    def test_a_month_end_makes_no_difference_and_an_anchor_is_refused(self) -> None:
        for kind in (Frequency.DAILY, Frequency.WEEKLY, Frequency.SEMIMONTHLY, *MONTHS_IN_CALENDAR_KINDS):
            plain = opened(kind, on=date(2026, 1, 29))
            assert plain.month_end is None
            assert opened(kind, on=date(2026, 1, 29), month_end=MonthEnd.FORBID) == plain
            with pytest.raises(InvalidValue) as error:
                opened(kind, on=date(2026, 1, 29), anchor=date(2025, 5, 31))
            assert error.value.problem.code is CycleFault.CYCLE_ANCHOR_UNUSED


class TestMonthlyAnniversary:
    """From the Nth to the day before the Nth, N = the day of creation (BP-3)."""

    def test_created_on_19_march_runs_to_18_april(self) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 3, 19))
        assert [(str(period.start), str(period.last_day)) for period in map(schedule.nth, range(3))] == [
            ("2026-03-19", "2026-04-18"),
            ("2026-04-19", "2026-05-18"),
            ("2026-05-19", "2026-06-18"),
        ]

    @pytest.mark.parametrize("day", range(1, 29))
    def test_every_day_up_to_the_28th_comes_back_in_every_month(self, day: int) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, day))
        assert [schedule.nth(number).start for number in range(26)] == [
            date(2026 + number // 12, number % 12 + 1, day) for number in range(26)
        ]

    def test_december_runs_into_january(self) -> None:
        assert texts(opened(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 12, 28)), 2) == [
            "[2026-12-28, 2027-01-28)",
            "[2027-01-28, 2027-02-28)",
        ]

    def test_an_anchor_other_than_the_opening_cuts_the_first_period_short(self) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 2, 5), anchor=date(2020, 7, 15))
        assert texts(schedule, 2) == ["[2026-02-05, 2026-02-15)", "[2026-02-15, 2026-03-15)"]

    def test_an_anchor_after_the_opening_counts_backwards_as_well(self) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 2, 5), anchor=date(2031, 7, 15))
        assert texts(schedule, 2) == ["[2026-02-05, 2026-02-15)", "[2026-02-15, 2026-03-15)"]


class TestTwentyEighth:
    """Created on the 29th, 30th or 31st: until the 28th of the following month, thereafter 28th to 28th (BP-4)."""

    @pytest.mark.parametrize(
        ("created", "expected"),
        [
            (date(2026, 3, 30), ["[2026-03-30, 2026-04-28)", "[2026-04-28, 2026-05-28)"]),
            (date(2026, 1, 31), ["[2026-01-31, 2026-02-28)", "[2026-02-28, 2026-03-28)"]),
            (date(2026, 1, 29), ["[2026-01-29, 2026-02-28)", "[2026-02-28, 2026-03-28)"]),
            (date(2024, 1, 31), ["[2024-01-31, 2024-02-28)", "[2024-02-28, 2024-03-28)"]),
            (date(2024, 2, 29), ["[2024-02-29, 2024-03-28)", "[2024-03-28, 2024-04-28)"]),
            (date(2026, 12, 31), ["[2026-12-31, 2027-01-28)", "[2027-01-28, 2027-02-28)"]),
            (date(2026, 1, 28), ["[2026-01-28, 2026-02-28)", "[2026-02-28, 2026-03-28)"]),
        ],
    )
    def test_the_examples(self, created: date, expected: list[str]) -> None:
        assert texts(opened(Frequency.MONTHLY_ANNIVERSARY, on=created), 2) == expected

    def test_in_havana_as_anywhere(self) -> None:
        schedule = BillingSchedule.open(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, 31), timezone="America/Havana")
        assert texts(schedule, 2) == ["[2026-01-31, 2026-02-28)", "[2026-02-28, 2026-03-28)"]

    @given(created=local_days(EARLY, LATE).filter(lambda day: day.day > 28))
    def test_the_first_period_has_28_to_30_days_and_ends_on_a_28th(self, created: date) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=created)
        assert 28 <= schedule.first.days <= 30
        assert all(schedule.nth(number).end.day == 28 for number in range(13))

    def test_it_never_returns_to_the_31st(self) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, 31))
        assert {schedule.nth(number).start.day for number in range(1, 4801)} == {28}

    def test_an_anchor_after_the_28th_moves_to_it_for_a_later_opening_too(self) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 4, 29), anchor=date(2026, 1, 31))
        assert texts(schedule, 2) == ["[2026-04-29, 2026-05-28)", "[2026-05-28, 2026-06-28)"]


class TestThirtyDays:
    """Exactly 30 local days from creation (BP-5)."""

    def test_from_20_march_it_ends_on_18_april_then_18_may(self) -> None:
        schedule = opened(Frequency.THIRTY_DAYS, on=date(2026, 3, 20))
        assert [(str(period.start), str(period.last_day)) for period in map(schedule.nth, range(2))] == [
            ("2026-03-20", "2026-04-18"),
            ("2026-04-19", "2026-05-18"),
        ]

    @given(pair=schedules_and_days(st.just(Frequency.THIRTY_DAYS)))
    def test_every_period_that_starts_on_the_cycle_has_thirty_days(self, pair: tuple[BillingSchedule, date]) -> None:
        schedule, day = pair
        period = schedule.containing(day)
        assert period.days == 30 or period == schedule.first
        assert (period.end - schedule.anchor).days % 30 == 0


class TestLongerTermsAndIntervals:
    """Quarterly, half-yearly, yearly, by calendar and by anniversary; any number of days, weeks or months (BP-6)."""

    @pytest.mark.parametrize(
        ("kind", "ends"),
        [
            (Frequency.QUARTERLY, ["2026-07-01", "2026-10-01", "2027-01-01"]),
            (Frequency.HALF_YEARLY, ["2026-07-01", "2027-01-01", "2027-07-01"]),
            (Frequency.YEARLY, ["2027-01-01", "2028-01-01", "2029-01-01"]),
            (Frequency.QUARTERLY_ANNIVERSARY, ["2026-08-20", "2026-11-20", "2027-02-20"]),
            (Frequency.HALF_YEARLY_ANNIVERSARY, ["2026-11-20", "2027-05-20", "2027-11-20"]),
            (Frequency.YEARLY_ANNIVERSARY, ["2027-05-20", "2028-05-20", "2029-05-20"]),
            (every(days=1), ["2026-05-21", "2026-05-22", "2026-05-23"]),
            (every(days=45), ["2026-07-04", "2026-08-18", "2026-10-02"]),
            (every(weeks=2), ["2026-06-03", "2026-06-17", "2026-07-01"]),
            (every(months=5), ["2026-10-20", "2027-03-20", "2027-08-20"]),
            (every(months=24), ["2028-05-20", "2030-05-20", "2032-05-20"]),
        ],
    )
    def test_where_periods_of_a_schedule_opened_on_20_may_end(self, kind: CycleKind, ends: list[str]) -> None:
        schedule = opened(kind, on=date(2026, 5, 20))
        assert [str(schedule.nth(number).end) for number in range(3)] == ends

    def test_two_weeks_are_counted_from_the_anchor_not_from_even_weeks(self) -> None:
        # 2026 has a week 53, which is followed by week 1: counting even weeks would bill three weeks, or one.
        schedule = opened(every(weeks=2), on=date(2026, 12, 14))
        assert {schedule.nth(number).days for number in range(60)} == {14}

    def test_weeks_are_days(self) -> None:
        assert every(weeks=3) == every(days=21) == Interval(21, Unit.DAYS)

    @given(pair=schedules_and_days(st.just(Frequency.THIRTY_DAYS)))
    def test_named_kinds_are_intervals_with_a_name(self, pair: tuple[BillingSchedule, date]) -> None:
        schedule, day = pair
        named = {Frequency.THIRTY_DAYS: every(days=30)} | {
            kind: every(months=months) for kind, months in MONTHS_IN_ANNIVERSARIES.items()
        }
        for kind, interval in named.items():
            by_name, by_count = (
                opened(asked, on=schedule.opening, anchor=schedule.anchor) for asked in (kind, interval)
            )
            assert by_name.containing(day) == by_count.containing(day)
            assert by_name.month_end is by_count.month_end

    @pytest.mark.parametrize(
        "counts", [{}, {"days": 1, "weeks": 1}, {"days": 1, "months": 0}, {"days": 1, "weeks": 1, "months": 1}]
    )
    def test_none_or_several_counts_are_refused(self, counts: dict[str, int]) -> None:
        with pytest.raises(InvalidValue) as caught:
            every(**counts)
        assert caught.value.problem.code is CycleFault.CYCLE_INTERVAL_UNIT
        assert caught.value.problem.params == {"given": len(counts)}

    @pytest.mark.parametrize("unit", ["days", "weeks", "months"])
    @pytest.mark.parametrize(
        ("count", "code"),
        [
            (0, FieldCode.FIELD_BELOW_MINIMUM),
            (-1, FieldCode.FIELD_BELOW_MINIMUM),
            (-(10**5000), FieldCode.FIELD_BELOW_MINIMUM),
            (True, FieldCode.FIELD_WRONG_TYPE),
            (1.0, FieldCode.FIELD_WRONG_TYPE),
            (float("nan"), FieldCode.FIELD_WRONG_TYPE),
            ("2", FieldCode.FIELD_WRONG_TYPE),
            (Decimal(2), FieldCode.FIELD_WRONG_TYPE),
            (timedelta(days=2), FieldCode.FIELD_WRONG_TYPE),
        ],
        ids=lambda value: str(value)[:12] if not isinstance(value, int) or value > -9 else "huge",
    )
    def test_a_count_is_a_whole_number_from_one_up(self, unit: str, count: Any, code: FieldCode) -> None:
        assert fault_of(lambda: every(**{unit: count})) is code

    @pytest.mark.parametrize("unit", ["days", "months", None, Unit, 1])
    def test_an_interval_has_a_unit(self, unit: Any) -> None:
        with pytest.raises(InvalidType):
            Interval(1, unit)

    @pytest.mark.parametrize("huge", [{"days": 10**30}, {"weeks": 10**5000}, {"months": 10**30}, {"days": 3_652_059}])
    def test_an_interval_longer_than_the_calendar_has_no_schedule(self, huge: dict[str, int]) -> None:
        assert fault_of(lambda: opened(every(**huge), on=date(2026, 1, 31))) is CycleFault.CYCLE_OUT_OF_CALENDAR

    def test_an_interval_as_long_as_the_calendar_has_one_period(self) -> None:
        schedule = opened(every(days=date.max.toordinal() - 1), on=date.min)
        assert schedule.first == BillingPeriod(date.min, date.max)


class TestMonthEnd:
    """What a month that lacks the day does is a choice; nothing ever drifts (BP-7)."""

    def test_clamp_takes_the_last_day_and_returns(self) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, 31), month_end=MonthEnd.CLAMP)
        assert [str(schedule.nth(number).start) for number in range(6)] == [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31",
            "2026-06-30",
        ]

    def test_clamp_keeps_29_february_for_leap_years(self) -> None:
        schedule = opened(Frequency.YEARLY_ANNIVERSARY, on=date(2024, 2, 29))
        assert schedule.month_end is MonthEnd.CLAMP
        assert [str(schedule.nth(number).start) for number in range(5)] == [
            "2024-02-29",
            "2025-02-28",
            "2026-02-28",
            "2027-02-28",
            "2028-02-29",
        ]

    def test_clamp_knows_that_2100_is_no_leap_year(self) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=date(2100, 1, 30), month_end=MonthEnd.CLAMP)
        assert texts(schedule, 2) == ["[2100-01-30, 2100-02-28)", "[2100-02-28, 2100-03-30)"]

    @pytest.mark.parametrize("day", range(1, 32))
    @pytest.mark.parametrize("months", [1, 3, 6, 12, 7])
    def test_clamp_has_not_drifted_after_400_years(self, day: int, months: int) -> None:
        schedule = opened(every(months=months), on=date(2000, 1, day), month_end=MonthEnd.CLAMP)
        for number in range(400 * 12 // months + 1):
            start = schedule.nth(number).start
            assert start.day == min(day, calendar.monthrange(start.year, start.month)[1])
            assert (start.year - 2000) * 12 + start.month - 1 == number * months

    @pytest.mark.parametrize(
        ("kind", "default"),
        [
            (Frequency.MONTHLY_ANNIVERSARY, MonthEnd.TWENTY_EIGHTH),
            (every(months=1), MonthEnd.TWENTY_EIGHTH),
            (every(months=2), MonthEnd.CLAMP),
            (Frequency.QUARTERLY_ANNIVERSARY, MonthEnd.CLAMP),
            (Frequency.HALF_YEARLY_ANNIVERSARY, MonthEnd.CLAMP),
            (Frequency.YEARLY_ANNIVERSARY, MonthEnd.CLAMP),
            (Frequency.THIRTY_DAYS, None),
            (every(days=30), None),
            (Frequency.MONTHLY, None),
            (Frequency.WEEKLY, None),
        ],
    )
    def test_left_open_it_is_the_28th_for_months_and_clamp_for_longer_terms(
        self, kind: CycleKind, default: MonthEnd | None
    ) -> None:
        assert opened(kind, on=date(2026, 1, 31)).month_end is default

    @given(pair=schedules_and_days(cycle_kinds()), chosen=month_ends())
    def test_for_anchors_up_to_the_28th_all_choices_agree(
        self, pair: tuple[BillingSchedule, date], chosen: MonthEnd
    ) -> None:
        schedule, day = pair
        anchor = schedule.anchor.replace(day=min(schedule.anchor.day, 28))
        if not is_anchored(schedule.kind):
            anchor = schedule.opening
        answers = {
            opened(schedule.kind, on=schedule.opening, anchor=anchor, month_end=month_end).containing(day)
            for month_end in (MonthEnd.TWENTY_EIGHTH, chosen)
        }
        assert len(answers) == 1

    @pytest.mark.parametrize("day", [29, 30, 31])
    def test_forbid_refuses_the_last_days_of_a_month(self, day: int) -> None:
        for kind in (*MONTHS_IN_ANNIVERSARIES, every(months=2)):
            with pytest.raises(InvalidValue) as caught:
                opened(kind, on=date(2026, 1, day), month_end=MonthEnd.FORBID)
            assert caught.value.problem.code is CycleFault.CYCLE_MONTH_END_FORBIDDEN
            assert caught.value.problem.params == {"day": day}

    def test_forbid_looks_at_the_anchor_not_at_the_opening(self) -> None:
        schedule = opened(
            Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, 31), anchor=date(2026, 2, 28), month_end=MonthEnd.FORBID
        )
        assert schedule.first == BillingPeriod(date(2026, 1, 31), date(2026, 2, 28))

    def test_forbid_has_nothing_to_forbid_where_days_are_counted(self) -> None:
        assert opened(Frequency.THIRTY_DAYS, on=date(2026, 1, 31), month_end=MonthEnd.FORBID).month_end is None

    @pytest.mark.parametrize("month_end", ["clamp", 28, True, MonthEnd, Mock(spec=MonthEnd.CLAMP), float("nan")])
    def test_the_choice_is_a_month_end(self, month_end: object) -> None:
        code = fault_of(lambda: opened(Frequency.DAILY, on=date(2026, 1, 31), month_end=month_end))
        assert code is FieldCode.FIELD_WRONG_TYPE


PAIRS_BY_KIND = {
    kind: schedules_and_days(st.just(kind))
    for kind in (
        *Frequency,
        *(every(days=count) for count in (1, 10, 45)),
        *(every(weeks=count) for count in (1, 2)),
        *(every(months=count) for count in (1, 2, 5, 24)),
    )
}


class TestDayByDay:
    """Every lookup agrees with looking at one day after another (BP-2 to BP-7)."""

    @pytest.mark.parametrize("pairs", PAIRS_BY_KIND.values(), ids=map(str, PAIRS_BY_KIND))
    @given(data=st.data())
    def test_containing_gives_the_period_that_a_walk_finds(
        self, pairs: SearchStrategy[tuple[BillingSchedule, date]], data: st.DataObject
    ) -> None:
        schedule, day = data.draw(pairs)
        assert schedule.containing(day) == slow_period(schedule, day)

    @given(schedule=billing_schedules(openings=local_days(EARLY, LATE - timedelta(days=8000))))
    def test_periods_are_numbered_as_a_walk_from_the_opening_meets_them(self, schedule: BillingSchedule) -> None:
        for number, period in enumerate(islice(slow_periods(schedule), 5)):
            assert schedule.nth(number) == period
            assert schedule.index(period.start) == schedule.index(period.last_day) == number


class TestDateutil:
    """A second opinion: dateutil, where it defines the same thing (BP-2 to BP-7)."""

    @given(opening=local_days(EARLY, date(9000, 1, 1)), months=st.integers(1, 60), number=st.integers(0, 100))
    def test_clamp_is_relativedelta_from_the_anchor(self, opening: date, months: int, number: int) -> None:
        schedule = opened(every(months=months), on=opening, month_end=MonthEnd.CLAMP)
        assert schedule.nth(number).start == opening + relativedelta(months=number * months)

    @given(opening=local_days(EARLY, date(9000, 1, 1)), number=st.integers(1, 400))
    def test_the_28th_is_relativedelta_from_the_28th(self, opening: date, number: int) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, on=opening)
        assert schedule.nth(number).start == opening + relativedelta(day=min(28, opening.day), months=number)

    @pytest.mark.parametrize(
        ("kind", "rule"),
        [
            (Frequency.DAILY, {"freq": DAILY}),
            (Frequency.WEEKLY, {"freq": WEEKLY, "byweekday": MO}),
            (Frequency.SEMIMONTHLY, {"freq": MONTHLY, "bymonthday": (1, 16)}),
            (Frequency.MONTHLY, {"freq": MONTHLY, "bymonthday": 1}),
            (Frequency.QUARTERLY, {"freq": YEARLY, "bymonth": (1, 4, 7, 10), "bymonthday": 1}),
            (Frequency.HALF_YEARLY, {"freq": YEARLY, "bymonth": (1, 7), "bymonthday": 1}),
            (Frequency.YEARLY, {"freq": YEARLY, "bymonth": 1, "bymonthday": 1}),
            (Frequency.THIRTY_DAYS, {"freq": DAILY, "interval": 30}),
            (every(weeks=2), {"freq": WEEKLY, "interval": 2}),
            (every(days=10), {"freq": DAILY, "interval": 10}),
        ],
        ids=str,
    )
    @given(opening=local_days(date(1900, 1, 1), date(2400, 12, 31)))
    def test_starts_are_the_occurrences_of_a_recurrence_rule(
        self, kind: CycleKind, rule: dict[str, Any], opening: date
    ) -> None:
        midnight = datetime(opening.year, opening.month, opening.day)  # noqa: DTZ001 - rrule counts wall-clock days
        schedule = opened(kind, on=opening)
        occurrences = [found.date() for found in rrule(dtstart=midnight, count=8, **rule)]
        starts = [schedule.nth(number).start for number in range(9)]
        assert occurrences[1:] == (starts[1:8] if occurrences[0] == opening else starts[2:9])


class TestTiling:
    """Periods meet: no gap, no overlap, each day in exactly one (BP-8)."""

    @given(pair=schedules_and_days())
    def test_each_period_starts_where_the_one_before_ends(self, pair: tuple[BillingSchedule, date]) -> None:
        schedule, day = pair
        number = schedule.index(day)
        for before, after in pairwise(map(schedule.nth, range(max(0, number - 2), number + 3))):
            assert before.start < before.end == after.start
        assert schedule.nth(0) is schedule.first
        assert schedule.first.start == schedule.opening

    @given(pair=schedules_and_days())
    def test_the_period_that_is_said_to_contain_a_day_does(self, pair: tuple[BillingSchedule, date]) -> None:
        schedule, day = pair
        period = schedule.containing(day)
        assert day in period
        assert schedule.containing(period.start) == schedule.containing(period.last_day) == period

    @given(pair=schedules_and_days())
    def test_index_and_nth_are_inverses(self, pair: tuple[BillingSchedule, date]) -> None:
        schedule, day = pair
        number = schedule.index(day)
        assert number >= 0
        assert schedule.nth(number) == schedule.containing(day)
        assert schedule.index(schedule.nth(number).start) == schedule.index(schedule.nth(number).last_day) == number
        assert schedule.index(schedule.nth(number).end) == number + 1

    @given(pair=schedules_and_days())
    def test_after_and_before_are_inverses(self, pair: tuple[BillingSchedule, date]) -> None:
        schedule, day = pair
        period = schedule.containing(day)
        assert schedule.before(schedule.after(period)) == period
        if period != schedule.first:
            assert schedule.after(schedule.before(period)) == period

    @given(schedule=billing_schedules())
    def test_nth_agrees_with_stepping(self, schedule: BillingSchedule) -> None:
        period = schedule.first
        for number in range(1, 25):
            period = schedule.after(period)
            assert schedule.nth(number) == period


class TestOwnCycle:
    """A host can write a cycle, two functions; a lookup that finds it broken says so (BP-8)."""

    @pytest.mark.parametrize(
        "kind",
        [FourFourFive(), Retail(), SimpleNamespace(start=FourFourFive().start, index=FourFourFive().index)],
        ids=["hashable", "unhashable", "namespace"],
    )
    def test_a_retail_calendar_works_as_any_kind(self, kind: Cycle) -> None:
        schedule = opened(kind, on=date(2026, 2, 11))
        assert texts(schedule, 4) == [
            "[2026-02-11, 2026-03-01)",
            "[2026-03-01, 2026-03-29)",
            "[2026-03-29, 2026-05-03)",
            "[2026-05-03, 2026-05-31)",
        ]
        assert schedule.index(date(2026, 5, 2)) == 2
        assert schedule.before(schedule.nth(2)) == schedule.nth(1)
        assert [period.days // 7 for period in schedule.between(date(2027, 1, 31), date(2028, 1, 30))] == [4, 4, 5] * 4
        assert schedule.month_end is None

    def test_its_numbers_may_be_negative_a_schedules_are_not(self) -> None:
        schedule = opened(FourFourFive(), on=date(2025, 2, 2))
        assert FourFourFive().index(schedule.opening) == -12
        assert schedule.index(schedule.opening) == 0
        assert schedule.nth(12).start == date(2026, 2, 1)

    @given(day=local_days(date(1900, 1, 1), date(2400, 1, 1)))
    def test_a_hosts_weeks_are_the_librarys_weeks_shifted(self, day: date) -> None:
        class Mondays:
            def start(self, number: int) -> date:
                return date(2026, 1, 5) + timedelta(weeks=number)

            def index(self, day: date) -> int:
                return (day - date(2026, 1, 5)).days // 7

        own, named = (opened(kind, on=date(1900, 1, 1)) for kind in (Mondays(), Frequency.WEEKLY))
        assert own.containing(day) == named.containing(day)
        assert own.index(day) == named.index(day)

    @pytest.mark.parametrize(
        "ask",
        [
            lambda schedule, day: schedule.containing(day),
            lambda schedule, day: schedule.index(day),
            lambda schedule, day: schedule.at(datetime(day.year, day.month, day.day, tzinfo=UTC)),
            lambda schedule, day: schedule.nth(day.toordinal() // 7),
            lambda schedule, day: schedule.between(schedule.opening, day),
            lambda schedule, day: schedule.between(schedule.opening, day)[-1],
            lambda schedule, day: schedule.after(
                BillingPeriod(weekly_start(weekly_index(day)), weekly_start(weekly_index(day) + 1))
            ),
            lambda schedule, day: schedule.before(
                BillingPeriod(weekly_start(weekly_index(day)), weekly_start(weekly_index(day) + 1))
            ),
            lambda schedule, day: schedule.window(
                BillingPeriod(weekly_start(weekly_index(day)), weekly_start(weekly_index(day) + 1))
            ),
        ],
        ids=["containing", "index", "at", "nth", "between", "last of between", "after", "before", "window"],
    )
    def test_a_lookup_asks_it_as_often_far_from_the_opening_as_near(
        self, ask: Callable[[BillingSchedule, date], object]
    ) -> None:
        counts = []
        for day in (date(1, 3, 1), date(4, 3, 1), date(2026, 3, 1), date(9990, 3, 1)):
            cycle = Counting()
            schedule = opened(cycle, on=date(1, 1, 9))
            cycle.questions = 0
            ask(schedule, day)
            counts.append(cycle.questions)
        assert len(set(counts)) == 1
        assert 0 < counts[0] <= 12

    def test_opening_asks_it_a_few_times_however_far_from_its_own_number_0(self) -> None:
        counts = []
        for day in (date(1, 1, 9), date(2026, 3, 1), date(9990, 3, 1)):
            cycle = Counting()
            opened(cycle, on=day)
            counts.append(cycle.questions)
        assert len(set(counts)) == 1
        assert 0 < counts[0] <= 6

    @pytest.mark.parametrize(
        "broken",
        [
            Made(index=lambda day: weekly_index(day) + (day.year > 2026)),
            Made(index=lambda day: weekly_index(day) - (day.year > 2026)),
            Made(index=lambda day: 105_661 if day.year > 2026 else weekly_index(day)),
            Made(start=lambda number: min(weekly_start(number), date(2026, 12, 27))),
            Made(start=lambda number: weekly_start(number if number < 105_700 else 2 * 105_700 - number)),
        ],
        ids=["one too high", "one too low", "far off", "standing still", "running backwards"],
    )
    def test_a_cycle_that_breaks_later_is_found_at_the_lookup_that_meets_it(self, broken: Made) -> None:
        schedule = opened(broken, on=date(2026, 1, 6))
        assert schedule.index(date(2026, 3, 1)) == 8
        day = date(2027, 3, 1)
        for ask in (
            schedule.containing,
            schedule.index,
            lambda day: schedule.between(schedule.opening, day + timedelta(days=1)),
        ):
            with pytest.raises(InvalidValue) as caught:
                ask(day)
            assert caught.value.problem.code is PeriodFault.PERIOD_CYCLE_BROKEN

    def test_the_fault_names_the_number_the_period_and_the_day(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            opened(Made(index=lambda day: weekly_index(day) + 1), on=date(2026, 1, 6))
        assert caught.value.problem.params == {
            "number": "105661",
            "start": "2026-01-11",
            "end": "2026-01-18",
            "day": "2026-01-06",
        }

    @pytest.mark.parametrize(
        "first",
        [None, "2026-01-04", 1, datetime(2026, 1, 4, tzinfo=UTC), Mock(spec=date(2026, 1, 4))],
        ids=lambda first: type(first).__name__,
    )
    def test_a_start_that_is_no_date_is_refused(self, first: object) -> None:
        assert fault_of(lambda: opened(Made(start=lambda _: first), on=date(2026, 1, 6))) is FieldCode.DATE_TYPE
        second = Made(start=lambda number: first if number > weekly_index(date(2026, 1, 6)) else weekly_start(number))
        assert fault_of(lambda: opened(second, on=date(2026, 1, 6))) is FieldCode.DATE_TYPE

    @pytest.mark.parametrize(
        "answer",
        [None, "x", b"", 1.5, float("nan"), [], {}, set(), (1,), Mock(), object],
        ids=lambda answer: str(type(answer)),
    )
    def test_an_index_that_is_no_number_is_refused(self, answer: object) -> None:
        schedule = opened(Made(index=lambda day: weekly_index(day) if day.year < 2027 else answer), on=date(2026, 1, 6))
        assert fault_of(lambda: schedule.containing(date(2027, 1, 1))) is FieldCode.FIELD_WRONG_TYPE
        assert fault_of(lambda: schedule.index(date(2027, 1, 1))) is FieldCode.FIELD_WRONG_TYPE

    @pytest.mark.parametrize("convert", [bool, float, Decimal, Fraction, complex], ids=lambda convert: convert.__name__)
    def test_an_index_that_only_equals_a_whole_number_is_refused_even_when_the_period_is_known(
        self, convert: Callable[[int], object]
    ) -> None:
        second_week = date(1, 1, 8)
        assert convert(weekly_index(second_week)) == 1
        cycle = Made(index=lambda day: convert(1) if day == second_week else weekly_index(day))
        schedule = opened(cycle, on=date(1, 1, 7))
        assert second_week in schedule.first
        assert fault_of(lambda: opened(cycle, on=second_week)) is FieldCode.FIELD_WRONG_TYPE

    def test_an_index_that_is_wrong_on_start_days_only_is_found_from_any_day(self) -> None:
        late = Made(index=lambda day: (day.toordinal() - 1) // 7)
        assert late.index(date(2026, 1, 6)) == weekly_index(date(2026, 1, 6))
        schedule = opened(late, on=date(2026, 1, 6))
        assert schedule.index(date(2026, 1, 6)) == 0
        assert schedule.nth(1) == schedule.containing(date(2026, 1, 15))
        assert fault_of(lambda: schedule.containing(schedule.nth(1).start)) is PeriodFault.PERIOD_CYCLE_BROKEN

    @pytest.mark.parametrize("number", [10**6, 10**7, 10**5000], ids=["10**6", "10**7", "10**5000"])
    @pytest.mark.parametrize("cycle", [FourFourFive(), Made()], ids=["OverflowError", "ValueError"])
    def test_its_end_of_the_calendar_is_a_fault_of_ours(self, cycle: FourFourFive | Made, number: int) -> None:
        schedule = opened(cycle, on=date(2026, 2, 1))
        assert fault_of(lambda: schedule.nth(number)) is CycleFault.CYCLE_OUT_OF_CALENDAR
        assert fault_of(lambda: schedule.containing(date.max)) is CycleFault.CYCLE_OUT_OF_CALENDAR

    def test_a_fault_that_it_raises_itself_passes_through(self) -> None:
        asked = every(months=1)

        def start(_: int) -> date:
            return opened(asked, on=date(2026, 1, 31)).nth(-1).start

        assert fault_of(lambda: opened(Made(start=start), on=date(2026, 1, 31))) is PeriodFault.PERIOD_NUMBER_NEGATIVE

    def test_cycles_of_different_types_that_compare_equal_keep_their_periods_apart(self) -> None:
        class Weeks(enum.IntEnum):
            FROM_SUNDAY = 7

            def index(self, day: date) -> int:
                return day.toordinal() // self

            def start(self, number: int) -> date:
                return date.fromordinal(number * self)

        class DaysFromNoon(enum.IntEnum):
            BY_SEVEN = 7

            def index(self, day: date) -> int:
                return (day.toordinal() - 3) // self

            def start(self, number: int) -> date:
                return date.fromordinal(number * self + 3)

        assert Weeks.FROM_SUNDAY == DaysFromNoon.BY_SEVEN  # type: ignore[comparison-overlap] # as numbers they do
        sunday, wednesday = (opened(kind, on=date(2026, 2, 1)) for kind in (Weeks.FROM_SUNDAY, DaysFromNoon.BY_SEVEN))
        assert sunday.first.end == date(2026, 2, 8)
        assert wednesday.first.end == date(2026, 2, 4)


class TestKind:
    """A kind is a `Frequency`, an interval or a cycle; anything else is a fault (BP-8, X-2)."""

    @pytest.mark.parametrize(
        "kind",
        [
            None,
            "daily",
            "DAILY",
            1,
            True,
            float("nan"),
            range(3),
            slice(1),
            (),
            {},
            Frequency,
            FourFourFive,
            timedelta(days=30),
            datetime,
            Mock(spec=Frequency.DAILY),
            Mock(spec=Frequency.MONTHLY_ANNIVERSARY),
            Mock(spec=every(months=1)),
        ],
        ids=repr,
    )
    def test_anything_else_is_refused(self, kind: object) -> None:
        assert fault_of(lambda: opened(kind, on=date(2026, 1, 31))) is CycleFault.CYCLE_KIND_UNKNOWN
