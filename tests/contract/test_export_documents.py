"""Configurations that the documents of exporters show are right, and say what the text says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from openvoy.cli.config import parse_config

DOCS = Path(__file__).parents[2] / "docs"


def shown(page: str) -> list[str]:
    return re.findall(r"^```toml\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("page", "section", "count"),
    [
        ("notifications.md", "notify", 3),
        ("files.md", "files", 1),
        ("influx.md", "influx", 3),
        ("pvoutput.md", "pvoutput", 1),
    ],
)
def test_the_configuration_is_right(page: str, section: str, count: int, tmp_path: Path) -> None:
    (text,) = shown(page)
    config = parse_config(text, file=tmp_path / "openvoy.toml", environ={})
    assert [kind.section for kind, _ in config.exporters].count(section) == count
    assert config.warnings == ()
