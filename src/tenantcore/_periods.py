"""Lets a stretch of days be a value: a billing period, the instants it lasts, and the periods of a cycle built once.

Names that callers use (`BillingPeriod`, `Window`, `PeriodFault`) are imported from `tenantcore.billing_periods`.
"""

import enum
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol, cast, overload

from attrs import field, frozen

from tenantcore._cycles import Cycle, SplitWeekCycle, out_of_calendar
from tenantcore._validators import a_day, check_day, check_instant, exactly, wrong_type
from tenantcore.errors import Code, InvalidValue, Kind, Problem, invalid, shown

_MOST_CACHED: Final = 4096
_MOST_CYCLES_CACHED: Final = 512

__all__ = [
    "BillingPeriod",
    "PeriodFault",
    "PeriodTable",
    "Periods",
    "Preview",
    "Window",
    "ends_before_start",
    "in_utc",
    "table_of",
]


@frozen(order=True)
class BillingPeriod:
    """Local days from `start` (included) to `end` (excluded); periods sort by start.

    >>> period = BillingPeriod(date(2026, 3, 20), date(2026, 4, 19))
    >>> period.days, str(period.last_day), period.end in period
    (30, '2026-04-18', False)

    Raises: InvalidType for anything but two plain dates, InvalidValue when the end isn't after the start.

    Rule: BP-1 in docs/reference/billing_periods.md.
    """

    start: date = field(validator=a_day)
    end: date = field(validator=a_day)

    def __attrs_post_init__(self) -> None:
        if not self.start < self.end:
            raise invalid(ends_before_start(self.start, self.end))

    @property
    def days(self) -> int:
        """How many local days the period has, counted on the calendar; a day that the zone skipped counts."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day that belongs to the period: what an invoice prints."""
        return date.fromordinal(self.end.toordinal() - 1)

    def __contains__(self, day: object) -> bool:
        check_day("day", day)
        return self.start <= day < self.end  # type: ignore[operator] # check_day leaves only dates

    def __str__(self) -> str:
        return f"[{self.start}, {self.end})"


class Window(NamedTuple):
    """The instants of a period, aware and in UTC: `opens` is included, `closes` is not; unpacks as a pair.

    A period that a zone skipped whole has an empty window: it opens and closes at once.

    Rule: BP-9 in docs/reference/billing_periods.md.
    """

    opens: datetime
    closes: datetime

    @property
    def is_empty(self) -> bool:
        """Whether the zone skipped the whole period."""
        return self.opens == self.closes

    def __contains__(self, instant: object) -> bool:
        check_instant("instant", instant)
        return self.opens <= instant < self.closes  # type: ignore[operator] # check_instant leaves only datetimes


@enum.unique
class PeriodFault(Code):
    """What can be wrong with a billing period, or with what a schedule is asked."""

    PERIOD_ENDS_BEFORE_START = (
        Kind.OUT_OF_RANGE,
        "BP-1",
        "a range of days must end after its start: it starts on {start} and ends (exclusive) on {end}",
        "the end is the first day that no longer belongs to it; swap the two or move the end",
    )
    PERIOD_BEFORE_OPENING = (
        Kind.OUT_OF_RANGE,
        "BP-8",
        "{day} lies before {opening}, when the schedule opens",
        "ask for the opening or what comes after it",
    )
    PERIOD_NUMBER_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "BP-8",
        "a schedule's periods are numbered from 0; there is none with number {number}",
        "ask for 0 or more",
    )
    PERIOD_IS_THE_FIRST = (
        Kind.OUT_OF_RANGE,
        "BP-8",
        "the period that starts on {start} is the schedule's first; none comes before it",
        "stop at schedule.first",
    )
    PERIOD_NOT_OF_SCHEDULE = (
        Kind.CONFLICT,
        "BP-8",
        "{start} to {end} (exclusive) is not a period of this schedule",
        "take periods from this schedule: schedule.containing({start}) gives its own",
    )
    PERIOD_OUT_OF_CALENDAR = (
        Kind.OUT_OF_RANGE,
        "BP-9",
        "the moment lies outside the years 1 to 9999",
        "stay inside the calendar, a day away from its ends",
    )
    PERIOD_CYCLE_BROKEN = (
        Kind.CONFLICT,
        "BP-8",
        "the cycle contradicts itself: period {number} is {start} to {end} (exclusive) and was to hold {day}",
        "correct the cycle: start(n) <= day < start(n + 1) must hold for n = index(day)",
    )
    PERIOD_PART_CROSSES_END = (
        Kind.OUT_OF_RANGE,
        "BP-13",
        "{start} to {end} (exclusive) reaches over the end of its period on {boundary}",
        "cut it at {boundary} and measure each part in its own period",
    )
    PERIOD_HAS_NO_LENGTH = (
        Kind.OUT_OF_RANGE,
        "BP-13",
        "{start} to {end} (exclusive) has no length by this day count, so nothing can be a share of it",
        "measure by DayCount.ACTUAL",
    )
    PERIOD_CLOSED_ELSEWHERE = (
        Kind.CONFLICT,
        "BP-11",
        "the last closing says that the next period starts on {day}; this schedule has none that starts then",
        "hand in the closing of this schedule, or Closed(until, closed_at) without next_start after a change",
    )
    PERIOD_CLOSED_BEFORE_OPENING = (
        Kind.CONFLICT,
        "BP-11",
        "the last closing ended at {until}, long before {day}, the day on which this schedule opens",
        "hand in the closing of this schedule, or None if nothing of it is closed",
    )
    PERIOD_CLOSED_APART = (
        Kind.CONFLICT,
        "BP-11",
        "the last closing ended at {until}, and {day}, on which the next period starts, begins at another time",
        "hand in the closing as closing.closed(at=...) gave it",
    )
    PERIOD_TIMEZONE_UNKNOWN = (
        Kind.UNKNOWN,
        "BP-10",
        "{timezone} is no time zone of tzdata {version}",
        "hand in an IANA name such as 'America/Havana', letters and case exact",
    )


@frozen(kw_only=True)
class Preview:
    """A period as it is shown before anything is stored: `last_day` belongs to it, on `invoiced_on` it is closed.

    Rule: BP-12 in docs/reference/billing_periods.md.
    """

    period: BillingPeriod
    last_day: date
    invoiced_on: date


class PeriodTable:
    """The periods of one cycle by the cycle's own numbers, each built once: a period is immutable.

    Bounded, and shared by all schedules of a cycle: a platform has many tenants and few cycles.
    """

    __slots__ = ("_by_number", "_index", "_numbers", "_start", "by_day", "by_zone", "cycle")

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle
        self._index: Callable[[date], int] = cycle.index
        self._start: Callable[[int], date] = cycle.start
        self._by_number: dict[int, BillingPeriod] = {}
        self._numbers: dict[date, int] = {}
        self.by_day: dict[date, BillingPeriod] = {}
        """Days asked for lately; a billing run asks for the same day in every schedule."""
        self.by_zone: dict[tzinfo, Any] = {}
        """What whoever closes periods keeps with this cycle, zone by zone."""

    def containing(self, day: date) -> BillingPeriod:
        return self._look_up(day)[1]

    def _look_up(self, day: date) -> tuple[int, BillingPeriod]:
        number = self._index(day)
        if type(number) is not int:
            raise invalid(wrong_type("index of a cycle", "a whole number", number))
        period = self.numbered(number)
        if not period.start <= day < period.end:
            raise _broken(number, period.start, period.end, day)
        if len(self.by_day) >= _MOST_CACHED:
            self.by_day.clear()
            self._numbers.clear()
        self.by_day[day] = period
        self._numbers[day] = number
        return number, period

    def whole(self, day: date) -> BillingPeriod:
        """Return the whole period that holds `day`: the cycle's own, unless the cycle cuts wholes itself."""
        return BillingPeriod(*self.cycle.whole(day)) if isinstance(self.cycle, SplitWeekCycle) else self.containing(day)

    def number(self, day: date) -> int:
        number = self._numbers.get(day)
        return self._look_up(day)[0] if number is None else number

    def numbered(self, number: int) -> BillingPeriod:
        try:
            return self._by_number[number]
        except KeyError:
            start, end = self._start_of(number), self._start_of(number + 1)
        check_day("start of a cycle's period", start)
        check_day("end of a cycle's period", end)
        if end <= start:
            raise _broken(number, start, end, start)
        if len(self._by_number) >= _MOST_CACHED:
            self._by_number.clear()
        return self._by_number.setdefault(number, BillingPeriod(start, end))

    def _start_of(self, number: int) -> date:
        try:
            return self._start(number)
        except InvalidValue:
            raise
        except (OverflowError, ValueError) as error:
            # What `date` and `timedelta` raise at the ends of the calendar, out of a host's own cycle.
            raise out_of_calendar(number) from error


def _broken(number: int, start: date, end: date, day: date) -> Exception:
    return invalid(
        Problem(
            PeriodFault.PERIOD_CYCLE_BROKEN,
            params={"number": shown(number), "start": str(start), "end": str(end), "day": str(day)},
        )
    )


# By type too: members of two integer enumerations, or two named tuples, can be equal and cut time differently.
@lru_cache(maxsize=_MOST_CYCLES_CACHED, typed=True)
def _shared_table(cycle: Hashable) -> PeriodTable:
    return PeriodTable(cast("Cycle", cycle))


def table_of(cycle: Cycle) -> PeriodTable:
    # A host's own cycle need not be hashable; its schedules then keep tables of their own.
    try:
        return _shared_table(cast("Hashable", cycle))
    except TypeError:
        return PeriodTable(cycle)


def ends_before_start(start: date, end: date) -> Problem:
    return Problem(PeriodFault.PERIOD_ENDS_BEFORE_START, params={"start": str(start), "end": str(end)})


def in_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise invalid(Problem(PeriodFault.PERIOD_OUT_OF_CALENDAR)) from None


class Numbered(Protocol):
    """What successive periods are taken from: a schedule."""

    def nth(self, number: int) -> BillingPeriod:
        """Return period `number`, from 0."""
        ...


@frozen
class Periods(Sequence[BillingPeriod]):
    """Successive periods of a schedule, built as they are read; slices are as lazy."""

    schedule: Numbered
    numbers: range = field(validator=exactly(range, called="a range of numbers"))

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[BillingPeriod]:
        return map(self.schedule.nth, self.numbers)

    @overload
    def __getitem__(self, place: int) -> BillingPeriod: ...
    @overload
    def __getitem__(self, place: slice) -> "Periods": ...
    def __getitem__(self, place: int | slice) -> "BillingPeriod | Periods":
        if isinstance(place, slice):
            return Periods(self.schedule, self.numbers[place])
        return self.schedule.nth(self.numbers[place])
