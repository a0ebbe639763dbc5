"""Lets time be cut into billing periods: a cycle is two functions, everything else is derived from them once.

Names that callers use (`Cycle`, `Frequency`, `Interval`, `MonthEnd`, `every`, `CycleFault`) are imported from
`tenantcore.billing_periods`.
"""

import enum
from bisect import bisect_right
from datetime import date
from functools import cache
from typing import Final, Protocol, TypeAlias, TypeGuard

from attrs import field, frozen

from tenantcore._validators import at_least, check_at_least, exactly
from tenantcore.errors import Code, Kind, Problem, invalid, shown

__all__ = [
    "Cycle",
    "CycleFault",
    "Frequency",
    "Interval",
    "MonthEnd",
    "SplitWeekCycle",
    "Unit",
    "cycle_of",
    "every",
    "is_anchored",
    "out_of_calendar",
    "resolved_month_end",
]

_LAST_DAY_IN_EVERY_MONTH: Final = 28
_MONTHS_IN_A_YEAR: Final = 12
_SECOND_HALF_OF_MONTH: Final = 16
_FEBRUARY: Final = 2
_MONTH_LENGTHS: Final = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTHS_IN_AN_ERA: Final = 4800
_DAYS_IN_AN_ERA: Final = 146_097
_MONDAY_PHASE: Final = 1  # ordinal 1, 0001-01-01, was a Monday


@enum.unique
class CycleFault(Code):
    """What can be wrong with a cycle."""

    CYCLE_KIND_UNKNOWN = (
        Kind.WRONG_TYPE,
        "BP-8",
        "a cycle must be a Frequency, an interval from every(...) or have start and index, not {actual}",
        "hand in a member of Frequency, every(weeks=2), or your own cycle",
    )
    CYCLE_INTERVAL_UNIT = (
        Kind.MALFORMED,
        "BP-6",
        "an interval needs exactly one of days, weeks and months; {given} of them were given",
        "write every(days=10), every(weeks=2) or every(months=5)",
    )
    CYCLE_MONTH_END_FORBIDDEN = (
        Kind.OUT_OF_RANGE,
        "BP-7",
        "a cycle that forbids month ends can't be anchored on day {day}: not every month has it",
        "anchor it on a day from 1 to 28, or choose MonthEnd.CLAMP or MonthEnd.TWENTY_EIGHTH",
    )
    CYCLE_ANCHOR_UNUSED = (
        Kind.CONFLICT,
        "BP-6",
        "a cycle with boundaries of its own can't be anchored on {anchor}",
        "leave the anchor out, or choose an anniversary or a number of days",
    )
    CYCLE_OUT_OF_CALENDAR = (
        Kind.OUT_OF_RANGE,
        "BP-8",
        "period {number} of the cycle lies outside the years 1 to 9999",
        "ask for a period inside the calendar",
    )


class Cycle(Protocol):
    """How time is cut: `start` is strictly increasing over all whole numbers, `index` is its inverse.

    `index(day)` is the one n with `start(n) <= day < start(n + 1)`. Which period is number 0 is the cycle's own choice:
    a schedule counts from its opening. Make it a frozen, hashable value without state: periods are cached by cycle.

    Rule: BP-8 in docs/reference/billing_periods.md.
    """

    def start(self, number: int, /) -> date:
        """Return the first day of period `number`."""
        ...

    def index(self, day: date, /) -> int:
        """Return the number of the period that holds `day`."""
        ...


class MonthEnd(enum.Enum):
    """What an anniversary on the 29th, 30th or 31st does in months that lack the day.

    `TWENTY_EIGHTH` moves it to the 28th for good (the sources' rule). `CLAMP` takes the last day of a short month and
    returns to the anchor's day in the next long one. `FORBID` refuses such an anchor.

    Rule: BP-7 in docs/reference/billing_periods.md.
    """

    TWENTY_EIGHTH = "twenty-eighth"
    CLAMP = "clamp"
    FORBID = "forbid"


class Frequency(enum.Enum):
    """The kinds of billing period that have a name; calendar kinds are cut at the opening, anniversaries start on it.

    Rules: BP-2, BP-3, BP-4, BP-5, BP-6 in docs/reference/billing_periods.md.
    """

    DAILY = "daily"
    WEEKLY = "weekly"
    WEEKLY_SPLIT = "weekly, split at month ends"
    SEMIMONTHLY = "semimonthly"
    MONTHLY = "monthly"
    MONTHLY_ANNIVERSARY = "monthly anniversary"
    THIRTY_DAYS = "30 days"
    QUARTERLY = "quarterly"
    QUARTERLY_ANNIVERSARY = "quarterly anniversary"
    HALF_YEARLY = "half-yearly"
    HALF_YEARLY_ANNIVERSARY = "half-yearly anniversary"
    YEARLY = "yearly"
    YEARLY_ANNIVERSARY = "yearly anniversary"


class Unit(enum.Enum):
    """What an interval counts."""

    DAYS = "days"
    MONTHS = "months"


@frozen
class Interval:
    """Any number of days or months, anchored on a day: build it with `every`."""

    count: int = field(validator=at_least(1))
    unit: Unit = field(validator=exactly(Unit, called="a Unit"))


def every(*, days: int | None = None, weeks: int | None = None, months: int | None = None) -> Interval:
    """Return the interval of so many days, weeks or months; a schedule anchors it on its opening day.

    Two weeks are fourteen days from the anchor, never "even weeks": a year with 53 weeks changes nothing.

    >>> every(weeks=2)
    Interval(count=14, unit=<Unit.DAYS: 'days'>)

    Raises: InvalidValue unless exactly one count is given, a whole number from 1 up.

    Rule: BP-6 in docs/reference/billing_periods.md.
    """
    counts = {"days": days, "weeks": weeks, "months": months}
    given = {unit: count for unit, count in counts.items() if count is not None}
    if len(given) != 1:
        raise invalid(Problem(CycleFault.CYCLE_INTERVAL_UNIT, params={"given": len(given)}))
    [(unit, count)] = given.items()
    check_at_least(unit, 1, count)
    if unit == "months":
        return Interval(count, Unit.MONTHS)
    return Interval(count * 7 if unit == "weeks" else count, Unit.DAYS)


@frozen
class DayCycle:
    """Periods of `days` days each; `phase` is the ordinal of one start, modulo `days`."""

    days: int
    phase: int

    def start(self, number: int) -> date:
        """Return the first day of period `number`."""
        try:
            return date.fromordinal(self.phase + number * self.days)
        except (ValueError, OverflowError):
            raise out_of_calendar(number) from None

    def index(self, day: date) -> int:
        """Return the number of the period that holds `day`."""
        return (day.toordinal() - self.phase) // self.days


@frozen
class MonthCycle:
    """Periods of `months` months that start on `day`, or on the last day of a month that lacks it.

    `phase` is the month of one start, counted from January of year 0, modulo `months`.
    """

    months: int
    phase: int
    day: int

    def start(self, number: int) -> date:
        """Return the first day of period `number`, counted from the anchor's day each time: nothing drifts."""
        year, month = divmod(self.phase + number * self.months, _MONTHS_IN_A_YEAR)
        try:
            return date(year, month + 1, self._day_in(year, month + 1))
        except (ValueError, OverflowError):
            raise out_of_calendar(number) from None

    def index(self, day: date) -> int:
        """Return the number of the period that holds `day`."""
        number, months_in = divmod(day.year * _MONTHS_IN_A_YEAR + day.month - 1 - self.phase, self.months)
        if months_in == 0 and day.day < self.day and day.day < self._day_in(day.year, day.month):
            return number - 1
        return number

    def _day_in(self, year: int, month: int) -> int:
        if self.day <= _LAST_DAY_IN_EVERY_MONTH:
            return self.day
        return min(self.day, _MONTH_LENGTHS[month] + (month == _FEBRUARY and _is_leap(year)))


def _is_leap(year: int) -> bool:
    # As calendar.isleap; importing that module brings locale along.
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@frozen
class SemimonthlyCycle:
    """The 1st to the 15th, and the 16th to the end of the month."""

    def start(self, number: int) -> date:
        """Return the first day of period `number`: even numbers start on the 1st, odd ones on the 16th."""
        months, half = divmod(number, 2)
        year, month = divmod(months, _MONTHS_IN_A_YEAR)
        try:
            return date(year, month + 1, _SECOND_HALF_OF_MONTH if half else 1)
        except (ValueError, OverflowError):
            raise out_of_calendar(number) from None

    def index(self, day: date) -> int:
        """Return the number of the period that holds `day`."""
        return (day.year * _MONTHS_IN_A_YEAR + day.month - 1) * 2 + (day.day >= _SECOND_HALF_OF_MONTH)


@frozen
class SplitWeekCycle:
    """Weeks from Monday to Sunday, cut where a month ends: a piece may be 1 to 7 days long.

    Numbers count the starts, Mondays and firsts of months, from Monday 0001-01-01. They repeat with the calendar, every
    400 years, so that the starts before each month of one such era are enough to find every other.
    """

    def start(self, number: int) -> date:
        """Return the first day of period `number`."""
        starts_before = _split_week_starts()
        eras, place = divmod(number, starts_before[-1])
        month = bisect_right(starts_before, place) - 1
        first = _first_of_month(month)
        ordinal = first.toordinal()
        if place > starts_before[month]:
            # The Mondays after the first of the month, one week apart.
            ordinal += 7 * (place - starts_before[month]) - first.weekday()
        try:
            return date.fromordinal(eras * _DAYS_IN_AN_ERA + ordinal)
        except (ValueError, OverflowError):
            raise out_of_calendar(number) from None

    def index(self, day: date) -> int:
        """Return the number of the period that holds `day`."""
        starts_before = _split_week_starts()
        eras, month = divmod((day.year - 1) * _MONTHS_IN_A_YEAR + day.month - 1, _MONTHS_IN_AN_ERA)
        mondays_since_the_first = (day.day - 1 + date(day.year, day.month, 1).weekday()) // 7
        return eras * starts_before[-1] + starts_before[month] + mondays_since_the_first

    def whole(self, day: date) -> "tuple[date, date]":
        """Return the first day of the week that `day` lies in, and the first day of the next week."""
        monday = DayCycle(7, _MONDAY_PHASE)
        number = monday.index(day)
        return monday.start(number), monday.start(number + 1)


@cache
def _split_week_starts() -> tuple[int, ...]:
    """Return how many starts lie before each month of an era, and before the next era."""
    counts = [0]
    for month in range(_MONTHS_IN_AN_ERA):
        first = _first_of_month(month)
        length = _MONTH_LENGTHS[first.month] + (first.month == _FEBRUARY and _is_leap(first.year))
        counts.append(counts[-1] + 1 + (length - 1 + first.weekday()) // 7)
    return tuple(counts)


def _first_of_month(month: int) -> date:
    return date(month // _MONTHS_IN_A_YEAR + 1, month % _MONTHS_IN_A_YEAR + 1, 1)


def out_of_calendar(number: int) -> Exception:
    """Return the exception for a period that lies outside the years 1 to 9999."""
    return invalid(Problem(CycleFault.CYCLE_OUT_OF_CALENDAR, params={"number": shown(number)}))


CycleKind: TypeAlias = Frequency | Interval | Cycle

_CALENDAR: Final[dict[Frequency, Cycle]] = {
    Frequency.DAILY: DayCycle(1, 0),
    Frequency.WEEKLY: DayCycle(7, _MONDAY_PHASE),
    Frequency.WEEKLY_SPLIT: SplitWeekCycle(),
    Frequency.SEMIMONTHLY: SemimonthlyCycle(),
    Frequency.MONTHLY: MonthCycle(1, 0, 1),
    Frequency.QUARTERLY: MonthCycle(3, 0, 1),
    Frequency.HALF_YEARLY: MonthCycle(6, 0, 1),
    Frequency.YEARLY: MonthCycle(12, 0, 1),
}
_ANCHORED: Final[dict[Frequency, Interval]] = {
    Frequency.THIRTY_DAYS: Interval(30, Unit.DAYS),
    Frequency.MONTHLY_ANNIVERSARY: Interval(1, Unit.MONTHS),
    Frequency.QUARTERLY_ANNIVERSARY: Interval(3, Unit.MONTHS),
    Frequency.HALF_YEARLY_ANNIVERSARY: Interval(6, Unit.MONTHS),
    Frequency.YEARLY_ANNIVERSARY: Interval(12, Unit.MONTHS),
}


def resolved_month_end(kind: object, month_end: MonthEnd | None) -> MonthEnd | None:
    """Return the month-end choice that `kind` runs on: None for kinds that it doesn't matter to.

    Left open it is TWENTY_EIGHTH for monthly anniversaries and CLAMP for longer terms.

    Rule: BP-7 in docs/reference/billing_periods.md.
    """
    interval = _interval_of(kind)
    if interval is None or interval.unit is Unit.DAYS:
        return None
    return month_end or (MonthEnd.TWENTY_EIGHTH if interval.count == 1 else MonthEnd.CLAMP)


def cycle_of(kind: object, anchor: date, month_end: MonthEnd | None) -> Cycle:
    """Return the cycle of `kind` anchored on `anchor`; calendar kinds and a host's own cycles need no anchor.

    `month_end` is as `resolved_month_end` gives it.

    Raises: InvalidValue when `kind` is no kind of cycle, or the month end forbids the anchor.

    Rules: BP-2 to BP-8 in docs/reference/billing_periods.md.
    """
    interval = _interval_of(kind)
    if interval is not None:
        if interval.unit is Unit.DAYS:
            return DayCycle(interval.count, anchor.toordinal() % interval.count)
        phase = (anchor.year * _MONTHS_IN_A_YEAR + anchor.month - 1) % interval.count
        return MonthCycle(interval.count, phase, _anniversary_day(anchor.day, month_end))
    if type(kind) is Frequency:
        return _CALENDAR[kind]
    if issubclass(type(kind), type) or not _has_the_two_functions(kind):
        raise invalid(Problem(CycleFault.CYCLE_KIND_UNKNOWN, params={"actual": shown(kind)}))
    return kind


def is_anchored(kind: object) -> bool:
    """Whether periods of this kind count from a day of one's choice: anniversaries and numbers of days."""
    return _interval_of(kind) is not None


def _interval_of(kind: object) -> Interval | None:
    # Types are exact: isinstance believes a `__class__` that mocks and proxies make up.
    if type(kind) is Interval:
        return kind
    return _ANCHORED.get(kind) if type(kind) is Frequency else None


def _anniversary_day(day: int, month_end: MonthEnd | None) -> int:
    if day <= _LAST_DAY_IN_EVERY_MONTH or month_end is MonthEnd.CLAMP:
        return day
    if month_end is MonthEnd.FORBID:
        raise invalid(Problem(CycleFault.CYCLE_MONTH_END_FORBIDDEN, params={"day": day}))
    return _LAST_DAY_IN_EVERY_MONTH


def _has_the_two_functions(kind: object) -> TypeGuard[Cycle]:
    # A range has `start` and `index` too, so the names alone don't make a cycle.
    try:
        return callable(getattr(kind, "start", None)) and callable(getattr(kind, "index", None))
    except Exception:  # noqa: BLE001 - whatever an object raises that can't be looked into, it is no cycle
        return False
