"""The rules of `tenantcore.documents` for what calls have: classes, plans, days, decimals, decks, calls that are up."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Context, Decimal, InvalidOperation, localcontext
from typing import Any, Final

import pytest
from attrs import evolve, has
from hypothesis import given
from hypothesis import strategies as st

from tenantcore import call_policy, numbering, rating, trunks
from tenantcore._call_documents import CALL_RECORDS
from tenantcore._document_codecs import DAY, NUMBER
from tenantcore._number_documents import NUMBER_RECORDS
from tenantcore._profile_documents import PROFILE_RECORDS
from tenantcore._rating_documents import RATING_RECORDS
from tenantcore._trunk_documents import TRUNK_RECORDS
from tenantcore.call_policy import (
    Admitted,
    CallClaim,
    CallProfile,
    CallRequest,
    EmergencyCalls,
    LiveCall,
    LiveUse,
    Payer,
    Restrictions,
    SettledCall,
    authorize,
    renew,
    settle,
)
from tenantcore.documents import KINDS, DocumentFault, dump, load
from tenantcore.errors import InvalidType, InvalidValue
from tenantcore.money import Money
from tenantcore.numbering import NORTH_AMERICA, CallClass, ClassRule, CountryClass, DialPlan, NumberClass, OwnClass
from tenantcore.rating import Allotment, Discount, Rate, RateDeck, RateRow
from tenantcore.trunks import Direction
from tests.call_values import (
    ALLOTMENT,
    ALLOTMENT_CLAIM,
    CALL,
    CALL_CLAIM,
    CALL_EXAMPLES,
    CALL_GUARD,
    CALL_LIMITS,
    CHARGE,
    DECK,
    DENIED,
    DISCOUNTS,
    FUNDS_CLAIM,
    FUNDS_HELD,
    LIMITS,
    OFFICE_PLAN,
    OFFICES,
    PROFILE,
    RATE,
    REFUSED,
    ROW,
    SETTLED,
    TRUNK_CLAIM,
    TRUNK_GUARD,
    USE,
)
from tests.document_paths import Path, exact, refused, replaced
from tests.strangers import MEGABYTE, HostileText, Word, nested

# What only answers a question, or is answered with: what of it is stored has kinds.
UNSTORED: Final = {"AllotmentHeld", "AllotmentSettled"}


class TestKinds:
    """X-4: every value that calls have is of a kind; none is loaded before it is needed."""

    @pytest.mark.parametrize("module", [call_policy, numbering, rating, trunks], ids=lambda module: module.__name__)
    def test_every_value_of_the_module_is_of_a_kind(self, module: Any) -> None:
        values = {
            name for name in module.__all__ if isinstance(getattr(module, name), type) and has(getattr(module, name))
        }
        known = {type(value).__name__ for value in CALL_EXAMPLES.values()}
        assert values - known <= UNSTORED

    def test_the_words_are_those_of_the_tables(self) -> None:
        records = (*NUMBER_RECORDS, *TRUNK_RECORDS, *RATING_RECORDS, *PROFILE_RECORDS, *CALL_RECORDS)
        assert [each.kind for each in records] == list(KINDS[-len(records) :])
        assert len({each.type for each in records}) == len(records)
        assert len(set(KINDS)) == len(KINDS)

    @pytest.mark.parametrize(
        "program",
        [
            "",
            "load(dump(Money('1', 'USD')), Money)",
            "load(dump(Ledger(Prepaid('USD')).snapshot()), Snapshot)",
            "load(dump(Problem(DeclineReason.HOLD_NOT_FOUND)), 'problem')",
            "load(dump(Problem(CallRefusal.CALL_RATE_MISSING)), 'problem')",
            "try: load({'version': 1, 'kind': 'call', 'value': 1})\nexcept ValueError: pass",
        ],
    )
    def test_who_has_accounts_only_imports_nothing_of_calls(self, program: str) -> None:
        given_names = (
            "import sys\nfrom tenantcore.balance import *\nfrom tenantcore.documents import dump, load\n"
            "from tenantcore.errors import Problem\nfrom tenantcore.money import Money\n"
            "from tenantcore._call_reasons import CallRefusal\n"
        )
        answer = subprocess.run(  # noqa: S603 - our own interpreter and our own program
            [sys.executable, "-c", f"{given_names}{program}\nprint(*sys.modules)"],
            capture_output=True,
            text=True,
            check=True,
        )
        loaded = set(answer.stdout.split())
        assert "tenantcore.documents" in loaded
        calls = {"call_policy", "rating", "numbering", "trunks", "billing_periods", "_code_tables", "_call_documents"}
        assert loaded.isdisjoint({f"tenantcore.{name}" for name in calls})

    def test_an_enumeration_can_be_asked_for(self) -> None:
        assert load(dump(EmergencyCalls.PROTECTED), EmergencyCalls) is EmergencyCalls.PROTECTED
        assert load(dump(NumberClass.CARIBBEAN), "number_class") is NumberClass.CARIBBEAN

    @pytest.mark.parametrize("kind", [Direction, datetime, rating.AllotmentHeld])
    def test_a_class_without_documents_is_no_kind(self, kind: type) -> None:
        problem = refused(dump(CALL), kind)
        assert (problem.code, problem.params) == (DocumentFault.DOCUMENT_KIND_UNKNOWN, {"kind": kind.__name__})


class TestClasses:
    """X-4: a class of the library is its word; one of a host's own has its word and its label."""

    @pytest.mark.parametrize("call_class", [*NumberClass, *CountryClass], ids=str)
    def test_a_class_of_the_library_is_its_word(self, call_class: NumberClass | CountryClass) -> None:
        document = dump(call_class)
        assert document["value"] == call_class.word
        assert load(document) is call_class
        rule = dump(ClassRule(call_class, "7"))
        assert rule["value"] == {"call_class": call_class.word, "pattern": "7"}
        assert load(rule, ClassRule).call_class is call_class

    def test_every_word_has_one_class(self) -> None:
        words = [member.word for table in (NumberClass, CountryClass) for member in table]
        assert len(set(words)) == len(words)

    def test_a_set_is_written_by_the_order_of_the_words_and_labels(self) -> None:
        own = [OwnClass(word=word, label=label) for word in ("homes", "offices") for label in "ABCD"]
        denied = frozenset[CallClass]({NumberClass.US_TOLL, CountryClass.MOBILE, *own})
        written = dump(Restrictions(denied))["value"]["denied"]
        homes, offices = ([{"word": word, "label": label} for label in "ABCD"] for word in ("homes", "offices"))
        assert written == [*homes, "mobile", *offices, "toll_us"]
        assert load(dump(Restrictions(denied)), Restrictions).denied == denied

    @given(st.permutations(dump(DENIED)["value"]["denied"]))
    def test_a_set_is_read_in_any_order(self, denied: list[Any]) -> None:
        assert load(replaced(dump(DENIED), ("value", "denied"), denied)) == DENIED

    @pytest.mark.parametrize(
        "twice",
        [["toll_us", "toll_us"], [{"word": "offices", "label": "O"}, "did_us", {"word": "offices", "label": "O"}]],
    )
    def test_what_stands_twice_in_a_set_is_refused_the_second_time(self, twice: list[Any]) -> None:
        problem = refused(replaced(dump(DENIED), ("value", "denied"), twice))
        assert problem.code is DocumentFault.DOCUMENT_ITEM_REPEATED
        assert problem.path == ("value", "denied", len(twice) - 1)

    @pytest.mark.parametrize("word", ["US_DID", "did_us ", "", "offices", "x" * MEGABYTE])
    def test_a_word_that_no_class_has(self, word: str) -> None:
        problem = refused(replaced(dump(ALLOTMENT), ("value", "classes", 1), word))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WORD_UNKNOWN, "value.classes[1]")
        known = str(problem.params["known"]).split(", ")
        assert known == [*(member.word for member in NumberClass), *(member.word for member in CountryClass)]

    @pytest.mark.parametrize("other", [None, 1, True, ["did_us"], b"did_us", nested(5000), NumberClass.US_DID])
    def test_what_is_neither_a_word_nor_an_object(self, other: object) -> None:
        problem = refused(replaced(dump(ALLOTMENT), ("value", "classes", 0), other))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WRONG_TYPE, "value.classes[0]")

    def test_a_word_of_a_hosts_own_kind_of_text(self) -> None:
        document = replaced(dump(ALLOTMENT), ("value", "classes"), [HostileText("did_us")])
        assert load(document, Allotment).classes == frozenset({NumberClass.US_DID})

    def test_a_class_of_the_hosts_own_has_no_word_of_the_library(self) -> None:
        problem = refused({"version": 1, "kind": "own_class", "value": {"word": "did_us", "label": "Ours"}})
        assert (str(problem.code), problem.place) == ("NUMBER_CLASS_WORD_TAKEN", "value")

    @pytest.mark.parametrize("call_class", ["did_us", None, Direction.INBOUND])
    def test_only_a_class_is_written_as_one(self, call_class: Any) -> None:
        with pytest.raises(InvalidType) as error:
            dump(_careless(Discount, call_class=call_class, percent=1))
        assert error.value.problem.path == ("value", "call_class")

    @pytest.mark.parametrize("classes", [{NumberClass.US_DID}, [NumberClass.US_DID], None])
    def test_only_a_frozenset_is_written_as_a_set(self, classes: object) -> None:
        with pytest.raises(InvalidType) as error:
            dump(_careless(Restrictions, denied=classes, lifts_device=False))
        assert error.value.problem.path == ("value", "denied")

    @pytest.mark.parametrize("classes", [{"did_us": 1}, "did_us", None, ("did_us",)])
    def test_only_a_list_is_read_as_a_set(self, classes: object) -> None:
        problem = refused(replaced(dump(DENIED), ("value", "denied"), classes))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WRONG_TYPE, "value.denied")


def _careless(kind: Any, **parts: object) -> object:
    """A value with parts that its class would refuse."""
    value = object.__new__(kind)
    for name, part in parts.items():
        object.__setattr__(value, name, part)
    return value


class TestPlans:
    """X-4: a dial plan is its name and the host's own rules, in their order."""

    def test_a_plan_of_the_library_is_named_by_a_word(self) -> None:
        assert dump(NORTH_AMERICA)["value"] == {"name": "NANP", "own": []}
        assert dump(DialPlan.for_country("sg"))["value"] == {"name": "SG", "own": []}

    def test_a_plan_with_rules_of_the_hosts_own_answers_as_before(self) -> None:
        plan = load(json.loads(json.dumps(dump(OFFICE_PLAN))), DialPlan)
        assert plan == OFFICE_PLAN
        dialled = ("7001", "113", "911", "4158867900", "4155550100", "what?")
        assert [plan.classify(number) for number in dialled] == [OFFICE_PLAN.classify(number) for number in dialled]
        assert plan.classify("7001") == OFFICES

    def test_the_order_of_the_rules_counts(self) -> None:
        rules = (ClassRule(OFFICES, "7"), ClassRule(NumberClass.US_TOLL, "7|8"))
        plans = NORTH_AMERICA.with_classes(*rules), NORTH_AMERICA.with_classes(*reversed(rules))
        assert [load(dump(plan), DialPlan).own for plan in plans] == [rules, rules[::-1]]
        assert dump(plans[0]) != dump(plans[1])

    @given(st.sampled_from(["NANP", "US", "SG", "GB", "RU"]), st.lists(st.sampled_from(OFFICE_PLAN.own), max_size=4))
    def test_each_plan_is_written_faithfully(self, name: str, rules: list[ClassRule]) -> None:
        plan = DialPlan(name, tuple(rules))
        again = load(json.loads(json.dumps(dump(plan))), DialPlan)
        assert (again, exact(again)) == (plan, exact(plan))

    @pytest.mark.parametrize(
        ("path", "by", "code", "place"),
        [
            (("name",), "XX", "DIAL_PLAN_COUNTRY_UNKNOWN", "value"),
            (("name",), "sg", "DIAL_PLAN_COUNTRY_UNKNOWN", "value"),
            (("own", 0, "pattern"), ".*", "NUMBER_PATTERN_UNREADABLE", "value.own[0]"),
            (("own", 0, "call_class", "label"), "", "FIELD_EMPTY", "value.own[0].call_class"),
            (("own", 1, "call_class"), {"word": "offices", "label": "Others"}, "DIAL_PLAN_WORD_DOUBLED", "value"),
        ],
    )
    def test_the_plan_checks_what_it_is_built_of(self, path: Path, by: object, code: str, place: str) -> None:
        problem = refused(replaced(dump(OFFICE_PLAN), ("value", *path), by))
        assert (str(problem.code), problem.place) == (code, place)

    def test_more_rules_than_a_plan_can_have(self) -> None:
        rule = dump(OFFICE_PLAN)["value"]["own"][0]
        problem = refused(replaced(dump(OFFICE_PLAN), ("value", "own"), [rule] * 1001))
        assert (str(problem.code), problem.place) == ("DIAL_PLAN_RULES_MANY", "value")

    def test_a_plan_of_a_class_of_the_hosts_own_is_not_written(self) -> None:
        class OwnPlan(DialPlan):
            """A subclass, whose rules nobody else knows."""

        with pytest.raises(InvalidType, match=r"^no document can be made of OwnPlan where a value that has documents"):
            dump(OwnPlan("NANP"))
        with pytest.raises(InvalidType, match=r"^value\.plan: no document can be made of OwnPlan where DialPlan "):
            dump(_with(PROFILE, plan=OwnPlan("NANP")))


def _with(value: Any, **parts: object) -> object:
    """A value with other parts than its class would accept."""
    changed = evolve(value)
    for name, part in parts.items():
        object.__setattr__(changed, name, part)
    return changed


class TestDays:
    """X-4: a day is written in one way."""

    @pytest.mark.parametrize(
        "day",
        [
            "20261122", "2026-W47-7", "2026-326", "2026-11-2", "2026-11-22 ", "2026-11-22T00:00:00", "26-11-22",
            "2026-02-29", "2026-13-01", "0000-01-01", "10000-1-01", "٢٠٢٦-١١-٢٢", "today", "", "x" * MEGABYTE,
            "2026-11-\ud800",
        ],
    )  # fmt: skip
    def test_a_day_written_otherwise(self, day: str) -> None:
        problem = refused(replaced(dump(USE), ("value", "period_start"), day))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_DAY_MALFORMED, "value.period_start")
        assert len(str(problem)) < 300

    @pytest.mark.parametrize("day", [0, 1.5, True, [2026, 11, 22], date(2026, 11, 22)])
    def test_a_day_that_is_no_text(self, day: object) -> None:
        problem = refused(replaced(dump(USE), ("value", "period_start"), day))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WRONG_TYPE, "value.period_start")

    @given(st.dates(), st.dates())
    def test_days_sort_as_their_texts_do(self, one: date, other: date) -> None:
        assert DAY.load(DAY.dump(one)) == one
        assert (DAY.dump(one) < DAY.dump(other)) is (one < other)

    @pytest.mark.parametrize("day", [datetime(2026, 11, 22, tzinfo=UTC), "2026-11-22", None, 20261122])
    def test_only_a_date_is_written_as_one(self, day: object) -> None:
        with pytest.raises(InvalidType):
            DAY.dump(day)

    def test_a_day_of_a_hosts_own_kind_of_text(self) -> None:
        assert DAY.load(HostileText("2026-11-22")) == date(2026, 11, 22)


class TestDecimals:
    """X-4: a number that may have decimals keeps its type and its digits."""

    @pytest.mark.parametrize(
        ("percent", "written"),
        [
            (10, 10), (0, 0), (100, 100), (Decimal(10), "10"), (Decimal("10.0"), "10.0"), (Decimal("1E+1"), "1E+1"),
            (Decimal("12.500000"), "12.500000"), (Decimal("0.000001"), "0.000001"), (Decimal("-0"), "-0"),
            (Decimal("0E+2"), "0E+2"), (Decimal("0E+999999999999999999"), "0E+999999999999999999"),
            (Decimal("-0.000000"), "-0.000000"),
        ],
    )  # fmt: skip
    def test_a_percentage_is_exact(self, percent: int | Decimal, written: int | str) -> None:
        discount = Discount(NumberClass.US_DID, percent)
        document = json.loads(json.dumps(dump(discount)))
        assert document["value"]["percent"] == written
        assert type(document["value"]["percent"]) is type(written)
        assert exact(load(document)) == exact(discount)

    @given(
        st.integers()
        | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40, places=15)
    )
    def test_a_number_is_read_back(self, number: int | Decimal) -> None:
        again = NUMBER.load(json.loads(json.dumps(NUMBER.dump(number))))
        assert exact(again) == exact(number)

    @pytest.mark.parametrize(
        "number",
        [
            "010", "10.", ".5", "+10", "1e1", "1E1", "1E+01", "0.0000001", "10 ", " 10", "1_0", "NaN", "sNaN",
            "Infinity", "1,5", "--1", "٣", "0E+99999999999999999999", "0E+9999999999999999999", "ten", "",
            "0E-9999999999999999999", "9" * MEGABYTE, "0." + "0" * MEGABYTE, "x" * MEGABYTE,
        ],
    )  # fmt: skip
    def test_a_number_written_otherwise(self, number: str) -> None:
        problem = refused(replaced(dump(DISCOUNTS), ("value", "rows", 0, "percent"), number))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_DECIMAL_MALFORMED, "value.rows[0].percent")
        assert len(str(problem)) < 300

    @pytest.mark.parametrize("number", [10.0, True, None, [10], b"10", Decimal(10)])
    def test_a_number_that_is_neither(self, number: object) -> None:
        problem = refused(replaced(dump(DISCOUNTS), ("value", "rows", 0, "percent"), number))
        assert (problem.code, problem.place) == (DocumentFault.DOCUMENT_WRONG_TYPE, "value.rows[0].percent")

    @pytest.mark.parametrize("number", [10.0, True, "10", None])
    def test_only_a_number_is_written_as_one(self, number: object) -> None:
        with pytest.raises(InvalidType):
            NUMBER.dump(number)

    @pytest.mark.parametrize("traps", [[], [InvalidOperation]], ids=["silent", "loud"])
    def test_the_context_of_the_host_changes_nothing(self, traps: list[Any]) -> None:
        with localcontext(Context(prec=1, capitals=0, traps=traps, Emax=1, Emin=-1)):
            assert NUMBER.dump(Decimal("1E+1")) == "1E+1"
            assert exact(NUMBER.load("12.500000")) == exact(Decimal("12.500000"))
            for malformed in ("0E+9999999999999999999", "1e+1", "NaN"):
                with pytest.raises(InvalidValue):
                    NUMBER.load(malformed)

    def test_the_class_has_the_last_word(self) -> None:
        for percent in (101, "100.5", "1.0000001", "-1", 10**5000):
            problem = refused(replaced(dump(DISCOUNTS), ("value", "rows", 0, "percent"), percent))
            assert (str(problem.code), problem.place) == ("RATE_DISCOUNT_RANGE", "value.rows[0]")
            assert len(str(problem)) < 300


class TestInvariants:
    """X-4: no document makes a value that could not be built, and the path leads to the spot."""

    @pytest.mark.parametrize(
        ("value", "path", "by", "code", "place"),
        [
            (LIMITS, ("inbound",), -1, "LIMIT_NEGATIVE", "value"),
            (CALL_EXAMPLES["trunk_pool"], ("allocated", "inbound"), 21, "TRUNKS_OVER_ALLOCATED", "value.inbound"),
            (CALL_EXAMPLES["trunk_pool"], ("unlimited", "inbound"), 1, "TRUNKS_UNLIMITED_IN_POOL", "value.inbound"),
            (CALL_EXAMPLES["trunk_use"], ("outbound",), 10**10, "FIELD_ABOVE_MAXIMUM", "value"),
            (TRUNK_GUARD, ("below",), -1, "FIELD_BELOW_MINIMUM", "value"),
            (CALL_GUARD, ("calls_below",), 2**31, "FIELD_ABOVE_MAXIMUM", "value"),
            (CALL_LIMITS, ("numbers", 1, "number"), "555", "NUMBER_CAP_MALFORMED", "value.numbers[1]"),
            (CALL_LIMITS, ("numbers", 1, "number"), "+14155550100", "NUMBER_CAP_REPEATED", "value"),
            (RATE, ("per_minute",), "-1 USD", "RATE_NEGATIVE", "value"),
            (RATE, ("connect_fee",), "1 EUR", "RATE_CURRENCIES_DIFFER", "value"),
            (RATE, ("increment_seconds",), 0, "FIELD_BELOW_MINIMUM", "value"),
            (RATE, ("precision", "places"), 1000, "FIELD_ABOVE_MAXIMUM", "value.precision"),
            (ROW, ("end",), "2026-07-01", "RATE_ROW_ENDS_BEFORE_START", "value"),
            (ROW, ("prefix",), "", "RATE_PREFIX_MALFORMED", "value"),
            (DECK, ("rows", 1, "weight"), 0, "FIELD_BELOW_MINIMUM", "value.rows[1]"),
            (DECK, ("rows", 1, "rate", "per_minute"), "1 EUR", "RATE_CURRENCIES_DIFFER", "value.rows[1].rate"),
            (DECK, ("timezone",), "Mars/Olympus", "PERIOD_TIMEZONE_UNKNOWN", "value"),
            (DISCOUNTS, ("rows", 1, "call_class"), "international", "DISCOUNT_REPEATED", "value.rows[1]"),
            (ALLOTMENT, ("classes",), [], "ALLOTMENT_WITHOUT_CLASSES", "value"),
            (ALLOTMENT, ("per",), "30 days", "ALLOTMENT_PERIOD_ANCHORED", "value"),
            (CALL_EXAMPLES["allotments"], ("rows", 1, "name"), "domestic", "ALLOTMENT_REPEATED", "value.rows[1]"),
            (USE, ("held_seconds",), -1, "FIELD_BELOW_MINIMUM", "value"),
            (PROFILE, ("currency",), "EUR", "CALL_DECK_CURRENCY", "value.decks[0]"),
            (PROFILE, ("timezone",), None, "CALL_ALLOTMENTS_WITHOUT_ZONE", "value.timezone"),
            (PROFILE, ("lease_seconds",), 30, "CALL_LEASE_TOO_SHORT", "value.lease_seconds"),
            (PROFILE, ("trunk_classes",), ["emergency"], "CALL_TRUNK_CLASS_EXCLUDED", "value.trunk_classes"),
            (PROFILE, ("decks", 0, "rows", 0, "rate", "a"), 1, "DOCUMENT_KEY_UNKNOWN", "value.decks[0].rows[0].rate"),
            (PROFILE, ("parents", 1), "frozen", "DOCUMENT_WORD_UNKNOWN", "value.parents[1]"),
            (CALL_EXAMPLES["call_request"], ("attempt",), 0, "FIELD_BELOW_MINIMUM", "value"),
            (CALL_EXAMPLES["call_request"], ("number",), None, "DOCUMENT_WRONG_TYPE", "value.number"),
            (CALL_EXAMPLES["call_request"], ("id",), " c", "CALL_ID_MALFORMED", "value"),
            (CALL_CLAIM, ("id",), "", "FIELD_EMPTY", "value"),
            (TRUNK_CLAIM, ("lease_seconds",), 0, "FIELD_BELOW_MINIMUM", "value"),
            (ALLOTMENT_CLAIM, ("seconds",), -1, "FIELD_BELOW_MINIMUM", "value"),
            (FUNDS_CLAIM, ("operation", "amount"), "0 USD", "OPERATION_AMOUNT_TOO_LOW", "value.operation"),
            (FUNDS_CLAIM, ("operation", "kind"), "credit", "DOCUMENT_WORD_UNKNOWN", "value.operation.kind"),
            (FUNDS_HELD, ("number",), 0, "FIELD_BELOW_MINIMUM", "value"),
            (CALL, ("leases", 1, "kind"), "funds_claim", "DOCUMENT_WORD_UNKNOWN", "value.leases[1].kind"),
            (CALL, ("funds", 1, "rate", "increment_seconds"), 0, "FIELD_BELOW_MINIMUM", "value.funds[1].rate"),
            (CALL, ("allotments", 0, "allotment", "name"), "", "FIELD_EMPTY", "value.allotments[0].allotment"),
            (REFUSED, ("trace", 0, "code"), "CALL_LOST", "DOCUMENT_CODE_UNKNOWN", "value.trace[0].code"),
            (SETTLED, ("released", 2, "kind"), "refused", "DOCUMENT_WORD_UNKNOWN", "value.released[2].kind"),
            (CHARGE, ("payer",), "tenant", "DOCUMENT_WORD_UNKNOWN", "value.payer"),
        ],
    )
    def test_the_class_checks_what_it_is_built_of(
        self, value: object, path: Path, by: object, code: str, place: str
    ) -> None:
        document = dump(value)
        target: Any = document["value"]
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = by
        problem = refused(document)
        assert (str(problem.code), problem.place) == (code, place)

    @pytest.mark.parametrize("name", ["call_profile", "renewed_call", "claim_lost", "dial_plan-own", "call_request"])
    def test_a_megabyte_of_text_anywhere(self, name: str) -> None:
        text = "x" * MEGABYTE
        document = dump(CALL_EXAMPLES[name])
        for path in _texts_of(document):
            changed = replaced(document, path, text)
            try:
                value = load(changed)
            except InvalidValue as error:
                message = str(error)
            else:
                message = ""  # such as a label, or the id of a claim
                assert dump(value) == changed
            assert len(message) < 500

    def test_an_instant_of_another_zone_comes_back_in_utc(self) -> None:
        there = timezone(timedelta(hours=8))
        claim = evolve(CALL_CLAIM, lease_until=CALL_CLAIM.lease_until.astimezone(there))
        again = load(dump(claim), CallClaim)
        assert again == claim
        assert again.lease_until.tzinfo is UTC

    def test_a_hosts_own_kind_of_text_becomes_text(self) -> None:
        document = replaced(dump(CALL_CLAIM), ("value", "number"), Word.NAME)
        assert type(load(document, CallClaim).number) is str


def _texts_of(document: object, path: Path = ()) -> list[Path]:
    if isinstance(document, dict):
        return [found for key, inner in document.items() for found in _texts_of(inner, (*path, key))]
    if isinstance(document, list):
        return [found for position, inner in enumerate(document) for found in _texts_of(inner, (*path, position))]
    return [path] if isinstance(document, str) else []


class TestStoredCalls:
    """X-4: a call that one process stored is renewed and settled by another."""

    def test_another_process_settles_as_this_one_would(self) -> None:
        program = (
            "import json, sys\n"
            "from datetime import datetime\n"
            "from tenantcore.call_policy import LiveCall, renew, settle\n"
            "from tenantcore.documents import dump, load\n"
            "call = load(json.load(sys.stdin), LiveCall)\n"
            "now = datetime.fromisoformat('2026-11-23T14:01:00+00:00')\n"
            "print(json.dumps([dump(renew(call, seconds=50, now=now)), dump(settle(call, seconds=50, now=now))]))\n"
        )
        now = datetime(2026, 11, 23, 14, 1, tzinfo=UTC)
        call = evolve(CALL, funds=(evolve(FUNDS_HELD, captured=Money("0", "USD")),))
        answer = subprocess.run(  # noqa: S603 - our own interpreter and our own program
            [sys.executable, "-c", program], input=json.dumps(dump(call)), capture_output=True, text=True, check=True
        )
        renewed, settled = json.loads(answer.stdout)
        assert load(renewed) == renew(call, seconds=50, now=now)
        assert load(settled, SettledCall) == settle(call, seconds=50, now=now)

    def test_what_a_decision_claims_is_what_is_stored(self) -> None:
        deck = RateDeck((RateRow(prefix="44", rate=RATE),), timezone="UTC")
        profile = CallProfile(currency="USD", allows_per_minute=True, decks=(deck,), call_limits=CALL_LIMITS)
        live = LiveUse(available=Money("5", "USD"), may_use_services=True)
        request = CallRequest("c-1", Direction.OUTBOUND, "+442071838750", user=DENIED)
        now = datetime(2026, 11, 23, 14, tzinfo=UTC)
        asked = [load(json.loads(json.dumps(dump(each)))) for each in (request, profile, live)]
        decision = authorize(asked[0], (asked[1], asked[2]), reseller=None, now=now)
        assert decision == authorize(request, (profile, live), reseller=None, now=now)
        assert isinstance(decision, Admitted)
        assert load(dump(decision), Admitted) == decision
        assert load(dump(LiveCall.begun(decision)), LiveCall) == LiveCall.begun(decision)

    def test_the_parts_of_a_call_can_be_reached(self) -> None:
        document = dump(CALL)
        assert document["value"]["leases"][1]["kind"] == "trunk_claim"
        assert document["value"]["funds"][0]["hold"] == "c-1/1/account/1"
        assert document["value"]["allotments"][0]["period_start"] == "2026-11-01"

    @pytest.mark.parametrize(
        ("value", "place"),
        [
            (_with(CALL, leases=[CALL_CLAIM]), "value.leases"),
            (_with(CALL, leases=(FUNDS_CLAIM,)), "value.leases[0]"),
            (_with(CALL, funds=(FUNDS_HELD, FUNDS_CLAIM)), "value.funds[1]"),
            (_with(FUNDS_CLAIM, operation="reserve"), "value.operation"),
            (_with(FUNDS_HELD, expires_at="soon"), "value.expires_at"),
            (_with(CHARGE, cost="1 USD"), "value.cost"),
            (_with(CHARGE, seconds=1.5), "value.seconds"),
            (_with(CHARGE, payer="account"), "value.payer"),
            (_with(SETTLED, charges=(CHARGE, Payer.ACCOUNT)), "value.charges[1]"),
            (_with(TRUNK_CLAIM, guard=CALL_GUARD), "value.guard"),
            (_with(LIMITS, twoway=True), "value.twoway"),
        ],
    )
    def test_a_value_with_a_part_of_another_type_is_not_written(self, value: object, place: str) -> None:
        with pytest.raises(InvalidValue) as error:
            dump(value)
        assert error.value.problem.place == place


class TestDecks:
    """X-4: a deck of many rows is written and read row by row."""

    def test_a_deck_of_many_rows(self) -> None:
        rates = [Rate(per_minute=Money(Decimal(number) / 1000, "USD")) for number in range(1, 50)]
        rows = tuple(
            RateRow(prefix=str(10_000 + number), rate=rates[number % len(rates)], name=f"place {number}")
            for number in range(3000)
        )
        deck = RateDeck(rows, timezone="America/New_York")
        again = load(json.loads(json.dumps(dump(deck))), RateDeck)
        assert (again, exact(again)) == (deck, exact(deck))
        at = datetime(2026, 11, 23, 14, tzinfo=UTC)
        assert again.find("+12999555000", at=at) == rows[2999]

    def test_prices_that_are_equal_keep_their_digits(self) -> None:
        prices = ("0.1 USD", "0.10 USD", "0.1 USD", "0.100 USD")
        rows = [replaced(dump(ROW)["value"], ("rate", "per_minute"), price) for price in prices]
        deck = load({"version": 1, "kind": "rate_deck", "value": {"rows": rows, "timezone": "UTC"}}, RateDeck)
        assert [str(row.rate.per_minute) for row in deck.rows] == list(prices)

    def test_the_row_that_is_wrong_is_named(self) -> None:
        document = dump(RateDeck((ROW,) * 2000, timezone="UTC"))
        for price in ("1.2.3 USD", 1, None, ["1 USD"], HostileText("USD")):
            changed = replaced(document, ("value", "rows", 1999, "rate", "per_minute"), price)
            assert refused(changed).place == "value.rows[1999].rate.per_minute"

    def test_a_profile_is_stored_without_its_decks_and_put_together_again(self) -> None:
        bare = load(dump(evolve(PROFILE, decks=())), CallProfile)
        decks = tuple(load(dump(deck), RateDeck) for deck in PROFILE.decks)
        assert evolve(bare, decks=decks) == PROFILE

    def test_what_a_profile_works_out_is_worked_out_again(self) -> None:
        again = load(dump(PROFILE), CallProfile)
        assert again.lease == PROFILE.lease
        live = LiveUse(available=None, may_use_services=True)
        assert again.status_of(live) is PROFILE.status_of(live)
        assert not any(part.startswith("_") for part in dump(PROFILE)["value"])
