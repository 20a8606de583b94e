"""Prints what the guards note without failing."""

from __future__ import annotations

import pytest

from tests.architecture.tree import NOTES


def pytest_configure(config: pytest.Config) -> None:
    """Begin a list of notes."""
    config.stash[NOTES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the notes."""
    if notes := config.stash[NOTES]:
        terminalreporter.section("bigger than is good")
        for note in notes:
            terminalreporter.write_line(note)
