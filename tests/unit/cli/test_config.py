from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from openvoy.cli.config import Config, load_config, parse_config
from openvoy.cli.setup.edits import Secrets, build_gateway_edits
from openvoy.errors import ConfigError
from openvoy.settings.listen import Listen

FILE = Path("/somewhere/openvoy.toml")

DOCUMENTED = """
[[gateway]]                       # one or many
name = "home"
host = "envoy.local"              # name, address, host:port or URL
token_file = "home.jwt"
site = "home"

[site.home]
time_zone = "Europe/Paris"
latitude = 48.85
longitude = 2.35
tariff = "tariff.toml"

[store]
path = "data"
live_days = 7

[web]
listen = "127.0.0.1:8400"

[control]
enabled = false

[cloud]
base_url = "https://cloud.example/"
"""


def parse(text: str) -> Config:
    return parse_config(text, file=FILE, environ={"TZ": "Europe/Berlin"})


def refuse(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.hint
    return caught.value


def test_the_documented_example_is_read() -> None:
    config = parse(DOCUMENTED)
    (gateway,) = config.gateways
    assert (gateway.name, gateway.host, gateway.site) == ("home", "envoy.local", "home")
    assert gateway.token is not None
    assert gateway.token.file == Path("/somewhere/home.jwt")
    site = config.sites["home"]
    assert (site.time_zone, site.latitude, site.longitude) == ("Europe/Paris", 48.85, 2.35)
    assert site.tariff == Path("/somewhere/tariff.toml")
    assert (config.store.path, config.store.live_days) == (Path("/somewhere/data"), 7)
    assert config.web.listen == Listen(host="127.0.0.1", port=8400)
    assert config.cloud.base_url == "https://cloud.example"
    assert config.control.enabled is False
    assert config.warnings == ()


def test_a_second_site_is_told_to_be_added_to_the_first() -> None:
    sites = '[site.coast]\ntime_zone = "Europe/Paris"\n\n[site.hill]\ntime_zone = "America/Denver"\n'
    (warning,) = parse(sites).warnings
    assert "line 4" in warning
    assert "one site, here coast" in warning
    assert "those of hill too" in warning


def test_everything_has_a_default() -> None:
    config = parse("")
    assert config.gateways == ()
    assert config.sites["home"].time_zone == "Europe/Berlin"
    assert config.web.listen == Listen(host="127.0.0.1", port=8400)
    assert config.web.allow_unprotected is False
    assert config.store.live_days == 7
    assert config.cloud.base_url is None
    assert parse("[[gateway]]").gateways[0].host == "envoy.local"


def test_gateways_of_old_firmware_and_of_a_cloud_account() -> None:
    old, new = parse("""
        [[gateway]]
        name = "barn"
        host = "192.168.1.5"
        user = "installer"
        password_env = "BARN"
        [[gateway]]
        name = "house"
        cloud = { user = "me@site.example", password_file = "cloud" }
    """).gateways
    assert old.user == "installer"
    assert old.password is not None
    assert old.password.read({"BARN": "secret-1"}) == "secret-1"
    assert new.cloud is not None
    assert new.cloud.password.file == Path("/somewhere/cloud")


def test_a_configuration_is_frozen_and_shows_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "home.jwt"
    file.write_text("ey.secret.token\n")
    file.chmod(0o600)
    config = parse(f"[[gateway]]\ntoken_file = '{file}'")
    token = config.gateways[0].token
    assert token is not None
    assert token.read({}) == "ey.secret.token"
    assert "secret" not in repr(config)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.web.allow_unprotected = True  # type: ignore[misc]


@pytest.mark.parametrize("mode", [0o644, 0o604])
def test_a_secret_that_everybody_can_read_is_a_warning(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "home.jwt"
    file.write_text("ey.secret.token")
    file.chmod(mode)
    (warning,) = parse(f"[[gateway]]\n\ntoken_file = '{file}'").warnings
    assert "line 3" in warning
    assert f"chmod 600 {file}" in warning
    file.chmod(0o640)
    assert parse(f"[[gateway]]\ntoken_file = '{file}'").warnings == ()


def test_a_missing_secret_is_told_when_it_is_needed() -> None:
    gateway = parse('[[gateway]]\ntoken_file = "no.jwt"').gateways[0]
    assert gateway.token is not None
    with pytest.raises(ConfigError, match=r"openvoy\.toml, line 2: .*no\.jwt cannot be read"):
        gateway.token.read({})
    gateway = parse('[[gateway]]\nuser = "envoy"\npassword_env = "PW"').gateways[0]
    assert gateway.password is not None
    with pytest.raises(ConfigError, match=r"line 3: The environment variable PW is not set"):
        gateway.password.read({"PW": ""})


@pytest.mark.parametrize(
    ("text", "line", "words", "remedy"),
    [
        ("[web]\nlistn = 'x'", 2, "[web] has no setting 'listn'", "Did you mean listen?"),
        ("[wbe]", 1, "no section [wbe]", "Did you mean web?"),
        ("host = 'x'", 1, "before the first section", "Move it below"),
        ("[web]\nlisten = 8400", 2, "listen cannot be a number", 'listen = "…"'),
        ("[web]\nlisten = 'nowhere'", 2, "'nowhere' is not an address", "127.0.0.1:8400"),
        ("[web]\nlisten = ' '", 2, "listen is empty", "default"),
        ("[web]\nhost_names = 'solar.lan'", 2, "cannot be text", '["…", "…"]'),
        ("[web]\nallow_unprotected = 1", 2, "cannot be a number", "true or"),
        ("\n[web]\ntls_key = 'key.pem'", 2, "only one is given", "Give both"),
        ("[store]\nlive_days = 0", 2, "live_days is 0", "from 1"),
        ("[store]\nlive_days = true", 2, "cannot be true or false", "live_days = 1"),
        ("[store]\nlive_days = 1.5", 2, "cannot be a decimal number", "live_days = 1"),
        ("[site.a]\nlatitude = nan\nlongitude = 0", 2, "latitude is nan", "-90 to 90"),
        ("[site.a]\nlatitude = 91\nlongitude = 0", 2, "latitude is 91", "-90 to 90"),
        ("[site.a]\nlatitude = 1", 1, "only one is given", "both"),
        ("[site.a]\ntime_zone = 'Europe/Pari'", 2, "no time zone 'Europe/Pari'", "Europe/Paris?"),
        ("[site.a]\ntime_zone = 'QQT'", 2, "no time zone 'QQT'", "Continent/City"),
        ("[site]\ntime_zone = 'UTC'", 2, "Sites have names", "[site.home]"),
        ("[gateway]\nname = 'x'", 1, "is a list", "[[gateway]]"),
        ("[[web]]", 1, "is one section", "[web]"),
        ("[[gateway]]\nhost = 'a b'", 2, "'a b' is no address", "host:port"),
        ("[[gateway]]\nname = 'a/b'", 2, "cannot be a name", "letters"),
        ("[[gateway]]\ntoken = 'ey'", 2, "does not stand in the configuration", "token_file"),
        ("[[gateway]]\ntoken_file = 'a'\ntoken_env = 'b'", 3, "Both token_file and token_env", "one of them"),
        ("[[gateway]]\ntoken_file = 'a'\nuser = 'envoy'", 1, "more than one login: token and user", "older firmware"),
        ("[[gateway]]\npassword_env = 'a'", 2, "password without user", "user ="),
        ("[[gateway]]\nuser = 'installer'", 2, "needs a password", "password_file"),
        ("[[gateway]]\ncloud = 3", 2, "cloud cannot be a number", "password_env"),
        ("[[gateway]]\ncloud = { user = 'a' }", 2, "needs user and password", "password_env"),
        ("[[gateway]]\ncloud = { user = 'a', password = 'b' }", 2, "does not stand in", "password_file"),
        ("[[gateway]]\ncloud = { usr = 'a' }", 2, "no setting 'usr'", "Did you mean user?"),
        ("[[gateway]]\n[[gateway]]\nhost = 'b'", 2, "Two gateways are named home", "own name"),
        ("[[gateway]]\n[[gateway]]\nname = 'b'\nhost = 'ENVOY.local'", 4, "the same host", "own host"),
        ("[[gateway]]\nsite = 'hme'\n[site.home]", 2, "no [site.hme]", "Did you mean home?"),
        ("[[gateway]]\n[site.a]\n[site.b]", 1, "to which site", "a, b"),
        ("[cloud]\nbase_url = 'http://cloud.example'", 2, "readable over the network", "https://"),
        ("[cloud]\ntokens_url = 'cloud.example'", 2, "is not the URL", "https://host"),
        ("[web]\nlisten = ", 2, "Invalid value", "[web]"),
        ("[web]\n\nlisten", 3, "'='", "[web]"),
        ("[web]\n[web]", 2, "Cannot declare", "[web]"),
    ],
)
def test_what_cannot_be_right_is_told_with_file_line_and_remedy(text: str, line: int, words: str, remedy: str) -> None:
    error = refuse(text)
    assert error.message.startswith(f"{FILE}, line {line}: ")
    assert words in error.message
    assert remedy in error.hint
    assert error.exit_code == 2


def test_listening_beyond_this_machine_is_possible_knowingly() -> None:
    config = parse("[web]\nlisten = '[::]:8400'\nallow_unprotected = true")
    assert config.web.listen == Listen(host="::", port=8400)


def test_the_virtual_cloud_on_this_machine_may_speak_http() -> None:
    config = parse("[cloud]\nbase_url = 'http://127.0.0.1:9000'\ntokens_url = 'http://localhost:9000'")
    assert config.cloud.tokens_url == "http://localhost:9000"


def test_the_file_is_searched_in_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    usual = tmp_path / "config" / "openvoy" / "openvoy.toml"
    named, given = tmp_path / "named.toml", tmp_path / "given.toml"
    assert load_config(None, {}).file is None
    for days, file in ((1, usual), (2, named), (3, given)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"[store]\nlive_days = {days}\npath = 'data'")
    environ = {"OPENVOY_CONFIG": str(named)}
    assert load_config(None, {}).store.live_days == 1
    assert load_config(None, environ).store.live_days == 2
    config = load_config(given, environ)
    assert config.store.live_days == 3
    assert config.store.path == tmp_path / "data"
    assert config.file == given


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no file"):
        load_config(tmp_path / "no.toml", {})
    with pytest.raises(ConfigError) as caught:
        load_config(None, {"OPENVOY_CONFIG": str(tmp_path / "no.toml")})
    assert "OPENVOY_CONFIG" in caught.value.hint


def test_a_file_that_is_new_is_empty_where_it_can_be_written(tmp_path: Path) -> None:
    config = load_config(tmp_path / "new.toml", {}, is_new=True)
    assert (config.file, config.gateways) == (tmp_path / "new.toml", ())
    (warning,) = config.warnings
    assert warning.startswith(f"There is no file {tmp_path / 'new.toml'} yet")
    (tmp_path / "new.toml").touch()
    assert load_config(tmp_path / "new.toml", {}, is_new=True).warnings == ()
    with pytest.raises(ConfigError, match="There is no file"):
        load_config(tmp_path / "no" / "new.toml", {}, is_new=True)
    with pytest.raises(ConfigError, match="is a folder") as caught:
        load_config(tmp_path, {}, is_new=True)
    assert str(tmp_path / "openvoy.toml") in caught.value.hint


def test_a_file_that_is_new_has_no_other_name_mistyped(tmp_path: Path) -> None:
    (tmp_path / "openvoy.toml").touch()
    for mistyped in ("opnvoy.toml", "openvoy.tml", "Openvoy.toml"):
        with pytest.raises(ConfigError, match=r"There is no file .*, but there is openvoy\.toml"):
            load_config(tmp_path / mistyped, {}, is_new=True)
    assert load_config(tmp_path / "barn.toml", {}, is_new=True).warnings


def test_files_of_editors_are_read(tmp_path: Path) -> None:
    file = tmp_path / "openvoy.toml"
    file.write_bytes(b"\xef\xbb\xbf[store]\r\nlive_days = 3\r\n")
    assert load_config(file, {}).store.live_days == 3
    file.write_bytes("[site.a] # Süd".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8") as caught:
        load_config(file, {})
    assert "UTF-8" in caught.value.hint


def test_the_mirror_is_off_until_it_has_an_address() -> None:
    assert parse(DOCUMENTED).mirror.listen is None
    config = parse('[mirror]\nlisten = "0.0.0.0:8443"\ngateway = "home"\nallow_writes = true').mirror
    assert config.listen == Listen(host="0.0.0.0", port=8443)
    assert (config.gateway, config.allow_writes) == ("home", True)
    assert "line 2" in refuse('[mirror]\nlisten = "8443"').message


@pytest.mark.parametrize("name", ["Tom's roof", "a/b #+", "", "x" * 65])
def test_what_cannot_be_a_name_is_told_to_a_person_without_the_place_in_a_file(name: str) -> None:
    tried: Any = None
    secrets = Secrets(folder=Path(), contents={}, settings={})
    with pytest.raises(ConfigError, match=r"^'.*' cannot be a name\."):
        build_gateway_edits("", Config(), tried, secrets, name=name, replaces=None)
