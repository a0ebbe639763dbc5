import enum
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest.mock import Mock

import pytest
from attrs import field, frozen

from tenantcore.billing_periods import (
    BillingSchedule,
    CycleFault,
    Frequency,
    PeriodFault,
    every,
)
from tenantcore.errors import Code, FieldCode, InvalidValue


def opened(kind: Any, on: date, **options: Any) -> BillingSchedule:
    return BillingSchedule.open(kind, on=on, timezone="UTC", **options)


def fault_of(ask: Callable[[], object]) -> Code:
    with pytest.raises(InvalidValue) as caught:
        ask()
    assert caught.value.problem.sentence
    assert caught.value.problem.remedy
    return caught.value.problem.code


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


def weekly_index(day: date) -> Any:
    return day.toordinal() // 7


def weekly_start(number: int) -> Any:
    return date.fromordinal(number * 7)


@frozen
class Made:
    """A cycle out of two functions, right or wrong: weeks from Sunday to Sunday unless told otherwise."""

    index: Callable[[date], Any] = field(default=weekly_index)
    start: Callable[[int], Any] = field(default=weekly_start)


class TestOwnCycle:
    """A host can write a cycle, two functions; a lookup that finds it broken says so (BP-8)."""

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
