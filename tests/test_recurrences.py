"""Recurrence rules for calendars, split weeks, previews."""

from datetime import date, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrule, rrulestr
from hypothesis import given
from hypothesis import strategies as st

from tenantcore._cycles import is_anchored
from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    CycleFault,
    DayCount,
    Frequency,
    MonthEnd,
    PeriodFault,
    every,
)
from tenantcore.errors import InvalidType, InvalidValue
from tenantcore.testing import local_days

KINDS = (
    *(kind for kind in Frequency if kind is not Frequency.WEEKLY_SPLIT),
    every(days=10),
    every(weeks=2),
    every(months=5),
)


def opened(kind: Frequency, day: date) -> BillingSchedule:
    return BillingSchedule.open(kind, on=day, timezone="America/Havana")


class TestRule:
    """BP-14: the RFC 5545 rule where one exists; the dates it yields equal the schedule's starts."""

    @given(
        st.sampled_from(KINDS),
        st.dates(date(1950, 1, 1), date(2150, 1, 1)),
        st.dates(date(1950, 1, 1), date(2150, 1, 1)),
        st.sampled_from((MonthEnd.TWENTY_EIGHTH, MonthEnd.CLAMP)),
    )
    def test_its_dates_are_the_starts(self, kind: Frequency, day: date, anchor: date, month_end: MonthEnd) -> None:
        counted_from = anchor if is_anchored(kind) else None
        schedule = BillingSchedule.open(kind, on=day, anchor=counted_from, timezone="UTC", month_end=month_end)
        rule = schedule.rrule()
        assert rule is not None
        starts = [schedule.nth(number).start for number in range(30)]
        assert [moment.date() for moment in islice(rule, 30)] == starts
        assert {moment.time().isoformat() for moment in islice(rule, 30)} == {"00:00:00"}

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_plain_rule_reads_back_from_its_text(self, kind: Frequency) -> None:
        rule = opened(kind, date(2029, 1, 1)).rrule()  # a Monday, a 1st of January
        assert isinstance(rule, rrule)
        assert list(islice(rrulestr(str(rule)), 10)) == list(islice(rule, 10))

    def test_there_is_none_for_a_hosts_own_cycle_and_for_split_weeks(self) -> None:
        class Own:
            def start(self, number: int) -> date:
                return date(2026, 1, 1) + timedelta(days=number)

            def index(self, day: date) -> int:
                return (day - date(2026, 1, 1)).days

        assert BillingSchedule.open(Own(), on=date(2026, 1, 1), timezone="UTC").rrule() is None
        assert opened(Frequency.WEEKLY_SPLIT, date(2026, 1, 1)).rrule() is None


class TestSplitWeeks:
    """BP-7: weeks split at month end, with a partial mark."""

    def test_a_week_over_a_month_end_is_two_partial_periods(self) -> None:
        schedule = opened(Frequency.WEEKLY_SPLIT, date(2026, 9, 21))
        found = [(str(period), schedule.is_partial(period)) for period in map(schedule.nth, range(4))]
        assert found == [
            ("[2026-09-21, 2026-09-28)", False),
            ("[2026-09-28, 2026-10-01)", True),
            ("[2026-10-01, 2026-10-05)", True),
            ("[2026-10-05, 2026-10-12)", False),
        ]
        assert schedule.share(schedule.nth(1), DayCount.ACTUAL) + schedule.share(schedule.nth(2), DayCount.ACTUAL) == 1

    def test_a_month_that_starts_on_a_monday_splits_nothing(self) -> None:
        schedule = opened(Frequency.WEEKLY_SPLIT, date(2026, 5, 25))
        assert str(schedule.nth(1)) == "[2026-06-01, 2026-06-08)"
        assert not schedule.is_partial(schedule.first)

    def test_the_first_is_partial_when_the_opening_cuts_it(self) -> None:
        schedule = opened(Frequency.WEEKLY_SPLIT, date(2026, 10, 2))
        assert str(schedule.first) == "[2026-10-02, 2026-10-05)"
        assert str(schedule.whole(schedule.first)) == "[2026-09-28, 2026-10-05)"

    @given(local_days())
    def test_it_agrees_with_walking_to_the_nearest_boundaries(self, day: date) -> None:
        start = day
        while start.weekday() != 0 and start.day != 1:
            start -= timedelta(days=1)
        if date.max - start < timedelta(days=7):
            return
        end = start + timedelta(days=1)
        while end.weekday() != 0 and end.day != 1:
            end += timedelta(days=1)
        schedule = opened(Frequency.WEEKLY_SPLIT, start)
        assert schedule.containing(day) == BillingPeriod(start, end)
        assert schedule.nth(1).start == end

    def test_numbers_count_every_start_over_an_era(self) -> None:
        schedule = opened(Frequency.WEEKLY_SPLIT, date(1, 1, 1))
        day, number = date(1, 1, 1), 0
        while day < date(402, 1, 1):
            assert schedule.index(day) == number
            assert schedule.nth(number).start == day
            day, number = schedule.nth(number).end, number + 1

    def test_past_the_calendar_is_a_fault(self) -> None:
        with pytest.raises(InvalidValue) as error:
            opened(Frequency.WEEKLY_SPLIT, date(2026, 1, 1)).nth(10**9)
        assert error.value.problem.code is CycleFault.CYCLE_OUT_OF_CALENDAR


class TestPreview:
    """BP-12: preview of the first N periods with last day and invoice date."""

    def test_it_shows_what_an_invoice_prints(self) -> None:
        schedule = opened(Frequency.MONTHLY_ANNIVERSARY, date(2026, 1, 31))
        found = [
            (str(shown.period.start), str(shown.last_day), str(shown.invoiced_on)) for shown in schedule.preview(3)
        ]
        assert found == [
            ("2026-01-31", "2026-02-27", "2026-02-28"),
            ("2026-02-28", "2026-03-27", "2026-03-28"),
            ("2026-03-28", "2026-04-27", "2026-04-28"),
        ]

    def test_a_closing_delay_moves_the_invoice_date_only(self) -> None:
        schedule = BillingSchedule.open(Frequency.DAILY, on=date(2026, 1, 1), timezone="UTC", closing_delay_hours=30)
        [shown] = schedule.preview(1)
        assert (shown.last_day, shown.invoiced_on) == (date(2026, 1, 1), date(2026, 1, 3))

    def test_none_is_none(self) -> None:
        assert opened(Frequency.DAILY, date(2026, 1, 1)).preview(0) == ()

    def test_bad_counts(self) -> None:
        schedule = opened(Frequency.DAILY, date(2026, 1, 1))
        with pytest.raises(InvalidType):
            schedule.preview(True)  # noqa: FBT003 - a bool is no count
        with pytest.raises(InvalidValue) as error:
            schedule.preview(-1)
        assert error.value.problem.code is PeriodFault.PERIOD_NUMBER_NEGATIVE

    @pytest.mark.parametrize("count", [10**9, 10**5000], ids=["10**9", "10**5000"])
    def test_a_count_past_the_calendar_is_refused_before_anything_is_built(self, count: int) -> None:
        with pytest.raises(InvalidValue) as error:
            opened(Frequency.DAILY, date(2026, 1, 1)).preview(count)
        assert error.value.problem.code is CycleFault.CYCLE_OUT_OF_CALENDAR


class TestSeam:
    """BP-12: after a zone change the first new window opens when the old one closes."""

    @pytest.mark.parametrize("hours", [-26, -3, 0, 3, 26])
    def test_windows_tile_from_the_seam_on_and_hold_every_instant(self, hours: int) -> None:
        plain = BillingSchedule.open(Frequency.DAILY, on=date(2026, 3, 1), timezone="America/Havana")
        seam = plain.window(plain.first).opens + timedelta(hours=hours)
        schedule = BillingSchedule(kind=Frequency.DAILY, opening=date(2026, 3, 1), timezone="America/Havana", seam=seam)
        windows = [schedule.window(schedule.nth(number)) for number in range(5)]
        assert windows[0].opens == seam
        for number, window in enumerate(windows):
            assert window.closes == schedule.window(schedule.nth(number + 1)).opens
            if not window.is_empty:
                assert schedule.at(window.opens) == schedule.nth(number)
                assert schedule.at(window.closes - timedelta(microseconds=1)) == schedule.nth(number)
        with pytest.raises(InvalidValue) as error:
            schedule.at(seam - timedelta(microseconds=1))
        assert error.value.problem.code is PeriodFault.PERIOD_BEFORE_OPENING
        assert schedule.due(None, windows[1].closes)[0].opens == seam
        assert schedule != plain
