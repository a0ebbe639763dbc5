"""Computing with amounts of money: sums, comparisons, products, and what an invoice does with them.

Every library starts from amounts that are already built. py-moneyed rounds by the caller's decimal context, stockholm
keeps nine decimals. Neither can share an amount out, so the last subject stands alone.
"""

from collections.abc import Callable

import moneyed
import stockholm

from tenantcore.money import Money, Rounding

Work = Callable[[], object]

_PRICES = [f"{cents // 100}.{cents % 100:02d}" for cents in range(199, 10_099, 99)]
_OURS, _SAME, _OTHER = Money("12.50", "USD"), Money("12.50", "USD"), Money("7.25", "USD")
_MONEYED, _MONEYED_SAME, _MONEYED_OTHER = (moneyed.Money(text, "USD") for text in ("12.50", "12.50", "7.25"))
_STOCKHOLM, _STOCKHOLM_SAME, _STOCKHOLM_OTHER = (stockholm.Money(text, "USD") for text in ("12.50", "12.50", "7.25"))
_OURS_MANY = [Money(price, "USD") for price in _PRICES]
_MONEYED_MANY = [moneyed.Money(price, "USD") for price in _PRICES]
_STOCKHOLM_MANY = [stockholm.Money(price, "USD") for price in _PRICES]
_OURS_LONG, _MONEYED_LONG = Money("2.345678", "USD"), moneyed.Money("2.345678", "USD")
_STOCKHOLM_LONG = stockholm.Money("2.345678", "USD")


def _moneyed_total() -> object:
    return sum(_MONEYED_MANY, moneyed.Money(0, "USD"))


SUBJECTS: dict[str, dict[str, Work]] = {
    "add two amounts": {
        "tenantcore": lambda: _OURS + _OTHER,
        "py-moneyed": lambda: _MONEYED + _MONEYED_OTHER,
        "stockholm": lambda: _STOCKHOLM + _STOCKHOLM_OTHER,
    },
    "compare, equal": {
        "tenantcore": lambda: _OURS == _SAME,
        "py-moneyed": lambda: _MONEYED == _MONEYED_SAME,
        "stockholm": lambda: _STOCKHOLM == _STOCKHOLM_SAME,
    },
    "compare, unequal": {
        "tenantcore": lambda: _OURS == _OTHER,
        "py-moneyed": lambda: _MONEYED == _MONEYED_OTHER,
        "stockholm": lambda: _STOCKHOLM == _STOCKHOLM_OTHER,
    },
    "compare, less": {
        "tenantcore": lambda: _OTHER < _OURS,
        "py-moneyed": lambda: _MONEYED_OTHER < _MONEYED,
        "stockholm": lambda: _STOCKHOLM_OTHER < _STOCKHOLM,
    },
    "multiply by a whole number": {
        "tenantcore": lambda: _OURS * 3,
        "py-moneyed": lambda: _MONEYED * 3,
        "stockholm": lambda: _STOCKHOLM * 3,
    },
    "build from text": {
        "tenantcore": lambda: Money("12.50", "USD"),
        "py-moneyed": lambda: moneyed.Money("12.50", "USD"),
        "stockholm": lambda: stockholm.Money("12.50", "USD"),
    },
    "round to cents": {
        "tenantcore": lambda: _OURS_LONG.rounded(Rounding.HALF_EVEN, places=2),
        "py-moneyed": lambda: _MONEYED_LONG.round(2),
        "stockholm": lambda: round(_STOCKHOLM_LONG, 2),
    },
    "total of a hundred amounts": {
        "tenantcore": lambda: Money.total(_OURS_MANY, "USD"),
        "py-moneyed": _moneyed_total,
        "stockholm": lambda: stockholm.Money.sum(_STOCKHOLM_MANY),
    },
    "split in three": {
        "tenantcore": lambda: _OURS.split(3),
    },
}
