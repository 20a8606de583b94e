"""The support table says of every address of the catalogue what is really served there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from openvoy.protocol.firmware import LoginKind
from openvoy.protocol.http import Request
from openvoy.virtual.gateway import VirtualGateway
from reference.support import Support, render, supported
from tests.architecture.tree import ROOT
from tests.contract.catalogue import GENERATIONS, Desk, example_of

CATALOGUE = ROOT.parent / "shared" / "endpoints.md"
FIRST_INDEX = 3
CELL = re.compile(r"(?<!\\)\|")
ADDRESS = re.compile(r"https?:|http\(s\):|/")
FRAGMENTS = {"/dataraw/": "/ivp/ensemble/dataraw/"}
"""Written by their ends only."""


def rows() -> list[Support]:
    return [row for found in supported().values() for row in found]


LOCAL = [row for row in rows() if row.address.startswith("/")]
ENDPOINTS = [row for row in LOCAL if row.endpoints]
MISSING = [row for row in LOCAL if row.is_missing]
PAGES = [row for row in LOCAL if not row.endpoints and not row.is_missing and "*" not in row.address]


def parse_addresses(text: str) -> Iterator[str]:
    """Read the addresses from the index tables of a catalogue and from its list of where each was found."""
    chapter = ""
    for line in text.splitlines():
        heading = re.match(r"## (\d+|Appendix A)\b", line)
        chapter = heading[1] if heading else "" if line.startswith("## ") else chapter
        cells = [cell.strip() for cell in CELL.split(line)[1:-1]]
        if chapter.isdigit() and int(chapter) >= FIRST_INDEX and len(cells) >= 5:
            yield from parse_index(cells[0])
        elif chapter == "Appendix A" and len(cells) > 2 and cells[0].isdigit():
            found = [part for word in words(cells[2]) for part in word.split(", ")]
            yield from (word.replace("…", "") for word in found if ADDRESS.match(word))


def words(cell: str) -> list[str]:
    return [word.replace("\\|", "|") for word in re.findall(r"`([^`]+)`", cell)]


def parse_index(cell: str) -> Iterator[str]:
    """Read one cell: the first address stands whole, the others may have only what differs."""
    first = None
    for word in words(cell):
        if first is None and not ADDRESS.match(word):
            return
        first = first or word
        for part in word.split(", "):
            yield from complete(part, first)


def complete(word: str, first: str) -> Iterator[str]:
    stem = first.partition("?")[0]
    if ADDRESS.match(word):
        yield FRAGMENTS.get(word, word)
    elif word.startswith("?"):
        yield from [stem + word] if word != "?" else []
    elif "=" in word:
        yield f"{stem}?eid={{n}}&{word}"
    else:
        yield stem.rpartition("/")[0] + "/" + word.removeprefix("…/")


def unnamed(addresses: Iterable[str], page: str) -> list[str]:
    return [address for address in addresses if f"`{address}`" not in page.replace("\\|", "|")]


def test_the_table_names_every_address_of_the_catalogue() -> None:
    if not CATALOGUE.exists():
        pytest.skip("no catalogue: shared/endpoints.md is not beside the checkout")
    addresses = set(parse_addresses(CATALOGUE.read_text()))
    assert len(addresses) > 200
    assert not unnamed(addresses, render())


def test_addresses_are_read_from_a_catalogue() -> None:
    text = """## 2 Words
| `/not/this` | a | b | c | d |
## 3 Index
| `/a/b?x=1`, `?`, `?y=2`, `z=3`, `…/c`, `d` | GET | own | any | 1 |
| `name` | a | b | c | d |
## Appendix A list
| 1 | 004 | `/e…` (cut off) | 3 |
## Appendix B
| 1 | 004 | `/f` | 3 |
"""
    found = list(parse_addresses(text))
    assert found == ["/a/b?x=1", "/a/b?y=2", "/a/b?eid={n}&z=3", "/a/c", "/a/d", "/e"]
    assert unnamed(found, "| `/a/c` | `/e` |") == ["/a/b?x=1", "/a/b?y=2", "/a/b?eid={n}&z=3", "/a/d"]


class House:
    """One gateway in process, asked as installer; for each request everything is set as at first."""

    def __init__(self, generation: str) -> None:
        self.desk = Desk(generation)
        self.gateway = VirtualGateway(self.desk.source, clock=self.desk.clock)
        self.first = self.desk.source.book

    async def status(self, method: str, path: str, body: bytes = b"") -> int:
        self.desk.source.book = self.first
        if self.desk.source.identity.login is not LoginKind.TOKEN:
            return (await self.desk.source.reply(Request(method=method, path=path, body=body))).status
        headers = {"authorization": f"Bearer {self.gateway.installer_token}", "accept": "text/html"}
        request = Request(method=method, path=path, body=body, headers=headers)
        return (await self.gateway.responder.answer(request)).reply.status


@pytest.fixture(scope="module")
def houses() -> dict[str, House]:
    return {generation: House(generation) for generation in GENERATIONS}


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.address)
async def test_endpoints_of_the_table_answer(houses: dict[str, House], row: Support) -> None:
    for endpoint in row.endpoints:
        having = [house for house in houses.values() if endpoint.exists_in(house.desk.source.identity.firmware)]
        method = endpoint.methods[0]
        request = example_of(endpoint, method).request(endpoint, method)
        path = request.path if "{" in row.address or "?" not in row.address else row.address
        assert await having[-1].status(method, path, request.body) not in {401, 403, 404, 405}, path


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.address)
async def test_pages_of_the_table_answer(houses: dict[str, House], row: Support) -> None:
    assert await houses["8.3.1598"].status("GET", row.address) != 404


@pytest.mark.parametrize("row", MISSING, ids=lambda row: row.address)
@pytest.mark.parametrize("generation", ["7.6", "8.3.1598", "8.3.5433"])
async def test_what_the_table_calls_missing_is_missing(houses: dict[str, House], row: Support, generation: str) -> None:
    assert await houses[generation].status("GET", row.address.replace("*", "x")) == 404
