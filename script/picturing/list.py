"""Which pictures there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.e2e.chromium import DESK, PHONE

DEMO_DAYS = 400
SIZES = {"phone": PHONE, "desk": DESK, "wall": {"width": 2560, "height": 1440}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One page of one house at one size."""

    house: str
    page: str
    size: Literal["phone", "desk", "wall"] = "desk"
    scheme: Literal["light", "dark"] = "light"

    @property
    def name(self) -> str:
        """Give its file's name, without the ending."""
        parts = [] if self.house == "demo" else [self.house]
        parts += [self.page or "now"] if self.house == "demo" or self.page else []
        parts += [self.size] if self.size != "desk" else []
        return "-".join([*parts, *(["dark"] if self.scheme == "dark" else [])])


PAGES = ("", "history", "panels", "meters", "devices", "control", "settings")
DARK = (("", "desk"), ("", "phone"), ("history", "desk"), ("panels", "desk"))
TROUBLES = (
    ("token-expired", "", "desk"),
    ("token-expires-soon", "settings", "phone"),
    ("unreachable", "", "desk"),
    ("unreachable", "devices", "desk"),
    ("started-alone", "panels", "desk"),
    ("nightly-outage", "", "desk"),
    ("dead-panel", "panels", "desk"),
    ("disk-full", "", "desk"),
    ("empty-history", "", "desk"),
    ("first-minutes", "history", "desk"),
    ("night", "", "phone"),
    ("standard", "", "desk"),
    ("large", "panels", "desk"),
)
PICTURES = (
    *(Picture(house="demo", page=page, size=size) for page in PAGES for size in ("phone", "desk", "wall")),
    *(Picture(house="demo", page=page, size=size, scheme="dark") for page, size in DARK),  # type: ignore[arg-type]
    *(Picture(house=house, page=page, size=size) for house, page, size in TROUBLES),  # type: ignore[arg-type]
)
