"""Lets one operation on an account be decided from one row and what was found: pure, and the same cost for ever."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias, cast

from attrs import field, fields, frozen

from tenantcore._balance_faults import BalanceFault
from tenantcore._balance_policies import BalancePolicy, check_currency
from tenantcore._ledger_effects import EFFECTS, Effect, declined, expiry_past
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
from tenantcore._validators import in_utc, tuple_of, wrong_type
from tenantcore.errors import InvalidValue, Param, Problem, invalid, shown_code
from tenantcore.money import Money

__all__ = [
    "Batch",
    "Decided",
    "Found",
    "Lapses",
    "Needs",
    "Step",
    "decided",
    "holds_changed",
    "lapsed",
    "needs",
    "step",
    "step_all",
    "step_linked",
]


@frozen
class Needs:
    """What a host loads before it can decide: entries by id, and holds by id, besides those that are due.

    Due are the account's holds that stand open and whose `expires_at` is at or before `due_by`. Those that aren't
    handed over still count as held: that declines too much, never too little.

    Rule: BAL-4 in docs/reference/balance.md.
    """

    ids: tuple[str, ...]
    holds: tuple[str, ...]
    due_by: datetime


@frozen
class Found:
    """What a host has loaded: the entries that stand under the ids asked for, and holds, named or due, in any order.

    All of one account. Leaving out what is in the store breaks the promise that nothing happens twice.

    Rule: BAL-4 in docs/reference/balance.md.
    """

    entries: tuple[Entry, ...] = field(default=(), validator=tuple_of(Entry, called="entries"))
    holds: tuple[Hold, ...] = field(default=(), validator=tuple_of(Hold, called="holds"))


@frozen
class Step:
    """What an operation comes to, and all that is to be saved for it, at once or not at all.

    `head` replaces the row that was loaded, if that one still stands; `entries` are added; `holds` are added or
    replace those of the same id; `events` are for an outbox. Where nothing changes, `head` is the row that was handed
    in and the rest is empty.

    Rule: BAL-5 in docs/reference/balance.md.
    """

    outcome: Outcome
    head: LedgerHead
    entries: tuple[Entry, ...]
    holds: tuple[Hold, ...]
    events: tuple[Event, ...]


@frozen
class Batch:
    """What several operations come to, in their order, with one save for all: read it as a `Step`.

    A hold that was placed and ended in the batch stands in `holds` once, as it ended.

    Rule: BAL-5 in docs/reference/balance.md.
    """

    outcomes: tuple[Outcome, ...]
    head: LedgerHead
    entries: tuple[Entry, ...]
    holds: tuple[Hold, ...]
    events: tuple[Event, ...]


def needs(operations: Iterable[Operation], now: datetime) -> Needs:
    """Return what must be loaded before `operations` on one account can be decided at `now`.

    Raises: InvalidType for what is no operation, or no aware datetime.

    Rule: BAL-4 in docs/reference/balance.md.
    """
    asked = _operations(operations)
    holds = (operation.hold for operation in asked if isinstance(operation, Capture | Release))
    ids = tuple(dict.fromkeys(operation.id for operation in asked))
    return Needs(ids, tuple(dict.fromkeys(holds)), in_utc("now", now))


def step(head: LedgerHead, operation: Operation, found: Found, now: datetime) -> Step:
    """Decide one operation on the account whose row is `head`, with what `needs` asked for in `found`.

    `now` is when the caller asks, by its own clock; what is recorded is never earlier than the last entry. Nothing is
    changed: the host saves what the step says.

    Outcomes, the first that applies: the same id, with the same content or another; a clock too far behind, an expiry
    that is past; a hold that isn't there; an amount beyond the hold; a hold that has ended; the account's status; a
    rule of conversion; funds or limit.

    >>> from datetime import UTC, datetime
    >>> from tenantcore.balance import Prepaid
    >>> now = datetime(2026, 11, 22, tzinfo=UTC)
    >>> declined = step(LedgerHead.opened(Prepaid("USD")), Debit("op-1", Money("1", "USD")), Found(), now)
    >>> declined.outcome.reason.sentence  # and it is on record: the id can't succeed later
    '1 USD is more than the 0 USD that are available'

    Raises:
        InvalidValue: The amount is in another currency than the account, or the account would grow beyond any amount.
        InvalidType: An argument is of another type, or `now` isn't aware.

    Rules: BAL-3, BAL-4, BAL-5 in docs/reference/balance.md.
    """
    _check_head(head)
    entries, holds = _looked_up(found)
    instant = in_utc("now", now)
    return Step(*decided(head, operation, entries, holds, _due(holds.values(), instant), instant))


def step_all(head: LedgerHead, operations: Iterable[Operation], found: Found, now: datetime) -> Batch:
    """Decide several operations on one account in their order, as if each was saved before the next.

    For an account that many ask of, say a reseller's: one load and one save for all of them. With no operation it
    frees the holds that are due.

    Raises: As `step`; the path says which operation. Then none of them has happened.

    Rules: BAL-3, BAL-4, BAL-5 in docs/reference/balance.md.
    """
    _check_head(head)
    asked = _operations(operations)
    known, holds = _looked_up(found)
    instant = in_utc("now", now)
    due = _due(holds.values(), instant)
    steps: list[Step] = []
    for position, operation in enumerate(asked):
        try:
            made = Step(*decided(head, operation, known, holds, due, instant))
        except InvalidValue as error:
            raise invalid(error.problem.under("operations", position)) from None
        steps.append(made)
        if made.entries:
            head, due = made.head, ()  # the first entry has freed them
            known[operation.id] = made.entries[-1]
            holds.update({hold.id: hold for hold in made.holds})
    changes: list[Step | Lapses] = [*steps] if asked else [lapsed(head, due, instant)]
    changed = {hold.id: hold for each in changes for hold in each.holds}
    return Batch(
        outcomes=tuple(each.outcome for each in steps),
        head=changes[-1].head,
        entries=tuple(entry for each in changes for entry in each.entries),
        holds=tuple(changed.values()),
        events=tuple(event for each in changes for event in each.events),
    )


def step_linked(
    pairs: Sequence[tuple[LedgerHead, Operation]], found: Sequence[Found], now: datetime
) -> tuple[Step, ...]:
    """Decide one operation on each of several accounts, so that all happen or none: a tenant and its reseller.

    `found` has one for each pair, in their order. Where one account declines, the others decline too, for
    `LINKED_DECLINED`; each refusal is on record in its own account, so that none of the ids can succeed later. Only
    where nothing may be recorded (another operation's id, a clock behind, an expiry past) does nothing change at all.

    The host saves all rows in one transaction. To lock them, go from the tenant up to the root of the tree, everybody
    in this order, or two transactions wait for each other; the row that many want is then held for the shortest time.

    Raises: As `step`; the path says which pair. InvalidValue for one account twice.

    Rules: BAL-4, CALL-3 in docs/reference/balance.md.
    """
    _check_pairs(pairs, found)
    steps: list[Step] = []
    for position, ((head, operation), loaded) in enumerate(zip(pairs, found, strict=True)):
        try:
            steps.append(step(head, operation, loaded, now))
        except InvalidValue as error:
            raise invalid(error.problem.under("pairs", position)) from None
    if not any(type(each.outcome) is Declined for each in steps):
        return tuple(steps)
    is_on_record = all(
        type(each.outcome) is not Declined or _stands_for(each.outcome, operation)
        for each, (_, operation) in zip(steps, pairs, strict=True)
    )
    unlinked = _not_linked if is_on_record else _withdrawn
    return tuple(
        unlinked(each, head, operation, loaded, now)
        for each, (head, operation), loaded in zip(steps, pairs, found, strict=True)
    )


def _stands_for(outcome: Declined, operation: Operation) -> bool:
    return outcome.entry is not None and outcome.entry.operation == operation


def _not_linked(each: Step, head: LedgerHead, operation: Operation, loaded: Found, now: datetime) -> Step:
    if type(each.outcome) is not Recorded:
        return each
    entries, holds = _looked_up(loaded)
    instant = in_utc("now", now)
    refusal = declined(_LINKED)
    return Step(*decided(head, operation, entries, holds, _due(holds.values(), instant), instant, refusal))


def _withdrawn(each: Step, head: LedgerHead, operation: Operation, _loaded: Found, _now: datetime) -> Step:
    outcome = each.outcome
    if type(outcome) is Declined and (outcome.entry is None or outcome.entry.operation != operation):
        return each
    if not each.entries:
        return each  # what was decided before stands
    reason = outcome.reason if type(outcome) is Declined else _LINKED
    return Step(Declined(reason, None), head, (), (), ())


_LINKED: Final = Problem(DeclineReason.LINKED_DECLINED)


def _check_pairs(pairs: object, found: object) -> None:
    if type(pairs) not in {list, tuple} or type(found) not in {list, tuple}:
        name, value = ("found", found) if type(pairs) in {list, tuple} else ("pairs", pairs)
        raise invalid(wrong_type(name, "a list or tuple", value))
    assert isinstance(pairs, list | tuple)  # noqa: S101 - just asked, of the type itself
    assert isinstance(found, list | tuple)  # noqa: S101 - just asked, of the type itself
    if len(pairs) != len(found):
        raise invalid(wrong_type("found", f"{len(pairs)} of Found, one for each account", found))
    for position, pair in enumerate(pairs):
        if type(pair) is not tuple or len(pair) != _PAIR:
            raise invalid(wrong_type("a pair", "a row and an operation", pair).under("pairs", position))
    if len({id(head) for head, _ in pairs}) < len(pairs):
        raise invalid(Problem(BalanceFault.LINKED_TWICE))


_PAIR: Final = 2


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
    currency = head.policy.currency
    if kind not in _OF_ONE_AMOUNT or operation.amount.currency != currency:  # type: ignore[union-attr]
        _check_currencies(currency, operation)
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
    hold = _hold_named(operation, holds, freed) if isinstance(operation, _OF_A_HOLD) else None
    entry = _entry(head, instant, operation, effect_of(head, operation, hold, instant) if refusal is None else refusal)
    after = advanced(head, entry)
    changed, events = holds_changed(entry, hold), events_of(head, after)
    entries: tuple[Entry, ...] = (entry,)
    if freed is not None:
        entries, changed, events = (*freed.entries, entry), (*freed.holds, *changed), (*freed.events, *events)
    outcome = Recorded(entry, events) if entry.declined is None else Declined(entry.declined, entry, events)
    return outcome, after, entries, changed, events


def _hold_named(operation: Capture | Release, holds: Mapping[str, Hold], freed: Lapses | None) -> Hold | None:
    if freed is not None:
        for hold in freed.holds:
            if hold.id == operation.hold:
                return hold
    return holds.get(operation.hold)


def _check_head(head: object) -> None:
    if type(head) is not LedgerHead:
        raise invalid(wrong_type("head", "a LedgerHead", head))


def _looked_up(found: object) -> tuple[dict[str, Entry], dict[str, Hold]]:
    if type(found) is not Found:
        raise invalid(wrong_type("found", "a Found", found))
    entries = {entry.operation.id: entry for entry in found.entries if not isinstance(entry.operation, Lapse)}
    return entries, {hold.id: hold for hold in found.holds}


def _operations(operations: object) -> tuple[Operation, ...]:
    if not issubclass(type(operations), Iterable):
        raise invalid(wrong_type("operations", "an iterable of operations", operations))
    asked = tuple(cast("Iterable[Operation]", operations))
    for position, operation in enumerate(asked):
        if type(operation) not in EFFECTS:
            raise invalid(wrong_type("operation", "an operation", operation).under("operations", position))
    return asked


def _due(holds: Iterable[Hold], instant: datetime) -> tuple[Hold, ...]:
    due = [hold for hold in holds if _is_due(hold, instant)]
    # Nothing depends on the order but the numbers of the entries, and those are to be the same for everybody.
    return tuple(sorted(due, key=_order)) if due else ()


def _is_due(hold: Hold, instant: datetime) -> bool:
    return hold.state is HoldState.OPEN and hold.expires_at is not None and hold.expires_at <= instant


def _order(hold: Hold) -> tuple[datetime, datetime, str]:
    return hold.expires_at or hold.placed_at, hold.placed_at, hold.id


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


# Asked for every operation: a union would be built each time.
_OF_ONE_AMOUNT: Final = frozenset({Credit, Debit, Reserve})
_OF_A_HOLD: Final = (Capture, Release)


def _check_currencies(currency: str, operation: Operation) -> None:
    if isinstance(operation, Credit | Debit | Reserve):
        check_currency(currency, operation.amount)
    elif isinstance(operation, Capture):
        if operation.amount is not FULL:
            check_currency(currency, operation.amount)
        if operation.then is not None:
            check_currency(currency, operation.then.amount)
    elif isinstance(operation, SetPolicy):
        check_currency(currency, nothing(operation.policy.currency))
    elif isinstance(operation, SetStatus) and operation.debt is not None:
        check_currency(currency, operation.debt)


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
