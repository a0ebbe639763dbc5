"""Lets you hold calls to hard limits beside trunks: in all, through carriers, and to one number.

Names that callers use are imported from `tenantcore.trunks`.
"""

import enum
import re
from typing import Any, Final

from attrs import Attribute, field, frozen

from tenantcore._counted_limits import NO_LIMIT, a_count, a_limit, a_threshold
from tenantcore._trunk_use import Direction, check_direction
from tenantcore._validators import is_text, tuple_of, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid

__all__ = ["CallGuard", "CallLimits", "CallUse", "HardLimit", "NumberCap", "NumberCapFault"]

# E.164: a country code that doesn't begin with 0, and 15 digits at most.
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{1,14}")
_INBOUND: Final = Direction.INBOUND


@enum.unique
class NumberCapFault(Code):
    """What can be wrong with the caps of numbers."""

    NUMBER_CAP_MALFORMED = (
        Kind.MALFORMED,
        "TRK-2",
        "the number of a cap must be + and 2 to 15 digits, the first of them not 0",
        "write the number in international form, without spaces",
    )
    NUMBER_CAP_REPEATED = (
        Kind.CONFLICT,
        "TRK-2",
        "the cap at position {position} (counted from 0) is for a number that has one already",
        "remove one of the two",
    )
    CALLED_NUMBER_MALFORMED = (
        Kind.MALFORMED,
        "TRK-2",
        "the called number must be digits, with a plus sign in front or none",
        "hand in what DialPlan.normalize gives, or None where the number doesn't matter",
    )


class HardLimit(enum.Enum):
    """Which hard limit refuses a call.

    Rule: TRK-2 in docs/reference/trunks.md.
    """

    CALLS = "calls"
    """On calls of any kind."""
    CARRIER_CALLS = "carrier_calls"
    """On calls through a carrier."""
    NUMBER_CALLS = "number_calls"
    """On inbound calls to one number."""

    def __str__(self) -> str:
        return str(self.value)


@frozen(kw_only=True)
class CallUse:
    """How many calls there are at the moment, the asked one not included.

    `calls` are all of them, `carrier_calls` those through a carrier, and `number_calls` the inbound ones to the number
    that the asked call is for. Each is from 0 to `MAX_USE`.

    Raises:
        InvalidValue: A number is negative or above `MAX_USE`.
        InvalidType: One is no whole number.

    Rule: TRK-2 in docs/reference/trunks.md.
    """

    calls: int = field(default=0, validator=a_count)
    carrier_calls: int = field(default=0, validator=a_count)
    number_calls: int = field(default=0, validator=a_count)


@frozen(kw_only=True)
class CallGuard:
    """When one more call keeps to the hard limits, as inequalities that a store evaluates in one step.

    Each counter has to be below its number, which is from 0 (no call may start) to `NO_LIMIT` (there is no limit).

    Raises:
        InvalidValue: A number is negative or above `NO_LIMIT`.
        InvalidType: One is no whole number.

    Rule: TRK-2 in docs/reference/trunks.md.
    """

    calls_below: int = field(validator=a_threshold)
    carrier_calls_below: int = field(validator=a_threshold)
    number_calls_below: int = field(validator=a_threshold)

    def holds(self, use: CallUse) -> bool:
        """Whether a call keeps to the limits: the same as that `CallLimits.reached` names none.

        Raises: InvalidType when it is no use.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        _check_use(use)
        return (
            use.calls < self.calls_below
            and use.carrier_calls < self.carrier_calls_below
            and use.number_calls < self.number_calls_below
        )


_set_calls_below: Final[Any] = CallGuard.__dict__["calls_below"].__set__
_set_carrier_calls_below: Final[Any] = CallGuard.__dict__["carrier_calls_below"].__set__
_set_number_calls_below: Final[Any] = CallGuard.__dict__["number_calls_below"].__set__


def _check_use(use: object) -> None:
    if type(use) is not CallUse:
        raise invalid(wrong_type("use", "a CallUse", use))


def _a_number(_: object, __: "Attribute[Any]", value: Any) -> None:
    if not is_text(value):
        raise invalid(wrong_type("number", "text", value))
    if _NUMBER.fullmatch(str.__str__(value)) is None:
        raise invalid(Problem(NumberCapFault.NUMBER_CAP_MALFORMED))


def _plain(value: str) -> str:
    # Text of a host's own kind may break whoever compares it; what is no text is refused by the validator.
    return str.__str__(value) if is_text(value) else value


@frozen(kw_only=True)
class NumberCap:
    """How many inbound calls one number may have at a time: 0 is none, None no limit.

    The number is in E.164: a plus sign and 2 to 15 digits, the first no zero. As it is dialled it would never be met.

    Raises:
        InvalidValue: The number is written otherwise, or the limit is negative or above `MAX_LIMIT`.
        InvalidType: One is of another type.

    Rule: TRK-2 in docs/reference/trunks.md.
    """

    number: str = field(converter=_plain, validator=_a_number)
    calls: int | None = field(validator=a_limit)


@frozen(kw_only=True)
class CallLimits:
    """Hard limits on calls at a time, which hold beside trunks and for calls that take none: 0 is none, None no limit.

    `number_calls` caps the inbound calls to any one number, so that none of them eats all trunks; `numbers` have caps
    of their own instead.

    >>> limits = CallLimits(calls=2, numbers=(NumberCap(number="+14155550100", calls=1),))
    >>> limits.reached(CallUse(calls=1, number_calls=1), Direction.INBOUND, number="+14155550100")
    <HardLimit.NUMBER_CALLS: 'number_calls'>

    Raises:
        InvalidValue: A limit is negative or above `MAX_LIMIT`, or a number has two caps.
        InvalidType: One is of another type.

    Rule: TRK-2 in docs/reference/trunks.md.
    """

    calls: int | None = field(default=None, validator=a_limit)
    carrier_calls: int | None = field(default=None, validator=a_limit)
    number_calls: int | None = field(default=None, validator=a_limit)
    numbers: tuple[NumberCap, ...] = field(default=(), validator=tuple_of(NumberCap, called="NumberCaps"))
    _caps: dict[str, int | None] = field(init=False, repr=False, eq=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        for position, cap in enumerate(self.numbers):
            if cap.number in self._caps:
                raise invalid(Problem(NumberCapFault.NUMBER_CAP_REPEATED, params={"position": position}))
            # Asked for with the plus sign, mostly, and without.
            self._caps[cap.number] = self._caps[cap.number[1:]] = cap.calls

    def cap_of(self, number: str | None) -> int | None:
        """Return how many inbound calls a number may have at a time; None is no limit.

        `number` is in international form, as in the caps, with a plus sign or without; None, or one without its own
        cap, has the cap of any. Digits as they are dialled, without the country code, meet no cap.

        >>> limits = CallLimits(number_calls=5, numbers=(NumberCap(number="+14155550100", calls=1),))
        >>> [limits.cap_of(number) for number in ("+14155550100", "14155550100", "4155550100", None)]
        [1, 1, 5, 5]

        Raises:
            InvalidValue: It isn't digits, with a plus sign in front or none.
            InvalidType: It isn't text.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        if number is None:
            return self.number_calls
        if not is_text(number):
            raise invalid(wrong_type("number", "text or None", number))
        text = str.__str__(number)
        if text in self._caps:
            return self._caps[text]
        if not (text.isascii() and text.removeprefix("+").isdigit()):
            raise invalid(Problem(NumberCapFault.CALLED_NUMBER_MALFORMED))
        return self.number_calls

    def reached(
        self, use: CallUse, direction: Direction, *, number: str | None = None, through_carrier: bool = True
    ) -> HardLimit | None:
        """Return the first limit that one more call would exceed: calls, calls through carriers, calls to the number.

        `number` is the one called, as `cap_of` takes it. An outbound call has no cap by its number, and one that goes
        through no carrier isn't held to the limit on those that do.

        Raises:
            InvalidValue: The number isn't digits, with a plus sign in front or none.
            InvalidType: One is of another type.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        _check_use(use)
        calls, carrier_calls, number_calls = self._limits(direction, number, through_carrier=through_carrier)
        if calls is not None and use.calls >= calls:
            return HardLimit.CALLS
        if carrier_calls is not None and use.carrier_calls >= carrier_calls:
            return HardLimit.CARRIER_CALLS
        if number_calls is not None and use.number_calls >= number_calls:
            return HardLimit.NUMBER_CALLS
        return None

    def guard(self, direction: Direction, *, number: str | None = None, through_carrier: bool = True) -> CallGuard:
        """Return the same question as inequalities, for a store that has to ask it and count the call in one step.

        Raises:
            InvalidValue: The number isn't digits, with a plus sign in front or none.
            InvalidType: One is of another type.

        Rule: TRK-2 in docs/reference/trunks.md.
        """
        calls, carrier_calls, number_calls = self._limits(direction, number, through_carrier=through_carrier)
        # Parts computed here need no checks; a frozen value's slots can be assigned, its attributes can't.
        guard = object.__new__(CallGuard)
        _set_calls_below(guard, NO_LIMIT if calls is None else calls)
        _set_carrier_calls_below(guard, NO_LIMIT if carrier_calls is None else carrier_calls)
        _set_number_calls_below(guard, NO_LIMIT if number_calls is None else number_calls)
        return guard

    def _limits(
        self, direction: Direction, number: str | None, *, through_carrier: bool
    ) -> tuple[int | None, int | None, int | None]:
        """Return the three limits that a call is held to."""
        check_direction(direction)
        if type(through_carrier) is not bool:
            raise invalid(wrong_type("through_carrier", "a bool", through_carrier))
        cap = self.cap_of(number)
        return (
            self.calls,
            self.carrier_calls if through_carrier else None,
            cap if direction is _INBOUND else None,
        )
