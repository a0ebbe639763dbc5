"""Deciding what happens to a balance: by one row, and by the ledger in memory.

No peer decides without a database, so the measure is the floor: the least that any answer costs that is built anew. A
step on a row is what each process of a host does between loading and saving; its ids are looked up in what was loaded.
A call takes two operations on the ledger: reserve, then capture.

The ledger's age must not matter: the last subjects do the same with 10,000 and with 400,000 entries.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count

from attrs import frozen

from tenantcore.balance import Capture, Credit, Debit, Found, Ledger, Overage, Postpaid, Prepaid, Reserve, step
from tenantcore.money import Money

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
ONE = Money("1.25", "USD")
PLENTY = Money(10**15, "USD")
OPERATIONS = 1_000
numbers = count()


@frozen
class Pair:
    """The least that any answer costs: one object with two fields."""

    start: object
    end: object


def floor() -> object:
    """Two dates and one object."""
    return Pair(date(2026, 11, 15), date(2026, 12, 15))


@cache
def ledger() -> Ledger:
    """A prepaid account with plenty of funds and a call that is running."""
    made = Ledger(Prepaid("USD"))
    made.credit("top-up", PLENTY, now=NOW)
    made.reserve("call", ONE, now=NOW, expires_at=SOON)
    return made


def on_a_row(operation: Credit | Debit | Reserve | Capture) -> Callable[[], object]:
    """Decide one operation, which is at hand, on a row and what was found for it."""
    head, found = ledger().head, Found(holds=ledger().holds)
    return lambda: step(head, operation, found, NOW)


def repeated() -> object:
    """Ask once more for what has happened."""
    return ledger().credit("top-up", PLENTY, now=SOON)


def a_debit() -> object:
    """Build the operation and do it."""
    return ledger().debit(f"debit {next(numbers)}", ONE, now=NOW)


def a_hold() -> object:
    """Build the operation and do it."""
    return ledger().reserve(f"hold {next(numbers)}", ONE, now=NOW, expires_at=SOON)


def a_call() -> object:
    """Two operations: hold what the call may cost, then charge what it did."""
    number = next(numbers)
    ledger().reserve(f"hold {number}", ONE, now=NOW, expires_at=SOON)
    return ledger().capture(f"call {number}", hold=f"hold {number}", amount=ONE, now=NOW)


SUBJECTS: dict[str, dict[str, Callable[[], object]]] = {
    "a step: credit": {"tenantcore": on_a_row(Credit("new", ONE)), "floor": floor},
    "a step: debit": {"tenantcore": on_a_row(Debit("new", ONE)), "floor": floor},
    "a step: reserve": {"tenantcore": on_a_row(Reserve("new", ONE, expires_at=SOON)), "floor": floor},
    "a step: capture": {"tenantcore": on_a_row(Capture("new", hold="call", amount=ONE)), "floor": floor},
    "a step: declined": {"tenantcore": on_a_row(Debit("new", PLENTY)), "floor": floor},
    "the ledger: repeated": {"tenantcore": repeated, "floor": floor},
    "the ledger: debit": {"tenantcore": a_debit, "floor": floor},
    "the ledger: reserve": {"tenantcore": a_hold, "floor": floor},
    "the ledger: reserve and capture": {"tenantcore": a_call, "floor": floor},
}


@cache
def aged(entries: int) -> Ledger:
    """A postpaid account that much has happened to."""
    made = Ledger(Postpaid("USD", credit_limit=PLENTY))
    for number in range(entries):
        made.debit(f"old {number}", ONE, now=NOW + timedelta(seconds=number), overage=Overage.RECORD)
    return made


def at_age(entries: int) -> Callable[[], float]:
    """Return the seconds of a thousand operations on an account of that age."""

    def timed() -> float:
        account, now = aged(entries), NOW + timedelta(seconds=entries)
        names = [f"new {next(numbers)}" for _ in range(OPERATIONS)]
        began = time.perf_counter()
        for name in names:
            account.debit(name, ONE, now=now)
        return time.perf_counter() - began

    return timed


def row_at_age(entries: int) -> Callable[[], float]:
    """Return the seconds of a thousand steps on the row of such an account."""

    def timed() -> float:
        head, now, found = aged(entries).head, NOW + timedelta(seconds=entries), Found()
        operation = Debit("new", ONE)
        began = time.perf_counter()
        for _ in range(OPERATIONS):
            step(head, operation, found, now)
        return time.perf_counter() - began

    return timed


TIMED: dict[str, dict[str, Callable[[], float]]] = {
    "a thousand debits in a ledger, by its age": {
        "tenantcore": at_age(10_000),
        "tenantcore, 400,000 entries": at_age(400_000),
    },
    "a thousand steps on a row, by its age": {
        "tenantcore": row_at_age(10_000),
        "tenantcore, 400,000 entries": row_at_age(400_000),
    },
}
