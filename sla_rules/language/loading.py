"""From YAML files or a mapping to a checked agreement, or to all problems with their places."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sla_rules.errors import AgreementError, Problem, did_you_mean, quoted
from sla_rules.language.base import shown
from sla_rules.language.checks import checked
from sla_rules.language.document import AgreementFile
from sla_rules.language.reading import Lines, plain, read_file

MOST_PROBLEMS = 50
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
    try:
        parsed = AgreementFile.model_validate(raw)
    except ValidationError as error:
        errors = [dict(item) for item in error.errors(include_url=False)]
        problems = [_problem(raw, lines, item) for item in errors if not _follows(item)]
        raise AgreementError(_most(problems)) from None
    bound, found = checked(parsed)
    if found:
        problems = [lines.problem(_path(raw, path), message) for path, message in found]
        raise AgreementError(_most(problems))
    return bound


def _most(problems: list[Problem]) -> list[Problem]:
    """Return the problems, each once, and no more of them than a person will read."""
    each = list(dict.fromkeys(problems))
    left = len(each) - MOST_PROBLEMS
    return each if left <= 0 else [*each[:MOST_PROBLEMS], Problem(f"and {left} more")]


def _follows(error: Mapping[str, Any]) -> bool:
    """Say whether a list is called too short only because its items are wrong, which is reported already."""
    found, context = error["input"], error.get("ctx", {})
    return error["type"] == "too_short" and isinstance(found, list) and len(found) >= context["min_length"]


def _problem(raw: Any, lines: Lines, error: dict[str, Any]) -> Problem:
    context = error.get("ctx", {})
    path = _path(raw, (*error["loc"], *context.get("path", ())))
    if error["type"] == "missing":
        return lines.problem(path, f"{quoted(str(error['loc'][-1]))} is missing")
    return lines.problem(path, _message(error, context))


def _path(raw: Any, loc: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the part of a location that exists in the data.

    A validator's location names the branches of unions too, and counts one thing that stands in place of a list.
    """
    path: list[Any] = []
    value = raw
    for part in loc:
        if not isinstance(value, (dict, list)):
            break
        there = part in value if isinstance(value, dict) else isinstance(part, int) and part < len(value)
        if there:
            value = value[part]
            path.append(part)
    return tuple(path)


_EXPECTED = {
    "string_type": "text",
    "bool_type": "`true` or `false`",
    "int_type": "an integer",
    "tuple_type": "a list",
    "dict_type": "a mapping",
}
"""What a place expects, by the type of a validator's error."""


def _not_a_form(found: object, words: list[str]) -> str:
    """Say that something is none of the forms that are possible in a place."""
    keys = [str(key) for key in found][:5] if isinstance(found, Mapping) else []
    near = next((hint for key in keys if (hint := did_you_mean(key, words))), "")
    what = f"a mapping with {', '.join(map(quoted, keys))}" if keys else shown(found)
    return f"{what} is not possible here{near or ', expected one of ' + ', '.join(words)}"


def _message(error: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    found = error.get("input")
    match error["type"]:
        case "agreement":
            return str(context["message"])
        case "literal_error":
            expected = str(context["expected"]).replace("'", "`")
            words = [word.strip("` ") for word in expected.replace(" or ", ", ").split(",")]
            return f"{shown(found)} is not {expected}{did_you_mean(found, words)}"
        case "union_tag_invalid":
            words = [word.strip("'<> ") for word in str(context["expected_tags"]).split(",")]
            key = str(context["discriminator"]).strip("'")
            if key.endswith("()"):
                return _not_a_form(found, words)
            word = found.get(key) if isinstance(found, Mapping) else found
            hint = did_you_mean(word, words) or f", known: {', '.join(words)}"
            return f"unknown {key} {shown(word)}{hint}"
        case "union_tag_not_found":
            return f"`{str(context['discriminator']).strip(chr(39))}` is missing"
        case "too_short":
            return f"expected at least {context['min_length']}, found {context['actual_length']}"
        case kind if kind in _EXPECTED:
            quotes = "; put it in quotes" if _EXPECTED[kind] == "text" and isinstance(found, (int, Decimal)) else ""
            return f"expected {_EXPECTED[kind]}, found {shown(found)}{quotes}"
        case _:
            message = str(error["msg"])
            text = message[0].lower() + message[1:]
            return text if error["type"] == "shape" else f"{text}, found {shown(found)}"
