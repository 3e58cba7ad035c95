"""Contents as encrypted files, one a paper (Fernet, the keys of the database's personal columns)."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_ID = re.compile(r"^[a-z0-9]{8,64}$")


class FileVault:
    """`Vault` in a folder. Several services that share the database must share the folder too."""

    def __init__(self, folder: Path, keys: Sequence[str]) -> None:
        """`keys` as of `actions.ports.sql.encrypted.generate_key`; the first encrypts, all decrypt."""
        self._folder = folder
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def put(self, paper_id: str, content: bytes) -> None:
        """See `Vault.put`. Raises OSError when the disk is full."""
        path = self._path(paper_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(".part")
        with open(draft, "wb", opener=_private) as file:
            file.write(self._fernet.encrypt(content))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)  # whole or not at all

    def get(self, paper_id: str) -> bytes | None:
        """See `Vault.get`."""
        try:
            token = self._path(paper_id).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return self._fernet.decrypt(token)
        except InvalidToken:
            raise ValueError(f"no key fits paper {paper_id}") from None

    def drop(self, paper_ids: Collection[str]) -> None:
        """See `Vault.drop`."""
        for paper_id in paper_ids:
            self._path(paper_id).unlink(missing_ok=True)

    def ids(self, kept_before: datetime) -> tuple[str, ...]:
        """See `Vault.ids`."""
        files = self._folder.glob("*/*.paper")
        return tuple(sorted(f.stem for f in files if datetime.fromtimestamp(f.stat().st_mtime, UTC) < kept_before))

    def _path(self, paper_id: str) -> Path:
        if not _ID.match(paper_id):
            raise ValueError("not the id of a paper")
        return self._folder / paper_id[:2] / f"{paper_id}.paper"


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, mode=0o600)
