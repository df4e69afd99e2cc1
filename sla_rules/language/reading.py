"""Reading YAML: plain values, and the file and line that each came from.

A file is measured before anything is made of it: at most 1 MB, 100 000 nodes with aliases expanded,
100 levels deep. A file that says ten lines and means a billion is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError

from sla_rules.errors import AgreementError, Problem, quoted
from sla_rules.language.base import shown, written

MOST_BYTES = 1_000_000
MOST_NODES = 100_000
MOST_LEVELS = 100
MOST_DIGITS = 38

Path_ = tuple[object, ...]


@dataclass(slots=True)
class Lines:
    """The file and line of every value of an agreement, by the path that leads to it."""

    places: dict[Path_, tuple[str, int]] = field(default_factory=dict)
    source: str = ""

    def problem(self, path: Path_, message: str) -> Problem:
        """Return a problem at a path, placed at the nearest value that the file has on the way to it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                file, line = self.places[path[:length]]
                return Problem(message, dotted(path), file, line)
        return Problem(message, dotted(path), self.source)


def dotted(path: Path_) -> str:
    """Return a path as text: `policies[2].limit.table`."""
    text = ""
    for part in path:
        if isinstance(part, int) and not isinstance(part, bool):
            text += f"[{part}]"
        else:
            text += f".{written(part)}" if text else str(written(part))
    return text


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    value: Any
    path: Path_
    before: int
    anchor: str | None
    key: Any = None
    keyed: bool = False


class _Builder:
    """Builds plain values from YAML's stream of events, without recursion, counting as it goes."""

    def __init__(self, file: str, yaml: YAML) -> None:
        self.file = file
        self.resolver = yaml.resolver
        self.places: dict[Path_, tuple[str, int]] = {}
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.nodes = 0
        self.root: Any = None

    def refuse(self, event: Any, message: str) -> AgreementError:
        """Return the error for something at an event's line."""
        return AgreementError([Problem(message, file=self.file, line=event.start_mark.line + 1)])

    def take(self, event: Any) -> None:
        """Take the next event of the stream."""
        if isinstance(event, ScalarEvent):
            self.place(event, self.scalar(event), 1, event.anchor)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self.enter(event, {} if isinstance(event, MappingStartEvent) else [])
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            done = self.open.pop()
            if done.anchor is not None:
                self.anchors[done.anchor] = done.value, self.nodes - done.before
        elif isinstance(event, AliasEvent):
            if event.anchor not in self.anchors:
                raise self.refuse(event, f"alias {quoted(event.anchor)} stands for nothing before it")
            value, size = self.anchors[event.anchor]
            self.place(event, value, size, None)

    def enter(self, event: Any, value: Any) -> None:
        """Begin a list or mapping."""
        if len(self.open) >= MOST_LEVELS:
            raise self.refuse(event, f"nested more than {MOST_LEVELS} levels deep")
        self.untagged(event)
        path = self.place(event, value, 1, None)
        self.open.append(_Open(value, path, self.nodes - 1, event.anchor))

    def place(self, event: Any, value: Any, size: int, anchor: str | None) -> Path_:
        """Put a value where the stream stands, and return the path that leads to it."""
        self.nodes += size
        if self.nodes > MOST_NODES:
            raise self.refuse(event, f"more than {MOST_NODES} values, aliases expanded")
        if anchor is not None:
            self.anchors[anchor] = value, size
        line = event.start_mark.line + 1
        if not self.open:
            self.root = value
            path: Path_ = ()
        else:
            path = self.attach(event, value)
        self.places.setdefault(path, (self.file, line))
        return path

    def attach(self, event: Any, value: Any) -> Path_:
        """Put a value into the list or mapping that is open."""
        into = self.open[-1]
        if isinstance(into.value, list):
            into.value.append(value)
            return (*into.path, len(into.value) - 1)
        if into.keyed:
            into.value[into.key] = value
            into.keyed = False
            return (*into.path, into.key)
        if isinstance(value, (dict, list)):
            raise self.refuse(event, "a key must be a plain value")
        if value in into.value:
            raise self.refuse(event, f"key {quoted(value)} stands there twice")
        into.key, into.keyed = value, True
        path = (*into.path, value)
        self.places[path] = (self.file, event.start_mark.line + 1)
        return path

    def untagged(self, event: Any) -> None:
        """Refuse a tag: a file holds plain values."""
        if event.tag is not None and event.tag != "!":
            raise self.refuse(event, f"tag {quoted(str(event.tag))} is not used here")

    def scalar(self, event: Any) -> Any:
        """Return the value of a scalar: YAML 1.2's integers, numbers, booleans, null, all else as text."""
        self.untagged(event)
        if event.tag == "!" or "_" in event.value:
            return event.value  # the resolver takes `1_000` for a number, which YAML 1.2 does not
        tag = str(self.resolver.resolve(ScalarNode, event.value, event.implicit)).rsplit(":", 1)[-1]
        text: str = event.value
        try:
            if tag == "int":
                return measured(int(text, 10) if text.lstrip("+-").isdigit() else int(text, 0))
            if tag == "float":
                return measured(Decimal(text))
        except (ValueError, ArithmeticError):
            raise self.refuse(event, f"{quoted(text)} is not a number, or too large a one") from None
        if tag == "bool":
            return text.lower() == "true"
        return None if tag == "null" else text


def measured(number: int | Decimal) -> int | Decimal:
    """Return a number. Raises `ValueError` where it is not finite, or has more digits than evaluators count with."""
    if isinstance(number, int) and -(2**63) <= number < 2**63:
        return number
    if isinstance(number, Decimal) and number.is_finite() and -MOST_DIGITS < number.adjusted() < MOST_DIGITS:
        return number
    raise ValueError


def read_yaml(text: str, file: str) -> tuple[Any, dict[Path_, tuple[str, int]]]:
    """Return the plain value of a YAML text, and the line of every value in it by path.

    Raises:
        AgreementError: not YAML, several documents, or too large in bytes, values or levels.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise AgreementError([Problem(f"more than {MOST_BYTES // 1_000_000} MB", file=file)])
    yaml = YAML(typ="safe", pure=True)
    builder = _Builder(file, yaml)
    documents = 0
    try:
        for event in yaml.parse(text):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise builder.refuse(event, "a file holds one document")
                if event.version not in (None, (1, 2)):
                    raise builder.refuse(event, "YAML 1.2 is read here, no other version")
            builder.take(event)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise AgreementError([Problem(f"not YAML: {error.problem}", file=file, line=line)]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise AgreementError([Problem(f"not YAML: {error.reason}", file=file, line=line)]) from None
    except (YAMLError, RecursionError, AssertionError) as error:
        raise AgreementError([Problem(f"not YAML: {str(error).splitlines()[0]}", file=file)]) from None
    return builder.root, builder.places


def read_file(path: Path) -> tuple[Any, dict[Path_, tuple[str, int]]]:
    """Return the plain value of a YAML file and its lines. Raises `AgreementError`."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise AgreementError([Problem(f"more than {MOST_BYTES // 1_000_000} MB", file=str(path))])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AgreementError([Problem(f"cannot be read: {error.strerror}", file=str(path))]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise AgreementError([Problem(f"not UTF-8: byte {error.start}", file=str(path), line=line)]) from None
    return read_yaml(text, str(path))


def plain(value: object, path: Path_ = (), seen: list[int] | None = None) -> Any:
    """Return a mapping given in Python as a file would have given it, measured like a file.

    Raises:
        AgreementError: too many values or levels, or a value that a file could not hold.
    """
    counted = [0] if seen is None else seen
    counted[0] += 1
    if counted[0] > MOST_NODES or len(path) > MOST_LEVELS:
        limits = f"{MOST_NODES} values or {MOST_LEVELS} levels"
        raise AgreementError([Problem(f"more than {limits}", dotted(path[:3]))])
    if isinstance(value, Mapping):
        return {key: plain(item, (*path, key), counted) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, (*path, index), counted) for index, item in enumerate(value)]
    number = Decimal(float.__repr__(value)) if isinstance(value, float) else value
    if isinstance(number, (int, Decimal)):
        try:
            return measured(number)
        except ValueError:
            raise AgreementError(
                [Problem(f"{shown(value)} is not a number, or too large a one", dotted(path))]
            ) from None
    if value is not None and not isinstance(value, (str, int, Decimal, date)):
        raise AgreementError([Problem(f"a file cannot hold a {type(value).__name__}", dotted(path))])
    return value
