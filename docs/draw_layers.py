"""Draws `docs/explanation/layers.svg`: the layers as the architecture test has them, the imports as the code has them.

Run `python docs/draw_layers.py` after either has changed; a test fails while the drawing is an old one.
"""

import sys
from functools import cache
from html import escape
from pathlib import Path
from statistics import fmean

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from tests.test_architecture import DOORS, LAYERS, imports, tree_of  # noqa: E402 - the path is set just above

DRAWING = ROOT / "docs" / "explanation" / "layers.svg"
BOX_WIDTH, BOX_HEIGHT, GAP, ROW, MARGIN = 190, 44, 18, 100, 24
PUBLIC = frozenset(name for layer in LAYERS for name in layer if not name.startswith("_"))


def within(name: str) -> frozenset[str]:
    """A module with the private ones that it stands on, which are drawn as parts of it."""
    found, waiting = {name}, [name]
    while waiting:
        for lower in imported(waiting.pop()) - PUBLIC - found:
            found.add(lower)
            waiting.append(lower)
    return frozenset(found)


@cache
def imported(name: str) -> frozenset[str]:
    """The modules of ours that one module imports."""
    paths = {path for path in imports(tree_of(name)) if path.startswith("tenantcore.")}
    return frozenset(path.split(".")[1] for path in paths)


def edges() -> frozenset[tuple[str, str]]:
    """Which public module stands on which, without what another way implies."""
    direct = {name: frozenset[str]().union(*map(imported, within(name))) & PUBLIC - {name} for name in PUBLIC}
    reached: dict[str, frozenset[str]] = {}
    for layer in LAYERS:
        for name in layer & PUBLIC:
            reached[name] = direct[name].union(*(reached[lower] for lower in direct[name]))
    return frozenset(
        (name, lower)
        for name in PUBLIC
        for lower in direct[name]
        if not any(lower in reached[other] for other in direct[name] - {lower})
    )


def rows() -> list[list[str]]:
    """The public modules from the bottom up, each as low as what it stands on lets it be."""
    lines = edges()
    level: dict[str, int] = {}
    for layer in LAYERS:
        for name in layer & PUBLIC:
            level[name] = 1 + max((level[lower] for upper, lower in lines if upper == name), default=-1)
    return [sorted(name for name in level if level[name] == number) for number in range(max(level.values()) + 1)]


def outside(name: str) -> str:
    """The outside libraries that come in by a module, the standard library apart."""
    doors = {library for library, modules in DOORS.items() if modules & within(name)}
    return ", ".join(sorted(doors - sys.stdlib_module_names))


def places() -> dict[str, tuple[int, int]]:
    """The left upper corner of every module's box; the lowest layer stands at the bottom.

    In its row a module stands as far left or right as what it imports, so that few lines cross.
    """
    lines, everything = edges(), rows()
    widest = max(map(len, everything)) * (BOX_WIDTH + GAP) - GAP
    found: dict[str, tuple[int, int]] = {}
    for number, row in enumerate(everything):
        left = MARGIN + (widest - len(row) * (BOX_WIDTH + GAP) + GAP) // 2
        top = MARGIN + (len(everything) - 1 - number) * ROW
        centre = {name: [found[lower][0] for upper, lower in lines if upper == name] or [0] for name in row}
        for column, name in enumerate(sorted(row, key=lambda name: (fmean(centre[name]), name))):
            found[name] = left + column * (BOX_WIDTH + GAP), top
    return found


def drawing() -> str:
    """The picture as SVG text, the same for the same code."""
    where = places()
    width = max(left for left, _ in where.values()) + BOX_WIDTH + MARGIN
    height = max(top for _, top in where.values()) + BOX_HEIGHT + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        "<title>The layers of tenantcore: a line leads from a module down to one that it stands on</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
    ]
    half = BOX_WIDTH // 2
    for upper, lower in sorted(edges()):
        (x1, y1), (x2, y2) = where[upper], where[lower]
        x1, y1, x2 = x1 + half, y1 + BOX_HEIGHT, x2 + half
        parts.append(f'<path d="M{x1} {y1} C{x1} {y1 + 40}, {x2} {y2 - 40}, {x2} {y2}" fill="none" stroke="#94a3b8"/>')
    for name, (left, top) in where.items():
        parts.append(
            f'<rect x="{left}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" '
            'stroke="#64748b" fill="#dbeafe"/>'
        )
        below = outside(name)
        lines = [(19, 13, "#111827", name), (35, 10, "#475569", below)] if below else [(27, 13, "#111827", name)]
        for down, size, colour, text in lines:
            parts.append(
                f'<text x="{left + half}" y="{top + down}" font-size="{size}" text-anchor="middle" '
                f'fill="{colour}">{escape(text)}</text>'
            )
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    DRAWING.write_text(drawing(), "utf-8")
