from __future__ import annotations

import pytest

from openvoy.protocol.translate.conditions import status_text
from tests.unit.protocol.replies import PRODUCTION, meter, reading, replies, snapshot

SILENT = "envoy.cond_flags.obs_strs.failure"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("envoy.global.ok",), "ok"),
        (("envoy.global.ok", "prop.done"), "ok"),
        ((SILENT, "envoy.cond_flags.pcu_ctrl.dc-pwr-low"), "not reporting, too little light"),
        (("envoy.cond_flags.pcu_chan.something-new",), "something-new"),
        ((), None),
        (None, None),
    ],
)
def test_conditions_are_told_in_words(keys: tuple[str, ...] | None, text: str | None) -> None:
    assert status_text(keys) == text


@pytest.mark.parametrize(
    ("talking", "made_w", "text"), [(0, -1.0, "asleep"), (1, -1.0, "not reporting"), (0, 900.0, "not reporting")]
)
def test_silence_of_all_at_night_is_sleep(talking: int, made_w: float, text: str) -> None:
    rows = [
        {"serial_num": str(number), "device_status": [SILENT], "communicating": number < talking} for number in range(3)
    ]
    noted = replies(
        inventory=[{"type": "PCU", "devices": rows}],
        inverters=[{"serialNumber": row["serial_num"], "lastReportDate": 1, "lastReportWatts": 1} for row in rows],
        meters=[meter(PRODUCTION, "production")],
        meter_readings=[reading(PRODUCTION, made_w)],
    )
    assert {inverter.status for inverter in snapshot(noted).inverters} == {text}


@pytest.mark.parametrize(
    ("known", "is_heard"),
    [
        pytest.param("100000", True, id="it reported after the page was read"),
        pytest.param("0", True, id="for the first time"),
        pytest.param("103600", False, id="that report is what the page knows"),
        pytest.param(None, False, id="a page without times stands"),
    ],
)
def test_a_report_outweighs_a_page_that_is_older(known: str | None, is_heard: bool) -> None:
    """The inventory is read hourly: what it said before sunrise is no fault an hour after."""
    row = {"serial_num": "1", "device_status": [SILENT], "communicating": False, "producing": False}
    noted = replies(
        inventory=[{"type": "PCU", "devices": [row if known is None else {**row, "last_rpt_date": known}]}],
        inverters=[{"serialNumber": "1", "lastReportDate": 103_600, "lastReportWatts": 45}],
        meters=[meter(PRODUCTION, "production")],
        meter_readings=[reading(PRODUCTION, 900.0)],
    )
    (panel,) = snapshot(noted).inverters
    assert (panel.communicating, panel.producing) == (is_heard, is_heard)
    assert panel.status == (None if is_heard else "not reporting")
