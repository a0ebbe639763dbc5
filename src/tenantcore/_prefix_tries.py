r"""Lets the library find by its first digits which of many sets of numbers a number belongs to.

The sets are patterns, in order or combined. Where only the length of a number can still decide, the automaton that is
made of them becomes a row of answers, so that most numbers are known after their first few digits. These are looked up
in one piece: of all the numbers of a country the first few digits are the same, and tell nothing.

Rule: NUM-2 in docs/reference/numbering.md.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Final, Generic, TypeAlias, TypeVar

from attrs import field, frozen

from tenantcore._number_patterns import LONGEST, NOWHERE, SYMBOLS, Automaton

__all__ = ["PrefixTrie"]

T = TypeVar("T")
# Two digits make a hundred heads. A third is worth it behind a country code, where few are in use.
_MOST_HEADS: Final = 999
_NOWHERE_AT_ALL: Final = (NOWHERE,) * len(SYMBOLS)
# A row has an answer, or none, for each length that a number can have.
_NO_ANSWER: Final = (None,) * (LONGEST + 1)
# What comes after each further digit, and under "" the row of a number that ends here. Or a row: answers for all
# numbers that go on from here, by the length of the whole number.
_Node: TypeAlias = "dict[str, _Node[T]] | tuple[T | None, ...]"


@frozen(eq=False)
class PrefixTrie(Generic[T]):
    r"""Answers for numbers, found by walking along their digits until nothing but the length can matter.

    >>> trie = PrefixTrie.build([("toll-free", (r"\+1800\d{7}",)), ("other", (r"\+1\d{10}",))])
    >>> [trie.find(number) for number in ("+18005551234", "+18015551234", "+1800")]
    ['toll-free', 'other', None]

    Rule: NUM-2 in docs/reference/numbering.md.
    """

    _root: "dict[str, _Node[T]]" = field(repr=False)
    _heads: "dict[str, _Node[T]]" = field(repr=False)
    """What goes on from beginnings of so many symbols."""
    _length: int = field(repr=False)
    answers: frozenset[T] = field(repr=False)
    """Every answer that some number has."""

    @classmethod
    def build(cls, rows: Iterable[tuple[T, tuple[str, ...]]], *, mostly: str = "") -> "PrefixTrie[T]":
        """Build from answers in order, each with patterns that must all hold; the first row that holds answers.

        Numbers that begin with `mostly` are found the fastest.

        Raises:
            InvalidValue: A pattern can't be read, or all together don't tell by the first digits.
        """
        automaton = Automaton()
        bits: dict[str, int] = {}
        ordered = [
            (answer, sum({1 << bits.setdefault(pattern, len(bits)) for pattern in patterns}))
            for answer, patterns in rows
        ]
        start = NOWHERE
        for pattern, bit in bits.items():
            start = automaton.either(start, automaton.read(pattern, 1 << bit))

        @cache
        def answer(held: int) -> T | None:
            return next((answer for answer, needed in ordered if held & needed == needed), None)

        flattening = _Flattening(automaton, answer)
        return cls(flattening.branch(start, 0), *flattening.heads(start, mostly), frozenset(flattening.answers))

    def find(self, number: str) -> T | None:
        """Return the answer for a number of at most 32 ASCII digits, a plus sign in front or none."""
        length = self._length
        node = self._heads.get(number[:length])
        if node is None:
            length, node = 0, self._root
        # By its exact type, which is half as slow as isinstance: this is what classifying costs.
        if type(node) is tuple:
            return node[len(number)]
        branch: dict[str, _Node[T]] = node  # type: ignore[assignment]  # what is no row is a branch
        for symbol in number[length:]:
            node = branch[symbol]
            if type(node) is tuple:
                return node[len(number)]
            branch = node  # type: ignore[assignment]  # as above
        ending = branch[""]
        assert isinstance(ending, tuple)  # noqa: S101 - so branches are made
        return ending[len(number)]

    def beginnings(self, answer: T) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield what numbers with an answer begin with, and the lengths that they have; no other digits matter."""
        leads: dict[int, bool] = {}

        def leads_there(node: "_Node[T]") -> bool:
            # Branches share what comes after them, so there are far more beginnings than branches.
            if isinstance(node, tuple):
                return answer in node
            if id(node) not in leads:
                leads[id(node)] = any(map(leads_there, node.values()))
            return leads[id(node)]

        waiting: list[tuple[str, _Node[T]]] = [("", self._root)]
        while waiting:
            beginning, node = waiting.pop()
            if isinstance(node, tuple):
                yield beginning, tuple(length for length, found in enumerate(node) if found == answer)
            else:
                waiting.extend((beginning + symbol, after) for symbol, after in node.items() if leads_there(after))


class _Flattening(Generic[T]):
    """Makes of an automaton's states what `find` walks along."""

    def __init__(self, automaton: Automaton, answer: Callable[[int], T | None]) -> None:
        self._states = automaton.states
        self._answer = answer
        self.answers: set[T] = set()
        self._made: dict[tuple[int, int], _Node[T]] = {}
        self._rows: dict[int, tuple[T | None, ...] | None] = {}
        self._padded_rows: dict[tuple[T | None, ...], tuple[T | None, ...]] = {}

    def heads(self, start: int, mostly: str) -> "tuple[dict[str, _Node[T]], int]":
        """Return what goes on from all beginnings of some length that begin so, and that length."""
        state = start
        for symbol in mostly:
            state = (self._states[state][1] or _NOWHERE_AT_ALL)[SYMBOLS.index(symbol)]
        length, alive = len(mostly), {mostly: state}
        while True:
            longer = {
                head + symbol: child
                for head, state in alive.items()
                for symbol, child in zip(SYMBOLS, self._states[state][1], strict=False)
                if child != NOWHERE
            }
            if not longer or len(longer) > _MOST_HEADS:
                return {head: self._node(state, length) for head, state in alive.items()}, length
            length, alive = length + 1, longer

    def branch(self, state: int, depth: int) -> "dict[str, _Node[T]]":
        """Return what comes after each symbol of a state that `depth` symbols lead to."""
        held, after = self._states[state]
        own = self._answer_to(held)
        below: dict[str, _Node[T]] = {
            symbol: self._node(child, depth + 1)
            for symbol, child in zip(SYMBOLS, after or _NOWHERE_AT_ALL, strict=True)
        }
        below[""] = self._padded(depth, (own,))
        return below

    def _node(self, state: int, depth: int) -> "_Node[T]":
        key = state, depth
        node = self._made.get(key)
        if node is None:
            row = self._row(state)
            node = self.branch(state, depth) if row is None else self._padded(depth, row)
            self._made[key] = node
        return node

    def _padded(self, depth: int, row: tuple[T | None, ...]) -> tuple[T | None, ...]:
        """Return the one row that is so, by the length of the whole number."""
        whole = ((None,) * depth + row + _NO_ANSWER)[: len(_NO_ANSWER)]
        return self._padded_rows.setdefault(whole, whole)

    def _row(self, state: int) -> tuple[T | None, ...] | None:
        """Return the answers by how many digits follow, if nothing else decides."""
        if state not in self._rows:
            self._rows[state] = self._row_of(*self._states[state])
        return self._rows[state]

    def _row_of(self, held: int, after: tuple[int, ...]) -> tuple[T | None, ...] | None:
        own = self._answer_to(held)
        if not after:
            return () if own is None else (own,)
        # A plus sign stands in front only.
        *digits, _ = map(self._row, after)
        following = digits[0]
        if following is None or any(one != other for one, other in pairwise(digits)):
            return None
        return (own, *following) if following or own is not None else ()

    def _answer_to(self, held: int) -> T | None:
        found = self._answer(held)
        if found is not None:
            self.answers.add(found)
        return found
