"""Names of organizations: ORG-1 to ORG-5."""

import pickle
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenantcore.errors import InvalidType, InvalidValue, Kind, Problem
from tenantcore.organization import (
    LITERAL,
    PORTAL,
    CharacterFault,
    NameFault,
    NamePolicy,
    NameScope,
    OrganizationName,
    RenameImpact,
    RenamePlan,
    find_collisions,
    find_name_problems,
    plan_rename,
)
from tenantcore.testing import organization_names
from tests.vector_files import Case, cases

POLICIES = {"portal": PORTAL, "literal": LITERAL, "portal with comma": PORTAL.allowing(",")}
OPEN = NamePolicy(shortest=1, longest=128, specials=None)
WIDEST = NamePolicy(shortest=1, longest=1024, specials=None)
LISTED = "~`#+$@&()[]⟨⟩\\/-_=.:!?;^%*{}<>"
policies = st.sampled_from([*POLICIES.values(), OPEN, NamePolicy(shortest=3, longest=5, specials=frozenset())])
texts = st.text(
    st.one_of(
        st.sampled_from(
            LISTED + "'\"‘’“”,|–🙂²Ⅳ \u00a0\t\n\u0301\u200c\u200d\u094dक\u3164\u202e\ud800\u0378\ue000ابßé"
        ),
        st.characters(codec="ascii"),
        st.characters(exclude_categories=()),
    ),
    max_size=12,
)


def codes(text: object, policy: NamePolicy = PORTAL) -> list[str]:
    return [str(problem.code) for problem in find_name_problems(text, policy)]


def parsed(text: object, policy: NamePolicy = PORTAL) -> str:
    return str(OrganizationName.parse(text, policy))


class TestVectors:
    """The cases that any implementation could run."""

    @pytest.mark.parametrize(
        "case", [case for case in cases("organization") if "text" in case.given], ids=lambda c: c.id
    )
    def test_reading(self, case: Case) -> None:
        policy = POLICIES[case.given.get("policy", "portal")]
        found = codes(case.given["text"], policy)
        assert found == case.expect.get("problems", [])
        if not found:
            name = OrganizationName.parse(case.given["text"], policy)
            warnings = [str(warning.code) for warning in name.warnings()]
            assert (name.text, warnings) == (case.expect["name"], case.expect.get("warnings", []))

    @pytest.mark.parametrize(
        "case", [case for case in cases("organization", "ORG-5") if "existing" in case.given], ids=lambda c: c.id
    )
    def test_collisions(self, case: Case) -> None:
        scope = NameScope(case.given.get("scope", "parent"))
        parent = case.given.get("parent")
        existing = [
            OrganizationName.parse(row["name"])
            for row in case.given["existing"]
            if scope.covers(parent, row.get("parent"))
        ]
        found = find_collisions(
            OrganizationName.parse(case.given["name"]),
            keys={name.key for name in existing},
            skeletons={name.skeleton for name in existing},
        )
        assert [str(problem.code) for problem in found] == case.expect


class TestLength:
    """2 to 255 code points after clean-up; positions are those of the cleaned text (ORG-1)."""

    @pytest.mark.parametrize(("length", "found"), [(1, "NAME_TOO_SHORT"), (256, "NAME_TOO_LONG")])
    @pytest.mark.parametrize("letter", "aé株𝔘")
    def test_the_first_lengths_past_the_edges(self, letter: str, length: int, found: str) -> None:
        assert codes(letter * length) == [found]

    @pytest.mark.parametrize("length", [2, 255])
    @pytest.mark.parametrize("letter", "aé株𠀀")
    def test_the_edges(self, letter: str, length: int) -> None:
        assert parsed(letter * length) == letter * length

    @pytest.mark.parametrize("text", ["", " ", "\u3000\u00a0 ", " " * 1000])
    def test_nothing_but_spaces_is_missing(self, text: str) -> None:
        assert list(find_name_problems(text)) == [
            Problem(NameFault.NAME_REQUIRED, params={"shortest": 2, "longest": 255})
        ]

    def test_five_hundred_and_ten_code_points_that_become_half_as_many_pass(self) -> None:
        assert parsed("e\u0301" * 255) == "é" * 255
        assert codes("e\u0301" * 256) == ["NAME_TOO_LONG"]

    def test_one_letter_of_four_code_points_counts_once(self) -> None:
        assert codes("\u03b1\u0313\u0300\u0345") == ["NAME_TOO_SHORT"]

    def test_the_messages_name_the_lengths(self) -> None:
        assert str(next(find_name_problems("X"))) == (
            "the name must have at least 2 characters, not 1; write it out; spaces at its ends don't count"
        )
        assert str(next(find_name_problems("X" * 256))) == "the name must have at most 255 characters; shorten it"
        assert str(next(find_name_problems(""))) == "the name is missing; give a name of 2 to 255 characters"

    def test_positions_are_those_of_the_cleaned_text(self) -> None:
        assert [problem.params["position"] for problem in find_name_problems("  e\u0301  a,b ")] == [3]

    @pytest.mark.parametrize("end", ["\t", "\n", "\r\n", "\x00", "\u2028", "\x1f"])
    def test_tabs_and_line_ends_are_refused_even_at_the_ends(self, end: str) -> None:
        assert codes(f"Acme{end}")[0] == "NAME_CONTROL_CHARACTER"
        assert codes(f"{end}Acme")[0] == "NAME_CONTROL_CHARACTER"

    @pytest.mark.parametrize(
        "flood", ["a" * 10**6, "\u0301" * 10**6, "\n" * 10**6, "\ud800" * 10**6, "a " * 500_000, "ب\u200c" * 500_000]
    )
    def test_a_megabyte_is_one_problem(self, flood: str) -> None:
        assert codes(flood) == ["NAME_TOO_LONG"]

    def test_a_policy_has_its_own_lengths(self) -> None:
        assert codes("XX", NamePolicy(shortest=3)) == ["NAME_TOO_SHORT"]
        assert parsed("X", OPEN) == "X"
        assert codes("X" * 129, OPEN) == ["NAME_TOO_LONG"]
        assert parsed("x" * 1024, NamePolicy(longest=1024)) == "x" * 1024

    @given(texts, policies)
    def test_reading_what_was_read_changes_nothing(self, text: str, policy: NamePolicy) -> None:
        if not codes(text, policy):
            name = OrganizationName.parse(text, policy)
            assert OrganizationName.parse(str(name), policy) == name == OrganizationName(name.text)

    @given(organization_names())
    def test_every_name_reads_back(self, name: OrganizationName) -> None:
        assert OrganizationName.parse(str(name)) == name


def slow_codes(text: str, policy: NamePolicy) -> list[str]:
    """What is wrong with a text, by categories alone, for characters that no name is refused by always."""
    words = "".join(" " if unicodedata.category(c) == "Zs" else c for c in unicodedata.normalize("NFC", text)).split(
        " "
    )
    cleaned = " ".join(filter(None, words))
    if not cleaned:
        return ["NAME_REQUIRED"]
    if len(cleaned) > policy.longest:
        return ["NAME_TOO_LONG"]
    categories = [unicodedata.category(character) for character in cleaned]
    found = ["NAME_LEADING_MARK"] if categories[0][0] == "M" else []
    for character, category in zip(cleaned, categories, strict=True):
        listed = policy.specials is None or character in policy.specials
        if not (category[0] in "LM" or category == "Nd" or character == " " or listed):
            found.append("NAME_FORBIDDEN_CHARACTER")
    if len(cleaned) < policy.shortest:
        found.append("NAME_TOO_SHORT")
    if not any(category[0] == "L" or category == "Nd" for category in categories):
        found.append("NAME_NO_ALPHANUMERIC")
    return found


class TestCharacters:
    """Letters, marks (not first), digits, space and the listed specials; the problem tells which and where (ORG-2)."""

    @pytest.mark.parametrize("special", LISTED + "'\"‘’“”")
    def test_the_listed_specials_are_allowed(self, special: str) -> None:
        assert parsed(f"{special}a{special}") == f"{special}a{special}"

    def test_there_are_thirty_besides_the_quotation_marks(self) -> None:
        assert PORTAL.specials == frozenset(LISTED) | frozenset("'\"‘’“”")
        assert LITERAL.specials == frozenset(LISTED) | frozenset("‘“")
        assert len(frozenset(LISTED)) == 30

    @pytest.mark.parametrize("quote", "'\"’”")
    def test_literally_only_two_quotation_marks_are_printed(self, quote: str) -> None:
        assert codes(f"McDonald{quote}s", LITERAL) == ["NAME_FORBIDDEN_CHARACTER"]
        assert parsed("‘ab“", LITERAL) == "‘ab“"

    @pytest.mark.parametrize("character", [",", "|", "–", "—", "²", "Ⅳ", "°", "🙂", "®", "€", "½", "·", "〈", "…", "„"])
    def test_others_are_not(self, character: str) -> None:
        assert codes(f"a{character}b") == ["NAME_FORBIDDEN_CHARACTER"]

    def test_of_ascii_only_comma_and_bar_are_not(self) -> None:
        visible = map(chr, range(0x21, 0x7F))
        assert [character for character in visible if codes(f"a{character}b")] == [",", "|"]

    def test_backslashes_may_repeat(self) -> None:
        assert parsed("\\\\\\\\server\\share") == "\\\\\\\\server\\share"

    def test_the_problem_names_character_code_point_name_and_position_and_the_way_out(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            OrganizationName.parse("Acme, Inc.")
        assert caught.value.problem == Problem(
            NameFault.NAME_FORBIDDEN_CHARACTER,
            params={"character": ",", "code_point": "U+002C", "name": "COMMA", "position": 4},
        )
        assert str(caught.value) == (
            "the name has , (U+002C COMMA) at position 4 (from 0), which is not allowed here; "
            "leave it out or write it another way; a platform can allow , by its name policy"
        )

    def test_every_occurrence_is_reported_up_to_twenty(self) -> None:
        assert [problem.params["position"] for problem in find_name_problems("a,b|c")] == [1, 3]
        assert codes("a" + "," * 30) == ["NAME_FORBIDDEN_CHARACTER"] * 20

    def test_angle_brackets_that_nfc_replaces_are_other_brackets(self) -> None:
        assert [problem.params["code_point"] for problem in find_name_problems("\u2329x\u232a Ltd")] == [
            "U+3008",
            "U+3009",
        ]

    def test_a_policy_may_allow_every_visible_character(self) -> None:
        assert codes("🙂|", OPEN) == ["NAME_NO_ALPHANUMERIC"]
        assert parsed("a🙂|,²", OPEN) == "a🙂|,²"
        assert codes("a\u3164\t\ue000", OPEN) == [
            "NAME_INVISIBLE_CHARACTER",
            "NAME_CONTROL_CHARACTER",
            "NAME_PRIVATE_USE_CHARACTER",
        ]

    @given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=8), policies)
    @example("\u0301", PORTAL)
    @example("\u0301,a", PORTAL)
    @example("a , b", LITERAL)
    def test_agrees_with_the_categories(self, text: str, policy: NamePolicy) -> None:
        invisible = [str(fault) for fault in CharacterFault if fault is not CharacterFault.NAME_LEADING_MARK]
        found = codes(text, policy)
        if not set(found) & set(invisible):
            assert sorted(found) == sorted(slow_codes(text, policy))

    @given(texts, policies)
    def test_the_short_way_for_plain_names_agrees_with_the_long_one(self, text: str, policy: NamePolicy) -> None:
        problem = next(find_name_problems(text, policy), None)
        if problem is None:
            OrganizationName.parse(text, policy)
        else:
            with pytest.raises(InvalidValue) as caught:
                OrganizationName.parse(text, policy)
            assert caught.value.problem == problem


class TestRefusedAlways:
    """What ORG-3 refuses, no policy allows."""

    @pytest.mark.parametrize("character", "\t\x00\u202e\u200b\u3164\ufe0f\ue000\u0378\ud800\u200d")
    def test_it_is_refused_under_the_widest_policy_and_no_policy_can_list_it(self, character: str) -> None:
        assert set(codes(f"Acme{character}", OPEN)) < {str(fault) for fault in CharacterFault}
        with pytest.raises(InvalidValue) as caught:
            PORTAL.allowing(character)
        assert caught.value.problem.code is CharacterFault.NAME_POLICY_SPECIAL

    @pytest.mark.parametrize("text", ["می\u200cخواهم", "ශ්\u200dරී ලංකා"])
    def test_joiners_stand_where_scripts_need_them(self, text: str) -> None:
        assert parsed(text) == text


class TestLetterOrDigit:
    """At least one letter or digit; the comma can be allowed in one word (ORG-4)."""

    @pytest.mark.parametrize("text", ["--", "&&", "...", "⟨⟩"])
    def test_specials_alone_are_no_name(self, text: str) -> None:
        assert codes(text) == ["NAME_NO_ALPHANUMERIC"]

    @pytest.mark.parametrize("text", ["-1", "-a", "-株", "-٣"])
    def test_one_is_enough(self, text: str) -> None:
        assert parsed(text) == text

    def test_roman_numeral_signs_and_fractions_are_neither(self) -> None:
        assert codes("Ⅳ½", OPEN) == ["NAME_NO_ALPHANUMERIC"]

    def test_the_comma_is_one_word_away(self) -> None:
        policy = PORTAL.allowing(",")
        assert parsed("Acme, Inc.", policy) == "Acme, Inc."
        assert policy == NamePolicy(specials=PORTAL.specials | {","} if PORTAL.specials else None)
        assert codes("Acme, Inc.|", policy) == ["NAME_FORBIDDEN_CHARACTER"]
        assert codes("Acme, Inc.") == ["NAME_FORBIDDEN_CHARACTER"]


class TestPolicy:
    """Another recipe's policy is a value: lengths and specials (ORG-2)."""

    def test_what_it_allows_can_be_asked(self) -> None:
        assert [character for character in "aé٣\u0301 ,🙂’" if PORTAL.allows(character)] == list("aé٣\u0301 ’")
        assert not PORTAL.allows("ab")
        assert not PORTAL.allows("")
        assert OPEN.allows(",")

    def test_the_open_policy_has_nothing_to_add(self) -> None:
        assert OPEN.allowing(",") == OPEN

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ({"shortest": 0}, "FIELD_BELOW_MINIMUM"),
            ({"longest": 0}, "FIELD_BELOW_MINIMUM"),
            ({"longest": 1025}, "FIELD_ABOVE_MAXIMUM"),
            ({"shortest": True}, "FIELD_WRONG_TYPE"),
            ({"shortest": 9, "longest": 8}, "NAME_POLICY_LENGTHS"),
            ({"specials": ",|"}, "FIELD_WRONG_TYPE"),
            ({"specials": frozenset({1})}, "FIELD_WRONG_TYPE"),
            ({"specials": frozenset({",|"})}, "NAME_POLICY_SPECIAL"),
            ({"specials": frozenset({""})}, "NAME_POLICY_SPECIAL"),
            ({"specials": frozenset({"\u00a0"})}, "NAME_POLICY_SPECIAL"),
            ({"specials": frozenset({"\u2329"})}, "NAME_POLICY_SPECIAL"),
            ({"specials": frozenset({"x" * 10**6})}, "NAME_POLICY_SPECIAL"),
        ],
    )
    def test_a_policy_that_means_nothing_is_refused(self, arguments: dict[str, Any], code: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            NamePolicy(**arguments)
        assert str(caught.value.problem.code) == code
        assert len(str(caught.value)) < 300

    def test_equal_lengths_are_a_policy(self) -> None:
        assert NamePolicy(shortest=4, longest=4).longest == 4

    def test_only_characters_can_be_allowed(self) -> None:
        with pytest.raises(InvalidType, match="characters must be text, not int"):
            PORTAL.allowing(1)  # type: ignore[arg-type]  # what an untyped caller may do

    def test_only_a_policy_can_judge(self) -> None:
        for judge in (OrganizationName.parse, find_name_problems):
            with pytest.raises(InvalidType, match="policy must be a NamePolicy, not str"):
                judge("Acme", "portal")  # type: ignore[arg-type]  # what an untyped caller may do


class TestType:
    """Any object may be handed in (X-2)."""

    @pytest.mark.parametrize("value", [None, 12345, True, b"Acme", ["Acme"], float("nan"), object()])
    def test_what_is_not_text_is_told(self, value: object) -> None:
        assert codes(value) == ["FIELD_WRONG_TYPE"]
        with pytest.raises(InvalidType, match="name must be text"):
            OrganizationName.parse(value)

    @given(st.from_type(object), policies)
    def test_nothing_raises_anything_else(self, value: object, policy: NamePolicy) -> None:
        found = list(find_name_problems(value, policy))
        assert all(str(problem) for problem in found)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("Acme  Co", "NAME_NOT_CLEAN"),
            (" Acme", "NAME_NOT_CLEAN"),
            ("e\u0301", "NAME_NOT_CLEAN"),
            ("Acme\n", "NAME_CONTROL_CHARACTER"),
            ("", "NAME_REQUIRED"),
            ("--", "NAME_NO_ALPHANUMERIC"),
            ("x" * 1025, "NAME_TOO_LONG"),
            (b"x", "FIELD_WRONG_TYPE"),
        ],
    )
    def test_the_constructor_takes_clean_names_only(self, text: Any, code: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            OrganizationName(text)
        assert str(caught.value.problem.code) == code

    def test_the_constructor_takes_what_any_policy_may_accept(self) -> None:
        assert str(OrganizationName("é, 🙂")) == "é, 🙂"
        assert str(OrganizationName("x" * 1024)) == "x" * 1024

    def test_names_are_values(self) -> None:
        name = OrganizationName.parse("Acme")
        assert pickle.loads(pickle.dumps(name)) == name  # noqa: S301 - our own bytes
        assert {name, OrganizationName("Acme"), OrganizationName("ACME")} == {name, OrganizationName("ACME")}
        assert pickle.loads(pickle.dumps(PORTAL)) == PORTAL  # noqa: S301 - our own bytes


class TestKey:
    """The uniqueness key is never empty and keeps every script apart; the scope is policy (ORG-5)."""

    @given(organization_names())
    def test_is_never_empty_and_its_own_key(self, name: OrganizationName) -> None:
        assert name.key
        assert OrganizationName.parse(name.key, WIDEST).key == name.key

    @given(organization_names())
    def test_does_not_depend_on_case_or_spacing(self, name: OrganizationName) -> None:
        assert OrganizationName.parse(f"  {str(name).replace(' ', '  ')} ").key == name.key

    def test_chinese_names_do_not_collide(self) -> None:
        assert OrganizationName.parse("株式会社").key != OrganizationName.parse("有限会社").key

    def test_scopes(self) -> None:
        assert NameScope.PARENT.covers("r1", "r1")
        assert NameScope.PARENT.covers(None, None)
        assert not NameScope.PARENT.covers("r1", "r2")
        assert not NameScope.PARENT.covers("r1", None)
        assert NameScope.PLATFORM.covers("r1", "r2")

    def test_a_taken_name_is_a_problem_and_a_look_alike_a_warning(self) -> None:
        name = OrganizationName.parse("ACME")
        assert [p.code.kind for p in find_collisions(name, keys={"acme"}, skeletons={"acme"})] == [Kind.TAKEN]
        assert [p.code.kind for p in find_collisions(name, keys=[], skeletons=["acme"])] == [Kind.WARNING]
        assert list(find_collisions(name, keys={"acm"}, skeletons={"acm"})) == []
        assert list(find_collisions(name, keys=())) == []


class TestWarnings:
    """Warn: mixed scripts, spreadsheet-formula prefix, a telephone number as the name (ORG-5)."""

    def test_mixed_scripts_are_named(self) -> None:
        assert OrganizationName.parse("pаypal").warnings() == (
            Problem(NameFault.NAME_MIXED_SCRIPT, params={"scripts": "Cyrillic, Latin"}),
        )

    @pytest.mark.parametrize("prefix", "=+-@＝＋")
    def test_a_formula_prefix_is_shown(self, prefix: str) -> None:
        assert OrganizationName.parse(f"{prefix}a", OPEN).warnings() == (
            Problem(NameFault.NAME_FORMULA_PREFIX, params={"character": prefix}),
        )

    @pytest.mark.parametrize("text", ["a=b", "1+1 Research", "(=)1", "#1"])
    def test_it_matters_at_the_start_only(self, text: str) -> None:
        assert OrganizationName.parse(text).warnings() == ()

    @pytest.mark.parametrize("text", ["6123 4567", "(415) 886-7900", "0061.2.9876", "1234567", "٦١٢٣٤٥٦٧", "1" * 15])
    def test_a_number_is_noticed_and_not_repeated(self, text: str) -> None:
        (warning,) = OrganizationName.parse(text).warnings()
        assert warning == Problem(NameFault.NAME_TELEPHONE)

    def test_a_number_with_a_plus_is_both(self) -> None:
        found = [warning.code for warning in OrganizationName.parse("+65 6123 4567").warnings()]
        assert found == [NameFault.NAME_FORMULA_PREFIX, NameFault.NAME_TELEPHONE]

    @pytest.mark.parametrize("text", ["3M", "20/20", "123456", "1" * 16, "Route 66-1234567", "7-Eleven 1234567"])
    def test_other_digits_are_not(self, text: str) -> None:
        assert OrganizationName.parse(text).warnings() == ()


class TestRenaming:
    """Renaming gives an impact plan (ORG-5)."""

    def plan(self, old: str, new: str) -> RenamePlan:
        return plan_rename(OrganizationName.parse(old), OrganizationName.parse(new))

    def test_the_same_name_changes_nothing(self) -> None:
        plan = self.plan("Acme", " Acme ")
        assert (plan.changes_key, plan.impacts) == (False, ())

    def test_another_name_touches_everything(self) -> None:
        plan = self.plan("Acme", "Apex")
        assert plan.changes_key
        assert plan.impacts == tuple(RenameImpact)

    def test_another_spelling_changes_looks_only(self) -> None:
        plan = self.plan("Acme", "ACME")
        assert not plan.changes_key
        assert plan.impacts == (RenameImpact.INVOICES, RenameImpact.NOTICES, RenameImpact.REPORTS)

    def test_a_skeleton_may_change_without_the_key(self) -> None:
        plan = self.plan("Вега", "вега")
        assert not plan.changes_key
        assert plan.impacts[0] is RenameImpact.NAME_INDEX
        assert RenameImpact.LOGIN not in plan.impacts

    def test_the_key_may_change_without_the_skeleton(self) -> None:
        assert self.plan("ACME", "АСМЕ").impacts == tuple(RenameImpact)

    def test_only_names_can_be_planned(self) -> None:
        with pytest.raises(InvalidType, match="new must be an organization's name"):
            plan_rename(OrganizationName("Acme"), "Apex")  # type: ignore[arg-type]  # an untyped caller


class TestSentences:
    """Self-contained, lower case, no full stop (X-3)."""

    @pytest.mark.parametrize("fault", [*NameFault, *CharacterFault])
    def test_each_fault_reads_well(self, fault: NameFault | CharacterFault) -> None:
        assert re.match(r"the (text|name|policy)", fault.sentence)
        assert not fault.sentence.endswith(".")
        assert not fault.remedy.endswith(".")
