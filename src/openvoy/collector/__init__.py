"""The polling service: asks gateways gently, accounts their counters, keeps history, publishes what is new."""

from openvoy.collector.desk import ControlDesk
from openvoy.collector.exporting import Exporting
from openvoy.collector.service import Collector, Source

__all__ = ["Collector", "ControlDesk", "Exporting", "Source"]
