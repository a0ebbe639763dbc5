"""Lets rates, decks of them, discounts and included minutes be written as documents.

Rule: X-4 in docs/reference/documents.md.
"""

from functools import lru_cache
from typing import Final

from tenantcore._document_codecs import DAY, MONEY, NUMBER, TEXT, WHOLE_NUMBER, Codec, many, optional, word
from tenantcore._document_records import Record, one, record
from tenantcore._number_documents import CALL_CLASS, CALL_CLASSES
from tenantcore._trunk_documents import DIRECTION
from tenantcore.billing_periods import Frequency
from tenantcore.money import Money, Rounding
from tenantcore.rating import (
    Allotment,
    AllotmentHold,
    Allotments,
    AllotmentUse,
    Discount,
    Discounts,
    Precision,
    Rate,
    RateDeck,
    RateRow,
)

__all__ = ["ALLOTMENT", "ALLOTMENTS", "ALLOTMENT_USE", "DISCOUNTS", "RATE", "RATE_DECK", "RATING_RECORDS"]

_MOST_PRICES_CACHED: Final = 4096


# A deck has few prices, each in many rows: reading each once takes half of the time, and of the memory.
@lru_cache(maxsize=_MOST_PRICES_CACHED)
def _price(text: str) -> Money:
    return Money.parse(text)


def _load_price(document: object) -> Money:
    return _price(TEXT.load(document))


_PRICE: Final = Codec(MONEY.dump, _load_price)
_DIRECTION_OR_NONE: Final = optional(DIRECTION)
_DAY_OR_NONE: Final = optional(DAY)

_PRECISION: Final = record("precision", Precision, places=WHOLE_NUMBER, rounding=word(Rounding))
RATE: Final = record(
    "rate",
    Rate,
    per_minute=_PRICE,
    connect_fee=_PRICE,
    minimum_seconds=WHOLE_NUMBER,
    increment_seconds=WHOLE_NUMBER,
    free_seconds=WHOLE_NUMBER,
    precision=one(_PRECISION),
)
_RATE_ROW: Final = record(
    "rate_row",
    RateRow,
    prefix=TEXT,
    rate=one(RATE),
    weight=WHOLE_NUMBER,
    direction=_DIRECTION_OR_NONE,
    start=_DAY_OR_NONE,
    end=_DAY_OR_NONE,
    name=TEXT,
)
RATE_DECK: Final = record("rate_deck", RateDeck, rows=many(one(_RATE_ROW)), timezone=TEXT)

_DISCOUNT: Final = record("discount", Discount, call_class=CALL_CLASS, percent=NUMBER)
DISCOUNTS: Final = record("discounts", Discounts, rows=many(one(_DISCOUNT)))

ALLOTMENT: Final = record(
    "allotment",
    Allotment,
    name=TEXT,
    seconds=WHOLE_NUMBER,
    classes=CALL_CLASSES,
    direction=_DIRECTION_OR_NONE,
    per=word(Frequency),
    minimum_seconds=WHOLE_NUMBER,
    increment_seconds=WHOLE_NUMBER,
    free_seconds=WHOLE_NUMBER,
)
ALLOTMENTS: Final = record("allotments", Allotments, rows=many(one(ALLOTMENT)))
ALLOTMENT_USE: Final = record(
    "allotment_use",
    AllotmentUse,
    period_start=_DAY_OR_NONE,
    used_seconds=WHOLE_NUMBER,
    held_seconds=WHOLE_NUMBER,
)
_ALLOTMENT_HOLD: Final = record("allotment_hold", AllotmentHold, period_start=DAY, seconds=WHOLE_NUMBER)

RATING_RECORDS: Final[tuple[Record, ...]] = (
    RATE, _PRECISION, _RATE_ROW, RATE_DECK, _DISCOUNT, DISCOUNTS, ALLOTMENT, ALLOTMENTS, ALLOTMENT_USE, _ALLOTMENT_HOLD,
)  # fmt: skip
"""The kinds of documents that rating has, in the order in which the reference lists them."""
