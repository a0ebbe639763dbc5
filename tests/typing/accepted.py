"""Uses that mypy must accept. Nothing here runs: mypy reads it, and pytest imports it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import assert_type

from tenantcore.billing_periods import (
    BillingPeriod,
    BillingSchedule,
    Cycle,
    Frequency,
    MonthEnd,
    Window,
    every,
)
from tenantcore.effects import Effect
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue, Kind, Problem, TenantcoreError, invalid
from tenantcore.money import Money, Rounding
from tenantcore.onboarding import Facts, Onboarded, Platform, Rejected, draft, onboard
from tenantcore.organization import Organization
from tenantcore.tenant import Tenant
from tenantcore.validation import Invalid, Valid, check_organization


class LunarCycle:
    """A host's own cycle: two functions, no base class."""

    def start(self, number: int, /) -> date:
        return date.fromordinal(number * 28 + 1)

    def index(self, day: date, /) -> int:
        return (day.toordinal() - 1) // 28


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
    for kind in (own, every(weeks=2), Frequency.WEEKLY):
        BillingSchedule.open(kind, on=date(2026, 1, 31), timezone="Asia/Kolkata", month_end=MonthEnd.CLAMP)


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
