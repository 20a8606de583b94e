"""The command line. One file a command in `commands`; `app` is what such a file needs."""

from __future__ import annotations


def main() -> None:
    """Run the command that the process was started with and exit with its code."""
    import sys  # noqa: PLC0415 - the entry point costs nothing until it is called

    from openvoy.cli.app import run  # noqa: PLC0415 - as above

    sys.exit(run(sys.argv[1:]))
