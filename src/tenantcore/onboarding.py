"""Lets a platform take on a customer: a form becomes a draft, a draft and the host's facts a tenant with its effects.

Nothing is looked up: the draft asks which names and realms are taken, the host answers. A form with mistakes gives
every problem at once, and nothing is half made. The flows of the sources are recipes: the portal's form (S0) and the
customer panel's (S3).
"""

import enum
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import count, islice
from typing import Final, cast

from attrs import field, frozen
from attrs import fields as fields_of

from tenantcore._characters import comparison_key
from tenantcore._form_readings import OrganizationReading, read_frequency, read_opening, read_organization
from tenantcore._forms import Fields, choice_of
from tenantcore._validators import check_instant, exactly, tuple_of, within, wrong_type
from tenantcore._windows import local_day, zone_named
from tenantcore.balance import BalanceControl, Opening
from tenantcore.billing_periods import LONGEST_CLOSING_DELAY_HOURS, BillingSchedule, Frequency
from tenantcore.effects import (
    CancelClosing,
    DisableLogin,
    Effect,
    InviteOwner,
    PublishDns,
    RecordPayment,
    RefundPayment,
    RemoveTenant,
    ScheduleClosing,
    StoreTenant,
    Task,
    Undoing,
)
from tenantcore.errors import Code, Kind, Problem, invalid, shown
from tenantcore.organization import (
    NamePolicy,
    NameScope,
    Organization,
    OrganizationName,
    OrganizationPart,
    OrganizationPolicy,
    find_collisions,
)
from tenantcore.pricing import PricingModel
from tenantcore.realm import Chooser, Realm, RealmFault, RealmPolicy
from tenantcore.tenant import Tenant

__all__ = [
    "Asks",
    "Draft",
    "Facts",
    "Onboarded",
    "OnboardingFault",
    "Platform",
    "Recipe",
    "Rejected",
    "SignUp",
    "draft",
    "onboard",
]

_LONGEST_REQUEST_ID: Final = 200
# That so many are taken says that the label space is full, not that luck was bad.
_CANDIDATES_ASKED: Final = 8
_PANEL_FREQUENCIES: Final = (
    Frequency.DAILY,
    Frequency.WEEKLY,
    Frequency.SEMIMONTHLY,
    Frequency.MONTHLY,
    Frequency.MONTHLY_ANNIVERSARY,
    Frequency.THIRTY_DAYS,
)


@enum.unique
class OnboardingFault(Code):
    """What can be wrong with a request or a platform, beyond the form."""

    REQUEST_ID_MALFORMED = (
        Kind.MALFORMED,
        "ONB-1",
        "a request id must be text of 1 to {longest} characters, not {value}",
        "use a UUID or another short id of your own",
    )
    REQUEST_ID_REUSED = (
        Kind.CONFLICT,
        "ONB-1",
        "this request id has already made a tenant from a form with another {parts}",
        "send a new form under a new request id",
    )
    FACTS_OF_ANOTHER_REQUEST = (
        Kind.CONFLICT,
        "ONB-1",
        "the earlier outcome handed in belongs to another request id",
        "hand in the outcome stored under the draft's request id, or None",
    )
    PLATFORM_INCOMPLETE = (
        Kind.MISSING,
        "ONB-4",
        "a platform needs {part} where its forms don't ask for it",
        "name {part} when building the platform",
    )


class Recipe(enum.Enum):
    """Which source's form a platform uses, and so which fields are asked and where the others come from.

    - `PORTAL` (S0): name, country, currency, timezone, pricing_model, billing_contact (email, address, city), owner
      (given_name, family_name, email); the billing period and the balance control come from the platform.
    - `CUSTOMER_PANEL` (S3): name, business_model, customer_class, billing_period, billing_timezone, balance_control,
      currency, credit_limit or available_funds; the pricing model, where there is one, comes from the platform.

    Rule: ONB-4 in docs/reference/onboarding.md.
    """

    PORTAL = "portal"
    CUSTOMER_PANEL = "customer panel"


_POLICIES: Final = {
    Recipe.PORTAL: OrganizationPolicy(),
    # The panel names a unique name and a currency; who and where the customer is stands elsewhere.
    Recipe.CUSTOMER_PANEL: OrganizationPolicy(
        names=NamePolicy(specials=None),
        required=frozenset({OrganizationPart.CURRENCY}),
        scope=NameScope.PLATFORM,
    ),
}


@frozen(kw_only=True)
class Platform:
    """A host's catalogue and policies, as one value.

    `frequency` and `balance_control` hold for every tenant of a portal; a panel's form asks, and offers `frequencies`.
    `pricing_model` holds where the form doesn't ask for it. `scope` names where organization names are unique.

    Raises: InvalidValue when the recipe's form leaves something open that the platform doesn't name.

    Rule: ONB-4 in docs/reference/onboarding.md.
    """

    recipe: Recipe = field(validator=exactly(Recipe, called="a Recipe"))
    realms: RealmPolicy = field(validator=exactly(RealmPolicy, called="a RealmPolicy"))
    organizations: OrganizationPolicy = field(validator=exactly(OrganizationPolicy, called="an OrganizationPolicy"))
    frequency: Frequency = field(
        default=Frequency.MONTHLY_ANNIVERSARY, validator=exactly(Frequency, called="a Frequency")
    )
    frequencies: tuple[Frequency, ...] = field(
        default=_PANEL_FREQUENCIES, validator=tuple_of(Frequency, called="Frequency members")
    )
    balance_control: BalanceControl = field(
        default=BalanceControl.PREPAID, validator=exactly(BalanceControl, called="a BalanceControl")
    )
    pricing_model: PricingModel | None = field(
        default=None, validator=exactly(PricingModel, type(None), called="a PricingModel or None")
    )
    business_models: tuple[str, ...] = field(default=(), validator=tuple_of(str, called="texts"))
    customer_classes: tuple[str, ...] = field(default=(), validator=tuple_of(str, called="texts"))
    closing_delay_hours: int = field(default=0, validator=within(0, LONGEST_CLOSING_DELAY_HOURS))

    @organizations.default
    def _policy_of_the_recipe(self) -> OrganizationPolicy:
        return _POLICIES[self.recipe] if type(self.recipe) is Recipe else _POLICIES[Recipe.PORTAL]

    def __attrs_post_init__(self) -> None:
        if self.realms.suffix is None:
            raise invalid(Problem(OnboardingFault.PLATFORM_INCOMPLETE, params={"part": "a realm suffix"}))
        if self.recipe is Recipe.CUSTOMER_PANEL:
            for part in ("business_models", "customer_classes", "frequencies"):
                if not getattr(self, part):
                    raise invalid(Problem(OnboardingFault.PLATFORM_INCOMPLETE, params={"part": part}))


@frozen(kw_only=True)
class SignUp:
    """What a valid form says, whenever and however often it is sent: the content that a request id stands for."""

    organization: Organization
    frequency: Frequency
    opening: Opening
    business_model: str | None
    customer_class: str | None


@frozen(kw_only=True)
class Asks:
    """What the host must look up: earlier outcomes by request id, and which of these names and realms are taken.

    Names are compared by their keys, within the platform's scope (`organizations.scope`).
    """

    request_id: str
    name_keys: tuple[str, ...]
    realms: tuple[Realm, ...]


def _keys(names: "Iterable[OrganizationName | str]") -> frozenset[str]:
    # A key is its own key, so that a host may hand in names or keys.
    return frozenset(comparison_key(text) for text in _texts("names_taken", names, OrganizationName))


def _hosts(realms: "Iterable[Realm | str]") -> frozenset[str]:
    return frozenset(host.lower() for host in _texts("realms_taken", realms, Realm))


def _texts(name: str, values: object, kind: type) -> Iterator[str]:
    if type(values) not in {tuple, list, set, frozenset}:
        raise invalid(wrong_type(name, "a tuple, list or set of texts", values))
    for value in cast("Iterable[object]", values):
        if type(value) is not kind and type(value) is not str:
            raise invalid(wrong_type(name, "a tuple, list or set of texts", value))
        yield str(value)


@frozen(kw_only=True)
class Facts:
    """What the host found: which of the asked names and realms are taken, and what the request id made before.

    Names may be handed in as such or as keys. Nothing found is `Facts()`.

    Raises: InvalidType for anything but collections of texts, or an `earlier` that is no outcome.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """

    names_taken: frozenset[str] = field(default=frozenset(), converter=_keys)
    realms_taken: frozenset[str] = field(default=frozenset(), converter=_hosts)
    earlier: "Onboarded | None" = None


@frozen(kw_only=True)
class Draft:
    """A form that was read: its sign_up and schedule, or its problems; and what it asks of the host.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """

    platform: Platform
    request_id: str
    name: OrganizationName | None
    sign_up: SignUp | None
    schedule: BillingSchedule | None
    asks: Asks
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@frozen(kw_only=True)
class Onboarded:
    """A tenant that was taken on: what the host stores, and the effects it carries out, in an order that works.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """

    request_id: str
    sign_up: SignUp
    tenant: Tenant
    opening: Opening
    effects: tuple[Effect, ...]
    warnings: tuple[Problem, ...]


@frozen(kw_only=True)
class Rejected:
    """Every reason why nobody was taken on; nothing was made.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def draft(form: object, platform: Platform, *, request_id: str, now: datetime, choose: Chooser | None = None) -> Draft:
    """Read an untyped form for a platform, at the aware instant `now`, which is the tenant's creation.

    The draft asks the host which of its name and realms are taken; answer with `Facts` and call `onboard`. The same
    request id asks for the same realms: they are derived from it, unless `choose` draws their characters.

    Raises: InvalidType, InvalidValue for a platform, request id or `now` that can't be used. A form never raises: its
    problems are in the draft.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """
    if type(platform) is not Platform:
        raise invalid(wrong_type("platform", "a Platform", platform))
    _check_request_id(request_id)
    check_instant("now", now)
    today = local_day(now, zone_named("UTC"))
    fields = Fields(form, _FORM_FIELDS[platform.recipe])
    reading = read_organization(fields, platform.organizations, on=today, pricing_model=platform.pricing_model)
    sign_up = _read_sign_up(fields, platform, reading)
    schedule = None
    if sign_up is not None:
        schedule = BillingSchedule.opened_at(
            now,
            sign_up.frequency,
            timezone=sign_up.organization.billing_timezone,
            closing_delay_hours=platform.closing_delay_hours,
        )
    asks = Asks(
        request_id=request_id,
        name_keys=() if reading.name is None else (reading.name.key,),
        realms=tuple(islice(platform.realms.candidates(choose or _derived_from(request_id)), _CANDIDATES_ASKED)),
    )
    warnings = reading.warnings if sign_up is None else (*reading.warnings, *sign_up.opening.warnings())
    return Draft(
        platform=platform,
        request_id=request_id,
        name=reading.name,
        sign_up=sign_up,
        schedule=schedule,
        asks=asks,
        problems=tuple(fields.problems),
        warnings=warnings,
    )


def _check_request_id(request_id: object) -> None:
    if type(request_id) is str and 1 <= len(request_id) <= _LONGEST_REQUEST_ID and request_id.isprintable():
        return
    params: dict[str, str | int] = {"longest": _LONGEST_REQUEST_ID, "value": shown(request_id)}
    raise invalid(Problem(OnboardingFault.REQUEST_ID_MALFORMED, params=params))


_FORM_FIELDS: Final = {
    Recipe.PORTAL: ("name", "country", "currency", "timezone", "pricing_model", "billing_contact", "owner"),
    Recipe.CUSTOMER_PANEL: (
        "name",
        "business_model",
        "customer_class",
        "billing_period",
        "billing_timezone",
        "balance_control",
        "currency",
        "credit_limit",
        "available_funds",
    ),
}


def _read_sign_up(fields: Fields, platform: Platform, reading: OrganizationReading) -> SignUp | None:
    frequency: Frequency | None = platform.frequency
    control: BalanceControl | None = platform.balance_control
    business_model = customer_class = None
    if platform.recipe is Recipe.CUSTOMER_PANEL:
        business_model = fields.read("business_model", choice_of("business_model", platform.business_models))
        customer_class = fields.read("customer_class", choice_of("customer_class", platform.customer_classes))
        frequency = fields.read("billing_period", partial(read_frequency, offered=platform.frequencies))
        control = fields.read("balance_control", BalanceControl.parse)
    opening = read_opening(fields, control, reading.currency)
    organization = reading.organization
    # Each part that is missing has left its problem, and so may parts that are there.
    if fields.problems or organization is None or frequency is None or opening is None:
        return None
    return SignUp(
        organization=organization,
        frequency=frequency,
        opening=opening,
        business_model=business_model,
        customer_class=customer_class,
    )


def _derived_from(request_id: str) -> Chooser:
    """Return a chooser whose choices follow from the request id: asked again, a draft names the same realms."""
    stream = (byte for block in count() for byte in hashlib.sha256(f"{request_id}\n{block}".encode()).digest())

    def choose(characters: Sequence[str]) -> str:
        # Bytes past the last whole multiple are dropped: every character is as likely as every other.
        fair = 256 - 256 % len(characters)
        return characters[next(byte for byte in stream if byte < fair) % len(characters)]

    return choose


def onboard(plan: Draft, facts: Facts) -> Onboarded | Rejected:
    """Make a tenant of a draft and the host's facts, or say everything that stands against it.

    Asked again under the same request id, with the outcome stored for it as `facts.earlier`, it returns that outcome;
    a form with other content is rejected then. The host stores the outcome and the tenant in one transaction, in which
    name and realm are unique, then carries out the effects.

    Raises: InvalidType for other types; InvalidValue for an earlier outcome of another request.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """
    if type(plan) is not Draft:
        raise invalid(wrong_type("plan", "a Draft", plan))
    if type(facts) is not Facts:
        raise invalid(wrong_type("facts", "Facts", facts))
    if facts.earlier is not None:
        return _repeated(plan, facts.earlier)
    problems = list(plan.problems)
    warnings = list(plan.warnings)
    if plan.name is not None:
        collisions = find_collisions(plan.name, keys=facts.names_taken)
        problems.extend(found.under("name") for found in collisions)
    realm = next((realm for realm in plan.asks.realms if realm.host not in facts.realms_taken), None)
    if realm is None:
        suffix = str(plan.platform.realms.suffix)
        params: dict[str, str | int] = {"attempts": len(plan.asks.realms), "suffix": suffix}
        problems.append(Problem(RealmFault.REALM_NONE_FREE, path=("realm",), params=params))
    if problems or realm is None or plan.sign_up is None or plan.schedule is None:
        return Rejected(problems=tuple(problems), warnings=tuple(warnings))
    warnings.extend(warning.under("realm") for warning in plan.platform.realms.find_warnings(realm))
    tenant = Tenant(
        organization=plan.sign_up.organization,
        realm=realm,
        schedule=plan.schedule,
        balance=plan.sign_up.opening.policy,
        business_model=plan.sign_up.business_model,
        customer_class=plan.sign_up.customer_class,
    )
    return Onboarded(
        request_id=plan.request_id,
        sign_up=plan.sign_up,
        tenant=tenant,
        opening=plan.sign_up.opening,
        effects=tuple(_effects(plan, tenant, plan.sign_up.opening)),
        warnings=tuple(warnings),
    )


def _repeated(plan: Draft, earlier: Onboarded) -> Onboarded | Rejected:
    if earlier.request_id != plan.request_id:
        raise invalid(Problem(OnboardingFault.FACTS_OF_ANOTHER_REQUEST))
    if plan.sign_up is None:
        return Rejected(problems=plan.problems, warnings=plan.warnings)
    names = [attribute.name for attribute in fields_of(SignUp)]
    differing = [name for name in names if getattr(plan.sign_up, name) != getattr(earlier.sign_up, name)]
    if not differing:
        return earlier
    params = {"parts": " and ".join(differing)}
    return Rejected(problems=(Problem(OnboardingFault.REQUEST_ID_REUSED, params=params),), warnings=plan.warnings)


def _effects(plan: Draft, tenant: Tenant, opening: Opening) -> Iterator[Effect]:
    """Yield what the host carries out, each after what it depends on."""

    def effect(word: str, task: Task, undoing: Undoing | None, *depends_on: str) -> Effect:
        ids = tuple(f"{plan.request_id}/{each}" for each in depends_on)
        return Effect(id=f"{plan.request_id}/{word}", task=task, depends_on=ids, compensation=undoing)

    yield effect("store-tenant", StoreTenant(tenant), RemoveTenant())
    # The suffix's wildcard records answer for every generated realm, so nothing of this tenant is to be withdrawn.
    yield effect("publish-dns", PublishDns(tenant.realm, plan.platform.realms.records_needed()), None, "store-tenant")
    if opening.funds.is_positive:
        operation = f"{plan.request_id}/initial-payment"
        yield effect(
            "record-payment",
            RecordPayment(operation, opening.funds),
            RefundPayment(operation, opening.funds),
            "store-tenant",
        )
    yield effect("schedule-closing", ScheduleClosing(tenant.schedule.next_due(None)), CancelClosing(), "store-tenant")
    owner = tenant.organization.owner
    if owner is not None:
        yield effect("invite-owner", InviteOwner(owner), DisableLogin(owner), "store-tenant", "publish-dns")
