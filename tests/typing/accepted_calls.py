"""Uses of numbers, trunks and decisions on calls that mypy must accept. Nothing here runs."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never, assert_type

from tenantcore.call_policy import (
    Admitted,
    AllotmentClaim,
    CallClaim,
    CallProfile,
    CallRequest,
    Claim,
    ClaimLost,
    Decision,
    FundsClaim,
    LiveCall,
    LiveUse,
    Refused,
    RenewedCall,
    Restrictions,
    SettledCall,
    TrunkClaim,
    authorize,
    refused_claim,
    renew,
    settle,
)
from tenantcore.errors import Problem
from tenantcore.money import Money
from tenantcore.numbering import (
    NORTH_AMERICA,
    NORTH_AMERICAN_RULES,
    CallClass,
    ClassRule,
    CountryClass,
    DialPlan,
    NumberClass,
    OwnClass,
    country_of,
)
from tenantcore.trunks import (
    UNSET,
    CallGuard,
    CallLimits,
    CallUse,
    Direction,
    HardLimit,
    LimitSetting,
    NumberCap,
    Trunk,
    TrunkGuard,
    TrunkLimits,
    TrunkPool,
    TrunkUse,
    merged_limit,
    read_limit,
)


def numbers(garbage: object) -> str:
    offices = OwnClass(word="offices", label="Our offices")
    plan = DialPlan.for_country("sg").with_classes(ClassRule(offices, r"7\d{3}"), *NORTH_AMERICAN_RULES)
    assert_type(plan, DialPlan)
    # Whatever a switch hands in is taken.
    assert_type(plan.normalize(garbage), str | None)
    assert_type(NORTH_AMERICA.classify(None), CallClass)
    assert_type(country_of(b"+1"), str | None)
    assert_type(plan.find_class(garbage), CallClass | None)
    assert_type(plan.classes, tuple[CallClass, ...])
    found = plan.classify(garbage)
    match found:
        case NumberClass() | CountryClass():
            return f"{found.word} {found.label} {found.name}"
        case OwnClass(word=word):
            return word
        case _:
            assert_never(found)


def trunks(limits: TrunkLimits, use: TrunkUse, stored: int | None) -> TrunkUse:
    trunk = limits.admit(use, Direction.INBOUND)
    assert_type(trunk, Trunk | None)
    assert_type(limits.guard(Direction.OUTBOUND), TrunkGuard)
    assert_type(limits.guard(Direction.OUTBOUND).holds(use), bool)
    assert_type(limits.warnings(), Iterator[Problem])
    assert_type(read_limit(stored), LimitSetting)
    assert_type(merged_limit(UNSET, cap=None, default=0), int | None)
    TrunkLimits(inbound=None, outbound=0, twoway=merged_limit(read_limit(stored), default=0))
    pool = TrunkPool.of(TrunkLimits(twoway=20), (each for each in (limits, limits)))
    assert_type(pool.with_allocation(limits, instead_of=limits).free, TrunkLimits)
    assert_type(pool.find_problems(limits), Iterator[Problem])
    return use if trunk is None else use.admitted(Direction.INBOUND)


def limits(number: str | None) -> CallGuard:
    held = CallLimits(calls=10, number_calls=None, numbers=(NumberCap(number="+14155550100", calls=None),))
    assert_type(held.reached(CallUse(), Direction.INBOUND, number=number), HardLimit | None)
    assert_type(held.cap_of(number), int | None)
    return held.guard(Direction.INBOUND, number=number, through_carrier=False)


def decided(profile: CallProfile, live: LiveUse, available: Money | None, now: datetime) -> Problem:
    request = CallRequest("call-1", Direction.OUTBOUND, "4155550100", user=Restrictions(), attempt=2)
    above = CallProfile(currency="USD", denied=frozenset({NumberClass.CARIBBEAN, CountryClass.PREMIUM_RATE}))
    reseller = (above, LiveUse(available=available, may_use_services=True))
    decision = authorize(request, (profile, live), reseller=reseller, now=now)
    assert_type(decision, Decision)
    assert_type(authorize(request, (profile, live), reseller=None, now=now).trace, tuple[Problem, ...])
    match decision:
        case Admitted(claims=claims):
            assert_type(claims, tuple[Claim, ...])
            call = LiveCall.begun(decision)
            assert_type(renew(call, seconds=60, now=now), RenewedCall)
            assert_type(settle(call, seconds=61, now=now), SettledCall)
            for claim in claims:
                assert_type(refused_claim(decision, claim), ClaimLost)
                assert_type(taken(claim), str)
            return decision.reason
        case Refused(reason=reason):
            return reason
        case _:
            assert_never(decision)


def taken(claim: Claim) -> str:
    """Every kind of claim, and nothing else, has been looked at."""
    match claim:
        case CallClaim(guard=guard):
            assert_type(guard, CallGuard)
        case TrunkClaim(guard=trunk_guard):
            assert_type(trunk_guard, TrunkGuard)
        case AllotmentClaim(seconds=seconds):
            assert_type(seconds, int)
        case FundsClaim():
            assert_type(claim.lease_seconds, int)
        case _:
            assert_never(claim)
    return claim.id
