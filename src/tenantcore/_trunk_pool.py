"""Lets a reseller give trunks out of its own to its tenants, kind by kind, never more than there are.

Names that callers use are imported from `tenantcore.trunks`.
"""

import enum
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import evolve, field, frozen

from tenantcore._trunk_use import KINDS, TrunkLimits
from tenantcore._validators import exactly, within, wrong_type
from tenantcore.errors import Code, FieldCode, Kind, Problem, invalid, type_name

__all__ = ["MAX_ALLOCATED", "TrunkCounts", "TrunkPool", "TrunkPoolFault"]

MAX_ALLOCATED: Final = 2**53 - 1
"""The most that is counted of a kind: as far as the numbers of JSON and Lua are exact (TRK-2)."""


@enum.unique
class TrunkPoolFault(Code):
    """What can be wrong with giving trunks out and taking them back."""

    TRUNKS_OVER_ALLOCATED = (
        Kind.CONFLICT,
        "TRK-2",
        "there are {total} {kind} trunks in the pool, and {allocated} would be allocated: missing {missing}",
        "allocate {missing} {kind} trunks fewer, or have the pool's raised to {allocated}",
    )
    TRUNKS_UNLIMITED_IN_POOL = (
        Kind.CONFLICT,
        "TRK-2",
        "there are {total} {kind} trunks in the pool, so no tenant can have them without limit",
        "give a number of {kind} trunks, or have the pool's made unlimited",
    )
    TRUNKS_NOT_ALLOCATED = (
        Kind.CONFLICT,
        "TRK-2",
        "only {allocated} {kind} trunks of the pool are allocated, so {returned} can't be returned",
        "return what the tenant has, once",
    )
    TRUNKS_UNLIMITED_NOT_ALLOCATED = (
        Kind.CONFLICT,
        "TRK-2",
        "no tenant of the pool has {kind} trunks without limit, so none can return them",
        "return what the tenant has, once",
    )


_count = within(0, MAX_ALLOCATED)


@frozen(kw_only=True)
class TrunkCounts:
    """A number for each kind of trunk, from 0 to `MAX_ALLOCATED`.

    Raises:
        InvalidValue: A number is negative or above `MAX_ALLOCATED`.
        InvalidType: One is no whole number.

    Rule: TRK-2 in docs/reference/trunks.md.
    """

    inbound: int = field(default=0, validator=_count)
    outbound: int = field(default=0, validator=_count)
    twoway: int = field(default=0, validator=_count)
    burst: int = field(default=0, validator=_count)


_LIMITS: Final = exactly(TrunkLimits, called="TrunkLimits")
_COUNTS: Final = exactly(TrunkCounts, called="TrunkCounts")
_NOTHING: Final = TrunkLimits()


@frozen(kw_only=True)
class TrunkPool:
    """What a reseller has of each kind of trunk, and how much of it its tenants have.

    Sums are kept, not who has what: a host stores the pool in one row and each tenant's limits in the tenant's own.
    `unlimited` counts the tenants that have a kind without limit, which needs a pool without limit.

    >>> pool = TrunkPool(total=TrunkLimits(twoway=20)).with_allocation(TrunkLimits(twoway=10))
    >>> [problem.sentence for problem in pool.find_problems(TrunkLimits(twoway=17))]
    ['there are 20 two-way trunks in the pool, and 27 would be allocated: missing 7']
    >>> pool.with_allocation(TrunkLimits(twoway=17), instead_of=TrunkLimits(twoway=10)).free.twoway
    3

    Raises:
        InvalidValue: More is allocated than there is.
        InvalidType: A part is of another type.

    Rule: TRK-2 in docs/reference/trunks.md.
    """

    total: TrunkLimits = field(validator=_LIMITS)
    allocated: TrunkCounts = field(default=TrunkCounts(), validator=_COUNTS)
    unlimited: TrunkCounts = field(default=TrunkCounts(), validator=_COUNTS)

    def __attrs_post_init__(self) -> None:
        for problem in self.find_total_problems(self.total):
            raise invalid(problem)

    @classmethod
    def of(cls, total: TrunkLimits, allocations: Iterable[TrunkLimits]) -> "TrunkPool":
        """Return the pool of a reseller whose tenants have `allocations`, each tenant one.

        Raises:
            InvalidValue: They have more than there is.
            InvalidType: One of them isn't TrunkLimits.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        if not issubclass(type(allocations), Iterable):
            raise invalid(wrong_type("allocations", "an iterable of TrunkLimits", allocations))
        allocated, unlimited = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
        for position, limits in enumerate(allocations):
            if type(limits) is not TrunkLimits:
                params: dict[str, str | int] = {
                    "field": "allocations",
                    "expected": "TrunkLimits",
                    "position": position,
                    "actual": type_name(limits),
                }
                raise invalid(Problem(FieldCode.FIELD_WRONG_ITEM, params=params))
            for kind in KINDS:
                count = _of(limits, kind)
                allocated[kind] += count or 0
                unlimited[kind] += count is None
        return cls(total=total, allocated=TrunkCounts(**allocated), unlimited=TrunkCounts(**unlimited))

    @property
    def free(self) -> TrunkLimits:
        """What the next tenant can have of each kind at most: 0 where nothing is left, None where there is no limit.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        left: dict[str, int | None] = {}
        for kind in KINDS:
            total = _of(self.total, kind)
            left[kind] = None if total is None else total - _counted(self.allocated, kind)
        return TrunkLimits(**left)

    def find_problems(self, limits: TrunkLimits, *, instead_of: TrunkLimits = _NOTHING) -> Iterator[Problem]:
        """Yield why a tenant can't have `limits` out of the pool instead of what it has now, each under its kind.

        A tenant that has none yet has nothing to give back, which is the default.

        Raises: InvalidType when one isn't TrunkLimits.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        problems, _, _ = self._exchanged(instead_of, limits)
        yield from problems

    def with_allocation(self, limits: TrunkLimits, *, instead_of: TrunkLimits = _NOTHING) -> "TrunkPool":
        """Return the pool after a tenant has got `limits`, instead of what it had before if it had any.

        Raises:
            InvalidValue: The first of what `find_problems` finds.
            InvalidType: One isn't TrunkLimits.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        problems, allocated, unlimited = self._exchanged(instead_of, limits)
        for problem in problems:
            raise invalid(problem)
        return evolve(self, allocated=TrunkCounts(**allocated), unlimited=TrunkCounts(**unlimited))

    def without_allocation(self, limits: TrunkLimits) -> "TrunkPool":
        """Return the pool after a tenant has given back `limits`, which are what it had.

        Raises:
            InvalidValue: Less than that is allocated.
            InvalidType: It isn't TrunkLimits.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        return self.with_allocation(_NOTHING, instead_of=limits)

    def find_total_problems(self, total: TrunkLimits) -> Iterator[Problem]:
        """Yield why the reseller can't have `total` instead of what it has: its tenants have more; each under its kind.

        Raises: InvalidType when it isn't TrunkLimits.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        _check_limits("total", total)
        for kind in KINDS:
            allocated, unlimited = _counted(self.allocated, kind), _counted(self.unlimited, kind)
            yield from _find_shortage(kind, _of(total, kind), allocated, unlimited)

    def with_total(self, total: TrunkLimits) -> "TrunkPool":
        """Return the pool of a reseller that has `total` now.

        Raises:
            InvalidValue: The first of what `find_total_problems` finds.
            InvalidType: It isn't TrunkLimits.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        return evolve(self, total=total)

    def _exchanged(
        self, returned: TrunkLimits, given: TrunkLimits
    ) -> tuple[list[Problem], dict[str, int], dict[str, int]]:
        """Return what is wrong with an exchange, and the sums and the unlimited tenants after it."""
        _check_limits("instead_of", returned)
        _check_limits("limits", given)
        problems: list[Problem] = []
        allocated, unlimited = dict[str, int](), dict[str, int]()
        for kind, word in KINDS.items():
            back, out = _of(returned, kind), _of(given, kind)
            before = _counted(self.allocated, kind)
            allocated[kind] = before - (back or 0) + (out or 0)
            unlimited[kind] = _counted(self.unlimited, kind) - (back is None) + (out is None)
            if back is None and not _counted(self.unlimited, kind):
                problems.append(Problem(TrunkPoolFault.TRUNKS_UNLIMITED_NOT_ALLOCATED, (kind,), {"kind": word}))
            elif back is not None and back > before:
                params: dict[str, str | int] = {"kind": word, "allocated": before, "returned": back}
                problems.append(Problem(TrunkPoolFault.TRUNKS_NOT_ALLOCATED, (kind,), params))
            else:
                problems.extend(_find_shortage(kind, _of(self.total, kind), allocated[kind], unlimited[kind]))
        return problems, allocated, unlimited


def _check_limits(name: str, limits: object) -> None:
    if type(limits) is not TrunkLimits:
        raise invalid(wrong_type(name, "TrunkLimits", limits))


def _of(limits: TrunkLimits, kind: str) -> int | None:
    found: int | None = getattr(limits, kind)
    return found


def _counted(counts: TrunkCounts, kind: str) -> int:
    found: int = getattr(counts, kind)
    return found


def _find_shortage(kind: str, total: int | None, allocated: int, unlimited: int) -> Iterator[Problem]:
    if total is None:
        return
    if unlimited:
        params: dict[str, str | int] = {"kind": KINDS[kind], "total": total}
        yield Problem(TrunkPoolFault.TRUNKS_UNLIMITED_IN_POOL, (kind,), params)
    elif allocated > total:
        missing = allocated - total
        params = {"kind": KINDS[kind], "total": total, "allocated": allocated, "missing": missing}
        yield Problem(TrunkPoolFault.TRUNKS_OVER_ALLOCATED, (kind,), params)
