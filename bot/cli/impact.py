"""`dianda kb impact`: what an editor must look at again when a document changes."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from knowledge_base.impact import impact


def show_impact(folder: Path, source: str, clause: str, console: Console) -> int:
    """Print everything that rests on the source, one line each; returns the exit status (1: nothing does)."""
    found = impact(folder, source, clause)
    for entry in found:
        ground = entry.ground
        rests_on = " ".join(part for part in (ground.source, ground.article, ground.edition) if part)
        place = f"{entry.file.relative_to(folder)}:{entry.line}"
        console.print(f"[bold]{entry.what}[/]  {entry.text}  [dim]{rests_on}  {place}[/]", soft_wrap=True)
    articles = {entry.what for entry in found if entry.file.suffix == ".md"}
    values = {entry.what for entry in found if entry.file.suffix == ".yml"}
    named = f"{source} {clause}".strip()
    if found:
        console.print(f"“{named}”：{len(articles)} 篇文章、{len(values)} 个值以它为依据", soft_wrap=True)
    else:
        mend = "文件名照文章 facts 里的写法，条款写成“第二十九条”"
        console.print(f"[red]✗[/] 没有文章或值以“{named}”为依据；{mend}", soft_wrap=True)
    return 0 if found else 1
