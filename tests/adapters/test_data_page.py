"""docs/data.md names every preset and every key of a map, and no other."""

import re
from pathlib import Path

from sla_rules.adapters.mapping import SourceMap
from sla_rules.adapters.presets import PRESETS

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text("utf-8")


def table(mark: str) -> list[list[str]]:
    """The rows of the table that a mark announces."""
    lines = PAGE.partition(f"<!-- {mark} -->\n")[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in re.split(r" \| ", line.strip("|"))] for line in lines[2:]]


def test_every_preset() -> None:
    assert table("presets") == [
        [f"`{preset.name}`", preset.title, ", ".join(f"`{key}`" for key in sorted(preset.needs))]
        for preset in PRESETS.values()
    ]


def test_every_key_of_a_map() -> None:
    rows = table("map")
    assert [key.strip("`") for key, *_ in rows] == list(SourceMap.model_fields)
    for key, default, _ in rows:
        stated = SourceMap.model_fields[key.strip("`")].default
        assert (default == "none") == (stated in (None, (), {})), key
