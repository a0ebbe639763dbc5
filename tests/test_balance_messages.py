"""What a person reads when an account can't be set up, an operation is declined, or stored parts don't fit."""

import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    BalanceControl,
    BalanceFault,
    Capture,
    Credit,
    Debit,
    DeclineReason,
    Expire,
    Found,
    FundsBelow,
    Ledger,
    LedgerHead,
    LimitUsed,
    Opening,
    Outcome,
    Postpaid,
    Prepaid,
    Release,
    SetStatus,
    Snapshot,
    TemporaryLimit,
    opening_problems,
    step,
    step_linked,
)
from tenantcore.errors import InvalidValue, Kind
from tenantcore.money import Money
from tenantcore.status import Status
from tests.accounts import NOW, a_hold, an_entry, later, postpaid, prepaid, usd, with_call

EUROS = Money("1.50", "EUR")
SUMMER = TemporaryLimit(until=later(1), amount=usd(5))
CHOOSE = "choose prepaid or postpaid"
ID = "give such a text, for example a UUID: the operation is repeated with the same one"
LOAD = "load the {} as the library gave it"
LATE = "charge usage all the same by a debit that records the overage"


def raised_by(build: Callable[[], object]) -> InvalidValue:
    with pytest.raises(InvalidValue) as error:
        build()
    return error.value


def first_problem(policy: Prepaid | Postpaid, funds: Money) -> object:
    raise InvalidValue(next(opening_problems(policy, funds)))


def row(**parts: Any) -> LedgerHead:
    return evolve(with_call().head, **parts)


FAULTS: dict[str, tuple[BalanceFault, Callable[[], object], str]] = {
    "a limit on prepaid": (
        BalanceFault.CREDIT_LIMIT_ON_PREPAID,
        lambda: Prepaid("USD", credit_limit=usd(1)),
        (
            "a prepaid account has no credit limit: it uses what was paid in; "
            "leave the credit limit out, make the account postpaid, or allow credit on prepaid accounts"
        ),
    ),
    "a negative limit": (
        BalanceFault.CREDIT_LIMIT_NEGATIVE,
        lambda: Postpaid("USD", credit_limit=usd("-0.50")),
        (
            "the credit limit must be 0 or more, not -0.50 USD; "
            "give the limit as a positive amount: what the tenant may owe"
        ),
    ),
    "funds on postpaid": (
        BalanceFault.FUNDS_ON_POSTPAID,
        lambda: Opening(Postpaid("USD"), usd("10")),
        (
            "a postpaid account opens without funds: it pays after use; "
            "leave the available funds out, or make the account prepaid"
        ),
    ),
    "negative funds": (
        BalanceFault.FUNDS_NEGATIVE,
        lambda: Opening(Prepaid("USD"), usd("-0.01")),
        "the available funds must be 0 or more, not -0.01 USD; give what the tenant has paid in",
    ),
    "funds too fine": (
        BalanceFault.FUNDS_TOO_FINE,
        lambda: Opening(Prepaid("JPY"), Money("1.5", "JPY")),
        "1.5 JPY can't be paid: JPY has 0 decimals; round the payment to 0 decimals",
    ),
    "no balance control": (
        BalanceFault.BALANCE_CONTROL_REQUIRED,
        lambda: BalanceControl.parse(" "),
        f"nothing says whether the account is prepaid or postpaid; {CHOOSE}",
    ),
    "another balance control": (
        BalanceFault.BALANCE_CONTROL_UNKNOWN,
        lambda: BalanceControl.parse("later"),
        f"'later' is no balance control: there are prepaid and postpaid; {CHOOSE}",
    ),
    "a control that may be personal": (
        BalanceFault.BALANCE_CONTROL_UNKNOWN,
        lambda: BalanceControl.parse("ann@example.net"),
        f"a text of 15 characters is no balance control: there are prepaid and postpaid; {CHOOSE}",
    ),
    "another currency": (
        BalanceFault.BALANCE_CURRENCY_MISMATCH,
        lambda: prepaid().credit("op", EUROS, now=NOW),
        "amount: an account in USD can't take an amount in EUR; give the amount in USD",
    ),
    "an opening in another currency": (
        BalanceFault.BALANCE_CURRENCY_MISMATCH,
        lambda: first_problem(Prepaid("JPY"), EUROS),
        "an account in JPY can't take an amount in EUR; give the amount in JPY",
    ),
    "a temporary limit by both": (
        BalanceFault.TEMPORARY_LIMIT_AMOUNT,
        lambda: TemporaryLimit(until=NOW, amount=usd(1), percent=1),
        (
            "a temporary limit must raise the limit by an amount or by a percentage, not by both or neither; "
            "give either an amount or a percentage"
        ),
    ),
    "a temporary limit of nothing": (
        BalanceFault.TEMPORARY_LIMIT_TOO_LOW,
        lambda: TemporaryLimit(until=NOW, amount=usd("0.00")),
        (
            "a temporary limit must raise the limit by more than 0, not by 0.00 USD; "
            "give the amount on top of the credit limit"
        ),
    ),
    "a temporary limit of no share": (
        BalanceFault.TEMPORARY_LIMIT_TOO_LOW,
        lambda: TemporaryLimit(until=NOW, percent=-5),
        (
            "a temporary limit must raise the limit by more than 0, not by -5 %; "
            "give the amount on top of the credit limit"
        ),
    ),
    "a temporary limit of none": (
        BalanceFault.TEMPORARY_LIMIT_NEEDS_LIMIT,
        lambda: Postpaid("USD", temporary=SUMMER),
        (
            "a temporary limit raises a credit limit, and there is none to raise; "
            "set a credit limit first; for a percentage it must be above 0"
        ),
    ),
    "a temporary limit for ever": (
        BalanceFault.TEMP_LIMIT_NO_EXPIRY,
        lambda: TemporaryLimit(until=None, percent=5),  # type: ignore[arg-type]
        ("a temporary limit must say until when it holds; give the instant at which the limit falls back by itself"),
    ),
    "a warning of a share of nothing": (
        BalanceFault.THRESHOLD_NEEDS_LIMIT,
        lambda: Postpaid("USD", thresholds=(LimitUsed(80),)),
        ("the warning threshold 80 % needs a credit limit above 0; set a credit limit, or leave the threshold out"),
    ),
    "a warning of funds without a limit": (
        BalanceFault.THRESHOLD_NEEDS_LIMIT,
        lambda: Postpaid("USD", thresholds=(FundsBelow(usd("2.50")),)),
        ("the warning threshold 2.50 USD needs a credit limit above 0; set a credit limit, or leave the threshold out"),
    ),
    "a warning beyond the limit": (
        BalanceFault.THRESHOLD_RANGE,
        lambda: LimitUsed(101),
        (
            "a warning threshold must be at 1 to 100 % of the credit limit, not at 101 %; "
            "choose a percentage that can be reached"
        ),
    ),
    "a warning below nothing": (
        BalanceFault.THRESHOLD_TOO_LOW,
        lambda: FundsBelow(usd(0)),
        "a warning threshold must be above 0, not 0 USD; choose an amount; that nothing is left is told anyway",
    ),
    "a warning twice": (
        BalanceFault.THRESHOLD_REPEATED,
        lambda: Prepaid("USD", thresholds=(FundsBelow(usd("5")), FundsBelow(usd("5.0")))),
        "a warning threshold stands twice; leave one of them out, or the tenant is warned twice",
    ),
    "many warnings": (
        BalanceFault.THRESHOLDS_TOO_MANY,
        lambda: Prepaid("USD", thresholds=tuple(FundsBelow(usd(number)) for number in range(1, 18))),
        "an account has at most 16 warning thresholds, not 17; keep those that somebody acts on",
    ),
    "a skew backwards": (
        BalanceFault.CLOCK_SKEW_NEGATIVE,
        lambda: Prepaid("USD", clock_skew=timedelta(microseconds=-1)),
        "the clock skew must be 0 or more; give how far the clocks of the host's processes may lie apart",
    ),
    "an id": (
        BalanceFault.OPERATION_ID_MALFORMED,
        lambda: Expire("a b "),
        f"id must be 1 to 255 printable characters without a space at either end, not a text of 4 characters; {ID}",
    ),
    "a hold's id": (
        BalanceFault.OPERATION_ID_MALFORMED,
        lambda: Release("op", hold=""),
        f"hold must be 1 to 255 printable characters without a space at either end, not ''; {ID}",
    ),
    "a reference": (
        BalanceFault.OPERATION_ID_MALFORMED,
        lambda: Credit("op", usd(1), reference=" a"),
        f"reference must be 1 to 255 printable characters without a space at either end, not ' a'; {ID}",
    ),
    "an amount of nothing": (
        BalanceFault.OPERATION_AMOUNT_TOO_LOW,
        lambda: Debit("op", usd("0.00")),
        "amount must be above 0, not 0.00 USD; leave the operation out, or give what it moves",
    ),
    "a debt of nothing": (
        BalanceFault.OPERATION_AMOUNT_TOO_LOW,
        lambda: SetStatus("op", Status.SUSPENDED, debt=usd(-1)),
        "debt must be above 0, not -1 USD; leave the operation out, or give what it moves",
    ),
    "a negative capture": (
        BalanceFault.CAPTURE_AMOUNT_NEGATIVE,
        lambda: Capture("op", hold="call", amount=usd("-0.01")),
        ("a capture must be of 0 or more, not of -0.01 USD; give what was used; 0 charges nothing and frees the hold"),
    ),
    "limited by hand": (
        BalanceFault.STATUS_NOT_SET_BY_HAND,
        lambda: SetStatus("op", Status.LIMITED),
        (
            "an account can't be made limited: that follows from its balance; "
            "set it active, suspended, blocked or closed"
        ),
    ),
    "a debt with another status": (
        BalanceFault.DEBT_WITHOUT_SUSPENSION,
        lambda: SetStatus("op", Status.BLOCKED, debt=usd(1)),
        ("a debt goes with a suspension, not with the status blocked; suspend the account, or leave the debt out"),
    ),
    "a row": (
        BalanceFault.HEAD_INCONSISTENT,
        lambda: row(last=None),
        "the row of the account contradicts itself in last; " + LOAD.format("row"),
    ),
    "a hold": (
        BalanceFault.HOLD_INCONSISTENT,
        lambda: a_hold("call", "1", ended_at=NOW),
        "the hold contradicts itself in ended_at; " + LOAD.format("hold"),
    ),
    "a hold that ended before the row was loaded": (
        BalanceFault.HOLDS_DISPROVED,
        lambda: step(
            prepaid().head, Capture("end", hold="call", amount=FULL), Found(holds=(a_hold("call", "1"),)), NOW
        ),
        (
            "the row of the account holds less than the hold 'call', which was found open; "
            "load the row and its holds again, best both at one moment, and decide again"
        ),
    ),
    "an entry": (
        BalanceFault.ENTRY_INCONSISTENT,
        lambda: an_entry(1, Debit("op", usd(1)), posted=usd(1)),
        "the entry contradicts itself in posted; " + LOAD.format("entry"),
    ),
    "a gap": (
        BalanceFault.ENTRIES_OUT_OF_ORDER,
        lambda: Ledger.replay(Prepaid("USD"), [an_entry(1, Expire("a")), an_entry(3, Expire("b"))]),
        (
            "entry 3 stands where entry 2 belongs; "
            "hand in every entry of one account, from the first, in the order of their numbers"
        ),
    ),
    "another account's entry": (
        BalanceFault.ENTRIES_CONTRADICT,
        lambda: Ledger.replay(Prepaid("USD"), [an_entry(1, Expire("a")), an_entry(2, Expire("a"))]),
        ("entry 2 doesn't follow from those before it; hand in the entries of one account only, as they were written"),
    ),
    "a snapshot": (
        BalanceFault.SNAPSHOT_INCONSISTENT,
        lambda: Snapshot(with_call().head, (), ()),
        "the snapshot contradicts itself in holds; restore a snapshot that the library took",
    ),
    "an account twice": (
        BalanceFault.LINKED_TWICE,
        lambda: linked_twice(prepaid().head),
        (
            "an account stands twice among those that are charged together; "
            "put what concerns one account into one operation"
        ),
    ),
}


def linked_twice(head: LedgerHead) -> object:
    return step_linked([(head, Expire("a")), (head, Expire("b"))], [Found(), Found()], NOW)


def ended(how: str) -> Ledger:
    ledger = prepaid()
    ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
    if how == "captured":
        ledger.capture("end", hold="call", amount=FULL, now=NOW)
    elif how == "released":
        ledger.release("end", hold="call", now=NOW)
    return ledger


def stopped(status: Status, debt: Money | None = None) -> Ledger:
    ledger = prepaid()
    ledger.set_status("stop", status, now=NOW, debt=debt)
    return ledger


def linked() -> Outcome:
    steps = step_linked(
        [(prepaid("10").head, Debit("op", usd(3))), (prepaid("1").head, Debit("op", usd(3)))],
        [Found(), Found()],
        NOW,
    )
    return steps[0].outcome


def another(ledger: Ledger) -> Outcome:
    ledger.debit("op-1", usd(1), now=NOW)
    return ledger.debit("op-1", usd(2), now=NOW)


FIVE_PAST = later(5)
DECLINED: dict[str, tuple[DeclineReason, Callable[[], Outcome], str]] = {
    "another operation": (
        DeclineReason.OPERATION_DIFFERS,
        lambda: another(prepaid()),
        (
            "the operation 'op-1' is recorded with another amount; "
            "repeat the operation unchanged, or give the new one an id of its own"
        ),
    ),
    "an operation of another kind": (
        DeclineReason.OPERATION_DIFFERS,
        lambda: with_call().release("call", hold="call", now=NOW),
        (
            "the operation 'call' is recorded with another kind of operation; "
            "repeat the operation unchanged, or give the new one an id of its own"
        ),
    ),
    "a clock behind": (
        DeclineReason.CLOCK_BEHIND,
        lambda: prepaid(clock_skew=timedelta(seconds=2.5)).debit("op", usd(1), now=NOW - timedelta(seconds=9.1)),
        (
            "the clock lies 10 s behind the account's last entry, more than 3 s; "
            "set the clock right and send the operation again under the same id"
        ),
    ),
    "an expiry that is past": (
        DeclineReason.HOLD_EXPIRY_PAST,
        lambda: prepaid().reserve("op", usd(1), now=FIVE_PAST, expires_at=later(4)),
        (
            "a hold must expire after 2026-11-22T12:05:00+00:00, not at 2026-11-22T12:04:00+00:00; "
            "let the hold expire later"
        ),
    ),
    "no hold": (
        DeclineReason.HOLD_NOT_FOUND,
        lambda: prepaid().release("op", hold="call-7", now=NOW),
        "the account has no hold 'call-7'; name the operation that reserved it",
    ),
    "a hold named like a telephone number": (
        DeclineReason.HOLD_NOT_FOUND,
        lambda: prepaid().release("op", hold="+6591234567", now=NOW),
        "the account has no hold a text of 11 characters; name the operation that reserved it",
    ),
    "more than is held": (
        DeclineReason.AMOUNT_EXCEEDS_HOLD,
        lambda: with_call().capture("op", hold="call", amount=usd("4.50"), now=NOW),
        "4.50 USD is more than the 4 USD that are held; capture what is held, or record the overage",
    ),
    "captured": (
        DeclineReason.HOLD_CAPTURED,
        lambda: ended("captured").release("op", hold="call", now=NOW),
        "the hold 'call' is captured already; charge further usage by an operation of its own",
    ),
    "released": (
        DeclineReason.HOLD_RELEASED,
        lambda: ended("released").release("op", hold="call", now=NOW),
        f"the hold 'call' was released; {LATE}",
    ),
    "expired": (
        DeclineReason.HOLD_EXPIRED,
        lambda: ended("expired").release("op", hold="call", now=FIVE_PAST),
        f"the hold 'call' expired at 2026-11-22T12:01:00+00:00; {LATE}",
    ),
    "closed": (
        DeclineReason.ACCOUNT_CLOSED,
        lambda: stopped(Status.CLOSED).credit("op", usd(1), now=NOW),
        "the account is closed; open another account; only what is held can still be settled",
    ),
    "blocked": (
        DeclineReason.ACCOUNT_BLOCKED,
        lambda: stopped(Status.BLOCKED).debit("op", usd(1), now=NOW),
        "the account is blocked; ask whoever blocked it; usage that is over can be recorded",
    ),
    "suspended": (
        DeclineReason.ACCOUNT_SUSPENDED,
        lambda: stopped(Status.SUSPENDED).debit("op", usd(1), now=NOW),
        "the account is suspended; pay what is owed; usage that is over can be recorded",
    ),
    "a debt": (
        DeclineReason.SUSPENDED_FOR_DEBT,
        lambda: stopped(Status.SUSPENDED, usd("7.50")).set_status("op", Status.ACTIVE, now=NOW),
        ("the account is suspended for a debt of which 7.50 USD is unpaid; record the payment: it ends the suspension"),
    ),
    "no limit": (
        DeclineReason.CREDIT_LIMIT_NEEDED,
        lambda: prepaid().set_policy("op", Postpaid("USD"), now=NOW),
        "a prepaid account becomes postpaid only with a credit limit; give the postpaid policy a credit limit",
    ),
    "owing": (
        DeclineReason.DEBT_UNSETTLED,
        lambda: postpaid(owed="2.50").set_policy("op", Prepaid("USD"), now=NOW),
        (
            "the account owes 2.50 USD, and becomes prepaid only when that is settled; "
            "record a payment of 2.50 USD first"
        ),
    ),
    "no funds": (
        DeclineReason.FUNDS_INSUFFICIENT,
        lambda: with_call().debit("op", usd("6.01"), now=NOW),
        "6.01 USD is more than the 6 USD that are available; top the account up",
    ),
    "no funds at all": (
        DeclineReason.FUNDS_INSUFFICIENT,
        lambda: prepaid("0").debit("op", usd("0.01"), now=NOW),
        "0.01 USD is more than the 0 USD that are available; top the account up",
    ),
    "beyond the limit": (
        DeclineReason.CREDIT_LIMIT_EXCEEDED,
        lambda: postpaid("100", owed="99.9").debit("op", usd(1), now=NOW),
        "1 USD is more than the 0.1 USD that are left of the credit limit; pay, or raise the credit limit",
    ),
    "the other account": (
        DeclineReason.LINKED_DECLINED,
        linked,
        ("another account that was to be charged together with this one declined; see the other account's reason"),
    ),
}


class TestFaults:
    """X-3: every fault has a stable sentence with its parameters and its remedy."""

    @pytest.mark.parametrize("case", FAULTS)
    def test_it_says_what_is_wrong_and_what_to_do(self, case: str) -> None:
        code, build, told = FAULTS[case]
        error = raised_by(build)
        assert error.problem.code is code
        assert str(error) == told

    def test_a_warning_says_so_too(self) -> None:
        (warning,) = Opening(Postpaid("USD"), usd(0)).warnings()
        assert warning.is_warning
        assert str(warning) == (
            "the postpaid account has no credit limit, so misuse and fraud can grow without end; set a credit limit"
        )

    def test_none_is_left_out(self) -> None:
        # Top-ups have a table of their own, beside their rules.
        others = {code for code in BalanceFault if code.rule == "BAL-7" or code.kind is Kind.WARNING}
        assert {code for code, _, _ in FAULTS.values()} == set(BalanceFault) - others


class TestReasons:
    """X-3: every reason to decline has a stable sentence with its parameters and its remedy."""

    @pytest.mark.parametrize("case", DECLINED)
    def test_it_says_why_and_what_to_do(self, case: str) -> None:
        code, ask, told = DECLINED[case]
        outcome = ask()
        assert not isinstance(outcome, AlreadyRecorded)
        reason = getattr(outcome, "reason", None)
        assert reason is not None
        assert reason.code is code
        assert str(reason) == told

    def test_none_is_left_out(self) -> None:
        assert {code for code, _, _ in DECLINED.values()} == set(DeclineReason)


class TestCodes:
    """X-3: each code names its rule, and says what sort of fault it is to hosts that don't know it."""

    def test_rules_and_kinds(self) -> None:
        told: dict[tuple[str, Kind], list[str]] = {}
        for code in (*BalanceFault, *DeclineReason):
            if code.rule != "BAL-7":
                told.setdefault((code.rule, code.kind), []).append(code.name)
        assert told == {place: names.split() for place, names in CODES.items()}

    def test_codes_survive_pickling_by_name(self) -> None:
        for code in (*BalanceFault, *DeclineReason):
            assert pickle.loads(pickle.dumps(code)) is code  # noqa: S301 - our own bytes


CODES: dict[tuple[str, Kind], str] = {
    ("BAL-1", Kind.CONFLICT): "CREDIT_LIMIT_ON_PREPAID FUNDS_ON_POSTPAID BALANCE_CURRENCY_MISMATCH",
    ("BAL-1", Kind.OUT_OF_RANGE): "CREDIT_LIMIT_NEGATIVE FUNDS_NEGATIVE FUNDS_TOO_FINE",
    ("BAL-1", Kind.WARNING): "CREDIT_LIMIT_MISSING",
    ("BAL-1", Kind.MISSING): "BALANCE_CONTROL_REQUIRED",
    ("BAL-1", Kind.UNKNOWN): "BALANCE_CONTROL_UNKNOWN",
    ("BAL-2", Kind.OUT_OF_RANGE): "FUNDS_INSUFFICIENT CREDIT_LIMIT_EXCEEDED",
    (
        "BAL-3",
        Kind.OUT_OF_RANGE,
    ): "OPERATION_AMOUNT_TOO_LOW CAPTURE_AMOUNT_NEGATIVE HOLD_EXPIRY_PAST AMOUNT_EXCEEDS_HOLD",
    ("BAL-3", Kind.CONFLICT): "HOLD_INCONSISTENT HOLDS_DISPROVED HOLD_CAPTURED HOLD_RELEASED HOLD_EXPIRED",
    ("BAL-3", Kind.UNKNOWN): "HOLD_NOT_FOUND",
    ("BAL-4", Kind.OUT_OF_RANGE): "CLOCK_SKEW_NEGATIVE CLOCK_BEHIND",
    ("BAL-4", Kind.MALFORMED): "OPERATION_ID_MALFORMED",
    ("BAL-4", Kind.CONFLICT): "OPERATION_DIFFERS",
    ("BAL-5", Kind.CONFLICT): (
        "HEAD_INCONSISTENT ENTRY_INCONSISTENT ENTRIES_OUT_OF_ORDER ENTRIES_CONTRADICT SNAPSHOT_INCONSISTENT"
    ),
    ("BAL-6", Kind.CONFLICT): (
        "TEMPORARY_LIMIT_AMOUNT TEMPORARY_LIMIT_NEEDS_LIMIT THRESHOLD_NEEDS_LIMIT THRESHOLD_REPEATED"
    ),
    ("BAL-6", Kind.OUT_OF_RANGE): "TEMPORARY_LIMIT_TOO_LOW THRESHOLD_RANGE THRESHOLD_TOO_LOW",
    ("BAL-6", Kind.MISSING): "TEMP_LIMIT_NO_EXPIRY",
    ("BAL-8", Kind.MISSING): "CREDIT_LIMIT_NEEDED",
    ("BAL-8", Kind.CONFLICT): "DEBT_UNSETTLED",
    ("BAL-9", Kind.CONFLICT): "DEBT_WITHOUT_SUSPENSION SUSPENDED_FOR_DEBT",
    ("CALL-3", Kind.CONFLICT): "LINKED_TWICE LINKED_DECLINED",
    ("TEN-1", Kind.CONFLICT): "STATUS_NOT_SET_BY_HAND ACCOUNT_CLOSED ACCOUNT_BLOCKED ACCOUNT_SUSPENDED",
    ("X-2", Kind.OUT_OF_RANGE): "THRESHOLDS_TOO_MANY",
}
