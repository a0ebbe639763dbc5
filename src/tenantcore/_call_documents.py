"""Lets decisions on calls, what they claim, and calls that are up be written as documents.

Rule: X-4 in docs/reference/documents.md.
"""

from typing import Final

from tenantcore._balance_documents import BALANCE_RECORDS
from tenantcore._document_codecs import DAY, INSTANT, MONEY, TEXT, WHOLE_NUMBER, many, optional, word
from tenantcore._document_records import Record, any_of, one, record
from tenantcore._problem_documents import PROBLEM
from tenantcore._rating_documents import ALLOTMENT, RATE
from tenantcore._trunk_documents import CALL_GUARD, DIRECTION, TRUNK_GUARD
from tenantcore.balance import Capture, Debit, Release, Reserve
from tenantcore.call_policy import (
    Admitted,
    AllotmentClaim,
    CallCharge,
    CallClaim,
    ClaimLost,
    FundsClaim,
    FundsHeld,
    LiveCall,
    Payer,
    Refused,
    RenewedCall,
    SettledCall,
    TrunkClaim,
)
from tenantcore.trunks import Trunk

__all__ = ["CALL_RECORDS"]

_PAYER: Final = word(Payer)
_OPERATION: Final = any_of(*(each for each in BALANCE_RECORDS if each.type in {Reserve, Capture, Release, Debit}))

_CALL_CLAIM: Final = record(
    "call_claim",
    CallClaim,
    payer=_PAYER,
    id=TEXT,
    number=optional(TEXT),
    guard=one(CALL_GUARD),
    lease_until=INSTANT,
    lease_seconds=WHOLE_NUMBER,
)
_TRUNK_CLAIM: Final = record(
    "trunk_claim",
    TrunkClaim,
    payer=_PAYER,
    id=TEXT,
    direction=DIRECTION,
    trunk=word(Trunk),
    guard=one(TRUNK_GUARD),
    lease_until=INSTANT,
    lease_seconds=WHOLE_NUMBER,
)
_ALLOTMENT_CLAIM: Final = record(
    "allotment_claim",
    AllotmentClaim,
    payer=_PAYER,
    id=TEXT,
    allotment=one(ALLOTMENT),
    timezone=TEXT,
    period_start=DAY,
    seconds=WHOLE_NUMBER,
    total=WHOLE_NUMBER,
    covered_seconds=WHOLE_NUMBER,
    slice_seconds=WHOLE_NUMBER,
    lease_until=INSTANT,
    lease_seconds=WHOLE_NUMBER,
)
_FUNDS_CLAIM: Final = record(
    "funds_claim",
    FundsClaim,
    payer=_PAYER,
    id=TEXT,
    operation=optional(_OPERATION),
    rate=one(RATE),
    slice_seconds=WHOLE_NUMBER,
    lease_seconds=WHOLE_NUMBER,
)
_CLAIMS: Final = many(any_of(_CALL_CLAIM, _TRUNK_CLAIM, _ALLOTMENT_CLAIM, _FUNDS_CLAIM))
_TRACE: Final = many(one(PROBLEM))
_ADMITTED: Final = record("admitted", Admitted, claims=_CLAIMS, trace=_TRACE)
_REFUSED: Final = record("refused", Refused, reason=one(PROBLEM), trace=_TRACE)

_FUNDS_HELD: Final = record(
    "funds_held",
    FundsHeld,
    payer=_PAYER,
    id=TEXT,
    number=WHOLE_NUMBER,
    rate=one(RATE),
    hold=optional(TEXT),
    held=MONEY,
    captured=MONEY,
    expires_at=optional(INSTANT),
    slice_seconds=WHOLE_NUMBER,
    lease_seconds=WHOLE_NUMBER,
)
_LIVE_CALL: Final = record(
    "live_call",
    LiveCall,
    leases=many(any_of(_CALL_CLAIM, _TRUNK_CLAIM)),
    allotments=many(one(_ALLOTMENT_CLAIM)),
    funds=many(one(_FUNDS_HELD)),
)
_RENEWED_CALL: Final = record("renewed_call", RenewedCall, call=one(_LIVE_CALL), claims=_CLAIMS)
_CALL_CHARGE: Final = record("call_charge", CallCharge, payer=_PAYER, cost=MONEY, seconds=WHOLE_NUMBER)
_SETTLED_CALL: Final = record(
    "settled_call",
    SettledCall,
    funds=many(one(_FUNDS_CLAIM)),
    released=many(any_of(_CALL_CLAIM, _TRUNK_CLAIM, _ALLOTMENT_CLAIM)),
    charges=many(one(_CALL_CHARGE)),
)
_CLAIM_LOST: Final = record("claim_lost", ClaimLost, decision=one(_REFUSED), undo=one(_SETTLED_CALL))

CALL_RECORDS: Final[tuple[Record, ...]] = (
    _CALL_CLAIM, _TRUNK_CLAIM, _ALLOTMENT_CLAIM, _FUNDS_CLAIM, _ADMITTED, _REFUSED, _FUNDS_HELD, _LIVE_CALL,
    _RENEWED_CALL, _SETTLED_CALL, _CALL_CHARGE, _CLAIM_LOST,
)  # fmt: skip
"""The kinds of documents that calls have, in the order in which the reference lists them."""
