"""Where things stand at the broker, and how values are written there: for every reader, not Home Assistant alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from openvoy.exporters.quantities import Quantity
from openvoy.model.control import Setting

_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
_UNFIT_STEP = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """What topics begin with."""

    discovery: str = "homeassistant"
    topic: str = "openvoy"

    @property
    def status(self) -> str:
        """Where birth and will say `online` and `offline`."""
        return f"{self.topic}/status"

    @property
    def commands(self) -> str:
        """What to subscribe to for commands to all gateways."""
        return f"{self.topic}/+/set/#"

    def gateway_status(self, gateway: str) -> str:
        """Give where `online` stands while the gateway's values are fresh, else `offline`; by its serial number."""
        return f"{self.topic}/{fit(gateway)}/status"

    def setting(self, gateway: str, *steps: str) -> str:
        """Give where a setting's present value stands: control, target if there are several, argument."""
        return "/".join((self.topic, fit(gateway), "control", *(fit_step(step) for step in steps if step)))

    def command(self, gateway: str, *steps: str) -> str:
        """Give where a setting is set; without an argument, a JSON object sets several at once."""
        return "/".join((self.topic, fit(gateway), "set", *(fit_step(step) for step in steps if step)))


def render_topic(quantity: Quantity, prefixes: Prefixes) -> str:
    """Give the topic of a quantity: `openvoy/<gateway>/<thing>[/<id>][/<phase>]/<quantity>`."""
    thing = quantity.thing
    steps = (thing.gateway, thing.kind, thing.id, thing.phase, quantity.name)
    return "/".join((prefixes.topic, *(fit(step) for step in steps if step)))


def render_value(quantity: Quantity) -> str:
    """Give what stands at that topic: true or false, ISO 8601, a number or a text; "" for what was not said.

    Numbers are rounded to a thousandth, as sums of measurements end in noise.
    """
    value = quantity.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(round(value, 3)) if isinstance(value, float) else str(value)


def render_setting(value: Setting) -> str:
    """Give what stands at a setting's topic: on or off, a number or a text; "" for what was not said."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.10g}" if isinstance(value, int | float) else value


def fit(step: str) -> str:
    """Replace what may not stand in an identifier of Home Assistant; such a step suits every topic too."""
    return _UNFIT.sub("-", step)


def fit_step(step: str) -> str:
    """Replace what may not stand in a step of a topic."""
    return _UNFIT_STEP.sub("-", step)
