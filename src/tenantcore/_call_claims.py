"""Lets a decision on a call say what the host must take for it, as data that a store can check in one step.

Names that callers use are imported from `tenantcore.call_policy`.
"""

from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from attrs import evolve, field, frozen

from tenantcore._allotments import blocks_of
from tenantcore._call_reasons import CallFault, Payer
from tenantcore._rated_seconds import charged_of, lasting
from tenantcore._validators import an_instant, check_at_least, exactly, not_empty, tuple_of, within, wrong_type
from tenantcore.balance import Capture, Debit, Release, Reserve
from tenantcore.errors import FieldCode, Problem, invalid
from tenantcore.rating import MAX_ALLOTTED_SECONDS, Allotment, AllotmentHold, AllotmentUse, Rate
from tenantcore.trunks import CallGuard, Direction, Trunk, TrunkGuard

__all__ = [
    "Admitted",
    "AllotmentClaim",
    "CallClaim",
    "Claim",
    "Decision",
    "FundsClaim",
    "FundsOperation",
    "Refused",
    "TrunkClaim",
    "lease_end",
    "operation_id",
]

_MAX_SECONDS: Final = 86_400
_PAYER: Final = exactly(Payer, called="a Payer")
_DIRECTION: Final = exactly(Direction, called="a Direction")
_seconds = within(1, _MAX_SECONDS)
_allotted = within(0, MAX_ALLOTTED_SECONDS)


@frozen(kw_only=True)
class CallClaim:
    """One more call of the payer's, counted against its limits on calls, if the guard holds.

    All claims are leases: the host counts them under `id`, renews them during the call, and forgets them at
    `lease_until`, in UTC, however the call ended. A claim whose id is there already is taken; only its lease is new.
    `number` is the one called, whose inbound calls are counted, and None for an outbound call.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    payer: Payer = field(validator=_PAYER)
    id: str = field(validator=not_empty)
    number: str | None = field(validator=exactly(str, type(None), called="text or None"))
    guard: CallGuard = field(validator=exactly(CallGuard, called="a CallGuard"))
    lease_until: datetime = field(validator=an_instant)
    lease_seconds: int = field(validator=_seconds)


@frozen(kw_only=True)
class TrunkClaim:
    """One more call of the payer's on a trunk, if the guard holds: what `trunk` it was when the decision was made.

    The store counts by direction and evaluates the guard, in one atomic step; see `CallClaim` for the lease.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    payer: Payer = field(validator=_PAYER)
    id: str = field(validator=not_empty)
    direction: Direction = field(validator=_DIRECTION)
    trunk: Trunk = field(validator=exactly(Trunk, called="a Trunk"))
    guard: TrunkGuard = field(validator=exactly(TrunkGuard, called="a TrunkGuard"))
    lease_until: datetime = field(validator=an_instant)
    lease_seconds: int = field(validator=_seconds)


@frozen(kw_only=True)
class AllotmentClaim:
    """Included minutes set aside for a call, in the period that starts on a local day of the time zone.

    The store keeps under `id` how many `seconds` the call holds, in place of what it held before; if no more than
    `total` is used and held then, in that one step. Where it is more, `within` has the claim on what is left. A renewal
    has the same id, and so has whoever sends it again. `covered_seconds` is for how long after its answer the call is
    covered; it uses whole blocks, so it may hold more or less than that.

    Where each of a group keeps its own use, `total` is what the others had left when the call began, until the period
    ends; so a group does better to keep one use.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    payer: Payer = field(validator=_PAYER)
    id: str = field(validator=not_empty)
    allotment: Allotment = field(validator=exactly(Allotment, called="an Allotment"))
    timezone: str = field(validator=not_empty)
    period_start: date = field(validator=exactly(date, called="a date"))
    seconds: int = field(validator=_allotted)
    total: int = field(validator=_allotted)
    covered_seconds: int = field(validator=_allotted)
    slice_seconds: int = field(validator=_seconds)
    lease_until: datetime = field(validator=an_instant)
    lease_seconds: int = field(validator=_seconds)

    @property
    def hold(self) -> AllotmentHold:
        """What the call holds in the period once this claim is taken.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        return AllotmentHold(period_start=self.period_start, seconds=self.seconds)

    def within(self, left: int) -> "AllotmentClaim | None":
        """Return this claim, or as much of it as fits into what is `left` to the call, what it holds already included.

        None where not even the first block does: a call that is up keeps what it has.

        Raises: InvalidValue, InvalidType for anything but a number of seconds from 0 up.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        check_at_least("left", 0, left)
        if self.seconds <= left:
            return self
        blocks = blocks_of(self.allotment)
        if left < charged_of(blocks[0] + 1, *blocks):
            return None
        shorter = lasting(self.seconds, *blocks) - lasting(left, *blocks)
        seconds = charged_of(lasting(left, *blocks), *blocks)
        return evolve(self, seconds=seconds, covered_seconds=max(0, self.covered_seconds - shorter))

    def taken(self, use: AllotmentUse, *, before: AllotmentHold | None = None) -> AllotmentUse | None:
        """Return the use with this claim in it, or None if it doesn't fit: for a store that compares and swaps.

        `before` is what the call holds in that use already, under the same id. A use of an earlier period begins anew;
        one of a later period has no room for a call of before.

        Raises:
            InvalidValue: The use doesn't hold what is handed in as `before`.
            InvalidType: An argument is of another type.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        if type(use) is not AllotmentUse:
            raise invalid(wrong_type("use", "an AllotmentUse", use))
        if use.period_start is not None and use.period_start > self.period_start:
            return None
        others = use if before is None else use.released(before)
        is_same = use.period_start == self.period_start
        used, held = (others.used_seconds, others.held_seconds) if is_same else (0, 0)
        if used + held + self.seconds > self.total:
            return None
        return AllotmentUse(period_start=self.period_start, used_seconds=used, held_seconds=held + self.seconds)


FundsOperation: TypeAlias = Reserve | Capture | Release | Debit
"""What a call asks of an account."""

_OPERATION_OR_NONE: Final = exactly(
    Reserve, Capture, Release, Debit, type(None), called="a Reserve, Capture, Release, Debit or None"
)


@frozen(kw_only=True)
class FundsClaim:
    """An operation on the payer's account for a call that is charged per minute by `rate`: first a `Reserve`.

    None where there is nothing to do yet, as long as the call is free. Ids are made from the call's, so a claim that
    is sent twice happens once. Account and reseller go in one `step_linked`; without it, the host undoes one when the
    other is declined.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    payer: Payer = field(validator=_PAYER)
    id: str = field(validator=not_empty)
    operation: FundsOperation | None = field(validator=_OPERATION_OR_NONE)
    rate: Rate = field(validator=exactly(Rate, called="a Rate"))
    slice_seconds: int = field(validator=_seconds)
    lease_seconds: int = field(validator=_seconds)


Claim: TypeAlias = CallClaim | TrunkClaim | AllotmentClaim | FundsClaim
"""What the host must take before it connects the call, all of it or none."""

_CLAIMS: Final = tuple_of(CallClaim, TrunkClaim, AllotmentClaim, FundsClaim, called="claims")
_TRACE: Final = tuple_of(Problem, called="Problems")


@frozen
class Admitted:
    """The call may begin once the host has taken `claims`, in their order; with none, at once.

    `trace` has every check in order; its last line says by what the call is admitted, by the reseller's word if it has
    one.

    Raises: InvalidValue for an empty trace, InvalidType for a part of another type.

    Rule: CALL-4 in docs/reference/call_policy.md.
    """

    claims: tuple[Claim, ...] = field(validator=_CLAIMS)
    trace: tuple[Problem, ...] = field(validator=_TRACE)

    def __attrs_post_init__(self) -> None:
        if not self.trace:
            raise invalid(Problem(CallFault.CALL_TRACE_INCOMPLETE, ("trace",)))

    @property
    def reason(self) -> Problem:
        """By what the call is admitted: the last line of the trace."""
        return self.trace[-1]


@frozen
class Refused:
    """The call may not begin, for `reason`, which is the last line of `trace`: every check in order.

    Raises: InvalidValue for a trace with another last line, InvalidType for a part of another type.

    Rule: CALL-4 in docs/reference/call_policy.md.
    """

    reason: Problem = field(validator=exactly(Problem, called="a Problem"))
    trace: tuple[Problem, ...] = field(validator=_TRACE)

    def __attrs_post_init__(self) -> None:
        if self.trace[-1:] != (self.reason,):
            raise invalid(Problem(CallFault.CALL_TRACE_INCOMPLETE))


Decision: TypeAlias = Admitted | Refused


def lease_end(instant: datetime, length: timedelta) -> datetime:
    """Return when a lease ends that is given now."""
    try:
        return instant + length
    except OverflowError:
        raise invalid(Problem(FieldCode.INSTANT_OUT_OF_CALENDAR, params={"field": "the end of a lease"})) from None


def operation_id(claim: str, number: int) -> str:
    """Return the id of an operation for a claim, the first being number 1."""
    return f"{claim}/{number}"
