"""Deciding on a call, with the trace of every check: what a switch asks thousands of times a second.

No library does the same, so the yardstick is the *floor*: the least that any answer costs that is built anew.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import cycle

from attrs import evolve, frozen

from tenantcore.call_policy import (
    Admitted,
    AllotmentLive,
    CallProfile,
    CallRequest,
    LiveCall,
    LiveUse,
    authorize,
    renew,
    settle,
)
from tenantcore.money import Money
from tenantcore.numbering import NumberClass
from tenantcore.rating import Allotment, Allotments, AllotmentUse, Rate, RateDeck, RateRow
from tenantcore.trunks import CallLimits, CallUse, Direction, TrunkLimits, TrunkUse

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
DECK = RateDeck(
    tuple(RateRow(prefix=str(prefix), rate=Rate(per_minute=Money("0.006", "USD"))) for prefix in range(10, 1000)),
    timezone="America/New_York",
)


def pair(trunks: int) -> tuple[CallProfile, LiveUse]:
    """Return a payer with limits, trunks and funds."""
    profile = CallProfile(
        currency="USD",
        call_limits=CallLimits(calls=500),
        trunk_limits=TrunkLimits(inbound=3, outbound=4, twoway=trunks),
        allows_per_minute=True,
        decks=(DECK,),
    )
    live = LiveUse(
        available=Money("25", "USD"),
        may_use_services=True,
        trunks=TrunkUse(inbound=5, outbound=5),
        calls=CallUse(calls=12, carrier_calls=12),
    )
    return profile, live


ACCOUNT, RESELLER = pair(10), pair(100)
TRUNK = CallRequest("call-1", Direction.OUTBOUND, "4158867900")
MINUTE = CallRequest("call-1", Direction.OUTBOUND, "011442071838750")
HELP = CallRequest("call-1", Direction.OUTBOUND, "911")


def alone(request: CallRequest) -> Callable[[], object]:
    """Return the question without a reseller."""
    return lambda: authorize(request, ACCOUNT, reseller=None, now=NOW)


def both(request: CallRequest) -> Callable[[], object]:
    """Return the question to the account and its reseller."""
    return lambda: authorize(request, ACCOUNT, reseller=RESELLER, now=NOW)


def begun() -> LiveCall:
    """Return a call that both pay by the minute."""
    decision = authorize(MINUTE, ACCOUNT, reseller=RESELLER, now=NOW)
    if type(decision) is not Admitted:
        raise ValueError
    return LiveCall.begun(decision)


CALL = begun()


@frozen
class Pair:
    """The least that any answer costs: one object with two fields."""

    start: object
    end: object


def floor() -> object:
    """Build two dates and one object."""
    return Pair(date(2026, 1, 15), date(2026, 2, 15))


def question(request: CallRequest) -> dict[str, Callable[[], object]]:
    """Return the ways of one question, and the floor."""
    return {
        "tenantcore": alone(request),
        "tenantcore, and the reseller": both(request),
        "floor (two dates, one object)": floor,
    }


def with_minutes() -> dict[str, Callable[[], object]]:
    """Return the question where minutes are included, asked at a new second each time; and the floor."""
    minutes = Allotment(name="domestic", seconds=60_000, classes=frozenset({NumberClass.US_DID}))
    profile = evolve(ACCOUNT[0], allotments=Allotments((minutes,)), timezone="America/New_York")
    use = AllotmentUse(period_start=date(2026, 11, 1), used_seconds=1200, held_seconds=60)
    pays = profile, evolve(ACCOUNT[1], allotments=(AllotmentLive(name="domestic", use=use),))
    instants = cycle([NOW + timedelta(seconds=second) for second in range(3600)])
    return {
        "tenantcore": lambda: authorize(TRUNK, pays, reseller=None, now=next(instants)),
        "tenantcore, and the reseller": lambda: authorize(TRUNK, pays, reseller=RESELLER, now=next(instants)),
        "floor (two dates, one object)": floor,
    }


SUBJECTS = {
    "a call that takes a trunk": question(TRUNK),
    "a call that is charged per minute": question(MINUTE),
    "a call for help": question(HELP),
    "a call that uses included minutes": with_minutes(),
    "a call kept up and ended by two payers": {
        "tenantcore": lambda: renew(CALL, seconds=55, now=NOW),
        "tenantcore, the end": lambda: settle(CALL, seconds=55, now=NOW),
        "floor (two dates, one object)": floor,
    },
}
