"""The columns of a source, looked at before it is read, and what is said where one is missing."""

from collections.abc import Iterable, Mapping, Set
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from sla_rules.adapters.documents import keys_of
from sla_rules.adapters.preset import Preset
from sla_rules.adapters.presets import PRESETS
from sla_rules.adapters.roles import no_column
from sla_rules.errors import InputError
from sla_rules.sources.columns import NEEDED, Renaming
from sla_rules.sources.files import PARQUET, paths_of
from sla_rules.sources.incoming import FRAME
from sla_rules.sources.pandas import is_pandas
from sla_rules.sources.parquet import legible, schema_of
from sla_rules.sources.rows import csv_header, readable

_MOST_BYTES = 100_000_000
"""Of a document that is looked at for a hint: one of JSON is loaded whole."""


def columns_of(source: Any) -> dict[str, list[str]] | None:
    """Return the columns of each table of a source, by what a message about it begins with.

    Returns:
        None where only reading shows them, as in JSON Lines, or where there is no source.

    Raises:
        InputError: a file or a frame cannot be read.
    """
    if isinstance(source, (str, PathLike, list, tuple)):
        paths = paths_of(source, hint=_hint_of_document)
        tables = all(path.suffix.lower() in (".csv", PARQUET) for path in paths)
        return {f"{path}: ": _header(path) for path in paths} if tables else None
    names = _names(source)
    return {"": names} if isinstance(names, list) and all(isinstance(name, str) for name in names) else None


def _hint_of_document(path: Path) -> str:
    """Return the hint at the preset that reads a document; empty where none does, or it is too large to look at."""
    try:
        with readable(path):
            keys = keys_of(path) if path.stat().st_size <= _MOST_BYTES else frozenset[str]()
    except InputError:
        return ""
    return _hint_at(fitting(keys, (each for each in PRESETS.values() if each.rows is not None)))


def _hint_at(preset: Preset | None) -> str:
    return "" if preset is None else f"; looks like `{preset.name}`: give `preset=`"


def _header(path: Path) -> list[str]:
    if path.suffix.lower() == PARQUET:
        return list(schema_of(path))
    with readable(path):
        return csv_header(path)


def _names(frame: Any) -> object:
    if isinstance(frame, (pl.DataFrame, pl.LazyFrame)):
        with legible(FRAME):
            return frame.collect_schema().names()
    if is_pandas(frame):
        return list(frame.columns)
    of_schema = getattr(getattr(frame, "schema", None), "names", None)  # Arrow; DuckDB has `columns` only
    return of_schema if of_schema is not None else getattr(frame, "columns", None)


def refuse_unlike_events(tables: Mapping[str, list[str]], columns: Mapping[str, str] | None) -> None:
    """Refuse a table whose rows cannot be events as they are, and say which preset it looks like.

    Args:
        tables: their columns, as `columns_of` gives them.
        columns: our names with those of the source.

    Raises:
        InputError: a column that every event needs is missing.
    """
    renaming = Renaming(columns)
    for where, there in tables.items():
        ours = renaming.names(there)
        for name in NEEDED:
            if name not in ours:
                preset = fitting(frozenset(there), (each for each in PRESETS.values() if each.rows is None))
                raise no_column((columns or {}).get(name, name), there, where, _hint_at(preset))


def fitting(keys: Set[str], presets: Iterable[Preset]) -> Preset | None:
    """Return the preset that fits columns or keys, that with most of them; None where none of some presets does."""
    fit = [preset for preset in presets if preset.needs <= keys]
    return max(fit, key=lambda each: len(each.needs | (keys & set(each.map.named))), default=None)
