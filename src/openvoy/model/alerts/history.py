"""Whether history is kept."""

from __future__ import annotations

from openvoy.model.alerts.condition import MINUTE_S, Condition, Judgement

STUCK_PATIENCE_S = 15 * MINUTE_S
"""Rows of minutes come every minute."""


def judge_history(problem: str | None, *, hint: str, is_growing: bool | None) -> Judgement:
    """Judge by what reading it said, and whether rows come while values arrive; None: no values arrive."""
    if problem is not None:
        return Judgement(conditions=(_trouble("broken", "History cannot be read", problem, hint),))
    if is_growing is None:
        return Judgement(undecided=("store/stuck",))
    if is_growing:
        return Judgement()
    text = "Values arrive, but none of them is kept."
    help_ = "See whether the disk is full or cannot be written; `openvoy doctor` tells."
    return Judgement(conditions=(_trouble("stuck", "History is not written", text, help_),))


def _trouble(what: str, title: str, text: str, hint: str) -> Condition:
    return Condition(
        key=f"store/{what}",
        topic="store",
        title=title,
        text=text,
        over="History is kept again.",
        hint=hint,
        patience_s=STUCK_PATIENCE_S,
        is_urgent=True,
    )
