"""Realms: reading, policies, generation, change. DNS is in `test_realm_dns.py`."""

import itertools
import json
import math
import pickle
import re
from datetime import time
from typing import Any, Final

import idna
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tenantcore._realm_labels import numbered
from tenantcore.errors import FieldCode, InvalidType, InvalidValue, Kind, Problem
from tenantcore.realm import (
    OWN_DOMAIN,
    QUIET_HOURS,
    RESERVED_LABELS,
    SAFE_ALPHABET,
    ChangeStep,
    QuietHours,
    Realm,
    RealmChange,
    RealmFault,
    RealmLabelFault,
    RealmPolicy,
    RealmSyntaxFault,
    RecordType,
    Service,
    find_realm_problems,
    plan_change,
    suggest_label,
)
from tenantcore.testing import realm_policies, realms
from tests.vector_files import Case, cases

PLATFORM: Final = RealmPolicy(suffix=Realm("s.logicom.center"))
# Whatever may be handed in where text is meant.
NO_TEXT: Final = (None, 5, True, 1.5, math.nan, b"acme.example.com", ["acme.example.com"], object(), 10**5000)
# Slow and obvious: what RFC 1123 and RFC 3696 say of ASCII host names without A-labels, in one expression.
LABEL: Final = r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST_NAME: Final = re.compile(rf"(?=.{{4,253}}\Z)(?:{LABEL}\.)+(?![0-9]+\Z){LABEL}", re.IGNORECASE | re.ASCII)
SPECIAL_USE: Final = ("alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test")


def briefly(value: object) -> str:
    return ascii(value)[:24] if isinstance(value, str) else type(value).__name__


def codes(text: object, policy: RealmPolicy | None = None) -> list[str]:
    return [str(problem.code) for problem in find_realm_problems(text, policy)]


def refused(text: object, policy: RealmPolicy | None = None) -> Problem:
    with pytest.raises(InvalidValue) as caught:
        Realm.parse(text, policy)
    assert len(str(caught.value)) < 400
    return caught.value.problem


def read_as_told(case: Case) -> None:
    policy = RealmPolicy(**case.given["policy"]) if "policy" in case.given else None
    if "problem" in case.expect:
        assert case.expect["problem"] == str(refused(case.given["text"], policy).code)
        assert case.expect["problem"] == codes(case.given["text"], policy)[0]
    else:
        realm = Realm.parse(case.given["text"], policy)
        assert case.expect["host"] == realm.host
        warnings = realm.warnings() if policy is None else policy.find_warnings(realm)
        assert case.expect.get("warnings", []) == [str(warning.code) for warning in warnings]


class TestHostName:
    """RLM-1: a realm is a host name that phones can find, stored lower-cased in A-labels without a final dot."""

    @pytest.mark.parametrize("case", cases("realm", "RLM-1"), ids=lambda case: case.id)
    def test_vector(self, case: Case) -> None:
        read_as_told(case)

    @given(realms())
    def test_it_round_trips_as_text_as_display_and_as_pickle(self, realm: Realm) -> None:
        assert Realm.parse(str(realm)) == realm
        assert Realm.parse(realm.display) == realm
        assert pickle.loads(pickle.dumps(realm)) == realm  # noqa: S301 - our own bytes

    @given(realms())
    def test_letter_case_and_one_final_dot_make_no_other_realm(self, realm: Realm) -> None:
        assert Realm.parse(realm.host.upper()) == Realm.parse(f"{realm.host}.") == realm
        assert hash(Realm.parse(realm.host.upper())) == hash(realm)

    @given(
        st.text("aZ09-_. x:@*/\u00df", max_size=24) | st.lists(st.text("aB1-", max_size=4), max_size=5).map(".".join)
    )
    @example("10.0.0.1")
    @example("a1.b2.0c")
    @example("WWW.ab")
    def test_ascii_agrees_with_the_expression(self, text: str) -> None:
        assume(text.isascii())
        name = text.removesuffix(".").lower()
        good = HOST_NAME.fullmatch(name) and not name.startswith("www.") and not name.endswith(SPECIAL_USE)
        assert (codes(text) == []) == bool(good)
        if good:
            assert Realm.parse(text).host == name

    @given(st.text(max_size=8))
    @example("\u0663")
    @example("l\u00b7l")
    @example("\u092e\u094d\u200d")
    def test_other_scripts_agree_with_idna(self, text: str) -> None:
        assume(not any(character.isspace() for character in text))
        written = f"{text}.example.com"
        try:
            expected: str | None = idna.encode(written, uts46=True, std3_rules=True).decode("ascii")
        except idna.IDNAError:
            expected = None
        found = codes(written)
        if not found:
            assert Realm.parse(written).host == expected
        elif set(found) <= {"REALM_BAD_ULABEL", "REALM_BAD_ALABEL", "REALM_FORBIDDEN_CHARACTER", "REALM_EMPTY_LABEL"}:
            assert expected is None

    @given(st.text() | st.binary() | st.floats() | st.none() | st.text("xn-a.0", max_size=80).map("xn--{}.ab".format))
    def test_any_object_is_read_or_refused_with_the_problems_found(self, value: object) -> None:
        found = list(find_realm_problems(value))
        assert all(str(problem) for problem in found)
        if found:
            assert found[0] == refused(value)
        else:
            assert str(Realm.parse(value)) in {str(value).lower().removesuffix("."), Realm.parse(value).host}

    @pytest.mark.parametrize("value", NO_TEXT, ids=briefly)
    def test_what_is_no_text_is_of_a_wrong_type(self, value: object) -> None:
        assert refused(value).code is FieldCode.FIELD_WRONG_TYPE
        with pytest.raises(InvalidType):
            Realm(value)  # type: ignore[arg-type] # that is the point

    def test_text_of_a_subclass_is_text(self) -> None:
        class Text(str):
            __slots__ = ()

            def __str__(self) -> str:
                raise AssertionError

        assert type(Realm.parse(Text("acme.example.com")).host) is str
        with pytest.raises(InvalidType):
            Realm(Text("acme.example.com"))

    @pytest.mark.parametrize("text", ["Acme.example.com", "acme.example.com.", "b\u00fccher.example.com"])
    def test_the_constructor_takes_the_stored_form_only(self, text: str) -> None:
        with pytest.raises(InvalidValue, match="read other forms with") as caught:
            Realm(text)
        assert caught.value.problem.code is RealmSyntaxFault.REALM_NOT_STORED_FORM
        with pytest.raises(InvalidValue, match="one label only"):
            Realm("acme")

    def test_the_constructor_leaves_policies_to_policies(self) -> None:
        assert Realm("www.acme.local").labels == ("www", "acme", "local")

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("_-acme!.-b..c--d.1", ["UNDERSCORE", "FORBIDDEN_CHARACTER", "LABEL_HYPHEN", "EMPTY_LABEL"]),
            ("_acme", ["UNDERSCORE"]),
            ("x", ["NOT_FQDN", "TOO_SHORT"]),
            ("a.1", ["NUMERIC_TLD", "TOO_SHORT"]),
            (f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.1", ["NUMERIC_TLD", "TOO_LONG"]),
            ("user@acme.example.com:5060", ["EMAIL_ADDRESS"]),
            ("sip:user@acme.example.com", ["NOT_A_HOSTNAME"]),
            ("tel:5551", ["NOT_A_HOSTNAME"]),
            ("SIPS:123", ["NOT_A_HOSTNAME"]),
            ("localhost:8080", ["PORT"]),
            ("acme.example.com:", ["PORT"]),
            ("acme.example.com:50x", ["FORBIDDEN_CHARACTER"]),
            ("fe80::1%eth0", ["IP_LITERAL"]),
            ("::", ["IP_LITERAL"]),
            ("a:b", ["NOT_A_HOSTNAME"]),
            ("192.0.2.10.", ["IP_LITERAL"]),
            ("\uff11\uff19\uff12.0.2.10", ["IP_LITERAL"]),
            ("1.2.3", ["NUMERIC_TLD"]),
            ("1.2.3.4.5", ["NUMERIC_TLD"]),
            ("<sip:acme>", ["NOT_A_HOSTNAME"]),
            ("acme.*.com", ["WILDCARD"]),
            ("https://acme example.com", ["WHITESPACE"]),
            ("\u00ad.example.com", ["EMPTY_LABEL"]),
            (".", ["EMPTY_LABEL"]),
            ("acme.", ["NOT_FQDN"]),
            ("b\u00fc_cher.example.com", ["UNDERSCORE"]),
            ("b\u00fc--cher.example.com", ["RESERVED_LDH"]),
            ("b\u00fcc--her.example.com", []),
            ("ab--\u00fc.example.com", ["RESERVED_LDH"]),
            ("xn--\u00fc.example.com", ["RESERVED_LDH"]),
            ("xn--.example.com", ["LABEL_HYPHEN"]),
            ("xn--a.example.com", ["BAD_ALABEL"]),
            ("xn--99999999.example.com", ["BAD_ALABEL"]),
            ("\ud800.example.com", ["BAD_ULABEL"]),
            ("\u0301a.example.com", ["BAD_ULABEL"]),
            ("a\u200db.example.com", ["BAD_ULABEL"]),
            ("\u0915\u094d\u200d\u0937.example.com", []),
        ],
    )
    def test_every_fault_is_found_once(self, text: str, expected: list[str]) -> None:
        found = [code.removeprefix("REALM_") for code in codes(text)]
        assert expected == found

    @pytest.mark.parametrize("label", ["\u00fc" * 63, "".join(map(chr, range(0x4E00, 0x9000, 400)))])
    def test_a_label_is_measured_in_its_dns_form(self, label: str) -> None:
        problem = refused(f"{label}.example.com")
        assert problem.code is RealmSyntaxFault.REALM_LABEL_TOO_LONG
        assert int(problem.params["length"]) > 63

    def test_a_label_in_another_script_may_have_63_characters_in_its_dns_form(self) -> None:
        assert len(Realm.parse(f"\u00fc{'a' * 55}.example.com").labels[0]) == 63
        assert codes(f"\u00fc{'a' * 56}.example.com") == ["REALM_LABEL_TOO_LONG"]

    @pytest.mark.parametrize("number", [1, 2, 3])
    def test_labels_are_counted_from_one(self, number: int) -> None:
        labels = ["acme", "example", "com"]
        labels[number - 1] = "a_b"
        assert refused(".".join(labels)).params["number"] == number

    @pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r", "\x1c", "\x85", "\u00a0", "\u3000", "\u200b", "\ufeff"])
    def test_no_blank_is_removed(self, blank: str) -> None:
        problem = refused(f"ac{blank}me.example.com")
        assert problem.code is RealmSyntaxFault.REALM_WHITESPACE
        assert problem.params == {"code_point": f"U+{ord(blank):04X}", "position": 2}

    @pytest.mark.parametrize("dot", ".\u3002\uff0e\uff61")
    def test_the_four_dots_are_one(self, dot: str) -> None:
        assert Realm.parse(f"acme{dot}example{dot}com{dot}") == Realm("acme.example.com")

    @pytest.mark.parametrize(
        "text",
        ["a" * 10**6, "." * 10**6, "\u00e9" * 10**6, "a." * 500_000, ":" * 10**6, "xn--" * 250_000, " " * 10**6],
    )
    def test_a_text_of_a_megabyte_is_refused_by_its_length(self, text: str) -> None:
        assert codes(text) == ["REALM_TOO_LONG"]

    def test_a_text_in_parts_may_be_longer_than_what_it_maps_to(self) -> None:
        # Decomposed Hangul: three code points become one.
        label = "\u1112\u1161\u11ab" * 25
        assert len(label) > 63
        assert codes(f"{label}.example.com") == []
        assert codes("\u00ad" * 1000 + "acme.example.com") == []
        assert codes("\u00ad" * 1008 + "acme.example.com") == []
        assert codes("\u00ad" * 1009 + "acme.example.com") == ["REALM_TOO_LONG"]

    @pytest.mark.parametrize("domain", ["example.com", "example.net", "example.org", "test.com", "localhost.net"])
    def test_only_top_level_domains_are_special(self, domain: str) -> None:
        assert codes(f"acme.{domain}") == []

    @pytest.mark.parametrize("domain", SPECIAL_USE)
    def test_special_use_domains_name_what_set_them_apart(self, domain: str) -> None:
        problem = refused(f"acme.{domain}")
        assert problem.code is RealmFault.REALM_SPECIAL_USE
        assert re.match(r"RFC [0-9]{4}|ICANN", str(problem.params["reference"]))
        allowing = RealmPolicy(special_use_allowed=True)
        assert Realm.parse(f"acme.{domain}", allowing) == Realm(f"acme.{domain}")

    def test_a_label_beside_one_from_right_to_left_keeps_the_bidi_rule_too(self) -> None:
        assert codes("acme.\u05d0\u05d1.com") == []
        assert codes("3com.\u05d0\u05d1.com") == ["REALM_BAD_BIDI"]
        assert codes("3com.b\u00fccher.com") == []
        assert refused("a.3com.\u05d0\u05d1.com").params == {"number": 2, "label": "'3com'"}


class TestScripts:
    """RLM-1: a label whose letters belong to several scripts can deceive its reader, and warns."""

    @pytest.mark.parametrize(
        ("text", "scripts"),
        [
            ("p\u0430ypal.example.com", "CYRILLIC, LATIN"),
            ("\u03bfracle.example.com", "GREEK, LATIN"),
            ("\u0430\u03b1.example.com", "CYRILLIC, GREEK"),
            ("\u043f\u6771\u30bf.example.com", "CJK, CYRILLIC, KATAKANA"),
            ("a\U00017000.example.com", "LATIN, TANGUT"),
        ],
    )
    def test_a_mix_warns(self, text: str, scripts: str) -> None:
        (warning,) = Realm.parse(text).warnings()
        assert warning.code is RealmSyntaxFault.REALM_MIXED_SCRIPT
        assert warning.params["scripts"] == scripts
        assert warning.params["number"] == 1

    @pytest.mark.parametrize(
        "text",
        [
            "acme.example.com",
            "b\u00fccher.example.com",
            "\u0431\u0430\u043d\u043a.example.com",
            "\u6771\u4eac\u30bf\u30ef\u30fc\u306e3a.example.com",
            "\u4eba\u3005.example.com",
            "\u4e2d\u3105a.example.com",
            "\ud55c\u4e2da.example.com",
            "acme.\u0440\u0444",
            "\U00017000\U00017001.example.com",
        ],
    )
    def test_one_script_a_label_or_scripts_written_together_are_silent(self, text: str) -> None:
        assert Realm.parse(text).warnings() == ()


class TestPolicy:
    """RLM-3: a realm ends in "." and a suffix at a label boundary, one own label before it, which isn't reserved."""

    @pytest.mark.parametrize("case", cases("realm", "RLM-3"), ids=lambda case: case.id)
    def test_vector(self, case: Case) -> None:
        read_as_told(case)

    @given(realms(), realm_policies(), st.sampled_from(["", "a.", "mail.", "a.b.", "evil"]))
    def test_the_suffix_agrees_with_lists_of_labels(self, realm: Realm, policy: RealmPolicy, before: str) -> None:
        assert policy.suffix is not None
        for host in (realm.host, f"{before}{policy.suffix}", *(f"{before}{kept}" for kept in policy.kept_suffixes)):
            if next(find_realm_problems(host), None):
                continue
            suffixes = [suffix.labels for suffix in (policy.suffix, *policy.kept_suffixes)]
            labels = tuple(host.split("."))
            depths = [len(labels) - len(suffix) for suffix in suffixes if labels[-len(suffix) :] == suffix]
            expected = []
            if labels[0] in RESERVED_LABELS:
                expected.append("REALM_RESERVED_LABEL")
            if labels in suffixes or not depths:
                expected.append("REALM_SUFFIX_MISMATCH")
            elif 1 not in depths:
                expected.append("REALM_SUFFIX_DEPTH")
            assert expected == [str(problem.code) for problem in policy.check(Realm(host))]

    def test_check_returns_every_problem(self) -> None:
        local = RealmPolicy(suffix="s.logicom.center")
        found = local.check(Realm("www.acme.local"), taken=["WWW.Acme.Local."])
        assert [str(problem.code) for problem in found] == [
            "REALM_SPECIAL_USE",
            "REALM_RESERVED_LABEL",
            "REALM_SUFFIX_MISMATCH",
            "REALM_TAKEN",
        ]

    def test_the_suffix_is_looked_for_at_the_end(self) -> None:
        (problem,) = PLATFORM.check(Realm("a.s.logicom.center.s.logicom.center"))
        assert problem.code is RealmFault.REALM_SUFFIX_DEPTH
        assert problem.params["count"] == 4

    def test_depth_tells_the_nearest_suffix(self) -> None:
        policy = RealmPolicy(suffix="logicom.center", kept_suffixes=("s.logicom.center",))
        (problem,) = policy.check(Realm("a.b.s.logicom.center"))
        assert problem.code is RealmFault.REALM_SUFFIX_DEPTH
        assert problem.params == {"realm": "'a.b.s.logicom.center'", "suffix": "s.logicom.center", "count": 2}

    def test_a_suffix_is_no_realm_even_under_another_suffix(self) -> None:
        policy = RealmPolicy(suffix="logicom.center", kept_suffixes=["s.logicom.center"])
        (problem,) = policy.check(Realm("s.logicom.center"))
        assert problem.code is RealmFault.REALM_SUFFIX_MISMATCH
        assert policy.check(Realm("t.logicom.center")) == policy.check(Realm("t.s.logicom.center")) == ()

    def test_without_a_suffix_any_domain_will_do(self) -> None:
        assert RealmPolicy().check(Realm("pbx.acme.com")) == ()
        assert RealmPolicy(kept_suffixes=("s.logicom.center",)).check(Realm("pbx.acme.com")) == ()
        assert Realm.parse("sip.acme.com", OWN_DOMAIN) == Realm.parse("sip.acme.com")
        assert codes("sip.acme.com", RealmPolicy()) == ["REALM_RESERVED_LABEL"]

    def test_reserved_labels_are_a_choice(self) -> None:
        open_policy = RealmPolicy(suffix="s.logicom.center", reserved_labels=[])
        assert Realm.parse("www.s.logicom.center", open_policy) == Realm("www.s.logicom.center")
        assert codes("shop.s.logicom.center", RealmPolicy(reserved_labels={"SHOP"})) == ["REALM_RESERVED_LABEL"]

    @pytest.mark.parametrize("taken", [["ACME.example.COM"], {"acme.example.com."}, (Realm("acme.example.com"),)])
    def test_taken_is_taken_in_any_letter_case(self, taken: Any) -> None:
        (problem,) = OWN_DOMAIN.check(Realm("acme.example.com"), taken=taken)
        assert problem.code.kind is Kind.TAKEN
        assert OWN_DOMAIN.check(Realm("acme.example.net"), taken=taken) == ()

    @pytest.mark.parametrize("taken", [None, 5, "acme.example.com", [None], [b"a"], iter(())])
    def test_taken_must_be_a_collection_of_realms(self, taken: Any) -> None:
        with pytest.raises(InvalidType):
            OWN_DOMAIN.check(Realm("acme.example.com"), taken=taken)

    @pytest.mark.parametrize("value", [None, "acme.example.com", 5])
    def test_only_realms_are_checked(self, value: Any) -> None:
        for ask in (PLATFORM.check, PLATFORM.covers, lambda realm: list(PLATFORM.find_warnings(realm))):
            with pytest.raises(InvalidType):
                ask(value)

    @pytest.mark.parametrize("policy", [5, "s.logicom.center", Realm("s.logicom.center")])
    def test_only_policies_check(self, policy: Any) -> None:
        with pytest.raises(InvalidType):
            Realm.parse("acme.example.com", policy)
        with pytest.raises(InvalidType):
            list(find_realm_problems("acme.example.com", policy))

    def test_warnings_follow_where_the_realm_stands(self) -> None:
        policy = RealmPolicy(suffix="pbx.reseller.com", kept_suffixes=("s.logicom.center",), white_label_planned=True)

        def warned(host: str, by: RealmPolicy = policy) -> list[str]:
            return [str(warning.code) for warning in by.find_warnings(Realm(host))]

        assert warned("acme.pbx.reseller.com") == ["REALM_WHITE_LABEL_PLANNED"]
        assert warned("acme.s.logicom.center") == ["REALM_SUFFIX_KEPT"]
        assert warned("acme.example.com") == []
        assert warned("acme.s.logicom.center", PLATFORM) == []
        assert warned("acme.example.com", RealmPolicy(white_label_planned=True)) == []
        assert warned("xn--pypal-4ve.pbx.reseller.com") == ["REALM_MIXED_SCRIPT", "REALM_WHITE_LABEL_PLANNED"]

    def test_white_labelling_keeps_the_realms_of_before(self) -> None:
        planned = RealmPolicy(suffix="s.logicom.center", kept_suffixes=("old.example.com",), white_label_planned=True)
        kept = (Realm("s.logicom.center"), Realm("old.example.com"))
        assert planned.white_labelled("pbx.reseller.com") == RealmPolicy(suffix="pbx.reseller.com", kept_suffixes=kept)
        assert RealmPolicy().white_labelled(Realm("pbx.reseller.com")) == RealmPolicy(suffix="pbx.reseller.com")

    @given(realm_policies())
    def test_policies_are_values(self, policy: RealmPolicy) -> None:
        assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301 - our own bytes
        assert len({policy, policy}) == 1

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"suffix": "center"}, RealmSyntaxFault.REALM_NOT_FQDN),
            ({"suffix": 5}, FieldCode.FIELD_WRONG_TYPE),
            ({"suffix": "sip.local"}, RealmFault.REALM_SPECIAL_USE),
            ({"kept_suffixes": ["sip.local"]}, RealmFault.REALM_SPECIAL_USE),
            ({"kept_suffixes": "s.logicom.center"}, FieldCode.FIELD_WRONG_TYPE),
            ({"kept_suffixes": [None]}, FieldCode.FIELD_WRONG_TYPE),
            ({"reserved_labels": "www"}, FieldCode.FIELD_WRONG_TYPE),
            ({"reserved_labels": [b"www"]}, FieldCode.FIELD_WRONG_TYPE),
            ({"special_use_allowed": 1}, FieldCode.FIELD_WRONG_TYPE),
            ({"white_label_planned": None}, FieldCode.FIELD_WRONG_TYPE),
            ({"label_length": 0}, FieldCode.FIELD_BELOW_MINIMUM),
            ({"label_length": 64}, FieldCode.FIELD_ABOVE_MAXIMUM),
            ({"label_length": True}, FieldCode.FIELD_WRONG_TYPE),
            ({"attempts": 0}, FieldCode.FIELD_BELOW_MINIMUM),
            ({"alphabet": None}, FieldCode.FIELD_WRONG_TYPE),
            ({"alphabet": ""}, RealmLabelFault.REALM_ALPHABET),
            ({"alphabet": "a"}, RealmLabelFault.REALM_ALPHABET),
            ({"alphabet": "aba"}, RealmLabelFault.REALM_ALPHABET),
            ({"alphabet": "ab-"}, RealmLabelFault.REALM_ALPHABET),
            ({"alphabet": "abC"}, RealmLabelFault.REALM_ALPHABET),
            ({"alphabet": "ab\n"}, RealmLabelFault.REALM_ALPHABET),
            ({"alphabet": "ab" * 500_000}, RealmLabelFault.REALM_ALPHABET),
        ],
    )
    def test_a_policy_that_can_not_work_is_refused(self, fields: dict[str, Any], code: object) -> None:
        with pytest.raises(InvalidValue) as caught:
            RealmPolicy(**fields)
        assert caught.value.problem.code is code
        assert str(caught.value)

    def test_a_suffix_leaves_room_for_what_is_generated(self) -> None:
        suffix = ".".join(["a" * 63] * 3 + ["b" * 53])
        assert len(suffix) == 245
        policy = RealmPolicy(suffix=suffix)
        assert len(policy.first_free(()).host) == 253
        with pytest.raises(InvalidValue, match="leaves no room for a label of 8 characters"):
            RealmPolicy(suffix=suffix, label_length=8)


class TestGeneration:
    """RLM-2: candidates from an alphabet without look-alikes, each once, until one is free, in bounded attempts."""

    @given(realm_policies())
    def test_candidates_are_distinct_good_and_bounded(self, policy: RealmPolicy) -> None:
        found = list(policy.candidates())
        assert len(set(found)) == len(found) <= policy.attempts
        assert policy.suffix is not None
        for realm in found:
            assert policy.check(realm) == ()
            assert realm.host.endswith(f".{policy.suffix}")
            assert len(realm.labels[0]) == policy.label_length
            assert set(realm.labels[0]) <= set(policy.alphabet)
            assert Realm.parse(realm.host, policy) == realm

    def test_the_default_is_seven_characters_without_look_alikes(self) -> None:
        assert re.fullmatch("[2-9a-hjkmnp-z]{7}", PLATFORM.first_free(()).labels[0])
        assert len(SAFE_ALPHABET) == 31

    def test_characters_come_from_the_chooser(self) -> None:
        turns = itertools.cycle("vru8a3q")
        assert next(PLATFORM.candidates(choose=lambda _: next(turns))) == Realm("vru8a3q.s.logicom.center")

    def test_candidates_are_lazy(self) -> None:
        drawn: list[str] = []

        def choose(alphabet: str) -> str:
            drawn.append(alphabet)
            return alphabet[len(drawn) % len(alphabet)]

        candidates = PLATFORM.candidates(choose)
        assert drawn == []
        next(candidates)
        assert drawn == [SAFE_ALPHABET] * 7

    def test_taken_candidates_are_passed_over(self) -> None:
        turns = itertools.cycle("ab")
        policy = RealmPolicy(suffix="s.logicom.center", label_length=1)
        taken: list[Realm | str] = [Realm("a.s.logicom.center"), "B.S.LOGICOM.CENTER"]
        assert policy.first_free(taken[:1], lambda _: next(turns)) == Realm("b.s.logicom.center")
        with pytest.raises(InvalidValue, match="none of the realms generated in 100 attempts") as caught:
            policy.first_free(taken, lambda _: next(turns))
        assert caught.value.problem.code is RealmFault.REALM_NONE_FREE

    def test_a_repeated_draw_counts_as_an_attempt(self) -> None:
        policy = RealmPolicy(suffix="s.logicom.center", attempts=5)
        assert list(policy.candidates(choose=lambda _: "x")) == [Realm("xxxxxxx.s.logicom.center")]

    def test_drawing_ends_with_the_last_label(self) -> None:
        policy = RealmPolicy(suffix="s.logicom.center", alphabet="ab", label_length=1, attempts=10**12)
        assert {realm.labels[0] for realm in policy.candidates()} == {"a", "b"}

    def test_reserved_labels_are_not_generated(self) -> None:
        policy = RealmPolicy(suffix="s.logicom.center", alphabet="mnx", label_length=2, attempts=10**6)
        assert len(list(policy.candidates())) == 9 - len({"mx"})

    def test_no_digit_begins_a_label_under_a_suffix_from_right_to_left(self) -> None:
        policy = RealmPolicy(suffix="\u05d0\u05d1.com", alphabet="3a", label_length=1, attempts=10**6)
        assert [realm.labels[0] for realm in policy.candidates()] == ["a"]

    @pytest.mark.parametrize("choice", ["", "ab", "0", None, 5, ["a"], "A", "\ud800"])
    def test_a_choice_outside_the_alphabet_is_refused(self, choice: Any) -> None:
        with pytest.raises(InvalidValue) as caught:
            next(PLATFORM.candidates(choose=lambda _: choice))
        assert caught.value.problem.code is RealmLabelFault.REALM_CHOICE

    def test_generation_needs_a_suffix_and_a_function(self) -> None:
        for ask in (OWN_DOMAIN.candidates, OWN_DOMAIN.records_needed, lambda: OWN_DOMAIN.suggest("Acme")):
            with pytest.raises(InvalidValue) as caught:
                ask()
            assert caught.value.problem.code is RealmFault.REALM_NO_SUFFIX
        with pytest.raises(InvalidType):
            PLATFORM.candidates(choose=None)  # type: ignore[arg-type] # that is the point

    @pytest.mark.parametrize("tenants", [0, 1, 2, 3, 4, 6])
    def test_the_collision_probability_is_near_the_product(self, tenants: int) -> None:
        policy = RealmPolicy(suffix="s.logicom.center", alphabet="0123456789abcdef", label_length=2)
        exact = 1 - math.prod((256 - other) / 256 for other in range(tenants))
        assert policy.collision_probability(tenants) == pytest.approx(exact, abs=0.001)

    def test_the_collision_probability_of_known_cases(self) -> None:
        assert PLATFORM.collision_probability(195_294) == pytest.approx(0.5, abs=1e-5)
        hexadecimal = RealmPolicy(suffix="s.logicom.center", alphabet="0123456789abcdef", label_length=6)
        assert hexadecimal.collision_probability(4_823) == pytest.approx(0.5, abs=1e-4)
        assert hexadecimal.collision_probability(16**6 + 1) == 1
        assert PLATFORM.collision_probability(10**5000) == 1
        assert 0 < PLATFORM.collision_probability(2) < 1e-10
        two = RealmPolicy(suffix="s.logicom.center", alphabet="ab", label_length=1)
        assert 0 < two.collision_probability(2) < 1 == two.collision_probability(3)
        longest = RealmPolicy(
            suffix="s.logicom.center", alphabet="0123456789abcdefghijklmnopqrstuvwxyz", label_length=63
        )
        assert longest.collision_probability(36**63) == 1

    @pytest.mark.parametrize("tenants", [-1, True, 1.5, None, "5", math.nan])
    def test_tenants_are_counted_in_whole_numbers(self, tenants: Any) -> None:
        with pytest.raises(InvalidValue):
            PLATFORM.collision_probability(tenants)


class TestSuggestion:
    """RLM-5: a recognizable label can be suggested from the organization's name."""

    @pytest.mark.parametrize("case", cases("realm", "RLM-5"), ids=lambda case: case.id)
    def test_vector(self, case: Case) -> None:
        assert case.expect["label"] == suggest_label(case.given["name"])

    @given(st.text(max_size=300))
    def test_a_suggestion_is_a_good_label(self, name: str) -> None:
        label = suggest_label(name)
        if label is not None:
            assert re.fullmatch(LABEL, label)
            assert suggest_label(label) == label

    @pytest.mark.parametrize(
        ("name", "label"),
        [
            ("3M", "3m"),
            ("AT&T", "at-t"),
            ("  --Acme--  ", "acme"),
            ("Stra\u00dfe \u0141\u00f3d\u017a \u00c6r\u00f8", "strasse-lodz-aero"),
            ("\u00deing \u0130stanbul \ufb01x \u2163", "thing-istanbul-fix-iv"),
            ("O\u2019Neil `s", "oneil-s"),
            ("Acme \u4e2d\u56fd", "acme"),
            ("\u4e2d\u56fd ab", "ab"),
            ("\u4e2d\u56fd\u5546 ab", None),
            ("\u4e2d\u56fd\u5546\u5e97 a b c", None),
            ("\u7b2c1", None),
            ("", None),
            ("!!!", None),
            ("x", None),
            ("xn--acme", "xn-acme"),
            ("ab" * 31 + "c d", "ab" * 31 + "c"),
            ("a" * 64, "a" * 63),
            ("b" * 60 + " cd ef", "b" * 60 + "-cd"),
            ("b" * 60 + " cde", "b" * 60),
            ("b" * 60 + " cd", "b" * 60 + "-cd"),
            ("b" * 60 + " cde f", "b" * 60),
            ("a" * 10**6, "a" * 63),
            ("\ud800acme\x00", "acme"),
        ],
    )
    def test_name_becomes(self, name: str, label: str | None) -> None:
        assert suggest_label(name) == label

    @pytest.mark.parametrize("name", NO_TEXT, ids=briefly)
    def test_only_text_is_a_name(self, name: Any) -> None:
        with pytest.raises(InvalidType):
            suggest_label(name)

    def test_a_reserved_or_taken_label_is_numbered(self) -> None:
        assert PLATFORM.suggest("Mail") == Realm("mail-2.s.logicom.center")
        taken = ["acme.s.logicom.center", "ACME-2.s.logicom.center"]
        assert PLATFORM.suggest("Acme", taken=taken) == Realm("acme-3.s.logicom.center")
        assert PLATFORM.suggest("\u5317\u4eac") is None

    def test_suggestions_are_bounded_by_the_attempts(self) -> None:
        policy = RealmPolicy(suffix="s.logicom.center", attempts=2)
        taken = ["acme.s.logicom.center"]
        assert policy.suggest("Acme", taken=taken) == Realm("acme-2.s.logicom.center")
        assert policy.suggest("Acme", taken=[*taken, "acme-2.s.logicom.center"]) is None

    def test_a_suggestion_fits_under_a_long_suffix(self) -> None:
        suffix = ".".join(["a" * 63] * 3 + ["b" * 58])
        policy = RealmPolicy(suffix=suffix, label_length=2, attempts=20)
        assert policy.suggest("Acme") == Realm(f"ac.{suffix}")
        # No number fits into two characters beside a letter.
        assert policy.suggest("Acme", taken=[f"ac.{suffix}"]) is None
        wider = RealmPolicy(suffix=suffix[1:], label_length=2)
        assert wider.suggest("Acme", taken=[f"acm.{suffix[1:]}"]) == Realm(f"a-2.{suffix[1:]}")

    def test_no_number_stands_alone(self) -> None:
        assert list(numbered("acme", 3, 3)) == ["acm", "a-2", "a-3"]
        assert list(numbered("acme", 2, 3)) == ["ac"]

    @given(st.text(max_size=30), realm_policies())
    def test_a_suggested_realm_is_good(self, name: str, policy: RealmPolicy) -> None:
        realm = policy.suggest(name)
        assert realm is None or policy.check(realm) == ()


class TestChange:
    """RLM-5: changing a realm gives an impact plan, not only a new value."""

    OLD: Final = Realm("vru8a3q.s.logicom.center")
    NEW: Final = Realm("pbx.acme.com")

    def test_everything_tied_to_the_realm_is_in_the_plan(self) -> None:
        plan = plan_change(self.OLD, self.NEW, devices=12, digests=10, fax_boxes=2)
        assert (plan.devices, plan.digests, plan.fax_boxes) == (12, 10, 2)
        assert plan.publish == self.NEW.records_needed()
        assert plan.keep == self.OLD.records_needed()
        assert plan.quiet_hours == QuietHours(start=time(22), end=time(5)) == QUIET_HOURS
        assert plan.steps == tuple(ChangeStep)
        assert not plan.is_empty

    def test_what_wildcards_answer_is_neither_published_nor_kept(self) -> None:
        plan = plan_change(self.OLD, self.NEW, devices=1, digests=0, fax_boxes=0, policy=PLATFORM)
        assert plan.keep == ()
        assert plan.publish == self.NEW.records_needed({Service.SIP})
        assert plan.steps == (
            ChangeStep.PUBLISH_RECORDS,
            ChangeStep.JUDGE_RECORDS,
            ChangeStep.AWAIT_QUIET_HOURS,
            ChangeStep.SAVE_REALM,
            ChangeStep.PROVISION_DEVICES,
            ChangeStep.CONFIRM_REGISTRATIONS,
            ChangeStep.RELEASE_REALM,
        )

    def test_without_devices_there_is_nothing_to_wait_for(self) -> None:
        back = plan_change(self.NEW, self.OLD, devices=0, digests=0, fax_boxes=0, policy=PLATFORM)
        assert back.quiet_hours is None
        assert back.steps == (ChangeStep.SAVE_REALM, ChangeStep.WITHDRAW_RECORDS, ChangeStep.RELEASE_REALM)

    def test_mail_records_are_published_for_fax_boxes_only(self) -> None:
        without = plan_change(self.OLD, self.NEW, devices=1, digests=1, fax_boxes=0)
        assert RecordType.MX not in {need.type for need in without.publish}

    def test_the_same_realm_is_no_change(self) -> None:
        plan = plan_change(self.OLD, self.OLD, devices=12, digests=12, fax_boxes=2)
        assert plan == RealmChange(old=self.OLD, new=self.OLD)
        assert plan.is_empty
        assert plan.steps == ()

    def test_quiet_hours_are_the_hosts_to_choose(self) -> None:
        noon = QuietHours(start=time(12), end=time(13))
        plan = plan_change(self.OLD, self.NEW, devices=1, digests=1, fax_boxes=0, quiet_hours=noon)
        assert plan.quiet_hours == noon

    def test_it_is_a_value(self) -> None:
        plan = plan_change(self.OLD, self.NEW, devices=1, digests=1, fax_boxes=1)
        assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301 - our own bytes
        assert len({plan, plan}) == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"old": "vru8a3q.s.logicom.center"},
            {"new": None},
            {"devices": -1},
            {"devices": True},
            {"digests": 1.5},
            {"fax_boxes": None},
            {"fax_boxes": "2"},
            {"policy": 5},
            {"quiet_hours": None},
            {"quiet_hours": (time(1), time(2))},
        ],
    )
    def test_wrong_arguments_are_refused(self, wrong: dict[str, Any]) -> None:
        fields = {"old": self.OLD, "new": self.NEW, "devices": 0, "digests": 0, "fax_boxes": 0, **wrong}
        with pytest.raises(InvalidValue):
            plan_change(**fields)

    @pytest.mark.parametrize("wrong", [{"start": None, "end": time(1)}, {"start": time(1), "end": 5}])
    def test_quiet_hours_are_times_of_day(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(InvalidType):
            QuietHours(**wrong)


class TestVectorFile:
    """The vectors can be run by other implementations."""

    def test_every_rule_with_cases_is_proved_here_or_beside_this_file(self) -> None:
        assert {case.rule for case in cases("realm")} == {"RLM-1", "RLM-3", "RLM-4", "RLM-5"}

    def test_the_cases_are_plain_json(self) -> None:
        for case in cases("realm"):
            assert json.loads(json.dumps(case.given)) == case.given
