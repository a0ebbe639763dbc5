"""What local clocks show, read minute by minute: slow and obvious, to judge the library's arithmetic by."""

import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import tzdata
from hypothesis import settings

from tenantcore import _zones

MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END_OF_2037 = datetime(2038, 1, 1, tzinfo=UTC)


def looks_harder() -> bool:
    """Whether everything is to be tried instead of a sample: with `--hypothesis-profile=thorough`."""
    return settings.get_current_profile_name() == "thorough"


def zone_named(name: str) -> ZoneInfo:
    zone = _zones.find(name)
    assert zone is not None
    return zone


@cache
def distinct_zones() -> tuple[str, ...]:
    """One name for each different file of the package: aliases would only repeat the work."""
    folder = files(tzdata).joinpath("zoneinfo")
    by_content = {folder.joinpath(*name.split("/")).read_bytes(): name for name in sorted(_zones.names(), reverse=True)}
    return tuple(sorted(by_content.values()))


def transitions(name: str) -> Iterator[datetime]:
    """The moments at which a zone's clocks change, out of its file (RFC 9636): only to know where to look."""
    content = files(tzdata).joinpath("zoneinfo", *name.split("/")).read_bytes()
    counts = struct.Struct(">4sc15x6l")
    # The second block repeats the first with 64-bit times.
    _, _, utc_local, standard, leaps, times, types, letters = counts.unpack_from(content)
    second = counts.size + times * 5 + types * 6 + letters + leaps * 8 + standard + utc_local
    _, _, _, _, _, times, _, _ = counts.unpack_from(content, second)
    for seconds in struct.unpack_from(f">{times}q", content, second + counts.size):
        if seconds > -(10**10):
            yield EPOCH + timedelta(seconds=seconds)


def transitions_to_2037(name: str) -> Iterator[datetime]:
    """The changes since 1970: those of the file, and after them those that its yearly rule gives."""
    listed = list(transitions(name))
    yield from (change for change in listed if EPOCH <= change < END_OF_2037)
    zone = zone_named(name)
    # A file ends in a rule of two changes a year, months apart, which the clock gives away week by week.
    since = max([EPOCH, *listed])
    weeks = [since + number * 7 * DAY for number in range((END_OF_2037 - since) // (7 * DAY) + 1)]
    for before, after in pairwise(weeks):
        if ahead_by(before, zone) != ahead_by(after, zone):
            yield first_with_the_later_offset(before, after, zone)


def first_with_the_later_offset(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When the clocks changed between two instants, to the second."""
    offset = ahead_by(before, zone)
    while after - before > SECOND:
        middle = before + (after - before) // (2 * SECOND) * SECOND
        before, after = (middle, after) if ahead_by(middle, zone) == offset else (before, middle)
    return after


def ahead_by(instant: datetime, zone: ZoneInfo) -> timedelta:
    """How far the local clock is ahead of UTC."""
    return instant.astimezone(zone).replace(tzinfo=UTC) - instant


def local_clock(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def walked_first_instant(day: date, zone: ZoneInfo) -> datetime:
    """Watch the local clock, minute by minute and then second by second, until it shows `day` or a later day."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    around = [midnight + number * 6 * HOUR for number in range(-10, 11)]
    moment = midnight - max(ahead_by(instant, zone) for instant in around) - HOUR
    assert local_clock(moment, zone).date() < day
    while local_clock(moment, zone).date() < day:
        moment += MINUTE
    moment -= MINUTE
    while local_clock(moment, zone).date() < day:
        moment += SECOND
    return moment


def shown_around(change: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """What a clock shows up to a change and from it on, the earlier first: between them it skips or repeats."""
    before, after = local_clock(change - SECOND, zone) + SECOND, local_clock(change, zone)
    return min(before, after), max(before, after)


def touches_midnight(change: datetime, zone: ZoneInfo) -> bool:
    earlier, later = shown_around(change, zone)
    return earlier.date() != later.date() or earlier.time() == datetime.min.time()


def days_near_changes(name: str, *, near_midnight: bool) -> Iterator[date]:
    """Local days around the clock changes that do (or don't) touch a midnight."""
    zone = zone_named(name)
    for change in transitions(name):
        if touches_midnight(change, zone) == near_midnight:
            earlier, _ = shown_around(change, zone)
            for number in range(-1, 3):
                yield earlier.date() + number * DAY
