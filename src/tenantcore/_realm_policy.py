"""Lets you hold a realm as a value and check it by a platform's policy, which also generates and suggests realms.

Rules: RLM-1, RLM-2, RLM-3 in docs/reference/realm.md.
"""

import enum
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, Self

from attrs import Attribute, evolve, field, frozen

from tenantcore import _realm_dns, _realm_labels, _realm_records, _realm_syntax
from tenantcore._realm_dns import DnsJudgement
from tenantcore._realm_labels import SAFE_ALPHABET, Chooser, suggest_label
from tenantcore._realm_records import PHONES, PHONES_AND_FAX, RecordNeed, Records, Service, SipService
from tenantcore._realm_syntax import RealmSyntaxFault
from tenantcore._validators import at_least, exactly, is_text, within, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown

__all__ = [
    "OWN_DOMAIN",
    "RESERVED_LABELS",
    "Realm",
    "RealmFault",
    "RealmPolicy",
    "find_realm_problems",
    "require_realm",
]

# Names that mail programs, browsers and caches ask for on their own, or that a platform's own hosts bear.
RESERVED_LABELS: Final = frozenset({
    "admin", "api", "autoconfig", "autodiscover", "dns", "ftp", "imap", "isatap", "localhost", "mail", "mta-sts", "mx",
    "ns", "ns1", "ns2", "pop", "portal", "sip", "smtp", "support", "webmail", "wpad", "www",
})  # fmt: skip

_UDP_AND_TCP: Final = (SipService.UDP, SipService.TCP)


@enum.unique
class RealmFault(Code):
    """What can be wrong with a realm under a policy, and with a policy."""

    REALM_SPECIAL_USE = (
        Kind.CONFLICT,
        "RLM-1",
        "the realm {realm} ends in a special-use domain ({reference}), which phones can't find",
        "use a domain that is registered, or a policy that allows special-use domains",
    )
    REALM_RESERVED_LABEL = (
        Kind.CONFLICT,
        "RLM-3",
        "the first label of the realm, {label}, is reserved",
        "choose another first label",
    )
    REALM_SUFFIX_MISMATCH = (
        Kind.CONFLICT,
        "RLM-3",
        "the realm {realm} must be one label in front of '.{suffix}'",
        "change only the first label, never the suffix",
    )
    REALM_SUFFIX_DEPTH = (
        Kind.CONFLICT,
        "RLM-3",
        "the realm {realm} has {count} labels in front of '.{suffix}' where one must stand",
        "join them with hyphens: certificates for the suffix cover one label",
    )
    REALM_TAKEN = (
        Kind.TAKEN,
        "RLM-1",
        "the realm {realm} belongs to another tenant of the platform",
        "choose another first label",
    )
    REALM_NONE_FREE = (
        Kind.TAKEN,
        "RLM-2",
        "none of the realms generated in {attempts} attempts under '.{suffix}' is free",
        "generate longer labels, or allow more attempts",
    )
    REALM_NO_SUFFIX = (
        Kind.MISSING,
        "RLM-2",
        "realms are generated under a suffix, and the policy has none",
        "give the policy the platform's suffix",
    )
    REALM_SUFFIX_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "RLM-2",
        "the suffix {suffix} leaves no room for a label of {label_length} characters within 253",
        "shorten the suffix or the generated labels",
    )
    REALM_SUFFIX_KEPT = (
        Kind.WARNING,
        "RLM-3",
        "the realm {realm} has the earlier suffix '.{suffix}'",
        "keep it for a tenant that has it; choose one under the present suffix for a new tenant",
    )
    REALM_WHITE_LABEL_PLANNED = (
        Kind.WARNING,
        "RLM-3",
        "the realm {realm} is given out before the planned white-labelling of '.{suffix}'",
        "set white-labelling up first: changing the realm later reaches every phone of the tenant",
    )


def _is_stored_form(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not str:
        raise invalid(wrong_type(attribute.name, "text", value))
    host = _host(value)
    if host != value:
        params = {"host": shown(host), "text": shown(value)}
        raise invalid(Problem(RealmSyntaxFault.REALM_NOT_STORED_FORM, params=params))


@frozen
class Realm:
    """A host name that a tenant's phones register to, lower-cased, in A-labels, without a final dot.

    Realms compare by `host`, so letter case and script never make two of one. Whether a special-use domain, a first
    label or a suffix will do is a policy's business, so that a realm that was given out stays readable.

    >>> Realm.parse("Acme.Example.COM.")
    Realm(host='acme.example.com')
    >>> Realm.parse("bücher.example.com").host
    'xn--bcher-kva.example.com'

    Rule: RLM-1 in docs/reference/realm.md.
    """

    host: str = field(validator=_is_stored_form)

    @classmethod
    def parse(cls, text: object, policy: "RealmPolicy | None" = None) -> Self:
        """Read a realm as a person writes it; without a policy, by `OWN_DOMAIN`.

        Raises: InvalidValue with the first of `find_realm_problems(text, policy)`.
        """
        checked_by = _policy(policy)
        realm = cls(_host(text))
        for problem in checked_by.check(realm):
            raise invalid(problem)
        return realm

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, the tenant's own first."""
        return tuple(self.host.split("."))

    @property
    def display(self) -> str:
        """The realm with internationalized labels in their own script: for persons, never for storage."""
        return ".".join(map(_realm_syntax.unicode_label, self.labels))

    def warnings(self) -> tuple[Problem, ...]:
        """Return what can deceive a reader: labels that mix scripts."""
        return tuple(_realm_syntax.find_script_warnings(self.host))

    def records_needed(
        self, services: Collection[Service] = PHONES_AND_FAX, *, offers: Sequence[SipService] = _UDP_AND_TCP
    ) -> tuple[RecordNeed, ...]:
        """Return the DNS records that lead phones and fax mail to this realm when no wildcard does.

        `offers` are the ways the host speaks SIP, the preferred first.

        >>> [str(need.type) for need in Realm("acme.example.com").records_needed({Service.FAX})]
        ['MX']

        Rule: RLM-4 in docs/reference/realm.md.
        """
        return _realm_records.records_needed(self.host, services, offers)

    def judge(self, records: Records, needs: Collection[Service] = PHONES) -> DnsJudgement:
        """Judge DNS records of this realm: by what do phones and fax mail find it, and what stands against it.

        `records` maps a type to the texts of the realm's own records, or to owners and theirs: "@" is the realm,
        "_sip._udp" a name in front of it, "mx.example.com." with its final dot any other name, wildcards included.
        Hosts that records lead to and that are not among the owners are believed. Types without a meaning for a realm
        (TXT) are passed over. Malformed records are problems, in time linear in the records.

        >>> judgement = Realm("acme.example.com").judge({"A": ["192.0.2.1"], "MX": ["0 ."]}, {Service.FAX})
        >>> judgement.sip, [str(problem.code) for problem in judgement.problems]
        (<RecordType.A: 'A'>, ['REALM_NULL_MX'])

        Raises: InvalidType when `records` or `needs` are of another shape.

        Rule: RLM-4 in docs/reference/realm.md.
        """
        return _realm_dns.judge(self.host, records, needs)

    def __str__(self) -> str:
        return self.host


def find_realm_problems(text: object, policy: "RealmPolicy | None" = None) -> Iterator[Problem]:
    """Yield everything that is wrong with a text as a realm; the policy is asked once it is a host name."""
    checked_by = _policy(policy)
    reading = _realm_syntax.read(text)
    yield from reading.problems or checked_by.check(Realm(reading.host))


def _policy(policy: object) -> "RealmPolicy":
    checked_by = OWN_DOMAIN if policy is None else policy
    if not isinstance(checked_by, RealmPolicy):
        raise invalid(wrong_type("policy", "a realm policy", checked_by))
    return checked_by


def _host(text: object) -> str:
    reading = _realm_syntax.read(text)
    for problem in reading.problems:
        raise invalid(problem)
    return reading.host


def _suffix(value: "Realm | str | None") -> Realm | None:
    return None if value is None else _as_realm(value)


def _suffixes(values: "Collection[Realm | str]") -> tuple[Realm, ...]:
    if not isinstance(values, list | tuple):
        raise invalid(wrong_type("kept_suffixes", "a tuple of realms", values))
    return tuple(map(_as_realm, values))


def _as_realm(value: "Realm | str") -> Realm:
    return value if isinstance(value, Realm) else Realm(_host(value))


def _labels(values: Collection[str]) -> frozenset[str]:
    if not isinstance(values, frozenset | set | list | tuple):
        raise invalid(wrong_type("reserved_labels", "a set of labels", values))
    for value in values:
        if not is_text(value):
            raise invalid(wrong_type("reserved_labels", "a set of labels", value))
    return frozenset(str.__str__(value).lower() for value in values)


@frozen(kw_only=True)
class RealmPolicy:
    """What a platform asks of realms beyond being host names, and how it generates them.

    `suffix` is the domain that new realms stand under; without one any host name will do and none is generated.
    `kept_suffixes` are those of before: realms under them stay good, none is generated there. `white_label_planned`
    says that the suffix is about to be replaced, so that each realm given out warns. `reserved_labels` are refused as
    first label, in any letter case. Suffixes may be handed in as text.

    >>> policy = RealmPolicy(suffix="s.logicom.center")
    >>> [str(problem.code) for problem in policy.check(Realm("evils.logicom.center"))]
    ['REALM_SUFFIX_MISMATCH']

    Rules: RLM-2, RLM-3 in docs/reference/realm.md.
    """

    suffix: Realm | None = field(default=None, converter=_suffix)
    kept_suffixes: tuple[Realm, ...] = field(default=(), converter=_suffixes)
    reserved_labels: frozenset[str] = field(default=RESERVED_LABELS, converter=_labels)
    special_use_allowed: bool = field(default=False, validator=exactly(bool, called="true or false"))
    white_label_planned: bool = field(default=False, validator=exactly(bool, called="true or false"))
    label_length: int = field(default=7, validator=within(1, _realm_syntax.LONGEST_LABEL))
    alphabet: str = field(default=SAFE_ALPHABET, validator=_realm_labels.is_alphabet)
    attempts: int = field(default=100, validator=at_least(1))

    def __attrs_post_init__(self) -> None:
        for suffix in filter(None, (self.suffix, *self.kept_suffixes)):
            for problem in self._find_domain_problems(suffix):
                raise invalid(problem)
        if self.suffix is not None and self._room < self.label_length:
            raise invalid(
                Problem(
                    RealmFault.REALM_SUFFIX_TOO_LONG,
                    params={"suffix": shown(self.suffix.host), "label_length": self.label_length},
                )
            )

    def check(self, realm: Realm, *, taken: "Collection[Realm | str]" = ()) -> tuple[Problem, ...]:
        """Return what stands against a realm here; nothing when it is good.

        `taken` are realms of other tenants, compared without regard to letter case; of a large platform, hand in only
        those the storage found among the names asked for.
        """
        require_realm("realm", realm)
        return tuple(self._find_problems(realm, _hosts(taken)))

    def find_warnings(self, realm: Realm) -> Iterator[Problem]:
        """Yield the realm's own warnings, and those about white-labelling."""
        require_realm("realm", realm)
        yield from realm.warnings()
        above = realm.host.partition(".")[2]
        if self.suffix is None:
            return
        params = {"realm": shown(realm.host), "suffix": above}
        if above == self.suffix.host:
            if self.white_label_planned:
                yield Problem(RealmFault.REALM_WHITE_LABEL_PLANNED, params=params)
        elif any(above == kept.host for kept in self.kept_suffixes):
            yield Problem(RealmFault.REALM_SUFFIX_KEPT, params=params)

    def white_labelled(self, suffix: "Realm | str") -> Self:
        """Return the policy once white-labelling is set up: the new suffix for new realms, the old ones kept.

        >>> policy = RealmPolicy(suffix="s.logicom.center", white_label_planned=True).white_labelled("pbx.acme.com")
        >>> policy.check(Realm("acme.s.logicom.center")), policy.first_free(()).host.partition(".")[2]
        ((), 'pbx.acme.com')
        """
        kept = self.kept_suffixes if self.suffix is None else (self.suffix, *self.kept_suffixes)
        return evolve(self, suffix=suffix, kept_suffixes=kept, white_label_planned=False)

    def candidates(self, choose: Chooser = secrets.choice) -> Iterator[Realm]:
        """Yield generated realms, each once, all good by this policy; at most `attempts` are drawn.

        `choose` picks a character of the alphabet; replace it in tests only.

        >>> policy = RealmPolicy(suffix="s.logicom.center", alphabet="ab", label_length=1)
        >>> sorted(realm.host for realm in policy.candidates())
        ['a.s.logicom.center', 'b.s.logicom.center']

        Raises: InvalidValue without a suffix, or for a choice that isn't in the alphabet.
        """
        suffix = self._required_suffix()
        if not callable(choose):
            raise invalid(wrong_type("choose", "a function", choose))
        return self._good_realms(_realm_labels.draw(self.alphabet, self.label_length, self.attempts, choose), suffix)

    def first_free(self, taken: "Collection[Realm | str]", choose: Chooser = secrets.choice) -> Realm:
        """Return the first candidate that isn't taken.

        Raises: InvalidValue when `attempts` draws brought none.
        """
        hosts = _hosts(taken)
        for realm in self.candidates(choose):
            if realm.host not in hosts:
                return realm
        raise invalid(
            Problem(
                RealmFault.REALM_NONE_FREE,
                params={"attempts": self.attempts, "suffix": self._required_suffix().host},
            )
        )

    def suggest(self, name: str, *, taken: "Collection[Realm | str]" = ()) -> Realm | None:
        """Return a realm that a person recognizes by the organization's name, None when the name gives none.

        A label that is reserved or taken gets the first number from 2 up that makes it good.

        >>> str(RealmPolicy(suffix="s.logicom.center").suggest("Acme Ltd.", taken=["acme-ltd.s.logicom.center"]))
        'acme-ltd-2.s.logicom.center'

        Rule: RLM-5 in docs/reference/realm.md.
        """
        suffix = self._required_suffix()
        label = suggest_label(name)
        hosts = _hosts(taken)
        if label is None:
            return None
        labels = _realm_labels.numbered(label, self._room, self.attempts)
        return next((realm for realm in self._good_realms(labels, suffix) if realm.host not in hosts), None)

    def covers(self, realm: Realm) -> bool:
        """Whether the wildcard records of a suffix answer for the realm, so that it needs none of its own.

        That holds while no record at all is published for the realm itself (RFC 4592).
        """
        require_realm("realm", realm)
        above = realm.host.partition(".")[2]
        return self.suffix is not None and above in {suffix.host for suffix in (self.suffix, *self.kept_suffixes)}

    def records_needed(
        self, services: Collection[Service] = PHONES_AND_FAX, *, offers: Sequence[SipService] = _UDP_AND_TCP
    ) -> tuple[RecordNeed, ...]:
        """Return the DNS records that lead phones and fax mail to every realm under the suffix: wildcards.

        >>> for need in RealmPolicy(suffix="s.logicom.center").records_needed({Service.FAX}):
        ...     print(need.owner, need.type)
        *.s.logicom.center MX

        Raises: InvalidValue without a suffix.

        Rule: RLM-4 in docs/reference/realm.md.
        """
        return _realm_records.wildcard_records_needed(self._required_suffix().host, services, offers)

    def collision_probability(self, tenants: int) -> float:
        """Return how likely it is that among so many draws any two are the same, if nobody looked: about n²/2N.

        The next draw is taken with the chance tenants / N, and all attempts fail with its power of `attempts`.

        >>> round(RealmPolicy(suffix="s.logicom.center").collision_probability(195_294), 3)
        0.5
        """
        return _realm_labels.collision_probability(len(self.alphabet) ** self.label_length, tenants)

    @property
    def _room(self) -> int:
        """How long a first label can be under the suffix."""
        taken = len(self._required_suffix().host) + len(".")
        return min(_realm_syntax.LONGEST_LABEL, _realm_syntax.LONGEST_HOST - taken)

    def _required_suffix(self) -> Realm:
        if self.suffix is None:
            raise invalid(Problem(RealmFault.REALM_NO_SUFFIX))
        return self.suffix

    def _good_realms(self, labels: Iterable[str], suffix: Realm) -> Iterator[Realm]:
        for label in labels:
            # Read, not built: under a suffix written from right to left no label may start with a digit.
            host = _realm_syntax.read(f"{label}.{suffix.host}").host
            if host and not self.check(Realm(host)):
                yield Realm(host)

    def _find_problems(self, realm: Realm, taken: frozenset[str]) -> Iterator[Problem]:
        yield from self._find_domain_problems(realm)
        label = realm.labels[0]
        if label in self.reserved_labels:
            yield Problem(RealmFault.REALM_RESERVED_LABEL, params={"label": shown(label)})
        if self.suffix is not None:
            yield from self._find_suffix_problems(realm, self.suffix)
        if realm.host in taken:
            yield Problem(RealmFault.REALM_TAKEN, params={"realm": shown(realm.host)})

    def _find_domain_problems(self, realm: Realm) -> Iterator[Problem]:
        reference = _realm_syntax.special_use(realm.host)
        if reference is not None and not self.special_use_allowed:
            params = {"realm": shown(realm.host), "reference": reference}
            yield Problem(RealmFault.REALM_SPECIAL_USE, params=params)

    def _find_suffix_problems(self, realm: Realm, suffix: Realm) -> Iterator[Problem]:
        suffixes = (suffix, *self.kept_suffixes)
        depths = {_depth(realm, each): each for each in suffixes}
        depths.pop(0, None)
        params = {"realm": shown(realm.host), "suffix": suffix.host}
        if not depths or realm in suffixes:
            yield Problem(RealmFault.REALM_SUFFIX_MISMATCH, params=params)
        elif 1 not in depths:
            count = min(depths)
            yield Problem(
                RealmFault.REALM_SUFFIX_DEPTH,
                params={"realm": shown(realm.host), "suffix": depths[count].host, "count": count},
            )


OWN_DOMAIN: Final = RealmPolicy(reserved_labels=frozenset({"www"}))
"""What holds where no platform suffix does, as for the domain of an order: any host name that isn't a web address."""


def require_realm(name: str, value: object) -> None:
    """Refuse anything but a realm."""
    if not isinstance(value, Realm):
        raise invalid(wrong_type(name, "a realm", value))


def _hosts(taken: object) -> frozenset[str]:
    """Return realms that are taken as hosts; stored ones may be of another letter case, or of before these rules."""
    if is_text(taken) or not isinstance(taken, Collection):
        raise invalid(wrong_type("taken", "a collection of realms", taken))
    hosts: set[str] = set()
    for item in taken:
        if type(item) is not Realm and not is_text(item):
            raise invalid(wrong_type("taken", "a collection of realms", item))
        hosts.add(item.host if isinstance(item, Realm) else str.__str__(item).lower().removesuffix("."))
    return frozenset(hosts)


def _depth(realm: Realm, suffix: Realm) -> int:
    """Return how many labels stand in front of the suffix, 0 when the realm doesn't end in it at a label boundary."""
    own, separator, rest = realm.host.rpartition(f".{suffix.host}")
    return len(own.split(".")) if separator and not rest else 0
