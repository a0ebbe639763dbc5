"""Lets attrs fields refuse a wrong value with an error of ours; attrs' own validators raise bare builtins.

Every validator here has attrs' signature: the instance, the attribute, the value.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, TypeGuard

from attrs import Attribute

from tenantcore.errors import FieldCode, Problem, invalid, shown, type_name

__all__ = [
    "Validator",
    "a_day",
    "an_instant",
    "an_instant_or_none",
    "at_least",
    "check_at_least",
    "check_day",
    "check_instant",
    "exactly",
    "in_utc",
    "is_text",
    "not_empty",
    "tuple_of",
    "wrong_type",
]

Validator: TypeAlias = Callable[[Any, "Attribute[Any]", Any], None]


def wrong_type(name: str, expected: str, value: object) -> Problem:
    """Return the problem of a field `name` that holds another type than it should."""
    return Problem(FieldCode.FIELD_WRONG_TYPE, params={"field": name, "expected": expected, "actual": type_name(value)})


def exactly(*types: type, called: str) -> Validator:
    """Accept values of exactly these types: a bool is no int, a datetime no date; `called` has its article."""

    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        if type(value) not in types:
            raise invalid(wrong_type(attribute.name, called, value))

    return check


def at_least(minimum: int) -> Validator:
    """Accept whole numbers from `minimum` up; bools are refused."""

    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        check_at_least(attribute.name, minimum, value)

    return check


def check_at_least(name: str, minimum: int, value: object) -> None:
    """Refuse anything but a whole number from `minimum` up."""
    if type(value) is not int:
        raise invalid(wrong_type(name, "a whole number", value))
    if value < minimum:
        params: dict[str, str | int] = {"field": name, "minimum": minimum, "value": shown(value)}
        raise invalid(Problem(FieldCode.FIELD_BELOW_MINIMUM, params=params))


def within(minimum: int, maximum: int) -> Validator:
    """Accept whole numbers from `minimum` to `maximum`, both included; bools are refused."""
    from_minimum = at_least(minimum)

    def check(instance: object, attribute: "Attribute[Any]", value: int) -> None:
        from_minimum(instance, attribute, value)
        if value > maximum:
            raise invalid(
                Problem(
                    FieldCode.FIELD_ABOVE_MAXIMUM,
                    params={"field": attribute.name, "maximum": maximum, "value": shown(value)},
                )
            )

    return check


def not_empty(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """Accept text with at least one character."""
    if type(value) is not str:
        raise invalid(wrong_type(attribute.name, "text", value))
    if not value:
        raise invalid(Problem(FieldCode.FIELD_EMPTY, params={"field": attribute.name}))


def tuple_of(*types: type, called: str) -> Validator:
    """Accept tuples whose items are all of exactly these types; `called` is their plural: "tax rates"."""

    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        if type(value) is not tuple:
            raise invalid(wrong_type(attribute.name, f"a tuple of {called}", value))
        for position, item in enumerate(value):
            if type(item) not in types:
                params: dict[str, str | int] = {
                    "field": attribute.name,
                    "expected": called,
                    "position": position,
                    "actual": type_name(item),
                }
                raise invalid(Problem(FieldCode.FIELD_WRONG_ITEM, params=params))

    return check


def check_day(name: str, value: object) -> None:
    """Refuse anything but a plain date: a datetime is an instant, and which day it is depends on the zone."""
    if type(value) is not date:
        raise invalid(Problem(FieldCode.DATE_TYPE, params={"field": name, "actual": type_name(value)}))


def check_instant(name: str, value: object) -> None:
    """Refuse anything but a plain aware datetime."""
    if type(value) is not datetime:
        raise invalid(Problem(FieldCode.INSTANT_TYPE, params={"field": name, "actual": type_name(value)}))
    if value.utcoffset() is None:
        raise invalid(Problem(FieldCode.INSTANT_NAIVE, params={"field": name}))


def in_utc(name: str, value: object) -> datetime:
    """Return an instant in UTC: instants of one other zone compare by their clocks, which can be set back."""
    if type(value) is datetime and value.tzinfo is UTC:
        return value
    check_instant(name, value)
    assert type(value) is datetime  # noqa: S101 - just checked
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise invalid(Problem(FieldCode.INSTANT_OUT_OF_CALENDAR, params={"field": name})) from None


def a_day(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """Accept a plain date."""
    check_day(attribute.name, value)


def an_instant(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """Accept a plain aware datetime."""
    check_instant(attribute.name, value)


def an_instant_or_none(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """Accept a plain aware datetime, or None."""
    if value is not None:
        check_instant(attribute.name, value)


def is_text(value: object) -> TypeGuard[str]:
    """Whether a value is a str: its type is asked, because mocks and proxies make up a class."""
    return issubclass(type(value), str)
