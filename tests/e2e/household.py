"""A service with a gateway that does not answer, and those who may look at it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page, expect

from openvoy.web.access import ACCESS_FILE
from tests.e2e.newcomer import PASSWORD
from tests.e2e.processes import openvoy

CONFIG = '[web]\nlisten = "127.0.0.1:0"\n[[gateway]]\nhost = "127.0.0.1:9"\n'


def configured(folder: Path) -> tuple[str, ...]:
    """Write the configuration; give the arguments of the service."""
    config = folder / "openvoy.toml"
    config.write_text(CONFIG)
    return "run", "--config", str(config)


def shared(folder: Path) -> tuple[str, ...]:
    """Let the owner anna and the viewer bert in besides."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / ACCESS_FILE).write_bytes(_accounts())
    return configured(folder)


@cache
def _accounts() -> bytes:
    """Have their accounts made, which takes two commands, once."""
    with TemporaryDirectory() as made:
        data, password = Path(made, "data"), Path(made, "password")
        password.write_text(PASSWORD)
        for name, right in (("anna", "owner"), ("bert", "viewer")):
            how = ("--right", right, "--password-file", str(password))
            assert openvoy("account", "set", name, *how, data=data).returncode == 0
        return (data / ACCESS_FILE).read_bytes()


async def log_in(page: Page, name: str) -> None:
    """Be one of them."""
    form = page.locator("form:has(#login-title)")
    await form.get_by_label("Name").fill(name)
    await form.get_by_label("Password").fill(PASSWORD)
    await form.get_by_role("button", name="Log in").click()
    await expect(form).to_have_count(0)
