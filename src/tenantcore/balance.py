"""Lets an account open as prepaid or postpaid: with funds that were paid in, or with a credit limit.

Prepaid funds are shown positive: what can still be used. A postpaid account owes, up to its limit.

Authority: balance control, credit limit and available funds of S3.
"""

import enum
from collections.abc import Iterator
from typing import Any, TypeAlias

from attrs import Attribute, field, frozen

from tenantcore._characters import text_of
from tenantcore._validators import exactly, wrong_type
from tenantcore.errors import Code, Kind, Param, Problem, invalid, shown_code
from tenantcore.money import Money, Rounding, minor_units

__all__ = ["BalanceControl", "BalanceFault", "BalancePolicy", "Opening", "Postpaid", "Prepaid", "opening_problems"]

_LONGEST_WORD = 64


@enum.unique
class BalanceFault(Code):
    """What can be wrong with how an account is controlled, or with how it opens."""

    CREDIT_LIMIT_ON_PREPAID = (
        Kind.CONFLICT,
        "BAL-1",
        "a prepaid account has no credit limit: it uses what was paid in",
        "leave the credit limit out, or make the account postpaid",
    )
    CREDIT_LIMIT_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "BAL-1",
        "the credit limit must be 0 or more, not {limit}",
        "give the limit as a positive amount: what the tenant may owe",
    )
    CREDIT_LIMIT_MISSING = (
        Kind.WARNING,
        "BAL-1",
        "the postpaid account has no credit limit, so misuse and fraud can grow without end",
        "set a credit limit",
    )
    FUNDS_ON_POSTPAID = (
        Kind.CONFLICT,
        "BAL-1",
        "a postpaid account opens without funds: it pays after use",
        "leave the available funds out, or make the account prepaid",
    )
    FUNDS_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "BAL-1",
        "the available funds must be 0 or more, not {funds}",
        "give what the tenant has paid in",
    )
    FUNDS_TOO_FINE = (
        Kind.OUT_OF_RANGE,
        "BAL-1",
        "{funds} can't be paid: {currency} has {places} decimals",
        "round the payment to {places} decimals",
    )
    BALANCE_CONTROL_REQUIRED = (
        Kind.MISSING,
        "BAL-1",
        "nothing says whether the account is prepaid or postpaid",
        "choose prepaid or postpaid",
    )
    BALANCE_CONTROL_UNKNOWN = (
        Kind.UNKNOWN,
        "BAL-1",
        "{value} is no balance control: there are prepaid and postpaid",
        "choose prepaid or postpaid",
    )
    BALANCE_CURRENCY_MISMATCH = (
        Kind.CONFLICT,
        "BAL-1",
        "an account in {currency} can't take an amount in {other}",
        "give the amount in {currency}",
    )


class BalanceControl(enum.Enum):
    """Whether a tenant pays before it uses services or after.

    Rule: BAL-1 in docs/reference/balance.md.
    """

    PREPAID = "prepaid"
    POSTPAID = "postpaid"

    @classmethod
    def parse(cls, text: object) -> "BalanceControl":
        """Read "prepaid" or "postpaid", in any case, spaces at the ends dropped.

        >>> BalanceControl.parse("Postpaid").name
        'POSTPAID'

        Raises: InvalidValue for anything else; there is no default.

        Rule: BAL-1 in docs/reference/balance.md.
        """
        word = text_of(text)
        if text is None or (word is not None and not word.strip(" ")):
            raise invalid(Problem(BalanceFault.BALANCE_CONTROL_REQUIRED))
        for control in cls:
            if word is not None and len(word) <= _LONGEST_WORD and word.strip(" ").lower() == control.value:
                return control
        raise invalid(Problem(BalanceFault.BALANCE_CONTROL_UNKNOWN, params={"value": shown_code(text)}))


def _currency(_: object, __: "Attribute[Any]", value: str) -> None:
    Money.zero(value)  # refuses what is no currency code, with the fault of the module that owns the rule


@frozen
class Prepaid:
    """The tenant pays first and uses what it has paid; with nothing left, services stop.

    Rule: BAL-1 in docs/reference/balance.md.
    """

    currency: str = field(validator=_currency)


@frozen
class Postpaid:
    """The tenant uses first and owes up to `credit_limit`; at the limit services stop. None is no limit, and warned.

    >>> Postpaid("USD", credit_limit=Money("100", "EUR"))
    Traceback (most recent call last):
    tenantcore.errors.InvalidValue: an account in USD can't take an amount in EUR; give the amount in USD

    Raises: InvalidValue for a negative limit or one in another currency.

    Rule: BAL-1 in docs/reference/balance.md.
    """

    currency: str = field(validator=_currency)
    credit_limit: Money | None = field(
        default=None, kw_only=True, validator=exactly(Money, type(None), called="Money or None")
    )

    def __attrs_post_init__(self) -> None:
        if self.credit_limit is None:
            return
        for problem in _currency_problems(self.currency, self.credit_limit):
            raise invalid(problem)
        if self.credit_limit.is_negative:
            raise invalid(Problem(BalanceFault.CREDIT_LIMIT_NEGATIVE, params={"limit": str(self.credit_limit)}))


BalancePolicy: TypeAlias = Prepaid | Postpaid


@frozen
class Opening:
    """How an account starts: its policy, and the initial payment of a prepaid one (zero is allowed).

    >>> Opening(Prepaid("USD"), Money("0", "USD")).may_use_services  # topping up comes first
    False

    Raises: InvalidValue for funds on a postpaid account, negative funds, or another currency.

    Rule: BAL-1 in docs/reference/balance.md.
    """

    policy: BalancePolicy = field(validator=exactly(Prepaid, Postpaid, called="Prepaid or Postpaid"))
    funds: Money = field(validator=exactly(Money, called="Money"))

    def __attrs_post_init__(self) -> None:
        for problem in opening_problems(self.policy, self.funds):
            raise invalid(problem)

    @property
    def may_use_services(self) -> bool:
        """Whether services run from the first moment: prepaid with funds, postpaid with a limit above zero or none."""
        if isinstance(self.policy, Prepaid):
            return self.funds.is_positive
        limit = self.policy.credit_limit
        return limit is None or limit.is_positive

    def warnings(self) -> tuple[Problem, ...]:
        """Return what is allowed but unwise: a postpaid account without a limit."""
        if isinstance(self.policy, Postpaid) and self.policy.credit_limit is None:
            return (Problem(BalanceFault.CREDIT_LIMIT_MISSING),)
        return ()


def opening_problems(policy: BalancePolicy, funds: Money) -> Iterator[Problem]:
    """Yield every reason why an account under `policy` can't open with `funds`.

    Rule: BAL-1 in docs/reference/balance.md.
    """
    if type(policy) not in {Prepaid, Postpaid}:
        raise invalid(wrong_type("policy", "Prepaid or Postpaid", policy))
    if type(funds) is not Money:
        raise invalid(wrong_type("funds", "Money", funds))
    yield from _currency_problems(policy.currency, funds)
    if funds.is_negative:
        yield Problem(BalanceFault.FUNDS_NEGATIVE, params={"funds": str(funds)})
    elif funds.is_positive and type(policy) is Postpaid:
        yield Problem(BalanceFault.FUNDS_ON_POSTPAID)
    places = minor_units(funds.currency)
    if funds.rounded(Rounding.DOWN, places=places) != funds:
        params: dict[str, Param] = {"funds": str(funds), "currency": funds.currency, "places": places}
        yield Problem(BalanceFault.FUNDS_TOO_FINE, params=params)


def _currency_problems(currency: str, amount: Money) -> Iterator[Problem]:
    if amount.currency != currency:
        params: dict[str, Param] = {"currency": currency, "other": amount.currency}
        yield Problem(BalanceFault.BALANCE_CURRENCY_MISMATCH, params=params)
