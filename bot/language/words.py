"""Words: one jieba segmenter with the domain dictionary, shared by understanding and retrieval."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import jieba

DICTIONARY = Path(__file__).resolve().parents[2] / "nlu_data" / "lexicon" / "domain_dictionary.txt"


@lru_cache(maxsize=1)
def segmenter() -> Any:
    """The segmenter. Its own instance: nobody else's additions to jieba's global one reach it."""
    jieba.setLogLevel(logging.WARNING)
    cutter = jieba.Tokenizer()
    cutter.initialize()
    for line in DICTIONARY.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word and not word.startswith("#"):
            cutter.add_word(word, freq=int(rest) if rest.strip().isdigit() else None)
    return cutter


def words(text: str) -> list[str]:
    """The words of `text` for search: whole words and the shorter words inside them, white space and marks left out."""
    return [w for w in segmenter().cut_for_search(text.lower()) if w.strip() and (w.isalnum() or len(w) > 1)]
