"""Takes the sign-up forms in `forms/` and shows what becomes of each: a tenant, or every mistake at once.

Reading files and printing is done here; the library does neither.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tenantcore.billing_periods import TZDATA_VERSION
from tenantcore.effects import Effect, InviteOwner, PublishDns, RecordPayment, ScheduleClosing, StoreTenant, Task
from tenantcore.errors import Problem
from tenantcore.onboarding import Draft, Facts, Onboarded, Platform, Recipe, Rejected, draft, onboard
from tenantcore.pricing import PricingModel
from tenantcore.realm import RealmPolicy

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
