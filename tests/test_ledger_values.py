"""The values of an account: what can't be so is refused, and what can be is kept, sent and compared like any value."""

import copy
import inspect
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve, fields
from attrs.exceptions import FrozenInstanceError

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    BalanceFault,
    BalancePolicy,
    Capture,
    Credit,
    CreditOnPrepaid,
    Debit,
    Declined,
    DeclineReason,
    Entry,
    Expire,
    Found,
    FundsBelow,
    Grant,
    Hold,
    HoldExpired,
    HoldState,
    Lapse,
    Ledger,
    LedgerHead,
    LimitReached,
    LimitUsed,
    LowBalance,
    NextSlice,
    Opening,
    Overage,
    Postpaid,
    Prepaid,
    Recorded,
    Release,
    Reserve,
    ServicesRestored,
    ServicesStopped,
    SetPolicy,
    SetStatus,
    Snapshot,
    TemporaryLimit,
    needs,
    step,
    step_all,
)
from tenantcore.errors import InvalidValue, Problem
from tenantcore.money import Money
from tenantcore.status import Status
from tests.accounts import NOW, TICK, a_hold, an_entry, later, prepaid, usd, with_call

NOTHING = usd(0)
EURO = Money(1, "EUR")
NONE_IN_EUROS = Money(0, "EUR")
REFUSED = Problem(DeclineReason.ACCOUNT_CLOSED)
NO_SLICE = {"slice_declined": REFUSED}
RESERVE = Reserve("r", usd(5), expires_at=None)
CAPTURE = Capture("c", hold="r", amount=FULL)
SLICE = Capture("c", hold="r", amount=usd(3), then=NextSlice(usd(4), expires_at=None))
RELEASE = Release("f", hold="r")


def fields_in(build: Callable[[], object], code: BalanceFault) -> str | int:
    with pytest.raises(InvalidValue) as error:
        build()
    assert error.value.problem.code is code
    return error.value.problem.params["field"]


class TestEntry:
    """BAL-5: an entry says what was asked and what it did, and the two agree."""

    @pytest.mark.parametrize(
        ("operation", "parts"),
        [
            (Credit("a", usd(5)), {"posted": usd(5)}),
            (Credit("a", usd(5)), {"posted": usd("5.00"), "held": usd("0.00")}),
            (Debit("a", usd(5)), {"posted": usd(-5)}),
            (RESERVE, {"held": usd(5), "granted": usd(5)}),
            (CAPTURE, {"posted": usd(-5), "held": usd(-5)}),
            (CAPTURE, {"posted": NOTHING, "held": usd("-0.01")}),
            (SLICE, {"posted": usd(-3), "held": usd(-1), "granted": usd(4)}),
            (SLICE, {"posted": usd(-3), "held": usd(-5), "slice_declined": REFUSED}),
            (SLICE, {"posted": usd(-3), "held": usd("3.99"), "granted": usd(4)}),
            (RELEASE, {"held": usd(-5)}),
            (Lapse("r"), {"held": usd(-5)}),
            (Expire("e"), {}),
            (SetPolicy("p", Prepaid("USD")), {}),
            (SetStatus("s", Status.CLOSED), {}),
            (Credit("a", usd(5)), {"declined": REFUSED}),
            (Debit("a", usd(5)), {"declined": REFUSED}),
            (RESERVE, {"declined": REFUSED}),
            (CAPTURE, {"declined": REFUSED}),
            (SLICE, {"declined": REFUSED}),
            (RELEASE, {"declined": REFUSED}),
            (SetPolicy("p", Prepaid("USD")), {"declined": REFUSED}),
            (SetStatus("s", Status.CLOSED), {"declined": REFUSED}),
            (Expire("e"), {"declined": REFUSED}),
        ],
    )
    def test_what_can_be(self, operation: Any, parts: dict[str, Any]) -> None:
        entry = an_entry(7, operation, **parts)
        assert entry == Entry(
            number=7,
            at=NOW,
            operation=operation,
            posted=parts.get("posted", NOTHING),
            held=parts.get("held", NOTHING),
            granted=parts.get("granted"),
            declined=parts.get("declined"),
            slice_declined=parts.get("slice_declined"),
        )
        assert entry.id == getattr(operation, "id", None)

    @pytest.mark.parametrize(
        ("operation", "parts", "field"),
        [
            (Credit("a", usd(5)), {}, "posted"),
            (Credit("a", usd(5)), {"posted": usd(-5)}, "posted"),
            (Credit("a", usd(5)), {"posted": usd("5.01")}, "posted"),
            (Credit("a", usd(5)), {"posted": Money(5, "EUR"), "held": NONE_IN_EUROS}, "posted"),
            (Credit("a", usd(5)), {"posted": usd(5), "held": NONE_IN_EUROS}, "held"),
            (Credit("a", usd(5)), {"posted": usd(5), "held": usd(1)}, "held"),
            (Credit("a", usd(5)), {"posted": usd(5), "held": usd(-1)}, "held"),
            (Credit("a", usd(5)), {"posted": usd(5), "granted": usd(1)}, "granted"),
            (Credit("a", usd(5)), {"posted": usd(5), "slice_declined": REFUSED}, "slice_declined"),
            (Credit("a", usd(5)), {"posted": usd(5), "declined": REFUSED}, "posted"),
            (Debit("a", usd(5)), {}, "posted"),
            (Debit("a", usd(5)), {"posted": usd(5)}, "posted"),
            (Debit("a", usd(5)), {"posted": usd("-4.99")}, "posted"),
            (Debit("a", usd(5)), {"posted": usd(-5), "held": usd(-5)}, "held"),
            (Debit("a", usd(5)), {"posted": usd(-5), "declined": REFUSED}, "posted"),
            (RESERVE, {}, "held"),
            (RESERVE, {"held": usd(5)}, "held"),
            (RESERVE, {"granted": usd(5)}, "held"),
            (RESERVE, {"held": usd(4), "granted": usd(5)}, "held"),
            (RESERVE, {"granted": NOTHING}, "granted"),
            (RESERVE, {"held": usd(-5), "granted": usd(-5)}, "granted"),
            (RESERVE, {"held": usd(5), "granted": Money(5, "EUR")}, "granted"),
            (RESERVE, {"held": usd(5), "granted": usd(5), "posted": usd(-5)}, "posted"),
            (RESERVE, {"held": usd(5), "granted": usd(5), "declined": REFUSED}, "granted"),
            (RESERVE, {"held": usd(5), "declined": REFUSED}, "held"),
            (RESERVE, {"held": usd(5), "granted": usd(5), "slice_declined": REFUSED}, "slice_declined"),
            (RESERVE, {"slice_declined": REFUSED}, "slice_declined"),
            (CAPTURE, {"posted": usd(1), "held": usd(-5)}, "posted"),
            (CAPTURE, {"posted": usd(-5)}, "held"),
            (CAPTURE, {"posted": usd(-5), "held": usd(5)}, "held"),
            (CAPTURE, {"posted": usd(-5), "held": usd(-5), "granted": usd(1)}, "granted"),
            (CAPTURE, {"posted": usd(-5), "held": usd(-5), "slice_declined": REFUSED}, "slice_declined"),
            (CAPTURE, {"posted": usd(-5), "declined": REFUSED}, "posted"),
            (CAPTURE, {"held": usd(-5), "declined": REFUSED}, "held"),
            (SLICE, {"posted": usd(-3), "held": usd(4), "granted": usd(4)}, "held"),
            (SLICE, {"posted": usd(-3), "held": NOTHING}, "held"),
            (SLICE, {"posted": usd(-3), "held": usd(-1), "granted": usd(4), **NO_SLICE}, "slice_declined"),
            (SLICE, {"posted": usd(-3), "held": usd(-1), "granted": NOTHING}, "granted"),
            (SLICE, {"declined": REFUSED, "slice_declined": REFUSED}, "slice_declined"),
            (SLICE, {"declined": REFUSED, "granted": usd(4), "held": usd(4)}, "granted"),
            (RELEASE, {}, "held"),
            (RELEASE, {"held": usd(5)}, "held"),
            (RELEASE, {"held": Money(-5, "EUR")}, "held"),
            (SLICE, {"posted": usd(-3), "held": Money(-1, "EUR"), "granted": usd(4)}, "held"),
            (Lapse("r"), {"held": Money(-5, "EUR")}, "held"),
            (RELEASE, {"held": usd(-5), "posted": usd(-5)}, "posted"),
            (RELEASE, {"held": usd(-5), "granted": usd(5)}, "granted"),
            (RELEASE, {"held": usd(-5), "declined": REFUSED}, "held"),
            (Lapse("r"), {}, "held"),
            (Lapse("r"), {"held": usd(-5), "posted": usd("-0.01")}, "posted"),
            (Expire("e"), {"held": usd(-5)}, "held"),
            (Expire("e"), {"posted": usd(1)}, "posted"),
            (SetPolicy("p", Prepaid("USD")), {"posted": usd(1)}, "posted"),
            (SetStatus("s", Status.CLOSED), {"held": usd(1)}, "held"),
        ],
    )  # fmt: skip
    def test_what_cannot_be(self, operation: Any, parts: dict[str, Any], field: str) -> None:
        assert fields_in(lambda: an_entry(7, operation, **parts), BalanceFault.ENTRY_INCONSISTENT) == field

    def test_its_moment_is_in_utc(self) -> None:
        entry = an_entry(1, Expire("e"), NOW.astimezone(ZoneInfo("Asia/Kabul")))
        assert entry == an_entry(1, Expire("e"))
        assert entry.at.tzinfo is UTC

    @pytest.mark.parametrize("number", [0, -1])
    def test_numbers_count_from_one(self, number: int) -> None:
        with pytest.raises(InvalidValue) as error:
            an_entry(number, Expire("e"))
        assert str(error.value) == f"number must be at least 1, not {number}; raise it to 1 or more"

    def test_every_entry_of_an_account_can_be_built_from_its_parts(self) -> None:
        for entry in busy().entries:
            parts = {attribute.name: getattr(entry, attribute.name) for attribute in fields(Entry)}
            assert Entry(**parts) == entry


class TestHold:
    """BAL-3: a hold is open, or has ended once in one way."""

    def test_open_and_ended(self) -> None:
        assert a_hold("x", "1").state is HoldState.OPEN
        for state in (HoldState.RELEASED, HoldState.EXPIRED):
            assert a_hold("x", "1", state=state, ended_at=NOW).captured is None
        assert a_hold("x", "1", state=HoldState.CAPTURED, captured=usd(9), ended_at=NOW).captured == usd(9)
        assert a_hold("x", "1", state=HoldState.CAPTURED, captured=NOTHING, ended_at=NOW).captured == NOTHING

    @pytest.mark.parametrize(
        ("parts", "field"),
        [
            ({"amount": NOTHING}, "amount"),
            ({"amount": usd(-1)}, "amount"),
            ({"expires_at": NOW}, "expires_at"),
            ({"expires_at": NOW - TICK}, "expires_at"),
            ({"captured": usd(1)}, "captured"),
            ({"captured": NOTHING}, "captured"),
            ({"state": HoldState.CAPTURED, "ended_at": NOW}, "captured"),
            ({"state": HoldState.CAPTURED, "ended_at": NOW, "captured": usd(-1)}, "captured"),
            ({"state": HoldState.CAPTURED, "ended_at": NOW, "captured": EURO}, "captured"),
            ({"state": HoldState.CAPTURED, "captured": usd(1)}, "ended_at"),
            ({"state": HoldState.RELEASED, "ended_at": NOW, "captured": usd(1)}, "captured"),
            ({"state": HoldState.EXPIRED, "ended_at": NOW, "captured": NOTHING}, "captured"),
            ({"state": HoldState.RELEASED}, "ended_at"),
            ({"state": HoldState.EXPIRED}, "ended_at"),
            ({"ended_at": NOW}, "ended_at"),
            ({"state": HoldState.RELEASED, "ended_at": NOW - TICK}, "ended_at"),
        ],
    )
    def test_what_cannot_be(self, parts: dict[str, Any], field: str) -> None:
        whole: dict[str, Any] = {"id": "x", "amount": usd(1), "placed_at": NOW, "expires_at": None, **parts}
        assert fields_in(lambda: Hold(**whole), BalanceFault.HOLD_INCONSISTENT) == field

    def test_its_moments_are_in_utc(self) -> None:
        there = timezone(timedelta(hours=-11))
        hold = a_hold(
            "x", "1", NOW.astimezone(there), expires_at=later(1).astimezone(there), state=HoldState.EXPIRED,
            ended_at=later(2).astimezone(there),
        )  # fmt: skip
        assert hold == a_hold("x", "1", expires_at=later(1), state=HoldState.EXPIRED, ended_at=later(2))
        assert [moment.tzinfo for moment in (hold.placed_at, hold.expires_at, hold.ended_at) if moment] == [UTC] * 3

    @pytest.mark.parametrize(
        ("parts", "at", "is_open"),
        [
            ({}, datetime.max.replace(tzinfo=UTC), True),
            ({"expires_at": later(1)}, later(1) - TICK, True),
            ({"expires_at": later(1)}, later(1), False),
            ({"expires_at": later(1)}, later(1).astimezone(ZoneInfo("Asia/Tokyo")), False),
            ({"state": HoldState.RELEASED, "ended_at": NOW}, NOW, False),
            ({"expires_at": later(1), "state": HoldState.RELEASED, "ended_at": NOW}, NOW, False),
        ],
    )
    def test_when_it_is_open(self, parts: dict[str, Any], at: datetime, is_open: bool) -> None:
        assert a_hold("x", "1", **parts).is_open_at(at) is is_open

    def test_every_hold_of_an_account_can_be_built_from_its_parts(self) -> None:
        for hold in busy().holds:
            parts = {attribute.name: getattr(hold, attribute.name) for attribute in fields(Hold)}
            assert Hold(**parts) == hold


class TestLedgerHead:
    """BAL-5: the row of an account doesn't contradict itself."""

    @pytest.mark.parametrize(
        ("parts", "field"),
        [
            ({"status": Status.LIMITED}, "status"),
            ({"posted": EURO}, "posted"),
            ({"held": NONE_IN_EUROS}, "held"),
            ({"held": usd("-0.01")}, "held"),
            ({"last": None}, "last"),
            ({"version": 0}, "last"),
            ({"armed": ()}, "armed"),
            ({"armed": (True, True)}, "armed"),
            ({"debt": EURO}, "debt"),
            ({"debt": NOTHING}, "debt"),
            ({"debt": usd(-1)}, "debt"),
            ({"policy": Prepaid("EUR")}, "posted"),
            ({"policy": Prepaid("USD", thresholds=())}, "armed"),
        ],
    )
    def test_what_cannot_be(self, parts: dict[str, Any], field: str) -> None:
        ledger = Ledger(Prepaid("USD"))
        ledger.set_status("stop", Status.SUSPENDED, now=NOW)
        assert fields_in(lambda: evolve(ledger.head, **parts), BalanceFault.HEAD_INCONSISTENT) == field

    def test_versions_count_from_zero(self) -> None:
        with pytest.raises(InvalidValue) as error:
            evolve(prepaid("0").head, version=-1)
        assert str(error.value) == "version must be at least 0, not -1; raise it to 0 or more"

    def test_its_moment_is_in_utc(self) -> None:
        head = evolve(prepaid().head, last=NOW.astimezone(ZoneInfo("America/Lima")))
        assert head == prepaid().head
        assert head.last is not None
        assert head.last.tzinfo is UTC

    def test_every_row_of_an_account_can_be_built_from_its_parts(self) -> None:
        head = LedgerHead.opened(OPENED)
        for entry in busy().entries:
            if isinstance(entry.operation, Lapse):
                continue
            head = Ledger.replay(OPENED, busy().entries[: entry.number]).head
            parts = {attribute.name: getattr(head, attribute.name) for attribute in fields(LedgerHead)}
            assert LedgerHead(**parts) == head


OPENED = Postpaid("USD", credit_limit=usd(50), thresholds=(LimitUsed(10), FundsBelow(usd(45))))


def busy() -> Ledger:
    """An account that every kind of entry has happened to."""
    ledger = Ledger(OPENED)
    ledger.credit("paid", usd(1), now=NOW, reference="payment 1")
    ledger.reserve("call", usd(4), now=NOW, expires_at=later(9))
    ledger.reserve("rest", usd(500), now=NOW, expires_at=later(1), grant=Grant.UP_TO)
    ledger.capture("slice", hold="call", amount=usd(3), now=NOW, then=NextSlice(usd(1), expires_at=None))
    ledger.debit("fee", usd(9), now=later(1))
    ledger.debit("much", usd(900), now=later(1))
    ledger.debit("late", usd(90), now=later(1), overage=Overage.RECORD)
    ledger.capture("end", hold="slice", amount=FULL, now=later(1), then=NextSlice(usd(1), expires_at=None))
    ledger.set_status("stop", Status.SUSPENDED, now=later(1), debt=usd(5))
    ledger.release("lost", hold="lost", now=later(1))
    ledger.set_policy("less", Postpaid("USD"), now=later(1))
    ledger.reserve("open", usd(1), now=later(1), expires_at=None)
    ledger.credit("debt", usd(5), now=later(1))
    ledger.reserve("open-2", usd(1), now=later(1), expires_at=None)
    ledger.release("free", hold="open-2", now=later(1))
    ledger.apply(Expire("sweep"), now=later(1))
    return ledger


SUMMER = TemporaryLimit(until=later(60), percent=5)
LEAVES: dict[str, Callable[[], object]] = {
    "credit": lambda: Credit("a", usd(1), reference="b"),
    "debit": lambda: Debit("a", usd(1), overage=Overage.RECORD),
    "reserve": lambda: Reserve("a", usd(1), expires_at=later(1), grant=Grant.UP_TO),
    "capture": lambda: Capture("a", hold="b", amount=FULL),
    "slice": lambda: Capture("a", hold="b", amount=usd(0), then=NextSlice(usd(1), expires_at=None)),
    "release": lambda: Release("a", hold="b"),
    "expire": lambda: Expire("a"),
    "policy": lambda: SetPolicy(
        "a", Postpaid("USD", credit_limit=usd(9), temporary=SUMMER, thresholds=(LimitUsed(5),))
    ),
    "status": lambda: SetStatus("a", Status.SUSPENDED, debt=usd(1)),
    "lapse": lambda: Lapse("a"),
    "entry": lambda: an_entry(1, Expire("e"), declined=REFUSED),
    "hold": lambda: a_hold("x", "1", expires_at=later(1)),
    "head": lambda: busy().head,
    "snapshot": lambda: busy().snapshot(),
    "balance": lambda: busy().balance,
    "found": lambda: Found(busy().entries, busy().holds),
    "needs": lambda: needs([Release("a", hold="b")], NOW),
    "step": lambda: step(prepaid().head, Debit("a", usd(1)), Found(), NOW),
    "batch": lambda: step_all(prepaid().head, [Debit("a", usd(100))], Found(), NOW),
    "recorded": lambda: prepaid().debit("a", usd(10), now=NOW),
    "declined": lambda: prepaid().debit("a", usd(11), now=NOW),
    "known": lambda: AlreadyRecorded(an_entry(1, Expire("e"))),
    "low": lambda: LowBalance(1, FundsBelow(usd(5)), usd(4)),
    "reached": lambda: LimitReached(1, usd(0)),
    "stopped": lambda: ServicesStopped(1, Status.BLOCKED),
    "restored": lambda: ServicesRestored(1),
    "expired": lambda: HoldExpired(1, a_hold("x", "1")),
    "opening": lambda: Opening(Prepaid("USD"), usd(1)),
    "prepaid": lambda: Prepaid("USD", credit_limit=usd(1), credit_on_prepaid=CreditOnPrepaid.ALLOWED),
    "temporary": lambda: TemporaryLimit(until=later(60), amount=usd(5)),
}


class TestValues:
    """X-4: what the library gives is a value: equal by content, hashed alike, frozen, sent and shown."""

    @pytest.mark.parametrize("build", LEAVES.values(), ids=LEAVES)
    def test_equal_parts_make_equal_values_that_hash_alike(self, build: Callable[[], object]) -> None:
        first, second = build(), build()
        assert first == second
        assert hash(first) == hash(second)
        assert first != object()

    @pytest.mark.parametrize("build", LEAVES.values(), ids=LEAVES)
    @pytest.mark.parametrize("protocol", [2, pickle.HIGHEST_PROTOCOL])
    def test_they_are_pickled_and_copied(self, build: Callable[[], object], protocol: int) -> None:
        value = build()
        again = pickle.loads(pickle.dumps(value, protocol))  # noqa: S301 - our own bytes
        assert again == value
        assert (hash(again), repr(again)) == (hash(value), repr(value))
        assert copy.deepcopy(value) == copy.copy(value) == value

    @pytest.mark.parametrize("build", LEAVES.values(), ids=LEAVES)
    def test_they_are_frozen(self, build: Callable[[], Any]) -> None:
        value = build()
        name = fields(type(value))[0].name
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, None)
        assert not hasattr(value, "__dict__")

    @pytest.mark.parametrize("build", LEAVES.values(), ids=LEAVES)
    def test_they_are_shown_with_their_parts(self, build: Callable[[], object]) -> None:
        value = build()
        assert repr(value).startswith(f"{type(value).__name__}(")
        assert "_marks" not in repr(value)

    def test_what_came_back_from_a_pickle_goes_on(self) -> None:
        ledger = busy()
        again = Ledger.restore(pickle.loads(pickle.dumps(ledger.snapshot())))  # noqa: S301 - our own bytes
        for each in (ledger, again):
            each.set_policy("last", OPENED, now=later(2))
            each.debit("last fee", usd(1), now=later(2))
        assert again.snapshot() == ledger.snapshot()

    def test_different_parts_make_different_values(self) -> None:
        values = {build() for build in LEAVES.values()}
        assert len(values) == len(LEAVES)

    def test_an_entry_is_shown_in_full(self) -> None:
        assert repr(an_entry(1, Credit("a", usd(1)), posted=usd(1))) == (
            "Entry(number=1, at=datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.timezone.utc), "
            "operation=Credit(id='a', amount=Money('1', 'USD'), reference=None), posted=Money('1', 'USD'), "
            "held=Money('0', 'USD'), granted=None, declined=None, slice_declined=None)"
        )

    def test_words(self) -> None:
        assert [str(FundsBelow(usd("5.00"))), str(LimitUsed(80))] == ["5.00 USD", "80 %"]
        assert [word.value for word in (*Overage, *Grant, *HoldState, *CreditOnPrepaid, FULL)] == [
            "decline", "record", "exact", "up to", "open", "captured", "released", "expired", "refused", "allowed",
            "full",
        ]  # fmt: skip


class TestDefaults:
    """BAL-3: the careful word is the one that needn't be said."""

    def test_operations(self) -> None:
        assert Debit("a", usd(1)) == Debit("a", usd(1), overage=Overage.DECLINE, reference=None)
        assert Credit("a", usd(1)) == Credit("a", usd(1), reference=None)
        assert Reserve("a", usd(1), expires_at=None) == Reserve("a", usd(1), expires_at=None, grant=Grant.EXACT)
        assert NextSlice(usd(1), expires_at=None) == NextSlice(usd(1), expires_at=None, grant=Grant.EXACT)
        assert Capture("a", hold="b", amount=FULL) == Capture(
            "a", hold="b", amount=FULL, overage=Overage.DECLINE, then=None
        )
        assert SetStatus("a", Status.ACTIVE) == SetStatus("a", Status.ACTIVE, debt=None)

    @pytest.mark.parametrize(
        ("kind", "positional", "named"),
        [
            (Credit, ["id", "amount"], ["reference"]),
            (Debit, ["id", "amount"], ["overage", "reference"]),
            (Reserve, ["id", "amount"], ["expires_at", "grant"]),
            (NextSlice, ["amount"], ["expires_at", "grant"]),
            (Capture, ["id"], ["hold", "amount", "overage", "then"]),
            (Release, ["id"], ["hold"]),
            (Expire, ["id"], []),
            (SetPolicy, ["id", "policy"], []),
            (SetStatus, ["id", "status"], ["debt"]),
            (TemporaryLimit, [], ["until", "amount", "percent"]),
            (Prepaid, ["currency"], ["credit_limit", "credit_on_prepaid", "temporary", "thresholds", "clock_skew"]),
            (Postpaid, ["currency"], ["credit_limit", "temporary", "thresholds", "clock_skew"]),
            (FundsBelow, ["amount"], []),
            (LimitUsed, ["percent"], []),
            (Opening, ["policy", "funds"], []),
            (Found, ["entries", "holds"], []),
            (Snapshot, ["head", "entries", "holds"], []),
            (Lapse, ["hold"], []),
        ],
    )
    def test_what_could_be_taken_for_something_else_is_said_by_name(
        self, kind: Callable[..., object], positional: list[str], named: list[str]
    ) -> None:
        parameters = inspect.signature(kind).parameters.values()
        by_place = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
        by_name = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]
        assert (by_place, by_name) == (positional, named)

    @pytest.mark.parametrize("kind", [Entry, Hold, LedgerHead])
    def test_what_is_stored_is_said_by_name_alone(self, kind: Callable[..., object]) -> None:
        assert {each.kind for each in inspect.signature(kind).parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}

    def test_the_ledgers_methods_have_the_same(self) -> None:
        ledger = with_call()
        ledger.debit("a", usd(1), now=NOW)
        ledger.credit("b", usd(1), now=NOW)
        ledger.reserve("c", usd(1), now=NOW, expires_at=None)
        ledger.capture("d", hold="c", amount=FULL, now=NOW)
        ledger.set_status("e", Status.ACTIVE, now=NOW)
        assert [entry.operation for entry in ledger.entries[2:]] == [
            Debit("a", usd(1)),
            Credit("b", usd(1)),
            Reserve("c", usd(1), expires_at=None),
            Capture("d", hold="c", amount=FULL),
            SetStatus("e", Status.ACTIVE),
        ]

    def test_policies(self) -> None:
        skew = timedelta(minutes=5)
        assert Prepaid("USD") == Prepaid(
            "USD",
            credit_limit=None,
            credit_on_prepaid=CreditOnPrepaid.REFUSED,
            temporary=None,
            thresholds=(FundsBelow(usd(5)),),
            clock_skew=skew,
        )
        assert Postpaid("USD") == Postpaid("USD", credit_limit=None, temporary=None, thresholds=(), clock_skew=skew)

    @pytest.mark.parametrize(
        "policy",
        [
            Prepaid("USD", thresholds=()),
            Prepaid("USD", clock_skew=timedelta(0)),
            Prepaid("USD", credit_on_prepaid=CreditOnPrepaid.ALLOWED),
            Prepaid("USD", credit_limit=usd(5), credit_on_prepaid=CreditOnPrepaid.ALLOWED),
            Prepaid("EUR"),
            Postpaid("USD"),
        ],
    )
    def test_each_part_of_a_policy_counts(self, policy: BalancePolicy) -> None:
        assert policy != Prepaid("USD")
        assert len({policy, Prepaid("USD")}) == 2

    def test_outcomes_and_what_was_found(self) -> None:
        entry = an_entry(1, Expire("e"))
        assert Recorded(entry) == Recorded(entry, ())
        assert Declined(REFUSED, entry) == Declined(REFUSED, entry, ())
        assert Found() == Found(entries=(), holds=())


class TestSnapshot:
    """BAL-5: a snapshot is a value of values; the same account gives the same one."""

    def test_it_holds_all_that_is_remembered(self) -> None:
        ledger = busy()
        assert ledger.snapshot() == Snapshot(ledger.head, ledger.entries, ledger.holds)
        assert busy().snapshot() == ledger.snapshot()

    def test_money_that_no_entry_brought_is_refused(self) -> None:
        ledger = busy()
        richer = evolve(ledger.head, posted=ledger.head.posted + usd("0.01"))
        assert fields_in(
            lambda: Snapshot(richer, ledger.entries, ledger.holds), BalanceFault.SNAPSHOT_INCONSISTENT
        ) == ("head")
        # What was forgotten may have brought it.
        assert Snapshot(richer, ledger.entries[1:], ledger.holds).head == richer

    def test_a_ledger_is_shown_by_how_it_stands(self) -> None:
        ledger = Ledger(OPENED)
        ledger.credit("op", usd(5), now=NOW)
        assert (
            repr(ledger)
            == "Ledger(version=1, posted=Money('5', 'USD'), held=Money('0', 'USD'), status=<Status.ACTIVE: 'active'>)"
        )

    def test_of_an_account_that_nothing_has_happened_to(self) -> None:
        ledger = Ledger(OPENED)
        assert ledger.snapshot() == Snapshot(LedgerHead.opened(OPENED), (), ())
        assert Ledger.restore(ledger.snapshot()).snapshot() == ledger.snapshot()
