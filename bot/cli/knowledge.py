"""`dianda kb`: what editors of the knowledge base do without programming."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.gateway.settings import PROJECT, Settings
from knowledge_base.errors import KnowledgeError, NotPublishable
from knowledge_base.versions import Version, Versions

if TYPE_CHECKING:
    from knowledge_base.knowledge import KnowledgeBase
    from knowledge_base.publishing import Publisher

kb_app = typer.Typer(no_args_is_help=True, help="知识库")
console = Console()
ROOT = PROJECT / "knowledge_base"
REASONS = {"unanswered": "没有答案", "doubt": "两篇相近", "out_of_scope": "认作无关"}


@kb_app.command("lint")
def kb_lint() -> None:
    """Check all articles and profiles; a mistake names file, line and reason."""
    from knowledge_base.lint import lint

    problems = lint(ROOT)
    for problem in problems:
        console.print(f"[red]✗[/] {problem}")
    console.print(f"知识库：{len(problems)} 处问题" if problems else "[green]✓[/] 知识库没有问题")
    raise typer.Exit(1 if problems else 0)


@kb_app.command("eval")
def kb_eval() -> None:
    """Hits, refusals and confusions on labelled questions, beside BM25 alone and the encoder alone."""
    from bot.cli.evaluate import evaluate_retrieval

    evaluate_retrieval(Settings())


@kb_app.command("gaps")
def kb_gaps(
    days: Annotated[int, typer.Option(min=1, help="只看最近多少天问过的")] = 30,
    least: Annotated[int, typer.Option(min=1, help="至少问过几次才列出")] = 1,
    out_of_scope: Annotated[bool, typer.Option("--all", help="连认作无关的话也列出")] = False,
) -> None:
    """What customers asked and no article answers, grouped by meaning, most asked first."""
    from actions.ports.sql import SqlGaps, connect, migrate
    from bot.gateway.assistant_process import data_keys
    from bot.gateway.editors import grouped_gaps

    settings = Settings()
    engine = connect(settings.database_url, data_keys(settings))
    migrate(engine)
    found = grouped_gaps(SqlGaps(engine), open_base(settings), days, everything=out_of_scope)
    groups = [group for group in found if group.count >= least]
    if not groups:
        console.print(f"最近 {days} 天没有答不上来的问题。")
        return
    table = Table("次数", "客户这样问", "原因", "渠道", "最后一次", "最近的文章（把握）", show_lines=True)
    for group in groups:
        nearest = f"{group.nearest_title}\n{group.nearest}（{group.confidence:.2f}）" if group.nearest else "—"
        table.add_row(
            str(group.count),
            escape("\n".join(group.examples)) + (f"\n…共 {group.wordings} 种说法" if group.wordings > len(group.examples) else ""),
            "、".join(REASONS[reason] for reason in group.reasons),
            "、".join(group.channels),
            f"{group.last_at:%m-%d %H:%M}",
            escape(nearest) + ("\n[green]现在已能回答[/]" if group.answered_now else ""),
        )
    console.print(table)


Author = Annotated[str, typer.Option("--author", help="是谁")]
Reason = Annotated[str, typer.Option("--reason", help="为什么")]


@kb_app.command("publish")
def kb_publish(author: Author, reason: Reason) -> None:
    """Check the articles, keep them as a new version, build its index, then serve it; a running service follows within seconds."""
    _done(lambda publisher: publisher.publish(author, reason), "发布")


@kb_app.command("rollback")
def kb_rollback(version: str, author: Author, reason: Reason) -> None:
    """Serve an earlier version again (its number or name, see `kb history`)."""
    _done(lambda publisher: publisher.rollback(version, author, reason), "回退到")


def _publisher() -> Publisher:
    from knowledge_base.publishing import Publisher, open_folder

    settings = Settings()
    return Publisher(Versions(settings.home), ROOT, open_folder(settings.home, settings.profile, ROOT, settings.passage_storage))


def _done(step: Callable[[Publisher], Version], word: str) -> None:
    try:
        version = step(_publisher())
    except KnowledgeError as error:
        for problem in error.problems if isinstance(error, NotPublishable) else ():
            console.print(f"[red]✗[/] {escape(problem)}")
        console.print(f"[red]✗[/] {escape(str(error))}")
        raise typer.Exit(1) from error
    console.print(f"[green]✓[/] 已{word}版本 {version.number}（{version.name}，{version.articles} 篇文章）")


@kb_app.command("diff")
def kb_diff(
    version: Annotated[str | None, typer.Argument(help="与哪个版本比；不写则与正在服务的版本比")] = None,
    names: Annotated[bool, typer.Option("--names", help="只列文件名")] = False,
) -> None:
    """What the articles and values here have changed since a version."""
    try:
        changes = _publisher().diff(version)
    except KnowledgeError as error:
        console.print(f"[red]✗[/] {escape(str(error))}")
        raise typer.Exit(1) from error
    kinds = {"added": "[green]新增[/]", "removed": "[red]删除[/]", "changed": "[yellow]修改[/]"}
    for change in changes:
        console.print(f"{kinds[change.kind]} {escape(change.path)}")
        if not names and change.kind == "changed":
            console.print(escape(change.diff), highlight=False)
    console.print(f"共 {len(changes)} 个文件不同" if changes else "没有不同")


@kb_app.command("history")
def kb_history() -> None:
    """Every publishing and every going back, latest first; the version that is served is marked."""
    versions = Versions(Settings().home)
    current, known = versions.current(), {version.name: version for version in versions.all()}
    if current is None:
        console.print("还没有发布过：服务用的是 knowledge_base 文件夹里的文章。")
        return
    table = Table("版本", "时间", "做了什么", "谁", "为什么", "文章", "校验")
    for event in versions.history():
        version = known[event.version]
        mark = " [green]← 正在服务[/]" if version == current else ""
        table.add_row(
            f"{version.number}{mark}",
            event.at[:16].replace("T", " "),
            {"publish": "发布", "rollback": "回退"}[event.action],
            escape(event.author),
            escape(event.reason),
            str(version.articles),
            version.lint,
        )
    console.print(table)


@kb_app.command("import")
def kb_import(files: Annotated[list[Path], typer.Argument(help="csv、xlsx、docx、pdf、html、md")]) -> None:
    """Make drafts of articles out of documents, and say what each still needs. Nothing of it is served."""
    from knowledge_base.imports.drafts import Drafter
    from knowledge_base.imports.readers import CannotImport, read_document

    read, failed = [], False
    for path in files:
        try:
            read.append((path.stem, read_document(path)))
        except CannotImport as error:
            failed = True
            console.print(f"[red]✗[/] {escape(str(error))}")
    if read:
        settings = Settings()
        drafter = Drafter(open_base(settings), settings.home / "kb" / "drafts")
        for name, document in read:
            drafts = drafter.write(name, document.pieces, document.remarks)
            folder = drafts[0].path.parent
            console.print(f"[green]✓[/] {escape(name)}：{len(drafts)} 篇草稿在 {folder}，先看 report.md")
            for remark in document.remarks:
                console.print(f"  [yellow]注意：{escape(remark)}[/]")
            for draft in drafts:
                topic = draft.topic or "主题待定"
                twins = f"  [yellow]可能重复：{escape('、'.join(draft.duplicates))}[/]" if draft.duplicates else ""
                console.print(f"  {draft.path.name} {escape(draft.title)} → {topic}{twins}")
    raise typer.Exit(1 if failed else 0)


def open_base(settings: Settings) -> KnowledgeBase:
    """The knowledge base as the service serves it: the published version, else the checked-out folder."""
    from bot.language.encoder import SentenceEncoder, encoder_folder
    from knowledge_base.knowledge import KnowledgeBase

    version = Versions(settings.home).current()
    root = ROOT if version is None else Versions(settings.home).root(version)
    encoder = SentenceEncoder(encoder_folder(settings.home))
    return KnowledgeBase.open(root, settings.home, settings.profile, encoder, training=ROOT, storage=settings.passage_storage)
