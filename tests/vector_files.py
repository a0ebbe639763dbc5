"""Reads the vector files: cases that any implementation of the rules could run."""

import json
from pathlib import Path
from typing import Any

from attrs import frozen

_KEYS = {"id", "rule", "description", "given", "expect"}


@frozen
class Case:
    """One line of a vector file."""

    id: str
    rule: str
    description: str
    given: Any
    expect: Any


def cases(module: str, rule: str | None = None) -> list[Case]:
    """Return the cases of `module`, of one rule if it is named; unknown keys, doubled ids and an empty file fail."""
    document = json.loads((Path(__file__).parent / "vectors" / f"{module}.json").read_text("utf-8"))
    assert set(document) == {"module", "cases"}
    assert document["module"] == module
    for row in document["cases"]:
        assert set(row) == _KEYS, row
    found = [Case(**row) for row in document["cases"]]
    assert len({case.id for case in found}) == len(found) > 0
    chosen = [case for case in found if rule in {None, case.rule}]
    assert chosen
    return chosen
