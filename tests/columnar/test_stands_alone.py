"""The columnar evaluator needs no other evaluator, and asks Python about no single case."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

import sla_rules as sla
from sla_rules.evaluators import columnar
from sla_rules.judged import judged_of
from sla_rules.testing.directed import directed
from tests.columnar.tools import as_rows, to_parquet
from tests.comparing import expected_of, remade, rows_of

PACKAGE = Path(columnar.__file__).parent

CHILD = """
import sys
sys.modules["sla_rules.evaluators.reference"] = None
import polars as pl
import sla_rules as sla

report = sla.evaluate(sla.load("intercall"), sys.argv[1])
rows = report.verdicts
rows.with_columns(report.reasons(rows)).write_parquet(sys.argv[2])
assert [name for name in sys.modules if name.startswith("sla_rules.evaluators.reference.")] == []
try:
    sla.judge
except ImportError:
    pass
else:
    raise AssertionError("the reference can be imported")
"""


def test_all_of_intercall_is_judged_where_the_reference_cannot_be_imported(tmp_path: Path) -> None:
    agreement = sla.load("intercall")
    events = []
    for number, history in enumerate(islice(directed(agreement), 4 * len(agreement.policies))):
        for event in history.events:
            own = event.subject in agreement.services
            subject = event.subject if own else f"{number} {event.subject}"
            events.append(remade(event, id=f"{number}-{event.id}", subject=subject))
    path, found = tmp_path / "events.parquet", tmp_path / "found.parquet"
    to_parquet(as_rows(events), agreement, path)
    done = subprocess.run([sys.executable, "-c", CHILD, path, found], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    verdicts = expected_of(agreement, events, None)
    assert {verdict.policy for verdict in verdicts} == set(agreement.policies)
    columns = ["policy", "subject", "outcome", "start", "due", "stop", "reason"]
    said = pl.read_parquet(found).select(pl.col(name).cast(pl.String) for name in columns)
    judged = judged_of(verdicts)
    rows = rows_of(judged.verdicts.collect(), judged)
    expected = pl.DataFrame([{name: row[name] for name in columns} for row in rows], infer_schema_length=None)
    expected = expected.select(pl.col(name).cast(pl.String) for name in columns)
    assert said.sort(columns).equals(expected.sort(columns))


SLOW = {
    "apply",
    "iter_columns",
    "iter_rows",
    "iter_slices",
    "map_batches",
    "map_elements",
    "map_groups",
    "partition_by",
    "rolling_map",
    "row",
    "rows",
    "rows_by_key",
    "to_dicts",
    "vectorize",
}
"""What asks Python about single rows or groups of a frame."""

ALLOWED = {
    ("framing.py", "Named.events", "iter_rows"): "names of events without ids: of verdicts and findings that are shown",
    ("framing.py", "Named.locations", "iter_rows"): "places of findings, of which few are listed",
    (
        "framing.py",
        "Framed.event",
        "row",
    ): "events with one id, or at one instant, of one type and subject and without ids",
    ("laying_down.py", "Parts.lay_down", "iter_rows"): "one row for each type of event",
    ("laying_down.py", "Parts.lay_down", "iter_slices"): "half a million events at a time",
}
"""Where it may, and why: there it never is one row for each case."""


def called(tree: ast.AST, inside: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """In which function which method is called."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield from called(node, (*inside, node.name))
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ".".join(inside), node.func.attr
        yield from called(node, inside)


def test_python_is_asked_about_rows_only_where_they_are_few() -> None:
    found = {
        (path.name, function, name)
        for path in PACKAGE.rglob("*.py")
        for function, name in called(ast.parse(path.read_text(encoding="utf-8")))
        if name in SLOW
    }
    assert found == set(ALLOWED)


def test_no_module_names_the_reference() -> None:
    modules = list(PACKAGE.rglob("*.py"))
    assert len(modules) > 20
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            assert not any("reference" in name or "testing" in name for name in names), path.name
