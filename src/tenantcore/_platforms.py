"""Lets a host say what its platform is: which source's form it uses, what it offers, which policies hold.

Names that callers use are imported from `tenantcore.onboarding`.

Rule: ONB-4 in docs/reference/onboarding.md.
"""

import enum
from typing import Final

from attrs import field, frozen

from tenantcore._validators import exactly, tuple_of, within
from tenantcore.balance import BalanceControl
from tenantcore.billing_periods import LONGEST_CLOSING_DELAY_HOURS, Frequency
from tenantcore.errors import Code, Kind, Problem, invalid
from tenantcore.organization import NamePolicy, NameScope, OrganizationPart, OrganizationPolicy
from tenantcore.pricing import PricingModel
from tenantcore.realm import RealmPolicy

__all__ = ["Platform", "PlatformFault", "Recipe"]

_PANEL_FREQUENCIES: Final = (
    Frequency.DAILY,
    Frequency.WEEKLY,
    Frequency.SEMIMONTHLY,
    Frequency.MONTHLY,
    Frequency.MONTHLY_ANNIVERSARY,
    Frequency.THIRTY_DAYS,
)


@enum.unique
class PlatformFault(Code):
    """What a platform can lack."""

    PLATFORM_INCOMPLETE = (
        Kind.MISSING,
        "ONB-4",
        "a platform with the form of the {recipe} needs {part}",
        "hand in {part} when building the platform",
    )


class Recipe(enum.Enum):
    """Which source's form a platform uses, and so which fields are asked and where the others come from.

    - `PORTAL` (S0): name, country, currency, timezone, pricing_model, billing_contact (email, address, city), owner
      (given_name, family_name, email); the billing period and the balance control come from the platform.
    - `CUSTOMER_PANEL` (S3): name, business_model, customer_class, billing_period, billing_timezone, balance_control,
      currency, credit_limit or available_funds; the pricing model, where there is one, comes from the platform.

    Rule: ONB-4 in docs/reference/onboarding.md.
    """

    PORTAL = "portal"
    CUSTOMER_PANEL = "customer panel"


_POLICIES: Final = {
    Recipe.PORTAL: OrganizationPolicy(),
    # The panel names a unique name and a currency; who and where the customer is stands elsewhere.
    Recipe.CUSTOMER_PANEL: OrganizationPolicy(
        names=NamePolicy(specials=None),
        required=frozenset({OrganizationPart.CURRENCY}),
        scope=NameScope.PLATFORM,
    ),
}
_FORM_FIELDS: Final = {
    Recipe.PORTAL: ("name", "country", "currency", "timezone", "pricing_model", "billing_contact", "owner"),
    Recipe.CUSTOMER_PANEL: (
        "name",
        "business_model",
        "customer_class",
        "billing_period",
        "billing_timezone",
        "balance_control",
        "currency",
        "credit_limit",
        "available_funds",
    ),
}


@frozen(kw_only=True)
class Platform:
    """A host's catalogue and policies, as one value.

    `frequency` and `balance_control` hold for every tenant of a portal; a panel's form asks, and offers `frequencies`.
    `pricing_model` holds where the form doesn't ask for it. What `organizations` requires the form asks for, even where
    the source's doesn't; its `scope` says among which names a name must be unique.

    Raises: InvalidValue without a suffix for realms, and for a panel that has nothing to offer for one of its choices.

    Rule: ONB-4 in docs/reference/onboarding.md.
    """

    recipe: Recipe = field(validator=exactly(Recipe, called="a Recipe"))
    realms: RealmPolicy = field(validator=exactly(RealmPolicy, called="a RealmPolicy"))
    organizations: OrganizationPolicy = field(validator=exactly(OrganizationPolicy, called="an OrganizationPolicy"))
    frequency: Frequency = field(
        default=Frequency.MONTHLY_ANNIVERSARY, validator=exactly(Frequency, called="a Frequency")
    )
    frequencies: tuple[Frequency, ...] = field(
        default=_PANEL_FREQUENCIES, validator=tuple_of(Frequency, called="Frequency members")
    )
    balance_control: BalanceControl = field(
        default=BalanceControl.PREPAID, validator=exactly(BalanceControl, called="a BalanceControl")
    )
    pricing_model: PricingModel | None = field(
        default=None, validator=exactly(PricingModel, type(None), called="a PricingModel or None")
    )
    business_models: tuple[str, ...] = field(default=(), validator=tuple_of(str, called="texts"))
    customer_classes: tuple[str, ...] = field(default=(), validator=tuple_of(str, called="texts"))
    closing_delay_hours: int = field(default=0, validator=within(0, LONGEST_CLOSING_DELAY_HOURS))

    @organizations.default
    def _policy_of_the_recipe(self) -> OrganizationPolicy:
        return _POLICIES[self.recipe] if type(self.recipe) is Recipe else _POLICIES[Recipe.PORTAL]

    def __attrs_post_init__(self) -> None:
        if self.realms.suffix is None:
            raise invalid(self._incomplete("a suffix for realms"))
        if self.recipe is Recipe.CUSTOMER_PANEL:
            for part in ("business_models", "customer_classes", "frequencies"):
                if not getattr(self, part):
                    raise invalid(self._incomplete(part))

    @property
    def form_fields(self) -> tuple[str, ...]:
        """The fields of the platform's form: the recipe's, then what `organizations` requires besides."""
        asked = _FORM_FIELDS[self.recipe]
        required = self.organizations.required
        return (*asked, *(part.value for part in OrganizationPart if part in required and part.value not in asked))

    def _incomplete(self, part: str) -> Problem:
        return Problem(PlatformFault.PLATFORM_INCOMPLETE, params={"recipe": self.recipe.value, "part": part})
