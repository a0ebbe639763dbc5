"""Measures the library and its peers side by side, and prints how many times longer each takes.

    .venv/bin/pip install -q -e . -r benchmarks/requirements.txt
    .venv/bin/python benchmarks/run.py                          # every subject, some minutes
    .venv/bin/python benchmarks/run.py billing_periods --rounds 15

Subjects live in `benchmarks/bench_*.py`: `SUBJECTS` maps a subject to its libraries, and each of those to a callable
that does the work once. `TIMED` is the same for work that must time itself: its callables return seconds.

pyperf measures: it calibrates the loops, warms up, and keeps a measurement in a process of its own. But it finishes one
benchmark before it begins the next, minutes later, and a machine that is shared or grows warm is another machine by
then. So each round here measures every library of a subject once, in fresh processes and in turned order. What else
the machine does can only add time, so the quickest round of each library counts; the ratios inside single rounds stand
beside it, lowest and highest, and say how steady the machine was.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import pyperf
from subjects import libraries_by_subject, modules

HERE = Path(__file__).parent
OURS = "tenantcore"


def seconds(module: str, subject: str, library: str) -> float:
    """The time of one call, the median of the values that pyperf takes in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "result.json"
        command = [sys.executable, str(HERE / "measure.py"), module, subject, library, "--quiet", "-o", str(written)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own script
        return float(pyperf.Benchmark.load(str(written)).median())


def rounds_of(module: str, subject: str, libraries: list[str], rounds: int) -> dict[str, list[float]]:
    """The time of each library in each round; every round begins with another library."""
    times: dict[str, list[float]] = {library: [] for library in libraries}
    for number in range(rounds):
        first = number % len(libraries)
        for library in libraries[first:] + libraries[:first]:
            times[library].append(seconds(module, subject, library))
    return times


def table(subject: str, times: dict[str, list[float]]) -> str:
    """One subject as text: time of a call, and times ours, from the quickest."""
    lines = [f"{subject}", f"  {'':36} {'a call':>12} {'times ours':>11}   in single rounds"]
    for library, taken in sorted(times.items(), key=lambda item: min(item[1])):
        ratios = [theirs / ours for theirs, ours in zip(taken, times[OURS], strict=True)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        lines.append(f"  {library:36} {readable(min(taken)):>12} {min(taken) / min(times[OURS]):>11.2f}   {spread}")
    return "\n".join(lines)


def readable(taken: float) -> str:
    """A duration with a fitting unit: 1.3e-06 is 1.30 us."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if taken >= size:
            return f"{taken / size:.2f} {unit}"
    return f"{taken / 1e-9:.0f} ns"


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description="Measure tenantcore and its peers side by side.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(modules())}; all if none is named")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    for module in arguments.modules or modules():
        for subject, libraries in libraries_by_subject(module).items():
            print(table(f"{module}: {subject}", rounds_of(module, subject, libraries, arguments.rounds)), flush=True)
            print()


if __name__ == "__main__":
    main()
