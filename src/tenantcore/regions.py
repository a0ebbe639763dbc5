"""Lets you read a country by its ISO 3166-1 code, and tells which currencies and time zones go with it.

Which currency is legal tender where is CLDR's answer, which zone lies where is that of tzdata's zone.tab. There is a
default only where there is one answer: a guess is found out when invoices are wrong, and then the currency is frozen.
"""

import enum
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final, Self

from attrs import field, frozen

from tenantcore import _territories
from tenantcore._validators import exactly, tuple_of, wrong_type
from tenantcore.currencies import parse_currency
from tenantcore.errors import Code, Kind, Param, Problem, invalid, shown, shown_code
from tenantcore.time_zones import parse_timezone

__all__ = [
    "Country",
    "CountryPolicy",
    "RegionFault",
    "UserAssignment",
    "country_codes",
    "default_currency",
    "default_timezone",
    "find_currency_warnings",
    "find_timezone_problems",
    "find_timezone_warnings",
]

_CODE: Final = re.compile(r"[A-Z]{2}")
# Codes that people take for the country's: UK is reserved for the United Kingdom, which has GB; EL and XI are the VAT
# prefixes of Greece and of Northern Ireland (Council Directive 2006/112/EC, article 215).
_MEANT: Final = {"UK": "GB", "EL": "GR", "XI": "GB"}
_MOST_SHOWN: Final = 3


@enum.unique
class RegionFault(Code):
    """Faults and warnings of countries, and of currencies and time zones that don't go with them."""

    COUNTRY_REQUIRED = (
        Kind.MISSING,
        "ORG-6",
        "the country is missing",
        "hand in its two-letter code by ISO 3166-1, for instance SG",
    )
    COUNTRY_FORMAT = (
        Kind.MALFORMED,
        "ORG-6",
        "the country must be a code of two ASCII letters, not {country}",
        "hand in the two-letter code by ISO 3166-1, for instance SG; no name, no longer code, no number",
    )
    COUNTRY_UNKNOWN = (
        Kind.UNKNOWN,
        "ORG-6",
        "the code {country} is no country's by ISO 3166-1",
        "hand in the country's own code, for instance {example}",
    )
    COUNTRY_WITHDRAWN = (
        Kind.UNKNOWN,
        "ORG-6",
        "the country code {country} was withdrawn from ISO 3166-1 in {year}",
        "hand in the code that the place has today",
    )
    COUNTRY_USER_ASSIGNED = (
        Kind.UNKNOWN,
        "ORG-6",
        "the country code {country} has no meaning of its own: ISO 3166-1 leaves it to its users",
        "hand in the country's own code, for instance {example}, or let the platform's country policy assign {country}",
    )
    COUNTRY_NOT_USER_ASSIGNED = (
        Kind.CONFLICT,
        "ORG-6",
        "the country code {country} is not one of those that ISO 3166-1 leaves to its users",
        "assign AA, QM to QZ, XA to XZ or ZZ",
    )
    COUNTRY_ASSIGNED_TWICE = (
        Kind.CONFLICT,
        "ORG-6",
        "the country policy assigns {country} more than once",
        "assign each code once",
    )
    COUNTRY_NO_CURRENCY = (
        Kind.WARNING,
        "ORG-7",
        "the country {country} has no legal tender",
        "choose the currency that the customer will pay in",
    )
    COUNTRY_NO_TIMEZONE = (
        Kind.WARNING,
        "ORG-8",
        "the country {country} has no time zone of its own",
        "choose the time zone that the customer lives by",
    )
    CURRENCY_AMBIGUOUS_DEFAULT = (
        Kind.MISSING,
        "ORG-7",
        "the country {country} has more than one legal tender, so the currency must be chosen: {candidates}",
        "choose one; it can't be changed later",
    )
    CURRENCY_NO_DEFAULT = (
        Kind.MISSING,
        "ORG-7",
        "the country {country} has no legal tender that could be the default, so the currency must be chosen",
        "choose one; it can't be changed later",
    )
    CURRENCY_NOT_LOCAL = (
        Kind.WARNING,
        "ORG-7",
        "the currency {currency} is not legal tender in the country {country}, which has {candidates}",
        "make sure that the customer wants to pay in {currency}; it can't be changed later",
    )
    TIMEZONE_AMBIGUOUS_DEFAULT = (
        Kind.MISSING,
        "ORG-8",
        "the country {country} has {count} time zones, so one must be chosen: {candidates}",
        "choose the one that the customer lives by",
    )
    TIMEZONE_NO_DEFAULT = (
        Kind.MISSING,
        "ORG-8",
        "the country {country} has no time zone of its own, so one must be chosen",
        "choose the one that the customer lives by",
    )
    TIMEZONE_COUNTRY_MISMATCH = (
        Kind.CONFLICT,
        "ORG-8",
        "the time zone {timezone} is not in the country {country}, which has {candidates}",
        "choose a time zone of the country, or correct the country",
    )
    TIMEZONE_FOREIGN = (
        Kind.WARNING,
        "ORG-8",
        "the time zone {timezone} lies outside the country {country}, which has {candidates}",
        "make sure that the customer lives by {timezone}",
    )


@frozen
class Country:
    """A country as a tenant has it: an ISO 3166-1 alpha-2 code in capitals.

    A code that the standard leaves to its users has no time zones and no tender of its own, so it comes with an
    assignment, and only such a code does.

    >>> country = Country.parse("bt")
    >>> country.time_zones, country.legal_tender()
    (('Asia/Thimphu',), ('BTN', 'INR'))

    Raises:
        InvalidValue: The code is no country's, or one that is not the users' comes with an assignment.

    Rule: ORG-6 in docs/reference/regions.md.
    """

    code: str = field(validator=exactly(str, called="text"))
    assignment: "UserAssignment | None" = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        problem = _find_assignment_problem(self) if self.assignment is not None else _find_country_problem(self.code)
        if problem:
            raise invalid(problem)

    @classmethod
    def parse(cls, text: object, policy: "CountryPolicy | None" = None) -> Self:
        """Read a code that ISO 3166-1 assigns, or the platform's policy.

        Spaces at the ends are dropped and small letters are taken, if they are ASCII: the capitals of "ß" would be SS,
        South Sudan. Names, longer codes and numbers are not understood.

        Raises:
            InvalidValue: The code is no country's; the remedy for UK, EL and XI names the code that was meant.
        """
        code = _territories.field_code("country", text)
        if not code:
            raise invalid(Problem(RegionFault.COUNTRY_REQUIRED))
        return cls(code, assignment=_assignment_of(code, policy))

    @property
    def time_zones(self) -> tuple[str, ...]:
        """The country's zones in the order of their names, so the first is no main zone; empty for BV and HM."""
        if self.assignment is not None:
            return self.assignment.time_zones
        return _territories.zones_of(self.code)

    def legal_tender(self, on: date | None = None) -> tuple[str, ...]:
        """Return the codes that are legal tender on a day, in alphabetical order; empty for Antarctica.

        Only currencies still in use count, because nobody can be billed in another. Without a day the answer is the
        latest state that the data knows, announced changes included. What a policy assigns holds on every day.

        >>> Country("HR").legal_tender(date(2022, 12, 31)), Country("HR").legal_tender(date(2023, 1, 1))
        ((), ('EUR',))

        Raises:
            InvalidType: The day isn't a date; a datetime is none, because its day depends on the zone.
        """
        if on is not None and type(on) is not date:
            raise invalid(wrong_type("on", "a date", on))
        if self.assignment is not None:
            return self.assignment.legal_tender
        return tuple(sorted(_territories.tender(self.code, on)))

    def warnings(self) -> tuple[Problem, ...]:
        """Tell what the country lacks: with no tender, or no zone of its own, there is nothing to compare with."""
        lacking = (
            (RegionFault.COUNTRY_NO_CURRENCY, self.legal_tender()),
            (RegionFault.COUNTRY_NO_TIMEZONE, self.time_zones),
        )
        return tuple(Problem(fault, params={"country": self.code}) for fault, found in lacking if not found)

    def __str__(self) -> str:
        return self.code


def _assignment_of(code: str, policy: "CountryPolicy | None") -> "UserAssignment | None":
    if policy is None:
        return None
    if type(policy) is not CountryPolicy:
        raise invalid(wrong_type("policy", "a CountryPolicy", policy))
    return next((country.assignment for country in policy.assigned if country.code == code), None)


def _find_country_problem(code: str) -> Problem | None:
    if code in _territories.countries():
        return None
    params: dict[str, Param] = {"country": shown_code(code), "example": _MEANT.get(code, "SG")}
    if code in _territories.USER_ASSIGNED:
        return Problem(RegionFault.COUNTRY_USER_ASSIGNED, params=params)
    if code in _territories.withdrawn_countries():
        year = _territories.withdrawn_countries()[code]
        return Problem(RegionFault.COUNTRY_WITHDRAWN, params={"country": shown_code(code), "year": year})
    if _CODE.fullmatch(code):
        return Problem(RegionFault.COUNTRY_UNKNOWN, params=params)
    return Problem(RegionFault.COUNTRY_FORMAT, params={"country": shown_code(code)})


def _find_assignment_problem(country: Country) -> Problem | None:
    if type(country.assignment) is not UserAssignment:
        return wrong_type("assignment", "a UserAssignment", country.assignment)
    if country.code not in _territories.USER_ASSIGNED:
        return Problem(RegionFault.COUNTRY_NOT_USER_ASSIGNED, params={"country": shown(country.code)})
    return None


def default_currency(country: Country, on: date | None = None) -> str:
    """Return the country's legal tender where there is exactly one.

    >>> default_currency(Country("BG"))
    'EUR'

    Raises:
        InvalidValue: The country has several, as Panama (CURRENCY_AMBIGUOUS_DEFAULT), or none, as Antarctica and as
            Croatia before the euro (CURRENCY_NO_DEFAULT).

    Rule: ORG-7 in docs/reference/regions.md.
    """
    candidates = _checked(country).legal_tender(on)
    if not candidates:
        raise invalid(Problem(RegionFault.CURRENCY_NO_DEFAULT, params={"country": country.code}))
    if len(candidates) > 1:
        params: dict[str, Param] = {"country": country.code, "candidates": _some(candidates)}
        raise invalid(Problem(RegionFault.CURRENCY_AMBIGUOUS_DEFAULT, params=params))
    return candidates[0]


def _checked(country: object) -> Country:
    if type(country) is not Country:
        raise invalid(wrong_type("country", "a Country", country))
    return country


def _some(names: tuple[str, ...]) -> str:
    written = ", ".join(names[:_MOST_SHOWN])
    return written if len(names) <= _MOST_SHOWN else f"{written} ..."


def find_currency_warnings(currency: str, country: Country, on: date | None = None) -> Iterator[Problem]:
    """Warn when the currency isn't the country's: billing in a foreign one is ordinary, and sometimes a slip.

    A country without legal tender has nothing to compare with; its own warning says so.

    Raises:
        InvalidValue: As `tenantcore.currencies.parse_currency`.

    Rule: ORG-7 in docs/reference/regions.md.
    """
    code = parse_currency(currency)
    candidates = _checked(country).legal_tender(on)
    if candidates and code not in candidates:
        params: dict[str, Param] = {"currency": code, "country": country.code, "candidates": _some(candidates)}
        yield Problem(RegionFault.CURRENCY_NOT_LOCAL, params=params)


def default_timezone(country: Country) -> str:
    """Return the country's time zone where there is exactly one.

    The first of several is no default: in the tz database's own order it is Kaliningrad for Russia.

    Raises:
        InvalidValue: The country has several (TIMEZONE_AMBIGUOUS_DEFAULT) or none (TIMEZONE_NO_DEFAULT).

    Rule: ORG-8 in docs/reference/regions.md.
    """
    zones = _checked(country).time_zones
    if not zones:
        raise invalid(Problem(RegionFault.TIMEZONE_NO_DEFAULT, params={"country": country.code}))
    if len(zones) > 1:
        params: dict[str, Param] = {"country": country.code, "count": len(zones), "candidates": _some(zones)}
        raise invalid(Problem(RegionFault.TIMEZONE_AMBIGUOUS_DEFAULT, params=params))
    return zones[0]


def find_timezone_problems(timezone: str, country: Country) -> Iterator[Problem]:
    """Tell when the zone doesn't lie in the country.

    A country without a zone of its own has nothing to compare with. Europe/Simferopol is taken for two: of tzdata's
    tables, zone.tab has it in Ukraine and zone1970.tab in Russia.

    >>> [str(problem.code) for problem in find_timezone_problems("Europe/Oslo", Country("SE"))]
    ['TIMEZONE_COUNTRY_MISMATCH']

    Raises:
        InvalidValue: As `tenantcore.time_zones.parse_timezone`.

    Rules: ORG-8, ORG-13 in docs/reference/regions.md.
    """
    return _find_foreign(RegionFault.TIMEZONE_COUNTRY_MISMATCH, timezone, country)


def find_timezone_warnings(timezone: str, country: Country) -> Iterator[Problem]:
    """Tell the same as `find_timezone_problems`, as a warning, for platforms that allow a foreign zone.

    Raises:
        InvalidValue: As `tenantcore.time_zones.parse_timezone`.

    Rules: ORG-8, ORG-13 in docs/reference/regions.md.
    """
    return _find_foreign(RegionFault.TIMEZONE_FOREIGN, timezone, country)


def _find_foreign(fault: RegionFault, timezone: str, country: Country) -> Iterator[Problem]:
    name = parse_timezone(timezone)
    zones = _checked(country).time_zones
    if zones and name not in zones and _territories.first_country(name) != country.code:
        yield Problem(fault, params={"timezone": name, "country": country.code, "candidates": _some(zones)})


def country_codes() -> tuple[str, ...]:
    """Return all codes that `Country` takes without an assignment, in alphabetical order: ISO 3166-1's."""
    return tuple(sorted(_territories.countries()))


def _time_zones(texts: tuple[str, ...]) -> tuple[str, ...]:
    return _each("time_zones", texts, parse_timezone)


def _legal_tender(texts: tuple[str, ...]) -> tuple[str, ...]:
    return _each("legal_tender", texts, parse_currency)


def _each(name: str, texts: object, parse: Callable[[object], str]) -> tuple[str, ...]:
    if type(texts) is not tuple:
        raise invalid(wrong_type(name, "a tuple of text", texts))
    return tuple(sorted({parse(text) for text in texts}))


@frozen(kw_only=True)
class UserAssignment:
    """What a platform says about a country whose code ISO 3166-1 leaves to its users: its zones and its tender.

    The texts are read as `parse_timezone` and `parse_currency` read them, and kept in order, each once.

    Raises:
        InvalidValue: A text is no time zone or no currency.

    Rule: ORG-6 in docs/reference/regions.md.
    """

    time_zones: tuple[str, ...] = field(default=(), converter=_time_zones)
    legal_tender: tuple[str, ...] = field(default=(), converter=_legal_tender)


@frozen
class CountryPolicy:
    """Which countries a platform has besides ISO 3166-1's.

    >>> kosovo = Country("XK", assignment=UserAssignment(time_zones=("Europe/Belgrade",), legal_tender=("EUR",)))
    >>> Country.parse("xk", CountryPolicy((kosovo,))).legal_tender()
    ('EUR',)

    Raises:
        InvalidValue: A country has no assignment, or two have one code.

    Rule: ORG-6 in docs/reference/regions.md.
    """

    assigned: tuple[Country, ...] = field(default=(), validator=tuple_of(Country, called="Country"))

    def __attrs_post_init__(self) -> None:
        seen = set[str]()
        for country in self.assigned:
            if country.assignment is None:
                raise invalid(Problem(RegionFault.COUNTRY_NOT_USER_ASSIGNED, params={"country": shown(country.code)}))
            if country.code in seen:
                raise invalid(Problem(RegionFault.COUNTRY_ASSIGNED_TWICE, params={"country": country.code}))
            seen.add(country.code)
