"""Lets calendars show a cycle: the RFC 5545 recurrence rule of its starts, where one exists."""

from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from tenantcore._cycles import Cycle, DayCycle, MonthCycle, SemimonthlyCycle
from tenantcore._periods import BillingPeriod

if TYPE_CHECKING:
    from dateutil.rrule import rrule, rruleset

__all__ = ["recurrence"]

_LAST_DAY_IN_EVERY_MONTH = 28


def recurrence(cycle: Cycle, first: BillingPeriod) -> "rrule | rruleset | None":
    """Return the rule whose dates are `first.start` and every later start of `cycle`; None where RFC 5545 has none.

    Rule: BP-14 in docs/reference/billing_periods.md.
    """
    options = _options(cycle)
    if options is None:
        return None
    # Loaded by those who ask for it: rules are for calendars, not for billing.
    from dateutil.rrule import DAILY, MONTHLY, rrule, rruleset  # noqa: PLC0415

    rule = partial(rrule, DAILY if isinstance(cycle, DayCycle) else MONTHLY, **options)
    if cycle.start(cycle.index(first.start)) == first.start:
        return rule(dtstart=_midnight(first.start))
    rules = rruleset()
    rules.rdate(_midnight(first.start))
    rules.rrule(rule(dtstart=_midnight(first.end)))
    return rules


def _options(cycle: Cycle) -> dict[str, Any] | None:
    match cycle:
        case DayCycle(days=days):
            return {"interval": days}
        case SemimonthlyCycle():
            return {"bymonthday": (1, 16)}
        case MonthCycle(months=months, day=day) if day <= _LAST_DAY_IN_EVERY_MONTH:
            return {"interval": months, "bymonthday": day}
        case MonthCycle(months=months, day=day):
            # The last of these days that the month has: the day itself, or the end of a shorter month.
            last_days = tuple(range(_LAST_DAY_IN_EVERY_MONTH, day + 1))
            return {"interval": months, "bymonthday": last_days, "bysetpos": -1}
        case _:
            return None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a local day, as RFC 5545 writes dates
