"""Draws `docs/explanation/layers.svg`: the layers as the architecture test has them, the imports as the code has them.

Run `python docs/draw_layers.py` after either has changed; a test fails while the drawing is an old one.
"""

import sys
from html import escape
from pathlib import Path
from statistics import fmean

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from tests.test_architecture import DOORS, LAYERS, imports, tree_of  # noqa: E402 - the path is set just above

DRAWING = ROOT / "docs" / "explanation" / "layers.svg"
BOX_WIDTH, BOX_HEIGHT, GAP, ROW, MARGIN, LABEL = 164, 44, 22, 96, 24, 60


def edges() -> frozenset[tuple[str, str]]:
    """Who imports whom inside the library, without the imports that another way implies."""
    names = frozenset[str]().union(*LAYERS)
    direct = {
        name: {rest.partition(".")[0] for path in imports(tree_of(name)) if (rest := path.removeprefix("tenantcore."))}
        & (names - {name})
        for name in names
    }
    reached: dict[str, set[str]] = {}
    for layer in LAYERS:
        for name in layer:
            reached[name] = direct[name].union(*(reached.get(lower, set()) for lower in direct[name]))
    return frozenset(
        (name, lower)
        for name in names
        for lower in direct[name]
        if not any(lower in reached[other] for other in direct[name] - {lower})
    )


def places() -> dict[str, tuple[int, int]]:
    """The left upper corner of every module's box; the lowest layer stands at the bottom.

    In its row a module stands as far left or right as what it imports, so that few lines cross.
    """
    widest = max(map(len, LAYERS)) * (BOX_WIDTH + GAP) - GAP
    lines = edges()
    found: dict[str, tuple[int, int]] = {}
    for number, layer in enumerate(LAYERS):
        left = LABEL + MARGIN + (widest - len(layer) * (BOX_WIDTH + GAP) + GAP) // 2
        top = MARGIN + (len(LAYERS) - 1 - number) * ROW
        centre = {name: [found[lower][0] for upper, lower in lines if upper == name] or [0] for name in layer}
        for column, name in enumerate(sorted(layer, key=lambda name: (fmean(centre[name]), name))):
            found[name] = left + column * (BOX_WIDTH + GAP), top
    return found


def drawing() -> str:
    """The picture as SVG text, the same for the same code."""
    where = places()
    width = max(left for left, _ in where.values()) + BOX_WIDTH + MARGIN
    height = MARGIN * 2 + (len(LAYERS) - 1) * ROW + BOX_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        "<title>The layers of tenantcore: a line leads from a module down to one that it imports</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
    ]
    for number in range(len(LAYERS)):
        top = MARGIN + (len(LAYERS) - 1 - number) * ROW
        text = "leaves" if number == len(LAYERS) - 1 else f"layer {number}"
        parts.append(f'<text x="{MARGIN}" y="{top + 27}" font-size="13" fill="#6b7280">{text}</text>')
    for upper, lower in sorted(edges()):
        (x1, y1), (x2, y2) = where[upper], where[lower]
        parts.append(
            f'<path d="M{x1 + BOX_WIDTH // 2} {y1 + BOX_HEIGHT} C{x1 + BOX_WIDTH // 2} {y1 + BOX_HEIGHT + 36}, '
            f'{x2 + BOX_WIDTH // 2} {y2 - 36}, {x2 + BOX_WIDTH // 2} {y2}" fill="none" stroke="#9ca3af"/>'
        )
    for name, (left, top) in where.items():
        outside = ", ".join(sorted(library for library, doors in DOORS.items() if name in doors))
        # What callers can't import is pale.
        style = 'fill="#f9fafb" stroke-dasharray="4 3"' if name.startswith("_") else 'fill="#dbeafe"'
        parts.append(
            f'<rect x="{left}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" stroke="#64748b" {style}/>'
        )
        middle = left + BOX_WIDTH // 2
        parts.append(
            f'<text x="{middle}" y="{top + (19 if outside else 27)}" font-size="13" text-anchor="middle" '
            f'fill="#111827">{escape(name)}</text>'
        )
        if outside:
            parts.append(
                f'<text x="{middle}" y="{top + 35}" font-size="10" text-anchor="middle" '
                f'fill="#6b7280">{escape(outside)}</text>'
            )
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    DRAWING.write_text(drawing(), "utf-8")
