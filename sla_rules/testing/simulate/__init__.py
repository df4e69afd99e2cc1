"""A simulated month of InterCall that knows which breaches were planted in it.

All 35 policies have planted near misses, and all but the two that no limit binds planted breaches. It is an
independent witness: its limits are literals of its own, never read from the agreement or computed by an
evaluator. `month` makes the events, `compare` holds verdicts against what was planted, `write` gives JSON Lines,
and `python -m sla_rules.testing.simulate` does it all and prints the report.

    from sla_rules.testing import simulate

    made = simulate.month(seed=1)
    verdicts = sla.judge(sla.load("intercall"), made.events, as_of=made.as_of)
    assert simulate.compare(made, verdicts).exact
"""

from sla_rules.testing.simulate.book import Key, Planted
from sla_rules.testing.simulate.comparison import Comparison, compare
from sla_rules.testing.simulate.demo import main
from sla_rules.testing.simulate.months import Month, month, write

__all__ = ["Comparison", "Key", "Month", "Planted", "compare", "main", "month", "write"]
