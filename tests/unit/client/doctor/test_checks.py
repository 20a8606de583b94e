"""Checks on facts made by hand: what no virtual gateway shows, and where nothing must be said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openvoy.client.doctor import Facts, Finding, MachineFacts, Severity, TokenFacts, find_all
from openvoy.client.doctor.check import all_checks
from openvoy.client.doctor.facts import Answerer, Damage, Overwrite
from openvoy.client.doctor.firmware_issues import ISSUES
from openvoy.errors import CloudUnavailable, GatewayUnreachable, StorageError
from openvoy.model import Snapshot
from openvoy.model.devices import Channel, Inverter, Meter, Storage
from openvoy.model.equipment import Controller
from openvoy.model.snapshot import GatewayInfo, MissingPart, Power
from openvoy.protocol.endpoints.network import WirelessNetwork, WirelessSettings
from openvoy.protocol.firmware import Capabilities, LoginKind, parse_firmware
from openvoy.protocol.login import TokenInfo

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)


def facts(**known: object) -> Facts:
    return Facts(name="home", host="h", now=NOW, **known)  # type: ignore[arg-type]


def snapshot(**parts: object) -> Snapshot:
    return Snapshot(gateway=GatewayInfo(serial="1"), at=NOW, **parts)  # type: ignore[arg-type]


def panel(serial: str, *, minutes: float = 5, power_w: float = 200, **more: object) -> Inverter:
    return Inverter(serial=serial, at=NOW - timedelta(minutes=minutes), power_w=power_w, **more)  # type: ignore[arg-type]


def production(*phases: tuple[float, float]) -> Meter:
    channels = tuple(
        Channel(phase=f"L{number}", active_power_w=power_w, apparent_power_va=apparent_va)
        for number, (power_w, apparent_va) in enumerate(phases, 1)
    )
    total_w = sum(power_w for power_w, _ in phases)
    return Meter(eid=1, kind="production", state="enabled", status="normal", active_power_w=total_w, channels=channels)


def only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, [finding.what for finding in findings]
    return findings[0]


def test_nothing_known_is_nothing_found() -> None:
    assert find_all(facts()) == ()
    assert len(all_checks()) >= 11


@pytest.mark.parametrize(
    ("phases", "panels_w", "words", "severity"),
    [
        (((-1000.0, 1010.0),), 1000.0, "is turned round", Severity.ERROR),
        (((-60.0, 100.0),), 0.0, "reads negative", Severity.WARNING),
        (((-1000.0, 1010.0), (3000.0, 3010.0)), 4000.0, "phase L1 is turned round", Severity.ERROR),
        (((1000.0, 1010.0), (-500.0, 1010.0), (1000.0, 1010.0)), 3000.0, "phase L2 is turned round", Severity.ERROR),
        (((1000.0, 1010.0), (400.0, 1010.0), (1000.0, 1010.0)), 3000.0, "may be on another phase", Severity.WARNING),
    ],
)
def test_wiring_of_the_production(
    phases: tuple[tuple[float, float], ...], panels_w: float, words: str, severity: Severity
) -> None:
    inverters = (panel("a", power_w=panels_w / 2), panel("b", power_w=panels_w / 2))
    finding = only(find_all(facts(snapshot=snapshot(meters=(production(*phases),), inverters=inverters))))
    assert words in finding.what
    assert finding.severity is severity
    assert " W" in finding.evidence


@pytest.mark.parametrize(
    "phases", [((-3.0, 150.0), (-3.0, 150.0)), ((20.0, 300.0),), ((950.0, 1010.0),), ((-8.8, 310.0), (-8.8, 310.0))]
)
def test_standby_and_reactive_power_say_nothing(phases: tuple[tuple[float, float], ...]) -> None:
    assert find_all(facts(snapshot=snapshot(meters=(production(*phases),)))) == ()


@pytest.mark.parametrize(
    ("load_w", "severity"), [(-1000.0, Severity.ERROR), (-100.0, Severity.WARNING), (-20.0, None), (None, None)]
)
def test_a_house_does_not_use_less_than_nothing(load_w: float | None, severity: Severity | None) -> None:
    found = find_all(facts(snapshot=snapshot(power=Power(load_w=load_w, grid_w=-500.0))))
    assert [finding.severity for finding in found] == ([] if severity is None else [severity])


def test_a_turned_production_is_not_blamed_on_the_consumption_too() -> None:
    inverters = (panel("a", power_w=600), panel("b", power_w=611))
    turned = production((-1212.0, 1215.0))

    def found(load_w: float) -> list[str]:
        power = Power(solar_w=-1212.0, grid_w=load_w + 1212.0, load_w=load_w)
        return [
            one.what for one in find_all(facts(snapshot=snapshot(meters=(turned,), inverters=inverters, power=power)))
        ]

    assert found(-2243.0) == ["The production transformer is turned round."]
    both = found(-3500.0)
    assert len(both) == 2
    assert "consumption transformer" in both[1]


@pytest.mark.parametrize("behind", [timedelta(0), timedelta(hours=11), timedelta(days=155)])
def test_reports_are_compared_by_the_clock_that_they_go_by(behind: timedelta) -> None:
    inverters = tuple(replace(panel(name, power_w=600), at=NOW - behind - timedelta(minutes=5)) for name in "ab")
    seen = snapshot(meters=(production((-1212.0, 1215.0)),), inverters=inverters)
    found = find_all(facts(snapshot=seen, gateway_at=NOW - behind, asked_at=NOW))
    assert "The production transformer is turned round." in [one.what for one in found]


def test_panels_are_compared_with_each_other_and_by_day_only() -> None:
    many = tuple(panel(str(number)) for number in range(20))
    silent = tuple(panel(f"s{number}", minutes=600) for number in range(15))
    finding = only(find_all(facts(snapshot=snapshot(inverters=many + silent))))
    assert "15 of 35 panels" in finding.what
    assert "and 3 more" in finding.evidence
    assert find_all(facts(snapshot=snapshot(inverters=silent))) == ()
    lost = panel("x", communicating=False)
    assert "x" in only(find_all(facts(snapshot=snapshot(inverters=(*many, lost))))).evidence
    idle = panel("y", power_w=0, producing=False)
    assert "produce nothing" in only(find_all(facts(snapshot=snapshot(inverters=(*many, idle))))).what


@pytest.mark.parametrize(
    ("machine", "severities"),
    [
        (MachineFacts(folder="d", free_bytes=10**10), []),
        (MachineFacts(folder="d", free_bytes=5 * 10**8), [Severity.WARNING]),
        (MachineFacts(folder="d", free_bytes=10**6), [Severity.ERROR]),
        (MachineFacts(folder="d", device="/dev/mmcblk0p2"), [Severity.NOTE]),
        (MachineFacts(folder="d", device="/dev/sda1"), []),
        (MachineFacts(folder="d", problem=StorageError("no", hint="do")), [Severity.ERROR]),
        (MachineFacts(folder="d", set_aside=("history-damaged-1.duckdb",)), [Severity.WARNING]),
        (MachineFacts(folder="d", damage=(Damage(problems=("a", "b"), remedy="do"),)), [Severity.ERROR]),
    ],
)
def test_the_machine(machine: MachineFacts, severities: list[Severity]) -> None:
    found = find_all(facts(machine=machine))
    assert [finding.severity for finding in found] == severities
    assert all(finding.advice for finding in found)


def test_a_slow_gateway_and_one_that_is_asked_too_much() -> None:
    slow = only(find_all(facts(latencies_s={"/ivp/meters/readings": 3.0, "/home.json": 9.0, "/no/endpoint": 50.0}))[:1])
    assert "/ivp/meters/readings 3.0 s" in slow.evidence
    assert "/home" not in slow.evidence
    # Every 5 s the readings, 1.9 s each: 38 % of its time.
    much = only(find_all(facts(latencies_s={"/ivp/meters/readings": 1.9})))
    assert much.evidence.startswith("38%")
    assert find_all(facts(latencies_s={"/ivp/meters/readings": 0.05, "/ivp/meters": 0.3})) == ()


@pytest.mark.parametrize(
    ("relay", "lines", "words"),
    [
        ("open", (False, False, False), "cannot feed in"),
        ("closed", (True, False, True), "does not join L2"),
        ("closed", (True, True, True), None),
        (None, (), None),
    ],
)
def test_a_relay_that_parts_panels_from_the_grid(relay: str | None, lines: tuple[bool, ...], words: str | None) -> None:
    one = Controller(serial="5", kind="q-relay", relay=relay, relay_reason="rocof", lines_connected=lines)
    other = Controller(serial="6", kind="system-controller", relay="open")
    found = find_all(facts(snapshot=snapshot(controllers=(one, other))))
    assert [words in finding.what for finding in found if words is not None] == [True] * (words is not None)
    assert bool(found) == (words is not None)


def test_weak_wifi_counts_only_where_it_is_used() -> None:
    for bars, configured, is_found in ((1, True, True), (2, True, True), (3, True, False), (0, False, False)):
        wireless = WirelessSettings(configured=configured, current=WirelessNetwork(ssid="x", bars=bars))
        assert bool(find_all(facts(wireless=wireless))) is is_found


def test_overwrites_are_told() -> None:
    planned = only(find_all(facts(snapshot=snapshot(storage=Storage(cloud_scheduled=True)))))
    assert planned.severity is Severity.NOTE
    taken = only(find_all(facts(overwrites=(Overwrite(at=NOW, what="battery mode"),))))
    assert "battery mode" in taken.evidence


def test_missing_parts_are_named_with_their_reasons() -> None:
    parts = (MissingPart(part="tariff", reason="busy"), MissingPart(part="meters", reason="busy"))
    finding = only(find_all(facts(snapshot=snapshot(missing=parts))))
    assert "tariff, meters" in finding.what
    assert finding.evidence == "busy"


def test_addresses_that_are_not_a_gateways() -> None:
    failure = GatewayUnreachable("What answers is no gateway.", hint="Check --host.")
    for answerer, words in ((Answerer.OPENVOY, "own dashboard"), (Answerer.OTHER_WEB, "is no gateway")):
        assert words in only(find_all(facts(failure=failure, answerer=answerer))).what
    assert "closes the port of http://" in only(find_all(facts(failure=failure, is_http_wanted=True))).advice


def test_a_token_that_works_and_is_not_renewed() -> None:
    info = TokenInfo(serials=("1",), role="owner", issued_at=NOW, expires_at=NOW + timedelta(days=365))
    failing = TokenFacts(info=info, problem=CloudUnavailable("down", hint="wait"), renews_itself=True)
    finding = only(find_all(facts(token=failing)))
    assert (finding.severity, finding.evidence, finding.advice) == (Severity.WARNING, "down", "wait")
    lost = only(find_all(facts(token=TokenFacts(problem=CloudUnavailable("down")))))
    assert lost.severity is Severity.ERROR
    assert lost.advice


def test_a_token_in_clear_text_is_told() -> None:
    capabilities = Capabilities(
        serial="1", part_number=None, firmware=parse_firmware("8.2.1"), metered=True, login=LoginKind.TOKEN
    )
    assert {one.check for one in find_all(facts(capabilities=capabilities, scheme="http"))} == {"tls", "firmware"}


def test_every_issue_has_a_range_and_a_source() -> None:
    for issue in ISSUES:
        assert issue.until is None or issue.since < issue.until
        assert issue.source.startswith("Q")
        assert issue.advice


def test_every_check_is_a_file_of_its_own() -> None:
    folder = Path(find_all.__code__.co_filename).parent / "checks"
    assert len(list(folder.glob("[a-z]*.py"))) >= 10


def test_meters_that_say_nothing_are_told_where_no_other_page_says_it() -> None:
    meters = tuple(Meter(eid=eid, kind=kind, state="enabled") for eid, kind in enumerate(("production", "storage")))
    finding = only(find_all(facts(snapshot=snapshot(meters=meters, power=Power(battery_w=5.0)))))
    assert finding.what == "A meter is enabled and gives no readings: the power of solar is not known."
    known = Power(solar_w=1.0, battery_w=5.0)
    assert find_all(facts(snapshot=snapshot(meters=meters, power=known))) == ()
    failed = (MissingPart(part="meter_readings", reason="late"),)
    told = find_all(facts(snapshot=snapshot(meters=meters, missing=failed)))
    assert [finding.check for finding in told] == ["missing"]
