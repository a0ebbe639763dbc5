"""Lets you turn dialled digits into E.164, and tell which class a number is of.

A dial plan says how people dial somewhere and which classes of numbers there are: `NORTH_AMERICA` has the classes of an
account wizard, `DialPlan.for_country` those of any other country from libphonenumber's data, and a host adds its own.
Rates, restrictions and trunks are set by class; calls for help have theirs, EMERGENCY, in every plan.

Rules: NUM-1, NUM-2 in docs/reference/numbering.md.
"""

from tenantcore._dial_plans import NORTH_AMERICA, DialPlan, DialPlanFault, country_of
from tenantcore._number_classes import (
    NORTH_AMERICAN_RULES,
    CallClass,
    ClassRule,
    CountryClass,
    NumberClass,
    NumberClassFault,
    OwnClass,
)
from tenantcore._number_patterns import NumberPatternFault

__all__ = [
    "NORTH_AMERICA",
    "NORTH_AMERICAN_RULES",
    "CallClass",
    "ClassRule",
    "CountryClass",
    "DialPlan",
    "DialPlanFault",
    "NumberClass",
    "NumberClassFault",
    "NumberPatternFault",
    "OwnClass",
    "country_of",
]
