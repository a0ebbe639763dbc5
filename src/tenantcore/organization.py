"""Lets you say who a tenant is: its name."""

from tenantcore._characters import CharacterFault
from tenantcore._organization_names import (
    LITERAL,
    PORTAL,
    NameFault,
    NamePolicy,
    NameScope,
    OrganizationName,
    RenameImpact,
    RenamePlan,
    find_collisions,
    find_name_problems,
    plan_rename,
)

__all__ = [
    "LITERAL",
    "PORTAL",
    "CharacterFault",
    "NameFault",
    "NamePolicy",
    "NameScope",
    "OrganizationName",
    "RenameImpact",
    "RenamePlan",
    "find_collisions",
    "find_name_problems",
    "plan_rename",
]
