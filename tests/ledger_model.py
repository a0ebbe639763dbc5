"""A second set of books to judge the ledger by: double entry, in whole numbers, with no code of the library in it.

Every amount leaves one place and arrives at another: the world outside, the tenant's purse, what one hold has set
aside, usage. What the library calls posted is the purse and all holds together; what it calls held is the holds; what
can be spent is what lies in the purse above the floor.

Amounts are whole numbers of the smallest unit, instants whole microseconds, and reasons their names, each with the
numbers that it tells.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace

__all__ = [
    "PURSE",
    "USAGE",
    "WORLD",
    "Answer",
    "Asked",
    "Books",
    "Event",
    "Held",
    "Line",
    "Reason",
    "Slice",
    "Terms",
    "ask_together",
]

WORLD, PURSE, USAGE = "world", "purse", "usage"

Reason = tuple[str | int, ...]
Event = tuple[object, ...]
Move = tuple[str, str, int]

_NOT_ON_RECORD = {"OPERATION_DIFFERS", "CLOCK_BEHIND", "HOLD_EXPIRY_PAST"}
_SECOND = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How an account is controlled; a lift raises the limit until an instant, by an amount or a percentage."""

    prepaid: bool
    limit: int | None = None
    lift_amount: int | None = None
    lift_percent: int | None = None
    lift_until: int | None = None
    warnings: tuple[tuple[str, int], ...] = ()
    skew: int = 0

    def limit_at(self, at: int | None) -> int | None:
        """What may be owed; before anything has happened there is no instant, and no lift."""
        limit = self.limit
        if limit is not None and self.lift_until is not None and at is not None and at < self.lift_until:
            if self.lift_amount is not None:
                return limit + self.lift_amount
            assert self.lift_percent is not None
            lift, rest = divmod(limit * self.lift_percent, 100)
            assert rest == 0, "the unit is too coarse for this percentage"
            return limit + lift
        return 0 if limit is None and self.prepaid else limit


@dataclass(frozen=True)
class Slice:
    amount: int
    until: int | None
    up_to: bool


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asked for; the amount of a capture is None for all that is held."""

    kind: str
    id: str
    amount: int | None = None
    reference: str | None = None
    record: bool = False
    until: int | None = None
    up_to: bool = False
    hold: str | None = None
    then: Slice | None = None
    terms: Terms | None = None
    status: str | None = None
    debt: int | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the journal; `asked` is the hold's id where a hold has expired."""

    number: int
    at: int
    asked: Asked | str
    posted: int
    held: int
    granted: int | None
    reason: Reason | None
    slice_reason: Reason | None


@dataclass(frozen=True, kw_only=True)
class Held:
    id: str
    amount: int
    placed: int
    until: int | None
    state: str = "open"
    captured: int | None = None
    ended: int | None = None


@dataclass(frozen=True)
class Answer:
    """`kind` is recorded, repeated or declined; `line` is what stands on record for it; `told` are its events."""

    kind: str
    reason: Reason | None
    line: Line | None
    told: tuple[Event, ...] = ()


@dataclass(frozen=True)
class _Standing:
    warnings: tuple[tuple[str, int], ...]
    low: frozenset[tuple[str, int]]
    above_floor: bool
    status: str

    @property
    def serves(self) -> bool:
        return self.above_floor and self.status == "active"


@dataclass
class Books:
    """One account."""

    terms: Terms
    status: str = "active"
    debt: int = 0
    lines: list[Line] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=lambda: {WORLD: 0, PURSE: 0, USAGE: 0})
    holds: dict[str, Held] = field(default_factory=dict)
    known: dict[str, Line] = field(default_factory=dict)
    last: int | None = None
    count: int = 0

    def __post_init__(self) -> None:
        self._where: dict[str, str] = {}  # in which place the money of a hold lies
        self._ends: dict[str, int] = {}  # how often a place of a hold was emptied
        self.standing = self._judged(None)

    @property
    def held(self) -> int:
        return sum(amount for place, amount in self.places.items() if place.startswith("hold "))

    @property
    def posted(self) -> int:
        return self.places[PURSE] + self.held

    def available(self, at: int) -> int | None:
        """What can be spent at an instant, or at the last line if that is later: expired holds count as purse."""
        instant = self.instant(at)
        limit = self.terms.limit_at(instant)
        return None if limit is None else self.places[PURSE] + sum(hold.amount for hold in self.due(instant)) + limit

    def serves(self, at: int) -> bool:
        limit = self.terms.limit_at(self.instant(at))
        return self.status == "active" and (limit is None or self.posted + limit > 0)

    def instant(self, now: int) -> int:
        return now if self.last is None else max(now, self.last)

    def open_holds(self) -> list[Held]:
        return [hold for hold in self.holds.values() if hold.state == "open"]

    def due(self, at: int) -> list[Held]:
        """The open holds that have expired by an instant, at exactly their expiry too; the first to expire first."""
        due = [(hold.until, hold.placed, hold.id) for hold in self.open_holds() if hold.until is not None]
        return [self.holds[name] for until, _, name in sorted(due) if until <= at]

    def ask(self, asked: Asked, now: int, refusal: Reason | None = None) -> Answer:
        """Decide and write down; with `refusal` what is new is declined for it."""
        line = self.known.get(asked.id)
        if line is not None:
            if line.asked != asked:
                return Answer("declined", ("OPERATION_DIFFERS",), line)
            return Answer("repeated" if line.reason is None else "declined", line.reason, line)
        at = self.instant(now)
        if at - now > self.terms.skew:
            behind, allowed = (-(-span // _SECOND) for span in (at - now, self.terms.skew))
            return Answer("declined", ("CLOCK_BEHIND", behind, allowed), None)
        if asked.kind == "reserve" and asked.until is not None and asked.until <= at:
            return Answer("declined", ("HOLD_EXPIRY_PAST", asked.until, at), None)
        told = self.sweep(at)
        reason = refusal if refusal is not None else next(self._objections(asked, at), None)
        events, line = self._write(asked, at, reason)
        return Answer("recorded" if reason is None else "declined", reason, line, (*told, *events))

    def sweep(self, now: int) -> tuple[Event, ...]:
        """Write down which holds have expired."""
        told: list[Event] = []
        for hold in self.due(now):
            start = len(self.moves)
            self._settle(hold, 0, replace(hold, state="expired", ended=now))
            events, line = self._line(hold.id, now, start)
            told += (("expired", line.number, self.holds[hold.id]), *events)
        return tuple(told)

    def forget(self, before: int) -> int:
        """Lose ids and ended holds from before an instant; what holds money stays. Return how many lines went."""
        holding = {hold.id for hold in self.open_holds()}
        lost = [line for line in self.lines if line.at < before and _name(line) not in holding]
        self.lines = [line for line in self.lines if line not in lost]
        self.known = {name: line for name, line in self.known.items() if line not in lost}
        self.holds = {hold.id: hold for hold in self.holds.values() if hold.ended is None or hold.ended >= before}
        return len(lost)

    def check(self) -> None:
        """Conservation: nothing is made or lost, moves and places agree, and a hold is emptied once at most."""
        counted = dict.fromkeys(self.places, 0)
        for source, target, amount in self.moves:
            assert amount >= 0
            counted[source] -= amount
            counted[target] += amount
        assert counted == self.places
        assert sum(self.places.values()) == 0
        assert self.posted == -self.places[WORLD] - self.places[USAGE]
        for hold in self.holds.values():
            place = self._where[hold.id]
            assert self.places[place] == (hold.amount if hold.state == "open" else 0)
            assert self._ends.get(place, 0) == (0 if hold.state == "open" else 1)

    def _objections(self, asked: Asked, at: int) -> Iterator[Reason]:
        """Yield why not, in the order of BAL-4: hold, amount against it, its state, status, conversion, funds."""
        if asked.kind in {"capture", "release"}:
            hold = self.holds.get(str(asked.hold))
            if hold is None:
                yield ("HOLD_NOT_FOUND", str(asked.hold))
                return
            if asked.amount is not None and asked.amount > hold.amount and not asked.record:
                yield ("AMOUNT_EXCEEDS_HOLD", asked.amount, hold.amount)
            if hold.state == "expired":
                yield ("HOLD_EXPIRED", hold.id, hold.until or 0)
            elif hold.state != "open":
                yield (f"HOLD_{hold.state.upper()}", hold.id)
            return  # what was promised is settled, whatever the status and the funds
        if asked.kind in {"credit", "policy", "status"} and self.status == "closed":
            yield ("ACCOUNT_CLOSED",)
        if asked.kind == "status" and self.debt and (asked.status == "active" or 0 < (asked.debt or 0) < self.debt):
            yield ("SUSPENDED_FOR_DEBT", self.debt)
        if asked.kind == "policy":
            yield from self._against_terms(asked.terms)
        if asked.kind == "reserve" or (asked.kind == "debit" and not asked.record):
            assert asked.amount is not None
            yield from self._against_spending(asked.amount, at, up_to=asked.up_to)

    def _against_terms(self, terms: Terms | None) -> Iterator[Reason]:
        assert terms is not None
        if self.terms.prepaid and not terms.prepaid and terms.limit is None:
            yield ("CREDIT_LIMIT_NEEDED",)
        if terms.prepaid and not self.terms.prepaid and self.posted < 0:
            yield ("DEBT_UNSETTLED", -self.posted)

    def _against_spending(self, amount: int, at: int, *, up_to: bool) -> Iterator[Reason]:
        if self.status != "active":
            yield (f"ACCOUNT_{self.status.upper()}",)
        available = self.available(at)
        if available is not None and (available <= 0 if up_to else available < amount):
            code = "FUNDS_INSUFFICIENT" if self.terms.prepaid else "CREDIT_LIMIT_EXCEEDED"
            yield (code, amount, max(available, 0))

    def _write(self, asked: Asked, at: int, reason: Reason | None) -> tuple[tuple[Event, ...], Line]:
        start = len(self.moves)
        granted, slice_reason = None, None
        if reason is None:
            granted, slice_reason = self._carried_out(asked, at)
        events, line = self._line(asked, at, start, granted=granted, reason=reason, slice_reason=slice_reason)
        self.known[asked.id] = line
        return events, line

    def _carried_out(self, asked: Asked, at: int) -> tuple[int | None, Reason | None]:
        amount = asked.amount or 0
        match asked.kind:
            case "credit":
                self._move(WORLD, PURSE, amount)
                owed, self.debt = self.debt, max(0, self.debt - amount)
                if owed and not self.debt and self.status == "suspended":
                    self.status = "active"
            case "debit":
                self._move(PURSE, USAGE, amount)
            case "reserve":
                return self._set_aside(asked.id, Slice(amount, asked.until, asked.up_to), at), None
            case "capture":
                return self._captured(asked, at)
            case "release":
                hold = self.holds[str(asked.hold)]
                self._settle(hold, 0, replace(hold, state="released", ended=at))
            case "policy":
                assert asked.terms is not None
                self.terms = asked.terms
            case "status":
                self.status, self.debt = str(asked.status), asked.debt or self.debt
        return None, None

    def _captured(self, asked: Asked, at: int) -> tuple[int | None, Reason | None]:
        hold = self.holds[str(asked.hold)]
        used = hold.amount if asked.amount is None else asked.amount
        self._settle(hold, used, replace(hold, state="captured", captured=used, ended=at))
        then = asked.then
        if then is None:
            return None, None
        if then.until is not None and then.until <= at:
            return None, ("HOLD_EXPIRY_PAST", then.until, at)
        for reason in self._against_spending(then.amount, at, up_to=then.up_to):
            return None, reason
        return self._set_aside(asked.id, then, at), None

    def _set_aside(self, name: str, wanted: Slice, at: int) -> int:
        available = self.available(at)
        amount = wanted.amount if available is None or not wanted.up_to else min(wanted.amount, available)
        place = f"hold {name} of line {len(self.moves)}"  # an id that was forgotten may come again
        self.places[place] = 0
        self._move(PURSE, place, amount)
        self._where[name] = place
        self.holds[name] = Held(id=name, amount=amount, placed=at, until=wanted.until)
        return amount

    def _settle(self, hold: Held, used: int, ended: Held) -> None:
        """Empty a hold: what was used of it leaves, the rest goes back; usage beyond it comes out of the purse."""
        place = self._where[hold.id]
        self._ends[place] = self._ends.get(place, 0) + 1
        self._move(place, USAGE, min(used, hold.amount))
        self._move(place, PURSE, hold.amount - min(used, hold.amount))
        self._move(PURSE, USAGE, max(0, used - hold.amount))
        self.holds[hold.id] = ended

    def _move(self, source: str, target: str, amount: int) -> None:
        self.moves.append((source, target, amount))
        self.places[source] -= amount
        self.places[target] += amount

    def _line(
        self,
        asked: Asked | str,
        at: int,
        start: int,
        *,
        granted: int | None = None,
        reason: Reason | None = None,
        slice_reason: Reason | None = None,
    ) -> tuple[tuple[Event, ...], Line]:
        """Write a line for the moves since `start`, and find what it brought about."""
        moves = self.moves[start:]
        self.count += 1
        line = Line(
            number=self.count,
            at=at,
            asked=asked,
            posted=_gain(moves, {PURSE}, "hold "),
            held=_gain(moves, set(), "hold "),
            granted=granted,
            reason=reason,
            slice_reason=slice_reason,
        )
        self.lines.append(line)
        self.last = at
        before, self.standing = self.standing, self._judged(at)
        return tuple(self._told(before, line.number)), line

    def _judged(self, at: int | None) -> _Standing:
        limit = self.terms.limit_at(at)
        low = frozenset(warning for warning in self.terms.warnings if self._is_low(warning, limit))
        return _Standing(self.terms.warnings, low, limit is None or self.posted + limit > 0, self.status)

    def _is_low(self, warning: tuple[str, int], limit: int | None) -> bool:
        kind, number = warning
        if kind == "below":
            return limit is not None and self.posted + limit < number
        assert self.terms.limit is not None
        return -self.posted * 100 >= self.terms.limit * number

    def _told(self, before: _Standing, number: int) -> Iterator[Event]:
        after = self.standing
        for warning in after.warnings:
            if warning in before.warnings and warning in after.low - before.low:
                yield ("low", number, warning, self.posted)
        if before.above_floor and not after.above_floor:
            yield ("limit", number, self.posted)
        if before.serves and not after.serves:
            yield ("stopped", number, self.status)
        if after.serves and not before.serves:
            yield ("restored", number)


def _name(line: Line) -> str | None:
    return line.asked.id if isinstance(line.asked, Asked) else None


def _gain(moves: Sequence[Move], places: set[str], prefix: str) -> int:
    """By how much some places together gained."""

    def counts(place: str) -> bool:
        return place in places or place.startswith(prefix)

    return sum(amount * (counts(target) - counts(source)) for source, target, amount in moves)


def ask_together(accounts: Sequence[tuple[Books, Asked]], now: int) -> list[Answer]:
    """Decide one thing on each of several accounts: all of them happen, or none does."""
    tried = [deepcopy(books).ask(asked, now) for books, asked in accounts]
    if all(answer.kind != "declined" for answer in tried):
        return [books.ask(asked, now) for books, asked in accounts]
    linked: Reason = ("LINKED_DECLINED",)
    if any(answer.reason is not None and answer.reason[0] in _NOT_ON_RECORD for answer in tried):
        return [
            answer if (answer.reason is not None and answer.reason[0] in _NOT_ON_RECORD) or asked.id in books.known
            else Answer("declined", linked, None)
            for answer, (books, asked) in zip(tried, accounts, strict=True)
        ]  # fmt: skip
    return [
        books.ask(asked, now, linked if answer.kind == "recorded" else answer.reason)
        for answer, (books, asked) in zip(tried, accounts, strict=True)
    ]
