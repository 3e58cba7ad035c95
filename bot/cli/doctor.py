"""`dianda doctor`: each thing the assistant needs, whether it is there, and how to mend it."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing

from bot.cli.build import model_path
from bot.gateway.assistant_process import RASA_PYTHON
from bot.gateway.settings import PROJECT, Settings
from bot.language.encoder import encoder_folder

Finding = tuple[str, bool, str, str]
"""Name, whether it is right, detail, how to mend it."""


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings, one at a time."""
    yield _assistant_environment()
    encoder = encoder_folder(settings.home) / "encoder.json"
    yield "句子编码器", encoder.exists(), str(encoder.parent), "运行 make train"
    model = model_path(settings)
    yield "理解模型与数据一致", model.exists(), model.name, "运行 make train"
    yield _articles()
    yield _database(settings)
    if settings.retriever == "milvus":
        yield _milvus(settings)
    for name, port in (
        ("服务端口", settings.port),
        ("助手端口", settings.assistant_port),
        ("动作端口", settings.action_port),
    ):
        yield _port(settings, name, port)
    free = shutil.disk_usage(settings.home if settings.home.exists() else PROJECT).free / 1e9
    yield "磁盘空间", free > 2, f"剩余 {free:.1f} GB", "清理磁盘，至少留 2 GB"


def _assistant_environment() -> Finding:
    if not RASA_PYTHON.exists():
        return "助手环境 (Python 3.10)", False, str(RASA_PYTHON), "运行 make setup"
    version = subprocess.run(
        [str(RASA_PYTHON), "-c", "import importlib.metadata as m; print(m.version('rasa'))"],
        capture_output=True,
        text=True,
        check=False,
    )
    right = version.stdout.strip() == "3.6.21"
    return (
        "助手环境 (Python 3.10)",
        right,
        f"rasa {version.stdout.strip() or '未安装'}",
        "删除 bot/assistant/.venv 后运行 make setup",
    )


def _articles() -> Finding:
    from knowledge_base.lint import lint

    problems = lint(PROJECT / "knowledge_base")
    return "知识库文章", not problems, f"{len(problems)} 处问题", "运行 dianda kb lint 查看每一处"


def _database(settings: Settings) -> Finding:
    from sqlalchemy import create_engine, text

    place = settings.database_url.split("@")[-1]
    try:
        with create_engine(settings.database_url).connect() as connection:
            connection.execute(text("SELECT 1"))
    except Exception as error:
        return "数据库", False, f"{place}: {type(error).__name__}", "检查 DIANDA_DATABASE_URL；SQLite 时检查目录可写"
    return "数据库", True, place, ""


def _milvus(settings: Settings) -> Finding:
    from knowledge_base.errors import StoreAway

    try:
        settings.passage_storage.check()
    except StoreAway as error:
        return "检索服务器 (Milvus)", False, str(error)[:200], "检查 DIANDA_MILVUS_URI、DIANDA_MILVUS_TOKEN，以及服务器是否在运行"
    return "检索服务器 (Milvus)", True, settings.milvus_uri, ""


def _port(settings: Settings, name: str, port: int) -> Finding:
    with closing(socket.socket()) as probe:
        probe.settimeout(0.5)
        taken = probe.connect_ex((settings.host, port)) == 0
    if not taken:
        return name, True, f"{port} 空闲", ""
    return (
        name,
        _is_ours(settings),
        f"{port} 已被占用",
        f"换一个端口（DIANDA_{'PORT' if name == '服务端口' else 'ASSISTANT_PORT / DIANDA_ACTION_PORT'}），或停掉占用它的程序",
    )


def _is_ours(settings: Settings) -> bool:
    """Whether a running service of ours explains the taken ports."""
    import httpx

    try:
        return httpx.get(f"http://{settings.host}:{settings.port}/healthz", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False
