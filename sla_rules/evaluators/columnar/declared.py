"""Frames of events read as an agreement declares them, and what is remarkable about what they say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np
import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.errors import did_you_mean, quoted
from sla_rules.evaluators.columnar.columns import NONE, Column, Flags, Ints, absent, flagged, numbers
from sla_rules.evaluators.columnar.findings import Remark
from sla_rules.evaluators.columnar.framing import Framed, Named, Piece
from sla_rules.evaluators.columnar.log import Cells, Log, Moved
from sla_rules.evaluators.columnar.reading import JSON, Read, joined, read
from sla_rules.evaluators.columnar.world import World, covered
from sla_rules.events import RULING, Finding, Window, canonical
from sla_rules.known import unknown_type
from sla_rules.language.declarations import EventDeclaration


def world_of_frames(
    framed: Framed,
    agreement: Agreement,
    versions: Sequence[Agreement],
    windows: Sequence[Window],
    wide: World | None = None,
    fields: frozenset[str] | None = None,
) -> World:
    """Return the world of frames of events, by one version of an agreement.

    Args:
        framed: the events.
        agreement: the version.
        versions: all of them.
        windows: the windows passed in.
        wide: where what concerns more than one subject is known, if the events are a part of a larger world.
        fields: the only fields to read, without findings; all, with their findings, unless given.
    """
    reading = Reading(framed, agreement, versions, fields)
    world = World(agreement, versions, reading.log, framed.as_of, windows, reading.subjects_left_out, wide)
    if fields is None:
        world.findings += framed.findings
        world.unknown += reading.unknown
        world.remarks += reading.remarks
    return world


class Reading:
    """Frames of events as one version of an agreement reads them.

    Attributes:
        log: the events that it declares, those that contradict themselves left out.
        places: for each event of the log, its place in the frames.
        unknown: for each type that is not known the finding, with the time of the event that it names.
        remarks: what is remarkable about what the events say.
    """

    def __init__(
        self,
        framed: Framed,
        agreement: Agreement,
        versions: Sequence[Agreement],
        fields: frozenset[str] | None = None,
    ) -> None:
        """Read everything, or only some fields."""
        self.framed = framed
        self.fields = fields
        self.type, self.types = framed.types
        self.subject, self.subject_names = framed.subjects
        self.agreement = agreement
        self.versions = versions
        self.unknown: list[tuple[int, Finding]] = []
        self.remarks: list[Remark] = []
        self.names = Named(framed.own, self.subject_names, lambda row: canonical(framed.event(row).data))
        self.concerned = self._concerned()
        self.cells: dict[str, list[tuple[Ints, Column]]] = {}
        self.left_out = np.zeros(len(framed.own), np.bool_)
        # Not a method, which would hold on to all of this for as long as nobody collects what refers to itself.
        self.found = partial(found_cells, self.cells)
        self.every = Log(framed.at, self.type, self.subject, self.types, self.found, self.names)
        kept = self._read()
        self.places = np.flatnonzero(kept)
        self.log = self._log(None if kept.all() else self.places)

    @property
    def subjects_left_out(self) -> list[str]:
        """The subjects of which an event was left out."""
        return self.names.subjects(np.unique(self.subject[self.left_out])).to_list()

    def _read(self) -> Flags:
        """Read the events type by type; return which of them the log holds."""
        keep = self.framed.keep.copy()
        all_known = bool(keep.all())
        for type in self.types:
            pieces = self.framed.pieces[type]
            if not all_known:
                pieces = [piece.some(self.framed.keep) for piece in pieces]
            rows = np.concatenate([piece.places for piece in pieces])
            declaration = self.agreement.events.get(type)
            if declaration is None:
                keep[rows] = False
                self._unknown_type(type, rows)
            else:
                self._read_type(declaration, rows, pieces)
        return keep & ~self.left_out

    def _log(self, kept: Ints | None) -> Log:
        """Return the log of the events that are kept, all of them for None."""
        every = self.every
        if kept is None:
            return Log(every.at, every.type, every.subject, every.types, cache(self.found), every.names)
        held = flagged(len(every), kept)
        moved = np.cumsum(held) - 1
        found = self.found

        def cells(name: str) -> Cells:
            places, values = found(name)
            there = held[places]
            return moved[places[there]], values.take(np.flatnonzero(there))

        names = Moved(every.names, kept)
        return Log(every.at[kept], every.type[kept], every.subject[kept], every.types, cache(cells), names)

    def _concerned(self) -> Flags:
        """Say of which events findings are kept: those of this version, of none, or of a case that began in it."""
        at = self.framed.at
        if len(self.versions) == 1:
            self.begun = at
            return np.ones(len(at), np.bool_)
        begun = np.full(len(self.subject_names), np.iinfo(np.int64).max)
        known = self.framed.keep
        np.minimum.at(begun, self.subject[known], at[known])
        self.begun = begun[self.subject]
        some: Flags = np.logical_or.reduce([covered(version, at) for version in self.versions])
        self.own_time: Flags = covered(self.agreement, at) | ~some
        began: Flags = covered(self.agreement, self.begun)
        return np.logical_or(self.own_time, began)

    def _unknown_type(self, type: str, rows: Ints) -> None:
        if type == RULING:
            return
        if len(self.versions) > 1:
            rows = rows[self.own_time[rows]]
            for version in self.versions:
                if type in version.events:
                    rows = rows[~covered(version, self.begun[rows])]
        if not len(rows):
            return
        at = self.framed.at[rows]
        earliest = rows[at == at.min()]
        first = earliest[np.argmin(self.names.order(earliest))][np.newaxis]
        said = Remark("unknown_type", self.every, first, first, unknown_type(type, self.agreement), None)
        self.unknown += [(int(at.min()), replace(found, count=len(rows))) for _, found in said.findings(1)]

    def _note(self, kind: str, rows: Ints, say: Callable[[int], str] | str) -> None:
        """Keep what is remarkable about events; `say` is the message, or gives that of a row."""
        rows = np.sort(rows[self.concerned[rows]])
        if len(rows):
            self.remarks.append(Remark(kind, self.every, rows, rows, say, None))

    def _read_type(self, declaration: EventDeclaration, rows: Ints, pieces: list[Piece]) -> None:
        """Read the fields of all events of a type."""
        found: dict[str, Column] = {}
        for name, declared in declaration.fields.items():
            if self.fields is not None and name not in self.fields:
                continue
            parts = [read(series, declared) for series in series_of(name, pieces)]
            if parts:
                found[name] = joined([each.column for each in parts])
                self.cells.setdefault(name, []).append((rows, found[name]))
            self._wrong(declaration, name, rows, parts)
        if self.fields is None:
            self._misspelt(declaration, pieces)
        self._not_before(declaration, rows, found)

    def _wrong(self, declaration: EventDeclaration, name: str, rows: Ints, parts: list[Read]) -> None:
        """Note values that cannot be read, and required ones that are missing."""
        start = 0
        missing = [] if parts else [rows]
        for each in parts:
            here = rows[start : start + len(each.given)]
            start += len(each.given)
            if (each.given & ~each.column.present).any():
                said = {
                    int(here[row]): f"{declaration.type}: {name}: {message}; taken as missing"
                    for row, message in each.wrong().items()
                }
                self._note("wrong_value", np.array(list(said), np.int64), said.__getitem__)
            missing.append(here[~each.given])
        if name in declaration.required:
            self._note("missing_field", np.concatenate(missing), f"{declaration.type}: {quoted(name)} is missing")

    def _misspelt(self, declaration: EventDeclaration, pieces: list[Piece]) -> None:
        """Note fields whose name is nearly that of a declared one which the event lacks."""
        columns = {column.removeprefix(JSON) for piece in pieces for column in piece.frame.columns}
        for name in sorted(columns - declaration.fields.keys()):
            if not did_you_mean(name, declaration.fields):
                continue
            saying = zip(pieces, series_of(name, pieces), strict=True)
            there = np.concatenate([piece.places[series.is_not_null().to_numpy()] for piece, series in saying])
            messages = {}
            for row in there.tolist():
                data = self.framed.event(row).data
                hint = did_you_mean(name, [each for each in declaration.fields if each not in data])
                if hint:
                    messages[row] = f"{declaration.type}: unknown field {quoted(name)}{hint}"
            self._note("unknown_field", np.array(list(messages), np.int64), messages.__getitem__)

    def _not_before(self, declaration: EventDeclaration, rows: Ints, found: dict[str, Column]) -> None:
        """Leave out events that contradict themselves: a field is before another that it must not be before."""
        out = np.zeros(len(rows), np.bool_)
        for name, bound in declaration.bounded:
            column = found.get(name)
            if column is None or (bound != "time" and bound not in found):
                continue
            early = _before(column, numbers(self.framed.at[rows]) if bound == "time" else found[bound]) & ~out
            out |= early
            message = f"{declaration.type}: {quoted(name)} is before {quoted(bound)}; the event is left out"
            self._note("interval_reversed", rows[early], message)
        self.left_out[rows[out]] = True


def found_cells(cells: Mapping[str, list[tuple[Ints, Column]]], name: str) -> Cells:
    """Return where a field is among all events, and its values, from what was read type by type."""
    parts = cells.get(name, [])
    if not parts:
        return np.zeros(0, np.int64), absent(0)
    places, values = np.concatenate([rows for rows, _ in parts]), joined([each for _, each in parts])
    order = np.argsort(places) if len(parts) > 1 else np.arange(len(places))
    return places[order], values.take(order)


def series_of(name: str, pieces: list[Piece]) -> list[pl.Series]:
    """Return what the events of a type say of a field, piece by piece; nothing where none says anything."""
    found = [
        piece.frame[column] if column is not None else pl.Series(name, [None]).new_from_index(0, len(piece.places))
        for piece in pieces
        for column in (next((each for each in (name, JSON + name) if each in piece.frame.columns), None),)
    ]
    return found if any(series.dtype != pl.Null for series in found) else []


def _before(one: Column, other: Column) -> Flags:
    """Say where one value is less than another of the same kind."""
    both: Flags = one.present & other.present
    if one.values is None and other.values is None:
        return both & (one.data < other.data)
    left, right = one.coded(), other.coded()
    order = {value: place for place, value in enumerate(sorted({*(left.values or ()), *(right.values or ())}))}
    return both & (left.lookup(order.__getitem__, np.int64, NONE) < right.lookup(order.__getitem__, np.int64, NONE))
