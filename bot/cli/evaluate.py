"""`dianda eval`: how well the assistant understands and finds, as tables, as JSON, and as a page with pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import typer
import yaml
from rich.console import Console
from rich.table import Table

from bot.cli.build import BuildError, build_encoder, build_model
from bot.cli.evaluated import Choice, Evaluated, prf, summary
from bot.cli.evaluation_page import page
from bot.gateway.assistant_process import ASSISTANT
from bot.gateway.settings import PROJECT, Settings
from bot.language.entities import Entity
from bot.language.evaluation import (
    MOST_FALSE_ACCEPTS,
    MOST_FALSE_REJECTS,
    Case,
    Outcomes,
    Prediction,
    asking,
    averaged,
    choose_asking,
    choose_bias,
    curve,
    report,
)
from bot.language.intent_model import biased, cross_validated
from bot.language.understanding import Understanding, read, training_sentences

console = Console()
QUESTIONS = PROJECT / "tests" / "data" / "kb_questions.yml"
THRESHOLDS = ASSISTANT / "thresholds.yml"
BIASES = tuple(round(0.1 * step, 1) for step in range(-20, 61))
SPLIT_SEED = 11
_UNLABELLED = {"date": re.compile("^[^0-9一二三四五六七八九十]+$"), "amount": re.compile("[多来几]|左右|上下")}
"""What the labels leave out on purpose: relative day words (昨天) and approximate sums (三百多)."""


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
    pipeline = Understanding.open(settings.home, archive)
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

    encoder = SentenceEncoder(encoder_folder(settings.home))
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
    seen = read([text for text, _ in sentences], pipeline.encoder, today)
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
    console.print(_table("最弱的意图", ("", "P", "R", "F1", "句数"), [(s.name, *prf(s)) for s in weak]))
    console.print(_table("混淆最多", ("应为", "判为", "次数"), [(t, p, str(n)) for t, p, n in r.confusions[:15]]))
    console.print(_table("实体（值完全一致）", ("", "P", "R", "F1", "个数"), [(s.name, *prf(s)) for s in r.entities]))


def _figures(run: Evaluated) -> Table:
    return _table(f"理解评测 · {run.data} · {run.model}", ("", "数值"), summary(run))


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
