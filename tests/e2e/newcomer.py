"""A new user before a machine on which Openvoy was just installed: what is clicked and typed is counted."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import ssl
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

import openvoy.virtual.site
from openvoy.virtual.keys import Keyring
from tests.e2e.chromium import Visit, visit
from tests.e2e.processes import address_of, started
from tests.support.patience import PATIENCE_S

PASSWORD = "correct horse battery"
LIFE = timedelta(days=365)
EXAMPLES = Path(openvoy.virtual.site.__file__).parent / "examples"


class Home:
    """A virtual gateway with the tokens that it accepts."""

    def __init__(self, said: Mapping[str, Any], keys: Path) -> None:
        self.said, self._keys = said, keys

    def __getitem__(self, name: str) -> Any:
        return self.said[name]

    def token(self, *, left: timedelta = LIFE, serial: str | None = None) -> str:
        """Issue an owner's token of a year that ends so much later than now, in the past too; `serial` is another's."""
        authority = Keyring(self["serial"], self._keys, secrets.token_bytes).authority()
        begins = datetime.now(UTC) + left - LIFE
        return authority.issue("owner", now=begins, lifetime_s=LIFE.total_seconds(), audience=serial)

    @contextlib.contextmanager
    def fault(self, name: str) -> Iterator[None]:
        """Switch a fault on."""
        self._switch("POST", f"{self['url']}/__virtual/faults", json.dumps({"name": name}).encode())
        try:
            yield
        finally:
            self._switch("DELETE", f"{self['url']}/__virtual/faults?name={name}", None)

    def _switch(self, method: str, url: str, body: bytes | None) -> None:
        tls = ssl._create_unverified_context() if url.startswith("https") else None
        headers = {"Authorization": f"Bearer {self['admin_token']}", "Content-Type": "application/json"}
        request = urllib.request.Request(url, data=body, method=method, headers=headers)
        urllib.request.urlopen(request, timeout=PATIENCE_S, context=tls).close()


@contextlib.contextmanager
def gateways(folder: Path, wanted: Mapping[str, Sequence[str]]) -> Iterator[Mapping[str, Home]]:
    """Start several at once, by name, each with its site, its firmware and more arguments."""
    with contextlib.ExitStack() as stack:
        running = {}
        for name, (site, firmware, *more) in wanted.items():
            keys = folder / name
            keys.mkdir()
            arguments = ("--site", str(new_site(site, keys)), "--firmware", firmware, "--state", str(keys), *more)
            running[name] = stack.enter_context(started("gateway", "--port", "0", *arguments, data=keys))
        homes = {}
        for name, gateway in running.items():
            assert gateway.stdout is not None
            homes[name] = Home(json.loads(gateway.stdout.readline()), folder / name)
        yield homes


def new_site(example: str, folder: Path) -> Path:
    """Write a site like the example, but commissioned a week ago: it has few days to be simulated."""
    text = (EXAMPLES / f"{example}.toml").read_text()
    file = folder / "site.toml"
    file.write_text(re.sub("commissioned = .*", f"commissioned = {datetime.now(UTC).date() - timedelta(days=7)}", text))
    return file


class NewUser(Visit):
    """Counts what a person clicks and types into, and how long it takes."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.clicks = self.fields = 0
        self._begun_s = time.monotonic()

    @property
    def took_s(self) -> float:
        """Seconds since the page was opened."""
        return time.monotonic() - self._begun_s

    async def click(self, text: str) -> None:
        """Press a button."""
        await self.page.get_by_role("button", name=text).click()
        self.clicks += 1

    async def choose(self, text: str) -> None:
        """Choose one of several."""
        await self.page.get_by_label(text).check()
        self.clicks += 1

    async def fill(self, label: str, value: str) -> None:
        """Type or paste into a field."""
        await self.page.get_by_label(label, exact=True).fill(value)
        self.fields += 1

    async def trouble(self) -> str:
        """Read what is said to be wrong."""
        alert = self.page.locator('[role="alert"] .trouble')
        await alert.wait_for()
        return await alert.inner_text()

    async def is_live(self) -> None:
        """Wait for the dashboard with live values."""
        await self.page.locator('[data-health="live"], [data-health="degraded"]').first.wait_for()
        await self.page.locator('[data-device="solar"]').wait_for()


class House:
    """A machine on which Openvoy was just installed."""

    def __init__(self, folder: Path, cloud_url: str) -> None:
        self.folder = folder
        self.config = folder / "config" / "openvoy" / "openvoy.toml"
        self.config.parent.mkdir(parents=True)
        self.config.write_text(f'# kept by hand\n[cloud]\nbase_url = "{cloud_url}"\n')

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Run the service as a container does, which knows no time zone."""
        with started("run", "--listen", "127.0.0.1:0", data=self.folder, TZ="UTC") as process:
            yield address_of(process) + "/"


@contextlib.asynccontextmanager
async def new_user(browser: Browser, url: str, **settings: Any) -> AsyncIterator[NewUser]:
    """Open the dashboard that is not set up yet."""
    async with visit(browser, url, **settings) as opened:
        user = NewUser(opened.page)
        await user.page.locator("#first-title").wait_for()
        yield user
