"""Batteries that are put to sleep for a while, such as for a winter without use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from openvoy.codec import each
from openvoy.errors import ConfigError
from openvoy.model.control import Argument, Settings
from openvoy.protocol.control import Control, Plan, State, Undoing, Values, build_request
from openvoy.protocol.endpoint import Endpoint
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY
from openvoy.protocol.endpoints.ensemble_service import STORAGE_SLEEP
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.protocol.endpoints.tariff import ACB_CONFIG
from openvoy.protocol.plan import ACB_DEVICE_TYPE

Serials = Callable[[State], tuple[str, ...]]

RISK = "A battery that sleeps neither feeds nor charges; it may take hours until it sleeps, or wakes."


def _charge(name: str, summary: str) -> Argument:
    return Argument(name=name, kind="number", summary=summary, unit="%", least=0.0, most=100.0)


ARGUMENTS = (
    Argument(name="battery", kind="text", summary="Its serial number.", is_required=True, is_target=True),
    Argument(name="asleep", kind="flag", summary="on puts it to sleep, off wakes it.", is_required=True),
    _charge("from", "Least charge to sleep at; needed to put it to sleep."),
    _charge("to", "Highest charge to sleep at; needed to put it to sleep."),
)


def _ac_batteries(state: State) -> tuple[str, ...]:
    rows = each(state.value(INVERTERS))
    return tuple(row.serial for row in rows if row.serial and row.device_type == ACB_DEVICE_TYPE)


def iq_batteries(state: State) -> tuple[str, ...]:
    """Give the serial numbers of the IQ Batteries."""
    groups = each(state.value(ENSEMBLE_INVENTORY))
    devices = (device for group in groups if group.kind == "ENCHARGE" for device in each(group.devices))
    return tuple(device.serial for device in devices if device.serial)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleepers:
    """One kind of batteries, and where the gateway keeps which of them sleep."""

    endpoint: Endpoint[Any]
    key: str
    """The list in the gateway's object."""
    serials: Serials

    def current(self, state: State) -> Values:
        """Tell of each battery whether it sleeps, and between which charges."""
        reply = state.value(self.endpoint)
        asleep = {str(row.serial): row for row in each(None if reply is None else reply.sleeping)}
        return {
            serial: {
                "asleep": serial in asleep,
                "from": asleep[serial].min_pct if serial in asleep else None,
                "to": asleep[serial].max_pct if serial in asleep else None,
            }
            for serial in self.serials(state)
        }

    def bounded(self, state: State, arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
        """Offer the batteries that there are."""
        known = self.serials(state)
        return tuple(replace(row, kind="choice", choices=known) if row.is_target else row for row in arguments)

    def plan(self, _state: State, wanted: Settings) -> Plan:
        """PUT puts to sleep, DELETE wakes."""
        serial = str(wanted["battery"])
        row: dict[str, Any] = {"serial_num": int(serial) if serial.isdecimal() else serial}
        if not wanted["asleep"]:
            return Plan(requests=(build_request(self.endpoint, "DELETE", {self.key: [row]}),))
        return Plan(requests=(build_request(self.endpoint, "PUT", {self.key: [row | _window(wanted)]}),))


def build_sleep(name: str, summary: str, sleepers: Sleepers, needs: Endpoint[Any]) -> Control:
    """Declare the sleep of one kind of batteries."""
    return Control(
        name=name,
        summary=summary,
        risk=RISK,
        arguments=ARGUMENTS,
        example="122200000201 on --from 20 --to 30",
        reads=(sleepers.endpoint,),
        needs=(needs,),
        absent=lambda state: "" if sleepers.serials(state) else "The site has no batteries of this kind.",
        bounded=sleepers.bounded,
        current=sleepers.current,
        plan=sleepers.plan,
        undo=_undo,
    )


def _window(wanted: Settings) -> dict[str, int]:
    low, high = wanted.get("from"), wanted.get("to")
    if not isinstance(low, int | float) or not isinstance(high, int | float) or low > high:
        raise ConfigError(
            "A battery goes to sleep between two charges.",
            hint="Give from and to, such as 20 and 30. Nothing was sent.",
        )
    return {"sleep_min_soc": round(low), "sleep_max_soc": round(high)}


def _undo(undoing: Undoing) -> Settings | None:
    battery, before = undoing.arguments["battery"], undoing.before
    if before.get("asleep") is False:
        return {"battery": battery, "asleep": False}
    low, high = before.get("from"), before.get("to")
    return None if low is None or high is None else {"battery": battery, "asleep": True, "from": low, "to": high}


ACB_SLEEP = build_sleep(
    "acb.sleep",
    "Put an AC Battery to sleep, or wake it.",
    Sleepers(endpoint=ACB_CONFIG, key="acb_sleep", serials=_ac_batteries),
    INVERTERS,
)
BATTERY_SLEEP = build_sleep(
    "battery.sleep",
    "Put a battery to sleep, or wake it.",
    Sleepers(endpoint=STORAGE_SLEEP, key="encharge_sleep", serials=iq_batteries),
    ENSEMBLE_INVENTORY,
)
