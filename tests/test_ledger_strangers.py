"""Whatever is handed to an account: an answer or a fault of ours, and the account as it was."""

import contextlib
import itertools
import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    BalanceControl,
    BalanceFault,
    Capture,
    Credit,
    CreditOnPrepaid,
    Debit,
    Entry,
    Expire,
    Found,
    FundsBelow,
    Grant,
    HoldState,
    Lapse,
    Ledger,
    LedgerHead,
    LimitUsed,
    NextSlice,
    Opening,
    Operation,
    Overage,
    Postpaid,
    Prepaid,
    Reserve,
    Snapshot,
    TemporaryLimit,
    needs,
    opening_problems,
    step,
    step_all,
    step_linked,
)
from tenantcore.errors import Code, FieldCode, InvalidType, InvalidValue, Problem
from tenantcore.money import Money, MoneyFault
from tenantcore.status import Status
from tests.accounts import NOW, a_hold, an_entry, prepaid, told, usd, with_call
from tests.strangers import Hostile, HostileKey, HostileText, Pretender, Touchy, TrickyDict, Word, anything

NOWHERE = timezone(timedelta(hours=23, minutes=59))
EURO = Money(1, "EUR")
SUMMER = TemporaryLimit(until=NOW, percent=1)


class Timestamp(datetime):
    """Stands for pandas' instants, which are datetimes by inheritance."""


class NotATime(datetime):
    """Stands for pandas' NaT: a datetime by inheritance that is none, and equal to nothing."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return False

    __gt__ = __le__ = __ge__ = __lt__
    __hash__ = datetime.__hash__

    def utcoffset(self) -> timedelta | None:
        raise ValueError("NaTType does not support utcoffset")  # noqa: TRY003 - what the other library says


class TooMuch(Decimal):
    """A number by inheritance, whose digits may mean something else."""


class Whole(int):
    """A whole number by inheritance."""


NAIVE = datetime(2026, 11, 22)  # noqa: DTZ001 - the fault
NOT_A_TIME = NotATime(2026, 11, 22)
TIMESTAMP = Timestamp(2026, 11, 22, tzinfo=UTC)
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 10**5000, 1.5, math.nan, math.inf, Decimal(1), Decimal("NaN"), TooMuch(1), Whole(1),
    Fraction(1, 3), 1j, "", "op", " op", "\0", "\ud800", "x" * 10**7, b"op", bytearray(b"op"), [], {}, (),
    frozenset(), [None], (None,), {None: None}, range(3), date(2026, 11, 22), datetime, NAIVE, NOW, NOT_A_TIME,
    TIMESTAMP, datetime.min.replace(tzinfo=NOWHERE), timedelta(1), timedelta(-1), object(), Hostile(), Hostile,
    Touchy(), HostileText("op"), HostileKey("op"), Pretender(), TrickyDict(), Word.USD, Word.PREPAID, usd(1), usd(0),
    usd(-1), EURO, Money, Prepaid("USD"), Prepaid, Postpaid("EUR"), FULL, Overage.RECORD, Overage, Grant.UP_TO,
    Status.LIMITED, Status.SUSPENDED, HoldState.OPEN, CreditOnPrepaid.ALLOWED, BalanceControl.PREPAID,
    NextSlice(EURO, expires_at=None), TemporaryLimit(until=NOW, percent=1), LimitUsed(5), FundsBelow(usd(1)),
    (LimitUsed(5),), Credit("op", usd(1)), Credit("op", EURO), Expire("op"), Lapse("op"), a_hold("op", "1"),
    an_entry(1, Expire("op")), Found(), LedgerHead.opened(Prepaid("USD")), Problem(FieldCode.FIELD_EMPTY),
    lambda: None, ..., NotImplemented, ValueError("op"), iter(()),
)  # fmt: skip


def known(ledger: Ledger) -> Found:
    return Found(ledger.entries, ledger.holds)


ASKS: dict[str, Callable[[Ledger, Any], object]] = {
    "credit id": lambda ledger, odd: ledger.credit(odd, usd(1), now=NOW),
    "credit amount": lambda ledger, odd: ledger.credit("a", odd, now=NOW),
    "credit now": lambda ledger, odd: ledger.credit("a", usd(1), now=odd),
    "credit reference": lambda ledger, odd: ledger.credit("a", usd(1), now=NOW, reference=odd),
    "debit id": lambda ledger, odd: ledger.debit(odd, usd(1), now=NOW),
    "debit amount": lambda ledger, odd: ledger.debit("a", odd, now=NOW),
    "debit now": lambda ledger, odd: ledger.debit("a", usd(1), now=odd),
    "debit overage": lambda ledger, odd: ledger.debit("a", usd(1), now=NOW, overage=odd),
    "debit reference": lambda ledger, odd: ledger.debit("a", usd(1), now=NOW, reference=odd),
    "reserve id": lambda ledger, odd: ledger.reserve(odd, usd(1), now=NOW, expires_at=None),
    "reserve amount": lambda ledger, odd: ledger.reserve("a", odd, now=NOW, expires_at=None),
    "reserve now": lambda ledger, odd: ledger.reserve("a", usd(1), now=odd, expires_at=None),
    "reserve expiry": lambda ledger, odd: ledger.reserve("a", usd(1), now=NOW, expires_at=odd),
    "reserve grant": lambda ledger, odd: ledger.reserve("a", usd(1), now=NOW, expires_at=None, grant=odd),
    "capture id": lambda ledger, odd: ledger.capture(odd, hold="call", amount=FULL, now=NOW),
    "capture hold": lambda ledger, odd: ledger.capture("a", hold=odd, amount=FULL, now=NOW),
    "capture amount": lambda ledger, odd: ledger.capture("a", hold="call", amount=odd, now=NOW),
    "capture now": lambda ledger, odd: ledger.capture("a", hold="call", amount=FULL, now=odd),
    "capture overage": lambda ledger, odd: ledger.capture("a", hold="call", amount=FULL, now=NOW, overage=odd),
    "capture then": lambda ledger, odd: ledger.capture("a", hold="call", amount=FULL, now=NOW, then=odd),
    "slice amount": lambda _, odd: NextSlice(odd, expires_at=None),
    "slice expiry": lambda _, odd: NextSlice(usd(1), expires_at=odd),
    "slice grant": lambda _, odd: NextSlice(usd(1), expires_at=None, grant=odd),
    "release id": lambda ledger, odd: ledger.release(odd, hold="call", now=NOW),
    "release hold": lambda ledger, odd: ledger.release("a", hold=odd, now=NOW),
    "release now": lambda ledger, odd: ledger.release("a", hold="call", now=odd),
    "expire now": lambda ledger, odd: ledger.expire(now=odd),
    "expire id": lambda ledger, odd: ledger.apply(Expire(odd), now=NOW),
    "policy id": lambda ledger, odd: ledger.set_policy(odd, Prepaid("USD"), now=NOW),
    "policy": lambda ledger, odd: ledger.set_policy("a", odd, now=NOW),
    "policy now": lambda ledger, odd: ledger.set_policy("a", Prepaid("USD"), now=odd),
    "status id": lambda ledger, odd: ledger.set_status(odd, Status.BLOCKED, now=NOW),
    "status": lambda ledger, odd: ledger.set_status("a", odd, now=NOW),
    "status now": lambda ledger, odd: ledger.set_status("a", Status.BLOCKED, now=odd),
    "status debt": lambda ledger, odd: ledger.set_status("a", Status.SUSPENDED, now=NOW, debt=odd),
    "apply": lambda ledger, odd: ledger.apply(odd, now=NOW),
    "apply now": lambda ledger, odd: ledger.apply(Expire("a"), now=odd),
    "balance_at": lambda ledger, odd: ledger.balance_at(odd),
    "forget": lambda ledger, odd: ledger.forget(before=odd),
    "ledger": lambda _, odd: Ledger(odd),
    "replay under": lambda ledger, odd: Ledger.replay(odd, ledger.entries),
    "replay": lambda ledger, odd: Ledger.replay(ledger.head.policy, odd),
    "replay of one": lambda ledger, odd: Ledger.replay(ledger.head.policy, [odd]),
    "restore": lambda _, odd: Ledger.restore(odd),
    "row opened": lambda _, odd: LedgerHead.opened(odd),
    "row at": lambda ledger, odd: ledger.head.balance_at(odd),
    "row with": lambda ledger, odd: ledger.head.balance_at(NOW, odd),
    "row with one": lambda ledger, odd: ledger.head.balance_at(NOW, [odd]),
    "needs of": lambda _, odd: needs(odd, NOW),
    "needs of one": lambda _, odd: needs([odd], NOW),
    "needs at": lambda _, odd: needs([], odd),
    "step on": lambda ledger, odd: step(odd, Expire("a"), known(ledger), NOW),
    "step of": lambda ledger, odd: step(ledger.head, odd, known(ledger), NOW),
    "step with": lambda ledger, odd: step(ledger.head, Expire("a"), odd, NOW),
    "step at": lambda ledger, odd: step(ledger.head, Expire("a"), known(ledger), odd),
    "batch on": lambda ledger, odd: step_all(odd, [Expire("a")], known(ledger), NOW),
    "batch of": lambda ledger, odd: step_all(ledger.head, odd, known(ledger), NOW),
    "batch of one": lambda ledger, odd: step_all(ledger.head, [odd], known(ledger), NOW),
    "batch with": lambda ledger, odd: step_all(ledger.head, [Expire("a")], odd, NOW),
    "batch at": lambda ledger, odd: step_all(ledger.head, [], known(ledger), odd),
    "linked": lambda ledger, odd: step_linked(odd, [known(ledger)], NOW),
    "linked pair": lambda ledger, odd: step_linked([odd], [known(ledger)], NOW),
    "linked row": lambda ledger, odd: step_linked([(odd, Expire("a"))], [known(ledger)], NOW),
    "linked operation": lambda ledger, odd: step_linked([(ledger.head, odd)], [known(ledger)], NOW),
    "linked with": lambda ledger, odd: step_linked([(ledger.head, Expire("a"))], odd, NOW),
    "linked with one": lambda ledger, odd: step_linked([(ledger.head, Expire("a"))], [odd], NOW),
    "linked at": lambda ledger, odd: step_linked([(ledger.head, Expire("a"))], [known(ledger)], odd),
    "found entries": lambda _, odd: Found(entries=odd),
    "found entry": lambda _, odd: Found(entries=(odd,)),
    "found holds": lambda _, odd: Found(holds=odd),
    "found hold": lambda _, odd: Found(holds=(odd,)),
    "snapshot row": lambda ledger, odd: Snapshot(odd, ledger.entries, ledger.holds),
    "snapshot entries": lambda ledger, odd: Snapshot(ledger.head, odd, ledger.holds),
    "snapshot holds": lambda ledger, odd: Snapshot(ledger.head, ledger.entries, odd),
    "lapse": lambda _, odd: Lapse(odd),
    "opening policy": lambda _, odd: Opening(odd, usd(1)),
    "opening funds": lambda _, odd: Opening(Prepaid("USD"), odd),
    "opening problems of policy": lambda _, odd: list(opening_problems(odd, usd(1))),
    "opening problems of funds": lambda _, odd: list(opening_problems(Prepaid("USD"), odd)),
    "control": lambda _, odd: BalanceControl.parse(odd),
    "prepaid currency": lambda _, odd: Prepaid(odd),
    "prepaid limit": lambda _, odd: Prepaid("USD", credit_limit=odd),
    "prepaid word": lambda _, odd: Prepaid("USD", credit_on_prepaid=odd),
    "prepaid temporary": lambda _, odd: Prepaid("USD", temporary=odd),
    "prepaid thresholds": lambda _, odd: Prepaid("USD", thresholds=odd),
    "prepaid threshold": lambda _, odd: Prepaid("USD", thresholds=(odd,)),
    "prepaid skew": lambda _, odd: Prepaid("USD", clock_skew=odd),
    "prepaid limit at": lambda _, odd: Prepaid("USD").limit_at(odd),
    "postpaid currency": lambda _, odd: Postpaid(odd),
    "postpaid limit": lambda _, odd: Postpaid("USD", credit_limit=odd),
    "postpaid temporary": lambda _, odd: Postpaid("USD", credit_limit=usd(5), temporary=odd),
    "postpaid thresholds": lambda _, odd: Postpaid("USD", credit_limit=usd(5), thresholds=odd),
    "postpaid threshold": lambda _, odd: Postpaid("USD", credit_limit=usd(5), thresholds=(odd,)),
    "postpaid skew": lambda _, odd: Postpaid("USD", clock_skew=odd),
    "postpaid limit at": lambda _, odd: Postpaid("USD").limit_at(odd),
    "funds below": lambda _, odd: FundsBelow(odd),
    "limit used": lambda _, odd: LimitUsed(odd),
    "temporary until": lambda _, odd: TemporaryLimit(until=odd, percent=5),
    "temporary amount": lambda _, odd: TemporaryLimit(until=NOW, amount=odd),
    "raised by amount": lambda _, odd: TemporaryLimit(until=NOW, amount=usd(1)).raised(odd),
    "raised by percent": lambda _, odd: TemporaryLimit(until=NOW, percent=5).raised(odd),
    "temporary percent": lambda _, odd: TemporaryLimit(until=NOW, percent=odd),
}
PARTS: dict[str, tuple[object, tuple[str, ...]]] = {
    "entry": (
        an_entry(1, Expire("e")),
        ("number", "at", "operation", "posted", "held", "granted", "declined", "slice_declined"),
    ),
    "hold": (a_hold("x", "1"), ("id", "amount", "placed_at", "expires_at", "state", "captured", "ended_at")),
    "row": (
        prepaid().head,
        ("version", "policy", "status", "posted", "held", "last", "armed", "solvent", "debt"),
    ),
}
ASKS |= {
    f"{kind} {name}": lambda _, odd, whole=whole, name=name: evolve(whole, **{name: odd})  # type: ignore[misc]
    for kind, (whole, names) in PARTS.items()
    for name in names
}
# What a host hands in to be walked through may break while it is walked through; that is the host's to hear.
WALKED = {"replay", "needs of", "batch of", "row with"}


def refused(ask: Callable[..., object], *given: object) -> InvalidValue | None:
    """What was refused, if it was; anything else that is raised comes through."""
    try:
        ask(*given)
    except InvalidValue as error:
        return error
    return None


class TestAnyObject:
    """X-2: any object whatever gives an answer or a fault of ours, in a short message; a refusal changes nothing."""

    @pytest.mark.parametrize("name", ASKS)
    def test_nothing_stray_comes_out_of_strange_objects(self, name: str) -> None:
        ledger = with_call()
        before = ledger.snapshot()
        for odd in STRANGE:
            if name in WALKED and type(odd) in {Hostile, Touchy, HostileText, TrickyDict}:
                continue
            error = refused(ASKS[name], ledger, odd)
            if error is None:
                ledger = with_call()
                continue
            assert 0 < len(str(error)) < 300
            str(error).encode()
            assert ledger.snapshot() == before

    @given(odd=anything())
    def test_nothing_stray_comes_out_of_any_object(self, odd: object) -> None:
        for name, ask in ASKS.items():
            if name not in WALKED:
                error = refused(ask, with_call(), odd)
                assert error is None or len(str(error)) < 300


def is_odd(ask: Callable[[], object], code: Code, field: str | None) -> bool:
    error = refused(ask)
    assert error is not None
    assert isinstance(error, InvalidType) is (code.kind.name == "WRONG_TYPE")
    return (error.problem.code, error.problem.params.get("field")) == (code, field)


AMOUNTS = ["credit amount", "debit amount", "reserve amount", "slice amount", "capture amount", "prepaid limit"]
MOMENTS = [
    "credit now", "debit now", "reserve now", "reserve expiry", "slice expiry", "capture now", "release now",
    "expire now", "policy now", "status now", "apply now", "balance_at", "forget", "row at", "needs at", "step at",
    "batch at", "linked at", "prepaid limit at", "postpaid limit at", "temporary until", "entry at", "hold placed_at",
    "hold expires_at", "hold ended_at", "row last",
]  # fmt: skip
IDS = {
    "credit id": "id", "debit id": "id", "reserve id": "id", "capture id": "id", "release id": "id", "expire id": "id",
    "policy id": "id", "status id": "id", "capture hold": "hold", "release hold": "hold", "lapse": "hold",
    "hold id": "id", "credit reference": "reference", "debit reference": "reference",
}  # fmt: skip


class TestAmounts:
    """X-2: an amount is Money of the account's currency, nothing that could be taken for one."""

    @pytest.mark.parametrize("name", AMOUNTS)
    @pytest.mark.parametrize("odd", [1, 1.5, math.nan, True, "1", "1 USD", Decimal(1), b"1", [usd(1)], Money])
    def test_what_is_no_money_is_refused_by_type(self, name: str, odd: object) -> None:
        field = "credit_limit" if name == "prepaid limit" else "amount"
        assert is_odd(lambda: ASKS[name](with_call(), odd), FieldCode.FIELD_WRONG_TYPE, field)

    @pytest.mark.parametrize("name", ["credit amount", "debit amount", "reserve amount", "slice amount"])
    @pytest.mark.parametrize("amount", ["0", "0.00", "-0.01"])
    def test_nothing_or_less_is_refused(self, name: str, amount: str) -> None:
        assert is_odd(lambda: ASKS[name](with_call(), usd(amount)), BalanceFault.OPERATION_AMOUNT_TOO_LOW, "amount")

    @pytest.mark.parametrize(
        "ask",
        [
            lambda ledger: ledger.credit("a", EURO, now=NOW),
            lambda ledger: ledger.debit("a", EURO, now=NOW),
            lambda ledger: ledger.debit("a", EURO, now=NOW, overage=Overage.RECORD),
            lambda ledger: ledger.reserve("a", EURO, now=NOW, expires_at=None),
            lambda ledger: ledger.capture("a", hold="call", amount=EURO, now=NOW),
            lambda ledger: ledger.capture("a", hold="lost", amount=EURO, now=NOW),
            lambda ledger: ledger.capture(
                "a", hold="call", amount=FULL, now=NOW, then=NextSlice(EURO, expires_at=None)
            ),
            lambda ledger: ledger.capture(
                "a", hold="call", amount=usd(1), now=NOW, then=NextSlice(EURO, expires_at=None)
            ),
            lambda ledger: ledger.capture(
                "a", hold="call", amount=EURO, now=NOW, then=NextSlice(usd(1), expires_at=None)
            ),
            lambda ledger: ledger.set_policy("a", Prepaid("EUR"), now=NOW),
            lambda ledger: ledger.set_policy("a", Postpaid("EUR"), now=NOW),
            lambda ledger: ledger.set_status("a", Status.SUSPENDED, now=NOW, debt=EURO),
        ],
    )
    def test_another_currency_is_refused(self, ask: Callable[[Ledger], object]) -> None:
        ledger = with_call()
        before = ledger.snapshot()
        assert is_odd(lambda: ask(ledger), BalanceFault.BALANCE_CURRENCY_MISMATCH, None)
        assert ledger.snapshot() == before

    def test_a_capture_and_its_slice_are_of_one_currency_before_any_account_is_asked(self) -> None:
        error = refused(lambda: Capture("a", hold="call", amount=usd(1), then=NextSlice(EURO, expires_at=None)))
        assert error is not None
        assert error.problem.code is BalanceFault.BALANCE_CURRENCY_MISMATCH
        assert error.problem.path == ("then", "amount")
        assert error.problem.params == {"currency": "USD", "other": "EUR"}

    def test_a_known_id_does_not_excuse_another_currency(self) -> None:
        ledger = with_call()
        assert is_odd(lambda: ledger.credit("funds", EURO, now=NOW), BalanceFault.BALANCE_CURRENCY_MISMATCH, None)

    def test_amounts_as_large_and_as_fine_as_there_are(self) -> None:
        large, fine = usd(10**36 - 1), usd("0." + "0" * 35 + "1")
        ledger = prepaid("0")
        ledger.credit("a", large, now=NOW)
        ledger.debit("b", fine, now=NOW)
        assert ledger.balance.posted == large - fine
        ledger.reserve("c", large, now=NOW, expires_at=None, grant=Grant.UP_TO)
        assert ledger.balance.available == usd(0)
        ledger.debit("d", large, now=NOW, overage=Overage.RECORD)
        assert ledger.balance.available == -large
        ledger.debit("e", large - fine, now=NOW, overage=Overage.RECORD)
        assert ledger.head.posted == -large
        before = ledger.snapshot()
        error = refused(lambda: ledger.debit("f", usd(1), now=NOW, overage=Overage.RECORD))
        assert error is not None
        assert error.problem.code is MoneyFault.AMOUNT_TOO_LARGE
        assert ledger.snapshot() == before

    def test_an_ambient_decimal_context_changes_nothing(self) -> None:
        asked: list[Operation] = [Credit("a", usd("123456789.123456789")), Debit("b", usd("0.000000001"))]
        plain = step_all(prepaid("1").head, asked, Found(), NOW)
        with localcontext() as context:
            context.prec = 2
            context.Emax = 3
            assert step_all(prepaid("1").head, asked, Found(), NOW) == plain
            outcome = prepaid("1").debit("c", usd("1.23456789"), now=NOW)
        assert told(outcome) == "1.23456789 USD is more than the 1 USD that are available"


class TestMoments:
    """X-2: a moment is a plain aware datetime."""

    @pytest.mark.parametrize("name", MOMENTS)
    def test_a_naive_one_is_refused(self, name: str) -> None:
        error = refused(ASKS[name], with_call(), NAIVE)
        assert error is not None
        assert error.problem.code is FieldCode.INSTANT_NAIVE

    @pytest.mark.parametrize("name", MOMENTS)
    @pytest.mark.parametrize("odd", [TIMESTAMP, NOT_A_TIME, date(2026, 11, 22), 1.5, True, "2026-11-22"])
    def test_another_type_is_refused_by_type(self, name: str, odd: object) -> None:
        error = refused(ASKS[name], with_call(), odd)
        assert isinstance(error, InvalidType)
        assert error.problem.code is FieldCode.INSTANT_TYPE

    @pytest.mark.parametrize("name", MOMENTS)
    def test_one_outside_the_calendar_is_refused(self, name: str) -> None:
        error = refused(ASKS[name], with_call(), datetime.min.replace(tzinfo=NOWHERE))
        assert error is not None
        assert error.problem.code is FieldCode.INSTANT_OUT_OF_CALENDAR

    @pytest.mark.parametrize(
        ("ask", "name"),
        [
            (lambda odd: prepaid().debit("a", usd(1), now=odd), "now"),
            (lambda odd: prepaid().expire(now=odd), "now"),
            (lambda odd: prepaid().forget(before=odd), "before"),
            (lambda odd: prepaid().balance_at(odd), "now"),
            (prepaid().head.balance_at, "now"),
            (lambda odd: needs([], odd), "now"),
            (lambda odd: step_all(prepaid().head, [], Found(), odd), "now"),
            (lambda odd: Reserve("a", usd(1), expires_at=odd), "expires_at"),
            (lambda odd: NextSlice(usd(1), expires_at=odd), "expires_at"),
            (lambda odd: TemporaryLimit(until=odd, percent=1), "until"),
            (lambda odd: Prepaid("USD").limit_at(odd), "instant"),
            (lambda odd: evolve(prepaid().head, last=odd), "last"),
            (lambda odd: a_hold("x", "1", odd), "an instant of an entry or hold"),
        ],
    )
    def test_it_is_named(self, ask: Callable[[Any], object], name: str) -> None:
        assert is_odd(lambda: ask(NOW.replace(tzinfo=None)), FieldCode.INSTANT_NAIVE, name)


class TestIds:
    """BAL-4: an id is 1 to 255 printable characters of plain text, without a space at either end."""

    @pytest.mark.parametrize("name", IDS)
    @pytest.mark.parametrize(
        "odd",
        [
            "", " ", " a", "a ", "a\n", "\ta", "a\0b", "a\x7fb", "\ud800", "a\udfff", "a\u00a0b", "\u2028", "\u200b",
            "\u202ea", "\ufeffa", "a\u3000", "x" * 256, "x" * 10**7, "\U000e0001",
        ],
    )  # fmt: skip
    def test_what_cannot_be_one_is_refused(self, name: str, odd: str) -> None:
        ledger = with_call()
        before = ledger.snapshot()
        error = refused(ASKS[name], ledger, odd)
        assert error is not None
        assert (error.problem.code, error.problem.params["field"]) == (BalanceFault.OPERATION_ID_MALFORMED, IDS[name])
        assert len(str(error)) < 250
        str(error).encode()
        assert ledger.snapshot() == before

    @pytest.mark.parametrize("name", IDS)
    @pytest.mark.parametrize(
        ("odd", "expected"),
        [
            (1, "text"),
            (b"a", "text"),
            (True, "text"),
            (["a"], "text"),
            (Word.NAME, "plain text"),
            (HostileText("a"), "plain text"),
            (HostileKey("a"), "plain text"),
        ],
        ids=["number", "bytes", "bool", "list", "word", "hostile", "key"],
    )
    def test_another_type_is_refused_by_type(self, name: str, odd: object, expected: str) -> None:
        error = refused(ASKS[name], with_call(), odd)
        assert isinstance(error, InvalidType)
        assert (error.problem.params["field"], error.problem.params["expected"]) == (IDS[name], expected)

    @pytest.mark.parametrize("name", [name for name in IDS if "reference" not in name])
    def test_none_is_no_id(self, name: str) -> None:
        assert is_odd(lambda: ASKS[name](with_call(), None), FieldCode.FIELD_WRONG_TYPE, IDS[name])

    @pytest.mark.parametrize(
        "id_",
        [
            "x",
            "x" * 255,
            "a b",
            "\u00e9",
            "\u4f60\u597d",
            "\U0001f4de",
            "+6591234567",
            "a" + "\u0301" * 254,
            "'",
            "{0}",
        ],
    )
    def test_what_can_be_one(self, id_: str) -> None:
        ledger = with_call()
        ledger.reserve(id_, usd(1), now=NOW, expires_at=None)
        assert isinstance(ledger.reserve(id_, usd(1), now=NOW, expires_at=None), AlreadyRecorded)
        ledger.capture("end", hold=id_, amount=FULL, now=NOW)
        assert ledger.balance.posted == usd(9)

    def test_an_id_is_not_taken_for_a_template(self) -> None:
        outcome = with_call().release("a", hold="{hold}", now=NOW)
        assert told(outcome) == "the account has no hold a text of 6 characters"


class TestPolicies:
    """BAL-1, BAL-6: a policy that can't be kept can't be built."""

    @pytest.mark.parametrize(
        ("build", "code"),
        [
            (lambda: Postpaid("USD", credit_limit=EURO), BalanceFault.BALANCE_CURRENCY_MISMATCH),
            (lambda: Prepaid("USD", thresholds=(FundsBelow(EURO),)), BalanceFault.BALANCE_CURRENCY_MISMATCH),
            (
                lambda: Postpaid("USD", credit_limit=usd(1), temporary=TemporaryLimit(until=NOW, amount=EURO)),
                BalanceFault.BALANCE_CURRENCY_MISMATCH,
            ),
            (
                lambda: Postpaid(
                    "USD", credit_limit=usd(10**36 - 1), temporary=TemporaryLimit(until=NOW, amount=usd(1))
                ),
                MoneyFault.AMOUNT_TOO_LARGE,
            ),
            (
                lambda: Postpaid("USD", credit_limit=usd(10**35), temporary=TemporaryLimit(until=NOW, percent=10**6)),
                MoneyFault.AMOUNT_TOO_LARGE,
            ),
            (
                lambda: Postpaid(
                    "USD", credit_limit=usd("0." + "0" * 35 + "1"), temporary=TemporaryLimit(until=NOW, percent=1)
                ),
                MoneyFault.AMOUNT_TOO_PRECISE,
            ),
            (
                lambda: Postpaid("USD", credit_limit=usd(0), temporary=TemporaryLimit(until=NOW, percent=1)),
                BalanceFault.TEMPORARY_LIMIT_NEEDS_LIMIT,
            ),
            (lambda: TemporaryLimit(until=NOW), BalanceFault.TEMPORARY_LIMIT_AMOUNT),
            (lambda: TemporaryLimit(until=NOW, percent=0), BalanceFault.TEMPORARY_LIMIT_TOO_LOW),
            (lambda: TemporaryLimit(until=NOW, percent=10**6 + 1), FieldCode.FIELD_ABOVE_MAXIMUM),
            (lambda: TemporaryLimit(until=NOW, amount=usd(-1)), BalanceFault.TEMPORARY_LIMIT_TOO_LOW),
            (
                lambda: Prepaid("USD", temporary=TemporaryLimit(until=NOW, percent=1)),
                BalanceFault.CREDIT_LIMIT_ON_PREPAID,
            ),
            (
                lambda: Prepaid(
                    "USD",
                    credit_on_prepaid=CreditOnPrepaid.ALLOWED,
                    temporary=TemporaryLimit(until=NOW, percent=1),
                ),
                BalanceFault.TEMPORARY_LIMIT_NEEDS_LIMIT,
            ),
            (lambda: Prepaid("USD", credit_limit=usd(0)), BalanceFault.CREDIT_LIMIT_ON_PREPAID),
            (lambda: Prepaid("USD", thresholds=(LimitUsed(5),)), BalanceFault.THRESHOLD_NEEDS_LIMIT),
            (
                lambda: Prepaid(
                    "USD",
                    credit_limit=usd(0),
                    credit_on_prepaid=CreditOnPrepaid.ALLOWED,
                    thresholds=(LimitUsed(5),),
                ),
                BalanceFault.THRESHOLD_NEEDS_LIMIT,
            ),
            (
                lambda: Postpaid("USD", credit_limit=usd(0), thresholds=(FundsBelow(usd(1)),)),
                BalanceFault.THRESHOLD_NEEDS_LIMIT,
            ),
            (lambda: LimitUsed(0), BalanceFault.THRESHOLD_RANGE),
            (lambda: LimitUsed(-(10**5000)), BalanceFault.THRESHOLD_RANGE),
            (lambda: LimitUsed(percent=True), FieldCode.FIELD_WRONG_TYPE),
            (lambda: LimitUsed(80.0), FieldCode.FIELD_WRONG_TYPE),  # type: ignore[arg-type]
            (lambda: FundsBelow(usd("-0.01")), BalanceFault.THRESHOLD_TOO_LOW),
            (lambda: Prepaid("USD", clock_skew=timedelta(seconds=-1)), BalanceFault.CLOCK_SKEW_NEGATIVE),
            (lambda: Prepaid("USD", clock_skew=300), FieldCode.FIELD_WRONG_TYPE),  # type: ignore[arg-type]
            (lambda: Prepaid("usd"), MoneyFault.MONEY_CURRENCY_MALFORMED),
            (lambda: Opening(Prepaid("XAU"), Money(1, "XAU")), MoneyFault.MINOR_UNIT_MISSING),
        ],
    )
    def test_it_is_refused(self, build: Callable[[], object], code: Code) -> None:
        error = refused(build)
        assert error is not None
        assert error.problem.code is code

    @pytest.mark.parametrize(
        "build",
        [
            lambda: Postpaid("USD", credit_limit=usd(0), temporary=TemporaryLimit(until=NOW, amount=usd("0.01"))),
            lambda: Postpaid("USD", credit_limit=usd(1), temporary=TemporaryLimit(until=NOW, percent=10**6)),
            lambda: Postpaid("USD", credit_limit=usd(1), thresholds=(LimitUsed(1), LimitUsed(100), FundsBelow(usd(9)))),
            lambda: Prepaid("USD", credit_limit=usd(0), credit_on_prepaid=CreditOnPrepaid.ALLOWED),
            lambda: Prepaid("USD", thresholds=tuple(FundsBelow(usd(number)) for number in range(1, 17))),
            lambda: Prepaid("USD", clock_skew=timedelta.max),
            lambda: Prepaid("USD", clock_skew=timedelta(0)),
            lambda: Prepaid("XAU"),
        ],
    )
    def test_the_last_that_can_be_built(self, build: Callable[[], Prepaid | Postpaid]) -> None:
        assert Ledger(build()).head.policy == build()

    @pytest.mark.parametrize("build", [Prepaid, Postpaid])
    def test_a_hosts_own_kind_of_text_names_a_currency_and_is_made_plain(
        self, build: Callable[[str], Prepaid | Postpaid]
    ) -> None:
        for word in (Word.USD, HostileText("USD"), HostileKey("USD")):
            policy = build(word)
            assert type(policy.currency) is str
            assert policy == build("USD")
            Ledger(policy).credit("a", usd(1), now=NOW)

    @pytest.mark.parametrize("build", [Prepaid, Postpaid])
    def test_what_only_looks_like_a_currency_is_refused(self, build: Callable[[Any], object]) -> None:
        for odd in (Hostile(), Pretender(), HostileText("usd"), "USD ", "usd", b"USD", None):
            assert refused(build, odd) is not None


class TestSets:
    """BAL-4: many operations and entries are looked at one by one, and the odd one is named by its place."""

    @pytest.mark.parametrize("odd", [None, 1, "op", usd(1), Credit, NextSlice(usd(1), expires_at=None), Lapse("a")])
    def test_operations(self, odd: Any) -> None:
        asked = [Credit("a", usd(1)), odd]
        for ask in (lambda: needs(asked, NOW), lambda: step_all(prepaid().head, asked, Found(), NOW)):
            error = refused(ask)
            assert isinstance(error, InvalidType)
            assert error.problem.path == ("operations", 1)

    def test_what_has_no_end_is_refused_at_its_first_stranger(self) -> None:
        head = prepaid().head
        for ask in (
            lambda: needs(itertools.count(), NOW),  # type: ignore[arg-type]
            lambda: step_all(head, itertools.count(), Found(), NOW),  # type: ignore[arg-type]
            lambda: Ledger.replay(Prepaid("USD"), itertools.count()),  # type: ignore[arg-type]
            lambda: head.balance_at(NOW, itertools.count()),  # type: ignore[arg-type]
        ):
            error = refused(ask)
            assert error is not None
            assert error.problem.path[1:] == (0,)

    @pytest.mark.parametrize("odd", [None, 1, Credit("a", usd(1)), a_hold("x", "1")])
    def test_entries(self, odd: Any) -> None:
        error = refused(lambda: Ledger.replay(Prepaid("USD"), [an_entry(1, Expire("e")), odd]))
        assert isinstance(error, InvalidType)
        assert error.problem.path == ("entries", 1)

    @pytest.mark.parametrize("odd", [None, 1, "x", an_entry(1, Expire("e"))])
    def test_lapsed_holds(self, odd: Any) -> None:
        error = refused(with_call().head.balance_at, NOW, [a_hold("x", "1"), odd])
        assert isinstance(error, InvalidType)
        assert str(error).startswith("lapsed[1]: a hold must be a Hold, not ")

    def test_what_is_read_only_once_is_read_once(self) -> None:
        ledger = with_call()

        def entries() -> Iterator[Entry]:
            yield from ledger.entries

        assert Ledger.replay(ledger.head.policy, entries()).snapshot() == ledger.snapshot()

    def test_a_replay_that_breaks_off_leaves_nothing_behind(self) -> None:
        ledger = with_call()
        with contextlib.suppress(InvalidValue):
            Ledger.replay(ledger.head.policy, [*ledger.entries, None])  # type: ignore[list-item]
        assert ledger.snapshot() == with_call().snapshot()

    def test_subclasses_of_operations_are_strangers(self) -> None:
        class Gift(Credit):
            """A credit by inheritance, with rules of its own."""

        assert is_odd(lambda: prepaid().apply(Gift("a", usd(1)), now=NOW), FieldCode.FIELD_WRONG_TYPE, "operation")
