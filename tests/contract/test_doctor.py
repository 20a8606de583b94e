"""The doctor at the bed of virtual gateways: each trouble is found and named with its evidence, and so is health."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from openvoy.client.address import Origin
from openvoy.client.doctor import Facts, Finding, Patient, Severity, Sureness, examine, find_all
from openvoy.client.gateway import build_transport
from openvoy.client.pins import MemoryPinStore
from openvoy.ports import Clock, Transport
from openvoy.virtual.site.definition import Meters
from tests.contract.client_support import openvoy
from tests.contract.fault_support import Stand, standing
from tests.contract.site_support import site_named
from tests.contract.web_service import web_service
from tests.unit.protocol.login.gateways import make_token

AMERICAN_NIGHT = datetime(2025, 6, 21, 8, tzinfo=UTC)


def opener(clock: Clock, pins: MemoryPinStore | None = None) -> object:
    kept = MemoryPinStore() if pins is None else pins

    def open_transport(origin: Origin) -> Transport:
        return build_transport(origin, pins=kept, clock=clock)

    return open_transport


async def look(stand: Stand, token: str | None = "owner", host: str | None = None, **patient: object) -> Facts:
    given = stand.gateway.owner_token if token == "owner" else token
    return await examine(
        Patient(
            name="home",
            host=host or str(stand.gateway.url),
            read_token=lambda _serial: given,
            **patient,  # type: ignore[arg-type]
        ),
        open_transport=opener(stand.time),  # type: ignore[arg-type]
        clock=stand.time,
    )


def told(findings: Iterable[Finding], check: str) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


def worth_doing(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is not Severity.NOTE]


@pytest.mark.parametrize(
    ("site", "firmware"),
    [
        ("metered-split", "8.3.5169"),
        ("three-phase", "8.2.4345"),
        ("demo", "8.3.5433"),
        ("standard", "7.6.175"),
        ("full", "8.3.5169"),
    ],
)
async def test_a_healthy_gateway_has_nothing_to_be_done(site: str, firmware: str) -> None:
    async with standing(site, firmware) as stand:
        findings = find_all(await look(stand))
    assert [finding for finding in worth_doing(findings) if finding.check != "firmware"] == []


async def test_old_firmware_has_no_token_to_look_at() -> None:
    async with standing("metered-split", "5.0.62") as stand:
        facts = await look(stand, token=None)
    assert facts.token is None
    assert facts.snapshot is not None
    assert worth_doing(find_all(facts)) == []


@pytest.mark.parametrize(
    ("fault", "check", "words", "severity"),
    [
        ("ct-reversed", "transformers", "production transformer is turned round", Severity.ERROR),
        ("ct-reversed:phase=1", "transformers", "phase L1 is turned round", Severity.ERROR),
        ("readings-missing:which=production", "readings", "power of solar is not known", Severity.WARNING),
        ("never-measured:which=enabled", "readings", "power of solar and grid is not known", Severity.WARNING),
        ("meter-status", "transformers", "gateway itself complains of the production", Severity.WARNING),
        ("wifi-weak", "wifi", "Wi-Fi is weak", Severity.WARNING),
        ("stale-inverter", "panels", "do not report", Severity.WARNING),
        ("ghost-inverter", "panels", "do not report", Severity.WARNING),
        ("clock-skew:seconds=3600", "clock", "60 min ahead of", Severity.ERROR),
        ("clock-skew:seconds=-90", "clock", "90 s behind", Severity.WARNING),
        ("token-refused", "reach", "does not accept the login", Severity.ERROR),
        ("busy-503", "reach", "cannot be read now", Severity.ERROR),
        ("truncated-json", "reach", "cannot be read now", Severity.ERROR),
        ("html-with-200", "reach", "a web server that is no gateway", Severity.ERROR),
    ],
)
async def test_each_trouble_is_found(fault: str, check: str, words: str, severity: Severity) -> None:
    async with standing("metered-split", "8.3.5169") as stand:
        stand.switch_on(fault)
        findings = told(find_all(await look(stand)), check)
    found = next((finding for finding in findings if words in finding.what), None)
    assert found is not None, [finding.what for finding in findings]
    assert found.severity is severity
    assert found.evidence
    assert found.advice


async def test_a_page_that_failed_says_nothing_about_what_the_gateway_has() -> None:
    async with standing("metered-split", "8.3.5169") as stand:
        stand.switch_on("truncated-json:path=/ivp/*")
        findings = find_all(await look(stand))
    assert not [finding for finding in findings if finding.source == "Q12"]
    (missing,) = told(findings, "missing")
    assert "meters" in missing.what
    assert "run this again" in missing.advice
    assert told(findings, "readings") == []


async def test_a_transformer_on_the_neighbouring_phase_is_found() -> None:
    async with standing("three-phase", "8.2.4345") as stand:
        stand.switch_on("ct-reversed:phase=2,degrees=120")
        findings = told(find_all(await look(stand)), "transformers")
    assert any("phase L2" in finding.what for finding in findings)


async def test_a_consumption_transformer_shows_while_the_grid_delivers() -> None:
    async with standing("metered-split", "8.3.5169", at=AMERICAN_NIGHT) as stand:
        assert told(find_all(await look(stand)), "transformers") == []
        stand.switch_on("ct-reversed:kind=net-consumption")
        (finding,) = told(find_all(await look(stand)), "transformers")
    assert "less than nothing" in finding.what
    assert finding.sureness is not Sureness.CERTAIN


@pytest.mark.parametrize(
    ("firmware", "source"),
    [
        ("8.3.5528", "Q10"),
        ("8.2.4345", "Q1"),
        ("8.3.5286", "Q47"),
        ("7.6.175", "Q71"),
        ("7.0.88", "Q71"),
        ("7.3.130", "Q45"),
    ],
)
async def test_firmware_with_known_issues_is_named(firmware: str, source: str) -> None:
    async with standing("metered-split", firmware) as stand:
        assert source in {finding.source for finding in told(find_all(await look(stand)), "firmware")}


async def test_firmware_5433_with_a_total_consumption_meter() -> None:
    site = replace(site_named("metered-split"), meters=Meters(production=True, consumption="total"))
    async with standing(site, "8.3.5433") as stand:
        assert "Q9" in {finding.source for finding in told(find_all(await look(stand)), "firmware")}


class TestTokens:
    async def test_none_nonsense_and_somebody_elses(self) -> None:
        async with standing("metered-split", "8.3.5169") as stand:
            other = make_token(aud="999999999999", enphaseUser="owner", exp=2_000_000_000)
            cases = {None: "There is no token", "nonsense": "no token that can be used", other: "for another gateway"}
            for token, words in cases.items():
                (finding,) = told(find_all(await look(stand, token)), "token")
                assert words in finding.what
                assert finding.severity is Severity.ERROR

    async def test_the_wrong_kind_and_too_old_a_token(self) -> None:
        async with standing("metered-split", "8.3.5169") as stand:
            (finding,) = told(find_all(await look(stand, wanted_role="installer")), "token")
            assert "installer is wanted" in finding.what
            facts = await look(stand)
            later = replace(facts, now=facts.now + timedelta(days=350))
            assert ["expires soon" in finding.what for finding in told(find_all(later), "token")] == [True]
            too_late = replace(facts, now=facts.now + timedelta(days=366))
            assert ["has expired" in finding.what for finding in told(find_all(too_late), "token")] == [True]


class TestAddresses:
    async def test_nobody_answers(self) -> None:
        async with standing("metered-split", "8.3.5169") as stand:
            url = str(stand.gateway.url)
            clock = stand.time
        facts = await examine(
            Patient(name="home", host=url),
            open_transport=opener(clock),  # type: ignore[arg-type]
            clock=clock,
        )
        (finding,) = find_all(facts)
        assert "Nothing can be reached" in finding.what
        assert "openvoy discover" in finding.advice

    async def test_a_tls_port_that_is_asked_without(self) -> None:
        async with standing("metered-split", "8.3.5169") as stand:
            port = urlsplit(stand.gateway.url or "").port
            facts = await look(stand, host=f"http://127.0.0.1:{port}")
        (finding,) = find_all(facts)
        assert "speaks TLS" in finding.what
        assert finding.advice == f"Write https://127.0.0.1:{port}."

    async def test_another_certificate(self) -> None:
        async with standing("metered-split", "8.3.5169") as stand:
            pins = MemoryPinStore()
            pins.write_pin(urlsplit(stand.gateway.url or "").netloc, "ab" * 32)
            facts = await examine(
                Patient(name="home", host=str(stand.gateway.url)),
                open_transport=opener(stand.time, pins),  # type: ignore[arg-type]
                clock=stand.time,
            )
        (finding,) = told(find_all(facts), "reach")
        assert "--accept-new-certificate" in finding.advice


class TestCommand:
    async def test_a_gateway_by_options(self, tmp_path: Path) -> None:
        token = tmp_path / "home.jwt"
        async with standing("metered-split", "8.3.5169") as stand:
            # Its clock is in the past, so the token has expired for the command.
            token.write_text(str(stand.gateway.owner_token))
            token.chmod(0o644)
            words = ("doctor", "--host", str(stand.gateway.url), "--token-file", str(token))
            plain, wrapped = await asyncio.gather(
                openvoy(*words, data=tmp_path), openvoy(*words, "--json", data=tmp_path)
            )
        assert plain.code == wrapped.code == 4, plain.err
        assert "The token has expired" in plain.out.decode()
        assert "Others on this machine can read the token" in plain.out.decode()
        assert token.read_text() not in plain.out.decode() + wrapped.out.decode() + plain.err
        findings = json.loads(wrapped.out)["reports"][0]["findings"]
        assert {"token", "clock"} <= {finding["check"] for finding in findings}
        assert all(finding["evidence"] and finding["advice"] for finding in findings)

    async def test_an_old_gateway_with_a_wrong_clock(self, tmp_path: Path) -> None:
        async with standing("metered-split", "5.0.62") as stand:
            done = await openvoy("doctor", "--host", str(stand.gateway.url), data=tmp_path)
        assert done.code == 1
        assert "behind this machine's" in done.out.decode()

    async def test_a_configuration_without_running_it(self, tmp_path: Path) -> None:
        file = tmp_path / "openvoy.toml"
        file.write_text('[[gateway]]\nhost = "127.0.0.1:1"\ntoken_env = "HOME_TOKEN"\n[site.home]\ntime_zone = "UTC"\n')
        wrong = tmp_path / "wrong.toml"
        wrong.write_text('[[gateway]]\nhots = "x"\n')
        done, unset, broken, no_role = await asyncio.gather(
            openvoy("doctor", "--config", str(file), data=tmp_path, HOME_TOKEN=make_token(aud="1", exp=2e9)),
            openvoy("doctor", "--config", str(file), data=tmp_path),
            openvoy("doctor", "--config", str(wrong), data=tmp_path),
            openvoy("doctor", "--role", "king", data=tmp_path),
        )
        assert (done.code, unset.code, broken.code, no_role.code) == (3, 2, 2, 2)
        assert "Nothing can be reached" in done.out.decode()
        assert "HOME_TOKEN is not set" in unset.out.decode()
        assert "wrong.toml, line 2" in broken.out.decode()
        assert "Did you mean host?" in broken.out.decode()


async def test_the_own_dashboard_is_recognised() -> None:
    async with web_service() as service:
        facts = await examine(
            Patient(name="home", host=f"127.0.0.1:{service.bound.port}"),
            open_transport=opener(service.clock),  # type: ignore[arg-type]
            clock=service.clock,
        )
    (finding,) = find_all(facts)
    assert "Openvoy's own dashboard" in finding.what
    assert "openvoy discover" in finding.advice
