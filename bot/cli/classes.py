"""`dianda eval classes`, and corrections of staff as training sentences."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
import yaml
from rich.console import Console
from rich.table import Table

from actions.classes.classifier import TrainedClassifier
from actions.classes.urgency import Urgency, WithUrgency
from actions.desk.classes import SURE, Classified, is_class
from actions.desk.tickets import Kind
from actions.ports.classifier import Classifier
from actions.reports.tables import share
from bot.cli.build import build_encoder
from bot.gateway.settings import Settings
from bot.language.encoder import SentenceEncoder, encoder_folder

console = Console()
_BINS = ((0.0, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.01))


@dataclass(frozen=True)
class Judged:
    """A labelled description and what the classifier said of it."""

    text: str
    first: str
    second: str
    urgent: bool | None
    said: Classified

    @property
    def right(self) -> bool:
        """Whether the first level is."""
        return self.said.category[0] == self.first

    @property
    def wholly_right(self) -> bool:
        """Whether both levels are."""
        return self.said.category == (self.first, self.second)


def evaluate_classes(settings: Settings, data: Path, json_file: Path | None) -> None:
    """Measure the classifier on labelled descriptions that nobody who wrote the training sentences has written."""
    if not data.exists():
        console.print(f"[red]✗[/] 没有评测集 {data}")
        raise typer.Exit(1)
    build_encoder(settings, console.print)
    encoder = SentenceEncoder(encoder_folder(settings.home))
    classifier = WithUrgency(TrainedClassifier.open(settings.home, encoder, console.print), Urgency.load())
    content = yaml.safe_load(data.read_text(encoding="utf-8"))
    measured = {}
    for kind, name in ((Kind.COMPLAINT, "complaints"), (Kind.REPAIR, "repairs")):
        cases = [_judged(classifier, kind, raw, at, data) for at, raw in enumerate(content.get(name) or (), start=1)]
        if cases:
            measured[kind.value] = _tell(kind, cases)
    if json_file is not None:
        json_file.write_text(json.dumps(measured, ensure_ascii=False, indent=1), encoding="utf-8")
        console.print(f"[green]✓[/] JSON：{json_file}")


def _judged(classifier: Classifier, kind: Kind, raw: dict[str, Any], at: int, data: Path) -> Judged:
    if not is_class(kind, (raw["first"], raw["second"])):
        console.print(f"[red]✗[/] {data.name}，{kind.value} 第 {at} 条：没有这个分类 {raw['first']}/{raw['second']}")
        raise typer.Exit(1)
    return Judged(raw["text"], raw["first"], raw["second"], raw.get("urgent"), classifier.classify(kind, raw["text"]))


def _tell(kind: Kind, cases: list[Judged]) -> dict[str, Any]:
    right, whole = sum(c.right for c in cases), sum(c.wholly_right for c in cases)
    sure = [c for c in cases if not c.said.review]
    console.print(f"\n[bold]{kind.value}[/] {len(cases)} 条")
    console.print(f"一级 {share(right, len(cases))} %　两级都对 {share(whole, len(cases))} %")
    console.print(f"把握 {SURE} 以上 {len(sure)} 条，其中一级 {share(sum(c.right for c in sure), len(sure))} % 正确；其余 {len(cases) - len(sure)} 条交给人看")
    table = Table("一级", "二级", "条数", "一级对", "两级都对")
    per_class = {}
    for (first, second), some in _grouped(cases):
        figures = len(some), sum(c.right for c in some), sum(c.wholly_right for c in some)
        per_class[f"{first}/{second}"] = figures
        table.add_row(first, second, *map(str, figures))
    console.print(table)
    confused = Counter((c.first, c.said.category[0]) for c in cases if not c.right)
    for (true, said), number in confused.most_common(12):
        console.print(f"  {true} → {said}  {number}")
    bins = []
    for low, high in _BINS:
        some = [c for c in cases if low <= (c.said.confidence or 0.0) < high]
        bins.append((low, len(some), sum(c.right for c in some)))
        console.print(f"  把握 {low:.1f} 起：{len(some)} 条，对 {share(sum(c.right for c in some), len(some))} %")
    measured = {
        "cases": len(cases), "first": right / len(cases), "both": whole / len(cases), "sure": len(sure),
        "sure_right": sum(c.right for c in sure), "classes": per_class, "bins": bins,
        "confused": [[*pair, number] for pair, number in confused.most_common()],
        "mistakes": [[c.text, c.first, c.second, *c.said.category, c.said.confidence] for c in cases if not c.right],
    }  # fmt: skip
    if kind is Kind.REPAIR:
        pressing, calm = [c for c in cases if c.urgent], [c for c in cases if c.urgent is False]
        found, wrong = sum(c.said.urgent for c in pressing), sum(c.said.urgent for c in calm)
        console.print(f"紧急：{len(pressing)} 条中认出 {found}；一般 {len(calm)} 条中误认 {wrong}")
        measured["urgent"] = {"urgent": len(pressing), "found": found, "normal": len(calm), "wrong": wrong}
    return measured


def _grouped(cases: Iterable[Judged]) -> list[tuple[tuple[str, str], list[Judged]]]:
    groups: dict[tuple[str, str], list[Judged]] = {}
    for case in cases:
        groups.setdefault((case.first, case.second), []).append(case)
    return sorted(groups.items())
