import os
import subprocess
import sys
from datetime import UTC, date, datetime
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
import tzdata
from hypothesis import given
from hypothesis import strategies as st

from tenantcore import _zones
from tests.clocks import (
    DAY,
    HOUR,
    MICROSECOND,
    days_near_changes,
    distinct_zones,
    transitions,
    walked_first_instant,
    zone_named,
)


class TestNames:
    """Zones are read from the `tzdata` package, never from the operating system; its version is public (BP-10)."""

    def test_there_are_as_many_as_the_package_lists(self) -> None:
        listed = files(tzdata).joinpath("zones").read_text("ascii").splitlines()
        assert _zones.names() == frozenset(listed)
        # A floor, because every release adds names and none has taken one away.
        assert len(listed) >= 598

    def test_the_version_is_the_package_s(self) -> None:
        assert tzdata.IANA_VERSION == _zones.VERSION

    def test_every_name_is_found_and_kept(self) -> None:
        assert [zone_named(name).key for name in sorted(_zones.names())] == sorted(_zones.names())

    def test_a_zone_is_loaded_once(self) -> None:
        assert _zones.find("America/Havana") is _zones.find("America/Havana")

    @pytest.mark.parametrize(
        "name",
        [
            "",
            ".",
            "/",
            "../zones",
            "../x",
            "America",
            "America/",
            "/etc/localtime",
            "localtime",
            "posixrules",
            "europe/oslo",
            "EUROPE/OSLO",
            " Europe/Oslo",
            "Europe/Oslo\n",
            "Europe/Oslo\0",
            "Europe\\Oslo",
            "leapseconds",
            "tzdata.zi",
            "zone.tab",
            "__init__.py",
            "UTC+3",
            "\ud800",
            "x" * 1_000_000,
        ],
        ids=lambda name: ascii(name[:20]),
    )
    def test_anything_else_is_none_and_opens_nothing(self, name: str) -> None:
        assert _zones.find(name) is None

    def test_the_operating_system_s_zones_are_never_used(self, tmp_path: Path) -> None:
        # Tokyo's file in this folder holds UTC; a fresh process that trusts the folder reads it.
        (tmp_path / "Asia").mkdir()
        utc = files(tzdata).joinpath("zoneinfo", "UTC").read_bytes()
        (tmp_path / "Asia" / "Tokyo").write_bytes(utc)
        program = (
            "from datetime import date, datetime\n"
            "from zoneinfo import ZoneInfo\n"
            "from tenantcore import _zones\n"
            "print(datetime(2026, 1, 1, tzinfo=ZoneInfo('Asia/Tokyo')).utcoffset())\n"
            "print(_zones.first_instant(date(2026, 1, 1), _zones.find('Asia/Tokyo')))\n"
        )
        environment = os.environ | {"PYTHONTZPATH": str(tmp_path)}
        answer = subprocess.run(  # noqa: S603 - our own interpreter and our own program
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        )
        assert answer.stdout.splitlines() == ["0:00:00", "2025-12-31 15:00:00+00:00"]


class TestTables:
    """Country and zone come from tzdata's own tables (ORG-8)."""

    def test_zone_tab_has_code_place_and_zone(self) -> None:
        rows = _zones.table("zone.tab")
        assert all(len(row) in {3, 4} and len(row[0]) == 2 for row in rows)
        assert {row[2] for row in rows} <= _zones.names()
        assert [row[2] for row in rows if row[0] == "NO"] == ["Europe/Oslo"]

    def test_iso3166_tab_is_read_as_text_beyond_ascii(self) -> None:
        assert ("CI", "Côte d’Ivoire") in _zones.table("iso3166.tab")


class TestFirstInstant:
    """A day opens at the first instant at which the local clock shows it, given in UTC (BP-9)."""

    @pytest.mark.parametrize(
        ("day", "name", "opens"),
        [
            # An ordinary midnight, on either side of Greenwich.
            (date(2026, 1, 1), "Asia/Kolkata", "2025-12-31T18:30"),
            (date(2026, 1, 1), "America/New_York", "2026-01-01T05:00"),
            # A midnight that is missing, and one that comes twice.
            (date(2026, 3, 8), "America/Havana", "2026-03-08T05:00"),
            (date(2025, 11, 2), "America/Havana", "2025-11-02T04:00"),
            # A gap that began before midnight.
            (date(1919, 3, 31), "America/Toronto", "1919-03-31T04:30"),
            # A day that was skipped, and the one after it.
            (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00"),
            (date(2011, 12, 31), "Pacific/Apia", "2011-12-30T10:00"),
            (date(1993, 8, 21), "Pacific/Kwajalein", "1993-08-21T12:00"),
            # A clock set back over midnight: the first of two midnights.
            (date(2009, 11, 1), "America/St_Johns", "2009-11-01T02:30"),
            # A change at 24:00 back to 23:00: midnight comes once, an hour later.
            (date(2018, 2, 18), "America/Sao_Paulo", "2018-02-18T03:00"),
            # The whole of 18 October 1867 came twice when Alaska changed hands.
            (date(1867, 10, 19), "America/Juneau", "1867-10-18T08:57:41"),
        ],
    )
    def test_a_day_opens_at(self, day: date, name: str, opens: str) -> None:
        expected = datetime.fromisoformat(opens).replace(tzinfo=UTC)
        assert _zones.first_instant(day, zone_named(name)) == expected
        assert _zones.first_instant(day, zone_named(name)).tzinfo is UTC

    def test_it_agrees_with_a_watched_clock_wherever_a_change_touches_midnight(self) -> None:
        looked_at = 0
        for name in distinct_zones():
            zone = zone_named(name)
            for day in sorted(set(days_near_changes(name, near_midnight=True)))[::3]:
                assert (name, day, _zones.first_instant(day, zone)) == (name, day, walked_first_instant(day, zone))
                looked_at += 1
        assert looked_at > 3000

    def test_it_agrees_with_a_watched_clock_near_other_changes(self) -> None:
        looked_at = 0
        for name in distinct_zones():
            zone = zone_named(name)
            for day in sorted(set(days_near_changes(name, near_midnight=False)))[::29]:
                assert (name, day, _zones.first_instant(day, zone)) == (name, day, walked_first_instant(day, zone))
                looked_at += 1
        assert looked_at > 1500

    @given(st.sampled_from(distinct_zones()), st.dates(date(1, 1, 4), date(9999, 12, 28)))
    def test_it_agrees_with_a_watched_clock_on_any_day(self, name: str, day: date) -> None:
        assert _zones.first_instant(day, zone_named(name)) == walked_first_instant(day, zone_named(name))

    @given(st.sampled_from(distinct_zones()), st.dates(date(1840, 1, 1), date(2150, 1, 1)))
    def test_days_open_in_order(self, name: str, day: date) -> None:
        opens = [_zones.first_instant(day + number * DAY, zone_named(name)) for number in range(40)]
        assert all(earlier <= later for earlier, later in pairwise(opens))

    def test_the_last_day_of_the_calendar_opens(self) -> None:
        opens = _zones.first_instant(date.max, zone_named("Pacific/Honolulu"))
        assert opens == datetime(9999, 12, 31, 10, tzinfo=UTC)

    def test_a_first_day_that_opened_before_the_calendar_overflows(self) -> None:
        with pytest.raises(OverflowError):
            _zones.first_instant(date.min, zone_named("Asia/Tokyo"))


class TestLocalDay:
    """An instant's local day is the day whose window holds it (BP-9)."""

    @pytest.mark.parametrize(
        ("instant", "name", "day"),
        [
            ("2024-01-28T23:30", "Asia/Tokyo", date(2024, 1, 29)),
            ("2024-01-29T02:00", "America/New_York", date(2024, 1, 28)),
            # Between its two midnights the clock shows 31 October again; the day has opened all the same.
            ("2009-11-01T02:29:59", "America/St_Johns", date(2009, 10, 31)),
            ("2009-11-01T02:30", "America/St_Johns", date(2009, 11, 1)),
            ("2009-11-01T03:00", "America/St_Johns", date(2009, 11, 1)),
            # Never the skipped day.
            ("2011-12-30T09:59:59", "Pacific/Apia", date(2011, 12, 29)),
            ("2011-12-30T10:00", "Pacific/Apia", date(2011, 12, 31)),
        ],
    )
    def test_an_instant_falls_on(self, instant: str, name: str, day: date) -> None:
        assert _zones.local_day(datetime.fromisoformat(instant).replace(tzinfo=UTC), zone_named(name)) == day

    def test_it_is_the_day_whose_window_holds_the_instant_near_every_change(self) -> None:
        for name in distinct_zones():
            zone = zone_named(name)
            for change in list(transitions(name))[::7]:
                for instant in (change - HOUR, change - MICROSECOND, change, change + HOUR / 2, change + HOUR):
                    day = _zones.local_day(instant, zone)
                    opens, closes = _zones.first_instant(day, zone), _zones.first_instant(day + DAY, zone)
                    assert opens <= instant < closes, (name, instant)

    @given(st.sampled_from(distinct_zones()), st.dates(date(1, 1, 3), date(9999, 12, 28)))
    def test_a_window_that_is_not_empty_gives_its_day_back(self, name: str, day: date) -> None:
        zone = zone_named(name)
        opens, closes = _zones.first_instant(day, zone), _zones.first_instant(day + DAY, zone)
        if opens < closes:
            assert (_zones.local_day(opens, zone), _zones.local_day(closes - MICROSECOND, zone)) == (day, day)

    def test_the_zone_of_the_instant_changes_nothing(self) -> None:
        instant = datetime(2026, 3, 8, 4, 59, 59, tzinfo=UTC)
        havana = zone_named("America/Havana")
        for name in ("Asia/Kolkata", "America/Havana", "Pacific/Apia"):
            assert _zones.local_day(instant.astimezone(zone_named(name)), havana) == date(2026, 3, 7)

    def test_the_last_day_of_the_calendar_has_no_following_day_to_open(self) -> None:
        assert _zones.local_day(datetime.max.replace(tzinfo=UTC), zone_named("UTC")) == date.max

    @pytest.mark.parametrize(
        ("instant", "name"),
        [
            (datetime.max.replace(tzinfo=UTC), "Asia/Tokyo"),
            (datetime.min.replace(tzinfo=UTC), "America/New_York"),
        ],
        ids=["max", "min"],
    )
    def test_beyond_the_calendar_there_is_no_day(self, instant: datetime, name: str) -> None:
        with pytest.raises(OverflowError):
            _zones.local_day(instant, zone_named(name))
