"""Hypothesis profiles: the default run is deterministic; `thorough` looks harder and is what CI adds."""

from hypothesis import HealthCheck, settings

settings.register_profile("default", derandomize=True, deadline=None, max_examples=60, print_blob=True)
settings.register_profile(
    "thorough", deadline=None, max_examples=1000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
# Mutation testing runs the suite thousands of times; a killed mutant seldom needs many examples.
settings.register_profile("mutation", derandomize=True, deadline=None, max_examples=12, database=None)
settings.load_profile("default")
