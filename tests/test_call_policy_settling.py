"""A call from its admission to its end: leases, slices, what is charged, and what is undone."""

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.balance import (
    Capture,
    Debit,
    Declined,
    Grant,
    Ledger,
    NextSlice,
    Overage,
    Prepaid,
    Recorded,
    Release,
    Reserve,
)
from tenantcore.call_policy import (
    Admitted,
    AllotmentClaim,
    CallCharge,
    CallClaim,
    CallRefusal,
    Claim,
    FundsClaim,
    FundsOperation,
    LiveCall,
    Payer,
    SettledCall,
    TrunkClaim,
    authorize,
    exhausted_at,
    refused_claim,
    renew,
    settle,
)
from tenantcore.errors import InvalidValue
from tenantcore.money import Money
from tenantcore.numbering import NumberClass
from tenantcore.rating import Allotment, Allotments, AllotmentUse, Rate
from tests.call_world import NOW, Side, deck_of, request

UK: Final = NumberClass.INTERNATIONAL
SECOND: Final = timedelta(seconds=1)
ACCOUNT, RESELLER = Payer.ACCOUNT, Payer.RESELLER
ZERO: Final = Money("0", "USD")


def admitted(rate: Rate | None = None, *, slice_seconds: int = 60, reseller: bool = False) -> Admitted:
    """Return a call to London that is admitted by the minute, at the account's rate."""
    profile, live = Side(per_minute=True).pair()
    own = evolve(profile, slice_seconds=slice_seconds, lease_seconds=2 * slice_seconds)
    if rate is not None:
        own = evolve(own, decks=(deck_of("44", rate=rate),))
    decision = authorize(request(UK), (own, live), reseller=(profile, live) if reseller else None, now=NOW)
    assert isinstance(decision, Admitted)
    return decision


def operations(claims: tuple[Claim, ...], payer: Payer = ACCOUNT) -> list[FundsOperation | None]:
    return [claim.operation for claim in claims if isinstance(claim, FundsClaim) and claim.payer is payer]


def usd(amount: str) -> Money:
    return Money(amount, "USD")


class TestRenew:
    """CALL-3: every lease is lengthened, what was used is captured, and the next slice held in the same step."""

    def test_leases_hold_from_now_on(self) -> None:
        profile, live = Side(twoway=1).pair()
        decision = authorize(request(), (profile, live), reseller=(profile, live), now=NOW)
        assert isinstance(decision, Admitted)
        later = NOW + 100 * SECOND
        renewed = renew(LiveCall.begun(decision), seconds=90, now=later)
        expected = [evolve(claim, lease_until=later + 120 * SECOND) for claim in LiveCall.begun(decision).leases]
        assert len(expected) == len(decision.claims)
        assert list(renewed.claims) == expected
        assert renewed.call == LiveCall(leases=renewed.call.leases)
        assert list(renewed.call.leases) == expected

    def test_a_ringing_call_keeps_what_it_holds(self) -> None:
        later = NOW + 50 * SECOND
        renewed = renew(LiveCall.begun(admitted()), seconds=0, now=later)
        assert operations(renewed.claims) == [
            Capture(
                "c-1/1/account/2",
                hold="c-1/1/account/1",
                amount=ZERO,
                overage=Overage.RECORD,
                then=NextSlice(usd("0.02"), expires_at=later + 120 * SECOND, grant=Grant.UP_TO),
            )
        ]

    def test_what_was_used_is_captured_and_the_next_slice_held(self) -> None:
        call = renew(LiveCall.begun(admitted()), seconds=55, now=NOW + 55 * SECOND).call
        later = NOW + 115 * SECOND
        renewed = renew(call, seconds=115, now=later)
        assert operations(renewed.claims) == [
            Capture(
                "c-1/1/account/3",
                hold="c-1/1/account/2",
                amount=usd("0.02"),
                overage=Overage.RECORD,
                then=NextSlice(usd("0.02"), expires_at=later + 120 * SECOND, grant=Grant.UP_TO),
            )
        ]
        (held,) = renewed.call.funds
        assert (held.hold, held.number, held.held, held.captured) == ("c-1/1/account/3", 4, usd("0.02"), usd("0.04"))
        assert held.expires_at == later + 120 * SECOND

    def test_without_a_next_slice_to_pay_the_hold_just_ends(self) -> None:
        # A fee, and nothing by the minute.
        fee = Rate(per_minute=ZERO, connect_fee=usd("0.5"))
        renewed = renew(LiveCall.begun(admitted(fee)), seconds=30, now=NOW + 30 * SECOND)
        assert operations(renewed.claims) == [
            Capture("c-1/1/account/2", hold="c-1/1/account/1", amount=usd("0.5"), overage=Overage.RECORD)
        ]
        (held,) = renewed.call.funds
        assert (held.hold, held.held, held.captured, held.expires_at) == (None, ZERO, usd("0.5"), None)
        again = renew(renewed.call, seconds=90, now=NOW + 90 * SECOND)
        assert operations(again.claims) == []
        assert operations(settle(again.call, seconds=99, now=NOW + 99 * SECOND).funds) == []

    def test_a_call_that_is_free_at_first_reserves_when_it_is_not(self) -> None:
        rate = Rate(per_minute=usd("0.6"), minimum_seconds=1, increment_seconds=1, free_seconds=70)
        decision = admitted(rate)
        assert operations(decision.claims) == [None]
        call = LiveCall.begun(decision)
        renewed = renew(call, seconds=30, now=NOW + 30 * SECOND)
        assert operations(renewed.claims) == [
            Reserve("c-1/1/account/1", usd("0.9"), expires_at=NOW + 150 * SECOND, grant=Grant.UP_TO)
        ]
        assert renewed.call.funds[0].number == 2
        late = renew(call, seconds=80, now=NOW + 80 * SECOND)
        assert operations(late.claims) == [
            Debit("c-1/1/account/1", usd("0.8"), overage=Overage.RECORD),
            Reserve("c-1/1/account/2", usd("0.6"), expires_at=NOW + 200 * SECOND, grant=Grant.UP_TO),
        ]
        assert late.call.funds[0].number == 3
        assert late.call.funds[0].hold == "c-1/1/account/2"

    def test_a_hold_that_has_expired_is_not_captured(self) -> None:
        for seconds, kinds in ((119, [Capture]), (120, [Debit, Reserve])):
            call = LiveCall.begun(admitted())
            renewed = renew(call, seconds=seconds, now=NOW + seconds * SECOND)
            assert [type(each) for each in operations(renewed.claims)] == kinds

    def test_account_and_reseller_each_have_their_own(self) -> None:
        decision = admitted(Rate(per_minute=usd("0.05")), reseller=True)
        renewed = renew(LiveCall.begun(decision), seconds=55, now=NOW + 55 * SECOND)
        amounts = [
            operation.amount
            for payer in Payer
            for operation in operations(renewed.claims, payer)
            if isinstance(operation, Capture)
        ]
        assert amounts == [usd("0.05"), usd("0.02")]

    def test_a_shorter_duration_than_before_is_a_fault(self) -> None:
        call = renew(LiveCall.begun(admitted()), seconds=61, now=NOW + 61 * SECOND).call
        for service in (renew, settle):
            with pytest.raises(InvalidValue, match="is captured already"):
                service(call, seconds=60, now=NOW + 62 * SECOND)


class TestGrants:
    """CALL-3: a call goes on for as long as what was granted lasts."""

    def test_the_first_slice_lasts(self) -> None:
        call = LiveCall.begun(admitted())
        assert exhausted_at(call, answered_at=NOW) == NOW + 60 * SECOND

    def test_other_funds_prolong_it(self) -> None:
        call = LiveCall.begun(admitted())
        for more, seconds in (("0.019999", 60), ("0.02", 120), ("1", 51 * 60), ("-5", 60), ("0", 60)):
            assert exhausted_at(call, answered_at=NOW, available={ACCOUNT: usd(more)}) == NOW + seconds * SECOND
        assert exhausted_at(call, answered_at=NOW, available={ACCOUNT: None}) is None
        assert exhausted_at(call, answered_at=NOW, available={RESELLER: None}) == NOW + 60 * SECOND

    def test_the_first_of_two_payers_to_run_out_counts(self) -> None:
        call = LiveCall.begun(admitted(reseller=True))
        available = {ACCOUNT: usd("1"), RESELLER: usd("0.02")}
        assert exhausted_at(call, answered_at=NOW, available=available) == NOW + 120 * SECOND
        assert exhausted_at(call, answered_at=NOW, available={**available, RESELLER: None}) == NOW + 3060 * SECOND

    def test_what_costs_nothing_lasts_for_ever(self) -> None:
        profile, live = Side(twoway=1).pair()
        decision = authorize(request(), (profile, live), reseller=None, now=NOW)
        assert isinstance(decision, Admitted)
        assert exhausted_at(LiveCall.begun(decision), answered_at=NOW) is None
        assert exhausted_at(LiveCall(), answered_at=NOW) is None
        huge = LiveCall.begun(admitted())
        assert exhausted_at(huge, answered_at=NOW, available={ACCOUNT: usd("9" * 20)}) is None

    def test_less_than_was_asked_shortens_it(self) -> None:
        rate = Rate(per_minute=usd("0.6"), minimum_seconds=1, increment_seconds=1)
        renewed = renew(LiveCall.begun(admitted(rate)), seconds=50, now=NOW + 50 * SECOND)
        assert exhausted_at(renewed.call, answered_at=NOW) == NOW + 110 * SECOND
        less = renewed.call.with_granted(ACCOUNT, usd("0.25"))
        assert exhausted_at(less, answered_at=NOW) == NOW + 75 * SECOND
        assert operations(settle(less, seconds=75, now=NOW + 75 * SECOND).funds) == [
            Capture("c-1/1/account/3", hold="c-1/1/account/2", amount=usd("0.25"), overage=Overage.RECORD)
        ]

    def test_nothing_granted_ends_it_where_it_is(self) -> None:
        rate = Rate(per_minute=usd("0.6"), minimum_seconds=1, increment_seconds=1)
        renewed = renew(LiveCall.begun(admitted(rate)), seconds=50, now=NOW + 50 * SECOND)
        none = renewed.call.with_granted(ACCOUNT, None)
        assert exhausted_at(none, answered_at=NOW) == NOW + 50 * SECOND
        assert operations(settle(none, seconds=50, now=NOW + 50 * SECOND).funds) == []
        assert operations(settle(none, seconds=52, now=NOW + 52 * SECOND).funds) == [
            Debit("c-1/1/account/3", usd("0.02"), overage=Overage.RECORD)
        ]

    def test_a_hold_that_the_account_says_has_expired_is_charged_without_it(self) -> None:
        call = LiveCall.begun(admitted(reseller=True))
        lapsed = call.with_lapsed(ACCOUNT)
        settled = settle(lapsed, seconds=30, now=NOW + 30 * SECOND)
        # The declined operation was number 2, so this is number 3; the reseller's goes on as it was.
        assert operations(settled.funds) == [Debit("c-1/1/account/3", usd("0.02"), overage=Overage.RECORD)]
        assert operations(settled.funds, RESELLER) == [
            Capture("c-1/1/reseller/2", hold="c-1/1/reseller/1", amount=usd("0.02"), overage=Overage.RECORD)
        ]

    @pytest.mark.parametrize(
        "change",
        [
            lambda call: call.with_granted(RESELLER, None),
            lambda call: call.with_granted(RESELLER, usd("1")),
            lambda call: call.with_lapsed(RESELLER),
        ],
    )
    def test_a_payer_without_funds_in_the_call_is_a_fault(self, change: Callable[[LiveCall], object]) -> None:
        with pytest.raises(InvalidValue, match="the reseller has no funds held for this call"):
            change(LiveCall.begun(admitted()))

    def test_a_grant_in_another_currency_is_a_fault(self) -> None:
        with pytest.raises(InvalidValue, match="EUR"):
            LiveCall.begun(admitted()).with_granted(ACCOUNT, Money("1", "EUR"))


class TestSettle:
    """CALL-3: the rest is charged, recorded whatever is left; what was held and not used is free again."""

    def test_an_unanswered_call_releases_its_hold(self) -> None:
        settled = settle(LiveCall.begun(admitted()), seconds=0, now=NOW + 30 * SECOND)
        assert operations(settled.funds) == [Release("c-1/1/account/2", hold="c-1/1/account/1")]
        assert [type(claim) for claim in settled.released] == [CallClaim]
        assert settled.charges == (CallCharge(payer=ACCOUNT, cost=ZERO, seconds=0),)

    def test_a_call_within_one_slice_is_captured(self) -> None:
        settled = settle(LiveCall.begun(admitted()), seconds=61, now=NOW + 61 * SECOND)
        assert operations(settled.funds) == [
            Capture("c-1/1/account/2", hold="c-1/1/account/1", amount=usd("0.04"), overage=Overage.RECORD)
        ]
        assert settled.charges == (CallCharge(payer=ACCOUNT, cost=usd("0.04"), seconds=120),)

    def test_what_is_charged_already_is_not_charged_again(self) -> None:
        call = renew(LiveCall.begun(admitted()), seconds=55, now=NOW + 55 * SECOND).call
        settled = settle(call, seconds=60, now=NOW + 60 * SECOND)
        assert operations(settled.funds) == [Release("c-1/1/account/3", hold="c-1/1/account/2")]

    def test_after_the_lease_the_rest_is_debited(self) -> None:
        call = LiveCall.begun(admitted())
        assert [type(each) for each in operations(settle(call, seconds=60, now=NOW + 119 * SECOND).funds)] == [Capture]
        assert operations(settle(call, seconds=60, now=NOW + 120 * SECOND).funds) == [
            Debit("c-1/1/account/2", usd("0.02"), overage=Overage.RECORD)
        ]
        assert operations(settle(call, seconds=0, now=NOW + 120 * SECOND).funds) == []

    def test_trunks_and_places_are_given_back(self) -> None:
        profile, live = Side(twoway=1).pair()
        decision = authorize(request(), (profile, live), reseller=(profile, live), now=NOW)
        assert isinstance(decision, Admitted)
        settled = settle(LiveCall.begun(decision), seconds=99, now=NOW)
        assert settled == SettledCall(funds=(), released=decision.claims, charges=())  # type: ignore[arg-type]

    def test_a_call_for_help_has_nothing_to_settle(self) -> None:
        decision = authorize(request(NumberClass.EMERGENCY), Side().pair(), reseller=None, now=NOW)
        assert isinstance(decision, Admitted)
        call = LiveCall.begun(decision)
        assert call == LiveCall()
        assert renew(call, seconds=5, now=NOW).claims == ()
        assert settle(call, seconds=5, now=NOW) == SettledCall(funds=(), released=(), charges=())

    def test_a_live_call_is_hashable_and_pickles(self) -> None:
        call = LiveCall.begun(admitted(reseller=True))
        again = pickle.loads(pickle.dumps(call))  # noqa: S301 - our own bytes
        assert (again, hash(again)) == (call, hash(call))


class TestSlices:
    """RAT-2: the slices of a call and its end sum to what it costs in one go, wherever it is cut."""

    @given(
        st.data(),
        st.lists(st.integers(0, 200), max_size=6),
        st.sampled_from([1, 30, 60]),
        st.integers(0, 40),
        st.booleans(),
    )
    def test_any_cut_charges_the_same(
        self, data: st.DataObject, steps: list[int], slice_seconds: int, funds: int, late: bool
    ) -> None:
        """The account itself is asked: a ledger takes the operations, granting less where there is less."""
        rate = data.draw(
            st.builds(
                Rate,
                per_minute=st.integers(0, 2000).map(lambda milli: Money("0.001", "USD") * milli),
                connect_fee=st.integers(0, 2).map(lambda tenths: Money("0.1", "USD") * tenths),
                minimum_seconds=st.integers(0, 90),
                increment_seconds=st.integers(1, 90),
                free_seconds=st.sampled_from([0, 0, 5, 70]),
            )
        )
        decision = admitted(rate, slice_seconds=slice_seconds)
        opening = rate.cost(slice_seconds) + usd("0.1") * funds + usd("0.000001")
        ledger = Ledger(Prepaid("USD"))
        ledger.credit("opening", opening, now=NOW)
        call, elapsed = LiveCall.begun(decision), 0
        self._carry_out(ledger, decision.claims, NOW)
        for step in steps:
            elapsed += step
            now = NOW + (elapsed + 300 * late) * SECOND
            renewed = renew(call, seconds=elapsed, now=now)
            call = renewed.call
            for granted in self._carry_out(ledger, renewed.claims, now):
                call = call.with_granted(ACCOUNT, granted)
        now = NOW + (elapsed + 17) * SECOND + timedelta(hours=late)
        settled = settle(call, seconds=elapsed + 17, now=now)
        self._carry_out(ledger, settled.funds, now)
        balance = ledger.balance_at(now + timedelta(days=1))
        assert opening - balance.posted == rate.cost(elapsed + 17) == settled.charges[0].cost
        assert ledger.balance_at(now).held == ZERO

    @staticmethod
    def _carry_out(ledger: Ledger, claims: tuple[Claim, ...], now: datetime) -> list[Money | None]:
        """Have the ledger do what the claims ask; return what it granted where a slice was asked for."""
        granted: list[Money | None] = []
        for operation in operations(claims):
            if operation is None:
                continue
            outcome = ledger.apply(operation, now=now)
            assert isinstance(outcome, Recorded) or isinstance(operation, Reserve)
            if isinstance(operation, Reserve) or (isinstance(operation, Capture) and operation.then is not None):
                assert outcome.entry is not None
                granted.append(outcome.entry.granted)
        return granted


class TestRefusedClaim:
    """CALL-3: one admission, or none: what was taken is undone when a claim is refused."""

    def test_each_claim_undoes_those_before_it(self) -> None:
        profile, live = Side(twoway=1).pair()
        minutes, _ = Side(per_minute=True).pair()
        decision = authorize(request(), (minutes, live), reseller=(profile, live), now=NOW)
        assert isinstance(decision, Admitted)
        words = ["a place among the calls", "a place among the calls", "a trunk", "funds"]
        for position, (claim, word) in enumerate(zip(decision.claims, words, strict=True)):
            lost = refused_claim(decision, claim)
            assert lost.decision.reason.code is CallRefusal.CALL_CLAIM_LOST
            assert lost.decision.reason.params == {"claim": word}
            assert lost.decision.reason.path == (claim.payer.value,)
            assert lost.decision.trace == (*decision.trace, lost.decision.reason)
            assert lost.undo == SettledCall(funds=(), released=decision.claims[:position], charges=())  # type: ignore[arg-type]

    def test_funds_that_were_held_are_released(self) -> None:
        decision = admitted(reseller=True)
        lost = refused_claim(decision, decision.claims[-1])
        assert operations(lost.undo.funds) == [Release("c-1/1/account/2", hold="c-1/1/account/1")]
        assert operations(lost.undo.funds, RESELLER) == []
        assert [claim.payer for claim in lost.undo.released] == [ACCOUNT, RESELLER]

    def test_undoing_what_was_not_taken_does_no_harm(self) -> None:
        decision = admitted()
        ledger = Ledger(Prepaid("USD"))
        outcome = ledger.apply(Release("c-1/1/account/2", hold="c-1/1/account/1"), now=NOW)
        assert isinstance(outcome, Declined)
        assert refused_claim(decision, decision.claims[0]).undo.funds == ()

    def test_a_claim_of_another_call_is_a_fault(self) -> None:
        decision = admitted()
        other = evolve(decision.claims[0], id="c-2/1/account/call")
        with pytest.raises(InvalidValue, match="the claim isn't one of this call's"):
            refused_claim(decision, other)


class TestAllotments:
    """CALL-3: included minutes are held ahead as funds are."""

    ROW = Allotment(name="domestic", seconds=200, classes=frozenset({NumberClass.US_DID}))

    def begun(self, now: datetime = NOW) -> tuple[LiveCall, AllotmentClaim]:
        profile, live = Side().pair()
        own = evolve(profile, allotments=Allotments((self.ROW,)), timezone="America/New_York")
        decision = authorize(request(), (own, live), reseller=None, now=now)
        assert isinstance(decision, Admitted)
        call = LiveCall.begun(decision)
        return call, call.allotments[0]

    def test_they_end_the_call_when_they_end(self) -> None:
        call, _ = self.begun()
        assert exhausted_at(call, answered_at=NOW) == NOW + 60 * SECOND

    def test_a_renewal_covers_another_slice(self) -> None:
        call, first = self.begun()
        renewed = renew(call, seconds=50, now=NOW + 50 * SECOND)
        (claim,) = renewed.call.allotments
        assert renewed.claims == (*renewed.call.leases, claim)
        assert claim == evolve(
            first,
            id="c-1/1/account/allotment/2",
            held_before=60,
            seconds=50,
            covered_seconds=110,
            lease_until=NOW + 170 * SECOND,
        )
        assert claim.hold.seconds == 110
        use = first.taken(AllotmentUse())
        assert use is not None
        after = claim.taken(use)
        assert after is not None
        assert after.held_seconds == 110
        assert exhausted_at(renewed.call, answered_at=NOW) == NOW + 110 * SECOND
        settled = settle(renewed.call, seconds=70, now=NOW + 70 * SECOND)
        assert settled.released == (*renewed.call.leases, claim)
        used = self.ROW.settle(after, answered_at=NOW, seconds=70, timezone=claim.timezone, held=claim.hold)
        assert (used.use.used_seconds, used.use.held_seconds) == (70, 0)

    def test_a_ringing_call_holds_no_more(self) -> None:
        call, _ = self.begun()
        (claim,) = renew(call, seconds=0, now=NOW + 50 * SECOND).call.allotments
        assert (claim.seconds, claim.held_before, claim.covered_seconds) == (0, 60, 60)

    def test_a_renewal_that_does_not_fit_leaves_what_was_held(self) -> None:
        call, _ = self.begun()
        renewed = renew(call, seconds=50, now=NOW + 50 * SECOND)
        (claim,) = renewed.call.allotments
        left = renewed.call.with_refused(claim)
        assert left.allotments[0].hold.seconds == 60
        assert exhausted_at(left, answered_at=NOW) == NOW + 60 * SECOND
        with pytest.raises(InvalidValue, match="the claim isn't one of this call's"):
            left.with_refused(claim)

    def test_a_new_period_begins_anew(self) -> None:
        before = datetime(2026, 12, 1, 4, 59, 30, tzinfo=UTC)  # half a minute before December in New York
        call, first = self.begun(before)
        assert first.period_start == date(2026, 11, 1)
        (claim,) = renew(call, seconds=50, now=before + 50 * SECOND).call.allotments
        assert (claim.period_start, claim.held_before, claim.seconds) == (date(2026, 12, 1), 0, 60)
        assert claim.covered_seconds == 110

    def test_a_clock_behind_does_not_go_back_a_period(self) -> None:
        after = datetime(2026, 12, 1, 5, 0, 10, tzinfo=UTC)
        call, _ = self.begun(after)
        (claim,) = renew(call, seconds=50, now=after - 20 * SECOND).call.allotments
        assert (claim.period_start, claim.held_before) == (date(2026, 12, 1), 60)

    def test_a_lost_one_is_given_back(self) -> None:
        profile, live = Side().pair()
        own = evolve(profile, allotments=Allotments((self.ROW,)), timezone="America/New_York")
        other, _ = Side(twoway=1).pair()
        decision = authorize(request(), (own, live), reseller=(other, live), now=NOW)
        assert isinstance(decision, Admitted)
        kinds = [type(claim) for claim in decision.claims]
        assert kinds == [CallClaim, AllotmentClaim, CallClaim, TrunkClaim]
        lost = refused_claim(decision, decision.claims[1])
        assert lost.decision.reason.params == {"claim": "included minutes"}
        assert len(refused_claim(decision, decision.claims[2]).undo.released) == 2
