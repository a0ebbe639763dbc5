"""Lets you read a time zone: the name of a place in the tz database, whose clocks a customer lives by.

The names are those of the tzdata package, the same on every machine. What goes with which country is in
`tenantcore.regions`.
"""

import enum

from tenantcore import _territories, _zones
from tenantcore.errors import Code, Kind, Problem, invalid, shown_code

__all__ = ["TimezoneFault", "parse_timezone", "timezone_names"]


@enum.unique
class TimezoneFault(Code):
    """Faults of a time zone."""

    TIMEZONE_REQUIRED = (
        Kind.MISSING,
        "ORG-8",
        "the time zone is missing",
        "hand in its name in the tz database, for instance Asia/Singapore",
    )
    TIMEZONE_UNKNOWN = (
        Kind.UNKNOWN,
        "ORG-8",
        "the time zone {timezone} is not in the tz database",
        "hand in a name from there, written exactly so, for instance {example}",
    )
    TIMEZONE_NOT_GEOGRAPHIC = (
        Kind.UNKNOWN,
        "ORG-8",
        "the time zone {timezone} is a rule for clocks, not a place whose clocks the customer lives by",
        "hand in the name of a place, for instance Asia/Singapore",
    )


def parse_timezone(text: object) -> str:
    """Return the name, as tzdata's zone.tab has it, of the zone in which a place lies.

    Spaces at the ends are dropped. Upper and lower case count, as they do in the tz database; for a name that is nearly
    right the remedy has the right one. A name in zone.tab is never turned into another, even where the clocks have
    agreed since 1970; other names of a place are resolved as CLDR does.

    >>> parse_timezone("Europe/Oslo"), parse_timezone("US/Pacific")
    ('Europe/Oslo', 'America/Los_Angeles')

    Raises:
        InvalidValue: The name isn't in tzdata (TIMEZONE_UNKNOWN), or is UTC, EST, CET, Etc/GMT+8 or the like
            (TIMEZONE_NOT_GEOGRAPHIC).

    Rule: ORG-8 in docs/reference/time_zones.md.
    """
    name = _territories.field_text("timezone", text)
    place = _territories.place(name)
    if place is not None:
        return place
    if not name:
        raise invalid(Problem(TimezoneFault.TIMEZONE_REQUIRED))
    if name in _zones.names():
        raise invalid(Problem(TimezoneFault.TIMEZONE_NOT_GEOGRAPHIC, params={"timezone": shown_code(name)}))
    params = {"timezone": shown_code(name), "example": _territories.spelled(name) or "Asia/Singapore"}
    raise invalid(Problem(TimezoneFault.TIMEZONE_UNKNOWN, params=params))


def timezone_names() -> tuple[str, ...]:
    """Return all names that `parse_timezone` can return, in alphabetical order."""
    return tuple(sorted(_territories.places()))
