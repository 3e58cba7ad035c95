"""The editors' API: who may, what is shown, and that the running service follows what is published."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actions.ports.gaps import GapReason
from actions.ports.memory import MemoryGaps
from bot.gateway.app import Parts
from bot.gateway.editors import EditorDesk, KnowledgeWatch
from knowledge_base.knowledge import KnowledgeBase
from knowledge_base.live import LiveKnowledge
from knowledge_base.publishing import Publisher
from knowledge_base.versions import Versions
from tests.unit.gateway.fakes import House, until
from tests.unit.knowledge.conftest import FEW, ROOT, LetterEncoder
from tests.unit.knowledge.test_knowledge_sources import edit
from tests.unit.knowledge.test_versions import few

QUESTION = "报修以后师傅几点能到"


@dataclass
class EditedHouse(House):
    """A gateway over a small base of its own."""

    gaps: MemoryGaps = field(default_factory=MemoryGaps)

    def parts(self) -> Parts:
        self.root = self.home / "knowledge_base"
        shutil.copytree(ROOT / "profiles", self.root / "profiles")
        for name in FEW:
            target = self.root / "articles" / f"{name}.md"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "articles" / f"{name}.md", target)
        encoder = LetterEncoder()
        self.versions = Versions(self.home)

        def open_base(root: Path) -> KnowledgeBase:
            return KnowledgeBase.open(root, self.home, "state_grid", encoder)

        self.publisher = Publisher(self.versions, self.root, open_base, check=few)
        self.live = LiveKnowledge(self.versions, self.root, open_base)
        desk = EditorDesk(self.live, self.versions, self.root, self.gaps, home=self.home, profile="state_grid")
        return replace(super().parts(), knowledge=self.live, editors=desk, background=(KnowledgeWatch(self.live),))

    async def get(self, path: str) -> dict[str, Any]:
        status, body = await self.staff("GET", f"/api/v1/kb/{path}")
        assert status == 200, body
        return body


@pytest.fixture
async def edited(tmp_path: Path) -> AsyncIterator[EditedHouse]:
    house = EditedHouse(tmp_path)
    await house.assistant.start()
    await house.open()
    yield house
    await house.close()
    await house.assistant.kill()


async def test_only_staff(edited: EditedHouse) -> None:
    for path in ("status", "articles", "history", "diff", "gaps", "hit-test?q=a"):
        assert (await edited.client.get(f"/api/v1/kb/{path}")).status == 401
    body = {"author": "王", "reason": "x"}
    assert (await edited.client.post("/api/v1/kb/publish", json=body)).status == 401
    assert (await edited.client.post("/api/v1/knowledge/reload")).status == 401
    address = "/api/v1/kb/articles/bill-late-fee"
    assert (await edited.client.get(f"{address}/file")).status == 401
    for path, sent in (("file", {"text": "x", "stamp": "0" * 16}), ("check", {"text": "x"})):
        assert (await edited.client.post(f"{address}/{path}", json=sent)).status == 401


async def test_looking_and_testing(edited: EditedHouse) -> None:
    assert len((await edited.get("articles"))["articles"]) == len(FEW)
    (found,) = (await edited.get("articles?q=违约金 千分之一"))["articles"]
    assert found["topic"] == "bill-late-fee"
    article = await edited.get("articles/bill-late-fee")
    assert article["facts"][0]["source"] and article["body"].startswith("## ") and len(article["questions"]) >= 20
    assert (await edited.staff("GET", "/api/v1/kb/articles/no-such"))[0] == 404
    tested = await edited.get(f"hit-test?q={QUESTION}&k=3")
    first = tested["topics"][0]
    assert (first["topic"], first["fused"]["rank"]) == ("outage-arrival-time", 1)
    assert set(first["signals"]) == {"words", "characters", "sounds", "near", "said", "classified"}
    assert all(standing["rank"] >= 1 for row in tested["topics"] for standing in row["signals"].values())


async def test_the_service_follows_what_another_process_published(edited: EditedHouse) -> None:
    assert (await edited.get("status"))["version"] is None
    assert len((await edited.get("diff"))["changes"]) > len(FEW)
    edit(edited.root, "title: ", "title: 新的")
    await asyncio.to_thread(edited.publisher.publish, "王", "试试")
    await until(lambda: edited.live.served.version is not None, timeout=15)
    status, body = await edited.staff("GET", f"/api/v1/knowledge?q={QUESTION}")
    assert status == 200 and body["results"][0]["title"].startswith("新的")
    edit(edited.root, "title: 新的", "title: 更新的")
    assert [change["kind"] for change in (await edited.get("diff"))["changes"]] == ["changed"]
    await asyncio.to_thread(edited.publisher.publish, "王", "再试")
    status, body = await edited.staff("POST", "/api/v1/knowledge/reload")
    assert (status, body["version"]["number"], body["problem"]) == (200, 2, None)
    history = await edited.get("history")
    assert [event["reason"] for event in history["events"]] == ["再试", "试试"]
    assert [version["number"] for version in history["versions"]] == [1, 2]


async def test_fifty_publications_drop_no_request(edited: EditedHouse) -> None:
    for title in ("甲", "乙"):
        edit(edited.root, "title: ", f"title: {title}")
        await asyncio.to_thread(edited.publisher.publish, "王", title)
    over, begun, answered = asyncio.Event(), 0, 0

    async def ask(caller: int) -> None:
        nonlocal begun, answered
        while not over.is_set():
            begun += 1
            status, body = await edited.staff("GET", f"/api/v1/knowledge?q={QUESTION}，{caller}号第{begun}次问")
            assert status == 200 and body["results"][0]["topic"] == "outage-arrival-time"
            answered += 1

    callers = [asyncio.create_task(ask(caller)) for caller in range(4)]
    try:
        for number in range(50):
            await asyncio.to_thread(edited.publisher.rollback, str(1 + number % 2), "王", "来回")
            status, body = await edited.staff("POST", "/api/v1/knowledge/reload")
            assert (status, body["version"]["number"], body["problem"]) == (200, 1 + number % 2, None)
    finally:
        over.set()
        await asyncio.gather(*callers)
    assert answered == begun > 50


async def test_an_article_is_changed_looked_at_saved_and_published(edited: EditedHouse) -> None:
    address = "/api/v1/kb/articles/outage-arrival-time"
    status, file = await edited.staff("GET", f"{address}/file")
    assert (status, file["path"]) == (200, "articles/outage/outage-arrival-time.md")
    text = file["text"].replace("title: ", "title: 改过的")

    wrong = text.replace("region: 全国", "region: 全国\ncolour: 红")
    _, found = await edited.staff("POST", f"{address}/check", text=wrong)
    (fault,) = found["problems"]
    assert found["article"] is None and "没有这一项" in fault["reason"]
    assert wrong.splitlines()[fault["line"] - 1] == "colour: 红"
    _, found = await edited.staff("POST", f"{address}/check", text=text.replace("师傅几点钟到啊", "电费交晚了罚多少"))
    assert found["article"]["title"].startswith("改过的") and "45分钟" in found["article"]["answer"]
    assert found["problems"] == []
    late = (await edited.get("articles/bill-late-fee"))["questions"][0]
    _, found = await edited.staff("POST", f"{address}/check", text=text.replace("师傅几点钟到啊", late))
    assert ["bill-late-fee 里有同样的问法" in fault["reason"] for fault in found["problems"]] == [True]

    before = await edited.get("diff")
    assert (await edited.staff("POST", f"{address}/file", text=wrong, stamp=file["stamp"]))[0] == 409
    assert await edited.get("diff") == before, "what is wrong is not saved"
    status, saved = await edited.staff("POST", f"{address}/file", text=text, stamp=file["stamp"])
    assert status == 200 and saved["stamp"] != file["stamp"]
    status, problem = await edited.staff("POST", f"{address}/file", text=text + "\n又一行", stamp=file["stamp"])
    assert status == 409 and "别人" in problem["detail"]
    assert not (await edited.get("articles/outage-arrival-time"))["title"].startswith("改过的"), "saved is not served"
    await asyncio.to_thread(edited.publisher.publish, "王", "改名")
    await edited.staff("POST", "/api/v1/knowledge/reload")
    assert (await edited.get("articles/outage-arrival-time"))["title"].startswith("改过的")


@pytest.mark.parametrize("topic", ["no-such", "..%2F..%2Fpyproject", "outage-arrival-time.md"])
async def test_only_topics_are_files(edited: EditedHouse, topic: str) -> None:
    assert (await edited.staff("GET", f"/api/v1/kb/articles/{topic}/file"))[0] == 404
    assert (await edited.staff("POST", f"/api/v1/kb/articles/{topic}/file", text="x", stamp="0" * 16))[0] == 404


async def test_publishing_from_the_page_tells_what_is_wrong(edited: EditedHouse) -> None:
    """In earnest, in a process of its own: the small base lacks most topics, which the rules do not allow."""
    status, body = await edited.staff("POST", "/api/v1/kb/publish", author="王", reason="从网页发布")
    assert (status, body["work"]["state"]) == (200, "running")
    assert (await edited.staff("POST", "/api/v1/kb/rollback", author="王", reason="同时", version="1"))[0] == 409
    desk = edited.made.editors
    assert desk is not None
    await until(lambda: desk.work.state != "running", timeout=60)
    work = (await edited.get("status"))["work"]
    assert work["state"] == "failed" and "没有发布" in work["error"]
    assert any("还没有这篇文章" in problem for problem in work["problems"])
    assert (await edited.staff("POST", "/api/v1/kb/publish", author=" ", reason="x"))[0] == 422


async def test_gaps_by_meaning(edited: EditedHouse) -> None:
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    for text, reason in [
        ("暖气片不热怎么办", GapReason.UNANSWERED), ("家里暖气片不热怎么办", GapReason.DOUBT), ("今天天气好", GapReason.OUT_OF_SCOPE),
    ]:  # fmt: skip
        edited.gaps.note(text, reason, "web", None, now)
    (group,) = (await edited.get("gaps"))["gaps"]
    assert (group["count"], group["wordings"], group["reasons"]) == (2, 2, ["doubt", "unanswered"])


async def test_a_gateway_without_versions_has_no_such_thing(house: House) -> None:
    assert (await house.staff("GET", "/api/v1/kb/status"))[0] == 404
