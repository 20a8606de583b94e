"""Gateways that do something else than they say: what is told of it is true, and nothing is sent twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from openvoy.client.control import ControlSettings
from openvoy.client.control.controller import GatewayController
from openvoy.errors import ConfigError, CredentialRejected, EndpointRefused, Unavailable
from openvoy.model.control import Outcome, Setting
from openvoy.protocol.endpoints.tariff import TARIFF
from openvoy.protocol.firmware import Capabilities
from openvoy.protocol.http import Response
from openvoy.protocol.login import Credentials
from tests.contract.catalogue import raw_body
from tests.contract.control_catalogue import ROWS, Row, contact, storage
from tests.contract.control_support import Bench, PassingClock, bench

RELAY = "/ivp/ensemble/relay"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys-of-odd")


SAID = [row for row in ROWS if row.outcome is Outcome.TOOK_EFFECT]
"""What can be read back."""


async def outcomes(told: Bench) -> list[Outcome]:
    return [entry.outcome for entry in await told.audit.read_entries()]


@pytest.mark.parametrize("row", SAID, ids=lambda row: row.name)
@pytest.mark.sample(9)
async def test_a_write_that_is_echoed_and_ignored_is_told(row: Row, keys: Path) -> None:
    async with bench("8.3", keys, "writes-ignored:path=*") as told:
        before = row.seen(told.desk)
        entry = await told.gateway.control.apply(row.name, row.arguments)
        assert entry.outcome is Outcome.IGNORED
        assert entry.detail
        assert len(told.writes) == 1
        assert row.seen(told.desk) == before
        with pytest.raises(ConfigError, match="nothing to undo"):
            await told.gateway.control.undo(entry.id)


async def test_production_that_is_still_off_may_come_by_the_morning(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        await told.tell("production.enabled", enabled=False)
        told.switch_on("writes-ignored:path=*")
        entry = await told.tell("production.enabled", enabled=True)
        assert entry.outcome is Outcome.PENDING
        assert "next morning" in entry.detail


async def test_while_the_cloud_plans_a_mode_is_not_sent(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        await plan_by_cloud(told)
        with pytest.raises(ConfigError, match="cloud") as refused:
            await told.tell("battery.mode", mode="backup")
        assert "cloud-schedule" in refused.value.hint
        assert told.writes == []
        entry = await told.tell("battery.mode", mode="backup", cloud_schedule=False)
        assert entry.outcome is Outcome.TOOK_EFFECT
        assert storage(told.desk).mode == "backup"
        undone = await told.gateway.control.undo(entry.id)
        assert [(change.name, change.after) for change in undone.changes] == [
            ("mode", "self-consumption"),
            ("cloud-schedule", True),
        ]


async def plan_by_cloud(told: Bench) -> None:
    tariff = (await told.desk.ask(TARIFF.path))["tariff"]
    tariff["storage_settings"]["opt_schedules"] = True
    await told.desk.ask(TARIFF.path, "PUT", {"tariff": tariff})


async def test_firmware_without_such_a_schedule_knows_none(keys: Path) -> None:
    async with bench("7.6", keys) as told:
        with pytest.raises(ConfigError, match="no schedule of the cloud"):
            await told.tell("battery.mode", mode="backup", cloud_schedule=False)


async def test_what_is_refused_and_done_took_effect(keys: Path) -> None:
    async with bench("8.3", keys, "write-refused-but-done") as told:
        entry = await told.tell("livedata.stream", enabled=True)
        assert entry.outcome is Outcome.TOOK_EFFECT
        assert "400" in entry.detail
        assert "all the same" in entry.detail
        assert len(told.writes) == 1


async def test_what_is_refused_is_told_as_such(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        told.switch_on(f"unauthorized:path={RELAY}")
        with pytest.raises(EndpointRefused, match=r"grid\.relay"):
            await told.tell("grid.relay", relay="open")
        assert told.writes == []


async def test_an_owner_who_may_only_read_is_told(keys: Path) -> None:
    async with bench("8.3", keys, role="owner") as told:
        offers = {offer.name: offer for offer in await told.gateway.control.offers()}
        assert offers["export.dynamic"].current == {"": {"enabled": False, "limit": 0.0, "slew": 50.0, "of": "export"}}
        assert "installer" in offers["export.dynamic"].reason
        preview = await told.gateway.control.preview("export.dynamic", {"enabled": True, "limit": 100})
        assert "installer" in preview.obstacle
        assert len(preview.requests) == 1


async def test_a_gateway_that_crashes_is_waited_for_and_not_told_twice(keys: Path) -> None:
    async with bench("8.3", keys, "crash-on-write:seconds=180") as told:
        entry = await told.tell("grid.relay", relay="open")
        assert entry.outcome is Outcome.IGNORED
        assert "connection" in entry.detail
        assert len(told.writes) == 1
        assert told.desk.site.orders.grid_relay == "closed"


async def test_a_gateway_that_stays_away_leaves_it_open(keys: Path) -> None:
    async with bench("8.3", keys, "crash-on-write:seconds=100000") as told:
        entry = await told.tell("grid.relay", relay="open")
        assert entry.outcome is Outcome.UNCONFIRMED
        assert await outcomes(told) == [Outcome.UNCONFIRMED]
        assert len(told.writes) == 1


async def no_credentials() -> Credentials:
    return Credentials()


class Turning:
    """The door to a gateway that is troubled as soon as something was sent, or once it has been read back since."""

    def __init__(self, told: Bench, fault: str, *, readings: int) -> None:
        self._told, self._fault, self._left = told, fault, readings

    async def connect(self) -> Capabilities:
        return await self._told.gateway.connect()

    async def fetch_raw(
        self, path: str, *, method: str = "GET", body: bytes = b"", content_type: str | None = None
    ) -> Response:
        response = await self._told.gateway.fetch_raw(path, method=method, body=body, content_type=content_type)
        if self._told.writes:
            self._left -= 1
        if self._left < 0:
            self._told.switch_on(self._fault)
        return response


@pytest.mark.parametrize("fault", ["unauthorized", "connection-reset"])
@pytest.mark.parametrize("readings", [0, 1])
async def test_what_cannot_be_read_back_any_more_is_left_open_and_can_be_taken_back(
    fault: str, readings: int, keys: Path
) -> None:
    async with bench("8.3", keys) as told:
        before = (await told.gateway.snapshot()).storage
        assert before is not None
        # Read back once while it is not so yet, the last reading says nothing of what is so in the end.
        if readings:
            told.switch_on("writes-ignored:path=*")
        control = GatewayController(
            Turning(told, fault, readings=readings),
            clock=PassingClock(told.desk.clock),
            settings=ControlSettings(enabled=True, audit=told.audit),
            credentials=no_credentials,
        )
        entry = await control.apply("battery.reserve", {"reserve": 44})
        assert entry.outcome is Outcome.UNCONFIRMED
        assert "could not be read back" in entry.detail
        assert await outcomes(told) == [Outcome.UNCONFIRMED]
        assert len(told.writes) == 1
        told.virtual.faults.switch_off()
        undone = await told.gateway.control.undo(entry.id)
        assert undone.outcome in {Outcome.TOOK_EFFECT, Outcome.UNCHANGED}
        after = (await told.gateway.snapshot()).storage
        assert after is not None
        assert after.reserve_soc_pct == before.reserve_soc_pct


@pytest.mark.parametrize(
    ("name", "arguments"), [("battery.mode", {"mode": "backup"}), ("battery.reserve", {"reserve": 44})]
)
async def test_a_cloud_that_takes_it_back_is_noticed(name: str, arguments: dict[str, Setting], keys: Path) -> None:
    async with bench("8.3", keys, "cloud-overwrites-tariff:seconds=90") as told:
        entry = await told.gateway.control.apply(name, arguments)
        assert entry.outcome is Outcome.TOOK_EFFECT
        early = await told.gateway.control.watch(entry, seconds=60)
        assert early == entry
        late = await told.gateway.control.watch(entry, seconds=150)
        assert (late.outcome, late.id) == (Outcome.OVERWRITTEN, entry.id)
        assert "cloud" in late.detail
        assert await outcomes(told) == [Outcome.OVERWRITTEN]
        assert len(told.writes) == 1


async def test_a_mode_that_is_not_said_is_not_made_up(keys: Path) -> None:
    async with bench("8.3", keys, "tariff-mode-null") as told:
        entry = await told.tell("battery.mode", mode="backup")
        assert (entry.outcome, entry.changes[0].before) == (Outcome.UNCONFIRMED, None)
        assert storage(told.desk).mode == "backup"
        with pytest.raises(ConfigError, match="not known"):
            await told.gateway.control.undo(entry.id)
        assert (await told.tell("battery.reserve", reserve=44)).outcome is Outcome.TOOK_EFFECT
        assert storage(told.desk).mode == "backup"


async def test_a_contact_keeps_what_nobody_here_knows(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        before = (await told.desk.ask("/ivp/ss/dry_contact_settings"))["dry_contacts"]
        await told.tell("contact.settings", contact="NC1", soc_low=20)
        sent = told.writes[0].body
        whole = {**next(row for row in before if row["id"] == "NC1"), "soc_low": 20.0}
        assert sent == raw_body({"dry_contacts": whole}).replace(b", ", b",").replace(b": ", b":")
        assert whole["override"] == "true"
        assert contact(told.desk).soc_low_pct == 20


async def test_one_change_at_a_time_each_with_an_entry_of_its_own(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        first = await told.tell("battery.reserve", reserve=20)
        second = await told.tell("battery.reserve", reserve=30)
        entries = await told.audit.read_entries()
        assert [entry.id for entry in entries] == [first.id, second.id]
        assert [(entry.changes[0].before, entry.changes[0].after) for entry in entries] == [(10, 20), (20, 30)]


async def test_a_token_that_is_no_longer_accepted_ends_it_before_anything_is_sent(keys: Path) -> None:
    async with bench("8.3", keys) as told:
        told.switch_on("token-refused")
        with pytest.raises(CredentialRejected):
            await told.tell("battery.reserve", reserve=20)
        assert told.writes == []


async def test_what_fails_before_a_write_says_that_nothing_was_sent(keys: Path) -> None:
    async with bench("8.3", keys, f"bad-gateway:path={TARIFF.path}") as told:
        for asked in (told.gateway.control.preview, told.gateway.control.apply):
            with pytest.raises(Unavailable) as failed:
                await asked("battery.reserve", {"reserve": 40})
            assert failed.value.hint.endswith("Try again later; under load this is normal. Nothing was sent.")
        assert (told.writes, await outcomes(told)) == ([], [])
