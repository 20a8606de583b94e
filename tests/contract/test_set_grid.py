"""Grid relay, contacts and generator: what is asked for comes about, in the house too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from openvoy.protocol.http import Request
from tests.contract.catalogue import CONTACT, CONTROLLER, SCHEDULE, Desk, full_site, raw_body
from tests.contract.site_support import site_named

RELAY, CONTACTS, SETTINGS = "/ivp/ensemble/relay", "/ivp/ensemble/dry_contacts", "/ivp/ss/dry_contact_settings"
GENERATOR, MODE, CONFIG = "/ivp/ensemble/generator", "/ivp/ss/gen_mode", "/ivp/ss/gen_config"
WITHOUT = ("/ivp/ensemble/relay", "/ivp/ensemble/dry_contacts", "/ivp/ss/dry_contact_settings", "/ivp/ss/gen_mode")

COLD = datetime(2026, 1, 20, 6, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    return Desk("8.3")


async def relay_states(desk: Desk, seconds: int) -> list[str]:
    """States one after the other, second by second."""
    seen: list[str] = []
    for _ in range(seconds):
        state = (await desk.ask(RELAY))["mains_oper_state"]
        if not seen or seen[-1] != state:
            seen.append(state)
        desk.wait(1)
    return seen


async def test_the_relay_opens_later_than_it_is_asked_and_islands_the_house(desk: Desk) -> None:
    reply = await desk.ask(RELAY, "POST", {"mains_admin_state": "open"})
    assert (reply["mains_admin_state"], reply["mains_oper_state"]) == ("open", "closed")
    desk.wait(14)
    assert (await desk.ask(RELAY))["mains_oper_state"] == "closed"
    assert desk.state.grid.all.active_w != 0
    desk.wait(14)
    relay = await desk.ask(RELAY)
    assert (relay["mains_oper_state"], relay["Enchg_grid_mode"]) == ("open", "multimode-offgrid")
    assert desk.state.grid.all.active_w == 0
    enpower = (await desk.ask("/ivp/ensemble/inventory"))[1]["devices"][0]
    assert (enpower["serial_num"], enpower["mains_oper_state"]) == (CONTROLLER, "open")
    assert enpower["Enpwr_grid_mode"] == "multimode-offgrid"
    control = await desk.ask("/ivp/ensemble/secctrl")
    assert control["offgrid_secctrl"]["is_active"]
    assert control["freq_bias_hz_q8"] == pytest.approx(control["freq_bias_hz"] * 2 * 3.14159265 * 256, abs=0.51)


async def test_the_relay_closes_by_way_of_two_other_states(desk: Desk) -> None:
    await desk.ask(RELAY, "POST", {"mains_admin_state": "open"})
    desk.wait(60)
    await desk.ask(RELAY, "POST", {"mains_admin_state": "closed"})
    seen = await relay_states(desk, 40)
    assert seen == ["open", "open synchronizing", "open synchronized", "closed"]


async def test_livedata_show_the_island(desk: Desk) -> None:
    await desk.ask("/ivp/livedata/stream", "POST", {"enable": 1})
    assert (await desk.ask("/ivp/livedata/status"))["meters"]["main_relay_state"] == 1
    await desk.ask(RELAY, "POST", {"mains_admin_state": "open"})
    desk.wait(30)
    meters = (await desk.ask("/ivp/livedata/status"))["meters"]
    assert (meters["main_relay_state"], meters["grid"]["agg_p_mw"]) == (0, 0)
    assert meters["load"]["agg_p_mw"] == meters["pv"]["agg_p_mw"] + meters["storage"]["agg_p_mw"]


async def test_a_source_relay_can_be_switched_by_itself(desk: Desk) -> None:
    assert (await desk.ask(RELAY))["der1_state"] == 1
    assert (await desk.ask(RELAY, "POST", {"der1_state": 0}))["der1_state"] == 0
    await desk.ask(RELAY, "POST", {"der1_state": 2}, status=400)
    await desk.ask(RELAY, "POST", {"mains_admin_state": "ajar"}, status=400)
    await desk.ask(RELAY, "POST", {}, status=400)


@pytest.mark.parametrize("path", WITHOUT)
async def test_without_controller_there_is_nothing_to_switch(path: str) -> None:
    bodies = {
        RELAY: {"mains_admin_state": "open"},
        CONTACTS: {"dry_contacts": {"id": "NC1", "status": "open"}},
        SETTINGS: {"dry_contacts": CONTACT},
        MODE: {"gen_cmd": "on"},
    }
    desk = Desk("8.3", site_named("demo"))
    reply = await desk.ask(path, "POST", bodies[path], status=404)
    assert reply == {"err": "404 - Not Found"}


async def test_a_contact_follows_within_seconds(desk: Desk) -> None:
    before = await statuses(desk)
    wanted = "open" if before["NC1"] == "closed" else "closed"
    posted = {"dry_contacts": {"id": "NC1", "status": wanted}}
    assert await desk.ask(CONTACTS, "POST", posted) == posted
    desk.wait(5)
    assert await statuses(desk) == {**before, "NC1": wanted}
    await desk.ask(CONTACTS, "POST", {"dry_contacts": {"id": "NC9", "status": "open"}}, status=404)
    await desk.ask(CONTACTS, "POST", {"dry_contacts": {"id": "NC1", "status": "half"}}, status=400)


async def statuses(desk: Desk) -> dict[str, str]:
    return {row["id"]: row["status"] for row in (await desk.ask(CONTACTS))["dry_contacts"]}


async def test_an_open_contact_sheds_what_hangs_on_it() -> None:
    desk = Desk("8.3", full_site(), at=COLD)
    warm_w = desk.state.load.all.active_w
    await desk.ask(CONTACTS, "POST", {"dry_contacts": {"id": "NC1", "status": "open"}})
    desk.wait(10)
    assert desk.state.load.all.active_w < warm_w - 150


async def test_contact_settings_are_kept_whole(desk: Desk) -> None:
    reply = (await desk.ask(SETTINGS, "POST", {"dry_contacts": CONTACT}))["dry_contacts"]
    assert {name: reply[name] for name in CONTACT} == CONTACT
    stored = (await desk.ask(SETTINGS))["dry_contacts"]
    assert stored[0] == reply
    assert (await desk.ask("/ivp/ss"))["dry_contacts"] == stored
    assert stored[0]["black_s_start"] == 5.0
    assert (await statuses(desk))["NC1"] == "open"
    desk.wait(30)
    assert (await statuses(desk))["NC1"] == "closed"


async def test_booleans_are_words(desk: Desk) -> None:
    await desk.ask(SETTINGS, "POST", {"dry_contacts": {**CONTACT, "override": True}}, status=500)
    reply = await desk.ask(SETTINGS, "POST", {"dry_contacts": {**CONTACT, "manual_override": True}})
    assert reply["dry_contacts"]["manual_override"] == "true"


async def test_a_part_of_a_contact_takes_the_module_down(desk: Desk) -> None:
    before = await desk.ask(SETTINGS)
    reply = await desk.source.reply(request(SETTINGS, {"dry_contacts": {"id": "NC1", "grid_action": "shed"}}))
    assert (reply.status, b"502 Bad Gateway" in reply.body) == (502, True)
    assert (await desk.source.reply(request(CONFIG, None))).status == 502
    assert (await desk.ask(RELAY))["mains_admin_state"] == "closed"
    desk.wait(30)
    assert await desk.ask(SETTINGS) == before


def request(path: str, body: object) -> Request:
    return Request(method="GET" if body is None else "POST", path=path, body=raw_body(body))


async def test_the_generator_feeds_the_house_after_warming_up(desk: Desk) -> None:
    assert (await desk.ask(GENERATOR))["oper_state"] == "open"
    await desk.ask(MODE, "POST", {"gen_cmd": "on"})
    desk.wait(20)
    assert (await desk.ask(GENERATOR))["oper_state"] == "open"
    desk.wait(300)
    state = await desk.ask(GENERATOR)
    assert (state["oper_state"], state["admin_state"], state["present"], state["admin_mode"]) == (
        "close",
        "close",
        1,
        2,
    )
    assert (state["start_soc"], state["stop_soc"]) == (100, -1)
    relay = await desk.ask(RELAY)
    assert (relay["mains_admin_state"], relay["mains_oper_state"]) == ("closed", "open")
    assert relay["Enchg_grid_mode"] == "multimode-generator"
    assert desk.state.generator.all.active_w > 0
    enpower = (await desk.ask("/ivp/ensemble/inventory"))[1]["devices"][0]
    assert (enpower["admin_state_str"], enpower["Enpwr_curr_state_id"]) == ("ENPWR_STATE_OPER_GEN_CLOSE", 128)
    await desk.ask(MODE, "POST", {"gen_cmd": "off"})
    desk.wait(900)
    assert (await desk.ask(GENERATOR))["oper_state"] == "open"
    assert desk.state.generator.all.active_w == 0


async def test_generator_documents_are_kept_whole(desk: Desk) -> None:
    assert await desk.ask("/ivp/ss/gen_schedule", "POST", SCHEDULE) == SCHEDULE
    assert await desk.ask("/ivp/ss/gen_schedule") == SCHEDULE
    state = await desk.ask(GENERATOR)
    assert (state["start_soc"], state["stop_soc"]) == (25, 75)
    await desk.ask("/ivp/ss/gen_schedule", "POST", {"last_updated_by": "me"}, status=400)
    config = await desk.ask(CONFIG)
    changed = await desk.ask(CONFIG, "POST", {"generator_settings": {"name_plate_rating_wat": "22.0"}})
    assert changed == {**config, "name_plate_rating_wat": 22.0}
    await desk.ask(MODE, "POST", {"gen_cmd": "ON"}, status=400)


async def test_a_generator_comes_and_goes(desk: Desk) -> None:
    assert await desk.ask("/ivp/ss/gen_delete", "POST", {}) == {}
    assert (await desk.ask(CONFIG), await desk.ask(MODE)) == ({}, {})
    assert (await desk.ask(GENERATOR))["present"] == 0
    await desk.ask("/ivp/ss/gen_delete", "POST", {}, status=404)
    config = await desk.ask(CONFIG, "POST", {"model": "G9", "name_plate_rating_wat": 9.0})
    assert len(config) == 13
    assert (await desk.ask(MODE))["gen_cmd"] == "off"


async def test_without_batteries_a_generator_always_charges_them() -> None:
    desk = Desk("8.3", replace(full_site(), battery=None, acb=None))
    reply = await desk.ask(CONFIG, "POST", {"charge_from_generator": False})
    assert reply["charge_from_generator"] is True


async def test_wiring_tests_take_their_time(desk: Desk) -> None:
    path, name = "/ivp/ensemble/ec1_wiring_test", "ec1_wiring_test_result"
    assert (await desk.ask(path))[name] == {"status": "ENC_CONN_NOT_VERIFIED", "code": -1, "timestamp": 0}
    assert (await desk.ask(path, "POST"))[name]["code"] == 1
    desk.wait(200)
    assert (await desk.ask(path))[name]["status"] == "ENC_CONN_VERIFIED"
    bare = Desk("8.3", site_named("demo"))
    await bare.ask(path, "POST", status=405)
    missing = await bare.ask("/ivp/ensemble/errors", "POST", {"errors_to_clear": 1}, status=404)
    assert missing["msg"] == "No enpowers found for clearing the errors"
