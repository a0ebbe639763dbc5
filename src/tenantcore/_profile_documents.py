"""Lets what a tenant may do by telephone, and the numbers of a moment, be written as documents.

Rule: X-4 in docs/reference/documents.md.
"""

from typing import Final

from tenantcore._document_codecs import MONEY, TEXT, TRUTH, WHOLE_NUMBER, many, optional, word
from tenantcore._document_records import Record, one, record, worded
from tenantcore._number_documents import CALL_CLASSES, DIAL_PLAN
from tenantcore._rating_documents import ALLOTMENT_USE, ALLOTMENTS, DISCOUNTS, RATE_DECK
from tenantcore._trunk_documents import CALL_LIMITS, CALL_USE, DIRECTION, TRUNK_LIMITS, TRUNK_USE
from tenantcore.call_policy import AllotmentLive, CallProfile, CallRequest, EmergencyCalls, LiveUse, Restrictions
from tenantcore.status import Standing, Status

__all__ = ["PROFILE_RECORDS"]

_STANDING: Final = record("standing", Standing, is_closed=TRUTH, is_blocked=TRUTH, is_suspended=TRUTH)
_RESTRICTIONS: Final = record("restrictions", Restrictions, denied=CALL_CLASSES, lifts_device=TRUTH)
_RESTRICTIONS_OR_NONE: Final = optional(one(_RESTRICTIONS))
_EMERGENCY_CALLS: Final = worded("emergency_calls", EmergencyCalls)

_CALL_PROFILE: Final = record(
    "call_profile",
    CallProfile,
    currency=TEXT,
    standing=one(_STANDING),
    parents=many(word(Status)),
    plan=one(DIAL_PLAN),
    denied=CALL_CLASSES,
    emergency=one(_EMERGENCY_CALLS),
    call_limits=one(CALL_LIMITS),
    unmetered=CALL_CLASSES,
    allotments=one(ALLOTMENTS),
    timezone=optional(TEXT),
    trunk_limits=one(TRUNK_LIMITS),
    trunk_classes=CALL_CLASSES,
    allows_per_minute=TRUTH,
    decks=many(one(RATE_DECK)),
    discounts=one(DISCOUNTS),
    slice_seconds=WHOLE_NUMBER,
    lease_seconds=WHOLE_NUMBER,
)

_CALL_REQUEST: Final = record(
    "call_request",
    CallRequest,
    id=TEXT,
    direction=DIRECTION,
    number=TEXT,
    user=_RESTRICTIONS_OR_NONE,
    device=_RESTRICTIONS_OR_NONE,
    attempt=WHOLE_NUMBER,
)
_ALLOTMENT_LIVE: Final = record(
    "allotment_live", AllotmentLive, name=TEXT, use=one(ALLOTMENT_USE), group=many(one(ALLOTMENT_USE))
)
_LIVE_USE: Final = record(
    "live_use",
    LiveUse,
    available=optional(MONEY),
    may_use_services=TRUTH,
    trunks=one(TRUNK_USE),
    calls=one(CALL_USE),
    allotments=many(one(_ALLOTMENT_LIVE)),
)

PROFILE_RECORDS: Final[tuple[Record, ...]] = (
    _STANDING, _RESTRICTIONS, _EMERGENCY_CALLS, _CALL_PROFILE, _CALL_REQUEST, _LIVE_USE, _ALLOTMENT_LIVE,
)  # fmt: skip
"""The kinds of documents that what is asked about a call has, in the order in which the reference lists them."""
