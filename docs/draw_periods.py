"""Draws the pictures of `docs/explanation/time.md` from what the library itself answers.

Run `python docs/draw_periods.py` after a change; a test fails while the drawings are old ones.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from pathlib import Path

from tenantcore.billing_periods import BillingPeriod, BillingSchedule, Frequency, MonthEnd
from tenantcore.errors import InvalidValue
from tenantcore.schedule_changes import plan_change

EXPLANATION = Path(__file__).resolve().parent / "explanation"
WIDTH, MARGIN, LABELS, ROW, BAR = 1180, 24, 150, 66, 30
FILLS = ("#dbeafe", "#bfdbfe")
STUB, GHOST, REFUSED = "#fde68a", "#f1f5f9", "#fee2e2"


class Picture:
    """A strip of local days with rows of periods beneath it."""

    def __init__(self, title: str, first: date, last: date) -> None:
        self.title, self.first, self.last = title, first, last
        self.parts: list[str] = []
        self.rows = 0

    def across(self, day: date) -> float:
        """How far right a day begins."""
        share = (day - self.first).days / (self.last - self.first).days
        return MARGIN + LABELS + share * (WIDTH - 2 * MARGIN - LABELS)

    @property
    def top(self) -> int:
        """Where the current row begins."""
        return 2 * MARGIN + 10 + (self.rows - 1) * ROW

    def row(self, name: str, note: str = "") -> None:
        """Begin a row, with its name to the left."""
        self.rows += 1
        self.text(MARGIN, self.top + 19, name, size=14, colour="#111827")
        self.text(MARGIN, self.top + 35, note, size=11)

    def bar(self, start: date, end: date, label: str, *, fill: str, dashed: bool = False, below: str = "") -> None:
        """Draw the days from `start` to `end` (excluded), cut at the edges of the picture."""
        left, right = self.across(max(start, self.first)), self.across(min(end, self.last))
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(
            f'<rect x="{left:.1f}" y="{self.top}" width="{right - left:.1f}" height="{BAR}" fill="{fill}" '
            f'stroke="#64748b"{dash}/>'
        )
        self.text((left + right) / 2, self.top + 19, label, anchor="middle", colour="#111827")
        self.text(left, self.top + BAR + 14, below)

    def text(
        self, x: float, y: float, text: str, *, size: int = 11, anchor: str = "start", colour: str = "#475569"
    ) -> None:
        """Write a line, if there is one."""
        if text:
            self.parts.append(
                f'<text x="{x:.1f}" y="{y}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">'
                f"{escape(text)}</text>"
            )

    def svg(self) -> str:
        """Return the picture as SVG text, with a line where each month begins."""
        height = self.top + ROW
        months = [
            f'<path d="M{self.across(day):.1f} {MARGIN} V{height - MARGIN // 2}" stroke="#cbd5e1"/>'
            f'<text x="{self.across(day) + 3:.1f}" y="{MARGIN + 8}" font-size="11" fill="#475569">{day:%b %Y}</text>'
            for day in firsts(self.first, self.last)
        ]
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">',
                f"<title>{escape(self.title)}</title>",
                f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#ffffff"/>',
                *months,
                *self.parts,
                "</svg>",
                "",
            ]
        )


def firsts(first: date, last: date) -> Iterator[date]:
    """The first days of the months in a range."""
    months = BillingSchedule.open(Frequency.MONTHLY, on=first, timezone="UTC")
    return (period.start for period in months.between(first, last) if period.start.day == 1)


def spelt(day: date) -> str:
    """A day as people write it: 31 Jan."""
    return f"{day.day} {day:%b}"


def periods(picture: Picture, drawn: Iterable[BillingPeriod]) -> None:
    """Draw periods one beside the other, each with its days in it and its first day under it."""
    for number, period in enumerate(drawn):
        picture.bar(period.start, period.end, f"{period.days} days", fill=FILLS[number % 2], below=spelt(period.start))


def month_ends() -> str:
    """One anchor, 31 January, through a year under the three choices."""
    anchor, last = date(2026, 1, 31), date(2027, 1, 31)
    picture = Picture("A tenant created on 31 January 2026, billed monthly: three choices of month end", anchor, last)
    for month_end, note in (
        (MonthEnd.TWENTY_EIGHTH, "28th to 28th for good"),
        (MonthEnd.CLAMP, "last day, and back"),
        (MonthEnd.FORBID, "another day, please"),
    ):
        picture.row(month_end.name, note)
        try:
            schedule = BillingSchedule.open(
                Frequency.MONTHLY_ANNIVERSARY, on=anchor, timezone="UTC", month_end=month_end
            )
        except InvalidValue as error:
            picture.bar(anchor, last, error.problem.sentence, fill=REFUSED, dashed=True, below=error.problem.remedy)
        else:
            periods(picture, map(schedule.nth, range(12)))
    return picture.svg()


def change() -> str:
    """A change from weekly to monthly, with the stub between them and the whole that its share is measured in."""
    first, last = date(2026, 10, 26), date(2027, 2, 1)
    weekly = BillingSchedule.open(Frequency.WEEKLY, on=first, timezone="UTC")
    planned = plan_change(weekly, asked_on=date(2026, 11, 18), kind=Frequency.MONTHLY)
    stub = planned.stub
    assert stub is not None  # noqa: S101 - the picture is about it
    picture = Picture("A change from weekly to monthly, asked for on 18 November 2026", first, last)
    picture.row("before", "weekly, asked on 18 Nov")
    periods(picture, weekly.between(first, planned.effective))
    picture.row("after", f"monthly, from {spelt(planned.effective)}")
    picture.bar(
        stub.part.start, stub.part.end, f"{stub.part.days} days", fill=STUB, below=f"stub, {spelt(stub.part.start)}"
    )
    periods(picture, planned.after.between(stub.part.end, last))
    picture.row("measured in", "the denominator")
    whole = stub.whole
    picture.bar(
        whole.start, whole.end, f"{whole.days} days", fill=GHOST, dashed=True,
        below=f"{stub.part.days} of {whole.days} days: a share of {stub.part.days}/{whole.days}",
    )  # fmt: skip
    return picture.svg()


DRAWINGS = {EXPLANATION / "month_ends.svg": month_ends, EXPLANATION / "change.svg": change}

if __name__ == "__main__":
    for path, draw in DRAWINGS.items():
        path.write_text(draw(), "utf-8")
