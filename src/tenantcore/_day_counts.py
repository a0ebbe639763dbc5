"""Lets a part of a period be measured against the whole: how much of a price it carries.

Names that callers use (`DayCount`) are imported from `tenantcore.billing_periods`.
"""

import enum
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tenantcore._cycles import Cycle, MonthCycle, SemimonthlyCycle
from tenantcore._periods import BillingPeriod, PeriodFault, Window
from tenantcore.errors import Problem, invalid

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["DayCount", "share_by_days", "share_by_seconds"]

_DAYS_IN_A_MONTH: Final = 30
_MICROSECOND: Final = timedelta(microseconds=1)


class DayCount(enum.Enum):
    """How a part of a period is measured against its whole period.

    - `ACTUAL`: local days of the part over local days of the whole (5 of 7, 20 of 31);
    - `FIXED_30`: local days of the part over 30 for each month that the cycle counts; the whole itself is 1, and parts
      of a 31-day month add up to 31/30;
    - `THIRTY_360`: both measured in months of 30 days, where the last day of every month is its 30th;
    - `SECONDS`: elapsed time of the part's window over the whole's, so that a 23-hour day counts less.

    Rule: BP-13 in docs/reference/billing_periods.md.
    """

    ACTUAL = "actual days"
    FIXED_30 = "fixed 30 days"
    THIRTY_360 = "strict 30/360"
    SECONDS = "seconds"


def share_by_days(part: BillingPeriod, whole: BillingPeriod, cycle: Cycle, day_count: DayCount) -> "Fraction":
    """Return the part's share by every day count but SECONDS."""
    if day_count is DayCount.ACTUAL:
        return _over(part.days, whole.days, whole)
    if day_count is DayCount.FIXED_30:
        nominal = part.days if part == whole else _nominal_days(whole, cycle)
        return _over(part.days, nominal, whole)
    return _over(_thirty_360(part), _thirty_360(whole), whole)


def share_by_seconds(part: Window, whole: Window, period: BillingPeriod) -> "Fraction":
    """Return the part's share of elapsed time; `period` is the whole, for the message."""
    return _over((part.closes - part.opens) // _MICROSECOND, (whole.closes - whole.opens) // _MICROSECOND, period)


def _nominal_days(whole: BillingPeriod, cycle: Cycle) -> int:
    match cycle:
        case MonthCycle(months=months):
            return _DAYS_IN_A_MONTH * months
        case SemimonthlyCycle():
            return _DAYS_IN_A_MONTH // 2
        case _:
            return whole.days


def _thirty_360(period: BillingPeriod) -> int:
    return _place_in_360(period.end) - _place_in_360(period.start)


def _place_in_360(day: date) -> int:
    # The last day of a month is its 30th, whatever its number: 28 February and 31 January alike.
    is_last = (day + timedelta(days=1)).day == 1 if day < date.max else True
    return (day.year * 12 + day.month) * _DAYS_IN_A_MONTH + (_DAYS_IN_A_MONTH - 1 if is_last else day.day - 1)


def _over(part: int, whole: int, period: BillingPeriod) -> "Fraction":
    # Loaded by those who share a price: fractions and what it imports cost more than the periods do.
    from fractions import Fraction  # noqa: PLC0415

    if whole == 0:
        raise invalid(
            Problem(PeriodFault.PERIOD_HAS_NO_LENGTH, params={"start": str(period.start), "end": str(period.end)})
        )
    return Fraction(part, whole)
