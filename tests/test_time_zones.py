import enum
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore import _territories, _zones
from tenantcore.errors import InvalidType, InvalidValue, Kind, Problem
from tenantcore.time_zones import TimezoneFault, parse_timezone, timezone_names
from tests.vector_files import Case, cases


def problem_of(text: object) -> Problem:
    with pytest.raises(InvalidValue) as caught:
        parse_timezone(text)
    return caught.value.problem


class Chosen(enum.StrEnum):
    HAVANA = "America/Havana"


class TestParsing:
    """Time zone: a name in tzdata's zone.tab, or an alias of one; rules for clocks are refused (ORG-8)."""

    @pytest.mark.parametrize("case", cases("time_zones", "ORG-8"), ids=lambda case: case.id)
    def test_vector(self, case: Case) -> None:
        text = case.given["timezone"]
        if "problem" not in case.expect:
            assert {"timezone": parse_timezone(text)} == case.expect
            return
        problem = problem_of(text)
        found = {"problem": str(problem.code)}
        if "example" in case.expect:
            found["example"] = str(problem.params["example"])
        assert found == case.expect

    @given(name=st.sampled_from(sorted(_zones.names())))
    def test_a_name_in_the_package_is_a_place_an_alias_or_a_rule(self, name: str) -> None:
        place = _territories.place(name)
        if place is None:
            assert problem_of(name).code is TimezoneFault.TIMEZONE_NOT_GEOGRAPHIC
        else:
            assert parse_timezone(name) == place

    def test_every_name_on_the_list_is_read_as_itself(self) -> None:
        assert [parse_timezone(name) for name in timezone_names()] == list(timezone_names())

    def test_the_list_is_in_order_and_is_what_the_table_has(self) -> None:
        assert list(timezone_names()) == sorted(row[2] for row in _zones.table("zone.tab"))

    @given(text=st.text(max_size=30) | st.sampled_from(sorted(_zones.names())).map(str.swapcase))
    def test_other_text_is_unknown(self, text: str) -> None:
        if text.strip(" ") and text.strip(" ") not in _zones.names():
            assert problem_of(text).code is TimezoneFault.TIMEZONE_UNKNOWN

    def test_a_member_of_a_text_enumeration_is_text(self) -> None:
        assert type(parse_timezone(Chosen.HAVANA)) is str
        assert parse_timezone(Chosen.HAVANA) == "America/Havana"

    @pytest.mark.parametrize(
        "text",
        [
            "Asia/Singapore\t",
            "Asia//Singapore",
            "Asia/Singapore/",
            "Asia\\Singapore",
            "Asia/../Asia/Singapore",
            "\ud800",
            "\0",
            "zone.tab",
            "\uff35\uff34\uff23",
        ],
    )
    def test_nothing_is_repaired(self, text: str) -> None:
        assert problem_of(text).code is TimezoneFault.TIMEZONE_UNKNOWN

    def test_a_megabyte_is_unknown_in_a_short_sentence(self) -> None:
        problem = problem_of("Asia/" * 200_000)
        assert problem.code is TimezoneFault.TIMEZONE_UNKNOWN
        assert len(str(problem)) < 250

    @pytest.mark.parametrize(
        "value", [None, True, 8, 1.5, float("nan"), b"UTC", ["UTC"], {}, _zones.find("Asia/Tokyo")]
    )
    def test_anything_but_text_is_of_the_wrong_type(self, value: object) -> None:
        with pytest.raises(InvalidType, match="timezone must be text"):
            parse_timezone(value)

    def test_the_remedy_has_the_right_spelling_or_some_example(self) -> None:
        assert str(problem_of("europe/paris")) == (
            "the time zone 'europe/paris' is not in the tz database; "
            "hand in a name from there, written exactly so, for instance Europe/Paris"
        )
        assert problem_of("Atlantis").params["example"] == "Asia/Singapore"

    def test_no_fault_of_a_zone_is_a_warning(self) -> None:
        assert Kind.WARNING not in {fault.kind for fault in TimezoneFault}
        assert {fault.rule for fault in TimezoneFault} == {"ORG-8"}


class TestLightness:
    """The data packages load when first needed: reading a place's own name needs neither."""

    def test_a_name_in_the_table_needs_neither_babel_nor_pycountry(self) -> None:
        script = (
            "import sys\n"
            "import tenantcore.regions\n"
            "from tenantcore.time_zones import parse_timezone\n"
            "parse_timezone('Asia/Singapore')\n"
            "sys.exit(len({'babel', 'pycountry'} & set(sys.modules)))"
        )
        assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603 - our own text
