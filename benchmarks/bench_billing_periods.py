"""Looking up the billing period that holds a day: a monthly anniversary, near its anchor and a century later.

The library hands a period out again when it is asked for a second time. So the last subject asks for ever new ones, and
for more than it keeps: a daily cycle, the days of thirty years in turn.

A third subject walks through the 120 periods of ten years, one after the other.

Peers do the same work as a reader would first write it with them: count from the anchor, so that nothing drifts, and
give a start and an end. `relativedelta` and `rrule` are dateutil's; whenever is the build in Rust, where there is one;
pandas counts by its offsets.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import cycle, pairwise

import pandas as pd
import pendulum
import whenever
from attrs import frozen
from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule

from tenantcore.billing_periods import BillingSchedule, Frequency

ANCHOR = date(2026, 1, 15)


@frozen
class Pair:
    """The least that any answer costs: one object with two fields."""

    start: object
    end: object


def floor(day: date) -> Callable[[], object]:
    """Build the answer, which is known beforehand: two dates and one object."""
    year, month = day.year, day.month
    return lambda: Pair(date(year, month, 15), date(year, month + 1, 15))


def ours(day: date) -> Callable[[], object]:
    """Ask a schedule."""
    schedule = BillingSchedule.open(Frequency.MONTHLY_ANNIVERSARY, on=ANCHOR, timezone="Asia/Singapore")
    return lambda: schedule.containing(day)


def by_relativedelta(day: date) -> Callable[[], object]:
    """Count the whole months since the anchor, and add them to it."""

    def lookup() -> Pair:
        since = relativedelta(day, ANCHOR)
        months = since.years * 12 + since.months
        return Pair(ANCHOR + relativedelta(months=months), ANCHOR + relativedelta(months=months + 1))

    return lookup


def by_rrule(day: date) -> Callable[[], object]:
    """Ask the recurrence rule of a calendar for its neighbours."""
    rule = rrule(MONTHLY, dtstart=datetime(ANCHOR.year, ANCHOR.month, ANCHOR.day))  # noqa: DTZ001 - rrule counts days
    moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - as above

    def lookup() -> Pair:
        start, end = rule.before(moment, inc=True), rule.after(moment)
        assert start is not None  # noqa: S101 - the day lies after the anchor
        assert end is not None  # noqa: S101 - the rule has no end
        return Pair(start.date(), end.date())

    return lookup


def by_pendulum(day: date) -> Callable[[], object]:
    """Count the whole months since the anchor, and add them to it."""
    anchor, wanted = pendulum.date(ANCHOR.year, ANCHOR.month, ANCHOR.day), pendulum.date(day.year, day.month, day.day)

    def lookup() -> Pair:
        months = (wanted - anchor).in_months()
        return Pair(anchor.add(months=months), anchor.add(months=months + 1))

    return lookup


def by_whenever(day: date) -> Callable[[], object]:
    """Count the months since the anchor, one less if its day isn't reached, and add them to it."""
    anchor, wanted = whenever.Date(ANCHOR), whenever.Date(day)

    def lookup() -> Pair:
        months = (wanted.year - anchor.year) * 12 + wanted.month - anchor.month - (wanted.day < anchor.day)
        return Pair(anchor.add(months=months), anchor.add(months=months + 1))

    return lookup


def by_pandas(day: date) -> Callable[[], object]:
    """Count the months since the anchor, one less if its day isn't reached, and add them to it."""
    anchor, wanted = pd.Timestamp(ANCHOR), pd.Timestamp(day)

    def lookup() -> Pair:
        months = (wanted.year - anchor.year) * 12 + wanted.month - anchor.month - (wanted.day < anchor.day)
        return Pair(anchor + pd.DateOffset(months=months), anchor + pd.DateOffset(months=months + 1))

    return lookup


def libraries(day: date) -> dict[str, Callable[[], object]]:
    """Everybody's way to the period that holds `day`."""
    return {
        "tenantcore": ours(day),
        "floor (two dates, one object)": floor(day),
        "dateutil relativedelta": by_relativedelta(day),
        "dateutil rrule": by_rrule(day),
        "pendulum": by_pendulum(day),
        "whenever": by_whenever(day),
        "pandas": by_pandas(day),
    }


MONTHS = range(121)


def walks() -> dict[str, Callable[[], object]]:
    """Everybody's way through the periods of ten years, in order; each builds the same list of pairs."""
    schedule = BillingSchedule.open(Frequency.MONTHLY_ANNIVERSARY, on=ANCHOR, timezone="Asia/Singapore")
    rule = rrule(MONTHLY, dtstart=datetime(ANCHOR.year, ANCHOR.month, ANCHOR.day), count=121)  # noqa: DTZ001 - as above
    in_pendulum = pendulum.date(ANCHOR.year, ANCHOR.month, ANCHOR.day)
    in_whenever, in_pandas = whenever.Date(ANCHOR), pd.Timestamp(ANCHOR)

    def paired(starts: Iterable[object]) -> list[Pair]:
        return [Pair(start, end) for start, end in pairwise(starts)]

    return {
        "tenantcore": lambda: list(schedule.between(ANCHOR, date(2036, 1, 15))),
        "floor (two dates, one object)": lambda: paired(date(2026 + n // 12, n % 12 + 1, 15) for n in MONTHS),
        "dateutil relativedelta": lambda: paired(ANCHOR + relativedelta(months=n) for n in MONTHS),
        "dateutil rrule": lambda: paired(moment.date() for moment in rule),
        "pendulum": lambda: paired(in_pendulum.add(months=n) for n in MONTHS),
        "whenever": lambda: paired(in_whenever.add(months=n) for n in MONTHS),
        "pandas": lambda: paired(in_pandas + pd.DateOffset(months=n) for n in MONTHS),
    }


def days_in_turn() -> Callable[[], date]:
    """The days of thirty years one by one, and over again."""
    return cycle([ANCHOR + timedelta(days=number) for number in range(30 * 365)]).__next__


def ours_daily() -> Callable[[], object]:
    """Ask a schedule for another day each time."""
    schedule = BillingSchedule.open(Frequency.DAILY, on=ANCHOR, timezone="Asia/Singapore")
    next_day = days_in_turn()
    return lambda: schedule.containing(next_day())


def floor_daily() -> Callable[[], object]:
    """Build the answer: the day, the next one, and one object."""
    next_day, one = days_in_turn(), timedelta(days=1)

    def lookup() -> Pair:
        day = next_day()
        return Pair(day, day + one)

    return lookup


def whenever_daily() -> Callable[[], object]:
    """Build the answer of whenever's dates: the day, the next one, and one object."""
    next_day = days_in_turn()

    def lookup() -> Pair:
        day = whenever.Date(next_day())
        return Pair(day, day.add(days=1))

    return lookup


SUBJECTS = {
    "lookup 3 months after the anchor": libraries(date(2026, 4, 28)),
    "lookup 100 years after the anchor": libraries(date(2126, 4, 28)),
    "the periods of ten years": walks(),
    "lookup of ever new days": {
        "tenantcore": ours_daily(),
        "floor (one date, one object)": floor_daily(),
        "whenever": whenever_daily(),
    },
}
