"""Accounts for examples, and the moments that things happen to them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tenantcore.balance import Declined, Entry, Hold, Lapse, Ledger, Operation, Outcome, Postpaid, Prepaid, Recorded
from tenantcore.errors import Code
from tenantcore.money import Money

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def usd(amount: str | int) -> Money:
    return Money(amount, "USD")


def later(minutes: float = 0, *, seconds: float = 0) -> datetime:
    return NOW + timedelta(minutes=minutes, seconds=seconds)


def prepaid(funds: str = "10", **policy: Any) -> Ledger:
    """A prepaid account that was paid `funds` in at NOW; it warns of nothing unless `policy` says so."""
    ledger = Ledger(Prepaid("USD", **{"thresholds": (), **policy}))
    if usd(funds).is_positive:
        ledger.credit("funds", usd(funds), now=NOW)
    return ledger


def postpaid(limit: str | None = "100", owed: str = "0", **policy: Any) -> Ledger:
    """A postpaid account that owes `owed` since NOW."""
    ledger = Ledger(Postpaid("USD", credit_limit=None if limit is None else usd(limit), **policy))
    if usd(owed).is_positive:
        ledger.debit("owed", usd(owed), now=NOW)
    return ledger


def with_call() -> Ledger:
    """10 USD, of which 4 are held for a call."""
    ledger = prepaid("10")
    ledger.reserve("call", usd(4), now=NOW, expires_at=None)
    return ledger


def recorded(outcome: Outcome) -> Recorded:
    assert isinstance(outcome, Recorded), outcome
    return outcome


def reason(outcome: Outcome) -> Code:
    assert isinstance(outcome, Declined), outcome
    return outcome.reason.code


def told(outcome: Outcome) -> str:
    assert isinstance(outcome, Declined), outcome
    return outcome.reason.sentence


def an_entry(number: int, operation: Operation | Lapse, at: datetime = NOW, **parts: Any) -> Entry:
    """An entry that moved nothing but what `parts` say."""
    return Entry(number=number, at=at, operation=operation, **{"posted": usd(0), "held": usd(0), **parts})


def a_hold(id: str, amount: str, placed_at: datetime = NOW, **parts: Any) -> Hold:  # noqa: A002 - what it is
    """A hold that stays open for ever but for what `parts` say."""
    return Hold(id=id, amount=usd(amount), placed_at=placed_at, **{"expires_at": None, **parts})
