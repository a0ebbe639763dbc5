"""Lets you read a postal address: lines, city, and what else its country's addresses have.

Only the lines and the city are required. Whole countries have no postal codes, or no regions, or neither; asking for
them makes people invent some. Names that callers use are imported from `tenantcore.contacts`.

Rule: ORG-10 in docs/reference/contacts.md.
"""

import enum
import re
from collections.abc import Iterator
from typing import Final, Self, TypeAlias, cast

from attrs import field, frozen

from tenantcore._characters import clean, find_problems, text_of
from tenantcore._validators import exactly, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown_code

__all__ = ["AddressFault", "PostalAddress", "find_address_problems"]

_MOST_LINES: Final = 5
_LONGEST_LINE: Final = 255
_LONGEST_PLACE: Final = 128
_LONGEST_POSTAL_CODE: Final = 16
_LINE_END: Final = re.compile("\r\n|\r|\n")
_POSTAL_CODE: Final = re.compile(r"[A-Za-z0-9]+(?:[ -][A-Za-z0-9]+)*")
_COUNTRY: Final = re.compile("[A-Z]{2}")
_Parts: TypeAlias = tuple[tuple[str, ...], str, str | None, str | None, str | None]


@enum.unique
class AddressFault(Code):
    """Faults of a postal address; the path tells which part. No part of the address stands in a sentence."""

    ADDRESS_LINE_REQUIRED = (
        Kind.MISSING,
        "ORG-10",
        "the address has no line with a street, a building or a post-office box",
        "give at least one",
    )
    ADDRESS_TOO_MANY_LINES = (
        Kind.OUT_OF_RANGE,
        "ORG-10",
        "the address must have at most {most} lines, city and country apart",
        "put what belongs together on one line",
    )
    ADDRESS_CITY_REQUIRED = (
        Kind.MISSING,
        "ORG-10",
        "the address has no city",
        "give it; where the city is the country, give its name",
    )
    ADDRESS_PART_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "ORG-10",
        "this part of the address must have at most {longest} characters",
        "shorten it, or put some of it on another line",
    )
    ADDRESS_POSTAL_CODE = (
        Kind.MALFORMED,
        "ORG-10",
        "the postal code must be made of ASCII letters and digits, with single spaces or hyphens between them",
        "write it so, or leave it out where there is none",
    )
    ADDRESS_COUNTRY = (
        Kind.MALFORMED,
        "ORG-10",
        "the country of the address must be a code of two ASCII letters by ISO 3166-1, not {country}",
        "give the code, such as SG, or leave it out where the tenant's own country is meant",
    )
    ADDRESS_NOT_CLEAN = (
        Kind.MALFORMED,
        "ORG-10",
        "the address is not in its clean form: NFC, single spaces, no empty parts, the country in capitals",
        "read it with PostalAddress.parse, which cleans it",
    )


@frozen(kw_only=True)
class PostalAddress:
    r"""A postal address: one to five lines, a city, and where there are such: region, postal code, country.

    Every part is cleaned as names are, and may hold any character but those that ORG-3 refuses. The country is a code
    of two letters whose meaning is checked by who has the table of countries. `repr` and `str` show the address; no
    problem's sentence does.

    >>> address = PostalAddress.parse("1 Raffles Place\n #20-01", city="Singapore", postal_code="048616")
    >>> address.lines, address.region
    (('1 Raffles Place', '#20-01'), None)

    Raises:
        InvalidValue: A part isn't clean or can't stand.

    Rule: ORG-10 in docs/reference/contacts.md.
    """

    lines: tuple[str, ...] = field(validator=exactly(tuple, called="a tuple of text"))
    city: str = field(validator=exactly(str, called="text"))
    region: str | None = field(default=None, validator=exactly(str, type(None), called="text or None"))
    postal_code: str | None = field(default=None, validator=exactly(str, type(None), called="text or None"))
    country: str | None = field(default=None, validator=exactly(str, type(None), called="text or None"))

    def __attrs_post_init__(self) -> None:
        for line in self.lines:
            if type(line) is not str:
                raise invalid(wrong_type("lines", "a tuple of text", line))
        given = (self.lines, self.city, self.region, self.postal_code, self.country)
        if _read(*given) != given:
            raise invalid(Problem(AddressFault.ADDRESS_NOT_CLEAN))

    @classmethod
    def parse(
        cls,
        lines: object,
        *,
        city: object,
        region: object = None,
        postal_code: object = None,
        country: object = None,
    ) -> Self:
        """Clean and read the parts; `lines` are one text with line ends, or a list or tuple of texts.

        Lines that are empty go; so do other parts that are, as if they had not been given.

        Raises:
            InvalidValue: With the first of `find_address_problems`.
        """
        cleaned = _read(lines, city, region, postal_code, country)
        return cls(lines=cleaned[0], city=cleaned[1], region=cleaned[2], postal_code=cleaned[3], country=cleaned[4])

    def __str__(self) -> str:
        place = " ".join(part for part in (self.city, self.region, self.postal_code) if part)
        return "\n".join(part for part in (*self.lines, place, self.country) if part)


def find_address_problems(
    lines: object, *, city: object, region: object = None, postal_code: object = None, country: object = None
) -> Iterator[Problem]:
    r"""Yield everything that is wrong with the parts of an address, under their names, lines also under their numbers.

    Positions are code points of the cleaned part, from 0. A part that is too long gets that one problem, and so do
    lines that are too many; of one part's characters, at most 20 are reported.

    >>> [problem.place for problem in find_address_problems(["1 Main St", "back\tdoor"], city="")]
    ['lines[1]', 'city']

    Rule: ORG-10 in docs/reference/contacts.md.
    """
    yield from _examine(lines, city, region, postal_code, country)[1]


def _read(lines: object, city: object, region: object, postal_code: object, country: object) -> _Parts:
    parts, problems = _examine(lines, city, region, postal_code, country)
    for problem in problems:
        raise invalid(problem)
    return parts


def _examine(
    lines: object, city: object, region: object, postal_code: object, country: object
) -> tuple[_Parts, list[Problem]]:
    """Return the cleaned parts, which hold if nothing is wrong, and what is."""
    problems: list[Problem] = []
    read_lines = _read_lines(lines, problems)
    if not read_lines and not problems:
        problems.append(Problem(AddressFault.ADDRESS_LINE_REQUIRED, ("lines",)))
    read_city = _read_part(city, _LONGEST_PLACE, ("city",), problems)
    if read_city is None and not any(problem.path == ("city",) for problem in problems):
        problems.append(Problem(AddressFault.ADDRESS_CITY_REQUIRED, ("city",)))
    read_region = _read_part(region, _LONGEST_PLACE, ("region",), problems)
    return (
        read_lines,
        read_city or "",
        read_region,
        _read_postal_code(postal_code, problems),
        _read_country(country, problems),
    ), problems


def _read_lines(lines: object, problems: list[Problem]) -> tuple[str, ...]:
    plain = text_of(lines)
    if plain is not None:
        given: list[object] = [line or None for line in _LINE_END.split(plain)]
    elif type(lines) in {list, tuple}:
        given = list(cast("list[object]", lines))
    elif lines is None:
        given = []
    else:
        problems.append(wrong_type("lines", "text or a list of text", lines).under("lines"))
        return ()
    found: list[str] = []
    for number, line in enumerate(given):
        wrong = len(problems)
        read = _read_part(line, _LONGEST_LINE, ("lines", number), problems)
        if read is not None or len(problems) > wrong:
            found.append(read or "")
        if len(found) > _MOST_LINES:
            problems[:] = [Problem(AddressFault.ADDRESS_TOO_MANY_LINES, ("lines",), {"most": _MOST_LINES})]
            return ()
    return tuple(found)


def _read_part(part: object, longest: int, path: tuple[str | int, ...], problems: list[Problem]) -> str | None:
    """Return the cleaned part, None if there is none or it is refused."""
    if part is None:
        return None
    plain = text_of(part)
    if plain is None:
        problems.append(wrong_type(str(path[0]), "text", part).under(*path))
        return None
    cleaned = clean(plain, longest)
    if cleaned is None:
        problems.append(Problem(AddressFault.ADDRESS_PART_TOO_LONG, path, {"longest": longest}))
        return None
    problems.extend(problem.under(*path) for problem in find_problems(cleaned))
    return cleaned or None


def _read_postal_code(postal_code: object, problems: list[Problem]) -> str | None:
    cleaned = _read_part(postal_code, _LONGEST_POSTAL_CODE, ("postal_code",), problems)
    if cleaned is not None and not _POSTAL_CODE.fullmatch(cleaned):
        problems.append(Problem(AddressFault.ADDRESS_POSTAL_CODE, ("postal_code",)))
    return cleaned


def _read_country(country: object, problems: list[Problem]) -> str | None:
    """Return the code in capitals; folded only if it is ASCII, because the capitals of "ß" would be South Sudan's."""
    plain = "" if country is None else text_of(country)
    if plain is None:
        problems.append(wrong_type("country", "text", country).under("country"))
        return None
    stripped = plain.strip(" ")
    code = stripped.upper() if stripped.isascii() else stripped
    if code and not _COUNTRY.fullmatch(code):
        problems.append(Problem(AddressFault.ADDRESS_COUNTRY, ("country",), {"country": shown_code(stripped)}))
    return code or None
