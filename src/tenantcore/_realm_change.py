"""Lets you plan the change of a tenant's realm: what it reaches, and in which order it is done.

Rule: RLM-5 in docs/reference/realm.md.
"""

import enum
from datetime import time
from typing import Final

from attrs import evolve, field, frozen

from tenantcore._realm_policy import Realm, RealmPolicy
from tenantcore._realm_records import PHONES, PHONES_AND_FAX, RecordNeed
from tenantcore._validators import at_least, exactly, tuple_of, wrong_type
from tenantcore.errors import invalid

__all__ = ["QUIET_HOURS", "ChangeStep", "QuietHours", "RealmChange", "plan_change"]


@frozen(kw_only=True)
class QuietHours:
    """When hardly anybody telephones, as wall-clock times of the tenant's time zone; `end` may be past midnight."""

    start: time = field(validator=exactly(time, called="a time of day"))
    end: time = field(validator=exactly(time, called="a time of day"))


QUIET_HOURS: Final = QuietHours(start=time(22), end=time(5))


class ChangeStep(enum.StrEnum):
    """What a host does to move a tenant to another realm; plans hold them in the order to be done."""

    PUBLISH_RECORDS = "publish the DNS records of the new realm"
    JUDGE_RECORDS = "judge the records of the new realm as the world sees them"
    AWAIT_QUIET_HOURS = "wait for the quiet hours"
    SAVE_REALM = "save the new realm with the tenant, the old one staying taken"
    RECOMPUTE_DIGESTS = "compute the stored digests again from user, new realm and password"
    PROVISION_DEVICES = "provision every device with the new realm"
    CONFIRM_REGISTRATIONS = "see every device registered under the new realm"
    ANNOUNCE_FAX_ADDRESSES = "tell whoever mails to fax boxes their new addresses"
    WITHDRAW_RECORDS = "withdraw the DNS records of the old realm"
    RELEASE_REALM = "let the old realm be taken by others"


@frozen(kw_only=True)
class RealmChange:
    """What changing a tenant's realm sets in motion; nothing at all when old and new are the same.

    `devices` are to be provisioned again, `digests` (MD5 of user, realm and password) to be computed again, and
    `fax_boxes` get new addresses. `publish` are the records that the new realm lacks, `keep` those of the old one to
    be kept until its last device has moved: neither holds what a wildcard answers. `quiet_hours` say when.
    """

    old: Realm = field(validator=exactly(Realm, called="a realm"))
    new: Realm = field(validator=exactly(Realm, called="a realm"))
    devices: int = field(default=0, validator=at_least(0))
    digests: int = field(default=0, validator=at_least(0))
    fax_boxes: int = field(default=0, validator=at_least(0))
    publish: tuple[RecordNeed, ...] = field(default=(), validator=tuple_of(RecordNeed, called="record needs"))
    keep: tuple[RecordNeed, ...] = field(default=(), validator=tuple_of(RecordNeed, called="record needs"))
    quiet_hours: QuietHours | None = field(
        default=None, validator=exactly(QuietHours, type(None), called="quiet hours or None")
    )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return self.old == self.new

    @property
    def steps(self) -> tuple[ChangeStep, ...]:
        """What the host does, in order; steps that have nothing to act on are left out."""
        acted_on = (
            (ChangeStep.PUBLISH_RECORDS, self.publish),
            (ChangeStep.JUDGE_RECORDS, self.publish),
            (ChangeStep.AWAIT_QUIET_HOURS, self.quiet_hours),
            (ChangeStep.SAVE_REALM, self.new),
            (ChangeStep.RECOMPUTE_DIGESTS, self.digests),
            (ChangeStep.PROVISION_DEVICES, self.devices),
            (ChangeStep.CONFIRM_REGISTRATIONS, self.devices),
            (ChangeStep.ANNOUNCE_FAX_ADDRESSES, self.fax_boxes),
            (ChangeStep.WITHDRAW_RECORDS, self.keep),
            (ChangeStep.RELEASE_REALM, self.old),
        )
        return () if self.is_empty else tuple(step for step, subject in acted_on if subject)


def plan_change(
    old: Realm,
    new: Realm,
    *,
    devices: int,
    digests: int,
    fax_boxes: int,
    policy: RealmPolicy | None = None,
    quiet_hours: QuietHours = QUIET_HOURS,
) -> RealmChange:
    """Plan the change of a tenant's realm: what it touches, and the steps in their order.

    Phones can't register between the saving and their provisioning, so with devices the steps wait for quiet hours.
    With a policy, records that its wildcards answer are left out. Whether the new realm is good is a question for
    `RealmPolicy.check`.

    >>> old, new = Realm("vru8a3q.s.logicom.center"), Realm("pbx.acme.com")
    >>> plan = plan_change(old, new, devices=0, digests=0, fax_boxes=1)
    >>> [step.name for step in plan.steps][-3:]
    ['ANNOUNCE_FAX_ADDRESSES', 'WITHDRAW_RECORDS', 'RELEASE_REALM']

    Raises: InvalidValue for counts below 0.

    Rule: RLM-5 in docs/reference/realm.md.
    """
    if type(quiet_hours) is not QuietHours:
        raise invalid(wrong_type("quiet_hours", "quiet hours", quiet_hours))
    if policy is not None and not isinstance(policy, RealmPolicy):
        raise invalid(wrong_type("policy", "a realm policy", policy))
    change = RealmChange(old=old, new=new, devices=devices, digests=digests, fax_boxes=fax_boxes)
    if change.is_empty:
        return RealmChange(old=old, new=new)
    services = PHONES_AND_FAX if fax_boxes else PHONES
    publish, keep = (
        () if policy is not None and policy.covers(realm) else realm.records_needed(services) for realm in (new, old)
    )
    return evolve(change, publish=publish, keep=keep, quiet_hours=quiet_hours if devices else None)
