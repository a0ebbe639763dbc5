"""Lets a switch ask whether a call may start, by what, for how long, and why.

`authorize` decides from a profile (configuration, compiled once) and the numbers of the moment, for an account and for
its reseller. The answer has every check in order, and says what the host must take before it connects the call; `renew`
and `settle` say the same during the call and at its end. Nothing is taken here, so that counters may live in one store
and funds in another.

Authority: S2 and S4; the order of checks as KAZOO's authorization has it, except that calls for help come before
limits, and that an unchecked class is blocked whatever trunks or funds there are.

Rules: CALL-1, CALL-2, CALL-3, CALL-4, TRK-3 in docs/reference/call_policy.md.
"""

from tenantcore._call_checks import authorize
from tenantcore._call_claims import (
    Admitted,
    AllotmentClaim,
    CallClaim,
    Claim,
    Decision,
    FundsClaim,
    FundsOperation,
    Refused,
    TrunkClaim,
)
from tenantcore._call_profiles import CallProfile, EmergencyCalls
from tenantcore._call_reasons import CallFault, CallGrant, CallRefusal, CallStep, Payer
from tenantcore._call_requests import (
    MAX_CALL_ATTEMPTS,
    MOST_CHARACTERS_OF_CALL_ID,
    AllotmentLive,
    CallRequest,
    LiveUse,
    Restrictions,
)
from tenantcore._call_settling import (
    CallCharge,
    ClaimLost,
    RenewedCall,
    SettledCall,
    exhausted_at,
    refused_claim,
    renew,
    settle,
)
from tenantcore._live_calls import CallLease, FundsHeld, LiveCall

__all__ = [
    "MAX_CALL_ATTEMPTS",
    "MOST_CHARACTERS_OF_CALL_ID",
    "Admitted",
    "AllotmentClaim",
    "AllotmentLive",
    "CallCharge",
    "CallClaim",
    "CallFault",
    "CallGrant",
    "CallLease",
    "CallProfile",
    "CallRefusal",
    "CallRequest",
    "CallStep",
    "Claim",
    "ClaimLost",
    "Decision",
    "EmergencyCalls",
    "FundsClaim",
    "FundsHeld",
    "FundsOperation",
    "LiveCall",
    "LiveUse",
    "Payer",
    "Refused",
    "RenewedCall",
    "Restrictions",
    "SettledCall",
    "TrunkClaim",
    "authorize",
    "exhausted_at",
    "refused_claim",
    "renew",
    "settle",
]
