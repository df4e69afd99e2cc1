"""Any source of events, read by the names of its columns, a preset or a map."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import polars as pl

from sla_rules.adapters.choosing import Columns, chosen
from sla_rules.adapters.latest import Latest
from sla_rules.adapters.looking import columns_of, refuse_unlike_events
from sla_rules.adapters.preset import Reader
from sla_rules.adapters.raw import Raw, TextRaw, TypedRaw
from sla_rules.adapters.reshaping import Reshaping
from sla_rules.adapters.roles import Roles
from sla_rules.agreement import Agreement
from sla_rules.errors import InputError
from sla_rules.events import Event, Finding
from sla_rules.instants import micros, moment
from sla_rules.sources import place
from sla_rules.sources.columns import Renaming
from sla_rules.sources.encoding import from_json
from sla_rules.sources.fields import PREFIX
from sla_rules.sources.files import PARQUET, labels_of, name_of, paths_of, suffix_of, told
from sla_rules.sources.incoming import FRAME, Incoming, batches, frame_of
from sla_rules.sources.native import pieces_of
from sla_rules.sources.parquet import legible, schema_of, slices
from sla_rules.sources.refusals import Refusals
from sla_rules.sources.rows import TEXT_READERS, csv_header, readable
from sla_rules.sources.zones import zone_of


@runtime_checkable
class Wanted(Protocol):
    """The fields that somebody has a use for, and what else there is to say about what is needed of a source."""

    types: frozenset[str]
    """The types of events that are declared."""

    def __contains__(self, name: object, /) -> bool:
        """Say whether a field is wanted."""

    def among(self, there: Iterable[str]) -> Container[str]:
        """Return the fields that are wanted of a source with these ones."""


def incoming_of(
    source: object,
    agreement: Agreement,
    *,
    columns: Columns | None = None,
    preset: str | None = None,
    timezone: str | None = None,
    wanted: Container[str] | None = None,
    as_of: object = None,
) -> Incoming:
    """Return the events of any source but a list of `Event`.

    Args:
        source: as `sla_rules.sources.batches` takes it; with the preset of a document the path of one.
        agreement: says of what kind the fields are that the source has as text.
        columns: our names with those of the source, a map or what one says, the path of one in YAML, or the name of a
            preset.
        preset: the name of a preset, which `columns` then changes.
        timezone: the zone of times that have none, in place of the map's.
        wanted: the fields that are needed; the others are left out. None is all. A `Wanted` also says which milestones
            of a preset are of use.
        as_of: the instant of knowledge. Of the rows of one case, those written later do not count where there are
            earlier ones; all do unless said.

    Raises:
        InputError: no such source or preset, or a source with a column missing or of a type that it cannot have.
        AgreementError: what should be a map is none.
    """
    how = chosen(columns, preset)
    tables = columns_of(source) if how is None or how.rows is None else None
    if how is None:
        names = columns if columns is None else cast(Mapping[str, str], columns)
        if tables is not None:
            refuse_unlike_events(tables, names)
            wanted = _among(wanted, Renaming(names).names, tables)
        return batches(source, agreement, columns=names, timezone=timezone, wanted=wanted)
    map = how.map_for(wanted.types) if isinstance(wanted, Wanted) else how.map
    zone = zone_of(timezone if timezone is not None else map.timezone)
    if tables is not None:
        wanted = _among(wanted, Roles(map, zone).fields, tables)
    roles = Roles(map, zone, wanted=wanted, required=how.required, last_by=how.last_by)
    raws, name = _raws(source, roles, how.rows)
    # A record of a document tells the times of what was long before it: it counts at any instant of knowledge.
    now = None if as_of is None or how.last_by is not None else micros(as_of)
    latest = Latest(raws, roles, now) if roles.latest_only else None
    reshaping = Reshaping(roles, agreement)
    remarks = partial(_remarks, raws, roles, reshaping, latest)
    parts = [
        _MappedPart(raw, roles, reshaping, number, latest, remarks if number == len(raws) - 1 else None)
        for number, raw in enumerate(raws)
    ]
    return Incoming(parts, roles.check, name)


def mapped_events(
    source: object,
    agreement: Agreement,
    *,
    columns: Columns | None = None,
    preset: str | None = None,
    timezone: str | None = None,
    as_of: object = None,
) -> tuple[list[Event], list[Finding]]:
    """Return the events of a source one by one, and a finding for each row that is none. Takes what `incoming_of` does.

    Raises:
        InputError: as `incoming_of`.
        AgreementError: as `incoming_of`.
    """
    wanted = _EveryField(agreement)
    incoming = incoming_of(
        source, agreement, columns=columns, preset=preset, timezone=timezone, wanted=wanted, as_of=as_of
    )
    events = [_event(row) for frame in incoming for row in frame.iter_rows(named=True)]
    return events, incoming.findings


class _EveryField:
    """Every field, of the types of events that an agreement declares; see `Wanted`."""

    def __init__(self, agreement: Agreement) -> None:
        self.types = frozenset(type for version in agreement.versions for type in version.events)

    def __contains__(self, name: object) -> bool:
        return True

    def among(self, _: Iterable[str]) -> "_EveryField":
        return self


def _event(row: dict[str, Any]) -> Event:
    id, type, subject, at, file, number = (row.pop(f"@{name}") for name in _OWN)
    data = {
        name.removeprefix(PREFIX): from_json(value) if name.startswith(PREFIX) else value
        for name, value in row.items()
        if value is not None
    }
    return Event(id=id, type=type, subject=subject, time=moment(at), data=data, place=place(file, number))


_OWN = ("id", "type", "subject", "at", "file", "row")


def _among(
    wanted: Container[str] | None, fields: Callable[[list[str]], Iterable[str]], tables: Mapping[str, list[str]]
) -> Container[str] | None:
    """Return what is wanted of tables with these columns; `fields` gives the fields that columns stand for."""
    if not isinstance(wanted, Wanted):
        return wanted
    return wanted.among(name for there in tables.values() for name in fields(there))


def _raws(source: Any, roles: Roles, rows: Reader | None) -> tuple[list[Raw], str]:
    """Return the parts of a source as they are, and what a message calls the source."""
    if isinstance(source, (str, PathLike, list, tuple)):
        paths = paths_of(source, of_events=rows is None)
        labelled = zip(paths, labels_of(paths), strict=True)
        return [_of_file(path, label, roles, rows) for path, label in labelled], name_of(paths)
    if rows is not None:
        raise InputError(f"{told(source)} is not the path of a document")
    frame, encoded = frame_of(source, roles.roles)
    with legible(FRAME):
        return [TypedRaw(pieces_of(frame), frame.collect_schema(), roles, encoded=encoded)], FRAME


def _of_file(path: Path, label: str, roles: Roles, rows: Reader | None) -> Raw:
    if rows is not None:
        return TextRaw(path, lambda each: rows(each, roles.zone), roles, label, None)
    suffix = suffix_of(path)
    if suffix == PARQUET:
        return TypedRaw(partial(slices, path), schema_of(path), roles, label=label, where=f"{path}: ")
    with readable(path):
        header = csv_header(path) if suffix == ".csv" else None
    return TextRaw(path, TEXT_READERS[suffix], roles, label, header)


class _MappedPart:
    """A part of a source that is read by a map; see `sla_rules.sources.parts.Part`."""

    def __init__(
        self,
        raw: Raw,
        roles: Roles,
        reshaping: Reshaping,
        number: int,
        latest: Latest | None,
        remarks: Callable[[], list[Finding]] | None,
    ) -> None:
        """Take a part.

        Args:
            raw: its rows.
            roles: what their columns are.
            reshaping: what makes events of them.
            number: which part it is, from 0.
            latest: which of the rows count; None is all.
            remarks: of the last part, what there is to say of the whole source once it was read.
        """
        self.label = raw.label
        self.open = raw.open
        self.size = None
        self._raw = raw
        self._roles = roles
        self._reshaping = reshaping
        self._number = number
        self._latest = latest
        self._remarks = remarks

    @property
    def names(self) -> list[str]:
        """Its columns under their own names, as far as they are known."""
        return self._raw.names

    @property
    def columns(self) -> list[str]:
        """The fields of its events, as far as they are known."""
        return list(self._roles.fields(self._raw.names))

    def frames(self, refusals: Refusals) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield how many rows were read, and the events among them; `refusals` takes the other rows."""
        if self._number == 0:
            self._reshaping.begin()
        if self._latest is not None:
            self._latest.refuse(self._number, self.label, refusals)
        for read, raw in self._raw.pieces(refusals):
            yield read, pl.DataFrame()
            rows = raw if self._latest is None else self._latest.among(raw, self._number)
            for frame in self._reshaping.frames(rows, self.label, refusals):
                yield 0, frame
        if self._remarks is not None:
            refusals.listed.extend(self._remarks())


def _remarks(raws: list[Raw], roles: Roles, reshaping: Reshaping, latest: Latest | None) -> list[Finding]:
    """Return what there is to say of a source that was read: nothing of one without events."""
    if not reshaping.events:
        return []
    orders = [reshaping.orders] if latest is None else [latest.orders, reshaping.orders]
    unsure = {finding.message: finding for each in orders for finding in each.findings()}
    fields = {name for raw in raws for name in roles.fields(raw.names)}
    return [*unsure.values(), *roles.unknown_values(fields | reshaping.changed)]
