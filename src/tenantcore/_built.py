"""Lets a module build a value of parts that it has computed itself, without checking them again.

A value that a caller builds is checked field by field. The library builds thousands a second of parts that can't be
wrong, and there the checks would cost more than the rest.
"""

from collections.abc import Callable
from typing import TypeVar

from attrs import fields

__all__ = ["builder"]

T = TypeVar("T")


def builder(kind: type[T]) -> Callable[..., T]:
    """Return a function that builds a frozen slotted value of all its fields, in their order, unchecked."""
    # Attributes of a frozen value can't be assigned, its slots can.
    new: Callable[[type[T]], T] = object.__new__
    setters = tuple(kind.__dict__[attribute.name].__set__ for attribute in fields(kind))  # type: ignore[arg-type]

    def build(*parts: object) -> T:
        made = new(kind)
        for assign, part in zip(setters, parts, strict=True):
            assign(made, part)
        return made

    return build
