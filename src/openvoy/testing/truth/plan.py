"""What befalls a site: faults, outages and changes at random times, the same for the same seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

HOUR_S, DAY_S = 3600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One fault for a time, in seconds since the start."""

    fault: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """All that befalls a site."""

    episodes: tuple[Episode, ...] = ()
    away: tuple[tuple[float, float], ...] = ()
    """When nothing answers."""
    down: tuple[tuple[float, float], ...] = ()
    """When the service does not run; it is killed at the start of each."""
    replaced_s: float | None = None
    """When another gateway takes over."""


FAULTS: Sequence[tuple[str, float, float]] = (
    ("snapshot-lost", 0.5, 30),
    ("snapshot-stale", 6, 60),
    ("late-reset:hours=1", 10, 30),
    ("total-is-net", 1, 72),
    ("counter-restored:wraps=1", 0.5, 12),
    ("counter-restored:wraps=-1", 0.5, 12),
    ("meter-inactive", 0.2, 3),
    ("booting", 0.1, 1.5),
    ("standard-zero-v1", 0.5, 30),
    ("small-frozen-v1", 0.5, 30),
    ("old-meter-counters", 1, 72),
    ("lifetime-offset", 1, 72),
    ("net-import-only", 1, 72),
    ("today-huge", 0.5, 24),
    ("phantom-meter", 1, 72),
    ("evse-negative", 1, 72),
    ("inactive-noise", 1, 72),
    ("history-short", 1, 72),
    ("never-measured:which=enabled", 0.2, 2),
    ("readings-missing:which=production", 0.2, 3),
    ("readings-missing:which=net-consumption", 0.2, 3),
    ("readings-missing:which=storage", 0.2, 3),
    ("device-limit", 0.5, 30),
    ("inverter-vanishes", 0.5, 30),
    ("inverters-retired:count=3", 0.5, 12),
    ("ghost-inverter", 1, 48),
    ("frozen", 0.2, 30),
    ("frozen:path=/ivp/meters/readings", 0.2, 12),
    ("frozen:path=/ivp/pdm/device_data", 0.5, 30),
    ("frozen:path=/production*", 0.5, 30),
    ("frozen:path=/api/v1/production", 0.5, 30),
    ("busy-503", 0.2, 6),
    ("html-with-200", 0.2, 6),
    ("error-object", 0.2, 6),
    ("truncated-json", 0.2, 6),
    ("unauthorized:path=/ivp/meters/readings", 0.2, 3),
    ("bad-gateway", 0.2, 6),
    ("channel-noise", 1, 72),
    ("clock-skew", 1, 72),
    ("connection-reset", 0.2, 6),
    ("firmware-changed", 1, 72),
    ("flags-null", 1, 72),
    ("float-timestamps", 1, 72),
    ("meter-status", 1, 72),
    ("meters-apart", 1, 72),
    ("mod-gone", 1, 72),
    ("night", 0.2, 12),
    ("nightly-outage", 24, 240),
    ("reports-every", 6, 72),
    ("stale-inverter", 1, 72),
    ("storage-leg-copied", 1, 72),
    ("three-lines", 1, 72),
    ("today-is-standby", 1, 72),
    ("unsigned-watts", 1, 72),
)
"""Name with options, and from how many hours to how many it lasts."""
BESIDE_ENERGY: Mapping[str, str] = {
    "apparent-garbage": "no energy is made of apparent power",
    "ct-reversed": "the meter really counts so; its check tells the installer",
    "hammered": "polls are paced",
    "joule-wrap": "on for as long as the sites live whose firmware has it",
    "power-factor-sum": "a ratio",
    "reactive-swapped": "reactive energy",
    "consumption-week-zero": "a week's sum, which is never used",
    "dev-type-absent": "a kind of device",
    "temperature-unknown": "a temperature",
    "tariff-mode-null": "prices",
    "unknown-enums": "states",
    "wifi-weak": "the network",
    "livedata-frozen": "live values",
    "livedata-never": "live values",
    "cookie-needed": "a login",
    "crash-on-write": "a write",
    "production-stays-off": "a write",
    "reset-after-401": "a login",
    "close-delimited": "how replies are sent, which takes a network",
    "connection-refused": "how replies are sent, which takes a network",
    "garbage-header": "how replies are sent, which takes a network",
    "hang": "how replies are sent, which takes a network",
    "huge-body": "how replies are sent, which takes a network",
    "no-content-type": "how replies are sent, which takes a network",
    "slow-scripted": "how replies are sent, which takes a network",
    "truncated-chunk": "how replies are sent, which takes a network",
}
"""Faults that are not drawn, and why; beside those of the cloud, logins, writes and streams."""
BESIDE_NAMES = ("cloud-", "stream-", "write", "cookie", "session-", "token-", "too-many-", "higher-login-")
"""How the names of such faults begin."""


def build_trouble(
    days: int, seed: int, *, faults_a_month: float = 8, outages_a_month: float = 2, is_replaced: bool = False
) -> Trouble:
    """Draw what befalls a site; most outages take minutes, some take days."""
    chance = Random(seed)  # noqa: S311 - a simulation wants a seed
    span_s = days * DAY_S
    episodes: list[Episode] = []
    for _ in range(max(1, round(days * faults_a_month / 30))):
        fault, least_h, most_h = chance.choice(FAULTS)
        start_s = chance.uniform(DAY_S, span_s - DAY_S)
        length_s = HOUR_S * least_h * (most_h / least_h) ** chance.random()
        episodes.append(Episode(fault=fault, start_s=start_s, end_s=start_s + length_s))
    outages = [_outage(chance, span_s) for _ in range(max(1, round(days * outages_a_month / 30)))]
    half = len(outages) // 2
    return Trouble(
        episodes=tuple(sorted(episodes, key=lambda one: one.start_s)),
        away=tuple(sorted(outages[:half])),
        down=tuple(sorted(outages[half:])),
        replaced_s=chance.uniform(0.3, 0.7) * span_s if is_replaced else None,
    )


def _outage(chance: Random, span_s: float) -> tuple[float, float]:
    start_s = chance.uniform(DAY_S, span_s - DAY_S)
    return start_s, start_s + 300 * (4 * DAY_S / 300) ** (chance.random() ** 2)
