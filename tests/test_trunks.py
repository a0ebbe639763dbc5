"""Which trunk a call takes, and the guard that says the same: TRK-1."""

import pickle
import sqlite3
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tenantcore.errors import InvalidType, InvalidValue, Kind
from tenantcore.trunks import (
    MAX_LIMIT,
    MAX_USE,
    NO_LIMIT,
    UNSET,
    CallLimits,
    CallUse,
    Direction,
    Trunk,
    TrunkGuard,
    TrunkLimits,
    TrunkPool,
    TrunkUse,
    merged_limit,
    read_limit,
)
from tests.strangers import Touchy, anything
from tests.vector_files import Case, cases

KINDS = ("inbound", "outbound", "twoway", "burst")
# Few, so that limits are met all the time, with the greatest and no limit mixed in.
LIMITS = st.none() | st.integers(0, 4) | st.just(MAX_LIMIT)
CALLS = st.integers(0, 12) | st.sampled_from([MAX_LIMIT - 1, MAX_LIMIT, 2 * MAX_LIMIT, MAX_USE - 1, MAX_USE])
DIRECTIONS = st.sampled_from(Direction)
# What untyped callers may hand in for a number; None is no number, but it is a limit.
OTHER_TYPES: list[Any] = [None, True, 1.0, float("nan"), "3", b"3", [], Touchy()]
INBOUND, OUTBOUND = Direction.INBOUND, Direction.OUTBOUND

SQL = """
UPDATE trunk_use SET {own} = {own} + 1
WHERE {own} < :oneway_below OR ({own} < :below AND inbound + outbound < :total_below)
RETURNING inbound, outbound
"""


def trunk_limits() -> st.SearchStrategy[TrunkLimits]:
    return st.builds(TrunkLimits, inbound=LIMITS, outbound=LIMITS, twoway=LIMITS, burst=LIMITS)


def trunk_uses() -> st.SearchStrategy[TrunkUse]:
    return st.builds(TrunkUse, inbound=CALLS, outbound=CALLS)


def small_grid() -> Iterator[tuple[TrunkLimits, TrunkUse, Direction]]:
    """Every combination of few trunks and few calls, also those that exceed the limits."""
    few: tuple[int | None, ...] = (None, 0, 1, 2)
    for inbound, outbound, twoway, burst in product(few, repeat=4):
        limits = TrunkLimits(inbound=inbound, outbound=outbound, twoway=twoway, burst=burst)
        for ins, outs, direction in product(range(6), range(6), Direction):
            yield limits, TrunkUse(inbound=ins, outbound=outs), direction


def has_seats(limits: TrunkLimits, inbound: int, outbound: int, *, burst: bool = True) -> bool:
    """Whether there is some way to put every call on a trunk of its own that may carry it: all ways are tried."""
    calls = inbound + outbound

    def trunks(limit: int | None) -> int:
        return calls if limit is None else limit

    shared = trunks(limits.twoway) + (trunks(limits.burst) if burst else 0)
    return any(
        inbound - on_inbound + outbound - on_outbound <= shared
        for on_inbound in range(min(trunks(limits.inbound), inbound) + 1)
        for on_outbound in range(min(trunks(limits.outbound), outbound) + 1)
    )


def expected_trunk(limits: TrunkLimits, use: TrunkUse, direction: Direction) -> Trunk | None:
    own, oneway = (use.inbound, limits.inbound) if direction is INBOUND else (use.outbound, limits.outbound)
    if oneway is None or own < oneway:
        return Trunk.ONEWAY
    inbound, outbound = use.inbound + (direction is INBOUND), use.outbound + (direction is OUTBOUND)
    if has_seats(limits, inbound, outbound, burst=False):
        return Trunk.TWOWAY
    return Trunk.BURST if has_seats(limits, inbound, outbound) else None


def fault_of(call: Callable[[], object]) -> str:
    with pytest.raises(InvalidValue) as caught:
        call()
    return str(caught.value.problem.code)


class TestVectors:
    """The cases that any implementation could run."""

    @pytest.mark.parametrize("case", cases("trunks"), ids=lambda c: c.id)
    def test_case(self, case: Case) -> None:
        given, expect = case.given, case.expect
        match case.id.split("-")[0]:
            case "admit":
                limits, use = TrunkLimits(**given["limits"]), TrunkUse(**given["use"])
                direction = Direction(given["direction"])
                trunk = limits.admit(use, direction)
                assert (trunk and str(trunk)) == expect["trunk"]
                assert limits.guard(direction).holds(use) is (trunk is not None)
            case "guard":
                guard = TrunkLimits(**given["limits"]).guard(Direction(given["direction"]))
                numbers = {name: getattr(guard, name) for name in ("oneway_below", "below", "total_below")}
                assert {name: None if number == NO_LIMIT else number for name, number in numbers.items()} == expect
            case "count":
                use = TrunkUse(**given["use"]).admitted(Direction(given["direction"]))
                assert use == TrunkUse(**expect["use"])
            case "release":
                use = TrunkUse(**given["use"])
                assert fault_of(lambda: use.released(Direction(given["direction"]))) == expect["problem"]
            case "hard":
                limit = CallLimits(**given["limits"])
                reached = limit.reached(CallUse(**given["use"]), Direction(given["direction"]))
                assert (reached and str(reached)) == expect["reached"]
            case "merge":
                wanted, cap, default = (read_limit(given[name]) for name in ("wanted", "cap", "default"))
                assert default is not UNSET
                assert merged_limit(wanted, cap=cap, default=default) == expect["limit"]
            case "pool":
                pool = TrunkPool.of(TrunkLimits(**given["total"]), [TrunkLimits(**row) for row in given["allocated"]])
                found = [
                    [str(problem.code), problem.path[0], problem.params.get("missing")]
                    for problem in pool.find_problems(
                        TrunkLimits(**given["asked"]), instead_of=TrunkLimits(**given.get("instead_of", {}))
                    )
                ]
                assert found == expect["problems"]
            case "limits":
                if "problem" in expect:
                    assert fault_of(lambda: TrunkLimits(**given)) == expect["problem"]
                else:
                    assert [str(problem.code) for problem in TrunkLimits(**given).warnings()] == expect["warnings"]
            case other:
                pytest.fail(f"no test for {other}")


class TestAdmit:
    """One call, one trunk: a free one-way trunk, else two-way, else burst, recomputed from totals (TRK-1)."""

    def test_one_way_then_two_way_then_burst_then_none(self) -> None:
        limits, use = TrunkLimits(inbound=1, twoway=1, burst=1), TrunkUse()
        taken = []
        for _ in range(4):
            taken.append(limits.admit(use, INBOUND))
            use = use.admitted(INBOUND)
        assert taken == [Trunk.ONEWAY, Trunk.TWOWAY, Trunk.BURST, None]

    def test_both_directions_share_the_two_way_trunks(self) -> None:
        limits = TrunkLimits(inbound=1, outbound=1, twoway=2)
        assert limits.admit(TrunkUse(inbound=2, outbound=1), OUTBOUND) is Trunk.TWOWAY
        assert limits.admit(TrunkUse(inbound=2, outbound=2), INBOUND) is None
        assert limits.admit(TrunkUse(inbound=3, outbound=1), OUTBOUND) is None

    def test_a_free_one_way_trunk_of_the_other_direction_carries_nothing(self) -> None:
        assert TrunkLimits(inbound=5).admit(TrunkUse(), OUTBOUND) is None

    @pytest.mark.parametrize("direction", Direction)
    def test_a_free_one_way_trunk_admits_whatever_the_other_direction_has(self, direction: Direction) -> None:
        # Limits were lowered under ten calls of the other direction.
        use = TrunkUse(inbound=10) if direction is OUTBOUND else TrunkUse(outbound=10)
        assert TrunkLimits(inbound=1, outbound=1).admit(use, direction) is Trunk.ONEWAY

    def test_a_one_way_trunk_that_falls_free_frees_a_two_way_one(self) -> None:
        limits, full = TrunkLimits(inbound=1, twoway=1), TrunkUse(inbound=2)
        assert limits.admit(full, OUTBOUND) is None
        # Whichever of the two ended: trunks are counted.
        assert limits.admit(full.released(INBOUND), OUTBOUND) is Trunk.TWOWAY

    def test_none_is_no_limit_and_zero_is_none_at_all(self) -> None:
        busy = TrunkUse(inbound=MAX_USE, outbound=MAX_USE)
        assert TrunkLimits().admit(TrunkUse(), INBOUND) is None
        assert TrunkLimits(inbound=None).admit(busy, INBOUND) is Trunk.ONEWAY
        assert TrunkLimits(inbound=None).admit(TrunkUse(), OUTBOUND) is None
        assert TrunkLimits(twoway=None).admit(busy, OUTBOUND) is Trunk.TWOWAY
        assert TrunkLimits(burst=None).admit(busy, OUTBOUND) is Trunk.BURST

    def test_calls_under_no_limit_never_overflow(self) -> None:
        use = TrunkUse(inbound=100, outbound=1)
        assert TrunkLimits(inbound=None, outbound=1, twoway=1).admit(use, OUTBOUND) is Trunk.TWOWAY

    def test_agrees_with_trying_every_way_to_seat_the_calls(self) -> None:
        for limits, use, direction in small_grid():
            assert limits.admit(use, direction) is expected_trunk(limits, use, direction), (limits, use, direction)

    @given(trunk_limits(), trunk_uses(), DIRECTIONS, st.sampled_from(KINDS))
    def test_adding_a_trunk_never_turns_yes_into_no(
        self, limits: TrunkLimits, use: TrunkUse, direction: Direction, kind: str
    ) -> None:
        has = getattr(limits, kind)
        more = evolve(limits, **{kind: None if has in {None, MAX_LIMIT} else has + 1})
        order = [None, Trunk.BURST, Trunk.TWOWAY, Trunk.ONEWAY]
        if kind == "burst":
            order = [None, Trunk.BURST]
        before, after = limits.admit(use, direction), more.admit(use, direction)
        if kind != "burst" or before in order:
            assert order.index(after) >= order.index(before)
        else:
            assert after is before

    @given(trunk_limits(), trunk_uses(), DIRECTIONS, DIRECTIONS)
    def test_a_call_that_ends_never_turns_yes_into_no(
        self, limits: TrunkLimits, use: TrunkUse, direction: Direction, ended: Direction
    ) -> None:
        if (use.inbound if ended is INBOUND else use.outbound) == 0:
            return
        if limits.admit(use, direction) is not None:
            assert limits.admit(use.released(ended), direction) is not None

    @given(trunk_limits(), trunk_uses(), DIRECTIONS)
    def test_the_two_directions_mirror_each_other(
        self, limits: TrunkLimits, use: TrunkUse, direction: Direction
    ) -> None:
        mirrored = evolve(limits, inbound=limits.outbound, outbound=limits.inbound)
        mirror = TrunkUse(inbound=use.outbound, outbound=use.inbound)
        other = OUTBOUND if direction is INBOUND else INBOUND
        assert limits.admit(use, direction) is mirrored.admit(mirror, other)

    @given(trunk_limits())
    def test_limits_are_values(self, limits: TrunkLimits) -> None:
        assert {limits, pickle.loads(pickle.dumps(limits))} == {limits}  # noqa: S301 - our own bytes

    def test_nothing_is_given_by_default(self) -> None:
        assert TrunkLimits() == TrunkLimits(inbound=0, outbound=0, twoway=0, burst=0)

    def test_names_and_values(self) -> None:
        assert [(item.name, str(item)) for item in Direction] == [("INBOUND", "inbound"), ("OUTBOUND", "outbound")]
        assert [(item.name, str(item)) for item in Trunk] == [
            ("ONEWAY", "oneway"), ("TWOWAY", "twoway"), ("BURST", "burst"),
        ]  # fmt: skip


class TestUse:
    """A release without an admit is a fault (TRK-1)."""

    def test_counts_each_direction(self) -> None:
        use = TrunkUse().admitted(INBOUND).admitted(OUTBOUND).admitted(OUTBOUND)
        assert use == TrunkUse(inbound=1, outbound=2)
        assert use.released(OUTBOUND) == TrunkUse(inbound=1, outbound=1)
        assert use.released(INBOUND) == TrunkUse(inbound=0, outbound=2)

    @pytest.mark.parametrize(
        ("use", "direction"),
        [
            (TrunkUse(), INBOUND),
            (TrunkUse(), OUTBOUND),
            (TrunkUse(outbound=9), INBOUND),
            (TrunkUse(inbound=9), OUTBOUND),
        ],
    )
    def test_no_release_without_admit(self, use: TrunkUse, direction: Direction) -> None:
        assert fault_of(lambda: use.released(direction)) == "TRUNK_RELEASE_WITHOUT_ADMIT"

    @given(trunk_uses(), DIRECTIONS)
    def test_a_release_takes_an_admit_back(self, use: TrunkUse, direction: Direction) -> None:
        if MAX_USE in {use.inbound, use.outbound}:
            return
        assert use.admitted(direction).released(direction) == use

    @given(trunk_uses(), DIRECTIONS)
    def test_a_use_that_is_counted_on_is_like_one_that_is_built(self, use: TrunkUse, direction: Direction) -> None:
        if MAX_USE in {use.inbound, use.outbound}:
            return
        counted = use.admitted(direction)
        built = TrunkUse(inbound=use.inbound + (direction is INBOUND), outbound=use.outbound + (direction is OUTBOUND))
        assert {counted, built, pickle.loads(pickle.dumps(counted))} == {built}  # noqa: S301 - our own bytes

    @pytest.mark.parametrize("direction", Direction)
    def test_more_than_the_most_is_refused(self, direction: Direction) -> None:
        most = TrunkUse(inbound=MAX_USE, outbound=MAX_USE)
        assert fault_of(lambda: most.admitted(direction)) == "FIELD_ABOVE_MAXIMUM"
        assert most.released(direction).admitted(direction) == most

    @pytest.mark.parametrize("name", ["inbound", "outbound"])
    def test_edges_of_what_is_counted(self, name: str) -> None:
        assert getattr(TrunkUse(**{name: MAX_USE}), name) == MAX_USE
        assert fault_of(lambda: TrunkUse(**{name: MAX_USE + 1})) == "FIELD_ABOVE_MAXIMUM"
        assert fault_of(lambda: TrunkUse(**{name: -1})) == "FIELD_BELOW_MINIMUM"
        for value in OTHER_TYPES:
            assert fault_of(lambda: TrunkUse(**{name: value})) == "FIELD_WRONG_TYPE"  # noqa: B023 - called at once


class TestGuard:
    """The guard is an inequality that is equal to what `admit` says, for every use (CALL-3)."""

    def test_example(self) -> None:
        limits = TrunkLimits(inbound=3, outbound=4, twoway=10, burst=2)
        assert limits.guard(INBOUND) == TrunkGuard(direction=INBOUND, oneway_below=3, below=15, total_below=19)
        assert limits.guard(OUTBOUND) == TrunkGuard(direction=OUTBOUND, oneway_below=4, below=16, total_below=19)

    def test_equals_admit_on_every_small_case(self) -> None:
        for limits, use, direction in small_grid():
            holds = limits.guard(direction).holds(use)
            assert holds is (limits.admit(use, direction) is not None), (limits, use, direction)

    @given(trunk_limits(), trunk_uses(), DIRECTIONS)
    def test_equals_admit_everywhere(self, limits: TrunkLimits, use: TrunkUse, direction: Direction) -> None:
        assert limits.guard(direction).holds(use) is (limits.admit(use, direction) is not None)

    @given(trunk_limits(), DIRECTIONS)
    def test_its_numbers_fit_four_signed_bytes(self, limits: TrunkLimits, direction: Direction) -> None:
        guard = limits.guard(direction)
        assert all(0 <= number <= NO_LIMIT < 2**31 for number in (guard.oneway_below, guard.below, guard.total_below))

    def test_the_greatest_limits_stay_below_no_limit_and_no_use_reaches_it(self) -> None:
        most = TrunkLimits(inbound=MAX_LIMIT, outbound=MAX_LIMIT, twoway=MAX_LIMIT, burst=MAX_LIMIT)
        assert most.guard(INBOUND).total_below == 4 * MAX_LIMIT < NO_LIMIT
        assert 2 * MAX_USE < NO_LIMIT

    @given(trunk_limits(), DIRECTIONS)
    def test_a_guard_is_like_one_that_is_built(self, limits: TrunkLimits, direction: Direction) -> None:
        guard = limits.guard(direction)
        built = TrunkGuard(
            direction=guard.direction,
            oneway_below=guard.oneway_below,
            below=guard.below,
            total_below=guard.total_below,
        )
        assert {guard, built, pickle.loads(pickle.dumps(guard))} == {built}  # noqa: S301 - our own bytes

    @given(trunk_uses(), DIRECTIONS, st.tuples(CALLS, CALLS, CALLS))
    def test_any_guard_is_the_documented_inequality(
        self, use: TrunkUse, direction: Direction, numbers: tuple[int, int, int]
    ) -> None:
        oneway_below, below, total_below = numbers
        guard = TrunkGuard(direction=direction, oneway_below=oneway_below, below=below, total_below=total_below)
        own, total = getattr(use, str(direction)), use.inbound + use.outbound
        assert guard.holds(use) is (own < oneway_below or (own < below and total < total_below))

    @pytest.mark.parametrize("name", ["oneway_below", "below", "total_below"])
    def test_its_numbers_are_checked(self, name: str) -> None:
        parts: dict[str, Any] = {"direction": INBOUND, "oneway_below": 0, "below": 0, "total_below": 0}
        assert getattr(TrunkGuard(**parts | {name: NO_LIMIT}), name) == NO_LIMIT
        assert fault_of(lambda: TrunkGuard(**parts | {name: NO_LIMIT + 1})) == "FIELD_ABOVE_MAXIMUM"
        assert fault_of(lambda: TrunkGuard(**parts | {name: -1})) == "FIELD_BELOW_MINIMUM"
        assert fault_of(lambda: TrunkGuard(**parts | {name: None})) == "FIELD_WRONG_TYPE"
        assert fault_of(lambda: TrunkGuard(**parts | {"direction": "inbound"})) == "FIELD_WRONG_TYPE"


class TestOtherTypes:
    """Whatever is handed in, what comes is an answer or a fault of ours (X-2)."""

    def test_directions(self) -> None:
        for value in (None, "inbound", 0, Trunk.ONEWAY, Touchy()):
            given: Any = value
            for call in (
                lambda: TrunkLimits().admit(TrunkUse(), given),  # noqa: B023 - called at once
                lambda: TrunkLimits().guard(given),  # noqa: B023 - as above
                lambda: TrunkUse().admitted(given),  # noqa: B023 - as above
                lambda: TrunkUse(inbound=1, outbound=1).released(given),  # noqa: B023 - as above
            ):
                with pytest.raises(InvalidType, match="direction must be a Direction"):
                    call()

    def test_uses(self) -> None:
        for value in (None, 0, (1, 2), TrunkLimits(), CallUse(), Touchy()):
            given: Any = value
            with pytest.raises(InvalidType, match="use must be a TrunkUse"):
                TrunkLimits().admit(given, INBOUND)
            with pytest.raises(InvalidType, match="use must be a TrunkUse"):
                TrunkLimits().guard(INBOUND).holds(given)

    @pytest.mark.parametrize("kind", KINDS)
    def test_limits(self, kind: str) -> None:
        assert getattr(TrunkLimits(**{kind: MAX_LIMIT}), kind) == MAX_LIMIT
        assert getattr(TrunkLimits(**{kind: None}), kind) is None
        assert fault_of(lambda: TrunkLimits(**{kind: MAX_LIMIT + 1})) == "LIMIT_TOO_HIGH"
        assert fault_of(lambda: TrunkLimits(**{kind: 10**5000})) == "LIMIT_TOO_HIGH"
        assert fault_of(lambda: TrunkLimits(**{kind: -1})) == "LIMIT_NEGATIVE"
        for value in OTHER_TYPES[1:]:
            with pytest.raises(InvalidType) as caught:
                TrunkLimits(**{kind: value})
            assert str(caught.value.problem.code) == "LIMIT_TYPE"

    @given(anything(), st.sampled_from(KINDS))
    def test_any_object(self, value: Any, kind: str) -> None:
        for call in (
            lambda: TrunkLimits(**{kind: value}),
            lambda: TrunkUse(inbound=value),
            lambda: TrunkLimits().admit(value, value),
            lambda: TrunkLimits().admit(TrunkUse(), value),
            lambda: TrunkLimits().guard(value),
        ):
            try:
                call()
            except InvalidValue as error:
                assert len(str(error)) < 300  # noqa: PT017 - that it may raise is the point


class TestWarnings:
    """More than 100 trunks of a kind may be a slip of the hand."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_more_than_the_wizards_offer(self, kind: str) -> None:
        assert list(TrunkLimits(**{kind: 100}).warnings()) == []
        (problem,) = TrunkLimits(**{kind: 101}).warnings()
        assert problem.is_warning
        assert problem.code.kind is Kind.WARNING
        assert problem.path == (kind,)

    def test_each_kind_is_named_and_no_limit_is_no_slip(self) -> None:
        assert list(TrunkLimits(inbound=None, outbound=None, twoway=None, burst=None).warnings()) == []
        assert [problem.path for problem in TrunkLimits(inbound=200, burst=300).warnings()] == [
            ("inbound",),
            ("burst",),
        ]


class Switch(RuleBasedStateMachine):
    """Calls come and go; three ways to count them must agree, and no limit is ever exceeded.

    The ways are the library's values, a row in a database whose `UPDATE` has the guard in its `WHERE`, and a list of
    calls that knows nothing of sums.
    """

    def __init__(self) -> None:
        super().__init__()
        self.limits = TrunkLimits()
        self.use = TrunkUse()
        self.calls: list[Direction] = []
        self.store = sqlite3.connect(":memory:")
        self.store.execute("CREATE TABLE trunk_use (inbound INTEGER, outbound INTEGER)")
        self.store.execute("INSERT INTO trunk_use VALUES (0, 0)")

    def teardown(self) -> None:
        self.store.close()

    @initialize(limits=trunk_limits())
    def start(self, limits: TrunkLimits) -> None:
        self.limits = limits

    @rule(direction=DIRECTIONS)
    def ask(self, direction: Direction) -> None:
        trunk = self.limits.admit(self.use, direction)
        guard = self.limits.guard(direction)
        numbers = {name: getattr(guard, name) for name in ("oneway_below", "below", "total_below")}
        row = self.store.execute(SQL.format(own=str(direction)), numbers).fetchone()
        wanted = [*self.calls, direction]
        fits = has_seats(self.limits, wanted.count(INBOUND), wanted.count(OUTBOUND))
        assert (trunk is not None) is (row is not None) is fits
        if trunk is not None:
            self.use = self.use.admitted(direction)
            self.calls.append(direction)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        direction = self.calls.pop(data.draw(st.integers(0, len(self.calls) - 1)))
        self.use = self.use.released(direction)
        self.store.execute(f"UPDATE trunk_use SET {direction} = {direction} - 1")  # noqa: S608 - one of two words

    @rule(direction=DIRECTIONS)
    def end_what_never_began(self, direction: Direction) -> None:
        if direction not in self.calls:
            assert fault_of(lambda: self.use.released(direction)) == "TRUNK_RELEASE_WITHOUT_ADMIT"

    @invariant()
    def every_call_has_a_trunk_of_its_own(self) -> None:
        assert has_seats(self.limits, self.calls.count(INBOUND), self.calls.count(OUTBOUND))

    @invariant()
    def all_count_the_same(self) -> None:
        counted = (self.calls.count(INBOUND), self.calls.count(OUTBOUND))
        assert (self.use.inbound, self.use.outbound) == counted
        assert self.store.execute("SELECT inbound, outbound FROM trunk_use").fetchone() == counted


TestSwitch = Switch.TestCase
