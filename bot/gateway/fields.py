"""The fields that requests share: what an id, a text or a payload may be."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

MOST_TEXT = 2000
ID_PATTERN = r"^[^\x00-\x1f\x7f]+$"
# Blanks, control characters and marks without a shape of their own (zero width, direction) say nothing.
_SILENT = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
TEXT_PATTERN = rf"^[^\x00]*[^{_SILENT}][^\x00]*$"
PAYLOAD_PATTERN = r"^/[A-Za-z][A-Za-z0-9_]{0,63}(\{[^\x00]*\})?$"


def _json_behind_intent(payload: str) -> str:
    brace = payload.find("{")
    if brace < 0:
        return payload
    try:
        values = json.loads(payload[brace:])
    except (ValueError, RecursionError):
        raise ValueError("what follows the intent must be a JSON object") from None
    if not isinstance(values, dict):
        raise ValueError("what follows the intent must be a JSON object")
    return payload


Id = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=128, pattern=ID_PATTERN)]
"""1–128 characters without control characters."""

Text = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=MOST_TEXT, pattern=TEXT_PATTERN)]
"""1–2000 characters, at least one of them visible; no NUL."""

Payload = Annotated[
    str,
    StringConstraints(strict=True, max_length=MOST_TEXT, pattern=PAYLOAD_PATTERN),
    AfterValidator(_json_behind_intent),
]
"""A button's payload: `/intent` or `/intent{"slot": "value"}`."""

Note = Annotated[str, Field(max_length=MOST_TEXT, pattern=r"^[^\x00]*$")]
"""Free text of staff, possibly empty."""
