"""The service's way to a token: from the configuration to a gateway that is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from openvoy import Gateway
from openvoy.cli.cloud import build_token_source
from openvoy.cli.config import parse_config
from openvoy.client.cloud import CloudTokens
from openvoy.errors import ConfigError, CredentialRejected
from openvoy.protocol.endpoints.meters import METERS
from tests.contract.cloud_support import town
from tests.unit.virtual.recordings import SERIAL

TEXT = """
[[gateway]]
host = "{host}"
cloud = {{ user = "{user}", password_env = "CLOUD_PASSWORD"{more} }}

[site.home]
time_zone = "UTC"

[cloud]
base_url = "{cloud}"
"""


async def test_a_cloud_login_in_the_configuration_reads_the_gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENVOY_DATA", str(tmp_path))
    async with town() as place:
        text = TEXT.format(host=place.gateway.url, user="owner@example.com", cloud=place.gateway.cloud_url, more="")
        environ = {"CLOUD_PASSWORD": place.password}
        config = parse_config(text, file=tmp_path / "openvoy.toml", environ=environ)
        tokens = build_token_source(config.gateways[0], config, environ)
        assert isinstance(tokens, CloudTokens)
        async with Gateway(config.gateways[0].host, tokens=tokens) as gateway:
            await gateway.fetch(METERS)
        assert tokens.find_trouble() is None
        assert (tmp_path / "tokens" / f"{SERIAL}.jwt").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("more", "environ", "told"),
    [
        ("", {}, "CLOUD_PASSWORD is not set"),
        (', role = "king"', {"CLOUD_PASSWORD": "x"}, "role cannot be 'king'"),
        (', keep = "drawer"', {"CLOUD_PASSWORD": "x"}, "keep cannot be 'drawer'"),
    ],
)
def test_a_wrong_cloud_login_names_file_and_line(more: str, environ: dict[str, str], told: str, tmp_path: Path) -> None:
    text = TEXT.format(host="h", user="me@example.com", cloud="https://cloud.example", more=more)

    def build() -> object:
        config = parse_config(text, file=tmp_path / "o.toml", environ=environ)
        return build_token_source(config.gateways[0], config, environ)

    with pytest.raises(ConfigError, match=told) as caught:
        build()
    assert "o.toml, line 4" in caught.value.message


def test_a_token_file_that_holds_none_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "home.jwt").write_text("nonsense")
    config = parse_config('[[gateway]]\ntoken_file = "home.jwt"\n', file=tmp_path / "o.toml", environ={})
    with pytest.raises(CredentialRejected):
        build_token_source(config.gateways[0], config, {})
