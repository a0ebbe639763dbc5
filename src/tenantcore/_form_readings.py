"""Lets the parts of a sign-up form be read as values: the organization, the billing period, the account's opening.

What is wrong is left in the form's list of problems, under the path of its field; a part that can't be read is None.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Final, TypeVar

from attrs import frozen

from tenantcore._characters import text_of
from tenantcore._forms import Fields, FormFault
from tenantcore._validators import wrong_type
from tenantcore.balance import BalanceControl, BalanceFault, BalancePolicy, Opening, Postpaid, Prepaid, opening_problems
from tenantcore.billing_periods import Frequency
from tenantcore.contacts import (
    EmailAddress,
    PersonName,
    PostalAddress,
    find_address_problems,
    find_email_problems,
    find_person_name_problems,
)
from tenantcore.currencies import parse_currency
from tenantcore.errors import Problem, invalid, shown_code
from tenantcore.money import Money
from tenantcore.organization import (
    BillingContact,
    Organization,
    OrganizationName,
    OrganizationPart,
    OrganizationPolicy,
    Owner,
    TimezoneMismatch,
    find_name_problems,
    find_warnings,
)
from tenantcore.pricing import PricingModel
from tenantcore.regions import Country, default_currency, default_timezone, find_timezone_problems
from tenantcore.time_zones import parse_timezone

__all__ = ["OrganizationReading", "read_frequency", "read_opening", "read_organization"]

_T = TypeVar("_T")

_LONGEST_LABEL: Final = 64


@frozen(kw_only=True)
class OrganizationReading:
    """What a form tells of an organization: whole, or as far as it could be read."""

    organization: Organization | None
    name: OrganizationName | None
    currency: str | None
    warnings: tuple[Problem, ...] = ()


# The source's panel writes "Monthly (anniversary)".
_FREQUENCIES: Final = {
    label.lower(): kind
    for kind in Frequency
    for label in (kind.name, kind.value, kind.value.replace(" anniversary", " (anniversary)"))
}


def read_frequency(value: object, offered: Iterable[Frequency]) -> Frequency:
    """Return the billing period that a form names, by its name or value here or by its label in the source.

    Upper and lower case don't matter, nor do spaces at the ends.

    Raises: InvalidValue when it is missing or not on offer.

    Rule: BP-2 in docs/reference/billing_periods.md.
    """
    label = "" if value is None else text_of(value)
    if label is not None and not label.strip(" "):
        raise invalid(Problem(FormFault.FORM_FIELD_REQUIRED, params={"field": "billing_period"}))
    choices = tuple(offered)
    # Only ASCII is put into small letters: the sign for kelvin would become a k.
    if label is not None and len(label) <= _LONGEST_LABEL and label.isascii():
        found = _FREQUENCIES.get(label.strip(" ").lower())
        if found in choices:
            return found
    params = {
        "field": "billing_period",
        "value": shown_code(value),
        "choices": ", ".join(kind.value for kind in choices),
    }
    raise invalid(Problem(FormFault.FORM_CHOICE_UNKNOWN, params=params))


def read_opening(fields: Fields, control: BalanceControl | None, currency: str | None) -> Opening | None:
    """Return how the account opens: `credit_limit` of a postpaid one, `available_funds` of a prepaid one.

    A zero in the field of the other kind is taken for a field left alone. While the control isn't known, what is wrong
    with an amount under either is told all the same; while the currency isn't, only that it is no amount.

    Rule: BAL-1 in docs/reference/balance.md.
    """
    # Without a currency an amount can still be malformed, and the person wants to know now. XXX is ISO 4217's
    # code for no currency.
    unit = currency or "XXX"
    limit = fields.optional("credit_limit", lambda value: Money(value, unit))
    funds = fields.optional("available_funds", lambda value: Money(value, unit))
    if currency is None:
        return None
    policy: BalancePolicy | None = Prepaid(currency)
    if control is not BalanceControl.PREPAID:
        policy = fields.made("credit_limit", lambda: Postpaid(currency, credit_limit=limit))
    elif limit is not None and not limit.is_zero:
        fields.report(Problem(BalanceFault.CREDIT_LIMIT_ON_PREPAID), "credit_limit")
    opening = Money.zero(currency) if funds is None else funds
    judged = Postpaid(currency) if control is BalanceControl.POSTPAID else Prepaid(currency)
    wrong = fields.note(opening_problems(judged, opening), {"": "available_funds"})
    return None if wrong or policy is None or control is None else Opening(policy, opening)


def read_organization(
    fields: Fields, policy: OrganizationPolicy, *, on: date | None = None, pricing_model: PricingModel | None = None
) -> OrganizationReading:
    """Return the organization of a form, or what of it could be read; what `policy` requires must be there.

    A currency or time zone that isn't required and missing comes from the country, if the country has exactly one on
    the day `on`; a missing time zone is the billing time zone if that lies in the country, or if there is no country.
    A missing pricing model is the one handed in. What could be read is warned of, whatever else is wrong.

    Rules: ORG-1 to ORG-13 in docs/reference/validation.md.
    """
    known = len(fields.problems)
    name = fields.take(
        "name",
        lambda value: find_name_problems(value, policy.names),
        lambda value: OrganizationName.parse(value, policy.names),
    )
    country = _asked(fields, OrganizationPart.COUNTRY, policy, partial(Country.parse, policy=policy.countries))
    currency = _read_currency(fields, policy, country, on)
    billing_timezone = fields.optional("billing_timezone", parse_timezone)
    timezone = _read_timezone(fields, policy, country, billing_timezone)
    model = _asked(fields, OrganizationPart.PRICING_MODEL, policy, PricingModel.parse) or pricing_model
    contact = owner = None
    if OrganizationPart.BILLING_CONTACT in policy.required or fields.has("billing_contact"):
        contact = _read_billing_contact(fields, policy)
    if OrganizationPart.OWNER in policy.required or fields.has("owner"):
        owner = _read_owner(fields, policy)
    if name is None or currency is None or timezone is None:
        named = () if name is None else tuple(warning.under("name") for warning in name.warnings())
        return OrganizationReading(organization=None, name=name, currency=currency, warnings=named)
    organization = Organization(
        name=name,
        currency=currency,
        timezone=timezone,
        billing_timezone=billing_timezone or timezone,
        country=country,
        pricing_model=model,
        billing_contact=contact,
        owner=owner,
    )
    warnings = tuple(find_warnings(organization, policy, on=on))
    whole = None if len(fields.problems) > known else organization
    return OrganizationReading(organization=whole, name=name, currency=currency, warnings=warnings)


def _asked(
    fields: Fields, part: OrganizationPart, policy: OrganizationPolicy, parse: Callable[[object], _T]
) -> _T | None:
    if part in policy.required or fields.has(part.value):
        return fields.read(part.value, parse)
    return None


def _read_currency(fields: Fields, policy: OrganizationPolicy, country: Country | None, on: date | None) -> str | None:
    if OrganizationPart.CURRENCY in policy.required or fields.has("currency"):
        return fields.read("currency", parse_currency)
    if country is not None:
        return fields.made("currency", lambda: default_currency(country, on))
    # A country that can't be read would have told.
    return None if fields.has("country") else fields.read("currency", parse_currency)


def _read_timezone(
    fields: Fields, policy: OrganizationPolicy, country: Country | None, billing_timezone: str | None
) -> str | None:
    if OrganizationPart.TIMEZONE in policy.required or fields.has("timezone"):
        timezone = fields.read("timezone", parse_timezone)
        if timezone is not None and country is not None and policy.timezone_mismatch is TimezoneMismatch.REFUSED:
            fields.note(find_timezone_problems(timezone, country), {"": "timezone"})
        return timezone
    if billing_timezone is None and fields.has("billing_timezone"):
        # It would have been the answer, and has told why it can't be.
        return None
    if country is None:
        if billing_timezone is not None or fields.has("country"):
            return billing_timezone
        return fields.read(_asked_zone(fields), parse_timezone)
    if billing_timezone is not None and not any(find_timezone_problems(billing_timezone, country)):
        return billing_timezone
    return fields.made(_asked_zone(fields), lambda: default_timezone(country))


def _asked_zone(fields: Fields) -> str:
    """Return the field of the form that a missing time zone is to be filled in."""
    return "timezone" if fields.knows("timezone") else "billing_timezone"


def _read_billing_contact(fields: Fields, policy: OrganizationPolicy) -> BillingContact | None:
    section = fields.section("billing_contact", ("email", "address", "city", "region", "postal_code", "country"))
    if not section.is_readable:
        return None
    email = _read_email(section, policy)
    # An address takes any two letters for a country; which there are is known here.
    country = section.optional("country", partial(Country.parse, policy=policy.countries))
    parts = {part: section.raw(part) for part in ("city", "region", "postal_code")}
    lines = section.raw("address")
    if section.note(find_address_problems(lines, **parts), {"lines": "address"}) or email is None:
        return None
    address = PostalAddress.parse(lines, **parts, country=None if country is None else country.code)
    return BillingContact(email=email, address=address)


def _read_owner(fields: Fields, policy: OrganizationPolicy) -> Owner | None:
    section = fields.section("owner", ("given_name", "family_name", "mononym", "email"))
    if not section.is_readable:
        return None
    email = _read_email(section, policy)
    parts = {"given": section.raw("given_name"), "family": section.raw("family_name")}
    mononym = section.optional("mononym", _read_flag) or False
    found = find_person_name_problems(**parts, mononym=mononym, policy=policy.persons)
    if section.note(found, {"given": "given_name", "family": "family_name"}) or email is None:
        return None
    return Owner(name=PersonName.parse(**parts, mononym=mononym, policy=policy.persons), email=email)


def _read_email(section: Fields, policy: OrganizationPolicy) -> EmailAddress | None:
    return section.take(
        "email",
        lambda value: find_email_problems(value, policy.emails),
        lambda value: EmailAddress.parse(value, policy.emails),
    )


def _read_flag(value: object) -> bool:
    if type(value) is not bool:
        raise invalid(wrong_type("mononym", "true or false", value))
    return value
