"""Papers as they come in: looked at apart from the service, put into the vault, and written down once."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable

from actions.desk.clock import Clock
from actions.desk.papers import Paper, Papers
from actions.materials.apart import look_apart
from actions.materials.clean import Clean
from actions.materials.refused import Reason, Refused
from actions.ports.papers import PaperStore, Vault
from bot.gateway.problems import ConflictError, UnavailableError, UploadRefusedError
from bot.gateway.turn import new_id

AT_ONCE = 2
"""Files looked at at the same time: each takes a core and some hundred megabytes."""

MOST_WAITING = 12
"""Files held in memory for their turn; more are asked to come back."""

_NAME = 80
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\\/]+")


class UploadDesk:
    """Takes files and gives them back. `papers`: the folders of applications."""

    def __init__(
        self,
        store: PaperStore,
        vault: Vault,
        papers: Papers,
        clock: Clock,
        *,
        most_bytes: int,
        most_papers: int,
        look: Callable[[bytes], Clean] = look_apart,
    ) -> None:
        self._store, self._vault, self._clock, self._look = store, vault, clock, look
        self.papers = papers
        self.most_bytes, self._most_papers = most_bytes, most_papers
        self._waiting = 0
        self._places = asyncio.Semaphore(AT_ONCE)

    async def take(self, conversation_id: str, message_id: str | None, name: str, data: bytes) -> Paper:
        """Keep a file; the same message or content again gives the paper it made before.

        Raises UploadRefusedError, ConflictError (the conversation has sent too many) or UnavailableError (too many wait).
        """
        if not data:
            raise UploadRefusedError(Reason.EMPTY.value)
        digest = hashlib.sha256(data).hexdigest()
        before = await asyncio.to_thread(self._store.sent_before, conversation_id, message_id, digest)
        if before is not None:
            return before
        if len(await asyncio.to_thread(self._store.of_conversation, conversation_id)) >= self._most_papers:
            raise ConflictError("upload_too_many")
        made = await self._looked_at(data)
        paper = Paper(
            paper_id=new_id(),
            conversation_id=conversation_id,
            message_id=message_id,
            name=plain_name(name, made.media_type),
            media_type=made.media_type,
            pages=made.pages,
            width=made.width,
            height=made.height,
            size=len(made.content),
            sent_at=self._clock.now(),
        )
        return await asyncio.to_thread(self._keep, paper, digest, made.content)

    async def sent(self, conversation_id: str) -> tuple[Paper, ...]:
        """The papers of a conversation."""
        return await asyncio.to_thread(self._store.of_conversation, conversation_id)

    async def fetch(self, paper_id: str) -> tuple[Paper, bytes] | None:
        """A paper and what it shows, or None when there is no such paper."""

        def read() -> tuple[Paper, bytes] | None:
            paper = self._store.paper(paper_id)
            content = None if paper is None else self._vault.get(paper.paper_id)
            return None if paper is None or content is None else (paper, content)

        return await asyncio.to_thread(read)

    async def _looked_at(self, data: bytes) -> Clean:
        if self._waiting >= MOST_WAITING:
            raise UnavailableError("upload_busy")
        self._waiting += 1
        try:
            async with self._places:
                return await asyncio.to_thread(self._look, data)
        except Refused as refused:
            raise UploadRefusedError(refused.reason.value) from None
        finally:
            self._waiting -= 1

    def _keep(self, paper: Paper, digest: str, content: bytes) -> Paper:
        # The content first: a record always has one. A content whose record failed is swept away (`retention`).
        self._vault.put(paper.paper_id, content)
        kept = self._store.add(paper, digest)
        if kept.paper_id != paper.paper_id:
            self._vault.drop([paper.paper_id])
        return kept


def plain_name(name: str, media_type: str) -> str:
    """The customer's name for a file, short, without a path or signs that print nothing, ending as what it now is."""
    stem = _NOT_IN_NAMES.sub(" ", name.replace("\\", "/").rpartition("/")[2]).strip()
    stem = re.sub(r"\.[A-Za-z0-9]{2,5}$", "", stem).strip(". ")[:_NAME]
    return (stem or "未命名") + (".pdf" if media_type == "application/pdf" else ".jpg")


