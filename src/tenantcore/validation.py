"""Lets you check an untyped form: a value out of it, or every problem at once, with warnings apart.

Any object may be handed in; a form is a dict as `json.loads` gives it. Each problem stands under the path of its field.
"""

from datetime import date
from typing import Final, Generic, TypeAlias, TypeVar

from attrs import field, frozen

from tenantcore._form_readings import read_organization
from tenantcore._forms import Fields, FormFault
from tenantcore._validators import check_day, tuple_of, wrong_type
from tenantcore.errors import Problem, invalid
from tenantcore.organization import Organization, OrganizationPolicy

__all__ = ["FormFault", "Invalid", "OrganizationCheck", "Valid", "check_organization"]

_T_co = TypeVar("_T_co", covariant=True)

_ORGANIZATION_FIELDS: Final = (
    "name",
    "country",
    "currency",
    "timezone",
    "billing_timezone",
    "pricing_model",
    "billing_contact",
    "owner",
)
_PORTAL: Final = OrganizationPolicy()


@frozen
class Valid(Generic[_T_co]):
    """A form that is right: the value it stands for, and what may be a slip all the same.

    Rule: ONB-1 in docs/reference/validation.md.
    """

    value: _T_co
    warnings: tuple[Problem, ...] = field(validator=tuple_of(Problem, called="problems"))


@frozen
class Invalid:
    """A form that is wrong: every problem, at least one.

    Rule: ONB-1 in docs/reference/validation.md.
    """

    problems: tuple[Problem, ...] = field(validator=tuple_of(Problem, called="problems"))
    warnings: tuple[Problem, ...] = field(validator=tuple_of(Problem, called="problems"))


OrganizationCheck: TypeAlias = Valid[Organization] | Invalid
"""What checking an organization's form gives."""


def check_organization(
    form: object, policy: OrganizationPolicy = _PORTAL, *, on: date | None = None
) -> OrganizationCheck:
    """Check the form of an organization under a platform's policy, the portal's unless another is handed in.

    Fields: name, country, currency, timezone, billing_timezone, pricing_model, billing_contact (email, address, city,
    region, postal_code, country) and owner (given_name, family_name, mononym, email). Legal tender is that of the local
    day `on`, or the latest that the data knows. An unknown field is a problem; one that is None or blank is missing.

    >>> report = check_organization({"name": "Acme, Inc.", "country": "UK"})
    >>> [(problem.place, str(problem.code)) for problem in report.problems[:2]]
    [('name', 'NAME_FORBIDDEN_CHARACTER'), ('country', 'COUNTRY_UNKNOWN')]

    Raises: InvalidType when the policy or the day is of another type; a form never raises.

    Rules: ORG-1 to ORG-13, ONB-1 in docs/reference/validation.md.
    """
    if type(policy) is not OrganizationPolicy:
        raise invalid(wrong_type("policy", "an OrganizationPolicy", policy))
    if on is not None:
        check_day("on", on)
    fields = Fields(form, _ORGANIZATION_FIELDS)
    reading = read_organization(fields, policy, on=on)
    # What can't be read has left its problem.
    if fields.problems or reading.organization is None:
        return Invalid(tuple(fields.problems), reading.warnings)
    return Valid(reading.organization, reading.warnings)
