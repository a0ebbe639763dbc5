"""Lets a call that is up be kept as a value: what counts it, what it holds, and how its charging stands.

Names that callers use are imported from `tenantcore.call_policy`.
"""

from datetime import datetime, timedelta
from typing import Final, TypeAlias

from attrs import evolve, field, frozen

from tenantcore._call_claims import (
    Admitted,
    AllotmentClaim,
    CallClaim,
    Claim,
    FundsClaim,
    FundsOperation,
    TrunkClaim,
    lease_end,
    operation_id,
)
from tenantcore._call_reasons import CallFault, Payer
from tenantcore._validators import an_instant_or_none, at_least, exactly, not_empty, tuple_of, within, wrong_type
from tenantcore.balance import Capture, Debit, Grant, NextSlice, Overage, Release, Reserve
from tenantcore.errors import Problem, invalid
from tenantcore.money import Money
from tenantcore.rating import Rate

__all__ = ["CallLease", "FundsHeld", "LiveCall", "with_taken"]

_SECOND: Final = timedelta(seconds=1)
_MAX_SECONDS: Final = 86_400
_PAYER: Final = exactly(Payer, called="a Payer")
_MONEY: Final = exactly(Money, called="Money")
_seconds = within(1, _MAX_SECONDS)


@frozen(kw_only=True)
class FundsHeld:
    """How the charging of a call stands for one payer.

    `hold` is the id of the hold that is open, of `held`, until `expires_at`; None where there is none. `captured` is
    what has been charged. The next operation of the claim `id` is number `number`.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    payer: Payer = field(validator=_PAYER)
    id: str = field(validator=not_empty)
    number: int = field(validator=at_least(1))
    rate: Rate = field(validator=exactly(Rate, called="a Rate"))
    hold: str | None = field(validator=exactly(str, type(None), called="text or None"))
    held: Money = field(validator=_MONEY)
    captured: Money = field(validator=_MONEY)
    expires_at: datetime | None = field(validator=an_instant_or_none)
    slice_seconds: int = field(validator=_seconds)
    lease_seconds: int = field(validator=_seconds)

    def renewed(self, seconds: int, instant: datetime) -> "tuple[FundsHeld, tuple[FundsOperation, ...]]":
        """Return how charging stands once what was used is charged and the next slice held, and what does that."""
        due = self.rate.next_slice(seconds, captured=self.captured)
        used = self.captured + due
        ahead = self.rate.next_slice(seconds + self.slice_seconds, captured=used)
        until = lease_end(instant, self.lease_seconds * _SECOND)
        operations = list[FundsOperation]()
        number = self.number
        hold = self.open_hold(instant)
        if hold is not None:
            then = NextSlice(ahead, expires_at=until, grant=Grant.UP_TO) if ahead.is_positive else None
            next_id = operation_id(self.id, number)
            operations.append(Capture(next_id, hold=hold, amount=due, overage=Overage.RECORD, then=then))
            hold = None if then is None else next_id
        else:
            if due.is_positive:
                operations.append(Debit(operation_id(self.id, number), due, overage=Overage.RECORD))
            if ahead.is_positive:
                hold = operation_id(self.id, number + len(operations))
                operations.append(Reserve(hold, ahead, expires_at=until, grant=Grant.UP_TO))
        after = evolve(
            self,
            number=number + len(operations),
            hold=hold,
            held=ahead,
            captured=used,
            expires_at=None if hold is None else until,
        )
        return after, tuple(operations)

    def settled(self, seconds: int, instant: datetime | None) -> FundsOperation | None:
        """Return what ends the charging: the rest is charged, recorded whatever there is left, or the hold released."""
        rest = self.rate.next_slice(seconds, captured=self.captured)
        hold, next_id = self.open_hold(instant), operation_id(self.id, self.number)
        if hold is None:
            return Debit(next_id, rest, overage=Overage.RECORD) if rest.is_positive else None
        if rest.is_zero:
            return Release(next_id, hold=hold)
        return Capture(next_id, hold=hold, amount=rest, overage=Overage.RECORD)

    def open_hold(self, instant: datetime | None) -> str | None:
        """Return the hold that is open at an instant; without one, the hold as it was taken."""
        is_over = instant is not None and self.expires_at is not None and self.expires_at <= instant
        return None if is_over else self.hold

    def claim(self, operation: FundsOperation | None) -> FundsClaim:
        """Return an operation as a claim on this payer's account."""
        return FundsClaim(
            payer=self.payer,
            id=self.id,
            operation=operation,
            rate=self.rate,
            slice_seconds=self.slice_seconds,
            lease_seconds=self.lease_seconds,
        )


CallLease: TypeAlias = CallClaim | TrunkClaim
"""A claim that counts a call."""


@frozen(kw_only=True)
class LiveCall:
    """A call that is up: what a host stores with it, so that any process can renew and settle it.

    >>> LiveCall.begun(Admitted((), ())).funds  # a call for help has nothing to keep up
    ()

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    leases: tuple[CallLease, ...] = field(
        default=(), validator=tuple_of(CallClaim, TrunkClaim, called="CallClaims and TrunkClaims")
    )
    allotments: tuple[AllotmentClaim, ...] = field(
        default=(), validator=tuple_of(AllotmentClaim, called="AllotmentClaims")
    )
    funds: tuple[FundsHeld, ...] = field(default=(), validator=tuple_of(FundsHeld, called="FundsHeld values"))

    @classmethod
    def begun(cls, decision: Admitted) -> "LiveCall":
        """Return the call whose claims have all been taken.

        Raises: InvalidType for anything but an admitted call.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        if type(decision) is not Admitted:
            raise invalid(wrong_type("decision", "an Admitted", decision))
        return with_taken(decision.claims)

    def with_granted(self, payer: Payer, granted: Money | None) -> "LiveCall":
        """Return the call as it is when the account granted less for the next slice than was asked; None: nothing.

        `granted` is what the entry says. The call may go on for as long as `exhausted_at` says, and is settled then.

        Raises:
            InvalidValue: The payer has no funds in this call, or the money is of another currency than the rate.
            InvalidType: One is of another type.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        held = self._held_by(payer)
        if granted is None:
            return self._with_funds(held, evolve(held, hold=None, held=held.held * 0, expires_at=None))
        if type(granted) is not Money:
            raise invalid(wrong_type("granted", "Money or None", granted))
        _ = held.captured + granted  # which refuses another currency
        return self._with_funds(held, evolve(held, held=granted))

    def with_lapsed(self, payer: Payer) -> "LiveCall":
        """Return the call as it is when the account said that its hold has expired: charged from now on without one.

        The declined operation's id is spent, so renewing or settling this call again makes another.

        Raises:
            InvalidValue: The payer has no funds in this call.
            InvalidType: It is no payer.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        held = self._held_by(payer)
        lapsed = evolve(held, hold=None, held=held.held * 0, expires_at=None, number=held.number + 1)
        return self._with_funds(held, lapsed)

    def with_refused(self, claim: AllotmentClaim) -> "LiveCall":
        """Return the call as it is when a renewal's claim on included minutes didn't fit: with what it held before.

        Raises:
            InvalidValue: The claim isn't one of this call's.
            InvalidType: It is no AllotmentClaim.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        if type(claim) is not AllotmentClaim:
            raise invalid(wrong_type("claim", "an AllotmentClaim", claim))
        if claim not in self.allotments:
            raise invalid(Problem(CallFault.CALL_CLAIM_UNKNOWN))
        before = evolve(claim, seconds=0, covered_seconds=claim.covered_seconds - claim.seconds)
        return evolve(self, allotments=tuple(before if each == claim else each for each in self.allotments))

    def _held_by(self, payer: Payer) -> FundsHeld:
        if type(payer) is not Payer:
            raise invalid(wrong_type("payer", "a Payer", payer))
        for held in self.funds:
            if held.payer is payer:
                return held
        raise invalid(Problem(CallFault.CALL_FUNDS_UNKNOWN, params={"payer": payer.value}))

    def _with_funds(self, before: FundsHeld, after: FundsHeld) -> "LiveCall":
        return evolve(self, funds=tuple(after if held is before else held for held in self.funds))


def with_taken(claims: tuple[Claim, ...]) -> LiveCall:
    """Return the call that has taken these claims."""
    return LiveCall(
        leases=tuple(claim for claim in claims if isinstance(claim, CallClaim | TrunkClaim)),
        allotments=tuple(claim for claim in claims if isinstance(claim, AllotmentClaim)),
        funds=tuple(_first_held(claim) for claim in claims if isinstance(claim, FundsClaim)),
    )


def _first_held(claim: FundsClaim) -> FundsHeld:
    reserve = claim.operation if isinstance(claim.operation, Reserve) else None
    nothing = Money.zero(claim.rate.currency)
    return FundsHeld(
        payer=claim.payer,
        id=claim.id,
        number=1 if reserve is None else 2,
        rate=claim.rate,
        hold=None if reserve is None else reserve.id,
        held=nothing if reserve is None else reserve.amount,
        captured=nothing,
        expires_at=None if reserve is None else reserve.expires_at,
        slice_seconds=claim.slice_seconds,
        lease_seconds=claim.lease_seconds,
    )
