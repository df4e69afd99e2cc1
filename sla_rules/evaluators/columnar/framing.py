"""Frames of events: what is known of them at an instant, freed of repetitions and read as an agreement declares it."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl

from sla_rules.errors import quoted
from sla_rules.evaluators.columnar.columns import Flags, Ints
from sla_rules.evaluators.columnar.lists import distinct_values
from sla_rules.evaluators.columnar.reading import JSON, decoded
from sla_rules.events import Event, Finding, canonical
from sla_rules.instants import micros, moment
from sla_rules.sources import place

OWN = ("@id", "@type", "@subject", "@at", "@file", "@row")


class Named:
    """The names of events that are in frames."""

    def __init__(self, own: pl.DataFrame, names: pl.Series, content: Callable[[int], str]) -> None:
        """Take the events' own columns, the names of subjects, and what gives the data of an event as text."""
        self._own = own
        self._names = names
        self._content = content

    def subjects(self, numbers: Ints) -> pl.Series:
        """Return the names of subjects."""
        return self._names.gather(numbers)

    def events(self, places: Ints) -> pl.Series:
        """Return the names of events: the id, else the type and the instant."""
        ids = self._own["@id"].gather(places)
        lacking = np.flatnonzero(ids.is_null().to_numpy())
        if len(lacking):
            some = self._own[places[lacking]]
            said = [
                f"{type}@{moment(at).isoformat()}"
                for type, at in some.select(pl.col("@type").cast(pl.String), "@at").iter_rows()
            ]
            ids = ids.scatter(lacking, said)
        return ids

    def locations(self, places: Ints) -> list[str]:
        """Return where events were read."""
        some = self._own[places].select(pl.col("@file").cast(pl.String), "@row")
        return [place(file, row) for file, row in some.iter_rows()]

    def order(self, places: Ints) -> Ints:
        """Return a rank for each of some events: by id, those without ids by type, subject and data."""
        some = (
            self._own[places]
            .select(pl.col("@at"), pl.col("@id"), pl.col("@type").cast(pl.String), "@subject")
            .with_row_index("row")
        )
        by = ["@at", "@id", "@type", "@subject"]
        ordered = some.sort(by, nulls_last=True, maintain_order=True)
        alike = ordered.select(pl.struct(by).is_duplicated()).to_series()
        row = ordered["row"].to_numpy().astype(np.int64)
        if alike.any():
            content = {int(each): self._content(int(places[each])) for each in row[alike.to_numpy()]}
            group = ordered.select(pl.struct(by).rle_id()).to_series().to_list()
            row = np.array(
                [
                    each
                    for _, _, each in sorted(
                        zip(group, (content.get(int(n), "") for n in row), row.tolist(), strict=True)
                    )
                ],
                np.int64,
            )
        rank = np.empty(len(places), np.int64)
        rank[row] = np.arange(len(places))
        return rank


@dataclass
class Framed:
    """Frames of events as of an instant, in any order.

    Attributes:
        own: the columns that every event has.
        parts: the frames with their other columns and `@row`, one after the other.
        as_of: the instant; None where there was no event to take it from.
        given: how many events of each type came in.
        findings: what is remarkable about repeated ids.
    """

    own: pl.DataFrame
    parts: list[pl.DataFrame]
    as_of: int | None
    given: Counter[str]
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def subjects(self) -> tuple[Ints, pl.Series]:
        """The number of the subject of each event, and the names of subjects by number."""
        return numbered(self.own["@subject"])

    @cached_property
    def types(self) -> tuple[Ints, list[str]]:
        """The place of the type of each event among those given, and those types."""
        types = list(self.given)
        return self.own["@type"].cast(pl.Enum(types)).to_physical().to_numpy().astype(np.int64), types

    def number(self) -> int:
        """Number subjects and types now rather than on first use; return how many there are."""
        return len(self.subjects[1]) + len(self.types[1])

    @property
    def at(self) -> Ints:
        """When each event happened."""
        return self.own["@at"].to_numpy()

    def event(self, row: int) -> Event:
        """Return one event, with its data as the source has it."""
        at = row
        for part in self.parts:
            if at < len(part):
                data = {
                    name.removeprefix(JSON): decoded(value) if name.startswith(JSON) else value
                    for name, value in part.row(at, named=True).items()
                    if value is not None and name not in OWN
                }
                break
            at -= len(part)
        id, type, subject, time, file, number = self.own.row(row)
        return Event(id=id, type=type, subject=subject, time=moment(time), data=data, place=place(file, number))


def known_frames(frames: Sequence[pl.DataFrame], as_of: object) -> Framed:
    """Return what is known at an instant, that of the latest event unless given. Raises `InputError`."""
    at = None if as_of is None else micros(as_of)
    given = Counter[str]()
    for frame in frames:
        given.update(dict(frame["@type"].value_counts().iter_rows()))
        if as_of is None:
            latest = int(frame["@at"].max())  # type: ignore[arg-type]
            at = latest if at is None else max(at, latest)
    framed = framed_at(frames, at, given)
    with ThreadPoolExecutor(1) as pool:
        # Beside looking for repeated ids, since there hardly are any.
        repeated = pool.submit(repeated_ids, framed)
        framed.number()
        rows, findings = repeated.result()
    framed = without(framed, rows)
    framed.findings = findings
    return framed


def framed_at(frames: Sequence[pl.DataFrame], at: int | None, given: Counter[str]) -> Framed:
    """Return the events of frames up to an instant, repeated ones among them."""
    own = pl.concat([frame.select(OWN) for frame in frames]) if frames else _nothing()
    # One of their own columns stays: a frame without columns has no rows.
    parts = [frame.drop(OWN[:-1]) for frame in frames]
    if at is not None and len(own) and int(own["@at"].max()) > at:  # type: ignore[arg-type]
        own, parts = _kept(own, parts, (own["@at"] <= at).to_numpy())
    return Framed(own, parts, at, given)


def without(framed: Framed, rows: Ints) -> Framed:
    """Return frames without some rows."""
    if not len(rows):
        return framed
    keep = np.ones(len(framed.own), np.bool_)
    keep[rows] = False
    own, parts = _kept(framed.own, framed.parts, keep)
    return replace(framed, own=own, parts=parts)


def _nothing() -> pl.DataFrame:
    texts = dict.fromkeys(("@id", "@type", "@subject", "@file"), pl.String)
    return pl.DataFrame(schema={**texts, "@at": pl.Int64, "@row": pl.Int64}).select(OWN)


def _kept(own: pl.DataFrame, parts: list[pl.DataFrame], keep: Flags) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    kept, start = [], 0
    for part in parts:
        flags = keep[start : start + len(part)]
        start += len(part)
        kept.append(part.filter(pl.Series(flags)))
    return own.filter(pl.Series(keep)), kept


def numbered(series: pl.Series) -> tuple[Ints, pl.Series]:
    """Return a number for each distinct text, and the texts by number."""
    if not len(series):
        return np.zeros(0, np.int64), series
    new = (series != series.shift(1)).fill_null(True).to_numpy()
    heads = series.gather(np.flatnonzero(new))
    run = np.cumsum(new) - 1
    if len(heads) < len(series) // 2 and heads.hash().n_unique() == len(heads):
        return run, heads
    # By hash, since comparing texts takes longer; then it is made sure that each hash stood for one text.
    hashes = pl.DataFrame({"hash": series.hash()}).with_row_index("row")
    heads_by_hash = hashes.unique("hash", keep="any").rename({"row": "head"}).with_row_index("number")
    numbers = hashes.join(heads_by_hash, on="hash", how="left", maintain_order="left")["number"]
    names = series.gather(heads_by_hash["head"])
    if (names.gather(numbers) == series).all():
        return numbers.to_numpy().astype(np.int64), names
    places, distinct = distinct_values(series)
    return places, pl.Series(distinct, dtype=pl.String)


def repeated_ids(framed: Framed) -> tuple[Ints, list[Finding]]:
    """Return the events that repeat the id of another: identical ones are counted, others are findings."""
    ids = framed.own["@id"]
    known = ids.drop_nulls()
    if known.hash().n_unique() == len(known):
        return np.zeros(0, np.int64), []
    rows = np.flatnonzero((ids.is_duplicated() & ids.is_not_null()).to_numpy())
    events = [(framed.event(row), row) for row in rows.tolist()]
    events.sort(key=lambda pair: (pair[0].at, pair[0].id, pair[0].type, pair[0].subject, canonical(pair[0].data)))
    first: dict[str | None, Event] = {}
    dropped: list[int] = []
    same: list[Event] = []
    findings: list[Finding] = []
    for event, row in events:
        kept = first.setdefault(event.id, event)
        if kept is event:
            continue
        dropped.append(row)
        if _content(kept) == _content(event):
            same.append(event)
        else:
            message = f"id {quoted(event.id)} stands for two different events; the first in order is kept"
            findings.append(Finding("conflicting_id", message, event.name, event.subject, place=event.place))
    if same:
        message = f"{len(same)} repeated events dropped, the first is {quoted(same[0].id)}"
        first_one, count = same[0], len(same)
        findings.append(
            Finding("duplicate", message, first_one.name, first_one.subject, count=count, place=first_one.place)
        )
    return np.array(dropped, np.int64), findings


def _content(event: Event) -> tuple[object, ...]:
    return event.at, event.type, event.subject, canonical(event.data)
