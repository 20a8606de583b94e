"""A gateway with everything, and one good request for each method of each endpoint that changes something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.http import Request
from openvoy.testing.clock import ManualClock
from openvoy.virtual.api.versions import parse_version
from openvoy.virtual.clock import VirtualClock
from openvoy.virtual.simulated import SiteSource
from openvoy.virtual.site import SiteDefinition, read_site
from openvoy.virtual.site.equipment import AcBattery, Contact, Controller, Generator, GeneratorExercise
from openvoy.virtual.site.state import SiteState
from tests.support.lived import lived_site

NOON = datetime(2025, 6, 21, 11, 33, 20, tzinfo=UTC)
GENERATIONS = (
    "3.9",
    "4.10",
    "5.0",
    "7.3",
    "7.6",
    "8.2",
    "8.3.1598",
    "8.3.5169",
    "8.3.5289",
    "8.3.5433",
)
INVERTER = "122210000137"
BATTERY = "122230000137"
AC_BATTERY = "122240000137"
CONTROLLER = "122250000100"
NEW = "122299990001"
PRODUCTION_EID = "704643328"
GATEWAY_EID = "603980032"

SCHEDULE = {
    "exercise_config": {"freq_in_weeks": 2, "start": 600, "duration": 20, "day": "Tue"},
    "default_soc": {"start_soc": 25, "stop_soc": 75},
    "schedule": {"default": []},
    "last_updated_by": "ITK",
}
CONTACT = {
    "id": "NC1",
    "type": "LOAD",
    "grid_action": "apply",
    "micro_grid_action": "shed",
    "gen_action": "apply",
    "override": "true",
    "manual_override": "false",
    "load_name": "Heat pump",
    "mode": "soc",
    "soc_low": 25.0,
    "soc_high": 60.0,
    "pv_serial_nb": [],
}
CURVES = {"profile": {"profile_type": "Private profile", "MultiModeProfileParameters": {"FRT": {}, "VRT": {}}}}
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nPK\r\n--x--\r\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One good request."""

    parts: Mapping[str, str] | None = None
    query: str = ""
    body: object = None
    """JSON, or bytes as they are."""

    def request(self, endpoint: Endpoint[Any], method: str) -> Request:
        """Build the request."""
        path = endpoint.path.format(**(self.parts or {})) + (f"?{self.query}" if self.query else "")
        return Request(method=method, path=path, body=raw_body(self.body))


def raw_body(body: object) -> bytes:
    """Write a body: JSON, or bytes as they are."""
    return body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()


def form(**fields: str) -> bytes:
    return "&".join(f"{name}={value}" for name, value in fields.items()).encode()


WRITES: Mapping[tuple[str, str], Example] = {
    ("acb_config", "PUT"): Example(
        body={"acb_sleep": [{"serial_num": AC_BATTERY, "sleep_min_soc": 20, "sleep_max_soc": 30}]}
    ),
    ("acb_config", "DELETE"): Example(body={"acb_sleep": [{"serial_num": int(AC_BATTERY)}]}),
    ("battery_schedule", "POST"): Example(body={"acb_debug_mode": 2}),
    ("battery_wiring_test", "POST"): Example(),
    ("clock", "POST"): Example(body=form(timezone='"Europe/London"')),
    ("contact_settings", "POST"): Example(body={"dry_contacts": CONTACT}),
    ("control_bus_decommission", "DELETE"): Example(query=f"serial_num={BATTERY}"),
    ("control_bus_decommission", "POST"): Example(body={"serial_num": BATTERY}),
    ("control_bus_provision", "POST"): Example(body={"serial_num": NEW}),
    ("control_bus_reset", "POST"): Example(parts={"serial": BATTERY}),
    ("controller_errors", "POST"): Example(body={"errors_to_clear": 1}),
    ("dry_contacts", "POST"): Example(body={"dry_contacts": {"id": "NC1", "status": "open"}}),
    ("dynamic_limit", "POST"): Example(
        body={"dynamic_pel_settings": {"enable": True, "export_limit": True, "limit_value_W": 50.0, "slew_rate": 50.0}}
    ),
    ("ensemble_members", "POST"): Example(body={"serial_num": NEW, "device_type": 13}),
    ("export_limit", "POST"): Example(body={"pel_settings": {"PEL": True, "PEL_Limit": 3000.0}}),
    ("foreign_pv", "POST"): Example(body={"serial_num": "TP0001", "ac_nameplate_w": 5000, "freq_watt": True}),
    ("foreign_pv_settings", "POST"): Example(body={"serial_num": "TP0001", "ac_nameplate_w": 5000}),
    ("foreign_pv_settings", "DELETE"): Example(),
    ("generator", "POST"): Example(body={"admin_state": "open"}),
    ("generator_config", "POST"): Example(
        body={"generator_settings": {"model": "G22", "name_plate_rating_wat": "22.0"}}
    ),
    ("generator_delete", "POST"): Example(),
    ("generator_meter", "POST"): Example(body={"enable": True}),
    ("generator_mode", "POST"): Example(body={"gen_cmd": "off"}),
    ("generator_profile", "POST"): Example(body={"generator_profile": "{}"}),
    ("generator_schedule", "POST"): Example(body=SCHEDULE),
    ("generator_wiring_test", "POST"): Example(),
    ("ground_fault", "POST"): Example(body=form(fname="gfi", doset="1", chaneid="1627390225")),
    ("inverter_list", "PUT"): Example(body={"serial_nums": [NEW]}),
    ("inverter_list", "POST"): Example(body={"serial_nums": [NEW]}),
    ("inverter_list", "DELETE"): Example(query=f"serial_num={INVERTER}"),
    ("inverter_profiles", "PUT"): Example(query=f"serial_num={INVERTER}&man_ph_ind=ph-a"),
    ("inverter_profiles_page", "PUT"): Example(query=f"serial_num={INVERTER}&man_ph_ind=ph-a"),
    ("inverter_profiles_bare", "PUT"): Example(query=f"serial_num={INVERTER}&man_ph_ind=ph-a"),
    ("legacy_profile_select", "PUT"): Example(body={"selected_profile": "G99-1-6:2020 UK:1.2.10"}),
    ("livedata_stream", "POST"): Example(body={"enable": 1}),
    ("load_control", "POST"): Example(body={"serial_num": "LC0001"}),
    ("meter", "PUT"): Example(parts={"eid": PRODUCTION_EID}, body={"state": "disabled"}),
    ("multimode_profile", "PUT"): Example(parts={"mode": "on_grid"}, body=CURVES),
    ("network", "POST"): Example(body=form(fname="ping", pingip="192.0.2.1")),
    ("new_scan", "PUT"): Example(),
    ("new_scan", "DELETE"): Example(),
    ("power_control", "POST"): Example(body={"pcs_settings": {"mainCircuitBreaker": 100.0}}),
    ("power_meters", "POST"): Example(body=form(fname="accept", ip_addresses="192.0.2.44")),
    ("production_switch", "PUT"): Example(parts={"eid": GATEWAY_EID}, body={"length": 1, "arr": [1]}),
    ("profile_select", "PUT"): Example(body={"selected_profile": "G99-1-6:2020 UK:1.2.10"}),
    ("profile_upload", "POST"): Example(body=FILE),
    ("pv_limit", "POST"): Example(body={"enable": True, "pv_limit_pct": 60}),
    ("redetermine_phase", "POST"): Example(),
    ("relay", "POST"): Example(body={"mains_admin_state": "open"}),
    ("relaxed_add", "PUT"): Example(body={"a": 1}),
    ("relaxed_add", "POST"): Example(body={"a": 1}),
    ("relaxed_delete", "PUT"): Example(),
    ("report_settings", "PUT"): Example(body={"reportsettings": {"bandwidth": "low", "diag_duration_mins": 0}}),
    ("reversal", "PUT"): Example(parts={"scope": "pL1"}, body={"reversed": True}),
    ("secondary_control", "POST"): Example(body={"freq_bias_hz": 0.1, "voltage_bias_v": 0.0}),
    ("security", "POST"): Example(body=form(fname="set", user="envoy", password="secret")),
    ("setpoint_override", "POST"): Example(body={"enable": True, "setpoint": -50.0}),
    ("source_settings", "POST"): Example(body={"der": {"der1": "DER_TYPE_PV", "der2": "DER_TYPE_NONE"}}),
    ("storage_metering", "PUT"): Example(body={"isCalibrated": False}),
    ("storage_output", "POST"): Example(body={"enc_settings": {"enable": False, "country": "GB"}}),
    ("storage_profile_status", "PUT"): Example(),
    ("storage_sleep", "PUT"): Example(
        body={"encharge_sleep": [{"serial_num": BATTERY, "sleep_min_soc": 5, "sleep_max_soc": 9}]}
    ),
    ("storage_sleep", "DELETE"): Example(body={"encharge_sleep": [{"serial_num": BATTERY}]}),
    ("support_tunnel", "POST"): Example(body=form(fname="tunnelopen")),
    ("tariff", "PUT"): Example(body={"tariff": {"single_rate": {"rate": 0.5, "sell": 0.1}}}),
    ("tpm_select", "PUT"): Example(body={"selected": "IEEE 1547"}),
    ("transformer", "PUT"): Example(parts={"eid": PRODUCTION_EID}, body={"primaryAmps": 100.0}),
    ("update_all", "POST"): Example(body={"force": "false", "broadcast": "false"}),
    ("update_config", "PUT"): Example(body=[{"auto_update_enable": "false", "auto_update_8_hrs_disable": "false"}]),
    ("update_one", "POST"): Example(body={"serial_num": INVERTER}),
    ("upgrade_start", "POST"): Example(),
    ("upload", "POST"): Example(body=FILE),
    ("wireless", "POST"): Example(body=form(ssid="Cellar", psk="secret")),
    ("zigbee_commission", "POST"): Example(),
    ("zigbee_commission", "DELETE"): Example(),
    ("zigbee_phase", "POST"): Example(body={"serial_num": BATTERY, "phase": 1}),
    ("zigbee_provision", "POST"): Example(body={"serial_nums": [{"serial_num": NEW, "device_type": 13}]}),
    ("zigbee_provision", "DELETE"): Example(query=f"serial_number={BATTERY}"),
    ("zigbee_reset", "POST"): Example(body={"serial_num": BATTERY}),
}
"""By name of the endpoint and method."""

READS: Mapping[str, Example] = {
    "adc_record": Example(query="eid=1090519312&agf=vrt"),
    "cellular_one": Example(parts={"eid": "1"}),
    "device_record": Example(parts={"eid": "553648384"}),
    "ensemble_device_status": Example(query=f"serial_num={BATTERY}"),
    "ensemble_raw": Example(parts={"serial": BATTERY}),
    "meter": Example(parts={"eid": PRODUCTION_EID}),
    "meter_reading": Example(parts={"eid": PRODUCTION_EID}),
    "multimode_profile": Example(parts={"mode": "off_grid"}),
    "pdm_readings": Example(query="eid=1627390225"),
    "production_switch": Example(parts={"eid": GATEWAY_EID}),
    "profile_model": Example(parts={"name": "G99-1-6:2020%20UK", "version": "1.2.10"}),
    "reversal": Example(parts={"scope": "p"}),
    "transformer": Example(parts={"eid": PRODUCTION_EID}),
}
"""What a reading needs besides its path."""


def example_of(endpoint: Endpoint[Any], method: str) -> Example:
    """Find a good request for a method of an endpoint."""
    known = READS.get(endpoint.name) or next((WRITES[key] for key in WRITES if key[0] == endpoint.name), Example())
    usual = replace(known, body=None)
    return usual if method == "GET" else WRITES.get((endpoint.name, method), usual)


def full_site() -> SiteDefinition:
    """A site with everything: batteries of both kinds, controller, contacts, generator, on one phase at 60 Hz."""
    demo = read_site("demo").commissioned_on(date(2025, 6, 10))
    return replace(
        demo,
        gateway=replace(demo.gateway, frequency_hz=60, serial="122200000100"),
        acb=AcBattery(units=2),
        controller=Controller(),
        contact=(Contact(name="NC1", label="Heating", loads=("heating",), on_island="shed"),),
        generator=Generator(rated_w=8000, exercise=GeneratorExercise(weekday="Mon", start_h=9)),
    )


class Desk:
    """A gateway in process, and its clock, which only tests move."""

    def __init__(self, firmware: str, site: SiteDefinition | None = None, at: datetime = NOON) -> None:
        self.clock = VirtualClock(ManualClock(at), speed=0)
        self.site = lived_site(site or full_site(), at)
        self.source = SiteSource(self.site, self.clock, parse_version(firmware))

    @property
    def state(self) -> SiteState:
        """What is really so."""
        return self.site.at(self.clock.now())

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    async def ask(self, path: str, method: str = "GET", body: object = None, *, status: int = 200) -> Any:
        """Ask for JSON, with the status that is expected."""
        reply = await self.source.reply(Request(method=method, path=path, body=raw_body(body)))
        assert reply.status == status, (path, reply.status, reply.body)
        return json.loads(reply.body) if reply.body.strip() else None
