"""What a gateway can be told, what it was told and what came of it."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from openvoy.errors import ConfigError

Setting = bool | float | str | None
"""One setting's value; None is "not said"."""
Settings = Mapping[str, Setting]
"""Settings by the name of the argument that sets them."""

_FLAGS = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
_TIME = re.compile(r"(2[0-3]|[01]?\d):([0-5]\d)")
_WORDS = {
    "flag": "on or off",
    "text": "text",
    "time": "a time of the day, such as 09:30",
    "json": "a JSON document",
    "file": "a file",
}
LARGEST_FILE_BYTES = 8 * 2**20
"""Packages for gateways are some hundred kilobytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One thing to say to a control, with its bounds."""

    name: str
    kind: Literal["choice", "number", "flag", "text", "time", "json", "file"]
    """`time` is HH:MM of the gateway's day; `json` is a document, kept as its shortest text; `file` is base64."""
    summary: str
    unit: str = ""
    """Of a number, such as W or %."""
    least: float | None = None
    most: float | None = None
    least_rule: str = ""
    """What the least is on each gateway, in words; empty once the gateway has said it."""
    choices: tuple[str, ...] = ()
    is_required: bool = False
    is_target: bool = False
    """It says which one of several things is meant, such as a contact."""

    @property
    def accepts(self) -> str:
        """What may be given, for people."""
        if self.kind == "choice":
            return ", ".join(self.choices)
        if self.kind in _WORDS:
            return _WORDS[self.kind]
        least = self.least_rule or ("" if self.least is None else f"{self.least:.10g}")
        bounds = [f"from {least}" if least else "", "" if self.most is None else f"to {self.most:.10g}"]
        return " ".join(filter(None, ("a number", *bounds, self.unit)))

    def parse(self, given: Setting) -> Setting:
        """Turn what a person or a program gave into a value of the kind; raise ConfigError for what is none."""
        if self.kind == "number":
            return self._number(given)
        parsed = _PARSERS[self.kind](self, "" if given is None else str(given).strip())
        if parsed is None:
            raise self._wrong(given)
        return parsed

    def _number(self, given: Setting) -> float:
        text = str(given).strip().removesuffix(self.unit).strip()
        try:
            number = float(text)
        except ValueError:
            raise self._wrong(given) from None
        is_low = self.least is not None and number < self.least
        is_high = self.most is not None and number > self.most
        if isinstance(given, bool) or not math.isfinite(number) or is_low or is_high:
            raise self._wrong(given)
        return number

    def _wrong(self, given: Setting) -> ConfigError:
        if self.kind == "file":
            most = f"{LARGEST_FILE_BYTES // 2**20} MiB"
            return ConfigError(f"What was given as {self.name} is no file.", hint=f"Give one of at most {most}.")
        return ConfigError(f"{given!s} cannot be {self.name}.", hint=f"It is {self.accepts}. Nothing was sent.")


def _parse_flag(_argument: Argument, text: str) -> Setting:
    return _FLAGS.get(text.lower())


def _parse_choice(argument: Argument, text: str) -> Setting:
    return next((choice for choice in argument.choices if choice.lower() == text.lower()), None)


def _parse_text(_argument: Argument, text: str) -> Setting:
    return text if text.isprintable() else None


def _parse_time(_argument: Argument, text: str) -> Setting:
    found = _TIME.fullmatch(text)
    return None if found is None else f"{int(found[1]):02d}:{found[2]}"


def _parse_json(_argument: Argument, text: str) -> Setting:
    try:
        return render_json(json.loads(text))
    except ValueError:
        return None


def render_json(document: object) -> str:
    """Render a document as its shortest text; 1.0 and 1 are one number."""
    return json.dumps(_whole(document), separators=(",", ":"), ensure_ascii=False)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def _parse_file(_argument: Argument, text: str) -> Setting:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return text if 0 < len(content) <= LARGEST_FILE_BYTES else None


def describe_file(encoded: str) -> str:
    """Say in a line what a file is, for people and the audit log: its size and what tells it apart."""
    content = base64.b64decode(encoded)
    return f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}"


_PARSERS: Mapping[str, Callable[[Argument, str], Setting]] = {
    "flag": _parse_flag,
    "choice": _parse_choice,
    "text": _parse_text,
    "time": _parse_time,
    "json": _parse_json,
    "file": _parse_file,
}


class Outcome(Enum):
    """What came of telling a gateway something."""

    UNCHANGED = "unchanged"
    """It was so already; nothing was sent."""
    SENT = "sent"
    """Sent, and not read back yet; it stays so only where the program was ended in between."""
    TOOK_EFFECT = "took effect"
    """Read back as wanted."""
    PENDING = "pending"
    """The gateway has accepted it and needs longer than anybody waits here."""
    UNCONFIRMED = "unconfirmed"
    """It could not be read back, or the gateway does not say it."""
    IGNORED = "ignored"
    """The gateway answered, and nothing changed."""
    OVERWRITTEN = "overwritten"
    """It took effect, and somebody else, mostly the vendor's cloud, set it otherwise soon after."""
    REFUSED = "refused"
    """The gateway did not accept it."""

    @property
    def is_good(self) -> bool:
        """Whether what was wanted is so, or will be."""
        return self in {Outcome.UNCHANGED, Outcome.TOOK_EFFECT, Outcome.PENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One setting before and after."""

    name: str
    before: Setting
    after: Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRequest:
    """One request exactly as it will be sent, the login apart; secrets are masked."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a control would do."""

    control: str
    target: str
    """Which one of several things; empty where there is one."""
    changes: tuple[Change, ...]
    """Empty where all is as wanted already."""
    requests: tuple[PlannedRequest, ...]
    """Empty where nothing would be sent."""
    risk: str
    """What it can do to a live site; empty where it is harmless."""
    notes: tuple[str, ...] = ()
    """What a person should know before."""
    obstacle: str = ""
    """Why `apply` would raise all the same, such as a login that is not allowed to; empty where nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One control as this gateway has it."""

    name: str
    summary: str
    risk: str
    arguments: tuple[Argument, ...]
    """With the bounds of this gateway."""
    current: Mapping[str, Settings]
    """Settings by target; the key is empty where there is one thing only."""
    is_offered: bool
    family: Literal["control", "provision"] = "control"
    """An owner's business, or an installer's."""
    reason: str = ""
    """Why it is not offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change of a gateway's settings, for good; `id` names it for `undo`."""

    id: str
    at: datetime
    gateway: str
    """Serial number."""
    control: str
    target: str
    arguments: Settings
    """As given, parsed."""
    changes: tuple[Change, ...]
    requests: tuple[PlannedRequest, ...]
    outcome: Outcome
    before: Settings = field(default_factory=dict)
    """All settings of the target before, those that were not changed too."""
    detail: str = ""
    """For people: why, and what to do."""
    undoes: str | None = None
    """The entry that this one takes back."""
    by: str = ""
    """Who told it: an account's or key's name, or what was used; empty where that was not said."""
