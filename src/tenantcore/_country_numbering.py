"""Lets the library read the numbering plan of every country out of libphonenumber's data, as patterns.

Nothing is parsed here by libphonenumber itself: what it takes for a number of a country and of which type, as which
short code, and what people dial before numbers, is published as patterns, and these are handed on. It is loaded when
the first country is asked for. Places are named as libphonenumber names them: ISO 3166-1 alpha-2, and AC, TA and XK.

Rules: NUM-1, NUM-2 in docs/reference/numbering.md.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from tenantcore._number_classes import CallClass, CountryClass

if TYPE_CHECKING:
    from phonenumbers import PhoneMetadata
    from phonenumbers.phonemetadata import PhoneNumberDesc

__all__ = ["NORTH_AMERICAN_CODE", "CountryNumbering", "Row", "calling_codes", "numbering_of", "regions"]

# As libphonenumber asks, the dearest first: rows of a table whose first match wins.
_TYPES: Final[tuple[tuple[CountryClass, tuple[str, ...]], ...]] = (
    (CountryClass.PREMIUM_RATE, ("premium_rate",)),
    (CountryClass.TOLL_FREE, ("toll_free",)),
    (CountryClass.SHARED_COST, ("shared_cost",)),
    (CountryClass.VOIP, ("voip",)),
    (CountryClass.PERSONAL, ("personal_number",)),
    (CountryClass.PAGER, ("pager",)),
    (CountryClass.COMPANY, ("uan",)),
    (CountryClass.VOICEMAIL, ("voicemail",)),
    (CountryClass.FIXED_OR_MOBILE, ("fixed_line", "mobile")),
    (CountryClass.FIXED_LINE, ("fixed_line",)),
    (CountryClass.MOBILE, ("mobile",)),
)
_SHORT_COSTS: Final[tuple[tuple[CountryClass, tuple[str, ...]], ...]] = (
    (CountryClass.PREMIUM_RATE, ("short_code", "premium_rate")),
    (CountryClass.SHORT_CODE, ("short_code", "standard_rate")),
    (CountryClass.TOLL_FREE, ("short_code", "toll_free")),
    (CountryClass.SHORT_CODE, ("short_code",)),
)
NORTH_AMERICAN_CODE: Final = "1"
# Of the United States (47 CFR 52.200) and Canada (CRTC 2022-234). libphonenumber has it among the freephone codes of
# all of +1, and those a tenant may be denied.
_CRISIS_LINE: Final = "988"
_TEMPLATE: Final = re.compile(r"\\([0-9])|([0-9]+)")
# libphonenumber's word for what belongs to no country, such as satellites and international freephone.
_NO_COUNTRY: Final = "001"

Row: TypeAlias = tuple[CallClass, tuple[str, ...]]
"""A class, and the patterns that must all hold for it."""


@frozen
class CountryNumbering:
    """What is known of a country's numbers; patterns are of national numbers, without country code and prefixes."""

    code: str
    """The country code, without a plus sign."""
    lengths: frozenset[int]
    """How many digits a national number can have."""
    general: str
    """Describes all numbers, and some that aren't."""
    types: tuple[Row, ...]
    """The classes of numbers, in order."""
    emergency: str
    """Describes what is dialled for help; empty if that isn't known."""
    short: tuple[Row, ...]
    """The classes of other short codes, in order; the patterns are of what is dialled."""
    international_prefix: str
    """Describes what is dialled before a country code."""
    national_prefix: str
    """Describes what is dialled before a national number, or is to be transformed; empty if there is no such thing."""
    transformation: tuple[str | int, ...]
    """What becomes of a prefix whose last group held: digits, and numbers of groups; mostly empty."""
    leading_digits: str
    """Describes the first digits by which the country is known among those that share its code; mostly empty."""


@lru_cache(maxsize=1)
def regions() -> frozenset[str]:
    """Return the countries and territories whose numbers are known."""
    # Loaded when first asked for: the plans of 245 countries take longer than everything else together.
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415

    return frozenset(SUPPORTED_REGIONS)


@lru_cache(maxsize=1)
def calling_codes() -> dict[str, tuple[str, ...]]:
    """Return every country code with the countries that share it, the main one first; with none if it is nobody's."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE  # noqa: PLC0415 - see regions

    return {
        str(code): tuple(region for region in sharing if region != _NO_COUNTRY)
        for code, sharing in COUNTRY_CODE_TO_REGION_CODE.items()
    }


def numbering_of(region: str) -> CountryNumbering:
    """Return what is known of the numbers of one of `regions()`."""
    from phonenumbers import PhoneMetadata  # noqa: PLC0415 - see regions

    long = PhoneMetadata.metadata_for_region(region)
    short = PhoneMetadata.short_metadata_for_region(region)
    assert long is not None  # noqa: S101 - every region has its plan
    assert long.general_desc is not None  # noqa: S101 - and every plan describes its numbers
    return CountryNumbering(
        code=str(long.country_code),
        lengths=frozenset(long.general_desc.possible_length),
        general=_pattern(long, "general_desc"),
        types=_rows(long, _TYPES),
        emergency="" if short is None else _emergency(short, str(long.country_code)),
        short=() if short is None else _rows(short, _SHORT_COSTS),
        international_prefix=long.international_prefix or "",
        national_prefix=long.national_prefix_for_parsing or "",
        transformation=tuple(_parts(long.national_prefix_transform_rule or "")),
        leading_digits=long.leading_digits or "",
    )


def _parts(template: str) -> Iterator[str | int]:
    """Yield what a template of `re.Match.expand` is made of, which that would read anew for each number."""
    for group, digits in _TEMPLATE.findall(template):
        yield int(group) if group else digits


def _emergency(short: "PhoneMetadata", code: str) -> str:
    found = _pattern(short, "emergency")
    return f"{found}|{_CRISIS_LINE}" if found and code == NORTH_AMERICAN_CODE else found


def _rows(plan: "PhoneMetadata", table: tuple[tuple[CountryClass, tuple[str, ...]], ...]) -> tuple[Row, ...]:
    """Return a table's classes with a plan's patterns; each number is of the general description, too."""
    return tuple((row, tuple(_pattern(plan, name) for name in ("general_desc", *names))) for row, names in table)


def _pattern(plan: "PhoneMetadata", name: str) -> str:
    """Return the pattern of one description of numbers; an empty one, where there are none, describes no number."""
    description: PhoneNumberDesc | None = getattr(plan, name)
    return "" if description is None else description.national_number_pattern or ""
