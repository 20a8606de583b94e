"""What is private, what stands in its place, and the search that nothing of it is left."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from openvoy.client.capture.har import Recording, build_har
from openvoy.client.capture.places import places_of
from openvoy.client.capture.private import Kind, Original, find_originals
from openvoy.client.capture.recorder import Exchange
from openvoy.client.capture.replacements import build_replacements
from openvoy.protocol.http import Response

SERIAL, PANEL = "122200123456", "121512041640"
KEY = b"\x07" * 32
NOW = datetime(2025, 6, 21, 12, tzinfo=UTC)
INFO = f"<envoy_info><device><sn>{SERIAL}</sn><software>D8.3.5169</software><euaid>4c8675</euaid></device></envoy_info>"


def found(text: str, **options: bool) -> set[tuple[Kind, str]]:
    return {(original.kind, original.text) for original in find_originals(text, **options)}


def replaced(*originals: Original, key: bytes = KEY) -> list[str]:
    table = build_replacements(originals, gateway_serial=SERIAL, key=key, now=NOW)
    return [table[original] for original in originals]


def exchange(path: str, body: str | bytes, **headers: str) -> Exchange:
    raw = tuple((name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items())
    lower = {name.decode().lower(): value.decode("latin-1") for name, value in raw}
    content = body.encode() if isinstance(body, str) else body
    response = Response(status=200, headers=lower, body=content, raw_headers=raw, elapsed_s=0.25)
    return Exchange(scheme="https", path=path, at=NOW, response=response)


def recorded(*exchanges: Exchange, secrets: Iterable[Original] = (), **options: bool) -> Recording:
    return build_har((exchange("/info", INFO), *exchanges), secrets=secrets, key=KEY, now=NOW, **options)


def texts_of(recording: Recording) -> dict[str, str]:
    entries = json.loads(recording.file)["log"]["entries"]
    return {entry["request"]["url"].partition(".local")[2]: entry["response"]["content"]["text"] for entry in entries}


class TestFinding:
    @pytest.mark.parametrize(
        ("text", "kind", "value"),
        [
            (f'{{"sn": "{PANEL}"}}', Kind.SERIAL, PANEL),
            (f'{{"sn": "{PANEL}EIM1"}}', Kind.SERIAL, PANEL),
            (f'{{"serial_nums": {{"{PANEL}": {{}}}}}}', Kind.SERIAL, PANEL),
            (f'{{"serial_num": {PANEL}}}', Kind.SERIAL, PANEL),
            (f'{{"pv_serial_nb": ["{PANEL}"]}}', Kind.SERIAL, PANEL),
            (f'{{"aaData": [["1", "Failed: {PANEL}", "pcu "]]}}', Kind.SERIAL, PANEL),
            (f"<td>{PANEL}</td>", Kind.SERIAL, PANEL),
            ('{"serial": "C6-9A81XX"}', Kind.IDENTIFIER, "C6-9A81XX"),
            ("<euaid>4c8675</euaid>", Kind.IDENTIFIER, "4c8675"),
            ('{"site_id": 2875411}', Kind.IDENTIFIER, "2875411"),
            ('{"mac": "00:1D:C0:6A:7B:8C"}', Kind.MAC, "00:1D:C0:6A:7B:8C"),
            ('{"x": "at 00-1d-c0-6a-7b-8c"}', Kind.MAC, "00-1d-c0-6a-7b-8c"),
            ('{"mac_addr": "001DC06A7B8C"}', Kind.MAC, "001DC06A7B8C"),
            ('{"zb joined_nodes": ["001dc0fffe6a7b8c"]}', Kind.MAC, "001dc0fffe6a7b8c"),
            ('{"ip": "192.168.1.20"}', Kind.ADDRESS, "192.168.1.20"),
            ('<a href="http://10.0.0.7:8080/home">', Kind.ADDRESS, "10.0.0.7"),
            ('{"ip": "fd00::1:20"}', Kind.ADDRESS, "fd00::1:20"),
            ('{"note": "ask jo.smith+pv@example.net"}', Kind.EMAIL, "jo.smith+pv@example.net"),
            ('{"t": "eyJraWQiOiI3ZDEwMDA1ZC1.eyJhdWQi.c2ln"}', Kind.SECRET, "eyJraWQiOiI3ZDEwMDA1ZC1.eyJhdWQi.c2ln"),
            ('{"link_key": "5a6964"}', Kind.SECRET, "5a6964"),
            ('{"psk": "hunter2"}', Kind.SECRET, "hunter2"),
            ('{"wifi_password": "hunter2"}', Kind.SECRET, "hunter2"),
            ('{"load_name": "Sauna"}', Kind.TEXT, "Sauna"),
            ('{"sites": [{"ssid": "Smith Family"}]}', Kind.TEXT, "Smith Family"),
            ('{"latitude": -33.8688}', Kind.PLACE, "-33.8688"),
            ('{"timezone": "Europe/Paris"}', Kind.ZONE, "Europe/Paris"),
        ],
    )
    def test_what_is_private(self, text: str, kind: Kind, value: str) -> None:
        assert (kind, value) in found(text)

    @pytest.mark.parametrize(
        "text",
        [
            '{"joulesProduced": 123456789012, "a": 0.123456789012, "timestamp": 1718046000}',
            '{"s": 1501.015, "eid": 1778385169, "part_num": "800-01714-r02", "flags_hex": "0x0000000000200000"}',
            '{"img": "520-00082-r01-v04.30.32", "version": "8.3.5169", "server": "openresty/1.17.8.1"}',
            '{"netmask": "255.255.255.0", "ip": "0.0.0.0", "dns": "127.0.0.1", "time": "12:30:45"}',
            '{"load_name": "", "ssid": " ", "key": "Europe/Paris", "msg_key": "dc-pwr-low", "tokens": 7}',
            '{"timezone": "UTC"}',
            "<web-tokens>true</web-tokens>",
            '{"passwords": "disabled"}',
            '{"timezone": "Etc/GMT-2"}',
            '{"grid_profile_name": "EN 50549-1 2019 v1.0.4", "code": "EUR", "mode": "backup"}',
            "",
            "<html><body><h1>401</h1></body></html>",
        ],
    )
    def test_what_is_not(self, text: str) -> None:
        assert found(text) == set()

    def test_the_time_zone_may_be_kept(self) -> None:
        assert found('{"timezone": "Europe/Paris"}', keep_time_zone=True) == set()

    @pytest.mark.parametrize("text", ['{"a": [1, -2.5e3, "x\\"y", {"a": null}, true], "b": {}}', "[]", ' [ "é" ]\n'])
    def test_every_name_and_value_has_its_place(self, text: str) -> None:
        places = places_of(text)
        assert places is not None
        for place in places:
            written = text[place.start : place.end]
            assert (json.loads(written) if place.is_text else written) == place.value


class TestReplacing:
    def test_serial_numbers_keep_form_and_check_digits(self) -> None:
        for serial in (SERIAL, PANEL, "482305021663", "532437030305", "000000000001"):
            new = replaced(Original(Kind.SERIAL, serial))[0]
            assert (len(new), new[:4], new.isdigit()) == (12, serial[:4], True)
            assert new[-6:] != serial[-6:]
            assert int(new) % 11 == int(serial) % 11
            assert luhn(new) == luhn(serial)

    def test_nothing_is_known_without_the_key_and_all_with_it(self) -> None:
        originals = (Original(Kind.SERIAL, SERIAL), Original(Kind.MAC, "00:1d:c0:00:00:01"))
        first, again = replaced(*originals), replaced(*originals)
        other = replaced(*originals, key=b"\x08" * 32)
        assert first == again
        assert set(first).isdisjoint(other)

    def test_no_two_are_the_same_and_none_is_an_original(self) -> None:
        originals = [Original(Kind.SERIAL, f"1222000{number:05}") for number in range(300)]
        originals += [Original(Kind.ADDRESS, f"192.0.2.{number}") for number in range(1, 200)]
        new = replaced(*originals)
        assert len(set(new)) == len(originals)
        assert set(new).isdisjoint(original.text for original in originals)

    def test_one_thing_has_one_replacement_under_all_its_spellings(self) -> None:
        spellings = ("00:1D:C0:6A:7B:8C", "00-1d-c0-6a-7b-8c", "001dc06a7b8c")
        assert len(set(replaced(*(Original(Kind.MAC, text) for text in spellings)))) == 1
        assert len(set(replaced(Original(Kind.TEXT, "Sauna"), Original(Kind.PLACE, "sauna")))) == 1

    def test_the_end_of_the_gateways_serial_number_follows_it(self) -> None:
        serial, tail = replaced(Original(Kind.SERIAL, SERIAL), Original(Kind.IDENTIFIER, SERIAL[-6:]))
        assert tail == serial[-6:]

    @pytest.mark.parametrize(
        ("kind", "text", "form"),
        [
            (Kind.IDENTIFIER, "4c8675", r"[0-9][a-f][0-9]{4}"),
            (Kind.IDENTIFIER, "C6-9A81XX", r"[A-Z][0-9]-[0-9][A-Z][0-9]{2}[A-Z]{2}"),
            (Kind.IDENTIFIER, "2875411", r"2\d{6}"),
            (Kind.SECRET, "aB3_x", r"[a-z][A-Z][0-9]_[a-z]"),
            (Kind.MAC, "00:1D:C0:6A:7B:8C", r"02[0-9a-f]{10}"),
            (Kind.ADDRESS, "192.168.1.20", r"192\.0\.2\.1"),
            (Kind.ADDRESS, "fd00::1:20", r"2001:db8::1"),
            (Kind.EMAIL, "jo@example.net", r"user1@example\.com"),
            (Kind.PLACE, "-33.8688", r"1\.0"),
            (Kind.PLACE, "Springfield", r"place 1"),
            (Kind.ZONE, "America/Denver", r"Etc/GMT\+6"),
            (Kind.ZONE, "Europe/Paris", r"Etc/GMT-2"),
            (Kind.ZONE, "Asia/Kolkata", r"UTC"),
            (Kind.ZONE, "Europe/Lisbon", r"Etc/GMT-1"),
        ],
    )
    def test_the_form_stays(self, kind: Kind, text: str, form: str) -> None:
        new = replaced(Original(kind, text))[0]
        assert re.fullmatch(form, new), new
        assert new != text


def luhn(serial: str) -> int:
    """The sum of Hans Peter Luhn's patent of 1954: every second digit from the right doubled, digits added."""
    total = 0
    for place, digit in enumerate(reversed(serial)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled // 10 + doubled % 10
    return total % 10


class TestMasking:
    def test_the_form_of_a_body_stays_to_the_last_blank(self) -> None:
        body = f'{{\r\n\t"sn" :"{PANEL}",  "w":  60.000, "é": "\\u00e9", "n": [ ]\n}}\n'
        masked = texts_of(recorded(exchange("/a", body)))["/a"]
        new = json.loads(masked)["sn"]
        assert masked == body.replace(PANEL, new)
        assert new != PANEL

    def test_the_same_is_the_same_everywhere(self) -> None:
        recording = recorded(
            exchange("/a", f'{{"{PANEL}": 1, "list": ["{PANEL}"], "n": {PANEL}, "m": "x{PANEL}y"}}'),
            exchange("/b", f"<p>{PANEL}</p>", Location=f"/b?sn={PANEL}", X_Odd=f'Digest realm="{PANEL}"'),
        )
        new = recording.replacements[Original(Kind.SERIAL, PANEL)]
        assert texts_of(recording)["/a"] == f'{{"{new}": 1, "list": ["{new}"], "n": {new}, "m": "x{new}y"}}'
        headers = json.loads(recording.file)["log"]["entries"][2]["response"]["headers"]
        assert headers == [
            {"name": "Location", "value": f"/b?sn={new}"},
            {"name": "X-Odd", "value": f'Digest realm="{new}"'},
        ]
        assert PANEL not in recording.file.decode()

    def test_a_hardware_address_keeps_its_spelling(self) -> None:
        masked = texts_of(recorded(exchange("/a", '{"mac": "00:1D:C0:6A:7B:8C", "t": "is 001dc06a7b8c"}')))["/a"]
        said = json.loads(masked)
        assert said["mac"] == said["mac"].upper()
        assert said["t"] == f"is {said['mac'].replace(':', '').lower()}"

    def test_a_name_that_is_a_word_of_the_gateway_is_replaced_where_it_stands_only(self) -> None:
        body = '{"load_name": "closed", "mains_oper_state": "closed", "text": "is closed"}'
        said = json.loads(texts_of(recorded(exchange("/a", body)))["/a"])
        assert said == {"load_name": "name 1", "mains_oper_state": "closed", "text": "is closed"}

    def test_any_other_name_is_replaced_everywhere(self) -> None:
        body = '{"load_name": "Sauna", "text": "Sauna was shed", "y": "a SAUNA!", "x": "Saunas"}'
        said = json.loads(texts_of(recorded(exchange("/a", body)))["/a"])
        assert said == {"load_name": "name 1", "text": "name 1 was shed", "y": "a name 1!", "x": "Saunas"}

    def test_the_zone_is_replaced_in_times_too(self) -> None:
        body = '{"timezone": "America/Los_Angeles", "t": "Mon Jun 10, 2024 09:30 PM PDT", "x": "PDT is a word"}'
        said = json.loads(texts_of(recorded(exchange("/a", body)))["/a"])
        assert said == {"timezone": "Etc/GMT+7", "t": "Mon Jun 10, 2024 09:30 PM UTC", "x": "PDT is a word"}
        page = "<td>Sun Apr 11, 2021 01:09 PM HST</td><td>12:30:45 CEST</td><td>9:00 AM</td>"
        expected = "<td>Sun Apr 11, 2021 01:09 PM UTC</td><td>12:30:45 UTC</td><td>9:00 AM</td>"
        assert texts_of(recorded(exchange("/b", page)))["/b"] == expected
        kept = recorded(exchange("/a", body), keep_time_zone=True)
        assert texts_of(kept)["/a"] == body

    def test_the_names_that_a_gateway_gives_itself_follow_its_serial_number(self) -> None:
        recording = recorded(exchange("/a", f'{{"name": "ENVOY_{SERIAL[-6:]}", "w": {SERIAL[-6:]}}}'))
        new = recording.replacements[Original(Kind.SERIAL, SERIAL)]
        assert json.loads(texts_of(recording)["/a"]) == {"name": f"ENVOY_{new[-6:]}", "w": int(SERIAL[-6:])}

    def test_bytes_that_are_no_text_stay_and_are_searched(self) -> None:
        body = b"\xff\xfe" + PANEL.encode() + b"\x00"
        recording = recorded(exchange("/a", body))
        content = json.loads(recording.file)["log"]["entries"][1]["response"]["content"]
        new = recording.replacements[Original(Kind.SERIAL, PANEL)]
        assert content["encoding"] == "base64"
        assert base64.b64decode(content["text"]) == body.replace(PANEL.encode(), new.encode())
