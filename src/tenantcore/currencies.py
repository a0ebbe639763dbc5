"""Lets you read a currency: an ISO 4217 code that is legal tender somewhere today.

What goes with which country is in `tenantcore.regions`.
"""

import enum
import re
from typing import Final

from tenantcore import _territories, money
from tenantcore.errors import Code, Kind, Problem, invalid, shown_code

__all__ = ["CurrencyFault", "currency_codes", "currency_digits", "parse_currency"]

_CODE: Final = re.compile(r"[A-Z]{3}")


@enum.unique
class CurrencyFault(Code):
    """Faults of a currency."""

    CURRENCY_REQUIRED = (
        Kind.MISSING,
        "ORG-7",
        "the currency is missing",
        "hand in its three-letter code by ISO 4217, for instance USD",
    )
    CURRENCY_FORMAT = (
        Kind.MALFORMED,
        "ORG-7",
        "the currency must be a code of three ASCII letters, not {currency}",
        "hand in the three-letter code by ISO 4217, for instance USD; no symbol, no name, no number",
    )
    CURRENCY_UNKNOWN = (
        Kind.UNKNOWN,
        "ORG-7",
        "the code {currency} is no currency's by ISO 4217",
        "hand in the code of a currency in use, for instance USD",
    )
    CURRENCY_WITHDRAWN = (
        Kind.UNKNOWN,
        "ORG-7",
        "the currency {currency} is no longer in use",
        "hand in the code of the currency that took its place",
    )
    CURRENCY_NOT_TENDER = (
        Kind.UNKNOWN,
        "ORG-7",
        "the code {currency} is in ISO 4217, but nobody pays with it today, as with funds, metals and units of account",
        "hand in the code of a currency that people pay with, for instance USD",
    )


def parse_currency(text: object) -> str:
    """Return the code, in capitals, of a currency that is legal tender somewhere today.

    Spaces at the ends are dropped, small ASCII letters are taken; symbols and names are not understood.

    >>> parse_currency("usd")
    'USD'
    >>> parse_currency("BGN")
    Traceback (most recent call last):
    tenantcore.errors.InvalidValue: the currency 'BGN' is no longer in use; ...

    Raises:
        InvalidValue: The code isn't one, is no longer in use, or is a fund's, a metal's or a test's.

    Rule: ORG-7 in docs/reference/currencies.md.
    """
    code = _territories.field_code("currency", text)
    if code in _territories.tender_anywhere():
        return code
    if not code:
        raise invalid(Problem(CurrencyFault.CURRENCY_REQUIRED))
    if not _CODE.fullmatch(code):
        fault = CurrencyFault.CURRENCY_FORMAT
    elif code in _territories.currencies():
        fault = CurrencyFault.CURRENCY_NOT_TENDER
    elif code in _territories.retired_currencies():
        fault = CurrencyFault.CURRENCY_WITHDRAWN
    else:
        fault = CurrencyFault.CURRENCY_UNKNOWN
    raise invalid(Problem(fault, params={"currency": shown_code(code)}))


def currency_digits(currency: str) -> int:
    """Return how many decimal places the currency's smallest unit has, by ISO 4217.

    CLDR has other numbers for some, because it counts the places that people write: 0 for the Serbian dinar.

    >>> [currency_digits(code) for code in ("USD", "JPY", "KWD", "RSD")]
    [2, 0, 3, 2]

    Raises:
        InvalidValue: As `parse_currency`.

    Rule: ORG-7 in docs/reference/currencies.md.
    """
    return money.minor_units(parse_currency(currency))


def currency_codes() -> tuple[str, ...]:
    """Return all codes that `parse_currency` can return, in alphabetical order."""
    return tuple(sorted(_territories.tender_anywhere()))
