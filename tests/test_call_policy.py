"""Whether a call may start, by what and why: the order of the checks, and what they tell."""

import pickle
from itertools import product

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.call_policy import (
    Admitted,
    AllotmentClaim,
    AllotmentLive,
    CallClaim,
    CallGrant,
    CallProfile,
    CallRefusal,
    CallRequest,
    CallStep,
    Decision,
    EmergencyCalls,
    FundsClaim,
    LiveUse,
    Payer,
    Refused,
    Restrictions,
    TrunkClaim,
    authorize,
)
from tenantcore.errors import InvalidValue
from tenantcore.money import Money
from tenantcore.numbering import NORTH_AMERICA, CallClass, ClassRule, DialPlan, NumberClass, OwnClass
from tenantcore.rating import Allotment, Allotments, AllotmentUse, Discount, Discounts, Rate, RateDeck, RateRow
from tenantcore.status import Status
from tenantcore.trunks import CallLimits, CallUse, Direction, NumberCap, Trunk, TrunkLimits, TrunkUse
from tests.call_world import DECK, LEASE_END, NOW, NUMBERS, Side, deck_of, request
from tests.vector_files import Case, cases

IN, OUT = Direction.INBOUND, Direction.OUTBOUND
DID, UK, HELP = NumberClass.US_DID, NumberClass.INTERNATIONAL, NumberClass.EMERGENCY
MONEY = [None, Money("0", "USD"), Money("0.02", "USD"), Money("0.019999", "USD"), Money("-1", "USD"), Money("9", "EUR")]


def asked(account: Side, reseller: Side | None = None, call: CallRequest | None = None) -> Decision:
    above = None if reseller is None else reseller.pair()
    return authorize(call or request(), account.pair(), reseller=above, now=NOW)


def codes(decision: Decision) -> list[str]:
    return [line.code.name for line in decision.trace]


class TestOrder:
    """CALL-1: status, protected emergency, restriction, other emergency, limits, free classes, trunk, per minute."""

    @pytest.mark.parametrize(("status", "direction"), list(product(Status, Direction)))
    def test_every_combination_is_decided_by_the_first_rule_that_applies(
        self, status: Status, direction: Direction
    ) -> None:
        switches = product(
            NUMBERS,
            EmergencyCalls,
            (frozenset[CallClass](), frozenset[CallClass](NUMBERS)),
            (None, 0),
            (0, 1),
            (False, True),
            (False, True),
            MONEY,
        )
        for call_class, word, denied, limit, twoway, per_minute, has_rates, funds in switches:
            side = Side(
                status=status, emergency=word, denied=denied, calls_limit=limit, twoway=twoway,
                per_minute=per_minute, has_rates=has_rates, funds=funds,
            )  # fmt: skip
            decision = asked(side, call=request(call_class, direction))
            expected = side.answer(call_class, direction)
            assert decision.trace[-1].code.name == expected, (side, call_class)
            assert isinstance(decision, Admitted) is isinstance(decision.trace[-1].code, CallGrant)

    def test_an_admitted_call_tells_every_check(self) -> None:
        assert codes(asked(Side(twoway=1))) == [
            "CALL_STATUS_ALLOWS",
            "CALL_NOT_FOR_HELP",
            "CALL_CLASS_UNRESTRICTED",
            "CALL_LIMITS_KEPT",
            "CALL_METERED",
            "CALL_ALLOTMENT_NONE",
            "CALL_BY_TRUNK",
        ]

    def test_a_refused_call_tells_every_check_up_to_the_refusal(self) -> None:
        assert codes(asked(Side(twoway=1, on_trunks=1, per_minute=True, funds=Money("0.01", "USD")))) == [
            "CALL_STATUS_ALLOWS",
            "CALL_NOT_FOR_HELP",
            "CALL_CLASS_UNRESTRICTED",
            "CALL_LIMITS_KEPT",
            "CALL_METERED",
            "CALL_ALLOTMENT_NONE",
            "CALL_TRUNK_NONE_FREE",
            "CALL_PER_MINUTE_ALLOWED",
            "CALL_RATE_FOUND",
            "CALL_FUNDS_INSUFFICIENT",
        ]

    @pytest.mark.parametrize("direction", Direction)
    def test_which_way_has_no_trunk_is_told(self, direction: Direction) -> None:
        told = asked(Side(), call=request(direction=direction)).trace
        (line,) = (line for line in told if line.code is CallStep.CALL_TRUNK_NONE_FREE)
        assert line.params == {"direction": str(direction)}

    def test_an_inbound_call_is_under_no_restriction(self) -> None:
        everything = frozenset[CallClass](NUMBERS)
        decision = asked(Side(denied=everything, twoway=1), call=request(direction=IN))
        assert codes(decision)[2] == "CALL_INBOUND_UNRESTRICTED"
        assert isinstance(decision, Admitted)

    def test_the_parents_status_counts(self) -> None:
        profile, live = Side(twoway=1).pair()
        under = evolve(profile, parents=(Status.SUSPENDED,))
        decision = authorize(request(), (under, live), reseller=None, now=NOW)
        assert decision.trace[-1].params == {"status": "suspended"}
        assert authorize(request(HELP), (under, live), reseller=None, now=NOW).trace[-1].code is (
            CallGrant.CALL_BY_EMERGENCY
        )

    @pytest.mark.parametrize("status", [status for status in Status if status is not Status.CLOSED])
    def test_a_status_that_allows_the_call_is_told(self, status: Status) -> None:
        told = asked(Side(status=status), Side(status=status), request(HELP)).trace
        allowed = {line.path: line.params for line in told if line.code is CallStep.CALL_STATUS_ALLOWS}
        assert allowed == {("account",): {"status": str(status)}, ("reseller",): {"status": str(status)}}

    def test_what_the_funds_are_short_of_is_told_of_whom(self) -> None:
        rich, poor = Side(per_minute=True), Side(per_minute=True, funds=Money("0.01", "USD"))
        assert str(asked(rich, poor, request(UK)).trace[-1]) == (
            "reseller: the first 60 seconds cost 0.020000 USD, and 0.01 USD is available; "
            "top the balance up, or raise its limit"
        )
        foreign = Side(per_minute=True, funds=Money("5", "EUR"))
        assert str(asked(foreign, call=request(UK)).trace[-1]).startswith(
            "account: the call is charged in USD, but the funds are in EUR;"
        )

    def test_a_blocked_tenant_is_told_so(self) -> None:
        assert asked(Side(status=Status.BLOCKED)).trace[-1].params == {"status": "blocked"}

    @pytest.mark.parametrize("number", ["what?", "", " ", "4" * 10_000, "+0415555010", "\ud800", "\0", "00000000"])
    def test_garbage_is_other_than_above_and_can_not_be_read(self, number: str) -> None:
        call = CallRequest("c-1", OUT, number)
        assert asked(Side(per_minute=True), call=call).trace[-1].code is CallRefusal.CALL_NUMBER_UNREADABLE
        denied = asked(Side(denied=frozenset({NumberClass.UNKNOWN}), per_minute=True), call=call)
        assert denied.trace[-1].params == {"word": "unknown", "payer": "account"}

    def test_a_short_code_that_no_rate_is_for_is_no_call_to_switzerland(self) -> None:
        profile, live = Side(per_minute=True).pair()
        swiss = evolve(profile, decks=(deck_of("41"),))
        decision = authorize(CallRequest("c-1", OUT, "411"), (swiss, live), reseller=None, now=NOW)
        assert decision.trace[-1].code is CallRefusal.CALL_RATE_MISSING

    def test_dialled_digits_are_read_by_the_accounts_plan(self) -> None:
        profile, live = Side(per_minute=True).pair()
        singapore = evolve(profile, plan=DialPlan.for_country("SG"), decks=(deck_of("65"),))
        decision = authorize(CallRequest("c-1", OUT, "61234567"), (singapore, live), reseller=None, now=NOW)
        assert decision.trace[-1].code is CallGrant.CALL_BY_MINUTE

    def test_free_classes_are_data_and_free_outbound_only(self) -> None:
        profile, live = Side().pair()
        free = evolve(profile, unmetered=frozenset({UK}))
        by_class = authorize(request(UK), (free, live), reseller=None, now=NOW)
        assert isinstance(by_class, Admitted)
        assert by_class.reason.params == {"word": "international"}
        assert [type(claim) for claim in by_class.claims] == [CallClaim]
        for call in (request(UK, IN), request(NumberClass.US_TOLLFREE)):
            assert isinstance(authorize(call, (free, live), reseller=None, now=NOW), Refused)

    def test_limits_hold_for_free_calls_too(self) -> None:
        decision = asked(Side(calls_limit=0), call=request(NumberClass.US_TOLLFREE))
        assert decision.trace[-1].code is CallRefusal.CALL_LIMIT_OF_CALLS

    def test_each_limit_has_its_own_reason(self) -> None:
        profile, live = Side(twoway=9).pair()
        cap = NumberCap(number="+14155550100", calls=1)
        limits = {
            CallRefusal.CALL_LIMIT_OF_CALLS: CallLimits(calls=1, carrier_calls=1, number_calls=1),
            CallRefusal.CALL_LIMIT_OF_CARRIER_CALLS: CallLimits(carrier_calls=1, number_calls=1),
            CallRefusal.CALL_LIMIT_OF_NUMBER: CallLimits(number_calls=1),
        }
        busy = evolve(live, calls=CallUse(calls=1, carrier_calls=1, number_calls=1))
        for reason, limit in [*limits.items(), (CallRefusal.CALL_LIMIT_OF_NUMBER, CallLimits(numbers=(cap,)))]:
            limited = evolve(profile, call_limits=limit)
            decision = authorize(request(direction=IN), (limited, busy), reseller=None, now=NOW)
            assert decision.trace[-1].code is reason
            assert isinstance(authorize(request(direction=IN), (limited, live), reseller=None, now=NOW), Admitted)
        outbound = authorize(
            request(), (evolve(profile, call_limits=CallLimits(number_calls=0)), busy), reseller=None, now=NOW
        )
        assert isinstance(outbound, Admitted)

    def test_a_cap_is_that_of_the_number_called(self) -> None:
        profile, live = Side(twoway=9).pair()
        capped = evolve(profile, call_limits=CallLimits(numbers=(NumberCap(number="+14155550199", calls=0),)))
        for number, taken in (("4155550199", Refused), ("4155550100", Admitted)):
            decision = authorize(CallRequest("c-1", IN, number), (capped, live), reseller=None, now=NOW)
            assert type(decision) is taken
        assert isinstance(
            authorize(CallRequest("c-1", OUT, "4155550199"), (capped, live), reseller=None, now=NOW), Admitted
        )

    def test_funds_that_just_cover_the_first_slice_are_enough(self) -> None:
        per_minute = Side(per_minute=True, funds=Money("0.02", "USD"))
        assert isinstance(asked(per_minute), Admitted)
        short = asked(evolve(per_minute, funds=Money("0.019999", "USD")))
        assert short.trace[-1].params == {"seconds": 60, "amount": "0.020000 USD", "available": "0.019999 USD"}

    def test_funds_without_limit_are_enough(self) -> None:
        assert isinstance(asked(Side(per_minute=True, funds=None)), Admitted)

    def test_the_first_slice_is_as_long_as_the_profile_says(self) -> None:
        profile, live = Side(per_minute=True, funds=Money("0.04", "USD")).pair()
        for seconds, taken in ((119, Admitted), (120, Admitted), (121, Refused)):
            sliced = evolve(profile, slice_seconds=seconds, lease_seconds=200)
            assert type(authorize(request(), (sliced, live), reseller=None, now=NOW)) is taken

    def test_who_owes_begins_no_call_even_a_free_one(self) -> None:
        profile, live = Side(per_minute=True, funds=Money("-0.01", "USD")).pair()
        free = evolve(profile, decks=(deck_of("1", rate=Rate(per_minute=Money("0", "USD"))),))
        assert authorize(request(), (free, live), reseller=None, now=NOW).trace[-1].code is (
            CallRefusal.CALL_FUNDS_INSUFFICIENT
        )
        square = evolve(live, available=Money("0", "USD"))
        decision = authorize(request(), (free, square), reseller=None, now=NOW)
        assert isinstance(decision, Admitted)
        assert isinstance(decision.claims[-1], FundsClaim)
        assert decision.claims[-1].operation is None

    def test_the_first_deck_with_a_rate_prices_the_call(self) -> None:
        profile, live = Side(per_minute=True).pair()
        own, default = deck_of("44"), deck_of("1", "44", rate=Rate(per_minute=Money("9", "USD")))
        decks = evolve(profile, decks=(own, default))
        for call_class, amount in ((UK, "0.020000 USD"), (DID, "9.000000 USD")):
            decision = authorize(request(call_class), (decks, live), reseller=None, now=NOW)
            assert decision.trace[-1].params["amount"] == amount

    def test_the_rate_is_that_of_the_calls_direction(self) -> None:
        profile, live = Side(per_minute=True).pair()
        rows = tuple(
            RateRow(prefix="1", rate=Rate(per_minute=Money(price, "USD")), direction=way)
            for way, price in ((OUT, "1"), (IN, "2"))
        )
        own = evolve(profile, decks=(RateDeck(rows, timezone="America/New_York"),))
        for way, amount in ((OUT, "1.000000 USD"), (IN, "2.000000 USD")):
            decision = authorize(request(direction=way), (own, live), reseller=None, now=NOW)
            assert decision.trace[-1].params["amount"] == amount

    def test_a_discount_is_taken_off_before_funds_are_asked(self) -> None:
        profile, live = Side(per_minute=True, funds=Money("0.018", "USD")).pair()
        discounted = evolve(profile, discounts=Discounts((Discount(UK, 10),)))
        decision = authorize(request(UK), (discounted, live), reseller=None, now=NOW)
        assert decision.trace[-1].params == {"seconds": 60, "amount": "0.018000 USD"}
        assert decision.trace[-2].params == {"per_minute": "0.018 USD"}
        assert isinstance(authorize(request(), (discounted, live), reseller=None, now=NOW), Refused)


class TestTrunks:
    """TRK-3: trunks carry US and Canada numbers only, by the called number, in both directions; never US TollFree."""

    @pytest.mark.parametrize(("call_class", "direction"), list(product(NUMBERS, Direction)))
    def test_only_us_numbers_take_a_trunk(self, call_class: CallClass, direction: Direction) -> None:
        decision = asked(Side(twoway=5, per_minute=True), call=request(call_class, direction))
        claims = decision.claims if isinstance(decision, Admitted) else ()
        assert any(isinstance(claim, TrunkClaim) for claim in claims) is (call_class is DID)

    def test_inbound_toll_free_is_charged_per_minute(self) -> None:
        decision = asked(Side(twoway=5, per_minute=True), call=request(NumberClass.US_TOLLFREE, IN))
        assert decision.trace[-1].code is CallGrant.CALL_BY_MINUTE

    def test_classes_of_another_country_can_have_trunks(self) -> None:
        profile, live = Side(twoway=1).pair()
        offices = OwnClass(word="offices", label="Our offices")
        plan = NORTH_AMERICA.with_classes(ClassRule(offices, r"7\d{3}"))
        own = evolve(profile, plan=plan, trunk_classes=frozenset({offices}))
        assert authorize(CallRequest("c-1", OUT, "7001"), (own, live), reseller=None, now=NOW).trace[-1].code is (
            CallGrant.CALL_BY_TRUNK
        )
        assert authorize(request(), (own, live), reseller=None, now=NOW).trace[-2].params == {"word": "did_us"}

    def test_the_kind_of_trunk_is_told(self) -> None:
        profile, live = Side().pair()
        for limits, word, trunk in (
            (TrunkLimits(outbound=1), "one-way", Trunk.ONEWAY),
            (TrunkLimits(twoway=1), "two-way", Trunk.TWOWAY),
            (TrunkLimits(burst=1), "burst", Trunk.BURST),
        ):
            decision = authorize(request(), (evolve(profile, trunk_limits=limits), live), reseller=None, now=NOW)
            assert isinstance(decision, Admitted)
            assert decision.reason.params == {"trunk": word}
            assert [claim.trunk for claim in decision.claims if isinstance(claim, TrunkClaim)] == [trunk]


class TestEmergency:
    """CALL-2: calls for help take no trunk and no funds; protected ones are never blocked."""

    @pytest.mark.parametrize("status", [status for status in Status if status is not Status.CLOSED])
    @pytest.mark.parametrize("direction", Direction)
    def test_a_protected_one_goes_through_whatever_there_is(self, status: Status, direction: Direction) -> None:
        denied = frozenset[CallClass]({HELP})
        side = Side(status=status, denied=denied, calls_limit=0)
        restricted = Restrictions(denied)
        call = evolve(request(HELP, direction), user=restricted, device=restricted)
        for reseller in (None, side):
            decision = asked(side, reseller, call)
            assert isinstance(decision, Admitted)
            assert decision.claims == ()

    def test_a_closed_tenant_has_not_even_that(self) -> None:
        assert asked(Side(status=Status.CLOSED), call=request(HELP)).trace[-1].code is CallRefusal.CALL_TENANT_CLOSED

    def test_a_restrictable_one_is_blocked_by_any_restriction(self) -> None:
        side = Side(emergency=EmergencyCalls.RESTRICTABLE, calls_limit=0)
        helped = asked(side, call=request(HELP))
        assert isinstance(helped, Admitted)
        assert helped.claims == ()
        assert codes(helped) == [
            "CALL_STATUS_ALLOWS",
            "CALL_FOR_HELP_RESTRICTABLE",
            "CALL_CLASS_UNRESTRICTED",
            "CALL_BY_EMERGENCY",
        ]
        denied = frozenset[CallClass]({HELP})
        for call, blocked in (
            (request(HELP), evolve(side, denied=denied)),
            (evolve(request(HELP), user=Restrictions(denied)), side),
            (evolve(request(HELP), device=Restrictions(denied)), side),
        ):
            assert isinstance(asked(blocked, call=call), Refused)
        assert isinstance(asked(evolve(side, denied=denied), call=request(HELP, IN)), Admitted)

    def test_what_helps_is_told_by_the_accounts_plan_for_its_reseller_too(self) -> None:
        profile, live = Side().pair()
        singapore = evolve(profile, plan=DialPlan.for_country("SG"))
        decision = authorize(CallRequest("c-1", OUT, "995"), (singapore, live), reseller=(profile, live), now=NOW)
        assert isinstance(decision, Admitted)
        assert decision.claims == ()

    def test_a_long_number_that_helps_does_so_for_the_reseller_too(self) -> None:
        profile, live = Side().pair()
        dispatcher = evolve(profile, plan=NORTH_AMERICA.with_classes(ClassRule(HELP, r"\+14155550100")))
        decision = authorize(request(), (dispatcher, live), reseller=(profile, live), now=NOW)
        assert isinstance(decision, Admitted)
        assert decision.claims == ()

    @pytest.mark.parametrize("protecting", ["account", "reseller"])
    def test_one_profile_that_protects_calls_for_help_is_enough(self, protecting: str) -> None:
        profile, live = Side().pair()
        blocking = evolve(profile, denied=frozenset({HELP}), emergency=EmergencyCalls.RESTRICTABLE)
        unticked = evolve(profile, denied=frozenset({HELP}))
        account, reseller = (unticked, blocking) if protecting == "account" else (blocking, unticked)
        decision = authorize(request(HELP), (account, live), reseller=(reseller, live), now=NOW)
        assert isinstance(decision, Admitted)

    def test_what_is_set_for_a_class_that_the_plan_has_not_is_warned_of(self) -> None:
        elsewhere = DialPlan.for_country("US")
        denied = frozenset({NumberClass.CARIBBEAN, NumberClass.INTERNATIONAL})
        profile = CallProfile(
            currency="USD",
            plan=elsewhere,
            denied=denied,
            unmetered=frozenset({NumberClass.US_TOLL, NumberClass.US_TOLLFREE}),
            allotments=Allotments((allotment(),)),
            timezone="America/New_York",
            discounts=Discounts((Discount(DID, 10),)),
            trunk_limits=TrunkLimits(twoway=1),
        )
        assert [(w.place, w.code.name, w.params["word"]) for w in profile.warnings()] == [
            ("denied", "CALL_CLASS_NOT_IN_PLAN", "caribbean"),
            ("unmetered", "CALL_CLASS_NOT_IN_PLAN", "toll_us"),
            ("allotments", "CALL_CLASS_NOT_IN_PLAN", "did_us"),
            ("discounts", "CALL_CLASS_NOT_IN_PLAN", "did_us"),
            ("trunk_classes", "CALL_CLASS_NOT_IN_PLAN", "did_us"),
        ]
        assert CallProfile(currency="USD", plan=elsewhere).warnings() == ()

    @pytest.mark.parametrize("number", ["+1911", "+1112", "+1933"])
    def test_only_the_accounts_plan_says_what_is_a_call_for_help(self, number: str) -> None:
        profile, live = Side(per_minute=True).pair()
        elsewhere = evolve(profile, plan=DialPlan.for_country("SG"))
        call = CallRequest("c-1", OUT, number)
        decision = authorize(call, (elsewhere, live), reseller=(profile, live), now=NOW)
        assert CallGrant.CALL_BY_EMERGENCY not in {line.code for line in decision.trace}

    def test_restrictions_on_calls_for_help_are_warned_of(self) -> None:
        profile, _ = Side().pair()
        unticked = evolve(profile, denied=frozenset({HELP}))
        restrictable = evolve(profile, emergency=EmergencyCalls.RESTRICTABLE)
        both = evolve(unticked, emergency=EmergencyCalls.RESTRICTABLE)
        assert [
            [(w.place, w.code.name) for w in each.warnings()] for each in (profile, unticked, restrictable, both)
        ] == [
            [],
            [("denied", "EMERGENCY_RESTRICTION_VOID")],
            [("emergency", "EMERGENCY_RESTRICTABLE")],
            [("emergency", "EMERGENCY_RESTRICTABLE"), ("denied", "EMERGENCY_BLOCKED")],
        ]


class TestRestrictions:
    """CALL-4: restrictions merge account, user, device; deny above wins."""

    @pytest.mark.parametrize(
        ("account", "user", "device"), list(product((False, True), (None, False, True), (None, False, True)))
    )
    def test_the_highest_that_denies_is_told(self, account: bool, user: bool | None, device: bool | None) -> None:
        denied = frozenset[CallClass]({UK})
        of = {None: None, False: Restrictions(), True: Restrictions(denied)}
        side = Side(denied=denied if account else frozenset(), per_minute=True)
        decision = asked(side, call=evolve(request(UK), user=of[user], device=of[device]))
        told = decision.trace[-1].code.name
        by = "ACCOUNT" if account else "USER" if user else "DEVICE" if device else None
        assert told == ("CALL_BY_MINUTE" if by is None else f"CALL_RESTRICTED_BY_{by}")
        if by is not None:
            told_of = {"payer": "account"} if by == "ACCOUNT" else {}
            assert decision.trace[-1].params == {"word": "international", **told_of}

    def test_a_hot_desk_lifts_the_device_but_not_the_account(self) -> None:
        denied = frozenset[CallClass]({UK})
        desk = Restrictions.of_hot_desk([Restrictions()])
        call = evolve(request(UK), user=desk, device=Restrictions(denied))
        assert isinstance(asked(Side(per_minute=True), call=call), Admitted)
        assert isinstance(asked(Side(per_minute=True, denied=denied), call=call), Refused)

    def test_at_a_hot_desk_all_users_have_to_be_denied(self) -> None:
        uk, toll = frozenset[CallClass]({UK}), frozenset[CallClass]({NumberClass.US_TOLL})
        for users in ([uk | toll, uk], [uk, uk | toll]):
            assert Restrictions.of_hot_desk(map(Restrictions, users)) == Restrictions(uk, lifts_device=True)

    def test_users_and_devices_are_no_business_of_the_resellers(self) -> None:
        # The account would have refused first; its reseller looks at its own profile alone.
        decision = asked(Side(per_minute=True), Side(per_minute=True, denied=frozenset({UK})), request(UK))
        assert str(decision.trace[-1]).startswith("reseller: calls to the class international are restricted")


class TestReseller:
    """CALL-3: account and reseller must both admit the call, each on its own limits; one admission, or none."""

    SIDES = st.builds(
        Side,
        status=st.sampled_from(Status),
        denied=st.frozensets(st.sampled_from(list(NUMBERS))),
        emergency=st.sampled_from(EmergencyCalls),
        calls=st.integers(0, 2),
        calls_limit=st.none() | st.integers(0, 3),
        twoway=st.integers(0, 2),
        on_trunks=st.integers(0, 2),
        per_minute=st.booleans(),
        has_rates=st.booleans(),
        funds=st.sampled_from(MONEY),
    )
    CLASSES = st.sampled_from(list(NUMBERS))

    @given(SIDES, st.none() | SIDES, CLASSES, st.sampled_from(Direction))
    def test_the_account_is_asked_first_and_both_have_to_admit(
        self, account: Side, reseller: Side | None, call_class: CallClass, direction: Direction
    ) -> None:
        decision = asked(account, reseller, request(call_class, direction))
        # The word on calls for help is the platform's: one of both that protects them protects them for both.
        if reseller is not None and EmergencyCalls.PROTECTED in {account.emergency, reseller.emergency}:
            account, reseller = (evolve(side, emergency=EmergencyCalls.PROTECTED) for side in (account, reseller))
        first = account.answer(call_class, direction)
        second = None if reseller is None else reseller.answer(call_class, direction)
        expected = second if second is not None and first in CallGrant.__members__ else first
        assert decision.trace[-1].code.name == expected
        assert decision.reason == decision.trace[-1]
        assert isinstance(decision, Admitted) is (expected in CallGrant.__members__)
        payers = [line.path[0] for line in decision.trace]
        assert payers == sorted(payers)
        assert ("reseller" in payers) is (reseller is not None and first in CallGrant.__members__)
        # Only the last word of each payer decides; all before it are steps.
        deciding = [line for line in decision.trace if not isinstance(line.code, CallStep)]
        assert [line.code.name for line in deciding] == ([first] if "reseller" not in payers else [first, second])

    @given(SIDES, st.none() | SIDES, CLASSES, st.sampled_from(Direction))
    def test_more_trunks_or_funds_never_turn_a_yes_into_a_no(
        self, account: Side, reseller: Side | None, call_class: CallClass, direction: Direction
    ) -> None:
        call = request(call_class, direction)
        if isinstance(asked(account, reseller, call), Admitted):
            richer = [evolve(account, twoway=account.twoway + 1), evolve(account, calls_limit=None)]
            if account.funds is not None:
                richer += [
                    evolve(account, funds=account.funds + Money("1", account.funds.currency)),
                    evolve(account, funds=None),
                ]
            for side in richer:
                assert isinstance(asked(side, reseller, call), Admitted)
        if reseller is not None and isinstance(asked(account, reseller, call), Admitted):
            above = evolve(reseller, twoway=reseller.twoway + 1, funds=None)
            assert isinstance(asked(account, above, call), Admitted)

    @given(SIDES, CLASSES)
    def test_a_class_that_is_not_ticked_is_blocked_whatever_there_is(self, side: Side, call_class: CallClass) -> None:
        rich = evolve(side, denied=frozenset({call_class}), calls_limit=None, twoway=99, per_minute=True, funds=None)
        decision = asked(rich, call=request(call_class))
        protected = call_class is HELP and rich.emergency is EmergencyCalls.PROTECTED
        assert isinstance(decision, Admitted) is (protected and rich.status is not Status.CLOSED)

    def test_each_side_has_its_own_way(self) -> None:
        decision = asked(Side(twoway=1), Side(per_minute=True, funds=Money("1", "USD")))
        assert isinstance(decision, Admitted)
        assert [(claim.payer, type(claim)) for claim in decision.claims] == [
            (Payer.ACCOUNT, CallClaim),
            (Payer.ACCOUNT, TrunkClaim),
            (Payer.RESELLER, CallClaim),
            (Payer.RESELLER, FundsClaim),
        ]

    def test_funds_of_both_come_last(self) -> None:
        decision = asked(Side(per_minute=True), Side(per_minute=True))
        assert isinstance(decision, Admitted)
        assert [(claim.payer, type(claim)) for claim in decision.claims] == [
            (Payer.ACCOUNT, CallClaim),
            (Payer.RESELLER, CallClaim),
            (Payer.ACCOUNT, FundsClaim),
            (Payer.RESELLER, FundsClaim),
        ]

    def test_a_reseller_classifies_numbers_by_its_own_plan(self) -> None:
        profile, live = Side(twoway=1).pair()
        offices = OwnClass(word="offices", label="Our offices")
        own = evolve(
            profile,
            plan=NORTH_AMERICA.with_classes(ClassRule(offices, r"\+1415\d{7}"), ClassRule(offices, "8[0-8]1")),
            unmetered=frozenset({offices}),
        )
        decision = authorize(request(), (profile, live), reseller=(own, live), now=NOW)
        assert decision.trace[-1].params == {"word": "offices"}
        # A short code is what the account's plan says it is.
        per_minute = evolve(profile, unmetered=frozenset({NumberClass.UNKNOWN}))
        short = authorize(CallRequest("c-1", OUT, "411"), (per_minute, live), reseller=(own, live), now=NOW)
        assert short.trace[-1].code is CallRefusal.CALL_PER_MINUTE_NOT_ALLOWED

    def test_that_there_is_no_reseller_has_to_be_said(self) -> None:
        with pytest.raises(TypeError, match="reseller"):
            authorize(request(), Side().pair(), now=NOW)  # type: ignore[call-arg]


class TestClaims:
    """CALL-3: what an admitted call takes is data, with guards, leases and ids made from the call's."""

    def test_a_trunk_call_counts_and_takes_a_trunk(self) -> None:
        profile, live = Side(twoway=2, on_trunks=1, calls_limit=7).pair()
        decision = authorize(request(), (profile, live), reseller=None, now=NOW)
        assert isinstance(decision, Admitted)
        assert decision.claims == (
            CallClaim(
                payer=Payer.ACCOUNT,
                id="c-1/1/account/call",
                number=None,
                guard=CallLimits(calls=7).guard(OUT),
                lease_until=LEASE_END,
                lease_seconds=120,
            ),
            TrunkClaim(
                payer=Payer.ACCOUNT,
                id="c-1/1/account/trunk",
                direction=OUT,
                trunk=Trunk.TWOWAY,
                guard=TrunkLimits(twoway=2).guard(OUT),
                lease_until=LEASE_END,
                lease_seconds=120,
            ),
        )

    def test_an_inbound_call_is_counted_for_its_number(self) -> None:
        profile, live = Side(twoway=2).pair()
        cap = NumberCap(number="+14155550100", calls=3)
        capped = evolve(profile, call_limits=CallLimits(calls=9, numbers=(cap,)))
        decision = authorize(CallRequest("c-1", IN, "4155550100"), (capped, live), reseller=None, now=NOW)
        assert isinstance(decision, Admitted)
        call, trunk = decision.claims
        assert isinstance(call, CallClaim)
        assert call.number == "+14155550100"
        assert (call.guard.calls_below, call.guard.number_calls_below) == (9, 3)
        assert isinstance(trunk, TrunkClaim)
        assert trunk.guard == TrunkLimits(twoway=2).guard(IN)

    def test_a_call_by_the_minute_reserves_its_first_slice(self) -> None:
        profile, live = Side(per_minute=True).pair()
        sliced = evolve(profile, slice_seconds=90, lease_seconds=100)
        again = evolve(request(UK), attempt=3)
        decision = authorize(again, (sliced, live), reseller=None, now=NOW)
        assert isinstance(decision, Admitted)
        claim = decision.claims[-1]
        assert isinstance(claim, FundsClaim)
        assert repr(claim.operation) == (
            "Reserve(id='c-1/3/account/1', amount=Money('0.040000', 'USD'), "
            "expires_at=datetime.datetime(2026, 11, 23, 14, 1, 40, tzinfo=datetime.timezone.utc), "
            "grant=<Grant.EXACT: 'exact'>)"
        )
        assert claim == FundsClaim(
            payer=Payer.ACCOUNT,
            id="c-1/3/account",
            operation=claim.operation,
            rate=Rate(per_minute=Money("0.02", "USD")),
            slice_seconds=90,
            lease_seconds=100,
        )

    @given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=200), st.integers(1, 9999))
    def test_ids_fit_into_a_ledger(self, call_id: str, attempt: int) -> None:
        call = CallRequest(call_id, OUT, NUMBERS[UK], attempt=attempt)
        side = Side(per_minute=True)
        decision = asked(side, side, call)
        assert isinstance(decision, Admitted)
        operations = [claim.operation for claim in decision.claims if isinstance(claim, FundsClaim)]
        ids = [operation.id for operation in operations if operation is not None]
        assert len(set(ids)) == 2
        assert all(len(each) <= 255 - 30 for each in ids)
        for operation in operations:
            assert operation is not None
            assert evolve(operation) == operation  # which checks what was built without checks

    def test_values_built_quickly_are_good(self) -> None:
        decision = asked(Side(twoway=1), Side(per_minute=True))
        assert isinstance(decision, Admitted)
        assert tuple(evolve(claim) for claim in decision.claims) == decision.claims
        assert evolve(decision) == decision
        refused = asked(Side())
        assert isinstance(refused, Refused)
        assert evolve(refused) == refused

    @pytest.mark.parametrize("side", [Side(), Side(twoway=1), Side(per_minute=True), Side(status=Status.CLOSED)])
    def test_decisions_and_profiles_are_hashable_and_pickle(self, side: Side) -> None:
        for value in (asked(side, side), *side.pair(), request()):
            again = pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes
            assert (again, hash(again)) == (value, hash(value))
        profile, live = pickle.loads(pickle.dumps(side.pair()))  # noqa: S301 - our own bytes
        assert authorize(request(), (profile, live), reseller=None, now=NOW) == asked(side)

    def test_lines_without_numbers_of_the_moment_are_shared(self) -> None:
        for one, other in zip(asked(Side(twoway=1)).trace, asked(Side(twoway=1)).trace, strict=True):
            assert one is other


def allotment(name: str = "domestic", seconds: int = 90, direction: Direction | None = None) -> Allotment:
    return Allotment(name=name, seconds=seconds, classes=frozenset({DID}), direction=direction)


class TestAllotments:
    """CALL-1: included minutes are used before trunks and funds."""

    def profile(self, *rows: Allotment) -> CallProfile:
        profile, _ = Side(twoway=1).pair()
        return evolve(profile, allotments=Allotments(rows), timezone="America/New_York")

    def live(self, *uses: AllotmentLive) -> LiveUse:
        return LiveUse(available=None, may_use_services=True, allotments=uses)

    def ask(self, profile: CallProfile, live: LiveUse) -> Decision:
        return authorize(request(), (profile, live), reseller=None, now=NOW)

    def test_an_unused_one_takes_the_call(self) -> None:
        decision = self.ask(self.profile(allotment()), self.live())
        assert isinstance(decision, Admitted)
        assert decision.reason.params == {"allotment": "'domestic'"}
        call, claim = decision.claims
        assert isinstance(call, CallClaim)
        assert claim == AllotmentClaim(
            payer=Payer.ACCOUNT,
            id="c-1/1/account/allotment",
            allotment=allotment(),
            timezone="America/New_York",
            period_start=NOW.date().replace(day=1),
            seconds=60,
            total=90,
            covered_seconds=60,
            slice_seconds=60,
            lease_until=LEASE_END,
            lease_seconds=120,
        )

    def test_fewer_seconds_are_held_where_fewer_are_left(self) -> None:
        use = AllotmentUse(period_start=NOW.date().replace(day=1), used_seconds=50, held_seconds=10)
        decision = self.ask(self.profile(allotment()), self.live(AllotmentLive(name="domestic", use=use)))
        assert isinstance(decision, Admitted)
        claim = decision.claims[-1]
        assert isinstance(claim, AllotmentClaim)
        assert (claim.seconds, claim.total, claim.covered_seconds) == (30, 90, 30)
        assert claim.taken(use) == evolve(use, held_seconds=40)
        assert claim.taken(evolve(use, used_seconds=51)) is None

    def test_a_group_shares(self) -> None:
        start = NOW.date().replace(day=1)
        other = AllotmentUse(period_start=start, used_seconds=30, held_seconds=20)
        past = AllotmentUse(period_start=start.replace(month=10), used_seconds=90)
        live = AllotmentLive(name="domestic", use=AllotmentUse(), group=(other, past))
        decision = self.ask(self.profile(allotment()), self.live(live))
        assert isinstance(decision, Admitted)
        claim = decision.claims[-1]
        assert isinstance(claim, AllotmentClaim)
        assert (claim.seconds, claim.total) == (40, 40)

    def test_each_that_is_used_up_is_told_and_the_next_one_asked(self) -> None:
        start = NOW.date().replace(day=1)
        full = AllotmentUse(period_start=start, used_seconds=90)
        rows = (allotment("first"), allotment("second", direction=OUT), allotment("third", direction=IN))
        uses = [AllotmentLive(name=name, use=full) for name in ("first", "second", "third")]
        told = self.ask(self.profile(*rows), self.live(*uses))
        assert [(line.code.name, line.params) for line in told.trace[5:]] == [
            ("CALL_ALLOTMENT_USED_UP", {"allotment": "'second'"}),
            ("CALL_ALLOTMENT_USED_UP", {"allotment": "'first'"}),
            ("CALL_BY_TRUNK", {"trunk": "two-way"}),
        ]
        some = self.ask(self.profile(*rows), self.live(uses[1]))
        assert [(line.code.name, line.params) for line in some.trace[5:]] == [
            ("CALL_ALLOTMENT_USED_UP", {"allotment": "'second'"}),
            ("CALL_BY_ALLOTMENT", {"allotment": "'first'"}),
        ]

    def test_a_claim_fits_its_own_period_only(self) -> None:
        start = NOW.date().replace(day=1)
        decision = self.ask(self.profile(allotment()), self.live())
        assert isinstance(decision, Admitted)
        claim = decision.claims[-1]
        assert isinstance(claim, AllotmentClaim)
        begun = AllotmentUse(period_start=start, held_seconds=60)
        assert claim.taken(AllotmentUse()) == begun
        assert claim.taken(AllotmentUse(period_start=start.replace(month=10), used_seconds=90)) == begun
        assert claim.taken(AllotmentUse(period_start=start.replace(month=12))) is None
        assert claim.taken(evolve(begun, held_seconds=30)) == evolve(begun, held_seconds=90)
        assert claim.taken(evolve(begun, held_seconds=31)) is None
        assert claim.hold.seconds == 60

    def test_a_claim_that_is_sent_again_takes_nothing_more(self) -> None:
        decision = self.ask(self.profile(allotment()), self.live())
        assert isinstance(decision, Admitted)
        claim = decision.claims[-1]
        assert isinstance(claim, AllotmentClaim)
        others = AllotmentUse(period_start=claim.period_start, used_seconds=10, held_seconds=20)
        once = claim.taken(others)
        assert once == evolve(others, held_seconds=80)
        assert claim.taken(once, before=claim.hold) == once
        more = evolve(claim, seconds=61)
        assert more.taken(once, before=claim.hold) is None
        with pytest.raises(InvalidValue, match="only 20 are held"):
            claim.taken(others, before=claim.hold)

    def test_uses_that_are_left_over_stop_no_call(self) -> None:
        """After a change of plan the store may have rows of allotments that are gone."""
        used = AllotmentUse(period_start=NOW.date().replace(day=1), used_seconds=30)
        old, new = AllotmentLive(name="old plan", use=used), AllotmentLive(name="domestic", use=used)
        both = self.ask(self.profile(allotment()), self.live(old, new))
        assert both == self.ask(self.profile(allotment()), self.live(new))
        assert self.ask(self.profile(), self.live(old)) == self.ask(self.profile(), self.live())
        for_help = authorize(request(HELP), (self.profile(allotment()), self.live(old)), reseller=None, now=NOW)
        assert isinstance(for_help, Admitted)

    def test_whole_blocks_are_held(self) -> None:
        blocks = evolve(allotment(seconds=400), minimum_seconds=300, increment_seconds=60)
        decision = self.ask(self.profile(blocks), self.live())
        assert isinstance(decision, Admitted)
        claim = decision.claims[-1]
        assert isinstance(claim, AllotmentClaim)
        assert (claim.seconds, claim.covered_seconds) == (300, 300)
        use = AllotmentUse(period_start=NOW.date().replace(day=1), used_seconds=101)
        told = self.ask(self.profile(blocks), self.live(AllotmentLive(name="domestic", use=use)))
        assert told.trace[-2].code is CallStep.CALL_ALLOTMENT_USED_UP

    def test_a_call_that_is_free_as_long_as_its_slice_holds_nothing(self) -> None:
        decision = self.ask(self.profile(evolve(allotment(seconds=120), free_seconds=75)), self.live())
        assert isinstance(decision, Admitted)
        claim = decision.claims[-1]
        assert isinstance(claim, AllotmentClaim)
        assert (claim.seconds, claim.covered_seconds) == (0, 75)

    def test_free_seconds_alone_begin_no_call(self) -> None:
        blocks = evolve(allotment(), minimum_seconds=30, increment_seconds=18, free_seconds=5)
        use = AllotmentUse(period_start=NOW.date().replace(day=1), used_seconds=61)
        told = self.ask(self.profile(blocks), self.live(AllotmentLive(name="domestic", use=use)))
        assert told.trace[-2].code is CallStep.CALL_ALLOTMENT_USED_UP

    def test_a_claim_takes_the_last_second(self) -> None:
        decision = self.ask(self.profile(allotment()), self.live())
        assert isinstance(decision, Admitted)
        claim = decision.claims[-1]
        assert isinstance(claim, AllotmentClaim)
        assert claim.within(1) == evolve(claim, seconds=1, covered_seconds=1)
        assert claim.within(0) is None
        with pytest.raises(InvalidValue, match="left must be at least 0, not -1"):
            claim.within(-1)

    @pytest.mark.parametrize(
        ("left", "held", "covered"),
        [(300, 300, 300), (299, None, None), (359, 300, 300), (360, 360, 360), (999, 360, 360)],
    )
    def test_a_claim_takes_what_is_left(self, left: int, held: int | None, covered: int | None) -> None:
        blocks = evolve(allotment(seconds=400), minimum_seconds=300, increment_seconds=60)
        decision = self.ask(self.profile(blocks), self.live())
        assert isinstance(decision, Admitted)
        claim = decision.claims[-1]
        assert isinstance(claim, AllotmentClaim)
        more = evolve(claim, seconds=360, covered_seconds=360)
        found = more.within(left)
        assert (None if found is None else (found.seconds, found.covered_seconds)) == (
            None if held is None else (held, covered)
        )
        later = evolve(more, covered_seconds=1360).within(left)  # a call that began in another period
        assert later is None if held is None else later is not None and later.covered_seconds == 1000 + (covered or 0)

    def test_a_use_under_a_name_that_the_profile_has_not_is_a_fault(self) -> None:
        """Left out by a slip of the pen, an allotment would never be used up."""
        used = AllotmentUse(period_start=NOW.date().replace(day=1), used_seconds=90)
        wrong = AllotmentLive(name="domestik", use=used)
        with pytest.raises(InvalidValue) as caught:
            self.ask(self.profile(allotment()), self.live(wrong))
        assert str(caught.value) == (
            "account.allotments[0]: the profile has no allotment 'domestik', whose use is handed in; hand in the use "
            "of each allotment under its name: without one, all its minutes count as unused"
        )


class TestVectors:
    """Cases any implementation could run."""

    @pytest.mark.parametrize("case", cases("call_policy"), ids=lambda case: case.id)
    def test_case(self, case: Case) -> None:
        assert _answer(case.given) == case.expect


def _answer(given: dict[str, object]) -> dict[str, object]:
    word = str(given.get("class", "international"))
    profile = CallProfile(
        currency="USD",
        denied=frozenset({NumberClass(word)} if given.get("account") == "deny" else ()),
        call_limits=CallLimits(calls=_limit(given, "calls_limit"), carrier_calls=_limit(given, "carrier_calls_limit")),
        trunk_limits=TrunkLimits(twoway=_limit(given, "twoway") or 0),
        allows_per_minute=bool(given.get("allows_per_minute", False)),
        decks=(DECK,) if "first_slice" not in given else (_deck(str(given["first_slice"])),),
    )
    available = given.get("available")
    live = LiveUse(
        available=None if available is None else Money.parse(str(available)),
        may_use_services=True,
        trunks=TrunkUse(),
        calls=CallUse(calls=_limit(given, "calls") or 0, carrier_calls=_limit(given, "carrier_calls") or 0),
    )
    users = given.get("hot_desk")
    user = _restrictions(given.get("user"), word)
    if isinstance(users, list):
        user = Restrictions.of_hot_desk(_restrictions(each, word) or Restrictions() for each in users)
    number = str(given.get("number", NUMBERS[NumberClass(word)]))
    call = CallRequest(
        "c-1",
        Direction(given.get("direction", "outbound")),
        number,
        user=user,
        device=_restrictions(given.get("device"), word),
    )
    decision = authorize(call, (profile, live), reseller=None, now=NOW)
    return {"decision": type(decision).__name__.lower(), "code": decision.trace[-1].code.name}


def _limit(given: dict[str, object], name: str) -> int | None:
    value = given.get(name)
    return value if isinstance(value, int) else None


def _deck(first_slice: str) -> RateDeck:
    return deck_of("1", "44", rate=Rate(per_minute=Money.parse(first_slice)))


def _restrictions(action: object, word: str) -> Restrictions | None:
    if action is None:
        return None
    return Restrictions(frozenset({NumberClass(word)} if action == "deny" else ()))


class TestErrors:
    """X-2: bad input raises only the library's own errors."""

    def test_a_lease_beyond_the_calendar_is_a_fault(self) -> None:
        with pytest.raises(InvalidValue, match="the end of a lease lies outside the years 1 to 9999"):
            authorize(
                request(),
                Side(twoway=1).pair(),
                reseller=None,
                now=NOW.replace(year=9999, month=12, day=31, hour=23, minute=59),
            )
