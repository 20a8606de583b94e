"""The client's way to a token, against the virtual cloud and everything that it can have wrong."""

from __future__ import annotations

import pytest

from openvoy.client.cloud import CloudClient
from openvoy.errors import CloudUnavailable, CredentialRejected, OpenvoyError, SecondFactorNeeded
from openvoy.protocol.cloud import Account, CloudService, Route
from openvoy.protocol.cloud.obtain import ROLES
from openvoy.protocol.login import explain_token
from openvoy.virtual.fault_cloud import CloudFault
from openvoy.virtual.faults import fault_kinds
from tests.contract.cloud_support import town
from tests.unit.virtual.recordings import SERIAL
from tests.unit.virtual.wire import ask, bearer


@pytest.mark.parametrize(
    ("account", "role", "kind", "hours"),
    [
        ("owner", None, "owner", 8760),
        ("owner", "owner", "owner", 8760),
        ("installer", None, "installer", 12),
        ("installer", "installer", "installer", 12),
        ("self-installer", None, "owner", 8760),
        ("self-installer", "owner", "owner", 8760),
        ("self-installer", "installer", "installer", 12),
    ],
)
async def test_every_account_gets_its_tokens(account: str, role: str | None, kind: str, hours: int) -> None:
    async with town() as place:
        token = await place.client.fetch_token(place.account(account), SERIAL, role=role)
        info = explain_token(token)
        assert info.issued_at is not None
        assert info.expires_at is not None
        assert (info.role, info.serials) == (kind, (SERIAL,))
        assert (info.expires_at - info.issued_at).total_seconds() == hours * 3600
        assert (await ask(place.gateway.url, "/ivp/meters", headers=bearer(token))).status == 200


@pytest.mark.parametrize(("account", "role"), [("owner", "installer"), ("installer", "owner")])
async def test_the_other_kind_is_refused_with_what_to_do(account: str, role: str) -> None:
    async with town() as place:
        with pytest.raises(CredentialRejected, match=f"gets tokens of kind {account}, not {role}") as caught:
            await place.client.fetch_token(place.account(account), SERIAL, role=role)
        assert "account" in caught.value.hint


@pytest.mark.parametrize("route", list(Route))
async def test_every_route_gives_a_token(route: Route) -> None:
    async with town() as place:
        token = await place.client.fetch_token(place.account(), SERIAL, route=route)
        assert (await ask(place.gateway.url, "/auth/check_jwt", headers=bearer(token))).status == 200


@pytest.mark.parametrize("role", ROLES)
async def test_an_installers_token_comes_although_the_call_gives_owners(role: str) -> None:
    async with town("cloud-owner-only") as place:
        token = await place.client.fetch_token(place.account("installer"), SERIAL, role=role)
        assert explain_token(token).role == role


async def test_the_other_address_of_the_token_service_is_understood() -> None:
    async with town() as place:
        url = str(place.gateway.cloud_url)
        service = CloudService(base_url=url, tokens_url=f"{url}/tokens")
        token = await CloudClient(service, clock=place.clock).fetch_token(place.account(), SERIAL)
        assert explain_token(token).role == "owner"


TROUBLES: dict[str, tuple[type[OpenvoyError], str, str]] = {
    "cloud-login-refused": (CredentialRejected, "does not accept e-mail address and password", "Correct them"),
    "cloud-mfa": (SecondFactorNeeded, "second factor", "web page"),
    "cloud-too-many-sessions": (CloudUnavailable, "too many active sessions", "within an hour"),
    "cloud-too-many-sessions:status=200": (CloudUnavailable, "too many active sessions", "within an hour"),
    "cloud-rate-limit": (CloudUnavailable, "asks for patience", "Wait"),
    "cloud-down": (CloudUnavailable, "cannot serve now", "saved token"),
    "cloud-down:status=502": (CloudUnavailable, "cannot serve now", "saved token"),
    "cloud-unknown-serial": (CredentialRejected, f"knows no gateway {SERIAL}", "serial number"),
    "cloud-not-owner": (CredentialRejected, f"may not have a token for gateway {SERIAL}", "support"),
    "cloud-session-expired": (CloudUnavailable, "session .* ended", "Try again later"),
    "cloud-no-jwt": (CloudUnavailable, "something that is no token", "support"),
}
HARMLESS = {"cloud-no-is-consumer", "cloud-owner-only", "cloud-code-refused"}


@pytest.mark.parametrize("fault", TROUBLES)
async def test_every_trouble_is_told_with_what_to_do(fault: str) -> None:
    kind, message, hint = TROUBLES[fault]
    async with town(fault) as place:
        with pytest.raises(OpenvoyError, match=message) as caught:
            await place.client.fetch_token(place.account(), SERIAL)
        assert type(caught.value) is kind
        assert hint in caught.value.hint
        assert place.password not in str(caught.value)


@pytest.mark.parametrize("fault", sorted(HARMLESS))
async def test_some_troubles_do_no_harm(fault: str) -> None:
    async with town(fault) as place:
        assert explain_token(await place.client.fetch_token(place.account(), SERIAL)).role == "owner"


def test_no_trouble_of_the_cloud_is_left_out() -> None:
    known = {name for name, one in fault_kinds().items() if issubclass(one.kind, CloudFault)}
    assert known == {name.partition(":")[0] for name in TROUBLES} | HARMLESS


@pytest.mark.parametrize(
    ("fault", "route", "kind"),
    [
        ("cloud-code-refused", Route.CODE, CloudUnavailable),
        ("cloud-login-refused", Route.CODE, CredentialRejected),
        ("cloud-login-refused", Route.PAGE, CredentialRejected),
        ("cloud-no-jwt", Route.PAGE, CloudUnavailable),
        ("cloud-not-owner", Route.PAGE, CredentialRejected),
        ("cloud-not-owner", Route.URL, CredentialRejected),
        ("cloud-session-expired", Route.URL, CloudUnavailable),
        ("cloud-session-expired", Route.PAGE, CloudUnavailable),
        ("cloud-rate-limit", Route.CODE, CloudUnavailable),
        ("cloud-down", Route.PAGE, CloudUnavailable),
    ],
)
async def test_troubles_on_the_other_routes(fault: str, route: Route, kind: type[OpenvoyError]) -> None:
    async with town(fault) as place:
        with pytest.raises(OpenvoyError) as caught:
            await place.client.fetch_token(place.account(), SERIAL, route=route)
        assert type(caught.value) is kind


async def test_a_second_factor_does_not_hinder_the_page() -> None:
    async with town("cloud-mfa") as place:
        assert explain_token(await place.client.fetch_token(place.account(), SERIAL, route=Route.PAGE)).role == "owner"


async def test_patience_is_as_long_as_the_cloud_asks_for() -> None:
    async with town("cloud-rate-limit:retry_after_s=77") as place:
        with pytest.raises(CloudUnavailable) as caught:
            await place.client.fetch_token(place.account(), SERIAL)
        assert caught.value.retry_after_s == 77


async def test_a_neighbours_gateway_and_an_unknown_one() -> None:
    async with town() as place:
        with pytest.raises(CredentialRejected, match="may not have a token"):
            await place.client.fetch_token(place.account(), str(int(SERIAL) + 1))
        with pytest.raises(CredentialRejected, match="knows no gateway 999"):
            await place.client.fetch_token(place.account(), "999")


async def test_a_wrong_password_is_a_wrong_password() -> None:
    async with town() as place:
        for route in (None, Route.PAGE, Route.CODE):
            with pytest.raises(CredentialRejected, match="does not accept"):
                await place.client.fetch_token(Account(user="owner@example.com", password="no"), SERIAL, route=route)


async def test_a_cloud_that_is_not_there() -> None:
    async with town() as place:
        client = place.client
        account = place.account()
    with pytest.raises(CloudUnavailable, match=r"gives no answer: .*cannot be reached") as caught:
        await client.fetch_token(account, SERIAL)
    assert "saved token" in caught.value.hint


async def test_nothing_is_told_to_a_cloud_that_no_authority_vouches_for() -> None:
    async with town(has_secure_cloud=True) as place:
        with pytest.raises(CloudUnavailable, match="no authority vouches for"):
            await place.client.fetch_token(place.account(), SERIAL)
