"""Lets the library ask which countries there are, what is legal tender in them and which time zones they have.

The answers come out of pycountry (ISO 3166-1, ISO 4217), babel (CLDR) and tzdata; what those don't know yet stands here
as a dated table with its authority. pycountry and babel are imported when first needed, because together they cost a
tenth of a second. They are read as tables only: their searches match names and guess.

Rules: ORG-6, ORG-7, ORG-8 in docs/reference/regions.md.
"""

from collections import defaultdict
from datetime import date
from functools import cache
from string import ascii_uppercase
from typing import Final, TypeAlias

from tenantcore import _zones
from tenantcore._validators import wrong_type
from tenantcore.errors import invalid

__all__ = [
    "USER_ASSIGNED",
    "countries",
    "currencies",
    "field_code",
    "field_text",
    "first_country",
    "place",
    "places",
    "retired_currencies",
    "spelled",
    "tender",
    "tender_anywhere",
    "withdrawn_countries",
    "zones_of",
]

# ISO 3166-1 clause 8.1.3: AA, QM to QZ, XA to XZ and ZZ are left to users of the standard.
USER_ASSIGNED: Final = frozenset(
    {"AA", "ZZ"} | {f"Q{second}" for second in ascii_uppercase[12:]} | {f"X{second}" for second in ascii_uppercase}
)

# From the day on these codes, and no others, are the country's legal tender, whatever CLDR says.
_TENDER_FROM: Final[dict[str, tuple[date, frozenset[str]]]] = {
    # ISO 4217 amendment 180: the lev gives way to the euro. CLDR 47, in babel 2.18, still has the lev.
    "BG": (date(2026, 1, 1), frozenset({"EUR"})),
}

# Names of clock rules, not of places. CLDR does resolve them, EST to America/Panama and CET to Europe/Brussels: nobody
# who wrote them meant that.
_RULE_NAMES: Final = frozenset(
    {"CET", "CST6CDT", "EET", "EST", "EST5EDT", "HST", "MET", "MST", "MST7MDT", "PST8PDT", "WET"}
)

_Term: TypeAlias = tuple[str, date, date]


@cache
def countries() -> frozenset[str]:
    """Return the alpha-2 codes that ISO 3166-1 assigns today."""
    import pycountry  # noqa: PLC0415 - see the module's docstring

    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def withdrawn_countries() -> dict[str, int]:
    """Return the alpha-2 codes that ISO 3166-1 assigned once and assigns no more, each with the year it ended."""
    import pycountry  # noqa: PLC0415 - see the module's docstring

    ended = defaultdict[str, int](int)
    for country in pycountry.historic_countries:
        # CS was withdrawn twice; AI, BQ, BY, GE and SK were assigned again.
        if country.alpha_2 not in countries():
            ended[country.alpha_2] = max(ended[country.alpha_2], int(country.withdrawal_date[:4]))
    return dict(ended)


@cache
def currencies() -> frozenset[str]:
    """Return the active alphabetic codes of ISO 4217: tender, funds, metals and test codes alike."""
    import pycountry  # noqa: PLC0415 - see the module's docstring

    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


@cache
def retired_currencies() -> frozenset[str]:
    """Return the codes that were in use once: CLDR has them as tender, or with an end, and ISO 4217 no more."""
    from babel.core import get_global  # noqa: PLC0415 - see the module's docstring

    return frozenset(
        code
        for terms in get_global("territory_currencies").values()
        for code, _, end, is_tender in terms
        if end or is_tender
    ).difference(currencies())


@cache
def tender_anywhere() -> frozenset[str]:
    """Return the active codes that are legal tender somewhere, by the latest that the data knows.

    A code that CLDR hasn't heard of yet is a new currency (ISO 4217 is ahead by months), unless it begins with X: those
    are not a country's.
    """
    from babel.core import get_global  # noqa: PLC0415 - see the module's docstring

    heard_of = get_global("all_currencies")
    new = {code for code in currencies().difference(heard_of) if not code.startswith("X")}
    return frozenset(new.union(*(tender(country, None) for country in countries())))


def tender(country: str, on: date | None) -> frozenset[str]:
    """Return the active codes that are legal tender in an ISO country on a day; None is after everything known."""
    day = date.max if on is None else on
    override = _TENDER_FROM.get(country)
    if override and override[0] <= day:
        return override[1] & currencies()
    # CLDR's ends are inclusive: the kuna's is 14 January 2023, its last day beside the euro.
    return frozenset(code for code, first, last in _terms(country) if first <= day <= last) & currencies()


@cache
def _terms(country: str) -> tuple[_Term, ...]:
    from babel.core import get_global  # noqa: PLC0415 - see the module's docstring

    return tuple(
        (code, date(*start) if start else date.min, date(*end) if end else date.max)
        for code, start, end, is_tender in get_global("territory_currencies").get(country, ())
        if is_tender
    )


def zones_of(country: str) -> tuple[str, ...]:
    """Return the zones that zone.tab lists for an ISO country, by name; Bouvet and Heard Island have none."""
    return _zones_by_country().get(country, ())


@cache
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    found = defaultdict[str, list[str]](list)
    for country, _, name, *_ in _zones.table("zone.tab"):
        found[country].append(name)
    return {country: tuple(sorted(names)) for country, names in found.items()}


@cache
def _first_countries() -> dict[str, str]:
    return {name: codes.partition(",")[0] for codes, _, name, *_ in _zones.table("zone1970.tab")}


def first_country(zone: str) -> str | None:
    """Return the country that zone1970.tab puts first for a zone.

    It is zone.tab's country too, except for Europe/Simferopol: Ukraine's there, Russia's here.
    """
    return _first_countries().get(zone)


@cache
def places() -> frozenset[str]:
    """Return the zones that stand for a place: those in zone.tab."""
    return frozenset(name for names in _zones_by_country().values() for name in names)


def place(name: str) -> str | None:
    """Return the zone in zone.tab that a name in tzdata stands for; None for other names and for those of no place."""
    if name in places():
        return name
    if name in _RULE_NAMES or name not in _zones.names():
        return None
    from babel.core import get_global  # noqa: PLC0415 - see the module's docstring

    target: str | None = get_global("zone_aliases").get(name)
    return target if target in places() else None


def spelled(text: str) -> str | None:
    """Return the place that a carelessly written name means: wrong case, spaces, or the last part alone."""
    return _spellings().get(text.lower().replace(" ", "_"))


@cache
def _spellings() -> dict[str, str]:
    full: dict[str, str] = {}
    last_parts = defaultdict[str, set[str]](set)
    for name in _zones.names():
        meant = place(name)
        if meant:
            full[name.lower()] = meant
            last_parts[name.lower().rpartition("/")[2]].add(meant)
    clear = {part: next(iter(zones)) for part, zones in last_parts.items() if len(zones) == 1}
    return clear | full


def field_text(name: str, value: object) -> str:
    """Return the text of a form's field without the spaces at its ends; line ends and tabs are left to be refused.

    Raises:
        InvalidType: The value isn't text.
    """
    # The type is asked too: isinstance believes a `__class__` that mocks make up, and asks the object for it.
    if not (issubclass(type(value), str) and isinstance(value, str)):
        raise invalid(wrong_type(name, "text", value))
    return str.__str__(value).strip(" ")


def field_code(name: str, value: object) -> str:
    """Return the same in capitals if it is ASCII; only then, because other capitals are other letters: "ß" gives "SS".

    Raises:
        InvalidType: The value isn't text.
    """
    text = field_text(name, value)
    return text.upper() if text.isascii() else text
