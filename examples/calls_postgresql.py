"""Counts calls and has them paid in PostgreSQL, in one transaction, for any number of processes.

What is decided, the library decides; here is what a host does around it: read the numbers of the moment, take what the
decision claims, renew it during the call, and give it back. Copy it and make it yours, with `ledger_postgresql.py`,
which keeps the accounts. Run it from the folder above: `python -m examples.calls_postgresql`.

Needs psycopg 3 and PostgreSQL 12 or later, with its isolation as it is by default, READ COMMITTED.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from attrs import asdict, evolve, frozen

from examples.ledger_postgresql import Accounts
from tenantcore.balance import Credit, Declined, DeclineReason, Operation, Prepaid, Reserve
from tenantcore.call_policy import (
    Admitted,
    AllotmentClaim,
    AllotmentLive,
    CallCharge,
    CallClaim,
    CallProfile,
    CallRequest,
    Claim,
    FundsClaim,
    LiveCall,
    LiveUse,
    Payer,
    Refused,
    authorize,
    refused_claim,
    renew,
    settle,
)
from tenantcore.money import Money
from tenantcore.rating import AllotmentUse, Rate, RateDeck, RateRow
from tenantcore.trunks import CallUse, Direction, TrunkLimits, TrunkUse

SCHEMA = """
CREATE TABLE call_use (
    payer     text PRIMARY KEY REFERENCES account,
    calls     integer NOT NULL DEFAULT 0 CHECK (calls >= 0),
    inbound   integer NOT NULL DEFAULT 0 CHECK (inbound >= 0),   -- on trunks
    outbound  integer NOT NULL DEFAULT 0 CHECK (outbound >= 0)   -- on trunks
) WITH (fillfactor = 50);

CREATE TABLE lease (
    payer    text NOT NULL REFERENCES call_use,
    id       text NOT NULL,
    counts   text NOT NULL,        -- in which column of call_use
    number   text,                 -- the one called, for an inbound call
    ends_at  timestamptz NOT NULL, -- by this server's clock, so workers' clocks may differ
    PRIMARY KEY (payer, id)
);

CREATE TABLE minutes (
    payer         text NOT NULL REFERENCES call_use,
    id            text NOT NULL,
    allotment     text NOT NULL,
    period_start  date NOT NULL,
    seconds       integer NOT NULL CHECK (seconds >= 0),
    ends_at       timestamptz NOT NULL, -- while the call is up; its minutes are used when it is infinity
    PRIMARY KEY (payer, id)
);

CREATE INDEX minutes_period ON minutes (payer, period_start, allotment) INCLUDE (seconds, ends_at);
CREATE INDEX lease_end ON lease (payer, ends_at);
CREATE INDEX lease_number ON lease (payer, number) WHERE number IS NOT NULL;
"""
# What has ended doesn't count, whether or not somebody has thrown it out.
USE = """
SELECT calls - ended.calls_, inbound - ended.inbound_, outbound - ended.outbound_,
    (SELECT count(*) FROM lease WHERE payer = %(payer)s AND number = %(number)s AND ends_at > clock_timestamp())
FROM call_use, LATERAL (
    SELECT count(*) FILTER (WHERE counts = 'calls') AS calls_,
        count(*) FILTER (WHERE counts = 'inbound') AS inbound_,
        count(*) FILTER (WHERE counts = 'outbound') AS outbound_
    FROM lease WHERE payer = %(payer)s AND ends_at <= clock_timestamp()
) AS ended
WHERE call_use.payer = %(payer)s
"""
# Gives back leases, and throws out those that have ended. What isn't there any more is nobody's: it changes nothing.
GIVE_BACK = """
WITH gone AS (
    DELETE FROM lease WHERE payer = %(payer)s AND (id = ANY(%(ids)s) OR ends_at <= clock_timestamp()) RETURNING counts
)
UPDATE call_use SET
    calls = calls - (SELECT count(*) FROM gone WHERE counts = 'calls'),
    inbound = inbound - (SELECT count(*) FROM gone WHERE counts = 'inbound'),
    outbound = outbound - (SELECT count(*) FROM gone WHERE counts = 'outbound')
WHERE payer = %(payer)s AND EXISTS (SELECT FROM gone)
"""
# Counts one more call if its guard holds, and none if its lease is there already: then only the lease is new. Without a
# row there is no room. Who asks has locked the payer's row by a statement of its own, so that this one sees what is.
TAKE = """
WITH kept AS (
    UPDATE lease SET ends_at = clock_timestamp() + make_interval(secs => %(seconds)s)
    WHERE payer = %(payer)s AND id = %(id)s
    RETURNING id
), taken AS (
    UPDATE call_use SET {column} = {column} + 1
    WHERE payer = %(payer)s AND NOT EXISTS (SELECT FROM kept) AND {guard}
    RETURNING payer
), added AS (
    INSERT INTO lease
    SELECT payer, %(id)s, '{column}', %(number)s, clock_timestamp() + make_interval(secs => %(seconds)s) FROM taken
)
SELECT FROM kept UNION ALL SELECT FROM taken
"""
TAKE_TRUNK = {
    direction: TAKE.format(
        column=direction,
        guard=f"({direction} < %(oneway_below)s OR {direction} < %(below)s AND inbound + outbound < %(total_below)s)",
    )
    for direction in Direction
}
TAKE_CALL = TAKE.format(
    column="calls",
    guard="calls < %(calls_below)s AND calls < %(carrier_calls_below)s AND %(number_calls_below)s >"
    " (SELECT count(*) FROM lease WHERE payer = %(payer)s AND number = %(number)s)",
)
# Included minutes of the periods that have begun, used and held.
USED_MINUTES = """
SELECT allotment, period_start, sum(seconds) FILTER (WHERE ends_at = 'infinity'),
    sum(seconds) FILTER (WHERE ends_at < 'infinity')
FROM minutes WHERE payer = %(payer)s AND period_start >= %(since)s AND ends_at > clock_timestamp()
GROUP BY allotment, period_start
"""
OTHERS_MINUTES = """
SELECT coalesce(sum(seconds), 0) FROM minutes
WHERE payer = %(payer)s AND allotment = %(allotment)s AND period_start = %(period_start)s AND id <> %(id)s
AND ends_at > clock_timestamp()
"""
# In place of what the call held under the same id. What it has used stays used, whoever renews it later.
TAKE_MINUTES = """
INSERT INTO minutes VALUES (
    %(payer)s, %(id)s, %(allotment)s, %(period_start)s, %(seconds)s,
    clock_timestamp() + make_interval(secs => %(lease_seconds)s)
) ON CONFLICT (payer, id) DO UPDATE
SET period_start = EXCLUDED.period_start, seconds = EXCLUDED.seconds, ends_at = EXCLUDED.ends_at
WHERE minutes.ends_at < 'infinity'
"""
USE_MINUTES = """
INSERT INTO minutes VALUES (%(payer)s, %(id)s, %(allotment)s, %(period_start)s, %(seconds)s, 'infinity')
ON CONFLICT (payer, id) DO UPDATE SET period_start = EXCLUDED.period_start, seconds = EXCLUDED.seconds,
    ends_at = EXCLUDED.ends_at
WHERE minutes.ends_at < 'infinity'
"""
# What calls have used stays: that is the host's record of them, to be kept for as long as it keeps those.
GIVE_BACK_MINUTES = """
DELETE FROM minutes
WHERE payer = %(payer)s AND (id = ANY(%(ids)s) OR ends_at <= clock_timestamp()) AND ends_at < 'infinity'
"""
MOST_ATTEMPTS = 10

Party: TypeAlias = tuple[str, CallProfile]
"""A payer's name, under which it has its account and its use, and its configuration."""


class UnchargedError(Exception):
    """What a call needs or has used can't be put on record: for a person to look at."""


@frozen
class Call:
    """A call that is up, and who pays for it: a host stores it with the call, so that any process can end it."""

    live: LiveCall
    account: str
    reseller: str | None
    decision: Admitted

    def payer(self, claim: Claim) -> str:
        """The name of a claim's payer."""
        return self.account if self.reseller is None or claim.payer is Payer.ACCOUNT else self.reseller


class Calls(Accounts):
    """The accounts on one server and the calls they pay for, over a connection of its own; for one thread.

    Rows are locked in one order by everybody: the use of the tenant, that of its reseller, and so on up, then their
    accounts in the same order. Two who lock in turned order would wait for each other.
    """

    def create(self) -> None:
        """Make the tables; once."""
        super().create()
        self._connection.execute(SCHEMA)

    def watch(self, payer: str) -> None:
        """Begin to count the calls of an account that is open."""
        self._connection.execute("INSERT INTO call_use VALUES (%s) ON CONFLICT DO NOTHING", [payer])

    def begin(self, request: CallRequest, account: Party, *, reseller: Party | None, now: datetime) -> Call | Refused:
        """Take what a call needs of its account and its reseller, all of it, and return the call; or say why not.

        A call is asked for once under its id. A switch that has lost the answer asks under another: what the first has
        taken ends by itself, while the same question again would count, and might give back, what it has.
        """
        name, profile = account
        above = None if reseller is None else reseller[0]
        number = profile.plan.normalize(request.number) if request.direction is Direction.INBOUND else None
        decision: Refused | None = None
        for attempt in range(request.attempt, request.attempt + MOST_ATTEMPTS):
            asked = authorize(
                evolve(request, attempt=attempt),
                (profile, self._use(account, number, now)),
                reseller=None if reseller is None else (reseller[1], self._use(reseller, number, now)),
                now=now,
            )
            if isinstance(asked, Refused):
                return asked
            call = Call(LiveCall.begun(asked), name, above, asked)
            with self._connection.transaction():
                lost = self._take(call, asked.claims)
                is_spent = False
                if lost is None:
                    lost, is_spent = self._take_funds(call, now)
                if lost is None:
                    return call
                # Another call was quicker. Not rolled back: an account that has declined stays with that.
                if not is_spent:  # else somebody has made this attempt before, and a call may be up by its leases
                    self._release(call, asked.claims)
            decision = refused_claim(asked, lost).decision
        assert decision is not None  # noqa: S101 - there was an attempt
        return decision

    def renew(self, call: Call, *, seconds: int, now: datetime) -> Call | None:
        """Keep a call up that has lasted so many seconds, and charge them; None when it has to end."""
        is_charged = False
        with self._connection.transaction():
            while not is_charged:
                renewed = renew(call.live, seconds=seconds, now=now)
                call = evolve(call, live=renewed.call)
                if self._take(call, call.live.leases) is not None:
                    self._release(call, call.live.leases)
                    return None  # its leases had ended, and another call has its place
                for claim in renewed.claims:
                    if isinstance(claim, AllotmentClaim):
                        taken = self._take_minutes(call, claim)
                        call = call if taken is None else evolve(call, live=call.live.with_taken(taken))
                call, is_charged = self._record(call, renewed.claims, now)
        return call

    def end(self, call: Call, *, seconds: int, now: datetime) -> tuple[CallCharge, ...]:
        """Charge what a call cost that has lasted so many seconds until now, and give back what it took."""
        with self._connection.transaction():
            self._lock(call)
            while (ended := settle(call.live, seconds=seconds, now=now)).funds:
                call, _ = self._record(call, ended.funds, now)
            for claim in call.live.allotments:
                # All of it counts, what goes beyond the allotment, too: here that is let go.
                used = claim.allotment.settle(
                    AllotmentUse(),
                    answered_at=now - timedelta(seconds=seconds),
                    seconds=seconds,
                    timezone=claim.timezone,
                ).use
                row = _minutes(call, claim) | {"period_start": used.period_start, "seconds": used.used_seconds}
                self._connection.execute(USE_MINUTES, row)
            self._release(call, ended.released)
        return ended.charges

    def _use(self, party: Party, number: str | None, now: datetime) -> LiveUse:
        """The numbers of the moment."""
        payer, profile = party
        row = self._connection.execute(USE, {"payer": payer, "number": number}).fetchone()
        if row is None:
            raise LookupError(payer)
        calls, inbound, outbound, to_number = row
        return LiveUse.of_balance(
            self.row(payer).balance_at(now),
            trunks=TrunkUse(inbound=inbound, outbound=outbound),
            calls=CallUse(calls=calls, carrier_calls=calls, number_calls=to_number),
            allotments=tuple(self._minutes_of(payer, profile, now)),
        )

    def _minutes_of(self, payer: str, profile: CallProfile, now: datetime) -> Iterator[AllotmentLive]:
        """What is used and held of a payer's allotments, in the period that each of them has now."""
        rows, timezone = profile.allotments.rows, profile.timezone
        if not rows or timezone is None:
            return
        starts = {row.name: row.period(at=now, timezone=timezone).start for row in rows}
        found = self._connection.execute(USED_MINUTES, {"payer": payer, "since": min(starts.values())})
        seconds = {(name, start): (used or 0, held or 0) for name, start, used, held in found}
        for name, start in starts.items():
            used, held = seconds.get((name, start), (0, 0))
            use = AllotmentUse(period_start=start, used_seconds=used, held_seconds=held)
            yield AllotmentLive(name=name, use=use)

    def _take(self, call: Call, claims: Iterable[Claim]) -> Claim | None:
        """Take or lengthen what is counted, in its order; where there is no room for one, return that one."""
        self._lock(call)
        for claim in claims:
            if isinstance(claim, FundsClaim):
                continue
            if isinstance(claim, AllotmentClaim):
                if self._take_minutes(call, claim) != claim:
                    return claim
                continue
            row: dict[str, str | int | None] = {
                "payer": call.payer(claim),
                "id": claim.id,
                "seconds": claim.lease_seconds,
                "number": claim.number if isinstance(claim, CallClaim) else None,
                **asdict(claim.guard, filter=lambda _, value: isinstance(value, int)),
            }
            take = TAKE_CALL if isinstance(claim, CallClaim) else TAKE_TRUNK[claim.direction]
            if self._connection.execute(take, row).rowcount == 0:
                return claim
        return None

    def _take_minutes(self, call: Call, claim: AllotmentClaim) -> AllotmentClaim | None:
        """Hold included minutes, as many as are left; the claim as it fits, None where it stays what it was.

        Who asks has locked the rows.
        """
        row = _minutes(call, claim)
        found = self._connection.execute(OTHERS_MINUTES, row).fetchone()
        others = 0 if found is None else found[0]
        fits = claim.within(max(0, claim.total - others))
        if fits is not None and self._connection.execute(TAKE_MINUTES, _minutes(call, fits)).rowcount:
            return fits
        # A call whose lease has lapsed may find that others have all: it is covered no more.
        has_some = self._connection.execute("SELECT FROM minutes WHERE payer = %(payer)s AND id = %(id)s", row).rowcount
        return None if has_some else evolve(claim, seconds=0, covered_seconds=0)

    def _take_funds(self, call: Call, now: datetime) -> tuple[FundsClaim | None, bool]:
        """Hold the first slice on both accounts; where one declines, on none.

        Return the claim on that one, and whether that is because the attempt was made before.
        """
        asked = _operations(call.decision.claims)
        if not asked:
            return None, False
        outcomes = self.apply_linked([(call.payer(claim), operation) for claim, operation in asked], now)
        for (claim, _), outcome in zip(asked, outcomes, strict=True):
            if not isinstance(outcome, Declined) or outcome.reason.code is DeclineReason.LINKED_DECLINED:
                continue
            if outcome.entry is None:  # this server's clock is wrong, for example
                raise UnchargedError(str(outcome.reason))
            return claim, outcome.reason.code is DeclineReason.OPERATION_DIFFERS
        return None, False

    def _record(self, call: Call, claims: Iterable[Claim], now: datetime) -> tuple[Call, bool]:
        """Have the accounts do what the claims ask, and tell the call; whether what was used is charged by that.

        It is not where a hold has expired, nor where another worker had got further and died: the call knows then, and
        asks for what is missing.
        """
        is_charged = True
        for claim, operation in _operations(claims):
            outcome = self.apply(call.payer(claim), operation, now)
            if outcome.entry is None:  # this server's clock is wrong, for example
                raise UnchargedError(str(outcome.reason))
            call = evolve(call, live=call.live.with_recorded(outcome.entry))
            is_charged &= isinstance(operation, Reserve) or not isinstance(outcome, Declined)
        return call, is_charged

    def _lock(self, call: Call) -> None:
        """Lock the payers' rows in everybody's order, and throw out what has ended."""
        self._release(call, ())

    def _release(self, call: Call, claims: Iterable[Claim]) -> None:
        """Give back what is counted; doing so twice, or when it has ended, changes nothing."""
        ids = [claim.id for claim in claims if not isinstance(claim, FundsClaim)]
        for payer in (call.account, call.reseller):
            if call.live.leases and payer is not None:
                self._connection.execute("SELECT FROM call_use WHERE payer = %s FOR UPDATE", [payer])
                self._connection.execute(GIVE_BACK, {"payer": payer, "ids": ids})
                if call.live.allotments:
                    self._connection.execute(GIVE_BACK_MINUTES, {"payer": payer, "ids": ids})


def _minutes(call: Call, claim: AllotmentClaim) -> dict[str, object]:
    """A claim on included minutes as the table has it."""
    names = ("id", "period_start", "seconds", "total", "lease_seconds")
    row = {name: getattr(claim, name) for name in names}
    return row | {"payer": call.payer(claim), "allotment": claim.allotment.name}


def _operations(claims: Iterable[Claim]) -> list[tuple[FundsClaim, Operation]]:
    """The claims on funds that ask for something yet, and what they ask for."""
    return [
        (claim, claim.operation) for claim in claims if isinstance(claim, FundsClaim) and claim.operation is not None
    ]


def main() -> None:
    """Show a call on a trunk and one by the minute, a refusal, what a call costs, and a worker that dies."""
    server = os.environ.get("TENANTCORE_POSTGRES")
    if server is None:
        sys.exit("name a server in TENANTCORE_POSTGRES, for example: host=127.0.0.1 user=me dbname=scratch")
    now, dollar = datetime(2026, 11, 23, 14, tzinfo=UTC), Money("1", "USD")

    def profile(per_minute: Money) -> CallProfile:
        deck = RateDeck((RateRow(prefix="1", rate=Rate(per_minute=per_minute)),), timezone="America/New_York")
        limits = TrunkLimits(twoway=1)
        # Slices and leases are shorter than in earnest, so that nobody waits for the last line.
        return CallProfile(
            currency="USD", trunk_limits=limits, allows_per_minute=True, decks=(deck,), slice_seconds=1, lease_seconds=2
        )

    buys, sells = ("acme", profile(dollar * 2)), ("seller", profile(dollar))
    with closing(Calls(server)) as calls:
        calls.create()
        for name in ("acme", "seller"):
            calls.open(name, Prepaid("USD"))
            calls.watch(name)
            calls.apply(name, Credit("payment-1", dollar * 3), now)

        def begin(call_id: str) -> Call | Refused:
            request = CallRequest(call_id, Direction.OUTBOUND, "4155550100")
            begun = calls.begin(request, buys, reseller=sells, now=now)
            decision = begun.decision if isinstance(begun, Call) else begun
            print(f"{call_id}  {decision.reason.place:8}  {decision.reason.sentence}")
            return begun

        _, paid, _ = begin("call-1"), begin("call-2"), begin("call-3")
        if isinstance(paid, Call):
            for charge in calls.end(paid, seconds=30, now=now + timedelta(seconds=1)):
                print(f"call-2  {charge.payer.value:8}  has cost {charge.cost}")
        time.sleep(2.1)  # whoever has the first call dies, so nobody renews or ends it
        begin("call-4")


if __name__ == "__main__":
    main()
