"""Wrong uses of numbers, trunks and decisions on calls that mypy must refuse, each with the code it is refused by.

A use that mypy lets pass leaves an ignore without work, which strict mypy reports. Nothing here runs.
"""

from datetime import datetime

from tenantcore.call_policy import (
    Admitted,
    CallProfile,
    CallRequest,
    LiveCall,
    LiveUse,
    Refused,
    authorize,
    renew,
    settle,
)
from tenantcore.numbering import NORTH_AMERICA, ClassRule, DialPlan, NumberClass, OwnClass
from tenantcore.trunks import (
    CallLimits,
    CallUse,
    Direction,
    NumberCap,
    TrunkCounts,
    TrunkLimits,
    TrunkPool,
    TrunkUse,
    merged_limit,
)


def numbers(plan: DialPlan) -> None:
    DialPlan(65)  # type: ignore[arg-type]
    DialPlan("NANP", [ClassRule(NumberClass.EMERGENCY, "5555")])  # type: ignore[arg-type]
    OwnClass("offices", "Our offices")  # type: ignore[call-arg]
    ClassRule("offices", "7")  # type: ignore[arg-type]
    plan.with_classes(NumberClass.EMERGENCY)  # type: ignore[arg-type]
    plan.with_classes([ClassRule(NumberClass.EMERGENCY, "5555")])  # type: ignore[arg-type]
    len(plan.normalize("911"))  # type: ignore[arg-type]
    plan.find_class("offices").word  # type: ignore[union-attr]
    plan.classify("911").name  # type: ignore[union-attr]
    plan.name = "SG"  # type: ignore[misc]
    NORTH_AMERICA.classify("911") + ""  # type: ignore[operator]


def trunks(limits: TrunkLimits, use: TrunkUse) -> None:
    TrunkLimits(1, 2)  # type: ignore[call-arg]
    TrunkLimits(twoway="10")  # type: ignore[arg-type]
    TrunkUse(inbound=None)  # type: ignore[arg-type]
    limits.admit(use, "inbound")  # type: ignore[arg-type]
    limits.admit(CallUse(), Direction.INBOUND)  # type: ignore[arg-type]
    limits.admit(use, Direction.INBOUND).value  # type: ignore[union-attr]
    use.admitted()  # type: ignore[call-arg]
    use.inbound += 1  # type: ignore[misc]
    merged_limit(5)  # type: ignore[call-arg]
    TrunkPool(limits)  # type: ignore[call-arg]
    TrunkPool(total=TrunkCounts())  # type: ignore[arg-type]
    TrunkPool(total=limits).with_allocation(limits, limits)  # type: ignore[call-arg]


def limits() -> None:
    CallLimits(numbers=[NumberCap(number="+14155550100", calls=1)])  # type: ignore[arg-type]
    NumberCap("+14155550100", 1)  # type: ignore[call-arg]
    NumberCap(number="+14155550100")  # type: ignore[call-arg]
    CallLimits().reached(TrunkUse(), Direction.INBOUND)  # type: ignore[arg-type]
    CallLimits().reached(CallUse(), Direction.INBOUND, "+14155550100")  # type: ignore[call-arg]
    CallLimits().cap_of(14155550100)  # type: ignore[arg-type]


def decided(profile: CallProfile, live: LiveUse, request: CallRequest, now: datetime) -> None:
    # Nobody forgets that there may be a reseller, or looks no funds up.
    authorize(request, (profile, live), now=now)  # type: ignore[call-arg]
    authorize(request, (profile, live), (profile, live), now=now)  # type: ignore[call-arg]
    authorize(request, (live, profile), reseller=None, now=now)  # type: ignore[arg-type]
    authorize(request, profile, reseller=None, now=now)  # type: ignore[arg-type]
    LiveUse()  # type: ignore[call-arg]
    CallRequest("call-1", "outbound", "911")  # type: ignore[arg-type]
    CallProfile()  # type: ignore[call-arg]
    CallProfile(currency="USD", denied={NumberClass.CARIBBEAN})  # type: ignore[arg-type]
    decision = authorize(request, (profile, live), reseller=None, now=now)
    decision.claims  # type: ignore[union-attr]
    LiveCall.begun(decision)  # type: ignore[arg-type]
    if isinstance(decision, Refused):
        LiveCall.begun(decision)  # type: ignore[arg-type]
    if isinstance(decision, Admitted):
        renew(LiveCall.begun(decision), now=now)  # type: ignore[call-arg]
        settle(LiveCall.begun(decision), seconds=1.5, now=now)  # type: ignore[arg-type]
        decision.claims.append(None)  # type: ignore[attr-defined]
