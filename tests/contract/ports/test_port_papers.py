"""Papers of customers: records in memory and in both databases, contents in memory and in encrypted files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from actions.desk.clock import FixedClock
from actions.desk.papers import Due, Paper, Use
from actions.ports.memory import MemoryPapers, MemoryVault
from actions.ports.papers import PaperStore, Vault
from actions.ports.sql import SqlPapers, generate_key
from actions.ports.vault import FileVault


@pytest.fixture
def store(backend: Engine | None) -> PaperStore:
    return MemoryPapers() if backend is None else SqlPapers(backend)


@pytest.fixture
def paper(clock: FixedClock) -> Paper:
    return Paper(
        paper_id="a" * 22, conversation_id="c1", message_id="m1", name="王小明身份证.jpg", media_type="image/jpeg", pages=1,
        width=1600, height=1200, size=1000, sent_at=clock.now(),
    )  # fmt: skip


def test_the_first_of_a_message_or_a_content_stays(store: PaperStore, paper: Paper) -> None:
    assert store.add(paper, "d1") == paper
    assert store.add(replace(paper, paper_id="b" * 22), "d2") == paper, "the same message"
    assert store.add(replace(paper, paper_id="c" * 22, message_id="m2"), "d1") == paper, "the same content"
    other = replace(paper, paper_id="d" * 22, conversation_id="c2")
    assert store.add(other, "d1") == other
    without = [replace(paper, paper_id=x * 22, message_id=None) for x in "ef"]
    assert [store.add(one, one.paper_id) for one in without] == without
    assert store.sent_before("c1", "m1", "x") == store.sent_before("c1", None, "d1") == paper
    assert store.sent_before("c1", None, "x") is None and store.sent_before("c3", "m1", "d1") is None
    assert [p.paper_id[0] for p in store.of_conversation("c1")] == ["a", "e", "f"]
    assert store.paper("a" * 22) == paper and store.paper("z") is None


def test_of_many_at_once_one_is_kept(store: PaperStore, paper: Paper) -> None:
    with ThreadPoolExecutor(8) as pool:
        kept = set(pool.map(lambda n: store.add(replace(paper, paper_id=f"{n:022d}"), "d").paper_id, range(8)))
    assert len(kept) == 1 and len(store.of_conversation("c1")) == 1


def test_a_folder_has_what_it_needs_and_owes_the_rest(store: PaperStore, paper: Paper, clock: FixedClock) -> None:
    store.add(paper, "d1")
    now, due_at = clock.now(), clock.now() + timedelta(days=14)
    needs = [Due(material="身份证"), Due(material="房产证"), Due(material="委托书", due_at=due_at)]
    use = Use(paper_id=paper.paper_id, ticket_no="GD20261122000011", material="身份证", added_at=now)
    for _ in range(2):
        store.open_folder(use.ticket_no, needs, [use])
    folder = store.folder(use.ticket_no)
    assert folder.needs == tuple(needs) and folder.has == ((paper, use),)
    assert [due.material for due in folder.owed] == ["房产证", "委托书"] and folder.owed[1].due_at == due_at
    second = replace(paper, paper_id="b" * 22, message_id="m2", name="委托书.pdf")
    store.add(second, "d2")
    for _ in range(2):
        store.use(Use(paper_id=second.paper_id, ticket_no=use.ticket_no, material="委托书", added_at=now + timedelta(days=1)))
    assert [due.material for due in store.folder(use.ticket_no).owed] == ["房产证"]
    assert store.folder("GD20261122000022").needs == ()


def test_only_what_no_application_uses_is_forgotten(store: PaperStore, paper: Paper, clock: FixedClock) -> None:
    used, unused, young = paper, replace(paper, paper_id="b" * 22, message_id="m2"), replace(paper, paper_id="c" * 22, message_id="m3")
    for digest, one in (("1", used), ("2", unused), ("3", replace(young, sent_at=clock.now() + timedelta(days=8)))):
        store.add(one, digest)
    store.open_folder("GD1", [], [Use(paper_id=used.paper_id, ticket_no="GD1", material="身份证", added_at=clock.now())])
    assert store.forget(clock.now() + timedelta(days=1)) == ("b" * 22,)
    assert store.known(["a" * 22, "b" * 22, "c" * 22, "x"]) == {"a" * 22, "c" * 22}


def test_the_customers_name_for_a_file_is_ciphertext(engine: Engine, paper: Paper) -> None:
    SqlPapers(engine).add(paper, "d1")
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM papers")).one()
    assert "王小明" not in str(row) and "d1" not in [str(value) for value in row]


@pytest.fixture(params=["memory", "files"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    return MemoryVault() if request.param == "memory" else FileVault(tmp_path, [generate_key()])


def test_a_vault_gives_back_what_was_put_in(vault: Vault, clock: FixedClock) -> None:
    vault.put("a" * 22, b"photo")
    vault.put("b" * 22, b"paper")
    assert vault.get("a" * 22) == b"photo" and vault.get("c" * 22) is None
    later = clock.now() + timedelta(days=36500)
    assert vault.ids(later) == ("a" * 22, "b" * 22) and vault.ids(clock.now() - timedelta(days=36500)) == ()
    vault.drop(["a" * 22, "c" * 22])
    assert vault.get("a" * 22) is None and vault.ids(later) == ("b" * 22,)


def test_files_are_ciphertext_that_a_newer_key_still_opens(tmp_path: Path) -> None:
    old, new = generate_key(), generate_key()
    FileVault(tmp_path, [old]).put("a" * 22, b"photo of a card")
    assert b"photo" not in b"".join(f.read_bytes() for f in tmp_path.rglob("*.paper"))
    assert FileVault(tmp_path, [new, old]).get("a" * 22) == b"photo of a card"
    with pytest.raises(ValueError, match="no key fits"):
        FileVault(tmp_path, [new]).get("a" * 22)
    with pytest.raises(ValueError, match="not the id"):
        FileVault(tmp_path, [new]).get("../../etc/passwd")
