"""Lets eight processes storm the accounts in PostgreSQL while they and the server are killed, then checks the books.

    .ci/with-postgresql .venv/bin/python benchmarks/ledger_storm.py

Every worker notes what it is about to ask before it asks, and what it was told. After a kill its next life asks again
what it had no answer to, and now and then what it had one to. What was told must then stand in the books.
"""

import json
import multiprocessing
import os
import random  # noqa: TID251 - a storm is known by its seed
import shlex
import signal
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, TypeAlias

import psycopg
from attrs import frozen

from examples.ledger_postgresql import Accounts
from tenantcore.balance import (
    Capture,
    Credit,
    Debit,
    Declined,
    Event,
    FundsBelow,
    Grant,
    NextSlice,
    Operation,
    Outcome,
    Overage,
    Postpaid,
    Prepaid,
    Release,
    Reserve,
)
from tenantcore.documents import dump, load
from tenantcore.money import Money
from tests.ledger_audit import Answer, Books, audit, audit_answers

WORKERS: Final = 8
TENANTS: Final = 40
BATCH: Final = 20
KILLS: Final = 60
CRASHES: Final = 2
TENANT: Final = Prepaid("USD", thresholds=(FundsBelow(Money("20", "USD")), FundsBelow(Money("5", "USD"))))
RESELLER: Final = Postpaid("USD", credit_limit=Money("400", "USD"))
FORK: Final = multiprocessing.get_context("fork")

Asked: TypeAlias = list[tuple[str, Operation]]


def usd(amount: int | str) -> Money:
    return Money(amount, "USD")


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a host has a clock


@contextmanager
def tables(server: str) -> Iterator[str]:
    """Accounts' tables of their own on a server; yields how to reach them."""
    name = f"storm_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    reached = psycopg.conninfo.make_conninfo(server, options=f"-c search_path={name}")
    try:
        with closing(Accounts(reached)) as accounts:
            accounts.create()
        yield reached
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


def books(server: str) -> dict[str, Books]:
    """What is stored, read without the example."""
    with psycopg.connect(server) as connection:
        stored: dict[str, dict[str, Any]] = {
            account: {"policy": load(policy), "head": load(head), "entry": [], "hold": [], "outbox": []}
            for account, policy, head in connection.execute("SELECT id, policy, head FROM account")
        }
        for query, table in (
            ("SELECT account, document FROM entry ORDER BY account, number", "entry"),
            ("SELECT account, document FROM hold", "hold"),
            ("SELECT account, document FROM outbox ORDER BY number", "outbox"),
        ):
            for account, document in connection.execute(query.encode()):
                stored[account][table].append(load(document))
    return {
        account: Books(
            policy=found["policy"],
            head=found["head"],
            entries=tuple(found["entry"]),
            holds=tuple(found["hold"]),
            events=tuple(found["outbox"]),
        )
        for account, found in stored.items()
    }


def asked_for(worker: int, number: int, now: datetime) -> Asked:
    """What a worker asks for as its `number`th: calls in slices, payments, fees, and what the reseller pays with it.

    Every fourth is asked for by two workers. What expires does so soon, some of it before it is captured.
    """
    choice = random.Random(f"{worker} {number}")  # noqa: S311 - no secret
    who = worker // 2 if number % 4 == 0 else worker
    tenant = f"tenant-{choice.randrange(TENANTS)}" if number % 4 else f"tenant-{number // 4 % TENANTS}"
    name = f"{who}-{number}"
    soon = now + timedelta(milliseconds=choice.choice([150, 2000, 60_000]))
    # What was reserved two or three before, by this worker.
    held = {back: random.Random(f"{worker} {number - back}").randrange(TENANTS) for back in (2, 3)}  # noqa: S311
    operation: Operation
    match number % 8:
        case 0:
            # Asked for by two at once: the first one's expiry stands, and the other is told that it differs.
            operation = Reserve(name, usd(3), expires_at=soon, grant=Grant.UP_TO)
        case 2:
            # A batch, in which the client has asked for the first thing twice, and forgets about a hold.
            first = Credit(f"{name}.0", usd(choice.randint(1, 12)))
            batch: list[Operation] = [first, Reserve(f"{name}.1", usd(1), expires_at=soon)]
            for call in ("a", "b", "c"):
                hold = f"{name}.{call}"
                batch.append(Reserve(hold, usd(5), expires_at=soon, grant=Grant.UP_TO))
                batch.append(Capture(f"{hold}.", hold=hold, amount=usd("1.25"), overage=Overage.RECORD))
            batch += [Debit(f"{name}.2", usd(2)), Debit(f"{name}.3", usd(1), overage=Overage.RECORD), first]
            return [(tenant, each) for each in batch]
        case 3:
            operation = Reserve(name, usd(choice.randint(1, 8)), expires_at=soon)
        case 4:
            operation = Debit(name, usd(2))
        case 5:
            tenant, hold = f"tenant-{held[2]}", f"{worker}-{number - 2}"
            then = NextSlice(usd(1), expires_at=soon)
            operation = Capture(name, hold=hold, amount=usd("0.75"), overage=Overage.RECORD, then=then)
        case 6:
            tenant, hold = f"tenant-{held[3]}", f"{worker}-{number - 1}"
            operation = Release(name, hold=hold)
        case 7:
            price = usd(choice.randint(1, 3))
            return [(tenant, Debit(name, price)), ("reseller", Debit(name, price))]
        case _:
            operation = Credit(name, usd(choice.randint(1, 12)))
    return [(tenant, operation)]


# Of eight things that a worker asks for two are asked for by another one as well, one is a batch of ten, and one is
# linked, which makes two: so many operations are recorded for so many things asked for.
_RECORDED, _ASKED = 17, 8


def ask(accounts: Accounts, asked: Asked, number: int, now: datetime) -> tuple[Outcome, ...]:
    """Ask in one of the ways there are; the same is asked for in any of them."""
    account, operation = asked[0]
    if len({name for name, _ in asked}) > 1:
        return accounts.apply_linked(asked, now)
    if len(asked) > 1:
        return accounts.apply_all(account, [each for _, each in asked], now)
    if number % 3 == 0:
        return (accounts.apply_locked(account, operation, now),)
    return (accounts.apply(account, operation, now),)


@frozen
class Diary:
    """What one worker has asked for and was told, line by line; a kill cuts a line short, which is none then."""

    file: Path

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every whole line."""
        for line in self.file.read_text("utf-8").splitlines() if self.file.exists() else ():
            try:
                yield json.loads(line)
            except ValueError:
                continue


def work(server: str, diary: Diary, worker: int, operations: int, progress: Any) -> None:
    """Ask for `operations` things, beginning where an earlier life has ended."""
    written = [*diary.lines()]
    done = {line["number"] for line in written if "told" in line}
    begun = {line["number"]: line["asked"] for line in written if "asked" in line}
    again = random.Random(f"{worker} {len(written)}")  # noqa: S311 - no secret
    with diary.file.open("a", buffering=1, encoding="utf-8") as notes, closing(Accounts(server)) as accounts:
        notes.write("\n")  # ends what a kill has cut short

        def asking(number: int) -> None:
            now = clock()
            if number not in begun:
                asked = asked_for(worker, number, now)
                begun[number] = [(account, dump(operation)) for account, operation in asked]
                notes.write(json.dumps({"number": number, "asked": begun[number]}) + "\n")
            asked = [(account, load(document)) for account, document in begun[number]]
            outcomes = accounts.patiently(lambda accounts: ask(accounts, asked, number, clock()))
            told = [
                (account, operation.id, outcome.entry.number, type(outcome).__name__)
                for (account, operation), outcome in zip(asked, outcomes, strict=True)
                if outcome.entry is not None
            ]
            notes.write(json.dumps({"number": number, "told": told}) + "\n")

        for number in range(operations):
            if number in done:
                continue
            asking(number)
            progress[worker] = number
            if again.random() < 0.05:
                asking(again.randrange(number + 1))  # the client has not heard


def sweep(server: str) -> None:
    with closing(Accounts(server)) as accounts:
        while True:
            accounts.patiently(lambda accounts: accounts.sweep(clock()))
            time.sleep(0.3)


def deliver(server: str, inbox: Path) -> None:
    """Write every message down; it may come twice, and is known by its number."""
    with inbox.open("a", buffering=1, encoding="utf-8") as notes, closing(Accounts(server)) as accounts:
        notes.write("\n")

        def receive(number: int, account: str, event: Event) -> None:
            notes.write(json.dumps({"number": number, "account": account, "event": dump(event)}) + "\n")

        while True:
            if not accounts.patiently(lambda accounts: accounts.deliver(receive)):
                time.sleep(0.1)


def crash(server: str) -> str:
    """Let the server lose everybody in the middle of what they do, by a crash if we may."""
    command = os.environ.get("TENANTCORE_POSTGRES_RESTART")
    if command is not None:
        subprocess.run(shlex.split(command), check=True, capture_output=True)  # noqa: S603 - of who runs the tests
        return "crashed and restarted"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    return "broke off every connection"


@frozen
class Told:
    """What became of a storm."""

    operations: int
    answers: int
    repeats: int
    kills: int
    crashes: int
    declined: int
    lapsed: int
    events: int
    seconds: float


def storm(server: str, operations: int, folder: Path) -> Told:
    """Let the storm pass over new tables, and check the books; fails if anything is lost, doubled or overspent."""
    each = operations * _ASKED // _RECORDED // WORKERS
    diaries = [Diary(folder / f"worker-{worker}") for worker in range(WORKERS)]
    inbox = Diary(folder / "inbox")
    with tables(server) as reached:
        with closing(Accounts(reached)) as accounts:
            accounts.open("reseller", RESELLER)
            for number in range(TENANTS):
                accounts.open(f"tenant-{number}", TENANT)

        def start(act: Callable[..., None], *arguments: object) -> BaseProcess:
            process = FORK.Process(target=act, args=arguments)
            process.start()
            return process

        progress = FORK.RawArray("i", WORKERS)  # no lock, which a kill would leave locked
        began = time.monotonic()
        others = {"sweep": start(sweep, reached), "deliver": start(deliver, reached, inbox.file)}
        workers = [start(work, reached, diary, worker, each, progress) for worker, diary in enumerate(diaries)]
        choice = random.Random(operations)  # noqa: S311 - no secret
        kills = crashed = happened = 0
        while any(process.is_alive() for process in workers):
            time.sleep(0.01)
            done = sum(progress)
            if done >= (crashed + 1) * each * WORKERS / (CRASHES + 1):
                crash(server)
                crashed += 1
            if done < happened * each * WORKERS / KILLS:
                continue
            happened += 1
            victim = choice.randrange(WORKERS + 1)
            if victim == WORKERS:
                others["deliver"].kill()
                others["deliver"].join()
                others["deliver"] = start(deliver, reached, inbox.file)
            elif workers[victim].is_alive():
                workers[victim].kill()
                workers[victim].join()
                kills += workers[victim].exitcode == -signal.SIGKILL
                workers[victim] = start(work, reached, diaries[victim], victim, each, progress)
        seconds = time.monotonic() - began
        for process in (*workers, *others.values()):
            if process in others.values():
                process.kill()
            process.join()
        assert [process.exitcode for process in workers] == [0] * WORKERS
        return _checked(reached, diaries, inbox, kills=kills, crashes=crashed, seconds=seconds)


def _checked(server: str, diaries: list[Diary], inbox: Diary, *, kills: int, crashes: int, seconds: float) -> Told:
    stored = books(server)
    received = {line["number"]: line for line in inbox.lines()}
    for account, found in stored.items():
        came = tuple(load(line["event"]) for line in received.values() if line["account"] == account)
        waiting = found.events
        both = Books(
            policy=found.policy, head=found.head, entries=found.entries, holds=found.holds, events=(*came, *waiting)
        )
        audit(both)
    notes = [line for diary in diaries for line in diary.lines()]
    told = [row for line in notes for row in line.get("told", ())]
    answers = audit_answers(stored, (Answer(account, id_, entry) for account, id_, entry, _ in told))
    # No id stands where nobody asked for it, and no answer names another entry than the one before.
    asked = {(account, document["value"]["id"]) for line in notes for account, document in line.get("asked", ())}
    entries = [(account, entry) for account, found in stored.items() for entry in found.entries]
    assert {(account, entry.id) for account, entry in entries if entry.id is not None} <= asked
    assert len({(account, id_) for account, id_, _, _ in told}) == len(
        {(account, id_, n) for account, id_, n, _ in told}
    )
    kinds = Counter(name for *_, name in told)
    return Told(
        operations=sum(entry.id is not None for _, entry in entries),
        answers=answers,
        repeats=kinds["AlreadyRecorded"],
        kills=kills,
        crashes=crashes,
        declined=kinds[Declined.__name__],
        lapsed=sum(entry.id is None for _, entry in entries),
        events=len(received) + sum(len(found.events) for found in stored.values()),
        seconds=seconds,
    )


def rates(server: str, seconds: float) -> Iterator[tuple[str, float]]:
    """Operations per second of eight processes, in each of the ways to ask."""
    ways: tuple[tuple[str, int, Callable[[Accounts, str, list[Operation]], object], int], ...] = (
        ("many rows, compare-and-swap", 400, lambda accounts, name, asked: accounts.apply(name, asked[0], clock()), 1),
        ("one hot row, compare-and-swap", 1, lambda accounts, name, asked: accounts.apply(name, asked[0], clock()), 1),
        ("one hot row, row lock", 1, lambda accounts, name, asked: accounts.apply_locked(name, asked[0], clock()), 1),
        (
            f"one hot row, {BATCH} at a time",
            1,
            lambda accounts, name, asked: accounts.apply_all(name, asked, clock()),
            BATCH,
        ),
    )
    for name, rows, act, size in ways:
        with tables(server) as reached:
            with closing(Accounts(reached)) as accounts:
                for number in range(rows):
                    accounts.open(f"row-{number}", Prepaid("USD"))
            yield name, _rate(reached, rows, act, size, seconds)


def _rate(
    server: str, rows: int, act: Callable[[Accounts, str, list[Operation]], object], size: int, seconds: float
) -> float:
    counts = FORK.Queue()

    def run(worker: int) -> None:
        choice = random.Random(worker)  # noqa: S311 - no secret
        with closing(Accounts(server)) as accounts:
            done, until = 0, time.monotonic() + seconds
            while time.monotonic() < until:
                asked: list[Operation] = [Credit(f"{worker}-{done + each}", usd(1)) for each in range(size)]
                act(accounts, f"row-{choice.randrange(rows)}", asked)
                done += size
        counts.put(done)

    workers = [FORK.Process(target=run, args=[worker]) for worker in range(WORKERS)]
    began = time.monotonic()
    for process in workers:
        process.start()
    total: int = sum(counts.get() for _ in workers)
    for process in workers:
        process.join()
    return total / (time.monotonic() - began)
