"""What a tenant has of the platform's offer: apps, number features, and whose carriers."""

import pickle
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore._forms import FormFault
from tenantcore.errors import FieldCode, InvalidType, InvalidValue, Problem
from tenantcore.permissions import (
    Allowed,
    AppFault,
    Apps,
    CarrierChoice,
    FeatureCarriers,
    Forbidden,
    Ground,
    NumberFeature,
    NumberFeatureFault,
    NumberFeatures,
    Place,
    RightsFault,
    find_app_problems,
    find_carrier_warnings,
    find_number_feature_problems,
    judge_actor,
    judge_app,
    judge_number_feature,
)
from tests.strangers import MEGABYTE, HostileText, Pretender, TrickyDict, anything
from tests.vector_files import Case, cases

ACME = Place("acme", ("platform", "reseller"))
ALL = Apps(offered=("smartpbx", "fax_manager", "voicemail_manager"))
SYSTEM_WIDE, RESELLER, OWN = CarrierChoice
BOTH = NumberFeatures()


def app_values() -> SearchStrategy[Apps]:
    codes = st.sampled_from(("smartpbx", "fax_manager", "voicemail_manager", "callflows", "pbxs"))
    return st.builds(
        lambda offered, disabled: Apps(offered=tuple(offered), disabled=disabled),
        st.lists(codes, unique=True),
        st.frozensets(codes),
    )


def feature_values() -> SearchStrategy[NumberFeatures]:
    return st.frozensets(st.sampled_from(NumberFeature)).map(NumberFeatures)


class TestApps:
    """PERM-2: apps on offer, enabled or disabled per tenant."""

    def test_what_is_offered_is_enabled(self) -> None:
        assert ALL.enabled == ALL.offered
        assert ALL.as_form() == {"smartpbx": True, "fax_manager": True, "voicemail_manager": True}

    def test_disabling_two(self) -> None:
        assert ALL.disable("voicemail_manager", "fax_manager").enabled == ("smartpbx",)
        assert ALL.enabled == ALL.offered

    def test_nothing_on_offer(self) -> None:
        assert Apps(offered=()).enabled == ()
        assert Apps.parse({}, default=Apps(offered=())) == Apps(offered=())

    @given(app_values(), st.data())
    def test_enabling_and_disabling_undo_each_other(self, apps: Apps, data: st.DataObject) -> None:
        some = data.draw(st.lists(st.sampled_from(apps.offered), max_size=3)) if apps.offered else []
        disabled, enabled = apps.disable(*some), apps.enable(*some)
        assert disabled.disable(*some) == disabled
        assert enabled.enable(*some) == enabled
        assert set(disabled.enabled) == set(apps.enabled) - set(some)
        assert set(enabled.enabled) == set(apps.enabled) | set(some)
        assert disabled.enable(*some) == enabled
        assert enabled.disable(*some) == disabled
        assert disabled.offered == enabled.offered == apps.offered

    @given(app_values())
    def test_what_is_enabled_stands_in_the_order_of_the_offer(self, apps: Apps) -> None:
        assert list(apps.enabled) == [app for app in apps.offered if app not in apps.disabled]

    @given(app_values(), app_values())
    def test_what_is_written_reads_back(self, apps: Apps, stored: Apps) -> None:
        assert Apps.parse(apps.as_form(), default=apps) == apps
        changed = Apps.parse(apps.as_form(), default=Apps(offered=apps.offered, disabled=stored.disabled))
        assert changed.enabled == apps.enabled
        assert changed.disabled - set(apps.offered) == stored.disabled - set(apps.offered)

    @given(app_values(), st.dictionaries(st.sampled_from(("smartpbx", "fax_manager", "pbxs")), st.booleans()))
    def test_a_form_switches_what_it_names_and_no_more(self, apps: Apps, form: dict[str, bool]) -> None:
        unknown = [app for app in form if app not in apps.offered]
        problems = list(find_app_problems(form, default=apps))
        assert [(problem.code, problem.path) for problem in problems] == [
            (AppFault.APP_UNKNOWN, (app,)) for app in unknown
        ]
        if problems:
            with pytest.raises(InvalidValue) as error:
                Apps.parse(form, default=apps)
            assert error.value.problem == problems[0]
        else:
            assert Apps.parse(form, default=apps).as_form() == apps.as_form() | form

    def test_an_app_that_comes_back_on_offer_is_still_disabled(self) -> None:
        stored = ALL.disable("fax_manager").disabled
        without = Apps(offered=("smartpbx",), disabled=stored)
        assert Apps(offered=ALL.offered, disabled=without.disable("smartpbx").disabled).enabled == (
            "voicemail_manager",
        )

    def test_it_is_a_value_and_shown_in_order(self) -> None:
        apps = ALL.disable("voicemail_manager", "fax_manager")
        assert pickle.loads(pickle.dumps(apps)) == apps  # noqa: S301 - our own bytes
        assert hash(apps) == hash(ALL.disable("fax_manager").disable("voicemail_manager"))
        assert repr(apps) == (
            "Apps(offered=('smartpbx', 'fax_manager', 'voicemail_manager'), "
            "disabled=frozenset({'fax_manager', 'voicemail_manager'}))"
        )

    def test_codes_of_a_hosts_own_kind_are_text(self) -> None:
        assert ALL.disable(HostileText("fax_manager")) == ALL.disable("fax_manager")
        assert judge_app(HostileText("fax_manager"), ACME, "acme", actors_apps=ALL)

    def test_a_misspelt_app_is_refused(self) -> None:
        for ask in (ALL.enable, ALL.disable):
            with pytest.raises(InvalidValue) as error:
                ask("smartpbx", "fax")
            assert error.value.problem == Problem(
                AppFault.APP_UNKNOWN, params={"value": "'fax'", "known": "smartpbx, fax_manager, voicemail_manager"}
            )

    @pytest.mark.parametrize("app", [None, 5, b"smartpbx", True, ("smartpbx",)])
    def test_an_app_is_text(self, app: Any) -> None:
        for ask in (
            lambda: ALL.enable(app),
            lambda: ALL.disable(app),
            lambda: judge_app(app, ACME, "acme", actors_apps=ALL),
        ):
            with pytest.raises(InvalidType) as error:
                ask()
            assert error.value.problem.params["field"] == "app"

    def test_who_pretends_to_be_text_is_none(self) -> None:
        stranger: Any = Pretender()
        with pytest.raises(InvalidType):
            ALL.disable(stranger)
        with pytest.raises(InvalidType):
            CarrierChoice.parse(stranger)

    @pytest.mark.parametrize("offered", [["a"], "a", None, {"a"}, ("a", None), (5,), (b"a",)])
    def test_an_offer_is_a_tuple_of_texts(self, offered: Any) -> None:
        with pytest.raises(InvalidType) as error:
            Apps(offered=offered)
        assert error.value.problem.params["field"] == "offered"

    def test_an_offer_has_each_app_once_and_none_is_empty(self) -> None:
        with pytest.raises(InvalidValue) as error:
            Apps(offered=("a", "b", "a"))
        assert error.value.problem == Problem(AppFault.APP_OFFERED_TWICE, params={"app": "'a'"})
        with pytest.raises(InvalidValue) as error:
            Apps(offered=("a", ""))
        assert error.value.problem.code is FieldCode.FIELD_EMPTY

    @pytest.mark.parametrize("disabled", [{"a"}, "a", ("a",), None, frozenset({5}), frozenset({"a", None})])
    def test_what_is_disabled_is_a_frozenset_of_texts(self, disabled: Any) -> None:
        with pytest.raises(InvalidType) as error:
            Apps(offered=("a",), disabled=disabled)
        assert error.value.problem.params["field"] == "disabled"

    @pytest.mark.parametrize("value", [None, 0, 1, "", "off", [], {}])
    def test_nothing_but_true_and_false_is_taken(self, value: object) -> None:
        (problem,) = find_app_problems({"smartpbx": value}, default=ALL)
        assert (problem.code, problem.path) == (FieldCode.FIELD_WRONG_TYPE, ("smartpbx",))

    @pytest.mark.parametrize("default", [None, {}, ALL.offered, BOTH])
    def test_a_default_of_another_type(self, default: Any) -> None:
        for ask in (lambda: Apps.parse({}, default=default), lambda: list(find_app_problems({}, default=default))):
            with pytest.raises(InvalidType) as error:
                ask()
            assert error.value.problem.params["field"] == "default"

    @given(anything())
    def test_any_form_is_read_or_told_what_is_wrong(self, form: Any) -> None:
        problems = [*find_app_problems(form, default=ALL), *find_app_problems({"smartpbx": form}, default=ALL)]
        assert all(len(str(problem)) < 500 for problem in problems)

    def test_a_form_of_any_size(self) -> None:
        form = dict.fromkeys(map(str, range(MEGABYTE)), False)
        assert len(list(find_app_problems(form, default=ALL))) == 20
        assert Apps.parse(TrickyDict({"smartpbx": False}), default=ALL) == ALL.disable("smartpbx")


class TestAppUse:
    """PERM-2: disabling hides an app from the tenant's users, not from the parent's administrators."""

    def test_a_user_of_the_tenant_has_what_is_enabled_for_it(self) -> None:
        hidden = ALL.disable("fax_manager")
        assert judge_app("fax_manager", ACME, "acme", actors_apps=ALL) == Allowed(Ground.OWN_TENANT)
        assert judge_app("fax_manager", ACME, "acme", actors_apps=hidden) == Forbidden(
            Problem(AppFault.APP_DISABLED, params={"app": "'fax_manager'"})
        )
        assert judge_app("smartpbx", ACME, "acme", actors_apps=hidden) == Allowed(Ground.OWN_TENANT)

    def test_a_parents_administrator_uses_the_parents_apps(self) -> None:
        assert judge_app("fax_manager", ACME, "reseller", actors_apps=ALL) == Allowed(Ground.PARENT)
        assert judge_app("fax_manager", ACME, "platform", actors_apps=ALL) == Allowed(Ground.HIGHER_ANCESTOR)
        assert not judge_app("fax_manager", ACME, "reseller", actors_apps=ALL.disable("fax_manager"))

    def test_who_stands_outside_uses_none(self) -> None:
        for actor, code in (("other", RightsFault.ACTOR_OUTSIDE), (None, RightsFault.ACTOR_MISSING)):
            assert judge_app("smartpbx", ACME, actor, actors_apps=ALL) == Forbidden(Problem(code))
            assert judge_app("unknown", ACME, actor, actors_apps=ALL) == Forbidden(Problem(code))

    def test_what_nobody_offers_is_forbidden(self) -> None:
        # A disabled app that is off the offer isn't on it, first of all.
        gone = Apps(offered=("smartpbx",), disabled=frozenset({"fax_manager"}))
        decision = judge_app("fax_manager", ACME, "acme", actors_apps=gone)
        assert decision.reason is AppFault.APP_UNKNOWN

    @given(
        app_values(), st.sampled_from(("smartpbx", "pbxs", "x")), st.sampled_from(("acme", "reseller", "other", None))
    )
    def test_it_is_both_answers_at_once(self, apps: Apps, app: str, actor: str | None) -> None:
        relation = judge_actor(ACME, actor)
        decision = judge_app(app, ACME, actor, actors_apps=apps)
        assert bool(decision) == (bool(relation) and app in apps.enabled)
        if decision or not relation:
            assert decision == relation

    @pytest.mark.parametrize("apps", [None, ALL.offered, "smartpbx", BOTH])
    def test_apps_are_the_value(self, apps: Any) -> None:
        with pytest.raises(InvalidType) as error:
            judge_app("smartpbx", ACME, "acme", actors_apps=apps)
        assert error.value.problem.params["field"] == "actors_apps"


class TestCarriers:
    """PERM-2: carrier choice: system-wide, the reseller's, own (BYOC)."""

    @pytest.mark.parametrize("choice", CarrierChoice, ids=str)
    def test_a_word_reads_back(self, choice: CarrierChoice) -> None:
        assert CarrierChoice.parse(str(choice)) is choice is CarrierChoice.parse(choice)
        assert CarrierChoice.parse(HostileText(str(choice))) is choice

    def test_words(self) -> None:
        assert [str(choice) for choice in CarrierChoice] == ["system-wide", "reseller", "own"]

    @pytest.mark.parametrize("text", ["", " ", "byoc", "BYOC", "Own", "own ", "own\n", "system_wide", "partner"])
    def test_other_texts(self, text: str) -> None:
        with pytest.raises(InvalidValue) as error:
            CarrierChoice.parse(text)
        assert error.value.problem.code is NumberFeatureFault.CARRIER_UNKNOWN

    @pytest.mark.parametrize("stranger", [None, 5, b"own", True, FeatureCarriers.SYSTEM_WIDE])
    def test_other_objects(self, stranger: Any) -> None:
        with pytest.raises(InvalidType) as error:
            CarrierChoice.parse(stranger)
        assert error.value.problem.params["field"] == "carrier"


class TestNumberFeatures:
    """PERM-2: E911 and CNAM: manageable with system-wide carriers only (policy may allow the reseller's)."""

    def test_two_are_on(self) -> None:
        assert BOTH.as_form() == {"e911": True, "cnam": True}

    @pytest.mark.parametrize(
        ("policy", "carrier", "is_manageable"),
        [
            (FeatureCarriers.SYSTEM_WIDE, SYSTEM_WIDE, True),
            (FeatureCarriers.SYSTEM_WIDE, RESELLER, False),
            (FeatureCarriers.SYSTEM_WIDE, OWN, False),
            (FeatureCarriers.SYSTEM_WIDE_AND_RESELLER, SYSTEM_WIDE, True),
            (FeatureCarriers.SYSTEM_WIDE_AND_RESELLER, RESELLER, True),
            (FeatureCarriers.SYSTEM_WIDE_AND_RESELLER, OWN, False),
        ],
    )
    @pytest.mark.parametrize("feature", NumberFeature, ids=str)
    def test_carriers_decide(
        self, feature: NumberFeature, policy: FeatureCarriers, carrier: CarrierChoice, is_manageable: bool
    ) -> None:
        assert policy.covers(carrier) is is_manageable
        expected = (
            Allowed(Ground.CARRIER)
            if is_manageable
            else Forbidden(
                Problem(
                    NumberFeatureFault.NUMBER_FEATURE_NEEDS_CARRIER,
                    params={"feature": str(feature), "carrier": str(carrier)},
                )
            )
        )
        assert judge_number_feature(feature, BOTH, carrier, policy) == expected
        # When carriers forbid it, that is the reason, whatever else is missing.
        off = judge_number_feature(feature, BOTH.disable(feature), carrier, policy)
        if is_manageable:
            disabled = Problem(NumberFeatureFault.NUMBER_FEATURE_DISABLED, params={"feature": str(feature)})
            assert off == Forbidden(disabled)
        else:
            assert off == expected

    def test_the_policy_is_strict_unless_one_says_otherwise(self) -> None:
        for carrier, feature in product(CarrierChoice, NumberFeature):
            strict = judge_number_feature(feature, BOTH, carrier, FeatureCarriers.SYSTEM_WIDE)
            assert judge_number_feature(feature, BOTH, carrier) == strict
            assert [*find_carrier_warnings(BOTH, carrier)] == [
                *find_carrier_warnings(BOTH, carrier, FeatureCarriers.SYSTEM_WIDE)
            ]

    @given(feature_values(), st.sampled_from(CarrierChoice), st.sampled_from(FeatureCarriers))
    def test_warned_is_what_is_enabled_and_can_not_be_managed(
        self, features: NumberFeatures, carrier: CarrierChoice, policy: FeatureCarriers
    ) -> None:
        warnings = list(find_carrier_warnings(features, carrier, policy))
        assert warnings == [
            Problem(
                NumberFeatureFault.NUMBER_FEATURE_UNMANAGED,
                (str(feature),),
                {"feature": str(feature), "carrier": str(carrier)},
            )
            for feature in NumberFeature
            if feature in features.enabled and not judge_number_feature(feature, features, carrier, policy)
        ]
        assert all(problem.is_warning for problem in warnings)

    @given(feature_values(), st.lists(st.sampled_from(NumberFeature)))
    def test_enabling_and_disabling(self, features: NumberFeatures, some: list[NumberFeature]) -> None:
        assert features.enable(*some).enabled == features.enabled | set(some)
        assert features.disable(*some).enabled == features.enabled - set(some)

    @given(feature_values(), feature_values())
    def test_what_is_written_reads_back(self, features: NumberFeatures, other: NumberFeatures) -> None:
        assert NumberFeatures.parse(features.as_form()) == features
        assert NumberFeatures.parse(features.as_form(), default=other) == features
        assert NumberFeatures.parse({}, default=features) == features
        assert NumberFeatures.parse({}) == BOTH
        assert pickle.loads(pickle.dumps(features)) == features  # noqa: S301 - our own bytes

    def test_what_is_not_named_is_on_or_as_it_was(self) -> None:
        assert NumberFeatures.parse({"cnam": False}) == BOTH.disable(NumberFeature.CNAM)
        assert NumberFeatures.parse({"e911": True}, default=NumberFeatures(frozenset())).as_form() == {
            "e911": True,
            "cnam": False,
        }

    def test_it_is_shown_in_order(self) -> None:
        assert repr(BOTH) == "NumberFeatures(enabled={e911, cnam})"
        assert repr(BOTH.disable(*NumberFeature)) == "NumberFeatures(enabled={})"

    def test_every_mistake_is_told_with_its_path(self) -> None:
        form = {"E911": True, "cnam": "on"}
        assert [(problem.code.name, problem.path) for problem in find_number_feature_problems(form)] == [
            ("NUMBER_FEATURE_UNKNOWN", ("E911",)),
            ("FIELD_WRONG_TYPE", ("cnam",)),
        ]
        with pytest.raises(InvalidValue) as error:
            NumberFeatures.parse(form)
        assert error.value.problem.code is NumberFeatureFault.NUMBER_FEATURE_UNKNOWN
        assert [problem.code for problem in find_number_feature_problems([])] == [FormFault.FORM_NOT_AN_OBJECT]

    @pytest.mark.parametrize("stranger", ["e911", None, True, 911, CarrierChoice.OWN])
    def test_a_feature_is_a_member(self, stranger: Any) -> None:
        for ask in (BOTH.enable, BOTH.disable, lambda each: judge_number_feature(each, BOTH, SYSTEM_WIDE)):
            with pytest.raises(InvalidType) as error:
                ask(stranger)
            assert error.value.problem.params["field"] == "feature"

    @pytest.mark.parametrize("enabled", [None, {NumberFeature.E911}, (), frozenset({"e911"}), "e911"])
    def test_built_of_other_collections(self, enabled: Any) -> None:
        with pytest.raises(InvalidType) as error:
            NumberFeatures(enabled)
        assert error.value.problem.params["field"] == "enabled"

    @pytest.mark.parametrize("stranger", [None, "system-wide", True, 5])
    def test_the_rest_is_of_its_type(self, stranger: Any) -> None:
        for field, arguments in (
            ("features", (stranger, SYSTEM_WIDE)),
            ("carrier", (BOTH, stranger)),
            ("policy", (BOTH, SYSTEM_WIDE, stranger)),
        ):
            with pytest.raises(InvalidType) as error:
                list(find_carrier_warnings(*arguments))
            assert error.value.problem.params["field"] == field
            with pytest.raises(InvalidType) as error:
                judge_number_feature(NumberFeature.E911, *arguments)
            assert error.value.problem.params["field"] == field

    @pytest.mark.parametrize("default", [{}, BOTH.enabled, "both", False])
    def test_a_default_of_another_type(self, default: Any) -> None:
        with pytest.raises(InvalidType) as error:
            NumberFeatures.parse({}, default=default)
        assert error.value.problem.params["field"] == "default"

    @given(anything())
    def test_any_form_is_read_or_told_what_is_wrong(self, form: Any) -> None:
        problems = [*find_number_feature_problems(form), *find_number_feature_problems({"cnam": form, "x": form})]
        assert all(len(str(problem)) < 500 for problem in problems)


class TestVectors:
    """Cases that any implementation of the rule could run."""

    @pytest.mark.parametrize("case", cases("permissions", "PERM-2"), ids=lambda case: case.id)
    def test_case(self, case: Case) -> None:
        answers = answers_of_feature(case.given) if "feature" in case.given else answers_of_app(case.given)
        assert {name: answers[name] for name in case.expect} == case.expect


def answers_of_app(given: dict[str, Any]) -> dict[str, Any]:
    assert set(given) <= {"offered", "disabled", "form", "app", "tenant", "ancestors", "actor"}
    apps = Apps(offered=tuple(given["offered"]), disabled=frozenset(given.get("disabled", ())))
    form = given.get("form", {})
    for problem in find_app_problems(form, default=apps):
        return {"problems": [problem.code.name], "path": list(problem.path)}
    apps = Apps.parse(form, default=apps)
    if "app" not in given:
        return {"enabled": list(apps.enabled)}
    place = Place(given["tenant"], tuple(given["ancestors"]))
    decision = judge_app(given["app"], place, given["actor"], actors_apps=apps)
    return {"is_allowed": bool(decision), "reason": decision.reason.name}


def answers_of_feature(given: dict[str, Any]) -> dict[str, Any]:
    assert set(given) <= {"feature", "carrier", "policy", "form"}
    features = NumberFeatures.parse(given.get("form", {}))
    carrier, policy = CarrierChoice.parse(given["carrier"]), FeatureCarriers(given["policy"])
    decision = judge_number_feature(NumberFeature(given["feature"]), features, carrier, policy)
    return {"is_allowed": bool(decision), "reason": decision.reason.name}
