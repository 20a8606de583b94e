"""Which pictures there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.e2e.chromium import DESK, PHONE

DEMO_DAYS = 400
Size = Literal["phone", "desk", "wall"]
SIZES = {"phone": PHONE, "desk": DESK, "wall": {"width": 2560, "height": 1440}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One page of one house at one size."""

    house: str
    page: str
    size: Size = "desk"
    scheme: Literal["light", "dark"] = "light"

    @property
    def name(self) -> str:
        """Give its file's name, without the ending."""
        parts = [] if self.house == "demo" else [self.house]
        parts += [self.page or "now"] if self.house == "demo" or self.page else []
        parts += [self.size] if self.size != "desk" else []
        return "-".join([*parts, *(["dark"] if self.scheme == "dark" else [])])


PAGES = ("", "history", "panels", "meters", "devices", "control", "settings")
ALL_SIZES: tuple[Size, ...] = ("phone", "desk", "wall")
DARK: tuple[tuple[str, Size], ...] = (("", "desk"), ("", "phone"), ("history", "desk"), ("panels", "desk"))
TROUBLES: tuple[tuple[str, str, Size], ...] = (
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
    *(Picture(house="demo", page=page, size=size) for page in PAGES for size in ALL_SIZES),
    *(Picture(house="demo", page=page, size=size, scheme="dark") for page, size in DARK),
    *(Picture(house=house, page=page, size=size) for house, page, size in TROUBLES),
)
