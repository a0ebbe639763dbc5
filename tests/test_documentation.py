"""What the pages promise about the code, and the code about the pages."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import tenantcore
from docs.draw_layers import DRAWING, drawing
from docs.draw_periods import DRAWINGS
from tests.test_architecture import SOURCE, modules

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/python examples/first_month.py",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest",
)
RULE = re.compile(r"\b[A-Z]{1,4}-[0-9]{1,2}\b")
# A docstring names its rules, one or a range, and the page they stand on.
MENTION = re.compile(r"Rules?: ([A-Z][-A-Z0-9, a-z\s]*?)\s+in\s+docs/reference/(\w+)\.md")


def public_modules() -> list[str]:
    return sorted(name for name in modules() if not name.startswith("_"))


def mentions() -> Iterator[tuple[str, str, str]]:
    """Every rule that a docstring names: in which file, which rule, on which page."""
    for file in sorted(SOURCE.rglob("*.py")):
        for rules, page in MENTION.findall(file.read_text("utf-8")):
            for rule in RULE.findall(rules):
                yield file.name, rule, page


class TestReadme:
    """A newcomer runs one command and sees the library do its job."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_it_has_the_command_on_a_line_of_its_own(self, command: str) -> None:
        assert command in (ROOT / "README.md").read_text("utf-8").splitlines()

    @pytest.mark.parametrize("module", public_modules())
    def test_its_map_names_every_public_module(self, module: str) -> None:
        assert f"docs/reference/{module}.md" in (ROOT / "README.md").read_text("utf-8")


class TestReference:
    """One page a module: its rules with ids and authorities, then short use."""

    @pytest.mark.parametrize("module", public_modules())
    def test_every_public_module_has_its_page(self, module: str) -> None:
        page = (REFERENCE / f"{module}.md").read_text("utf-8")
        assert f".. automodule:: tenantcore.{module}\n" in page
        assert f"\n{module}\n" in (REFERENCE / "index.md").read_text("utf-8")

    def test_a_rule_stands_on_the_page_that_a_docstring_names(self) -> None:
        pages = {page.stem: page.read_text("utf-8") for page in REFERENCE.glob("*.md")}
        named = set(mentions())
        assert len(named) > 20
        assert [
            (file, rule, page)
            for file, rule, page in sorted(named)
            if not re.search(rf"^\| *{rule} *\|", pages.get(page, ""), re.MULTILINE)
        ] == []


class TestGlossary:
    """Every domain word stands once, in order."""

    def test_its_words_are_sorted_and_distinct(self) -> None:
        lines = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
        words = [word for word, below in pairwise(lines) if below.startswith(": ")]
        assert words == sorted(set(words), key=str.casefold)


class TestPictures:
    """Pictures are drawn from the code."""

    def test_that_of_the_architecture_is_current(self) -> None:
        # Compared apart from the assertion, which would compare the drawings line by line for many seconds.
        is_current = DRAWING.read_text("utf-8") == drawing()
        assert is_current, "run: python docs/draw_layers.py"

    @pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
    def test_those_of_time_are_current(self, path: Path) -> None:
        is_current = path.read_text("utf-8") == DRAWINGS[path]()
        assert is_current, "run: python docs/draw_periods.py"
        assert f"]({path.name})" in (path.parent / "time.md").read_text("utf-8")


class TestVersion:
    """The changelog has what a user will notice, under the version that ships it."""

    def test_the_changelog_names_the_version(self) -> None:
        project = (ROOT / "pyproject.toml").read_text("utf-8")
        [version] = re.findall(r'^version = "(.*)"$', project, re.MULTILINE)
        assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text("utf-8")

    def test_types_are_shipped(self) -> None:
        assert (Path(tenantcore.__path__[0]) / "py.typed").is_file()
