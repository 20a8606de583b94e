"""Settings over HTTP: who may, and what is kept from being lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from openvoy.cli.config import Config
from openvoy.cli.setup import Restarts, ServiceSetup, Trials
from openvoy.cli.setup.service import Running
from openvoy.cli.wiring import build_exporters
from openvoy.client.control import MemoryAudit
from openvoy.client.pins import MemoryPinStore
from openvoy.collector import ControlDesk
from openvoy.errors import CertificateChanged, ConfigError, OpenvoyError
from openvoy.model.place import SitePlace
from openvoy.ports import Household
from openvoy.ports.setup import FormValue, LoginGiven, SiteEntry
from openvoy.protocol.cloud import CloudService
from openvoy.settings.listen import Listen
from openvoy.testing.clock import ManualClock
from openvoy.web.api.setup import OPERATIONS
from openvoy.web.app import CSRF_COOKIE
from tests.contract.broken_store import BrokenStore
from tests.contract.control_support import bench
from tests.contract.fault_support import standing
from tests.contract.test_web_access import PASSWORD, make_owner, send, stranger
from tests.contract.web_service import Setup, web_service
from tests.unit.exporters.house import StillFeed

TEXT = '# mine\n[[gateway]]\nhost = "10.0.0.5" # cellar\n'


@pytest.fixture
def setup(tmp_path: Path) -> ServiceSetup:
    file = tmp_path / "openvoy.toml"
    file.write_text(TEXT)
    running = Running(
        file=file,
        environ={"TZ": "UTC"},
        history=tmp_path,
        listen=Listen(host="127.0.0.1", port=8400),
        is_listen_fixed=False,
        is_target_fixed=False,
    )
    trials = Trials(clock=ManualClock(), pins=MemoryPinStore(), cloud=CloudService, known=lambda _: None)
    household = Household(
        place=SitePlace(name="home", time_zone="UTC"),
        feed=StillFeed(None),
        store=BrokenStore(),
        clock=ManualClock(),
        desk=ControlDesk({}, audit=MemoryAudit(), store=BrokenStore()),
        environ={},
    )

    def check(config: Config) -> None:
        build_exporters(config.exporters, household)

    restarts = Restarts(asyncio.Event())
    return ServiceSetup(running, trials=trials, restarts=restarts, find_serial=lambda _: None, check=check)


async def test_only_an_owner_sees_and_changes_settings(tmp_path: Path) -> None:
    async with web_service(Setup(accounts=tmp_path / "access.json")) as service:
        await service.browser.get("/")
        await make_owner(service)
        await send(service.browser, "PUT", "/api/v1/accounts", name="guest", password=PASSWORD, right="viewer")
        async with stranger(service) as nobody, stranger(service) as guest:
            for browser in (nobody, guest):
                await browser.get("/")
            await send(guest, "POST", "/api/v1/login", name="guest", password=PASSWORD)
            for browser, status in ((nobody, 401), (guest, 403)):
                token = {cookie.key: cookie.value for cookie in browser.cookie_jar}[CSRF_COOKIE]
                for one in OPERATIONS:
                    headers = {"X-CSRFToken": token}
                    async with browser.request(one.method, one.path, json={}, headers=headers) as reply:
                        assert reply.status in {status, 400}, one.path
            async with nobody.get(OPERATIONS[0].path) as reply:
                assert reply.status == 401
            async with guest.get(OPERATIONS[0].path) as reply:
                assert reply.status == 403


async def test_other_devices_are_let_in_only_once_there_is_an_account_and_only_from_the_page(tmp_path: Path) -> None:
    async with web_service(Setup(accounts=tmp_path / "access.json")) as service:
        await service.browser.get("/")
        told = await send(service.browser, "PUT", "/api/v1/setup/listen", 403, is_on=True, version="x")
        assert "password" in told["hint"]
        async with service.browser.put("/api/v1/setup/listen", json={"is_on": True, "version": "x"}) as reply:
            assert "X-CSRFToken" in (await reply.json())["hint"]


async def test_what_somebody_changed_meanwhile_is_not_overwritten(setup: ServiceSetup, tmp_path: Path) -> None:
    seen = await setup.read_state()
    changed = TEXT.replace("10.0.0.5", "10.0.0.6")
    (tmp_path / "openvoy.toml").write_text(changed)
    with pytest.raises(ConfigError, match="changed meanwhile"):
        await setup.write_control(is_enabled=True, version=seen.version)
    assert (tmp_path / "openvoy.toml").read_text() == changed


async def test_of_two_changes_at_once_one_is_made(setup: ServiceSetup, tmp_path: Path) -> None:
    version = (await setup.read_state()).version
    sites = (SiteEntry(name="one", time_zone="UTC"), SiteEntry(name="two", time_zone="Europe/Paris"))
    done = await asyncio.gather(*(setup.write_site(one, version=version) for one in sites), return_exceptions=True)
    assert [isinstance(one, ConfigError) for one in done] == [False, True]
    written = (tmp_path / "openvoy.toml").read_text()
    assert written.startswith(TEXT)
    assert "[site.one]" in written
    assert "two" not in written


@pytest.mark.parametrize(
    "site", [SiteEntry(name="home", time_zone="Mars/Base"), SiteEntry(name="home", time_zone="UTC", latitude=95.0)]
)
async def test_what_would_not_be_read_back_is_refused(setup: ServiceSetup, tmp_path: Path, site: SiteEntry) -> None:
    version = (await setup.read_state()).version
    with pytest.raises(OpenvoyError) as told:
        await setup.write_site(site, version=version)
    assert not told.value.message.startswith(str(tmp_path)), "who types into a page knows no line of a file"
    assert (tmp_path / "openvoy.toml").read_text() == TEXT


INFLUX = "http://127.0.0.1:8086/write?db=home"


async def test_a_receiver_is_set_up_changed_and_taken_out_with_its_secrets_in_files(
    setup: ServiceSetup, tmp_path: Path
) -> None:
    kinds = {kind.section: kind for kind in (await setup.read_integrations()).kinds}
    assert {one.name: one.input for one in kinds["influx"].fields}["token"] == "secret"
    for _ in range(2):
        version = (await setup.read_state()).version
        values: dict[str, FormValue] = {"url": INFLUX, "token": "hush", "batch_rows": 100}
        await setup.write_integration("influx", None, values, version=version)
    first, second = (await setup.read_integrations()).entries
    assert (first.values, first.kept) == ({"url": INFLUX, "batch_rows": 100}, ("token",))
    written = (tmp_path / "openvoy.toml").read_text()
    assert written.startswith(TEXT)
    assert "hush" not in written
    files = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    assert files == {"influx-1.token": "hush\n", "influx-2.token": "hush\n"}
    version = (await setup.read_state()).version
    await setup.write_integration("influx", second.place, {"token": "more", "batch_rows": None}, version=version)
    await setup.remove_integration("influx", first.place, version=(await setup.read_state()).version)
    (left,) = (await setup.read_integrations()).entries
    assert (left.values, left.kept, left.place) == ({"url": INFLUX}, ("token",), 0)
    assert (tmp_path / "secrets" / "influx-2.token").read_text() == "more\n"
    await setup.remove_integration("influx", 0, version=(await setup.read_state()).version)
    assert (tmp_path / "openvoy.toml").read_text().strip() == TEXT.strip()


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("influx", {"url": "", "token": "hush"}),
        ("influx", {"url": INFLUX, "batch_rows": "many", "token": "hush"}),
        ("influx", {"url": INFLUX, "nonsense": 1}),
        ("influx", {"history": False, "token": "hush"}),
        ("web", {"listen": "0.0.0.0:80"}),
    ],
)
async def test_a_receiver_that_cannot_work_changes_nothing(
    setup: ServiceSetup, tmp_path: Path, section: str, values: dict[str, FormValue]
) -> None:
    with pytest.raises(ConfigError) as failure:
        await setup.write_integration(section, None, values, version=(await setup.read_state()).version)
    assert failure.value.hint
    assert (tmp_path / "openvoy.toml").read_text() == TEXT
    assert not (tmp_path / "secrets" / "influx-1.token").exists()


async def test_a_renewed_certificate_is_told_and_known_once_a_person_has_accepted_it(tmp_path: Path) -> None:
    pins = MemoryPinStore()
    trials = Trials(clock=ManualClock(), pins=pins, cloud=CloudService, known=lambda _: None)
    async with bench("8.3", tmp_path) as told:
        assert told.virtual.url is not None
        place = told.virtual.url.removeprefix("https://").rstrip("/")
        shown = await trials.probe(told.virtual.url)
        pins.write_pin(place, "ab" * 32)
        with pytest.raises(CertificateChanged, match="another certificate"):
            await trials.probe(told.virtual.url)
        assert await trials.probe(told.virtual.url, accept_new_certificate=True) == shown
        assert await trials.probe(told.virtual.url) == shown


def test_a_token_may_have_the_line_breaks_of_a_mail() -> None:
    trials = Trials(clock=ManualClock(), pins=MemoryPinStore(), cloud=CloudService, known=lambda _: None)
    token = "e30.eyJhdWQiOiIxMjIyMDAwMDAwMDUifQ.c2ln"
    assert trials.view(f" {token[:9]}\r\n  {token[9:]}\n", "122200000005").fits


async def test_prices_without_a_currency_are_not_taken_from_a_page_but_those_of_a_file_go_on(
    setup: ServiceSetup, tmp_path: Path
) -> None:
    bare = "[import]\nprice_per_kwh = 0.31\n"
    (tmp_path / "prices.toml").write_text(bare)
    (tmp_path / "openvoy.toml").write_text(f'{TEXT}[site.home]\ntariff = "prices.toml"\n')
    before = await setup.read_state()
    assert await setup.read_tariff() == bare
    with pytest.raises(ConfigError, match="in which currency") as refused:
        await setup.write_tariff(bare, version=before.version)
    assert 'currency = "EUR"' in refused.value.hint
    assert (tmp_path / "prices.toml").read_text() == bare
    await setup.write_tariff(f'currency = "NOK"\n{bare}', version=before.version)
    assert (tmp_path / "prices.toml").read_text().startswith('currency = "NOK"')


@pytest.mark.parametrize(
    ("path", "counted"),
    [("/nothing", (25, 3, 4)), ("/ivp/*", (25, None, None)), ("/*inv*", (25, None, 4))],
)
async def test_what_a_broken_page_lists_is_not_counted_as_none(
    path: str, counted: tuple[int | None, int | None, int | None]
) -> None:
    async with standing("full", "8.3.5169", f"truncated-json:path={path}") as stand:
        trials = Trials(clock=stand.time, pins=MemoryPinStore(), cloud=CloudService, known=lambda _: None)
        trial = await trials.attempt(str(stand.gateway.url), LoginGiven(token=stand.gateway.owner_token))
    assert (trial.panels, trial.batteries, trial.meters) == counted
    assert (trial.missing > 0) is (None in counted)
