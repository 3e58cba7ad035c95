"""The sentence encoder as both environments use it: int8 ONNX and a tokenizer, no torch.

A folder made by :mod:`bot.language.encoder_build` holds ``model.onnx``, ``tokenizer.json`` and ``encoder.json``
(``dim``, ``pooling`` ``mean`` or ``cls``, ``prefix``, ``max_tokens``, ``inputs``, ``source``).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

Matrix = npt.NDArray[np.float32]


class EncoderMissing(RuntimeError):
    """The encoder folder is absent or incomplete; `make run` builds it."""


class SentenceEncoder:
    """Turns sentences into unit vectors.

    Cheap to keep, about 0.3 s to open. Safe to call from several threads: an ONNX session is.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        """Open the encoder in `folder`, using `threads` cores for one call."""
        if not (folder / "encoder.json").exists():
            raise EncoderMissing(f"{folder} holds no encoder; run `make run` or `dianda train` once")
        about = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        self.dim: int = about["dim"]
        self.source: str = about["source"]
        self._pooling: str = about["pooling"]
        self._prefix: str = about["prefix"]
        self._inputs: list[str] = about["inputs"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(about["max_tokens"])
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # An idle encoder must not spin: the same two cores serve the assistant and the gateway.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, sentences: Sequence[str], *, batch: int = 32) -> Matrix:
        """Return one unit row per sentence, shape ``(len(sentences), dim)``."""
        rows = np.zeros((len(sentences), self.dim), dtype=np.float32)
        encoded = self._tokenizer.encode_batch([self._prefix + s for s in sentences])
        # Sentences of like length share a batch, so that little is padded.
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i].ids))
        for start in range(0, len(order), batch):
            picked = order[start : start + batch]
            width = max(len(encoded[i].ids) for i in picked)
            ids = np.zeros((len(picked), width), dtype=np.int64)
            mask = np.zeros((len(picked), width), dtype=np.int64)
            for row, i in enumerate(picked):
                length = len(encoded[i].ids)
                ids[row, :length] = encoded[i].ids
                mask[row, :length] = 1
            feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            hidden = self._session.run(None, {name: feed[name] for name in self._inputs})[0]
            if self._pooling == "cls":
                pooled = hidden[:, 0]
            else:
                weights = mask[:, :, None].astype(np.float32)
                pooled = (hidden * weights).sum(1) / weights.sum(1)
            rows[picked] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True).clip(1e-9)
        return rows


def encoder_folder(home: Path | None = None) -> Path:
    """Where the built encoder of this installation lies (``$DIANDA_HOME/encoder/current``)."""
    return (home or Path(os.environ.get("DIANDA_HOME", "var"))) / "encoder" / "current"
