"""Changes of kind, anchor and zone."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    Closed,
    Closing,
    CycleFault,
    DayCount,
    Frequency,
    MonthEnd,
    PeriodFault,
    every,
)
from tenantcore.errors import Code, InvalidType, InvalidValue
from tenantcore.money import Money, Rounding
from tenantcore.schedule_changes import ScheduleChange, ScheduleChangeFault, Stub, plan_change
from tenantcore.testing import schedule_changes
from tests.vector_files import Case, cases

ZONES = (
    "UTC", "America/Havana", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Honolulu",
    "Asia/Kolkata", "Australia/Lord_Howe",
)  # fmt: skip
ANCHORED = (Frequency.MONTHLY_ANNIVERSARY, Frequency.THIRTY_DAYS, Frequency.YEARLY_ANNIVERSARY, every(days=10))
KINDS = (*Frequency, every(days=10), every(weeks=2))

schedules = st.builds(
    BillingSchedule.open,
    st.sampled_from(KINDS),
    on=st.dates(date(2011, 11, 1), date(2012, 3, 1)),
    timezone=st.sampled_from(ZONES),
    closing_delay_hours=st.sampled_from((0, 6)),
)


def opened(kind: Frequency, day: str, timezone: str = "UTC") -> BillingSchedule:
    return BillingSchedule.open(kind, on=date.fromisoformat(day), timezone=timezone)


def days(start: str, end: str) -> BillingPeriod:
    return BillingPeriod(date.fromisoformat(start), date.fromisoformat(end))


def fault(**asked: object) -> Code:
    with pytest.raises(InvalidValue) as error:
        plan_change(opened(Frequency.WEEKLY, "2026-11-02"), asked_on=date(2026, 11, 18), **asked)  # type: ignore[arg-type]
    return error.value.problem.code


class TestEffectiveDay:
    """BP-12: at the end of the current period, or (anniversary and fixed-day kinds) on a chosen day."""

    def test_a_calendar_kind_starts_at_the_end_of_the_current_period(self) -> None:
        change = plan_change(
            opened(Frequency.WEEKLY, "2026-11-02"), asked_on=date(2026, 11, 18), kind=Frequency.MONTHLY
        )
        assert change.effective == date(2026, 11, 23)
        assert change.last == days("2026-11-16", "2026-11-23")
        assert change.stub == Stub(part=days("2026-11-23", "2026-12-01"), whole=days("2026-11-01", "2026-12-01"))
        assert change.after.share(change.after.first, DayCount.ACTUAL) == Fraction(8, 30)

    def test_an_anniversary_counts_from_the_day_it_takes_effect(self) -> None:
        change = plan_change(
            opened(Frequency.WEEKLY, "2026-11-02"), asked_on=date(2026, 11, 18), kind=Frequency.MONTHLY_ANNIVERSARY
        )
        assert change.after.anchor == date(2026, 11, 23)
        assert change.after.first == days("2026-11-23", "2026-12-23")
        assert change.stub is None

    def test_a_chosen_day_cuts_the_current_period_and_is_the_anchor(self) -> None:
        change = plan_change(
            opened(Frequency.MONTHLY, "2026-11-01"),
            asked_on=date(2026, 11, 5),
            kind=Frequency.THIRTY_DAYS,
            on=date(2026, 11, 20),
        )
        assert change.last == days("2026-11-01", "2026-11-20")
        assert change.stub == Stub(part=days("2026-11-01", "2026-11-20"), whole=days("2026-11-01", "2026-12-01"))
        assert change.after.first == days("2026-11-20", "2026-12-20")

    def test_a_chosen_boundary_leaves_no_stub(self) -> None:
        change = plan_change(
            opened(Frequency.MONTHLY, "2026-11-01"),
            asked_on=date(2026, 11, 5),
            kind=Frequency.THIRTY_DAYS,
            on=date(2026, 12, 1),
        )
        assert change.stub is None

    def test_an_anniversary_may_move_its_own_anchor(self) -> None:
        monthly = opened(Frequency.MONTHLY_ANNIVERSARY, "2026-01-15")
        change = plan_change(monthly, asked_on=date(2026, 3, 20), anchor=date(2026, 1, 1))
        assert change.effective == date(2026, 4, 15)
        assert change.stub == Stub(part=days("2026-04-15", "2026-05-01"), whole=days("2026-04-01", "2026-05-01"))

    def test_another_month_end_keeps_the_anchor(self) -> None:
        monthly = opened(Frequency.MONTHLY_ANNIVERSARY, "2026-01-31")
        change = plan_change(monthly, asked_on=date(2026, 3, 20), month_end=MonthEnd.CLAMP)
        assert (change.effective, change.after.anchor) == (date(2026, 3, 28), date(2026, 1, 31))
        assert change.after.first == days("2026-03-28", "2026-03-31")
        assert change.after.nth(1) == days("2026-03-31", "2026-04-30")

    def test_before_the_opening_it_replaces_the_schedule_whole(self) -> None:
        change = plan_change(opened(Frequency.MONTHLY, "2026-11-10"), asked_on=date(2026, 10, 1), kind=Frequency.WEEKLY)
        assert (change.effective, change.last) == (date(2026, 11, 10), None)
        assert change.after.first == days("2026-11-10", "2026-11-16")
        now = datetime(2026, 11, 16, tzinfo=UTC)
        assert [closing.period for closing in change.due(None, now)] == [change.after.first]


class TestZone:
    """BP-12: after a zone change the first new window opens when the old one closes."""

    @pytest.mark.parametrize(("timezone", "hours"), [("Asia/Tokyo", -9), ("America/New_York", 5), ("UTC", 0)])
    def test_the_first_new_window_opens_at_the_seam(self, timezone: str, hours: int) -> None:
        change = plan_change(
            opened(Frequency.MONTHLY, "2026-11-01", "Europe/London"), asked_on=date(2026, 11, 18), timezone=timezone
        )
        assert change.seam == datetime(2026, 12, 1, tzinfo=UTC)
        assert change.after.window(change.after.first) == (
            change.seam,
            datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hours),
        )
        assert change.stub is None

    @given(schedules, st.lists(st.tuples(st.integers(0, 60), st.sampled_from(ZONES)), min_size=1, max_size=4))
    def test_back_and_forth_loses_or_doubles_no_day_and_no_moment(
        self, schedule: BillingSchedule, moves: list[tuple[int, str]]
    ) -> None:
        closed: Closed | None = None
        billed: list[Closing] = []
        opens = schedule.window(schedule.first).opens
        for wait, timezone in moves:
            billed_until = schedule.opening if closed is None else billed[-1].period.end
            if timezone == schedule.timezone:
                continue
            change = plan_change(schedule, asked_on=billed_until + timedelta(days=wait), timezone=timezone)
            now = change.seam + timedelta(hours=7)
            for closing in change.due(closed, now):
                billed.append(closing)
                closed = closing.closed(at=now)
            assert billed[-1].period.end >= change.effective
            schedule = change.after
        assert [closing.opens for closing in billed[:1]] in ([], [opens])
        for earlier, later in pairwise(billed):
            assert (earlier.period.end, earlier.closes) == (later.period.start, later.opens)
            assert later.opens <= later.closes


class TestPlan:
    """BP-12: what is planned holds together, whatever is changed into what."""

    @given(schedule_changes())
    def test_old_and_new_meet_in_days_and_in_time(self, change: ScheduleChange) -> None:
        assert change.effective == change.after.opening == change.after.first.start
        assert change.after.window(change.after.first).opens == change.seam
        if change.last is None:
            assert change.effective == change.before.opening
        else:
            assert change.last.end == change.effective
            assert change.before.first_instant(change.effective) == change.seam
        if change.stub is None:
            assert not change.after.is_partial(change.after.first)
            assert change.last is None or change.before.containing(change.last.start) == change.last
        else:
            assert change.stub.part in {change.last, change.after.first}
            assert change.stub.whole.start <= change.stub.part.start < change.stub.part.end <= change.stub.whole.end
            assert change.stub.part.days < change.stub.whole.days or change.stub.part == change.last


class TestDue:
    """BP-11, BP-12: over a change, every day and every moment is closed once."""

    @given(schedules, st.integers(0, 80), st.sampled_from(ANCHORED), st.sampled_from(ZONES), st.integers(0, 40))
    def test_days_and_windows_tile_over_a_change(
        self, schedule: BillingSchedule, wait: int, kind: Frequency, timezone: str, chosen: int
    ) -> None:
        asked = schedule.opening + timedelta(days=wait)
        day = asked + timedelta(days=chosen)
        assume((kind, timezone, day) != (schedule.kind, schedule.timezone, schedule.anchor))
        change = plan_change(schedule, asked_on=asked, kind=kind, timezone=timezone, on=day)
        end = change.seam + timedelta(days=900)
        whole_run = change.due(None, end)
        assert whole_run[0].period.start == schedule.opening
        assert whole_run[0].opens == schedule.window(schedule.first).opens
        for earlier, later in pairwise(whole_run):
            assert (earlier.period.end, earlier.closes) == (later.period.start, later.opens)

        closed: Closed | None = None
        bit_by_bit = []
        now = schedule.window(schedule.first).opens
        while now <= end:
            for closing in change.due(closed, now):
                bit_by_bit.append(closing)
                closed = closing.closed(at=now)
            now += timedelta(days=11, hours=5)
        assert bit_by_bit == list(whole_run[: len(bit_by_bit)])
        assert len(bit_by_bit) > len(whole_run) - 40

    def test_the_last_old_period_waits_for_the_closing_delay(self) -> None:
        schedule = BillingSchedule.open(Frequency.MONTHLY, on=date(2026, 11, 1), timezone="UTC", closing_delay_hours=6)
        change = plan_change(schedule, asked_on=date(2026, 11, 5), kind=every(days=10), on=date(2026, 11, 20))
        assert change.due(None, datetime(2026, 11, 20, 5, 59, tzinfo=UTC)) == ()
        [closing] = change.due(None, datetime(2026, 11, 20, 6, tzinfo=UTC))
        assert closing.period == change.last

    def test_at_the_end_of_the_calendar_the_last_old_period_just_isnt_due(self) -> None:
        schedule = BillingSchedule.open(Frequency.DAILY, on=date(9999, 12, 27), timezone="UTC", closing_delay_hours=700)
        change = plan_change(schedule, asked_on=date(9999, 12, 28), kind=every(days=1), anchor=date(9999, 12, 1))
        assert change.due(None, datetime(9999, 12, 31, tzinfo=UTC)) == ()

    def test_a_closing_without_its_day_is_placed_by_its_instant(self) -> None:
        change = plan_change(opened(Frequency.MONTHLY, "2026-11-01"), asked_on=date(2026, 11, 5), kind=Frequency.WEEKLY)
        now = datetime(2026, 12, 7, tzinfo=UTC)
        [closing] = change.due(Closed(change.seam, change.seam), now)
        assert closing.period == change.after.first

    def test_what_is_no_closing_is_refused(self) -> None:
        change = plan_change(opened(Frequency.MONTHLY, "2026-11-01"), asked_on=date(2026, 11, 5), kind=Frequency.WEEKLY)
        with pytest.raises(InvalidType):
            change.due("yesterday", datetime(2026, 12, 7, tzinfo=UTC))  # type: ignore[arg-type]


class TestRefused:
    """BP-12, X-2: a change that can't be planned as asked says why."""

    def test_nothing_named(self) -> None:
        assert fault() is ScheduleChangeFault.CHANGE_OF_NOTHING
        assert fault(kind=Frequency.WEEKLY, timezone="UTC") is ScheduleChangeFault.CHANGE_OF_NOTHING

    def test_a_day_for_a_calendar_kind(self) -> None:
        found = fault(kind=Frequency.MONTHLY, on=date(2026, 12, 1))
        assert found is ScheduleChangeFault.CHANGE_DAY_NOT_CHOSEN

    def test_a_day_in_the_past(self) -> None:
        found = fault(kind=Frequency.THIRTY_DAYS, on=date(2026, 11, 17))
        assert found is ScheduleChangeFault.CHANGE_DAY_PAST
        assert plan_change(
            opened(Frequency.WEEKLY, "2026-11-02"),
            asked_on=date(2026, 11, 18),
            kind=Frequency.THIRTY_DAYS,
            on=date(2026, 11, 18),
        ).effective == date(2026, 11, 18)

    def test_a_day_and_an_anchor(self) -> None:
        found = fault(kind=Frequency.THIRTY_DAYS, on=date(2026, 12, 1), anchor=date(2026, 12, 2))
        assert found is ScheduleChangeFault.CHANGE_DAY_AND_ANCHOR

    def test_what_the_schedule_itself_refuses(self) -> None:
        assert fault(timezone="Mars/Olympus") is PeriodFault.PERIOD_TIMEZONE_UNKNOWN
        found = fault(kind=Frequency.MONTHLY_ANNIVERSARY, on=date(2027, 1, 31), month_end=MonthEnd.FORBID)
        assert found is CycleFault.CYCLE_MONTH_END_FORBIDDEN
        assert fault(kind="weekly") is CycleFault.CYCLE_KIND_UNKNOWN

    def test_wrong_types(self) -> None:
        schedule = opened(Frequency.WEEKLY, "2026-11-02")
        with pytest.raises(InvalidType):
            plan_change("weekly", asked_on=date(2026, 11, 18))  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            plan_change(schedule, asked_on=datetime(2026, 11, 18, tzinfo=UTC), kind=Frequency.MONTHLY)
        with pytest.raises(InvalidType):
            plan_change(schedule, asked_on=date(2026, 11, 18), kind=every(days=3), on="tomorrow")  # type: ignore[arg-type]


def test_a_change_is_a_value() -> None:
    asked = {"asked_on": date(2026, 11, 18), "kind": Frequency.MONTHLY}
    first = plan_change(opened(Frequency.WEEKLY, "2026-11-02"), **asked)  # type: ignore[arg-type]
    assert first == plan_change(opened(Frequency.WEEKLY, "2026-11-02"), **asked)  # type: ignore[arg-type]
    assert isinstance(hash(first), int)
    assert isinstance(first, ScheduleChange)


class TestVectors:
    """Cases that any implementation of the rules could run."""

    @pytest.mark.parametrize("case", cases("schedule_changes"), ids=lambda case: case.id)
    def test_case(self, case: Case) -> None:
        answers = answers_to(case.given)
        assert {name: answers[name] for name in case.expect} == case.expect


def answers_to(given: dict[str, Any]) -> dict[str, Any]:
    schedule = opened(Frequency(given["kind"]), given["opening"], given["timezone"])
    asked: dict[str, Any] = dict(given["change"])
    if "kind" in asked:
        asked["kind"] = Frequency(asked["kind"])
    for name in asked.keys() & {"on", "anchor"}:
        asked[name] = date.fromisoformat(asked[name])
    try:
        change = plan_change(schedule, asked_on=date.fromisoformat(given["asked_on"]), **asked)
    except InvalidValue as error:
        return {"code": error.problem.code.name}
    window = change.after.window(change.after.first)
    answers = {
        "effective": str(change.effective),
        "last": str(change.last),
        "stub": change.stub and str(change.stub.part),
        "whole": change.stub and str(change.stub.whole),
        "first": str(change.after.first),
        "second": str(change.after.nth(1)),
        "opens": f"{window.opens:%Y-%m-%dT%H:%M:%SZ}",
        "closes": f"{window.closes:%Y-%m-%dT%H:%M:%SZ}",
    }
    if "price" in given and change.stub is not None:
        share = Fraction(change.stub.part.days, change.stub.whole.days)
        price = Money(given["price"], given["currency"])
        answers["amount"] = str(price.times(share, Rounding.HALF_UP, places=given["places"]).amount)
    return answers
