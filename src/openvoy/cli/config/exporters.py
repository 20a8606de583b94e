"""The sections of exporters: each kind brings its own, found by entry points, ours as anybody's."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from openvoy.ports.exporter import ENTRY_POINTS, AnyExporterKind
from openvoy.settings.table import Place, Table, read_section

_LOG = logging.getLogger(__name__)


@cache
def exporter_kinds() -> Mapping[str, AnyExporterKind]:
    """Give all installed kinds by section; one that cannot be loaded is named and left out."""
    kinds = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            kind: AnyExporterKind = point.load()
        except ImportError as error:
            _LOG.warning("The exporter %s cannot be loaded: %s", point.name, error)
            continue
        kinds[kind.section] = kind
    return kinds


def read_exporters(values: Mapping[str, Any], root: Place) -> Iterator[tuple[AnyExporterKind, Any]]:
    """Read the sections of all exporters that are wanted; raise ConfigError."""
    for section, kind in exporter_kinds().items():
        place = root.at(section)
        if section not in values:
            if kind.by_default:
                yield kind, read_section(kind.settings, Table(place=place, values={}))
            continue
        given = values[section]
        if kind.is_list:
            for number, one in enumerate(given):
                yield kind, read_section(kind.settings, Table(place=place.at(number), values=one))
        else:
            yield kind, read_section(kind.settings, Table(place=place, values=given))
