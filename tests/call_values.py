"""One value of each kind that calls have, as a host stores it; the documents of all are pinned in the vectors."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from tenantcore.balance import Capture, Debit, Grant, NextSlice, Overage, Release, Reserve
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
from tenantcore.errors import Problem
from tenantcore.money import Money, Rounding
from tenantcore.numbering import NORTH_AMERICA, ClassRule, CountryClass, DialPlan, NumberClass, OwnClass
from tenantcore.rating import (
    Allotment,
    AllotmentHold,
    Allotments,
    AllotmentUse,
    Discount,
    Discounts,
    Precision,
    Rate,
    RateDeck,
    RateRow,
)
from tenantcore.status import Standing, Status
from tenantcore.trunks import (
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

UNTIL: Final = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
LATER: Final = UNTIL + timedelta(minutes=1, microseconds=500_000)
NOVEMBER: Final = date(2026, 11, 1)

OFFICES: Final = OwnClass(word="offices", label="Our offices")
OFFICE_PLAN: Final = NORTH_AMERICA.with_classes(
    ClassRule(OFFICES, r"7\d{3}"),
    ClassRule(NumberClass.EMERGENCY, "113"),
    ClassRule(CountryClass.MOBILE, r"\+1415886\d{4}"),
)

LIMITS: Final = TrunkLimits(inbound=3, outbound=0, twoway=None, burst=2)
TRUNK_GUARD: Final = TrunkGuard(direction=Direction.OUTBOUND, oneway_below=4, below=16, total_below=19)
CALL_GUARD: Final = CallGuard(calls_below=30, carrier_calls_below=2_147_483_647, number_calls_below=2)
CAP: Final = NumberCap(number="+14155550100", calls=1)
CALL_LIMITS: Final = CallLimits(
    calls=30, carrier_calls=None, number_calls=2, numbers=(CAP, NumberCap(number="+442071838750", calls=None))
)

RATE: Final = Rate(
    per_minute=Money("0.0060", "USD"),
    connect_fee=Money("0.1", "USD"),
    minimum_seconds=30,
    increment_seconds=6,
    free_seconds=5,
    precision=Precision(8, Rounding.DOWN),
)
PLAIN_RATE: Final = Rate(per_minute=Money("2", "USD"))
ROW: Final = RateRow(
    prefix="4420",
    rate=RATE,
    weight=50,
    direction=Direction.OUTBOUND,
    start=date(2026, 7, 1),
    end=date(2027, 1, 1),
    name="London",
)
DECK: Final = RateDeck((ROW, RateRow(prefix="44", rate=PLAIN_RATE)), timezone="Europe/London")
DISCOUNTS: Final = Discounts((
    Discount(NumberClass.INTERNATIONAL, 10),
    Discount(CountryClass.MOBILE, Decimal("12.50")),
    Discount(OFFICES, Decimal(100)),
))  # fmt: skip
ALLOTMENT: Final = Allotment(
    name="domestic",
    seconds=6000,
    classes=frozenset({OFFICES, NumberClass.US_DID, CountryClass.FIXED_LINE}),
    direction=Direction.OUTBOUND,
    per=Frequency.WEEKLY,
    minimum_seconds=60,
    increment_seconds=6,
    free_seconds=3,
)
PLAIN_ALLOTMENT: Final = Allotment(name="all", seconds=0, classes=frozenset({NumberClass.US_DID}))
USE: Final = AllotmentUse(period_start=NOVEMBER, used_seconds=1200, held_seconds=120)
HOLD: Final = AllotmentHold(period_start=NOVEMBER, seconds=60)

DENIED: Final = Restrictions(frozenset({NumberClass.US_TOLL, OFFICES}))
PROFILE: Final = CallProfile(
    currency="USD",
    standing=Standing(is_suspended=True),
    parents=(Status.ACTIVE, Status.LIMITED),
    plan=OFFICE_PLAN,
    denied=frozenset({NumberClass.US_TOLL, CountryClass.PREMIUM_RATE, OFFICES}),
    emergency=EmergencyCalls.RESTRICTABLE,
    call_limits=CALL_LIMITS,
    unmetered=frozenset(),
    allotments=Allotments((ALLOTMENT, PLAIN_ALLOTMENT)),
    timezone="America/New_York",
    trunk_limits=LIMITS,
    trunk_classes=frozenset({NumberClass.US_DID, CountryClass.FIXED_OR_MOBILE}),
    allows_per_minute=True,
    decks=(DECK, RateDeck((), timezone="UTC")),
    discounts=DISCOUNTS,
    slice_seconds=30,
    lease_seconds=90,
)

CALL_CLAIM: Final = CallClaim(
    payer=Payer.ACCOUNT, id="c-1/1/account/call", number=None, guard=CALL_GUARD, lease_until=UNTIL, lease_seconds=120
)
TRUNK_CLAIM: Final = TrunkClaim(
    payer=Payer.RESELLER,
    id="c-1/1/reseller/trunk",
    direction=Direction.OUTBOUND,
    trunk=Trunk.TWOWAY,
    guard=TRUNK_GUARD,
    lease_until=LATER,
    lease_seconds=120,
)
ALLOTMENT_CLAIM: Final = AllotmentClaim(
    payer=Payer.ACCOUNT,
    id="c-1/1/account/allotment",
    allotment=ALLOTMENT,
    timezone="America/New_York",
    period_start=NOVEMBER,
    seconds=60,
    total=6000,
    covered_seconds=60,
    slice_seconds=60,
    lease_until=UNTIL,
    lease_seconds=120,
)
RESERVE: Final = Reserve("c-1/1/account/1", Money("0.1060", "USD"), expires_at=UNTIL, grant=Grant.EXACT)
FUNDS_CLAIM: Final = FundsClaim(
    payer=Payer.ACCOUNT, id="c-1/1/account", operation=RESERVE, rate=RATE, slice_seconds=60, lease_seconds=120
)
RENEWAL: Final = FundsClaim(
    payer=Payer.ACCOUNT,
    id="c-1/1/account",
    operation=Capture(
        "c-1/1/account/2",
        hold="c-1/1/account/1",
        amount=Money("0.106", "USD"),
        overage=Overage.RECORD,
        then=NextSlice(Money("0.006", "USD"), expires_at=LATER, grant=Grant.UP_TO),
    ),
    rate=RATE,
    slice_seconds=60,
    lease_seconds=120,
)
RELEASE: Final = FundsClaim(
    payer=Payer.RESELLER,
    id="c-1/1/reseller",
    operation=Release("c-1/1/reseller/2", hold="c-1/1/reseller/1"),
    rate=PLAIN_RATE,
    slice_seconds=60,
    lease_seconds=120,
)
DEBIT: Final = FundsClaim(
    payer=Payer.RESELLER,
    id="c-1/1/reseller",
    operation=Debit("c-1/1/reseller/2", Money("2.00", "USD"), overage=Overage.RECORD),
    rate=PLAIN_RATE,
    slice_seconds=60,
    lease_seconds=120,
)
FREE: Final = FundsClaim(
    payer=Payer.ACCOUNT, id="c-1/1/account", operation=None, rate=PLAIN_RATE, slice_seconds=60, lease_seconds=120
)
FUNDS_HELD: Final = FundsHeld(
    payer=Payer.ACCOUNT,
    id="c-1/1/account",
    number=2,
    rate=RATE,
    hold="c-1/1/account/1",
    held=Money("0.1060", "USD"),
    captured=Money("0", "USD"),
    expires_at=UNTIL,
    slice_seconds=60,
    lease_seconds=120,
)
WITHOUT_HOLD: Final = FundsHeld(
    payer=Payer.RESELLER,
    id="c-1/1/reseller",
    number=4,
    rate=PLAIN_RATE,
    hold=None,
    held=Money("0", "USD"),
    captured=Money("6.00", "USD"),
    expires_at=None,
    slice_seconds=60,
    lease_seconds=120,
)
CALL: Final = LiveCall(
    leases=(CALL_CLAIM, TRUNK_CLAIM), allotments=(ALLOTMENT_CLAIM,), funds=(FUNDS_HELD, WITHOUT_HOLD)
)
TRACE: Final = (
    Problem(CallStep.CALL_STATUS_ALLOWS, ("account",), {"status": "active"}),
    Problem(CallGrant.CALL_BY_MINUTE, ("account",), {"amount": "0.1060 USD"}),
)
NO_TRUNK: Final = Problem(CallRefusal.CALL_CLAIM_LOST, ("account",), {"claim": "a trunk"})
REFUSED: Final = Refused(NO_TRUNK, (TRACE[0], NO_TRUNK))
CHARGE: Final = CallCharge(payer=Payer.RESELLER, cost=Money("8.00", "USD"), seconds=240)
SETTLED: Final = SettledCall(
    funds=(RELEASE, DEBIT), released=(CALL_CLAIM, TRUNK_CLAIM, ALLOTMENT_CLAIM), charges=(CHARGE,)
)

# By the word for the kind; a few have more than one, to show each form that a part can have.
CALL_EXAMPLES: Final[dict[str, object]] = {
    "number_class": NumberClass.US_DID,
    "country_class": CountryClass.FIXED_OR_MOBILE,
    "own_class": OFFICES,
    "class_rule": ClassRule(NumberClass.EMERGENCY, "113"),
    "class_rule-own": ClassRule(OFFICES, r"7\d{3}"),
    "dial_plan": NORTH_AMERICA,
    "dial_plan-country": DialPlan.for_country("SG"),
    "dial_plan-own": OFFICE_PLAN,
    "trunk_limits": LIMITS,
    "trunk_use": TrunkUse(inbound=3, outbound=1),
    "trunk_guard": TRUNK_GUARD,
    "trunk_counts": TrunkCounts(inbound=1, outbound=2, twoway=3, burst=9_007_199_254_740_991),
    "trunk_pool": TrunkPool(
        total=TrunkLimits(inbound=20, twoway=None),
        allocated=TrunkCounts(inbound=12, twoway=7),
        unlimited=TrunkCounts(twoway=2),
    ),
    "number_cap": CAP,
    "number_cap-none": NumberCap(number="+6561234567", calls=None),
    "call_limits": CALL_LIMITS,
    "call_limits-none": CallLimits(),
    "call_use": CallUse(calls=5, carrier_calls=4, number_calls=1),
    "call_guard": CALL_GUARD,
    "rate": RATE,
    "rate-plain": PLAIN_RATE,
    "precision": Precision(-2, Rounding.CASH_CUT),
    "rate_row": ROW,
    "rate_row-plain": RateRow(prefix="1", rate=PLAIN_RATE),
    "rate_deck": DECK,
    "rate_deck-empty": RateDeck((), timezone="UTC"),
    "discount": Discount(NumberClass.INTERNATIONAL, 10),
    "discount-decimal": Discount(OFFICES, Decimal("12.50")),
    "discounts": DISCOUNTS,
    "allotment": ALLOTMENT,
    "allotment-plain": PLAIN_ALLOTMENT,
    "allotments": Allotments((ALLOTMENT, PLAIN_ALLOTMENT)),
    "allotment_use": USE,
    "allotment_use-new": AllotmentUse(),
    "allotment_hold": HOLD,
    "standing": Standing(is_blocked=True),
    "restrictions": DENIED,
    "restrictions-hot": Restrictions.of_hot_desk([DENIED, Restrictions()]),
    "emergency_calls": EmergencyCalls.RESTRICTABLE,
    "call_profile": PROFILE,
    "call_profile-plain": CallProfile(currency="EUR"),
    "call_request": CallRequest("c-1", Direction.INBOUND, "+14155550100"),
    "call_request-restricted": CallRequest(
        "c-1", Direction.OUTBOUND, "fire!", user=DENIED, device=Restrictions(), attempt=2
    ),
    "live_use": LiveUse(
        available=Money("12.50", "USD"),
        may_use_services=True,
        trunks=TrunkUse(outbound=2),
        calls=CallUse(calls=3, carrier_calls=3),
        allotments=(AllotmentLive(name="domestic", use=USE, group=(USE, AllotmentUse())),),
    ),
    "live_use-plain": LiveUse(available=None, may_use_services=False),
    "allotment_live": AllotmentLive(name="domestic", use=USE),
    "call_claim": CALL_CLAIM,
    "call_claim-inbound": CallClaim(
        payer=Payer.RESELLER,
        id="c-2/1/reseller/call",
        number="+14155550100",
        guard=CALL_GUARD,
        lease_until=LATER,
        lease_seconds=90,
    ),
    "trunk_claim": TRUNK_CLAIM,
    "allotment_claim": ALLOTMENT_CLAIM,
    "funds_claim": FUNDS_CLAIM,
    "funds_claim-free": FREE,
    "admitted": Admitted((CALL_CLAIM, TRUNK_CLAIM, ALLOTMENT_CLAIM, FUNDS_CLAIM), TRACE),
    "admitted-at_once": Admitted((), TRACE[:1]),
    "refused": REFUSED,
    "funds_held": FUNDS_HELD,
    "funds_held-without": WITHOUT_HOLD,
    "live_call": CALL,
    "live_call-for_help": LiveCall(),
    "renewed_call": RenewedCall(CALL, (CALL_CLAIM, TRUNK_CLAIM, ALLOTMENT_CLAIM, RENEWAL)),
    "settled_call": SETTLED,
    "call_charge": CHARGE,
    "claim_lost": ClaimLost(REFUSED, SETTLED),
}
