"""The reseller's pool: TRK-2."""

import pickle
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tenantcore.errors import InvalidType, InvalidValue, Problem
from tenantcore.trunks import (
    MAX_ALLOCATED,
    MAX_LIMIT,
    TrunkCounts,
    TrunkLimits,
    TrunkPool,
    TrunkPoolFault,
)
from tests.strangers import Touchy, anything

KINDS = ("inbound", "outbound", "twoway", "burst")
FEW = st.none() | st.integers(0, 5)
OTHER_TYPES: list[Any] = [None, 0, "twoway", (1, 2, 3, 4), {"twoway": 1}, TrunkCounts(), Touchy()]


def limits() -> st.SearchStrategy[TrunkLimits]:
    return st.builds(TrunkLimits, inbound=FEW, outbound=FEW, twoway=FEW, burst=FEW)


def totals() -> st.SearchStrategy[TrunkLimits]:
    some = st.none() | st.integers(0, 12)
    return st.builds(TrunkLimits, inbound=some, outbound=some, twoway=some, burst=some)


def seen(problem: Problem) -> tuple[str, object, object]:
    return str(problem.code), problem.path[0], problem.params.get("missing")


class TestAllocation:
    """Allocation comes out of the reseller's totals per kind; over-allocation names kind and missing count (TRK-2)."""

    POOL = TrunkPool(total=TrunkLimits(inbound=3, outbound=4, twoway=20))

    def test_sums_are_kept(self) -> None:
        pool = self.POOL.with_allocation(TrunkLimits(inbound=1, twoway=10)).with_allocation(TrunkLimits(twoway=4))
        assert pool == evolve(self.POOL, allocated=TrunkCounts(inbound=1, twoway=14))
        assert pool.free == TrunkLimits(inbound=2, outbound=4, twoway=6, burst=0)

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_last_trunk_and_the_one_after_it(self, kind: str) -> None:
        pool = TrunkPool(total=TrunkLimits(**{kind: 5}), allocated=TrunkCounts(**{kind: 2}))
        assert list(pool.find_problems(TrunkLimits(**{kind: 3}))) == []
        assert getattr(pool.with_allocation(TrunkLimits(**{kind: 3})).free, kind) == 0
        (problem,) = pool.find_problems(TrunkLimits(**{kind: 4}))
        assert seen(problem) == ("TRUNKS_OVER_ALLOCATED", kind, 1)
        with pytest.raises(InvalidValue) as caught:
            pool.with_allocation(TrunkLimits(**{kind: 4}))
        assert caught.value.problem == problem

    def test_every_kind_that_is_short_is_named(self) -> None:
        found = self.POOL.find_problems(TrunkLimits(inbound=4, outbound=4, twoway=None, burst=2))
        assert [seen(problem) for problem in found] == [
            ("TRUNKS_OVER_ALLOCATED", "inbound", 1),
            ("TRUNKS_UNLIMITED_IN_POOL", "twoway", None),
            ("TRUNKS_OVER_ALLOCATED", "burst", 2),
        ]

    def test_unlimited_out_of_a_finite_pool_is_over_allocation_however_large(self) -> None:
        pool = TrunkPool(total=TrunkLimits(twoway=MAX_LIMIT))
        assert [seen(problem)[0] for problem in pool.find_problems(TrunkLimits(twoway=None))] == [
            "TRUNKS_UNLIMITED_IN_POOL"
        ]

    def test_an_unlimited_pool_gives_numbers_and_no_limit(self) -> None:
        pool = TrunkPool(total=TrunkLimits(twoway=None)).with_allocation(TrunkLimits(twoway=None))
        pool = pool.with_allocation(TrunkLimits(twoway=MAX_LIMIT))
        assert pool.allocated == TrunkCounts(twoway=MAX_LIMIT)
        assert pool.unlimited == TrunkCounts(twoway=1)
        assert pool.free == TrunkLimits(twoway=None)

    def test_nothing_can_always_be_had(self) -> None:
        full = TrunkPool(total=TrunkLimits())
        assert full.with_allocation(TrunkLimits()) == full

    @given(totals(), st.lists(limits(), max_size=6))
    def test_a_pool_is_the_sum_of_its_allocations(self, total: TrunkLimits, given: list[TrunkLimits]) -> None:
        pool, had = TrunkPool(total=total), []
        for asked in given:
            if not list(pool.find_problems(asked)):
                pool = pool.with_allocation(asked)
                had.append(asked)
        assert TrunkPool.of(total, had) == TrunkPool.of(total, iter(had)) == pool

    def test_adding_up_too_much_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="twoway: there are 20 two-way trunks in the pool, and 21 would be"):
            TrunkPool.of(TrunkLimits(twoway=20), [TrunkLimits(twoway=10), TrunkLimits(twoway=11)])
        with pytest.raises(InvalidValue, match="burst: there are 0 burst trunks in the pool, so no tenant"):
            TrunkPool.of(TrunkLimits(), [TrunkLimits(burst=None)])


class TestReallocation:
    """What a tenant has goes back before it gets anew."""

    POOL = TrunkPool.of(TrunkLimits(twoway=20, burst=None), [TrunkLimits(twoway=10, burst=None), TrunkLimits(twoway=5)])

    def test_its_own_trunks_are_free_for_it(self) -> None:
        pool = self.POOL.with_allocation(TrunkLimits(twoway=15), instead_of=TrunkLimits(twoway=10))
        assert pool.allocated == TrunkCounts(twoway=20)
        (problem,) = self.POOL.find_problems(TrunkLimits(twoway=16), instead_of=TrunkLimits(twoway=10))
        assert seen(problem) == ("TRUNKS_OVER_ALLOCATED", "twoway", 1)

    def test_no_limit_becomes_a_number_and_back(self) -> None:
        some, no_limit = TrunkLimits(burst=7), TrunkLimits(burst=None)
        limited = self.POOL.with_allocation(some, instead_of=no_limit)
        assert (limited.allocated.burst, limited.unlimited.burst) == (7, 0)
        assert limited.with_allocation(no_limit, instead_of=some) == self.POOL

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_is_not_allocated_cannot_be_returned(self, kind: str) -> None:
        pool = TrunkPool(total=TrunkLimits(**{kind: 5}), allocated=TrunkCounts(**{kind: 2}))
        assert pool.without_allocation(TrunkLimits(**{kind: 2})) == TrunkPool(total=pool.total)
        with pytest.raises(InvalidValue) as caught:
            pool.without_allocation(TrunkLimits(**{kind: 3}))
        assert seen(caught.value.problem) == ("TRUNKS_NOT_ALLOCATED", kind, None)
        with pytest.raises(InvalidValue) as caught:
            pool.without_allocation(TrunkLimits(**{kind: None}))
        assert seen(caught.value.problem) == ("TRUNKS_UNLIMITED_NOT_ALLOCATED", kind, None)

    def test_a_wrong_return_is_told_once_though_the_pool_is_short_as_well(self) -> None:
        pool = TrunkPool(total=TrunkLimits(twoway=5))
        found = pool.find_problems(TrunkLimits(twoway=9), instead_of=TrunkLimits(twoway=1))
        assert [seen(problem)[0] for problem in found] == ["TRUNKS_NOT_ALLOCATED"]

    @given(totals(), st.lists(limits(), max_size=4), limits())
    def test_to_have_the_same_as_before_is_always_possible(
        self, total: TrunkLimits, given: list[TrunkLimits], mine: TrunkLimits
    ) -> None:
        try:
            pool = TrunkPool.of(total, [*given, mine])
        except InvalidValue:
            return
        assert pool.with_allocation(mine, instead_of=mine) == pool
        assert pool.without_allocation(mine) == TrunkPool.of(total, given)


class TestTotal:
    """A reseller can't have less than its tenants have."""

    POOL = TrunkPool.of(TrunkLimits(inbound=5, twoway=20, burst=None), [TrunkLimits(inbound=5, twoway=13, burst=None)])

    def test_down_to_what_is_allocated(self) -> None:
        lowered = self.POOL.with_total(TrunkLimits(inbound=5, twoway=13, burst=None))
        assert lowered.free == TrunkLimits(burst=None)
        assert lowered.with_total(self.POOL.total) == self.POOL
        assert list(self.POOL.find_total_problems(lowered.total)) == []

    def test_below_it_every_kind_is_named(self) -> None:
        lower = TrunkLimits(inbound=4, twoway=10, burst=100)
        found = list(self.POOL.find_total_problems(lower))
        assert [seen(problem) for problem in found] == [
            ("TRUNKS_OVER_ALLOCATED", "inbound", 1),
            ("TRUNKS_OVER_ALLOCATED", "twoway", 3),
            ("TRUNKS_UNLIMITED_IN_POOL", "burst", None),
        ]
        with pytest.raises(InvalidValue) as caught:
            self.POOL.with_total(lower)
        assert caught.value.problem == found[0]

    @given(totals(), totals(), st.lists(limits(), max_size=4))
    def test_it_is_possible_exactly_when_the_allocations_fit(
        self, old: TrunkLimits, new: TrunkLimits, given: list[TrunkLimits]
    ) -> None:
        try:
            pool = TrunkPool.of(old, given)
        except InvalidValue:
            return
        try:
            expected = TrunkPool.of(new, given)
        except InvalidValue as error:
            assert next(pool.find_total_problems(new)) == error.problem  # noqa: PT017 - both answers are compared
        else:
            assert pool.with_total(new) == expected


class TestValues:
    """A pool can't exist in a wrong state, and says so with a fault of ours (X-2, X-4)."""

    def test_no_pool_holds_more_than_there_is(self) -> None:
        with pytest.raises(InvalidValue, match="missing 1"):
            TrunkPool(total=TrunkLimits(burst=3), allocated=TrunkCounts(burst=4))
        with pytest.raises(InvalidValue, match="without limit"):
            TrunkPool(total=TrunkLimits(burst=3), unlimited=TrunkCounts(burst=1))

    @pytest.mark.parametrize("kind", KINDS)
    def test_counts_are_checked(self, kind: str) -> None:
        assert getattr(TrunkCounts(**{kind: MAX_ALLOCATED}), kind) == MAX_ALLOCATED == 2**53 - 1
        for wrong in (-1, MAX_ALLOCATED + 1, 10**5000, True, 1.0, None, "1", Touchy()):
            value: Any = wrong
            with pytest.raises(InvalidValue, match=f"{kind} must be"):
                TrunkCounts(**{kind: value})

    def test_more_than_is_counted_is_refused(self) -> None:
        pool = TrunkPool(total=TrunkLimits(inbound=None), allocated=TrunkCounts(inbound=MAX_ALLOCATED))
        with pytest.raises(InvalidValue, match="inbound must be at most"):
            pool.with_allocation(TrunkLimits(inbound=1))

    def test_parts_of_other_types(self) -> None:
        pool = TrunkPool(total=TrunkLimits())
        for value in OTHER_TYPES:
            with pytest.raises(InvalidType, match="total must be TrunkLimits"):
                TrunkPool(total=value)
            with pytest.raises(InvalidType, match="limits must be TrunkLimits"):
                pool.with_allocation(value)
            with pytest.raises(InvalidType, match="limits must be TrunkLimits"):
                list(pool.find_problems(value))
            with pytest.raises(InvalidType, match="instead_of must be TrunkLimits"):
                pool.with_allocation(TrunkLimits(), instead_of=value)
            with pytest.raises(InvalidType, match="instead_of must be TrunkLimits"):
                pool.without_allocation(value)
            with pytest.raises(InvalidType, match="total must be TrunkLimits"):
                pool.with_total(value)
            with pytest.raises(InvalidType, match="total must be TrunkLimits"):
                list(pool.find_total_problems(value))
            with pytest.raises(InvalidType, match="allocations must hold only TrunkLimits, but item 1 "):
                TrunkPool.of(TrunkLimits(), [TrunkLimits(), value])
        wrong: list[Any] = [None, 0, TrunkLimits(), Touchy()]
        for name, value in product(("allocated", "unlimited"), wrong):
            with pytest.raises(InvalidType, match=f"{name} must be TrunkCounts"):
                TrunkPool(total=TrunkLimits(), **{name: value})
        with pytest.raises(InvalidType, match="allocations must be an iterable of TrunkLimits, not int"):
            TrunkPool.of(TrunkLimits(), 5)  # type: ignore[arg-type]  # what an untyped caller may do

    @given(anything())
    def test_any_object(self, value: Any) -> None:
        pool = TrunkPool(total=TrunkLimits())
        for call in (
            lambda: TrunkPool(total=value),
            lambda: TrunkCounts(burst=value),
            lambda: pool.with_allocation(value),
            lambda: list(pool.find_problems(TrunkLimits(), instead_of=value)),
        ):
            try:
                call()
            except InvalidValue as error:
                assert len(str(error)) < 300  # noqa: PT017 - that it may raise is the point

    @given(totals(), st.lists(limits(), max_size=3))
    def test_pools_are_values(self, total: TrunkLimits, given: list[TrunkLimits]) -> None:
        try:
            pool = TrunkPool.of(total, given)
        except InvalidValue:
            return
        assert {pool, pickle.loads(pickle.dumps(pool))} == {pool}  # noqa: S301 - our own bytes


class Reseller(RuleBasedStateMachine):
    """Tenants come, change what they have and go; a list of who has what is the model, which adds it up each time."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = TrunkPool(total=TrunkLimits())
        self.tenants: list[TrunkLimits] = []

    @initialize(total=totals())
    def start(self, total: TrunkLimits) -> None:
        self.pool = TrunkPool(total=total)

    def shortages(self, total: TrunkLimits, tenants: list[TrunkLimits]) -> dict[str, int | None]:
        """How many of each kind are missing: None where no number would do."""
        found: dict[str, int | None] = {}
        for kind in KINDS:
            have, given = getattr(total, kind), [getattr(tenant, kind) for tenant in tenants]
            if have is None:
                continue
            if None in given:
                found[kind] = None
            elif sum(given) > have:
                found[kind] = sum(given) - have
        return found

    def check(self, found: list[Problem], expected: dict[str, int | None]) -> None:
        assert {str(problem.path[0]): problem.params.get("missing") for problem in found} == expected
        unlimited = {problem.path[0] for problem in found if problem.code is TrunkPoolFault.TRUNKS_UNLIMITED_IN_POOL}
        assert unlimited == {kind for kind, missing in expected.items() if missing is None}

    @rule(asked=limits())
    def come(self, asked: TrunkLimits) -> None:
        expected = self.shortages(self.pool.total, [*self.tenants, asked])
        self.check(list(self.pool.find_problems(asked)), expected)
        if not expected:
            self.pool = self.pool.with_allocation(asked)
            self.tenants.append(asked)

    @precondition(lambda self: self.tenants)
    @rule(asked=limits(), data=st.data())
    def change(self, asked: TrunkLimits, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.tenants) - 1))
        after = [*self.tenants[:place], asked, *self.tenants[place + 1 :]]
        expected = self.shortages(self.pool.total, after)
        self.check(list(self.pool.find_problems(asked, instead_of=self.tenants[place])), expected)
        if not expected:
            self.pool = self.pool.with_allocation(asked, instead_of=self.tenants[place])
            self.tenants = after

    @precondition(lambda self: self.tenants)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        self.pool = self.pool.without_allocation(self.tenants.pop(data.draw(st.integers(0, len(self.tenants) - 1))))

    @rule(total=totals())
    def resize(self, total: TrunkLimits) -> None:
        expected = self.shortages(total, self.tenants)
        self.check(list(self.pool.find_total_problems(total)), expected)
        if not expected:
            self.pool = self.pool.with_total(total)

    @invariant()
    def nothing_is_over_allocated(self) -> None:
        assert self.shortages(self.pool.total, self.tenants) == {}

    @invariant()
    def what_is_free_is_what_the_next_can_have_and_no_more(self) -> None:
        for kind in KINDS:
            free = getattr(self.pool.free, kind)
            most = TrunkLimits(**{kind: free})
            assert self.shortages(self.pool.total, [*self.tenants, most]) == {}
            if free is not None:
                assert self.shortages(self.pool.total, [*self.tenants, TrunkLimits(**{kind: free + 1})]) == {kind: 1}


TestReseller = Reseller.TestCase
