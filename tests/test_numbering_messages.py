"""What a person reads when a dial plan or a class can't be built: the fault and the remedy, in full."""

from collections.abc import Callable

import pytest

from tenantcore.errors import InvalidValue
from tenantcore.numbering import (
    NORTH_AMERICA,
    ClassRule,
    DialPlan,
    DialPlanFault,
    NumberClassFault,
    NumberPatternFault,
    OwnClass,
)

OFFICES = OwnClass(word="offices", label="Our offices")
RULE = ClassRule(OFFICES, "7")
LANGUAGE = r"write digits, \+, \d, sets such as [2-9], groups, |, ?, and counts such as {7}, {2,5} and {5,}"

CASES: dict[str, tuple[Callable[[], object], str]] = {
    "no country": (
        lambda: DialPlan.for_country("Singapore"),
        "there is no dial plan for the country 'SINGAPORE'; hand in an ISO 3166-1 alpha-2 code such as SG",
    ),
    "a number for a country": (
        lambda: DialPlan.for_country("+6561234567"),
        "there is no dial plan for the country a text of 11 characters; hand in an ISO 3166-1 alpha-2 code such as SG",
    ),
    "no text": (lambda: DialPlan.for_country(65), "country must be text, not int; hand in text"),
    "no text for a name": (
        lambda: DialPlan(None),  # type: ignore[arg-type] # that it is none is the point
        "name must be text, not NoneType; hand in text",
    ),
    "no class": (
        lambda: ClassRule(None, "1"),  # type: ignore[arg-type] # as above
        "call_class must be a number class, not NoneType; hand in a number class",
    ),
    "no pattern": (lambda: ClassRule(OFFICES, ""), "pattern must not be empty; give at least one character or item"),
    "an expression": (
        lambda: ClassRule(OFFICES, "^7.*"),
        f"the number pattern can't be read at position 0 (from 0), at '^'; {LANGUAGE}",
    ),
    "a group without end": (
        lambda: ClassRule(OFFICES, "(7"),
        f"the number pattern can't be read at position 2 (from 0), at ''; {LANGUAGE}",
    ),
    "a long pattern": (
        lambda: ClassRule(OFFICES, "7" * 4001),
        "the number pattern has 4001 characters, more than 4000; divide it into several rules of one class",
    ),
    "an endless pattern": (
        lambda: ClassRule(OFFICES, r"(\d{7}){10}"),
        (
            "the number pattern describes numbers of up to 70 characters, more than 64; "
            "lower its counts; no dialled number has more than 32 characters"
        ),
    ),
    "tangled patterns": (
        lambda: NORTH_AMERICA.with_classes(ClassRule(OFFICES, r"\d{0,20}1\d{20}")),
        (
            "the number patterns of one dial plan need more than 50000 states; "
            "fix the first digits in each pattern, and leave only the end open"
        ),
    ),
    "a malformed word": (
        lambda: OwnClass(word="Our offices", label="Our offices"),
        (
            "'Our offices' is no word for a number class; write up to 40 small letters, digits and underscores, "
            "a letter first"
        ),
    ),
    "a taken word": (
        lambda: OwnClass(word="mobile", label="Mobiles"),
        (
            "the word 'mobile' stands for a number class of the library; "
            "choose another word, or use that class in the rule"
        ),
    ),
    "no label": (
        lambda: OwnClass(word="offices", label=""),
        "label must not be empty; give at least one character or item",
    ),
    "a long label": (
        lambda: OwnClass(word="offices", label="x" * 101),
        (
            "label: the label of a number class has 101 characters, more than 100; "
            "shorten it to what stands beside a box to tick"
        ),
    ),
    "a label of two lines": (
        lambda: OwnClass(word="offices", label="Our\noffices"),
        (
            "label: the text has a control character, tab or line end (U+000A <control-000A>) at position 3 (from 0); "
            "delete it; a name is one line of visible characters"
        ),
    ),
    "a doubled word": (
        lambda: NORTH_AMERICA.with_classes(RULE, ClassRule(OwnClass(word="offices", label="Branches"), "8")),
        (
            "two number classes of the dial plan share the word 'offices' and differ by their labels; "
            "give each class its own word, and one label"
        ),
    ),
    "many rules": (
        lambda: NORTH_AMERICA.with_classes(*[RULE] * 1001),
        (
            "the dial plan has 1001 rules of the host's own, more than 1000; "
            "join patterns by |, and look up lists of single numbers before asking for a class"
        ),
    ),
}


class TestMessages:
    """Every problem has an English sentence with its remedy, and no telephone number in it (X-3)."""

    @pytest.mark.parametrize("name", CASES)
    def test_in_full(self, name: str) -> None:
        make, message = CASES[name]
        with pytest.raises(InvalidValue) as caught:
            make()
        assert str(caught.value) == message

    def test_every_fault_of_the_tables_is_met(self) -> None:
        met = set()
        for make, _ in CASES.values():
            with pytest.raises(InvalidValue) as caught:
                make()
            met.add(caught.value.problem.code)
        assert met >= {*DialPlanFault, *NumberClassFault, *NumberPatternFault}

    def test_every_fault_names_its_rule(self) -> None:
        rules = {
            fault.name: fault.rule for table in (DialPlanFault, NumberClassFault, NumberPatternFault) for fault in table
        }
        assert rules.pop("DIAL_PLAN_COUNTRY_UNKNOWN") == "NUM-1"
        assert set(rules.values()) == {"NUM-2"}
