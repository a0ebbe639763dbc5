"""Lets you read how a tenant's people are reached: e-mail address, person name, telephone number, postal address.

The values show themselves in `repr` and `str`, because whoever debugs must see them; keep them out of logs. No
problem's sentence holds any of it: the path tells where, the position which character.

Rules: ORG-10, ORG-11, ORG-12 in docs/reference/contacts.md.
"""

from tenantcore._email_addresses import (
    EmailAddress,
    EmailFault,
    EmailPolicy,
    find_email_problems,
    find_username_warnings,
)
from tenantcore._person_names import PersonName, PersonNameFault, PersonNamePolicy, find_person_name_problems
from tenantcore._postal_addresses import AddressFault, PostalAddress, find_address_problems
from tenantcore._telephone_numbers import PhoneFault, TelephoneNumber, find_telephone_problems

__all__ = [
    "AddressFault",
    "EmailAddress",
    "EmailFault",
    "EmailPolicy",
    "PersonName",
    "PersonNameFault",
    "PersonNamePolicy",
    "PhoneFault",
    "PostalAddress",
    "TelephoneNumber",
    "find_address_problems",
    "find_email_problems",
    "find_person_name_problems",
    "find_telephone_problems",
    "find_username_warnings",
]
