"""Lets money be rounded and shared out: arithmetic on whole numbers only, so that nothing is rounded unseen.

`Rounding` is imported from `tenantcore.money`.
"""

import enum
from typing import Final

__all__ = ["Rounding", "round_quotient", "share_out"]

_CASH_STEP: Final = 5


@enum.unique
class Rounding(enum.Enum):
    """Which neighbour an amount goes to when it is cut to a number of places.

    The first seven have the names and meanings of the `decimal` module: "up" is away from zero, "down" towards it,
    so -2.5 goes to -3 by HALF_UP; CEILING and FLOOR follow the number line.

    The cash roundings go to multiples of five units of the last place: of 0.05 with two places, of 5 with none.
    CASH_NEAREST takes the nearest one, from the middle away from zero (1.025 to 1.05). CASH_CUT drops what lies
    beyond the last place first (1.025 to 1.02), then takes 0-2 to 0, 3-7 to 5, 8-9 to the next 10 (1.02 to 1.00).
    Negative amounts mirror positive ones.

    Rule: PRC-2 in docs/reference/money.md.
    """

    HALF_UP = "HALF_UP"
    HALF_EVEN = "HALF_EVEN"
    HALF_DOWN = "HALF_DOWN"
    UP = "UP"
    DOWN = "DOWN"
    CEILING = "CEILING"
    FLOOR = "FLOOR"
    CASH_NEAREST = "CASH_NEAREST"
    CASH_CUT = "CASH_CUT"


def round_quotient(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Return numerator / denominator (above 0) as a whole number; the cash roundings give a multiple of five."""
    if rounding is Rounding.CASH_NEAREST:
        return _CASH_STEP * round_quotient(numerator, _CASH_STEP * denominator, Rounding.HALF_UP)
    if rounding is Rounding.CASH_CUT:
        # A whole number is never in the middle between two multiples of five: 2 goes down, 3 goes up.
        cut = round_quotient(numerator, denominator, Rounding.DOWN)
        return _CASH_STEP * round_quotient(cut, _CASH_STEP, Rounding.HALF_UP)
    negative = numerator < 0
    whole, rest = divmod(abs(numerator), denominator)
    match rounding:
        case Rounding.HALF_UP:
            away = 2 * rest >= denominator
        case Rounding.HALF_EVEN:
            away = 2 * rest + whole % 2 > denominator
        case Rounding.HALF_DOWN:
            away = 2 * rest > denominator
        case Rounding.UP:
            away = rest > 0
        case Rounding.CEILING:
            away = rest > 0 and not negative
        case Rounding.FLOOR:
            away = rest > 0 and negative
        case _:  # DOWN
            away = False
    size = whole + away
    return -size if negative else size


def share_out(units: int, shares: tuple[int, ...]) -> list[int]:
    """Return `units` in the proportion of `shares`, which are 0 or more and not all 0, by largest remainder."""
    size, everything = abs(units), sum(shares)
    cuts = [divmod(size * share, everything) for share in shares]
    parts = [part for part, _ in cuts]
    left_over = size - sum(parts)
    # Sorting is stable: of equal remainders the earlier comes first. A share of 0 leaves no remainder, and there are
    # always more remainders above 0 than units left over.
    by_remainder = sorted(range(len(cuts)), key=lambda position: -cuts[position][1])
    for position in by_remainder[:left_over]:
        parts[position] += 1
    return parts if units >= 0 else [-part for part in parts]
