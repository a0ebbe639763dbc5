import enum
from collections.abc import Callable
from datetime import date
from unittest.mock import Mock

import pytest

from tenantcore.billing_periods import (
    BillingSchedule,
    Frequency,
    PeriodFault,
)
from tenantcore.errors import Code, FieldCode, InvalidValue


def fault_of(ask: Callable[[], object]) -> Code:
    with pytest.raises(InvalidValue) as caught:
        ask()
    assert caught.value.problem.sentence
    assert caught.value.problem.remedy
    return caught.value.problem.code


class Cocos(enum.StrEnum):
    """A host's own kind of text, in a zone that no other test uses: zones are loaded once a process."""

    ISLANDS = "Indian/Cocos"


class Unhashable(str):
    __slots__ = ()
    __hash__ = None  # type: ignore[assignment] # the wrong type is the subject


class TestTimezoneName:
    """A time zone is a name of the tzdata package, exact in letters and case (BP-10)."""

    @pytest.mark.parametrize("name", [Cocos.ISLANDS, Unhashable("Asia/Pontianak")])
    def test_a_hosts_own_kind_of_text_is_kept_as_plain_text(self, name: str) -> None:
        schedule = BillingSchedule.open(Frequency.DAILY, on=date(2026, 1, 31), timezone=name)
        assert type(schedule.timezone) is str
        assert schedule.timezone == str.__str__(name)

    @pytest.mark.parametrize(
        "name", [None, 1, True, float("nan"), b"UTC", ("UTC",), [], str, Mock(spec="UTC")], ids=repr
    )
    def test_what_is_no_text_is_refused(self, name: str) -> None:
        code = fault_of(lambda: BillingSchedule.open(Frequency.DAILY, on=date(2026, 1, 31), timezone=name))
        assert code is FieldCode.FIELD_WRONG_TYPE

    @pytest.mark.parametrize(
        "name",
        [
            "",
            " ",
            "UTC ",
            "UTC\n",
            "utc",
            "america/havana",
            "America",
            "America/",
            "../x",
            "/etc/localtime",
            "zone.tab",
            "zones",
            "__init__.py",
            "UTC\x00",
            "\ud800",
            "Ame\u200brica/Havana",
            "Havana",
            "UTC+1",
            "EST5",
            "x" * 10**6,
        ],
        ids=lambda name: ascii(name[:20]),
    )
    def test_what_is_no_name_of_tzdata_is_refused(self, name: str) -> None:
        with pytest.raises(InvalidValue) as caught:
            BillingSchedule.open(Frequency.DAILY, on=date(2026, 1, 31), timezone=name)
        assert caught.value.problem.code is PeriodFault.PERIOD_TIMEZONE_UNKNOWN
        assert len(str(caught.value)) < 300
        assert str(caught.value).isprintable()
