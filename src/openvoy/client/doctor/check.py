"""Every module in `checks` offers one check; a new one is a new file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding, Severity

Check = Callable[[Facts], Iterable[Finding]]

_CHECKS: dict[str, Check] = {}
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def check(name: str) -> Callable[[Check], Check]:
    """Register a check under its name."""

    def register(function: Check) -> Check:
        _CHECKS[name] = function
        return function

    return register


@cache
def all_checks() -> Mapping[str, Check]:
    """All checks by name."""
    package = importlib.import_module("openvoy.client.doctor.checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(sorted(_CHECKS.items()))


def find_all(facts: Facts) -> tuple[Finding, ...]:
    """Run all checks; the worst findings first."""
    findings = [finding for one in all_checks().values() for finding in one(facts)]
    return tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.severity)))
