"""Lets one process keep an account in memory: every entry and hold, found again in constant time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final, Literal

from attrs import field, frozen

from tenantcore._balance_faults import BalanceFault
from tenantcore._balance_policies import BalancePolicy
from tenantcore._ledger_decisions import decided, holds_changed, lapsed
from tenantcore._ledger_entries import Entry, Hold, HoldState, Lapse
from tenantcore._ledger_heads import LedgerHead, advanced, moment
from tenantcore._ledger_operations import (
    FULL,
    Capture,
    Credit,
    Debit,
    Full,
    Grant,
    NextSlice,
    Operation,
    Overage,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
)
from tenantcore._ledger_outcomes import Balance, Event, Outcome
from tenantcore._validators import exactly, in_utc, tuple_of, wrong_type
from tenantcore.errors import Param, Problem, invalid
from tenantcore.money import Money
from tenantcore.status import Status

__all__ = ["Ledger", "Snapshot"]

_OPEN: Final = HoldState.OPEN


@frozen
class Snapshot:
    """All that a `Ledger` remembers, as a value: to be pickled, sent or compared, and restored.

    Raises: InvalidValue when the parts don't belong together.

    Rule: BAL-5 in docs/reference/balance.md.
    """

    head: LedgerHead = field(validator=exactly(LedgerHead, called="a LedgerHead"))
    entries: tuple[Entry, ...] = field(validator=tuple_of(Entry, called="entries"))
    holds: tuple[Hold, ...] = field(validator=tuple_of(Hold, called="holds"))

    def __attrs_post_init__(self) -> None:
        currency = self.head.policy.currency
        numbers = [0, *(entry.number for entry in self.entries), self.head.version + 1]
        is_ascending = all(before < after for before, after in pairwise(numbers))
        are_ours = all(amount.currency == currency for amount in self._amounts())
        open_holds = (hold.amount for hold in self.holds if hold.state is HoldState.OPEN)
        checks = {
            "entries": is_ascending and are_ours and len(self._ids()) == len(set(self._ids())),
            "holds": are_ours
            and len({hold.id for hold in self.holds}) == len(self.holds)
            and Money.total(open_holds, currency) == self.head.held,
        }
        for name, is_good in checks.items():
            if not is_good:
                raise invalid(Problem(BalanceFault.SNAPSHOT_INCONSISTENT, params={"field": name}))
        # Where nothing was forgotten, the row is what the entries add up to.
        posted = Money.total((entry.posted for entry in self.entries), currency)
        if len(self.entries) == self.head.version and posted != self.head.posted:
            raise invalid(Problem(BalanceFault.SNAPSHOT_INCONSISTENT, params={"field": "head"}))

    def _amounts(self) -> Iterable[Money]:
        yield from (entry.posted for entry in self.entries)
        yield from (hold.amount for hold in self.holds)

    def _ids(self) -> list[str]:
        return [entry.operation.id for entry in self.entries if not isinstance(entry.operation, Lapse)]


class Ledger:
    """One account, kept in memory: what is asked of it happens at most once, and never beyond its limit.

    Every method that asks for something takes the operation's `id` and `now`, an aware instant by the caller's clock,
    and returns an outcome: `Recorded`, `AlreadyRecorded` or `Declined`. A method that raises has changed nothing.

    For one thread at a time. Processes that share an account use `step` on a row that they store.

    >>> from datetime import UTC, datetime, timedelta
    >>> from tenantcore.balance import Prepaid
    >>> ledger, now = Ledger(Prepaid("USD")), datetime(2026, 11, 22, tzinfo=UTC)
    >>> type(ledger.credit("op-1", Money("10", "USD"), now=now)).__name__
    'Recorded'
    >>> held = ledger.reserve("op-2", Money("3", "USD"), now=now, expires_at=now + timedelta(minutes=1))
    >>> str(ledger.balance_at(now).available), str(ledger.balance_at(now + timedelta(minutes=1)).available)
    ('7 USD', '10 USD')

    Rules: BAL-2, BAL-3, BAL-4, BAL-5 in docs/reference/balance.md.
    """

    __slots__ = ("_entries", "_head", "_holds", "_known", "_queue")

    def __init__(self, policy: BalancePolicy) -> None:
        self._head = LedgerHead.opened(policy)
        self._entries: list[Entry] = []
        self._known: dict[str, Entry] = {}
        self._holds: dict[str, Hold] = {}
        # What expires next comes first. A hold that ended otherwise stays until its time comes, and is passed over.
        self._queue: list[tuple[datetime, datetime, str]] = []

    @classmethod
    def replay(cls, policy: BalancePolicy, entries: Iterable[Entry]) -> "Ledger":
        """Return the ledger that opened under `policy` and had these entries, all of them, in their order.

        Nothing is decided again: what an entry says has happened. So old entries stand even if rules change.

        Raises: InvalidValue for a gap, another order, or an entry that can't follow from those before it.

        Rule: BAL-5 in docs/reference/balance.md.
        """
        ledger = cls(policy)
        if not issubclass(type(entries), Iterable):
            raise invalid(wrong_type("entries", "an iterable of entries", entries))
        for position, entry in enumerate(entries):
            if type(entry) is not Entry:
                raise invalid(wrong_type("entry", "an Entry", entry).under("entries", position))
            ledger._replay(entry)
        return ledger

    @classmethod
    def restore(cls, snapshot: Snapshot) -> "Ledger":
        """Return the ledger that a snapshot was taken of.

        Rule: BAL-5 in docs/reference/balance.md.
        """
        if type(snapshot) is not Snapshot:
            raise invalid(wrong_type("snapshot", "a Snapshot", snapshot))
        ledger = cls(snapshot.head.policy)
        ledger._keep(snapshot.head, snapshot.entries, snapshot.holds)
        return ledger

    def __repr__(self) -> str:
        head = self._head
        return f"Ledger(version={head.version}, posted={head.posted!r}, held={head.held!r}, status={head.status!r})"

    @property
    def head(self) -> LedgerHead:
        """The account as one row, as `step` takes it."""
        return self._head

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry that isn't forgotten, the first one first; building it takes time in their number.

        Rule: BAL-5 in docs/reference/balance.md.
        """
        return tuple(self._entries)

    @property
    def holds(self) -> tuple[Hold, ...]:
        """Every hold that isn't forgotten, also those that have ended, in the order they were placed."""
        return tuple(self._holds.values())

    @property
    def balance(self) -> Balance:
        """How the account stood at its last entry, which `as_of` names; see `balance_at` for now.

        Rule: BAL-2 in docs/reference/balance.md.
        """
        return self._head.balance

    def balance_at(self, now: datetime) -> Balance:
        """Return how the account stands at `now`, or at its last entry if that is later.

        Holds and temporary limits that have lapsed by then don't count, whether or not somebody swept them.

        Rules: BAL-2, BAL-6 in docs/reference/balance.md.
        """
        due = self._due(in_utc("now", now))
        self._requeue(due)
        return self._head.balance_at(now, due)

    def credit(self, id: str, amount: Money, *, now: datetime, reference: str | None = None) -> Outcome:  # noqa: A002
        """Record money that came in; only a closed account declines.

        Rule: BAL-4 in docs/reference/balance.md.
        """
        return self.apply(Credit(id, amount, reference=reference), now=now)

    def debit(
        self,
        id: str,  # noqa: A002 - what it is
        amount: Money,
        *,
        now: datetime,
        overage: Overage = Overage.DECLINE,
        reference: str | None = None,
    ) -> Outcome:
        """Charge at once what is available; with `Overage.RECORD` whatever it was.

        Rules: BAL-2, BAL-4 in docs/reference/balance.md.
        """
        return self.apply(Debit(id, amount, overage=overage, reference=reference), now=now)

    def reserve(
        self,
        id: str,  # noqa: A002 - what it is
        amount: Money,
        *,
        now: datetime,
        expires_at: datetime | None,
        grant: Grant = Grant.EXACT,
    ) -> Outcome:
        """Hold what is available for what is about to be used; the hold goes by `id`.

        Rule: BAL-3 in docs/reference/balance.md.
        """
        return self.apply(Reserve(id, amount, expires_at=expires_at, grant=grant), now=now)

    def capture(
        self,
        id: str,  # noqa: A002 - what it is
        *,
        hold: str,
        amount: Money | Literal[Full.FULL],
        now: datetime,
        overage: Overage = Overage.DECLINE,
        then: NextSlice | None = None,
    ) -> Outcome:
        """Charge what was used of a hold, free the rest, and hold the next slice if there is one.

        Rule: BAL-3 in docs/reference/balance.md.
        """
        return self.apply(Capture(id, hold=hold, amount=amount, overage=overage, then=then), now=now)

    def release(self, id: str, *, hold: str, now: datetime) -> Outcome:  # noqa: A002 - what it is
        """Free a hold without a charge.

        Rule: BAL-3 in docs/reference/balance.md.
        """
        return self.apply(Release(id, hold=hold), now=now)

    def set_policy(self, id: str, policy: BalancePolicy, *, now: datetime) -> Outcome:  # noqa: A002 - what it is
        """Put the account under another policy: another limit, other warnings, the other control.

        Rules: BAL-6, BAL-8 in docs/reference/balance.md.
        """
        return self.apply(SetPolicy(id, policy), now=now)

    def set_status(
        self,
        id: str,  # noqa: A002 - what it is
        status: Status,
        *,
        now: datetime,
        debt: Money | None = None,
    ) -> Outcome:
        """Suspend, block, close or activate the account; a suspension for a `debt` ends when that is paid.

        Rule: BAL-9 in docs/reference/balance.md.
        """
        return self.apply(SetStatus(id, status, debt=debt), now=now)

    def expire(self, *, now: datetime) -> tuple[Event, ...]:
        """Write down which holds have expired by now; they don't count before that either.

        Nothing is written where none has: for the events of a temporary limit that has lapsed, apply an `Expire`.

        Rule: BAL-3 in docs/reference/balance.md.
        """
        instant = moment(self._head, in_utc("now", now))
        due = self._due(instant)
        made = lapsed(self._head, due, instant)
        self._keep(made.head, made.entries, made.holds)
        return made.events

    def apply(self, operation: Operation, *, now: datetime) -> Outcome:
        """Do what an operation asks for, or say why not; the methods that are named for operations come here.

        Rule: BAL-4 in docs/reference/balance.md.
        """
        instant = in_utc("now", now)
        queue, at = self._queue, moment(self._head, instant)
        due = self._due(at) if queue and queue[0][0] <= at else ()
        try:
            outcome, head, entries, holds, _ = decided(self._head, operation, self._known, self._holds, due, instant)
        except BaseException:
            self._requeue(due)
            raise
        if entries:
            self._keep(head, entries, holds)
        elif due:
            self._requeue(due)
        return outcome

    def snapshot(self) -> Snapshot:
        """Return all that is remembered, as a value.

        Rule: BAL-5 in docs/reference/balance.md.
        """
        return Snapshot(self._head, self.entries, self.holds)

    def forget(self, *, before: datetime) -> int:
        """Drop entries and ended holds from before an instant, and return how many entries; money stays what it is.

        The ids go with them: an operation from then that is sent once more is taken for a new one, and a capture of a
        forgotten hold finds none. So keep them for longer than anybody retries. What placed a hold that is still open
        is kept. A ledger that has forgotten can be restored from its snapshot, not be replayed.

        Rule: BAL-4 in docs/reference/balance.md.
        """
        instant = in_utc("before", before)
        kept = [entry for entry in self._entries if entry.at >= instant or self._placed_open(entry)]
        forgotten = len(self._entries) - len(kept)
        holds = [hold for hold in self._holds.values() if hold.ended_at is None or hold.ended_at >= instant]
        self._entries, self._known, self._holds, self._queue = [], {}, {}, []
        self._keep(self._head, kept, holds)
        return forgotten

    def _placed_open(self, entry: Entry) -> bool:
        hold = None if entry.id is None else self._holds.get(entry.id)
        return hold is not None and hold.state is HoldState.OPEN

    def _replay(self, entry: Entry) -> None:
        head, operation = self._head, entry.operation
        if entry.number != head.version + 1:
            params: dict[str, Param] = {"number": entry.number, "expected": head.version + 1}
            raise invalid(Problem(BalanceFault.ENTRIES_OUT_OF_ORDER, params=params))
        currency = head.policy.currency
        follows = entry.posted.currency == currency and (head.last is None or head.last <= entry.at)
        follows = follows and (not isinstance(operation, SetPolicy) or operation.policy.currency == currency)
        follows = follows and (entry.id is None or entry.id not in self._known)
        hold = None
        if entry.declined is None and isinstance(operation, Capture | Release | Lapse):
            hold = self._holds.get(operation.hold)
            follows = follows and hold is not None and hold.state is HoldState.OPEN and _frees(entry, hold)
        if not follows:
            raise invalid(Problem(BalanceFault.ENTRIES_CONTRADICT, params={"number": entry.number}))
        self._keep(advanced(head, entry), (entry,), holds_changed(entry, hold))

    def _keep(self, head: LedgerHead, entries: Sequence[Entry], holds: Iterable[Hold]) -> None:
        self._head = head
        self._entries.extend(entries)
        for entry in entries:
            operation = entry.operation
            if not isinstance(operation, Lapse):
                self._known[operation.id] = entry
        for hold in holds:
            self._holds[hold.id] = hold
            if hold.state is _OPEN and hold.expires_at is not None:
                heappush(self._queue, (hold.expires_at, hold.placed_at, hold.id))

    def _due(self, instant: datetime) -> Sequence[Hold]:
        """Take the open holds that have expired by `instant` from the queue, the first to expire first."""
        queue, due = self._queue, []
        while queue and queue[0][0] <= instant:
            hold = self._holds.get(heappop(queue)[2])
            if hold is not None and hold.state is HoldState.OPEN:
                due.append(hold)
        return due

    def _requeue(self, due: Iterable[Hold]) -> None:
        for hold in due:
            # What is due has an expiry; the other half is for the type checker.
            heappush(self._queue, (hold.expires_at or hold.placed_at, hold.placed_at, hold.id))


def _frees(entry: Entry, hold: Hold) -> bool:
    """Whether an entry that ends a hold frees exactly what it held, and charges that where all was captured."""
    operation = entry.operation
    if isinstance(operation, Capture) and operation.amount is FULL and entry.posted != -hold.amount:
        return False
    return entry.held == (-hold.amount if entry.granted is None else entry.granted - hold.amount)
