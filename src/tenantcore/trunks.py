"""Lets you count trunks and calls against their limits, and give a reseller's trunks out to its tenants.

A trunk is the right to one call at a time that isn't charged per minute. Trunks are counted and not tied to calls, so
everything follows from how many calls are up in each direction. Which calls may take a trunk, and what becomes of one
that finds none, isn't decided here: this is pure counting.

Rules: TRK-1, TRK-2 in docs/reference/trunks.md.
"""

from tenantcore._call_limits import CallGuard, CallLimits, CallUse, HardLimit, NumberCap, NumberCapFault
from tenantcore._counted_limits import (
    MAX_LIMIT,
    MAX_USE,
    NO_LIMIT,
    UNSET,
    LimitFault,
    LimitSetting,
    Unset,
    merged_limit,
    read_limit,
)
from tenantcore._trunk_pool import MAX_ALLOCATED, TrunkCounts, TrunkPool, TrunkPoolFault
from tenantcore._trunk_use import Direction, Trunk, TrunkFault, TrunkGuard, TrunkLimits, TrunkUse

__all__ = [
    "MAX_ALLOCATED",
    "MAX_LIMIT",
    "MAX_USE",
    "NO_LIMIT",
    "UNSET",
    "CallGuard",
    "CallLimits",
    "CallUse",
    "Direction",
    "HardLimit",
    "LimitFault",
    "LimitSetting",
    "NumberCap",
    "NumberCapFault",
    "Trunk",
    "TrunkCounts",
    "TrunkFault",
    "TrunkGuard",
    "TrunkLimits",
    "TrunkPool",
    "TrunkPoolFault",
    "TrunkUse",
    "Unset",
    "merged_limit",
    "read_limit",
]
