"""Lets a host say what is to happen to an account, as values: each with the id under which it happens once.

An operation holds what the caller asked for and nothing of the moment: sent again it is equal, whenever that is.
"""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from attrs import Attribute, field, frozen

from tenantcore._balance_faults import BalanceFault
from tenantcore._balance_policies import BalancePolicy, Postpaid, Prepaid, currency_problems
from tenantcore._validators import exactly, in_utc, is_text, wrong_type
from tenantcore.errors import Param, Problem, invalid, shown_code
from tenantcore.money import Money
from tenantcore.status import Status

__all__ = [
    "FULL",
    "MOST_CHARACTERS_OF_ID",
    "Capture",
    "Credit",
    "Debit",
    "Expire",
    "Full",
    "Grant",
    "NextSlice",
    "Operation",
    "Overage",
    "Release",
    "Reserve",
    "SetPolicy",
    "SetStatus",
    "check_id",
]

MOST_CHARACTERS_OF_ID: Final = 255
"""How long an operation's id may be."""


_ZERO: Final = Decimal(0)


class Overage(enum.Enum):
    """What happens to a charge that the account can't bear: it is declined, or recorded all the same.

    Completed usage is recorded: the call was made. It is the only way below the floor.

    Rule: BAL-2 in docs/reference/balance.md.
    """

    DECLINE = "decline"
    RECORD = "record"


class Grant(enum.Enum):
    """What a hold is for: exactly the amount, or up to it if less is available.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    EXACT = "exact"
    UP_TO = "up to"


class Full(enum.Enum):
    """The word for capturing all that is held: an amount of zero is zero.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    FULL = "full"


FULL: Final = Full.FULL
"""Capture all that is held."""


def check_id(name: str, value: object) -> None:
    """Refuse what can't be an id: 1 to 255 printable characters, no space at either end.

    Rule: BAL-4 in docs/reference/balance.md.
    """
    if type(value) is str and 0 < len(value) <= MOST_CHARACTERS_OF_ID and value.isprintable():
        if value[0] != " " and value[-1] != " ":
            return
    elif not is_text(value):
        raise invalid(wrong_type(name, "text", value))
    elif type(value) is not str:
        raise invalid(wrong_type(name, "plain text", value))
    params: dict[str, Param] = {"field": name, "maximum": MOST_CHARACTERS_OF_ID, "value": shown_code(value)}
    raise invalid(Problem(BalanceFault.OPERATION_ID_MALFORMED, params=params))


def _an_id(_: object, attribute: "Attribute[Any]", value: object) -> None:
    check_id(attribute.name, value)


def _an_id_or_none(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if value is not None:
        check_id(attribute.name, value)


def _above_zero(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not Money:
        raise invalid(wrong_type(attribute.name, "Money", value))
    if not value.amount > _ZERO:
        params: dict[str, Param] = {"field": attribute.name, "amount": str(value)}
        raise invalid(Problem(BalanceFault.OPERATION_AMOUNT_TOO_LOW, params=params))


def _full_or_not_negative(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if value is FULL:
        return
    if type(value) is not Money:
        raise invalid(wrong_type(attribute.name, "Money or FULL", value))
    if value.amount < _ZERO:
        raise invalid(Problem(BalanceFault.CAPTURE_AMOUNT_NEGATIVE, params={"amount": str(value)}))


def _expiry(value: datetime | None) -> datetime | None:
    # In UTC from the start, so that equal instants make equal operations.
    return None if value is None else in_utc("expires_at", value)


_OVERAGE: Final = exactly(Overage, called="an Overage")
_GRANT: Final = exactly(Grant, called="a Grant")


@frozen
class Credit:
    """Money comes in: a payment, a top-up, a correction in the tenant's favour.

    `reference` is the host's own, say the payment's number; like all of an operation it must be the same when the
    operation is repeated.

    Raises: InvalidValue for an amount of 0 or less, or an id that isn't 1 to 255 printable characters.

    Rules: BAL-3, BAL-4 in docs/reference/balance.md.
    """

    id: str = field(validator=_an_id)
    amount: Money = field(validator=_above_zero)
    reference: str | None = field(default=None, kw_only=True, validator=_an_id_or_none)


@frozen
class Debit:
    """Money goes out at once: a fee, a message, usage that is over.

    With `Overage.RECORD` neither funds nor limit nor status decline it.

    Raises: As for `Credit`.

    Rules: BAL-2, BAL-4 in docs/reference/balance.md.
    """

    id: str = field(validator=_an_id)
    amount: Money = field(validator=_above_zero)
    overage: Overage = field(default=Overage.DECLINE, kw_only=True, validator=_OVERAGE)
    reference: str | None = field(default=None, kw_only=True, validator=_an_id_or_none)


@frozen
class Reserve:
    """Money is held for what is about to be used, say a call. The hold goes by this operation's id.

    At exactly `expires_at` the hold is expired; None never expires, and then only the host can free it.

    Raises: As for `Credit`.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    id: str = field(validator=_an_id)
    amount: Money = field(validator=_above_zero)
    expires_at: datetime | None = field(kw_only=True, converter=_expiry)
    grant: Grant = field(default=Grant.EXACT, kw_only=True, validator=_GRANT)


@frozen
class NextSlice:
    """The hold that follows in the step that captures the one before; it goes by the capture's id.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    amount: Money = field(validator=_above_zero)
    expires_at: datetime | None = field(kw_only=True, converter=_expiry)
    grant: Grant = field(default=Grant.EXACT, kw_only=True, validator=_GRANT)


@frozen
class Capture:
    """What a hold was for was used: `amount` of it is charged, the rest is free again; zero charges nothing.

    More than was held is declined, unless the overage is recorded. `then` holds the next slice in the same step: what
    was used is charged even if that slice is declined.

    Raises: InvalidValue for an amount below 0, as for `Credit` otherwise.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    id: str = field(validator=_an_id)
    hold: str = field(kw_only=True, validator=_an_id)
    amount: Money | Literal[Full.FULL] = field(kw_only=True, validator=_full_or_not_negative)
    overage: Overage = field(default=Overage.DECLINE, kw_only=True, validator=_OVERAGE)
    then: NextSlice | None = field(
        default=None, kw_only=True, validator=exactly(NextSlice, type(None), called="a NextSlice or None")
    )

    def __attrs_post_init__(self) -> None:
        if self.then is not None and type(self.amount) is Money:
            for problem in currency_problems(self.amount.currency, self.then.amount):
                raise invalid(problem.under("then", "amount"))


@frozen
class Release:
    """What a hold was for isn't used: all of it is free again.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    id: str = field(validator=_an_id)
    hold: str = field(kw_only=True, validator=_an_id)


@frozen
class Expire:
    """Put on record that every hold due by now is expired.

    Holds expire by themselves; this is for a host that wants their entries, and the events of a temporary limit that
    has lapsed, before the next operation comes.

    Rule: BAL-3 in docs/reference/balance.md.
    """

    id: str = field(validator=_an_id)


@frozen
class SetPolicy:
    """The account is controlled by another policy from now on: another limit, other warnings, the other control.

    Rules: BAL-6, BAL-8 in docs/reference/balance.md.
    """

    id: str = field(validator=_an_id)
    policy: BalancePolicy = field(validator=exactly(Prepaid, Postpaid, called="Prepaid or Postpaid"))


@frozen
class SetStatus:
    """The account gets another status; with `debt` a suspension that ends by itself when that much is paid.

    >>> SetStatus("op-1", Status.LIMITED)
    Traceback (most recent call last):
    tenantcore.errors.InvalidValue: an account can't be made limited: that follows from its balance; ...

    Raises: InvalidValue for the status limited, for a debt with another status than suspended, or one of 0 or less.

    Rules: BAL-9, TEN-1 in docs/reference/balance.md.
    """

    id: str = field(validator=_an_id)
    status: Status = field(validator=exactly(Status, called="a Status"))
    debt: Money | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.status is Status.LIMITED:
            raise invalid(Problem(BalanceFault.STATUS_NOT_SET_BY_HAND))
        if self.debt is None:
            return
        if type(self.debt) is not Money:
            raise invalid(wrong_type("debt", "Money or None", self.debt))
        if not self.debt.is_positive:
            params: dict[str, Param] = {"field": "debt", "amount": str(self.debt)}
            raise invalid(Problem(BalanceFault.OPERATION_AMOUNT_TOO_LOW, params=params))
        if self.status is not Status.SUSPENDED:
            raise invalid(Problem(BalanceFault.DEBT_WITHOUT_SUSPENSION, params={"status": self.status.value}))


Operation: TypeAlias = Credit | Debit | Reserve | Capture | Release | Expire | SetPolicy | SetStatus
"""Everything that can be asked of an account."""
