"""What an operation gets to work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from actions.handlers.forms.flow import Flow
from actions.handlers.forms.said import Said
from actions.handlers.forms.state import FlowState
from actions.handlers.services import Services, Stopwatch


@dataclass
class Job:
    """A completed flow, the turn that completed it, and the services."""

    services: Services
    flow: Flow
    state: FlowState
    said: Said
    memory: dict[str, Any]
    watch: Stopwatch = field(default_factory=Stopwatch)

    @property
    def values(self) -> dict[str, str]:
        """The fields."""
        return self.state.values

    @property
    def settings(self) -> dict[str, Any]:
        """What the flow file says besides the operation's name."""
        return self.flow.done.settings

    @property
    def request_id(self) -> str:
        """Names what this run of the flow creates, so that doing it twice creates it once."""
        return f"{self.said.conversation_id}:{self.state.instance}"
