"""Papers of customers in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from threading import Lock

from actions.desk.papers import Due, Folder, Paper, Use


class MemoryPapers:
    """`PaperStore` in memory."""

    def __init__(self) -> None:
        """Nothing sent yet."""
        self._lock = Lock()
        self._papers: dict[str, tuple[Paper, str]] = {}
        self._needs: dict[str, tuple[Due, ...]] = {}
        self._uses: dict[tuple[str, str], Use] = {}

    def sent_before(self, conversation_id: str, message_id: str | None, digest: str) -> Paper | None:
        """See `PaperStore.sent_before`."""
        with self._lock:
            return self._before(conversation_id, message_id, digest)

    def add(self, paper: Paper, digest: str) -> Paper:
        """See `PaperStore.add`."""
        with self._lock:
            before = self._before(paper.conversation_id, paper.message_id, digest)
            if before is None:
                self._papers[paper.paper_id] = (paper, digest)
            return before or paper

    def paper(self, paper_id: str) -> Paper | None:
        """See `PaperStore.paper`."""
        with self._lock:
            return self._papers[paper_id][0] if paper_id in self._papers else None

    def of_conversation(self, conversation_id: str) -> tuple[Paper, ...]:
        """See `PaperStore.of_conversation`."""
        with self._lock:
            own = [paper for paper, _ in self._papers.values() if paper.conversation_id == conversation_id]
        return tuple(sorted(own, key=lambda paper: (paper.sent_at, paper.paper_id)))

    def open_folder(self, ticket_no: str, needs: Sequence[Due], uses: Sequence[Use]) -> None:
        """See `PaperStore.open_folder`."""
        with self._lock:
            self._needs.setdefault(ticket_no, tuple(needs))
            for use in uses:
                self._uses.setdefault((use.ticket_no, use.paper_id), use)

    def use(self, use: Use) -> None:
        """See `PaperStore.use`."""
        with self._lock:
            self._uses.setdefault((use.ticket_no, use.paper_id), use)

    def folder(self, ticket_no: str) -> Folder:
        """See `PaperStore.folder`."""
        with self._lock:
            own = [use for use in self._uses.values() if use.ticket_no == ticket_no]
            has = [(self._papers[use.paper_id][0], use) for use in own]
            needs = self._needs.get(ticket_no, ())
        return Folder(needs, tuple(sorted(has, key=lambda pair: (pair[1].added_at, pair[0].sent_at, pair[0].paper_id))))

    def forget(self, unused_before: datetime) -> tuple[str, ...]:
        """See `PaperStore.forget`."""
        with self._lock:
            used = {use.paper_id for use in self._uses.values()}
            old = [p.paper_id for p, _ in self._papers.values() if p.sent_at < unused_before and p.paper_id not in used]
            for paper_id in old:
                del self._papers[paper_id]
        return tuple(sorted(old))

    def known(self, paper_ids: Collection[str]) -> frozenset[str]:
        """See `PaperStore.known`."""
        with self._lock:
            return frozenset(paper_ids) & self._papers.keys()

    def _before(self, conversation_id: str, message_id: str | None, digest: str) -> Paper | None:
        for paper, its_digest in self._papers.values():
            same = its_digest == digest or (message_id is not None and paper.message_id == message_id)
            if paper.conversation_id == conversation_id and same:
                return paper
        return None


class MemoryVault:
    """`Vault` in memory."""

    def __init__(self) -> None:
        """Empty."""
        self._contents: dict[str, tuple[bytes, datetime]] = {}

    def put(self, paper_id: str, content: bytes) -> None:
        """See `Vault.put`."""
        self._contents[paper_id] = (content, datetime.now(UTC))

    def get(self, paper_id: str) -> bytes | None:
        """See `Vault.get`."""
        return self._contents[paper_id][0] if paper_id in self._contents else None

    def drop(self, paper_ids: Collection[str]) -> None:
        """See `Vault.drop`."""
        for paper_id in paper_ids:
            self._contents.pop(paper_id, None)

    def ids(self, kept_before: datetime) -> tuple[str, ...]:
        """See `Vault.ids`."""
        return tuple(sorted(paper_id for paper_id, (_, at) in self._contents.items() if at < kept_before))
