"""What a person reads when trunks, limits or calls can't be counted: the fault and the remedy, in full."""

import re
from collections.abc import Callable

import pytest

from tenantcore.errors import Code, InvalidValue
from tenantcore.trunks import (
    MAX_USE,
    CallLimits,
    CallUse,
    Direction,
    LimitFault,
    NumberCap,
    NumberCapFault,
    TrunkCounts,
    TrunkFault,
    TrunkLimits,
    TrunkPool,
    TrunkPoolFault,
    TrunkUse,
    read_limit,
)

POOL = TrunkPool.of(TrunkLimits(inbound=None, twoway=20), [TrunkLimits(inbound=3, twoway=10)])
CAP = NumberCap(number="+14155550100", calls=1)
TABLES: tuple[type[Code], ...] = (LimitFault, NumberCapFault, TrunkFault, TrunkPoolFault)

CASES: dict[str, tuple[Callable[[], object], str]] = {
    "a limit that is no number": (
        lambda: TrunkLimits(twoway="3"),  # type: ignore[arg-type]
        (
            "the limit twoway must be a whole number or None, not str; "
            "give 0 for none at all, a number, or None for no limit"
        ),
    ),
    "a negative limit": (
        lambda: CallLimits(calls=-1),
        (
            "the limit calls must be 0 or more, not -1; "
            "give 0 for none at all, or None for no limit; read_limit reads -1 as no limit"
        ),
    ),
    "a huge limit": (
        lambda: TrunkLimits(burst=500_000_001),
        "the limit burst must be at most 500000000, not 500000001; lower it, or give None for no limit",
    ),
    "a limit of many digits": (
        lambda: TrunkLimits(burst=10**5000),
        (
            "the limit burst must be at most 500000000, not an integer of 16610 bits; "
            "lower it, or give None for no limit"
        ),
    ),
    "a stored limit": (
        lambda: read_limit(-2),
        (
            "a stored limit must be 0 or more, or -1 for no limit, not -2; "
            "store -1 where there is no limit, and nothing where none was set"
        ),
    ),
    "a release": (
        lambda: TrunkUse(outbound=1).released(Direction.INBOUND),
        (
            "no inbound call is on a trunk, so none can be released; "
            "release each call once, and only those that were admitted to a trunk"
        ),
    ),
    "a release, outbound": (
        lambda: TrunkUse(inbound=1).released(Direction.OUTBOUND),
        (
            "no outbound call is on a trunk, so none can be released; "
            "release each call once, and only those that were admitted to a trunk"
        ),
    ),
    "too many calls": (
        lambda: TrunkUse(outbound=MAX_USE).admitted(Direction.OUTBOUND),
        "outbound must be at most 1000000000, not 1000000001; lower it to 1000000000 or less",
    ),
    "a direction": (
        lambda: TrunkUse().admitted("inbound"),  # type: ignore[arg-type]
        "direction must be a Direction, not str; hand in a Direction",
    ),
    "a use": (
        lambda: TrunkLimits().admit(CallUse(), Direction.INBOUND),  # type: ignore[arg-type]
        "use must be a TrunkUse, not CallUse; hand in a TrunkUse",
    ),
    "a call use": (
        lambda: CallLimits().reached(TrunkUse(), Direction.INBOUND),  # type: ignore[arg-type]
        "use must be a CallUse, not TrunkUse; hand in a CallUse",
    ),
    "a number": (
        lambda: NumberCap(number="14155550100", calls=1),
        (
            "the number of a cap must be + and 2 to 15 digits, the first of them not 0; "
            "write the number in international form, without spaces"
        ),
    ),
    "a number twice": (
        lambda: CallLimits(numbers=(CAP, CAP)),
        "the cap at position 1 (counted from 0) is for a number that has one already; remove one of the two",
    ),
    "a called number": (
        lambda: CallLimits().reached(CallUse(), Direction.INBOUND, number="tel:+14155550100"),
        (
            "the called number must be digits, with a plus sign in front or none; "
            "hand in what DialPlan.normalize gives, or None where the number doesn't matter"
        ),
    ),
    "numbers": (
        lambda: CallLimits(numbers=("+14155550100",)),  # type: ignore[arg-type]
        ("numbers must hold only NumberCaps, but item 0 (counted from 0) is of type str; replace item 0"),
    ),
    "over-allocated": (
        lambda: POOL.with_allocation(TrunkLimits(twoway=17)),
        (
            "twoway: there are 20 two-way trunks in the pool, and 27 would be allocated: missing 7; "
            "allocate 7 two-way trunks fewer, or have the pool's raised to 27"
        ),
    ),
    "without limit": (
        lambda: POOL.with_allocation(TrunkLimits(twoway=None)),
        (
            "twoway: there are 20 two-way trunks in the pool, so no tenant can have them without limit; "
            "give a number of two-way trunks, or have the pool's made unlimited"
        ),
    ),
    "returned": (
        lambda: POOL.without_allocation(TrunkLimits(twoway=11)),
        (
            "twoway: only 10 two-way trunks of the pool are allocated, so 11 can't be returned; "
            "return what the tenant has, once"
        ),
    ),
    "returned without limit": (
        lambda: POOL.without_allocation(TrunkLimits(inbound=None)),
        (
            "inbound: no tenant of the pool has inbound trunks without limit, so none can return them; "
            "return what the tenant has, once"
        ),
    ),
    "a number that is none": (
        lambda: NumberCap(number=14155550100, calls=1),  # type: ignore[arg-type]
        "number must be text, not int; hand in text",
    ),
    "a called number that is none": (
        lambda: CallLimits().cap_of(14155550100),  # type: ignore[arg-type]
        "number must be text or None, not int; hand in text or None",
    ),
    "whether through a carrier": (
        lambda: CallLimits().guard(Direction.INBOUND, through_carrier=1),  # type: ignore[arg-type]
        "through_carrier must be a bool, not int; hand in a bool",
    ),
    "a stored limit that is too high": (
        lambda: read_limit(500_000_001),
        ("the limit stored must be at most 500000000, not 500000001; lower it, or give None for no limit"),
    ),
    "a use for a guard": (
        lambda: TrunkLimits().guard(Direction.INBOUND).holds(CallUse()),  # type: ignore[arg-type]
        "use must be a TrunkUse, not CallUse; hand in a TrunkUse",
    ),
    "limits": (
        lambda: POOL.with_allocation(TrunkCounts()),  # type: ignore[arg-type]
        "limits must be TrunkLimits, not TrunkCounts; hand in TrunkLimits",
    ),
    "allocations": (
        lambda: TrunkPool.of(TrunkLimits(), [TrunkLimits(), TrunkCounts()]),  # type: ignore[list-item]
        ("allocations must hold only TrunkLimits, but item 1 (counted from 0) is of type TrunkCounts; replace item 1"),
    ),
    "a count": (
        lambda: TrunkCounts(burst=-1),
        "burst must be at least 0, not -1; raise it to 0 or more",
    ),
}


class TestMessages:
    """Every fault is a sentence and a remedy, self-contained (X-3)."""

    @pytest.mark.parametrize(("call", "expected"), CASES.values(), ids=CASES.keys())
    def test_reads_in_full(self, call: Callable[[], object], expected: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            call()
        assert str(caught.value) == expected

    def test_the_warning_reads_in_full(self) -> None:
        (problem,) = TrunkLimits(twoway=101).warnings()
        assert str(problem) == (
            "twoway: there are 101 two-way trunks, more than the 100 that account wizards offer; "
            "check that the number is meant"
        )

    def test_every_fault_is_shown_above(self) -> None:
        shown = {TrunkFault.TRUNKS_UNUSUALLY_MANY.name}
        for call, _ in CASES.values():
            with pytest.raises(InvalidValue) as caught:
                call()
            shown.add(str(caught.value.problem.code))
        assert {fault.name for table in TABLES for fault in table} <= shown

    @pytest.mark.parametrize("fault", [fault for table in TABLES for fault in table], ids=str)
    def test_each_reads_well_and_belongs_to_a_rule(self, fault: Code) -> None:
        assert re.match(r"(the|a|no|there|only) ", fault.sentence)
        assert not fault.sentence.endswith(".")
        assert not fault.remedy.endswith(".")
        assert fault.rule in {"TRK-1", "TRK-2"}
