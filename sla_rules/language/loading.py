"""From YAML files or a mapping to a checked agreement, or to all problems with their places."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sla_rules.errors import AgreementError, Problem, quoted
from sla_rules.language.base import shown
from sla_rules.language.binding import bound
from sla_rules.language.checks import check
from sla_rules.language.document import AgreementFile
from sla_rules.language.problems import existing, most, validated
from sla_rules.language.reading import Lines, plain, read_file

SCENARIOS = ".scenarios.yaml"
"""How the name of a scenario file ends; such files stand beside the parts of an agreement."""


def load_mapping(source: Mapping[str, Any]) -> tuple[AgreementFile, Any]:
    """Return the agreement that a Python mapping states, checked, and its plain form. Raises `AgreementError`."""
    raw = plain(source)
    return document(raw, Lines()), raw


def load_path(path: Path, overrides: Mapping[str, Any] | None = None) -> tuple[AgreementFile, Any]:
    """Return the agreement of a file, or of the parts in a folder, checked, and its plain form.

    Raises:
        AgreementError: with every problem found, each with file and line.
    """
    files = parts_of(path) if path.is_dir() else [path]
    lines = Lines(source=str(path))
    raw: Any = {}
    for file in files:
        part, places = read_file(file)
        raw = merge(raw, part, places, lines, str(file))
    raw.update(overrides or {})
    return document(raw, lines), raw


def parts_of(folder: Path) -> list[Path]:
    """Return the YAML files of a folder that are parts of an agreement, in the order of their names."""
    files = sorted(file for file in folder.glob("*.yaml") if not file.name.endswith(SCENARIOS))
    if not files:
        raise AgreementError([Problem("no `*.yaml` file in this folder", file=str(folder))])
    return files


def dated_versions(path: Path) -> dict[date, Path]:
    """Return the versions in a folder by the day from which each is in force; none where it is no folder of versions.

    Raises:
        AgreementError: some names are dates and some are not.
    """
    if not path.is_dir():
        return {}
    entries = sorted(
        e for e in path.iterdir() if (e.suffix == ".yaml" or e.is_dir()) and not e.name.endswith(SCENARIOS)
    )
    dated: dict[date, Path] = {}
    for entry in entries:
        try:
            dated[date.fromisoformat(entry.name.removesuffix(".yaml"))] = entry
        except ValueError:
            continue
    if dated and len(dated) < len(entries):
        odd = next(entry for entry in entries if entry not in dated.values())
        raise AgreementError([Problem(f"stands among dated versions but {quoted(odd.name)} is no date", file=str(odd))])
    return dated


def merge(whole: dict[str, Any], part: Any, places: Mapping[Any, Any], lines: Lines, file: str) -> dict[str, Any]:
    """Add one file to what was read before it: lists are continued, mappings joined, anything else may stand once."""
    if not isinstance(part, dict):
        raise AgreementError([Problem(f"an agreement is a mapping, found {shown(part)}", file=file, line=1)])
    merged = dict(whole)
    moved: dict[str, int] = {}
    for key, value in part.items():
        before = merged.get(key)
        if isinstance(before, list) and isinstance(value, list):
            moved[key] = len(before)
            merged[key] = before + value
        elif isinstance(before, dict) and isinstance(value, dict) and not before.keys() & value.keys():
            merged[key] = {**before, **value}
        elif key not in merged:
            merged[key] = value
        else:
            twice = sorted(map(str, before.keys() & value.keys())) if isinstance(before, dict) else []
            message = f"{', '.join(map(quoted, twice or [str(key)]))} stands in another file already"
            raise AgreementError([Problem(message, str(key), *places.get((key,), (file, 1)))])
    for at, place in places.items():
        if len(at) > 1 and at[0] in moved:
            at = (at[0], at[1] + moved[at[0]], *at[2:])
        lines.places.setdefault(at, place)
    return merged


def document(raw: Any, lines: Lines) -> AgreementFile:
    """Return the checked agreement that plain values state. Raises `AgreementError` with all problems."""
    parsed = validated(AgreementFile, raw, lines)
    found = check(parsed)
    if found:
        raise AgreementError(most([lines.problem(existing(raw, path), message) for path, message in found]))
    return bound(parsed)
