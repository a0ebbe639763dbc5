"""Lets a call be asked for, and the numbers of the moment be handed in: all that isn't configuration.

Names that callers use are imported from `tenantcore.call_policy`.
"""

from collections.abc import Iterable
from typing import Any, Final

from attrs import Attribute, field, frozen

from tenantcore._call_reasons import CallFault
from tenantcore._discounts import check_class
from tenantcore._validators import exactly, is_text, not_empty, tuple_of, within, wrong_type
from tenantcore.balance import Balance
from tenantcore.errors import Problem, invalid, shown_code
from tenantcore.money import Money
from tenantcore.numbering import CallClass
from tenantcore.rating import AllotmentUse
from tenantcore.trunks import CallUse, Direction, TrunkUse

__all__ = [
    "MAX_CALL_ATTEMPTS",
    "MOST_CHARACTERS_OF_CALL_ID",
    "AllotmentLive",
    "CallRequest",
    "LiveUse",
    "Restrictions",
    "call_classes",
]

MOST_CHARACTERS_OF_CALL_ID: Final = 200
"""How long a call's id may be: the ids of operations that are made from it have 255 characters at most."""
MAX_CALL_ATTEMPTS: Final = 9999
"""How often a decision on one call can be asked for anew."""

_DIRECTION: Final = exactly(Direction, called="a Direction")


def call_classes(_: object, attribute: "Attribute[Any]", value: object) -> None:
    """Accept a frozenset of number classes."""
    if type(value) is not frozenset:
        raise invalid(wrong_type(attribute.name, "a frozenset of number classes", value))
    for call_class in value:
        check_class(attribute.name, call_class)


@frozen
class Restrictions:
    """Which classes of numbers a user or a device can't call.

    What is denied above stays denied below, so a device can only add to what its user has. One thing lifts a device's
    restrictions: a hot desk, where who is logged in counts and not the telephone on the desk.

    >>> from tenantcore.numbering import NumberClass
    >>> toll = Restrictions(frozenset({NumberClass.US_TOLL}))
    >>> Restrictions.of_hot_desk([toll, Restrictions()]).denied  # one of them may
    frozenset()

    Raises: InvalidType for anything but a frozenset of number classes.

    Rule: CALL-4 in docs/reference/call_policy.md.
    """

    denied: frozenset[CallClass] = field(default=frozenset(), validator=call_classes)
    lifts_device: bool = field(default=False, kw_only=True, validator=exactly(bool, called="a bool"))

    @classmethod
    def of_hot_desk(cls, users: "Iterable[Restrictions]") -> "Restrictions":
        """Return what holds on a telephone that several users are logged in to: denied is what all of them are denied.

        Raises:
            InvalidValue: There is no user.
            InvalidType: One of them isn't Restrictions.
        """
        if not issubclass(type(users), Iterable):
            raise invalid(wrong_type("users", "an iterable of Restrictions", users))
        denied: frozenset[CallClass] | None = None
        for user in users:
            if type(user) is not cls:
                raise invalid(wrong_type("a user", "Restrictions", user))
            denied = user.denied if denied is None else denied & user.denied
        if denied is None:
            raise invalid(Problem(CallFault.CALL_HOT_DESK_EMPTY))
        return cls(denied, lifts_device=True)


_RESTRICTIONS_OR_NONE: Final = exactly(Restrictions, type(None), called="Restrictions or None")


def _is_call_id(value: str) -> bool:
    return 0 < len(value) <= MOST_CHARACTERS_OF_CALL_ID and value.isprintable() and value[0] != " " and value[-1] != " "


def _a_call_id(_: object, __: "Attribute[Any]", value: object) -> None:
    if type(value) is not str:
        raise invalid(wrong_type("id", "plain text", value))
    if not _is_call_id(value):
        params: dict[str, str | int] = {"maximum": MOST_CHARACTERS_OF_CALL_ID, "value": shown_code(value)}
        raise invalid(Problem(CallFault.CALL_ID_MALFORMED, params=params))


def _plain(value: str) -> str:
    if not is_text(value):
        raise invalid(wrong_type("number", "text", value))
    return str.__str__(value)  # text of a host's own kind may break whoever reads it


@frozen
class CallRequest:
    """A call that is about to begin, from a carrier or to one.

    `number` is the one that is called, as it was dialled or in E.164; garbage is a number of the class UNKNOWN.
    `attempt` counts how often this call was asked for: claims of one attempt are repeated without harm, those of the
    next are new ones. What `user` and `device` are denied counts for outbound calls.

    >>> CallRequest("call-1", Direction.OUTBOUND, "4158867900").attempt
    1

    Raises:
        InvalidValue: The id isn't 1 to 200 printable characters, or the attempt isn't 1 to 9999.
        InvalidType: A part is of another type.

    Rule: CALL-1 in docs/reference/call_policy.md.
    """

    id: str = field(validator=_a_call_id)
    direction: Direction = field(validator=_DIRECTION)
    number: str = field(converter=_plain)
    user: Restrictions | None = field(default=None, kw_only=True, validator=_RESTRICTIONS_OR_NONE)
    device: Restrictions | None = field(default=None, kw_only=True, validator=_RESTRICTIONS_OR_NONE)
    attempt: int = field(default=1, kw_only=True, validator=within(1, MAX_CALL_ATTEMPTS))


@frozen(kw_only=True)
class AllotmentLive:
    """How much of one allotment is used and held at the moment, by the tenant and by the others of its group.

    Rule: CALL-1 in docs/reference/call_policy.md.
    """

    name: str = field(validator=not_empty)
    use: AllotmentUse = field(validator=exactly(AllotmentUse, called="an AllotmentUse"))
    group: tuple[AllotmentUse, ...] = field(default=(), validator=tuple_of(AllotmentUse, called="AllotmentUses"))


@frozen(kw_only=True)
class LiveUse:
    """The numbers of the moment: what a host reads for each call, none of it configuration.

    `available` is what can be held for a call, None without a limit; `may_use_services` is the balance's answer.
    Neither has a default: funds nobody looked up would be spent. The asked call isn't counted in any number, and
    `calls.number_calls` is that of the number called. An allotment whose use is left out is unused; `authorize` refuses
    uses of allotments that the profile doesn't have.

    Raises:
        InvalidValue: An allotment has two uses.
        InvalidType: A part is of another type.

    Rule: CALL-1 in docs/reference/call_policy.md.
    """

    available: Money | None = field(validator=exactly(Money, type(None), called="Money or None"))
    may_use_services: bool = field(validator=exactly(bool, called="a bool"))
    trunks: TrunkUse = field(default=TrunkUse(), validator=exactly(TrunkUse, called="a TrunkUse"))
    calls: CallUse = field(default=CallUse(), validator=exactly(CallUse, called="a CallUse"))
    allotments: tuple[AllotmentLive, ...] = field(
        default=(), validator=tuple_of(AllotmentLive, called="AllotmentLive values")
    )

    def __attrs_post_init__(self) -> None:
        if len(self.allotments) > 1:
            names: set[str] = set()
            for position, live in enumerate(self.allotments):
                if live.name in names:
                    params: dict[str, str | int] = {"position": position}
                    raise invalid(Problem(CallFault.CALL_ALLOTMENT_LIVE_REPEATED, ("allotments", position), params))
                names.add(live.name)

    @classmethod
    def of_balance(
        cls,
        balance: Balance,
        *,
        trunks: TrunkUse = TrunkUse(),  # noqa: B008 - immutable
        calls: CallUse = CallUse(),  # noqa: B008 - immutable
        allotments: tuple[AllotmentLive, ...] = (),
    ) -> "LiveUse":
        """Return the numbers of a moment whose funds are those of a balance.

        Raises: As the class.
        """
        if type(balance) is not Balance:
            raise invalid(wrong_type("balance", "a Balance", balance))
        return cls(
            available=balance.available,
            may_use_services=balance.may_use_services,
            trunks=trunks,
            calls=calls,
            allotments=allotments,
        )
