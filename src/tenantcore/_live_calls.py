"""Lets a call that is up be kept as a value: what counts it, what it holds, and how its charging stands.

Names that callers use are imported from `tenantcore.call_policy`.
"""

from collections.abc import Iterator
from datetime import datetime
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
    operation_id,
)
from tenantcore._call_reasons import CallFault, Payer
from tenantcore._validators import an_instant_or_none, at_least, exactly, not_empty, tuple_of, within, wrong_type
from tenantcore.balance import Capture, Debit, Entry, Lapse, NextSlice, Release, Reserve
from tenantcore.errors import Problem, invalid, shown_code
from tenantcore.money import Money
from tenantcore.rating import Rate

__all__ = ["CallLease", "FundsHeld", "LiveCall", "taken_call"]

_MAX_SECONDS: Final = 86_400
_MOST_DIGITS: Final = 9  # of a call's operation
_OF_CALLS: Final = (Reserve, Capture, Release, Debit)
_PAYER: Final = exactly(Payer, called="a Payer")
_MONEY: Final = exactly(Money, called="Money")
_seconds = within(1, _MAX_SECONDS)


@frozen(kw_only=True)
class FundsHeld:
    """How the charging of a call stands for one payer.

    `hold` is the id of the hold that is open, of `held`, until `expires_at`; None where there is none. `captured` is
    what has been charged. The next operation of the claim `id` is number `number`. Slices and leases are in seconds,
    instants in UTC.

    Raises:
        InvalidValue: Parts don't fit one another: money of another currency than the rate's or below 0, money or an
            expiry without a hold; or a number is out of range.
        InvalidType: A part is of another type.

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

    def __attrs_post_init__(self) -> None:
        for wrong in self._contradictions():
            raise invalid(Problem(CallFault.CALL_FUNDS_INCONSISTENT, params={"field": wrong}))

    def _contradictions(self) -> Iterator[str]:
        for name, money in (("held", self.held), ("captured", self.captured)):
            if money.currency != self.rate.currency or money.is_negative:
                yield name
        if self.hold is None and not self.held.is_zero:
            yield "held"
        if self.hold is None and self.expires_at is not None:
            yield "expires_at"


CallLease: TypeAlias = CallClaim | TrunkClaim
"""A claim that counts a call."""


@frozen(kw_only=True)
class LiveCall:
    """A call that is up: what a host stores with it, so that any process can renew and settle it.

    >>> LiveCall()  # a call for help has nothing to keep up
    LiveCall(leases=(), allotments=(), funds=())

    Raises:
        InvalidValue: A payer stands twice among the funds.
        InvalidType: A part is of another type.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    leases: tuple[CallLease, ...] = field(
        default=(), validator=tuple_of(CallClaim, TrunkClaim, called="CallClaims and TrunkClaims")
    )
    allotments: tuple[AllotmentClaim, ...] = field(
        default=(), validator=tuple_of(AllotmentClaim, called="AllotmentClaims")
    )
    funds: tuple[FundsHeld, ...] = field(default=(), validator=tuple_of(FundsHeld, called="FundsHeld values"))

    def __attrs_post_init__(self) -> None:
        if len({held.payer for held in self.funds}) < len(self.funds):
            raise invalid(Problem(CallFault.CALL_FUNDS_INCONSISTENT, ("funds",), {"field": "payer"}))

    @classmethod
    def begun(cls, decision: Admitted) -> "LiveCall":
        """Return the call whose claims have all been taken.

        Raises: InvalidType for anything but an admitted call.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        if type(decision) is not Admitted:
            raise invalid(wrong_type("decision", "an Admitted", decision))
        return taken_call(decision.claims)

    def with_recorded(self, entry: Entry) -> "LiveCall":
        """Return the call as it is once the account's books have an entry for an operation of this call.

        Hand in the entry of each outcome, of a refusal too: what it charged is charged, what it granted is held until
        it expires, and its id is spent. An entry that the call knows already changes nothing. Where the operation that
        was sent isn't the one of the entry, somebody else had got further with this call and died: now this call is as
        far, and is renewed or settled again.

        >>> from datetime import UTC
        >>> nothing, paid = Money("0", "USD"), Money("-1", "USD")
        >>> debit = Debit("call-1/1/account/2", Money("1", "USD"))
        >>> entry = Entry(number=7, at=datetime(2026, 11, 22, tzinfo=UTC), operation=debit, posted=paid, held=nothing)
        >>> LiveCall().with_recorded(entry)  # a call that is carried by a trunk
        Traceback (most recent call last):
        tenantcore.errors.InvalidValue: the entry 'call-1/1/account/2' isn't of an operation of this call; ...

        Raises:
            InvalidValue: The entry isn't of an operation of this call, or one before it is missing.
            InvalidType: It is no Entry.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        if type(entry) is not Entry:
            raise invalid(wrong_type("entry", "an Entry", entry))
        operation = entry.operation
        name = operation.hold if isinstance(operation, Lapse) else operation.id
        for held in self.funds:
            number = _number_of(name, held.id)
            if number is None:
                continue
            if number == held.number and isinstance(operation, _OF_CALLS):
                return self._with_funds(held, _recorded(held, operation, entry))
            if number < held.number:
                is_lapse = isinstance(operation, Lapse) and held.hold == name
                return self._with_funds(held, _without_hold(held)) if is_lapse else self
            # A hold can't lapse that the call doesn't know of.
            if number > held.number or isinstance(operation, Lapse):
                params = {"id": shown_code(name), "expected": operation_id(held.id, held.number)}
                raise invalid(Problem(CallFault.CALL_ENTRY_AHEAD, params=params))
        raise invalid(Problem(CallFault.CALL_ENTRY_UNKNOWN, params={"id": shown_code(name)}))

    def with_taken(self, claim: AllotmentClaim) -> "LiveCall":
        """Return the call as it is once a renewal's claim on included minutes is taken; refused, nothing changes.

        Hand in the claim as the store has it, which is less than the call had if its lease had lapsed and others have
        taken some. A claim of an earlier renewal, whose lease ends earlier, changes nothing.

        Raises:
            InvalidValue: The claim isn't one of this call's.
            InvalidType: It is no AllotmentClaim.

        Rule: CALL-3 in docs/reference/call_policy.md.
        """
        if type(claim) is not AllotmentClaim:
            raise invalid(wrong_type("claim", "an AllotmentClaim", claim))
        for before in self.allotments:
            if (before.id, before.payer, before.allotment) == (claim.id, claim.payer, claim.allotment):
                if (claim.period_start, claim.lease_until) < (before.period_start, before.lease_until):
                    return self
                return evolve(self, allotments=tuple(claim if each is before else each for each in self.allotments))
        raise invalid(Problem(CallFault.CALL_CLAIM_UNKNOWN))

    def _with_funds(self, before: FundsHeld, after: FundsHeld) -> "LiveCall":
        return evolve(self, funds=tuple(after if held is before else held for held in self.funds))


def _number_of(name: str, claim: str) -> int | None:
    """Return which operation of a claim has this id; None if it is another's."""
    number = name.removeprefix(f"{claim}/")
    is_number = len(number) <= _MOST_DIGITS and number.isascii() and number.isdecimal()
    return int(number) if is_number and name == operation_id(claim, int(number)) else None


def _recorded(held: FundsHeld, operation: FundsOperation, entry: Entry) -> FundsHeld:
    then = operation.then if isinstance(operation, Capture) else operation
    after = evolve(_without_hold(held), number=held.number + 1, captured=held.captured - entry.posted)
    if entry.granted is None or not isinstance(then, Reserve | NextSlice):
        return after
    return evolve(after, hold=operation.id, held=entry.granted, expires_at=then.expires_at)


def _without_hold(held: FundsHeld) -> FundsHeld:
    return evolve(held, hold=None, held=held.held * 0, expires_at=None)


def taken_call(claims: tuple[Claim, ...]) -> LiveCall:
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
