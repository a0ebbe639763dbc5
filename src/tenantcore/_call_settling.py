"""Lets a call be kept up and ended: leases renewed, what was used captured slice by slice, and the rest given back.

Names that callers use are imported from `tenantcore.call_policy`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from attrs import evolve, field, frozen

from tenantcore._allotments import blocks_of
from tenantcore._amounts import check_within
from tenantcore._call_claims import (
    Admitted,
    AllotmentClaim,
    CallClaim,
    Claim,
    FundsClaim,
    FundsOperation,
    Refused,
    TrunkClaim,
    lease_end,
    operation_id,
)
from tenantcore._call_reasons import CallFault, CallRefusal, Payer, line
from tenantcore._live_calls import CallLease, FundsHeld, LiveCall, taken_call
from tenantcore._rated_seconds import charged_of, lasting
from tenantcore._validators import at_least, exactly, in_utc, wrong_type
from tenantcore._windows import opens_at, zone_named
from tenantcore.balance import Capture, Debit, Grant, NextSlice, Overage, Release, Reserve
from tenantcore.errors import Problem, invalid
from tenantcore.money import Money
from tenantcore.rating import MAX_BLOCK_SECONDS, Rate

__all__ = ["CallCharge", "ClaimLost", "RenewedCall", "SettledCall", "exhausted_at", "refused_claim", "renew", "settle"]

_SECOND: Final = timedelta(seconds=1)
_NOTHING_MORE: Final[Mapping[Payer, Money | None]] = MappingProxyType({})


@frozen
class RenewedCall:
    """What keeps a call up: `claims` for the host to take, and the `call` with its leases lengthened.

    A lease that is counted still is only lengthened; one that has lapsed is claimed anew, and if its guard doesn't
    hold, the call has to end. What the stores answer to the other claims is told to the call, which goes on from there:
    the entry of each operation by `LiveCall.with_recorded`, included minutes that were taken by `LiveCall.with_taken`.
    So a call is never ahead of the books, and a worker that dies in between loses nothing.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    call: LiveCall
    claims: tuple[Claim, ...]


def renew(call: LiveCall, *, seconds: int, now: datetime) -> RenewedCall:
    """Return what keeps a call up that has lasted so many whole seconds since its answer; 0 while it rings.

    Every lease holds for its length from now on, or as long as before if that is longer. What was used is charged, and
    the next slice held: all slices of a call and its end sum to what it costs in one go, wherever it is cut. A host
    renews before the slice is used up, and at the latest before the lease ends; usage beyond what was held is recorded
    all the same. Where more is charged already, by somebody whose clock is ahead, nothing more is.

    Raises:
        InvalidValue: The duration is out of range, or a lease would end after the year 9999.
        InvalidType: An argument is of another type.

    Rules: CALL-3, RAT-2 in docs/reference/call_policy.md.
    """
    _check(call, seconds)
    instant = in_utc("now", now)
    leases = tuple(evolve(claim, lease_until=_lengthened(claim, instant)) for claim in call.leases)
    allotments = tuple(_allotment_renewed(claim, seconds, instant) for claim in call.allotments)
    funds = tuple(_claim(held, operation) for held in call.funds for operation in _renewed(held, seconds, instant))
    return RenewedCall(evolve(call, leases=leases), (*leases, *allotments, *funds))


def _check(call: object, seconds: object) -> None:
    if type(call) is not LiveCall:
        raise invalid(wrong_type("call", "a LiveCall", call))
    check_within("seconds", seconds, 0, MAX_BLOCK_SECONDS)


def _lengthened(claim: CallLease | AllotmentClaim, instant: datetime) -> datetime:
    """Return when a lease ends that is renewed: a clock that is behind shortens none."""
    return max(claim.lease_until, lease_end(instant, claim.lease_seconds * _SECOND))


def _allotment_renewed(claim: AllotmentClaim, seconds: int, instant: datetime) -> AllotmentClaim:
    """Return a claim that covers the next slice; in a new period it begins anew, with what was used in that so far."""
    now = claim.allotment.period(at=instant, timezone=claim.timezone).start
    is_new = now > claim.period_start
    start = now if is_new else claim.period_start
    elapsed = (instant - opens_at(start, zone_named(claim.timezone))) // _SECOND
    # A clock that is behind may not have seen the period begin.
    inside = seconds if elapsed < 0 else min(seconds, elapsed)
    blocks = blocks_of(claim.allotment)
    used = charged_of(inside + claim.slice_seconds, *blocks)
    covered = seconds - inside + lasting(used, *blocks)
    return evolve(
        claim,
        period_start=start,
        total=claim.allotment.seconds if is_new else claim.total,
        seconds=used if is_new else max(used, claim.seconds),
        covered_seconds=covered if is_new else max(covered, claim.covered_seconds),
        lease_until=_lengthened(claim, instant),
    )


def _renewed(held: FundsHeld, seconds: int, instant: datetime) -> Iterator[FundsOperation]:
    """Yield what charges what was used and holds the next slice."""
    due = _due(held.rate, seconds, held.captured)
    ahead = _due(held.rate, seconds + held.slice_seconds, held.captured + due)
    until = lease_end(instant, held.lease_seconds * _SECOND)
    hold, next_id = _open_hold(held, instant), operation_id(held.id, held.number)
    if hold is not None:
        then = NextSlice(ahead, expires_at=until, grant=Grant.UP_TO) if ahead.is_positive else None
        yield Capture(next_id, hold=hold, amount=due, overage=Overage.RECORD, then=then)
        return
    if due.is_positive:
        yield Debit(next_id, due, overage=Overage.RECORD)
        next_id = operation_id(held.id, held.number + 1)
    if ahead.is_positive:
        yield Reserve(next_id, ahead, expires_at=until, grant=Grant.UP_TO)


def _due(rate: Rate, seconds: int, captured: Money) -> Money:
    """Return what is to be charged so far; nothing if more is charged already."""
    return max(rate.cost(seconds), captured) - captured


def _open_hold(held: FundsHeld, instant: datetime | None) -> str | None:
    """Return the hold that is open at an instant; without one, the hold as it was taken."""
    is_over = instant is not None and held.expires_at is not None and held.expires_at <= instant
    return None if is_over else held.hold


def _claim(held: FundsHeld, operation: FundsOperation) -> FundsClaim:
    """Return an operation as a claim on this payer's account."""
    return FundsClaim(
        payer=held.payer,
        id=held.id,
        operation=operation,
        rate=held.rate,
        slice_seconds=held.slice_seconds,
        lease_seconds=held.lease_seconds,
    )


@frozen(kw_only=True)
class CallCharge:
    """What a call cost a payer, and for how many seconds that is charged.

    The cost is that of the seconds, or what was captured before, if that is more: by somebody whose clock was ahead.

    Raises: InvalidValue for seconds below 0, InvalidType for a part of another type.

    Rule: RAT-2 in docs/reference/call_policy.md.
    """

    payer: Payer = field(validator=exactly(Payer, called="a Payer"))
    cost: Money = field(validator=exactly(Money, called="Money"))
    seconds: int = field(validator=at_least(0))


@frozen(kw_only=True)
class SettledCall:
    """What ends a call: `funds` to be recorded, `released` to be given back, and what was charged.

    In place of what the store holds under a claim on included minutes comes what `claim.allotment.settle` counts for
    the call; what goes beyond the minutes costs `Rate.uncovered_cost`, or is let go. Giving back what isn't there does
    nothing.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    funds: tuple[FundsClaim, ...]
    released: tuple[CallLease | AllotmentClaim, ...]
    charges: tuple[CallCharge, ...]


def settle(call: LiveCall, *, seconds: int, now: datetime) -> SettledCall:
    """Return what ends a call after so many whole seconds since its answer; 0 if it never was answered.

    What of the call's cost isn't captured yet is charged, also beyond what is held or there; what was held and isn't
    used is free again. When the entry of each operation is told to the call by `LiveCall.with_recorded`, settling it
    again asks for nothing more; where somebody else had got further with the call, for what is missing. What a renewal
    has charged for longer than the call lasted stays charged, and the charge says so: giving it back is a credit of the
    host's.

    Raises:
        InvalidValue: The duration is out of range.
        InvalidType: An argument is of another type.

    Rules: CALL-3, RAT-2 in docs/reference/call_policy.md.
    """
    _check(call, seconds)
    return _settled(call, seconds, in_utc("now", now))


def _settled(call: LiveCall, seconds: int, instant: datetime | None) -> SettledCall:
    ended = [(held, _ended(held, seconds, instant)) for held in call.funds]
    return SettledCall(
        funds=tuple(_claim(held, operation) for held, operation in ended if operation is not None),
        released=(*call.leases, *call.allotments),
        charges=tuple(
            CallCharge(
                payer=held.payer,
                cost=max(held.rate.cost(seconds), held.captured),
                seconds=held.rate.charged_seconds(seconds),
            )
            for held in call.funds
        ),
    )


def _ended(held: FundsHeld, seconds: int, instant: datetime | None) -> FundsOperation | None:
    """Return what ends the charging: the rest is charged, recorded whatever there is left, or the hold released."""
    rest = _due(held.rate, seconds, held.captured)
    hold, next_id = _open_hold(held, instant), operation_id(held.id, held.number)
    if hold is None:
        return Debit(next_id, rest, overage=Overage.RECORD) if rest.is_positive else None
    if rest.is_zero:
        return Release(next_id, hold=hold)
    return Capture(next_id, hold=hold, amount=rest, overage=Overage.RECORD)


def exhausted_at(
    call: LiveCall, *, answered_at: datetime, available: Mapping[Payer, Money | None] = _NOTHING_MORE
) -> datetime | None:
    """Return when what a call is paid with is used up, in UTC; None when that is never.

    Counted is what is captured and held, and the included minutes that are; and what else is `available` to a payer,
    None without a limit. So without `available` it is the latest instant to renew or to end the call.

    Raises:
        InvalidValue: Funds are of another currency than the rate, or the instant isn't aware.
        InvalidType: An argument is of another type.

    Rules: CALL-3, RAT-2 in docs/reference/call_policy.md.
    """
    _check(call, 0)
    if not issubclass(type(available), Mapping):
        raise invalid(wrong_type("available", "a mapping of Payer to Money or None", available))
    for payer in available:
        if type(payer) is not Payer:
            raise invalid(wrong_type("a key of available", "a Payer", payer))
    answered = in_utc("answered_at", answered_at)
    lasts = [claim.covered_seconds for claim in call.allotments]
    lasts += [seconds for held in call.funds if (seconds := _lasts(held, available)) is not None]
    try:
        return answered + min(lasts) * _SECOND if lasts else None
    except OverflowError:
        return None


def _lasts(held: FundsHeld, available: Mapping[Payer, Money | None]) -> int | None:
    more = available.get(held.payer, held.held * 0)
    if more is None:
        return None
    if type(more) is not Money:
        raise invalid(wrong_type("available", "a mapping of Payer to Money or None", more))
    promised = held.captured + held.held
    # Who has spent beyond the limit can use up what is held all the same.
    return held.rate.max_seconds(promised + more if more.is_positive else promised)


@frozen
class ClaimLost:
    """A call that was admitted, and yet another one was quicker: the refusal, and what gives back what was taken."""

    decision: Refused
    undo: SettledCall


_WORDS: Final = {
    CallClaim: "a place among the calls",
    TrunkClaim: "a trunk",
    AllotmentClaim: "included minutes",
    FundsClaim: "funds",
}


def refused_claim(decision: Admitted, claim: Claim) -> ClaimLost:
    """Return what comes of a claim that the store refused: the call is refused, and the claims before it are undone.

    A host takes claims in their order and stops at the first that is refused; so the later ones weren't taken. The
    undoing may be sent whether or not they were, and more than once. The call may be asked for again as the next
    attempt, and may find another way.

    Raises:
        InvalidValue: The claim isn't the decision's.
        InvalidType: The decision is no Admitted.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """
    if type(decision) is not Admitted:
        raise invalid(wrong_type("decision", "an Admitted", decision))
    if type(claim) not in _WORDS:
        raise invalid(wrong_type("claim", "a claim", claim))
    if claim not in decision.claims:
        raise invalid(Problem(CallFault.CALL_CLAIM_UNKNOWN))
    taken = taken_call(decision.claims[: decision.claims.index(claim)])
    reason = line(CallRefusal.CALL_CLAIM_LOST, claim.payer, claim=_WORDS[type(claim)])
    return ClaimLost(Refused(reason, (*decision.trace, reason)), _settled(taken, 0, None))
