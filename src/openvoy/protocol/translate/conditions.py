"""Conditions of devices in words for people. A key that is not known keeps its own last word."""

from __future__ import annotations

TEXTS = {
    "ok": "ok",
    "failure": "not reporting",
    "discovering": "being searched for",
    "verifing": "being verified",
    "sleeping": "asleep",
    "notmonitored": "not monitored",
    "flasherror": "memory fault",
    "plmerror": "power-line modem fault",
    "dc-pwr-low": "too little light",
    "dcvoltagetoolow": "DC voltage too low",
    "dcvoltagetoohigh": "DC voltage too high",
    "dcresistancelow": "DC insulation resistance low",
    "gridgone": "no grid",
    "gridinstability": "grid unstable",
    "gfitripped": "ground fault",
    "acvoltagehigh": "AC voltage too high",
    "acvoltagelow": "AC voltage too low",
    "acfrequencyhigh": "AC frequency too high",
    "acfrequencylow": "AC frequency too low",
    "agfpowerlimiting": "limited by the grid profile",
    "pwrgenoffbycmd": "production switched off",
    "relayopen": "relay open",
    "relayforced": "relay forced",
    "buttonpress": "button pressed",
    "rocof": "frequency changes too fast",
    "cellmaxtemperror": "cell too hot",
    "bmuhardwareerror": "battery management fault",
    "cibcanerror": "battery bus fault",
}
"""By the last word of a key."""

SILENT = "not reporting"
ASLEEP = "asleep"


def status_text(keys: tuple[str, ...] | None, *, is_dark: bool = False, is_heard: bool = False) -> str | None:
    """Say what a device reports; `is_dark` is night, when silence is sleep. None where it says nothing.

    `is_heard`: it has reported since, so that it is not silent any more.
    """
    words = [key.rpartition(".")[2] for key in (() if keys is None else keys) if key != "prop.done"]
    texts = [TEXTS.get(word, word) for word in words]
    if is_heard:
        texts = [text for text in texts if text != SILENT]
    if is_dark and SILENT in texts:
        return ASLEEP
    return ", ".join(dict.fromkeys(texts)) if texts else None
