"""The whole base published over HTTP on a really running service: changed on the page's addresses, learned again, served, taken back."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.assistant import BUILT, ROOT, RunningAssistant

pytestmark = [pytest.mark.service, pytest.mark.slow]
QUESTION = "过户要什么材料"
ADDRESS = "/api/v1/kb/articles/connect-transfer-materials/file"
OURS = ("actions", "bot", "knowledge_base", "nlu_data")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RunningAssistant]:
    """A service of its own over a copy of the project: what is saved must not change the articles under test."""
    project, home = tmp_path / "project", tmp_path / "home"
    for name in OURS:
        shutil.copytree(ROOT / name, project / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    home.mkdir()
    if (BUILT / "index").exists():
        shutil.copytree(BUILT / "index", home / "index")  # an index is added: not to the one that all share
    running = RunningAssistant(home, root=project)
    running.start()
    yield running
    running.stop()


def finished(service: RunningAssistant) -> dict[str, Any]:
    """The status once the publishing is over; customers ask meanwhile, and each is answered."""
    for _ in range(6000):
        _, status = service.call("GET", "/api/v1/kb/status")
        if status["work"]["state"] != "running":
            assert status["work"]["state"] == "done", status["work"]
            return dict(status)
        assert answered(service)
        time.sleep(0.1)
    raise AssertionError("the publishing does not end")


def answered(service: RunningAssistant) -> str:
    status, found = service.call("GET", f"/api/v1/knowledge?k=1&q={quote(QUESTION)}")
    assert status == 200 and found["results"][0]["topic"] == "connect-transfer-materials"
    return str(found["results"][0]["answer"])


def test_a_changed_article_is_published_and_taken_back_while_customers_ask(own: RunningAssistant) -> None:
    who = {"author": "张工", "reason": "试"}
    assert own.call("POST", "/api/v1/kb/publish", who)[0] == 200
    assert finished(own)["version"]["number"] == 1
    _, file = own.call("GET", ADDRESS)
    text = file["text"].replace("一般带：", "一般准备这几样：", 1)
    assert text != file["text"]
    assert own.call("POST", ADDRESS, {"text": text, "stamp": file["stamp"]})[0] == 200
    assert answered(own).startswith("一般带：")
    assert own.call("POST", "/api/v1/kb/publish", who)[0] == 200
    assert finished(own)["version"]["number"] == 2
    assert answered(own).startswith("一般准备这几样：")
    talk = own.talk()
    talk.say(QUESTION)
    assert "一般准备这几样：" in talk.text
    assert own.call("POST", "/api/v1/kb/rollback", {**who, "version": "1"})[0] == 200
    assert finished(own)["version"]["number"] == 1
    assert answered(own).startswith("一般带：")
