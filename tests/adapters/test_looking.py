"""What is said of a source that is looked at before it is read."""

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import sla_rules as sla
from sla_rules.adapters import looking
from tests.conftest import agreement

TERMS = agreement({"start": "opened", "stop": "closed", "limit": "8 h"}, events={"opened": {}, "closed": {}})
XES = '<log xes.version="1.0"><trace></trace></log>'
JIRA = json.dumps({"issues": [{"key": "A-1", "fields": {}}]})
ONE_OF = "a file of events is one of .jsonl, .ndjson, .csv, .parquet"


def refusal(source: Any, **how: Any) -> str:
    with pytest.raises(sla.InputError) as refused:
        sla.evaluate(TERMS, source, **how)
    return str(refused.value)


class TestDocumentsWithoutTheirPreset:
    @pytest.mark.parametrize(
        ("name", "content", "hint"),
        [
            ("log.xes", XES.encode(), "; looks like `xes`: give `preset=`"),
            ("log.xes.gz", gzip.compress(XES.encode(), mtime=0), "; looks like `xes`: give `preset=`"),
            ("jira.json", JIRA.encode(), "; looks like `jira`: give `preset=`"),
            ("other.json", b'{"a": 1}', ""),
            ("table.json", b'{"number": "A", "opened_at": "x"}', ""),
            ("broken.json", b"{", ""),
            ("empty.xes", b"", ""),
            ("cut.xes.gz", gzip.compress(XES.encode(), mtime=0)[:12], ""),
            ("table.xlsx", bytes(range(256)), ""),
        ],
    )
    def test_the_preset_that_one_looks_like_is_named(
        self, tmp_path: Path, name: str, content: bytes, hint: str
    ) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        said = f"{path}: {ONE_OF}{hint}"
        assert refusal(path) == said
        assert refusal([tmp_path / "*"]) == said
        assert refusal(path, columns=sla.load_map({"columns": {"subject": "number"}})) == said

    def test_one_that_cannot_be_read_has_no_hint(self, tmp_path: Path) -> None:
        (tmp_path / "folder.xes").mkdir()
        for path in (tmp_path / "none.xes", tmp_path / "folder.xes"):
            assert refusal(path) == f"{path}: {ONE_OF}"

    def test_a_large_one_is_not_loaded_for_a_hint(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(looking, "_MOST_BYTES", len(JIRA) - 1)
        path = tmp_path / "jira.json"
        path.write_text(JIRA)
        assert refusal(path) == f"{path}: {ONE_OF}"


class TestCsvOfOtherSorts:
    @pytest.mark.parametrize(
        "how", [{}, {"preset": "servicenow-incident"}, {"columns": sla.load_map({"columns": {"subject": "number"}})}]
    )
    def test_columns_parted_otherwise(self, tmp_path: Path, how: dict[str, Any]) -> None:
        path = tmp_path / "e.csv"
        path.write_text("number;opened_at;priority\nI1;2016-03-04 01:00:00;P1\n")
        assert refusal(path, **how) == f"{path}: its columns are separated by `;`, not `,`"

    def test_one_column_is_a_column(self, tmp_path: Path) -> None:
        path = tmp_path / "e.csv"
        path.write_text("number\nI1\n")
        assert refusal(path) == f"{path}: no column `type`; columns: ['number']"

    def test_semicolons_within_a_name_part_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "e.csv"
        path.write_text("type,subject,time,low;high\nopened,A,2026-03-02T12:00:00Z,1\n")
        assert sla.evaluate(TERMS, path, as_of="2026-03-02T13:00:00Z").verdicts.height == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (pl.DataFrame({"a": [1]}), "a DataFrame"),
        (pl.LazyFrame({"a": [1]}), "a LazyFrame"),
        (pl.DataFrame({"a": [1]}).to_arrow(), "a Table"),
        ({"a": 1}, "a dict"),
        (3, "`3`"),
        (None, "`None`"),
    ],
)
def test_what_is_no_path_is_named_by_its_type(source: Any, said: str) -> None:
    assert refusal(source, preset="jira") == f"{said} is not the path of a document"


def test_a_relation_is_not_run_to_name_it() -> None:
    relation = duckdb.connect().sql("select cast('x' || i as integer) as a from range(3) as t(i)")
    assert refusal(relation, preset="jira") == "a DuckDBPyRelation is not the path of a document"
