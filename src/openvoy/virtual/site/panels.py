"""From light to alternating current: planes, shade, panels and microinverters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openvoy.virtual.site.arrays import Array, Ints, Mask, grained
from openvoy.virtual.site.definition import Panel, PanelArray, Shade, SiteDefinition
from openvoy.virtual.site.noise import Stream, generator
from openvoy.virtual.site.serials import inverter_serials
from openvoy.virtual.site.sun import Sky
from openvoy.virtual.site.weather import Weather

ALBEDO = 0.2
HEAT_C_PER_W_M2 = 0.030
"""Cell above air temperature, for each W/m2 (Ross coefficient of a roof with some air behind the panels)."""
POWER_PER_C = -0.0035
"""Power coefficient of temperature of a common panel."""
GLASS_B0 = 0.05
"""Reflection at flat angles (ASHRAE incidence-angle modifier)."""
AC_SHARE = 0.972
"""Of each further watt of direct current, this much becomes alternating current."""
SELF_USE_W = 0.6
"""What a running inverter keeps for itself."""
WAKE_DC_W = 2.0
"""Below this an inverter sleeps."""
ASLEEP_W = 0.125
"""What a sleeping inverter draws from the grid."""
FOR_EVER = 10_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Plant:
    """What does not change about the panels; one entry a panel, arrays one after the other."""

    serials: tuple[str, ...]
    array: Ints
    """Which array each panel belongs to."""
    nameplate_w: Array
    gain: Array
    """Share of its nameplate that a panel gives in full light: spread, ailing, soiling."""
    rated_w: Array
    share: Array
    """How each panel's power is shared out over the phases: [phase, panel], columns add up to 1."""
    shaded: tuple[tuple[int, tuple[Shade, ...]], ...]
    """Panels with something before them."""
    from_day: Ints
    """Ordinal of the first day of each inverter; one that replaces another has the same panel and comes later …"""
    until_day: Ints
    """… and of the first day without it."""
    is_dated: bool
    """Some come later or go."""

    def in_service(self, day: int) -> Mask:
        """Tell which inverters are there on a day, by its ordinal."""
        return (self.from_day <= day) & (day < self.until_day)


@dataclass(frozen=True, slots=True, eq=False)
class PlantOutput:
    """What the panels do at each minute mark."""

    ac_w: Array
    """[panel, mark], never negative."""
    asleep: Mask
    """[panel, mark]."""
    plane_w_m2: Array
    """[array, mark], light on the plane of an unshaded panel."""


def build_plant(site: SiteDefinition, seed: int) -> Plant:
    """Lay out the panels of a site; which are a little better than others is drawn from the seed."""
    rows = [(index, row, number) for index, row in enumerate(site.array) for number in range(1, row.panels + 1)]
    spread = generator(seed, 0, Stream.PANELS).standard_normal(len(rows))
    special = {(index, panel.number): panel for index, row in enumerate(site.array) for panel in row.panel}
    panels = [special.get((index, number), Panel(number=number)) for index, _, number in rows]
    lives = [_life(row, panel) for (_, row, _), panel in zip(rows, panels, strict=True)]
    places = [*range(len(rows)), *(place for place, panel in enumerate(panels) if panel.replaced is not None)]
    later = [(lives[place][1], lives[place][2]) for place in places[len(rows) :]]
    spans = [*((life[0], life[1]) for life in lives), *later]
    gain = [_gain(row, panel, z) for (_, row, _), panel, z in zip(rows, panels, spread, strict=True)]
    return Plant(
        serials=inverter_serials(site),
        array=np.array([rows[place][0] for place in places], dtype=np.int64),
        nameplate_w=np.array([rows[place][1].panel_w for place in places]),
        gain=np.array([gain[place] for place in places]),
        rated_w=np.array([rows[place][1].inverter_model.rated_w for place in places]),
        share=_shares(len(rows), site.phase_count)[:, places],
        shaded=tuple((row, panels[place].shade) for row, place in enumerate(places) if panels[place].shade),
        from_day=np.array([start for start, _ in spans], dtype=np.int64),
        until_day=np.array([end for _, end in spans], dtype=np.int64),
        is_dated=len({*spans}) > 1 or spans[0] != (0, FOR_EVER),
    )


def _life(row: PanelArray, panel: Panel) -> tuple[int, int, int]:
    """Ordinals of the days on which a panel comes, its inverter is replaced, and it goes."""
    start = 0 if row.installed is None else row.installed.toordinal()
    ends = [end.toordinal() for end in (row.retired, panel.retired) if end is not None]
    end = min(ends, default=FOR_EVER)
    return start, end if panel.replaced is None else min(panel.replaced.toordinal(), end), end


def plant_output(site: SiteDefinition, plant: Plant, sky: Sky, weather: Weather) -> PlantOutput:
    """Compute what each panel feeds in; clipped at the inverter's rating."""
    planes = [_plane(row, sky, weather) for row in site.array]
    light = np.stack([direct + diffuse for direct, diffuse in planes])
    dc = (plant.nameplate_w * plant.gain)[:, None] * _per_nameplate(light, weather.air_c)[plant.array]
    for place, shades in plant.shaded:
        direct, diffuse = planes[plant.array[place]]
        left = direct * _unshaded(shades, sky) + diffuse
        dc[place] = plant.nameplate_w[place] * plant.gain[place] * _per_nameplate(left, weather.air_c)
    asleep: Mask = dc < WAKE_DC_W
    ac = np.minimum(dc * AC_SHARE - SELF_USE_W, plant.rated_w[:, None])
    ac[asleep] = 0.0
    return PlantOutput(ac_w=grained(ac), asleep=asleep, plane_w_m2=light)


def dc_power(ac_w: Array) -> Array:
    """Tell what an inverter takes from its panel to feed in `ac_w`."""
    return (ac_w + SELF_USE_W) / AC_SHARE


def _per_nameplate(light: Array, air_c: Array) -> Array:
    cell_c = air_c + HEAT_C_PER_W_M2 * light
    result: Array = light / 1000.0 * (1.0 + POWER_PER_C * (cell_c - 25.0))
    return result


def _plane(row: PanelArray, sky: Sky, weather: Weather) -> tuple[Array, Array]:
    """Direct and diffuse light on a plane (isotropic sky), W/m2."""
    tilt, azimuth = np.radians(row.tilt_deg), np.radians(row.azimuth_deg)
    facing = np.sin(tilt) * (np.sin(azimuth) * sky.east + np.cos(azimuth) * sky.north) + np.cos(tilt) * sky.up
    facing = np.where(sky.up > 0, np.maximum(facing, 0.0), 0.0)
    glass = np.maximum(1.0 - GLASS_B0 * (1.0 / np.maximum(facing, 0.02) - 1.0), 0.0)
    diffuse = weather.dhi * (1.0 + np.cos(tilt)) / 2 + weather.ghi * ALBEDO * (1.0 - np.cos(tilt)) / 2
    return weather.dni * facing * glass, diffuse


def _unshaded(shades: tuple[Shade, ...], sky: Sky) -> Array:
    """Share of direct light that gets past what stands before a panel; edges are 2 degrees soft."""
    azimuth = np.degrees(np.arctan2(sky.east, sky.north)) % 360
    height = np.degrees(np.arcsin(np.clip(sky.up, -1.0, 1.0)))
    left = np.ones_like(height)
    for shade in shades:
        width = (shade.to_deg - shade.from_deg) % 360
        inside = (azimuth - shade.from_deg) % 360
        across = np.clip(np.minimum(inside, width - inside) / 2 + 0.5, 0.0, 1.0)
        below = np.clip((shade.below_deg - height) / 2 + 0.5, 0.0, 1.0)
        left = left * (1.0 - shade.blocks_pct / 100 * across * below)
    return left


def _gain(row: PanelArray, panel: Panel, z: float) -> float:
    spread = 1.0 + row.spread_pct / 100 * float(np.clip(z, -3.0, 3.0))
    return spread * panel.power_pct / 100 * (1 - row.soiling_pct / 100) * (1 - panel.soiling_pct / 100)


def _shares(panels: int, phases: int) -> Array:
    """Split phase feeds both legs; on three phases each panel has one, in turn."""
    share = np.zeros((phases, panels))
    if phases == 3:
        share[np.arange(panels) % 3, np.arange(panels)] = 1.0
    else:
        share[:] = 1.0 / phases
    return share
