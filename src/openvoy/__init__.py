"""The local platform for Enphase Envoy / IQ Gateway solar and storage systems."""

from openvoy.model import Snapshot

__all__ = ["Snapshot", "__version__"]

__version__ = "0.1.0"
