"""Pricing calls: what one costs, how long funds last, which rate a number has in decks of 500 and of 50,000 prefixes.

Included minutes are asked for at a thousand instants of one day in turn: finding the local day of an instant takes
longer than what is done with it, and the library keeps that of the last one only as far as its period goes.

The floor is one object of two fields with two dates in it, the least that any answer costs.

A cost that needs no rounding and one that does are priced beside the ways that a reader would first write: exactly,
with Fractions; and by Decimals or floats, increment by increment or at once, which are wrong in the end digits.

Decks have prefixes of two to eight digits, most of them of five to seven, as those of carriers have. A thousand numbers
are asked for in turn, and in the last subject twenty thousand: then it is the memory that is slow, where the rows and
prefixes of a large deck lie, and nothing made of Python objects is spared that. The plain dictionary is walked from its
longest prefix down, as the library does it, but knows no dates, directions or weights, and looks at no number; nor does
pygtrie, which is a trie written in Python.

Started by itself, it prints what a deck of 50,000 prefixes takes in memory, beside a plain dictionary.
"""

import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import cycle
from zoneinfo import ZoneInfo

import pygtrie
from attrs import frozen

from tenantcore.money import Money
from tenantcore.numbering import NumberClass
from tenantcore.rating import Allotment, AllotmentHold, AllotmentUse, Precision, Rate, RateDeck, RateRow

Work = Callable[[], object]

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MEGABYTE = 1_000_000
# How many digits prefixes have: each length as often as it stands here.
LENGTHS = (2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 8, 8)
SHORT_LENGTHS = (1, 2, 3, 3, 3, 4, 4, 4)
# Steps that leave no gaps and no pattern among the digits.
GOLDEN, SILVER = 0.6180339887498949, 0.41421356237309515


@frozen
class Pair:
    """The least that any answer costs: one object with two fields."""

    start: object
    end: object


def floor() -> object:
    """Build two dates and one object."""
    return Pair(date(2026, 6, 1), date(2026, 7, 1))


WHOLE = Rate(per_minute=Money("0.006", "USD"), minimum_seconds=30, increment_seconds=6)
ROUNDED = Rate(per_minute=Money("0.05", "USD"), minimum_seconds=30, increment_seconds=6)
TEN, CAPTURED = Money("10", "USD"), Money("0.025", "USD")
MICRO = Decimal("0.000001")


def by_fractions() -> object:
    """Price 75 seconds exactly, and round once."""
    charged = 30 + -((30 - 75) // 6) * 6
    return Decimal(round(Fraction("0.05") * charged / 60 * 10**6)) / 10**6


def by_decimals() -> object:
    """Add up the increments, each rounded: quick to write, and drifting."""
    total = (Decimal("0.05") * 30 / 60).quantize(MICRO, ROUND_HALF_UP)
    for _ in range(8):
        total += (Decimal("0.05") * 6 / 60).quantize(MICRO, ROUND_HALF_UP)
    return total


def by_floats() -> object:
    """Price it in floats: quick, and off by a unit now and then."""
    charged = 30 + -((30 - 75) // 6) * 6
    return round(0.05 * charged / 60, 6)


def bisected() -> object:
    """Look for the last affordable second by halves, pricing with Fractions."""
    low, high = 0, 10**6
    per_second, available = Fraction("0.05") / 60, Fraction(10)
    while low < high:
        middle = (low + high + 1) // 2
        charged = 30 if middle <= 30 else 30 + -((30 - middle) // 6) * 6  # noqa: PLR2004 - 30/6
        if round(per_second * charged * 10**6) <= available * 10**6:
            low = middle
        else:
            high = middle - 1
    return low


def prefixes(count: int, lengths: tuple[int, ...]) -> list[str]:
    """So many different prefixes, the same each time."""
    found: dict[str, None] = {}
    number = 0
    while len(found) < count:
        number += 1
        least = 10 ** (lengths[number % len(lengths)] - 1)
        found[str(least + int(number * GOLDEN % 1 * 9 * least))] = None
    return sorted(found)


def numbers(among: list[str], count: int) -> list[str]:
    """So many numbers that begin with one of the prefixes, in no order."""
    return [
        f"+{among[int(number * SILVER % 1 * len(among))]}{int(number * GOLDEN % 1 * 10**6):06}"
        for number in range(1, count + 1)
    ]


RATES = [Rate(per_minute=Money(f"0.{cents:04}", "USD")) for cents in range(1, 200)]
MANY, FEW, SHORT = prefixes(50_000, LENGTHS), prefixes(500, LENGTHS), prefixes(500, SHORT_LENGTHS)


def rows(written: list[str]) -> tuple[RateRow, ...]:
    """A row for each prefix."""
    return tuple(RateRow(prefix=prefix, rate=RATES[place % len(RATES)]) for place, prefix in enumerate(written))


def ours(written: list[str], asked: list[str]) -> Work:
    """Ask a deck."""
    find, next_number = RateDeck(rows(written), timezone="Asia/Singapore").find, cycle(asked).__next__
    return lambda: find(next_number(), at=NOW)


def plain(written: list[str], asked: list[str]) -> Work:
    """Ask a dictionary for ever shorter beginnings."""
    by_prefix, next_number = {row.prefix: row for row in rows(written)}, cycle(asked).__next__
    longest_first = sorted(set(map(len, written)), reverse=True)

    def look_up() -> RateRow | None:
        number = next_number()
        for length in longest_first:
            found = by_prefix.get(number[1 : length + 1])
            if found is not None:
                return found
        return None

    return look_up


def by_pygtrie(written: list[str], asked: list[str]) -> Work:
    """Ask a trie."""
    trie, next_number = pygtrie.CharTrie({row.prefix: row for row in rows(written)}), cycle(asked).__next__
    return lambda: trie.longest_prefix(next_number()[1:]).value


class Decks(Mapping[str, Work]):
    """Everybody's lookup of so many numbers in turn; a deck is built for whoever is measured, and no other."""

    def __init__(self, asked: int) -> None:
        wanted = numbers(MANY, asked)
        self._builders: dict[str, Callable[[], Work]] = {
            "tenantcore": lambda: ours(MANY, wanted),
            "tenantcore, 500 prefixes": lambda: ours(FEW, wanted),
            "tenantcore, 500 of 1 to 4 digits": lambda: ours(SHORT, wanted),
            "plain dictionary": lambda: plain(MANY, wanted),
            "plain dictionary, 500 prefixes": lambda: plain(FEW, wanted),
            "pygtrie": lambda: by_pygtrie(MANY, wanted),
            "floor (two dates, one object)": lambda: floor,
        }

    def __getitem__(self, library: str) -> Work:
        return self._builders[library]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._builders)

    def __len__(self) -> int:
        return len(self._builders)


HUNDRED = Allotment(name="hundred", seconds=6000, classes=frozenset({NumberClass.US_DID}))
USE = AllotmentUse(period_start=date(2026, 6, 1), used_seconds=600, held_seconds=60)
HELD = AllotmentHold(period_start=date(2026, 6, 1), seconds=60)
ZONE = "America/New_York"
NEW_YORK = ZoneInfo(ZONE)


def at_instants(asked: Callable[[datetime], object]) -> Work:
    """Ask at a thousand instants of a day in turn."""
    next_instant = cycle([NOW + timedelta(seconds=second * 86) for second in range(1000)]).__next__
    return lambda: asked(next_instant())


def by_hand(instant: datetime) -> object:
    """Look for the month of an instant in its zone, and for what is left of it."""
    start = instant.astimezone(NEW_YORK).date().replace(day=1)
    taken = USE.used_seconds + USE.held_seconds if USE.period_start == start else 0
    return Pair(start, min(60, HUNDRED.seconds - taken))


SUBJECTS: dict[str, Mapping[str, Work]] = {
    "cost, whole at the sixth decimal": {
        "tenantcore": lambda: WHOLE.cost(75),
        "floor (two dates, one object)": floor,
    },
    "cost, rounded": {
        "tenantcore": lambda: ROUNDED.cost(75),
        "floor (two dates, one object)": floor,
        "Fractions": by_fractions,
        "Decimals, each increment rounded": by_decimals,
        "floats": by_floats,
    },
    "how long funds last": {
        "tenantcore": lambda: ROUNDED.max_seconds(TEN),
        "floor (two dates, one object)": floor,
        "Fractions, by halves": bisected,
    },
    "the next slice": {
        "tenantcore": lambda: ROUNDED.next_slice(75, captured=CAPTURED),
        "floor (two dates, one object)": floor,
    },
    "a rate with a discount": {
        "tenantcore": lambda: ROUNDED.discounted(10),
        "floor (two dates, one object)": floor,
    },
    "a rate, built": {
        "tenantcore": lambda: Rate(per_minute=TEN, precision=Precision(4)),
        "floor (two dates, one object)": floor,
    },
    "what is left of included minutes": {
        "tenantcore": at_instants(lambda at: HUNDRED.left(USE, at=at, timezone=ZONE)),
        "floor (two dates, one object)": floor,
    },
    "a hold on included minutes": {
        "tenantcore": at_instants(lambda at: HUNDRED.hold(USE, 60, at=at, timezone=ZONE)),
        "floor (two dates, one object)": floor,
        "by hand, for months only": at_instants(by_hand),
    },
    "a hold, renewed": {
        "tenantcore": at_instants(lambda at: HUNDRED.hold(USE, 60, at=at, timezone=ZONE, held=HELD)),
        "floor (two dates, one object)": floor,
    },
    "a call counted at its end": {
        "tenantcore": at_instants(lambda at: HUNDRED.settle(USE, answered_at=at, seconds=75, timezone=ZONE, held=HELD)),
        "floor (two dates, one object)": floor,
    },
    "the rate of a number among 50,000 prefixes, 1,000 numbers": Decks(1_000),
    "the rate of a number among 50,000 prefixes, 20,000 numbers": Decks(20_000),
}


def main() -> None:
    """Print what a deck takes in memory, and what a plain dictionary takes that has the same rows."""
    tracemalloc.start()
    written = rows(prefixes(50_000, LENGTHS))
    of_rows, _ = tracemalloc.get_traced_memory()
    by_prefix = {row.prefix: row for row in written}
    with_dictionary, _ = tracemalloc.get_traced_memory()
    deck = RateDeck(written, timezone="Asia/Singapore")
    with_deck, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{len(deck.rows):,} rows with their prefixes {of_rows / MEGABYTE:8.1f} MB")
    print(f"a plain dictionary of {len(by_prefix):,}   {(with_dictionary - of_rows) / MEGABYTE:8.1f} MB more")
    print(f"the deck                        {(with_deck - with_dictionary) / MEGABYTE:8.1f} MB more")


if __name__ == "__main__":
    main()
