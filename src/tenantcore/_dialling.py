"""Lets the library make E.164 of what is dialled, with the prefixes that people dial in North America or in a country.

How digits become a number is data, too: rules in order, first match wins. Where a country's prefixes are more than a
few digits to drop, the rule hands over to a reading that takes libphonenumber's patterns in libphonenumber's order.

Rule: NUM-1 in docs/reference/numbering.md.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Self, TypeAlias, final

from attrs import frozen

from tenantcore._country_numbering import CountryNumbering, calling_codes, numbering_of
from tenantcore._number_patterns import partings

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
# Among dialled digits there is no plus sign, so that describes none.
_NOTHING: Final = r"\+"
# As many as a number can have after a prefix, so that none goes on beyond.
_REST: Final = rf"\d{{0,{MOST_DIGITS}}}"
# Where a number that is dialled within an area gets its area code.
_WHOLE_NUMBERS: Final = re.compile(r"(\([^()]*\))\$(?:\|(.+))?")


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
    _transformation: tuple[str | int, ...]

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
        """Yield rules, in order, for all that can be told by first digits, length and the country's own numbers.

        Whatever no rule describes is for this reading, as is what they give back to it. It gives the same for
        everything, but takes several times as long.
        """
        code, own = self._code, self._general.pattern
        lengths = sorted(length for length in self._lengths if len(code) + length <= MOST_DIGITS)
        whole, prefix = _divided("" if self._prefix is None else self._prefix.pattern)
        parted = partings(prefix, self._dropping(re.compile(prefix))) if "$" not in prefix else {}
        none = parted.pop(0, _NOTHING)
        beyond = _of_lengths(length for length in lengths if len(code) + length > self._longest)
        within = _of_lengths(length for length in lengths if length <= self._longest)
        yield self, (f"(?:{self._abroad.pattern}){_REST}",)
        yield self, (f"(?:{code})?(?:{whole})",)
        yield Replacement(0, "+"), (f"{code}(?:{none})", code + beyond)
        # What begins like a country code may be a number's own digits, and what begins like a prefix, too.
        yield Replacement(0, f"+{code}"), (code + _REST, none, own, within)
        yield self, (code + _REST,)
        for dropped, pattern in parted.items():
            shorter, digits = Replacement(dropped, f"+{code}"), rf"\d{{{dropped}}}"
            yield shorter, (pattern, f"{digits}(?:{own})", digits + _of_lengths(lengths))
            # Nothing is described in a length that it can't have, as far as the data go today.
            yield self, (pattern, f"{digits}(?:{own})")
            yield Replacement(0, f"+{code}"), (pattern, own, _of_lengths(lengths))
            yield self, (pattern, own)
            yield shorter, (pattern, digits + _of_lengths(lengths))
        yield Replacement(0, f"+{code}"), (none, _of_lengths(lengths))

    def _dropping(self, prefix: re.Pattern[str]) -> Callable[[str], int | None]:
        """Return what tells how many digits in front of a text are a prefix, or None where others take their place."""

        def dropped(digits: str) -> int | None:
            match = prefix.match(digits)
            if match is None:
                return 0
            is_transformed = self._transformation and prefix.groups and match[prefix.groups] is not None
            return None if is_transformed else match.end()

        return dropped

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
        shorter = digits[prefix.end() :]
        if transformed:
            put = [part if isinstance(part, str) else prefix[part] or "" for part in self._transformation]
            shorter = "".join(put) + shorter
        # Digits that look like a prefix may be a number's own.
        return digits if self._is_general(digits) and not self._is_general(shorter) else shorter

    def _is_general(self, digits: str) -> bool:
        return self._general.fullmatch(digits) is not None


def _divided(prefix: str) -> tuple[str, str]:
    """Return what describes whole numbers among a country's prefixes, and what is left."""
    found = _WHOLE_NUMBERS.fullmatch(prefix)
    return (_NOTHING, prefix) if found is None else (found[1], found[2] or "")


def _of_lengths(lengths: Iterable[int]) -> str:
    counted = "|".join(rf"\d{{{length}}}" for length in lengths)
    return f"(?:{counted or _NOTHING})"


Dialling: TypeAlias = Replacement | NationalDialling
"""What makes E.164 of dialled digits."""
Way: TypeAlias = tuple[Dialling, tuple[str, ...]]
"""A rule for dialled digits: what makes E.164 of them, and the patterns that must all hold."""
