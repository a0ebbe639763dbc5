"""Lets you write property-based tests against the library: a Hypothesis strategy for every value.

Strategies are named like the values, build them through their public constructors, and mix in known awkward cases:
leap days, month ends, currencies without decimals, zones that skip midnight.

Needs the `testing` extra.
"""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore import currencies, time_zones
from tenantcore._ledger_strategies import LedgerScript, ledger_scripts, ledgers, operations, top_up_rules
from tenantcore._number_strategies import call_classes, called_numbers, dial_plans, dialled_numbers
from tenantcore._rating_strategies import allotment_uses, allotments, discounts, rate_decks, rates
from tenantcore._time_strategies import (
    AWKWARD_ZONES,
    billing_periods,
    billing_schedules,
    closings,
    collection_terms,
    cycle_kinds,
    frequencies,
    intervals,
    local_days,
    month_ends,
    schedule_changes,
    timezones,
    working_days,
)
from tenantcore.balance import BalanceControl, BalancePolicy, Opening, Postpaid, Prepaid
from tenantcore.billing_periods import (
    LONGEST_CLOSING_DELAY_HOURS,
)
from tenantcore.contacts import EmailAddress, PersonName, PostalAddress, TelephoneNumber
from tenantcore.money import Money, minor_units
from tenantcore.onboarding import Platform, Recipe
from tenantcore.organization import (
    PORTAL,
    BillingContact,
    NamePolicy,
    Organization,
    OrganizationName,
    Owner,
    find_name_problems,
)
from tenantcore.pricing import Application, License, LicenseKind, PricingModel, Product
from tenantcore.realm import SAFE_ALPHABET, Realm, RealmPolicy, find_realm_problems
from tenantcore.regions import Country, country_codes
from tenantcore.tenant import Tenant

__all__ = [
    "Form",
    "LedgerScript",
    "allotment_uses",
    "allotments",
    "amounts",
    "balance_policies",
    "billing_contacts",
    "billing_periods",
    "billing_schedules",
    "call_classes",
    "called_numbers",
    "canonical_timezones",
    "closings",
    "collection_terms",
    "countries",
    "currency_codes",
    "cycle_kinds",
    "dial_plans",
    "dialled_numbers",
    "discounts",
    "email_addresses",
    "frequencies",
    "intervals",
    "ledger_scripts",
    "ledgers",
    "local_days",
    "month_ends",
    "openings",
    "operations",
    "organization_names",
    "organizations",
    "owners",
    "panel_forms",
    "person_names",
    "platforms",
    "portal_forms",
    "postal_addresses",
    "pricing_models",
    "products",
    "rate_decks",
    "rates",
    "realm_policies",
    "realms",
    "schedule_changes",
    "telephone_numbers",
    "tenants",
    "timezones",
    "top_up_rules",
    "working_days",
]

Form: TypeAlias = dict[str, Any]
"""A sign-up form as `json.loads` gives it."""

# Money: `tenantcore.money`

_AWKWARD_AMOUNTS: Final = (
    "0",
    "0.00",
    "-0.01",
    "0.005",  # half a cent
    "-2.5",  # the middle, where roundings differ
    "1.025",  # the middle for cash
    "0.1",  # no float is this
    "99.99",  # can't be halved
    "1000000000000000000000000000",  # adding the next one to it needs more digits than a default decimal context has
    "0.000000000001",
)


def amounts(
    currency: str | SearchStrategy[str] | None = None,
    *,
    min_value: int | Decimal = -(10**27),
    max_value: int | Decimal = 10**27,
    decimals: int = 12,
) -> SearchStrategy[Money]:
    """Return amounts from `min_value` to `max_value`, both included, with at most so many decimals.

    One currency may be given, or a strategy for it: amounts of different currencies can't be added. Left open, it is
    drawn from `currency_codes`.

    >>> from hypothesis import given
    >>> @given(amounts("USD", min_value=0))
    ... def check(price: Money) -> None:
    ...     assert not price.is_negative
    >>> check()

    Rule: PRC-2 in docs/reference/money.md.
    """
    codes = st.just(currency) if isinstance(currency, str) else currency_codes() if currency is None else currency

    def with_decimals(count: int) -> SearchStrategy[Decimal]:
        sizes = st.integers(math.ceil(Fraction(min_value) * 10**count), math.floor(Fraction(max_value) * 10**count))
        return sizes.map(lambda size: Decimal((size < 0, tuple(map(int, str(abs(size)))), -count)))

    drawn = st.integers(0, decimals).flatmap(with_decimals)
    awkward = [
        Decimal(text)
        for text in _AWKWARD_AMOUNTS
        if len(text.partition(".")[2]) <= decimals and min_value <= Decimal(text) <= max_value
    ]
    return st.builds(Money, st.sampled_from(awkward) | drawn if awkward else drawn, codes)


# Regions: `tenantcore.regions`, `tenantcore.currencies`, `tenantcore.time_zones`

_AWKWARD_COUNTRIES: Final = (
    "BG",  # its tender has changed
    "PA",  # has two
    "AQ",  # has none
    "RU",  # has 26 time zones
    "BV",  # has none
    "IS",  # has the clocks of another country's zone
)
_AWKWARD_CURRENCIES: Final = (
    "JPY",  # no decimal places
    "KWD",  # three
    "RSD",  # two, but none by CLDR
)


def countries() -> SearchStrategy[Country]:
    """Return countries of ISO 3166-1, often with several or no tenders or time zones.

    Rule: ORG-6 in docs/reference/regions.md.
    """
    return (st.sampled_from(_AWKWARD_COUNTRIES) | st.sampled_from(country_codes())).map(Country)


def currency_codes() -> SearchStrategy[str]:
    """Return codes of currencies that a tenant can have, often without decimals or with three.

    Rule: ORG-7 in docs/reference/currencies.md.
    """
    return st.sampled_from(_AWKWARD_CURRENCIES) | st.sampled_from(currencies.currency_codes())


def canonical_timezones(country: Country | None = None) -> SearchStrategy[str]:
    """Return names of time zones that a tenant can have; those of `country` if it is given and has any.

    Rule: ORG-8 in docs/reference/time_zones.md.
    """
    if country is not None and country.time_zones:
        return st.sampled_from(country.time_zones)
    return st.sampled_from(AWKWARD_ZONES) | st.sampled_from(time_zones.timezone_names())


# Organizations: `tenantcore.organization`

_AWKWARD_NAMES: Final = (
    "Straße GmbH",  # its key is longer than its text
    "株式会社ソニー Sony",  # three scripts that are written together
    "Toys Я Us",  # two that are not
    "شركة الأفق",  # right to left
    "می\u200cخواهم",  # a joiner that belongs
    "\\\\server\\share",  # backslashes may repeat
    "<script>alert(1)</script>",  # listed characters, every one
    "=1+1",  # a formula
    "6123 4567",  # a telephone number
    "é" * 255,  # the longest that the portal takes
)


def organization_names(policy: NamePolicy = PORTAL) -> SearchStrategy[OrganizationName]:
    """Return names that `policy` accepts, in every script and with its special characters.

    Rules: ORG-1 to ORG-5 in docs/reference/organization.md.
    """

    def accepted(text: str) -> bool:
        return next(find_name_problems(text, policy), None) is None

    letters, marks = st.characters(categories=["L", "Nd"]), st.characters(categories=["M"])
    specials = sorted(policy.specials or "|,.-&") or [" "]
    others = st.one_of(letters, marks, st.sampled_from(specials), st.just(" "))
    written = st.builds(
        str.__add__, letters, st.text(others, min_size=policy.shortest - 1, max_size=min(policy.longest, 40) - 1)
    )
    awkward = st.sampled_from(_AWKWARD_NAMES)
    return (written | awkward).filter(accepted).map(lambda text: OrganizationName.parse(text, policy))


# Realms: `tenantcore.realm`

_AWKWARD_REALMS: Final = (
    "8dijd6.sip.2600hz.com",  # starts with a digit
    "xn--bcher-kva.example.com",  # internationalized
    "xn--pypal-4ve.example.com",  # mixes scripts
    "xn--4dbrk0ce.example.com",  # written from right to left
    "a.bc",  # as short as can be
    f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 57}.com",  # as long as can be
    "evils.logicom.center",  # ends like a suffix, but not at a label boundary
)
_LETTERS_AND_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
# Leaves room for a generated label within 253 characters.
_LONGEST_SUFFIX: Final = 240
_TOP_LEVEL_DOMAINS: Final = ("center", "com", "net", "sg", "vn", "xn--p1ai")


def realms() -> SearchStrategy[Realm]:
    """Return realms that are good without a policy of the platform.

    Rule: RLM-1 in docs/reference/realm.md.
    """
    words = st.text(_LETTERS_AND_DIGITS, min_size=1, max_size=8)
    # Words never are empty, so no two hyphens meet.
    labels = st.lists(words, min_size=1, max_size=4).map("-".join)
    domains = st.tuples(st.lists(labels, min_size=1, max_size=3).map(".".join), st.sampled_from(_TOP_LEVEL_DOMAINS))
    drawn = domains.map(".".join).filter(lambda host: next(find_realm_problems(host), None) is None)
    return (drawn | st.sampled_from(_AWKWARD_REALMS)).map(Realm)


def realm_policies() -> SearchStrategy[RealmPolicy]:
    """Return policies that generate realms, with a suffix, sometimes with earlier ones.

    Rules: RLM-2, RLM-3 in docs/reference/realm.md.
    """
    suffixes = realms().filter(lambda realm: len(realm.host) < _LONGEST_SUFFIX)
    alphabets = st.permutations(_LETTERS_AND_DIGITS).flatmap(
        lambda order: st.integers(2, len(order)).map(lambda size: "".join(order[:size]))
    )
    return st.builds(
        RealmPolicy,
        suffix=suffixes,
        kept_suffixes=st.lists(suffixes, max_size=2).map(tuple),
        white_label_planned=st.booleans(),
        label_length=st.integers(1, 12),
        alphabet=st.just(SAFE_ALPHABET) | alphabets,
        attempts=st.integers(1, 20),
    )


# Contacts: `tenantcore.contacts`

_AWKWARD_EMAILS: Final = (
    "o'neil@example.net",  # no user name on many platforms
    "NoReply+bills@example.com",  # a mailbox that nobody reads
    "ann@bücher.de",  # a domain that is stored in A-labels
    "δοκιμή@example.org",  # needs SMTPUTF8
    "a@b.co",
    f"{'x' * 64}@example.com",  # the longest local part
)
_AWKWARD_PERSONS: Final = (
    ("Suharto", None),  # one name
    ("Anne-Marie", "O’Neil"),
    ("尼古拉", "特斯拉"),
    ("Ravi", "s/o Kumar"),
    ("José María", "de la Peña, Jr."),
)
_AWKWARD_NUMBERS: Final = (
    "+6561234567",
    "+390236618300",  # keeps its zero
    "+80012345678",  # of no country
    "+14158867900",
    "+491234567890123",  # as long as any
    "+2901234",  # as short as any
)


def email_addresses() -> SearchStrategy[EmailAddress]:
    """Return addresses that the ordinary policy accepts: any legal local part, domains that need no DNS to be real.

    Rule: ORG-11 in docs/reference/contacts.md.
    """
    atoms = st.text("abcXYZ019!#$%&'*+-/=?^_`{|}~éж", min_size=1, max_size=8)
    locals_ = st.lists(atoms, min_size=1, max_size=3).map(".".join)
    domains = st.sampled_from(
        ("example.com", "Example.ORG", "sub.example.net", "bücher.de", "例え.jp", "xn--bcher-kva.de")
    )
    return (st.builds("{}@{}".format, locals_, domains) | st.sampled_from(_AWKWARD_EMAILS)).map(EmailAddress.parse)


def person_names() -> SearchStrategy[PersonName]:
    """Return names of persons in every script, some of them one name only.

    Rule: ORG-10 in docs/reference/contacts.md.
    """
    letters = st.characters(categories=["L"], exclude_characters="\u115f\u1160\u3164\uffa0")
    parts = st.lists(st.text(letters, min_size=1, max_size=10), min_size=1, max_size=3).map("-".join)
    written = st.tuples(parts, st.none() | parts) | st.sampled_from(_AWKWARD_PERSONS)
    return written.map(lambda name: PersonName.parse(given=name[0], family=name[1], mononym=name[1] is None))


def telephone_numbers() -> SearchStrategy[TelephoneNumber]:
    """Return numbers that are possible in the plan of their country.

    Rule: ORG-12 in docs/reference/contacts.md.
    """
    digits = st.integers(0, 9_999_999).map("{:07d}".format)
    written = st.builds(str.__add__, st.sampled_from(("+656", "+1415", "+4930", "+8490", "+44207")), digits)
    return (written | st.sampled_from(_AWKWARD_NUMBERS)).map(TelephoneNumber.parse)


def postal_addresses() -> SearchStrategy[PostalAddress]:
    """Return addresses of one to five lines, with and without region, postal code and country.

    Rule: ORG-10 in docs/reference/contacts.md.
    """
    words = st.text("abcXYZ 019#.,-/äß東京", min_size=1, max_size=20).filter(str.strip)
    return st.builds(
        PostalAddress.parse,
        st.lists(words, min_size=1, max_size=5),
        city=words,
        region=st.none() | words,
        postal_code=st.none() | st.sampled_from(("048616", "SW1A 1AA", "10117", "K1A-0B1")),
        country=st.none() | countries().map(str),
    )


# Pricing: `tenantcore.pricing`


def pricing_models() -> SearchStrategy[PricingModel]:
    """Return the two pricing models.

    Rule: ORG-9 in docs/reference/pricing.md.
    """
    return st.sampled_from(PricingModel)


def products() -> SearchStrategy[Product]:
    """Return applications and licences, of few codes, so that some are bought twice.

    Rule: ORG-9 in docs/reference/pricing.md.
    """
    codes = st.sampled_from(("bizphone", "wallboard", "phone-system", "developer", "ms-teams"))
    return st.builds(Application, codes) | st.builds(License, codes, st.sampled_from(LicenseKind))


# Organizations as a whole: `tenantcore.organization`


def billing_contacts() -> SearchStrategy[BillingContact]:
    """Return billing contacts.

    Rule: ORG-10 in docs/reference/organization.md.
    """
    return st.builds(BillingContact, email=email_addresses(), address=postal_addresses())


def owners() -> SearchStrategy[Owner]:
    """Return owners.

    Rule: ORG-10 in docs/reference/organization.md.
    """
    return st.builds(Owner, name=person_names(), email=email_addresses())


def organizations() -> SearchStrategy[Organization]:
    """Return organizations that the portal would take on: complete, their time zone in their country.

    The currency may be foreign and the billing days may be cut elsewhere.

    Rules: ORG-9, ORG-10, ORG-13 in docs/reference/organization.md.
    """

    def in_country(country: Country) -> SearchStrategy[Organization]:
        return st.builds(
            Organization,
            name=organization_names(),
            currency=currency_codes(),
            timezone=canonical_timezones(country),
            billing_timezone=canonical_timezones(),
            country=st.just(country),
            pricing_model=pricing_models(),
            billing_contact=billing_contacts(),
            owner=owners(),
        )

    return countries().flatmap(in_country)


# Balances: `tenantcore.balance`

_AWKWARD_LIMITS: Final = ("0", "0.01", "999999999999")


def balance_policies(currency: str | None = None) -> SearchStrategy[BalancePolicy]:
    """Return prepaid and postpaid policies, some without a limit, some with a limit of nothing at all.

    Rule: BAL-1 in docs/reference/balance.md.
    """
    codes = currency_codes() if currency is None else st.just(currency)

    def in_currency(code: str) -> SearchStrategy[BalancePolicy]:
        awkward = st.sampled_from([Money(text, code) for text in _AWKWARD_LIMITS])
        limits = st.none() | awkward | amounts(code, min_value=0, max_value=10**9, decimals=minor_units(code))
        return st.just(Prepaid(code)) | limits.map(lambda limit: Postpaid(code, credit_limit=limit))

    return codes.flatmap(in_currency)


def openings(currency: str | None = None) -> SearchStrategy[Opening]:
    """Return ways for an account to open: postpaid ones without funds, prepaid ones with or without.

    Rule: BAL-1 in docs/reference/balance.md.
    """

    def under(policy: BalancePolicy) -> SearchStrategy[Opening]:
        code = policy.currency
        zero = st.just(Money.zero(code))
        paid = amounts(code, min_value=0, max_value=10**9, decimals=minor_units(code))
        return st.builds(Opening, st.just(policy), zero | paid if type(policy) is Prepaid else zero)

    return balance_policies(currency).flatmap(under)


# Tenants: `tenantcore.tenant`

_REFERENCES: Final = ("Hosted IP PBX", "Internet access", "retail", "商用")


def tenants() -> SearchStrategy[Tenant]:
    """Return whole tenants, whose balance and schedule go with their organization.

    Rules: ORG-9, ORG-13 in docs/reference/tenant.md.
    """

    def of(organization: Organization) -> SearchStrategy[Tenant]:
        references = st.none() | st.sampled_from(_REFERENCES)
        return st.builds(
            Tenant,
            organization=st.just(organization),
            realm=realms(),
            schedule=billing_schedules(zones=st.just(organization.billing_timezone)),
            balance=balance_policies(organization.currency),
            business_model=references,
            customer_class=references,
        )

    return organizations().flatmap(of)


# Platforms and forms: `tenantcore.onboarding`, `tenantcore.validation`


def platforms(recipe: Recipe | None = None) -> SearchStrategy[Platform]:
    """Return platforms of either recipe, or of the one that is named, with the recipe's own organization policy.

    Rule: ONB-4 in docs/reference/onboarding.md.
    """
    offered = st.lists(st.sampled_from(_REFERENCES), min_size=1, unique=True).map(tuple)
    return st.builds(
        Platform,
        recipe=st.sampled_from(Recipe) if recipe is None else st.just(recipe),
        realms=realm_policies(),
        frequency=frequencies(),
        frequencies=st.lists(frequencies(), min_size=1, unique=True).map(tuple),
        balance_control=st.sampled_from(BalanceControl),
        pricing_model=st.none() | pricing_models(),
        business_models=offered,
        customer_classes=offered,
        closing_delay_hours=st.sampled_from((0, 6, LONGEST_CLOSING_DELAY_HOURS)),
    )


def portal_forms() -> SearchStrategy[Form]:
    """Return forms that the portal takes on, as carelessly written as it allows.

    >>> from hypothesis import given
    >>> from tenantcore.validation import Valid, check_organization
    >>> @given(portal_forms())
    ... def check(form: Form) -> None:
    ...     assert isinstance(check_organization(form), Valid)
    >>> check()

    Rules: ORG-1 to ORG-13 in docs/reference/validation.md.
    """

    def of(organization: Organization) -> SearchStrategy[Form]:
        country, currency, model = str(organization.country), organization.currency, str(organization.pricing_model)
        contact, owner = organization.billing_contact, organization.owner
        assert contact is not None  # noqa: S101 - every one of `organizations` is complete
        assert owner is not None  # noqa: S101 - the same
        address, has_one_name = contact.address, owner.name.family is None
        billing_contact: dict[str, SearchStrategy[Any]] = {
            "email": _carelessly(str(contact.email)),
            "address": st.sampled_from((list(address.lines), "\r\n".join(address.lines))),
            "city": _carelessly(address.city),
        }
        elsewhere = {name: _if_any(getattr(address, name)) for name in ("region", "postal_code", "country")}
        person: dict[str, SearchStrategy[Any]] = {
            "given_name": _carelessly(owner.name.given),
            "family_name": _if_any(owner.name.family),
            "mononym": st.sampled_from((True,) if has_one_name else (None, False)),
            "email": _carelessly(str(owner.email)),
        }
        return st.fixed_dictionaries(
            {
                "name": _carelessly(str(organization.name)),
                "country": st.sampled_from((country, country.lower())),
                "currency": st.sampled_from((currency, currency.lower())),
                "timezone": _carelessly(organization.timezone),
                "pricing_model": st.sampled_from((model, f"{model} Type")),
                "billing_contact": st.fixed_dictionaries(billing_contact, optional=elsewhere),
                "owner": st.fixed_dictionaries(person),
            }
        )

    return organizations().flatmap(of)


def panel_forms(platform: Platform) -> SearchStrategy[Form]:
    """Return forms that the customer panel of `platform` takes on, prepaid and postpaid.

    Rule: ONB-4 in docs/reference/onboarding.md.
    """

    def opened_by(opening: Opening) -> SearchStrategy[Form]:
        policy, funds = opening.policy, str(opening.funds.amount)
        limit = policy.credit_limit if isinstance(policy, Postpaid) else None
        labels = [label for kind in platform.frequencies for label in (kind.name, kind.value, kind.value.title())]
        return st.fixed_dictionaries(
            {
                "name": organization_names(platform.organizations.names).map(str).flatmap(_carelessly),
                "business_model": st.sampled_from(platform.business_models),
                "customer_class": st.sampled_from(platform.customer_classes),
                "billing_period": st.sampled_from(labels),
                "billing_timezone": canonical_timezones(),
                "balance_control": st.sampled_from(_WORDS[type(policy)]),
                "currency": st.just(policy.currency),
                "credit_limit": _left_out() if limit is None else st.just(str(limit.amount)),
                "available_funds": st.just(funds)
                if opening.funds.is_positive
                else _left_out() | st.sampled_from(("0", 0)),
            }
        )

    return openings().flatmap(opened_by)


_WORDS: Final[dict[type, tuple[str, ...]]] = {Prepaid: ("prepaid", " Prepaid"), Postpaid: ("postpaid", "POSTPAID ")}


def _carelessly(text: str) -> SearchStrategy[str]:
    return st.sampled_from((text, f" {text}", f"{text}  "))


def _if_any(text: str | None) -> SearchStrategy[str | None]:
    return _left_out() if text is None else _carelessly(text)


def _left_out() -> SearchStrategy[str | None]:
    return st.sampled_from((None, "", " "))
