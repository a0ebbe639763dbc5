"""What the library says, in the words of the second books.

Amounts are in units, instants in microseconds, and reasons are names, each with what it tells.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    BalancePolicy,
    Capture,
    Credit,
    Debit,
    Declined,
    Entry,
    Event,
    Expire,
    FundsBelow,
    Grant,
    Hold,
    HoldExpired,
    Lapse,
    LimitReached,
    LowBalance,
    NextSlice,
    Operation,
    Outcome,
    Overage,
    Prepaid,
    Recorded,
    Release,
    Reserve,
    ServicesRestored,
    ServicesStopped,
    SetPolicy,
    SetStatus,
    Threshold,
)
from tenantcore.errors import Problem
from tenantcore.money import Money
from tests import ledger_model as model
from tests.clocks import EPOCH, MICROSECOND

PLACES = 36
UNIT: int = 10**PLACES
CENT = UNIT // 100
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def units(amount: Money) -> int:
    """An amount in the smallest units that there are, so that every amount is a whole number."""
    numerator, denominator = amount.amount.as_integer_ratio()
    whole, rest = divmod(numerator * UNIT, denominator)
    assert rest == 0
    return whole


def money(amount: int, currency: str, *, padded: bool = False) -> Money:
    """The amount that so many units are, written as short as can be, or with all its decimals."""
    whole, fraction = divmod(abs(amount), UNIT)
    text = f"{'-' if amount < 0 else ''}{whole}.{fraction:0{PLACES}}"
    return Money(text if padded else text.rstrip("0").rstrip("."), currency)


def micros(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND


def instant_of(at: int) -> datetime:
    return EPOCH + at * MICROSECOND


def warning_of(threshold: Threshold) -> tuple[str, int]:
    return ("below", units(threshold.amount)) if isinstance(threshold, FundsBelow) else ("used", threshold.percent)


def terms_of(policy: BalancePolicy) -> model.Terms:
    limit, lift = policy.credit_limit, policy.temporary
    return model.Terms(
        prepaid=isinstance(policy, Prepaid),
        limit=None if limit is None else units(limit),
        lift_amount=None if lift is None or lift.amount is None else units(lift.amount),
        lift_percent=None if lift is None else lift.percent,
        lift_until=None if lift is None else micros(lift.until),
        warnings=tuple(map(warning_of, policy.thresholds)),
        skew=policy.clock_skew // MICROSECOND,
    )


def micros_or_none(instant: datetime | None) -> int | None:
    return None if instant is None else micros(instant)


def asked_of(operation: Operation) -> model.Asked:  # noqa: PLR0911 - one for each kind
    """What an operation asks for, as the second books take it."""
    name = operation.id
    match operation:
        case Credit():
            return model.Asked(kind="credit", id=name, amount=units(operation.amount), reference=operation.reference)
        case Debit():
            return model.Asked(
                kind="debit",
                id=name,
                amount=units(operation.amount),
                record=operation.overage is Overage.RECORD,
                reference=operation.reference,
            )
        case Reserve():
            part = _slice_of(operation)
            return model.Asked(kind="reserve", id=name, amount=part.amount, until=part.until, up_to=part.up_to)
        case Capture():
            return model.Asked(
                kind="capture",
                id=name,
                hold=operation.hold,
                amount=None if operation.amount is FULL else units(operation.amount),
                record=operation.overage is Overage.RECORD,
                then=None if operation.then is None else _slice_of(operation.then),
            )
        case Release():
            return model.Asked(kind="release", id=name, hold=operation.hold)
        case Expire():
            return model.Asked(kind="expire", id=name)
        case SetPolicy():
            return model.Asked(kind="policy", id=name, terms=terms_of(operation.policy))
        case SetStatus():
            debt = None if operation.debt is None else units(operation.debt)
            return model.Asked(kind="status", id=name, status=operation.status.value, debt=debt)


def _slice_of(wanted: Reserve | NextSlice) -> model.Slice:
    return model.Slice(units(wanted.amount), micros_or_none(wanted.expires_at), wanted.grant is Grant.UP_TO)


# What a reason tells besides its code, by the kind of what it tells.
_AMOUNTS_TOLD = {
    "FUNDS_INSUFFICIENT": ("amount", "available"),
    "CREDIT_LIMIT_EXCEEDED": ("amount", "available"),
    "AMOUNT_EXCEEDS_HOLD": ("amount", "held"),
    "DEBT_UNSETTLED": ("owed",),
    "SUSPENDED_FOR_DEBT": ("debt",),
}
_INSTANTS_TOLD = {"HOLD_EXPIRED": ("expires_at",), "HOLD_EXPIRY_PAST": ("expires_at", "at")}
_NUMBERS_TOLD = {"CLOCK_BEHIND": ("seconds", "allowed")}
_HOLDS_TOLD = {"HOLD_NOT_FOUND", "HOLD_CAPTURED", "HOLD_RELEASED", "HOLD_EXPIRED"}


def reason_of(problem: Problem | None) -> model.Reason | None:
    if problem is None:
        return None
    name, told = problem.code.name, problem.params
    assert problem.sentence
    assert problem.remedy
    return (
        name,
        *(str(told["hold"]).strip("'") for _ in (name,) if name in _HOLDS_TOLD),
        *(units(Money.parse(str(told[key]))) for key in _AMOUNTS_TOLD.get(name, ())),
        *(micros(datetime.fromisoformat(str(told[key]))) for key in _INSTANTS_TOLD.get(name, ())),
        *(int(told[key]) for key in _NUMBERS_TOLD.get(name, ())),
    )


def line_of(entry: Entry) -> model.Line:
    operation = entry.operation
    return model.Line(
        number=entry.number,
        at=micros(entry.at),
        asked=operation.hold if isinstance(operation, Lapse) else asked_of(operation),
        posted=units(entry.posted),
        held=units(entry.held),
        granted=None if entry.granted is None else units(entry.granted),
        reason=reason_of(entry.declined),
        slice_reason=reason_of(entry.slice_declined),
    )


def held_of(hold: Hold) -> model.Held:
    return model.Held(
        id=hold.id,
        amount=units(hold.amount),
        placed=micros(hold.placed_at),
        until=micros_or_none(hold.expires_at),
        state=hold.state.value,
        captured=None if hold.captured is None else units(hold.captured),
        ended=micros_or_none(hold.ended_at),
    )


def event_of(event: Event) -> model.Event:
    match event:
        case LowBalance():
            return ("low", event.entry, warning_of(event.threshold), units(event.posted))
        case LimitReached():
            return ("limit", event.entry, units(event.posted))
        case ServicesStopped():
            return ("stopped", event.entry, event.status.value)
        case ServicesRestored():
            return ("restored", event.entry)
        case HoldExpired():
            return ("expired", event.entry, held_of(event.hold))


def events_of(events: Iterable[Event]) -> tuple[model.Event, ...]:
    return tuple(map(event_of, events))


def answer_of(outcome: Outcome) -> model.Answer:
    """What an outcome says, as the second books say it."""
    line = None if outcome.entry is None else line_of(outcome.entry)
    match outcome:
        case Recorded():
            return model.Answer("recorded", None, line, events_of(outcome.events))
        case AlreadyRecorded():
            return model.Answer("repeated", None, line)
        case Declined():
            return model.Answer("declined", reason_of(outcome.reason), line, events_of(outcome.events))
