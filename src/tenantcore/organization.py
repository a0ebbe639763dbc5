"""Lets you say who a tenant is: its name, currency, time zones, country, pricing model, billing contact and owner.

Rules: ORG-1 to ORG-5, ORG-9, ORG-10, ORG-13 in docs/reference/organization.md.
"""

import enum
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, Self

from attrs import Attribute, Factory, evolve, field, frozen

from tenantcore import _zones
from tenantcore._characters import CharacterFault
from tenantcore._organization_names import (
    LITERAL,
    PORTAL,
    NameFault,
    NamePolicy,
    NameScope,
    OrganizationName,
    RenameImpact,
    RenamePlan,
    find_collisions,
    find_name_problems,
    plan_rename,
)
from tenantcore._validators import exactly, wrong_type
from tenantcore.contacts import (
    EmailAddress,
    EmailPolicy,
    PersonName,
    PersonNamePolicy,
    PostalAddress,
    find_email_problems,
    find_person_name_problems,
)
from tenantcore.currencies import CurrencyFault, parse_currency
from tenantcore.errors import Code, InvalidValue, Kind, Problem, invalid, shown
from tenantcore.pricing import PricingFault, PricingModel, find_change_problems
from tenantcore.regions import (
    Country,
    CountryPolicy,
    RegionFault,
    find_currency_warnings,
    find_timezone_problems,
    find_timezone_warnings,
)
from tenantcore.time_zones import TimezoneFault, parse_timezone

_CURRENCY: Final = re.compile("[A-Z]{3}")

__all__ = [
    "LITERAL",
    "PORTAL",
    "BillingContact",
    "CharacterFault",
    "NameFault",
    "NamePolicy",
    "NameScope",
    "Organization",
    "OrganizationFault",
    "OrganizationName",
    "OrganizationPart",
    "OrganizationPolicy",
    "Owner",
    "RenameImpact",
    "RenamePlan",
    "TimezoneMismatch",
    "find_collisions",
    "find_name_problems",
    "find_problems",
    "find_update_problems",
    "find_warnings",
    "plan_rename",
]


@enum.unique
class OrganizationFault(Code):
    """What an organization can lack; other faults are those of its parts."""

    BILLING_CONTACT_REQUIRED = (
        Kind.MISSING,
        "ORG-10",
        "the billing contact is missing",
        "give an e-mail address and a postal address; every bill and payment notice goes there",
    )
    OWNER_REQUIRED = (
        Kind.MISSING,
        "ORG-10",
        "the owner is missing",
        "give the name and the e-mail address of the one person who answers for the organization",
    )


@frozen(kw_only=True)
class BillingContact:
    """Whom every billing and payment notice reaches (bills, low credit, subscriptions), and where they are addressed.

    Rule: ORG-10 in docs/reference/organization.md.
    """

    email: EmailAddress = field(validator=exactly(EmailAddress, called="an EmailAddress"))
    address: PostalAddress = field(validator=exactly(PostalAddress, called="a PostalAddress"))


@frozen(kw_only=True)
class Owner:
    """The one person who answers for the organization.

    Rule: ORG-10 in docs/reference/organization.md.
    """

    name: PersonName = field(validator=exactly(PersonName, called="a PersonName"))
    email: EmailAddress = field(validator=exactly(EmailAddress, called="an EmailAddress"))


def _check_currency(_: object, attribute: "Attribute[Any]", value: Any) -> None:
    if type(value) is not str:
        raise invalid(wrong_type(attribute.name, "text", value))
    if not _CURRENCY.fullmatch(value):
        raise invalid(Problem(CurrencyFault.CURRENCY_FORMAT, (attribute.name,), {"currency": shown(value)}))


def _check_timezone(_: object, attribute: "Attribute[Any]", value: Any) -> None:
    if type(value) is not str:
        raise invalid(wrong_type(attribute.name, "text", value))
    if value not in _zones.names():
        params = {"timezone": shown(value), "example": "Asia/Singapore"}
        raise invalid(Problem(TimezoneFault.TIMEZONE_UNKNOWN, (attribute.name,), params))


@frozen(kw_only=True)
class Organization:
    """Who a tenant is, for as long as it exists: an individual or a company.

    `timezone` is where it works, `billing_timezone` where its billing days begin and end; that is the former unless
    another is chosen. What a platform doesn't ask for is None.

    The constructor refuses what could never be computed with: wrong types, a currency that is not three capitals, a
    zone that tzdata doesn't know. Everything else is a matter of policy and of the day (a currency is withdrawn, a
    policy grows stricter), and what was stored must still load; `find_problems` tells it of a new organization.

    There is no way to another currency or pricing model. Changed copies are made by methods named for what happened.

    >>> acme = Organization(name=OrganizationName("Acme"), currency="SGD", timezone="Asia/Singapore")
    >>> acme.billing_timezone, str(acme.renamed(OrganizationName("Apex")).name)
    ('Asia/Singapore', 'Apex')

    Rules: ORG-9, ORG-10, ORG-13 in docs/reference/organization.md.
    """

    name: OrganizationName = field(validator=exactly(OrganizationName, called="an OrganizationName"))
    currency: str = field(validator=_check_currency)
    timezone: str = field(validator=_check_timezone)
    billing_timezone: str = field(
        default=Factory(lambda self: self.timezone, takes_self=True), validator=_check_timezone
    )
    country: Country | None = field(default=None, validator=exactly(Country, type(None), called="a Country or None"))
    pricing_model: PricingModel | None = field(
        default=None, validator=exactly(PricingModel, type(None), called="a PricingModel or None")
    )
    billing_contact: BillingContact | None = field(
        default=None, validator=exactly(BillingContact, type(None), called="a BillingContact or None")
    )
    owner: Owner | None = field(default=None, validator=exactly(Owner, type(None), called="an Owner or None"))

    def renamed(self, name: OrganizationName) -> Self:
        """Return the organization under another name; `plan_rename` tells what follows from it."""
        return evolve(self, name=name)

    def with_billing_contact(self, billing_contact: BillingContact) -> Self:
        """Return the organization with another address for its bills."""
        return evolve(self, billing_contact=billing_contact)

    def owner_handed_over(self, owner: Owner) -> Self:
        """Return the organization with another owner in the place of the present one; there is exactly one."""
        return evolve(self, owner=owner)

    def relocated(self, country: Country, *, timezone: str) -> Self:
        """Return the organization at work in another country; its billing days keep their zone.

        The tax on what it buys follows the country.
        """
        return evolve(self, country=country, timezone=timezone)

    def with_billing_timezone(self, timezone: str) -> Self:
        """Return the organization with its billing days in another zone.

        Its billing schedule has to change too, at the end of a period.
        """
        return evolve(self, billing_timezone=timezone)


class OrganizationPart(enum.Enum):
    """What a platform may ask for when it takes an organization on; the value is the field's name."""

    COUNTRY = "country"
    CURRENCY = "currency"
    """In the form: where it isn't required, it may come from the country or the platform."""
    TIMEZONE = "timezone"
    """In the form: where it isn't required, it may come from the country or the platform."""
    PRICING_MODEL = "pricing_model"
    BILLING_CONTACT = "billing_contact"
    OWNER = "owner"


class TimezoneMismatch(enum.Enum):
    """What a platform does when the time zone isn't one of the country's."""

    REFUSED = "refused"
    WARNED = "warned"


def _check_required(_: object, attribute: "Attribute[Any]", value: Any) -> None:
    if type(value) is not frozenset:
        raise invalid(wrong_type(attribute.name, "a frozenset of OrganizationPart", value))
    for part in value:
        if type(part) is not OrganizationPart:
            raise invalid(wrong_type(attribute.name, "a frozenset of OrganizationPart", part))


@frozen(kw_only=True)
class OrganizationPolicy:
    """What a platform wants of the organizations it takes on; the defaults are the portal's.

    `scope` is among which names a name must be unique; the host looks there.

    Rules: ORG-2, ORG-5, ORG-8, ORG-10 in docs/reference/organization.md.
    """

    names: NamePolicy = field(default=PORTAL, validator=exactly(NamePolicy, called="a NamePolicy"))
    scope: NameScope = field(default=NameScope.PARENT, validator=exactly(NameScope, called="a NameScope"))
    required: frozenset[OrganizationPart] = field(default=frozenset(OrganizationPart), validator=_check_required)
    timezone_mismatch: TimezoneMismatch = field(
        default=TimezoneMismatch.REFUSED, validator=exactly(TimezoneMismatch, called="a TimezoneMismatch")
    )
    countries: CountryPolicy = field(
        default=CountryPolicy(), validator=exactly(CountryPolicy, called="a CountryPolicy")
    )
    emails: EmailPolicy = field(default=EmailPolicy(), validator=exactly(EmailPolicy, called="an EmailPolicy"))
    persons: PersonNamePolicy = field(
        default=PersonNamePolicy(), validator=exactly(PersonNamePolicy, called="a PersonNamePolicy")
    )


_PORTAL_POLICY: Final = OrganizationPolicy()


def find_problems(organization: Organization, policy: OrganizationPolicy = _PORTAL_POLICY) -> Iterator[Problem]:
    """Yield why `policy` would not take this organization on today, each problem under its field.

    Today is what the data of the installed packages say: which currencies are in use, which zones lie where.

    >>> name, sweden = OrganizationName("Acme"), Country("SE")
    >>> acme = Organization(name=name, currency="SEK", timezone="Europe/Oslo", country=sweden)
    >>> undemanding = OrganizationPolicy(required=frozenset())
    >>> [(problem.place, str(problem.code)) for problem in find_problems(acme, undemanding)]
    [('timezone', 'TIMEZONE_COUNTRY_MISMATCH')]

    Rules: ORG-2, ORG-7 to ORG-10, ORG-13 in docs/reference/organization.md.
    """
    _check(organization, policy)
    yield from _under(("name",), find_name_problems(organization.name.text, policy.names))
    yield from _find_missing(organization, policy)
    yield from _under(("currency",), _find_currency_problems(organization.currency))
    country = organization.country if policy.timezone_mismatch is TimezoneMismatch.REFUSED else None
    yield from _under(("timezone",), _find_timezone_problems(organization.timezone, country))
    yield from _under(("billing_timezone",), _find_timezone_problems(organization.billing_timezone, None))
    yield from _find_contact_problems(organization, policy)


def _check(organization: Organization, policy: OrganizationPolicy) -> None:
    if type(organization) is not Organization:
        raise invalid(wrong_type("organization", "an Organization", organization))
    if type(policy) is not OrganizationPolicy:
        raise invalid(wrong_type("policy", "an OrganizationPolicy", policy))


def _under(path: tuple[str, ...], problems: Iterator[Problem]) -> Iterator[Problem]:
    return (problem.under(*path) for problem in problems)


_MISSING: Final[dict[OrganizationPart, Code]] = {
    OrganizationPart.COUNTRY: RegionFault.COUNTRY_REQUIRED,
    OrganizationPart.PRICING_MODEL: PricingFault.PRICING_MODEL_REQUIRED,
    OrganizationPart.BILLING_CONTACT: OrganizationFault.BILLING_CONTACT_REQUIRED,
    OrganizationPart.OWNER: OrganizationFault.OWNER_REQUIRED,
}


def _find_missing(organization: Organization, policy: OrganizationPolicy) -> Iterator[Problem]:
    for part, fault in _MISSING.items():
        if part in policy.required and getattr(organization, part.value) is None:
            yield Problem(fault, (part.value,))


def _find_currency_problems(currency: str) -> Iterator[Problem]:
    try:
        parse_currency(currency)
    except InvalidValue as error:
        yield error.problem


def _find_timezone_problems(timezone: str, country: Country | None) -> Iterator[Problem]:
    try:
        canonical = parse_timezone(timezone)
    except InvalidValue as error:
        yield error.problem
        return
    if country is not None:
        yield from find_timezone_problems(canonical, country)


def _find_country_problems(country: str | None, policy: OrganizationPolicy) -> Iterator[Problem]:
    if country is None:
        return
    try:
        Country.parse(country, policy.countries)
    except InvalidValue as error:
        yield error.problem


def _find_contact_problems(organization: Organization, policy: OrganizationPolicy) -> Iterator[Problem]:
    contact, owner = organization.billing_contact, organization.owner
    if contact is not None:
        path = "billing_contact"
        yield from _under((path, "email"), find_email_problems(str(contact.email), policy.emails))
        yield from _under((path, "address", "country"), _find_country_problems(contact.address.country, policy))
    if owner is not None:
        given, family = owner.name.given, owner.name.family
        problems = find_person_name_problems(given=given, family=family, mononym=family is None, policy=policy.persons)
        yield from _under(("owner", "name"), problems)
        yield from _under(("owner", "email"), find_email_problems(str(owner.email), policy.emails))


def find_warnings(
    organization: Organization, policy: OrganizationPolicy = _PORTAL_POLICY, *, on: date | None = None
) -> Iterator[Problem]:
    """Yield what may be meant so and may be a slip: a foreign currency, a mailbox that nobody reads, a strange name.

    Legal tender is that of the day `on`, or the latest that the data knows. A time zone outside the country is among
    the warnings where the policy doesn't refuse it. What `find_problems` refuses is not warned of.

    >>> name, singapore = OrganizationName("Acme"), Country("SG")
    >>> acme = Organization(name=name, currency="USD", timezone="Asia/Singapore", country=singapore)
    >>> [(warning.place, str(warning.code)) for warning in find_warnings(acme)]
    [('currency', 'CURRENCY_NOT_LOCAL')]

    Rules: ORG-5, ORG-7, ORG-8, ORG-11 in docs/reference/organization.md.
    """
    _check(organization, policy)
    yield from _under(("name",), iter(organization.name.warnings()))
    country, contact, owner = organization.country, organization.billing_contact, organization.owner
    if country is not None:
        yield from _under(("country",), iter(country.warnings()))
        if not any(_find_currency_problems(organization.currency)):
            yield from _under(("currency",), find_currency_warnings(organization.currency, country, on))
        lowered = policy.timezone_mismatch is TimezoneMismatch.WARNED
        if lowered and not any(_find_timezone_problems(organization.timezone, None)):
            yield from _under(("timezone",), find_timezone_warnings(organization.timezone, country))
    if contact is not None:
        yield from _under(("billing_contact", "email"), iter(contact.email.warnings()))
    if owner is not None:
        yield from _under(("owner", "email"), iter(owner.email.warnings()))


def find_update_problems(old: Organization, new: Organization) -> Iterator[Problem]:
    """Yield what an edit would change that is fixed for ever: the pricing model and the currency.

    For a host whose edit form holds all fields. The remedy is named: delete the tenant, create it again.

    Rule: ORG-9 in docs/reference/organization.md.
    """
    for organization in (old, new):
        _check(organization, _PORTAL_POLICY)
    yield from find_change_problems(old.pricing_model, new.pricing_model)
    yield from find_change_problems(old.currency, new.currency, name="currency")
