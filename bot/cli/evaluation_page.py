"""The evaluation as a page with pictures.

It draws its own SVG and loads nothing, so that it can be sent and read on a phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from bot.cli.evaluated import Evaluated, prf, summary
from bot.language.evaluation import MOST_FALSE_ACCEPTS, MOST_FALSE_REJECTS, Bin, Point

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
        _section("总览", _rows(("", ""), summary(run), texts=(1,))),
        _section("阈值曲线", threshold_curve(run.curve, run.thresholds.out_of_scope_bias)),
        _section("把握与对错", reliability(r.calibration.bins)),
        _section("混淆矩阵", heat_map(run.truth, run.predicted, run.labels)),
        _section("口音与场合", _rows(("", "准确率", "句数"), [(v, f"{a:.3f}", str(n)) for v, (a, n) in r.voices.items()])),
        _section("意图", _rows(("", "P", "R", "F1", "句数"), [(s.name, *prf(s)) for s in r.intents])),
        _section("混淆对", _rows(("应为", "判为", "次数"), confused)),
        _section("实体（值完全一致）", _rows(("", "P", "R", "F1", "个数"), [(s.name, *prf(s)) for s in r.entities])),
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
