"""Calls that begin, are renewed and end in any order: no limit is ever exceeded, and nothing is left over."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tenantcore.balance import Declined, Ledger, Prepaid
from tenantcore.call_policy import (
    Admitted,
    CallClaim,
    CallProfile,
    CallRequest,
    Claim,
    FundsClaim,
    LiveCall,
    LiveUse,
    Payer,
    TrunkClaim,
    authorize,
    refused_claim,
    renew,
    settle,
)
from tenantcore.money import Money
from tenantcore.numbering import NumberClass
from tenantcore.trunks import CallLimits, CallUse, Direction, TrunkLimits, TrunkUse
from tests.call_world import DECK, NOW, NUMBERS, RATE

SECOND: Final = timedelta(seconds=1)
CLASSES: Final = (NumberClass.US_DID, NumberClass.US_DID, NumberClass.INTERNATIONAL, NumberClass.EMERGENCY)


class Host:
    """A host's side for one payer: leases in a table, a ledger beside it."""

    def __init__(self, inbound: int, twoway: int, calls: int, funds: int) -> None:
        self.inbound, self.twoway, self.most_calls = inbound, twoway, calls
        self.profile = CallProfile(
            currency="USD",
            trunk_limits=TrunkLimits(inbound=inbound, twoway=twoway),
            call_limits=CallLimits(calls=calls),
            allows_per_minute=True,
            decks=(DECK,),
        )
        self.leases: dict[str, CallClaim | TrunkClaim] = {}
        self.ledger = Ledger(Prepaid("USD"))
        self.opening = Money("0.02", "USD") * funds + Money("0.001", "USD")
        self.ledger.credit("opening", self.opening, now=NOW)

    def forget(self, now: datetime) -> None:
        """Drop leases that weren't renewed in time."""
        self.leases = {key: claim for key, claim in self.leases.items() if claim.lease_until > now}

    def on_trunks(self) -> TrunkUse:
        held = Counter(claim.direction for claim in self.leases.values() if isinstance(claim, TrunkClaim))
        return TrunkUse(inbound=held[Direction.INBOUND], outbound=held[Direction.OUTBOUND])

    def up(self) -> CallUse:
        return CallUse(calls=sum(isinstance(claim, CallClaim) for claim in self.leases.values()))

    def live(self, now: datetime) -> LiveUse:
        balance = self.ledger.balance_at(now)
        return LiveUse.of_balance(balance, trunks=self.on_trunks(), calls=self.up())

    def take(self, claim: Claim, now: datetime) -> bool:
        """Take one claim in one step, or not."""
        if isinstance(claim, FundsClaim):
            if claim.operation is None:
                return True
            return not isinstance(self.ledger.apply(claim.operation, now=now), Declined)
        assert isinstance(claim, CallClaim | TrunkClaim)
        is_known = claim.id in self.leases
        use_holds = (
            claim.guard.holds(self.up()) if isinstance(claim, CallClaim) else claim.guard.holds(self.on_trunks())
        )
        if is_known or use_holds:
            self.leases[claim.id] = claim
        return is_known or use_holds


class Calls(RuleBasedStateMachine):
    """One reseller and one account; numbers read for a decision may be stale by the time that its claims are taken."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.count = 0
        self.waiting: list[Admitted] = []
        self.calls: dict[int, tuple[LiveCall, int]] = {}
        self.cost = Counter[Payer]()

    @initialize(
        numbers=st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 5), st.integers(0, 9)),
        above=st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 5), st.integers(0, 9)),
    )
    def begins(self, numbers: tuple[int, int, int, int], above: tuple[int, int, int, int]) -> None:
        self.hosts = {Payer.ACCOUNT: Host(*numbers), Payer.RESELLER: Host(*above)}

    @rule(call_class=st.sampled_from(CLASSES), direction=st.sampled_from(Direction))
    def asks(self, call_class: NumberClass, direction: Direction) -> None:
        self.count += 1
        account, reseller = (self.hosts[payer] for payer in Payer)
        decision = authorize(
            CallRequest(f"c-{self.count}", direction, NUMBERS[call_class]),
            (account.profile, account.live(self.now)),
            reseller=(reseller.profile, reseller.live(self.now)),
            now=self.now,
        )
        if call_class is NumberClass.EMERGENCY:
            assert isinstance(decision, Admitted)
        if isinstance(decision, Admitted):
            self.waiting.append(decision)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def takes(self, data: st.DataObject) -> None:
        decision = self.waiting.pop(data.draw(st.integers(0, len(self.waiting) - 1)))
        for claim in decision.claims:
            if not self.hosts[claim.payer].take(claim, self.now):
                undo = refused_claim(decision, claim).undo
                for taken in undo.released:
                    self.hosts[taken.payer].leases.pop(taken.id)
                for funds in undo.funds:
                    self.hosts[funds.payer].take(funds, self.now)
                return
        self.calls[self.count] = (LiveCall.begun(decision), 0)
        self.count += 1

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), seconds=st.integers(0, 70))
    def renews(self, data: st.DataObject, seconds: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.calls)))
        call, before = self.calls[key]
        self.advance(seconds)
        renewed = renew(call, seconds=before + seconds, now=self.now)
        call = renewed.call
        for claim in renewed.claims:
            host = self.hosts[claim.payer]
            if not isinstance(claim, FundsClaim):
                host.take(claim, self.now)
            elif claim.operation is not None:
                outcome = host.ledger.apply(claim.operation, now=self.now)
                assert outcome.entry is not None
                call = call.with_recorded(outcome.entry)
        self.calls[key] = (call, before + seconds)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), seconds=st.integers(0, 70))
    def ends(self, data: st.DataObject, seconds: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.calls)))
        call, before = self.calls.pop(key)
        self.advance(seconds)
        settled = settle(call, seconds=before + seconds, now=self.now)
        for claim in settled.released:
            self.hosts[claim.payer].leases.pop(claim.id, None)
        for funds in settled.funds:
            assert self.hosts[funds.payer].take(funds, self.now)
        for charge in settled.charges:
            assert charge.cost == RATE.cost(before + seconds)
            self.cost[charge.payer] += before + seconds and -(-(before + seconds) // 60)

    @rule(seconds=st.integers(1, 130))
    def advance(self, seconds: int) -> None:
        self.now += seconds * SECOND
        for host in self.hosts.values():
            host.forget(self.now)

    @invariant()
    def no_limit_is_exceeded(self) -> None:
        """Counted anew, by the plain meaning of trunks: what one-way ones don't carry, the two-way ones do."""
        for host in getattr(self, "hosts", {}).values():
            inbound = outbound = calls = 0
            for claim in host.leases.values():
                calls += isinstance(claim, CallClaim)
                inbound += isinstance(claim, TrunkClaim) and claim.direction is Direction.INBOUND
                outbound += isinstance(claim, TrunkClaim) and claim.direction is Direction.OUTBOUND
            assert max(0, inbound - host.inbound) + outbound <= host.twoway
            assert calls <= host.most_calls

    @invariant()
    def nothing_is_held_for_no_call(self) -> None:
        if not getattr(self, "hosts", None) or self.calls or self.waiting:
            return
        for payer, host in self.hosts.items():
            assert host.leases == {}
            balance = host.ledger.balance_at(self.now)
            assert balance.held == Money("0", "USD")
            assert host.opening - balance.posted == RATE.per_minute * self.cost[payer]


TestCalls = Calls.TestCase
TestCalls.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_a_trunk_that_was_taken_meanwhile_is_refused_by_its_guard() -> None:
    host = Host(0, 1, 9, 0)
    requests = [CallRequest(f"c-{number}", Direction.OUTBOUND, NUMBERS[NumberClass.US_DID]) for number in (1, 2)]
    first, second = (authorize(call, (host.profile, host.live(NOW)), reseller=None, now=NOW) for call in requests)
    assert isinstance(first, Admitted)
    assert isinstance(second, Admitted)
    assert [host.take(claim, NOW) for claim in (*first.claims, *second.claims)] == [True, True, True, False]
    assert [host.take(claim, NOW) for claim in first.claims] == [True, True]  # a repeat takes nothing more
    again = evolve(requests[1], attempt=2)
    decision = authorize(again, (host.profile, host.live(NOW)), reseller=None, now=NOW)
    assert not isinstance(decision, Admitted)
