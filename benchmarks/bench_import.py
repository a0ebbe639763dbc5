"""Importing the library in a fresh process, against importing only what it stands on."""

import subprocess
import sys
from collections.abc import Callable

PROGRAM = "from time import perf_counter as now; began = now(); import {}; print(now() - began)"


def importing(modules: str) -> Callable[[], float]:
    """Seconds that the import takes in a process that has just started; the start itself isn't counted."""
    program = PROGRAM.format(modules)

    def seconds() -> float:
        command = [sys.executable, "-c", program]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - our own

    return seconds


TIMED = {
    "import of billing_periods": {
        "tenantcore": importing("tenantcore.billing_periods"),
        "attrs, zoneinfo, dateutil": importing("attrs, zoneinfo, dateutil.relativedelta"),
        "attrs, zoneinfo, dateutil.rrule": importing("attrs, zoneinfo, dateutil.relativedelta, dateutil.rrule"),
    },
    "import of onboarding": {
        "tenantcore": importing("tenantcore.onboarding"),
        "attrs, zoneinfo, dateutil": importing("attrs, zoneinfo, dateutil.relativedelta"),
    },
}
