"""Lets you turn dialled digits into E.164 and tell the class of a number, by a dial plan.

Rules: NUM-1, NUM-2 in docs/reference/numbering.md.
"""

import enum
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Final, Self

from attrs import evolve, field, frozen

from tenantcore._country_numbering import (
    NORTH_AMERICAN_CODE,
    CountryNumbering,
    Row,
    calling_codes,
    numbering_of,
    regions,
)
from tenantcore._dialling import (
    MOST_DIGITS,
    NORTH_AMERICAN_DIALLING,
    WHOLE,
    Dialling,
    NationalDialling,
    Replacement,
    Way,
    is_e164,
)
from tenantcore._number_classes import (
    HELP_BEHIND_PREFIX,
    NORTH_AMERICAN_RULES,
    CallClass,
    ClassRule,
    CountryClass,
    NumberClass,
    OwnClass,
)
from tenantcore._number_patterns import LONGEST
from tenantcore._prefix_tries import PrefixTrie
from tenantcore._validators import exactly, is_text, tuple_of, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown, shown_code

__all__ = ["NORTH_AMERICA", "DialPlan", "DialPlanFault", "beginnings_of", "country_of"]

_NORTH_AMERICA: Final = "NANP"
# The shortest numbers there are, those of Niue and Tokelau, have seven digits with their country code.
_FEWEST_WITH_CODE: Final = 7
_MOST_OWN_RULES: Final = 1000
# How many are kept: twelve codes are shared, and 245 countries have plans.
_KEPT_CODES: Final = 16
_KEPT_PLANS: Final = 256


@enum.unique
class DialPlanFault(Code):
    """What can be wrong with a dial plan."""

    DIAL_PLAN_COUNTRY_UNKNOWN = (
        Kind.UNKNOWN,
        "NUM-1",
        "there is no dial plan for the country {country}",
        "hand in an ISO 3166-1 alpha-2 code such as SG",
    )
    DIAL_PLAN_WORD_DOUBLED = (
        Kind.CONFLICT,
        "NUM-2",
        "two number classes of the dial plan share the word {word} and differ by their labels",
        "give each class its own word, and one label",
    )
    DIAL_PLAN_RULES_MANY = (
        Kind.OUT_OF_RANGE,
        "NUM-2",
        "the dial plan has {count} rules of the host's own, more than {maximum}",
        "join patterns by |, and look up lists of single numbers before asking for a class",
    )


# As the account wizard shows them, a country's classes among them.
_SHOWN: Final[tuple[CallClass, ...]] = (
    NumberClass.US_TOLLFREE,
    NumberClass.US_TOLL,
    NumberClass.EMERGENCY,
    NumberClass.CARIBBEAN,
    NumberClass.US_DID,
    *CountryClass,
    NumberClass.INTERNATIONAL,
    NumberClass.UNKNOWN,
)


@frozen(eq=False)
class _Tables:
    """What a plan is compiled to."""

    # Methods, because looking them up in the tries would be a tenth of what a switch waits for.
    find_dialled: Callable[[str], Dialling | None]
    """What is dialled, without a plus sign, and what makes a number of it."""
    otherwise: NationalDialling | None
    """What makes a number of whatever else is dialled."""
    numbers: PrefixTrie[CallClass]
    """Numbers of the plan itself, in E.164 or short, and their classes."""
    find_number: Callable[[str], CallClass | None]
    elsewhere: tuple[PrefixTrie[CallClass], ...]
    """Other numbers, the same for many plans: those under the same country code, then those under any."""
    classes: tuple[CallClass, ...]

    def class_elsewhere(self, number: str) -> CallClass:
        """Return the class of a number that is not the plan's own."""
        for trie in self.elsewhere:
            found = trie.find(number)
            if found is not None:
                return found
        return NumberClass.UNKNOWN


@frozen
class DialPlan:
    """How numbers are dialled somewhere, and which classes they fall into there.

    Built by `for_country`, or from another one by `with_classes`; `NORTH_AMERICA` is there already. Equal plans are
    interchangeable. What a plan is compiled to is made when it is first asked, and kept.

    >>> plan = DialPlan.for_country("SG")
    >>> plan.normalize("61234567"), plan.normalize("001442071838750"), plan.normalize("995")
    ('+6561234567', '+442071838750', '995')
    >>> [str(plan.classify(dialled)) for dialled in ("995", "18001234567", "+442071838750", "what")]
    ['emergency', 'toll_free', 'international', 'unknown']

    Raises:
        InvalidValue: No plan has the name, or the rules don't go together (see `with_classes`).
        InvalidType: The name is no text, or a rule is none.

    Rules: NUM-1, NUM-2 in docs/reference/numbering.md.
    """

    name: str = field(validator=exactly(str, called="text"))
    """The country's ISO 3166-1 alpha-2 code, or "NANP"."""
    own: tuple[ClassRule, ...] = field(default=(), validator=tuple_of(ClassRule, called="class rules"))
    """The host's own rules, tried before the plan's, but for emergencies."""

    def __attrs_post_init__(self) -> None:
        if self.name != _NORTH_AMERICA:
            _check_country(self.name)
        if self.own:
            _check_own(self.own)
            # Patterns that are each good may be too much together, which has to be told here and not in a call.
            _ = self._tables

    @classmethod
    def for_country(cls, country: object) -> Self:
        """Return the plan of a country or territory that libphonenumber knows, by its ISO 3166-1 alpha-2 code.

        Letter case doesn't matter. The countries of North America have plans, too, with classes as all countries have
        them; `NORTH_AMERICA` is the one with the account wizard's.

        >>> DialPlan.for_country("au").classify("000")
        <NumberClass.EMERGENCY: 'emergency'>

        Raises:
            InvalidValue: No such country is known.
            InvalidType: It is no text.

        Rule: NUM-1 in docs/reference/numbering.md.
        """
        if not is_text(country):
            raise invalid(wrong_type("country", "text", country))
        text = str.__str__(country)
        code = text.upper() if text.isascii() else text
        _check_country(code)
        return cls(code)

    def with_classes(self, *rules: ClassRule) -> Self:
        r"""Return the plan with more rules of the host's own, tried in this order before the plan's.

        Rules for emergencies are always tried first. A rule for short numbers keeps them whole.

        >>> from tenantcore.numbering import OwnClass
        >>> offices = OwnClass(word="offices", label="Our offices")
        >>> plan = NORTH_AMERICA.with_classes(ClassRule(offices, r"7\d{3}"), ClassRule(offices, r"\+1415886\d{4}"))
        >>> plan.normalize("7001"), str(plan.classify("7001")), str(plan.classify("4158867900"))
        ('7001', 'offices', 'offices')

        Raises:
            InvalidValue: Two classes share a word, there are more than 1000 rules, or their patterns together leave too
                much open.
            InvalidType: A rule is none.

        Rule: NUM-2 in docs/reference/numbering.md.
        """
        return evolve(self, own=(*self.own, *rules))

    def normalize(self, dialled: object) -> str | None:
        """Return a number in E.164, or a short code as it is; None for whatever isn't dialled as a number.

        Digits after a plus sign stay as they are, if it can be E.164: 2 to 15 digits, the first no zero. Never raises,
        whatever object is handed in. Spaces and other separators are no digits; `tenantcore.contacts` reads what people
        write.

        >>> [NORTH_AMERICA.normalize(dialled) for dialled in ("4158867900", "0044 20", "911", None)]
        ['+14158867900', None, '911', None]

        Rule: NUM-1 in docs/reference/numbering.md.
        """
        if type(dialled) is str:
            text = dialled
        elif is_text(dialled):
            text = str.__str__(dialled)
        else:
            return None
        if len(text) > LONGEST or not text.isascii():
            return None
        if not text.isdigit():
            return text if is_e164(text) else None
        tables = self._tables
        way = tables.find_dialled(text) or tables.otherwise
        if way is None:
            return None
        # By its exact type, for speed.
        return way.put + text[way.dropped :] if type(way) is Replacement else way.e164(text)

    def classify(self, dialled: object) -> CallClass:
        """Return the class of a dialled number, in E.164 or as people dial it; `UNKNOWN` for whatever is no number.

        Never raises, whatever object is handed in.

        >>> NORTH_AMERICA.classify("+18765551234"), NORTH_AMERICA.classify("833"), NORTH_AMERICA.classify("fire!")
        (<NumberClass.CARIBBEAN: 'caribbean'>, <NumberClass.EMERGENCY: 'emergency'>, <NumberClass.UNKNOWN: 'unknown'>)

        Rule: NUM-2 in docs/reference/numbering.md.
        """
        # Most numbers that are asked for are normalized already.
        number = dialled if type(dialled) is str and is_e164(dialled) else self.normalize(dialled)
        if number is None:
            return NumberClass.UNKNOWN
        tables = self._tables
        return tables.find_number(number) or tables.class_elsewhere(number)

    @property
    def classes(self) -> tuple[CallClass, ...]:
        """The classes that numbers of this plan can have, in the order in which to show them: a host's own first.

        Rule: NUM-2 in docs/reference/numbering.md.
        """
        return self._tables.classes

    def find_class(self, word: object) -> CallClass | None:
        """Return the class that has a word, from a document or a form, or None if numbers of this plan can't have it.

        Never raises, whatever object is handed in.

        >>> NORTH_AMERICA.find_class("caribbean").label
        'Caribbean'

        Rule: NUM-2 in docs/reference/numbering.md.
        """
        text = str.__str__(word) if is_text(word) else None
        return next((call_class for call_class in self.classes if call_class.word == text), None)

    @cached_property
    def _tables(self) -> _Tables:
        return _compiled(self.name, self.own)

    def __str__(self) -> str:
        return self.name


def _check_country(code: str) -> None:
    if code not in regions():
        raise invalid(Problem(DialPlanFault.DIAL_PLAN_COUNTRY_UNKNOWN, params={"country": shown_code(code)}))


def _check_own(rules: tuple[ClassRule, ...]) -> None:
    if len(rules) > _MOST_OWN_RULES:
        params = {"count": len(rules), "maximum": _MOST_OWN_RULES}
        raise invalid(Problem(DialPlanFault.DIAL_PLAN_RULES_MANY, params=params))
    # Documents name classes by their words.
    words: dict[str, CallClass] = {}
    for rule in rules:
        if words.setdefault(rule.call_class.word, rule.call_class) != rule.call_class:
            word = shown(rule.call_class.word)
            raise invalid(Problem(DialPlanFault.DIAL_PLAN_WORD_DOUBLED, params={"word": word}))


NORTH_AMERICA: Final = DialPlan(_NORTH_AMERICA)
"""The plan of North America with the classes of the account wizard: `NORTH_AMERICAN_RULES` (NUM-1, NUM-2)."""


def country_of(number: object) -> str | None:
    """Return the country or territory of a number in E.164, as ISO 3166-1 alpha-2; None if it has none, or is none.

    Where countries share a code, first digits or whole numbers tell; where they don't, the length isn't looked at.
    Never raises, whatever object is handed in.

    >>> [country_of(number) for number in ("+18765551234", "+14165550123", "+441481960194", "+80012345678", "911")]
    ['JM', 'CA', 'GG', None, None]

    Rule: NUM-1 in docs/reference/numbering.md.
    """
    if not is_text(number):
        return None
    text = str.__str__(number)
    if not is_e164(text):
        return None
    codes = calling_codes()
    for end in (2, 3, 4):
        sharing = codes.get(text[1:end])
        if sharing is not None:
            return _countries(text[1:end]).find(text) if len(sharing) > 1 else next(iter(sharing), None)
    return None


@lru_cache(maxsize=_KEPT_CODES)
def _countries(code: str) -> PrefixTrie[str]:
    """Return the countries that share a code, by their numbers."""
    rows: list[tuple[str, tuple[str, ...]]] = []
    for region in calling_codes()[code]:
        plan = numbering_of(region)
        if plan.leading_digits:
            rows.append((region, (_abroad(code, f"(?:{plan.leading_digits})\\d{{0,}}"),)))
        else:
            rows.extend((region, _all_abroad(code, patterns)) for _, patterns in plan.types)
    return PrefixTrie.build(rows)


@lru_cache(maxsize=_KEPT_PLANS)
def _compiled(name: str, own: tuple[ClassRule, ...]) -> _Tables:
    rows = list(map(_row, own))
    help_, long = list[Row](), list[Row]()
    ways: Iterable[Way] = NORTH_AMERICAN_DIALLING
    otherwise: NationalDialling | None = None
    elsewhere: tuple[PrefixTrie[CallClass], ...] = ()
    code = NORTH_AMERICAN_CODE
    if name == _NORTH_AMERICA:
        rows += map(_row, NORTH_AMERICAN_RULES)
    else:
        numbering = numbering_of(name)
        code = numbering.code
        rows += numbering.short
        long += ((call_class, _all_abroad(code, patterns)) for call_class, patterns in numbering.types)
        help_ += _calls_for_help(numbering, long)
        otherwise = NationalDialling.of(numbering)
        ways = otherwise.ways()
        elsewhere = _numbers_under(code), _numbers_under_any()
    # Where a rule is for numbers in E.164, it describes nothing that is dialled without a plus sign.
    whole = ((WHOLE, patterns) for _, patterns in (*help_, *rows))
    numbers = PrefixTrie.build([*help_, *sorted([*rows, *long], key=_is_no_emergency)], mostly="+" + code)
    found = numbers.answers.union({NumberClass.UNKNOWN}, *(trie.answers for trie in elsewhere))
    own_classes = dict.fromkeys(rule.call_class for rule in own if type(rule.call_class) is OwnClass)
    classes = (*own_classes, *(known for known in _SHOWN if known in found))
    dialled = PrefixTrie.build([*whole, *ways])
    return _Tables(dialled.find, otherwise, numbers, numbers.find, elsewhere, classes)


def beginnings_of(plan: DialPlan, call_class: CallClass) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield what numbers of a class begin with, and their lengths.

    Where these come from neighbours' rows, a number made of them may be the plan's own, and of another class.
    """
    tables = plan._tables  # noqa: SLF001 - of this module
    for trie in (tables.numbers, *tables.elsewhere):
        yield from trie.beginnings(call_class)


def _calls_for_help(numbering: CountryNumbering, long: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows for emergencies of a country: dialled alone, or in the form of E.164 by what makes it of all."""
    if not numbering.emergency:
        return
    yield NumberClass.EMERGENCY, (numbering.emergency,)
    if numbering.code == NORTH_AMERICAN_CODE:
        yield NumberClass.EMERGENCY, (HELP_BEHIND_PREFIX, f"{NORTH_AMERICAN_CODE}(?:{numbering.emergency})")
    international = rf"\+(?:{numbering.code})?(?:{numbering.emergency})"
    # No country has numbers that look so; but its data change, and nobody's number may be called for nothing.
    for call_class, patterns in long:
        yield call_class, (*patterns, international)
    yield NumberClass.EMERGENCY, (international,)


def _row(rule: ClassRule) -> Row:
    return rule.call_class, (rule.pattern,)


def _is_no_emergency(row: Row) -> bool:
    return row[0] is not NumberClass.EMERGENCY


@lru_cache(maxsize=_KEPT_PLANS)
def _numbers_under(code: str) -> PrefixTrie[CallClass]:
    """Return the classes of other countries' numbers under a country's own code."""
    sharing = calling_codes()[code]
    plans = map(numbering_of, sharing if len(sharing) > 1 else ())
    rows: list[Row] = [(CountryClass.SAME_CODE, _all_abroad(code, row[1])) for plan in plans for row in plan.types]
    # Nobody's numbers, which are not abroad either.
    rows.append((NumberClass.UNKNOWN, (_abroad(code, rf"\d{{0,{MOST_DIGITS}}}"),)))
    return PrefixTrie.build(rows, mostly="+" + code)


@lru_cache(maxsize=1)
def _numbers_under_any() -> PrefixTrie[CallClass]:
    """Return the class of numbers under any country code that there is."""
    codes = (code + rf"\d{{{_FEWEST_WITH_CODE - len(code)},{MOST_DIGITS - len(code)}}}" for code in calling_codes())
    return PrefixTrie.build([(NumberClass.INTERNATIONAL, (rf"\+(?:{'|'.join(codes)})",))], mostly="+")


def _all_abroad(code: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_abroad(code, pattern) for pattern in patterns)


def _abroad(code: str, pattern: str) -> str:
    """Return the pattern in E.164 of numbers that in their country have the given one."""
    return rf"\+{code}(?:{pattern})"
