"""Keeps balances in SQLite, for any number of threads and processes: nothing is lost, doubled or overspent.

Everything that is decided, the library decides; here is what a host does around it: load, save, try again, sweep, pass
events on. Copy it and make it yours. `docs/how-to/how-to-keep-the-ledger-in-sqlite.md` says why it is as it is.

SQLite must be 3.38 (2022) or later.
"""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias, TypeVar

from tenantcore.balance import (
    BalancePolicy,
    Batch,
    Capture,
    Credit,
    Entry,
    Event,
    Found,
    Hold,
    HoldState,
    Ledger,
    LedgerHead,
    Operation,
    Outcome,
    Prepaid,
    Reserve,
    Step,
    needs,
    step,
    step_all,
    step_linked,
)
from tenantcore.documents import dump, load
from tenantcore.money import Money

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id       TEXT PRIMARY KEY,
    policy   TEXT NOT NULL,     -- under which it was opened: its entries are replayed from there
    version  INTEGER NOT NULL,  -- the number of its last entry: what compare-and-swap compares
    head     TEXT NOT NULL      -- all that the next decision needs, of the same size for ever
) STRICT;

CREATE TABLE IF NOT EXISTS entry (
    account   TEXT NOT NULL REFERENCES account,
    number    INTEGER NOT NULL,
    operation TEXT,             -- the id; null where a hold expired by itself
    at        TEXT NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (account, number),
    UNIQUE (account, operation) -- no id twice, whatever the program does
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS hold (
    account  TEXT NOT NULL REFERENCES account,
    id       TEXT NOT NULL,
    due_at   TEXT,              -- when it expires, as long as it is open; such texts sort as the instants do
    document TEXT NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS hold_due ON hold (account, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS outbox (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given again: whoever receives knows a repeat by it
    account  TEXT NOT NULL,
    document TEXT NOT NULL
) STRICT;
"""
MOST_TRIES = 1000

T = TypeVar("T")
# An account, its row as it was loaded, and what became of it.
Change: TypeAlias = tuple[str, LedgerHead, Step | Batch]


class TooBusyError(Exception):
    """Others were quicker each time; nothing has happened, and the same may be asked again."""


def connect(file: Path) -> sqlite3.Connection:
    """Open a file, and make the tables if there are none."""
    # Transactions are begun by hand. Whoever finds the file locked waits this long.
    database = sqlite3.connect(file, isolation_level=None, timeout=60)
    database.execute("PRAGMA journal_mode = WAL")  # readers don't wait for a writer
    database.execute("PRAGMA synchronous = FULL")  # what was answered survives a loss of power
    database.execute("PRAGMA foreign_keys = ON")
    database.executescript(SCHEMA)
    return database


class Accounts:
    """The accounts in one file; each thread has its own connection, and so its own of these."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def open(self, account: str, policy: BalancePolicy) -> None:
        """Open an account, unless it is open already; what is paid in at first is a credit like any other."""
        head = LedgerHead.opened(policy)
        row = (account, _text(policy), head.version, _text(head))
        self._database.execute("INSERT INTO account VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", row)

    def apply(self, account: str, operation: Operation, now: datetime) -> Outcome:
        """Do what an operation asks for, once: asked again under the same id, it answers as it did."""
        for _ in range(MOST_TRIES):
            head, found = self._load(account, [operation], now)
            made = step(head, operation, found, now)
            if self._save([(account, head, made)]):
                return made.outcome
        raise TooBusyError(account)

    def apply_all(self, account: str, operations: Sequence[Operation], now: datetime) -> tuple[Outcome, ...]:
        """Do several operations on one account with one save; with none of them, only free the holds that are due."""
        for _ in range(MOST_TRIES):
            head, found = self._load(account, operations, now)
            made = step_all(head, operations, found, now)
            if self._save([(account, head, made)]):
                return made.outcomes
        raise TooBusyError(account)

    def apply_linked(self, pairs: Sequence[tuple[str, Operation]], now: datetime) -> tuple[Outcome, ...]:
        """Do one operation on each of several accounts, or none: the tenant's, its reseller's, and so on up."""
        for _ in range(MOST_TRIES):
            loaded = [self._load(account, [operation], now) for account, operation in pairs]
            heads = [(head, operation) for (head, _), (_, operation) in zip(loaded, pairs, strict=True)]
            steps = step_linked(heads, [found for _, found in loaded], now)
            changes = zip((account for account, _ in pairs), (head for head, _ in loaded), steps, strict=True)
            if self._save(list(changes)):
                return tuple(made.outcome for made in steps)
        raise TooBusyError(*(account for account, _ in pairs))

    def _load(self, account: str, operations: Sequence[Operation], now: datetime) -> tuple[LedgerHead, Found]:
        asked = needs(operations, now)
        with self._database as database:
            database.execute("BEGIN")  # the three look at one state of the file
            row = database.execute("SELECT head FROM account WHERE id = ?", [account]).fetchone()
            if row is None:
                raise LookupError(account)
            # CROSS JOIN: first what is asked for, then each by its index, however long the account's history is.
            entries = database.execute(
                "SELECT document FROM json_each(?) AS asked CROSS JOIN entry"
                " ON entry.account = ? AND entry.operation = asked.value",
                [json.dumps(asked.ids), account],
            ).fetchall()
            holds = database.execute(
                "SELECT document FROM json_each(?) AS asked CROSS JOIN hold"
                " ON hold.account = ? AND hold.id = asked.value"
                " UNION SELECT document FROM hold WHERE account = ? AND due_at <= ?",
                [json.dumps(asked.holds), account, account, asked.due_by.isoformat()],
            ).fetchall()
        found = Found(
            entries=tuple(_value(text, Entry) for (text,) in entries),
            holds=tuple(_value(text, Hold) for (text,) in holds),
        )
        return _value(row[0], LedgerHead), found

    def _save(self, changes: Iterable[Change]) -> bool:
        """Save all or nothing; False when one of the rows isn't the one that was loaded any more."""
        changed = [change for change in changes if change[2].entries]
        if not changed:
            return True
        with self._database as database:
            database.execute("BEGIN IMMEDIATE")
            for account, before, made in changed:
                swapped = database.execute(
                    "UPDATE account SET version = ?, head = ? WHERE id = ? AND version = ?",
                    [made.head.version, _text(made.head), account, before.version],
                )
                if swapped.rowcount == 0:
                    database.execute("ROLLBACK")
                    return False
                database.executemany(
                    "INSERT INTO entry VALUES (?, ?, ?, ?, ?)",
                    [(account, each.number, each.id, each.at.isoformat(), _text(each)) for each in made.entries],
                )
                database.executemany(
                    "INSERT INTO hold VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET due_at = excluded.due_at, document = excluded.document",
                    [(account, hold.id, _due_at(hold), _text(hold)) for hold in made.holds],
                )
                database.executemany(
                    "INSERT INTO outbox (account, document) VALUES (?, ?)",
                    [(account, _text(event)) for event in made.events],
                )
        return True

    def sweep(self, now: datetime) -> int:
        """Put on record which holds have expired by now, and tell of it; how many accounts that were."""
        by = now.astimezone(UTC).isoformat()
        due = self._database.execute("SELECT DISTINCT account FROM hold WHERE due_at <= ?", [by]).fetchall()
        for (account,) in due:
            self.apply_all(account, [], now)
        return len(due)

    def deliver(self, send: Callable[[int, str, Event], None]) -> int:
        """Hand the events to `send` in their order, and forget each one that it took; how many that were.

        A process that dies in between sends the last one again, under the same number.
        """
        waiting = self._database.execute("SELECT number, account, document FROM outbox ORDER BY number").fetchall()
        for number, account, text in waiting:
            send(number, account, load(json.loads(text)))
            self._database.execute("DELETE FROM outbox WHERE number = ?", [number])
        return len(waiting)

    def row(self, account: str) -> LedgerHead:
        """The account as one row: what stands is told by its `balance_at`."""
        [head] = self._database.execute("SELECT head FROM account WHERE id = ?", [account]).fetchone()
        return _value(head, LedgerHead)

    def replayed(self, account: str) -> Ledger:
        """The account as its entries alone tell it: the books are right when its head is the row."""
        [policy] = self._database.execute("SELECT policy FROM account WHERE id = ?", [account]).fetchone()
        entries = self._database.execute("SELECT document FROM entry WHERE account = ? ORDER BY number", [account])
        return Ledger.replay(load(json.loads(policy)), (_value(text, Entry) for (text,) in entries))


def _text(value: object) -> str:
    return json.dumps(dump(value), separators=(",", ":"))


def _value(text: str, kind: type[T]) -> T:
    return load(json.loads(text), kind)


def _due_at(hold: Hold) -> str | None:
    return None if hold.state is not HoldState.OPEN or hold.expires_at is None else hold.expires_at.isoformat()


def main() -> None:
    """Show a call that is charged, a client that asks twice, a hold that is forgotten, and the events of it all."""
    now, dollar = datetime(2026, 11, 22, 9, 30, tzinfo=UTC), Money("1", "USD")
    with tempfile.TemporaryDirectory() as folder:
        database = connect(Path(folder) / "ledger.sqlite")
        accounts = Accounts(database)
        accounts.open("acme", Prepaid("USD"))
        for operation in (
            Credit("payment-1", dollar * 10),
            Reserve("call-1", dollar * 3, expires_at=now + timedelta(minutes=2)),
            Capture("call-1-end", hold="call-1", amount=Money("0.60", "USD")),
            Capture("call-1-end", hold="call-1", amount=Money("0.60", "USD")),
            Reserve("call-2", dollar * 6, expires_at=now + timedelta(minutes=2)),
            Reserve("call-3", dollar * 6, expires_at=now + timedelta(minutes=2)),
        ):
            outcome = accounts.apply("acme", operation, now)
            balance = accounts.row("acme").balance_at(now)
            print(f"{operation.id:12} {type(outcome).__name__:16} available {balance.available}")
        print(f"{accounts.sweep(now + timedelta(minutes=2))} account had holds that expired")
        accounts.deliver(lambda number, account, event: print(f"event {number} of {account}: {type(event).__name__}"))
        print("the books are right:", accounts.replayed("acme").head == accounts.row("acme"))
        database.close()


if __name__ == "__main__":
    main()
