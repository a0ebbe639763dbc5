"""What hosts test their stores of accounts with: all that can be asked and answered turns up, and nothing raises."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from tenantcore.balance import (
    Declined,
    DeclineReason,
    Entry,
    Event,
    Found,
    Hold,
    Ledger,
    LedgerHead,
    NoTopUp,
    NoTopUpReason,
    Operation,
    Outcome,
    Prepaid,
    TopUp,
    TopUpRule,
    needs,
    plan_topup,
    step,
)
from tenantcore.money import Money
from tenantcore.testing import LedgerScript, ledger_scripts, ledgers, operations, top_up_rules

NOW = datetime(2026, 11, 22, tzinfo=UTC)
# The others are rare: a conversion that is refused, a blocked account.
COMMON = {
    DeclineReason.OPERATION_DIFFERS, DeclineReason.CLOCK_BEHIND, DeclineReason.HOLD_EXPIRY_PAST,
    DeclineReason.HOLD_NOT_FOUND, DeclineReason.HOLD_CAPTURED, DeclineReason.HOLD_EXPIRED,
    DeclineReason.ACCOUNT_SUSPENDED, DeclineReason.FUNDS_INSUFFICIENT, DeclineReason.CREDIT_LIMIT_EXCEEDED,
}  # fmt: skip


def drawn(strategy: SearchStrategy[Any], examples: int) -> list[Any]:
    """Return what a strategy gives, the same in every run."""
    found: list[Any] = []

    @settings(
        derandomize=True, database=None, deadline=None, max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(strategy)
    def collect(value: object) -> None:
        found.append(value)

    collect()
    return found


class Store:
    """A host's store in miniature: a row, entries by their id, holds by theirs; saved by compare-and-swap."""

    def __init__(self, script: LedgerScript) -> None:
        self.head = LedgerHead.opened(script.policy)
        self.entries: dict[str, Entry] = {}
        self.holds: dict[str, Hold] = {}

    def ask(self, operation: Operation, now: datetime) -> Outcome:
        wanted = needs([operation], now)
        named = [self.holds[id_] for id_ in wanted.holds if id_ in self.holds]
        due = [hold for hold in self.holds.values() if not hold.is_open_at(wanted.due_by) and hold.ended_at is None]
        prior = [self.entries[id_] for id_ in wanted.ids if id_ in self.entries]
        result = step(self.head, operation, Found(tuple(prior), tuple({*named, *due})), now)
        self.head = result.head
        self.entries |= {entry.id: entry for entry in result.entries if entry.id is not None}
        self.holds |= {hold.id: hold for hold in result.holds}
        return result.outcome


class TestScripts:
    """BAL-4: a store answers as a ledger does, whatever is asked of it and at whatever time."""

    @given(ledger_scripts())
    def test_a_store_answers_as_a_ledger(self, script: LedgerScript) -> None:
        store = Store(script)
        ledger, outcomes = script.played()
        assert tuple(store.ask(operation, now) for operation, now in script.asked) == outcomes
        assert store.head == ledger.head

    @given(ledger_scripts("JPY", most=3))
    def test_currency_and_length_can_be_said(self, script: LedgerScript) -> None:
        assert script.policy.currency == "JPY"
        assert 1 <= len(script.asked) <= 3

    def test_everything_turns_up(self) -> None:
        scripts = drawn(ledger_scripts(), 150)
        answers = [outcome for script in scripts for outcome in script.played()[1]]
        assert {type(answer) for answer in answers} == set(get_args(Outcome))
        assert {type(event) for answer in answers for event in getattr(answer, "events", ())} == set(get_args(Event))
        assert {type(operation) for script in scripts for operation, _ in script.asked} == set(get_args(Operation))
        reasons = {answer.reason.code for answer in answers if isinstance(answer, Declined)}
        assert reasons >= COMMON
        slices = [answer.entry for answer in answers if answer.entry is not None]
        assert any(entry.slice_declined is not None for entry in slices)
        assert len({script.policy.currency for script in scripts}) > 3


class TestOperations:
    """BAL-4: operations of every kind, whose ids are few."""

    def test_every_kind_turns_up(self) -> None:
        found = drawn(operations("KWD"), 100)
        assert {type(operation) for operation in found} == set(get_args(Operation))
        assert len({operation.id for operation in found}) == 6

    @given(operations("USD"))
    def test_each_can_be_asked_of_an_account(self, operation: Operation) -> None:
        script = LedgerScript(Prepaid("USD"), ((operation, NOW), (operation, NOW)))
        _, (first, again) = script.played()
        if first.entry is not None:
            assert again.entry == first.entry

    def test_without_a_currency_any_is_drawn(self) -> None:
        strategies: list[Callable[[], SearchStrategy[Any]]] = [operations, top_up_rules]
        for strategy in strategies:
            assert len(drawn(strategy(), 30)) > 0


class TestLedgers:
    """BAL-5: ledgers to which something has happened."""

    @given(ledgers("USD"))
    def test_they_can_be_replayed_and_restored(self, ledger: Ledger) -> None:
        assert Ledger.restore(ledger.snapshot()).snapshot() == ledger.snapshot()
        assert sum((entry.posted for entry in ledger.entries), Money.zero("USD")) == ledger.head.posted


class TestTopUpRules:
    """BAL-7: rules by amount and by target."""

    @given(top_up_rules())
    def test_what_is_planned_is_followed_by_none(self, rule: TopUpRule) -> None:
        nothing = Money.zero(rule.threshold.currency)
        planned = plan_topup(rule, nothing, pending=nothing, last_made=None, last_declined=None, now=NOW)
        assert isinstance(planned, TopUp)
        later = NOW + timedelta(days=366)
        again = plan_topup(rule, nothing, pending=planned.amount, last_made=NOW, last_declined=NOW, now=later)
        assert isinstance(again, NoTopUp)
        assert again.reason.code is NoTopUpReason.TOP_UP_ON_ITS_WAY

    def test_every_shape_turns_up(self) -> None:
        rules = drawn(top_up_rules("USD"), 100)
        shapes = {(rule.amount is None, rule.minimum is None, rule.most is None) for rule in rules}
        assert len(shapes) == 8
