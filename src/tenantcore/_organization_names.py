"""Lets you read an organization's name under a platform's policy, compare it with those that exist, and change it.

A name that the policy accepts is text, nothing more: it may read `<script>` or `=1+1` and must be escaped wherever it
is put into HTML, a spreadsheet or a path. Names that callers use are imported from `tenantcore.organization`.

Rules: ORG-1 to ORG-5 in docs/reference/organization.md.
"""

import enum
import re
import unicodedata
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import Final, Self

from attrs import evolve, field, frozen

from tenantcore._characters import (
    a_set_of_specials,
    clean,
    comparison_key,
    find_problems,
    is_mark,
    scripts_mixed,
    skeleton,
    text_of,
)
from tenantcore._validators import exactly, within, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid

__all__ = [
    "LITERAL",
    "PORTAL",
    "NameFault",
    "NamePolicy",
    "NameScope",
    "OrganizationName",
    "RenameImpact",
    "RenamePlan",
    "find_collisions",
    "find_name_problems",
    "plan_rename",
]

# No policy may go further, so that what is done to a name (normalizing, comparing) has a bound.
_LONGEST_EVER: Final = 1024
# The rows of the portal's page, except for its two rows of quotation marks.
_LISTED: Final = frozenset("~`#+$@&()[]⟨⟩\\/-_=.:!?;^%*{}<>")
# The rows are called single and double quotation mark; what a keyboard and a word processor make of them counts too.
_QUOTES: Final = frozenset("'\"‘’“”")
# The code points that the page prints.
_PRINTED_QUOTES: Final = frozenset("‘“")
# What most names are: ASCII, visible, single spaces inside, a letter or digit somewhere. Nothing to clean or refuse.
_PLAIN: Final = re.compile(r"(?=[^A-Za-z0-9]*[A-Za-z0-9])[!-~]+(?: [!-~]+)*")
_FORMULA_PREFIXES: Final = frozenset("=+-@")
_BETWEEN_DIGITS: Final = frozenset("+ ().-/")
_TELEPHONE_DIGITS: Final = range(7, 16)


@enum.unique
class NameFault(Code):
    """Faults and warnings of an organization's name and of the policy that judges it."""

    NAME_REQUIRED = (
        Kind.MISSING,
        "ORG-1",
        "the name is missing",
        "give a name of {shortest} to {longest} characters",
    )
    NAME_TOO_SHORT = (
        Kind.OUT_OF_RANGE,
        "ORG-1",
        "the name must have at least {shortest} characters, not {length}",
        "write it out; spaces at its ends don't count",
    )
    NAME_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "ORG-1",
        "the name must have at most {longest} characters",
        "shorten it",
    )
    NAME_FORBIDDEN_CHARACTER = (
        Kind.MALFORMED,
        "ORG-2",
        "the name has {character} ({code_point} {name}) at position {position} (from 0), which is not allowed here",
        "leave it out or write it another way; a platform can allow {character} by its name policy",
    )
    NAME_NO_ALPHANUMERIC = (
        Kind.MALFORMED,
        "ORG-4",
        "the name has neither a letter nor a digit",
        "add at least one letter or digit",
    )
    NAME_NOT_CLEAN = (
        Kind.MALFORMED,
        "ORG-1",
        "the name is not in its clean form: NFC, single spaces, none at the ends",
        "read it with OrganizationName.parse, which cleans it",
    )
    NAME_DUPLICATE = (
        Kind.TAKEN,
        "ORG-5",
        "the name is taken: an existing one differs at most in case, spacing or form of its letters",
        "choose another name",
    )
    NAME_CONFUSABLE = (
        Kind.WARNING,
        "ORG-5",
        "the name looks like an existing one, written with other characters",
        "make sure that nobody poses as another organization",
    )
    NAME_MIXED_SCRIPT = (
        Kind.WARNING,
        "ORG-5",
        "the name mixes letters of scripts that are not written together: {scripts}",
        "make sure that no letter merely looks like one of another script",
    )
    NAME_FORMULA_PREFIX = (
        Kind.WARNING,
        "ORG-5",
        "the name begins with {character}, which spreadsheets take for a formula",
        "escape the name wherever it is exported to a spreadsheet",
    )
    NAME_TELEPHONE = (
        Kind.WARNING,
        "ORG-5",
        "the name reads like a telephone number",
        "make sure that the number was not typed into the wrong field",
    )
    NAME_POLICY_LENGTHS = (
        Kind.CONFLICT,
        "ORG-1",
        "the name policy's longest, {longest}, is less than its shortest, {shortest}",
        "let longest be shortest or more",
    )


@frozen(kw_only=True, cache_hash=True)
class NamePolicy:
    """What a platform accepts as a name: its length in code points and its special characters.

    Letters, combining marks (not first), decimal digits of every script and the space are always allowed. `specials`
    are what is allowed besides; None allows every character that ORG-3 doesn't refuse.

    >>> NamePolicy(shortest=1, longest=128, specials=None).allows("🙂")
    True

    Rules: ORG-1, ORG-2 in docs/reference/organization.md.
    """

    shortest: int = field(default=2, validator=within(1, _LONGEST_EVER))
    longest: int = field(default=255, validator=within(1, _LONGEST_EVER))
    specials: frozenset[str] | None = field(default=_LISTED | _QUOTES, validator=a_set_of_specials)

    def __attrs_post_init__(self) -> None:
        if self.longest < self.shortest:
            params = {"shortest": self.shortest, "longest": self.longest}
            raise invalid(Problem(NameFault.NAME_POLICY_LENGTHS, params=params))

    def allows(self, character: str) -> bool:
        """Whether this one character may stand in a name, as far as ORG-3 doesn't refuse it."""
        if self.specials is None or character in self.specials or character == " ":
            return True
        return len(character) == 1 and (character.isalpha() or character.isdecimal() or is_mark(character))

    def allowing(self, characters: str) -> Self:
        """Return the policy that also allows each of these characters.

        >>> str(OrganizationName.parse("Acme, Inc.", PORTAL.allowing(",")))
        'Acme, Inc.'

        Raises:
            InvalidValue: A character can't stand in any clean name.
        """
        plain = text_of(characters)
        if plain is None:
            raise invalid(wrong_type("characters", "text", characters))
        return self if self.specials is None else evolve(self, specials=self.specials.union(plain))


PORTAL: Final[NamePolicy] = NamePolicy()
"""The portal's policy, the quotation marks taken by the names of their rows: straight and typographic."""

LITERAL: Final[NamePolicy] = NamePolicy(specials=_LISTED | _PRINTED_QUOTES)
"""The portal's policy by the code points that its page prints: of the quotation marks only ‘ and “."""


@frozen
class OrganizationName:
    r"""The name of a tenant, cleaned: NFC, single spaces, none at the ends.

    Two names are equal when their text is; whether people would take them for one is told by `key`.

    >>> OrganizationName.parse("Acme, Inc.")
    Traceback (most recent call last):
    tenantcore.errors.InvalidValue: the name has , (U+002C COMMA) at position 4 (from 0), ...
    >>> OrganizationName.parse(" Stra\u00dfe\u3000GmbH").key
    'strasse gmbh'

    Built directly, it takes what some policy could accept and the clean form only; `parse` cleans and asks a policy.

    Raises:
        InvalidValue: The text isn't clean, has a character that ORG-3 refuses, no letter or digit, or more than 1024
            code points.

    Rules: ORG-1 to ORG-5 in docs/reference/organization.md.
    """

    text: str = field(validator=exactly(str, called="text"))

    def __attrs_post_init__(self) -> None:
        if len(self.text) <= _LONGEST_EVER and _PLAIN.fullmatch(self.text):
            return
        cleaned, problems = _read(self.text, _WIDEST)
        for problem in problems:
            raise invalid(problem)
        if cleaned != self.text:
            raise invalid(Problem(NameFault.NAME_NOT_CLEAN))

    @classmethod
    def parse(cls, text: object, policy: NamePolicy = PORTAL) -> Self:
        """Clean a typed text and read it as a name under `policy`.

        Raises:
            InvalidValue: With the first of `find_name_problems`.
        """
        plain = text_of(text)
        if plain is not None and _plain_names(_checked(policy)).fullmatch(plain):
            return cls(plain)
        cleaned, problems = _read(text, policy)
        for problem in problems:
            raise invalid(problem)
        return cls(cleaned)

    @property
    def key(self) -> str:
        """What two names share when people would take them for one; never empty.

        NFKC, joiners dropped, spaces folded, case folded, NFKC again. It is for comparing, not for showing.
        """
        return comparison_key(self.text)

    @property
    def skeleton(self) -> str:
        """What two names share when they look alike in print: "АСМЕ" in Cyrillic letters and "ACME" do."""
        return skeleton(self.text)

    def warnings(self) -> tuple[Problem, ...]:
        """Tell what may be meant so and may be a trap: mixed scripts, a formula's first character, a number.

        >>> [str(warning.code) for warning in OrganizationName.parse("=1+1").warnings()]
        ['NAME_FORMULA_PREFIX']
        """
        return tuple(_find_warnings(self.text))

    def __str__(self) -> str:
        return self.text


# Names of every policy pass this one; it serves to build what was stored.
_WIDEST: Final = NamePolicy(shortest=1, longest=_LONGEST_EVER, specials=None)


def _checked(policy: NamePolicy) -> NamePolicy:
    if type(policy) is not NamePolicy:
        raise invalid(wrong_type("policy", "a NamePolicy", policy))
    return policy


@lru_cache(maxsize=64)
def _plain_names(policy: NamePolicy) -> re.Pattern[str]:
    """Return the pattern of the ASCII texts that need no cleaning and have nothing that `policy` forbids.

    That there is a letter or digit is left to the name itself, which asks whatever way it is built.
    """
    allowed = "".join(re.escape(character) for character in map(chr, range(ord("!"), 127)) if policy.allows(character))
    return re.compile(rf"(?=.{{{policy.shortest},{policy.longest}}}\Z)[{allowed}]+(?: [{allowed}]+)*")


def find_name_problems(text: object, policy: NamePolicy = PORTAL) -> Iterator[Problem]:
    """Yield everything that is wrong with a typed text as a name under `policy`.

    Positions are code points of the cleaned text, from 0. A text that is too long gets that one problem; of
    characters, at most 20 are reported.

    >>> [problem.params["position"] for problem in find_name_problems("  Digg,   Inc.|")]
    [4, 10]

    Rules: ORG-1 to ORG-4 in docs/reference/organization.md.
    """
    return _read(text, _checked(policy))[1]


def _read(text: object, policy: NamePolicy) -> tuple[str, Iterator[Problem]]:
    plain = text_of(text)
    if plain is None:
        return "", iter((wrong_type("name", "text", text),))
    cleaned = clean(plain, policy.longest)
    if cleaned is None:
        return "", iter((Problem(NameFault.NAME_TOO_LONG, params={"longest": policy.longest}),))
    return cleaned, _find_in_cleaned(cleaned, policy)


def _find_in_cleaned(cleaned: str, policy: NamePolicy) -> Iterator[Problem]:
    if not cleaned:
        yield Problem(NameFault.NAME_REQUIRED, params={"shortest": policy.shortest, "longest": policy.longest})
        return
    yield from find_problems(cleaned, lambda c: None if policy.allows(c) else NameFault.NAME_FORBIDDEN_CHARACTER)
    if len(cleaned) < policy.shortest:
        yield Problem(NameFault.NAME_TOO_SHORT, params={"shortest": policy.shortest, "length": len(cleaned)})
    if not any(character.isalpha() or character.isdecimal() for character in cleaned):
        yield Problem(NameFault.NAME_NO_ALPHANUMERIC)


def _find_warnings(text: str) -> Iterator[Problem]:
    scripts = scripts_mixed(text)
    if scripts:
        yield Problem(NameFault.NAME_MIXED_SCRIPT, params={"scripts": ", ".join(scripts)})
    # Spreadsheets take the fullwidth forms for formulas as well.
    if unicodedata.normalize("NFKC", text[0]) in _FORMULA_PREFIXES:
        yield Problem(NameFault.NAME_FORMULA_PREFIX, params={"character": text[0]})
    digits = sum(map(str.isdecimal, text))
    if digits in _TELEPHONE_DIGITS and all(c.isdecimal() or c in _BETWEEN_DIGITS for c in text):
        yield Problem(NameFault.NAME_TELEPHONE)


def find_collisions(
    name: OrganizationName, *, keys: Container[str], skeletons: Container[str] = frozenset()
) -> Iterator[Problem]:
    """Tell whether the name is taken, or else looks like one that is.

    `keys` and `skeletons` are those of the existing names in the policy's scope. A host keeps both in indexed columns
    beside the name and hands in what it found for `name.key` and `name.skeleton`; all of them will do as well.

    >>> taken = OrganizationName.parse("ACME")
    >>> asked = OrganizationName.parse("\u0410\u0421\u041c\u0415")
    >>> [str(problem.code) for problem in find_collisions(asked, keys={taken.key}, skeletons={taken.skeleton})]
    ['NAME_CONFUSABLE']

    Rule: ORG-5 in docs/reference/organization.md.
    """
    if name.key in keys:
        yield Problem(NameFault.NAME_DUPLICATE)
    elif name.skeleton in skeletons:
        yield Problem(NameFault.NAME_CONFUSABLE)


class NameScope(enum.Enum):
    """Among which names a name must be unique."""

    PARENT = "parent"
    """Among the tenants of one parent: two resellers may each have an Acme."""
    PLATFORM = "platform"
    """Among all: where the name serves to log in, or heads reports."""

    def covers(self, parent: str | None, other: str | None) -> bool:
        """Whether a name under the parent `other` stands in the way of the same name under `parent`.

        Parents are named by the host's own ids; None stands for the top of the tree.
        """
        return self is NameScope.PLATFORM or parent == other


class RenameImpact(enum.Enum):
    """What follows from a changed name; the value says it in a sentence."""

    NAME_INDEX = "the key and skeleton kept for finding collisions are replaced in the step that saves the name"
    LOGIN = "people who type the organization's name to log in must be told the new one"
    INVOICES = "invoices issued from now on are headed by the new name; those issued keep the old one"
    NOTICES = "billing and payment notices name the organization anew"
    REPORTS = "reports and exports that name organizations show two names over the change; join them by the tenant's id"


@frozen(kw_only=True)
class RenamePlan:
    """What changing a name means for what the host keeps and for the people who know it."""

    old: OrganizationName = field(validator=exactly(OrganizationName, called="an organization's name"))
    new: OrganizationName = field(validator=exactly(OrganizationName, called="an organization's name"))

    @property
    def changes_key(self) -> bool:
        """Whether the new name must be checked for collisions; if not, only its looks change."""
        return self.old.key != self.new.key

    @property
    def impacts(self) -> tuple[RenameImpact, ...]:
        """Everything to look after, first things first; empty when the names are the same."""
        if self.old == self.new:
            return ()
        # Small letters may look alike where capitals don't, so the skeleton can change without the key.
        indexed = (RenameImpact.NAME_INDEX,) if self.changes_key or self.old.skeleton != self.new.skeleton else ()
        typed = (RenameImpact.LOGIN,) if self.changes_key else ()
        return (*indexed, *typed, RenameImpact.INVOICES, RenameImpact.NOTICES, RenameImpact.REPORTS)


def plan_rename(old: OrganizationName, new: OrganizationName) -> RenamePlan:
    """Return what follows from calling the organization `new` instead of `old`.

    >>> plan = plan_rename(OrganizationName.parse("Acme"), OrganizationName.parse("ACME"))
    >>> plan.changes_key, len(plan.impacts)
    (False, 3)

    Rule: ORG-5 in docs/reference/organization.md.
    """
    return RenamePlan(old=old, new=new)
