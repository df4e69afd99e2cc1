"""What a preset is: the convention of one product, as a map."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sla_rules.adapters.mapping import SourceMap
from sla_rules.sources.rows import Rows


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
    """

    name: str
    title: str
    source: str
    map: SourceMap
    needs: frozenset[str]
    rows: Callable[[Path], Rows] | None = None
