"""Lets you test a store of accounts: operations, and scripts of them that keep hitting the edges.

A script is drawn along a ledger, so that it asks for a unit more than is available, captures what has just expired and
repeats what was declined, wherever the account has got to.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore import currencies
from tenantcore.balance import (
    FULL,
    BalancePolicy,
    Capture,
    Credit,
    CreditOnPrepaid,
    Debit,
    Expire,
    FundsBelow,
    Grant,
    Hold,
    HoldState,
    Ledger,
    LimitUsed,
    NextSlice,
    Operation,
    Outcome,
    Overage,
    Postpaid,
    Prepaid,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
    TemporaryLimit,
    Threshold,
    TopUpRule,
)
from tenantcore.money import Money, minor_units
from tenantcore.status import Status

__all__ = ["LedgerScript", "ledger_scripts", "ledgers", "operations", "top_up_rules"]

_START: Final = datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC)
_MOMENT: Final = timedelta(microseconds=1)
_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_SETTABLE: Final = (Status.ACTIVE, Status.ACTIVE, Status.SUSPENDED, Status.SUSPENDED, Status.BLOCKED, Status.CLOSED)


@frozen
class LedgerScript:
    """An account's policy at its opening, and what is asked of it: operations, each with the asking process's clock.

    Ids repeat, with the same content and with other; clocks stand still, run, and lie behind.

    Rule: BAL-4 in docs/reference/balance.md.
    """

    policy: BalancePolicy
    asked: tuple[tuple[Operation, datetime], ...]

    def played(self) -> tuple[Ledger, tuple[Outcome, ...]]:
        """Return a ledger of which all this was asked, and what it answered: what a store's answers should equal."""
        ledger = Ledger(self.policy)
        return ledger, tuple(ledger.apply(operation, now=now) for operation, now in self.asked)


def operations(currency: str | None = None) -> SearchStrategy[Operation]:
    """Return operations of every kind, for an account in a currency; their ids are few, so that some meet.

    Rule: BAL-4 in docs/reference/balance.md.
    """
    return _currencies(currency).flatmap(_operations)


def _operations(currency: str) -> SearchStrategy[Operation]:
    ids = st.sampled_from([f"op-{number}" for number in range(6)])
    sums = st.sampled_from(_sums(currency))
    overages, grants = st.sampled_from(Overage), st.sampled_from(Grant)
    expiries = st.none() | st.sampled_from([_START + wait for wait in (_MOMENT, _SECOND, _MINUTE, _HOUR)])
    slices = st.builds(NextSlice, sums, expires_at=expiries, grant=grants)
    captured = st.just(FULL) | st.just(Money.zero(currency)) | sums
    statuses = st.sampled_from(_SETTABLE)
    return st.one_of(
        st.builds(Credit, ids, sums, reference=st.none() | st.just("invoice 7")),
        st.builds(Debit, ids, sums, overage=overages, reference=st.none() | st.just("invoice 7")),
        st.builds(Reserve, ids, sums, expires_at=expiries, grant=grants),
        st.builds(Capture, ids, hold=ids, amount=captured, overage=overages, then=st.none() | slices),
        st.builds(Release, ids, hold=ids),
        st.builds(Expire, ids),
        st.builds(SetPolicy, ids, _policies(currency)),
        st.builds(SetStatus, ids, statuses),
        st.builds(SetStatus, ids, st.just(Status.SUSPENDED), debt=sums),
    )


def ledger_scripts(currency: str | None = None, most: int = 20) -> SearchStrategy[LedgerScript]:
    """Return scripts of up to `most` operations on an account in a currency, often at its very edges.

    >>> from hypothesis import given
    >>> @given(ledger_scripts())
    ... def check(script: LedgerScript) -> None:
    ...     ledger, outcomes = script.played()
    ...     assert Ledger.replay(script.policy, ledger.entries).head == ledger.head
    >>> check()

    Rule: BAL-4 in docs/reference/balance.md.
    """
    return _currencies(currency).flatmap(lambda code: _scripts(code, most))


def ledgers(currency: str | None = None, most: int = 20) -> SearchStrategy[Ledger]:
    """Return ledgers of which up to `most` operations were asked.

    Rule: BAL-5 in docs/reference/balance.md.
    """
    return ledger_scripts(currency, most).map(lambda script: script.played()[0])


def top_up_rules(currency: str | None = None) -> SearchStrategy[TopUpRule]:
    """Return rules by amount and by target, with and without a smallest payment and a cap.

    Rule: BAL-7 in docs/reference/balance.md.
    """
    return _currencies(currency).flatmap(_top_up_rules)


@st.composite
def _top_up_rules(draw: st.DrawFn, currency: str) -> TopUpRule:
    units = st.integers(1, 50_000).map(lambda count: _unit(currency) * count)
    amount, by_target = draw(units), draw(st.booleans())
    minimum = draw(st.none() | units)
    threshold = draw(units)
    # The least payment is below the amount and the minimum together, whichever it goes by.
    least = amount if minimum is None else amount + minimum
    return TopUpRule(
        threshold=threshold,
        amount=None if by_target else amount,
        target=threshold + amount if by_target else None,
        minimum=minimum,
        most=draw(st.none() | units.map(lambda more: least + more)),
        interval=draw(st.sampled_from((timedelta(0), _HOUR, 24 * _HOUR))),
        back_off=draw(st.sampled_from((timedelta(0), _HOUR))),
    )


def _currencies(currency: str | None) -> SearchStrategy[str]:
    # Of two decimals, of none, of three; and now and then any other.
    usual = st.sampled_from(("USD", "JPY", "KWD"))
    return usual | st.sampled_from(currencies.currency_codes()) if currency is None else st.just(currency)


def _unit(currency: str) -> Money:
    return Money(Decimal((0, (1,), -minor_units(currency))), currency)


def _sums(currency: str) -> list[Money]:
    unit = _unit(currency)
    # The last but one is finer than can be paid, the last one larger than a default decimal context keeps.
    few = [unit, unit * 300, unit * 1000, unit * 1001, unit * 9999, unit * Decimal("0.0001")]
    return [*few, Money(10**27, currency)]


def _policies(currency: str) -> SearchStrategy[BalancePolicy]:
    """Return policies whose limits and warnings are within reach of a few of the sums."""
    unit = _unit(currency)
    raised = st.none() | st.builds(
        TemporaryLimit,
        until=st.sampled_from([_START + wait for wait in (_SECOND, _MINUTE, _HOUR)]),
        amount=st.just(unit * 300),
    )
    limits = st.sampled_from([unit, unit * 1000, unit * 2000])
    below: list[Threshold] = [FundsBelow(unit), FundsBelow(unit * 500), FundsBelow(unit * 999)]
    thresholds = st.lists(st.sampled_from([*below, LimitUsed(50), LimitUsed(100)]), max_size=3, unique=True).map(tuple)
    without_limit = st.lists(st.sampled_from(below), max_size=3, unique=True).map(tuple)
    allowed = st.just(CreditOnPrepaid.ALLOWED)
    skews = st.sampled_from((timedelta(0), 5 * _MINUTE))
    code = st.just(currency)
    return st.one_of(
        st.builds(Prepaid, code, thresholds=without_limit, clock_skew=skews),
        st.builds(
            Prepaid, code, credit_limit=limits, credit_on_prepaid=allowed, temporary=raised, thresholds=thresholds
        ),
        st.builds(Postpaid, code, credit_limit=limits, temporary=raised, thresholds=thresholds, clock_skew=skews),
        st.builds(Postpaid, code, credit_limit=st.none() | st.just(Money.zero(currency))),
    )


@st.composite
def _scripts(draw: st.DrawFn, currency: str, most: int) -> LedgerScript:
    policy = draw(_policies(currency))
    ledger, asked, latest = Ledger(policy), list[tuple[Operation, datetime]](), _START
    for number in range(draw(st.integers(1, most))):
        now = draw(st.sampled_from(_clocks(ledger, latest)))
        operation = _next(draw, ledger, [each for each, _ in asked], f"op-{number}", now)
        ledger.apply(operation, now=now)
        asked.append((operation, now))
        latest = max(latest, now)
    return LedgerScript(policy, tuple(asked))


def _clocks(ledger: Ledger, latest: datetime) -> list[datetime]:
    """Return times to ask at: now, later, when a hold expires and just before, a little behind and too far behind."""
    spans = (*(timedelta(0),) * 5, _MOMENT, _SECOND, _SECOND, _MINUTE, -_SECOND, -_HOUR)
    ends = [hold.expires_at for hold in ledger.holds if hold.expires_at is not None and hold.is_open_at(latest)]
    return [*(latest + span for span in spans), *ends, *(end - _MOMENT for end in ends)]


def _next(draw: st.DrawFn, ledger: Ledger, earlier: Sequence[Operation], id_: str, now: datetime) -> Operation:
    if earlier and draw(st.integers(0, 5)) == 0:
        again = draw(st.sampled_from(earlier))
        return again if draw(st.booleans()) else evolve(_fresh(draw, ledger, id_, now), id=again.id)
    return _fresh(draw, ledger, id_, now)


def _fresh(draw: st.DrawFn, ledger: Ledger, id_: str, now: datetime) -> Operation:
    builders: list[_Builder] = [_credit, _credit, _debit, _reserve, _reserve, _others, _others]
    if ledger.holds:
        builders += [_capture, _capture, _capture, _release]
    return draw(st.sampled_from(builders))(draw, ledger, id_, now)


_Builder: TypeAlias = Callable[[st.DrawFn, Ledger, str, datetime], Operation]


def _amount(draw: st.DrawFn, ledger: Ledger, now: datetime, *others: Money) -> Money:
    """Draw a sum, often what is available or owed, what is held or given back, or a unit to either side of it."""
    balance = ledger.balance_at(now)
    unit = _unit(balance.posted.currency)
    edges = [*others, balance.owed, *([] if balance.available is None else [balance.available])]
    near = [edge + shift for edge in edges for shift in (Money.zero(unit.currency), unit, -unit)]
    return draw(st.sampled_from([*_sums(unit.currency), *(amount for amount in near if amount.is_positive)]))


def _expiry(draw: st.DrawFn, now: datetime) -> datetime | None:
    spans = (_MOMENT, _SECOND, _MINUTE, _HOUR, timedelta(0))
    return draw(st.none() | st.sampled_from([now + span for span in spans]))


def _hold(draw: st.DrawFn, ledger: Ledger) -> tuple[str, tuple[Money, ...]]:
    """Draw a hold to end, more often an open one; seldom one that isn't there."""
    open_ = [hold for hold in ledger.holds if hold.state is HoldState.OPEN]
    holds: list[Hold | None] = [*open_, *open_, *ledger.holds, None]
    hold = draw(st.sampled_from(holds))
    return ("nowhere", ()) if hold is None else (hold.id, (hold.amount,))


def _credit(draw: st.DrawFn, ledger: Ledger, id_: str, now: datetime) -> Operation:
    return Credit(id_, _amount(draw, ledger, now), reference=draw(st.sampled_from((None, "invoice 7"))))


def _debit(draw: st.DrawFn, ledger: Ledger, id_: str, now: datetime) -> Operation:
    return Debit(id_, _amount(draw, ledger, now), overage=draw(st.sampled_from(Overage)))


def _reserve(draw: st.DrawFn, ledger: Ledger, id_: str, now: datetime) -> Operation:
    amount, grant = _amount(draw, ledger, now), draw(st.sampled_from(Grant))
    return Reserve(id_, amount, expires_at=_expiry(draw, now), grant=grant)


def _capture(draw: st.DrawFn, ledger: Ledger, id_: str, now: datetime) -> Operation:
    hold, held = _hold(draw, ledger)
    zero = Money.zero(ledger.head.policy.currency)
    word = draw(st.sampled_from((FULL, zero, None)))
    amount = _amount(draw, ledger, now, *held) if word is None else word
    then = None
    if draw(st.booleans()):
        then = NextSlice(_amount(draw, ledger, now, *held), expires_at=_expiry(draw, now))
    return Capture(id_, hold=hold, amount=amount, overage=draw(st.sampled_from(Overage)), then=then)


def _release(draw: st.DrawFn, ledger: Ledger, id_: str, _now: datetime) -> Operation:
    return Release(id_, hold=_hold(draw, ledger)[0])


def _others(draw: st.DrawFn, ledger: Ledger, id_: str, now: datetime) -> Operation:
    kind: Any = draw(st.sampled_from((Expire, SetPolicy, SetStatus, None)))
    if kind is SetPolicy:
        return SetPolicy(id_, draw(_policies(ledger.head.policy.currency)))
    if kind is SetStatus:
        return SetStatus(id_, draw(st.sampled_from(_SETTABLE)))
    if kind is Expire:
        return Expire(id_)
    return SetStatus(id_, Status.SUSPENDED, debt=_amount(draw, ledger, now))
