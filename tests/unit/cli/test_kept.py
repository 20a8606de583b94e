"""What is built anew when the configuration changes, and what is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from openvoy.cli.config import parse_config
from openvoy.cli.kept import Kept
from openvoy.cli.wiring import build_sources
from openvoy.client.pins import MemoryPinStore
from openvoy.collector import Source
from openvoy.errors import OpenvoyError

HEAD = "eyJhbGciOiJub25lIn0"
TOKEN = f"{HEAD}.eyJhdWQiOiIxMjIyMDAwMDAwMDEifQ.x"
GATEWAYS = """
[[gateway]]
name = "home"
host = "127.0.0.1:9"
token_file = "home.jwt"
[[gateway]]
name = "barn"
host = "127.0.0.1:10"
"""
OTHERS = """# A comment moves every line.
[control]
enabled = true
[site.home]
latitude = 48
longitude = 2
[web]
listen = "127.0.0.1:1"
"""


class Renewals:
    """Builds gateways of one configuration after the other, and says which are new."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.kept = folder, Kept()
        self.before: dict[str, Source] = {}
        self.set_token(TOKEN)

    def set_token(self, token: str) -> None:
        (self.folder / "home.jwt").write_text(token)

    def renew(self, text: str, **renewed: int) -> set[str]:
        config = parse_config(text, file=self.folder / "openvoy.toml", environ={"TZ": "UTC"})
        self.kept.begin()
        sources = build_sources(config, {}, MemoryPinStore(), kept=self.kept, renewed=renewed)
        now = {one.name: one for one in sources}
        new = {name for name, one in now.items() if self.before.get(name) is not one}
        self.before = now
        return new


@pytest.fixture
def renewals(tmp_path: Path) -> Renewals:
    found = Renewals(tmp_path)
    assert found.renew(GATEWAYS) == {"home", "barn"}
    return found


def test_what_is_no_gateways_business_leaves_them_alone(renewals: Renewals) -> None:
    assert renewals.renew(OTHERS + GATEWAYS) == set()


async def test_leave_to_change_things_is_given_and_taken_while_a_gateway_is_connected(renewals: Renewals) -> None:
    controller = renewals.before["barn"].controller
    assert controller is not None
    for text, said in ((GATEWAYS, "Control is off"), (OTHERS + GATEWAYS, "127.0.0.1:10"), (GATEWAYS, "Control is off")):
        renewals.renew(text)
        with pytest.raises(OpenvoyError, match=said):
            await controller.apply("battery.reserve", {"reserve": 30})


@pytest.mark.parametrize(
    ("change", "new"),
    [
        (lambda text: text.replace('"barn"\nhost = "127.0.0.1:10"', '"barn"\nhost = "10.0.0.7"'), {"barn"}),
        (lambda text: text.replace('"barn"', '"shed"'), {"shed"}),
        (lambda text: text + '[site.home]\ntime_zone = "Asia/Tokyo"\n', {"home", "barn"}),
        (lambda text: text[: text.rindex("[[gateway]]")], set()),
    ],
    ids=["address", "name", "time zone", "removed"],
)
def test_what_is_a_gateways_business_concerns_that_one(renewals: Renewals, change: Any, new: set[str]) -> None:
    assert renewals.renew(change(GATEWAYS)) == new
    assert renewals.renew(change(GATEWAYS)) == set()


def test_a_new_login_counts_although_its_file_is_named_as_before(renewals: Renewals) -> None:
    renewals.set_token(TOKEN.replace(".x", ".y"))
    assert renewals.renew(GATEWAYS) == {"home"}
    assert renewals.renew(GATEWAYS, barn=1) == {"barn"}
