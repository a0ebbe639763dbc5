"""Lets every code of the library be found by its name: whoever adds a table of codes adds it here."""

from typing import Final

from tenantcore._document_faults import DocumentFault
from tenantcore.balance import BalanceFault, DeclineReason, NoTopUpReason
from tenantcore.billing_periods import CycleFault, PeriodFault
from tenantcore.call_policy import CallFault, CallGrant, CallRefusal, CallStep
from tenantcore.contacts import AddressFault, EmailFault, PersonNameFault, PhoneFault
from tenantcore.currencies import CurrencyFault
from tenantcore.due_dates import DueDateFault
from tenantcore.errors import Code, FieldCode
from tenantcore.money import MoneyFault
from tenantcore.numbering import DialPlanFault, NumberClassFault, NumberPatternFault
from tenantcore.onboarding import OnboardingFault, PlatformFault
from tenantcore.organization import CharacterFault, NameFault, OrganizationFault
from tenantcore.permissions import AppFault, NumberFeatureFault, PermissionFault, RightsFault
from tenantcore.pricing import PricingFault
from tenantcore.rating import AllotmentFault, DiscountFault, RateDeckFault, RateFault
from tenantcore.realm import RealmDnsFault, RealmFault, RealmLabelFault, RealmSyntaxFault
from tenantcore.regions import RegionFault
from tenantcore.schedule_changes import ScheduleChangeFault
from tenantcore.status import StatusFault
from tenantcore.tenant import TenantFault
from tenantcore.time_zones import TimezoneFault
from tenantcore.trunks import LimitFault, NumberCapFault, TrunkFault, TrunkPoolFault
from tenantcore.validation import FormFault

__all__ = ["CODE_TABLES"]

CODE_TABLES: Final[tuple[type[Code], ...]] = (
    AddressFault, AllotmentFault, AppFault, BalanceFault, CallFault, CallGrant, CallRefusal, CallStep, CharacterFault,
    CurrencyFault, CycleFault, DeclineReason, DialPlanFault, DiscountFault, DocumentFault, DueDateFault, EmailFault,
    FieldCode, FormFault, LimitFault, MoneyFault, NameFault, NoTopUpReason, NumberCapFault, NumberClassFault,
    NumberFeatureFault, NumberPatternFault, OnboardingFault, OrganizationFault, PeriodFault, PermissionFault,
    PersonNameFault, PhoneFault, PlatformFault, PricingFault, RateDeckFault, RateFault, RealmDnsFault, RealmFault,
    RealmLabelFault, RealmSyntaxFault, RegionFault, RightsFault, ScheduleChangeFault, StatusFault, TenantFault,
    TimezoneFault, TrunkFault, TrunkPoolFault,
)  # fmt: skip
