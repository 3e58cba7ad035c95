"""The index of one version of the articles for one profile: built when something it rests on changed, opened otherwise.

It lies in ``index/<hash>/`` under the installation's home folder. The hash covers the rendered articles, the training
sentences, the encoder and the code, so a change of any of them makes another folder. A folder is made beside its place
and moved there whole: a reader sees a finished index or none.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from knowledge_base.answerable import Judge
from knowledge_base.article import Article
from knowledge_base.at_scale import PassageRetriever, PassageSignals
from knowledge_base.catalogue import Catalogue
from knowledge_base.dense import TopicVectors, centred
from knowledge_base.encoding import PROBE, Encoder, same_encoder
from knowledge_base.errors import StoreAway
from knowledge_base.index_build import build
from knowledge_base.lexical import Floats, TopicWords
from knowledge_base.meaning import Meaning, MeaningHere, MeaningOnServer
from knowledge_base.passage_search import PassageSearch
from knowledge_base.retrieve import HybridRetriever, Weighing, tokenised
from knowledge_base.storage import Storage
from knowledge_base.topic_model import TopicModel
from knowledge_base.training import Training

log = logging.getLogger("dianda.knowledge")
_HERE = Path(__file__).resolve().parent
_LANGUAGE = _HERE.parent / "bot" / "language"
_PARTS = (
    "answerable", "at_scale", "dense", "encoding", "index", "index_build", "learn", "lexical", "meaning", "passage_search", "passage_words",
    "passages", "passages_faiss", "passages_milvus", "retrieve", "storage", "topic_model", "vector_index",
)  # fmt: skip
_CODE = [
    *(_HERE / f"{name}.py" for name in _PARTS),
    *(_LANGUAGE / f"{name}.py" for name in ("intent_model", "normalise", "words")),
    _HERE.parent / "nlu_data" / "lexicon" / "domain_dictionary.txt",
]
_KEPT = 4
"""Finished folders kept: what other workers still have open, and what a rollback would go back to."""


@dataclass(frozen=True)
class Index:
    """A finished index in memory."""

    retriever: Weighing
    judge: Judge
    close: float
    figures: Mapping[str, float]
    """How the search did on held-out questions when the index was built."""
    passages: PassageSearch


def open_index(folder: Path, articles: Sequence[Article], training: Training, catalogue: Catalogue, encoder: Encoder,
               *, storage: Storage | None = None, encoder_identity: str = "", say: Callable[[str], Any] = log.info) -> Index:  # fmt: skip
    """Open the index of these articles under `folder`, building it when it is not there or cannot be read.

    Raises StoreAway when the passages lie on a server that cannot be reached.
    """
    storage = storage or Storage()
    name = fingerprint(articles, training, catalogue, f"{encoder.source}/{encoder.dim}/{encoder_identity}")
    place = folder / name
    if place.exists():
        try:
            return _open(place, encoder, storage)
        except StoreAway:
            raise
        except Exception as error:  # whatever is wrong with it, a new one is right
            log.warning("index %s cannot be used (%s: %s); it is built again", place, type(error).__name__, error)
            shutil.rmtree(place, ignore_errors=True)
    say(f"知识库：建立索引（{len(articles)} 篇文章）…")
    partial = folder / f"{name}.{uuid.uuid4().hex[:8]}.partial"
    partial.mkdir(parents=True)
    try:
        with threadpool_limits(os.cpu_count()):
            figures = build(partial, name, articles, training, catalogue, encoder, _known_vectors(folder, encoder), storage)
        try:
            partial.rename(place)
        except OSError:  # another worker was faster
            if not place.exists():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    _sweep(folder, keep=name)
    say("知识库：索引已建好，" + "，".join(f"{key} {value:.3f}" for key, value in figures.items() if key != "questions"))
    return _open(place, encoder, storage)


def fingerprint(articles: Sequence[Article], training: Training, catalogue: Catalogue, encoder: str) -> str:
    """The name of the index of these inputs and of the present code."""
    digest = hashlib.sha256(encoder.encode())
    for article in articles:
        digest.update(repr(_plain(article)).encode())
    digest.update(repr((sorted(training.asked.items()), training.unanswerable, list(catalogue.titles.items()))).encode())
    for path in _CODE:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:20]


def _plain(article: Article) -> dict[str, Any]:
    return {**asdict(article), "facts": [fact.model_dump() for fact in article.facts]}


def _open(folder: Path, encoder: Encoder, storage: Storage) -> Index:
    about = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    if not same_encoder(about, encoder):
        raise ValueError("it was made with another encoder")
    topics: list[str] = about["topics"]
    centre, topic_of = np.load(folder / "centre.npy"), np.load(folder / "topic_of.npy")
    weights = np.array(about["weights"], dtype=np.float32)
    search = storage.open(folder, folder.name, at_once=not about["modelled"])
    retriever: Weighing
    if about["modelled"]:
        vectors, sides = centred(np.load(folder / "vectors.npy"), centre), np.load(folder / "sides.npy")
        meaning: Meaning
        if storage.milvus is None:
            meaning = MeaningHere(vectors, sides, topic_of, len(topics))
        else:
            near, said = (TopicVectors(search, side, topic_of, len(topics)) for side in ("asked", "said"))
            meaning = MeaningOnServer(vectors, sides, near, said)
        words = TopicWords.load(folder, len(topics))
        retriever = HybridRetriever(topics, meaning, words, TopicModel.load(folder / "topic_model", meaning.order), centre, weights)
    else:
        retriever = PassageRetriever(topics, PassageSignals(search, topic_of, len(topics)), centre, weights)
    # A search multiplies small matrices: threads cost it more than they bring, above all beside a busy neighbour.
    threadpool_limits(1)
    faiss.omp_set_num_threads(1)
    tokenised(PROBE)  # the segmenter reads its dictionary now and not under the first question
    return Index(retriever, Judge.from_json(about["judge"]), about["close"], about["figures"], search)


def _known_vectors(folder: Path, encoder: Encoder) -> dict[str, Floats]:
    """Vectors an earlier index made with the same encoder: an edited article costs only its new sentences."""
    for about in sorted(folder.glob("*/index.json"), key=_age):
        try:
            if same_encoder(json.loads(about.read_text(encoding="utf-8")), encoder):
                texts = json.loads((about.parent / "texts.json").read_text(encoding="utf-8"))
                return dict(zip(texts, np.load(about.parent / "vectors.npy"), strict=True))
        except (OSError, ValueError, KeyError):
            continue
    return {}


def _sweep(folder: Path, keep: str) -> None:
    finished = sorted(folder.glob("*/index.json"), key=_age)
    for about in finished[_KEPT:]:
        if about.parent.name != keep:
            shutil.rmtree(about.parent, ignore_errors=True)


def _age(path: Path) -> float:
    """Smaller for younger; a folder that goes away meanwhile is the oldest."""
    try:
        return -os.stat(path).st_mtime
    except OSError:
        return float("inf")
