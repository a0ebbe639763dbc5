"""Who may change what of a tenant, by where both stand in the tree."""

import pickle
from typing import Any, assert_type

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore.errors import FieldCode, InvalidType, InvalidValue, Kind, Problem
from tenantcore.permissions import (
    Allowed,
    Change,
    Decision,
    Forbidden,
    Ground,
    Place,
    RightsFault,
    judge_actor,
    judge_change,
)
from tests.strangers import MEGABYTE, HostileText, Pretender, Word, anything
from tests.vector_files import Case, cases

ACME = Place("acme", ("platform", "distributor", "reseller"))
TOP = Place("platform")
# A small tree, by its parents: the oracle climbs it step by step.
PARENTS = {
    "platform": None, "direct": "platform", "distributor": "platform", "reseller": "distributor", "acme": "reseller",
    "branch": "acme", "beside": "reseller",
}  # fmt: skip


def place_of(tenant: str) -> Place:
    """Climb to the top, then build the way down as a host does when it takes tenants on."""
    parent = PARENTS[tenant]
    return Place(tenant) if parent is None else place_of(parent).below(tenant)


def steps_up(tenant: str, ancestor: str) -> int | None:
    """How often one must climb from a tenant to reach an ancestor, None if one never does."""
    steps, at = 0, tenant
    while at != ancestor:
        parent = PARENTS[at]
        if parent is None:
            return None
        steps, at = steps + 1, parent
    return steps


def tenants() -> SearchStrategy[str]:
    return st.sampled_from(sorted(PARENTS))


def changes() -> SearchStrategy[Change]:
    return st.sampled_from(Change)


class TestChange:
    """PERM-3: name, realm, limits, credit, restrictions, permissions, features, carrier, apps: an ancestor only."""

    def test_nine_parts_are_changed_by_an_ancestor_only(self) -> None:
        assert [str(change) for change in Change] == [
            "name", "realm", "limits", "credit", "restrictions", "permissions", "features", "carrier", "apps",
        ]  # fmt: skip

    @pytest.mark.parametrize("change", Change, ids=str)
    def test_each_ancestor_may_and_the_tenant_may_not(self, change: Change) -> None:
        assert judge_change(change, ACME, "reseller") == Allowed(Ground.PARENT)
        assert judge_change(change, ACME, "distributor") == Allowed(Ground.HIGHER_ANCESTOR)
        assert judge_change(change, ACME, "platform") == Allowed(Ground.HIGHER_ANCESTOR)
        part = {"part": str(change)}
        assert judge_change(change, ACME, "acme") == Forbidden(Problem(RightsFault.CHANGE_OF_OWN_TENANT, params=part))
        assert judge_change(change, TOP, "platform") == Forbidden(Problem(RightsFault.CHANGE_AT_THE_TOP, params=part))

    @pytest.mark.parametrize("place", [ACME, TOP])
    def test_nobody_and_strangers_may_not(self, place: Place) -> None:
        assert judge_change(Change.CREDIT, place, None) == Forbidden(Problem(RightsFault.ACTOR_MISSING))
        for stranger in ("beside", "", "ACME", "acme ", "Reseller", "acm", "\ud800", "x" * MEGABYTE):
            assert judge_change(Change.CREDIT, place, stranger) == Forbidden(Problem(RightsFault.ACTOR_OUTSIDE))

    @given(changes(), tenants(), tenants())
    def test_climbing_the_tree_agrees(self, change: Change, tenant: str, actor: str) -> None:
        steps = steps_up(tenant, actor)
        decision = judge_change(change, place_of(tenant), actor)
        assert bool(decision) == (steps is not None and steps > 0)
        match decision:
            case Allowed(reason):
                assert reason is (Ground.PARENT if steps == 1 else Ground.HIGHER_ANCESTOR)
            case Forbidden(problem):
                at_top = RightsFault.CHANGE_AT_THE_TOP if tenant == "platform" else RightsFault.CHANGE_OF_OWN_TENANT
                assert problem.code is (RightsFault.ACTOR_OUTSIDE if steps is None else at_top)

    @given(changes(), tenants(), tenants())
    def test_of_two_tenants_at_most_one_changes_the_other(self, change: Change, one: str, other: str) -> None:
        assert not (judge_change(change, place_of(one), other) and judge_change(change, place_of(other), one))

    @given(changes(), tenants(), tenants(), tenants())
    def test_who_changes_an_ancestor_changes_what_stands_beneath_it(
        self, change: Change, tenant: str, middle: str, actor: str
    ) -> None:
        if judge_change(change, place_of(tenant), middle) and judge_change(change, place_of(middle), actor):
            assert judge_change(change, place_of(tenant), actor) == Allowed(Ground.HIGHER_ANCESTOR)

    def test_ids_of_a_hosts_own_kind_are_text(self) -> None:
        assert judge_change(Change.APPS, ACME, HostileText("reseller"))
        assert Place(HostileText("acme"), (HostileText("reseller"),)) == Place("acme", ("reseller",))
        place = Place(Word.NAME, (Word.SG,))
        assert (type(place.tenant), type(place.parent)) == (str, str)

    @pytest.mark.parametrize("change", ["name", None, Ground.PARENT, True, Change])
    def test_the_change_is_named_by_a_member(self, change: Any) -> None:
        with pytest.raises(InvalidType) as error:
            judge_change(change, ACME, "reseller")
        assert error.value.problem.params["field"] == "change"

    @given(anything())
    def test_any_object_is_judged_or_refused_by_us(self, stranger: Any) -> None:
        if type(stranger) is str or stranger is None or isinstance(stranger, Word):
            assert judge_change(Change.NAME, ACME, stranger) is not None
        with pytest.raises(InvalidType):
            judge_change(Change.NAME, stranger, "reseller")

    @pytest.mark.parametrize("actor", [5, b"reseller", True, ("reseller",), ACME])
    def test_an_actor_is_text_or_none(self, actor: Any) -> None:
        with pytest.raises(InvalidType) as error:
            judge_change(Change.NAME, ACME, actor)
        assert error.value.problem.params["field"] == "actor"
        with pytest.raises(InvalidType):
            judge_actor(ACME, actor)

    def test_who_pretends_to_be_text_is_none(self) -> None:
        stranger: Any = Pretender()
        with pytest.raises(InvalidType):
            judge_change(Change.NAME, ACME, stranger)
        with pytest.raises(InvalidType):
            Place(stranger)


class TestActor:
    """PERM-3: what counts is where the tenant of the user who asks stands, seen from the tenant that is asked about."""

    @given(tenants(), tenants())
    def test_climbing_the_tree_agrees(self, tenant: str, actor: str) -> None:
        steps = steps_up(tenant, actor)
        grounds = {0: Ground.OWN_TENANT, 1: Ground.PARENT}
        expected = (
            Forbidden(Problem(RightsFault.ACTOR_OUTSIDE))
            if steps is None
            else Allowed(grounds.get(steps, Ground.HIGHER_ANCESTOR))
        )
        assert judge_actor(place_of(tenant), actor) == expected

    def test_nobody_is_logged_in(self) -> None:
        assert judge_actor(ACME, None) == Forbidden(Problem(RightsFault.ACTOR_MISSING))

    @pytest.mark.parametrize("place", ["acme", None, ("acme",), Place])
    def test_a_place_is_one(self, place: Any) -> None:
        with pytest.raises(InvalidType) as error:
            judge_actor(place, None)
        assert error.value.problem.params["field"] == "place"


class TestDecision:
    """X-3: a refusal has a stable code and its sentence; a decision is its yes or no."""

    def test_a_yes_is_true_and_a_no_is_false(self) -> None:
        yes, no = Allowed(Ground.PARENT), Forbidden(Problem(RightsFault.ACTOR_OUTSIDE))
        assert (bool(yes), bool(no)) == (True, False)
        assert (yes.reason, no.reason) == (Ground.PARENT, RightsFault.ACTOR_OUTSIDE)

    def test_a_condition_tells_the_type_apart(self) -> None:
        decision: Decision = judge_change(Change.NAME, ACME, "acme")
        if decision:
            assert_type(decision, Allowed)
        else:
            assert_type(decision, Forbidden)
            assert decision.problem.params == {"part": "name"}

    def test_they_are_values(self) -> None:
        for decision in (Allowed(Ground.CARRIER), judge_change(Change.NAME, ACME, "acme")):
            assert pickle.loads(pickle.dumps(decision)) == decision  # noqa: S301 - our own bytes
            assert hash(decision) == hash(pickle.loads(pickle.dumps(decision)))  # noqa: S301 - our own bytes

    def test_built_of_other_types(self) -> None:
        with pytest.raises(InvalidType):
            Allowed("parent")  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            Forbidden("no")  # type: ignore[arg-type]

    def test_what_can_not_be_changed_is_of_kind_frozen(self) -> None:
        assert {code.name for code in RightsFault if code.kind is not Kind.FROZEN} == {
            "ACTOR_MISSING",
            "PLACE_CIRCULAR",
        }


class TestPlace:
    """PERM-3: a tenant's place is its id and those of its ancestors from the top down."""

    def test_the_parent_comes_last(self) -> None:
        assert ACME.parent == "reseller"
        assert TOP.parent is None
        assert ACME.below("branch") == Place("branch", ("platform", "distributor", "reseller", "acme"))

    @given(tenants())
    def test_going_down_makes_the_tenant_the_parent(self, tenant: str) -> None:
        place = place_of(tenant)
        assert place.parent == PARENTS[tenant]
        assert place.below("new").parent == tenant
        assert pickle.loads(pickle.dumps(place)) == place  # noqa: S301 - our own bytes

    @pytest.mark.parametrize(
        ("tenant", "ancestors"), [("a", ("a",)), ("a", ("b", "b")), ("a", ("a", "b")), ("a", ("b", "c", "b"))]
    )
    def test_nobody_comes_twice(self, tenant: str, ancestors: tuple[str, ...]) -> None:
        with pytest.raises(InvalidValue) as error:
            Place(tenant, ancestors)
        assert error.value.problem.code is RightsFault.PLACE_CIRCULAR

    def test_nobody_is_beneath_itself(self) -> None:
        for tenant in ("acme", "reseller", "platform"):
            with pytest.raises(InvalidValue) as error:
                ACME.below(tenant)
            assert error.value.problem.params == {"tenant": repr(tenant)}

    @pytest.mark.parametrize("tenant", [None, 5, b"acme", True, ("acme",)])
    def test_ids_are_text(self, tenant: Any) -> None:
        with pytest.raises(InvalidType):
            Place(tenant)
        with pytest.raises(InvalidType):
            Place("acme", (tenant,))
        with pytest.raises(InvalidType):
            ACME.below(tenant)

    def test_ids_are_not_empty(self) -> None:
        with pytest.raises(InvalidValue) as error:
            Place("")
        assert error.value.problem.code is FieldCode.FIELD_EMPTY
        with pytest.raises(InvalidValue) as error:
            Place("acme", ("platform", ""))
        assert error.value.problem.params == {"field": "ancestors"}

    @pytest.mark.parametrize("ancestors", [["platform"], "platform", None, {"platform"}, frozenset(), 5])
    def test_ancestors_are_a_tuple(self, ancestors: Any) -> None:
        with pytest.raises(InvalidType) as error:
            Place("acme", ancestors)
        assert error.value.problem.params["field"] == "ancestors"


class TestVectors:
    """Cases that any implementation of the rule could run."""

    @pytest.mark.parametrize("case", cases("permissions", "PERM-3"), ids=lambda case: case.id)
    def test_case(self, case: Case) -> None:
        answers = answers_to(case.given)
        assert {name: answers[name] for name in case.expect} == case.expect


def answers_to(given: dict[str, Any]) -> dict[str, Any]:
    assert set(given) <= {"change", "tenant", "ancestors", "actor", "below"}
    place = Place(given["tenant"], tuple(given["ancestors"]))
    place = place.below(given["below"]) if "below" in given else place
    answers: dict[str, Any] = {"parent": place.parent, "ancestors": list(place.ancestors)}
    if "change" in given:
        decision = judge_change(Change(given["change"]), place, given["actor"])
        answers |= {"is_allowed": bool(decision), "reason": decision.reason.name}
    return answers
