"""Lets the lines of a trace that say the same of every call be made once for each payer."""

from typing import Final

from tenantcore._call_reasons import CallGrant, CallRefusal, CallStep, Payer, line
from tenantcore.status import Status
from tenantcore.trunks import Direction, HardLimit, Trunk

__all__ = ["OF_ACCOUNT", "OF_RESELLER", "Lines"]

_TRUNK_WORDS: Final = {Trunk.ONEWAY: "one-way", Trunk.TWOWAY: "two-way", Trunk.BURST: "burst"}


class Lines:
    """What is told of one payer without parameters, or with few that vary: lines shared by all decisions."""

    def __init__(self, payer: Payer) -> None:
        self.payer = payer
        self.suffix = f"/{payer.value}"
        self.place = 0 if payer is Payer.ACCOUNT else 1
        self.allowed = {status: line(CallStep.CALL_STATUS_ALLOWS, payer, status=str(status)) for status in Status}
        self.closed = line(CallRefusal.CALL_TENANT_CLOSED, payer)
        stopped = (Status.SUSPENDED, Status.BLOCKED)
        self.stopped = {status: line(CallRefusal.CALL_TENANT_STOPPED, payer, status=str(status)) for status in stopped}
        self.limited = line(CallRefusal.CALL_TENANT_LIMITED, payer)
        self.not_for_help = line(CallStep.CALL_NOT_FOR_HELP, payer)
        self.restrictable = line(CallStep.CALL_FOR_HELP_RESTRICTABLE, payer)
        self.emergency = line(CallGrant.CALL_BY_EMERGENCY, payer)
        self.inbound = line(CallStep.CALL_INBOUND_UNRESTRICTED, payer)
        self.kept = line(CallStep.CALL_LIMITS_KEPT, payer)
        self.reached = {
            HardLimit.CALLS: line(CallRefusal.CALL_LIMIT_OF_CALLS, payer),
            HardLimit.CARRIER_CALLS: line(CallRefusal.CALL_LIMIT_OF_CARRIER_CALLS, payer),
            HardLimit.NUMBER_CALLS: line(CallRefusal.CALL_LIMIT_OF_NUMBER, payer),
        }
        self.metered = line(CallStep.CALL_METERED, payer)
        self.no_allotment = line(CallStep.CALL_ALLOTMENT_NONE, payer)
        self.trunk = {trunk: line(CallGrant.CALL_BY_TRUNK, payer, trunk=_TRUNK_WORDS[trunk]) for trunk in Trunk}
        self.none_free = {way: line(CallStep.CALL_TRUNK_NONE_FREE, payer, direction=str(way)) for way in Direction}
        self.unreadable = line(CallRefusal.CALL_NUMBER_UNREADABLE, payer)
        self.per_minute = line(CallStep.CALL_PER_MINUTE_ALLOWED, payer)
        self.not_per_minute = line(CallRefusal.CALL_PER_MINUTE_NOT_ALLOWED, payer)
        self.no_rate = line(CallRefusal.CALL_RATE_MISSING, payer)


OF_ACCOUNT: Final = Lines(Payer.ACCOUNT)
OF_RESELLER: Final = Lines(Payer.RESELLER)
