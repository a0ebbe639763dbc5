"""Deciding which trunk a call takes, and counting it: what a switch does for every call.

No library does the same, so the peers are two yardsticks: the *floor*, the least that any answer costs that is built
anew, and the bare arithmetic on numbers in a dict, which checks nothing and whose answer nobody can tell from a typo.
"""

from datetime import date

from attrs import frozen

from tenantcore.trunks import CallLimits, CallUse, Direction, NumberCap, TrunkLimits, TrunkPool, TrunkUse

LIMITS = TrunkLimits(inbound=3, outbound=4, twoway=10, burst=2)
# Three inbound trunks and nine two-way ones are taken, and one more outbound call would take the last two-way one.
USE = TrunkUse(inbound=12, outbound=4)
GUARD = LIMITS.guard(Direction.OUTBOUND)
HARD = CallLimits(calls=30, carrier_calls=30, number_calls=5, numbers=(NumberCap(number="+14155550100", calls=2),))
CALLS = CallUse(calls=16, carrier_calls=16, number_calls=1)
POOL = TrunkPool(total=TrunkLimits(inbound=300, outbound=400, twoway=1000, burst=100)).with_allocation(LIMITS)
ROW = {"inbound": 3, "outbound": 4, "twoway": 10, "burst": 2}
BUSY = {"inbound": 12, "outbound": 4}


@frozen
class Pair:
    """The least that any answer costs: one object with two fields."""

    start: object
    end: object


def floor() -> object:
    """Build two dates and one object."""
    return Pair(date(2026, 1, 15), date(2026, 2, 15))


def by_hand() -> object:
    """Compare numbers in dicts."""
    own, others = BUSY["outbound"] + 1, BUSY["inbound"]
    if own <= ROW["outbound"]:
        return "oneway"
    overflow = own - ROW["outbound"] + max(0, others - ROW["inbound"])
    if overflow <= ROW["twoway"]:
        return "twoway"
    return "burst" if overflow <= ROW["twoway"] + ROW["burst"] else None


SUBJECTS = {
    "the trunk of one call": {
        "tenantcore": lambda: LIMITS.admit(USE, Direction.OUTBOUND),
        "tenantcore, the guard": lambda: GUARD.holds(USE),
        "floor (two dates, one object)": floor,
        "numbers in dicts": by_hand,
    },
    "admit, count and release": {
        "tenantcore": lambda: (
            LIMITS.admit(USE, Direction.OUTBOUND),
            USE.admitted(Direction.OUTBOUND).released(Direction.OUTBOUND),
        ),
        "floor (two dates, one object)": floor,
    },
    "hard limits, and the guard built": {
        "tenantcore": lambda: HARD.reached(CALLS, Direction.INBOUND, number="+14155550100"),
        "tenantcore, both guards built": lambda: (
            LIMITS.guard(Direction.INBOUND),
            HARD.guard(Direction.INBOUND, number="+14155550100"),
        ),
        "floor (two dates, one object)": floor,
    },
    "a tenant's trunks out of the pool": {
        "tenantcore": lambda: POOL.with_allocation(LIMITS, instead_of=LIMITS),
        "floor (two dates, one object)": floor,
    },
}
