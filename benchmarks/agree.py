"""Compares the library's dates with its peers', where they define the same thing, and prints how many agree.

    .venv/bin/python benchmarks/agree.py

Anniversaries of a month, a quarter and a year that take the last day of a short month, over 400 years from anchors on
all days of a leap year. The test suite does the same with dateutil, which the library needs anyway.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pendulum
import whenever

from tenantcore.billing_periods import BillingSchedule, MonthEnd, every

# pandas' own range of instants ends in 2262, by whole nanoseconds; its offsets are asked up to there.
LAST_OF_PANDAS = 2261


def by_pendulum(anchor: date, months: int) -> date:
    """The day so many months later."""
    found = pendulum.date(anchor.year, anchor.month, anchor.day).add(months=months)
    return date(found.year, found.month, found.day)


def by_whenever(anchor: date, months: int) -> date:
    """The day so many months later."""
    found = whenever.Date(anchor).add(months=months)
    return date(found.year, found.month, found.day)


def by_pandas(anchor: date, months: int) -> date | None:
    """The day so many months later, None where pandas ends."""
    if anchor.year + months // 12 >= LAST_OF_PANDAS:
        return None
    found = pd.Timestamp(anchor) + pd.DateOffset(months=months)
    return date(found.year, found.month, found.day)


PEERS: dict[str, Callable[[date, int], date | None]] = {
    "pendulum": by_pendulum,
    "whenever": by_whenever,
    "pandas": by_pandas,
}


def main() -> None:
    """Compare, print, and fail where somebody disagrees."""
    counts, differing = dict.fromkeys(PEERS, 0), dict.fromkeys(PEERS, 0)
    for number in range(366):
        anchor = date(2024, 1, 1) + timedelta(days=number)
        for term in (1, 3, 12):
            schedule = BillingSchedule.open(every(months=term), on=anchor, timezone="UTC", month_end=MonthEnd.CLAMP)
            # Every seventh period, which meets every month and both kinds of year.
            for ordinal in range(0, 4800 // term, 7):
                ours = schedule.nth(ordinal).start
                for peer, add in PEERS.items():
                    theirs = add(anchor, ordinal * term)
                    if theirs is not None:
                        counts[peer] += 1
                        differing[peer] += theirs != ours
    for peer, count in counts.items():
        print(f"{peer:12} {count:>8} dates compared, {differing[peer]} differ")
    if any(differing.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
