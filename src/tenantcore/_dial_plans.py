"""Lets you turn dialled digits into E.164 and tell the class of a number, by a dial plan.

Rules: NUM-1, NUM-2 in docs/reference/numbering.md.
"""

import enum
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Final, Self

from attrs import evolve, field, frozen

from tenantcore._country_numbering import CountryNumbering, Row, calling_codes, numbering_of, regions
from tenantcore._dialling import MOST_DIGITS, NORTH_AMERICAN_DIALLING, Dialling, NationalDialling, Replacement, is_e164
from tenantcore._number_classes import NORTH_AMERICAN_RULES, CallClass, ClassRule, CountryClass, NumberClass, OwnClass
from tenantcore._number_patterns import LONGEST
from tenantcore._prefix_tries import PrefixTrie
from tenantcore._validators import exactly, is_text, tuple_of, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown, shown_code

__all__ = ["NORTH_AMERICA", "DialPlan", "DialPlanFault", "country_of"]

_NORTH_AMERICA: Final = "NANP"
# The shortest numbers there are, those of Niue and Tokelau, have seven digits with their country code.
_FEWEST_WITH_CODE: Final = 7
_SHARED_CODES: Final = 16
_MOST_PLANS: Final = 256


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


@frozen
class _Tables:
    """What a plan is compiled to."""

    dialled: PrefixTrie[CallClass | Dialling]
    """By what is dialled, without a plus sign: the class of short codes, for others how they become numbers."""
    numbers: PrefixTrie[CallClass]
    """The class of numbers in E.164."""


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
        InvalidValue: No plan has the name, or a rule is none.

    Rules: NUM-1, NUM-2 in docs/reference/numbering.md.
    """

    name: str = field(validator=exactly(str, called="text"))
    """The country's ISO 3166-1 alpha-2 code, or "NANP"."""
    own: tuple[ClassRule, ...] = field(default=(), validator=tuple_of(ClassRule, called="class rules"))
    """The host's own rules, tried before the plan's, but for emergencies."""

    def __attrs_post_init__(self) -> None:
        if self.name != _NORTH_AMERICA and self.name not in regions():
            params = {"country": shown_code(self.name)}
            raise invalid(Problem(DialPlanFault.DIAL_PLAN_COUNTRY_UNKNOWN, params=params))
        if self.own:
            _check_words(self.own)
            # Patterns that are each good may be too much together, which has to be told here and not in a call.
            _ = self._tables

    @classmethod
    def for_country(cls, country: object) -> Self:
        """Return the plan of a country or territory that libphonenumber knows, by its ISO 3166-1 alpha-2 code.

        Letter case doesn't matter. The countries of North America have plans, too, with classes as all countries have
        them; `NORTH_AMERICA` is the one with the account wizard's.

        Raises:
            InvalidValue: No such country is known.
        """
        if not is_text(country):
            raise invalid(wrong_type("country", "text", country))
        text = str.__str__(country)
        code = text.upper() if text.isascii() else text
        if code not in regions():
            params = {"country": shown_code(text)}
            raise invalid(Problem(DialPlanFault.DIAL_PLAN_COUNTRY_UNKNOWN, params=params))
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
            InvalidValue: A rule is none, two classes share a word, or the patterns together leave too much open.
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
        return self._read(dialled)[0]

    def classify(self, dialled: object) -> CallClass:
        """Return the class of a dialled number, in E.164 or as people dial it; `UNKNOWN` for whatever is no number.

        Never raises, whatever object is handed in.

        >>> NORTH_AMERICA.classify("+18765551234"), NORTH_AMERICA.classify("833"), NORTH_AMERICA.classify("fire!")
        (<NumberClass.CARIBBEAN: 'caribbean'>, <NumberClass.EMERGENCY: 'emergency'>, <NumberClass.UNKNOWN: 'unknown'>)

        Rule: NUM-2 in docs/reference/numbering.md.
        """
        number, call_class = self._read(dialled)
        if number is None:
            return NumberClass.UNKNOWN
        return call_class or self._tables.numbers.find(number) or NumberClass.UNKNOWN

    def _read(self, dialled: object) -> tuple[str | None, CallClass | None]:
        """Return the number, and its class if it is a short code, whose class is known at once."""
        if type(dialled) is str:
            text = dialled
        elif is_text(dialled):
            text = str.__str__(dialled)
        else:
            return None, None
        if len(text) > LONGEST or not text.isascii():
            return None, None
        if not text.isdigit():
            return (text, None) if is_e164(text) else (None, None)
        found = self._tables.dialled.find(text)
        if type(found) is Replacement:
            return found.put + text[found.dropped :], None
        if type(found) is NationalDialling:
            return found.e164(text), None
        return (None, None) if found is None else (text, found)

    @property
    def classes(self) -> tuple[CallClass, ...]:
        """The classes that numbers of this plan can have, in the order in which to show them: a host's own first."""
        found = {NumberClass.UNKNOWN, *self._tables.numbers.answers(), *self._tables.dialled.answers()}
        own = dict.fromkeys(rule.call_class for rule in self.own if type(rule.call_class) is OwnClass)
        return (*own, *(known for known in _SHOWN if known in found))

    def find_class(self, word: object) -> CallClass | None:
        """Return the class that has a word, from a document or a form, or None if numbers of this plan can't have it.

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


def _check_words(rules: tuple[ClassRule, ...]) -> None:
    """Refuse two classes of one word: documents name classes by it."""
    words: dict[str, CallClass] = {}
    for rule in rules:
        if words.setdefault(rule.call_class.word, rule.call_class) != rule.call_class:
            params = {"word": shown(rule.call_class.word)}
            raise invalid(Problem(DialPlanFault.DIAL_PLAN_WORD_DOUBLED, params=params))


NORTH_AMERICA: Final = DialPlan(_NORTH_AMERICA)
"""The plan of North America with the classes of the account wizard: `NORTH_AMERICAN_RULES`."""


def country_of(number: object) -> str | None:
    """Return the country or territory of a number in E.164, as ISO 3166-1 alpha-2; None if it has none, or is none.

    Where countries share a code, first digits or whole numbers tell; where they don't, the length isn't looked at.

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


@lru_cache(maxsize=_SHARED_CODES)
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


@lru_cache(maxsize=_MOST_PLANS)
def _compiled(name: str, own: tuple[ClassRule, ...]) -> _Tables:
    # Patterns of what is dialled and patterns of E.164 have nothing in common, so that rules go to both tries.
    hosts = list(map(_row, own))
    if name == _NORTH_AMERICA:
        rows = [*hosts, *map(_row, NORTH_AMERICAN_RULES)]
        return _tables(rows, rows, NORTH_AMERICAN_DIALLING)
    numbering = numbering_of(name)
    dialling = NationalDialling.of(numbering).rules()
    return _tables([*hosts, *numbering.short], [*hosts, *_numbers_of(name, numbering)], dialling)


def _row(rule: ClassRule) -> Row:
    return rule.call_class, (rule.pattern,)


def _tables(short: list[Row], numbers: list[Row], dialling: Iterable[tuple[str, Dialling]]) -> _Tables:
    """Build the tables of a plan; emergencies come first, wherever they stand."""
    ways = ((way, (pattern,)) for pattern, way in dialling)
    return _Tables(
        PrefixTrie.build([*sorted(short, key=_is_no_emergency), *ways]),
        PrefixTrie.build(sorted(numbers, key=_is_no_emergency)),
    )


def _is_no_emergency(row: Row) -> bool:
    return row[0] is not NumberClass.EMERGENCY


def _numbers_of(name: str, numbering: CountryNumbering) -> Iterator[Row]:
    """Yield the classes of numbers in E.164, as they are seen from a country."""
    code = numbering.code
    for call_class, patterns in numbering.types:
        yield call_class, _all_abroad(code, patterns)
    for region in calling_codes()[code]:
        if region != name:
            for _, patterns in numbering_of(region).types:
                yield CountryClass.SAME_CODE, _all_abroad(code, patterns)
    for size in (1, 2, 3):
        others = "|".join(other for other in calling_codes() if len(other) == size and other != code)
        fewest, most = _FEWEST_WITH_CODE - size, MOST_DIGITS - size
        if others:
            yield NumberClass.INTERNATIONAL, (rf"\+(?:{others})\d{{{fewest},{most}}}",)


def _all_abroad(code: str, patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_abroad(code, pattern) for pattern in patterns)


def _abroad(code: str, pattern: str) -> str:
    """Return the pattern in E.164 of numbers that in their country have the given one."""
    return rf"\+{code}(?:{pattern})"
