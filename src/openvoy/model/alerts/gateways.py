"""Whether a gateway can be read, and whether its login will go on to be good."""

from __future__ import annotations

from openvoy.model.alerts.condition import MINUTE_S, Condition, Judgement

UNREACHABLE_PATIENCE_S = 15 * MINUTE_S
"""Gateways restart by themselves now and then, and are back within some minutes."""
LOGIN_PATIENCE_S = 10 * MINUTE_S
"""Renewals that work take less."""


def judge_gateway(name: str, state: str, *, problem: str, hint: str, login_trouble: str) -> Judgement:
    """Judge the state of a gateway of this name; states are those of `ports.GatewayStatus`."""
    if state in {"starting", "quiet"}:
        return Judgement(undecided=(f"gateway/{name}/", f"token/{name}/"))
    if state == "unreachable":
        silent = Condition(
            key=f"gateway/{name}/unreachable",
            topic="gateway",
            title=f"{name} cannot be reached",
            text=problem or "The gateway does not answer.",
            over=f"{name} answers again.",
            hint=hint,
            patience_s=UNREACHABLE_PATIENCE_S,
        )
        return Judgement(conditions=(silent,), undecided=(f"token/{name}/",))
    if state == "needs_login":
        refused = Condition(
            key=f"token/{name}/refused",
            topic="token",
            title=f"{name} wants a new login",
            text=f"{problem} Nothing is collected until then.".strip(),
            over=f"The login to {name} is good again.",
            hint=hint,
            patience_s=LOGIN_PATIENCE_S,
            is_urgent=True,
        )
        return Judgement(conditions=(refused,), undecided=(f"gateway/{name}/",))
    if login_trouble:
        ending = Condition(
            key=f"token/{name}/ending",
            topic="token",
            title=f"The login to {name} will end",
            text=login_trouble,
            over=f"The login to {name} is good for long again.",
            hint=hint,
        )
        return Judgement(conditions=(ending,))
    return Judgement()
