from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openvoy.client.control import FileAudit
from openvoy.errors import StorageError
from openvoy.model.control import AuditEntry, Change, Outcome, PlannedRequest

ENTRY = AuditEntry(
    id="20260121-174502",
    at=datetime(2026, 1, 21, 17, 45, 2, 123456, tzinfo=UTC),
    gateway="122200000001",
    control="contact.settings",
    target="NC1",
    arguments={"contact": "NC1", "name": "Wärme", "soc-low": 20.5, "may-override": False},
    changes=(Change(name="name", before=None, after="Wärme"), Change(name="soc-low", before=30, after=20.5)),
    requests=(PlannedRequest(method="POST", path="/ivp/ss/dry_contact_settings", body='{"a":"true"}'),),
    outcome=Outcome.SENT,
    before={"name": None, "soc-low": 30, "may-override": True},
)


async def test_entries_come_back_as_they_were(tmp_path: Path) -> None:
    audit = FileAudit(tmp_path / "data" / "audit.jsonl")
    assert await audit.read_entries() == ()
    second = replace(ENTRY, id="20260121-174503", undoes=ENTRY.id)
    for entry in (ENTRY, second):
        await audit.write_entry(entry)
    assert await FileAudit(audit.path).read_entries() == (ENTRY, second)


async def test_a_newer_version_is_a_further_line(tmp_path: Path) -> None:
    audit = FileAudit(tmp_path / "audit.jsonl")
    done = replace(ENTRY, outcome=Outcome.TOOK_EFFECT)
    await audit.write_entry(ENTRY)
    first = audit.path.read_bytes()
    await audit.write_entry(done)
    assert audit.path.read_bytes().startswith(first)
    assert len(audit.path.read_bytes().splitlines()) == 2
    assert await audit.read_entries() == (done,)


async def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.touch(0o644)
    await FileAudit(path).write_entry(ENTRY)
    assert path.stat().st_mode & 0o777 == 0o600


async def test_a_line_that_was_cut_short_costs_itself_only(tmp_path: Path) -> None:
    audit = FileAudit(tmp_path / "audit.jsonl")
    await audit.write_entry(ENTRY)
    with audit.path.open("ab") as file:
        file.write(b'{"id":"20260121-1745')
    second = replace(ENTRY, id="20260121-174504")
    await audit.write_entry(second)
    assert await audit.read_entries() == (ENTRY, second)


async def test_a_log_that_cannot_be_kept_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    audit = FileAudit(tmp_path / "file" / "audit.jsonl")
    with pytest.raises(StorageError) as error:
        await audit.write_entry(ENTRY)
    assert "nothing is sent" in error.value.hint
