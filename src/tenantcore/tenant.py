"""Lets you hold a tenant whole: who it is, where it registers, when it is billed and how its balance is controlled."""

import enum

from attrs import field, frozen

from tenantcore._validators import exactly
from tenantcore.balance import BalancePolicy, Postpaid, Prepaid
from tenantcore.billing_periods import BillingSchedule
from tenantcore.errors import Code, Kind, Problem, invalid
from tenantcore.organization import Organization
from tenantcore.realm import Realm

__all__ = ["Tenant", "TenantFault"]


@enum.unique
class TenantFault(Code):
    """What parts of a tenant can contradict."""

    TENANT_CURRENCY_MISMATCH = (
        Kind.CONFLICT,
        "ORG-9",
        "the balance is kept in {balance}, the organization is billed in {organization}",
        "keep the balance in {organization}",
    )
    TENANT_TIMEZONE_MISMATCH = (
        Kind.CONFLICT,
        "ORG-13",
        "periods are cut in {schedule}, the organization's billing time zone is {organization}",
        "open the schedule in {organization}",
    )


@frozen(kw_only=True)
class Tenant:
    """One account on the host's platform.

    `business_model` and `customer_class` refer to the platform's catalogue, None where a recipe has none.

    Raises: InvalidType for a part of another type; InvalidValue when the balance's currency or the schedule's time zone
    is another than the organization's.

    Rules: ORG-9, ORG-13 in docs/reference/tenant.md.
    """

    organization: Organization = field(validator=exactly(Organization, called="an Organization"))
    realm: Realm = field(validator=exactly(Realm, called="a Realm"))
    schedule: BillingSchedule = field(validator=exactly(BillingSchedule, called="a BillingSchedule"))
    balance: BalancePolicy = field(validator=exactly(Prepaid, Postpaid, called="Prepaid or Postpaid"))
    business_model: str | None = field(default=None, validator=exactly(str, type(None), called="text or None"))
    customer_class: str | None = field(default=None, validator=exactly(str, type(None), called="text or None"))

    def __attrs_post_init__(self) -> None:
        organization = self.organization
        if self.balance.currency != organization.currency:
            params = {"balance": self.balance.currency, "organization": organization.currency}
            raise invalid(Problem(TenantFault.TENANT_CURRENCY_MISMATCH, params=params))
        if self.schedule.timezone != organization.billing_timezone:
            params = {"schedule": self.schedule.timezone, "organization": organization.billing_timezone}
            raise invalid(Problem(TenantFault.TENANT_TIMEZONE_MISMATCH, params=params))
