"""Lets an operation on an account be decided, and holds expire: the one place for a host's step and for the ledger."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from attrs import fields

from tenantcore._balance_faults import BalanceFault
from tenantcore._balance_policies import BalancePolicy, check_currency, currency_problems
from tenantcore._ledger_effects import EFFECTS, Effect, expiry_past
from tenantcore._ledger_entries import DeclineReason, Entry, Hold, HoldState, Lapse
from tenantcore._ledger_heads import LedgerHead, advanced, events_of, nothing
from tenantcore._ledger_operations import (
    FULL,
    Capture,
    Credit,
    Debit,
    Operation,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
)
from tenantcore._ledger_outcomes import AlreadyRecorded, Declined, Event, HoldExpired, Outcome, Recorded
from tenantcore._validators import wrong_type
from tenantcore.errors import Param, Problem, invalid, shown_code
from tenantcore.money import Money

__all__ = ["Decided", "Lapses", "decided", "holds_changed", "lapsed"]


class Lapses(NamedTuple):
    """What comes of holds that have expired: the row after them, and what is to be saved."""

    head: LedgerHead
    entries: tuple[Entry, ...]
    holds: tuple[Hold, ...]
    events: tuple[Event, ...]


def lapsed(head: LedgerHead, due: Iterable[Hold], instant: datetime) -> Lapses:
    """Expire the holds of `due`, in their order, each with an entry of its own.

    Rule: BAL-3 in docs/reference/balance.md.
    """
    entries: list[Entry] = []
    ended: list[Hold] = []
    events: list[Event] = []
    for hold in due:
        _check_held(head, hold)
        entry = _entry(head, instant, Lapse(hold.id), (None, -hold.amount, None, None, None))
        before, head = head, advanced(head, entry)
        entries.append(entry)
        gone = _ended(hold, HoldState.EXPIRED, None, instant)
        ended.append(gone)
        events += (HoldExpired(entry.number, gone), *events_of(before, head))
    return Lapses(head, tuple(entries), tuple(ended), tuple(events))


Decided: TypeAlias = tuple[Outcome, LedgerHead, tuple[Entry, ...], tuple[Hold, ...], tuple[Event, ...]]
"""The parts of a `Step`."""


def decided(  # noqa: PLR0917 - all that a decision hangs on; a bundle would be built for each
    head: LedgerHead,
    operation: Operation,
    known: Mapping[str, Entry],
    holds: Mapping[str, Hold],
    due: Iterable[Hold],
    instant: datetime,
    refusal: Effect | None = None,
) -> Decided:
    """Decide one operation; `known` and `holds` are asked by id, `due` are open holds that have expired by `instant`.

    The instant is in UTC. With `refusal` an operation that isn't known yet is declined for it, on record.

    Rule: BAL-4 in docs/reference/balance.md.
    """
    kind = type(operation)
    effect_of = EFFECTS.get(kind)
    if effect_of is None:
        raise invalid(wrong_type("operation", "an operation", operation))
    _check_currencies(head.policy.currency, operation)
    prior = known.get(operation.id)
    if prior is not None:
        return _repeated(operation, prior), head, (), (), ()
    last = head.last
    if last is not None and instant < last:
        if last - instant > head.policy.clock_skew:
            return Declined(_clock_behind(head.policy, last - instant), None), head, (), (), ()
        instant = last
    if isinstance(operation, Reserve) and operation.expires_at is not None and operation.expires_at <= instant:
        return Declined(expiry_past(operation.expires_at, instant), None), head, (), (), ()
    freed = lapsed(head, due, instant) if due else None
    if freed is not None:
        head = freed.head
    hold = _hold_named(head, operation, holds, freed) if isinstance(operation, _OF_A_HOLD) else None
    entry = _entry(head, instant, operation, effect_of(head, operation, hold, instant) if refusal is None else refusal)
    after = advanced(head, entry)
    changed, events = holds_changed(entry, hold), events_of(head, after)
    entries: tuple[Entry, ...] = (entry,)
    if freed is not None:
        entries, changed, events = (*freed.entries, entry), (*freed.holds, *changed), (*freed.events, *events)
    if entry.declined is not None:
        return Declined(entry.declined, entry, events), after, entries, changed, events
    recorded = _new(Recorded)
    _set_recorded_entry(recorded, entry)
    _set_recorded_events(recorded, events)
    return recorded, after, entries, changed, events


def _check_held(head: LedgerHead, hold: Hold) -> None:
    """Refuse a hold that the row disproves: it was loaded before the row, and has ended since."""
    check_currency(head.policy.currency, hold.amount)
    if hold.state is HoldState.OPEN and hold.amount.amount > head.held.amount:
        raise invalid(Problem(BalanceFault.HOLDS_DISPROVED, params={"hold": shown_code(hold.id)}))


def _hold_named(
    head: LedgerHead, operation: Capture | Release, holds: Mapping[str, Hold], freed: Lapses | None
) -> Hold | None:
    for ended in () if freed is None else freed.holds:
        if ended.id == operation.hold:
            return ended
    hold = holds.get(operation.hold)
    if hold is not None:
        _check_held(head, hold)
    return hold


# As for Money: slots can be set where attributes are frozen, and what is computed here isn't checked again.
_new: Final = object.__new__
_set_entry_number: Final = Entry.__dict__["number"].__set__
_set_entry_at: Final = Entry.__dict__["at"].__set__
_set_entry_operation: Final = Entry.__dict__["operation"].__set__
_set_entry_posted: Final = Entry.__dict__["posted"].__set__
_set_entry_held: Final = Entry.__dict__["held"].__set__
_set_entry_granted: Final = Entry.__dict__["granted"].__set__
_set_entry_declined: Final = Entry.__dict__["declined"].__set__
_set_entry_slice_declined: Final = Entry.__dict__["slice_declined"].__set__
_set_recorded_entry: Final = Recorded.__dict__["entry"].__set__
_set_recorded_events: Final = Recorded.__dict__["events"].__set__
_set_hold_id: Final = Hold.__dict__["id"].__set__
_set_hold_amount: Final = Hold.__dict__["amount"].__set__
_set_hold_placed_at: Final = Hold.__dict__["placed_at"].__set__
_set_hold_expires_at: Final = Hold.__dict__["expires_at"].__set__
_set_hold_state: Final = Hold.__dict__["state"].__set__
_set_hold_captured: Final = Hold.__dict__["captured"].__set__
_set_hold_ended_at: Final = Hold.__dict__["ended_at"].__set__


def _entry(head: LedgerHead, at: datetime, operation: Operation | Lapse, effect: Effect) -> Entry:
    posted, held, granted, refused, slice_refused = effect
    zero = nothing(head.policy.currency)
    entry = _new(Entry)
    _set_entry_number(entry, head.version + 1)
    _set_entry_at(entry, at)
    _set_entry_operation(entry, operation)
    _set_entry_posted(entry, zero if posted is None else posted)
    _set_entry_held(entry, zero if held is None else held)
    _set_entry_granted(entry, granted)
    _set_entry_declined(entry, refused)
    _set_entry_slice_declined(entry, slice_refused)
    return entry


def _hold(  # noqa: PLR0917 - the parts of a hold in their order
    id: str,  # noqa: A002 - what it is
    amount: Money,
    placed_at: datetime,
    expires_at: datetime | None,
    state: HoldState,
    captured: Money | None,
    ended_at: datetime | None,
) -> Hold:
    hold = _new(Hold)
    _set_hold_id(hold, id)
    _set_hold_amount(hold, amount)
    _set_hold_placed_at(hold, placed_at)
    _set_hold_expires_at(hold, expires_at)
    _set_hold_state(hold, state)
    _set_hold_captured(hold, captured)
    _set_hold_ended_at(hold, ended_at)
    return hold


def _ended(hold: Hold, state: HoldState, captured: Money | None, instant: datetime) -> Hold:
    return _hold(hold.id, hold.amount, hold.placed_at, hold.expires_at, state, captured, instant)


def holds_changed(entry: Entry, hold: Hold | None) -> tuple[Hold, ...]:
    """Return the holds that an entry places or ends, as they are after it; `hold` is the one that it names.

    Rule: BAL-3 in docs/reference/balance.md.
    """
    operation = entry.operation
    kind = type(operation)
    if entry.declined is not None or kind is Credit or kind is Debit:
        return ()
    if isinstance(operation, Reserve):
        return _placed(operation, operation.expires_at, entry)
    if hold is None:
        return ()
    if isinstance(operation, Capture):
        captured = hold.amount if operation.amount is FULL else operation.amount
        ended = _ended(hold, HoldState.CAPTURED, captured, entry.at)
        return (ended,) if operation.then is None else (ended, *_placed(operation, operation.then.expires_at, entry))
    return (_ended(hold, HoldState.RELEASED if kind is Release else HoldState.EXPIRED, None, entry.at),)


def _placed(operation: Reserve | Capture, expires_at: datetime | None, entry: Entry) -> tuple[Hold, ...]:
    if entry.granted is None:
        return ()
    return (_hold(operation.id, entry.granted, entry.at, expires_at, HoldState.OPEN, None, None),)


# A union in isinstance would be built each time.
_OF_ONE_AMOUNT: Final = (Credit, Debit, Reserve)
_OF_A_HOLD: Final = (Capture, Release)


def _check_currencies(currency: str, operation: Operation) -> None:
    if isinstance(operation, _OF_ONE_AMOUNT):
        if operation.amount.currency != currency:
            _refuse_currency(currency, operation.amount, "amount")
    elif isinstance(operation, Capture):
        if operation.amount is not FULL and operation.amount.currency != currency:
            _refuse_currency(currency, operation.amount, "amount")
        if operation.then is not None:
            _refuse_currency(currency, operation.then.amount, "then", "amount")
    elif isinstance(operation, SetPolicy):
        _refuse_currency(currency, nothing(operation.policy.currency), "policy", "currency")
    elif isinstance(operation, SetStatus) and operation.debt is not None:
        _refuse_currency(currency, operation.debt, "debt")


def _refuse_currency(currency: str, amount: Money, *path: str) -> None:
    for problem in currency_problems(currency, amount):
        raise invalid(problem.under(*path))


def _repeated(operation: Operation, prior: Entry) -> Outcome:
    if prior.operation != operation:
        params: dict[str, Param] = {"id": shown_code(operation.id), "field": _difference(operation, prior.operation)}
        return Declined(Problem(DeclineReason.OPERATION_DIFFERS, params=params), prior)
    return AlreadyRecorded(prior) if prior.declined is None else Declined(prior.declined, prior)


def _difference(operation: Operation, prior: Operation | Lapse) -> str:
    if type(operation) is not type(prior):
        return "kind of operation"
    names: list[str] = [attribute.name for attribute in fields(type(operation))]
    return next(name for name in names if getattr(operation, name) != getattr(prior, name))


def _clock_behind(policy: BalancePolicy, behind: timedelta) -> Problem:
    params: dict[str, Param] = {"seconds": _seconds(behind), "allowed": _seconds(policy.clock_skew)}
    return Problem(DeclineReason.CLOCK_BEHIND, params=params)


def _seconds(span: timedelta) -> str:
    return str(-(-span // timedelta(seconds=1)))
