"""What must be built before the assistant can start: encoder, understanding model, index. Each only when its inputs changed.

A product is made beside its place and moved there when finished, so that an interruption leaves the old one or nothing.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.gateway.assistant_process import ASSISTANT, environment, training_command
from bot.gateway.settings import PROJECT, Settings
from bot.language.encoder import encoder_folder

Say = Callable[[str], None]


class BuildError(RuntimeError):
    """A build step failed; the message says which and where its log is."""


def build_for_serving(settings: Settings, say: Say) -> Path:
    """What must be there before the service starts; return the understanding model's path.

    An index that only needs to be opened is left to the service, which opens it while the assistant is loading.
    """
    if not any((settings.home / "index").glob("*/index.json")):
        return build_all(settings, say)
    build_encoder(settings, say)
    return build_model(settings, say)


def build_all(settings: Settings, say: Say, *, force: bool = False) -> Path:
    """Bring everything up to date and return the understanding model's path.

    Model and index rest on the encoder, not on each other, and each leaves a core idle for long stretches: side by side.
    """
    build_encoder(settings, say)
    build_classes(settings, say)
    with ThreadPoolExecutor(1, thread_name_prefix="index") as beside:
        index = beside.submit(build_index, settings, say)
        model = build_model(settings, say, force=force)
        index.result()
    return model


def build_encoder(settings: Settings, say: Say) -> None:
    """The sentence encoder (about half a minute the first time). In a process of its own: torch is large and stays loaded."""
    from bot.language.encoder_build import is_current

    if is_current(encoder_folder(settings.home), settings.encoder):
        return
    say("句子编码器：取得权重、还原模型、导出 int8 ONNX（约半分钟）…")
    uv = PROJECT / "var" / "tools" / "uv" / "bin" / "uv"
    own = {"DIANDA_HOME": str(settings.home), "DIANDA_ENCODER": settings.encoder, "PYTHONPATH": str(PROJECT)}
    if uv.exists():
        own.setdefault("DIANDA_UV", str(uv))
    settings.logs_folder.mkdir(parents=True, exist_ok=True)
    log = settings.logs_folder / "encoder.log"
    with log.open("w", encoding="utf-8") as output:
        command = [sys.executable, "-m", "bot.language.encoder_build"]
        done = subprocess.run(
            command, cwd=PROJECT, env={**os.environ, **own}, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode != 0:
        raise BuildError(f"编码器构建失败，日志在 {log}：\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:])


def build_classes(settings: Settings, say: Say) -> None:
    """The classifier of complaints and repairs (half a minute the first time, afterwards only what is new)."""
    from actions.classes.classifier import TrainedClassifier
    from bot.language.encoder import SentenceEncoder

    TrainedClassifier.open(settings.home, SentenceEncoder(encoder_folder(settings.home)), say)


def build_addresses(settings: Settings, say: Say) -> None:
    """The address reader (half a minute when its sentences changed). Before the intents, which do not see what it finds."""
    from bot.language.address_training import build, is_current

    if not is_current(settings.home):
        say("地址阅读器：训练中（约半分钟）…")
        build(settings.home)


def model_path(settings: Settings) -> Path:
    """Where the model made of the present data, code and encoder lies or will lie."""
    digest = hashlib.sha256()
    inputs = [
        *(PROJECT / "nlu_data" / "intents").glob("*.yml"),
        *(PROJECT / "nlu_data" / "lexicon").glob("*"),
        *(PROJECT / "nlu_data" / "entities").glob("*"),
        *(path for path in (ASSISTANT / "config.yml", ASSISTANT / "thresholds.yml") if path.exists()),
        *ASSISTANT.glob("domain/*"),
        *ASSISTANT.glob("rules/*"),
        *ASSISTANT.glob("components/*.py"),
        ASSISTANT / "requirements.lock",
        *(PROJECT / "bot" / "language").rglob("*.py"),
    ]
    for path in sorted(inputs):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    about = encoder_folder(settings.home) / "encoder.json"
    digest.update(about.read_bytes() if about.exists() else b"")
    return settings.home / "models" / f"assistant-{digest.hexdigest()[:16]}.tar.gz"


def build_model(settings: Settings, say: Say, *, force: bool = False) -> Path:
    """Train the understanding model and the dialogue policy (about a minute)."""
    build_addresses(settings, say)
    wanted = model_path(settings)
    if wanted.exists() and not force:
        return wanted
    say("理解模型：训练中（约 1 分钟）…")
    partial = settings.home / "models" / "partial"
    partial.mkdir(parents=True, exist_ok=True)
    settings.logs_folder.mkdir(parents=True, exist_ok=True)
    log = settings.logs_folder / "train.log"
    command = training_command(partial, "assistant")
    # Serving holds to one thread; training may have the machine.
    own = {**environment(settings), "OMP_NUM_THREADS": str(os.cpu_count() or 1)}
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT, env={**os.environ, **own}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _follow(process, log, say)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    made = partial / "assistant.tar.gz"
    if process.returncode != 0 or not made.exists():
        raise BuildError(f"理解模型训练失败，日志在 {log}：\n{_tail(log)}")
    for old in (settings.home / "models").glob("assistant-*.tar.gz"):
        old.unlink()
    made.rename(wanted)
    return wanted


def _follow(process: subprocess.Popen[bytes], log: Path, say: Say) -> None:
    """Tell the training's own progress lines as they come."""
    told = 0
    while process.poll() is None:
        time.sleep(0.5)
        lines = [
            line
            for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
            if line.startswith("意图模型")
        ]
        for line in lines[told:]:
            say(line)
        told = len(lines)


def build_index(settings: Settings, say: Say) -> None:
    """The knowledge base's index; opening it builds it when articles, profile or encoder changed."""
    from knowledge_base.publishing import open_folder
    from knowledge_base.versions import Versions

    say("知识库：检查索引…")
    source, versions = PROJECT / "knowledge_base", Versions(settings.home)
    version = versions.current()
    if version is not None:
        say(f"知识库：服务的是已发布的版本 {version.number}（{version.published_at[:10]}，{version.author}：{version.reason}）")
    open_folder(settings.home, settings.profile, source, settings.passage_storage)(source if version is None else versions.root(version))
