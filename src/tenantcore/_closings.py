"""Lets a host close periods: what has ended and isn't closed yet, from the stored end of the last closing on.

Names that callers use (`Closed`, `Closing`, `Closings`) are imported from `tenantcore.billing_periods`.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final, TypeAlias, overload

from attrs import Attribute, field, frozen

from tenantcore._periods import BillingPeriod, PeriodTable, Window, in_utc
from tenantcore._validators import an_instant, check_day, exactly

__all__ = ["NOTHING_DUE", "Closed", "Closing", "Closings", "KnownClosings", "known_closings", "remember"]

_MOST_CLOSINGS_CACHED: Final = 16
_MOST_ZONES_CACHED: Final = 64


def _day_or_none(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if value is not None:
        check_day(attribute.name, value)


@frozen
class Closed:
    """How far a tenant has been billed: what the host stores at each closing.

    `until` is the instant at which the last closed period ended: the next one opens there, whatever tzdata says by
    then. `closed_at` is when the host closed it. `next_start` is the local day on which the next period starts; without
    it, the period that starts nearest to `until` is taken.

    Rule: BP-11 in docs/reference/billing_periods.md.
    """

    until: datetime = field(validator=an_instant)
    closed_at: datetime = field(validator=an_instant)
    next_start: date | None = field(default=None, validator=_day_or_none)

    def __attrs_post_init__(self) -> None:
        # Windows are in UTC, and the next one opens here.
        object.__setattr__(self, "until", in_utc(self.until))


@frozen
class Closing:
    """A period to be billed, with the instants that its usage lies between: `opens` included, `closes` excluded.

    The instants are the stored seam and the period's end; they differ from the schedule's own window only where the
    rules of the zone changed between two closings.

    Rule: BP-11 in docs/reference/billing_periods.md.
    """

    period: BillingPeriod = field(validator=exactly(BillingPeriod, called="a BillingPeriod"))
    opens: datetime = field(validator=an_instant)
    closes: datetime = field(validator=an_instant)

    def closed(self, at: datetime) -> Closed:
        """Return what to store once this period is billed, at the aware instant `at`."""
        return Closed(self.closes, at, self.period.end)


@frozen(eq=False)
class Closings(Sequence[Closing]):
    """The periods that are due, oldest first; each is computed as it is read, so a long outage costs nothing."""

    periods: Sequence[BillingPeriod]
    seam: datetime | None
    window: Callable[..., Window] = field(repr=False)
    _ready: tuple[Closing, ...] = field(default=(), repr=False)

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Closings) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self.periods))

    def __len__(self) -> int:
        return len(self.periods)

    def __iter__(self) -> Iterator[Closing]:
        return iter(self._ready) if self._ready else self._computed()

    def _computed(self) -> Iterator[Closing]:
        opens = self.seam
        for period in self.periods:
            closing = self._closing(period, opens)
            yield closing
            opens = closing.closes

    @overload
    def __getitem__(self, place: int) -> Closing: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Closing, ...]: ...
    def __getitem__(self, place: int | slice) -> Closing | tuple[Closing, ...]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(len(self))[place])
        is_first = range(len(self))[place] == 0
        return self._closing(self.periods[place], self.seam if is_first else None)

    def _closing(self, period: BillingPeriod, opens: datetime | None) -> Closing:
        own_opens, closes = self.window(period)
        if self.seam is None:
            return Closing(period, own_opens, closes)
        # A seam that a change of rules left behind later windows swallows them: nothing before it is billed again.
        return Closing(period, opens or max(own_opens, self.seam), max(closes, self.seam))


NOTHING_DUE: Final = Closings((), None, Window)
"""No closings, as most schedules have on most days; there is no period whose window could be asked for."""

KnownClosings: TypeAlias = dict[date, tuple[datetime, datetime, datetime, Closings]]
"""By the first day of a period: its window, the instant at which the next one closes, and the closing by itself."""


def known_closings(table: PeriodTable, zone: tzinfo) -> KnownClosings:
    """Return where the whole periods of a cycle in a zone are kept, with the windows of the zone, by their first days.

    A billing run asks thousands of schedules of one cycle in one zone for the same few closings, and they are
    immutable. Those that open at another seam than their window are none of these, nor is a first period that was cut
    short.
    """
    if len(table.by_zone) >= _MOST_ZONES_CACHED:
        table.by_zone.clear()
    known: KnownClosings = table.by_zone.setdefault(zone, {})
    return known


def remember(known: KnownClosings, closing: Closing, following_closes: datetime, window: Callable[..., Window]) -> None:
    """Keep a closing that opens and closes with its window."""
    if len(known) >= _MOST_CLOSINGS_CACHED:
        known.clear()
    alone = Closings((closing.period,), closing.opens, window, (closing,))
    known[closing.period.start] = closing.opens, closing.closes, following_closes, alone
