"""Finds what the benchmark modules offer to be measured."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any


def modules() -> list[str]:
    """The benchmark modules by their short names: `bench_money.py` is `money`."""
    return sorted(file.stem.removeprefix("bench_") for file in Path(__file__).parent.glob("bench_*.py"))


def libraries_by_subject(module: str) -> dict[str, list[str]]:
    """The subjects of a benchmark module, each with its libraries."""
    return {
        subject: list(libraries)
        for subject, libraries in {**_table(module, "SUBJECTS"), **_table(module, "TIMED")}.items()
    }


def measured(module: str, subject: str, library: str) -> tuple[Callable[[], Any], bool]:
    """What is to be measured, and whether it returns the seconds itself."""
    timed = _table(module, "TIMED")
    if subject in timed:
        return timed[subject][library], True
    return _table(module, "SUBJECTS")[subject][library], False


def _table(module: str, name: str) -> dict[str, dict[str, Callable[[], Any]]]:
    return getattr(importlib.import_module(f"bench_{module}"), name, {})
