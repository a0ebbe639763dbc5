"""When an account's limit is raised for a while, and when somebody is warned."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tenantcore.balance import (
    LOW_CREDIT,
    AlreadyRecorded,
    Credit,
    CreditOnPrepaid,
    Debit,
    DeclineReason,
    Event,
    Expire,
    FundsBelow,
    Hold,
    HoldExpired,
    Ledger,
    LedgerHead,
    LimitReached,
    LimitUsed,
    LowBalance,
    Operation,
    Overage,
    Postpaid,
    Prepaid,
    ServicesRestored,
    ServicesStopped,
    SetStatus,
    TemporaryLimit,
    Threshold,
)
from tenantcore.status import Status
from tests.accounts import NOW, TICK, later, postpaid, prepaid, reason, recorded, usd

NOTHING = usd(0)
RECORD = Overage.RECORD


def hold_of(ledger: Ledger, id: str) -> Hold:  # noqa: A002 - what it is
    return next(hold for hold in ledger.holds if hold.id == id)


def raised(**temporary: object) -> Ledger:
    """A limit of 100 USD that is raised for ten minutes."""
    return postpaid("100", temporary=TemporaryLimit(until=later(10), **temporary))  # type: ignore[arg-type]


class TestTemporaryLimits:
    """BAL-6: a temporary limit goes by amount or percentage, and lapses by itself at exactly `until`."""

    @pytest.mark.parametrize(
        ("temporary", "limit"),
        [({"amount": usd(50)}, "150"), ({"percent": 50}, "150"), ({"percent": 1}, "101"), ({"percent": 250}, "350")],
    )
    def test_it_raises_the_limit_until_it_lapses(self, temporary: dict[str, object], limit: str) -> None:
        ledger = raised(**temporary)
        assert ledger.balance_at(later(10) - TICK).credit_limit == usd(limit)
        assert ledger.balance_at(later(10)).credit_limit == usd(100)
        assert reason(ledger.debit("op", usd(limit) + usd("0.01"), now=NOW)) is DeclineReason.CREDIT_LIMIT_EXCEEDED
        recorded(ledger.debit("op-2", usd(limit), now=NOW))

    def test_a_percentage_is_not_rounded(self) -> None:
        policy = Postpaid("USD", credit_limit=usd("0.03"), temporary=TemporaryLimit(until=later(1), percent=33))
        assert policy.limit_at(NOW) == usd("0.0399")

    def test_it_is_measured_from_an_instant_in_any_zone(self) -> None:
        policy = Postpaid("USD", credit_limit=usd(1), temporary=TemporaryLimit(until=later(1), amount=usd(1)))
        there = ZoneInfo("Pacific/Apia")
        assert policy.limit_at((later(1) - TICK).astimezone(there)) == usd(2)
        assert policy.limit_at(later(1).astimezone(there)) == usd(1)

    def test_what_was_used_of_it_stays_owed_and_services_stop_until_enough_is_paid(self) -> None:
        ledger = raised(amount=usd(50))
        recorded(ledger.debit("op", usd(120), now=NOW))
        before, after = ledger.balance_at(later(10) - TICK), ledger.balance_at(later(10))
        assert (before.may_use_services, before.available, before.owed) == (True, usd(30), usd(120))
        assert (after.may_use_services, after.available, after.owed) == (False, usd(-20), usd(120))
        assert reason(ledger.debit("op-2", usd("0.01"), now=later(10))) is DeclineReason.CREDIT_LIMIT_EXCEEDED
        recorded(ledger.credit("paid", usd("20.01"), now=later(10)))
        assert ledger.balance_at(later(10)).may_use_services

    @pytest.mark.parametrize(
        "operation", [Expire("next"), Credit("next", usd(1)), Debit("next", usd(500)), SetStatus("next", Status.ACTIVE)]
    )
    def test_the_next_entry_notices_that_it_has_lapsed(self, operation: Operation) -> None:
        ledger = raised(amount=usd(50))
        recorded(ledger.debit("op", usd(120), now=NOW))
        assert recorded(ledger.apply(Expire("early"), now=later(10) - TICK)).events == ()
        outcome = ledger.apply(operation, now=later(10))
        assert not isinstance(outcome, AlreadyRecorded)
        left = usd(-119) if isinstance(operation, Credit) else usd(-120)
        assert outcome.events == (LimitReached(3, left), ServicesStopped(3, Status.ACTIVE))
        assert recorded(ledger.apply(Expire("later"), now=later(11))).events == ()

    def test_a_lapse_of_a_hold_notices_it_too(self) -> None:
        ledger = raised(amount=usd(50))
        ledger.debit("op", usd(120), now=NOW)
        ledger.reserve("call", usd(1), now=NOW, expires_at=later(10))
        assert [type(event) for event in ledger.expire(now=later(10))] == [HoldExpired, LimitReached, ServicesStopped]

    def test_a_warning_of_what_is_left_counts_it(self) -> None:
        ledger = raised(amount=usd(50))
        policy = Postpaid(
            "USD",
            credit_limit=usd(100),
            thresholds=(FundsBelow(usd(10)),),
            temporary=TemporaryLimit(until=later(10), amount=usd(50)),
        )
        ledger.set_policy("warn", policy, now=NOW)
        assert recorded(ledger.debit("a", usd(95), now=NOW)).events == ()
        assert recorded(ledger.apply(Expire("b"), now=later(10))).events == (
            LowBalance(3, FundsBelow(usd(10)), usd(-95)),
        )

    def test_a_warning_of_what_is_used_does_not_count_it(self) -> None:
        policy = Postpaid(
            "USD",
            credit_limit=usd(100),
            thresholds=(LimitUsed(100),),
            temporary=TemporaryLimit(until=later(10), amount=usd(50)),
        )
        ledger = Ledger(policy)
        assert recorded(ledger.debit("a", usd("99.99"), now=NOW)).events == ()
        assert recorded(ledger.debit("b", usd("0.01"), now=NOW)).events == (LowBalance(2, LimitUsed(100), usd(-100)),)
        assert recorded(ledger.apply(Expire("c"), now=later(10))).events == (
            LimitReached(3, usd(-100)),
            ServicesStopped(3, Status.ACTIVE),
        )

    def test_before_the_first_entry_none_counts_without_a_moment(self) -> None:
        policy = Postpaid("USD", credit_limit=usd(0), temporary=TemporaryLimit(until=later(10), amount=usd(5)))
        ledger = Ledger(policy)
        assert (ledger.balance.credit_limit, ledger.balance.may_use_services) == (NOTHING, False)
        assert ledger.balance_at(NOW).may_use_services
        assert recorded(ledger.apply(Expire("a"), now=NOW)).events == (ServicesRestored(1),)
        assert ledger.balance.credit_limit == usd(5)

    def test_on_prepaid_where_credit_is_allowed(self) -> None:
        ledger = prepaid(
            "1",
            credit_limit=usd(2),
            credit_on_prepaid=CreditOnPrepaid.ALLOWED,
            temporary=TemporaryLimit(until=later(10), amount=usd(3)),
        )
        assert (ledger.balance_at(NOW).available, ledger.balance_at(later(10)).available) == (usd(6), usd(3))

    def test_lapsing_at_the_end_of_time(self) -> None:
        end = datetime.max.replace(tzinfo=UTC)
        policy = Postpaid("USD", credit_limit=usd(0), temporary=TemporaryLimit(until=end, amount=usd(5)))
        assert not LedgerHead.opened(policy).may_use_services
        assert policy.limit_at(end - TICK) == usd(5)
        assert policy.limit_at(end) == NOTHING


def warned(*thresholds: Threshold, limit: str = "100") -> Ledger:
    return postpaid(limit, thresholds=thresholds)


def alerts(events: tuple[Event, ...]) -> list[str]:
    return [str(event.threshold) for event in events if isinstance(event, LowBalance)]


class TestThresholds:
    """BAL-6: warnings fire on the downward crossing and re-arm on recovery; they look at posted money."""

    @pytest.mark.parametrize(("left", "is_told"), [("5.01", False), ("5", False), ("4.99", True), ("0", True)])
    def test_funds_are_told_when_they_are_below(self, left: str, is_told: bool) -> None:
        ledger = prepaid("10", thresholds=(FundsBelow(usd(5)),))
        events = recorded(ledger.debit("op", usd(10) - usd(left), now=NOW)).events
        assert alerts(events) == (["5 USD"] if is_told else [])

    def test_what_is_told_names_the_threshold_and_what_is_left(self) -> None:
        ledger = prepaid("10", thresholds=(FundsBelow(usd(5)),))
        assert recorded(ledger.debit("op", usd(6), now=NOW)).events == (LowBalance(2, FundsBelow(usd(5)), usd(4)),)

    @pytest.mark.parametrize(("used", "is_told"), [("79.99", False), ("80", True), ("80.01", True)])
    def test_use_of_the_limit_is_told_when_it_is_reached(self, used: str, is_told: bool) -> None:
        events = recorded(warned(LimitUsed(80)).debit("op", usd(used), now=NOW)).events
        assert alerts(events) == (["80 %"] if is_told else [])

    @pytest.mark.parametrize(("percent", "used"), [(1, "0.3"), (33, "9.9"), (100, "30")])
    def test_a_share_of_the_limit_is_not_rounded(self, percent: int, used: str) -> None:
        ledger = warned(LimitUsed(percent), limit="30")
        assert alerts(recorded(ledger.debit("a", usd(used) - usd("0.0001"), now=NOW)).events) == []
        assert alerts(recorded(ledger.debit("b", usd("0.0001"), now=NOW)).events) == [f"{percent} %"]

    @pytest.mark.parametrize(("left", "is_told"), [("5", False), ("4.99", True)])
    def test_on_postpaid_what_is_left_is_left_of_the_limit(self, left: str, is_told: bool) -> None:
        events = recorded(warned(FundsBelow(usd(5))).debit("op", usd(100) - usd(left), now=NOW)).events
        assert alerts(events) == (["5 USD"] if is_told else [])

    def test_on_prepaid_with_credit_a_share_of_the_limit_can_be_used(self) -> None:
        ledger = prepaid(
            "10", credit_limit=usd(10), credit_on_prepaid=CreditOnPrepaid.ALLOWED, thresholds=(LimitUsed(50),)
        )
        assert alerts(recorded(ledger.debit("a", usd("14.99"), now=NOW)).events) == []
        assert alerts(recorded(ledger.debit("b", usd("0.01"), now=NOW)).events) == ["50 %"]

    def test_they_are_told_once_until_the_account_recovers(self) -> None:
        ledger = prepaid("10", thresholds=(FundsBelow(usd(5)),))
        moves = [("-6", ["5 USD"]), ("-1", []), ("1.99", []), ("-1", []), ("1.01", []), ("-0.01", ["5 USD"]), ("9", [])]
        for number, (amount, expected) in enumerate(moves):
            moved = usd(amount)
            if moved.is_positive:
                outcome = ledger.credit(f"op-{number}", moved, now=NOW)
            else:
                outcome = ledger.debit(f"op-{number}", -moved, now=NOW)
            assert alerts(recorded(outcome).events) == expected, number

    def test_use_of_the_limit_re_arms_strictly_below_it(self) -> None:
        ledger = warned(LimitUsed(50))
        assert alerts(recorded(ledger.debit("a", usd(60), now=NOW)).events) == ["50 %"]
        ledger.credit("b", usd(10), now=NOW)
        assert alerts(recorded(ledger.debit("c", usd(1), now=NOW)).events) == []
        ledger.credit("d", usd("1.01"), now=NOW)
        assert alerts(recorded(ledger.debit("e", usd("0.01"), now=NOW)).events) == ["50 %"]

    def test_a_fall_through_several_tells_each_in_the_policys_order(self) -> None:
        thresholds = (FundsBelow(usd(5)), FundsBelow(usd(20)), LimitUsed(50), LimitUsed(99))
        ledger = warned(*thresholds)
        assert alerts(recorded(ledger.debit("a", usd(96), now=NOW)).events) == ["5 USD", "20 USD", "50 %"]
        assert alerts(recorded(ledger.debit("b", usd(3), now=NOW)).events) == ["99 %"]

    def test_a_repeat_tells_nothing(self) -> None:
        ledger = prepaid("10", thresholds=(FundsBelow(usd(5)),))
        ledger.debit("op", usd(6), now=NOW)
        assert isinstance(ledger.debit("op", usd(6), now=NOW), AlreadyRecorded)

    def test_holds_do_not_count(self) -> None:
        ledger = prepaid("10", thresholds=(FundsBelow(usd(5)),))
        assert recorded(ledger.reserve("call", usd(9), now=NOW, expires_at=None)).events == ()
        assert alerts(recorded(ledger.capture("end", hold="call", amount=usd(6), now=NOW)).events) == ["5 USD"]

    def test_a_warning_and_the_end_of_services_are_told_in_that_order(self) -> None:
        ledger = prepaid("10", thresholds=(FundsBelow(usd(5)),))
        assert recorded(ledger.debit("op", usd(10), now=NOW)).events == (
            LowBalance(2, FundsBelow(usd(5)), NOTHING),
            LimitReached(2, NOTHING),
            ServicesStopped(2, Status.ACTIVE),
        )

    def test_an_account_that_opens_below_is_not_told_so_until_it_has_recovered(self) -> None:
        ledger = Ledger(Prepaid("USD", thresholds=(FundsBelow(usd(5)),)))
        assert alerts(recorded(ledger.credit("a", usd(4), now=NOW)).events) == []
        assert alerts(recorded(ledger.debit("b", usd(1), now=NOW)).events) == []
        ledger.credit("c", usd(2), now=NOW)
        assert alerts(recorded(ledger.debit("d", usd("0.01"), now=NOW)).events) == ["5 USD"]

    def test_the_usual_warning_is_that_of_accounts_in_usd(self) -> None:
        assert Prepaid("USD").thresholds == (LOW_CREDIT,) == (FundsBelow(usd("5.00")),)
        assert Prepaid("EUR").thresholds == Postpaid("USD", credit_limit=usd(1)).thresholds == ()

    def test_a_lower_limit_is_a_crossing_of_the_same_threshold(self) -> None:
        ledger = warned(LimitUsed(50))
        ledger.debit("a", usd(40), now=NOW)
        lower = Postpaid("USD", credit_limit=usd(80), thresholds=(LimitUsed(50),))
        assert recorded(ledger.set_policy("b", lower, now=NOW)).events == (LowBalance(2, LimitUsed(50), usd(-40)),)

    def test_a_new_threshold_that_is_passed_already_is_not_told(self) -> None:
        ledger = warned(LimitUsed(90))
        ledger.debit("a", usd(60), now=NOW)
        policy = Postpaid("USD", credit_limit=usd(100), thresholds=(LimitUsed(50), LimitUsed(90), FundsBelow(usd(45))))
        assert recorded(ledger.set_policy("b", policy, now=NOW)).events == ()
        assert alerts(recorded(ledger.debit("c", usd(30), now=NOW)).events) == ["90 %"]
        ledger.credit("d", usd(80), now=NOW)
        assert alerts(recorded(ledger.debit("e", usd(80), now=NOW)).events) == ["50 %", "90 %", "45 USD"]

    def test_a_threshold_that_stands_in_another_place_keeps_its_state(self) -> None:
        ledger = warned(LimitUsed(10), LimitUsed(50))
        ledger.debit("a", usd(20), now=NOW)
        turned = Postpaid("USD", credit_limit=usd(100), thresholds=(LimitUsed(50), LimitUsed(10)))
        assert recorded(ledger.set_policy("b", turned, now=NOW)).events == ()
        assert alerts(recorded(ledger.debit("c", usd(30), now=NOW)).events) == ["50 %"]

    def test_without_thresholds_nothing_is_told(self) -> None:
        assert recorded(prepaid("10").debit("op", usd("9.99"), now=NOW)).events == ()

    def test_a_threshold_is_crossed_by_a_policy_that_has_it_at_another_place(self) -> None:
        ledger = warned(FundsBelow(usd(5)), FundsBelow(usd(20)))
        recorded(ledger.debit("use", usd(90), now=NOW))
        lower = Postpaid("USD", credit_limit=usd(94), thresholds=(FundsBelow(usd(3)), FundsBelow(usd(5))))
        told = recorded(ledger.set_policy("lower", lower, now=NOW)).events
        assert [event.threshold for event in told if isinstance(event, LowBalance)] == [FundsBelow(usd(5))]
