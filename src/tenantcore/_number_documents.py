"""Lets classes of numbers and dial plans be written as documents: a class by its word, a plan by its name and rules.

A class of the library is its word, which never changes; one of a host's own is an object with its word and its label,
because only the host knows it. A plan is told by the name that it is built on and the host's own rules, and so is
written faithfully whatever rules there are.

Rule: X-4 in docs/reference/documents.md.
"""

from typing import Any, Final

from tenantcore._document_codecs import TEXT, Codec, a_set, many
from tenantcore._document_faults import DocumentFault, unfit, unreadable
from tenantcore._document_records import Record, one, record, worded
from tenantcore._validators import is_text
from tenantcore.errors import Problem, invalid, shown_code
from tenantcore.numbering import CallClass, ClassRule, CountryClass, DialPlan, NumberClass, OwnClass

__all__ = ["CALL_CLASS", "CALL_CLASSES", "DIAL_PLAN", "NUMBER_RECORDS"]

_OWN_CLASS: Final = record("own_class", OwnClass, word=TEXT, label=TEXT)
_OF_THE_LIBRARY: Final[dict[str, CallClass]] = {
    member.word: member for table in (NumberClass, CountryClass) for member in table
}
_KNOWN: Final = ", ".join(_OF_THE_LIBRARY)


def _dump_class(value: Any) -> Any:
    if type(value) is OwnClass:
        return _OWN_CLASS.dump(value)
    if type(value) is NumberClass or type(value) is CountryClass:
        return value.word
    raise invalid(unfit("a number class", value))


def _load_class(document: object) -> CallClass:
    if type(document) is dict:
        own: OwnClass = _OWN_CLASS.load(document)
        return own
    if not is_text(document):
        raise invalid(unreadable("the word of a number class, or an object with word and label,", document))
    word = str.__str__(document)
    found = _OF_THE_LIBRARY.get(word)
    if found is None:
        params = {"word": shown_code(word), "known": _KNOWN}
        raise invalid(Problem(DocumentFault.DOCUMENT_WORD_UNKNOWN, params=params))
    return found


def _by_word(written: Any) -> tuple[str, str]:
    return (written, "") if type(written) is str else (written["word"], written["label"])


CALL_CLASS: Final = Codec(_dump_class, _load_class)
CALL_CLASSES: Final = a_set(CALL_CLASS, _by_word)

_CLASS_RULE: Final = record("class_rule", ClassRule, call_class=CALL_CLASS, pattern=TEXT)
DIAL_PLAN: Final = record("dial_plan", DialPlan, name=TEXT, own=many(one(_CLASS_RULE)))

NUMBER_RECORDS: Final[tuple[Record, ...]] = (
    worded("number_class", NumberClass),
    worded("country_class", CountryClass),
    _OWN_CLASS,
    _CLASS_RULE,
    DIAL_PLAN,
)
"""The kinds of documents that numbering has, in the order in which the reference lists them."""
