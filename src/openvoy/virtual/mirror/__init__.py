"""A live gateway as source: one gentle poller upstream, many readers here."""

from openvoy.virtual.mirror.mirror import Mirror

__all__ = ["Mirror"]
