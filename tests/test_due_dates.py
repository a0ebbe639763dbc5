"""Due dates and what happens around them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from tenantcore.due_dates import (
    EVERY_DAY,
    CollectionDates,
    CollectionTerms,
    DueDateFault,
    WorkingDays,
    collection_dates,
)
from tenantcore.errors import FieldCode, InvalidType, InvalidValue
from tenantcore.testing import collection_terms, local_days, working_days
from tests.vector_files import Case, cases

MONDAY_TO_FRIDAY = WorkingDays(weekend=frozenset({6, 7}))


class TestDueDate:
    """CLS-3: due date = issue date + grace days; notices before due, re-sends and suspension after; off days off."""

    def test_fifteen_days_of_grace(self) -> None:
        found = collection_dates(date(2026, 6, 1), CollectionTerms(grace_days=15))
        assert found == CollectionDates(due=date(2026, 6, 16), notices=(), resends=(), suspension=None)
        assert not found.is_overdue(date(2026, 6, 16))
        assert found.is_overdue(date(2026, 6, 17))

    def test_no_grace_is_due_on_receipt(self) -> None:
        assert collection_dates(date(2026, 6, 1), CollectionTerms()).due == date(2026, 6, 1)

    def test_notices_resends_and_suspension(self) -> None:
        terms = CollectionTerms(
            grace_days=15, notice_days_before=(10, 7, 1), resend_days_after=(0, 7, 20), suspend_days_after=30
        )
        assert collection_dates(date(2026, 6, 1), terms) == CollectionDates(
            due=date(2026, 6, 16),
            notices=(date(2026, 6, 6), date(2026, 6, 9), date(2026, 6, 15)),
            resends=(date(2026, 6, 16), date(2026, 6, 23), date(2026, 7, 6)),
            suspension=date(2026, 7, 16),
        )

    def test_days_off_move_notices_back_and_the_rest_on(self) -> None:
        terms = CollectionTerms(
            grace_days=12,  # Saturday 13 June
            notice_days_before=(1, 2),
            resend_days_after=(5, 6),
            suspend_days_after=13,
            working_days=WorkingDays(weekend=frozenset({6, 7}), holidays=frozenset({date(2026, 6, 15)})),
        )
        assert collection_dates(date(2026, 6, 1), terms) == CollectionDates(
            due=date(2026, 6, 16),
            notices=(date(2026, 6, 12),),  # Sunday and Monday both become Friday
            resends=(date(2026, 6, 22),),
            suspension=date(2026, 6, 29),
        )

    def test_a_notice_never_comes_before_the_invoice(self) -> None:
        terms = CollectionTerms(grace_days=2, notice_days_before=(1,), working_days=MONDAY_TO_FRIDAY)
        issued = date(2026, 6, 6)  # Saturday, due on Monday
        assert collection_dates(issued, terms) == CollectionDates(
            due=date(2026, 6, 8), notices=(issued,), resends=(), suspension=None
        )

    @given(local_days(date(2020, 1, 1), date(2030, 1, 1)), collection_terms())
    def test_order_and_working_days_hold(self, issued: date, terms: CollectionTerms) -> None:
        found = collection_dates(issued, terms)
        works = terms.working_days.covers
        assert found.due >= issued + timedelta(days=terms.grace_days)
        assert all(works(day) for day in (found.due, *found.resends))
        assert all(works(day) or day == issued for day in found.notices)
        assert all(issued <= day < found.due for day in found.notices)
        assert all(day >= found.due for day in found.resends)
        assert list(found.notices) == sorted(set(found.notices))
        assert list(found.resends) == sorted(set(found.resends))
        assert (found.suspension is None) == (terms.suspend_days_after is None)
        if found.suspension is not None:
            assert works(found.suspension)
            assert found.suspension > found.due

    @given(working_days(), local_days(date(2020, 1, 1), date(2030, 12, 31)))
    def test_no_working_day_is_jumped_over(self, calendar: WorkingDays, day: date) -> None:
        following, preceding = calendar.following(day), calendar.preceding(day)
        assert preceding <= day <= following
        passed = range(preceding.toordinal() + 1, following.toordinal())
        assert not any(calendar.covers(date.fromordinal(number)) for number in passed if number != day.toordinal())
        if calendar.covers(day):
            assert preceding == day == following


class TestRefused:
    """X-2: terms and calendars that can't be meant."""

    @pytest.mark.parametrize("weekend", [{1, 2, 3, 4, 5, 6, 7}, {0}, {8}, {True}, {"6"}])
    def test_weekends(self, weekend: set[object]) -> None:
        with pytest.raises(InvalidValue) as error:
            WorkingDays(weekend=frozenset(weekend))  # type: ignore[arg-type]
        assert error.value.problem.code is DueDateFault.WORKING_DAYS_WEEKEND

    def test_collections_of_other_types(self) -> None:
        for wrong in ({6, 7}, [6], 6, None):
            with pytest.raises(InvalidType):
                WorkingDays(weekend=wrong)  # type: ignore[arg-type]
            with pytest.raises(InvalidType):
                WorkingDays(holidays=wrong)  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            WorkingDays(holidays=frozenset({datetime(2026, 1, 1, tzinfo=UTC)}))
        with pytest.raises(InvalidType):
            CollectionTerms(grace_days=5, notice_days_before=[1])  # type: ignore[arg-type]

    @pytest.mark.parametrize("days", [(0,), (1, 1), (True,), (1.5,), (3661,), tuple(range(1, 102)), ("1",)])
    def test_notices(self, days: tuple[object, ...]) -> None:
        with pytest.raises(InvalidValue) as error:
            CollectionTerms(grace_days=200, notice_days_before=days)  # type: ignore[arg-type]
        assert error.value.problem.code is DueDateFault.NOTICE_DAYS

    def test_notices_and_grace_must_agree(self) -> None:
        with pytest.raises(InvalidValue) as error:
            CollectionTerms(notice_days_before=(1,))
        assert error.value.problem.code is DueDateFault.NOTICE_WITHOUT_GRACE
        with pytest.raises(InvalidValue) as error:
            CollectionTerms(grace_days=5, notice_days_before=(6,))
        assert error.value.problem.code is DueDateFault.NOTICE_BEFORE_ISSUE
        CollectionTerms(grace_days=5, notice_days_before=(5,))

    @pytest.mark.parametrize(
        ("grace", "suspend"), [(-1, None), (3661, None), (5, 0), (5, 3661), (True, None), (5, 1.5)]
    )
    def test_numbers_of_days(self, grace: int, suspend: int | None) -> None:
        with pytest.raises(InvalidValue):
            CollectionTerms(grace_days=grace, suspend_days_after=suspend)

    def test_the_end_of_the_calendar(self) -> None:
        with pytest.raises(InvalidValue) as error:
            collection_dates(date(9999, 12, 30), CollectionTerms(grace_days=2))
        assert error.value.problem.code is DueDateFault.DUE_DATE_OUT_OF_CALENDAR
        with pytest.raises(InvalidValue) as error:
            WorkingDays(holidays=frozenset({date.max})).following(date.max)
        assert error.value.problem.code is DueDateFault.WORKING_DAYS_EXHAUSTED

    def test_types(self) -> None:
        with pytest.raises(InvalidType) as error:
            collection_dates(datetime(2026, 1, 1, tzinfo=UTC), CollectionTerms())
        assert error.value.problem.code is FieldCode.DATE_TYPE
        with pytest.raises(InvalidType):
            collection_dates(date(2026, 1, 1), EVERY_DAY)  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            EVERY_DAY.following("2026-01-01")  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            collection_dates(date(2026, 1, 1), CollectionTerms()).is_overdue(None)  # type: ignore[arg-type]


class TestVectors:
    """Cases that any implementation of the rules could run."""

    @pytest.mark.parametrize("case", cases("due_dates"), ids=lambda case: case.id)
    def test_case(self, case: Case) -> None:
        answers = answers_to(case.given)
        assert {name: answers[name] for name in case.expect} == case.expect


def answers_to(given: dict[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given["terms"].items()
    }
    try:
        calendar = WorkingDays(
            weekend=frozenset(given.get("weekend", ())),
            holidays=frozenset(map(date.fromisoformat, given.get("holidays", ()))),
        )
        found = collection_dates(date.fromisoformat(given["issued"]), CollectionTerms(**named, working_days=calendar))
    except InvalidValue as error:
        return {"code": error.problem.code.name}
    return {
        "due": str(found.due),
        "notices": [str(day) for day in found.notices],
        "resends": [str(day) for day in found.resends],
        "suspension": found.suspension and str(found.suspension),
        "is_overdue": found.is_overdue(date.fromisoformat(given.get("day", given["issued"]))),
    }
