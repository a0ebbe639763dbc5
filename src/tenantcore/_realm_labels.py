"""Lets you make the first label of a realm: drawn at random, or recognizable from an organization's name.

Rules: RLM-2, RLM-5 in docs/reference/realm.md.
"""

import enum
import math
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from attrs import Attribute

from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import Code, FieldCode, Kind, Problem, invalid, shown

__all__ = [
    "SAFE_ALPHABET",
    "Chooser",
    "RealmLabelFault",
    "collision_probability",
    "cut",
    "draw",
    "is_alphabet",
    "numbered",
    "suggest_label",
]

Chooser: TypeAlias = Callable[[str], str]
"""Picks one character of a text, as `secrets.choice` does."""

# No 0, 1, i, l or o: realms are read out over the telephone.
SAFE_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_LONGEST_LABEL: Final = 63
_ALPHABET: Final = re.compile("[a-z0-9]{2,36}")

# Organization names have at most 255 characters; what comes after them wouldn't fit in a label anyway.
_LONGEST_NAME: Final = 255
_SHORTEST_SUGGESTION: Final = 2
_APOSTROPHES: Final = re.compile("['`\u2018\u2019\u02bc]")
_OTHERS: Final = re.compile("[^a-z0-9]+")
# Latin letters that normalization doesn't take apart; the sharp s is taken apart by casefolding.
_LATIN_LETTERS: Final = str.maketrans({
    "æ": "ae", "ð": "d", "ø": "o", "þ": "th", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "ng", "œ": "oe", "ŧ": "t",
})  # fmt: skip


@enum.unique
class RealmLabelFault(Code):
    """What can be wrong with the means of drawing labels."""

    REALM_ALPHABET = (
        Kind.MALFORMED,
        "RLM-2",
        "the alphabet must be two or more distinct letters a to z or digits, not {alphabet}",
        "leave the alphabet out to have one without look-alikes",
    )
    REALM_CHOICE = (
        Kind.OUT_OF_RANGE,
        "RLM-2",
        "the chooser must return one character of the alphabet, not {choice}",
        "hand in a function such as secrets.choice",
    )


def suggest_label(name: str) -> str | None:
    """Return a label that is recognizable from an organization's name, or None when too little of it is left.

    Letters lose their marks and case, apostrophes go, whatever else stands between letters becomes one hyphen, and
    what is longer than 63 characters is cut, at a hyphen if there is one. Only the first 255 characters are read. None
    when fewer than two characters are left, or fewer letters than were lost: such a label would mislead.

    >>> suggest_label("Acme (SG) Pte. Ltd."), suggest_label("Zoë's Straße"), suggest_label("北京小店")
    ('acme-sg-pte-ltd', 'zoes-strasse', None)

    Raises: InvalidType for anything but text.

    Rule: RLM-5 in docs/reference/realm.md.
    """
    if not is_text(name):
        raise invalid(wrong_type("name", "text", name))
    folded = _APOSTROPHES.sub("", str.__str__(name)[:_LONGEST_NAME].casefold()).translate(_LATIN_LETTERS)
    plain = "".join(
        character for character in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(character)
    )
    label = cut(_OTHERS.sub("-", plain).strip("-"), _LONGEST_LABEL)
    lost = sum(character.isalpha() and not character.isascii() for character in plain)
    return label if len(label) >= _SHORTEST_SUGGESTION and lost <= len(label.replace("-", "")) else None


def cut(label: str, longest: int) -> str:
    """Return the label, or as many of its words as `longest` characters hold, or part of the first."""
    if len(label) <= longest:
        return label
    words = label[: longest + 1].rpartition("-")[0]
    return words or label[:longest]


def numbered(label: str, longest: int, attempts: int) -> Iterator[str]:
    """Yield the label, then with "-2", "-3" behind it, each cut so that it has `longest` characters at most."""
    yield cut(label, longest)
    for number in range(2, attempts + 1):
        ending = f"-{number}"
        if len(ending) < longest:
            yield f"{cut(label, longest - len(ending))}{ending}"


def draw(alphabet: str, length: int, attempts: int, choose: Chooser) -> Iterator[str]:
    """Yield the labels of `attempts` draws, each label once; it ends early when there are no more."""
    drawn: set[str] = set()
    for _ in range(attempts):
        label = "".join(_choice(alphabet, choose) for _ in range(length))
        if label not in drawn:
            drawn.add(label)
            yield label
        if len(drawn) == len(alphabet) ** length:
            return


def _choice(alphabet: str, choose: Chooser) -> str:
    choice = choose(alphabet)
    if type(choice) is not str or len(choice) != 1 or choice not in alphabet:
        raise invalid(Problem(RealmLabelFault.REALM_CHOICE, params={"choice": shown(choice)}))
    return choice


def is_alphabet(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """Accept two or more distinct letters a to z or digits; hyphens can't stand at the ends of a label."""
    if type(value) is not str:
        raise invalid(wrong_type(attribute.name, "text", value))
    if not _ALPHABET.fullmatch(value) or len(set(value)) < len(value):
        raise invalid(Problem(RealmLabelFault.REALM_ALPHABET, params={"alphabet": shown(value)}))


def collision_probability(labels: int, tenants: int) -> float:
    """Return how likely it is that any two of `tenants` draws out of `labels` equally likely labels are the same."""
    if type(tenants) is not int:
        raise invalid(wrong_type("tenants", "a whole number", tenants))
    if tenants < 0:
        params: dict[str, str | int] = {"field": "tenants", "minimum": 0, "value": shown(tenants)}
        raise invalid(Problem(FieldCode.FIELD_BELOW_MINIMUM, params=params))
    if tenants > labels:
        return 1.0
    return abs(math.expm1(-tenants * (tenants - 1) / (2 * labels)))
