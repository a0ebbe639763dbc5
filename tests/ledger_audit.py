"""Checks what a host has stored of an account: from its entries alone, without asking the code that stored them."""

from collections import Counter
from collections.abc import Iterable

from attrs import frozen

from tenantcore.balance import (
    BalancePolicy,
    Batch,
    Capture,
    Credit,
    Debit,
    DeclineReason,
    Entry,
    Event,
    Found,
    Hold,
    HoldState,
    Lapse,
    Ledger,
    LedgerHead,
    Overage,
    Prepaid,
    SetPolicy,
    Step,
    step,
    step_all,
    step_linked,
)
from tenantcore.documents import dump
from tenantcore.money import Money


@frozen(kw_only=True)
class Books:
    """All that is stored of an account; `events` are those in the outbox and those that were delivered."""

    policy: BalancePolicy
    head: LedgerHead
    entries: tuple[Entry, ...]
    holds: tuple[Hold, ...]
    events: tuple[Event, ...]


@frozen
class Answer:
    """What a caller was told: under which id, and which entry stands there."""

    account: str
    id: str
    entry: int


def audit(books: Books) -> None:
    """Fail unless the entries add up to the row, to the holds and to the events, and never went below the floor."""
    ledger = Ledger.replay(books.policy, books.entries)
    assert ledger.head == books.head
    assert {hold.id: hold for hold in ledger.holds} == {hold.id: hold for hold in books.holds}
    assert len(books.holds) == len(ledger.holds)
    assert _counted(_retold(books)) == _counted(books.events)
    _add_up(books)


def audit_answers(stored: dict[str, Books], answers: Iterable[Answer]) -> int:
    """Fail unless everything that a caller was told is stored, where it was told; how much that was."""
    checked = 0
    for answer in answers:
        entry = stored[answer.account].entries[answer.entry - 1]
        assert (entry.number, entry.id) == (answer.entry, answer.id)
        checked += 1
    return checked


def _counted(events: Iterable[Event]) -> Counter[str]:
    return Counter(str(dump(event)) for event in events)


def _retold(books: Books) -> list[Event]:
    """Decide everything once more, one entry after the other, and return what there was to tell."""
    head, told = LedgerHead.opened(books.policy), list[Event]()
    is_open: dict[str, Hold] = {}
    ended: dict[str, Hold] = {}
    for entry in books.entries:
        if entry.number <= head.version:
            continue  # a hold that expired when the next operation came
        made = _decided(head, entry, Found(holds=(*is_open.values(), *_named(entry, ended))))
        assert made.entries == books.entries[head.version : made.head.version]
        head = made.head
        told += made.events
        for hold in made.holds:
            if hold.state is HoldState.OPEN:
                is_open[hold.id] = hold
            else:
                is_open.pop(hold.id, None)
                ended[hold.id] = hold
    assert head == books.head
    return told


def _named(entry: Entry, ended: dict[str, Hold]) -> tuple[Hold, ...]:
    named = getattr(entry.operation, "hold", None)
    return (ended[named],) if named in ended else ()


def _decided(head: LedgerHead, entry: Entry, found: Found) -> Step | Batch:
    operation = entry.operation
    if isinstance(operation, Lapse):
        return step_all(head, (), found, entry.at)
    if entry.declined is not None and entry.declined.code is DeclineReason.LINKED_DECLINED:
        # Somebody else had nothing.
        poor = LedgerHead.opened(Prepaid(head.policy.currency))
        refusing = Debit(operation.id, Money("1", head.policy.currency))
        return step_linked([(head, operation), (poor, refusing)], [found, Found()], entry.at)[0]
    return step(head, operation, found, entry.at)


def _add_up(books: Books) -> None:
    """Double entry, in words of its own: what left one side arrived at the other, and enough was there."""
    currency = books.policy.currency
    zero = Money.zero(currency)
    posted, held, policy = zero, zero, books.policy
    for entry in books.entries:
        operation = entry.operation
        before = posted - held
        posted, held = posted + entry.posted, held + entry.held
        assert not held.is_negative
        if entry.declined is not None:
            assert entry.posted == entry.held == zero
        elif isinstance(operation, SetPolicy):
            policy = operation.policy
        limit = policy.limit_at(entry.at)
        is_recorded = isinstance(operation, Debit | Capture) and operation.overage is Overage.RECORD
        # Below the floor only what was used already; and what comes in or is freed never makes it worse.
        assert limit is None or posted - held >= -limit or is_recorded or posted - held >= before
    credits_ = Money.total((e.posted for e in books.entries if isinstance(e.operation, Credit)), currency)
    charges = Money.total((e.posted for e in books.entries if isinstance(e.operation, Debit | Capture)), currency)
    assert (credits_ + charges, posted, held) == (books.head.posted, books.head.posted, books.head.held)
    ids = [entry.id for entry in books.entries if entry.id is not None]
    assert len(set(ids)) == len(ids)
