"""Recordings of real gateways, recorded again: nothing of the original numbers is left, and all of the data."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openvoy.client.capture import Exchange, build_har
from openvoy.protocol.http import Response
from openvoy.testing.captures import captures_folder, load_capture, read_capture
from openvoy.virtual.har import read_har

FOLDER = captures_folder(Path(__file__).parents[2])
RECORDINGS = sorted(FOLDER.glob("*.har"))
AT = datetime(2026, 8, 1, 14, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="recordings are not beside the checkout")


def exchanges_of(path: Path) -> list[Exchange]:
    found: dict[str, Exchange] = {}
    for row in read_har(path):
        raw = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in row.headers)
        headers = {name.lower(): value for name, value in row.headers}
        response = Response(
            status=row.status, headers=headers, body=row.body, raw_headers=raw, elapsed_s=row.duration_s
        )
        found.setdefault(row.path, Exchange(scheme="https", path=row.path, at=AT, response=response))
    return list(found.values())


def serials_of(text: str) -> set[str]:
    return set(re.findall(r'(?<=[">])\d{12}(?=["<E])', text))


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
@pytest.mark.sample(5)
def test_a_recording_is_made_private_and_stays_readable(path: Path, tmp_path: Path) -> None:
    exchanges = exchanges_of(path)
    made = build_har(exchanges, key=b"\x05" * 32, now=AT)
    serials = {serial for row in exchanges for serial in serials_of(row.response.body.decode("latin-1"))}
    text = made.file.decode()
    assert serials
    assert [serial for serial in serials if serial in text] == []
    again = tmp_path / path.name
    again.write_bytes(made.file)
    _, _, first = read_capture(load_capture(path), AT)
    _, _, second = read_capture(load_capture(again), AT)
    assert (second.power, second.energy, second.tariff) == (first.power, first.energy, first.tariff)
    assert (len(second.inverters), len(second.batteries)) == (len(first.inverters), len(first.batteries))
    assert [part.part for part in second.missing] == [part.part for part in first.missing]
