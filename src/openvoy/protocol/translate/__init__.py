"""Whatever a gateway said becomes one Snapshot here; vendor words go no further."""

from openvoy.protocol.translate.snapshot import build_snapshot

__all__ = ["build_snapshot"]
