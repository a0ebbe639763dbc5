"""Keeps balances in PostgreSQL, for any number of processes: nothing is lost, doubled or overspent.

Everything that is decided, the library decides; here is what a host does around it: load, save, try again, sweep, pass
events on. Copy it and make it yours. `docs/how-to/how-to-keep-the-ledger-in-postgresql.md` says why it is as it is.

Needs psycopg 3 and PostgreSQL 12 or later, with its isolation as it is by default, READ COMMITTED.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, TypeVar

import psycopg
from psycopg.types.json import Jsonb

from tenantcore.balance import (
    BalancePolicy,
    Batch,
    Capture,
    Credit,
    Entry,
    Event,
    Found,
    Hold,
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
CREATE TABLE account (
    id       text PRIMARY KEY,
    policy   jsonb NOT NULL,    -- under which it was opened: its entries are replayed from there
    version  bigint NOT NULL,   -- the number of its last entry: what compare-and-swap compares
    head     jsonb NOT NULL     -- all that the next decision needs, of the same size for ever
) WITH (fillfactor = 50);       -- room to write the row's next version beside it

CREATE TABLE entry (
    account   text NOT NULL REFERENCES account,
    number    bigint NOT NULL,
    operation text,             -- the id; null where a hold expired by itself
    at        timestamptz NOT NULL,
    document  jsonb NOT NULL,
    PRIMARY KEY (account, number),
    UNIQUE (account, operation) -- no id twice, whatever the program does
);

CREATE TABLE hold (
    account  text NOT NULL REFERENCES account,
    id       text NOT NULL,
    due_at   timestamptz,       -- when it expires, as long as it is open
    document jsonb NOT NULL,
    PRIMARY KEY (account, id)
);

CREATE INDEX hold_due ON hold (account, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE outbox (
    number   bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,  -- whoever receives knows a repeat by it
    account  text NOT NULL,
    document jsonb NOT NULL
);
"""
# One statement sees one state of the tables. LATERAL and LIMIT: each id is looked up by its index, however long the
# account's history is; `operation = ANY(...)` would leave it to the planner's guess to read all of it.
LOAD = """
SELECT head,
    ARRAY(
        SELECT document FROM unnest(%(ids)s::text[]) AS asked, LATERAL (
            SELECT document FROM entry WHERE account = %(account)s AND operation = asked LIMIT 1
        ) AS found
    ),
    ARRAY(
        SELECT document FROM unnest(%(holds)s::text[]) AS asked, LATERAL (
            SELECT document FROM hold WHERE account = %(account)s AND id = asked LIMIT 1
        ) AS found
        UNION SELECT document FROM hold WHERE account = %(account)s AND due_at <= %(due_by)s
    )
FROM account WHERE id = %(account)s
"""
# One statement saves all or nothing: where the row isn't the one that was loaded any more, `saved` is empty. It waits
# for whoever is changing the row, and looks again then.
SAVE = """
WITH saved AS (
    UPDATE account SET version = %(version)s, head = %(head)s
    WHERE id = %(account)s AND version = %(before)s
    RETURNING id
), entries AS (
    INSERT INTO entry
    SELECT id, (new #>> '{value,number}')::bigint, new #>> '{value,operation,id}',
        (new #>> '{value,at}')::timestamptz, new
    FROM saved, jsonb_array_elements(%(entries)s) AS new
), holds AS (
    INSERT INTO hold
    SELECT id, new #>> '{value,id}',
        CASE new #>> '{value,state}' WHEN 'open' THEN (new #>> '{value,expires_at}')::timestamptz END, new
    FROM saved, jsonb_array_elements(%(holds)s) AS new
    ON CONFLICT (account, id) DO UPDATE SET due_at = excluded.due_at, document = excluded.document
), events AS (
    INSERT INTO outbox (account, document)
    SELECT id, new FROM saved, jsonb_array_elements(%(events)s) WITH ORDINALITY AS told (new, place) ORDER BY place
)
SELECT FROM saved
"""
MOST_TRIES = 1000

T = TypeVar("T")
# An account, its row as it was loaded, and what became of it.
Change: TypeAlias = tuple[str, LedgerHead, Step | Batch]


class TooBusyError(Exception):
    """Others were quicker each time, or the server stayed away; the same may be asked again."""


class _OthersQuickerError(Exception):
    """One row of several isn't the one that was loaded any more."""


def connect(server: str) -> psycopg.Connection:
    """Open a connection."""
    # Every statement is a transaction, unless one is begun.
    connection = psycopg.connect(server, autocommit=True)
    # One plan for each statement, made once: planning anew would cost more than the rest. It may be made while a table
    # has three rows, when reading all of it seems best; that it never does.
    connection.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
    return connection


class Accounts:
    """The accounts on one server, over a connection of its own; for one thread."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._connection = connect(server)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def create(self) -> None:
        """Make the tables; once."""
        self._connection.execute(SCHEMA)

    def patiently(self, ask: Callable[["Accounts"], T]) -> T:
        """Ask until there is an answer, over a new connection where the old one is lost.

        Nobody knows then whether what was asked for has happened. The id does: asked again, it answers as it did.
        """
        for _ in range(MOST_TRIES):
            try:
                if self._connection.closed:
                    self._connection = connect(self._server)
                return ask(self)
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise TooBusyError(self._server)

    def open(self, account: str, policy: BalancePolicy) -> None:
        """Open an account, unless it is open already; what is paid in at first is a credit like any other."""
        head = LedgerHead.opened(policy)
        row = (account, Jsonb(dump(policy)), head.version, Jsonb(dump(head)))
        self._connection.execute("INSERT INTO account VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING", row)

    def apply(self, account: str, operation: Operation, now: datetime) -> Outcome:
        """Do what an operation asks for, once: asked again under the same id, it answers as it did."""
        for _ in range(MOST_TRIES):
            head, found = self._load(account, [operation], now)
            made = step(head, operation, found, now)
            if self._save(account, head, made):
                return made.outcome
        raise TooBusyError(account)

    def apply_locked(self, account: str, operation: Operation, now: datetime) -> Outcome:
        """Do the same with the row locked, so that the first try counts: for a row that many want at once."""
        with self._connection.transaction():
            # A statement of its own: one that waits for a lock sees entries and holds as they were before it waited.
            self._connection.execute("SELECT FROM account WHERE id = %s FOR UPDATE", [account])
            head, found = self._load(account, [operation], now)
            made = step(head, operation, found, now)
            self._save(account, head, made)
        return made.outcome

    def apply_all(self, account: str, operations: Sequence[Operation], now: datetime) -> tuple[Outcome, ...]:
        """Do several operations on one account with one save; with none of them, only free the holds that are due."""
        for _ in range(MOST_TRIES):
            head, found = self._load(account, operations, now)
            made = step_all(head, operations, found, now)
            if self._save(account, head, made):
                return made.outcomes
        raise TooBusyError(account)

    def apply_linked(self, pairs: Sequence[tuple[str, Operation]], now: datetime) -> tuple[Outcome, ...]:
        """Do one operation on each of several accounts, or none: the tenant's, its reseller's, and so on up.

        The rows are locked as they are saved, in this order. Everybody keeps to it, or two would wait for each other.
        """
        for _ in range(MOST_TRIES):
            loaded = [self._load(account, [operation], now) for account, operation in pairs]
            heads = [(head, operation) for (head, _), (_, operation) in zip(loaded, pairs, strict=True)]
            steps = step_linked(heads, [found for _, found in loaded], now)
            changes = zip((account for account, _ in pairs), (head for head, _ in loaded), steps, strict=True)
            if self._save_all(changes):
                return tuple(made.outcome for made in steps)
        raise TooBusyError(*(account for account, _ in pairs))

    def _load(self, account: str, operations: Sequence[Operation], now: datetime) -> tuple[LedgerHead, Found]:
        asked = needs(operations, now)
        wanted = {"account": account, "ids": [*asked.ids], "holds": [*asked.holds], "due_by": asked.due_by}
        row = self._connection.execute(LOAD, wanted).fetchone()
        if row is None:
            raise LookupError(account)
        head, entries, holds = row
        found = Found(
            entries=tuple(load(document, Entry) for document in entries),
            holds=tuple(load(document, Hold) for document in holds),
        )
        return load(head, LedgerHead), found

    def _save(self, account: str, before: LedgerHead, made: Step | Batch) -> bool:
        """Save all or nothing; False when the row isn't the one that was loaded any more."""
        if not made.entries:
            return True
        changed = {
            "account": account,
            "before": before.version,
            "version": made.head.version,
            "head": Jsonb(dump(made.head)),
            "entries": Jsonb([dump(entry) for entry in made.entries]),
            "holds": Jsonb([dump(hold) for hold in made.holds]),
            "events": Jsonb([dump(event) for event in made.events]),
        }
        return self._connection.execute(SAVE, changed).rowcount == 1

    def _save_all(self, changes: Iterable[Change]) -> bool:
        try:
            with self._connection.transaction():
                for change in changes:
                    if not self._save(*change):
                        raise _OthersQuickerError  # noqa: TRY301 - rolls back what was saved of the others
        except _OthersQuickerError:
            return False
        return True

    def sweep(self, now: datetime) -> int:
        """Put on record which holds have expired by now, and tell of it; how many accounts that were."""
        due = self._connection.execute("SELECT DISTINCT account FROM hold WHERE due_at <= %s", [now]).fetchall()
        for (account,) in due:
            self.apply_all(account, [], now)
        return len(due)

    def deliver(self, send: Callable[[int, str, Event], None], most: int = 100) -> int:
        """Hand events to `send`, and forget them when it took them all; how many that were.

        A process that dies in between sends them again, under the same numbers. Several processes may deliver at once;
        with one the events of an account come in their order.
        """
        with self._connection.transaction():
            waiting = self._connection.execute(
                "SELECT number, account, document FROM outbox ORDER BY number LIMIT %s FOR UPDATE SKIP LOCKED", [most]
            ).fetchall()
            for number, account, document in waiting:
                send(number, account, load(document))
            sent = [number for number, _, _ in waiting]
            self._connection.execute("DELETE FROM outbox WHERE number = ANY(%s)", [sent])
        return len(waiting)

    def row(self, account: str) -> LedgerHead:
        """The account as one row: what stands is told by its `balance_at`."""
        [(head,)] = self._connection.execute("SELECT head FROM account WHERE id = %s", [account]).fetchall()
        return load(head, LedgerHead)

    def replayed(self, account: str) -> Ledger:
        """The account as its entries alone tell it: the books are right when its head is the row."""
        [(policy,)] = self._connection.execute("SELECT policy FROM account WHERE id = %s", [account]).fetchall()
        entries = self._connection.execute("SELECT document FROM entry WHERE account = %s ORDER BY number", [account])
        return Ledger.replay(load(policy), (load(document, Entry) for (document,) in entries))


def main() -> None:
    """Show a call that is charged, a client that asks twice, a hold that is forgotten, and the events of it all."""
    server = os.environ.get("TENANTCORE_POSTGRES")
    if server is None:
        sys.exit("name a server in TENANTCORE_POSTGRES, for example: host=127.0.0.1 user=me dbname=scratch")
    now, dollar = datetime(2026, 11, 22, 9, 30, tzinfo=UTC), Money("1", "USD")
    accounts = Accounts(server)
    accounts.create()
    accounts.open("acme", Prepaid("USD"))
    for operation in (
        Credit("payment-1", dollar * 10),
        Reserve("call-1", dollar * 3, expires_at=now + timedelta(minutes=2)),
        Capture("call-1-end", hold="call-1", amount=Money("0.60", "USD")),
        Capture("call-1-end", hold="call-1", amount=Money("0.60", "USD")),
        Reserve("call-2", dollar * 6, expires_at=now + timedelta(minutes=2)),
        Reserve("call-3", dollar * 6, expires_at=now + timedelta(minutes=2)),
    ):
        outcome = accounts.patiently(lambda accounts, asked=operation: accounts.apply("acme", asked, now))  # type: ignore[misc]
        balance = accounts.row("acme").balance_at(now)
        print(f"{operation.id:12} {type(outcome).__name__:16} available {balance.available}")
    print(f"{accounts.sweep(now + timedelta(minutes=2))} account had holds that expired")
    accounts.deliver(lambda number, account, event: print(f"event {number} of {account}: {type(event).__name__}"))
    print("the books are right:", accounts.replayed("acme").head == accounts.row("acme"))
    accounts.close()


if __name__ == "__main__":
    main()
