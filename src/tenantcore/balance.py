"""Lets an account hold what a tenant has paid or owes, so that no race, retry or crash spends it twice.

Two ways in. A host with a database keeps one row an account: `needs` says what to load, `step` decides, and the host
saves the result only if the row is still the one it loaded. For one process, a test or a notebook, a `Ledger` keeps it
all in memory. Both decide by the same function.

Prepaid funds are shown positive: what can still be used. A postpaid account owes, up to its limit.

Authority: balance control, credit limit and available funds of S3; holds as RFC 8506 has them for live calls.
"""

from collections.abc import Iterator

from attrs import field, frozen

from tenantcore._balance_faults import BalanceFault
from tenantcore._balance_policies import (
    LOW_CREDIT,
    MOST_PERCENT,
    MOST_THRESHOLDS,
    BalanceControl,
    BalancePolicy,
    CreditOnPrepaid,
    FundsBelow,
    LimitUsed,
    Postpaid,
    Prepaid,
    TemporaryLimit,
    Threshold,
    currency_problems,
    payment_problems,
)
from tenantcore._ledger_entries import DeclineReason, Entry, Hold, HoldState, Lapse
from tenantcore._ledger_heads import LedgerHead
from tenantcore._ledger_operations import (
    FULL,
    MOST_CHARACTERS_OF_ID,
    Capture,
    Credit,
    Debit,
    Expire,
    Full,
    Grant,
    NextSlice,
    Operation,
    Overage,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
)
from tenantcore._ledger_outcomes import (
    AlreadyRecorded,
    Balance,
    Declined,
    Event,
    HoldExpired,
    LimitReached,
    LowBalance,
    Outcome,
    Recorded,
    ServicesRestored,
    ServicesStopped,
)
from tenantcore._ledger_steps import (
    Batch,
    Found,
    Needs,
    Step,
    needs,
    step,
    step_all,
    step_linked,
)
from tenantcore._ledgers import Ledger, Snapshot
from tenantcore._top_ups import (
    MINIMUM_CREDIT,
    NoTopUp,
    NoTopUpReason,
    TopUp,
    TopUpPlan,
    TopUpRule,
    credit_problems,
    plan_topup,
)
from tenantcore._validators import exactly, wrong_type
from tenantcore.errors import Problem, invalid
from tenantcore.money import Money

__all__ = [
    "FULL",
    "LOW_CREDIT",
    "MINIMUM_CREDIT",
    "MOST_CHARACTERS_OF_ID",
    "MOST_PERCENT",
    "MOST_THRESHOLDS",
    "AlreadyRecorded",
    "Balance",
    "BalanceControl",
    "BalanceFault",
    "BalancePolicy",
    "Batch",
    "Capture",
    "Credit",
    "CreditOnPrepaid",
    "Debit",
    "DeclineReason",
    "Declined",
    "Entry",
    "Event",
    "Expire",
    "Found",
    "Full",
    "FundsBelow",
    "Grant",
    "Hold",
    "HoldExpired",
    "HoldState",
    "Lapse",
    "Ledger",
    "LedgerHead",
    "LimitReached",
    "LimitUsed",
    "LowBalance",
    "Needs",
    "NextSlice",
    "NoTopUp",
    "NoTopUpReason",
    "Opening",
    "Operation",
    "Outcome",
    "Overage",
    "Postpaid",
    "Prepaid",
    "Recorded",
    "Release",
    "Reserve",
    "ServicesRestored",
    "ServicesStopped",
    "SetPolicy",
    "SetStatus",
    "Snapshot",
    "Step",
    "TemporaryLimit",
    "Threshold",
    "TopUp",
    "TopUpPlan",
    "TopUpRule",
    "credit_problems",
    "needs",
    "opening_problems",
    "plan_topup",
    "step",
    "step_all",
    "step_linked",
]


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
        """Whether services run from the first moment: with funds, or with a limit above zero or none."""
        limit = self.policy.credit_limit
        if limit is None:
            return isinstance(self.policy, Postpaid) or self.funds.is_positive
        return limit.is_positive or self.funds.is_positive

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
    yield from currency_problems(policy.currency, funds)
    if funds.is_negative:
        yield Problem(BalanceFault.FUNDS_NEGATIVE, params={"funds": str(funds)})
    elif funds.is_positive and type(policy) is Postpaid:
        yield Problem(BalanceFault.FUNDS_ON_POSTPAID)
    yield from payment_problems(funds)
