"""What a host must carry out, as data."""

import pickle
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError

from tenantcore.contacts import EmailAddress, PersonName
from tenantcore.effects import (
    CancelClosing,
    DisableLogin,
    Effect,
    InviteOwner,
    PublishDns,
    RecordPayment,
    RefundPayment,
    RemoveTenant,
    ScheduleClosing,
    StoreTenant,
    Task,
    Undoing,
)
from tenantcore.errors import InvalidType, InvalidValue
from tenantcore.money import Money
from tenantcore.organization import Owner
from tenantcore.realm import Realm, RealmPolicy
from tests.test_tenant import ACME

ANN = Owner(name=PersonName(given="Ann", family="Lee"), email=EmailAddress(local="ann", domain="example.net"))
TEN = Money("10", "USD")
NEEDS = RealmPolicy(suffix="s.logicom.center").records_needed()
TASKS: tuple[Task, ...] = (
    StoreTenant(ACME),
    PublishDns(ACME.realm, NEEDS),
    RecordPayment("r-1/initial-payment", TEN),
    InviteOwner(ANN),
    ScheduleClosing(datetime(2026, 4, 1, 5, tzinfo=UTC)),
)
UNDOINGS: tuple[Undoing, ...] = (
    RemoveTenant(), RefundPayment("r-1/initial-payment", TEN), DisableLogin(ANN), CancelClosing(),
)  # fmt: skip
STORE = Effect(id="r-1/store-tenant", task=StoreTenant(ACME))


class TestEffect:
    """An effect has its id, what it depends on and its undoing (ONB-1)."""

    def test_every_task_and_every_undoing_is_met_here(self) -> None:
        assert {type(task) for task in TASKS} == set(get_args(Task))
        assert {type(undoing) for undoing in UNDOINGS} == set(get_args(Undoing))

    @pytest.mark.parametrize("task", TASKS)
    @pytest.mark.parametrize("undoing", [None, *UNDOINGS])
    def test_is_a_value(self, task: Task, undoing: Undoing | None) -> None:
        effect = Effect(id="r-1/x", task=task, depends_on=("r-1/y",), compensation=undoing)
        assert {effect, pickle.loads(pickle.dumps(effect))} == {effect}  # noqa: S301 - our own bytes

    def test_depends_on_nothing_and_leaves_nothing_to_undo_unless_said(self) -> None:
        assert Effect(id="r-1/store-tenant", task=StoreTenant(ACME), depends_on=(), compensation=None) == STORE

    def test_never_changes(self) -> None:
        with pytest.raises(FrozenInstanceError):
            STORE.id = "r-2"  # type: ignore[misc]  # what must not pass

    def test_its_parts_are_named(self) -> None:
        with pytest.raises(TypeError):
            Effect("r-1", StoreTenant(ACME))  # type: ignore[call-arg]  # what must not pass

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("id", ""), ("id", 5), ("id", None), ("task", None), ("task", "store"), ("task", RemoveTenant()),
            ("task", StoreTenant), ("depends_on", "r-1/y"), ("depends_on", ["r-1/y"]), ("depends_on", (1,)),
            ("compensation", "remove"), ("compensation", StoreTenant(ACME)), ("compensation", RemoveTenant),
        ],
    )  # fmt: skip
    def test_other_types_are_refused(self, name: str, value: Any) -> None:
        with pytest.raises(InvalidValue, match=f"{name} must"):
            evolve(STORE, **{name: value})


class TestTasks:
    """Tasks and undoings hold what they are carried out with, of the right types (X-2)."""

    @pytest.mark.parametrize(
        ("kind", "values", "name"),
        [
            (StoreTenant, (None,), "tenant"),
            (PublishDns, ("acme.example.com", NEEDS), "realm"),
            (PublishDns, (Realm("acme.example.com"), list(NEEDS)), "records"),
            (PublishDns, (Realm("acme.example.com"), ("A",)), "records"),
            (RecordPayment, ("", TEN), "operation_id"),
            (RecordPayment, (None, TEN), "operation_id"),
            (RecordPayment, ("r-1", "10.00"), "amount"),
            (RefundPayment, (7, TEN), "operation_id"),
            (RefundPayment, ("r-1", 10), "amount"),
            (InviteOwner, ("ann@example.net",), "owner"),
            (DisableLogin, (None,), "owner"),
            (ScheduleClosing, ("2026-04-01T05:00:00Z",), "at"),
        ],
    )
    def test_other_types_are_refused(self, kind: type, values: tuple[Any, ...], name: str) -> None:
        with pytest.raises(InvalidValue, match=f"{name} must"):
            kind(*values)

    def test_a_closing_is_at_an_instant(self) -> None:
        with pytest.raises(InvalidValue, match="at has no UTC offset"):
            ScheduleClosing(datetime(2026, 4, 1, 5, tzinfo=UTC).replace(tzinfo=None))

    def test_a_wrong_type_is_a_type_error_too(self) -> None:
        with pytest.raises(InvalidType):
            InviteOwner(None)  # type: ignore[arg-type]  # what an untyped caller may do
