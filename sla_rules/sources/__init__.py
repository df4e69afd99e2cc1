"""Sources of events: files and frames in, events out. What is no event becomes a finding with its place.

Columns (keys) are `id`, `type`, `subject`, `time`; a `data` object holds the fields of the event, and so does
every other column. `id` may be missing. In CSV, where all is text, values are read as the agreement declares
their fields, and an empty cell is missing.

`read_events` gives the events of one file; `batches` gives those of any source as Polars frames.
"""

from typing import TYPE_CHECKING, Any

from sla_rules.sources.files import read_events
from sla_rules.sources.refusals import place

if TYPE_CHECKING:
    from sla_rules.sources.incoming import Incoming, batches

__all__ = ["Incoming", "batches", "place", "read_events"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module `{__name__}` has no `{name}`")
    # On first use, since it loads Polars.
    from sla_rules.sources import incoming

    return getattr(incoming, name)
