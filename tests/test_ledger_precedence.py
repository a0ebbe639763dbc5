"""Which answer an operation gets that breaks several rules at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, combinations

import pytest

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    BalanceFault,
    Capture,
    Credit,
    Debit,
    Declined,
    DeclineReason,
    Expire,
    Found,
    Grant,
    Ledger,
    NextSlice,
    Operation,
    Overage,
    Postpaid,
    Prepaid,
    Recorded,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
    step,
)
from tenantcore.errors import Code, FieldCode, InvalidValue
from tenantcore.money import Money
from tenantcore.status import Status
from tests.accounts import NOW, later, reason, recorded, usd

# The order of BAL-4, and within a rank that in which the reasons are told. "type" and "currency" raise.
ORDER: dict[str, Code] = {
    "type": FieldCode.INSTANT_NAIVE,
    "currency": BalanceFault.BALANCE_CURRENCY_MISMATCH,
    "known": DeclineReason.OPERATION_DIFFERS,
    "clock": DeclineReason.CLOCK_BEHIND,
    "expiry": DeclineReason.HOLD_EXPIRY_PAST,
    "lost": DeclineReason.HOLD_NOT_FOUND,
    "amount": DeclineReason.AMOUNT_EXCEEDS_HOLD,
    "captured": DeclineReason.HOLD_CAPTURED,
    "released": DeclineReason.HOLD_RELEASED,
    "expired": DeclineReason.HOLD_EXPIRED,
    "closed": DeclineReason.ACCOUNT_CLOSED,
    "blocked": DeclineReason.ACCOUNT_BLOCKED,
    "suspended": DeclineReason.ACCOUNT_SUSPENDED,
    "debt": DeclineReason.SUSPENDED_FOR_DEBT,
    "no limit": DeclineReason.CREDIT_LIMIT_NEEDED,
    "owing": DeclineReason.DEBT_UNSETTLED,
    "funds": DeclineReason.FUNDS_INSUFFICIENT,
    "limit": DeclineReason.CREDIT_LIMIT_EXCEEDED,
}
RAISED = {"type", "currency"}
NOT_ON_RECORD = {"known", "clock", "expiry"}

# What can be wrong with each kind, in the order of BAL-4; of those in one group only one can be wrong at a time.
EVERYTHING = (("type",), ("known",), ("clock",))
STOPPED = ("closed", "blocked", "suspended")
RULES: dict[str, tuple[tuple[str, ...], ...]] = {
    "credit": (("type",), ("currency",), ("known",), ("clock",), ("closed",)),
    "debit": (("type",), ("currency",), ("known",), ("clock",), STOPPED, ("funds", "limit")),
    "reserve": (("type",), ("currency",), ("known",), ("clock",), ("expiry",), STOPPED, ("funds", "limit")),
    "reserve up to": (("type",), ("currency",), ("known",), ("clock",), ("expiry",), STOPPED, ("funds", "limit")),
    "capture": (("type",), ("currency",), ("known",), ("clock",), ("amount",), ("captured", "released", "expired")),
    "capture of a lost hold": (("type",), ("currency",), ("known",), ("clock",), ("lost",)),
    "capture of more": (("type",), ("currency",), ("known",), ("clock",), ("captured", "released", "expired")),
    "release": (*EVERYTHING, ("lost", "captured", "released", "expired")),
    "expire": EVERYTHING,
    "to prepaid": (("type",), ("currency",), ("known",), ("clock",), ("closed",), ("owing",)),
    "to postpaid": (("type",), ("currency",), ("known",), ("clock",), ("closed",), ("no limit",)),
    "activate": (*EVERYTHING, ("closed",), ("debt",)),
    "suspend": (("type",), ("currency",), ("known",), ("clock",), ("closed",)),
}


def all_that_can_break(kind: str) -> Iterator[tuple[str, ...]]:
    """Every set of rules that an operation of a kind can break at once."""
    groups = RULES[kind]
    for number in range(1, len(groups) + 1):
        for chosen in combinations(groups, number):
            yield from one_of_each(chosen)


def one_of_each(groups: tuple[tuple[str, ...], ...]) -> Iterator[tuple[str, ...]]:
    if not groups:
        yield ()
        return
    for rest in one_of_each(groups[1:]):
        yield from ((rule, *rest) for rule in groups[0])


def operation(kind: str, broken: tuple[str, ...]) -> Operation:
    amount = Money(9 if {"funds", "limit"} & {*broken} else 1, "EUR" if "currency" in broken else "USD")
    expires_at = later(-30) if "expiry" in broken else later(60)
    currency = amount.currency
    hold = "lost" if "lost" in broken else "call"
    charge = Money(3 if "amount" in broken else 2, currency)
    made: dict[str, Operation] = {
        "credit": Credit("op", amount),
        "debit": Debit("op", amount),
        "reserve": Reserve("op", amount, expires_at=expires_at),
        "reserve up to": Reserve("op", amount, expires_at=expires_at, grant=Grant.UP_TO),
        "capture": Capture("op", hold=hold, amount=charge),
        "capture of a lost hold": Capture("op", hold=hold, amount=charge),
        "capture of more": Capture("op", hold=hold, amount=Money(9, currency), overage=Overage.RECORD),
        "release": Release("op", hold=hold),
        "expire": Expire("op"),
        "to prepaid": SetPolicy("op", Prepaid(currency)),
        "to postpaid": SetPolicy(
            "op", Postpaid(currency, credit_limit=None if "no limit" in broken else Money(5, currency))
        ),
        "activate": SetStatus("op", Status.ACTIVE),
        "suspend": SetStatus("op", Status.SUSPENDED, debt=amount),
    }
    return made[kind]


# What has happened before that breaks a rule, in this order.
BEFORE: dict[str, Operation] = {
    "owing": Debit("use", usd(1)),
    "funds": Debit("use", usd(8)),  # all there is besides the hold, so that not even a part is left
    "limit": Debit("use", usd(8)),
    "captured": Capture("end", hold="call", amount=usd(2)),
    "released": Release("end", hold="call"),
    "expired": Expire("end"),
    "debt": SetStatus("debt", Status.SUSPENDED, debt=usd(1)),
    "known": Debit("op", usd("0.01"), overage=Overage.RECORD),
    "suspended": SetStatus("stop", Status.SUSPENDED),
    "blocked": SetStatus("stop", Status.BLOCKED),
    "closed": SetStatus("stop", Status.CLOSED),
}


def account(kind: str, broken: tuple[str, ...]) -> Ledger:
    """An account with 10 USD to take, of which a hold has 2; broken as it was asked for."""
    is_postpaid = "limit" in broken or kind == "to prepaid"
    ledger = Ledger(Postpaid("USD", credit_limit=usd(10)) if is_postpaid else Prepaid("USD"))
    if not is_postpaid:
        ledger.credit("funds", usd(10), now=NOW)
    recorded(ledger.reserve("call", usd(2), now=NOW, expires_at=later(1)))
    for rule, happened in BEFORE.items():
        if rule in broken:
            recorded(ledger.apply(happened, now=later(1) if "expired" in broken else NOW))
    return ledger


def moment(ledger: Ledger, broken: tuple[str, ...]) -> datetime:
    assert ledger.head.last is not None
    now = ledger.head.last - timedelta(minutes=6) if "clock" in broken else ledger.head.last
    return now.replace(tzinfo=None) if "type" in broken else now


class TestPrecedence:
    """BAL-4: what breaks several rules is answered with the first of them."""

    @pytest.mark.parametrize("kind", RULES)
    def test_the_first_rule_that_is_broken_answers(self, kind: str) -> None:
        for broken in all_that_can_break(kind):
            first = min(broken, key=list(ORDER).index)
            ledger, asked = account(kind, broken), operation(kind, broken)
            if first in RAISED:
                self.check_raised(ledger, asked, moment(ledger, broken), ORDER[first])
            else:
                self.check_declined(ledger, asked, moment(ledger, broken), first)

    @staticmethod
    def check_raised(ledger: Ledger, asked: Operation, now: datetime, code: Code) -> None:
        before = ledger.snapshot()
        with pytest.raises(InvalidValue) as error:
            ledger.apply(asked, now=now)
        assert error.value.problem.code is code
        with pytest.raises(InvalidValue) as error:
            step(before.head, asked, Found(before.entries, before.holds), now)
        assert error.value.problem.code is code
        assert ledger.snapshot() == before

    @staticmethod
    def check_declined(ledger: Ledger, asked: Operation, now: datetime, first: str) -> None:
        before = ledger.snapshot()
        stepped = step(before.head, asked, Found(before.entries, before.holds), now)
        outcome = ledger.apply(asked, now=now)
        assert stepped.outcome == outcome
        assert isinstance(outcome, Declined)
        assert outcome.reason.code is ORDER[first]
        if first in NOT_ON_RECORD:
            assert ledger.snapshot() == before
            assert (stepped.head, stepped.entries, stepped.holds) == (before.head, (), ())
        else:
            assert outcome.entry is not None
            assert outcome.entry == ledger.entries[-1]
            assert outcome.entry.declined is outcome.reason
            assert ledger.balance.posted == before.head.posted

    @pytest.mark.parametrize("kind", RULES)
    def test_what_breaks_none_is_recorded(self, kind: str) -> None:
        if kind != "capture of a lost hold":
            recorded(account(kind, ()).apply(operation(kind, ()), now=NOW))

    def test_every_reason_has_its_place(self) -> None:
        in_the_table = [code for code in ORDER.values() if isinstance(code, DeclineReason)]
        assert in_the_table == [code for code in DeclineReason if code is not DeclineReason.LINKED_DECLINED]
        used = {rule for groups in RULES.values() for group in groups for rule in group}
        assert used == set(ORDER)


class TestKnownOperations:
    """BAL-4: what is known comes before the clock, the hold, the status and the funds."""

    @pytest.mark.parametrize("kind", [kind for kind in RULES if kind not in {"suspend", "capture of a lost hold"}])
    @pytest.mark.parametrize("behind", [0, 6, 60_000])
    def test_a_repeat_is_told_what_was_recorded_whatever_has_changed(self, kind: str, behind: int) -> None:
        ledger, asked = account(kind, ()), operation(kind, ())
        entry = recorded(ledger.apply(asked, now=NOW)).entry
        ledger.expire(now=later(100))
        ledger.debit("all of it", usd(1000), now=later(100), overage=Overage.RECORD)
        ledger.set_status("the end", Status.CLOSED, now=later(100))
        assert ledger.apply(asked, now=later(100 - behind)) == AlreadyRecorded(entry)

    @pytest.mark.parametrize("behind", [0, 6, 60_000])
    def test_a_refused_repeat_is_refused_for_the_reason_of_then(self, behind: int) -> None:
        ledger = account("debit", ("funds",))
        asked = operation("debit", ("funds",))
        first = ledger.apply(asked, now=NOW)
        assert isinstance(first, Declined)
        ledger.set_status("the end", Status.CLOSED, now=later(100))
        assert ledger.apply(asked, now=later(100 - behind)) == Declined(first.reason, first.entry)


class TestSlicesInOrder:
    """BAL-4: a next slice is measured in the same order: its expiry, the status, the funds."""

    @pytest.mark.parametrize("status", [None, *STOPPED])
    @pytest.mark.parametrize("is_expired", [True, False])
    @pytest.mark.parametrize("amount", ["1", "9"])
    def test_the_first_rule_that_is_broken_answers(self, status: str | None, is_expired: bool, amount: str) -> None:
        ledger = account("capture", () if status is None else (status,))
        then = NextSlice(usd(amount), expires_at=NOW if is_expired else later(1))
        outcome = ledger.capture("op", hold="call", amount=FULL, now=NOW, then=then)
        broken = [
            *(["expiry"] if is_expired else []), *([] if status is None else [status]),
            *(["funds"] if amount == "9" else []),
        ]  # fmt: skip
        assert isinstance(outcome, Recorded)
        declined = outcome.entry.slice_declined
        assert (None if declined is None else declined.code) is (ORDER[broken[0]] if broken else None)
        assert outcome.entry.posted == usd(-2)

    @pytest.mark.parametrize(
        "broken", list(chain.from_iterable(combinations(["known", "clock", "captured"], n) for n in (1, 2, 3)))
    )
    def test_a_capture_that_is_declined_says_nothing_of_its_slice(self, broken: tuple[str, ...]) -> None:
        ledger = account("capture", broken)
        asked = Capture("op", hold="call", amount=FULL, then=NextSlice(usd(99), expires_at=later(-60)))
        outcome = ledger.apply(asked, now=moment(ledger, broken))
        assert reason(outcome) is ORDER[broken[0]]
