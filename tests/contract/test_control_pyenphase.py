"""A client that others wrote controls simulated sites; what it asks for comes about."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from pyenphase import Envoy, EnvoyData
from pyenphase.exceptions import EnvoyFeatureNotAvailable
from pyenphase.models.tariff import EnvoyStorageMode

from openvoy.virtual.gateway import GatewaySettings, VirtualGateway
from tests.contract.catalogue import AC_BATTERY, CONTROLLER, Desk
from tests.contract.site_support import site_named

LIFETIME_S = 30 * 365 * 86400
"""The client compares a token with the real time, the gateway with its own."""
GENERATIONS = ["7.6", "8.2.127", "8.2", "8.3", "8.3.5289"]


class House:
    """A gateway of the full site behind HTTPS, and the client that talks to it."""

    def __init__(self, desk: Desk, gateway: VirtualGateway, envoy: Envoy) -> None:
        self.desk, self.gateway, self.envoy = desk, gateway, envoy

    async def update(self) -> EnvoyData:
        return await self.envoy.update()


@asynccontextmanager
async def serve(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    settings = GatewaySettings(folder=tmp_path_factory.getbasetemp() / "keys-of-controlled")
    async with VirtualGateway(desk.source, clock=desk.clock, settings=settings) as gateway:
        envoy = Envoy(urlsplit(gateway.url or "").netloc)
        envoy.set_retry_policy(wait_multiplier=0.01)
        try:
            await envoy.setup()
            await envoy.authenticate(token=gateway.issue_token("owner", lifetime_s=LIFETIME_S))
            await envoy.update()
            yield House(desk, gateway, envoy)
        finally:
            await envoy.close()


@pytest.fixture(params=GENERATIONS)
async def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with serve(Desk(request.param), tmp_path_factory) as served:
        yield served


async def test_it_goes_off_grid_and_comes_back(house: House) -> None:
    assert house.desk.state.grid.all.active_w != 0
    await house.envoy.go_off_grid()
    house.desk.wait(30)
    data = await house.update()
    assert data.enpower is not None
    assert (data.enpower.serial_number, data.enpower.mains_admin_state) == (CONTROLLER, "open")
    assert (data.enpower.mains_oper_state, house.desk.state.grid.all.active_w) == ("open", 0)
    await house.envoy.go_on_grid()
    house.desk.wait(60)
    data = await house.update()
    assert data.enpower is not None
    assert data.enpower.mains_oper_state == "closed"


async def test_it_switches_a_contact(house: House) -> None:
    for switch, wanted in ((house.envoy.open_dry_contact, "open"), (house.envoy.close_dry_contact, "closed")):
        await switch("NC1")
        house.desk.wait(5)
        data = await house.update()
        assert data.dry_contact_status["NC1"].status == wanted
        assert house.desk.state.switchgear.contacts["NC1"] == wanted


async def test_it_sets_a_contact(house: House) -> None:
    before = (await house.update()).dry_contact_settings["NC1"]
    await house.envoy.update_dry_contact({"id": "NC1", "load_name": "Sauna", "soc_low": 15.0, "override": False})
    after = (await house.update()).dry_contact_settings["NC1"]
    assert (after.load_name, after.soc_low, after.override) == ("Sauna", 15.0, False)
    assert (after.grid_action, after.soc_high, after.type) == (before.grid_action, before.soc_high, before.type)
    assert after.manual_override == before.manual_override


@pytest.mark.parametrize("mode", list(EnvoyStorageMode)[:3])
@pytest.mark.sample(5)
async def test_it_sets_the_storage_mode(house: House, mode: EnvoyStorageMode) -> None:
    await house.envoy.set_storage_mode(mode)
    data = await house.update()
    assert data.tariff is not None
    assert data.tariff.storage_settings is not None
    assert data.tariff.storage_settings.mode == mode
    ordered = {"economy": "savings"}.get(mode.value, mode.value)
    orders = house.desk.site.orders.storage
    assert orders is not None
    assert orders.mode == ordered


async def test_it_sets_the_reserve(house: House) -> None:
    await house.envoy.set_reserve_soc(45)
    data = await house.update()
    assert data.encharge_aggregate is not None
    assert data.encharge_aggregate.reserve_state_of_charge == 45
    assert data.encharge_aggregate.backup_reserve == 4500
    orders = house.desk.site.orders.storage
    assert orders is not None
    assert orders.reserve_pct == 45


async def test_it_lets_batteries_charge_from_the_grid(house: House) -> None:
    for change, wanted in ((house.envoy.enable_charge_from_grid, True), (house.envoy.disable_charge_from_grid, False)):
        await change()
        data = await house.update()
        assert data.tariff is not None
        assert data.tariff.storage_settings is not None
        assert data.tariff.storage_settings.charge_from_grid is wanted
        orders = house.desk.site.orders.storage
        assert orders is not None
        assert orders.charges_from_grid is wanted


async def test_it_commands_the_generator(house: House) -> None:
    await house.envoy.set_generator_mode("on")
    house.desk.wait(400)
    data = await house.update()
    assert data.generator is not None
    assert data.generator_mode is not None
    assert (data.generator.oper_state, data.generator.present, data.generator_mode.gen_cmd) == ("close", True, "on")
    assert house.desk.state.generator.all.active_w > 0
    await house.envoy.set_generator_mode("off")
    house.desk.wait(900)
    data = await house.update()
    assert data.generator is not None
    assert data.generator.oper_state == "open"


async def test_it_sets_schedule_and_charging_of_the_generator(house: House) -> None:
    reply = await house.envoy.update_generator_schedule({"exercise_day": "thu", "default_start_soc": 20}, refresh=True)
    assert (reply["exercise_config"]["day"], reply["default_soc"]["start_soc"]) == ("Thu", 20)
    generator = house.desk.site.orders.generator
    assert generator is not None
    assert generator.exercise is not None
    assert generator.exercise.weekday == 3
    await house.envoy.set_generator_charge_from_generator(False, refresh=True)
    data = await house.update()
    assert data.generator_config is not None
    assert data.generator_config.charge_from_generator is False
    assert data.generator_schedule is not None
    assert data.generator_schedule.default_start_soc == 20


async def test_it_puts_an_ac_battery_to_sleep_and_wakes_it(house: House) -> None:
    await house.envoy.set_acb_sleep([{"serial_num": AC_BATTERY, "sleep_min_soc": 10, "sleep_max_soc": 20}])
    orders = house.desk.site.orders.storage
    assert orders is not None
    assert orders.asleep == {AC_BATTERY}
    data = await house.update()
    assert data.acb_inventory is not None
    assert data.acb_inventory[AC_BATTERY].sleep_enabled is True
    await house.envoy.clear_acb_sleep([AC_BATTERY])
    data = await house.update()
    assert data.acb_inventory is not None
    assert data.acb_inventory[AC_BATTERY].sleep_enabled is False


async def test_what_a_site_does_not_have_is_not_offered(tmp_path_factory: pytest.TempPathFactory) -> None:
    async with serve(Desk("8.3", site_named("metered-split")), tmp_path_factory) as bare:
        refused: tuple[Callable[[], Awaitable[object]], ...] = (
            bare.envoy.go_off_grid,
            bare.envoy.enable_charge_from_grid,
            lambda: bare.envoy.open_dry_contact("NC1"),
            lambda: bare.envoy.set_generator_mode("on"),
            lambda: bare.envoy.clear_acb_sleep([AC_BATTERY]),
        )
        for control in refused:
            with pytest.raises(EnvoyFeatureNotAvailable):
                await control()
