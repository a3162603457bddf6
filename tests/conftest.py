"""How much hypothesis tries: a bounded sample in every run, the long form with `make fuzz`."""

from __future__ import annotations

import sys

from hypothesis import HealthCheck, settings

SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile("sample", deadline=None, max_examples=100, suppress_health_check=SLOW_IS_FINE)
settings.register_profile("fuzz", deadline=None, max_examples=4000, suppress_health_check=SLOW_IS_FINE)
settings.load_profile("sample")


def pytest_sessionfinish() -> None:
    """Take the shared PostgreSQL down: a worker of xdist ends without a word to `atexit`."""
    postgres = sys.modules.get("tests.postgres")
    if postgres is not None and postgres.server.cache_info().currsize:
        postgres.server().remove()
