"""How many of each period were met: counted by hand, by period, by key and by attribute."""

from collections import Counter
from fractions import Fraction
from typing import Any, get_args
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.evaluators.columnar import judge_events
from sla_rules.instants import DAY, FIRST, LAST, MINUTE, micros
from sla_rules.periods import Period, label
from sla_rules.report import Report
from sla_rules.report.local_periods import Labels
from sla_rules.verdict import Verdict
from tests.conftest import History
from tests.report.making import AS_OF, DESK, desk, judged, through

ZONES = (
    "UTC",
    "America/Toronto",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Beirut",
)
TORONTO = ZoneInfo("America/Toronto")


def by_hand(verdicts: list[Verdict], per: str | None, by: dict[str, Any]) -> dict[tuple[Any, ...], Counter[str]]:
    """Counts by policy, period and what each of `by` says of a verdict."""
    counts: dict[tuple[Any, ...], Counter[str]] = {}
    for verdict in verdicts:
        if verdict.tally is None:
            objective = verdict.terms.policy.objective
            length = per or (objective.per if objective else "month")
            assert verdict.start_at is not None
            own = objective is not None and objective.per == length
            period = verdict.period if own else label(verdict.start_at, length, verdict.terms.zone)
            told = [read(verdict) for read in by.values()]
            counts.setdefault((verdict.policy, period, *told), Counter())[str(verdict.outcome)] += 1
    return counts


def as_counted(table: pl.DataFrame, by: list[str]) -> dict[tuple[Any, ...], Counter[str]]:
    outcomes = [str(outcome) for outcome in sla.Outcome]
    return {
        tuple(row[name] for name in ("policy", "period", *by)): +Counter({name: row[name] for name in outcomes})
        for row in table.iter_rows(named=True)
    }


def team(verdict: Verdict) -> str | None:
    number = int(verdict.subject.removeprefix("T-")) if verdict.subject.startswith("T-") else None
    return None if number is None else ("red", "blue", "green")[number % 3]


def site(verdict: Verdict) -> str | None:
    return f"s{int(verdict.subject[2:]) % 2}" if verdict.subject.startswith("T-") else None


BY: dict[str, Any] = {"team": team, "site": site, "subject": lambda verdict: verdict.subject}


@settings(max_examples=40)
@given(
    per=st.none() | st.sampled_from(get_args(Period)),
    by=st.lists(st.sampled_from(sorted(BY)), unique=True, max_size=3),
    shuffled=st.booleans(),
)
def test_law_the_counts_are_those_made_by_hand(per: Period | None, by: list[str], shuffled: bool) -> None:
    verdicts = judged()
    change = pl.LazyFrame.reverse if shuffled else lambda frame: frame
    table = Report(through(verdicts, change)).attainment(per, by)
    assert as_counted(table, by) == by_hand(verdicts, per, {name: BY[name] for name in by})
    assert table.columns[: 2 + len(by)] == ["policy", "period", *by]
    assert table.equals(Report(verdicts).attainment(per, iter(by)))


histories = st.lists(
    st.tuples(st.integers(0, 40 * 24 * 60), st.none() | st.integers(0, 400), st.sampled_from(("red", "blue", None))),
    max_size=15,
)


@settings(max_examples=60)
@given(cases=histories, share=st.sampled_from(("50 %", "80 %", "100 %", "0 %")), per=st.sampled_from(get_args(Period)))
def test_law_a_share_is_kept_as_its_objective_says(
    cases: list[tuple[int, int | None, str | None]], share: str, per: Period
) -> None:
    policies = [{**DESK["policies"][0], "objective": {"at_least": share, "per": per}}]
    history = History()
    first = micros("2026-03-01T00:00:00Z")
    for number, (start, after, team) in enumerate(cases):
        data = {} if team is None else {"team": team}
        opened = sla.instants.moment(first + start * MINUTE)
        history.add("opened", opened.isoformat(), subject=f"T-{number}", **data)
        if after is not None:
            history.add("answered", opened.add(minutes=after).isoformat(), subject=f"T-{number}")
    history.add("answered", "2026-03-01T00:00:00Z", subject="nobody")
    verdicts = judged(history, desk(policies=policies), as_of="2027-04-05T00:00:00Z")
    periods = {each.period: each for each in verdicts if each.tally is not None}
    for row in Report(verdicts).attainment().iter_rows(named=True):
        period = periods[row["period"]]
        assert (row["met"], row["breached"], row["counted"]) == (period.met, period.breached, period.counted)
        assert row["kept"] == (period.outcome == "met")
        assert (Fraction(row["share"]), row["attained"]) == (period.share, float(period.share or 0))
    assert Report(verdicts).attainment()["period"].to_list() == sorted(filter(None, periods))


@settings(max_examples=150)
@given(
    days=st.lists(st.integers(FIRST // DAY, LAST // DAY) | st.integers(0, 30_000), min_size=1, max_size=4),
    within=st.lists(
        st.integers(0, DAY - 1) | st.integers(0, 24 * 60 - 1).map(lambda minute: minute * MINUTE), min_size=1
    ),
    per=st.sampled_from(get_args(Period)),
    zone=st.sampled_from(ZONES),
)
@example(days=[FIRST // DAY, LAST // DAY], within=[0, DAY - 1], per="day", zone="America/Toronto")
@example(days=[FIRST // DAY, LAST // DAY], within=[0, DAY - 1], per="week", zone="Asia/Kolkata")
# The clocks went back at one minute past midnight: the day before came again.
@example(
    days=[micros("2006-10-29T00:00:00Z") // DAY], within=list(range(0, DAY, MINUTE)), per="day", zone="America/St_Johns"
)
# A day that never was.
@example(
    days=[micros("2011-12-30T00:00:00Z") // DAY], within=list(range(0, DAY, MINUTE)), per="day", zone="Pacific/Apia"
)
# The clocks went forward at midnight.
@example(
    days=[micros("2024-03-30T00:00:00Z") // DAY],
    within=[22 * 60 * MINUTE - 1, 22 * 60 * MINUTE],
    per="day",
    zone="Asia/Beirut",
)
def test_law_an_instant_belongs_to_the_period_that_its_label_says(
    days: list[int], within: list[int], per: Period, zone: str
) -> None:
    instants = [day * DAY + part for day in days for part in within]
    found = Labels(set(days), per, ZoneInfo(zone)).of(pl.Series(instants, dtype=pl.Int64)).to_list()
    assert found == [label(at, per, ZoneInfo(zone)) for at in instants]


def test_each_policy_has_its_own_period_unless_another_is_asked_for() -> None:
    made = Report(judged())
    assert set(made.attainment().filter(policy="share")["period"]) <= {f"2026-W{week:02}" for week in range(9, 15)}
    assert made.attainment().filter(policy="answer")["period"].to_list() == ["2026-02", "2026-03"]
    assert set(made.attainment("quarter")["period"]) == {"2026-Q1", "2026-Q2"}
    assert set(made.attainment("whole")["period"]) == {"whole"}


def test_the_row_of_a_promise_says_what_was_promised_and_the_others_nothing() -> None:
    table = Report(judged()).attainment()
    promised = table.filter(policy="share")
    assert set(promised["promised"]) == {"at least 80 % met per week"}
    assert None not in promised.filter(pl.col("counted") > 0)["kept"]
    others = table.filter(policy="answer")
    assert (set(others["promised"]), set(others["kept"])) == ({"all"}, {None})


def test_where_nothing_is_counted_there_is_no_share() -> None:
    spam = History().add("opened", "2026-03-02T10:00:00Z", subject="A", spam=True, site="s")
    spam.add("answered", "2026-03-02T10:00:00Z", subject="B")
    (row,) = Report(judged(spam)).attainment().filter(policy="answer").rows(named=True)
    assert (row["exempt"], row["counted"], row["share"], row["attained"], row["kept"]) == (1, 0, None, None, None)


def test_what_the_cases_are_matched_by_is_that_of_the_case_and_all_else_the_last_known() -> None:
    history = History("A").add("opened", "2026-03-02T10:00:00Z", site="s0", team="red")
    history.add("opened", "2026-03-03T10:00:00Z", site="s1", team="blue").add("answered", "2026-03-03T10:30:00Z")
    table = Report(judged(history)).attainment("whole", ["site", "team"])
    counts = table.select(pl.col("policy").cast(pl.String), "site", "team", "met", "breached").rows()
    assert counts == [("answer", "s1", "blue", 0, 1), ("share", "s0", "blue", 0, 1), ("share", "s1", "blue", 1, 0)]


def test_instants_are_written_as_iso_text() -> None:
    events = {**DESK["events"], "opened": {**DESK["events"]["opened"], "wish": {"kind": "instant"}}}
    history = History().add("answered", "2026-03-02T10:00:00Z", subject="x")
    for subject, wish in (
        ("A", {"wish": "2026-03-02T12:00:00+01:00"}),
        ("B", {"wish": "9999-12-31T23:59:59.999999Z"}),
        ("C", {}),
    ):
        history.add("opened", "2026-03-02T10:00:00Z", subject=subject, site="s", **wish)
    verdicts = judged(history, desk(events=events, policies=[DESK["policies"][0]]))
    for made in (Report(verdicts), Report(judge_events(verdicts.agreement, history.events, as_of=AS_OF))):
        wishes = made.attainment("whole", by="wish")["wish"].to_list()
        assert wishes == [None, "2026-03-02T11:00:00Z", "9999-12-31T23:59:59.999999Z"]


def test_what_counts_in_no_period_is_shown_without_one() -> None:
    policies = [{**DESK["policies"][0], "objective": {"at_least": "80 %", "per": "month", "of": "due"}}]
    history = (
        History()
        .add("opened", "2026-03-02T10:00:00Z", subject="A")
        .add("answered", "2026-03-02T10:00:00Z", subject="A")
    )
    history.add("opened", "2026-03-02T10:00:00Z", subject="B", due="2026-05-02")
    rows = (
        Report(judged(history, desk(policies=policies))).attainment().select("period", "met", "breached", "kept").rows()
    )
    assert rows == [(None, 1, 0, None), ("2026-05", 0, 1, False)]


def test_what_the_mapping_puts_in_doubt_has_no_shares() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z", site="s")
    assert Report(judged(history)).attainment().is_empty()
    assert Report(judged(history), assume_complete=True).attainment()["breached"].to_list() == [1, 1]


def test_versions_are_counted_apart(tmp_path: Any) -> None:
    text = """
agreement: t
timezone: ZONE
clauses: [{id: c}]
events: {opened: {}, closed: {}}
policies: [{id: p, clause: c, kind: deadline, start: opened, stop: closed, limit: 1 h}]
"""
    for name, zone in (("2025-01-01", "Asia/Kolkata"), ("2026-01-01", "America/Toronto")):
        (tmp_path / f"{name}.yaml").write_text(text.replace("ZONE", zone), "utf-8")
    history = History().add("opened", "2025-06-30T20:00:00Z").add("closed", "2025-07-01T00:00:00Z")
    history.add("opened", "2026-03-01T02:00:00Z", subject="T")
    table = Report(sla.judge(sla.load(tmp_path), history.events)).attainment()
    assert table.select("policy", "version", "period", "breached", "pending").rows() == [
        ("p", "2025-01-01", "2025-07", 1, 0),
        ("p", "2026-01-01", "2026-02", 0, 1),
    ]


@pytest.mark.parametrize(
    ("per", "by", "message"),
    [
        ("months", (), "unknown period `months`, did you mean `month`?; there are day, week"),
        (None, "teem", "no event has a field `teem`, did you mean `team`?"),
        (None, ["team", "team"], "the table has a column `team` already"),
    ],
)
def test_what_nothing_can_be_counted_by_is_refused(per: Any, by: Any, message: str) -> None:
    with pytest.raises(sla.InputError) as refused:
        Report(judged()).attainment(per, by)
    assert message in str(refused.value)


def test_a_field_named_like_a_column_is_refused() -> None:
    events = {
        **DESK["events"],
        "opened": {"share": {"kind": "text"}, "site": {"kind": "text"}, "spam": {"kind": "boolean"}},
    }
    with pytest.raises(sla.InputError, match="the table has a column `share` already"):
        Report(judged(History(), desk(events=events))).attainment(by="share")
