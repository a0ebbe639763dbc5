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
from typing import Any, Final, cast

from attrs import Attribute, field, frozen
from attrs import fields as fields_of

from tenantcore._characters import comparison_key, text_of
from tenantcore._form_readings import OrganizationReading, read_frequency, read_opening, read_organization
from tenantcore._forms import Fields, choice_of
from tenantcore._platforms import Platform, PlatformFault, Recipe
from tenantcore._validators import check_instant, exactly, not_empty, tuple_of, wrong_type
from tenantcore._windows import local_day, zone_named
from tenantcore.balance import BalanceControl, Opening, Postpaid
from tenantcore.billing_periods import BillingSchedule, Frequency
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
from tenantcore.organization import Organization, OrganizationName, find_collisions
from tenantcore.realm import Chooser, Realm, RealmFault
from tenantcore.tenant import Tenant

__all__ = [
    "Asks",
    "Draft",
    "Facts",
    "Onboarded",
    "OnboardingFault",
    "Platform",
    "PlatformFault",
    "Recipe",
    "Rejected",
    "SignUp",
    "draft",
    "onboard",
]

_LONGEST_REQUEST_ID: Final = 200
# No name policy goes beyond.
_LONGEST_NAME: Final = 1024
# That so many are taken says that the label space is full, not that luck was bad.
_CANDIDATES_ASKED: Final = 8


@enum.unique
class OnboardingFault(Code):
    """What can be wrong with a request, beyond its form."""

    REQUEST_ID_MALFORMED = (
        Kind.MALFORMED,
        "ONB-1",
        "a request id must have 1 to {longest} printable characters and no others, not {value}",
        "use a UUID or another short id of your own",
    )
    REQUEST_ID_REUSED = (
        Kind.CONFLICT,
        "ONB-1",
        "this request id has already made a tenant, from a form with another {fields}",
        "send a new form under a new request id",
    )
    FACTS_OF_ANOTHER_REQUEST = (
        Kind.CONFLICT,
        "ONB-1",
        "the earlier outcome handed in belongs to another request id",
        "hand in the outcome stored under the draft's request id, or None",
    )


@frozen(kw_only=True)
class SignUp:
    """What a valid form says, whenever and however often it is sent: the content that a request id stands for."""

    organization: Organization = field(validator=exactly(Organization, called="an Organization"))
    frequency: Frequency = field(validator=exactly(Frequency, called="a Frequency"))
    opening: Opening = field(validator=exactly(Opening, called="an Opening"))
    business_model: str | None = field(validator=exactly(str, type(None), called="text or None"))
    customer_class: str | None = field(validator=exactly(str, type(None), called="text or None"))


@frozen(kw_only=True)
class Asks:
    """What the host must look up: earlier outcomes by request id, and which of these names and realms are taken.

    Names are compared by their keys, within the platform's scope (`organizations.scope`).
    """

    request_id: str = field(validator=not_empty)
    name_keys: tuple[str, ...] = field(validator=tuple_of(str, called="texts"))
    realms: tuple[Realm, ...] = field(validator=tuple_of(Realm, called="realms"))


def _keys(names: "Iterable[OrganizationName | str]") -> frozenset[str]:
    # A key is its own key, so that a host may hand in names or keys. What is too long for a name can only be a key, and
    # normalizing any text takes more than linear time.
    texts = _texts("names_taken", names, OrganizationName)
    return frozenset(text if len(text) > _LONGEST_NAME else comparison_key(text) for text in texts)


def _hosts(realms: "Iterable[Realm | str]") -> frozenset[str]:
    return frozenset(host.lower().removesuffix(".") for host in _texts("realms_taken", realms, Realm))


def _texts(name: str, values: object, kind: type) -> Iterator[str]:
    if type(values) not in {tuple, list, set, frozenset}:
        raise invalid(wrong_type(name, "a tuple, list or set of texts", values))
    for value in cast("Iterable[object]", values):
        text = str(value) if type(value) is kind else text_of(value)
        if text is None:
            raise invalid(wrong_type(name, "a tuple, list or set of texts", value))
        yield text


def _an_outcome(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if value is not None and type(value) is not Onboarded:
        raise invalid(wrong_type(attribute.name, "Onboarded or None", value))


@frozen(kw_only=True)
class Facts:
    """What the host found: which of the asked names and realms are taken, and what the request id made before.

    Names may be handed in as such or as keys. Nothing found is `Facts()`.

    Raises: InvalidType for anything but collections of texts, or an `earlier` that is no outcome.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """

    names_taken: frozenset[str] = field(default=frozenset(), converter=_keys)
    realms_taken: frozenset[str] = field(default=frozenset(), converter=_hosts)
    earlier: "Onboarded | None" = field(default=None, validator=_an_outcome)


@frozen(kw_only=True)
class Draft:
    """A form that was read: its sign_up and schedule, or its problems; and what it asks of the host.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """

    platform: Platform = field(validator=exactly(Platform, called="a Platform"))
    request_id: str = field(validator=not_empty)
    name: OrganizationName | None = field(
        validator=exactly(OrganizationName, type(None), called="an OrganizationName or None")
    )
    sign_up: SignUp | None = field(validator=exactly(SignUp, type(None), called="a SignUp or None"))
    schedule: BillingSchedule | None = field(
        validator=exactly(BillingSchedule, type(None), called="a BillingSchedule or None")
    )
    asks: Asks = field(validator=exactly(Asks, called="Asks"))
    problems: tuple[Problem, ...] = field(validator=tuple_of(Problem, called="problems"))
    warnings: tuple[Problem, ...] = field(validator=tuple_of(Problem, called="problems"))


@frozen(kw_only=True)
class Onboarded:
    """A tenant that was taken on: what the host stores, and the effects it carries out, in an order that works.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """

    request_id: str = field(validator=not_empty)
    sign_up: SignUp = field(validator=exactly(SignUp, called="a SignUp"))
    tenant: Tenant = field(validator=exactly(Tenant, called="a Tenant"))
    opening: Opening = field(validator=exactly(Opening, called="an Opening"))
    effects: tuple[Effect, ...] = field(validator=tuple_of(Effect, called="effects"))
    warnings: tuple[Problem, ...] = field(validator=tuple_of(Problem, called="problems"))


@frozen(kw_only=True)
class Rejected:
    """Every reason why nobody was taken on; nothing was made.

    Rule: ONB-1 in docs/reference/onboarding.md.
    """

    problems: tuple[Problem, ...] = field(validator=tuple_of(Problem, called="problems"))
    warnings: tuple[Problem, ...] = field(validator=tuple_of(Problem, called="problems"))


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
    plain_id = _plain_request_id(request_id)
    check_instant("now", now)
    today = local_day(now, zone_named("UTC"))
    fields = Fields(form, platform.form_fields)
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
    candidates = platform.realms.candidates(_derived_from(plain_id) if choose is None else choose)
    asks = Asks(
        request_id=plain_id,
        name_keys=() if reading.name is None else (reading.name.key,),
        realms=tuple(islice(candidates, _CANDIDATES_ASKED)),
    )
    warnings = reading.warnings if sign_up is None else (*reading.warnings, *_opening_warnings(fields, sign_up))
    return Draft(
        platform=platform,
        request_id=plain_id,
        name=reading.name,
        sign_up=sign_up,
        schedule=schedule,
        asks=asks,
        problems=tuple(fields.problems),
        warnings=warnings,
    )


def _plain_request_id(request_id: object) -> str:
    text = text_of(request_id)
    if text is None:
        raise invalid(wrong_type("request_id", "text", request_id))
    if not (1 <= len(text) <= _LONGEST_REQUEST_ID and text.isprintable()):
        params: dict[str, str | int] = {"longest": _LONGEST_REQUEST_ID, "value": shown(text)}
        raise invalid(Problem(OnboardingFault.REQUEST_ID_MALFORMED, params=params))
    return text


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


def _opening_warnings(fields: Fields, sign_up: SignUp) -> Iterator[Problem]:
    path = ("credit_limit",) if fields.knows("credit_limit") else ()
    return (warning.under(*path) for warning in sign_up.opening.warnings())


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
    said, said_earlier = _said(plan.sign_up), _said(earlier.sign_up)
    # What comes from the platform may have changed in between; the form has not.
    differing = [name for name in plan.platform.form_fields if said[name] != said_earlier[name]]
    if not differing:
        return earlier
    params = {"fields": ", ".join(differing)}
    return Rejected(problems=(Problem(OnboardingFault.REQUEST_ID_REUSED, params=params),), warnings=plan.warnings)


def _said(sign_up: SignUp) -> dict[str, object]:
    """Return what a form says, by the names of its fields."""
    organization, policy = sign_up.organization, sign_up.opening.policy
    limit = policy.credit_limit if type(policy) is Postpaid else None
    return {
        **{attribute.name: getattr(organization, attribute.name) for attribute in fields_of(Organization)},
        "business_model": sign_up.business_model,
        "customer_class": sign_up.customer_class,
        "billing_period": sign_up.frequency,
        "balance_control": type(policy),
        # Without their currency, which is a field of its own.
        "credit_limit": None if limit is None else limit.amount,
        "available_funds": sign_up.opening.funds.amount,
    }


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
