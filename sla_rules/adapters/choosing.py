"""Which map a source is read by: a preset, a map, or both."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, TypeGuard, get_args

from sla_rules.adapters.mapping import Shape, SourceMap, load_map
from sla_rules.adapters.preset import Preset, Reader
from sla_rules.adapters.presets import PRESETS
from sla_rules.errors import InputError, did_you_mean, quoted

Columns = Mapping[str, Any] | SourceMap | str | PathLike[str]
"""Our names with those of the source, a map or what one says, the path of one in YAML, or the name of a preset."""

_FILES = (".yaml", ".yml")

_WORDS_OF_MAPS = frozenset(SourceMap.model_fields) - {"columns", "type", "timezone"}
"""The keys of a map that are unlikely names of fields."""


@dataclass(frozen=True)
class Chosen:
    """How a source is read.

    Attributes:
        map: how its rows become events.
        required: the columns that must be there; None for all that the map names.
        rows: reads a document of its own format; None where the source is a table.
        last_by: the field whose latest value says which record of a case in a document counts.
        offered: those of the milestones that nobody named but the preset, with the type of each.
    """

    map: SourceMap
    required: frozenset[str] | None = None
    rows: Reader | None = None
    last_by: str | None = None
    offered: Mapping[str, str] = field(default_factory=dict)

    def map_for(self, types: Container[str]) -> SourceMap:
        """Return the map without what a preset offers and nobody declares; `types` are those that are declared.

        Where no milestone would be left, all stay, and are findings.
        """
        unasked = {their for their, type in self.offered.items() if type not in types}
        left = {their: type for their, type in self.map.milestones.items() if their not in unasked}
        return self.map.model_copy(update={"milestones": left}) if left else self.map


def chosen(columns: Columns | None, preset: str | None) -> Chosen | None:
    """Return how a source is read, or None where plain names of columns, or nothing at all, say it.

    Args:
        columns: names, a map, what one says, or a preset; beside a preset they change it.
        preset: the name of a preset.

    Raises:
        InputError: no such preset.
        AgreementError: what should be a map is none.
    """
    if isinstance(columns, str) and not columns.lower().endswith(_FILES):
        if preset is not None:
            raise InputError(f"columns: {quoted(columns)} stands beside a preset; give names or a map")
        return _by_preset(preset_of(columns, "columns"), None)
    given = load_map(columns) if isinstance(columns, (str, PathLike)) or _says_a_map(columns) else columns
    if preset is not None:
        return _by_preset(preset_of(preset), given)
    return Chosen(given) if isinstance(given, SourceMap) else None


def _says_a_map(columns: object) -> TypeGuard[Mapping[str, Any]]:
    """Say whether a mapping is what a map says, and no names of columns."""
    if not isinstance(columns, Mapping):
        return False
    if any(isinstance(value, (Mapping, list, tuple)) for value in columns.values()):
        return True
    words = columns.keys() & _WORDS_OF_MAPS
    return bool(words) and (columns.keys() <= SourceMap.model_fields.keys() or columns.get("shape") in get_args(Shape))


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
        return Chosen(preset.map, needs, preset.rows, preset.last_by, preset.map.milestones)
    map = preset.map.merged(changes)
    stated = changes.named if isinstance(changes, SourceMap) else changes.values()
    gone = frozenset(preset.map.named) - frozenset(map.named)
    named = {*changes.milestones, *changes.types} if isinstance(changes, SourceMap) else frozenset[str]()
    offered = {their: type for their, type in preset.map.milestones.items() if their not in named and type not in named}
    return Chosen(map, (needs - gone) | frozenset(stated), preset.rows, preset.last_by, offered)
