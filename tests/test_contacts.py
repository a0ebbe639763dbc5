"""How people are reached: ORG-10, ORG-11, ORG-12."""

import pickle
import re
from typing import Any
from unittest.mock import Mock

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.contacts import (
    AddressFault,
    EmailAddress,
    EmailFault,
    EmailPolicy,
    PersonName,
    PersonNameFault,
    PersonNamePolicy,
    PhoneFault,
    PostalAddress,
    TelephoneNumber,
    find_address_problems,
    find_email_problems,
    find_person_name_problems,
    find_telephone_problems,
    find_username_warnings,
)
from tenantcore.errors import InvalidType, InvalidValue, Problem
from tenantcore.testing import email_addresses, person_names, postal_addresses, telephone_numbers
from tests.vector_files import Case, cases

FLOODS = ["a" * 10**6, "@" * 10**6, "\n" * 10**6, "\u0301\u0316" * 500_000, "\ud800" * 10**6, " " * 10**6, "a," * 10**6]
NO_TEXT: list[object] = [1, True, b"a@b.co", ["a@b.co"], float("nan"), Mock(spec=str), object()]
awkward_texts = st.text(
    st.one_of(
        st.sampled_from("abXY09@.,;<>\"'()[] \t\n\u00a0\u3000\u0301\u200d\u202e\ud800\u037e-_+ü株·xn"),
        st.characters(exclude_categories=()),
    ),
    max_size=20,
)


def email_codes(text: object, policy: EmailPolicy | None = None) -> list[str]:
    found = find_email_problems(text) if policy is None else find_email_problems(text, policy)
    return [str(problem.code) for problem in found]


def phone_codes(text: object, country: Any = None) -> list[str]:
    return [str(problem.code) for problem in find_telephone_problems(text, country)]


class TestVectors:
    """The cases that any implementation could run."""

    @pytest.mark.parametrize("case", cases("contacts", "ORG-11"), ids=lambda c: c.id)
    def test_email(self, case: Case) -> None:
        if "texts" in case.given:
            keys = {EmailAddress.parse(text).key for text in case.given["texts"]}
            assert len(keys) == case.expect["distinct"]
            return
        assert email_codes(case.given["text"]) == case.expect.get("problems", [])
        if "email" in case.expect:
            address = EmailAddress.parse(case.given["text"])
            found = [*address.warnings(), *find_username_warnings(address)]
            assert str(address) == case.expect["email"]
            assert [str(warning.code) for warning in found] == case.expect.get("warnings", [])

    @pytest.mark.parametrize("case", cases("contacts", "ORG-10"), ids=lambda c: c.id)
    def test_persons_and_addresses(self, case: Case) -> None:
        parts = {name: part for name, part in case.given.items() if name != "kind"}
        person = case.given["kind"] == "person"
        found = find_person_name_problems(**parts) if person else find_address_problems(**parts)
        assert [[problem.place, str(problem.code)] for problem in found] == case.expect["problems"]

    @pytest.mark.parametrize("case", cases("contacts", "ORG-12"), ids=lambda c: c.id)
    def test_telephone(self, case: Case) -> None:
        text, country = case.given["text"], case.given.get("country")
        assert phone_codes(text, country) == case.expect.get("problems", [])
        if "number" in case.expect:
            assert str(TelephoneNumber.parse(text, country)) == case.expect["number"]


class TestEmail:
    """Trimmed, one address, no display name; local part kept, domain in A-labels and lower case (ORG-11)."""

    def test_spaces_of_any_kind_around_it_go(self) -> None:
        assert str(EmailAddress.parse("\u00a0 ann@example.net\u3000")) == "ann@example.net"

    @pytest.mark.parametrize(
        "text", ["ann@example.net\n", "\tann@example.net", "ann@example.net\r\nBcc: eve@example.net"]
    )
    def test_line_ends_and_tabs_do_not(self, text: str) -> None:
        assert email_codes(text) != []

    @pytest.mark.parametrize(
        ("text", "stored"),
        [
            ("Ann.Lee+Bills@EXAMPLE.net", "Ann.Lee+Bills@example.net"),
            ("Postmaster@Example.net", "Postmaster@example.net"),
            ("ann@BÜCHER.de", "ann@xn--bcher-kva.de"),
            ("ann@XN--BCHER-KVA.de", "ann@xn--bcher-kva.de"),
            ("ann@例え.jp", "ann@xn--r8jz45g.jp"),
            ("ann@faß.de", "ann@xn--fa-hia.de"),
            ("!#$%&'*+-/=?^_`{|}~@example.net", "!#$%&'*+-/=?^_`{|}~@example.net"),
            ("e\u0301@example.net", "e\u0301@example.net"),
            ("1@1.co", "1@1.co"),
        ],
    )
    def test_the_local_part_is_kept_and_the_domain_folded(self, text: str, stored: str) -> None:
        assert str(EmailAddress.parse(text)) == stored

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", ["EMAIL_REQUIRED"]),
            (" \u00a0", ["EMAIL_REQUIRED"]),
            ("ann", ["EMAIL_AT_MISSING"]),
            ("@", ["EMAIL_EMPTY_LOCAL"]),
            ("@example.net", ["EMAIL_EMPTY_LOCAL"]),
            ("ann@", ["EMAIL_EMPTY_DOMAIN"]),
            ("a@b.co,c@d.co", ["EMAIL_MULTIPLE"]),
            ("a@b.co; c@d.co", ["EMAIL_MULTIPLE"]),
            ("a@b.co c@d.co", ["EMAIL_MULTIPLE"]),
            ("a@b.co\nc@d.co", ["EMAIL_MULTIPLE"]),
            ("a@b.co\u00a0c@d.co", ["EMAIL_MULTIPLE"]),
            ("Ann <a@b.co>, Bob <c@d.co>", ["EMAIL_MULTIPLE"]),
            ("Ann Lee <ann@example.net>", ["EMAIL_DISPLAY_NAME"]),
            ("<ann@example.net>", ["EMAIL_DISPLAY_NAME"]),
            ("ann@example.net>", ["EMAIL_DISPLAY_NAME"]),
            ("mailto:ann@example.net", ["EMAIL_LOCAL_CHARACTER"]),
            ("a@b@example.net", ["EMAIL_LOCAL_CHARACTER"]),
            ('"ann lee"@example.net', ["EMAIL_LOCAL_CHARACTER"]),
            ('"ann"@example.net', ["EMAIL_LOCAL_CHARACTER"]),
            ("a\u202eb@example.net", ["EMAIL_LOCAL_CHARACTER"]),
            ("a\u2003b@example.net", ["EMAIL_LOCAL_CHARACTER"]),
            ("a\ud800@example.net", ["EMAIL_LOCAL_CHARACTER"]),
            ("\u0301a@example.net", ["EMAIL_LOCAL_CHARACTER"]),
            (".ann@example.net", ["EMAIL_LOCAL_DOT"]),
            ("ann.@example.net", ["EMAIL_LOCAL_DOT"]),
            ("ann..lee@example.net", ["EMAIL_LOCAL_DOT"]),
            ("a\u037eb@example.net", ["EMAIL_LOCAL_INVALID"]),
            ("\u0958" * 40 + "@example.net", ["EMAIL_LOCAL_INVALID"]),  # normalizing makes 80 of 40
            ("ann@example", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@example..net", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@.example.net", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@example.net.", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@-example.net", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@exa_mple.net", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@exa mple.net", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@192.0.2.1", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@[192.0.2.1]", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@\ud800.net", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@1.\u05d0\u05d1.com", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@localhost", ["EMAIL_DOMAIN_INVALID"]),
            ("ann@printer.LOCAL", ["EMAIL_SPECIAL_USE_DOMAIN"]),
            ("ann@corp.internal", ["EMAIL_SPECIAL_USE_DOMAIN"]),
            (".a@example..net", ["EMAIL_LOCAL_DOT", "EMAIL_DOMAIN_INVALID"]),
        ],
    )
    def test_what_is_refused(self, text: str, found: list[str]) -> None:
        assert email_codes(text) == found
        with pytest.raises(InvalidValue) as caught:
            EmailAddress.parse(text)
        assert caught.value.problem == next(find_email_problems(text))

    def test_a_character_of_the_local_part_is_named_with_its_position(self) -> None:
        (problem,) = find_email_problems(" ann lee@example.net")
        assert problem.sentence == "the part before the at sign has   (U+0020 SPACE) at position 3 (from 0)"
        (problem,) = find_email_problems("e\u0301a b@example.net")
        assert (problem.params["position"], problem.params["name"]) == (3, "SPACE")

    def test_lengths(self) -> None:
        local = "a" * 64
        longest = f"{local}@{'b' * 63}.{'c' * 63}.{'d' * 58}.co"
        assert len(longest) == 254
        assert str(EmailAddress.parse(longest)) == longest
        assert email_codes(longest.replace("d", "dd", 1)) == ["EMAIL_TOO_LONG"]
        assert email_codes(f"a{local}@example.net") == ["EMAIL_LOCAL_TOO_LONG"]

    def test_what_is_too_long_only_in_the_form_that_is_sent(self) -> None:
        assert email_codes(f"{'é' * 64}@{'bücher.' * 15}de") == ["EMAIL_TOO_LONG"]

    @pytest.mark.parametrize("flood", [*FLOODS, f"{'a' * 10**6}@{'b.' * 10**6}com", "a@b.co " * 10**5])
    def test_a_megabyte_is_one_problem(self, flood: str) -> None:
        assert len(email_codes(flood)) == 1

    def test_no_address_stands_in_a_sentence(self) -> None:
        texts = [
            "secret@hidden..net",
            "secret@hidden.test",
            "sec ret@hidden.net",
            "secret.@hidden.net",
            "secret@",
            "<secret@",
        ]
        for text in texts:
            for problem in find_email_problems(text):
                assert not re.search("secret|hidden", str(problem) + str(dict(problem.params)))


class TestEmailPolicy:
    """Special-use domains by policy (ORG-11)."""

    CLOSED_NETWORK = EmailPolicy(special_use_allowed=True)

    @pytest.mark.parametrize("top", ["test", "local", "LOCAL", "invalid", "onion", "home.arpa", "example", "internal"])
    def test_they_can_be_allowed(self, top: str) -> None:
        text = f"ann@printer.{top}"
        assert email_codes(text) == ["EMAIL_SPECIAL_USE_DOMAIN"]
        address = EmailAddress.parse(text, self.CLOSED_NETWORK)
        assert str(address) == f"ann@printer.{top.lower()}"
        assert EmailAddress(local="ann", domain=f"printer.{top.lower()}") == address

    def test_other_rules_hold_for_them_as_well(self) -> None:
        assert email_codes("ann@-printer.local", self.CLOSED_NETWORK) == ["EMAIL_DOMAIN_INVALID"]
        assert email_codes("ann@localhost", self.CLOSED_NETWORK) == ["EMAIL_DOMAIN_INVALID"]
        assert email_codes(f"ann@{'a' * 64}.local", self.CLOSED_NETWORK) == ["EMAIL_DOMAIN_INVALID"]
        assert str(EmailAddress.parse("ann@Bücher.local", self.CLOSED_NETWORK)) == "ann@xn--bcher-kva.local"

    @pytest.mark.parametrize("domain", ["example.com", "example.net", "example.org", "mylocal.com", "test.co"])
    def test_names_that_only_resemble_them_are_ordinary(self, domain: str) -> None:
        assert email_codes(f"ann@{domain}") == []

    def test_the_problem_names_the_standard(self) -> None:
        (problem,) = find_email_problems("ann@x.onion")
        assert problem.params == {"top_level": "onion", "reference": "RFC 7686"}

    def test_only_a_policy_can_judge(self) -> None:
        with pytest.raises(InvalidType, match="policy must be an EmailPolicy, not int"):
            EmailAddress.parse("ann@example.net", 1)  # type: ignore[arg-type]  # what an untyped caller may do
        with pytest.raises(InvalidType, match="special_use_allowed must be true or false"):
            EmailPolicy(special_use_allowed=1)  # type: ignore[arg-type]  # what an untyped caller may do


class TestEmailValue:
    """Equality is of what is stored, comparison for log-ins by the key (ORG-11)."""

    @given(email_addresses())
    def test_reads_back(self, address: EmailAddress) -> None:
        assert EmailAddress.parse(str(address)) == address
        assert EmailAddress(local=address.local, domain=address.domain) == address
        assert address.domain.isascii()
        assert address.domain == address.domain.lower()

    @given(email_addresses())
    def test_the_key_folds_the_case_of_all(self, address: EmailAddress) -> None:
        assert EmailAddress.parse(str(address).swapcase()).key == address.key

    def test_the_key_does_not_depend_on_the_form_of_letters(self) -> None:
        one, other = EmailAddress.parse("É@example.net"), EmailAddress.parse("e\u0301@example.net")
        assert one != other
        assert one.key == other.key == "é@example.net"

    @pytest.mark.parametrize(
        ("local", "domain", "code"),
        [
            ("ann", "Example.net", "EMAIL_NOT_STORED_FORM"),
            ("ann", "bücher.de", "EMAIL_NOT_STORED_FORM"),
            (" ann", "example.net", "EMAIL_NOT_STORED_FORM"),
            ("a@b", "example.net", "EMAIL_LOCAL_CHARACTER"),
            ("", "example.net", "EMAIL_EMPTY_LOCAL"),
            (b"ann", "example.net", "FIELD_WRONG_TYPE"),
            ("ann", None, "FIELD_WRONG_TYPE"),
        ],
    )
    def test_the_constructor_takes_the_stored_form_only(self, local: Any, domain: Any, code: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            EmailAddress(local=local, domain=domain)
        assert str(caught.value.problem.code) == code

    @given(awkward_texts, st.sampled_from([EmailPolicy(), EmailPolicy(special_use_allowed=True)]))
    def test_nothing_raises_anything_else(self, text: str, policy: EmailPolicy) -> None:
        for candidate in (text, f"{text}@example.net", f"ann@{text}.com", f"ann@{text}"):
            if not email_codes(candidate, policy):
                address = EmailAddress.parse(candidate, policy)
                assert EmailAddress.parse(str(address), policy) == address

    def test_no_other_type_is_text(self) -> None:
        for value in [*NO_TEXT, None]:
            assert email_codes(value) == ["FIELD_WRONG_TYPE"]

    def test_is_a_value(self) -> None:
        address = EmailAddress.parse("ann@example.net")
        assert {address, pickle.loads(pickle.dumps(address))} == {address}  # noqa: S301 - our own bytes


class TestEmailWarnings:
    """Warned: what needs SMTPUTF8, what nobody reads, what can't be a user name (ORG-10, ORG-11)."""

    def codes(self, text: str) -> list[str]:
        return [str(warning.code) for warning in EmailAddress.parse(text).warnings()]

    @pytest.mark.parametrize("text", ["ann@bücher.de", "noreplies@example.net", "ann+noreply@example.net"])
    def test_ordinary_ones_have_none(self, text: str) -> None:
        assert self.codes(text) == []

    @pytest.mark.parametrize("local", ["noreply", "No-Reply", "noreply+bills", "donotreply", "mailer-daemon"])
    def test_mailboxes_that_nobody_reads(self, local: str) -> None:
        assert self.codes(f"{local}@example.net") == ["EMAIL_ROLE_UNREAD"]

    def test_letters_beyond_ascii_before_the_at_sign(self) -> None:
        assert self.codes("ännchen@example.net") == ["EMAIL_NEEDS_SMTPUTF8"]

    @pytest.mark.parametrize(("text", "usable"), [("a.b+c_d-1@example.net", True), ("o'neil@example.net", False),
                                                  ("é@example.net", False), ("a/b@example.net", False)])  # fmt: skip
    def test_user_names(self, text: str, usable: bool) -> None:
        found = list(find_username_warnings(EmailAddress.parse(text)))
        assert found == ([] if usable else [Problem(EmailFault.EMAIL_NOT_USABLE_AS_USERNAME)])


class TestPersonName:
    """1 to 128 code points, same clean-up, own characters; a mononym must be said (ORG-10)."""

    def codes(self, given: object, family: object, **options: Any) -> list[tuple[str, str]]:
        found = find_person_name_problems(given=given, family=family, **options)
        return [(problem.place, str(problem.code)) for problem in found]

    @pytest.mark.parametrize(
        ("given_name", "family_name"),
        [
            ("Anne-Marie", "O'Neil"), ("José María", "de la Peña, Jr."), ("尼古拉·", "特斯拉"), ("Ravi", "s/o Kumar"),
            ("Tan Ah Kow", "(John) @ Jack"), ("ג׳ורג׳", "כהן"), ("می\u200cنا", "X"), ("Ge’ez", "‐Ng"), ("J.", "Ö"),
            ("क्\u200dष", "ड"), ("Ye·", "・セ"),
        ],
    )  # fmt: skip
    def test_people_are_called_so(self, given_name: str, family_name: str) -> None:
        person = PersonName.parse(given=given_name, family=family_name)
        assert (person.given, person.family) == (given_name, family_name)

    @pytest.mark.parametrize("character", ["1", "<", '"', "🙂", "_", "|", "²", "=", "–"])
    def test_other_characters_are_refused(self, character: str) -> None:
        assert self.codes(f"Ann{character}", "Lee") == [("given", "PERSON_NAME_FORBIDDEN_CHARACTER")]
        assert self.codes("Ann", f"Lee{character}") == [("family", "PERSON_NAME_FORBIDDEN_CHARACTER")]

    @pytest.mark.parametrize("character", ["\n", "\u202e", "\u3164", "\ue000", "\ud800", "\u0378", "\u200d"])
    def test_and_what_no_name_may_hold(self, character: str) -> None:
        assert self.codes(f"Ann{character}", "Lee")[0][0] == "given"
        assert len(self.codes(f"Ann{character}", "Lee", policy=PersonNamePolicy(specials=None))) == 1

    def test_parts_are_cleaned(self) -> None:
        person = PersonName.parse(given="  Jose\u0301 \u00a0 M. ", family="\u3000Lee")
        assert (person.given, person.family, str(person)) == ("José M.", "Lee", "José M. Lee")

    def test_lengths(self) -> None:
        assert str(PersonName.parse(given="x" * 128, family="y")) == f"{'x' * 128} y"
        assert self.codes("x" * 129, "y" * 129) == [
            ("given", "PERSON_NAME_TOO_LONG"),
            ("family", "PERSON_NAME_TOO_LONG"),
        ]
        assert self.codes("xx", "y", policy=PersonNamePolicy(longest=1)) == [("given", "PERSON_NAME_TOO_LONG")]
        assert str(PersonName.parse(given="e\u0301" * 128, family="y")) == f"{'é' * 128} y"

    @pytest.mark.parametrize("missing", [None, "", "  ", "\u3000"])
    def test_both_parts_are_required(self, missing: str | None) -> None:
        assert self.codes(missing, missing) == [
            ("given", "PERSON_GIVEN_NAME_REQUIRED"),
            ("family", "PERSON_FAMILY_NAME_REQUIRED"),
        ]
        with pytest.raises(InvalidValue, match="given: the given name is missing"):
            PersonName.parse(given=missing, family=missing)

    @pytest.mark.parametrize("missing", [None, "", "  "])
    def test_unless_one_name_is_said_to_be_all(self, missing: str | None) -> None:
        person = PersonName.parse(given="Suharto", family=missing, mononym=True)
        assert (person.given, person.family, str(person)) == ("Suharto", None, "Suharto")

    @pytest.mark.parametrize("family", ["Lee", "1", "x" * 1000])
    def test_then_a_family_name_contradicts(self, family: str) -> None:
        assert self.codes("Suharto", family, mononym=True) == [("family", "PERSON_FAMILY_NAME_UNEXPECTED")]

    def test_the_given_name_is_required_all_the_same(self) -> None:
        assert self.codes("", "", mononym=True) == [("given", "PERSON_GIVEN_NAME_REQUIRED")]

    def test_at_least_one_letter(self) -> None:
        assert self.codes("-", ".") == [("given", "PERSON_NAME_NO_LETTER"), ("family", "PERSON_NAME_NO_LETTER")]

    def test_a_policy_may_allow_more(self) -> None:
        policy = PersonNamePolicy().allowing("0123456789")
        assert self.codes("X 12", "Musk") == [("given", "PERSON_NAME_FORBIDDEN_CHARACTER")] * 2
        assert self.codes("X 12", "Musk", policy=policy) == []
        assert self.codes("X ½🙂", "Musk", policy=PersonNamePolicy(specials=None)) == []
        assert PersonNamePolicy(specials=None).allowing("1") == PersonNamePolicy(specials=None)
        assert [c for c in "aé\u0301 1'<" if PersonNamePolicy().allows(c)] == list("aé\u0301 '")
        assert not PersonNamePolicy().allows("ab")

    def test_policies_that_mean_nothing_are_refused(self) -> None:
        with pytest.raises(InvalidValue, match="can't stand in any clean name"):
            PersonNamePolicy().allowing("\t")
        with pytest.raises(InvalidType, match="characters must be text"):
            PersonNamePolicy().allowing(1)  # type: ignore[arg-type]  # what an untyped caller may do
        with pytest.raises(InvalidValue, match="longest must be at most 1024"):
            PersonNamePolicy(longest=1025)
        with pytest.raises(InvalidType, match="policy must be a PersonNamePolicy"):
            PersonName.parse(given="Ann", family="Lee", policy=None)  # type: ignore[arg-type]  # the same
        with pytest.raises(InvalidType, match="mononym must be true or false"):
            PersonName.parse(given="Ann", family="", mononym="yes")  # type: ignore[arg-type]  # the same

    @pytest.mark.parametrize("flood", FLOODS)
    def test_a_megabyte_is_few_problems(self, flood: str) -> None:
        assert len(self.codes(flood, flood)) == 2

    def test_of_one_parts_characters_twenty_are_reported(self) -> None:
        assert len(self.codes("1" * 99, "Lee")) == 21  # and that there is no letter

    def test_no_other_type_is_text(self) -> None:
        for value in NO_TEXT:
            assert self.codes(value, value) == [("given", "FIELD_WRONG_TYPE"), ("family", "FIELD_WRONG_TYPE")]

    @given(person_names())
    def test_reads_back(self, person: PersonName) -> None:
        mononym = person.family is None
        assert PersonName.parse(given=person.given, family=person.family, mononym=mononym) == person
        assert PersonName(given=person.given, family=person.family) == person
        assert pickle.loads(pickle.dumps(person)) == person  # noqa: S301 - our own bytes

    @given(awkward_texts, awkward_texts, st.booleans())
    def test_nothing_raises_anything_else(self, given_name: str, family: str, mononym: bool) -> None:
        if not self.codes(given_name, family, mononym=mononym):
            PersonName.parse(given=given_name, family=family, mononym=mononym)

    @pytest.mark.parametrize(
        ("given_name", "family", "code"),
        [
            (" Ann", "Lee", "PERSON_NAME_NOT_CLEAN"),
            ("Ann", "", "PERSON_FAMILY_NAME_REQUIRED"),
            ("", "Lee", "PERSON_GIVEN_NAME_REQUIRED"),
            ("A\nB", "Lee", "NAME_CONTROL_CHARACTER"),
            (None, "Lee", "FIELD_WRONG_TYPE"),
            ("Ann", 5, "FIELD_WRONG_TYPE"),
        ],
    )
    def test_the_constructor_takes_clean_parts_only(self, given_name: Any, family: Any, code: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            PersonName(given=given_name, family=family)
        assert str(caught.value.problem.code) == code

    def test_the_constructor_takes_what_any_policy_may_accept(self) -> None:
        assert str(PersonName(given="X 1", family=None)) == "X 1"


class TestTelephoneNumber:
    """E.164, or national with the tenant's country, by libphonenumber (ORG-12)."""

    @pytest.mark.parametrize(
        ("text", "country", "number"),
        [
            ("+65 6123 4567", None, "+6561234567"),
            ("6123 4567", "SG", "+6561234567"),
            (" 6123-4567\u00a0", "sg", "+6561234567"),
            ("+65 6123 4567", "US", "+6561234567"),
            ("+65 6123 4567", "AQ", "+6561234567"),
            ("(+44) (0)20.7183/8750", None, "+442071838750"),
            ("020 7183 8750", "GB", "+442071838750"),
            ("(415) 886\u20137900", "US", "+14158867900"),
            ("0041 79 123 45 67", "DE", "+41791234567"),
            ("+39 02 3661 8300", None, "+390236618300"),
            ("+800 1234 5678", None, "+80012345678"),
        ],
    )
    def test_is_read_as_people_type_it(self, text: str, country: str | None, number: str) -> None:
        assert str(TelephoneNumber.parse(text, country)) == number

    @pytest.mark.parametrize(
        ("text", "country", "code"),
        [
            ("", "SG", "PHONE_REQUIRED"),
            (" \u3000", "SG", "PHONE_REQUIRED"),
            ("Tel: 6123 4567", "SG", "PHONE_CHARACTER"),
            ("1-800-FLOWERS", "US", "PHONE_CHARACTER"),
            ("+65 6123 4567 ext. 8", None, "PHONE_CHARACTER"),
            ("+65 6123 4567;ext=8", None, "PHONE_CHARACTER"),
            ("٦١٢٣٤٥٦٧", "SG", "PHONE_CHARACTER"),
            ("+65 6123 4567\n", None, "PHONE_CHARACTER"),
            ("65+61234567", None, "PHONE_CHARACTER"),
            ("*31#61234567", "SG", "PHONE_CHARACTER"),
            ("++65 6123 4567", None, "PHONE_MALFORMED"),
            ("+", None, "PHONE_MALFORMED"),
            ("()", "SG", "PHONE_MALFORMED"),
            ("+12", None, "PHONE_MALFORMED"),
            ("6123 4567", None, "PHONE_COUNTRY_REQUIRED"),
            ("6123 4567", "AQ", "PHONE_COUNTRY_UNKNOWN"),
            ("6123 4567", "ß", "PHONE_COUNTRY_UNKNOWN"),
            ("6123 4567", "", "PHONE_COUNTRY_UNKNOWN"),
            ("6123 4567", "Singapore" * 1000, "PHONE_COUNTRY_UNKNOWN"),
            ("6123 4567", 65, "FIELD_WRONG_TYPE"),
            ("+999 123456", None, "PHONE_COUNTRY_CODE_UNKNOWN"),
            ("00 83 7783 5337", "PL", "PHONE_COUNTRY_CODE_UNKNOWN"),
            ("886-7900", "US", "PHONE_AREA_CODE_MISSING"),
            ("911", "US", "PHONE_TOO_SHORT"),
            ("00", "DE", "PHONE_TOO_SHORT"),
            ("+850 3", None, "PHONE_TOO_SHORT"),
            ("+65 6123", None, "PHONE_TOO_SHORT"),
            ("+1 415 886 7900 1", None, "PHONE_TOO_LONG"),
            ("+49 487 619 712 693 284", None, "PHONE_TOO_LONG"),
            ("1" * 64, "US", "PHONE_TOO_LONG"),
            ("+6" + "5" * 63, None, "PHONE_TOO_LONG"),
            ("+960 761342880", None, "PHONE_LENGTH"),
        ],
    )
    def test_what_is_refused(self, text: str, country: Any, code: str) -> None:
        assert phone_codes(text, country) == [code]
        with pytest.raises(InvalidValue) as caught:
            TelephoneNumber.parse(text, country)
        assert str(caught.value.problem.code) == code
        assert len(str(caught.value)) < 300

    def test_sixty_four_characters_are_the_most_that_a_number_takes(self) -> None:
        assert str(TelephoneNumber.parse(f"+65{' ' * 53}61234567")) == "+6561234567"
        assert phone_codes(f"+65{' ' * 54}61234567") == ["PHONE_TOO_LONG"]

    def test_the_character_is_told_by_position_only(self) -> None:
        assert list(find_telephone_problems(" +65 61a")) == [
            Problem(PhoneFault.PHONE_CHARACTER, params={"position": 6})
        ]

    @pytest.mark.parametrize("flood", [*FLOODS, "+" + "6" * 10**6, "6 " * 10**6])
    def test_a_megabyte_is_one_problem(self, flood: str) -> None:
        assert len(phone_codes(flood, "SG")) == 1

    def test_no_other_type_is_text(self) -> None:
        for value in [*NO_TEXT, None]:
            assert phone_codes(value, "SG") == ["FIELD_WRONG_TYPE"]

    @pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
    def test_every_countrys_example_is_read_nationally_and_back(self, region: str) -> None:
        example = phonenumbers.example_number(region)
        assert example is not None
        expected = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
        number = TelephoneNumber.parse(national, region)
        assert str(number) == expected
        assert TelephoneNumber.parse(expected) == number
        assert number.warnings() == ()

    @given(telephone_numbers())
    def test_reads_back(self, number: TelephoneNumber) -> None:
        assert TelephoneNumber.parse(str(number)) == number == TelephoneNumber(number.e164)
        assert pickle.loads(pickle.dumps(number)) == number  # noqa: S301 - our own bytes

    @given(st.text("+0123456789 ()-./x", max_size=24), st.sampled_from([None, "SG", "US", "DE", "AR", "AQ"]))
    def test_nothing_raises_anything_else(self, text: str, country: str | None) -> None:
        if not phone_codes(text, country):
            number = TelephoneNumber.parse(text, country)
            assert TelephoneNumber.parse(str(number)) == number

    @pytest.mark.parametrize("e164", ["+49123456789012345", "+49000000", "+999123456", "+12"])
    def test_a_range_that_nobody_uses_is_warned_of(self, e164: str) -> None:
        if e164 == "+49123456789012345":
            e164 = e164[:16]
        assert TelephoneNumber(e164).warnings() == (Problem(PhoneFault.PHONE_NOT_ASSIGNED),)

    @pytest.mark.parametrize(
        "text", ["6561234567", "+0561234567", "+65 6123", "+1", "+1234567890123456", "+65\n", "+６５"]
    )
    def test_the_constructor_takes_e164_only(self, text: str) -> None:
        with pytest.raises(InvalidValue, match=r"not in E\.164"):
            TelephoneNumber(text)
        assert str(TelephoneNumber("+123456789012345")) == "+123456789012345"
        assert str(TelephoneNumber("+12")) == "+12"

    def test_the_constructor_takes_text_only(self) -> None:
        with pytest.raises(InvalidType, match="e164 must be text"):
            TelephoneNumber(6561234567)  # type: ignore[arg-type]  # what an untyped caller may do


class TestPostalAddress:
    """Line and city are required; postal code, region and country are not (ORG-10)."""

    def codes(self, lines: object, **parts: Any) -> list[tuple[str, str]]:
        return [(problem.place, str(problem.code)) for problem in find_address_problems(lines, **parts)]

    def test_a_text_is_split_at_its_line_ends(self) -> None:
        address = PostalAddress.parse("\n 1  Raffles Place\r\n\r\n#20-01\rLevel 2\n", city=" Singapore")
        assert address.lines == ("1 Raffles Place", "#20-01", "Level 2")
        assert address == PostalAddress.parse(["1 Raffles Place", "", None, "#20-01", "Level 2"], city="Singapore")

    @pytest.mark.parametrize("lines", [None, "", " \n ", [], (), ["", None]])
    def test_line_and_city_are_required(self, lines: object) -> None:
        assert self.codes(lines, city=" ") == [("lines", "ADDRESS_LINE_REQUIRED"), ("city", "ADDRESS_CITY_REQUIRED")]
        assert self.codes(lines, city=None) == [("lines", "ADDRESS_LINE_REQUIRED"), ("city", "ADDRESS_CITY_REQUIRED")]

    def test_nothing_else_is(self) -> None:
        address = PostalAddress.parse("Flat 5", city="Hong Kong", region="", postal_code="  ", country="")
        assert (address.region, address.postal_code, address.country) == (None, None, None)

    def test_all_of_it(self) -> None:
        address = PostalAddress.parse(
            ("1 Main St", "Apt 4"), city="Springfield", region="IL", postal_code="62701-1234", country="us"
        )
        assert str(address) == "1 Main St\nApt 4\nSpringfield IL 62701-1234\nUS"
        assert str(PostalAddress.parse("Flat 5", city="Hong Kong")) == "Flat 5\nHong Kong"

    def test_five_lines_are_the_most(self) -> None:
        assert len(PostalAddress.parse("a\nb\nc\nd\ne\n\n", city="X").lines) == 5
        assert self.codes("a\nb\nc\nd\ne\nf", city="X") == [("lines", "ADDRESS_TOO_MANY_LINES")]
        assert self.codes(["a\t"] * 6, city="X") == [("lines", "ADDRESS_TOO_MANY_LINES")]

    def test_lengths(self) -> None:
        longest = {"city": "c" * 128, "region": "r" * 128, "postal_code": "1" * 16}
        assert self.codes("l" * 255, **longest) == []
        longer = {name: part + part[0] for name, part in longest.items()}
        assert self.codes(["a", "l" * 256], **longer) == [
            ("lines[1]", "ADDRESS_PART_TOO_LONG"),
            ("city", "ADDRESS_PART_TOO_LONG"),
            ("region", "ADDRESS_PART_TOO_LONG"),
            ("postal_code", "ADDRESS_PART_TOO_LONG"),
        ]

    def test_any_visible_character_may_stand(self) -> None:
        assert self.codes("№ 5 | “½” <🙂>, c/o X", city="Zürich™") == []

    def test_what_no_name_may_hold_is_refused_with_its_place(self) -> None:
        assert self.codes(["a", "b\tc"], city="X\u202e", region="\u200bY") == [
            ("lines[1]", "NAME_CONTROL_CHARACTER"),
            ("city", "NAME_BIDI_CONTROL"),
            ("region", "NAME_INVISIBLE_CHARACTER"),
        ]
        assert self.codes("a\u2028b", city="X") == [("lines[0]", "NAME_CONTROL_CHARACTER")]

    @pytest.mark.parametrize("postal_code", ["048616", "SW1A 1AA", "K1A-0B1", "1010", "D02 AF30"])
    def test_postal_codes(self, postal_code: str) -> None:
        assert PostalAddress.parse("a", city="X", postal_code=postal_code).postal_code == postal_code

    @pytest.mark.parametrize("postal_code", ["12,34", "-1", "1-", "1 -2", "１２３", "№1"])
    def test_what_is_no_postal_code(self, postal_code: str) -> None:
        assert self.codes("a", city="X", postal_code=postal_code) == [("postal_code", "ADDRESS_POSTAL_CODE")]

    @pytest.mark.parametrize("country", ["ß", "SGP", "Singapore", "S", "12", "ＳＧ", "SG\n", "x" * 10**6])
    def test_what_is_no_code_of_a_country(self, country: str) -> None:
        assert self.codes("a", city="X", country=country) == [("country", "ADDRESS_COUNTRY")]
        assert all(len(str(problem)) < 300 for problem in find_address_problems("a", city="X", country=country))

    @pytest.mark.parametrize("flood", [*FLOODS, "a\n" * 10**6])
    def test_a_megabyte_is_few_problems(self, flood: str) -> None:
        assert 1 <= len(self.codes(flood, city="X")) <= 20
        assert 1 <= len(self.codes("a", city=flood)) <= 20

    def test_a_million_lines_are_one_problem(self) -> None:
        assert self.codes(["a\t"] * 10**6, city="X") == [("lines", "ADDRESS_TOO_MANY_LINES")]
        assert self.codes([5] * 10**5, city="X") == [("lines", "ADDRESS_TOO_MANY_LINES")]
        assert self.codes([""] * 10**5, city="X") == [("lines", "ADDRESS_LINE_REQUIRED")]

    def test_no_other_type_is_text(self) -> None:
        for value in NO_TEXT:
            if type(value) is not list:
                assert self.codes(value, city="X") == [("lines", "FIELD_WRONG_TYPE")]
            parts = dict.fromkeys(("city", "region", "postal_code", "country"), value)
            assert self.codes(["a", value], **parts) == [
                (place, "FIELD_WRONG_TYPE") for place in ("lines[1]", "city", "region", "postal_code", "country")
            ]

    @given(postal_addresses())
    def test_reads_back(self, address: PostalAddress) -> None:
        parts = {"region": address.region, "postal_code": address.postal_code, "country": address.country}
        assert PostalAddress.parse("\n".join(address.lines), city=address.city, **parts) == address
        assert PostalAddress(lines=address.lines, city=address.city, **parts) == address
        assert pickle.loads(pickle.dumps(address)) == address  # noqa: S301 - our own bytes

    @given(st.lists(awkward_texts, max_size=6), awkward_texts, awkward_texts, awkward_texts, awkward_texts)
    def test_nothing_raises_anything_else(
        self, lines: list[str], city: str, region: str, code: str, country: str
    ) -> None:
        parts = {"city": city, "region": region, "postal_code": code, "country": country}
        if not self.codes(lines, **parts):
            address = PostalAddress.parse(lines, **parts)
            assert PostalAddress.parse(address.lines, city=address.city, region=address.region,
                                       postal_code=address.postal_code, country=address.country) == address  # fmt: skip

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            ({"lines": ("a ",), "city": "X"}, "ADDRESS_NOT_CLEAN"),
            ({"lines": ("a", ""), "city": "X"}, "ADDRESS_NOT_CLEAN"),
            ({"lines": ("a",), "city": "X", "region": ""}, "ADDRESS_NOT_CLEAN"),
            ({"lines": ("a",), "city": "X", "country": "sg"}, "ADDRESS_NOT_CLEAN"),
            ({"lines": (), "city": "X"}, "ADDRESS_LINE_REQUIRED"),
            ({"lines": ("a\nb",), "city": "X"}, "NAME_CONTROL_CHARACTER"),
            ({"lines": ["a"], "city": "X"}, "FIELD_WRONG_TYPE"),
            ({"lines": "a", "city": "X"}, "FIELD_WRONG_TYPE"),
            ({"lines": (1,), "city": "X"}, "FIELD_WRONG_TYPE"),
            ({"lines": (None, "a"), "city": "X"}, "FIELD_WRONG_TYPE"),
            ({"lines": ("a",), "city": None}, "FIELD_WRONG_TYPE"),
        ],
    )
    def test_the_constructor_takes_clean_parts_only(self, parts: dict[str, Any], code: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            PostalAddress(**parts)
        assert str(caught.value.problem.code) == code


class TestSentences:
    """Self-contained, lower case, no full stop, nothing personal (X-3)."""

    @pytest.mark.parametrize("fault", [*EmailFault, *PersonNameFault, *PhoneFault, *AddressFault])
    def test_each_fault_reads_well(self, fault: EmailFault | PersonNameFault | PhoneFault | AddressFault) -> None:
        assert re.match("(the|a|each|there|this|no) ", fault.sentence)
        assert not fault.sentence.endswith(".")
        assert not fault.remedy.endswith(".")
