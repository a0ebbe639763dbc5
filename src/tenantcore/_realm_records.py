"""Lets you say which DNS records a realm needs, as data that a host can publish or show.

Phones ask by RFC 3263 for NAPTR, SRV and address records, mail to fax boxes by RFC 5321 for MX records.

Rule: RLM-4 in docs/reference/realm.md.
"""

import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from attrs import frozen

from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import invalid

__all__ = [
    "PHONES",
    "PHONES_AND_FAX",
    "RecordNeed",
    "RecordType",
    "Records",
    "Service",
    "SipService",
    "records_needed",
    "services_of",
    "wildcard_records_needed",
]

Records: TypeAlias = Mapping[str, Sequence[str] | Mapping[str, Sequence[str]]]
"""Records as a host's resolver or zone file has them: type, then (unless it is the realm itself) owner, then texts."""


_LONGEST_NAME: Final = 253


class Service(enum.StrEnum):
    """What a tenant reaches through its realm."""

    SIP = "sip"
    FAX = "fax"


class RecordType(enum.StrEnum):
    """The kinds of DNS record that matter to a realm."""

    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"
    MX = "MX"
    NAPTR = "NAPTR"
    SRV = "SRV"


class SipService(enum.Enum):
    """Ways to speak SIP: the labels of their SRV records and their NAPTR service (RFC 3263, 4168, 7118)."""

    UDP = ("_sip._udp", "SIP+D2U")
    TCP = ("_sip._tcp", "SIP+D2T")
    TLS = ("_sips._tcp", "SIPS+D2T")
    SCTP = ("_sip._sctp", "SIP+D2S")
    TLS_OVER_SCTP = ("_sips._sctp", "SIPS+D2S")
    WEBSOCKET = ("_sip._ws", "SIP+D2W")
    SECURE_WEBSOCKET = ("_sips._ws", "SIPS+D2W")

    labels: str
    naptr: str

    def __init__(self, labels: str, naptr: str) -> None:
        self.labels = labels
        self.naptr = naptr


PHONES_AND_FAX: Final = frozenset(Service)
PHONES: Final = frozenset({Service.SIP})


@frozen(kw_only=True)
class RecordNeed:
    """One record that must (or, for phones that ask for it, should) be there.

    `data` is what follows from the realm alone; it is empty where the host's own servers are to be named.
    """

    owner: str
    type: RecordType
    service: Service
    is_required: bool
    data: str = ""


def records_needed(host: str, services: Collection[Service], offers: Sequence[SipService]) -> tuple[RecordNeed, ...]:
    """Return the records of one host name: an address is required for phones, an MX record for fax."""
    return tuple(_records_needed(host, host, services_of(services), offers))


def wildcard_records_needed(
    suffix: str, services: Collection[Service], offers: Sequence[SipService]
) -> tuple[RecordNeed, ...]:
    """Return the records that serve every name under a suffix at once.

    The wildcard NAPTR leads to SRV records of the suffix itself: a wildcard SRV record would answer for every service
    alike, with the same port.
    """
    return tuple(_records_needed(f"*.{suffix}", suffix, services_of(services), offers))


def _records_needed(
    owner: str, base: str, services: frozenset[Service], offers: Sequence[SipService]
) -> Iterator[RecordNeed]:
    if not isinstance(offers, list | tuple) or not all(isinstance(offer, SipService) for offer in offers):
        raise invalid(wrong_type("offers", "a tuple of SIP services", offers))
    if Service.SIP in services:
        yield RecordNeed(owner=owner, type=RecordType.A, service=Service.SIP, is_required=True)
        for place, offer in enumerate(offers, 1):
            labels = f"{offer.labels}.{base}"
            if len(labels) > _LONGEST_NAME:
                # DNS holds no such name; phones find a realm as long as this by its address alone.
                continue
            naptr = f'{place}0 50 "s" "{offer.naptr}" "" {labels}.'
            yield RecordNeed(owner=owner, type=RecordType.NAPTR, service=Service.SIP, is_required=False, data=naptr)
            yield RecordNeed(owner=labels, type=RecordType.SRV, service=Service.SIP, is_required=False)
    if Service.FAX in services:
        yield RecordNeed(owner=owner, type=RecordType.MX, service=Service.FAX, is_required=True)


def services_of(services: object) -> frozenset[Service]:
    """Return services as a set; their texts will do.

    Raises: InvalidType for anything else.
    """
    if is_text(services) or not isinstance(services, Collection):
        raise invalid(wrong_type("services", "a set of services", services))
    for service in services:
        if not is_text(service) or service not in PHONES_AND_FAX:
            raise invalid(wrong_type("services", "a set of 'sip' and 'fax'", service))
    return frozenset(map(Service, services))
