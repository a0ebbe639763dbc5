"""A billing run over 100,000 tenants: which periods have ended by now and aren't closed yet, with their instants.

Two runs: the hourly job, where next to nothing is due, and the first of the month, where every tenant is billed. What a
host has stored of each tenant is loaded beforehand: anchor, zone, and the last closing.

Peers do the same work as a careful reader would write it with them: count from the anchor, so that nothing drifts, turn
each local midnight into an instant by the zone's rules, and go on until a period hasn't ended. None of them looks for
missing midnights or a seam that a change of tzdata has moved; the library does.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

import whenever
from attrs import frozen
from dateutil.relativedelta import relativedelta

from tenantcore.billing_periods import BillingSchedule, Closed, Frequency

TENANTS = 100_000
ZONES = (
    "America/Havana", "America/New_York", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Singapore", "Australia/Sydney",
    "Europe/Berlin", "Europe/London", "Pacific/Auckland", "UTC",
)  # fmt: skip
HOURLY = datetime(2026, 11, 20, 23, tzinfo=UTC)
FIRST_OF_MONTH = datetime(2026, 12, 1, 23, tzinfo=UTC)


@frozen
class Due:
    """What has to be billed: local days, and the instants between which usage counts."""

    start: object
    end: object
    opens: object
    closes: object


@frozen
class Tenant:
    """What a host has stored that uses none of this library."""

    anchor: date
    zone: ZoneInfo
    billed_to: date
    until: datetime


@frozen
class WheneverTenant:
    """The same, in whenever's types."""

    anchor: "whenever.Date"
    zone: str
    billed_to: "whenever.Date"
    until: "whenever.Instant"


def schedules(*, on_the_first: bool) -> Iterator[tuple[BillingSchedule, Closed]]:
    """Tenants of six years, in ten zones, on all days of the month or on the first; closed up to an hour ago."""
    before = (FIRST_OF_MONTH - timedelta(days=2)) if on_the_first else HOURLY - timedelta(hours=1)
    for number in range(TENANTS):
        day = 1 if on_the_first else number // 120 % 28 + 1
        schedule = BillingSchedule.open(
            Frequency.MONTHLY_ANNIVERSARY,
            on=date(2020 + number % 6, number % 12 + 1, day),
            timezone=ZONES[number % len(ZONES)],
        )
        current = schedule.at(before)
        last = schedule.before(current)
        closes = schedule.window(last).closes
        yield schedule, Closed(closes, closes, last.end)


@cache
def ours(*, on_the_first: bool) -> list[tuple[BillingSchedule, Closed]]:
    """What a host that uses the library has loaded."""
    return list(schedules(on_the_first=on_the_first))


@cache
def others(*, on_the_first: bool) -> list[Tenant]:
    """What a host has loaded that uses the standard library's types."""
    return [
        Tenant(schedule.anchor, ZoneInfo(schedule.timezone), closed.next_start or schedule.opening, closed.until)
        for schedule, closed in schedules(on_the_first=on_the_first)
    ]


@cache
def whenevers(*, on_the_first: bool) -> list[WheneverTenant]:
    """What a host has loaded that uses whenever's types."""
    return [
        WheneverTenant(
            whenever.Date(schedule.anchor),
            schedule.timezone,
            whenever.Date(closed.next_start or schedule.opening),
            whenever.Instant(closed.until),
        )
        for schedule, closed in schedules(on_the_first=on_the_first)
    ]


def run(*, on_the_first: bool) -> list[object]:
    """Ask every schedule."""
    now = FIRST_OF_MONTH if on_the_first else HOURLY
    return [closing for schedule, closed in ours(on_the_first=on_the_first) for closing in schedule.due(closed, now)]


def run_by_relativedelta(*, on_the_first: bool) -> list[object]:
    """Ask every tenant, counting with dateutil."""
    now = FIRST_OF_MONTH if on_the_first else HOURLY
    return [due for tenant in others(on_the_first=on_the_first) for due in by_relativedelta(tenant, now)]


def by_relativedelta(tenant: Tenant, now: datetime) -> list[Due]:
    """Count the months up to the last closing, then go on month by month from the anchor."""
    found: list[Due] = []
    since = relativedelta(tenant.billed_to, tenant.anchor)
    months = since.years * 12 + since.months
    start, opens = tenant.billed_to, tenant.until
    while True:
        months += 1
        end = tenant.anchor + relativedelta(months=months)
        closes = datetime.combine(end, time(), tenant.zone).astimezone(UTC)
        if closes > now:
            return found
        found.append(Due(start, end, opens, closes))
        start, opens = end, closes


def run_by_whenever(*, on_the_first: bool) -> list[object]:
    """Ask every tenant, counting with whenever."""
    now = whenever.Instant(FIRST_OF_MONTH if on_the_first else HOURLY)
    return [due for tenant in whenevers(on_the_first=on_the_first) for due in by_whenever(tenant, now)]


def by_whenever(tenant: WheneverTenant, now: "whenever.Instant") -> list[Due]:
    """Count the months up to the last closing, then go on month by month from the anchor."""
    found: list[Due] = []
    anchor, start, opens = tenant.anchor, tenant.billed_to, tenant.until
    months = (start.year - anchor.year) * 12 + start.month - anchor.month - (start.day < anchor.day)
    while True:
        months += 1
        end = anchor.add(months=months)
        closes = whenever.ZonedDateTime(end.year, end.month, end.day, tz=tenant.zone).to_instant()
        if closes > now:
            return found
        found.append(Due(start, end, opens, closes))
        start, opens = end, closes


def libraries(*, on_the_first: bool) -> dict[str, Callable[[], list[object]]]:
    """Everybody's way through the run."""
    return {
        "tenantcore": partial(run, on_the_first=on_the_first),
        "dateutil relativedelta": partial(run_by_relativedelta, on_the_first=on_the_first),
        "whenever": partial(run_by_whenever, on_the_first=on_the_first),
    }


SUBJECTS = {
    "100,000 tenants, hourly": libraries(on_the_first=False),
    "100,000 tenants, all due": libraries(on_the_first=True),
}
