"""What a tenant's users may see: the tree, the value, forms and warnings."""

import contextlib
import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore import permissions as module
from tenantcore._forms import FormFault
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue, Kind
from tenantcore.permissions import (
    EVERYTHING,
    HEADINGS,
    NOTHING,
    RESELLERS_CUSTOMER,
    Permission,
    PermissionFault,
    Permissions,
    find_permission_problems,
)
from tests.strangers import MEGABYTE, HostileKey, HostileText, TrickyDict, Word, anything
from tests.vector_files import Case, cases

# The tree once more, by hand, as S2 prints it.
WORDS = (
    "settings", "settings.user", "settings.account",
    "billing", "billing.credit_card", "billing.per_minute", "billing.per_minute.show_credit",
    "billing.per_minute.show_minutes", "billing.service_plan", "billing.transactions",
    "trunking", "trunking.inbound", "trunking.outbound", "trunking.twoway",
    "misc", "misc.errors_log",
)  # fmt: skip
STARTS = {"everything": EVERYTHING, "nothing": NOTHING, "resellers customer": RESELLERS_CUSTOMER}

# An oracle: sets of words, compared letter by letter.


def is_beneath(word: str, parent: str) -> bool:
    return word.startswith(parent + ".")


def with_headings(words: set[str]) -> frozenset[str]:
    """What is seen of words without headings: a heading is, while a word begins with it."""
    return frozenset(word for word in WORDS if word in words or any(is_beneath(other, word) for other in words))


def slow_grant(seen: frozenset[str], word: str) -> frozenset[str]:
    found = {other for other in seen if "." in other}
    for other in WORDS:
        is_in_heading = "." not in word and is_beneath(other, word)
        if "." in other and (other == word or is_beneath(word, other) or is_in_heading):
            found.add(other)
    return with_headings(found)


def slow_clear(seen: frozenset[str], word: str) -> frozenset[str]:
    return with_headings({other for other in seen if "." in other and other != word and not is_beneath(other, word)})


def words_of(permissions: Permissions) -> frozenset[str]:
    return frozenset(map(str, permissions.seen))


def single() -> SearchStrategy[Permission]:
    return st.sampled_from(Permission)


def several() -> SearchStrategy[list[Permission]]:
    return st.lists(single(), max_size=5)


def values() -> SearchStrategy[Permissions]:
    """Permissions of every kind: granted from nothing, cleared from everything, and the two mixed."""
    return st.builds(
        lambda start, granted, cleared: start.grant(*granted).clear(*cleared),
        st.sampled_from((NOTHING, EVERYTHING, RESELLERS_CUSTOMER)),
        several(),
        several(),
    )


def forms() -> SearchStrategy[dict[str, bool]]:
    return st.dictionaries(st.sampled_from(WORDS), st.booleans())


def codes_of(form: object, default: Permissions | None = None) -> list[Code]:
    return [problem.code for problem in find_permission_problems(form, default=default)]


class TestTree:
    """PERM-1: settings (user, account); billing (credit card, per minute (...), ...); trunking (...); misc (...)."""

    def test_words_stand_in_the_order_in_which_they_are_printed(self) -> None:
        assert tuple(map(str, Permission)) == WORDS

    def test_labels_are_those_that_are_printed(self) -> None:
        assert [permission.label for permission in Permission] == [
            "SETTINGS", "User", "Account",
            "BILLING", "Credit Card", "Per Minute", "Show Credit Information", "Show Minutes Information",
            "Service Plan", "Transactions",
            "TRUNKING", "Inbound", "Outbound", "Twoway",
            "MISC", "UI Errors Log",
        ]  # fmt: skip

    @pytest.mark.parametrize("permission", Permission, ids=str)
    def test_a_name_is_the_word_in_capitals(self, permission: Permission) -> None:
        assert permission.name == permission.value.replace(".", "_").upper()

    @pytest.mark.parametrize("permission", Permission, ids=str)
    def test_relations_follow_from_the_words(self, permission: Permission) -> None:
        word = str(permission)
        parent, _, _ = word.rpartition(".")
        assert (str(permission.parent) if permission.parent else "") == parent
        beneath = [other for other in WORDS if is_beneath(other, word)]
        assert [str(other) for other in permission.beneath] == beneath
        assert [str(other) for other in permission.children] == [
            other for other in beneath if other.count(".") == word.count(".") + 1
        ]
        above = [other for other in WORDS if is_beneath(word, other)]
        assert [str(other) for other in permission.above] == sorted(above, key=len, reverse=True)
        assert permission.is_heading == ("." not in word)

    def test_walking_down_from_the_headings_meets_each_once(self) -> None:
        met: list[Permission] = []
        waiting = list(HEADINGS)
        while waiting:
            met.append(waiting.pop(0))
            waiting[:0] = met[-1].children
        assert met == list(Permission)

    @pytest.mark.parametrize("permission", Permission, ids=str)
    def test_a_word_reads_back(self, permission: Permission) -> None:
        assert Permission.parse(str(permission)) is permission
        assert Permission.parse(permission) is permission

    def test_words_of_a_hosts_own_kind_are_text(self) -> None:
        assert Permission.parse(HostileText("settings.user")) is Permission.SETTINGS_USER

    @pytest.mark.parametrize(
        "word", ["", " ", "user", "Settings", "settings.", ".user", "settings.user\n", " misc", "mísc"]
    )
    def test_other_words_are_none(self, word: str) -> None:
        with pytest.raises(InvalidValue) as error:
            Permission.parse(word)
        assert error.value.problem.code is PermissionFault.PERMISSION_UNKNOWN
        assert error.value.problem.params["known"] == ", ".join(WORDS)

    def test_what_looks_like_no_code_is_told_by_its_length(self) -> None:
        for text in ("ann@example.net", "x" * MEGABYTE):
            with pytest.raises(InvalidValue) as error:
                Permission.parse(text)
            assert error.value.problem.params["value"] == f"a text of {len(text)} characters"

    @pytest.mark.parametrize("permission", Permission, ids=str)
    def test_it_survives_pickling_whatever_its_label_becomes(self, permission: Permission) -> None:
        pickled = pickle.dumps(permission)
        assert pickle.loads(pickled) is permission  # noqa: S301 - our own bytes
        assert copy.deepcopy(permission) is permission
        assert permission.is_heading or permission.label.encode() not in pickled


class TestGrantAndClear:
    """PERM-1: a child implies its parents; clearing a parent clears its children."""

    @given(values(), single())
    def test_a_permission_that_is_granted_is_seen_and_so_are_its_parents(
        self, before: Permissions, permission: Permission
    ) -> None:
        after = before.grant(permission)
        assert all(after.allows(each) for each in (permission, *permission.above))

    @given(values(), single())
    def test_a_permission_that_is_cleared_takes_everything_beneath_it(
        self, before: Permissions, permission: Permission
    ) -> None:
        after = before.clear(permission)
        assert not any(after.allows(each) for each in (permission, *permission.beneath))

    @given(values())
    def test_what_is_seen_is_closed(self, value: Permissions) -> None:
        assert all(value.allows(each.parent) for each in value.seen if each.parent is not None)
        for heading in HEADINGS:
            assert value.allows(heading) == any(map(value.allows, heading.children))

    @given(values(), several())
    def test_twice_is_once(self, value: Permissions, some: list[Permission]) -> None:
        assert value.grant(*some).grant(*some) == value.grant(*some)
        assert value.clear(*some).clear(*some) == value.clear(*some)

    @given(values(), values(), several())
    def test_who_had_more_keeps_more(self, one: Permissions, other: Permissions, some: list[Permission]) -> None:
        less = Permissions.only(*(each for each in one.granted if each in other.granted))
        assert less.granted <= one.granted
        assert less.grant(*some).granted <= one.grant(*some).granted
        assert less.clear(*some).granted <= one.clear(*some).granted

    @given(values(), several())
    def test_granting_only_adds_and_clearing_only_removes(self, value: Permissions, some: list[Permission]) -> None:
        assert value.clear(*some).granted <= value.granted <= value.grant(*some).granted

    @given(values(), several().flatmap(st.permutations), several())
    def test_order_and_grouping_make_no_difference(
        self, value: Permissions, some: list[Permission], others: list[Permission]
    ) -> None:
        assert value.grant(*some).grant(*others) == value.grant(*others, *some)
        assert value.clear(*some).clear(*others) == value.clear(*others, *some)

    @given(values(), several(), several())
    def test_a_slow_oracle_agrees(
        self, value: Permissions, granted: list[Permission], cleared: list[Permission]
    ) -> None:
        expected = words_of(value)
        for permission in granted:
            expected = slow_grant(expected, str(permission))
        for permission in cleared:
            expected = slow_clear(expected, str(permission))
        assert words_of(value.grant(*granted).clear(*cleared)) == expected

    @given(values(), single().filter(lambda permission: not permission.is_heading))
    def test_granting_leaves_what_stands_beneath_as_it_is(self, value: Permissions, permission: Permission) -> None:
        after = value.grant(permission)
        assert all(after.allows(each) == value.allows(each) for each in permission.beneath)

    @given(values(), st.sampled_from(HEADINGS))
    def test_granting_a_heading_grants_everything_beneath_it(self, value: Permissions, heading: Permission) -> None:
        assert all(map(value.grant(heading).allows, heading.beneath))

    def test_the_value_before_is_left_alone(self) -> None:
        before = EVERYTHING
        assert before.clear(Permission.MISC) != before
        assert before == Permissions(frozenset(each for each in Permission if not each.is_heading))

    def test_nothing_to_grant_changes_nothing(self) -> None:
        assert RESELLERS_CUSTOMER.grant() == RESELLERS_CUSTOMER == RESELLERS_CUSTOMER.clear()

    def test_only_is_granting_from_nothing(self) -> None:
        assert Permissions.only() == NOTHING
        assert Permissions.only(*HEADINGS) == EVERYTHING
        assert words_of(Permissions.only(Permission.TRUNKING_INBOUND)) == {"trunking", "trunking.inbound"}

    @given(values())
    def test_what_is_seen_stands_in_the_printed_order_and_grants_it_again(self, value: Permissions) -> None:
        assert list(value.seen) == [each for each in Permission if value.allows(each)]
        assert Permissions.only(*value.granted) == value
        assert value.is_empty == (value.seen == ())

    @given(values())
    def test_it_is_a_value(self, value: Permissions) -> None:
        again = Permissions(frozenset(list(value.granted)))
        assert (again, hash(again)) == (value, hash(value))
        assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own bytes

    def test_it_is_shown_in_the_printed_order(self) -> None:
        shown = Permissions.only(Permission.MISC_ERRORS_LOG, Permission.SETTINGS_ACCOUNT, Permission.SETTINGS_USER)
        assert repr(shown) == "Permissions(granted={settings.user, settings.account, misc.errors_log})"


class TestRefused:
    """X-2: what is no permission is a fault of ours, and never simply off."""

    @pytest.mark.parametrize("stranger", ["settings.user", Word.NAME, None, True, 1, frozenset(), Permission])
    def test_other_objects(self, stranger: Any) -> None:
        for ask in (EVERYTHING.allows, EVERYTHING.grant, EVERYTHING.clear, Permissions.only):
            with pytest.raises(InvalidType) as error:
                ask(stranger)
            assert error.value.problem.code is FieldCode.FIELD_WRONG_TYPE
            assert error.value.problem.params["field"] == "permission"

    def test_the_second_of_several(self) -> None:
        with pytest.raises(InvalidType):
            NOTHING.grant(Permission.MISC, "misc")  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "granted",
        [None, [], set(), (), {}, "settings.user", {Permission.MISC_ERRORS_LOG}, frozenset({"misc.errors_log"}), {1}],
    )
    def test_built_of_other_collections(self, granted: Any) -> None:
        with pytest.raises(InvalidType) as error:
            Permissions(granted)
        assert error.value.problem.params["field"] == "granted"

    @pytest.mark.parametrize("heading", HEADINGS, ids=str)
    def test_built_with_a_heading(self, heading: Permission) -> None:
        with pytest.raises(InvalidValue) as error:
            Permissions(frozenset({heading, *heading.beneath}))
        assert error.value.problem.code is PermissionFault.PERMISSION_IS_HEADING

    @pytest.mark.parametrize("child", Permission.BILLING_PER_MINUTE.children, ids=str)
    def test_built_without_a_parent(self, child: Permission) -> None:
        with pytest.raises(InvalidValue) as error:
            Permissions(EVERYTHING.granted - {Permission.BILLING_PER_MINUTE} | {child})
        assert error.value.problem.code is PermissionFault.PERMISSION_WITHOUT_PARENT
        assert Permissions(frozenset({child, Permission.BILLING_PER_MINUTE})).allows(child)

    @given(st.frozensets(single()))
    def test_built_of_what_granting_could_make_or_not_at_all(self, some: frozenset[Permission]) -> None:
        could_be_made = some == Permissions.only(*(each for each in some if not each.is_heading)).granted
        try:
            assert Permissions(some).granted == some
        except InvalidValue:
            assert not could_be_made
        else:
            assert could_be_made


class TestForms:
    """PERM-1: unnamed permissions are on."""

    def test_an_empty_form_leaves_everything_on(self) -> None:
        assert Permissions.parse({}) == EVERYTHING

    @given(values())
    def test_what_is_written_reads_back_whatever_the_default(self, value: Permissions) -> None:
        form = value.as_form()
        assert list(form) == list(WORDS)
        for default in (None, NOTHING, RESELLERS_CUSTOMER):
            assert Permissions.parse(form, default=default) == value

    @given(values())
    def test_an_empty_form_changes_nothing(self, value: Permissions) -> None:
        assert Permissions.parse({}, default=value) == value

    @given(values())
    def test_headings_can_be_left_out(self, value: Permissions) -> None:
        form = {word: is_on for word, is_on in value.as_form().items() if "." in word}
        assert Permissions.parse(form) == value

    @given(forms(), values())
    def test_a_form_is_granting_and_clearing_in_any_order(self, form: dict[str, bool], default: Permissions) -> None:
        problems = codes_of(form, default)
        named = [word for word, is_on in form.items() if is_on]
        cleared = [word for word, is_on in form.items() if not is_on]
        contradicted = [(word, above) for word in named for above in cleared if is_beneath(word, above)]
        expected = words_of(default)
        for word in named:
            expected = slow_grant(expected, word) if "." in word else expected
        for word in cleared:
            expected = slow_clear(expected, word)
        if contradicted:
            assert problems == [PermissionFault.PERMISSION_CONTRADICTION] * len(contradicted)
        elif empty := [word for word in named if word not in expected]:
            assert problems == [PermissionFault.PERMISSION_HEADING_EMPTY] * len(empty)
        else:
            assert problems == []
            assert words_of(Permissions.parse(form, default=default)) == expected
            return
        with pytest.raises(InvalidValue) as error:
            Permissions.parse(form, default=default)
        assert error.value.problem.code is problems[0]

    @given(forms(), values())
    def test_reading_a_form_twice_is_reading_it_once(self, form: dict[str, bool], default: Permissions) -> None:
        if not codes_of(form, default):
            once = Permissions.parse(form, default=default)
            assert Permissions.parse(form, default=once) == once
            assert all(once.as_form()[word] is is_on for word, is_on in form.items())

    def test_the_default_is_that_everything_is_on(self) -> None:
        assert Permissions.parse({"misc": False}) == EVERYTHING.clear(Permission.MISC)
        assert codes_of({"misc": True}) == []
        assert codes_of({"misc": True}, NOTHING) == [PermissionFault.PERMISSION_HEADING_EMPTY]

    @pytest.mark.parametrize("value", [None, 0, 1, "", "on", "true", b"", [], {}, 1.0, float("nan"), ...])
    def test_nothing_but_true_and_false_is_taken(self, value: object) -> None:
        (problem,) = find_permission_problems({"settings.user": value})
        assert (problem.code, problem.path) == (FieldCode.FIELD_WRONG_TYPE, ("settings.user",))
        with pytest.raises(InvalidType):
            Permissions.parse({"settings.user": value})

    @pytest.mark.parametrize("form", [None, [], (), "settings.user", 5, {"settings.user"}, frozenset()])
    def test_what_is_no_dict_is_no_form(self, form: object) -> None:
        assert codes_of(form) == [FormFault.FORM_NOT_AN_OBJECT]

    def test_words_of_a_hosts_own_kind_are_text(self) -> None:
        assert Permissions.parse({HostileKey("misc"): False}) == EVERYTHING.clear(Permission.MISC)
        assert Permissions.parse(TrickyDict({"misc": False})) == EVERYTHING.clear(Permission.MISC)

    def test_every_mistake_is_told_with_its_path(self) -> None:
        form = {
            "billing": False, "Billing": True, "ann@example.net": True, 5: True, "misc": None,
            "billing.credit_card": True, "trunking": True, "trunking.inbound": "no",
        }  # fmt: skip
        assert [(problem.code.name, problem.path) for problem in find_permission_problems(form)] == [
            ("PERMISSION_UNKNOWN", ("Billing",)),
            ("PERMISSION_UNKNOWN", ()),
            ("PERMISSION_UNKNOWN", ()),
            ("FIELD_WRONG_TYPE", ("trunking.inbound",)),
            ("FIELD_WRONG_TYPE", ("misc",)),
            ("PERMISSION_CONTRADICTION", ("billing.credit_card",)),
        ]

    def test_a_heading_is_judged_only_once_the_rest_is_right(self) -> None:
        form: dict[str, object] = {"misc": True, "misc.errors_log": False}
        assert codes_of(form) == [PermissionFault.PERMISSION_HEADING_EMPTY]
        assert codes_of({**form, "x.y": True}) == [PermissionFault.PERMISSION_UNKNOWN]

    def test_a_million_unknown_words_give_twenty_problems(self) -> None:
        assert codes_of(dict.fromkeys(map(str, range(MEGABYTE)), True)) == [PermissionFault.PERMISSION_UNKNOWN] * 20

    def test_a_default_of_another_type(self) -> None:
        strangers: tuple[Any, ...] = (RESELLERS_CUSTOMER.granted, {}, "everything", False)
        for default in strangers:
            with pytest.raises(InvalidType):
                Permissions.parse({}, default=default)
            with pytest.raises(InvalidType):
                list(find_permission_problems({}, default=default))

    @given(anything())
    def test_any_object_is_read_or_refused_by_us(self, form: Any) -> None:
        list(find_permission_problems(form))
        list(find_permission_problems({"misc": form, "x": form}))
        for read in (Permission.parse, Permissions.parse):
            with contextlib.suppress(InvalidValue):
                assert type(read(form)) in {Permission, Permissions}

    @given(anything())
    def test_what_is_told_of_any_object_is_short(self, form: Any) -> None:
        for problem in (*find_permission_problems(form), *find_permission_problems({"misc": form})):
            assert len(str(problem)) < 1000


class TestDefault:
    """PERM-1: default for a reseller's customer: credit card, service plan and transactions off (S4)."""

    def test_three_are_off(self) -> None:
        assert words_of(EVERYTHING) - words_of(RESELLERS_CUSTOMER) == {
            "billing.credit_card", "billing.service_plan", "billing.transactions",
        }  # fmt: skip

    def test_everything_and_nothing(self) -> None:
        assert words_of(EVERYTHING) == set(WORDS)
        assert words_of(NOTHING) == set()
        assert (NOTHING.is_empty, EVERYTHING.is_empty, RESELLERS_CUSTOMER.is_empty) == (True, False, False)


class TestWarnings:
    """PERM-1: warn when a tenant who pays for trunks may add trunks; when a customer sees its reseller's business."""

    @given(value=values(), pays=st.booleans(), is_customer=st.booleans())
    def test_each_is_warned_of_that_is_seen_and_meant(
        self, value: Permissions, *, pays: bool, is_customer: bool
    ) -> None:
        warnings = value.warnings(pays_for_trunks=pays, is_resellers_customer=is_customer)
        seen = words_of(value)
        billing = ["billing.credit_card", "billing.service_plan", "billing.transactions"]
        trunks = ["trunking.inbound", "trunking.outbound", "trunking.twoway"]
        assert [(problem.code.name, *problem.path) for problem in warnings] == [
            *(("PERMISSION_BILLING_EXPOSED", word) for word in billing if is_customer and word in seen),
            *(("PERMISSION_TRUNKS_EXPOSED", word) for word in trunks if pays and word in seen),
        ]
        assert all(problem.is_warning and problem.params == {"permission": problem.path[0]} for problem in warnings)

    def test_a_customer_as_it_starts_is_warned_of_trunks_alone(self) -> None:
        warnings = RESELLERS_CUSTOMER.warnings(pays_for_trunks=True, is_resellers_customer=True)
        assert {problem.code for problem in warnings} == {PermissionFault.PERMISSION_TRUNKS_EXPOSED}
        assert len(warnings) == 3

    @pytest.mark.parametrize("wrong", [None, 1, 0, "yes", ()])
    def test_conditions_are_bools(self, wrong: Any) -> None:
        with pytest.raises(InvalidType) as error:
            EVERYTHING.warnings(pays_for_trunks=wrong, is_resellers_customer=False)
        assert error.value.problem.params["field"] == "pays_for_trunks"
        with pytest.raises(InvalidType) as error:
            EVERYTHING.warnings(pays_for_trunks=False, is_resellers_customer=wrong)
        assert error.value.problem.params["field"] == "is_resellers_customer"

    def test_warnings_alone_are_of_that_kind(self) -> None:
        assert [code.name for code in PermissionFault if code.kind is Kind.WARNING] == [
            "PERMISSION_BILLING_EXPOSED",
            "PERMISSION_TRUNKS_EXPOSED",
        ]


class TestVectors:
    """Cases that any implementation of the rule could run."""

    @pytest.mark.parametrize("case", cases("permissions", "PERM-1"), ids=lambda case: case.id)
    def test_case(self, case: Case) -> None:
        answers = answers_to(case.given)
        assert {name: answers[name] for name in case.expect} == case.expect


def answers_to(given: dict[str, Any]) -> dict[str, Any]:
    assert set(given) <= {"start", "grant", "clear", "form", "pays_for_trunks", "is_resellers_customer"}
    value = STARTS[given.get("start", "everything")]
    if "form" in given:
        problems = list(find_permission_problems(given["form"], default=value))
        if problems:
            return {"problems": [problem.code.name for problem in problems], "path": list(problems[0].path)}
        value = Permissions.parse(given["form"], default=value)
    value = value.grant(*map(Permission.parse, given.get("grant", [])))
    value = value.clear(*map(Permission.parse, given.get("clear", [])))
    seen = [str(each) for each in value.seen]
    warnings = value.warnings(
        pays_for_trunks=given.get("pays_for_trunks", False),
        is_resellers_customer=given.get("is_resellers_customer", False),
    )
    return {
        "seen": seen,
        "hidden": [word for word in WORDS if word not in seen],
        "is_empty": value.is_empty,
        "warnings": [[problem.code.name, *problem.path] for problem in warnings],
    }


class TestDoor:
    """One import path for each name."""

    def test_every_public_name_is_there_once(self) -> None:
        assert len(set(module.__all__)) == len(module.__all__)
        assert all(hasattr(module, name) for name in module.__all__)
