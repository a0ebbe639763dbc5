"""Measures what replaying a million entries costs in seconds and in memory.

    .venv/bin/python benchmarks/replay.py [ENTRIES]

Calls: a hold, a capture, and a top-up now and then. Prints seconds, and the highest resident size of the process
before and after: the entries themselves are loaded before.
"""

import resource
import sys
import time
from datetime import UTC, datetime, timedelta

from tenantcore.balance import Entry, Ledger, Prepaid
from tenantcore.money import Money

MEGABYTE = 1_000_000
BEGAN = datetime(2026, 11, 22, 9, tzinfo=UTC)
POLICY = Prepaid("USD")


def entries(number: int) -> tuple[Entry, ...]:
    """What an account has seen: calls that were paid for."""
    ledger, cost = Ledger(POLICY), Money("0.0125", "USD")
    ledger.credit("top-up", Money(number, "USD"), now=BEGAN)
    for call in range((number - 1) // 2):
        now = BEGAN + timedelta(seconds=call)
        ledger.reserve(f"hold {call}", cost * 2, now=now, expires_at=now + timedelta(minutes=1))
        ledger.capture(f"call {call}", hold=f"hold {call}", amount=cost, now=now)
    return ledger.entries


def resident() -> float:
    """The highest resident size so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


def main() -> None:
    """Build the entries, replay them, print."""
    made = entries(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
    before = resident()
    began = time.perf_counter()
    ledger = Ledger.replay(POLICY, made)
    took = time.perf_counter() - began
    print(f"{len(made)} entries replayed in {took:.1f} s, posted {ledger.balance.posted}")
    print(f"resident at most {before:.0f} MB with the entries, {resident():.0f} MB after the replay")


if __name__ == "__main__":
    main()
