"""Hypothesis profiles. The default is deterministic, so that a red run speaks of the change and not of its luck."""

import re

from hypothesis import HealthCheck, settings

from tenantcore import _dial_plans, _organization_names, _periods, _windows

_PLAIN_ID = re.compile(r"[A-Za-z0-9_.@+-]{1,60}")
_SLOW_IS_FINE = [HealthCheck.too_slow]

settings.register_profile("default", derandomize=True, deadline=None, max_examples=40, print_blob=True)
# For another Python than the first, where what differs shows in few examples, and for counting what is covered.
settings.register_profile("brief", derandomize=True, deadline=None, max_examples=15, print_blob=True)
# What CI adds: deterministic too, and more of it.
settings.register_profile(
    "thorough", derandomize=True, deadline=None, max_examples=120, print_blob=True, suppress_health_check=_SLOW_IS_FINE
)
# To be run by hand: looks elsewhere each time.
settings.register_profile(
    "exploring", deadline=None, max_examples=2000, print_blob=True, suppress_health_check=_SLOW_IS_FINE
)
# Mutation testing runs the suite thousands of times; a killed mutant seldom needs many examples. It runs them in one
# process, where a test method is met on another instance each time.
settings.register_profile(
    "mutation",
    derandomize=True,
    deadline=None,
    max_examples=12,
    database=None,
    suppress_health_check=[*_SLOW_IS_FINE, HealthCheck.differing_executors],
)
settings.load_profile("default")


def pytest_configure() -> None:
    """Start without what an earlier run in the same process has cached, as mutation testing has one."""
    for module in (_dial_plans, _organization_names, _periods, _windows):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Call odd texts by their argument's name: an id with slashes or brackets can't be asked for again."""
    return argname if isinstance(val, str) and not _PLAIN_ID.fullmatch(val) else None
