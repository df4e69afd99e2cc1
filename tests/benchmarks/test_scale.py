"""What more events cost, by what some cost, and where that is written."""

import os
import subprocess
import sys
from time import sleep

import pytest

from benchmarks import scale, scaling
from benchmarks.measuring import Measured, Table


def measured(seconds, number, memory=2_000_000_000, disk=0, written=0):
    result = {"counts": [("p", "met", False, number)], "memory": memory, "disk": disk, "written": written}
    return Measured(seconds, 0, result)


FOUND = {
    1_000_000: {"columnar": measured(2.0, 7), "spark": measured(20.0, 7)},
    # 10 s for two million more, on two cores: 10 core seconds a million.
    3_000_000: {"columnar": measured(5.0, 9), "spark": measured(30.0, 9, disk=300_000_000, written=150_000_000)},
}


def test_a_row_for_each_size_and_evaluator():
    told = scale.table(FOUND)
    assert told.rows[-1] == [
        "3 000 000",
        "Spark, local mode",
        "30.00 s",
        "6.00 x",
        "100 000",
        "2 000 MB",
        "300 MB",
        "9",
    ]
    assert all(len(row) == len(told.header) for row in told.rows)
    assert told.notes[0].startswith("In every size both give as many")


def test_verdicts_that_differ_are_told():
    wrong = {1_000: {"columnar": measured(1.0, 7), "spark": measured(1.0, 8)}}
    assert scale.table(wrong).notes == ["Wrong: of 1 000 events the verdicts differ."]


def test_what_more_would_cost():
    told = scale.costs(FOUND, cores=2)
    assert told.rows == [
        ["1 000 000 000", "2.8", "3 min", "10 s", "100 GB", "50 GB"],
        ["100 000 000 000", "277.8", "4.3 h", "17 min", "10 000 GB", "5 000 GB"],
    ]
    assert "10.0 core seconds for a million" in told.notes[0]


def test_the_page_keeps_what_stands_around(tmp_path):
    page = tmp_path / "scale.md"
    page.write_text(f"before\n{scale.BEGIN}\nold\n{scale.END}\nafter\n", encoding="utf-8")
    table = Table("Speed", ("what", "time"), [["ours", "1 ms"]])
    for _ in range(2):
        scale.write([table], page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{scale.BEGIN}\n> ")
    assert text.endswith(f"{scale.END}\nafter\n")
    assert text.count(str(table)) == 1
    assert "old" not in text


def test_a_plot(tmp_path):
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    scale.plot(FOUND, tmp_path / "scale.svg")
    assert "Spark, local mode" in (tmp_path / "scale.svg").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell what a process holds")
def test_what_processes_and_files_take(tmp_path):
    code = "held = b'x' * 200_000_000; print(len(held), flush=True); input()"
    with (
        scaling.watched(tmp_path) as taken,
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child,
    ):
        child.stdout.readline()
        assert {os.getpid(), child.pid} <= scaling.family(os.getpid())
        (tmp_path / "laid down").write_bytes(b"x" * 1_000)
        sleep(3 * scaling.EVERY)
        child.communicate(b"\n")
        (tmp_path / "laid down").unlink()
    assert taken.memory > 200_000_000
    assert taken.disk == 1_000
