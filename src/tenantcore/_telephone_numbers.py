"""Lets you read a telephone number as people type it, in E.164.

Lengths and trunk prefixes of every country's plan are libphonenumber's. Names that callers use are imported from
`tenantcore.contacts`; what is dialled, and whose class it is, is another subject.

Rule: ORG-12 in docs/reference/contacts.md.
"""

import enum
import re
from collections.abc import Iterator
from typing import Final, Self

from attrs import field, frozen

from tenantcore._characters import SPACES, text_of
from tenantcore._validators import exactly, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown

__all__ = ["PhoneFault", "TelephoneNumber", "find_telephone_problems"]

_LONGEST_TEXT: Final = 64
# ITU-T E.164: up to fifteen digits, the first of a country code is no zero.
_E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")
_DIGITS: Final = frozenset("0123456789")
# What people put between digits; the hyphens beyond ASCII come from word processors and telephone books.
_SEPARATORS: Final = frozenset(f"{SPACES}()-./\u2010\u2011\u2012\u2013")


@enum.unique
class PhoneFault(Code):
    """Faults and warnings of a telephone number. No number stands in a sentence."""

    PHONE_REQUIRED = (
        Kind.MISSING,
        "ORG-12",
        "the telephone number is missing",
        "give it with its country code, such as +65 6123 4567",
    )
    PHONE_CHARACTER = (
        Kind.MALFORMED,
        "ORG-12",
        "the telephone number has a character at position {position} (from 0) that is neither a digit nor a separator",
        "write digits with a plus sign in front, spaces, hyphens, dots and parentheses; no letters, no extension",
    )
    PHONE_MALFORMED = (
        Kind.MALFORMED,
        "ORG-12",
        "the text can't be read as one telephone number",
        "give one number with its country code, such as +65 6123 4567",
    )
    PHONE_COUNTRY_REQUIRED = (
        Kind.MISSING,
        "ORG-12",
        "the telephone number has no country code, and no country is known for it",
        "write it with a plus sign and the country code, or give the country first",
    )
    PHONE_COUNTRY_UNKNOWN = (
        Kind.UNKNOWN,
        "ORG-12",
        "no telephone numbering plan is known for the country {country}",
        "write the number with a plus sign and the country code",
    )
    PHONE_COUNTRY_CODE_UNKNOWN = (
        Kind.UNKNOWN,
        "ORG-12",
        "the telephone number begins with a country code that no country has",
        "correct the digits after the plus sign",
    )
    PHONE_AREA_CODE_MISSING = (
        Kind.MALFORMED,
        "ORG-12",
        "the telephone number is a local one, without its area code",
        "write the area code in front of it",
    )
    PHONE_TOO_SHORT = (
        Kind.OUT_OF_RANGE,
        "ORG-12",
        "the telephone number is too short for its country's plan",
        "give all its digits; short codes reach nobody from abroad",
    )
    PHONE_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "ORG-12",
        "the telephone number is too long for its country's plan",
        "give one number, without an extension",
    )
    PHONE_LENGTH = (
        Kind.OUT_OF_RANGE,
        "ORG-12",
        "the telephone number has a length that its country's plan doesn't know",
        "check its digits",
    )
    PHONE_NOT_E164 = (
        Kind.MALFORMED,
        "ORG-12",
        "the telephone number is not in E.164: a plus sign and 2 to 15 digits, the first of them no zero",
        "read it with TelephoneNumber.parse, which makes that form",
    )
    PHONE_NOT_ASSIGNED = (
        Kind.WARNING,
        "ORG-12",
        "the telephone number has a possible length but lies in no range known to be in use",
        "check its digits; a range opened lately may not be known yet",
    )


@frozen
class TelephoneNumber:
    """A telephone number in E.164: a plus sign, the country code, the number.

    Its `repr` and `str` show it; no problem's sentence does. Built directly, it is checked for that form only, because
    numbering plans change and what was stored must still load; `parse` asks the plan.

    >>> str(TelephoneNumber.parse("(0)20 7183 8750", country="GB"))
    '+442071838750'

    Raises:
        InvalidValue: The text is not in E.164.

    Rule: ORG-12 in docs/reference/contacts.md.
    """

    e164: str = field(validator=exactly(str, called="text"))

    def __attrs_post_init__(self) -> None:
        if not _E164.fullmatch(self.e164):
            raise invalid(Problem(PhoneFault.PHONE_NOT_E164))

    @classmethod
    def parse(cls, text: object, country: str | None = None) -> Self:
        """Read a number with its country code, or as people dial it within `country` (ISO 3166-1 alpha-2).

        Raises:
            InvalidValue: With the problem that `find_telephone_problems` gives.
        """
        e164, problem = _examine(text, country)
        if problem is not None:
            raise invalid(problem)
        return cls(e164)

    def warnings(self) -> tuple[Problem, ...]:
        """Tell if no range in use is known to hold the number.

        That is no fault: countries open ranges faster than software hears of them, and a number that people can be
        reached at must not be refused.
        """
        from phonenumbers import NumberParseException, is_valid_number, parse  # noqa: PLC0415 - see _read

        try:
            in_use = is_valid_number(parse(self.e164))
        except NumberParseException:
            in_use = False
        return () if in_use else (Problem(PhoneFault.PHONE_NOT_ASSIGNED),)

    def __str__(self) -> str:
        return self.e164


def find_telephone_problems(text: object, country: str | None = None) -> Iterator[Problem]:
    """Yield what is wrong with a typed text as a telephone number: one problem at most.

    The country counts only for a number without a plus sign. A number must be possible in its plan, by its length;
    whether its range is in use is a warning of the value.

    >>> [str(problem.code) for problem in find_telephone_problems("6123 4567")]
    ['PHONE_COUNTRY_REQUIRED']

    Rule: ORG-12 in docs/reference/contacts.md.
    """
    problem = _examine(text, country)[1]
    if problem is not None:
        yield problem


def _examine(text: object, country: object) -> tuple[str, Problem | None]:
    """Return the number in E.164, or what is wrong."""
    plain = text_of(text)
    if plain is None:
        return "", wrong_type("telephone", "text", text)
    trimmed = plain.strip(SPACES)
    problem = _find_form_problem(trimmed)
    if problem is not None:
        return "", problem
    region, problem = (None, None) if "+" in trimmed else _region_of(country)
    if problem is not None:
        return "", problem
    return _read(trimmed, region)


def _find_form_problem(trimmed: str) -> Problem | None:
    """Return what libphonenumber would overlook: it takes the first number out of any text, words and all."""
    if not trimmed:
        return Problem(PhoneFault.PHONE_REQUIRED)
    if len(trimmed) > _LONGEST_TEXT:
        return Problem(PhoneFault.PHONE_TOO_LONG)
    for position, character in enumerate(trimmed):
        in_front = character == "+" and _DIGITS.isdisjoint(trimmed[:position])
        if not (character in _DIGITS or character in _SEPARATORS or in_front):
            return Problem(PhoneFault.PHONE_CHARACTER, params={"position": position})
    return Problem(PhoneFault.PHONE_MALFORMED) if trimmed.count("+") > 1 else None


def _region_of(country: object) -> tuple[str | None, Problem | None]:
    if country is None:
        return None, Problem(PhoneFault.PHONE_COUNTRY_REQUIRED)
    plain = text_of(country)
    if plain is None:
        return None, wrong_type("country", "text", country)
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - see _read

    region = plain.upper() if plain.isascii() else plain
    if region not in SUPPORTED_REGIONS:
        return None, Problem(PhoneFault.PHONE_COUNTRY_UNKNOWN, params={"country": shown(plain)})
    return region, None


def _read(trimmed: str, region: str | None) -> tuple[str, Problem | None]:
    # Loaded when the first number is read: the plans of 245 countries take longer than everything else together.
    from phonenumbers import (  # noqa: PLC0415
        NumberParseException,
        PhoneNumberFormat,
        ValidationResult,
        format_number,
        is_possible_number_with_reason,
        parse,
    )

    unreadable = {
        NumberParseException.INVALID_COUNTRY_CODE: PhoneFault.PHONE_COUNTRY_CODE_UNKNOWN,
        NumberParseException.TOO_SHORT_AFTER_IDD: PhoneFault.PHONE_TOO_SHORT,
        NumberParseException.TOO_SHORT_NSN: PhoneFault.PHONE_TOO_SHORT,
        NumberParseException.TOO_LONG: PhoneFault.PHONE_TOO_LONG,
    }
    impossible = {
        ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneFault.PHONE_AREA_CODE_MISSING,
        ValidationResult.INVALID_COUNTRY_CODE: PhoneFault.PHONE_COUNTRY_CODE_UNKNOWN,
        ValidationResult.TOO_SHORT: PhoneFault.PHONE_TOO_SHORT,
        ValidationResult.TOO_LONG: PhoneFault.PHONE_TOO_LONG,
        ValidationResult.INVALID_LENGTH: PhoneFault.PHONE_LENGTH,
    }
    try:
        number = parse(trimmed, region)
    except NumberParseException as error:
        return "", Problem(unreadable.get(error.error_type, PhoneFault.PHONE_MALFORMED))
    fault = impossible.get(is_possible_number_with_reason(number))
    if fault is not None:
        return "", Problem(fault)
    e164 = format_number(number, PhoneNumberFormat.E164)
    # A few plans have numbers that with their country code are longer than E.164 allows.
    return (e164, None) if _E164.fullmatch(e164) else ("", Problem(PhoneFault.PHONE_TOO_LONG))
