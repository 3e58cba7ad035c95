"""A flow as a picture: what is asked in which case, what is refused, who does the work after filing. An SVG document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.sax.saxutils import escape

from actions.handlers.forms.flow import Flow
from actions.handlers.forms.parts import FlowField, plain_material

GAP, LINE, LETTER = 18, 20, 15
UNTIL: Mapping[str, str] = MappingProxyType(
    {
        "dispatched": "已派单", "acknowledged": "已接单", "contacted": "已联系客户", "en_route": "已出发", "on_site": "已到现场",
        "resolved": "已办结", "called_back": "已回访", "closed": "已归档",
    }
)  # fmt: skip
LIMIT: Mapping[str, str] = MappingProxyType(
    {
        "arrive": "到达现场", "restore": "恢复供电", "dispatch": "派单", "contact": "联系客户", "reply": "答复", "total": "全程",
        "reconnect": "复电", "test": "校验结果", "visit": "上门核实", "plan": "答复供电方案", "connect": "装表接电",
    }
)  # fmt: skip
DOES: Mapping[str, str] = MappingProxyType(
    {
        "file_ticket": "登记工单", "look_up": "查询后告知", "reconnect": "登记复电", "outage_info": "查停电信息", "answer_topic": "答复政策",
        "bind_account": "绑定户号", "unbind_account": "解绑户号", "ticket_progress": "告知进度", "ticket_urge": "催办", "ticket_withdraw": "撤销工单",
        "add_papers": "补交材料",
    }
)  # fmt: skip
"""What staff read on a picture for the words of a flow file."""
_FILL = {"start": "#005b50", "ask": "#ffffff", "case": "#eef6f4", "end": "#005b50", "work": "#fff7e6", "no": "#fdecea"}
_INK = {"start": "#ffffff", "end": "#ffffff"}


@dataclass(frozen=True, slots=True)
class Paper:
    """How wide it is drawn, in pixels: the sheet, the boxes of the main line, and how far the cases beside it stand in."""

    width: int
    box: int
    edge: int
    indent: int


WIDE = Paper(width=760, box=440, edge=20, indent=60)
NARROW = Paper(width=340, box=310, edge=6, indent=22)
"""For a phone, without making the letters smaller."""


@dataclass
class _Sheet:
    paper: Paper
    parts: list[str] = field(default_factory=list)
    y: int = 10

    def box(self, kind: str, lines: list[str], *, aside: bool = False, wide: bool = False, arrow: bool = True) -> None:
        x = self.paper.indent if aside else self.paper.edge
        width = self.paper.width - self.paper.edge - x if wide else min(self.paper.box, self.paper.width - self.paper.edge - x)
        rows = [row for line in lines for row in _wrapped(line, (width - 24) / LETTER)]
        height = LINE * len(rows) + 14
        if arrow and self.parts:
            middle = self.paper.edge + self.paper.box // 2
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


def picture(flow: Flow, paper: Paper = WIDE) -> str:
    """The flow from the first words to the last step of the work."""
    sheet = _Sheet(paper)
    begun = f"客户说到“{'、'.join(flow.heard[:4])}”" if flow.heard else f"听出意图 {'、'.join(flow.intents)}"
    sheet.box("start", [flow.title, begun])
    for refusal in flow.refusals:
        reason = "说到：" + "、".join(refusal.said[:4]) if refusal.said else "填到：" + _case(flow, refusal.when)
        sheet.box("no", [f"不办 · {reason}", refusal.words.text], aside=True, wide=True, arrow=False)
    for item in flow.fields:
        sheet.box("case" if item.when else "ask", _question(flow, item), aside=bool(item.when))
    for case in flow.materials:
        title = "材料 · " + (_case(flow, case.when) if case.when else "各种情况")
        later = [f"可后补：{'、'.join(case.later)}" + (f"（{case.within}个工作日内）" if case.within else "")] if case.later else []
        later += [f"先交齐才开始办：{'、'.join(map(plain_material, case.first))}（{case.first_within}个工作日内）"] if case.first else []
        sent = [f"可上传：{'、'.join(map(plain_material, case.upload))}"] if case.upload else []
        sheet.box("case", [title, "、".join(case.need), *later, *sent], aside=True, wide=True, arrow=False)
    if flow.confirm and flow.fields:
        sheet.box("ask", ["核对并确认"])
    sheet.box("end", [f"办理：{DOES.get(flow.done.operation, flow.done.operation)}"])
    for node in flow.nodes:
        sheet.box("work", [f"{node.name}（{node.owner}）", f"到“{UNTIL[node.until]}”为止" + (f"，限时：{LIMIT.get(node.clock, node.clock)}" if node.clock else "")])
    tip = '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#5b7d78"/></marker>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {paper.width} {sheet.y}" width="{paper.width}" height="{sheet.y}" role="img" '
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


def _wrapped(text: str, letters: float) -> list[str]:
    """Lines of at most so many Chinese characters; a number or a Latin word is not torn apart, nor a line begun with a stop."""
    rows, row, used = [], "", 0.0
    for piece in re.findall(r"[A-Za-z0-9_.+-]+|.", text):
        size = sum(1.0 if ord(sign) > 0x2E7F or sign in "“”‘’…—·" else 0.62 for sign in piece)
        if row and used + size > letters and piece not in "，。；、：）？！”":
            rows.append(row)
            row, used = "", 0.0
        row, used = row + piece, used + size
    return [*rows, row]
