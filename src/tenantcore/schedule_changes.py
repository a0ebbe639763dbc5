"""Lets a tenant change its billing period, its anchor or its time zone without losing or doubling a day.

A change is planned, shown and stored as a value; it takes effect at the end of the current period, or on a chosen day
that becomes the new anchor. No clock is asked: the host says on which local day the change is asked for.

Authority: S3's current and pending billing period. The bridging stub and its denominator are named, because peers price
the same stub by two denominators and don't say which.
"""

import enum
from datetime import date, datetime, timedelta

from attrs import frozen

from tenantcore._cycles import is_anchored
from tenantcore._validators import check_day, wrong_type
from tenantcore._windows import shifted
from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    Closed,
    Closing,
    CycleKind,
    MonthEnd,
)
from tenantcore.errors import Code, Kind, Problem, invalid

__all__ = ["ScheduleChange", "ScheduleChangeFault", "Stub", "plan_change"]


@enum.unique
class ScheduleChangeFault(Code):
    """Why a change can't be planned as asked."""

    CHANGE_OF_NOTHING = (
        Kind.MISSING,
        "BP-12",
        "the change names nothing that differs from the schedule",
        "name another kind, anchor, month end or time zone",
    )
    CHANGE_DAY_NOT_CHOSEN = (
        Kind.CONFLICT,
        "BP-12",
        "a calendar kind starts at its own boundaries, so no day can be chosen for it",
        "leave the day out: the change takes effect at the end of the current period",
    )
    CHANGE_DAY_PAST = (
        Kind.OUT_OF_RANGE,
        "BP-12",
        "the change can take effect on {earliest} at the earliest, not on {day}",
        "choose {earliest} or a later day",
    )
    CHANGE_DAY_AND_ANCHOR = (
        Kind.CONFLICT,
        "BP-12",
        "a chosen day is the new anchor, so another anchor can't be named with it",
        "name the day or the anchor, not both",
    )


@frozen(kw_only=True)
class Stub:
    """A period that the change cut short: its price is the share of `part` in `whole`, by local days.

    Rule: BP-12 in docs/reference/schedule_changes.md.
    """

    part: BillingPeriod
    whole: BillingPeriod


@frozen(kw_only=True)
class ScheduleChange:
    """A planned change: `before` holds up to the local day `effective` (excluded), `after` from it on.

    `stub` is the period that is cut short, by the old schedule's end or before the new one's first boundary; None when
    they meet at a boundary. Days tile, and so do windows: the first new one opens when the last old one closes.

    Rule: BP-12 in docs/reference/schedule_changes.md.
    """

    before: BillingSchedule
    after: BillingSchedule
    stub: Stub | None

    @property
    def effective(self) -> date:
        """The first local day of the new schedule."""
        return self.after.opening

    @property
    def seam(self) -> datetime:
        """The instant at which the old schedule's last window closes and the new one's first opens."""
        return self.after.first_instant(self.effective)

    @property
    def last(self) -> BillingPeriod | None:
        """The last period of the old schedule, cut at `effective`; None when the change replaces it whole."""
        if self.effective == self.before.opening:
            return None
        return BillingPeriod(self.before.containing(self.effective - timedelta(days=1)).start, self.effective)

    def due(self, closed: Closed | None, now: datetime) -> tuple[Closing, ...]:
        """Return what is due by `now` over both schedules, oldest first; the last old period closes at the seam.

        Once a closing that ends at `effective` or later is stored, the host can forget the change and ask `after`.

        Raises: as `BillingSchedule.due`.

        Rules: BP-11, BP-12 in docs/reference/schedule_changes.md.
        """
        if self._is_past(closed):
            return tuple(self.after.due(closed, now))
        found = [closing for closing in self.before.due(closed, now) if closing.period.end < self.effective]
        if shifted(now, -self.before.closing_delay_hours) < self.seam:
            return tuple(found)
        if self.last is not None:
            found.append(Closing(self.last, self._last_opens(found, closed), self.seam))
        return (*found, *self.after.due(None, now))

    def _is_past(self, closed: Closed | None) -> bool:
        if type(closed) is not Closed:
            return False
        return closed.until >= self.seam if closed.next_start is None else closed.next_start >= self.effective

    def _last_opens(self, earlier: list[Closing], closed: Closed | None) -> datetime:
        if earlier:
            return earlier[-1].closes
        if closed is not None:
            return min(closed.until, self.seam)
        return self.before.window(self.before.first).opens


def plan_change(
    schedule: BillingSchedule,
    *,
    asked_on: date,
    kind: CycleKind | None = None,
    timezone: str | None = None,
    anchor: date | None = None,
    month_end: MonthEnd | None = None,
    on: date | None = None,
) -> ScheduleChange:
    """Plan a change that is asked for on the local day `asked_on`; what isn't named stays as it is.

    It takes effect at the end of the period that holds `asked_on` (before the opening: at once), or `on` a chosen day,
    that day or later, if the new kind is an anniversary or a number of days. A new anchored kind counts from the day it
    takes effect, unless another `anchor` is named.

    >>> from tenantcore.billing_periods import Frequency
    >>> weekly = BillingSchedule.open(Frequency.WEEKLY, on=date(2026, 11, 2), timezone="UTC")
    >>> change = plan_change(weekly, asked_on=date(2026, 11, 18), kind=Frequency.MONTHLY)
    >>> print(change.effective, change.stub.part, "of", change.stub.whole)
    2026-11-23 [2026-11-23, 2026-12-01) of [2026-11-01, 2026-12-01)

    Raises: InvalidType, InvalidValue as `BillingSchedule.open`; InvalidValue when nothing changes, or the chosen day is
    past, doesn't fit the kind, or comes with an anchor.

    Rule: BP-12 in docs/reference/schedule_changes.md.
    """
    if type(schedule) is not BillingSchedule:
        raise invalid(wrong_type("schedule", "a BillingSchedule", schedule))
    check_day("asked_on", asked_on)
    new_kind = schedule.kind if kind is None else kind
    keeps_kind = _is_same_kind(new_kind, schedule.kind)
    if on is None:
        effective = schedule.opening if asked_on < schedule.opening else schedule.containing(asked_on).end
    else:
        effective = _chosen_day(on, new_kind, anchor, earliest=max(asked_on, schedule.opening))
    if anchor is None:
        anchor = schedule.anchor if on is None and keeps_kind and is_anchored(new_kind) else effective
    after = BillingSchedule(
        kind=new_kind,
        opening=effective,
        timezone=schedule.timezone if timezone is None else timezone,
        month_end=schedule.month_end if month_end is None and keeps_kind else month_end,
        anchor=anchor,
        closing_delay_hours=schedule.closing_delay_hours,
        seam=schedule.first_instant(effective),
    )
    if keeps_kind and _is_cut_alike(schedule, after):
        raise invalid(Problem(ScheduleChangeFault.CHANGE_OF_NOTHING))
    return ScheduleChange(before=schedule, after=after, stub=_stub(schedule, after))


def _chosen_day(on: date, kind: CycleKind, anchor: date | None, *, earliest: date) -> date:
    check_day("on", on)
    if anchor is not None:
        raise invalid(Problem(ScheduleChangeFault.CHANGE_DAY_AND_ANCHOR))
    if not is_anchored(kind):
        raise invalid(Problem(ScheduleChangeFault.CHANGE_DAY_NOT_CHOSEN))
    if on < earliest:
        params = {"day": str(on), "earliest": str(earliest)}
        raise invalid(Problem(ScheduleChangeFault.CHANGE_DAY_PAST, params=params))
    return on


def _is_same_kind(one: object, other: object) -> bool:
    # Types come first: what is no kind at all is refused later, and must not be asked what it is equal to.
    return type(one) is type(other) and one == other


def _is_cut_alike(before: BillingSchedule, after: BillingSchedule) -> bool:
    # A calendar kind's anchor is its opening, and says nothing.
    anchored_alike = before.anchor == after.anchor or not is_anchored(before.kind)
    return anchored_alike and (before.timezone, before.month_end) == (after.timezone, after.month_end)


def _stub(before: BillingSchedule, after: BillingSchedule) -> Stub | None:
    effective = after.opening
    if effective > before.opening:
        cut = before.containing(effective - timedelta(days=1))
        if cut.end > effective:
            return Stub(part=BillingPeriod(cut.start, effective), whole=before.whole(cut))
    return Stub(part=after.first, whole=after.whole(after.first)) if after.is_partial(after.first) else None
