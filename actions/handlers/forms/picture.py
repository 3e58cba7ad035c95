"""A flow as a picture: what is asked in which case, what is refused, who does the work after filing. An SVG document."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from actions.handlers.forms.flow import Flow
from actions.handlers.forms.parts import FlowField

WIDTH, BOX, GAP, LINE = 760, 440, 18, 20
LETTERS = 27
"""Chinese characters that fit a line of a box."""
_FILL = {"start": "#005b50", "ask": "#ffffff", "case": "#eef6f4", "end": "#005b50", "work": "#fff7e6", "no": "#fdecea"}
_INK = {"start": "#ffffff", "end": "#ffffff"}


@dataclass
class _Sheet:
    parts: list[str] = field(default_factory=list)
    y: int = 10

    def box(self, kind: str, lines: list[str], *, x: int = 20, width: int = BOX, arrow: bool = True) -> None:
        rows = [row for line in lines for row in _wrapped(line, LETTERS * width // BOX)]
        height = LINE * len(rows) + 14
        if arrow and self.parts:
            middle = 20 + BOX // 2
            self.parts.append(f'<path d="M{middle} {self.y - GAP}V{self.y}" stroke="#5b7d78" marker-end="url(#tip)"/>')
        ink = _INK.get(kind, "#1b2b29")
        self.parts.append(
            f'<rect x="{x}" y="{self.y}" width="{width}" height="{height}" rx="8" fill="{_FILL[kind]}" stroke="#5b7d78"/>'
        )
        for at, row in enumerate(rows):
            weight = ' font-weight="bold"' if at == 0 else ""
            y = self.y + 24 + at * LINE
            self.parts.append(f'<text x="{x + 12}" y="{y}" fill="{ink}"{weight}>{escape(row)}</text>')
        self.y += height + GAP


def picture(flow: Flow) -> str:
    """The flow from the first words to the last step of the work."""
    sheet = _Sheet()
    sheet.box("start", [flow.title, *([f"由 {'、'.join(flow.intents)} 开始"] if flow.intents else [])])
    for refusal in flow.refusals:
        reason = "说到：" + "、".join(refusal.said[:4]) if refusal.said else "填到：" + _case(flow, refusal.when)
        sheet.box("no", [f"不办 · {reason}", refusal.words.text], x=60, width=WIDTH - 80, arrow=False)
    for item in flow.fields:
        sheet.box("case" if item.when else "ask", _question(flow, item), x=60 if item.when else 20)
    for case in flow.materials:
        title = "材料 · " + (_case(flow, case.when) if case.when else "各种情况")
        later = [f"可后补：{'、'.join(case.later)}"] if case.later else []
        sheet.box("case", [title, "、".join(case.need), *later], x=60, width=WIDTH - 80, arrow=False)
    if flow.confirm and flow.fields:
        sheet.box("ask", ["核对并确认"])
    sheet.box("end", [f"办理：{flow.done.operation}"])
    for node in flow.nodes:
        sheet.box(
            "work",
            [f"{node.name}（{node.owner}）", f"到“{node.until}”为止" + (f"，时限 {node.clock}" if node.clock else "")],
        )
    tip = '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#5b7d78"/></marker>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {sheet.y}" width="{WIDTH}" height="{sheet.y}" role="img" '
        f'aria-label="{escape(flow.title)}流程图" font-family="sans-serif" font-size="15"><defs>{tip}</defs>{"".join(sheet.parts)}</svg>'
    )


def _question(flow: Flow, item: FlowField) -> list[str]:
    marks = [*(["选填"] if not item.required else []), *(["说到才记"] if item.only_if_said else [])]
    marks += [
        *(["可从档案或前文带出"] if item.prefill else []),
        *(["核验身份"] if item.check == "verification" else []),
    ]
    title = item.label + (f"（{'，'.join(marks)}）" if marks else "")
    when = [f"只在：{_case(flow, item.when)}"] if item.when else []
    options = ["选项：" + "、".join(o.title for o in item.options)] if item.options else []
    return [title, *when, item.ask.text, *options]


def _case(flow: Flow, when: dict[str, str]) -> str:
    """A condition in the words of the form: 办理情形＝房子换了主人."""
    told = []
    for name, value in when.items():
        item = flow.field(name)
        shown = next((o.title for o in item.options if o.value == value), value) if item else value
        told.append(f"{item.label if item else name}＝{shown}")
    return "，".join(told)


def _wrapped(text: str, letters: int) -> list[str]:
    return [text[at : at + letters] for at in range(0, len(text), letters)] or [""]
