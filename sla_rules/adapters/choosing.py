"""Which map a source is read by: a preset, a map, or both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from sla_rules.adapters.mapping import SourceMap, load_map
from sla_rules.adapters.preset import Preset
from sla_rules.adapters.presets import PRESETS
from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.sources.rows import Rows

Columns = Mapping[str, str] | SourceMap | str | PathLike[str]
"""Our names with those of the source, a map, the path of one in YAML, or the name of a preset."""

_FILES = (".yaml", ".yml")


@dataclass(frozen=True)
class Chosen:
    """How a source is read.

    Attributes:
        map: how its rows become events.
        required: the columns that must be there; None for all that the map names.
        rows: reads a document of its own format; None where the source is a table.
    """

    map: SourceMap
    required: frozenset[str] | None = None
    rows: Callable[[Path], Rows] | None = None


def chosen(columns: Columns | None, preset: str | None) -> Chosen | None:
    """Return how a source is read, or None where plain names of columns, or nothing at all, say it.

    Args:
        columns: names, a map or a preset; beside a preset they change it.
        preset: the name of a preset.

    Raises:
        InputError: no such preset.
        AgreementError: what should be a map is none.
    """
    if isinstance(columns, str) and not columns.lower().endswith(_FILES):
        if preset is not None:
            raise InputError(f"columns: {quoted(columns)} stands beside a preset; give names or a map")
        return _by_preset(preset_of(columns, "columns"), None)
    given = load_map(columns) if isinstance(columns, (str, PathLike)) else columns
    if preset is not None:
        return _by_preset(preset_of(preset), given)
    return Chosen(given) if isinstance(given, SourceMap) else None


def preset_of(name: str, what: str = "preset") -> Preset:
    """Return the preset of a name. Raises `InputError` with the nearest one."""
    if not isinstance(name, str) or name not in PRESETS:
        hint = did_you_mean(name, PRESETS) or f", known: {', '.join(PRESETS)}"
        files = f"; a map is a file that ends in {' or '.join(_FILES)}" if what == "columns" else ""
        raise InputError(f"{what}: unknown preset {quoted(name)}{hint}{files}")
    return PRESETS[name]


def _by_preset(preset: Preset, changes: Mapping[str, str] | SourceMap | None) -> Chosen:
    needs = preset.needs if preset.rows is None else frozenset()
    if changes is None:
        return Chosen(preset.map, needs, preset.rows)
    map = preset.map.merged(changes)
    stated = changes.named if isinstance(changes, SourceMap) else changes.values()
    gone = frozenset(preset.map.named) - frozenset(map.named)
    return Chosen(map, (needs - gone) | frozenset(stated), preset.rows)
