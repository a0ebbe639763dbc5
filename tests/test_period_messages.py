"""What a person reads when a question about periods can't be answered: the place, the fault, the remedy, in full."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from tenantcore.billing_periods import (
    TZDATA_VERSION,
    BillingPeriod,
    BillingSchedule,
    Closed,
    DayCount,
    Frequency,
    MonthEnd,
    every,
)
from tenantcore.errors import InvalidValue
from tenantcore.schedule_changes import plan_change

MONDAY = date(2026, 11, 2)
WEEKLY = BillingSchedule.open(Frequency.WEEKLY, on=MONDAY, timezone="UTC")
APIA = BillingSchedule.open(Frequency.DAILY, on=date(2011, 12, 30), timezone="Pacific/Apia")
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
NAIVE = datetime(2026, 11, 18, 12)  # noqa: DTZ001 - naive on purpose
DAY = "hand in the calendar day in the tenant's time zone; a datetime or Timestamp is an instant"
PLAIN = "hand in an aware datetime; a pandas Timestamp has to_pydatetime()"
LATER = "ask for the opening or what comes after it"
AWARE = "hand in an aware datetime, best in UTC"


class Own:
    """A host's cycle that is told how to go wrong."""

    def __init__(self, index: object = 0, length: int = 7) -> None:
        self.given = index
        self.length = length

    def start(self, number: int) -> date:
        return MONDAY + timedelta(days=self.length * number)

    def index(self, day: date) -> int:
        return self.given  # type: ignore[return-value] # that is what goes wrong


def opened(**changed: object) -> BillingSchedule:
    arguments = {"kind": Frequency.WEEKLY, "opening": MONDAY, "timezone": "UTC"} | changed
    return BillingSchedule(**arguments)  # type: ignore[arg-type]


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "containing": (lambda: WEEKLY.containing(NOON), f"day must be a datetime.date, not datetime; {DAY}"),
    "before the opening": (
        lambda: WEEKLY.containing(date(2026, 11, 1)),
        f"2026-11-01 lies before 2026-11-02, when the schedule opens; {LATER}",
    ),
    "at, naive": (lambda: WEEKLY.at(NAIVE), f"instant has no UTC offset, so it names no instant; {AWARE}"),
    "at, a date": (
        lambda: WEEKLY.at(MONDAY),  # type: ignore[arg-type]
        f"instant must be a datetime.datetime, not date; {PLAIN}",
    ),
    "at, before a seam": (
        lambda: opened(seam=NOON).at(NOON - timedelta(hours=1)),
        f"2026-11-18 11:00:00+00:00 lies before 2026-11-18 12:00:00+00:00, when the schedule opens; {LATER}",
    ),
    "nth, text": (
        lambda: WEEKLY.nth("1"),  # type: ignore[arg-type]
        "number must be a whole number, not str; hand in a whole number",
    ),
    "nth, negative": (
        lambda: WEEKLY.nth(-1),
        "a schedule's periods are numbered from 0; there is none with number -1; ask for 0 or more",
    ),
    "nth, past the calendar": (
        lambda: WEEKLY.nth(10**30),
        (
            "period 1000000000000000000000000105703 of the cycle lies outside the years 1 to 9999; "
            "ask for a period inside the calendar"
        ),
    ),
    "before the first": (
        lambda: WEEKLY.before(WEEKLY.first),
        "the period that starts on 2026-11-02 is the schedule's first; none comes before it; stop at schedule.first",
    ),
    "after a stranger": (
        lambda: WEEKLY.after(BillingPeriod(date(2026, 11, 3), date(2026, 11, 9))),
        (
            "2026-11-03 to 2026-11-09 (exclusive) is not a period of this schedule; "
            "take periods from this schedule: schedule.containing(2026-11-03) gives its own"
        ),
    ),
    "window of a pair": (
        lambda: WEEKLY.window((MONDAY, MONDAY)),  # type: ignore[arg-type]
        "period must be a BillingPeriod, not tuple; hand in a BillingPeriod",
    ),
    "between, start": (lambda: WEEKLY.between(NOON, MONDAY), f"start must be a datetime.date, not datetime; {DAY}"),
    "between, end": (lambda: WEEKLY.between(MONDAY, NOON), f"end must be a datetime.date, not datetime; {DAY}"),
    "between, swapped": (
        lambda: WEEKLY.between(date(2026, 11, 9), MONDAY),
        (
            "a range of days must end after its start: it starts on 2026-11-09 and ends (exclusive) on 2026-11-02; "
            "the end is the first day that no longer belongs to it; swap the two or move the end"
        ),
    ),
    "an empty period": (
        lambda: BillingPeriod(MONDAY, MONDAY),
        (
            "a range of days must end after its start: it starts on 2026-11-02 and ends (exclusive) on 2026-11-02; "
            "the end is the first day that no longer belongs to it; swap the two or move the end"
        ),
    ),
    "a period of instants": (
        lambda: BillingPeriod(NOON, MONDAY),
        f"start must be a datetime.date, not datetime; {DAY}",
    ),
    "in a period": (lambda: NOON in WEEKLY.first, f"day must be a datetime.date, not datetime; {DAY}"),
    "in a window": (
        lambda: NAIVE in WEEKLY.window(WEEKLY.first),
        f"instant has no UTC offset, so it names no instant; {AWARE}",
    ),
    "first instant": (lambda: WEEKLY.first_instant(NOON), f"day must be a datetime.date, not datetime; {DAY}"),
    "first instant before the opening": (
        lambda: WEEKLY.first_instant(date(2026, 11, 1)),
        f"2026-11-01 lies before 2026-11-02, when the schedule opens; {LATER}",
    ),
    "preview, text": (
        lambda: WEEKLY.preview("3"),  # type: ignore[arg-type]
        "count must be a whole number, not str; hand in a whole number",
    ),
    "preview, negative": (
        lambda: WEEKLY.preview(-3),
        "a schedule's periods are numbered from 0; there is none with number -3; ask for 0 or more",
    ),
    "due, naive": (lambda: WEEKLY.due(None, NAIVE), f"now has no UTC offset, so it names no instant; {AWARE}"),
    "due, not closed": (
        lambda: WEEKLY.due("never", NOON),  # type: ignore[arg-type]
        "closed must be a Closed or None, not str; hand in a Closed or None",
    ),
    "due, closed elsewhere": (
        lambda: WEEKLY.due(Closed(NOON, NOON, date(2026, 11, 3)), NOON),
        (
            "the last closing says that the next period starts on 2026-11-03; this schedule has none that starts then; "
            "hand in the closing of this schedule, or Closed(until, closed_at) without next_start after a change"
        ),
    ),
    "due, closed before the opening": (
        lambda: WEEKLY.due(Closed(datetime(2026, 10, 30, 23, tzinfo=UTC), NOON), NOON),
        (
            "the last closing ended at 2026-10-30 23:00:00+00:00, long before 2026-11-02, "
            "the day on which this schedule opens; "
            "hand in the closing of this schedule, or None if nothing of it is closed"
        ),
    ),
    "due, closed apart from the next start": (
        lambda: WEEKLY.due(Closed(datetime(2026, 11, 11, 1, tzinfo=UTC), NOON, date(2026, 11, 9)), NOON),
        (
            "the last closing ended at 2026-11-11 01:00:00+00:00, and 2026-11-09, on which the next period starts, "
            "begins at another time; hand in the closing as closing.closed(at=...) gave it"
        ),
    ),
    "an anchor for a calendar kind": (
        lambda: opened(anchor=date(2026, 11, 4)),
        (
            "a cycle with boundaries of its own can't be anchored on 2026-11-04; "
            "leave the anchor out, or choose an anniversary or a number of days"
        ),
    ),
    "closed, until": (lambda: Closed(NAIVE, NOON), f"until has no UTC offset, so it names no instant; {AWARE}"),
    "closed, next start": (
        lambda: Closed(NOON, NOON, NOON),
        f"next_start must be a datetime.date, not datetime; {DAY}",
    ),
    "share, part": (
        lambda: WEEKLY.share(MONDAY, DayCount.ACTUAL),  # type: ignore[arg-type]
        "part must be a BillingPeriod, not date; hand in a BillingPeriod",
    ),
    "share, day count": (
        lambda: WEEKLY.share(WEEKLY.first, "actual"),  # type: ignore[arg-type]
        "day_count must be a DayCount, not str; hand in a DayCount",
    ),
    "share over an end": (
        lambda: WEEKLY.share(BillingPeriod(date(2026, 11, 8), date(2026, 11, 10)), DayCount.ACTUAL),
        (
            "2026-11-08 to 2026-11-10 (exclusive) reaches over the end of its period on 2026-11-09; "
            "cut it at 2026-11-09 and measure each part in its own period"
        ),
    ),
    "share of nothing": (
        lambda: APIA.share(APIA.first, DayCount.SECONDS),
        (
            "2011-12-30 to 2011-12-31 (exclusive) has no length by this day count, so nothing can be a share of it; "
            "measure by DayCount.ACTUAL"
        ),
    ),
    "outside the calendar": (
        lambda: BillingSchedule.opened_at(
            datetime.max.replace(tzinfo=UTC), Frequency.DAILY, timezone="Pacific/Kiritimati"
        ),
        "the moment lies outside the years 1 to 9999; stay inside the calendar, a day away from its ends",
    ),
    "an unknown zone": (
        lambda: opened(timezone="Havana"),
        (
            f"'Havana' is no time zone of tzdata {TZDATA_VERSION}; "
            "hand in an IANA name such as 'America/Havana', letters and case exact"
        ),
    ),
    "a zone that is no text": (
        lambda: opened(timezone=UTC),
        "timezone must be the name of a time zone, not timezone; hand in the name of a time zone",
    ),
    "a month end that is none": (
        lambda: opened(month_end="clamp"),
        "month_end must be a MonthEnd, not str; hand in a MonthEnd",
    ),
    "a forbidden anchor": (
        lambda: BillingSchedule.open(
            Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, 31), timezone="UTC", month_end=MonthEnd.FORBID
        ),
        (
            "a cycle that forbids month ends can't be anchored on day 31: not every month has it; "
            "anchor it on a day from 1 to 28, or choose MonthEnd.CLAMP or MonthEnd.TWENTY_EIGHTH"
        ),
    ),
    "an unknown kind": (
        lambda: opened(kind="weekly"),
        (
            "a cycle must be a Frequency, an interval from every(...) or have start and index, not 'weekly'; "
            "hand in a member of Frequency, every(weeks=2), or your own cycle"
        ),
    ),
    "a delay": (
        lambda: opened(closing_delay_hours=745),
        "closing_delay_hours must be at most 744, not 745; lower it to 744 or less",
    ),
    "no interval": (
        every,
        (
            "an interval needs exactly one of days, weeks and months; 0 of them were given; "
            "write every(days=10), every(weeks=2) or every(months=5)"
        ),
    ),
    "two intervals": (
        lambda: every(days=1, weeks=1),
        (
            "an interval needs exactly one of days, weeks and months; 2 of them were given; "
            "write every(days=10), every(weeks=2) or every(months=5)"
        ),
    ),
    "no days": (lambda: every(days=0), "days must be at least 1, not 0; raise it to 1 or more"),
    "no weeks": (lambda: every(weeks=0), "weeks must be at least 1, not 0; raise it to 1 or more"),
    "half a month": (
        lambda: every(months=0.5),  # type: ignore[arg-type]
        "months must be a whole number, not float; hand in a whole number",
    ),
    "an index that is wrong": (
        lambda: opened(kind=Own(index=1)),
        (
            "the cycle contradicts itself: "
            "period 1 is 2026-11-09 to 2026-11-16 (exclusive) and was to hold 2026-11-02; "
            "correct the cycle: start(n) <= day < start(n + 1) must hold for n = index(day)"
        ),
    ),
    "an index that is no number": (
        lambda: opened(kind=Own(index="0")),
        "index of a cycle must be a whole number, not str; hand in a whole number",
    ),
    "starts that stand still": (
        lambda: opened(kind=Own(length=0)),
        (
            "the cycle contradicts itself: "
            "period 0 is 2026-11-02 to 2026-11-02 (exclusive) and was to hold 2026-11-02; "
            "correct the cycle: start(n) <= day < start(n + 1) must hold for n = index(day)"
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_says_what_is_wrong_and_what_to_do(case: str) -> None:
    """X-3: every fault has a stable sentence with its parameters and its remedy."""
    ask, told = CASES[case]
    with pytest.raises(InvalidValue) as error:
        ask()
    assert str(error.value) == told


def test_a_closing_may_lie_as_far_off_as_zones_differ() -> None:
    """BP-11: rules that changed, or another zone, move a boundary by 26 hours at most; two days are let pass."""
    boundary = datetime(2026, 11, 9, tzinfo=UTC)
    for moved in (timedelta(days=-2), timedelta(days=2)):
        [closing] = WEEKLY.due(Closed(boundary + moved, boundary, date(2026, 11, 9)), boundary + timedelta(days=7))
        assert closing.opens == boundary + moved
    opening = datetime(2026, 11, 2, tzinfo=UTC)
    [closing] = WEEKLY.due(Closed(opening - timedelta(days=2), opening), boundary)
    assert closing.period == WEEKLY.first


def test_a_change_of_zone_keeps_a_calendar_kind_a_calendar_kind() -> None:
    """BP-12: its anchor is its opening, before and after."""
    change = plan_change(WEEKLY, asked_on=date(2026, 11, 4), timezone="America/Havana")
    assert change.after.anchor == change.after.opening == date(2026, 11, 9)
