"""Dial plans of countries against libphonenumber itself: NUM-1 and NUM-2."""

import re
from itertools import product
from typing import Any, Final

import phonenumbers
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ShortNumberCost
from phonenumbers import shortnumberinfo as short_numbers
from phonenumbers.phonemetadata import PhoneNumberDesc

from tenantcore import _country_numbering, _dial_plans
from tenantcore._country_numbering import calling_codes, numbering_of, regions
from tenantcore._dialling import NationalDialling, Replacement
from tenantcore._prefix_tries import PrefixTrie
from tenantcore.numbering import NORTH_AMERICA, CallClass, ClassRule, CountryClass, DialPlan, NumberClass, country_of

REGIONS: Final = sorted(phonenumbers.SUPPORTED_REGIONS)
TYPES: Final[dict[int, CallClass]] = {
    PhoneNumberType.FIXED_LINE: CountryClass.FIXED_LINE,
    PhoneNumberType.MOBILE: CountryClass.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: CountryClass.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: CountryClass.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: CountryClass.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST: CountryClass.SHARED_COST,
    PhoneNumberType.VOIP: CountryClass.VOIP,
    PhoneNumberType.PERSONAL_NUMBER: CountryClass.PERSONAL,
    PhoneNumberType.PAGER: CountryClass.PAGER,
    PhoneNumberType.UAN: CountryClass.COMPANY,
    PhoneNumberType.VOICEMAIL: CountryClass.VOICEMAIL,
    PhoneNumberType.UNKNOWN: NumberClass.UNKNOWN,
}
COSTS: Final = {
    ShortNumberCost.PREMIUM_RATE: CountryClass.PREMIUM_RATE,
    ShortNumberCost.TOLL_FREE: CountryClass.TOLL_FREE,
    ShortNumberCost.STANDARD_RATE: CountryClass.SHORT_CODE,
    ShortNumberCost.UNKNOWN_COST: CountryClass.SHORT_CODE,
}
# Numbers of companies that are dialled within the country only: fewer digits than a number in E.164 needs.
DIALLED_AT_HOME: Final = frozenset({"+989601", "+3114020", "+4702000"})


def examples(region: str) -> list[PhoneNumber]:
    """The numbers that libphonenumber gives as examples for a country, one of each type that it has."""
    found = (phonenumbers.example_number_for_type(region, type_) for type_ in TYPES)
    return [number for number in found if number is not None]


def e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def digits_of(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def metadata(region: str) -> PhoneMetadata:
    found = PhoneMetadata.metadata_for_region(region)
    assert found is not None
    return found


def short_patterns(region: str, *names: str) -> list[re.Pattern[str]]:
    """libphonenumber's expressions for the short codes of a country, those of them that there are."""
    short = PhoneMetadata.short_metadata_for_region(region)
    found = [getattr(short, name) for name in names] if short else []
    return [re.compile(one.national_number_pattern) for one in found if one is not None and one.national_number_pattern]


def emergency_numbers(region: str) -> list[str]:
    """The numbers of up to five digits by which help is called in a country."""
    short = PhoneMetadata.short_metadata_for_region(region)
    lengths = short.emergency.possible_length if short and short.emergency else ()
    codes = (
        "".join(digits) for length in lengths if 0 < length <= 5 for digits in product("0123456789", repeat=length)
    )
    expressions = short_patterns(region, "emergency")
    return [code for code in codes if any(one.fullmatch(code) for one in expressions)]


def is_anybodys(number: str) -> bool:
    """Whether libphonenumber knows a country or a service that has the number."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


@st.composite
def dialled_in(draw: DrawFn, region: str) -> str:
    """Digits that may be dialled in a country: an example with its last digits drawn anew, behind some prefix."""
    plan = metadata(region)
    number = draw(st.sampled_from(examples(region)))
    national = phonenumbers.national_significant_number(number)
    kept = draw(st.integers(0, len(national)))
    fresh = len(national) - kept + draw(st.sampled_from((0, 0, 0, -1, 1)))
    rest = draw(st.text("0123456789", min_size=max(0, fresh), max_size=max(0, fresh)))
    code, prefix = str(plan.country_code), plan.national_prefix or ""
    heads = ("", "", prefix, prefix, code, code + prefix, prefix + prefix, "0", "1", "8", "15", "06")
    return draw(st.sampled_from(heads)) + national[:kept] + rest


class TestEveryCountry:
    """libphonenumber agrees on type and country of its own example numbers of every region (NUM-2)."""

    def test_its_examples_are_of_their_types_at_home(self) -> None:
        for region in REGIONS:
            plan = DialPlan.for_country(region)
            for number in examples(region):
                assert plan.classify(e164(number)) is TYPES[phonenumbers.number_type(number)], e164(number)
                assert country_of(e164(number)) == phonenumbers.region_code_for_number(number)

    def test_its_examples_are_dialled_as_they_are_printed(self) -> None:
        for region in REGIONS:
            plan = DialPlan.for_country(region)
            for number in examples(region):
                dialled = digits_of(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
                assert plan.normalize(dialled) == e164(number)

    def test_its_examples_are_dialled_from_abroad(self) -> None:
        for region in REGIONS:
            abroad = DialPlan.for_country("US" if region == "SG" else "SG")
            for number in examples(region):
                dialled = ("011" if region == "SG" else "001") + e164(number)[1:]
                assert abroad.normalize(dialled) == e164(number)
                if e164(number) not in DIALLED_AT_HOME:
                    assert abroad.classify(dialled) is NumberClass.INTERNATIONAL

    def test_north_america_knows_what_is_abroad(self) -> None:
        for region in REGIONS:
            for number in examples(region):
                if e164(number) not in DIALLED_AT_HOME:
                    is_abroad = NORTH_AMERICA.classify(e164(number)) is NumberClass.INTERNATIONAL
                    assert is_abroad == (number.country_code != 1), e164(number)

    def test_north_american_toll_free_and_premium_numbers(self) -> None:
        for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1]:
            for number in examples(region):
                theirs, ours = phonenumbers.number_type(number), NORTH_AMERICA.classify(e164(number))
                assert (theirs == PhoneNumberType.TOLL_FREE) == (ours is NumberClass.US_TOLLFREE)
                assert (theirs == PhoneNumberType.PREMIUM_RATE) == (ours is NumberClass.US_TOLL)

    def test_what_belongs_to_no_country(self) -> None:
        nowhere = [code for code, sharing in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items() if sharing == ("001",)]
        assert len(nowhere) > 5
        for code in nowhere:
            number = phonenumbers.example_number_for_non_geo_entity(code)
            assert number is not None
            assert country_of(e164(number)) is None
            assert DialPlan.for_country("SG").classify(e164(number)) is NumberClass.INTERNATIONAL

    @given(st.data())
    def test_any_number_is_of_the_type_that_libphonenumber_says(self, data: st.DataObject) -> None:
        region = data.draw(st.sampled_from(REGIONS))
        dialled = data.draw(dialled_in(region))
        number = f"+{metadata(region).country_code}{dialled}"
        assume(3 <= len(number) <= 16)
        meant = PhoneNumber(country_code=metadata(region).country_code, national_number=int(dialled))
        zeros = len(dialled) - len(dialled.lstrip("0"))
        if zeros:
            meant.italian_leading_zero, meant.number_of_leading_zeros = True, zeros
        found, country = DialPlan.for_country(region).classify(number), country_of(number)
        assert country == phonenumbers.region_code_for_number(meant)
        if phonenumbers.is_valid_number_for_region(meant, region):
            assert found in TYPES.values()
            if country == region:
                assert found is TYPES[phonenumbers.number_type(meant)]
        elif phonenumbers.is_valid_number(meant):
            assert found is CountryClass.SAME_CODE
        else:
            assert found in {NumberClass.UNKNOWN, CountryClass.SAME_CODE}

    @pytest.mark.parametrize(("region", "national"), [("AT", "4351000"), ("DE", "4920000000000")])
    def test_a_type_counts_only_among_the_countrys_numbers(self, region: str, national: str) -> None:
        code = metadata(region).country_code
        assert phonenumbers.number_type(phonenumbers.parse(f"+{code}{national}")) == PhoneNumberType.UNKNOWN
        assert DialPlan.for_country(region).classify(f"+{code}{national}") is NumberClass.UNKNOWN

    def test_every_country_that_it_knows_has_a_plan(self) -> None:
        assert regions() == phonenumbers.SUPPORTED_REGIONS
        assert {code for sharing in calling_codes().values() for code in sharing} == regions()


class TestNeighbours:
    """Where countries share a code, the other's numbers are SAME_CODE, unless they are one's own, too (NUM-2)."""

    SHARED = sorted(code for code, sharing in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items() if len(sharing) > 1)

    @pytest.mark.parametrize("code", SHARED)
    def test_each_seen_from_each(self, code: int) -> None:
        sharing = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
        for here, there in product(sharing, sharing):
            plan = DialPlan.for_country(here)
            for number in examples(there):
                found = plan.classify(e164(number))
                if phonenumbers.is_valid_number_for_region(number, here):
                    assert found in TYPES.values(), (here, e164(number))
                else:
                    assert found is CountryClass.SAME_CODE, (here, e164(number))

    def test_lines_of_a_neighbour_are_never_ones_own(self) -> None:
        # Toll fraud likes numbers that look like national ones, such as the Caribbean's seen from the United States.
        lines = {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
        for code in self.SHARED:
            main, *others = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
            for number in (number for other in others for number in examples(other)):
                is_line = phonenumbers.number_type(number) in lines
                if is_line and phonenumbers.region_code_for_number(number) != main:
                    assert DialPlan.for_country(main).classify(e164(number)) is CountryClass.SAME_CODE


class TestEmergency:
    """Every region's emergency numbers are EMERGENCY, and come first (NUM-1)."""

    def test_every_code_of_up_to_three_digits(self) -> None:
        codes = ["".join(digits) for length in (1, 2, 3) for digits in product("0123456789", repeat=length)]
        for region in REGIONS:
            expressions = short_patterns(region, "emergency")
            plan = DialPlan.for_country(region)
            found = [code for code in codes if plan.classify(code) is NumberClass.EMERGENCY]
            crisis_line = {"988"} if metadata(region).country_code == 1 else set[str]()
            meant = {code for code in codes if any(one.fullmatch(code) for one in expressions)} | crisis_line
            assert set(found) == meant, region
            assert found == [plan.normalize(code) for code in found]
            assert all(short_numbers.is_emergency_number(code, region) for code in found if code not in crisis_line)

    def test_every_code_of_four_and_five_digits_where_they_are_for_emergencies(self) -> None:
        for region in REGIONS:
            plan = DialPlan.for_country(region)
            short = PhoneMetadata.short_metadata_for_region(region)
            for length in short.emergency.possible_length if short and short.emergency else ():
                if length in {4, 5}:
                    [expression] = short_patterns(region, "emergency")
                    for code in map("".join, product("0123456789", repeat=length)):
                        is_emergency = expression.fullmatch(code) is not None
                        assert is_emergency == (plan.classify(code) is NumberClass.EMERGENCY), (region, code)

    @given(st.sampled_from([region for region in REGIONS if short_patterns(region, "emergency")]), st.data())
    def test_whatever_its_expression_describes(self, region: str, data: st.DataObject) -> None:
        [expression] = short_patterns(region, "emergency")
        digits = data.draw(st.from_regex(expression, fullmatch=True, alphabet="0123456789"))
        assert DialPlan.for_country(region).classify(digits) is NumberClass.EMERGENCY

    def test_in_the_form_of_e164(self) -> None:
        # As trunks write whatever is dialled: with the country's code, or with a plus sign alone.
        for region in REGIONS:
            code, plan = metadata(region).country_code, DialPlan.for_country(region)
            for dialled in emergency_numbers(region):
                for number in (f"+{code}{dialled}", f"+{dialled}"):
                    # After a plus sign comes no zero.
                    is_number = number[1] != "0"
                    assert plan.normalize(number) == (number if is_number else None)
                    assert (plan.classify(number) is NumberClass.EMERGENCY) == is_number, (region, number)
                    assert plan.classify(number + "0") is not NumberClass.EMERGENCY or number[1:] + "0" in {
                        f"{code}{other}" for other in emergency_numbers(region)
                    }

    def test_no_number_of_anybody_is_written_as_a_call_for_help(self) -> None:
        for region in REGIONS:
            for dialled in emergency_numbers(region):
                for number in (f"+{metadata(region).country_code}{dialled}", f"+{dialled}"):
                    if number[1] != "0":
                        assert not is_anybodys(number), (region, number)

    def test_such_a_number_would_stay_one(self) -> None:
        # If a country gave out numbers that look so, they weren't free of charge for everybody.
        mobile = (CountryClass.MOBILE, (r"\+65(?:\d{8}|995)", r"\+65(?:[89]\d{7}|995)"))
        trie = PrefixTrie.build(_dial_plans._calls_for_help(numbering_of("SG"), [mobile]))  # noqa: SLF001 - see above
        found = [str(trie.find(number)) for number in ("995", "+65995", "+65999", "+995")]
        assert found == ["emergency", "mobile", "emergency", "emergency"]

    def test_with_the_prefix_of_north_america(self) -> None:
        for region in REGIONS:
            is_meant = metadata(region).country_code == 1 and "911" in emergency_numbers(region)
            plan = DialPlan.for_country(region)
            assert (plan.classify("1911") is NumberClass.EMERGENCY) == is_meant, region
            assert plan.normalize("1911") == "1911" or not is_meant

    def test_the_crisis_line_is_of_one_class_in_all_plans_of_north_america(self) -> None:
        sharing = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1]
        for plan in (NORTH_AMERICA, *map(DialPlan.for_country, sharing)):
            assert {plan.classify(dialled) for dialled in ("988", "+988", "+1988")} == {NumberClass.EMERGENCY}

    def test_nothing_hides_one_in_any_form(self) -> None:
        everything = ClassRule(CountryClass.PREMIUM_RATE, r"\d{1,}|\+\d{1,}")
        for plan, dialled in (("NANP", "+1911"), ("NANP", "1911"), ("US", "1911"), ("SG", "+65995"), ("SG", "+995")):
            assert DialPlan(plan).with_classes(everything).classify(dialled) is NumberClass.EMERGENCY

    def test_where_none_is_known(self) -> None:
        for region in REGIONS:
            is_known = NumberClass.EMERGENCY in DialPlan.for_country(region).classes
            assert is_known == bool(short_patterns(region, "emergency")), region
        assert NumberClass.EMERGENCY not in DialPlan.for_country("IO").classes


class TestShortCodes:
    """Short codes match whole, and go by their price where it is known (NUM-1, NUM-2)."""

    @given(st.sampled_from([region for region in REGIONS if short_patterns(region, "short_code")]), st.data())
    def test_they_are_of_the_cost_that_libphonenumber_says(self, region: str, data: st.DataObject) -> None:
        drawn = st.sampled_from(
            short_patterns(region, "short_code", "premium_rate", "toll_free", "standard_rate", "general_desc")
        )
        digits = data.draw(st.from_regex(data.draw(drawn), fullmatch=True, alphabet="0123456789"))
        number = phonenumbers.parse(f"+{metadata(region).country_code}{digits}")
        assume(phonenumbers.national_significant_number(number) == digits)
        assume(short_numbers.is_valid_short_number_for_region(number, region))
        plan = DialPlan.for_country(region)
        assert plan.normalize(digits) == digits
        if short_numbers.is_emergency_number(digits, region) or (digits == "988" and number.country_code == 1):
            assert plan.classify(digits) is NumberClass.EMERGENCY
        else:
            assert plan.classify(digits) is COSTS[short_numbers.expected_cost_for_region(number, region)]

    def test_of_several_prices_that_of_libphonenumber_counts(self) -> None:
        every: Any = PhoneNumberDesc(national_number_pattern="1", possible_length=(1,))

        def found(*names: str) -> str:
            plan = PhoneMetadata("XX", register=False, **dict.fromkeys(("general_desc", "short_code", *names), every))
            table = _country_numbering._SHORT_COSTS  # noqa: SLF001 - no country has two prices for one code
            rows = _country_numbering._rows(plan, table)  # noqa: SLF001 - as above
            return str(PrefixTrie.build(rows).find("1"))

        assert found("premium_rate", "standard_rate", "toll_free") == "premium_rate"
        assert found("standard_rate", "toll_free") == "short_code"
        assert found("toll_free") == "toll_free"
        assert found() == "short_code"


class TestDialling:
    """What is dialled in a country becomes the number that libphonenumber reads (NUM-1)."""

    @given(st.data())
    def test_any_number_that_libphonenumber_takes_for_one(self, data: st.DataObject) -> None:
        region = data.draw(st.sampled_from(REGIONS))
        dialled = data.draw(dialled_in(region))
        assume(len(dialled) > 1)
        plan = DialPlan.for_country(region)
        abroad = re.compile(metadata(region).international_prefix or "").match(dialled)
        # What follows an international prefix is another country's matter, and stays as it is.
        assume(abroad is None or dialled[abroad.end() :][:1] == "0")
        number = phonenumbers.parse(dialled, region)
        assume(phonenumbers.is_valid_number(number) and len(e164(number)) <= 16)
        if plan.normalize(dialled) != dialled:
            assert plan.normalize(dialled) == e164(number)

    @given(st.data())
    def test_what_is_no_possible_number_is_none(self, data: st.DataObject) -> None:
        region = data.draw(st.sampled_from(REGIONS))
        dialled = data.draw(dialled_in(region))
        number = DialPlan.for_country(region).normalize(dialled)
        if number not in {None, dialled}:
            assert len(str(number)) <= 16
            possible = numbering_of(country_of(number) or region).lengths
            is_abroad = not str(number).startswith(f"+{metadata(region).country_code}")
            assert is_abroad or any(
                len(str(number)) - 1 - len(str(metadata(region).country_code)) in numbering_of(other).lengths
                for other in calling_codes()[str(metadata(region).country_code)]
            ), possible

    @given(st.data())
    @example(None)
    def test_rules_give_what_the_whole_reading_gives(self, data: st.DataObject | None) -> None:
        for region in REGIONS if data is None else [data.draw(st.sampled_from(REGIONS))]:
            reading = NationalDialling.of(numbering_of(region))
            plan = DialPlan.for_country(region)
            if data is None:
                prefixes = ("", "0", "00", str(metadata(region).country_code), "1", "8", "9")
                tails = ("1", "21", "0123456", "61234567", "912345678", "2012345678", "30123456789", "234567890123")
                texts = ["".join(parts) for parts in product(prefixes, tails)]
            else:
                texts = [data.draw(dialled_in(region))]
            for dialled in filter(None, texts):
                if plan.normalize(dialled) != dialled:
                    assert plan.normalize(dialled) == reading.e164(dialled), (region, dialled)

    def test_what_takes_the_place_of_a_prefix_is_read_whole(self) -> None:
        for region in REGIONS:
            parts = numbering_of(region).transformation
            rebuilt = "".join(part if isinstance(part, str) else f"\\{part}" for part in parts)
            assert rebuilt == (metadata(region).national_prefix_transform_rule or "")

    def test_most_of_what_is_dialled_is_plain(self) -> None:
        # The whole reading takes its time; the rules spare it wherever they can.
        def is_plain(region: str, number: PhoneNumber) -> bool:
            dialled = digits_of(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
            return type(DialPlan.for_country(region)._tables.find_dialled(dialled)) is Replacement  # noqa: SLF001

        read = [(region, number) for region in REGIONS for number in examples(region) if not is_plain(region, number)]
        # Argentina's mobile telephones, called from a fixed line: their 15 makes way for a 9 elsewhere.
        assert {region for region, _ in read} == {"AR"}
        assert len(read) == 1

    @pytest.mark.parametrize(
        ("region", "dialled", "number"),
        [
            ("GB", "02071838750", "+442071838750"),
            ("GB", "442071838750", "+442071838750"),
            ("GB", "4402071838750", "+442071838750"),
            ("GB", "1800202071838750", "+442071838750"),
            ("IT", "0669812345", "+390669812345"),
            ("IT", "390669812345", "+390669812345"),
            ("RU", "88001234567", "+78001234567"),
            ("RU", "8001234567", "+78001234567"),
            ("RU", "810442071838750", "+442071838750"),
            ("KR", "0212345678", "+82212345678"),
            ("BR", "0211123456789", "+551123456789"),
            ("AR", "01123456789", "+541123456789"),
            ("AR", "0111523456789", "+5491123456789"),
            ("US", "14158867900", "+14158867900"),
            ("US", "4158867900", "+14158867900"),
            ("US", "011442071838750", "+442071838750"),
            ("HU", "0612345678", "+3612345678"),
            ("SG", "6561234567", "+6561234567"),
            ("SG", "002012345", None),
            ("DE", "4930123456", "+4930123456"),
            # What looks like a prefix may be a number's own digits.
            ("KZ", "78091317626", "+78091317626"),
            ("BR", "9009993287", "+559009993287"),
            ("AR", "541115111633", "+541115111633"),
            # Without the prefix too short, and no number with it.
            ("AF", "070153833", None),
            ("CH", "021234563", None),
        ],
    )
    def test_examples(self, region: str, dialled: str, number: str | None) -> None:
        assert DialPlan.for_country(region).normalize(dialled) == number
