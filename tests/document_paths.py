"""Ways to look into documents, to change one spot of them, and to compare values to the last digit."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

import pytest
from attrs import fields, has

from tenantcore.documents import load
from tenantcore.errors import InvalidValue, Problem

Path: TypeAlias = tuple[str | int, ...]


def spots(document: object, path: Path = ()) -> Iterator[Path]:
    """Every spot of a document, the outer ones first."""
    yield path
    if isinstance(document, dict):
        for key, inner in document.items():
            yield from spots(inner, (*path, key))
    elif isinstance(document, list):
        for position, inner in enumerate(document):
            yield from spots(inner, (*path, position))


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def replaced(document: Any, path: Path, by: object) -> Any:
    """A document with something else in one spot; the rest of it is shared."""
    if not path:
        return by
    changed = document.copy()
    changed[path[0]] = replaced(document[path[0]], path[1:], by)
    return changed


def objects(document: object) -> list[Path]:
    """Every object of JSON in a document that has fixed keys."""
    return [path for path in spots(document) if isinstance(at(document, path), dict) and path[-1:] != ("params",)]


def refused(document: object, kind: Any = None) -> Problem:
    with pytest.raises(InvalidValue) as error:
        load(document, kind)
    return error.value.problem


def exact(value: Any) -> object:
    """What a value is made of, types and digits and all: two that are equal may differ in these."""
    made: object = value
    if has(type(value)):
        made = [(part.name, exact(getattr(value, part.name))) for part in fields(type(value)) if part.init]
    elif isinstance(value, Decimal):
        made = value.as_tuple()
    elif isinstance(value, datetime):
        made = value.isoformat()
    elif isinstance(value, tuple):
        made = [exact(each) for each in value]
    elif isinstance(value, frozenset):
        made = frozenset(map(repr, value))
    elif isinstance(value, Mapping):
        made = [(exact(key), exact(each)) for key, each in value.items()]
    return type(value), made
