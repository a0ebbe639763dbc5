"""Uses that mypy must accept. Nothing here runs: mypy reads it, and pytest imports it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import assert_type

from attrs import frozen

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    Balance,
    Batch,
    Capture,
    Credit,
    Debit,
    Declined,
    Entry,
    Event,
    Expire,
    Found,
    FundsBelow,
    Grant,
    Hold,
    HoldExpired,
    Lapse,
    Ledger,
    LedgerHead,
    LimitReached,
    LimitUsed,
    LowBalance,
    Needs,
    NextSlice,
    NoTopUp,
    Opening,
    Operation,
    Outcome,
    Overage,
    Postpaid,
    Prepaid,
    Recorded,
    Release,
    Reserve,
    ServicesRestored,
    ServicesStopped,
    SetPolicy,
    SetStatus,
    Snapshot,
    Step,
    TemporaryLimit,
    TopUp,
    TopUpRule,
    credit_problems,
    needs,
    opening_problems,
    plan_topup,
    step,
    step_all,
    step_linked,
)
from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    Closed,
    Closing,
    Closings,
    Cycle,
    CycleKind,
    DayCount,
    Frequency,
    MonthEnd,
    Preview,
    Window,
    every,
)
from tenantcore.due_dates import CollectionDates, CollectionTerms, WorkingDays, collection_dates
from tenantcore.effects import Effect
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue, Kind, Problem, TenantcoreError, invalid
from tenantcore.money import Money, Rounding
from tenantcore.numbering import NumberClass
from tenantcore.onboarding import Facts, Onboarded, Platform, Rejected, draft, onboard
from tenantcore.organization import Organization
from tenantcore.permissions import (
    EVERYTHING,
    Allowed,
    Apps,
    CarrierChoice,
    Change,
    Forbidden,
    Ground,
    NumberFeature,
    NumberFeatures,
    Permission,
    Permissions,
    Place,
    judge_app,
    judge_change,
    judge_number_feature,
)
from tenantcore.rating import Allotment, AllotmentHeld, AllotmentUse, Discounts, Rate, RateDeck, RateRow, whole_seconds
from tenantcore.schedule_changes import ScheduleChange, plan_change
from tenantcore.status import Changer, Standing, Status, effective, strictest
from tenantcore.tenant import Tenant
from tenantcore.trunks import (
    UNSET,
    CallLimits,
    CallUse,
    Direction,
    HardLimit,
    LimitSetting,
    Trunk,
    TrunkGuard,
    TrunkLimits,
    TrunkPool,
    TrunkUse,
    merged_limit,
    read_limit,
)
from tenantcore.validation import Invalid, Valid, check_organization


class LunarCycle:
    """A host's own cycle: two functions, no base class."""

    def start(self, number: int, /) -> date:
        return date.fromordinal(number * 28 + 1)

    def index(self, day: date, /) -> int:
        return (day.toordinal() - 1) // 28


@frozen
class Terms:
    """Another, as a value; its own names for what it is asked, and a base of its own."""

    first: date

    def start(self, term: int) -> date:
        return self.first + timedelta(weeks=17 * term)

    def index(self, on: date) -> int:
        return (on - self.first).days // (17 * 7)


def problems() -> Iterator[Problem]:
    problem = Problem(FieldCode.FIELD_EMPTY, path=("administrators", 0), params={"field": "email", "count": 1})
    yield problem.under("form", 1)
    assert_type(problem.code, Code)
    assert_type(problem.code.kind, Kind)
    assert_type(problem.path, tuple[str | int, ...])
    assert_type(problem.sentence, str)


def caught_as_the_builtin() -> str:
    try:
        raise invalid(next(problems()))
    except InvalidType as error:
        assert_type(error.problem, Problem)
        wrong_type: TypeError = error
        return str(wrong_type)
    except InvalidValue as error:
        ours: TenantcoreError = error
        wrong_value: ValueError = error
        return f"{ours} {wrong_value}"


def periods() -> None:
    schedule = BillingSchedule.open(Frequency.MONTHLY_ANNIVERSARY, on=date(2026, 1, 31), timezone="America/Havana")
    assert_type(schedule, BillingSchedule)
    assert_type(schedule.first, BillingPeriod)
    assert_type(schedule.nth(3).last_day, date)
    assert_type(schedule.index(date(2026, 2, 28)), int)
    assert_type(schedule.at(datetime(2026, 2, 28, tzinfo=UTC)), BillingPeriod)
    assert_type(schedule.window(schedule.first), Window)
    opens, closes = schedule.window(schedule.first)
    assert_type((opens, closes), tuple[datetime, datetime])
    between = schedule.between(date(2026, 2, 1), date(2027, 2, 1))
    assert_type(len(between), int)
    assert_type(between[0], BillingPeriod)
    assert_type(list(between[1:]), list[BillingPeriod])
    assert_type(schedule.first < schedule.nth(1), bool)


def cycles() -> None:
    own: Cycle = LunarCycle()
    terms: CycleKind = Terms(date(2026, 1, 5))
    for kind in (own, terms, every(weeks=2), Frequency.WEEKLY):
        BillingSchedule.open(kind, on=date(2026, 1, 31), timezone="Asia/Kolkata", month_end=MonthEnd.CLAMP)


def closings(schedule: BillingSchedule, closed: Closed | None, now: datetime) -> Closed | None:
    due = schedule.due(closed, now)
    assert_type(due, Closings)
    assert_type(due[0], Closing)
    assert_type(due[1:], tuple[Closing, ...])
    for closing in due:
        assert_type(closing.period, BillingPeriod)
        closed = closing.closed(at=now)
    assert_type(schedule.next_due(closed), datetime)
    assert_type(schedule.share(schedule.first, DayCount.ACTUAL), Fraction)
    assert_type(schedule.preview(3), tuple[Preview, ...])
    return closed


def changes(schedule: BillingSchedule) -> None:
    change = plan_change(schedule, asked_on=date(2026, 2, 1), kind=LunarCycle(), timezone="Asia/Tokyo")
    assert_type(change, ScheduleChange)
    assert_type(change.after, BillingSchedule)
    assert_type(change.last, BillingPeriod | None)
    if change.stub is not None:
        assert_type(change.stub.whole, BillingPeriod)
    assert_type(change.due(None, change.seam), tuple[Closing, ...])


def due_dates() -> None:
    terms = CollectionTerms(grace_days=15, working_days=WorkingDays(weekend=frozenset({6, 7})))
    found = collection_dates(date(2026, 6, 1), terms)
    assert_type(found, CollectionDates)
    assert_type(found.notices, tuple[date, ...])
    assert_type(found.suspension, date | None)


def amounts() -> None:
    amount = Money("12.50", "USD")
    assert_type(amount, Money)
    assert_type(amount.amount, Decimal)
    assert_type(amount + amount - -amount, Money)
    assert_type(amount * 3, Money)
    assert_type(amount.times(Fraction(5, 7), Rounding.HALF_UP, places=2), Money)
    assert_type(Money(1, "USD") < Money(Decimal(2), "USD"), bool)
    assert_type(Money.total([amount], "USD"), Money)
    assert_type(amount.split(3), tuple[Money, ...])
    assert_type(amount.allocate([49, 51]), tuple[Money, ...])
    assert_type(Money.parse(str(amount)), Money)


def checked() -> str:
    report = check_organization({"name": "Acme"})
    match report:
        case Valid(value=organization, warnings=warnings):
            assert_type(organization, Organization)
            assert_type(warnings, tuple[Problem, ...])
            return str(organization.name)
        case Invalid(problems=found):
            assert_type(found, tuple[Problem, ...])
            return str(found[0])


def taken_on(platform: Platform, now: datetime) -> str:
    plan = draft({"name": "Acme"}, platform, request_id="1", now=now)
    outcome = onboard(plan, Facts(names_taken={"acme"}, realms_taken=plan.asks.realms))
    match outcome:
        case Onboarded(tenant=tenant, effects=effects):
            assert_type(tenant, Tenant)
            assert_type(effects, tuple[Effect, ...])
            return tenant.realm.host
        case Rejected(problems=found):
            return str(found[0])


def stands(standing: Standing) -> Status:
    assert_type(Status.parse("closed"), Status)
    assert_type(Status.ACTIVE < Status.CLOSED, bool)
    assert_type(strictest([Status.LIMITED]), Status)
    assert_type(standing.with_status(Status.BLOCKED, by=Changer.ANCESTOR), Standing)
    return effective(standing.status(may_use_services=True), iter([Status.ACTIVE]))


def counted(limits: TrunkLimits, use: TrunkUse, pool: TrunkPool) -> None:
    assert_type(limits.admit(use, Direction.INBOUND), Trunk | None)
    assert_type(limits.guard(Direction.INBOUND), TrunkGuard)
    assert_type(limits.guard(Direction.INBOUND).holds(use), bool)
    assert_type(use.admitted(Direction.OUTBOUND).released(Direction.OUTBOUND), TrunkUse)
    assert_type(CallLimits(calls=3).reached(CallUse(calls=2), Direction.INBOUND, number="+12"), HardLimit | None)
    assert_type(pool.with_allocation(limits, instead_of=TrunkLimits(twoway=None)), TrunkPool)
    assert_type(pool.free.twoway, int | None)
    assert_type(read_limit(-1), LimitSetting)
    assert_type(merged_limit(UNSET, cap=read_limit(3), default=None), int | None)


def seen(place: Place, apps: Apps) -> str:
    assert_type(EVERYTHING.clear(Permission.BILLING).grant(), Permissions)
    assert_type(Permissions.parse({"misc": False}, default=EVERYTHING).seen, tuple[Permission, ...])
    assert_type(Permission.parse("misc").label, str)
    assert_type(Permission.MISC.parent, Permission | None)
    assert_type(EVERYTHING.warnings(pays_for_trunks=True, is_resellers_customer=False), tuple[Problem, ...])
    assert_type(NumberFeatures().disable(NumberFeature.CNAM), NumberFeatures)
    if decision := judge_number_feature(NumberFeature.E911, NumberFeatures(), CarrierChoice.parse("own")):
        assert_type(decision.reason, Ground)
    else:
        assert_type(decision.problem, Problem)
    assert_type(bool(judge_app("smartpbx", place, "acme", actors_apps=apps)), bool)
    match judge_change(Change.REALM, place, None):
        case Allowed(reason):
            return reason.value
        case Forbidden(problem):
            return problem.sentence


def policies(until: datetime) -> tuple[Prepaid, Postpaid]:
    limit = Money("100", "USD")
    raised = TemporaryLimit(until=until, percent=50)
    postpaid = Postpaid("USD", credit_limit=limit, temporary=raised, thresholds=(LimitUsed(80), FundsBelow(limit)))
    assert_type(postpaid.limit_at(until), Money | None)
    assert_type(Prepaid("USD").limit_at(until), Money)
    opening = Opening(Prepaid("USD"), limit)
    assert_type(opening.may_use_services, bool)
    assert_type(opening.warnings(), tuple[Problem, ...])
    assert_type(list(opening_problems(postpaid, limit)), list[Problem])
    return Prepaid("USD", thresholds=(), clock_skew=timedelta(seconds=30)), postpaid


def accounts(amount: Money, now: datetime) -> str:
    ledger = Ledger(Prepaid("USD"))
    assert_type(ledger.credit("op-1", amount, now=now, reference="payment 7"), Outcome)
    ledger.reserve("op-2", amount, now=now, expires_at=None, grant=Grant.UP_TO)
    ledger.capture("op-3", hold="op-2", amount=FULL, now=now, then=NextSlice(amount, expires_at=now))
    ledger.capture("op-4", hold="op-3", amount=amount, now=now, overage=Overage.RECORD)
    assert_type(ledger.expire(now=now), tuple[Event, ...])
    assert_type(ledger.balance_at(now).available, Money | None)
    assert_type(ledger.balance.as_of, datetime | None)
    assert_type(ledger.snapshot(), Snapshot)
    assert_type(Ledger.restore(ledger.snapshot()), Ledger)
    assert_type(Ledger.replay(Prepaid("USD"), iter(ledger.entries)).holds, tuple[Hold, ...])
    assert_type(ledger.forget(before=now), int)
    match ledger.debit("op-5", amount, now=now):
        case Recorded(entry=entry, events=events):
            assert_type(entry, Entry)
            return "".join(map(told, events))
        case AlreadyRecorded(entry=entry):
            return str(entry.id)
        case Declined(reason=reason, entry=kept):
            assert_type(reason, Problem)
            assert_type(kept, Entry | None)
            return reason.sentence


def told(event: Event) -> str:
    match event:
        case LowBalance(threshold=threshold):
            return str(threshold)
        case HoldExpired(hold=hold):
            return hold.id
        case ServicesStopped(status=status):
            return str(status)
        case LimitReached() | ServicesRestored():
            return str(event.entry)


def asked(operation: Operation | Lapse) -> str:
    """Every kind of operation, and nothing else, has been looked at."""
    match operation:
        case Credit() | Debit() | Reserve() | Capture() | Release() | Expire() | SetPolicy() | SetStatus():
            return operation.id
        case Lapse():
            return operation.hold


def rows(head: LedgerHead, operations: Sequence[Operation], found: Found, now: datetime) -> LedgerHead:
    assert_type(needs(operations, now), Needs)
    assert_type(needs((operation for operation in operations), now).ids, tuple[str, ...])
    made = step(head, operations[0], found, now)
    assert_type(made, Step)
    assert_type(made.outcome, Outcome)
    batch = step_all(made.head, operations[1:], found, now)
    assert_type(batch, Batch)
    assert_type(batch.outcomes, tuple[Outcome, ...])
    linked = step_linked([(head, operations[0]), (batch.head, Expire("op"))], [found, Found()], now)
    assert_type(linked, tuple[Step, ...])
    assert_type(head.balance_at(now, made.holds), Balance)
    return batch.head


def topped_up(rule: TopUpRule, balance: Balance, zero: Money, now: datetime) -> Money | None:
    assert_type(TopUpRule.after(zero, percent=50), TopUpRule)
    assert_type([problem.code for problem in credit_problems(zero, None)], list[Code])
    match plan_topup(rule, balance, pending=zero, last_made=None, last_declined=now, last_paid=now, now=now):
        case TopUp(amount):
            return amount
        case NoTopUp(reason, not_before):
            assert_type(reason, Problem)
            assert_type(not_before, datetime | None)
            return None


def rated(rate: Rate, deck: RateDeck, minutes: Allotment, use: AllotmentUse, now: datetime) -> Money:
    assert_type(rate.cost(60), Money)
    assert_type(rate.exact_cost(60), Fraction)
    assert_type(rate.max_seconds(rate.per_minute), int | None)
    assert_type(rate.discounted(10).discounted(Decimal("0.5")), Rate)
    assert_type(Discounts().applied(rate, NumberClass.INTERNATIONAL), Rate)
    assert_type(deck.find("+442071838750", at=now), RateRow | None)
    assert_type(deck.find("+442071838750", at=now, direction=Direction.INBOUND), RateRow | None)
    assert_type(whole_seconds(timedelta(milliseconds=1), Rounding.UP), int)
    assert_type(minutes.left(use, at=now, timezone="UTC", group=(use,)), int)
    assert_type(minutes.hold(use, 60, at=now, timezone="UTC"), AllotmentHeld | None)
    assert_type(minutes.settle(use, answered_at=now, seconds=60, timezone="UTC").use, AllotmentUse)
    return rate.next_slice(60, captured=Money.zero(rate.currency))
