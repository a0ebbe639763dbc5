"""Counts calls and has them paid in PostgreSQL, in one transaction, for any number of processes.

What is decided, the library decides; here is what a host does around it: read the numbers of the moment, take what the
decision claims, renew it during the call, and give it back. Copy it and make it yours, with `ledger_postgresql.py`,
which keeps the accounts. Run it from the folder above: `python -m examples.calls_postgresql`.

Needs psycopg 3 and PostgreSQL 12 or later, with its isolation as it is by default, READ COMMITTED.
"""

import os
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from attrs import asdict, evolve, frozen

from examples.ledger_postgresql import Accounts
from tenantcore.balance import Capture, Credit, Declined, DeclineReason, Operation, Outcome, Prepaid, Reserve
from tenantcore.call_policy import (
    Admitted,
    CallCharge,
    CallClaim,
    CallLease,
    CallProfile,
    CallRequest,
    Claim,
    FundsClaim,
    LiveCall,
    LiveUse,
    Payer,
    Refused,
    TrunkClaim,
    authorize,
    refused_claim,
    renew,
    settle,
)
from tenantcore.money import Money
from tenantcore.rating import Rate, RateDeck, RateRow
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
MOST_ATTEMPTS = 10

Party: TypeAlias = tuple[str, CallProfile]
"""A payer's name, under which it has its account and its use, and its configuration."""


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
        """Take what a call needs of its account and its reseller, all of it, and return the call; or say why not."""
        name, profile = account
        above = None if reseller is None else reseller[0]
        number = profile.plan.normalize(request.number) if request.direction is Direction.INBOUND else None
        decision: Refused | None = None
        for attempt in range(request.attempt, request.attempt + MOST_ATTEMPTS):
            asked = authorize(
                evolve(request, attempt=attempt),
                (profile, self._use(name, number, now)),
                reseller=None if reseller is None else (reseller[1], self._use(reseller[0], number, now)),
                now=now,
            )
            if isinstance(asked, Refused):
                return asked
            call = Call(LiveCall.begun(asked), name, above, asked)
            with self._connection.transaction():
                lost = self._take_leases(call) or self._take_funds(call, now)
                if lost is None:
                    return call
                # Another call was quicker. Not rolled back: an account that has declined stays with that.
                undone = refused_claim(asked, lost)
                self._release(call, undone.undo.released)
            decision = undone.decision
        assert decision is not None  # noqa: S101 - there was an attempt
        return decision

    def renew(self, call: Call, *, seconds: int, now: datetime) -> Call | None:
        """Keep a call up that has lasted so many seconds, and charge them; None when it has to end."""
        renewed = renew(call.live, seconds=seconds, now=now)
        after = evolve(call, live=renewed.call)
        with self._connection.transaction():
            if self._take_leases(after) is not None:
                return None  # its leases had ended, and another call has its place
            for claim, operation in _operations(renewed.claims):
                outcome = self.apply(call.payer(claim), operation, now)
                if _has_expired(outcome):
                    return self.renew(evolve(call, live=call.live.with_lapsed(claim.payer)), seconds=seconds, now=now)
                if isinstance(operation, Reserve) or (isinstance(operation, Capture) and operation.then is not None):
                    granted = None if outcome.entry is None else outcome.entry.granted
                    after = evolve(after, live=after.live.with_granted(claim.payer, granted))
        return after

    def end(self, call: Call, *, seconds: int, now: datetime) -> tuple[CallCharge, ...]:
        """Charge what a call cost that has lasted so many seconds, and give back what it took."""
        ended = settle(call.live, seconds=seconds, now=now)
        with self._connection.transaction():
            self._release(call, ended.released)
            for claim, operation in _operations(ended.funds):
                if _has_expired(self.apply(call.payer(claim), operation, now)):
                    return self.end(evolve(call, live=call.live.with_lapsed(claim.payer)), seconds=seconds, now=now)
        return ended.charges

    def _use(self, payer: str, number: str | None, now: datetime) -> LiveUse:
        """The numbers of the moment."""
        row = self._connection.execute(USE, {"payer": payer, "number": number}).fetchone()
        if row is None:
            raise LookupError(payer)
        calls, inbound, outbound, to_number = row
        return LiveUse.of_balance(
            self.row(payer).balance_at(now),
            trunks=TrunkUse(inbound=inbound, outbound=outbound),
            calls=CallUse(calls=calls, carrier_calls=calls, number_calls=to_number),
        )

    def _take_leases(self, call: Call) -> CallLease | None:
        """Take or lengthen all leases; where one has no room, give back what this call has, and return that one."""
        self._release(call, ())  # locks, and throws out what has ended
        for lease in call.live.leases:
            row: dict[str, str | int | None] = {
                "payer": call.payer(lease),
                "id": lease.id,
                "seconds": lease.lease_seconds,
                "number": lease.number if isinstance(lease, CallClaim) else None,
                **asdict(lease.guard, filter=lambda _, value: isinstance(value, int)),
            }
            take = TAKE_CALL if isinstance(lease, CallClaim) else TAKE_TRUNK[lease.direction]
            if self._connection.execute(take, row).rowcount == 0:
                self._release(call, call.live.leases)
                return lease
        return None

    def _take_funds(self, call: Call, now: datetime) -> FundsClaim | None:
        """Hold the first slice on both accounts; where one declines, on none, and return the claim on that one."""
        asked = _operations(call.decision.claims)
        if not asked:
            return None
        outcomes = self.apply_linked([(call.payer(claim), operation) for claim, operation in asked], now)
        for (claim, _), outcome in zip(asked, outcomes, strict=True):
            if isinstance(outcome, Declined) and outcome.reason.code is not DeclineReason.LINKED_DECLINED:
                return claim
        return None

    def _release(self, call: Call, claims: Iterable[Claim]) -> None:
        """Give back leases; doing so twice, or when they have ended, changes nothing."""
        ids = [claim.id for claim in claims if isinstance(claim, CallClaim | TrunkClaim)]
        for payer in (call.account, call.reseller):
            if call.live.leases and payer is not None:
                self._connection.execute("SELECT FROM call_use WHERE payer = %s FOR UPDATE", [payer])
                self._connection.execute(GIVE_BACK, {"payer": payer, "ids": ids})


def _operations(claims: Iterable[Claim]) -> list[tuple[FundsClaim, Operation]]:
    """The claims on funds that ask for something yet, and what they ask for."""
    return [
        (claim, claim.operation) for claim in claims if isinstance(claim, FundsClaim) and claim.operation is not None
    ]


def _has_expired(outcome: Outcome) -> bool:
    """Whether a call outlasted its hold: what it used is charged without one, under another id."""
    return isinstance(outcome, Declined) and outcome.reason.code is DeclineReason.HOLD_EXPIRED


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
