"""The layers of the library, as a list; `docs/explanation/architecture.md` draws it."""

import ast
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tenantcore

# A module imports only from layers above its own line. To change how the library hangs together, change this first.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors"}),
    frozenset({"_balance_faults", "_call_reasons", "_document_faults", "_forms", "_validators", "_zones"}),
    frozenset(
        {
            "_amounts",
            "_characters",
            "_counted_limits",
            "_number_patterns",
            "_realm_labels",
            "_realm_records",
            "_realm_syntax",
            "_rounding",
        }
    ),
    frozenset({"_number_classes", "_permission_tree", "_prefix_tries", "_rights", "_switches", "_trunk_use"}),
    frozenset({"_apps", "_call_limits", "_country_numbering", "_number_features", "_trunk_pool"}),
    frozenset(
        {
            "_allotment_uses",
            "_cycles",
            "_dialling",
            "_rated_seconds",
            "_realm_dns",
            "_territories",
            "money",
            "permissions",
            "status",
            "trunks",
        }
    ),
    frozenset({"_balance_policies", "_dial_plans", "_organization_names", "_periods", "_rates", "_realm_policy"}),
    frozenset(
        {
            "_closings",
            "_day_counts",
            "_discounts",
            "_ledger_operations",
            "_realm_change",
            "_recurrences",
            "_windows",
            "numbering",
        }
    ),
    frozenset(
        {
            "_email_addresses",
            "_ledger_entries",
            "_person_names",
            "_postal_addresses",
            "_rate_decks",
            "_telephone_numbers",
            "realm",
        }
    ),
    frozenset({"_document_codecs", "_ledger_outcomes"}),
    frozenset({"_document_records", "_ledger_heads", "_top_ups"}),
    frozenset({"_ledger_effects"}),
    frozenset({"_ledger_decisions"}),
    frozenset({"_ledger_steps"}),
    frozenset({"_ledgers"}),
    frozenset({"balance", "billing_periods", "contacts", "currencies", "due_dates", "pricing", "time_zones"}),
    frozenset({"_allotments", "regions", "schedule_changes"}),
    frozenset({"organization", "rating"}),
    frozenset({"_call_requests"}),
    frozenset({"_call_profiles"}),
    frozenset({"_call_claims"}),
    frozenset({"_call_building", "_call_lines"}),
    frozenset({"_call_checks"}),
    frozenset({"_live_calls"}),
    frozenset({"_call_settling"}),
    frozenset({"call_policy"}),
    frozenset({"_form_readings", "_platforms", "tenant"}),
    frozenset({"effects", "validation"}),
    frozenset({"onboarding"}),
    frozenset({"_code_tables"}),
    frozenset({"_number_documents", "_problem_documents", "_trunk_documents"}),
    frozenset({"_balance_documents", "_rating_documents"}),
    frozenset({"_call_documents", "_profile_documents"}),
    # Strategies that `testing` hands on.
    frozenset({"_ledger_strategies", "_number_strategies", "_rating_strategies", "_time_strategies"}),
    # Leaves: nothing in the library imports them.
    frozenset({"documents", "testing"}),
)
# Each outside library comes in by these doors only.
DOORS: dict[str, frozenset[str]] = {
    "tzdata": frozenset({"_zones"}),
    "zoneinfo": frozenset({"_windows", "_zones", "billing_periods"}),
    "dateutil": frozenset({"_recurrences", "billing_periods"}),
    "idna": frozenset({"_characters", "_realm_syntax"}),
    "pycountry": frozenset({"_territories"}),
    "babel": frozenset({"_territories"}),
    "email_validator": frozenset({"_email_addresses"}),
    "phonenumbers": frozenset({"_country_numbering", "_telephone_numbers"}),
    "immutabledict": frozenset({"errors"}),
    "hypothesis": frozenset(
        {"_ledger_strategies", "_number_strategies", "_rating_strategies", "_time_strategies", "testing"}
    ),
}
EVERYWHERE = frozenset({"attrs", "tenantcore"})
REFUSED_MODULES = frozenset({
    "asyncio", "ctypes", "fileinput", "getpass", "glob", "http", "io", "locale", "logging", "multiprocessing", "os",
    "pathlib", "pickle", "platform", "random", "select", "shelve", "shutil", "signal", "socket", "sqlite3", "ssl",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid",
})  # fmt: skip
REFUSED_CALLS = frozenset({"open", "print", "input", "exec", "eval", "compile", "breakpoint", "__import__"})
REFUSED_ATTRIBUTES = frozenset({"now", "today", "utcnow", "import_module", "getcontext", "setcontext", "localcontext"})
SOURCE = Path(tenantcore.__path__[0])


def modules() -> Iterator[str]:
    for module in pkgutil.walk_packages([str(SOURCE)]):
        yield module.name


def tree_of(module: str) -> ast.Module:
    path = SOURCE / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text("utf-8"))


def imports(tree: ast.AST) -> Iterator[str]:
    """Every imported module of a tree, absolute, whatever the form and however deep it stands."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(level=0, module=str(module), names=names):
                if module == "tenantcore":
                    yield from (f"tenantcore.{name.name}" for name in names)
                else:
                    yield module
            case ast.ImportFrom(module=module, names=names):
                yield from ([f"tenantcore.{module}"] if module else [f"tenantcore.{name.name}" for name in names])
            case _:
                pass


def faults(module: str, tree: ast.AST) -> Iterator[str]:
    """Everything that `module` must not do, as sentences."""
    layer = next((number for number, members in enumerate(LAYERS) if module in members), None)
    if layer is None:
        yield f"{module} stands in no layer"
        return
    beneath = frozenset[str]().union(*LAYERS[:layer])
    for imported in imports(tree):
        top, _, rest = imported.partition(".")
        if top == "tenantcore":
            if rest.partition(".")[0] not in beneath:
                yield f"{module} imports {imported}, which is not beneath it"
        elif imported in REFUSED_MODULES or top in REFUSED_MODULES:
            yield f"{module} imports {imported}: input, output or ambient state"
        elif top not in sys.stdlib_module_names and top not in EVERYWHERE and module not in DOORS.get(top, ()):
            yield f"{module} is no door for {top}"
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in REFUSED_CALLS:
                yield f"{module} calls {name}()"
            case ast.Attribute(attr=name) if name in REFUSED_ATTRIBUTES:
                yield f"{module} uses .{name}"
            case _:
                pass


class TestLayers:
    """Flat modules in layers; a module imports only from layers beneath it (ARCHITECTURE)."""

    @pytest.mark.parametrize("module", sorted(modules()))
    def test_module_keeps_to_its_layer_and_does_no_io(self, module: str) -> None:
        assert list(faults(module, tree_of(module))) == []

    def test_every_listed_module_exists(self) -> None:
        assert frozenset().union(*LAYERS) == frozenset(modules())

    def test_the_tour_names_every_public_module(self) -> None:
        assert tenantcore.__doc__ is not None
        public = {name for name in modules() if not name.startswith("_")}
        assert public == {name for name in public if f"`tenantcore.{name}`" in tenantcore.__doc__}


class TestImports:
    """Outside libraries that are heavy load when they are first needed (ARCHITECTURE)."""

    def test_importing_every_module_loads_none_of_the_heavy_libraries(self) -> None:
        program = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
        names = sorted(f"tenantcore.{name}" for name in modules() if name not in DOORS["hypothesis"])
        answer = subprocess.run(  # noqa: S603 - our own interpreter and our own program
            [sys.executable, "-c", program, *names], capture_output=True, text=True, check=True
        )
        loaded = set(answer.stdout.split())
        assert loaded > set(names)
        assert loaded.isdisjoint({"babel", "pycountry", "phonenumbers", "email_validator", "dns", "stdnum", "ssl"})


class TestTheCheckItself:
    """A check that sees nothing would pass for ever."""

    @pytest.mark.parametrize(
        "source",
        [
            "import tenantcore.onboarding",
            "from tenantcore import onboarding",
            "from tenantcore.onboarding import draft",
            "from . import onboarding",
            "from .onboarding import draft",
            "def late():\n    from tenantcore import validation",
            "import os",
            "import os.path",
            "from time import time",
            "import babel",
            "from datetime import datetime\ndatetime.now()",
            "import datetime as clock\nclock.date.today()",
            "open('a')",
            "import random",
            "import importlib\nimportlib.import_module('socket')",
            "from decimal import getcontext\nimport decimal\ndecimal.getcontext()",
        ],
    )
    def test_it_sees_every_form(self, source: str) -> None:
        assert list(faults("money", ast.parse(source))) != []

    def test_a_module_outside_the_list_fails(self) -> None:
        assert list(faults("utils", ast.parse(""))) == ["utils stands in no layer"]

    def test_what_is_allowed_passes(self) -> None:
        allowed = "from datetime import date\nfrom attrs import frozen\nfrom tenantcore.errors import Problem"
        assert list(faults("money", ast.parse(allowed))) == []
