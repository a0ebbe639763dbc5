"""Lets everything of an account be written as a document: policies, operations, entries, holds, the row, events."""

from typing import Final

from tenantcore._document_codecs import (
    INSTANT,
    MONEY,
    SPAN,
    TEXT,
    TRUTH,
    WHOLE_NUMBER,
    many,
    optional,
    word,
    word_or,
)
from tenantcore._document_records import any_of, one, record
from tenantcore._problem_documents import PROBLEM
from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    Balance,
    Capture,
    Credit,
    CreditOnPrepaid,
    Debit,
    Declined,
    Entry,
    Expire,
    FundsBelow,
    Grant,
    Hold,
    HoldExpired,
    HoldState,
    Lapse,
    LedgerHead,
    LimitReached,
    LimitUsed,
    LowBalance,
    NextSlice,
    NoTopUp,
    Opening,
    Overage,
    Postpaid,
    Prepaid,
    Recorded,
    Release,
    Reserve,
    ServicesRestored,
    ServicesStopped,
    SetPolicy,
    SetStatus,
    Snapshot,
    TemporaryLimit,
    TopUp,
    TopUpRule,
)
from tenantcore.status import Status

__all__ = ["BALANCE_RECORDS"]

_STATUS: Final = word(Status)
_OVERAGE: Final = word(Overage)
_GRANT: Final = word(Grant)
_EXPIRY: Final = optional(INSTANT)
_MONEY_OR_NONE: Final = optional(MONEY)
_TEXT_OR_NONE: Final = optional(TEXT)
_PROBLEM_OR_NONE: Final = optional(one(PROBLEM))

_FUNDS_BELOW: Final = record("funds_below", FundsBelow, amount=MONEY)
_LIMIT_USED: Final = record("limit_used", LimitUsed, percent=WHOLE_NUMBER)
_THRESHOLD: Final = any_of(_FUNDS_BELOW, _LIMIT_USED)
_TEMPORARY_LIMIT: Final = record(
    "temporary_limit", TemporaryLimit, until=INSTANT, amount=_MONEY_OR_NONE, percent=optional(WHOLE_NUMBER)
)
_PREPAID: Final = record(
    "prepaid",
    Prepaid,
    currency=TEXT,
    credit_limit=_MONEY_OR_NONE,
    credit_on_prepaid=word(CreditOnPrepaid),
    temporary=optional(one(_TEMPORARY_LIMIT)),
    thresholds=many(_THRESHOLD),
    clock_skew=SPAN,
)
_POSTPAID: Final = record(
    "postpaid",
    Postpaid,
    currency=TEXT,
    credit_limit=_MONEY_OR_NONE,
    temporary=optional(one(_TEMPORARY_LIMIT)),
    thresholds=many(_THRESHOLD),
    clock_skew=SPAN,
)
_POLICY: Final = any_of(_PREPAID, _POSTPAID)
_OPENING: Final = record("opening", Opening, policy=_POLICY, funds=MONEY)

_NEXT_SLICE: Final = record("next_slice", NextSlice, amount=MONEY, expires_at=_EXPIRY, grant=_GRANT)
_OPERATIONS: Final = (
    record("credit", Credit, id=TEXT, amount=MONEY, reference=_TEXT_OR_NONE),
    record("debit", Debit, id=TEXT, amount=MONEY, overage=_OVERAGE, reference=_TEXT_OR_NONE),
    record("reserve", Reserve, id=TEXT, amount=MONEY, expires_at=_EXPIRY, grant=_GRANT),
    record(
        "capture",
        Capture,
        id=TEXT,
        hold=TEXT,
        amount=word_or(FULL, MONEY),
        overage=_OVERAGE,
        then=optional(one(_NEXT_SLICE)),
    ),
    record("release", Release, id=TEXT, hold=TEXT),
    record("expire", Expire, id=TEXT),
    record("set_policy", SetPolicy, id=TEXT, policy=_POLICY),
    record("set_status", SetStatus, id=TEXT, status=_STATUS, debt=_MONEY_OR_NONE),
)
_LAPSE: Final = record("lapse", Lapse, hold=TEXT)

_ENTRY: Final = record(
    "entry",
    Entry,
    number=WHOLE_NUMBER,
    at=INSTANT,
    operation=any_of(*_OPERATIONS, _LAPSE),
    posted=MONEY,
    held=MONEY,
    granted=_MONEY_OR_NONE,
    declined=_PROBLEM_OR_NONE,
    slice_declined=_PROBLEM_OR_NONE,
)
_HOLD: Final = record(
    "hold",
    Hold,
    id=TEXT,
    amount=MONEY,
    placed_at=INSTANT,
    expires_at=_EXPIRY,
    state=word(HoldState),
    captured=_MONEY_OR_NONE,
    ended_at=optional(INSTANT),
)
_HEAD: Final = record(
    "ledger_head",
    LedgerHead,
    version=WHOLE_NUMBER,
    policy=_POLICY,
    status=_STATUS,
    posted=MONEY,
    held=MONEY,
    last=optional(INSTANT),
    armed=many(TRUTH),
    solvent=TRUTH,
    debt=_MONEY_OR_NONE,
)
_SNAPSHOT: Final = record("snapshot", Snapshot, head=one(_HEAD), entries=many(one(_ENTRY)), holds=many(one(_HOLD)))
_BALANCE: Final = record(
    "balance",
    Balance,
    as_of=optional(INSTANT),
    status=_STATUS,
    posted=MONEY,
    held=MONEY,
    credit_limit=_MONEY_OR_NONE,
    available=_MONEY_OR_NONE,
    may_use_services=TRUTH,
)

_EVENTS: Final = (
    record("low_balance", LowBalance, entry=WHOLE_NUMBER, threshold=_THRESHOLD, posted=MONEY),
    record("limit_reached", LimitReached, entry=WHOLE_NUMBER, posted=MONEY),
    record("services_stopped", ServicesStopped, entry=WHOLE_NUMBER, status=_STATUS),
    record("services_restored", ServicesRestored, entry=WHOLE_NUMBER),
    record("hold_expired", HoldExpired, entry=WHOLE_NUMBER, hold=one(_HOLD)),
)
_TOLD: Final = many(any_of(*_EVENTS))
_OUTCOMES: Final = (
    record("recorded", Recorded, entry=one(_ENTRY), events=_TOLD),
    record("already_recorded", AlreadyRecorded, entry=one(_ENTRY)),
    record("declined", Declined, reason=one(PROBLEM), entry=optional(one(_ENTRY)), events=_TOLD),
)

_TOP_UPS: Final = (
    record(
        "top_up_rule",
        TopUpRule,
        threshold=MONEY,
        amount=_MONEY_OR_NONE,
        target=_MONEY_OR_NONE,
        minimum=_MONEY_OR_NONE,
        most=_MONEY_OR_NONE,
        interval=SPAN,
        back_off=SPAN,
    ),
    record("top_up", TopUp, amount=MONEY),
    record("no_top_up", NoTopUp, reason=one(PROBLEM), not_before=optional(INSTANT)),
)

BALANCE_RECORDS: Final = (
    _PREPAID, _POSTPAID, _FUNDS_BELOW, _LIMIT_USED, _TEMPORARY_LIMIT, _OPENING,
    *_OPERATIONS, _NEXT_SLICE, _LAPSE, _ENTRY, _HOLD, _HEAD, _SNAPSHOT, _BALANCE, *_EVENTS, *_OUTCOMES,
    *_TOP_UPS,
)  # fmt: skip
"""The kinds of documents that accounts have, in the order in which the reference lists them."""
