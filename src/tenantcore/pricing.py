"""Lets you read a tenant's pricing model, and tells which products fit it and what can never be changed.

There are two: applications that are bought each on its own, and licences, which bundle functions at one price. The
choice can't be undone, so there is no default and no guess.
"""

import enum
from collections.abc import Iterable, Iterator
from typing import Final, Self, TypeAlias

from attrs import field, frozen

from tenantcore._characters import SPACES, text_of
from tenantcore._validators import exactly, not_empty, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown, shown_code

__all__ = [
    "Application",
    "License",
    "LicenseKind",
    "PricingFault",
    "PricingModel",
    "Product",
    "find_change_problems",
    "find_fit_problems",
]


@enum.unique
class PricingFault(Code):
    """What can be wrong with a pricing model and with what is bought under it."""

    PRICING_MODEL_REQUIRED = (
        Kind.MISSING,
        "ORG-9",
        "the pricing model is missing, and there is no default",
        "choose app (independent applications) or license (functions bundled by licence); it can't be changed later",
    )
    PRICING_MODEL_UNKNOWN = (
        Kind.UNKNOWN,
        "ORG-9",
        "{model} is no pricing model",
        "choose app or license",
    )
    PRODUCT_MODEL_MISMATCH = (
        Kind.CONFLICT,
        "ORG-9",
        "the product {product} belongs to the pricing model {fits}, not to the tenant's, {model}",
        "offer a product of the pricing model {model}",
    )
    LICENSE_ADDON_WITHOUT_BASE = (
        Kind.CONFLICT,
        "ORG-9",
        "the add-on licence {product} needs a base licence, and the tenant has none",
        "add a base licence",
    )
    FIELD_IMMUTABLE = (
        Kind.FROZEN,
        "ORG-9",
        "{field} can't be changed from {old} to {new}: it is fixed when the tenant is created",
        "keep {old}, or delete the tenant and create it again with {new}",
    )


class PricingModel(enum.Enum):
    """How everything a tenant buys is priced; chosen at creation and fixed.

    >>> PricingModel.parse("License Type")
    <PricingModel.LICENSE: 'license'>

    Rule: ORG-9 in docs/reference/pricing.md.
    """

    APP = "app"
    """Independent applications, each bought on its own."""
    LICENSE = "license"
    """Unified pricing: functions come bundled with the licences that are bought."""

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read `app` or `license`, or the label App Type or License Type; case and spaces at the ends don't matter.

        Raises:
            InvalidValue: The text is missing (None, or nothing but spaces) or names no pricing model.
        """
        if type(text) is cls:
            return text
        plain = "" if text is None else text_of(text)
        if plain is None:
            raise invalid(wrong_type("pricing_model", "text", text))
        words = plain.strip(SPACES)
        if not words:
            raise invalid(Problem(PricingFault.PRICING_MODEL_REQUIRED))
        for model in cls:
            if words.casefold() in {model.value, f"{model.value} type"}:
                return model
        raise invalid(Problem(PricingFault.PRICING_MODEL_UNKNOWN, params={"model": shown_code(words)}))

    def __str__(self) -> str:
        return self.value


@frozen
class Application:
    """A product of the model `app`: an independent application, named by the host's code for it."""

    code: str = field(validator=not_empty)

    @property
    def model(self) -> PricingModel:
        """The pricing model that it belongs to."""
        return PricingModel.APP


class LicenseKind(enum.Enum):
    """Whether a licence stands alone."""

    BASE = "base"
    """Stands alone, as the phone system's and the developer's do."""
    ADD_ON = "add-on"
    """Adds to a base licence and is nothing without one."""


@frozen
class License:
    """A product of the model `license`: a bundle of functions, named by the host's code for it."""

    code: str = field(validator=not_empty)
    kind: LicenseKind = field(validator=exactly(LicenseKind, called="a LicenseKind"))

    @property
    def model(self) -> PricingModel:
        """The pricing model that it belongs to."""
        return PricingModel.LICENSE


Product: TypeAlias = Application | License


def find_fit_problems(
    model: PricingModel, products: Iterable[Product], *, held: Iterable[Product] = ()
) -> Iterator[Problem]:
    """Yield which of `products` a tenant of `model` can't buy, each under its number in the order.

    A base licence may be bought with the add-on or be one of the products that the tenant holds already.

    >>> teams = License("ms-teams", LicenseKind.ADD_ON)
    >>> [str(problem.code) for problem in find_fit_problems(PricingModel.LICENSE, [teams])]
    ['LICENSE_ADDON_WITHOUT_BASE']
    >>> developer = License("developer", LicenseKind.BASE)
    >>> list(find_fit_problems(PricingModel.LICENSE, [teams], held=[developer]))
    []

    Rule: ORG-9 in docs/reference/pricing.md.
    """
    if type(model) is not PricingModel:
        raise invalid(wrong_type("model", "a PricingModel", model))
    ordered = _each("products", products)
    has_base = any(_is(product, LicenseKind.BASE) for product in (*_each("held", held), *ordered))
    for number, product in enumerate(ordered):
        if product.model is not model:
            params = {"product": shown(product.code), "fits": str(product.model), "model": str(model)}
            yield Problem(PricingFault.PRODUCT_MODEL_MISMATCH, (number,), params)
        elif _is(product, LicenseKind.ADD_ON) and not has_base:
            yield Problem(PricingFault.LICENSE_ADDON_WITHOUT_BASE, (number,), {"product": shown(product.code)})


_PRODUCTS: Final = (Application, License)


def _each(name: str, products: Iterable[Product]) -> tuple[Product, ...]:
    if not hasattr(type(products), "__iter__"):
        raise invalid(wrong_type(name, "products", products))
    found = tuple(products)
    for product in found:
        if type(product) not in _PRODUCTS:
            raise invalid(wrong_type(name, "products", product))
    return found


def _is(product: Product, kind: LicenseKind) -> bool:
    return type(product) is License and product.kind is kind


def find_change_problems(
    old: PricingModel | str | None, new: PricingModel | str | None, *, name: str = "pricing_model"
) -> Iterator[Problem]:
    """Tell that something fixed at creation would change: the pricing model or, as `name` says, another field.

    The same value again is no change, and neither is the first value of a field that had none.

    >>> (problem,) = find_change_problems(PricingModel.APP, PricingModel.LICENSE)
    >>> problem.remedy
    'keep app, or delete the tenant and create it again with license'
    >>> [problem.sentence for problem in find_change_problems("USD", "EUR", name="currency")]
    ["currency can't be changed from 'USD' to 'EUR': it is fixed when the tenant is created"]

    Rule: ORG-9 in docs/reference/pricing.md.
    """
    for value in (old, new):
        if type(value) not in _FROZEN:
            raise invalid(wrong_type(name, "a PricingModel, text or None", value))
    if old is not None and new != old:
        params = {"field": name, "old": _written(old), "new": _written(new)}
        yield Problem(PricingFault.FIELD_IMMUTABLE, (name,), params)


_FROZEN: Final = (PricingModel, str, type(None))


def _written(value: PricingModel | str | None) -> str:
    return str(value) if isinstance(value, PricingModel) else shown(value)
