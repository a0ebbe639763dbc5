"""Lets a host store values as plain JSON and load them again, exactly, years later and in another program.

A document is a dict of what JSON has: text, whole numbers, true, false, null, lists, objects with text for keys. It
says its kind and the version of its format; the value stands under `value`. Amounts keep their digits, as text.
Instants are in UTC, in texts that sort as the instants do.

Rule: X-4 in docs/reference/documents.md.
"""

from typing import Any, Final, TypeVar, overload

from tenantcore._balance_documents import BALANCE_RECORDS
from tenantcore._document_codecs import (
    MONEY,
    WHOLE_NUMBER,
    Codec,
    DocumentFault,
    absent,
    check_keys,
    keys_of,
    unfit,
    unreadable,
)
from tenantcore._problem_documents import PROBLEM
from tenantcore._validators import is_text
from tenantcore.errors import InvalidValue, Problem, invalid, shown, shown_code, type_name
from tenantcore.money import Money

__all__ = ["KINDS", "VERSION", "DocumentFault", "dump", "load"]

VERSION: Final = 1
"""The version of the format that is written; every version that was ever released can be read."""

_RECORDS: Final = (PROBLEM, *BALANCE_RECORDS)
_TYPES: Final[dict[str, type]] = {"money": Money, **{each.kind: each.type for each in _RECORDS}}
_CODECS: Final[dict[str, Codec]] = {"money": MONEY, **{each.kind: Codec(each.dump, each.load) for each in _RECORDS}}
_KINDS: Final[dict[type, str]] = {each: kind for kind, each in _TYPES.items()}

KINDS: Final = tuple(_TYPES)
"""The kinds of documents there are, by the words that documents have for them."""

_KEYS: Final = frozenset({"version", "kind", "value"})

_T = TypeVar("_T")


def dump(value: object) -> dict[str, Any]:
    """Return `value` as a document: new dicts and lists, for `json.dumps` or a column of that type.

    >>> dump(Money("12.50", "USD"))
    {'version': 1, 'kind': 'money', 'value': '12.50 USD'}

    Raises: InvalidType for what has no documents; the path leads to it if it is a part of what was handed in.

    Rule: X-4 in docs/reference/documents.md.
    """
    kind = _KINDS.get(type(value))
    if kind is None:
        raise invalid(unfit("a value that has documents", value))
    try:
        return {"version": VERSION, "kind": kind, "value": _CODECS[kind].dump(value)}
    except InvalidValue as error:
        raise invalid(error.problem.under("value")) from None


@overload
def load(document: object, kind: type[_T]) -> _T: ...
@overload
def load(document: object, kind: str | None = None) -> Any: ...
def load(document: object, kind: str | type | None = None) -> Any:
    """Return the value that a document was made of; equal to it, and nothing less.

    `kind` is what the document must be: a class, or the word for it. Whatever is in the document, no value comes of it
    that could not be built: every class checks its parts, as ever.

    >>> load({"version": 1, "kind": "money", "value": "12.50 USD"}, Money)
    Money('12.50', 'USD')
    >>> load({"version": 1, "kind": "money", "value": 12.5})
    Traceback (most recent call last):
    tenantcore.errors.InvalidType: value: the document has float where text belongs; ...

    Raises:
        InvalidValue: The version or the kind is unknown, or the kind isn't the one that was asked for; a key is missing
            or one too many; or the parts make no such value. The path leads to the spot.
        InvalidType: The document or a part of it is of another type than what `dump` writes.

    Rule: X-4 in docs/reference/documents.md.
    """
    asked = None if kind is None else _asked(kind)
    found = keys_of(document, "an object with version, kind and value")
    _check_version(found)
    check_keys(found, _KEYS)
    named = _kind_of(found["kind"])
    if asked is not None and named != asked:
        params = {"kind": named, "expected": asked}
        raise invalid(Problem(DocumentFault.DOCUMENT_KIND_OTHER, path=("kind",), params=params))
    try:
        return _CODECS[named].load(found["value"])
    except InvalidValue as error:
        raise invalid(error.problem.under("value")) from None


def _asked(kind: object) -> str:
    if is_text(kind):
        word = str.__str__(kind)
        if word in _CODECS:
            return word
        raise invalid(Problem(DocumentFault.DOCUMENT_KIND_UNKNOWN, params={"kind": shown_code(word)}))
    named = _KINDS.get(kind) if type(kind) is type else None
    if named is None:
        called = kind.__name__ if type(kind) is type else type_name(kind)
        raise invalid(Problem(DocumentFault.DOCUMENT_KIND_UNKNOWN, params={"kind": called}))
    return named


def _check_version(document: dict[str, object]) -> None:
    # Before anything else is looked at: another version may have other keys.
    if "version" not in document:
        raise invalid(absent("version"))
    try:
        version = WHOLE_NUMBER.load(document["version"])
        if version != VERSION:
            params: dict[str, str | int] = {"version": shown(version), "known": VERSION}
            raise invalid(Problem(DocumentFault.DOCUMENT_VERSION_UNKNOWN, params=params))
    except InvalidValue as error:
        raise invalid(error.problem.under("version")) from None


def _kind_of(word: object) -> str:
    if not is_text(word):
        raise invalid(unreadable("text", word).under("kind"))
    kind = str.__str__(word)
    if kind not in _CODECS:
        params = {"kind": shown_code(kind)}
        raise invalid(Problem(DocumentFault.DOCUMENT_KIND_UNKNOWN, path=("kind",), params=params))
    return kind
