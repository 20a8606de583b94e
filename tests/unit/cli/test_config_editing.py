"""A configuration that a person wrote is changed by the dashboard and stays theirs."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openvoy.cli.config.editing import Edit, Rename, apply_edits
from openvoy.errors import ConfigError

MINE = """\
# My house
[[gateway]]
host = "10.0.0.5"   # cellar
name = "home"
token_file = "home.jwt"

# the barn has its own
[[gateway]]
name = "barn"
host = "10.0.0.6"

[site.house]
time_zone = "Europe/Paris" # since we moved

[web]
listen = "127.0.0.1:8400"
"""


def without(text: str, *lines: str) -> list[str]:
    return [one for one in text.splitlines() if one.strip() and not any(line in one for line in lines)]


def test_one_value_is_changed_and_every_other_line_stays() -> None:
    changed = apply_edits(MINE, [Edit(key=("gateway", 0, "host"), value="10.0.0.9")])
    assert 'host = "10.0.0.9"   # cellar' in changed
    assert without(changed, "cellar") == without(MINE, "cellar")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", MINE])
def test_a_gateway_is_added_at_the_end_of_the_list(text: str) -> None:
    count = len(tomllib.loads(text).get("gateway", []))
    new = {"name": "roof", "host": "10.0.0.7", "cloud": {"user": "a@b.c", "password_file": "x"}}
    changed = apply_edits(text, [Edit(key=("gateway", count), value=new)])
    assert tomllib.loads(changed)["gateway"][count] == new
    assert set(without(text)) <= set(changed.splitlines())


def test_a_gateway_is_taken_out_and_the_other_keeps_its_comments() -> None:
    changed = apply_edits(MINE, [Edit(key=("gateway", 1), value=None)])
    assert [one["name"] for one in tomllib.loads(changed)["gateway"]] == ["home"]
    assert "# cellar" in changed


def test_the_last_gateway_takes_the_list_with_it() -> None:
    changed = apply_edits('[[gateway]]\nname = "a"\n\n[web]\nlisten = "x"\n', [Edit(key=("gateway",), value=None)])
    assert tomllib.loads(changed) == {"web": {"listen": "x"}}


def test_a_site_is_renamed_with_what_it_has() -> None:
    edits: list[Edit | Rename] = [
        Rename(key=("site", "house"), name="Ma maison"),
        Edit(key=("site", "Ma maison", "latitude"), value=48.85),
    ]
    changed = apply_edits(MINE, edits)
    assert tomllib.loads(changed)["site"] == {"Ma maison": {"time_zone": "Europe/Paris", "latitude": 48.85}}
    assert "# since we moved" in changed


def test_a_section_that_is_missing_is_made() -> None:
    edits = [Edit(key=("control", "enabled"), value=True), Edit(key=("site", "home", "time_zone"), value="UTC")]
    changed = apply_edits("", edits)
    assert tomllib.loads(changed) == {"control": {"enabled": True}, "site": {"home": {"time_zone": "UTC"}}}
    assert "[site.home]" in changed


def test_line_ends_of_another_system_stay() -> None:
    text = MINE.replace("\n", "\r\n")
    changed = apply_edits(text, [Edit(key=("web", "listen"), value="127.0.0.1:9000")])
    assert changed == text.replace("127.0.0.1:8400", "127.0.0.1:9000")


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("[[gateway\n", Edit(key=("web", "listen"), value="x")),
        ("[web]\n", Edit(key=("gateway", 0, "host"), value="x")),
        ('web = "no table"\n', Edit(key=("web", "listen"), value="x")),
        (MINE, Edit(key=("web", "nothing"), value=None)),
    ],
)
def test_what_cannot_be_changed_is_told(text: str, edit: Edit) -> None:
    with pytest.raises(ConfigError, match="not changed here") as told:
        apply_edits(text, [edit])
    assert told.value.hint


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
VALUES = st.one_of(st.booleans(), st.integers(-1000, 1000), st.floats(-90, 90), WORDS)


@given(st.dictionaries(WORDS, st.dictionaries(WORDS, VALUES, max_size=3), max_size=3), WORDS, WORDS, VALUES)
def test_the_outcome_is_what_was_asked_for_or_it_is_told(
    before: dict[str, dict[str, Any]], table: str, name: str, value: Any
) -> None:
    text = apply_edits("", [Edit(key=(one, key), value=v) for one, keys in before.items() for key, v in keys.items()])
    changed = tomllib.loads(apply_edits(text, [Edit(key=(table, name), value=value)]))
    assert changed[table][name] == value
    kept = {one: {key: v for key, v in keys.items() if (one, key) != (table, name)} for one, keys in before.items()}
    assert all(changed[one][key] == v for one, keys in kept.items() for key, v in keys.items())
