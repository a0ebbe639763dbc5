"""Lets you read a text as the host name of a realm, in the form that is stored, or learn everything that is wrong.

Host names by RFC 952, 1035 and 1123; internationalized labels by UTS 46 (non-transitional) and RFC 5890 to 5893. It
departs from them where a realm needs more: two labels or more, four characters or more, no address, no underscore,
and blanks are refused where UTS 46 would drop them (U+200B and its like).

Rule: RLM-1 in docs/reference/realm.md.
"""

import enum
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from attrs import frozen

from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import Code, Kind, Param, Problem, shown

__all__ = [
    "LONGEST_HOST",
    "LONGEST_LABEL",
    "Reading",
    "RealmSyntaxFault",
    "find_script_warnings",
    "read",
    "special_use",
    "unicode_label",
]

_SHORTEST_HOST: Final = 4
LONGEST_HOST: Final = 253
LONGEST_LABEL: Final = 63
# Text in other scripts may be longer than what it maps to; nothing four times as long as a host name ever fits.
_LONGEST_TEXT: Final = 1024
_ACE_PREFIX: Final = "xn--"

# The four full stops of UTS 46.
_DOTS: Final = re.compile("[.\u3002\uff0e\uff61]")
# UTS 46 would drop these unseen; to a person they are spaces like the others.
_INVISIBLE_BLANKS: Final = frozenset("\u180e\u200b\u2060\ufeff")
_NETWORK_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]+(?:%.*)?")
_SCHEME: Final = re.compile(r"(?:sips?|tel|mailto):|[A-Za-z][A-Za-z0-9+-]*:(?![0-9]*$)", re.IGNORECASE)
_URI_MARK: Final = re.compile(r"[/?#\[\]\\<>;]")
_PORT: Final = re.compile(r":[0-9]*$")
_OUTSIDE_LDH: Final = re.compile(r"[\x00-,/:-@\[-^`{-\x7f]")

# Top-level domains that no resolver of a customer's phone finds, and who set them apart.
_SPECIAL_USE: Final[Mapping[str, str]] = MappingProxyType({
    "alt": "RFC 9476",
    "arpa": "RFC 3172",
    "example": "RFC 6761",
    "internal": "ICANN resolution 2024.07.29.06",
    "invalid": "RFC 6761",
    "local": "RFC 6762",
    "localhost": "RFC 6761",
    "onion": "RFC 7686",
    "test": "RFC 6761",
})  # fmt: skip

# Scripts that one language writes together (UTS 39, "highly restrictive").
_WRITTEN_TOGETHER: Final = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
# First words of letters' names that are no script: what they stand for is used by several.
_NO_SCRIPT: Final = frozenset({"FEMININE", "IDEOGRAPHIC", "KATAKANA-HIRAGANA", "MASCULINE", "MICRO", "MODIFIER"})
# The only letters to which the standard library gives no name (Python 3.11 to 3.13).
_NAMELESS_SCRIPT: Final = "TANGUT"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})


@enum.unique
class RealmSyntaxFault(Code):
    """What can be wrong with a realm as a host name."""

    REALM_EMPTY = (
        Kind.MISSING,
        "RLM-1",
        "the realm is empty",
        "give a host name such as acme.example.com",
    )
    REALM_WHITESPACE = (
        Kind.MALFORMED,
        "RLM-1",
        "the realm has a space or another blank ({code_point}) at position {position}",
        "write the realm without blanks; none is ever removed silently",
    )
    REALM_NOT_A_HOSTNAME = (
        Kind.MALFORMED,
        "RLM-1",
        "the realm must be a host name on its own, but has {mark} as a URI or URL would",
        "leave only the host name, such as acme.example.com",
    )
    REALM_EMAIL_ADDRESS = (
        Kind.MALFORMED,
        "RLM-1",
        "the realm must be a host name, not an e-mail or SIP address",
        "leave only what stands after the at sign",
    )
    REALM_PORT = (
        Kind.MALFORMED,
        "RLM-1",
        "the realm must be a host name without a port, but ends in {port}",
        "leave the colon and the port out; SRV records tell phones the port",
    )
    REALM_WILDCARD = (
        Kind.MALFORMED,
        "RLM-1",
        "the realm must name one host, but has a wildcard '*'",
        "put the tenant's own label in the place of the wildcard",
    )
    REALM_IP_LITERAL = (
        Kind.MALFORMED,
        "RLM-1",
        "the realm must be a host name, not the IP address {address}",
        "give a name whose DNS records lead to that address",
    )
    REALM_EMPTY_LABEL = (
        Kind.MALFORMED,
        "RLM-1",
        "label {number} of the realm is empty",
        "remove the leading or doubled dot",
    )
    REALM_LABEL_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "RLM-1",
        "label {number} of the realm has {length} characters in its DNS form, more than {maximum}",
        "shorten the label",
    )
    REALM_UNDERSCORE = (
        Kind.MALFORMED,
        "RLM-1",
        "label {number} of the realm, {label}, has an underscore, which DNS names may have but host names may not",
        "write a hyphen instead, or leave the service labels out",
    )
    REALM_FORBIDDEN_CHARACTER = (
        Kind.MALFORMED,
        "RLM-1",
        "label {number} of the realm has {character} ({code_point}), which is no letter, digit or hyphen",
        "use letters, digits and hyphens only",
    )
    REALM_LABEL_HYPHEN = (
        Kind.MALFORMED,
        "RLM-1",
        "label {number} of the realm, {label}, starts or ends with a hyphen",
        "start and end every label with a letter or digit",
    )
    REALM_RESERVED_LDH = (
        Kind.MALFORMED,
        "RLM-1",
        "label {number} of the realm, {label}, has hyphens in third and fourth place, which is reserved",
        "write one hyphen there",
    )
    REALM_BAD_ALABEL = (
        Kind.MALFORMED,
        "RLM-1",
        "label {number} of the realm, {label}, starts with 'xn--' but encodes no valid internationalized label",
        "write the label in its own script instead",
    )
    REALM_BAD_ULABEL = (
        Kind.MALFORMED,
        "RLM-1",
        "label {number} of the realm, {label}, is no valid internationalized label",
        "use letters and digits of one script, in one writing direction, without symbols",
    )
    REALM_BAD_BIDI = (
        Kind.MALFORMED,
        "RLM-1",
        "label {number} of the realm, {label}, can't stand beside a label that is written from right to left",
        "start the label with a letter and end it with a letter or digit",
    )
    REALM_NOT_FQDN = (
        Kind.MALFORMED,
        "RLM-1",
        "the realm {realm} has one label only, but a host name that phones can find has two or more",
        "add the domain, such as acme.example.com",
    )
    REALM_NUMERIC_TLD = (
        Kind.MALFORMED,
        "RLM-1",
        "the last label of the realm, {label}, must not be all digits",
        "end the realm in a top-level domain such as com",
    )
    REALM_TOO_SHORT = (
        Kind.OUT_OF_RANGE,
        "RLM-1",
        "the realm has {length} characters, fewer than {minimum}",
        "give a host name of {minimum} to 253 characters",
    )
    REALM_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "RLM-1",
        "the realm has {length} characters, more than {maximum}",
        "give a host name of 4 to 253 characters in its DNS form",
    )
    REALM_NOT_STORED_FORM = (
        Kind.MALFORMED,
        "RLM-1",
        "the host of a realm must be given in the form that is stored, {host}, not {text}",
        "read other forms with Realm.parse",
    )
    REALM_MIXED_SCRIPT = (
        Kind.WARNING,
        "RLM-1",
        "label {number} of the realm, {label}, mixes letters of several scripts ({scripts}), which can deceive readers",
        "write the label in one script unless the mix is the brand",
    )


@frozen
class Reading:
    """What a text says: the host name in the form that is stored, or (then it is empty) why it is none."""

    host: str = ""
    problems: tuple[Problem, ...] = ()


def read(text: object) -> Reading:
    """Read any object as a host name; every fault of every label is told.

    Upper case is lowered, other scripts become A-labels, one final dot is dropped. Work is bounded: a text of more
    than 1024 characters is refused by its length alone, and no label is encoded before its length is known to fit.
    """
    if not is_text(text):
        return Reading(problems=(wrong_type("realm", "text", text),))
    written = str.__str__(text)
    # A text that is something else shows several of its marks; the first names it.
    other_form = next(_find_other_forms(written), None)
    if other_form is not None:
        return Reading(problems=(other_form,))
    parts = _DOTS.split(written)
    if not parts[-1]:
        parts.pop()
    labels: list[str] = []
    problems: list[Problem] = []
    for number, part in enumerate(parts, 1):
        label = _mapped(part)
        faults = tuple(_find_label_problems(number, label, part))
        problems.extend(faults)
        if label is not None and not faults:
            labels.append(_encode(label))
    if not problems:
        problems.extend(_find_name_problems(labels))
    return Reading(problems=tuple(problems)) if problems else Reading(".".join(labels))


def _find_other_forms(text: str) -> Iterator[Problem]:
    """Yield what the text is when it isn't made of labels at all: empty, far too long, pasted from elsewhere.

    Ask for the first only: the later ones follow from it or take their time over a long text.
    """
    if not text:
        yield Problem(RealmSyntaxFault.REALM_EMPTY)
    if len(text) > _LONGEST_TEXT:
        yield _length_problem(len(text))
    for position, character in enumerate(text):
        if character.isspace() or character in _INVISIBLE_BLANKS:
            params: dict[str, Param] = {"code_point": _code_point(character), "position": position}
            yield Problem(RealmSyntaxFault.REALM_WHITESPACE, params=params)
    if text.count(":") > 1 and _NETWORK_ADDRESS.fullmatch(text):
        yield Problem(RealmSyntaxFault.REALM_IP_LITERAL, params={"address": shown(text)})
    mark = _SCHEME.match(text) or _URI_MARK.search(text)
    if mark:
        yield Problem(RealmSyntaxFault.REALM_NOT_A_HOSTNAME, params={"mark": shown(mark.group())})
    if "@" in text:
        yield Problem(RealmSyntaxFault.REALM_EMAIL_ADDRESS)
    port = _PORT.search(text)
    if port:
        yield Problem(RealmSyntaxFault.REALM_PORT, params={"port": shown(port.group())})
    if "*" in text:
        yield Problem(RealmSyntaxFault.REALM_WILDCARD)


def _mapped(part: str) -> str | None:
    """Return one label in lower case and normal form, or None when UTS 46 has no place for one of its characters."""
    if part.isascii():
        return part.lower()
    # Most realms are ASCII; they never pay for idna's tables.
    import idna  # noqa: PLC0415

    try:
        # STD3 rules off: what they refuse is told by us, more precisely.
        return idna.uts46_remap(part, std3_rules=False)
    except idna.IDNAError:
        return None


def _find_label_problems(number: int, label: str | None, part: str) -> Iterator[Problem]:
    """Yield what is wrong with one label: its length, else its ASCII characters, else what it encodes."""
    if label is None:
        params: dict[str, Param] = {"number": number, "label": shown(part)}
        yield Problem(RealmSyntaxFault.REALM_BAD_ULABEL, params=params)
    elif not label:
        yield Problem(RealmSyntaxFault.REALM_EMPTY_LABEL, params={"number": number})
    elif len(label) > LONGEST_LABEL:
        yield _label_length_problem(number, len(label))
    else:
        outside_ldh = tuple(_find_ldh_problems(number, label))
        yield from outside_ldh or _find_encoding_problems(number, label)


def _find_ldh_problems(number: int, label: str) -> Iterator[Problem]:
    params: dict[str, Param] = {"number": number, "label": shown(label)}
    if "_" in label:
        yield Problem(RealmSyntaxFault.REALM_UNDERSCORE, params=params)
    outside = _OUTSIDE_LDH.search(label)
    if outside:
        character = outside.group()
        about: dict[str, Param] = {
            "number": number,
            "character": shown(character),
            "code_point": _code_point(character),
        }
        yield Problem(RealmSyntaxFault.REALM_FORBIDDEN_CHARACTER, params=about)
    if label.startswith("-") or label.endswith("-"):
        yield Problem(RealmSyntaxFault.REALM_LABEL_HYPHEN, params=params)
    if label[2:4] == "--" and not (label.startswith(_ACE_PREFIX) and label.isascii()):
        yield Problem(RealmSyntaxFault.REALM_RESERVED_LDH, params=params)


def _find_encoding_problems(number: int, label: str) -> Iterator[Problem]:
    params: dict[str, Param] = {"number": number, "label": shown(label)}
    if label.startswith(_ACE_PREFIX):
        if not _is_alabel(label):
            yield Problem(RealmSyntaxFault.REALM_BAD_ALABEL, params=params)
    elif not label.isascii():
        if not _is_ulabel(label):
            yield Problem(RealmSyntaxFault.REALM_BAD_ULABEL, params=params)
        elif len(_encode(label)) > LONGEST_LABEL:
            yield _label_length_problem(number, len(_encode(label)))


def _is_ulabel(label: str) -> bool:
    import idna  # noqa: PLC0415 - see _mapped

    try:
        idna.check_label(label)
    except idna.IDNAError:
        return False
    return True


def _is_alabel(label: str) -> bool:
    """Whether an "xn--" label is what a valid label in its own script encodes to, and no other spelling of it."""
    try:
        decoded = unicode_label(label)
    except UnicodeError:
        return False
    return _encode(decoded) == label and _is_ulabel(decoded)


def _encode(label: str) -> str:
    return label if label.isascii() else f"{_ACE_PREFIX}{label.encode('punycode').decode('ascii')}"


def unicode_label(label: str) -> str:
    """Return a label of a stored host name as a person reads it."""
    return label[len(_ACE_PREFIX) :].encode("ascii").decode("punycode") if label.startswith(_ACE_PREFIX) else label


def _find_name_problems(labels: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with sound labels put together."""
    host = ".".join(labels)
    last = labels[-1]
    if len(labels) == 4 and all(label.isdigit() for label in labels):  # noqa: PLR2004 - the four numbers of IPv4
        yield Problem(RealmSyntaxFault.REALM_IP_LITERAL, params={"address": shown(host)})
        return
    if len(labels) == 1:
        yield Problem(RealmSyntaxFault.REALM_NOT_FQDN, params={"realm": shown(host)})
    elif last.isdigit():
        yield Problem(RealmSyntaxFault.REALM_NUMERIC_TLD, params={"label": shown(last)})
    if len(host) < _SHORTEST_HOST:
        yield Problem(RealmSyntaxFault.REALM_TOO_SHORT, params={"length": len(host), "minimum": _SHORTEST_HOST})
    if len(host) > LONGEST_HOST:
        yield _length_problem(len(host))
    yield from _find_direction_problems(labels)


def _find_direction_problems(labels: Sequence[str]) -> Iterator[Problem]:
    """Yield the labels that the Bidi rule (RFC 5893) forbids beside one written from right to left."""
    if not any(label.startswith(_ACE_PREFIX) for label in labels):
        return
    written = tuple(unicode_label(label) for label in labels)
    if not any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for label in written for character in label):
        return
    import idna  # noqa: PLC0415 - see _mapped

    for number, label in enumerate(written, 1):
        try:
            idna.check_bidi(label, check_ltr=True)
        except idna.IDNAError:
            params: dict[str, Param] = {"number": number, "label": shown(label)}
            yield Problem(RealmSyntaxFault.REALM_BAD_BIDI, params=params)


def find_script_warnings(host: str) -> Iterator[Problem]:
    """Yield a warning for each label of a stored host name whose letters belong to several scripts."""
    for number, label in enumerate(host.split("."), 1):
        written = unicode_label(label)
        scripts = frozenset(_scripts(written))
        if len(scripts) > 1 and not any(scripts <= together for together in _WRITTEN_TOGETHER):
            params: dict[str, Param] = {
                "number": number,
                "label": shown(written),
                "scripts": ", ".join(sorted(scripts)),
            }
            yield Problem(RealmSyntaxFault.REALM_MIXED_SCRIPT, params=params)


def _scripts(text: str) -> Iterator[str]:
    """Yield the script of each letter: the first word of its Unicode name, as the standard library has no better."""
    for character in text:
        if unicodedata.category(character).startswith("L"):
            first_word = unicodedata.name(character, _NAMELESS_SCRIPT).partition(" ")[0]
            if first_word not in _NO_SCRIPT:
                yield first_word


def special_use(host: str) -> str | None:
    """Return which standard sets the top-level domain of a stored host name apart, None for an ordinary one.

    The names example.com, example.net and example.org are ordinary here: documentation and tests need realms.
    """
    return _SPECIAL_USE.get(host.rpartition(".")[2])


def _length_problem(length: int) -> Problem:
    return Problem(RealmSyntaxFault.REALM_TOO_LONG, params={"length": length, "maximum": LONGEST_HOST})


def _label_length_problem(number: int, length: int) -> Problem:
    params: dict[str, Param] = {"number": number, "length": length, "maximum": LONGEST_LABEL}
    return Problem(RealmSyntaxFault.REALM_LABEL_TOO_LONG, params=params)


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X}"
