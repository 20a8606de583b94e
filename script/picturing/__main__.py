"""Takes the pictures; those that are named, or all."""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from playwright.async_api import Browser, Page
from tests.e2e.chromium import chromium
from tests.e2e.readable import reading
from tests.e2e.troubles import HOUSES, NOON, room_for

from openvoy.cli.demo_site import running_demo
from picturing.list import DEMO_DAYS, PICTURES, SIZES, Picture

IMAGES = Path(__file__).parents[2] / "docs" / "images"
QUALITY = 0.82
SETTLED_MS = 2500
"""Charts are drawn, and beads are on their way."""

AS_WEBP = """async ([data, quality]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""


def main() -> int:
    """Return the exit code."""
    names = sorted(one.name for one in PICTURES)
    parser = argparse.ArgumentParser(prog="script/pictures", description="Take the pictures of docs/dashboard.md.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="pictures, or houses with all of theirs; without all")
    wanted = set(parser.parse_args().names)
    chosen = [one for one in PICTURES if not wanted or one.name in wanted or one.house in wanted]
    if not chosen:
        parser.error(f"there are {', '.join(names)}")
    asyncio.run(_take_all(chosen))
    return 0


async def _take_all(pictures: Sequence[Picture]) -> None:
    IMAGES.mkdir(exist_ok=True)
    async with chromium() as browser:
        for house in dict.fromkeys(one.house for one in pictures):
            async with _running(house) as url:
                for picture in pictures:
                    if picture.house == house:
                        await _take(browser, url, picture)


@contextlib.asynccontextmanager
async def _running(house: str) -> AsyncIterator[str]:
    with _folder() as folder:
        if house == "demo":
            async with running_demo(folder, port=0, days=DEMO_DAYS, start=NOON) as bound:
                yield bound.url
        else:
            with room_for(house, folder):
                async with HOUSES[house](folder) as lived_in:
                    yield lived_in.url


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder whose name may be read in a picture."""
    folder = Path(tempfile.gettempdir(), "openvoy")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


async def _take(browser: Browser, url: str, picture: Picture) -> None:
    settings = {"viewport": SIZES[picture.size], "color_scheme": picture.scheme}
    async with reading(browser, url, **settings) as reader:
        await reader.open(picture.page)
        await reader.page.wait_for_timeout(SETTLED_MS)
        shot = await reader.page.screenshot()
        webp = await _compressed(await reader.page.context.new_page(), shot)
        (IMAGES / f"{picture.name}.webp").write_bytes(webp)
        sys.stderr.write(f"{picture.name}: {len(webp) // 1000} kB\n")


async def _compressed(page: Page, png: bytes) -> bytes:
    data = await page.evaluate(AS_WEBP, [base64.b64encode(png).decode(), QUALITY])
    return base64.b64decode(data)


if __name__ == "__main__":
    sys.exit(main())
