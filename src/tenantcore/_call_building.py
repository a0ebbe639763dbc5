"""Lets a decision on a call be built in the time that a switch has.

The parts are computed by the checks and known to be good. Several values are built for every call, and attrs would
check each part again; so their slots are set instead.
"""

from datetime import date, datetime
from typing import Any, Final

from attrs import fields

from tenantcore._call_claims import (
    Admitted,
    AllotmentClaim,
    CallClaim,
    Claim,
    FundsClaim,
    Refused,
    TrunkClaim,
    operation_id,
)
from tenantcore._call_reasons import Payer
from tenantcore.balance import Grant, Reserve
from tenantcore.errors import Problem
from tenantcore.money import Money
from tenantcore.rating import Allotment, Rate
from tenantcore.trunks import CallGuard, Direction, Trunk, TrunkGuard

__all__ = ["admitted", "allotment_claim", "call_claim", "funds_claim", "refused", "trunk_claim"]

_new: Final = object.__new__
_EXACT: Final = Grant.EXACT


def _setters(owner: type) -> list[Any]:
    """Return what sets each slot of a class, in the order of its fields."""
    return [owner.__dict__[part.name].__set__ for part in fields(owner)]


_set_claims, _set_trace = _setters(Admitted)
_set_reason, _set_refused_trace = _setters(Refused)
(
    _set_call_payer, _set_call_id, _set_call_number, _set_call_guard, _set_call_until, _set_call_lease,
) = _setters(CallClaim)  # fmt: skip
(
    _set_trunk_payer, _set_trunk_id, _set_trunk_direction, _set_trunk_trunk, _set_trunk_guard, _set_trunk_until,
    _set_trunk_lease,
) = _setters(TrunkClaim)  # fmt: skip
(
    _set_allotted_payer, _set_allotted_id, _set_allotted_allotment, _set_allotted_timezone, _set_allotted_start,
    _set_allotted_seconds, _set_allotted_total, _set_allotted_covered, _set_allotted_slice, _set_allotted_until,
    _set_allotted_lease,
) = _setters(AllotmentClaim)  # fmt: skip
(
    _set_funds_payer, _set_funds_id, _set_funds_operation, _set_funds_rate, _set_funds_slice, _set_funds_lease,
) = _setters(FundsClaim)  # fmt: skip
_set_reserve_id, _set_reserve_amount, _set_reserve_until, _set_reserve_grant = _setters(Reserve)


def admitted(claims: tuple[Claim, ...], trace: tuple[Problem, ...]) -> Admitted:
    """Return the decision that admits a call."""
    decision = _new(Admitted)
    _set_claims(decision, claims)
    _set_trace(decision, trace)
    return decision


def refused(reason: Problem, trace: tuple[Problem, ...]) -> Refused:
    """Return the decision that refuses a call."""
    decision = _new(Refused)
    _set_reason(decision, reason)
    _set_refused_trace(decision, trace)
    return decision


def call_claim(  # noqa: PLR0917 - the parts in their order, built for every call
    payer: Payer,
    stem: str,
    number: str | None,
    guard: CallGuard,
    lease_until: datetime,
    lease_seconds: int,
) -> CallClaim:
    """Return a claim on a place among the calls."""
    claim = _new(CallClaim)
    _set_call_payer(claim, payer)
    _set_call_id(claim, f"{stem}/call")
    _set_call_number(claim, number)
    _set_call_guard(claim, guard)
    _set_call_until(claim, lease_until)
    _set_call_lease(claim, lease_seconds)
    return claim


def trunk_claim(  # noqa: PLR0917 - the parts in their order, built for every call
    payer: Payer,
    stem: str,
    direction: Direction,
    trunk: Trunk,
    guard: TrunkGuard,
    lease_until: datetime,
    lease_seconds: int,
) -> TrunkClaim:
    """Return a claim on a trunk."""
    claim = _new(TrunkClaim)
    _set_trunk_payer(claim, payer)
    _set_trunk_id(claim, f"{stem}/trunk")
    _set_trunk_direction(claim, direction)
    _set_trunk_trunk(claim, trunk)
    _set_trunk_guard(claim, guard)
    _set_trunk_until(claim, lease_until)
    _set_trunk_lease(claim, lease_seconds)
    return claim


def allotment_claim(  # noqa: PLR0917 - the parts in their order, built for every call
    payer: Payer,
    stem: str,
    allotment: Allotment,
    timezone: str,
    start: date,
    seconds: int,
    total: int,
    covered_seconds: int,
    lease_until: datetime,
    slice_seconds: int,
    lease_seconds: int,
) -> AllotmentClaim:
    """Return a claim on included minutes for the first slice."""
    claim = _new(AllotmentClaim)
    _set_allotted_payer(claim, payer)
    _set_allotted_id(claim, f"{stem}/allotment")
    _set_allotted_allotment(claim, allotment)
    _set_allotted_timezone(claim, timezone)
    _set_allotted_start(claim, start)
    _set_allotted_seconds(claim, seconds)
    _set_allotted_total(claim, total)
    _set_allotted_covered(claim, covered_seconds)
    _set_allotted_slice(claim, slice_seconds)
    _set_allotted_until(claim, lease_until)
    _set_allotted_lease(claim, lease_seconds)
    return claim


def funds_claim(  # noqa: PLR0917 - the parts in their order, built for every call
    payer: Payer,
    stem: str,
    amount: Money,
    rate: Rate,
    lease_until: datetime,
    slice_seconds: int,
    lease_seconds: int,
) -> FundsClaim:
    """Return a claim on funds for the first slice."""
    operation = None
    if amount.amount:
        operation = _new(Reserve)
        _set_reserve_id(operation, operation_id(stem, 1))
        _set_reserve_amount(operation, amount)
        _set_reserve_until(operation, lease_until)
        _set_reserve_grant(operation, _EXACT)
    claim = _new(FundsClaim)
    _set_funds_payer(claim, payer)
    _set_funds_id(claim, stem)
    _set_funds_operation(claim, operation)
    _set_funds_rate(claim, rate)
    _set_funds_slice(claim, slice_seconds)
    _set_funds_lease(claim, lease_seconds)
    return claim
