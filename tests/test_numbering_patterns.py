"""Patterns of numbers and the tree that finds them: NUM-2."""

import itertools
import re
from collections.abc import Callable, Sequence
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tenantcore._number_patterns import LONGEST, Automaton, check_pattern, partings
from tenantcore._prefix_tries import PrefixTrie
from tenantcore.errors import InvalidValue

Rows = Sequence[tuple[str, tuple[str, ...]]]

# Few digits, so that numbers drawn at random meet patterns drawn at random.
NUMBERS = st.text("0123456789", max_size=9) | st.text("123", max_size=9)
DIALLED = NUMBERS | NUMBERS.map(lambda digits: "+" + digits)


def naive(rows: Rows, number: str) -> str | None:
    """The first answer all of whose regular expressions match, one after the other."""
    for answer, patterns in rows:
        if all(re.fullmatch(pattern, number, re.ASCII) for pattern in patterns):
            return answer
    return None


def counts() -> SearchStrategy[str]:
    bounds = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(sorted)
    return (
        st.sampled_from(("", "", "", "?", "{2}", "{1,}", "{0,}"))
        | bounds.map(lambda pair: f"{{{pair[0]},{pair[1]}}}")
        | st.integers(0, 3).map(lambda count: f"{{{count}}}")
    )


@st.composite
def sets(draw: DrawFn) -> str:
    items = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted), min_size=1, max_size=3))
    return "[" + "".join(f"{low}" if low == high else f"{low}-{high}" for low, high in items) + "]"


def patterns() -> SearchStrategy[str]:
    """Patterns of all forms that can be read, short enough not to be refused."""
    atoms = st.sampled_from("0123456789") | st.sampled_from((r"\d", "[1-3]", "[0-9]")) | sets()
    pieces = st.recursive(
        st.tuples(atoms, counts()).map("".join),
        lambda inner: st.tuples(
            st.sampled_from(("(?:", "(")),
            st.lists(st.lists(inner, max_size=2).map("".join), min_size=1, max_size=3).map("|".join),
            st.sampled_from((")", ")?", "){2}", "){0,1}")),
        ).map("".join),
        max_leaves=5,
    )
    plain = st.lists(pieces, max_size=4).map("".join)
    bare = st.lists(plain, min_size=1, max_size=2).map("|".join)
    return bare | plain.map(r"\+".__add__)


@st.composite
def tables(draw: DrawFn) -> Rows:
    several = st.lists(patterns(), min_size=1, max_size=2).map(tuple)
    rows = draw(st.lists(several, min_size=1, max_size=5))
    names = draw(st.lists(st.sampled_from("abc"), min_size=len(rows), max_size=len(rows)))
    return tuple(zip(names, rows, strict=True))


def readable(rows: Rows) -> bool:
    try:
        for _, several in rows:
            for pattern in several:
                check_pattern(pattern)
    except InvalidValue:
        return False
    return True


def refusal(pattern: str) -> str:
    with pytest.raises(InvalidValue) as caught:
        check_pattern(pattern)
    return str(caught.value.problem.code)


class TestOrder:
    """Classes are rules in order, first match wins; classifying is a prefix walk (NUM-2)."""

    @given(tables().filter(readable), st.lists(DIALLED, min_size=5, max_size=20))
    @example((("a", (r"1\d",)), ("b", (r"\d{1,2}",))), ["1", "12", "21", "3", "", "123"])
    @example((("a", (r"\d{2}", r"1\d")), ("b", (r"\d{2}",))), ["12", "22", "1"])
    def test_the_trie_answers_as_regular_expressions_tried_in_order(self, rows: Rows, numbers: list[str]) -> None:
        trie = PrefixTrie.build(rows)
        assert [naive(rows, number) for number in numbers] == [trie.find(number) for number in numbers]

    @given(tables().filter(readable), st.data())
    def test_numbers_made_from_the_patterns_themselves(self, rows: Rows, data: st.DataObject) -> None:
        trie = PrefixTrie.build(rows)
        pattern = data.draw(st.sampled_from([pattern for _, several in rows for pattern in several]))
        number = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True, alphabet="+0123456789"))
        for meant in (number, number[:-1], number + "1"):
            if len(meant) <= LONGEST:
                assert naive(rows, meant) == trie.find(meant)

    @given(tables().filter(readable), st.text("+123", max_size=3), st.lists(DIALLED, min_size=5, max_size=20))
    def test_what_most_numbers_begin_with_changes_no_answer(self, rows: Rows, mostly: str, numbers: list[str]) -> None:
        trie = PrefixTrie.build(rows, mostly=mostly)
        assert [naive(rows, number) for number in numbers] == [trie.find(number) for number in numbers]

    def test_every_short_number_of_a_table_with_all_forms(self) -> None:
        rows: Rows = (
            ("whole", ("12|30?",)),
            ("group", (r"1(?:0|2[0-13])\d{2}",)),
            ("both", (r"\d{4}", r"\d{0,}3")),
            ("open", (r"2\d{1,}",)),
            ("plus", (r"\+[1-3]\d{2,3}",)),
            ("empty", (r"0{0,1}",)),
        )
        tries = [PrefixTrie.build(rows, mostly=mostly) for mostly in ("", "1", "+", "+2")]
        for length in range(6):
            for digits in map("".join, product("0123", repeat=length)):
                for number in (digits, "+" + digits):
                    assert {naive(rows, number)} == {trie.find(number) for trie in tries}, number

    def test_what_no_row_describes_has_no_answer(self) -> None:
        trie = PrefixTrie.build([("a", ("12",))])
        assert [trie.find(number) for number in ("", "1", "12", "123", "+", "+12", "9" * LONGEST)] == [
            None,
            None,
            "a",
            *[None] * 4,
        ]

    def test_an_empty_table_has_no_answers(self) -> None:
        trie = PrefixTrie[str].build([])
        assert [trie.find(number) for number in ("", "1", "+1")] == [None] * 3
        assert trie.answers == frozenset()

    def test_an_open_end_reaches_as_far_as_a_number_can(self) -> None:
        trie = PrefixTrie.build([("a", (r"1\d{0,}",))])
        assert trie.find("1" * LONGEST) == "a"

    @given(tables().filter(readable), st.lists(DIALLED, max_size=20))
    def test_only_what_is_found_counts_among_the_answers(self, rows: Rows, numbers: list[str]) -> None:
        trie = PrefixTrie.build(rows)
        assert {trie.find(number) for number in numbers} - {None} <= trie.answers <= {answer for answer, _ in rows}

    @given(tables().filter(readable))
    def test_beginnings_lead_to_the_answer_whatever_follows(self, rows: Rows) -> None:
        trie = PrefixTrie.build(rows)
        for answer in "abc":
            found = list(itertools.islice(trie.beginnings(answer), 50))
            assert bool(found) == (answer in trie.answers)
            for beginning, lengths in found:
                for length in lengths:
                    for digit in "019":
                        assert trie.find(beginning.ljust(length, digit)) == answer

    def test_a_row_that_an_earlier_one_hides_is_no_answer(self) -> None:
        rows = [("a", (r"\d{2}",)), ("b", ("12",)), ("c", ("1",)), ("d", ("1", "2"))]
        assert PrefixTrie.build(rows).answers == {"a", "c"}

    def test_a_number_is_read_no_further_than_needed(self) -> None:
        # Where only the length can still decide, nothing looks at the rest: here it isn't even digits.
        trie = PrefixTrie.build([("a", (r"\+18\d{5}",)), ("b", (r"\+1\d{6}",))])
        assert (trie.find("+18....."), trie.find("+17....."), trie.find("+2")) == ("a", "b", None)

    def test_nor_is_what_can_have_no_answer(self) -> None:
        trie = PrefixTrie.build([("a", (r"[1-3]2\d", r"12\d"))])
        assert (trie.find("123"), trie.find("223"), trie.find("2..")) == ("a", None, None)

    def test_a_trie_shows_none_of_its_inside(self) -> None:
        assert repr(PrefixTrie.build([("a", ("12",))])) == "PrefixTrie()"


class TestPatterns:
    """A pattern is a small part of the language of regular expressions, and means what that means (NUM-2)."""

    @pytest.mark.parametrize(
        "pattern",
        [
            "1", r"\d", r"\+1", "[2-9]", "[0-24-68]", "(1)", "(?:1|2)", "1?", r"\d{7}", r"\d{2,5}", r"\d{5,}", r"\d{0}",
            "1|2|", "()", "", r"\+(?:1|44)\d{5,12}", "(" * 32 + "1" + ")" * 32, r"\d{64}", "(){99}{0}"[:-3], "[55-5]",
            r"\d{32,}", "1{10}2{10}",
        ],
    )  # fmt: skip
    def test_good(self, pattern: str) -> None:
        check_pattern(pattern)

    @pytest.mark.parametrize(
        ("pattern", "position", "character"),
        [
            ("a", 0, "'a'"), ("1 2", 1, "' '"), ("12\n", 2, r"'\n'"), ("^12$", 0, "'^'"), ("12$", 2, "'$'"),
            ("1*", 1, "'*'"), ("1+", 1, "'+'"), ("+1", 0, "'+'"), (r"\w", 0, r"'\\'"), (r"\D", 0, r"'\\'"),
            ("1.", 1, "'.'"), ("[^1]", 0, "'['"), ("[]", 0, "'['"), ("[1", 0, "'['"), ("[9-2]", 0, "'['"),
            ("1[12-10]", 1, "'['"), (r"[\d]", 0, "'['"), ("(1", 2, "''"), ("1)", 1, "')'"), ("((1)", 4, "''"),
            ("(?=1)", 1, "'?'"), ("(?P<a>1)", 1, "'?'"), ("?", 0, "'?'"), ("1??", 2, "'?'"), ("1{2}{2}", 4, "'{'"),
            ("1{", 1, "'{'"), ("1{}", 1, "'{'"), ("1{,2}", 1, "'{'"), ("1{3,2}", 1, "'{'"), ("1{345}", 1, "'{'"),
            ("1{-1}", 1, "'{'"), ("1{1 }", 1, "'{'"), ("٣", 0, "'٣'"), ("1\0", 1, r"'\x00'"),
            ("1\ud800", 1, r"'\ud800'"), ("(" * 33 + "1" + ")" * 33, 33, "'1'"), ("1|(2|a)", 5, "'a'"),
        ],
    )  # fmt: skip
    def test_refused_with_the_place(self, pattern: str, position: int, character: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            check_pattern(pattern)
        assert str(caught.value.problem.code) == "NUMBER_PATTERN_UNREADABLE"
        assert dict(caught.value.problem.params) == {"position": position, "character": character}

    def test_the_longest_number_that_a_pattern_may_describe(self) -> None:
        assert refusal(r"\d{65}") == refusal(r"(\d{5}){13}") == refusal(r"\d{33}\d{0,}") == "NUMBER_PATTERN_ENDLESS"
        assert refusal(r"1|\d{40}2{25}") == "NUMBER_PATTERN_ENDLESS"
        check_pattern(r"(\d{4}){16}")
        check_pattern(r"\d{40}|\d{40}")

    def test_a_count_may_begin_beyond_what_can_be_dialled(self) -> None:
        trie = PrefixTrie.build([("a", (r"\d{33,}",)), ("b", (r"1\d{0,}",))])
        assert (trie.find("2" * LONGEST), trie.find("1" * LONGEST)) == (None, "b")

    def test_the_longest_pattern(self) -> None:
        check_pattern("1|" * 2000)
        assert refusal("1" * 4001) == refusal("1" * 10**6) == "NUMBER_PATTERN_LONG"

    @pytest.mark.parametrize(
        "pattern",
        [
            "(" * 32 + ")" + "){99}" * 31,
            "(" * 32 + "1{0}" + "){99}" * 32,
            "(" * 30 + "(1|2|3|4|5|6|7|8|9|12){2}" + "|3)" * 30 + r"{15}\d",
        ],
        ids=["nothing, counted", "no digits, counted", "a tree of alternatives"],
    )
    def test_counts_within_counts_stay_quick(self, pattern: str) -> None:
        assert Automaton().read(pattern, 1) > 0

    def test_what_the_first_digits_leave_open_is_refused(self) -> None:
        # To know whether the eleventh digit from the end is a 1, one has to remember eleven: 2,000 states, and so on.
        PrefixTrie.build([("a", (r"\d{0,20}1\d{10}",))])
        with pytest.raises(InvalidValue) as caught:
            PrefixTrie.build([("a", (r"\d{0,20}1\d{20}",))])
        assert str(caught.value.problem.code) == "NUMBER_PATTERNS_TANGLED"

    @given(st.text() | st.text(r"0123456789\d+[]()?:|{},-^$ ", max_size=12))
    def test_what_is_readable_is_a_regular_expression(self, pattern: str) -> None:
        try:
            check_pattern(pattern)
        except InvalidValue as error:
            assert len(str(error)) < 300  # noqa: PT017 - that it may raise is the point
        else:
            re.compile(pattern)

    @given(patterns())
    def test_patterns_of_all_forms_can_be_read_if_what_they_describe_is_short(self, pattern: str) -> None:
        if not readable([("a", (pattern,))]):
            assert refusal(pattern) == "NUMBER_PATTERN_ENDLESS"


def dropping(prefix: str) -> Callable[[str], int | None]:
    """As a country's dialling tells it: the length of a prefix, 0 if there is none, None if a group of it held."""
    expression = re.compile(prefix, re.ASCII)

    def dropped(dialled: str) -> int | None:
        match = expression.match(dialled)
        if match is None:
            return 0
        return None if expression.groups and match[expression.groups] is not None else match.end()

    return dropped


class TestPartings:
    """What is dialled first tells how long a prefix is (NUM-1)."""

    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            ("", {0: r"\d\d{0,}"}),
            ("06", {0: r"0[012345789]\d{0,}|[123456789]\d{0,}", 2: r"06\d{0,}"}),
            (
                "0(?:8[14])?",
                {1: r"0([012345679]\d{0,}|8[02356789]\d{0,})", 3: r"08[14]\d{0,}", 0: r"[123456789]\d{0,}"},
            ),
            # Only a number that has all the digits has the prefix; too short ones have none.
            (r"0\d{3}", {0: r"0\d{0,2}|[123456789]\d{0,}"}),
            # What is put in the place of digits isn't just dropped.
            (r"0(11\d)?", {1: r"0([023456789]\d{0,}|1([023456789]\d{0,}|1\d{0,0}))", 0: r"[123456789]\d{0,}"}),
        ],
    )
    def test_examples(self, pattern: str, found: dict[int, str]) -> None:
        assert found == partings(pattern, dropping(pattern))

    @given(patterns().filter(lambda pattern: "+" not in pattern and readable([("a", (pattern,))])), st.data())
    def test_they_tell_what_regular_expressions_match(self, pattern: str, data: st.DataObject) -> None:
        dropped = dropping(pattern)
        found = partings(pattern, dropped)
        own = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True, alphabet="0123456789")
        for number in data.draw(st.lists(NUMBERS | own | st.tuples(own, NUMBERS).map("".join), max_size=9)):
            told = [count for count, described in found.items() if re.fullmatch(described, number, re.ASCII)]
            assert told in ([], [dropped(number)])

    def test_four_digits_are_looked_at(self) -> None:
        assert partings("1234", dropping("1234")).keys() == {0, 4}
        found = partings("12345", dropping("12345"))
        assert [bool(re.fullmatch(found[0], number)) for number in ("1234", "12346", "1235")] == [True, False, True]

    def test_what_would_be_too_long_a_pattern_is_left_out(self) -> None:
        many = "|".join(f"{number:04}" for number in range(1, 10_000, 13))
        assert 0 not in partings(many, dropping(many))
        few = "|".join(f"{number:04}" for number in range(1, 10_000, 777))
        assert 0 in partings(few, dropping(few))
