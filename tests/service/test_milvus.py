"""The whole service with its knowledge base on a server: it answers from there, and says so when the server is away."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import servers
from tests.assistant import RunningAssistant

pytestmark = [pytest.mark.service, pytest.mark.slow]


def test_the_service_answers_out_of_milvus(tmp_path: Path) -> None:
    with ExitStack() as kept:
        milvus = kept.enter_context(ExitStack())
        uri, _ = milvus.enter_context(servers.milvus_lite(tmp_path / "milvus"))
        running = RunningAssistant(tmp_path / "home", environment={"DIANDA_RETRIEVER": "milvus", "DIANDA_MILVUS_URI": uri})
        kept.callback(running.stop)
        running.start()

        talk = running.talk()
        talk.say("过户要什么材料")
        assert talk.trace["knowledge"][0]["topic"] == "connect-transfer-materials"
        status, found = running.call("GET", "/api/v1/knowledge?q=%E7%94%B5%E5%AD%90%E5%8F%91%E7%A5%A8%E6%80%8E%E4%B9%88%E5%BC%80")
        assert status == 200 and found["results"][0]["topic"] == "invoice-electronic"

        milvus.close()
        status, problem = running.call("GET", "/readyz")
        assert status == 503 and "knowledge" in str(problem)
        status, problem = running.call("GET", "/api/v1/knowledge?q=%E7%94%B5%E8%B4%B9")
        assert status == 503 and problem["code"] == "not_ready"
        lost = running.talk()
        lost.say("过户要带什么材料")  # not asked before: a short answer is remembered
        assert not lost.trace["knowledge"], "nothing is made up while the base is away"
        danger = running.talk()
        danger.say("电线掉地上了冒火花")
        assert "8米" in danger.text
