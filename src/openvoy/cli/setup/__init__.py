"""First run and settings of a running service: implements `ports.setup`."""

from openvoy.cli.setup.restart import Restarts
from openvoy.cli.setup.service import ServiceSetup
from openvoy.cli.setup.trying import Trials

__all__ = ["Restarts", "ServiceSetup", "Trials"]
