"""What a preset is: the convention of one product, as a map."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from sla_rules.adapters.mapping import SourceMap
from sla_rules.sources.rows import Rows


class Reader(Protocol):
    """Reads a document of its own format, see `Preset`."""

    def __call__(self, path: Path, zone: ZoneInfo | None = None, /) -> Rows:
        """Yield its rows; times without an offset are of `zone`, as far as rows depend on what was before what."""


@dataclass(frozen=True)
class Preset:
    """A convention of event data.

    Attributes:
        name: what people call it by, `servicenow-incident`.
        title: what it is, in one line, with the events that it gives.
        source: where the convention is documented.
        map: how its rows become events.
        needs: the columns, or keys, by which it is recognised: all of them must be there.
        rows: reads a document of its own format; yields the number of each line or item, and a mapping with the keys
            `id`, `type`, `subject`, `time` and the fields of the event, or the `InputError` that it is none. None where
            the rows are those of a CSV, JSON Lines or Parquet file, or of a frame.
        last_by: the field of the rows of a document whose latest value says which of several records of one case
            counts, with all its rows.
    """

    name: str
    title: str
    source: str
    map: SourceMap
    needs: frozenset[str]
    rows: Reader | None = None
    last_by: str | None = None
