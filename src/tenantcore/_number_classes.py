r"""Lets you say which class a telephone number is of: North America's, a country's, or one of a host's own.

A class is what rates, restrictions and trunks are set by. Each has a word, which is stable and fits documents, and a
label, which a person reads beside a box to tick. What belongs to a class is data: rules in order, first match wins.

Rule: NUM-2 in docs/reference/numbering.md.
"""

import enum
import re
from collections.abc import Callable
from typing import Final, Self, TypeAlias

from attrs import Attribute, field, frozen

from tenantcore._characters import find_problems
from tenantcore._number_patterns import check_pattern
from tenantcore._validators import not_empty, wrong_type
from tenantcore.errors import Code, FieldCode, Kind, Problem, invalid, shown

__all__ = [
    "HELP_BEHIND_PREFIX",
    "NORTH_AMERICAN_RULES",
    "CallClass",
    "ClassRule",
    "CountryClass",
    "NumberClass",
    "NumberClassFault",
    "OwnClass",
]

_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_LABEL: Final = 100


@enum.unique
class NumberClassFault(Code):
    """What can be wrong with a class of a host's own."""

    NUMBER_CLASS_WORD_MALFORMED = (
        Kind.MALFORMED,
        "NUM-2",
        "{word} is no word for a number class",
        "write up to 40 small letters, digits and underscores, a letter first",
    )
    NUMBER_CLASS_WORD_TAKEN = (
        Kind.TAKEN,
        "NUM-2",
        "the word {word} stands for a number class of the library",
        "choose another word, or use that class in the rule",
    )
    NUMBER_CLASS_LABEL_LONG = (
        Kind.OUT_OF_RANGE,
        "NUM-2",
        "the label of a number class has {length} characters, more than {maximum}",
        "shorten it to what stands beside a box to tick",
    )


class _WordedClass(enum.Enum):
    """Base of the classes that the library knows: the word is the member's value."""

    label: str

    # Members always have a label; a type checker takes the default for a look-up, which has the word only.
    def __new__(cls, word: str, label: str = "") -> Self:
        member = object.__new__(cls)
        member._value_ = word
        member.label = label
        return member

    # A call looks classes up in one table after the other, and Enum's own takes half of that.
    __hash__: Callable[[object], int] = object.__hash__  # type: ignore[assignment] # mypy takes it for a bound one

    @property
    def word(self) -> str:
        """What the class is called in documents; it never changes."""
        return str(self._value_)

    def __str__(self) -> str:
        return self.word


class NumberClass(_WordedClass):
    """The classes of North American numbers, in the order and with the labels of the account wizard.

    Three of them are every plan's: EMERGENCY, INTERNATIONAL and UNKNOWN.

    >>> [str(NumberClass.US_TOLLFREE), NumberClass.US_TOLLFREE.label, NumberClass("caribbean").name]
    ['tollfree_us', 'US TollFree', 'CARIBBEAN']

    Rule: NUM-2 in docs/reference/numbering.md.
    """

    US_TOLLFREE = "tollfree_us", "US TollFree"
    """Free of charge for whoever calls."""
    US_TOLL = "toll_us", "US Toll"
    """Premium rate: area code 900."""
    EMERGENCY = "emergency", "Emergency Dispatcher"
    """Short codes by which help is called, also in the form of E.164."""
    CARIBBEAN = "caribbean", "Caribbean"
    """Countries and territories under +1 that aren't rated as the United States: in the Pacific, too.

    Whoever denies INTERNATIONAL leaves these open.
    """
    US_DID = "did_us", "US DID"
    """All other numbers under +1: the United States and Canada."""
    INTERNATIONAL = "international", "International"
    """Numbers under other country codes; those abroad under +1 are CARIBBEAN."""
    UNKNOWN = "unknown", "Other than above"
    """Whatever isn't a number of another class, garbage included."""


class CountryClass(_WordedClass):
    """The classes of a country's numbers, as libphonenumber tells them apart.

    Rule: NUM-2 in docs/reference/numbering.md.
    """

    PREMIUM_RATE = "premium_rate", "Premium rate"
    """Whoever calls pays for a service; short codes at such a price, too."""
    TOLL_FREE = "toll_free", "Toll-free"
    """Free of charge for whoever calls; short codes, too."""
    SHARED_COST = "shared_cost", "Shared cost"
    """Who calls and who is called share the charge."""
    VOIP = "voip", "Internet telephony"
    """Numbers of telephony over the internet, where a plan sets them apart."""
    PERSONAL = "personal", "Personal number"
    """Numbers that follow a person."""
    PAGER = "pager", "Pager"
    """Numbers of pagers."""
    COMPANY = "company", "Company number"
    """One number for a whole company, wherever it answers (universal access number)."""
    VOICEMAIL = "voicemail", "Voicemail access"
    """Numbers of voice boxes."""
    FIXED_OR_MOBILE = "fixed_or_mobile", "Fixed line or mobile"
    """Numbers that don't tell which they are, as in North America."""
    FIXED_LINE = "fixed_line", "Fixed line"
    """Numbers of places."""
    MOBILE = "mobile", "Mobile"
    """Numbers of mobile telephones."""
    SHORT_CODE = "short_code", "Short code"
    """Services under few digits, other than for emergencies, at an ordinary or an unknown price."""
    SAME_CODE = "same_code", "Elsewhere under the same country code"
    """Another country or territory that shares the country code: Kazakhstan, seen from Russia.

    Whoever denies INTERNATIONAL leaves these open.
    """


_WORDS: Final = frozenset(member.value for table in (NumberClass, CountryClass) for member in table)


def _word_of_its_own(_: object, __: "Attribute[str]", value: str) -> None:
    if not _WORD.fullmatch(value):
        raise invalid(Problem(NumberClassFault.NUMBER_CLASS_WORD_MALFORMED, params={"word": shown(value)}))
    if value in _WORDS:
        raise invalid(Problem(NumberClassFault.NUMBER_CLASS_WORD_TAKEN, params={"word": shown(value)}))


def _a_label(_: object, attribute: "Attribute[str]", value: str) -> None:
    if len(value) > _LONGEST_LABEL:
        params = {"length": len(value), "maximum": _LONGEST_LABEL}
        raise invalid(Problem(NumberClassFault.NUMBER_CLASS_LABEL_LONG, (attribute.name,), params))
    for problem in find_problems(value):
        raise invalid(problem.under(attribute.name))
    if not value.strip():
        raise invalid(Problem(FieldCode.FIELD_EMPTY, params={"field": attribute.name}))


@frozen(kw_only=True)
class OwnClass:
    """A class of a host's own: a word that no class of the library has, and a label of one line.

    >>> str(OwnClass(word="offices", label="Our offices"))
    'offices'

    Raises:
        InvalidValue: The word is malformed or taken; the label is blank, has more than 100 characters, or one that no
            name may hold (ORG-3).
        InvalidType: One is no text.

    Rule: NUM-2 in docs/reference/numbering.md.
    """

    word: str = field(validator=[not_empty, _word_of_its_own])
    label: str = field(validator=[not_empty, _a_label])

    def __str__(self) -> str:
        return self.word


CallClass: TypeAlias = NumberClass | CountryClass | OwnClass
"""Any class: hashable, with a `word` that never changes and a `label` (NUM-2)."""


def _a_class(_: object, attribute: "Attribute[CallClass]", value: object) -> None:
    if type(value) not in {NumberClass, CountryClass, OwnClass}:
        raise invalid(wrong_type(attribute.name, "a number class", value))


@frozen
class ClassRule:
    r"""One row of the data that classes are made of: numbers that a pattern describes are of a class.

    A pattern describes whole numbers, those in E.164 with their plus sign, `\+1876\d{7}`, others as they are dialled:
    `[2-9]11`. It is a small part of a regular expression: digits, `\+`, `\d`, sets, groups, `|`, `?`, `{7}`, `{2,5}`
    and `{5,}`, and means what `re.fullmatch` would take it for.

    Raises:
        InvalidValue: The pattern is empty, can't be read, has more than 4000 characters, or describes numbers of more
            than 64.
        InvalidType: The class is none, or the pattern no text.

    Rule: NUM-2 in docs/reference/numbering.md.
    """

    call_class: CallClass = field(validator=_a_class)
    pattern: str = field(validator=not_empty)

    def __attrs_post_init__(self) -> None:
        check_pattern(self.pattern)


HELP_BEHIND_PREFIX: Final = "1911"
"""What a telephone dials for 911 that puts its continent's prefix in front of everything."""
# The account wizard's classes as KAZOO 5.0 has them, whose regular expressions these sets are; 988 is from its 4.3, 112
# and the area code 658 (Jamaica) are our addition. Numbers of Tristan da Cunha (290), Niue (683) and Tokelau (690) have
# seven digits with their country code, where KAZOO asks for eight. Calls for help are known, too, where a trunk has
# made E.164 of them as of every number: no number is as short. The last row keeps the continent's other three-digit
# services whole.
NORTH_AMERICAN_RULES: Final[tuple[ClassRule, ...]] = (
    ClassRule(NumberClass.US_TOLLFREE, r"\+1(?:800|88\d|877|866|855|844|833|822)\d{7}"),
    ClassRule(NumberClass.US_TOLL, r"\+1900\d{7}"),
    ClassRule(NumberClass.EMERGENCY, rf"(?:\+1?)?(?:911|922|933|833|811|711|999|988|112)|{HELP_BEHIND_PREFIX}"),
    ClassRule(
        NumberClass.CARIBBEAN,
        r"\+1(?:684|264|268|242|246|441|284|345|767|809|829|849|473|671|876|658|664|670|787|939|869|758|784|721|868|649"
        r"|340)\d{7}",
    ),
    ClassRule(NumberClass.US_DID, r"\+1[2-9]\d{2}[2-9]\d{6}"),
    ClassRule(NumberClass.INTERNATIONAL, r"\+[2-9]\d{7,14}|\+(?:290|683|690)\d{4}"),
    ClassRule(NumberClass.UNKNOWN, "[2-6]11"),
)
"""What belongs to the classes of `NORTH_AMERICA`: the first rule that describes a number gives its class (NUM-2)."""
