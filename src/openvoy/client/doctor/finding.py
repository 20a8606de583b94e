"""What a check found: how bad, what, by which evidence, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How bad it is."""

    NOTE = "note"
    """Worth knowing; nothing has to be done."""
    WARNING = "warning"
    """Something is wrong, or will be."""
    ERROR = "error"
    """Something does not work."""


class Sureness(Enum):
    """How sure the conclusion is; the evidence is always what was measured."""

    CERTAIN = "certain"
    LIKELY = "likely"
    """Nothing else that is known explains it, but one reading is little."""
    POSSIBLE = "possible"
    """There are harmless explanations too; look again at another time of day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding."""

    check: str
    """The check's name, for programs."""
    severity: Severity
    what: str
    evidence: str
    advice: str
    sureness: Sureness = Sureness.CERTAIN
    source: str | None = None
    """Where the knowledge comes from, such as a number of the list of measured behaviours."""
