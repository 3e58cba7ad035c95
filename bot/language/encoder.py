"""The sentence encoder as both environments use it: int8 ONNX and a tokenizer, no torch.

A folder made by :mod:`bot.language.encoder_build` holds ``model.onnx`` (all layers), ``half.onnx`` (the lower half),
``tokenizer.json`` and ``encoder.json`` (``dim``, ``pooling`` ``mean`` or ``cls``, ``prefix``, ``max_tokens``, ``inputs``, ``source``).
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from pathlib import Path
from typing import Optional, Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

Matrix = npt.NDArray[np.float32]


class EncoderMissing(RuntimeError):
    """The encoder folder is absent or incomplete; `make run` builds it."""


class Depth(Enum):
    """How many of the layers a sentence passes through."""

    FULL = "full"
    """All: what searching for meaning needs."""
    HALF = "half"
    """The lower half: telling intents apart needs no more (docs/benchmarks.md), in half the time."""


DEPTHS = {Depth.FULL: "model.onnx", Depth.HALF: "half.onnx"}


class SentenceEncoder:
    """Turns sentences into unit vectors.

    Each sentence has a pass of its own, so that its vector does not depend on what it came with (int8 scales its numbers by
    pass); several sentences are spread over the cores. Cheap to keep, about 0.3 s to open, safe to call from several threads.
    """

    def __init__(self, folder: Path, *, depth: Depth = Depth.FULL, cores: Optional[int] = None) -> None:
        """Open the encoder in `folder`; it computes on up to `cores` (default: all)."""
        if not (folder / "encoder.json").exists():
            raise EncoderMissing(f"{folder} holds no encoder; run `make run` or `dianda train` once")
        about = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        self.dim: int = about["dim"]
        self.source: str = about["source"]
        self.pooling: str = about["pooling"]
        # The word before a question is for the search; the lower half does without and is read faster.
        self._prefix: str = about["prefix"] if depth is Depth.FULL else ""
        self._inputs: list[str] = about["inputs"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(about["max_tokens"])
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        # One sentence is shared out among the cores too. A thread that spins for its next share would take a customer's turn.
        options.intra_op_num_threads = cores or os.cpu_count() or 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / DEPTHS[depth]), options, providers=["CPUExecutionProvider"]
        )
        self._pool = ThreadPoolExecutor(cores or os.cpu_count() or 1, thread_name_prefix="encoder")

    def encode(self, sentences: Sequence[str]) -> Matrix:
        """Return one unit row per sentence, shape ``(len(sentences), dim)``."""
        encoded = [found.ids for found in self._tokenizer.encode_batch([self._prefix + s for s in sentences])]
        rows = self._pool.map(self._row, encoded) if len(encoded) > 1 else map(self._row, encoded)
        return np.stack(list(rows)) if encoded else np.zeros((0, self.dim), dtype=np.float32)

    def _row(self, tokens: list[int]) -> npt.NDArray[np.float32]:
        ids = np.array([tokens], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: feed[name] for name in self._inputs})[0][0]
        pooled = hidden[0] if self.pooling == "cls" else hidden.mean(0)
        row: npt.NDArray[np.float32] = pooled / max(float(np.linalg.norm(pooled)), 1e-9)
        return row


def encoder_folder(home: Path | None = None) -> Path:
    """Where the built encoder of this installation lies (``$DIANDA_HOME/encoder/current``)."""
    return (home or Path(os.environ.get("DIANDA_HOME", "var"))) / "encoder" / "current"
