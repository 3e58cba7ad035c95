"""Files that are ciphertext under the keys of the personal data: written anew under the newest one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


def rotate_files(folder: Path, pattern: str, keys: Sequence[str]) -> tuple[int, int]:
    """Renew every file of `folder` (a glob `pattern` in it) that is not under the first key: (renewed, unreadable).

    Each is replaced whole or not at all and keeps its times, by which its age is told. One that is taken away meanwhile stays away.
    """
    first, every = Fernet(keys[0]), MultiFernet([Fernet(key) for key in keys])
    renewed = unreadable = 0
    for path in sorted(folder.glob(pattern)):
        try:
            before = path.stat()
            token = path.read_bytes()
        except FileNotFoundError:
            continue
        try:
            first.extract_timestamp(token)
        except InvalidToken:
            try:
                fresh = every.rotate(token)
            except InvalidToken:
                unreadable += 1
                continue
            renewed += _replace(path, fresh, before)
    return renewed, unreadable


def _replace(path: Path, content: bytes, before: os.stat_result) -> bool:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, mode=0o600)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.utime(draft, ns=(before.st_atime_ns, before.st_mtime_ns))
    there = path.exists()
    if there:
        draft.replace(path)
    else:
        draft.unlink()
    return there
