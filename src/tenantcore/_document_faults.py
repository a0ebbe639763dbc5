"""Lets it be said what is wrong with a document that is to be read, or with a value that is to be written.

Rule: X-4 in docs/reference/documents.md.
"""

import enum

from tenantcore.errors import Code, Kind, Problem, type_name

__all__ = ["DocumentFault", "absent", "unfit", "unreadable"]


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
    DOCUMENT_DAY_MALFORMED = (
        Kind.MALFORMED,
        "X-4",
        "a day of a document must be written like 2026-11-22, not {value}",
        "write it by that pattern: year, month and day, with zeros in front",
    )
    DOCUMENT_DECIMAL_MALFORMED = (
        Kind.MALFORMED,
        "X-4",
        "a decimal number of a document must be written like 12.50, not {value}",
        "load the document as dump() made it; whole numbers can be numbers of JSON",
    )
    DOCUMENT_ITEM_REPEATED = (
        Kind.CONFLICT,
        "X-4",
        "the document has an item twice in a list whose order and repetitions mean nothing",
        "load the document as dump() made it: each item stands once",
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
