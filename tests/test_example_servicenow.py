"""The ServiceNow example: what its README says is what comes out."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
from ruamel.yaml import YAML

import sla_rules as sla

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "servicenow"


def imported() -> ModuleType:
    """The script of the example as a module."""
    name = "example_servicenow_check_log"
    spec = importlib.util.spec_from_file_location(name, FOLDER / "check_log.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


example = imported()


@pytest.fixture(scope="module")
def log() -> Path:
    path: Path = example.LOG
    if not path.is_file():
        pytest.skip(f"the UCI incident log is not at {path}")
    return path


@pytest.fixture(scope="module")
def result(log: Path) -> Any:
    return example.check(log, sla.load(example.AGREEMENT))


def row(
    number: str, state: str, updated: str, *, made_sla: bool = True, priority: str = "3 - Moderate"
) -> dict[str, Any]:
    """A row of a log of incidents opened on Monday 2016-03-07 at 14:00 and closed at the time of their last row."""
    return {
        "number": number,
        "incident_state": state,
        "made_sla": made_sla,
        "opened_at": "2016-03-07 14:00",
        "closed_at": updated,
        "sys_updated_at": updated,
        "sys_updated_by": "somebody",
        "priority": priority,
    }


def written(path: Path, *rows: dict[str, Any]) -> Path:
    """A log with these rows."""
    times = pl.col("opened_at", "closed_at", "sys_updated_at").str.to_datetime("%Y-%m-%d %H:%M", time_unit="us")
    frame = pl.DataFrame(rows).with_columns(times)
    frame.with_columns(pl.col("closed_at").last().over("number")).write_parquet(path)
    return path


def test_the_agreement_loads() -> None:
    agreement = sla.load(example.AGREEMENT)
    assert list(agreement.policies) == ["incident.closed_in_time"]
    assert set(agreement.events) == {"incident.opened", "priority.changed", "incident.closed"}


def test_a_missing_log_is_one_sentence_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "nothing.parquet"
    assert example.main([str(missing)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"no log at {missing}; the README beside this script says where it comes from\n"


def test_another_file_is_one_sentence_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.parquet"
    pl.DataFrame({"number": ["INC1"]}).write_parquet(other)
    assert example.main([str(other)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{other} is not the incident event log: ")
    assert err.count("\n") == 1


def test_a_small_log_is_judged_and_its_misfits_are_classed(tmp_path: Path) -> None:
    # Working time is 7 h a weekday, so 48 h from a Monday's opening end on Tuesday of the week after at 20:00.
    log = written(
        tmp_path / "log.parquet",
        row("at the limit", "Closed", "2016-03-15 20:00"),
        *(row(f"a minute late {n}", "Closed", "2016-03-15 20:01", made_sla=False) for n in (1, 2, 3)),
        row("closed again", "Closed", "2016-03-08 15:00"),
        row("closed again", "Closed", "2016-03-31 15:00"),
        row("much later", "Closed", "2016-03-31 15:00"),
        row("changed", "New", "2016-03-07 14:01"),
        # Twice in one minute, in the rows 9 and 10: the order of the file decides, so its limit is 48 h.
        row("changed", "New", "2016-03-07 14:02"),
        row("changed", "Active", "2016-03-07 14:05", priority="1 - Critical"),
        row("changed", "Active", "2016-03-07 14:05"),
        row("changed", "Closed", "2016-03-09 15:00"),
        # 101 h: late by the limit of 100 h, but no incident recorded as late tells the two apart.
        row("nearly", "New", "2016-03-07 14:01"),
        row("nearly", "Closed", "2016-03-25 17:00", priority="4 - Low"),
        row("recorded late", "New", "2016-03-07 14:01"),
        row("recorded late", "Closed", "2016-03-07 15:00", made_sla=False),
    )
    result = example.check(log, sla.load(example.AGREEMENT))
    assert result.events == 2 * 9 + 3
    assert result.by_first_priority.select("number", "priority").rows() == [("nearly", "4 - Low")]
    assert dict(result.misfits.select("number", "why").iter_rows()) == {
        "closed again": example.CLOSED_AGAIN,
        "much later": example.LATE_YET_TRUE,
        "recorded late": example.IN_TIME_YET_FALSE,
        "nearly": example.ROUND_LIMIT,
    }
    assert "4 verdicts differ" in example.shown(result)


def test_the_real_log_gives_the_numbers_of_the_readme(result: Any) -> None:
    assert result.events == 50_272
    assert result.findings == {"limit_passed_before_change": 14}
    agreed = {
        priority: (agreed, count) for priority, count, *_, agreed, _ in example.confusion(result.judged).iter_rows()
    }
    assert agreed == {
        "1 - Critical": (266, 270),
        "2 - High": (407, 408),
        "3 - Moderate": (23_441, 23_466),
        "4 - Low": (767, 774),
    }
    assert example.agrees(result.judged).sum() == 24_881
    assert result.judged.height == 24_918


def test_the_misfits_of_the_real_log_fall_into_the_classes_of_the_readme(result: Any) -> None:
    assert dict(result.misfits["why"].value_counts().iter_rows()) == {
        example.CLOSED_AGAIN: 12,
        example.LATE_YET_TRUE: 15,
        example.ROUND_LIMIT: 7,
        example.IN_TIME_YET_FALSE: 3,
    }
    unexpected = result.misfits.filter(pl.col("why") == example.IN_TIME_YET_FALSE)["number"]
    assert set(unexpected) == {"INC0024555", "INC0075438", "INC0092643"}
    rounded = result.misfits.filter(pl.col("why") == example.ROUND_LIMIT)["priority"]
    assert set(rounded) == {"4 - Low"}


def test_the_readme_shows_what_is_printed(result: Any) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    *shown, _seconds = example.shown(result).splitlines()
    assert "\n".join(shown) in readme


@pytest.mark.parametrize(
    ("hours", "limits", "agreed"),
    [
        ("14:00-22:00", (4, 6, 55, 118), 24_891),
        ("14:00-21:00", (4, 6, 49, 100), 24_518),
        ("14:00-21:00", (4, 6, 48, 104), 24_888),
        ("08:00-18:00", (4, 8, 69, 148), 24_639),
    ],
)
def test_the_other_readings_of_the_readme(log: Path, hours: str, limits: tuple[int, ...], agreed: int) -> None:
    terms = YAML(typ="safe").load(example.AGREEMENT.read_text(encoding="utf-8"))
    terms["calendars"]["service_hours"]["week"]["mon-fri"] = [hours]
    table = terms["policies"][0]["limit"]["table"]
    table.update({priority: f"{limit} h" for priority, limit in zip(table, limits, strict=True)})
    assert example.agrees(example.check(log, sla.load(terms)).judged).sum() == agreed
