"""The cases that any implementation of the rules of balances could run."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    BalanceControl,
    BalancePolicy,
    Capture,
    Credit,
    CreditOnPrepaid,
    Debit,
    Declined,
    Event,
    Expire,
    Found,
    FundsBelow,
    Grant,
    HoldExpired,
    Ledger,
    LimitReached,
    LimitUsed,
    LowBalance,
    NextSlice,
    Opening,
    Operation,
    Outcome,
    Overage,
    Postpaid,
    Prepaid,
    Release,
    Reserve,
    ServicesRestored,
    ServicesStopped,
    SetPolicy,
    SetStatus,
    TemporaryLimit,
    Threshold,
    opening_problems,
    step_all,
    step_linked,
)
from tenantcore.errors import InvalidValue
from tenantcore.money import Money
from tenantcore.status import Status
from tests.accounts import NOW, later
from tests.vector_files import Case, cases

CASES = cases("balance")
POLICY_KEYS = {"control", "currency", "limit", "credit_on_prepaid", "thresholds", "temporary"}
STEP_KEYS = {
    "do", "id", "at", "amount", "currency", "reference", "overage", "expires", "grant", "hold", "then", "status",
    "debt", "policy",
}  # fmt: skip


def moment(minutes: float | None) -> datetime | None:
    return None if minutes is None else later(minutes)


def money(amount: str | None, currency: str = "USD") -> Money | None:
    return None if amount is None else Money(amount, currency)


def amount_of(given: dict[str, Any]) -> Money:
    return Money(given["amount"], given.get("currency", "USD"))


def threshold(text: str, currency: str) -> Threshold:
    return LimitUsed(int(text[:-1])) if text.endswith("%") else FundsBelow(Money(text, currency))


def policy_of(given: dict[str, Any]) -> BalancePolicy:
    assert set(given) <= POLICY_KEYS, given
    currency = given.get("currency", "USD")
    options: dict[str, Any] = {
        "credit_limit": money(given.get("limit"), currency),
        "thresholds": tuple(threshold(text, currency) for text in given.get("thresholds", [])),
    }
    if "temporary" in given:
        raised = dict(given["temporary"])
        until, amount = moment(raised.pop("until")), money(raised.pop("amount", None), currency)
        options["temporary"] = TemporaryLimit(until=until, amount=amount, **raised)  # type: ignore[arg-type]
    if BalanceControl.parse(given["control"]) is BalanceControl.POSTPAID:
        return Postpaid(currency, **options)
    word = CreditOnPrepaid(given.get("credit_on_prepaid", "refused"))
    return Prepaid(currency, credit_on_prepaid=word, **options)


def overage_of(given: dict[str, Any]) -> Overage:
    return Overage(given.get("overage", "decline"))


def grant_of(given: dict[str, Any]) -> Grant:
    return Grant(given.get("grant", "exact"))


KINDS: dict[str, Callable[[dict[str, Any]], Operation]] = {
    "credit": lambda given: Credit(given["id"], amount_of(given), reference=given.get("reference")),
    "debit": lambda given: Debit(
        given["id"], amount_of(given), overage=overage_of(given), reference=given.get("reference")
    ),
    "reserve": lambda given: Reserve(
        given["id"], amount_of(given), expires_at=moment(given["expires"]), grant=grant_of(given)
    ),
    "capture": lambda given: Capture(
        given["id"],
        hold=given["hold"],
        amount=FULL if given["amount"] == "full" else amount_of(given),
        overage=overage_of(given),
        then=slice_of(given.get("then")),
    ),
    "release": lambda given: Release(given["id"], hold=given["hold"]),
    "expire": lambda given: Expire(given["id"]),
    "policy": lambda given: SetPolicy(given["id"], policy_of(given["policy"])),
    "status": lambda given: SetStatus(given["id"], Status.parse(given["status"]), debt=money(given.get("debt"))),
}


def operation_of(given: dict[str, Any]) -> Operation:
    assert set(given) <= STEP_KEYS, given
    return KINDS[given["do"]](given)


def slice_of(given: dict[str, Any] | None) -> NextSlice | None:
    if given is None:
        return None
    assert set(given) <= {"amount", "expires", "grant"}, given
    return NextSlice(amount_of(given), expires_at=moment(given["expires"]), grant=grant_of(given))


def account(given: dict[str, Any]) -> Ledger:
    """An account with the money and the holds that a case starts from."""
    has = given["has"]
    assert set(has) <= {"posted", "holds"}, has
    policy, posted = policy_of(given["policy"]), Money(has["posted"], "USD")
    ledger = Ledger(policy)
    if posted.is_positive:
        ledger.credit("posted", posted, now=NOW)
    elif posted.is_negative:
        ledger.debit("posted", -posted, now=NOW, overage=Overage.RECORD)
    for id_, amount in has.get("holds", {}).items():
        ledger.reserve(id_, Money(amount, "USD"), now=NOW, expires_at=None)
    assert (ledger.head.posted, len(ledger.holds)) == (posted, len(has.get("holds", {})))
    return ledger


def named(outcome: Outcome) -> str:
    if isinstance(outcome, Declined):
        return str(outcome.reason.code)
    return "already recorded" if isinstance(outcome, AlreadyRecorded) else "recorded"


def words(event: Event) -> str:
    match event:
        case LowBalance(threshold=passed):
            return f"low balance: {passed}"
        case LimitReached():
            return "limit reached"
        case ServicesStopped():
            return "services stopped"
        case ServicesRestored():
            return "services restored"
        case HoldExpired(hold=hold):
            return f"hold expired: {hold.id}"


class Run:
    """What comes of the steps of a case, one after the other."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.ledger = account(given)
        self.outcomes: list[str] = []
        self.told: dict[str, Any] = {"granted": {}, "slices_declined": {}, "events": []}
        self.now = NOW
        for each in given["steps"]:
            try:
                self.take(each)
            except InvalidValue as error:
                self.outcomes.append(str(error.problem.code))

    def take(self, given: dict[str, Any]) -> None:
        if given["do"] == "batch":
            operations = [operation_of(each) for each in given["operations"]]
            step_all(self.ledger.head, operations, Found(), NOW)
            raise AssertionError(given)
        operation = operation_of(given)
        # What a later step doesn't say stands where the one before left it.
        now = later(given["at"]) if "at" in given else self.now
        self.now = max(now, self.now)
        outcome = self.ledger.apply(operation, now=now)
        self.outcomes.append(named(outcome))
        if isinstance(outcome, Declined):
            self.told |= {key: value for key, value in outcome.reason.params.items() if key == "field"}
        elif outcome.entry.granted is not None:
            self.told["granted"][operation.id] = str(outcome.entry.granted.amount)
        elif outcome.entry.slice_declined is not None:
            self.told["slices_declined"][operation.id] = str(outcome.entry.slice_declined.code)
        if not isinstance(outcome, AlreadyRecorded):
            self.told["events"] += [words(event) for event in outcome.events]

    def observed(self, key: str) -> object:
        if key == "outcomes":
            return self.outcomes
        if key == "difference":
            return self.told["field"]
        if key in self.told:
            return self.told[key]
        found = getattr(self.ledger.balance_at(self.now), key)
        return found if isinstance(found, bool) else found.amount


def expected(case: Case) -> Iterator[tuple[str, object]]:
    for key, value in case.expect.items():
        yield key, Money(value, "USD").amount if isinstance(value, str) and key != "difference" else value


def chosen(shape: str) -> list[Any]:
    found = [pytest.param(case, id=case.id) for case in CASES if shape in case.given]
    assert found
    return found


class TestVectors:
    """BAL-1 to BAL-9, CALL-3: every case of the file comes out as it says."""

    @pytest.mark.parametrize("case", chosen("opening"))
    def test_openings(self, case: Case) -> None:
        given = dict(case.given["opening"])
        funds = Money(given.pop("funds"), given.get("currency", "USD"))
        found: dict[str, object] = {"problems": [], "warnings": []}
        try:
            policy = policy_of(given)
            found["problems"] = [str(problem.code) for problem in opening_problems(policy, funds)]
            opening = Opening(policy, funds)
        except InvalidValue as error:
            found["problems"] = found["problems"] or [str(error.problem.code)]
        else:
            found["warnings"] = [str(problem.code) for problem in opening.warnings()]
            found["may_use_services"] = opening.may_use_services
        assert found == case.expect

    @pytest.mark.parametrize("case", [each for each in chosen("policy") if "steps" not in each.values[0].given])
    def test_policies(self, case: Case) -> None:
        problems = []
        try:
            policy_of(case.given["policy"])
        except InvalidValue as error:
            problems = [str(error.problem.code)]
        assert {"problems": problems} == case.expect

    @pytest.mark.parametrize("case", chosen("steps"))
    def test_steps(self, case: Case) -> None:
        assert set(case.given) == {"policy", "has", "steps"}
        run = Run(case.given)
        for key, value in expected(case):
            assert run.observed(key) == value, key

    @pytest.mark.parametrize("case", chosen("together"))
    def test_accounts_together(self, case: Case) -> None:
        assert set(case.given) == {"accounts", "together"}
        ledgers = [account(given) for given in case.given["accounts"]]
        heads = [ledger.head for ledger in ledgers]
        known = [Found(ledger.entries, ledger.holds) for ledger in ledgers]
        outcomes = []
        for operations in case.given["together"]:
            pairs = [(head, operation_of(each)) for head, each in zip(heads, operations, strict=True)]
            steps = step_linked(pairs, known, NOW)
            heads = [each.head for each in steps]
            known = [
                Found((*before.entries, *each.entries), (*before.holds, *each.holds))
                for before, each in zip(known, steps, strict=True)
            ]
            outcomes.append([named(each.outcome) for each in steps])
        posted, held = ([str(getattr(head, key).amount) for head in heads] for key in ("posted", "held"))
        assert {"outcomes": outcomes, "posted": posted, "held": held} == case.expect

    def test_every_case_is_run(self) -> None:
        shapes = ("opening", "policy", "together")
        assert all(sum(shape in case.given for shape in shapes) == 1 for case in CASES)
