"""Lets the seconds of a call be counted as they are charged: whole, in blocks, after what is free.

Rates count so what is paid for, and allotments what is used of them. Names that callers use (`MAX_BLOCK_SECONDS`,
`MAX_SECONDS`, `whole_seconds`) are imported from `tenantcore.rating`.
"""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from tenantcore._amounts import Factor, ratio
from tenantcore._rounding import Rounding, round_quotient
from tenantcore._validators import wrong_type
from tenantcore.errors import FieldCode, Problem, invalid, shown

__all__ = ["MAX_BLOCK_SECONDS", "MAX_SECONDS", "charged_of", "lasting", "whole_seconds"]

MAX_SECONDS: Final = 10**80
"""How long a duration is at most: longer than the largest amount lasts at the lowest rate."""
MAX_BLOCK_SECONDS: Final = 10**9
"""How long a minimum, an increment and free seconds are at most: some thirty years."""

_MICROSECOND: Final = timedelta(microseconds=1)
_MICROSECONDS: Final = 1_000_000
_NUMBERS: Final = (int, Decimal, Fraction)


def whole_seconds(duration: Factor | timedelta, rounding: Rounding) -> int:
    """Return a measured duration in whole seconds, as rates charge them; UP counts a second that was begun.

    A number is of seconds. It is rounded once, by the name given; 0 stays 0, and so an unanswered call stays free.

    >>> whole_seconds(Decimal("60.1"), Rounding.UP), whole_seconds(timedelta(milliseconds=60_400), Rounding.HALF_UP)
    (61, 60)

    Raises: InvalidValue for a duration below 0, with too many digits or not finite; InvalidType for anything but a
    whole number, a Decimal, a Fraction or a timedelta, and a `Rounding`.

    Rule: RAT-1 in docs/reference/rating.md.
    """
    if type(rounding) is not Rounding:
        raise invalid(wrong_type("rounding", "a Rounding", rounding))
    if type(duration) is timedelta:
        above, below = duration // _MICROSECOND, _MICROSECONDS
    elif type(duration) in _NUMBERS:
        above, below = ratio("duration", duration)
    else:
        raise invalid(wrong_type("duration", "a number or a timedelta", duration))
    if above < 0:
        params: dict[str, str | int] = {"field": "duration", "minimum": 0, "value": shown(duration)}
        raise invalid(Problem(FieldCode.FIELD_BELOW_MINIMUM, params=params))
    return round_quotient(above, below, rounding)


def charged_of(seconds: int, free: int, minimum: int, increment: int) -> int:
    """Return how many seconds are charged: none up to `free`, else the minimum and every increment that was begun."""
    if seconds <= free:
        return 0
    if seconds <= minimum:
        return minimum
    return minimum - (minimum - seconds) // increment * increment


def lasting(charged: int, free: int, minimum: int, increment: int) -> int:
    """Return how long a call lasts for which at most so many seconds are charged: whole blocks, or the free seconds."""
    first = charged_of(free + 1, free, minimum, increment)
    return free if charged < first else first + (charged - first) // increment * increment
