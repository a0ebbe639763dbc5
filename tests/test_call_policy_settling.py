"""A call from its admission to its end: leases, slices, what is charged, and what is undone."""

import pickle
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.balance import (
    Capture,
    Credit,
    Debit,
    Declined,
    Entry,
    Grant,
    Lapse,
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


class Books:
    """The accounts of both payers, who have plenty unless it is said."""

    def __init__(self, claims: tuple[Claim, ...], funds: Money | None = None) -> None:
        self.ledgers = {payer: Ledger(Prepaid("USD")) for payer in Payer}
        for ledger in self.ledgers.values():
            ledger.credit("opening", usd("1000") if funds is None else funds, now=NOW)
        self.entries(claims, NOW)

    def entries(self, claims: tuple[Claim, ...], now: datetime) -> list[Entry]:
        """Have the accounts do what the claims ask; the entries, of refusals too."""
        entries = list[Entry]()
        for claim in claims:
            if isinstance(claim, FundsClaim) and claim.operation is not None:
                outcome = self.ledgers[claim.payer].apply(claim.operation, now=now)
                assert outcome.entry is not None
                entries.append(outcome.entry)
        return entries

    def renewed(self, call: LiveCall, seconds: int, now: datetime | None = None) -> LiveCall:
        """Renew a call and tell it what the accounts say."""
        now = now or NOW + seconds * SECOND
        renewed = renew(call, seconds=seconds, now=now)
        return told(renewed.call, self.entries(renewed.claims, now))

    def charged(self, payer: Payer = ACCOUNT) -> Money:
        return usd("1000") - self.ledgers[payer].balance_at(NOW + timedelta(days=9)).posted

    def held(self, now: datetime, payer: Payer = ACCOUNT) -> Money:
        return self.ledgers[payer].balance_at(now).held


def told(call: LiveCall, entries: Iterable[Entry]) -> LiveCall:
    for entry in entries:
        call = call.with_recorded(entry)
    return call


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
        decision = admitted()
        books = Books(decision.claims)
        call = books.renewed(LiveCall.begun(decision), 55)
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
        assert renewed.call.funds == call.funds  # nothing has happened yet
        (held,) = told(renewed.call, books.entries(renewed.claims, later)).funds
        assert (held.hold, held.number, held.held, held.captured) == ("c-1/1/account/3", 4, usd("0.02"), usd("0.04"))
        assert held.expires_at == later + 120 * SECOND

    def test_without_a_next_slice_to_pay_the_hold_just_ends(self) -> None:
        # A fee, and nothing by the minute.
        fee = Rate(per_minute=ZERO, connect_fee=usd("0.5"))
        decision = admitted(fee)
        renewed = renew(LiveCall.begun(decision), seconds=30, now=NOW + 30 * SECOND)
        assert operations(renewed.claims) == [
            Capture("c-1/1/account/2", hold="c-1/1/account/1", amount=usd("0.5"), overage=Overage.RECORD)
        ]
        call = told(renewed.call, Books(decision.claims).entries(renewed.claims, NOW + 30 * SECOND))
        (held,) = call.funds
        assert (held.hold, held.held, held.captured, held.expires_at) == (None, ZERO, usd("0.5"), None)
        again = renew(call, seconds=90, now=NOW + 90 * SECOND)
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
        assert Books(decision.claims).renewed(call, 30).funds[0].number == 2
        late = renew(call, seconds=80, now=NOW + 80 * SECOND)
        assert operations(late.claims) == [
            Debit("c-1/1/account/1", usd("0.8"), overage=Overage.RECORD),
            Reserve("c-1/1/account/2", usd("0.6"), expires_at=NOW + 200 * SECOND, grant=Grant.UP_TO),
        ]
        (held,) = Books(decision.claims).renewed(call, 80).funds
        assert (held.number, held.hold, held.captured) == (3, "c-1/1/account/2", usd("0.8"))

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

    def test_where_more_is_charged_already_a_renewal_charges_nothing_more(self) -> None:
        decision = admitted()
        books = Books(decision.claims)
        call = books.renewed(LiveCall.begun(decision), 130)
        behind = renew(call, seconds=5, now=NOW + 125 * SECOND)
        (capture,) = operations(behind.claims)
        assert isinstance(capture, Capture)
        assert (capture.amount, capture.then) == (ZERO, None)
        assert told(call, books.entries(behind.claims, NOW + 131 * SECOND)).funds[0].captured == usd("0.06")

    def test_a_call_that_was_charged_for_longer_ends_all_the_same(self) -> None:
        """Who renewed it had a clock that was ahead: what it has charged stays charged, and is told."""
        decision = admitted()
        books = Books(decision.claims)
        call = books.renewed(LiveCall.begun(decision), 61)
        ended = settle(call, seconds=60, now=NOW + 62 * SECOND)
        assert ended.charges == (CallCharge(payer=ACCOUNT, cost=usd("0.04"), seconds=60),)
        books.entries(ended.funds, NOW + 62 * SECOND)
        assert (books.charged(), books.held(NOW + 62 * SECOND)) == (usd("0.04"), ZERO)

    def test_a_clock_that_is_behind_shortens_no_lease(self) -> None:
        profile, live = Side(twoway=1).pair()
        decision = authorize(request(), (profile, live), reseller=None, now=NOW)
        assert isinstance(decision, Admitted)
        call = renew(LiveCall.begun(decision), seconds=50, now=NOW + 50 * SECOND).call
        behind = renew(call, seconds=50, now=NOW + 40 * SECOND)
        assert behind.call == call
        assert behind.claims == call.leases


class TestRecorded:
    """CALL-3, BAL-4: a call goes on from what the books say, whoever wrote them."""

    def test_an_entry_that_is_known_changes_nothing(self) -> None:
        decision = admitted(reseller=True)
        books = Books(decision.claims)
        begun = LiveCall.begun(decision)
        call = books.renewed(books.renewed(begun, 55), 110)
        entries = [entry for ledger in books.ledgers.values() for entry in ledger.entries[1:]]
        assert told(call, entries) == call
        assert told(begun, entries).funds == call.funds

    @pytest.mark.parametrize("seconds", [55, 61, 119, 125])
    @pytest.mark.parametrize("dies_after", [0, 1, 2])
    def test_who_takes_over_from_a_worker_that_died_charges_all_and_once(self, seconds: int, dies_after: int) -> None:
        """It renewed at other seconds and died before it stored the call: the ids are spent, and differ."""
        decision = admitted(Rate(per_minute=usd("0.05"), minimum_seconds=1, increment_seconds=1), reseller=True)
        books = Books(decision.claims)
        stored = LiveCall.begun(decision)
        dead = renew(stored, seconds=50, now=NOW + 50 * SECOND)
        books.entries(tuple(claim for claim in dead.claims if isinstance(claim, FundsClaim))[:dies_after], NOW)
        now = NOW + seconds * SECOND
        call, asked = stored, 0
        while (settled := settle(call, seconds=seconds, now=now)).funds:
            call, asked = told(call, books.entries(settled.funds, now)), asked + 1
        assert asked <= 2
        assert (books.charged(), books.charged(RESELLER)) == tuple(charge.cost for charge in settled.charges)
        assert books.held(now) == books.held(now, RESELLER) == ZERO

    def test_who_ended_a_call_and_died_has_ended_it(self) -> None:
        decision = admitted()
        books = Books(decision.claims)
        stored = LiveCall.begun(decision)
        books.entries(settle(stored, seconds=61, now=NOW + 61 * SECOND).funds, NOW + 61 * SECOND)
        later = NOW + 63 * SECOND
        again = settle(stored, seconds=130, now=later)
        call = told(stored, books.entries(again.funds, later))
        assert operations(settle(call, seconds=130, now=later).funds) == [
            Debit("c-1/1/account/3", usd("0.02"), overage=Overage.RECORD)
        ]

    def test_a_hold_that_the_account_says_has_expired_is_charged_without_it(self) -> None:
        """The worker's clock is behind the account's last entry: it takes the hold for open."""
        decision = admitted(reseller=True)
        books = Books(decision.claims)
        books.ledgers[ACCOUNT].credit("top-up", usd("1"), now=NOW + 121 * SECOND)
        call = LiveCall.begun(decision)
        settled = settle(call, seconds=30, now=NOW + 119 * SECOND)
        call = told(call, books.entries(settled.funds, NOW + 119 * SECOND))
        # The declined operation was number 2, so this is number 3; the reseller's is done.
        again = settle(call, seconds=30, now=NOW + 119 * SECOND)
        assert [claim.operation for claim in again.funds] == [
            Debit("c-1/1/account/3", usd("0.02"), overage=Overage.RECORD)
        ]

    def test_a_hold_that_has_lapsed_in_the_books_is_gone(self) -> None:
        decision = admitted()
        books = Books(decision.claims)
        ledger = books.ledgers[ACCOUNT]
        ledger.credit("top-up", usd("1"), now=NOW + 121 * SECOND)
        (lapse,) = (entry for entry in ledger.entries if entry.id is None)
        call = LiveCall.begun(decision)
        gone = call.with_recorded(lapse)
        assert operations(settle(gone, seconds=30, now=NOW).funds) == [
            Debit("c-1/1/account/2", usd("0.02"), overage=Overage.RECORD)
        ]
        assert gone.with_recorded(lapse) == gone

    def test_a_lapse_of_what_the_call_does_not_know_is_a_fault(self) -> None:
        lapse = Entry(number=1, at=NOW, operation=Lapse("c-1/1/account/2"), posted=ZERO, held=usd("-1"))
        with pytest.raises(InvalidValue, match="comes before the call knows that of c-1/1/account/2"):
            LiveCall.begun(admitted()).with_recorded(lapse)

    @pytest.mark.parametrize(
        ("parts", "wrong"),
        [
            ({"held": Money("1", "EUR")}, "held"),
            ({"captured": Money("0", "EUR")}, "captured"),
            ({"held": usd("-1")}, "held"),
            ({"captured": usd("-1")}, "captured"),
            ({"hold": None, "held": ZERO}, "expires_at"),
        ],
    )
    def test_parts_that_do_not_fit_are_a_fault(self, parts: dict[str, Any], wrong: str) -> None:
        (held,) = LiveCall.begun(admitted()).funds
        with pytest.raises(InvalidValue) as caught:
            evolve(held, **parts)
        assert caught.value.problem.params == {"field": wrong}

    def test_a_payer_pays_once(self) -> None:
        (held,) = LiveCall.begun(admitted()).funds
        with pytest.raises(InvalidValue) as caught:
            LiveCall(funds=(held, evolve(held, id="other")))
        assert (caught.value.problem.place, caught.value.problem.params) == ("funds", {"field": "payer"})

    @pytest.mark.parametrize(
        "other",
        [
            "c-2/1/account/2",
            "c-1/2/account/2",
            "c-1/1/reseller/2",
            "c-1/1/account/x",
            "c-1/1/account/²",
            "c-1/1/account/٢",
            "c-1/1/account/02",
            "c-1/1/account/0000000002",
            "c-1/1/account",
            "2",
            "c-1/1/account/",
            "c-1/1/account/-2",
        ],
    )
    def test_an_entry_of_another_call_is_a_fault(self, other: str) -> None:
        entry = Entry(number=1, at=NOW, operation=Debit(other, usd("1")), posted=usd("-1"), held=ZERO)
        with pytest.raises(InvalidValue, match="isn't of an operation of this call"):
            LiveCall.begun(admitted()).with_recorded(entry)

    def test_an_operation_that_no_call_asks_for_is_a_fault(self) -> None:
        credit = Entry(number=1, at=NOW, operation=Credit("c-1/1/account/2", usd("1")), posted=usd("1"), held=ZERO)
        with pytest.raises(InvalidValue, match="isn't of an operation of this call"):
            LiveCall.begun(admitted()).with_recorded(credit)

    def test_a_gap_is_a_fault(self) -> None:
        later = Entry(number=1, at=NOW, operation=Debit("c-1/1/account/3", usd("1")), posted=usd("-1"), held=ZERO)
        with pytest.raises(InvalidValue, match="comes before the call knows that of c-1/1/account/2"):
            LiveCall.begun(admitted()).with_recorded(later)
        much_later = evolve(later, operation=Debit("c-1/1/account/999999999", usd("1")))
        with pytest.raises(InvalidValue, match="comes before the call knows"):
            LiveCall.begun(admitted()).with_recorded(much_later)

    def test_an_entry_in_another_currency_is_a_fault(self) -> None:
        nothing, euro = Money("0", "EUR"), Money("1", "EUR")
        entry = Entry(number=1, at=NOW, operation=Debit("c-1/1/account/2", euro), posted=-euro, held=nothing)
        with pytest.raises(InvalidValue, match="EUR"):
            LiveCall.begun(admitted()).with_recorded(entry)


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

    @pytest.mark.parametrize(("funds", "seconds"), [("0.6", 60), ("0.61", 61), ("0.75", 75), ("1.1", 110), ("9", 110)])
    def test_less_than_was_asked_shortens_it(self, funds: str, seconds: int) -> None:
        rate = Rate(per_minute=usd("0.6"), minimum_seconds=1, increment_seconds=1)
        decision = admitted(rate)
        books = Books(decision.claims, usd(funds))
        call = books.renewed(LiveCall.begun(decision), 50)
        assert exhausted_at(call, answered_at=NOW) == NOW + seconds * SECOND

    def test_nothing_granted_ends_it_where_it_is(self) -> None:
        rate = Rate(per_minute=usd("0.6"), minimum_seconds=1, increment_seconds=1)
        decision = admitted(rate)
        books = Books(decision.claims, usd("0.6"))
        call = books.renewed(LiveCall.begun(decision), 60)
        assert exhausted_at(call, answered_at=NOW) == NOW + 60 * SECOND
        assert operations(settle(call, seconds=60, now=NOW + 60 * SECOND).funds) == []
        assert operations(settle(call, seconds=62, now=NOW + 62 * SECOND).funds) == [
            Debit("c-1/1/account/3", usd("0.02"), overage=Overage.RECORD)
        ]


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
        decision = admitted()
        call = Books(decision.claims).renewed(LiveCall.begun(decision), 55)
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
            call = told(renewed.call, self._carry_out(ledger, renewed.claims, now))
        now = NOW + (elapsed + 17) * SECOND + timedelta(hours=late)
        settled = settle(call, seconds=elapsed + 17, now=now)
        self._carry_out(ledger, settled.funds, now)
        balance = ledger.balance_at(now + timedelta(days=1))
        assert opening - balance.posted == rate.cost(elapsed + 17) == settled.charges[0].cost
        assert ledger.balance_at(now).held == ZERO

    @staticmethod
    def _carry_out(ledger: Ledger, claims: tuple[Claim, ...], now: datetime) -> list[Entry]:
        """Have the ledger do what the claims ask; only a reserve may be declined."""
        entries = list[Entry]()
        for operation in operations(claims):
            if operation is not None:
                outcome = ledger.apply(operation, now=now)
                assert isinstance(outcome, Recorded) or isinstance(operation, Reserve)
                assert outcome.entry is not None
                entries.append(outcome.entry)
        return entries


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
        claim = evolve(first, seconds=110, covered_seconds=110, lease_until=NOW + 170 * SECOND)
        assert renewed.claims == (*renewed.call.leases, claim)
        assert renewed.call.allotments == (first,)
        assert claim.hold.seconds == 110
        use = first.taken(AllotmentUse())
        assert use is not None
        after = claim.taken(use, before=first.hold)
        assert after is not None
        assert after.held_seconds == 110
        kept = renewed.call.with_taken(claim)
        assert exhausted_at(kept, answered_at=NOW) == NOW + 110 * SECOND
        settled = settle(kept, seconds=70, now=NOW + 70 * SECOND)
        assert settled.released == (*renewed.call.leases, claim)
        used = self.ROW.settle(after, answered_at=NOW, seconds=70, timezone=claim.timezone, held=claim.hold)
        assert (used.use.used_seconds, used.use.held_seconds) == (70, 0)

    def test_a_ringing_call_holds_no_more(self) -> None:
        call, first = self.begun()
        claim = renew(call, seconds=0, now=NOW + 50 * SECOND).claims[-1]
        assert claim == evolve(first, lease_until=NOW + 170 * SECOND)

    def test_a_renewal_that_does_not_fit_leaves_what_was_held(self) -> None:
        call, _ = self.begun()
        renewed = renew(call, seconds=50, now=NOW + 50 * SECOND)
        assert renewed.call.allotments == call.allotments
        assert exhausted_at(renewed.call, answered_at=NOW) == NOW + 60 * SECOND

    def test_of_several_each_is_told_by_its_own(self) -> None:
        profile, live = Side().pair()
        own = evolve(profile, allotments=Allotments((self.ROW,)), timezone="America/New_York")
        decision = authorize(request(), (own, live), reseller=(own, live), now=NOW)
        assert isinstance(decision, Admitted)
        call = LiveCall.begun(decision)
        first, second = (
            claim for claim in renew(call, seconds=50, now=NOW).claims if isinstance(claim, AllotmentClaim)
        )
        assert call.with_taken(second).allotments == (call.allotments[0], second)
        assert call.with_taken(second).with_taken(first).allotments == (first, second)

    def test_a_claim_of_before_changes_nothing(self) -> None:
        call, first = self.begun()
        renewed = evolve(first, seconds=110, covered_seconds=110, lease_until=NOW + 170 * SECOND)
        later = call.with_taken(renewed)
        assert later.with_taken(first) == later
        # After its lease has lapsed there may be less left than it had.
        lapsed = evolve(renewed, seconds=30, covered_seconds=30)
        assert later.with_taken(lapsed).allotments == (lapsed,)
        december = later.with_taken(evolve(first, period_start=date(2026, 12, 1)))
        assert december.with_taken(later.allotments[0]) == december

    @pytest.mark.parametrize("other", [{"payer": RESELLER}, {"allotment": evolve(ROW, seconds=1)}])
    def test_a_claim_of_somebody_else_is_not_taken(self, other: dict[str, Any]) -> None:
        call, first = self.begun()
        with pytest.raises(InvalidValue, match="the claim isn't one of this call's"):
            call.with_taken(evolve(first, **other))

    def test_a_claim_with_a_longer_lease_is_taken(self) -> None:
        call, first = self.begun()
        longer = evolve(first, lease_until=NOW + 170 * SECOND)
        assert call.with_taken(longer).allotments == (longer,)

    def test_a_period_that_opens_this_instant_has_nothing_used(self) -> None:
        before = datetime(2026, 12, 1, 4, 59, 30, tzinfo=UTC)
        call, _ = self.begun(before)
        for elapsed, held in ((29, 89), (30, 60), (31, 61)):
            claim = renew(call, seconds=elapsed, now=before + elapsed * SECOND).claims[-1]
            assert isinstance(claim, AllotmentClaim)
            assert (claim.seconds, claim.covered_seconds) == (held, elapsed + 60)

    def test_what_was_held_before_the_period_is_gone(self) -> None:
        before = datetime(2026, 12, 1, 4, 59, 30, tzinfo=UTC)
        _, first = self.begun(before)
        call = LiveCall(allotments=(evolve(first, seconds=200, covered_seconds=200),))
        (claim,) = renew(call, seconds=40, now=before + 40 * SECOND).claims
        assert isinstance(claim, AllotmentClaim)
        assert (claim.seconds, claim.covered_seconds) == (70, 100)

    def test_a_new_period_has_its_own_total(self) -> None:
        """What the others of a group had left in the period before says nothing of this one."""
        before = datetime(2026, 12, 1, 4, 59, 30, tzinfo=UTC)
        call, first = self.begun(before)
        begun = LiveCall(allotments=(evolve(first, total=60),))
        totals = [
            claim.total
            for seconds in (20, 50)
            for claim in renew(begun, seconds=seconds, now=before + seconds * SECOND).claims
            if isinstance(claim, AllotmentClaim)
        ]
        assert totals == [60, 200]
        assert call.allotments[0].total == 200

    def test_blocks_are_held_for_the_next_slice(self) -> None:
        blocks = evolve(self.ROW, minimum_seconds=70, increment_seconds=30)
        call, first = self.begun()
        long = LiveCall(allotments=(evolve(first, allotment=blocks, seconds=70, covered_seconds=70),))
        (claim,) = renew(long, seconds=50, now=NOW + 50 * SECOND).claims
        assert isinstance(claim, AllotmentClaim)
        assert (claim.seconds, claim.covered_seconds) == (130, 130)
        assert call.leases

    def test_a_duration_that_is_behind_gives_nothing_back(self) -> None:
        call, first = self.begun()
        call = call.with_taken(evolve(first, seconds=110, covered_seconds=110))
        behind = renew(call, seconds=10, now=NOW + 10 * SECOND).claims[-1]
        assert behind == evolve(first, seconds=110, covered_seconds=110, lease_until=NOW + 130 * SECOND)

    def test_a_claim_of_another_call_is_not_taken(self) -> None:
        call, first = self.begun()
        with pytest.raises(InvalidValue, match="the claim isn't one of this call's"):
            call.with_taken(evolve(first, id="c-2/1/account/allotment"))

    @pytest.mark.parametrize(("seconds", "held"), [(50, 80), (21, 80), (10, 70), (0, 60)])
    def test_a_new_period_begins_anew_with_what_it_has_used_so_far(self, seconds: int, held: int) -> None:
        before = datetime(2026, 12, 1, 4, 59, 30, tzinfo=UTC)  # half a minute before December in New York
        call, first = self.begun(before)
        assert first.period_start == date(2026, 11, 1)
        claim = renew(call, seconds=seconds, now=before + 50 * SECOND).claims[-1]
        assert isinstance(claim, AllotmentClaim)
        # 20 seconds of December are over, and the next slice is held; but not more than the call has lasted.
        assert (claim.period_start, claim.seconds) == (date(2026, 12, 1), held)
        assert claim.covered_seconds == seconds + 60
        assert claim.taken(AllotmentUse(period_start=date(2026, 11, 1), held_seconds=60), before=first.hold) == (
            AllotmentUse(period_start=date(2026, 12, 1), held_seconds=claim.seconds)
        )

    def test_a_clock_behind_does_not_go_back_a_period(self) -> None:
        after = datetime(2026, 12, 1, 5, 0, 10, tzinfo=UTC)
        call, first = self.begun(after)
        claim = renew(call, seconds=50, now=after - 20 * SECOND).claims[-1]
        assert claim == evolve(first, seconds=110, covered_seconds=110)

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
