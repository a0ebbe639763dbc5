"""Statuses, what is set and who sets it, what counts: TEN-1."""

import pickle
import re
from collections.abc import Callable, Iterator
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.errors import FieldCode, InvalidType, InvalidValue, Kind
from tenantcore.status import Changer, Standing, Status, StatusFault, effective, strictest
from tests.strangers import HostileText, Touchy, Word, anything, long_text
from tests.vector_files import Case, cases

# By hand, and not by the order of the members.
STRICTEST_FIRST = ["closed", "blocked", "suspended", "limited", "active"]
STATUSES = st.sampled_from(Status)
STANDINGS = st.builds(Standing, is_closed=st.booleans(), is_blocked=st.booleans(), is_suspended=st.booleans())
# What untyped callers may hand in for a status, who changes it, or a bool.
OTHER_TYPES: list[Any] = [None, 0, 1, "yes", "active", b"", [], Touchy()]
CHANGE: dict[str, Callable[..., Standing]] = {"set": Standing.with_status, "lift": Standing.without_status}


def fault_of(call: Callable[[], object]) -> str:
    with pytest.raises(InvalidValue) as caught:
        call()
    return str(caught.value.problem.code)


def standing_of(*names: str) -> Standing:
    return Standing(**{f"is_{name}": True for name in names})


class TestVectors:
    """The cases that any implementation could run."""

    @pytest.mark.parametrize("case", cases("status"), ids=lambda c: c.id)
    def test_case(self, case: Case) -> None:
        given, expect = case.given, case.expect
        if "own" in given:
            parents = map(Status.parse, given["parents"])
            assert str(effective(Status.parse(given["own"]), parents)) == expect["status"]
            return
        if "text" in given:
            if "problem" in expect:
                assert fault_of(lambda: Status.parse(given["text"])) == expect["problem"]
            else:
                assert str(Status.parse(given["text"])) == expect["status"]
            return
        standing = standing_of(*given["set"])
        *earlier, last = given.get("changes", []) or [None]
        for what, status, by in earlier:
            standing = CHANGE[what](standing, Status(status), by=Changer(by))
        if "problem" in expect:
            assert last is not None
            what, status, by = last
            assert fault_of(lambda: CHANGE[what](standing, Status(status), by=Changer(by))) == expect["problem"]
            return
        if last is not None:
            what, status, by = last
            standing = CHANGE[what](standing, Status(status), by=Changer(by))
        assert str(standing.status(may_use_services=given.get("may_use_services", True))) == expect["status"]


class TestPrecedence:
    """Status precedence closed > blocked > suspended > limited > active (TEN-1)."""

    def test_members_and_values(self) -> None:
        assert {status.name: status.value for status in Status} == {name.upper(): name for name in STRICTEST_FIRST}

    def test_all_comparisons_follow_the_order(self) -> None:
        for (high, left), (low, right) in product(enumerate(reversed(STRICTEST_FIRST)), repeat=2):
            one, other = Status(left), Status(right)
            assert (one < other, one <= other, one > other, one >= other) == (
                high < low, high <= low, high > low, high >= low,
            )  # fmt: skip
            assert (one == other) is (high == low)

    def test_severity_rises_by_one_from_active(self) -> None:
        assert [Status(name).severity for name in reversed(STRICTEST_FIRST)] == [0, 1, 2, 3, 4]
        assert [status.value for status in sorted(Status, reverse=True)] == STRICTEST_FIRST

    @pytest.mark.parametrize("other", [1, "closed", None, Changer.TENANT])
    def test_nothing_else_compares(self, other: Any) -> None:
        for compare in (Status.__lt__, Status.__le__, Status.__gt__, Status.__ge__):
            assert compare(Status.ACTIVE, other) is NotImplemented
        with pytest.raises(TypeError):
            sorted([Status.ACTIVE, other])
        assert other != Status.ACTIVE

    def test_the_strictest_of_none_is_active(self) -> None:
        assert strictest([]) is strictest(()) is strictest(iter([])) is Status.ACTIVE

    @given(st.lists(STATUSES))
    def test_the_strictest_is_the_first_in_the_list_that_is_there(self, statuses: list[Status]) -> None:
        names = [status.value for status in statuses] or ["active"]
        expected = next(name for name in STRICTEST_FIRST if name in names)
        assert strictest(statuses).value == expected
        assert strictest(iter(statuses)) is strictest(frozenset(statuses)) is Status(expected)

    @given(STATUSES)
    def test_members_are_values(self, status: Status) -> None:
        assert pickle.loads(pickle.dumps(status)) is status  # noqa: S301 - our own bytes
        assert str(status) == status.value


class TestParse:
    """A status is read by its name."""

    @given(STATUSES)
    def test_reads_back(self, status: Status) -> None:
        assert Status.parse(str(status)) is Status.parse(status) is status

    @pytest.mark.parametrize("text", ["Closed", "CLOSED", " closed ", "closed"])
    def test_case_and_spaces_at_the_ends_do_not_matter(self, text: str) -> None:
        assert Status.parse(text) is Status.CLOSED

    @pytest.mark.parametrize("text", [None, "", " ", " " * 10**6])
    def test_missing(self, text: object) -> None:
        assert fault_of(lambda: Status.parse(text)) == "STATUS_REQUIRED"

    @pytest.mark.parametrize(
        "text",
        [
            "open",
            "enabled",
            "act ive",
            "active\n",
            "\tactive",
            "active\0",
            "\ud800",
            "limitëd",
            "Xactive",
            "activeX",
            "cloſed",
            "bloc\u212aed",
            "ＡＣＴＩＶＥ",
            long_text("a"),
        ],
    )
    def test_unknown(self, text: str) -> None:
        assert fault_of(lambda: Status.parse(text)) == "STATUS_UNKNOWN"

    @pytest.mark.parametrize("value", [0, True, b"active", ["active"], Changer.TENANT, 1.0])
    def test_no_other_type_is_text(self, value: object) -> None:
        with pytest.raises(InvalidType, match="status must be text"):
            Status.parse(value)

    def test_a_text_of_a_hosts_own_kind_is_text(self) -> None:
        assert Status.parse(HostileText("Blocked")) is Status.BLOCKED
        assert fault_of(lambda: Status.parse(Word.NAME)) == "STATUS_UNKNOWN"

    @given(anything())
    def test_whatever_it_is_the_answer_is_a_status_or_a_fault_of_ours(self, value: object) -> None:
        try:
            assert type(Status.parse(value)) is Status
        except InvalidValue as error:
            assert len(str(error)) < 300  # noqa: PT017 - that it may raise is the point


class TestInheritance:
    """Status is inherited from the parent (TEN-1)."""

    @pytest.mark.parametrize("own", Status)
    def test_who_has_no_parent_has_its_own(self, own: Status) -> None:
        assert effective(own, []) is own

    @given(STATUSES, st.lists(STATUSES))
    def test_the_strictest_of_the_whole_chain_counts(self, own: Status, parents: list[Status]) -> None:
        names = {own.value, *(parent.value for parent in parents)}
        assert effective(own, parents).value == next(name for name in STRICTEST_FIRST if name in names)

    @given(STATUSES, st.lists(STATUSES))
    def test_the_parents_effective_status_stands_for_the_whole_chain(self, own: Status, chain: list[Status]) -> None:
        of_the_parent = Status.ACTIVE
        for ancestor in chain:
            of_the_parent = effective(ancestor, [of_the_parent])
        assert effective(own, [of_the_parent]) is effective(own, chain)

    @given(STATUSES, STATUSES)
    def test_a_parent_never_makes_a_tenant_freer(self, own: Status, parent: Status) -> None:
        assert effective(own, [parent]) >= own
        assert effective(own, [parent]) >= parent

    def test_items_of_other_types_are_named_by_position(self) -> None:
        for call, name in ((strictest, "statuses"), (lambda given: effective(Status.ACTIVE, given), "parents")):
            with pytest.raises(InvalidType, match=rf"{name} must hold only statuses, but item 1 .* of type str"):
                call([Status.ACTIVE, "blocked"])  # type: ignore[list-item]  # what an untyped caller may do
            with pytest.raises(InvalidType, match=f"{name} must be an iterable of statuses, not int"):
                call(5)  # type: ignore[arg-type]  # the same
            with pytest.raises(InvalidType) as caught:
                call([Touchy()])  # type: ignore[list-item]  # the same
            assert caught.value.problem.code is FieldCode.FIELD_WRONG_ITEM

    def test_the_own_status_is_one(self) -> None:
        for own in OTHER_TYPES:
            with pytest.raises(InvalidType, match="own must be a Status"):
                effective(own, [])


class TestStanding:
    """What is set on a tenant is kept mark by mark, and the strictest counts (TEN-1)."""

    @given(STANDINGS, st.booleans())
    def test_the_status_is_the_strictest_of_all_that_holds(self, standing: Standing, may_use_services: bool) -> None:
        holding = {
            "closed": standing.is_closed,
            "blocked": standing.is_blocked,
            "suspended": standing.is_suspended,
            "limited": not may_use_services,
            "active": True,
        }
        expected = next(name for name in STRICTEST_FIRST if holding[name])
        assert standing.status(may_use_services=may_use_services).value == expected

    def test_a_new_tenant_is_active(self) -> None:
        assert Standing().status(may_use_services=True) is Status.ACTIVE

    def test_limited_follows_from_the_balance(self) -> None:
        assert Standing().status(may_use_services=False) is Status.LIMITED

    def test_the_balances_answer_is_a_bool(self) -> None:
        for answer in OTHER_TYPES:
            with pytest.raises(InvalidType, match="may_use_services must be a bool"):
                Standing().status(may_use_services=answer)

    @pytest.mark.parametrize("mark", ["is_closed", "is_blocked", "is_suspended"])
    def test_marks_are_bools(self, mark: str) -> None:
        for value in OTHER_TYPES:
            with pytest.raises(InvalidType, match=f"{mark} must be a bool"):
                Standing(**{mark: value})

    @given(STANDINGS)
    def test_standings_are_values(self, standing: Standing) -> None:
        assert {standing, pickle.loads(pickle.dumps(standing))} == {standing}  # noqa: S301 - our own bytes


def allowed() -> Iterator[tuple[str, str, str]]:
    yield "set", "closed", "ancestor"
    yield "set", "blocked", "ancestor"
    yield "lift", "blocked", "ancestor"
    yield "set", "suspended", "billing"
    yield "lift", "suspended", "billing"
    # Lifting what was never set changes nothing; of a closed tenant it is refused.
    yield "lift", "closed", "ancestor"


class TestChanges:
    """A tenant cannot enable itself; limited is never set; closed is final (TEN-1)."""

    @pytest.mark.parametrize(
        ("what", "status", "by"), list(product(CHANGE, STRICTEST_FIRST, ["tenant", "ancestor", "billing"]))
    )
    def test_who_may_change_what_on_an_open_tenant(self, what: str, status: str, by: str) -> None:
        def change(standing: Standing) -> Standing:
            return CHANGE[what](standing, Status(status), by=Changer(by))

        if (what, status, by) not in set(allowed()):
            expected = expected_fault(what, status, by)
            assert fault_of(lambda: change(Standing())) == expected
            assert fault_of(lambda: change(standing_of("blocked", "suspended"))) == expected
        elif what == "set":
            assert change(Standing()) == standing_of(status)
        elif status != "closed":
            assert change(standing_of(status)) == Standing()

    @pytest.mark.parametrize("status", [Status.BLOCKED, Status.SUSPENDED])
    def test_one_mark_leaves_the_others(self, status: Status) -> None:
        by = Changer.ANCESTOR if status is Status.BLOCKED else Changer.BILLING
        both = standing_of("blocked", "suspended")
        other = standing_of("suspended" if status is Status.BLOCKED else "blocked")
        assert both.without_status(status, by=by) == other
        assert other.with_status(status, by=by) == both

    def test_a_block_is_no_way_round_a_debt(self) -> None:
        indebted = Standing().with_status(Status.SUSPENDED, by=Changer.BILLING)
        blocked = indebted.with_status(Status.BLOCKED, by=Changer.ANCESTOR)
        assert blocked.without_status(Status.BLOCKED, by=Changer.ANCESTOR) == indebted

    @given(STANDINGS, st.sampled_from(sorted(allowed())))
    def test_repeating_a_change_changes_nothing(self, standing: Standing, change: tuple[str, str, str]) -> None:
        what, status, by = change[0], Status(change[1]), Changer(change[2])
        try:
            once = CHANGE[what](standing, status, by=by)
        except InvalidValue:
            assert standing.is_closed
            return
        if once.is_closed and what == "lift":
            return
        assert CHANGE[what](once, status, by=by) == once

    @given(STANDINGS, STATUSES, st.sampled_from(sorted(CHANGE)))
    def test_a_tenant_changes_nothing_about_itself(self, standing: Standing, status: Status, what: str) -> None:
        assert fault_of(lambda: CHANGE[what](standing, status, by=Changer.TENANT)) == "STATUS_OWN"

    @pytest.mark.parametrize("rest", [(), ("blocked",), ("suspended",), ("blocked", "suspended")])
    def test_closed_is_final(self, rest: tuple[str, ...]) -> None:
        closed = standing_of("closed", *rest)
        for what, status, by in allowed():
            if (what, status) == ("set", "closed"):
                assert closed.with_status(Status.CLOSED, by=Changer.ANCESTOR) == closed
            else:
                call = CHANGE[what]
                assert fault_of(lambda: call(closed, Status(status), by=Changer(by))) == "TENANT_CLOSED"  # noqa: B023 - called at once

    def test_lifting_what_is_not_set_changes_nothing(self) -> None:
        assert Standing().without_status(Status.BLOCKED, by=Changer.ANCESTOR) == Standing()
        assert Standing().without_status(Status.SUSPENDED, by=Changer.BILLING) == Standing()
        assert standing_of("blocked").without_status(Status.CLOSED, by=Changer.ANCESTOR) == standing_of("blocked")

    @given(st.lists(st.tuples(st.sampled_from(sorted(CHANGE)), STATUSES, st.sampled_from(Changer))))
    def test_nothing_opens_a_closed_tenant(self, changes: list[tuple[str, Status, Changer]]) -> None:
        standing = Standing()
        for before, after in pairwise([standing, *self.walk(standing, changes)]):
            assert after.is_closed or not before.is_closed

    def walk(self, standing: Standing, changes: list[tuple[str, Status, Changer]]) -> Iterator[Standing]:
        for what, status, by in changes:
            try:
                standing = CHANGE[what](standing, status, by=by)
            except InvalidValue:
                continue
            yield standing

    @pytest.mark.parametrize("change", CHANGE.values())
    def test_other_types_are_refused(self, change: Callable[..., Standing]) -> None:
        for value in (*OTHER_TYPES, Changer.ANCESTOR):
            with pytest.raises(InvalidType, match="status must be a Status"):
                change(Standing(), value, by=Changer.ANCESTOR)
        for value in (*OTHER_TYPES, Status.BLOCKED):
            with pytest.raises(InvalidType, match="by must be a Changer"):
                change(Standing(), Status.BLOCKED, by=value)


def expected_fault(what: str, status: str, by: str) -> str:
    if by == "tenant":
        return "STATUS_OWN"
    if status in {"active", "limited"}:
        return "STATUS_DERIVED"
    if by == "billing":
        return "STATUS_NOT_BY_BILLING"
    return {"set": "SUSPENSION_NOT_SETTABLE", "lift": "SUSPENSION_NOT_LIFTABLE"}[what]


MESSAGES: dict[str, tuple[Callable[[], object], str]] = {
    "missing": (
        lambda: Status.parse(None),
        "the status is missing; give active, limited, suspended, blocked or closed",
    ),
    "unknown": (
        lambda: Status.parse("disabled"),
        "'disabled' is no status; choose active, limited, suspended, blocked or closed",
    ),
    "unknown and personal": (
        lambda: Status.parse("ann@example.net"),
        "a text of 15 characters is no status; choose active, limited, suspended, blocked or closed",
    ),
    "no text": (lambda: Status.parse(5), "status must be text, not int; hand in text"),
    "no truth": (
        lambda: Standing().status(may_use_services=1),  # type: ignore[arg-type]
        "may_use_services must be a bool, not int; hand in a bool",
    ),
    "no own status": (
        lambda: effective("active", ()),  # type: ignore[arg-type]
        "own must be a Status, not str; hand in a Status",
    ),
    "itself": (
        lambda: standing_of("blocked").without_status(Status.BLOCKED, by=Changer.TENANT),
        (
            "a tenant can't change its own status, so it can't set or lift blocked; "
            "ask whoever manages the tenant's parent, or pay what is due"
        ),
    ),
    "derived": (
        lambda: Standing().with_status(Status.LIMITED, by=Changer.BILLING),
        (
            "limited can't be set or lifted: it follows from the balance and from what else is set; "
            "change the balance or its limit, or set or lift blocked, which is done by hand"
        ),
    ),
    "billing": (
        lambda: Standing().with_status(Status.CLOSED, by=Changer.BILLING),
        (
            "billing can't set or lift closed: it can suspend and lift what it has suspended; "
            "set suspended for a debt, or have an ancestor change closed"
        ),
    ),
    "suspended by hand": (
        lambda: Standing().with_status(Status.SUSPENDED, by=Changer.ANCESTOR),
        (
            "suspended can't be set by hand: billing sets it for a debt, and only payment lifts it; "
            "set blocked, which can be lifted by hand"
        ),
    ),
    "lifted by hand": (
        lambda: Standing().without_status(Status.SUSPENDED, by=Changer.ANCESTOR),
        (
            "suspended can't be lifted by hand: it stands for a debt; "
            "record the payment, and let billing lift the suspension"
        ),
    ),
    "closed, lifted": (
        lambda: standing_of("closed").without_status(Status.BLOCKED, by=Changer.ANCESTOR),
        "the tenant is closed for ever, so blocked can't be set or lifted; create a new tenant",
    ),
    "no status": (
        lambda: Standing().with_status("blocked", by=Changer.ANCESTOR),  # type: ignore[arg-type]
        "status must be a Status, not str; hand in a Status",
    ),
    "nobody": (
        lambda: Standing().with_status(Status.BLOCKED, by="me"),  # type: ignore[arg-type]
        "by must be a Changer, not str; hand in a Changer",
    ),
    "closed": (
        lambda: standing_of("closed").with_status(Status.BLOCKED, by=Changer.ANCESTOR),
        "the tenant is closed for ever, so blocked can't be set or lifted; create a new tenant",
    ),
}


class TestMessages:
    """Every fault is a sentence and a remedy, self-contained (X-3)."""

    @pytest.mark.parametrize(("call", "expected"), MESSAGES.values(), ids=MESSAGES.keys())
    def test_reads_in_full(self, call: Callable[[], object], expected: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            call()
        assert str(caught.value) == expected

    def test_every_fault_is_shown_above_and_belongs_to_the_rule(self) -> None:
        shown = {fault_of(call) for call, _ in MESSAGES.values()}
        assert shown - {"FIELD_WRONG_TYPE"} == {fault.name for fault in StatusFault}
        assert {fault.rule for fault in StatusFault} == {"TEN-1"}
        assert Kind.WARNING not in {fault.kind for fault in StatusFault}

    @pytest.mark.parametrize("fault", StatusFault)
    def test_each_reads_well(self, fault: StatusFault) -> None:
        assert re.match(r"[a-z{]", fault.sentence)
        assert not (fault.sentence + fault.remedy).endswith(".")
