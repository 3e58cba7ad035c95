"""Stand-ins for the libraries that Rasa imports at start but that our pipeline never runs.

Rasa imports TensorFlow whatever its pipeline (two thirds of its start-up, 350 MB), the statistics of
its test commands, and the client of every database and chat service it knows. A stand-in lets such an import succeed and gives itself for every name in it. None of it
computes anything, so :func:`leave_out` refuses when the pipeline names a component that is not ours (docs/decisions/0004).
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Optional, Sequence

NEURAL = ("tensorflow", "keras", "tensorflow_addons", "tensorflow_hub")
STATISTICS = ("sklearn", "matplotlib")
STORES = ("boto3", "botocore", "pymongo", "redis", "pika", "confluent_kafka")
CHANNELS = (
    "aiogram",
    "twilio",
    "slack_sdk",
    "slack",
    "mattermostwrapper",
    "webexteamssdk",
    "rocketchat_API",
    "fbmessenger",
    "questionary",
    "prompt_toolkit",
    "socketio",
)
OURS = ("bot.assistant.", "RulePolicy")


class _Anything(type):
    """A class that has every attribute, is callable as decorator and base, and stands for any type in an annotation."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Stand

    def __getitem__(cls, key: Any) -> Any:
        return _Stand


class _Stand(metaclass=_Anything):
    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        # @tf.function leaves the function alone; @decorator(...) gives a decorator.
        if cls is _Stand:
            return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else _Stand
        return super().__new__(cls)


class _StandModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Stand


class _Finder(MetaPathFinder, Loader):
    def __init__(self, roots: Sequence[str]) -> None:
        self._roots = frozenset(roots)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Optional[ModuleSpec]:
        if fullname.partition(".")[0] not in self._roots:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = _StandModule(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


def leave_out(config: Path) -> bool:
    """Put the stand-ins in place when every component of `config` is ours; tell whether that was done.

    Must run before Rasa is imported.
    """
    if not all(name.startswith(OURS) for name in _components(config)):
        return False
    sys.meta_path.insert(0, _Finder((*NEURAL, *STATISTICS, *STORES, *CHANNELS)))
    return True


def _components(config: Path) -> list[str]:
    from ruamel.yaml import YAML

    content = YAML(typ="safe").load(config.read_text(encoding="utf-8"))
    return [str(entry["name"]) for part in ("pipeline", "policies") for entry in content.get(part) or []]
