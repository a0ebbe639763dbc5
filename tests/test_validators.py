from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from attrs import field, frozen

from tenantcore._validators import (
    a_day,
    an_instant,
    an_instant_or_none,
    at_least,
    check_day,
    check_instant,
    exactly,
    not_empty,
    tuple_of,
    within,
)
from tenantcore.errors import FieldCode, InvalidType, InvalidValue, Param, Problem


@frozen(kw_only=True)
class Example:
    day: date = field(default=date(2026, 1, 31), validator=exactly(date, called="a date"))
    seconds: int = field(default=1, validator=at_least(1))
    name: str = field(default="x", validator=not_empty)
    days: tuple[object, ...] = field(default=(), validator=tuple_of(date, int, called="dates"))
    opened: date = field(default=date(2026, 1, 31), validator=a_day)
    hours: int = field(default=1, validator=within(1, 24))
    made: datetime = field(default=datetime(2026, 1, 31, tzinfo=UTC), validator=an_instant)
    ended: datetime | None = field(default=None, validator=an_instant_or_none)


class Moment(datetime):
    """Stands for the subclasses of other libraries, such as pandas' Timestamp."""


class Text(str):
    __slots__ = ()


def problem_of(**fields: object) -> Problem:
    with pytest.raises(InvalidValue) as caught:
        Example(**fields)  # type: ignore[arg-type] # the wrong types are the subject
    assert isinstance(caught.value, InvalidType) == isinstance(caught.value, TypeError)
    return caught.value.problem


class TestExactly:
    """Types are exact: `datetime` is refused where a `date` is meant (X-2)."""

    def test_a_value_of_the_type_passes(self) -> None:
        assert Example(day=date(2026, 2, 28)).day == date(2026, 2, 28)

    def test_a_value_of_a_subclass_is_refused(self) -> None:
        expected: dict[str, Param] = {"field": "day", "expected": "a date", "actual": "datetime"}
        problem = problem_of(day=datetime(2026, 1, 31))  # noqa: DTZ001 - a naive one would be the worse mistake
        assert problem == Problem(FieldCode.FIELD_WRONG_TYPE, params=expected)
        assert problem.sentence == "day must be a date, not datetime"

    @pytest.mark.parametrize("value", [None, "2026-01-31", 20260131, b"", float("nan"), []])
    def test_anything_else_is_a_type_error_too(self, value: object) -> None:
        with pytest.raises(InvalidType):
            Example(day=value)  # type: ignore[arg-type] # the wrong types are the subject


class TestAtLeast:
    """A whole number has a lowest value; bools are no numbers (X-2)."""

    @pytest.mark.parametrize("value", [1, 2, 10**5000], ids=["minimum", "above", "huge"])
    def test_the_minimum_and_everything_above_pass(self, value: int) -> None:
        assert Example(seconds=value).seconds == value

    @pytest.mark.parametrize(
        ("value", "text"), [(0, "0"), (-1, "-1"), (-(10**5000), "an integer of 16610 bits")], ids=["0", "-1", "huge"]
    )
    def test_the_first_value_below_is_refused(self, value: int, text: str) -> None:
        expected: dict[str, Param] = {"field": "seconds", "minimum": 1, "value": text}
        assert problem_of(seconds=value) == Problem(FieldCode.FIELD_BELOW_MINIMUM, params=expected)

    @pytest.mark.parametrize("value", [True, 1.0, "1", None, float("nan")])
    def test_what_is_no_whole_number_is_refused(self, value: object) -> None:
        expected: dict[str, Param] = {"field": "seconds", "expected": "a whole number", "actual": type(value).__name__}
        assert problem_of(seconds=value) == Problem(FieldCode.FIELD_WRONG_TYPE, params=expected)


class TestWithin:
    """A whole number has a lowest and a highest value (X-2)."""

    @pytest.mark.parametrize("value", [1, 24])
    def test_both_ends_pass(self, value: int) -> None:
        assert Example(hours=value).hours == value

    def test_the_first_value_below_is_refused(self) -> None:
        expected: dict[str, Param] = {"field": "hours", "minimum": 1, "value": "0"}
        assert problem_of(hours=0) == Problem(FieldCode.FIELD_BELOW_MINIMUM, params=expected)

    @pytest.mark.parametrize(
        ("value", "text"), [(25, "25"), (10**5000, "an integer of 16610 bits")], ids=["25", "huge"]
    )
    def test_the_first_value_above_is_refused(self, value: int, text: str) -> None:
        expected: dict[str, Param] = {"field": "hours", "maximum": 24, "value": text}
        assert problem_of(hours=value) == Problem(FieldCode.FIELD_ABOVE_MAXIMUM, params=expected)

    @pytest.mark.parametrize("value", [True, 1.0, "1", None, float("nan")])
    def test_what_is_no_whole_number_is_refused(self, value: object) -> None:
        expected: dict[str, Param] = {"field": "hours", "expected": "a whole number", "actual": type(value).__name__}
        assert problem_of(hours=value) == Problem(FieldCode.FIELD_WRONG_TYPE, params=expected)


class TestNotEmpty:
    """Text has at least one character (X-2)."""

    @pytest.mark.parametrize("value", ["x", " ", "\0", "\ud800"])
    def test_one_character_is_enough(self, value: str) -> None:
        assert Example(name=value).name == value

    def test_no_character_is_refused(self) -> None:
        assert problem_of(name="") == Problem(FieldCode.FIELD_EMPTY, params={"field": "name"})

    @pytest.mark.parametrize("value", [None, b"x", 1, ["x"], Text("x")])
    def test_what_is_no_plain_text_is_refused(self, value: object) -> None:
        expected: dict[str, Param] = {"field": "name", "expected": "text", "actual": type(value).__name__}
        assert problem_of(name=value) == Problem(FieldCode.FIELD_WRONG_TYPE, params=expected)


class TestTupleOf:
    """Values hold tuples inside, of exact types, so that they stay hashable (X-4)."""

    def test_tuples_of_the_types_pass_and_so_does_none_at_all(self) -> None:
        assert Example(days=(date(2026, 1, 31), 1)).days == (date(2026, 1, 31), 1)
        assert Example(days=()).days == ()

    @pytest.mark.parametrize("value", [None, [], "ab", frozenset({1}), {1: 1}])
    def test_what_is_no_tuple_is_refused(self, value: object) -> None:
        expected: dict[str, Param] = {"field": "days", "expected": "a tuple of dates", "actual": type(value).__name__}
        assert problem_of(days=value) == Problem(FieldCode.FIELD_WRONG_TYPE, params=expected)

    def test_the_first_wrong_item_is_named_by_its_position(self) -> None:
        problem = problem_of(days=(1, True, None))
        expected: dict[str, Param] = {"field": "days", "expected": "dates", "position": 1, "actual": "bool"}
        assert problem == Problem(FieldCode.FIELD_WRONG_ITEM, params=expected)
        assert problem.sentence == "days must hold only dates, but item 1 (counted from 0) is of type bool"


class TestDays:
    """A day is a plain date; which day an instant is on depends on the zone (X-2)."""

    def test_a_date_passes(self) -> None:
        check_day("day", date(1, 1, 1))
        assert Example(opened=date(9999, 12, 31)).opened == date(9999, 12, 31)

    @pytest.mark.parametrize("value", [None, "2026-01-31", 738000, Moment(2026, 1, 31, tzinfo=UTC)])
    def test_anything_else_is_refused(self, value: object) -> None:
        expected: dict[str, Param] = {"field": "opened", "actual": type(value).__name__}
        assert problem_of(opened=value) == Problem(FieldCode.DATE_TYPE, params=expected)
        with pytest.raises(InvalidType, match=r"^day must be a datetime\.date, not"):
            check_day("day", value)


class TestInstants:
    """An instant is a plain aware datetime (X-2)."""

    @pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=14))])
    def test_an_aware_datetime_passes(self, zone: timezone) -> None:
        check_instant("now", datetime(2026, 1, 31, tzinfo=zone))

    @pytest.mark.parametrize("value", [None, 1.5, date(2026, 1, 31), Moment(2026, 1, 31, tzinfo=UTC)])
    def test_anything_else_is_refused(self, value: object) -> None:
        with pytest.raises(InvalidType) as caught:
            check_instant("now", value)
        expected: dict[str, Param] = {"field": "now", "actual": type(value).__name__}
        assert caught.value.problem == Problem(FieldCode.INSTANT_TYPE, params=expected)

    def test_a_field_is_checked_the_same_way(self) -> None:
        moment = datetime(2026, 1, 31, tzinfo=UTC)
        assert Example(made=moment, ended=moment).ended == moment
        assert problem_of(made=None) == Problem(FieldCode.INSTANT_TYPE, params={"field": "made", "actual": "NoneType"})
        assert problem_of(ended=0) == Problem(FieldCode.INSTANT_TYPE, params={"field": "ended", "actual": "int"})

    def test_only_a_field_that_may_be_absent_takes_none(self) -> None:
        assert Example(ended=None).ended is None

    def test_a_naive_datetime_names_no_instant(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            check_instant("now", datetime(2026, 1, 31))  # noqa: DTZ001 - the naive one is the subject
        assert caught.value.problem == Problem(FieldCode.INSTANT_NAIVE, params={"field": "now"})
        assert not isinstance(caught.value, TypeError)
