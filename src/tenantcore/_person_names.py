"""Lets you read the name of a person as its given and family part, under a platform's policy.

Names that callers use are imported from `tenantcore.contacts`.

Rule: ORG-10 in docs/reference/contacts.md.
"""

import enum
from collections.abc import Iterator
from typing import Final, Self

from attrs import evolve, field, frozen

from tenantcore._characters import a_set_of_specials, clean, find_problems, is_mark, text_of
from tenantcore._validators import exactly, within, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid

__all__ = ["PersonName", "PersonNameFault", "PersonNamePolicy", "find_person_name_problems"]

_LONGEST_EVER: Final = 1024
# What stands in names besides letters: apostrophes of several scripts (O'Neil, Ge'ez, the Hebrew geresh and
# gershayim), hyphens, the dot of an initial, the middle dots between foreign names in Chinese and Japanese and inside
# Catalan ones, the comma before "Jr.", and what Singapore and Malaysia write: s/o, a/l, @ and parentheses for aliases.
_SPECIALS: Final = frozenset("'’‘՚׳״-‐.·・,/()@")


@enum.unique
class PersonNameFault(Code):
    """Faults of a person's name; the path tells which part. No part of the name stands in a sentence."""

    PERSON_GIVEN_NAME_REQUIRED = (
        Kind.MISSING,
        "ORG-10",
        "the given name is missing",
        "give it; a person with one name has it here",
    )
    PERSON_FAMILY_NAME_REQUIRED = (
        Kind.MISSING,
        "ORG-10",
        "the family name is missing",
        "give it, or say that the person has one name only",
    )
    PERSON_FAMILY_NAME_UNEXPECTED = (
        Kind.CONFLICT,
        "ORG-10",
        "there is a family name although the person is said to have one name only",
        "leave the family name empty, or don't say so",
    )
    PERSON_NAME_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "ORG-10",
        "each part of a person's name must have at most {longest} characters",
        "shorten it",
    )
    PERSON_NAME_FORBIDDEN_CHARACTER = (
        Kind.MALFORMED,
        "ORG-10",
        "a person's name has {character} ({code_point} {name}) at position {position} (from 0), not allowed here",
        "leave it out or write it another way; a platform can allow {character} by its policy for person names",
    )
    PERSON_NAME_NO_LETTER = (
        Kind.MALFORMED,
        "ORG-10",
        "a part of a person's name has no letter",
        "add at least one letter",
    )
    PERSON_NAME_NOT_CLEAN = (
        Kind.MALFORMED,
        "ORG-10",
        "a part of a person's name is not in its clean form: NFC, single spaces, none at the ends",
        "read it with PersonName.parse, which cleans it",
    )


@frozen(kw_only=True, cache_hash=True)
class PersonNamePolicy:
    """What a platform accepts as one part of a person's name: its length in code points and its special characters.

    Letters, combining marks (not first) and the space are always allowed, digits are not. `specials` are what is
    allowed besides; None allows every character that ORG-3 doesn't refuse.

    Rule: ORG-10 in docs/reference/contacts.md.
    """

    longest: int = field(default=128, validator=within(1, _LONGEST_EVER))
    specials: frozenset[str] | None = field(default=_SPECIALS, validator=a_set_of_specials)

    def allows(self, character: str) -> bool:
        """Whether this one character may stand in a name, as far as ORG-3 doesn't refuse it."""
        if self.specials is None or character in self.specials or character == " ":
            return True
        return len(character) == 1 and (character.isalpha() or is_mark(character))

    def allowing(self, characters: str) -> Self:
        """Return the policy that also allows each of these characters.

        >>> policy = PersonNamePolicy().allowing("0123456789")
        >>> str(PersonName.parse(given="X 12", family="Musk", policy=policy))
        'X 12 Musk'

        Raises:
            InvalidValue: A character can't stand in any clean name.
        """
        plain = text_of(characters)
        if plain is None:
            raise invalid(wrong_type("characters", "text", characters))
        return self if self.specials is None else evolve(self, specials=self.specials.union(plain))


_ORDINARY: Final = PersonNamePolicy()
# Names of every policy pass this one; it serves to build what was stored.
_WIDEST: Final = PersonNamePolicy(longest=_LONGEST_EVER, specials=None)


@frozen(kw_only=True)
class PersonName:
    """The name of a person, cleaned as organizations' names are; `family` is None for a person with one name.

    `str` puts the given name first; where the family name comes first, put the parts together yourself. `repr` and
    `str` show the name; no problem's sentence does.

    >>> str(PersonName.parse(given=" Anne-Marie ", family="O'Neil"))
    "Anne-Marie O'Neil"
    >>> PersonName.parse(given="Suharto", family="", mononym=True).family is None
    True

    Raises:
        InvalidValue: A part isn't clean, or could not stand under any policy.

    Rule: ORG-10 in docs/reference/contacts.md.
    """

    given: str = field(validator=exactly(str, called="text"))
    family: str | None = field(validator=exactly(str, type(None), called="text or None"))

    def __attrs_post_init__(self) -> None:
        given, family, problems = _examine(self.given, self.family, mononym=self.family is None, policy=_WIDEST)
        for problem in problems:
            raise invalid(problem)
        if (given, family) != (self.given, self.family):
            raise invalid(Problem(PersonNameFault.PERSON_NAME_NOT_CLEAN))

    @classmethod
    def parse(
        cls, *, given: object, family: object, mononym: bool = False, policy: PersonNamePolicy = _ORDINARY
    ) -> Self:
        """Clean and read both parts; that a person has one name only must be said by `mononym`.

        Raises:
            InvalidValue: With the first of `find_person_name_problems`.
        """
        given_name, family_name, problems = _examine(given, family, mononym=mononym, policy=policy)
        for problem in problems:
            raise invalid(problem)
        return cls(given=given_name, family=family_name)

    def __str__(self) -> str:
        return self.given if self.family is None else f"{self.given} {self.family}"


def find_person_name_problems(
    *, given: object, family: object, mononym: bool = False, policy: PersonNamePolicy = _ORDINARY
) -> Iterator[Problem]:
    """Yield everything that is wrong with the parts of a person's name, under the paths `given` and `family`.

    None and nothing but spaces are missing parts. Positions are code points of the cleaned part, from 0. A part that
    is too long gets that one problem; of its characters, at most 20 are reported.

    >>> [problem.place for problem in find_person_name_problems(given="", family="Lee2")]
    ['given', 'family']

    Rule: ORG-10 in docs/reference/contacts.md.
    """
    yield from _examine(given, family, mononym=mononym, policy=policy)[2]


def _examine(
    given: object, family: object, *, mononym: bool, policy: PersonNamePolicy
) -> tuple[str, str | None, tuple[Problem, ...]]:
    if type(policy) is not PersonNamePolicy:
        raise invalid(wrong_type("policy", "a PersonNamePolicy", policy))
    if type(mononym) is not bool:
        raise invalid(wrong_type("mononym", "true or false", mononym))
    given_name, problems = _examine_part("given", given, policy)
    family_name, family_problems = _examine_part("family", family, policy)
    if not given_name and not problems:
        problems = (Problem(PersonNameFault.PERSON_GIVEN_NAME_REQUIRED, ("given",)),)
    if mononym and (family_name or family_problems):
        family_problems = (Problem(PersonNameFault.PERSON_FAMILY_NAME_UNEXPECTED, ("family",)),)
    if not (mononym or family_name or family_problems):
        family_problems = (Problem(PersonNameFault.PERSON_FAMILY_NAME_REQUIRED, ("family",)),)
    return given_name, family_name or None, problems + family_problems


def _examine_part(name: str, part: object, policy: PersonNamePolicy) -> tuple[str, tuple[Problem, ...]]:
    """Return the cleaned part, empty if there is none, and what is wrong with what there is."""
    if part is None:
        return "", ()
    plain = text_of(part)
    if plain is None:
        return "", (wrong_type(name, "text", part).under(name),)
    cleaned = clean(plain, policy.longest)
    if cleaned is None:
        return "", (Problem(PersonNameFault.PERSON_NAME_TOO_LONG, (name,), {"longest": policy.longest}),)
    return cleaned, tuple(problem.under(name) for problem in _find_in_cleaned(cleaned, policy))


def _find_in_cleaned(cleaned: str, policy: PersonNamePolicy) -> Iterator[Problem]:
    yield from find_problems(
        cleaned, lambda c: None if policy.allows(c) else PersonNameFault.PERSON_NAME_FORBIDDEN_CHARACTER
    )
    if cleaned and not any(map(str.isalpha, cleaned)):
        yield Problem(PersonNameFault.PERSON_NAME_NO_LETTER)
