"""An answer that leads to a business offers it: every article's button begins something that exists."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from actions.handlers.articles import answer_bubble
from actions.handlers.forms.flow import FlowBook
from actions.handlers.words import Phrases
from knowledge_base.article import Draft, read_article
from knowledge_base.load import article_paths
from tests.unit.handlers.worlds import ROOT

SERVICES: Any = SimpleNamespace(flows=FlowBook.load(ROOT / "actions" / "flows"), phrases=Phrases.load(ROOT / "actions" / "words"))
DRAFTS = [read_article(path).draft for path in article_paths(ROOT / "knowledge_base" / "articles")]
INTENTS = {
    name if isinstance(name, str) else next(iter(name))
    for name in yaml.safe_load((ROOT / "bot" / "assistant" / "domain" / "intents.yml").read_text(encoding="utf-8"))["intents"]
}


def shown(draft: Draft) -> list[dict[str, str]]:
    hit = SimpleNamespace(answer=draft.answer, speech=draft.speech, citations=(), leads_to=draft.leads_to)
    return answer_bubble(SERVICES, hit).buttons


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: draft.topic)
def test_an_article_with_a_business_offers_it(draft: Draft) -> None:
    buttons = shown(draft)
    if draft.leads_to is None:
        assert not buttons
    else:
        assert [b["payload"] for b in buttons] == ["/" + draft.leads_to]
        assert draft.leads_to in INTENTS and 2 <= len(buttons[0]["title"]) <= 12


def test_what_a_transfer_needs_leads_to_the_transfer() -> None:
    draft = next(d for d in DRAFTS if d.topic == "connect-transfer-materials")
    flow = SERVICES.flows.begun_by("transfer_account")
    assert shown(draft) == [{"title": flow.title, "payload": "/transfer_account"}]


def test_an_answer_about_reaching_a_person_offers_one() -> None:
    draft = next(d for d in DRAFTS if d.topic == "service-human-agent")
    assert shown(draft) == [{"title": "转人工", "payload": "/human_agent"}]
