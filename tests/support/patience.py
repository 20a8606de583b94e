"""The one limit of all that tests wait for: a busy machine takes its time; who waits in vain fails all the same."""

from __future__ import annotations

PATIENCE_S = 60.0
