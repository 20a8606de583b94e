from __future__ import annotations

from typing import Any

import pytest

from openvoy.client.reading import MAX_FAILURES, Reading
from openvoy.errors import (
    BadPayload,
    CredentialRejected,
    EndpointMissing,
    EndpointRefused,
    GatewayBusy,
    GatewayTimeout,
    GatewayUnreachable,
    OpenvoyError,
)
from openvoy.protocol.endpoint import Decoded, Endpoint
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, INVERTERS
from openvoy.protocol.endpoints.meters import METERS
from openvoy.protocol.endpoints.production import PRODUCTION_V1
from openvoy.protocol.firmware import Capabilities, LoginKind, parse_firmware

CAPABILITIES = Capabilities(
    serial="122200000001",
    part_number=None,
    firmware=parse_firmware("8.2.4345"),
    metered=True,
    login=LoginKind.TOKEN,
)


class Waits:
    """Takes down how long it is waited, and does not."""

    def __init__(self) -> None:
        self.slept_s: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)


NO_TIME = Waits()


class Answers:
    """Every endpoint answers with nothing in it, but for those that are told otherwise."""

    def __init__(self, errors: dict[str, OpenvoyError] | None = None, other: OpenvoyError | None = None) -> None:
        self.errors = errors or {}
        self.other = other
        self.asked: list[str] = []

    async def __call__(self, endpoint: Endpoint[Any]) -> Decoded[Any]:
        self.asked.append(endpoint.name)
        error = self.errors.get(endpoint.name, self.other)
        if error is not None:
            raise error
        return Decoded(None)


async def test_what_fails_is_noted_and_the_rest_is_read() -> None:
    answers = Answers({INVERTERS.name: BadPayload("html"), PRODUCTION_V1.name: GatewayTimeout("late")})
    replies = await Reading().fetch_all(CAPABILITIES, answers, NO_TIME.sleep)
    assert isinstance(replies.error(INVERTERS), BadPayload)
    assert isinstance(replies.error(PRODUCTION_V1), GatewayTimeout)
    assert replies.error(METERS) is None
    assert len(answers.asked) == len(set(answers.asked)) > 5


async def test_what_a_gateway_does_not_have_is_asked_once() -> None:
    answers = Answers({DEVICE_DATA.name: EndpointRefused("no"), INVERTERS.name: EndpointMissing("no")})
    reading = Reading()
    for _ in range(3):
        replies = await reading.fetch_all(CAPABILITIES, answers, NO_TIME.sleep)
        assert replies.is_absent(DEVICE_DATA)
    assert answers.asked.count(DEVICE_DATA.name) == answers.asked.count(INVERTERS.name) == 1
    assert answers.asked.count(METERS.name) == 3


@pytest.mark.parametrize("error", [CredentialRejected("wrong"), GatewayUnreachable("gone")])
async def test_what_concerns_the_whole_gateway_ends_the_reading(error: OpenvoyError) -> None:
    answers = Answers(other=error)
    with pytest.raises(type(error)):
        await Reading().fetch_all(CAPABILITIES, answers, NO_TIME.sleep)
    assert len(answers.asked) == 1


async def test_a_gateway_that_goes_away_is_not_asked_for_the_rest() -> None:
    answers = Answers({PRODUCTION_V1.name: GatewayUnreachable("gone")})
    replies = await Reading().fetch_all(CAPABILITIES, answers, NO_TIME.sleep)
    assert answers.asked == [METERS.name, PRODUCTION_V1.name]
    assert sum(isinstance(outcome, GatewayUnreachable) for _, outcome in replies.outcomes()) > 5


async def test_one_endpoint_may_hang_but_not_all_of_them() -> None:
    answers = Answers(other=GatewayTimeout("late"))
    with pytest.raises(GatewayTimeout):
        await Reading().fetch_all(CAPABILITIES, answers, NO_TIME.sleep)
    assert len(answers.asked) == MAX_FAILURES


async def test_where_nothing_can_be_read_the_first_reason_is_told() -> None:
    with pytest.raises(BadPayload, match="html"):
        await Reading().fetch_all(
            CAPABILITIES, Answers({METERS.name: EndpointMissing("no")}, other=BadPayload("html")), NO_TIME.sleep
        )


async def test_one_busy_module_costs_its_part_only() -> None:
    waits, answers = Waits(), Answers({PRODUCTION_V1.name: GatewayBusy("busy", retry_after_s=30)})
    replies = await Reading().fetch_all(CAPABILITIES, answers, waits.sleep)
    assert isinstance(replies.error(PRODUCTION_V1), GatewayBusy)
    assert sum(isinstance(outcome, Decoded) for _, outcome in replies.outcomes()) > 5
    assert waits.slept_s == []


async def test_a_busy_gateway_is_asked_again_when_it_said_so() -> None:
    waits, answers = Waits(), Answers(other=GatewayBusy("busy", retry_after_s=30))

    async def sleep(seconds: float) -> None:
        await waits.sleep(seconds)
        answers.other = None

    replies = await Reading().fetch_all(CAPABILITIES, answers, sleep)
    assert waits.slept_s == [30]
    assert not any(isinstance(outcome, OpenvoyError) for _, outcome in replies.outcomes())
    assert answers.asked[:MAX_FAILURES] == answers.asked[MAX_FAILURES : 2 * MAX_FAILURES]


@pytest.mark.parametrize(("asked_s", "waited"), [(30, [30]), (31, []), (None, [5])])
async def test_a_gateway_that_stays_busy_is_told_after_what_it_asked_for(
    asked_s: float | None, waited: list[float]
) -> None:
    waits = Waits()
    with pytest.raises(GatewayBusy):
        await Reading().fetch_all(CAPABILITIES, Answers(other=GatewayBusy("busy", retry_after_s=asked_s)), waits.sleep)
    assert waits.slept_s == waited
