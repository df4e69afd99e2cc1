import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import sla_rules as sla
from sla_rules.adapters.windowing import windows_of
from tests.adapters.icalendars import calendar, event
from tests.conftest import agreement

EVENTS = {"opened": {"service": {"kind": "text"}}, "closed": {}}
POLICY = {"start": "opened", "stop": "closed", "limit": "8 h", "exclude": ["maintenance"]}
TERMS = agreement(
    {**POLICY, "exclude": ["maintenance", "freeze"]},
    events=EVENTS,
    windows={"maintenance": {"scope": "service"}, "freeze": {}},
    timezone="Europe/Paris",
)
ONE_KIND = agreement(POLICY, events=EVENTS, windows={"maintenance": {}}, timezone="Europe/Paris")

ROWS = [
    {
        "kind": "maintenance",
        "start": "2026-03-02T10:00:00Z",
        "end": "2026-03-02T11:00:00Z",
        "scope": "video",
        "id": "1",
    },
    {"kind": "freeze", "start": "2026-03-03T10:00:00+01:00", "end": None, "scope": None, "id": None},
]
WINDOWS = [sla.Window(**row) for row in ROWS]


def write(path, rows):
    if path.suffix == ".csv":
        cells = [",".join(value or "" for value in row.values()) for row in rows]
        path.write_text("\n".join([",".join(rows[0]), *cells]), encoding="utf-8")
    elif path.suffix == ".parquet":
        pl.DataFrame(rows).write_parquet(path)
    else:
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def as_yaml(path, rows):
    path.write_text("".join(f"- {json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["w.csv", "w.jsonl", "w.ndjson", "w.parquet", "w.PARQUET"])
def test_files(name, tmp_path):
    path = tmp_path / name
    if name == "w.PARQUET":
        pl.DataFrame(ROWS).write_parquet(path)
    else:
        write(path, ROWS)
    assert windows_of(path, TERMS) == windows_of(str(path), TERMS) == WINDOWS


def test_yaml(tmp_path):
    assert windows_of(as_yaml(tmp_path / "w.yaml", ROWS), TERMS) == WINDOWS


def relation(frame: pl.DataFrame) -> object:
    table = frame.to_arrow()
    return duckdb.connect().from_arrow(table)


@pytest.mark.parametrize(
    "made",
    [
        lambda frame: frame,
        lambda frame: frame.lazy(),
        lambda frame: frame.to_pandas(),
        lambda frame: frame.to_pandas().set_index("id"),
        lambda frame: frame.to_arrow(),
        lambda frame: frame.to_arrow().to_reader(),
        relation,
    ],
    ids=["polars", "lazy", "pandas", "pandas index", "arrow", "reader", "duckdb"],
)
@pytest.mark.parametrize("typed", [False, True], ids=["text", "times"])
def test_frames(made, typed):
    frame = pl.DataFrame(ROWS)
    if typed:
        frame = frame.with_columns(pl.col("start", "end").str.to_datetime(time_zone="Europe/Paris"))
    assert windows_of(made(frame), TERMS) == WINDOWS


def test_a_list_is_taken_as_it_is():
    assert (
        windows_of(WINDOWS, TERMS) == windows_of(tuple(WINDOWS), TERMS) == windows_of(iter(WINDOWS), TERMS) == WINDOWS
    )
    assert windows_of([], TERMS) == []
    with pytest.raises(sla.InputError, match="`3` is not a Window"):
        windows_of([WINDOWS[0], 3], TERMS)


def test_pandas_objects_and_numbers():
    paris = datetime(2026, 3, 2, 11, tzinfo=ZoneInfo("Europe/Paris"))
    frame = pd.DataFrame(
        {
            "start": pd.Series([paris, datetime(2026, 3, 3, tzinfo=UTC)], dtype=object),
            "end": [None, pd.NaT],
            "id": [7, 8],
        }
    )
    found = windows_of(frame, ONE_KIND)
    assert [(each.start_at, each.end_at, each.id) for each in found] == [
        (WINDOWS[0].start_at, None, "7"),
        (sla.Window(kind="x", start="2026-03-03T00:00:00Z").start_at, None, "8"),
    ]


# Kinds


def test_the_only_kind_needs_no_name():
    frame = pl.DataFrame(ROWS).select("start", "end")
    assert {each.kind for each in windows_of(frame, ONE_KIND)} == {"maintenance"}
    assert {each.kind for each in windows_of(frame, TERMS, kind="freeze")} == {"freeze"}
    with pytest.raises(sla.InputError, match="row 1: `kind` is missing; name it with `kind=`: maintenance, freeze"):
        windows_of(frame, TERMS)


def test_a_row_that_names_its_kind_keeps_it():
    assert [each.kind for each in windows_of(pl.DataFrame(ROWS), TERMS, kind="freeze")] == ["maintenance", "freeze"]


def test_a_kind_that_the_agreement_does_not_know():
    with pytest.raises(sla.InputError, match=r"row 2: kind: .* no windows `freese`, did you mean `freeze`\?"):
        windows_of(pl.DataFrame([ROWS[0], {**ROWS[1], "kind": "freese"}]), TERMS)
    with pytest.raises(sla.InputError, match="no windows `x`; there are maintenance, freeze"):
        windows_of(pl.DataFrame(ROWS).drop("kind"), TERMS, kind="x")
    none = agreement({"start": "opened", "stop": "closed", "limit": "8 h"}, events=EVENTS)
    with pytest.raises(sla.InputError, match="agreement `test` has no windows to exclude"):
        windows_of(pl.DataFrame(ROWS), none)


# Times


@pytest.mark.parametrize("typed", [False, True])
def test_times_without_a_zone(typed):
    frame = pl.DataFrame({"start": ["2026-07-02T10:00:00"], "end": ["2026-07-02T11:00:00"]})
    frame = frame.with_columns(pl.all().str.to_datetime()) if typed else frame
    (window,) = windows_of(frame, ONE_KIND, timezone="Europe/Paris")
    assert (window.start.isoformat(), window.end_at) == ("2026-07-02T08:00:00+00:00", window.start_at + 3_600_000_000)
    with pytest.raises(
        sla.InputError, match=r"row 1: start: .* no offset or zone.*, or name the zone with `timezone=`"
    ):
        windows_of(frame, ONE_KIND)
    with pytest.raises(sla.InputError, match=r"timezone: .*`Mars`"):
        windows_of(frame, ONE_KIND, timezone="Mars")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": None}, "`start` is missing"),
        ({"start": "", "end": None}, "`start` is missing"),
        ({"end": "2026-03-02T10:00:00Z"}, "has no length"),
        ({"end": "2026-03-02T09:59:59Z"}, "ends before it starts"),
        ({"end": "tomorrow"}, "end: `tomorrow` is not an instant"),
        ({"end": "2026-03-02"}, "end: `2026-03-02` is not an instant"),
        ({"scope": ["video"]}, "scope must be text"),
        ({"id": True}, "id must be text"),
        ({"kind": 3}, "kind: the agreement has no windows `3`"),
        ({"strat": "2026-03-02T10:00:00Z"}, r"unknown column `strat`, did you mean `start`\?"),
        ({"comment": "x"}, "unknown column `comment`; a window has kind, start, end, scope, id"),
    ],
)
def test_rows_that_are_no_windows(change, message, tmp_path):
    rows = [ROWS[1], {**ROWS[0], **change}]
    with pytest.raises(sla.InputError, match=rf"^w.jsonl:2: {message}"):
        windows_of(write(tmp_path / "w.jsonl", rows), TERMS)
    with pytest.raises(sla.InputError, match=rf"^w.yaml:2: {message}"):
        windows_of(as_yaml(tmp_path / "w.yaml", rows), TERMS)


def test_frames_of_days_and_of_years_that_are_none():
    with pytest.raises(sla.InputError, match=r"row 1: start: .*is not an instant"):
        windows_of(pl.DataFrame({"start": [date(2026, 3, 2)], "end": [date(2026, 3, 3)]}), ONE_KIND)
    far = pl.DataFrame({"start": [2**62], "end": [2**62]}).cast(pl.Datetime("us", "UTC"))
    with pytest.raises(sla.InputError, match="the windows: a time is outside the years 1 to 9999"):
        windows_of(far, ONE_KIND)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["start"], r"no column `end`; columns: \['start'\]"),
        (["begin", "end"], "no column `start`"),
        (["strat", "end"], r"no column `start`, did you mean `strat`\?"),
        (["start", "end", "scop"], r"unknown column `scop`, did you mean `scope`\?"),
    ],
)
def test_headers(columns, message, tmp_path):
    frame = pl.DataFrame({name: ["2026-03-02T10:00:00Z"] for name in columns})
    frame.write_csv(tmp_path / "w.csv")
    frame.write_parquet(tmp_path / "w.parquet")
    for source in (frame, frame.to_pandas(), tmp_path / "w.csv", tmp_path / "w.parquet"):
        with pytest.raises(sla.InputError, match=message):
            windows_of(source, ONE_KIND)


def test_a_column_that_stands_there_twice(tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("start,end,end\n", encoding="utf-8")
    table = pa.table([["a"], ["b"], ["c"]], names=["start", "end", "end"])
    for source in (path, table.to_pandas()):
        with pytest.raises(sla.InputError, match="column `end` stands there twice"):
            windows_of(source, ONE_KIND)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("w.txt", b"", "w.txt: a file of windows is one of .ics, .jsonl, .ndjson, .csv, .parquet, .yaml, .yml"),
        ("w.jsonl", b"{", "^w.jsonl:1: not JSON"),
        ("w.jsonl", b"3", "^w.jsonl:1: `3` is not an object"),
        ("w.csv", b"start,end\n2026-03-02T10:00:00Z\n", "^w.csv:2: 1 cells, the header has 2"),
        ("w.csv", b"", "no column `start`"),
        ("w.parquet", b"x", "w.parquet: cannot be read"),
        ("w.yaml", b"kind: x", "w.yaml: a file of windows is a list"),
        ("w.yaml", b"- {", "w.yaml:1: not YAML"),
        ("w.ics", b"", "w.ics: no iCalendar file"),
    ],
)
def test_files_that_are_refused(name, content, message, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(sla.InputError, match=message):
        windows_of(path, ONE_KIND)


@pytest.mark.parametrize("suffix", [".ics", ".csv", ".jsonl", ".parquet", ".yaml"])
def test_files_that_are_not_there(suffix, tmp_path):
    with pytest.raises(sla.InputError, match=f"missing{suffix}: cannot be read"):
        windows_of(tmp_path / f"missing{suffix}", ONE_KIND)


@pytest.mark.parametrize("source", [None, 3, {}, b"w.csv", pl.Series([1])])
def test_what_is_no_source(source):
    with pytest.raises(sla.InputError, match=r"^windows: |is not a Window$"):
        windows_of(source, ONE_KIND)


# iCalendar


def weekly(tmp_path, *lines):
    path = tmp_path / "w.ics"
    path.write_text(calendar(event(*lines)), encoding="utf-8")
    return path


def test_whole_days_are_those_of_the_agreement(tmp_path):
    path = weekly(tmp_path, "DTSTART;VALUE=DATE:20260702")
    (window,) = windows_of(path, ONE_KIND)
    assert window.start.isoformat() == "2026-07-01T22:00:00+00:00"
    (window,) = windows_of(path, ONE_KIND, timezone="UTC")
    assert window.start.isoformat() == "2026-07-02T00:00:00+00:00"
    with pytest.raises(sla.InputError, match=r"w\.ics: `kind` is missing"):
        windows_of(path, TERMS)


def test_recurrences_matter_while_the_agreement_is_in_force_and_a_year_on(tmp_path):
    path = weekly(tmp_path, "DTSTART:20250101T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY")

    def terms(**days):
        return agreement(POLICY, events=EVENTS, windows={"maintenance": {}}, in_force=days)

    found = windows_of(path, terms(**{"from": "2026-01-01", "to": "2026-02-01"}))
    assert (found[0].start.isoformat()[:10], found[-1].start.isoformat()[:10]) == ("2026-01-01", "2027-02-01")
    for open_ended in (ONE_KIND, terms(**{"from": "2026-01-01"}), terms(to="9999-01-01")):
        with pytest.raises(sla.InputError, match=r"w\.ics: event `a`: recurs without end; say with `end=`"):
            windows_of(path, open_ended)
    found = windows_of(path, terms(**{"from": "2026-01-01"}), end="2026-01-03T00:00:00Z")
    assert len(found) == 2
    assert len(windows_of(path, ONE_KIND, start="2026-01-01T00:00:00Z", end="2026-01-03T00:00:00Z")) == 2


def test_windows_of_a_file_stop_the_clock(judge, tmp_path):
    path = weekly(tmp_path, "DTSTART;TZID=Europe/Paris:20260302T110000", "DURATION:PT4H")
    times = {"opened": "2026-03-02T09:00:00Z", "closed": "2026-03-02T20:00:00Z"}
    events = [sla.Event(type=type, subject="S", time=time) for type, time in times.items()]
    (late,) = judge(ONE_KIND, events)
    (kept,) = judge(ONE_KIND, events, windows=windows_of(path, ONE_KIND))
    assert (late.outcome, kept.outcome) == ("breached", "met")
    assert kept.due.isoformat() == "2026-03-02T21:00:00+00:00"


# Several sources, several agreements


def test_the_windows_of_several_sources_add_up(tmp_path):
    first, second = write(tmp_path / "a.csv", ROWS[:1]), write(tmp_path / "b.jsonl", ROWS[1:])
    for several in ([first, second], (str(first), pl.DataFrame(ROWS[1:])), [first, *WINDOWS[1:]]):
        assert windows_of(several, TERMS) == WINDOWS
    opened = sla.Event(type="opened", subject="T", time="2026-03-02T09:00:00Z", data={"service": "video"})
    whole = sla.evaluate(TERMS, [opened], windows=WINDOWS).verdicts
    assert sla.evaluate(TERMS, [opened], windows=[first, second]).verdicts.equals(whole)
    with pytest.raises(sla.InputError, match="`5` is not a Window"):
        windows_of([first, 5], TERMS)


def test_the_windows_of_a_portfolio_are_of_any_kind_that_an_agreement_knows(tmp_path):
    none = agreement({"start": "opened", "stop": "closed", "limit": "8 h"}, events=EVENTS)
    several = sla.Portfolio({"a": TERMS, "b": ONE_KIND, "c": none}, by="customer")
    path = write(tmp_path / "w.csv", ROWS)
    assert windows_of(path, several) == windows_of(iter(WINDOWS), several) == WINDOWS
    with pytest.raises(sla.InputError, match=r"row 1: `kind` is missing; name it with `kind=`: maintenance, freeze"):
        windows_of(pl.DataFrame(ROWS[:1]).drop("kind"), several)
    (window,) = windows_of(
        pl.DataFrame(ROWS[:1]).drop("kind"), sla.Portfolio({"b": ONE_KIND, "c": none}, by="customer")
    )
    assert window == WINDOWS[0]
    with pytest.raises(sla.InputError, match="the portfolio has no windows to exclude"):
        windows_of(path, sla.Portfolio({"c": none, "d": none}, by="customer"))


def test_whole_days_of_a_portfolio_need_a_zone_that_all_share(tmp_path):
    pytest.importorskip("icalendar")
    (tmp_path / "w.ics").write_text(calendar(event("DTSTART;VALUE=DATE:20260302")), "utf-8")
    paris = sla.Portfolio({"a": ONE_KIND, "b": ONE_KIND}, by="customer")
    assert windows_of(tmp_path / "w.ics", paris) == windows_of(tmp_path / "w.ics", ONE_KIND)
    both = sla.Portfolio({"a": ONE_KIND, "b": sla.load({**ONE_KIND.raw, "timezone": "UTC"})}, by="customer")
    with pytest.raises(sla.InputError, match="timezone"):
        windows_of(tmp_path / "w.ics", both)
    assert windows_of(tmp_path / "w.ics", both, timezone="Europe/Paris") == windows_of(tmp_path / "w.ics", ONE_KIND)
