"""Values that differ by company or province, inherited along ``extends``, and filled into an article's placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError

from knowledge_base.article import Source, Text, first_reason
from knowledge_base.errors import ProfileError, UnknownProfile, UnknownValue
from knowledge_base.marked_yaml import Marked, NotYaml

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)\}")
_ABOUT = "profile.yml"
SCHEDULE = "schedule"
"""The one entry of a values file that is no value: the tariff to calculate with, see `knowledge_base.tariff.schedules`."""


class Value(Source):
    """A value with what it rests on."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    value: Text


@dataclass(frozen=True)
class Profile:
    """A company's or province's values, inherited ones included."""

    name: str
    title: str
    lineage: tuple[str, ...]
    """The profile itself first, then what it extends, up to the root."""
    values: Mapping[str, Value]

    def fill(self, text: str) -> str:
        """`text` with its placeholders filled in. Raises UnknownValue."""
        return PLACEHOLDER.sub(lambda found: self[found.group(1)].value, text)

    def __getitem__(self, name: str) -> Value:
        """The value of this name. Raises UnknownValue."""
        try:
            return self.values[name]
        except KeyError:
            raise UnknownValue(name) from None

    def covers(self, region: str) -> bool:
        """Whether an article of this region (全国 or a province) is for this profile."""
        return region == "全国" or region in self.title


def quoted(text: str) -> tuple[str, ...]:
    """The names of the values that `text` quotes, in order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def profile_names(folder: Path) -> tuple[str, ...]:
    """The profiles kept in `folder`."""
    return tuple(sorted(path.parent.name for path in folder.glob(f"*/{_ABOUT}")))


def profile_files(folder: Path) -> Iterator[tuple[str, Path, Marked]]:
    """Every file of values: profile, file, entries with their lines. Raises ProfileError."""
    for name in profile_names(folder):
        for file in sorted((folder / name).glob("*.yml")):
            if file.name != _ABOUT:
                yield name, file, read_marked(file)


def load_profile_chain(folder: Path, name: str) -> list[str]:
    """The profile's name, then what it extends, up to the root. Raises UnknownProfile or ProfileError."""
    return list(load_profile(folder, name).lineage)


def load_profile(folder: Path, name: str) -> Profile:
    """Read profile `name` and all it extends. Raises UnknownProfile, or ProfileError with file, line and reason."""
    lineage: list[str] = []
    values: dict[str, Value] = {}
    title = ""
    following: str | None = name
    while following is not None:
        about = folder / following / _ABOUT
        if not re.fullmatch("[a-z0-9_]+", following) or not about.is_file():
            raise UnknownProfile(f"没有名为 {following} 的 profile；现有：{'、'.join(profile_names(folder))}")
        if following in lineage:
            raise ProfileError(about, 1, f"extends 绕成了圈：{' → '.join([*lineage, following])}")
        lineage.append(following)
        content = read_marked(about).content
        title = title or str(content.get("title") or following)
        values = {**_own_values(folder / following), **values}
        following = content.get("extends")
    return Profile(name, title, tuple(lineage), values)


def _own_values(folder: Path) -> dict[str, Value]:
    own: dict[str, Value] = {}
    for file in sorted(folder.glob("*.yml")):
        if file.name == _ABOUT:
            continue
        for name, value in _values(file).items():
            if name in own:
                raise ProfileError(file, read_marked(file).line((name,)), f"{name} 在这个 profile 的另一个文件里已经定义")
            own[name] = value
    return own


def _values(file: Path) -> dict[str, Value]:
    marks = read_marked(file)
    found: dict[str, Value] = {}
    for name, content in marks.content.items():
        if name == SCHEDULE:
            continue
        if not isinstance(name, str) or not PLACEHOLDER.fullmatch(f"{{{name}}}"):
            raise ProfileError(file, marks.line((str(name),)), f"值的名字应当像 outage.arrive_urban，不是 {name}")
        try:
            found[name] = Value.model_validate(content)
        except ValidationError as error:
            place, reason = first_reason(error)
            raise ProfileError(file, marks.line((name, *place)), reason) from error
    return found


def read_marked(file: Path) -> Marked:
    """A profile's file with the lines of its entries; an empty file is an empty mapping. Raises ProfileError."""
    text: Any = file.read_text(encoding="utf-8")
    try:
        return Marked(text if text.strip() else "{}")
    except NotYaml as error:
        raise ProfileError(file, error.line, error.reason) from error
