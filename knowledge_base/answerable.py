"""Does any article answer the question? A logistic regression over the evidence, calibrated on held-out sentences.

Positives are questions held out of the index, negatives sentences that no article answers, held out of the topic model
in the same way. So the confidence means what it says for sentences never seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.lexical import Floats
from knowledge_base.retrieve import SIGNALS, Evidence

Flags = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]
FEATURES = (
    "odds", "margin", "entropy", "none", "classified", "over_none", "near", "near_mean", "said", "words", "characters", "sounds",
    "agreement", "length",
)  # fmt: skip
_WRONG_REFUSALS, _FALSE_ANSWERS = 0.05, 0.08
"""The aims: answerable questions refused, unanswerable ones answered."""
_UNUSUAL, _NEAR = 0.3, 4.0
"""Importance of the articles' own questions, many of which say little out of their place, and of near misses."""
_PENALTY = 1e-3


def features(evidence: Evidence) -> Floats:
    """The numbers the decision rests on, in the order of ``FEATURES``."""
    fused = np.minimum(np.maximum(evidence.fused, 1e-6), 1 - 1e-6)
    top = int(fused.argmax())
    first, logs = fused[top], np.log(fused)
    second = float(np.partition(fused, len(fused) - 2)[len(fused) - 2]) if len(fused) > 1 else 1e-6
    raw = dict(zip(SIGNALS, evidence.signals[:, top].tolist(), strict=True))
    lexical = [raw[view] / max(1, count) for view, count in evidence.tokens.items()]
    agreement = float(np.count_nonzero(evidence.signals.argmax(1) == top)) / len(raw)
    return np.array([
        np.log(first / (1 - first)), np.log(first / second), -(fused @ logs), evidence.none,
        raw["classified"], raw["classified"] - evidence.none, raw["near"], raw["near_mean"], raw["said"], *lexical, agreement,
        np.log1p(evidence.length),
    ], dtype=np.float32)  # fmt: skip


@dataclass(frozen=True)
class Judge:
    """Decides whether to answer."""

    centre: Floats
    scale: Floats
    weights: Floats
    bias: float
    threshold: float
    """At this confidence and above the question is answered."""

    def confidence(self, evidence: Evidence) -> float:
        """Probability that an article answers the question."""
        return float(self.confidences(features(evidence)[None, :])[0])

    def confidences(self, rows: Floats) -> Floats:
        """The same for rows of features."""
        logits = ((rows - self.centre) / self.scale) @ self.weights + self.bias
        found: Floats = 1.0 / (1.0 + np.exp(-logits.clip(-30, 30)))
        return found

    def to_json(self) -> dict[str, Any]:
        """For the index folder."""
        lists = {name: [float(v) for v in getattr(self, name)] for name in ("centre", "scale", "weights")}
        return {**lists, "bias": self.bias, "threshold": self.threshold}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Judge:
        """Read what :meth:`to_json` made."""
        arrays = {name: np.array(stored[name], dtype=np.float32) for name in ("centre", "scale", "weights")}
        return cls(**arrays, bias=stored["bias"], threshold=stored["threshold"])


def learn_judge(answerable: Floats, unanswerable: Floats, usual: Flags, near: Flags) -> tuple[Judge, dict[str, float]]:
    """Fit on rows of held-out features; return the judge and how often it errs on held-out sentences.

    ``usual`` marks the answerable rows in customers' own words, ``near`` the unanswerable rows close to what we do: by
    these two the threshold is set, so that both aims (``_WRONG_REFUSALS``, ``_FALSE_ANSWERS``) are missed or kept alike.
    """
    rows = np.concatenate([answerable, unanswerable])
    target = np.repeat([1.0, 0.0], [len(answerable), len(unanswerable)])
    importance = np.concatenate([np.where(usual, 1.0, _UNUSUAL), np.where(near, _NEAR, 1.0)])
    centre, scale = rows.mean(0), rows.std(0).clip(1e-3)
    weights = _logistic((rows - centre) / scale, target, importance)
    judge = Judge(centre.astype(np.float32), scale.astype(np.float32), weights[:-1].astype(np.float32), float(weights[-1]), 0.5)
    yes, no = judge.confidences(answerable), judge.confidences(unanswerable)
    threshold, wrong, false = _threshold(yes[usual], no[near])
    figures = {"wrong_refusals": wrong, "false_answers": false, "false_answers far": float((no[~near] >= threshold).mean()) if (~near).any() else 0.0}
    return replace(judge, threshold=threshold), figures


def _threshold(yes: Floats, no: Floats) -> tuple[float, float, float]:
    candidates = np.unique(np.concatenate([yes, no]))
    wrong = np.searchsorted(np.sort(yes), candidates, side="left") / len(yes)
    false = 1.0 - np.searchsorted(np.sort(no), candidates, side="left") / len(no)
    at = int(np.argmin(np.maximum(wrong / _WRONG_REFUSALS, false / _FALSE_ANSWERS)))
    return float(candidates[at]), float(wrong[at]), float(false[at])


def fixed_judge() -> Judge:
    """For a base without negatives to learn from: how surely the topic model knows the question, nothing else."""
    weights = [12.0 if name == "classified" else 0.0 for name in FEATURES]
    zero, one = np.zeros(len(FEATURES), dtype=np.float32), np.ones(len(FEATURES), dtype=np.float32)
    return Judge(zero, one, np.array(weights, dtype=np.float32), -3.0, 0.5)


def _logistic(rows: Floats, target: Doubles, importance: Doubles) -> Doubles:
    """Newton's method with a small ridge; the last weight is the bias."""
    design = np.hstack([rows, np.ones((len(rows), 1))]).astype(np.float64)
    weights = np.zeros(design.shape[1])
    ridge = np.full(design.shape[1], _PENALTY * importance.sum())
    ridge[-1] = 0.0
    for _ in range(30):
        odds = 1.0 / (1.0 + np.exp(-(design @ weights).clip(-30, 30)))
        gradient = design.T @ (importance * (target - odds)) - ridge * weights
        curvature = (design * (importance * odds * (1 - odds)).clip(1e-6)[:, None]).T @ design + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights
