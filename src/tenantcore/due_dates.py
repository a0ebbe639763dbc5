"""Lets you say when an invoice is due, when to remind of it before and after, and when services are suspended.

Every date is counted from the due date and moved off days on which nobody works: the host hands in its weekend and its
holidays. Days are local days of whoever is billed; a payment is on time to the end of the due day.

Authority: payment terms and collection of S3's customer classes ("Net X", notices, re-sends, suspension).
"""

import enum
from datetime import date, timedelta
from typing import Any, Final

from attrs import Attribute, field, frozen

from tenantcore._validators import Validator, check_day, exactly, within, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid

__all__ = ["EVERY_DAY", "CollectionDates", "CollectionTerms", "DueDateFault", "WorkingDays", "collection_dates"]

_LONGEST_TERM_DAYS: Final = 3660
_MOST_NOTICES: Final = 100
_DAY: Final = timedelta(days=1)
_ISO_WEEKDAYS: Final = range(1, 8)


@enum.unique
class DueDateFault(Code):
    """What can be wrong with terms of payment, or with a calendar of working days."""

    WORKING_DAYS_WEEKEND = (
        Kind.OUT_OF_RANGE,
        "CLS-3",
        "a weekend is a set of ISO weekdays, 1 (Monday) to 7, with at least one day left to work",
        "name the days on which nobody works, for instance {{6, 7}}",
    )
    WORKING_DAYS_EXHAUSTED = (
        Kind.OUT_OF_RANGE,
        "CLS-3",
        "no working day is left near {day} inside the calendar",
        "hand in the holidays of the years in question only",
    )
    NOTICE_DAYS = (
        Kind.OUT_OF_RANGE,
        "CLS-3",
        "{field} must be at most {most} different numbers of days from {minimum} to {maximum}",
        "give each number once",
    )
    NOTICE_WITHOUT_GRACE = (
        Kind.CONFLICT,
        "CLS-3",
        "an invoice that is due on receipt leaves no time for a notice before",
        "give a grace period, or leave the notices out",
    )
    NOTICE_BEFORE_ISSUE = (
        Kind.CONFLICT,
        "CLS-3",
        "a notice {days} days before the due date would come before the invoice: the grace period has {grace}",
        "give at most {grace} days",
    )
    DUE_DATE_OUT_OF_CALENDAR = (
        Kind.OUT_OF_RANGE,
        "CLS-3",
        "the date lies past the end of the calendar",
        "hand in an earlier issue date or a shorter term",
    )


def _weekdays(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not frozenset:
        raise invalid(wrong_type(attribute.name, "a frozenset of weekdays", value))
    if len(value) >= len(_ISO_WEEKDAYS) or not all(type(day) is int and day in _ISO_WEEKDAYS for day in value):
        raise invalid(Problem(DueDateFault.WORKING_DAYS_WEEKEND))


def _days(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not frozenset:
        raise invalid(wrong_type(attribute.name, "a frozenset of dates", value))
    for day in value:
        check_day(attribute.name, day)


@frozen(kw_only=True)
class WorkingDays:
    """On which days a company works: all but its `weekend` (ISO weekdays, Monday is 1) and its `holidays`.

    >>> str(WorkingDays(weekend=frozenset({6, 7})).following(date(2026, 11, 21)))  # a Saturday
    '2026-11-23'

    Rule: CLS-3 in docs/reference/due_dates.md.
    """

    weekend: frozenset[int] = field(default=frozenset(), validator=_weekdays)
    holidays: frozenset[date] = field(default=frozenset(), validator=_days)

    def covers(self, day: date) -> bool:
        """Whether the company works on `day`."""
        check_day("day", day)
        return day.isoweekday() not in self.weekend and day not in self.holidays

    def following(self, day: date) -> date:
        """Return `day` if it is a working day, else the first one after it."""
        return self._nearest(day, _DAY)

    def preceding(self, day: date) -> date:
        """Return `day` if it is a working day, else the last one before it."""
        return self._nearest(day, -_DAY)

    def _nearest(self, day: date, step: timedelta) -> date:
        found = day
        try:
            while not self.covers(found):
                found += step
        except OverflowError:
            raise invalid(Problem(DueDateFault.WORKING_DAYS_EXHAUSTED, params={"day": str(day)})) from None
        return found


EVERY_DAY: Final = WorkingDays()
"""No weekend and no holidays: nothing is moved."""


def _days_or_none(instance: object, attribute: "Attribute[Any]", value: object) -> None:
    if value is not None:
        within(1, _LONGEST_TERM_DAYS)(instance, attribute, value)


def _offsets(minimum: int) -> Validator:
    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        if type(value) is not tuple:
            raise invalid(wrong_type(attribute.name, "a tuple of numbers of days", value))
        fits = all(type(days) is int and minimum <= days <= _LONGEST_TERM_DAYS for days in value)
        if not fits or len(value) > _MOST_NOTICES or len(set(value)) != len(value):
            params: dict[str, str | int] = {
                "field": attribute.name,
                "most": _MOST_NOTICES,
                "minimum": minimum,
                "maximum": _LONGEST_TERM_DAYS,
            }
            raise invalid(Problem(DueDateFault.NOTICE_DAYS, params=params))

    return check


@frozen(kw_only=True)
class CollectionTerms:
    """How long after its issue an invoice is due, and what follows, in days around the due date.

    `grace_days` 0 is due on receipt. `notice_days_before` remind before, each inside the grace period;
    `resend_days_after` send the invoice again (0 is on the due day); `suspend_days_after` stops services, None never.

    Rule: CLS-3 in docs/reference/due_dates.md.
    """

    grace_days: int = field(default=0, validator=within(0, _LONGEST_TERM_DAYS))
    notice_days_before: tuple[int, ...] = field(default=(), validator=_offsets(1))
    resend_days_after: tuple[int, ...] = field(default=(), validator=_offsets(0))
    suspend_days_after: int | None = field(default=None, validator=_days_or_none)
    working_days: WorkingDays = field(default=EVERY_DAY, validator=exactly(WorkingDays, called="WorkingDays"))

    def __attrs_post_init__(self) -> None:
        if self.notice_days_before and self.grace_days == 0:
            raise invalid(Problem(DueDateFault.NOTICE_WITHOUT_GRACE))
        earliest = max(self.notice_days_before, default=0)
        if earliest > self.grace_days:
            params: dict[str, str | int] = {"days": earliest, "grace": self.grace_days}
            raise invalid(Problem(DueDateFault.NOTICE_BEFORE_ISSUE, params=params))


@frozen(kw_only=True)
class CollectionDates:
    """When one invoice is due and what happens around it, each list oldest first and without doubles.

    Rule: CLS-3 in docs/reference/due_dates.md.
    """

    due: date
    notices: tuple[date, ...]
    resends: tuple[date, ...]
    suspension: date | None

    def is_overdue(self, day: date) -> bool:
        """Whether the invoice is late on `day`: the due day itself is still in time."""
        check_day("day", day)
        return day > self.due


def collection_dates(issued: date, terms: CollectionTerms) -> CollectionDates:
    """Return the dates of an invoice that is issued on the local day `issued`.

    What falls on a day off moves to the next working day; notices move to the one before, so that they still come in
    time, but never before the issue. Offsets count from the due date as moved.

    >>> str(collection_dates(date(2026, 6, 1), CollectionTerms(grace_days=15)).due)
    '2026-06-16'

    Raises: InvalidType for anything but a plain date and terms; InvalidValue past the end of the calendar.

    Rule: CLS-3 in docs/reference/due_dates.md.
    """
    check_day("issued", issued)
    if type(terms) is not CollectionTerms:
        raise invalid(wrong_type("terms", "CollectionTerms", terms))
    working_days = terms.working_days
    due = working_days.following(_later(issued, terms.grace_days))
    notices = {max(issued, working_days.preceding(due - timedelta(days=days))) for days in terms.notice_days_before}
    resends = {working_days.following(_later(due, days)) for days in terms.resend_days_after}
    suspension = None
    if terms.suspend_days_after is not None:
        suspension = working_days.following(_later(due, terms.suspend_days_after))
    return CollectionDates(
        due=due, notices=tuple(sorted(notices)), resends=tuple(sorted(resends)), suspension=suspension
    )


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise invalid(Problem(DueDateFault.DUE_DATE_OUT_OF_CALENDAR)) from None
