"""What an account remembers of what it was asked for, across repeats, restarts and time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    BalanceFault,
    Capture,
    Credit,
    Debit,
    Declined,
    DeclineReason,
    Entry,
    Expire,
    FundsBelow,
    Grant,
    Hold,
    HoldExpired,
    HoldState,
    Lapse,
    Ledger,
    LimitUsed,
    NextSlice,
    Operation,
    Overage,
    Postpaid,
    Prepaid,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
    Snapshot,
)
from tenantcore.errors import InvalidValue
from tenantcore.money import Money
from tenantcore.status import Status
from tests.accounts import NOW, TICK, an_entry, later, prepaid, reason, recorded, told, usd, with_call

NOTHING = usd(0)
RECORD = Overage.RECORD


def hold_of(ledger: Ledger, id: str) -> Hold:  # noqa: A002 - what it is
    return next(hold for hold in ledger.holds if hold.id == id)


OPERATIONS: dict[str, Operation] = {
    "credit": Credit("op", usd(1)),
    "debit": Debit("op", usd(1)),
    "reserve": Reserve("op", usd(1), expires_at=later(30)),
    "capture": Capture("op", hold="call", amount=usd(1)),
    "slice": Capture("op", hold="call", amount=FULL, then=NextSlice(usd(1), expires_at=later(40))),
    "release": Release("op", hold="call"),
    "expire": Expire("op"),
    "policy": SetPolicy("op", Prepaid("USD")),
    "status": SetStatus("op", Status.SUSPENDED, debt=usd(1)),
}
REFUSALS: dict[str, Operation] = {
    "debit": Debit("op", usd(100)),
    "reserve": Reserve("op", usd(100), expires_at=later(30)),
    "capture": Capture("op", hold="call", amount=usd(100)),
    "lost hold": Capture("op", hold="lost", amount=FULL),
    "release": Release("op", hold="lost"),
    "policy": SetPolicy("op", Postpaid("USD")),
}
DIFFERENCES: list[tuple[Operation, Operation, str]] = [
    (Credit("op", usd(1)), Debit("op", usd(1)), "kind of operation"),
    (Credit("op", usd(1)), Credit("op", usd("1.01")), "amount"),
    (Credit("op", usd(1), reference="a"), Credit("op", usd(1), reference="b"), "reference"),
    (Credit("op", usd(1), reference="a"), Credit("op", usd(1)), "reference"),
    (Credit("op", usd(1), reference="a"), Credit("op", usd(2), reference="b"), "amount"),
    (Debit("op", usd(1)), Debit("op", usd(2)), "amount"),
    (Debit("op", usd(1)), Debit("op", usd(1), overage=RECORD), "overage"),
    (Debit("op", usd(1)), Debit("op", usd(1), reference="a"), "reference"),
    (Reserve("op", usd(1), expires_at=None), Reserve("op", usd(2), expires_at=None), "amount"),
    (Reserve("op", usd(1), expires_at=None), Reserve("op", usd(1), expires_at=later(9)), "expires_at"),
    (Reserve("op", usd(1), expires_at=later(9)), Reserve("op", usd(1), expires_at=later(9) + TICK), "expires_at"),
    (Reserve("op", usd(1), expires_at=None), Reserve("op", usd(1), expires_at=None, grant=Grant.UP_TO), "grant"),
    (Capture("op", hold="call", amount=FULL), Capture("op", hold="call", amount=usd(4)), "amount"),
    (Capture("op", hold="call", amount=usd(1)), Capture("op", hold="call-2", amount=usd(1)), "hold"),
    (Capture("op", hold="call", amount=FULL), Release("op", hold="call"), "kind of operation"),
    (Capture("op", hold="call", amount=FULL), Capture("op", hold="call", amount=FULL, overage=RECORD), "overage"),
    (
        Capture("op", hold="call", amount=FULL),
        Capture("op", hold="call", amount=FULL, then=NextSlice(usd(1), expires_at=None)),
        "then",
    ),
    (Release("op", hold="call"), Release("op", hold="call-2"), "hold"),
    (Expire("op"), Release("op", hold="call"), "kind of operation"),
    (SetPolicy("op", Prepaid("USD")), SetPolicy("op", Prepaid("USD", thresholds=())), "policy"),
    (SetStatus("op", Status.BLOCKED), SetStatus("op", Status.CLOSED), "status"),
    (SetStatus("op", Status.SUSPENDED), SetStatus("op", Status.SUSPENDED, debt=usd(1)), "debt"),
]


class TestRepeating:
    """BAL-4: the same id with the same content gets the recorded outcome; with other the difference is named."""

    @pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
    def test_the_same_operation_happens_once(self, operation: Operation) -> None:
        ledger = with_call()
        first = recorded(ledger.apply(operation, now=later(1)))
        after = ledger.snapshot()
        for minutes in (1, 2, 60, -60):
            assert ledger.apply(operation, now=later(minutes)) == AlreadyRecorded(first.entry)
        assert ledger.snapshot() == after

    @pytest.mark.parametrize("operation", REFUSALS.values(), ids=REFUSALS)
    def test_a_refusal_burns_the_id_whatever_happens_later(self, operation: Operation) -> None:
        ledger = with_call()
        first = ledger.apply(operation, now=NOW)
        assert isinstance(first, Declined)
        assert first.entry == an_entry(3, operation, declined=first.reason)
        ledger.credit("more", usd(1000), now=later(1))
        ledger.reserve("lost", usd(1), now=later(1), expires_at=None)
        after = ledger.snapshot()
        assert ledger.apply(operation, now=later(2)) == Declined(first.reason, first.entry)
        assert ledger.snapshot() == after

    @pytest.mark.parametrize(("first", "second", "field"), DIFFERENCES)
    def test_what_differs_is_named(self, first: Operation, second: Operation, field: str) -> None:
        ledger = with_call()
        ledger.reserve("call-2", usd(1), now=NOW, expires_at=None)
        entry = recorded(ledger.apply(first, now=NOW)).entry
        after = ledger.snapshot()
        outcome = ledger.apply(second, now=NOW)
        assert isinstance(outcome, Declined)
        assert outcome.reason.code is DeclineReason.OPERATION_DIFFERS
        assert outcome.reason.params == {"id": "'op'", "field": field}
        assert (outcome.entry, outcome.events) == (entry, ())
        assert ledger.snapshot() == after

    def test_how_an_amount_or_an_instant_is_written_is_no_difference(self) -> None:
        ledger = prepaid("10")
        there = ZoneInfo("Asia/Singapore")
        entry = recorded(ledger.reserve("op", usd("1.0"), now=NOW, expires_at=later(9))).entry
        repeat = ledger.reserve("op", usd("1.00"), now=NOW, expires_at=later(9).astimezone(there))
        assert repeat == AlreadyRecorded(entry)

    def test_another_operation_on_a_burned_id_is_told_the_difference(self) -> None:
        ledger = prepaid("10")
        ledger.debit("op", usd(11), now=NOW)
        assert reason(ledger.debit("op", usd(1), now=NOW)) is DeclineReason.OPERATION_DIFFERS

    def test_ids_are_compared_letter_by_letter(self) -> None:
        ledger = prepaid("10")
        for id_ in ("op", "OP", "\u00e9", "e\u0301"):
            recorded(ledger.debit(id_, usd(1), now=NOW))
        assert ledger.balance.posted == usd(6)

    def test_holds_and_operations_share_their_ids(self) -> None:
        ledger = with_call()
        assert reason(ledger.debit("call", usd(1), now=NOW)) is DeclineReason.OPERATION_DIFFERS
        outcome = ledger.release("call", hold="call", now=NOW)
        assert reason(outcome) is DeclineReason.OPERATION_DIFFERS


class TestClocks:
    """BAL-4: an entry's time is max(now, last); only what lies further back than the skew is refused."""

    @pytest.mark.parametrize(
        ("behind", "is_taken"),
        [(timedelta(0), True), (TICK, True), (timedelta(minutes=5), True), (timedelta(minutes=5) + TICK, False)],
    )
    def test_clocks_may_lie_apart_by_the_skew(self, behind: timedelta, is_taken: bool) -> None:
        ledger = prepaid("10")
        outcome = ledger.debit("op", usd(1), now=NOW - behind)
        if is_taken:
            assert recorded(outcome).entry.at == NOW
        else:
            assert outcome == Declined(outcome.reason, None) if isinstance(outcome, Declined) else False
            assert reason(outcome) is DeclineReason.CLOCK_BEHIND
            assert told(outcome) == "the clock lies 301 s behind the account's last entry, more than 300 s"
            assert ledger.head.version == 1
            recorded(ledger.debit("op", usd(1), now=NOW))

    @pytest.mark.parametrize(
        ("skew", "behind", "is_taken"), [(0, 0, True), (0, 1, False), (60, 60, True), (60, 61, False)]
    )
    def test_the_skew_is_the_policys(self, skew: int, behind: int, is_taken: bool) -> None:
        ledger = prepaid("10", clock_skew=timedelta(seconds=skew))
        outcome = ledger.debit("op", usd(1), now=NOW - timedelta(seconds=behind))
        assert isinstance(outcome, Declined) is not is_taken

    def test_a_hold_is_measured_from_the_entrys_time(self) -> None:
        ledger = prepaid("10")
        outcome = ledger.reserve("call", usd(1), now=later(-2), expires_at=later(-1))
        assert reason(outcome) is DeclineReason.HOLD_EXPIRY_PAST
        assert told(outcome) == "a hold must expire after 2026-11-22T12:00:00+00:00, not at 2026-11-22T11:59:00+00:00"
        recorded(ledger.reserve("call", usd(1), now=later(-2), expires_at=later(1)))
        assert hold_of(ledger, "call").placed_at == NOW

    def test_the_first_entry_may_be_at_any_time(self) -> None:
        ledger = Ledger(Prepaid("USD"))
        recorded(ledger.credit("op", usd(1), now=datetime(1, 1, 1, tzinfo=UTC)))
        recorded(ledger.credit("op-2", usd(1), now=datetime.max.replace(tzinfo=UTC)))

    def test_entries_are_in_utc_whatever_the_callers_zone(self) -> None:
        ledger = prepaid("10")
        there = later(1).astimezone(ZoneInfo("America/Havana"))
        entry = recorded(ledger.debit("op", usd(1), now=there)).entry
        assert entry.at == later(1)
        assert entry.at.tzinfo is UTC


class TestEntries:
    """BAL-5: every operation past its shape gives an entry; posted money is the sum of what they posted."""

    def test_entries_count_from_one_without_gaps(self) -> None:
        ledger = with_call()
        ledger.debit("too much", usd(100), now=NOW)
        ledger.capture("end", hold="call", amount=usd(1), now=NOW)
        ledger.set_status("stop", Status.BLOCKED, now=NOW)
        ledger.set_policy("policy", Prepaid("USD"), now=NOW)
        ledger.apply(Expire("sweep"), now=NOW)
        assert [entry.number for entry in ledger.entries] == list(range(1, 8))
        assert [entry.id for entry in ledger.entries] == [
            "funds", "call", "too much", "end", "stop", "policy", "sweep",
        ]  # fmt: skip
        assert Money.total((entry.posted for entry in ledger.entries), "USD") == ledger.balance.posted == usd(9)
        assert Money.total((entry.held for entry in ledger.entries), "USD") == ledger.balance.held == NOTHING
        assert ledger.head.version == 7

    @pytest.mark.parametrize(
        "operation", [SetPolicy("op", Prepaid("USD")), SetStatus("op", Status.BLOCKED), Expire("op")]
    )
    def test_what_moves_no_money_has_zero_effect(self, operation: Operation) -> None:
        ledger = with_call()
        entry = recorded(ledger.apply(operation, now=NOW)).entry
        assert entry == an_entry(3, operation)
        assert (ledger.balance.posted, ledger.balance.held) == (usd(10), usd(4))

    def test_what_is_charged_at_once_is_posted(self) -> None:
        ledger = prepaid("10")
        debit = recorded(ledger.debit("a", usd(3), now=NOW, reference="invoice 7")).entry
        credit = recorded(ledger.credit("b", usd(2), now=NOW, reference="payment 9")).entry
        assert (debit.posted, debit.held, credit.posted, credit.held) == (usd(-3), NOTHING, usd(2), NOTHING)
        assert debit.operation == Debit("a", usd(3), reference="invoice 7")
        assert credit.operation == Credit("b", usd(2), reference="payment 9")

    def test_a_declined_operation_changes_nothing_but_the_record(self) -> None:
        ledger = with_call()
        before = ledger.head
        ledger.debit("op", usd(7), now=later(1))
        assert ledger.head == evolve(before, version=3, last=later(1))
        assert [hold.state for hold in ledger.holds] == [HoldState.OPEN]

    def test_an_amount_beyond_all_amounts_is_refused_and_changes_nothing(self) -> None:
        ledger = prepaid("10")
        ledger.credit("much", usd(10**36 - 12), now=NOW)
        before = ledger.snapshot()
        with pytest.raises(InvalidValue):
            ledger.credit("more", usd(10), now=later(1))
        assert ledger.snapshot() == before
        recorded(ledger.credit("more", usd(1), now=later(1)))

    def test_what_is_due_stays_due_when_an_operation_is_refused(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        ledger.credit("much", usd(10**36 - 11), now=NOW)
        with pytest.raises(InvalidValue):
            ledger.credit("more", usd(10), now=later(1))
        assert hold_of(ledger, "call").state is HoldState.OPEN
        assert [type(event) for event in ledger.expire(now=later(1))] == [HoldExpired]


def busy_account() -> Ledger:
    """An account that every kind of entry has happened to."""
    ledger = Ledger(Postpaid("USD", credit_limit=usd(20), thresholds=(LimitUsed(80), FundsBelow(usd(5)))))
    ledger.credit("paid", usd(10), now=NOW, reference="payment 1")
    ledger.reserve("call", usd(4), now=NOW, expires_at=later(30))
    ledger.reserve("message", usd(1), now=NOW, expires_at=later(2))
    ledger.reserve("lapsing", usd(2), now=NOW, expires_at=later(1))
    ledger.debit("fee", usd(100), now=later(1))
    ledger.capture("slice", hold="call", amount=usd(3), now=later(1), then=NextSlice(usd(5), expires_at=later(40)))
    ledger.release("unused", hold="message", now=later(1))
    ledger.capture("last", hold="slice", amount=FULL, now=later(1), then=NextSlice(usd(500), expires_at=None))
    ledger.debit("late", usd(20), now=later(2), overage=RECORD)
    ledger.set_status("stop", Status.SUSPENDED, now=later(2), debt=usd(15))
    ledger.reserve("stopped", usd(1), now=later(2), expires_at=None)
    ledger.credit("part", usd(5), now=later(2))
    ledger.set_policy("more", Postpaid("USD", credit_limit=usd(50), thresholds=(LimitUsed(10),)), now=later(3))
    ledger.credit("rest", usd(10), now=later(3))
    ledger.reserve("open", usd(6), now=later(4), expires_at=later(60))
    ledger.reserve("for ever", usd(1), now=later(4), expires_at=None, grant=Grant.UP_TO)
    ledger.apply(Expire("sweep"), now=later(4))
    return ledger


OPENED = Postpaid("USD", credit_limit=usd(20), thresholds=(LimitUsed(80), FundsBelow(usd(5))))


class TestReplaying:
    """BAL-5: replaying entries gives the same state; what can't have happened so is refused."""

    def test_the_same_entries_give_the_same_account(self) -> None:
        ledger = busy_account()
        again = Ledger.replay(OPENED, ledger.entries)
        assert again.snapshot() == ledger.snapshot()
        assert again.head == ledger.head
        assert again.holds == ledger.holds

    def test_after_any_entry_it_is_the_account_of_then(self) -> None:
        entries = busy_account().entries
        for number in range(len(entries) + 1):
            part = Ledger.replay(OPENED, entries[:number])
            assert part.entries == entries[:number]
            assert part.head.version == number
            assert part.balance.posted == Money.total((entry.posted for entry in entries[:number]), "USD")
            assert part.balance.held == Money.total((entry.held for entry in entries[:number]), "USD")

    def test_a_restart_forgets_nothing(self) -> None:
        ledger = busy_account()
        again = Ledger.replay(OPENED, iter(ledger.entries))
        for entry in ledger.entries:
            if not isinstance(entry.operation, Lapse):
                assert again.apply(entry.operation, now=later(5)) == ledger.apply(entry.operation, now=later(5))
        assert again.snapshot() == ledger.snapshot()
        assert again.expire(now=later(60)) == ledger.expire(now=later(60)) != ()

    def test_of_nothing_it_is_the_account_as_it_opened(self) -> None:
        assert Ledger.replay(OPENED, []).snapshot() == Ledger(OPENED).snapshot()

    def test_a_late_clock_captures_no_hold_that_has_expired_by_the_last_entry(self) -> None:
        placed = an_entry(1, Reserve("a", usd(1), expires_at=NOW + TICK), held=usd(1), granted=usd(1))
        # Written by a host that left the due hold out.
        ledger = Ledger.replay(Prepaid("USD"), [placed, an_entry(2, Expire("b"), later(1))])
        assert reason(ledger.capture("c", hold="a", amount=FULL, now=NOW)) is DeclineReason.HOLD_EXPIRED

    @pytest.mark.parametrize(
        ("change", "number", "expected"),
        [
            (lambda entries: entries[1:], 2, 1),
            (lambda entries: (*entries[:2], *entries[3:]), 4, 3),
            (lambda entries: (entries[1], entries[0]), 2, 1),
            (lambda entries: (entries[0], entries[0]), 1, 2),
            (lambda entries: (*entries, entries[0]), 1, 19),
        ],
        ids=["no first", "a gap", "turned", "doubled", "from the start again"],
    )
    def test_gaps_and_other_orders_are_refused(self, change: object, number: int, expected: int) -> None:
        assert callable(change)
        entries = busy_account().entries
        assert len(entries) == 18
        with pytest.raises(InvalidValue) as error:
            Ledger.replay(OPENED, change(entries))
        assert error.value.problem.code is BalanceFault.ENTRIES_OUT_OF_ORDER
        assert error.value.problem.params == {"number": number, "expected": expected}

    @pytest.mark.parametrize(
        "second",
        [
            an_entry(2, Credit("b", usd(1)), NOW - TICK, posted=usd(1)),
            an_entry(2, Credit("a", usd(1)), posted=usd(1)),
            an_entry(2, Credit("b", Money(1, "EUR")), posted=Money(1, "EUR"), held=Money(0, "EUR")),
            an_entry(2, Release("b", hold="x"), held=usd(-1)),
            an_entry(2, Release("b", hold="a"), held=usd(-2)),
            an_entry(2, Lapse("x"), held=usd(-1)),
            an_entry(2, Lapse("a"), held=usd("-0.5")),
            an_entry(2, Capture("b", hold="x", amount=FULL), posted=usd(-1), held=usd(-1)),
            an_entry(2, Capture("b", hold="a", amount=usd(1)), posted=usd(-1), held=usd(-2)),
            an_entry(
                2,
                Capture("b", hold="a", amount=usd(1), then=NextSlice(usd(3), expires_at=None)),
                posted=usd(-1),
                held=usd(1),
                granted=usd(3),
            ),
            an_entry(2, Release("b", hold="a"), NOW - TICK, held=usd(-1)),
            an_entry(2, Release("a", hold="a"), held=usd(-1)),
            an_entry(2, Capture("b", hold="a", amount=FULL), posted=usd("-0.99"), held=usd(-1)),
            an_entry(2, Capture("b", hold="a", amount=FULL), posted=usd("-1.01"), held=usd(-1)),
            an_entry(2, SetPolicy("b", Prepaid("EUR"))),
        ],
        ids=[
            "earlier",
            "an id twice",
            "another currency",
            "release of none",
            "release of more",
            "lapse of none",
            "lapse of less",
            "capture of none",
            "capture that frees more",
            "slice that frees less",
            "earlier release",
            "release under a known id",
            "full of less",
            "full of more",
            "policy in another currency",
        ],
    )
    def test_what_does_not_follow_is_refused(self, second: Entry) -> None:
        first = an_entry(1, Reserve("a", usd(1), expires_at=NOW + TICK), held=usd(1), granted=usd(1))
        with pytest.raises(InvalidValue) as error:
            Ledger.replay(Prepaid("USD"), [first, second])
        assert error.value.problem.code is BalanceFault.ENTRIES_CONTRADICT
        assert error.value.problem.params == {"number": 2}

    @pytest.mark.parametrize("end", [Release("c", hold="a"), Capture("c", hold="a", amount=FULL), Lapse("a")])
    def test_a_hold_that_ends_twice_is_refused(self, end: Release | Capture | Lapse) -> None:
        first = an_entry(1, Reserve("a", usd(1), expires_at=NOW + TICK), held=usd(1), granted=usd(1))
        second = an_entry(2, Release("b", hold="a"), NOW + TICK, held=usd(-1))
        third = an_entry(3, end, NOW + TICK, posted=usd(-1) if isinstance(end, Capture) else NOTHING, held=usd(-1))
        with pytest.raises(InvalidValue) as error:
            Ledger.replay(Prepaid("USD"), [first, second, third])
        assert error.value.problem.params == {"number": 3}

    def test_a_declined_end_of_a_lost_hold_is_fine(self) -> None:
        ledger = prepaid("10")
        ledger.release("a", hold="lost", now=NOW)
        ledger.capture("b", hold="lost", amount=FULL, now=NOW)
        assert Ledger.replay(Prepaid("USD", thresholds=()), ledger.entries).snapshot() == ledger.snapshot()

    def test_a_sweep_after_it_writes_nothing_before_the_last_entry(self) -> None:
        # Whoever wrote the last entry, with a clock ahead, had not loaded the hold that was due.
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        entries = (*ledger.entries, an_entry(3, Credit("x", usd(1)), later(3), posted=usd(1)))
        again = Ledger.replay(Prepaid("USD", thresholds=()), entries)
        assert [type(event) for event in again.expire(now=later(2))] == [HoldExpired]
        assert again.head.last == later(3)
        assert Ledger.replay(Prepaid("USD", thresholds=()), again.entries).snapshot() == again.snapshot()

    def test_nothing_is_decided_again(self) -> None:
        beyond = an_entry(1, Debit("a", usd(100)), posted=usd(-100))
        assert Ledger.replay(Prepaid("USD"), [beyond]).balance.posted == usd(-100)


class TestSnapshots:
    """BAL-5: all that is remembered is one value, and comes back from it."""

    def test_what_is_restored_goes_on_as_before(self) -> None:
        ledger = busy_account()
        again = Ledger.restore(ledger.snapshot())
        assert again.snapshot() == ledger.snapshot()
        assert (again.head, again.entries, again.holds) == (ledger.head, ledger.entries, ledger.holds)
        for each in (ledger, again):
            each.capture("end", hold="open", amount=usd(1), now=later(5))
            each.expire(now=later(90))
        assert again.snapshot() == ledger.snapshot()

    def test_what_is_restored_knows_old_operations(self) -> None:
        ledger = with_call()
        again = Ledger.restore(ledger.snapshot())
        assert isinstance(again.credit("funds", usd(10), now=NOW), AlreadyRecorded)
        assert reason(again.credit("funds", usd(11), now=NOW)) is DeclineReason.OPERATION_DIFFERS

    def test_what_is_restored_still_expires(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        again = Ledger.restore(ledger.snapshot())
        assert again.balance_at(later(1)).held == NOTHING
        assert [type(event) for event in again.expire(now=later(1))] == [HoldExpired]

    def test_a_snapshot_stays_as_it_was(self) -> None:
        ledger = with_call()
        before = ledger.snapshot()
        ledger.capture("end", hold="call", amount=FULL, now=NOW)
        assert before == with_call().snapshot() != ledger.snapshot()

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            (lambda whole: evolve(whole, head=evolve(whole.head, version=1)), "entries"),
            (lambda whole: evolve(whole, head=evolve(whole.head, version=2)), "entries"),
            (lambda whole: evolve(whole, entries=whole.entries[::-1]), "entries"),
            (lambda whole: evolve(whole, entries=(whole.entries[0], evolve(whole.entries[1], number=1))), "entries"),
            (lambda whole: evolve(whole, entries=(whole.entries[1], evolve(whole.entries[1], number=3))), "entries"),
            (lambda whole: evolve(whole, holds=()), "holds"),
            (lambda whole: evolve(whole, holds=whole.holds * 2), "holds"),
            (
                lambda whole: evolve(
                    whole, holds=(*whole.holds, evolve(whole.holds[0], state=HoldState.RELEASED, ended_at=NOW))
                ),
                "holds",
            ),
            (lambda whole: evolve(whole, holds=(evolve(whole.holds[0], amount=usd(3)),)), "holds"),
            (lambda whole: evolve(whole, head=evolve(whole.head, held=usd(3))), "holds"),
            (
                lambda whole: evolve(whole, holds=(evolve(whole.holds[0], state=HoldState.RELEASED, ended_at=NOW),)),
                "holds",
            ),
            (lambda whole: evolve(whole, holds=(evolve(whole.holds[0], amount=Money(4, "EUR")),)), "entries"),
        ],
        ids=[
            "fewer than the row says",
            "one fewer than the row says",
            "turned",
            "a number twice",
            "an id twice",
            "a hold less",
            "a hold twice",
            "a hold twice, open and ended",
            "a hold of less",
            "a row that holds less",
            "a hold that has ended",
            "a hold in another currency",
        ],
    )
    def test_parts_that_do_not_belong_together_are_refused(self, change: object, field: str) -> None:
        assert callable(change)
        ledger = with_call()
        ledger.debit("fee", usd(1), now=NOW)
        with pytest.raises(InvalidValue) as error:
            change(ledger.snapshot())
        assert error.value.problem.code is BalanceFault.SNAPSHOT_INCONSISTENT
        assert error.value.problem.params == {"field": field}

    def test_entries_of_another_currency_are_refused(self) -> None:
        euros = an_entry(1, Credit("a", Money(1, "EUR")), posted=Money(1, "EUR"), held=Money(0, "EUR"))
        with pytest.raises(InvalidValue) as error:
            Snapshot(with_call().head, (euros,), with_call().holds)
        assert error.value.problem.params == {"field": "entries"}


class TestForgetting:
    """BAL-4: old ids are dropped by age only; money stays what it is."""

    def aged(self) -> Ledger:
        ledger = prepaid("10")
        ledger.reserve("open", usd(1), now=later(1), expires_at=later(1000))
        ledger.reserve("done", usd(2), now=later(1), expires_at=None)
        ledger.capture("end", hold="done", amount=FULL, now=later(2))
        ledger.debit("fee", usd(1), now=later(3))
        return ledger

    @pytest.mark.parametrize(
        ("before", "forgotten", "kept"),
        [
            (later(0), 0, ["funds", "open", "done", "end", "fee"]),
            (later(0) + TICK, 1, ["open", "done", "end", "fee"]),
            (later(1) + TICK, 2, ["open", "end", "fee"]),
            (later(3), 3, ["open", "fee"]),
            (later(3) + TICK, 4, ["open"]),
            (later(2000), 4, ["open"]),
        ],
    )
    def test_what_is_older_goes(self, before: datetime, forgotten: int, kept: list[str]) -> None:
        ledger = self.aged()
        balance = ledger.balance
        assert ledger.forget(before=before) == forgotten
        assert [entry.id for entry in ledger.entries] == kept
        assert ledger.balance == balance
        assert ledger.head.version == 5

    @pytest.mark.parametrize(("before", "kept"), [(later(2), ["open", "done"]), (later(2) + TICK, ["open"])])
    def test_ended_holds_go_by_when_they_ended(self, before: datetime, kept: list[str]) -> None:
        ledger = self.aged()
        ledger.forget(before=before)
        assert [hold.id for hold in ledger.holds] == kept

    def test_a_forgotten_operation_is_taken_for_a_new_one(self) -> None:
        ledger = self.aged()
        ledger.forget(before=later(10))
        recorded(ledger.debit("fee", usd(1), now=later(10)))
        assert reason(ledger.capture("x", hold="done", amount=FULL, now=later(10))) is DeclineReason.HOLD_NOT_FOUND
        assert ledger.balance.posted == usd(6)

    def test_what_is_kept_is_still_known(self) -> None:
        ledger = self.aged()
        ledger.forget(before=later(10))
        repeat = ledger.reserve("open", usd(1), now=later(10), expires_at=later(1000))
        assert isinstance(repeat, AlreadyRecorded)
        recorded(ledger.capture("y", hold="open", amount=FULL, now=later(10)))

    def test_what_placed_an_open_slice_is_kept(self) -> None:
        ledger = with_call()
        ledger.capture("slice", hold="call", amount=FULL, now=NOW, then=NextSlice(usd(1), expires_at=None))
        assert ledger.forget(before=later(1)) == 2
        assert [entry.id for entry in ledger.entries] == ["slice"]

    def test_lapses_go_too(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        ledger.expire(now=later(1))
        assert ledger.forget(before=later(1) + TICK) == 3
        assert (ledger.entries, ledger.holds, ledger.balance.posted) == ((), (), usd(10))

    def test_what_is_due_still_expires(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        ledger.forget(before=later(10))
        assert ledger.balance_at(later(1)).held == NOTHING
        assert [type(event) for event in ledger.expire(now=later(1))] == [HoldExpired]
        assert ledger.expire(now=later(2)) == ()

    def test_it_can_be_restored_but_not_replayed(self) -> None:
        ledger = self.aged()
        ledger.forget(before=later(2))
        assert Ledger.restore(ledger.snapshot()).snapshot() == ledger.snapshot()
        with pytest.raises(InvalidValue) as error:
            Ledger.replay(Prepaid("USD", thresholds=()), ledger.entries)
        assert error.value.problem.code is BalanceFault.ENTRIES_OUT_OF_ORDER

    def test_forgetting_twice_forgets_nothing_more(self) -> None:
        ledger = self.aged()
        ledger.forget(before=later(3))
        before = ledger.snapshot()
        assert ledger.forget(before=later(3)) == 0
        assert ledger.snapshot() == before
