"""The example that keeps accounts in SQLite: whoever is killed when, nothing is lost, doubled or overspent."""

import json
import multiprocessing
import os
import runpy
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.ledger_sqlite import Accounts, connect
from tenantcore.balance import (
    AlreadyRecorded,
    Capture,
    Credit,
    Debit,
    Declined,
    DeclineReason,
    Event,
    FundsBelow,
    Grant,
    HoldExpired,
    Ledger,
    LowBalance,
    NextSlice,
    Operation,
    Outcome,
    Overage,
    Postpaid,
    Prepaid,
    Recorded,
    Release,
    Reserve,
    SetPolicy,
    step,
)
from tenantcore.documents import load
from tenantcore.money import Money
from tests.ledger_audit import Answer, Books, audit, audit_answers

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON: Final = NOON + timedelta(minutes=1)
POLICY: Final = Prepaid("USD", thresholds=(FundsBelow(Money("20", "USD")), FundsBelow(Money("5", "USD"))))
RESELLER: Final = Postpaid("USD", credit_limit=Money("30", "USD"))

# Processes are forked: pytest may have threads of its own by then, which they don't use.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")


def usd(amount: str | int) -> Money:
    return Money(amount, "USD")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "ledger.sqlite"
    with closing(connect(found)) as database:
        Accounts(database).open("acme", POLICY)
        Accounts(database).open("reseller", RESELLER)
    return found


@pytest.fixture
def database(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(file)) as database:
        yield database


@pytest.fixture
def accounts(database: sqlite3.Connection) -> Accounts:
    return Accounts(database)


def books(file: Path, account: str = "acme") -> Books:
    """What is stored, read without the example."""
    with closing(sqlite3.connect(file)) as database:

        def stored(query: str) -> list[Any]:
            return [load(json.loads(text)) for (text,) in database.execute(query, [account])]

        [policy] = stored("SELECT policy FROM account WHERE id = ?")
        [head] = stored("SELECT head FROM account WHERE id = ?")
        return Books(
            policy=policy,
            head=head,
            entries=tuple(stored("SELECT document FROM entry WHERE account = ? ORDER BY number")),
            holds=tuple(stored("SELECT document FROM hold WHERE account = ?")),
            events=tuple(stored("SELECT document FROM outbox WHERE account = ? ORDER BY number")),
        )


def killed(file: Path, act: Callable[[Accounts], object], before: int) -> bool:
    """Let a process act that kills itself right before its statement of that number; whether it came to that."""

    def child() -> None:
        database = connect(file)
        statements = 0

        def count(_: str) -> None:
            nonlocal statements
            statements += 1
            if statements == before:
                os.kill(os.getpid(), signal.SIGKILL)

        database.set_trace_callback(count)
        act(Accounts(database))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    assert process.exitcode in {0, -signal.SIGKILL}
    return process.exitcode != 0


class TestOneCaller:
    """BAL-4: what is stored answers as a ledger in memory does."""

    @settings(max_examples=20)
    @given(st.data())
    def test_any_script_comes_to_the_same(self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
        file = tmp_path_factory.mktemp("script") / "ledger.sqlite"
        ids = st.sampled_from([f"op-{number}" for number in range(6)])
        money = st.integers(1, 40).map(usd)
        expiries = st.none() | st.integers(1, 90).map(after)
        operations: st.SearchStrategy[Operation] = st.one_of(
            st.builds(Credit, ids, money),
            st.builds(Debit, ids, money, overage=st.sampled_from(Overage)),
            st.builds(Reserve, ids, money, expires_at=expiries, grant=st.sampled_from(Grant)),
            st.builds(Release, ids, hold=ids),
            st.builds(
                Capture,
                ids,
                hold=ids,
                amount=money,
                overage=st.sampled_from(Overage),
                then=st.none() | st.builds(NextSlice, money, expires_at=expiries),
            ),
        )
        ledger = Ledger(POLICY)
        with closing(connect(file)) as database:
            accounts = Accounts(database)
            accounts.open("acme", POLICY)
            for seconds in range(0, 120, 10):
                now = after(seconds - data.draw(st.sampled_from([0, 0, 15])))
                operation = data.draw(operations)
                assert accounts.apply("acme", operation, now) == ledger.apply(operation, now=now)
                if data.draw(st.booleans()):
                    accounts.sweep(now)
                    ledger.expire(now=now)
            assert accounts.row("acme") == ledger.head
            assert accounts.replayed("acme").snapshot() == ledger.snapshot()
        audit(books(file))

    def test_several_at_once_are_one_after_the_other(self, accounts: Accounts, file: Path) -> None:
        asked: list[Operation] = [
            Credit("op-1", usd(10)),
            Reserve("op-2", usd(6), expires_at=SOON),
            Reserve("op-3", usd(6), expires_at=SOON),
            Capture("op-4", hold="op-2", amount=usd(1)),
            Credit("op-1", usd(10)),
        ]
        ledger = Ledger(POLICY)
        expected = tuple(ledger.apply(operation, now=NOON) for operation in asked)
        assert accounts.apply_all("acme", asked, NOON) == expected
        audit(books(file))

    def test_an_unknown_account_is_an_error_of_the_hosts(self, accounts: Accounts) -> None:
        with pytest.raises(LookupError):
            accounts.apply("nobody", Credit("op-1", usd(10)), NOON)

    def test_a_repeat_writes_nothing(self, accounts: Accounts, database: sqlite3.Connection) -> None:
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        statements: list[str] = []
        database.set_trace_callback(statements.append)
        accounts.apply("acme", Credit("op-1", usd(10)), SOON)
        database.set_trace_callback(None)
        assert {statement.split()[0] for statement in statements} == {"BEGIN", "SELECT", "COMMIT"}

    def test_what_was_answered_is_on_disk(self, database: sqlite3.Connection) -> None:
        assert database.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_opening_an_account_again_changes_nothing(self, accounts: Accounts) -> None:
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        accounts.open("acme", RESELLER)
        assert accounts.row("acme").posted == usd(10)

    def test_whatever_is_loaded_or_saved_is_found_by_index(
        self, accounts: Accounts, database: sqlite3.Connection
    ) -> None:
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        accounts.apply("acme", Reserve("op-2", usd(1), expires_at=SOON), NOON)
        statements: list[str] = []
        database.set_trace_callback(statements.append)
        accounts.apply("acme", Capture("op-3", hold="op-2", amount=usd(1)), NOON)
        database.set_trace_callback(None)
        plans = [
            str(row[3])
            for statement in statements
            if statement.startswith(("SELECT", "UPDATE"))
            for row in database.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]
        searches = [plan for plan in plans if "account" in plan or "entry" in plan or "hold" in plan]
        assert searches == [
            "SEARCH account USING INDEX sqlite_autoindex_account_1 (id=?)",
            "SEARCH entry USING INDEX sqlite_autoindex_entry_2 (account=? AND operation=?)",
            "SEARCH hold USING PRIMARY KEY (account=? AND id=?)",
            "SEARCH hold USING INDEX hold_due (account=? AND due_at<?)",
            "SEARCH account USING INDEX sqlite_autoindex_account_1 (id=?)",
        ]


class TestLinked:
    """CALL-3: a tenant and its reseller pay together, or none of them."""

    def test_both_pay(self, accounts: Accounts, file: Path) -> None:
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        outcomes = accounts.apply_linked(
            [("acme", Debit("call-1", usd(3))), ("reseller", Debit("call-1", usd(2)))], NOON
        )
        assert [type(outcome) for outcome in outcomes] == [Recorded, Recorded]
        assert (accounts.row("acme").posted, accounts.row("reseller").posted) == (usd(7), usd(-2))
        for account in ("acme", "reseller"):
            audit(books(file, account))

    @pytest.mark.parametrize(("funds", "price", "reason"), [(1, 2, "FUNDS_INSUFFICIENT"), (40, 31, "LINKED_DECLINED")])
    def test_none_pays_where_one_has_nothing(
        self, accounts: Accounts, file: Path, funds: int, price: int, reason: str
    ) -> None:
        accounts.apply("acme", Credit("op-1", usd(funds)), NOON)
        pairs = [("acme", Debit("call-1", usd(price))), ("reseller", Debit("call-1", usd(price)))]
        first = accounts.apply_linked(pairs, NOON)
        assert isinstance(first[0], Declined)
        assert str(first[0].reason.code) == reason
        assert (accounts.row("acme").posted, accounts.row("reseller").posted) == (usd(funds), usd(0))
        accounts.apply("acme", Credit("op-2", usd(100)), NOON)
        again = accounts.apply_linked(pairs, NOON)
        assert [type(outcome) for outcome in again] == [Declined, Declined]
        for account in ("acme", "reseller"):
            audit(books(file, account))

    def test_where_the_second_row_has_moved_the_first_is_not_saved(self, accounts: Accounts, file: Path) -> None:
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        changes: list[Any] = []
        for account in ("acme", "reseller"):
            head, found = accounts._load(account, [], NOON)  # noqa: SLF001 - there is no other way to be slow
            changes.append((account, head, step(head, Debit("op-2", usd(1)), found, NOON)))
        accounts.apply("reseller", Debit("op-3", usd(1)), NOON)
        assert not accounts._save(changes)  # noqa: SLF001 - the race, step by step
        assert (accounts.row("acme").posted, accounts.row("reseller").posted) == (usd(10), usd(-1))
        for account in ("acme", "reseller"):
            audit(books(file, account))

    def test_a_kill_at_any_statement_leaves_both_or_none(self, accounts: Accounts, file: Path) -> None:
        accounts.apply("acme", Credit("op-1", usd(100)), NOON)
        statement = 0
        is_killed = True
        while is_killed:
            statement += 1
            call = f"call-{statement}"
            pairs = [("acme", Debit(call, usd(1))), ("reseller", Debit(call, usd(1)))]
            is_killed = killed(file, lambda accounts, pairs=pairs: accounts.apply_linked(pairs, NOON), statement)  # type: ignore[misc]
            ids = [{entry.id for entry in books(file, account).entries} for account in ("acme", "reseller")]
            assert (call in ids[0]) is (call in ids[1])
            assert (call in ids[0]) is not is_killed
            outcomes = accounts.apply_linked(pairs, SOON)
            assert {type(outcome) for outcome in outcomes} == {Recorded if is_killed else AlreadyRecorded}
        assert statement > 10
        assert (accounts.row("acme").posted, accounts.row("reseller").posted) == (usd(100 - statement), usd(-statement))


class TestCrash:
    """BAL-4: a process that is killed at any statement has done all of an operation or nothing; its id tells which."""

    def test_nothing_is_half_done(self, accounts: Accounts, file: Path) -> None:
        accounts.apply("acme", Credit("op-1", usd(1000)), NOON)
        statement = 0
        is_killed = True
        while is_killed:
            statement += 1
            # As much in one step as there can be: a hold expires, one ends, one is placed, and it is told.
            accounts.apply("acme", SetPolicy(f"calm-{statement}", Prepaid("USD", thresholds=())), NOON)
            accounts.apply("acme", Reserve(f"call-{statement}", usd(3), expires_at=None), NOON)
            accounts.apply("acme", Reserve(f"lost-{statement}", usd(3), expires_at=after(statement)), NOON)
            capture = Capture(
                f"end-{statement}",
                hold=f"call-{statement}",
                amount=usd(2),
                then=NextSlice(usd(1), expires_at=None),
            )
            before, now = books(file), after(statement)
            is_killed = killed(
                file,
                lambda accounts, capture=capture, now=now: accounts.apply("acme", capture, now),  # type: ignore[misc]
                statement,
            )
            stored = books(file)
            audit(stored)
            assert (stored == before) is is_killed
            outcome = accounts.apply("acme", capture, now)
            assert type(outcome) is (Recorded if is_killed else AlreadyRecorded)
            audit(books(file))
        assert statement > 10
        assert accounts.row("acme").posted == usd(1000 - 2 * statement)

    def test_the_answer_to_a_repeat_is_the_same_though_the_first_was_never_heard(
        self, accounts: Accounts, file: Path
    ) -> None:
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        poor, rich = Debit("op-2", usd(11)), Debit("op-3", usd(10))

        def unheard(accounts: Accounts) -> None:
            accounts.apply("acme", poor, NOON)
            accounts.apply("acme", rich, NOON)
            os.kill(os.getpid(), signal.SIGKILL)

        assert killed(file, unheard, before=0)
        accounts.apply("acme", Credit("op-4", usd(100)), NOON)
        first = accounts.apply("acme", poor, SOON)
        assert isinstance(first, Declined)
        assert first.reason.code is DeclineReason.FUNDS_INSUFFICIENT
        assert isinstance(accounts.apply("acme", rich, SOON), AlreadyRecorded)
        assert accounts.row("acme").posted == usd(100)


def _story(worker: int) -> Iterator[tuple[str, Operation]]:
    """What one worker asks for: calls of slices that others ask for as well, more than there is money for."""
    for number in range(12):
        call = f"call-{number % 6 if worker % 2 else number}"
        account = "acme" if number % 3 else "reseller"
        yield account, Reserve(call, usd(4), expires_at=SOON, grant=Grant.UP_TO)
        then = NextSlice(usd(2), expires_at=SOON)
        yield account, Capture(f"{call}/1", hold=call, amount=usd(1), then=then)
        yield account, Capture(f"{call}/2", hold=f"{call}/1", amount=usd(2), overage=Overage.RECORD)
        yield account, Credit(f"payment-{worker}-{number}", usd(2))
        yield account, Debit(f"fee-{worker}-{number}", usd(3))


def _answer(account: str, operation: Operation, outcome: Outcome) -> Answer:
    assert outcome.entry is not None
    return Answer(account, operation.id, outcome.entry.number)


class TestThreads:
    """BAL-5: each row is saved only if it is the one that was loaded."""

    def test_many_at_once_come_to_what_their_entries_say(self, file: Path) -> None:
        answers: list[Answer] = []
        faults: list[BaseException] = []
        begin = threading.Barrier(4)

        def work(worker: int) -> None:
            try:
                with closing(connect(file)) as database:
                    accounts = Accounts(database)
                    begin.wait()
                    for account, operation in _story(worker):
                        answers.append(_answer(account, operation, accounts.apply(account, operation, NOON)))
            except BaseException as error:
                faults.append(error)
                raise

        threads = [threading.Thread(target=work, args=[worker]) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        stored = {account: books(file, account) for account in ("acme", "reseller")}
        for each in stored.values():
            audit(each)
        assert audit_answers(stored, answers) == 4 * 60
        assert sum(len(each.entries) for each in stored.values()) == len({(each.account, each.id) for each in answers})

    def test_what_is_loaded_is_of_one_moment(self, file: Path, database: sqlite3.Connection) -> None:
        accounts = Accounts(database)
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        seen: list[str] = []

        def interfere(statement: str) -> None:
            seen.append(statement)
            if sum("json_each" in each for each in seen) == 1 and "json_each" in statement:
                # The row is loaded, the holds are not.
                with closing(connect(file)) as other:
                    Accounts(other).apply("acme", Reserve("call", usd(3), expires_at=None), NOON)

        database.set_trace_callback(interfere)
        assert isinstance(accounts.apply("acme", Capture("op-2", hold="call", amount=usd(3)), NOON), Recorded)
        database.set_trace_callback(None)
        assert sum(each.startswith("SELECT head") for each in seen) == 2  # it was loaded again
        audit(books(file))


class TestProcesses:
    """BAL-4: workers that are killed and started anew ask again under the same ids."""

    def test_nothing_that_was_answered_is_lost_and_nothing_is_doubled(self, file: Path, tmp_path: Path) -> None:
        context = multiprocessing.get_context("fork")

        def work(worker: int, life: int) -> None:
            heard = (tmp_path / f"heard-{worker}-{life}").open("a", buffering=1, encoding="utf-8")
            with closing(connect(file)) as database, heard:
                accounts = Accounts(database)
                for account, operation in _story(worker):
                    answer = _answer(account, operation, accounts.apply(account, operation, NOON))
                    heard.write(f"{answer.account} {answer.id} {answer.entry}\n")

        kills = 0
        for life in range(6):
            workers = [context.Process(target=work, args=[worker, life]) for worker in range(3)]
            for process in workers:
                process.start()
            if life < 5:
                # Not before all are at work, and then after a little more each time.
                while not all((tmp_path / f"heard-{worker}-{life}").exists() for worker in range(3)):
                    time.sleep(0.001)
                time.sleep(0.01 * life)
                for process in workers:
                    process.kill()
            for process in workers:
                process.join()
                kills += process.exitcode == -signal.SIGKILL
                assert process.exitcode in {0, -signal.SIGKILL}
        assert kills > 0
        stored = {account: books(file, account) for account in ("acme", "reseller")}
        for each in stored.values():
            audit(each)
        lines = [line.split() for heard in tmp_path.glob("heard-*") for line in heard.read_text("utf-8").splitlines()]
        # The last line of a killed process may be cut short.
        answers = [
            Answer(account, id_, int(entry)) for account, id_, entry in (line for line in lines if len(line) == 3)
        ]
        assert audit_answers(stored, answers) >= 3 * 60
        asked = {(account, operation.id) for worker in range(3) for account, operation in _story(worker)}
        assert {(name, entry.id) for name, each in stored.items() for entry in each.entries} == asked


class TestSweep:
    """BAL-3: a hold expires at its time, and a host that wants to hear of it sweeps."""

    def test_what_is_due_is_put_on_record(self, accounts: Accounts, file: Path) -> None:
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        for number in range(3):
            accounts.apply("acme", Reserve(f"call-{number}", usd(1), expires_at=after(10 * number + 10)), NOON)
        assert accounts.sweep(after(9.999999)) == 0
        assert accounts.sweep(after(20)) == 1
        assert accounts.sweep(after(20)) == 0
        assert accounts.row("acme").held == usd(1)
        audit(books(file))

    def test_two_that_sweep_at_once_expire_each_hold_once(self, file: Path, accounts: Accounts) -> None:
        accounts.apply("acme", Credit("op-1", usd(100)), NOON)
        for number in range(10):
            accounts.apply("acme", Reserve(f"call-{number}", usd(1), expires_at=SOON), NOON)
        with closing(connect(file)) as other:
            # One has looked, then the other comes first.
            head, found = accounts._load("acme", [], SOON)  # noqa: SLF001 - there is no other way to be slow
            Accounts(other).sweep(SOON)
            assert (head.held, len(found.holds)) == (usd(10), 10)
            assert accounts.sweep(SOON) == 0
        audit(books(file))


class TestOutbox:
    """BAL-6: events are stored with what brought them about, and passed on at least once."""

    def test_they_come_in_their_order_and_once_where_nothing_breaks(self, accounts: Accounts) -> None:
        heard: list[tuple[int, str, Event]] = []
        accounts.apply("acme", Credit("op-1", usd(30)), NOON)
        accounts.apply("acme", Reserve("op-2", usd(1), expires_at=SOON), NOON)
        accounts.apply("acme", Debit("op-3", usd(11)), NOON)
        accounts.sweep(SOON)
        assert accounts.deliver(lambda *message: heard.append(message)) == 3
        assert accounts.deliver(lambda *message: heard.append(message)) == 0
        assert [number for number, _, _ in heard] == [1, 2, 3]
        assert [type(event) for _, _, event in heard][1:] == [LowBalance, HoldExpired]

    def test_who_dies_while_sending_sends_again_under_the_same_number(self, accounts: Accounts, file: Path) -> None:
        accounts.apply("acme", Credit("op-1", usd(30)), NOON)
        accounts.apply("acme", Debit("op-2", usd(26)), NOON)

        def die_at_the_second(number: int, _account: str, _event: Event) -> None:
            if number == 2:
                os.kill(os.getpid(), signal.SIGKILL)

        assert killed(file, lambda accounts: accounts.deliver(die_at_the_second), before=0)
        heard: list[int] = []
        accounts.deliver(lambda number, _account, _event: heard.append(number))
        assert heard == [2, 3]
        accounts.apply("acme", Debit("op-3", usd(4)), NOON)
        accounts.deliver(lambda number, _account, _event: heard.append(number))
        assert heard == [2, 3, 4, 5]  # numbers are never given again


class TestSchema:
    """BAL-4: the tables themselves let no id happen twice, whatever the program does."""

    def test_an_id_twice_is_refused(self, accounts: Accounts, database: sqlite3.Connection) -> None:
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        with pytest.raises(sqlite3.IntegrityError, match=r"entry\.account, entry\.operation"):
            database.execute("INSERT INTO entry SELECT account, 2, operation, at, document FROM entry")
        with pytest.raises(sqlite3.IntegrityError, match=r"entry\.account, entry\.number"):
            database.execute("INSERT INTO entry SELECT account, number, 'op-2', at, document FROM entry")

    def test_instants_in_columns_sort_as_they_follow(self, accounts: Accounts, database: sqlite3.Connection) -> None:
        accounts.apply("acme", Credit("op-1", usd(10)), NOON)
        for number, seconds in enumerate([1, 1.5, 0.000001, 2]):
            accounts.apply("acme", Reserve(f"call-{number}", usd(1), expires_at=after(seconds)), NOON)
        due = [row[0] for row in database.execute("SELECT id FROM hold ORDER BY due_at")]
        assert due == ["call-2", "call-0", "call-1", "call-3"]
        assert database.execute("SELECT json_extract(document, '$.value.operation.amount') FROM entry").fetchone() == (
            "10 USD",
        )


class TestProgram:
    """The example runs as it stands."""

    def test_it_tells_a_story(self, capsys: pytest.CaptureFixture[str]) -> None:
        runpy.run_path(str(Path(__file__).parent.parent / "examples" / "ledger_sqlite.py"), run_name="__main__")
        assert capsys.readouterr().out.splitlines() == [
            "payment-1    Recorded         available 10 USD",
            "call-1       Recorded         available 7 USD",
            "call-1-end   Recorded         available 9.40 USD",
            "call-1-end   AlreadyRecorded  available 9.40 USD",
            "call-2       Recorded         available 3.40 USD",
            "call-3       Declined         available 3.40 USD",
            "1 account had holds that expired",
            "event 1 of acme: ServicesRestored",
            "event 2 of acme: HoldExpired",
            "the books are right: True",
        ]
