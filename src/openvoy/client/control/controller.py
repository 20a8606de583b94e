"""Tells one gateway things, by the rules of docs/control.md."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from openvoy.client.control.journal import MemoryAudit
from openvoy.client.control.role import find_obstacle, find_role, refused
from openvoy.client.control.settling import Settling, send_once
from openvoy.client.control.survey import Door, fetch_state, is_refused, why_absent
from openvoy.client.control.wanting import build_preview, check_known, parse_wanted, show_wanted
from openvoy.errors import ConfigError, OpenvoyError
from openvoy.model.control import AuditEntry, Offer, Outcome, Preview, Settings
from openvoy.ports.clock import Clock
from openvoy.ports.control import Audit
from openvoy.protocol.control import Control, Plan, State, Undoing, build_changes
from openvoy.protocol.control_registry import CONTROLS, find_control
from openvoy.protocol.endpoint import Role
from openvoy.protocol.login import Credentials

HOW_TO_ENABLE = (
    "Set OPENVOY_CONTROL=on, or write enabled = true below [control] in openvoy.toml; in Python give"
    " ControlSettings(enabled=True). Looking at what would be sent works without. Nothing was sent."
)

NOTHING_SENT = "Nothing was sent."


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSettings:
    """Whether a gateway may be told anything, and where that is written down."""

    enabled: bool = False
    audit: Audit = field(default_factory=MemoryAudit)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """Everything known before the first byte of a write."""

    control: Control
    state: State
    wanted: Settings
    plan: Plan
    preview: Preview

    @property
    def is_needed(self) -> bool:
        return bool(self.preview.requests)


class GatewayController:
    """What one gateway can be told; implements `ports.Controller`. One change at a time."""

    def __init__(
        self, door: Door, *, clock: Clock, settings: ControlSettings, credentials: Callable[[], Awaitable[Credentials]]
    ) -> None:
        self._door = door
        self._clock = clock
        self._settings = settings
        self._credentials = credentials
        self._settling = Settling(door, clock)
        self._lock = asyncio.Lock()

    def take_settings(self, settings: ControlSettings) -> None:
        """Go by other settings from the next change on."""
        self._settings = settings

    async def offers(self) -> Sequence[Offer]:
        """Ask what can be told, each endpoint once."""
        state = await fetch_state(
            self._door, [endpoint for control in CONTROLS.values() for endpoint in (*control.needs, *control.reads)]
        )
        role = find_role(state.capabilities, await self._credentials())
        return [_offer(control, state, role) for control in CONTROLS.values()]

    async def preview(self, name: str, arguments: Settings) -> Preview:
        """Work out what would be sent, without sending it."""
        with _nothing_sent():
            return (await self._prepare(name, arguments)).preview

    async def apply(self, name: str, arguments: Settings, *, by: str = "") -> AuditEntry:
        """Check, send once, read back, write down who did it."""
        return await self._apply(name, arguments, by=by)

    async def watch(self, entry: AuditEntry, *, seconds: float) -> AuditEntry:
        """Watch a change that took effect for somebody else's overwriting."""
        if entry.outcome not in {Outcome.TOOK_EFFECT, Outcome.PENDING}:
            return entry
        result = await self._settling.watch(find_control(entry.control), entry.arguments, seconds)
        if result is None:
            return entry
        overwritten = replace(entry, outcome=result.outcome, detail=result.detail)
        await self._settings.audit.write_entry(overwritten)
        return overwritten

    async def plan_undo(self, entry_id: str) -> tuple[str, Settings]:
        """Say which control with which arguments restores what was before an entry."""
        entry = await self._entry(entry_id)
        undoing = Undoing(arguments=entry.arguments, changes=entry.changes, before=entry.before)
        restored = find_control(entry.control).undo(undoing)
        if restored is None:
            raise ConfigError(
                f"What was before {entry.id} is not known, so it cannot be restored.",
                hint=f"Set {entry.control} by hand. Nothing was sent.",
            )
        return entry.control, restored

    async def undo(self, entry_id: str, *, by: str = "") -> AuditEntry:
        """Restore what was before an entry, as a change of its own."""
        with _nothing_sent():
            name, restored = await self.plan_undo(entry_id)
        return await self._apply(name, restored, by=by, undoes=entry_id)

    async def _entry(self, entry_id: str) -> AuditEntry:
        capabilities = await self._door.connect()
        entries = [row for row in await self._settings.audit.read_entries() if row.gateway == capabilities.serial]
        found = next((row for row in entries if row.id == entry_id), None)
        if found is None:
            raise ConfigError(
                f"There is no entry {entry_id} for gateway {capabilities.serial}.",
                hint="`openvoy control audit` lists them. Nothing was sent.",
            )
        if found.outcome in {Outcome.REFUSED, Outcome.IGNORED}:
            raise ConfigError(f"{entry_id} changed nothing, so there is nothing to undo.", hint="Nothing was sent.")
        return found

    async def _apply(self, name: str, arguments: Settings, *, by: str, undoes: str | None = None) -> AuditEntry:
        if not self._settings.enabled:
            raise ConfigError("Control is off.", hint=HOW_TO_ENABLE)
        async with self._lock:
            with _nothing_sent():
                prepared = await self._prepare(name, arguments)
                if prepared.preview.obstacle:
                    raise refused(prepared.preview.obstacle)
                entry = replace(await self._begin(prepared), by=by, undoes=undoes)
                if not prepared.is_needed:
                    return entry
                await self._settings.audit.write_entry(entry)
            problem = await send_once(self._door, prepared.plan.requests, gateway=entry.gateway)
            result = await self._settling.judge(prepared.control, prepared.wanted, problem, known=prepared.state)
            entry = replace(entry, outcome=result.outcome, detail=result.detail)
            await self._settings.audit.write_entry(entry)
            return entry

    async def _prepare(self, name: str, arguments: Settings) -> _Prepared:
        control = find_control(name)
        check_known(control, control.arguments, arguments)
        state = await fetch_state(self._door, (*control.needs, *control.reads))
        obstacle = find_obstacle(control, find_role(state.capabilities, await self._credentials()))
        if is_refused(control, state):
            raise refused(obstacle or f"This login may not read what {control.name} sets.")
        if reason := why_absent(control, state):
            raise ConfigError(
                f"This gateway does not offer {control.name}: {reason}",
                hint="`openvoy control list` shows what it offers. Nothing was sent.",
            )
        wanted = parse_wanted(control, control.bounded(state, control.arguments), arguments)
        changes = build_changes(control, state, wanted)
        plan = control.plan(state, wanted) if changes or control.is_sent_always else Plan(requests=())
        preview = replace(build_preview(control, wanted, changes, plan), obstacle=obstacle)
        return _Prepared(control=control, state=state, wanted=wanted, plan=plan, preview=preview)

    async def _begin(self, prepared: _Prepared) -> AuditEntry:
        now, control = self._clock.now(), prepared.control
        known = {row.id for row in await self._settings.audit.read_entries()}
        stem = f"{now:%Y%m%d-%H%M%S}"
        names = (stem if turn == 1 else f"{stem}-{turn}" for turn in range(1, len(known) + 2))
        return AuditEntry(
            id=next(name for name in names if name not in known),
            at=now,
            gateway=prepared.state.capabilities.serial,
            control=control.name,
            target=prepared.preview.target,
            arguments=show_wanted(control, prepared.wanted),
            changes=prepared.preview.changes,
            requests=prepared.preview.requests,
            before=control.now(prepared.state, prepared.preview.target),
            outcome=Outcome.SENT if prepared.is_needed else Outcome.UNCHANGED,
        )


@contextmanager
def _nothing_sent() -> Iterator[None]:
    """Let whatever fails in here say that nothing was sent."""
    try:
        yield
    except OpenvoyError as error:
        if NOTHING_SENT not in str(error):
            error.hint = f"{error.hint} {NOTHING_SENT}".lstrip()
        raise


def _offer(control: Control, state: State, role: Role | None) -> Offer:
    absent = why_absent(control, state)
    reason = absent or find_obstacle(control, role)
    if is_refused(control, state):
        reason = find_obstacle(control, role) or absent
    return Offer(
        name=control.name,
        summary=control.summary,
        risk=control.risk,
        arguments=control.arguments if absent else control.bounded(state, control.arguments),
        current={} if absent else control.current(state),
        is_offered=not reason,
        family=control.family,
        reason=reason,
    )
