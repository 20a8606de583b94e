"""How a control is declared: one value says all that is needed to tell a gateway something safely. No I/O.

A control reads (`reads`), decides (`plan`) and judges what it read back (`confirm`); `openvoy.client.control` does the
sending. Objects that a gateway wants whole are changed in the JSON as it was read: members that nobody here knows
must come back to the gateway as they were.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, TypeVar

from openvoy.errors import OpenvoyError
from openvoy.model.control import Argument, Change, Setting, Settings
from openvoy.protocol.endpoint import ANY_FIRMWARE, Endpoint, Role
from openvoy.protocol.firmware import Capabilities, Firmware
from openvoy.protocol.http import Request
from openvoy.protocol.replies import Replies

T = TypeVar("T")

TOLERANCE = 0.01
"""How far a number that is read back may be from the one that was sent: gateways round."""
ONLY = ""
"""Target of a control that sets one thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What was read of a gateway for one control."""

    capabilities: Capabilities
    replies: Replies
    documents: Mapping[Endpoint[Any], Any] = field(default_factory=dict)
    """Bodies as plain JSON, every member kept."""

    def value(self, endpoint: Endpoint[T]) -> T | None:
        """Give a reply as typed value; None where there is none."""
        return self.replies.value(endpoint)

    def document(self, endpoint: Endpoint[Any]) -> Any:
        """Give a copy of a reply as plain JSON that may be changed; None where there is none."""
        return json.loads(json.dumps(self.documents.get(endpoint)))

    def error(self, endpoint: Endpoint[Any]) -> OpenvoyError | None:
        """Give what stands in the place of a reply."""
        return self.replies.error(endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be sent."""

    requests: tuple[Request, ...]
    notes: tuple[str, ...] = ()
    """What a person should know before."""


class Verdict(Enum):
    """What was read back says."""

    DONE = "done"
    NOT_YET = "not yet"
    """Not as wanted; after `settles_s` that means that it was ignored."""
    ON_ITS_WAY = "on its way"
    """Accepted, and not done yet; after `settles_s` it is called pending."""
    UNSAID = "unsaid"
    """The gateway does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """A change that is to be taken back."""

    arguments: Settings
    changes: tuple[Change, ...]
    before: Settings
    """All settings of the target before."""


Values = Mapping[str, Settings]
"""Current settings by target."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Control:
    """One thing that a gateway can be told."""

    name: str
    """In the words of this project, with a dot between subject and setting, such as `battery.reserve`."""
    summary: str
    """One line."""
    arguments: tuple[Argument, ...]
    example: str
    """What follows the name on a command line, for help and documents."""
    current: Callable[[State], Values]
    """Settings now, by the names of the arguments; what the gateway does not say is None."""
    plan: Callable[[State, Settings], Plan]
    """Exact requests; raises ConfigError for what cannot be."""
    reads: tuple[Endpoint[Any], ...]
    """What is read before, and read again afterwards."""
    needs: tuple[Endpoint[Any], ...] = ()
    """What is read once, to know whether the gateway offers it."""
    absent: Callable[[State], str] = lambda _state: ""
    """Why this gateway does not offer it; empty where it does."""
    bounded: Callable[[State, tuple[Argument, ...]], tuple[Argument, ...]] = lambda _state, arguments: arguments
    """The arguments with the bounds of this gateway."""
    family: Literal["control", "provision"] = "control"
    """Whether it is an owner's business or an installer's: where the command line offers it."""
    at: Callable[[State, str], Settings] | None = None
    """Settings of a target that `current` need not list, such as several devices at once."""
    is_action: bool = False
    """It does something once and has no value; nothing can be undone."""
    reads_may_miss: bool = False
    """A gateway that does not have what is read for it may offer it all the same."""
    since: Firmware = ANY_FIRMWARE
    """First firmware that is known to have it, where that is later than what is read for it."""
    risk: str = ""
    """What it can do to a live site; where there is a text, a person is asked."""
    role: Role = Role.OWNER
    confirm: Callable[[Control, State, Settings], Verdict] = field(default_factory=lambda: confirm_equal)
    reason: Callable[[State, Settings], str] = lambda _state, _wanted: ""
    """Why it may have been ignored or takes so long, from what was read back."""
    settles_s: float = 30.0
    """How long the gateway may take until what is read back is as wanted."""
    watch_s: float = 150.0
    """How long somebody else's overwriting is to be expected: the cloud takes one to two minutes."""
    always_sends: bool = False
    """Sending what is so already does something, such as keeping a stream alive."""
    undo: Callable[[Undoing], Settings | None] = field(default_factory=lambda: undo_by_before)
    """Arguments that restore what was before; None where nothing can."""

    @property
    def is_sent_always(self) -> bool:
        """Whether it is sent although nothing would change."""
        return self.always_sends or self.is_action

    @property
    def first_firmware(self) -> Firmware:
        """First firmware that is known to have all of it."""
        return max(self.since, *(endpoint.since for endpoint in self.reads))

    def now(self, state: State, target: str) -> Settings:
        """Give the settings of one target; empty where there is none of that name."""
        return self.current(state).get(target, {}) if self.at is None else self.at(state, target)

    def target(self, wanted: Settings) -> str:
        """Give which one of several things is meant."""
        name = next((argument.name for argument in self.arguments if argument.is_target), None)
        return ONLY if name is None else str(wanted[name])

    def wishes(self, wanted: Settings) -> Settings:
        """Give what is to be set, without what says where."""
        targets = {argument.name for argument in self.arguments if argument.is_target}
        return {name: value for name, value in wanted.items() if name not in targets}


def confirm_equal(control: Control, state: State, wanted: Settings) -> Verdict:
    """Judge by the same settings that were wanted."""
    now = control.now(state, control.target(wanted))
    values = [(now.get(name), value) for name, value in control.wishes(wanted).items()]
    if all(is_same(value, want) for value, want in values):
        return Verdict.DONE
    said = [is_same(value, want) for value, want in values if value is not None]
    return Verdict.UNSAID if all(said) else Verdict.NOT_YET


def undo_by_before(undoing: Undoing) -> Settings | None:
    """Give the same arguments with the values of before; None where one of those was not said."""
    before = {change.name: change.before for change in undoing.changes}
    return None if not before or None in before.values() else {**undoing.arguments, **before}


def is_same(one: Setting, other: Setting) -> bool:
    """Whether two settings are the same to a gateway that rounds."""
    if isinstance(one, bool) or isinstance(other, bool) or not isinstance(one, int | float):
        return one == other
    return isinstance(other, int | float) and abs(one - other) <= TOLERANCE


def build_changes(control: Control, state: State, wanted: Settings) -> tuple[Change, ...]:
    """List what is not as wanted."""
    now = control.now(state, control.target(wanted))
    rows = (Change(name=name, before=now.get(name), after=value) for name, value in control.wishes(wanted).items())
    return tuple(row for row in rows if not is_same(row.before, row.after))


FORM = "application/x-www-form-urlencoded; charset=UTF-8"
"""What a few pages want to be told of a body that is JSON all the same."""


MULTIPART = "multipart/form-data"


def build_request(
    endpoint: Endpoint[Any], method: str, body: object, *, content_type: str = "application/json"
) -> Request:
    """Build a request with a JSON body."""
    return Request(
        method=method,
        path=endpoint.path,
        headers={"Accept": "application/json", "Content-Type": content_type},
        body=json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode(),
    )


def build_upload(endpoint: Endpoint[Any], content: bytes, *, file_name: str) -> Request:
    """Build a POST of one file as a browser's form has it (RFC 7578), in a member `file`."""
    boundary = f"openvoy-{hashlib.sha256(content).hexdigest()[:32]}"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return Request(
        method="POST",
        path=endpoint.path,
        headers={"Accept": "application/json", "Content-Type": f"{MULTIPART}; boundary={boundary}"},
        body=head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
    )


def like(raw: object, value: Setting) -> Setting:
    """Give a value the form that the gateway uses: numbers whole, with a decimal point or as text, yes in words."""
    if isinstance(value, bool):
        return str(value).lower() if isinstance(raw, str) else value
    if isinstance(raw, bool) or not isinstance(value, int | float):
        return value
    if isinstance(raw, str):
        return f"{value:g}"
    return int(value) if isinstance(raw, int) and float(value).is_integer() else float(value)
