"""Counts calls in Redis and has a ledger pay for them, for any number of processes: no limit is ever exceeded.

What is decided, the library decides; here is what a host does around it: read the numbers of the moment, take what the
decision claims, renew it during the call, and give it back. Copy it and make it yours.
`docs/how-to/how-to-admit-calls-with-redis.md` says why it is as it is.

Needs redis-py and Redis 6 or later. Funds are kept by `ledger_sqlite.py` or `ledger_postgresql.py`, beside this file,
for example. Run it from the folder above: `python -m examples.calls_redis`.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeAlias

from attrs import evolve, frozen
from redis import Redis

from examples import ledger_sqlite
from tenantcore.balance import (
    Credit,
    Declined,
    DeclineReason,
    LedgerHead,
    Operation,
    Outcome,
    Prepaid,
    Reserve,
)
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

# Leases stand in sorted sets: the ids of claims, by when they end in milliseconds. What is counted is what they have,
# so no counter can drift from the calls; and what has ended is thrown out by whoever counts next. All times are the
# server's, so workers' clocks may differ. A script runs alone: nothing happens between its question and its answer.
CLOCK = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
"""
USE = (
    CLOCK
    + """
local counts = {}
for n, set in ipairs(KEYS) do
  counts[n] = redis.call('ZCOUNT', set, '(' .. now, '+inf')
end
return counts
"""
)
# KEYS: the log, then two sets for each claim; ARGV: the claims. Takes all and returns 0, or takes none and returns the
# place of the first that there is no room for. What is there already has its room: only its lease is new.
TAKE = (
    CLOCK
    + """
local claims = {}
for n, text in ipairs(ARGV) do
  claims[n] = cjson.decode(text)
end
local function count(set)
  redis.call('ZREMRANGEBYSCORE', set, '-inf', now)
  return redis.call('ZCARD', set)
end
for n, claim in ipairs(claims) do
  local own, other = count(KEYS[2 * n]), count(KEYS[2 * n + 1])
  local free
  if claim.takes == 'trunk' then
    free = own < claim.oneway_below or (own < claim.below and own + other < claim.total_below)
  else
    free = own < claim.calls_below and own < claim.carrier_calls_below
      and (claim.takes ~= 'number' or other < claim.number_calls_below)
  end
  if not free and not redis.call('ZSCORE', KEYS[2 * n], claim.id) then
    return n
  end
end
local function add(set, id, ends)
  redis.call('ZADD', set, ends, id)
  redis.call('PEXPIREAT', set, redis.call('ZREVRANGE', set, 0, 0, 'WITHSCORES')[2])
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', 100000, '*', 'did', 'take', 'set', set, 'id', id, 'at', now, 'ends', ends)
end
for n, claim in ipairs(claims) do
  local ends = now + claim.seconds * 1000
  add(KEYS[2 * n], claim.id, ends)
  if claim.takes == 'number' then
    add(KEYS[2 * n + 1], claim.id, ends)
  end
end
return 0
"""
)
# KEYS: the log, then sets; ARGV: for each set an id. What isn't there any more is nobody's: that changes nothing.
GIVE_BACK = (
    CLOCK
    + """
for n, id in ipairs(ARGV) do
  if redis.call('ZREM', KEYS[n + 1], id) == 1 then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', 100000, '*', 'did', 'give', 'set', KEYS[n + 1], 'id', id, 'at', now)
  end
end
"""
)
MOST_ATTEMPTS = 10

Party: TypeAlias = tuple[str, CallProfile]
"""A payer's name, which is its key in Redis and its account in the ledger, and its configuration."""


class Funds(Protocol):
    """What is asked of whoever keeps the accounts; the examples `ledger_sqlite` and `ledger_postgresql` do."""

    def apply(self, account: str, operation: Operation, now: datetime) -> Outcome:
        """Do what an operation asks for, once."""
        ...

    def apply_linked(self, pairs: Sequence[tuple[str, Operation]], now: datetime) -> tuple[Outcome, ...]:
        """Do one operation on each of several accounts, or none."""
        ...

    def row(self, account: str) -> LedgerHead:
        """Return the account's row."""
        ...


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


class Calls:
    """The calls that are up, counted on one server."""

    def __init__(self, redis: Redis, funds: Funds, prefix: str = "calls") -> None:
        self._funds = funds
        self._prefix = prefix
        self._use = redis.register_script(USE)
        self._take = redis.register_script(TAKE)
        self._give_back = redis.register_script(GIVE_BACK)

    def begin(self, request: CallRequest, account: Party, *, reseller: Party | None, now: datetime) -> Call | Refused:
        """Take what a call needs of its account and its reseller, all of it, and return the call; or say why not.

        A call is asked for once under its id. A switch that has lost the answer asks under another: what the first has
        taken ends by itself, while the same question again would count, and might give back, what it has.
        """
        names = (account[0], None if reseller is None else reseller[0])
        number = account[1].plan.normalize(request.number) if request.direction is Direction.INBOUND else None
        decision: Refused | None = None
        for attempt in range(request.attempt, request.attempt + MOST_ATTEMPTS):
            uses = self._uses(names, number, now)
            asked = authorize(
                evolve(request, attempt=attempt),
                (account[1], uses[0]),
                reseller=None if reseller is None else (reseller[1], uses[1]),
                now=now,
            )
            if isinstance(asked, Refused):
                return asked
            call = Call(LiveCall.begun(asked), *names, asked)
            if call.live.allotments:
                raise NotImplementedError("included minutes are kept beside the ledger: see calls_postgresql.py")
            lost: Claim | None = self._take_leases(call, call.live.leases)
            is_spent = False
            if lost is None:
                lost, is_spent = self._take_funds(call, now)
            if lost is None:
                return call
            # Another call was quicker. Leases are taken all or none, and so are funds, but those after these.
            undone = refused_claim(asked, lost)
            decision = undone.decision
            if not is_spent:  # else somebody has made this attempt before, and a call may be up by its leases
                self._release(call, undone.undo.released)
        assert decision is not None  # noqa: S101 - there was an attempt
        return decision

    def renew(self, call: Call, *, seconds: int, now: datetime) -> Call | None:
        """Keep a call up that has lasted so many seconds, and charge them; None when it has to end."""
        is_charged = False
        while not is_charged:
            renewed = renew(call.live, seconds=seconds, now=now)
            if self._take_leases(call, renewed.call.leases) is not None:
                return None  # its leases had ended, and another call has its place
            call, is_charged = self._record(evolve(call, live=renewed.call), renewed.claims, now)
        return call

    def end(self, call: Call, *, seconds: int, now: datetime) -> tuple[CallCharge, ...]:
        """Charge what a call cost that has lasted so many seconds, and give back what it took."""
        while (ended := settle(call.live, seconds=seconds, now=now)).funds:
            call, _ = self._record(call, ended.funds, now)
        # Last: who dies before has charged the call, and its trunks are free when their leases end.
        self._release(call, ended.released)
        return ended.charges

    def _uses(self, names: tuple[str, str | None], number: str | None, now: datetime) -> tuple[LiveUse, ...]:
        """The numbers of the moment, of the account and of its reseller if it has one."""
        payers = [name for name in names if name is not None]
        kinds = ("inbound", "outbound", "calls", "calls" if number is None else f"to:{number}")
        counts: list[int] = self._use([self._set(payers[-1], name, kind) for name in payers for kind in kinds])
        uses = list[LiveUse]()
        for place, name in enumerate(payers):
            inbound, outbound, calls, to_number = counts[4 * place : 4 * place + 4]
            use = CallUse(calls=calls, carrier_calls=calls, number_calls=0 if number is None else to_number)
            balance = self._funds.row(name).balance_at(now)
            uses.append(LiveUse.of_balance(balance, trunks=TrunkUse(inbound=inbound, outbound=outbound), calls=use))
        return tuple(uses)

    def _take_leases(self, call: Call, leases: Sequence[CallLease]) -> CallLease | None:
        """Take or lengthen all leases; where one has no room, none, and return that one."""
        if not leases:
            return None  # a call for help
        keys = [self._log(call), *(key for lease in leases for key in self._sets(call, lease))]
        place: int = self._take(keys, [json.dumps(_asked(lease)) for lease in leases])
        return leases[place - 1] if place else None

    def _take_funds(self, call: Call, now: datetime) -> tuple[FundsClaim | None, bool]:
        """Hold the first slice on both accounts; where one declines, on none.

        Return the claim on that one, and whether that is because the attempt was made before.
        """
        asked = _operations(call.decision.claims)
        if not asked:
            return None, False
        outcomes = self._funds.apply_linked([(call.payer(claim), operation) for claim, operation in asked], now)
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
            outcome = self._funds.apply(call.payer(claim), operation, now)
            if outcome.entry is None:  # this server's clock is wrong, for example
                raise UnchargedError(str(outcome.reason))
            call = evolve(call, live=call.live.with_recorded(outcome.entry))
            is_charged &= isinstance(operation, Reserve) or not isinstance(outcome, Declined)
        return call, is_charged

    def _release(self, call: Call, claims: Iterable[Claim]) -> None:
        """Give back leases; doing so twice, or when they have ended, changes nothing."""
        given = [
            (key, lease.id)
            for lease in claims
            if isinstance(lease, CallClaim | TrunkClaim)
            for key in dict.fromkeys(self._sets(call, lease))  # a trunk's other set doesn't have the id: no matter
        ]
        self._give_back([self._log(call), *(key for key, _ in given)], [lease_id for _, lease_id in given])

    def _sets(self, call: Call, lease: CallLease) -> tuple[str, str]:
        """The set that counts a lease, and the other that its guard looks at."""
        if isinstance(lease, CallClaim):
            own, other = "calls", "calls" if lease.number is None else f"to:{lease.number}"
        else:
            own = str(lease.direction)
            other = str(Direction.OUTBOUND if lease.direction is Direction.INBOUND else Direction.INBOUND)
        root, payer = call.reseller or call.account, call.payer(lease)
        return self._set(root, payer, own), self._set(root, payer, other)

    def _set(self, root: str, payer: str, kind: str) -> str:
        # In a cluster, what stands in braces says on which node a key is: a reseller and its tenants are on one.
        return f"{self._prefix}:{{{root}}}:{kind}:{payer}"

    def _log(self, call: Call) -> str:
        return f"{self._prefix}:{{{call.reseller or call.account}}}:log"


def _asked(lease: CallLease) -> dict[str, str | int]:
    """What the script is told of a lease: the numbers of its guard, and how long it holds."""
    asked: dict[str, str | int] = {"id": lease.id, "seconds": lease.lease_seconds}
    if isinstance(lease, TrunkClaim):
        trunks = lease.guard
        asked |= {"takes": "trunk", "oneway_below": trunks.oneway_below}
        return asked | {"below": trunks.below, "total_below": trunks.total_below}
    calls = lease.guard
    asked |= {"takes": "call" if lease.number is None else "number", "calls_below": calls.calls_below}
    return asked | {"carrier_calls_below": calls.carrier_calls_below, "number_calls_below": calls.number_calls_below}


def _operations(claims: Iterable[Claim]) -> list[tuple[FundsClaim, Operation]]:
    """The claims on funds that ask for something yet, and what they ask for."""
    return [
        (claim, claim.operation) for claim in claims if isinstance(claim, FundsClaim) and claim.operation is not None
    ]


def main() -> None:
    """Show a call on a trunk and one by the minute, a refusal, what a call costs, and a worker that dies."""
    server = os.environ.get("TENANTCORE_REDIS")
    if server is None:
        sys.exit("name a server in TENANTCORE_REDIS, for example: redis://127.0.0.1:6379/0")
    now, dollar = datetime(2026, 11, 23, 14, tzinfo=UTC), Money("1", "USD")

    def profile(per_minute: Money) -> CallProfile:
        deck = RateDeck((RateRow(prefix="1", rate=Rate(per_minute=per_minute)),), timezone="America/New_York")
        limits = TrunkLimits(twoway=1)
        # Slices and leases are shorter than in earnest, so that nobody waits for the last line.
        return CallProfile(
            currency="USD", trunk_limits=limits, allows_per_minute=True, decks=(deck,), slice_seconds=1, lease_seconds=2
        )

    buys, sells = ("acme", profile(dollar * 2)), ("seller", profile(dollar))
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(ledger_sqlite.connect(Path(folder) / "ledger.sqlite")) as database,
        closing(Redis.from_url(server)) as redis,
    ):
        accounts = ledger_sqlite.Accounts(database)
        for name in ("acme", "seller"):
            accounts.open(name, Prepaid("USD"))
            accounts.apply(name, Credit("payment-1", dollar * 3), now)
        calls = Calls(redis, accounts, prefix=f"story-{os.getpid()}")

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
