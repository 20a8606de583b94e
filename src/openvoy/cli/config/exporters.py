"""The sections of exporters: each kind brings its own, found by entry points, ours as anybody's."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from openvoy.errors import ConfigError
from openvoy.ports.exporter import ENTRY_POINTS, AnyExporterKind, Household
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
                yield _read(kind, place.at(number), one)
        else:
            yield _read(kind, place, given)


def _read(kind: AnyExporterKind, place: Place, values: Mapping[str, Any]) -> tuple[AnyExporterKind, Any]:
    return _placed(kind, place), read_section(kind.settings, Table(place=place, values=values))


def _placed(kind: AnyExporterKind, place: Place) -> AnyExporterKind:
    """Let what settings cannot be together name file and line, as what one of them cannot be does."""

    def build(settings: Any, household: Household) -> Any:
        try:
            return kind.build(settings, household)
        except ConfigError as error:
            raise place.error(error.message, error.hint) from error

    return replace(kind, build=build)
