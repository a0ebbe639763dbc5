"""What holds of any store of calls: test classes for a store inherit it and bring a fixture `shop`."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from attrs import evolve, frozen

from tenantcore.call_policy import CallProfile, CallRequest, LiveCall, Payer, Refused, authorize
from tenantcore.money import Money
from tenantcore.numbering import NumberClass
from tenantcore.trunks import CallLimits, Direction, TrunkLimits, TrunkUse
from tests.call_storm import LONDON, NUMBERS, clock, deck_at, usd

INBOUND, OUTBOUND = Direction.INBOUND, Direction.OUTBOUND
LEASE_SECONDS: Final = 60
SHORT: Final = 2  # so that nobody waits long for a lease to end
BUYS: Final = CallProfile(
    currency="USD", trunk_limits=TrunkLimits(twoway=1), slice_seconds=1, lease_seconds=LEASE_SECONDS
)
SELLS: Final = evolve(BUYS, trunk_limits=TrunkLimits(twoway=2), call_limits=CallLimits(calls=3))
PAYS: Final = evolve(BUYS, trunk_limits=TrunkLimits(), allows_per_minute=True, decks=(deck_at("2"),))
EARNS: Final = evolve(PAYS, decks=(deck_at("1"),))
BRIEF: Final = ("acme", evolve(BUYS, lease_seconds=SHORT))
BRIEFLY: Final = ("seller", evolve(SELLS, lease_seconds=SHORT))
STORY: Final = [
    "call-1  reseller  the call takes a two-way trunk",
    "call-2  reseller  the call is charged per minute, and its first 1 seconds cost 1.000000 USD, which is there",
    "call-3  account   the first 1 seconds cost 2.000000 USD, and 1.000000 USD is available",
    "call-2  account   has cost 2.000000 USD",
    "call-2  reseller  has cost 1.000000 USD",
    "call-4  reseller  the call takes a two-way trunk",
]
"""What the examples print."""


@frozen
class Shop:
    """A store that is empty but for the payers "acme", "bolt" and their "seller", with 3 USD each."""

    calls: Any
    uses: Callable[[str], tuple[int, int, int]]
    """Calls inbound and outbound on trunks, and all calls, of a payer: read without the example."""
    sweep: Callable[[datetime], object]
    posted: Callable[[str], Money]
    held: Callable[[str], Money]
    close: Callable[[str, datetime], object]

    def begin(
        self,
        call_id: str,
        direction: Direction = OUTBOUND,
        number: str = NUMBERS[0],
        *,
        account: tuple[str, CallProfile] = ("acme", BUYS),
        reseller: tuple[str, CallProfile] | None = ("seller", SELLS),
    ) -> Any:
        request = CallRequest(call_id, direction, number)
        return self.calls.begin(request, account, reseller=reseller, now=clock())


def code(refused: object) -> str:
    assert isinstance(refused, Refused)
    return refused.reason.code.name


class CallStoreFacts:
    """CALL-3: account and reseller are taken together, by guard and lease, and given back once."""

    def test_a_call_takes_a_trunk_of_both(self, shop: Shop) -> None:
        call = shop.begin("c-1")
        assert [claim.payer for claim in call.live.leases] == [Payer.ACCOUNT] * 2 + [Payer.RESELLER] * 2
        assert shop.uses("acme") == shop.uses("seller") == (0, 1, 1)

    def test_without_a_reseller_only_the_account_counts(self, shop: Shop) -> None:
        shop.begin("c-1", reseller=None)
        assert shop.uses("acme") == (0, 1, 1)

    def test_where_the_reseller_is_full_nothing_of_the_account_is_taken(self, shop: Shop) -> None:
        for number in (1, 2):
            shop.begin(f"c-{number}", account=(f"{'acme' if number == 1 else 'bolt'}", BUYS))
        full = evolve(BUYS, trunk_limits=TrunkLimits(twoway=5))
        assert code(shop.begin("c-3", account=("acme", full))) == "CALL_PER_MINUTE_NOT_ALLOWED"
        assert shop.uses("acme") == (0, 1, 1)

    @pytest.mark.parametrize("stale", [1, 2])
    def test_who_read_before_another_took_asks_again(
        self, shop: Shop, stale: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only the guard, in the store, tells that there is no trunk any more; the next attempt finds another way."""
        first = shop.begin("c-1")
        asked: list[TrunkUse] = []

        def late(request: CallRequest, account: Any, *, reseller: Any, now: Any) -> Any:
            asked.append(account[1].trunks)
            if len(asked) <= stale:
                account = (account[0], evolve(account[1], trunks=TrunkUse()))
            return authorize(request, account, reseller=reseller, now=now)

        monkeypatch.setattr(f"{type(shop.calls).__module__}.authorize", late)
        both = evolve(PAYS, trunk_limits=TrunkLimits(twoway=1))
        call = shop.begin("c-2", account=("acme", both))
        assert len(asked) == stale + 1
        assert [held.id for held in call.live.funds] == [f"c-2/{stale + 1}/account"]
        assert shop.uses("acme") == (0, 1, 2)
        assert shop.uses("seller") == (0, 2, 2)
        assert shop.calls.end(first, seconds=1, now=clock()) == ()

    def test_who_is_always_late_is_refused_and_has_nothing(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.begin("c-1")

        def late(request: CallRequest, account: Any, *, reseller: Any, now: Any) -> Any:
            return authorize(request, (account[0], evolve(account[1], trunks=TrunkUse())), reseller=reseller, now=now)

        monkeypatch.setattr(f"{type(shop.calls).__module__}.authorize", late)
        assert code(shop.begin("c-2")) == "CALL_CLAIM_LOST"
        assert shop.uses("acme") == shop.uses("seller") == (0, 1, 1)

    def test_whoever_is_over_a_limit_on_calls_is_refused(self, shop: Shop) -> None:
        free = evolve(BUYS, unmetered=frozenset({NumberClass.US_DID}))
        for number in range(3):
            shop.begin(
                f"c-{number}", account=("acme", free), reseller=("seller", evolve(SELLS, unmetered=free.unmetered))
            )
        assert code(shop.begin("c-4", account=("bolt", free))) == "CALL_LIMIT_OF_CALLS"
        assert shop.uses("acme") == (0, 0, 3)

    def test_inbound_calls_to_a_number_are_counted_by_it(self, shop: Shop) -> None:
        capped = evolve(BUYS, trunk_limits=TrunkLimits(twoway=None), call_limits=CallLimits(number_calls=1))
        above = evolve(SELLS, trunk_limits=TrunkLimits(twoway=None), call_limits=CallLimits())
        account, reseller = ("acme", capped), ("seller", above)
        first = shop.begin("c-1", INBOUND, NUMBERS[0], account=account, reseller=reseller)
        second = shop.begin("c-2", INBOUND, NUMBERS[0], account=account, reseller=reseller)
        assert code(second) == "CALL_LIMIT_OF_NUMBER"
        shop.begin("c-3", INBOUND, NUMBERS[1], account=account, reseller=reseller)
        assert shop.uses("acme") == (2, 0, 2)
        shop.calls.end(first, seconds=0, now=clock())
        shop.begin("c-4", INBOUND, NUMBERS[0], account=account, reseller=reseller)
        assert shop.uses("acme") == (2, 0, 2)

    def test_a_call_for_help_takes_nothing_and_ends_all_the_same(self, shop: Shop) -> None:
        call = shop.begin("c-1", number="911", account=("acme", evolve(BUYS, call_limits=CallLimits(calls=0))))
        assert call.live == LiveCall()
        assert shop.uses("acme") == (0, 0, 0)
        kept = shop.calls.renew(call, seconds=5, now=clock())
        assert shop.calls.end(kept, seconds=9, now=clock()) == ()


class LeaseFacts:
    """CALL-3: a lease that nobody renews ends by itself; giving back twice, or what has ended, changes nothing."""

    def test_what_nobody_renews_is_free_when_its_lease_ends(self, shop: Shop) -> None:
        shop.begin("c-1", account=BRIEF, reseller=BRIEFLY)
        time.sleep(SHORT + 0.1)
        assert shop.uses("acme") == shop.uses("seller") == (0, 0, 0)
        shop.begin("c-2")
        assert shop.uses("acme") == shop.uses("seller") == (0, 1, 1)

    def test_what_is_renewed_stays(self, shop: Shop) -> None:
        call = shop.begin("c-1", account=("acme", evolve(BUYS, lease_seconds=4)))
        for seconds in (1, 2):
            time.sleep(2.4)
            call = shop.calls.renew(call, seconds=seconds, now=clock())
            assert call is not None
        assert shop.uses("acme") == shop.uses("seller") == (0, 1, 1)

    def test_a_renewal_after_the_end_of_the_lease_takes_it_anew_if_there_is_room(self, shop: Shop) -> None:
        call = shop.begin("c-1", account=BRIEF, reseller=BRIEFLY)
        time.sleep(SHORT + 0.1)
        assert shop.calls.renew(call, seconds=3, now=clock()) is not None
        assert shop.uses("acme") == (0, 1, 1)

    def test_and_has_to_end_if_another_call_has_its_place(self, shop: Shop) -> None:
        late = shop.begin("c-1", account=BRIEF, reseller=BRIEFLY)
        time.sleep(SHORT + 0.1)
        shop.begin("c-2")
        assert shop.calls.renew(late, seconds=3, now=clock()) is None
        assert shop.uses("acme") == shop.uses("seller") == (0, 1, 1)
        shop.calls.end(late, seconds=3, now=clock())  # which takes nothing from the other call
        assert shop.uses("acme") == shop.uses("seller") == (0, 1, 1)

    def test_ending_twice_gives_back_once(self, shop: Shop) -> None:
        wide = evolve(BUYS, trunk_limits=TrunkLimits(twoway=2))
        first = shop.begin("c-1", account=("acme", wide))
        shop.begin("c-2", account=("acme", wide))
        for _ in range(2):
            shop.calls.end(first, seconds=3, now=clock())
            assert shop.uses("acme") == shop.uses("seller") == (0, 1, 1)


class FundsFacts:
    """CALL-3, RAT-2: both accounts hold the first slice or none, and what was used is charged once."""

    def test_both_hold_and_are_charged(self, shop: Shop) -> None:
        call = shop.begin("c-1", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))
        assert (shop.held("acme"), shop.held("seller")) == (usd(2), usd(1))
        for _ in range(2):
            charges = shop.calls.end(call, seconds=30, now=clock())
            assert [each.cost for each in charges] == [usd(2), usd(1)]
            assert (shop.posted("acme"), shop.posted("seller")) == (usd(1), usd(2))
            assert (shop.held("acme"), shop.held("seller")) == (usd(0), usd(0))

    def test_who_takes_over_from_a_worker_that_died_charges_all_of_it(self, shop: Shop) -> None:
        """The other has renewed the call and died before it stored it, and what it stored is what there is."""
        account = ("acme", evolve(PAYS, decks=(deck_at("0.10"),)))
        stored = shop.begin("c-1", number=LONDON, account=account, reseller=("seller", EARNS))
        begun = clock()
        shop.calls.renew(stored, seconds=60, now=begun)
        kept = shop.calls.renew(stored, seconds=70, now=begun + timedelta(seconds=1))
        assert (shop.posted("acme"), shop.held("acme")) == (usd("2.80"), usd("0"))
        for call in (kept, stored):
            charges = shop.calls.end(call, seconds=130, now=begun + timedelta(seconds=2))
            assert [each.cost for each in charges] == [usd("0.30"), usd(3)]
            assert (shop.posted("acme"), shop.posted("seller")) == (usd("2.70"), usd(0))
            assert (shop.held("acme"), shop.held("seller")) == (usd(0), usd(0))

    def test_a_call_is_charged_though_its_hold_has_expired_and_its_account_is_closed(self, shop: Shop) -> None:
        call = shop.begin("c-1", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))
        later = clock() + timedelta(seconds=LEASE_SECONDS + 1)  # its hold has expired by then
        shop.close("acme", later)
        shop.calls.end(call, seconds=30, now=later)
        assert shop.posted("acme") == usd(1)

    def test_a_clock_that_is_behind_is_an_error(self, shop: Shop) -> None:
        call = shop.begin("c-1", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))
        behind = clock() - timedelta(hours=9)
        for act in (shop.calls.renew, shop.calls.end):
            with pytest.raises(Exception, match=r"the clock lies .* behind the account's last entry"):
                act(call, seconds=30, now=behind)
        shop.calls.end(call, seconds=30, now=clock())
        assert shop.posted("acme") == usd(1)

    def test_the_same_question_again_is_another_attempt_and_cuts_no_call(self, shop: Shop) -> None:
        limited = evolve(PAYS, decks=(deck_at("1"),), call_limits=CallLimits(calls=2))
        parties = {"account": ("acme", limited), "reseller": ("seller", EARNS)}
        first = shop.begin("c-1", OUTBOUND, LONDON, **parties)
        time.sleep(0.01)  # so that its hold would end later
        again = shop.begin("c-1", OUTBOUND, LONDON, **parties)
        assert (shop.held("acme"), shop.uses("acme")) == (usd(2), (0, 0, 2))
        assert [held.id for held in again.live.funds] == ["c-1/2/account", "c-1/2/reseller"]
        for call, left in ((first, 2), (again, 1)):
            shop.calls.end(call, seconds=30, now=clock())
            assert (shop.posted("acme"), shop.posted("seller")) == (usd(left), usd(left))
        assert (shop.held("acme"), shop.uses("acme")) == (usd(0), (0, 0, 0))

    def test_an_id_that_is_used_again_is_charged_again(self, shop: Shop) -> None:
        parties = {"account": ("acme", evolve(PAYS, decks=(deck_at("1"),))), "reseller": ("seller", EARNS)}
        for left in (2, 1):
            shop.calls.end(shop.begin("c-1", OUTBOUND, LONDON, **parties), seconds=30, now=clock())
            assert (shop.posted("acme"), shop.posted("seller")) == (usd(left), usd(left))

    def test_a_call_that_was_never_answered_costs_nothing(self, shop: Shop) -> None:
        call = shop.begin("c-1", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))
        shop.calls.end(call, seconds=0, now=clock())
        assert (shop.posted("acme"), shop.held("acme")) == (usd(3), usd(0))

    def test_where_another_call_was_quicker_to_take_the_money_nothing_is_taken(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop.begin("c-1", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))

        def late(request: CallRequest, account: Any, *, reseller: Any, now: Any) -> Any:
            account = (account[0], evolve(account[1], available=usd(3)))
            return authorize(request, account, reseller=reseller, now=now)

        monkeypatch.setattr(f"{type(shop.calls).__module__}.authorize", late)
        lost = shop.begin("c-2", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))
        assert (code(lost), lost.reason.place) == ("CALL_CLAIM_LOST", "account")
        assert (shop.held("acme"), shop.held("seller")) == (usd(2), usd(1))
        assert shop.uses("acme") == shop.uses("seller") == (0, 0, 1)

    def test_a_renewal_charges_what_was_used_and_holds_the_next_slice_as_far_as_there_is_money(
        self, shop: Shop
    ) -> None:
        call = shop.begin("c-1", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))
        call = shop.calls.renew(call, seconds=60, now=clock())
        assert [held.held for held in call.live.funds] == [usd(1), usd(1)]  # of 2 USD that the account was to hold
        assert (shop.posted("acme"), shop.held("acme")) == (usd(1), usd(1))
        shop.calls.end(call, seconds=90, now=clock())
        assert (shop.posted("acme"), shop.posted("seller")) == (usd(-1), usd(1))  # it was allowed to go on

    def test_a_call_that_outlasts_its_hold_is_charged_without(self, shop: Shop) -> None:
        call = shop.begin("c-1", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))
        late = clock() + timedelta(seconds=LEASE_SECONDS)
        renewed = shop.calls.renew(call, seconds=30, now=late)
        assert (shop.posted("acme"), shop.held("acme")) == (usd(1), usd(0))
        shop.calls.end(renewed, seconds=40, now=late)
        assert (shop.posted("acme"), shop.posted("seller"), shop.held("seller")) == (usd(1), usd(2), usd(0))

    @pytest.mark.parametrize("renews", [True, False])
    def test_whose_clock_is_late_hears_from_the_account_that_its_hold_is_over(self, shop: Shop, renews: bool) -> None:
        begun = clock()
        call = shop.begin("c-1", number=LONDON, account=("acme", PAYS), reseller=("seller", EARNS))
        shop.sweep(clock() + timedelta(seconds=LEASE_SECONDS))
        if renews:
            call = shop.calls.renew(call, seconds=30, now=begun)
            assert [held.hold for held in call.live.funds] == [None, None]
        for _ in range(2):
            shop.calls.end(call, seconds=30, now=begun)
            assert (shop.posted("acme"), shop.posted("seller")) == (usd(1), usd(2))
