"""What every task knows beside its own events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.backlogs import know_ends
from sla_rules.evaluators.columnar.declared import world_of_frames
from sla_rules.evaluators.columnar.framing import Framed, framed_at, repeated_ids
from sla_rules.evaluators.columnar.sharing import Keyed, Needs, Shared, needs, shared, tables
from sla_rules.evaluators.columnar.world import World
from sla_rules.evaluators.spark.reading import Reader
from sla_rules.events import Window
from sla_rules.language.exemptions import Backlog
from sla_rules.sources.refusals import Refusals

Ends = Mapping[tuple[int, Backlog], Mapping[object, int]]
"""Until when each backlog of each version lasted, by its owner."""


@dataclass(frozen=True)
class Known:
    """What every task knows; small, since each is sent it.

    Attributes:
        reader: of the rows that it gets.
        windows: those that were passed in.
        now: the instant of knowledge; None where there is no event to take it from.
        parts: into how many the keys other than the subject are sorted.
        telling: the rows that tell of windows and publications, None without any.
        ends: of backlogs.
        left_out: for each version, the subjects of which an event is left out; findings depend on them, no verdict.
    """

    reader: Reader
    windows: Sequence[Window]
    now: int | None
    parts: int
    telling: pa.Table | None = None
    ends: Ends | None = None
    left_out: Sequence[frozenset[str]] | None = None

    @property
    def agreement(self) -> Agreement:
        """By what is judged."""
        return self.reader.agreement

    @property
    def versions(self) -> Sequence[Agreement]:
        """All versions of the agreement."""
        return self.agreement.versions

    @cached_property
    def shared(self) -> list[Shared]:
        """What each version needs to know of more than one subject."""
        return [shared(version) for version in self.versions]

    @cached_property
    def backlogs(self) -> list[tuple[int, Backlog]]:
        """All backlogs, each with the place of its version."""
        return [(place, backlog) for place, each in enumerate(self.shared) for backlog in each.backlogs]

    @cached_property
    def keyed(self) -> list[tuple[int, Keyed]]:
        """All policies with keys that span subjects, with the place of their version."""
        return [(place, keyed) for place, each in enumerate(self.shared) for keyed in each.keyed]

    def framed(self, rows: pa.Table | None) -> Framed:
        """Return the events among some rows, as known by now, each once."""
        framed = self.framed_with_repeated(rows)
        framed.keep[repeated_ids(framed)[0]] = False
        return framed

    def framed_with_repeated(self, rows: pa.Table | None) -> Framed:
        """Return the events among some rows, as known by now."""
        return framed_at([] if rows is None else self.reader.events(rows, Refusals()), self.now)

    def wide(self) -> list[World]:
        """Return, for each version, the world in which what concerns all subjects is known."""
        framed = self.framed(self.telling)
        return [
            self.knowing(
                world_of_frames(framed, version, self.versions, self.windows, None, telling(version).fields), place
            )
            for place, version in enumerate(self.versions)
        ]

    def knowing(self, world: World, version: int) -> World:
        """Return a world of a version that knows what concerns all subjects."""
        if self.left_out is not None:
            world.left_out |= self.left_out[version]
        for (place, backlog), ends in (self.ends or {}).items():
            if place == version:
                know_ends(backlog, ends, world)
        return world


def telling(agreement: Agreement) -> Needs:
    """Return what windows and publications rest on."""
    return needs(agreement, (), *tables(agreement))
