"""`dianda classes corrections`: what staff corrected, as training sentences for somebody to look through."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bot.gateway.settings import Settings

classes_app = typer.Typer(no_args_is_help=True, help="工单分类")
console = Console()

_MOST = 300
"""Characters of a description: the matter is told by then."""


@classes_app.callback()
def _classes() -> None:
    """Classes of complaints and repairs."""


@classes_app.command("corrections")
def corrections(kind: Annotated[str, typer.Option(help="complaint 或 repair")] = "complaint") -> None:
    """Write the masked words of tickets whose class a person gave into the folder that the next training reads."""
    import yaml

    from actions.classes.sentences import KINDS, read_sentences
    from actions.desk.clock import SystemClock
    from actions.desk.moves import SYSTEM
    from actions.desk.tickets import EventType, Kind, Priority, TicketFilter
    from bot.gateway.assemble import open_desk
    from bot.gateway.masking import mask

    if kind not in {one.value for one in KINDS}:
        console.print(f"[red]✗[/] 没有这个类型 {kind}")
        raise typer.Exit(1)
    settings = Settings()
    desk, cursor = open_desk(settings, SystemClock()), None
    told: dict[str, set[tuple[str, str, bool]]] = {}
    while True:
        page = desk.tickets(TicketFilter(kind=Kind(kind)), cursor, 200)
        for ticket in page.tickets:
            # One whose words were erased has nothing to teach any more.
            if ticket.description and any(event.type is EventType.CLASSIFIED and event.actor != SYSTEM for event in ticket.events):
                urgent = kind == Kind.REPAIR and ticket.priority is not Priority.NORMAL
                told.setdefault(mask(ticket.description)[:_MOST], set()).add((ticket.category[0], ticket.category[1], urgent))
        cursor = page.next_cursor
        if cursor is None:
            break
    known = {sentence.text for sentence in read_sentences(Kind(kind))}
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for text, classes in sorted(told.items()):
        # The same words under two classes teach neither.
        if len(classes) == 1 and text not in known:
            first, second, urgent = next(iter(classes))
            found.setdefault(first, {}).setdefault(second, {}).setdefault("urgent" if urgent else "normal", []).append(text)
    folder = settings.home / "classes" / "corrections" / kind
    folder.mkdir(parents=True, exist_ok=True)
    blocks = [{"first": first, "classes": seconds} for first, seconds in sorted(found.items())]
    path = folder / "corrected.yml"
    path.write_text(yaml.safe_dump(blocks, allow_unicode=True, sort_keys=False), encoding="utf-8")
    number = sum(len(texts) for seconds in found.values() for groups in seconds.values() for texts in groups.values())
    console.print(f"[green]✓[/] {number} 句写入 {path}，请看过再训练（dianda train）")
