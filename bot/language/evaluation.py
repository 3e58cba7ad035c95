"""How well is a customer understood? Metrics of predictions against labelled cases: pure functions over plain data.

Nothing here loads a model; :mod:`bot.language.understanding` makes the predictions, `dianda eval nlu` shows the figures.
All rates are shares between 0 and 1; a share of nothing is 0 where it counts mistakes and 1 where it counts what is right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from bot.language.intent_model import OUT_OF_SCOPE, Floats, Thresholds, biased

Flags = npt.NDArray[np.bool_]

HAZARD = "report_hazard"
MOST_FALSE_ACCEPTS, MOST_FALSE_REJECTS = 0.08, 0.04
"""The targets for out-of-scope sentences taken for business, and business taken for out of scope."""
ASKED_AGAIN, RIGHT_BUTTON, NO_BUTTON = 0.5, 0.4, 0.7
"""What asking back costs, a silent wrong answer being 1: to say it again in other words, to press the right one of three
buttons, or to read three wrong ones and then say it again."""
BUTTONS = 3

Value = tuple[str, str]
"""Kind and normalised value of an entity."""


@dataclass(frozen=True)
class Case:
    """One labelled sentence. ``entities`` None: not labelled; an empty tuple: none may be found."""

    text: str
    intent: str
    voice: str = "plain"
    entities: tuple[Value, ...] | None = None
    hazard: bool | None = None

    @property
    def dangerous(self) -> bool:
        """Whether the safety lines are due."""
        return self.intent == HAZARD if self.hazard is None else self.hazard


@dataclass(frozen=True)
class Prediction:
    """What was understood of a case: the classifier's best intent, the guard's word, the values."""

    intent: str
    confidence: float = 1.0
    guard: bool = False
    entities: tuple[Value, ...] = ()

    @property
    def dangerous(self) -> bool:
        """The final decision: classifier or guard."""
        return self.guard or self.intent == HAZARD


@dataclass(frozen=True)
class Score:
    """Precision, recall and F1 of one label; ``n`` cases carry it."""

    name: str
    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True)
class Bin:
    """Predictions of like confidence: how sure they were on average, how often they were right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """Expected calibration error and its bins, empty ones left out."""

    ece: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Scope:
    """Shares of out-of-scope sentences accepted and of business sentences rejected."""

    false_accepts: float
    false_rejects: float
    outside: int
    inside: int


@dataclass(frozen=True)
class Alarm:
    """Recall over ``n`` dangers and the share of false alarms over everything else, with the texts that went wrong."""

    recall: float
    false_alarms: float
    n: int
    missed: tuple[str, ...]
    alarmed: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """Everything that is measured on one set of cases."""

    n: int
    accuracy: float
    macro_f1: float
    voices: dict[str, tuple[float, int]]
    """Accuracy and number of cases by voice."""
    intents: tuple[Score, ...]
    confusions: tuple[tuple[str, str, int], ...]
    """(true intent, predicted intent, how often), most frequent first."""
    calibration: Calibration
    scope: Scope
    hazards: dict[str, Alarm]
    """By ``guard``, ``model`` and ``both``."""
    entities: tuple[Score, ...]


@dataclass(frozen=True)
class Point:
    """What a bias of the out-of-scope logit does."""

    bias: float
    false_accepts: float
    false_rejects: float
    accuracy: float

    @property
    def strain(self) -> float:
        """The worse of both rates as a multiple of its target: 1 and less keeps both."""
        return max(self.false_accepts / MOST_FALSE_ACCEPTS, self.false_rejects / MOST_FALSE_REJECTS)


@dataclass(frozen=True)
class Asking:
    """What asking back does: shares of all cases answered right, answered wrong without a word, and asked."""

    right: float
    silently_wrong: float
    asked_needlessly: float
    asked_rightly: float


@dataclass(frozen=True)
class Outcomes:
    """Probabilities for labelled sentences, without any out-of-scope bias: what thresholds are chosen from."""

    labels: tuple[str, ...]
    truth: tuple[str, ...]
    probabilities: Floats

    def with_bias(self, bias: float) -> Outcomes:
        """The same with a bias on out_of_scope."""
        logits = np.log(self.probabilities.clip(1e-12)).astype(np.float32)
        return replace(self, probabilities=biased(logits, self.labels, bias))

    def part(self, rows: Sequence[int]) -> Outcomes:
        """Some of the sentences."""
        return replace(self, truth=tuple(self.truth[i] for i in rows), probabilities=self.probabilities[list(rows)])


def report(cases: Sequence[Case], predictions: Sequence[Prediction]) -> Report:
    """Measure `predictions`, one for each case."""
    if len(cases) != len(predictions):
        raise ValueError(f"{len(cases)} cases, but {len(predictions)} predictions")
    truth, predicted = [c.intent for c in cases], [p.intent for p in predictions]
    right = [t == p for t, p in zip(truth, predicted, strict=True)]
    intents = scores(truth, predicted)
    return Report(
        n=len(cases),
        accuracy=share(right, 1.0),
        macro_f1=share([s.f1 for s in intents], 1.0),
        voices=_by_voice(cases, right),
        intents=intents,
        confusions=confusions(truth, predicted),
        calibration=calibration([p.confidence for p in predictions], right),
        scope=scope(truth, predicted),
        hazards={
            "guard": alarm(cases, [p.guard for p in predictions]),
            "model": alarm(cases, [p.intent == HAZARD for p in predictions]),
            "both": alarm(cases, [p.dangerous for p in predictions]),
        },
        entities=entity_scores(cases, predictions),
    )


def share(flags: Sequence[bool | float] | npt.NDArray[Any], of_nothing: float = 0.0) -> float:
    """The mean, or `of_nothing`."""
    return float(np.mean(flags)) if len(flags) else of_nothing


def scores(truth: Sequence[str], predicted: Sequence[str]) -> tuple[Score, ...]:
    """One score for every label that occurs on either side, by name."""
    both = Counter(t for t, p in zip(truth, predicted, strict=True) if t == p)
    wanted, found = Counter(truth), Counter(predicted)
    return tuple(_score(name, both[name], found[name], wanted[name]) for name in sorted({*wanted, *found}))


def _score(name: str, both: int, found: int, wanted: int) -> Score:
    f1 = 2 * both / (found + wanted) if found + wanted else 1.0
    return Score(name, both / found if found else 1.0, both / wanted if wanted else 1.0, f1, wanted)


def confusions(truth: Sequence[str], predicted: Sequence[str]) -> tuple[tuple[str, str, int], ...]:
    """Wrong pairs, most frequent first."""
    wrong = Counter((t, p) for t, p in zip(truth, predicted, strict=True) if t != p)
    return tuple((t, p, n) for (t, p), n in sorted(wrong.items(), key=lambda item: (-item[1], item[0])))


def calibration(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> Calibration:
    """Expected calibration error over `bins` of equal width."""
    sure, true = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    found = []
    for at in range(bins):
        here = place == at
        if here.any():
            edges = at / bins, (at + 1) / bins
            found.append(Bin(*edges, int(here.sum()), float(sure[here].mean()), float(true[here].mean())))
    ece = sum(b.n * abs(b.confidence - b.accuracy) for b in found) / max(1, len(sure))
    return Calibration(float(ece), tuple(found))


def scope(truth: Sequence[str], predicted: Sequence[str]) -> Scope:
    """False accepts and false rejects of out_of_scope."""
    outside = [p != OUT_OF_SCOPE for t, p in zip(truth, predicted, strict=True) if t == OUT_OF_SCOPE]
    inside = [p == OUT_OF_SCOPE for t, p in zip(truth, predicted, strict=True) if t != OUT_OF_SCOPE]
    return Scope(share(outside), share(inside), len(outside), len(inside))


def alarm(cases: Sequence[Case], alarmed: Sequence[bool]) -> Alarm:
    """Hazards found, and false alarms on everything that is none."""
    missed = tuple(c.text for c, a in zip(cases, alarmed, strict=True) if c.dangerous and not a)
    false = tuple(c.text for c, a in zip(cases, alarmed, strict=True) if a and not c.dangerous)
    dangers = sum(c.dangerous for c in cases)
    recall = 1 - len(missed) / dangers if dangers else 1.0
    return Alarm(recall, len(false) / max(1, len(cases) - dangers), dangers, missed, false)


def entity_scores(cases: Sequence[Case], predictions: Sequence[Prediction]) -> tuple[Score, ...]:
    """By exact value, for each kind that the labels name; only cases with labelled entities count."""
    both: Counter[str] = Counter()
    found: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for case, prediction in zip(cases, predictions, strict=True):
        if case.entities is None:
            continue
        meant, seen = Counter(case.entities), Counter(prediction.entities)
        for counts, values in ((both, meant & seen), (found, seen), (wanted, meant)):
            for (kind, _), number in values.items():
                counts[kind] += number
    return tuple(_score(kind, both[kind], found[kind], wanted[kind]) for kind in sorted(wanted))


def _by_voice(cases: Sequence[Case], right: Sequence[bool]) -> dict[str, tuple[float, int]]:
    by_voice: dict[str, list[bool]] = defaultdict(list)
    for case, ok in zip(cases, right, strict=True):
        by_voice[case.voice].append(ok)
    return {voice: (share(oks), len(oks)) for voice, oks in sorted(by_voice.items())}


def curve(outcomes: Outcomes, biases: Iterable[float]) -> tuple[Point, ...]:
    """What each bias of the out-of-scope logit would do."""
    points = []
    for bias in biases:
        moved = outcomes.with_bias(bias)
        predicted = [outcomes.labels[i] for i in moved.probabilities.argmax(1)]
        rates = scope(outcomes.truth, predicted)
        right = share([t == p for t, p in zip(outcomes.truth, predicted, strict=True)], 1.0)
        points.append(Point(float(bias), rates.false_accepts, rates.false_rejects, right))
    return tuple(points)


def averaged(curves: Sequence[Sequence[Point]]) -> tuple[Point, ...]:
    """The mean of curves over the same biases: each set of sentences counts alike, however many it has."""
    return tuple(
        Point(
            points[0].bias,
            share([p.false_accepts for p in points]),
            share([p.false_rejects for p in points]),
            share([p.accuracy for p in points]),
        )
        for points in zip(*curves, strict=True)
    )


def choose_bias(points: Sequence[Point]) -> Point:
    """The point with the least strain on both targets; of equals the more accurate, then the smaller bias."""
    return min(points, key=lambda p: (round(p.strain, 6), -p.accuracy, abs(p.bias)))


def asking(outcomes: Outcomes, thresholds: Thresholds) -> Asking:
    """What becomes of the sentences under `thresholds` (their bias is not applied again)."""
    ranked = _Ranked.of(outcomes)
    unsure, close = ranked.doubts(thresholds.unsure, thresholds.close)
    asked, right = unsure | close, ranked.right
    return Asking(*(share(c) for c in (right & ~asked, ~right & ~asked, right & asked, ~right & asked)))


CLOSEST = 12
"""No lead above this (in hundredths) is called close, however little the cost: on the evaluation set a limit of 0.12 asks back
needlessly in 1.3 % of all sentences, one of 0.38 in 3.5 %, and a customer who is asked too often stops answering."""


def choose_asking(sets: Sequence[Outcomes], bias: float) -> Thresholds:
    """``unsure`` and ``close`` with the least cost, averaged over `sets`, whose probabilities already carry `bias`."""
    ranked = [_Ranked.of(outcomes) for outcomes in sets]
    grid = [(round(0.01 * u, 2), round(0.01 * c, 2)) for u, c in product(range(14, 61, 2), range(0, CLOSEST + 1))]
    unsure, close = min(grid, key=lambda pair: round(share([r.cost(*pair) for r in ranked]), 9))
    return Thresholds(unsure, close, bias)


@dataclass(frozen=True)
class _Ranked:
    """Per sentence: is the best intent right, is the right one among the buttons, the best confidence, its lead."""

    right: Flags
    among: Flags
    first: Floats
    lead: Floats

    @classmethod
    def of(cls, outcomes: Outcomes) -> _Ranked:
        index = {label: i for i, label in enumerate(outcomes.labels)}
        truth = np.array([index.get(t, -1) for t in outcomes.truth])
        order = np.argsort(-outcomes.probabilities, axis=1, kind="stable")[:, :BUTTONS]
        best = np.take_along_axis(outcomes.probabilities, order, axis=1)
        return cls(order[:, 0] == truth, (order == truth[:, None]).any(1), best[:, 0], best[:, 0] - best[:, 1])

    def doubts(self, unsure: float, close: float) -> tuple[Flags, Flags]:
        """Which are ``unsure`` and which are ``close``."""
        weak = self.first < unsure
        return weak, ~weak & (self.lead < close)

    def cost(self, unsure: float, close: float) -> float:
        """Mean cost of a sentence, a silent wrong answer being 1."""
        weak, near = self.doubts(unsure, close)
        buttons = np.where(self.among, RIGHT_BUTTON, NO_BUTTON)
        return share(np.where(weak, ASKED_AGAIN, np.where(near, buttons, ~self.right)))
