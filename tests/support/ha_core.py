"""Runs in an environment with Home Assistant: its core with one integration, steered by lines of JSON on stdin.

    ha_core.py FOLDER INTEGRATION SETTINGS

Asked `{"op": "states"}` it gives all entities, devices and warnings so far; `{"op": "call", "domain": …, "service": …,
"data": {…}}` calls a service; `{"op": "energy", "preferences": {…}}` has the energy dashboard's own check look at them.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import Any

from homeassistant import bootstrap, core, loader
from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.energy.validate import async_validate
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.config_entries import ConfigEntries
from homeassistant.helpers import device_registry, entity_registry, recorder
from homeassistant.setup import async_setup_component
from homeassistant.util import dt

ENTRY = {
    "version": 1,
    "minor_version": 1,
    "options": {},
    "pref_disable_new_entities": False,
    "pref_disable_polling": False,
    "source": "user",
    "unique_id": None,
    "disabled_by": None,
}


class Complaints(logging.Handler):
    """Keeps what Home Assistant complains of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


async def start(folder: Path, domain: str, data: Any) -> core.HomeAssistant:
    """Start the core with as little around one integration as it needs."""
    storage = folder / ".storage"
    storage.mkdir(parents=True)
    entry = {**ENTRY, "entry_id": domain, "domain": domain, "title": domain, "data": data}
    kept = {"version": 1, "minor_version": 1, "key": "core.config_entries", "data": {"entries": [entry]}}
    (folder / "configuration.yaml").write_text("")
    (storage / "core.config_entries").write_text(json.dumps(kept))
    hass = core.HomeAssistant(str(folder))
    hass.config.skip_pip = True
    hass.config.time_zone = "Europe/Paris"
    loader.async_setup(hass)
    hass.config_entries = ConfigEntries(hass, {})
    await bootstrap.async_load_base_functionality(hass)
    # Integrations name them for their settings pages, of which nothing is used here; they would listen for browsers.
    hass.config.components.update({"http", "file_upload"})
    await async_setup_component(hass, "homeassistant", {})
    recorder.async_initialize_recorder(hass)
    database = {"recorder": {"db_url": f"sqlite:///{folder}/house.db", "commit_interval": 0}}
    for component in ("recorder", "sensor", domain):
        if not await async_setup_component(hass, component, database):
            raise RuntimeError(component)
    await hass.async_start()
    return hass


def tell(hass: core.HomeAssistant, complaints: Complaints) -> dict[str, Any]:
    """Say what there is."""
    entities = entity_registry.async_get(hass).entities.values()
    devices = device_registry.async_get(hass).devices.values()
    return {
        "states": {one.entity_id: {"state": one.state, **one.attributes} for one in hass.states.async_all()},
        "entities": {
            one.unique_id: {
                "entity_id": one.entity_id,
                "name": one.original_name,
                "disabled": one.disabled,
                "category": one.entity_category,
                "device": one.device_id,
            }
            for one in entities
        },
        "devices": {
            one.id: {
                "name": one.name,
                "model": one.model,
                "manufacturer": one.manufacturer,
                "via": one.via_device_id,
                "serial": one.serial_number,
                "firmware": one.sw_version,
            }
            for one in devices
        },
        "complaints": complaints.lines,
    }


async def check_energy(hass: core.HomeAssistant, preferences: Any) -> list[str]:
    """Have the energy dashboard take these preferences, and say what it finds wrong with them."""
    history = get_instance(hass)
    await history.async_block_till_done()
    now = dt.utcnow()
    # Statistics of the five minutes that are running, which the recorder would make when they are over.
    history.queue_task(
        StatisticsTask(now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0), fire_events=False)
    )
    await history.async_block_till_done()
    manager = await async_get_manager(hass)
    await manager.async_update(preferences)
    found = await async_validate(hass)
    return [str(issue) for part in found.as_dict().values() for source in part for issue in source]


async def answer(hass: core.HomeAssistant, complaints: Complaints, asked: dict[str, Any]) -> Any:
    """Do one thing."""
    if asked["op"] == "call":
        await hass.services.async_call(asked["domain"], asked["service"], asked["data"], blocking=True)
    if asked["op"] == "energy":
        return await check_energy(hass, asked["preferences"])
    return tell(hass, complaints)


async def main(folder: Path, domain: str, data: Any) -> None:
    """Run until stdin ends."""
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    hass = await start(folder, domain, data)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        found = await answer(hass, complaints, json.loads(line))
        print(json.dumps(found, default=str), flush=True)  # noqa: T201 - this is the conversation
    await hass.async_stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])))
