"""Automatic top-ups, and credit added by hand: BAL-7."""

import math
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from tenantcore.balance import (
    MINIMUM_CREDIT,
    Balance,
    BalanceFault,
    Ledger,
    NoTopUp,
    NoTopUpReason,
    Overage,
    Prepaid,
    TopUp,
    TopUpPlan,
    TopUpRule,
    credit_problems,
    plan_topup,
)
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue, Kind, Problem, type_name
from tenantcore.money import Money, MoneyFault
from tenantcore.status import Status
from tests.strangers import Touchy, anything
from tests.vector_files import Case, cases

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
MOMENT = timedelta(microseconds=1)
END = datetime.max.replace(tzinfo=UTC)


def usd(text: str | int | Decimal) -> Money:
    return Money(text, "USD")


NOTHING = usd(0)
BY_AMOUNT = TopUpRule(threshold=usd(10), amount=usd(50))
BY_TARGET = TopUpRule(threshold=usd(10), target=usd(100))


def plan(
    posted: str | Money | Balance,
    rule: TopUpRule = BY_AMOUNT,
    *,
    pending: str | Money = "0",
    made: datetime | None = None,
    declined: datetime | None = None,
    paid: datetime | None = None,
    now: datetime = NOW,
) -> TopUpPlan:
    currency = rule.threshold.currency
    return plan_topup(
        rule,
        Money(posted, currency) if isinstance(posted, str) else posted,
        pending=Money(pending, currency) if isinstance(pending, str) else pending,
        last_made=made,
        last_declined=declined,
        last_paid=paid,
        now=now,
    )


def paid_by(planned: TopUpPlan) -> Money:
    assert type(planned) is TopUp, planned
    return planned.amount


def reason_of(planned: TopUpPlan) -> Code:
    assert type(planned) is NoTopUp, planned
    return planned.reason.code


def fault_of(call: Callable[[], object]) -> Code:
    with pytest.raises(InvalidValue) as error:
        call()
    return error.value.problem.code


class TestVectors:
    """The cases that any implementation could run."""

    @pytest.mark.parametrize("case", cases("top_ups"), ids=lambda c: c.id)
    def test_case(self, case: Case) -> None:
        assert told(case.given) == case.expect


def told(given: Any) -> dict[str, Any]:
    """Give the answer to a case as its file writes it."""
    if "last_top_up" in given:
        after = TopUpRule.after(Money(given["last_top_up"], given["currency"]))
        assert after.amount is not None
        return {"threshold": written(after.threshold), "amount": written(after.amount)}
    if "credit" in given:
        minimum = None if given["minimum"] is None else Money(given["minimum"], given["currency"])
        found = credit_problems(Money(given["credit"], given["currency"]), minimum)
        return {"problems": [str(problem.code) for problem in found]}
    try:
        planned = planned_of(given)
    except InvalidValue as error:
        return {"problem": str(error.problem.code)}
    if isinstance(planned, TopUp):
        return {"amount": written(planned.amount)}
    if planned.not_before is None:
        return {"reason": str(planned.reason.code)}
    return {"reason": str(planned.reason.code), "not_before": (planned.not_before - NOW) / HOUR}


def written(amount: Money) -> str:
    return f"{amount.amount.normalize():f}"


def planned_of(given: Any) -> TopUpPlan:
    currency = given["rule"]["currency"]
    amounts: Any = {name: Money(text, currency) for name, text in given["rule"].items() if name != "currency"}
    rule = TopUpRule(**amounts)
    instants: Any = {name: None if hours is None else NOW + hours * HOUR for name, hours in given["hours"].items()}
    return plan_topup(
        rule, balance_of(given["posted"], currency, Status(given.get("status", "active"))),
        pending=Money(given["pending"], currency), **instants,
    )  # fmt: skip


def balance_of(posted: str, currency: str = "USD", status: Status = Status.ACTIVE) -> Balance:
    money = Money(posted, currency)
    return Balance(
        as_of=NOW, status=status, posted=money, held=Money("1", currency), credit_limit=Money.zero(currency),
        available=money, may_use_services=money.is_positive,
    )  # fmt: skip


class TestThreshold:
    """BAL-7: an account is topped up only when posted and pending money together are below the threshold."""

    @pytest.mark.parametrize("rule", [BY_AMOUNT, BY_TARGET])
    def test_at_exactly_the_threshold_nothing_is_paid(self, rule: TopUpRule) -> None:
        assert reason_of(plan("10", rule)) is NoTopUpReason.TOP_UP_NOT_NEEDED
        assert reason_of(plan("10.00", rule)) is NoTopUpReason.TOP_UP_NOT_NEEDED
        assert type(plan("9.999999999999", rule)) is TopUp

    def test_what_is_pending_counts_as_money(self) -> None:
        assert reason_of(plan("0", pending="10")) is NoTopUpReason.TOP_UP_ON_ITS_WAY
        assert paid_by(plan("0", pending="9.99")) == usd(50)

    def test_enough_money_is_told_before_what_is_pending(self) -> None:
        assert reason_of(plan("10", pending="10")) is NoTopUpReason.TOP_UP_NOT_NEEDED

    def test_waiting_alone_changes_nothing_about_either(self) -> None:
        told = plan("10", made=NOW, declined=NOW), plan("0", pending="10", made=NOW, declined=NOW)
        assert [type(each) is NoTopUp and each.not_before for each in told] == [None, None]

    def test_holds_do_not_count(self) -> None:
        ledger = Ledger(Prepaid("USD"))
        ledger.credit("op-1", usd(10), now=NOW)
        ledger.reserve("op-2", usd(9), now=NOW, expires_at=None)
        assert reason_of(plan(ledger.balance_at(NOW))) is NoTopUpReason.TOP_UP_NOT_NEEDED
        ledger.debit("op-3", usd("0.01"), now=NOW, overage=Overage.RECORD)
        assert plan(ledger.balance_at(NOW)) == plan("9.99") == TopUp(usd(50))


class TestByAmount:
    """BAL-7: by amount, the least whole multiple that brings money to the threshold, in one payment."""

    @pytest.mark.parametrize(
        ("posted", "amount"),
        [("9.99", 50), ("0", 50), ("-40", 50), ("-40.000001", 100), ("-90", 100), ("-90.01", 150), ("-429.8", 450)],
    )
    def test_multiples(self, posted: str, amount: int) -> None:
        assert paid_by(plan(posted)) == usd(amount)

    def test_as_many_as_a_payment_must_be_at_least(self) -> None:
        small = evolve(BY_AMOUNT, amount=usd(2), minimum=usd(5))
        assert paid_by(plan("9.5", small)) == usd(6)
        assert paid_by(plan("4", small)) == usd(6)
        assert paid_by(plan("3.99", small)) == usd(8)

    def test_a_minimum_that_is_a_multiple_is_paid_as_it_is(self) -> None:
        assert paid_by(plan("9.5", evolve(BY_AMOUNT, amount=usd(2), minimum=usd(6)))) == usd(6)

    def test_nothing_is_lost_in_large_amounts(self) -> None:
        cents = evolve(BY_AMOUNT, amount=usd("0.01"))
        with localcontext(prec=3):
            assert paid_by(plan("-1000000000000000000000000000.01", cents)) == usd("1000000000000000000000000010.01")


class TestByTarget:
    """BAL-7: by target, the difference, lifted to the payment minimum."""

    @pytest.mark.parametrize(
        ("posted", "amount"), [("9.99", "90.01"), ("0", "100"), ("-5.5", "105.5"), ("3.123456", "96.88")]
    )
    def test_what_is_missing_is_paid(self, posted: str, amount: str) -> None:
        assert paid_by(plan(posted, BY_TARGET)) == usd(amount)

    def test_what_is_pending_is_not_missing(self) -> None:
        assert paid_by(plan("0", BY_TARGET, pending="9.99")) == usd("90.01")

    def test_a_small_difference_is_lifted_to_the_minimum(self) -> None:
        near = evolve(BY_TARGET, target=usd("10.01"), minimum=usd(5))
        assert paid_by(plan("9.99", near)) == usd(5)
        assert paid_by(plan("5.01", near)) == usd(5)
        assert paid_by(plan("5", near)) == usd("5.01")

    @pytest.mark.parametrize(
        ("currency", "posted", "amount"),
        [("USD", "9.994", "90.01"), ("JPY", "9.5", "91"), ("KWD", "9.9995", "90.001"), ("KWD", "9.999", "90.001")],
    )
    def test_rounded_up_to_what_can_be_paid(self, currency: str, posted: str, amount: str) -> None:
        rule = TopUpRule(threshold=Money(10, currency), target=Money(100, currency))
        assert paid_by(plan(posted, rule)) == Money(amount, currency)


class TestMost:
    """BAL-7: with a cap, no more than that is on its way at once."""

    def test_by_amount_as_many_as_fit(self) -> None:
        capped = evolve(BY_AMOUNT, most=usd("149.99"))
        assert paid_by(plan("-429.8", capped)) == usd(100)
        assert paid_by(plan("-429.8", evolve(capped, most=usd(150)))) == usd(150)
        assert paid_by(plan("9", capped)) == usd(50)

    def test_by_target_what_fits(self) -> None:
        assert paid_by(plan("-10", evolve(BY_TARGET, most=usd(60)))) == usd(60)
        assert paid_by(plan("-10", evolve(BY_TARGET, most=usd(110)))) == usd(110)
        assert paid_by(plan("-10", evolve(BY_TARGET, most=usd(200)))) == usd(110)

    @pytest.mark.parametrize(("pending", "amount"), [("0.00", 100), ("20", 100), ("20.01", 50), ("70", 50)])
    def test_what_is_pending_takes_room(self, pending: str, amount: int) -> None:
        assert paid_by(plan("-429.8", evolve(BY_AMOUNT, most=usd(120)), pending=pending)) == usd(amount)

    @pytest.mark.parametrize("pending", ["70.01", "120", "121", "400"])
    def test_without_room_nothing_is_paid(self, pending: str) -> None:
        capped = evolve(BY_AMOUNT, most=usd(120))
        assert reason_of(plan("-429.8", capped, pending=pending)) is NoTopUpReason.TOP_UP_ON_ITS_WAY

    def test_room_for_less_than_the_minimum_is_none(self) -> None:
        capped = evolve(BY_TARGET, minimum=usd(20), most=usd(60))
        assert paid_by(plan("-429.8", capped, pending="40")) == usd(20)
        assert reason_of(plan("-429.8", capped, pending="40.01")) is NoTopUpReason.TOP_UP_ON_ITS_WAY

    def test_room_is_cut_to_what_can_be_paid(self) -> None:
        assert paid_by(plan("-10", evolve(BY_TARGET, most=usd(60)), pending="0.001")) == usd("59.99")


class TestWaiting:
    """BAL-7: at most one per 24 h, back-off after a decline."""

    def test_a_day_lies_between_two(self) -> None:
        assert reason_of(plan("5", made=NOW - DAY + MOMENT)) is NoTopUpReason.TOP_UP_TOO_SOON
        assert type(plan("5", made=NOW - DAY)) is TopUp

    def test_an_hour_lies_between_a_decline_and_the_next_try(self) -> None:
        assert reason_of(plan("5", declined=NOW - HOUR + MOMENT)) is NoTopUpReason.TOP_UP_AFTER_DECLINE
        assert type(plan("5", declined=NOW - HOUR)) is TopUp

    def test_both_are_policy(self) -> None:
        eager = evolve(BY_AMOUNT, interval=timedelta(0), back_off=timedelta(0))
        assert type(plan("5", eager, made=NOW, declined=NOW)) is TopUp
        patient = evolve(BY_AMOUNT, interval=8 * DAY, back_off=2 * DAY)
        assert plan("5", patient, made=NOW - DAY, declined=NOW).__class__ is NoTopUp
        assert reason_of(plan("5", patient, declined=NOW - DAY)) is NoTopUpReason.TOP_UP_AFTER_DECLINE
        assert type(plan("5", patient, made=NOW - 8 * DAY, declined=NOW - 2 * DAY)) is TopUp

    @pytest.mark.parametrize("wait", [{"made": NOW}, {"declined": NOW}, {"made": NOW, "declined": NOW + 23.5 * HOUR}])
    def test_the_end_of_the_wait_is_told_exactly(self, wait: dict[str, Any]) -> None:
        now = max(wait.values())
        told = plan("5", **wait, now=now)
        assert isinstance(told, NoTopUp)
        assert told.not_before is not None
        assert plan("5", **wait, now=told.not_before) == TopUp(usd(50))
        assert type(plan("5", **wait, now=told.not_before - MOMENT)) is NoTopUp

    def test_of_two_waits_the_longer_one_is_told(self) -> None:
        told = plan("5", made=NOW, declined=NOW)
        assert told == NoTopUp(problem_too_soon(NOW), NOW + DAY)
        told = plan("5", made=NOW - 23 * HOUR - MOMENT, declined=NOW)
        assert (reason_of(told), told.not_before if isinstance(told, NoTopUp) else None) == (
            NoTopUpReason.TOP_UP_AFTER_DECLINE, NOW + HOUR,
        )  # fmt: skip

    def test_of_two_equal_waits_the_last_top_up_is_told(self) -> None:
        assert reason_of(plan("5", made=NOW - 23 * HOUR, declined=NOW)) is NoTopUpReason.TOP_UP_TOO_SOON

    def test_a_top_up_that_was_paid_since_the_decline_ends_the_wait(self) -> None:
        declined = NOW - HOUR / 2
        assert type(plan("5", declined=declined, paid=declined + MOMENT)) is TopUp
        assert reason_of(plan("5", declined=declined, paid=declined)) is NoTopUpReason.TOP_UP_AFTER_DECLINE
        assert reason_of(plan("5", declined=declined, paid=NOW - DAY)) is NoTopUpReason.TOP_UP_AFTER_DECLINE

    def test_but_not_the_wait_after_the_last_one(self) -> None:
        assert reason_of(plan("5", made=NOW, declined=NOW, paid=NOW + MOMENT)) is NoTopUpReason.TOP_UP_TOO_SOON

    def test_something_paid_alone_is_no_reason_to_wait(self) -> None:
        assert type(plan("5", paid=NOW)) is TopUp

    def test_clocks_of_other_processes_may_be_ahead(self) -> None:
        told = plan("5", made=NOW + HOUR)
        assert told == NoTopUp(problem_too_soon(NOW + HOUR), NOW + HOUR + DAY)

    def test_instants_of_any_zone_are_the_same(self) -> None:
        east = timezone(timedelta(hours=8))
        told = plan("5", made=NOW.astimezone(east), now=(NOW + HOUR).astimezone(east))
        assert told == NoTopUp(problem_too_soon(NOW), NOW + DAY)
        assert isinstance(told, NoTopUp)
        assert told.not_before is not None
        assert told.not_before.tzinfo is UTC
        assert plan("5", declined=NOW.astimezone(east), paid=(NOW + MOMENT).astimezone(east)) == TopUp(usd(50))

    def test_a_wait_may_be_longer_than_the_calendar(self) -> None:
        never = evolve(BY_AMOUNT, interval=timedelta.max)
        told = plan("5", never, made=NOW)
        assert isinstance(told, NoTopUp)
        assert told.not_before == END
        told = plan("5", made=END - HOUR, now=END)
        assert isinstance(told, NoTopUp)
        assert told.not_before == END


def problem_too_soon(made: datetime, interval: timedelta = DAY) -> Problem:
    params = {"last_made": made.isoformat(), "not_before": (made + interval).isoformat()}
    return Problem(NoTopUpReason.TOP_UP_TOO_SOON, params=params)


class TestStatus:
    """BAL-7: a closed or blocked account isn't topped up automatically."""

    @pytest.mark.parametrize("status", [Status.CLOSED, Status.BLOCKED])
    @pytest.mark.parametrize("posted", ["5", "10", "-1000"])
    def test_not_topped_up_whatever_it_has(self, status: Status, posted: str) -> None:
        told = plan(balance_of(posted, status=status))
        assert told == NoTopUp(Problem(NoTopUpReason.TOP_UP_NOT_FOR_STATUS, params={"status": status.value}))

    @pytest.mark.parametrize("status", [Status.ACTIVE, Status.LIMITED, Status.SUSPENDED])
    def test_topped_up(self, status: Status) -> None:
        assert plan(balance_of("5", status=status)) == TopUp(usd(50))


class TestRule:
    """BAL-7: a rule is a threshold, an amount or a target, a minimum of a payment, and two waits."""

    def test_the_waits_are_a_day_and_an_hour(self) -> None:
        assert (BY_AMOUNT.interval, BY_AMOUNT.back_off) == (timedelta(days=1), timedelta(minutes=60))

    @pytest.mark.parametrize("field", ["threshold", "amount", "minimum", "most"])
    @pytest.mark.parametrize("amount", ["0", "-0.01"])
    def test_every_amount_is_above_nothing(self, field: str, amount: str) -> None:
        rule: dict[str, Any] = {"threshold": usd(10), "amount": usd(50)} | {field: usd(amount)}
        assert fault_of(lambda: TopUpRule(**rule)) is BalanceFault.TOP_UP_TOO_LOW

    def test_a_target_is_above_the_threshold(self) -> None:
        assert fault_of(lambda: evolve(BY_TARGET, target=usd(10))) is BalanceFault.TOP_UP_TOO_LOW
        assert fault_of(lambda: evolve(BY_TARGET, target=usd("9.99"))) is BalanceFault.TOP_UP_TOO_LOW
        assert evolve(BY_TARGET, target=usd("10.001")).target == usd("10.001")

    @pytest.mark.parametrize("given", [{}, {"amount": usd(50), "target": usd(50)}])
    def test_exactly_one_of_amount_and_target(self, given: dict[str, Any]) -> None:
        assert fault_of(lambda: TopUpRule(threshold=usd(10), **given)) is BalanceFault.TOP_UP_AMOUNT

    @pytest.mark.parametrize("field", ["amount", "minimum", "most"])
    def test_payments_have_the_decimals_of_their_currency(self, field: str) -> None:
        rule: dict[str, Any] = {"threshold": usd(10), "amount": usd(50)} | {field: usd("50.005")}
        assert fault_of(lambda: TopUpRule(**rule)) is BalanceFault.FUNDS_TOO_FINE

    def test_what_nobody_pays_may_be_finer(self) -> None:
        assert TopUpRule(threshold=usd("0.0001"), target=usd("0.0002")).target == usd("0.0002")

    @pytest.mark.parametrize("field", ["amount", "minimum", "most"])
    def test_amounts_are_of_one_currency(self, field: str) -> None:
        rule: dict[str, Any] = {"threshold": usd(10), "amount": usd(50)} | {field: Money(50, "EUR")}
        assert fault_of(lambda: TopUpRule(**rule)) is BalanceFault.BALANCE_CURRENCY_MISMATCH
        other = Money(50, "EUR")
        assert fault_of(lambda: evolve(BY_TARGET, target=other)) is BalanceFault.BALANCE_CURRENCY_MISMATCH

    @pytest.mark.parametrize(
        ("changes", "least"),
        [({}, "50"), ({"minimum": usd(51)}, "100"), ({"minimum": usd(50)}, "50"),
         ({"amount": None, "target": usd(20)}, "0.01"), ({"amount": None, "target": usd(20), "minimum": usd(7)}, "7")],
    )  # fmt: skip
    def test_one_payment_fits_under_the_most(self, changes: dict[str, Any], least: str) -> None:
        rule = evolve(BY_AMOUNT, **changes)
        assert evolve(rule, most=usd(least)).most == usd(least)
        if least != "0.01":
            below = usd(least) - usd("0.01")
            assert fault_of(lambda: evolve(rule, most=below)) is BalanceFault.TOP_UP_MOST_TOO_LOW

    @pytest.mark.parametrize("field", ["interval", "back_off"])
    def test_a_wait_is_not_negative(self, field: str) -> None:
        negative: dict[str, Any] = {field: -MOMENT}
        assert fault_of(lambda: evolve(BY_AMOUNT, **negative)) is BalanceFault.TOP_UP_WAIT_NEGATIVE

    def test_a_currency_without_a_minor_unit_has_no_payments(self) -> None:
        gold = Money(1, "XAU")
        assert fault_of(lambda: TopUpRule(threshold=gold, amount=gold)) is MoneyFault.MINOR_UNIT_MISSING

    def test_a_rule_and_its_answers_can_be_pickled_and_are_keys(self) -> None:
        for value in (BY_AMOUNT, plan("5"), plan("5", made=NOW)):
            assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - our own
            assert len({value, value}) == 1


class TestAfterTheLastTopUp:
    """BAL-7: the threshold may be a share of the last top-up, 20 % by default."""

    def test_a_fifth_and_the_same_again(self) -> None:
        expected = TopUpRule(threshold=usd(20), amount=usd(100), interval=DAY, back_off=HOUR)
        assert TopUpRule.after(usd(100)) == expected

    def test_it_is_exact(self) -> None:
        assert TopUpRule.after(usd("99.99")).threshold == usd("19.998")
        assert TopUpRule.after(Money(33, "JPY")).threshold == Money("6.6", "JPY")

    def test_everything_else_can_be_said(self) -> None:
        rule = TopUpRule.after(
            usd(100), percent=50, amount=usd(25), minimum=usd(30), most=usd(75), interval=DAY * 2, back_off=HOUR * 3
        )
        assert rule == TopUpRule(
            threshold=usd(50), amount=usd(25), minimum=usd(30), most=usd(75), interval=DAY * 2, back_off=HOUR * 3
        )
        assert TopUpRule.after(usd(100), target=usd(200)) == TopUpRule(threshold=usd(20), target=usd(200))

    @pytest.mark.parametrize(("percent", "threshold"), [(1, "1"), (100, "100")])
    def test_from_one_to_a_hundred_percent(self, percent: int, threshold: str) -> None:
        assert TopUpRule.after(usd(100), percent=percent).threshold == usd(threshold)

    @pytest.mark.parametrize("percent", [0, -1, 101, 10**5000], ids=type_name)
    def test_no_other_percentage(self, percent: int) -> None:
        fault = FieldCode.FIELD_BELOW_MINIMUM if percent < 1 else FieldCode.FIELD_ABOVE_MAXIMUM
        assert fault_of(lambda: TopUpRule.after(usd(100), percent=percent)) is fault

    def test_the_last_top_up_was_a_payment(self) -> None:
        assert fault_of(lambda: TopUpRule.after(usd(0))) is BalanceFault.TOP_UP_TOO_LOW
        assert fault_of(lambda: TopUpRule.after(usd("0.001"))) is BalanceFault.FUNDS_TOO_FINE
        assert fault_of(lambda: TopUpRule.after(usd("0.001"), target=usd(1))) is BalanceFault.FUNDS_TOO_FINE

    @pytest.mark.parametrize("strange", [None, 100, "100", True, Touchy()], ids=type_name)
    def test_anything_else_is_refused(self, strange: Any) -> None:
        assert fault_of(lambda: TopUpRule.after(strange)) is FieldCode.FIELD_WRONG_TYPE
        if type(strange) is not int:
            assert fault_of(lambda: TopUpRule.after(usd(1), percent=strange)) is FieldCode.FIELD_WRONG_TYPE


class TestCreditByHand:
    """BAL-7: credit added by hand has a policy minimum (wizard: 5 USD)."""

    def test_the_wizards_minimum(self) -> None:
        assert usd(5) == MINIMUM_CREDIT

    @pytest.mark.parametrize(
        ("amount", "minimum", "codes"),
        [
            (usd("5"), MINIMUM_CREDIT, []),
            (usd("4.99"), MINIMUM_CREDIT, [BalanceFault.CREDIT_BELOW_MINIMUM]),
            (usd("2"), MINIMUM_CREDIT, [BalanceFault.CREDIT_BELOW_MINIMUM]),
            (usd("-7"), MINIMUM_CREDIT, [BalanceFault.CREDIT_BELOW_MINIMUM]),
            (usd("4.999"), MINIMUM_CREDIT, [BalanceFault.CREDIT_BELOW_MINIMUM, BalanceFault.FUNDS_TOO_FINE]),
            (usd("5.001"), MINIMUM_CREDIT, [BalanceFault.FUNDS_TOO_FINE]),
            (Money(500, "JPY"), MINIMUM_CREDIT, [BalanceFault.BALANCE_CURRENCY_MISMATCH]),
            (
                Money("0.5", "JPY"),
                MINIMUM_CREDIT,
                [BalanceFault.BALANCE_CURRENCY_MISMATCH, BalanceFault.FUNDS_TOO_FINE],
            ),
            (Money(500, "JPY"), None, []),
            (usd("0.01"), None, []),
            (usd(0), None, [BalanceFault.OPERATION_AMOUNT_TOO_LOW]),
            (usd(-1), None, [BalanceFault.OPERATION_AMOUNT_TOO_LOW]),
            (usd(0), usd(0), [BalanceFault.OPERATION_AMOUNT_TOO_LOW]),
            (usd("0.01"), usd(0), []),
        ],
    )
    def test_what_is_taken(self, amount: Money, minimum: Money | None, codes: list[Code]) -> None:
        assert [problem.code for problem in credit_problems(amount, minimum)] == codes

    @pytest.mark.parametrize("strange", [5, "5", Decimal(5), True, Touchy()], ids=type_name)
    def test_anything_else_is_refused(self, strange: Any) -> None:
        with pytest.raises(InvalidType):
            list(credit_problems(strange, MINIMUM_CREDIT))
        with pytest.raises(InvalidType):
            list(credit_problems(usd(5), strange))


CENT = Fraction(1, 100)
# Small enough to count by hand, with steps that don't fit into one another.
SUMS = st.integers(1, 3000).map(lambda cents: usd(Decimal(cents).scaleb(-2)))
POSTED = st.integers(-60_000, 40_000).map(lambda tenths: usd(Decimal(tenths).scaleb(-3)))
PENDING = st.just(NOTHING) | st.integers(0, 60_000).map(lambda tenths: usd(Decimal(tenths).scaleb(-3)))
WAITS = st.sampled_from((timedelta(0), MOMENT, HOUR, DAY, timedelta.max)) | st.timedeltas(timedelta(0), 3 * DAY)
MOMENTS = st.none() | st.integers(-40, 8).map(lambda hours: NOW + hours * HOUR)


@st.composite
def rules(draw: st.DrawFn) -> TopUpRule:
    """Return rules of every shape, with caps that bind."""
    threshold, amount, by_target = draw(SUMS), draw(SUMS), draw(st.booleans())
    minimum = draw(st.none() | SUMS)
    unit = usd("0.01") if by_target else amount
    least = unit if minimum is None else unit * math.ceil(Fraction(minimum.amount) / Fraction(unit.amount))
    most = draw(st.none() | SUMS.map(lambda extra: max(extra, least)))
    return TopUpRule(
        threshold=threshold, amount=None if by_target else amount, target=threshold + amount if by_target else None,
        minimum=minimum, most=most, interval=draw(WAITS), back_off=draw(WAITS),
    )  # fmt: skip


def slow_payment(rule: TopUpRule, posted: Fraction, pending: Fraction) -> Fraction | NoTopUpReason:
    """Count coins onto the counter, one unit after the other."""
    threshold, minimum = Fraction(rule.threshold.amount), Fraction(0 if rule.minimum is None else rule.minimum.amount)
    if not posted < threshold:
        return NoTopUpReason.TOP_UP_NOT_NEEDED
    if not posted + pending < threshold:
        return NoTopUpReason.TOP_UP_ON_ITS_WAY
    unit = CENT if rule.amount is None else Fraction(rule.amount.amount)
    goal = threshold if rule.target is None else Fraction(rule.target.amount)
    payment = Fraction(0)
    while posted + pending + payment < goal or payment < minimum:
        payment += unit
    while rule.most is not None and payment + pending > Fraction(rule.most.amount) and payment > 0:
        payment -= unit
    return payment if payment > 0 and payment >= minimum else NoTopUpReason.TOP_UP_ON_ITS_WAY


def slow_waits(
    rule: TopUpRule, made: datetime | None, declined: datetime | None, paid: datetime | None, now: datetime
) -> set[NoTopUpReason]:
    waits = set()
    if made is not None and (now < made or now - made < rule.interval):
        waits.add(NoTopUpReason.TOP_UP_TOO_SOON)
    was_paid = declined is not None and paid is not None and declined < paid
    if declined is not None and not was_paid and (now < declined or now - declined < rule.back_off):
        waits.add(NoTopUpReason.TOP_UP_AFTER_DECLINE)
    return waits


class TestProperties:
    """BAL-7 for every rule, whatever the account has and whenever it is asked."""

    @given(rules(), POSTED, PENDING, st.tuples(MOMENTS, MOMENTS, MOMENTS))
    def test_a_slow_count_of_coins_agrees(
        self, rule: TopUpRule, posted: Money, pending: Money, moments: tuple[datetime | None, ...]
    ) -> None:
        made, declined, paid = moments
        planned = plan(posted, rule, pending=pending, made=made, declined=declined, paid=paid)
        expected = slow_payment(rule, Fraction(posted.amount), Fraction(pending.amount))
        waits = slow_waits(rule, made, declined, paid, NOW)
        if isinstance(expected, NoTopUpReason):
            assert reason_of(planned) is expected
        elif waits:
            assert reason_of(planned) in waits
        else:
            assert Fraction(paid_by(planned).amount) == expected

    @given(rules(), POSTED, PENDING)
    @example(evolve(BY_AMOUNT, most=usd(120)), usd("-429.8"), NOTHING)
    def test_what_is_planned_and_then_pending_is_followed_by_none(
        self, rule: TopUpRule, posted: Money, pending: Money
    ) -> None:
        planned = plan(posted, rule, pending=pending)
        if isinstance(planned, TopUp):
            again = plan(posted, rule, pending=pending + planned.amount)
            assert reason_of(again) is NoTopUpReason.TOP_UP_ON_ITS_WAY

    @given(rules(), POSTED)
    def test_uncapped_it_is_the_least_that_reaches_the_threshold(self, rule: TopUpRule, posted: Money) -> None:
        uncapped = evolve(rule, most=None, minimum=None)
        planned = plan(posted, uncapped)
        if isinstance(planned, TopUp):
            assert posted + planned.amount >= rule.threshold
            goal, unit = (rule.threshold, rule.amount) if rule.target is None else (rule.target, usd("0.01"))
            assert unit is not None
            assert posted + planned.amount - unit < goal

    @given(rules(), POSTED, PENDING, st.integers(0, 5000).map(lambda tenths: usd(Decimal(tenths).scaleb(-3))))
    def test_less_money_never_brings_a_smaller_payment(
        self, rule: TopUpRule, posted: Money, pending: Money, less: Money
    ) -> None:
        amounts = [
            planned.amount if isinstance(planned, TopUp) else NOTHING
            for planned in (
                plan(posted - less, rule, pending=pending),
                plan(posted, rule, pending=pending),
                plan(posted, rule, pending=pending + less),
            )
        ]
        assert amounts == sorted(amounts, reverse=True)

    @given(rules(), POSTED, st.tuples(MOMENTS, MOMENTS, MOMENTS))
    def test_a_wait_ends_exactly_when_it_is_said_to(
        self, rule: TopUpRule, posted: Money, moments: tuple[datetime | None, ...]
    ) -> None:
        made, declined, paid = moments
        planned = plan(posted, rule, made=made, declined=declined, paid=paid)
        if isinstance(planned, NoTopUp) and planned.not_before is not None:
            assert planned.not_before > NOW
            if planned.not_before < END:
                end = planned.not_before
                assert type(plan(posted, rule, made=made, declined=declined, paid=paid, now=end)) is TopUp
                assert type(plan(posted, rule, made=made, declined=declined, paid=paid, now=end - MOMENT)) is NoTopUp

    @given(rules(), POSTED, PENDING)
    def test_a_balance_answers_as_its_money(self, rule: TopUpRule, posted: Money, pending: Money) -> None:
        balance = balance_of(f"{posted.amount:f}")
        assert plan(balance, rule, pending=pending) == plan(posted, rule, pending=pending)


class TestStrangers:
    """X-2: bad input raises only the library's own errors."""

    @pytest.mark.parametrize("strange", [None, 5, "5", 5.0, True, Decimal("NaN"), object(), Touchy()], ids=type_name)
    def test_other_types(self, strange: Any) -> None:
        calls: list[Callable[[], object]] = [
            lambda: plan_topup(strange, NOTHING, pending=NOTHING, last_made=None, last_declined=None, now=NOW),
            lambda: plan_topup(BY_AMOUNT, strange, pending=NOTHING, last_made=None, last_declined=None, now=NOW),
            lambda: plan_topup(BY_AMOUNT, NOTHING, pending=strange, last_made=None, last_declined=None, now=NOW),
            lambda: plan("5", now=strange),
        ]
        if strange is not None:
            calls += [
                lambda: plan("5", made=strange),
                lambda: plan("5", declined=strange),
                lambda: plan("5", paid=strange),
                lambda: evolve(BY_AMOUNT, minimum=strange),
                lambda: evolve(BY_AMOUNT, most=strange),
                lambda: evolve(BY_AMOUNT, amount=strange),
                lambda: evolve(BY_TARGET, target=strange),
            ]
        calls += [
            lambda: evolve(BY_AMOUNT, threshold=strange),
            lambda: evolve(BY_AMOUNT, interval=strange),
            lambda: evolve(BY_AMOUNT, back_off=strange),
        ]
        for call in calls:
            with pytest.raises(InvalidType):
                call()

    @pytest.mark.parametrize("name", ["now", "made", "declined", "paid"])
    def test_naive_times(self, name: str) -> None:
        naive: dict[str, Any] = {name: datetime(2026, 11, 22)}  # noqa: DTZ001 - that it is naive is the point
        assert fault_of(lambda: plan("5", **naive)) is FieldCode.INSTANT_NAIVE

    def test_naive_times_are_refused_also_where_they_change_nothing(self) -> None:
        naive: Any = datetime(2026, 11, 22)  # noqa: DTZ001 - that it is naive is the point
        assert fault_of(lambda: plan("1000", paid=naive)) is FieldCode.INSTANT_NAIVE

    def test_other_currencies(self) -> None:
        euro = Money(5, "EUR")
        assert fault_of(lambda: plan(euro)) is BalanceFault.BALANCE_CURRENCY_MISMATCH
        assert fault_of(lambda: plan(balance_of("5", "EUR"))) is BalanceFault.BALANCE_CURRENCY_MISMATCH
        assert fault_of(lambda: plan("5", pending=euro)) is BalanceFault.BALANCE_CURRENCY_MISMATCH

    def test_pending_payments_are_not_negative(self) -> None:
        assert fault_of(lambda: plan("5", pending="-0.01")) is BalanceFault.TOP_UP_PENDING_NEGATIVE

    def test_amounts_beyond_any_amount(self) -> None:
        assert fault_of(lambda: plan(usd(-(10**36) + 1))) is MoneyFault.AMOUNT_TOO_LARGE

    @given(anything(), anything(), anything())
    def test_anything_at_all(self, first: Any, second: Any, third: Any) -> None:
        for call in (
            lambda: TopUpRule(threshold=first, amount=second, interval=third),
            lambda: plan_topup(first, second, pending=third, last_made=None, last_declined=None, now=NOW),
            lambda: plan_topup(BY_AMOUNT, NOTHING, pending=NOTHING, last_made=first, last_declined=second, now=third),
            lambda: list(credit_problems(first, second)),
        ):
            with pytest.raises(InvalidValue):
                call()


NOON = "2026-11-22T12:00:00+00:00"
SENTENCES: dict[Code, tuple[Callable[[], object], str, str]] = {
    NoTopUpReason.TOP_UP_NOT_FOR_STATUS: (
        lambda: plan(balance_of("5", status=Status.BLOCKED)),
        "an account that is blocked isn't topped up automatically",
        "settle why it is blocked first",
    ),
    NoTopUpReason.TOP_UP_NOT_NEEDED: (
        lambda: plan("10.5"),
        "the account has 10.5 USD, not less than the threshold of 10 USD",
        "plan again when something was charged",
    ),
    NoTopUpReason.TOP_UP_ON_ITS_WAY: (
        lambda: plan("5", pending="50"),
        "payments of 50 USD are on their way to the account",
        "plan again when they have arrived or failed",
    ),
    NoTopUpReason.TOP_UP_TOO_SOON: (
        lambda: plan("5", made=NOW),
        f"the account was topped up automatically at {NOON}, and isn't again before 2026-11-23T12:00:00+00:00",
        "plan again then; a payment by hand needs no waiting",
    ),
    NoTopUpReason.TOP_UP_AFTER_DECLINE: (
        lambda: plan("5", declined=NOW),
        f"a payment was declined at {NOON}, and no other is tried before 2026-11-22T13:00:00+00:00",
        "plan again then, or as soon as a top-up was paid",
    ),
    BalanceFault.CREDIT_BELOW_MINIMUM: (
        lambda: next(credit_problems(usd(2), MINIMUM_CREDIT)),
        "credit added by hand must be at least 5.00 USD, not 2 USD",
        "add 5.00 USD or more",
    ),
    BalanceFault.OPERATION_AMOUNT_TOO_LOW: (
        lambda: next(credit_problems(usd(0), None)),
        "amount must be above 0, not 0 USD",
        "leave the operation out, or give what it moves",
    ),
    BalanceFault.FUNDS_TOO_FINE: (
        lambda: evolve(BY_AMOUNT, amount=usd("0.005")),
        "0.005 USD can't be paid: USD has 2 decimals",
        "round the payment to 2 decimals",
    ),
    BalanceFault.BALANCE_CURRENCY_MISMATCH: (
        lambda: plan(Money(5, "EUR")),
        "an account in USD can't take an amount in EUR",
        "give the amount in USD",
    ),
    BalanceFault.TOP_UP_AMOUNT: (
        lambda: TopUpRule(threshold=usd(10)),
        "a top-up must go by an amount or up to a target, not by both or neither",
        "give either an amount or a target",
    ),
    BalanceFault.TOP_UP_TOO_LOW: (
        lambda: evolve(BY_AMOUNT, minimum=usd(0)),
        "minimum of a top-up must be above 0 USD, not 0 USD",
        "raise it above 0 USD",
    ),
    BalanceFault.TOP_UP_MOST_TOO_LOW: (
        lambda: evolve(BY_AMOUNT, minimum=usd(60), most=usd(99)),
        "no top-up is below 100 USD, so the most that is on its way at once must not be 99 USD",
        "raise the most to 100 USD or more, or leave it out",
    ),
    BalanceFault.TOP_UP_PENDING_NEGATIVE: (
        lambda: plan("5", pending="-1"),
        "pending payments must be 0 or more, not -1 USD",
        "add up what was begun and has neither arrived nor failed",
    ),
    BalanceFault.TOP_UP_WAIT_NEGATIVE: (
        lambda: evolve(BY_AMOUNT, back_off=-HOUR),
        "back_off of a top-up must be 0 or more",
        "give how long to wait",
    ),
}


class TestSentences:
    """X-3: every problem and refusal has a stable code, an English sentence and its remedy."""

    @pytest.mark.parametrize("code", SENTENCES, ids=str)
    def test_in_full(self, code: Code) -> None:
        call, sentence, remedy = SENTENCES[code]
        try:
            found = call()
        except InvalidValue as error:
            found = error.problem
        problem = found.reason if isinstance(found, NoTopUp) else found
        assert isinstance(problem, Problem)
        assert (problem.code, problem.sentence, problem.remedy) == (code, sentence, remedy)

    @pytest.mark.parametrize(("field", "shown"), [("target", "10 USD"), ("threshold", "0 USD")])
    def test_the_field_is_named_with_what_it_must_be_above(self, field: str, shown: str) -> None:
        changed: dict[str, Any] = {field: usd(-1)}
        with pytest.raises(InvalidValue) as error:
            evolve(BY_TARGET, **changed)
        assert error.value.problem.params == {"field": field, "minimum": shown, "amount": "-1 USD"}

    def test_every_reason_and_fault_of_top_ups_is_here(self) -> None:
        ours = {*NoTopUpReason, *(code for code in BalanceFault if code.rule == "BAL-7")}
        assert ours <= set(SENTENCES)

    def test_what_sort_of_fault_each_is(self) -> None:
        assert [reason.kind for reason in NoTopUpReason] == [
            Kind.CONFLICT, Kind.OUT_OF_RANGE, Kind.CONFLICT, Kind.OUT_OF_RANGE, Kind.OUT_OF_RANGE,
        ]  # fmt: skip
