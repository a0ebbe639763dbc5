"""Lets you read, generate, check and change realms: the host names that tenants' phones register to.

A realm is the host part of a tenant's SIP addresses and the realm of digest authentication (RFC 3261), and the domain
that mail to its fax boxes goes to. So it is a host name that DNS can hold, unique over the whole platform, and costly
to change. Nothing is looked up: names that are taken and DNS records are handed in.

Rules: RLM-1 to RLM-5 in docs/reference/realm.md.
"""

from tenantcore._realm_change import QUIET_HOURS, ChangeStep, QuietHours, RealmChange, plan_change
from tenantcore._realm_dns import DnsJudgement, RealmDnsFault
from tenantcore._realm_labels import SAFE_ALPHABET, Chooser, RealmLabelFault, suggest_label
from tenantcore._realm_policy import OWN_DOMAIN, RESERVED_LABELS, Realm, RealmFault, RealmPolicy, find_realm_problems
from tenantcore._realm_records import RecordNeed, Records, RecordType, Service, SipService
from tenantcore._realm_syntax import RealmSyntaxFault

__all__ = [
    "OWN_DOMAIN",
    "QUIET_HOURS",
    "RESERVED_LABELS",
    "SAFE_ALPHABET",
    "ChangeStep",
    "Chooser",
    "DnsJudgement",
    "QuietHours",
    "Realm",
    "RealmChange",
    "RealmDnsFault",
    "RealmFault",
    "RealmLabelFault",
    "RealmPolicy",
    "RealmSyntaxFault",
    "RecordNeed",
    "RecordType",
    "Records",
    "Service",
    "SipService",
    "find_realm_problems",
    "plan_change",
    "suggest_label",
]
