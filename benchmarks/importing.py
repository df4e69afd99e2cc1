"""What `import sla_rules` costs beside importing pydantic and pendulum, each in a fresh interpreter.

Run with `python -m benchmarks.importing`.
"""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.measuring import ROOT, Table, best, seconds, times, verdict_on

ROUNDS = 7
TARGET = 1.5
"""How many times importing pydantic and pendulum it may take."""
_BAR = "import pydantic, pendulum"
_OURS = "import sla_rules"
_STATEMENTS = ("pass", _BAR, _OURS, "import sla_rules; sla_rules.load; sla_rules.judge")


def _time(statement: str, rounds: int) -> float:
    return best(lambda: subprocess.run([sys.executable, "-c", statement], cwd=ROOT, check=True), rounds)


def tables(rounds: int = ROUNDS) -> Iterator[Table]:
    """Measure; the time of an interpreter that imports nothing is taken off each."""
    measured = {statement: _time(statement, rounds) for statement in _STATEMENTS}
    nothing = measured.pop("pass")
    bare = measured[_BAR] - nothing
    rows = []
    for statement, whole in measured.items():
        ratio = (whole - nothing) / bare
        target = f"{TARGET:g} x: {verdict_on(ratio, TARGET, most=True)}" if statement == _OURS else ""
        rows.append([f"`{statement}`", seconds(whole - nothing), times(ratio), target])
    yield Table("Importing", ("what", "time", "to pydantic and pendulum", "target"), rows)


def main() -> None:
    for table in tables():
        print(table)


if __name__ == "__main__":
    main()
