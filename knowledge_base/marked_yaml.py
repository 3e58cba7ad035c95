"""YAML that remembers on which line each value stood, so that a mistake can be named where an editor finds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Path = tuple[str | int, ...]


class NotYaml(ValueError):
    """The text is no YAML mapping; ``line`` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


class Marked:
    """A YAML mapping: ``content``, and the line of every key and list item in it."""

    def __init__(self, text: str, *, first_line: int = 1) -> None:
        """Read `text`, whose first line is line `first_line` of the file. Raises NotYaml."""
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if not isinstance(node, yaml.MappingNode):
                raise NotYaml(first_line, "这里应当是“名字: 值”的形式")
            self._lines: dict[Path, int] = {(): first_line}
            self._walk(node, (), first_line)
            self.content: dict[str, Any] = loader.construct_document(node)
        except NotYaml:
            raise
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise NotYaml(first_line + (mark.line if mark else 0), f"YAML 写错了：{error.problem}") from error
        except (yaml.YAMLError, ValueError) as error:
            raise NotYaml(first_line, f"YAML 写错了：{error}") from error
        finally:
            loader.dispose()

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the nearest thing on `path` that was written."""
        at = tuple(path)
        while at not in self._lines:
            at = at[:-1]
        return self._lines[at]

    def _walk(self, node: yaml.Node, path: Path, first_line: int) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                place = (*path, str(key.value))
                if place in self._lines:
                    raise NotYaml(first_line + key.start_mark.line, f"“{key.value}”写了两遍")
                self._lines[place] = first_line + key.start_mark.line
                self._walk(value, place, first_line)
        elif isinstance(node, yaml.SequenceNode):
            for at, item in enumerate(node.value):
                self._lines[(*path, at)] = first_line + item.start_mark.line
                self._walk(item, (*path, at), first_line)
