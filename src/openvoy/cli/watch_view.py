"""What `openvoy watch` shows: a snapshot as lines that fit a terminal, in words and bars, free of colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from openvoy.cli.snapshot_tables import NOT_SAID, unit
from openvoy.client.streaming.readings import WHOLE
from openvoy.model import Battery, Inverter, Power, Snapshot
from openvoy.model.live import LiveSample

Span = tuple[str, str]
"""A text and what it is about: solar, grid, battery, generator, load, title, dim, bad, or nothing in particular."""
Line = Sequence[Span]

WIDE = 120
"""From this width on panels stand beside the rest."""
_LABEL = 11
_NUMBER = 10
_BAR = "█"
_EIGHTHS = " ▁▂▃▄▅▆▇█"
STALE_AFTER_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is known when a screen is drawn."""

    snapshot: Snapshot | None
    now: datetime
    live: LiveSample | None = None
    notes: tuple[str, ...] = field(default=())
    """What a person should know beside the gateway's own words."""

    @property
    def power(self) -> Power:
        """The newest powers: live data where it runs."""
        if self.live is not None:
            return self.live.power
        return Power() if self.snapshot is None else self.snapshot.power


def build_screen(scene: Scene, column_count: int, line_count: int) -> list[Line]:
    """Build at most `line_count` lines of at most `column_count` columns; what does not fit is named."""
    width, height = column_count, line_count
    snapshot = scene.snapshot
    if snapshot is None:
        return [[("Waiting for the gateway …", "dim")], *_problems(scene, width)]
    left = [
        *_flows(scene, min(width, WIDE) if width < WIDE else width // 2),
        *_phases(scene),
        *_batteries(snapshot.batteries),
    ]
    head, problems = _headline(scene, width), [*_problems(scene, width)]
    room = max(0, height - 1 - len(problems))
    if width >= WIDE:
        panels = [*_panels(snapshot.inverters, width // 2 - 2, room)]
        body = _beside(left[:room], panels, width // 2)
    else:
        left = left[:room]
        body = [*left, *_panels(snapshot.inverters, width, room - len(left))]
    return [head, *body, *problems][:height]


def build_line(scene: Scene) -> str:
    """Build one plain line, for logs and pipes."""
    power, snapshot = scene.power, scene.snapshot
    storage = None if snapshot is None else snapshot.storage
    parts = [
        f"{name} {unit(value, 'W')}"
        for name, value in (
            ("solar", power.solar_w),
            ("grid", power.grid_w),
            ("battery", power.battery_w),
            ("generator", power.generator_w),
            ("house", power.load_w),
        )
        if value is not None
    ]
    if storage is not None and storage.soc_pct is not None:
        parts.append(f"charge {unit(storage.soc_pct, '%')}")
    parts += [] if snapshot is None else [*_doubts(scene, snapshot)]
    return f"{scene.now.astimezone():%Y-%m-%d %H:%M:%S}  " + "  ".join(parts or ["nothing is known"])


def _doubts(scene: Scene, snapshot: Snapshot) -> Iterator[str]:
    """Say what keeps the values of a line from being those of now."""
    for part in snapshot.missing[:1]:
        yield "no answer" if part.part == WHOLE else f"missing {part.part}"
    age_s = _age_s(snapshot, scene)
    if age_s is not None and age_s >= STALE_AFTER_S:
        yield f"{_duration(age_s)} old"


def _headline(scene: Scene, width: int) -> Line:
    assert scene.snapshot is not None
    gateway = scene.snapshot.gateway
    age_s = _age_s(scene.snapshot, scene)
    right = f"{scene.now.astimezone():%H:%M:%S}"
    fresh = "" if age_s is None else f"{_duration(age_s)} old"
    left = f"Gateway {gateway.serial}, {gateway.firmware}"
    gap = max(1, width - len(left) - len(right) - len(fresh) - 2)
    is_old = age_s is not None and age_s >= STALE_AFTER_S
    return [(left, "title"), (" " * gap, ""), (fresh, "bad" if is_old else "dim"), ("  ", ""), (right, "title")]


def _age_s(snapshot: Snapshot, scene: Scene) -> float | None:
    """Give how old the newest value is, never below zero: the clocks of gateway and machine differ."""
    moments = [meter.at for meter in snapshot.meters if meter.at is not None]
    moments += [] if scene.live is None else [scene.live.at]
    moments = moments or [inverter.at for inverter in snapshot.inverters if inverter.at is not None]
    return None if not moments else max(0.0, (scene.now - max(moments)).total_seconds())


def _duration(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 1:
        return f"{seconds:.0f} s"
    if minutes < 60:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"


def _flows(scene: Scene, width: int) -> Iterator[Line]:
    power = scene.power
    storage = None if scene.snapshot is None else scene.snapshot.storage
    soc_pct = scene.live.soc_pct if scene.live is not None else None if storage is None else storage.soc_pct
    charge = "" if soc_pct is None else f"{soc_pct:.0f} %"
    rows = [
        ("Solar", power.solar_w, "solar", ""),
        ("Grid", power.grid_w, "grid", _direction(power.grid_w, "import", "export")),
        (
            "Battery",
            power.battery_w,
            "battery",
            " ".join(word for word in (_direction(power.battery_w, "discharging", "charging"), charge) if word),
        ),
        ("Generator", power.generator_w, "generator", ""),
        ("House", power.load_w, "load", ""),
    ]
    known = [
        row for row in rows if row[1] is not None or row[0] in {"Solar", "House"} or (row[0] == "Battery" and charge)
    ]
    most_w = max([1000.0, *(abs(row[1]) for row in known if row[1] is not None)])
    room = max(4, width - _LABEL - _NUMBER - 22)
    yield []
    for name, value_w, about, note in known:
        size_w = None if value_w is None else abs(value_w) if about in {"grid", "battery"} else value_w
        bar = "" if value_w is None else _BAR * round(abs(value_w) / most_w * room)
        yield [
            (f"{name:<{_LABEL}}", ""),
            (f"{unit(size_w, 'W'):>{_NUMBER}}", about),
            (f"  {note:<18}", "dim"),
            (bar, about),
        ]


def _direction(power_w: float | None, positive: str, negative: str) -> str:
    if power_w is None or round(power_w) == 0:
        return ""
    return positive if power_w > 0 else negative


def _phases(scene: Scene) -> Iterator[Line]:
    """Give solar and grid by phase, where there is more than one."""
    rows = [*_live_phases(scene.live)] if scene.live is not None and len(scene.live.phases) > 1 else [*_channels(scene)]
    if not rows:
        return
    count = max(len(values) for _, _, values in rows)
    yield []
    yield [(f"{'Phases':<{_LABEL}}" + "".join(f"{f'L{number}':>{_NUMBER}}" for number in range(1, count + 1)), "title")]
    for name, about, values in rows:
        yield [(f"{name:<{_LABEL}}", ""), ("".join(f"{value:>{_NUMBER}}" for value in values), about)]


def _live_phases(live: LiveSample) -> Iterator[tuple[str, str, list[str]]]:
    for name, about, values in (
        ("solar", "solar", [phase.solar_w for phase in live.phases]),
        ("grid", "grid", [phase.grid_w for phase in live.phases]),
        ("battery", "battery", [phase.battery_w for phase in live.phases]),
        ("house", "load", [phase.load_w for phase in live.phases]),
    ):
        if any(values):
            yield name, about, [unit(value, "W") for value in values]


def _channels(scene: Scene) -> Iterator[tuple[str, str, list[str]]]:
    names = {"production": ("solar", "solar"), "net-consumption": ("grid", "grid"), "storage": ("battery", "battery")}
    voltages: list[str] = []
    for meter in () if scene.snapshot is None else scene.snapshot.meters:
        if len(meter.channels) > 1 and meter.kind in names:
            name, about = names[meter.kind]
            yield name, about, [unit(channel.active_power_w, "W") for channel in meter.channels]
            voltages = [unit(channel.voltage_v, "V", 1) for channel in meter.channels]
    if voltages:
        yield "voltage", "dim", voltages


def _batteries(batteries: Sequence[Battery]) -> Iterator[Line]:
    if not batteries:
        return
    yield []
    yield [("Batteries", "title")]
    for battery in batteries:
        yield [
            (f"{battery.serial:<14}", ""),
            (f"{unit(battery.soc_pct, '%'):>6}", "battery"),
            (f"{unit(battery.power_w, 'W'):>{_NUMBER}}", "battery"),
            (f"{unit(battery.temperature_c, '°C'):>8}", ""),
            (f"  {battery.status or NOT_SAID}", "dim"),
        ]


_CELL = 13


def _panels(inverters: Sequence[Inverter], width: int, room: int) -> Iterator[Line]:
    """Give all panels as cells of serial end, bar and power; those that do not fit are counted."""
    if not inverters or room < 3:
        return
    total_w = sum(inverter.power_w for inverter in inverters if inverter.power_w is not None)
    known_w = [
        value for inverter in inverters for value in (inverter.max_power_w, inverter.power_w) if value is not None
    ]
    most_w = max([100.0, *known_w])
    across = max(1, width // _CELL)
    rows = [inverters[start : start + across] for start in range(0, len(inverters), across)]
    shown = rows[: room - 2]
    hidden = sum(map(len, rows[len(shown) :]))
    more = f", {hidden} more do not fit" if hidden else ""
    yield []
    yield [(f"Panels ({len(inverters)})  {total_w:,.0f} W at their last reports{more}"[:width], "title")]
    for row in shown:
        yield [span for inverter in row for span in _cell(inverter, most_w)]


def _cell(inverter: Inverter, most_w: float) -> Iterator[Span]:
    power_w = inverter.power_w
    step = 0 if power_w is None else min(8, max(0, round(power_w / most_w * 8)))
    is_silent = inverter.communicating is False and inverter.status not in {None, "asleep"}
    yield f"{inverter.serial[-4:]} ", "bad" if is_silent else "dim"
    yield _EIGHTHS[step], "solar"
    yield f"{unit(power_w, 'W'):>6} ", "solar" if power_w else "dim"


def _beside(left: Sequence[Line], right: Sequence[Line], at: int) -> list[Line]:
    """Put two blocks side by side."""
    lines: list[Line] = []
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else []
        other = right[number] if number < len(right) else []
        gap = max(1, at - sum(len(text) for text, _ in one))
        lines.append([*one, (" " * gap, ""), *other] if other else one)
    return lines


def _problems(scene: Scene, width: int) -> Iterator[Line]:
    missing = () if scene.snapshot is None else scene.snapshot.missing
    texts = [*scene.notes, *(f"{part.part}: {part.reason}" for part in missing)]
    if texts:
        yield []
    for text in texts[:6]:
        one_line = " ".join(text.split())
        yield [(f"! {one_line}"[:width], "bad")]
