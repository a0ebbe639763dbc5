"""What an account lets through, and what it charges."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    Balance,
    BalancePolicy,
    Capture,
    Credit,
    CreditOnPrepaid,
    Debit,
    Declined,
    DeclineReason,
    Expire,
    Grant,
    Hold,
    HoldExpired,
    HoldState,
    Lapse,
    Ledger,
    LimitReached,
    NextSlice,
    Operation,
    Overage,
    Postpaid,
    Prepaid,
    Release,
    Reserve,
    ServicesRestored,
    ServicesStopped,
    SetPolicy,
    SetStatus,
)
from tenantcore.money import Money
from tenantcore.status import Status
from tests.accounts import NOW, TICK, a_hold, an_entry, later, postpaid, prepaid, reason, recorded, told, usd, with_call

NOTHING = usd(0)
RECORD = Overage.RECORD


def hold_of(ledger: Ledger, id: str) -> Hold:  # noqa: A002 - what it is
    return next(hold for hold in ledger.holds if hold.id == id)


class TestFunds:
    """BAL-2: with nothing left services stop; new holds look at what is available, services at posted money."""

    @pytest.mark.parametrize(
        ("funds", "used", "may_use"),
        [("10", "9.99", True), ("10", "10", False), ("10", "10.01", False), ("0", "0.01", False)],
    )
    def test_services_run_while_anything_is_left(self, funds: str, used: str, may_use: bool) -> None:
        ledger = prepaid(funds)
        ledger.debit("use", usd(used), now=NOW, overage=RECORD)
        assert ledger.balance.may_use_services is may_use
        assert ledger.head.may_use_services is may_use

    @pytest.mark.parametrize("take", ["debit", "reserve"])
    @pytest.mark.parametrize(("amount", "is_taken"), [("9.99", True), ("10", True), ("10.01", False)])
    def test_exactly_what_is_available_can_be_taken(self, take: str, amount: str, is_taken: bool) -> None:
        ledger = prepaid("10")
        if take == "debit":
            outcome = ledger.debit("op", usd(amount), now=NOW)
        else:
            outcome = ledger.reserve("op", usd(amount), now=NOW, expires_at=None)
        assert isinstance(outcome, Declined) is not is_taken
        if not is_taken:
            assert reason(outcome) is DeclineReason.FUNDS_INSUFFICIENT
            assert told(outcome) == "10.01 USD is more than the 10 USD that are available"

    def test_what_is_held_is_not_available_but_leaves_services_running(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(10), now=NOW, expires_at=None)
        assert ledger.balance.available == NOTHING
        assert ledger.balance.may_use_services
        assert reason(ledger.reserve("call-2", usd("0.01"), now=NOW, expires_at=None)) is (
            DeclineReason.FUNDS_INSUFFICIENT
        )

    def test_completed_usage_is_recorded_below_nothing(self) -> None:
        ledger = prepaid("10")
        recorded(ledger.debit("late", usd("12.50"), now=NOW, overage=RECORD))
        assert ledger.balance == Balance(
            as_of=NOW,
            status=Status.ACTIVE,
            posted=usd("-2.50"),
            held=NOTHING,
            credit_limit=NOTHING,
            available=usd("-2.50"),
            may_use_services=False,
        )
        assert ledger.balance.owed == usd("2.50")

    def test_below_nothing_nothing_is_available(self) -> None:
        ledger = prepaid("1")
        ledger.debit("late", usd(3), now=NOW, overage=RECORD)
        assert told(ledger.debit("more", usd("0.01"), now=NOW)) == "0.01 USD is more than the 0 USD that are available"

    def test_a_row_that_holds_more_than_it_has_tells_so(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(8), now=NOW, expires_at=None)
        ledger.debit("late", usd(5), now=NOW, overage=RECORD)
        assert ledger.balance.available == usd(-3)

    def test_available_on_prepaid_with_credit_goes_down_to_its_limit(self) -> None:
        ledger = prepaid("1", credit_limit=usd(5), credit_on_prepaid=CreditOnPrepaid.ALLOWED)
        assert ledger.balance.available == usd(6)
        recorded(ledger.debit("op", usd("5.99"), now=NOW))
        assert ledger.balance.may_use_services
        recorded(ledger.debit("op-2", usd("0.01"), now=NOW))
        assert not ledger.balance.may_use_services
        assert reason(ledger.debit("op-3", usd("0.01"), now=NOW)) is DeclineReason.FUNDS_INSUFFICIENT


class TestLimits:
    """BAL-2: where what is owed reaches the limit, services stop."""

    @pytest.mark.parametrize(("owed", "may_use"), [("0", True), ("99.99", True), ("100", False), ("100.01", False)])
    def test_services_run_below_the_limit(self, owed: str, may_use: bool) -> None:
        ledger = postpaid("100")
        if usd(owed).is_positive:
            ledger.debit("use", usd(owed), now=NOW, overage=RECORD)
        assert ledger.balance_at(NOW).may_use_services is may_use
        assert ledger.head.may_use_services is may_use
        assert ledger.balance.owed == usd(owed)

    @pytest.mark.parametrize(("amount", "is_taken"), [("60", True), ("60.01", False)])
    def test_exactly_the_rest_of_the_limit_can_be_taken(self, amount: str, is_taken: bool) -> None:
        ledger = postpaid("100", owed="40")
        outcome = ledger.debit("op", usd(amount), now=NOW)
        assert isinstance(outcome, Declined) is not is_taken
        if not is_taken:
            assert reason(outcome) is DeclineReason.CREDIT_LIMIT_EXCEEDED
            assert told(outcome) == "60.01 USD is more than the 60 USD that are left of the credit limit"

    def test_a_payment_ahead_is_available_on_top(self) -> None:
        ledger = postpaid("100")
        ledger.credit("paid", usd(30), now=NOW)
        assert (ledger.balance.available, ledger.balance.owed) == (usd(130), NOTHING)

    def test_a_limit_of_zero_never_lets_anything_through(self) -> None:
        ledger = postpaid("0")
        assert not ledger.balance.may_use_services
        assert reason(ledger.debit("op", usd("0.01"), now=NOW)) is DeclineReason.CREDIT_LIMIT_EXCEEDED

    def test_without_a_limit_everything_can_be_taken(self) -> None:
        ledger = postpaid(None)
        recorded(ledger.debit("op", usd(10**20), now=NOW))
        recorded(ledger.reserve("op-2", usd(10**20), now=NOW, expires_at=None, grant=Grant.UP_TO))
        assert ledger.balance == Balance(
            as_of=NOW,
            status=Status.ACTIVE,
            posted=usd(-(10**20)),
            held=usd(10**20),
            credit_limit=None,
            available=None,
            may_use_services=True,
        )

    def test_a_finer_limit_than_the_currency_has_decimals_is_exact(self) -> None:
        ledger = postpaid("0.0001")
        recorded(ledger.debit("op", usd("0.0001"), now=NOW))
        assert not ledger.balance.may_use_services


class TestServices:
    """BAL-2: that the limit is reached, and that services stop and run again, is told once each."""

    def test_reaching_nothing_stops_services_and_paying_restores_them(self) -> None:
        ledger = prepaid("10")
        assert recorded(ledger.debit("a", usd("9.99"), now=NOW)).events == ()
        assert recorded(ledger.debit("b", usd("0.01"), now=NOW)).events == (
            LimitReached(3, NOTHING),
            ServicesStopped(3, Status.ACTIVE),
        )
        assert recorded(ledger.debit("c", usd(1), now=NOW, overage=RECORD)).events == ()
        assert recorded(ledger.credit("d", usd(1), now=NOW)).events == ()
        assert recorded(ledger.credit("e", usd("0.01"), now=NOW)).events == (ServicesRestored(6),)

    def test_the_first_payment_lets_services_run_for_the_first_time(self) -> None:
        ledger = prepaid("0")
        assert recorded(ledger.credit("a", usd("0.01"), now=NOW)).events == (ServicesRestored(1),)

    def test_a_hold_stops_nothing_until_it_is_charged(self) -> None:
        ledger = prepaid("10")
        assert recorded(ledger.reserve("call", usd(10), now=NOW, expires_at=None)).events == ()
        assert recorded(ledger.capture("end", hold="call", amount=FULL, now=NOW)).events == (
            LimitReached(3, NOTHING),
            ServicesStopped(3, Status.ACTIVE),
        )

    def test_a_lower_limit_stops_them_and_a_higher_one_restores_them(self) -> None:
        ledger = postpaid("100", owed="50")
        lower, higher = (Postpaid("USD", credit_limit=usd(limit)) for limit in (50, 51))
        assert recorded(ledger.set_policy("a", lower, now=NOW)).events == (
            LimitReached(2, usd(-50)),
            ServicesStopped(2, Status.ACTIVE),
        )
        assert recorded(ledger.set_policy("b", higher, now=NOW)).events == (ServicesRestored(3),)

    def test_a_status_stops_them_without_the_limit_being_reached(self) -> None:
        ledger = prepaid("10")
        assert recorded(ledger.set_status("a", Status.BLOCKED, now=NOW)).events == (ServicesStopped(2, Status.BLOCKED),)
        assert recorded(ledger.set_status("b", Status.SUSPENDED, now=NOW)).events == ()
        assert recorded(ledger.debit("c", usd(10), now=NOW, overage=RECORD)).events == (LimitReached(4, NOTHING),)
        assert recorded(ledger.set_status("d", Status.ACTIVE, now=NOW)).events == ()
        assert recorded(ledger.credit("e", usd(1), now=NOW)).events == (ServicesRestored(6),)

    def test_a_declined_operation_tells_nothing_of_its_own(self) -> None:
        outcome = prepaid("10").debit("a", usd(11), now=NOW)
        assert isinstance(outcome, Declined)
        assert outcome.events == ()


class TestBalances:
    """BAL-2: a view says of when it is; what has lapsed by then doesn't count."""

    def test_before_anything_has_happened_a_view_is_of_no_moment(self) -> None:
        ledger = Ledger(Prepaid("USD"))
        assert ledger.balance == Balance(
            as_of=None,
            status=Status.ACTIVE,
            posted=NOTHING,
            held=NOTHING,
            credit_limit=NOTHING,
            available=NOTHING,
            may_use_services=False,
        )
        assert Ledger(Postpaid("USD")).balance.available is None
        assert Ledger(Postpaid("USD", credit_limit=usd(5))).balance.available == usd(5)

    def test_a_view_is_never_of_before_the_last_entry(self) -> None:
        ledger = prepaid("10")
        assert ledger.balance_at(later(-60)).as_of == NOW
        assert ledger.balance_at(later(60)).as_of == later(60)
        assert ledger.balance.as_of == NOW

    def test_a_view_is_in_utc(self) -> None:
        there = NOW.astimezone(timezone(timedelta(hours=8)))
        view = prepaid("10").balance_at(there)
        assert view.as_of == NOW
        assert view.as_of.tzinfo is UTC

    def test_a_view_of_an_empty_account_is_of_the_moment_asked_for(self) -> None:
        assert Ledger(Prepaid("USD")).balance_at(NOW).as_of == NOW

    def test_looking_changes_nothing(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        before = ledger.snapshot()
        assert ledger.balance_at(later(1)).available == usd(10)
        assert ledger.balance_at(later(1)).available == usd(10)
        assert ledger.balance_at(later(0)).available == usd(6)
        assert ledger.snapshot() == before
        assert recorded(ledger.debit("op", usd(10), now=later(1))).entry.number == 4


class TestReserving:
    """BAL-3: a hold is of exactly the amount, or up to it."""

    def test_a_hold_goes_by_the_operations_id(self) -> None:
        ledger = prepaid("10")
        outcome = recorded(ledger.reserve("call", usd(3), now=later(1), expires_at=later(2)))
        assert outcome.entry == an_entry(
            2, Reserve("call", usd(3), expires_at=later(2)), later(1), held=usd(3), granted=usd(3)
        )
        assert ledger.holds == (a_hold("call", "3", later(1), expires_at=later(2)),)
        assert (ledger.balance.held, ledger.balance.posted, ledger.balance.available) == (usd(3), usd(10), usd(7))

    @pytest.mark.parametrize(("asked", "granted"), [("9.99", "9.99"), ("10", "10"), ("10.01", "10"), ("100000", "10")])
    def test_up_to_grants_what_is_available(self, asked: str, granted: str) -> None:
        ledger = prepaid("10")
        outcome = recorded(ledger.reserve("call", usd(asked), now=NOW, expires_at=None, grant=Grant.UP_TO))
        assert outcome.entry.granted == usd(granted)
        assert hold_of(ledger, "call").amount == usd(granted)

    @pytest.mark.parametrize("over", ["0", "0.01", "5"])
    def test_up_to_is_declined_where_nothing_is_available(self, over: str) -> None:
        ledger = prepaid("10")
        ledger.debit("use", usd(10) + usd(over), now=NOW, overage=RECORD)
        outcome = ledger.reserve("call", usd(5), now=NOW, expires_at=None, grant=Grant.UP_TO)
        assert reason(outcome) is DeclineReason.FUNDS_INSUFFICIENT
        assert ledger.holds == ()

    def test_up_to_grants_the_rest_of_a_limit(self) -> None:
        ledger = postpaid("100", owed="99.9999")
        outcome = recorded(ledger.reserve("call", usd(5), now=NOW, expires_at=None, grant=Grant.UP_TO))
        assert outcome.entry.granted == usd("0.0001")
        assert reason(ledger.reserve("call-2", usd(5), now=NOW, expires_at=None, grant=Grant.UP_TO)) is (
            DeclineReason.CREDIT_LIMIT_EXCEEDED
        )

    def test_holds_add_up(self) -> None:
        ledger = prepaid("10")
        for number in range(3):
            recorded(ledger.reserve(f"call-{number}", usd(3), now=NOW, expires_at=None))
        assert ledger.balance.held == usd(9)
        assert told(ledger.reserve("call-3", usd(3), now=NOW, expires_at=None)) == (
            "3 USD is more than the 1 USD that are available"
        )

    def test_a_hold_without_an_expiry_stays(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(3), now=NOW, expires_at=None)
        assert ledger.balance_at(datetime.max.replace(tzinfo=UTC)).held == usd(3)

    @pytest.mark.parametrize(("expires_at", "is_placed"), [(later(1) + TICK, True), (later(1), False), (NOW, False)])
    def test_a_hold_must_expire_after_it_is_placed(self, expires_at: datetime, is_placed: bool) -> None:
        ledger = prepaid("10")
        outcome = ledger.reserve("call", usd(3), now=later(1), expires_at=expires_at)
        assert isinstance(outcome, Declined) is not is_placed
        if isinstance(outcome, Declined):
            assert (outcome.reason.code, outcome.entry, outcome.events) == (DeclineReason.HOLD_EXPIRY_PAST, None, ())
            assert ledger.head.version == 1
            recorded(ledger.reserve("call", usd(3), now=later(1), expires_at=later(2)))


class TestCapturing:
    """BAL-3: a capture charges what was used; the rest is free again; each hold is resolved exactly once."""

    def held(self, amount: str = "4") -> Ledger:
        ledger = prepaid("10")
        ledger.reserve("call", usd(amount), now=NOW, expires_at=None)
        return ledger

    @pytest.mark.parametrize(
        ("amount", "charged"), [("0", "0"), ("0.01", "0.01"), ("3.99", "3.99"), ("4", "4"), ("full", "4")]
    )
    def test_part_frees_the_rest(self, amount: str, charged: str) -> None:
        ledger = self.held()
        used = FULL if amount == "full" else usd(amount)
        outcome = recorded(ledger.capture("end", hold="call", amount=used, now=later(1)))
        assert outcome.entry == an_entry(
            3, Capture("end", hold="call", amount=used), later(1), posted=-usd(charged), held=usd(-4)
        )
        assert ledger.holds == (
            a_hold("call", "4", state=HoldState.CAPTURED, captured=usd(charged), ended_at=later(1)),
        )
        left = usd(10) - usd(charged)
        assert (ledger.balance.posted, ledger.balance.held, ledger.balance.available) == (left, NOTHING, left)

    def test_more_than_was_held_is_declined_and_the_hold_stays(self) -> None:
        ledger = self.held()
        outcome = ledger.capture("end", hold="call", amount=usd("4.01"), now=NOW)
        assert reason(outcome) is DeclineReason.AMOUNT_EXCEEDS_HOLD
        assert told(outcome) == "4.01 USD is more than the 4 USD that are held"
        assert hold_of(ledger, "call").state is HoldState.OPEN
        recorded(ledger.capture("end-2", hold="call", amount=usd(4), now=NOW))

    @pytest.mark.parametrize("amount", ["4.01", "10", "25"])
    def test_more_than_was_held_is_charged_where_overage_is_recorded(self, amount: str) -> None:
        ledger = self.held()
        recorded(ledger.capture("end", hold="call", amount=usd(amount), now=NOW, overage=RECORD))
        assert hold_of(ledger, "call").captured == usd(amount)
        assert (ledger.balance.posted, ledger.balance.held) == (usd(10) - usd(amount), NOTHING)

    def test_full_is_what_was_granted_not_what_was_asked_for(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(50), now=NOW, expires_at=None, grant=Grant.UP_TO)
        recorded(ledger.capture("end", hold="call", amount=FULL, now=NOW))
        assert ledger.balance.posted == NOTHING

    @pytest.mark.parametrize("amount", [FULL, usd(0), usd(1)])
    def test_a_hold_is_captured_once(self, amount: Money) -> None:
        ledger = self.held()
        recorded(ledger.capture("end", hold="call", amount=usd(1), now=NOW))
        outcome = ledger.capture("end-2", hold="call", amount=amount, now=NOW)
        assert reason(outcome) is DeclineReason.HOLD_CAPTURED
        assert told(outcome) == "the hold 'call' is captured already"
        assert ledger.balance.posted == usd(9)

    def test_what_is_released_cannot_be_captured_nor_what_is_captured_released(self) -> None:
        ledger = self.held()
        recorded(ledger.release("free", hold="call", now=NOW))
        outcome = ledger.capture("end", hold="call", amount=FULL, now=NOW)
        assert told(outcome) == "the hold 'call' was released"
        assert reason(outcome) is DeclineReason.HOLD_RELEASED
        other = self.held()
        recorded(other.capture("end", hold="call", amount=NOTHING, now=NOW))
        assert reason(other.release("free", hold="call", now=NOW)) is DeclineReason.HOLD_CAPTURED

    def test_a_hold_that_is_not_there(self) -> None:
        ledger = self.held()
        assert reason(ledger.capture("end", hold="other", amount=FULL, now=NOW)) is DeclineReason.HOLD_NOT_FOUND
        outcome = ledger.release("free", hold="end", now=NOW)
        assert reason(outcome) is DeclineReason.HOLD_NOT_FOUND
        assert told(outcome) == "the account has no hold 'end'"

    def test_an_account_that_went_below_its_floor_still_settles(self) -> None:
        ledger = self.held()
        ledger.debit("late", usd(50), now=NOW, overage=RECORD)
        recorded(ledger.capture("end", hold="call", amount=FULL, now=NOW))
        assert ledger.balance.posted == usd(-44)


class TestSlices:
    """BAL-3: a capture and the next slice are one step; what was used is charged even if the slice is declined."""

    def held(self, funds: str = "10", amount: str = "4") -> Ledger:
        ledger = prepaid(funds)
        ledger.reserve("call", usd(amount), now=NOW, expires_at=later(1))
        return ledger

    def test_the_next_slice_goes_by_the_captures_id(self) -> None:
        ledger = self.held()
        then = NextSlice(usd(5), expires_at=later(2))
        outcome = recorded(ledger.capture("slice-2", hold="call", amount=usd(3), now=NOW, then=then))
        assert outcome.entry == an_entry(
            3, Capture("slice-2", hold="call", amount=usd(3), then=then), posted=usd(-3), held=usd(1), granted=usd(5)
        )
        assert hold_of(ledger, "slice-2") == a_hold("slice-2", "5", expires_at=later(2))
        assert (ledger.balance.posted, ledger.balance.held, ledger.balance.available) == (usd(7), usd(5), usd(2))
        recorded(ledger.capture("slice-3", hold="slice-2", amount=FULL, now=later(1)))
        assert ledger.balance.posted == usd(2)

    @pytest.mark.parametrize(("asked", "is_held"), [("7", True), ("7.01", False)])
    def test_what_the_capture_frees_is_there_for_the_slice(self, asked: str, is_held: bool) -> None:
        ledger = self.held()
        outcome = recorded(
            ledger.capture("s", hold="call", amount=usd(3), now=NOW, then=NextSlice(usd(asked), expires_at=None))
        )
        assert (outcome.entry.granted is not None) is is_held
        assert ledger.balance.posted == usd(7)

    def test_a_declined_slice_leaves_what_was_used_charged(self) -> None:
        ledger = self.held()
        then = NextSlice(usd(8), expires_at=later(2))
        outcome = recorded(ledger.capture("s", hold="call", amount=usd(3), now=NOW, then=then))
        assert outcome.entry.granted is None
        assert outcome.entry.declined is None
        declined = outcome.entry.slice_declined
        assert declined is not None
        assert declined.code is DeclineReason.FUNDS_INSUFFICIENT
        assert declined.sentence == "8 USD is more than the 7 USD that are available"
        assert (outcome.entry.posted, outcome.entry.held) == (usd(-3), usd(-4))
        assert [hold.state for hold in ledger.holds] == [HoldState.CAPTURED]
        assert (ledger.balance.posted, ledger.balance.held) == (usd(7), NOTHING)
        assert reason(ledger.capture("t", hold="s", amount=FULL, now=NOW)) is DeclineReason.HOLD_NOT_FOUND

    @pytest.mark.parametrize(("asked", "granted"), [("6.99", "6.99"), ("7", "7"), ("7.01", "7"), ("50", "7")])
    def test_up_to_takes_the_rest(self, asked: str, granted: str) -> None:
        ledger = self.held()
        then = NextSlice(usd(asked), expires_at=None, grant=Grant.UP_TO)
        outcome = recorded(ledger.capture("s", hold="call", amount=usd(3), now=NOW, then=then))
        assert outcome.entry.granted == usd(granted)
        assert hold_of(ledger, "s").amount == usd(granted)

    def test_up_to_is_declined_where_nothing_is_left(self) -> None:
        ledger = self.held("4")
        then = NextSlice(usd(1), expires_at=None, grant=Grant.UP_TO)
        outcome = recorded(ledger.capture("s", hold="call", amount=FULL, now=NOW, then=then))
        assert outcome.entry.slice_declined is not None
        assert outcome.entry.slice_declined.code is DeclineReason.FUNDS_INSUFFICIENT

    def test_overage_is_charged_before_the_slice_is_measured(self) -> None:
        ledger = self.held()
        then = NextSlice(usd("1.01"), expires_at=None)
        outcome = recorded(ledger.capture("s", hold="call", amount=usd(9), now=NOW, overage=RECORD, then=then))
        assert outcome.entry.posted == usd(-9)
        assert outcome.entry.slice_declined is not None
        assert outcome.entry.slice_declined.sentence == "1.01 USD is more than the 1 USD that are available"

    @pytest.mark.parametrize(("expires_at", "is_held"), [(later(0.5) + TICK, True), (later(0.5), False), (NOW, False)])
    def test_a_slice_that_has_expired_already_is_declined(self, expires_at: datetime, is_held: bool) -> None:
        ledger = self.held()
        then = NextSlice(usd(1), expires_at=expires_at)
        outcome = recorded(ledger.capture("s", hold="call", amount=usd(3), now=later(0.5), then=then))
        assert outcome.entry.posted == usd(-3)
        assert (outcome.entry.granted is not None) is is_held
        if outcome.entry.slice_declined is not None:
            assert outcome.entry.slice_declined.code is DeclineReason.HOLD_EXPIRY_PAST
        else:
            assert is_held

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (Status.SUSPENDED, DeclineReason.ACCOUNT_SUSPENDED),
            (Status.BLOCKED, DeclineReason.ACCOUNT_BLOCKED),
            (Status.CLOSED, DeclineReason.ACCOUNT_CLOSED),
        ],
    )
    def test_a_stopped_account_pays_for_what_was_used_and_gets_no_slice(
        self, status: Status, code: DeclineReason
    ) -> None:
        ledger = self.held()
        ledger.set_status("stop", status, now=NOW)
        then = NextSlice(usd(1), expires_at=None)
        outcome = recorded(ledger.capture("s", hold="call", amount=usd(3), now=NOW, then=then))
        assert outcome.entry.slice_declined is not None
        assert outcome.entry.slice_declined.code is code
        assert ledger.balance.posted == usd(7)

    def test_a_declined_capture_places_no_slice(self) -> None:
        ledger = self.held()
        then = NextSlice(usd(1), expires_at=None)
        outcome = ledger.capture("s", hold="call", amount=usd(5), now=NOW, then=then)
        assert reason(outcome) is DeclineReason.AMOUNT_EXCEEDS_HOLD
        assert outcome.entry is not None
        assert (outcome.entry.granted, outcome.entry.slice_declined, ledger.balance.held) == (None, None, usd(4))

    def test_a_slice_without_a_limit_is_always_granted(self) -> None:
        ledger = postpaid(None)
        ledger.reserve("call", usd(4), now=NOW, expires_at=None)
        then = NextSlice(usd(10**9), expires_at=None)
        outcome = recorded(ledger.capture("s", hold="call", amount=FULL, now=NOW, then=then))
        assert outcome.entry.granted == usd(10**9)


class TestReleasing:
    """BAL-3: a release frees all of a hold and charges nothing, once."""

    def test_all_of_it_is_free_again(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(5))
        outcome = recorded(ledger.release("free", hold="call", now=later(1)))
        assert outcome.entry == an_entry(3, Release("free", hold="call"), later(1), held=usd(-4))
        assert ledger.holds == (a_hold("call", "4", expires_at=later(5), state=HoldState.RELEASED, ended_at=later(1)),)
        assert ledger.balance.available == usd(10)

    def test_a_hold_is_released_once(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=None)
        recorded(ledger.release("free", hold="call", now=NOW))
        assert reason(ledger.release("free-2", hold="call", now=NOW)) is DeclineReason.HOLD_RELEASED
        assert ledger.balance.held == NOTHING

    def test_what_was_released_does_not_expire_later(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        ledger.release("free", hold="call", now=NOW)
        assert ledger.expire(now=later(2)) == ()
        assert ledger.balance_at(later(2)).held == NOTHING


class TestExpiry:
    """BAL-3: at exactly `expires_at` a hold is expired, whether or not somebody sweeps."""

    def held(self) -> Ledger:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        return ledger

    @pytest.mark.parametrize(("at", "available"), [(later(1) - TICK, "6"), (later(1), "10"), (later(2), "10")])
    def test_a_view_does_not_wait_for_a_sweep(self, at: datetime, available: str) -> None:
        assert self.held().balance_at(at).available == usd(available)

    @pytest.mark.parametrize(("at", "is_captured"), [(later(1) - TICK, True), (later(1), False)])
    def test_what_is_expired_cannot_be_captured(self, at: datetime, is_captured: bool) -> None:
        ledger = self.held()
        outcome = ledger.capture("end", hold="call", amount=usd(1), now=at)
        assert isinstance(outcome, Declined) is not is_captured
        if not is_captured:
            assert reason(outcome) is DeclineReason.HOLD_EXPIRED
            assert told(outcome) == "the hold 'call' expired at 2026-11-22T12:01:00+00:00"
            assert ledger.balance.posted == usd(10)

    def test_what_is_expired_cannot_be_released(self) -> None:
        assert reason(self.held().release("free", hold="call", now=later(1))) is DeclineReason.HOLD_EXPIRED

    @pytest.mark.parametrize(("at", "is_taken"), [(later(1) - TICK, False), (later(1), True)])
    def test_what_was_held_can_be_taken_again(self, at: datetime, is_taken: bool) -> None:
        assert isinstance(self.held().debit("op", usd(10), now=at), Declined) is not is_taken

    def test_the_next_operation_writes_it_down_first(self) -> None:
        ledger = self.held()
        gone = a_hold("call", "4", expires_at=later(1), state=HoldState.EXPIRED, ended_at=later(3))
        outcome = recorded(ledger.debit("op", usd(1), now=later(3)))
        assert outcome.events == (HoldExpired(3, gone),)
        assert outcome.entry.number == 4
        assert ledger.entries[2] == an_entry(3, Lapse("call"), later(3), held=usd(-4))
        assert ledger.entries[2].id is None
        assert ledger.holds == (gone,)

    def test_a_declined_operation_writes_it_down_too(self) -> None:
        ledger = self.held()
        outcome = ledger.debit("op", usd(11), now=later(1))
        assert isinstance(outcome, Declined)
        assert [type(event) for event in outcome.events] == [HoldExpired]
        assert [entry.number for entry in ledger.entries] == [1, 2, 3, 4]

    @pytest.mark.parametrize("times", [(1,), (1, 1), (1, 2), (2,)])
    def test_sweeping_twice_is_sweeping_once(self, times: tuple[int, ...]) -> None:
        ledger = self.held()
        told_of = [event for minutes in times for event in ledger.expire(now=later(minutes))]
        assert [type(event) for event in told_of] == [HoldExpired]
        assert ledger.balance.available == usd(10)
        assert ledger.head.version == 3

    def test_sweeping_too_early_does_nothing(self) -> None:
        ledger = self.held()
        before = ledger.snapshot()
        assert ledger.expire(now=later(1) - TICK) == ()
        assert ledger.snapshot() == before

    def test_sweeping_and_waiting_come_to_the_same(self) -> None:
        swept, waited = self.held(), self.held()
        swept.expire(now=later(1))
        for ledger in (swept, waited):
            recorded(ledger.reserve("next", usd(10), now=later(1), expires_at=None))
        assert swept.snapshot() == waited.snapshot()

    def test_they_expire_in_the_order_of_their_expiry_then_of_their_placing_then_of_their_ids(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("d", usd(1), now=NOW, expires_at=later(3))
        ledger.reserve("z", usd(1), now=NOW, expires_at=later(2))
        ledger.reserve("b", usd(1), now=later(1), expires_at=later(2))
        ledger.reserve("a", usd(1), now=later(1), expires_at=later(2))
        ledger.reserve("c", usd(1), now=later(1), expires_at=later(2) - TICK)
        events = ledger.expire(now=later(3))
        assert [event.hold.id for event in events if isinstance(event, HoldExpired)] == ["c", "z", "a", "b", "d"]
        assert [event.entry for event in events] == [7, 8, 9, 10, 11]

    def test_a_repeat_sweeps_nothing(self) -> None:
        ledger = self.held()
        ledger.debit("op", usd(1), now=NOW)
        assert isinstance(ledger.debit("op", usd(1), now=later(5)), AlreadyRecorded)
        assert hold_of(ledger, "call").state is HoldState.OPEN
        assert ledger.balance_at(later(5)).held == NOTHING
        assert [type(event) for event in ledger.expire(now=later(5))] == [HoldExpired]

    def test_an_operation_that_only_sweeps_has_an_entry_of_its_own(self) -> None:
        ledger = self.held()
        outcome = recorded(ledger.apply(Expire("sweep"), now=later(1)))
        assert outcome.entry == an_entry(4, Expire("sweep"), later(1))
        assert [type(event) for event in outcome.events] == [HoldExpired]
        assert isinstance(ledger.apply(Expire("sweep"), now=later(9)), AlreadyRecorded)

    def test_late_usage_is_charged_by_a_debit_that_records(self) -> None:
        ledger = self.held()
        ledger.debit("spent", usd(10), now=later(2))
        recorded(ledger.debit("late", usd(3), now=later(2), overage=RECORD))
        assert ledger.balance.posted == usd(-3)


MOVES: dict[str, Operation] = {
    "credit": Credit("op", usd(1)),
    "debit": Debit("op", usd(1)),
    "recorded debit": Debit("op", usd(1), overage=RECORD),
    "reserve": Reserve("op", usd(1), expires_at=None),
    "capture": Capture("op", hold="call", amount=usd(1)),
    "recorded capture": Capture("op", hold="call", amount=usd(9), overage=RECORD),
    "release": Release("op", hold="call"),
    "expire": Expire("op"),
    "policy": SetPolicy("op", Prepaid("USD")),
    "suspend": SetStatus("op", Status.SUSPENDED),
    "block": SetStatus("op", Status.BLOCKED),
    "close": SetStatus("op", Status.CLOSED),
    "activate": SetStatus("op", Status.ACTIVE),
}
STOPPED = {"debit", "reserve"}
ENDED = {*STOPPED, "credit", "policy", "suspend", "block", "close", "activate"}


class TestStatuses:
    """TEN-1: what is held is still settled and what is over still recorded, whatever the status."""

    @pytest.mark.parametrize("move", MOVES)
    @pytest.mark.parametrize(
        ("status", "code", "declined"),
        [
            (Status.ACTIVE, None, set()),
            (Status.SUSPENDED, DeclineReason.ACCOUNT_SUSPENDED, STOPPED),
            (Status.BLOCKED, DeclineReason.ACCOUNT_BLOCKED, STOPPED),
            (Status.CLOSED, DeclineReason.ACCOUNT_CLOSED, ENDED),
        ],
    )
    def test_what_a_status_lets_through(
        self, status: Status, code: DeclineReason | None, declined: set[str], move: str
    ) -> None:
        ledger = with_call()
        recorded(ledger.set_status("stop", status, now=NOW))
        outcome = ledger.apply(MOVES[move], now=NOW)
        assert (reason(outcome) if isinstance(outcome, Declined) else None) is (code if move in declined else None)

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.BLOCKED, Status.CLOSED])
    def test_a_stopped_account_may_not_use_services(self, status: Status) -> None:
        ledger = with_call()
        ledger.set_status("stop", status, now=NOW)
        assert (ledger.balance.may_use_services, ledger.balance.status) == (False, status)
        assert ledger.balance.available == usd(6)

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.BLOCKED, Status.CLOSED])
    def test_a_hold_of_a_stopped_account_expires(self, status: Status) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        ledger.set_status("stop", status, now=NOW)
        assert [type(event) for event in ledger.expire(now=later(1))] == [HoldExpired]
        assert ledger.balance.held == NOTHING

    def test_closed_is_for_ever(self) -> None:
        ledger = prepaid("10")
        ledger.set_status("close", Status.CLOSED, now=NOW)
        for status in (Status.ACTIVE, Status.SUSPENDED, Status.BLOCKED, Status.CLOSED):
            outcome = ledger.set_status(f"to {status}", status, now=NOW)
            assert told(outcome) == "the account is closed"
        assert ledger.head.status is Status.CLOSED

    def test_a_suspension_without_a_debt_is_lifted_by_hand(self) -> None:
        ledger = prepaid("10")
        ledger.set_status("stop", Status.SUSPENDED, now=NOW)
        ledger.credit("paid", usd(100), now=NOW)
        assert ledger.head.status is Status.SUSPENDED
        assert recorded(ledger.set_status("go", Status.ACTIVE, now=NOW)).events == (ServicesRestored(4),)


class TestDebts:
    """BAL-9: a suspension for a debt is lifted by payment, not by hand."""

    def indebted(self) -> Ledger:
        ledger = postpaid("100", owed="60")
        recorded(ledger.set_status("stop", Status.SUSPENDED, now=NOW, debt=usd(60)))
        return ledger

    def test_not_by_a_smaller_debt(self) -> None:
        ledger = self.indebted()
        assert reason(ledger.set_status("less", Status.SUSPENDED, now=NOW, debt=usd("59.99"))) is (
            DeclineReason.SUSPENDED_FOR_DEBT
        )
        recorded(ledger.set_status("same", Status.SUSPENDED, now=NOW, debt=usd(60)))
        recorded(ledger.set_status("more", Status.SUSPENDED, now=NOW, debt=usd(61)))
        assert ledger.head.debt == usd(61)

    def test_not_by_hand(self) -> None:
        ledger = self.indebted()
        outcome = ledger.set_status("go", Status.ACTIVE, now=NOW)
        assert reason(outcome) is DeclineReason.SUSPENDED_FOR_DEBT
        assert told(outcome) == "the account is suspended for a debt of which 60 USD is unpaid"
        assert ledger.head.status is Status.SUSPENDED

    @pytest.mark.parametrize(("paid", "left"), [("59.99", "0.01"), ("60", None), ("60.01", None)])
    def test_by_payment_of_all_of_it(self, paid: str, left: str | None) -> None:
        ledger = self.indebted()
        outcome = recorded(ledger.credit("paid", usd(paid), now=NOW))
        assert ledger.head.debt == (None if left is None else usd(left))
        assert ledger.head.status is (Status.ACTIVE if left is None else Status.SUSPENDED)
        assert outcome.events == ((ServicesRestored(3),) if left is None else ())

    def test_part_by_part(self) -> None:
        ledger = self.indebted()
        for number in range(6):
            assert ledger.head.status is Status.SUSPENDED
            ledger.credit(f"paid-{number}", usd(10), now=NOW)
        assert (ledger.head.status, ledger.head.debt) == (Status.ACTIVE, None)

    def test_it_is_lifted_even_where_money_is_still_short(self) -> None:
        ledger = postpaid("100", owed="60")
        ledger.debit("late", usd(80), now=NOW, overage=RECORD)
        ledger.set_status("stop", Status.SUSPENDED, now=NOW, debt=usd(10))
        assert recorded(ledger.credit("paid", usd(10), now=NOW)).events == ()
        assert ledger.head.status is Status.ACTIVE
        assert not ledger.balance.may_use_services

    def test_usage_recorded_meanwhile_does_not_raise_it(self) -> None:
        ledger = self.indebted()
        ledger.debit("late", usd(30), now=NOW, overage=RECORD)
        ledger.credit("paid", usd(60), now=NOW)
        assert ledger.head.status is Status.ACTIVE
        assert ledger.balance.owed == usd(30)

    def test_a_block_leaves_the_debt_and_payment_leaves_the_block(self) -> None:
        ledger = self.indebted()
        recorded(ledger.set_status("block", Status.BLOCKED, now=NOW))
        assert ledger.head.debt == usd(60)
        assert reason(ledger.set_status("go", Status.ACTIVE, now=NOW)) is DeclineReason.SUSPENDED_FOR_DEBT
        recorded(ledger.credit("paid", usd(60), now=NOW))
        assert ledger.head.status is Status.BLOCKED
        assert ledger.head.debt is None
        recorded(ledger.set_status("go-2", Status.ACTIVE, now=NOW))
        assert ledger.head.may_use_services

    def test_lifting_a_block_leaves_the_suspension(self) -> None:
        ledger = self.indebted()
        ledger.set_status("block", Status.BLOCKED, now=NOW)
        recorded(ledger.set_status("unblock", Status.SUSPENDED, now=NOW))
        assert (ledger.head.status, ledger.head.debt) == (Status.SUSPENDED, usd(60))
        ledger.credit("paid", usd(60), now=NOW)
        assert ledger.head.status is Status.ACTIVE

    def test_a_later_suspension_names_the_debt_anew(self) -> None:
        ledger = self.indebted()
        recorded(ledger.set_status("more", Status.SUSPENDED, now=NOW, debt=usd(75)))
        assert ledger.head.debt == usd(75)

    def test_closing_leaves_nothing_to_lift(self) -> None:
        ledger = self.indebted()
        recorded(ledger.set_status("close", Status.CLOSED, now=NOW))
        assert reason(ledger.credit("paid", usd(60), now=NOW)) is DeclineReason.ACCOUNT_CLOSED
        assert ledger.head.debt == usd(60)

    def test_a_release_or_an_expiry_is_no_payment(self) -> None:
        ledger = postpaid("100")
        ledger.reserve("call", usd(50), now=NOW, expires_at=later(1))
        ledger.set_status("stop", Status.SUSPENDED, now=NOW, debt=usd(50))
        ledger.release("free", hold="call", now=NOW)
        ledger.expire(now=later(2))
        assert ledger.head.debt == usd(50)


class TestConversion:
    """BAL-8: prepaid becomes postpaid with a limit only; postpaid becomes prepaid once its debt is settled."""

    def test_prepaid_needs_a_limit_first(self) -> None:
        ledger = prepaid("10")
        outcome = ledger.set_policy("to", Postpaid("USD"), now=NOW)
        assert reason(outcome) is DeclineReason.CREDIT_LIMIT_NEEDED
        assert isinstance(ledger.head.policy, Prepaid)

    @pytest.mark.parametrize("limit", ["0", "0.01", "100"])
    def test_prepaid_becomes_postpaid_with_one(self, limit: str) -> None:
        ledger = prepaid("10")
        recorded(ledger.set_policy("to", Postpaid("USD", credit_limit=usd(limit)), now=NOW))
        assert ledger.balance.available == usd(10) + usd(limit)
        assert ledger.balance.posted == usd(10)

    @pytest.mark.parametrize(("owed", "is_taken"), [("0.01", False), ("60", False), ("0", True)])
    def test_postpaid_settles_its_debt_first(self, owed: str, is_taken: bool) -> None:
        ledger = postpaid("100", owed=owed)
        outcome = ledger.set_policy("to", Prepaid("USD"), now=NOW)
        assert isinstance(outcome, Declined) is not is_taken
        if isinstance(outcome, Declined):
            assert outcome.reason.code is DeclineReason.DEBT_UNSETTLED
            assert outcome.reason.params == {"owed": f"{owed} USD"}
            recorded(ledger.credit("paid", usd(owed), now=NOW))
            recorded(ledger.set_policy("to-2", Prepaid("USD"), now=NOW))
        assert isinstance(ledger.head.policy, Prepaid)

    def test_a_prepaid_account_below_nothing_becomes_postpaid_and_owes_that(self) -> None:
        ledger = prepaid("10")
        ledger.debit("late", usd(15), now=NOW, overage=RECORD)
        recorded(ledger.set_policy("to", Postpaid("USD", credit_limit=usd(20)), now=NOW))
        assert (ledger.balance.owed, ledger.balance.available) == (usd(5), usd(15))

    def test_a_payment_ahead_becomes_available_funds(self) -> None:
        ledger = postpaid("100")
        ledger.credit("paid", usd(5), now=NOW)
        recorded(ledger.set_policy("to", Prepaid("USD"), now=NOW))
        assert ledger.balance.available == usd(5)

    def test_live_holds_go_with_it_and_still_settle(self) -> None:
        ledger = postpaid("100")
        ledger.reserve("call", usd(50), now=NOW, expires_at=None)
        recorded(ledger.set_policy("to", Prepaid("USD"), now=NOW))
        assert ledger.balance.available == usd(-50)
        recorded(ledger.capture("end", hold="call", amount=FULL, now=NOW))
        assert ledger.balance.owed == usd(50)

    @pytest.mark.parametrize(
        "policy", [Postpaid("USD"), Postpaid("USD", credit_limit=usd(0)), Postpaid("USD", credit_limit=usd(10))]
    )
    def test_a_postpaid_account_may_get_any_other_limit(self, policy: BalancePolicy) -> None:
        ledger = postpaid("100", owed="60")
        recorded(ledger.set_policy("to", policy, now=NOW))
        assert ledger.head.policy == policy

    def test_a_prepaid_account_below_nothing_may_get_other_warnings(self) -> None:
        ledger = prepaid("1")
        ledger.debit("late", usd(5), now=NOW, overage=RECORD)
        recorded(ledger.set_policy("to", Prepaid("USD"), now=NOW))

    @pytest.mark.parametrize("status", [Status.SUSPENDED, Status.BLOCKED])
    def test_a_stopped_account_can_be_converted(self, status: Status) -> None:
        ledger = prepaid("10")
        ledger.set_status("stop", status, now=NOW)
        recorded(ledger.set_policy("to", Postpaid("USD", credit_limit=usd(1)), now=NOW))
