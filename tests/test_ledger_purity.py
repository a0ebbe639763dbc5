"""What is decided depends on what is handed in: not on decimal contexts, zones, locales or the order of hashes."""

import decimal
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path

import pytest

from tenantcore.balance import Declined, DeclineReason, Ledger, Postpaid, Recorded
from tenantcore.money import Money
from tests.clocks import HOUR, MINUTE, zone_named
from tests.ledger_bench import bench_of
from tests.ledger_digest import Script, digest, odd_context
from tests.ledger_readings import asked_of, micros
from tests.ledger_wishes import long_script, respelled

ROOT = Path(__file__).parent.parent
ROUNDINGS = (
    decimal.ROUND_05UP,
    decimal.ROUND_CEILING,
    decimal.ROUND_DOWN,
    decimal.ROUND_FLOOR,
    decimal.ROUND_HALF_DOWN,
    decimal.ROUND_HALF_EVEN,
    decimal.ROUND_HALF_UP,
    decimal.ROUND_UP,
)
ZONES = ("America/Havana", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca")
# A row for each process: what its environment says, and its arguments.
PROCESSES: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati"}, ["odd"]),
    ({"PYTHONHASHSEED": "1", "TZ": "America/Havana", "LC_ALL": "C"}, []),
    ({"PYTHONHASHSEED": "4294967295", "LC_ALL": "tr_TR.UTF-8", "PYTHONOPTIMIZE": "1"}, []),
    ({"PYTHONHASHSEED": "random", "TZ": ":/nowhere", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0"}, ["odd"]),
)


@cache
def scripts() -> tuple[Script, ...]:
    """Some accounts and what is asked of them, as the second books make it of wishes: long, and of all kinds."""
    made: list[Script] = []
    for seed in range(6):
        wish, wishes = long_script(f"purity {seed}", 60)
        bench = bench_of(wish)
        for each in wishes:
            operation, now = bench.resolve(each)
            bench.sent.append((operation, now))
            bench.books.ask(asked_of(operation), micros(now))
        made.append((bench.policy, tuple(bench.sent)))
    return tuple(made)


@cache
def expected() -> str:
    return digest(scripts())


@pytest.fixture
def _clock_elsewhere(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    del os.environ["TZ"]
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


class TestPurity:
    """X-1, PRC-2: no clock, locale, environment or ambient decimal context is looked at."""

    def test_asked_again_all_comes_out_the_same(self) -> None:
        assert digest(scripts()) == expected()

    @pytest.mark.parametrize("rounding", ROUNDINGS)
    def test_decimal_contexts_change_nothing_and_are_left_alone(self, rounding: str) -> None:
        with decimal.localcontext(odd_context(rounding)) as context:
            again = tuple(
                (policy, tuple((respelled(operation), now) for operation, now in script))
                for policy, script in scripts()
            )
            found = digest(again)
            assert not any(context.flags.values())
        assert again == scripts()
        assert found == digest(again)
        assert decimal.getcontext().prec == decimal.DefaultContext.prec

    @pytest.mark.parametrize(
        "zone",
        [*map(zone_named, ZONES), timezone(timedelta(hours=-12)), timezone(timedelta(hours=14, microseconds=1))],
        ids=str,
    )
    def test_equal_instants_elsewhere_change_nothing(self, zone: tzinfo) -> None:
        elsewhere = tuple(
            (policy, tuple((operation, now.astimezone(zone)) for operation, now in script))
            for policy, script in scripts()
        )
        assert digest(elsewhere) == expected()

    @pytest.mark.parametrize("_clock_elsewhere", ["Asia/Kathmandu", "XYZ-14:30"], indirect=True)
    @pytest.mark.usefixtures("_clock_elsewhere")
    def test_the_zone_of_the_process_changes_nothing(self) -> None:
        assert digest(scripts()) == expected()

    def test_processes_that_differ_in_all_else_agree(self) -> None:
        given = pickle.dumps(scripts())
        running = []
        for environment, arguments in PROCESSES:
            variables = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
            running.append(
                subprocess.Popen(  # noqa: S603 - this interpreter, on a module of ours
                    [sys.executable, "-m", "tests.ledger_digest", *arguments],
                    cwd=ROOT,
                    env=variables | environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=False,
                )
            )
        printed = [process.communicate(given)[0].decode().strip() for process in running]
        assert printed == [expected()] * len(PROCESSES)

    def test_clocks_that_are_set_back_are_read_as_instants(self) -> None:
        """At half past one the night's clocks stand for the first time, and an hour later again."""
        zone, limit = zone_named("America/Havana"), Money("10", "USD")
        first, again = (datetime(2025, 11, 2, 0, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
        assert again.astimezone(UTC) - first.astimezone(UTC) == HOUR
        ledger = Ledger(Postpaid("USD", credit_limit=limit))
        held = ledger.reserve("call", limit, now=first.replace(minute=45), expires_at=again)
        assert isinstance(held, Recorded)
        nothing = Money.zero("USD")
        assert ledger.balance_at(first.replace(minute=59)).available == nothing
        assert ledger.balance_at(again.replace(minute=29)).available == nothing
        assert ledger.balance_at(again).available == limit
        late = ledger.release("free", hold="call", now=again)
        assert isinstance(late, Declined)
        assert late.reason.code is DeclineReason.HOLD_EXPIRED
        behind = ledger.release("free", hold="call", now=first.replace(minute=45) - MINUTE)
        assert isinstance(behind, Declined)
        assert behind.reason == late.reason
