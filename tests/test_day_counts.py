"""Shares of a period."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    DayCount,
    Frequency,
    MonthEnd,
    PeriodFault,
    every,
)
from tenantcore.errors import InvalidType, InvalidValue
from tenantcore.money import Money

KINDS = (*Frequency, every(days=10), every(weeks=2), every(months=5))
schedules = st.builds(
    BillingSchedule.open,
    st.sampled_from(KINDS),
    on=st.dates(date(2023, 1, 1), date(2026, 12, 31)),
    timezone=st.sampled_from(("UTC", "America/Havana", "Australia/Lord_Howe")),
)


def days(start: str, end: str) -> BillingPeriod:
    return BillingPeriod(date.fromisoformat(start), date.fromisoformat(end))


def monthly(opening: str) -> BillingSchedule:
    return BillingSchedule.open(Frequency.MONTHLY, on=date.fromisoformat(opening), timezone="UTC")


def slowly_30_360(period: BillingPeriod) -> int:
    """Count day by day: the 1st to the 29th are one each, the 30th is the month's last day, whatever its number."""
    counted = 0
    day = period.start
    while day < period.end:
        following = day + timedelta(days=1)
        is_last = following.day == 1
        if is_last:
            counted += 1
        elif following.month == day.month and (following + timedelta(days=1)).day == 1:
            # The day before the last one stands for all numbers up to the 30th.
            counted += max(0, 29 - (day.day - 1)) if day.day < 30 else 0
        elif day.day < 30:
            counted += 1
        day = following
    return counted


class TestWhole:
    """BP-13: a share is measured in the whole period; BP-4: the first 28th-rule period counts as whole."""

    def test_a_period_cut_at_the_opening_has_a_longer_whole(self) -> None:
        assert monthly("2026-03-19").whole(days("2026-03-19", "2026-04-01")) == days("2026-03-01", "2026-04-01")

    def test_later_periods_are_their_own(self) -> None:
        schedule = monthly("2026-03-19")
        assert schedule.whole(schedule.nth(1)) == schedule.nth(1)

    @pytest.mark.parametrize("opening", [date(2026, 1, 31), date(2026, 3, 30), date(2024, 2, 29)])
    def test_from_the_29th_30th_or_31st_to_the_28th_is_whole(self, opening: date) -> None:
        schedule = BillingSchedule.open(Frequency.MONTHLY_ANNIVERSARY, on=opening, timezone="UTC")
        assert schedule.whole(schedule.first) == schedule.first
        assert schedule.share(schedule.first, DayCount.ACTUAL) == 1

    def test_another_anchor_makes_a_stub_even_then(self) -> None:
        schedule = BillingSchedule.open(
            Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 2, 10), anchor=date(2026, 1, 31), timezone="UTC"
        )
        assert schedule.whole(schedule.first) == days("2026-01-28", "2026-02-28")
        assert schedule.share(schedule.first, DayCount.ACTUAL) == Fraction(18, 31)

    def test_a_stranger_is_refused(self) -> None:
        with pytest.raises(InvalidValue) as error:
            monthly("2026-03-19").whole(days("2026-03-01", "2026-04-01"))
        assert error.value.problem.code is PeriodFault.PERIOD_NOT_OF_SCHEDULE


class TestShare:
    """BP-13: exact share of a part of a period in its whole period; the day count is a choice."""

    @pytest.mark.parametrize(
        ("part", "actual", "fixed_30", "thirty_360"),
        [
            (("2021-01-27", "2021-02-01"), "5/31", "5/30", "4/30"),
            (("2021-02-27", "2021-03-01"), "2/28", "2/30", "4/30"),
            (("2021-04-21", "2021-04-30"), "9/30", "9/30", "9/30"),
            (("2021-01-01", "2021-02-01"), "1", "1", "1"),
            (("2021-02-01", "2021-03-01"), "1", "1", "1"),
            (("2021-01-31", "2021-02-01"), "1/31", "1/30", "1/30"),
            (("2021-01-30", "2021-01-31"), "1/31", "1/30", "0"),
            (("2024-02-29", "2024-03-01"), "1/29", "1/30", "1/30"),
        ],
    )
    def test_published_conventions(self, part: tuple[str, str], actual: str, fixed_30: str, thirty_360: str) -> None:
        schedule = monthly("2020-01-01")
        found = [
            schedule.share(days(*part), day_count)
            for day_count in (DayCount.ACTUAL, DayCount.FIXED_30, DayCount.THIRTY_360)
        ]
        assert found == [Fraction(actual), Fraction(fixed_30), Fraction(thirty_360)]

    @pytest.mark.parametrize(
        ("kind", "nominal"),
        [
            (Frequency.MONTHLY, 30), (Frequency.QUARTERLY, 90), (Frequency.YEARLY_ANNIVERSARY, 360),
            (Frequency.SEMIMONTHLY, 15), (Frequency.WEEKLY, 7), (every(days=10), 10), (every(months=5), 150),
        ],
    )  # fmt: skip
    def test_fixed_30_counts_30_days_a_month_of_the_cycle(self, kind: Frequency, nominal: int) -> None:
        schedule = BillingSchedule.open(kind, on=date(2026, 1, 1), timezone="UTC")
        start = schedule.nth(1).start
        assert schedule.share(BillingPeriod(start, start + timedelta(days=1)), DayCount.FIXED_30) == Fraction(
            1, nominal
        )

    def test_seconds_weigh_a_short_day_less(self) -> None:
        schedule = BillingSchedule.open(Frequency.MONTHLY, on=date(2026, 3, 1), timezone="America/Havana")
        hours = 31 * 24 - 1
        assert schedule.share(days("2026-03-08", "2026-03-09"), DayCount.SECONDS) == Fraction(23, hours)
        assert schedule.share(days("2026-03-09", "2026-03-10"), DayCount.SECONDS) == Fraction(24, hours)

    @given(schedules, st.integers(0, 30), st.data())
    def test_parts_that_tile_a_period_sum_to_it(
        self, schedule: BillingSchedule, number: int, data: st.DataObject
    ) -> None:
        period = schedule.nth(number)
        cuts = data.draw(st.sets(st.dates(period.start, period.last_day), max_size=5))
        edges = sorted({period.start, period.end} | cuts)
        parts = [BillingPeriod(start, end) for start, end in pairwise(edges)]
        day_counts = [DayCount.ACTUAL, DayCount.SECONDS]
        if slowly_30_360(schedule.whole(period)):
            day_counts.append(DayCount.THIRTY_360)
        for day_count in day_counts:
            share = schedule.share(period, day_count)
            assert sum(schedule.share(part, day_count) for part in parts) == share
            assert share == 1 or schedule.is_partial(period)
        price = Money("100.01", "USD")
        split = price.allocate([schedule.share(part, DayCount.ACTUAL) for part in parts])
        assert Money.total(split, "USD") == price

    @given(schedules, st.integers(0, 12), st.data())
    def test_30_360_equals_counting_day_by_day(
        self, schedule: BillingSchedule, number: int, data: st.DataObject
    ) -> None:
        period = schedule.nth(number)
        whole = schedule.whole(period)
        start = data.draw(st.dates(period.start, period.last_day))
        end = data.draw(st.dates(start, period.last_day)) + timedelta(days=1)
        assume(slowly_30_360(whole))
        expected = Fraction(slowly_30_360(BillingPeriod(start, end)), slowly_30_360(whole))
        assert schedule.share(BillingPeriod(start, end), DayCount.THIRTY_360) == expected

    def test_a_clamped_anniversary_is_a_full_month_of_30_days(self) -> None:
        schedule = BillingSchedule.open(
            Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, 31), timezone="UTC", month_end=MonthEnd.CLAMP
        )
        for number in range(24):
            assert slowly_30_360(schedule.nth(number)) == 30
            assert schedule.share(schedule.nth(number), DayCount.THIRTY_360) == 1


class TestBadInput:
    """X-2, BP-13: parts that can't be measured."""

    def test_a_part_over_a_boundary(self) -> None:
        with pytest.raises(InvalidValue) as error:
            monthly("2026-03-01").share(days("2026-03-31", "2026-04-02"), DayCount.ACTUAL)
        assert error.value.problem.code is PeriodFault.PERIOD_PART_CROSSES_END

    def test_a_part_before_the_opening(self) -> None:
        with pytest.raises(InvalidValue) as error:
            monthly("2026-03-19").share(days("2026-03-10", "2026-03-20"), DayCount.ACTUAL)
        assert error.value.problem.code is PeriodFault.PERIOD_BEFORE_OPENING

    @pytest.mark.parametrize("day_count", [DayCount.SECONDS, DayCount.THIRTY_360])
    def test_a_whole_without_length(self, day_count: DayCount) -> None:
        skipped = {DayCount.SECONDS: date(2011, 12, 30), DayCount.THIRTY_360: date(2011, 10, 30)}[day_count]
        schedule = BillingSchedule.open(Frequency.DAILY, on=skipped, timezone="Pacific/Apia")
        with pytest.raises(InvalidValue) as error:
            schedule.share(schedule.first, day_count)
        assert error.value.problem.code is PeriodFault.PERIOD_HAS_NO_LENGTH

    def test_wrong_types(self) -> None:
        schedule = monthly("2026-03-01")
        with pytest.raises(InvalidType):
            schedule.share(schedule.first, "ACTUAL")  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            schedule.share((date(2026, 3, 1), date(2026, 3, 2)), DayCount.ACTUAL)  # type: ignore[arg-type]

    def test_the_last_day_of_the_calendar_is_the_last_of_its_month(self) -> None:
        schedule = BillingSchedule.open(every(days=30), on=date(9999, 12, 1), timezone="UTC")
        assert schedule.share(schedule.first, DayCount.THIRTY_360) == 1
