"""Pricing models and what fits them: ORG-9."""

import pickle
import re
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.errors import InvalidType, InvalidValue, Kind, Problem
from tenantcore.pricing import (
    Application,
    License,
    LicenseKind,
    PricingFault,
    PricingModel,
    Product,
    find_change_problems,
    find_fit_problems,
)
from tenantcore.testing import pricing_models, products
from tests.vector_files import Case, cases

BIZPHONE = Application("bizphone")
PHONE_SYSTEM = License("phone-system", LicenseKind.BASE)
TEAMS = License("ms-teams", LicenseKind.ADD_ON)


def parse_code(text: object) -> str:
    with pytest.raises(InvalidValue) as caught:
        PricingModel.parse(text)
    return str(caught.value.problem.code)


def product_of(row: dict[str, str]) -> Product:
    return License(row["code"], LicenseKind(row["kind"])) if "kind" in row else Application(row["code"])


class TestVectors:
    """The cases that any implementation could run."""

    @pytest.mark.parametrize("case", cases("pricing"), ids=lambda c: c.id)
    def test_case(self, case: Case) -> None:
        given = case.given
        if "text" in given and "model" in case.expect:
            assert str(PricingModel.parse(given["text"])) == case.expect["model"]
        elif "text" in given:
            assert [parse_code(given["text"])] == case.expect["problems"]
        elif "change" in given:
            field, old, new = given["change"]
            read = PricingModel if field == "pricing_model" else str
            found = find_change_problems(read(old), read(new), name=field)
            assert [str(problem.code) for problem in found] == case.expect["problems"]
        else:
            bought, held = (list(map(product_of, given.get(name, []))) for name in ("products", "held"))
            found = find_fit_problems(PricingModel(given["model"]), bought, held=held)
            assert [[problem.path[0], str(problem.code)] for problem in found] == case.expect["problems"]


class TestModel:
    """The pricing model is `app` or `license`, required, without default (ORG-9)."""

    @pytest.mark.parametrize("text", ["app", "App", "APP TYPE", "App Type", " app\u00a0", "app type"])
    def test_app(self, text: str) -> None:
        assert PricingModel.parse(text) is PricingModel.APP

    @pytest.mark.parametrize("text", ["license", "License", "License Type", "LICENSE TYPE"])
    def test_license(self, text: str) -> None:
        assert PricingModel.parse(text) is PricingModel.LICENSE

    @pytest.mark.parametrize("text", [None, "", "  ", "\u3000"])
    def test_missing(self, text: object) -> None:
        assert parse_code(text) == "PRICING_MODEL_REQUIRED"

    @pytest.mark.parametrize(
        "text", ["hybrid", "apps", "app\n", "app  type", "APP-TYPE", "licence", "a" * 10**6, "\ud800"]
    )
    def test_unknown(self, text: str) -> None:
        assert parse_code(text) == "PRICING_MODEL_UNKNOWN"

    def test_no_other_type_is_text(self) -> None:
        for value in (0, 1, True, b"app", ["app"], LicenseKind.BASE, Mock(spec=str)):
            with pytest.raises(InvalidType, match="pricing_model must be text"):
                PricingModel.parse(value)

    @given(pricing_models())
    def test_reads_back(self, model: PricingModel) -> None:
        assert PricingModel.parse(str(model)) is PricingModel.parse(model) is model

    @given(st.text() | st.from_type(object))
    def test_nothing_raises_anything_else(self, value: object) -> None:
        try:
            PricingModel.parse(value)
        except InvalidValue as error:
            assert len(str(error)) < 200  # noqa: PT017 - that it may raise is the point


class TestFrozen:
    """Pricing model and currency are fixed for ever; the remedy is named (ORG-9)."""

    def test_a_change_names_the_remedy(self) -> None:
        (problem,) = find_change_problems(PricingModel.APP, PricingModel.LICENSE)
        assert problem == Problem(
            PricingFault.FIELD_IMMUTABLE,
            ("pricing_model",),
            {"field": "pricing_model", "old": "app", "new": "license"},
        )
        assert problem.code.kind is Kind.FROZEN
        assert problem.remedy == "keep app, or delete the tenant and create it again with license"

    def test_the_currency_is_frozen_alike(self) -> None:
        (problem,) = find_change_problems("USD", "EUR", name="currency")
        assert str(problem) == (
            "currency: currency can't be changed from 'USD' to 'EUR': it is fixed when the tenant is created; "
            "keep 'USD', or delete the tenant and create it again with 'EUR'"
        )

    @given(pricing_models())
    def test_the_same_value_is_no_change(self, model: PricingModel) -> None:
        assert list(find_change_problems(model, model)) == []

    def test_the_first_value_is_no_change_and_taking_it_away_is(self) -> None:
        assert list(find_change_problems(None, PricingModel.APP)) == []
        assert list(find_change_problems(None, None)) == []
        assert [str(problem.code) for problem in find_change_problems(PricingModel.APP, None)] == ["FIELD_IMMUTABLE"]

    @pytest.mark.parametrize(("old", "new"), [(1, "EUR"), ("USD", b"USD"), ("USD", float("nan"))])
    def test_other_types_are_refused(self, old: Any, new: Any) -> None:
        with pytest.raises(InvalidType, match="currency must be a PricingModel, text or None"):
            list(find_change_problems(old, new, name="currency"))


class TestFit:
    """A product must fit the model; an add-on licence needs a base licence (ORG-9)."""

    def codes(
        self, model: PricingModel, bought: list[Product], held: tuple[Product, ...] = ()
    ) -> list[tuple[object, str]]:
        return [(problem.path[0], str(problem.code)) for problem in find_fit_problems(model, bought, held=held)]

    def test_applications_and_licences_do_not_mix(self) -> None:
        bought: list[Product] = [BIZPHONE, PHONE_SYSTEM, TEAMS]
        assert self.codes(PricingModel.APP, bought) == [(1, "PRODUCT_MODEL_MISMATCH"), (2, "PRODUCT_MODEL_MISMATCH")]
        assert self.codes(PricingModel.LICENSE, bought) == [(0, "PRODUCT_MODEL_MISMATCH")]

    def test_an_add_on_needs_a_base_bought_with_it_or_held(self) -> None:
        assert self.codes(PricingModel.LICENSE, [TEAMS]) == [(0, "LICENSE_ADDON_WITHOUT_BASE")]
        assert self.codes(PricingModel.LICENSE, [TEAMS, PHONE_SYSTEM]) == []
        assert self.codes(PricingModel.LICENSE, [TEAMS], (PHONE_SYSTEM,)) == []
        assert self.codes(PricingModel.LICENSE, [TEAMS], (TEAMS, BIZPHONE)) == [(0, "LICENSE_ADDON_WITHOUT_BASE")]

    def test_nothing_bought_fits(self) -> None:
        assert self.codes(PricingModel.APP, []) == []

    @given(pricing_models(), st.lists(products(), max_size=6), st.lists(products(), max_size=3))
    def test_agrees_with_the_rule_read_slowly(
        self, model: PricingModel, bought: list[Product], held: list[Product]
    ) -> None:
        expected: list[tuple[object, str]] = []
        for number, product in enumerate(bought):
            if isinstance(product, Application) != (model is PricingModel.APP):
                expected.append((number, "PRODUCT_MODEL_MISMATCH"))
            elif isinstance(product, License) and product.kind is LicenseKind.ADD_ON:
                bases = [other for other in bought + held if other == License(other.code, LicenseKind.BASE)]
                if not bases:
                    expected.append((number, "LICENSE_ADDON_WITHOUT_BASE"))
        assert self.codes(model, bought, tuple(held)) == expected

    def test_the_message_names_the_product(self) -> None:
        (problem,) = find_fit_problems(PricingModel.LICENSE, [BIZPHONE])
        assert problem.sentence == (
            "the product 'bizphone' belongs to the pricing model app, not to the tenant's, license"
        )

    def test_other_types_are_refused(self) -> None:
        with pytest.raises(InvalidType, match="model must be a PricingModel, not str"):
            list(find_fit_problems("app", []))  # type: ignore[arg-type]  # what an untyped caller may do
        for bought in (5, None, ["bizphone"], "bizphone"):
            with pytest.raises(InvalidType, match="products must be products"):
                list(find_fit_problems(PricingModel.APP, bought))  # type: ignore[arg-type]  # the same
        with pytest.raises(InvalidType, match="held must be products"):
            list(find_fit_problems(PricingModel.APP, [], held=[None]))  # type: ignore[list-item]  # the same

    @pytest.mark.parametrize("code", ["", None, 5])
    def test_products_have_codes(self, code: Any) -> None:
        with pytest.raises(InvalidValue, match="code must"):
            Application(code)
        with pytest.raises(InvalidValue, match="code must"):
            License(code, LicenseKind.BASE)

    def test_licences_have_kinds(self) -> None:
        with pytest.raises(InvalidType, match="kind must be a LicenseKind"):
            License("teams", "base")  # type: ignore[arg-type]  # what an untyped caller may do

    @given(products())
    def test_products_are_values(self, product: Product) -> None:
        assert {product, pickle.loads(pickle.dumps(product))} == {product}  # noqa: S301 - our own bytes
        assert product.model is (PricingModel.APP if isinstance(product, Application) else PricingModel.LICENSE)


class TestSentences:
    """Self-contained, lower case, no full stop (X-3)."""

    @pytest.mark.parametrize("fault", PricingFault)
    def test_each_fault_reads_well(self, fault: PricingFault) -> None:
        assert re.match(r"the |\{(model|field)\} ", fault.sentence)
        assert not fault.sentence.endswith(".")
        assert not fault.remedy.endswith(".")
