"""Lets it be decided whether a call may begin: the checks in their order, for the account and for its reseller.

Names that callers use are imported from `tenantcore.call_policy`.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Final

from tenantcore._allotment_uses import counted
from tenantcore._allotments import held_for, start_and_left
from tenantcore._call_building import admitted, allotment_claim, call_claim, funds_claim, refused, trunk_claim
from tenantcore._call_claims import AllotmentClaim, Claim, Decision, lease_end
from tenantcore._call_lines import OF_ACCOUNT, OF_RESELLER, Lines
from tenantcore._call_profiles import (
    CallProfile,
    EmergencyCalls,
    allotment_names_of,
    call_guard_of,
    trunk_guard_of,
    way_of,
)
from tenantcore._call_reasons import CallFault, CallGrant, CallRefusal, CallStep, Payer, line
from tenantcore._call_requests import CallRequest, LiveUse
from tenantcore._validators import in_utc, wrong_type
from tenantcore.errors import Problem, invalid, shown
from tenantcore.money import Money
from tenantcore.numbering import CallClass, NumberClass
from tenantcore.rating import Allotment, AllotmentUse, Rate
from tenantcore.status import Status
from tenantcore.trunks import Direction, HardLimit

__all__ = ["authorize"]

_PAIR: Final = 2
_MOST_SLICES: Final = 4096
_UNUSED: Final = AllotmentUse()

# Looking a member up in its class costs as much as a check.
_ACCOUNT: Final = Payer.ACCOUNT
_RESELLER: Final = Payer.RESELLER
_OUTBOUND: Final = Direction.OUTBOUND
_EMERGENCY: Final = NumberClass.EMERGENCY
_PROTECTED: Final = EmergencyCalls.PROTECTED
_ACTIVE: Final = Status.ACTIVE
_LIMITED: Final = Status.LIMITED
_CLOSED: Final = Status.CLOSED


def authorize(
    request: CallRequest,
    account: tuple[CallProfile, LiveUse],
    *,
    reseller: tuple[CallProfile, LiveUse] | None,
    now: datetime,
) -> Decision:
    """Decide whether a call may begin, by what, and tell every check.

    The account is asked first, then its reseller, each by its own profile and its own numbers; None says that there
    is no reseller. For each, the first that applies: its status; a protected call for help; a restriction of the
    called number's class, for outbound calls; another call for help; limits on calls; a class that is carried for
    nothing; included minutes; a trunk; funds, if it may make calls per minute. What nothing carries is refused.

    Whether a call is for help is told by the account's dial plan, in either direction: such a call takes nothing that
    a store could refuse. Nothing is taken here: an admitted call says what the host has to take.

    >>> from datetime import UTC
    >>> from tenantcore.trunks import TrunkLimits
    >>> profile = CallProfile(currency="USD", trunk_limits=TrunkLimits(twoway=10))
    >>> live = LiveUse(available=Money("0", "USD"), may_use_services=True)
    >>> now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    >>> request = CallRequest("call-1", Direction.OUTBOUND, "011442071838750")
    >>> print(authorize(request, (profile, live), reseller=None, now=now).reason.sentence)
    nothing else carries the call, and the tenant may not make calls that are charged per minute

    Raises:
        InvalidType: An argument is of another type.
        InvalidValue: `now` is no aware instant, or a lease would end after the year 9999; an allotment that the call
            may use has no use, and another that the profile doesn't have has one; or an amount has more digits than
            one can have.

    Rules: CALL-1, CALL-2, CALL-3, CALL-4, TRK-3 in docs/reference/call_policy.md.
    """
    if type(request) is not CallRequest:
        raise invalid(wrong_type("request", "a CallRequest", request))
    profile, live = _pair("account", account)
    above = None if reseller is None else _pair("reseller", reseller)
    instant = in_utc("now", now)
    plan = profile.plan
    number = plan.normalize(request.number)
    call_class = NumberClass.UNKNOWN if number is None else plan.classify(number)
    told: tuple[list[Problem], list[Claim], list[Claim]] = ([], [], [])
    # The word is the platform's: where profiles differ, a call for help is never blocked.
    protects = profile.emergency is _PROTECTED or (above is not None and above[0].emergency is _PROTECTED)
    question = _Question(OF_ACCOUNT, profile, live, request, number, call_class, instant, told, protects)
    is_admitted = question.is_admitted()
    if above is None or not is_admitted:
        return question.decision(is_admitted=is_admitted)
    profile, live = above
    # Short codes and calls for help are what the account's plan says; other plans have other ones.
    if profile.plan is not plan and call_class is not _EMERGENCY and number is not None and number[0] == "+":
        classified = profile.plan.classify(number)
        if classified is not _EMERGENCY:
            call_class = classified
    question = _Question(OF_RESELLER, profile, live, request, number, call_class, instant, told, protects)
    return question.decision(is_admitted=question.is_admitted())


def _pair(name: str, pair: object) -> tuple[CallProfile, LiveUse]:
    if type(pair) is not tuple or len(pair) != _PAIR:
        raise invalid(wrong_type(name, "a pair of CallProfile and LiveUse", pair))
    profile, live = pair
    if type(profile) is not CallProfile:
        raise invalid(wrong_type("profile", "a CallProfile", profile).under(name))
    if type(live) is not LiveUse:
        raise invalid(wrong_type("live", "a LiveUse", live).under(name))
    return profile, live


class _Question:
    """One payer, asked for one call: what the checks look at, what they tell, and what they want taken."""

    __slots__ = (
        "call_class", "claims", "direction", "funds", "instant", "lines", "live", "number", "profile",
        "protects", "request", "stem", "trace", "until", "way",
    )  # fmt: skip

    stem: str
    """What the ids of this payer's claims begin with."""
    until: datetime
    """When this payer's leases end."""

    def __init__(  # noqa: PLR0917 - built for every call
        self,
        lines: Lines,
        profile: CallProfile,
        live: LiveUse,
        request: CallRequest,
        number: str | None,
        call_class: CallClass,
        instant: datetime,
        told: "tuple[list[Problem], list[Claim], list[Claim]]",
        protects: bool,  # noqa: FBT001 - as the others
    ) -> None:
        self.protects = protects
        self.lines = lines
        self.profile = profile
        self.live = live
        self.request = request
        self.number = number
        self.call_class = call_class
        self.instant = instant
        self.direction = request.direction
        self.way = way_of(profile, request.direction, call_class)
        self.trace, self.claims, self.funds = told

    def is_admitted(self) -> bool:
        """Make the checks in their order until one decides."""
        tell = self.trace.append
        for check in _CHECKS_OF_HELP if self.call_class is _EMERGENCY else _CHECKS:
            found = check(self)
            tell(found)
            table = type(found.code)
            if table is not CallStep:
                return table is CallGrant
        found = _charged(self)
        tell(found)
        return type(found.code) is CallGrant

    def decision(self, *, is_admitted: bool) -> Decision:
        """Return what was found, funds to be taken last: both accounts' in one step."""
        trace = tuple(self.trace)
        return admitted((*self.claims, *self.funds), trace) if is_admitted else refused(trace[-1], trace)


def _status(asked: _Question) -> Problem:
    """Closed: nothing; blocked and suspended: calls for help; limited: those and inbound ones."""
    status = asked.profile.status_of(asked.live)
    if status is not _ACTIVE:
        if status is _CLOSED:
            return asked.lines.closed
        if asked.call_class is not _EMERGENCY:
            if status is not _LIMITED:
                return asked.lines.stopped[status]
            if asked.direction is _OUTBOUND:
                return asked.lines.limited
    return asked.lines.allowed[status]


def _not_for_help(asked: _Question) -> Problem:
    return asked.lines.not_for_help


def _protected_emergency(asked: _Question) -> Problem:
    return asked.lines.emergency if asked.protects else asked.lines.restrictable


def _restriction(asked: _Question) -> Problem:
    """What the account denies stays denied, then what the user does; a hot desk lifts what the device would."""
    if asked.direction is not _OUTBOUND:
        return asked.lines.inbound
    call_class, payer = asked.call_class, asked.lines.payer
    if asked.way.is_denied:
        return line(CallRefusal.CALL_RESTRICTED_BY_ACCOUNT, payer, word=call_class.word, payer=payer.value)
    # The account's users and devices are no business of the reseller's.
    if payer is _ACCOUNT:
        user, device = asked.request.user, asked.request.device
        if user is not None and call_class in user.denied:
            return line(CallRefusal.CALL_RESTRICTED_BY_USER, payer, word=call_class.word)
        if device is not None and call_class in device.denied and not (user is not None and user.lifts_device):
            return line(CallRefusal.CALL_RESTRICTED_BY_DEVICE, payer, word=call_class.word)
    return asked.way.unrestricted[asked.lines.place]


def _other_emergency(asked: _Question) -> Problem:
    return asked.lines.emergency


def _hard_limits(asked: _Question) -> Problem:
    """Count the call too; a call for help never comes here, so that no store can refuse it."""
    profile, lines, number, use = asked.profile, asked.lines, asked.number, asked.live.calls
    guard = call_guard_of(profile, asked.direction, number)
    # The guard says the same as the limits and is at hand; only who is over them is asked for the first.
    if not (
        use.calls < guard.calls_below
        and use.carrier_calls < guard.carrier_calls_below
        and use.number_calls < guard.number_calls_below
    ):
        reached = profile.call_limits.reached(use, asked.direction, number=number)
        return lines.reached[reached or HardLimit.CALLS]
    asked.stem = f"{asked.request.id}/{asked.request.attempt}{lines.suffix}"
    asked.until = lease_end(asked.instant, profile.lease)
    counted = None if asked.direction is _OUTBOUND else number
    asked.claims.append(call_claim(lines.payer, asked.stem, counted, guard, asked.until, profile.lease_seconds))
    return lines.kept


def _unmetered(asked: _Question) -> Problem:
    if asked.way.is_unmetered:
        return line(CallGrant.CALL_BY_CLASS, asked.lines.payer, word=asked.call_class.word)
    return asked.lines.metered


def _allotment(asked: _Question) -> Problem:
    """The first of the allotments for this call that has seconds left; each that has none is told."""
    allotments = asked.way.allotments
    if not allotments:
        return asked.lines.no_allotment
    place, last = asked.lines.place, len(allotments) - 1
    found = asked.lines.no_allotment
    for position, (allotment, used, used_up) in enumerate(allotments):
        claim = _allotment_claim(asked, allotment)
        if claim is not None:
            asked.claims.append(claim)
            return used[place]
        found = used_up[place]
        if position < last:
            asked.trace.append(found)
    return found


def _allotment_claim(asked: _Question, allotment: Allotment) -> AllotmentClaim | None:
    profile = asked.profile
    use = _UNUSED
    group: tuple[AllotmentUse, ...] = ()
    for live in asked.live.allotments:
        if live.name == allotment.name:
            use, group = live.use, live.group
            break
    else:
        _check_names(asked)
    timezone = profile.timezone or ""
    start, left = start_and_left(allotment, use, asked.instant, timezone, group)
    seconds, covered = held_for(allotment, profile.slice_seconds, left)
    if not covered:
        return None
    used, held = counted(use, start)
    total = left + used + held  # what the others of a group have is gone from it
    return allotment_claim(
        asked.lines.payer, asked.stem, allotment, timezone, start, seconds, total, covered, asked.until,
        profile.slice_seconds, profile.lease_seconds,
    )  # fmt: skip


def _check_names(asked: _Question) -> None:
    """Refuse a use that no allotment has, where one has none: under a misspelt name it would be unused for ever."""
    known = allotment_names_of(asked.profile)
    for position, live in enumerate(asked.live.allotments):
        if live.name not in known:
            path = (asked.lines.payer.value, "allotments", position)
            raise invalid(Problem(CallFault.CALL_ALLOTMENT_UNKNOWN, path, {"allotment": shown(live.name)}))


def _trunk(asked: _Question) -> Problem:
    """Trunks carry calls to some classes, by the called number in both directions: inbound, too."""
    way = asked.way
    if not way.may_take_trunk:
        return way.other_class[asked.lines.place]
    profile, direction = asked.profile, asked.direction
    trunk = profile.trunk_limits.admit(asked.live.trunks, direction)
    if trunk is None:
        return asked.lines.none_free[direction]
    guard = trunk_guard_of(profile, direction)
    asked.claims.append(
        trunk_claim(asked.lines.payer, asked.stem, direction, trunk, guard, asked.until, profile.lease_seconds)
    )
    return asked.lines.trunk[trunk]


def _per_minute(asked: _Question) -> Problem:
    if asked.number is None:
        return asked.lines.unreadable
    return asked.lines.per_minute if asked.profile.allows_per_minute else asked.lines.not_per_minute


def _charged(asked: _Question) -> Problem:
    """A rate for the number, then funds for the first slice; who owes begins no call, even one that costs nothing."""
    profile, payer, available = asked.profile, asked.lines.payer, asked.live.available
    rate = _rate(asked)
    if rate is None:
        return asked.lines.no_rate
    cost, found, grant = _priced(rate, profile.slice_seconds, payer)
    asked.trace.append(found)
    if available is not None:
        if available.currency != cost.currency:
            return line(CallRefusal.CALL_CURRENCIES_DIFFER, payer, rate=cost.currency, funds=available.currency)
        if available.amount < cost.amount:
            params: dict[str, str | int] = {
                "seconds": profile.slice_seconds,
                "amount": str(cost),
                "available": str(available),
            }
            return Problem(CallRefusal.CALL_FUNDS_INSUFFICIENT, (payer.value,), params)
    asked.funds.append(
        funds_claim(payer, asked.stem, cost, rate, asked.until, profile.slice_seconds, profile.lease_seconds)
    )
    return grant


def _rate(asked: _Question) -> Rate | None:
    profile, number = asked.profile, asked.number
    # A short code has no rate, and a deck takes the long ones for numbers whose + was lost.
    if number is None or number[0] != "+":
        return None
    for deck in profile.decks:
        row = deck.find(number, at=asked.instant, direction=asked.direction)
        if row is not None:
            return profile.discounts.applied(row.rate, asked.call_class) if profile.discounts.rows else row.rate
    return None


# The order of CALL-1. A check tells one line; the table of its code says whether the next one follows. A call for help
# never gets to limits, trunks or funds, and any other has to get by them, up to the charge that ends it.
_CHECKS_OF_HELP: Final[tuple[Callable[[_Question], Problem], ...]] = (
    _status,
    _protected_emergency,
    _restriction,
    _other_emergency,
)
_CHECKS: Final[tuple[Callable[[_Question], Problem], ...]] = (
    _status,
    _not_for_help,
    _restriction,
    _hard_limits,
    _unmetered,
    _allotment,
    _trunk,
    _per_minute,
)


# Calls go to the same few destinations at the same few rates.
@lru_cache(maxsize=_MOST_SLICES)
def _priced(rate: Rate, seconds: int, payer: Payer) -> tuple[Money, Problem, Problem]:
    """Return what the first slice costs, and the lines that tell of the rate and of the funds for it."""
    cost = rate.cost(seconds)
    found = line(CallStep.CALL_RATE_FOUND, payer, per_minute=str(rate.per_minute))
    return cost, found, line(CallGrant.CALL_BY_MINUTE, payer, seconds=seconds, amount=str(cost))
