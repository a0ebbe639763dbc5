"""Lets a host store values as plain JSON and load them again, exactly, years later and in another program.

A document is a dict of what JSON has: text, whole numbers, true, false, null, lists, objects with text for keys. It
says its kind and the version of its format; the value stands under `value`. Amounts keep their digits, as text.
Instants are in UTC, in texts that sort as the instants do.

Rule: X-4 in docs/reference/documents.md.
"""

from enum import EnumMeta
from functools import cache
from typing import Any, Final, TypeVar, overload

from tenantcore._balance_documents import BALANCE_RECORDS
from tenantcore._document_codecs import MONEY, WHOLE_NUMBER
from tenantcore._document_faults import DocumentFault, absent, unfit, unreadable
from tenantcore._document_records import Record, check_keys, keys_of
from tenantcore._problem_documents import PROBLEM
from tenantcore._validators import is_text
from tenantcore.errors import InvalidValue, Problem, invalid, shown, shown_code, type_name
from tenantcore.money import Money

__all__ = ["KINDS", "VERSION", "DocumentFault", "dump", "load"]

VERSION: Final = 1
"""The version of the format that is written; every version that was ever released can be read."""

_OF_ACCOUNTS: Final[tuple[Record, ...]] = (Record("money", Money, MONEY.dump, MONEY.load), PROBLEM, *BALANCE_RECORDS)
# Only words, because what they stand for takes as long to import as everything else here, and a host may need no more
# than accounts.
_OF_CALLS: Final = (
    "number_class", "country_class", "own_class", "class_rule", "dial_plan",
    "trunk_limits", "trunk_use", "trunk_guard", "trunk_counts", "trunk_pool",
    "number_cap", "call_limits", "call_use", "call_guard",
    "rate", "precision", "rate_row", "rate_deck", "discount", "discounts",
    "allotment", "allotments", "allotment_use", "allotment_hold",
    "standing", "restrictions", "emergency_calls", "call_profile", "call_request", "live_use", "allotment_live",
    "call_claim", "trunk_claim", "allotment_claim", "funds_claim", "admitted", "refused",
    "funds_held", "live_call", "renewed_call", "settled_call", "call_charge", "claim_lost",
)  # fmt: skip

KINDS: Final = (*(each.kind for each in _OF_ACCOUNTS), *_OF_CALLS)
"""The kinds of documents there are, by the words that documents have for them."""

_KNOWN: Final = frozenset(KINDS)
_BY_KIND: Final = {each.kind: each for each in _OF_ACCOUNTS}
_BY_TYPE: Final = {each.type: each for each in _OF_ACCOUNTS}


@cache
def _records_of_calls() -> tuple[dict[str, Record], dict[type, Record]]:
    # Loaded by those who need them: see above.
    from tenantcore._call_documents import CALL_RECORDS  # noqa: PLC0415
    from tenantcore._number_documents import NUMBER_RECORDS  # noqa: PLC0415
    from tenantcore._profile_documents import PROFILE_RECORDS  # noqa: PLC0415
    from tenantcore._rating_documents import RATING_RECORDS  # noqa: PLC0415
    from tenantcore._trunk_documents import TRUNK_RECORDS  # noqa: PLC0415

    records = (*NUMBER_RECORDS, *TRUNK_RECORDS, *RATING_RECORDS, *PROFILE_RECORDS, *CALL_RECORDS)
    return {each.kind: each for each in records}, {each.type: each for each in records}


def _by_kind(kind: str) -> Record:
    """Return how a kind that is known is written and read."""
    return _BY_KIND.get(kind) or _records_of_calls()[0][kind]


def _by_type(kind: type) -> Record | None:
    return _BY_TYPE.get(kind) or _records_of_calls()[1].get(kind)


_KEYS: Final = frozenset({"version", "kind", "value"})

_T = TypeVar("_T")


def dump(value: object) -> dict[str, Any]:
    """Return `value` as a document: new dicts and lists, for `json.dumps` or a column of that type.

    >>> dump(Money("12.50", "USD"))
    {'version': 1, 'kind': 'money', 'value': '12.50 USD'}

    Raises: InvalidType for what has no documents; the path leads to it if it is a part of what was handed in.

    Rule: X-4 in docs/reference/documents.md.
    """
    found = _by_type(type(value))
    if found is None:
        raise invalid(unfit("a value that has documents", value))
    try:
        return {"version": VERSION, "kind": found.kind, "value": found.dump(value)}
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
        return _by_kind(named).load(found["value"])
    except InvalidValue as error:
        raise invalid(error.problem.under("value")) from None


def _asked(kind: object) -> str:
    if is_text(kind):
        word = str.__str__(kind)
        if word in _KNOWN:
            return word
        raise invalid(Problem(DocumentFault.DOCUMENT_KIND_UNKNOWN, params={"kind": shown_code(word)}))
    # By its exact type: a class can have one that breaks whoever compares or hashes it.
    if type(kind) is type or type(kind) is EnumMeta:
        assert isinstance(kind, type)  # noqa: S101 - as both are
        found = _by_type(kind)
        if found is not None:
            return found.kind
        called = kind.__name__
    else:
        called = type_name(kind)
    raise invalid(Problem(DocumentFault.DOCUMENT_KIND_UNKNOWN, params={"kind": called}))


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
    if kind not in _KNOWN:
        params = {"kind": shown_code(kind)}
        raise invalid(Problem(DocumentFault.DOCUMENT_KIND_UNKNOWN, path=("kind",), params=params))
    return kind
