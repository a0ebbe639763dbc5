import copy
import enum
import pickle
from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantcore import _territories, testing
from tenantcore.currencies import CurrencyFault, currency_codes, parse_currency
from tenantcore.errors import FieldCode, InvalidType, InvalidValue, Kind, Problem
from tenantcore.regions import (
    Country,
    CountryPolicy,
    RegionFault,
    UserAssignment,
    country_codes,
    default_currency,
    default_timezone,
    find_currency_warnings,
    find_timezone_problems,
    find_timezone_warnings,
)
from tenantcore.time_zones import TimezoneFault, parse_timezone, timezone_names
from tests.vector_files import Case, cases

KOSOVO = Country("XK", assignment=UserAssignment(time_zones=("Europe/Belgrade",), legal_tender=("EUR",)))
WITH_KOSOVO = CountryPolicy((KOSOVO,))
NO_COUNTRIES: list[Any] = [None, True, 65, 1.5, float("nan"), b"SG", ["SG"], {}]


def problem_of(text: object, policy: CountryPolicy | None = None) -> Problem:
    with pytest.raises(InvalidValue) as caught:
        Country.parse(text, policy)
    return caught.value.problem


def codes(problems: object) -> list[str]:
    return [str(problem.code) for problem in problems]  # type: ignore[attr-defined]  # any iterable of problems


def day_of(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def answer(given: dict[str, Any]) -> dict[str, Any]:
    """What the library says to the given of a vector, in the vector's words."""
    match given:
        case {"default_currency_of": country, "on": on}:
            return {"currency": default_currency(Country(country), day_of(on))}
        case {"default_timezone_of": country}:
            return {"timezone": default_timezone(Country(country))}
        case {"currency": currency, "country": country, "on": on}:
            return {"warnings": codes(find_currency_warnings(currency, Country(country), day_of(on)))}
        case {"timezone": timezone, "country": country}:
            return {"problems": codes(find_timezone_problems(timezone, Country(country)))}
        case {"country": text}:
            found = Country.parse(text)
            return {"country": found.code, "warnings": codes(found.warnings())}
    raise AssertionError(given)


class Chosen(enum.StrEnum):
    VIETNAM = "vn"


class TestVectors:
    """ORG-6, ORG-7, ORG-8 and the zone part of ORG-13."""

    @pytest.mark.parametrize("case", cases("regions"), ids=lambda case: case.id)
    def test_vector(self, case: Case) -> None:
        if "problem" not in case.expect:
            assert answer(case.given) == case.expect
            return
        with pytest.raises(InvalidValue) as caught:
            answer(case.given)
        problem = caught.value.problem
        found = {"problem": str(problem.code), **problem.params}
        assert {key: found.get(key) for key in case.expect} == case.expect


class TestCountry:
    """Country: ISO 3166-1 alpha-2, ASCII before folding, no names, no fuzzy match (ORG-6)."""

    @given(code=st.sampled_from(country_codes()), spaces=st.integers(0, 3))
    def test_every_assigned_code_is_read_whatever_its_case(self, code: str, spaces: int) -> None:
        country = Country.parse(" " * spaces + code.lower() + " ")
        assert country == Country(code)
        assert str(country) == code
        assert Country.parse(str(country)) == country

    @given(text=st.text(max_size=3) | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2))
    def test_whatever_is_accepted_is_assigned(self, text: str) -> None:
        try:
            country = Country.parse(text)
        except InvalidValue:
            assert text.strip(" ").upper() not in country_codes() or not text.isascii()
        else:
            assert country.code in country_codes()

    def test_every_two_letters_are_of_exactly_one_sort(self) -> None:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        counts: dict[str, int] = {}
        for code in (first + second for first in letters for second in letters):
            sort = "assigned" if code in country_codes() else str(problem_of(code).code)
            counts[sort] = counts.get(sort, 0) + 1
        assert counts == {
            "assigned": 249,
            "COUNTRY_UNKNOWN": 360,
            "COUNTRY_USER_ASSIGNED": 42,
            "COUNTRY_WITHDRAWN": 25,
        }

    def test_the_list_is_in_order(self) -> None:
        assert list(country_codes()) == sorted(_territories.countries())

    def test_a_member_of_a_text_enumeration_is_text(self) -> None:
        assert Country.parse(Chosen.VIETNAM) == Country("VN")
        assert type(Country.parse(Chosen.VIETNAM).code) is str

    @pytest.mark.parametrize("text", ["S G", "S.", "1A", "\tSG", "SG\u00a0", "\ud800\ud800", "S\0", "\u212aR", "Korea"])
    def test_other_characters_are_malformed(self, text: str) -> None:
        assert problem_of(text).code is RegionFault.COUNTRY_FORMAT

    def test_a_megabyte_is_malformed_in_a_short_sentence(self) -> None:
        problem = problem_of("sg" * 500_000)
        assert problem.code is RegionFault.COUNTRY_FORMAT
        assert len(str(problem)) < 250

    @pytest.mark.parametrize("value", NO_COUNTRIES)
    def test_anything_but_text_is_of_the_wrong_type(self, value: object) -> None:
        with pytest.raises(InvalidType, match="country must be text"):
            Country.parse(value)
        with pytest.raises(InvalidType, match="code must be text"):
            Country(value)  # type: ignore[arg-type]  # what untyped callers do

    @pytest.mark.parametrize(
        ("code", "fault"),
        [
            ("", RegionFault.COUNTRY_FORMAT),
            ("sg", RegionFault.COUNTRY_FORMAT),
            (" SG", RegionFault.COUNTRY_FORMAT),
            ("UK", RegionFault.COUNTRY_UNKNOWN),
            ("XK", RegionFault.COUNTRY_USER_ASSIGNED),
            ("AN", RegionFault.COUNTRY_WITHDRAWN),
        ],
    )
    def test_the_constructor_folds_nothing_and_refuses_as_much(self, code: str, fault: RegionFault) -> None:
        with pytest.raises(InvalidValue) as caught:
            Country(code)
        assert caught.value.problem.code is fault

    def test_the_remedies_name_the_code_that_was_meant(self) -> None:
        assert str(problem_of("uk")) == (
            "the code 'UK' is no country's by ISO 3166-1; hand in the country's own code, for instance GB"
        )
        assert "for instance GR" in problem_of("EL").remedy
        assert "for instance GB" in problem_of("XI").remedy
        assert "for instance SG" in problem_of("EU").remedy

    def test_the_year_of_withdrawal_is_told(self) -> None:
        assert problem_of("YU").sentence == "the country code 'YU' was withdrawn from ISO 3166-1 in 2003"

    def test_a_country_is_a_value(self) -> None:
        for country in (Country("SG"), KOSOVO):
            assert pickle.loads(pickle.dumps(country)) == country  # noqa: S301 - our own bytes
            assert copy.deepcopy(country) == country
            assert len({country, copy.copy(country)}) == 1
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            KOSOVO.code = "XX"  # type: ignore[misc]  # what mypy refuses


class TestUserAssigned:
    """A user-assigned code is accepted only when a policy assigns it (ORG-6)."""

    def test_a_policy_gives_the_code_its_zones_and_tender(self) -> None:
        country = Country.parse(" xk ", WITH_KOSOVO)
        assert country == KOSOVO
        assert country.time_zones == ("Europe/Belgrade",)
        assert country.legal_tender() == country.legal_tender(date(1900, 1, 1)) == ("EUR",)
        assert country.warnings() == ()
        assert default_currency(country) == "EUR"
        assert default_timezone(country) == "Europe/Belgrade"

    def test_other_codes_are_read_as_without_a_policy(self) -> None:
        assert Country.parse("RS", WITH_KOSOVO) == Country("RS")
        assert problem_of("XA", WITH_KOSOVO).code is RegionFault.COUNTRY_USER_ASSIGNED
        assert problem_of("XK", CountryPolicy()).code is RegionFault.COUNTRY_USER_ASSIGNED

    def test_the_second_country_of_a_policy_is_found(self) -> None:
        moon = Country("ZZ", assignment=UserAssignment())
        assert Country.parse("zz", CountryPolicy((KOSOVO, moon))) == moon
        assert codes(moon.warnings()) == ["COUNTRY_NO_CURRENCY", "COUNTRY_NO_TIMEZONE"]

    def test_another_assignment_is_another_country(self) -> None:
        assert Country("XK", assignment=UserAssignment()) != KOSOVO

    def test_texts_are_read_and_put_in_order_once_each(self) -> None:
        assignment = UserAssignment(
            time_zones=("US/Pacific", "America/Adak", "America/Los_Angeles"), legal_tender=("usd", "EUR", "USD")
        )
        assert assignment.time_zones == ("America/Adak", "America/Los_Angeles")
        assert assignment.legal_tender == ("EUR", "USD")

    @pytest.mark.parametrize("code", ["SG", "UK", "AN", "QL", "xk", "XKX", ""])
    def test_a_code_that_is_not_the_users_takes_no_assignment(self, code: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            Country(code, assignment=UserAssignment())
        assert caught.value.problem.code is RegionFault.COUNTRY_NOT_USER_ASSIGNED

    def test_a_policy_takes_no_country_without_assignment(self) -> None:
        with pytest.raises(InvalidValue, match="'SG' is not one of those"):
            CountryPolicy((KOSOVO, Country("SG")))

    def test_a_policy_takes_no_code_twice(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            CountryPolicy((KOSOVO, Country("XK", assignment=UserAssignment())))
        assert caught.value.problem.code is RegionFault.COUNTRY_ASSIGNED_TWICE

    def test_wrong_zones_and_currencies_are_refused(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            UserAssignment(time_zones=("Europe/Pristina",))
        assert caught.value.problem.code is TimezoneFault.TIMEZONE_UNKNOWN
        with pytest.raises(InvalidValue) as caught:
            UserAssignment(legal_tender=("XAU",))
        assert caught.value.problem.code is CurrencyFault.CURRENCY_NOT_TENDER

    @pytest.mark.parametrize("value", [None, "Europe/Belgrade", ["Europe/Belgrade"], 1])
    def test_anything_but_tuples_is_of_the_wrong_type(self, value: Any) -> None:
        with pytest.raises(InvalidType, match="time_zones must be a tuple of text"):
            UserAssignment(time_zones=value)
        with pytest.raises(InvalidType, match="legal_tender must be a tuple of text"):
            UserAssignment(legal_tender=value)

    def test_arguments_of_the_wrong_type_are_refused(self) -> None:
        wrong: Any = "EUR"
        with pytest.raises(InvalidType, match="assignment must be a UserAssignment"):
            Country("XK", assignment=wrong)
        with pytest.raises(InvalidType, match="policy must be a CountryPolicy"):
            Country.parse("XK", wrong)
        with pytest.raises(InvalidType, match="assigned must be a tuple of Country"):
            CountryPolicy(wrong)


class TestLegalTender:
    """Currency: candidate = CLDR tender at the date; default only when exactly one (ORG-7)."""

    def test_several_are_in_alphabetical_order(self) -> None:
        several = {code: Country(code).legal_tender() for code in country_codes()}
        assert {code: tender for code, tender in several.items() if len(tender) > 1} == {
            "BT": ("BTN", "INR"),
            "HT": ("HTG", "USD"),
            "LS": ("LSL", "ZAR"),
            "NA": ("NAD", "ZAR"),
            "PA": ("PAB", "USD"),
            "PS": ("ILS", "JOD"),
            "ZW": ("USD", "ZWG"),
        }

    @given(code=st.sampled_from(country_codes()), day=st.none() | st.dates())
    def test_it_is_sorted_and_can_be_billed_in(self, code: str, day: date | None) -> None:
        tender = Country(code).legal_tender(day)
        assert list(tender) == sorted(set(tender))
        assert set(tender) <= _territories.currencies()

    @given(code=st.sampled_from(country_codes()), day=st.none() | st.dates())
    def test_the_default_is_the_only_candidate(self, code: str, day: date | None) -> None:
        country = Country(code)
        candidates = country.legal_tender(day)
        if len(candidates) == 1:
            assert (default_currency(country, day),) == candidates
            return
        with pytest.raises(InvalidValue) as caught:
            default_currency(country, day)
        several, none = RegionFault.CURRENCY_AMBIGUOUS_DEFAULT, RegionFault.CURRENCY_NO_DEFAULT
        assert caught.value.problem.code is (several if candidates else none)

    @given(
        currency=st.sampled_from(currency_codes()),
        code=st.sampled_from([*country_codes(), "PA", "AQ"]),
        day=st.none() | st.dates(),
    )
    def test_a_currency_warns_unless_it_is_one_of_the_candidates(
        self, currency: str, code: str, day: date | None
    ) -> None:
        candidates = Country(code).legal_tender(day)
        warned = codes(find_currency_warnings(currency, Country(code), day))
        assert warned == (["CURRENCY_NOT_LOCAL"] if candidates and currency not in candidates else [])

    def test_a_default_depends_on_the_day(self) -> None:
        gold = Country("ZW")
        assert default_currency(gold, date(2024, 6, 24)) == "USD"
        with pytest.raises(InvalidValue) as caught:
            default_currency(gold, date(2024, 6, 25))
        assert str(caught.value) == (
            "the country ZW has more than one legal tender, so the currency must be chosen: USD, ZWG; "
            "choose one; it can't be changed later"
        )

    def test_a_warning_depends_on_the_day(self) -> None:
        assert codes(find_currency_warnings("USD", Country("TL"), date(1999, 10, 19))) == ["CURRENCY_NOT_LOCAL"]
        assert codes(find_currency_warnings("USD", Country("TL"), date(1999, 10, 20))) == []

    def test_the_warning_names_what_is_local(self) -> None:
        (problem,) = find_currency_warnings("usd", Country("SG"))
        assert problem.is_warning
        assert str(problem) == (
            "the currency USD is not legal tender in the country SG, which has SGD; "
            "make sure that the customer wants to pay in USD; it can't be changed later"
        )

    def test_a_wrong_currency_is_an_error_not_a_warning(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            list(find_currency_warnings("BGN", Country("BG")))
        assert caught.value.problem.code is CurrencyFault.CURRENCY_WITHDRAWN

    @pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01", 2026, True, float("nan")])
    def test_a_day_is_a_date_and_no_datetime(self, value: Any) -> None:
        for country in (Country("SG"), KOSOVO):
            with pytest.raises(InvalidType, match="on must be a date"):
                country.legal_tender(value)

    @pytest.mark.parametrize("value", ["SG", None, KOSOVO.assignment])
    def test_a_country_must_be_a_country(self, value: Any) -> None:
        with pytest.raises(InvalidType, match="country must be a Country"):
            default_currency(value)
        with pytest.raises(InvalidType, match="country must be a Country"):
            list(find_currency_warnings("USD", value))


class TestTimeZones:
    """Time zone: a name in zone.tab for the country; default only for countries with one zone (ORG-8)."""

    @pytest.mark.parametrize("code", country_codes())
    def test_the_default_is_the_only_zone(self, code: str) -> None:
        country = Country(code)
        if len(country.time_zones) == 1:
            assert (default_timezone(country),) == country.time_zones
            return
        with pytest.raises(InvalidValue) as caught:
            default_timezone(country)
        several, none = RegionFault.TIMEZONE_AMBIGUOUS_DEFAULT, RegionFault.TIMEZONE_NO_DEFAULT
        assert caught.value.problem.code is (several if country.time_zones else none)

    def test_the_fault_counts_the_zones_and_shows_some(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            default_timezone(Country("RU"))
        assert caught.value.problem.sentence == (
            "the country RU has 26 time zones, so one must be chosen: Asia/Anadyr, Asia/Barnaul, Asia/Chita ..."
        )

    def test_three_zones_are_all_shown(self) -> None:
        with pytest.raises(InvalidValue, match="Africa/Ceuta, Atlantic/Canary, Europe/Madrid;"):
            default_timezone(Country("ES"))

    @pytest.mark.parametrize("value", ["SG", None])
    def test_a_country_must_be_a_country(self, value: Any) -> None:
        with pytest.raises(InvalidType, match="country must be a Country"):
            default_timezone(value)
        with pytest.raises(InvalidType, match="country must be a Country"):
            list(find_timezone_problems("Asia/Tokyo", value))


class TestZoneOfCountry:
    """The zone is checked against the country: an error by default, policy can lower it (ORG-8, ORG-13)."""

    @given(name=st.sampled_from(timezone_names()), code=st.sampled_from(country_codes()))
    def test_exactly_the_zones_of_the_country_match(self, name: str, code: str) -> None:
        zones = Country(code).time_zones
        expected = bool(zones) and name not in zones and (name, code) != ("Europe/Simferopol", "RU")
        assert bool(codes(find_timezone_problems(name, Country(code)))) is expected

    @pytest.mark.parametrize("code", country_codes())
    def test_every_zone_of_a_country_matches_it(self, code: str) -> None:
        country = Country(code)
        assert [problem for name in country.time_zones for problem in find_timezone_problems(name, country)] == []

    def test_the_error_and_the_warning_say_it_with_codes_of_their_own(self) -> None:
        (problem,) = find_timezone_problems("US/Pacific", Country("CU"))
        (warning,) = find_timezone_warnings("US/Pacific", Country("CU"))
        assert (problem.code, problem.is_warning) == (RegionFault.TIMEZONE_COUNTRY_MISMATCH, False)
        assert (warning.code, warning.is_warning) == (RegionFault.TIMEZONE_FOREIGN, True)
        assert problem.params == warning.params
        assert problem.sentence == (
            "the time zone America/Los_Angeles is not in the country CU, which has America/Havana"
        )
        assert warning.sentence == (
            "the time zone America/Los_Angeles lies outside the country CU, which has America/Havana"
        )

    def test_a_zone_that_fits_warns_of_nothing(self) -> None:
        assert list(find_timezone_warnings("Asia/Calcutta", Country("IN"))) == []

    def test_an_assigned_country_has_the_zones_of_its_assignment(self) -> None:
        assert list(find_timezone_problems("Europe/Belgrade", KOSOVO)) == []
        assert codes(find_timezone_problems("Europe/Tirane", KOSOVO)) == ["TIMEZONE_COUNTRY_MISMATCH"]

    @pytest.mark.parametrize("find", [find_timezone_problems, find_timezone_warnings])
    def test_a_wrong_zone_is_an_error_not_a_mismatch(self, find: Any) -> None:
        with pytest.raises(InvalidValue) as caught:
            list(find("UTC", Country("GB")))
        assert caught.value.problem.code is TimezoneFault.TIMEZONE_NOT_GEOGRAPHIC


class TestWarnings:
    """What a country lacks is a warning: no tender (ORG-7), no time zone (ORG-8)."""

    def test_exactly_three_countries_lack_something(self) -> None:
        lacking = {code: codes(Country(code).warnings()) for code in country_codes()}
        assert {code: found for code, found in lacking.items() if found} == {
            "AQ": ["COUNTRY_NO_CURRENCY"],
            "BV": ["COUNTRY_NO_TIMEZONE"],
            "HM": ["COUNTRY_NO_TIMEZONE"],
        }

    def test_a_warning_names_the_country(self) -> None:
        (problem,) = Country("BV").warnings()
        assert problem == Problem(RegionFault.COUNTRY_NO_TIMEZONE, params={"country": "BV"})
        assert problem.is_warning

    def test_exactly_these_are_warnings(self) -> None:
        assert {fault.name for fault in RegionFault if fault.kind is Kind.WARNING} == {
            "COUNTRY_NO_CURRENCY", "COUNTRY_NO_TIMEZONE", "CURRENCY_NOT_LOCAL", "TIMEZONE_FOREIGN",
        }  # fmt: skip

    def test_wrong_types_have_the_librarys_own_code(self) -> None:
        assert problem_of(None).code is FieldCode.FIELD_WRONG_TYPE


class TestStrategies:
    """Strategies give only what the parsers take (X-4)."""

    @given(country=testing.countries())
    def test_countries_are_read_as_themselves(self, country: Country) -> None:
        assert Country.parse(str(country)) == country

    @given(code=testing.currency_codes())
    def test_currency_codes_are_read_as_themselves(self, code: str) -> None:
        assert parse_currency(code) == code

    @given(name=testing.canonical_timezones())
    def test_timezones_are_read_as_themselves(self, name: str) -> None:
        assert parse_timezone(name) == name

    @given(data=st.data())
    def test_timezones_fit_the_country_that_is_given(self, data: st.DataObject) -> None:
        country = data.draw(testing.countries())
        assert list(find_timezone_problems(data.draw(testing.canonical_timezones(country)), country)) == []
