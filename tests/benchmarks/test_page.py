"""The page of one run and its plot."""

import pytest

from benchmarks import growth, machine, page
from benchmarks.measuring import Measured, Table

TABLE = Table("Speed", ("what", "time"), [["ours", "1 ms"]])
OTHER = Table("Memory", ("what", "peak"), [["ours", "1 MB"]])
FOUND = {
    size: {"ours": Measured(size / 1e5, size * 100), "bare": Measured(size / 1e6, size * 50)}
    for size in (1_000, 10_000)
}


def test_the_page_has_every_table_the_machine_and_the_plot(tmp_path):
    plot = tmp_path / "images" / "growth.svg"
    page.write([[TABLE], [OTHER]], tmp_path / "performance.md", plot)
    text = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert str(TABLE) in text
    assert str(OTHER) in text
    assert machine.described() in text
    assert "![" not in text
    plot.parent.mkdir()
    plot.write_text("<svg/>", encoding="utf-8")
    page.write([[TABLE], [OTHER]], tmp_path / "performance.md", plot)
    assert "](images/growth.svg)" in (tmp_path / "performance.md").read_text(encoding="utf-8")


def test_the_machine_is_told_without_its_paths():
    said = machine.described()
    assert " cores, " in said
    assert "polars" in said
    assert "/" not in said


def test_growth_as_a_table():
    table = growth.table(FOUND)
    assert table.rows[1] == ["10 000", "100 ms", "10.00 x", "1 MB", "10 ms", "0 MB"]
    assert len(table.header) == len(table.rows[0])


def test_growth_as_a_plot(tmp_path):
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    growth.plot(FOUND, tmp_path / "growth.svg")
    assert (tmp_path / "growth.svg").read_text(encoding="utf-8").startswith("<svg")
