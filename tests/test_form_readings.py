"""Reading the parts of a form: the organization, the billing period, the account's opening."""

from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore._form_readings import OrganizationReading, read_frequency, read_opening, read_organization
from tenantcore._forms import Fields
from tenantcore.balance import BalanceControl, Opening, Postpaid, Prepaid
from tenantcore.billing_periods import Frequency
from tenantcore.errors import InvalidValue
from tenantcore.money import Money
from tenantcore.organization import OrganizationName, OrganizationPolicy
from tests.strangers import Hostile, HostileText, Pretender, anything

# As the source's panel prints them.
PANEL = {
    "Daily": Frequency.DAILY,
    "Weekly": Frequency.WEEKLY,
    "Semimonthly": Frequency.SEMIMONTHLY,
    "Monthly": Frequency.MONTHLY,
    "Monthly (anniversary)": Frequency.MONTHLY_ANNIVERSARY,
    "30 days": Frequency.THIRTY_DAYS,
}


def opened(form: dict[str, Any], control: BalanceControl | None, currency: str | None = "USD") -> object:
    """The opening that a form gives, or the places and codes of what is wrong."""
    fields = Fields(form, ("credit_limit", "available_funds"))
    opening = read_opening(fields, control, currency)
    return [(problem.place, str(problem.code)) for problem in fields.problems] or opening


class TestOrganization:
    """What is read of an organization is whole or none; its name and currency are told apart (ONB-1)."""

    FORM: Final = {"name": "Acme", "country": "SG", "currency": "SGD", "timezone": "Asia/Singapore"}

    def read(self, form: object) -> OrganizationReading:
        known = ("name", "country", "currency", "timezone", "owner")
        return read_organization(Fields(form, known), OrganizationPolicy(required=frozenset()))

    def test_all_of_it(self) -> None:
        reading = self.read(self.FORM)
        assert reading.organization is not None
        assert (reading.name, reading.currency) == (OrganizationName("Acme"), "SGD")

    def test_a_problem_of_another_part_does_not_hinder_it(self) -> None:
        assert self.read(self.FORM | {"fax": 1}) == self.read(self.FORM)

    @pytest.mark.parametrize("change", [{"country": "UK"}, {"timezone": "Europe/Oslo"}, {"owner": {"email": "ann"}}])
    def test_one_of_its_own_leaves_name_and_currency(self, change: dict[str, Any]) -> None:
        reading = self.read(self.FORM | change)
        assert reading.organization is None
        assert (reading.name, reading.currency) == (OrganizationName("Acme"), "SGD")

    def test_of_nothing_there_is_nothing(self) -> None:
        assert self.read(None) == OrganizationReading(organization=None, name=None, currency=None)


class TestFrequency:
    """A billing period is named by its label or its name; what is not on offer is refused, with what is (BP-2)."""

    @pytest.mark.parametrize(("label", "kind"), PANEL.items())
    def test_the_sources_labels_are_read(self, label: str, kind: Frequency) -> None:
        for written in (label, label.upper(), label.lower(), f" {label} "):
            assert read_frequency(written, Frequency) is kind

    @pytest.mark.parametrize("kind", Frequency)
    def test_every_kind_has_a_name_and_a_value(self, kind: Frequency) -> None:
        for written in (kind.name, kind.name.lower(), kind.value):
            assert read_frequency(written, Frequency) is kind

    @pytest.mark.parametrize("nothing", [None, "", "   "])
    def test_it_is_required(self, nothing: object) -> None:
        with pytest.raises(InvalidValue, match="billing_period is required"):
            read_frequency(nothing, Frequency)

    @pytest.mark.parametrize(
        "text",
        [
            "fortnightly", "Weekly\n", "\tweekly", "***weekly", "week ly", "Monthly anniversary)",
            "monthly  anniversary", "wee\u212aly", "ｗｅｅｋｌｙ", "٣٠ days", "30", "weekly" * 1000,
        ],
    )  # fmt: skip
    def test_nothing_is_guessed(self, text: str) -> None:
        with pytest.raises(InvalidValue, match="is not on offer for billing_period; choose one of: daily, weekly"):
            read_frequency(text, Frequency)

    def test_what_is_not_on_offer_is_refused(self) -> None:
        with pytest.raises(InvalidValue, match="'Yearly' is not on offer for billing_period; choose one of: 30 days"):
            read_frequency("Yearly", [Frequency.THIRTY_DAYS])

    @pytest.mark.parametrize("value", [7, True, ["weekly"], Frequency.WEEKLY, b"weekly"])
    def test_only_text_is_read(self, value: object) -> None:
        with pytest.raises(InvalidValue):
            read_frequency(value, Frequency)

    @given(anything())
    def test_any_object_is_read_or_refused(self, value: object) -> None:
        with suppress(InvalidValue):
            assert read_frequency(value, Frequency) in Frequency

    @pytest.mark.parametrize("make", [Hostile, Pretender, lambda: HostileText("x"), lambda: HostileText("")])
    def test_a_strangers_methods_are_never_called(self, make: Any) -> None:
        with pytest.raises(InvalidValue):
            read_frequency(make(), Frequency)


class TestOpening:
    """Credit limits are for postpaid accounts, available funds for prepaid ones (BAL-1)."""

    def test_prepaid_opens_with_the_initial_payment(self) -> None:
        ten = Opening(Prepaid("USD"), Money("10", "USD"))
        assert opened({"available_funds": "10.00"}, BalanceControl.PREPAID) == ten
        assert opened({"available_funds": 10}, BalanceControl.PREPAID) == ten

    def test_postpaid_opens_with_its_limit_and_without_funds(self) -> None:
        expected = Opening(Postpaid("USD", credit_limit=Money("100", "USD")), Money("0", "USD"))
        assert opened({"credit_limit": "100.00"}, BalanceControl.POSTPAID) == expected

    @pytest.mark.parametrize("nothing", [None, "", " ", "0", "0.00", 0])
    def test_a_zero_in_the_others_field_is_a_field_left_alone(self, nothing: object) -> None:
        assert opened({"credit_limit": nothing}, BalanceControl.PREPAID) == Opening(Prepaid("USD"), Money("0", "USD"))
        assert opened({"available_funds": nothing}, BalanceControl.POSTPAID) == Opening(
            Postpaid("USD"), Money("0", "USD")
        )

    def test_a_limit_of_zero_is_a_limit(self) -> None:
        assert opened({"credit_limit": "0"}, BalanceControl.POSTPAID) == Opening(
            Postpaid("USD", credit_limit=Money("0", "USD")), Money("0", "USD")
        )

    @pytest.mark.parametrize(
        ("form", "control", "expected"),
        [
            ({"credit_limit": "1"}, BalanceControl.PREPAID, [("credit_limit", "CREDIT_LIMIT_ON_PREPAID")]),
            ({"credit_limit": "-1"}, BalanceControl.PREPAID, [("credit_limit", "CREDIT_LIMIT_ON_PREPAID")]),
            ({"available_funds": "1"}, BalanceControl.POSTPAID, [("available_funds", "FUNDS_ON_POSTPAID")]),
            ({"available_funds": "-1"}, BalanceControl.PREPAID, [("available_funds", "FUNDS_NEGATIVE")]),
            ({"available_funds": "-1"}, BalanceControl.POSTPAID, [("available_funds", "FUNDS_NEGATIVE")]),
            ({"available_funds": "1.005"}, BalanceControl.PREPAID, [("available_funds", "FUNDS_TOO_FINE")]),
            ({"credit_limit": "-1"}, BalanceControl.POSTPAID, [("credit_limit", "CREDIT_LIMIT_NEGATIVE")]),
            ({"credit_limit": 0.5}, BalanceControl.POSTPAID, [("credit_limit", "AMOUNT_FLOAT")]),
            ({"available_funds": "1,50"}, BalanceControl.PREPAID, [("available_funds", "AMOUNT_MALFORMED")]),
            ({"available_funds": True}, BalanceControl.PREPAID, [("available_funds", "AMOUNT_WRONG_TYPE")]),
        ],
    )
    def test_what_does_not_fit_is_told_under_its_field(
        self, form: dict[str, Any], control: BalanceControl, expected: list[tuple[str, str]]
    ) -> None:
        assert opened(form, control) == expected

    def test_both_fields_are_told_of_at_once(self) -> None:
        assert opened({"credit_limit": "-1", "available_funds": "10"}, BalanceControl.POSTPAID) == [
            ("credit_limit", "CREDIT_LIMIT_NEGATIVE"),
            ("available_funds", "FUNDS_ON_POSTPAID"),
        ]
        assert opened({"credit_limit": "9", "available_funds": "-1.005"}, BalanceControl.PREPAID) == [
            ("credit_limit", "CREDIT_LIMIT_ON_PREPAID"),
            ("available_funds", "FUNDS_NEGATIVE"),
            ("available_funds", "FUNDS_TOO_FINE"),
        ]

    def test_what_is_wrong_under_either_control_is_told_while_it_is_not_known(self) -> None:
        assert opened({"credit_limit": "-1", "available_funds": "-1"}, None) == [
            ("credit_limit", "CREDIT_LIMIT_NEGATIVE"),
            ("available_funds", "FUNDS_NEGATIVE"),
        ]
        assert opened({"credit_limit": "1", "available_funds": "1"}, None) is None

    def test_without_a_currency_only_what_is_no_amount_is_told(self) -> None:
        assert opened({"credit_limit": "x", "available_funds": "-1"}, BalanceControl.PREPAID, None) == [
            ("credit_limit", "AMOUNT_MALFORMED")
        ]
        assert opened({"available_funds": "-1"}, BalanceControl.PREPAID, None) is None

    @given(anything(), anything(), st.sampled_from([None, *BalanceControl]))
    def test_any_object_is_an_amount_or_a_problem(
        self, limit: object, funds: object, control: BalanceControl | None
    ) -> None:
        found = opened({"credit_limit": limit, "available_funds": funds}, control)
        assert found is None or isinstance(found, list | Opening)
