"""Training the address reader: marked sentences in, ``$DIANDA_HOME/models/addresses`` out. About half a minute, only when something changed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pycrfsuite

from bot.language.address_features import features
from bot.language.address_reader import ABOUT, MODEL, PROJECT, reader_folder
from bot.language.addresses import bare_address
from bot.language.normalise import normalise

ENTITIES, INTENTS = PROJECT / "nlu_data" / "entities", PROJECT / "nlu_data" / "intents"
_SETTINGS = {"c1": 0.1, "c2": 0.02, "max_iterations": 60, "feature.possible_transitions": True}
_MARKED = re.compile(r"\[([^\]]+)\](?:\(([a-z_]+)\)|\{[^}]*\})?")
_PLACE_WORD = re.compile("[村镇乡街路区楼栋巷组园苑店厂号站]")
_WITHOUT_KEPT = 0.5
"""This share of the intents' sentences with a place's word and no address teaches what none is; more adds only time."""
_EXCHANGES = 2
"""So often every sentence is seen again with other sentences' addresses: what is around them must not be learned by heart."""
_COMMON = 20
"""Words rarer than this in jieba's dictionary have no class here, unless they name a place."""


@dataclass(frozen=True)
class Marked:
    """A regular text with the spans of its addresses."""

    text: str
    spans: tuple[tuple[int, int], ...]

    def labels(self) -> list[str]:
        """One of B, I, E, S, O for each character."""
        labels = ["O"] * len(self.text)
        for start, end in self.spans:
            labels[start:end] = ["B", *"I" * (end - start - 2), "E"] if end - start > 1 else ["S"]
        return labels


def entity_sentences(folder: Path = ENTITIES) -> list[Marked]:
    """The sentences of ``nlu_data/entities``: one a line, ``[…]`` around an address."""
    lines = (line.strip() for path in sorted(folder.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines())
    return [marked(line) for line in lines if line and not line.startswith("#")]


def intent_sentences(folder: Path = INTENTS) -> list[Marked]:
    """The intents' sentences with an address, and a share of those that hold a place's word but no address."""
    chance = random.Random(5)
    kept = []
    for line in _utterances(folder):
        sentence = marked(line)
        # A bare 三楼东户 is an answer that nobody marked: it teaches neither.
        doubtful = not _PLACE_WORD.search(sentence.text) or bare_address(sentence.text)
        if sentence.spans or (not doubtful and chance.random() < _WITHOUT_KEPT):
            kept.append(sentence)
    return kept


def _utterances(folder: Path) -> Iterator[str]:
    import yaml

    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or []:
            yield from (line.strip()[2:] for line in block["examples"].splitlines() if line.strip().startswith("- "))


def marked(line: str) -> Marked:
    """A line with its marks taken off; ``[…]`` and ``[…](address)`` are addresses, other kinds are not."""
    raw, spans, at = "", [], 0
    for found in _MARKED.finditer(line):
        raw += line[at : found.start()]
        bare = found.end() == found.end(1) + 1
        if bare or found.group(2) == "address":
            spans.append((len(raw), len(raw) + len(found.group(1))))
        raw += found.group(1)
        at = found.end()
    regular = normalise(raw + line[at:])
    inside = [[i for i, origin in enumerate(regular.origin) if start <= origin < end] for start, end in spans]
    return Marked(regular.text, tuple((places[0], places[-1] + 1) for places in inside if places))


def exchanged(sentences: list[Marked], times: int = _EXCHANGES) -> list[Marked]:
    """`sentences` again, each with addresses of others in the places of its own."""
    chance = random.Random(1)
    addresses = [s.text[start:end] for s in sentences for start, end in s.spans]
    made = []
    for sentence in (s for _ in range(times) for s in sentences if s.spans):
        text, at = "", 0
        spans = []
        for start, end in sentence.spans:
            text += sentence.text[at:start]
            other = chance.choice(addresses)
            spans.append((len(text), len(text) + len(other)))
            text += other
            at = end
        made.append(Marked(text + sentence.text[at:], tuple(spans)))
    return made


def word_classes() -> dict[str, str]:
    """Classes of common words and of place names in jieba's dictionary: ns, v, n."""
    rows = (line.split() for line in files("jieba").joinpath("dict.txt").read_text(encoding="utf-8").splitlines())
    return {word: tag for word, count, tag in rows if int(count) >= _COMMON or tag == "ns"}


def train(sentences: list[Marked], tags: Mapping[str, str], model: Path) -> None:
    """Fit the chain on `sentences` and write it to `model`."""
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(_SETTINGS)
    for sentence in sentences:
        trainer.append(features(sentence.text, tags), sentence.labels())
    trainer.train(str(model))


def identity() -> str:
    """What the reader is made from: sentences, and the code that sees them."""
    digest = hashlib.sha256()
    code = PROJECT / "bot" / "language"
    names = ("address_features", "address_reader", "address_training", "addresses", "place_words", "normalise", "words")
    inputs = [*ENTITIES.glob("*.txt"), *INTENTS.glob("*.yml"), *(code / f"{name}.py" for name in names)]
    for path in sorted(inputs):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def is_current(home: Path | None = None) -> bool:
    """Whether the installation holds the reader that the present sentences and code would give."""
    about = reader_folder(home) / ABOUT
    return about.exists() and json.loads(about.read_text(encoding="utf-8"))["identity"] == identity()


def build(home: Path | None = None) -> None:
    """Train the reader of the installation in `home` unless it is current. What is half made never takes its place."""
    if is_current(home):
        return
    folder = reader_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    tags = word_classes()
    own = entity_sentences()
    model, words = (folder / f"{name}.{os.getpid()}" for name in (MODEL, ABOUT))
    train([*own, *exchanged(own), *intent_sentences()], tags, model)
    by_tag: dict[str, list[str]] = defaultdict(list)
    for word, tag in tags.items():
        by_tag[tag].append(word)
    about = {"identity": identity(), "sentences": len(own), "tags": {tag: " ".join(words) for tag, words in by_tag.items()}}
    words.write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    (folder / ABOUT).unlink(missing_ok=True)
    model.rename(folder / MODEL)
    words.rename(folder / ABOUT)
