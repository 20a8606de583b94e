"""The page of battery and controls, and the settings, in a browser before a simulated house."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Route, expect

from tests.e2e.chromium import PATIENCE_MS, PHONE, Visit, visit
from tests.e2e.newcomer import PASSWORD, Home, gateways
from tests.e2e.processes import address_of, openvoy, started

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

AXE = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with gateways(tmp_path_factory.mktemp("gateways"), {"home": ("full", "8.3")}) as running:
        yield running["home"]


@contextlib.contextmanager
def house(folder: Path, gateway: Home, *, control: bool) -> Iterator[tuple[str, Path]]:
    """Run the service as its file says; gives its address and the file."""
    file = folder / "openvoy.toml"
    (folder / "home.jwt").write_text(gateway["owner_token"])
    (folder / "home.jwt").chmod(0o600)
    file.write_text(
        f'[[gateway]] # cellar\nhost = "{gateway["url"]}"\ntoken_file = "home.jwt"\n\n'
        f"[control]\nenabled = {str(control).lower()}\n"
    )
    with started("run", "--config", str(file), "--listen", "127.0.0.1:0", data=folder) as process:
        yield address_of(process), file


MAKE_LINK = """async () => {
  const token = /openvoy_csrf=([^;]+)/.exec(document.cookie)[1];
  const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
  const body = JSON.stringify({name: "hall", kind: "link"});
  return (await (await fetch("api/v1/keys", {method: "POST", headers, body})).json()).shown;
}"""


def reserve(opened: Visit) -> Locator:
    return opened.page.locator('[data-control="battery.reserve"]')


async def serious(opened: Visit) -> list[str]:
    """Give what axe finds serious on a page that stands."""
    if not AXE.exists():
        pytest.skip("no axe-core: npm ci in ui/ brings it")
    await opened.stand()
    found = await opened.page.evaluate(AXE.read_text() + "; axe.run()")
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


async def test_a_change_is_shown_confirmed_read_back_and_undone(
    browser: Browser, gateway: Home, tmp_path: Path
) -> None:
    with house(tmp_path, gateway, control=True) as (url, _):
        async with visit(browser, f"{url}/#/control") as other, visit(browser, f"{url}/#/control") as opened:
            await reserve(other).get_by_role("button").click()
            await expect(other.page.get_by_role("dialog").get_by_label("reserve")).to_have_value("30")
            await expect(reserve(opened)).to_contain_text("reserve: 30")
            await reserve(opened).get_by_role("button").click()
            sheet = opened.page.get_by_role("dialog")
            await sheet.get_by_label("reserve").fill("45")
            await sheet.get_by_role("button", name="Show what will happen").click()
            await opened.wait_for("dialog .changes", "30% → 45%")
            await sheet.get_by_text("The exact request").click()
            await opened.wait_for("dialog pre", "PUT /admin/lib/tariff")
            if await sheet.get_by_label("I understand").count():
                await sheet.get_by_label("I understand").check()
            await sheet.get_by_role("button", name="Apply").click()
            await sheet.locator('[data-outcome="took effect"]').wait_for()
            await expect(other.page.get_by_role("dialog").get_by_label("reserve")).to_have_value("45")
            await expect(other.page.get_by_role("dialog")).to_contain_text("Somebody has changed this")
            await expect(other.page.locator("[data-entry]")).to_contain_text("30% → 45%")
            await take_back(opened)
            await opened.page.keyboard.press("Escape")
            await opened.wait_for("[data-entry]", "takes back an earlier change")
            await expect(reserve(opened)).to_contain_text("reserve: 30")
            await expect(reserve(other)).to_contain_text("reserve: 30")
            assert await serious(opened) == []
            await check_hours(other)
            assert opened.complaints == other.complaints == []


async def take_back(opened: Visit) -> None:
    """Undo what was just done: what will happen is shown, and one may think better of it."""
    sheet = opened.page.get_by_role("dialog")
    await sheet.get_by_role("button", name="Undo").click()
    await opened.wait_for("dialog .changes", "45% → 30%")
    await sheet.get_by_role("button", name="Back").click()
    await sheet.locator('[data-outcome="took effect"]').wait_for()
    await opened.page.keyboard.press("Escape")
    await opened.page.locator("[data-entry]").get_by_role("button", name="Undo").click()
    await opened.wait_for("dialog .changes", "45% → 30%")
    if await sheet.get_by_label("I understand").count():
        await sheet.get_by_label("I understand").check()
    await sheet.get_by_role("button", name="Apply").click()
    await sheet.get_by_text("Taken back").wait_for()


async def check_hours(opened: Visit) -> None:
    """Change when the generator may run, by fields and without a document."""
    await opened.page.keyboard.press("Escape")
    row = opened.page.locator('[data-control="generator.schedule"]')
    await expect(row).to_contain_text("every day: 07:00–22:00 starts below 50%, stops above 80%")
    await row.get_by_role("button").click()
    sheet, look = opened.page.get_by_role("dialog"), opened.page.get_by_role("button", name="Show what will happen")
    await sheet.get_by_label("From", exact=True).fill("25:00")
    await look.click()
    await expect(sheet.locator(".field-problem")).to_have_text("This is no time of day, such as 14:30.")
    await sheet.get_by_label("From", exact=True).fill("7.30")
    await sheet.get_by_role("button", name="Add a time").click()
    await look.click()
    await expect(sheet.locator(".field-problem")).to_have_text("Two times of one day overlap.")
    await sheet.get_by_role("button", name="Remove time 2").click()
    assert await serious(opened) == []
    await look.click()
    await expect(sheet.locator(".changes b")).to_have_text("every day: 07:30–22:00 starts below 50%, stops above 80%")
    await sheet.get_by_label("I understand").check()
    await sheet.get_by_role("button", name="Apply").click()
    await sheet.locator('[data-outcome="took effect"]').wait_for()
    await expect(row).to_contain_text("07:30–22:00")


@pytest.mark.slow
async def test_a_change_that_the_gateway_ignores_is_told_in_the_readers_language_and_who_did_it(
    browser: Browser, gateway: Home, tmp_path: Path
) -> None:
    with house(tmp_path, gateway, control=True) as (url, _), gateway.fault("writes-ignored"):
        async with visit(browser, f"{url}/#/control", locale="de-DE", viewport=PHONE) as opened:
            await reserve(opened).get_by_text("Ladung, die für einen Ausfall bleibt.").wait_for()
            await reserve(opened).get_by_role("button").click()
            sheet = opened.page.get_by_role("dialog")
            await sheet.get_by_label("Reserve").fill("2")
            await sheet.get_by_role("button", name="Zeigen").click()
            await expect(sheet.locator(".field-problem")).to_have_text("Bitte von 5 bis 100.")
            await sheet.get_by_label("Reserve").fill("60")
            await sheet.get_by_role("button", name="Zeigen").click()
            await sheet.get_by_role("button", name="Anwenden").click()
            await sheet.locator('[data-outcome="ignored"]').wait_for(timeout=2 * PATIENCE_MS)
            await expect(sheet).to_contain_text("Das Gateway nahm die Anfrage an und tat nichts.")
            await expect(sheet.get_by_role("button", name="Rückgängig")).to_have_count(0)
            await opened.page.keyboard.press("Escape")
            await expect(opened.page.locator("[data-entry]").first).to_contain_text("30% → 60%")
            await expect(opened.page.locator("[data-entry]").first).to_contain_text("owner")
            assert opened.complaints == []


async def test_who_only_looks_is_told_so_and_changes_nothing(browser: Browser, gateway: Home, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    for name, right in (("anna", "owner"), ("ben", "viewer")):
        how = ("--right", right, "--password-file", str(tmp_path / "password"))
        said = openvoy("account", "set", name, *how, data=tmp_path)
        assert said.returncode == 0, said.stderr
    with house(tmp_path, gateway, control=True) as (url, _):
        async with visit(browser, f"{url}/#/control", locale="de-DE") as opened:
            await opened.page.get_by_label("Name").fill("ben")
            await opened.page.get_by_label("Passwort").fill("not his")
            await opened.page.get_by_role("button", name="Anmelden").click()
            await expect(opened.page.get_by_role("alert")).to_contain_text("Name oder Passwort ist falsch.")
            await opened.page.get_by_label("Passwort").fill(PASSWORD)
            await opened.page.get_by_role("button", name="Anmelden").click()
            await expect(opened.page.locator(".band")).to_contain_text("Sie dürfen schauen")
            await expect(reserve(opened).get_by_role("button")).to_be_disabled()
            assert await serious(opened) == []


async def test_a_tablets_link_shows_the_house_in_a_browser_that_was_never_there(
    browser: Browser, gateway: Home, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    how = ("--right", "owner", "--password-file", str(tmp_path / "password"))
    assert openvoy("account", "set", "anna", *how, data=tmp_path).returncode == 0
    with house(tmp_path, gateway, control=True) as (url, _):
        async with visit(browser, f"{url}/#/settings") as opened:
            await opened.page.get_by_label("Name").fill("anna")
            await opened.page.get_by_label("Password").fill(PASSWORD)
            await opened.page.get_by_role("button", name="Log in").click()
            await opened.page.locator("nav").wait_for()
            link = await opened.page.evaluate(MAKE_LINK)
        async with visit(browser, f"{url}#link={link}") as opened:
            await opened.wait_for_health("live")
            assert (
                await opened.page.evaluate("fetch('api/v1/me').then((one) => one.json()).then((me) => me.right)")
                == "viewer"
            )
            assert opened.complaints == []


async def test_control_that_is_off_is_shown_explained_and_switched_on_in_the_settings(
    browser: Browser, gateway: Home, tmp_path: Path
) -> None:
    with house(tmp_path, gateway, control=False) as (url, file):
        async with visit(browser, f"{url}/#/control", viewport=PHONE) as opened:
            await opened.page.locator(".band a").click()
            await opened.page.get_by_label("Owners may change").check()
            await opened.wait_for('[data-card="allowed"]', "in force")
            assert "# cellar" in file.read_text()
            assert "enabled = true" in file.read_text()
            assert await serious(opened) == []
            await opened.page.goto(f"{url}/#/control")
            await reserve(opened).wait_for()
            await opened.stand()
            assert await opened.page.locator(".band a").count() == 0


async def test_wrong_prices_are_told_with_their_line_and_nothing_is_saved(
    browser: Browser, gateway: Home, tmp_path: Path
) -> None:
    with house(tmp_path, gateway, control=False) as (url, file):
        before = file.read_text()
        async with visit(browser, url) as opened:
            is_written = asyncio.Event()

            async def answer_late(route: Route) -> None:
                """What is kept comes while somebody writes."""
                await is_written.wait()
                await route.continue_()

            await opened.page.route("**/api/v1/setup/tariff", answer_late, times=1)
            await opened.page.goto(f"{url}/#/settings")
            card = opened.page.locator('[data-card="tariff"]')
            await card.get_by_label("Prices as text").fill('currency = "EUR"\n[import]\nprice_per_kwh = "much"\n')
            async with opened.page.expect_response("**/api/v1/setup/tariff"):
                is_written.set()
            await opened.stand()
            await card.get_by_role("button", name="Save").click()
            await opened.wait_for('[data-card="tariff"] [role="alert"]', "tariff.toml, line 3")
            assert str(file.parent) not in await card.inner_text()
            assert file.read_text() == before
            await card.get_by_role("button", name="Day and night").click()
            await expect(card.locator(".trouble")).to_have_count(0)  # what is written now has not been looked at
            await card.get_by_role("button", name="Back to what was written").click()
            assert "much" in await card.get_by_label("Prices as text").input_value()
            await card.get_by_role("button", name="Day and night").click()
            await card.get_by_role("button", name="Save").click()
            await opened.wait_for('[data-card="tariff"]', "in force")
            assert (tmp_path / "tariff.toml").read_text().splitlines()[1] == 'currency = "EUR"'
        assert 'tariff = "tariff.toml"' in file.read_text()
        assert "# cellar" in file.read_text()


async def test_prices_are_not_saved_without_a_currency(browser: Browser, gateway: Home, tmp_path: Path) -> None:
    bare = "[import]\nprice_per_kwh = 0.31\n"
    with house(tmp_path, gateway, control=False) as (url, file):
        prices = file.parent / "tariff.toml"
        for locale, likely, chosen in (("eo", "", "SEK"), ("en-GB", "GBP", "GBP")):
            async with visit(browser, f"{url}/#/settings", locale=locale) as opened:
                card = opened.page.locator('[data-card="tariff"]')
                currency = card.get_by_label("Currency of the prices")
                await card.get_by_label("Prices as text").fill(bare)
                await expect(currency).to_have_value(likely)
                if likely == "":
                    await card.get_by_role("button", name="Save").click()
                    await expect(card.locator(".field-problem")).to_have_text("Please fill this in.")
                    assert not prices.exists()
                    await currency.select_option(chosen)
                    await expect(card.locator(".field-problem")).to_have_count(0)
                await card.get_by_role("button", name="Save").click()
                await opened.wait_for('[data-card="tariff"]', "in force")
                await expect(card.get_by_label("Prices as text")).to_have_value(f'currency = "{chosen}"\n{bare}')
            assert prices.read_text() == f'currency = "{chosen}"\n{bare}'
