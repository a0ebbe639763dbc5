"""Lets attrs fields refuse a wrong value with an error of ours; attrs' own validators raise bare builtins.

Every validator here has attrs' signature: the instance, the attribute, the value.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from attrs import Attribute

from tenantcore.errors import FieldCode, Problem, invalid, shown

__all__ = ["Validator", "at_least", "exactly", "not_empty", "tuple_of"]

Validator: TypeAlias = Callable[[Any, "Attribute[Any]", Any], None]


def wrong_type(name: str, expected: str, value: object) -> Problem:
    """Return the problem of a field `name` that holds another type than it should."""
    return Problem(
        FieldCode.FIELD_WRONG_TYPE, params={"field": name, "expected": expected, "actual": type(value).__name__}
    )


def exactly(*types: type, called: str) -> Validator:
    """Accept values of exactly these types: a bool is no int, a datetime no date."""

    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        if type(value) not in types:
            raise invalid(wrong_type(attribute.name, called, value))

    return check


def at_least(minimum: int) -> Validator:
    """Accept whole numbers from `minimum` up; bools are refused."""

    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        if type(value) is not int:
            raise invalid(wrong_type(attribute.name, "a whole number", value))
        if value < minimum:
            raise invalid(
                Problem(
                    FieldCode.FIELD_BELOW_MINIMUM,
                    params={"field": attribute.name, "minimum": minimum, "value": shown(value)},
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
    """Accept tuples whose items are all of exactly these types."""

    def check(_: object, attribute: "Attribute[Any]", value: object) -> None:
        if type(value) is not tuple:
            raise invalid(wrong_type(attribute.name, f"a tuple of {called}", value))
        for item in value:
            if type(item) not in types:
                raise invalid(wrong_type(attribute.name, f"a tuple of {called}", item))

    return check
