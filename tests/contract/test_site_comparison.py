"""Simulated sites of every make, read by pyenphase and by us at a frozen moment: the same, or a reason is declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from openvoy import Gateway
from openvoy.model import Snapshot
from openvoy.virtual.site import SiteDefinition, SiteState, read_site
from openvoy.virtual.site.definition import Meters
from reference._comparison import compare
from reference.pyenphase import unexplained
from reference.pyenphase_fields import GROUPS
from tests.contract.site_support import with_panels
from tests.contract.test_site_pyenphase import FITTING, READINGS, Stand, moment_on, read, serve

OLD = ("7.3", "7.6", "8.2.127")
NEW = ("8.2", "8.3", "8.3.5433")
NO_METERS = Meters()
SPLIT, THREE = "metered-split", "three-phase"


def metered(name: str, **meters: object) -> SiteDefinition:
    return replace(read_site(name), meters=Meters(**meters))  # type: ignore[arg-type]


MAKES: Mapping[str, SiteDefinition] = MappingProxyType({
    "split without transformers": metered(SPLIT),
    "split, production only": metered(SPLIT, production=True),
    "split, net only": metered(SPLIT, consumption="net"),
    "split, total": metered(SPLIT, production=True, consumption="total"),
    "three phases without transformers": metered(THREE),
    "three phases, production only": metered(THREE, production=True),
    "three phases, total": metered(THREE, production=True, consumption="total"),
    "49 panels": with_panels(read_site(THREE), 49),
    "52 panels": with_panels(read_site(SPLIT), 52),
    "one phase": replace(read_site("standard"), gateway=replace(read_site("standard").gateway, model="metered",
        phases="single"), meters=Meters(production=True, consumption="net")),
    "battery without its meter": metered("demo", production=True, consumption="net"),
    "battery with its meter": metered("demo", production=True, consumption="net", storage=True),
    "battery and total": metered("demo", production=True, consumption="total", storage=True),
    "everything metered": metered("full", production=True, consumption="net", storage=True, backfeed=True, load=True,
        evse=True),
})  # fmt: skip
VARIED = [(make, firmware) for make in MAKES for firmware in (*OLD[1:], *NEW)]


def check_truth(snapshot: Snapshot, definition: SiteDefinition, state: SiteState) -> None:
    """Hold what we read against the truth, as far as the site's meters can know it."""
    power, energy, meters = snapshot.power, snapshot.energy, definition.meters
    if meters.production:
        assert power.solar_w == pytest.approx(state.solar.all.active_w, abs=0.001)
        assert energy.solar_wh == pytest.approx(state.solar.all.delivered_wh, abs=0.001)
    if meters.consumption == "net":
        assert power.grid_w == pytest.approx(state.net.all.active_w, abs=0.001)
        assert energy.import_wh == pytest.approx(state.net.all.delivered_wh, abs=0.001)
        assert energy.export_wh == pytest.approx(state.net.all.received_wh, abs=0.001)
    if meters.consumption == "total":
        assert power.reported_consumption_w == pytest.approx(state.total.all.active_w, abs=0.001)
        assert (energy.import_wh, energy.export_wh) == (None, None)
    if meters.production and meters.consumption != "none":
        assert power.load_w == pytest.approx(state.load.all.active_w, abs=1.0)
    if definition.battery is not None and meters.storage:
        assert power.battery_w == pytest.approx(state.battery.all.active_w, abs=0.01)
        assert energy.charge_wh == pytest.approx(state.battery.all.received_wh, abs=0.001)
    if not meters.production and definition.gateway.model == "metered":
        reports_w = sum(panel.report.energy_j / 300 for panel in state.panels if panel.report is not None)
        assert power.solar_w == pytest.approx(reports_w, abs=len(state.panels))
    assert {inverter.serial for inverter in snapshot.inverters} == {
        panel.serial for panel in state.panels if panel.service == "active"
    }


async def read_ours(stand: Stand, folder: pytest.TempPathFactory) -> Snapshot:
    """Read the same gateway with our client; the habits of its firmware are part of it."""
    async with (
        serve(stand, folder) as gateway,
        Gateway(gateway.url or "", token=gateway.owner_token, clock=stand.clock) as client,
    ):
        return await client.snapshot()


async def check(stand: Stand, definition: SiteDefinition, folder: pytest.TempPathFactory) -> None:
    data = await read(stand, folder)
    snapshot = await read_ours(stand, folder)
    assert unexplained([compare(definition.name, data, snapshot, GROUPS)]) == []
    check_truth(snapshot, definition, stand.state)


@pytest.mark.parametrize(("name", "firmware"), READINGS, ids=["-".join(pair) for pair in READINGS])
@pytest.mark.sample(16)
async def test_shipped_sites(name: str, firmware: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    stand = Stand(name, firmware, moment_on(name))
    await check(stand, stand.site.definition, tmp_path_factory)


@pytest.mark.parametrize(("make", "firmware"), VARIED, ids=["-".join(pair) for pair in VARIED])
@pytest.mark.sample(20)
async def test_other_makes(make: str, firmware: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    stand = Stand(MAKES[make], firmware, moment_on("full" if "everything" in make else "demo"))
    await check(stand, stand.site.definition, tmp_path_factory)


def test_every_shipped_site_is_compared() -> None:
    assert set(FITTING) == {name for name, _ in READINGS}
