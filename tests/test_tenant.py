"""The tenant as a whole."""

import pickle
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError
from hypothesis import given

from tenantcore.balance import Opening, Postpaid, Prepaid
from tenantcore.billing_periods import BillingSchedule, Frequency
from tenantcore.errors import InvalidType, InvalidValue
from tenantcore.money import Money
from tenantcore.organization import Organization, OrganizationName
from tenantcore.realm import Realm
from tenantcore.tenant import Tenant, TenantFault
from tenantcore.testing import tenants

ACME = Tenant(
    organization=Organization(name=OrganizationName("Acme"), currency="SGD", timezone="Asia/Singapore"),
    realm=Realm("acme.s.logicom.center"),
    schedule=BillingSchedule.open(Frequency.MONTHLY, on=date(2026, 3, 19), timezone="Asia/Singapore"),
    balance=Prepaid("SGD"),
)


class TestCurrency:
    """The balance is kept in the organization's currency, which is fixed for ever (ORG-9)."""

    @pytest.mark.parametrize(
        "policy", [Prepaid("USD"), Postpaid("USD"), Postpaid("USD", credit_limit=Money("1", "USD"))]
    )
    def test_another_currency_is_refused(self, policy: Prepaid | Postpaid) -> None:
        with pytest.raises(InvalidValue) as error:
            evolve(ACME, balance=policy)
        assert error.value.problem.code is TenantFault.TENANT_CURRENCY_MISMATCH
        assert error.value.problem.sentence == "the balance is kept in USD, the organization is billed in SGD"
        assert error.value.problem.remedy == "keep the balance in SGD"

    def test_either_balance_control_will_do(self) -> None:
        for policy in (Prepaid("SGD"), Postpaid("SGD")):
            assert evolve(ACME, balance=policy).balance == policy


class TestTimezone:
    """Periods are cut in the organization's billing time zone, wherever it works (ORG-13)."""

    def test_another_zone_is_refused(self) -> None:
        elsewhere = BillingSchedule.open(Frequency.MONTHLY, on=date(2026, 3, 19), timezone="America/Havana")
        with pytest.raises(InvalidValue) as error:
            evolve(ACME, schedule=elsewhere)
        assert error.value.problem.code is TenantFault.TENANT_TIMEZONE_MISMATCH
        assert str(error.value) == (
            "periods are cut in America/Havana, the organization's billing time zone is Asia/Singapore; "
            "open the schedule in Asia/Singapore"
        )

    def test_the_billing_zone_counts_and_not_the_organizations(self) -> None:
        elsewhere = BillingSchedule.open(Frequency.MONTHLY, on=date(2026, 3, 19), timezone="America/Havana")
        billed_there = ACME.organization.with_billing_timezone("America/Havana")
        assert evolve(ACME, organization=billed_there, schedule=elsewhere).schedule == elsewhere
        with pytest.raises(InvalidValue):
            evolve(ACME, organization=billed_there)


class TestValue:
    """Types never go wrong (X-2); tenants are immutable, hashable, picklable (X-4)."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("organization", "Acme"), ("organization", None), ("realm", "acme.example.com"), ("realm", None),
            ("schedule", Frequency.MONTHLY), ("schedule", None), ("balance", "prepaid"), ("balance", None),
            ("balance", Opening(Prepaid("SGD"), Money("1", "SGD"))), ("business_model", 1), ("business_model", b"x"),
            ("customer_class", ["retail"]),
        ],
    )  # fmt: skip
    def test_other_types_are_refused(self, name: str, value: Any) -> None:
        with pytest.raises(InvalidType, match=f"{name} must be"):
            evolve(ACME, **{name: value})

    def test_references_are_texts_or_nothing(self) -> None:
        assert (ACME.business_model, ACME.customer_class) == (None, None)
        sold = evolve(ACME, business_model="Hosted IP PBX", customer_class="Retail")
        assert (sold.business_model, sold.customer_class) == ("Hosted IP PBX", "Retail")

    @given(tenants())
    def test_is_a_value(self, tenant: Tenant) -> None:
        assert {tenant, pickle.loads(pickle.dumps(tenant))} == {tenant}  # noqa: S301 - our own bytes
        assert tenant.balance.currency == tenant.organization.currency
        assert tenant.schedule.timezone == tenant.organization.billing_timezone

    def test_it_never_changes(self) -> None:
        with pytest.raises(FrozenInstanceError):
            ACME.realm = Realm("other.example.com")  # type: ignore[misc]  # what must not pass

    @pytest.mark.parametrize("fault", TenantFault)
    def test_each_fault_reads_well(self, fault: TenantFault) -> None:
        assert fault.rule in {"ORG-9", "ORG-13"}
        assert fault.sentence[0].islower()
        assert not (fault.sentence + fault.remedy).endswith(".")
