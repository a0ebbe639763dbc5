"""Storms the accounts of a PostgreSQL server, and measures how many operations a second it takes.

    .ci/with-postgresql .venv/bin/python benchmarks/ledger_storm.py
    .ci/with-postgresql .venv/bin/python benchmarks/ledger_storm.py --operations 0 --seconds 10

Eight processes, in the ways that the example of the ledger in PostgreSQL has. The storm itself, with kills, is that of
the tests; it fails if anything is lost, doubled or overspent.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.ledger_storm import rates, storm


def main() -> None:
    """Read the command line, storm, measure, print."""
    parser = argparse.ArgumentParser(description="Storm the accounts of a PostgreSQL server.")
    parser.add_argument("--operations", type=int, default=20_000, help="of the storm; 0 for none")
    parser.add_argument(
        "--seconds", type=float, default=5, help="how long each way to ask is measured; 0 for not at all"
    )
    arguments = parser.parse_args()
    server = os.environ["TENANTCORE_POSTGRES"]
    if arguments.operations:
        with tempfile.TemporaryDirectory() as folder:
            told = storm(server, arguments.operations, Path(folder))
        print(told)
        print(f"{told.operations / told.seconds:.0f} operations a second, amid kills", flush=True)
    if arguments.seconds:
        for name, rate in rates(server, arguments.seconds):
            print(f"{name:32} {rate:>7.0f} operations a second; load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
