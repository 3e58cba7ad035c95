"""What a reader made of the customer's words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """What a reader made of the words."""

    value: str | None = None
    wrong: str | None = None

    @property
    def nothing(self) -> bool:
        """True when the words were no answer to this question."""
        return self.value is None and self.wrong is None


NOTHING = Reading()
