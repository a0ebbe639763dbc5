"""Lets limits on trunks and calls, what is in use of them, and a reseller's pool be written as documents.

Rule: X-4 in docs/reference/documents.md.
"""

from typing import Final

from tenantcore._document_codecs import TEXT, WHOLE_NUMBER, many, optional, word
from tenantcore._document_records import Record, one, record
from tenantcore.trunks import (
    CallGuard,
    CallLimits,
    CallUse,
    Direction,
    NumberCap,
    TrunkCounts,
    TrunkGuard,
    TrunkLimits,
    TrunkPool,
    TrunkUse,
)

__all__ = [
    "CALL_GUARD",
    "CALL_LIMITS",
    "CALL_USE",
    "DIRECTION",
    "TRUNK_GUARD",
    "TRUNK_LIMITS",
    "TRUNK_RECORDS",
    "TRUNK_USE",
]

DIRECTION: Final = word(Direction)
_LIMIT: Final = optional(WHOLE_NUMBER)

TRUNK_LIMITS: Final = record("trunk_limits", TrunkLimits, inbound=_LIMIT, outbound=_LIMIT, twoway=_LIMIT, burst=_LIMIT)
TRUNK_USE: Final = record("trunk_use", TrunkUse, inbound=WHOLE_NUMBER, outbound=WHOLE_NUMBER)
TRUNK_GUARD: Final = record(
    "trunk_guard",
    TrunkGuard,
    direction=DIRECTION,
    oneway_below=WHOLE_NUMBER,
    below=WHOLE_NUMBER,
    total_below=WHOLE_NUMBER,
)
_TRUNK_COUNTS: Final = record(
    "trunk_counts",
    TrunkCounts,
    inbound=WHOLE_NUMBER,
    outbound=WHOLE_NUMBER,
    twoway=WHOLE_NUMBER,
    burst=WHOLE_NUMBER,
)
_TRUNK_POOL: Final = record(
    "trunk_pool", TrunkPool, total=one(TRUNK_LIMITS), allocated=one(_TRUNK_COUNTS), unlimited=one(_TRUNK_COUNTS)
)

_NUMBER_CAP: Final = record("number_cap", NumberCap, number=TEXT, calls=_LIMIT)
CALL_LIMITS: Final = record(
    "call_limits",
    CallLimits,
    calls=_LIMIT,
    carrier_calls=_LIMIT,
    number_calls=_LIMIT,
    numbers=many(one(_NUMBER_CAP)),
)
CALL_USE: Final = record("call_use", CallUse, calls=WHOLE_NUMBER, carrier_calls=WHOLE_NUMBER, number_calls=WHOLE_NUMBER)
CALL_GUARD: Final = record(
    "call_guard",
    CallGuard,
    calls_below=WHOLE_NUMBER,
    carrier_calls_below=WHOLE_NUMBER,
    number_calls_below=WHOLE_NUMBER,
)

TRUNK_RECORDS: Final[tuple[Record, ...]] = (
    TRUNK_LIMITS, TRUNK_USE, TRUNK_GUARD, _TRUNK_COUNTS, _TRUNK_POOL, _NUMBER_CAP, CALL_LIMITS, CALL_USE, CALL_GUARD,
)  # fmt: skip
"""The kinds of documents that trunks and limits on calls have, in the order in which the reference lists them."""
