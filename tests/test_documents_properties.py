"""Every kind of document, by whatever values of it there can be."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore._code_tables import CODE_TABLES
from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    Capture,
    Credit,
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
    Ledger,
    LimitReached,
    LimitUsed,
    LowBalance,
    NextSlice,
    NoTopUp,
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
    TemporaryLimit,
    TopUp,
)
from tenantcore.billing_periods import Frequency
from tenantcore.call_policy import (
    Admitted,
    AllotmentClaim,
    AllotmentLive,
    CallCharge,
    CallClaim,
    CallGrant,
    CallProfile,
    CallRefusal,
    CallRequest,
    CallStep,
    ClaimLost,
    EmergencyCalls,
    FundsClaim,
    FundsHeld,
    LiveCall,
    LiveUse,
    Payer,
    Refused,
    RenewedCall,
    Restrictions,
    SettledCall,
    TrunkClaim,
)
from tenantcore.documents import KINDS, VERSION, dump, load
from tenantcore.errors import Problem
from tenantcore.money import Money, Rounding
from tenantcore.numbering import CallClass, ClassRule, CountryClass, DialPlan, NumberClass, OwnClass
from tenantcore.rating import (
    Allotment,
    AllotmentHold,
    Allotments,
    AllotmentUse,
    Discount,
    Discounts,
    Precision,
    RateRow,
)
from tenantcore.status import Standing, Status
from tenantcore.testing import (
    amounts,
    ledger_scripts,
    local_days,
    openings,
    rate_decks,
    rates,
    timezones,
    top_up_rules,
)
from tenantcore.trunks import (
    MAX_ALLOCATED,
    MAX_LIMIT,
    MAX_USE,
    NO_LIMIT,
    CallGuard,
    CallLimits,
    CallUse,
    Direction,
    NumberCap,
    Trunk,
    TrunkCounts,
    TrunkGuard,
    TrunkLimits,
    TrunkPool,
    TrunkUse,
)
from tests.document_paths import exact

TEXTS: Final = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
ANY_TEXTS: Final = st.text(max_size=8) | st.sampled_from(["\x00", "\ud800", "\u202e", " "])
NAMES: Final = st.sampled_from(["domestic", "abroad", "included minutes", "商用"])
# Not the first and last days: what an account is told must lie in the calendar in UTC too.
INSTANTS: Final = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - its way
DAYS: Final = local_days()
TRUTHS: Final = st.booleans()
MONEY: Final = amounts("USD", max_value=10**9, min_value=-(10**9))
PAID: Final = amounts("USD", min_value=0, max_value=10**9).filter(lambda amount: amount.is_positive)
DIRECTIONS: Final = st.sampled_from(Direction)
PAYERS: Final = st.sampled_from(Payer)
SPANS: Final = st.integers(1, 86_400)
BLOCKS: Final = st.integers(0, 10**9)
NONE: Final = st.none()


def many(of: SearchStrategy[Any], most: int = 3, **how: Any) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=most, **how).map(tuple)


# Accounts


def in_a_ledger(pick: Callable[[Ledger, tuple[Any, ...]], list[Any]]) -> SearchStrategy[Any]:
    """What accounts come to by scripts, as far as there is any."""

    def drawn(played: tuple[Ledger, tuple[Any, ...]]) -> SearchStrategy[Any]:
        found = pick(*played)
        return st.sampled_from(found) if found else st.nothing()

    return ledger_scripts(most=3).map(lambda script: script.played()).flatmap(drawn)


def _codes() -> SearchStrategy[Any]:
    return st.sampled_from([code for table in CODE_TABLES for code in table])


PROBLEMS: Final = st.builds(
    Problem,
    _codes(),
    many(TEXTS | st.integers(0, 9)),
    st.dictionaries(TEXTS, ANY_TEXTS | st.integers(), max_size=3),
)
THRESHOLDS: Final = st.builds(FundsBelow, PAID) | st.builds(LimitUsed, st.integers(1, 100))
TEMPORARY: Final = st.builds(TemporaryLimit, until=INSTANTS, amount=PAID) | st.builds(
    TemporaryLimit, until=INSTANTS, percent=st.integers(1, 1_000_000)
)
POLICY_PARTS: Final[dict[str, SearchStrategy[Any]]] = {
    "credit_limit": PAID,
    "temporary": NONE | TEMPORARY,
    "thresholds": many(THRESHOLDS, unique=True),
    "clock_skew": st.timedeltas(timedelta(0)),
}
PREPAID: Final = st.builds(Prepaid, st.sampled_from(["USD", "JPY"]))
POSTPAID: Final = st.builds(Postpaid, st.just("USD"), **POLICY_PARTS)
HOLDS: Final = st.builds(
    lambda placed, lasts, parts: Hold(
        id="op-1",
        amount=Money("3", "USD"),
        placed_at=placed,
        expires_at=None if lasts is None else placed + lasts,
        **parts,
    ),
    INSTANTS,
    NONE | st.timedeltas(timedelta(microseconds=1), timedelta(days=300)),
    st.sampled_from(
        [
            {},
            {"state": HoldState.RELEASED, "ended_at": datetime(9999, 1, 1, tzinfo=UTC)},
            {
                "state": HoldState.CAPTURED,
                "captured": Money("2.50", "USD"),
                "ended_at": datetime(9999, 1, 1, tzinfo=UTC),
            },
        ]
    ),
)
OVERAGES: Final = st.sampled_from(Overage)
GRANTS: Final = st.sampled_from(Grant)
SLICES: Final = st.builds(NextSlice, PAID, expires_at=NONE | INSTANTS, grant=GRANTS)
CREDITS: Final = st.builds(Credit, TEXTS, PAID, reference=NONE | TEXTS)
DEBITS: Final = st.builds(Debit, TEXTS, PAID, overage=OVERAGES, reference=NONE | TEXTS)
RESERVES: Final = st.builds(Reserve, TEXTS, PAID, expires_at=NONE | INSTANTS, grant=GRANTS)
CAPTURES: Final = st.builds(
    Capture,
    TEXTS,
    hold=TEXTS,
    amount=st.just(FULL) | amounts("USD", min_value=0, max_value=10**9),
    overage=OVERAGES,
    then=NONE | SLICES,
)
RELEASES: Final = st.builds(Release, TEXTS, hold=TEXTS)
CREDITED: Final = st.builds(
    lambda number, at, operation: Entry(
        number=number, at=at, operation=operation, posted=operation.amount, held=operation.amount * 0
    ),
    st.integers(1),
    INSTANTS,
    CREDITS,
)
ENTRIES: Final = CREDITED | in_a_ledger(lambda ledger, _: list(ledger.entries))
EVENTS: Final = st.one_of(
    st.builds(LowBalance, st.integers(1), THRESHOLDS, MONEY),
    st.builds(LimitReached, st.integers(1), MONEY),
    st.builds(ServicesStopped, st.integers(1), st.sampled_from(Status)),
    st.builds(ServicesRestored, st.integers(1)),
    st.builds(HoldExpired, st.integers(1), HOLDS),
)


# Calls

OWN_CLASSES: Final = st.builds(
    OwnClass, word=st.sampled_from(["offices", "x", "homes_2"]), label=st.sampled_from(["A", "Ä b", "日本"])
)
CLASSES: Final[SearchStrategy[CallClass]] = st.sampled_from(NumberClass) | st.sampled_from(CountryClass) | OWN_CLASSES
SETS: Final = st.frozensets(CLASSES, max_size=5)
RULES: Final = st.builds(ClassRule, CLASSES, st.sampled_from(["7", r"\+1415\d{7}", "[2-9]11|113"]))
PLAN_RULES: Final = st.builds(
    ClassRule,
    st.sampled_from([NumberClass.EMERGENCY, CountryClass.MOBILE, OwnClass(word="offices", label="Our offices")]),
    st.sampled_from(["7", r"\+1415\d{7}", "[2-9]11|113"]),
)
PLANS: Final = st.builds(DialPlan, st.sampled_from(["NANP", "SG", "GB"]), many(PLAN_RULES, 2))
A_LIMIT: Final = NONE | st.integers(0, MAX_LIMIT)
A_USE: Final = st.integers(0, MAX_USE)
A_THRESHOLD: Final = st.integers(0, NO_LIMIT)
LIMITS: Final = st.builds(TrunkLimits, inbound=A_LIMIT, outbound=A_LIMIT, twoway=A_LIMIT, burst=A_LIMIT)
TRUNK_USES: Final = st.builds(TrunkUse, inbound=A_USE, outbound=A_USE)
CALL_USES: Final = st.builds(CallUse, calls=A_USE, carrier_calls=A_USE, number_calls=A_USE)
TRUNK_GUARDS: Final = st.builds(
    TrunkGuard, direction=DIRECTIONS, oneway_below=A_THRESHOLD, below=A_THRESHOLD, total_below=A_THRESHOLD
)
CALL_GUARDS: Final = st.builds(
    CallGuard, calls_below=A_THRESHOLD, carrier_calls_below=A_THRESHOLD, number_calls_below=A_THRESHOLD
)
CAPS: Final = st.builds(NumberCap, number=st.integers(10, 10**15 - 1).map(lambda digits: f"+{digits}"), calls=A_LIMIT)
CALL_LIMITS: Final = st.builds(
    CallLimits,
    calls=A_LIMIT,
    carrier_calls=A_LIMIT,
    number_calls=A_LIMIT,
    numbers=many(CAPS, unique_by=lambda cap: cap.number),
)
RATES: Final = rates("USD")
ROWS: Final = rate_decks().flatmap(lambda deck: st.sampled_from(deck.rows) if deck.rows else st.nothing())
PERCENTS: Final = st.integers(0, 100) | st.decimals(0, 100, places=6) | st.decimals(0, 100, places=1)
DISCOUNT_ROWS: Final = st.builds(Discount, CLASSES, PERCENTS | st.sampled_from([Decimal("-0"), Decimal("1E+2")]))
DISCOUNTS: Final = st.builds(Discounts, many(DISCOUNT_ROWS, unique_by=lambda row: row.call_class))
ALLOTMENT_ROWS: Final = st.builds(
    Allotment,
    name=NAMES,
    seconds=st.integers(0, 10**12),
    classes=SETS.filter(bool),
    direction=NONE | DIRECTIONS,
    per=st.sampled_from([Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY, Frequency.HALF_YEARLY]),
    minimum_seconds=BLOCKS,
    increment_seconds=st.integers(1, 10**9),
    free_seconds=BLOCKS,
)
ALLOTMENTS: Final = st.builds(Allotments, many(ALLOTMENT_ROWS, unique_by=lambda row: row.name))
USES: Final = st.builds(
    AllotmentUse, period_start=NONE | DAYS, used_seconds=st.integers(0, 10**12), held_seconds=st.integers(0, 10**12)
)
ALLOTMENT_LIVES: Final = st.builds(AllotmentLive, name=NAMES, use=USES, group=many(USES))
STANDINGS: Final = st.builds(Standing, is_closed=TRUTHS, is_blocked=TRUTHS, is_suspended=TRUTHS)
RESTRICTIONS: Final = st.builds(Restrictions, SETS, lifts_device=TRUTHS)
CALL_IDS: Final = TEXTS.filter(str.isprintable)


@st.composite
def profiles(draw: st.DrawFn) -> CallProfile:
    slice_seconds = draw(st.integers(1, 1000))
    return CallProfile(
        currency="USD",
        standing=draw(STANDINGS),
        parents=draw(many(st.sampled_from(Status))),
        plan=draw(PLANS),
        denied=draw(SETS),
        emergency=draw(st.sampled_from(EmergencyCalls)),
        call_limits=draw(CALL_LIMITS),
        unmetered=draw(SETS),
        allotments=draw(ALLOTMENTS),
        timezone=draw(timezones()),
        trunk_limits=draw(LIMITS),
        trunk_classes=draw(SETS) - {NumberClass.EMERGENCY, NumberClass.US_TOLLFREE},
        allows_per_minute=draw(TRUTHS),
        decks=draw(many(rate_decks("USD"), 1)),
        discounts=draw(DISCOUNTS),
        slice_seconds=slice_seconds,
        lease_seconds=slice_seconds + draw(st.integers(1, 1000)),
    )


LEASED: Final[dict[str, SearchStrategy[Any]]] = {
    "payer": PAYERS,
    "id": TEXTS,
    "lease_until": INSTANTS,
    "lease_seconds": SPANS,
}
CALL_CLAIMS: Final = st.builds(CallClaim, number=NONE | ANY_TEXTS, guard=CALL_GUARDS, **LEASED)
TRUNK_CLAIMS: Final = st.builds(
    TrunkClaim, direction=DIRECTIONS, trunk=st.sampled_from(Trunk), guard=TRUNK_GUARDS, **LEASED
)
ALLOTTED: Final = st.integers(0, 10**12)
ALLOTMENT_CLAIMS: Final = st.builds(
    AllotmentClaim,
    allotment=ALLOTMENT_ROWS,
    timezone=timezones(),
    period_start=DAYS,
    seconds=ALLOTTED,
    total=ALLOTTED,
    covered_seconds=ALLOTTED,
    slice_seconds=SPANS,
    **LEASED,
)
FUNDS_CLAIMS: Final = st.builds(
    FundsClaim,
    payer=PAYERS,
    id=TEXTS,
    operation=NONE | RESERVES | CAPTURES | RELEASES | DEBITS,
    rate=RATES,
    slice_seconds=SPANS,
    lease_seconds=SPANS,
)
CLAIMS: Final = many(CALL_CLAIMS | TRUNK_CLAIMS | ALLOTMENT_CLAIMS | FUNDS_CLAIMS)
LINES: Final = st.builds(
    Problem,
    st.sampled_from([*CallStep, *CallGrant, *CallRefusal]),
    st.sampled_from([(), ("account",), ("reseller",)]),
    st.dictionaries(TEXTS, ANY_TEXTS, max_size=2),
)
REFUSALS: Final = st.builds(lambda line, lines: Refused(line, (*lines, line)), LINES, many(LINES))


@st.composite
def funds_held(draw: st.DrawFn) -> FundsHeld:
    rate = draw(RATES)
    nothing = Money.zero(rate.currency)
    some = st.integers(0, 10**9).map(lambda millionths: Money("0.000001", rate.currency) * millionths)
    has_hold = draw(TRUTHS)
    return FundsHeld(
        payer=draw(PAYERS),
        id=draw(TEXTS),
        number=draw(st.integers(1, 10**6)),
        rate=rate,
        hold=draw(TEXTS) if has_hold else None,
        held=draw(some) if has_hold else nothing,
        captured=draw(some),
        expires_at=draw(NONE | INSTANTS) if has_hold else None,
        slice_seconds=draw(SPANS),
        lease_seconds=draw(SPANS),
    )


FUNDS_HELD: Final = funds_held()
LIVE_CALLS: Final = st.builds(
    LiveCall,
    leases=many(CALL_CLAIMS | TRUNK_CLAIMS),
    allotments=many(ALLOTMENT_CLAIMS, 2),
    funds=many(FUNDS_HELD, 2, unique_by=lambda held: held.payer),
)
CHARGES: Final = st.builds(CallCharge, payer=PAYERS, cost=MONEY, seconds=BLOCKS)
SETTLED: Final = st.builds(
    SettledCall,
    funds=many(FUNDS_CLAIMS, 2),
    released=many(CALL_CLAIMS | TRUNK_CLAIMS | ALLOTMENT_CLAIMS),
    charges=many(CHARGES, 2),
)
COUNTS: Final = st.integers(0, MAX_ALLOCATED)

STRATEGIES: Final[dict[str, SearchStrategy[Any]]] = {
    "money": amounts(),
    "problem": PROBLEMS,
    "prepaid": PREPAID,
    "postpaid": POSTPAID,
    "funds_below": st.builds(FundsBelow, PAID),
    "limit_used": st.builds(LimitUsed, st.integers(1, 100)),
    "temporary_limit": TEMPORARY,
    "opening": openings(),
    "credit": CREDITS,
    "debit": DEBITS,
    "reserve": RESERVES,
    "capture": CAPTURES,
    "release": RELEASES,
    "expire": st.builds(Expire, TEXTS),
    "set_policy": st.builds(SetPolicy, TEXTS, PREPAID | POSTPAID),
    "set_status": st.builds(SetStatus, TEXTS, st.sampled_from([Status.ACTIVE, Status.CLOSED]))
    | st.builds(SetStatus, TEXTS, st.just(Status.SUSPENDED), debt=NONE | PAID),
    "next_slice": SLICES,
    "lapse": st.builds(Lapse, TEXTS),
    "entry": ENTRIES,
    "hold": HOLDS,
    "ledger_head": in_a_ledger(lambda ledger, _: [ledger.head]),
    "snapshot": in_a_ledger(lambda ledger, _: [ledger.snapshot()]),
    "balance": in_a_ledger(lambda ledger, _: [ledger.balance]),
    "low_balance": st.builds(LowBalance, st.integers(1), THRESHOLDS, MONEY),
    "limit_reached": st.builds(LimitReached, st.integers(1), MONEY),
    "services_stopped": st.builds(ServicesStopped, st.integers(1), st.sampled_from(Status)),
    "services_restored": st.builds(ServicesRestored, st.integers(1)),
    "hold_expired": st.builds(HoldExpired, st.integers(1), HOLDS),
    "recorded": st.builds(Recorded, CREDITED, many(EVENTS)),
    "already_recorded": st.builds(AlreadyRecorded, CREDITED),
    "declined": st.builds(Declined, PROBLEMS, NONE | CREDITED, many(EVENTS)),
    "top_up_rule": top_up_rules(),
    "top_up": st.builds(TopUp, PAID),
    "no_top_up": st.builds(NoTopUp, PROBLEMS, NONE | INSTANTS),
    "number_class": st.sampled_from(NumberClass),
    "country_class": st.sampled_from(CountryClass),
    "own_class": OWN_CLASSES,
    "class_rule": RULES,
    "dial_plan": PLANS,
    "trunk_limits": LIMITS,
    "trunk_use": TRUNK_USES,
    "trunk_guard": TRUNK_GUARDS,
    "trunk_counts": st.builds(TrunkCounts, inbound=COUNTS, outbound=COUNTS, twoway=COUNTS, burst=COUNTS),
    "trunk_pool": st.builds(
        TrunkPool.of, st.just(TrunkLimits(inbound=None, outbound=None, twoway=None, burst=None)), many(LIMITS)
    ),
    "number_cap": CAPS,
    "call_limits": CALL_LIMITS,
    "call_use": CALL_USES,
    "call_guard": CALL_GUARDS,
    "rate": rates(),
    "precision": st.builds(Precision, st.integers(-20, 20), st.sampled_from(Rounding)),
    "rate_row": ROWS | st.builds(RateRow, prefix=st.sampled_from(["1", "999999999999999"]), rate=RATES, name=NAMES),
    "rate_deck": rate_decks(),
    "discount": DISCOUNT_ROWS,
    "discounts": DISCOUNTS,
    "allotment": ALLOTMENT_ROWS,
    "allotments": ALLOTMENTS,
    "allotment_use": USES,
    "allotment_hold": st.builds(AllotmentHold, period_start=DAYS, seconds=ALLOTTED),
    "standing": STANDINGS,
    "restrictions": RESTRICTIONS,
    "emergency_calls": st.sampled_from(EmergencyCalls),
    "call_profile": profiles(),
    "call_request": st.builds(
        CallRequest,
        CALL_IDS,
        DIRECTIONS,
        ANY_TEXTS,
        user=NONE | RESTRICTIONS,
        device=NONE | RESTRICTIONS,
        attempt=st.integers(1, 9999),
    ),
    "live_use": st.builds(
        LiveUse,
        available=NONE | MONEY,
        may_use_services=TRUTHS,
        trunks=TRUNK_USES,
        calls=CALL_USES,
        allotments=many(ALLOTMENT_LIVES, unique_by=lambda live: live.name),
    ),
    "allotment_live": ALLOTMENT_LIVES,
    "call_claim": CALL_CLAIMS,
    "trunk_claim": TRUNK_CLAIMS,
    "allotment_claim": ALLOTMENT_CLAIMS,
    "funds_claim": FUNDS_CLAIMS,
    "admitted": st.builds(lambda claims, line, lines: Admitted(claims, (*lines, line)), CLAIMS, LINES, many(LINES)),
    "refused": REFUSALS,
    "funds_held": FUNDS_HELD,
    "live_call": LIVE_CALLS,
    "renewed_call": st.builds(RenewedCall, LIVE_CALLS, CLAIMS),
    "settled_call": SETTLED,
    "call_charge": CHARGES,
    "claim_lost": st.builds(ClaimLost, REFUSALS, SETTLED),
}


class TestEveryKind:
    """X-4: what is written is read back, type for type and digit for digit, through JSON's own text."""

    def test_every_kind_is_drawn(self) -> None:
        assert list(STRATEGIES) == list(KINDS)

    @pytest.mark.parametrize("kind", KINDS)
    @settings(max_examples=settings().max_examples // 3)
    @given(st.data())
    def test_what_is_written_is_read_back(self, kind: str, data: st.DataObject) -> None:
        value = data.draw(STRATEGIES[kind])
        document = dump(value)
        assert (document["version"], document["kind"]) == (VERSION, kind)
        again = load(json.loads(json.dumps(document)), type(value))
        assert again == value
        assert exact(again) == exact(value)
        assert dump(again) == document
