"""Making an index folder: encode, learn, write. ``index.py`` says when, and ``index.json`` is written last."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge_base.article import Article
from knowledge_base.at_scale import learn_at_scale
from knowledge_base.catalogue import Catalogue
from knowledge_base.dense import centred
from knowledge_base.encoding import Encoder, probe
from knowledge_base.learn import Learned, Material, folds_of, learn, parts_of
from knowledge_base.lexical import Floats
from knowledge_base.passage_search import Rows, check_vectors
from knowledge_base.passages import Passage, passages, sides_of
from knowledge_base.passages_faiss import FaissPassages
from knowledge_base.retrieve import tokenised
from knowledge_base.storage import Storage, write_rows
from knowledge_base.topic_model import Kernel, TopicModel, grams
from knowledge_base.training import Training

_LABELLED = ("question", "asked", "name")


def build(folder: Path, name: str, articles: Sequence[Article], training: Training, catalogue: Catalogue, encoder: Encoder,
          known: Mapping[str, Floats], storage: Storage) -> dict[str, float]:  # fmt: skip
    """Write the index `name` of these articles into `folder`; return how well it does on what was held out.

    ``known`` are vectors at hand. Raises StoreAway when the passages are to lie on a server that cannot be reached, and
    UnusableVectors when the encoder is broken.
    """
    topics = [article.topic for article in articles]
    found = passages(articles, catalogue.titles, training.asked)
    texts = [p.text for p in found] + list(training.unanswerable)
    raw = _vectors(texts, encoder, known)
    centre = raw[: len(found)].mean(0) if found else np.zeros(encoder.dim, dtype=np.float32)
    write_rows(folder, texts, raw, centre, sides_of(found, len(training.unanswerable)))
    number = {topic: at for at, topic in enumerate(topics)}
    labels = np.array([number[p.topic] for p in found] + [len(topics)] * len(training.unanswerable), dtype=np.int64)
    np.save(folder / "topic_of.npy", labels)
    modelled = sum(p.kind in _LABELLED for p in found) + len(training.unanswerable) <= storage.largest_learned
    if modelled:
        learned = _with_model(folder, topics, found, training, centred(raw, centre), storage)
    else:
        search = storage.open(folder, name)
        learned = learn_at_scale(
            topics, found, training.unanswerable, len(training.near_misses), centred(raw, centre), labels, search
        )  # fmt: skip
    about = {
        "topics": topics, "modelled": modelled, "encoder": encoder.source, "dim": encoder.dim, "probe": [float(v) for v in probe(encoder)],
        "weights": [float(w) for w in learned.weights], "close": learned.close, "judge": learned.judge.to_json(), "figures": learned.figures,
    }  # fmt: skip
    (folder / "index.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
    return learned.figures


def _with_model(folder: Path, topics: Sequence[str], found: Sequence[Passage], training: Training, vectors: Floats, storage: Storage) -> Learned:
    """All signals, with a topic model learned from every labelled sentence."""
    texts = [p.text for p in found] + list(training.unanswerable)
    material = Material(topics, found, training.unanswerable, len(training.near_misses), [tokenised(text) for text in texts], vectors)
    points = material.rows(*_LABELLED, "refused")
    named = [grams(texts[at], material.tokens[at]["words"]) for at in points]
    kernel = Kernel.of(named, vectors[points], material.importance[points])
    fold = folds_of(material)
    solved = kernel.solve(material.labels[points], len(topics) + 1, fold[points])
    classified = np.zeros((len(texts), len(topics) + 1), dtype=np.float32)
    classified[points] = solved.held_out
    learned = learn(material, fold, classified)
    model = TopicModel.of(kernel, solved.weights)
    parts_of(material, without=np.zeros(0, dtype=np.int64)).words.save(folder)
    model.save(folder / "topic_model")
    if storage.milvus is None:
        rows = Rows(texts, vectors, material.sides)
        FaissPassages.build(rows, tokens=[tokens["words"] for tokens in material.tokens]).save(folder / "passages")
    return learned


def _vectors(texts: Sequence[str], encoder: Encoder, known: Mapping[str, Floats]) -> Floats:
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    fresh = dict(zip(missing, encoder.encode(missing), strict=True)) if missing else {}
    rows = [fresh[text] if text in fresh else known[text] for text in texts]
    found = np.stack(rows).astype(np.float32) if rows else np.zeros((0, encoder.dim), dtype=np.float32)
    check_vectors(found, texts)
    return found
