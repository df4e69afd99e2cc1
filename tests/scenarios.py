"""The built-in agreements and the scenarios beside them, read once: YAML with its places takes its time."""

from functools import cache

import sla_rules as sla
from sla_rules.agreement import built_in
from sla_rules.testing.scenarios import Scenario, scenarios_of

AGREEMENTS = {name: sla.load(name) for name in built_in()}


@cache
def scenarios_beside(name: str) -> tuple[tuple[str, Scenario], ...]:
    """Every scenario beside a built-in agreement, with the name of its file."""
    return tuple(scenarios_of(AGREEMENTS[name]))
