"""What programs of the house tell a gateway by MQTT, understood and checked; nothing is sent here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openvoy.errors import ConfigError
from openvoy.exporters.home_assistant.controls import UNDO, is_told
from openvoy.exporters.home_assistant.topics import Prefixes, fit, fit_step
from openvoy.model.control import Argument, Offer, Setting, Settings

LONGEST_PAYLOAD_BYTES = 4096
_NOT_SENT = "Nothing was sent."


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing to tell one gateway."""

    gateway: str
    """Serial number."""
    control: str
    """Name of the control; "" takes back the newest change."""
    arguments: Settings

    @property
    def is_undo(self) -> bool:
        """Whether the newest change is to be taken back."""
        return not self.control


def parse_command(
    topic: str, payload: bytes, *, is_retained: bool, offers: Mapping[str, Sequence[Offer]], prefixes: Prefixes
) -> Command:
    """Understand a message below `Prefixes.commands`; raise ConfigError for what cannot be told.

    `offers` are by the gateways' serial numbers. A retained message is refused whatever it says: the broker hands it
    out again at every connection, long after somebody meant it.
    """
    if is_retained:
        hint = "Publish commands without the retain flag, and empty the topic once to remove this one."
        raise ConfigError(f"A retained command is not carried out: {topic}.", hint=hint)
    gateway, steps = _split(topic, offers, prefixes)
    text = _decode(payload, topic)
    if steps == [UNDO]:
        return Command(gateway=gateway, control="", arguments={})
    offer = _find_offer(steps[0], offers[gateway])
    given = _parse_object(text) if len(steps) == 1 else _parse_one(offer, steps[1:], text)
    return Command(gateway=gateway, control=offer.name, arguments=_complete(offer, given))


def _split(topic: str, offers: Mapping[str, Sequence[Offer]], prefixes: Prefixes) -> tuple[str, list[str]]:
    for gateway in offers:
        root = prefixes.command(gateway) + "/"
        if topic.startswith(root):
            return gateway, topic.removeprefix(root).split("/")
    known = ", ".join(fit(gateway) for gateway in offers) or "none"
    raise ConfigError(f"{topic} belongs to no gateway that can be told anything.", hint=f"Known are: {known}.")


def _decode(payload: bytes, topic: str) -> str:
    if len(payload) > LONGEST_PAYLOAD_BYTES:
        raise ConfigError(
            f"The command at {topic} is too long.", hint=f"It has at most {LONGEST_PAYLOAD_BYTES} bytes. {_NOT_SENT}"
        )
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise ConfigError(f"The command at {topic} is no text.", hint=f"Write UTF-8. {_NOT_SENT}") from None


def _find_offer(step: str, offers: Sequence[Offer]) -> Offer:
    offer = next((offer for offer in offers if fit_step(offer.name) == step), None)
    told = ", ".join(sorted(offer.name for offer in offers if is_told(offer))) or "nothing"
    if offer is None or offer.family != "control":
        raise ConfigError(f"There is no control {step} for programs of the house.", hint=f"There are: {told}.")
    if not offer.is_offered:
        raise ConfigError(f"This gateway does not have {step}. {offer.reason}".strip(), hint=f"It has: {told}.")
    return offer


def _parse_one(offer: Offer, steps: list[str], text: str) -> dict[str, Setting]:
    """Read target and argument off the topic's last steps."""
    *target_steps, name = steps
    given: dict[str, Setting] = {name: text}
    target = _target_of(offer)
    if len(target_steps) != (target is not None):
        shape = "/<which>/<argument>" if target is not None else "/<argument>"
        raise ConfigError(
            f"That is no setting of {offer.name}.", hint=f"Topics end with {offer.name}{shape}. {_NOT_SENT}"
        )
    if target is not None:
        which = next((key for key in offer.current if fit_step(key) == target_steps[0]), None)
        if which is None:
            known = ", ".join(offer.current) or "none"
            raise ConfigError(f"{offer.name} knows no {target_steps[0]}.", hint=f"Known are: {known}. {_NOT_SENT}")
        given[target.name] = which
    return given


def _parse_object(text: str) -> dict[str, Setting]:
    try:
        found: Any = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str | int | float) for one in found.values()):
        hint = f'Write a JSON object of arguments, such as {{"limit": 60}}. {_NOT_SENT}'
        raise ConfigError("That is no set of arguments.", hint=hint)
    return found


def _complete(offer: Offer, given: Mapping[str, Setting]) -> Settings:
    """Check what was given, and add what must be said with it: as it is set now."""
    known = {argument.name: argument for argument in offer.arguments}
    wrong = next((name for name in given if name not in known), None)
    if wrong is not None or not given:
        hint = f"It takes {', '.join(known)}. {_NOT_SENT}"
        raise ConfigError(f"{offer.name} has no argument {wrong or 'at all'}.", hint=hint)
    arguments = {name: known[name].parse(value) for name, value in given.items()}
    target = _target_of(offer)
    present = offer.current.get(str(arguments.get(target.name)) if target is not None else "", {})
    for argument in offer.arguments:
        if argument.is_required and argument.name not in arguments:
            value = present.get(argument.name)
            if value is None:
                raise ConfigError(
                    f"{offer.name} wants {argument.name} too.",
                    hint=f"Send both as a JSON object to the topic that ends with {offer.name}. {_NOT_SENT}",
                )
            arguments[argument.name] = value
    return arguments


def _target_of(offer: Offer) -> Argument | None:
    return next((argument for argument in offer.arguments if argument.is_target), None)
