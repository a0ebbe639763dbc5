"""What a person reads about permissions, apps, number features and rights: each fault or refusal with its remedy."""

from collections.abc import Callable, Iterable

import pytest

from tenantcore._forms import FormFault
from tenantcore.errors import InvalidValue, Problem
from tenantcore.permissions import (
    EVERYTHING,
    AppFault,
    Apps,
    CarrierChoice,
    Change,
    Forbidden,
    NumberFeature,
    NumberFeatureFault,
    NumberFeatures,
    Permission,
    PermissionFault,
    Permissions,
    Place,
    RightsFault,
    find_app_problems,
    find_carrier_warnings,
    find_number_feature_problems,
    find_permission_problems,
    judge_app,
    judge_change,
    judge_number_feature,
)

ACME = Place("acme", ("platform", "reseller"))
APPS = Apps(offered=("smartpbx", "fax_manager"))
WORDS = (
    "settings, settings.user, settings.account, billing, billing.credit_card, billing.per_minute, "
    "billing.per_minute.show_credit, billing.per_minute.show_minutes, billing.service_plan, billing.transactions, "
    "trunking, trunking.inbound, trunking.outbound, trunking.twoway, misc, misc.errors_log"
)


def raised(build: Callable[[], object]) -> Problem:
    with pytest.raises(InvalidValue) as error:
        build()
    return error.value.problem


def forbidden(decision: object) -> Problem:
    assert isinstance(decision, Forbidden)
    return decision.problem


def only(problems: Iterable[Problem]) -> Problem:
    (problem,) = problems
    return problem


CASES: dict[str, tuple[Callable[[], Problem], str]] = {
    "permission, unknown": (
        lambda: raised(lambda: Permission.parse("user")),
        f"'user' is no permission; name one of: {WORDS}",
    ),
    "permission, no text": (
        lambda: raised(lambda: Permission.parse(5)),
        "permission must be text, not int; hand in text",
    ),
    "permission, a word": (
        lambda: raised(lambda: EVERYTHING.allows("misc")),  # type: ignore[arg-type]
        "permission must be a Permission, not str; hand in a Permission",
    ),
    "permission, to grant": (
        lambda: raised(lambda: EVERYTHING.grant("misc")),  # type: ignore[arg-type]
        "permission must be a Permission, not str; hand in a Permission",
    ),
    "permissions, of a set": (
        lambda: raised(lambda: Permissions(set())),  # type: ignore[arg-type]
        "granted must be a frozenset of Permission, not set; hand in a frozenset of Permission",
    ),
    "permissions, with a heading": (
        lambda: raised(lambda: Permissions(frozenset({Permission.MISC}))),
        (
            "misc is a heading: it is shown while anything beneath it is, and isn't granted by itself; "
            "leave it out, and name what is granted beneath it"
        ),
    ),
    "permissions, without a parent": (
        lambda: raised(lambda: Permissions(frozenset({Permission.BILLING_PER_MINUTE_SHOW_CREDIT}))),
        (
            "billing.per_minute.show_credit is granted without billing.per_minute, which it stands on; "
            "grant billing.per_minute too, or clear billing.per_minute.show_credit"
        ),
    ),
    "form, contradiction": (
        lambda: only(find_permission_problems({"misc": False, "misc.errors_log": True})),
        (
            "['misc.errors_log']: misc.errors_log is granted and misc above it is cleared, which clears everything "
            "beneath it; grant misc too, or clear misc.errors_log"
        ),
    ),
    "form, empty heading": (
        lambda: only(find_permission_problems({"misc": True, "misc.errors_log": False})),
        (
            "misc: misc is a heading and is granted, but nothing beneath it is; "
            "grant what is to be seen beneath misc, or clear it"
        ),
    ),
    "form, unknown": (
        lambda: only(find_permission_problems({"colour": True})),
        f"colour: 'colour' is no permission; name one of: {WORDS}",
    ),
    "form, personal": (
        lambda: only(find_permission_problems({"+6591234567": True})),
        f"a text of 11 characters is no permission; name one of: {WORDS}",
    ),
    "form, no key": (
        lambda: only(find_permission_problems({None: True})),
        f"None is no permission; name one of: {WORDS}",
    ),
    "form, no bool": (
        lambda: only(find_permission_problems({"misc": None})),
        "misc: misc must be true or false, not NoneType; hand in true or false",
    ),
    "form, no dict": (
        lambda: only(find_permission_problems([])),
        "a form or a section of one must be a dict of fields, not list; hand in a dict as json.loads gives it",
    ),
    "form, default": (
        lambda: raised(lambda: Permissions.parse({}, default={})),  # type: ignore[arg-type]
        "default must be Permissions or None, not dict; hand in Permissions or None",
    ),
    "billing exposed": (
        lambda: EVERYTHING.warnings(pays_for_trunks=False, is_resellers_customer=True)[0],
        (
            "['billing.credit_card']: the users of a reseller's customer see billing.credit_card, though it is the "
            "reseller that settles with the platform; clear billing.credit_card"
        ),
    ),
    "trunks exposed": (
        lambda: EVERYTHING.warnings(pays_for_trunks=True, is_resellers_customer=False)[2],
        (
            "['trunking.twoway']: the tenant pays for trunks, and with trunking.twoway its users may add some that "
            "nobody has agreed on; clear trunking.twoway, and add trunks when the tenant asks for them"
        ),
    ),
    "warnings, no bool": (
        lambda: raised(lambda: EVERYTHING.warnings(pays_for_trunks=1, is_resellers_customer=False)),  # type: ignore[arg-type]
        "pays_for_trunks must be a bool, not int; hand in a bool",
    ),
    "nobody logged in": (
        lambda: forbidden(judge_change(Change.NAME, ACME, None)),
        (
            "nobody is logged in, so nothing of a tenant is shown or changed; "
            "log in as a user of the tenant or of one of its ancestors"
        ),
    ),
    "outside": (
        lambda: forbidden(judge_change(Change.NAME, ACME, "other")),
        (
            "whoever asks belongs neither to the tenant nor to one of its ancestors; "
            "ask whoever manages the tenant's parent"
        ),
    ),
    "own tenant": (
        lambda: forbidden(judge_change(Change.REALM, ACME, "acme")),
        ("a tenant can't change its own realm: only an ancestor changes that; ask whoever manages the tenant's parent"),
    ),
    "at the top": (
        lambda: forbidden(judge_change(Change.CREDIT, Place("platform"), "platform")),
        (
            "the tenant stands at the top of the tree, so nobody in it changes its credit; "
            "have whoever runs the platform change it, outside the tree"
        ),
    ),
    "change, a word": (
        lambda: raised(lambda: judge_change("name", ACME, None)),  # type: ignore[arg-type]
        "change must be a Change, not str; hand in a Change",
    ),
    "place, an id": (
        lambda: raised(lambda: judge_change(Change.NAME, "acme", None)),  # type: ignore[arg-type]
        "place must be a Place, not str; hand in a Place",
    ),
    "actor, a number": (
        lambda: raised(lambda: judge_change(Change.NAME, ACME, 5)),  # type: ignore[arg-type]
        "actor must be text or None, not int; hand in text or None",
    ),
    "place, circular": (
        lambda: raised(lambda: Place("a", ("a",))),
        (
            "the way from the top of the tree down to the tenant passes 'a' twice; "
            "hand in each ancestor once, without the tenant itself"
        ),
    ),
    "place, empty": (
        lambda: raised(lambda: Place("")),
        "tenant must not be empty; give at least one character or item",
    ),
    "place, ancestors": (
        lambda: raised(lambda: Place("a", ["b"])),  # type: ignore[arg-type]
        "ancestors must be a tuple of texts, not list; hand in a tuple of texts",
    ),
    "place, an ancestor": (
        lambda: raised(lambda: Place("a", ("b", 5))),  # type: ignore[arg-type]
        "ancestors must hold only texts, but item 1 (counted from 0) is of type int; replace item 1",
    ),
    "app, unknown": (
        lambda: raised(lambda: APPS.disable("fax")),
        "'fax' is no app on offer; name one of: smartpbx, fax_manager",
    ),
    "app, no text": (
        lambda: raised(lambda: APPS.disable(5)),  # type: ignore[arg-type]
        "app must be text, not int; hand in text",
    ),
    "app, unknown in a form": (
        lambda: only(find_app_problems({"fax": True}, default=APPS)),
        "fax: 'fax' is no app on offer; name one of: smartpbx, fax_manager",
    ),
    "app, disabled": (
        lambda: forbidden(judge_app("fax_manager", ACME, "acme", actors_apps=APPS.disable("fax_manager"))),
        (
            "the app 'fax_manager' is disabled for the tenant that whoever asks belongs to; "
            "ask whoever manages that tenant's parent to enable it"
        ),
    ),
    "app, not on offer": (
        lambda: forbidden(judge_app("fax", ACME, "acme", actors_apps=APPS)),
        "'fax' is no app on offer; name one of: smartpbx, fax_manager",
    ),
    "apps, twice": (
        lambda: raised(lambda: Apps(offered=("a", "a"))),
        "the app 'a' is offered twice; offer each app once",
    ),
    "apps, a list": (
        lambda: raised(lambda: Apps(offered=["a"])),  # type: ignore[arg-type]
        "offered must be a tuple of texts, not list; hand in a tuple of texts",
    ),
    "apps, disabled": (
        lambda: raised(lambda: Apps(offered=(), disabled=("a",))),  # type: ignore[arg-type]
        "disabled must be a frozenset of texts, not tuple; hand in a frozenset of texts",
    ),
    "apps, default": (
        lambda: raised(lambda: Apps.parse({}, default=None)),  # type: ignore[arg-type]
        "default must be Apps, not NoneType; hand in Apps",
    ),
    "apps, the actor's": (
        lambda: raised(lambda: judge_app("a", ACME, None, actors_apps=None)),  # type: ignore[arg-type]
        "actors_apps must be Apps, not NoneType; hand in Apps",
    ),
    "app, to judge": (
        lambda: raised(lambda: judge_app(None, ACME, None, actors_apps=APPS)),  # type: ignore[arg-type]
        "app must be text, not NoneType; hand in text",
    ),
    "carrier, unknown": (
        lambda: raised(lambda: CarrierChoice.parse("byoc")),
        "'byoc' says not whose carriers; choose system-wide, reseller or own",
    ),
    "carrier, no text": (
        lambda: raised(lambda: CarrierChoice.parse(None)),
        "carrier must be text, not NoneType; hand in text",
    ),
    "feature, unknown": (
        lambda: only(find_number_feature_problems({"sms": True})),
        "sms: 'sms' is no feature of numbers; name one of: e911, cnam",
    ),
    "feature, disabled": (
        lambda: forbidden(
            judge_number_feature(NumberFeature.CNAM, NumberFeatures(frozenset()), CarrierChoice.SYSTEM_WIDE)
        ),
        "cnam is disabled for the tenant; ask whoever manages the tenant's parent to enable it",
    ),
    "feature, carrier": (
        lambda: forbidden(judge_number_feature(NumberFeature.E911, NumberFeatures(), CarrierChoice.RESELLER)),
        (
            "e911 can't be managed here for a tenant with reseller carriers; "
            "manage it with the carrier that the number comes from, or choose the system-wide carriers"
        ),
    ),
    "feature, unmanaged": (
        lambda: next(find_carrier_warnings(NumberFeatures(), CarrierChoice.OWN)),
        (
            "e911: e911 is enabled, but can't be managed here for a tenant with own carriers; "
            "see that it is kept with the carrier that the numbers come from, and disable it here"
        ),
    ),
    "feature, a word": (
        lambda: raised(lambda: NumberFeatures().enable("e911")),  # type: ignore[arg-type]
        "feature must be a NumberFeature, not str; hand in a NumberFeature",
    ),
    "features, of a set": (
        lambda: raised(lambda: NumberFeatures(set())),  # type: ignore[arg-type]
        "enabled must be a frozenset of NumberFeature, not set; hand in a frozenset of NumberFeature",
    ),
    "features, default": (
        lambda: raised(lambda: NumberFeatures.parse({}, default={})),  # type: ignore[arg-type]
        "default must be NumberFeatures or None, not dict; hand in NumberFeatures or None",
    ),
    "features, to judge": (
        lambda: raised(lambda: judge_number_feature(NumberFeature.E911, None, CarrierChoice.OWN)),  # type: ignore[arg-type]
        "features must be NumberFeatures, not NoneType; hand in NumberFeatures",
    ),
    "carrier, to judge": (
        lambda: raised(lambda: judge_number_feature(NumberFeature.E911, NumberFeatures(), "own")),  # type: ignore[arg-type]
        "carrier must be a CarrierChoice, not str; hand in a CarrierChoice",
    ),
    "policy, to judge": (
        lambda: raised(
            lambda: judge_number_feature(NumberFeature.E911, NumberFeatures(), CarrierChoice.OWN, "own")  # type: ignore[arg-type]
        ),
        "policy must be a FeatureCarriers, not str; hand in a FeatureCarriers",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_says_what_is_wrong_and_what_to_do(case: str) -> None:
    """X-3: every problem and refusal has an English sentence with its remedy."""
    ask, told = CASES[case]
    assert str(ask()) == told


def test_no_code_is_left_out() -> None:
    """Each member of each table stands in a case above."""
    met = {ask().code for ask, _ in CASES.values()}
    assert {*PermissionFault, *RightsFault, *AppFault, *NumberFeatureFault, FormFault.FORM_NOT_AN_OBJECT} <= met
