"""Lets an account's standing be one small row: what its entries add up to, and what the next one makes of it.

The row has the same size whatever happened before. A host loads it, decides, and saves it only if its version is still
the one that was loaded.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from attrs import field, frozen

from tenantcore._balance_faults import BalanceFault
from tenantcore._balance_policies import WIDE, BalancePolicy, Marks, Postpaid, Prepaid, Threshold, marks_at
from tenantcore._ledger_entries import Entry, Hold, HoldState
from tenantcore._ledger_operations import Credit, SetPolicy, SetStatus
from tenantcore._ledger_outcomes import Balance, Event, LimitReached, LowBalance, ServicesRestored, ServicesStopped
from tenantcore._validators import at_least, exactly, in_utc, tuple_of, wrong_type
from tenantcore.errors import Problem, invalid
from tenantcore.money import Money
from tenantcore.status import Status

__all__ = ["LedgerHead", "advanced", "amount_available", "events_of", "moment", "nothing", "sum_of"]

_MOST_CURRENCIES: Final = 512
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


@lru_cache(maxsize=_MOST_CURRENCIES)
def nothing(currency: str) -> Money:
    """Return no money in `currency`, the same object each time."""
    return Money.zero(currency)


def _utc_or_none(value: datetime | None) -> datetime | None:
    return None if value is None else in_utc("last", value)


@frozen(kw_only=True)
class LedgerHead:
    """All of an account that the next decision needs: one row of a host's table.

    `version` is the number of the last entry, 0 before the first. `posted` is the account's money, negative where it
    owes; `held` is what open holds have set aside. `last` is when the last entry was written, in UTC. `armed` are the
    warning thresholds that will fire when money falls through them. `solvent` is whether money was above the limit at
    the last entry, and `debt` what must still be paid to end a suspension.

    Save it by compare-and-swap: only where the stored version is still the one that was loaded.

    >>> LedgerHead.opened(Prepaid("USD")).version
    0

    Raises: InvalidValue for parts that can't belong to one account.

    Rule: BAL-5 in docs/reference/balance.md.
    """

    version: int = field(validator=at_least(0))
    policy: BalancePolicy = field(validator=exactly(Prepaid, Postpaid, called="Prepaid or Postpaid"))
    status: Status = field(validator=exactly(Status, called="a Status"))
    posted: Money = field(validator=exactly(Money, called="Money"))
    held: Money = field(validator=exactly(Money, called="Money"))
    last: datetime | None = field(converter=_utc_or_none)
    armed: tuple[bool, ...] = field(validator=tuple_of(bool, called="True or False"))
    solvent: bool = field(validator=exactly(bool, called="True or False"))
    debt: Money | None = field(default=None, validator=exactly(Money, type(None), called="Money or None"))

    def __attrs_post_init__(self) -> None:
        currency, debt = self.policy.currency, self.debt
        checks = {
            "status": self.status is not Status.LIMITED,
            "posted": self.posted.currency == currency,
            "held": self.held.currency == currency and not self.held.is_negative,
            "last": (self.last is None) is (self.version == 0),
            "armed": len(self.armed) == len(self.policy.thresholds),
            "debt": debt is None or (debt.currency == currency and debt.is_positive),
        }
        for name, is_good in checks.items():
            if not is_good:
                raise invalid(Problem(BalanceFault.HEAD_INCONSISTENT, params={"field": name}))

    @classmethod
    def opened(cls, policy: BalancePolicy) -> "LedgerHead":
        """Return the row of an account that nothing has happened to yet: active, without money.

        Rule: BAL-1 in docs/reference/balance.md.
        """
        if type(policy) is not Prepaid and type(policy) is not Postpaid:
            raise invalid(wrong_type("policy", "Prepaid or Postpaid", policy))
        zero = nothing(policy.currency)
        # No temporary limit counts before the first entry: there is no instant to measure it by.
        solvent, armed = _judged(zero, marks_at(policy, _END_OF_TIME))
        return cls(
            version=0, policy=policy, status=Status.ACTIVE, posted=zero, held=zero, last=None, armed=armed,
            solvent=solvent,
        )  # fmt: skip

    @property
    def may_use_services(self) -> bool:
        """Whether the account could use services at its last entry.

        Rule: BAL-2 in docs/reference/balance.md.
        """
        return self.solvent and self.status is Status.ACTIVE

    def balance_at(self, now: datetime, lapsed: Iterable[Hold] = ()) -> Balance:
        """Return how the account stands at `now`, or at its last entry if that is later.

        `lapsed` are the holds that have expired by then but stand open in the host's table: they don't count.

        Rules: BAL-2, BAL-6 in docs/reference/balance.md.
        """
        instant = moment(self, in_utc("now", now))
        if not issubclass(type(lapsed), Iterable):
            raise invalid(wrong_type("lapsed", "an iterable of holds", lapsed))
        held = self.held
        for position, hold in enumerate(lapsed):
            if type(hold) is not Hold:
                raise invalid(wrong_type("a hold", "a Hold", hold).under("lapsed", position))
            if hold.state is HoldState.OPEN and not hold.is_open_at(instant):
                held -= hold.amount
        return self._balance(instant, held, self.policy.limit_at(instant))

    @property
    def balance(self) -> Balance:
        """How the account stood at its last entry.

        Rule: BAL-2 in docs/reference/balance.md.
        """
        limit = self.policy.limit_at(_END_OF_TIME if self.last is None else self.last)
        return self._balance(self.last, self.held, limit)

    def _balance(self, as_of: datetime | None, held: Money, limit: Money | None) -> Balance:
        return Balance(
            as_of=as_of,
            status=self.status,
            posted=self.posted,
            held=held,
            credit_limit=limit,
            available=None if limit is None else self.posted - held + limit,
            may_use_services=self.status is Status.ACTIVE and (limit is None or self.posted > -limit),
        )


# As for Money: slots can be set where attributes are frozen, and what is computed here isn't checked again.
_new: Final = object.__new__
_set_version: Final = LedgerHead.__dict__["version"].__set__
_set_policy: Final = LedgerHead.__dict__["policy"].__set__
_set_status: Final = LedgerHead.__dict__["status"].__set__
_set_posted: Final = LedgerHead.__dict__["posted"].__set__
_set_held: Final = LedgerHead.__dict__["held"].__set__
_set_last: Final = LedgerHead.__dict__["last"].__set__
_set_armed: Final = LedgerHead.__dict__["armed"].__set__
_set_solvent: Final = LedgerHead.__dict__["solvent"].__set__
_set_debt: Final = LedgerHead.__dict__["debt"].__set__


def amount_available(head: LedgerHead, instant: datetime) -> Decimal | None:
    """Return what can be held or charged at `instant`, None for no limit; open holds count, so they must have lapsed.

    Rule: BAL-2 in docs/reference/balance.md.
    """
    floor = marks_at(head.policy, instant).floor
    return None if floor is None else WIDE.subtract(WIDE.subtract(head.posted.amount, head.held.amount), floor)


def sum_of(first: Decimal, second: Decimal, third: Decimal) -> Decimal:
    """Return an exact sum that may be larger than an amount can be."""
    return WIDE.add(WIDE.add(first, second), third)


def moment(head: LedgerHead, instant: datetime) -> datetime:
    """Return when something happens that is asked at `instant`: not before the last entry.

    Rule: BAL-4 in docs/reference/balance.md.
    """
    return instant if head.last is None or instant > head.last else head.last


def advanced(head: LedgerHead, entry: Entry) -> LedgerHead:
    """Return the row after `entry`: the one place that says what an entry does to an account.

    Rule: BAL-5 in docs/reference/balance.md.
    """
    policy, status, debt, posted, held = head.policy, head.status, head.debt, head.posted, head.held
    if entry.declined is None:
        if entry.posted.amount:
            posted += entry.posted
        if entry.held.amount:
            held += entry.held
        operation = entry.operation
        if debt is not None and isinstance(operation, Credit):
            debt = debt - operation.amount if operation.amount < debt else None
            status = Status.ACTIVE if debt is None and status is Status.SUSPENDED else status
        elif isinstance(operation, SetPolicy):
            policy = operation.policy
        elif isinstance(operation, SetStatus):
            status = operation.status
            debt = debt if operation.debt is None else operation.debt
    solvent, armed = head.solvent, head.armed
    if posted is not head.posted or policy is not head.policy or policy.temporary is not None:
        solvent, armed = _judged(posted, marks_at(policy, entry.at))
    after = _new(LedgerHead)
    _set_version(after, entry.number)
    _set_policy(after, policy)
    _set_status(after, status)
    _set_posted(after, posted)
    _set_held(after, held)
    _set_last(after, entry.at)
    _set_armed(after, armed)
    _set_solvent(after, solvent)
    _set_debt(after, debt)
    return after


def events_of(before: LedgerHead, after: LedgerHead) -> tuple[Event, ...]:
    """Return what one entry has brought about besides its own effect, in the order to tell it.

    Rules: BAL-2, BAL-6 in docs/reference/balance.md.
    """
    is_judged_alike = before.armed == after.armed and before.solvent is after.solvent
    if is_judged_alike and before.status is after.status and before.policy is after.policy:
        return ()
    number, posted = after.version, after.posted
    events: list[Event] = [LowBalance(number, threshold, posted) for threshold in _fired(before, after)]
    if before.solvent and not after.solvent:
        events.append(LimitReached(number, posted))
    if before.may_use_services and not after.may_use_services:
        events.append(ServicesStopped(number, after.status))
    if after.may_use_services and not before.may_use_services:
        events.append(ServicesRestored(number))
    return tuple(events)


def _fired(before: LedgerHead, after: LedgerHead) -> Iterator[Threshold]:
    # Another policy may have other thresholds; one that stands in both keeps its state.
    was_armed = dict(zip(before.policy.thresholds, before.armed, strict=True))
    for threshold, is_armed in zip(after.policy.thresholds, after.armed, strict=True):
        if was_armed.get(threshold, False) and not is_armed:
            yield threshold


def _judged(posted: Money, marks: Marks) -> tuple[bool, tuple[bool, ...]]:
    """Return whether money is above the floor, and for each warning threshold whether it isn't there yet."""
    amount, floor, clear = posted.amount, marks.floor, marks.clear
    if clear is None or amount > clear:
        return True, marks.all_armed
    armed = tuple([amount > level if is_reached_at else amount >= level for level, is_reached_at in marks.levels])
    return floor is None or amount > floor, armed
