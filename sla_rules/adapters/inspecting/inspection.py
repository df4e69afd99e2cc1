"""A file looked at before it is judged: what it is, what is in it, and the map that reads it."""

import shlex
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pendulum import DateTime

from sla_rules.adapters.choosing import Columns, chosen, preset_of
from sla_rules.adapters.incoming import incoming_of
from sla_rules.adapters.inspecting.clocks import is_naive
from sla_rules.adapters.inspecting.counting import Counts, Field, counted, most_common
from sla_rules.adapters.inspecting.guessing import guessed
from sla_rules.adapters.inspecting.map_text import map_text
from sla_rules.adapters.inspecting.recognising import is_table, recognised
from sla_rules.adapters.inspecting.sampling import sample_of
from sla_rules.adapters.inspecting.suggesting import Against, against
from sla_rules.adapters.mapping import SourceMap, load_map
from sla_rules.adapters.preset import Preset
from sla_rules.agreement import Agreement, load
from sla_rules.errors import InputError, quoted
from sla_rules.events import Finding
from sla_rules.instants import moment
from sla_rules.sources.zones import zone_of

if TYPE_CHECKING:
    import polars as pl

_OWN = {"type", "subject", "time"}


@dataclass(frozen=True)
class Inspection:
    """What a file holds, and the map by which it was read.

    Attributes:
        path: of the file.
        preset: the name of the convention that it follows; None where there is none.
        guessed: whether the map is a guess.
        why: on what that rests, one line each.
        lacking: what must be said first, one line each: without it no row is an event, and nothing was counted.
        map: how its rows become events; of a document only what is said beside its preset.
        naive: whether times have no offset or zone and nobody has named it; they were read as UTC.
        counts: how many rows, events and cases there are, and which.
        beside: what the file and an agreement do not have in common; None without an agreement.
    """

    path: Path
    preset: str | None
    guessed: bool
    why: tuple[str, ...]
    lacking: tuple[str, ...]
    map: SourceMap
    naive: bool
    counts: Counts
    beside: Against | None

    @property
    def first(self) -> DateTime | None:
        """The earliest time of an event; None where there is no event."""
        return None if self.counts.first is None else moment(self.counts.first)

    @property
    def last(self) -> DateTime | None:
        """The latest time of an event; None where there is no event."""
        return None if self.counts.last is None else moment(self.counts.last)

    @property
    def types(self) -> dict[str, int]:
        """The types of events with their number, the most frequent first."""
        return dict(most_common(self.counts.types))

    @property
    def fields(self) -> dict[str, Field]:
        """The fields of the events: the columns left over."""
        return self.counts.fields

    @property
    def findings(self) -> list[Finding]:
        """The rows that are no events, the first of them with their places, and what of the others is in doubt."""
        return self.counts.findings

    def command(self, map: str = "map.yaml", agreement: str = "AGREEMENT") -> str:
        """Return the command that judges the file by a map that was written to this path."""
        # The map of a table is whole; that of a document only changes its preset.
        document = self.preset is not None and preset_of(self.preset).rows is not None
        preset = ["--preset", str(self.preset)] if document else []
        return shlex.join(["sla-rules", "check", str(self.path), "--agreement", agreement, *preset, "--columns", map])

    def to_yaml(self, map: str = "map.yaml", agreement: str = "AGREEMENT") -> str:
        """Return the map as YAML to edit, with comments on what is left to say."""
        what = "guessed" if self.guessed else f"a preset, {self.preset}" if self.preset else "as given"
        todo = [f"TO DO: {line}" for line in self.lacking]
        title = [f"How {self.path.name} is read: {what}. Edit it, then:", f"  {self.command(map, agreement)}", *todo]
        return map_text(self.map, self.counts, title=title, naive=self.naive, beside=self.beside)

    def show(self) -> None:
        """Print it on the terminal."""
        from sla_rules.adapters.inspecting.showing import show

        show(self)


def inspect(
    path: str | PathLike[str],
    *,
    preset: str | None = None,
    columns: Columns | None = None,
    timezone: str | None = None,
    agreement: Agreement | None = None,
) -> Inspection:
    """Look at a file of events, before it is judged. It is read whole, piece by piece.

    Args:
        path: a Parquet, CSV or JSON Lines file, or a document that a preset reads.
        preset: its convention; recognised, or else guessed, unless given.
        columns: our names with those of the file, a map, the path of one, or the name of a preset.
        timezone: the zone of times that have none.
        agreement: what the file is to be judged by; the map then says which of its words stand for ours.

    Raises:
        InputError: the file cannot be read, lacks what the preset or map names, or is of no known sort.
        AgreementError: what should be a map is none.
    """
    if not isinstance(path, (str, PathLike)):
        raise InputError(f"{quoted(path)} is not the path of a file")
    zone_of(timezone)
    return _Looking(Path(fspath(path)), preset, columns, timezone, agreement).inspection()


class _Looking:
    """One inspection."""

    def __init__(
        self,
        path: Path,
        preset: str | None,
        columns: Columns | None,
        timezone: str | None,
        agreement: Agreement | None,
    ) -> None:
        self._path = path
        self._timezone = timezone
        self._agreement = agreement
        self._why: tuple[str, ...] = ()
        self._lacking: tuple[str, ...] = ()
        self._guessed = False
        if isinstance(columns, str) and _is_name(columns):
            chosen(columns, preset)  # refuses a name that is none, or stands beside another
            preset, columns = columns, None
        given = _as_map(columns)
        self._preset = self._found(preset, given)
        document = self._preset if self._preset is not None and self._preset.rows is not None else None
        self._document = document
        sample = sample_of(path, None if document is None else document.rows)
        self._sample = sample.rows
        self._map = self._mapped(given)
        if sample.lacking is not None and (self._guessed or sample.empty):
            self._lacking = (sample.lacking,)

    def _found(self, preset: str | None, given: SourceMap | None) -> Preset | None:
        if preset is not None:
            self._why = ("the preset was named",)
            return preset_of(preset)
        if given is not None and is_table(self._path):
            self._why = ("the map was given",)
            return None
        found = recognised(self._path)
        if found is not None:
            self._why = (f"it has {', '.join(map(quoted, sorted(found.needs)))}",)
        return found

    def _mapped(self, given: SourceMap | None) -> SourceMap:
        if self._document is not None:
            return given or SourceMap()
        if self._preset is not None:
            whole = self._preset.map if given is None else self._preset.map.merged(given)
            return _narrowed(whole, self._preset, self._sample)
        if given is not None:
            return given
        if set(self._sample.columns) >= _OWN:
            self._why = (f"it has our own columns, {', '.join(map(quoted, sorted(_OWN)))}",)
            return SourceMap()
        declared = () if self._agreement is None else [t for each in self._agreement.versions for t in each.events]
        self._guessed = True
        if self._sample.is_empty():
            return SourceMap()
        guess = guessed(self._sample, declared)
        self._why, self._lacking = guess.why, guess.lacking
        return guess.map

    def inspection(self) -> Inspection:
        """Read the file and return what was found."""
        naive = self._is_naive()
        counts = Counts()
        if not self._lacking:
            counts = counted(
                incoming_of(
                    self._path,
                    load({"agreement": "none"}),
                    columns=self._map,
                    preset=None if self._document is None else self._document.name,
                    timezone=self._timezone or ("UTC" if naive else None),
                )
            )
        return Inspection(
            path=self._path,
            preset=None if self._preset is None else self._preset.name,
            guessed=self._guessed,
            why=self._why,
            lacking=self._lacking,
            map=self._map if self._timezone is None else self._map.merged(load_map({"timezone": self._timezone})),
            naive=naive,
            counts=counts,
            beside=None if self._agreement is None or self._lacking else against(counts, self._agreement),
        )

    def _is_naive(self) -> bool:
        """Say whether the first rows have times whose zone nobody has named."""
        preset = None if self._document is None else self._document.map
        if self._timezone or self._map.timezone or (preset and preset.timezone):
            return False
        forms = self._map.times or (preset.times if preset else ())
        times = [*self._map.milestones] or [self._map.columns.get("time", "time")]
        return any(is_naive(_there(self._sample[name], self._map), forms) for name in times if name in self._sample)


def _there(values: "pl.Series", map: SourceMap) -> "pl.Series":
    return values.filter(~values.is_in(list(map.missing))) if str(values.dtype) == "String" else values


def _is_name(columns: str) -> bool:
    return not columns.lower().endswith((".yaml", ".yml"))


def _as_map(columns: Any) -> SourceMap | None:
    """Return what was given as a map."""
    if columns is None or isinstance(columns, SourceMap):
        return columns
    return load_map(columns) if isinstance(columns, (str, PathLike)) else load_map({"columns": columns})


def _narrowed(map: SourceMap, preset: Preset, sample: "pl.DataFrame") -> SourceMap:
    """Return the map of a preset without those of its columns that the file does not have; what it needs stays."""
    kept = {*sample.columns, *preset.needs}
    narrowed = {
        "columns": {our: their for our, their in map.columns.items() if their in kept},
        "milestones": {their: type for their, type in map.milestones.items() if their in kept},
        "last_by": [name for name in map.last_by if name in sample.columns],
    }
    plain = {key: narrowed.get(key, value) for key, value in map.to_plain().items()}
    return load_map({key: value for key, value in plain.items() if value not in ({}, [])})
