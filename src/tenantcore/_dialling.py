"""Lets the library make E.164 of what is dialled, with the prefixes that people dial in North America or in a country.

How digits become a number is data, too: rules in order, first match wins. Where a country's prefixes are more than a
few digits to drop, the rule hands over to a reading that takes libphonenumber's patterns in libphonenumber's order.

Rule: NUM-1 in docs/reference/numbering.md.
"""

import re
from collections.abc import Iterator
from typing import Final, Self, TypeAlias, final

from attrs import frozen

from tenantcore._country_numbering import CountryNumbering, calling_codes, numbering_of
from tenantcore._number_patterns import beginnings

__all__ = [
    "MOST_DIGITS",
    "NORTH_AMERICAN_DIALLING",
    "WHOLE",
    "Dialling",
    "NationalDialling",
    "Replacement",
    "Way",
    "is_e164",
]

MOST_DIGITS: Final = 15
"""ITU-T E.164: a number has up to fifteen digits with its country code, the first of them no zero."""
is_e164: Final = re.compile(r"\+[1-9][0-9]{1,14}").fullmatch
"""Gives a match if a text can be a number in E.164, else None."""
# After an international prefix; KAZOO asks for as many.
_FEWEST_ABROAD: Final = 5
_DIGITS: Final = frozenset("0123456789")


@final
@frozen
class Replacement:
    """Turns dialled digits into E.164: some of them are dropped in front, and others take their place."""

    dropped: int
    put: str


WHOLE: Final = Replacement(0, "")
"""Keeps short codes as they are."""
# KAZOO's regular expressions. The last is for whoever dials a country code without any prefix.
NORTH_AMERICAN_DIALLING: "Final[tuple[Way, ...]]" = (
    (Replacement(0, "+1"), (r"[2-9]\d{2}[2-9]\d{6}",)),
    (Replacement(0, "+"), (r"1[2-9]\d{2}[2-9]\d{6}",)),
    (Replacement(3, "+"), (r"011[1-9]\d{4,14}",)),
    (Replacement(2, "+"), (r"00[1-9]\d{4,14}",)),
    (Replacement(0, "+"), (r"[2-9]\d{7,14}",)),
)


@frozen(eq=False)
class NationalDialling:
    """What is dialled within a country, read as libphonenumber reads it: by its data, and in its order."""

    _code: str
    _lengths: frozenset[int]
    _longest: int
    _general: re.Pattern[str]
    _abroad: re.Pattern[str]
    _prefix: re.Pattern[str] | None
    _transformation: str

    @classmethod
    def of(cls, numbering: CountryNumbering) -> Self:
        """Build from what is known of a country's numbers."""
        sharing = map(numbering_of, calling_codes()[numbering.code])
        return cls(
            numbering.code,
            # Those of the other countries under the code are dialled in the same way.
            numbering.lengths.union(*(other.lengths for other in sharing)),
            max(numbering.lengths),
            re.compile(numbering.general),
            re.compile(numbering.international_prefix),
            re.compile(numbering.national_prefix) if numbering.national_prefix else None,
            numbering.transformation,
        )

    def ways(self) -> "Iterator[Way]":
        """Yield the rules for what is plain, in order, and among them, by this reading, those for what only looks so.

        Whatever no rule describes is for this reading, too. It gives the same for everything, but takes three times as
        long.
        """
        prefix = "" if self._prefix is None else self._prefix.pattern
        # Where only whole numbers are transformed, the pattern ends in "$".
        prefixes = beginnings(prefix.replace("$", ""))
        none = _one_of(_DIGITS - prefixes.keys())
        plain = "|".join(digit + _one_of(_DIGITS - more) for digit, more in prefixes.items() if more is not None)
        lengths = [length for length in sorted(self._lengths) if len(self._code) + length <= MOST_DIGITS]
        # As many as a number can have after a prefix, so that no rule below is met.
        rest = rf"\d{{0,{MOST_DIGITS}}}"
        yield self, (rf"(?:{self._abroad.pattern}){rest}",)
        for length in lengths:
            if len(self._code) + length > self._longest:
                yield Replacement(0, "+"), (rf"{self._code}{none}\d{{{length - 1}}}",)
        yield self, (rf"{self._code}{rest}",)
        if plain:
            # What looks like a prefix may be a number's own digits.
            yield self, (rf"(?:{plain}){rest}", self._general.pattern)
            for length in lengths:
                yield Replacement(1, f"+{self._code}"), (rf"(?:{plain})\d{{{length - 1}}}",)
        for length in lengths:
            yield Replacement(0, f"+{self._code}"), (rf"{none}\d{{{length - 1}}}",)

    def e164(self, digits: str) -> str | None:
        """Return the number in E.164 that dialled digits reach, or None if they can't be a number."""
        abroad = self._abroad.match(digits)
        # No country code begins with a zero, so what goes on with one is a national number.
        if abroad is not None and digits[abroad.end() : abroad.end() + 1] != "0":
            rest = digits[abroad.end() :]
            return f"+{rest}" if _FEWEST_ABROAD <= len(rest) <= MOST_DIGITS else None
        if digits.startswith(self._code):
            digits = self._without_code(digits)
        national = self._without_prefix(digits)
        can_be_one = len(national) in self._lengths and len(self._code) + len(national) <= MOST_DIGITS
        return f"+{self._code}{national}" if can_be_one else None

    def _without_code(self, digits: str) -> str:
        """Return the number without the country code, dialled without a plus sign, or digits as they are."""
        shorter = self._without_prefix(digits[len(self._code) :])
        is_code = len(digits) > self._longest or (self._is_general(shorter) and not self._is_general(digits))
        return shorter if is_code else digits

    def _without_prefix(self, digits: str) -> str:
        """Return the number without the prefix that is dialled within the country, or digits as they are."""
        prefix = None if self._prefix is None else self._prefix.match(digits)
        if prefix is None:
            return digits
        transformed = self._transformation and prefix[prefix.re.groups] is not None
        shorter = (prefix.expand(self._transformation) if transformed else "") + digits[prefix.end() :]
        # Digits that look like a prefix may be a number's own.
        return digits if self._is_general(digits) and not self._is_general(shorter) else shorter

    def _is_general(self, digits: str) -> bool:
        return self._general.fullmatch(digits) is not None


def _one_of(digits: frozenset[str]) -> str:
    # Among dialled digits there is no plus sign, so that describes none.
    return f"[{''.join(sorted(digits))}]" if digits else r"\+"


Dialling: TypeAlias = Replacement | NationalDialling
"""What makes E.164 of dialled digits."""
Way: TypeAlias = tuple[Dialling, tuple[str, ...]]
"""A rule for dialled digits: what makes E.164 of them, and the patterns that must all hold."""
