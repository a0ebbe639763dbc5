"""Lets values be written as objects of JSON with a key for each field, and be built of them again by their classes.

Rule: X-4 in docs/reference/documents.md.
"""

import enum
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tenantcore._document_codecs import TEXT, Codec, word
from tenantcore._document_faults import DocumentFault, absent, unfit, unreadable
from tenantcore.errors import InvalidValue, Problem, invalid, shown_code

__all__ = ["Record", "any_of", "check_keys", "keys_of", "one", "record", "worded"]


class Record(NamedTuple):
    """How values of one class are written and read: mostly as an object with a key for each field.

    With `is_tagged` the object also has the key "kind", where values of several classes may stand.
    """

    kind: str
    type: type
    dump: Callable[[Any], Any]
    load: Callable[..., Any]


def keys_of(document: object, called: str) -> dict[str, object]:
    """Return an object of JSON, once it is known that it is one: a plain dict with plain text for keys."""
    if type(document) is not dict:
        raise invalid(unreadable(called, document))
    for key in document:
        if type(key) is not str:
            raise invalid(unreadable("text as a key", key))
    return document


def check_keys(document: Mapping[str, object], known: frozenset[str]) -> None:
    """Refuse an object of JSON that lacks a key or has one too many."""
    for key in document:
        if key not in known:
            raise invalid(Problem(DocumentFault.DOCUMENT_KEY_UNKNOWN, params={"key": shown_code(key)}))
    if len(document) < len(known):
        raise invalid(absent(min(known.difference(document))))


def record(kind: str, made: Callable[..., Any], **parts: Codec) -> Record:
    """Values of the class `made`, each field by its codec; the class itself checks what it is built of."""
    dumps = tuple((name, part.dump) for name, part in parts.items())
    loads = tuple((name, part.load) for name, part in parts.items())
    untagged = frozenset(parts)
    tagged = untagged | {"kind"}
    called = f"an object, as {kind} is written,"
    assert isinstance(made, type)  # noqa: S101 - callable for the sake of its keywords only

    def dump(value: Any) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for name, part in dumps:
            try:
                written[name] = part(getattr(value, name))
            except InvalidValue as error:
                raise invalid(error.problem.under(name)) from None
        return written

    def load(document: object, *, is_tagged: bool = False) -> Any:
        found = keys_of(document, called)
        check_keys(found, tagged if is_tagged else untagged)
        fields: dict[str, Any] = {}
        for name, part in loads:
            try:
                fields[name] = part(found[name])
            except InvalidValue as error:
                raise invalid(error.problem.under(name)) from None
        return made(**fields)

    return Record(kind, made, dump, load)


def worded(kind: str, words: type[enum.Enum]) -> Record:
    """Members of an enumeration as values of their own, each by its word."""
    codec = word(words)
    return Record(kind, words, codec.dump, codec.load)


def one(values: Record) -> Codec:
    """Values of one class."""

    def dump(value: Any) -> Any:
        if type(value) is not values.type:
            raise invalid(unfit(values.type.__name__, value))
        return values.dump(value)

    return Codec(dump, values.load)


def any_of(*records: Record) -> Codec:
    """Values of one of several classes: the key "kind" says which."""
    by_type = {each.type: each for each in records}
    by_kind = {each.kind: each for each in records}
    called = " or ".join(by_kind)
    known = ", ".join(by_kind)

    def dump(value: Any) -> dict[str, Any]:
        found = by_type.get(type(value))
        if found is None:
            raise invalid(unfit(called, value))
        return {"kind": found.kind, **found.dump(value)}

    def load(document: object) -> Any:
        keys = keys_of(document, "an object")
        if "kind" not in keys:
            raise invalid(absent("kind"))
        try:
            kind = TEXT.load(keys["kind"])
            found = by_kind.get(kind)
            if found is None:
                params = {"word": shown_code(kind), "known": known}
                raise invalid(Problem(DocumentFault.DOCUMENT_WORD_UNKNOWN, params=params))
        except InvalidValue as error:
            raise invalid(error.problem.under("kind")) from None
        return found.load(keys, is_tagged=True)

    return Codec(dump, load)
