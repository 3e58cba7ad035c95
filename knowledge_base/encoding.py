"""What turns sentences into vectors, and how two such are told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from knowledge_base.lexical import Floats

PROBE = "家里停电了怎么办"


class Encoder(Protocol):
    """What turns sentences into unit rows; see `bot.language.encoder.SentenceEncoder`."""

    dim: int
    source: str

    def encode(self, sentences: Sequence[str]) -> Floats:
        """One unit row a sentence."""
        ...


def probe(encoder: Encoder) -> Floats:
    """The encoder's row for one fixed sentence."""
    found: Floats = encoder.encode([PROBE])[0]
    return found


def same_encoder(about: Mapping[str, Any], encoder: Encoder) -> bool:
    """Whether an index whose ``index.json`` this is was made with this encoder."""
    if about["dim"] != encoder.dim:
        return False
    return float(np.dot(probe(encoder), np.array(about["probe"], dtype=np.float32))) > 0.99
