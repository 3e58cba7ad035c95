"""The assistant's process: its interpreter, its command, its environment. Shared by training and serving."""

from __future__ import annotations

from pathlib import Path

from actions.ports.sql import generate_key
from bot.gateway.settings import PROJECT, Settings, stored_secret

ASSISTANT = PROJECT / "bot" / "assistant"
RASA_PYTHON = ASSISTANT / ".venv" / "bin" / "python"


def data_keys(settings: Settings) -> tuple[str, ...]:
    """The keys of encrypted columns and trackers, newest first: those that were set, else those of ``home``/keys/data.key.

    The file, a key a line, is made with one key when it is not there. Raises OSError as `settings.stored_secret` does.
    """
    given = tuple(key.get_secret_value() for key in settings.data_keys)
    return given or tuple(stored_secret(key_file(settings), generate_key).split())


def key_file(settings: Settings) -> Path:
    """Where the generated keys are."""
    return settings.keys_folder / "data.key"


def command(settings: Settings, model: Path) -> list[str]:
    """How the assistant is started: loopback only, one worker, our channel only."""
    where = ["--host", settings.assistant_host, "--port", str(settings.assistant_port)]
    return [str(RASA_PYTHON), "-m", "bot.assistant", "serve", "--model", str(model), *where]


def training_command(out: Path, name: str) -> list[str]:
    """How the understanding and the dialogue policy are trained into ``out/name.tar.gz``."""
    data = ["--data", str(PROJECT / "nlu_data" / "intents"), str(ASSISTANT / "rules")]
    return [str(RASA_PYTHON), "-m", "bot.assistant", "train", *data, "--out", str(out), "--name", name]


def environment(settings: Settings) -> dict[str, str]:
    """What Rasa's process needs beside our own environment."""
    return {
        "PYTHONPATH": str(PROJECT),
        "DIANDA_HOME": str(settings.home),
        "DIANDA_DATA_KEYS": ",".join(data_keys(settings)),
        "DIANDA_ACTION_URL": f"http://127.0.0.1:{settings.action_port}/webhook",
        "DIANDA_TRACKER_URL": tracker_url(settings),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        # The assistant computes little besides the encoder, which has threads of its own.
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
    }


def tracker_url(settings: Settings) -> str:
    """Where trackers live: beside the embedded database, or in the same PostgreSQL (Rasa's driver is psycopg2)."""
    if settings.database_url.startswith("sqlite"):
        return f"sqlite:///{settings.home / 'db' / 'trackers.db'}"
    return settings.database_url.replace("postgresql+psycopg://", "postgresql+psycopg2://")
