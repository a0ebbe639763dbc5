"""Lets you judge the DNS records of a realm, handed in as data: do phones and fax mail find their way by them.

Nothing is looked up. Phones follow RFC 3263 (NAPTR, then SRV, then A or AAAA), mail follows RFC 5321 section 5.1 (MX,
else the address itself) and RFC 7505 (null MX); wildcards answer by RFC 4592.

Rule: RLM-4 in docs/reference/realm.md.
"""

import enum
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from tenantcore._realm_records import Records, RecordType, Service, SipService, services_of
from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown

__all__ = ["DnsJudgement", "RealmDnsFault", "judge"]

_RECORD_TYPES: Final = frozenset(RecordType)
_SIP_LABELS: Final = frozenset(service.labels for service in SipService)
_SIP_NAPTR: Final = frozenset(service.naptr for service in SipService)
_LARGEST_NUMBER: Final = 65_535
_LONGEST_NAME: Final = 253
# Longer than any record that could be right: a name of 253 characters and some numbers.
_LONGEST_DATA: Final = 1024
_NUMBER: Final = re.compile(r"[0-9]{1,5}")
_NAME_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?|\*")
_NAPTR: Final = re.compile(r'([0-9]{1,5}) +([0-9]{1,5}) +"?(\w*)"? +"?([\w+:.-]*)"? +"([^"]*)" +(\S+)', re.ASCII)


@enum.unique
class RealmDnsFault(Code):
    """What keeps phones or fax mail from finding a realm."""

    REALM_UNRESOLVED = (
        Kind.MISSING,
        "RLM-4",
        "the realm {realm} has no NAPTR, SRV, A or AAAA record, so phones can't find it",
        "publish an A record for it, or the wildcard of its suffix",
    )
    REALM_SERVICE_DENIED = (
        Kind.CONFLICT,
        "RLM-4",
        "the SRV records of the realm {realm} say by the target '.' that no SIP is offered there",
        "let one of them name the SIP server, or remove them all",
    )
    REALM_BAD_SRV = (
        Kind.MALFORMED,
        "RLM-4",
        "{owner} is no SIP service that SRV records can offer",
        "use _sip._udp, _sip._tcp or, for TLS, _sips._tcp",
    )
    REALM_SRV_MALFORMED = (
        Kind.MALFORMED,
        "RLM-4",
        "the SRV record {record} of {owner} must be priority, weight, port (1 to 65535) and a host name",
        "write it like '10 60 5060 sip1.example.com.'",
    )
    REALM_BAD_NAPTR = (
        Kind.MALFORMED,
        "RLM-4",
        'the NAPTR record {record} must lead to SRV records: flag "s", an empty expression and a name',
        'write it like \'10 50 "s" "SIP+D2U" "" _sip._udp.acme.example.com.\'',
    )
    REALM_NAPTR_DANGLING = (
        Kind.MISSING,
        "RLM-4",
        "a NAPTR record leads to {owner}, which has no SRV record",
        "publish the SRV record or remove the NAPTR record",
    )
    REALM_BAD_ADDRESS = (
        Kind.MALFORMED,
        "RLM-4",
        "the {type} record {record} is no IP address of its kind",
        "write IPv4 addresses in A records and IPv6 addresses in AAAA records",
    )
    REALM_BAD_CNAME = (
        Kind.CONFLICT,
        "RLM-4",
        "the CNAME record of {owner} must be the only record there and lead to another name",
        "remove the other records or the alias",
    )
    REALM_TARGET_ALIAS = (
        Kind.CONFLICT,
        "RLM-4",
        "{target} stands in the {type} records but is an alias (CNAME), where a name with addresses must stand",
        "write the name that the alias leads to",
    )
    REALM_NULL_MX = (
        Kind.CONFLICT,
        "RLM-4",
        "the realm {realm} has a null MX record, which says that it takes no mail, so mail to its fax boxes fails",
        "let the MX record name the fax server",
    )
    REALM_BAD_MX = (
        Kind.MALFORMED,
        "RLM-4",
        "the MX record {record} must be a preference and a host name, or stand alone as '0 .'",
        "write it like '10 fax.example.com.'",
    )
    REALM_NO_MAIL_HOST = (
        Kind.MISSING,
        "RLM-4",
        "the realm {realm} has neither an MX record nor an address, so mail to its fax boxes fails",
        "publish an MX record that names the fax server",
    )
    REALM_RECORD_OWNER = (
        Kind.MALFORMED,
        "RLM-4",
        "records can't belong to {owner}, which is no DNS name",
        "write '@' for the realm, '_sip._udp' for a name in front of it, 'mx.example.com.' with a dot for others",
    )
    REALM_NO_MX = (
        Kind.WARNING,
        "RLM-4",
        "the realm {realm} has no MX record, so mail to its fax boxes goes to its own address, where phones register",
        "publish an MX record that names the fax server",
    )


@frozen(kw_only=True)
class DnsJudgement:
    """How phones (`sip`) and fax mail (`fax`) get to a realm, None for not at all, and what stands against it.

    `RecordType.CNAME` means: through an alias that leads out of the records handed in. Problems are told for the
    needed services only, warnings for all.
    """

    sip: RecordType | None
    fax: RecordType | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def is_fit(self) -> bool:
        """Whether every needed service is reached, without a fault in its records."""
        return not self.problems


def judge(host: str, records: Records, needs: Collection[Service]) -> DnsJudgement:
    """Judge the records of one host name; `Realm.judge` tells how they are written."""
    needed = services_of(needs)
    zone = _read_zone(host, records)
    name, alias_problems = _follow_alias(zone)
    if name is None:
        return DnsJudgement(sip=None, fax=None, problems=alias_problems if needed else (), warnings=())
    if name != host and not zone.knows(name):
        return DnsJudgement(sip=RecordType.CNAME, fax=RecordType.CNAME, problems=(), warnings=())
    sip, sip_problems = _judge_sip(zone, name)
    fax, fax_problems, warnings = _judge_fax(zone, name)
    told = ((Service.SIP, sip_problems), (Service.FAX, fax_problems))
    problems = dict.fromkeys(problem for service, found in told if service in needed for problem in found)
    return DnsJudgement(sip=sip, fax=fax, problems=tuple(problems), warnings=warnings)


@frozen
class _Zone:
    """The records handed in, by owner; `existing` holds every owner and every name above one."""

    host: str
    records: Mapping[str, Mapping[RecordType, Sequence[str]]]
    existing: frozenset[str]

    def knows(self, name: str) -> bool:
        return name in self.existing or bool(self._at(name))

    def find(self, name: str, record_type: RecordType) -> Sequence[str]:
        return self._at(name).get(record_type, ())

    def _at(self, name: str) -> Mapping[RecordType, Sequence[str]]:
        # A wildcard answers only for names that don't exist, and stands right under the closest one that does: an SRV
        # record for one realm takes that realm out of the wildcard's reach altogether.
        if name in self.existing:
            return self.records.get(name, {})
        above = name
        while above and above not in self.existing:
            above = above.partition(".")[2]
        return self.records.get(f"*.{above}", {})


def _read_zone(host: str, records: Records) -> _Zone:
    if not isinstance(records, Mapping):
        raise invalid(wrong_type("records", "a mapping of record types", records))
    by_owner: dict[str, dict[RecordType, list[str]]] = {}
    for name, held in records.items():
        if not is_text(name):
            raise invalid(wrong_type("records", "a mapping of record types", name))
        if name in _RECORD_TYPES:
            for owner, texts in (held if isinstance(held, Mapping) else {"@": held}).items():
                of_owner = by_owner.setdefault(_owner(host, owner), {})
                of_owner.setdefault(RecordType(name), []).extend(_texts(texts))
    existing: set[str] = set()
    for owner in by_owner:
        above = owner
        while above not in existing and above:
            existing.add(above)
            above = above.partition(".")[2]
    return _Zone(host, by_owner, frozenset(existing))


def _owner(host: str, owner: object) -> str:
    """Return the absolute name of an owner, written as in zone files: relative to the realm, or with a final dot."""
    if not is_text(owner):
        raise invalid(wrong_type("records", "a mapping of owners", owner))
    if owner == "@":
        return host
    name = _name(owner if owner.endswith(".") else f"{owner}.{host}")
    if not name:
        raise invalid(Problem(RealmDnsFault.REALM_RECORD_OWNER, params={"owner": shown(owner)}))
    return name


def _texts(texts: object) -> Sequence[str]:
    if not isinstance(texts, list | tuple):
        raise invalid(wrong_type("records", "lists of text", texts))
    for text in texts:
        if not is_text(text):
            raise invalid(wrong_type("records", "lists of text", text))
    return texts


def _name(text: str) -> str | None:
    """Return a DNS name in lower case without its final dot; empty for the root, None for what is no name."""
    if len(text) > _LONGEST_NAME + 1:
        return None
    name = text.lower().removesuffix(".")
    if not name:
        return "" if text else None
    labels = name.split(".")
    # An address in the place of a name is the commonest slip; no top-level domain is a number.
    is_name = all(_NAME_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdigit()
    return name if is_name else None


def _follow_alias(zone: _Zone) -> tuple[str | None, tuple[Problem, ...]]:
    """Return the name at the end of the realm's aliases, or None and why there is none."""
    name = zone.host
    seen: set[str] = set()
    while zone.find(name, RecordType.CNAME):
        seen.add(name)
        aliases = zone.find(name, RecordType.CNAME)
        target = _name(aliases[0])
        others = any(zone.find(name, record_type) for record_type in RecordType if record_type != RecordType.CNAME)
        if not target or target in seen or len(aliases) > 1 or others:
            return None, (Problem(RealmDnsFault.REALM_BAD_CNAME, params={"owner": name}),)
        name = target
    return name, ()


def _judge_sip(zone: _Zone, name: str) -> tuple[RecordType | None, tuple[Problem, ...]]:
    problems = list(_find_service_problems(zone))
    by_naptr: list[bool] = []
    for data in zone.find(name, RecordType.NAPTR):
        offered, found = _read_naptr(zone, data)
        by_naptr += offered
        problems += found
    by_srv: list[bool] = []
    for service in SipService:
        offered, found = _read_srv(zone, f"{service.labels}.{zone.host}")
        by_srv += offered
        problems += found
    for record_type, offers in ((RecordType.NAPTR, by_naptr), (RecordType.SRV, by_srv)):
        if offers:
            if any(offers):
                return record_type, tuple(problems)
            denied = Problem(RealmDnsFault.REALM_SERVICE_DENIED, params={"realm": shown(zone.host)})
            return None, (*problems, denied)
    address, found = _read_addresses(zone, name)
    problems += found
    if address is None and not found:
        problems.append(Problem(RealmDnsFault.REALM_UNRESOLVED, params={"realm": shown(zone.host)}))
    return address, tuple(problems)


def _find_service_problems(zone: _Zone) -> Iterator[Problem]:
    """Yield the owners of SRV records that look like SIP but that no phone asks for, `_sips._udp` above all."""
    for owner, held in zone.records.items():
        labels = owner.removesuffix(f".{zone.host}")
        if RecordType.SRV in held and labels != owner and labels.startswith("_sip") and labels not in _SIP_LABELS:
            yield Problem(RealmDnsFault.REALM_BAD_SRV, params={"owner": shown(owner)})


def _read_naptr(zone: _Zone, data: str) -> tuple[list[bool], list[Problem]]:
    """Return for each SRV record that a NAPTR record leads to whether it offers SIP; other services have none."""
    parts = _NAPTR.fullmatch(data) if len(data) <= _LONGEST_DATA else None
    if parts is None:
        return [], [Problem(RealmDnsFault.REALM_BAD_NAPTR, params={"record": shown(data)})]
    flag, service, expression, replacement = parts.groups()[2:]
    if service.upper() not in _SIP_NAPTR:
        return [], []
    owner = _name(replacement)
    if flag.lower() != "s" or expression or not owner:
        return [], [Problem(RealmDnsFault.REALM_BAD_NAPTR, params={"record": shown(data)})]
    offered, problems = _read_srv(zone, owner)
    if offered or problems:
        return offered, problems
    if owner.endswith(f".{zone.host}") or owner in zone.existing:
        return [], [Problem(RealmDnsFault.REALM_NAPTR_DANGLING, params={"owner": owner})]
    # It leads out of the records handed in, and is believed.
    return [True], []


def _read_srv(zone: _Zone, owner: str) -> tuple[list[bool], list[Problem]]:
    """Return for each SRV record of an owner whether it offers the service (False: the target is ".")."""
    offered: list[bool] = []
    problems: list[Problem] = []
    for data in zone.find(owner, RecordType.SRV):
        target = _srv_target(data)
        if target is None:
            params = {"owner": owner, "record": shown(data)}
            problems.append(Problem(RealmDnsFault.REALM_SRV_MALFORMED, params=params))
        else:
            offered.append(target != "")
            problems += _find_alias_problems(zone, target, RecordType.SRV)
    return offered, problems


def _srv_target(data: str) -> str | None:
    """Return the target of an SRV record, empty for ".", or None when the record is malformed."""
    parts = data.split() if len(data) <= _LONGEST_DATA else []
    if len(parts) != 4 or not all(map(_is_number, parts[:3])):  # noqa: PLR2004 - priority, weight, port, target
        return None
    target = _name(parts[3])
    return None if target and int(parts[2]) == 0 else target


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and int(text) <= _LARGEST_NUMBER


def _find_alias_problems(zone: _Zone, target: str, record_type: RecordType) -> Iterator[Problem]:
    if zone.find(target, RecordType.CNAME):
        yield Problem(RealmDnsFault.REALM_TARGET_ALIAS, params={"target": target, "type": record_type.value})


def _read_addresses(zone: _Zone, name: str) -> tuple[RecordType | None, list[Problem]]:
    """Return the first kind of address that a name has, and the malformed ones."""
    # Loaded when an address is to be read, which most programs never ask for.
    from ipaddress import AddressValueError, IPv4Address, IPv6Address  # noqa: PLC0415

    found: RecordType | None = None
    problems: list[Problem] = []
    for record_type, kind in ((RecordType.A, IPv4Address), (RecordType.AAAA, IPv6Address)):
        for data in zone.find(name, record_type):
            try:
                kind(data)
            except AddressValueError:
                params = {"type": record_type.value, "record": shown(data)}
                problems.append(Problem(RealmDnsFault.REALM_BAD_ADDRESS, params=params))
            else:
                found = found or record_type
    return found, problems


def _judge_fax(zone: _Zone, name: str) -> tuple[RecordType | None, tuple[Problem, ...], tuple[Problem, ...]]:
    exchanges = [(data, _mx_target(data)) for data in zone.find(name, RecordType.MX)]
    targets = [target for _, target in exchanges]
    if targets == [""]:
        return None, (Problem(RealmDnsFault.REALM_NULL_MX, params={"realm": shown(zone.host)}),), ()
    problems: list[Problem] = []
    for data, target in exchanges:
        if target:
            problems += _find_alias_problems(zone, target, RecordType.MX)
        else:
            problems.append(Problem(RealmDnsFault.REALM_BAD_MX, params={"record": shown(data)}))
    if exchanges:
        return RecordType.MX if any(targets) else None, tuple(problems), ()
    address, found = _read_addresses(zone, name)
    if address is None:
        return None, (*found, Problem(RealmDnsFault.REALM_NO_MAIL_HOST, params={"realm": shown(zone.host)})), ()
    return address, tuple(found), (Problem(RealmDnsFault.REALM_NO_MX, params={"realm": shown(zone.host)}),)


def _mx_target(data: str) -> str | None:
    """Return the mail server of an MX record, empty for ".", or None when the record is malformed."""
    if len(data) > _LONGEST_DATA:
        return None
    preference, _, exchange = data.strip().partition(" ")
    return _name(exchange.strip()) if _is_number(preference) else None
