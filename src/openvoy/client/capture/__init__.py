"""Records what a gateway says, without what belongs to somebody."""

from openvoy.client.capture.har import Recording, build_har
from openvoy.client.capture.login import login_secrets
from openvoy.client.capture.recorder import Exchange, Tape, record_gateway

__all__ = ["Exchange", "Recording", "Tape", "build_har", "login_secrets", "record_gateway"]
