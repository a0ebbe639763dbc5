"""Wrong uses that mypy must refuse, each with the code it is refused by.

A use that mypy lets pass leaves an ignore without work, which strict mypy reports. Nothing here runs.
"""

from datetime import UTC, date, datetime

from tenantcore.balance import (
    FULL,
    Capture,
    Debit,
    Found,
    FundsBelow,
    Ledger,
    LedgerHead,
    LimitUsed,
    NextSlice,
    Postpaid,
    Prepaid,
    Reserve,
    SetStatus,
    TemporaryLimit,
    TopUpRule,
    needs,
    plan_topup,
    step,
    step_all,
    step_linked,
)
from tenantcore.billing_periods import BillingPeriod, BillingSchedule, Closed, Frequency, every
from tenantcore.due_dates import CollectionTerms, collection_dates
from tenantcore.errors import FieldCode, Problem
from tenantcore.money import Money, Rounding
from tenantcore.onboarding import Draft, Facts, draft, onboard
from tenantcore.permissions import EVERYTHING, Apps, Change, Permission, Permissions, Place, judge_app, judge_change
from tenantcore.rating import Precision, Rate, RateDeck, RateRow
from tenantcore.schedule_changes import plan_change
from tenantcore.status import Changer, Standing, Status, effective
from tenantcore.trunks import UNSET, Direction, TrunkLimits, TrunkUse, merged_limit
from tenantcore.validation import Invalid, check_organization


class OnlyStarts:
    def start(self, number: int, /) -> date:
        return date.fromordinal(number + 1)


class StartsAsText:
    def start(self, number: int, /) -> str:
        return str(date.fromordinal(number + 1))

    def index(self, day: date, /) -> int:
        return day.toordinal() - 1


class IndexOfText:
    def start(self, number: int, /) -> date:
        return date.fromordinal(number + 1)

    def index(self, day: str, /) -> int:
        return date.fromisoformat(day).toordinal() - 1


def problems() -> None:
    Problem("FIELD_EMPTY")  # type: ignore[arg-type]
    Problem(FieldCode.FIELD_EMPTY, params={"field": 1.5})  # type: ignore[dict-item]
    Problem(FieldCode.FIELD_EMPTY).under(None)  # type: ignore[arg-type]
    Problem(FieldCode.FIELD_EMPTY).path = ("name",)  # type: ignore[misc]
    FieldCode.FIELD_UNHEARD_OF  # type: ignore[attr-defined]


def periods() -> None:
    day = date(2026, 1, 31)
    schedule = BillingSchedule.open(Frequency.WEEKLY, on=day, timezone="Asia/Kolkata")
    BillingSchedule.open(Frequency.WEEKLY, day, "Asia/Kolkata")  # type: ignore[call-arg]
    BillingSchedule.open(Frequency.WEEKLY, on=day)  # type: ignore[call-arg]
    BillingSchedule.open("weekly", on=day, timezone="Asia/Kolkata")  # type: ignore[arg-type]
    BillingSchedule.open(OnlyStarts(), on=day, timezone="Asia/Kolkata")  # type: ignore[arg-type]
    BillingSchedule.open(StartsAsText(), on=day, timezone="Asia/Kolkata")  # type: ignore[arg-type]
    BillingSchedule.open(IndexOfText(), on=day, timezone="Asia/Kolkata")  # type: ignore[arg-type]
    BillingSchedule.open(StartsAsText, on=day, timezone="Asia/Kolkata")  # type: ignore[arg-type]
    BillingSchedule.open(Frequency.WEEKLY, on="2026-01-31", timezone="Asia/Kolkata")  # type: ignore[arg-type]
    schedule.containing("2026-01-31")  # type: ignore[arg-type]
    schedule.at(day)  # type: ignore[arg-type]
    schedule.nth(1.0)  # type: ignore[arg-type]
    schedule.first.start = day  # type: ignore[misc]
    schedule.opening = day  # type: ignore[misc]
    every(2)  # type: ignore[call-arg]
    BillingPeriod(day)  # type: ignore[call-arg]
    schedule.window(datetime(2026, 1, 31, tzinfo=UTC))  # type: ignore[arg-type]


def closings(schedule: BillingSchedule, now: datetime) -> None:
    schedule.due(now, now)  # type: ignore[arg-type]
    schedule.due(None)  # type: ignore[call-arg]
    schedule.due(None, now.date())  # type: ignore[arg-type]
    schedule.due(None, now).append(schedule.due(None, now)[0])  # type: ignore[attr-defined]
    Closed(now)  # type: ignore[call-arg]
    schedule.share(schedule.first, "actual days")  # type: ignore[arg-type]
    plan_change(schedule, now.date())  # type: ignore[call-arg]
    plan_change(schedule, asked_on=now.date(), kind="monthly")  # type: ignore[arg-type]
    CollectionTerms(15)  # type: ignore[call-arg]
    collection_dates("2026-06-01", CollectionTerms())  # type: ignore[arg-type]


def amounts() -> None:
    amount = Money("12.50", "USD")
    Money(12.5, "USD")  # type: ignore[arg-type]
    Money("12.50")  # type: ignore[call-arg]
    amount + 1  # type: ignore[operator]
    1 + amount  # type: ignore[operator]
    amount * 1.5  # type: ignore[operator]
    amount * amount  # type: ignore[operator]
    amount < 1  # type: ignore[operator]
    amount.rounded(2)  # type: ignore[arg-type]
    amount.times(3, "HALF_UP")  # type: ignore[arg-type]
    amount.times(1.5, Rounding.HALF_UP)  # type: ignore[arg-type]
    amount.currency = "EUR"  # type: ignore[misc]
    sum([amount])  # type: ignore[list-item]


def checked() -> None:
    report = check_organization({"name": "Acme"})
    report.value  # type: ignore[union-attr]
    report.problems  # type: ignore[union-attr]
    check_organization({}, "portal")  # type: ignore[arg-type]
    if isinstance(report, Invalid):
        report.problems.append(report.problems[0])  # type: ignore[attr-defined]


def taken_on(plan: Draft) -> None:
    onboard(plan)  # type: ignore[call-arg]
    onboard(plan, plan.asks)  # type: ignore[arg-type]
    onboard(plan, Facts()).tenant  # type: ignore[union-attr]
    draft({}, plan.platform)  # type: ignore[call-arg]


def stands(standing: Standing) -> None:
    Status.ACTIVE < 3  # type: ignore[operator]
    effective("active", [])  # type: ignore[arg-type]
    standing.status()  # type: ignore[call-arg]
    standing.with_status(Status.BLOCKED)  # type: ignore[call-arg]
    standing.with_status(Changer.ANCESTOR, by=Status.BLOCKED)  # type: ignore[arg-type]
    standing.is_closed = False  # type: ignore[misc]


def counted(limits: TrunkLimits, use: TrunkUse) -> None:
    TrunkLimits(3, 4)  # type: ignore[call-arg]
    TrunkUse(1, 2)  # type: ignore[call-arg]
    TrunkUse(inbound=None)  # type: ignore[arg-type]
    limits.admit(use)  # type: ignore[call-arg]
    limits.admit(use, "inbound")  # type: ignore[arg-type]
    limits.admit(Direction.INBOUND, use)  # type: ignore[arg-type]
    limits.twoway + 1  # type: ignore[operator]
    merged_limit(3)  # type: ignore[call-arg]
    merged_limit(3, default=UNSET)  # type: ignore[arg-type]


def seen(place: Place, apps: Apps) -> None:
    EVERYTHING.allows("misc")  # type: ignore[arg-type]
    Permission.MISC in EVERYTHING  # type: ignore[operator]
    Permissions({Permission.MISC_ERRORS_LOG})  # type: ignore[arg-type]
    EVERYTHING.grant([Permission.MISC])  # type: ignore[arg-type]
    EVERYTHING.warnings(pays_for_trunks=True)  # type: ignore[call-arg]
    judge_change("name", place, "reseller")  # type: ignore[arg-type]
    judge_change(Change.NAME, place)  # type: ignore[call-arg]
    judge_change(Change.NAME, place, "reseller").problem  # type: ignore[union-attr]
    judge_app("smartpbx", place, "acme", apps)  # type: ignore[call-arg]
    Place("acme", ["reseller"])  # type: ignore[arg-type]


def policies(amount: Money, now: datetime) -> None:
    Prepaid()  # type: ignore[call-arg]
    Prepaid("USD", amount)  # type: ignore[call-arg]
    Postpaid("USD", amount)  # type: ignore[call-arg]
    Postpaid("USD", credit_limit=100)  # type: ignore[arg-type]
    Postpaid("USD", thresholds=[LimitUsed(80)])  # type: ignore[arg-type]
    Postpaid("USD", thresholds=(amount,))  # type: ignore[arg-type]
    Postpaid("USD").limit_at("now")  # type: ignore[arg-type]
    TemporaryLimit(percent=5)  # type: ignore[call-arg]
    TemporaryLimit(now, percent=5)  # type: ignore[call-arg]
    LimitUsed("80 %")  # type: ignore[arg-type]
    FundsBelow(5)  # type: ignore[arg-type]
    Prepaid("USD").currency = "EUR"  # type: ignore[misc]


def accounts(ledger: Ledger, amount: Money, now: datetime) -> None:
    ledger.credit("op", amount)  # type: ignore[call-arg]
    ledger.credit("op", amount, now)  # type: ignore[call-arg]
    ledger.credit("op", 12.5, now=now)  # type: ignore[arg-type]
    ledger.credit(7, amount, now=now)  # type: ignore[arg-type]
    ledger.debit("op", amount, now=now, overage=True)  # type: ignore[arg-type]
    ledger.reserve("op", amount, now=now)  # type: ignore[call-arg]
    ledger.reserve("op", amount, now=now, expires_at=60)  # type: ignore[arg-type]
    ledger.capture("op", hold="call", amount="full", now=now)  # type: ignore[arg-type]
    ledger.capture("op", "call", amount=FULL, now=now)  # type: ignore[call-arg]
    ledger.set_status("op", "closed", now=now)  # type: ignore[arg-type]
    ledger.debit("op", amount, now=now).reason  # type: ignore[union-attr]
    ledger.balance.available.amount  # type: ignore[union-attr]
    ledger.head.posted = amount  # type: ignore[misc]
    ledger.entries.append(None)  # type: ignore[attr-defined]
    Ledger.replay(ledger.entries, Prepaid("USD"))  # type: ignore[arg-type]
    Debit("op", amount, "reference")  # type: ignore[call-arg, arg-type]
    Capture("op", hold="call")  # type: ignore[call-arg]
    Reserve("op", amount, expires_at=now, then=NextSlice(amount, expires_at=now))  # type: ignore[call-arg]
    SetStatus("op", None)  # type: ignore[arg-type]


def rows(head: LedgerHead, operation: Debit, now: datetime) -> None:
    needs(operation, now)  # type: ignore[arg-type]
    step(head, operation, now)  # type: ignore[call-arg]
    step(head, [operation], Found(), now)  # type: ignore[arg-type]
    step_all(head, operation, Found(), now)  # type: ignore[arg-type]
    step_linked([(operation, head)], [Found()], now)  # type: ignore[list-item]
    Found([])  # type: ignore[arg-type]
    LedgerHead.opened("USD")  # type: ignore[arg-type]


def topped_up(rule: TopUpRule, zero: Money, now: datetime) -> None:
    TopUpRule(zero, zero)  # type: ignore[call-arg]
    plan_topup(rule, zero, pending=zero, now=now)  # type: ignore[call-arg]
    plan_topup(rule, zero, pending=None, last_made=None, last_declined=None, now=now)  # type: ignore[arg-type]
    plan_topup(rule, zero, pending=zero, last_made=None, last_declined=None, now=now).amount  # type: ignore[union-attr]


def rated(rate: Rate, deck: RateDeck, now: datetime) -> None:
    Rate(rate.per_minute)  # type: ignore[call-arg]
    Rate(per_minute="0.006")  # type: ignore[arg-type]
    Rate(per_minute=rate.per_minute, precision=6)  # type: ignore[arg-type]
    Precision(rounding="HALF_UP")  # type: ignore[arg-type]
    rate.cost(1.5)  # type: ignore[arg-type]
    rate.max_seconds(rate.per_minute) + 1  # type: ignore[operator]
    rate.next_slice(60, rate.per_minute)  # type: ignore[call-arg]
    rate.discounted(0.1)  # type: ignore[arg-type]
    RateDeck([], timezone="UTC")  # type: ignore[arg-type]
    RateDeck(())  # type: ignore[call-arg]
    RateRow(prefix=44, rate=rate)  # type: ignore[arg-type]
    deck.find("+442071838750")  # type: ignore[call-arg]
    deck.find("+442071838750", at=now).rate  # type: ignore[union-attr]
