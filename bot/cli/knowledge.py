"""`dianda kb`: what editors of the knowledge base do without programming."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.gateway.settings import PROJECT, Settings
from knowledge_base.knowledge import KnowledgeBase

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


@kb_app.command("gaps")
def kb_gaps(
    days: Annotated[int, typer.Option(min=1, help="只看最近多少天问过的")] = 30,
    least: Annotated[int, typer.Option(min=1, help="至少问过几次才列出")] = 1,
    out_of_scope: Annotated[bool, typer.Option("--all", help="连认作无关的话也列出")] = False,
) -> None:
    """What customers asked and no article answers, grouped by meaning, most asked first."""
    from actions.ports.gaps import GapReason
    from actions.ports.sql import SqlGaps, connect, migrate
    from bot.gateway.assistant_process import data_keys
    from knowledge_base.gap_report import Asked, gap_groups

    settings = Settings()
    engine = connect(settings.database_url, data_keys(settings))
    migrate(engine)
    kept = SqlGaps(engine).gaps(since=datetime.now().astimezone() - timedelta(days=days))
    asked = [
        Asked(gap.text, gap.reason.value, gap.count, gap.last_at, tuple(gap.channels))
        for gap in kept
        if out_of_scope or gap.reason is not GapReason.OUT_OF_SCOPE
    ]
    groups = [group for group in gap_groups(open_base(settings), asked) if group.count >= least]
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


def open_base(settings: Settings) -> KnowledgeBase:
    """The knowledge base as the service serves it."""
    from bot.language.encoder import SentenceEncoder, encoder_folder

    return KnowledgeBase.open(ROOT, settings.home, settings.profile, SentenceEncoder(encoder_folder(settings.home)))
