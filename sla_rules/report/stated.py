"""What a source itself says became of its cases: a column such as `made_sla`, read as kept or broken."""

import json
import re
from collections.abc import Iterable

import polars as pl

from sla_rules.errors import InputError, did_you_mean, quoted
from sla_rules.events import Event
from sla_rules.judged import known_values
from sla_rules.sources import Incoming
from sla_rules.sources.fields import PREFIX

KEPT, BROKEN, UNKNOWN = "kept", "broken", "unknown"
STATED = (KEPT, BROKEN, UNKNOWN)
"""What a stated value can mean."""
MOST_NAMED = 20
"""How many values a message names."""

Kept = str | bool | int | Iterable[str | bool | int]
"""The stated values that mean kept: one or several."""

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


def stated_of(incoming: Incoming, name: str, as_of: int | None) -> pl.DataFrame:
    """Return the last value of a field that each subject of a source has, whether the agreement declares it or not.

    Args:
        incoming: the events; the frames that it yields need no other field.
        name: the field, under our name for it.
        as_of: the instant of knowledge, in microseconds since 1970 UTC; None for all events.

    Returns:
        `subject` and `value`, as text; of one instant the event with the highest id counts.

    Raises:
        InputError: no event has such a field, its values are lists or records, or the source is a stream that was read
            before.
    """
    rows = pl.DataFrame(schema={"subject": pl.String, "at": pl.Int64, "id": pl.String, "value": pl.String})
    read = there = False
    for frame in incoming:
        read = True
        values = _values(frame, name)
        if values is not None:
            there = True
            own = frame.select(
                pl.col("@subject").alias("subject"), pl.col("@at").alias("at"), pl.col("@id").alias("id")
            )
            rows = _last(pl.concat([rows, _known(own.with_columns(values.alias("value")), as_of)]))
    names = incoming.columns
    if not there and name not in names:
        _need(name, names)
    if not read:
        raise InputError(f"no events to read {quoted(name)} from; a stream is read once: pass a table, or declare it")
    return rows.select("subject", "value")


def stated_in(events: Iterable[Event], name: str, as_of: int | None) -> pl.DataFrame:
    """Return what `stated_of` does, for a list of events.

    Raises:
        InputError: no event has such a field.
    """
    events = list(events)
    names = {field for event in events for field in event.data}
    if name not in names:
        _need(name, names)
    known = {}
    for event in sorted(events, key=lambda event: (event.at, event.id or "")):
        value = event.data.get(name)
        if value not in (None, "") and (as_of is None or event.at <= as_of):
            known[event.subject] = value
    return known_values(known)


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


def _known(rows: pl.DataFrame, as_of: int | None) -> pl.DataFrame:
    known = pl.lit(True) if as_of is None else pl.col("at") <= as_of
    return rows.filter(known, pl.col("value").is_not_null(), pl.col("value") != "")


def _last(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort("at", "id", "value").unique("subject", keep="last", maintain_order=True)


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
