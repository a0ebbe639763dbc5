"""A ledger beside the second books, asked the same and compared after every step; and a host's store, in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from tenantcore.balance import (
    BalancePolicy,
    Batch,
    Capture,
    Credit,
    Debit,
    Declined,
    DeclineReason,
    Entry,
    Event,
    Expire,
    Found,
    Hold,
    Ledger,
    LedgerHead,
    Needs,
    Operation,
    Outcome,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
    Snapshot,
    Step,
    needs,
    step,
    step_all,
)
from tests import ledger_model as model
from tests.ledger_readings import (
    START,
    answer_of,
    asked_of,
    events_of,
    held_of,
    instant_of,
    line_of,
    micros,
    micros_or_none,
    terms_of,
    units,
)
from tests.ledger_wishes import PolicyWish, Wish, changed, operation_of, resolved_instant, resolved_policy, respelled


@dataclass
class Bench:
    """A ledger and the second books beside it: asked the same, and compared after every step."""

    policy: BalancePolicy
    ledger: Ledger = field(init=False)
    books: model.Books = field(init=False)
    sent: list[tuple[Operation, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.policy)
        self.books = model.Books(terms_of(self.policy))

    @property
    def currency(self) -> str:
        return self.policy.currency

    def resolve(self, wish: Wish) -> tuple[Operation, datetime]:
        """Make an operation of a wish, and say when it is asked for."""
        at = resolved_instant(wish.when, self.books)
        if wish.kind in {"again", "other"} and self.sent:
            operation, _ = self.sent[wish.pick % len(self.sent)]
            return respelled(operation) if wish.kind == "again" else changed(operation, wish.pick), instant_of(at)
        # The ids aren't in the order of time, so that they decide between holds of one instant.
        name = f"{(len(self.sent) + 1) * 7919 % 9973:04}"
        return operation_of(wish, name, self.books, self.currency, at), instant_of(at)

    def wish(self, wish: Wish) -> Outcome:
        """Resolve and ask; not for a sweep, which has no outcome."""
        operation, now = self.resolve(wish)
        return self.ask(operation, now)

    def ask(self, operation: Operation, now: datetime) -> Outcome:
        """Ask both, and hold one against the other."""
        self.sent.append((operation, now))
        expected = self.books.ask(asked_of(operation), micros(now))
        version = self.ledger.head.version
        before = self.ledger.entries
        outcome = called(self.ledger, operation, now)
        assert answer_of(outcome) == expected, (operation, now)
        assert self.ledger.entries[: len(before)] == before
        check_difference(operation, outcome)
        self.check(since=version)
        return outcome

    def sweep(self, now: datetime) -> tuple[Event, ...]:
        expected = self.books.sweep(micros(now))
        version = self.ledger.head.version
        events = self.ledger.expire(now=now)
        assert events_of(events) == expected
        self.check(since=version)
        return events

    def check(self, *, since: int = 0) -> None:
        """Compare all that is remembered; of the entries those with a greater number than `since`."""
        head, books = self.ledger.head, self.books
        books.check()
        lines = [line_of(entry) for entry in self.ledger.entries if entry.number > since]
        assert lines == [line for line in books.lines if line.number > since]
        assert list(map(held_of, self.ledger.holds)) == list(books.holds.values())
        assert (head.version, micros_or_none(head.last)) == (books.count, books.last)
        assert (units(head.posted), units(head.held)) == (books.posted, books.held)
        assert (head.status.value, 0 if head.debt is None else units(head.debt)) == (books.status, books.debt)
        assert terms_of(head.policy) == books.terms
        armed = {warning for warning, is_armed in zip(books.terms.warnings, head.armed, strict=True) if is_armed}
        assert armed == set(books.terms.warnings) - books.standing.low
        assert (head.solvent, head.may_use_services) == (books.standing.above_floor, books.standing.serves)


def check_difference(operation: Operation, outcome: Outcome) -> None:
    """Where another operation stands under the id, what is named does differ."""
    if isinstance(outcome, Declined) and outcome.reason.code is DeclineReason.OPERATION_DIFFERS:
        assert outcome.entry is not None
        prior, named = outcome.entry.operation, str(outcome.reason.params["field"])
        if type(prior) is not type(operation):
            assert named == "kind of operation"
        else:
            assert getattr(prior, named) != getattr(operation, named)


def bench_of(wish: PolicyWish, currency: str = "USD") -> Bench:
    return Bench(resolved_policy(wish, currency, None, micros(START)))


def called(ledger: Ledger, operation: Operation, now: datetime) -> Outcome:  # noqa: PLR0911 - one for each kind
    """Ask by the method that is named for the operation."""
    name = operation.id
    match operation:
        case Credit(amount=amount, reference=reference):
            return ledger.credit(name, amount, now=now, reference=reference)
        case Debit(amount=amount, overage=overage, reference=reference):
            return ledger.debit(name, amount, now=now, overage=overage, reference=reference)
        case Reserve(amount=amount, expires_at=until, grant=grant):
            return ledger.reserve(name, amount, now=now, expires_at=until, grant=grant)
        case Capture(hold=hold, amount=used, overage=overage, then=then):
            return ledger.capture(name, hold=hold, amount=used, now=now, overage=overage, then=then)
        case Release(hold=hold):
            return ledger.release(name, hold=hold, now=now)
        case Expire():
            return ledger.apply(operation, now=now)
        case SetPolicy(policy=policy):
            return ledger.set_policy(name, policy, now=now)
        case SetStatus(status=status, debt=debt):
            return ledger.set_status(name, status, now=now, debt=debt)


@dataclass(frozen=True)
class Store:
    """A host's tables in memory: the row of one account, its entries and its holds."""

    head: LedgerHead
    entries: tuple[Entry, ...] = ()
    holds: tuple[Hold, ...] = ()

    def __hash__(self) -> int:
        return hash((self.head.version, self.head.posted, self.head.held))  # all of it would take long

    def found(self, wanted: Needs) -> Found:
        """Only what was asked for, in an order that nobody should rely on."""
        entries = [entry for entry in self.entries if entry.id in wanted.ids]
        holds = [hold for hold in self.holds if hold.id in wanted.holds or is_due(hold, wanted.due_by)]
        return Found(tuple(reversed(entries)), tuple(reversed(holds)))

    def saved(self, made: Step | Batch) -> "Store":
        """Written down, whatever stood there: it is for the caller to compare versions before."""
        holds = {hold.id: hold for hold in (*self.holds, *made.holds)}
        return Store(made.head, (*self.entries, *made.entries), tuple(holds.values()))

    def asked(self, operation: Operation, now: datetime) -> tuple["Store", Step]:
        """One round of an undisturbed host: what `needs` names, a decision, one save."""
        made = step(self.head, operation, self.found(needs([operation], now)), now)
        return self.saved(made), made

    def swept(self, now: datetime) -> tuple["Store", Batch]:
        """A round of the job that writes down which holds have expired."""
        made = step_all(self.head, (), self.found(needs((), now)), now)
        return self.saved(made), made

    def snapshot(self) -> Snapshot:
        return Snapshot(self.head, self.entries, self.holds)


def is_due(hold: Hold, instant: datetime) -> bool:
    return hold.state.value == "open" and hold.expires_at is not None and hold.expires_at <= instant
