import copy
import importlib
import pickle
import pkgutil
import re
import string
from decimal import Decimal
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenantcore
from tenantcore.errors import (
    Code,
    FieldCode,
    InvalidType,
    InvalidValue,
    Kind,
    Param,
    Problem,
    TenantcoreError,
    invalid,
    shown,
)

for module in pkgutil.iter_modules(tenantcore.__path__, "tenantcore."):
    importlib.import_module(module.name)

TABLES = [table for table in Code.__subclasses__() if table.__module__.startswith("tenantcore.")]
CODES = [code for table in TABLES for code in table]
BELOW = Problem(FieldCode.FIELD_BELOW_MINIMUM, params={"field": "step_seconds", "minimum": 1, "value": 0})


def placeholders(template: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


class TestCodeTables:
    """Every problem has a stable code, parameters and an English sentence with its remedy (X-3)."""

    @pytest.mark.parametrize("code", CODES, ids=str)
    def test_a_sentence_is_lower_case_without_a_full_stop(self, code: Code) -> None:
        for template in (code.sentence, code.remedy):
            assert re.fullmatch(r"\S(.*\S)?", template)
            assert template[0] == "{" or template[0] == template[0].lower() or template.split()[0].isupper()
            assert not template.endswith((".", "!"))

    @pytest.mark.parametrize("code", CODES, ids=str)
    def test_a_template_names_its_parameters_plainly(self, code: Code) -> None:
        # A translator moves placeholders about; positions, attributes and conversions would not survive that.
        names = placeholders(code.sentence) | placeholders(code.remedy)
        assert all(re.fullmatch(r"[a-z][a-z_]*", name or "") for name in names)

    @pytest.mark.parametrize("code", CODES, ids=str)
    def test_a_code_is_named_by_capitals_and_its_rule_by_an_id(self, code: Code) -> None:
        assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", code.name)
        assert re.fullmatch(r"[A-Z]{1,4}-[0-9]{1,2}", code.rule)

    def test_a_name_stands_for_one_fault_in_the_whole_library(self) -> None:
        names = [code.name for code in CODES]
        assert sorted(set(names)) == sorted(names)

    @pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
    def test_a_table_has_no_second_name_for_a_fault_and_is_public_in_its_module(self, table: type[Code]) -> None:
        assert list(table.__members__) == [code.name for code in table]
        assert table.__name__ in importlib.import_module(table.__module__).__all__

    def test_a_code_is_shown_by_its_name(self) -> None:
        assert (str(FieldCode.FIELD_EMPTY), repr(FieldCode.FIELD_EMPTY)) == ("FIELD_EMPTY", "FieldCode.FIELD_EMPTY")

    @pytest.mark.parametrize("code", CODES, ids=str)
    def test_a_code_survives_pickling_by_name(self, code: Code) -> None:
        pickled = pickle.dumps(code)
        assert pickle.loads(pickled) is code  # noqa: S301 - our own bytes
        assert copy.deepcopy(code) is code
        # A pickle that is older than a reworded sentence must still load.
        assert code.sentence.encode() not in pickled


class TestProblem:
    """A problem is data: a code, the path to the spot, parameters (X-3)."""

    def test_a_parameter_that_is_missing_is_told_by_its_name(self) -> None:
        """What another version has stored may lack one: it is told all the same."""
        stored = Problem(FieldCode.FIELD_BELOW_MINIMUM, params={"field": "step_seconds"})
        assert str(stored) == "step_seconds must be at least {minimum}, not {value}; raise it to {minimum} or more"

    def test_it_reads_as_place_sentence_and_remedy(self) -> None:
        assert str(BELOW) == "step_seconds must be at least 1, not 0; raise it to 1 or more"
        assert str(BELOW.under("rates", 2)) == f"rates[2]: {BELOW}"
        assert (BELOW.sentence, BELOW.remedy) == tuple(str(BELOW).split("; "))

    def test_stepping_out_puts_the_steps_before_the_path(self) -> None:
        assert BELOW.under("email").under("administrators", 1).path == ("administrators", 1, "email")
        assert BELOW.path == ()

    @pytest.mark.parametrize(
        ("path", "place"),
        [
            ((), ""),
            (("name",), "name"),
            (("administrators", 1, "email"), "administrators[1].email"),
            ((0,), "[0]"),
            (("a", 0, 1, "b"), "a[0][1].b"),
            (("e mail",), "['e mail']"),
            (("",), "['']"),
            (("a.b", "c"), "['a.b'].c"),
            (("\ud800\n",), r"['\ud800\n']"),
            (("x" * 40,), "x" * 40),
            (("x" * 41,), f"['{'x' * 40}'...]"),
            (("straße",), "straße"),
        ],
    )
    def test_its_place_reads_like_code_and_hides_nothing(self, path: tuple[str | int, ...], place: str) -> None:
        assert Problem(FieldCode.FIELD_EMPTY, path).place == place

    def test_only_a_warning_leaves_the_value_standing(self) -> None:
        class Example(Code):
            EXAMPLE_WARNING = (Kind.WARNING, "X-3", "a sentence", "a remedy")

        assert Problem(Example.EXAMPLE_WARNING).is_warning
        assert not BELOW.is_warning

    @given(st.dictionaries(st.text(max_size=5), st.text() | st.integers(), max_size=3))
    def test_it_is_a_hashable_value_that_pickles(self, params: dict[str, Param]) -> None:
        problem = Problem(FieldCode.FIELD_EMPTY, ("a", 0), params)
        params_before = dict(params)
        same = pickle.loads(pickle.dumps(problem))  # noqa: S301 - our own bytes
        assert (same, hash(same)) == (problem, hash(problem))
        params["later"] = 1
        assert problem.params == params_before

    def test_braces_in_a_value_are_text_not_placeholders(self) -> None:
        problem = Problem(FieldCode.FIELD_BELOW_MINIMUM, params={"field": "a", "minimum": 1, "value": "{field}"})
        assert problem.sentence == "a must be at least 1, not {field}"


class TestExceptions:
    """Bad input raises only the library's own errors, which are also the builtins a caller would reach for (X-2)."""

    def test_a_wrong_type_is_a_type_error_as_well(self) -> None:
        error = invalid(Problem(FieldCode.FIELD_WRONG_TYPE, params={"field": "a", "expected": "b", "actual": "c"}))
        assert type(error) is InvalidType
        assert isinstance(error, TypeError)
        assert isinstance(error, ValueError)
        assert isinstance(error, TenantcoreError)

    @pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.WRONG_TYPE])
    def test_every_other_kind_is_a_value_error_only(self, kind: Kind) -> None:
        class Example(Code):
            EXAMPLE_FAULT = (kind, "X-2", "a sentence", "a remedy")

        error = invalid(Problem(Example.EXAMPLE_FAULT))
        assert type(error) is InvalidValue
        assert isinstance(error, ValueError)
        assert not isinstance(error, TypeError)

    @pytest.mark.parametrize("exception", [InvalidValue, InvalidType])
    def test_it_reads_as_its_problem_and_survives_pickling(self, exception: type[InvalidValue]) -> None:
        error = exception(BELOW)
        same = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert (type(same), same.problem, str(same)) == (exception, BELOW, str(BELOW))
        assert same.args == error.args == (BELOW,)


class TestShown:
    """Any object can be shown in a message: short, printable, in linear time (X-2)."""

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, "None"),
            (True, "True"),
            (0, "0"),
            (-(2**128) + 1, str(-(2**128) + 1)),
            (2**128, "an integer of 129 bits"),
            (-(10**5000), "an integer of 16610 bits"),
            (0.1, "0.1"),
            (float("nan"), "nan"),
            ("", "''"),
            ("it's", '"it\'s"'),
            ("a" * 40, f"'{'a' * 40}'"),
            ("a" * 41, f"'{'a' * 40}'..."),
            ("\x00\ud800\u202e", r"'\x00\ud800\u202e'"),
            (Kind.TAKEN, "Kind"),
            (Decimal("-1.50"), "-1.50"),
            (Decimal("sNaN"), "sNaN"),
            (Decimal("1" * 40), "1" * 40),
            (Decimal("1" * 41), "1" * 40 + "..."),
            (b"\xff", "bytes"),
            ([], "list"),
        ],
        # pytest would write the huge numbers out, which Python refuses.
        ids=lambda value: type(value).__name__,
    )
    def test_it_shows(self, value: object, text: str) -> None:
        assert shown(value) == text

    def test_a_subclass_of_text_is_shown_as_its_text(self) -> None:
        class Loud(str):
            __slots__ = ()

            def __str__(self) -> str:
                return self.upper()

            __repr__ = __str__

        assert shown(Loud("quiet")) == "'quiet'"

    def test_an_object_that_pretends_or_breaks_is_named_by_its_type(self) -> None:
        class Broken:
            def __repr__(self) -> str:
                raise RuntimeError

            @property
            def __class__(self) -> type:
                raise RuntimeError

            @__class__.setter
            def __class__(self, value: type) -> None:
                raise RuntimeError

        assert shown(Mock(spec=str)) == "Mock"
        assert shown(Broken()) == "Broken"

    @given(st.text() | st.text(st.characters()) | st.integers() | st.floats() | st.decimals() | st.binary())
    def test_what_is_shown_is_short_and_printable(self, value: object) -> None:
        text = shown(value)
        assert text.isprintable()
        # The longest escape of one character takes ten: \\U0010ffff.
        assert len(text) <= 40 * 10 + len("''...")

    def test_a_huge_text_is_cut_before_it_is_escaped(self) -> None:
        assert shown("\0" * 1_000_000) == repr("\0" * 40) + "..."
