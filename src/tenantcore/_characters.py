"""Lets the library clean a name that a person typed and find what no name of any kind may hold.

Organizations, persons and streets are named in every script, so what is refused here is only what deceives or breaks:
controls, direction overrides, characters that print nothing. What a kind of name allows beyond letters is its own
module's policy. Unicode's tables come from the interpreter: a letter that its version does not know yet counts as
unassigned, which has a code of its own.

Rules: ORG-1, ORG-3, ORG-5 in docs/reference/organization.md.
"""

import enum
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from attrs import Attribute

from tenantcore._validators import wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown

__all__ = [
    "MOST_REPORTED",
    "SPACES",
    "CharacterFault",
    "a_set_of_specials",
    "clean",
    "comparison_key",
    "find_problems",
    "is_mark",
    "problem_at",
    "scripts_mixed",
    "skeleton",
    "text_of",
]

# The text of a name is short; a hostile one would otherwise be answered by a list longer than itself.
MOST_REPORTED: Final = 20
# Every character of general category Zs. None is made or lost by NFC, so folding may come first.
SPACES: Final = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_RUN_OF_SPACES: Final = re.compile(f"[{SPACES}]+")
# Full canonical decomposition makes at most four code points of one (UAX #15, section 9).
_WIDEST_DECOMPOSITION: Final = 4
_JOINERS: Final = frozenset("\u200c\u200d")
_WITHOUT_JOINERS: Final = dict.fromkeys(map(ord, _JOINERS))
# Bidi_Control=Yes (PropList).
_BIDI_CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Default_Ignorable_Code_Point (DerivedCoreProperties; the same from Unicode 14 to 17), which `unicodedata` lacks.
# General categories don't tell: the Hangul fillers are letters, the variation selectors are marks.
_IGNORABLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_VIRAMA: Final = 9
# Marks that may stand between a joiner and the letters it parts. UAX #15 knows no use for more than 30; a limit keeps
# texts made of joiners and marks linear.
_JOINER_CONTEXT: Final = 32
# Code point labels of the Unicode Standard, section 4.8, for what has no name.
_LABELS: Final = {"Cc": "control", "Cs": "surrogate", "Co": "private-use", "Cn": "reserved"}


@enum.unique
class CharacterFault(Code):
    """What no name may hold and no policy may allow."""

    NAME_CONTROL_CHARACTER = (
        Kind.MALFORMED,
        "ORG-3",
        "the text has a control character, tab or line end ({code_point} {name}) at position {position} (from 0)",
        "delete it; a name is one line of visible characters",
    )
    NAME_BIDI_CONTROL = (
        Kind.MALFORMED,
        "ORG-3",
        "the text has a control of the writing direction ({code_point} {name}) at position {position} (from 0)",
        "delete it; right-to-left letters need none",
    )
    NAME_INVISIBLE_CHARACTER = (
        Kind.MALFORMED,
        "ORG-3",
        "the text has a character that prints nothing there ({code_point} {name}) at position {position} (from 0)",
        "delete it; two names must not differ by what nobody sees",
    )
    NAME_PRIVATE_USE_CHARACTER = (
        Kind.MALFORMED,
        "ORG-3",
        "the text has a private-use character ({code_point}) at position {position} (from 0)",
        "replace it; it has a shape in one font only",
    )
    NAME_UNASSIGNED_CHARACTER = (
        Kind.UNKNOWN,
        "ORG-3",
        "the text has a code point without a character ({code_point}) at position {position} (from 0)",
        "replace it; letters newer than the Unicode version of the running Python are not known yet",
    )
    NAME_SURROGATE = (
        Kind.MALFORMED,
        "ORG-3",
        "the text has half of a surrogate pair ({code_point}) at position {position} (from 0)",
        "repair the encoding; the text was cut or decoded wrongly",
    )
    NAME_LEADING_MARK = (
        Kind.MALFORMED,
        "ORG-2",
        "the text begins with a combining mark ({code_point} {name}), which would attach to whatever is printed before",
        "put the letter that carries the mark before it",
    )
    NAME_POLICY_SPECIAL = (
        Kind.MALFORMED,
        "ORG-2",
        "the policy lists {special} as a special character, which can't stand in any clean name",
        "list single, visible characters, in the form that NFC gives them",
    )


def text_of(value: object) -> str | None:
    """Return the plain text of a `str` or of a subclass, None for every other object.

    The type is asked, not the object: one that merely claims to be text (as test doubles do) is none.
    """
    return str.__str__(cast("str", value)) if issubclass(type(value), str) else None


def clean(text: str, longest: int) -> str | None:
    r"""Return `text` in NFC with its spaces folded, or None if that has more than `longest` code points.

    Every character of category Zs becomes U+0020, runs of them one, and those at the ends go. Tabs and line ends stay
    where they are, to be refused. Spaces are folded first and the rest is measured before it is normalized: sorting a
    megabyte of combining marks takes hours. What is turned away so could never have become short enough.

    >>> clean("\u3000Cafe\u0301\u00a0 Co ", 255)
    'Café Co'

    Rule: ORG-1 in docs/reference/organization.md.
    """
    folded = _fold_spaces(text)
    if len(folded) > _WIDEST_DECOMPOSITION * longest:
        return None
    cleaned = unicodedata.normalize("NFC", folded)
    return cleaned if len(cleaned) <= longest else None


def _fold_spaces(text: str) -> str:
    return _RUN_OF_SPACES.sub(" ", text).strip(" ")


def _nothing_more(_: str) -> Code | None:
    return None


def find_problems(cleaned: str, refuse: Callable[[str], Code | None] = _nothing_more) -> Iterator[Problem]:
    """Yield what stands in `cleaned` and must not, in order of position, at most `MOST_REPORTED` problems.

    `refuse` gives the fault of a character that the caller's own rules forbid, or None; it is asked only about
    characters that are fit for names at all, and never about joiners that stand where RFC 5892 wants them.

    Rule: ORG-3 in docs/reference/organization.md.
    """
    found = 0
    for position, character in enumerate(cleaned):
        fault: Code | None = _fault_at(cleaned, position)
        if fault is None and character not in _JOINERS:
            fault = refuse(character)
        if fault is not None:
            yield problem_at(fault, character, position)
            found += 1
            if found == MOST_REPORTED:
                return


_BY_CATEGORY: Final = {
    "Cc": CharacterFault.NAME_CONTROL_CHARACTER,
    "Zl": CharacterFault.NAME_CONTROL_CHARACTER,
    "Zp": CharacterFault.NAME_CONTROL_CHARACTER,
    "Cs": CharacterFault.NAME_SURROGATE,
    "Co": CharacterFault.NAME_PRIVATE_USE_CHARACTER,
    "Cn": CharacterFault.NAME_UNASSIGNED_CHARACTER,
}


def _fault_at(text: str, position: int) -> CharacterFault | None:
    character = text[position]
    if character in _BIDI_CONTROLS:
        return CharacterFault.NAME_BIDI_CONTROL
    if character in _JOINERS:
        return None if _joins(text, position) else CharacterFault.NAME_INVISIBLE_CHARACTER
    if _IGNORABLE.match(character):
        return CharacterFault.NAME_INVISIBLE_CHARACTER
    if position == 0 and is_mark(character):
        return CharacterFault.NAME_LEADING_MARK
    return _BY_CATEGORY.get(unicodedata.category(character))


def _joins(text: str, position: int) -> bool:
    """Whether the joiner at `position` stands where its script needs it: RFC 5892, appendices A.1 and A.2."""
    if position == 0:
        return False
    before = text[position - 1]
    if unicodedata.combining(before) == _VIRAMA:
        return True
    # idna asks for the neighbour's name and raises where there is none.
    if not unicodedata.name(before, ""):
        return False
    # The tables of joining types are loaded for the few names that hold a joiner.
    from idna import valid_contextj  # noqa: PLC0415

    start = max(0, position - _JOINER_CONTEXT)
    return bool(valid_contextj(text[start : position + _JOINER_CONTEXT + 1], position - start))


def problem_at(code: Code, character: str, position: int) -> Problem:
    """Return the problem of one character: itself, its code point as U+002C, its Unicode name, its position from 0."""
    code_point = f"{ord(character):04X}"
    label = _LABELS.get(unicodedata.category(character), "unnamed")
    return Problem(
        code,
        params={
            "character": character if character.isprintable() else ascii(character)[1:-1],
            "code_point": f"U+{code_point}",
            "name": unicodedata.name(character, f"<{label}-{code_point}>"),
            "position": position,
        },
    )


def a_set_of_specials(_: object, attribute: "Attribute[Any]", value: Any) -> None:
    """Accept, as an attrs field, a frozenset of characters that can stand in a clean name, or None."""
    if value is None:
        return
    if type(value) is not frozenset:
        raise invalid(wrong_type(attribute.name, "a frozenset of characters, or None", value))
    for special in value:
        if type(special) is not str:
            raise invalid(wrong_type(attribute.name, "a frozenset of characters, or None", special))
        around = f"a{special}a"
        if len(special) != 1 or clean(around, len(around)) != around or any(find_problems(around)):
            raise invalid(Problem(CharacterFault.NAME_POLICY_SPECIAL, params={"special": shown(special)}))


def is_mark(character: str) -> bool:
    """Whether `character` is a combining mark, general category M*."""
    return unicodedata.category(character).startswith("M")


def comparison_key(text: str) -> str:
    """Return what two names share when people would take them for one: equal keys mean equal names.

    NFKC, joiners dropped, spaces folded, case folded, NFKC again. Letters of every script stay, and so does
    punctuation: "A.B" is not "AB".

    Rule: ORG-5 in docs/reference/organization.md.
    """
    compatible = unicodedata.normalize("NFKC", text).translate(_WITHOUT_JOINERS)
    return unicodedata.normalize("NFKC", _fold_spaces(compatible).casefold())


# Pairs out of the confusables of UTS #39: Cyrillic and Greek letters that most fonts draw like a Latin letter. Letters
# that are only similar are left out: a warning too many is soon ignored.
_LOOKALIKES: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮԌԚԜӀаеорсухѕіјԁԛԝһӏүѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγινορσυ",
    "ABESIJKMHOPCTYXYGQWlaeopcyxsijdqwhlyvABEZHIKMNOPTYXayivopou",
)
# I, l and 1 as well as O and 0, once their case is gone.
_SAME_STROKES: Final = str.maketrans("i10", "llo")


def skeleton(text: str) -> str:
    """Return what two names share when they look alike in print: "АСМЕ" in Cyrillic letters gives what "ACME" gives.

    Names of equal comparison key may differ in it (small letters look alike where capitals don't): compare keys first.

    Rule: ORG-5 in docs/reference/organization.md.
    """
    return comparison_key(unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)).translate(_SAME_STROKES)


# First words of the names of letters, for the scripts that UAX #31 recommends for identifiers; what begins otherwise
# (signs, mathematical and modifier letters, rare scripts) takes no part.
_SCRIPTS: Final = {
    "CJK": "Han",
    "IDEOGRAPHIC": "Han",
    **{
        script.upper(): script
        for script in (
            "Arabic", "Armenian", "Bengali", "Bopomofo", "Cyrillic", "Devanagari", "Ethiopic", "Georgian", "Greek",
            "Gujarati", "Gurmukhi", "Hangul", "Hebrew", "Hiragana", "Kannada", "Katakana", "Khmer", "Lao", "Latin",
            "Malayalam", "Myanmar", "Oriya", "Sinhala", "Tamil", "Telugu", "Thaana", "Thai", "Tibetan",
        )
    },
}  # fmt: skip
# UTS #39, section 5.2, "highly restrictive": the writing of Japan, of China and Taiwan, of Korea, each with Latin.
_WRITTEN_TOGETHER: Final = (
    frozenset({"Latin", "Han", "Hiragana", "Katakana"}),
    frozenset({"Latin", "Han", "Bopomofo"}),
    frozenset({"Latin", "Han", "Hangul"}),
)


def scripts_mixed(text: str) -> tuple[str, ...]:
    """Return the scripts of the letters of `text`, sorted, if they are not usually written together; else nothing.

    >>> scripts_mixed("Toys Я Us"), scripts_mixed("株式会社ソニー Sony")
    (('Cyrillic', 'Latin'), ())

    Rule: ORG-5 in docs/reference/organization.md.
    """
    found = frozenset(filter(None, map(_script, filter(str.isalpha, text))))
    mixed = len(found) > 1 and not any(found <= together for together in _WRITTEN_TOGETHER)
    return tuple(sorted(found)) if mixed else ()


def _script(letter: str) -> str | None:
    words = unicodedata.name(letter, "").removeprefix("FULLWIDTH ").removeprefix("HALFWIDTH ").split(" ", 1)
    return _SCRIPTS.get(words[0])
