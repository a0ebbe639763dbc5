r"""Lets the library read patterns of telephone numbers, and put them together to one automaton.

They are written as numbering plans publish them, in a small part of the language of regular expressions: digits, `\+`,
`\d`, sets such as `[02-9]`, groups, `|`, `?`, `{3}`, `{2,5}` and `{5,}`. A pattern means the whole number, as with
`re.fullmatch`. What it describes is finite, so the automaton has no cycles, and each of its states exists once.

Rule: NUM-2 in docs/reference/numbering.md.
"""

import enum
import re
from collections.abc import Callable
from typing import Final

from attrs import frozen

from tenantcore.errors import Code, InvalidValue, Kind, Problem, invalid, shown

__all__ = ["LONGEST", "NOWHERE", "SYMBOLS", "Automaton", "NumberPatternFault", "check_pattern", "partings"]

LONGEST: Final = 32
"""How many characters a dialled number can have: fifteen digits, a plus sign, and the longest prefixes there are."""
_LONGEST_PATTERN: Final = 4000
_DEEPEST: Final = 32
# Twice the longest number: `{5,}` may stand behind other digits.
_FARTHEST: Final = 2 * LONGEST
# The largest plan needs some 7,000. Patterns that would need millions leave their first digits open.
_MOST_UNIONS: Final = 50_000
# More digits than these differ in few prefixes, and need more patterns than they spare.
_PARTING_DIGITS: Final = 4
# A pattern is put into others.
_LONGEST_PARTED: Final = _LONGEST_PATTERN // 2

SYMBOLS: Final = "0123456789+"
NOWHERE: Final = 0
_NOWHERE_AT_ALL: Final = (NOWHERE,) * len(SYMBOLS)
_DIGITS_IN_ORDER: Final = SYMBOLS[:10]
_DIGITS: Final = frozenset(_DIGITS_IN_ORDER)
_ATOM: Final = re.compile(r"[0-9]|\\d|\\\+|\[((?:[0-9](?:-[0-9])?)+)\]")
_RANGE: Final = re.compile(r"([0-9])(?:-([0-9]))?")
_OPENING: Final = re.compile(r"\((?:\?:)?")
_CLOSING: Final = re.compile(r"\)")
_BAR: Final = re.compile(r"\|")
_TIMES: Final = re.compile(r"\?|\{([0-9]{1,2})(?:(,)([0-9]{1,2})?)?\}")


@enum.unique
class NumberPatternFault(Code):
    """What can be wrong with a pattern of numbers."""

    NUMBER_PATTERN_UNREADABLE = (
        Kind.MALFORMED,
        "NUM-2",
        "the number pattern can't be read at position {position} (from 0), at {character}",
        r"write digits, \+, \d, sets such as [2-9], groups, |, ?, and counts such as {{7}}, {{2,5}} and {{5,}}",
    )
    NUMBER_PATTERN_LONG = (
        Kind.OUT_OF_RANGE,
        "NUM-2",
        "the number pattern has {length} characters, more than {maximum}",
        "divide it into several rules of one class",
    )
    NUMBER_PATTERN_ENDLESS = (
        Kind.OUT_OF_RANGE,
        "NUM-2",
        "the number pattern describes numbers of up to {length} characters, more than {maximum}",
        "lower its counts; no dialled number has more than 32 characters",
    )
    NUMBER_PATTERNS_TANGLED = (
        Kind.OUT_OF_RANGE,
        "NUM-2",
        "the number patterns of one dial plan need more than {maximum} states",
        "fix the first digits in each pattern, and leave only the end open",
    )


class Automaton:
    """States that say which patterns end in them, as bits, and which state follows each symbol, () for none at all."""

    def __init__(self) -> None:
        self.states: list[tuple[int, tuple[int, ...]]] = [(0, ())]
        self._numbers: dict[tuple[int, tuple[int, ...]], int] = {(0, ()): NOWHERE}
        self._unions: dict[tuple[int, int], int] = {}

    def read(self, pattern: str, held: int) -> int:
        """Return the state from which all that a pattern describes leads to states that hold these bits."""
        return _read(pattern).before(self, self.state(held))

    def state(self, held: int, after: tuple[int, ...] = ()) -> int:
        """Return the one state that is so."""
        key = held, after
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.states)
            self.states.append(key)
        return number

    def after(self, state: int) -> dict[str, int]:
        """Return the states that follow a state, by their symbols."""
        following = self.states[state][1]
        return {symbol: number for symbol, number in zip(SYMBOLS, following, strict=False) if number != NOWHERE}

    def nearest(self, state: int) -> int:
        """Return how many symbols after a state something is described again; more than there can be if nothing is."""
        alive = {state}
        for distance in range(1, LONGEST + 1):
            alive = {child for each in alive for child in self.after(each).values()}
            if any(self.states[each][0] for each in alive):
                return distance
        return LONGEST + 1

    def either(self, one: int, other: int) -> int:
        """Return the state that goes on as the one or as the other."""
        if one == NOWHERE or other in (NOWHERE, one):
            return one or other
        key = (one, other) if one < other else (other, one)
        found = self._unions.get(key)
        if found is None:
            if len(self._unions) >= _MOST_UNIONS:
                raise invalid(Problem(NumberPatternFault.NUMBER_PATTERNS_TANGLED, params={"maximum": _MOST_UNIONS}))
            (held, after), (held_too, after_too) = self.states[one], self.states[other]
            joined = after or after_too
            if after and after_too:
                # Mostly there is nothing to join, which isn't worth a call.
                joined = tuple(
                    [
                        a or b if not a or not b or a == b else self.either(a, b)
                        for a, b in zip(after, after_too, strict=True)
                    ]
                )
            found = self._unions[key] = self.state(held | held_too, joined)
        return found


def check_pattern(pattern: str) -> None:
    r"""Refuse a pattern that can't be read.

    >>> check_pattern(r"\+1(?:800|88\d)\d{7}")

    Raises:
        InvalidValue: It is too long, has something that patterns of numbers don't have, or describes endless numbers.
    """
    _read(pattern)


def partings(pattern: str, dropped: Callable[[str], int | None]) -> dict[int, str]:
    r"""Return patterns of dialled numbers by how many digits a prefix takes of them, as far as their first digits tell.

    A prefix is what the pattern describes and `dropped` finds in front of a text: it gives the number of its digits, 0
    if there is none, and None where digits aren't just dropped.

    >>> prefix = re.compile("0|18[01]")
    >>> found = partings(prefix.pattern, lambda dialled: match.end() if (match := prefix.match(dialled)) else 0)
    >>> print(*found.items())
    (1, '0\\d{0,}') (0, '1([012345679]\\d{0,}|8[23456789]\\d{0,})|[23456789]\\d{0,}') (3, '18[01]\\d{0,}')
    """
    automaton = Automaton()
    found = _parted(automaton, automaton.read(pattern, 1), "", dropped)
    return {count: described for count, described in found.items() if len(described) <= _LONGEST_PARTED}


def _parted(automaton: Automaton, state: int, path: str, dropped: Callable[[str], int | None]) -> dict[int, str]:
    """Return the patterns of what goes on from a state that a path leads to, by what is dropped of the whole."""
    found: dict[int, dict[str, str]] = {}
    for digit, child in zip(_DIGITS_IN_ORDER, automaton.states[state][1] or _NOWHERE_AT_ALL, strict=False):
        beyond: dict[int, str] = {}
        if len(path) + 1 < _PARTING_DIGITS and len(set(automaton.states[child][1][:10])) > 1:
            beyond = _parted(automaton, child, path + digit, dropped)
        elif (count := dropped(path + digit)) is not None:
            # What ends before a longer prefix could, has none that is longer.
            farthest = automaton.nearest(child) - 1
            beyond = {count: rf"\d{{0,{farthest if farthest < LONGEST else ''}}}"}
        for count, rest in beyond.items():
            digits = found.setdefault(count, {})
            digits[rest] = digits.get(rest, "") + digit
    return {
        count: "|".join(_set_of(digits) + (f"({rest})" if "|" in rest else rest) for rest, digits in parts.items())
        for count, parts in found.items()
    }


def _set_of(digits: str) -> str:
    return digits if len(digits) == 1 else r"\d" if digits == _DIGITS_IN_ORDER else f"[{digits}]"


@frozen
class _Part:
    """A part of a pattern: its greatest length, and how to put it before a state."""

    longest: int
    before: Callable[[Automaton, int], int]


def _one_of(symbols: frozenset[str]) -> _Part:
    if symbols == _DIGITS:
        return _Part(1, lambda automaton, state: automaton.state(0, (state,) * len(_DIGITS) + (NOWHERE,)))

    def before(automaton: Automaton, state: int) -> int:
        return automaton.state(0, tuple([state if symbol in symbols else NOWHERE for symbol in SYMBOLS]))

    return _Part(1, before)


def _sequence(parts: list[_Part]) -> _Part:
    def before(automaton: Automaton, state: int) -> int:
        for part in reversed(parts):
            state = part.before(automaton, state)
        return state

    return _Part(sum(part.longest for part in parts), before)


def _either(parts: list[_Part]) -> _Part:
    def before(automaton: Automaton, state: int) -> int:
        found = NOWHERE
        for part in parts:
            found = automaton.either(found, part.before(automaton, state))
        return found

    return _Part(max(part.longest for part in parts), before)


def _repeated(part: _Part, least: int, most: int) -> _Part:
    if part.longest == 0:
        # Nested counts of nothing would otherwise be carried out, each inside the other.
        return part

    def before(automaton: Automaton, state: int) -> int:
        found = state
        for _ in range(most - least):
            found = automaton.either(state, part.before(automaton, found))
        for _ in range(least):
            found = part.before(automaton, found)
        return found

    return _Part(part.longest * most, before)


def _read(pattern: str) -> _Part:
    """Return what a pattern says, checked to be of finite and bearable length."""
    if len(pattern) > _LONGEST_PATTERN:
        params = {"length": len(pattern), "maximum": _LONGEST_PATTERN}
        raise invalid(Problem(NumberPatternFault.NUMBER_PATTERN_LONG, params=params))
    part = _Reading(pattern).whole()
    if part.longest > _FARTHEST:
        params = {"length": part.longest, "maximum": _FARTHEST}
        raise invalid(Problem(NumberPatternFault.NUMBER_PATTERN_ENDLESS, params=params))
    return part


class _Reading:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._position = 0
        self._depth = 0

    def whole(self) -> _Part:
        """Read everything."""
        part = self._alternatives()
        if self._position < len(self._pattern):
            raise self._refusal()
        return part

    def _alternatives(self) -> _Part:
        found = [self._sequence()]
        while self._takes(_BAR):
            found.append(self._sequence())
        return _either(found)

    def _sequence(self) -> _Part:
        found: list[_Part] = []
        while (part := self._atom()) is not None:
            times = self._takes(_TIMES)
            found.append(part if times is None else self._times(part, times))
        return _sequence(found)

    def _atom(self) -> _Part | None:
        atom = self._takes(_ATOM)
        if atom is not None:
            return _one_of(self._symbols(atom))
        return self._group() if self._takes(_OPENING) else None

    def _group(self) -> _Part:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._refusal()
        part = self._alternatives()
        if not self._takes(_CLOSING):
            raise self._refusal()
        self._depth -= 1
        return part

    def _symbols(self, atom: re.Match[str]) -> frozenset[str]:
        """Return the symbols that one step stands for."""
        written = atom[0]
        if atom[1] is None:
            return _DIGITS if written == r"\d" else frozenset(written[-1])
        found: set[str] = set()
        for first, last in _RANGE.findall(atom[1]):
            if last and last < first:
                raise self._refusal(atom.start())
            found.update(SYMBOLS[int(first) : int(last or first) + 1])
        return frozenset(found)

    def _times(self, part: _Part, times: re.Match[str]) -> _Part:
        if times[0] == "?":
            return _repeated(part, 0, 1)
        least = int(times[1])
        most = least if times[2] is None else int(times[3] or max(least, LONGEST))
        if most < least:
            raise self._refusal(times.start())
        return _repeated(part, least, most)

    def _takes(self, token: re.Pattern[str]) -> re.Match[str] | None:
        match = token.match(self._pattern, self._position)
        if match is not None:
            self._position = match.end()
        return match

    def _refusal(self, position: int | None = None) -> InvalidValue:
        place = self._position if position is None else position
        params: dict[str, str | int] = {"position": place, "character": shown(self._pattern[place : place + 1])}
        return invalid(Problem(NumberPatternFault.NUMBER_PATTERN_UNREADABLE, params=params))
