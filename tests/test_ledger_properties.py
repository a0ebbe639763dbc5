"""Whatever is asked of an account, in whatever order and at whatever time: held against a second set of books."""

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise, permutations, product

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    Balance,
    BalanceFault,
    BalancePolicy,
    Capture,
    Credit,
    Debit,
    Declined,
    DeclineReason,
    Entry,
    Event,
    FundsBelow,
    Grant,
    HoldExpired,
    HoldState,
    Lapse,
    Ledger,
    LedgerHead,
    LimitReached,
    LimitUsed,
    LowBalance,
    Operation,
    Outcome,
    Overage,
    Postpaid,
    Prepaid,
    Recorded,
    Release,
    ServicesRestored,
    ServicesStopped,
    SetPolicy,
    Snapshot,
    TemporaryLimit,
    Threshold,
)
from tenantcore.errors import InvalidValue
from tenantcore.money import Money, Rounding
from tests.clocks import DAY, MICROSECOND, MINUTE, looks_harder
from tests.ledger_bench import Bench, Store, bench_of, called
from tests.ledger_readings import START, UNIT, instant_of, micros, money, units
from tests.ledger_wishes import PolicyWish, Wish, long_script, policies, scripts

NOTHING = Money.zero("USD")
TOO_MUCH = money(10**36 * UNIT - 1, "USD")


class Account(RuleBasedStateMachine):
    """One account kept four times: a `Ledger`, the second books, a host's store, and a ledger that is always swept."""

    bench: Bench
    store: Store
    swept: Ledger

    @initialize(policy=policies(), script=scripts("credit", length=1))
    def opens(self, policy: PolicyWish, script: list[Wish]) -> None:
        self.bench = bench_of(policy)
        self.store = Store(self.bench.ledger.head)
        self.swept = Ledger(self.bench.policy)
        self.told: list[Event] = []
        self.told_when_swept: list[Event] = []
        self.was_lifted = False
        self.seen = (START, self.bench.ledger.balance_at(START))
        self.is_used(script)

    @rule(script=scripts())
    def is_used(self, script: list[Wish]) -> None:
        for wish in script:
            operation, now = self.bench.resolve(wish)
            if wish.kind == "sweep":
                self._sweep(now)
            else:
                self._ask(operation, now)
            self.check()

    @rule(script=scripts("reserve", "capture", "reserve", "capture", "debit", "again"))
    def carries_calls(self, script: list[Wish]) -> None:
        self.is_used(script)

    @rule(script=scripts("policy", "debit", "status", "credit"))
    def is_set(self, script: list[Wish]) -> None:
        self.is_used(script)

    @rule(way=st.sampled_from(("restored", "pickled", "replayed", "loaded")), script=scripts())
    def restarts(self, way: str, script: list[Wish]) -> None:
        ledger = self.bench.ledger
        if way == "restored":
            self.bench.ledger = Ledger.restore(ledger.snapshot())
        elif way == "pickled":
            self.bench.ledger = Ledger.restore(pickled(ledger.snapshot()))
        elif way == "replayed":
            self.bench.ledger = Ledger.replay(self.bench.policy, iter(ledger.entries))
        else:
            self.bench.ledger = Ledger.restore(self.store.snapshot())
        self.is_used(script)

    @rule(script=scripts(), how=st.sampled_from(("naive", "currency", "size", "kind")))
    def asks_for_nonsense(self, script: list[Wish], how: str) -> None:
        """What is refused for its shape is never decided, and leaves what is due as it was."""
        self.is_used(script[1:])
        wish = script[0]
        operation, now = self.bench.resolve(wish)
        if operation.id in self.bench.books.known:
            return
        asked: object = operation
        if how == "currency":
            asked = Credit(operation.id, Money("1", "CHF"))
        elif how == "size":
            asked = Credit(operation.id, TOO_MUCH)
            if not self._would_overflow(now):
                return
        elif how == "kind":
            asked = wish
        before, balance = self.bench.ledger.snapshot(), self.bench.ledger.balance_at(now)
        with pytest.raises(InvalidValue):
            self.bench.ledger.apply(asked, now=now.replace(tzinfo=None) if how == "naive" else now)  # type: ignore[arg-type]
        assert self.bench.ledger.snapshot() == before
        assert self.bench.ledger.balance_at(now) == balance

    @invariant()
    def check(self) -> None:
        self.is_kept_by_the_store_alike()
        self.is_what_its_entries_say()
        self.shows_what_the_second_books_show()
        self.ends_each_hold_once()
        self.keeps_its_money()

    def is_kept_by_the_store_alike(self) -> None:
        assert self.store.snapshot() == self.bench.ledger.snapshot()

    def is_what_its_entries_say(self) -> None:
        ledger = self.bench.ledger
        assert Ledger.replay(self.bench.policy, ledger.entries).snapshot() == ledger.snapshot()

    def shows_what_the_second_books_show(self) -> None:
        """At the last entry, and around each instant at which something lapses by itself."""
        books = self.bench.books
        shown = self.bench.ledger.balance
        if books.last is not None:
            assert shown == self.bench.ledger.balance_at(instant_of(books.last))
        else:  # before anything has happened no temporary limit counts: there is no instant to measure it by
            assert (None if shown.available is None else units(shown.available)) == books.terms.limit_at(None)
            assert shown.may_use_services is books.standing.serves
        ends = [hold.until for hold in books.open_holds() if hold.until is not None]
        edges = {*sorted(ends)[:2], books.terms.lift_until, books.last, micros(START)}
        for edge in edges - {None}:
            assert edge is not None
            for at in (edge - 1, edge, edge + 1):
                balance = self.bench.ledger.balance_at(instant_of(at))
                assert balance.as_of == instant_of(books.instant(at))
                assert (None if balance.available is None else units(balance.available)) == books.available(at)
                assert units(balance.held) == books.held - sum(hold.amount for hold in books.due(books.instant(at)))
                assert (units(balance.posted), units(balance.owed)) == (books.posted, max(0, -books.posted))
                assert (balance.may_use_services, balance.status.value) == (books.serves(at), books.status)

    def ends_each_hold_once(self) -> None:
        """By the entries: what placed a hold comes once, and so does what ended it."""
        ledger = self.bench.ledger
        placed = [entry.id for entry in ledger.entries if entry.granted is not None]
        ended = [name for entry in ledger.entries if (name := hold_ended_by(entry)) is not None]
        assert [hold.id for hold in ledger.holds] == placed
        assert len(ended) == len(set(ended))
        assert {hold.id for hold in ledger.holds if hold.state is HoldState.OPEN} == set(placed) - set(ended)

    def keeps_its_money(self) -> None:
        """BAL-5: posted = credits - debits - captures, and what is held is what open holds have."""
        ledger = self.bench.ledger
        paid, charged = (
            Money.total((done.amount for done in operations_done(ledger.entries) if isinstance(done, kind)), "USD")
            for kind in (Credit, Debit)
        )
        captures = Money.total((hold.captured for hold in ledger.holds if hold.captured is not None), "USD")
        held = Money.total((hold.amount for hold in ledger.holds if hold.state is HoldState.OPEN), "USD")
        assert ledger.head.posted == paid - charged - captures
        assert ledger.head.held == held

    def teardown(self) -> None:
        """Everything that was sent, sent again to every keeping, years later; and what was told on the way."""
        ledger, later = self.bench.ledger, START + 1000 * DAY
        before = ledger.snapshot()
        kept = [
            ledger,
            Ledger.restore(before),
            Ledger.restore(pickled(before)),
            Ledger.replay(self.bench.policy, before.entries),
        ]
        recorded = {entry.id: entry for entry in before.entries}
        for operation, _ in self.bench.sent:
            prior = recorded.get(operation.id)
            if prior is not None:
                for each in kept:
                    assert is_as_recorded(called(each, operation, later), operation, prior)
        assert [each.snapshot() for each in kept] == [before] * len(kept)
        check_alternation(LedgerHead.opened(self.bench.policy), self.told)
        if not self.was_lifted:
            assert without_expiries(self.told) == without_expiries(self.told_when_swept)

    def _sweep(self, now: datetime) -> None:
        """By `Ledger.expire`; a host does it by a batch without operations."""
        events = self.bench.sweep(now)
        self.store, made = self.store.swept(now)
        assert made.events == events
        self.told.extend(events)
        self.told_when_swept.extend(self.swept.expire(now=now))

    def _would_overflow(self, now: datetime) -> bool:
        books, at = self.bench.books, micros(now)
        return books.instant(at) - at <= books.terms.skew and books.status != "closed" and books.posted > 0

    def _ask(self, operation: Operation, now: datetime) -> None:
        note((operation, now))
        bench = self.bench
        self.was_lifted |= bench.books.terms.lift_until is not None
        before = bench.ledger.snapshot()
        instant = instant_of(bench.books.instant(micros(now)))
        available = bench.ledger.balance_at(instant).available
        self._check_waiting(instant)
        outcome = bench.ask(operation, now)
        self.store, made = self.store.asked(operation, now)
        assert made.outcome == outcome
        if not made.entries:
            assert bench.ledger.snapshot() == before
            assert (made.head, made.holds, made.events) == (before.head, (), ())
            return
        self.told.extend(made.events)
        assert (made.head, made.entries) == (bench.ledger.head, bench.ledger.entries[before.head.version :])
        self._check_floor(operation, available, instant)
        if isinstance(outcome, Declined):
            check_refusal(before, bench.ledger.snapshot(), instant)
        self._check_swept(operation, now, instant, outcome)

    def _check_waiting(self, instant: datetime) -> None:
        """Time takes nothing away but a temporary limit."""
        seen, before = self.seen
        if instant >= seen:
            now = self.bench.ledger.balance_at(instant)
            temporary = self.bench.ledger.head.policy.temporary
            is_lifted_no_more = temporary is not None and seen < temporary.until <= instant
            assert not _is_less(now, before) or is_lifted_no_more

    def _check_floor(self, operation: Operation, before: Money | None, instant: datetime) -> None:
        """BAL-2: only recorded overage and another policy take what is available below zero, or further below."""
        balance = self.bench.ledger.balance_at(instant)
        self.seen = (instant, balance)
        if balance.available is None or not balance.available.is_negative or isinstance(operation, SetPolicy):
            return
        assert before is not None
        if balance.available < before:
            assert isinstance(operation, Debit | Capture)
            assert operation.overage is Overage.RECORD

    def _check_swept(self, operation: Operation, now: datetime, instant: datetime, outcome: Outcome) -> None:
        """Whether holds were swept as they expired or not before the next operation, nobody can tell later."""
        self.told_when_swept.extend(sweep_often(self.swept, instant))
        other = called(self.swept, operation, now)
        assert isinstance(outcome, AlreadyRecorded) is isinstance(other, AlreadyRecorded) is False
        assert other.entry == outcome.entry
        if not isinstance(other, AlreadyRecorded):
            self.told_when_swept.extend(other.events)
        ledger = self.bench.ledger
        assert self.swept.head == ledger.head
        assert len(self.swept.entries) == len(ledger.entries)
        for swept, entry in zip(self.swept.entries, ledger.entries, strict=True):
            assert swept == entry or (isinstance(entry.operation, Lapse) and swept.operation == entry.operation)
        assert [(hold.id, hold.state) for hold in self.swept.holds] == [(hold.id, hold.state) for hold in ledger.holds]


def pickled(snapshot: Snapshot) -> Snapshot:
    loaded = pickle.loads(pickle.dumps(snapshot))  # noqa: S301 - our own
    assert isinstance(loaded, Snapshot)
    return loaded


def operations_done(entries: Iterable[Entry]) -> Iterator[Operation | Lapse]:
    return (entry.operation for entry in entries if entry.declined is None)


def hold_ended_by(entry: Entry) -> str | None:
    operation = entry.operation
    return operation.hold if entry.declined is None and isinstance(operation, Capture | Release | Lapse) else None


def is_as_recorded(outcome: Outcome, operation: Operation, prior: Entry) -> bool:
    if prior.operation != operation:
        is_told = isinstance(outcome, Declined) and outcome.reason.code is DeclineReason.OPERATION_DIFFERS
        return is_told and outcome.entry == prior
    return outcome == (AlreadyRecorded(prior) if prior.declined is None else Declined(prior.declined, prior))


def check_refusal(before: Snapshot, after: Snapshot, instant: datetime) -> None:
    """A refusal is on record and changes nothing else; holds that were due are expired, as they were by time."""
    entry = after.entries[-1]
    assert (entry.posted, entry.held, entry.granted) == (NOTHING, NOTHING, None)
    kept = [(head.policy, head.status, head.posted, head.debt) for head in (before.head, after.head)]
    assert kept[0] == kept[1]
    assert [hold.id for hold in after.holds] == [hold.id for hold in before.holds]
    for was, now in zip(before.holds, after.holds, strict=True):
        is_lapsed = was.state is HoldState.OPEN and not was.is_open_at(instant)
        assert now.state is HoldState.EXPIRED if is_lapsed else now == was


def sweep_often(ledger: Ledger, until: datetime) -> Iterator[Event]:
    """Expire at every instant at which something is due, and just before and after."""
    for end in sorted({hold.expires_at for hold in ledger.holds if hold.expires_at is not None}):
        for now in (end - MICROSECOND, end, end + MICROSECOND):
            if now <= until:
                yield from ledger.expire(now=now)
    yield from ledger.expire(now=until)


def without_expiries(events: Iterable[Event]) -> list[tuple[object, ...]]:
    """What was told, but for the numbers of entries: a temporary limit is found lapsed by whatever comes next."""
    told: list[tuple[object, ...]] = []
    for event in events:
        match event:
            case LowBalance(_, threshold, posted):
                told.append(("low", threshold, posted))
            case LimitReached(_, posted):
                told.append(("limit", posted))
            case ServicesStopped(_, status):
                told.append(("stopped", status))
            case ServicesRestored():
                told.append(("restored",))
            case HoldExpired():
                pass
    return told


def check_alternation(opened: LedgerHead, events: Iterable[Event]) -> None:
    """Services stop only where they run, and are restored only where they don't."""
    runs = opened.may_use_services
    for event in events:
        if isinstance(event, ServicesStopped | ServicesRestored):
            assert runs is isinstance(event, ServicesStopped)
            runs = not runs


def _is_less(one: Balance, other: Balance) -> bool:
    return one.available is not None and other.available is not None and one.available < other.available


class TestLongScripts:
    """The same account, used for longer and more evenly than a search for failures uses it."""

    @given(st.integers(0, 2**64))
    def test_agree_in_every_keeping_after_every_step(self, seed: int) -> None:
        policy, script = long_script(seed, 60)
        account = Account()
        account.opens(policy, [Wish(kind="credit", amount=("hundred", 0))])
        account.is_used(script)
        account.teardown()


class TestThresholds:
    """BAL-6: warning thresholds fire on the downward crossing, and re-arm on recovery; holds don't count."""

    @given(policies(), scripts("credit", "debit", "debit", "reserve", "capture", length=24))
    def test_fire_on_each_downward_crossing_and_only_then(self, wish: PolicyWish, script: list[Wish]) -> None:
        bench = bench_of(replace(wish, lift=None))
        told = told_of_funds(bench.wish(Wish(kind="credit", amount=("hundred", 0))))
        for each in script:
            told += told_of_funds(bench.wish(each))
        # What was posted after each entry, and before the first.
        series = accumulate((entry.posted for entry in bench.ledger.entries), initial=NOTHING)
        assert told == [
            (number, threshold)
            for number, (before, after) in enumerate(pairwise(series), 1)
            for threshold in bench.policy.thresholds
            if is_low(bench.policy, threshold, after) and not is_low(bench.policy, threshold, before)
        ]

    @pytest.mark.parametrize("limit", ["12", "10", "8", "6"])
    def test_keep_their_state_through_another_policy_wherever_they_stand_in_it(self, limit: str) -> None:
        """With 6 owed: before, 4 are left of the limit; then 6, 4, 2 and nothing."""
        warnings = [FundsBelow(Money(text, "USD")) for text in ("5", "3", "0.01")] + [LimitUsed(70)]
        orders = [order for number in range(3) for order in permutations(warnings, number)]
        for before, after in product(orders, repeat=2):
            bench = Bench(Postpaid("USD", credit_limit=Money("10", "USD"), thresholds=before))
            bench.ask(Debit("used", Money("6", "USD")), START)
            policy = Postpaid("USD", credit_limit=Money(limit, "USD"), thresholds=after)
            outcome = bench.ask(SetPolicy("policy", policy), START)
            fired = {threshold for _, threshold in told_of_funds(outcome)}
            was_low, is_low_now = (
                {threshold for threshold in warnings if is_low(each, threshold, Money("-6", "USD"))}
                for each in (bench.policy, policy)
            )
            assert fired == set(before) & set(after) & (is_low_now - was_low)


class TestForgetting:
    """BAL-4: ids are pruned by age only; what is pruned is unknown, what is open stays, money is what it was."""

    @given(policies(), scripts(length=12), scripts("reserve", "capture", "again", length=12), st.integers(0, 100))
    def test_forgets_what_is_older_and_nothing_else(
        self, wish: PolicyWish, script: list[Wish], later: list[Wish], pick: int
    ) -> None:
        bench = bench_of(wish)
        for each in (Wish(kind="credit", amount=("hundred", 0)), *script):
            bench.wish(each)
        instants = [entry.at for entry in bench.ledger.entries]
        before = instants[pick % len(instants)] + (pick % 3 - 1) * MICROSECOND
        head = bench.ledger.head
        assert bench.ledger.forget(before=before) == bench.books.forget(micros(before))
        bench.check()
        assert bench.ledger.head is head
        if pick % 2:
            bench.ledger = Ledger.restore(pickled(bench.ledger.snapshot()))
        for each in later:  # under ids that were forgotten too
            bench.wish(each)
        bench.sweep((bench.ledger.head.last or START) + DAY)


class TestReplay:
    """BAL-5: entries are replayed all and in their order, or not at all."""

    @given(policies(), scripts(length=12), st.integers(0, 100), st.integers(1, 11))
    def test_refuses_what_does_not_follow(self, wish: PolicyWish, script: list[Wish], pick: int, ahead: int) -> None:
        bench = bench_of(wish)
        for each in (Wish(kind="credit", amount=("hundred", 0)), Wish(kind="expire"), *script):
            bench.wish(each)
        entries = bench.ledger.entries
        place = pick % (len(entries) - 1)
        other = min(place + ahead, len(entries) - 1)
        swapped = list(entries)
        swapped[place], swapped[other] = entries[other], entries[place]
        for wrong in (
            entries[:place] + entries[place + 1 :],
            entries[: place + 1] + entries[place:],
            entries[: other + 1] + entries[place : place + 1] + entries[other + 1 :],
            swapped,
        ):
            with pytest.raises(InvalidValue) as error:
                Ledger.replay(bench.policy, wrong)
            assert error.value.problem.code is BalanceFault.ENTRIES_OUT_OF_ORDER


UNITS = ("1", "0.01", "0.000001", f"0.{'0' * 35}1")
LIMITS = ("0", "0.01", "100", "1" + "0" * 27, "0.000001", "99999.99")


@pytest.mark.parametrize("unit", [Money(text, "USD") for text in UNITS], ids=str)
@pytest.mark.parametrize("limit", [Money(text, "USD") for text in LIMITS], ids=str)
@pytest.mark.parametrize("control", ["prepaid", "postpaid", "both"])
class TestLastUnit:
    """BAL-2: all that is available can be spent or held, and not the smallest unit more."""

    def test_is_the_last_that_is_charged(self, control: str, limit: Money, unit: Money) -> None:
        for spent, is_recorded in ((limit - unit, True), (limit, True), (limit + unit, False)):
            if spent.is_positive:
                ledger = account_with(control, limit)
                assert isinstance(ledger.debit("op", spent, now=START), Recorded) is is_recorded
                assert ledger.balance_at(START).available == (limit - spent if is_recorded else limit)

    def test_is_the_last_that_is_held(self, control: str, limit: Money, unit: Money) -> None:
        for held, is_recorded in ((limit - unit, True), (limit, True), (limit + unit, False)):
            if held.is_positive:
                ledger = account_with(control, limit)
                assert isinstance(ledger.reserve("op", held, now=START, expires_at=None), Recorded) is is_recorded
                left = limit - held if is_recorded else limit
                assert ledger.balance_at(START).available == left
                assert isinstance(ledger.debit("more", unit, now=START), Recorded) is (left >= unit)

    def test_is_what_a_hold_up_to_more_gets(self, control: str, limit: Money, unit: Money) -> None:
        ledger = account_with(control, limit)
        outcome = ledger.reserve("op", limit + unit, now=START, expires_at=None, grant=Grant.UP_TO)
        assert outcome.entry is not None
        assert outcome.entry.granted == (limit if limit.is_positive else None)
        assert ledger.balance_at(START).available == NOTHING

    def test_is_passed_by_recorded_overage_alone(self, control: str, limit: Money, unit: Money) -> None:
        ledger = account_with(control, limit)
        assert isinstance(ledger.debit("op", limit + unit, now=START, overage=Overage.RECORD), Recorded)
        assert ledger.balance_at(START).available == -unit
        assert not ledger.balance_at(START).may_use_services

    def test_keeps_services_running(self, control: str, limit: Money, unit: Money) -> None:
        ledger = account_with(control, limit)
        assert ledger.balance_at(START).may_use_services is limit.is_positive
        if limit.is_positive:
            ledger.debit("all", limit, now=START)
            assert not ledger.balance_at(START).may_use_services
            ledger.credit("one", unit, now=START)
            assert ledger.balance_at(START).may_use_services


class TestLastMicrosecond:
    """BAL-3, BAL-4: at exactly `expires_at` a hold is expired; a clock may be behind by the policy's skew, no more."""

    @pytest.mark.parametrize(("late", "is_open"), [(-1, True), (0, False), (1, False)])
    @pytest.mark.parametrize("is_swept", [False, True])
    def test_of_a_hold(self, late: int, is_open: bool, is_swept: bool) -> None:
        end = START + MINUTE
        now = end + late * MICROSECOND
        asked: tuple[Operation, ...] = (
            Capture("op", hold="hold", amount=FULL),
            Capture("op", hold="hold", amount=NOTHING),
            Release("op", hold="hold"),
        )
        for operation in asked:
            ledger = account_with("prepaid", Money("10", "USD"))
            ledger.reserve("hold", Money("10", "USD"), now=START, expires_at=end)
            assert ledger.balance_at(now).available == (NOTHING if is_open else Money("10", "USD"))
            if is_swept:
                assert len(ledger.expire(now=now)) == (0 if is_open else 1)
            outcome = ledger.apply(operation, now=now)
            assert isinstance(outcome, Recorded) is is_open
            if isinstance(outcome, Declined):
                assert outcome.reason.code is DeclineReason.HOLD_EXPIRED
                assert isinstance(ledger.debit("again", Money("10", "USD"), now=now), Recorded)

    @pytest.mark.parametrize(("ahead", "is_placed"), [(-1, False), (0, False), (1, True)])
    def test_of_a_hold_that_is_asked_for(self, ahead: int, is_placed: bool) -> None:
        ledger = account_with("prepaid", Money("10", "USD"))
        version = ledger.head.version
        outcome = ledger.reserve("op", Money("1", "USD"), now=START, expires_at=START + ahead * MICROSECOND)
        assert isinstance(outcome, Recorded) is is_placed
        assert ledger.head.version == version + is_placed
        # A refusal of that kind isn't on record: the id is free.
        assert isinstance(ledger.reserve("op", Money("2", "USD"), now=START, expires_at=None), Declined) is is_placed

    @pytest.mark.parametrize("skew", [timedelta(0), MICROSECOND, 5 * MINUTE, DAY])
    @pytest.mark.parametrize("beyond", [-1, 0, 1])
    def test_of_a_clock_that_is_behind(self, skew: timedelta, beyond: int) -> None:
        ledger = Ledger(Prepaid("USD", clock_skew=skew))
        ledger.credit("first", Money("1", "USD"), now=START)
        before = ledger.snapshot()
        now = START - skew - beyond * MICROSECOND
        outcome = ledger.credit("op", Money("1", "USD"), now=now)
        assert isinstance(outcome, Recorded) is (beyond <= 0)
        if isinstance(outcome, Declined):
            assert outcome.reason.code is DeclineReason.CLOCK_BEHIND
            assert ledger.snapshot() == before
            assert isinstance(ledger.credit("first", Money("1", "USD"), now=now), AlreadyRecorded)
            assert isinstance(ledger.credit("op", Money("1", "USD"), now=START), Recorded)
        else:
            assert ledger.entries[-1].at == max(START, now)

    @pytest.mark.parametrize(("late", "is_lifted"), [(-1, True), (0, False), (1, False)])
    def test_of_a_temporary_limit(self, late: int, is_lifted: bool) -> None:
        temporary = TemporaryLimit(until=START + MINUTE, amount=Money("1", "USD"))
        ledger = Ledger(Postpaid("USD", credit_limit=Money("10", "USD"), temporary=temporary))
        outcome = ledger.debit("op", Money("11", "USD"), now=START + MINUTE + late * MICROSECOND)
        assert isinstance(outcome, Recorded) is is_lifted


def account_with(control: str, available: Money) -> Ledger:
    """An account that can spend so much: of what was paid, of its limit, or of both."""
    if control == "prepaid":
        ledger, paid = Ledger(Prepaid("USD")), available
    elif control == "postpaid":
        ledger, paid = Ledger(Postpaid("USD", credit_limit=available)), NOTHING
    else:
        paid = available.times(Fraction(1, 2), Rounding.DOWN, places=6)
        ledger = Ledger(Postpaid("USD", credit_limit=available - paid))
    if paid.is_positive:
        ledger.credit("paid", paid, now=START)
    return ledger


def told_of_funds(outcome: Outcome) -> list[tuple[int, Threshold]]:
    events = () if isinstance(outcome, AlreadyRecorded) else outcome.events
    return [(event.entry, event.threshold) for event in events if isinstance(event, LowBalance)]


def is_low(policy: BalancePolicy, threshold: Threshold, posted: Money) -> bool:
    limit = NOTHING if policy.credit_limit is None else policy.credit_limit
    if isinstance(threshold, FundsBelow):
        return posted + limit < threshold.amount
    return -posted * 100 >= limit * threshold.percent


Account.TestCase.settings = settings(stateful_step_count=20 if looks_harder() else 12)
TestAnyScript = Account.TestCase
