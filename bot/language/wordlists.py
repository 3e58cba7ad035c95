"""Word lists written as running text."""

from __future__ import annotations


def listed(text: str) -> list[str]:
    """The blank-separated words of `text`."""
    return text.split()


def any_of(text: str) -> str:
    """A regular expression for any of the blank-separated words or patterns of `text`, longest first."""
    return "(?:" + "|".join(sorted(text.split(), key=len, reverse=True)) + ")"
