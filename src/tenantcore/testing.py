"""Lets you write property-based tests against the library: a Hypothesis strategy for every value.

Strategies are named like the values, build them through their public constructors, and mix in known awkward cases:
leap days, month ends, currencies without decimals, zones that skip midnight.

Needs the `testing` extra.
"""

__all__: list[str] = []
