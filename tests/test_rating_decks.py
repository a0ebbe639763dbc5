"""Which rate a number is charged by."""

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore import _zones
from tenantcore._characters import CharacterFault
from tenantcore.billing_periods import PeriodFault
from tenantcore.call_policy import CallProfile, CallRefusal, CallRequest, LiveUse, authorize
from tenantcore.errors import Code, InvalidType, InvalidValue
from tenantcore.money import Money
from tenantcore.numbering import DialPlan
from tenantcore.rating import LONGEST_PREFIX, Rate, RateDeck, RateDeckFault, RateRow
from tenantcore.testing import rate_decks
from tenantcore.trunks import Direction
from tests.clocks import zone_named

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
CHEAP, DEAR = Rate(per_minute=Money("0.01", "USD")), Rate(per_minute=Money("0.02", "USD"))
LONDON = "+442071838750"


def row(prefix: str, rate: Rate = CHEAP, **others: Any) -> RateRow:
    return RateRow(prefix=prefix, rate=rate, **others)


def deck(*rows: RateRow, timezone: str = "UTC") -> RateDeck:
    return RateDeck(rows, timezone=timezone)


def found(where: RateDeck, number: str = LONDON, at: datetime = NOON) -> str | None:
    """The name of the row that an outbound call finds."""
    row = where.find(number, at=at)
    return row and row.name


def instants() -> SearchStrategy[datetime]:
    return st.datetimes(datetime(2025, 12, 30), datetime(2027, 1, 3), timezones=st.just(UTC))  # noqa: DTZ001 - its way


def numbers() -> SearchStrategy[str]:
    return st.text("1234", min_size=1, max_size=8).map(lambda digits: f"+{digits}")


def searched(where: RateDeck, number: str, at: datetime, direction: Direction) -> RateRow | None:
    """Look at every row, by local days."""
    day = _zones.local_day(at, zone_named(where.timezone))
    fitting = [
        (position, row)
        for position, row in enumerate(where.rows)
        if number.startswith("+" + row.prefix)
        and (row.direction in {None, direction})
        and (row.start or date.min) <= day < (row.end or date.max)
    ]
    return max(fitting, key=merit)[1] if fitting else None


def merit(placed: tuple[int, RateRow]) -> tuple[Any, ...]:
    position, row = placed
    rate = row.rate
    blocks = (rate.minimum_seconds, rate.increment_seconds, -rate.free_seconds)
    return len(row.prefix), -row.weight, rate.per_minute, rate.connect_fee, *blocks, -position


class TestPrecedence:
    """RAT-2: longest prefix wins, then lower weight, then the dearer."""

    def test_the_longest_prefix_wins(self) -> None:
        uk = deck(row("4420", name="london"), row("44", DEAR, name="uk"), row("4477", DEAR, name="mobile"))
        assert [found(uk, number) for number in (LONDON, "+447712345678", "+441712345678", "+4312345678")] == [
            "london",
            "mobile",
            "uk",
            None,
        ]

    def test_then_the_lower_weight(self) -> None:
        rows = row("44", DEAR, weight=51, name="heavy"), row("44", CHEAP, weight=50, name="light")
        assert found(deck(*rows)) == found(deck(*reversed(rows))) == "light"

    def test_a_row_weighs_most_unless_it_says_so(self) -> None:
        assert row("44").weight == 100
        assert found(deck(row("44", DEAR, name="unsaid"), row("44", weight=99, name="said"))) == "said"

    def test_then_the_dearer(self) -> None:
        rows = row("44", CHEAP, name="cheap"), row("44", DEAR, name="dear")
        assert found(deck(*rows)) == found(deck(*reversed(rows))) == "dear"

    @pytest.mark.parametrize(
        "dearer",
        [
            evolve(CHEAP, connect_fee=Money("0.01", "USD")),
            evolve(CHEAP, minimum_seconds=61),
            evolve(CHEAP, increment_seconds=61),
            evolve(CHEAP, minimum_seconds=61, increment_seconds=1),
            evolve(CHEAP, connect_fee=Money("0.01", "USD"), minimum_seconds=1),
        ],
    )
    def test_of_equal_minutes_by_fee_then_minimum_then_increment(self, dearer: Rate) -> None:
        rows = row("44", CHEAP, name="cheap"), row("44", dearer, name="dear")
        assert found(deck(*rows)) == found(deck(*reversed(rows))) == "dear"

    def test_a_fee_counts_only_between_equal_minutes(self) -> None:
        short_calls_cost_more = evolve(CHEAP, connect_fee=Money("1", "USD"))
        rows = row("44", short_calls_cost_more, name="fee"), row("44", DEAR, name="minute")
        assert found(deck(*rows)) == found(deck(*reversed(rows))) == "minute"

    def test_of_equal_blocks_by_fewer_free_seconds(self) -> None:
        rows = row("44", CHEAP, name="none free"), row("44", evolve(CHEAP, free_seconds=1), name="one free")
        assert found(deck(*rows)) == found(deck(*reversed(rows))) == "none free"

    def test_of_equals_the_first(self) -> None:
        assert found(deck(row("44", name="first"), row("44", name="second"))) == "first"
        assert found(deck(row("44", name="first", start=date(2026, 1, 1)), row("44", name="second"))) == "first"

    def test_a_prefix_as_long_as_the_number(self) -> None:
        assert found(deck(row("1", name="one")), "+1") == "one"
        assert found(deck(row("12", name="longer")), "+1") is None

    def test_prefixes_of_every_length(self) -> None:
        digits = "442071838750123"
        full = deck(*(row(digits[:length], name=str(length)) for length in range(1, LONGEST_PREFIX + 1)))
        assert len(digits) == LONGEST_PREFIX
        assert [found(full, "+" + digits[:length]) for length in range(1, 16)] == [str(n) for n in range(1, 16)]

    @given(rate_decks("USD"), numbers(), instants(), st.sampled_from(Direction))
    def test_it_finds_what_looking_at_every_row_finds(
        self, drawn: RateDeck, number: str, at: datetime, direction: Direction
    ) -> None:
        assert drawn.find(number, at=at, direction=direction) == searched(drawn, number, at, direction)

    @given(rate_decks("USD"), numbers(), instants())
    def test_the_order_of_the_rows_is_the_last_to_decide(self, drawn: RateDeck, number: str, at: datetime) -> None:
        turned = RateDeck(drawn.rows[::-1], timezone=drawn.timezone)
        one, other = drawn.find(number, at=at), turned.find(number, at=at)
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert merit((0, one)) == merit((0, other))


class TestDirection:
    """RAT-2: a rate may be for one direction only, inbound or outbound."""

    def test_a_row_is_for_both_unless_it_says_so(self) -> None:
        both = deck(row("44"))
        assert [both.find(LONDON, at=NOON, direction=way) for way in Direction] == [both.rows[0]] * 2

    def test_a_row_of_the_other_direction_gives_way_to_a_shorter_prefix(self) -> None:
        rows = row("44", name="any"), row("4420", DEAR, direction=Direction.INBOUND, name="inbound")
        assert found(deck(*rows)) == "any"
        inbound = deck(*rows).find(LONDON, at=NOON, direction=Direction.INBOUND)
        assert inbound == rows[1]

    def test_a_row_of_the_other_direction_gives_way_to_a_heavier_one(self) -> None:
        rows = row("44", weight=1, direction=Direction.INBOUND, name="inbound"), row("44", name="any")
        assert found(deck(*rows)) == "any"

    def test_calls_are_outbound_unless_told_otherwise(self) -> None:
        assert found(deck(row("44", direction=Direction.OUTBOUND, name="outbound"))) == "outbound"
        assert found(deck(row("44", direction=Direction.INBOUND))) is None


class TestDates:
    """RAT-2: decks are effective-dated in a named zone; an instant is in force from the first day's opening on."""

    ROWS = (row("44", DEAR, end=date(2026, 7, 1), name="old"), row("44", start=date(2026, 7, 1), name="new"))

    @pytest.mark.parametrize(
        ("zone", "opens"),
        [
            ("UTC", datetime(2026, 7, 1, tzinfo=UTC)),
            ("Europe/London", datetime(2026, 6, 30, 23, tzinfo=UTC)),
            ("Asia/Singapore", datetime(2026, 6, 30, 16, tzinfo=UTC)),
            ("America/Los_Angeles", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ],
    )
    def test_days_are_local_days_of_the_deck(self, zone: str, opens: datetime) -> None:
        dated = deck(*self.ROWS, timezone=zone)
        assert found(dated, at=opens - timedelta(microseconds=1)) == "old"
        assert found(dated, at=opens) == "new"

    def test_a_missing_midnight(self) -> None:
        rows = row("53", end=date(2026, 3, 8), name="old"), row("53", start=date(2026, 3, 8), name="new")
        havana = deck(*rows, timezone="America/Havana")
        opens = datetime(2026, 3, 8, 5, tzinfo=UTC)
        assert [found(havana, "+5351", at) for at in (opens - timedelta(seconds=1), opens)] == ["old", "new"]

    def test_days_and_a_direction_all_have_to_fit(self) -> None:
        july = deck(
            row("44", DEAR, start=date(2026, 7, 1), end=date(2026, 8, 1), direction=Direction.OUTBOUND, name="july"),
            row("4", name="any"),
        )
        within = datetime(2026, 7, 10, tzinfo=UTC)
        assert [found(july, at=at) for at in (NOON, within, within + timedelta(days=30))] == ["any", "july", "any"]
        inbound = july.find(LONDON, at=within, direction=Direction.INBOUND)
        assert inbound == july.rows[1]

    def test_before_the_start_and_from_the_end_on_nothing_holds(self) -> None:
        year = deck(row("44", start=date(2026, 1, 1), end=date(2027, 1, 1), name="2026"))
        opens, closes = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
        moment = timedelta(microseconds=1)
        assert [found(year, at=at) for at in (opens - moment, opens, closes - moment, closes)] == [
            None,
            "2026",
            "2026",
            None,
        ]

    def test_a_longer_prefix_out_of_force_leaves_the_shorter_one(self) -> None:
        rows = row("44", name="uk"), row("4420", DEAR, start=date(2026, 7, 1), name="london")
        assert found(deck(*rows)) == "uk"

    def test_rows_may_overlap(self) -> None:
        rows = row("44", CHEAP, name="always"), row("44", DEAR, start=date(2026, 6, 1), name="dearer for a day")
        overlapping = deck(*rows[:1], evolve(rows[1], end=date(2026, 6, 2)))
        at = [NOON - timedelta(days=1), NOON, NOON + timedelta(days=1)]
        assert [found(overlapping, at=each) for each in at] == ["always", "dearer for a day", "always"]

    def test_the_instant_may_be_of_any_zone(self) -> None:
        dated = deck(*self.ROWS, timezone="Asia/Singapore")
        for hours in (-12, 0, 8, 14):
            zone = timezone(timedelta(hours=hours))
            opens = datetime(2026, 6, 30, 16, tzinfo=UTC).astimezone(zone)
            assert [found(dated, at=at) for at in (opens - timedelta(seconds=1), opens)] == ["old", "new"]

    def test_clocks_set_back_are_told_apart(self) -> None:
        # Half past one comes twice in New York on 1 November 2026; in between, the day begins in Costa Rica.
        day = date(2026, 11, 1)
        rows = row("506", end=day, name="old"), row("506", start=day, name="new")
        switched = deck(*rows, timezone="America/Costa_Rica")
        half_past_one = datetime(2026, 11, 1, 1, 30, tzinfo=zone_named("America/New_York"))
        assert [found(switched, "+5061", half_past_one.replace(fold=fold)) for fold in (0, 1)] == ["old", "new"]


class TestNumbers:
    """RAT-2: a number in E.164 has a rate, a short code has none, and whatever a dial plan never gives is refused."""

    ALL = deck(*(row(str(digit)) for digit in range(10)))

    @pytest.mark.parametrize("number", ["411", "0", "000", "44", "116117"])
    def test_a_short_code_has_no_rate(self, number: str) -> None:
        assert self.ALL.find(number, at=NOON) is None

    @pytest.mark.parametrize(
        "number",
        [
            "", "+", "++44", "+44 20", "+44a", "44+", " +44", "+44\n", "+44\0", "+٤٤", "+４４", "٤٤", "４４", "44 ",
            "442071838750", "1258885", "4420718", "1" * 33,
            "+44²", "+44" + "1" * 14, "+44" + "1" * 10_000, "+-44", "tel:+44", "\ud800", "+44\ud800", "anonymous",
        ],
    )  # fmt: skip
    def test_what_no_dial_plan_gives_is_refused(self, number: str) -> None:
        with pytest.raises(InvalidValue) as error:
            self.ALL.find(number, at=NOON)
        assert error.value.problem.code is RateDeckFault.RATE_NUMBER_MALFORMED

    @given(st.text("0123456789*#+ ", max_size=18), st.sampled_from(["NANP", "SG", "AU", "CN", "DE", "JP"]))
    def test_whatever_a_dial_plan_gives_is_answered(self, dialled: str, plan: str) -> None:
        number = DialPlan(plan).normalize(dialled)
        if number is not None and number[0] == "+":
            assert self.ALL.find(number, at=NOON) is not None

    def test_a_decision_knows_long_short_codes_by_their_plan(self) -> None:
        plan = DialPlan.for_country("AU")
        assert plan.normalize("1258885") == "1258885"
        profile = CallProfile(currency="USD", plan=plan, allows_per_minute=True, decks=(self.ALL,))
        live = LiveUse(available=Money("10", "USD"), may_use_services=True)
        request = CallRequest("call-1", Direction.OUTBOUND, "1258885")
        decision = authorize(request, (profile, live), reseller=None, now=NOON)
        assert decision.trace[-1].code is CallRefusal.CALL_RATE_MISSING

    def test_up_to_fifteen_digits(self) -> None:
        assert found(deck(row("44", name="uk")), "+44" + "1" * 13) == "uk"

    def test_an_empty_deck(self) -> None:
        assert deck().find(LONDON, at=NOON) is None


class TestRows:
    """RAT-2: a prefix is 1 to 15 digits; an end comes after its start; a deck has one currency and one zone."""

    @pytest.mark.parametrize(("written", "kept"), [("44", "44"), ("+44", "44"), ("0", "0"), ("1" * 15, "1" * 15)])
    def test_prefixes(self, written: str, kept: str) -> None:
        assert row(written).prefix == kept

    @pytest.mark.parametrize(
        "prefix", ["", "+", "++44", " 44", "44 ", "44\n", "4-4", "44x", "٤٤", "４", "²", "1" * 16, "+" + "1" * 16]
    )
    def test_wrong_prefixes(self, prefix: str) -> None:
        with pytest.raises(InvalidValue) as error:
            row(prefix)
        assert error.value.problem.code is RateDeckFault.RATE_PREFIX_MALFORMED

    @pytest.mark.parametrize("weight", [0, 101, -1])
    def test_weights(self, weight: int) -> None:
        assert (row("44", weight=1).weight, row("44", weight=100).weight) == (1, 100)
        with pytest.raises(InvalidValue):
            row("44", weight=weight)

    @pytest.mark.parametrize(
        "name", ["", "United Kingdom", "Côte d’Ivoire", "中国 移动", "Réunion\u00a0(FR)", "x" * 255]
    )
    def test_names(self, name: str) -> None:
        assert row("44", name=name).name == name

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("UK\0", CharacterFault.NAME_CONTROL_CHARACTER),
            ("UK\n", CharacterFault.NAME_CONTROL_CHARACTER),
            ("\tUK", CharacterFault.NAME_CONTROL_CHARACTER),
            ("UK\u2028", CharacterFault.NAME_CONTROL_CHARACTER),
            ("UK\ud800", CharacterFault.NAME_SURROGATE),
            ("UK\u202e", CharacterFault.NAME_BIDI_CONTROL),
            ("UK\u3164", CharacterFault.NAME_INVISIBLE_CHARACTER),
            ("\u0301UK", CharacterFault.NAME_LEADING_MARK),
            ("UK\ue000", CharacterFault.NAME_PRIVATE_USE_CHARACTER),
            ("x" * 256, RateDeckFault.RATE_NAME_TOO_LONG),
        ],
    )
    def test_wrong_names(self, name: str, code: Code) -> None:
        with pytest.raises(InvalidValue) as error:
            row("44", name=name)
        assert error.value.problem.code is code
        assert error.value.problem.path == ("name",)

    def test_ends(self) -> None:
        day = date(2026, 7, 1)
        assert row("44", start=day, end=date(2026, 7, 2)).end == date(2026, 7, 2)
        for end in (day, date(2026, 6, 30)):
            with pytest.raises(InvalidValue) as error:
                row("44", start=day, end=end)
            assert error.value.problem.code is RateDeckFault.RATE_ROW_ENDS_BEFORE_START

    def test_currencies(self) -> None:
        with pytest.raises(InvalidValue) as error:
            deck(row("44"), row("45"), row("46", Rate(per_minute=Money("0.01", "EUR"))))
        assert error.value.problem.code is RateDeckFault.RATE_DECK_CURRENCIES_DIFFER
        assert error.value.problem.path == ("rows", 2)

    def test_zones(self) -> None:
        with pytest.raises(InvalidValue) as error:
            deck(timezone="Mars/Olympus")
        assert error.value.problem.code is PeriodFault.PERIOD_TIMEZONE_UNKNOWN

    def test_the_ends_of_the_calendar(self) -> None:
        with pytest.raises(InvalidValue) as error:
            deck(row("44"), row("45", start=date.min), timezone="Asia/Singapore")
        assert error.value.problem.code is PeriodFault.PERIOD_OUT_OF_CALENDAR
        assert error.value.problem.path == ("rows", 1)
        assert found(deck(row("44", start=date.min, end=date.max, name="ever"))) == "ever"

    def test_rows_are_a_tuple(self) -> None:
        with pytest.raises(InvalidType):
            RateDeck([row("44")], timezone="UTC")  # type: ignore[arg-type]

    def test_a_deck_is_a_value(self) -> None:
        one, other = deck(row("44"), row("4420", start=date(2026, 1, 1))), deck(row("44"), row("+4420"))
        copied = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own
        assert (copied, hash(copied), copied.find(LONDON, at=NOON)) == (one, hash(one), one.rows[1])
        assert one != other
        assert one != evolve(one, timezone="Asia/Singapore")
        assert repr(one) == "RateDeck(rows=<2 rows>, timezone='UTC')"
