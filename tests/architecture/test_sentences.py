"""What the service says in English has its translation beside the front end, under the very words of the source."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from errno import EACCES, EDQUOT, EIO, ENOSPC, EROFS

import pytest

from openvoy.cli.config.exporters import exporter_kinds
from openvoy.cli.setup.integrations import list_integrations
from openvoy.collector.jumps import _NOT_KEPT, HOLD_HINT, SANE_FROM, describe_hold, describe_jump
from openvoy.model.control import Outcome
from openvoy.protocol.control_registry import CONTROLS
from openvoy.protocol.translate.conditions import TEXTS
from openvoy.store.disk import fault_of
from openvoy.store.faults import Fault
from tests.architecture.tree import ROOT, modules

SENTENCES = ROOT / "ui" / "src" / "sentences"
HOLE = "{}"
BUILT = {
    "a number from {} to {} {}",
    *(f"{{}}, {{}}: {outcome.value}." for outcome in Outcome),
    *(f"{minutes} {_NOT_KEPT}" for minutes in ("1 minute was", "{} minutes were")),
}
"""Put together from words."""
OF_SYSTEM = {
    "Connection refused",
    "No route to host",
    "Network is unreachable",
    "Name or service not known",
    "Connection timed out",
    "Connection reset by peer",
    "timed out",
    "Port out of range 0-65535",
    "[Errno 111] Connection refused",
    "[Errno 113] No route to host",
    *(os.strerror(number) for number in (ENOSPC, EROFS, EACCES, EIO, EDQUOT)),
    "[Errno -2] Name or service not known",
}
"""Reasons of the operating system and of Python within sentences."""


def literals() -> set[str]:
    """Give each text of the source, with `{}` where something is put in."""
    return {text for module in modules() for text in texts_of(module.tree)}


def texts_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.sub(r"\{\w+\}", HOLE, node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
            yield "".join(parts)


def words() -> set[str]:
    """Give the names and choices of controls as the dashboard shows them."""
    names = {part for name in CONTROLS for part in name.split(".")}
    names |= {argument.name for control in CONTROLS.values() for argument in control.arguments}
    choices = {choice for control in CONTROLS.values() for one in control.arguments for choice in one.choices}
    return {name.replace("-", " ").replace("_", " ") for name in names} | choices


def table(language: str = "de") -> set[str]:
    return set(json.loads((SENTENCES / f"{language}.json").read_text()))


def test_every_translated_sentence_is_one_of_the_service() -> None:
    said = literals()
    of_disk = {f"{text}: {{}}." for text in said if text.startswith("History: ")}
    assert table() - BUILT - OF_SYSTEM - said - of_disk - words() == set()
    assert table("en") - table() == set()


def test_every_control_is_translated() -> None:
    said = {text for one in CONTROLS.values() for text in (one.summary, one.risk) if text}
    said |= {argument.summary for one in CONTROLS.values() for argument in one.arguments}
    assert untranslated(said) == set()


def untranslated(said: set[str]) -> set[str]:
    # A sentence that is made for each of several things is translated once, with its hole.
    patterns = [re.compile(re.escape(key).replace(re.escape(HOLE), ".+")) for key in table() if HOLE in key]
    return {text for text in said - table() if not any(pattern.fullmatch(text) for pattern in patterns)}


def test_what_a_control_may_say_is_translated() -> None:
    controls = [module for module in modules() if module.name.startswith("openvoy.protocol.controls.")]
    said = {text for module in controls for text in errors_of(module.tree)}
    assert said
    assert said - table() == KNOWN_UNTRANSLATED


def test_every_condition_of_a_device_is_translated() -> None:
    assert set(TEXTS.values()) - table() == set()


def test_what_a_page_says_of_a_history_in_trouble_is_translated() -> None:
    advice = {fault.value for fault in Fault} - {Fault.UNFINISHED.value, Fault.NOT_A_QUERY.value}
    assert untranslated(advice) == set()
    full = fault_of(OSError(ENOSPC, os.strerror(ENOSPC)), "History: the journal cannot be written")
    assert untranslated({full.message}) == set()


def test_what_is_said_of_a_clock_that_was_set_is_translated() -> None:
    now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    holds = {describe_hold(now), describe_hold(SANE_FROM), HOLD_HINT}
    jumps = {describe_jump(now, jump) for jump in (timedelta(hours=1), timedelta(hours=-1), timedelta(days=-9))}
    said = {sentence for text in jumps for sentence in re.split(r"(?<=[.]) ", text)}
    assert len(said) == 5
    assert untranslated(said | holds) == set()


def test_every_field_of_an_integration_is_translated() -> None:
    said = {one.text for kind in list_integrations({}).kinds for one in kind.fields}
    assert len(said) > len(exporter_kinds())
    assert untranslated(said) == set()


@pytest.mark.parametrize("name", ["openvoy.exporters.mqtt.settings", "openvoy.exporters.notify.target"])
def test_what_a_form_says_of_an_address_is_translated(name: str) -> None:
    (module,) = [module for module in modules() if module.name == name]
    said = errors_of(module.tree)
    # A list of schemes is no sentence of its own.
    assert {text for text in said if text != "Write {}."} - table() == set()


KNOWN_UNTRANSLATED: set[str] = {
    # It names a command, which nobody has who reads it in a browser.
    "It is an object with the list default: see `openvoy get /ivp/ss/gen_schedule`. Nothing was sent.",
}


def errors_of(tree: ast.AST) -> Iterator[str]:
    """Give message and hint of each ConfigError."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ConfigError":
            for part in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from list(texts_of(part))[:1]


def test_the_guard_sees_both_kinds_of_text() -> None:
    tree = ast.parse('raise ConfigError(f"{name} is no name.", hint="Give" " one.")')
    assert set(errors_of(tree)) == {"{} is no name.", "Give one."}
