"""Lists of events as the columnar evaluator's log, and the last known values of a field."""

from collections.abc import Sequence

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.log import log_of, texts
from sla_rules.evaluators.columnar.world import World
from sla_rules.events import Window
from sla_rules.known import Known, Reading
from sla_rules.language.base import written


def world_of(known: Known, agreement: Agreement, versions: Sequence[Agreement], windows: Sequence[Window]) -> World:
    """Return the world of a list of events, by one version of an agreement."""
    reading = Reading(known, agreement, versions)
    world = World(agreement, versions, log_of(reading.events), known.as_of, windows, reading.left_out)
    world.findings += reading.findings
    return world


def attributes_of(worlds: Sequence[World], name: str) -> pl.DataFrame:
    """Return the last known value of a field, as text, by subject; where two versions read it, the later one's."""
    return pl.concat([_attributes_of(world, name) for world in worlds]).unique(
        "subject", keep="last", maintain_order=True
    )


def _attributes_of(world: World, name: str) -> pl.DataFrame:
    cases = world.cases(("subject",), [type for type, each in world.agreement.events.items() if name in each.fields])
    last = cases.bounds[1:] - 1
    values = cases.attribute(name, last)
    there = values.present
    subjects = world.log.names.subjects(cases.case[last][there])
    said = [str(written(value)) for value, has in zip(values.items(), there.tolist(), strict=True) if has]
    return pl.DataFrame([subjects.alias("subject"), texts(said).alias("value")])
