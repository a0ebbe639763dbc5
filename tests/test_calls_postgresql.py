"""The example that counts calls in PostgreSQL: whoever is killed when, no limit is exceeded and no trunk stays taken.

Runs where TENANTCORE_POSTGRES names a server: `.ci/with-postgresql .venv/bin/pytest tests/test_calls_postgresql.py`.
"""

import os
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve

from tenantcore.balance import Credit, Prepaid, SetStatus
from tenantcore.call_policy import CallGrant, CallProfile, LiveUse, authorize, exhausted_at
from tenantcore.numbering import NumberClass
from tenantcore.rating import Allotment, Allotments
from tenantcore.status import Status
from tests.call_store_facts import BUYS, EARNS, PAYS, STORY, CallStoreFacts, FundsFacts, LeaseFacts, Shop, code
from tests.call_storm import LONDON, NAMES, Line, Store, Use, clock, storm, usd

SERVER: Final = os.environ.get("TENANTCORE_POSTGRES")
if SERVER is None:
    pytest.skip("TENANTCORE_POSTGRES names no server", allow_module_level=True)

import psycopg  # noqa: E402 - here and in what follows, because nobody else needs it

from examples import calls_postgresql  # noqa: E402
from examples.calls_postgresql import GIVE_BACK, Calls  # noqa: E402
from tests.ledger_storm import books  # noqa: E402

CALLS: Final = int(os.environ.get("TENANTCORE_CALLS", "2000"))
# Every change of a lease, written down by the server in the transaction that makes it.
LOG = """
CREATE TABLE lease_log (
    number bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, step xid8, did text, payer text, counts text, called text,
    id text, at double precision, ends double precision
);
CREATE FUNCTION log_lease() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found lease := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    INSERT INTO lease_log (step, did, payer, counts, called, id, at, ends) VALUES (
        pg_current_xact_id(), CASE TG_OP WHEN 'DELETE' THEN 'give' ELSE 'take' END, found.payer, found.counts,
        found.number, found.id, extract(epoch FROM clock_timestamp()) * 1000, extract(epoch FROM found.ends_at) * 1000
    );
    RETURN NULL;
END $$;
CREATE TRIGGER log_lease AFTER INSERT OR UPDATE OR DELETE ON lease FOR EACH ROW EXECUTE FUNCTION log_lease();
"""
# What a transaction has taken and given back never was.
READ_LOG = """
SELECT did, payer, counts, called, id, at, ends FROM lease_log AS line WHERE NOT EXISTS (
    SELECT FROM lease_log AS other
    WHERE other.step = line.step AND other.payer = line.payer AND other.id = line.id AND other.did <> line.did
) ORDER BY number
"""
USES = """
SELECT payer, count(*) FILTER (WHERE counts = 'inbound'), count(*) FILTER (WHERE counts = 'outbound'),
    count(*) FILTER (WHERE counts = 'calls'), coalesce((
        SELECT max(times) FROM (
            SELECT count(*) AS times FROM lease AS one
            WHERE one.payer = lease.payer AND number IS NOT NULL AND ends_at > statement_timestamp() GROUP BY number
        ) AS each
    ), 0)
FROM lease WHERE ends_at > statement_timestamp() GROUP BY payer
"""

# Processes are forked: pytest may have threads of its own by then, which they don't use.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")


@pytest.fixture
def server() -> Iterator[str]:
    """Tables of the test's own."""
    assert SERVER is not None
    name = f"calls_{uuid.uuid4().hex}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    reached = psycopg.conninfo.make_conninfo(SERVER, options=f"-c search_path={name}")
    try:
        with closing(Calls(reached)) as calls:
            calls.create()
        yield reached
    finally:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f"DROP SCHEMA {name} CASCADE".encode())


def asked(server: str, query: str) -> list[Any]:
    with psycopg.connect(server) as connection:
        return connection.execute(query.encode()).fetchall()


def uses(server: str) -> Mapping[str, Use]:
    """What is counted of each payer at one moment, read without the example."""
    found = {payer: Use(*counts) for payer, *counts in asked(server, USES)}
    return {name: found.get(name, Use()) for name in NAMES}


@contextmanager
def calls_of(server: str) -> Iterator[Calls]:
    with closing(Calls(server)) as calls:
        yield calls


def log(server: str) -> Iterator[Line]:
    for did, payer, counts, called, lease, at, ends in asked(server, READ_LOG):
        yield Line(payer=payer, counts=counts, id=lease, did=did, at=at, ends=ends)
        if called is not None:
            yield Line(payer=payer, counts=called, id=lease, did=did, at=at, ends=ends)


@pytest.fixture
def shop(server: str) -> Iterator[Shop]:
    def count(name: str) -> tuple[int, int, int]:
        [found] = [use for payer, *use in asked(server, USES) if payer == name] or [[0, 0, 0, 0]]
        return found[0], found[1], found[2]

    with calls_of(server) as calls:
        for name in ("acme", "bolt", "seller"):
            calls.open(name, Prepaid("USD"))
            calls.watch(name)
            calls.apply(name, Credit("opening", usd(3)), clock())
        yield Shop(
            calls,
            count,
            calls.sweep,
            posted=lambda name: calls.row(name).posted,
            held=lambda name: calls.row(name).held,
            close=lambda name, now: calls.apply(name, SetStatus("closed", Status.CLOSED), now),
        )


def counters(server: str) -> dict[str, tuple[int, int, int]]:
    rows = asked(server, "SELECT payer, inbound, outbound, calls FROM call_use")
    return {payer: (inbound, outbound, calls) for payer, inbound, outbound, calls in rows}


class TestCalls(CallStoreFacts):
    """CALL-3: account and reseller are taken together, by guard and lease, and given back once."""

    def test_the_same_claims_sent_again_count_once(self, shop: Shop, server: str) -> None:
        call = shop.begin("c-1")
        assert shop.calls._take(call, call.live.leases) is None  # noqa: SLF001 - a repeat that nobody waits for
        assert shop.uses("acme") == counters(server)["acme"] == (0, 1, 1)

    def test_who_is_not_watched_is_an_error_of_the_hosts(self, shop: Shop) -> None:
        shop.calls.open("carl", Prepaid("USD"))
        with pytest.raises(LookupError):
            shop.begin("c-1", account=("carl", BUYS))

    def test_who_waited_for_the_lock_sees_what_was_taken_meanwhile(self, shop: Shop, server: str) -> None:
        begun: list[Any] = []

        def second() -> None:
            with calls_of(server) as calls:
                begun.append(evolve(shop, calls=calls).begin("c-2"))

        with psycopg.connect(server) as first:
            first.execute("SELECT FROM call_use WHERE payer = 'acme' FOR UPDATE")
            thread = threading.Thread(target=second)
            thread.start()
            waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            while thread.is_alive() and not asked(server, waiting):
                pass
            first.execute("UPDATE call_use SET outbound = 1 WHERE payer = 'acme'")
            first.execute(
                "INSERT INTO lease VALUES ('acme', 'first', 'outbound', NULL, clock_timestamp() + interval '1 minute')"
            )
            first.commit()
            thread.join()
        assert code(begun[0]) == "CALL_PER_MINUTE_NOT_ALLOWED"
        assert counters(server)["acme"] == (0, 1, 0)


class TestLeases(LeaseFacts):
    """CALL-3: a lease that nobody renews ends by itself; giving back twice, or what has ended, changes nothing."""


class TestFunds(FundsFacts):
    """CALL-3, RAT-2: both accounts hold the first slice or none, and what was used is charged once."""

    def test_what_goes_wrong_in_the_middle_leaves_nothing(
        self, shop: Shop, server: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object) -> None:
            raise ConnectionError

        monkeypatch.setattr(Calls, "apply_linked", fails)
        with pytest.raises(ConnectionError):
            shop.begin("c-1", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))
        assert counters(server)["acme"] == counters(server)["seller"] == (0, 0, 0)


MINUTES: Final = Allotment(name="domestic", seconds=100, classes=frozenset({NumberClass.US_DID}))
HAS_MINUTES: Final = evolve(
    BUYS, allotments=Allotments((MINUTES,)), timezone="America/New_York", slice_seconds=40, lease_seconds=60
)


class TestMinutes:
    """CALL-3: included minutes are held while a call is up, and used once."""

    def begin(self, shop: Shop, call_id: str, profile: CallProfile = HAS_MINUTES) -> Any:
        return shop.begin(call_id, account=("acme", profile), reseller=None)

    def minutes(self, server: str) -> list[tuple[str, int, bool]]:
        return asked(server, "SELECT id, seconds, ends_at = 'infinity' FROM minutes ORDER BY id")

    def test_calls_at_the_same_time_hold_what_is_left(self, shop: Shop, server: str) -> None:
        held = [self.begin(shop, f"c-{number}") for number in (1, 2, 3, 4)]
        assert [seconds for _, seconds, _ in self.minutes(server)] == [40, 40, 20]
        assert held[3].decision.reason.code is CallGrant.CALL_BY_TRUNK
        assert exhausted_at(held[2].live, answered_at=clock()) is not None

    def test_what_a_call_has_used_is_used_once(self, shop: Shop, server: str) -> None:
        call = self.begin(shop, "c-1")
        for _ in range(2):
            shop.calls.end(call, seconds=25, now=clock())
            assert self.minutes(server) == [("c-1/1/account/allotment", 25, True)]
        assert self.begin(shop, "c-2").live.allotments[0].seconds == 40
        assert (
            shop.calls.renew(call, seconds=30, now=clock()).live.allotments == call.live.allotments
        )  # nobody revives it
        assert self.minutes(server)[0] == ("c-1/1/account/allotment", 25, True)

    def test_a_renewal_holds_more_until_there_is_none(self, shop: Shop, server: str) -> None:
        call, answered = self.begin(shop, "c-1"), clock()
        for seconds, held in ((30, 70), (55, 95), (80, 100), (90, 100)):
            call = shop.calls.renew(call, seconds=seconds, now=answered + timedelta(seconds=seconds))
            assert self.minutes(server) == [("c-1/1/account/allotment", held, False)]
            assert exhausted_at(call.live, answered_at=answered) == answered + timedelta(seconds=held)
        again = shop.calls.renew(call, seconds=80, now=answered)  # sent again, it changes nothing
        assert again.live.allotments[0].seconds == 100

    def test_what_a_dead_worker_held_is_free_when_its_lease_ends_and_used_all_the_same(
        self, shop: Shop, server: str
    ) -> None:
        brief = evolve(
            HAS_MINUTES, slice_seconds=1, lease_seconds=2, allotments=Allotments((evolve(MINUTES, seconds=1),))
        )
        call = self.begin(shop, "c-1", brief)
        assert self.begin(shop, "c-2", brief).live.allotments == ()
        time.sleep(2.1)
        assert self.begin(shop, "c-3", brief).live.allotments != ()
        shop.calls.end(call, seconds=5, now=clock())
        assert self.minutes(server)[0] == ("c-1/1/account/allotment", 5, True)

    @pytest.mark.parametrize(("total", "left"), [(40, 0), (70, 30)])
    def test_whose_lease_has_lapsed_has_what_is_left(self, shop: Shop, total: int, left: int) -> None:
        allotments = Allotments((evolve(MINUTES, seconds=total),))
        brief = evolve(HAS_MINUTES, allotments=allotments, slice_seconds=1, lease_seconds=2)
        call, answered = self.begin(shop, "c-1", brief), clock()
        time.sleep(2.1)
        self.begin(shop, "c-2", evolve(HAS_MINUTES, allotments=allotments))  # which holds 40
        late = shop.calls.renew(call, seconds=35, now=clock())
        assert exhausted_at(late.live, answered_at=answered) == answered + timedelta(seconds=left)

    def test_a_call_that_lost_them_gives_all_back(
        self, shop: Shop, server: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = evolve(HAS_MINUTES, allotments=Allotments((evolve(MINUTES, seconds=40),)))
        self.begin(shop, "c-1", one)
        asked_live: list[LiveUse] = []

        def late(request: Any, account: Any, *, reseller: Any, now: Any) -> Any:
            asked_live.append(account[1])
            unused = evolve(account[1], allotments=()) if len(asked_live) == 1 else account[1]
            return authorize(request, (account[0], unused), reseller=reseller, now=now)

        monkeypatch.setattr(calls_postgresql, "authorize", late)
        call = self.begin(shop, "c-2", one)
        assert call.decision.reason.code is CallGrant.CALL_BY_TRUNK
        assert [name for name, _, _ in self.minutes(server)] == ["c-1/1/account/allotment"]
        assert shop.uses("acme") == (0, 1, 2)


class TestStorm:
    """CALL-3: eight processes, thousands of calls, workers killed in the middle."""

    def test_no_limit_is_exceeded_and_nothing_stays_taken(
        self, server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(LOG.encode())
        stored = dict[str, Any]()

        def books_of(name: str) -> Any:
            if not stored:
                stored.update(books(server))
            return stored[name]

        store = Store(
            open=lambda: calls_of(server),
            accounts=lambda: calls_of(server),
            uses=lambda: uses(server),
            log=lambda: log(server),
            books=books_of,
        )
        told = storm(store, CALLS, tmp_path)
        with capsys.disabled():
            print(f"\n{told}")  # noqa: T201 - what came of it belongs into the log
        assert min(told.admitted, told.refused, told.ended, told.renewed, told.taken_over, told.kills, told.samples) > 0
        # Whoever comes next throws out the dead's leases; then no counter has drifted from what there is.
        with calls_of(server) as calls:
            for name in NAMES:
                calls._connection.execute(GIVE_BACK, {"payer": name, "ids": []})  # noqa: SLF001 - by itself
        assert set(counters(server).values()) == {(0, 0, 0)}


class TestProgram:
    """The example runs as it stands."""

    def test_it_tells_a_story(
        self, server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP TABLE lease, minutes, call_use, outbox, hold, entry, account")
        monkeypatch.setenv("TENANTCORE_POSTGRES", server)
        calls_postgresql.main()
        assert capsys.readouterr().out.splitlines() == STORY

    def test_it_says_what_it_needs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TENANTCORE_POSTGRES")
        with pytest.raises(SystemExit, match="name a server in TENANTCORE_POSTGRES"):
            calls_postgresql.main()
