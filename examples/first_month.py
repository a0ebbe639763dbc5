"""Takes the sign-up forms in `forms/` and shows what becomes of each: a tenant with its first calls, or every mistake.

Reading files and printing is done here; the library does neither.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from attrs import evolve

from tenantcore.balance import Credit, Ledger
from tenantcore.billing_periods import TZDATA_VERSION
from tenantcore.call_policy import (
    Admitted,
    CallClaim,
    CallProfile,
    CallRequest,
    FundsClaim,
    LiveUse,
    TrunkClaim,
    authorize,
)
from tenantcore.effects import Effect, InviteOwner, PublishDns, RecordPayment, ScheduleClosing, StoreTenant, Task
from tenantcore.errors import Problem
from tenantcore.money import Money
from tenantcore.numbering import NumberClass
from tenantcore.onboarding import Draft, Facts, Onboarded, Platform, Recipe, Rejected, draft, onboard
from tenantcore.pricing import PricingModel
from tenantcore.rating import Rate, RateDeck, RateRow
from tenantcore.realm import RealmPolicy
from tenantcore.trunks import CallUse, Direction, TrunkLimits, TrunkUse

FORMS = Path(__file__).parent / "forms"
REALMS = RealmPolicy(suffix="s.logicom.center")
PLATFORMS = {
    "portal": Platform(recipe=Recipe.PORTAL, realms=REALMS),
    "panel": Platform(
        recipe=Recipe.CUSTOMER_PANEL,
        realms=REALMS,
        pricing_model=PricingModel.APP,
        business_models=("Hosted IP PBX", "Internet access"),
        customer_classes=("Retail", "Business"),
        closing_delay_hours=6,
    ),
}
# What a minute costs, whoever is called.
PER_MINUTE = {"CAD": "0.03", "EUR": "0.02", "INR": "1.60", "SGD": "0.03", "USD": "0.02", "WST": "0.06"}
# Each begins while the ones before it are up.
CALLS = (
    (Direction.INBOUND, "+14155550100"),
    (Direction.OUTBOUND, "4158867900"),
    (Direction.OUTBOUND, "4158867901"),
    (Direction.OUTBOUND, "011442071838750"),
    (Direction.OUTBOUND, "18005550100"),
    (Direction.OUTBOUND, "18765551234"),
    (Direction.OUTBOUND, "911"),
)


class Records:
    """What a host keeps: here in memory, on a real platform in its database."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Onboarded] = {}

    def answer(self, plan: Draft) -> Facts:
        """Answer what a draft asks: which of its name and realms are taken, and what its request made before."""
        tenants = [outcome.tenant for outcome in self.outcomes.values()]
        return Facts(
            names_taken={tenant.organization.name.key for tenant in tenants} & set(plan.asks.name_keys),
            realms_taken={tenant.realm for tenant in tenants} & set(plan.asks.realms),
            earlier=self.outcomes.get(plan.asks.request_id),
        )

    def store(self, outcome: Onboarded) -> None:
        """Keep an outcome under its request id."""
        self.outcomes[outcome.request_id] = outcome


def main() -> None:
    """Read every form, take its sender on, and tell what came of it."""
    print(f"Time zones: tzdata {TZDATA_VERSION}")
    records = Records()
    for file in sorted(FORMS.glob("*.json")):
        sheet = json.loads(file.read_text("utf-8"))
        plan = draft(
            sheet["form"],
            PLATFORMS[sheet["platform"]],
            request_id=sheet["request_id"],
            now=datetime.fromisoformat(sheet["received"]),
        )
        outcome = onboard(plan, records.answer(plan))
        print(f"\n{'=' * 78}\n{file.name}, received {sheet['received']}")
        if isinstance(outcome, Onboarded):
            records.store(outcome)
            print("\n".join(story(outcome)))
            print("\n".join(calls(outcome, datetime.fromisoformat(sheet["received"]))))
        else:
            print("\n".join(mistakes(outcome)))


def story(outcome: Onboarded) -> Iterator[str]:
    """Tell of a tenant: who it is, where it registers, when it is billed, what the host has to do."""
    tenant, organization = outcome.tenant, outcome.tenant.organization
    yield f"\n  {organization.name}"
    yield f"    billed in    {organization.currency}, {type(tenant.balance).__name__.lower()}"
    if organization.country is not None:
        yield f"    country      {organization.country}"
    if organization.pricing_model is not None:
        yield f"    priced by    {organization.pricing_model} (never changes)"
    if tenant.business_model is not None:
        yield f"    catalogue    {tenant.business_model}, {tenant.customer_class}"
    yield f"    clocks       {organization.billing_timezone}"
    yield f"    may start    {'yes' if outcome.opening.may_use_services else 'no, top up first'}"
    for warning in outcome.warnings:
        yield f"    warning      {told(warning)}"
    yield f"\n  Realm {tenant.realm}; DNS that must stand:"
    for effect in outcome.effects:
        if isinstance(effect.task, PublishDns):
            for need in effect.task.records:
                yield f"    {need.owner:34} {need.type:6} {need.data or '(your own)'}"
    yield f"\n  First periods, {outcome.sign_up.frequency.value}:"
    for shown in tenant.schedule.preview(3):
        window = tenant.schedule.window(shown.period)
        yield (
            f"    {shown.period.start} to {shown.last_day} (last day)"
            f"  {window.opens:%Y-%m-%d %H:%M}Z to {window.closes:%Y-%m-%d %H:%M}Z"
        )
    yield "\n  To carry out:"
    for effect in outcome.effects:
        yield f"    {effect.id:34} {task(effect.task)}{after(effect)}"


def calls(outcome: Onboarded, now: datetime) -> Iterator[str]:
    """Ask for the tenant's first calls, take what they claim, and tell why each may begin or not."""
    tenant = outcome.tenant
    currency, timezone = tenant.organization.currency, tenant.schedule.timezone
    rate = Rate(per_minute=Money(PER_MINUTE[currency], currency))
    deck = RateDeck((RateRow(prefix="1", rate=rate), RateRow(prefix="44", rate=rate)), timezone=timezone)
    profile = CallProfile(
        currency=currency,
        denied=frozenset({NumberClass.CARIBBEAN}),
        trunk_limits=TrunkLimits(inbound=1, twoway=1),
        allows_per_minute=True,
        decks=(deck,),
    )
    ledger, trunks, use = Ledger(tenant.balance), TrunkUse(), CallUse()
    if outcome.opening.funds.is_positive:
        ledger.apply(Credit("opening", outcome.opening.funds), now=now)
    yield "\n  First calls, with one inbound and one two-way trunk:"
    for number, (direction, called) in enumerate(CALLS, 1):
        live = LiveUse.of_balance(ledger.balance_at(now), trunks=trunks, calls=use)
        request = CallRequest(f"{outcome.request_id}/call-{number}", direction, called)
        decision = authorize(request, (profile, live), reseller=None, now=now)
        is_admitted = isinstance(decision, Admitted)
        yield f"    {direction!s:8} {called:16} {'yes' if is_admitted else 'no':3}  {decision.reason.sentence}"
        if not isinstance(decision, Admitted):
            yield f"    {'':30} -> {decision.reason.remedy}"
            continue
        for claim in decision.claims:
            match claim:
                case CallClaim():
                    use = evolve(use, calls=use.calls + 1, carrier_calls=use.carrier_calls + 1)
                case TrunkClaim():
                    trunks = trunks.admitted(direction)
                case FundsClaim(operation=operation) if operation is not None:
                    ledger.apply(operation, now=now)
    yield f"    held for them: {ledger.balance_at(now).held}"


def task(what: Task) -> str:
    """Put a task into words."""
    match what:
        case StoreTenant():
            return "store the tenant"
        case PublishDns(realm=realm):
            return f"see that {realm} resolves"
        case RecordPayment(amount=amount):
            return f"record the payment of {amount}"
        case InviteOwner(owner=owner):
            return f"invite {owner.name}"
        case ScheduleClosing(at=at):
            return f"close the first period at {at:%Y-%m-%d %H:%M}Z"


def after(effect: Effect) -> str:
    """Name what an effect waits for, without the request it belongs to."""
    waits = [each.rpartition("/")[2] for each in effect.depends_on]
    return f", after {' and '.join(waits)}" if waits else ""


def mistakes(outcome: Rejected) -> Iterator[str]:
    """Tell of every mistake: where, by which rule, and what to do."""
    yield f"\n  Nobody was taken on: {len(outcome.problems)} mistakes"
    for problem in outcome.problems:
        yield f"    {problem.place or '(form)':23} {problem.code.rule:7} {problem.sentence}"
        yield f"    {'':23} {'':7} -> {problem.remedy}"


def told(warning: Problem) -> str:
    """Put a warning into one line."""
    return f"{warning.sentence} ({warning.code.rule}); {warning.remedy}"


if __name__ == "__main__":
    main()
