"""A small world to ask for calls in: numbers of known classes, a deck, and payers in plain words."""

from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import frozen

from tenantcore.call_policy import CallProfile, CallRequest, EmergencyCalls, LiveUse
from tenantcore.money import Money
from tenantcore.numbering import CallClass, NumberClass
from tenantcore.rating import Rate, RateDeck, RateRow
from tenantcore.status import Standing, Status
from tenantcore.trunks import CallLimits, CallUse, Direction, TrunkLimits, TrunkUse

NOW: Final = datetime(2026, 11, 23, 14, tzinfo=UTC)
LEASE_END: Final = NOW + timedelta(seconds=120)
NUMBERS: Final[dict[CallClass, str]] = {
    NumberClass.EMERGENCY: "911",
    NumberClass.US_TOLLFREE: "+18005550100",
    NumberClass.US_DID: "+14155550100",
    NumberClass.INTERNATIONAL: "+442071838750",
    NumberClass.CARIBBEAN: "+18765551234",
    NumberClass.UNKNOWN: "what?",
}
RATE: Final = Rate(per_minute=Money("0.02", "USD"))


def deck_of(*prefixes: str, rate: Rate = RATE) -> RateDeck:
    """Return a deck with one rate for some prefixes."""
    return RateDeck(tuple(RateRow(prefix=prefix, rate=rate) for prefix in prefixes), timezone="America/New_York")


DECK: Final = deck_of("1", "44")
STANDINGS: Final = {
    Status.CLOSED: Standing(is_closed=True),
    Status.BLOCKED: Standing(is_blocked=True),
    Status.SUSPENDED: Standing(is_suspended=True),
    Status.LIMITED: Standing(),
    Status.ACTIVE: Standing(),
}


@frozen(kw_only=True)
class Side:
    """One payer in plain words."""

    status: Status = Status.ACTIVE
    denied: frozenset[CallClass] = frozenset()
    emergency: EmergencyCalls = EmergencyCalls.PROTECTED
    calls: int = 0
    calls_limit: int | None = None
    twoway: int = 0
    on_trunks: int = 0
    per_minute: bool = False
    has_rates: bool = True
    funds: Money | None = None

    def pair(self) -> tuple[CallProfile, LiveUse]:
        """Return the same as it is handed in."""
        profile = CallProfile(
            currency="USD",
            standing=STANDINGS[self.status],
            denied=self.denied,
            emergency=self.emergency,
            call_limits=CallLimits(calls=self.calls_limit),
            trunk_limits=TrunkLimits(twoway=self.twoway),
            allows_per_minute=self.per_minute,
            decks=(DECK,) if self.has_rates else (),
        )
        live = LiveUse(
            available=self.funds,
            may_use_services=self.status is not Status.LIMITED,
            trunks=TrunkUse(outbound=self.on_trunks),
            calls=CallUse(calls=self.calls),
        )
        return profile, live

    def answer(self, call_class: CallClass, direction: Direction) -> str:
        """Walk the rules in the words of the specification; the name of the code that decides."""
        outbound, helps = direction is Direction.OUTBOUND, call_class is NumberClass.EMERGENCY
        protected = self.emergency is EmergencyCalls.PROTECTED
        has_trunk = call_class is NumberClass.US_DID and self.on_trunks < self.twoway
        priced = self.has_rates and call_class not in {NumberClass.EMERGENCY, NumberClass.UNKNOWN}
        cost, funds = Money("0.02", "USD"), self.funds
        table: list[tuple[bool, str]] = [
            (self.status is Status.CLOSED, "CALL_TENANT_CLOSED"),
            (self.status in {Status.BLOCKED, Status.SUSPENDED} and not helps, "CALL_TENANT_STOPPED"),
            (self.status is Status.LIMITED and outbound and not helps, "CALL_TENANT_LIMITED"),
            (helps and protected, "CALL_BY_EMERGENCY"),
            (outbound and call_class in self.denied, "CALL_RESTRICTED_BY_ACCOUNT"),
            (helps, "CALL_BY_EMERGENCY"),
            (self.calls_limit is not None and self.calls + 1 > self.calls_limit, "CALL_LIMIT_OF_CALLS"),
            (outbound and call_class is NumberClass.US_TOLLFREE, "CALL_BY_CLASS"),
            (has_trunk, "CALL_BY_TRUNK"),
            (call_class is NumberClass.UNKNOWN, "CALL_NUMBER_UNREADABLE"),  # the only such number here is garbage
            (not self.per_minute, "CALL_PER_MINUTE_NOT_ALLOWED"),
            (not priced, "CALL_RATE_MISSING"),
            (funds is not None and funds.currency != "USD", "CALL_CURRENCIES_DIFFER"),
            (funds is not None and funds.currency == "USD" and funds < cost, "CALL_FUNDS_INSUFFICIENT"),
            (True, "CALL_BY_MINUTE"),
        ]
        return next(name for applies, name in table if applies)


def request(
    call_class: CallClass = NumberClass.US_DID, direction: Direction = Direction.OUTBOUND, call_id: str = "c-1"
) -> CallRequest:
    """Return a request for a number of a class."""
    return CallRequest(call_id, direction, NUMBERS[call_class])
