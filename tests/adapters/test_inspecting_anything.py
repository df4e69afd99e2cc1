"""Whatever a file holds, an inspection gives a map that can be read, or refuses the file; it never breaks."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.adapters.incoming import incoming_of
from sla_rules.adapters.inspecting import inspect
from sla_rules.adapters.mapping import load_map
from tests.conftest import agreement

TERMS = agreement(
    {"start": "ticket.opened", "stop": "ticket.closed", "limit": "8 h"},
    events={"ticket.opened": {"priority": {"kind": "text", "values": ["P1", "P2"]}}, "ticket.closed": {}},
)
TIMES = st.sampled_from(
    ["2026-03-02T08:00:00Z", "2026-03-02T09:00:00+0100", "2026-03-02 08:00", "2026-13-02 08:00", "31/12/9999 23:59",
     "02/03/2026 08:00", "13/03/2026 08:00", "0001-01-01T00:00:00Z", "2026-03-29 02:30:00", "", "?"]
)  # fmt: skip
ONE_FORM = st.sampled_from(["2026-03-02T08:00:00Z", "2026-03-02T08:00:00.5Z", "2026-03-03T08:00:00Z"])
CASES = st.sampled_from(["A-1", "A-2", "7", "007", "ü"])
WORDS = st.sampled_from(
    ["Opened", "ticket.opened", "1 - Critical", "status", "a: b", "#", "yes", "NULL", "", "two\nlines"]
)
CELLS = WORDS | CASES | TIMES | st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.just('{"a": 1}')
OF_TIME = ["time", "created", "closed_at", "last updated", "due_date", "opened_at", "created_date", "resolved_at"]
OF_CASES = ["id", "case", "ticket id", "subject", "number", "unique_key", "who"]
OF_WORDS = ["event", "type", "field", "from", "to", "priority", "data", "@row", "@type", "", "a: b", "#", "ü\n"]
NAMES = st.sampled_from([*OF_TIME, *OF_CASES, *OF_WORDS])


def cells_of(name: str) -> st.SearchStrategy[str]:
    """What mostly stands in a column of this name."""
    if name in OF_TIME:
        return st.one_of(ONE_FORM, ONE_FORM, ONE_FORM, TIMES)
    return CASES if name in OF_CASES else st.one_of(WORDS, WORDS, CELLS)


def table_of(names: list[str]) -> st.SearchStrategy[tuple[list[str], list[tuple[str, ...]]]]:
    return st.tuples(st.just(names), st.lists(st.tuples(*map(cells_of, names)), min_size=1, max_size=6))


TABLES = (
    st.tuples(
        st.sampled_from(OF_TIME), st.sampled_from(OF_CASES), st.lists(NAMES, max_size=5)
    ).map(lambda found: list(dict.fromkeys([found[0], found[1], *found[2]]))).flatmap(table_of)
)  # fmt: skip


def looked_at(path: Path, folder: Path) -> None:
    """Look at a file with and without an agreement, and read it by the map that comes of it."""
    for terms in (None, TERMS):
        try:
            found = inspect(path, agreement=terms)
        except sla.SlaError:
            continue
        (folder / "map.yaml").write_text(found.to_yaml(), "utf-8")
        map = load_map(folder / "map.yaml")
        found.show()
        assert map.types == {}
        assert all(len({*values.values()}) == len(values) for values in map.values.values())
        assert found.counts.events == sum(found.types.values())
        if found.lacking or terms is not None:
            continue
        assert map == found.map
        zone = "UTC" if found.naive else None
        try:
            read = sum(frame.height for frame in incoming_of(path, TERMS, columns=map, timezone=zone))
        except sla.InputError:
            read = 0
        assert read == found.counts.events


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("anything")


@given(TABLES)
@settings(max_examples=60)
def test_any_table(folder: Path, table: tuple[list[str], list[tuple[str, ...]]]) -> None:
    path = folder / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([table[0], *table[1]])
    looked_at(path, folder)


VALUES = st.recursive(
    CELLS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2),
    max_leaves=4,
)


@given(TABLES, st.lists(st.dictionaries(NAMES, VALUES, max_size=5) | VALUES, max_size=2))
@settings(max_examples=60)
def test_any_lines_of_json(folder: Path, table: tuple[list[str], list[tuple[str, ...]]], others: list[Any]) -> None:
    path = folder / "lines.jsonl"
    rows = [dict(zip(table[0], row, strict=True)) for row in table[1]]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, *others]), "utf-8")
    looked_at(path, folder)


@given(st.binary(max_size=60), st.sampled_from(["csv", "jsonl", "json", "xes", "parquet", "txt"]))
@settings(max_examples=60)
def test_any_bytes(folder: Path, content: bytes, suffix: str) -> None:
    path = folder / f"bytes.{suffix}"
    path.write_bytes(content)
    looked_at(path, folder)
