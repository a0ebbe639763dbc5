"""One row, one operation, what was found: what a host loads, and what it is to save."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    BalanceFault,
    Batch,
    Capture,
    Credit,
    Debit,
    Declined,
    DeclineReason,
    Entry,
    Expire,
    Found,
    Grant,
    Hold,
    HoldExpired,
    HoldState,
    Lapse,
    Ledger,
    LedgerHead,
    LimitReached,
    Needs,
    NextSlice,
    Operation,
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
    Step,
    needs,
    step,
    step_all,
    step_linked,
)
from tenantcore.errors import FieldCode, InvalidType, InvalidValue, Problem
from tenantcore.money import Money
from tenantcore.status import Status
from tests.accounts import NOW, TICK, a_hold, an_entry, later, postpaid, prepaid, reason, usd, with_call

OPERATIONS: list[Operation] = [
    Credit("a", usd(1)),
    Debit("b", usd(1)),
    Reserve("c", usd(1), expires_at=None),
    Capture("d", hold="x", amount=FULL),
    Release("e", hold="y"),
    Expire("f"),
    SetPolicy("g", Prepaid("USD")),
    SetStatus("h", Status.ACTIVE),
]
RECORD = Overage.RECORD
EMPTY = LedgerHead.opened(Prepaid("USD", thresholds=()))


def found(ledger: Ledger) -> Found:
    return Found(ledger.entries, ledger.holds)


class TestNeeds:
    """BAL-4: what is to be loaded is the entries by id, the holds by id, and the holds that are due."""

    def test_every_kind_names_its_id_and_its_hold(self) -> None:
        assert needs(OPERATIONS, later(3)) == Needs(tuple("abcdefgh"), ("x", "y"), later(3))

    def test_each_is_named_once_in_the_order_of_the_operations(self) -> None:
        asked: list[Operation] = [
            Release("b", hold="y"),
            Capture("a", hold="x", amount=FULL),
            Release("b", hold="x"),
            Credit("a", usd(1)),
        ]
        assert needs(asked, NOW) == Needs(("b", "a"), ("y", "x"), NOW)

    def test_of_no_operation_only_what_is_due(self) -> None:
        assert needs([], NOW) == Needs((), (), NOW)

    def test_any_iterable_will_do(self) -> None:
        assert needs(iter(OPERATIONS), NOW) == needs(tuple(OPERATIONS), NOW)

    def test_the_moment_is_in_utc(self) -> None:
        due_by = needs([], later(1).astimezone(ZoneInfo("Asia/Kathmandu"))).due_by
        assert due_by == later(1)
        assert due_by.tzinfo is UTC

    def test_what_is_no_operation_is_named_by_its_place(self) -> None:
        with pytest.raises(InvalidType) as error:
            needs([OPERATIONS[0], "debit"], NOW)  # type: ignore[list-item]
        assert error.value.problem.path == ("operations", 1)


class TestStep:
    """BAL-5: a step is all that is to be saved, and changes nothing itself."""

    def test_a_new_row_is_of_an_account_that_nothing_has_happened_to(self) -> None:
        assert (
            LedgerHead(
                version=0,
                policy=Prepaid("USD", thresholds=()),
                status=Status.ACTIVE,
                posted=usd(0),
                held=usd(0),
                last=None,
                armed=(),
                solvent=False,
            )
            == EMPTY
        )
        assert EMPTY.balance.as_of is None
        assert (EMPTY.balance.available, EMPTY.balance.credit_limit) == (usd(0), usd(0))
        assert not EMPTY.balance.may_use_services
        assert LedgerHead.opened(Postpaid("USD")).balance.available is None
        assert LedgerHead.opened(Postpaid("USD", credit_limit=usd("0.01"))).may_use_services
        assert LedgerHead.opened(Postpaid("USD")).may_use_services
        assert not LedgerHead.opened(Postpaid("USD", credit_limit=usd(0))).may_use_services

    def test_it_says_the_row_the_entries_the_holds_and_the_events(self) -> None:
        first = step(EMPTY, Credit("a", usd(10)), Found(), NOW)
        entry = an_entry(1, Credit("a", usd(10)), posted=usd(10))
        assert first == Step(
            outcome=Recorded(entry, (ServicesRestored(1),)),
            head=LedgerHead(
                version=1,
                policy=EMPTY.policy,
                status=Status.ACTIVE,
                posted=usd(10),
                held=usd(0),
                last=NOW,
                armed=(),
                solvent=True,
            ),
            entries=(entry,),
            holds=(),
            events=(ServicesRestored(1),),
        )

    def test_it_starts_from_the_row_alone(self) -> None:
        row = prepaid("10").head
        second = step(row, Reserve("call", usd(3), expires_at=later(1)), Found(), NOW)
        assert (second.head.version, second.head.held) == (2, usd(3))
        assert second.holds == (a_hold("call", "3", expires_at=later(1)),)
        third = step(second.head, Capture("end", hold="call", amount=FULL), Found(holds=second.holds), NOW)
        assert (third.head.version, third.head.posted, third.head.held) == (3, usd(7), usd(0))
        ended = a_hold("call", "3", expires_at=later(1), state=HoldState.CAPTURED, captured=usd(3), ended_at=NOW)
        assert third.holds == (ended,)

    def test_what_changes_nothing_gives_the_row_back(self) -> None:
        ledger = prepaid("10")
        repeat = step(ledger.head, Credit("funds", usd(10)), found(ledger), NOW)
        assert repeat == Step(AlreadyRecorded(ledger.entries[0]), ledger.head, (), (), ())
        assert repeat.head is ledger.head

    def test_a_slice_gives_both_holds(self) -> None:
        ledger = with_call()
        then = NextSlice(usd(2), expires_at=None)
        made = step(ledger.head, Capture("s", hold="call", amount=usd(1), then=then), found(ledger), NOW)
        assert [(hold.id, hold.state) for hold in made.holds] == [("call", HoldState.CAPTURED), ("s", HoldState.OPEN)]

    def test_a_hold_that_is_due_is_freed_first(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        made = step(ledger.head, Debit("op", usd(10)), found(ledger), later(1))
        gone = a_hold("call", "4", expires_at=later(1), state=HoldState.EXPIRED, ended_at=later(1))
        lapse = an_entry(3, Lapse("call"), later(1), held=usd(-4))
        debit = an_entry(4, Debit("op", usd(10)), later(1), posted=usd(-10))
        events = (HoldExpired(3, gone), LimitReached(4, usd(0)), ServicesStopped(4, Status.ACTIVE))
        assert (made.outcome, made.entries, made.holds, made.events) == (
            Recorded(debit, events), (lapse, debit), (gone,), events,
        )  # fmt: skip

    def test_a_hold_that_is_due_and_not_handed_over_still_counts(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        made = step(ledger.head, Debit("op", usd(10)), Found(), later(1))
        assert reason(made.outcome) is DeclineReason.FUNDS_INSUFFICIENT

    @pytest.mark.parametrize("turned", [False, True])
    def test_the_order_in_which_holds_are_handed_over_is_none(self, turned: bool) -> None:
        ledger = prepaid("10")
        for id_, minutes in (("b", 2), ("a", 2), ("c", 1)):
            ledger.reserve(id_, usd(1), now=NOW, expires_at=later(minutes))
        holds = ledger.holds[::-1] if turned else ledger.holds
        made = step(ledger.head, Expire("sweep"), Found(holds=holds), later(2))
        assert [entry.operation for entry in made.entries] == [Lapse("c"), Lapse("a"), Lapse("b"), Expire("sweep")]

    def test_what_it_names_and_what_is_not_due_is_left_alone(self) -> None:
        ledger = with_call()
        ledger.reserve("other", usd(1), now=NOW, expires_at=later(9))
        made = step(ledger.head, Release("free", hold="call"), found(ledger), later(1))
        assert [hold.id for hold in made.holds] == ["call"]

    @pytest.mark.parametrize("named", ["first", "second", "open"])
    def test_the_hold_it_names_is_seen_as_it_is_after_the_others_have_lapsed(self, named: str) -> None:
        ledger = prepaid("10")
        for id_, minutes in (("first", 1), ("second", 2), ("open", 9)):
            ledger.reserve(id_, usd(1), now=NOW, expires_at=later(minutes))
        made = step(ledger.head, Capture("end", hold=named, amount=FULL), found(ledger), later(2))
        assert isinstance(made.outcome, Recorded) is (named == "open")
        if named != "open":
            assert reason(made.outcome) is DeclineReason.HOLD_EXPIRED
        assert [hold.id for hold in made.holds] == ["first", "second", *(["open"] if named == "open" else [])]
        assert made.outcome == ledger.capture("end", hold=named, amount=FULL, now=later(2))

    def test_lapses_among_the_entries_found_have_no_id(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        ledger.expire(now=later(1))
        made = step(ledger.head, Debit("call-2", usd(1)), found(ledger), later(1))
        assert isinstance(made.outcome, Recorded)

    def test_holds_that_have_ended_are_not_due(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        ledger.release("free", hold="call", now=NOW)
        made = step(ledger.head, Expire("sweep"), found(ledger), later(2))
        assert (made.holds, len(made.entries)) == ((), 1)

    def test_the_same_script_comes_to_the_same_by_row_and_by_ledger(self) -> None:
        ledger, head, entries = prepaid("0"), EMPTY, dict[str, Entry]()
        holds: dict[str, Hold] = {}
        for minutes, operation in enumerate(SCRIPT):
            made = step(head, operation, Found(tuple(entries.values()), tuple(holds.values())), later(minutes))
            assert made.outcome == ledger.apply(operation, now=later(minutes))
            head = made.head
            entries.update({entry.id: entry for entry in made.entries if entry.id is not None})
            holds.update({hold.id: hold for hold in made.holds})
        assert head == ledger.head
        assert tuple(holds.values()) == ledger.holds


SCRIPT: list[Operation] = [
    Credit("paid", usd(10)),
    Reserve("call", usd(4), expires_at=later(5)),
    Reserve("call-2", usd(99), expires_at=None, grant=Grant.UP_TO),
    Debit("fee", usd(1)),
    Capture("slice", hold="call", amount=usd(1), then=NextSlice(usd(3), expires_at=later(6))),
    Credit("paid", usd(10)),
    Credit("paid", usd(11)),
    Debit("fee-2", usd(3)),
    Release("free", hold="call-2"),
    Capture("late", hold="slice", amount=FULL),
    SetStatus("stop", Status.SUSPENDED, debt=usd(2)),
    Debit("over", usd(50), overage=RECORD),
    SetPolicy("to", Postpaid("USD", credit_limit=usd(500))),
    Credit("paid-2", usd(2)),
    Reserve("call-3", usd(9), expires_at=later(14) + TICK),
    Capture("none", hold="call-3", amount=usd(0)),
    Expire("sweep"),
]


class TestHoldsThatTheRowDisproves:
    """BAL-3: each hold ends once, also where holds were loaded before the row and have ended since."""

    @pytest.mark.parametrize(
        "operation", [Capture("again", hold="call", amount=FULL), Release("again", hold="call"), Expire("sweep")]
    )
    def test_a_hold_that_has_ended_since_does_not_end_again(self, operation: Operation) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        before = ledger.holds
        ledger.capture("end", hold="call", amount=usd(1), now=NOW)
        with pytest.raises(InvalidValue) as error:
            step(ledger.head, operation, Found(holds=before), later(1) if isinstance(operation, Expire) else NOW)
        assert error.value.problem.code is BalanceFault.HOLDS_DISPROVED

    def test_a_hold_of_exactly_what_is_held_is_fine(self) -> None:
        ledger = with_call()
        capture = Capture("end", hold="call", amount=FULL)
        assert isinstance(step(ledger.head, capture, Found(holds=ledger.holds), NOW).outcome, Recorded)

    def test_a_hold_of_another_account_is_told_by_its_currency(self) -> None:
        with pytest.raises(InvalidValue) as error:
            step(
                with_call().head,
                Capture("end", hold="call", amount=FULL),
                Found(holds=(Hold(id="call", amount=Money(4, "EUR"), placed_at=NOW, expires_at=None),)),
                NOW,
            )
        assert error.value.problem.code is BalanceFault.BALANCE_CURRENCY_MISMATCH


class TestFound:
    """BAL-4: what was found is entries and holds, in tuples."""

    def test_nothing_may_have_been_found(self) -> None:
        assert Found() == Found((), ())

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            ({"entries": []}, FieldCode.FIELD_WRONG_TYPE),
            ({"holds": []}, FieldCode.FIELD_WRONG_TYPE),
            ({"entries": (None,)}, FieldCode.FIELD_WRONG_ITEM),
            ({"holds": (a_hold("x", "1"), an_entry(1, Expire("e")))}, FieldCode.FIELD_WRONG_ITEM),
        ],
    )
    def test_of_the_right_types(self, parts: dict[str, Any], code: FieldCode) -> None:
        with pytest.raises(InvalidType) as error:
            Found(**parts)
        assert error.value.problem.code is code


class TestStepAll:
    """BAL-5: a batch is decided as if each operation was saved before the next, with one save for all."""

    def test_a_batch_is_its_steps_one_after_the_other(self) -> None:
        for position in range(len(SCRIPT) + 1):
            self.check_against_steps(SCRIPT[:position])

    @staticmethod
    def check_against_steps(script: list[Operation]) -> None:
        batch = step_all(EMPTY, script, Found(), NOW)
        ledger = Ledger(EMPTY.policy)
        outcomes = tuple(ledger.apply(operation, now=NOW) for operation in script)
        assert batch.outcomes == outcomes
        assert (batch.head, batch.entries) == (ledger.head, ledger.entries)
        assert {hold.id: hold for hold in batch.holds} == {hold.id: hold for hold in ledger.holds}
        new = [outcome for outcome in outcomes if not isinstance(outcome, AlreadyRecorded)]
        assert list(batch.events) == [event for outcome in new for event in outcome.events]

    def test_a_hold_that_was_placed_and_ended_stands_once(self) -> None:
        asked: list[Operation] = [Reserve("call", usd(4), expires_at=None), Capture("end", hold="call", amount=usd(1))]
        batch = step_all(prepaid("10").head, asked, Found(), NOW)
        assert batch.holds == (
            a_hold("call", "4", state=HoldState.CAPTURED, captured=usd(1), ended_at=NOW),
        )  # fmt: skip

    def test_an_operation_that_stands_twice_happens_once(self) -> None:
        asked = [Debit("op", usd(amount)) for amount in (1, 1, 2)]
        batch = step_all(prepaid("10").head, asked, Found(), NOW)
        first, second, third = batch.outcomes
        assert isinstance(first, Recorded)
        assert second == AlreadyRecorded(first.entry)
        assert reason(third) is DeclineReason.OPERATION_DIFFERS
        assert batch.head.posted == usd(9)

    def test_what_is_due_is_freed_once_by_the_first_entry(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        asked: list[Operation] = [Credit("funds", usd(10)), Debit("a", usd(10)), Debit("b", usd(1))]
        batch = step_all(ledger.head, asked, found(ledger), later(1))
        assert [type(outcome) for outcome in batch.outcomes] == [AlreadyRecorded, Recorded, Declined]
        assert [entry.operation for entry in batch.entries] == [Lapse("call"), asked[1], asked[2]]
        assert [type(event) for event in batch.events] == [HoldExpired, LimitReached, ServicesStopped]

    def test_of_no_operation_it_frees_what_is_due(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        batch = step_all(ledger.head, [], found(ledger), later(2))
        events = ledger.expire(now=later(2))
        assert batch == Batch((), ledger.head, ledger.entries[2:], ledger.holds, events)
        assert [type(event) for event in events] == [HoldExpired]

    def test_of_no_operation_it_frees_never_before_the_last_entry(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        behind = evolve(ledger.head, last=later(3))  # an entry that was written without the holds that were due
        batch = step_all(behind, (), Found(holds=ledger.holds), later(1))
        assert [(entry.operation, entry.at) for entry in batch.entries] == [(Lapse("call"), later(3))]
        assert step_all(behind, (), Found(holds=ledger.holds), later(-3)).entries == ()

    def test_what_is_due_by_the_last_entry_is_due(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(2))
        behind = evolve(ledger.head, last=later(3))
        capture = Capture("late", hold="call", amount=FULL)
        assert reason(step(behind, capture, Found(holds=ledger.holds), later(1)).outcome) is DeclineReason.HOLD_EXPIRED

    def test_of_no_operation_and_nothing_due_it_is_nothing(self) -> None:
        ledger = with_call()
        assert step_all(ledger.head, iter(()), found(ledger), later(2)) == Batch((), ledger.head, (), (), ())

    def test_of_repeats_only_it_is_nothing_to_save(self) -> None:
        ledger = with_call()
        batch = step_all(ledger.head, [Credit("funds", usd(10))], found(ledger), later(2))
        assert (batch.head, batch.entries, batch.holds, batch.events) == (ledger.head, (), (), ())

    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_one_that_cannot_be_decided_stops_all_and_is_named_by_its_place(self, position: int) -> None:
        asked = [Debit(f"op-{number}", Money(1, "EUR" if number == position else "USD")) for number in range(3)]
        with pytest.raises(InvalidValue) as error:
            step_all(prepaid("10").head, asked, Found(), NOW)
        assert error.value.problem.code is BalanceFault.BALANCE_CURRENCY_MISMATCH
        assert error.value.problem.path == ("operations", position, "amount")

    def test_a_clock_behind_refuses_each_and_changes_nothing(self) -> None:
        ledger = prepaid("10")
        batch = step_all(ledger.head, [Debit("a", usd(1)), Debit("b", usd(1))], Found(), later(-6))
        assert [reason(outcome) for outcome in batch.outcomes] == [DeclineReason.CLOCK_BEHIND] * 2
        assert (batch.head, batch.entries) == (ledger.head, ())


def account_and_reseller(account: str = "10", reseller: str = "10") -> tuple[Ledger, Ledger]:
    return prepaid(account), prepaid(reseller)


def linked(*sides: tuple[Ledger, Operation], minutes: float = 0) -> tuple[Step, ...]:
    pairs = [(ledger.head, operation) for ledger, operation in sides]
    return step_linked(pairs, [found(ledger) for ledger, _ in sides], later(minutes))


class TestStepLinked:
    """CALL-3: an account and its reseller are charged together, or neither is."""

    def test_both_happen_as_if_alone(self) -> None:
        account, reseller = account_and_reseller()
        first, second = Debit("op", usd(3)), Debit("op", usd(2))
        assert linked((account, first), (reseller, second)) == (
            step(account.head, first, found(account), NOW),
            step(reseller.head, second, found(reseller), NOW),
        )

    @pytest.mark.parametrize(("account", "reseller"), [("10", "1"), ("1", "10")])
    def test_where_one_declines_the_other_declines_on_record(self, account: str, reseller: str) -> None:
        sides = account_and_reseller(account, reseller)
        steps = linked(*((side, Debit("op", usd(3))) for side in sides))
        reasons = [reason(each.outcome) for each in steps]
        own, other = DeclineReason.FUNDS_INSUFFICIENT, DeclineReason.LINKED_DECLINED
        assert reasons == ([other, own] if reseller == "1" else [own, other])
        for side, made in zip(sides, steps, strict=True):
            assert isinstance(made.outcome, Declined)
            assert made.outcome.entry == an_entry(2, Debit("op", usd(3)), declined=made.outcome.reason)
            assert made.entries == (made.outcome.entry,)
            assert (made.head.version, made.head.posted) == (2, side.head.posted)
            repeat = step(made.head, Debit("op", usd(3)), Found(made.entries), NOW)
            assert repeat.outcome == Declined(made.outcome.reason, made.outcome.entry)

    def test_where_both_decline_each_has_its_own_reason(self) -> None:
        account, reseller = account_and_reseller("1", "10")
        reseller.set_status("stop", Status.BLOCKED, now=NOW)
        steps = linked((account, Debit("op", usd(3))), (reseller, Debit("op", usd(3))))
        assert [reason(each.outcome) for each in steps] == [
            DeclineReason.FUNDS_INSUFFICIENT, DeclineReason.ACCOUNT_BLOCKED,
        ]  # fmt: skip

    def test_a_hold_of_one_does_not_stay_when_the_other_declines(self) -> None:
        account, reseller = account_and_reseller("10", "1")
        reserve = Reserve("call", usd(3), expires_at=later(1))
        steps = linked((account, reserve), (reseller, reserve))
        assert [each.holds for each in steps] == [(), ()]
        assert [each.head.held for each in steps] == [usd(0), usd(0)]

    def test_what_is_due_is_freed_even_where_both_decline(self) -> None:
        account, reseller = account_and_reseller("10", "1")
        account.reserve("call", usd(4), now=NOW, expires_at=later(1))
        steps = linked((account, Debit("op", usd(3))), (reseller, Debit("op", usd(3))), minutes=1)
        assert [entry.operation for entry in steps[0].entries] == [Lapse("call"), Debit("op", usd(3))]
        assert steps[0].head.held == usd(0)
        assert [type(event) for event in steps[0].events] == [HoldExpired]
        assert reason(steps[0].outcome) is DeclineReason.LINKED_DECLINED

    @pytest.mark.parametrize(
        ("operation", "minutes", "code"),
        [
            (Credit("known", usd(5)), 0.0, DeclineReason.OPERATION_DIFFERS),
            (Credit("op", usd(5)), -10.0, DeclineReason.CLOCK_BEHIND),
            (Reserve("op", usd(1), expires_at=later(-1)), 0.0, DeclineReason.HOLD_EXPIRY_PAST),
        ],
    )
    @pytest.mark.parametrize("turned", [False, True])
    def test_where_nothing_may_be_recorded_nothing_changes_at_all(
        self, operation: Operation, minutes: float, code: DeclineReason, turned: bool
    ) -> None:
        account, reseller = account_and_reseller()
        reseller.debit("known", usd(1), now=NOW)
        # The account's own clock is not behind: nothing has happened to it yet.
        fresh = Ledger(Postpaid("USD")) if minutes else account
        sides: list[tuple[Ledger, Operation]] = [(fresh, Debit("op", usd(3))), (reseller, operation)]
        steps = linked(*(sides[::-1] if turned else sides), minutes=minutes)
        mine, theirs = steps[::-1] if turned else steps
        assert mine == Step(Declined(Problem(DeclineReason.LINKED_DECLINED), None), fresh.head, (), (), ())
        assert reason(theirs.outcome) is code
        assert (theirs.head, theirs.entries, theirs.holds, theirs.events) == (reseller.head, (), (), ())

    def test_a_refusal_that_cannot_be_kept_is_not_told_as_if_it_was(self) -> None:
        account, reseller = account_and_reseller("1", "10")
        reserve = Reserve("op", usd(3), expires_at=NOW)
        steps = linked((account, Debit("op", usd(3))), (reseller, reserve))
        assert [reason(each.outcome) for each in steps] == [
            DeclineReason.LINKED_DECLINED, DeclineReason.HOLD_EXPIRY_PAST,
        ]  # fmt: skip
        assert [each.entries for each in steps] == [(), ()]
        assert [each.head for each in steps] == [account.head, reseller.head]
        assert isinstance(steps[0].outcome, Declined)
        assert steps[0].outcome.entry is None

    def test_repeated_together_both_are_known(self) -> None:
        account, reseller = account_and_reseller()
        for ledger in (account, reseller):
            ledger.debit("op", usd(3), now=NOW)
        steps = linked((account, Debit("op", usd(3))), (reseller, Debit("op", usd(3))), minutes=9)
        assert [type(each.outcome) for each in steps] == [AlreadyRecorded, AlreadyRecorded]
        assert [each.entries for each in steps] == [(), ()]

    def test_a_refusal_together_is_repeated_together(self) -> None:
        account, reseller = account_and_reseller("10", "1")
        operation = Debit("op", usd(3))
        steps = linked((account, operation), (reseller, operation))
        again = step_linked(
            [(each.head, operation) for each in steps], [Found(each.entries) for each in steps], later(9)
        )
        assert [each.outcome for each in again] == [
            Declined(each.outcome.reason, each.outcome.entry) for each in steps if isinstance(each.outcome, Declined)
        ]
        assert [each.entries for each in again] == [(), ()]

    def test_what_stood_before_stands_whatever_the_other_says(self) -> None:
        account, reseller = account_and_reseller("10", "1")
        account.debit("op", usd(3), now=NOW)
        for late in (Debit("op", usd(3)), Reserve("op", usd(1), expires_at=NOW)):
            steps = linked((account, Debit("op", usd(3))), (reseller, late))
            assert isinstance(steps[0].outcome, AlreadyRecorded)
            assert isinstance(steps[1].outcome, Declined)
            assert steps[0].entries == ()

    def test_three_levels_go_together(self) -> None:
        ledgers = [prepaid("10"), prepaid("10"), prepaid("2")]
        steps = linked(*((ledger, Debit("op", usd(3))) for ledger in ledgers))
        assert [reason(each.outcome) for each in steps] == [
            DeclineReason.LINKED_DECLINED, DeclineReason.LINKED_DECLINED, DeclineReason.FUNDS_INSUFFICIENT,
        ]  # fmt: skip

    def test_of_no_account_it_is_nothing(self) -> None:
        assert step_linked([], [], NOW) == ()
        assert step_linked((), (), NOW) == ()

    def test_one_row_twice_is_refused(self) -> None:
        head = prepaid("10").head
        with pytest.raises(InvalidValue) as error:
            step_linked([(head, Debit("a", usd(1))), (head, Debit("b", usd(1)))], [Found(), Found()], NOW)
        assert error.value.problem.code is BalanceFault.LINKED_TWICE

    def test_two_accounts_may_have_equal_rows(self) -> None:
        account, reseller = account_and_reseller()
        assert account.head == reseller.head
        steps = linked((account, Debit("op", usd(1))), (reseller, Debit("op", usd(1))))
        assert [type(each.outcome) for each in steps] == [Recorded, Recorded]

    @pytest.mark.parametrize("position", [0, 1])
    def test_one_that_cannot_be_decided_is_named_by_its_place(self, position: int) -> None:
        account, reseller = account_and_reseller()
        asked = [Debit("op", Money(1, "EUR" if number == position else "USD")) for number in range(2)]
        with pytest.raises(InvalidValue) as error:
            linked((account, asked[0]), (reseller, asked[1]))
        assert error.value.problem.code is BalanceFault.BALANCE_CURRENCY_MISMATCH
        assert error.value.problem.path == ("pairs", position, "amount")

    def test_each_account_goes_by_its_own_clock_skew(self) -> None:
        account, reseller = prepaid("10", clock_skew=timedelta(0)), prepaid("10")
        steps = linked((account, Debit("op", usd(1))), (reseller, Debit("op", usd(1))), minutes=-1)
        assert [reason(each.outcome) for each in steps] == [
            DeclineReason.CLOCK_BEHIND, DeclineReason.LINKED_DECLINED,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("ask", "expected"),
        [
            (lambda pair: ({pair: 1}, [Found()]), "pairs must be a list or tuple, not dict; hand in a list or tuple"),
            (lambda pair: ([pair], {Found(): 1}), "found must be a list or tuple, not dict; hand in a list or tuple"),
            (lambda _: ("ab", "cd"), "pairs must be a list or tuple, not str; hand in a list or tuple"),
            (lambda _: (None, None), "pairs must be a list or tuple, not NoneType; hand in a list or tuple"),
            (
                lambda pair: ([pair], []),
                "found must be 1 of Found, one for each account, not list; hand in 1 of Found, one for each account",
            ),
            (
                lambda pair: ([pair], [Found(), Found()]),
                "found must be 1 of Found, one for each account, not list; hand in 1 of Found, one for each account",
            ),
            (
                lambda pair: ([list(pair)], [Found()]),
                "pairs[0]: a pair must be a row and an operation, not list; hand in a row and an operation",
            ),
            (
                lambda pair: ([pair, (*pair, 1)], [Found(), Found()]),
                "pairs[1]: a pair must be a row and an operation, not tuple; hand in a row and an operation",
            ),
            (
                lambda pair: ([pair[::-1]], [Found()]),
                "pairs[0]: head must be a LedgerHead, not Debit; hand in a LedgerHead",
            ),
            (lambda pair: ([pair], [None]), "pairs[0]: found must be a Found, not NoneType; hand in a Found"),
        ],
    )
    def test_other_shapes_are_refused(self, ask: Callable[[Any], Any], expected: str) -> None:
        pairs, loaded = ask((prepaid("10").head, Debit("op", usd(1))))
        with pytest.raises(InvalidType) as error:
            step_linked(pairs, loaded, NOW)
        assert str(error.value) == expected


class TestRowViews:
    """BAL-2: a row tells how the account stands, with the holds that have lapsed handed in."""

    def test_holds_that_have_ended_are_counted_out_already(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("call", usd(4), now=NOW, expires_at=later(1))
        ledger.release("end", hold="call", now=NOW)
        assert ledger.head.balance_at(later(2), ledger.holds).held == usd(0)

    def test_lapsed_holds_do_not_count(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("a", usd(4), now=NOW, expires_at=later(1))
        ledger.reserve("b", usd(2), now=NOW, expires_at=later(2))
        for minutes, held in ((0, 6), (1, 2), (2, 0)):
            due = needs([], later(minutes)).due_by
            lapsed = [hold for hold in ledger.holds if hold.expires_at is not None and hold.expires_at <= due]
            assert ledger.head.balance_at(later(minutes), lapsed) == ledger.balance_at(later(minutes))
            assert ledger.head.balance_at(later(minutes), lapsed).held == usd(held)

    def test_holds_that_are_open_then_still_count(self) -> None:
        ledger = prepaid("10")
        ledger.reserve("a", usd(4), now=NOW, expires_at=later(1))
        assert ledger.head.balance_at(later(1) - TICK, ledger.holds).held == usd(4)

    def test_holds_that_have_ended_count_once(self) -> None:
        ledger = with_call()
        ledger.reserve("b", usd(2), now=NOW, expires_at=None)
        ledger.release("free", hold="call", now=NOW)
        assert ledger.head.balance_at(NOW, ledger.holds).held == usd(2)

    def test_without_holds_it_declines_too_much_never_too_little(self) -> None:
        ledger = postpaid("10")
        ledger.reserve("a", usd(4), now=NOW, expires_at=later(1))
        assert ledger.head.balance_at(later(9)).available == usd(6)
