"""Lets you tell what a call costs, how long funds last, by which rate a number is charged, and what is included.

A rate prices whole seconds since the answer, in blocks, exactly; the cost is rounded once, by name. A deck finds the
rate of a number by its longest prefix. Allotments are minutes that a tenant uses before trunks and money are asked.
Everything is computed from the arguments; where something moves on, the next state is handed back to be stored.

Authority: rates and decks as KAZOO has them, increments anchored after the minimum as PortaOne has them. Departs from
both in computing exactly: rounding increment by increment drifts, and floats lose units.

Rules: RAT-1, RAT-2 in docs/reference/rating.md.
"""

from tenantcore._allotment_uses import (
    MAX_ALLOTTED_SECONDS,
    AllotmentFault,
    AllotmentHeld,
    AllotmentHold,
    AllotmentUse,
)
from tenantcore._allotments import Allotment, Allotments, AllotmentSettled
from tenantcore._discounts import Discount, DiscountFault, Discounts
from tenantcore._rate_decks import LONGEST_PREFIX, RateDeck, RateDeckFault, RateRow
from tenantcore._rated_seconds import MAX_BLOCK_SECONDS, MAX_SECONDS, whole_seconds
from tenantcore._rates import Precision, Rate, RateFault

__all__ = [
    "LONGEST_PREFIX",
    "MAX_ALLOTTED_SECONDS",
    "MAX_BLOCK_SECONDS",
    "MAX_SECONDS",
    "Allotment",
    "AllotmentFault",
    "AllotmentHeld",
    "AllotmentHold",
    "AllotmentSettled",
    "AllotmentUse",
    "Allotments",
    "Discount",
    "DiscountFault",
    "Discounts",
    "Precision",
    "Rate",
    "RateDeck",
    "RateDeckFault",
    "RateFault",
    "RateRow",
    "whole_seconds",
]
