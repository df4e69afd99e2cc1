"""A map as YAML to edit: what was found, and as comments what is left to say."""

from collections.abc import Collection, Iterable, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from sla_rules.adapters.inspecting.counting import Counts, most_common
from sla_rules.adapters.inspecting.suggesting import Against, Unknown
from sla_rules.adapters.mapping import SourceMap
from sla_rules.errors import quoted

_MOST = 60
"""Types, values and fields that are listed each."""
_FEW = 6


def map_text(
    map: SourceMap,
    counts: Counts,
    *,
    title: Iterable[str],
    naive: bool,
    beside: Against | None,
) -> str:
    """Return a map as YAML with comments; `load_map` reads it.

    Args:
        map: what was found.
        counts: what the file holds by it.
        title: the lines of comments that it begins with.
        naive: whether times have no zone and nobody has named it.
        beside: the agreement that it is made for; None where that is not known.
    """
    stated = {"shape": map.shape, **map.to_plain()}
    types, values = stated.pop("types", {}), stated.pop("values", {})
    lines = [f"# {_one_line(line)}" for line in title]
    lines += _yaml(stated)
    if naive:
        lines.append("# timezone: Europe/Paris   # times have no offset or zone: uncomment, and name theirs")
    lines += _types(types, counts, beside, named=map.shape != "milestones" and map.type is None)
    lines += _values(values, beside)
    lines += _fields(counts)
    return "\n".join(lines) + "\n"


def _types(given: Mapping[str, str], counts: Counts, beside: Against | None, *, named: bool) -> list[str]:
    """Return the block of types, theirs with ours; `named` says whether those of the file are its own words.

    What they stand for decides what is judged at all, so those that are not given are comments, however near.
    """
    if beside is not None:
        stubs = _stubs(each for each in beside.types if each.word not in given.values())
        note = f"  # types of events that {quoted(beside.agreement)} does not declare: uncomment what is so"
        return _block("types", given, [*_yaml(given), *stubs], note if stubs else "")
    others = [type for type, _ in most_common(counts.types) if named and type not in given.values()][:_MOST]
    stubs = [f"# {line}" for type in others for line in _open(type, "one of ours")]
    return _block("types", given, [*_yaml(given), *stubs], "  # theirs: ours" if given else "   # theirs: ours")


def _values(given: Mapping[str, Mapping[str, str]], beside: Against | None) -> list[str]:
    """Return the block of values by field, theirs with ours."""
    unknown: Mapping[str, tuple[Unknown, ...]] = {} if beside is None else beside.values
    lines = []
    live = False
    for field in dict.fromkeys([*given, *unknown]):
        said = given.get(field, {})
        words = [*_yaml(said), *_stubs(unknown.get(field, ()), said.values())]
        block = _block(_key(field), {line: 0 for line in words if not line.startswith("#")}, words)
        live = live or not block[0].startswith("#")
        lines += block
    return _block("values", {"": 0} if live else {}, lines)


def _block(key: str, live: Mapping[str, object], lines: list[str], note: str = "") -> list[str]:
    """Return a mapping; as a comment where nothing in it is live, since an empty one says nothing."""
    if not lines:
        return []
    head, rest = f"{key}:{note}", [f"  {line}" for line in lines]
    if live or any(not line.startswith("#") for line in lines):
        return [head, *rest]
    return [f"# {head}", *(f"#   {line.removeprefix('# ')}" for line in lines)]


def _stubs(unknown: Iterable[Unknown], taken: Collection[str] = ()) -> list[str]:
    """Return lines for words, those that are certain live; none for a word that could be nothing of ours.

    Of one that is like none of ours the right side is no word, so that it must be written to be live.
    """
    lines = []
    for each in [each for each in unknown if each.ours][:_MOST]:
        if each.certain and each.nearest not in taken:
            lines += _yaml({each.word: each.nearest})
        elif each.nearest is not None:
            lines += [f"# {line}" for line in _yaml({each.word: each.nearest})]
        else:
            lines += [f"# {line}" for line in _open(each.word, " | ".join(each.ours[:_FEW]) + "?")]
    return lines


def _fields(counts: Counts) -> list[str]:
    """Return what fields there are, as comments."""
    if not counts.fields:
        return []
    lines = ["# Fields of the events. A line `ours: theirs` under `columns` gives one another name."]
    for name, field in list(counts.fields.items())[:_MOST]:
        some = [] if field.values is None else [value for value, _ in most_common(field.values)[:_FEW]]
        more = ", …" if field.values is not None and len(field.values) > _FEW else ""
        told = f": {', '.join(some)}{more}" if some else ""
        lines.append(f"#   {_one_line(name)}{_one_line(told)[:160]}")
    if len(counts.fields) > _MOST:
        lines.append(f"#   and {len(counts.fields) - _MOST} more")
    return lines


def _yaml(value: Mapping[str, Any]) -> list[str]:
    """Return a mapping as lines of YAML."""
    if not value:
        return []
    text = StringIO()
    yaml = YAML()
    yaml.width = 100_000
    yaml.dump(dict(value), text)
    return text.getvalue().splitlines()


def _open(word: str, choice: str) -> list[str]:
    """Return the lines of a word whose right side is to be written, with what may stand there."""
    *lines, last = _yaml({word: 0})
    return [*lines, f"{last.removesuffix(' 0')}   # {_one_line(choice)}"]


def _key(name: str) -> str:
    return "\n".join(_yaml({name: 0})).removesuffix(": 0")


def _one_line(text: str) -> str:
    """Return text as a comment can hold it."""
    return "".join(each if each.isprintable() else " " for each in text)
