"""Which preset a file belongs to, by its columns or keys."""

from pathlib import Path

from sla_rules.adapters.documents import keys_of
from sla_rules.adapters.looking import fitting
from sla_rules.adapters.preset import Preset
from sla_rules.adapters.presets import PRESETS
from sla_rules.errors import InputError, quoted
from sla_rules.sources.files import PARQUET, SUFFIXES
from sla_rules.sources.parquet import schema_of
from sla_rules.sources.rows import csv_header, readable

_TABLES = (".csv", PARQUET)


def recognised(path: Path) -> Preset | None:
    """Return the preset whose columns or keys a file has, that with most of them; None where no preset fits.

    Raises:
        InputError: the file cannot be read, or is neither a table nor a document that some preset reads.
    """
    suffix = path.suffix.lower()
    keys = _keys(path, suffix)
    found = fitting(keys, (preset for preset in PRESETS.values() if _may_be(preset, suffix)))
    if found is None and suffix not in SUFFIXES:
        raise InputError(f"{path}: {_unknown(keys)}")
    return found


def is_table(path: Path) -> bool:
    """Say whether a file is read row by row, and not only as a document of some preset."""
    return path.suffix.lower() in SUFFIXES


def _keys(path: Path, suffix: str) -> frozenset[str]:
    with readable(path):
        if suffix == ".csv":
            return frozenset(csv_header(path))
        if suffix == PARQUET:
            return frozenset(schema_of(path))
        return keys_of(path)


def _may_be(preset: Preset, suffix: str) -> bool:
    is_document = preset.rows is not None
    return not is_document if suffix in _TABLES else is_document or suffix in SUFFIXES


def _unknown(keys: frozenset[str]) -> str:
    """Say of a file that is no table why no preset reads it, with the preset that lacks least."""
    documents = [preset for preset in PRESETS.values() if preset.rows is not None]
    near = max(documents, key=lambda preset: len(preset.needs & keys) / len(preset.needs))
    what = f"the file is no document of any preset, and none of {', '.join(SUFFIXES)}"
    if not near.needs & keys:
        return what
    lacking = ", ".join(quoted(key) for key in sorted(near.needs - keys))
    return f"{what}; nearest is {quoted(near.name)}, which needs {lacking} too"
