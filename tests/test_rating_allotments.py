"""Minutes that are included: what is left of them, what a live call holds, what a call uses."""

import pickle
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tenantcore import _zones
from tenantcore._rated_seconds import charged_of
from tenantcore.billing_periods import BillingPeriod, BillingSchedule, CycleFault, Frequency, PeriodFault
from tenantcore.errors import FieldCode, InvalidType, InvalidValue
from tenantcore.numbering import NumberClass
from tenantcore.rating import (
    MAX_ALLOTTED_SECONDS,
    Allotment,
    AllotmentFault,
    AllotmentHold,
    Allotments,
    AllotmentUse,
)
from tenantcore.testing import timezones
from tenantcore.trunks import Direction
from tests.clocks import zone_named
from tests.strangers import HostileText

US = frozenset({NumberClass.US_DID})
NEW_YORK = "America/New_York"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = date(2026, 3, 1)
APRIL_OPENS = datetime(2026, 4, 1, 4, tzinfo=UTC)
HOUR = Allotment(name="hour", seconds=3600, classes=US)


def used(seconds: int, held: int = 0, start: date | None = MARCH) -> AllotmentUse:
    return AllotmentUse(period_start=start, used_seconds=seconds, held_seconds=held)


def left(allotment: Allotment, use: AllotmentUse, at: datetime = NOON, group: tuple[AllotmentUse, ...] = ()) -> int:
    return allotment.left(use, at=at, timezone=NEW_YORK, group=group)


def settled(allotment: Allotment, use: AllotmentUse, at: datetime, seconds: int, **others: Any) -> AllotmentUse:
    return allotment.settle(use, answered_at=at, seconds=seconds, timezone=NEW_YORK, **others).use


class TestPeriods:
    """RAT-2: an allotment is renewed per day, week, month or other calendar period, in the tenant's time zone."""

    @pytest.mark.parametrize(
        ("per", "start", "end"),
        [
            (Frequency.DAILY, date(2026, 3, 9), date(2026, 3, 10)),
            (Frequency.WEEKLY, date(2026, 3, 9), date(2026, 3, 16)),
            (Frequency.SEMIMONTHLY, MARCH, date(2026, 3, 16)),
            (Frequency.MONTHLY, MARCH, date(2026, 4, 1)),
            (Frequency.QUARTERLY, date(2026, 1, 1), date(2026, 4, 1)),
            (Frequency.HALF_YEARLY, date(2026, 1, 1), date(2026, 7, 1)),
            (Frequency.YEARLY, date(2026, 1, 1), date(2027, 1, 1)),
        ],
    )
    def test_calendar_periods(self, per: Frequency, start: date, end: date) -> None:
        at = datetime(2026, 3, 10, 3, 59, tzinfo=UTC)  # still the 9th in New York
        assert evolve(HOUR, per=per).period(at=at, timezone=NEW_YORK) == BillingPeriod(start, end)

    @pytest.mark.parametrize("per", Frequency)
    def test_periods_that_need_an_anchor_are_refused(self, per: Frequency) -> None:
        if per.value in {"daily", "weekly", "semimonthly", "monthly", "quarterly", "half-yearly", "yearly"}:
            assert evolve(HOUR, per=per).per is per
            return
        with pytest.raises(InvalidValue) as error:
            evolve(HOUR, per=per)
        assert error.value.problem.code is AllotmentFault.ALLOTMENT_PERIOD_ANCHORED

    def test_a_month_unless_it_says_so(self) -> None:
        assert HOUR.per is Frequency.MONTHLY

    @given(
        timezones(),
        st.sampled_from([Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY]),
        st.lists(
            st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - its way
            max_size=8,
        ),
    )
    def test_the_order_of_asking_changes_nothing(self, zone: str, per: Frequency, instants: list[datetime]) -> None:
        allotment, schedule = evolve(HOUR, per=per), BillingSchedule.open(per, on=date(2020, 1, 1), timezone=zone)
        for at in instants:
            period = schedule.at(at)
            # Its ends are where an answer that was kept would be a wrong one.
            opens, closes = schedule.window(period)
            moment = timedelta(microseconds=1)
            for each in (at, opens, opens - moment, closes, closes - moment, at):
                assert allotment.period(at=each, timezone=zone) == schedule.at(each)

    def test_the_first_and_the_last_days_that_there_are(self) -> None:
        first = datetime(1, 1, 5, tzinfo=UTC)
        for _ in range(2):
            assert HOUR.period(at=first, timezone="Asia/Singapore") == BillingPeriod(date(1, 1, 1), date(1, 2, 1))
            with pytest.raises(InvalidValue) as error:
                HOUR.period(at=datetime(9999, 12, 31, tzinfo=UTC), timezone="Asia/Singapore")
            assert error.value.problem.code is CycleFault.CYCLE_OUT_OF_CALENDAR

    def test_unknown_zones(self) -> None:
        with pytest.raises(InvalidValue) as error:
            HOUR.period(at=NOON, timezone="Mars/Olympus")
        assert error.value.problem.code is PeriodFault.PERIOD_TIMEZONE_UNKNOWN


class TestLeft:
    """RAT-2: what is neither used nor held in the period is left; use of another period counts for nothing."""

    def test_all_of_it_at_first(self) -> None:
        assert left(HOUR, AllotmentUse()) == 3600

    def test_what_is_used_and_held_is_taken(self) -> None:
        assert left(HOUR, used(600, held=60)) == 2940

    def test_never_below_nothing(self) -> None:
        assert left(HOUR, used(3600)) == left(HOUR, used(4000)) == left(HOUR, used(0, held=3601)) == 0

    def test_a_new_period_begins_with_all_of_it(self) -> None:
        moment = timedelta(microseconds=1)
        assert [left(HOUR, used(600), at) for at in (APRIL_OPENS - moment, APRIL_OPENS)] == [3000, 3600]

    def test_a_clock_that_is_late_asks_in_the_period_of_the_use(self) -> None:
        april = used(600, start=date(2026, 4, 1))
        assert left(HOUR, april, APRIL_OPENS - timedelta(seconds=1)) == 3000

    def test_a_group_takes_from_the_same_seconds(self) -> None:
        others = used(100, held=10), used(1000), used(500, start=date(2026, 2, 1)), AllotmentUse()
        assert left(HOUR, used(600), group=others) == 3600 - 600 - 110 - 1000
        assert left(HOUR, AllotmentUse(), group=others) == 3600 - 110 - 1000


class TestHold:
    """RAT-2: a live call sets seconds aside, so that calls at the same time don't spend the same ones."""

    def taken(self, use: AllotmentUse, seconds: int, allotment: Allotment = HOUR, **others: Any) -> Any:
        return allotment.hold(use, seconds, **{"at": NOON, "timezone": NEW_YORK, **others})

    def test_as_many_as_are_asked_for(self) -> None:
        held = self.taken(used(600), 60)
        assert held.hold == AllotmentHold(period_start=MARCH, seconds=60)
        assert held.use == used(600, held=60)

    def test_fewer_where_fewer_are_left(self) -> None:
        held = self.taken(used(3500, held=90), 60)
        assert (held.hold.seconds, held.use) == (10, used(3500, held=100))

    def test_none_where_nothing_is_left(self) -> None:
        assert self.taken(used(3600), 60) is None
        assert self.taken(used(3599), 60).hold.seconds == 1
        assert self.taken(used(0), 60, group=(used(3600),)) is None

    def test_a_zone_in_text_of_a_hosts_own_kind_is_that_zone(self) -> None:
        own = HostileText(NEW_YORK)
        assert HOUR.period(at=APRIL_OPENS, timezone=own) == HOUR.period(at=APRIL_OPENS, timezone=NEW_YORK)
        daily = evolve(HOUR, per=Frequency.DAILY)
        assert daily.period(at=NOON, timezone=own) == daily.period(at=NOON, timezone=NEW_YORK)

    def test_none_on_less_than_the_minimum(self) -> None:
        minute = evolve(HOUR, minimum_seconds=60)
        assert self.taken(used(3541), 60, minute) is None
        assert self.taken(used(3540), 10, minute).hold.seconds == 60

    def test_whole_blocks_are_held(self) -> None:
        blocks = evolve(HOUR, minimum_seconds=30, increment_seconds=18, free_seconds=5)
        assert [self.taken(used(0), seconds, blocks).hold.seconds for seconds in (6, 30, 31, 48, 49)] == [
            30, 30, 48, 48, 66,
        ]  # fmt: skip
        assert [self.taken(used(3600 - left), 60, blocks).hold.seconds for left in (30, 47, 48, 65, 66)] == [
            30, 30, 48, 48, 66,
        ]  # fmt: skip
        assert self.taken(used(3571), 60, blocks) is None
        assert self.taken(used(3600), 5, evolve(HOUR, free_seconds=5)) is None
        free = self.taken(used(0), 5, blocks)
        assert (free.hold.seconds, free.use) == (0, used(0))
        assert self.taken(free.use, 5, blocks, held=free.hold) is None
        begun = self.taken(used(3500), 20, blocks)
        more = self.taken(begun.use, 10, blocks, held=begun.hold)
        assert (begun.hold.seconds, more.hold.seconds, more.use.held_seconds) == (30, 48, 48)

    def test_a_live_call_adds_to_what_it_has(self) -> None:
        minute = evolve(HOUR, minimum_seconds=60)
        first = self.taken(used(3500), 60, minute)
        second = self.taken(first.use, 30, minute, held=first.hold)
        assert second.hold == AllotmentHold(period_start=MARCH, seconds=90)
        assert second.use == used(3500, held=90)
        third = self.taken(second.use, 60, minute, held=second.hold)
        assert (third.hold.seconds, third.use) == (100, used(3500, held=100))
        assert self.taken(third.use, 60, minute, held=third.hold) is None

    def test_a_live_call_gets_the_last_second(self) -> None:
        minute = evolve(HOUR, minimum_seconds=60)
        first = self.taken(used(3500), 99, minute)
        last = self.taken(first.use, 60, minute, held=first.hold)
        assert (last.hold.seconds, last.use) == (100, used(3500, held=100))
        assert self.taken(last.use, 60, minute, held=last.hold) is None

    def test_a_hold_of_a_period_that_is_gone_is_left_alone(self) -> None:
        april = used(5, held=60, start=date(2026, 4, 1))
        old = AllotmentHold(period_start=MARCH, seconds=60)
        held = self.taken(april, 60, held=old, at=APRIL_OPENS)
        assert held.hold == AllotmentHold(period_start=date(2026, 4, 1), seconds=60)
        assert held.use == used(5, held=120, start=date(2026, 4, 1))

    def test_in_a_new_period_it_begins_anew(self) -> None:
        first = self.taken(used(3500), 60)
        second = self.taken(first.use, 60, held=first.hold, at=APRIL_OPENS)
        assert second.hold == AllotmentHold(period_start=date(2026, 4, 1), seconds=60)
        assert second.use == used(0, held=60, start=date(2026, 4, 1))

    def test_in_a_new_period_the_minimum_counts_again(self) -> None:
        minute = evolve(HOUR, seconds=60, minimum_seconds=60)
        first = self.taken(used(0), 60, minute)
        others = (used(1, start=date(2026, 4, 1)),)
        assert self.taken(first.use, 60, minute, held=first.hold, at=APRIL_OPENS, group=others) is None

    def test_a_clock_that_is_late_holds_in_the_period_of_the_use(self) -> None:
        april = used(3590, start=date(2026, 4, 1))
        held = self.taken(april, 60, at=APRIL_OPENS - timedelta(seconds=1))
        assert held.hold == AllotmentHold(period_start=date(2026, 4, 1), seconds=10)
        assert held.use == evolve(april, held_seconds=10)

    def test_a_hold_that_isnt_held_is_refused(self) -> None:
        for hold in (
            AllotmentHold(period_start=MARCH, seconds=61),
            AllotmentHold(period_start=date(2026, 4, 1), seconds=1),
        ):
            with pytest.raises(InvalidValue) as error:
                self.taken(used(0, held=60), 60, held=hold)
            assert error.value.problem.code is AllotmentFault.ALLOTMENT_HOLD_UNKNOWN

    def test_what_was_never_answered_is_given_back(self) -> None:
        held = self.taken(used(600), 60)
        assert held.use.released(held.hold) == used(600)
        april = used(5, held=60, start=date(2026, 4, 1))
        assert april.released(held.hold) is april
        with pytest.raises(InvalidValue) as error:
            AllotmentUse().released(held.hold)
        assert error.value.problem.code is AllotmentFault.ALLOTMENT_HOLD_UNKNOWN
        assert used(600, held=60).released(AllotmentHold(period_start=MARCH, seconds=60)) == used(600)

    def test_less_than_a_second_cant_be_held(self) -> None:
        with pytest.raises(InvalidValue) as error:
            self.taken(used(0), 0)
        assert error.value.problem.code is FieldCode.FIELD_BELOW_MINIMUM


class TestSettle:
    """RAT-2: a call counts in the period of its end, all of it, also beyond the allotment."""

    def test_it_counts(self) -> None:
        found = HOUR.settle(used(600), answered_at=NOON, seconds=90, timezone=NEW_YORK)
        assert (found.used_seconds, found.over_seconds, found.use) == (90, 0, used(690))

    def test_in_blocks(self) -> None:
        blocks = evolve(HOUR, minimum_seconds=30, increment_seconds=18, free_seconds=5)
        counted = [settled(blocks, AllotmentUse(), NOON, each).used_seconds for each in (0, 5, 6, 30, 31, 48, 49)]
        assert counted == [0, 0, 30, 30, 48, 48, 66]

    def test_what_goes_beyond_is_told_and_counted(self) -> None:
        found = HOUR.settle(used(3570), answered_at=NOON, seconds=90, timezone=NEW_YORK)
        assert (found.used_seconds, found.over_seconds, found.use) == (90, 60, used(3660))
        found = HOUR.settle(found.use, answered_at=NOON, seconds=10, timezone=NEW_YORK)
        assert (found.used_seconds, found.over_seconds, found.use) == (10, 10, used(3670))
        exactly = HOUR.settle(used(3510), answered_at=NOON, seconds=90, timezone=NEW_YORK)
        assert exactly.over_seconds == 0

    def test_what_is_covered_is_told_from_the_answer_on(self) -> None:
        found = [HOUR.settle(used(3570), answered_at=NOON, seconds=each, timezone=NEW_YORK) for each in (0, 30, 31, 90)]
        assert [each.covered_seconds for each in found] == [0, 30, 30, 30]
        nothing_left = HOUR.settle(used(3600), answered_at=NOON, seconds=90, timezone=NEW_YORK)
        assert (nothing_left.covered_seconds, nothing_left.over_seconds) == (0, 90)

    def test_only_whole_blocks_are_covered(self) -> None:
        blocks = evolve(HOUR, minimum_seconds=30, increment_seconds=18, free_seconds=5)
        found = [
            blocks.settle(used(3600 - left), answered_at=NOON, seconds=60, timezone=NEW_YORK)
            for left in (0, 29, 30, 47, 48, 65, 66)
        ]
        assert [each.covered_seconds for each in found] == [5, 5, 30, 30, 48, 48, 60]
        assert [each.over_seconds for each in found] == [66, 37, 36, 19, 18, 1, 0]

    def test_what_lies_in_an_earlier_period_is_covered(self) -> None:
        begun = APRIL_OPENS - timedelta(seconds=30)
        april = used(3590, start=date(2026, 4, 1))
        found = HOUR.settle(april, answered_at=begun, seconds=90, timezone=NEW_YORK)
        assert (found.used_seconds, found.over_seconds, found.covered_seconds) == (60, 50, 40)
        before = HOUR.settle(april, answered_at=NOON, seconds=90, timezone=NEW_YORK)
        assert (before.over_seconds, before.covered_seconds) == (0, 90)

    @given(st.integers(0, 900), st.integers(0, 700), st.integers(0, 60), st.integers(0, 60), st.integers(1, 60))
    def test_all_is_covered_where_nothing_is_over(
        self, before: int, seconds: int, free: int, minimum: int, increment: int
    ) -> None:
        blocks = evolve(HOUR, seconds=600, free_seconds=free, minimum_seconds=minimum, increment_seconds=increment)
        found = blocks.settle(used(before), answered_at=NOON, seconds=seconds, timezone=NEW_YORK)
        assert (found.over_seconds == 0) == (found.covered_seconds == seconds)
        covered = blocks.settle(used(before), answered_at=NOON, seconds=found.covered_seconds, timezone=NEW_YORK)
        assert covered.over_seconds == 0

    def test_a_group_leaves_less(self) -> None:
        found = HOUR.settle(used(0), answered_at=NOON, seconds=90, timezone=NEW_YORK, group=(used(3540),))
        assert (found.over_seconds, found.use) == (30, used(90))

    def test_the_hold_goes(self) -> None:
        hold = AllotmentHold(period_start=MARCH, seconds=60)
        found = HOUR.settle(used(3500, held=100), answered_at=NOON, seconds=62, timezone=NEW_YORK, held=hold)
        assert (found.over_seconds, found.use) == (0, used(3562, held=40))
        last = HOUR.settle(found.use, answered_at=NOON, seconds=40, timezone=NEW_YORK, held=evolve(hold, seconds=40))
        assert (last.over_seconds, last.use) == (2, used(3602))

    @given(st.data(), st.integers(0, 400), st.sampled_from([(0, 0, 1), (0, 60, 60), (5, 30, 18)]))
    def test_in_any_order_a_second_is_over_once(
        self, data: st.DataObject, total: int, blocks: tuple[int, int, int]
    ) -> None:
        """Calls at the same time, some of them longer than what they held."""
        free, minimum, increment = blocks
        allotment = evolve(HOUR, seconds=total, free_seconds=free, minimum_seconds=minimum, increment_seconds=increment)
        lengths = data.draw(st.lists(st.integers(0, 200), max_size=6))
        use, holds = AllotmentUse(), list[AllotmentHold | None]()
        for _ in lengths:
            held = allotment.hold(use, 60, at=NOON, timezone=NEW_YORK)
            use = use if held is None else held.use
            holds.append(None if held is None else held.hold)
        over = 0
        for place in data.draw(st.permutations(range(len(lengths)))):
            found = allotment.settle(
                use, answered_at=NOON, seconds=lengths[place], timezone=NEW_YORK, held=holds[place]
            )
            use, over = found.use, over + found.over_seconds
        assert use.held_seconds == 0
        assert over == max(0, use.used_seconds - total)

    @given(st.integers(0, 2000), st.integers(1, 400), st.integers(0, 60), st.integers(0, 400), st.integers(1, 90))
    def test_who_ends_in_time_is_never_over(
        self, total: int, seconds: int, free: int, minimum: int, increment: int
    ) -> None:
        """Calls that last exactly as long as what they hold, one beside the other, until nothing is left."""
        allotment = evolve(HOUR, seconds=total, free_seconds=free, minimum_seconds=minimum, increment_seconds=increment)
        use, covered = AllotmentUse(), list[tuple[AllotmentHold, int]]()
        while len(covered) < 50 and (held := allotment.hold(use, seconds, at=NOON, timezone=NEW_YORK)) is not None:
            lengths = (
                length for length in range(2500) if charged_of(length, free, minimum, increment) <= held.hold.seconds
            )
            use = held.use
            covered.append((held.hold, max(lengths)))
        for hold, length in covered:
            found = allotment.settle(use, answered_at=NOON, seconds=length, timezone=NEW_YORK, held=hold)
            assert (found.over_seconds, found.used_seconds) == (0, hold.seconds)
            use = found.use
        assert use.used_seconds <= total

    def test_a_call_into_a_new_period_counts_from_its_opening(self) -> None:
        begun = APRIL_OPENS - timedelta(seconds=30)
        hold = AllotmentHold(period_start=MARCH, seconds=60)
        found = HOUR.settle(used(600, held=60), answered_at=begun, seconds=90, timezone=NEW_YORK, held=hold)
        assert (found.used_seconds, found.use) == (60, used(60, start=date(2026, 4, 1)))

    def test_a_part_of_a_second_before_the_opening_is_dropped(self) -> None:
        begun = APRIL_OPENS - timedelta(milliseconds=29_500)
        assert settled(HOUR, AllotmentUse(), begun, 90) == used(60, start=date(2026, 4, 1))

    def test_a_call_that_ends_as_the_period_opens(self) -> None:
        begun = APRIL_OPENS - timedelta(seconds=90)
        assert settled(HOUR, used(600), begun, 90) == used(0, start=date(2026, 4, 1))
        assert settled(HOUR, used(600), begun, 89) == used(689)

    def test_a_call_of_an_earlier_period_counts_for_nothing(self) -> None:
        april = used(60, held=10, start=date(2026, 4, 1))
        found = HOUR.settle(april, answered_at=NOON, seconds=90, timezone=NEW_YORK)
        assert (found.used_seconds, found.over_seconds, found.use) == (0, 0, april)

    def test_clocks_that_change_dont_change_durations(self) -> None:
        daily = evolve(HOUR, per=Frequency.DAILY)
        begun = datetime(2026, 3, 8, 6, 30, tzinfo=UTC)  # the clocks of New York jump at 07:00Z
        assert settled(daily, AllotmentUse(), begun, 3600) == used(3600, start=date(2026, 3, 8))

    @given(
        st.lists(
            st.tuples(st.integers(-4000, 4000), st.integers(0, 5000)).map(
                lambda call: (APRIL_OPENS + timedelta(seconds=call[0]), call[1])
            ),
            max_size=4,
        )
    )
    def test_the_order_of_settling_changes_nothing(self, calls: list[tuple[datetime, int]]) -> None:
        blocks = evolve(HOUR, minimum_seconds=30, increment_seconds=6)
        ends = set()
        for order in permutations(calls):
            use = AllotmentUse()
            for at, seconds in order:
                use = settled(blocks, use, at, seconds)
            ends.add(use)
        assert len(ends) == 1

    @given(
        timezones(),
        st.sampled_from((Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY)),
        st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - its way
        st.integers(0, 200_000),
    )
    def test_it_is_what_one_counts_second_by_second(
        self, zone: str, per: Frequency, begun: datetime, seconds: int
    ) -> None:
        begun = begun.replace(microsecond=0)
        allotment = Allotment(name="any", seconds=1, classes=US, per=per)
        use = allotment.settle(AllotmentUse(), answered_at=begun, seconds=seconds, timezone=zone).use
        assert use.period_start is not None
        period = allotment.period(at=begun + timedelta(seconds=seconds), timezone=zone)
        assert use.period_start == period.start
        # By halves: seconds of the call whose local day lies in the period are its last ones.
        low, high = 0, seconds
        while low < high:
            middle = (low + high) // 2
            day = _zones.local_day(begun + timedelta(seconds=middle), zone_named(zone))
            low, high = (low, middle) if day >= period.start else (middle + 1, high)
        assert use.used_seconds == seconds - low

    def test_the_end_of_the_calendar(self) -> None:
        with pytest.raises(InvalidValue) as error:
            settled(HOUR, AllotmentUse(), datetime(9999, 12, 31, 23, 59, tzinfo=UTC), 60)
        assert error.value.problem.code is FieldCode.INSTANT_OUT_OF_CALENDAR

    def test_uses_have_an_end(self) -> None:
        full = used(MAX_ALLOTTED_SECONDS)
        assert settled(HOUR, full, NOON, 0) == full
        with pytest.raises(InvalidValue) as error:
            settled(HOUR, full, NOON, 1)
        assert error.value.problem.code is FieldCode.FIELD_ABOVE_MAXIMUM


class TestNothingIsSpentTwice:
    """RAT-2: whatever calls hold, renew and settle, holds and uses of one period never exceed the allotment together
    as long as no call outlasts what it holds."""

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 400), st.booleans()), max_size=25))
    def test_any_sequence(self, steps: list[tuple[int, int, bool]]) -> None:
        allotment = evolve(HOUR, seconds=900)
        use, live = AllotmentUse(), dict[int, AllotmentHold]()
        for call, seconds, ends in steps:
            if ends and call in live:
                hold = live.pop(call)
                talked = min(seconds, hold.seconds)
                found = allotment.settle(use, answered_at=NOON, seconds=talked, timezone=NEW_YORK, held=hold)
                assert (found.used_seconds, found.over_seconds) == (talked, 0)
                use = found.use
            else:
                held = allotment.hold(use, seconds, at=NOON, timezone=NEW_YORK, held=live.get(call))
                if held is None:
                    assert left(allotment, use) == 0
                else:
                    use, live[call] = held.use, held.hold
            assert use.used_seconds + use.held_seconds + left(allotment, use) == 900
            assert use.held_seconds == sum(hold.seconds for hold in live.values())


class TestAllotments:
    """RAT-2: allotments are per class and direction; those of the call's direction are used first."""

    OUTBOUND = Allotment(name="outbound", seconds=60, classes=US, direction=Direction.OUTBOUND)
    INBOUND = Allotment(name="inbound", seconds=60, classes=US, direction=Direction.INBOUND)
    FREE = Allotment(name="free", seconds=60, classes=frozenset({NumberClass.US_TOLLFREE, NumberClass.US_DID}))
    ALL = Allotments((HOUR, INBOUND, OUTBOUND, FREE))

    def test_in_order(self) -> None:
        assert self.ALL.covering(NumberClass.US_DID, Direction.OUTBOUND) == (self.OUTBOUND, HOUR, self.FREE)
        assert self.ALL.covering(NumberClass.US_DID, Direction.INBOUND) == (self.INBOUND, HOUR, self.FREE)
        assert self.ALL.covering(NumberClass.US_TOLLFREE, Direction.INBOUND) == (self.FREE,)
        assert self.ALL.covering(NumberClass.INTERNATIONAL, Direction.INBOUND) == ()
        assert Allotments().covering(NumberClass.US_DID, Direction.INBOUND) == ()

    def test_names_are_distinct(self) -> None:
        with pytest.raises(InvalidValue) as error:
            Allotments((HOUR, self.FREE, evolve(self.INBOUND, name="hour")))
        assert error.value.problem.code is AllotmentFault.ALLOTMENT_REPEATED
        assert error.value.problem.path == ("rows", 2)

    def test_fields(self) -> None:
        with pytest.raises(InvalidValue) as error:
            evolve(HOUR, classes=frozenset())
        assert error.value.problem.code is AllotmentFault.ALLOTMENT_WITHOUT_CLASSES
        wrong_classes: list[Any] = [[NumberClass.US_DID], {NumberClass.US_DID}, frozenset({"did_us"}), None]
        for wrong in wrong_classes:
            with pytest.raises(InvalidType):
                evolve(HOUR, classes=wrong)
        for name in ("", "\0", "hour\n", "\ud800", "x" * 256):
            with pytest.raises(InvalidValue):
                evolve(HOUR, name=name)
        assert evolve(HOUR, name="x" * 255).name == "x" * 255
        for good in (0, MAX_ALLOTTED_SECONDS):
            assert evolve(HOUR, seconds=good).seconds == good
        for number in (-1, MAX_ALLOTTED_SECONDS + 1):
            with pytest.raises(InvalidValue):
                evolve(HOUR, seconds=number)
            with pytest.raises(InvalidValue):
                used(number)
            with pytest.raises(InvalidValue):
                used(0, held=number)
            with pytest.raises(InvalidValue):
                AllotmentHold(period_start=MARCH, seconds=number)
        for name in ("minimum_seconds", "increment_seconds", "free_seconds"):
            below: dict[str, Any] = {name: -1}
            with pytest.raises(InvalidValue):
                evolve(HOUR, **below)
        with pytest.raises(InvalidValue):
            evolve(HOUR, increment_seconds=0)

    def test_values_travel(self) -> None:
        values = HOUR, self.ALL, used(1, 2), AllotmentHold(period_start=MARCH, seconds=3)
        assert pickle.loads(pickle.dumps(values)) == values  # noqa: S301 - our own
        assert len({hash(value) for value in values}) == len(values)
