"""Reviews what the data packages say of every country, currency and time zone: their next change fails here first."""

from datetime import date, timedelta
from importlib.resources import files

import pycountry
import pytest
import tzdata
from babel.core import get_global
from babel.numbers import get_territory_currencies
from hypothesis import given
from hypothesis import strategies as st

from tenantcore import _territories, _zones
from tenantcore.errors import InvalidType

# Reviewed against ISO 4217's list one. That also has the colon for El Salvador (tender in name only), lacks the US
# dollar for Zimbabwe, and names no currency for Palestine and South Georgia.
_REVIEWED = """
    AD:EUR AE:AED AF:AFN AG:XCD AI:XCD AL:ALL AM:AMD AO:AOA AQ: AR:ARS AS:USD AT:EUR AU:AUD AW:AWG AX:EUR AZ:AZN
    BA:BAM BB:BBD BD:BDT BE:EUR BF:XOF BG:EUR BH:BHD BI:BIF BJ:XOF BL:EUR BM:BMD BN:BND BO:BOB BQ:USD BR:BRL
    BS:BSD BT:BTN,INR BV:NOK BW:BWP BY:BYN BZ:BZD CA:CAD CC:AUD CD:CDF CF:XAF CG:XAF CH:CHF CI:XOF CK:NZD CL:CLP
    CM:XAF CN:CNY CO:COP CR:CRC CU:CUP CV:CVE CW:XCG CX:AUD CY:EUR CZ:CZK DE:EUR DJ:DJF DK:DKK DM:XCD DO:DOP
    DZ:DZD EC:USD EE:EUR EG:EGP EH:MAD ER:ERN ES:EUR ET:ETB FI:EUR FJ:FJD FK:FKP FM:USD FO:DKK FR:EUR GA:XAF
    GB:GBP GD:XCD GE:GEL GF:EUR GG:GBP GH:GHS GI:GIP GL:DKK GM:GMD GN:GNF GP:EUR GQ:XAF GR:EUR GS:GBP GT:GTQ
    GU:USD GW:XOF GY:GYD HK:HKD HM:AUD HN:HNL HR:EUR HT:HTG,USD HU:HUF ID:IDR IE:EUR IL:ILS IM:GBP IN:INR IO:USD
    IQ:IQD IR:IRR IS:ISK IT:EUR JE:GBP JM:JMD JO:JOD JP:JPY KE:KES KG:KGS KH:KHR KI:AUD KM:KMF KN:XCD KP:KPW
    KR:KRW KW:KWD KY:KYD KZ:KZT LA:LAK LB:LBP LC:XCD LI:CHF LK:LKR LR:LRD LS:LSL,ZAR LT:EUR LU:EUR LV:EUR LY:LYD
    MA:MAD MC:EUR MD:MDL ME:EUR MF:EUR MG:MGA MH:USD MK:MKD ML:XOF MM:MMK MN:MNT MO:MOP MP:USD MQ:EUR MR:MRU
    MS:XCD MT:EUR MU:MUR MV:MVR MW:MWK MX:MXN MY:MYR MZ:MZN NA:NAD,ZAR NC:XPF NE:XOF NF:AUD NG:NGN NI:NIO NL:EUR
    NO:NOK NP:NPR NR:AUD NU:NZD NZ:NZD OM:OMR PA:PAB,USD PE:PEN PF:XPF PG:PGK PH:PHP PK:PKR PL:PLN PM:EUR PN:NZD
    PR:USD PS:ILS,JOD PT:EUR PW:USD PY:PYG QA:QAR RE:EUR RO:RON RS:RSD RU:RUB RW:RWF SA:SAR SB:SBD SC:SCR SD:SDG
    SE:SEK SG:SGD SH:SHP SI:EUR SJ:NOK SK:EUR SL:SLE SM:EUR SN:XOF SO:SOS SR:SRD SS:SSP ST:STN SV:USD SX:XCG
    SY:SYP SZ:SZL TC:USD TD:XAF TF:EUR TG:XOF TH:THB TJ:TJS TK:NZD TL:USD TM:TMT TN:TND TO:TOP TR:TRY TT:TTD
    TV:AUD TW:TWD TZ:TZS UA:UAH UG:UGX UM:USD US:USD UY:UYU UZ:UZS VA:EUR VC:XCD VE:VES VG:USD VI:USD VN:VND
    VU:VUV WF:XPF WS:WST YE:YER YT:EUR ZA:ZAR ZM:ZMW ZW:USD,ZWG
"""
LEGAL_TENDER = dict(pair.split(":") for pair in _REVIEWED.split())
SEVERAL_ZONES = {
    "AQ": 10, "AR": 12, "AU": 12, "BR": 16, "CA": 23, "CD": 2, "CL": 4, "CN": 2, "CY": 2, "DE": 2, "EC": 2, "ES": 3,
    "FM": 3, "GL": 4, "ID": 4, "KI": 3, "KZ": 7, "MH": 2, "MN": 2, "MX": 12, "MY": 2, "NZ": 2, "PF": 3, "PG": 2,
    "PS": 2, "PT": 3, "RU": 26, "UA": 2, "UM": 2, "US": 29, "UZ": 2,
}  # fmt: skip
# Codes of ISO 4217 that nobody pays with; XTS is for tests, XXX for no currency.
NOT_TENDER = frozenset({
    "BOV", "CHE", "CHW", "CLF", "COU", "MXV", "SVC", "USN", "UYI", "UYW", "VED",
    "XAD", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX",
})  # fmt: skip
NO_PLACE = frozenset({
    "CET", "CST6CDT", "EET", "EST", "EST5EDT", "HST", "MET", "MST", "MST7MDT", "PST8PDT", "WET",
    "Factory", "GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich", "UCT", "UTC", "Universal", "Zulu",
    "Etc/GMT", "Etc/GMT+0", "Etc/GMT-0", "Etc/GMT0", "Etc/Greenwich", "Etc/UCT", "Etc/UTC", "Etc/Universal", "Etc/Zulu",
    *(f"Etc/GMT+{hours}" for hours in range(1, 13)), *(f"Etc/GMT-{hours}" for hours in range(1, 15)),
})  # fmt: skip
# Days on which the tender of some country changes, and their neighbours.
TURNING_DAYS = sorted(
    date(*day) + timedelta(days=days)
    for terms in get_global("territory_currencies").values()
    for term in terms
    for day in term[1:3]
    if day
    for days in (-1, 0, 1)
)


class Stubborn(str):
    """A text that answers for itself, as some frameworks' strings do."""

    __slots__ = ()

    def strip(self, chars: str | None = None, /) -> str:
        raise AssertionError(chars)


class TestCountries:
    """ISO 3166-1 alpha-2 (ORG-6)."""

    def test_the_time_zone_database_has_the_same_countries(self) -> None:
        assert {row[0] for row in _zones.table("iso3166.tab")} == _territories.countries()
        assert len(_territories.countries()) == 249

    def test_withdrawn_codes_have_the_year_of_their_last_withdrawal(self) -> None:
        assert _territories.withdrawn_countries() == {
            "AN": 2010, "BU": 1989, "CS": 2006, "CT": 1984, "DD": 1990, "DY": 1977, "FQ": 1979, "FX": 1997, "HV": 1984,
            "JT": 1986, "MI": 1986, "NH": 1980, "NQ": 1983, "NT": 1993, "PC": 1986, "PU": 1986, "PZ": 1980, "RH": 1980,
            "SU": 1992, "TP": 2002, "VD": 1977, "WK": 1986, "YD": 1990, "YU": 2003, "ZR": 1997,
        }  # fmt: skip

    def test_users_have_42_codes(self) -> None:
        assert len(_territories.USER_ASSIGNED) == 42
        assert {"AA", "QM", "QZ", "XA", "XZ", "ZZ"} <= _territories.USER_ASSIGNED
        assert not {"AB", "QL", "WZ", "YA", "ZY"} & _territories.USER_ASSIGNED

    def test_no_code_is_of_two_sorts(self) -> None:
        assert not _territories.USER_ASSIGNED & _territories.countries()
        assert not _territories.withdrawn_countries().keys() & (_territories.countries() | _territories.USER_ASSIGNED)


class TestLegalTender:
    """Candidate = CLDR tender at the date, accepted only if ISO 4217 has it, plus a dated table (ORG-7)."""

    def test_every_country_is_as_reviewed(self) -> None:
        found = {code: ",".join(sorted(_territories.tender(code, None))) for code in _territories.countries()}
        assert found == LEGAL_TENDER

    def test_seven_countries_have_several_and_one_has_none(self) -> None:
        assert {code for code, tender in LEGAL_TENDER.items() if "," in tender} == {
            "BT", "HT", "LS", "NA", "PA", "PS", "ZW",
        }  # fmt: skip
        assert [code for code, tender in LEGAL_TENDER.items() if not tender] == ["AQ"]

    @given(country=st.sampled_from(sorted(LEGAL_TENDER)), day=st.dates() | st.sampled_from(TURNING_DAYS))
    def test_it_is_what_cldr_has_on_the_day_and_iso_has_still(self, country: str, day: date) -> None:
        by_cldr = {
            code
            for code in get_territory_currencies(country, day, day)
            if pycountry.currencies.get(alpha_3=code) is not None
        }
        expected = {"EUR"} if country == "BG" and day >= date(2026, 1, 1) else by_cldr
        assert _territories.tender(country, day) == expected

    def test_bulgaria_has_the_euro_from_its_first_day_on(self) -> None:
        assert _territories.tender("BG", date(2025, 12, 31)) == frozenset()
        assert _territories.tender("BG", date(2026, 1, 1)) == {"EUR"}

    def test_first_and_last_day_are_included(self) -> None:
        # Singapore: the Malaysian dollar to 12 June 1967, its own from that day on.
        assert _territories.tender("SG", date(1967, 6, 11)) == {"MYR"}
        assert _territories.tender("SG", date(1967, 6, 12)) == {"MYR", "SGD"}
        assert _territories.tender("SG", date(1967, 6, 13)) == {"SGD"}

    def test_without_a_day_the_latest_state_counts(self) -> None:
        assert {code: _territories.tender(code, None) for code in LEGAL_TENDER} == {
            code: _territories.tender(code, date.max) for code in LEGAL_TENDER
        }

    def test_a_code_that_cldr_lacks_has_none(self) -> None:
        assert _territories.tender("QM", None) == frozenset()


class TestCurrencies:
    """Active ISO 4217 legal tender (ORG-7)."""

    def test_exactly_these_active_codes_are_not_tender(self) -> None:
        assert _territories.currencies() - _territories.tender_anywhere() == NOT_TENDER

    def test_every_other_active_code_is_tender_of_a_country(self) -> None:
        somewhere = {code for tender in LEGAL_TENDER.values() for code in tender.split(",") if code}
        assert _territories.tender_anywhere() == somewhere
        assert len(somewhere) == 153

    def test_cldr_has_heard_of_all_but_one_that_begins_with_x(self) -> None:
        assert _territories.currencies() - set(get_global("all_currencies")) == {"XAD"}

    def test_a_new_code_counts_before_cldr_has_heard_of_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # As if a later pycountry had two codes more: a country's, and one of those that belong to no country.
        later = _territories.currencies() | {"ABC", "XBE"}
        monkeypatch.setattr(_territories, "currencies", lambda: later)
        assert _territories.tender_anywhere.__wrapped__() == _territories.tender_anywhere() | {"ABC"}

    def test_retired_codes_are_those_that_were_in_use(self) -> None:
        retired = _territories.retired_currencies()
        assert {"BGN", "HRK", "ANG", "DEM", "CUC", "SLL", "ZWL", "VEF", "BYR", "XEU"} <= retired
        assert not retired & _territories.currencies()
        assert len(retired) == 129

    def test_a_code_that_is_neither_tender_nor_ended_is_not_retired(self) -> None:
        # The offshore yuan: a code of the market that ISO 4217 has never had.
        assert set(get_global("all_currencies")) - _territories.currencies() - _territories.retired_currencies() == {
            "CNH"
        }


class TestPlaces:
    """A name in zone.tab for the country; other aliases by CLDR (ORG-8)."""

    def test_every_country_has_as_many_zones_as_reviewed(self) -> None:
        counts = {code: len(_territories.zones_of(code)) for code in _territories.countries()}
        assert {code: count for code, count in counts.items() if count > 1} == SEVERAL_ZONES
        assert {code for code, count in counts.items() if count == 0} == {"BV", "HM"}

    def test_every_row_of_the_table_is_in_exactly_one_country(self) -> None:
        listed = [name for code in _territories.countries() for name in _territories.zones_of(code)]
        assert sorted(listed) == sorted(row[2] for row in _zones.table("zone.tab"))
        assert _territories.places() == set(listed)
        assert len(listed) == 418

    def test_zones_are_in_the_order_of_their_names(self) -> None:
        for code in _territories.countries():
            assert list(_territories.zones_of(code)) == sorted(_territories.zones_of(code))

    def test_both_tables_agree_but_for_one_zone(self) -> None:
        differing = {
            (name, code, _territories.first_country(name))
            for code in _territories.countries()
            for name in _territories.zones_of(code)
            if _territories.first_country(name) not in {None, code}
        }
        assert differing == {("Europe/Simferopol", "UA", "RU")}

    def test_a_place_stands_for_itself(self) -> None:
        assert {name for name in _territories.places() if _territories.place(name) != name} == set()

    def test_exactly_these_names_stand_for_no_place(self) -> None:
        assert {name for name in _zones.names() if _territories.place(name) is None} == NO_PLACE

    def test_all_598_names_are_places_aliases_or_rules(self) -> None:
        aliases = {
            name for name in _zones.names() - _territories.places() if _territories.place(name) in _territories.places()
        }
        assert (len(_zones.names()), len(_territories.places()), len(aliases), len(NO_PLACE)) == (598, 418, 124, 56)

    def test_an_alias_has_the_clocks_of_its_place(self) -> None:
        # The same file, byte for byte: an oracle that knows nothing of CLDR.
        zoneinfo = files(tzdata).joinpath("zoneinfo")
        for name in _zones.names() - NO_PLACE:
            place = _territories.place(name)
            assert place is not None
            assert zoneinfo.joinpath(name).read_bytes() == zoneinfo.joinpath(place).read_bytes(), name

    @pytest.mark.parametrize("name", ["", "America", "SGT", "localtime", "posixrules", "US/Pacific-New", "Asia/oslo"])
    def test_a_name_outside_the_package_stands_for_no_place(self, name: str) -> None:
        assert _territories.place(name) is None


class TestSpellings:
    """A careless name is told its right spelling, never taken (ORG-8)."""

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("america/new_york", "America/New_York"),
            ("ASIA/SINGAPORE", "Asia/Singapore"),
            ("America/New York", "America/New_York"),
            ("new york", "America/New_York"),
            ("calcutta", "Asia/Kolkata"),
            ("us/pacific", "America/Los_Angeles"),
            ("dumontdurville", "Antarctica/DumontDUrville"),
        ],
    )
    def test_case_spaces_and_a_missing_first_part_are_seen_through(self, written: str, meant: str) -> None:
        assert _territories.spelled(written) == meant

    @pytest.mark.parametrize("written", ["", "utc", "cet", "Atlantis", "eastern", "pacific"])
    def test_no_place_and_several_places_are_not_guessed(self, written: str) -> None:
        assert _territories.spelled(written) is None

    def test_every_whole_name_is_seen_through_in_capitals(self) -> None:
        assert {_territories.spelled(name.upper()) == _territories.place(name) for name in _zones.names()} == {True}


class TestFieldText:
    """Spaces at the ends are dropped, tabs and line ends are not; small ASCII letters become capitals (ORG-6)."""

    def test_only_spaces_are_dropped(self) -> None:
        assert _territories.field_text("country", "  SG ") == "SG"
        assert _territories.field_text("country", "SG\n") == "SG\n"
        assert _territories.field_text("country", "\tSG\u00a0") == "\tSG\u00a0"

    def test_only_ascii_is_folded(self) -> None:
        assert _territories.field_code("country", " sg") == "SG"
        assert _territories.field_code("country", "\u00df") == "\u00df"
        assert _territories.field_code("country", "s\u0131") == "s\u0131"

    def test_a_text_with_ways_of_its_own_is_read_as_text(self) -> None:
        assert _territories.field_code("country", Stubborn(" sg")) == "SG"

    @pytest.mark.parametrize("value", [None, True, 0, 1.5, float("nan"), b"SG", ["SG"], {}, object()])
    def test_anything_but_text_is_refused(self, value: object) -> None:
        with pytest.raises(InvalidType, match="country must be text"):
            _territories.field_text("country", value)
