"""Several operations with one save, and one operation on several accounts: held against doing it one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.balance import (
    AlreadyRecorded,
    Credit,
    Declined,
    Event,
    Ledger,
    Operation,
    Outcome,
    Recorded,
    Step,
    needs,
    step_all,
    step_linked,
)
from tenantcore.errors import InvalidValue
from tenantcore.money import Money
from tests import ledger_model as model
from tests.clocks import DAY
from tests.ledger_bench import Bench, Store, bench_of
from tests.ledger_readings import START, answer_of, asked_of, instant_of, micros
from tests.ledger_wishes import PolicyWish, Wish, long_script, policies, resolved_instant, scripts

OPENING = Wish(kind="credit", amount=("hundred", 0))


class TestStepAll:
    """BAL-5: a batch is what its operations come to one by one, with one load and one save."""

    @given(policies(), scripts(length=10), scripts(length=6), scripts(length=6))
    def test_equals_stepping_one_by_one(
        self, policy: PolicyWish, before: list[Wish], first: list[Wish], second: list[Wish]
    ) -> None:
        bench = bench_of(policy)
        store = one_by_one(bench, Store(bench.ledger.head), [OPENING, *before])
        for batch in (first, second):
            store = batched(bench, store, batch)
            assert store.snapshot() == bench.ledger.snapshot()

    @given(st.integers(0, 2**64), st.integers(1, 20))
    def test_cut_anywhere_equals_stepping_one_by_one(self, seed: int, size: int) -> None:
        policy, script = long_script(seed, 40)
        bench = bench_of(policy)
        store = one_by_one(bench, Store(bench.ledger.head), [OPENING])
        for start in range(0, len(script), size):
            store = batched(bench, store, script[start : start + size])
        assert store.snapshot() == bench.ledger.snapshot()
        assert Ledger.replay(bench.policy, store.entries).snapshot() == store.snapshot()

    @given(policies(), scripts("reserve", "reserve", "credit", "capture", length=12), st.integers(0, 100))
    def test_without_operations_equals_a_sweep(self, policy: PolicyWish, script: list[Wish], pick: int) -> None:
        bench = bench_of(policy)
        store = one_by_one(bench, Store(bench.ledger.head), [OPENING, *script])
        ends = [hold.expires_at for hold in store.holds if hold.expires_at is not None]
        last = bench.ledger.head.last
        assert last is not None
        now = max([*ends, START][pick % (len(ends) + 1)], last)
        made = step_all(store.head, (), store.found(needs((), now)), now)
        assert made.outcomes == ()
        assert made.events == bench.sweep(now)
        assert store.saved(made).snapshot() == bench.ledger.snapshot()

    @given(policies(), scripts(length=10), scripts(length=4), st.integers(0, 4))
    def test_with_one_that_is_refused_for_its_shape_happens_not_at_all(
        self, policy: PolicyWish, before: list[Wish], batch: list[Wish], place: int
    ) -> None:
        bench = bench_of(policy)
        store = one_by_one(bench, Store(bench.ledger.head), [OPENING, *before])
        operations, now = resolved_at_once(bench, batch)
        operations.insert(place, Credit("odd", Money("1", "CHF")))
        with pytest.raises(InvalidValue) as error:
            step_all(store.head, operations, store.found(needs(operations, now)), now)
        assert error.value.problem.path == ("operations", min(place, len(batch)), "amount")
        assert store.snapshot() == bench.ledger.snapshot()


def one_by_one(bench: Bench, store: Store, script: Sequence[Wish]) -> Store:
    for wish in script:
        operation, now = bench.resolve(wish)
        if wish.kind == "sweep":
            bench.sweep(now)
            store, _ = store.swept(now)
        else:
            bench.ask(operation, now)
            store, _ = store.asked(operation, now)
    return store


def resolved_at_once(bench: Bench, script: Sequence[Wish]) -> tuple[list[Operation], datetime]:
    """Operations of one instant, each made for how the account stands before any of them."""
    now = instant_of(resolved_instant(script[0].when, bench.books))
    operations: list[Operation] = []
    for wish in script:
        operation, _ = bench.resolve(wish)
        bench.sent.append((operation, now))
        operations.append(operation)
    return operations, now


def batched(bench: Bench, store: Store, script: Sequence[Wish]) -> Store:
    """Ask for all at one instant: one by one of the bench, at once of the store; and compare."""
    now = instant_of(resolved_instant(script[0].when, bench.books))
    operations: list[Operation] = []
    outcomes: list[Outcome] = []
    events: list[Event] = []
    for wish in script:
        operation, _ = bench.resolve(wish)
        outcome = bench.ask(operation, now)
        operations.append(operation)
        outcomes.append(outcome)
        events.extend(() if isinstance(outcome, AlreadyRecorded) else outcome.events)
    made = step_all(store.head, operations, store.found(needs(operations, now)), now)
    assert made.outcomes == tuple(outcomes)
    assert made.events == tuple(events)
    assert len({hold.id for hold in made.holds}) == len(made.holds)
    if not made.entries:
        assert made.head is store.head
    return store.saved(made)


@dataclass
class Family:
    """Accounts that are charged together, in stores, each with its second books: a tenant, its reseller, and so on."""

    benches: list[Bench]
    stores: list[Store]

    def ask(self, operations: Sequence[Operation], now: datetime) -> tuple[Step, ...]:
        expected = model.ask_together(
            [(bench.books, asked_of(operation)) for bench, operation in zip(self.benches, operations, strict=True)],
            micros(now),
        )
        pairs = [(store.head, operation) for store, operation in zip(self.stores, operations, strict=True)]
        found = [store.found(needs([operation], now)) for store, operation in zip(self.stores, operations, strict=True)]
        steps = step_linked(pairs, found, now)
        assert [answer_of(each.outcome) for each in steps] == expected
        before = self.stores
        self.stores = [store.saved(each) for store, each in zip(self.stores, steps, strict=True)]
        for bench, store, operation in zip(self.benches, self.stores, operations, strict=True):
            bench.sent.append((operation, now))
            bench.ledger = Ledger.restore(store.snapshot())
            bench.check()
            assert Ledger.replay(bench.policy, store.entries).snapshot() == store.snapshot()
        check_both_or_none(before, self.stores, steps, operations)
        return steps


def check_both_or_none(
    before: Sequence[Store], after: Sequence[Store], steps: Sequence[Step], operations: Sequence[Operation]
) -> None:
    outcomes = [each.outcome for each in steps]
    if any(isinstance(outcome, Declined) for outcome in outcomes):
        # Nobody's money moved, and either every id is spent or not a row has changed.
        assert not any(isinstance(outcome, Recorded) for outcome in outcomes)
        assert [store.head.posted for store in after] == [store.head.posted for store in before]
        on_record = [operation.id in {entry.id for entry in store.entries}
                     for store, operation in zip(after, operations, strict=True)]  # fmt: skip
        assert all(on_record) or after == before
    if not any(each.entries for each in steps):
        assert after == before


class TestStepLinked:
    """CALL-3: an account and its reseller are charged both or not at all."""

    @given(st.lists(policies(), min_size=2, max_size=3), st.lists(scripts(length=3), min_size=1, max_size=6))
    def test_both_or_none_for_any_script(self, wishes: list[PolicyWish], rounds: list[list[Wish]]) -> None:
        family = family_of(wishes)
        for script in rounds:
            run_linked(family, script)
        check_repeats(family, len(rounds) + 1)

    @given(st.integers(0, 2**64))
    def test_both_or_none_for_long_scripts(self, seed: int) -> None:
        (policy, script), (other, others) = long_script(seed, 12), long_script(-1 - seed, 12)
        family = family_of([policy, other])
        for pair in zip(script, others, strict=True):
            run_linked(family, pair)
        check_repeats(family, len(script) + 1)


def family_of(wishes: Sequence[PolicyWish]) -> Family:
    benches = [bench_of(wish, currency) for wish, currency in zip(wishes, ("USD", "EUR", "USD"), strict=False)]
    stores = [one_by_one(bench, Store(bench.ledger.head), [OPENING]) for bench in benches]
    return Family(benches, stores)


def run_linked(family: Family, script: Sequence[Wish]) -> None:
    now = instant_of(resolved_instant(script[0].when, family.benches[0].books))
    operations = [bench.resolve(wish)[0] for bench, wish in zip(family.benches, script, strict=False)]
    family.ask(operations, now)


def check_repeats(family: Family, rounds: int) -> None:
    """All that was sent, sent again years later: what is on record is told again, and nothing more is written."""
    before, later = family.stores, START + 1000 * DAY
    for number in range(1, rounds):
        sent = [bench.sent[number][0] for bench in family.benches]
        known = [operation.id in bench.books.known for bench, operation in zip(family.benches, sent, strict=True)]
        if all(known):
            family.ask(sent, later)
    assert family.stores == before
