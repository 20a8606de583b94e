"""Prometheus: answers /metrics with the newest values, in base units, energies as counters in joules.

Naming as prometheus.io/docs/practices/naming has it: `openvoy_<thing>_<quantity>_<unit>`, `_total` for counters.
Labels are the gateway's serial and what tells its devices apart, so their number is bounded by the hardware.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from openvoy.exporters.quantities import Quantity, Thing, quantities
from openvoy.ports import ExporterKind, Feed, GatewayStatus, Household, Page, Progress
from openvoy.settings import kinds
from openvoy.settings.table import setting
from openvoy.units import JOULES_PER_WH

PATH = "/metrics"
EPOCH_S_UNIT = "timestamp_seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusSettings:
    """`[prometheus]`: values for Prometheus at /metrics; on where the configuration does not say otherwise."""

    enabled: bool = setting(kinds.flag, default=True, doc="Answer at /metrics.")


@dataclass(frozen=True, slots=True)
class _Base:
    """A base unit: what a metric's name ends in, and what a value is multiplied with."""

    word: str
    factor: float = 1.0


_BASES = {
    "W": _Base("watts"),
    "VA": _Base("voltamperes"),
    "var": _Base("voltamperes_reactive"),
    "Wh": _Base("joules", JOULES_PER_WH),
    "V": _Base("volts"),
    "A": _Base("amperes"),
    "Hz": _Base("hertz"),
    "°C": _Base("celsius"),
    "%": _Base("ratio", 0.01),
    "s": _Base("seconds"),
    "min": _Base("seconds", 60.0),
}
_LABELS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("site", "gateway", "storage", "grid", "generator"), ()),
    "bank": ("kind",),
    "contact": ("contact",),
}
"""Labels by kind of thing, after `gateway`; a device has its serial."""


class PrometheusExporter:
    """Answers scrapes. There is no receiver to be served, so nothing can wait."""

    receiver = ""

    def __init__(self, settings: PrometheusSettings, household: Household) -> None:
        self._served: Callable[[], None] = lambda: None
        registry = CollectorRegistry()
        registry.register(_Values(household.feed))
        self._registry = registry
        self.pages: Sequence[Page] = (Page(path=PATH, render=self._render),) if settings.enabled else ()

    async def run(self, progress: Progress) -> None:
        """Take down scrapes until cancelled."""
        self._served = progress.note_delivered
        await asyncio.get_running_loop().create_future()

    def _render(self, accept: str) -> tuple[str, bytes]:
        encode, kind = choose_encoder(accept)
        body: bytes = encode(self._registry)
        self._served()
        return kind, body


class _Values(Collector):
    """Makes metrics of what the feed has when it is asked."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for status in self._feed.statuses():
            _add_status(families, status)
            snapshot = self._feed.latest(status.name)
            if snapshot is not None and status.is_fresh:
                for quantity in quantities(snapshot):
                    _add_quantity(families, quantity)
        yield from families.values()


def _add_status(families: dict[str, Metric], status: GatewayStatus) -> None:
    labels = {"gateway": status.serial or status.name}
    _gauge(families, "openvoy_gateway_up", "Whether live values arrive.", labels, float(status.is_fresh))
    _info(families, "openvoy_gateway_status", "How collection goes.", labels, {"state": status.state})
    if status.fresh_at is not None:
        name = f"openvoy_gateway_values_{EPOCH_S_UNIT}"
        _gauge(families, name, "When live values last arrived.", labels, status.fresh_at.timestamp())
    if status.load_pct is not None:
        about = "Share of the gateway's time that collection takes."
        _gauge(families, "openvoy_gateway_load_ratio", about, labels, status.load_pct / 100)


def _add_quantity(families: dict[str, Metric], quantity: Quantity) -> None:
    value, thing, labels = quantity.value, quantity.thing, _labels(quantity.thing)
    stem = f"openvoy_{thing.kind}_"
    about = f"{quantity.name} of a {thing.kind}, as docs/units-and-signs.md has it."
    if value is None:
        return
    if isinstance(value, str):
        _info(families, f"{stem}{quantity.name}", about, labels, {quantity.name: value})
    elif isinstance(value, bool):
        _gauge(families, f"{stem}{quantity.name}", about, labels, float(value))
    elif isinstance(value, datetime):
        name = quantity.name.removesuffix("_at") if quantity.name != "at" else "report"
        _gauge(families, f"{stem}{name}_{EPOCH_S_UNIT}", about, labels, value.timestamp())
    else:
        # A name that ends in _count is reserved for histograms.
        name = quantity.name.replace("_count", "s")
        _add_number(families, quantity, f"{stem}{name}", about, float(value))


def _add_number(families: dict[str, Metric], quantity: Quantity, name: str, about: str, value: float) -> None:
    base = _BASES.get(quantity.unit)
    labels = _labels(quantity.thing)
    if base is None:
        _gauge(families, name, about, labels, value)
        return
    name = f"{name.rpartition('_')[0]}{_noun(quantity)}_{base.word}"
    if quantity.is_total:
        family = families.setdefault(name, CounterMetricFamily(name, about, labels=[*labels]))
        family.add_sample(f"{name}_total", labels, value * base.factor)
    else:
        _gauge(families, name, about, labels, value * base.factor)


def _noun(quantity: Quantity) -> str:
    """Say what is measured where only the unit of a field's name does: solar_w is a power, solar_wh an energy."""
    if quantity.thing.kind == "site":
        return "_power" if quantity.unit == "W" else "_energy"
    return "_energy" if quantity.is_total else ""


def _labels(thing: Thing) -> dict[str, str]:
    labels = {"gateway": thing.gateway}
    if thing.kind == "meter":
        return {**labels, "meter": thing.id, "phase": thing.phase}
    names = _LABELS.get(thing.kind, ("serial",))
    return {**labels, **dict.fromkeys(names, thing.id)}


def _gauge(families: dict[str, Metric], name: str, about: str, labels: dict[str, str], value: float) -> None:
    families.setdefault(name, GaugeMetricFamily(name, about, labels=[*labels])).add_sample(name, labels, value)


def _info(families: dict[str, Metric], name: str, about: str, labels: dict[str, str], said: dict[str, str]) -> None:
    family = families.setdefault(name, InfoMetricFamily(name, about, labels=[*labels]))
    family.add_sample(f"{name}_info", {**labels, **said}, 1.0)


KIND = ExporterKind(section="prometheus", settings=PrometheusSettings, build=PrometheusExporter, by_default=True)
