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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from knowledge_base.answerable import Judge
from knowledge_base.article import Article
from knowledge_base.catalogue import Catalogue
from knowledge_base.dense import TopicVectors, centred
from knowledge_base.learn import Learned, Material, folds_of, learn, parts_of
from knowledge_base.lexical import VIEWS, Floats, TopicWords
from knowledge_base.passages import passages
from knowledge_base.retrieve import HybridRetriever, Parts, tokenised
from knowledge_base.topic_model import Kernel, TopicModel
from knowledge_base.training import Training

log = logging.getLogger("dianda.knowledge")
_HERE = Path(__file__).resolve().parent
_LANGUAGE = _HERE.parent / "bot" / "language"
_CODE = [
    *(_HERE / f"{name}.py" for name in ("answerable", "dense", "index", "learn", "lexical", "passages", "retrieve", "topic_model")),
    *(_LANGUAGE / f"{name}.py" for name in ("intent_model", "normalise", "words")),
    _HERE.parent / "nlu_data" / "lexicon" / "domain_dictionary.txt",
]
_ENCODED_AT_ONCE = 512
_PROBE = "家里停电了怎么办"
_KEPT = 4
"""Finished folders kept: what other workers still have open, and what a rollback would go back to."""


class Encoder(Protocol):
    """What turns sentences into unit rows; see `bot.language.encoder.SentenceEncoder`."""

    dim: int
    source: str

    def encode(self, sentences: Sequence[str]) -> Floats:
        """One unit row a sentence."""
        ...


@dataclass(frozen=True)
class Index:
    """A finished index in memory."""

    retriever: HybridRetriever
    judge: Judge
    close: float
    figures: Mapping[str, float]
    """How the search did on held-out questions when the index was built."""


def open_index(folder: Path, articles: Sequence[Article], training: Training, catalogue: Catalogue, encoder: Encoder,
               *, encoder_identity: str = "", say: Callable[[str], Any] = log.info) -> Index:  # fmt: skip
    """Open the index of these articles under `folder`, building it when it is not there or cannot be read."""
    name = fingerprint(articles, training, catalogue, f"{encoder.source}/{encoder.dim}/{encoder_identity}")
    place = folder / name
    if place.exists():
        try:
            return _open(place, encoder)
        except Exception as error:  # whatever is wrong with it, a new one is right
            log.warning("index %s cannot be used (%s: %s); it is built again", place, type(error).__name__, error)
            shutil.rmtree(place, ignore_errors=True)
    say(f"知识库：建立索引（{len(articles)} 篇文章）…")
    partial = folder / f"{name}.{uuid.uuid4().hex[:8]}.partial"
    partial.mkdir(parents=True)
    try:
        with threadpool_limits(os.cpu_count()):
            figures = _build(partial, articles, training, catalogue, encoder, _known_vectors(folder, encoder))
        try:
            partial.rename(place)
        except OSError:  # another worker was faster
            if not place.exists():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    _sweep(folder, keep=name)
    say("知识库：索引已建好，" + "，".join(f"{key} {value:.3f}" for key, value in figures.items() if key != "questions"))
    return _open(place, encoder)


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


def _build(folder: Path, articles: Sequence[Article], training: Training, catalogue: Catalogue, encoder: Encoder,
           known: Mapping[str, Floats]) -> dict[str, float]:  # fmt: skip
    topics = [article.topic for article in articles]
    found = passages(articles, catalogue.titles, training.asked)
    texts = [p.text for p in found] + list(training.unanswerable)
    raw = _vectors(texts, encoder, known)
    centre = raw[: len(found)].mean(0) if found else np.zeros(encoder.dim, dtype=np.float32)
    material = Material(topics, found, training.unanswerable, len(training.near_misses),
                        [tokenised(text) for text in texts], centred(raw, centre))  # fmt: skip
    points = material.rows("question", "asked", "name", "refused")
    kernel = Kernel.of([texts[at] for at in points], material.vectors[points], material.importance[points])
    fold = folds_of(material)
    solved = kernel.solve(material.labels[points], len(topics) + 1, fold[points])
    classified = np.zeros((len(texts), len(topics) + 1), dtype=np.float32)
    classified[points] = solved.held_out
    learned = learn(material, fold, classified)
    model = TopicModel.of(kernel, material.vectors[points], solved.weights)
    parts = parts_of(material, without=np.zeros(0, dtype=np.int64))
    parts.near.save(folder / "near")
    parts.said.save(folder / "said")
    for view, words in parts.words.items():
        words.save(folder / view)
    model.save(folder / "topic_model")
    np.save(folder / "centre.npy", centre)
    np.save(folder / "vectors.npy", raw)
    (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    (folder / "index.json").write_text(_about(topics, learned, encoder), encoding="utf-8")
    return learned.figures


def _vectors(texts: Sequence[str], encoder: Encoder, known: Mapping[str, Floats]) -> Floats:
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    # An encoder works on one core, so that a search leaves the others alone; building may take them all.
    parts = [missing[at : at + _ENCODED_AT_ONCE] for at in range(0, len(missing), _ENCODED_AT_ONCE)]
    with ThreadPoolExecutor(os.cpu_count()) as cores:
        fresh = dict(zip(missing, (row for rows in cores.map(encoder.encode, parts) for row in rows), strict=True))
    rows = [fresh[text] if text in fresh else known[text] for text in texts]
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, encoder.dim), dtype=np.float32)


def _about(topics: Sequence[str], learned: Learned, encoder: Encoder) -> str:
    probe = [float(value) for value in encoder.encode([_PROBE])[0]]
    about = {
        "topics": list(topics), "encoder": encoder.source, "dim": encoder.dim, "weights": [float(w) for w in learned.weights],
        "close": learned.close, "judge": learned.judge.to_json(), "figures": learned.figures, "probe": probe,
    }  # fmt: skip
    return json.dumps(about, ensure_ascii=False, indent=1)


def _open(folder: Path, encoder: Encoder) -> Index:
    about = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    if not _same_encoder(about, encoder):
        raise ValueError("it was made with another encoder")
    topics: list[str] = about["topics"]
    parts = Parts(
        TopicVectors.load(folder / "near", len(topics)),
        TopicVectors.load(folder / "said", len(topics)),
        {view: TopicWords.load(folder / view, len(topics)) for view in VIEWS},
    )
    model = TopicModel.load(folder / "topic_model")
    weights = np.array(about["weights"], dtype=np.float32)
    retriever = HybridRetriever(topics, parts, model, np.load(folder / "centre.npy"), weights)
    # A search multiplies small matrices: threads cost it more than they bring, above all beside a busy neighbour.
    threadpool_limits(1)
    faiss.omp_set_num_threads(1)
    tokenised(_PROBE)  # the segmenter reads its dictionary now and not under the first question
    return Index(retriever, Judge.from_json(about["judge"]), about["close"], about["figures"])


def _same_encoder(about: Mapping[str, Any], encoder: Encoder) -> bool:
    if about["dim"] != encoder.dim:
        return False
    return float(np.dot(encoder.encode([_PROBE])[0], np.array(about["probe"], dtype=np.float32))) > 0.99


def _known_vectors(folder: Path, encoder: Encoder) -> dict[str, Floats]:
    """Vectors an earlier index made with the same encoder: an edited article costs only its new sentences."""
    for about in sorted(folder.glob("*/index.json"), key=_age):
        try:
            if _same_encoder(json.loads(about.read_text(encoding="utf-8")), encoder):
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
