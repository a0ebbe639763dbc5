"""What every name is cleaned of and what no name may hold."""

import sys
import unicodedata
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore import _characters
from tenantcore._characters import (
    MOST_REPORTED,
    CharacterFault,
    clean,
    comparison_key,
    find_problems,
    is_mark,
    problem_at,
    scripts_mixed,
    skeleton,
    text_of,
)
from tenantcore.errors import Code, Problem

EVERY_CHARACTER = tuple(map(chr, range(sys.maxunicode + 1)))
# All planes that have characters; of the private ones every hundredth code point.
POPULATED = (*EVERY_CHARACTER[:0x323B0], *EVERY_CHARACTER[0xE0000:0xE1000], *EVERY_CHARACTER[0xE1000::101])
SPACES = tuple(character for character in EVERY_CHARACTER if unicodedata.category(character) == "Zs")
AWKWARD = "".join(SPACES) + "\t\n\u0301\u0345\u200c\u200d\u00ad\ufe0f\u094d\u0915ßΣςİΐﷺ㈱\u1100\u1161\u3164\ud800aA.,-"
texts = st.text(st.one_of(st.sampled_from(AWKWARD), st.characters(exclude_categories=())), max_size=30)


def codes(text: str) -> list[str]:
    return [str(problem.code) for problem in find_problems(text)]


class TestCleaning:
    """NFC, every Zs character to U+0020, runs collapsed, ends trimmed; tabs and line ends stay (ORG-1)."""

    @pytest.mark.parametrize("space", SPACES)
    def test_every_space_becomes_the_ordinary_one(self, space: str) -> None:
        assert clean(f"{space}a{space}{space}b ", 3) == "a b"

    def test_there_are_seventeen_of_them(self) -> None:
        assert "".join(SPACES) == _characters.SPACES
        assert len(SPACES) == 17

    @pytest.mark.parametrize("text", ["\ta", "a\n", "\r\na", "a\u2028", "\x0ba", "a\x85"])
    def test_tabs_and_line_ends_stay_even_at_the_ends(self, text: str) -> None:
        assert clean(text, 9) == text

    def test_letter_and_accent_become_one(self) -> None:
        assert clean("e\u0301" * 255, 255) == "é" * 255

    def test_four_code_points_become_one(self) -> None:
        assert clean("\u03b1\u0313\u0300\u0345" * 255, 255) == "\u1f82" * 255

    def test_what_looks_compatible_only_stays(self) -> None:
        assert clean("㈱ ﷺ ½", 9) == "㈱ ﷺ ½"

    def test_nothing_is_left_of_spaces(self) -> None:
        assert clean("".join(SPACES), 0) == ""

    @pytest.mark.parametrize("text", ["abc", "e\u0301" * 3, "a" * 9])
    def test_longer_than_asked_gives_nothing(self, text: str) -> None:
        assert clean(text, 2) is None

    def test_spaces_around_and_inside_do_not_count_towards_the_length(self) -> None:
        assert clean(f"{' ' * 1000}a{' ' * 1000}b{' ' * 1000}", 3) == "a b"

    @pytest.mark.parametrize("flood", ["\u0301\u0316" * 500_000, "\u1100" * 1_000_000, " \u0301" * 500_000])
    def test_a_flood_is_turned_away_before_it_is_sorted(self, flood: str) -> None:
        assert clean(flood, 255) is None

    @given(texts)
    def test_cleaning_twice_changes_nothing(self, text: str) -> None:
        cleaned = clean(text, 1000)
        assert cleaned is not None
        assert clean(cleaned, len(cleaned)) == cleaned

    @given(texts)
    def test_agrees_with_normalizing_first(self, text: str) -> None:
        spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in unicodedata.normalize("NFC", text))
        assert clean(text, 1000) == " ".join(filter(None, spaced.split(" ")))

    @given(texts, st.integers(0, 10))
    def test_turns_away_exactly_what_is_too_long(self, text: str, longest: int) -> None:
        cleaned = clean(text, 1000)
        assert cleaned is not None
        assert clean(text, longest) == (cleaned if len(cleaned) <= longest else None)

    def test_one_code_point_never_comes_of_more_than_four(self) -> None:
        assert max(len(unicodedata.normalize("NFD", character)) for character in EVERY_CHARACTER) == 4


def default_ignorable(character: str) -> bool:
    """The formula of DerivedCoreProperties: Other_Default_Ignorable + Cf + Variation_Selector - those that show."""
    number = ord(character)
    other = (
        number in {0x34F, 0x2065, 0x3164, 0xFFA0, 0xE0000}
        or 0x115F <= number <= 0x1160
        or 0x17B4 <= number <= 0x17B5
        or 0xFFF0 <= number <= 0xFFF8
        or 0xE0002 <= number <= 0xE001F
        or 0xE0080 <= number <= 0xE00FF
        or 0xE01F0 <= number <= 0xE0FFF
    )
    selector = (
        0x180B <= number <= 0x180D or number == 0x180F or 0xFE00 <= number <= 0xFE0F or 0xE0100 <= number <= 0xE01EF
    )
    shows = (
        0x600 <= number <= 0x605
        or number in {0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
        or 0xFFF9 <= number <= 0xFFFB
        or 0x13430 <= number <= 0x1343F
    )
    return other or selector or (unicodedata.category(character) == "Cf" and not shows)


def slow_fault(character: str) -> str | None:
    """The fault of a character in the middle of a Latin name, by categories alone."""
    category = unicodedata.category(character)
    bidirectional = unicodedata.bidirectional(character)
    if category in {"Cc", "Zl", "Zp"}:
        return "NAME_CONTROL_CHARACTER"
    if category == "Cs":
        return "NAME_SURROGATE"
    if bidirectional in {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}:
        return "NAME_BIDI_CONTROL"
    if category == "Cf" and bidirectional in {"L", "R", "AL"} and "MARK" in unicodedata.name(character):
        return None if "ABBREVIATION" in unicodedata.name(character) else "NAME_BIDI_CONTROL"
    if default_ignorable(character):
        return "NAME_INVISIBLE_CHARACTER"
    return {"Co": "NAME_PRIVATE_USE_CHARACTER", "Cn": "NAME_UNASSIGNED_CHARACTER"}.get(category)


class TestRefusedAlways:
    """Controls, bidi controls, default-ignorable, private, unassigned code points and surrogates (ORG-3)."""

    def test_every_character_is_judged_as_its_properties_say(self) -> None:
        invisible = fitting = 0
        for character in POPULATED:
            found = codes(f"a{character}b")
            expected = slow_fault(character)
            assert found == ([] if expected is None else [expected]), hex(ord(character))
            fitting += expected is None
            invisible += expected == "NAME_INVISIBLE_CHARACTER"
        assert fitting > 137_000
        # The standard counts 4174 default-ignorable code points, the 12 bidi controls and the 2 joiners among them.
        assert invisible == 4174 - 12

    @pytest.mark.parametrize("filler", "\u115f\u1160\u3164\uffa0")
    def test_hangul_fillers_are_letters_that_print_nothing(self, filler: str) -> None:
        assert filler.isalpha()
        assert codes(f"Acme{filler}") == ["NAME_INVISIBLE_CHARACTER"]

    def test_right_to_left_text_needs_no_controls(self) -> None:
        assert codes("شركة") == []

    def test_a_mark_may_not_be_first(self) -> None:
        assert codes("\u0301abc") == ["NAME_LEADING_MARK"]
        assert codes("a\u0301bc") == []

    def test_a_variation_selector_in_front_is_called_invisible(self) -> None:
        assert codes("\ufe0fabc") == ["NAME_INVISIBLE_CHARACTER"]

    def test_problems_come_in_order_of_position_and_name_code_point_and_name(self) -> None:
        assert list(find_problems("a\tb\u202e")) == [
            Problem(
                CharacterFault.NAME_CONTROL_CHARACTER,
                params={"character": "\\t", "code_point": "U+0009", "name": "<control-0009>", "position": 1},
            ),
            Problem(
                CharacterFault.NAME_BIDI_CONTROL,
                params={
                    "character": "\\u202e",
                    "code_point": "U+202E",
                    "name": "RIGHT-TO-LEFT OVERRIDE",
                    "position": 3,
                },
            ),
        ]

    @pytest.mark.parametrize("fault", [*CharacterFault][:-1])
    def test_every_sentence_can_be_printed(self, fault: CharacterFault) -> None:
        told = str(problem_at(fault, "\udc80", 7))
        assert told.isprintable()
        assert "U+DC80" in told

    def test_labels_stand_in_for_missing_names(self) -> None:
        names = [problem_at(CharacterFault.NAME_SURROGATE, text, 0).params["name"] for text in "\0\ud800\ue000\u0378"]
        assert names == ["<control-0000>", "<surrogate-D800>", "<private-use-E000>", "<reserved-0378>"]

    def test_at_most_twenty_are_reported(self) -> None:
        assert MOST_REPORTED == 20
        assert [problem.params["position"] for problem in find_problems("\n" * 19)] == list(range(19))
        assert [problem.params["position"] for problem in find_problems("\n" * 21)] == list(range(20))

    @given(texts)
    def test_any_text_is_judged(self, text: str) -> None:
        expected = [
            (fault, position)
            for position, character in enumerate(text)
            if character not in "\u200c\u200d"
            for fault in ["NAME_LEADING_MARK" if position == 0 and is_mark(character) else None]
            for fault in [slow_fault(character) or fault]
            if fault is not None
        ]
        found = [
            (str(problem.code), problem.params["position"])
            for problem in find_problems(text)
            if problem.params["character"] not in {"\\u200c", "\\u200d"}
        ]
        assert found == expected[:20]


class TestJoiners:
    """ZWJ and ZWNJ by RFC 5892, appendices A.1 and A.2, only (ORG-3)."""

    @pytest.mark.parametrize(
        "text",
        [
            "ශ්\u200dරී",  # Sinhala: after a virama
            "क्\u200dष",  # Devanagari
            "क्\u200cष",
            "می\u200cخواهم",  # Persian: between letters that would join
            "ب\u064e\u200cب",  # marks between don't count
            "ب\u200c\u064eب",
            "क्\u200d",
            "नमस्ते क्\u200dष क्\u200dष",
        ],
    )
    def test_stand_where_their_script_needs_them(self, text: str) -> None:
        assert codes(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            "A\u200dB",
            "A\u200cB",
            "\u200cب",
            "\u200dक",
            "ب\u200c",
            "ب\u200dب",
            "ا\u200cب",  # alef doesn't join to its left
            "ب\u200cA",
            "क\u200dष",
            "👨\u200d👩",
            "क्\u200d\u200d",
            " \u200cب",
            "ب \u200cب",
        ],
    )
    def test_are_invisible_anywhere_else(self, text: str) -> None:
        assert codes(text) == ["NAME_INVISIBLE_CHARACTER"]

    @pytest.mark.parametrize("neighbour", ["\n", "\x80", "\ue000", "\ud800", "\u0378", "\uffff"])
    def test_neighbours_without_a_name_are_no_context(self, neighbour: str) -> None:
        assert codes(f"a{neighbour}\u200cب")[-1] == "NAME_INVISIBLE_CHARACTER"

    def test_the_context_reaches_over_thirty_one_marks(self) -> None:
        assert codes("ب" + "\u064e" * 31 + "\u200c" + "\u064e" * 31 + "ب") == []
        assert codes("ب" + "\u064e" * 32 + "\u200cب") == ["NAME_INVISIBLE_CHARACTER"]
        assert codes("ب\u200c" + "\u064e" * 32 + "ب") == ["NAME_INVISIBLE_CHARACTER"]

    def test_a_text_longer_than_any_label_is_no_obstacle(self) -> None:
        assert codes("ب\u200c" * 5000 + "ب") == []

    def test_the_callers_rules_are_not_asked_about_them(self) -> None:
        asked: list[str] = []

        def refuse(character: str) -> Code | None:
            asked.append(character)
            return CharacterFault.NAME_SURROGATE if character == "ษ" else None

        assert list(find_problems("क्\u200dษ\u200d", refuse)) == [
            problem_at(CharacterFault.NAME_SURROGATE, "ษ", 3),
            problem_at(CharacterFault.NAME_INVISIBLE_CHARACTER, "\u200d", 4),
        ]
        assert asked == ["क", "\u094d", "ษ"]


class TestComparisonKey:
    """NFKC, drop joiners, fold spaces, casefold, NFKC again; never empty for a letter or digit (ORG-5)."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Acme", "ACME"),
            ("Acme Corp", "acme\u3000corp"),
            ("Straße GmbH", "STRASSE gmbh"),
            ("Ａｃｍｅ", "Acme"),
            ("㈱ソニー", "(株)ソニー"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("e\u0301", "É"),
            ("क्\u200dष", "क्ष"),
            ("¨a", "\u0308A"),
        ],
    )
    def test_names_that_people_take_for_one_share_it(self, one: str, other: str) -> None:
        assert comparison_key(one) == comparison_key(other)

    @pytest.mark.parametrize(
        ("one", "other"), [("A.B", "AB"), ("株式会社", "有限会社"), ("ACME", "АСМЕ"), ("AB", "A B"), ("İ", "I")]
    )
    def test_other_names_do_not(self, one: str, other: str) -> None:
        assert comparison_key(one) != comparison_key(other)

    def test_every_letter_and_digit_leaves_something(self) -> None:
        for character in EVERY_CHARACTER:
            if (character.isalpha() or character.isdecimal()) and codes(character) == []:
                key = comparison_key(character)
                assert key.strip(), hex(ord(character))
                assert comparison_key(key) == key

    @given(texts)
    def test_the_key_of_a_key_is_itself(self, text: str) -> None:
        key = comparison_key(text)
        assert comparison_key(key) == key

    @given(texts)
    def test_case_and_form_do_not_matter(self, text: str) -> None:
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            assert comparison_key(unicodedata.normalize(form, text)) == comparison_key(text)
        assert comparison_key(text.casefold()) == comparison_key(text) or "\u0345" in unicodedata.normalize("NFD", text)


class TestSkeleton:
    """Whole names that look alike in another script can be found among the existing ones (ORG-5)."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("АСМЕ", "ACME"),
            ("АСМЕ intl", "ACME INTL"),
            ("pаypal", "PAYPAL"),
            ("ΑΒΒ", "ABB"),
            ("AI Labs", "Al Labs"),
            ("Area 10", "Area lO"),
            ("Áβ", "А\u0301β"),
        ],
    )
    def test_is_shared_by_look_alikes(self, one: str, other: str) -> None:
        assert skeleton(one) == skeleton(other)
        assert comparison_key(one) != comparison_key(other)

    @pytest.mark.parametrize(("one", "other"), [("Acme", "Acne"), ("株式会社", "有限会社"), ("Я", "R")])
    def test_is_not_shared_by_others(self, one: str, other: str) -> None:
        assert skeleton(one) != skeleton(other)


class TestMixedScripts:
    """Scripts that are not usually written together are found; Latin goes with Japanese, Chinese, Korean (ORG-5)."""

    @pytest.mark.parametrize(
        "text",
        [
            "", "Acme", "20/20 &", "株式会社ソニー Sony", "ひらがな カタカナ 々", "삼성 三星 Samsung", "ㄅ字 A",
            "Ａｃｍｅ", "ｶﾀｶﾅ Ltd", "µm Labs", "Café", "ℵ0 Ltd", "ªº", "شركة 7",
        ],
    )  # fmt: skip
    def test_one_writing_is_not_mixed(self, text: str) -> None:
        assert scripts_mixed(text) == ()

    @pytest.mark.parametrize(
        ("text", "scripts"),
        [
            ("pаypal", ("Cyrillic", "Latin")),
            ("Toys Я Us", ("Cyrillic", "Latin")),
            ("Ωmega", ("Greek", "Latin")),
            ("ＡЯ", ("Cyrillic", "Latin")),
            ("한カ", ("Hangul", "Katakana")),
            ("한ｶ", ("Hangul", "Katakana")),
            ("株Я", ("Cyrillic", "Han")),
            ("Acme شركة", ("Arabic", "Latin")),
            ("АΑA", ("Cyrillic", "Greek", "Latin")),
        ],
    )
    def test_two_are_named(self, text: str, scripts: tuple[str, ...]) -> None:
        assert scripts_mixed(text) == scripts


class Shouts(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "overridden"


class TestText:
    """Any object may be handed in where text is meant (X-2)."""

    def test_other_objects_are_no_text(self) -> None:
        # A mock with a specification claims to be of that class.
        objects: list[object] = [None, 1, b"a", ["a"], Mock(spec=str), str]
        assert [text_of(value) for value in objects] == [None] * 6

    def test_a_subclass_gives_its_characters(self) -> None:
        text = text_of(Shouts("acme"))
        assert text == "acme"
        assert type(text) is str
