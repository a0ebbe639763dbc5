"""Callers that share an account's row, interleaved at every point: load the row, load what is needed, decide, save.

Every order of their moves is tried, retries included: what the callers will do depends on the tables and on what each
has in hand, so it is enough to go on once from each such state, and orders that meet in one are counted there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from math import factorial, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantcore.balance import (
    FULL,
    BalanceFault,
    BalancePolicy,
    Batch,
    Capture,
    Credit,
    Debit,
    Declined,
    DeclineReason,
    Found,
    Grant,
    Ledger,
    LedgerHead,
    NextSlice,
    Operation,
    Outcome,
    Postpaid,
    Prepaid,
    Recorded,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
    Step,
    needs,
    step,
    step_all,
    step_linked,
)
from tenantcore.errors import InvalidValue
from tenantcore.money import Money
from tenantcore.status import Status
from tests.clocks import MICROSECOND, MINUTE, SECOND
from tests.ledger_bench import Store, bench_of
from tests.ledger_readings import START, asked_of, micros
from tests.ledger_wishes import changed, long_script

END = START + MINUTE
LATER = END + MINUTE


def usd(text: str) -> Money:
    return Money(text, "USD")


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a caller is to see through: one operation, a batch, a sweep, or one operation on each of some accounts."""

    operations: tuple[Operation, ...]
    now: datetime = START
    accounts: tuple[int, ...] = (0,)
    is_batch: bool = False

    def decide(self, heads: Sequence[LedgerHead], found: Sequence[Found]) -> Sequence[Step | Batch]:
        if self.is_batch:
            return (step_all(heads[0], self.operations, found[0], self.now),)
        if len(self.accounts) == 1:
            return (step(heads[0], self.operations[0], found[0], self.now),)
        return step_linked(tuple(zip(heads, self.operations, strict=True)), found, self.now)


@dataclass(frozen=True)
class Caller:
    """One process: what is left to do, what it has in hand, and what it was told."""

    tasks: tuple[Task, ...]
    moves: int = 0
    heads: tuple[LedgerHead, ...] = ()
    found: tuple[Found, ...] = ()
    made: tuple[Step | Batch, ...] = ()
    told: tuple[Outcome, ...] = ()

    def __hash__(self) -> int:
        return hash((len(self.tasks), self.moves, len(self.told)))  # all of it would take long


@dataclass(frozen=True)
class World:
    """The tables of all accounts, and the callers."""

    stores: tuple[Store, ...]
    callers: tuple[Caller, ...]
    deaths: int = 0
    """How many callers may still vanish, at whatever point."""


@dataclass(frozen=True)
class Host:
    """How the callers are written; as it should be, unless said otherwise."""

    compares: bool = True
    loads_row_first: bool = True
    loads_due: bool = True
    is_undisturbed: bool = False

    def moved(self, world: World, number: int) -> World:
        """The world after the next move of one caller; undisturbed it sees its whole task through."""
        stores, caller = world.stores, world.callers[number]
        tasks = len(caller.tasks)
        moves = (self._load_rows, self._load_found) if self.loads_row_first else (self._load_found, self._load_rows)
        while len(caller.tasks) == tasks:
            task = caller.tasks[0]
            if caller.moves < len(moves):
                caller = moves[caller.moves](stores, caller, task)
                caller = replace(caller, moves=caller.moves + 1)
            elif caller.moves == len(moves):
                caller = self._decided(caller, task)
            else:
                stores, caller = self._saved(stores, caller, task)
            if not self.is_undisturbed:
                break
        callers = (*world.callers[:number], caller, *world.callers[number + 1 :])
        return World(stores, callers, world.deaths)

    def _load_rows(self, stores: Sequence[Store], caller: Caller, task: Task) -> Caller:
        return replace(caller, heads=tuple(stores[account].head for account in task.accounts))

    def _load_found(self, stores: Sequence[Store], caller: Caller, task: Task) -> Caller:
        each = [task.operations] if task.is_batch else [(operation,) for operation in task.operations]
        wanted = [needs(operations, task.now if self.loads_due else START) for operations in each]
        return replace(
            caller,
            found=tuple(stores[account].found(need) for account, need in zip(task.accounts, wanted, strict=True)),
        )

    def _decided(self, caller: Caller, task: Task) -> Caller:
        try:
            made = tuple(task.decide(caller.heads, caller.found))
        except InvalidValue as error:
            if error.problem.code is not BalanceFault.HOLDS_DISPROVED:
                raise
            # A hold that somebody placed since the row was loaded: the save would fail. A row that was torn stays so.
            return begun_again(caller) if self.compares else Caller(caller.tasks[1:], told=caller.told)
        return replace(caller, moves=caller.moves + 1, made=made)

    def _saved(self, stores: tuple[Store, ...], caller: Caller, task: Task) -> tuple[tuple[Store, ...], Caller]:
        """Write all rows or none; where a row isn't the one that was loaded, begin again."""
        tables = list(stores)
        for account, head, made in zip(task.accounts, caller.heads, caller.made, strict=True):
            if made.entries:
                if self.compares and tables[account].head.version != head.version:
                    return stores, begun_again(caller)
                tables[account] = tables[account].saved(made)
        outcomes = (made.outcomes if isinstance(made, Batch) else (made.outcome,) for made in caller.made)
        told = (*caller.told, *(outcome for some in outcomes for outcome in some))
        return tuple(tables), Caller(caller.tasks[1:], told=told)


def begun_again(caller: Caller) -> Caller:
    return Caller(caller.tasks, told=caller.told)


@dataclass
class Orders:
    """All orders of the callers' moves, from one world on."""

    host: Host
    start: World
    endings: list[World] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._counted: dict[World, int] = {}
        self.number = self._count(self.start)

    def _count(self, world: World) -> int:
        """How many orders there are from here on; where they end is kept."""
        if world not in self._counted:
            busy = [number for number, caller in enumerate(world.callers) if caller.tasks]
            after = [self.host.moved(world, number) for number in busy]
            if world.deaths:
                after += [without_caller(world, number) for number in busy]
            if not after:
                self.endings.append(world)
            self._counted[world] = sum(map(self._count, after)) if after else 1
        return self._counted[world]


def without_caller(world: World, number: int) -> World:
    callers = (*world.callers[:number], Caller(()), *world.callers[number + 1 :])
    return World(world.stores, callers, world.deaths - 1)


def callers_of(*tasks: Task | tuple[Task, ...]) -> tuple[Caller, ...]:
    return tuple(Caller(some if isinstance(some, tuple) else (some,)) for some in tasks)


def one_by_one(world: World) -> Orders:
    return Orders(Host(is_undisturbed=True), world)


def check_orders(orders: Orders, *policies: BalancePolicy) -> None:
    """Whatever the order of moves, all ends as if the callers had come one after the other."""
    assert set(orders.endings) == set(one_by_one(orders.start).endings)
    for ending in orders.endings:
        for store, policy in zip(ending.stores, policies, strict=True):
            check_store(store, policy)


def check_store(store: Store, policy: BalancePolicy) -> None:
    """Nothing happened twice, nothing is missing, and the row is what the entries say."""
    ids = [entry.id for entry in store.entries if entry.id is not None]
    assert len(ids) == len(set(ids))
    assert Ledger.replay(policy, store.entries).snapshot() == store.snapshot()


PREPAID = Prepaid("USD", thresholds=())
POSTPAID = Postpaid("USD", credit_limit=usd("10"))


def account(policy: BalancePolicy, *operations: Operation) -> Store:
    store = Store(LedgerHead.opened(policy))
    for operation in operations:
        store, made = store.asked(operation, START)
        assert isinstance(made.outcome, Recorded)
    return store


FUNDED = account(PREPAID, Credit("paid", usd("10")))
ON_CALL = account(PREPAID, Credit("paid", usd("10")), Reserve("call", usd("7"), expires_at=END))


def debit(name: str, amount: str, *, now: datetime = START) -> Task:
    return Task(operations=(Debit(name, usd(amount)),), now=now)


def one(operation: Operation, *, now: datetime = START) -> Task:
    return Task(operations=(operation,), now=now)


def sweep(now: datetime) -> Task:
    return Task(operations=(), now=now, is_batch=True)


CAPTURE = Capture("capture", hold="call", amount=usd("5"))
NEXT = Capture("next", hold="call", amount=usd("6"), then=NextSlice(usd("4"), expires_at=LATER))
LOWER = SetPolicy("lower", Postpaid("USD", credit_limit=usd("5")))

# Three callers on one account, each with what it is to see through.
SCRIPTS: dict[str, tuple[Store, BalancePolicy, tuple[Task | tuple[Task, ...], ...]]] = {
    "debits-against-funds-for-one": (FUNDED, PREPAID, (debit("a", "7"), debit("b", "6"), debit("c", "5"))),
    "debits-and-a-payment": (FUNDED, PREPAID, (debit("a", "7"), debit("b", "6"), one(Credit("more", usd("3"))))),
    "one-debit-sent-by-two": (FUNDED, PREPAID, (debit("a", "7"), debit("a", "7"), debit("b", "3"))),
    "another-debit-under-one-id": (FUNDED, PREPAID, (debit("a", "7"), debit("a", "6"), debit("a", "7"))),
    "holds-up-to-what-is-left": (
        FUNDED,
        PREPAID,
        tuple(one(Reserve(name, usd("7"), expires_at=END, grant=Grant.UP_TO)) for name in "abc"),
    ),
    "a-capture-its-repeat-and-the-sweep": (
        ON_CALL,
        PREPAID,
        (one(CAPTURE, now=END - MICROSECOND), one(CAPTURE, now=END), sweep(END)),
    ),
    "a-capture-the-sweep-and-a-hold-of-all": (
        ON_CALL,
        PREPAID,
        (one(CAPTURE, now=END - MICROSECOND), sweep(END), one(Reserve("b", usd("10"), expires_at=LATER), now=END)),
    ),
    "captures-and-a-release-of-one-hold": (
        ON_CALL,
        PREPAID,
        (one(CAPTURE), one(Capture("other", hold="call", amount=FULL)), one(Release("free", hold="call"))),
    ),
    "a-hold-its-capture-and-the-sweep": (
        FUNDED,
        PREPAID,
        (
            one(Reserve("call", usd("7"), expires_at=END)),
            one(CAPTURE, now=END - MICROSECOND),
            (sweep(END), debit("a", "5", now=END)),
        ),
    ),
    "the-next-slice-a-debit-and-the-sweep": (
        ON_CALL,
        PREPAID,
        (one(NEXT, now=END - MICROSECOND), debit("a", "3", now=END), sweep(END)),
    ),
    "a-lower-limit": (account(POSTPAID), POSTPAID, (one(LOWER), debit("a", "4"), debit("b", "4"))),
    "a-suspension-for-a-debt-and-its-payment": (
        account(POSTPAID, Debit("used", usd("8"))),
        POSTPAID,
        (one(SetStatus("stop", Status.SUSPENDED, debt=usd("8"))), one(Credit("paid", usd("8"))), debit("a", "2")),
    ),
    "a-batch-beside-its-parts": (
        ON_CALL,
        PREPAID,
        (
            Task(operations=(Debit("a", usd("2")), CAPTURE, Debit("b", usd("2"))), is_batch=True),
            debit("b", "2"),
            (one(CAPTURE), debit("a", "2")),
        ),
    ),
    "clocks-that-differ": (
        ON_CALL,
        PREPAID,
        (
            debit("a", "2", now=END),
            one(CAPTURE, now=END - 10 * MINUTE),
            one(Release("free", hold="call"), now=END - SECOND),
        ),
    ),
    "two-things-each": (
        FUNDED,
        PREPAID,
        ((debit("a", "7"), debit("b", "3")), (debit("b", "3"), debit("a", "7"))),
    ),
}


LINKED = Task(operations=(Debit("a", usd("7")), Debit("a", usd("6"))), accounts=(0, 2))
OTHER = Task(operations=(Debit("b", usd("7")), Debit("b", usd("6"))), accounts=(1, 2))
# Two tenants and their reseller, with ten each: the reseller can bear one call of the two.
PAIRS: dict[str, tuple[Task | tuple[Task, ...], ...]] = {
    "two-tenants-of-one-reseller": (LINKED, OTHER, debit("c", "5")),
    "a-pair-its-repeat-and-another": (LINKED, LINKED, OTHER),
    "a-pair-and-one-of-its-halves": (LINKED, OTHER, debit("a", "7")),
    "two-pairs-and-a-payment": (LINKED, OTHER, Task(operations=(Credit("c", usd("2")),), accounts=(2,))),
}


@cache
def orders_of(name: str, host: Host) -> Orders:
    store, _, tasks = SCRIPTS[name]
    return Orders(host, World((store,), callers_of(*tasks)))


def three_accounts() -> tuple[Store, ...]:
    return tuple(account(PREPAID, Credit("paid", usd("10"))) for _ in range(3))


class TestInterleavings:
    """BAL-4, BAL-5: with compare-and-swap and retry, callers that meet end as if they had come one by one."""

    @pytest.mark.parametrize("name", SCRIPTS)
    def test_all_end_as_one_by_one(self, name: str) -> None:
        _, policy, tasks = SCRIPTS[name]
        orders = orders_of(name, Host())
        check_orders(orders, policy)
        moves = [4 * len(task) if isinstance(task, tuple) else 4 for task in tasks]
        # At least the orders of moves of which none has to be repeated.
        assert orders.number >= factorial(sum(moves)) // prod(map(factorial, moves))

    @pytest.mark.parametrize("name", SCRIPTS)
    def test_never_overspend(self, name: str) -> None:
        for ending in orders_of(name, Host()).endings:
            assert is_covered(ending, name)

    @pytest.mark.parametrize("name", SCRIPTS)
    def test_lose_and_double_nothing_where_callers_vanish(self, name: str) -> None:
        """At any point; whoever finds the work sends all of it once more, and then nothing is left to do."""
        store, policy, tasks = SCRIPTS[name]
        work = tuple(task for some in tasks for task in (some if isinstance(some, tuple) else (some,)))
        for ending in Orders(Host(), World((store,), callers_of(*tasks), deaths=2)).endings:
            (done,) = one_by_one(World(ending.stores, callers_of(work))).endings
            check_store(done.stores[0], policy)
            assert is_covered(done, name)
            assert all(outcome.entry is not None or is_not_on_record(outcome) for outcome in done.callers[0].told)
            (again,) = one_by_one(World(done.stores, callers_of(work))).endings
            assert again.stores == done.stores

    @pytest.mark.parametrize("name", PAIRS)
    def test_of_pairs_happen_both_or_not_at_all(self, name: str) -> None:
        world = World(three_accounts(), callers_of(*PAIRS[name]))
        orders = Orders(Host(), world)
        check_orders(orders, PREPAID, PREPAID, PREPAID)
        for ending in orders.endings:
            tenant, other, reseller = (
                {entry.id for entry in store.entries if entry.declined is None} for store in ending.stores
            )
            # Half a pair comes from the caller alone that asked for half of it.
            assert ("a" in tenant) is ("a" in reseller) or name == "a-pair-and-one-of-its-halves"
            assert ("b" in other) is ("b" in reseller)
            assert not any(store.head.posted.is_negative for store in ending.stores)

    @settings(max_examples=settings().max_examples // 2)
    @given(st.integers(0, 2**64), st.sampled_from(("apart", "again", "other", "both", "batch", "swept")))
    def test_of_any_operations_end_as_one_by_one(self, seed: int, shape: str) -> None:
        policy, script = long_script(seed, 13)
        bench = bench_of(policy)
        store = Store(bench.ledger.head)
        for wish in script[:10]:
            operation, now = bench.resolve(wish)
            bench.sent.append((operation, now))
            bench.books.ask(asked_of(operation), micros(now))
            store, _ = store.asked(operation, now)
        tasks: list[Task] = []
        for wish in script[10:]:
            operation, now = bench.resolve(wish)
            bench.sent.append((operation, now))
            tasks.append(one(operation, now=now))
        check_orders(Orders(Host(), World((store,), callers_of(*shaped(shape, tasks)))), bench.policy)


def shaped(shape: str, tasks: Sequence[Task]) -> tuple[Task | tuple[Task, ...], ...]:
    """What callers are to do: three things, or some of them at once, again or differently."""
    first, second, third = tasks
    (operation,) = first.operations
    match shape:
        case "apart":
            return first, second, third
        case "again":
            return first, one(operation, now=second.now), third
        case "other":
            return first, one(changed(operation, 0), now=second.now), third
        case "both":
            return (first, second), (second, first)
        case "batch":
            return Task(operations=(operation, *second.operations), now=third.now, is_batch=True), first, third
        case _:
            return first, second, sweep(third.now)


class TestWithout:
    """What the promise rests on, left out: then the tests above fail."""

    def test_compare_and_swap_more_is_spent_than_there_is(self) -> None:
        world = World((FUNDED,), callers_of(debit("a", "7"), debit("b", "6")))
        assert max(map(spent, Orders(Host(compares=False), world).endings)) == usd("13")
        assert max(map(spent, Orders(Host(), world).endings)) == usd("7")

    @pytest.mark.parametrize("name", SCRIPTS)
    def test_compare_and_swap_no_script_ends_as_one_by_one(self, name: str) -> None:
        _, policy, tasks = SCRIPTS[name]
        asked = sum(len(task.operations) for some in tasks for task in (some if isinstance(some, tuple) else (some,)))
        torn = set(orders_of(name, Host(compares=False)).endings) - set(orders_of(name, Host()).endings)
        torn = {ending for ending in torn if sum(len(caller.told) for caller in ending.callers) == asked}
        assert torn
        for ending in torn:  # of those in which nobody gave up
            with pytest.raises((AssertionError, InvalidValue)):
                check_store(ending.stores[0], policy)

    def test_compare_and_swap_pairs_are_torn(self) -> None:
        world = World(three_accounts(), callers_of(LINKED, OTHER))
        assert set(Orders(Host(compares=False), world).endings) > set(one_by_one(world).endings)

    def test_the_row_loaded_first_something_happens_twice(self) -> None:
        """A row that is newer than the entries beside it is saved, though they no longer tell all."""
        world = World((FUNDED,), callers_of(debit("a", "4"), debit("a", "4")))
        assert max(map(spent, Orders(Host(loads_row_first=False), world).endings)) == usd("8")
        assert max(map(spent, Orders(Host(), world).endings)) == usd("4")

    @pytest.mark.parametrize("name", SCRIPTS)
    def test_the_holds_that_are_due_too_much_is_declined_and_never_too_little(self, name: str) -> None:
        _, policy, _ = SCRIPTS[name]
        for ending in orders_of(name, Host(loads_due=False)).endings:
            check_store(ending.stores[0], policy)
            assert is_covered(ending, name)


def is_covered(ending: World, name: str) -> bool:
    """Whether all that was charged or held is covered; what a limit covered before it was lowered stays charged."""
    available = ending.stores[0].head.balance.available
    return available is not None and (not available.is_negative or name == "a-lower-limit")


def spent(ending: World) -> Money:
    """What callers were told was charged, each for itself."""
    told = {outcome.entry for caller in ending.callers for outcome in caller.told if isinstance(outcome, Recorded)}
    return -Money.total((entry.posted for entry in told), "USD")


def is_not_on_record(outcome: Outcome) -> bool:
    codes = {DeclineReason.CLOCK_BEHIND, DeclineReason.HOLD_EXPIRY_PAST}
    return isinstance(outcome, Declined) and outcome.reason.code in codes
