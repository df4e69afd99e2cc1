"""What became different between two reports, and why."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

import sla_rules as sla
from sla_rules.instants import moment
from sla_rules.report import Report
from sla_rules.report.changes import WHY
from sla_rules.testing.strategies import histories
from tests.conftest import History
from tests.report.making import DESK, desk, judged, through

TEN, ELEVEN, TWELVE, ONE = (f"2026-03-02T{hour}:00:00Z" for hour in ("10", "11", "12", "13"))
BASE = History().add("opened", TEN, subject="A", site="s")
INTERCALL = sla.load("intercall")
ANSWER, SHARE, UP = ([policy] for policy in DESK["policies"])


def told(before: History, after: History, at: tuple[str, str], policies: list[dict[str, Any]] = ANSWER) -> list[Any]:
    """Policy, outcomes and reason of each difference."""
    made = desk(policies=policies)
    earlier, later = Report(judged(before, made, at[0])), Report(judged(after, made, at[1]))
    return later.changes_since(earlier).select("subject", "before", "after", "why").rows()


def more(*rows: tuple[str, str], subject: str = "A", base: History = BASE, **data: Any) -> History:
    history = History()
    history.events = list(base.events)
    for type, time in rows:
        history.add(type, time, subject=subject, **data)
    return history


def test_nothing_differs_from_itself() -> None:
    made = Report(judged())
    table = made.changes_since(made)
    assert table.is_empty()
    assert table.columns == [
        *("policy", "subject", "key", "period", "before", "after"),
        *("due_before", "due_after", "stop_before", "stop_after", "why"),
    ]
    assert Report(through(judged(), pl.LazyFrame.reverse)).changes_since(made).is_empty()


@pytest.mark.parametrize("wrong", [None, judged(), Report(judged()).verdicts])
def test_what_is_no_report_is_refused(wrong: Any) -> None:
    with pytest.raises(sla.SlaError, match="the earlier report must be a Report, found `"):
        Report(judged()).changes_since(wrong)


def test_what_ran_out_did_so_because_time_passed() -> None:
    assert told(BASE, BASE, (ELEVEN, TWELVE)) == [("A", "pending", "breached", "time passed")]
    assert told(BASE, BASE, (TEN, ELEVEN)) == []


def test_a_stop_that_had_happened_is_a_late_event() -> None:
    stopped = more(("answered", ELEVEN))
    assert told(BASE, stopped, (TWELVE, ONE)) == [("A", "breached", "met", "late event")]
    assert told(BASE, stopped, (TWELVE, TWELVE)) == [("A", "breached", "met", "late event")]
    assert told(BASE, stopped, (ELEVEN, TWELVE)) == [("A", "pending", "met", "late event")]


def test_a_stop_or_cancel_that_happened_since_is_a_later_event() -> None:
    assert told(BASE, more(("answered", ELEVEN)), (TEN, TWELVE)) == [("A", "pending", "met", "later event")]
    assert told(BASE, more(("answered", ONE)), (TWELVE, ONE)) == [("A", "breached", "breached", "later event")]
    assert told(BASE, more(("withdrawn", ELEVEN)), (TEN, ELEVEN)) == [("A", "pending", "void", "later event")]


def test_a_cancel_that_had_happened_is_a_late_event() -> None:
    assert told(BASE, more(("withdrawn", ELEVEN)), (ELEVEN, TWELVE)) == [("A", "pending", "void", "late event")]


def test_a_case_is_new_or_was_not_known() -> None:
    other = more(("opened", ELEVEN), subject="B", site="s")
    assert told(BASE, other, (TEN, ELEVEN)) == [("B", None, "pending", "new case")]
    assert told(BASE, other, (ELEVEN, ELEVEN)) == [("B", None, "pending", "late event")]
    assert told(History(), BASE, (TEN, TEN)) == [("A", None, "pending", "late event")]


def test_a_case_is_gone() -> None:
    assert told(more(("opened", TEN), subject="B", site="s"), BASE, (TEN, TEN)) == [
        ("B", "pending", None, "no longer there")
    ]


def test_a_period_differs_for_the_strongest_reason_of_its_instances() -> None:
    both = more(("opened", TEN), subject="B", site="s")
    later = more(("answered", "2026-03-02T12:30:00Z"), base=both)
    late = more(("answered", ELEVEN), subject="B", base=later)
    assert told(both, late, (TWELVE, ONE), SHARE) == [
        ("A", "pending", "breached", "later event"),
        ("B", "pending", "met", "late event"),
        ("", "pending", "pending", "late event"),
    ]
    assert told(both, later, ("2026-03-02T11:30:00Z", ONE), SHARE)[-1] == ("", "pending", "pending", "later event")


def test_a_period_that_is_over_without_anything_new_is_time_passed() -> None:
    assert told(BASE, BASE, ("2026-03-03T00:00:00Z", "2026-03-10T00:00:00Z"), SHARE) == [
        ("", "pending", "breached", "time passed")
    ]


def test_an_outage_goes_on_is_new_or_was_not_known() -> None:
    down = History().add("down", "2026-03-02T00:00:00Z", subject="video", id="d1")
    up = more(("up", "2026-03-02T01:00:00Z"), subject="video", base=down)
    again = more(("down", "2026-03-05T00:00:00Z"), subject="video", base=up)
    at = "2026-03-04T00:00:00Z", "2026-03-06T00:00:00Z"
    assert told(down, down, at, UP) == [("video", "breached", "breached", "time passed")]
    assert told(up, again, at, UP) == [("video", "pending", "breached", "later event")]
    assert told(up, again, ("2026-03-05T00:00:00Z", at[1]), UP) == [("video", "pending", "breached", "late event")]


def test_what_a_month_allows_changes_with_time_as_a_window_goes_on() -> None:
    windows = {"freeze": {"from": "frozen", "to": "thawed"}}
    events = {**DESK["events"], "frozen": {}, "thawed": {}}
    made = desk(policies=[{**UP[0], "exclude": ["freeze"]}], windows=windows, events=events)
    history = History().add("down", "2026-03-02T00:00:00Z", subject="video")
    history.add("up", "2026-03-02T07:00:00Z", subject="video").add("frozen", "2026-03-03T00:00:00Z", subject="f")
    days = ("2026-03-04T00:00:00Z", "2026-03-14T00:00:00Z")
    earlier, later = (Report(judged(history, made, at)) for at in days)
    table = later.changes_since(earlier)
    assert table.select("before", "after", "why").rows() == [("pending", "breached", "time passed")]


def test_another_agreement_is_another_version() -> None:
    other = desk(policies=[{**DESK["policies"][0], "limit": "3 h"}])
    earlier = Report(judged(BASE, desk(policies=ANSWER), TWELVE))
    table = Report(judged(BASE, other, TWELVE)).changes_since(earlier)
    assert table.select("before", "after", "why").rows() == [("breached", "pending", "other version")]
    assert table["due_before"].dt.hour().to_list() == [11]
    assert table["due_after"].dt.hour().to_list() == [13]


def test_a_policy_that_only_one_of_them_has_is_another_version() -> None:
    both, one = desk(policies=ANSWER + SHARE), desk(policies=ANSWER)
    reports = Report(judged(BASE, one, TWELVE)), Report(judged(BASE, both, TWELVE))
    gone, came = reports[0].changes_since(reports[1]), reports[1].changes_since(reports[0])
    assert set(gone["policy"]) == set(came["policy"]) == {"share"}
    assert set(gone["why"]) == set(came["why"]) == {"other version"}


def test_records_of_one_subject_and_instant_are_told_apart() -> None:
    policy = {"id": "r", "clause": "answer", "kind": "required_fields", "record": "opened", "fields": ["team"]}
    before = History().add("opened", TEN, subject="A").add("opened", TEN, subject="A", team="x")
    after = more(base=before)
    after.add("opened", TEN, subject="A", id="e9")
    made = judged(before, desk(policies=[policy]), TEN)
    assert Report(through(made, pl.LazyFrame.reverse)).changes_since(Report(made)).is_empty()
    assert told(before, after, (TEN, TEN), [policy]) == [("A", None, "breached", "late event")]


def test_reports_that_cannot_be_compared_are_refused() -> None:
    late, early = Report(judged(as_of=TWELVE)), Report(judged(as_of=ELEVEN))
    with pytest.raises(sla.InputError, match="as of a later instant, 2026-03-02T12:00:00"):
        early.changes_since(late)
    other = Report(judged(made=desk(agreement="other")))
    with pytest.raises(sla.InputError, match="the earlier report is of `other`, not `desk`"):
        Report(judged()).changes_since(other)


@settings(max_examples=40)
@given(history=histories(INTERCALL))
def test_law_every_difference_is_listed_and_has_a_reason(history: Any) -> None:
    at = moment(history.as_of)
    half = history.events[: len(history.events) // 2]
    before = sla.judge(INTERCALL, half, as_of=at, windows=history.windows)
    after = sla.judge(INTERCALL, history.events, as_of=at, windows=history.windows)
    table = Report(after).changes_since(Report(before))

    def known(verdicts: list[sla.Verdict]) -> dict[Any, Any]:
        return {
            (each.policy, each.subject, each.key, each.start_at, each.period if each.tally else None): each.outcome
            for each in verdicts
        }

    was, now = known(before), known(after)
    if len(was) == len(before) and len(now) == len(after):
        for key in {*was, *now}:
            listed = table.filter(pl.col("policy").cast(pl.String) == key[0], subject=key[1])
            if was.get(key) != now.get(key):
                assert (was.get(key), now.get(key)) in listed.select("before", "after").rows()
    assert table["why"].null_count() == 0


def test_every_reason_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "verdicts.md").read_text("utf-8")
    for why, means in WHY.items():
        assert f"\n| `{why}` | {means} |" in page
