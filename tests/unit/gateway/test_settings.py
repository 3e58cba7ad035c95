"""Settings: defaults, environment, generated secrets."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.gateway.settings import PROJECT, Settings, stored_secret


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[arg-type,call-arg]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIANDA_HOME", raising=False)


def test_defaults_suit_one_machine() -> None:
    made = settings()
    assert made.home == PROJECT / "var"
    assert (made.host, made.port, made.assistant_port, made.action_port) == ("127.0.0.1", 8000, 5005, 5055)
    assert made.database_url == f"sqlite:///{PROJECT}/var/db/dianda.db"
    assert made.assistant_url == "http://127.0.0.1:5005"
    assert (made.profile, made.demo) == ("state_grid", True)


def test_a_production_database_gets_no_demo_customers_by_itself() -> None:
    assert settings(database_url="postgresql://db/dianda").demo is False
    assert settings(database_url="postgresql://db/dianda", demo=True).demo is True
    assert settings(demo=False).demo is False


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DIANDA_PORT", "9000")
    monkeypatch.setenv("DIANDA_HOME", str(tmp_path))
    monkeypatch.setenv("DIANDA_DATA_KEYS", "new, old")
    monkeypatch.setenv("DIANDA_TRUSTED_PROXIES", "10.0.0.0/8")
    monkeypatch.setenv("DIANDA_STAFF_TOKEN", "")
    made = settings()
    assert (made.port, made.home) == (9000, tmp_path)
    assert [key.get_secret_value() for key in made.data_keys] == ["new", "old"]
    assert [str(network) for network in made.trusted_proxies] == ["10.0.0.0/8"]
    assert len(made.staff_secret) >= 32
    assert "new" not in repr(made)
    assert made.staff_secret not in repr(made)


@pytest.mark.parametrize("wrong", [{"port": 70000}, {"profile": "../x"}, {"address_rate": 0}, {"log_level": "loud"}])
def test_nonsense_stops_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


def test_passages_lie_in_memory_unless_a_server_is_named() -> None:
    assert settings().passage_storage.milvus is None
    chosen = settings(retriever="milvus", milvus_uri="http://milvus:19530", milvus_token="root:s3kr3t", milvus_prefix="anlan")
    server = chosen.passage_storage.milvus
    assert server is not None and (server.uri, server.token, server.prefix) == ("http://milvus:19530", "root:s3kr3t", "anlan")
    assert "s3kr3t" not in repr(chosen) + repr(server)
    for wrong in ({"retriever": "milvus"}, {"retriever": "elastic"}, {"milvus_prefix": "a b"}, {"milvus_uri": "milvus:19530"}):
        with pytest.raises(ValidationError):
            settings(**wrong)


def test_the_staff_token_is_made_once_and_private(tmp_path: Path) -> None:
    first = settings(home=tmp_path).staff_secret
    assert settings(home=tmp_path).staff_secret == first
    path = tmp_path / "keys" / "staff.token"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert settings(home=tmp_path, staff_token="mine").staff_secret == "mine"


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: stored_secret(tmp_path / "keys" / "x"), range(32)))
    assert len(found) == 1
    assert [each.name for each in (tmp_path / "keys").iterdir()] == ["x"]


def test_an_empty_secret_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(OSError, match="empty"):
        stored_secret(tmp_path / "x")


def test_the_example_names_every_setting_and_no_other() -> None:
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^#? ?DIANDA_([A-Z_]+)=", text, re.MULTILINE)
    assert sorted(name.lower() for name in named) == sorted(Settings.model_fields)
