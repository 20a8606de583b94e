from __future__ import annotations

import pytest

from openvoy.protocol.endpoint import Handler, Role
from openvoy.virtual.routes import digest_users, handler_of, is_open, least_role
from tests.unit.virtual.recordings import identity_of

EVERYBODY: set[str] = set()
BOTH = {"envoy", "installer"}
INSTALLER = {"installer"}


@pytest.mark.parametrize(
    "path",
    [
        "/info",
        "/info.xml",
        "/",
        "/home",
        "/home/",
        "/favicon.ico",
        "/backbone/application.js",
        "/login.html",
        "/err_toomanysess",
        "/auth/callback",
        "/auth/get_jwt",
        "/include/page.css",
    ],
)
def test_these_are_open_on_every_firmware(path: str) -> None:
    assert is_open(path)
    assert digest_users(path, identity_of("5.0.62")) == EVERYBODY


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("GET", "/production.json?details=1", Role.OWNER),
        ("GET", "/home.json", Role.OWNER),
        ("GET", "/ivp/meters/storage_setting", Role.INSTALLER),
        ("GET", "/ivp/meters/storage_settings", Role.INSTALLER),
        ("GET", "/ivp/meters/storage_settings?x=1", Role.INSTALLER),
        ("GET", "/ivp/meters/readings", Role.OWNER),
        ("GET", "/ivp/never/heard/of", Role.OWNER),
        ("POST", "/ivp/ensemble/relay", Role.OWNER),
        ("GET", "/ivp/adc/relaxedparams/add", Role.ANYBODY),
        ("PUT", "/ivp/adc/relaxedparams/add", Role.PROVISIONING),
        ("GET", "/ivp/peb/newscan", Role.PROVISIONING),
        ("GET", "/ivp/peb/reportsettings", Role.SUPPORT),
        ("GET", "/ivp/peb/devstatus", Role.INSTALLER),
        ("GET", "/ivp/mod/603980032/mode/power", Role.INSTALLER),
        ("GET", "/ivp/meters/cts/704643328", Role.INSTALLER),
        ("PUT", "/ivp/meters/704643328", Role.INSTALLER),
        ("GET", "/ivp/ss/dpel", Role.OWNER),
        ("POST", "/ivp/ss/dpel", Role.INSTALLER),
        ("GET", "/installer/agf/index.json?simplified=true", Role.INSTALLER),
        ("GET", "/installer/agf/details.json", Role.OWNER),
        ("GET", "/admin/lib/network_display.json", Role.OWNER),
        ("GET", "/admin/lib/date_time_display.json", Role.PROVISIONING),
        ("GET", "/prov/", Role.INSTALLER),
    ],
)
def test_least_role_of_a_token(method: str, path: str, role: Role) -> None:
    assert least_role(method, path, identity_of("8.3.5433")) is role


@pytest.mark.parametrize(
    ("firmware", "role"), [("7.3.130", Role.OWNER), ("7.6.175", Role.PROVISIONING), ("8.3.5289", Role.OWNER)]
)
def test_the_meter_stream_was_closed_to_owners_for_a_while(firmware: str, role: Role) -> None:
    assert least_role("GET", "/stream/meter", identity_of(firmware)) is role


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("GET", "/event", Role.OWNER),
        ("GET", "/doc/api.html", Role.OWNER),
        ("GET", "/admin", Role.PROVISIONING),
        ("GET", "/admin/home", Role.PROVISIONING),
        ("GET", "/installer/setup/home", Role.INSTALLER),
        ("POST", "/upload", Role.INSTALLER),
        ("GET", "/ivp/pdm/archive", Role.OWNER),
        ("PUT", "/ivp/pdm/mark", Role.INSTALLER),
        ("POST", "/ivp/ss/gen_mode", Role.OWNER),
        ("POST", "/ivp/livedata/stream", Role.OWNER),
        ("GET", "/ivp/firmware_manager/config", Role.OWNER),
        ("PUT", "/ivp/firmware_manager/config", Role.INSTALLER),
        ("PUT", "/ivp/arf/profile/multimode/on_grid", Role.INSTALLER),
        ("GET", "/ivp/grest/profile/name/1.0", Role.PROVISIONING),
        ("DELETE", "/ivp/zb/provision?serial_number=1,2", Role.PROVISIONING),
        ("GET", "/installer/agf/inverters_status.json", Role.PROVISIONING),
        ("GET", "/admin/lib/dba.json", Role.NONE),
    ],
)
def test_pages_and_changes_have_their_roles_too(method: str, path: str, role: Role) -> None:
    assert least_role(method, path, identity_of("8.3.5433")) is role


@pytest.mark.parametrize(
    ("firmware", "path", "role"),
    [
        ("7.3.130", "/ivp/ensemble/inventory", Role.OWNER),
        ("7.3.130", "/ivp/ensemble/status", Role.INSTALLER),
        ("7.3.130", "/ivp/ensemble/dataraw/122200000201", Role.INSTALLER),
        ("7.3.130", "/ivp/ss/dry_contact_settings", Role.INSTALLER),
        ("7.3.130", "/ivp/sc/pvlimit", Role.INSTALLER),
        ("7.3.130", "/ivp/sc/status", Role.OWNER),
        ("7.3.466", "/ivp/ensemble/status", Role.OWNER),
        ("7.3.517", "/ivp/sc/pvlimit", Role.OWNER),
        ("7.0.88", "/ivp/ss/pcs_settings", Role.OWNER),
        ("8.3.5433", "/ivp/peb/newscan", Role.PROVISIONING),
        ("8.3.5528", "/ivp/peb/newscan", Role.INSTALLER),
        ("8.3.6086", "/ivp/peb/rpttemp", Role.INSTALLER),
        ("8.3.6086", "/installer/agf/inverters_status", Role.INSTALLER),
    ],
)
def test_some_builds_ask_for_more(firmware: str, path: str, role: Role) -> None:
    assert least_role("GET", path, identity_of(firmware)) is role


@pytest.mark.parametrize(
    ("firmware", "path", "users"),
    [
        ("3.9.36", "/api/v1/production", EVERYBODY),
        ("3.9.36", "/production", EVERYBODY),
        ("3.9.36", "/api/v1/production/inverters", BOTH),
        ("3.9.36", "/admin/lib/tariff", BOTH),
        ("4.10.35", "/production.json?details=1", EVERYBODY),
        ("4.10.35", "/production", BOTH),
        ("4.10.35", "/api/v1/production", EVERYBODY),
        ("4.10.35", "/api/v1/production/inverters", BOTH),
        ("5.0.62", "/inventory.json?deleted=1", EVERYBODY),
        ("5.0.62", "/home.json", EVERYBODY),
        ("5.0.62", "/ivp/meters/readings", BOTH),
        ("5.0.62", "/ivp/meters/704643328", INSTALLER),
        ("5.0.62", "/ivp/meters/cts", INSTALLER),
        ("5.0.62", "/stream/meter", INSTALLER),
        ("5.0.62", "/installer/pcu_comm_check", INSTALLER),
        ("6.0.92", "/ivp/livedata/status", BOTH),
    ],
)
def test_digest_users(firmware: str, path: str, users: set[str]) -> None:
    assert digest_users(path, identity_of(firmware)) == users


@pytest.mark.parametrize(
    ("firmware", "path", "handler"),
    [
        ("7.6.175", "/info", Handler.SCRIPTED),
        ("8.3.5169", "/info", Handler.NATIVE),
        ("7.6.175", "/admin/lib/tariff", Handler.SCRIPTED),
        ("8.2.127", "/admin/lib/tariff", Handler.NATIVE),
        ("8.2.127", "/admin/lib/network_display.json", Handler.SCRIPTED),
        ("5.0.62", "/api/v1/production/inverters", Handler.EMUWEB),
        ("5.0.62", "/api/v1/unknown", Handler.EMUWEB),
        ("8.3.5169", "/ivp/unknown", Handler.NATIVE),
        ("8.3.5169", "/unknown", Handler.SCRIPTED),
        ("8.3.5169", "/backbone/application.js", Handler.NATIVE),
        ("8.3.5169", "/inventory.json?deleted=1", Handler.SCRIPTED),
    ],
)
def test_what_answers(firmware: str, path: str, handler: Handler) -> None:
    assert handler_of(path, identity_of(firmware)) is handler
