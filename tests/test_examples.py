"""The examples run, and tell what the rules say."""

import json
import runpy
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tenantcore.onboarding import Facts, Onboarded, draft, onboard

EXAMPLES = Path(__file__).parent.parent / "examples"
FORMS = sorted((EXAMPLES / "forms").glob("*.json"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the example prints, run from elsewhere in a bare environment."""
    answer = subprocess.run(  # noqa: S603 - our own interpreter and our own program
        [sys.executable, "-W", "error", str(EXAMPLES / "first_month.py")],
        capture_output=True, text=True, encoding="utf-8", check=True, cwd=tmp_path_factory.mktemp("elsewhere"),
        env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert answer.stderr == ""
    return answer.stdout


def chapter(story: str, file: str) -> list[str]:
    """The lines about one form, without their indents."""
    [found] = [part for part in story.split("=" * 78) if part.lstrip().startswith(file)]
    return [line.strip() for line in found.splitlines()]


class TestFirstMonth:
    """Forms become tenants with realm, periods and effects, or every problem at once (ONB-1)."""

    def test_it_tells_of_every_form(self, story: str) -> None:
        assert story.startswith("Time zones: tzdata 20")
        assert len(FORMS) == story.count("=" * 78) == 8
        for file in FORMS:
            assert f"\n{file.name}, received " in story

    def test_havana_has_no_midnight_on_8_march(self, story: str) -> None:
        lines = chapter(story, "02-panel-daily-havana")
        assert "2026-03-08 to 2026-03-08 (last day)  2026-03-08 05:00Z to 2026-03-09 04:00Z" in lines
        assert "panel-daily/record-payment         record the payment of 10.00 USD, after store-tenant" in lines

    def test_a_week_that_began_on_wednesday_ends_on_sunday(self, story: str) -> None:
        lines = chapter(story, "03-panel-weekly-st-johns")
        assert "2026-11-18 to 2026-11-22 (last day)  2026-11-18 03:30Z to 2026-11-23 03:30Z" in lines
        assert "2026-11-23 to 2026-11-29 (last day)  2026-11-23 03:30Z to 2026-11-30 03:30Z" in lines

    def test_in_kolkata_it_was_the_16th_already(self, story: str) -> None:
        lines = chapter(story, "04-panel-semimonthly-kolkata")
        assert "कोलकाता कॉल्स" in lines
        assert "2026-02-16 to 2026-02-28 (last day)  2026-02-15 18:30Z to 2026-02-28 18:30Z" in lines
        assert any(line.startswith("warning") and "no credit limit" in line and "BAL-1" in line for line in lines)

    def test_apias_december_lacks_a_day(self, story: str) -> None:
        lines = chapter(story, "05-panel-monthly-apia")
        assert "2011-12-04 to 2011-12-31 (last day)  2011-12-04 10:00Z to 2011-12-31 10:00Z" in lines
        assert "may start    no, top up first" in lines

    def test_the_31st_gives_way_to_the_28th(self, story: str) -> None:
        lines = chapter(story, "06-panel-anniversary-havana")
        assert "2026-01-31 to 2026-02-27 (last day)  2026-01-31 05:00Z to 2026-02-28 05:00Z" in lines
        assert "2026-02-28 to 2026-03-27 (last day)  2026-02-28 05:00Z to 2026-03-28 04:00Z" in lines

    def test_thirty_days_from_20_march_end_on_18_april(self, story: str) -> None:
        lines = chapter(story, "07-panel-30-days-lisbon")
        assert "2026-03-20 to 2026-04-18 (last day)  2026-03-20 00:00Z to 2026-04-18 23:00Z" in lines

    def test_the_portals_tenant_has_an_owner_and_a_pricing_model(self, story: str) -> None:
        lines = chapter(story, "01-portal-singapore")
        assert "Acme (SG) Pte. Ltd." in lines
        assert "priced by    license (never changes)" in lines
        assert any(line.endswith("invite Mei Ling Tan, after store-tenant and publish-dns") for line in lines)

    def test_each_tenant_has_its_realm_and_the_dns_to_publish(self, story: str) -> None:
        realms = [line.split()[1].rstrip(";") for line in story.splitlines() if line.startswith("  Realm ")]
        assert len(set(realms)) == len(realms) == 7
        assert all(realm.endswith(".s.logicom.center") for realm in realms)
        for kind in ("A", "NAPTR", "MX"):
            assert story.count(f"*.s.logicom.center                 {kind} ") >= 7

    def test_a_dozen_mistakes_are_told_with_place_rule_and_remedy(self, story: str) -> None:
        lines = chapter(story, "08-portal-a-dozen-mistakes")
        assert "Nobody was taken on: 14 mistakes" in lines
        assert sum(line.startswith("-> ") for line in lines) == 14
        for place, rule in [
            ("billing_period", "ONB-1"), ("name", "ORG-2"), ("country", "ORG-6"), ("currency", "ORG-7"),
            ("timezone", "ORG-8"), ("pricing_model", "ORG-9"), ("billing_contact.fax", "ONB-1"),
            ("billing_contact.email", "ORG-11"), ("billing_contact.address", "ORG-10"), ("owner.email", "ORG-11"),
            ("owner.given_name", "ORG-10"), ("owner.family_name", "ORG-3"),
        ]:  # fmt: skip
            assert any(line.split()[:2] == [place, rule] for line in lines), (place, rule)

    def test_a_prepaid_tenants_calls_take_trunks_first_and_funds_then(self, story: str) -> None:
        lines = chapter(story, "02-panel-daily-havana")
        start = lines.index("First calls, with one inbound and one two-way trunk:")
        told = [line.split(maxsplit=2)[1:] for line in lines[start + 1 :] if line.startswith(("inbound", "outbound"))]
        per_minute = "yes  the call is charged per minute, and its first 60 seconds cost 0.020000 USD, which is there"
        assert told == [
            ["+14155550100", "yes  the call takes a one-way trunk"],
            ["4158867900", "yes  the call takes a two-way trunk"],
            ["4158867901", per_minute],
            ["011442071838750", per_minute],
            ["18005550100", "yes  calls to the class tollfree_us are carried for nothing"],
            ["18765551234", "no   calls to the class caribbean are restricted for the account as a whole"],
            ["911", "yes  the call is one for help, which takes no trunk and no funds"],
        ]
        assert "-> tick the class among those that the account can call, if it is meant to" in lines
        assert lines[-1 if lines[-1] else -2] == "held for them: 0.040000 USD"

    def test_who_has_nothing_yet_can_be_called_and_call_for_help(self, story: str) -> None:
        lines = chapter(story, "05-panel-monthly-apia")
        refused = "no   the tenant has nothing left to spend, so only calls for help and inbound calls go through"
        assert sum(line.endswith(refused) for line in lines) == 5
        assert "inbound  +14155550100     yes  the call takes a one-way trunk" in lines
        assert "outbound 911              yes  the call is one for help, which takes no trunk and no funds" in lines
        assert "held for them: 0 WST" in lines

    def test_every_tenant_asks_for_its_first_calls(self, story: str) -> None:
        assert story.count("  First calls, ") == 7

    def test_it_tells_the_same_every_time(self, story: str) -> None:
        again = subprocess.run(  # noqa: S603 - our own interpreter and our own program
            [sys.executable, str(EXAMPLES / "first_month.py")],
            capture_output=True, text=True, encoding="utf-8", check=True,
            env={"PYTHONIOENCODING": "utf-8", "PYTHONHASHSEED": "4711", "TZ": "Pacific/Apia", "LC_ALL": "C"},
        )  # fmt: skip
        assert again.stdout == story


class TestForms:
    """The example's forms are what `json.loads` gives (ONB-4)."""

    @pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
    def test_the_library_prints_and_reads_nothing(self, file: Path, capfd: pytest.CaptureFixture[str]) -> None:
        sheet: dict[str, Any] = json.loads(file.read_text("utf-8"))
        assert set(sheet) == {"form", "platform", "received", "request_id"}
        platform = runpy.run_path(str(EXAMPLES / "first_month.py"))["PLATFORMS"][sheet["platform"]]
        now = datetime.fromisoformat(sheet["received"])
        outcome = onboard(draft(sheet["form"], platform, request_id=sheet["request_id"], now=now), Facts())
        assert isinstance(outcome, Onboarded) == (not file.stem.endswith("mistakes"))
        assert capfd.readouterr() == ("", "")
