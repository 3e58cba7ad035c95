"""The assistant's understanding without Rasa: the same steps on the same trained model, hence the same answer.

normalise → values → gist → sentence vector → intents with confidence, and beside them the danger guard. Evaluation, tests and
tools use it where a running service would be in the way; a test marked ``service`` holds both against each other.
"""

from __future__ import annotations

import re
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Sequence
from zoneinfo import ZoneInfo

import numpy as np

from bot.language.address_reader import open_reader
from bot.language.encoder import Depth, SentenceEncoder, encoder_folder
from bot.language.entities import Entity, find_entities
from bot.language.gist import gist
from bot.language.hazards import Danger, danger, vetted
from bot.language.intent_model import Floats, IntentModel
from bot.language.normalise import normalise

HAZARD = "report_hazard"
MODEL_FILES = frozenset({"intent_model.json", "intent_model.npz"})
RANKING = 5
# An annotated value of a training sentence: [十月份](month) or [幺三八…]{"entity": "phone", "value": "…"}.
_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


class ModelMissing(RuntimeError):
    """No trained model, or an archive without one; `dianda train` makes it."""


@dataclass(frozen=True)
class Read:
    """Sentences made ready for the classifier: gists, their vectors, and the values found in each sentence."""

    gists: list[str]
    vectors: Floats
    values: list[list[Entity]]


@dataclass(frozen=True)
class Understood:
    """One sentence understood."""

    text: str
    gist: str
    ranking: tuple[tuple[str, float], ...]
    """The best intents with their confidence, best first; empty when nothing was said."""
    doubt: str
    """``none``, ``close`` or ``unsure``."""
    entities: tuple[Entity, ...]
    danger: Danger | None

    @property
    def intent(self) -> str | None:
        """The classifier's best intent, as the API's parse shows it; None when nothing was said."""
        return self.ranking[0][0] if self.ranking else None

    @property
    def confidence(self) -> float:
        """The confidence of :attr:`intent`."""
        return self.ranking[0][1] if self.ranking else 0.0

    @property
    def decision(self) -> str | None:
        """What is acted upon: the guard outvotes the classifier."""
        return HAZARD if self.danger else self.intent


class Understanding:
    """The pipeline. Cheap to keep, about a second to open; safe to call from several threads."""

    def __init__(self, model: IntentModel, encoder: SentenceEncoder) -> None:
        """``encoder`` must be the one the model was trained with."""
        self.model = model
        self.encoder = encoder

    @classmethod
    def open(cls, home: Path | None = None, archive: Path | None = None) -> Understanding:
        """Open `archive`, else the newest one of the installation in `home`. Raises ModelMissing, EncoderMissing, AddressModelMissing."""
        folder = encoder_folder(home)
        found = archive or newest_archive(folder.parents[1])
        open_reader(folder.parents[1])
        return cls(load_model(found), SentenceEncoder(folder, depth=Depth.HALF))

    def read(self, texts: Sequence[str], today: date | None = None) -> Read:
        """What the classifier sees of `texts`; relative dates are anchored to `today` (default: now in China)."""
        return read(texts, self.encoder, today)

    def understand(self, texts: Sequence[str], today: date | None = None) -> list[Understood]:
        """Understand each of `texts`."""
        seen = self.read(texts, today)
        rows = self.model.probabilities(seen.gists, seen.vectors)
        return [self._understood(*parts) for parts in zip(texts, seen.gists, rows, seen.values, strict=True)]

    def _understood(self, text: str, seen: str, row: Floats, values: list[Entity]) -> Understood:
        best = np.argsort(row)[::-1][: RANKING if seen else 0]
        ranking = tuple((self.model.labels[i], round(float(row[i]), 4)) for i in best)
        heard = danger(text)
        if heard is None:
            ranking = tuple(vetted(text, list(ranking), HAZARD))
        return Understood(text, seen, ranking, self.model.thresholds.doubt(row), tuple(values), heard)


def read(texts: Sequence[str], encoder: SentenceEncoder, today: date | None = None) -> Read:
    """Regularise `texts`, find their values, hide them in the gists, and encode those."""
    anchor = today or datetime.now(ZoneInfo("Asia/Shanghai")).date()
    regular = [normalise(text) for text in texts]
    values = [find_entities(r, anchor) for r in regular]
    # As the components do: a gist that is empty gives way to the text itself.
    gists = [gist(r, v) or r.text for r, v in zip(regular, values, strict=True)]
    return Read(gists, encoder.encode(gists), values)


def newest_archive(home: Path) -> Path:
    """The newest trained archive of an installation. Raises ModelMissing."""
    archives = sorted((home / "models").glob("assistant*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not archives:
        raise ModelMissing(f"{home / 'models'} holds no trained model; run `make train` once")
    return archives[-1]


def load_model(archive: Path) -> IntentModel:
    """The intent model inside a Rasa archive, in whichever component's folder it lies. Raises ModelMissing."""
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(archive) as packed:
        for member in packed:
            name = PurePosixPath(member.name).name
            content = packed.extractfile(member) if name in MODEL_FILES and member.isfile() else None
            if content is not None:
                (Path(scratch) / name).write_bytes(content.read())
        if not all((Path(scratch) / name).exists() for name in MODEL_FILES):
            raise ModelMissing(f"{archive} holds no intent model; run `make train`")
        return IntentModel.load(Path(scratch))


def training_sentences(folder: Path) -> list[tuple[str, str]]:
    """Text and intent of every training sentence under `folder`, annotations taken off, each pair once."""
    import yaml

    found: dict[tuple[str, str], None] = {}
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or []:
            for line in block["examples"].splitlines():
                text = line.strip()
                if text.startswith("- "):
                    found[_ANNOTATED.sub(r"\1", text[2:]).strip(), block["intent"]] = None
    return list(found)
