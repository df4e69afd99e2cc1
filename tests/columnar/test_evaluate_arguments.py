"""What `evaluate` takes, and what it refuses."""

from datetime import datetime
from typing import Any

import polars as pl
import pytest

import sla_rules as sla
from tests.conftest import History, agreement

TERMS = agreement(
    {"start": "opened", "stop": "closed", "limit": "1 h", "exclude": ["maintenance"]},
    events={"opened": {"level": {"kind": "text"}}, "closed": {}},
    windows={"maintenance": {}},
)
NOON = "2026-03-02T12:00:00Z"
EVENTS = History().add("opened", NOON).events
FRAME = pl.DataFrame({"id": ["1"], "type": ["opened"], "subject": ["S"], "time": [NOON]})
SOURCES = {"list": EVENTS, "frame": FRAME, "nothing": [], "no rows": FRAME.clear()}
sources = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)


@sources
@pytest.mark.parametrize("given", ["intercall", None, {"agreement": "test"}])
def test_what_is_no_agreement_is_refused(source: Any, given: Any) -> None:
    with pytest.raises(sla.SlaError, match=r" is not an Agreement; `load` makes one$"):
        sla.evaluate(given, source)


@sources
@pytest.mark.parametrize(
    ("windows", "message"),
    [
        (3, "windows: `3` is neither a list of windows, a file nor a frame of them"),
        (["maintenance"], "maintenance: a file of windows is one of .ics, "),
        ([3], "`3` is not a Window"),
        ([EVENTS[0]], "is not a Window"),
        (
            [sla.Window(kind="maintenence", start=NOON)],
            "window `maintenence`: unknown kind `maintenence`, did you mean `maintenance`?",
        ),
    ],
)
def test_what_are_no_windows_is_refused(source: Any, windows: Any, message: str) -> None:
    with pytest.raises(sla.InputError) as error:
        sla.evaluate(TERMS, source, windows=windows)
    assert message in str(error.value)


@sources
def test_windows_may_come_from_anything_that_is_iterated_once(source: Any) -> None:
    window = sla.Window(kind="maintenance", start=NOON, end="2026-03-02T12:30:00Z")
    report = sla.evaluate(TERMS, source, as_of="2026-03-02T13:30:00Z", windows=iter([window]))
    assert report.verdicts["outcome"].to_list() == ["pending"] * len(source)


@sources
@pytest.mark.parametrize(
    ("as_of", "message"),
    [
        ("2026-03-02T12:00:00", "no offset or zone"),
        (datetime(2026, 3, 2, 12), "no offset or zone"),
        ("now", "`now`"),
        ("2026-03-02", "`2026-03-02`"),
        (5, "`5`"),
    ],
)
def test_what_is_no_instant_of_knowledge_is_refused(source: Any, as_of: Any, message: str) -> None:
    with pytest.raises(sla.InputError) as error:
        sla.evaluate(TERMS, source, as_of=as_of)
    assert message in str(error.value)


@sources
def test_an_instant_of_knowledge_before_all_events_leaves_none_of_them(source: Any) -> None:
    report = sla.evaluate(TERMS, source, as_of="2026-03-02T11:59:59.999999Z")
    assert report.verdicts.is_empty()
    assert sum(report.judged.given.values()) == len(source)
    assert report.provenance["as_of"].startswith("2026-03-02T11:59:59.999999")


@pytest.mark.parametrize("more", [{"columns": {"subject": "ticket"}}, {"timezone": "Europe/Paris"}, {"columns": {}}])
@pytest.mark.parametrize("source", [EVENTS, tuple(EVENTS), []], ids=["list", "tuple", "nothing"])
def test_a_list_of_events_has_no_columns_and_no_zone(source: Any, more: dict[str, Any]) -> None:
    with pytest.raises(sla.InputError, match="a list of events has neither `columns` to name nor times without a"):
        sla.evaluate(TERMS, source, **more)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([EVENTS[0], "opened"], "is not the path of a file of events"),
        (EVENTS[0], "is no source of events"),
        (None, "`None` is no source of events"),
        (iter(EVENTS), "is no source of events"),
        ({"type": ["opened"]}, "is no source of events"),
        ("no such file.parquet", "cannot be read: No such file or directory"),
        ("no such file.xlsx", "a file of events is one of"),
        ("no such*.csv", "no file matches"),
    ],
)
def test_what_is_no_source_is_refused(source: Any, message: str) -> None:
    with pytest.raises(sla.InputError) as error:
        sla.evaluate(TERMS, source)
    assert message in str(error.value)


def test_columns_and_a_zone_are_those_of_the_source() -> None:
    frame = FRAME.rename({"subject": "ticket"}).with_columns(time=pl.lit("2026-03-02T13:00:00"))
    report = sla.evaluate(TERMS, frame, columns={"subject": "ticket"}, timezone="Europe/Paris")
    assert report.verdicts.select("subject", pl.col("start").dt.to_string("iso:strict")).rows() == [
        ("S", "2026-03-02T12:00:00.000000+00:00")
    ]
    with pytest.raises(sla.InputError, match="`Europe/Pariss`"):
        sla.evaluate(TERMS, frame, columns={"subject": "ticket"}, timezone="Europe/Pariss")
    with pytest.raises(sla.InputError, match="no column `tickets`, did you mean `ticket`"):
        sla.evaluate(TERMS, frame, columns={"subject": "tickets"}, timezone="Europe/Paris")


def test_a_list_of_events_and_a_frame_of_them_make_the_same_report() -> None:
    one, other = sla.evaluate(TERMS, EVENTS), sla.evaluate(TERMS, FRAME)
    assert one.verdicts.drop("evidence").equals(other.verdicts.drop("evidence"))
    assert one.provenance["as_of"] == other.provenance["as_of"]


@sources
@pytest.mark.parametrize("given", [{"scratch": "/no/such/folder"}, {"scratch": 5}, {"progress": 5}])
def test_what_larger_histories_need_is_checked_for_small_ones_too(source: Any, given: Any) -> None:
    with pytest.raises(sla.InputError, match=r"^(scratch must be a folder|progress must be a function)"):
        sla.evaluate(TERMS, source, **given)


def test_attainment_by_a_field_that_holds_lists() -> None:
    made = agreement(
        {"start": "opened", "stop": "closed", "limit": "1 h"},
        events={"opened": {"tags": {"kind": "list"}}, "closed": {}},
    )
    frame = FRAME.with_columns(tags=pl.Series([["a", "b"]]))
    by_tags = sla.evaluate(made, frame, assume_complete=True).attainment("month", by="tags")
    assert by_tags["tags"].to_list() == ["['a', 'b']"]
