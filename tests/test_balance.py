"""How an account opens."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.balance import (
    BalanceControl,
    BalanceFault,
    CreditOnPrepaid,
    Ledger,
    Opening,
    Postpaid,
    Prepaid,
    opening_problems,
)
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue
from tenantcore.money import Money, MoneyFault
from tests.strangers import Hostile, HostileText, Pretender, Word


def fault_of(error: pytest.ExceptionInfo[InvalidValue]) -> Code:
    return error.value.problem.code


class TestPrepaid:
    """BAL-1: available funds, shown positive, opened with the initial payment (no minimum)."""

    @pytest.mark.parametrize(("funds", "may_use"), [("0", False), ("0.01", True), ("10", True)])
    def test_services_run_only_on_what_was_paid(self, funds: str, may_use: bool) -> None:
        opening = Opening(Prepaid("USD"), Money(funds, "USD"))
        assert opening.may_use_services is may_use
        assert opening.warnings() == ()

    def test_negative_funds_are_refused(self) -> None:
        with pytest.raises(InvalidValue) as error:
            Opening(Prepaid("USD"), Money("-0.01", "USD"))
        assert fault_of(error) is BalanceFault.FUNDS_NEGATIVE

    @pytest.mark.parametrize(
        ("funds", "currency", "fits"),
        [("10.005", "KWD", True), ("10.0005", "KWD", False), ("10.005", "USD", False), ("10.500", "USD", True),
         ("1", "JPY", True), ("1.5", "JPY", False)],
    )  # fmt: skip
    def test_a_payment_has_the_decimals_of_its_currency(self, funds: str, currency: str, fits: bool) -> None:
        found = [problem.code for problem in opening_problems(Prepaid(currency), Money(funds, currency))]
        assert found == ([] if fits else [BalanceFault.FUNDS_TOO_FINE])

    def test_every_fault_is_told(self) -> None:
        found = [problem.code for problem in opening_problems(Prepaid("USD"), Money("-0.5", "JPY"))]
        assert found == [
            BalanceFault.BALANCE_CURRENCY_MISMATCH,
            BalanceFault.FUNDS_NEGATIVE,
            BalanceFault.FUNDS_TOO_FINE,
        ]

    def test_a_credit_limit_is_refused_unless_a_word_allows_it(self) -> None:
        limit = Money("10", "USD")
        with pytest.raises(InvalidValue) as error:
            Prepaid("USD", credit_limit=limit)
        assert fault_of(error) is BalanceFault.CREDIT_LIMIT_ON_PREPAID
        assert Prepaid("USD", credit_limit=limit, credit_on_prepaid=CreditOnPrepaid.ALLOWED).credit_limit == limit

    @pytest.mark.parametrize(
        ("limit", "funds", "may_use"), [("0", "0", False), ("0", "0.01", True), ("0.01", "0", True), ("5", "5", True)]
    )
    def test_where_credit_is_allowed_it_is_there_to_be_used(self, limit: str, funds: str, may_use: bool) -> None:
        policy = Prepaid("USD", credit_limit=Money(limit, "USD"), credit_on_prepaid=CreditOnPrepaid.ALLOWED)
        opening = Opening(policy, Money(funds, "USD"))
        assert opening.may_use_services is may_use
        assert opening.warnings() == ()

    def test_it_opens_as_the_ledger_says_once_the_funds_are_in(self) -> None:
        for funds in ("0", "0.01", "10"):
            opening = Opening(Prepaid("USD"), Money(funds, "USD"))
            ledger = Ledger(opening.policy)
            if opening.funds.is_positive:
                ledger.credit("opening", opening.funds, now=datetime(2026, 11, 22, tzinfo=UTC))
            assert ledger.head.may_use_services is opening.may_use_services


class TestPostpaid:
    """BAL-1: owes up to the credit limit; opening funds are refused; no limit is allowed and warned."""

    @pytest.mark.parametrize(("limit", "may_use"), [("0", False), ("0.01", True), ("100", True)])
    def test_services_stop_where_what_is_owed_reaches_the_limit(self, limit: str, may_use: bool) -> None:
        opening = Opening(Postpaid("USD", credit_limit=Money(limit, "USD")), Money("0", "USD"))
        assert opening.may_use_services is may_use
        assert opening.warnings() == ()

    def test_no_limit_is_allowed_and_warned(self) -> None:
        opening = Opening(Postpaid("USD"), Money("0", "USD"))
        assert opening.may_use_services
        assert [problem.code for problem in opening.warnings()] == [BalanceFault.CREDIT_LIMIT_MISSING]
        assert opening.warnings()[0].is_warning

    def test_funds_are_refused(self) -> None:
        with pytest.raises(InvalidValue) as error:
            Opening(Postpaid("USD"), Money("10", "USD"))
        assert fault_of(error) is BalanceFault.FUNDS_ON_POSTPAID

    def test_a_negative_limit_is_refused(self) -> None:
        with pytest.raises(InvalidValue) as error:
            Postpaid("USD", credit_limit=Money("-1", "USD"))
        assert fault_of(error) is BalanceFault.CREDIT_LIMIT_NEGATIVE

    def test_nothing_paid_in_is_no_payment(self) -> None:
        assert list(opening_problems(Postpaid("USD"), Money("0.00", "USD"))) == []
        found = [problem.code for problem in opening_problems(Postpaid("USD"), Money("0.001", "USD"))]
        assert found == [BalanceFault.FUNDS_ON_POSTPAID, BalanceFault.FUNDS_TOO_FINE]

    def test_a_limit_in_another_currency_is_refused(self) -> None:
        with pytest.raises(InvalidValue) as error:
            Postpaid("USD", credit_limit=Money("1", "EUR"))
        assert fault_of(error) is BalanceFault.BALANCE_CURRENCY_MISMATCH


class TestWrongTypes:
    """X-2: bad input raises only the library's own errors."""

    @pytest.mark.parametrize("limit", [100, "100", Decimal(100), True, float("nan")])
    def test_a_limit_that_is_no_money(self, limit: object) -> None:
        with pytest.raises(InvalidType) as error:
            Postpaid("USD", credit_limit=limit)  # type: ignore[arg-type]
        assert fault_of(error) is FieldCode.FIELD_WRONG_TYPE

    def test_problems_of_something_else(self) -> None:
        with pytest.raises(InvalidType):
            list(opening_problems(None, Money("0", "USD")))  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            list(opening_problems(Prepaid("USD"), 0))  # type: ignore[arg-type]

    def test_an_opening_of_something_else(self) -> None:
        with pytest.raises(InvalidType):
            Opening("prepaid", Money("0", "USD"))  # type: ignore[arg-type]
        with pytest.raises(InvalidType):
            Opening(Prepaid("USD"), 0)  # type: ignore[arg-type]

    @pytest.mark.parametrize("currency", ["usd", "", "US", "USDX", 1, None, "U\u0000D"])
    def test_a_currency_that_is_none(self, currency: object) -> None:
        with pytest.raises(InvalidValue) as error:
            Prepaid(currency)  # type: ignore[arg-type]
        assert isinstance(fault_of(error), MoneyFault | FieldCode)


class TestBalanceControl:
    """BAL-1: prepaid or postpaid, chosen; there is no default."""

    @pytest.mark.parametrize("text", ["prepaid", "Prepaid", " PREPAID "])
    def test_case_and_outer_spaces_do_not_matter(self, text: str) -> None:
        assert BalanceControl.parse(text) is BalanceControl.PREPAID

    def test_a_hosts_own_kind_of_text_is_text(self) -> None:
        assert BalanceControl.parse(Word.PREPAID) is BalanceControl.PREPAID

    @pytest.mark.parametrize("make", [Hostile, Pretender, lambda: HostileText("pay later")])
    def test_a_strangers_methods_are_never_called(self, make: Callable[[], object]) -> None:
        with pytest.raises(InvalidValue) as error:
            BalanceControl.parse(make())
        assert fault_of(error) is BalanceFault.BALANCE_CONTROL_UNKNOWN

    @pytest.mark.parametrize("text", [None, "", "  "])
    def test_nothing_is_not_a_choice(self, text: object) -> None:
        with pytest.raises(InvalidValue) as error:
            BalanceControl.parse(text)
        assert fault_of(error) is BalanceFault.BALANCE_CONTROL_REQUIRED

    @pytest.mark.parametrize("text", ["pre-paid", "postpaid\n", 1, True, "x" * 1_000_000, "prepa\u0131d", ["prepaid"]])
    def test_anything_else_is_refused(self, text: object) -> None:
        with pytest.raises(InvalidValue) as error:
            BalanceControl.parse(text)
        assert fault_of(error) is BalanceFault.BALANCE_CONTROL_UNKNOWN
        assert len(str(error.value)) < 200

    @given(st.sampled_from(BalanceControl))
    def test_values_are_read_back(self, control: BalanceControl) -> None:
        assert BalanceControl.parse(control.value) is control
