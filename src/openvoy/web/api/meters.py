"""Meters over time, and whether their transformers are wired rightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any

from openvoy.client.doctor.checks import transformers
from openvoy.client.doctor.facts import Facts
from openvoy.client.doctor.finding import Finding
from openvoy.codec import doc
from openvoy.web.backend import Backend
from openvoy.web.operation import End, GatewayName, Operation, Start
from openvoy.web.problems import NothingThere
from openvoy.web.query import check_step, find_gateway, find_serial, parse_span

Numbers = Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterColumns:
    """Readings of meters (`channel` 0) and phases (1 to 3) over the step that starts at `at` (Unix seconds).

    Means of minutes; …_min and …_max are the lowest and the highest minute of the step.
    """

    at: Sequence[int]
    eid: Sequence[int]
    channel: Sequence[int]
    active_power_w: Numbers
    active_power_w_min: Numbers
    active_power_w_max: Numbers
    apparent_power_va: Numbers
    reactive_power_var: Numbers
    power_factor: Numbers
    voltage_v: Numbers
    voltage_v_min: Numbers
    voltage_v_max: Numbers
    current_a: Numbers
    frequency_hz: Numbers
    frequency_hz_min: Numbers
    frequency_hz_max: Numbers


async def read_meters(
    backend: Backend,
    *,
    start: Start,
    end: End,
    eid: Annotated[int | None, doc("", "One meter, by its record number.")] = None,
    step_s: Annotated[int, doc("s", "Length of a step, 60 or more.")] = 300,
    gateway: GatewayName = None,
) -> MeterColumns:
    """Readings of meters and their phases by step."""
    span = parse_span(start, end, zone=backend.zone)
    check_step(span, step_s)
    columns: Any = await backend.store.read_meters(
        start=span.start,
        end=span.end,
        step_s=step_s,
        gateway=await find_serial(backend.feed, backend.store, gateway),
        eid=eid,
    )
    return MeterColumns(**{field.name: columns[field.name] for field in fields(MeterColumns)})


async def check_transformers(backend: Backend, *, gateway: GatewayName = None) -> Sequence[Finding]:
    """What is suspicious about current transformers, by the newest values; empty where nothing is."""
    status = find_gateway(backend.feed, gateway)
    snapshot = backend.feed.latest(status.name)
    if snapshot is None:
        raise NothingThere(
            f"Gateway '{status.name}' has not been read yet.", hint=status.hint or "Ask again once it answers."
        )
    facts = Facts(name=status.name, host=status.host, now=backend.clock.now(), snapshot=snapshot)
    return tuple(transformers.find(facts))


OPERATIONS = (
    Operation(path="/api/v1/history/meters", handler=read_meters, tag="History"),
    Operation(path="/api/v1/meters/check", handler=check_transformers, tag="Now"),
)
