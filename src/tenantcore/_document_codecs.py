"""Lets the parts of a value be written as plain JSON and read back: text, amounts, instants, records of such parts.

A codec is a pair of functions. What it writes it reads back exactly; whatever else it is handed it refuses in linear
time, under the path to the spot. Nothing is converted on the way in: "1" is no number, and 1 is no truth value.
"""

import enum
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

from tenantcore._validators import in_utc, is_text
from tenantcore.errors import Code, InvalidValue, Kind, Problem, invalid, shown_code, type_name
from tenantcore.money import Money

__all__ = [
    "INSTANT",
    "MONEY",
    "SPAN",
    "TEXT",
    "TRUTH",
    "WHOLE_NUMBER",
    "Codec",
    "DocumentFault",
    "Record",
    "absent",
    "any_of",
    "check_keys",
    "keys_of",
    "many",
    "one",
    "optional",
    "record",
    "unfit",
    "unreadable",
    "word",
    "word_or",
]

_LONGEST_INSTANT: Final = 32  # 9999-12-31T23:59:59.999999+00:00
_SPAN: Final = re.compile(r"(-?)PT([0-9]{1,14})(?:\.([0-9]{6}))?S")


@enum.unique
class DocumentFault(Code):
    """What can be wrong with a document that is to be read, or with a value that is to be written."""

    DOCUMENT_WRONG_TYPE = (
        Kind.WRONG_TYPE,
        "X-4",
        "the document has {actual} where {expected} belongs",
        "load the document as dump() made it, through nothing but JSON",
    )
    DOCUMENT_VERSION_UNKNOWN = (
        Kind.UNKNOWN,
        "X-4",
        "the document is of version {version}, and this release reads version {known}",
        "load it with the release that wrote it, or a later one",
    )
    DOCUMENT_KIND_UNKNOWN = (
        Kind.UNKNOWN,
        "X-4",
        "{kind} is no kind of document",
        "name a kind of the table in the reference of documents",
    )
    DOCUMENT_KIND_OTHER = (
        Kind.CONFLICT,
        "X-4",
        "the document is of kind {kind}, not {expected}",
        "hand in a document of kind {expected}",
    )
    DOCUMENT_KEY_MISSING = (
        Kind.MISSING,
        "X-4",
        "the document lacks the key {key}",
        "load the document as dump() made it: what is empty is written as null",
    )
    DOCUMENT_KEY_UNKNOWN = (
        Kind.UNKNOWN,
        "X-4",
        "the document has the key {key}, which means nothing here",
        "keep what is your own beside the document, not in it",
    )
    DOCUMENT_WORD_UNKNOWN = (
        Kind.UNKNOWN,
        "X-4",
        "the document has the word {word} where one of {known} belongs",
        "load the document as dump() made it",
    )
    DOCUMENT_INSTANT_MALFORMED = (
        Kind.MALFORMED,
        "X-4",
        "an instant of a document must be written like 2026-11-22T09:30:00+00:00, not {value}",
        "write it in UTC, by that pattern, with no decimals of the second or six",
    )
    DOCUMENT_SPAN_MALFORMED = (
        Kind.MALFORMED,
        "X-4",
        "a span of time of a document must be written like PT300S or PT0.500000S, not {value}",
        "write it in seconds, by that pattern, with no decimals or six",
    )
    DOCUMENT_CODE_UNKNOWN = (
        Kind.UNKNOWN,
        "X-4",
        "the document names the problem {code}, which this release doesn't know",
        "load it with the release that wrote it, or a later one",
    )
    DOCUMENT_VALUE_TYPE = (
        Kind.WRONG_TYPE,
        "X-4",
        "no document can be made of {actual} where {expected} belongs",
        "hand in a value of a kind that has documents, its parts of the types that they are annotated with",
    )


_T = TypeVar("_T")


class Codec(NamedTuple):
    """How one sort of part is written and read."""

    dump: Callable[[Any], Any]
    load: Callable[[object], Any]


class Record(NamedTuple):
    """How values of one class are written and read: as an object with a key for each field.

    With `is_tagged` the object also has the key "kind", where values of several classes may stand.
    """

    kind: str
    type: type
    dump: Callable[[Any], dict[str, Any]]
    load: Callable[..., Any]


def unreadable(expected: str, actual: object) -> Problem:
    """Return the problem of a document that holds another type than it should."""
    params = {"expected": expected, "actual": type_name(actual)}
    return Problem(DocumentFault.DOCUMENT_WRONG_TYPE, params=params)


def unfit(expected: str, actual: object) -> Problem:
    """Return the problem of a value that holds another type than it should."""
    params = {"expected": expected, "actual": type_name(actual)}
    return Problem(DocumentFault.DOCUMENT_VALUE_TYPE, params=params)


def absent(key: str) -> Problem:
    """Return the problem of a document that lacks a key."""
    return Problem(DocumentFault.DOCUMENT_KEY_MISSING, params={"key": key})


def _plain(kind: type, called: str) -> Codec:
    """Parts that JSON has itself, of exactly one type."""

    def dump(value: Any) -> Any:
        if type(value) is not kind:
            raise invalid(unfit(called, value))
        return value

    def load(document: object) -> Any:
        if type(document) is not kind:
            raise invalid(unreadable(called, document))
        return document

    return Codec(dump, load)


def _load_text(document: object) -> str:
    if type(document) is str:
        return document
    if is_text(document):
        return str.__str__(document)
    raise invalid(unreadable("text", document))


def _dump_money(value: Any) -> str:
    if type(value) is not Money:
        raise invalid(unfit("Money", value))
    return str(value)


def _load_money(document: object) -> Money:
    return Money.parse(_load_text(document))


def _dump_instant(value: Any) -> str:
    return in_utc("an instant of a document", value).isoformat()


def _load_instant(document: object) -> datetime:
    text = _load_text(document)
    if len(text) <= _LONGEST_INSTANT:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            # Python reads far more than it writes; one way to write an instant makes the texts sort as the instants do.
            if instant.isoformat() == text and text.endswith("+00:00"):
                return instant
    raise invalid(Problem(DocumentFault.DOCUMENT_INSTANT_MALFORMED, params={"value": shown_code(text)}))


_MICROSECOND: Final = timedelta(microseconds=1)
_MILLION: Final = 1_000_000


def _dump_span(value: Any) -> str:
    if type(value) is not timedelta:
        raise invalid(unfit("a timedelta", value))
    sign = "-" if value < timedelta(0) else ""
    seconds, decimals = divmod(abs(value // _MICROSECOND), _MILLION)
    return f"{sign}PT{seconds}.{decimals:06}S" if decimals else f"{sign}PT{seconds}S"


def _load_span(document: object) -> timedelta:
    text = _load_text(document)
    found = _SPAN.fullmatch(text)
    if found is not None:
        sign, seconds, decimals = found.groups()
        try:
            span = timedelta(seconds=int(sign + seconds), microseconds=int(sign + (decimals or "0")))
        except OverflowError:
            pass
        else:
            if _dump_span(span) == text:
                return span
    raise invalid(Problem(DocumentFault.DOCUMENT_SPAN_MALFORMED, params={"value": shown_code(text)}))


TEXT: Final = Codec(_plain(str, "text").dump, _load_text)
WHOLE_NUMBER: Final = _plain(int, "a whole number")
TRUTH: Final = _plain(bool, "true or false")
MONEY: Final = Codec(_dump_money, _load_money)
INSTANT: Final = Codec(_dump_instant, _load_instant)
SPAN: Final = Codec(_dump_span, _load_span)


def word(words: type[enum.Enum]) -> Codec:
    """Members of an enumeration, by their values."""
    members = {member.value: member for member in words}
    known = ", ".join(members)

    def dump(value: Any) -> str:
        if type(value) is not words:
            raise invalid(unfit(f"one of {words.__name__}", value))
        written: str = value.value
        return written

    def load(document: object) -> enum.Enum:
        text = _load_text(document)
        member = members.get(text)
        if member is None:
            params = {"word": shown_code(text), "known": known}
            raise invalid(Problem(DocumentFault.DOCUMENT_WORD_UNKNOWN, params=params))
        return member

    return Codec(dump, load)


def word_or(member: enum.Enum, other: Codec) -> Codec:
    """One member of an enumeration by its value, or what another codec writes as another text."""
    written = member.value

    def dump(value: Any) -> Any:
        return written if value is member else other.dump(value)

    def load(document: object) -> Any:
        return member if _load_text(document) == written else other.load(document)

    return Codec(dump, load)


def optional(part: Codec) -> Codec:
    """None as null, or what another codec writes."""

    def dump(value: Any) -> Any:
        return None if value is None else part.dump(value)

    def load(document: object) -> Any:
        return None if document is None else part.load(document)

    return Codec(dump, load)


def many(part: Codec) -> Codec:
    """A tuple as a list."""

    def dump(value: Any) -> list[Any]:
        if type(value) is not tuple:
            raise invalid(unfit("a tuple", value))
        return _each(part.dump, value)

    def load(document: object) -> tuple[Any, ...]:
        if type(document) is not list:
            raise invalid(unreadable("a list", document))
        return tuple(_each(part.load, document))

    return Codec(dump, load)


def _each(function: Callable[[Any], _T], items: Iterable[Any]) -> list[_T]:
    found: list[_T] = []
    try:
        # A loop, because the place of what is refused is wanted: as many as there are before it.
        for item in items:
            found.append(function(item))  # noqa: PERF401
    except InvalidValue as error:
        raise invalid(error.problem.under(len(found))) from None
    return found


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


def one(values: Record) -> Codec:
    """Values of one class."""

    def dump(value: Any) -> dict[str, Any]:
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
            kind = _load_text(keys["kind"])
            found = by_kind.get(kind)
            if found is None:
                params = {"word": shown_code(kind), "known": known}
                raise invalid(Problem(DocumentFault.DOCUMENT_WORD_UNKNOWN, params=params))
        except InvalidValue as error:
            raise invalid(error.problem.under("kind")) from None
        return found.load(keys, is_tagged=True)

    return Codec(dump, load)
