"""What hosts test their routing with: numbers of every class of every plan turn up, and nothing else does."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore import _number_strategies
from tenantcore._country_numbering import regions
from tenantcore.errors import InvalidType
from tenantcore.numbering import NORTH_AMERICA, CallClass, CountryClass, DialPlan, NumberClass, OwnClass
from tenantcore.testing import call_classes, called_numbers, dial_plans, dialled_numbers


def drawn(strategy: SearchStrategy[Any], examples: int) -> list[Any]:
    """Return what a strategy gives, the same in every run."""
    found: list[Any] = []

    @settings(
        derandomize=True, database=None, deadline=None, max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(strategy)
    def collect(value: object) -> None:
        found.append(value)

    collect()
    return found


class TestPlans:
    """Plans are North America's, countries', and some with a host's own rules (NUM-1)."""

    def test_all_kinds_turn_up(self) -> None:
        found = drawn(dial_plans(), 60)
        assert {type(plan) for plan in found} == {DialPlan}
        assert NORTH_AMERICA in found
        assert len({plan.name for plan in found}) > 8
        assert {bool(plan.own) for plan in found} == {True, False}


class TestClasses:
    """Classes are those that numbers of a plan can have (NUM-2)."""

    @pytest.mark.parametrize("plan", [NORTH_AMERICA, DialPlan.for_country("SG"), DialPlan.for_country("IO")], ids=str)
    def test_every_class_of_the_plan(self, plan: DialPlan) -> None:
        assert set(drawn(call_classes(plan), 100)) == set(plan.classes)

    def test_without_a_plan_those_of_any(self) -> None:
        assert {type(found) for found in drawn(call_classes(), 60)} == {NumberClass, CountryClass, OwnClass}


class TestNumbers:
    """Numbers are of the class that was asked for (NUM-2)."""

    @pytest.mark.parametrize(
        "plan", [NORTH_AMERICA, *map(DialPlan.for_country, ("US", "JM", "JE", "BR", "AR", "DE", "IO"))], ids=str
    )
    def test_of_each_class(self, plan: DialPlan) -> None:
        for call_class in plan.classes:
            found = drawn(called_numbers(plan, call_class), 10)
            assert {plan.classify(number) for number in found} == {call_class}
            if call_class is not NumberClass.UNKNOWN:
                assert found == [plan.normalize(number) for number in found]

    def test_every_class_of_a_country_has_numbers(self) -> None:
        for region in (*sorted(regions())[::4], "US", "GB", "FI", "AU"):
            plan = DialPlan.for_country(region)
            assert set(plan.classes) == set(_number_strategies._classes(plan)), region  # noqa: SLF001 - to draw none

    @pytest.mark.parametrize("region", ["IT", "MA"])
    def test_numbers_of_a_neighbour_that_are_all_ones_own_are_left_out(self, region: str) -> None:
        # Italy's own numbers hold the Vatican's, Morocco's those of Western Sahara.
        plan = DialPlan.for_country(region)
        assert CountryClass.SAME_CODE not in drawn(call_classes(plan), 60)
        with pytest.raises(InvalidType, match="call_class must be a class of the plan"):
            called_numbers(plan, CountryClass.SAME_CODE)

    def test_without_a_class_each_turns_up(self) -> None:
        found = drawn(called_numbers(NORTH_AMERICA), 100)
        assert {NORTH_AMERICA.classify(number) for number in found} == set(NORTH_AMERICA.classes)

    def test_of_any_plan_that_has_the_class(self) -> None:
        found = drawn(called_numbers(call_class=CountryClass.SHARED_COST), 10)
        assert all(number.startswith("+") for number in found)
        assert len({number[:3] for number in found}) > 1
        assert drawn(called_numbers(), 20)

    def test_no_number_turns_up_as_unknown(self) -> None:
        found = drawn(called_numbers(NORTH_AMERICA, NumberClass.UNKNOWN), 100)
        numbers = {NORTH_AMERICA.normalize(number) for number in found}
        assert None in numbers
        assert len(numbers) > 3

    def test_calls_for_help_turn_up_in_both_forms(self) -> None:
        found = drawn(called_numbers(NORTH_AMERICA, NumberClass.EMERGENCY), 60)
        assert {number[0] == "+" for number in found} == {True, False}

    def test_a_class_that_no_number_of_the_plan_has(self) -> None:
        with pytest.raises(InvalidType, match="call_class must be a class of the plan"):
            called_numbers(NORTH_AMERICA, CountryClass.MOBILE)


def dialled(plan: DialPlan) -> SearchStrategy[tuple[str, str]]:
    """Numbers of a plan, each with a form in which it is dialled."""
    numbers = called_numbers(plan).filter(lambda number: plan.normalize(number) is not None)
    return numbers.flatmap(lambda number: st.tuples(st.just(number), dialled_numbers(plan, number)))


class TestDialled:
    """What is dialled becomes the number (NUM-1)."""

    @given(dial_plans().flatmap(lambda plan: st.tuples(st.just(plan), dialled(plan))))
    def test_it_normalizes_to_the_number(self, drawn_: tuple[DialPlan, tuple[str, str]]) -> None:
        plan, (number, form) = drawn_
        assert plan.normalize(form) == number

    @pytest.mark.parametrize(
        ("plan", "number", "forms"),
        [
            ("NANP", "+14155550100", {"+14155550100", "14155550100", "4155550100", "0014155550100", "01114155550100"}),
            ("NANP", "911", {"911"}),
            ("SG", "+6561234567", {"+6561234567", "6561234567", "61234567", "0016561234567"}),
            ("DE", "+493012345678", {"+493012345678", "493012345678", "03012345678", "00493012345678"}),
            ("HU", "+36201234567", {"+36201234567", "06201234567", "0036201234567"}),
        ],
    )
    def test_the_forms_of_a_number(self, plan: str, number: str, forms: set[str]) -> None:
        found = set(drawn(dialled_numbers(DialPlan(plan), number), 200))
        assert forms <= found

    def test_what_is_no_number_of_the_plan(self) -> None:
        for number in ("4155550100", "what", "7001", ""):
            with pytest.raises(InvalidType, match=r"number must be a number in E\.164 or a short code"):
                dialled_numbers(NORTH_AMERICA, number)


class TestIndependence:
    """Strategies are built without loading what they draw from."""

    MAKERS: tuple[Callable[[], SearchStrategy[Any]], ...] = (dial_plans, call_classes, called_numbers)

    @pytest.mark.parametrize("make", MAKERS)
    def test_each_can_be_built_and_shown(self, make: Callable[[], SearchStrategy[Any]]) -> None:
        assert isinstance(make(), SearchStrategy)


def test_every_class_is_one() -> None:
    classes: list[CallClass] = drawn(call_classes(), 30)
    assert {found.word for found in classes} <= {*(c.word for t in (NumberClass, CountryClass) for c in t), "offices"}
