"""Dial plans and number classes: NUM-1 and NUM-2."""

import pickle
import re
from collections.abc import Iterable
from typing import Any
from unittest.mock import Mock

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import example, given
from hypothesis import strategies as st

from tenantcore.errors import InvalidType, InvalidValue, Kind
from tenantcore.numbering import (
    NORTH_AMERICA,
    NORTH_AMERICAN_RULES,
    CallClass,
    ClassRule,
    CountryClass,
    DialPlan,
    NumberClass,
    OwnClass,
    country_of,
)
from tests.strangers import MEGABYTE, REPEATED, HostileText, Word, anything, long_text
from tests.vector_files import Case, cases

OFFICES = OwnClass(word="offices", label="Our offices")
GATE = OwnClass(word="gate", label="The gate")

# The area codes of the table, typed a second time.
TOLL_FREE = ["800", *(f"88{digit}" for digit in "0123456789"), "877", "866", "855", "844", "833", "822"]
CARIBBEAN = [
    "684", "264", "268", "242", "246", "441", "284", "345", "767", "809", "829", "849", "473", "671", "876", "658",
    "664", "670", "787", "939", "869", "758", "784", "721", "868", "649", "340",
]  # fmt: skip
DISPATCHERS = ["911", "922", "933", "833", "811", "711", "999", "988", "112"]

# As the account wizard's platform publishes its expressions, tried in this order; then what we do otherwise.
CONVERTERS: tuple[tuple[str, str], ...] = (
    (r"(?:\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})", "+1"),
    (r"011([1-9]\d{4,14})", "+"),
    (r"00([1-9]\d{4,14})", "+"),
    (r"([2-9]\d{7,14})", "+"),
)
SHORT = "|".join([*DISPATCHERS, "1911", "[2-6]11"])
CLASSIFIERS: tuple[tuple[NumberClass, str], ...] = (
    (NumberClass.US_TOLLFREE, rf"\+1(?:{'|'.join(TOLL_FREE)})\d{{7}}"),
    (NumberClass.US_TOLL, r"\+1900\d{7}"),
    (NumberClass.EMERGENCY, rf"(?:\+1?)?(?:{'|'.join(DISPATCHERS)})|1911"),
    (NumberClass.CARIBBEAN, rf"\+1(?:{'|'.join(CARIBBEAN)})\d{{7}}"),
    (NumberClass.US_DID, r"\+1[2-9]\d\d[2-9]\d{6}"),
    (NumberClass.INTERNATIONAL, r"\+[2-9]\d{7,14}|\+(?:290|683|690)\d{4}"),
)


def north_america() -> DialPlan:
    """A plan that nobody has asked yet."""
    return DialPlan("NANP")


def naive_number(dialled: str) -> str | None:
    """One regular expression after the other."""
    if re.fullmatch(rf"\+[1-9]\d{{1,14}}|{SHORT}", dialled, re.ASCII):
        return dialled
    for expression, prefix in CONVERTERS:
        match = re.fullmatch(expression, dialled, re.ASCII)
        if match:
            return prefix + match[1]
    return None


def naive_class(dialled: str) -> NumberClass:
    """One regular expression after the other."""
    number = naive_number(dialled) or ""
    for found, expression in CLASSIFIERS:
        if re.fullmatch(expression, number, re.ASCII):
            return found
    return NumberClass.UNKNOWN


def dialled_texts() -> st.SearchStrategy[str]:
    """What people and machines dial, good and bad: prefixes, codes of the tables, and digits of any number."""
    heads = st.sampled_from(
        ["", "", "+", "+1", "1", "011", "00", "+44", "44", "+683", "0111", "001", "+0", "++", *DISPATCHERS, *TOLL_FREE]
        + [f"+1{code}" for code in (*TOLL_FREE, *CARIBBEAN, "900")]
    )
    return st.tuples(heads, st.text("0123456789", max_size=17), st.sampled_from(("", "", "", " ", "\n", "#", "a"))).map(
        "".join
    )


def code_of(error: pytest.ExceptionInfo[InvalidValue]) -> str:
    return str(error.value.problem.code)


class TestVectors:
    """The cases that any implementation could run."""

    @pytest.mark.parametrize("case", cases("numbering"), ids=lambda c: c.id)
    def test_case(self, case: Case) -> None:
        plan = DialPlan(case.given["plan"])
        dialled = case.given["dialled"]
        if "class" in case.expect:
            assert case.expect == {"class": plan.classify(dialled).word}
        else:
            assert case.expect == {"number": plan.normalize(dialled)}


class TestNorthAmericanDialling:
    """Ten digits, 1 and ten, 011 and 00, any other eight or more from 2 to 9; short codes stay (NUM-1)."""

    @given(dialled_texts() | st.text())
    @example("2002000000")
    @example("2001999999")
    @example("12001999999")
    @example("234567890123456")
    @example("2345678901234567")
    @example("0112345")
    @example("01123456")
    @example("011" + "2" * 15)
    @example("011" + "2" * 16)
    @example("00" + "2" * 15)
    @example("00" + "2" * 16)
    def test_it_does_what_the_expressions_do(self, dialled: str) -> None:
        assert naive_number(dialled) == north_america().normalize(dialled)

    def test_every_code_of_three_digits(self) -> None:
        plan = north_america()
        kept = [code for code in map("{:03d}".format, range(1000)) if plan.normalize(code) is not None]
        assert sorted([*DISPATCHERS, "211", "311", "411", "511", "611"]) == kept

    @given(dialled_texts() | st.text())
    def test_normalizing_twice_changes_nothing(self, dialled: str) -> None:
        number = north_america().normalize(dialled)
        assert number == north_america().normalize(number)

    def test_an_integer_from_200_200_0000_to_999_999_9999_is_a_number_if_its_exchange_is_one(self) -> None:
        plan = north_america()
        for number in range(2_002_000_000, 10_000_000_000, 9_999_991):
            ten = str(number)
            expected = f"+1{ten}" if ten[3] >= "2" else f"+{ten}"
            assert expected == plan.normalize(ten)
            assert plan.normalize(f"1{ten}") == (f"+1{ten}" if ten[3] >= "2" else None)


class TestNorthAmericanClasses:
    """The classes of the account wizard in order, first match wins (NUM-2)."""

    @given(dialled_texts() | st.text())
    @example("+12001999999")
    @example("+6834002")
    @example("+6844002")
    @example("+2345678")
    @example("+23456789")
    @example("+234567890123456")
    @example("+2345678901234567")
    def test_the_trie_answers_as_the_expressions_do(self, dialled: str) -> None:
        assert naive_class(dialled) is north_america().classify(dialled)

    @given(dialled_texts() | st.text())
    def test_a_number_is_of_the_class_of_what_is_dialled(self, dialled: str) -> None:
        plan = north_america()
        number = plan.normalize(dialled)
        assert plan.classify(dialled) is (NumberClass.UNKNOWN if number is None else plan.classify(number))

    def test_every_area_code(self) -> None:
        plan = north_america()
        found: dict[CallClass, list[str]] = {}
        for area in map("{:03d}".format, range(1000)):
            found.setdefault(plan.classify(f"+1{area}2345678"), []).append(area)
        assert found.pop(NumberClass.US_TOLLFREE) == sorted(TOLL_FREE)
        assert found.pop(NumberClass.US_TOLL) == ["900"]
        assert found.pop(NumberClass.CARIBBEAN) == sorted(CARIBBEAN)
        assert found.pop(NumberClass.UNKNOWN) == [f"{area:03d}" for area in range(200)]
        assert [*found] == [NumberClass.US_DID]

    @pytest.mark.parametrize("code", [*TOLL_FREE, *CARIBBEAN, "900", "415"])
    def test_a_number_needs_ten_digits_behind_plus_one(self, code: str) -> None:
        plan = north_america()
        assert plan.classify(f"+1{code}555123") is NumberClass.UNKNOWN
        assert plan.classify(f"+1{code}5551234") is not NumberClass.UNKNOWN
        assert plan.classify(f"+1{code}55512345") is NumberClass.UNKNOWN

    @pytest.mark.parametrize("code", DISPATCHERS)
    def test_a_dispatcher_is_dialled_whole(self, code: str) -> None:
        plan = north_america()
        assert plan.classify(code) is NumberClass.EMERGENCY
        parts = (code[:2], f"{code}1", f"{code}{code}", f"0{code}", f"011{code}", f"9{code}", f"2{code}", f"+2{code}")
        assert {plan.classify(other) for other in parts} == {NumberClass.UNKNOWN}

    @pytest.mark.parametrize("code", DISPATCHERS)
    def test_a_dispatcher_in_the_form_of_e164_is_one(self, code: str) -> None:
        plan = north_america()
        for number in (f"+{code}", f"+1{code}"):
            assert (plan.normalize(number), plan.classify(number)) == (number, NumberClass.EMERGENCY)
            more = (f"{number}0", f"{number}1", f"{number}{code}", number[:-1], f"+1{number[1:]}1")
            assert NumberClass.EMERGENCY not in {plan.classify(other) for other in more if other != f"+1{code}"}

    def test_only_911_is_dialled_with_the_prefix(self) -> None:
        # Four digits might be an extension's: a hotel has a room 1922.
        plan = north_america()
        found = [code for code in map("1{:03d}".format, range(1000)) if plan.classify(code) is NumberClass.EMERGENCY]
        assert found == ["1911"]
        assert plan.normalize("1911") == "1911"

    def test_no_number_of_seven_digits_or_more_is_a_call_for_help(self) -> None:
        plan = north_america()
        for code in (*DISPATCHERS, "1911"):
            for length in range(7 - len(code), 16 - len(code)):
                for digits in ("0" * length, "1" * length, "2345678901234"[:length], "9" * length):
                    dialled = (code + digits, f"+{code}{digits}", f"+1{code}{digits}", digits + code)
                    assert NumberClass.EMERGENCY not in {plan.classify(each) for each in dialled}

    def test_a_code_may_be_a_dispatcher_and_an_area(self) -> None:
        plan = north_america()
        both = [plan.classify(dialled) for dialled in ("833", "8335551234", "922", "9225551234")]
        assert both == [
            NumberClass.EMERGENCY,
            NumberClass.US_TOLLFREE,
            NumberClass.EMERGENCY,
            NumberClass.US_DID,
        ]

    def test_words_and_labels_are_the_wizards(self) -> None:
        assert [(found.name, found.word, found.label) for found in NumberClass] == [
            ("US_TOLLFREE", "tollfree_us", "US TollFree"),
            ("US_TOLL", "toll_us", "US Toll"),
            ("EMERGENCY", "emergency", "Emergency Dispatcher"),
            ("CARIBBEAN", "caribbean", "Caribbean"),
            ("US_DID", "did_us", "US DID"),
            ("INTERNATIONAL", "international", "International"),
            ("UNKNOWN", "unknown", "Other than above"),
        ]
        assert tuple(NumberClass) == NORTH_AMERICA.classes

    def test_the_table_is_data_in_the_order_of_the_wizard(self) -> None:
        assert [rule.call_class for rule in NORTH_AMERICAN_RULES] == list(NumberClass)

    def test_a_class_is_found_by_its_word(self) -> None:
        for call_class in NORTH_AMERICA.classes:
            assert NORTH_AMERICA.find_class(call_class.word) is call_class
            assert NumberClass(call_class.word) is call_class
            assert str(call_class) == call_class.word
        assert NORTH_AMERICA.find_class("mobile") is None


class TestGarbage:
    """Whatever isn't dialled as a number is no number, of class UNKNOWN, and never raises (NUM-1)."""

    PLANS = (NORTH_AMERICA, DialPlan.for_country("SG"), DialPlan.for_country("AR"))

    @pytest.mark.parametrize(
        "text",
        [
            "", " ", "+", "++1", "a", "1a", "911 ", " 911", "911\n", "+1\n", "4158867900\n", "415-886-7900",
            "(415)8867900", "+1 4158867900", "+14158867900#", "*67", "0", "00", "011", "1", "01", "+0", "+1", "0110",
            "٩١١", "９１１", "²²²", "+١٢٣٤٥٦٧٨", "911\0", "\ud800", "sip:911@example.com", "tel:911", "1,911", "9e11",
            "9_11", "-911", "9.11", "9" * 16, "9" * 33, "0" * 10_000, "9" * 10_000,
            "+" + "9" * 10_000, "00" + "1" * 31,
        ],
    )  # fmt: skip
    def test_texts(self, text: str) -> None:
        for plan in self.PLANS:
            assert (plan.normalize(text), plan.classify(text)) == (None, NumberClass.UNKNOWN)
            assert country_of(text) is None

    def test_other_types(self) -> None:
        for value in (None, 911, 911.0, True, b"911", ["911"], ("911",), object(), Mock(spec=str), str):
            for plan in self.PLANS:
                assert (plan.normalize(value), plan.classify(value)) == (None, NumberClass.UNKNOWN)
                assert plan.find_class(value) is None
            assert country_of(value) is None

    @given(anything())
    def test_any_object(self, value: object) -> None:
        for plan in self.PLANS:
            number = plan.normalize(value)
            assert number is None or plan.normalize(number) == number
            assert plan.classify(value) in plan.classes
            plan.find_class(value)
        country_of(value)

    @pytest.mark.parametrize("repeated", REPEATED)
    def test_a_million_characters(self, repeated: str) -> None:
        for plan in self.PLANS:
            assert (plan.normalize(long_text(repeated)), plan.classify(long_text(repeated))) == (
                None,
                NumberClass.UNKNOWN,
            )
            assert plan.find_class(long_text(repeated)) is None

    def test_text_of_a_hosts_own_kind_is_text(self) -> None:
        class Dialled(str):
            __slots__ = ()

        for dialled in (Dialled("911"), HostileText("911")):
            assert NORTH_AMERICA.classify(dialled) is NumberClass.EMERGENCY
            assert type(NORTH_AMERICA.normalize(dialled)) is str
        for number in (Dialled("+18762345678"), HostileText("+18762345678")):
            assert NORTH_AMERICA.classify(number) is NumberClass.CARIBBEAN
            assert type(NORTH_AMERICA.normalize(number)) is str
            assert country_of(number) == "JM"
        assert NORTH_AMERICA.find_class(HostileText("caribbean")) is NumberClass.CARIBBEAN

    def test_the_longest_that_can_be_dialled(self) -> None:
        rule = ClassRule(OFFICES, r"\d{1,}")
        plan = DialPlan("NANP", (rule,))
        assert (plan.classify("1" * 32), plan.classify("1" * 33)) == (OFFICES, NumberClass.UNKNOWN)


class TestCountries:
    """Other countries are dialled and classified by libphonenumber's data (NUM-1, NUM-2)."""

    def test_a_country_is_named_by_its_code(self) -> None:
        for country in ("SG", "sg", "Sg", Word.SG, HostileText("SG")):
            assert DialPlan.for_country(country) == DialPlan("SG")
            assert str(DialPlan.for_country(country)) == "SG"

    @pytest.mark.parametrize("country", ["", "XX", "SGP", " SG", "S", "ß", "NANP", "nanp", "001", "ZZ", "UK", "ＳＧ"])
    def test_unknown_countries(self, country: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            DialPlan.for_country(country)
        assert code_of(caught) == "DIAL_PLAN_COUNTRY_UNKNOWN"

    @pytest.mark.parametrize("name", ["sg", "", "XX", "Singapore", "x" * MEGABYTE], ids=lambda name: name[:9])
    def test_unknown_names(self, name: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            DialPlan(name)
        assert code_of(caught) == "DIAL_PLAN_COUNTRY_UNKNOWN"
        assert len(str(caught.value)) < 200

    @given(anything())
    def test_any_object_is_a_country_or_refused(self, country: object) -> None:
        try:
            plan = DialPlan.for_country(country)
        except InvalidValue as error:
            assert len(str(error)) < 200  # noqa: PT017 - that it may raise is the point
        else:
            assert plan == DialPlan("SG")

    def test_no_text_is_refused_by_type(self) -> None:
        strangers: tuple[Any, ...] = (None, 65, b"SG", ["SG"], Mock(spec=str))
        for country in strangers:
            with pytest.raises(InvalidType, match="country must be text"):
                DialPlan.for_country(country)
            with pytest.raises(InvalidType, match="name must be text"):
                DialPlan(country)

    def test_classes_are_those_the_country_has_numbers_of(self) -> None:
        assert [str(found) for found in DialPlan.for_country("SG").classes] == [
            "emergency", "premium_rate", "toll_free", "voip", "company", "fixed_line", "mobile", "short_code",
            "international", "unknown",
        ]  # fmt: skip

    def test_words_and_labels(self) -> None:
        assert [(found.word, found.label) for found in CountryClass] == [
            ("premium_rate", "Premium rate"),
            ("toll_free", "Toll-free"),
            ("shared_cost", "Shared cost"),
            ("voip", "Internet telephony"),
            ("personal", "Personal number"),
            ("pager", "Pager"),
            ("company", "Company number"),
            ("voicemail", "Voicemail access"),
            ("fixed_or_mobile", "Fixed line or mobile"),
            ("fixed_line", "Fixed line"),
            ("mobile", "Mobile"),
            ("short_code", "Short code"),
            ("same_code", "Elsewhere under the same country code"),
        ]

    def test_short_codes_go_by_their_price_where_it_is_known(self) -> None:
        plan = DialPlan.for_country("AU")
        found = [str(plan.classify(dialled)) for dialled in ("000", "1234", "733", "225", "1194")]
        assert found == ["emergency", "premium_rate", "toll_free", "short_code", "short_code"]

    def test_a_number_that_the_country_does_not_know_is_of_no_class(self) -> None:
        plan = DialPlan.for_country("SG")
        assert plan.normalize("99999999") == "+6599999999"
        assert plan.classify("99999999") is NumberClass.UNKNOWN

    def test_numbers_abroad_have_seven_digits_to_fifteen(self) -> None:
        plan = DialPlan.for_country("SG")
        for code in ("1", "44", "683"):
            found = [plan.classify(f"+{code}" + "2" * (length - len(code))) for length in (6, 7, 15, 16)]
            assert [call_class is NumberClass.INTERNATIONAL for call_class in found] == [False, True, True, False]

    def test_digits_after_an_international_prefix_stay_as_they_are(self) -> None:
        # The zero in parentheses of business cards: libphonenumber takes it out, a network doesn't.
        assert DialPlan.for_country("DE").normalize("00440207183875") == "+440207183875"

    @pytest.mark.parametrize(
        ("dialled", "number"),
        [
            ("001" + "4" * 4, None), ("001" + "4" * 5, "+44444"), ("001" + "4" * 15, "+" + "4" * 15),
            ("001" + "4" * 16, None),
        ],
    )  # fmt: skip
    def test_five_digits_to_fifteen_after_an_international_prefix(self, dialled: str, number: str | None) -> None:
        assert DialPlan.for_country("SG").normalize(dialled) == number

    def test_numbers_of_neighbours_under_one_code_are_dialled_alike(self) -> None:
        # Numbers of nine digits are Britain's only, and Jersey can call them.
        assert DialPlan.for_country("JE").normalize("0800735456") == "+44800735456"
        assert DialPlan.for_country("JE").classify("0800735456") is CountryClass.SAME_CODE

    def test_numbers_too_long_for_e164_are_none(self) -> None:
        plan = DialPlan.for_country("DE")
        assert plan.normalize("0" + "30123456789012") is None
        assert plan.normalize("0" + "3012345678901") == "+493012345678901"
        assert plan.normalize("30123456789012") is None


class TestOwnClasses:
    """A host hands in its own rules, tried before the plan's, but for emergencies (NUM-2)."""

    RULES = (
        ClassRule(OFFICES, r"7\d{3}"),
        ClassRule(OFFICES, r"\+1415886\d{4}"),
        ClassRule(GATE, "7001"),
        ClassRule(CountryClass.PREMIUM_RATE, r"\+1976\d{7}"),
        ClassRule(NumberClass.EMERGENCY, "5555|911"),
    )

    def test_they_come_first(self) -> None:
        plan = NORTH_AMERICA.with_classes(*self.RULES)
        found = [plan.classify(dialled) for dialled in ("7001", "4158867900", "9765551234", "5555", "4155551234")]
        assert found == [OFFICES, OFFICES, CountryClass.PREMIUM_RATE, NumberClass.EMERGENCY, NumberClass.US_DID]
        assert (plan.normalize("7001"), plan.normalize("5555"), plan.normalize("70011")) == ("7001", "5555", None)
        assert NORTH_AMERICA.classify("7001") is NumberClass.UNKNOWN

    def test_they_are_shown_first_and_found_by_word(self) -> None:
        plan = NORTH_AMERICA.with_classes(*self.RULES)
        assert plan.classes == (
            OFFICES, GATE, NumberClass.US_TOLLFREE, NumberClass.US_TOLL, NumberClass.EMERGENCY, NumberClass.CARIBBEAN,
            NumberClass.US_DID, CountryClass.PREMIUM_RATE, NumberClass.INTERNATIONAL, NumberClass.UNKNOWN,
        )  # fmt: skip
        assert plan.find_class("gate") == GATE
        assert plan.find_class("premium_rate") is CountryClass.PREMIUM_RATE

    @pytest.mark.parametrize(("plan", "code"), [("NANP", "911"), ("SG", "995"), ("AU", "000"), ("DE", "112")])
    def test_nothing_hides_an_emergency(self, plan: str, code: str) -> None:
        everything = ClassRule(OFFICES, r"\d{1,}|\+\d{1,}")
        assert DialPlan(plan).with_classes(everything).classify(code) is NumberClass.EMERGENCY
        assert DialPlan(plan).with_classes(everything).classify("+14158867900") == OFFICES

    def test_more_rules_come_after_those_that_are_there(self) -> None:
        first, second = ClassRule(OFFICES, r"7\d{3}"), ClassRule(GATE, r"700\d")
        assert NORTH_AMERICA.with_classes(first).with_classes(second) == DialPlan("NANP", (first, second))
        assert NORTH_AMERICA.with_classes(first).with_classes(second).classify("7001") == OFFICES
        assert NORTH_AMERICA.with_classes(second).with_classes(first).classify("7001") == GATE
        assert NORTH_AMERICA.with_classes() == NORTH_AMERICA

    def test_a_country_takes_them_alike(self) -> None:
        plan = DialPlan.for_country("SG").with_classes(ClassRule(OFFICES, r"\+656123\d{4}"), ClassRule(GATE, "61"))
        assert (plan.classify("61234567"), plan.normalize("61"), plan.classify("61")) == (OFFICES, "61", GATE)
        assert plan.classify("61334567") is CountryClass.FIXED_LINE

    @given(dialled_texts())
    def test_they_change_nothing_for_other_numbers(self, dialled: str) -> None:
        plan = NORTH_AMERICA.with_classes(*self.RULES)
        found = plan.classify(dialled)
        naive: list[Any] = [
            rule.call_class
            for rule in sorted(self.RULES, key=lambda rule: rule.call_class is not NumberClass.EMERGENCY)
            if re.fullmatch(rule.pattern, plan.normalize(dialled) or "", re.ASCII)
        ]
        assert found == (naive[0] if naive else naive_class(dialled))

    @pytest.mark.parametrize("word", ["a", "a1", "our_offices", "a" * 40])
    def test_good_words(self, word: str) -> None:
        assert str(OwnClass(word=word, label="x")) == word

    @pytest.mark.parametrize(
        "word", ["A", "1a", "_a", "a-b", "a b", "a\n", "ä", "a" * 41, "offices!", "a" * MEGABYTE, "\ud800"]
    )
    def test_malformed_words(self, word: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            OwnClass(word=word, label="x")
        assert code_of(caught) == "NUMBER_CLASS_WORD_MALFORMED"
        assert len(str(caught.value)) < 200

    @pytest.mark.parametrize("word", [found.word for table in (NumberClass, CountryClass) for found in table])
    def test_words_of_the_library_are_taken(self, word: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            OwnClass(word=word, label="x")
        assert code_of(caught) == "NUMBER_CLASS_WORD_TAKEN"
        assert caught.value.problem.code.kind is Kind.TAKEN

    @pytest.mark.parametrize("label", ["x", "Büros", "Our offices, 2nd floor", "办公室", "x" * 100])
    def test_good_labels(self, label: str) -> None:
        assert OwnClass(word="offices", label=label).label == label

    @pytest.mark.parametrize(
        ("label", "code"),
        [
            ("a\0b", "NAME_CONTROL_CHARACTER"), ("a\nb", "NAME_CONTROL_CHARACTER"), ("a\n", "NAME_CONTROL_CHARACTER"),
            ("a\tb", "NAME_CONTROL_CHARACTER"), ("\x1b[31ma", "NAME_CONTROL_CHARACTER"),
            ("a\u2028b", "NAME_CONTROL_CHARACTER"), ("a\x85", "NAME_CONTROL_CHARACTER"),
            ("\ud800", "NAME_SURROGATE"), ("a\udfff", "NAME_SURROGATE"), ("a\u202eb", "NAME_BIDI_CONTROL"),
            ("a\u200bb", "NAME_INVISIBLE_CHARACTER"), ("\ufeffa", "NAME_INVISIBLE_CHARACTER"),
            ("\ue000", "NAME_PRIVATE_USE_CHARACTER"), ("\u0378", "NAME_UNASSIGNED_CHARACTER"),
            ("\u0301a", "NAME_LEADING_MARK"), ("", "FIELD_EMPTY"), (" ", "FIELD_EMPTY"), ("\u00a0 ", "FIELD_EMPTY"),
            ("x" * 101, "NUMBER_CLASS_LABEL_LONG"), ("\0" * MEGABYTE, "NUMBER_CLASS_LABEL_LONG"),
        ],
        ids=lambda value: ascii(value)[:20],
    )  # fmt: skip
    def test_labels_that_no_form_can_show(self, label: str, code: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            OwnClass(word="offices", label=label)
        assert code_of(caught) == code
        assert caught.value.problem.path == (() if code == "FIELD_EMPTY" else ("label",))
        assert len(str(caught.value)) < 300

    def test_no_class_of_the_library_shares_a_word(self) -> None:
        words = [found.word for table in (NumberClass, CountryClass) for found in table]
        assert len(words) == len(set(words))

    def test_words_labels_and_patterns_are_needed(self) -> None:
        makers: Iterable[Any] = (
            lambda: OwnClass(word="", label="x"),
            lambda: OwnClass(word="x", label=""),
            lambda: ClassRule(OFFICES, ""),
        )
        for make in makers:
            with pytest.raises(InvalidValue) as caught:
                make()
            assert code_of(caught) == "FIELD_EMPTY"

    @given(anything())
    def test_other_types_are_refused(self, value: Any) -> None:
        for make in (
            lambda: OwnClass(word=value, label="x"),
            lambda: OwnClass(word="x", label=value),
            lambda: ClassRule(value, "1"),
            lambda: ClassRule(OFFICES, value),
            lambda: DialPlan("NANP", value),
            lambda: NORTH_AMERICA.with_classes(value),
        ):
            try:
                make()
            except InvalidValue as error:
                assert len(str(error)) < 300  # noqa: PT017 - that it may raise is the point

    def test_a_rule_is_a_rule_and_its_class_a_class(self) -> None:
        with pytest.raises(InvalidType, match="call_class must be a number class"):
            ClassRule("offices", "1")  # type: ignore[arg-type] # that it is none is the point
        with pytest.raises(InvalidType, match="own must hold only class rules"):
            NORTH_AMERICA.with_classes(OFFICES)  # type: ignore[arg-type] # as above
        with pytest.raises(InvalidType, match="own must be a tuple of class rules"):
            DialPlan("NANP", [ClassRule(OFFICES, "1")])  # type: ignore[arg-type] # as above

    def test_one_word_has_one_label(self) -> None:
        other = OwnClass(word="offices", label="Branches")
        with pytest.raises(InvalidValue) as caught:
            NORTH_AMERICA.with_classes(ClassRule(OFFICES, "1"), ClassRule(GATE, "2"), ClassRule(other, "3"))
        assert code_of(caught) == "DIAL_PLAN_WORD_DOUBLED"
        same = OwnClass(word="offices", label="Our offices")
        assert NORTH_AMERICA.with_classes(ClassRule(OFFICES, "1"), ClassRule(same, "3")).classes[:1] == (OFFICES,)

    def test_a_thousand_rules_are_the_most(self) -> None:
        rules = tuple(ClassRule(OFFICES, rf"\+1{number}\d{{6}}") for number in range(2000, 3001))
        assert NORTH_AMERICA.with_classes(*rules[:1000]).classify("+12999555123") == OFFICES
        with pytest.raises(InvalidValue) as caught:
            NORTH_AMERICA.with_classes(*rules)
        assert code_of(caught) == "DIAL_PLAN_RULES_MANY"

    def test_patterns_that_are_too_much_together_are_refused_at_once(self) -> None:
        rules = [ClassRule(OFFICES, rf"\+\d{{0,9}}{digit}\d{{{digit}}}") for digit in range(2, 10)]
        with pytest.raises(InvalidValue) as caught:
            NORTH_AMERICA.with_classes(*rules)
        assert code_of(caught) == "NUMBER_PATTERNS_TANGLED"


class TestCountryOfNumber:
    """The country of a number in E.164, also where countries share a code (NUM-1)."""

    @pytest.mark.parametrize(
        ("number", "country"),
        [
            ("+6561234567", "SG"), ("+651", "SG"), ("+14165550123", "CA"), ("+14158867900", "US"),
            ("+18765551234", "JM"), ("+16585551234", "JM"), ("+1876", "JM"), ("+11", None),
            ("+442071838750", "GB"), ("+441481960194", "GG"),
            ("+77011234567", "KZ"), ("+79012345678", "RU"), ("+80012345678", None), ("+88112345678", None),
            ("+21012345678", None), ("+999", None), ("6561234567", None), ("995", None), ("+0651234567", None),
        ],
    )  # fmt: skip
    def test_examples(self, number: str, country: str | None) -> None:
        assert country_of(number) == country


class TestValues:
    """Values are immutable, hashable and picklable, and go with any program (X-4)."""

    PLANS = (NORTH_AMERICA, DialPlan.for_country("SG"), NORTH_AMERICA.with_classes(ClassRule(OFFICES, r"7\d{3}")))

    @pytest.mark.parametrize("plan", PLANS, ids=str)
    def test_plans(self, plan: DialPlan) -> None:
        plan.classify("911")
        copy = pickle.loads(pickle.dumps(plan))  # noqa: S301 - our own
        assert (copy, hash(copy)) == (plan, hash(plan))
        assert copy.classify("911") is plan.classify("911")
        assert len(pickle.dumps(plan)) < 500, "what a plan is compiled to stays at home"
        with pytest.raises(FrozenInstanceError):
            plan.name = "SG"  # type: ignore[misc] # that it is refused is the point

    def test_classes(self) -> None:
        for found in (*NumberClass, *CountryClass):
            assert pickle.loads(pickle.dumps(found)) is found  # noqa: S301 - our own
        assert pickle.loads(pickle.dumps(OFFICES)) == OFFICES  # noqa: S301 - our own
        assert len({*NumberClass, *CountryClass, OFFICES, OwnClass(word="offices", label="Our offices")}) == 21

    def test_a_plan_shows_what_it_is_made_of(self) -> None:
        assert repr(NORTH_AMERICA) == "DialPlan(name='NANP', own=())"
        assert str(NORTH_AMERICA) == "NANP"
        assert repr(NumberClass.US_DID) == "<NumberClass.US_DID: 'did_us'>"
