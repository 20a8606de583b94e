"""Finds out what is wrong with a gateway, its wiring, its login and this machine.

`examine` collects facts; each file in `checks` draws conclusions from them and touches nothing.
"""

from openvoy.client.doctor.check import find_all
from openvoy.client.doctor.examine import Patient, examine
from openvoy.client.doctor.facts import Facts, MachineFacts, TokenFacts
from openvoy.client.doctor.finding import Finding, Severity, Sureness

__all__ = [
    "Facts",
    "Finding",
    "MachineFacts",
    "Patient",
    "Severity",
    "Sureness",
    "TokenFacts",
    "examine",
    "find_all",
]
