"""Measures what a billing run over 100,000 tenants costs in memory, each library in a process of its own.

    .venv/bin/python benchmarks/memory.py

Prints, for what is loaded and for the run: what tracemalloc counts, in MB (the run keeps all that it found), and the
highest resident size of the process, which whenever's objects in Rust are part of and tracemalloc doesn't see.
"""

import resource
import subprocess
import sys
import tracemalloc

import bench_billing_run

MEGABYTE = 1_000_000
LOADED = {
    "tenantcore": bench_billing_run.ours,
    "dateutil relativedelta": bench_billing_run.others,
    "whenever": bench_billing_run.whenevers,
}


def measure(library: str) -> None:
    """Load the tenants, bill all of them, and print what each took."""
    tracemalloc.start()
    LOADED[library](on_the_first=True)
    loaded, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    found = bench_billing_run.SUBJECTS["100,000 tenants, all due"][library]()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sizes = {"loaded": loaded, "run": peak - loaded, "resident": resident}
    print(f"{library:24} {len(found)} due", *(f"{size / MEGABYTE:8.1f} MB {name}" for name, size in sizes.items()))


def main() -> None:
    """Measure the library that is named, or each in turn."""
    if sys.argv[1:]:
        measure(sys.argv[1])
        return
    for library in LOADED:
        subprocess.run([sys.executable, __file__, library], check=True)  # noqa: S603 - this script


if __name__ == "__main__":
    main()
