"""`dianda eval`: how well the assistant understands and finds, as tables, as JSON, and as a page with pictures.

The page draws its own SVG and loads nothing, so that it can be sent and read on a phone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import typer
import yaml
from rich.console import Console
from rich.table import Table

from bot.cli.build import BuildError, build_encoder, build_model
from bot.gateway.assistant_process import ASSISTANT
from bot.gateway.settings import PROJECT, Settings
from bot.language.entities import Entity
from bot.language.evaluation import (
    MOST_FALSE_ACCEPTS,
    MOST_FALSE_REJECTS,
    Asking,
    Bin,
    Case,
    Outcomes,
    Point,
    Prediction,
    Report,
    asking,
    averaged,
    choose_asking,
    choose_bias,
    curve,
    report,
)
from bot.language.intent_model import Thresholds, biased, cross_validated
from bot.language.understanding import Understanding, read, training_sentences

console = Console()
QUESTIONS = PROJECT / "tests" / "data" / "kb_questions.yml"
THRESHOLDS = ASSISTANT / "thresholds.yml"
BIASES = tuple(round(0.1 * step, 1) for step in range(-20, 61))
SPLIT_SEED = 11
_UNLABELLED = {"date": re.compile("^[^0-9一二三四五六七八九十]+$"), "amount": re.compile("[多来几]|左右|上下")}
"""What the labels leave out on purpose: relative day words (昨天) and approximate sums (三百多)."""


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


def evaluate_understanding(
    settings: Settings,
    data: Path,
    *,
    html: Path | None = None,
    json_file: Path | None = None,
    choose_thresholds: bool = False,
) -> None:
    """Measure the model, trained if need be, on the labelled sentences of `data`; print, write, and choose as wanted."""
    archive = _trained(settings)
    pipeline = Understanding.open(settings.home, archive, threads=2)
    cases, today = read_cases(data)
    run = evaluate(cases, pipeline, today, model=archive.name, data=data.name)
    _print(run)
    if html is not None:
        html.write_text(page(run), encoding="utf-8")
        console.print(f"[green]✓[/] 网页报告：{html}")
    if json_file is not None:
        json_file.write_text(json.dumps(run.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
        console.print(f"[green]✓[/] JSON：{json_file}")
    if choose_thresholds:
        choice = choose(cases, pipeline, today, PROJECT / "nlu_data" / "intents")
        THRESHOLDS.write_text(thresholds_file(choice, data.name), encoding="utf-8")
        _print_choice(choice)


def _trained(settings: Settings) -> Path:
    """The archive of the present data and code."""
    try:
        build_encoder(settings, _dim)
        return build_model(settings, _dim)
    except BuildError as error:
        console.print(f"[red]✗[/] {error}")
        raise typer.Exit(1) from error


def evaluate_retrieval(settings: Settings) -> None:
    """Measure the knowledge base on its labelled questions."""
    if find_spec("knowledge_base.evaluate") is None:
        console.print("这个版本还没有知识库评测。")
        return
    from bot.language.encoder import SentenceEncoder, encoder_folder
    from knowledge_base.evaluate import evaluate as evaluate_kb
    from knowledge_base.evaluate import read_cases as read_questions
    from knowledge_base.knowledge import KnowledgeBase

    encoder = SentenceEncoder(encoder_folder(settings.home), threads=2)
    base = KnowledgeBase.open(PROJECT / "knowledge_base", settings.home, settings.profile, encoder, storage=settings.passage_storage)
    console.print(str(evaluate_kb(base, read_questions(QUESTIONS), encoder)), markup=False, highlight=False)


def read_cases(path: Path) -> tuple[list[Case], date]:
    """The cases of a labelled file and the day its relative dates are anchored to. Raises OSError, KeyError, yaml.YAMLError."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    cases = [
        Case(
            text=case["text"],
            intent=case["intent"],
            voice=case.get("voice", "plain"),
            entities=tuple((e["entity"], str(e["value"])) for e in case["entities"]) if "entities" in case else None,
            hazard=case.get("hazard"),
        )
        for case in content["cases"]
    ]
    return cases, date.fromisoformat(str(content["about"]["today"]))


def evaluate(cases: Sequence[Case], pipeline: Understanding, today: date, *, model: str, data: str) -> Evaluated:
    """Understand all cases and hold the outcome against the labels."""
    understood = pipeline.understand([case.text for case in cases], today)
    predictions = [
        Prediction(u.intent or "", u.confidence, u.danger is not None, _values(u.entities)) for u in understood
    ]
    outcomes = plain_outcomes(cases, pipeline, today)
    thresholds = pipeline.model.thresholds
    return Evaluated(
        model=model,
        data=data,
        report=report(cases, predictions),
        labels=tuple(pipeline.model.labels),
        truth=tuple(c.intent for c in cases),
        predicted=tuple(p.intent for p in predictions),
        curve=curve(outcomes, BIASES),
        thresholds=thresholds,
        asking=asking(outcomes.with_bias(thresholds.out_of_scope_bias), thresholds),
        mistakes=tuple(
            (c.voice, c.intent, p.intent, c.text, p.confidence)
            for c, p in zip(cases, predictions, strict=True)
            if c.intent != p.intent
        ),
    )


def _values(entities: Iterable[Entity]) -> tuple[tuple[str, str], ...]:
    return tuple((e.entity, e.value) for e in entities if e.entity not in _UNLABELLED or not _UNLABELLED[e.entity].search(e.text))


def plain_outcomes(cases: Sequence[Case], pipeline: Understanding, today: date) -> Outcomes:
    """Probabilities of the cases as they are before the out-of-scope bias."""
    seen = pipeline.read([case.text for case in cases], today)
    model = pipeline.model
    logits = np.log(model.probabilities(seen.gists, seen.vectors).clip(1e-12))
    plain = biased(logits, model.labels, -model.thresholds.out_of_scope_bias)
    return Outcomes(tuple(model.labels), tuple(case.intent for case in cases), plain)


def choose(cases: Sequence[Case], pipeline: Understanding, today: date, training: Path) -> Choice:
    """Choose on a random half of `cases` and on cross-validated training predictions; measure on the other half."""
    sentences = training_sentences(training)
    seen = read([text for text, _ in sentences], pipeline.encoder, today, batch=32)
    names, held_out = cross_validated(seen.gists, [label for _, label in sentences], seen.vectors, say=_dim)
    trained = Outcomes(tuple(names), tuple(label for _, label in sentences), held_out)
    outcomes = plain_outcomes(cases, pipeline, today)
    shuffled = np.random.default_rng(SPLIT_SEED).permutation(len(cases)).tolist()
    half = len(cases) // 2
    here, aside = outcomes.part(shuffled[:half]), outcomes.part(shuffled[half:])
    point = choose_bias(averaged([curve(here, BIASES), curve(trained, BIASES)]))
    thresholds = choose_asking([here.with_bias(point.bias), trained.with_bias(point.bias)], point.bias)
    return Choice(
        thresholds=thresholds,
        chosen_from=curve(here, [point.bias])[0],
        trained_on=curve(trained, [point.bias])[0],
        kept_aside=curve(aside, [point.bias])[0],
        kept_aside_before=curve(aside, [0.0])[0],
        asking=asking(aside.with_bias(point.bias), thresholds),
        sizes=(half, len(sentences), len(cases) - half),
    )


def thresholds_file(choice: Choice, data: str) -> str:
    """The file the classifier reads in training, with the story of its numbers."""
    half, trained, aside = choice.sizes
    asked = choice.asking
    rates = [
        f"{name:<38s} {p.false_accepts:6.1%} {p.false_rejects:6.1%} {p.accuracy:6.1%}"
        for name, p in (
            (f"chosen: random half of {data} ({half})", choice.chosen_from),
            (f"chosen: training, cross-validated ({trained})", choice.trained_on),
            (f"the other half ({aside}), bias 0", choice.kept_aside_before),
            (f"the other half ({aside}), this bias", choice.kept_aside),
        )
    ]
    lines = [
        "Written by `dianda eval nlu --choose-thresholds`; stored with the model at the next training.",
        "",
        "out_of_scope_bias: added to the out_of_scope logit. Of all biases the one whose worse rate is smallest, false",
        f"accepts measured against {MOST_FALSE_ACCEPTS:.0%} and false rejects against {MOST_FALSE_REJECTS:.0%}; both sets of sentences count alike.",
        f"{'':<38s} accept reject  right",
        *rates,
        "unsure, close: least cost, a silent wrong answer being 1, saying it again 0.5, pressing the right one of three buttons",
        "0.4, reading three wrong ones 0.7. On the other half, of all sentences:",
        f"right {asked.right:.1%}, silently wrong {asked.silently_wrong:.1%}, asked back needlessly {asked.asked_needlessly:.1%}, "
        f"asked back rightly {asked.asked_rightly:.1%}.",
    ]
    head = "".join(f"# {line}".rstrip() + "\n" for line in lines)
    return head + yaml.safe_dump(asdict(choice.thresholds), sort_keys=False)


# ---- tables -----------------------------------------------------------------------------------------------------------


def _dim(line: str) -> None:
    console.print(f"[dim]· {line}[/]")


def _print(run: Evaluated) -> None:
    r = run.report
    console.print(_figures(run))
    console.print(_table("口音与场合", ("", "准确率", "句数"), [(v, f"{a:.3f}", str(n)) for v, (a, n) in r.voices.items()]))
    weak = sorted(r.intents, key=lambda s: s.f1)[:15]
    console.print(_table("最弱的意图", ("", "P", "R", "F1", "句数"), [(s.name, *_prf(s)) for s in weak]))
    console.print(_table("混淆最多", ("应为", "判为", "次数"), [(t, p, str(n)) for t, p, n in r.confusions[:15]]))
    console.print(_table("实体（值完全一致）", ("", "P", "R", "F1", "个数"), [(s.name, *_prf(s)) for s in r.entities]))


def _figures(run: Evaluated) -> Table:
    return _table(f"理解评测 · {run.data} · {run.model}", ("", "数值"), _summary(run))


def _summary(run: Evaluated) -> list[tuple[str, str]]:
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


def _prf(score: Any) -> tuple[str, str, str, str]:
    return f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}", str(score.n)


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for at, head in enumerate(heads):
        table.add_column(head, justify="left" if at == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table


def _print_choice(choice: Choice) -> None:
    rows = [
        (name, f"{p.false_accepts:.1%}", f"{p.false_rejects:.1%}", f"{p.accuracy:.1%}")
        for name, p in (
            ("选定用的一半", choice.chosen_from),
            ("训练集交叉验证", choice.trained_on),
            ("另一半，偏置 0", choice.kept_aside_before),
            ("另一半，选定的偏置", choice.kept_aside),
        )
    ]
    console.print(_table("阈值选定", ("", "误收", "误拒", "准确率"), rows))
    console.print(f"[green]✓[/] {THRESHOLDS}：{asdict(choice.thresholds)}；运行 make train 后生效")


# ---- the page ---------------------------------------------------------------------------------------------------------

_STYLE = """
:root{--ink:#1d2733;--dim:#66727f;--line:#d9dfe5;--bad:200,40,30;--good:20,90,170;--back:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--dim:#98a4b0;--line:#38424d;--bad:255,110,90;--good:110,170,255;--back:#14191f}}
body{font:16px/1.6 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;color:var(--ink);background:var(--back);max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}small,.dim{color:var(--dim)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}td,th{padding:.2rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
td:first-child,th:first-child,td.t{text-align:left}td.t{white-space:normal;min-width:14rem}
svg{width:100%;height:auto;max-width:34rem}svg.heat{max-width:none;min-width:44rem}svg text{fill:var(--ink);font-size:11px}svg .axis{stroke:var(--line)}svg .dim{fill:var(--dim)}
"""


def page(run: Evaluated) -> str:
    """The HTML report: one file, no script, nothing loaded."""
    r = run.report
    confused = [(t, p, str(n)) for t, p, n in r.confusions]
    dangers = [(f"{zh}：漏报", x) for zh, a in r.hazards.items() for x in a.missed]
    dangers += [(f"{zh}：误报", x) for zh, a in r.hazards.items() for x in a.alarmed]
    parts = [
        _section("总览", _rows(("", ""), _summary(run), texts=(1,))),
        _section("阈值曲线", threshold_curve(run.curve, run.thresholds.out_of_scope_bias)),
        _section("把握与对错", reliability(r.calibration.bins)),
        _section("混淆矩阵", heat_map(run.truth, run.predicted, run.labels)),
        _section("口音与场合", _rows(("", "准确率", "句数"), [(v, f"{a:.3f}", str(n)) for v, (a, n) in r.voices.items()])),
        _section("意图", _rows(("", "P", "R", "F1", "句数"), [(s.name, *_prf(s)) for s in r.intents])),
        _section("混淆对", _rows(("应为", "判为", "次数"), confused)),
        _section("实体（值完全一致）", _rows(("", "P", "R", "F1", "个数"), [(s.name, *_prf(s)) for s in r.entities])),
        _section("险情：漏报与误报", _rows(("", "原话"), dangers, texts=(1,))),
        _section(
            "判错的句子",
            _rows(
                ("场合", "应为", "判为", "原话", "把握"),
                [(v, t, p, x, f"{c:.2f}") for v, t, p, x, c in run.mistakes],
                texts=(3,),
            ),
        ),
    ]
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>电答 · 理解评测</title><style>{_STYLE}</style></head><body><h1>电答 · 理解评测</h1>"
        f'<p class="dim">{escape(run.data)} · {escape(run.model)}</p>{"".join(parts)}</body></html>\n'
    )


def _section(title: str, body: str) -> str:
    return f'<section><h2>{escape(title)}</h2><div class="wide">{body}</div></section>'


def _rows(heads: Sequence[str], rows: Iterable[Sequence[str]], texts: tuple[int, ...] = ()) -> str:
    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    body = "".join(
        "<tr>" + "".join(f'<td{" class=t" if at in texts else ""}>{escape(cell)}</td>' for at, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def heat_map(truth: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> str:
    """Rows: what was meant; columns: what was understood. Right in blue, wrong in red, darker for a larger share of the row."""
    cell, left, top = 14, 150, 150
    index = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=int)
    for t, p in zip(truth, predicted, strict=True):
        if t in index and p in index:
            counts[index[t], index[p]] += 1
    drawn = []
    for row, column in zip(*counts.nonzero(), strict=True):
        number = int(counts[row, column])
        shade = max(0.15, (number / counts[row].sum()) ** 0.5)
        told = f"{labels[row]} → {labels[column]}：{number}"
        drawn.append(
            f'<rect x="{left + column * cell}" y="{top + row * cell}" width="{cell - 1}" height="{cell - 1}" '
            f'style="fill:rgba(var(--{"good" if row == column else "bad"}),{shade:.2f})"><title>{escape(told)}</title></rect>'
        )
    for at, label in enumerate(labels):
        middle = at * cell + cell * 0.75
        drawn.append(f'<text x="{left - 4}" y="{top + middle}" text-anchor="end">{escape(label)}</text>')
        drawn.append(f'<text transform="translate({left + middle},{top - 4}) rotate(-60)">{escape(label)}</text>')
    side = len(labels) * cell
    return _svg(left + side + 80, top + side + 4, drawn, "heat")


def reliability(bins: Sequence[Bin]) -> str:
    """How often the model is right (dots, larger for more sentences) at each confidence; on the line it is honest."""
    plot = _Plot(0.0, 1.0, 0.0, 1.0)
    most = max((b.n for b in bins), default=1)
    drawn = [*plot.axes("把握", "答对的比例", _fifths, _fifths), plot.line([(0, 0), (1, 1)], "var(--dim)", dashed=True)]
    drawn.append(plot.line([(b.confidence, b.accuracy) for b in bins], "rgb(var(--good))"))
    for b in bins:
        told = f"把握 {b.low:.1f}–{b.high:.1f}：{b.n} 句，平均把握 {b.confidence:.2f}，答对 {b.accuracy:.2f}"
        drawn.append(plot.dot(b.confidence, b.accuracy, 3 + 7 * (b.n / most) ** 0.5, told))
    return _svg(plot.width, plot.height, drawn)


def threshold_curve(points: Sequence[Point], chosen: float) -> str:
    """False accepts (red) and false rejects (blue) over the out-of-scope bias, with their targets and the bias in use."""
    high = max([0.2, *(max(p.false_accepts, p.false_rejects) for p in points if -1 <= p.bias <= 4)])
    low, top = points[0].bias, points[-1].bias
    plot = _Plot(low, top, 0.0, high)
    across = [(b, f"{b:g}") for b in range(int(low), int(top) + 1)]
    up = [(share / 100, f"{share} %") for share in range(0, int(high * 100) + 1, 4 if high < 0.4 else 10)]
    drawn = plot.axes("范围外偏置", "误收（红）、误拒（蓝）", across, up)
    for target, colour, rates in (
        (MOST_FALSE_ACCEPTS, "rgb(var(--bad))", [(p.bias, min(high, p.false_accepts)) for p in points]),
        (MOST_FALSE_REJECTS, "rgb(var(--good))", [(p.bias, min(high, p.false_rejects)) for p in points]),
    ):
        drawn.append(plot.line([(low, target), (top, target)], colour, dashed=True))
        drawn.append(plot.line(rates, colour))
    drawn.append(plot.line([(chosen, 0), (chosen, high)], "var(--ink)", dashed=True))
    return _svg(plot.width, plot.height, drawn)


_fifths = [(at / 5, f"{at / 5:g}") for at in range(6)]


@dataclass(frozen=True)
class _Plot:
    """A frame with two axes; points are given in its own units."""

    left: float
    right: float
    bottom: float
    top: float
    width: int = 480
    height: int = 320

    def x(self, value: float) -> float:
        """Picture coordinate of a value across."""
        return 50 + (value - self.left) / (self.right - self.left) * (self.width - 65)

    def y(self, value: float) -> float:
        """Picture coordinate of a value upwards."""
        return self.height - 40 - (value - self.bottom) / (self.top - self.bottom) * (self.height - 60)

    def axes(self, across: str, up: str, x_marks: Iterable[tuple[float, str]], y_marks: Iterable[tuple[float, str]]) -> list[str]:
        """Grid, marks and names."""
        drawn = [
            f'<text class="dim" x="{self.width - 15}" y="{self.height - 6}" text-anchor="end">{escape(across)}</text>',
            f'<text class="dim" x="6" y="12">{escape(up)}</text>',
        ]
        for value, name in x_marks:
            drawn.append(self._grid(self.x(value), self.y(self.bottom), self.x(value), self.y(self.top)))
            drawn.append(f'<text x="{self.x(value):.1f}" y="{self.height - 24}" text-anchor="middle">{escape(name)}</text>')
        for value, name in y_marks:
            drawn.append(self._grid(self.x(self.left), self.y(value), self.x(self.right), self.y(value)))
            drawn.append(f'<text x="44" y="{self.y(value) + 4:.1f}" text-anchor="end">{escape(name)}</text>')
        return drawn

    def _grid(self, x1: float, y1: float, x2: float, y2: float) -> str:
        return f'<line class="axis" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'

    def line(self, points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
        """A line through `points`."""
        places = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="4 4"' if dashed else ""
        return f'<polyline points="{places}" fill="none" style="stroke:{colour}" stroke-width="2"{dash}/>'

    def dot(self, x: float, y: float, radius: float, told: str) -> str:
        """A dot that tells about itself."""
        where = f'cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{radius:.1f}"'
        return f'<circle {where} style="fill:rgb(var(--good))"><title>{escape(told)}</title></circle>'


def _svg(width: float, height: float, drawn: Iterable[str], kind: str = "plot") -> str:
    return f'<svg class="{kind}" viewBox="0 0 {width:g} {height:g}" role="img">{"".join(drawn)}</svg>'
