"""What a name without account is checked against."""

from __future__ import annotations

from openvoy.web.access.passwords import UNKNOWN, hash_password, is_password


def test_a_name_that_nobody_has_costs_what_others_cost_and_has_no_password() -> None:
    hashed = hash_password("right")
    assert UNKNOWN.split("$")[:-2] == hashed.split("$")[:-2]
    assert len(UNKNOWN) == len(hashed)
    assert is_password("right", hashed)
    assert not is_password("right", UNKNOWN)
    assert not is_password("", UNKNOWN)
