"""Tries gateways before they are saved: what answers, whether the login works, and what can be read."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from openvoy.cli.extras import needing
from openvoy.cli.zone import is_time_zone
from openvoy.client.address import Origin, parse_address
from openvoy.client.cloud import CloudClient
from openvoy.client.connect import fetch_identity
from openvoy.client.discovery import merge
from openvoy.client.gateway import Gateway, build_transport
from openvoy.client.pins import PinStore
from openvoy.errors import ConfigError, GatewayTimeout, OpenvoyError
from openvoy.model import Snapshot
from openvoy.ports import Clock, Transport
from openvoy.ports.setup import FoundHost, LoginGiven, Probe, TokenView, Trial
from openvoy.protocol.cloud import Account, CloudService
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY
from openvoy.protocol.endpoints.inventory import HOME, INVENTORY
from openvoy.protocol.endpoints.inverters import INVERTERS
from openvoy.protocol.endpoints.meters import METERS
from openvoy.protocol.firmware import LoginKind
from openvoy.protocol.login import explain_token
from openvoy.protocol.login.jwt import check_token, clean_token

LISTEN_S = 4.0
ZONE_TIMEOUT_S = 8.0
"""Longer nobody waits for a time zone that the browser knows as well."""
KEPT_S = 900.0
MOST_KEPT = 8
DAY_S = 86_400

Known = Callable[[str], str | None]
"""Name of the gateway of a serial number, if it is collected from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A trial with what has to be saved."""

    trial: Trial
    login: LoginGiven = field(repr=False)
    token: str | None = field(repr=False)
    at_s: float


class Trials:
    """Tries gateways and remembers the last few for a while."""

    def __init__(
        self,
        *,
        clock: Clock,
        pins: PinStore,
        cloud: Callable[[], CloudService],
        known: Known,
        interfaces: Sequence[str] = (),
    ) -> None:
        """Take where the cloud is as a question: the configuration may change."""
        self._clock, self._pins, self._cloud, self._known = clock, pins, cloud, known
        self._interfaces = interfaces
        self._tried: dict[str, Tried] = {}

    async def discover(self) -> Sequence[FoundHost]:
        """Listen for announcements."""
        with needing("discover", "Finding gateways"):
            from openvoy.client.discovery.browse import browse  # noqa: PLC0415 - optional
        found = merge(await browse(LISTEN_S, clock=self._clock, interfaces=self._interfaces))
        return [FoundHost(host=one.host, serial=one.serial, firmware=one.firmware) for one in found if one.host]

    async def probe(self, host: str, *, accept_new_certificate: bool = False) -> Probe:
        """Ask for the identity page; a new certificate that a person accepts is the known one from then on."""
        address = parse_address(host)

        def open_transport(origin: Origin) -> Transport:
            return build_transport(
                origin, pins=self._pins, clock=self._clock, accept_new_certificate=accept_new_certificate
            )

        try:
            found = await fetch_identity(address, open_transport)
        except GatewayTimeout as error:
            raise GatewayTimeout(
                f"What is at {address} takes the connection and says nothing.",
                hint="Check the address; your router lists the devices. If it is the gateway's, wait a minute and try"
                " again; one that hangs begins anew when its power is off for a moment.",
            ) from error
        await found.transport.close()
        what = found.capabilities
        if not what.serial:
            raise ConfigError(f"What answers at {host} does not say its serial number.", hint="Check the address.")
        logins = {LoginKind.NONE: "none", LoginKind.DIGEST: "digest", LoginKind.TOKEN: "token"}
        return Probe(
            host=address.written,
            serial=what.serial,
            firmware=str(what.firmware),
            part_number=what.part_number,
            login=logins[what.login],  # type: ignore[arg-type]  # the words are those of the port
            known_as=self._known(what.serial),
        )

    async def attempt(self, host: str, login: LoginGiven) -> Trial:
        """Obtain a token if need be, log in and read everything."""
        probe = await self.probe(host)
        token = await self._token(probe, login) if probe.login == "token" else None
        gateway = Gateway(
            host, token=token, user=login.user, password=login.password, pins=self._pins, clock=self._clock
        )
        async with gateway:
            snapshot = await gateway.snapshot()
            zone = await _read_zone(gateway)
        shown = None if token is None else self.view(token, probe.serial)
        trial = _build_trial(probe, snapshot, token=shown, time_zone=zone)
        self._forget_old()
        self._tried[trial.id] = Tried(trial=trial, login=login, token=token, at_s=self._clock.monotonic())
        return trial

    def take(self, trial_id: str) -> Tried:
        """Give what was tried; raise ConfigError where that is too long ago."""
        self._forget_old()
        if trial_id not in self._tried:
            raise ConfigError("This try was too long ago.", hint="Check the gateway again, then save it.")
        return self._tried[trial_id]

    def forget(self, trial_id: str) -> None:
        """Forget a trial and its secrets."""
        self._tried.pop(trial_id, None)

    def view(self, token: str, serial: str | None) -> TokenView:
        """Explain a token."""
        info = explain_token(clean_token(token))
        return TokenView(
            serials=info.serials,
            role=info.role,
            expires_at=info.expires_at,
            left_days=_days_left(info.expires_at, self._clock.now()),
            fits=None if serial is None else info.is_for(serial),
        )

    async def _token(self, probe: Probe, login: LoginGiven) -> str:
        if login.cloud_user and login.cloud_password:
            account = Account(user=login.cloud_user, password=login.cloud_password)
            return await CloudClient(self._cloud(), clock=self._clock).fetch_token(account, probe.serial)
        if not login.token:
            raise ConfigError(
                f"{probe.host} has firmware {probe.firmware}, which needs a token.",
                hint="Log in to the vendor's cloud once, or paste a token.",
            )
        token = clean_token(login.token)
        check_token(explain_token(token), gateway=probe.host, serial=probe.serial, now=self._clock.now())
        return token

    def _forget_old(self) -> None:
        now_s = self._clock.monotonic()
        fresh = [(name, one) for name, one in self._tried.items() if now_s - one.at_s < KEPT_S]
        self._tried = dict(fresh[-MOST_KEPT:])


async def _read_zone(gateway: Gateway) -> str | None:
    """Ask where the gateway is; not all logins may, and the page is the slowest."""
    try:
        name = (await gateway.fetch(HOME, timeout_s=ZONE_TIMEOUT_S)).value.time_zone
    except OpenvoyError:
        return None
    return name if name and is_time_zone(name) else None


def _build_trial(probe: Probe, snapshot: Snapshot, *, token: TokenView | None, time_zone: str | None) -> Trial:
    power = snapshot.power
    return Trial(
        id=secrets.token_urlsafe(16),
        probe=probe,
        token=token,
        solar_w=power.solar_w,
        grid_w=power.grid_w,
        battery_w=power.battery_w,
        load_w=power.load_w,
        panels=_count(snapshot.inverters, snapshot, INVERTERS.name),
        batteries=_count(snapshot.batteries, snapshot, ENSEMBLE_INVENTORY.name, INVENTORY.name),
        meters=_count(snapshot.meters, snapshot, METERS.name),
        missing=len(snapshot.missing),
        time_zone=time_zone,
    )


def _count(found: Sequence[object], snapshot: Snapshot, *pages: str) -> int | None:
    """Count what was found; none is not known to be none while a page that lists it failed."""
    return None if not found and any(map(snapshot.has_failed, pages)) else len(found)


def _days_left(expires_at: datetime | None, now: datetime) -> float | None:
    return None if expires_at is None else math.floor(10 * (expires_at - now).total_seconds() / DAY_S) / 10
