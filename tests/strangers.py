"""Objects as strangers hand them in: of any type, of any size, some of them breaking whoever trusts them."""

import enum
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Never

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

MEGABYTE: Final = 1_000_000


class Hostile:
    """An object each of whose methods raises."""

    def __getattribute__(self, name: str) -> Never:
        raise RuntimeError(name)

    def __eq__(self, other: object) -> Never:
        raise RuntimeError

    def __hash__(self) -> Never:
        raise RuntimeError

    def __bool__(self) -> Never:
        raise RuntimeError

    def __len__(self) -> Never:
        raise RuntimeError

    def __iter__(self) -> Never:
        raise RuntimeError

    def __str__(self) -> Never:
        raise RuntimeError

    def __repr__(self) -> str:
        return "Hostile()"  # the one that Hypothesis itself needs


class Touchy(Hostile):
    """The same, but for the question that Hypothesis itself asks of what it draws."""

    def __getattribute__(self, name: str) -> Any:
        if name != "__class__":
            raise RuntimeError(name)
        return Touchy


class HostileText(str):
    """A text each of whose methods raises; what it stands for is still told by `str.__str__`."""

    __slots__ = ()

    def __eq__(self, other: object) -> Never:
        raise RuntimeError

    def __hash__(self) -> Never:
        raise RuntimeError

    def __bool__(self) -> Never:
        raise RuntimeError

    def __len__(self) -> Never:
        raise RuntimeError

    def __iter__(self) -> Never:
        raise RuntimeError

    def __contains__(self, other: object) -> Never:
        raise RuntimeError

    def __getitem__(self, place: object) -> Never:
        raise RuntimeError

    def __str__(self) -> Never:
        raise RuntimeError

    def strip(self, *_: object) -> Never:
        raise RuntimeError

    def __repr__(self) -> str:
        return "HostileText()"


class HostileKey(str):
    """A text that serves as a key, and breaks whoever compares it."""

    __slots__ = ()

    def __eq__(self, other: object) -> Never:
        raise RuntimeError

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return "HostileKey()"


class Pretender:
    """An object that gives itself out as text, as test doubles do."""

    @property  # type: ignore[misc]  # that it may not be one is the point
    def __class__(self) -> type:
        return str

    def __repr__(self) -> str:
        return "Pretender()"


class TrickyDict(dict[Any, Any]):
    """A dict whose own ways to read it raise."""

    def __getitem__(self, key: object) -> Never:
        raise RuntimeError

    def __iter__(self) -> Never:
        raise RuntimeError

    def __len__(self) -> Never:
        raise RuntimeError

    def __contains__(self, key: object) -> Never:
        raise RuntimeError

    def get(self, key: object, default: object = None) -> Never:
        raise RuntimeError

    def items(self) -> Never:
        raise RuntimeError

    def keys(self) -> Never:
        raise RuntimeError

    def __repr__(self) -> str:
        return "TrickyDict()"


class Word(enum.StrEnum):
    """Text of a host's own kind."""

    NAME = "name"
    SG = "SG"
    USD = "USD"
    PREPAID = "prepaid"


def nested(depth: int) -> object:
    """Return a list in a list in a list."""
    found: object = "bottom"
    for _ in range(depth):
        found = [found]
    return found


_MAKERS: Final[tuple[Callable[[], object], ...]] = (
    Touchy, Pretender, TrickyDict, object, lambda: HostileText("SG"), lambda: HostileText(""),
    lambda: TrickyDict({"name": "Acme"}), lambda: TrickyDict({HostileKey("name"): "Acme", HostileKey("x"): 1}),
    lambda: nested(5000), lambda: {"name": {"name": {"name": {}}}}, lambda: (number for number in range(3)),
    lambda: 10**5000, lambda: -(10**5000), lambda: Decimal("sNaN"), lambda: Decimal("1E+999999"),
    lambda: Decimal("-Infinity"), lambda: float("nan"), lambda: float("-inf"), lambda: 1e308, lambda: 5e-324,
    lambda: Fraction(1, 3), lambda: 1j, lambda: b"SG", lambda: bytearray(b"SG"), lambda: memoryview(b"SG"),
    lambda: date(2026, 2, 28), lambda: datetime(2026, 2, 28, tzinfo=UTC), lambda: ..., lambda: NotImplemented,
    lambda: Word.NAME, lambda: Word.SG, lambda: Word.USD, lambda: Word.PREPAID, lambda: str, lambda: ValueError("SG"),
    lambda: "\0", lambda: "\ud800", lambda: "a\udfff@b.co", lambda: "\u202eSG", lambda: "SG\n", lambda: "ß",
    lambda: "ＳＧ", lambda: "٣", lambda: "name", lambda: "x" * MEGABYTE,
)  # fmt: skip

# One character over and over: what makes loops and regular expressions slow, and normalization slower.
REPEATED: Final = (
    "a", " ", "\0", "\r\n", ",", "a@", "a.", "-", "9", "ß", "\u0301\u0316", "\u094d\u200d", "\ufdfa", "\ud800",
)  # fmt: skip


def long_text(repeated: str) -> str:
    """Return a text of a million characters."""
    return (repeated * MEGABYTE)[:MEGABYTE]


def _any_text() -> SearchStrategy[str]:
    # Surrogates and everything else that st.text leaves out of its own accord.
    return st.text(
        st.characters(categories=None) | st.characters(categories=["Cs", "Cc", "Cf", "Zs", "Mn"]), max_size=8
    )


def anything() -> SearchStrategy[Any]:
    """Return objects of any type, nested in any way, hostile ones among them."""
    plain = (
        st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.binary(max_size=4) | _any_text()
    )
    strange = st.sampled_from(_MAKERS).map(lambda make: make())
    keys = st.none() | st.booleans() | st.integers() | _any_text() | st.sampled_from(("name", "owner", Word.NAME))
    return st.recursive(
        plain | strange,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.lists(inner, max_size=3).map(tuple)
            | st.sets(keys, max_size=3)
            | st.dictionaries(keys, inner, max_size=3)
        ),
        max_leaves=6,
    )
