"""What a source states of its subjects: from every kind of source, as of any instant."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.evaluators.columnar import judge_events
from sla_rules.instants import MINUTE, micros, moment
from sla_rules.report.stated import readings, stated_in, stated_of
from sla_rules.sources import batches
from tests.conftest import History

START = micros("2026-03-02T10:00:00Z")
EMPTY = sla.load({"agreement": "t", "clauses": [], "events": {"noted": {}}, "policies": []})
DECLARED = sla.load(
    {"agreement": "t", "clauses": [], "events": {"noted": {"said": {"kind": "text"}}, "seen": {}}, "policies": []}
)


def known(frame: pl.DataFrame) -> dict[str, str]:
    assert frame.schema == {"subject": pl.String, "value": pl.String}
    found = dict(frame.iter_rows())
    assert len(found) == frame.height
    return found


def of(source: Any, name: str = "said", as_of: int | None = None, **options: Any) -> dict[str, str]:
    return known(stated_of(batches(source, EMPTY, wanted={name}, **options), name, as_of))


def columns(values: pl.Series) -> pl.DataFrame:
    """Events of the subjects 0, 1, …, each with one of the values."""
    subjects = [str(number) for number in range(len(values))]
    own = {"type": ["noted"] * len(values), "subject": subjects, "time": ["2026-03-02T10:00:00Z"] * len(values)}
    return pl.DataFrame({**own, "said": values})


rows = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([None, "yes", "no", "é", "?"])), max_size=12)


@settings(max_examples=60)
@given(rows=rows, order=st.randoms(use_true_random=False), until=st.none() | st.integers(-1, 13))
def test_law_what_is_stated_is_what_would_be_known_if_it_were_declared(rows: list[Any], order: Any, until: Any) -> None:
    history = History("D").add("noted", moment(START).isoformat(), said="yes")
    for number, (subject, said) in enumerate(rows, 1):
        history.add("noted", moment(START + number * MINUTE).isoformat(), subject=subject, said=said)
    as_of = None if until is None else START + until * MINUTE
    by_time = None if as_of is None else moment(as_of).isoformat()
    expected = known(judge_events(DECLARED, history.events, as_of=by_time).attributes("said"))
    order.shuffle(history.events)
    assert known(stated_in(history.events, "said", as_of)) == expected
    plain = [
        {"id": e.id, "type": e.type, "subject": e.subject, "time": e.time.isoformat(), **e.data} for e in history.events
    ]
    assert of(pl.DataFrame(plain, infer_schema_length=None), as_of=as_of) == expected


KEYED = [
    ("A", "x", "1"),
    ("A", "y", "2"),
    ("A", "x", None),
    ("A", None, "3"),
    ("A", "y", "4"),
    ("B", None, "5"),
    ("C", "x", None),
]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (("subject", "part"), {("A", ("A", "x"), "3"), ("A", ("A", "y"), "4"), ("B", None, "5")}),
        (("part", "subject"), {("A", ("x", "A"), "3"), ("A", ("y", "A"), "4"), ("B", None, "5")}),
        (("part",), {("A", ("x",), "1"), ("A", ("y",), "4")}),
        (("subject", "nowhere"), {("A", None, "4"), ("B", None, "5")}),
    ],
)
def test_the_last_value_of_each_case_of_a_match(match: tuple[str, ...], expected: set[Any]) -> None:
    """An event that lacks a field of the match speaks of every case of its subject."""
    history = History()
    for number, (subject, part, said) in enumerate(KEYED):
        data = {name: value for name, value in (("part", part), ("said", said)) if value is not None}
        history.add("noted", moment(START + number * MINUTE).isoformat(), subject=subject, **data)
    plain = [
        {"id": e.id, "type": e.type, "subject": e.subject, "time": e.time.isoformat(), **e.data} for e in history.events
    ]
    columns = pl.DataFrame(plain, infer_schema_length=None)
    nested = columns.select(
        *("id", "type", "subject", "time"),
        pl.Series("data", [json.dumps(event.data) for event in history.events]),
    )
    wanted = {"said", *match}
    for found in (
        stated_in(history.events, "said", None, match),
        *(stated_of(batches(each, EMPTY, wanted=wanted), "said", None, match) for each in (columns, nested)),
    ):
        assert found.columns == ["subject", "key", "value"]
        rows = [(subject, key and tuple(key), value) for subject, key, value in found.iter_rows()]
        assert len(rows) == len(expected)
        assert set(rows) == expected


@pytest.mark.parametrize(
    ("values", "texts"), [([1, 2], "12"), ([1.0, 2.0], "12"), (["1.0", "2"], ["1.0", "2"]), ([True, False], None)]
)
def test_the_key_is_written_as_that_of_verdicts(values: list[Any], texts: Any) -> None:
    frame = columns(pl.Series(["yes", "no"])).with_columns(part=pl.Series(values))
    found = stated_of(batches(frame, EMPTY, wanted={"said", "part"}), "said", None, ("part",))
    assert set(found["key"].explode()) == set(texts or ("true", "false"))


def test_files_are_read_like_frames(tmp_path: Path) -> None:
    text = "id,type,subject,time,said\n1,noted,A,2026-03-02T10:00:00Z,true\n2,noted,A,2026-03-02T11:00:00Z,\n"
    (tmp_path / "a.csv").write_text(text, "utf-8")
    values: list[Any] = [True, 1, 1.5, "é", None, [1]]
    lines = [
        {"type": "noted", "subject": f"S{number}", "time": "2026-03-02T10:00:00Z", "said": value}
        for number, value in enumerate(values)
    ]
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    columns(pl.Series([False])).write_parquet(tmp_path / "c.parquet")
    (tmp_path / "d.csv").write_text("type,subject,time\nnoted,B,2026-03-02T10:00:00Z\n", "utf-8")
    expected = {"A": "true", "S0": "true", "S1": "1", "S2": "1.5", "S3": "é", "S5": "[1]", "0": "false"}
    assert of([tmp_path / name for name in ("a.csv", "b.jsonl", "c.parquet", "d.csv")]) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series([True, None]), {"0": "true"}),
        (pl.Series([1, 0]), {"0": "1", "1": "0"}),
        (pl.Series([1.0, 0.0]), {"0": "1.0", "1": "0.0"}),
        (pl.Series(["yes", ""]), {"0": "yes"}),
        (pl.Series(["yes", "no"], dtype=pl.Enum(["no", "yes"])), {"0": "yes", "1": "no"}),
        (pl.Series(["yes", "no"], dtype=pl.Categorical), {"0": "yes", "1": "no"}),
        (pl.Series([None, None]), {}),
    ],
)
def test_every_type_of_column_becomes_text(values: pl.Series, expected: dict[str, str]) -> None:
    assert of(columns(values)) == expected


@pytest.mark.parametrize("values", [pl.Series([[1]]), pl.Series([{"a": 1}]), pl.Series([b"yes"])])
def test_lists_records_and_bytes_state_nothing(values: pl.Series) -> None:
    with pytest.raises(sla.InputError, match=r"column `said` holds .*, which says neither kept nor broken"):
        of(columns(values))


def test_a_stream_that_was_read_before_is_refused() -> None:
    stream = columns(pl.Series(["yes"])).to_arrow(compat_level=pl.CompatLevel.oldest()).to_reader()
    assert of(stream) == {"0": "yes"}
    with pytest.raises(sla.InputError, match="no events to read `said` from; a stream is read once"):
        of(stream)


def test_a_field_of_which_no_event_has_a_value_states_nothing() -> None:
    frame = columns(pl.Series([None, "yes"])).with_columns(pl.Series("type", ["noted", None]))
    assert of(frame) == {}


def test_of_one_instant_the_highest_id_counts() -> None:
    history = History("A")
    for id, said in (("b", "2"), ("c", "1"), ("a", "3")):
        history.add("noted", "2026-03-02T10:00:00Z", id=id, said=said)
    frame = columns(pl.Series(["2", "1", "3"])).with_columns(
        pl.lit("A").alias("subject"), id=pl.Series(["b", "c", "a"])
    )
    assert known(stated_in(history.events, "said", None)) == of(frame) == {"A": "1"}


def test_a_field_under_our_name_is_found() -> None:
    assert of(columns(pl.Series(["yes"])).rename({"said": "u_said"}), columns={"said": "u_said"}) == {"0": "yes"}


def test_a_field_that_is_nowhere_is_refused_with_the_nearest() -> None:
    frame = columns(pl.Series(["yes"])).with_columns(team=pl.lit("red"))
    message = "no event has a field `sayd`, did you mean `said`?; fields: `said`, `team`"
    with pytest.raises(sla.InputError) as refused:
        of(frame, "sayd")
    assert str(refused.value) == message
    with pytest.raises(sla.InputError) as refused:
        stated_in([sla.Event(type="t", subject="s", time=moment(START), data={"said": 1, "team": 2})], "sayd", None)
    assert str(refused.value) == message
    with pytest.raises(sla.InputError, match="fields: none"):
        stated_in([], "said", None)


@pytest.mark.parametrize(
    ("name", "kept", "broken"),
    [
        ("made_sla", "true", "false"),
        ("OnTime_Status", "ONTIME", "OVERDUE"),
        ("on_time", "YES", "No"),
        ("sla met", "1", "0"),
        ("SLAMet", "1.0", "0.0"),
        ("has_breached", "False", "True"),
        ("slaBreached", "0", "1"),
        ("is_overdue", "n", "y"),
        ("result", "In time", "not_met"),
        ("result", " Met", "Breached "),
    ],
)
def test_values_are_read_as_they_say_or_the_name_says(name: str, kept: str, broken: str) -> None:
    undecided = ["", "?", "-", "N/A", "NaN", "pending", "In Progress", "cancelled"]
    expected = {kept: "kept", broken: "broken", **dict.fromkeys(undecided, "unknown")}
    assert readings(name, [kept, broken, *undecided], None) == expected


@pytest.mark.parametrize("kept", ["closed ok", ["Closed_OK"], ("closed-ok", "fine"), iter(["closed ok"])])
def test_what_means_kept_can_be_said(kept: Any) -> None:
    expected = {"Closed OK": "kept", "Closed late": "broken", "met": "broken", "n/a": "unknown"}
    assert readings("code", expected, kept) == expected


def test_what_is_said_to_be_kept_wins_over_name_and_words() -> None:
    assert readings("made_sla", ["true", "false", "?"], [False, "?"]) == {
        "true": "broken",
        "false": "kept",
        "?": "kept",
    }
    assert readings("overdue", ["1.0", "0.0"], 1) == {"1.0": "kept", "0.0": "broken"}


@pytest.mark.parametrize("kept", [[], [None], 1.5, [1.5], object()])
def test_kept_is_a_value_or_several(kept: Any) -> None:
    with pytest.raises(sla.InputError, match="kept must be the values that mean kept, such as"):
        readings("code", ["a"], kept)


@pytest.mark.parametrize("name", ["state", "sla_not_met", "latest", "é"])
def test_a_name_that_says_nothing_makes_nothing_of_true(name: str) -> None:
    with pytest.raises(sla.InputError, match=f"`{name}`: nobody says whether `true` means kept; say so with `kept=`"):
        readings(name, ["true", "met"], None)


def test_values_that_mean_neither_are_listed() -> None:
    with pytest.raises(sla.InputError, match=r"nobody says whether `v00`, .*`v19` means .*`v19` and 30 more$"):
        readings("made_sla", [f"v{number:02}" for number in range(50)], None)
