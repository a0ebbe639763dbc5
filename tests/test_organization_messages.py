"""What a person reads when an organization can't be built or asked about: the fault and the remedy, in full."""

from collections.abc import Callable
from datetime import date

import pytest

from tenantcore.errors import InvalidValue
from tenantcore.organization import (
    Organization,
    OrganizationName,
    OrganizationPolicy,
    find_problems,
    find_update_problems,
    find_warnings,
)
from tenantcore.regions import Country

ACME = Organization(name=OrganizationName("Acme"), currency="SGD", timezone="Asia/Singapore")


def built(**changed: object) -> Organization:
    arguments = {"name": OrganizationName("Acme"), "currency": "SGD", "timezone": "Asia/Singapore"} | changed
    return Organization(**arguments)  # type: ignore[arg-type]


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "currency, no text": (lambda: built(currency=702), "currency must be text, not int; hand in text"),
    "currency, its name": (
        lambda: built(currency="dollar"),
        (
            "currency: the currency must be a code of three ASCII letters, not 'dollar'; "
            "hand in the three-letter code by ISO 4217, for instance USD; no symbol, no name, no number"
        ),
    ),
    "time zone, no text": (lambda: built(timezone=8), "timezone must be text, not int; hand in text"),
    "time zone, unknown": (
        lambda: built(timezone="Singapore Time"),
        (
            "timezone: the time zone 'Singapore Time' is not in the tz database; "
            "hand in a name from there, written exactly so, for instance Asia/Singapore"
        ),
    ),
    "name, its text": (
        lambda: built(name="Acme"),
        "name must be an OrganizationName, not str; hand in an OrganizationName",
    ),
    "name, no text": (
        lambda: OrganizationName.parse(5),
        "name must be text, not int; hand in text",
    ),
    "policy, a list": (
        lambda: OrganizationPolicy(required=[]),  # type: ignore[arg-type]
        "required must be a frozenset of OrganizationPart, not list; hand in a frozenset of OrganizationPart",
    ),
    "policy, texts": (
        lambda: OrganizationPolicy(required=frozenset({"owner"})),  # type: ignore[arg-type]
        "required must be a frozenset of OrganizationPart, not str; hand in a frozenset of OrganizationPart",
    ),
    "problems of text": (
        lambda: list(find_problems("Acme")),  # type: ignore[arg-type]
        "organization must be an Organization, not str; hand in an Organization",
    ),
    "problems by no policy": (
        lambda: list(find_problems(ACME, "portal")),  # type: ignore[arg-type]
        "policy must be an OrganizationPolicy, not str; hand in an OrganizationPolicy",
    ),
    "update to nothing": (
        lambda: list(find_update_problems(ACME, None)),  # type: ignore[arg-type]
        "organization must be an Organization, not NoneType; hand in an Organization",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_says_what_is_wrong_and_what_to_do(case: str) -> None:
    """X-3: every fault has a stable sentence with its parameters and its remedy."""
    ask, told = CASES[case]
    with pytest.raises(InvalidValue) as error:
        ask()
    assert str(error.value) == told


@pytest.mark.parametrize(("on", "warned"), [(date(2024, 4, 4), ["CURRENCY_NOT_LOCAL"]), (date(2025, 1, 1), [])])
def test_legal_tender_is_that_of_the_day(on: date, warned: list[str]) -> None:
    """ORG-7: Zimbabwe has had its gold-backed currency since 2024."""
    harare = built(currency="ZWG", timezone="Africa/Harare", country=Country("ZW"))
    assert [str(problem.code) for problem in find_warnings(harare, on=on)] == warned
