"""Lets a platform say which features of its numbers a tenant manages, and through whose carriers its calls go.

Names that callers use are imported from `tenantcore.permissions`.

Authority: "Number Features" and "Carrier" of S4.
"""

import enum
from collections.abc import Iterator
from typing import Any, Final

from attrs import Attribute, field, frozen

from tenantcore._rights import Allowed, Decision, Forbidden, Ground
from tenantcore._switches import read_switches
from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown_code

__all__ = [
    "CarrierChoice",
    "FeatureCarriers",
    "NumberFeature",
    "NumberFeatureFault",
    "NumberFeatures",
    "find_carrier_warnings",
    "find_number_feature_problems",
    "judge_number_feature",
]


@enum.unique
class NumberFeatureFault(Code):
    """What can be wrong with number features and carriers, and why a feature may not be managed."""

    CARRIER_UNKNOWN = (
        Kind.UNKNOWN,
        "PERM-2",
        "{value} says not whose carriers",
        "choose system-wide, reseller or own",
    )
    NUMBER_FEATURE_UNKNOWN = (
        Kind.UNKNOWN,
        "PERM-2",
        "{value} is no feature of numbers",
        "name one of: {known}",
    )
    NUMBER_FEATURE_DISABLED = (
        Kind.FROZEN,
        "PERM-2",
        "{feature} is disabled for the tenant",
        "ask whoever manages the tenant's parent to enable it",
    )
    NUMBER_FEATURE_NEEDS_CARRIER = (
        Kind.CONFLICT,
        "PERM-2",
        "{feature} can't be managed here for a tenant with {carrier} carriers",
        "manage it with the carrier that the number comes from, or choose the system-wide carriers",
    )
    NUMBER_FEATURE_UNMANAGED = (
        Kind.WARNING,
        "PERM-2",
        "{feature} is enabled, but can't be managed here for a tenant with {carrier} carriers",
        "see that it is kept with the carrier that the numbers come from, and disable it here",
    )


class CarrierChoice(enum.Enum):
    """Through whose carriers a tenant's calls go.

    Rule: PERM-2 in docs/reference/permissions.md.
    """

    SYSTEM_WIDE = "system-wide"
    """The platform's: "Use System-wide Carriers"."""
    RESELLER = "reseller"
    """Its reseller's: what S4 prints as "Use Partner ... Carriers"."""
    OWN = "own"
    """The tenant's: it brings its own carrier (BYOC)."""

    @classmethod
    def parse(cls, text: object) -> "CarrierChoice":
        """Read `system-wide`, `reseller` or `own`, exactly so; there is no default.

        "BYOC" is refused: S4 has it of the reseller's carriers, other screens of the tenant's own.

        >>> CarrierChoice.parse("own")
        <CarrierChoice.OWN: 'own'>

        Raises: InvalidValue for another text; InvalidType for what is no text.
        """
        if type(text) is cls:
            return text
        if not is_text(text):
            raise invalid(wrong_type("carrier", "text", text))
        plain = str.__str__(text)
        for choice in cls:
            if choice.value == plain:
                return choice
        raise invalid(Problem(NumberFeatureFault.CARRIER_UNKNOWN, params={"value": shown_code(plain)}))

    def __str__(self) -> str:
        return str(self.value)


class NumberFeature(enum.Enum):
    """What a number can carry beside calls.

    Rule: PERM-2 in docs/reference/permissions.md.
    """

    E911 = "e911"
    """The address that emergency services are sent to."""
    CNAM = "cnam"
    """The name that is shown to who is called."""

    def __str__(self) -> str:
        return str(self.value)


class FeatureCarriers(enum.Enum):
    """The platform's word on whose numbers have features that can be managed on it."""

    SYSTEM_WIDE = "system-wide"
    """Those of the system-wide carriers alone: the default."""
    SYSTEM_WIDE_AND_RESELLER = "system-wide and reseller"
    """Those of the reseller's carriers too, where reseller and platform have agreed on it."""

    def covers(self, carrier: CarrierChoice) -> bool:
        """Whether features can be managed for a tenant with these carriers; with its own they never can."""
        return carrier is CarrierChoice.SYSTEM_WIDE or (
            carrier is CarrierChoice.RESELLER and self is FeatureCarriers.SYSTEM_WIDE_AND_RESELLER
        )


_ALL: Final = frozenset(NumberFeature)


def _features(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not frozenset or not all(type(item) is NumberFeature for item in value):
        raise invalid(wrong_type(attribute.name, "a frozenset of NumberFeature", value))


@frozen
class NumberFeatures:
    """Which features a tenant manages for its numbers, if its carriers allow: both, unless disabled.

    Changing the carriers leaves this as it is, so that changing back restores it.

    >>> NumberFeatures().disable(NumberFeature.CNAM).as_form()
    {'e911': True, 'cnam': False}

    Raises: InvalidType for anything but a frozenset of features.

    Rule: PERM-2 in docs/reference/permissions.md.
    """

    enabled: frozenset[NumberFeature] = field(
        default=_ALL,
        validator=_features,
        repr=lambda enabled: f"{{{', '.join(str(feature) for feature in NumberFeature if feature in enabled)}}}",
    )

    @classmethod
    def parse(cls, form: object, *, default: "NumberFeatures | None" = None) -> "NumberFeatures":
        """Read a form: a dict of `e911` and `cnam` with true or false; those not named are as `default`, or on.

        Raises: InvalidValue or InvalidType with the first of `find_number_feature_problems`.
        """
        if default is not None and type(default) is not NumberFeatures:
            raise invalid(wrong_type("default", "NumberFeatures or None", default))
        for problem in find_number_feature_problems(form):
            raise invalid(problem)
        before = _ALL if default is None else default.enabled
        named = _named(form)[0]
        return cls(frozenset(feature for feature in NumberFeature if named.get(str(feature), feature in before)))

    def enable(self, *features: NumberFeature) -> "NumberFeatures":
        """Return the features with these enabled.

        Raises: InvalidType for anything but features.
        """
        _check_features(features)
        return NumberFeatures(self.enabled.union(features))

    def disable(self, *features: NumberFeature) -> "NumberFeatures":
        """Return the features with these disabled.

        Raises: InvalidType for anything but features.
        """
        _check_features(features)
        return NumberFeatures(self.enabled.difference(features))

    def as_form(self) -> dict[str, bool]:
        """Return every feature with true or false, as `parse` reads it."""
        return {str(feature): feature in self.enabled for feature in NumberFeature}


def _check_features(features: tuple[object, ...]) -> None:
    for feature in features:
        if type(feature) is not NumberFeature:
            raise invalid(wrong_type("feature", "a NumberFeature", feature))


def find_number_feature_problems(form: object) -> Iterator[Problem]:
    """Yield everything that is wrong with a form of number features, each problem under its feature's word.

    Rule: PERM-2 in docs/reference/permissions.md.
    """
    yield from _named(form)[1]


def _named(form: object) -> tuple[dict[str, bool], tuple[Problem, ...]]:
    return read_switches(form, tuple(map(str, NumberFeature)), NumberFeatureFault.NUMBER_FEATURE_UNKNOWN)


def judge_number_feature(
    feature: NumberFeature,
    features: NumberFeatures,
    carrier: CarrierChoice,
    policy: FeatureCarriers = FeatureCarriers.SYSTEM_WIDE,
) -> Decision:
    """Tell whether a feature of a tenant's numbers can be managed on the platform, by the tenant's users.

    The carriers are asked first: when they forbid it, enabling the feature would not help.

    >>> str(judge_number_feature(NumberFeature.E911, NumberFeatures(), CarrierChoice.OWN).reason)
    'NUMBER_FEATURE_NEEDS_CARRIER'

    Raises: InvalidType for another type.

    Rule: PERM-2 in docs/reference/permissions.md.
    """
    _check_features((feature,))
    _check_terms(features, carrier, policy)
    if not policy.covers(carrier):
        params = {"feature": str(feature), "carrier": str(carrier)}
        return Forbidden(Problem(NumberFeatureFault.NUMBER_FEATURE_NEEDS_CARRIER, params=params))
    if feature not in features.enabled:
        return Forbidden(Problem(NumberFeatureFault.NUMBER_FEATURE_DISABLED, params={"feature": str(feature)}))
    return Allowed(Ground.CARRIER)


def find_carrier_warnings(
    features: NumberFeatures, carrier: CarrierChoice, policy: FeatureCarriers = FeatureCarriers.SYSTEM_WIDE
) -> Iterator[Problem]:
    """Yield which enabled features nobody can manage with these carriers: before all the emergency address.

    Ask before changing a tenant's carriers.

    Raises: InvalidType for another type.

    Rule: PERM-2 in docs/reference/permissions.md.
    """
    _check_terms(features, carrier, policy)
    for feature in NumberFeature:
        if feature in features.enabled and not policy.covers(carrier):
            params = {"feature": str(feature), "carrier": str(carrier)}
            yield Problem(NumberFeatureFault.NUMBER_FEATURE_UNMANAGED, (str(feature),), params)


def _check_terms(features: object, carrier: object, policy: object) -> None:
    for name, expected, kind, value in (
        ("features", "NumberFeatures", NumberFeatures, features),
        ("carrier", "a CarrierChoice", CarrierChoice, carrier),
        ("policy", "a FeatureCarriers", FeatureCarriers, policy),
    ):
        if type(value) is not kind:
            raise invalid(wrong_type(name, expected, value))
