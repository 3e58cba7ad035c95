"""What an evaluation of the understanding found, and its figures in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bot.language.evaluation import MOST_FALSE_ACCEPTS, MOST_FALSE_REJECTS, Asking, Point, Report, Score
from bot.language.intent_model import Thresholds


@dataclass(frozen=True)
class Evaluated:
    """One run: what was measured, on what, and what the page draws beside the figures."""

    model: str
    data: str
    report: Report
    labels: tuple[str, ...]
    truth: tuple[str, ...]
    predicted: tuple[str, ...]
    curve: tuple[Point, ...]
    thresholds: Thresholds
    asking: Asking
    mistakes: tuple[tuple[str, str, str, str, float], ...]
    """(voice, true intent, predicted intent, text, confidence)."""

    def to_json(self) -> dict[str, Any]:
        """All figures as JSON data."""
        return {
            "model": self.model,
            "data": self.data,
            **asdict(self.report),
            "thresholds": asdict(self.thresholds),
            "asking": asdict(self.asking),
            "curve": [asdict(point) for point in self.curve],
            "mistakes": self.mistakes,
        }


@dataclass(frozen=True)
class Choice:
    """Thresholds with the figures they were chosen from and those on the half that was kept aside."""

    thresholds: Thresholds
    chosen_from: Point
    trained_on: Point
    kept_aside: Point
    kept_aside_before: Point
    asking: Asking
    sizes: tuple[int, int, int]


def summary(run: Evaluated) -> list[tuple[str, str]]:
    """Name and figure, as every report begins."""
    r, asked = run.report, run.asking
    return [
        ("句数", str(r.n)),
        ("准确率", f"{r.accuracy:.4f}"),
        ("宏平均 F1", f"{r.macro_f1:.4f}"),
        ("校准误差 ECE", f"{r.calibration.ece:.4f}"),
        ("范围外误收", f"{r.scope.false_accepts:.2%}（共 {r.scope.outside} 句，目标 ≤ {MOST_FALSE_ACCEPTS:.0%}）"),
        ("范围内误拒", f"{r.scope.false_rejects:.2%}（共 {r.scope.inside} 句，目标 ≤ {MOST_FALSE_REJECTS:.0%}）"),
        *(
            (f"险情 · {zh}", f"召回 {a.recall:.4f}（{a.n} 句），误报 {a.false_alarms:.2%}")
            for zh, a in zip(("规则", "模型", "合并"), r.hazards.values(), strict=True)
        ),
        (
            "追问",
            f"直接答对 {asked.right:.1%}，直接答错 {asked.silently_wrong:.1%}，"
            f"多问 {asked.asked_needlessly:.1%}，该问而问 {asked.asked_rightly:.1%}",
        ),
        ("阈值", "，".join(f"{name} {value:g}" for name, value in asdict(run.thresholds).items())),
    ]


def prf(score: Score) -> tuple[str, str, str, str]:
    """Precision, recall, F1 and number, written out."""
    return f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}", str(score.n)
