r"""Lets the library find by its first digits which of many sets of numbers a number belongs to.

The sets are patterns, in order or combined. Where only the length of a number can still decide, the automaton that is
made of them becomes a row of answers, so that most numbers are known after their first few digits.

Rule: NUM-2 in docs/reference/numbering.md.
"""

from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise
from typing import Generic, TypeAlias, TypeVar

from attrs import field, frozen

from tenantcore._number_patterns import NOWHERE, SYMBOLS, Automaton

__all__ = ["PrefixTrie"]

T = TypeVar("T")
# What comes after each further digit, and under "" the answers for a number that ends here; or answers for all numbers
# that go on from here, by the length of the whole number, nothing standing for the lengths beyond.
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
    answers: frozenset[T] = field(repr=False)
    """Every answer that some number has."""

    @classmethod
    def build(cls, rows: Iterable[tuple[T, tuple[str, ...]]]) -> "PrefixTrie[T]":
        """Build from answers in order, each with patterns that must all hold; the first row that holds answers.

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
        return cls(flattening.branch(start, 0), frozenset(flattening.answers))

    def find(self, number: str) -> T | None:
        """Return the answer for a number of at most 32 ASCII digits, a plus sign in front or none."""
        branch = self._root
        for symbol in number:
            node = branch[symbol]
            # By its exact type, which is half as slow as isinstance: the loop is what classifying costs.
            if type(node) is tuple:
                length = len(number)
                return node[length] if length < len(node) else None
            branch = node  # type: ignore[assignment]  # what is no row is a branch
        ending = branch[""]
        assert isinstance(ending, tuple)  # noqa: S101 - so branches are made
        return ending[0]


class _Flattening(Generic[T]):
    """Makes of an automaton's states what `find` walks along."""

    def __init__(self, automaton: Automaton, answer: Callable[[int], T | None]) -> None:
        self._states = automaton.states
        self._answer = answer
        self.answers: set[T] = set()
        self._made: dict[tuple[int, int], _Node[T]] = {}
        self._rows: dict[int, tuple[T | None, ...] | None] = {}

    def branch(self, state: int, depth: int) -> "dict[str, _Node[T]]":
        """Return what comes after each symbol of a state that `depth` symbols lead to."""
        held, after = self._states[state]
        own = self._answer_to(held)
        below: dict[str, _Node[T]] = {
            symbol: self._node(child, depth + 1)
            for symbol, child in zip(SYMBOLS, after or (NOWHERE,) * len(SYMBOLS), strict=True)
        }
        below[""] = (own,)
        return below

    def _node(self, state: int, depth: int) -> "_Node[T]":
        key = state, depth
        node = self._made.get(key)
        if node is None:
            row = self._row(state)
            node = self.branch(state, depth) if row is None else (None,) * depth + row if row else ()
            self._made[key] = node
        return node

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
