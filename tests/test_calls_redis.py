"""The example that counts calls in Redis: whoever is killed when, no limit is exceeded and no trunk stays taken.

Runs where TENANTCORE_REDIS names a server: `.ci/with-redis .venv/bin/pytest tests/test_calls_redis.py`.
"""

import os
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples import ledger_sqlite
from tenantcore.balance import Credit, Prepaid, SetStatus
from tenantcore.call_policy import Admitted, CallGrant, LiveCall, Payer, TrunkClaim
from tenantcore.errors import Problem
from tenantcore.numbering import NumberClass
from tenantcore.rating import Allotment, Allotments
from tenantcore.status import Status
from tenantcore.trunks import Direction, Trunk, TrunkLimits, TrunkUse
from tests.call_store_facts import BRIEF, BRIEFLY, BUYS, SHORT, STORY, CallStoreFacts, FundsFacts, LeaseFacts, Shop
from tests.call_storm import NAMES, NUMBERS, Line, Store, Use, clock, root, storm, usd
from tests.test_ledger_sqlite import books

SERVER: Final = os.environ.get("TENANTCORE_REDIS")
if SERVER is None:
    pytest.skip("TENANTCORE_REDIS names no server", allow_module_level=True)

import redis as redis_client  # noqa: E402 - here and in what follows, because nobody else needs it

from examples import calls_redis  # noqa: E402
from examples.calls_redis import Call, Calls  # noqa: E402

CALLS: Final = int(os.environ.get("TENANTCORE_CALLS", "2000"))

# Processes are forked: pytest may have threads of its own by then, which they don't use.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")


@contextmanager
def server() -> Iterator["redis_client.Redis"]:
    assert SERVER is not None
    with closing(redis_client.Redis.from_url(SERVER, decode_responses=True)) as redis:
        yield redis


@pytest.fixture
def prefix() -> Iterator[str]:
    """Keys of the test's own."""
    name = f"test-{uuid.uuid4().hex}"
    yield name
    with server() as redis:
        for key in redis.scan_iter(f"{name}:*"):
            redis.delete(key)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@contextmanager
def accounts_in(file: Path) -> Iterator[ledger_sqlite.Accounts]:
    with closing(ledger_sqlite.connect(file)) as database:
        database.execute("PRAGMA synchronous = OFF")  # processes are killed here, not the machine
        yield ledger_sqlite.Accounts(database)


@contextmanager
def calls_in(file: Path, prefix: str) -> Iterator[Calls]:
    with server() as redis, accounts_in(file) as accounts:
        yield Calls(redis, accounts, prefix)


def uses(prefix: str) -> Mapping[str, Use]:
    """What is counted of each payer at one moment, read without the example."""
    now = clock().timestamp() * 1000
    wanted = {
        name: [
            f"{prefix}:{{{root(name)}}}:{kind}:{name}"
            for kind in ("inbound", "outbound", "calls", *(f"to:{number}" for number in NUMBERS))
        ]
        for name in NAMES
    }
    with server() as redis, redis.pipeline(transaction=True) as asked:
        for key in (key for keys in wanted.values() for key in keys):
            asked.zcount(key, f"({now}", "+inf")
        counts = iter(asked.execute())
    found = {name: [next(counts) for _ in keys] for name, keys in wanted.items()}
    return {name: Use(each[0], each[1], each[2], max(each[3:])) for name, each in found.items()}


def log(prefix: str) -> Iterator[Line]:
    """What the scripts have written, each reseller's by itself."""
    with server() as redis:
        for key in redis.scan_iter(f"{prefix}:*:log"):
            lines: Any = redis.xrange(key)
            for _, line in lines:
                *_, kind, payer = line["set"].rsplit(":", 2)
                yield Line(
                    payer=payer,
                    counts=kind,
                    id=line["id"],
                    did=line["did"],
                    at=float(line["at"]),
                    ends=float(line.get("ends", 0)),
                )


@pytest.fixture
def shop(file: Path, prefix: str) -> Iterator[Shop]:
    def count(name: str) -> tuple[int, int, int]:
        now = clock().timestamp() * 1000
        with server() as redis:
            counts = Counter[str]()
            for key in redis.scan_iter(f"{prefix}:*"):
                if key.endswith(f":{name}"):
                    counts[key.rsplit(":", 2)[1]] += redis.zcount(key, f"({now}", "+inf")
        return counts["inbound"], counts["outbound"], counts["calls"]

    with calls_in(file, prefix) as calls, accounts_in(file) as accounts:
        for name in ("acme", "bolt", "seller"):
            accounts.open(name, Prepaid("USD"))
            accounts.apply(name, Credit("opening", usd(3)), clock())
        yield Shop(
            calls,
            count,
            accounts.sweep,
            posted=lambda name: accounts.row(name).posted,
            held=lambda name: accounts.row(name).held,
            close=lambda name, now: accounts.apply(name, SetStatus("closed", Status.CLOSED), now),
        )


class TestCalls(CallStoreFacts):
    """CALL-3: account and reseller are taken together, by guard and lease, and given back once."""

    def test_the_same_claims_sent_again_count_once(self, shop: Shop) -> None:
        call = shop.begin("c-1")
        assert shop.calls._take_leases(call, call.live.leases) is None  # noqa: SLF001 - a repeat that nobody waits for
        assert shop.uses("acme") == (0, 1, 1)

    @given(st.data())
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_the_script_says_what_the_guard_says(self, prefix: str, data: st.DataObject) -> None:
        limits = st.integers(0, 3) | st.none()
        trunks = TrunkLimits(**{kind: data.draw(limits) for kind in ("inbound", "outbound", "twoway", "burst")})
        use = TrunkUse(inbound=data.draw(st.integers(0, 5)), outbound=data.draw(st.integers(0, 5)))
        direction = data.draw(st.sampled_from(Direction))
        until = clock() + timedelta(minutes=1)
        name = uuid.uuid4().hex
        with server() as redis:
            for kind, count in (("inbound", use.inbound), ("outbound", use.outbound)):
                for number in range(count):
                    redis.zadd(f"{prefix}:{{{name}}}:{kind}:{name}", {str(number): until.timestamp() * 1000})
            claim = TrunkClaim(
                payer=Payer.ACCOUNT,
                id="new",
                direction=direction,
                trunk=Trunk.TWOWAY,
                guard=trunks.guard(direction),
                lease_until=until,
                lease_seconds=60,
            )
            call = Call(LiveCall(leases=(claim,)), name, None, Admitted((claim,), (Problem(CallGrant.CALL_BY_TRUNK),)))
            calls = Calls(redis, cast("Any", None), prefix)
            taken = calls._take_leases(call, [claim]) is None  # noqa: SLF001 - the script by itself
        assert taken == (trunks.admit(use, direction) is not None)

    def test_included_minutes_are_not_lost_in_silence(self, shop: Shop) -> None:
        minutes = Allotment(name="domestic", seconds=100, classes=frozenset({NumberClass.US_DID}))
        profile = evolve(BUYS, allotments=Allotments((minutes,)), timezone="America/New_York")
        with pytest.raises(NotImplementedError, match="included minutes"):
            shop.begin("c-1", account=("acme", profile))


class TestLeases(LeaseFacts):
    """CALL-3: a lease that nobody renews ends by itself; giving back twice, or what has ended, changes nothing."""

    def test_nothing_but_the_log_stays_of_who_calls_no_more(self, shop: Shop, prefix: str) -> None:
        shop.begin("c-1", Direction.INBOUND, account=BRIEF, reseller=BRIEFLY)
        time.sleep(SHORT + 0.1)
        with server() as redis:
            assert [*redis.scan_iter(f"{prefix}:*")] == [f"{prefix}:{{seller}}:log"]


class TestFunds(FundsFacts):
    """CALL-3, RAT-2: both accounts hold the first slice or none, and what was used is charged once."""


class TestStorm:
    """CALL-3: eight processes, thousands of calls, workers killed in the middle."""

    def test_no_limit_is_exceeded_and_nothing_stays_taken(
        self, file: Path, prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        store = Store(
            open=lambda: calls_in(file, prefix),
            accounts=lambda: accounts_in(file),
            uses=lambda: uses(prefix),
            log=lambda: log(prefix),
            books=lambda name: books(file, name),
        )
        told = storm(store, CALLS, tmp_path)
        with capsys.disabled():
            print(f"\n{told}")  # noqa: T201 - what came of it belongs into the log
        assert min(told.admitted, told.refused, told.ended, told.renewed, told.taken_over, told.kills, told.samples) > 0
        with server() as redis:
            assert all(key.endswith(":log") for key in redis.scan_iter(f"{prefix}:*"))


class TestProgram:
    """The example runs as it stands."""

    def test_it_tells_a_story(self, capsys: pytest.CaptureFixture[str]) -> None:
        calls_redis.main()
        assert capsys.readouterr().out.splitlines() == STORY

    def test_it_says_what_it_needs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("TENANTCORE_REDIS")
        with pytest.raises(SystemExit, match="name a server in TENANTCORE_REDIS"):
            calls_redis.main()
