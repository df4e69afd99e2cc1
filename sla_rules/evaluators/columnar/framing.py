"""Frames of events: what is known of them at an instant, freed of repetitions and read as an agreement declares it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from sla_rules.evaluators.columnar.columns import Flags, Ints
from sla_rules.evaluators.columnar.lists import distinct_values
from sla_rules.evaluators.columnar.reading import JSON, decoded
from sla_rules.events import Event, Finding, in_order, without_duplicates
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
        """Return a rank for each of some events, one for each: by id, those without ids by type, subject and data."""
        places, again = np.unique(places, return_inverse=True)
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
        ranks: Ints = rank[again]
        return ranks


class Piece(NamedTuple):
    """What the events of one type in a frame say: only the columns that say anything.

    Attributes:
        places: of the events among all, in order.
        frame: their columns.
    """

    places: Ints
    frame: pl.DataFrame

    def some(self, keep: Flags) -> "Piece":
        """Return what is kept of it."""
        kept = keep[self.places]
        if kept.all():
            return self
        # A frame without columns has no rows.
        return Piece(self.places[kept], self.frame.filter(pl.Series(kept)) if self.frame.width else self.frame)


@dataclass
class Framed:
    """Frames of events, in any order.

    Attributes:
        own: the columns that every event has.
        pieces: what they say besides, by type.
        as_of: the instant of knowledge; None where there was no event to take it from.
        given: how many events of each type came in.
        keep: which of them are known then, each once.
        findings: what is remarkable about repeated ids.
    """

    own: pl.DataFrame
    pieces: dict[str, list[Piece]]
    as_of: int | None
    given: Counter[str]
    keep: Flags
    findings: list[Finding] = field(default_factory=list)

    @cached_property
    def subjects(self) -> tuple[Ints, pl.Series]:
        """The number of the subject of each event, and the names of subjects by number."""
        return numbered(self.own["@subject"])

    @cached_property
    def types(self) -> tuple[Ints, list[str]]:
        """The place of the type of each event among those given, and those types."""
        types = list(self.pieces)
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
        id, type, subject, time, file, number = self.own.row(row)
        data = {}
        for piece in self.pieces[type]:
            at = int(np.searchsorted(piece.places, row))
            if at < len(piece.places) and piece.places[at] == row:
                data = {
                    name.removeprefix(JSON): decoded(value) if name.startswith(JSON) else value
                    for name, value in (piece.frame.row(at, named=True) if piece.frame.width else {}).items()
                    if value is not None
                }
        return Event(id=id, type=type, subject=subject, time=moment(time), data=data, place=place(file, number))


def known_frames(frames: Iterable[pl.DataFrame], as_of: object) -> Framed:
    """Return what is known at an instant, that of the latest event unless given. Raises `InputError`."""
    now = None if as_of is None else micros(as_of)
    framed = framed_at(frames, now)
    with ThreadPoolExecutor(1) as pool:
        # Beside looking for repeated ids, since there hardly are any.
        repeated = pool.submit(repeated_ids, framed)
        framed.number()
        rows, framed.findings = repeated.result()
    framed.keep[rows] = False
    return framed


def framed_at(frames: Iterable[pl.DataFrame], now: int | None) -> Framed:
    """Return the events of frames as of an instant, that of the latest unless given, repeated ones among them."""
    given = Counter[str]()
    owns: list[pl.DataFrame] = []
    pieces: dict[str, list[Piece]] = {}
    size = 0
    for frame in frames:
        for type, piece in cut(frame, size):
            given[type] += len(piece.places)
            pieces.setdefault(type, []).append(piece)
        owns.append(frame.select(OWN))
        size += len(frame)
    own = pl.concat(owns) if owns else _nothing()
    if now is None and len(own):
        now = int(own["@at"].to_numpy().max())
    return Framed(own, pieces, now, given, own["@at"].to_numpy() <= (now or 0))


def cut(frame: pl.DataFrame, start: int) -> Iterator[tuple[str, Piece]]:
    """Yield what each type of event says in a frame whose first event has the place `start`."""
    types = frame["@type"].unique(maintain_order=True).to_list()
    code = frame["@type"].cast(pl.Enum(types)).to_physical().to_numpy()
    order = np.argsort(code, kind="stable")
    bounds = np.searchsorted(code[order], np.arange(len(types) + 1))
    saying: list[list[str]] = [[] for _ in types]
    for name in frame.columns:
        if name not in OWN and frame[name].null_count() < len(frame):
            there = np.bincount(code[frame[name].is_not_null().to_numpy()], minlength=len(types))
            for number in np.flatnonzero(there).tolist():
                saying[number].append(name)
    for number, type in enumerate(types):
        rows = order[bounds[number] : bounds[number + 1]].astype(np.int64)
        yield type, Piece(rows + start, pl.DataFrame([frame[name].gather(rows) for name in saying[number]]))


def _nothing() -> pl.DataFrame:
    texts = dict.fromkeys(("@id", "@type", "@subject", "@file"), pl.String)
    return pl.DataFrame(schema={**texts, "@at": pl.Int64, "@row": pl.Int64}).select(OWN)


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
    known = ids.drop_nulls() if framed.keep.all() else ids.filter(pl.Series(framed.keep)).drop_nulls()
    if known.hash().n_unique() == len(known):
        return np.zeros(0, np.int64), []
    several = known.filter(known.is_duplicated()).unique()
    rows = np.flatnonzero(ids.is_in(several.implode()).fill_null(False).to_numpy() & framed.keep).tolist()
    events = {id(event): (event, row) for row in rows for event in (framed.event(row),)}
    kept, findings = without_duplicates(in_order(event for event, _ in events.values()))
    again = events.keys() - {id(event) for event in kept}
    return np.sort(np.array([events[each][1] for each in again], np.int64)), findings
