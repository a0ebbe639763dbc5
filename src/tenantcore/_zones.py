"""Lets the library use the time zones of the `tzdata` package, the same on every machine, and find where days begin.

The operating system's zones are never consulted: they differ between machines and ages. `zoneinfo` would prefer them,
so zones are loaded out of the package by hand. Such zones don't pickle; values keep the zone's name.

Rules: BP-9, BP-10 in docs/reference/billing_periods.md.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import tzdata

__all__ = ["VERSION", "find", "first_instant", "local_day", "names", "table"]

VERSION: Final[str] = tzdata.IANA_VERSION

_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)


@cache
def names() -> frozenset[str]:
    """Return every zone name that the tzdata package has, aliases included."""
    # importlib.resources costs a third of this package's import time, and most imports never ask for a zone's data.
    from importlib.resources import files  # noqa: PLC0415

    return frozenset(files(tzdata).joinpath("zones").read_text("ascii").split())


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of one of the package's tab-separated tables, `zone.tab` or `iso3166.tab`."""
    from importlib.resources import files  # noqa: PLC0415

    lines = files(tzdata).joinpath("zoneinfo", name).read_text("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


def find(name: str) -> ZoneInfo | None:
    """Return the zone called exactly `name`, or None; membership is tested before anything is opened."""
    return _load(name) if name in names() else None


@cache
def _load(name: str) -> ZoneInfo:
    from importlib.resources import files  # noqa: PLC0415

    # Not the machine's data but the package's, which is part of what is installed, read once for each zone.
    with files(tzdata).joinpath("zoneinfo", *name.split("/")).open("rb") as source:
        return ZoneInfo.from_file(source, key=name)


def first_instant(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment, in UTC, at which the local clock shows `day` or a later day.

    "Or a later day" gives a day that a zone skipped an empty window, and lets windows of successive days meet. Where
    the clock is set back over midnight the first of the two midnights counts.

    Raises: OverflowError when the moment lies outside the years 1 to 9999.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    offset = _offset(midnight)
    later_offset = _offset(midnight.replace(fold=1))
    as_utc = midnight.replace(tzinfo=UTC)
    if later_offset <= offset:
        # An ordinary midnight, or a doubled one: fold 0 is the first.
        return as_utc - offset
    # The clock jumps over this midnight, at `as_utc - offset` or (when the gap begins before midnight) earlier.
    after, before = as_utc - offset, as_utc - later_offset
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if _offset(middle.astimezone(zone)) == later_offset:
            after = middle
        else:
            before = middle
    return after


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the day whose window holds the aware `instant`; after a clock was set back over midnight, the later day.

    Raises: OverflowError when the local day lies outside the years 1 to 9999.
    """
    local = instant.astimezone(zone)
    day = local.date()
    try:
        following = day + _DAY
    except OverflowError:
        return day
    # Only a doubled midnight can have opened the following day already, and its first midnight has fold 0.
    midnight = datetime(following.year, following.month, following.day, tzinfo=zone)
    set_back = _offset(midnight) - _offset(local)
    if not set_back:
        return day
    return following if midnight.replace(tzinfo=None) - local.replace(tzinfo=None) <= set_back else day


def _offset(moment: datetime) -> timedelta:
    offset = moment.utcoffset()
    assert offset is not None  # noqa: S101 - a zone from the package always has one
    return offset
