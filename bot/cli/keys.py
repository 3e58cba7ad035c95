"""`dianda keys`: a new key for the personal data, everything written anew under it, and the old key taken away."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from bot.gateway.settings import Settings

keys_app = typer.Typer(no_args_is_help=True, help="个人信息的密钥")
console = Console()

SEALED = (("uploads", "*/*.paper"),)
"""Folders under `DIANDA_HOME` whose files are encrypted with the same keys, and which files those are."""


@keys_app.command("new")
def new() -> None:
    """Put a new key in front of the generated ones; the old ones stay readable."""
    from actions.ports.sql import generate_key
    from bot.gateway.assistant_process import data_keys, key_file

    settings = Settings()
    if settings.data_keys:
        console.print("密钥来自 DIANDA_DATA_KEYS。把下面的新密钥加在最前面（逗号分隔），重启服务：")
        console.print(generate_key(), highlight=False, soft_wrap=True)
        return
    keys = (generate_key(), *data_keys(settings))
    _write(key_file(settings), keys)
    console.print(f"[green]✓[/] 新密钥已写入 {key_file(settings)}，旧密钥 {len(keys) - 1} 把仍可读。请备份，重启服务，然后运行 dianda keys rotate")


@keys_app.command("rotate")
def rotate() -> None:
    """Write all personal data anew under the newest key; may be stopped and started again, beside the running service."""
    renewed, unreadable, done = _rotate(Settings())
    console.print("  ".join(f"{name} {rows}" for name, rows in renewed.items()) or "没有用旧密钥加密的数据")
    if unreadable:
        _fail("没有一把密钥能读：" + "  ".join(f"{name} {rows} 行" for name, rows in unreadable.items()) + "。不要丢掉旧密钥")
    if not done:
        _fail("仍有程序在用旧密钥写入：先重启全部服务，再运行一次")
    console.print("[green]✓[/] 全部在最新密钥之下，旧密钥可以停用：dianda keys retire")


@keys_app.command("retire")
def retire() -> None:
    """Take the old keys out of the generated file, once nothing is left under them."""
    from bot.gateway.assistant_process import data_keys, key_file

    settings = Settings()
    renewed, unreadable, done = _rotate(settings)
    if unreadable or not done or renewed:
        _fail("还有旧密钥的数据（现在已重新加密，或无法读取）：先运行 dianda keys rotate，确认后再停用")
    if settings.data_keys:
        console.print("[green]✓[/] 没有数据在旧密钥之下：从 DIANDA_DATA_KEYS 去掉第一把以外的密钥，重启服务")
        return
    keys = data_keys(settings)
    _write(key_file(settings), keys[:1])
    console.print(f"[green]✓[/] 停用了 {len(keys) - 1} 把旧密钥。旧备份仍需要它们，请按备份期限保存")


def _rotate(settings: Settings) -> tuple[Counter[str], Counter[str], bool]:
    """(renewed, unreadable, whether nothing old is left), over the database and the assistant's memory."""
    from actions.ports.sql.rotation import rotate as rotate_tables
    from bot.gateway.assistant_process import data_keys
    from bot.gateway.database import open_database
    from bot.gateway.sealed import rotate_files
    from bot.gateway.trackers import TRACKERS, rotate_trackers, tracker_store

    engine = open_database(settings)
    done = rotate_tables(engine, lambda table, rows: console.print(f"[dim]· {table} {rows}[/]"))
    renewed, unreadable, quiet = Counter(done.renewed), Counter(done.unreadable), done.done
    with tracker_store(engine, settings) as store:
        if store is not None:
            # The second time only tells whether somebody still writes with an old key.
            first, _ = rotate_trackers(store, data_keys(settings))
            again, lost = rotate_trackers(store, data_keys(settings)) if first else (0, _)
            renewed[TRACKERS], unreadable[TRACKERS], quiet = first, lost, quiet and not again and not lost
    for name, pattern in SEALED:
        renewed[name], unreadable[name] = rotate_files(settings.home / name, pattern, data_keys(settings))
        quiet = quiet and not unreadable[name]
    return +renewed, +unreadable, quiet


def _write(path: Path, keys: tuple[str, ...]) -> None:
    """The keys in place of those of the file, at once or not at all, for its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(draft, "x", encoding="ascii", opener=lambda name, flags: os.open(name, flags, mode=0o600)) as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _fail(message: str) -> NoReturn:
    console.print(f"[red]✗[/] {message}")
    raise typer.Exit(1)
