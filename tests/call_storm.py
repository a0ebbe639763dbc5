"""Lets eight processes begin, renew and end calls while they are killed, and checks what the store has written of it.

Every call is a tenant's and its reseller's. Workers have a few calls up at a time, for fewer than there are trunks; who
is killed forgets its own, and their trunks have to come free by themselves. What was admitted is read from the store's
own log and counted here anew, by the limits as TRK-1 says them and without asking the library.
"""

import json
import multiprocessing
import pickle
import random  # noqa: TID251 - a storm is known by its seed
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, Literal

from attrs import define, field, frozen

from tenantcore.balance import Credit, Debit, Postpaid, Prepaid, Reserve
from tenantcore.call_policy import CallProfile, CallRequest, Payer, Refused, exhausted_at
from tenantcore.money import Money
from tenantcore.rating import Rate, RateDeck, RateRow
from tenantcore.trunks import CallLimits, Direction, TrunkLimits
from tests.ledger_audit import Books, audit

WORKERS: Final = 8
TENANTS: Final = 12
RESELLERS: Final = 3
KILLS: Final = 24
LEASE_SECONDS: Final = 4
OPENS: Final = datetime(2026, 11, 23, tzinfo=UTC)
UP_AT_MOST: Final = 8
FORK: Final = multiprocessing.get_context("fork")
NUMBERS: Final = ("+14155550100", "+14155550101", "+14155550102")
LONDON: Final = "+442071838750"


def usd(amount: int | str) -> Money:
    return Money(amount, "USD")


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a host has a clock


def deck_at(per_minute: str) -> RateDeck:
    rate = Rate(per_minute=usd(per_minute))
    return RateDeck(tuple(RateRow(prefix=prefix, rate=rate) for prefix in ("1", "44")), timezone="America/New_York")


@frozen(kw_only=True)
class Most:
    """The limits of a payer in plain numbers."""

    inbound: int
    outbound: int
    shared: int
    calls: int
    to_number: int

    def profile(self, per_minute: str | None) -> CallProfile:
        return CallProfile(
            currency="USD",
            trunk_limits=TrunkLimits(
                inbound=self.inbound, outbound=self.outbound, twoway=self.shared - 1, burst=1
            ),
            call_limits=CallLimits(calls=self.calls, number_calls=self.to_number),
            allows_per_minute=per_minute is not None,
            decks=() if per_minute is None else (deck_at(per_minute),),
            slice_seconds=1,
            lease_seconds=LEASE_SECONDS,
        )  # fmt: skip

    def holds(self, use: "Use") -> bool:
        """TRK-1, TRK-2: what is too many for the one-way trunks fits into those shared, and calls are few enough."""
        overflow = max(0, use.inbound - self.inbound) + max(0, use.outbound - self.outbound)
        return overflow <= self.shared and use.calls <= self.calls and use.to_number <= self.to_number


OF_TENANT: Final = Most(inbound=1, outbound=1, shared=2, calls=6, to_number=3)
OF_RESELLER: Final = Most(inbound=2, outbound=2, shared=8, calls=14, to_number=8)
TENANT: Final = OF_TENANT.profile(None)
RICH_TENANT: Final = OF_TENANT.profile("0.10")
RESELLER: Final = OF_RESELLER.profile("0.07")
NAMES: Final = tuple(f"tenant-{number}" for number in range(TENANTS)) + tuple(
    f"reseller-{number}" for number in range(RESELLERS)
)


def root(name: str) -> str:
    """The reseller of a tenant, and who is one by itself."""
    kind, _, number = name.partition("-")
    return name if kind == "reseller" else f"reseller-{int(number) % RESELLERS}"


def most(name: str) -> Most:
    return OF_RESELLER if name.startswith("reseller") else OF_TENANT


@frozen
class Use:
    """What a payer has up; `to_number` is the most of any one number."""

    inbound: int = 0
    outbound: int = 0
    calls: int = 0
    to_number: int = 0


@frozen(kw_only=True)
class Line:
    """What the store has written of one lease of a payer, in the order in which it happened; instants in milliseconds.

    `counts` is inbound, outbound, calls or a number.
    """

    payer: str
    counts: str
    id: str
    did: Literal["take", "give"]
    at: float
    ends: float


@frozen(kw_only=True)
class Store:
    """A store of calls, and how to read it without the example. `open` is called in each process."""

    open: Callable[[], AbstractContextManager[Any]]
    accounts: Callable[[], AbstractContextManager[Any]]
    uses: Callable[[], Mapping[str, Use]]
    log: Callable[[], Iterable[Line]]
    books: Callable[[str], Books]


@frozen
class Told:
    """What became of a storm."""

    calls: int
    admitted: int
    refused: int
    reasons: Counter[str]
    ended: int
    renewed: int
    taken_over: int
    kills: int
    lapsed: int
    samples: int
    seconds: float


@define
class Life:
    """One worker's life, until it is done or killed."""

    store: Store
    worker: int
    calls: Any
    accounts: Any
    note: Callable[[dict[str, Any]], None]
    up: list[Any] = field(factory=list)

    def begin(self, number: int) -> None:
        choice = random.Random(f"{self.worker} {number}")  # noqa: S311 - no secret
        tenant = choice.randrange(TENANTS)
        if choice.random() < 0.03:
            name = choice.choice(["tenant-4", "tenant-8"])  # who spend it as soon as it is there
            self.accounts.apply(name, Credit(f"payment {self.worker}-{number}", usd("0.50")), clock())
        kind = choice.random()
        direction = choice.choice([Direction.INBOUND, Direction.OUTBOUND])
        called = choice.choice(NUMBERS)
        if kind < 0.08:
            direction, called = Direction.OUTBOUND, LONDON
        elif kind < 0.12:
            direction, called = Direction.OUTBOUND, "18005550100" if kind < 0.1 else "911"
        request = CallRequest(f"{self.worker}-{number}", direction, called)
        profile = RICH_TENANT if tenant % 4 == 0 else TENANT
        reseller = (root(f"tenant-{tenant}"), RESELLER)
        begun = self.calls.begin(request, (f"tenant-{tenant}", profile), reseller=reseller, now=clock())
        if isinstance(begun, Refused):
            self.note({"refused": begun.reason.code.name})
        else:
            self.note({"begun": [lease.id for lease in begun.live.leases], "key": request.id, "call": _text(begun)})
            self.up.append((request.id, begun))

    def take_over(self, diary: Path, choice: random.Random) -> None:
        """End calls that whoever died has left, as they were when they were last stored; others nobody ends."""
        left = dict[str, Any]()
        for note in _notes(diary):
            if "ended" in note:
                left.pop(note["key"], None)
            elif "call" in note:
                left[note["key"]] = note["call"]
        for key, stored in left.items():
            if choice.random() < 0.7:
                # It may have been renewed at 60 seconds, or even ended, and nobody knows.
                call = pickle.loads(bytes.fromhex(stored))  # noqa: S301 - our own bytes
                self._settle(key, call, max(60, _lasts(call)))
                self.note({"taken over": 1})

    def end(self, choice: random.Random) -> None:
        key, call = self.up.pop(choice.randrange(len(self.up)))
        seconds = choice.choice([0, 1, 20, 30, 40, 50, 59, 60])
        if seconds == 60:
            kept = self.calls.renew(call, seconds=60, now=clock())
            if kept is None:
                self.note({"lost": 1})
            else:
                call = kept
                seconds = _lasts(call)
                self.note({"renewed": 1, "key": key, "call": _text(call)})
        self._settle(key, call, seconds)
        if choice.random() < 0.1:
            self._settle(key, call, seconds)  # the caller has not heard

    def _settle(self, key: str, call: Any, seconds: int) -> None:
        charges = self.calls.end(call, seconds=seconds, now=clock())
        names = {Payer.ACCOUNT: call.account, Payer.RESELLER: call.reseller}
        stems = {held.payer: held.id for held in call.live.funds}
        self.note(
            {"key": key, "ended": [[names[each.payer], stems[each.payer], str(each.cost.amount)] for each in charges]}
        )


def _lasts(call: Any) -> int:
    """For how many seconds a call is paid."""
    until = exhausted_at(call.live, answered_at=OPENS)
    return 110 if until is None else min(110, int((until - OPENS).total_seconds()))


def _text(call: Any) -> str:
    return pickle.dumps(call).hex()


def work(store: Store, diary: Path, worker: int, calls: int, progress: Any) -> None:
    with diary.open("a", buffering=1, encoding="utf-8") as notes, store.open() as opened, store.accounts() as accounts:
        notes.write("\n")  # ends what a kill has cut short

        def note(what: dict[str, Any]) -> None:
            notes.write(json.dumps(what) + "\n")

        life = Life(store, worker, opened, accounts, note)
        choice = random.Random(f"{worker} {progress[worker]}")  # noqa: S311 - no secret
        life.take_over(diary, choice)
        for number in range(progress[worker], calls):
            progress[worker] = number + 1  # whoever lives next doesn't ask again: nobody waits for the call any more
            life.begin(number)
            while len(life.up) > choice.randrange(UP_AT_MOST):
                life.end(choice)
        while life.up:
            life.end(choice)


def sample(store: Store, samples: Any) -> None:
    """Look at the store itself, again and again."""
    while True:
        for name, use in store.uses().items():
            assert most(name).holds(use), (name, use)
        samples.value += 1
        time.sleep(0.1)


def storm(store: Store, calls: int, folder: Path) -> Told:
    """Let the storm pass and check what it leaves; fails if a limit was exceeded, or anything is left or lost."""
    with store.accounts() as accounts:
        watch = getattr(accounts, "watch", None)
        for name in NAMES:
            is_tenant = name.startswith("tenant")
            accounts.open(name, Prepaid("USD") if is_tenant else Postpaid("USD", credit_limit=usd(200)))
            if watch is not None:
                watch(name)
            if is_tenant:
                accounts.apply(name, Credit("opening", usd(calls if name == "tenant-0" else 1)), clock())

    def start(act: Callable[..., None], *arguments: object) -> BaseProcess:
        process = FORK.Process(target=act, args=arguments)
        process.start()
        return process

    each = calls // WORKERS
    diaries = [folder / f"worker-{worker}" for worker in range(WORKERS)]
    progress, samples = FORK.RawArray("i", WORKERS), FORK.RawValue("i", 0)  # no lock, which a kill would leave locked
    began = time.monotonic()
    sampler = start(sample, store, samples)
    workers = [start(work, store, diary, worker, each, progress) for worker, diary in enumerate(diaries)]
    choice = random.Random(calls)  # noqa: S311 - no secret
    happened = kills = 0
    while any(process.is_alive() for process in workers):
        time.sleep(0.005)
        if sum(progress) < (happened + 1) * calls / (KILLS + 1):
            continue
        happened += 1
        victim = choice.randrange(WORKERS)
        if workers[victim].is_alive():
            workers[victim].kill()
            workers[victim].join()
            kills += workers[victim].exitcode == -signal.SIGKILL
            workers[victim] = start(work, store, diaries[victim], victim, each, progress)
    seconds = time.monotonic() - began
    for process in workers:
        process.join()
    assert [process.exitcode for process in workers] == [0] * WORKERS
    assert sampler.is_alive()
    # The dead's calls: nobody ends them.
    time.sleep(LEASE_SECONDS + 0.1)
    assert set(store.uses().values()) == {Use()}
    sampler.kill()
    sampler.join()
    with store.accounts() as accounts:
        accounts.sweep(clock())
    notes = [note for diary in diaries for note in _notes(diary)]
    _check_log(store.log(), {lease for note in notes for lease in note.get("begun", ())})
    stored = {name: store.books(name) for name in NAMES}
    lapsed = _check_books(stored, notes)
    reasons = Counter(note["refused"] for note in notes if "refused" in note)
    return Told(
        calls=calls,
        admitted=sum("begun" in note for note in notes),
        refused=reasons.total(),
        reasons=reasons,
        ended=sum("ended" in note for note in notes),
        renewed=sum("renewed" in note for note in notes),
        taken_over=sum("taken over" in note for note in notes),
        kills=kills,
        lapsed=lapsed,
        samples=samples.value,
        seconds=seconds,
    )


def _notes(diary: Path) -> list[dict[str, Any]]:
    found = list[dict[str, Any]]()
    for text in diary.read_text("utf-8").splitlines():
        try:
            found.append(json.loads(text))
        except ValueError:  # a kill has cut it short, or it is empty
            continue
    return found


def _check_log(lines: Iterable[Line], told: set[str]) -> None:
    """Count anew, from what the store has written, and hold every moment to the limits."""
    up = defaultdict[str, defaultdict[str, dict[str, float]]](lambda: defaultdict(dict))
    payers = defaultdict[str, set[str]](set)
    taken = set[str]()
    for line in lines:
        ours = up[line.payer]
        if line.did == "give":
            ours[line.counts].pop(line.id, None)
            continue
        taken.add(line.id)
        payers[line.id.rsplit("/", 2)[0]].add(line.payer.partition("-")[0])
        ours[line.counts][line.id] = line.ends
        for ends in ours.values():
            for lease in [lease for lease, end in ends.items() if end <= line.at]:
                del ends[lease]
        use = Use(
            len(ours["inbound"]),
            len(ours["outbound"]),
            len(ours["calls"]),
            max((len(ends) for counts, ends in ours.items() if counts.startswith("+")), default=0),
        )
        assert most(line.payer).holds(use), (line, use)
    assert told <= taken
    # One admission, or none: whatever was taken was taken of both.
    assert all(both == {"tenant", "reseller"} for both in payers.values())


def _check_books(stored: Mapping[str, Books], notes: list[dict[str, Any]]) -> int:
    """Check the accounts; how many holds have expired."""
    lapsed = 0
    reserved = defaultdict[str, set[bool]](set)
    charged = defaultdict[tuple[str, str], Money](lambda: usd(0))
    for name, books in stored.items():
        audit(books)
        assert books.head.held == usd(0)
        assert not any(hold.state.name == "OPEN" for hold in books.holds)
        posted, held, floor = usd(0), usd(0), usd(0) if name.startswith("tenant") else usd(-200)
        # Only a call that outlasts its hold could go below, and then there is a debit for it.
        debits = sum(isinstance(entry.operation, Debit) for entry in books.entries)
        below = 0
        for entry in books.entries:
            posted, held = posted + entry.posted, held + entry.held
            below += posted - held < floor
            lapsed += entry.id is None
            if entry.id is None or isinstance(entry.operation, Credit):
                continue
            stem = entry.id.rpartition("/")[0]
            charged[name, stem] -= entry.posted
            if isinstance(entry.operation, Reserve) and entry.id.endswith("/1"):
                reserved[stem.rpartition("/")[0]].add(entry.declined is None)
        assert debits > 0 or below == 0
    assert all(len(answers) == 1 for answers in reserved.values())  # both accounts, or none
    for note in notes:
        for name, stem, cost in note.get("ended", ()):
            assert charged[name, stem] == usd(cost), (name, stem)
    return lapsed
