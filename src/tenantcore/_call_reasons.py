"""Lets a decision on a call be told: each check that was made, for a yes as for a no, as a line of its trace.

A line is a `Problem`: its path names who was asked, its code what came of the check. The table that the code stands in
says what that means: `CallStep` goes on, `CallGrant` admits, `CallRefusal` refuses.
"""

import enum
from functools import lru_cache
from typing import Final

from tenantcore.errors import Code, Kind, Param, Problem

__all__ = ["CallFault", "CallGrant", "CallRefusal", "CallStep", "Payer", "line"]

_MOST_LINES: Final = 4096
_GO_ON: Final = "nothing to do: the next check follows"
_GO: Final = "nothing to do: take what the decision claims, and connect the call"


class Payer(enum.Enum):
    """Who is asked for a call, and pays for it: the account first, then its reseller.

    Rule: CALL-3 in docs/reference/call_policy.md.
    """

    ACCOUNT = "account"
    """The tenant that makes or gets the call."""
    RESELLER = "reseller"
    """The reseller that the account belongs to."""

    def __str__(self) -> str:
        return str(self.value)


@enum.unique
class CallStep(Code):
    """What a check found that neither admits nor refuses the call.

    Rule: CALL-4 in docs/reference/call_policy.md.
    """

    CALL_STATUS_ALLOWS = (Kind.WARNING, "CALL-1", "the tenant is {status}, which doesn't stop this call", _GO_ON)
    CALL_NOT_FOR_HELP = (Kind.WARNING, "CALL-1", "the call isn't one for help", _GO_ON)
    CALL_FOR_HELP_RESTRICTABLE = (
        Kind.WARNING,
        "CALL-2",
        "the call is one for help, and on this platform restrictions come first",
        _GO_ON,
    )
    CALL_INBOUND_UNRESTRICTED = (Kind.WARNING, "CALL-1", "the call is inbound, so no restriction is for it", _GO_ON)
    CALL_CLASS_UNRESTRICTED = (Kind.WARNING, "CALL-1", "calls to the class {word} aren't restricted", _GO_ON)
    CALL_LIMITS_KEPT = (Kind.WARNING, "CALL-1", "the call keeps to the limits on calls", _GO_ON)
    CALL_METERED = (Kind.WARNING, "CALL-1", "the call isn't of a class that is carried for nothing", _GO_ON)
    CALL_ALLOTMENT_NONE = (Kind.WARNING, "CALL-1", "no included minutes are for this call", _GO_ON)
    CALL_ALLOTMENT_USED_UP = (
        Kind.WARNING,
        "CALL-1",
        "the included minutes of the allotment {allotment} are used up or held",
        _GO_ON,
    )
    CALL_TRUNK_OTHER_CLASS = (Kind.WARNING, "TRK-3", "trunks don't carry calls to the class {word}", _GO_ON)
    CALL_TRUNK_NONE_FREE = (Kind.WARNING, "TRK-1", "no trunk is free for an {direction} call", _GO_ON)
    CALL_PER_MINUTE_ALLOWED = (Kind.WARNING, "CALL-1", "calls may be charged per minute", _GO_ON)
    CALL_RATE_FOUND = (Kind.WARNING, "CALL-1", "there is a rate for the number: {per_minute} a minute", _GO_ON)


@enum.unique
class CallGrant(Code):
    """By what a call is admitted.

    Rule: CALL-4 in docs/reference/call_policy.md.
    """

    CALL_BY_EMERGENCY = (
        Kind.WARNING,
        "CALL-2",
        "the call is one for help, which takes no trunk and no funds",
        _GO,
    )
    CALL_BY_CLASS = (Kind.WARNING, "CALL-1", "calls to the class {word} are carried for nothing", _GO)
    CALL_BY_ALLOTMENT = (Kind.WARNING, "CALL-1", "the call uses included minutes of the allotment {allotment}", _GO)
    CALL_BY_TRUNK = (Kind.WARNING, "TRK-1", "the call takes a {trunk} trunk", _GO)
    CALL_BY_MINUTE = (
        Kind.WARNING,
        "CALL-1",
        "the call is charged per minute, and its first {seconds} seconds cost {amount}, which is there",
        _GO,
    )


@enum.unique
class CallRefusal(Code):
    """Why a call is refused; the first that applies, in this order, is the one that is told.

    Rule: CALL-4 in docs/reference/call_policy.md.
    """

    CALL_TENANT_CLOSED = (
        Kind.CONFLICT,
        "CALL-1",
        "the tenant is closed, so no call goes through, not even one for help",
        "take the tenant's telephones out of service, so that nobody relies on them",
    )
    CALL_TENANT_STOPPED = (
        Kind.CONFLICT,
        "CALL-1",
        "the tenant is {status}, so only calls for help go through",
        "have what is owed paid, or ask whoever blocked the tenant",
    )
    CALL_TENANT_LIMITED = (
        Kind.CONFLICT,
        "CALL-1",
        "the tenant has nothing left to spend, so only calls for help and inbound calls go through",
        "top the balance up, or raise its limit",
    )
    CALL_RESTRICTED_BY_ACCOUNT = (
        Kind.FROZEN,
        "CALL-1",
        "calls to the class {word} are restricted for the {payer} as a whole",
        "tick the class among those that the {payer} can call, if it is meant to",
    )
    CALL_RESTRICTED_BY_USER = (
        Kind.FROZEN,
        "CALL-4",
        "calls to the class {word} are restricted for the user",
        "lift the restriction from the user, if the call is meant to go through",
    )
    CALL_RESTRICTED_BY_DEVICE = (
        Kind.FROZEN,
        "CALL-4",
        "calls to the class {word} are restricted for the device",
        "lift the restriction from the device, if the call is meant to go through",
    )
    CALL_LIMIT_OF_CALLS = (
        Kind.OUT_OF_RANGE,
        "CALL-1",
        "as many calls are up as the tenant may have at a time",
        "wait until a call ends, or raise the limit on calls",
    )
    CALL_LIMIT_OF_CARRIER_CALLS = (
        Kind.OUT_OF_RANGE,
        "CALL-1",
        "as many calls through carriers are up as the tenant may have at a time",
        "wait until a call ends, or raise the limit on calls through carriers",
    )
    CALL_LIMIT_OF_NUMBER = (
        Kind.OUT_OF_RANGE,
        "CALL-1",
        "as many inbound calls to the number are up as it may have at a time",
        "wait until a call ends, or raise the cap of the number",
    )
    CALL_NUMBER_UNREADABLE = (
        Kind.MALFORMED,
        "NUM-1",
        "what was dialled is no number that the dial plan can read",
        "dial as the plan says: a national number, an international one with its prefix, or a short code",
    )
    CALL_PER_MINUTE_NOT_ALLOWED = (
        Kind.FROZEN,
        "CALL-1",
        "nothing else carries the call, and the tenant may not make calls that are charged per minute",
        "allow per-minute calls, or give the tenant more trunks if they carry such calls",
    )
    CALL_RATE_MISSING = (
        Kind.MISSING,
        "CALL-1",
        "no rate deck has a rate for the number, so the call can't be charged",
        "add a rate for the number's prefix, or check that it was dialled right",
    )
    CALL_CURRENCIES_DIFFER = (
        Kind.CONFLICT,
        "CALL-1",
        "the call is charged in {rate}, but the funds are in {funds}",
        "use one currency for the rates and for the balance that pays them",
    )
    CALL_FUNDS_INSUFFICIENT = (
        Kind.OUT_OF_RANGE,
        "CALL-1",
        "the first {seconds} seconds cost {amount}, and {available} is available",
        "top the balance up, or raise its limit",
    )
    CALL_CLAIM_LOST = (
        Kind.CONFLICT,
        "CALL-3",
        "another call was quicker to take {claim}",
        "ask again as the next attempt, with the numbers of that moment",
    )


@enum.unique
class CallFault(Code):
    """What can be wrong with what a decision on a call is asked with."""

    CALL_ID_MALFORMED = (
        Kind.MALFORMED,
        "CALL-3",
        "a call's id must be 1 to {maximum} printable characters, with no space at either end, not {value}",
        "shorten or encode the id; ids of operations are made from it, and those have a longest length, too",
    )
    CALL_HOT_DESK_EMPTY = (
        Kind.MISSING,
        "CALL-4",
        "a hot desk must have at least one user",
        "hand in the restrictions of who is logged in, or none at all where nobody is",
    )
    CALL_TRUNK_CLASS_EXCLUDED = (
        Kind.CONFLICT,
        "TRK-3",
        "trunks can't carry calls to the class {word}",
        "leave the class out; such calls never take a trunk",
    )
    CALL_DECK_CURRENCY = (
        Kind.CONFLICT,
        "CALL-1",
        "the rate deck at position {position} (counted from 0) is in {deck}, and the tenant's balance in {currency}",
        "hand in decks in the currency of the balance that pays",
    )
    CALL_ALLOTMENTS_WITHOUT_ZONE = (
        Kind.MISSING,
        "CALL-1",
        "included minutes need a time zone: it says when a day, a week or a month begins",
        "hand in the tenant's billing time zone",
    )
    CALL_LEASE_TOO_SHORT = (
        Kind.OUT_OF_RANGE,
        "CALL-3",
        "a lease of {lease} seconds ends before a slice of {slice} seconds can be renewed",
        "make the lease longer than the slice, by as long as a renewal can be late",
    )
    CALL_ALLOTMENT_LIVE_REPEATED = (
        Kind.CONFLICT,
        "CALL-4",
        "the use at position {position} (counted from 0) is for an allotment that has one already",
        "hand in one use for each allotment",
    )
    CALL_CLAIM_UNKNOWN = (
        Kind.UNKNOWN,
        "CALL-3",
        "the claim isn't one of this call's",
        "hand in a claim as the decision or the renewal gave it",
    )
    CALL_ENTRY_UNKNOWN = (
        Kind.UNKNOWN,
        "CALL-3",
        "the entry {id} isn't of an operation of this call",
        "hand in the entries of what this call's renewals and its end asked for",
    )
    CALL_ENTRY_AHEAD = (
        Kind.CONFLICT,
        "CALL-3",
        "the entry {id} comes before the call knows that of {expected}",
        "hand in a call's entries in their order, without a gap",
    )
    CALL_TRACE_INCOMPLETE = (
        Kind.MISSING,
        "CALL-4",
        "a decision must have the trace of its checks, whose last line is the decision",
        "hand in the trace as the decision had it",
    )
    CALL_FUNDS_INCONSISTENT = (
        Kind.CONFLICT,
        "CALL-3",
        "the charging of a call can't be so: its {field} doesn't fit the rest",
        "hand in the value as the library gave it",
    )
    CALL_ALLOTMENT_UNKNOWN = (
        Kind.UNKNOWN,
        "CALL-4",
        "the profile has no allotment {allotment}, whose use is handed in",
        "hand in the use of each allotment under its name: without one, all its minutes count as unused",
    )
    CALL_CLASS_NOT_IN_PLAN = (
        Kind.WARNING,
        "CALL-1",
        "no number of the dial plan is of the class {word}, so what is set for it has no effect",
        "use the classes of the plan: a country's differ from those of North America",
    )
    EMERGENCY_RESTRICTABLE = (
        Kind.WARNING,
        "CALL-2",
        "calls for help can be blocked by restrictions on this platform",
        "protect them, unless the law of every country you serve lets you block them",
    )
    EMERGENCY_BLOCKED = (
        Kind.WARNING,
        "CALL-2",
        "the tenant can't call for help: {label} isn't among what it can call",
        "tick {label}, or protect calls for help on the whole platform",
    )
    EMERGENCY_RESTRICTION_VOID = (
        Kind.WARNING,
        "CALL-2",
        "calls for help are restricted, which has no effect: the platform protects them",
        "tick {label}, so that the restrictions show what holds",
    )


@lru_cache(maxsize=_MOST_LINES)
def line(code: CallStep | CallGrant | CallRefusal, payer: Payer, /, **params: Param) -> Problem:
    """Return a line of a trace, the same object for the same content."""
    return Problem(code, (payer.value,), params)
