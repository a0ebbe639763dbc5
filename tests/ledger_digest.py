"""What a script comes to, as one short text: to be compared between processes that differ in all that mustn't matter.

Run as a program it reads pickled scripts from its standard input. With the argument `odd` it first makes every decimal
context of the process useless, before anything of the library is imported.
"""

import decimal
import pickle
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from tenantcore.balance import BalancePolicy, Operation

Script: TypeAlias = "tuple[BalancePolicy, tuple[tuple[Operation, datetime], ...]]"


def odd_context(rounding: str = decimal.ROUND_UP) -> decimal.Context:
    """A context in which nearly any sum or rounding raises, and the rest is wrong."""
    signals = [decimal.Clamped, decimal.DivisionByZero, decimal.FloatOperation, decimal.Inexact,
               decimal.InvalidOperation, decimal.Overflow, decimal.Rounded, decimal.Subnormal,
               decimal.Underflow]  # fmt: skip
    return decimal.Context(prec=1, rounding=rounding, Emin=-1, Emax=1, capitals=0, clamp=1, traps=signals)


def digest(scripts: Iterable[Script]) -> str:
    """All that comes of the scripts: every outcome, event, entry, hold and row, by the ledger and by steps."""
    from tenantcore.balance import Found, Ledger, LedgerHead, needs, step  # noqa: PLC0415 - see above

    told = sha256()
    for policy, script in scripts:
        ledger, head = Ledger(policy), LedgerHead.opened(policy)
        for operation, now in script:
            asked = needs([operation], now)
            entries = tuple(entry for entry in ledger.entries if entry.id in asked.ids)
            holds = tuple(hold for hold in ledger.holds if hold.id in asked.holds or not hold.is_open_at(now))
            made = step(head, operation, Found(entries, holds), now)
            head = made.head
            told.update(shown((made, ledger.apply(operation, now=now), ledger.balance_at(now))).encode())
        told.update(shown(ledger.snapshot()).encode())
    return told.hexdigest()


def shown(value: object) -> str:
    """A value in full, to the last attribute; sets in the order of what they show."""
    kind = type(value)
    if attrs.has(kind):
        parts = [f"{each.name}={shown(getattr(value, each.name))}" for each in attrs.fields(kind)]
        said = str(value) if hasattr(value, "sentence") else ""
        return f"{kind.__name__}({', '.join(parts)}){said}"
    if isinstance(value, decimal.Decimal):
        return str(value.as_tuple())  # str() and repr() ask the context for the case of their E
    if isinstance(value, datetime):
        assert value.tzinfo is UTC, value
    if isinstance(value, Mapping):
        return shown(tuple(sorted(value.items())))
    if isinstance(value, tuple | frozenset):
        items = [shown(item) for item in value]
        return f"({', '.join(items if isinstance(value, tuple) else sorted(items))})"
    return value.name if isinstance(value, Enum) else repr(value)


if __name__ == "__main__":
    if "odd" in sys.argv:
        odd = odd_context()
        for name in ("prec", "rounding", "Emin", "Emax", "capitals", "clamp", "traps"):
            setattr(decimal.DefaultContext, name, getattr(odd, name))
        decimal.setcontext(decimal.DefaultContext.copy())
    print(digest(pickle.load(sys.stdin.buffer)))  # noqa: S301, T201 - what the test has pickled, and for it
