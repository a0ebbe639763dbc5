"""Lets limits on what is counted, such as trunks and calls, be checked, read and merged, with none told from no limit.

Names that callers use are imported from `tenantcore.trunks`.
"""

import enum
from typing import Any, Final, TypeAlias

from attrs import Attribute

from tenantcore._validators import within
from tenantcore.errors import Code, Kind, Problem, invalid, shown, type_name

__all__ = [
    "MAX_LIMIT",
    "MAX_USE",
    "NO_LIMIT",
    "UNSET",
    "LimitFault",
    "LimitSetting",
    "Unset",
    "a_count",
    "a_limit",
    "a_threshold",
    "check_limit",
    "merged_limit",
    "read_limit",
]

MAX_LIMIT: Final = 500_000_000
"""The highest limit there is; more is said with None. Four of them together fit into four signed bytes (TRK-1)."""
MAX_USE: Final = 1_000_000_000
"""The highest number in use that is counted: more than any limit, which can be lowered under calls (TRK-1)."""
NO_LIMIT: Final = 2_147_483_647
"""What stands for no limit in a guard, where a store wants a number: more than can be in use (TRK-1)."""


@enum.unique
class LimitFault(Code):
    """What can be wrong with a limit."""

    LIMIT_TYPE = (
        Kind.WRONG_TYPE,
        "TRK-1",
        "the limit {limit} must be a whole number or None, not {actual}",
        "give 0 for none at all, a number, or None for no limit",
    )
    LIMIT_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "TRK-1",
        "the limit {limit} must be 0 or more, not {value}",
        "give 0 for none at all, or None for no limit; read_limit reads -1 as no limit",
    )
    LIMIT_TOO_HIGH = (
        Kind.OUT_OF_RANGE,
        "TRK-1",
        "the limit {limit} must be at most {maximum}, not {value}",
        "lower it, or give None for no limit",
    )
    LIMIT_STORED_NEGATIVE = (
        Kind.MALFORMED,
        "TRK-2",
        "a stored limit must be 0 or more, or -1 for no limit, not {value}",
        "store -1 where there is no limit, and nothing where none was set",
    )


class Unset(enum.Enum):
    """The type of `UNSET`, which alone is of it.

    Rule: TRK-2 in docs/reference/trunks.md.
    """

    UNSET = "unset"
    """A limit that nobody has set: neither 0, which is none at all, nor None, which is no limit."""


UNSET: Final = Unset.UNSET
"""A limit that nobody has set: neither 0, which is none at all, nor None, which is no limit (TRK-2)."""

LimitSetting: TypeAlias = int | Unset | None
"""A limit as somebody has set it, or not: from 0 to `MAX_LIMIT`, None for no limit, `UNSET` for none set (TRK-2)."""

a_count = within(0, MAX_USE)
"""Accepts how many of something are in use."""
a_threshold = within(0, NO_LIMIT)
"""Accepts the number of a guard."""


def a_limit(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """Accept a limit: a whole number from 0 up, or None."""
    check_limit(attribute.name, value)


def check_limit(name: str, value: object) -> None:
    """Refuse anything but a limit."""
    if value is None:
        return
    if type(value) is not int:
        raise invalid(Problem(LimitFault.LIMIT_TYPE, params={"limit": name, "actual": type_name(value)}))
    if value < 0:
        raise invalid(Problem(LimitFault.LIMIT_NEGATIVE, params={"limit": name, "value": shown(value)}))
    if value > MAX_LIMIT:
        params: dict[str, str | int] = {"limit": name, "maximum": MAX_LIMIT, "value": shown(value)}
        raise invalid(Problem(LimitFault.LIMIT_TOO_HIGH, params=params))


def merged_limit(wanted: LimitSetting, *, cap: LimitSetting = UNSET, default: int | None) -> int | None:
    """Return the limit that holds when a tenant's own, what its provider allows at most, and the platform's meet.

    `default` takes the place of a limit that the tenant hasn't set. A cap that is set only ever lowers: it is no
    limit by itself, and no limit under a cap is the cap.

    >>> [merged_limit(wanted, cap=3, default=0) for wanted in (UNSET, 2, 5, None)]
    [0, 2, 3, 3]

    Raises: InvalidValue or InvalidType when one of them is no limit; `default` has to be set.

    Rule: TRK-2 in docs/reference/trunks.md.
    """
    check_limit("default", default)
    limit = default
    if wanted is not UNSET:
        check_limit("wanted", wanted)
        limit = wanted
    if cap is UNSET or cap is None:
        return limit
    check_limit("cap", cap)
    return cap if limit is None else min(limit, cap)


def read_limit(stored: int | None) -> LimitSetting:
    """Return a limit out of a store that writes -1 for no limit and nothing (None) for one that nobody has set.

    >>> read_limit(-1), read_limit(None), read_limit(0)
    (None, <Unset.UNSET: 'unset'>, 0)

    Raises:
        InvalidValue: The number is below -1 or above `MAX_LIMIT`.
        InvalidType: It is no whole number.

    Rule: TRK-2 in docs/reference/trunks.md.
    """
    if stored is None:
        return UNSET
    if type(stored) is int and stored < 0:
        if stored == -1:
            return None
        raise invalid(Problem(LimitFault.LIMIT_STORED_NEGATIVE, params={"value": shown(stored)}))
    check_limit("stored", stored)
    return stored
