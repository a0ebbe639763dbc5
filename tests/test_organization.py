"""The organization as a whole: ORG-9, ORG-10, ORG-13."""

import pickle
import re
from datetime import date
from typing import Any, cast

import pytest
from attrs import evolve, fields
from hypothesis import given

from tenantcore.contacts import EmailAddress, EmailPolicy, PersonName, PersonNamePolicy, PostalAddress
from tenantcore.errors import Code, InvalidType, InvalidValue, Kind, Problem
from tenantcore.organization import (
    PORTAL,
    BillingContact,
    NamePolicy,
    NameScope,
    Organization,
    OrganizationFault,
    OrganizationName,
    OrganizationPart,
    OrganizationPolicy,
    Owner,
    TimezoneMismatch,
    find_problems,
    find_update_problems,
    find_warnings,
)
from tenantcore.pricing import PricingFault, PricingModel
from tenantcore.regions import Country, CountryPolicy, RegionFault, UserAssignment
from tenantcore.testing import billing_contacts, organizations, owners
from tests.vector_files import Case, cases

ANN = Owner(name=PersonName(given="Ann", family="Lee"), email=EmailAddress(local="ann", domain="example.net"))
BILLS = BillingContact(
    email=EmailAddress(local="billing", domain="example.net"),
    address=PostalAddress(lines=("1 Raffles Place",), city="Singapore", country="SG"),
)
ACME = Organization(
    name=OrganizationName("Acme"),
    currency="SGD",
    timezone="Asia/Singapore",
    country=Country("SG"),
    pricing_model=PricingModel.APP,
    billing_contact=BILLS,
    owner=ANN,
)
BARE = Organization(name=OrganizationName("Acme"), currency="USD", timezone="America/New_York")
UNDEMANDING = OrganizationPolicy(required=frozenset())
WARNING_ONLY = OrganizationPolicy(timezone_mismatch=TimezoneMismatch.WARNED)


def found(value: Organization, policy: OrganizationPolicy = UNDEMANDING) -> list[tuple[str, str]]:
    return [(problem.place, str(problem.code)) for problem in find_problems(value, policy)]


def warned(
    value: Organization, policy: OrganizationPolicy = UNDEMANDING, on: date | None = None
) -> list[tuple[str, str]]:
    return [(warning.place, str(warning.code)) for warning in find_warnings(value, policy, on=on)]


class TestVectors:
    """The cases that any implementation could run."""

    @pytest.mark.parametrize("case", cases("organization", "ORG-13"), ids=lambda c: c.id)
    def test_zones(self, case: Case) -> None:
        parts = dict(case.given)
        country = parts.pop("country", None)
        policy = OrganizationPolicy(
            required=frozenset(), timezone_mismatch=TimezoneMismatch(parts.pop("mismatch", "refused"))
        )
        value = Organization(
            name=OrganizationName("Acme"),
            currency="USD",
            country=None if country is None else Country(country),
            **parts,
        )
        assert value.billing_timezone == case.expect["billing_timezone"]
        assert [list(problem) for problem in found(value, policy)] == case.expect["problems"]
        assert [list(w) for w in warned(value, policy) if "timezone" in w[0]] == case.expect.get("warnings", [])


class TestZones:
    """A time zone, checked against the country when there is one, and a billing time zone, any at all (ORG-13)."""

    def test_billing_days_are_those_of_the_time_zone_unless_chosen(self) -> None:
        assert BARE.billing_timezone == "America/New_York"
        chosen = evolve(BARE, billing_timezone="Asia/Tokyo")
        assert (chosen.timezone, chosen.billing_timezone) == ("America/New_York", "Asia/Tokyo")

    def test_the_time_zone_must_lie_in_the_country(self) -> None:
        assert found(evolve(ACME, timezone="Asia/Tokyo")) == [("timezone", "TIMEZONE_COUNTRY_MISMATCH")]
        assert found(evolve(ACME, billing_timezone="Asia/Tokyo")) == []

    def test_a_policy_lowers_that_to_a_warning(self) -> None:
        abroad = evolve(ACME, timezone="Asia/Tokyo")
        assert found(abroad, WARNING_ONLY) == []
        assert warned(abroad, WARNING_ONLY) == [("timezone", "TIMEZONE_FOREIGN")]
        assert warned(abroad) == []
        assert warned(ACME, WARNING_ONLY) == []

    def test_without_a_country_there_is_nothing_to_compare_with(self) -> None:
        assert found(BARE) == []
        assert warned(BARE, WARNING_ONLY) == []

    @pytest.mark.parametrize("zone", ["UTC", "EST", "Etc/GMT+8", "Factory"])
    def test_rules_for_clocks_are_no_places(self, zone: str) -> None:
        assert found(evolve(BARE, timezone=zone, billing_timezone="Asia/Tokyo")) == [
            ("timezone", "TIMEZONE_NOT_GEOGRAPHIC")
        ]
        assert found(evolve(BARE, billing_timezone=zone)) == [("billing_timezone", "TIMEZONE_NOT_GEOGRAPHIC")]
        assert warned(evolve(ACME, timezone=zone), WARNING_ONLY) == []

    def test_another_name_of_a_place_is_that_place(self) -> None:
        assert found(evolve(ACME, timezone="Singapore")) == []

    @pytest.mark.parametrize(
        "zone", ["", "Asia", "asia/singapore", "Asia/Singapore ", "../etc/passwd", "x" * 10**6, "\ud800"]
    )
    @pytest.mark.parametrize("name", ["timezone", "billing_timezone"])
    def test_a_zone_that_tzdata_lacks_can_not_be_built(self, name: str, zone: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            evolve(BARE, **{name: cast("Any", zone)})
        assert (caught.value.problem.place, str(caught.value.problem.code)) == (name, "TIMEZONE_UNKNOWN")
        assert len(str(caught.value)) < 300


class TestFrozenFields:
    """Pricing model and currency are fixed for ever; the remedy is named (ORG-9)."""

    def test_no_method_changes_them(self) -> None:
        moved = (
            ACME.renamed(OrganizationName("Apex")).with_billing_contact(BILLS).owner_handed_over(ANN)
            .relocated(Country("JP"), timezone="Asia/Tokyo").with_billing_timezone("Asia/Tokyo")
        )  # fmt: skip
        assert (moved.currency, moved.pricing_model) == (ACME.currency, ACME.pricing_model)
        assert list(find_update_problems(ACME, moved)) == []

    def test_an_edit_that_would_is_told(self) -> None:
        edited = evolve(ACME, currency="USD", pricing_model=PricingModel.LICENSE)
        model, currency = find_update_problems(ACME, edited)
        assert (model.place, str(model.code)) == ("pricing_model", "FIELD_IMMUTABLE")
        assert model.remedy == "keep app, or delete the tenant and create it again with license"
        assert (currency.place, str(currency.code)) == ("currency", "FIELD_IMMUTABLE")
        assert currency.remedy == "keep 'SGD', or delete the tenant and create it again with 'USD'"

    def test_a_first_pricing_model_is_no_change(self) -> None:
        assert list(find_update_problems(BARE, evolve(BARE, pricing_model=PricingModel.APP))) == []

    def test_both_are_organizations(self) -> None:
        pairs: list[Any] = [(ACME, None), ("ACME", ACME)]
        for pair in pairs:
            with pytest.raises(InvalidType, match="organization must be an Organization"):
                list(find_update_problems(*pair))

    @pytest.mark.parametrize("currency", ["sgd", "SG", "SGDX", "S$D", "", "ＳＧＤ", "SGD\n", "x" * 10**6])
    def test_a_currency_is_three_capitals(self, currency: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            evolve(ACME, currency=currency)
        assert (caught.value.problem.place, str(caught.value.problem.code)) == ("currency", "CURRENCY_FORMAT")
        assert len(str(caught.value)) < 300

    @pytest.mark.parametrize(
        ("currency", "code"),
        [("BGN", "CURRENCY_WITHDRAWN"), ("XAU", "CURRENCY_NOT_TENDER"), ("QQQ", "CURRENCY_UNKNOWN")],
    )
    def test_one_that_is_not_in_use_loads_and_is_not_taken_on(self, currency: str, code: str) -> None:
        stored = evolve(ACME, currency=currency)
        assert found(stored) == [("currency", code)]
        assert warned(stored) == []


class TestPeople:
    """A billing contact with e-mail and address, exactly one owner (ORG-10)."""

    def test_the_portal_asks_for_everything(self) -> None:
        assert found(ACME, OrganizationPolicy()) == []
        assert list(find_problems(BARE)) == [
            Problem(RegionFault.COUNTRY_REQUIRED, ("country",)),
            Problem(PricingFault.PRICING_MODEL_REQUIRED, ("pricing_model",)),
            Problem(OrganizationFault.BILLING_CONTACT_REQUIRED, ("billing_contact",)),
            Problem(OrganizationFault.OWNER_REQUIRED, ("owner",)),
        ]
        assert all(problem.code.kind is Kind.MISSING for problem in find_problems(BARE))

    @pytest.mark.parametrize("part", [part for part in OrganizationPart if part.value not in {"currency", "timezone"}])
    def test_other_platforms_ask_for_some(self, part: OrganizationPart) -> None:
        policy = OrganizationPolicy(required=frozenset({part}))
        assert [place for place, _ in found(BARE, policy)] == [part.value]
        assert found(ACME, policy) == []

    def test_parts_are_named_like_the_fields(self) -> None:
        names = {attribute.name for attribute in fields(Organization)}
        assert {part.value for part in OrganizationPart} == names - {"name", "billing_timezone"}

    def test_handing_over_leaves_one_owner(self) -> None:
        bob = Owner(name=PersonName(given="Bob", family=None), email=EmailAddress(local="bob", domain="example.net"))
        handed = ACME.owner_handed_over(bob)
        assert handed.owner == bob
        assert handed == evolve(ACME, owner=bob)

    def test_a_policy_judges_the_contacts_as_well(self) -> None:
        local = EmailAddress(local="ann", domain="printer.local")
        value = evolve(
            ACME,
            billing_contact=BillingContact(
                email=local, address=PostalAddress(lines=("a",), city="Pristina", country="XK")
            ),
            owner=Owner(name=PersonName(given="X 1", family=None), email=local),
        )
        assert found(value) == [
            ("billing_contact.email", "EMAIL_SPECIAL_USE_DOMAIN"),
            ("billing_contact.address.country", "COUNTRY_USER_ASSIGNED"),
            ("owner.name.given", "PERSON_NAME_FORBIDDEN_CHARACTER"),
            ("owner.email", "EMAIL_SPECIAL_USE_DOMAIN"),
        ]
        kosovo = Country("XK", assignment=UserAssignment())
        lenient = OrganizationPolicy(
            countries=CountryPolicy((kosovo,)),
            emails=EmailPolicy(special_use_allowed=True),
            persons=PersonNamePolicy(specials=None),
        )
        assert found(value, lenient) == []

    def test_an_address_without_a_country_is_in_the_tenants(self) -> None:
        address = PostalAddress(lines=("a",), city="Singapore")
        assert found(ACME.with_billing_contact(evolve(BILLS, address=address))) == []

    def test_mailboxes_that_nobody_reads_are_warned_of(self) -> None:
        unread = EmailAddress(local="noreply", domain="example.net")
        value = evolve(ACME, billing_contact=evolve(BILLS, email=unread), owner=evolve(ANN, email=unread))
        assert warned(value) == [("billing_contact.email", "EMAIL_ROLE_UNREAD"), ("owner.email", "EMAIL_ROLE_UNREAD")]


class TestNameAndCountry:
    """Warnings come from the parts, each under its field (ORG-5, ORG-7)."""

    def test_the_name_is_judged_by_the_platforms_policy(self) -> None:
        stored = ACME.renamed(OrganizationName("Acme, Inc."))
        assert found(stored) == [("name", "NAME_FORBIDDEN_CHARACTER")]
        assert found(stored, OrganizationPolicy(names=PORTAL.allowing(","))) == []

    def test_a_strange_name_is_warned_of(self) -> None:
        assert warned(ACME.renamed(OrganizationName("=1+1"))) == [("name", "NAME_FORMULA_PREFIX")]

    def test_a_foreign_currency_is_warned_of_by_the_day(self) -> None:
        assert warned(evolve(ACME, currency="USD")) == [("currency", "CURRENCY_NOT_LOCAL")]
        sofia = evolve(ACME, country=Country("BG"), timezone="Europe/Sofia", currency="EUR")
        assert warned(sofia, on=date(2026, 1, 1)) == []
        assert warned(sofia) == []
        juba = evolve(ACME, country=Country("SS"), timezone="Africa/Juba", currency="SDG")
        assert warned(juba, on=date(2010, 1, 1)) == []
        assert warned(juba) == [("currency", "CURRENCY_NOT_LOCAL")]

    def test_a_country_that_lacks_something_is_warned_of(self) -> None:
        antarctica = evolve(ACME, country=Country("AQ"), timezone="Antarctica/Troll")
        assert warned(antarctica) == [("country", "COUNTRY_NO_CURRENCY")]

    @given(organizations())
    def test_complete_organizations_are_taken_on(self, value: Organization) -> None:
        assert found(value, OrganizationPolicy()) == []
        assert all(warning.is_warning for warning in find_warnings(value))
        assert not any(problem.is_warning for problem in find_problems(evolve(value, country=None)))


class TestValue:
    """Types never go wrong (X-2); values are immutable, hashable, picklable (X-4)."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("name", "Acme"), ("name", None), ("currency", None), ("currency", b"SGD"), ("timezone", None),
            ("billing_timezone", None), ("billing_timezone", 8), ("country", "SG"), ("pricing_model", "app"),
            ("billing_contact", ANN), ("owner", BILLS), ("owner", (ANN, ANN)),
        ],
    )  # fmt: skip
    def test_other_types_are_refused(self, name: str, value: Any) -> None:
        with pytest.raises(InvalidType, match=f"{name} must be"):
            evolve(ACME, **{name: value})

    @pytest.mark.parametrize(
        ("value", "name", "other"),
        [(BILLS, "email", "a@b.co"), (BILLS, "address", ANN), (ANN, "name", "Ann"), (ANN, "email", None)],
    )
    def test_and_so_they_are_in_its_parts(self, value: Any, name: str, other: Any) -> None:
        with pytest.raises(InvalidType, match=f"{name} must be"):
            evolve(value, **{name: other})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("names", "portal"), ("scope", "parent"), ("required", {"country"}), ("required", frozenset({"country"})),
            ("timezone_mismatch", "warned"), ("countries", None), ("emails", None), ("persons", None),
        ],
    )  # fmt: skip
    def test_and_in_policies(self, name: str, value: Any) -> None:
        with pytest.raises(InvalidType, match=f"{name} must be"):
            OrganizationPolicy(**{name: value})

    def test_only_organizations_and_policies_are_judged(self) -> None:
        for judge in (find_problems, find_warnings):
            with pytest.raises(InvalidType, match="organization must be an Organization"):
                list(judge(ANN))  # type: ignore[arg-type]  # what an untyped caller may do
            with pytest.raises(InvalidType, match="policy must be an OrganizationPolicy"):
                list(judge(ACME, PORTAL))  # type: ignore[arg-type]  # the same

    def test_everything_by_keyword(self) -> None:
        with pytest.raises(TypeError):
            Organization(OrganizationName("Acme"), "SGD", "Asia/Singapore")  # type: ignore[call-arg]  # must not pass

    def test_the_default_policy_is_the_portals(self) -> None:
        assert OrganizationPolicy() == OrganizationPolicy(
            names=NamePolicy(),
            scope=NameScope.PARENT,
            required=frozenset(OrganizationPart),
            timezone_mismatch=TimezoneMismatch.REFUSED,
        )

    @given(organizations())
    def test_is_a_value(self, value: Organization) -> None:
        assert {value, pickle.loads(pickle.dumps(value))} == {value}  # noqa: S301 - our own bytes

    @given(billing_contacts(), owners())
    def test_events_change_what_they_name_and_nothing_else(self, contact: BillingContact, owner: Owner) -> None:
        name, japan = OrganizationName("Apex"), Country("JP")
        assert ACME.renamed(name) == evolve(ACME, name=name)
        assert ACME.with_billing_contact(contact) == evolve(ACME, billing_contact=contact)
        assert ACME.owner_handed_over(owner) == evolve(ACME, owner=owner)
        moved = ACME.relocated(japan, timezone="Asia/Tokyo")
        assert moved == evolve(ACME, country=japan, timezone="Asia/Tokyo")
        assert moved.billing_timezone == "Asia/Singapore"
        assert ACME.with_billing_timezone("Asia/Tokyo") == evolve(ACME, billing_timezone="Asia/Tokyo")

    @pytest.mark.parametrize("fault", OrganizationFault)
    def test_each_fault_reads_well(self, fault: Code) -> None:
        assert re.match("the ", fault.sentence)
        assert not (fault.sentence + fault.remedy).endswith(".")
