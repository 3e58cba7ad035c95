"""Article skeletons out of imported pieces, and a report of what each still needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import yaml

from knowledge_base.catalogue import read_catalogue
from knowledge_base.imports.pieces import Piece
from knowledge_base.knowledge import KnowledgeBase
from knowledge_base.lint import FEWEST_QUESTIONS, LONGEST_ANSWER
from knowledge_base.passages import sentences

ALIKE = 0.6
"""An existing answer at least this near in meaning may say the same."""
TO_DO = "待补"


@dataclass(frozen=True)
class Draft:
    """A written skeleton and what an editor must know about it."""

    path: Path
    title: str
    missing: tuple[str, ...]
    topic: str | None
    """The likeliest topic, None when nothing is near."""
    confidence: float
    duplicates: tuple[str, ...]
    """Existing articles that ask, say or answer the same, with the reason."""


class Drafter:
    """Writes drafts for one base."""

    def __init__(self, base: KnowledgeBase, folder: Path, *, today: date | None = None) -> None:
        self._base, self._folder, self._today = base, folder, today or date.today()
        self._articles = [article for topic in base.topics if (article := base.article(topic)) is not None]
        self._asked = {question: article.topic for article in self._articles for question in article.questions}
        self._answers = base.vectors([article.answer for article in self._articles])

    def write(self, name: str, pieces: Sequence[Piece], remarks: Sequence[str] = ()) -> list[Draft]:
        """A skeleton for each piece and one report, in a new folder called after the document."""
        stem = re.sub(r"[^\w-]+", "-", name).strip("-") or "import"
        folder, again = self._folder / f"{self._today:%Y%m%d}-{stem}", 1
        while folder.exists():
            again += 1
            folder = self._folder / f"{self._today:%Y%m%d}-{stem}-{again}"
        folder.mkdir(parents=True)
        drafts = [self._draft(folder / f"{at:03d}.md", piece) for at, piece in enumerate(pieces, 1)]
        (folder / "report.md").write_text(report(name, drafts, remarks), encoding="utf-8")
        return drafts

    def _draft(self, path: Path, piece: Piece) -> Draft:
        found = self._base.search(piece.questions[0] if piece.questions else piece.title, 1)
        topic = found.results[0].topic if found.results and found.answerable else None
        answer = _shortened(piece.text)
        head = {
            "topic": topic or TO_DO, "title": piece.title, "questions": list(piece.questions), "answer": answer, "speech": TO_DO,
            "facts": [{"text": answer, "source": piece.source or TO_DO, "article": piece.article, "edition": piece.edition, "certainty": TO_DO}],
            "valid_from": self._today, "valid_to": None, "region": "全国", "related": [], "leads_to": None, "keywords": [],
        }  # fmt: skip
        front = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=1000)
        path.write_text(f"---\n{front}---\n## 详细说明\n\n{piece.text}\n", encoding="utf-8")
        twins = self._duplicates(piece, answer)
        if topic is not None and piece.questions:
            twins.append(f"{topic}（这一问已经能回答，把握 {found.confidence:.2f}）")
        return Draft(path, piece.title, tuple(_missing(piece, topic)), topic, found.confidence, tuple(twins))

    def _duplicates(self, piece: Piece, answer: str) -> list[str]:
        same = dict.fromkeys(f"{self._asked[q]}（有同样的问法）" for q in piece.questions if q in self._asked)
        if not self._articles:
            return list(same)
        likeness = self._answers @ self._base.vectors([answer])[0]
        near = [at for at in np.argsort(-likeness).tolist()[:3] if likeness[at] >= ALIKE]
        return [*same, *(f"{self._articles[at].topic}（内容相近 {likeness[at]:.2f}）" for at in near)]


def _shortened(text: str) -> str:
    """Whole sentences from the beginning, as many as an answer may have."""
    kept = ""
    for sentence in sentences(text):
        if kept and len(kept) + len(sentence) + 1 > LONGEST_ANSWER:
            break
        kept += sentence.rstrip("。") + "。"
    return kept[:LONGEST_ANSWER]


def _missing(piece: Piece, topic: str | None) -> list[str]:
    missing = []
    if topic is None:
        missing.append("主题（topic）：没有相近的，要新主题请先加进主题目录")
    if not piece.source:
        missing.append("来源（source）")
    if not piece.edition:
        missing.append("版本（edition）")
    missing += ["可靠程度（certainty：A、B 或 C）", "语音答复（speech，不超过 60 字）"]
    if len(piece.questions) < FEWEST_QUESTIONS:
        missing.append(f"问法：现有 {len(piece.questions)} 条，至少 {FEWEST_QUESTIONS} 条")
    return missing


def report(name: str, drafts: Sequence[Draft], remarks: Sequence[str] = ()) -> str:
    """The review report in Markdown."""
    titles = read_catalogue().titles
    lines = [f"# 导入检查：{name}", "", f"共 {len(drafts)} 篇草稿。草稿不会被客户看到；补齐后移到 knowledge_base/articles/<组>/<主题>.md，再校验、发布。", ""]
    lines += [f"**注意**：{remark}。\n" for remark in remarks]
    for draft in drafts:
        guess = f"{draft.topic}（{titles.get(draft.topic, '')}，把握 {draft.confidence:.2f}）" if draft.topic else "没有相近的主题"
        lines += [f"## {draft.path.name} {draft.title}", "", f"- 主题猜测：{guess}"]
        lines += [f"- 可能重复：{each}" for each in draft.duplicates]
        lines += [f"- 缺：{each}" for each in draft.missing]
        lines.append("")
    return "\n".join(lines)
