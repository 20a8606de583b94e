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
    replies = await Reading().fetch_all(CAPABILITIES, answers)
    assert isinstance(replies.error(INVERTERS), BadPayload)
    assert isinstance(replies.error(PRODUCTION_V1), GatewayTimeout)
    assert replies.error(METERS) is None
    assert len(answers.asked) == len(set(answers.asked)) > 5


async def test_what_a_gateway_does_not_have_is_asked_once() -> None:
    answers = Answers({DEVICE_DATA.name: EndpointRefused("no"), INVERTERS.name: EndpointMissing("no")})
    reading = Reading()
    for _ in range(3):
        replies = await reading.fetch_all(CAPABILITIES, answers)
        assert replies.is_absent(DEVICE_DATA)
    assert answers.asked.count(DEVICE_DATA.name) == answers.asked.count(INVERTERS.name) == 1
    assert answers.asked.count(METERS.name) == 3


@pytest.mark.parametrize("error", [CredentialRejected("wrong"), GatewayUnreachable("gone"), GatewayBusy("busy")])
async def test_what_concerns_the_whole_gateway_ends_the_reading(error: OpenvoyError) -> None:
    answers = Answers(other=error)
    with pytest.raises(type(error)):
        await Reading().fetch_all(CAPABILITIES, answers)
    assert len(answers.asked) == 1


async def test_a_gateway_that_goes_away_is_not_asked_for_the_rest() -> None:
    answers = Answers({PRODUCTION_V1.name: GatewayUnreachable("gone")})
    replies = await Reading().fetch_all(CAPABILITIES, answers)
    assert answers.asked == [METERS.name, PRODUCTION_V1.name]
    assert sum(isinstance(outcome, GatewayUnreachable) for _, outcome in replies.outcomes()) > 5


async def test_one_endpoint_may_hang_but_not_all_of_them() -> None:
    answers = Answers(other=GatewayTimeout("late"))
    with pytest.raises(GatewayTimeout):
        await Reading().fetch_all(CAPABILITIES, answers)
    assert len(answers.asked) == MAX_FAILURES


async def test_where_nothing_can_be_read_the_first_reason_is_told() -> None:
    with pytest.raises(BadPayload, match="html"):
        await Reading().fetch_all(CAPABILITIES, Answers({METERS.name: EndpointMissing("no")}, other=BadPayload("html")))
