"""Rounds in processes of their own, and the tables that show them."""

import sys
from argparse import ArgumentTypeError

import pytest

from benchmarks.measuring import (
    Measured,
    Table,
    Work,
    chosen,
    comparison,
    in_child,
    measure,
    seconds,
    skipped,
    times,
    verdict_on,
)

HERE = "tests.benchmarks.works"


def test_the_work_of_a_child():
    measured = in_child(Work(f"{HERE}:doubled", {"number": 21}))
    assert (measured.result, measured.skipped) == (42, "")
    assert measured.seconds > 0
    assert measured.peak > 1_000_000


def test_a_library_that_is_missing_is_a_sentence():
    found = measure({"theirs": Work(f"{HERE}:lacking"), "ours": Work(f"{HERE}:doubled", {"number": 1})}, 2)
    assert found["ours"].result == 2
    assert skipped(found) == ["Skipped: theirs, `no_such_library` is not installed."]


def test_a_failure_is_no_measurement():
    with pytest.raises(RuntimeError, match=f"{HERE}:failing failed: (.|\n)*ValueError: not today"):
        in_child(Work(f"{HERE}:failing"))


def test_a_part_of_our_own_that_is_missing_is_a_failure():
    with pytest.raises(RuntimeError, match=r"No module named 'benchmarks\.nothing'"):
        in_child(Work("benchmarks.nothing:work"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the two apart")
def test_the_peak_is_that_of_the_child_alone():
    held = bytearray(b"1") * 300_000_000
    assert in_child(Work(f"{HERE}:doubled", {"number": 1})).peak < len(held) / 2


def test_ratios_are_to_the_bar_and_targets_are_said():
    found = {"ours": Measured(6.0, 10**9), "bar": Measured(2.0, 10**8), "theirs": Measured(skipped="missing")}
    told = {name: ["x"] for name in found}
    assert comparison(found, told, {"ours": 5}, "bar") == [
        ["ours", "6.00 s", "3.00 x", "5 x: met", "1 000 MB", "x"],
        ["bar", "2.00 s", "1.00 x", "", "100 MB", "x"],
        ["theirs", "skipped", "", "", "", "x"],
    ]
    without_bar = comparison({"ours": Measured(6.0, 10**9)}, told, {"ours": 5}, "bar")
    assert without_bar == [["ours", "6.00 s", "", "", "1 000 MB", "x"]]


@pytest.mark.parametrize(
    ("value", "target", "most", "said"),
    [
        (5, 5, True, "met"),
        (6, 5, True, "missed by 1.20 x"),
        (2, 2, False, "met"),
        (1, 2, False, "missed by 2.00 x"),
    ],
)
def test_a_target_is_met_or_missed_by(value, target, most, said):
    assert verdict_on(value, target, most=most) == said


def test_numbers_as_people_read_them():
    assert [seconds(value) for value in (0.0081, 0.155, 2.314)] == ["8.1 ms", "155 ms", "2.31 s"]
    assert [times(ratio) for ratio in (1.274, 1040.4)] == ["1.27 x", "1 040 x"]


def test_a_table_is_markdown():
    table = Table("Speed", ("what", "time"), [["ours", "1 ms"], ["theirs by hand", "2 ms"]], ["A note."])
    assert str(table) == (
        "## Speed\n\n"
        "| what           | time |\n"
        "| -------------- | ---- |\n"
        "| ours           | 1 ms |\n"
        "| theirs by hand | 2 ms |\n"
        "\nA note.\n"
    )


def test_names_on_the_command_line():
    assert chosen({"ours": 1, "bare": 2}, "bare,ours") == ("bare", "ours")
    with pytest.raises(ArgumentTypeError, match="`theirs` is not one of ours, bare"):
        chosen(["ours", "bare"], "ours,theirs")
