"""The DNS of realms: records needed, and records handed in judged."""

import math
import pickle
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.errors import InvalidType, InvalidValue
from tenantcore.realm import (
    DnsJudgement,
    Realm,
    RealmDnsFault,
    RealmPolicy,
    RecordNeed,
    Records,
    RecordType,
    Service,
    SipService,
)
from tenantcore.testing import realm_policies, realms
from tests.vector_files import Case, cases

ACME: Final = Realm("acme.example.com")
BOTH: Final = frozenset(Service)
ADDRESS: Final[Records] = {"A": ["192.0.2.1"]}
SRV: Final = "10 60 5060 sip1.example.com."
# What a host writes into the records that the library leaves open.
SERVERS: Final[Mapping[RecordType, str]] = {
    RecordType.A: "192.0.2.1",
    RecordType.SRV: SRV,
    RecordType.MX: "10 fax.example.com.",
}


def judged(records: Records, needs: Any = BOTH, realm: Realm = ACME) -> tuple[str | None, str | None, list[str]]:
    """Return the ways of phones and fax, and the problems without their common beginning."""
    judgement = realm.judge(records, needs)
    assert all(str(problem) for problem in (*judgement.problems, *judgement.warnings))
    assert judgement.is_fit == (judgement.problems == ())
    return judgement.sip, judgement.fax, [str(found.code).removeprefix("REALM_") for found in judgement.problems]


def published(needs: tuple[RecordNeed, ...]) -> Records:
    """The records that a host publishes for what is needed, with its own servers."""
    records: dict[str, dict[str, list[str]]] = {}
    for need in needs:
        texts = records.setdefault(need.type.value, {}).setdefault(f"{need.owner}.", [])
        texts.append(need.data or SERVERS[need.type])
    return records


class TestRecordsNeeded:
    """RLM-4: A, SRV and NAPTR for phones, MX for fax, and the wildcard of the suffix for generated realms, as data."""

    def test_a_realm_of_its_own(self) -> None:
        needed = [(need.owner, need.type, need.service, need.is_required) for need in ACME.records_needed()]
        assert needed == [
            ("acme.example.com", "A", "sip", True),
            ("acme.example.com", "NAPTR", "sip", False),
            ("_sip._udp.acme.example.com", "SRV", "sip", False),
            ("acme.example.com", "NAPTR", "sip", False),
            ("_sip._tcp.acme.example.com", "SRV", "sip", False),
            ("acme.example.com", "MX", "fax", True),
        ]

    def test_naptr_records_are_written_out(self) -> None:
        needed = ACME.records_needed({Service.SIP}, offers=[SipService.TLS, SipService.WEBSOCKET])
        assert [need.data for need in needed if need.type is RecordType.NAPTR] == [
            '10 50 "s" "SIPS+D2T" "" _sips._tcp.acme.example.com.',
            '20 50 "s" "SIP+D2W" "" _sip._ws.acme.example.com.',
        ]
        assert {need.data for need in needed if need.type is not RecordType.NAPTR} == {""}

    def test_a_wildcard_leads_to_services_of_the_suffix(self) -> None:
        needed = RealmPolicy(suffix="s.logicom.center").records_needed(offers=(SipService.UDP,))
        assert [(need.owner, need.type, need.data) for need in needed] == [
            ("*.s.logicom.center", "A", ""),
            ("*.s.logicom.center", "NAPTR", '10 50 "s" "SIP+D2U" "" _sip._udp.s.logicom.center.'),
            ("_sip._udp.s.logicom.center", "SRV", ""),
            ("*.s.logicom.center", "MX", ""),
        ]

    def test_wildcards_cover_one_own_label(self) -> None:
        policy = RealmPolicy(suffix="pbx.reseller.com", kept_suffixes=("s.logicom.center",))
        assert policy.covers(Realm("acme.pbx.reseller.com"))
        assert policy.covers(Realm("acme.s.logicom.center"))
        assert not policy.covers(Realm("a.b.s.logicom.center"))
        assert not policy.covers(Realm("s.logicom.center"))
        assert not policy.covers(ACME)
        assert not RealmPolicy().covers(ACME)

    def test_a_realm_too_long_for_service_labels_needs_its_address_alone(self) -> None:
        longest = Realm(".".join(["a" * 63] * 3 + ["b" * 57, "com"]))
        assert {need.type for need in longest.records_needed()} == {RecordType.A, RecordType.MX}
        assert longest.judge(published(longest.records_needed()), BOTH).is_fit
        shorter = Realm(".".join(["a" * 63] * 3 + ["b" * 47, "com"]))
        assert max(len(need.owner) for need in shorter.records_needed()) == 253

    @given(realms(), st.sets(st.sampled_from(Service)), st.lists(st.sampled_from(SipService), unique=True))
    def test_what_is_published_as_needed_is_fit(
        self, realm: Realm, services: set[Service], offers: list[SipService]
    ) -> None:
        needed = realm.records_needed(services, offers=offers)
        assert realm.judge(published(needed), services).is_fit
        required = tuple(need for need in needed if need.is_required)
        assert realm.judge(published(required), services).is_fit

    @given(realm_policies(), st.booleans())
    def test_the_wildcard_serves_every_candidate(self, policy: RealmPolicy, required_only: bool) -> None:
        needed = policy.records_needed()
        records = published(tuple(need for need in needed if need.is_required) if required_only else needed)
        for realm in policy.candidates():
            way = RecordType.A if required_only else RecordType.NAPTR
            assert realm.judge(records, BOTH) == DnsJudgement(sip=way, fax=RecordType.MX, problems=(), warnings=())

    @pytest.mark.parametrize("services", [None, "sip", 5, [None], ["SIP"], [b"sip"], [[]], iter(())])
    def test_services_are_a_set_of_services(self, services: Any) -> None:
        with pytest.raises(InvalidType):
            ACME.records_needed(services)
        with pytest.raises(InvalidType):
            ACME.judge({}, services)

    def test_services_may_be_texts(self) -> None:
        assert ACME.records_needed({"fax"}) == ACME.records_needed([Service.FAX])  # type: ignore[arg-type] # JSON's

    @pytest.mark.parametrize("offers", [None, "UDP", [None], ["_sip._udp"], {SipService.UDP}])
    def test_offers_are_ordered_sip_services(self, offers: Any) -> None:
        with pytest.raises(InvalidType):
            ACME.records_needed(offers=offers)


class TestJudgement:
    """RLM-4: records handed in are judged as phones (RFC 3263) and mail (RFC 5321, 7505) would take them."""

    @pytest.mark.parametrize("case", cases("realm", "RLM-4"), ids=lambda case: case.id)
    def test_vector(self, case: Case) -> None:
        judgement = Realm(case.given["realm"]).judge(case.given["records"], case.given["needs"])
        assert case.expect == {
            "sip": judgement.sip,
            "fax": judgement.fax,
            "problems": [str(problem.code) for problem in judgement.problems],
            "warnings": [str(warning.code) for warning in judgement.warnings],
        }

    def test_phones_are_needed_by_default(self) -> None:
        assert ACME.judge({}) == ACME.judge({}, {Service.SIP}) != ACME.judge({}, BOTH)

    def test_only_needed_services_have_problems(self) -> None:
        nothing: Records = {}
        assert judged(nothing, ()) == (None, None, [])
        assert judged(nothing, {Service.FAX}) == (None, None, ["NO_MAIL_HOST"])
        assert judged(nothing) == (None, None, ["UNRESOLVED", "NO_MAIL_HOST"])

    @pytest.mark.parametrize(
        ("records", "expected"),
        [
            ({"AAAA": ["2001:db8::1"]}, ("AAAA", "AAAA", [])),
            ({"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]}, ("A", "A", [])),
            ({"A": ["192.0.2.256"], "AAAA": ["2001:db8::1"]}, ("AAAA", "AAAA", ["BAD_ADDRESS"])),
            ({"A": ["2001:db8::1"]}, (None, None, ["BAD_ADDRESS", "NO_MAIL_HOST"])),
            ({"A": ["sip.example.com."]}, (None, None, ["BAD_ADDRESS", "NO_MAIL_HOST"])),
            ({"A": ["192.0.2.1", ""]}, ("A", "A", ["BAD_ADDRESS"])),
            ({"TXT": ["v=spf1 -all"], "A": ["192.0.2.1"]}, ("A", "A", [])),
            ({"A": {"@": ["192.0.2.1"]}}, ("A", "A", [])),
            ({"A": {"ACME.example.com.": ("192.0.2.1",)}}, ("A", "A", [])),
            ({"A": {"mail": ["192.0.2.1"]}}, (None, None, ["UNRESOLVED", "NO_MAIL_HOST"])),
            ({"A": []}, (None, None, ["UNRESOLVED", "NO_MAIL_HOST"])),
        ],
    )
    def test_addresses(self, records: Records, expected: object) -> None:
        assert judged(records) == expected

    @pytest.mark.parametrize(
        ("exchanges", "fax", "expected"),
        [
            (["10 fax.example.com."], "MX", []),
            (["10 fax.example.com"], "MX", []),
            (["65535 FAX.example.com."], "MX", []),
            (["10  fax.example.com. "], "MX", []),
            (["10 fax.example.com.", "20 fax2.example.com."], "MX", []),
            (["10 ."], None, ["NULL_MX"]),
            (["0 .", "0 ."], None, ["BAD_MX"]),
            (["65536 fax.example.com."], None, ["BAD_MX"]),
            (["-1 fax.example.com."], None, ["BAD_MX"]),
            (["\u0661 fax.example.com."], None, ["BAD_MX"]),
            (["fax.example.com."], None, ["BAD_MX"]),
            (["10"], None, ["BAD_MX"]),
            (["10 "], None, ["BAD_MX"]),
            (["10 192.0.2.1"], None, ["BAD_MX"]),
            (["10 fax example.com."], None, ["BAD_MX"]),
            (["10 -fax.example.com."], None, ["BAD_MX"]),
            (["10 fax..example.com."], None, ["BAD_MX"]),
            ([f"10 {'a' * 64}.example.com."], None, ["BAD_MX"]),
            ([f"10 {'a.' * 126}ab."], None, ["BAD_MX"]),
            ([f"10 {'a.' * 126}b."], "MX", []),
            (["10 \ud800."], None, ["BAD_MX"]),
            ([f"10 {'a' * 10**6}"], None, ["BAD_MX"]),
            ([""], None, ["BAD_MX"]),
            (["bad", "10 fax.example.com."], "MX", ["BAD_MX"]),
        ],
    )
    def test_mail_exchanges(self, exchanges: list[str], fax: str | None, expected: list[str]) -> None:
        assert judged({**ADDRESS, "MX": exchanges}) == ("A", fax, expected)

    def test_the_implicit_exchange_warns_needed_or_not(self) -> None:
        for needs in (BOTH, {Service.SIP}, frozenset[Service]()):
            (warning,) = ACME.judge(ADDRESS, needs).warnings
            assert warning.code is RealmDnsFault.REALM_NO_MX

    @pytest.mark.parametrize(
        ("services", "sip", "expected"),
        [
            ({"_sip._udp": [SRV]}, "SRV", []),
            ({"_SIP._UDP": [SRV]}, "SRV", []),
            ({"_sips._tcp": ["0 0 65535 sip1.example.com"]}, "SRV", []),
            ({"_sip._udp": ["0 0 0 ."], "_sip._tcp": [SRV]}, "SRV", []),
            ({"_sip._udp": ["0 0 0 ."], "_sip._tcp": ["0 0 0 ."]}, None, ["SERVICE_DENIED"]),
            ({"_stun._udp": [SRV]}, "A", []),
            ({"_sip._tls": [SRV]}, "A", ["BAD_SRV"]),
            ({"_sips._udp": [SRV], "_sip._udp": [SRV]}, "SRV", ["BAD_SRV"]),
            ({"_sip._udp.other.example.com.": [SRV], "_sip._dccp.other.example.net.": [SRV]}, "A", []),
            ({"_sip._udp": ["10 60 0 sip1.example.com."]}, "A", ["SRV_MALFORMED"]),
            ({"_sip._udp": ["10 60 5060"]}, "A", ["SRV_MALFORMED"]),
            ({"_sip._udp": ["10 60 5060 sip1.example.com. 5"]}, "A", ["SRV_MALFORMED"]),
            ({"_sip._udp": ["10 60 65536 sip1.example.com."]}, "A", ["SRV_MALFORMED"]),
            ({"_sip._udp": ["10 60 x sip1.example.com."]}, "A", ["SRV_MALFORMED"]),
            ({"_sip._udp": ["10 60 5060 192.0.2.1"]}, "A", ["SRV_MALFORMED"]),
            ({"_sip._udp": ["1 " * 500_000]}, "A", ["SRV_MALFORMED"]),
            ({"_sip._udp": ["bad", SRV]}, "SRV", ["SRV_MALFORMED"]),
        ],
    )
    def test_services(self, services: Mapping[str, list[str]], sip: str | None, expected: list[str]) -> None:
        assert judged({**ADDRESS, "SRV": services}, {Service.SIP}) == (sip, "A", expected)

    @pytest.mark.parametrize(
        ("pointer", "sip", "expected"),
        [
            ('10 50 "s" "SIP+D2U" "" _sip._udp.acme.example.com.', "NAPTR", []),
            ('10 50 S sip+d2u "" _sip._udp.acme.example.com', "NAPTR", []),
            ('10 50 "s" "SIPS+D2T" "" _sips._tcp.provider.example.', "NAPTR", []),
            ('10 50 "s" "SIP+D2T" "" _sip._tcp.acme.example.com.', "SRV", ["NAPTR_DANGLING"]),
            ('10 50 "s" "SIP+D2T" "" example.com.', "SRV", ["NAPTR_DANGLING"]),
            ('10 50 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .', "SRV", []),
            ('10 50 "a" "SIP+D2U" "" sip1.example.com.', "SRV", ["BAD_NAPTR"]),
            ('10 50 "s" "SIP+D2U" "!a!b!" _sip._udp.acme.example.com.', "SRV", ["BAD_NAPTR"]),
            ('10 50 "s" "SIP+D2U" "" .', "SRV", ["BAD_NAPTR"]),
            ('10 50 "s" "SIP+D2U" "" -bad', "SRV", ["BAD_NAPTR"]),
            ("10 50", "SRV", ["BAD_NAPTR"]),
            ('10 50 "s" "SIP+D2U" "" ' + "a" * 10**6, "SRV", ["BAD_NAPTR"]),
            ("", "SRV", ["BAD_NAPTR"]),
        ],
    )
    def test_pointers(self, pointer: str, sip: str | None, expected: list[str]) -> None:
        records: Records = {"NAPTR": [pointer], "SRV": {"_sip._udp": [SRV]}}
        assert judged(records, {Service.SIP}) == (sip, None, expected)

    def test_one_of_two_pointers_is_enough(self) -> None:
        pointers = [f'10 50 "s" "SIP+D2{way[0].upper()}" "" _sip._{way}.acme.example.com.' for way in ("udp", "tcp")]
        for offered, denied in (("_sip._udp", "_sip._tcp"), ("_sip._tcp", "_sip._udp")):
            records: Records = {"NAPTR": pointers, "SRV": {offered: [SRV], denied: ["0 0 0 ."]}}
            assert judged(records, {Service.SIP}) == ("NAPTR", None, [])

    def test_each_malformed_pointer_is_told(self) -> None:
        records: Records = {**ADDRESS, "NAPTR": ["10 50", "20 50"]}
        assert judged(records, {Service.SIP}) == ("A", "A", ["BAD_NAPTR", "BAD_NAPTR"])

    def test_a_pointer_decides_against_other_services(self) -> None:
        records: Records = {
            "NAPTR": ['10 50 "s" "SIP+D2U" "" _sip._udp.acme.example.com.'],
            "SRV": {"_sip._udp": ["0 0 0 ."], "_sip._tcp": [SRV]},
        }
        assert judged(records, {Service.SIP}) == (None, None, ["SERVICE_DENIED"])

    def test_a_fault_that_two_ways_meet_is_told_once(self) -> None:
        records: Records = {
            "NAPTR": ['10 50 "s" "SIP+D2U" "" _sip._udp.acme.example.com.'],
            "SRV": {"_sip._udp": ["bad"]},
            "A": ["bad"],
        }
        assert judged(records) == (None, None, ["SRV_MALFORMED", "BAD_ADDRESS", "NO_MAIL_HOST"])


class TestAliases:
    """RLM-4: an alias stands alone, and neither MX nor SRV records lead to one (RFC 1034, 2181, 2782)."""

    def test_an_alias_out_of_the_records_is_believed(self) -> None:
        assert judged({"CNAME": ["pbx.provider.net."]}) == ("CNAME", "CNAME", [])

    def test_an_alias_within_the_records_is_followed(self) -> None:
        target: Records = {"CNAME": ["pbx.example.net."], "A": {"pbx.example.net.": ["192.0.2.1"]}}
        assert judged(target) == ("A", "A", [])
        longer: Records = {
            "CNAME": {"@": ["b.example.net"], "b.example.net.": ["c.example.net"]},
            "MX": {"c.example.net.": ["10 fax.example.net."]},
        }
        assert judged(longer) == (None, "MX", ["UNRESOLVED"])
        wildcard: Records = {"CNAME": ["pbx.example.net."], "A": {"*.example.net.": ["192.0.2.1"]}}
        assert judged(wildcard) == ("A", "A", [])

    @pytest.mark.parametrize(
        "records",
        [
            {"CNAME": ["pbx.example.net."], "A": ["192.0.2.1"]},
            {"CNAME": ["pbx.example.net."], "MX": ["10 fax.example.net."]},
            {"CNAME": ["pbx.example.net.", "pbx2.example.net."]},
            {"CNAME": ["acme.example.com."]},
            {"CNAME": {"@": ["b.example.net."], "b.example.net.": ["acme.example.com."]}},
            {"CNAME": ["192.0.2.1"]},
            {"CNAME": ["."]},
            {"CNAME": [""]},
        ],
    )
    def test_a_broken_alias_leads_nowhere(self, records: Records) -> None:
        assert judged(records) == (None, None, ["BAD_CNAME"])
        assert judged(records, ()) == (None, None, [])

    def test_targets_may_not_be_aliases(self) -> None:
        records: Records = {
            "SRV": {"_sip._udp": [SRV]},
            "MX": ["10 sip1.example.com."],
            "CNAME": {"sip1.example.com.": ["node7.example.com."]},
        }
        judgement = ACME.judge(records, BOTH)
        assert [problem.code for problem in judgement.problems] == [RealmDnsFault.REALM_TARGET_ALIAS] * 2
        assert [problem.params["type"] for problem in judgement.problems] == ["SRV", "MX"]


class TestWildcards:
    """RLM-4: a wildcard answers for names that don't exist, right under the closest one that does (RFC 4592)."""

    ANY: Final[Mapping[str, list[str]]] = {"*.example.com.": ["192.0.2.1"]}

    def test_it_answers_at_any_depth(self) -> None:
        assert judged({"A": self.ANY}, {Service.SIP}) == ("A", "A", [])
        assert judged({"A": self.ANY}, {Service.SIP}, Realm("a.b.example.com")) == ("A", "A", [])

    @pytest.mark.parametrize(
        "records",
        [
            {"A": {"*.example.net.": ["192.0.2.1"]}},
            {"A": {"*.example.com.": ["192.0.2.1"], "b.acme": ["192.0.2.1"], "x": ["192.0.2.1"]}},
            {"A": ANY, "SRV": {"_stun._udp": [SRV]}},
            {"A": {"*.com.": ["192.0.2.1"], "b.example.com.": ["192.0.2.1"]}},
        ],
    )
    def test_it_does_not_reach_existing_names_nor_beyond_closer_ones(self, records: Records) -> None:
        assert judged(records, {Service.SIP}) == (None, None, ["UNRESOLVED"])


class TestRecordsHandedIn:
    """RLM-4: no records, however broken, give anything but a judgement or an error of ours."""

    @pytest.mark.parametrize(
        "records",
        [
            None,
            5,
            math.nan,
            "A",
            ["A"],
            {None: []},
            {"A": "192.0.2.1"},
            {"A": None},
            {"A": {"192.0.2.1"}},
            {"A": [None]},
            {"A": [b"192.0.2.1"]},
            {"A": {None: []}},
            {"A": {"@": "192.0.2.1"}},
            {"A": {"@": {"@": []}}},
        ],
    )
    def test_another_shape_is_of_a_wrong_type(self, records: Any) -> None:
        with pytest.raises(InvalidType):
            ACME.judge(records)

    @pytest.mark.parametrize("owner", ["", ".", "a..b", "a b", "-", "\ud800", "a" * 10**6, "192.0.2.1.", "x\n"])
    def test_owners_are_names(self, owner: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            ACME.judge({"A": {owner: []}})
        assert caught.value.problem.code is RealmDnsFault.REALM_RECORD_OWNER
        assert len(str(caught.value)) < 400

    @pytest.mark.parametrize(
        ("record_type", "owner", "text", "code"),
        [
            ("NAPTR", "@", '10 50{} "s" "SIP+D2U" "" _sip._udp.provider.net.', "BAD_NAPTR"),
            ("SRV", "_sip._udp", "10 60 5060{} sip1.example.com.", "SRV_MALFORMED"),
            ("MX", "@", "10{} fax.example.com.", "BAD_MX"),
        ],
    )
    def test_a_text_has_1024_characters_at_most(self, record_type: str, owner: str, text: str, code: str) -> None:
        longest = text.format(" " * (1024 + len("{}") - len(text)))
        assert len(longest) == 1024
        needs = {Service.FAX} if record_type == "MX" else {Service.SIP}
        assert judged({**ADDRESS, record_type: {owner: [longest]}}, needs)[2] == []
        longer = text.format(" " * (1025 + len("{}") - len(text)))
        assert judged({**ADDRESS, record_type: {owner: [longer]}}, needs)[2] == [code]

    @given(
        st.dictionaries(
            st.sampled_from(RecordType),
            st.lists(st.text() | st.sampled_from([".", SRV, "0 .", "10 a.b.", "192.0.2.1", "acme.example.com."]))
            | st.dictionaries(
                st.sampled_from(["@", "_sip._udp", "*.example.com.", "a.b."]),
                st.lists(st.text() | st.sampled_from([SRV, "0 0 0 .", "10 _sip._udp.acme.example.com."])),
            ),
        )
    )
    def test_any_texts_are_judged(self, records: Records) -> None:
        judgement = ACME.judge(records, BOTH)
        assert pickle.loads(pickle.dumps(judgement)) == judgement  # noqa: S301 - our own bytes
        assert len({judgement, judgement}) == 1
        assert judgement.sip is not None or judgement.problems
        assert judgement.fax is not None or judgement.problems

    def test_many_records_of_one_owner_in_many_cases(self) -> None:
        owners = {"".join(letters): ["192.0.2.1"] for letters in ("aB.c.", "Ab.c.", "AB.C.", "ab.c.")}
        assert judged({"A": owners}, {Service.SIP}, Realm("ab.cd")) == (None, None, ["UNRESOLVED"])
        assert judged({"A": {"ACME.example.com.": ["192.0.2.1"], "@": ["bad"]}}) == ("A", "A", ["BAD_ADDRESS"])
