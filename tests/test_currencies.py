import enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore import _territories
from tenantcore.currencies import CurrencyFault, currency_codes, currency_digits, parse_currency
from tenantcore.errors import InvalidType, InvalidValue, Kind
from tests.vector_files import Case, cases


def problem_of(text: object) -> CurrencyFault:
    with pytest.raises(InvalidValue) as caught:
        parse_currency(text)
    code = caught.value.problem.code
    assert isinstance(code, CurrencyFault)
    return code


class Chosen(enum.StrEnum):
    DOLLAR = "usd"


class TestParsing:
    """Currency: active ISO 4217 legal tender (ORG-7)."""

    @pytest.mark.parametrize("case", cases("currencies", "ORG-7"), ids=lambda case: case.id)
    def test_vector(self, case: Case) -> None:
        text = case.given["currency"]
        if "problem" in case.expect:
            assert str(problem_of(text)) == case.expect["problem"]
            return
        found: dict[str, Any] = {"currency": parse_currency(text)}
        if "digits" in case.expect:
            found["digits"] = currency_digits(text)
        assert found == case.expect

    def test_every_code_on_the_list_is_read_as_itself(self) -> None:
        assert [parse_currency(code) for code in currency_codes()] == list(currency_codes())

    def test_the_list_is_in_order_and_is_what_the_data_knows(self) -> None:
        assert list(currency_codes()) == sorted(_territories.tender_anywhere())

    @given(code=st.sampled_from(currency_codes()), spaces=st.integers(0, 3))
    def test_small_letters_and_spaces_around_make_no_difference(self, code: str, spaces: int) -> None:
        assert parse_currency(" " * spaces + code.lower() + " ") == code

    @given(text=st.text(max_size=4))
    def test_whatever_is_accepted_stands_on_the_list(self, text: str) -> None:
        try:
            found = parse_currency(text)
        except InvalidValue:
            assert text.strip(" ").upper() not in currency_codes() or not text.isascii()
        else:
            assert found in currency_codes()

    def test_a_member_of_a_text_enumeration_is_text(self) -> None:
        assert type(parse_currency(Chosen.DOLLAR)) is str
        assert parse_currency(Chosen.DOLLAR) == "USD"

    @pytest.mark.parametrize(
        "text", ["US D", "U$D", "US1", "\tUSD", "USD\u00a0", "\ud800\ud800\ud800", "U\0D", "\u212aWD"]
    )
    def test_other_characters_are_malformed(self, text: str) -> None:
        assert problem_of(text) is CurrencyFault.CURRENCY_FORMAT

    def test_a_megabyte_is_malformed_in_a_short_sentence(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            parse_currency("usd" * 350_000)
        assert caught.value.problem.code is CurrencyFault.CURRENCY_FORMAT
        assert len(str(caught.value)) < 250

    @pytest.mark.parametrize("value", [None, True, 840, 1.5, float("nan"), b"USD", ["USD"], {}, 2**400])
    def test_anything_but_text_is_of_the_wrong_type(self, value: object) -> None:
        with pytest.raises(InvalidType, match="currency must be text"):
            parse_currency(value)

    def test_the_sentence_names_the_code_and_the_remedy(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            parse_currency("bgn")
        assert str(caught.value) == (
            "the currency 'BGN' is no longer in use; hand in the code of the currency that took its place"
        )

    def test_no_fault_of_a_currency_is_a_warning(self) -> None:
        assert Kind.WARNING not in {fault.kind for fault in CurrencyFault}
        assert {fault.rule for fault in CurrencyFault} == {"ORG-7"}


class TestDigits:
    """Digits are ISO 4217's (ORG-7)."""

    def test_every_currency_has_0_2_or_3(self) -> None:
        assert {currency_digits(code) for code in currency_codes()} == {0, 2, 3}

    def test_exactly_these_have_none(self) -> None:
        assert [code for code in currency_codes() if currency_digits(code) == 0] == [
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
            "XPF",
        ]  # fmt: skip

    def test_exactly_these_have_three(self) -> None:
        assert [code for code in currency_codes() if currency_digits(code) == 3] == [
            "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND",
        ]  # fmt: skip

    def test_the_code_is_read_first(self) -> None:
        assert currency_digits(" jpy") == 0
        with pytest.raises(InvalidValue, match="no longer in use"):
            currency_digits("DEM")
