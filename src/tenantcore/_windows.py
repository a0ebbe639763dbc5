"""Lets local days and instants be turned into each other in a named zone, with faults of ours at every edge."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from tenantcore import _zones
from tenantcore._periods import PeriodFault, in_utc
from tenantcore._validators import check_instant, wrong_type
from tenantcore.errors import Problem, invalid, shown

__all__ = ["local_day", "opens_at", "shifted", "zone_named"]

_MOST_INSTANTS_CACHED: Final = 16384


def zone_named(name: object) -> ZoneInfo:
    """Return the zone called exactly `name` in the tzdata package.

    Rule: BP-10 in docs/reference/billing_periods.md.
    """
    # The type is asked too, because isinstance believes a `__class__` that mocks make up. The text itself is looked up,
    # or the zone would carry a host's own kind of text as its key.
    if not (issubclass(type(name), str) and isinstance(name, str)):
        raise invalid(wrong_type("timezone", "the name of a time zone", name))
    zone = _zones.find(str.__str__(name))
    if zone is None:
        params = {"timezone": shown(name), "version": _zones.VERSION}
        raise invalid(Problem(PeriodFault.PERIOD_TIMEZONE_UNKNOWN, params=params))
    return zone


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the day whose window holds `instant`.

    Rule: BP-9 in docs/reference/billing_periods.md.
    """
    check_instant("instant", instant)
    # Other zones don't get into the cache: two instants that differ in `fold` only would be one key.
    return _local_day_of_utc(instant, zone) if instant.tzinfo is UTC else _local_day(instant, zone)


def _local_day(instant: datetime, zone: ZoneInfo) -> date:
    try:
        return _zones.local_day(instant, zone)
    except OverflowError:
        raise _out_of_calendar() from None


# A billing run asks every schedule about the same instant.
_local_day_of_utc = lru_cache(maxsize=_MOST_INSTANTS_CACHED)(_local_day)


# A billing run asks for the same few days again and again.
@lru_cache(maxsize=_MOST_INSTANTS_CACHED)
def opens_at(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of `day`, in UTC.

    Rule: BP-9 in docs/reference/billing_periods.md.
    """
    try:
        return _zones.first_instant(day, zone)
    except OverflowError:
        raise _out_of_calendar() from None


def shifted(instant: datetime, hours: int) -> datetime:
    """Return the instant so many elapsed hours later; in UTC, because elsewhere `+` counts hours of the wall clock."""
    if not hours:
        return instant
    try:
        return in_utc(instant) + timedelta(hours=hours)
    except OverflowError:
        raise _out_of_calendar() from None


def _out_of_calendar() -> Exception:
    return invalid(Problem(PeriodFault.PERIOD_OUT_OF_CALENDAR))
