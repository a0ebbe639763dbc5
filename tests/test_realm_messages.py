"""What a person reads when a realm can't be taken, drawn, changed or found: the fault and the remedy, in full."""

from collections.abc import Callable, Iterable
from datetime import time
from typing import Any, Final

import pytest

from tenantcore.errors import InvalidValue, Problem
from tenantcore.realm import (
    OWN_DOMAIN,
    QuietHours,
    Realm,
    RealmChange,
    RealmDnsFault,
    RealmFault,
    RealmLabelFault,
    RealmPolicy,
    RealmSyntaxFault,
    Service,
    find_realm_problems,
    plan_change,
    suggest_label,
)

ACME: Final = Realm("acme.example.com")
OTHER: Final = Realm("acme.s.logicom.center")
PLATFORM: Final = RealmPolicy(suffix="s.logicom.center")
BOTH: Final = frozenset(Service)
# The longest suffix that leaves room for seven characters.
LONG_SUFFIX: Final = ".".join(["a" * 63] * 3 + ["b" * 53])
SRV: Final = "10 60 5060 sip1.example.com."


def moved(**changed: Any) -> RealmChange:
    return plan_change(**{"old": ACME, "new": OTHER, "devices": 1, "digests": 1, "fax_boxes": 0, **changed})


def drawn(choice: Any) -> Realm:
    return next(PLATFORM.candidates(choose=lambda _: choice))


def judged(records: Any, *needs: Service) -> tuple[Problem, ...]:
    return ACME.judge(records, needs).problems


RAISED: Final[dict[str, tuple[Callable[[], object], str]]] = {
    "policy of a change, a number": (
        lambda: moved(policy=5),
        "policy must be a realm policy, not int; hand in a realm policy",
    ),
    "quiet hours, a pair": (
        lambda: moved(quiet_hours=(time(22), time(5))),
        "quiet_hours must be quiet hours, not tuple; hand in quiet hours",
    ),
    "quiet hours, their start": (
        lambda: QuietHours(start=22, end=time(5)),  # type: ignore[arg-type]
        "start must be a time of day, not int; hand in a time of day",
    ),
    "quiet hours, their end": (
        lambda: QuietHours(start=time(22), end=5),  # type: ignore[arg-type]
        "end must be a time of day, not int; hand in a time of day",
    ),
    "old realm, text": (
        lambda: moved(old="acme.example.com"),
        "old must be a realm, not str; hand in a realm",
    ),
    "new realm, nothing": (
        lambda: moved(new=None),
        "new must be a realm, not NoneType; hand in a realm",
    ),
    "devices, too few": (
        lambda: moved(devices=-1),
        "devices must be at least 0, not -1; raise it to 0 or more",
    ),
    "digests, a fraction": (
        lambda: moved(digests=1.5),
        "digests must be a whole number, not float; hand in a whole number",
    ),
    "fax boxes, text": (
        lambda: moved(fax_boxes="2"),
        "fax_boxes must be a whole number, not str; hand in a whole number",
    ),
    "record needs, a list": (
        lambda: RealmChange(old=ACME, new=OTHER, publish=[]),  # type: ignore[arg-type]
        "publish must be a tuple of record needs, not list; hand in a tuple of record needs",
    ),
    "record needs, texts": (
        lambda: RealmChange(old=ACME, new=OTHER, keep=("A",)),  # type: ignore[arg-type]
        "keep must hold only record needs, but item 0 (counted from 0) is of type str; replace item 0",
    ),
    "no quiet hours": (
        lambda: RealmChange(old=ACME, new=OTHER, quiet_hours="night"),  # type: ignore[arg-type]
        "quiet_hours must be quiet hours or None, not str; hand in quiet hours or None",
    ),
    "name, a number": (
        lambda: suggest_label(5),  # type: ignore[arg-type]
        "name must be text, not int; hand in text",
    ),
    "choice, outside the alphabet": (
        lambda: drawn("0"),
        ("the chooser must return one character of the alphabet, not '0'; hand in a function such as secrets.choice"),
    ),
    "choice, of another type": (
        lambda: drawn(b"ab"),
        ("the chooser must return one character of the alphabet, not bytes; hand in a function such as secrets.choice"),
    ),
    "chooser, a text": (
        lambda: PLATFORM.candidates(choose="ab"),  # type: ignore[arg-type]
        "choose must be a function, not str; hand in a function",
    ),
    "alphabet, a number": (
        lambda: RealmPolicy(alphabet=23),  # type: ignore[arg-type]
        "alphabet must be text, not int; hand in text",
    ),
    "alphabet, a letter twice": (
        lambda: RealmPolicy(alphabet="aba"),
        (
            "the alphabet must be two or more distinct letters a to z or digits, not 'aba'; "
            "leave the alphabet out to have one without look-alikes"
        ),
    ),
    "tenants, text": (
        lambda: PLATFORM.collision_probability("5"),  # type: ignore[arg-type]
        "tenants must be a whole number, not str; hand in a whole number",
    ),
    "tenants, too few": (
        lambda: PLATFORM.collision_probability(-1),
        "tenants must be at least 0, not -1; raise it to 0 or more",
    ),
    "realm, a number": (
        lambda: Realm.parse(5),
        "realm must be text, not int; hand in text",
    ),
    "realm built, a number": (
        lambda: Realm(5),  # type: ignore[arg-type]
        "host must be text, not int; hand in text",
    ),
    "realm built, not as stored": (
        lambda: Realm("Acme.example.com."),
        (
            "the host of a realm must be given in the form that is stored, 'acme.example.com', not "
            "'Acme.example.com.'; "
            "read other forms with Realm.parse"
        ),
    ),
    "realm by no policy": (
        lambda: Realm.parse("acme.example.com", "platform"),  # type: ignore[arg-type]
        "policy must be a realm policy, not str; hand in a realm policy",
    ),
    "problems by no policy": (
        lambda: next(find_realm_problems("acme.example.com", 5)),  # type: ignore[arg-type]
        "policy must be a realm policy, not int; hand in a realm policy",
    ),
    "kept suffixes, a text": (
        lambda: RealmPolicy(kept_suffixes="s.logicom.center"),
        "kept_suffixes must be a tuple of realms, not str; hand in a tuple of realms",
    ),
    "reserved labels, a text": (
        lambda: RealmPolicy(reserved_labels="www"),
        "reserved_labels must be a set of labels, not str; hand in a set of labels",
    ),
    "reserved labels, bytes": (
        lambda: RealmPolicy(reserved_labels=[b"www"]),  # type: ignore[list-item]
        "reserved_labels must be a set of labels, not bytes; hand in a set of labels",
    ),
    "special use, a number": (
        lambda: RealmPolicy(special_use_allowed=1),  # type: ignore[arg-type]
        "special_use_allowed must be true or false, not int; hand in true or false",
    ),
    "white label, a text": (
        lambda: RealmPolicy(white_label_planned="no"),  # type: ignore[arg-type]
        "white_label_planned must be true or false, not str; hand in true or false",
    ),
    "label length, none": (
        lambda: RealmPolicy(label_length=0),
        "label_length must be at least 1, not 0; raise it to 1 or more",
    ),
    "label length, past a label": (
        lambda: RealmPolicy(label_length=64),
        "label_length must be at most 63, not 64; lower it to 63 or less",
    ),
    "attempts, none": (
        lambda: RealmPolicy(attempts=0),
        "attempts must be at least 1, not 0; raise it to 1 or more",
    ),
    "suffix, not registered": (
        lambda: RealmPolicy(suffix="sip.local"),
        (
            "the realm 'sip.local' ends in a special-use domain (RFC 6762), which phones can't find; "
            "use a domain that is registered, or a policy that allows special-use domains"
        ),
    ),
    "suffix, too long": (
        lambda: RealmPolicy(suffix=LONG_SUFFIX, label_length=8),
        (
            "the suffix 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'... leaves no room for a label of 8 characters "
            "within 253; "
            "shorten the suffix or the generated labels"
        ),
    ),
    "no suffix to draw under": (
        OWN_DOMAIN.candidates,
        "realms are generated under a suffix, and the policy has none; give the policy the platform's suffix",
    ),
    "none free": (
        lambda: RealmPolicy(suffix="s.logicom.center", attempts=2, label_length=1).first_free(
            ("X.S.logicom.center",), lambda _: "x"
        ),
        (
            "none of the realms generated in 2 attempts under '.s.logicom.center' is free; "
            "generate longer labels, or allow more attempts"
        ),
    ),
    "check of a text": (
        lambda: PLATFORM.check("acme.s.logicom.center"),  # type: ignore[arg-type]
        "realm must be a realm, not str; hand in a realm",
    ),
    "warnings of a text": (
        lambda: next(PLATFORM.find_warnings("acme.s.logicom.center")),  # type: ignore[arg-type]
        "realm must be a realm, not str; hand in a realm",
    ),
    "covers a text": (
        lambda: PLATFORM.covers("acme.s.logicom.center"),  # type: ignore[arg-type]
        "realm must be a realm, not str; hand in a realm",
    ),
    "taken, a text": (
        lambda: PLATFORM.check(OTHER, taken="acme.s.logicom.center"),
        "taken must be a collection of realms, not str; hand in a collection of realms",
    ),
    "taken, numbers": (
        lambda: PLATFORM.check(OTHER, taken=[5]),  # type: ignore[list-item]
        "taken must be a collection of realms, not int; hand in a collection of realms",
    ),
    "services, a text": (
        lambda: ACME.records_needed("sip"),  # type: ignore[arg-type]
        "services must be a set of services, not str; hand in a set of services",
    ),
    "services, another one": (
        lambda: ACME.records_needed({"mail"}),  # type: ignore[arg-type]
        "services must be a set of 'sip' and 'fax', not str; hand in a set of 'sip' and 'fax'",
    ),
    "offers, a set": (
        lambda: ACME.records_needed(offers={"_sip._udp"}),  # type: ignore[arg-type]
        "offers must be a tuple of SIP services, not set; hand in a tuple of SIP services",
    ),
    "records, a list": (
        lambda: ACME.judge(["A"]),  # type: ignore[arg-type]
        "records must be a mapping of record types, not list; hand in a mapping of record types",
    ),
    "records, their types": (
        lambda: ACME.judge({5: []}),  # type: ignore[dict-item]
        "records must be a mapping of record types, not int; hand in a mapping of record types",
    ),
    "records, their owners": (
        lambda: ACME.judge({"A": {5: []}}),  # type: ignore[dict-item]
        "records must be a mapping of owners, not int; hand in a mapping of owners",
    ),
    "records, a text": (
        lambda: ACME.judge({"A": "192.0.2.1"}),
        "records must be lists of text, not str; hand in lists of text",
    ),
    "records, bytes": (
        lambda: ACME.judge({"A": [b"192.0.2.1"]}),  # type: ignore[list-item]
        "records must be lists of text, not bytes; hand in lists of text",
    ),
    "records, an owner": (
        lambda: ACME.judge({"A": {"a b": []}}),
        (
            "records can't belong to 'a b', which is no DNS name; "
            "write '@' for the realm, '_sip._udp' for a name in front of it, 'mx.example.com.' with a dot for "
            "others"
        ),
    ),
}

RETURNED: Final[dict[str, tuple[Callable[[], Iterable[Problem]], str]]] = {
    "nothing": (
        lambda: find_realm_problems(""),
        "the realm is empty; give a host name such as acme.example.com",
    ),
    "a blank": (
        lambda: find_realm_problems("acme example.com"),
        (
            "the realm has a space or another blank (U+0020) at position 4; "
            "write the realm without blanks; none is ever removed silently"
        ),
    ),
    "a scheme": (
        lambda: find_realm_problems("sip:acme.example.com"),
        (
            "the realm must be a host name on its own, but has 'sip:' as a URI or URL would; "
            "leave only the host name, such as acme.example.com"
        ),
    ),
    "a path": (
        lambda: find_realm_problems("acme.example.com/admin"),
        (
            "the realm must be a host name on its own, but has '/' as a URI or URL would; "
            "leave only the host name, such as acme.example.com"
        ),
    ),
    "an e-mail address": (
        lambda: find_realm_problems("user@acme.example.com"),
        ("the realm must be a host name, not an e-mail or SIP address; leave only what stands after the at sign"),
    ),
    "a port": (
        lambda: find_realm_problems("acme.example.com:5060"),
        (
            "the realm must be a host name without a port, but ends in ':5060'; "
            "leave the colon and the port out; SRV records tell phones the port"
        ),
    ),
    "a wildcard": (
        lambda: find_realm_problems("*.example.com"),
        (
            "the realm must name one host, but has a wildcard '*'; "
            "put the tenant's own label in the place of the wildcard"
        ),
    ),
    "an IPv4 address": (
        lambda: find_realm_problems("192.0.2.10"),
        (
            "the realm must be a host name, not the IP address '192.0.2.10'; "
            "give a name whose DNS records lead to that address"
        ),
    ),
    "an IPv6 address": (
        lambda: find_realm_problems("2001:db8::1"),
        (
            "the realm must be a host name, not the IP address '2001:db8::1'; "
            "give a name whose DNS records lead to that address"
        ),
    ),
    "an empty label": (
        lambda: find_realm_problems("acme..com"),
        "label 2 of the realm is empty; remove the leading or doubled dot",
    ),
    "a long label": (
        lambda: find_realm_problems(f"acme.{'a' * 64}.com"),
        "label 2 of the realm has 64 characters in its DNS form, more than 63; shorten the label",
    ),
    "a label long in its DNS form": (
        lambda: find_realm_problems(f"acme.\u00fc{'a' * 56}.com"),
        "label 2 of the realm has 64 characters in its DNS form, more than 63; shorten the label",
    ),
    "an underscore": (
        lambda: find_realm_problems("ac_me.example.com"),
        (
            "label 1 of the realm, 'ac_me', has an underscore, which DNS names may have but host names may not; "
            "write a hyphen instead, or leave the service labels out"
        ),
    ),
    "a symbol": (
        lambda: find_realm_problems("acme!.example.com"),
        (
            "label 1 of the realm has '!' (U+0021), which is no letter, digit or hyphen; "
            "use letters, digits and hyphens only"
        ),
    ),
    "a hyphen at the end": (
        lambda: find_realm_problems("acme-.example.com"),
        (
            "label 1 of the realm, 'acme-', starts or ends with a hyphen; "
            "start and end every label with a letter or digit"
        ),
    ),
    "hyphens in third place": (
        lambda: find_realm_problems("ab--c.example.com"),
        (
            "label 1 of the realm, 'ab--c', has hyphens in third and fourth place, which is reserved; "
            "write one hyphen there"
        ),
    ),
    "an A-label of nothing": (
        lambda: find_realm_problems("www.xn--a.com", RealmPolicy()),
        (
            "label 2 of the realm, 'xn--a', starts with 'xn--' but encodes no valid internationalized label; "
            "write the label in its own script instead"
        ),
    ),
    "a label that UTS 46 does not map": (
        lambda: find_realm_problems("acme.\ud800.com"),
        (
            "label 2 of the realm, '\\ud800', is no valid internationalized label; "
            "use letters and digits of one script, in one writing direction, without symbols"
        ),
    ),
    "a label that is no U-label": (
        lambda: find_realm_problems("acme.\u0301a.com"),
        (
            "label 2 of the realm, '\u0301a', is no valid internationalized label; "
            "use letters and digits of one script, in one writing direction, without symbols"
        ),
    ),
    "a label beside one from right to left": (
        lambda: find_realm_problems("a.3com.\u05d0\u05d1.com"),
        (
            "label 2 of the realm, '3com', can't stand beside a label that is written from right to left; "
            "start the label with a letter and end it with a letter or digit"
        ),
    ),
    "one label": (
        lambda: find_realm_problems("acme"),
        (
            "the realm 'acme' has one label only, but a host name that phones can find has two or more; "
            "add the domain, such as acme.example.com"
        ),
    ),
    "one label and a dot": (
        lambda: find_realm_problems("acme."),
        (
            "the realm 'acme' has one label only, but a host name that phones can find has two or more; "
            "add the domain, such as acme.example.com"
        ),
    ),
    "a dot": (
        lambda: find_realm_problems("."),
        "label 1 of the realm is empty; remove the leading or doubled dot",
    ),
    "a number at the end": (
        lambda: find_realm_problems("acme.1"),
        ("the last label of the realm, '1', must not be all digits; end the realm in a top-level domain such as com"),
    ),
    "three characters": (
        lambda: find_realm_problems("a.b"),
        "the realm has 3 characters, fewer than 4; give a host name of 4 to 253 characters",
    ),
    "a long name": (
        lambda: find_realm_problems(f"{LONG_SUFFIX}.{'c' * 8}"),
        "the realm has 254 characters, more than 253; give a host name of 4 to 253 characters in its DNS form",
    ),
    "a long text": (
        lambda: find_realm_problems("a" * 1025),
        ("the realm has 1025 characters, more than 253; give a host name of 4 to 253 characters in its DNS form"),
    ),
    "a number for a realm": (
        lambda: find_realm_problems(5),
        "realm must be text, not int; hand in text",
    ),
    "mixed scripts": (
        lambda: Realm.parse("shop.p\u0430ypal.com").warnings(),
        (
            "label 2 of the realm, 'p\u0430ypal', mixes letters of several scripts (CYRILLIC, LATIN), which can "
            "deceive readers; "
            "write the label in one script unless the mix is the brand"
        ),
    ),
    "mixed with a script without names": (
        lambda: Realm.parse("a\U00017000.example.com").warnings(),
        (
            "label 1 of the realm, 'a\U00017000', mixes letters of several scripts (LATIN, TANGUT), which can deceive "
            "readers; "
            "write the label in one script unless the mix is the brand"
        ),
    ),
    "a special-use domain": (
        lambda: OWN_DOMAIN.check(Realm("acme.local")),
        (
            "the realm 'acme.local' ends in a special-use domain (RFC 6762), which phones can't find; "
            "use a domain that is registered, or a policy that allows special-use domains"
        ),
    ),
    "a reserved label": (
        lambda: OWN_DOMAIN.check(Realm("www.acme.com")),
        "the first label of the realm, 'www', is reserved; choose another first label",
    ),
    "another suffix": (
        lambda: PLATFORM.check(ACME),
        (
            "the realm 'acme.example.com' must be one label in front of '.s.logicom.center'; "
            "change only the first label, never the suffix"
        ),
    ),
    "deep under the suffix": (
        lambda: PLATFORM.check(Realm("a.b.s.logicom.center")),
        (
            "the realm 'a.b.s.logicom.center' has 2 labels in front of '.s.logicom.center' where one must stand; "
            "join them with hyphens: certificates for the suffix cover one label"
        ),
    ),
    "the suffix twice": (
        lambda: PLATFORM.check(Realm("a.s.logicom.center.s.logicom.center")),
        (
            "the realm 'a.s.logicom.center.s.logicom.center' has 4 labels in front of '.s.logicom.center' where "
            "one must stand; "
            "join them with hyphens: certificates for the suffix cover one label"
        ),
    ),
    "taken": (
        lambda: PLATFORM.check(OTHER, taken=[OTHER]),
        ("the realm 'acme.s.logicom.center' belongs to another tenant of the platform; choose another first label"),
    ),
    "an earlier suffix": (
        lambda: PLATFORM.white_labelled("pbx.acme.com").find_warnings(OTHER),
        (
            "the realm 'acme.s.logicom.center' has the earlier suffix '.s.logicom.center'; "
            "keep it for a tenant that has it; choose one under the present suffix for a new tenant"
        ),
    ),
    "white-labelling ahead": (
        lambda: RealmPolicy(suffix="s.logicom.center", white_label_planned=True).find_warnings(OTHER),
        (
            "the realm 'acme.s.logicom.center' is given out before the planned white-labelling of "
            "'.s.logicom.center'; "
            "set white-labelling up first: changing the realm later reaches every phone of the tenant"
        ),
    ),
    "no records for phones": (
        lambda: judged({}, Service.SIP),
        (
            "the realm 'acme.example.com' has no NAPTR, SRV, A or AAAA record, so phones can't find it; "
            "publish an A record for it, or the wildcard of its suffix"
        ),
    ),
    "SIP denied": (
        lambda: judged({"SRV": {"_sip._udp": ["0 0 0 ."]}}, Service.SIP),
        (
            "the SRV records of the realm 'acme.example.com' say by the target '.' that no SIP is offered there; "
            "let one of them name the SIP server, or remove them all"
        ),
    ),
    "an SRV record of no service": (
        lambda: judged({"A": ["192.0.2.1"], "SRV": {"_sips._udp": [SRV]}}, Service.SIP),
        (
            "'_sips._udp.acme.example.com' is no SIP service that SRV records can offer; "
            "use _sip._udp, _sip._tcp or, for TLS, _sips._tcp"
        ),
    ),
    "a malformed SRV record": (
        lambda: judged({"A": ["192.0.2.1"], "SRV": {"_sip._udp": ["10 60 0 sip1.example.com."]}}, Service.SIP),
        (
            "the SRV record '10 60 0 sip1.example.com.' of _sip._udp.acme.example.com must be priority, weight, "
            "port (1 to 65535) and a host name; "
            "write it like '10 60 5060 sip1.example.com.'"
        ),
    ),
    "a malformed NAPTR record": (
        lambda: judged({"A": ["192.0.2.1"], "NAPTR": ["10 50"]}, Service.SIP),
        (
            "the NAPTR record '10 50' must lead to SRV records: flag \"s\", an empty expression and a name; "
            'write it like \'10 50 "s" "SIP+D2U" "" _sip._udp.acme.example.com.\''
        ),
    ),
    "a NAPTR record with another flag": (
        lambda: judged({"A": ["192.0.2.1"], "NAPTR": ['1 1 "a" "SIP+D2U" "" a.b.']}, Service.SIP),
        (
            'the NAPTR record \'1 1 "a" "SIP+D2U" "" a.b.\' must lead to SRV records: flag "s", an empty '
            "expression and a name; "
            'write it like \'10 50 "s" "SIP+D2U" "" _sip._udp.acme.example.com.\''
        ),
    ),
    "a dangling NAPTR record": (
        lambda: judged(
            {"A": ["192.0.2.1"], "NAPTR": ['1 1 "s" "SIP+D2U" "" _sip._udp.acme.example.com.']}, Service.SIP
        ),
        (
            "a NAPTR record leads to _sip._udp.acme.example.com, which has no SRV record; "
            "publish the SRV record or remove the NAPTR record"
        ),
    ),
    "a malformed A record": (
        lambda: judged({"A": ["192.0.2.256"]}, Service.SIP),
        (
            "the A record '192.0.2.256' is no IP address of its kind; "
            "write IPv4 addresses in A records and IPv6 addresses in AAAA records"
        ),
    ),
    "a malformed AAAA record": (
        lambda: judged({"AAAA": ["192.0.2.1"]}, Service.SIP),
        (
            "the AAAA record '192.0.2.1' is no IP address of its kind; "
            "write IPv4 addresses in A records and IPv6 addresses in AAAA records"
        ),
    ),
    "an alias beside records": (
        lambda: judged({"CNAME": ["pbx.example.net."], "A": ["192.0.2.1"]}, Service.SIP),
        (
            "the CNAME record of acme.example.com must be the only record there and lead to another name; "
            "remove the other records or the alias"
        ),
    ),
    "an alias as SIP server": (
        lambda: judged({"SRV": {"_sip._udp": [SRV]}, "CNAME": {"sip1.example.com.": ["a.b."]}}, Service.SIP),
        (
            "sip1.example.com stands in the SRV records but is an alias (CNAME), where a name with addresses "
            "must stand; "
            "write the name that the alias leads to"
        ),
    ),
    "an alias as fax server": (
        lambda: judged({"MX": ["1 fax.example.com."], "CNAME": {"fax.example.com.": ["a.b."]}}, Service.FAX),
        (
            "fax.example.com stands in the MX records but is an alias (CNAME), where a name with addresses must "
            "stand; "
            "write the name that the alias leads to"
        ),
    ),
    "a null MX record": (
        lambda: judged({"MX": ["0 ."]}, Service.FAX),
        (
            "the realm 'acme.example.com' has a null MX record, which says that it takes no mail, so mail to its "
            "fax boxes fails; "
            "let the MX record name the fax server"
        ),
    ),
    "a malformed MX record": (
        lambda: judged({"MX": ["fax.example.com."]}, Service.FAX),
        (
            "the MX record 'fax.example.com.' must be a preference and a host name, or stand alone as '0 .'; "
            "write it like '10 fax.example.com.'"
        ),
    ),
    "no records for mail": (
        lambda: judged({}, Service.FAX),
        (
            "the realm 'acme.example.com' has neither an MX record nor an address, so mail to its fax boxes "
            "fails; "
            "publish an MX record that names the fax server"
        ),
    ),
    "no MX record": (
        lambda: ACME.judge({"A": ["192.0.2.1"]}, BOTH).warnings,
        (
            "the realm 'acme.example.com' has no MX record, so mail to its fax boxes goes to its own address, "
            "where phones register; "
            "publish an MX record that names the fax server"
        ),
    ),
}


def raised(ask: Callable[[], object]) -> InvalidValue:
    with pytest.raises(InvalidValue) as error:
        ask()
    return error.value


@pytest.mark.parametrize("case", RAISED)
def test_a_question_without_an_answer_says_what_is_wrong_and_what_to_do(case: str) -> None:
    """X-3: every fault has a stable sentence with its parameters and its remedy."""
    ask, told = RAISED[case]
    assert str(raised(ask)) == told


@pytest.mark.parametrize("case", RETURNED)
def test_what_is_found_says_what_is_wrong_and_what_to_do(case: str) -> None:
    """X-3: problems and warnings that are returned read like those that are raised."""
    ask, told = RETURNED[case]
    (problem,) = ask()
    assert str(problem) == told


def test_no_fault_of_realms_is_left_out() -> None:
    """X-3: every code of the four tables is told above."""
    told = {raised(ask).problem.code for ask, _ in RAISED.values()}
    told |= {problem.code for ask, _ in RETURNED.values() for problem in ask()}
    assert told >= {*RealmFault, *RealmSyntaxFault, *RealmDnsFault, *RealmLabelFault}
