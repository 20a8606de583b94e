"""Whether history is kept."""

from __future__ import annotations

from openvoy.model.alerts.condition import MINUTE_S, Condition, Judgement

STUCK_PATIENCE_S = 15 * MINUTE_S
"""Rows of minutes come every minute."""
REFUSED_PATIENCE_S = 2 * MINUTE_S
"""What is over with the next try is not worth telling."""


def judge_history(
    problem: str | None, *, hint: str, is_growing: bool | None, refusal: str | None = None, refusal_hint: str = ""
) -> Judgement:
    """Judge by what reading and writing it said, and whether rows come while values arrive; None: no values arrive."""
    if refusal is not None:
        told = _trouble("refused", "History is not kept", refusal, refusal_hint, patience_s=REFUSED_PATIENCE_S)
        # A store that refuses may seem stuck or broken as well; it is one trouble.
        return Judgement(conditions=(told,), undecided=("store/stuck", "store/broken"))
    if problem is not None:
        return Judgement(conditions=(_trouble("broken", "History cannot be read", problem, hint),))
    if is_growing is None:
        return Judgement(undecided=("store/stuck",))
    if is_growing:
        return Judgement()
    text = "Values arrive, but none of them is kept."
    help_ = "See whether the disk is full or cannot be written; `openvoy doctor` tells."
    return Judgement(conditions=(_trouble("stuck", "History is not written", text, help_),))


def _trouble(what: str, title: str, text: str, hint: str, *, patience_s: float = STUCK_PATIENCE_S) -> Condition:
    return Condition(
        key=f"store/{what}",
        topic="store",
        title=title,
        text=text,
        over="History is kept again.",
        hint=hint,
        patience_s=patience_s,
        is_urgent=True,
    )
