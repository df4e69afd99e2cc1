"""Rulings: what people decided about a verdict, beside it and never over it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, get_args

import pendulum

from sla_rules.errors import AgreementError, InputError, did_you_mean, quoted
from sla_rules.events import RULING, Event
from sla_rules.instants import micros, moment
from sla_rules.language.base import written
from sla_rules.language.reading import read_file
from sla_rules.sources.columns import DATA, OWN
from sla_rules.sources.encoding import from_json
from sla_rules.sources.refusals import place
from sla_rules.sources.rows import TEXT_READERS, csv_header, data_of, readable

Decision = Literal["waived", "upheld"]
"""What may be decided: that a breach is not held against the provider, or that it is."""

FIELDS = ("policy", "subject", "key", "start", "period", "decision", "by", "why", "at", "agreement")
"""The keys (columns) of a ruling in a file."""
SUFFIXES = (".yaml", ".yml", ".json", *TEXT_READERS)
_NEEDED = ("policy", "decision", "by", "why")
_Rows = Iterator[tuple[str, Any]]
"""Rows with their places: an object, or the `InputError` that it is none."""


@dataclass(frozen=True, slots=True, init=False)
class Ruling:
    """What people decided about one verdict: that its breach is waived, or upheld.

    The verdict is named by what a verdict is known by. What is left out is not compared, so the policy and subject
    will do where the subject has one verdict by that policy. Without subject and key it is about a period of a policy
    with an objective, or a month of an availability.

    Attributes:
        policy: the id of the policy.
        subject: that of the verdict; empty for a period.
        key: the values of the policy's `match`; None where the subject says enough.
        start_at: when the obligation began, in microseconds since 1970 UTC; None where the rest says enough.
        period: the label of the period that is ruled on, or that the instance counts in; None where the rest says
            enough.
        decision: `waived` or `upheld`.
        by: who decided.
        why: for which reason.
        decided_at: when, in microseconds since 1970 UTC; None where that is not said.
        agreement: the id of the agreement, of a portfolio its name there; None where the rest says enough.
        place: where it was read (`rulings.yaml:3`), for messages; two rulings that differ only in it are equal.
    """

    policy: str
    subject: str
    key: tuple[str, ...] | None
    start_at: int | None
    period: str | None
    decision: Decision
    by: str
    why: str
    decided_at: int | None
    agreement: str | None
    place: str = field(compare=False)

    def __init__(
        self,
        *,
        policy: str,
        subject: str = "",
        key: Iterable[object] | None = None,
        start: object = None,
        period: str | None = None,
        decision: Decision,
        by: str,
        why: str,
        at: object = None,
        agreement: str | None = None,
        place: str = "",
    ) -> None:
        """Check and hold a ruling; `start` and `at` as the `time` of an event.

        Raises:
            InputError: a part is missing or of the wrong kind; the message names the ruling.
        """
        where = f"{place}: ruling" if place else "ruling"
        for name, value in (("policy", policy), ("by", by), ("why", why)):
            _check(_is_text(value), where, name, "text", value)
        where = f"{where} on {quoted(policy)}"
        _check(subject == "" or _is_text(subject), where, "subject", "text", subject)
        for name, given in (("period", period), ("agreement", agreement)):
            _check(given is None or _is_text(given), where, name, "text", given)
        _check(key is None or (isinstance(key, (list, tuple)) and bool(key)), where, "key", "a list of values", key)
        if decision not in get_args(Decision):
            hint = did_you_mean(decision, get_args(Decision))
            raise InputError(f"{where}: decision must be `waived` or `upheld`, found {quoted(decision)}{hint}")
        if not subject and key is None and period is None:
            raise InputError(f"{where}: say on which verdict, by `subject`, `key` or `period`")
        parts: dict[str, object] = {
            "policy": policy,
            "subject": subject,
            "key": None if key is None else tuple(_key_value(value, where) for value in key),
            "start_at": _instant("start", start, where),
            "period": period,
            "decision": decision,
            "by": by,
            "why": why,
            "decided_at": _instant("at", at, where),
            "agreement": agreement,
            "place": place,
        }
        for name, part in parts.items():
            object.__setattr__(self, name, part)

    @property
    def start(self) -> pendulum.DateTime | None:
        """When the obligation began, in UTC; None where the rest says enough."""
        return None if self.start_at is None else moment(self.start_at)

    @property
    def at(self) -> pendulum.DateTime | None:
        """When it was decided, in UTC; None where that is not said."""
        return None if self.decided_at is None else moment(self.decided_at)

    @property
    def about(self) -> str:
        """The verdict that it names, in words: `answer` of `T-1`."""
        if self.subject:
            return f"{quoted(self.policy)} of {quoted(self.subject)}"
        if self.key is not None:
            return f"{quoted(self.policy)} of {quoted(', '.join(self.key))}"
        return f"{quoted(self.policy)} in {quoted(self.period)}"

    def to_dict(self) -> dict[str, Any]:
        """Return its parts as plain values, under the names of `FIELDS`; instants as ISO text in UTC."""
        return {
            "policy": self.policy,
            "subject": self.subject,
            "key": None if self.key is None else list(self.key),
            "start": _iso(self.start_at),
            "period": self.period,
            "decision": self.decision,
            "by": self.by,
            "why": self.why,
            "at": _iso(self.decided_at),
            "agreement": self.agreement,
        }


def _check(holds: bool, where: str, name: str, kind: str, value: object) -> None:
    if not holds:
        raise InputError(f"{where}: {name} must be {kind}, found {quoted(value)}")


def _is_text(value: object) -> bool:
    """Say whether a value is text of whole characters that says something."""
    return isinstance(value, str) and value.strip() != "" and value == value.encode("utf-8", "replace").decode("utf-8")


def _key_value(value: object, where: str) -> str:
    """Return a value of a key as the key of a verdict has it."""
    text = str(written(value)) if isinstance(value, (str, int, Decimal, date)) else ""
    _check(_is_text(text), where, "key", "a list of values", value)
    return text


def _instant(name: str, value: object, where: str) -> int | None:
    try:
        return None if value is None else micros(value)
    except InputError as error:
        raise InputError(f"{where}: {name} {error}") from None


def _iso(at: int | None) -> str | None:
    return None if at is None else moment(at).isoformat().replace("+00:00", "Z")


def rulings_of(source: object) -> list[Ruling]:
    """Return the rulings that a source holds.

    A row with a `type` is an event: those of type `ruling` are rulings, with `subject` and `time` for `subject` and
    `at`, the rest in the data; others are left aside. A period of an objective has no subject, so there the event has
    the id of the policy for one.

    Args:
        source: the path of a YAML, JSON, JSON Lines or CSV file, whose rows have the keys (columns) `FIELDS` or are
            events; or a list of `Ruling`s, mappings and `Event`s.

    Raises:
        InputError: the source cannot be read, or something in it is no ruling; the message names the row.
    """
    if isinstance(source, (str, PathLike)):
        path = Path(fspath(source))
        with readable(path):
            return [found for where, row in _file_rows(path) if (found := _ruling(row, where)) is not None]
    if not isinstance(source, Iterable) or isinstance(source, (Mapping, bytes)):
        raise InputError(f"rulings: {quoted(source)} is neither a list of rulings nor the path of a file of them")
    numbered = enumerate(source, 1)
    return [found for number, row in numbered if (found := _ruling(row, place("rulings", number))) is not None]


def _file_rows(path: Path) -> _Rows:
    suffix = path.suffix.lower()
    if suffix in TEXT_READERS:
        if suffix == ".csv":
            csv_header(path)  # refuses what is separated by something else than commas
        for number, row in TEXT_READERS[suffix](path):
            yield place(path.name, number), row
        return
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: a file of rulings is one of {', '.join(SUFFIXES)}")
    lines: Mapping[Any, tuple[str, int]] = {}
    try:
        rows, lines = (_json(path), lines) if suffix == ".json" else read_file(path)
    except AgreementError as error:
        raise InputError(str(error)) from None
    if not isinstance(rows, list):
        raise InputError(f"{path}: a file of rulings is a list of them, found {quoted(rows)}")
    for index, row in enumerate(rows):
        yield place(path.name, lines[(index,)][1] if lines else index + 1), row


def _json(path: Path) -> Any:
    try:
        return from_json(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _ruling(row: Any, where: str) -> Ruling | None:
    """Return the ruling that a row states, None where it is an event of another type."""
    if isinstance(row, Ruling):
        return row
    if isinstance(row, InputError):
        raise InputError(f"{where}: {row}")
    if isinstance(row, Event):
        return _of_event(row.type, row.subject, row.time, row.data, row.place or f"event {quoted(row.name)}")
    if not isinstance(row, Mapping):
        raise InputError(f"{where}: {quoted(row)} is no ruling")
    if row.get("type") not in (None, ""):
        own, data = {name: row.get(name) for name in OWN}, {name: row[name] for name in row if name not in (*OWN, DATA)}
        if own["type"] == RULING and row.get(DATA) not in (None, ""):
            data |= _data(row[DATA], where)
        return _of_event(own["type"], own["subject"], own["time"], data, where)
    for name in row:
        if name not in FIELDS:
            hint = did_you_mean(name, FIELDS) or f"; a ruling has {', '.join(FIELDS)}"
            raise InputError(f"{where}: unknown key {quoted(name)}{hint}")
    return _stated(row, where)


def _data(value: object, where: str) -> dict[str, Any]:
    try:
        return data_of(value)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _of_event(type: object, subject: object, at: object, data: Mapping[str, Any], where: str) -> Ruling | None:
    """Return the ruling that an event is; what else the log says of it is left aside."""
    if type != RULING:
        return None
    about = None if subject == data.get("policy") else subject
    stated = {name: value for name, value in data.items() if name in FIELDS}
    return _stated({**stated, "subject": about, "at": at}, where)


def _stated(row: Mapping[Any, Any], where: str) -> Ruling:
    said = {name: value for name, value in row.items() if value is not None and value != ""}
    for name in _NEEDED:
        if name not in said:
            raise InputError(f"{where}: {quoted(name)} is missing{did_you_mean(name, set(said) - set(FIELDS))}")
    for name in ("policy", "subject", "period", "by", "why", "agreement"):
        if name in said:
            said[name] = _as_text(said[name])
    if isinstance(said.get("key"), str) and said["key"].startswith("["):
        said["key"] = _listed(said["key"], where)
    return Ruling(**said, place=where)


def _as_text(value: Any) -> Any:
    """Return numbers and dates that stand for names as text; everything else is left for `Ruling` to check."""
    is_name = isinstance(value, (int, date)) and not isinstance(value, bool)
    return str(written(value)) if is_name else value


def _listed(text: str, where: str) -> Any:
    try:
        return from_json(text)
    except InputError as error:
        raise InputError(f"{where}: key is {error}") from None
