"""What the ledger's tests ask for: wishes that aim at edges.

A wish is resolved when its turn comes: "one unit more than is available", "a microsecond before the hold expires". So
a drawn script keeps hitting the edges wherever the account has got to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore.balance import (
    FULL,
    BalancePolicy,
    Capture,
    Credit,
    CreditOnPrepaid,
    Debit,
    Expire,
    Full,
    FundsBelow,
    Grant,
    LimitUsed,
    NextSlice,
    Operation,
    Overage,
    Postpaid,
    Prepaid,
    Release,
    Reserve,
    SetPolicy,
    SetStatus,
    TemporaryLimit,
)
from tenantcore.money import Money
from tenantcore.status import Status
from tests import ledger_model as model
from tests.clocks import HOUR, MICROSECOND, MINUTE, SECOND
from tests.ledger_readings import CENT, START, UNIT, instant_of, micros, money, units

Base = tuple[str, int]
T = TypeVar("T")

_SUMS = {"zero": 0, "fine": 1, "sub-cent": UNIT // 10**6, "cent": CENT, "few": 3 * UNIT, "ten": 10 * UNIT,
         "hundred": 100 * UNIT, "huge": 10**27 * UNIT}  # fmt: skip
_MOST = 10**28 * UNIT
_MICROS = {span: span // MICROSECOND for span in (MICROSECOND, SECOND, MINUTE, HOUR)}


@dataclass(frozen=True, kw_only=True)
class PolicyWish:
    prepaid: bool
    limit: Base | None = None
    lift: tuple[str, int] | None = None
    lasts: int = 0
    warnings: tuple[tuple[str, int], ...] | None = None
    skew: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody will ask for, before it is known how the account will stand then.

    Besides the kinds of operations there are "again", an earlier operation in other words; "other", something else
    under the id of an earlier one; and "sweep".
    """

    kind: str
    amount: Base = ("cent", 0)
    when: Base = ("last", 0)
    until: Base | None = None
    pick: int = 0
    record: bool = False
    up_to: bool = False
    full: bool = False
    then: "Wish | None" = None
    policy: PolicyWish | None = None
    status: Status = Status.ACTIVE
    debt: bool = False
    reference: str | None = None


class _Dice:
    """Choices by the bytes of one draw: a draw for each would take longer than all the rest."""

    def __init__(self, data: bytes) -> None:
        self._rolls = iter(data)

    def pick(self, cases: Sequence[T]) -> T:
        return cases[next(self._rolls, 0) % len(cases)]


def _often(*cases: tuple[int, T]) -> tuple[T, ...]:
    return tuple(case for weight, case in cases for _ in range(weight))


_KINDS = _often(
    (6, "credit"), (6, "debit"), (8, "reserve"), (8, "capture"), (2, "release"), (1, "expire"), (2, "policy"),
    (2, "status"), (3, "again"), (1, "other"), (1, "sweep"),
)  # fmt: skip
_BASES = _often(
    (6, "few"), (3, "ten"), (4, "cent"), (1, "hundred"), (2, "sub-cent"), (2, "fine"), (1, "huge"), (1, "zero"),
    (4, "available"), (2, "limit"), (8, "hold"), (1, "owed"), (3, "warning"),
)  # fmt: skip
_PAYMENTS = _often(
    (3, "hundred"), (2, "ten"), (1, "huge"), (2, "owed"), (1, "few"), (1, "cent"), (1, "sub-cent"), (1, "fine"),
    (1, "warning"), (1, "limit"),
)  # fmt: skip
_SHIFTS = _often((6, 0), (1, CENT), (1, -CENT), (1, 1), (1, -1))
_LIMITS: tuple[Base | None, ...] = (
    None, ("ten", 0), ("ten", CENT), ("hundred", 0), ("zero", 0), ("cent", 0), ("sub-cent", 0), ("huge", 0),
    ("owed", 0), ("owed", CENT), ("owed", -CENT), ("used", 0), ("used", -CENT), None,
)  # fmt: skip
_WHENS: tuple[Base, ...] = _often(
    (7, ("last", 0)), (3, ("last", 1)), (3, ("last", _MICROS[SECOND])), (1, ("last", _MICROS[MINUTE])),
    (1, ("last", _MICROS[HOUR])), (1, ("last", -1)), (1, ("last", -_MICROS[SECOND])), (1, ("expiry", -1)),
    (2, ("expiry", 0)), (1, ("expiry", 1)), (1, ("lift", -1)), (1, ("lift", 0)), (1, ("lift", 1)), (1, ("skew", 0)),
    (1, ("skew", 1)), (1, ("skew", -1)),
)  # fmt: skip
_UNTILS: tuple[Base | None, ...] = _often(
    (3, ("at", 10 * _MICROS[SECOND])), (2, ("at", _MICROS[SECOND])), (2, ("at", _MICROS[MINUTE])),
    (2, ("at", _MICROS[HOUR])), (2, ("at", 1)), (1, ("at", 0)), (1, ("at", -1)), (3, ("same", 0)), (2, None),
)  # fmt: skip
_LIFTS = (None, None, ("amount", 10 * UNIT), ("amount", CENT), ("amount", 10**27 * UNIT), ("percent", 50),
          ("percent", 1), ("percent", 1000))  # fmt: skip
_STATUSES = _often((6, Status.ACTIVE), (6, Status.SUSPENDED), (2, Status.BLOCKED), (1, Status.CLOSED))
_LASTS = (*_MICROS.values(), 0, -1)
_WARNINGS = (("below", 5 * UNIT), ("below", 3 * UNIT), ("below", CENT), ("used", 50), ("used", 100), ("used", 1))
_WARNED = (None, (), *((one,) for one in _WARNINGS), _WARNINGS[:3], _WARNINGS[1:5], _WARNINGS[::-1], _WARNINGS)
_SKEWS = (5 * MINUTE, MICROSECOND, timedelta(0))
_ROLLS_OF_A_WISH = 24

WHENS = st.sampled_from(_WHENS)


def policies() -> SearchStrategy[PolicyWish]:
    return st.binary(min_size=8, max_size=8).map(lambda data: _policy_wish(_Dice(data)))


def scripts(*kinds: str, length: int = 4) -> SearchStrategy[list[Wish]]:
    """So many wishes of some kinds, or of any."""
    size = _ROLLS_OF_A_WISH * length

    def read(data: bytes) -> list[Wish]:
        rolls = (data[at : at + _ROLLS_OF_A_WISH] for at in range(0, len(data), _ROLLS_OF_A_WISH))
        return [_wish(_Dice(each), kinds or _KINDS) for each in rolls]

    return st.binary(min_size=size, max_size=size).map(read)


def wishes(*kinds: str) -> SearchStrategy[Wish]:
    return scripts(*kinds, length=1).map(lambda script: script[0])


def long_script(seed: object, length: int) -> tuple[PolicyWish, list[Wish]]:
    """A script that a seed stands for: of all kinds evenly, which searching for failures isn't."""
    rolls = (sha256(f"{seed} {number}".encode()).digest() for number in range(length))
    return _policy_wish(_Dice(sha256(f"{seed}".encode()).digest())), [_wish(_Dice(each), _KINDS) for each in rolls]


def _wish(dice: _Dice, kinds: Sequence[str]) -> Wish:
    kind = dice.pick(kinds)
    bases = _PAYMENTS if kind == "credit" else _BASES
    when, amount, until = dice.pick(_WHENS), (dice.pick(bases), dice.pick(_SHIFTS)), dice.pick(_UNTILS)
    pick, up_to = dice.pick(range(64)), dice.pick((False, True))
    record, full, debt = dice.pick((False, False, True)), dice.pick((False, False, True)), dice.pick((False, True))
    then = None
    if kind == "capture" and dice.pick((False, True)):
        next_amount = (dice.pick(_BASES), dice.pick(_SHIFTS))
        then = Wish(kind="slice", amount=next_amount, until=dice.pick(_UNTILS), up_to=dice.pick((False, True)))
    return Wish(
        kind=kind,
        amount=amount,
        when=when,
        until=until,
        pick=pick,
        record=record,
        up_to=up_to,
        full=full,
        then=then,
        policy=_policy_wish(dice) if kind == "policy" else None,
        status=dice.pick(_STATUSES),
        debt=debt,
        reference=dice.pick((None, "payment-1")),
    )


def _policy_wish(dice: _Dice) -> PolicyWish:
    return PolicyWish(
        prepaid=dice.pick((True, False)),
        limit=dice.pick(_LIMITS),
        lift=dice.pick(_LIFTS),
        lasts=dice.pick(_LASTS),
        warnings=dice.pick(_WARNED),
        skew=dice.pick(_SKEWS),
    )


def resolved_amount(wish: Base, books: model.Books, at: int, hold: model.Held | None = None) -> int:
    base, shift = wish
    limit = books.terms.limit_at(books.instant(at)) or 0
    warned = [number for kind, number in books.terms.warnings if kind == "below"]
    amount = {
        **_SUMS,
        "available": books.available(at) or 0,
        "limit": limit,
        "hold": 0 if hold is None else hold.amount,
        "owed": max(0, -books.posted),
        "used": max(0, books.held - books.posted),
        # What would leave just what the warning is about.
        "warning": books.posted + limit - (warned[0] if warned else 0),
    }[base]
    return max(0, min(amount, _MOST) + shift)


def resolved_instant(wish: Base, books: model.Books) -> int:
    base, shift = wish
    last = micros(START) if books.last is None else books.last
    if base == "skew":
        return last - books.terms.skew + shift
    if base == "expiry":
        ends = [hold.until for hold in books.open_holds() if hold.until is not None]
        return min(ends, default=last) + shift
    if base == "lift" and books.terms.lift_until is not None:
        return books.terms.lift_until + shift
    return last + shift


def resolved_policy(wish: PolicyWish, currency: str, books: model.Books | None, at: int) -> BalancePolicy:
    """The policy wished for, without what can't stand together."""
    limit = 0 if wish.limit is None else _resolved_limit(wish.limit, books, at)
    temporary = None
    if wish.limit is not None and wish.lift is not None and (wish.lift[0] == "amount" or limit):
        until = instant_of(at + wish.lasts)
        if wish.lift[0] == "percent":
            temporary = TemporaryLimit(until=until, percent=wish.lift[1])
        else:
            temporary = TemporaryLimit(until=until, amount=money(wish.lift[1], currency))
    thresholds = tuple(
        FundsBelow(money(number, currency)) if kind == "below" else LimitUsed(number)
        for kind, number in wish.warnings or ()
        if limit or (wish.prepaid and kind == "below")
    )
    credit_limit = None if wish.limit is None else money(limit, currency)
    if not wish.prepaid:
        return Postpaid(
            currency, credit_limit=credit_limit, temporary=temporary, thresholds=thresholds, clock_skew=wish.skew
        )
    allowed = CreditOnPrepaid.REFUSED if credit_limit is None else CreditOnPrepaid.ALLOWED
    if wish.warnings is None:  # what the library warns of by itself
        return Prepaid(
            currency, credit_limit=credit_limit, credit_on_prepaid=allowed, temporary=temporary, clock_skew=wish.skew
        )
    return Prepaid(
        currency,
        credit_limit=credit_limit,
        credit_on_prepaid=allowed,
        temporary=temporary,
        thresholds=thresholds,
        clock_skew=wish.skew,
    )


def _resolved_limit(wish: Base, books: model.Books | None, at: int) -> int:
    base, shift = wish
    limit = max(0, _SUMS.get(base, 0) + shift) if books is None else resolved_amount(wish, books, at)
    return limit - limit % 10**4  # so that a percentage of it is a whole number of units


def operation_of(  # noqa: PLR0911 - one for each kind
    wish: Wish, name: str, books: model.Books, currency: str, at: int
) -> Operation:
    """Make the operation that a wish comes to when the books stand like this."""
    hold = _picked(wish.pick, books)
    amount = resolved_amount(wish.amount, books, at, books.holds.get(hold))
    some = money(amount or CENT, currency)
    until = _resolved_until(wish.until, books, at)
    grant = Grant.UP_TO if wish.up_to else Grant.EXACT
    overage = Overage.RECORD if wish.record else Overage.DECLINE
    match wish.kind:
        case "credit":
            return Credit(name, some, reference=wish.reference)
        case "debit":
            return Debit(name, some, overage=overage, reference=wish.reference)
        case "reserve":
            return Reserve(name, some, expires_at=until, grant=grant)
        case "capture":
            used: Money | Literal[Full.FULL] = FULL if wish.full else money(amount, currency)
            then = None if wish.then is None else _next_slice(wish.then, books, currency, at)
            return Capture(name, hold=hold, amount=used, overage=overage, then=then)
        case "release":
            return Release(name, hold=hold)
        case "expire":
            return Expire(name)
        case "policy":
            assert wish.policy is not None
            return SetPolicy(name, resolved_policy(wish.policy, currency, books, at))
        case _:
            debt = some if wish.debt and wish.status is Status.SUSPENDED else None
            return SetStatus(name, wish.status, debt=debt)


def _next_slice(wish: Wish, books: model.Books, currency: str, at: int) -> NextSlice:
    amount = money(resolved_amount(wish.amount, books, at) or CENT, currency)
    grant = Grant.UP_TO if wish.up_to else Grant.EXACT
    return NextSlice(amount, expires_at=_resolved_until(wish.until, books, at), grant=grant)


def _picked(number: int, books: model.Books) -> str:
    """An open hold as a rule; seldom one that has ended, or none."""
    names = [hold.id for hold in books.open_holds()] * 3 + list(books.holds)
    return "missing" if number == _NO_HOLD or not names else names[number % len(names)]


_NO_HOLD = 63


def _resolved_until(wish: Base | None, books: model.Books, at: int) -> datetime | None:
    if wish is None:
        return None
    ends = [hold.until for hold in books.holds.values() if hold.until is not None]
    if wish[0] == "same" and ends:
        return instant_of(ends[-1])
    return instant_of(books.instant(at) + wish[1])


_ELSEWHERE = ZoneInfo("Asia/Kathmandu")


def respelled(operation: Operation) -> Operation:
    """The same operation in other words: amounts with all their decimals, instants by a clock elsewhere."""

    def again(value: object) -> object:
        if isinstance(value, Money):
            return money(units(value), value.currency, padded=True)
        if isinstance(value, datetime):
            return value.astimezone(_ELSEWHERE)
        if isinstance(value, NextSlice | TemporaryLimit | FundsBelow | Prepaid | Postpaid):
            return rebuilt(value)
        return tuple(map(again, value)) if isinstance(value, tuple) else value

    def rebuilt(value: attrs.AttrsInstance) -> object:
        return type(value)(
            **{each.name: again(getattr(value, each.name)) for each in attrs.fields(type(value)) if each.init}
        )

    made = rebuilt(operation)
    assert isinstance(made, type(operation))
    return made


def changed(operation: Operation, how: int) -> Operation:
    """Another operation under the same id."""
    others: Sequence[Operation]
    name = operation.id
    match operation:
        case Credit(amount=amount, reference=reference):
            others = (
                Credit(name, amount + amount, reference=reference),
                Credit(name, amount, reference="another"),
                Debit(name, amount, reference=reference),
            )
        case Debit(amount=amount, overage=overage, reference=reference):
            other = Overage.DECLINE if overage is Overage.RECORD else Overage.RECORD
            others = (
                Debit(name, amount + amount, overage=overage, reference=reference),
                Debit(name, amount, overage=other, reference=reference),
                Credit(name, amount, reference=reference),
            )
        case Reserve(amount=amount, expires_at=until, grant=grant):
            other_grant = Grant.EXACT if grant is Grant.UP_TO else Grant.UP_TO
            others = (
                Reserve(name, amount + amount, expires_at=until, grant=grant),
                Reserve(name, amount, expires_at=(until or START) + MICROSECOND, grant=grant),
                Reserve(name, amount, expires_at=until, grant=other_grant),
            )
        case Capture(hold=hold, amount=used, overage=overage, then=then):
            other = Overage.DECLINE if overage is Overage.RECORD else Overage.RECORD
            others = (
                Capture(name, hold="another", amount=used, overage=overage, then=then),
                Capture(name, hold=hold, amount=used, overage=other, then=then),
                Release(name, hold=hold),
            )
        case Release(hold=hold):
            others = (Release(name, hold="another"), Capture(name, hold=hold, amount=FULL), Expire(name))
        case Expire():
            others = (Release(name, hold="another"),)
        case SetPolicy(policy=policy):
            others = (SetPolicy(name, attrs.evolve(policy, clock_skew=policy.clock_skew + SECOND)), Expire(name))
        case SetStatus(status=status):
            others = (SetStatus(name, Status.BLOCKED if status is Status.ACTIVE else Status.ACTIVE), Expire(name))
    return others[how % len(others)]
