"""Receivers that are dead, slow or mad cost collection nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from openvoy.exporters.notify import KIND, NotifySettings
from openvoy.exporters.notify.target import parse_target
from tests.support.beside import Build, collect
from tests.unit.exporters.notify.receivers import garbage, inbox, listener, nobody


def notifying(urls: Sequence[str]) -> Build:
    settings = [NotifySettings(url=parse_target(url), events=("gateway",)) for url in urls]
    return lambda household: [("notify", KIND.build(one, household)) for one in settings]


async def test_what_the_gateway_is_asked_and_what_is_kept_stays_the_same(tmp_path: Path) -> None:
    alone = await collect(notifying([]), tmp_path / "alone")
    with nobody() as dead:
        async with inbox() as slow, inbox() as good, listener(garbage) as mad:
            slow.pause_s = 10.0
            urls = [
                *(f"{scheme}://127.0.0.1:{dead}/x?to=a@b.example" for scheme in ("http", "ntfys", "smtp", "smtps")),
                f"smtp://127.0.0.1:{mad}?to=a@b.example",
                f"ntfy://127.0.0.1:{mad}/topic",
                f"http://{slow.url}/hook",
                f"http://{good.url}/hook",
            ]
            beside = await collect(notifying(urls), tmp_path / "beside")
    assert (beside.asked, beside.batches) == (alone.asked, alone.batches)
    assert sum(beside.asked.values()) > 100
    *troubled, waiting, served = beside.statuses
    assert [status.state for status in troubled] == ["trouble"] * 6
    assert all(status.problem and status.hint for status in troubled)
    assert (waiting.state, waiting.left_count, waiting.delivered_count) == ("ok", 1, 0)
    assert (served.state, served.left_count, served.delivered_count) == ("ok", 0, 1)
    assert [body["key"] for _, body in good.posts] == ["gateway/home/unreachable"]
