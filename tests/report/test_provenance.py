"""Where a report says that it comes from."""

import zoneinfo
from pathlib import Path

import pytest

import sla_rules as sla
from sla_rules.report import Report, provenance
from tests.conftest import History
from tests.report.making import DESK, desk, judged

HOLIDAYS = {"office": {"week": {"mon-fri": ["09:00-17:00"]}, "holidays": {"country": "CA"}}}


@pytest.fixture(autouse=True)
def fresh() -> None:
    provenance.timezone_data.cache_clear()


def folder(path: Path, **files: str) -> str:
    (path / "America").mkdir(parents=True)
    (path / "America" / "Toronto").write_bytes(b"TZif")
    for name, text in files.items():
        (path / name.replace("_VERSION", "+VERSION").replace("_zi", ".zi")).write_text(text, "utf-8")
    return str(path)


def test_it_names_what_was_judged_by_what() -> None:
    made = Report(judged())
    assert made.provenance["agreement"] == "desk"
    assert made.provenance["as_of"] == "2026-04-05T00:00:00+00:00"
    assert (made.provenance["timezone"], made.provenance["library"]) == ("America/Toronto", sla.__version__)
    assert made.provenance["verdicts_count"] == len(made.verdicts)
    assert (made.provenance["version"], made.provenance["versions"]) == (None, [])


def test_it_counts_what_came_in_and_what_was_left_out() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z", site="s").add("opend", "2026-03-02T10:00:00Z")
    history.add("opend", "2026-03-02T11:00:00Z").add("opened", "2026-03-02T10:00:00Z", id="e001", site="s")
    history.add("answered", "2026-03-02T11:00:00Z", id="e001")
    unread = sla.Finding("naive_time", "no offset", place="e.csv:7")
    told = Report(judged(history), findings=[unread]).provenance
    assert {name: told[name] for name in ("events", "unknown", "repeated", "unreadable", "findings_count")} == {
        "events": 5,
        "unknown": 2,
        "repeated": 2,
        "unreadable": 1,
        "findings_count": 4,
    }


def test_all_versions_are_named(tmp_path: Path) -> None:
    text = """
agreement: t
clauses: [{id: c}]
events: {opened: {}, closed: {}}
policies: [{id: p, clause: c, kind: deadline, start: opened, stop: closed, limit: 1 h}]
"""
    for name in ("2025-01-01", "2026-01-01"):
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    told = Report(sla.judge(sla.load(tmp_path), [])).provenance
    assert (told["version"], told["versions"]) == ("2026-01-01", ["2025-01-01", "2026-01-01"])


def test_holidays_are_named_where_a_calendar_asks_for_a_country() -> None:
    from importlib.metadata import version

    assert Report(judged()).provenance["holidays"] is None
    policies = [{**DESK["policies"][0], "calendar": "office"}]
    made = Report(judged(made=desk(calendars=HOLIDAYS, policies=policies)))
    assert made.provenance["holidays"] == version("holidays")


@pytest.mark.parametrize(
    ("files", "release"),
    [
        ({"_VERSION": "2026c\n"}, "2026c"),
        ({"tzdata_zi": "# version 2025b\n# more"}, "2025b"),
        ({"_VERSION": "2026c", "tzdata_zi": "# version 2025b"}, "2026c"),
        ({"tzdata_zi": "# redacted\n"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_time_zone_data_of_the_system_name_their_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], release: str
) -> None:
    other = tmp_path / "without"
    other.mkdir()
    (other / "+VERSION").write_text("1999a", "utf-8")
    monkeypatch.setattr(zoneinfo, "TZPATH", (str(other), folder(tmp_path / "zones", **files)))
    assert provenance.timezone_data("America/Toronto") == release


def test_where_the_system_has_none_they_are_those_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    import tzdata

    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    assert provenance.timezone_data("America/Toronto") == tzdata.IANA_VERSION
