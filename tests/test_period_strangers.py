"""Whatever is handed to periods, closings, changes and due dates: an answer or a fault of ours, each told apart."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    Closed,
    Closing,
    CycleFault,
    DayCount,
    Frequency,
    PeriodFault,
    every,
)
from tenantcore.due_dates import CollectionTerms, WorkingDays, collection_dates
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue
from tenantcore.schedule_changes import plan_change
from tests.strangers import Hostile, HostileText, Touchy, anything

DAY = date(2026, 3, 19)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MONTHLY = BillingSchedule.open(Frequency.MONTHLY, on=DAY, timezone="America/Havana")
CLOSED = Closed(datetime(2026, 4, 1, 4, tzinfo=UTC), NOW, date(2026, 4, 1))
CHANGE = plan_change(MONTHLY, asked_on=date(2026, 5, 5), kind=Frequency.WEEKLY)
MARCH = BillingPeriod(date(2026, 3, 1), date(2026, 4, 1))
NOWHERE = timezone(timedelta(hours=23, minutes=59))


class Timestamp(datetime):
    """Stands for pandas' instants, which are datetimes by inheritance."""


class NotATime(datetime):
    """Stands for pandas' NaT: a datetime by inheritance that is none, and equal to nothing."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return False

    __gt__ = __le__ = __ge__ = __lt__
    __hash__ = datetime.__hash__

    def utcoffset(self) -> timedelta | None:
        raise ValueError("NaTType does not support utcoffset")  # noqa: TRY003 - what the other library says

    def date(self) -> date:
        raise ValueError("NaTType does not support date")  # noqa: TRY003 - as above


class HostileCycle:
    """Has the two functions, and breaks whoever compares or hashes it."""

    def start(self, number: int, /) -> date:
        return date.fromordinal(number * 7 + 1)

    def index(self, day: date, /) -> int:
        return (day.toordinal() - 1) // 7

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment] # its author didn't think of it


NAT = NotATime(1, 1, 1)
STRANGE: list[Any] = [
    None, True, False, 0, -1, 10**5000, 1.5, float("nan"), "", "2026-03-19", "\ud800", "x" * 10**6, b"", [], {}, (),
    frozenset(), date, datetime, object(), Hostile(), Hostile, Touchy(), HostileText("UTC"), NAT,
    set(), Timestamp(2026, 3, 19),
    Timestamp(2026, 3, 19, tzinfo=UTC), datetime(2026, 3, 19),  # noqa: DTZ001
    datetime.min.replace(tzinfo=NOWHERE), datetime.max.replace(tzinfo=timezone(-timedelta(hours=23))), NOW,
    DAY, date.min, date.max, timedelta(days=1), MONTHLY, MONTHLY.first, CLOSED, CHANGE, Frequency, Frequency.WEEKLY,
    every(days=10**30), every(months=10**30), HostileCycle(), HostileCycle, DayCount.SECONDS, range(3), WorkingDays(),
    CollectionTerms(), frozenset({6, 7}), frozenset({DAY, None}), (1, 2), (1, True), lambda: None,
]  # fmt: skip
QUESTIONS: dict[str, Callable[[Any, Any], object]] = {
    "due": lambda first, second: list(MONTHLY.due(first, second)[:3]),
    "due now": lambda first, _: list(MONTHLY.due(CLOSED, first)[:3]),
    "next_due": lambda first, _: MONTHLY.next_due(first),
    "Closed": Closed,
    "Closed with a day": lambda first, second: list(MONTHLY.due(Closed(first, NOW, second), NOW)[:3]),
    "closed at": lambda first, _: Closing(MONTHLY.first, CLOSED.until, NOW).closed(first),
    "Closing": lambda first, second: Closing(first, second, second).closed(NOW),
    "share": MONTHLY.share,
    "whole": lambda first, _: (MONTHLY.whole(first), MONTHLY.is_partial(first)),
    "preview": lambda first, _: MONTHLY.preview(first if type(first) is not int or first > 99 else 3),
    "first_instant": lambda first, _: MONTHLY.first_instant(first),
    "seam": lambda first, _: evolve(MONTHLY, seam=first),
    "closing delay": lambda first, _: evolve(MONTHLY, closing_delay_hours=first),
    "plan_change of": lambda first, second: plan_change(first, asked_on=second, kind=Frequency.DAILY),
    "plan_change on": lambda first, second: plan_change(MONTHLY, asked_on=first, kind=every(days=5), on=second),
    "plan_change to": lambda first, second: plan_change(MONTHLY, asked_on=DAY, kind=first, timezone=second),
    "plan_change with": lambda first, second: plan_change(MONTHLY, asked_on=DAY, anchor=first, month_end=second),
    "change due": lambda first, second: CHANGE.due(first, second)[:3],
    "WorkingDays": lambda first, second: WorkingDays(weekend=first, holidays=second).following(DAY),
    "covers": lambda first, _: WorkingDays().covers(first),
    "following": lambda first, _: (WorkingDays().following(first), WorkingDays().preceding(first)),
    "CollectionTerms": lambda first, second: CollectionTerms(grace_days=first, suspend_days_after=second),
    "notices": lambda first, second: CollectionTerms(
        grace_days=9, notice_days_before=first, resend_days_after=second, working_days=WorkingDays()
    ),
    "working_days": lambda first, _: CollectionTerms(working_days=first),
    "collection_dates": collection_dates,
    "issued": lambda first, _: collection_dates(first, CollectionTerms(grace_days=9, notice_days_before=(9, 1))),
    "is_overdue": lambda first, _: collection_dates(DAY, CollectionTerms()).is_overdue(first),
}


class TestAnyObject:
    """Any object whatever handed in gives an answer or a fault of ours, in a short message (X-2)."""

    @pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
    def test_nothing_stray_comes_out_of_strange_objects(self, ask: Callable[[Any, Any], object]) -> None:
        for first in STRANGE:
            for second in (first, NOW, DAY, None):
                self.check(ask, first, second)
                self.check(ask, second, first)

    @given(first=anything(), second=anything())
    def test_nothing_stray_comes_out_of_any_object(self, first: object, second: object) -> None:
        for ask in QUESTIONS.values():
            self.check(ask, first, second)

    @staticmethod
    def check(ask: Callable[[Any, Any], object], first: object, second: object) -> None:
        try:
            ask(first, second)
        except InvalidValue as error:
            assert 0 < len(str(error)) < 500  # noqa: PT017 - most objects are faults, some are answers
            str(error).encode()


def problem_of(ask: Callable[[], object]) -> tuple[Code, bool, str]:
    with pytest.raises(InvalidValue) as caught:
        ask()
    problem = caught.value.problem
    return problem.code, isinstance(caught.value, InvalidType), problem.remedy


class TestEachFault:
    """What callers get wrong most is told apart, each with what to do (X-2, BP-8, BP-10, BP-11)."""

    @pytest.mark.parametrize(
        ("ask", "code", "is_type", "remedy"),
        [
            (lambda: MONTHLY.at(datetime(2026, 3, 19)), FieldCode.INSTANT_NAIVE, False, "aware"),  # noqa: DTZ001
            (lambda: MONTHLY.due(None, datetime(2026, 3, 19)), FieldCode.INSTANT_NAIVE, False, "aware"),  # noqa: DTZ001
            (lambda: MONTHLY.containing(NOW), FieldCode.DATE_TYPE, True, "date"),
            (lambda: MONTHLY.containing(Timestamp(2026, 3, 19)), FieldCode.DATE_TYPE, True, "date"),
            (lambda: MONTHLY.containing(NAT), FieldCode.DATE_TYPE, True, "date"),
            (lambda: MONTHLY.at(Timestamp(2026, 3, 19, tzinfo=UTC)), FieldCode.INSTANT_TYPE, True, "datetime"),
            (lambda: MONTHLY.at(NAT), FieldCode.INSTANT_TYPE, True, "datetime"),
            (lambda: MONTHLY.due(None, NAT), FieldCode.INSTANT_TYPE, True, "datetime"),
            (lambda: Closed(NAT, NOW), FieldCode.INSTANT_TYPE, True, "datetime"),
            (lambda: Closed(NOW, NOW, NAT), FieldCode.DATE_TYPE, True, "date"),
            (lambda: BillingPeriod(DAY, NAT), FieldCode.DATE_TYPE, True, "date"),
            (lambda: plan_change(MONTHLY, asked_on=NAT), FieldCode.DATE_TYPE, True, "date"),
            (lambda: collection_dates(NAT, CollectionTerms()), FieldCode.DATE_TYPE, True, "date"),
            (lambda: MONTHLY.nth(True), FieldCode.FIELD_WRONG_TYPE, True, "whole number"),  # noqa: FBT003
            (lambda: every(weeks=True), FieldCode.FIELD_WRONG_TYPE, True, "whole number"),
            (lambda: MONTHLY.between(DAY, date(2026, 3, 1)), PeriodFault.PERIOD_ENDS_BEFORE_START, False, "end"),
            (lambda: BillingPeriod(DAY, DAY), PeriodFault.PERIOD_ENDS_BEFORE_START, False, "end"),
            (lambda: MONTHLY.after(MARCH), PeriodFault.PERIOD_NOT_OF_SCHEDULE, False, "schedule"),
            (lambda: MONTHLY.containing(date(2026, 3, 18)), PeriodFault.PERIOD_BEFORE_OPENING, False, "opening"),
            (
                lambda: BillingSchedule.open(Frequency.DAILY, on=DAY, timezone="Mars/Olympus"),
                PeriodFault.PERIOD_TIMEZONE_UNKNOWN, False, "IANA",
            ),
            (
                lambda: BillingSchedule.open("monthly", on=DAY, timezone="UTC"),  # type: ignore[arg-type]
                CycleFault.CYCLE_KIND_UNKNOWN, True, "Frequency",
            ),
        ],
    )  # fmt: skip
    def test_it_has_its_own_code_and_remedy(
        self, ask: Callable[[], object], code: Code, is_type: bool, remedy: str
    ) -> None:
        found = problem_of(ask)
        assert found[:2] == (code, is_type)
        assert remedy in found[2]

    @given(st.sampled_from([MONTHLY.containing, MONTHLY.index, MONTHLY.first_instant]))
    def test_a_day_that_isnt_one_is_never_compared(self, ask: Callable[[Any], object]) -> None:
        assert problem_of(lambda: ask(NAT))[0] is FieldCode.DATE_TYPE
