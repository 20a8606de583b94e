"""`openvoy run` as it is started: what it takes, what it refuses, and what it says about its configuration."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.contract.client_support import TOKEN, openvoy, requests_of, virtual_gateway
from tests.unit.client.transports import free_port

PATIENCE_S = 30.0


async def run(
    *arguments: str, data: Path, until: Callable[[str], bool] = lambda said: "Openvoy runs" in said, **environ: str
) -> tuple[int | None, str]:
    """Run the service until it ends, or something is true of what it has said; give its code and its words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "openvoy", "run", "--listen", "127.0.0.1:0", *arguments),
        env={**os.environ, "OPENVOY_DATA": str(data), **environ},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = ""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (piece := await process.stderr.read(4096)) and not until(said := said + piece.decode()):
                pass
    finally:
        if not process.stderr.at_eof():
            process.send_signal(signal.SIGTERM)
        await process.communicate()
    return process.returncode, said


async def test_a_renewed_certificate_is_accepted_for_the_gateways_of_a_configuration(
    recordings_folder: Path, tmp_path: Path
) -> None:
    port, pins = free_port(), tmp_path / "certificates.json"
    config = tmp_path / "openvoy.toml"
    config.write_text(f'[[gateway]]\nhost = "https://127.0.0.1:{port}"\ntoken_env = "TOKEN"\n')
    async with virtual_gateway(recordings_folder, TOKEN, port=port) as served:
        token, host = served.owner_token, f"https://127.0.0.1:{port}"
        known = await openvoy("get", "/ivp/meters", "--host", host, data=tmp_path, OPENVOY_TOKEN=token)
    before = pins.read_text()
    async with virtual_gateway(recordings_folder, TOKEN, port=port) as renewed:
        code, said = await run(
            *("--config", str(config), "--accept-new-certificate", "--verbose"),
            data=tmp_path, until=lambda _: "/info" in requests_of(renewed), TOKEN=str(renewed.owner_token),
        )  # fmt: skip
    assert (known.code, code) == (0, 0), said
    assert pins.read_text() != before


async def test_settings_that_cannot_be_together_are_told_with_file_and_line(tmp_path: Path) -> None:
    config = tmp_path / "openvoy.toml"
    config.write_text('[store]\npath = "store"\n[[files]]\nfolder = "."\ntable = "power"\nby = "month"\n')
    code, said = await run("--config", str(config), data=tmp_path)
    assert (code, f"{config}, line 3: power cannot be had by month." in said) == (2, True), said


async def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    config = tmp_path / "openvoy.toml"
    config.write_text('[[files]]\nfolder = "exports"\n')
    code, said = await run("--config", str(config), data=tmp_path)
    assert (code, f"files: there is no folder {tmp_path / 'exports'}. Make it" in said) == (0, True), said
    assert not (tmp_path / "exports").exists()


async def test_a_configuration_that_is_yet_to_be_written_says_where_everything_is(tmp_path: Path) -> None:
    new, data = tmp_path / "new.toml", tmp_path / "data"
    code, said = await run("--config", str(new), data=data)
    assert (code, f"There is no file {new} yet" in said) == (0, True), said
    assert f"History is kept in {data}." in said
    code, said = await run("--config", str(tmp_path), data=data)
    assert (code, f"{tmp_path} is a folder." in said) == (2, True), said
