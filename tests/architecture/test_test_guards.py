"""The guards around every test do fail what they are there to fail."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.loopback import OutsideNetworkError, is_local

REPOSITORY = Path(__file__).parents[2]

LEFTOVERS = """
    import asyncio, subprocess, threading, time
    from concurrent.futures import ThreadPoolExecutor
    import pytest

    DONE = threading.Event()

    async def test_leaves_a_task():
        asyncio.get_running_loop().create_task(asyncio.sleep(60))

    def test_leaves_a_thread():
        threading.Thread(target=DONE.wait, daemon=True, name="forgotten").start()

    def test_leaves_a_pool():
        global pool
        pool = ThreadPoolExecutor(2, thread_name_prefix="forgotten")
        at_work = [pool.submit(DONE.wait, 3) for _ in range(2)]

    def test_leaves_a_process():
        subprocess.Popen(["sleep", "5"]).returncode = 0

    @pytest.fixture(scope="module")
    def service():
        done = threading.Event()
        thread = threading.Thread(target=done.wait)
        thread.start()
        with ThreadPoolExecutor(2) as pool:
            pool.submit(done.is_set).result()
            yield pool
            done.set()
        thread.join()

    async def test_leaves_nothing(service):
        await asyncio.create_task(asyncio.sleep(0))
        threading.Thread(target=time.sleep, args=(0.05,)).start()

    def test_leaves_nothing_either(service):
        subprocess.run(["true"], check=True)

    def test_lets_a_pool_grow_that_others_use(service):
        together = threading.Barrier(2)
        list(service.map(lambda _: together.wait(), range(2)))
"""

OUTSIDE = """
    import contextlib, socket

    def test_connects():
        with socket.socket() as outside, contextlib.suppress(Exception):
            outside.connect(("192.0.2.1", 80))

    def test_looks_up():
        with contextlib.suppress(Exception):
            socket.getaddrinfo("example.org", 80)

    def test_stays():
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
            pass
"""


LOUD = """
    import logging

    def test_says_less():
        logging.getLogger("openvoy").handlers[:] = [logging.NullHandler()]
        logging.getLogger("openvoy").setLevel(logging.CRITICAL)

    def test_hears(caplog):
        logging.getLogger("openvoy.part").warning("it rains")
        assert "it rains" in caplog.text
        assert logging.getLogger("openvoy").handlers == []
"""


def run_tests(folder: Path, source: str, plugin: str, *options: str) -> str:
    (folder / "test_sample.py").write_text(textwrap.dedent(source))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        plugin,
        "-o",
        "asyncio_mode=auto",
        *options,
        "-rfE",
        "-p",
        "no:cacheprovider",
    ]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    finished = subprocess.run(
        [*command, folder], check=False, cwd=folder, env=environment, capture_output=True, text=True
    )
    return finished.stdout


def test_what_is_left_running_fails_the_test(tmp_path: Path) -> None:
    output = run_tests(tmp_path, LEFTOVERS, "tests.support.leftovers", "-o", "leftover_grace_s=0.5")
    assert "7 passed, 4 errors" in output
    for name in ("task", "thread", "pool", "process"):
        assert f"ERROR test_sample.py::test_leaves_a_{name} " in output


def test_what_is_said_about_the_log_ends_with_the_test(tmp_path: Path) -> None:
    assert "2 passed" in run_tests(tmp_path, LOUD, "tests.support.leftovers")


def test_what_leaves_this_machine_fails_the_test(tmp_path: Path) -> None:
    output = run_tests(tmp_path, OUTSIDE, "tests.support.loopback")
    assert "3 passed, 2 errors" in output
    assert "ERROR test_sample.py::test_stays" not in output


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", None, b"localhost", "a.localhost"])
def test_this_machine_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["192.168.1.2", "fe80::1", "example.org", "localhost.example.org"])
def test_others_are_not(host: object) -> None:
    assert not is_local(host)


def test_an_outside_connection_is_refused(loopback_only: list[str]) -> None:
    with socket.socket() as outside, pytest.raises(OutsideNetworkError):
        outside.connect(("192.0.2.1", 80))
    assert loopback_only == ["socket.connect to 192.0.2.1"]
    loopback_only.clear()


def test_a_group_may_be_told_something_on_loopback_only(loopback_only: list[str]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as wire:
        wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        wire.sendto(b"", ("224.0.0.251", 5353))
    with socket.socket(type=socket.SOCK_DGRAM) as wire, pytest.raises(OutsideNetworkError):
        wire.sendto(b"", ("224.0.0.251", 5353))
    assert loopback_only == ["socket.sendto to 224.0.0.251"]
    loopback_only.clear()


def test_a_name_under_invalid_has_no_address() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("gateway.invalid", 443)
