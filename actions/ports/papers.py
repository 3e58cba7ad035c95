"""The ports of papers that customers send: the records, and the vault that holds what they show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from actions.desk.papers import Due, Folder, Paper, Use


class PaperStore(Protocol):
    """The records. Called from many threads."""

    def sent_before(self, conversation_id: str, message_id: str | None, digest: str) -> Paper | None:
        """The paper that this message, or the same content (`digest`: SHA-256 in hex), brought into the conversation before."""
        ...

    def add(self, paper: Paper, digest: str) -> Paper:
        """Keep the record; of two that come at once with one message or content the first is kept and returned."""
        ...

    def paper(self, paper_id: str) -> Paper | None:
        """The record, or None."""
        ...

    def of_conversation(self, conversation_id: str) -> tuple[Paper, ...]:
        """The papers sent in a conversation, oldest first."""
        ...

    def open_folder(self, ticket_no: str, needs: Sequence[Due], uses: Sequence[Use]) -> None:
        """Write down what an application needs and which papers it begins with; again is nothing."""
        ...

    def use(self, use: Use) -> None:
        """Put one paper into a folder; again is nothing."""
        ...

    def folder(self, ticket_no: str) -> Folder:
        """What an application needs and has, in order; empty when nobody opened it."""
        ...

    def forget(self, unused_before: datetime) -> tuple[str, ...]:
        """Delete the records of papers sent before a moment that no folder holds; returns their ids."""
        ...

    def known(self, paper_ids: Collection[str]) -> frozenset[str]:
        """Which of these have a record."""
        ...


class Vault(Protocol):
    """What the papers show, encrypted at rest. Called from many threads."""

    def put(self, paper_id: str, content: bytes) -> None:
        """Keep a content under a new id."""
        ...

    def get(self, paper_id: str) -> bytes | None:
        """The content, or None. Raises ValueError when no key fits."""
        ...

    def drop(self, paper_ids: Collection[str]) -> None:
        """Delete contents; what is not there is nothing."""
        ...

    def ids(self, kept_before: datetime) -> tuple[str, ...]:
        """The ids of the contents kept before a moment."""
        ...
