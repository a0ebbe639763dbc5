"""The example that keeps accounts in PostgreSQL: whoever is killed when, nothing is lost, doubled or overspent.

Runs where TENANTCORE_POSTGRES names a server: `.ci/with-postgresql .venv/bin/pytest tests/test_ledger_postgresql.py`.
"""

import os
import runpy
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantcore.balance import (
    AlreadyRecorded,
    Capture,
    Credit,
    Debit,
    Declined,
    Event,
    Found,
    Grant,
    HoldExpired,
    Ledger,
    LowBalance,
    NextSlice,
    Operation,
    Outcome,
    Overage,
    Recorded,
    Release,
    Reserve,
    step,
)
from tenantcore.money import Money
from tests.ledger_audit import audit

SERVER: Final = os.environ.get("TENANTCORE_POSTGRES")
# A developer's machine need not have one; the full check brings its own (.ci/with-postgresql).
if SERVER is None:
    pytest.skip("TENANTCORE_POSTGRES names no server", allow_module_level=True)

import psycopg  # noqa: E402 - here and in what follows, because nobody else needs it

from examples import ledger_postgresql  # noqa: E402
from examples.ledger_postgresql import Accounts  # noqa: E402
from tests.ledger_storm import RESELLER, TENANT, books, storm, tables  # noqa: E402

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON: Final = NOON + timedelta(minutes=1)

# Processes are forked: pytest may have threads of its own by then, which they don't use.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")


def usd(amount: str | int) -> Money:
    return Money(amount, "USD")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    assert SERVER is not None
    with tables(SERVER) as reached:
        yield reached


@pytest.fixture
def accounts(server: str) -> Iterator[Accounts]:
    with closing(Accounts(server)) as accounts:
        yield accounts


@pytest.fixture
def acme(accounts: Accounts, request: pytest.FixtureRequest) -> str:
    """An account of the test's own, opened."""
    name = f"acme of {request.node.name}"
    accounts.open(name, TENANT)
    return name


@pytest.fixture
def reseller(accounts: Accounts, acme: str) -> str:
    name = f"reseller of {acme}"
    accounts.open(name, RESELLER)
    return name


class TestOneCaller:
    """BAL-4: what is stored answers as a ledger in memory does, in whichever way it is asked."""

    @settings(max_examples=15)
    @given(st.data())
    def test_any_script_comes_to_the_same(self, server: str, data: st.DataObject) -> None:
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
        ledger = Ledger(TENANT)
        with closing(Accounts(server)) as accounts:
            name = f"script {len(books(server))}"
            accounts.open(name, TENANT)
            for seconds in range(0, 120, 10):
                now = after(seconds - data.draw(st.sampled_from([0, 0, 15])))
                operation = data.draw(operations)
                asked = data.draw(st.sampled_from([accounts.apply, accounts.apply_locked]))
                assert asked(name, operation, now) == ledger.apply(operation, now=now)
                if data.draw(st.booleans()):
                    accounts.apply_all(name, [], now)
                    ledger.expire(now=now)
            assert accounts.row(name) == ledger.head
            assert accounts.replayed(name).snapshot() == ledger.snapshot()
        audit(books(server)[name])

    def test_several_at_once_are_one_after_the_other(self, accounts: Accounts, acme: str, server: str) -> None:
        asked: list[Operation] = [
            Credit("op-1", usd(10)),
            Reserve("op-2", usd(6), expires_at=SOON),
            Reserve("op-3", usd(6), expires_at=SOON),
            Capture("op-4", hold="op-2", amount=usd(1)),
            Credit("op-1", usd(10)),
        ]
        ledger = Ledger(TENANT)
        expected = tuple(ledger.apply(operation, now=NOON) for operation in asked)
        assert accounts.apply_all(acme, asked, NOON) == expected
        audit(books(server)[acme])

    def test_a_plan_from_when_the_tables_were_new_reads_no_history(self, server: str) -> None:
        with tables(server) as fresh, closing(Accounts(fresh)) as accounts:
            accounts.open("acme", TENANT)
            for number in range(10):  # psycopg prepares a statement when it is met again
                accounts.apply("acme", Credit(f"op-{number}", usd(1)), NOON)
            accounts.apply_all("acme", [Credit(f"more-{number}", usd(1)) for number in range(300)], NOON)
            database = accounts._connection  # noqa: SLF001 - whose plans are looked at
            query = "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%LATERAL%'"
            [(name,)] = database.execute(query).fetchall()
            explain = f"EXPLAIN EXECUTE {name}('{{more-1}}', 'acme', '{{op-1}}', 'infinity')"
            plan = "\n".join(line for (line,) in database.execute(explain.encode()))
        assert plan.count("Index Cond: ((account = ") == 3
        assert "(operation = asked.asked)" in plan
        assert "Seq Scan" not in plan

    def test_an_unknown_account_is_an_error_of_the_hosts(self, accounts: Accounts) -> None:
        for asked in (accounts.apply, accounts.apply_locked):
            with pytest.raises(LookupError):
                asked("nobody", Credit("op-1", usd(10)), NOON)

    def test_opening_an_account_again_changes_nothing(self, accounts: Accounts, acme: str) -> None:
        accounts.apply(acme, Credit("op-1", usd(10)), NOON)
        accounts.open(acme, RESELLER)
        assert accounts.row(acme).posted == usd(10)


class TestRaces:
    """BAL-5: a row is saved only if it is the one that was loaded."""

    def test_who_loaded_before_another_saved_decides_again(self, accounts: Accounts, acme: str, server: str) -> None:
        accounts.apply(acme, Credit("op-1", usd(10)), NOON)
        head, _ = accounts._load(acme, [], NOON)  # noqa: SLF001 - there is no other way to be slow
        with closing(Accounts(server)) as other:
            other.apply(acme, Debit("op-2", usd(8)), NOON)
        made = step(head, Debit("op-3", usd(8)), Found(), NOON)
        assert not accounts._save(acme, head, made)  # noqa: SLF001 - the race, step by step
        assert isinstance(accounts.apply(acme, Debit("op-3", usd(8)), NOON), Declined)
        audit(books(server)[acme])

    def test_who_waited_for_the_lock_sees_what_was_done_meanwhile(
        self, accounts: Accounts, acme: str, server: str
    ) -> None:
        accounts.apply(acme, Credit("op-1", usd(10)), NOON)
        accounts.apply(acme, Reserve("call", usd(5), expires_at=None), NOON)
        outcomes: list[Outcome] = []

        def late() -> None:
            with closing(Accounts(server)) as other:
                outcomes.append(other.apply_locked(acme, Release("op-2", hold="call"), NOON))

        with psycopg.connect(server) as first, closing(Accounts(server)) as watch:
            first.execute("SELECT FROM account WHERE id = %s FOR UPDATE", [acme])
            thread = threading.Thread(target=late)
            thread.start()
            while thread.is_alive() and not _waits(watch):
                pass
            with closing(Accounts(server)) as quick:
                quick._connection.close()  # noqa: SLF001 - it acts over the connection that has the lock
                quick._connection = first  # noqa: SLF001
                quick.apply(acme, Capture("op-3", hold="call", amount=usd(5)), NOON)
                first.commit()
            thread.join()
        assert isinstance(outcomes[0], Declined)
        assert str(outcomes[0].reason.code) == "HOLD_CAPTURED"
        audit(books(server)[acme])

    def test_the_tables_let_no_id_happen_twice(self, accounts: Accounts, acme: str, server: str) -> None:
        accounts.apply(acme, Credit("op-1", usd(10)), NOON)
        with psycopg.connect(server, autocommit=True) as connection:
            for columns in ("account, 2, operation", "account, number, 'op-2'"):
                query = f"INSERT INTO entry SELECT {columns}, at, document FROM entry WHERE account = %s"  # noqa: S608
                with pytest.raises(psycopg.errors.UniqueViolation):
                    connection.execute(query.encode(), [acme])


def _waits(accounts: Accounts) -> bool:
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    [(waiting,)] = accounts._connection.execute(query).fetchall()  # noqa: SLF001 - no part of the example
    return bool(waiting)


class TestLinked:
    """CALL-3: a tenant and its reseller pay together, or none of them."""

    def test_both_pay(self, accounts: Accounts, acme: str, reseller: str, server: str) -> None:
        accounts.apply(acme, Credit("op-1", usd(10)), NOON)
        pairs = [(acme, Debit("call-1", usd(3))), (reseller, Debit("call-1", usd(2)))]
        for kind in (Recorded, AlreadyRecorded):
            assert [type(outcome) for outcome in accounts.apply_linked(pairs, NOON)] == [kind, kind]
        assert (accounts.row(acme).posted, accounts.row(reseller).posted) == (usd(7), usd(-2))
        for account in (acme, reseller):
            audit(books(server)[account])

    def test_none_pays_where_one_has_nothing(self, accounts: Accounts, acme: str, reseller: str, server: str) -> None:
        accounts.apply(acme, Credit("op-1", usd(1000)), NOON)
        pairs = [(acme, Debit("call-1", usd(401))), (reseller, Debit("call-1", usd(401)))]
        for _ in range(2):
            reasons = [str(getattr(each, "reason").code) for each in accounts.apply_linked(pairs, NOON)]  # noqa: B009
            assert reasons == ["LINKED_DECLINED", "CREDIT_LIMIT_EXCEEDED"]
        assert (accounts.row(acme).posted, accounts.row(reseller).posted) == (usd(1000), usd(0))
        for account in (acme, reseller):
            audit(books(server)[account])

    def test_where_the_second_row_has_moved_the_first_is_not_saved(
        self, accounts: Accounts, acme: str, reseller: str, server: str
    ) -> None:
        accounts.apply(acme, Credit("op-1", usd(10)), NOON)
        changes: list[Any] = []
        for account in (acme, reseller):
            head, found = accounts._load(account, [], NOON)  # noqa: SLF001 - there is no other way to be slow
            changes.append((account, head, step(head, Debit("op-2", usd(1)), found, NOON)))
        accounts.apply(reseller, Debit("op-3", usd(1)), NOON)
        assert not accounts._save_all(changes)  # noqa: SLF001 - the race, step by step
        assert accounts.row(acme).posted == usd(10)
        audit(books(server)[acme])


class TestSweepAndOutbox:
    """BAL-3, BAL-6: what is due is put on record; events are passed on at least once, in their order."""

    def test_what_is_due_is_put_on_record_and_told(self, accounts: Accounts, acme: str, server: str) -> None:
        heard: list[tuple[int, Event]] = []

        def receive(number: int, account: str, event: Event) -> None:
            if account == acme:
                heard.append((number, event))

        while accounts.deliver(receive):
            pass
        accounts.apply(acme, Credit("op-1", usd(30)), NOON)
        accounts.apply(acme, Reserve("call-1", usd(1), expires_at=after(20)), NOON)
        accounts.apply(acme, Debit("op-2", usd(11)), NOON)
        accounts.sweep(after(19.999999))
        assert accounts.row(acme).held == usd(1)
        accounts.sweep(after(20))
        assert accounts.row(acme).held == usd(0)
        audit(books(server)[acme])
        while accounts.deliver(receive, most=1):
            pass
        assert [type(event) for _, event in heard][1:] == [LowBalance, HoldExpired]
        assert [number for number, _ in heard] == sorted({number for number, _ in heard})
        assert books(server)[acme].events == ()

    def test_what_could_not_be_sent_is_sent_again(self, accounts: Accounts, acme: str) -> None:
        accounts.apply(acme, Credit("op-1", usd(30)), NOON)
        heard: list[int] = []

        def receive(number: int, _account: str, _event: Event) -> None:
            heard.append(number)
            if len(heard) == 1:
                raise ConnectionError

        with pytest.raises(ConnectionError):
            accounts.deliver(receive)
        accounts.deliver(receive)
        assert heard[1] == heard[0]


class TestStorm:
    """BAL-4, BAL-5: eight processes, 20,000 operations, workers killed and the server crashed in the middle."""

    def test_nothing_is_lost_doubled_or_overspent(
        self, tmp_path: Path, record_property: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert SERVER is not None
        told = storm(SERVER, 20_100, tmp_path)
        with capsys.disabled():
            print(f"\n{told}")  # noqa: T201 - what came of it belongs into the log
        record_property("storm", str(told))
        assert told.operations >= 20_000
        assert told.answers > told.operations
        assert min(told.kills, told.crashes, told.repeats, told.declined, told.lapsed, told.events) > 0


class TestProgram:
    """The example runs as it stands."""

    def test_it_tells_a_story(
        self, server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert SERVER is not None
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA story")
        try:
            reached = psycopg.conninfo.make_conninfo(SERVER, options="-c search_path=story")
            monkeypatch.setenv("TENANTCORE_POSTGRES", reached)
            runpy.run_path(str(Path(__file__).parent.parent / "examples" / "ledger_postgresql.py"), run_name="__main__")
        finally:
            with psycopg.connect(SERVER, autocommit=True) as connection:
                connection.execute("DROP SCHEMA story CASCADE")
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

    def test_it_says_what_it_needs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TENANTCORE_POSTGRES")
        with pytest.raises(SystemExit, match="name a server in TENANTCORE_POSTGRES"):
            ledger_postgresql.main()
