"""The rules of `tenantcore.documents`: what is written is read back, and nothing else is read."""

import enum
import importlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final, assert_type, cast

import pytest
from attrs import AttrsInstance, fields
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore import _code_tables
from tenantcore._document_codecs import INSTANT, SPAN
from tenantcore.balance import (
    FULL,
    AlreadyRecorded,
    Capture,
    Credit,
    CreditOnPrepaid,
    Debit,
    Declined,
    DeclineReason,
    Entry,
    Expire,
    FundsBelow,
    Grant,
    Hold,
    HoldExpired,
    HoldState,
    Lapse,
    Ledger,
    LedgerHead,
    LimitReached,
    LimitUsed,
    LowBalance,
    NextSlice,
    NoTopUp,
    NoTopUpReason,
    Opening,
    Operation,
    Overage,
    Postpaid,
    Prepaid,
    Recorded,
    Release,
    Reserve,
    ServicesRestored,
    ServicesStopped,
    SetPolicy,
    SetStatus,
    TemporaryLimit,
    TopUp,
    TopUpRule,
)
from tenantcore.documents import KINDS, VERSION, DocumentFault, dump, load
from tenantcore.errors import Code, InvalidType, InvalidValue, Kind, Problem
from tenantcore.money import Money, MoneyFault
from tenantcore.status import Status
from tenantcore.testing import amounts
from tests.call_values import CALL_EXAMPLES, DISCOUNTS, PROFILE, ROW
from tests.document_paths import at, exact, objects, refused, replaced, spots
from tests.strangers import MEGABYTE, REPEATED, HostileKey, HostileText, TrickyDict, Word, anything, long_text, nested
from tests.test_architecture import modules
from tests.vector_files import cases

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER: Final = NOON + timedelta(minutes=1, microseconds=500_000)


def usd(amount: str) -> Money:
    return Money(amount, "USD")


RAISED: Final = TemporaryLimit(until=LATER, percent=50)
LENT: Final = Prepaid(
    "USD",
    credit_limit=usd("10.00"),
    credit_on_prepaid=CreditOnPrepaid.ALLOWED,
    temporary=TemporaryLimit(until=LATER, amount=usd("2.5")),
    thresholds=(LimitUsed(80), FundsBelow(usd("5.00"))),
    clock_skew=timedelta(seconds=1, microseconds=500),
)
OWING: Final = Postpaid("USD", credit_limit=usd("100"), temporary=RAISED, thresholds=(LimitUsed(100),))
UNKNOWN_HOLD: Final = Problem(DeclineReason.HOLD_NOT_FOUND, ("calls", 3), {"hold": "'op-9'"})
CREDIT: Final = Credit("op-1", usd("10.50"), reference="payment-7")
CAPTURE: Final = Capture(
    "op-3",
    hold="op-2",
    amount=usd("0"),
    overage=Overage.RECORD,
    then=NextSlice(usd("3"), expires_at=LATER, grant=Grant.UP_TO),
)
CREDITED: Final = Entry(number=1, at=NOON, operation=CREDIT, posted=usd("10.50"), held=usd("0"))
DECLINED: Final = Entry(
    number=2, at=LATER, operation=Release("op-4", hold="op-9"), posted=usd("0"), held=usd("0"), declined=UNKNOWN_HOLD
)
OPEN: Final = Hold(id="op-2", amount=usd("3"), placed_at=NOON, expires_at=LATER)
ENDED: Final = Hold(
    id="op-5", amount=usd("3"), placed_at=NOON, expires_at=None, state=HoldState.CAPTURED, captured=usd("2.995"),
    ended_at=LATER,
)  # fmt: skip
STOPPED: Final = ServicesStopped(2, Status.SUSPENDED)


def a_ledger() -> Ledger:
    ledger = Ledger(LENT)
    ledger.apply(CREDIT, now=NOON)
    ledger.reserve("op-2", usd("3"), now=NOON, expires_at=LATER)
    ledger.apply(Release("op-4", hold="op-9"), now=NOON)
    return ledger


# One of each kind, by the word for it; a few have more, to show each form that a part can have.
ACCOUNT_EXAMPLES: Final[dict[str, object]] = {
    "money": usd("12.50"),
    "money-negative": Money("-1000", "JPY"),
    "problem": UNKNOWN_HOLD,
    "prepaid": LENT,
    "prepaid-plain": Prepaid("EUR"),
    "postpaid": OWING,
    "funds_below": FundsBelow(usd("5.00")),
    "limit_used": LimitUsed(80),
    "temporary_limit": RAISED,
    "opening": Opening(Prepaid("EUR"), Money("10.00", "EUR")),
    "credit": CREDIT,
    "debit": Debit("op-6", usd("0.003"), overage=Overage.RECORD),
    "reserve": Reserve("op-2", usd("3"), expires_at=None, grant=Grant.UP_TO),
    "capture": CAPTURE,
    "capture-full": Capture("op-3", hold="op-2", amount=FULL),
    "release": Release("op-4", hold="op-9"),
    "expire": Expire("op-7"),
    "set_policy": SetPolicy("op-8", OWING),
    "set_status": SetStatus("op-10", Status.SUSPENDED, debt=usd("7")),
    "next_slice": NextSlice(usd("3"), expires_at=LATER),
    "lapse": Lapse("op-2"),
    "entry": CREDITED,
    "entry-declined": DECLINED,
    "hold": OPEN,
    "hold-ended": ENDED,
    "ledger_head": a_ledger().head,
    "ledger_head-new": LedgerHead.opened(Prepaid("EUR")),
    "snapshot": a_ledger().snapshot(),
    "balance": a_ledger().balance_at(LATER),
    "low_balance": LowBalance(2, FundsBelow(usd("5.00")), usd("4.99")),
    "limit_reached": LimitReached(2, usd("-100")),
    "services_stopped": STOPPED,
    "services_restored": ServicesRestored(3),
    "hold_expired": HoldExpired(4, OPEN),
    "recorded": Recorded(CREDITED, (STOPPED, ServicesRestored(3))),
    "already_recorded": AlreadyRecorded(CREDITED),
    "declined": Declined(UNKNOWN_HOLD, DECLINED),
    "declined-unrecorded": Declined(UNKNOWN_HOLD, None, (STOPPED,)),
    "top_up_rule": TopUpRule(threshold=usd("10"), amount=usd("50"), most=usd("200.00")),
    "top_up": TopUp(usd("50")),
    "no_top_up": NoTopUp(
        Problem(NoTopUpReason.TOP_UP_ON_ITS_WAY, params={"pending": "50 USD"}), datetime(2026, 11, 23, tzinfo=UTC)
    ),
}
EXAMPLES: Final = ACCOUNT_EXAMPLES | CALL_EXAMPLES
STRANGERS: Final[tuple[object, ...]] = (1.5, b"1", (), object(), TrickyDict(), nested(5000), True, None, {}, [])


def kind_of(example: str) -> str:
    return example.partition("-")[0]


class TestVectors:
    """X-4: what was stored once is read for ever, and written the same."""

    @pytest.mark.parametrize("case", cases("documents"), ids=lambda case: case.id)
    def test_a_document_is_the_value(self, case: Any) -> None:
        value = EXAMPLES[case.id]
        assert load(case.given) == value
        assert dump(value) == case.given
        assert type(value).__name__ == case.expect

    def test_every_kind_has_its_case(self) -> None:
        assert [case.id for case in cases("documents")] == list(EXAMPLES)
        assert dict.fromkeys(map(kind_of, EXAMPLES)) == dict.fromkeys(KINDS)


def _texts() -> SearchStrategy[str]:
    return st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12)


def _instants() -> SearchStrategy[datetime]:
    # Not the first and last days: what an account is told must lie in the calendar in UTC too.
    local = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1))  # noqa: DTZ001 - what Hypothesis wants
    return local.map(lambda instant: instant.replace(tzinfo=UTC, fold=0))


def _above_zero() -> SearchStrategy[Money]:
    return amounts("USD", min_value=0, max_value=10**9).filter(lambda amount: amount.is_positive)


def policies() -> SearchStrategy[Prepaid | Postpaid]:
    thresholds = st.lists(
        st.builds(FundsBelow, _above_zero()) | st.builds(LimitUsed, st.integers(1, 100)), unique=True, max_size=4
    ).map(tuple)
    raised = (
        st.none()
        | st.builds(TemporaryLimit, until=_instants(), amount=_above_zero())
        | st.builds(TemporaryLimit, until=_instants(), percent=st.integers(1, 1_000_000))
    )
    limited: dict[str, SearchStrategy[Any]] = {
        "credit_limit": _above_zero(),
        "temporary": raised,
        "thresholds": thresholds,
        "clock_skew": st.timedeltas(timedelta(0)),
    }
    return (
        st.builds(Prepaid, st.just("USD"))
        | st.builds(Prepaid, st.just("USD"), credit_on_prepaid=st.just(CreditOnPrepaid.ALLOWED), **limited)
        | st.builds(Postpaid, st.just("USD"), clock_skew=limited["clock_skew"])
        | st.builds(Postpaid, st.just("USD"), **limited)
    )


def operations() -> SearchStrategy[Operation]:
    ids, expiries = _texts(), st.none() | _instants()
    slices = st.none() | st.builds(NextSlice, _above_zero(), expires_at=expiries, grant=st.sampled_from(Grant))
    overages = st.sampled_from(Overage)
    statuses = st.sampled_from([status for status in Status if status is not Status.LIMITED])
    return st.one_of(
        st.builds(Credit, ids, _above_zero(), reference=st.none() | ids),
        st.builds(Debit, ids, _above_zero(), overage=overages, reference=st.none() | ids),
        st.builds(Reserve, ids, _above_zero(), expires_at=expiries, grant=st.sampled_from(Grant)),
        st.builds(
            Capture, ids, hold=ids, amount=st.just(FULL) | amounts("USD", min_value=0), overage=overages, then=slices
        ),
        st.builds(Release, ids, hold=ids),
        st.builds(Expire, ids),
        st.builds(SetPolicy, ids, policies()),
        st.builds(SetStatus, ids, statuses),
        st.builds(SetStatus, ids, st.just(Status.SUSPENDED), debt=_above_zero()),
    )


def _come_of(policy: Prepaid | Postpaid, asked: list[Operation]) -> list[object]:
    """Everything that an account comes to by some operations."""
    ledger = Ledger(policy)
    outcomes = [ledger.apply(operation, now=NOON + timedelta(hours=hour)) for hour, operation in enumerate(asked)]
    events = [event for outcome in outcomes if not isinstance(outcome, AlreadyRecorded) for event in outcome.events]
    return [ledger.snapshot(), ledger.head, ledger.balance, *ledger.entries, *ledger.holds, *outcomes, *events]


class TestRoundTrip:
    """X-4: values round-trip through plain JSON documents with a version."""

    @pytest.mark.parametrize("value", EXAMPLES.values(), ids=EXAMPLES)
    def test_what_is_written_is_read_back(self, value: object) -> None:
        document = dump(value)
        assert (document["version"], list(document)) == (VERSION, ["version", "kind", "value"])
        again = load(json.loads(json.dumps(document)))
        assert (again, exact(again)) == (value, exact(value))
        assert hash(again) == hash(value)

    @given(policies(), st.lists(operations(), max_size=8))
    def test_whatever_happens_to_an_account(self, policy: Prepaid | Postpaid, asked: list[Operation]) -> None:
        for value in [policy, *asked, *_come_of(policy, asked)]:
            document = dump(value)
            again = load(json.loads(json.dumps(document)), type(value))
            assert again == value
            assert repr(again) == repr(value)
            assert dump(again) == document

    @given(amounts())
    def test_an_amount_keeps_its_digits(self, amount: Money) -> None:
        again = load(dump(amount), Money)
        assert (again.amount.as_tuple(), again.currency) == (amount.amount.as_tuple(), amount.currency)

    @pytest.mark.parametrize("value", EXAMPLES.values(), ids=EXAMPLES)
    def test_a_document_is_plain_and_new_each_time(self, value: object) -> None:
        document = dump(value)
        plain = {dict, list, str, int, bool, type(None)}
        assert all(type(at(document, path)) in plain for path in spots(document))
        again = dump(value)
        shared = [
            path
            for path in spots(document)
            if isinstance(at(document, path), dict | list) and at(document, path) is at(again, path)
        ]
        assert shared == []

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_every_part_of_a_value_is_in_its_document(self, name: str) -> None:
        value = EXAMPLES[name]
        written = dump(value)["value"]
        if isinstance(written, dict):
            assert list(written) == [
                part.name for part in fields(cast("type[AttrsInstance]", type(value))) if part.init
            ]
        else:
            assert type(value) is Money or isinstance(value, enum.Enum)

    def test_a_hosts_own_kind_of_text_becomes_text(self) -> None:
        problem = Problem(UNKNOWN_HOLD.code, (Word.NAME,), {Word.NAME: Word.SG})
        document = dump(problem)["value"]
        assert document == {"code": "HOLD_NOT_FOUND", "path": ["name"], "params": {"name": "SG"}}
        assert {type(text) for text in (*document["path"], *document["params"], *document["params"].values())} == {str}
        again = load(
            {"version": 1, "kind": Word.PREPAID, "value": dump(Prepaid("USD"))["value"] | {"currency": Word.USD}}
        )
        assert again == Prepaid("USD")
        assert load({"version": 1, "kind": "expire", "value": {"id": Word.NAME}}) == Expire("name")


class TestProblems:
    """X-3: a problem's code is stable, its sentence isn't stored."""

    @pytest.mark.parametrize("table", _code_tables.CODE_TABLES, ids=lambda table: table.__name__)
    def test_every_code_is_read_back(self, table: type[Code]) -> None:
        for code in table:
            problem = Problem(code)
            assert load(dump(problem), Problem) == problem

    def test_every_public_table_of_codes_is_known(self) -> None:
        public = [importlib.import_module(f"tenantcore.{name}") for name in modules() if not name.startswith("_")]
        tables = {
            found
            for module in public
            for name in module.__all__
            if isinstance(found := getattr(module, name), type) and issubclass(found, Code) and found is not Code
        }
        assert tables == set(_code_tables.CODE_TABLES), "add it in _code_tables.py"

    def test_a_hosts_own_code_is_refused_when_it_is_written(self) -> None:
        class Own(Code):
            HOLD_NOT_FOUND = (Kind.CONFLICT, "X-1", "own", "own")

        with pytest.raises(InvalidType) as error:
            dump(Problem(Own.HOLD_NOT_FOUND))
        assert error.value.problem.path == ("value", "code")

    def test_an_unknown_code_is_named(self) -> None:
        document = replaced(dump(UNKNOWN_HOLD), ("value", "code"), "HOLD_LOST")
        problem = refused(document)
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_CODE_UNKNOWN, "value.code")


class TestKind:
    """X-4: a document says what it is."""

    def test_a_kind_can_be_asked_for_by_class_or_word(self) -> None:
        document = dump(usd("1"))
        assert_type(load(document, Money), Money)
        assert load(document, Money) == load(document, "money") == usd("1")
        assert load(dump(Prepaid("USD")), Word.PREPAID) == Prepaid("USD")

    @pytest.mark.parametrize("kind", ["entry", Entry])
    def test_another_kind_is_refused(self, kind: Any) -> None:
        problem = refused(dump(usd("1")), kind)
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_KIND_OTHER, "kind")
        assert problem.params == {"kind": "money", "expected": "entry"}

    @pytest.mark.parametrize(
        "kind", ["Money", "", "money ", int, Operation, 5, Hold | Money, HostileText("money?"), "x" * MEGABYTE]
    )
    def test_a_kind_that_there_is_not_is_refused_first(self, kind: Any) -> None:
        problem = refused("no document", kind)
        assert (problem.code, problem.path) == (DocumentFault.DOCUMENT_KIND_UNKNOWN, ())
        assert len(str(problem)) < 200

    @pytest.mark.parametrize("kind", ["Money", "operation", "", "x" * MEGABYTE])
    def test_a_document_of_a_kind_that_there_is_not(self, kind: str) -> None:
        problem = refused({"version": 1, "kind": kind, "value": "1 USD"})
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_KIND_UNKNOWN, "kind")

    @pytest.mark.parametrize("kind", [None, 1, b"money", ["money"], Money])
    def test_a_kind_that_is_no_text(self, kind: object) -> None:
        problem = refused({"version": 1, "kind": kind, "value": "1 USD"})
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WRONG_TYPE, "kind")

    @pytest.mark.parametrize("kind", ["money", "hold", "nothing", ""])
    def test_a_part_of_a_kind_that_does_not_belong_there(self, kind: str) -> None:
        problem = refused(replaced(dump(CREDITED), ("value", "operation", "kind"), kind))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WORD_UNKNOWN, "value.operation.kind")


class TestVersion:
    """X-4: a document says the version of its format."""

    @pytest.mark.parametrize("version", [0, 2, -1, 10**5000], ids=["0", "2", "-1", "long"])
    def test_an_unknown_version_is_refused_before_anything_else(self, version: int) -> None:
        problem = refused({"version": version, "new": None})
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_VERSION_UNKNOWN, "version")

    @pytest.mark.parametrize("version", [True, 1.0, "1", None, [1]])
    def test_a_version_is_a_whole_number(self, version: object) -> None:
        problem = refused(dump(usd("1")) | {"version": version})
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WRONG_TYPE, "version")

    def test_a_missing_version_is_told_first(self) -> None:
        problem = refused({"kind": "nothing"})
        assert (problem.code, problem.path, problem.params["key"]) == (
            DocumentFault.DOCUMENT_KEY_MISSING,
            (),
            "version",
        )


class TestKeys:
    """X-4: unknown and missing keys are faults, in every object of a document."""

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_each_missing_key_is_named_at_its_place(self, name: str) -> None:
        document = dump(EXAMPLES[name])
        for path in objects(document):
            found = at(document, path)
            for key in found:
                problem = refused(replaced(document, path, {other: found[other] for other in found if other != key}))
                assert (problem.code, problem.path) == (DocumentFault.DOCUMENT_KEY_MISSING, path)
                assert problem.params == {"key": key}

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_a_key_too_many_is_named_at_its_place(self, name: str) -> None:
        document = dump(EXAMPLES[name])
        for path in objects(document):
            problem = refused(replaced(document, path, at(document, path) | {"colour": None}))
            assert (problem.code, problem.path) == (DocumentFault.DOCUMENT_KEY_UNKNOWN, path)
            assert problem.params == {"key": "'colour'"}

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_a_key_that_is_no_plain_text(self, name: str) -> None:
        document = dump(EXAMPLES[name])
        for path in objects(document):
            for key in (1, None, b"kind", Word.NAME, HostileKey("kind"), ("kind",)):
                problem = refused(replaced(document, path, {key: 1, **at(document, path)}))
                assert (problem.code, problem.path) == (DocumentFault.DOCUMENT_WRONG_TYPE, path)

    def test_the_first_of_several_missing_keys_is_named(self) -> None:
        assert refused({"version": 1}).params == {"key": "kind"}

    def test_a_long_key_is_not_told(self) -> None:
        problem = refused(dump(usd("1")) | {"ann@example.net" * MEGABYTE: None})
        assert problem.params == {"key": f"a text of {15 * MEGABYTE} characters"}


class TestTypes:
    """X-2: whatever is handed in, only the library's own errors come of it, and they name the place."""

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_another_type_anywhere_is_refused_at_its_place(self, name: str) -> None:
        document = dump(EXAMPLES[name])
        for path in spots(document):
            for stranger in STRANGERS:
                try:
                    value = load(replaced(document, path, stranger))
                except InvalidValue as error:
                    told = error.problem.path
                else:
                    told = path if load(dump(value)) == value else ()  # null, true and [] stand in some places
                # A class that is built of parts that don't go together tells of itself, a list of its items.
                assert told[: len(path)] == path[: len(told)]
                assert told[:1] == path[:1]

    def test_a_tuple_is_no_list(self) -> None:
        problem = refused(replaced(dump(a_ledger().snapshot()), ("value", "holds"), ()))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WRONG_TYPE, "value.holds")

    @given(st.data(), anything())
    def test_a_stranger_in_any_place(self, data: st.DataObject, stranger: object) -> None:
        document = dump(EXAMPLES[data.draw(st.sampled_from(list(EXAMPLES)))])
        path = data.draw(st.sampled_from(list(spots(document))))
        try:
            value = load(replaced(document, path, stranger))
        except InvalidValue as error:
            message = str(error)
        else:
            assert load(dump(value)) == value
            message = ""
        assert len(message) < 500

    @given(anything())
    def test_a_stranger_instead_of_a_document(self, stranger: object) -> None:
        with pytest.raises(InvalidValue):
            load(stranger)

    @given(anything())
    def test_a_stranger_instead_of_a_value(self, stranger: object) -> None:
        with pytest.raises(InvalidType):
            dump(stranger)

    @pytest.mark.parametrize("repeated", REPEATED)
    def test_a_megabyte_of_text_anywhere(self, repeated: str) -> None:
        text = long_text(repeated)
        for name in ("entry", "entry-declined", "ledger_head", "capture"):
            document = dump(EXAMPLES[name])
            for path in spots(document):
                changed = replaced(document, path, text)
                if path[-2:-1] in {("params",), ("path",)}:
                    assert load(changed) != EXAMPLES[name]
                else:
                    assert len(str(refused(changed))) < 500

    @pytest.mark.parametrize("number", [10**5000, -(10**5000)], ids=["above", "below"])
    def test_a_number_of_five_thousand_digits(self, number: int) -> None:
        assert len(str(refused(replaced(dump(LimitUsed(80)), ("value", "percent"), number)))) < 200

    @pytest.mark.parametrize(
        ("value", "place"),
        [
            (LowBalance("1", LimitUsed(80), usd("1")), "value.entry"),  # type: ignore[arg-type]
            (LowBalance(True, LimitUsed(80), usd("1")), "value.entry"),  # noqa: FBT003 - what is refused
            (LowBalance(1, "80 %", usd("1")), "value.threshold"),  # type: ignore[arg-type]
            (LowBalance(1, LimitUsed(80), "1 USD"), "value.posted"),  # type: ignore[arg-type]
            (ServicesStopped(1, "active"), "value.status"),  # type: ignore[arg-type]
            (ServicesStopped(1, HoldState.OPEN), "value.status"),  # type: ignore[arg-type]
            (HoldExpired(1, CREDITED), "value.hold"),  # type: ignore[arg-type]
            (Recorded(CREDITED, [STOPPED]), "value.events"),  # type: ignore[arg-type]
            (Recorded(CREDITED, (STOPPED, OPEN)), "value.events[1]"),  # type: ignore[arg-type]
            (NoTopUp(UNKNOWN_HOLD, "noon"), "value.not_before"),  # type: ignore[arg-type]
            (NoTopUp(UNKNOWN_HOLD, datetime(2026, 1, 1)), "value.not_before"),  # noqa: DTZ001 - what is refused
            (Problem("HOLD_NOT_FOUND"), "value.code"),  # type: ignore[arg-type]
            (Problem(UNKNOWN_HOLD.code, (1.5,)), "value.path[0]"),  # type: ignore[arg-type]
            (Problem(UNKNOWN_HOLD.code, (), {"hold": 1.5}), "value.params.hold"),  # type: ignore[dict-item]
            (Problem(UNKNOWN_HOLD.code, (), {"hold": True}), "value.params.hold"),
            (Problem(UNKNOWN_HOLD.code, (), {1: "hold"}), "value.params"),  # type: ignore[dict-item]
        ],
        ids=repr,
    )
    def test_a_value_with_a_part_of_another_type_is_not_written(self, value: object, place: str) -> None:
        with pytest.raises(InvalidValue) as error:
            dump(value)
        assert error.value.problem.place == place


class TestReference:
    """X-4: the page has every kind, and no other."""

    def test_its_table_is_complete(self) -> None:
        page = (Path(__file__).parent.parent / "docs" / "reference" / "documents.md").read_text("utf-8")
        rows = page.partition("## Kinds")[2].partition("In a database")[0].splitlines()
        kinds = [kind for row in rows if "|" in row for kind in re.findall("`([a-z_]+)`", row.split("|")[1])]
        assert sorted(kinds) == sorted(KINDS)


class TestParts:
    """X-4: amounts keep their digits, instants are in UTC; there is one way to write each."""

    @pytest.mark.parametrize(
        "amount", ["12.50", "USD", "12.50USD", "12,50 USD", "1e3 USD", "NaN USD", "", " USD", "1  USD"]
    )
    def test_an_amount_written_otherwise(self, amount: str) -> None:
        problem = refused({"version": 1, "kind": "money", "value": amount})
        assert isinstance(problem.code, MoneyFault)
        assert problem.place == "value"

    @pytest.mark.parametrize(
        "instant",
        [
            "2026-11-22T12:00:00Z", "2026-11-22T12:00:00", "2026-11-22 12:00:00+00:00", "2026-11-22T12:00+00:00",
            "20261122T120000+0000", "2026-W47-7T12:00:00+00:00", "2026-11-22", "2026-11-22T13:00:00+01:00",
            "2026-11-22T12:00:00.5+00:00", "2026-11-22T12:00:00.000000+00:00", "2026-11-22T12:00:00,500000+00:00",
            "2026-02-29T12:00:00+00:00", "2026-11-22T24:00:00+00:00", "2026-11-22T12:00:00+00:00 ", "",
            "2026-11-22T12:00:00-00:00", "٢٠٢٦-11-22T12:00:00+00:00", "12026-11-22T12:00:00+00:00", "noon",
            "x" * MEGABYTE,
        ],
    )  # fmt: skip
    def test_an_instant_written_otherwise(self, instant: str) -> None:
        problem = refused(replaced(dump(CREDITED), ("value", "at"), instant))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_INSTANT_MALFORMED, "value.at")
        assert len(str(problem)) < 300

    @given(_instants(), _instants())
    def test_instants_sort_as_their_texts_do(self, one: datetime, other: datetime) -> None:
        assert INSTANT.load(INSTANT.dump(one)) == one
        assert (INSTANT.dump(one) < INSTANT.dump(other)) is (one < other)

    def test_an_instant_of_another_zone_is_written_in_utc(self) -> None:
        there = NOON.astimezone(timezone(timedelta(hours=8)))
        assert INSTANT.dump(there) == INSTANT.dump(NOON) == "2026-11-22T12:00:00+00:00"

    @pytest.mark.parametrize("span", [300, 1.5, "PT300S", None])
    def test_only_a_span_of_time_is_written_as_one(self, span: object) -> None:
        with pytest.raises(InvalidType):
            SPAN.dump(span)

    @given(st.timedeltas())
    def test_a_span_of_time_is_exact(self, span: timedelta) -> None:
        assert SPAN.load(SPAN.dump(span)) == span

    @pytest.mark.parametrize(
        ("span", "text"),
        [
            (timedelta(0), "PT0S"),
            (timedelta(minutes=5), "PT300S"),
            (timedelta(microseconds=1), "PT0.000001S"),
            (timedelta(microseconds=-1), "-PT0.000001S"),
            (timedelta(days=-1), "-PT86400S"),
            (timedelta.max, "PT86399999999999.999999S"),
            (timedelta.min, "-PT86399999913600S"),
        ],
    )
    def test_a_span_of_time_is_written_in_seconds(self, span: timedelta, text: str) -> None:
        assert (SPAN.dump(span), SPAN.load(text)) == (text, span)

    @pytest.mark.parametrize(
        "span",
        [
            "300", "PT5M", "PT300", "300S", "pt300s", "PT+300S", "PT0300S", "PT300.5S", "PT300.000000S", "-PT0S",
            "PT-1S", "PT86400000000000S", "PT99999999999999S", "PT999999999999999S", "-PT86399999913600.000001S",
            "PT1S\n", " PT1S", "PT٣S", "", "PTS", "x" * MEGABYTE, "PT" + "9" * MEGABYTE + "S",
        ],
    )  # fmt: skip
    def test_a_span_of_time_written_otherwise(self, span: str) -> None:
        problem = refused(replaced(dump(Prepaid("EUR")), ("value", "clock_skew"), span))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_SPAN_MALFORMED, "value.clock_skew")
        assert len(str(problem)) < 300

    @pytest.mark.parametrize("word", ["Record", "RECORD", "record ", "", "full"])
    def test_a_word_that_does_not_belong_there(self, word: str) -> None:
        problem = refused(replaced(dump(CAPTURE), ("value", "overage"), word))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WORD_UNKNOWN, "value.overage")
        assert problem.params["known"] == "decline, record"


class TestInvariants:
    """X-4: no document makes a value that could not be built."""

    @pytest.mark.parametrize(
        ("value", "path", "by", "code"),
        [
            (CREDIT, ("amount",), "0 USD", "OPERATION_AMOUNT_TOO_LOW"),
            (CREDIT, ("id",), " op", "OPERATION_ID_MALFORMED"),
            (LENT, ("credit_limit",), "10 EUR", "BALANCE_CURRENCY_MISMATCH"),
            (OWING, ("thresholds", 0, "percent"), 101, "THRESHOLD_RANGE"),
            (CREDITED, ("posted",), "10.51 USD", "ENTRY_INCONSISTENT"),
            (CREDITED, ("number",), 0, "FIELD_BELOW_MINIMUM"),
            (OPEN, ("state",), "captured", "HOLD_INCONSISTENT"),
            (a_ledger().head, ("version",), 0, "HEAD_INCONSISTENT"),
            (a_ledger().snapshot(), ("head", "held"), "4 USD", "SNAPSHOT_INCONSISTENT"),
        ],
    )
    def test_the_class_checks_what_it_is_built_of(
        self, value: object, path: tuple[str | int, ...], by: object, code: str
    ) -> None:
        problem = refused(replaced(dump(value), ("value", *path), by))
        assert str(problem.code) == code
        assert problem.path == ("value", *path)[: len(problem.path)]

    def test_the_place_of_a_part_that_could_not_be_built(self) -> None:
        problem = refused(replaced(dump(OWING), ("value", "thresholds", 0, "percent"), 101))
        assert problem.place == "value.thresholds[0]"


MESSAGES: Final[dict[str, tuple[Callable[[], object], str]]] = {
    "type": (
        lambda: load(["money"]),
        (
            "the document has list where an object with version, kind and value belongs; "
            "load the document as dump() made it, through nothing but JSON"
        ),
    ),
    "type of a record": (
        lambda: load({"version": 1, "kind": "expire", "value": "op-1"}),
        (
            "value: the document has str where an object, as expire is written, belongs; "
            "load the document as dump() made it, through nothing but JSON"
        ),
    ),
    "version": (
        lambda: load({"version": 2}),
        (
            "version: the document is of version 2, and this release reads version 1; "
            "load it with the release that wrote it, or a later one"
        ),
    ),
    "kind": (
        lambda: load({"version": 1, "kind": "mony", "value": None}),
        "kind: 'mony' is no kind of document; name a kind of the table in the reference of documents",
    ),
    "kind, a class": (
        lambda: load(None, Ledger),
        "Ledger is no kind of document; name a kind of the table in the reference of documents",
    ),
    "another kind": (
        lambda: load(dump(usd("1")), Hold),
        "kind: the document is of kind money, not hold; hand in a document of kind hold",
    ),
    "key missing": (
        lambda: load({"version": 1, "kind": "money"}),
        ("the document lacks the key value; load the document as dump() made it: what is empty is written as null"),
    ),
    "key unknown": (
        lambda: load(dump(usd("1")) | {"tenant": 7}),
        (
            "the document has the key 'tenant', which means nothing here; "
            "keep what is your own beside the document, not in it"
        ),
    ),
    "word": (
        lambda: load(replaced(dump(CAPTURE), ("value", "overage"), "maybe")),
        (
            "value.overage: the document has the word 'maybe' where one of decline, record belongs; "
            "load the document as dump() made it"
        ),
    ),
    "instant": (
        lambda: load(replaced(dump(CREDITED), ("value", "at"), "noon")),
        (
            "value.at: an instant of a document must be written like 2026-11-22T09:30:00+00:00, not 'noon'; "
            "write it in UTC, by that pattern, with no decimals of the second or six"
        ),
    ),
    "span": (
        lambda: load(replaced(dump(LENT), ("value", "clock_skew"), "PT5M")),
        (
            "value.clock_skew: a span of time of a document must be written like PT300S or PT0.500000S, not 'PT5M'; "
            "write it in seconds, by that pattern, with no decimals or six"
        ),
    ),
    "day": (
        lambda: load(replaced(dump(ROW), ("value", "start"), "July-1")),
        (
            "value.start: a day of a document must be written like 2026-11-22, not 'July-1'; "
            "write it by that pattern: year, month and day, with zeros in front"
        ),
    ),
    "decimal number": (
        lambda: load(replaced(dump(DISCOUNTS), ("value", "rows", 1, "percent"), "twelve")),
        (
            "value.rows[1].percent: a decimal number of a document must be written like 12.50, not 'twelve'; "
            "load the document as dump() made it; whole numbers can be numbers of JSON"
        ),
    ),
    "item twice": (
        lambda: load(replaced(dump(PROFILE), ("value", "denied"), ["toll_us", "emergency", "toll_us"])),
        (
            "value.denied[2]: the document has an item twice in a list whose order and repetitions mean nothing; "
            "load the document as dump() made it: each item stands once"
        ),
    ),
    "code": (
        lambda: load(replaced(dump(UNKNOWN_HOLD), ("value", "code"), "HOLD_LOST")),
        (
            "value.code: the document names the problem 'HOLD_LOST', which this release doesn't know; "
            "load it with the release that wrote it, or a later one"
        ),
    ),
    "value": (
        lambda: dump(12),
        (
            "no document can be made of int where a value that has documents belongs; "
            "hand in a value of a kind that has documents, its parts of the types that they are annotated with"
        ),
    ),
    "part of a value": (
        lambda: dump(LowBalance(1, LimitUsed(80), 12)),  # type: ignore[arg-type]
        (
            "value.posted: no document can be made of int where Money belongs; "
            "hand in a value of a kind that has documents, its parts of the types that they are annotated with"
        ),
    ),
}


class TestMessages:
    """X-3: every fault has a sentence with its remedy."""

    @pytest.mark.parametrize(("act", "message"), MESSAGES.values(), ids=MESSAGES)
    def test_it_reads(self, act: Callable[[], object], message: str) -> None:
        with pytest.raises(InvalidValue, match=f"^{re.escape(message)}$"):
            act()

    def test_every_fault_is_met(self) -> None:
        met = set()
        for act, _ in MESSAGES.values():
            with pytest.raises(InvalidValue) as error:
                act()
            met.add(error.value.problem.code)
        assert met == set(DocumentFault)
