"""Every field of pyenphase's EnvoyData beside ours: one row a field, one rule a difference."""

from __future__ import annotations

from reference.pyenphase_fields import batteries, energy, equipment, settings

GROUPS = (*energy.GROUPS, *batteries.GROUPS, *equipment.GROUPS, *settings.GROUPS)
