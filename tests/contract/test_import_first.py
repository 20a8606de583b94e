"""Energies are imported for a gateway that was never read: before the first run, or in a house that was moved."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openvoy.cli.app import run
from openvoy.cli.commands.history import import_
from openvoy.model.records import Batch, EnergyRecord
from tests.unit.store.records import opened

SERIAL = "122200000009"
NOON = datetime(2024, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration, an empty folder, and a file of three days of 24 kWh."""
    for name in ("OPENVOY_CONFIG", "OPENVOY_DATA"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "openvoy.toml").write_text('[site.home]\ntime_zone = "UTC"\n[store]\npath = "data"\n')
    (tmp_path / "data").mkdir()
    days = [f"2024-06-0{day}T00:00Z,2024-06-0{day + 1}T00:00Z,24000" for day in (1, 2, 3)]
    (tmp_path / "days.csv").write_text("\n".join(["start,end,solar_wh", *days, ""]))
    return tmp_path


def call(home: Path, capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    command, *others = arguments
    assert run(["history", command, "--config", str(home / "openvoy.toml"), *others]) == code
    return capfd.readouterr()


def bring_in(home: Path, capfd: pytest.CaptureFixture[str], *more: str, serial: str = SERIAL, code: int = 0) -> str:
    return call(home, capfd, "import", str(home / "days.csv"), "--gateway", serial, *more, code=code)[1]


def imports(home: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    return json.loads(call(home, capfd, "import", "--list", "--json")[0])


def exported(home: Path, capfd: pytest.CaptureFixture[str], *more: str) -> list[float]:
    span = ("--by", "day", "--start", "2024-06-01", "--end", "2024-06-06")
    rows = call(home, capfd, "export", "energy", *span, *more)[0].splitlines()
    return [float(row.split(",")[3]) for row in rows[1:]]


def test_nothing_is_imported_for_an_unknown_gateway_before_somebody_agreed(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told = bring_in(home, capfd, code=2)
    assert f"does not know gateway {SERIAL} (it knows none yet)" in told
    assert "Not confirmed; nothing was imported" in told
    assert "Nothing was changed" in bring_in(home, capfd, "--dry-run")
    assert imports(home, capfd) == []


def test_what_only_looks_leaves_an_empty_folder_empty(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (home / "new").mkdir()
    given = ("--data", str(home / "new"))
    assert "Nothing was changed" in bring_in(home, capfd, "--dry-run", *given)
    assert "no imports" in "".join(call(home, capfd, "import", "--list", *given))
    assert list((home / "new").iterdir()) == []


def test_a_person_may_agree_at_the_terminal(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_, "confirm", lambda _: True)
    assert "Imported as" in bring_in(home, capfd)


def test_what_was_imported_first_goes_on_with_the_gateways_own_counters(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "Imported as" in bring_in(home, capfd, "--yes")
    (record,) = imports(home, capfd)
    assert (record["gateway"], record["energies_wh"]) == (SERIAL, {"solar": 72_000.0})
    # It is known now: nobody asks again, and nothing counts twice.
    assert "There is nothing new" in bring_in(home, capfd)
    assert exported(home, capfd, "--gateway", SERIAL) == [24_000.0] * 3

    async def live() -> None:
        """The gateway is read from the noon of the third day on, 2 kWh an hour."""
        async with opened(home / "data") as store:
            hours = range(49)
            records = (
                EnergyRecord(gateway=SERIAL, at=NOON + timedelta(days=1, hours=hour), solar_wh=9e6 + 2000 * hour)
                for hour in hours
            )
            await store.write(Batch(energy=tuple(records)))

    asyncio.run(live())
    assert exported(home, capfd) == exported(home, capfd, "--gateway", SERIAL) == [24_000.0] * 3 + [24_000.0, 48_000.0]
    assert "There is nothing new" in bring_in(home, capfd)


@pytest.mark.parametrize("serial", ["999", "12220000000x", "import-1", ""])
def test_what_is_no_serial_number_is_refused_whoever_agrees(
    home: Path, capfd: pytest.CaptureFixture[str], serial: str
) -> None:
    assert "no serial number" in bring_in(home, capfd, "--yes", serial=serial, code=2)


def test_an_import_that_was_taken_out_makes_no_gateway_known(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bring_in(home, capfd, "--yes")
    (record,) = imports(home, capfd)
    call(home, capfd, "import", "--revoke", record["id"])
    assert "Not confirmed" in bring_in(home, capfd, code=2)
    told = call(home, capfd, "export", "energy", "--gateway", SERIAL, code=2)[1]
    assert f"knows no gateway {SERIAL}" in told
