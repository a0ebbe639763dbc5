"""Closing periods: what is due, from which seam on."""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tenantcore import _zones
from tenantcore._closings import known_closings
from tenantcore._cycles import cycle_of
from tenantcore._periods import table_of
from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    Closed,
    Closing,
    Frequency,
    PeriodFault,
    every,
)
from tenantcore.errors import FieldCode, InvalidType, InvalidValue
from tenantcore.testing import closings
from tests.clocks import distinct_zones, zone_named

ZONES = ("UTC", "America/Havana", "Pacific/Apia", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe")
KINDS = (*Frequency, every(days=1), every(days=10), every(weeks=2), every(months=5))

schedules = st.builds(
    BillingSchedule.open,
    st.sampled_from(KINDS),
    on=st.dates(date(2005, 1, 1), date(2015, 12, 31)),
    timezone=st.sampled_from(ZONES),
    closing_delay_hours=st.sampled_from((0, 1, 6, 72)),
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type] # the caller gives year to second


def slowly_due(schedule: BillingSchedule, closed_before: int, now: datetime) -> list[BillingPeriod]:
    """Walk from the first period on, as a host without `due` would."""
    found = []
    number = closed_before
    while schedule.window(schedule.nth(number)).closes + timedelta(hours=schedule.closing_delay_hours) <= now:
        found.append(schedule.nth(number))
        number += 1
    return found


class TestDue:
    """BP-11: the periods that have ended by now and are not closed yet, oldest first."""

    monthly = BillingSchedule.open(Frequency.MONTHLY, on=date(2026, 3, 19), timezone="America/Havana")

    def test_a_period_that_closes_exactly_now_is_due(self) -> None:
        closes = self.monthly.window(self.monthly.first).closes
        assert [closing.period for closing in self.monthly.due(None, closes)] == [self.monthly.first]
        assert len(self.monthly.due(None, closes - timedelta(microseconds=1))) == 0

    def test_a_closing_delay_waits_for_late_usage(self) -> None:
        schedule = BillingSchedule.open(Frequency.MONTHLY, on=date(2026, 3, 19), timezone="UTC", closing_delay_hours=6)
        assert len(schedule.due(None, utc(2026, 4, 1, 5, 59, 59))) == 0
        [closing] = schedule.due(None, utc(2026, 4, 1, 6))
        assert closing == Closing(schedule.first, utc(2026, 3, 19), utc(2026, 4, 1))
        assert schedule.next_due(None) == utc(2026, 4, 1, 6)

    def test_a_closing_delay_is_elapsed_time_in_whatever_zone_now_is_written(self) -> None:
        # New York's clocks went back at 06:00 UTC: six hours before 05:30 by the clock on the wall are seven.
        schedule = BillingSchedule.open(
            Frequency.DAILY, on=date(2026, 10, 30), timezone="America/New_York", closing_delay_hours=6
        )
        now = datetime(2026, 11, 1, 5, 30, tzinfo=ZoneInfo("America/New_York"))
        assert list(schedule.due(None, now)) == list(schedule.due(None, now.astimezone(UTC)))
        assert len(schedule.due(None, now)) == 2

    @pytest.mark.parametrize("delay", [-1, 745, True, 1.5, "6", 10**30])
    def test_a_closing_delay_is_a_number_of_hours_up_to_a_month(self, delay: object) -> None:
        with pytest.raises(InvalidValue):
            BillingSchedule.open(
                Frequency.DAILY,
                on=date(2026, 1, 1),
                timezone="UTC",
                closing_delay_hours=delay,  # type: ignore[arg-type]
            )

    def test_nothing_is_due_before_the_opening(self) -> None:
        assert len(self.monthly.due(None, utc(2020, 1, 1))) == 0

    def test_nothing_is_due_when_the_clock_lags_behind_the_last_closing(self) -> None:
        closed = Closed(utc(2026, 6, 1, 4), utc(2026, 6, 1, 5))
        assert len(self.monthly.due(closed, utc(2026, 5, 1))) == 0

    def test_a_long_outage_gives_every_missed_period_without_building_them(self) -> None:
        schedule = BillingSchedule.open(Frequency.DAILY, on=date(1, 1, 2), timezone="UTC")
        due = schedule.due(None, utc(9999, 12, 30))
        assert len(due) == (date(9999, 12, 30) - date(1, 1, 2)).days
        assert due[0].period == schedule.first
        assert due[-1].closes == utc(9999, 12, 30)
        assert [closing.period.start for closing in due[1:3]] == [date(1, 1, 3), date(1, 1, 4)]

    @given(schedules, st.integers(0, 900), st.integers(0, 20), st.booleans())
    def test_it_agrees_with_walking(
        self, schedule: BillingSchedule, days: int, closed_before: int, with_start: bool
    ) -> None:
        now = schedule.window(schedule.first).opens + timedelta(days=days, hours=7)
        closed = None
        if closed_before:
            last = schedule.nth(closed_before - 1)
            closes = schedule.window(last).closes
            if not with_start and schedule.window(schedule.nth(closed_before)).is_empty:
                return  # without the day, a skipped period can't be told from the next one
            closed = Closed(closes, closes, last.end if with_start else None)
        expected = slowly_due(schedule, closed_before, now)
        assert [closing.period for closing in schedule.due(closed, now)] == expected

    @given(schedules, st.data(), st.integers(0, 900))
    def test_what_is_due_begins_at_the_stored_seam_and_ends_by_now(
        self, schedule: BillingSchedule, data: st.DataObject, days: int
    ) -> None:
        closed = data.draw(closings(schedule))
        now = schedule.window(schedule.first).opens + timedelta(days=days)
        due = schedule.due(closed, now)
        if due:
            assert due[0].opens == (schedule.window(schedule.first).opens if closed is None else closed.until)
            assert schedule.next_due(closed) <= now
            assert due[-1].closes + timedelta(hours=schedule.closing_delay_hours) <= now
            assert schedule.next_due(due[-1].closed(at=now)) > now
        else:
            assert schedule.next_due(closed) > now

    @given(schedules, st.lists(st.integers(0, 100), min_size=1, max_size=12))
    def test_closing_again_and_again_bills_every_moment_once(self, schedule: BillingSchedule, waits: list[int]) -> None:
        now = schedule.window(schedule.first).opens
        seam, closed = now, None
        billed: list[BillingPeriod] = []
        for days in waits:
            now += timedelta(days=days, hours=5)
            for closing in schedule.due(closed, now):
                assert closing.opens == seam
                seam, closed = closing.closes, closing.closed(at=now)
                billed.append(closing.period)
            assert len(schedule.due(closed, now)) == 0
            assert schedule.next_due(closed) > now
        assert billed == [schedule.nth(number) for number in range(len(billed))]

    @given(schedules, st.integers(0, 40))
    def test_next_due_is_the_first_instant_at_which_something_is_due(
        self, schedule: BillingSchedule, closed_before: int
    ) -> None:
        closed = None
        if closed_before:
            last = schedule.nth(closed_before - 1)
            closed = Closed(schedule.window(last).closes, utc(2026, 1, 1), last.end)
        moment = schedule.next_due(closed)
        assert schedule.due(closed, moment)[0].period == schedule.nth(closed_before)
        assert len(schedule.due(closed, moment - timedelta(microseconds=1))) == 0


class TestKnownClosings:
    """BP-11: what schedules of one cycle and zone share makes `due` quicker and changes no answer."""

    @given(schedules, st.integers(1, 40), st.lists(st.integers(-90, 90), min_size=1, max_size=6), st.integers(-3, 3))
    def test_it_answers_the_same_the_first_time_and_later(
        self, schedule: BillingSchedule, closed_before: int, days: list[int], moved: int
    ) -> None:
        last = schedule.nth(closed_before - 1)
        until = schedule.window(last).closes
        # A few seams that a change of rules has moved, too.
        closed = Closed(until + timedelta(hours=moved if abs(moved) > 1 else 0), until, last.end)
        moments = [until + timedelta(days=count, hours=9) for count in days]
        table = table_of(cycle_of(schedule.kind, schedule.anchor, schedule.month_end))
        known = known_closings(table, zone_named(schedule.timezone))
        later = [list(schedule.due(closed, moment)) for moment in [*moments, *moments]][len(moments) :]
        for moment, found in zip(moments, later, strict=True):
            known.clear()
            alone = evolve(schedule)
            assert list(alone.due(closed, moment)) == found
            assert alone.due(closed, moment) == schedule.due(closed, moment)
            assert hash(alone.due(closed, moment)) == hash(schedule.due(closed, moment))

    def test_what_one_schedule_was_asked_does_not_open_another_early(self) -> None:
        weekly = partial(BillingSchedule.open, Frequency.WEEKLY, timezone="America/Havana")
        early, later = weekly(on=date(2026, 1, 5)), weekly(on=date(2026, 1, 14))
        window = early.window(early.nth(1))
        closed = Closed(window.opens, window.opens, early.nth(1).start)
        assert len(early.due(closed, window.closes)) == 1
        with pytest.raises(InvalidValue) as error:
            later.due(closed, window.closes)
        assert error.value.problem.code is PeriodFault.PERIOD_CLOSED_ELSEWHERE

    def test_a_first_period_that_was_cut_short_is_nobody_elses(self) -> None:
        closed = Closed(utc(2026, 1, 7), utc(2026, 1, 7), date(2026, 1, 7))
        for opening, start in ((date(2026, 1, 7), date(2026, 1, 7)), (date(2026, 1, 5), None)):
            schedule = BillingSchedule.open(Frequency.WEEKLY, on=opening, timezone="UTC")
            if start is None:
                with pytest.raises(InvalidValue):
                    schedule.due(closed, utc(2026, 1, 12))
            else:
                assert [closing.period.start for closing in schedule.due(closed, utc(2026, 1, 12))] == [start]

    def test_a_seam_of_a_change_of_zone_is_kept(self) -> None:
        plain = BillingSchedule.open(Frequency.DAILY, on=date(2026, 3, 1), timezone="America/Havana")
        moved = evolve(plain, seam=plain.window(plain.nth(2)).opens + timedelta(hours=2))
        closed = Closed(plain.window(plain.nth(1)).closes, utc(2026, 3, 9), plain.nth(2).start)
        now = plain.window(plain.nth(2)).closes
        assert plain.due(closed, now)[0].opens == closed.until
        for _ in range(2):
            assert moved.due(closed, now) == plain.due(closed, now)
            assert moved.due(None, now)[0].opens == moved.seam

    def test_more_zones_than_are_kept_can_be_asked_for(self) -> None:
        zones = distinct_zones()[:150]
        kept = set()
        for zone in [*zones, *zones]:
            schedule = BillingSchedule.open(every(days=77), on=date(2026, 1, 1), timezone=zone)
            opens, closes = schedule.window(schedule.nth(1))
            [closing] = schedule.due(Closed(opens, opens, schedule.nth(1).start), closes)
            assert closing == Closing(schedule.nth(1), opens, closes)
            kept.add(len(table_of(cycle_of(schedule.kind, schedule.anchor, None)).by_zone))
        assert max(kept) < len(zones)

    def test_more_closings_than_are_kept_can_be_asked_for(self) -> None:
        schedule = BillingSchedule.open(Frequency.DAILY, on=date(2026, 1, 1), timezone="Asia/Kolkata")
        for number in [*range(1, 200), *range(1, 200)]:
            opens, closes = schedule.window(schedule.nth(number))
            closed = Closed(opens, opens, schedule.nth(number).start)
            assert list(schedule.due(closed, closes)) == [Closing(schedule.nth(number), opens, closes)]

    def test_the_last_period_of_the_calendar_is_due_again_and_again(self) -> None:
        schedule = BillingSchedule.open(Frequency.DAILY, on=date(9999, 12, 20), timezone="America/Havana")
        closed = Closed(utc(9999, 12, 30, 5), utc(9999, 12, 30, 5), date(9999, 12, 30))
        for _ in range(2):
            assert not schedule.due(closed, utc(9999, 12, 31, 4))

    def test_closings_are_values(self) -> None:
        schedule = BillingSchedule.open(Frequency.WEEKLY, on=date(2026, 1, 5), timezone="UTC")
        none, one, two = (schedule.due(None, utc(2026, 1, day)) for day in (6, 12, 19))
        assert none == BillingSchedule.open(Frequency.DAILY, on=date(2027, 1, 1), timezone="UTC").due(
            None, utc(2026, 1, 1)
        )
        assert one != two != none
        assert tuple(one) == two[:1]
        assert one != tuple(one)
        assert len({none, one, two, schedule.due(None, utc(2026, 1, 13))}) == 3


class TestRulesThatChanged:
    """BP-11: a later change of tzdata bills no moment twice or never."""

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("Europe/London", "Europe/Paris"),
            ("Europe/Paris", "Europe/London"),
            ("Pacific/Pago_Pago", "Pacific/Apia"),
            ("Pacific/Apia", "Pacific/Pago_Pago"),
            ("Asia/Kolkata", "Asia/Kathmandu"),
        ],
    )
    @pytest.mark.parametrize("kind", [Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY_ANNIVERSARY])
    def test_no_moment_is_billed_twice_or_never(
        self, monkeypatch: pytest.MonkeyPatch, before: str, after: str, kind: Frequency
    ) -> None:
        zones = {"old": _zones.find(before), "new": _zones.find(after)}
        rules = "old"

        def find(_: str) -> ZoneInfo | None:
            return zones[rules]

        monkeypatch.setattr(_zones, "find", find)
        old = BillingSchedule.open(kind, on=date(2026, 1, 5), timezone=before)
        rules = "new"
        new = BillingSchedule.open(kind, on=date(2026, 1, 5), timezone=before)
        assert old.window(old.first) != new.window(new.first)

        closings = list(old.due(None, utc(2026, 3, 1)))
        closings += new.due(closings[-1].closed(at=utc(2026, 3, 1)), utc(2026, 5, 1))

        assert [closing.period for closing in closings] == [new.nth(number) for number in range(len(closings))]
        for earlier, later in pairwise(closings):
            assert earlier.closes == later.opens
        assert all(closing.opens <= closing.closes for closing in closings)

    def test_without_the_day_the_nearest_start_is_taken(self) -> None:
        schedule = BillingSchedule.open(Frequency.WEEKLY, on=date(2026, 1, 5), timezone="Europe/Paris")
        boundary = schedule.window(schedule.first).closes
        for moved in (timedelta(hours=-3), timedelta(), timedelta(hours=3)):
            [closing] = schedule.due(Closed(boundary + moved, boundary + moved), utc(2026, 1, 20))
            assert closing == Closing(schedule.nth(1), boundary + moved, schedule.window(schedule.nth(1)).closes)

    def test_a_seam_before_the_opening_starts_at_the_first_period(self) -> None:
        schedule = BillingSchedule.open(Frequency.WEEKLY, on=date(2026, 1, 5), timezone="Europe/Paris")
        [closing] = schedule.due(Closed(utc(2026, 1, 4, 12), utc(2026, 1, 4, 12)), utc(2026, 1, 12))
        assert closing == Closing(schedule.first, utc(2026, 1, 4, 12), utc(2026, 1, 11, 23))

    def test_a_seam_beyond_a_window_leaves_nothing_of_it_to_bill(self) -> None:
        schedule = BillingSchedule.open(Frequency.DAILY, on=date(2026, 1, 5), timezone="UTC")
        closed = Closed(utc(2026, 1, 7, 6), utc(2026, 1, 7, 6), date(2026, 1, 6))
        swallowed, cut = schedule.due(closed, utc(2026, 1, 8))
        assert swallowed == Closing(schedule.nth(1), closed.until, closed.until)
        assert cut == Closing(schedule.nth(2), closed.until, utc(2026, 1, 8))
        assert schedule.next_due(closed) == closed.until


class TestBadInput:
    """X-2: each fault is told apart, with its remedy."""

    schedule = BillingSchedule.open(Frequency.WEEKLY, on=date(2026, 1, 7), timezone="UTC")
    before_year_1 = datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))

    @pytest.mark.parametrize("day", [date(2026, 1, 13), date(2025, 1, 6)])
    def test_a_closing_of_another_schedule(self, day: date) -> None:
        with pytest.raises(InvalidValue) as error:
            self.schedule.due(Closed(utc(2026, 1, 12), utc(2026, 1, 12), day), utc(2026, 2, 1))
        assert error.value.problem.code is PeriodFault.PERIOD_CLOSED_ELSEWHERE

    @pytest.mark.parametrize("closed", [utc(2026, 1, 12), (utc(2026, 1, 12), None), "x", 0, False])
    def test_what_is_no_closing(self, closed: object) -> None:
        with pytest.raises(InvalidType):
            self.schedule.due(closed, utc(2026, 2, 1))  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            self.schedule.next_due(closed)  # type: ignore[arg-type]

    def test_instants_must_be_aware(self) -> None:
        naive = datetime(2026, 1, 1)  # noqa: DTZ001 - naive on purpose
        with pytest.raises(InvalidValue) as error:
            self.schedule.due(None, naive)
        assert error.value.problem.code is FieldCode.INSTANT_NAIVE
        with pytest.raises(InvalidValue):
            Closed(naive, utc(2026, 1, 1))
        with pytest.raises(InvalidType):
            Closed(utc(2026, 1, 1), date(2026, 1, 1))  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            Closed(utc(2026, 1, 1), utc(2026, 1, 1), utc(2026, 1, 1))

    def test_a_seam_in_another_zone_is_kept_in_utc(self) -> None:
        tokyo = timezone(timedelta(hours=9))
        closed = Closed(datetime(2026, 1, 12, 9, tzinfo=tokyo), utc(2026, 1, 12), date(2026, 1, 12))
        assert closed.until.tzinfo is UTC
        [closing] = self.schedule.due(closed, utc(2026, 1, 19))
        assert (closing.opens, closing.opens.tzinfo) == (utc(2026, 1, 12), UTC)
        seam = datetime(2026, 1, 7, 9, tzinfo=tokyo)
        after = BillingSchedule(kind=Frequency.WEEKLY, opening=date(2026, 1, 7), timezone="UTC", seam=seam)
        assert after.window(after.first).opens.tzinfo is UTC

    def test_the_ends_of_the_calendar(self) -> None:
        delayed = BillingSchedule.open(Frequency.DAILY, on=date(1, 1, 1), timezone="UTC", closing_delay_hours=6)
        for ask in (
            lambda: delayed.due(None, datetime.min.replace(tzinfo=UTC)),
            lambda: delayed.next_due(Closed(datetime.max.replace(tzinfo=UTC), utc(9999, 1, 1), date(9999, 12, 30))),
            lambda: delayed.due(None, self.before_year_1),
            lambda: Closed(self.before_year_1, utc(2026, 1, 1)),
            lambda: BillingSchedule(
                kind=Frequency.DAILY, opening=date(1, 1, 2), timezone="UTC", seam=self.before_year_1
            ),
        ):
            with pytest.raises(InvalidValue) as error:
                ask()
            assert error.value.problem.code is PeriodFault.PERIOD_OUT_OF_CALENDAR
