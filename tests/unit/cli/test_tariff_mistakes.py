"""All mistakes of a file of prices are told together, and none that only follows from another."""

from __future__ import annotations

from pathlib import Path

import pytest

from openvoy.errors import ConfigError
from openvoy.model.prices import PricePlan
from tests.unit.cli.test_tariff import parse

MANY = """\
currency = "Euro"
holidays = ["25.12."]

[fees]
per_week = 1
per_month = "3"

[import]
[[import.season]]
start = "13-01"
[[import.season.period]]
start = "25:00"
end = "24:00"
price_per_kwh = "0.3"
[[import.season.period]]
start = "06:00"
[[import.season.tier]]
up_to_kwh = -5
price_per_kwh = 0.1

[export]
price_per_kwh = "much"
"""
LINES = {
    1: "not the code of a currency",
    2: "is not a day",
    5: "[fees] has no setting 'per_week'. Known are: per_day, per_month.",
    6: "per_month cannot be text",
    10: "not a day of the year",
    12: "not a time of the day",
    14: "price_per_kwh cannot be text",
    15: "The period has no price. Add price_per_kwh = 0.25.",
    18: "up_to_kwh is -5",
    22: "price_per_kwh cannot be text",
}


def test_all_mistakes_of_a_file_are_told_with_their_lines() -> None:
    with pytest.raises(ConfigError) as caught:
        parse(MANY)
    assert caught.value.message == "tariff.toml has 10 mistakes."
    told = caught.value.hint.splitlines()
    for (line, words), one in zip(LINES.items(), told, strict=True):
        assert one.startswith(f"line {line}: ")
        assert words in one


@pytest.mark.parametrize(
    "text",
    [
        '[[import.period]]\nprice_per_kwh = "x"\nend = "06:00"\n',
        '[import]\nprice_per_kwh = "x"\n',
        '[[import.tier]]\nup_to_kwh = "x"\nprice_per_kwh = 1\n[[import.tier]]\nprice_per_kwh = 1\n',
        "[imports]\nprice_per_kwh = 1\n",
        '[[import.period]]\nprice_per_kwh = 1\nstart = "24:30"\nend = "00:00"\n',
        "[import.prices]\nfile = 3\n",
        "import = 3\n",
    ],
)
def test_what_follows_from_a_mistake_is_not_told_besides(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.message.startswith("tariff.toml, line ")


def test_a_file_without_mistakes_is_a_plan(tmp_path: Path) -> None:
    assert isinstance(parse("[import]\nprice_per_kwh = 1\n", tmp_path).plan, PricePlan)
