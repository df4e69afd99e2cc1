"""What a source itself says became of its cases: a column such as `made_sla`, read as kept or broken."""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

import polars as pl

from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.events import Event, Finding, in_order, without_duplicates
from sla_rules.language.base import written
from sla_rules.sources import place
from sla_rules.sources.fields import PREFIX

KEPT, BROKEN, UNKNOWN = "kept", "broken", "unknown"
STATED = (KEPT, BROKEN, UNKNOWN)
"""What a stated value can mean."""
SUBJECT = ("subject",)
"""The match of most policies: all events of one subject are one case."""
MOST_NAMED = 20
"""How many values a message names."""

Kept = str | bool | int | Iterable[str | bool | int]
"""The stated values that mean kept: one or several."""

_KEY = {"key": pl.List(pl.String())}

_YES = ("true", "yes", "y", "t", "1")
_NO = ("false", "no", "n", "f", "0")
_WORDS = {
    **dict.fromkeys(("met", "kept", "achieved", "fulfilled", "compliant", "within", "within sla"), KEPT),
    **dict.fromkeys(("on time", "ontime", "in time"), KEPT),
    **dict.fromkeys(("breached", "breach", "broken", "missed", "violated", "failed", "not met"), BROKEN),
    **dict.fromkeys(("overdue", "late"), BROKEN),
}
"""Values that mean the same in every column."""
_OPEN = dict.fromkeys(
    (
        *("", "?", "-", "n/a", "na", "nan", "null", "none", "unknown"),
        *("open", "pending", "in progress", "paused", "cancelled", "canceled"),
    ),
    UNKNOWN,
)
"""Values by which nothing is decided."""
_SAYS_KEPT = ("made", "met", "kept", "ontime", "intime", "achieved", "fulfilled", "within", "compliant")
_SAYS_BROKEN = ("breached", "breach", "broken", "overdue", "late", "missed", "violated", "failed")
_FILLERS = ("sla", "is", "has", "was", "status", "flag")


class Frames(Protocol):
    """Events as frames, such as `sla_rules.sources.Incoming`."""

    @property
    def columns(self) -> list[str]:
        """The fields of the events; complete once they were read."""

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield the events."""


def stated_of(
    incoming: Frames, name: str, as_of: int | None, match: Sequence[str] = SUBJECT, dropped: Collection[str] = ()
) -> pl.DataFrame:
    """Return the last value of a field that each case of a source has, whether the agreement declares it or not.

    Args:
        incoming: the events; the frames that it yields need no other field than this and those of the match.
        name: the field, under our name for it.
        as_of: the instant of knowledge, in microseconds since 1970 UTC; None for all events.
        match: what ties events to one case.
        dropped: the places of events that do not count, because they contradict an earlier one of their id.

    Returns:
        `subject` and `value`, as text; of one instant the event with the highest id counts. Where the match has other
        fields than the subject also `key`, as verdicts have it; an event without one of these states its value of
        every case of its subject, and is a case without `key` where the subject has none.

    Raises:
        InputError: no event has such a field, its values are lists or records, or the source is a stream that was read
            before.
    """
    stated = _Stated(match)
    read = there = False
    for frame in incoming:
        read = True
        values = _values(frame, name)
        there |= values is not None
        own = pl.DataFrame([frame["@subject"].alias("subject"), frame["@at"].alias("at"), frame["@id"].alias("id")])
        if stated.keyed:
            own = own.with_columns(_keys(frame, match).alias("key"))
        own = own.with_columns(pl.lit(None, pl.String).alias("value") if values is None else values.alias("value"))
        counting = pl.lit(True) if as_of is None else pl.col("at") <= as_of
        stated.add(own.filter(counting & ~_places(frame).is_in(list(dropped)) if dropped else counting))
    names = incoming.columns
    if not there and name not in names:
        _need(name, names)
    if not read:
        raise InputError(f"no events to read {quoted(name)} from; a stream is read once: pass a table, or declare it")
    return stated.resolved()


def stated_in(events: Iterable[Event], name: str, as_of: int | None, match: Sequence[str] = SUBJECT) -> pl.DataFrame:
    """Return what `stated_of` does, for a list of events.

    Raises:
        InputError: no event has such a field.
    """
    events = list(events)
    names = {field for event in events for field in event.data}
    if name not in names:
        _need(name, names)
    known, _ = without_duplicates(in_order(event for event in events if as_of is None or event.at <= as_of))
    stated = _Stated(match)
    columns = {
        "subject": [_text(event.subject) for event in known],
        "at": range(len(known)),
        "id": [None] * len(known),
        "key": [_key(event, match) for event in known] if stated.keyed else [],
        "value": [_text(event.data.get(name)) for event in known],
    }
    stated.add(pl.DataFrame({each: columns[each] for each in stated.schema}, schema=stated.schema))
    return stated.resolved()


def contradicting(findings: Iterable[Finding]) -> set[str]:
    """Return the places of the events that were not judged because they contradict an earlier one of their id."""
    return {each.place for each in findings if each.kind == "conflicting_id" and each.place is not None}


class _Stated:
    """What is stated of the cases of a match, as events come."""

    def __init__(self, match: Sequence[str]) -> None:
        self.keyed = tuple(match) != SUBJECT
        self.schema = {"subject": pl.String(), "at": pl.Int64(), "id": pl.String(), **(_KEY if self.keyed else {})}
        self.schema["value"] = pl.String()
        self._by_subject = "subject" in match
        self._last = pl.DataFrame(schema=self.schema)
        self._cases = pl.DataFrame(schema={"subject": pl.String(), **_KEY})

    def add(self, rows: pl.DataFrame) -> None:
        """Take the events of a frame, with the columns of `schema`."""
        by = ["subject"]
        if self.keyed:
            by.append("key")
            cases = rows.filter(pl.col("key").is_not_null()).select(self._cases.columns)
            self._cases = pl.concat([self._cases, cases]).unique(maintain_order=True)
        said = rows.filter(pl.col("value").is_not_null(), pl.col("value") != "")
        self._last = _last(pl.concat([self._last, said]), by)

    def resolved(self) -> pl.DataFrame:
        """Return what was stated last of each case; see `stated_of`."""
        if not self.keyed:
            return self._last.select("subject", "value")
        own = self._last.filter(pl.col("key").is_not_null())
        alone = self._last.clear()
        if self._by_subject:
            of_subject = self._last.filter(pl.col("key").is_null()).drop("key")
            alone = self._last.filter(pl.col("key").is_null()).join(self._cases, on="subject", how="anti")
            spread = self._cases.join(of_subject, on="subject").select(own.columns)
            own = pl.concat([own, spread])
        return pl.concat([_last(own, ["key"]), alone]).select("subject", "key", "value")


def _keys(frame: pl.DataFrame, match: Sequence[str]) -> pl.Series:
    """Return the key of each event, null where it lacks a field of the match."""
    parts: list[pl.Series] = []
    for name in match:
        values = frame["@subject"] if name == "subject" else _values(frame, name)
        if values is None:
            return pl.Series([None], dtype=pl.List(pl.String)).new_from_index(0, len(frame))
        # A column of integers that has gaps often comes as one of floats.
        whole = name in frame.columns and frame[name].dtype.is_float()
        parts.append((values.str.replace(r"\.0$", "") if whole else values).alias(str(len(parts))))
    lacking = pl.any_horizontal(pl.all().is_null())
    return pl.DataFrame(parts).select(pl.when(~lacking).then(pl.concat_list(pl.all()))).to_series()


def _key(event: Event, match: Sequence[str]) -> list[str | None] | None:
    """Return the key of an event, None where it lacks a field of the match."""
    values = [event.subject if name == "subject" else event.data.get(name) for name in match]
    return None if None in values else [_text(value) for value in values]


def _text(value: object) -> str | None:
    """Return a value as frames hold it; half a character (a lone surrogate), which none can hold, as its escape."""
    return None if value is None else str(written(value)).encode("utf-8", "backslashreplace").decode("utf-8")


def _places(frame: pl.DataFrame) -> pl.Series:
    return pl.Series([place(file, row) for file, row in frame.select("@file", "@row").iter_rows()], dtype=pl.String)


def _need(name: str, names: Iterable[str]) -> None:
    names = sorted(names)
    listed = ", ".join(map(quoted, names[:MOST_NAMED])) or "none"
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    raise InputError(f"no event has a field {quoted(name)}{did_you_mean(name, names)}; fields: {listed}{more}")


def _values(frame: pl.DataFrame, name: str) -> pl.Series | None:
    """Return the values of a field as text; None where the frame does not have it."""
    if (encoded := f"{PREFIX}{name}") in frame.columns:
        texts = frame[encoded]
        distinct = texts.drop_nulls().unique()
        return texts.replace_strict(distinct, [_from_json(text) for text in distinct], return_dtype=pl.String)
    if name not in frame.columns:
        return None
    values = frame[name]
    if values.dtype.is_nested() or values.dtype == pl.Binary:
        raise InputError(f"column {quoted(name)} holds {values.dtype}, which says neither kept nor broken")
    return values.cast(pl.String)


def _from_json(text: str) -> str | None:
    value = json.loads(text, parse_int=str, parse_float=str)
    if value is None or isinstance(value, str):
        return value
    return text


def _last(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    return rows.sort("at", "id", "value").unique(by, keep="last", maintain_order=True)


def readings(name: str, values: Iterable[str], kept: Kept | None) -> dict[str, str]:
    """Return what each value of a column means: kept, broken or unknown.

    Args:
        name: the column; `made_sla` says that `true` is kept, `has_breached` that it is broken.
        values: all that occur.
        kept: those that mean kept; the others mean broken, but for those by which nothing is decided.

    Raises:
        InputError: a value means neither, or `kept` is no list of values.
    """
    values = sorted(values)
    if kept is None:
        known = {**_OPEN, **_WORDS, **_of_name(name)}
        unread = [value for value in values if _plain(value) not in known]
        if unread:
            raise InputError(_neither(name, unread, values))
        return {value: known[_plain(value)] for value in values}
    chosen = dict.fromkeys(map(_plain, _listed(kept)), KEPT)
    return {value: {**_OPEN, **chosen}.get(_plain(value), BROKEN) for value in values}


def _neither(name: str, unread: list[str], values: list[str]) -> str:
    some, every = (", ".join(map(quoted, each[:MOST_NAMED])) for each in (unread, values))
    more = f" and {len(values) - MOST_NAMED} more" if len(values) > MOST_NAMED else ""
    return f"{quoted(name)}: nobody says whether {some} means kept; say so with `kept=`; values: {every}{more}"


def _of_name(name: str) -> dict[str, str]:
    """Return what yes and no mean in a column of this name; nothing where it does not say."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)
    said = "".join(word.lower() for word in words if word.lower() not in _FILLERS)
    for yes, no, names in ((KEPT, BROKEN, _SAYS_KEPT), (BROKEN, KEPT, _SAYS_BROKEN)):
        if said in names:
            return {**dict.fromkeys(_YES, yes), **dict.fromkeys(_NO, no)}
    return {}


def _plain(value: str) -> str:
    """Return a value without what tells no two meanings apart: `On_Time` is `on time`, `1.0` is `1`."""
    words = re.sub(r"[\s_-]+", " ", value.casefold()).strip()
    return re.sub(r"^(\d+)\.0+$", r"\1", words) or value.strip()


def _listed(kept: Kept) -> list[str]:
    listed = [kept] if isinstance(kept, (str, bool, int)) else list(kept) if isinstance(kept, Iterable) else []
    if not listed or not all(isinstance(each, (str, bool, int)) for each in listed):
        raise InputError(f'kept must be the values that mean kept, such as `["on time"]`, found {quoted(kept)}')
    return [str(each) for each in listed]
