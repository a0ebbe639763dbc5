"""Reading untyped forms."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore._forms import Fields, FormFault, choice_of
from tenantcore.errors import FieldCode, InvalidValue, Problem, invalid
from tests.strangers import HostileText, Word


def number(value: object) -> int:
    if type(value) is not int:
        raise invalid(Problem(FieldCode.FIELD_EMPTY, params={"field": "n"}))
    return value


class Hostile:
    """A key that breaks whoever compares it."""

    def __hash__(self) -> int:
        return hash("n")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError


class TestFields:
    """ONB-1: every problem of a form at once, each with its path."""

    def test_what_is_right_is_read_and_what_is_wrong_is_noted_under_its_path(self) -> None:
        fields = Fields({"a": 1, "b": "x", "c": {"d": "y"}}, ("a", "b", "c"))
        assert fields.read("a", number) == 1
        assert fields.read("b", number) is None
        assert fields.section("c", ("d",)).read("d", number) is None
        assert [problem.path for problem in fields.problems] == [("b",), ("c", "d")]

    @pytest.mark.parametrize("value", [None, "", "  "])
    def test_an_empty_field_is_missing(self, value: object) -> None:
        fields = Fields({"a": value}, ("a",))
        assert not fields.has("a")
        assert fields.optional("a", number) is None
        assert fields.problems == []
        assert fields.read("a", str) == (value or "")
        assert not Fields({}, ()).has("a")

    def test_zero_and_false_are_not_missing(self) -> None:
        fields = Fields({"a": 0, "b": False}, ("a", "b"))
        assert fields.has("a")
        assert fields.has("b")
        assert fields.optional("a", number) == 0

    def test_unknown_fields_are_named_and_bounded(self) -> None:
        form: dict[object, int] = {"a": 1, **{f"x{n}": n for n in range(1000)}, 5: 5}
        fields = Fields(form, ("a",))
        assert {problem.code for problem in fields.problems} == {FormFault.FORM_UNKNOWN_FIELD}
        assert len(fields.problems) == 20
        assert fields.problems[0] == Problem(
            FormFault.FORM_UNKNOWN_FIELD, path=("x0",), params={"field": "'x0'", "known": "a"}
        )

    @pytest.mark.parametrize("key", ["x" * 41, "x" * 10**6, "\ud800", "a\nb", 5, None, ("a",)])
    def test_what_nobody_would_name_a_field_has_no_place_of_its_own(self, key: object) -> None:
        assert [problem.path for problem in Fields({key: 1}, ("a",)).problems] == [()]

    def test_names_up_to_forty_characters_have(self) -> None:
        assert [problem.path for problem in Fields({"x" * 40: 1}, ("a",)).problems] == [("x" * 40,)]

    def test_fields_may_be_named_by_texts_of_the_hosts_own_kind(self) -> None:
        fields = Fields({Word.NAME: "Acme"}, ("name",))
        assert fields.problems == []
        assert fields.raw("name") == "Acme"

    def test_it_tells_which_fields_a_form_may_have(self) -> None:
        assert Fields({"b": 1}, ("a",)).knows("a")
        assert not Fields({"b": 1}, ("a",)).knows("b")
        assert Fields(None, ("a",)).knows("a")

    @pytest.mark.parametrize("form", [None, [], "a", 1, float("nan"), object(), [("a", 1)]])
    def test_what_is_no_dict_is_one_problem_and_its_fields_are_not_missed(self, form: object) -> None:
        fields = Fields(form, ("a",))
        assert fields.read("a", number) is None
        assert not fields.has("a")
        assert fields.section("b", ("c",)).read("c", number) is None
        assert [problem.code for problem in fields.problems] == [FormFault.FORM_NOT_AN_OBJECT]

    def test_a_section_that_is_no_dict_is_one_problem(self) -> None:
        fields = Fields({"b": [1]}, ("b",))
        assert fields.section("b", ("c",)).read("c", number) is None
        assert [(problem.code, problem.path) for problem in fields.problems] == [(FormFault.FORM_NOT_AN_OBJECT, ("b",))]

    def test_a_missing_section_is_read_as_an_empty_one(self) -> None:
        fields = Fields({}, ("b",))
        assert fields.section("b", ("c",)).read("c", number) is None
        assert [(problem.code, problem.path) for problem in fields.problems] == [(FieldCode.FIELD_EMPTY, ("b", "c"))]

    def test_a_strangers_methods_are_never_called(self) -> None:
        class Tricky(dict[Any, Any]):
            def __getitem__(self, key: object) -> object:
                raise RuntimeError

            def get(self, key: object, default: object = None) -> object:
                raise RuntimeError

            def items(self) -> Any:
                raise RuntimeError

        fields = Fields(Tricky({Hostile(): 1, "m": 2}), ("n", "m"))
        assert fields.read("n", str) == ""
        assert fields.read("m", number) == 2
        assert [problem.code for problem in fields.problems] == [FormFault.FORM_UNKNOWN_FIELD]

    @given(st.dictionaries(st.one_of(st.text(), st.integers(), st.none()), st.text()))
    def test_any_dict_is_read_without_a_stray_exception(self, form: dict[Any, str]) -> None:
        fields = Fields(form, ("a",))
        fields.read("a", number)
        for problem in fields.problems:
            assert str(problem)


class TestChoice:
    """ONB-1: a choice outside what is on offer is refused, with what is."""

    def test_an_offered_word_is_taken(self) -> None:
        assert choice_of("class", ["retail", "business"])("retail") == "retail"

    def test_a_hosts_own_kind_of_text_is_text(self) -> None:
        assert choice_of("currency", ["EUR", "USD"])(Word.USD) == "USD"
        assert type(choice_of("currency", ["EUR", "USD"])(Word.USD)) is str

    @pytest.mark.parametrize("value", ["", None, "  "])
    def test_nothing_is_missing(self, value: object) -> None:
        with pytest.raises(InvalidValue) as error:
            choice_of("class", ["retail"])(value)
        assert error.value.problem.code is FormFault.FORM_FIELD_REQUIRED

    @pytest.mark.parametrize("value", ["Retail", "retail ", "x", 0, ["retail"], "x" * 10**6])
    def test_anything_else_is_refused(self, value: object) -> None:
        with pytest.raises(InvalidValue) as error:
            choice_of("class", ["retail"])(value)
        assert error.value.problem.code is FormFault.FORM_CHOICE_UNKNOWN
        assert error.value.problem.params["choices"] == "retail"

    def test_a_strangers_methods_are_never_called(self) -> None:
        with pytest.raises(InvalidValue):
            choice_of("class", ["retail"])(HostileText("wholesale"))
