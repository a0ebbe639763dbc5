"""Edges of time where a small slip in the code would show: each case was found by breaking it."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from tenantcore import _zones
from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    Closed,
    Closing,
    DayCount,
    Frequency,
    every,
)
from tenantcore.errors import InvalidValue


def utc(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


class TestClosings:
    """BP-11: the next closing opens where the last one ended, however the closings are read."""

    daily = BillingSchedule.open(Frequency.DAILY, on=date(2026, 1, 5), timezone="UTC")

    def test_a_schedule_opened_at_an_instant_keeps_its_delay(self) -> None:
        schedule = BillingSchedule.opened_at(utc(1, 5), Frequency.DAILY, timezone="UTC", closing_delay_hours=6)
        assert schedule.next_due(None) == utc(1, 6, 6)

    def test_a_period_that_the_seam_swallowed_is_due_at_the_seam(self) -> None:
        closed = Closed(utc(1, 7, 6), utc(1, 7, 6), date(2026, 1, 6))
        [swallowed] = self.daily.due(closed, closed.until)
        assert swallowed == Closing(self.daily.nth(1), closed.until, closed.until)

    def test_closings_are_the_same_by_number_as_in_turn(self) -> None:
        # The seam lies before the window of the first, as rules that changed leave it.
        closed = Closed(utc(1, 6) - timedelta(hours=3), utc(1, 6), date(2026, 1, 6))
        due = self.daily.due(closed, utc(1, 9))
        in_turn = list(due)
        assert in_turn[0].opens == closed.until
        assert [due[number] for number in range(3)] == in_turn
        assert [due[number] for number in range(-3, 0)] == in_turn
        assert due[::-1] == tuple(reversed(in_turn))

    def test_the_nearest_start_is_taken_on_the_opening_day_as_well(self) -> None:
        until = utc(1, 6) - timedelta(hours=3)
        [closing] = self.daily.due(Closed(until, until), utc(1, 7))
        assert closing.period == self.daily.nth(1)


class TestLocalDay:
    """BP-9: two instants that differ in `fold` only are two instants."""

    def test_they_are_not_taken_for_one(self) -> None:
        zone = _zones.find("America/St_Johns")
        assert zone is not None
        # At 00:01 on 1 November the clock went back to 23:01: the second 23:30 belongs to the new day.
        first = datetime(2009, 10, 31, 23, 30, tzinfo=zone)
        schedule = BillingSchedule.open(Frequency.DAILY, on=date(2009, 10, 30), timezone="America/St_Johns")
        for _ in range(2):
            assert schedule.at(first).start == date(2009, 10, 31)
            assert schedule.at(first.replace(fold=1)).start == date(2009, 11, 1)


class TestThirty360:
    """BP-13: months of 30 days, over the turn of a year and at the end of the calendar too."""

    def test_a_year_from_july_has_twelve_months(self) -> None:
        schedule = BillingSchedule.open(Frequency.YEARLY_ANNIVERSARY, on=date(2025, 7, 1), timezone="UTC")
        half = BillingPeriod(date(2025, 7, 1), date(2026, 1, 1))
        assert schedule.share(half, DayCount.THIRTY_360) == Fraction(1, 2)

    def test_the_last_day_of_all_is_a_thirtieth(self) -> None:
        schedule = BillingSchedule.open(every(days=30), on=date(9999, 12, 1), timezone="UTC")
        day = BillingPeriod(date(9999, 12, 1), date(9999, 12, 2))
        assert schedule.share(day, DayCount.THIRTY_360) == Fraction(1, 29)


class TestEndOfCalendar:
    """BP-8, BP-12: the last periods are there, and one too many is named by its number."""

    def test_a_preview_asks_for_no_more_than_it_shows(self) -> None:
        schedule = BillingSchedule.open(Frequency.DAILY, on=date(9999, 12, 29), timezone="UTC")
        [shown] = schedule.preview(1)
        assert shown.last_day == date(9999, 12, 29)

    def test_every_cycle_names_the_period_that_is_too_far(self) -> None:
        for kind in (Frequency.SEMIMONTHLY, Frequency.WEEKLY_SPLIT):
            schedule = BillingSchedule.open(kind, on=date(2026, 1, 1), timezone="UTC")
            with pytest.raises(InvalidValue) as error:
                schedule.nth(10**9)
            assert str(error.value.problem.params["number"]).isdigit()
