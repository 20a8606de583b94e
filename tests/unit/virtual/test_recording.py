from __future__ import annotations

import pytest

from openvoy.errors import ConfigError
from openvoy.protocol.endpoint import Handler
from openvoy.protocol.firmware import LoginKind
from openvoy.virtual.har import parse_har
from openvoy.virtual.recording import Recording
from openvoy.virtual.source import Framing
from tests.unit.virtual.recordings import SERIAL, entry, har, info_page, recording, reply_of


def test_the_identity_page_says_who_it_is() -> None:
    identity = recording("8.2.4345").identity
    assert (identity.serial, str(identity.firmware), identity.login) == (SERIAL, "8.2.4345", LoginKind.TOKEN)


@pytest.mark.parametrize(
    "entries",
    [
        [entry("/production.json")],
        [entry("/info", "<html>401</html>", status=401)],
        [entry("/info", "<html>no gateway</html>")],
        [entry("/info", "{}")],
    ],
)
def test_without_identity_page_it_is_no_gateway(entries: list[dict[str, object]]) -> None:
    with pytest.raises(ConfigError, match="no gateway in it") as caught:
        Recording(parse_har(har(entries), name="a.har"), name="a.har")
    assert "/info" in caught.value.hint


async def test_only_the_gateways_own_host_is_replayed() -> None:
    source = Recording(
        parse_har(
            har(
                [
                    entry("/info", "<html>a router</html>", host="http://router.example"),
                    entry("/production.json", "stranger", host="https://cloud.example"),
                    entry("/info.xml", info_page("7.6.175"), host="https://192.0.2.7:443"),
                    entry("/production.json", "own", host="http://192.0.2.7"),
                ]
            ),
            name="",
        )
    )
    assert (await reply_of(source, "/production.json")).body == b"own"
    assert (await reply_of(source, "/info")).body == info_page("7.6.175").encode()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/production.json?details=1", b"details"),
        ("/production.json", b"plain"),
        ("/production.json?details=7", b"plain"),
        ("/production.json/", b"plain"),
        ("/inventory.json?deleted=1", b"deleted"),
        ("/inventory.json", b"deleted"),
        ("/many?b=2&a=1", b"ordered"),
        ("/a%20b", b"blank"),
        ("/slash", b"slash"),
        ("/slash/", b"slash"),
    ],
)
async def test_exact_query_first_then_the_path_alone(path: str, body: bytes) -> None:
    source = recording(
        "7.6.175",
        entry("/production.json", "plain"),
        entry("/production.json?details=1", "details"),
        entry("/inventory.json?deleted=1", "deleted"),
        entry("/many?a=1&b=2", "ordered"),
        entry("/a b", "blank"),
        entry("/slash/", "slash"),
    )
    assert (await reply_of(source, path)).body == body


@pytest.mark.parametrize(("statuses", "expected"), [((503, 200, 200), 200), ((503, 401), 503)])
async def test_of_several_the_first_good_one_else_the_first(statuses: tuple[int, ...], expected: int) -> None:
    entries = [entry("/ivp/meters", str(place), status=status) for place, status in enumerate(statuses)]
    reply = await reply_of(recording("7.6.175", *entries), "/ivp/meters")
    assert reply.status == expected
    assert reply.body == str(statuses.index(expected)).encode()


async def test_other_methods_are_answered_only_if_recorded() -> None:
    source = recording(
        "8.2.4345", entry("/ivp/ensemble/relay", "read"), entry("/ivp/ensemble/relay", "written", method="POST")
    )
    assert (await reply_of(source, "/ivp/ensemble/relay", "POST")).body == b"written"
    assert (await reply_of(source, "/ivp/ensemble/relay", "HEAD")).body == b"read"
    assert (await reply_of(source, "/ivp/ensemble/relay", "DELETE")).status == 405
    assert (await reply_of(source, "/ivp/ensemble/power")).status == 404


@pytest.mark.parametrize(
    ("headers", "framing"),
    [
        ({"content-length": "999"}, Framing.LENGTH),
        ({"transfer-encoding": "chunked"}, Framing.CHUNKED),
        ({"content-type": "text/xml"}, Framing.CLOSE),
    ],
)
async def test_framing_is_what_the_headers_show(headers: dict[str, str], framing: Framing) -> None:
    reply = await reply_of(recording("4.10.35", entry("/a", headers=headers)), "/a")
    assert reply.framing is framing


async def test_headers_are_cleaned_of_what_recorders_and_sessions_leave() -> None:
    source = recording(
        "8.2.4345",
        entry(
            "/a",
            headers={
                ":status": "200",
                "server": "openresty/1.17.8.1",
                "date": "Thu, 21 Sep 2023 13:03:37 GMT, Thu, 21 Sep 2023 13:03:37 GMT",
                "set-cookie": "sessionId=secret",
                "content-encoding": "gzip",
                "www-authenticate": "Digest",
                "x-bad": "a\r\nInjected: yes",
                "bad name": "x",
            },
        ),
    )
    reply = await reply_of(source, "/a")
    assert [name for name, _ in reply.headers] == ["Server", "Date", "Date", "WWW-Authenticate"]


async def test_spelling_of_a_recorder_that_keeps_it_is_kept() -> None:
    reply = await reply_of(recording("8.2.4345", entry("/a", headers={"server": "x", "X-odd": "y"})), "/a")
    assert [name for name, _ in reply.headers] == ["server", "X-odd"]


async def test_an_entry_without_headers_gets_those_of_its_generation() -> None:
    reply = await reply_of(recording("8.2.4345", entry("/ivp/meters", "[]")), "/ivp/meters")
    assert "Content-Type" not in dict(reply.headers)
    assert dict(reply.headers)["Server"] == "openresty/1.17.8.1"


async def test_duration_and_kind_of_handler_go_with_the_reply() -> None:
    source = recording("8.3.5169", entry("/home", time=9326), entry("/ivp/meters", time=300, headers={"Server": "x"}))
    assert (await reply_of(source, "/home")).handler is Handler.SCRIPTED
    assert (await reply_of(source, "/home")).delay_s == 9.326
    assert (await reply_of(source, "/ivp/meters")).delay_s == 0.3


@pytest.mark.parametrize(("firmware", "status"), [("7.6.175", 301), ("8.3.5169", 301), ("8.3.5286", 404)])
async def test_the_start_page_went_away(firmware: str, status: int) -> None:
    assert (await reply_of(recording(firmware), "/")).status == status
