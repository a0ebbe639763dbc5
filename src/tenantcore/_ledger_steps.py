"""Lets one operation on an account be decided from one row and what was found: pure, and the same cost for ever."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, cast

from attrs import field, frozen

from tenantcore._balance_faults import BalanceFault
from tenantcore._ledger_decisions import Lapses, decided, lapsed
from tenantcore._ledger_effects import EFFECTS, declined
from tenantcore._ledger_entries import DeclineReason, Entry, Hold, HoldState, Lapse
from tenantcore._ledger_heads import LedgerHead, moment
from tenantcore._ledger_operations import (
    Capture,
    Operation,
    Release,
)
from tenantcore._ledger_outcomes import Declined, Event, Outcome, Recorded
from tenantcore._validators import in_utc, tuple_of, wrong_type
from tenantcore.errors import InvalidValue, Problem, invalid

__all__ = [
    "Batch",
    "Found",
    "Needs",
    "Step",
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
    >>> from tenantcore.balance import Debit, Prepaid
    >>> from tenantcore.money import Money
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
    return Step(*decided(head, operation, entries, holds, _due(holds.values(), moment(head, instant)), instant))


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
    due = _due(holds.values(), moment(head, instant))
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
    changes: list[Step | Lapses] = [*steps] if asked else [_swept(head, due, instant)]
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
    An operation that is on record already stands as it is; so send what belongs together always together.

    Usage that is over must say `Overage.RECORD` for every account: one that doesn't can decline for all of them.

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
    return Step(
        *decided(head, operation, entries, holds, _due(holds.values(), moment(head, instant)), instant, refusal)
    )


def _withdrawn(each: Step, head: LedgerHead, _operation: Operation, _loaded: Found, _now: datetime) -> Step:
    # What stood before stands, and what may not be recorded says why. Everything else can be asked again.
    return Step(Declined(_LINKED, None), head, (), (), ()) if each.entries else each


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


def _swept(head: LedgerHead, due: Sequence[Hold], instant: datetime) -> Lapses:
    is_behind = head.last is not None and head.last - instant > head.policy.clock_skew
    return Lapses(head, (), (), ()) if is_behind else lapsed(head, due, moment(head, instant))


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
    asked: list[Operation] = []
    # Each is looked at before the next is asked for: what has no end is refused at its first stranger.
    for position, operation in enumerate(cast("Iterable[Operation]", operations)):
        if type(operation) not in EFFECTS:
            raise invalid(wrong_type("operation", "an operation", operation).under("operations", position))
        asked.append(operation)
    return tuple(asked)


def _due(holds: Iterable[Hold], instant: datetime) -> tuple[Hold, ...]:
    due = [hold for hold in holds if _is_due(hold, instant)]
    # Nothing depends on the order but the numbers of the entries, and those are to be the same for everybody.
    return tuple(sorted(due, key=_order)) if due else ()


def _is_due(hold: Hold, instant: datetime) -> bool:
    return hold.state is HoldState.OPEN and hold.expires_at is not None and hold.expires_at <= instant


def _order(hold: Hold) -> tuple[datetime, datetime, str]:
    return hold.expires_at or hold.placed_at, hold.placed_at, hold.id
