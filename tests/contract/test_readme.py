"""What README.md shows works as it stands there; its command lines are held against the program by the guards."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from openvoy.cli.config import parse_config
from tests.contract.client_support import virtual_gateway

README = (Path(__file__).parents[2] / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


async def test_the_python_example_reads_a_gateway(recordings_folder: Path) -> None:
    (example,) = blocks("python")
    async with virtual_gateway(recordings_folder, "8.2.4345_with_device_data") as served:
        source = example.replace('"envoy.local"', repr(served.url))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", source,
            env={**os.environ, "OPENVOY_TOKEN": str(served.owner_token)}, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, _ = await process.communicate()
    assert process.returncode == 0
    powers, *inverters = output.decode().splitlines()
    assert len(powers.split()) == 3
    assert len(inverters) == 15


@pytest.mark.parametrize("text", blocks("toml"))
def test_the_configuration_is_right(text: str, tmp_path: Path) -> None:
    config = parse_config(text, file=tmp_path / "openvoy.toml", environ={})
    assert [gateway.site for gateway in config.gateways] == ["home"]
    assert config.warnings == ()
