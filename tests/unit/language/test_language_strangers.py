"""Values in sentences as strangers say, type and mishear them: data/strangers_values.yml."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.language.entities import find_entities

TODAY = date(2026, 11, 22)
KINDS = {
    "codes": {"account_no", "phone", "ticket_no"},
    "dates": {"date", "month"},
    "amounts": {"amount"},
    "addresses": {"address"},
    "names": {"person_name"},
}
CASES: dict[str, list[tuple[str, dict[str, list[str]]]]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "strangers_values.yml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("group", "text", "values"), [(group, text, values) for group, cases in CASES.items() for text, values in cases]
)
def test_every_value_is_found_and_no_other(group: str, text: str, values: dict[str, list[str]]) -> None:
    found: dict[str, list[str]] = {}
    for entity in find_entities(text, TODAY):
        if entity.entity in KINDS[group]:
            found.setdefault(entity.entity, []).append(entity.value)
    assert found == values
