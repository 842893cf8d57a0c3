"""How hard the properties search: ``quick`` with every test run, ``thorough`` by HYPOTHESIS_PROFILE=thorough."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
_COMMON = settings(
    deadline=None, derandomize="CI" in os.environ, suppress_health_check=_SLOW, report_multiple_bugs=False
)

settings.register_profile("quick", _COMMON, max_examples=300)
settings.register_profile("thorough", _COMMON, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
