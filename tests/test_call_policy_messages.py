"""What a person reads of a decision on a call, and when one can't be asked for: sentence and remedy, in full."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

import pytest
from attrs import evolve, fields
from hypothesis import given, settings

from tenantcore.balance import Debit, Entry, Ledger, Prepaid
from tenantcore.call_policy import (
    Admitted,
    AllotmentClaim,
    AllotmentLive,
    CallFault,
    CallGrant,
    CallRefusal,
    CallRequest,
    CallStep,
    EmergencyCalls,
    LiveCall,
    LiveUse,
    Payer,
    Refused,
    Restrictions,
    authorize,
    exhausted_at,
    refused_claim,
    renew,
    settle,
)
from tenantcore.errors import Code, InvalidType, InvalidValue, Problem
from tenantcore.money import Money
from tenantcore.numbering import CountryClass, NumberClass
from tenantcore.rating import Allotment, Allotments, AllotmentUse, Rate
from tenantcore.trunks import CallUse, Direction, TrunkUse
from tests.call_world import NOW, Side, deck_of, request
from tests.strangers import HostileText, Word, anything

OUT: Final = Direction.OUTBOUND
GO_ON: Final = "nothing to do: the next check follows"
GO: Final = "nothing to do: take what the decision claims, and connect the call"

LINES: Final[dict[Code, tuple[dict[str, str | int], str]]] = {
    CallStep.CALL_STATUS_ALLOWS: (
        {"status": "active"},
        f"the tenant is active, which doesn't stop this call; {GO_ON}",
    ),
    CallStep.CALL_NOT_FOR_HELP: ({}, f"the call isn't one for help; {GO_ON}"),
    CallStep.CALL_FOR_HELP_RESTRICTABLE: (
        {},
        f"the call is one for help, and on this platform restrictions come first; {GO_ON}",
    ),
    CallStep.CALL_INBOUND_UNRESTRICTED: ({}, f"the call is inbound, so no restriction is for it; {GO_ON}"),
    CallStep.CALL_CLASS_UNRESTRICTED: ({"word": "did_us"}, f"calls to the class did_us aren't restricted; {GO_ON}"),
    CallStep.CALL_LIMITS_KEPT: ({}, f"the call keeps to the limits on calls; {GO_ON}"),
    CallStep.CALL_METERED: ({}, f"the call isn't of a class that is carried for nothing; {GO_ON}"),
    CallStep.CALL_ALLOTMENT_NONE: ({}, f"no included minutes are for this call; {GO_ON}"),
    CallStep.CALL_ALLOTMENT_USED_UP: (
        {"allotment": "'domestic'"},
        f"the included minutes of the allotment 'domestic' are used up or held; {GO_ON}",
    ),
    CallStep.CALL_TRUNK_OTHER_CLASS: (
        {"word": "international"},
        f"trunks don't carry calls to the class international; {GO_ON}",
    ),
    CallStep.CALL_TRUNK_NONE_FREE: ({"direction": "inbound"}, f"no trunk is free for an inbound call; {GO_ON}"),
    CallStep.CALL_PER_MINUTE_ALLOWED: ({}, f"calls may be charged per minute; {GO_ON}"),
    CallStep.CALL_RATE_FOUND: (
        {"per_minute": "0.02 USD"},
        f"there is a rate for the number: 0.02 USD a minute; {GO_ON}",
    ),
    CallGrant.CALL_BY_EMERGENCY: ({}, f"the call is one for help, which takes no trunk and no funds; {GO}"),
    CallGrant.CALL_BY_CLASS: ({"word": "tollfree_us"}, f"calls to the class tollfree_us are carried for nothing; {GO}"),
    CallGrant.CALL_BY_ALLOTMENT: (
        {"allotment": "'domestic'"},
        f"the call uses included minutes of the allotment 'domestic'; {GO}",
    ),
    CallGrant.CALL_BY_TRUNK: ({"trunk": "two-way"}, f"the call takes a two-way trunk; {GO}"),
    CallGrant.CALL_BY_MINUTE: (
        {"seconds": 60, "amount": "0.020000 USD"},
        f"the call is charged per minute, and its first 60 seconds cost 0.020000 USD, which is there; {GO}",
    ),
    CallRefusal.CALL_TENANT_CLOSED: (
        {},
        (
            "the tenant is closed, so no call goes through, not even one for help; "
            "take the tenant's telephones out of service, so that nobody relies on them"
        ),
    ),
    CallRefusal.CALL_TENANT_STOPPED: (
        {"status": "blocked"},
        (
            "the tenant is blocked, so only calls for help go through; "
            "have what is owed paid, or ask whoever blocked the tenant"
        ),
    ),
    CallRefusal.CALL_TENANT_LIMITED: (
        {},
        (
            "the tenant has nothing left to spend, so only calls for help and inbound calls go through; "
            "top the balance up, or raise its limit"
        ),
    ),
    CallRefusal.CALL_RESTRICTED_BY_ACCOUNT: (
        {"word": "international", "payer": "reseller"},
        (
            "calls to the class international are restricted for the reseller as a whole; "
            "tick the class among those that the reseller can call, if it is meant to"
        ),
    ),
    CallRefusal.CALL_RESTRICTED_BY_USER: (
        {"word": "international"},
        (
            "calls to the class international are restricted for the user; "
            "lift the restriction from the user, if the call is meant to go through"
        ),
    ),
    CallRefusal.CALL_RESTRICTED_BY_DEVICE: (
        {"word": "international"},
        (
            "calls to the class international are restricted for the device; "
            "lift the restriction from the device, if the call is meant to go through"
        ),
    ),
    CallRefusal.CALL_LIMIT_OF_CALLS: (
        {},
        ("as many calls are up as the tenant may have at a time; wait until a call ends, or raise the limit on calls"),
    ),
    CallRefusal.CALL_LIMIT_OF_CARRIER_CALLS: (
        {},
        (
            "as many calls through carriers are up as the tenant may have at a time; "
            "wait until a call ends, or raise the limit on calls through carriers"
        ),
    ),
    CallRefusal.CALL_LIMIT_OF_NUMBER: (
        {},
        (
            "as many inbound calls to the number are up as it may have at a time; "
            "wait until a call ends, or raise the cap of the number"
        ),
    ),
    CallRefusal.CALL_NUMBER_UNREADABLE: (
        {},
        (
            "what was dialled is no number that the dial plan can read; "
            "dial as the plan says: a national number, an international one with its prefix, or a short code"
        ),
    ),
    CallRefusal.CALL_PER_MINUTE_NOT_ALLOWED: (
        {},
        (
            "nothing else carries the call, and the tenant may not make calls that are charged per minute; "
            "allow per-minute calls, or give the tenant more trunks if they carry such calls"
        ),
    ),
    CallRefusal.CALL_RATE_MISSING: (
        {},
        (
            "no rate deck has a rate for the number, so the call can't be charged; "
            "add a rate for the number's prefix, or check that it was dialled right"
        ),
    ),
    CallRefusal.CALL_CURRENCIES_DIFFER: (
        {"rate": "USD", "funds": "EUR"},
        (
            "the call is charged in USD, but the funds are in EUR; "
            "use one currency for the rates and for the balance that pays them"
        ),
    ),
    CallRefusal.CALL_FUNDS_INSUFFICIENT: (
        {"seconds": 60, "amount": "0.02 USD", "available": "0 USD"},
        ("the first 60 seconds cost 0.02 USD, and 0 USD is available; top the balance up, or raise its limit"),
    ),
    CallRefusal.CALL_CLAIM_LOST: (
        {"claim": "a trunk"},
        ("another call was quicker to take a trunk; ask again as the next attempt, with the numbers of that moment"),
    ),
}

PROFILE, LIVE = Side(per_minute=True).pair()
MINUTES: Final = Allotment(name="domestic", seconds=90, classes=frozenset({NumberClass.US_DID}))


def admitted() -> Admitted:
    decision = authorize(request(), (PROFILE, LIVE), reseller=None, now=NOW)
    assert isinstance(decision, Admitted)
    return decision


def usd(amount: str) -> Money:
    return Money(amount, "USD")


def entry(operation: Debit) -> Entry:
    return Entry(number=1, at=NOW, operation=operation, posted=-operation.amount, held=usd("0"))


CALL: Final = LiveCall.begun(admitted())
USED: Final = AllotmentLive(name="domestic", use=AllotmentUse())
OTHER: Final = evolve(USED, name="other")
HAS_MINUTES: Final = evolve(PROFILE, allotments=Allotments((MINUTES,)), timezone="America/New_York")

FAULTS: Final[dict[str, tuple[Callable[[], object], str]]] = {
    "an empty id": (
        lambda: CallRequest("", OUT, "911"),
        (
            "a call's id must be 1 to 200 printable characters, with no space at either end, not ''; "
            "shorten or encode the id; ids of operations are made from it, and those have a longest length, too"
        ),
    ),
    "an id too long": (
        lambda: CallRequest("x" * 201, OUT, "911"),
        (
            "a call's id must be 1 to 200 printable characters, with no space at either end, "
            "not a text of 201 characters; "
            "shorten or encode the id; ids of operations are made from it, and those have a longest length, too"
        ),
    ),
    "a hot desk without users": (
        lambda: Restrictions.of_hot_desk([]),
        (
            "a hot desk must have at least one user; "
            "hand in the restrictions of who is logged in, or none at all where nobody is"
        ),
    ),
    "trunks for toll-free calls": (
        lambda: evolve(PROFILE, trunk_classes=frozenset({NumberClass.US_TOLLFREE})),
        (
            "trunk_classes: trunks can't carry calls to the class tollfree_us; "
            "leave the class out; such calls never take a trunk"
        ),
    ),
    "trunks for calls for help": (
        lambda: evolve(PROFILE, trunk_classes=frozenset({NumberClass.EMERGENCY})),
        (
            "trunk_classes: trunks can't carry calls to the class emergency; "
            "leave the class out; such calls never take a trunk"
        ),
    ),
    "a deck in another currency": (
        lambda: evolve(PROFILE, decks=(deck_of("1"), deck_of("1", rate=Rate(per_minute=Money("1", "EUR"))))),
        (
            "decks[1]: the rate deck at position 1 (counted from 0) is in EUR, and the tenant's balance in USD; "
            "hand in decks in the currency of the balance that pays"
        ),
    ),
    "minutes without a zone": (
        lambda: evolve(PROFILE, allotments=Allotments((MINUTES,))),
        (
            "timezone: included minutes need a time zone: it says when a day, a week or a month begins; "
            "hand in the tenant's billing time zone"
        ),
    ),
    "a lease as short as a slice": (
        lambda: evolve(PROFILE, slice_seconds=120),
        (
            "lease_seconds: a lease of 120 seconds ends before a slice of 120 seconds can be renewed; "
            "make the lease longer than the slice, by as long as a renewal can be late"
        ),
    ),
    "two uses of one allotment": (
        lambda: evolve(LIVE, allotments=(USED, USED)),
        (
            "allotments[1]: the use at position 1 (counted from 0) is for an allotment that has one already; "
            "hand in one use for each allotment"
        ),
    ),
    "a claim of another call": (
        lambda: refused_claim(admitted(), evolve(admitted().claims[0], id="x")),
        (
            "the claim isn't one of this call's; "
            "hand in a claim as the decision or the renewal gave it"
        ),
    ),
    "an entry of another call": (
        lambda: CALL.with_recorded(entry(Debit("c-2/1/account/2", usd("1")))),
        (
            "the entry 'c-2/1/account/2' isn't of an operation of this call; "
            "hand in the entries of what this call's renewals and its end asked for"
        ),
    ),
    "no trace": (
        lambda: Admitted((), ()),
        (
            "trace: a decision must have the trace of its checks, whose last line is the decision; "
            "hand in the trace as the decision had it"
        ),
    ),
    "another reason": (
        lambda: Refused(Problem(CallRefusal.CALL_TENANT_CLOSED), (Problem(CallRefusal.CALL_TENANT_LIMITED),)),
        (
            "a decision must have the trace of its checks, whose last line is the decision; "
            "hand in the trace as the decision had it"
        ),
    ),
    "funds that can't be": (
        lambda: evolve(CALL.funds[0], hold=None),
        (
            "the charging of a call can't be so: its held doesn't fit the rest; "
            "hand in the value as the library gave it"
        ),
    ),
    "an entry too early": (
        lambda: CALL.with_recorded(entry(Debit("c-1/1/account/3", usd("1")))),
        (
            "the entry 'c-1/1/account/3' comes before the call knows that of c-1/1/account/2; "
            "hand in a call's entries in their order, without a gap"
        ),
    ),
    "a use of another allotment": (
        lambda: authorize(request(), (HAS_MINUTES, evolve(LIVE, allotments=(OTHER,))), reseller=None, now=NOW),
        (
            "account.allotments[0]: the profile has no allotment 'other', whose use is handed in; "
            "hand in the use of each allotment under its name: without one, all its minutes count as unused"
        ),
    ),
}  # fmt: skip

WARNINGS: Final = {
    CallFault.CALL_CLASS_NOT_IN_PLAN: (
        "denied: no number of the dial plan is of the class premium_rate, so what is set for it has no effect; "
        "use the classes of the plan: a country's differ from those of North America"
    ),
    CallFault.EMERGENCY_RESTRICTABLE: (
        "emergency: calls for help can be blocked by restrictions on this platform; "
        "protect them, unless the law of every country you serve lets you block them"
    ),
    CallFault.EMERGENCY_BLOCKED: (
        "denied: the tenant can't call for help: Emergency Dispatcher isn't among what it can call; "
        "tick Emergency Dispatcher, or protect calls for help on the whole platform"
    ),
    CallFault.EMERGENCY_RESTRICTION_VOID: (
        "denied: calls for help are restricted, which has no effect: the platform protects them; "
        "tick Emergency Dispatcher, so that the restrictions show what holds"
    ),
}


class TestLines:
    """CALL-4: each check is told by a code, with its sentence and remedy."""

    @pytest.mark.parametrize("code", LINES, ids=str)
    def test_a_line_reads(self, code: Code) -> None:
        params, told = LINES[code]
        assert str(Problem(code, params=params)) == told

    def test_every_line_is_here(self) -> None:
        assert list(LINES) == [*CallStep, *CallGrant, *CallRefusal]

    def test_who_was_asked_is_said_first(self) -> None:
        decision = authorize(request(), (PROFILE, LIVE), reseller=(PROFILE, LIVE), now=NOW)
        places = [line.place for line in decision.trace]
        assert places == ["account"] * 10 + ["reseller"] * 10
        assert [str(payer) for payer in Payer] == ["account", "reseller"]


class TestFaults:
    """X-3: every problem has a code, an English sentence and its remedy."""

    @pytest.mark.parametrize("name", FAULTS)
    def test_a_fault_reads(self, name: str) -> None:
        do, told = FAULTS[name]
        with pytest.raises(InvalidValue) as error:
            do()
        assert str(error.value) == told

    def test_a_warning_reads(self) -> None:
        denied = evolve(PROFILE, denied=frozenset({NumberClass.EMERGENCY}))
        elsewhere = evolve(PROFILE, denied=frozenset({CountryClass.PREMIUM_RATE}))
        restrictable = evolve(denied, emergency=EmergencyCalls.RESTRICTABLE)
        warned = [warning for each in (restrictable, denied, elsewhere) for warning in each.warnings()]
        assert {warning.code: str(warning) for warning in warned} == WARNINGS
        assert all(warning.is_warning for warning in warned)

    def test_every_fault_is_here(self) -> None:
        raised = set()
        for do, _ in FAULTS.values():
            with pytest.raises(InvalidValue) as error:
                do()
            raised.add(error.value.problem.code)
        assert raised | set(WARNINGS) == set(CallFault)

    @pytest.mark.parametrize("call_id", [" x", "x ", "a\nb", "\0", "\ud800", "x\u202e", " "])
    def test_ids_that_a_ledger_would_not_take_are_refused(self, call_id: str) -> None:
        with pytest.raises(InvalidValue, match="printable"):
            CallRequest(call_id, OUT, "911")

    def test_ids_of_the_longest_and_the_shortest_length_are_taken(self) -> None:
        for call_id in ("x", "x" * 200, "a b"):
            assert CallRequest(call_id, OUT, "911").id == call_id


def _allotment_claim() -> AllotmentClaim:
    decision = authorize(request(), (HAS_MINUTES, LIVE), reseller=None, now=NOW)
    assert isinstance(decision, Admitted)
    claim = decision.claims[1]
    assert isinstance(claim, AllotmentClaim)
    return claim


ALLOTTED: Final = _allotment_claim()
ADMITTED: Final = admitted()
# Values whose every field is handed strangers.
BUILT: Final[tuple[Any, ...]] = (PROFILE, *ADMITTED.claims, CALL.funds[0], ALLOTTED)


def _with_call(**parts: Any) -> object:
    arguments: dict[str, Any] = {"id": "c-1", "direction": OUT, "number": "911"}
    return CallRequest(**(arguments | parts))


STRANGE: Final[dict[str, Callable[[Any], object]]] = {
    "id": lambda thing: _with_call(id=thing),
    "direction": lambda thing: _with_call(direction=thing),
    "number": lambda thing: _with_call(number=thing),
    "user": lambda thing: _with_call(user=thing),
    "device": lambda thing: _with_call(device=thing),
    "attempt": lambda thing: _with_call(attempt=thing),
    "denied": Restrictions,
    "lifts_device": lambda thing: Restrictions(lifts_device=thing),
    "users": Restrictions.of_hot_desk,
    "a user": lambda thing: Restrictions.of_hot_desk([thing]),
    "request": lambda thing: authorize(thing, (PROFILE, LIVE), reseller=None, now=NOW),
    "account": lambda thing: authorize(request(), thing, reseller=None, now=NOW),
    "profile": lambda thing: authorize(request(), (thing, LIVE), reseller=None, now=NOW),
    "live": lambda thing: authorize(request(), (PROFILE, thing), reseller=None, now=NOW),
    "reseller": lambda thing: authorize(request(), (PROFILE, LIVE), reseller=thing, now=NOW),
    "reseller profile": lambda thing: authorize(request(), (PROFILE, LIVE), reseller=(thing, LIVE), now=NOW),
    "now": lambda thing: authorize(request(), (PROFILE, LIVE), reseller=None, now=thing),
    "available": lambda thing: LiveUse(available=thing, may_use_services=True),
    "may_use_services": lambda thing: LiveUse(available=None, may_use_services=thing),
    "trunks": lambda thing: LiveUse(available=None, may_use_services=True, trunks=thing),
    "calls": lambda thing: LiveUse(available=None, may_use_services=True, calls=thing),
    "allotments": lambda thing: LiveUse(available=None, may_use_services=True, allotments=thing),
    "balance": LiveUse.of_balance,
    "name": lambda thing: AllotmentLive(name=thing, use=AllotmentUse()),
    "use": lambda thing: AllotmentLive(name="a", use=thing),
    "group": lambda thing: AllotmentLive(name="a", use=AllotmentUse(), group=thing),
    "decision begun": LiveCall.begun,
    "entry": CALL.with_recorded,
    "claim taken": CALL.with_taken,
    "leases": lambda thing: LiveCall(leases=thing),
    "held allotments": lambda thing: LiveCall(allotments=thing),
    "funds": lambda thing: LiveCall(funds=thing),
    "call renewed": lambda thing: renew(thing, seconds=1, now=NOW),
    "seconds renewed": lambda thing: renew(CALL, seconds=thing, now=NOW),
    "now renewed": lambda thing: renew(CALL, seconds=1, now=thing),
    "call settled": lambda thing: settle(thing, seconds=1, now=NOW),
    "seconds settled": lambda thing: settle(CALL, seconds=thing, now=NOW),
    "now settled": lambda thing: settle(CALL, seconds=1, now=thing),
    "call exhausted": lambda thing: exhausted_at(thing, answered_at=NOW),
    "answered_at": lambda thing: exhausted_at(CALL, answered_at=thing),
    "available to it": lambda thing: exhausted_at(CALL, answered_at=NOW, available=thing),
    "available to a payer": lambda thing: exhausted_at(CALL, answered_at=NOW, available={Payer.ACCOUNT: thing}),
    "decision refused": lambda thing: refused_claim(thing, ADMITTED.claims[0]),
    "claim lost": lambda thing: refused_claim(ADMITTED, thing),
    "claims": lambda thing: Admitted(thing, ()),
    "reason": lambda thing: Refused(thing, ()),
    "trace": lambda thing: Admitted((), thing),
    "taken": ALLOTTED.taken,
    "before": lambda thing: ALLOTTED.taken(AllotmentUse(), before=thing),
}


def told(do: Callable[[], object]) -> None:
    """Let something happen that may be refused, in few words."""
    message = ""
    with contextlib.suppress(InvalidValue):
        try:
            do()
        except InvalidValue as error:
            message = str(error)
            raise
    assert len(message) < 400


# What STRANGE says to an object that is nothing it could be: the name of the argument, and what it must be.
WANTED: Final = {
    "id": "id must be plain text",
    "direction": "direction must be a Direction",
    "number": "number must be text",
    "user": "user must be Restrictions or None",
    "device": "device must be Restrictions or None",
    "attempt": "attempt must be a whole number",
    "denied": "denied must be a frozenset of number classes",
    "lifts_device": "lifts_device must be a bool",
    "users": "users must be an iterable of Restrictions",
    "a user": "a user must be Restrictions",
    "request": "request must be a CallRequest",
    "account": "account must be a pair of CallProfile and LiveUse",
    "profile": "account: profile must be a CallProfile",
    "live": "account: live must be a LiveUse",
    "reseller": "reseller must be a pair of CallProfile and LiveUse",
    "reseller profile": "reseller: profile must be a CallProfile",
    "now": "now must be a datetime.datetime",
    "available": "available must be Money or None",
    "may_use_services": "may_use_services must be a bool",
    "trunks": "trunks must be a TrunkUse",
    "calls": "calls must be a CallUse",
    "allotments": "allotments must be a tuple of AllotmentLive values",
    "balance": "balance must be a Balance",
    "name": "name must be text",
    "use": "use must be an AllotmentUse",
    "group": "group must be a tuple of AllotmentUses",
    "decision begun": "decision must be an Admitted",
    "entry": "entry must be an Entry",
    "claim taken": "claim must be an AllotmentClaim",
    "leases": "leases must be a tuple of CallClaims and TrunkClaims",
    "held allotments": "allotments must be a tuple of AllotmentClaims",
    "funds": "funds must be a tuple of FundsHeld values",
    "call renewed": "call must be a LiveCall",
    "seconds renewed": "seconds must be a whole number",
    "now renewed": "now must be a datetime.datetime",
    "call settled": "call must be a LiveCall",
    "seconds settled": "seconds must be a whole number",
    "now settled": "now must be a datetime.datetime",
    "call exhausted": "call must be a LiveCall",
    "answered_at": "answered_at must be a datetime.datetime",
    "available to it": "available must be a mapping of Payer to Money or None",
    "available to a payer": "available must be a mapping of Payer to Money or None",
    "decision refused": "decision must be an Admitted",
    "claim lost": "claim must be a claim",
    "claims": "claims must be a tuple of claims",
    "reason": "reason must be a Problem",
    "trace": "trace must be a tuple of Problems",
    "taken": "use must be an AllotmentUse",
    "before": "hold must be an AllotmentHold",
}


class Stranger:
    """An object that is nothing at all."""


class TestTypes:
    """X-2: what an argument must be is said by its name."""

    @pytest.mark.parametrize("name", STRANGE)
    def test_a_stranger_is_told_what_is_wanted(self, name: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            STRANGE[name](Stranger())
        assert str(caught.value).startswith(f"{WANTED[name]}, not Stranger;")

    def test_all_are_told(self) -> None:
        assert list(STRANGE) == list(WANTED)

    @pytest.mark.parametrize("value", BUILT, ids=lambda value: type(value).__name__)
    def test_a_field_is_named(self, value: Any) -> None:
        for attribute in fields(type(value)):
            if attribute.init:
                with pytest.raises(InvalidValue) as caught:
                    evolve(value, **{attribute.name: Stranger()})
                assert str(caught.value).startswith(f"{attribute.name} must be ")
                assert ", not Stranger; " in str(caught.value)

    def test_a_claim_may_be_for_a_number(self) -> None:
        with pytest.raises(InvalidType, match="number must be text or None, not int"):
            evolve(ADMITTED.claims[0], number=911)  # type: ignore[arg-type]


class TestStrangers:
    """X-2: any object whatever gets an answer or an error of the library's own."""

    @given(anything())
    @settings(max_examples=100)
    def test_anything_is_taken_or_refused(self, thing: object) -> None:
        for ask in STRANGE.values():
            told(partial(ask, thing))

    def test_what_is_available_is_told_by_payers(self) -> None:
        available: Any = {"account": None}
        with pytest.raises(InvalidType, match="a key of available must be a Payer, not str"):
            exhausted_at(CALL, answered_at=NOW, available=available)

    @given(anything())
    @settings(max_examples=60)
    def test_a_field_takes_or_refuses_anything(self, thing: object) -> None:
        for value in BUILT:
            for attribute in fields(type(value)):
                if attribute.init:
                    told(partial(evolve, value, **{attribute.name: thing}))

    def test_strangers_within_a_set_are_refused(self) -> None:
        for thing in (1, "did_us", None, (1,), Word.NAME):
            with pytest.raises(InvalidType, match="denied must be a number class"):
                Restrictions(frozenset({thing}))  # type: ignore[arg-type]

    def test_text_of_a_hosts_own_kind_is_a_number(self) -> None:
        call = CallRequest("c-1", OUT, HostileText("911"))
        assert type(call.number) is str
        decision = authorize(call, (PROFILE, LIVE), reseller=None, now=NOW)
        assert decision.trace[-1].code is CallGrant.CALL_BY_EMERGENCY

    def test_text_of_a_hosts_own_kind_is_no_id(self) -> None:
        with pytest.raises(InvalidType, match="id must be plain text, not Word"):
            CallRequest(Word.NAME, OUT, "911")

    @pytest.mark.parametrize("now", [datetime(2026, 1, 1), "now", None])  # noqa: DTZ001 - that is the point
    def test_an_instant_has_to_be_aware(self, now: Any) -> None:
        with pytest.raises(InvalidValue):
            authorize(request(), (PROFILE, LIVE), reseller=None, now=now)

    def test_a_pair_is_two(self) -> None:
        for pair in ((), (PROFILE,), (PROFILE, LIVE, LIVE), [PROFILE, LIVE]):
            with pytest.raises(InvalidType, match="account must be a pair of CallProfile and LiveUse"):
                authorize(request(), pair, reseller=None, now=NOW)  # type: ignore[arg-type]
        with pytest.raises(InvalidType, match=r"reseller: live must be a LiveUse, not CallProfile"):
            authorize(request(), (PROFILE, LIVE), reseller=(PROFILE, PROFILE), now=NOW)  # type: ignore[arg-type]
        with pytest.raises(InvalidType, match=r"account: profile must be a CallProfile, not LiveUse"):
            authorize(request(), (LIVE, LIVE), reseller=None, now=NOW)  # type: ignore[arg-type]

    def test_numbers_of_the_moment_can_be_a_balances(self) -> None:
        ledger = Ledger(Prepaid("USD"))
        balance = ledger.balance_at(NOW)
        assert LiveUse.of_balance(balance) == LiveUse(available=Money("0", "USD"), may_use_services=False)
        trunks, calls = TrunkUse(inbound=1), CallUse(calls=2)
        live = LiveUse.of_balance(balance, trunks=trunks, calls=calls, allotments=(USED,))
        assert (live.trunks, live.calls, live.allotments) == (trunks, calls, (USED,))
