"""A login that will fail is told while all is well."""

from __future__ import annotations

from openvoy.collector.feed import LiveFeed
from openvoy.errors import CloudUnavailable, OpenvoyError
from openvoy.ports import GatewayStatus
from openvoy.ports.feed import GatewayState


def status(state: GatewayState, problem: str | None = None) -> GatewayStatus:
    return GatewayStatus(
        name="home", host="h", serial="1", state=state, fresh_at=None, is_fresh=True, problem=problem, hint=None
    )


def test_trouble_to_come_is_told_until_it_is_over() -> None:
    trouble: list[OpenvoyError] = []
    feed = LiveFeed(["home"], troubles={"home": lambda: trouble[0] if trouble else None})
    feed.publish(status("ok"))
    assert feed.statuses()[0] == status("ok")
    trouble.append(CloudUnavailable("The token cannot be renewed.", hint="Wait."))
    feed.publish(status("ok"))
    (told,) = feed.statuses()
    assert (told.state, told.problem, told.hint, told.is_fresh) == (
        "degraded",
        "The token cannot be renewed.",
        "Wait.",
        True,
    )
    trouble.clear()
    feed.publish(status("ok"))
    assert feed.statuses()[0].state == "ok"


def test_what_is_wrong_already_comes_first() -> None:
    feed = LiveFeed(["home"], troubles={"home": lambda: CloudUnavailable("later")})
    feed.publish(status("unreachable", "Nothing answers."))
    assert feed.statuses()[0].problem == "Nothing answers."


def test_gateways_without_token_have_none() -> None:
    feed = LiveFeed(["home"])
    feed.publish(status("ok"))
    assert feed.statuses()[0].problem is None
