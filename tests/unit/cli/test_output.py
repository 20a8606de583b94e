"""Tables on a terminal and in a pipe."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

from openvoy.cli.output import print_table

COLUMNS = ("first", *(f"a column with number {number}" for number in range(12)))
ROW = ("day", *(f"{number}234.56 kWh" for number in range(12)))
TABLE = "from openvoy.cli.output import print_table; print_table('title', ('a', 'b'), [('x' * 150, '1')])"


def test_a_row_is_one_line_in_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    print_table("t" * 300, COLUMNS, [ROW, ("x" * 300, *ROW[1:])])
    title, head, first, second, *rest = capsys.readouterr().out.splitlines()
    assert (title, rest) == ("t" * 300, [""])
    assert head.split() == " ".join(COLUMNS).split()
    assert first.split() == " ".join(ROW).split()
    assert second.split() == ["x" * 300, *" ".join(ROW[1:]).split()]


def test_columns_are_named_as_somebody_says(capsys: pytest.CaptureFixture[str]) -> None:
    """Such as by whoever asks with SQL: no word of a name is a colour or a picture."""
    print_table("title", ("root:x:0", "[bold]"), [("a", "b")])
    assert capsys.readouterr().out.splitlines()[1].split() == ["root:x:0", "[bold]"]


def test_a_terminal_folds_what_is_wider() -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 60, 0, 0))
    environ = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"TERM": "xterm"}
    subprocess.run([sys.executable, "-c", TABLE], stdout=theirs, stdin=theirs, env=environ, check=True)
    os.close(theirs)
    said = os.read(ours, 65_536).decode()
    os.close(ours)
    assert len(said.splitlines()) > 4
    assert said.count("x") == 150
