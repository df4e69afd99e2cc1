"""The report as a page: what it holds, in both languages, whatever the events say. Browsers look at it elsewhere."""

import json
import re
from collections import Counter
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import HOUR, MINUTE, SECOND
from sla_rules.report import evaluating
from sla_rules.report.page import cases, charts, overdue
from sla_rules.report.page.cases import BEHIND, REST, fair_share
from sla_rules.report.page.labels import LABELS
from sla_rules.report.page.parts import parts_of
from sla_rules.report.page.say import Say
from sla_rules.report.page.taken_out import taken_out
from sla_rules.report.report import Report
from tests.columnar.tools import as_rows, with_json
from tests.conftest import History, agreement
from tests.report.making import AS_OF, desk, judged, month, through
from tests.test_amendments import CALLED, OPENED, folder

ATTACK = "<script>alert('x')</script>"
OFFICE = {"office": {"week": {"mon-fri": ["09:00-17:00"]}}}


class Page(HTMLParser):
    """The text of a page, how many there are of each tag, and the data of its script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.text = " ".join(" ".join(self.texts).split())
        self.data: dict[str, Any] = json.loads(self.scripts[1])

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.scripts.append(data) if self.cdata_elem else self.texts.append(data)


@pytest.fixture(scope="module")
def report() -> Report:
    return Report(judged())


@pytest.fixture(scope="module")
def page(report: Report) -> Page:
    return Page(report.to_html())


def test_the_verdict_is_at_the_top_and_every_commitment_has_its_row(page: Page) -> None:
    assert "3 of 3 promises were broken" in page.text
    assert (
        page.text.index("3 of 3 promises") < page.text.index("What weighs most") < page.text.index("Every commitment")
    )
    assert [promise["id"] for promise in page.data["promises"]] == ["answer", "share", "up"]


def test_numerator_and_denominator_stand_beside_every_share(report: Report, page: Page) -> None:
    answer, share, _ = report.summary
    for line in (answer, share):
        met, breached = line.counts["met"], line.counts["breached"]  # type: ignore[index]
        assert f"{met} of {met + breached}" in page.text
    assert "96.76 % 2026-03: down 24 h of 743 h Periods broken: 1 of 1" in page.text


def test_every_breach_is_in_the_data_with_its_reason_and_its_time(report: Report, page: Page) -> None:
    broken = report.of(report.breaches)
    records = page.data["records"][: len(broken)]
    assert sorted(each["r"] for each in records) == sorted(verdict.reason for verdict in broken)
    late = next(each for each in records if each["s"] == "T-02")
    verdict = next(each for each in broken if each.subject == "T-02")
    assert (late["a"], late["d"], late["e"], late["g"]) == (
        verdict.start_at,
        verdict.due_at,
        verdict.stop_at,
        -(verdict.margin_micros or 0),
    )
    assert late["t"] == [verdict.start_at, [verdict.stop_at, "counted"]]


def test_a_broken_period_has_the_cases_behind_it_the_most_overdue_first() -> None:
    history = History()
    for number in range(BEHIND + 5):
        history.add("opened", "2026-03-02T10:00:00Z", subject=f"T-{number:02}", site="s")
        history.add("answered", f"2026-03-02T13:{number:02}:00Z", subject=f"T-{number:02}")
    page = Page(Report(judged(history)).to_html())
    period = next(each for each in page.data["records"] if "b" in each)
    found = [page.data["records"][place] for place in period["b"]]
    assert [each["s"] for each in found] == [f"T-{number:02}" for number in range(BEHIND + 4, 4, -1)]
    assert period["n"] == 5
    assert all(each["p"] == period["p"] for each in found)


def weeks(number: int, late: int, *teams: str) -> History:
    """Weeks in each of which some cases of one team, the next week of another, are late, all by as much."""
    history = History()
    for week in range(number):
        for case in range(late):
            subject, day = f"T-{week}-{case}", f"2026-0{1 + week // 4}-{5 + week % 4 * 7:02}"
            team = {"team": teams[week % len(teams)]} if teams else {}
            history.add("opened", f"{day}T10:00:00Z", subject=subject, site="s", **team)
            history.add("answered", f"{day}T13:00:00Z", subject=subject)
    return history


def behind(page: Page) -> list[tuple[str, list[str], int]]:
    """The label of each broken period, the cases listed behind it, and how many more there are."""
    records = page.data["records"]
    return [
        (each["s"], [records[place]["s"] for place in each["b"]], each["n"])
        for each in records[: page.data["shown"]]
        if "b" in each
    ]


@pytest.mark.parametrize("most", [3, 4])
@pytest.mark.parametrize("at_once", [1, 2, overdue.ROWS])
def test_cases_as_overdue_come_by_start_then_by_subject_and_those_without_a_margin_last(
    monkeypatch: pytest.MonkeyPatch, most: int, at_once: int
) -> None:
    monkeypatch.setattr(cases, "BEHIND", most)
    monkeypatch.setattr(overdue, "ROWS", at_once)

    def change(rows: pl.LazyFrame) -> pl.LazyFrame:
        margin = pl.when(pl.col("subject") != "T-0-1").then("margin")
        start = pl.when(pl.col("subject") == "T-0-3").then(pl.col("start").dt.offset_by("-1h")).otherwise("start")
        return rows.reverse().with_columns(margin.alias("margin"), start.alias("start"))

    page = Page(Report(through(judged(weeks(1, 4)), change)).to_html())
    assert behind(page) == [("2026-W02", ["T-0-3", "T-0-0", "T-0-2", "T-0-1"][:most], 4 - most)]


def test_cases_that_differ_in_their_keys_only_stay_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "ROWS", 1)
    history = History()
    for site in ("s0", "s1", "s2"):
        history.add("opened", "2026-03-02T10:00:00Z", site=site)
    records = Page(Report(judged(history.add("answered", "2026-03-02T13:00:00Z"))).to_html()).data["records"]
    (period,) = (each for each in records if "b" in each)
    assert [records[place]["k"] for place in period["b"]] == ["s0", "s1", "s2"]


def test_the_first_periods_have_their_cases_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "BEHIND", 3)
    monkeypatch.setattr(cases, "MOST_BEHIND", 5)
    first = [("2026-W02", ["T-0-0", "T-0-1", "T-0-2"], 1), ("2026-W03", ["T-1-0", "T-1-1"], 2)]
    assert behind(Page(Report(judged(weeks(3, 4))).to_html())) == [*first, ("2026-W04", [], 4)]
    portfolio = sla.Portfolio({"red": desk(), "blue": desk()}, by="team")
    report = sla.evaluate(portfolio, weeks(2, 4, "red", "blue").events, as_of=AS_OF)
    assert behind(Page(report.to_html())) == first


def test_cases_behind_are_not_read_again_for_each_period() -> None:
    def reads(number: int) -> int:
        """How often the page reads the verdicts of so many broken weeks."""
        found: list[int] = []

        def noted(rows: pl.DataFrame) -> pl.DataFrame:
            found.append(len(rows))
            return rows

        report = Report(through(judged(weeks(number, 2)), lambda frame: frame.map_batches(noted)))
        assert len(behind(Page(report.to_html()))) == number
        return len(found)

    assert reads(2) == reads(10)


@pytest.mark.parametrize("in_memory", [True, False])
def test_cases_behind_are_those_of_the_version_that_judged_the_period(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: bool
) -> None:
    monkeypatch.setattr(evaluating, "IN_MEMORY", 1_000 if in_memory else 1)
    later = CALLED.replace("1 min", "2 min") + OPENED.replace("LIMIT", "1 h")
    made = folder(tmp_path, d2025_01_01=CALLED + OPENED.replace("LIMIT", "1 h"), d2026_01_15=later)
    history = History()
    for day, minutes in ((10, 3), (11, 5), (20, 9), (21, 4)):
        history.add("called", f"2026-01-{day}T10:00:00Z", subject=f"C-{day}")
        history.add("answered", f"2026-01-{day}T10:{minutes:02}:00Z", subject=f"C-{day}")
    rows = with_json(as_rows(history.events))
    report = sla.evaluate(made, rows, as_of="2026-03-01T00:00:00Z", assume_complete=True)
    assert behind(Page(report.to_html())) == [("2026-01", ["C-11", "C-10"], 0), ("2026-01", ["C-20", "C-21"], 0)]


def test_nothing_that_events_say_is_markup() -> None:
    history = History()
    for at in ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"):
        history.add("opened", at, id=f"{at}{ATTACK}", subject=ATTACK, site=ATTACK, team=ATTACK, due=ATTACK)
    history.add("answered", "2026-03-02T15:00:00Z", id=f"a{ATTACK}", subject=ATTACK)
    history.add(ATTACK, "2026-03-02T10:00:00Z", id=ATTACK, subject=ATTACK)
    history.add("down", "2026-03-02T10:00:00Z", id=ATTACK, subject="video")
    texts = {
        "title": {"en": ATTACK},
        "clauses": [{"id": name, "section": ATTACK} for name in ("answer", "share", "up")],
    }
    text = Report(judged(history, desk(**texts))).to_html()
    assert Page(text).tags.count("script") == Page(Report(judged()).to_html()).tags.count("script") == 2
    assert ATTACK not in text
    assert Page(text).data["records"][0]["s"] == ATTACK


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_cannot_be_written_as_utf_8_is_escaped(lang: Any, tmp_path: Any) -> None:
    history = month().add("opened", "2026-03-02T10:00:00Z", subject="half \ud800", site="s")
    text = Report(judged(history)).to_html(tmp_path / "page.html", lang=lang)
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == text
    assert f'<html lang="{lang}">' in text


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    english, french = LABELS["en"], LABELS["fr"]
    assert list(english) == list(french)
    for name, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", french[name])), name


def test_in_french_the_reasons_are_french(report: Report) -> None:
    page = Page(report.to_html(lang="fr"))
    assert "3 engagements sur 3 n’ont pas été tenus" in page.text
    assert {each["r"] for each in page.data["records"]}.isdisjoint(
        verdict.reason for verdict in report.of(report.breaches)
    )


def test_a_share_never_looks_better_than_it_is() -> None:
    assert Say("en").share(Fraction(989_999, 1_000_000)) == "98.99 %"
    assert Say("en").share(Fraction(99, 100)) == "99 %"
    assert Say("en").share(Fraction(2, 3)) == "66.66 %"


@given(st.lists(st.integers(0, 50), max_size=8), st.integers(1, 120))
def test_where_there_are_too_many_each_clause_has_as_many_as_there_is_room(counts: list[int], most: int) -> None:
    each = fair_share(counts, most)
    taken = sum(min(count, each) for count in counts)
    assert taken <= most
    if taken < sum(counts):
        assert sum(min(count, each + 1) for count in counts) > most


def test_a_page_that_is_cut_says_so(report: Report) -> None:
    page = Page(report.to_html(most=5))
    assert f"5 of {len(report.breaches)} breaches are on this page" in page.text
    assert "breaches are on this page" not in Page(report.to_html()).text


def test_the_worst_case_is_the_worst_of_all_not_of_those_shown() -> None:
    history = History()
    for number in range(40):
        history.add("opened", "2026-03-02T10:00:00Z", subject=f"T-{number:02}")
        history.add("answered", f"2026-03-{3 + number // 10:02}T{10 + number % 10}:00:00Z", subject=f"T-{number:02}")
    page = Page(Report(judged(history)).to_html(most=5))
    assert "The worst case: T-39." in page.text
    assert "T-39" not in {each["s"] for each in page.data["records"] if each["p"] == 0}


def test_a_case_behind_a_broken_period_has_its_ruling() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z", site="s").add("answered", "2026-03-02T13:00:00Z")
    ruled = Report(judged(history)).ruled(
        [{"policy": "share", "subject": "S", "decision": "waived", "by": "Ann", "why": "?"}]
    )
    records = Page(ruled.to_html()).data["records"]
    (period,) = (each for each in records if "b" in each)
    assert records[period["b"][0]]["u"] == ["waived", "Ann", "?"]
    assert "u" not in period


def test_what_the_report_does_not_claim_is_no_breach_on_the_page() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z", site="s")
    text = Report(judged(history)).to_html()
    assert 'data-status="no data"' in text
    assert 'data-breached="1"' not in text
    assert "no `answered` in this source" in Page(text).text


def test_a_promise_of_several_versions_is_counted_once(tmp_path: Path) -> None:
    made = folder(tmp_path, d2025_01_01=OPENED.replace("LIMIT", "8 h"), d2026_01_01=OPENED.replace("LIMIT", "4 h"))
    history = History().add("opened", "2025-03-01T00:00:00Z").add("closed", "2025-03-01T01:00:00Z")
    history.add("opened", "2026-03-01T00:00:00Z", subject="T")
    page = Page(Report(sla.judge(made, history.events, as_of="2027-01-01T00:00:00Z")).to_html())
    assert "The only promise was broken" in page.text
    assert "0 kept" in page.text


def test_a_long_story_ends_in_one_stretch_for_the_rest() -> None:
    policy = {"start": "opened", "stop": "closed", "limit": "8 h", "calendar": "office"}
    made = agreement(policy, events={"opened": {}, "closed": {}}, calendars=OFFICE)
    history = History().add("opened", "2024-01-02T10:00:00Z").add("closed", "2026-01-02T10:00:00Z")
    verdicts = sla.judge(made, history.events)
    told = Page(Report(verdicts).to_html()).data["records"][0]["t"]
    assert told[0] == verdicts[0].start_at
    assert told[-1] == [verdicts[0].stop_at, REST]
    assert len(told) == 201
    assert REST not in [cause for _, cause, *_ in told[1:-1]]


WINDOWS = {"maintenance": {"event": "planned", "start": "from", "end": "to", "scope": "service"}}
PLANNED = {"from": {"kind": "instant"}, "to": {"kind": "instant"}, "service": {"kind": "text"}}


def test_a_window_has_what_it_removed_and_from_how_many() -> None:
    policy = {"start": "opened", "stop": "closed", "limit": "1 h", "calendar": "office", "exclude": ["maintenance"]}
    events = {"opened": {"service": {"kind": "text"}}, "closed": {}, "planned": PLANNED}
    made = agreement(policy, events=events, calendars=OFFICE, windows=WINDOWS)
    history = History()
    history.add(
        "planned", "2026-03-01T00:00:00Z", subject="M", **{"from": "2026-03-02T16:00:00Z", "to": "2026-03-03T10:00:00Z"}
    )
    history.add(
        "planned", "2026-03-01T00:00:00Z", subject="N", **{"from": "2026-03-07T00:00:00Z", "to": "2026-03-08T00:00:00Z"}
    )
    for subject, closed in (("A", "2026-03-02T16:30:00Z"), ("B", "2026-03-03T12:00:00Z")):
        history.add("opened", "2026-03-02T15:00:00Z", subject=subject).add("closed", closed, subject=subject)
    (found,) = taken_out(Report(sla.judge(made, history.events)))
    # A: half an hour up to its stop; B: the last hour of Monday and the first of Tuesday.
    assert (found.kind, found.concerned, found.removed) == ("maintenance", 2, 150 * MINUTE)


def test_a_window_that_removed_nothing_is_not_listed() -> None:
    policy = {"start": "opened", "stop": "closed", "limit": "1 h", "calendar": "office", "exclude": ["freeze"]}
    made = agreement(policy, events={"opened": {}, "closed": {}}, calendars=OFFICE, windows={"freeze": {}})
    history = History().add("opened", "2026-03-02T15:00:00Z").add("closed", "2026-03-03T10:00:00Z")
    night = sla.Window(kind="freeze", start="2026-03-02T20:00:00Z", end="2026-03-03T02:00:00Z")
    later = sla.Window(kind="freeze", start="2026-03-03T10:00:00Z", end="2026-03-04T02:00:00Z")
    assert (
        taken_out(Report(sla.judge(made, history.events, as_of="2026-03-05T00:00:00Z", windows=[night, later]))) == []
    )


def test_a_window_without_an_end_removes_time_up_to_what_is_known() -> None:
    policy = {"start": "opened", "stop": "closed", "limit": "1 h", "exclude": ["freeze"]}
    windows = {"freeze": {"from": "frozen", "to": "thawed"}}
    made = agreement(policy, events={"opened": {}, "closed": {}, "frozen": {}, "thawed": {}}, windows=windows)
    history = History().add("opened", "2026-03-02T10:00:00Z").add("frozen", "2026-03-02T10:30:00Z", subject="F")
    (found,) = taken_out(Report(sla.judge(made, history.events, as_of="2026-03-02T14:00:00Z")))
    assert (found.end_at, found.removed) == (None, 3 * HOUR + 30 * MINUTE)


def test_a_month_loses_only_what_lies_in_it() -> None:
    policy = {"kind": "availability", "service": "video", "down": "down", "up": "up", "at_least": "99 %"}
    made = agreement(
        {**policy, "exclude": ["maintenance"]}, events={"down": {}, "up": {}, "planned": PLANNED}, windows=WINDOWS
    )
    times = {"from": "2026-03-31T23:00:00Z", "to": "2026-04-01T02:00:00Z"}
    history = (
        History("video").add("up", "2026-03-01T00:00:00Z").add("planned", "2026-03-01T00:00:00Z", subject="M", **times)
    )
    (march,) = taken_out(Report(sla.judge(made, history.events, as_of="2026-04-01T00:00:00Z")))
    assert (march.concerned, march.removed) == (1, HOUR)
    (both,) = taken_out(Report(sla.judge(made, history.events, as_of="2026-04-01T00:00:01Z")))
    assert (both.concerned, both.removed) == (2, HOUR + SECOND)


def test_the_end_of_a_month_is_none_of_a_case_that_counts_in_it() -> None:
    case = {"start": "opened", "stop": "closed", "limit": "1 h", "exclude": ["freeze"]}
    uptime = {"kind": "availability", "service": "video", "down": "down", "up": "up", "at_least": "99 %"}
    made = sla.load(
        {
            "agreement": "both",
            "clauses": [{"id": "c"}],
            "events": {"opened": {}, "closed": {}, "down": {}, "up": {}},
            "windows": {"freeze": {}},
            "policies": [
                {
                    "id": "p",
                    "clause": "c",
                    "kind": "deadline",
                    **case,
                    "objective": {"at_least": "90 %", "per": "month"},
                },
                {"id": "u", "clause": "c", **uptime, "exclude": ["freeze"]},
            ],
        }
    )
    history = History().add("opened", "2026-03-31T23:00:00Z").add("closed", "2026-04-01T02:00:00Z")
    history.add("up", "2026-03-01T00:00:00Z", subject="video")
    window = sla.Window(kind="freeze", start="2026-03-31T23:30:00Z", end="2026-04-01T01:00:00Z")
    verdicts = sla.judge(made, history.events, windows=[window])
    (found,) = taken_out(Report(verdicts))
    # The case 90 min, March 30 min, April the hour after.
    assert (found.concerned, found.removed) == (3, 180 * MINUTE)


@given(st.integers(0, 200), st.integers(1, 200), st.integers(0, 300))
def test_what_a_window_removed_is_what_would_have_counted_without_it(start: int, length: int, stop: int) -> None:
    policy = {"start": "opened", "stop": "closed", "limit": "1 h", "calendar": "office", "exclude": ["freeze"]}
    made = agreement(policy, events={"opened": {}, "closed": {}}, calendars=OFFICE, windows={"freeze": {}})
    base = sla.Event(id="0", type="opened", subject="S", time="2026-03-02T08:00:00Z")
    closed = sla.Event(id="1", type="closed", subject="S", time=base.time.add(minutes=30 * stop))
    first = base.time.add(minutes=30 * start)
    window = sla.Window(kind="freeze", start=first, end=first.add(minutes=30 * length))
    (without,) = sla.judge(made, [base, closed])
    verdicts = sla.judge(made, [base, closed], windows=[window])
    removed = sum(each.removed for each in taken_out(Report(verdicts)))
    assert removed == (without.elapsed_micros or 0) - (verdicts[0].elapsed_micros or 0)


def test_rulings_stand_beside_the_breaches_and_both_totals_are_there(report: Report) -> None:
    late = [each.subject for each in report.of(report.breaches) if each.policy == "answer"]
    waived = [sla.Ruling(policy="answer", subject=each, decision="waived", by="Ann", why=ATTACK) for each in late]
    upheld = sla.Ruling(
        policy="share", period="2026-W10", decision="upheld", by="Bob", why="!", at="2026-04-01T12:00:00Z"
    )
    nobody = sla.Ruling(policy="answer", subject="T-99", decision="waived", by="Ann", why="never was")
    ruled = report.ruled([*waived, upheld, nobody])
    page = Page(ruled.to_html())
    assert "3 of 3 promises were broken" in page.text
    assert "After rulings 2 of 3 are broken." in page.text
    assert f"kept 100 % 10 of 10 {len(late)} waived" in page.text
    assert "waived does not count, see the findings answer T-99 Ann — never was" in page.text
    assert "upheld share 2026-W10 Bob 2026-04-01 08:00:00 EDT !" in page.text
    rulings = [each["u"] for each in page.data["records"] if "u" in each]
    assert sorted(rulings) == sorted([["waived", "Ann", ATTACK]] * len(late) + [["upheld", "Bob", "!"]])
    assert "After rulings" not in Page(report.to_html()).text


def test_a_portfolio_has_its_agreements_on_one_page() -> None:
    portfolio = sla.Portfolio({"red": desk(), "blue": desk(timezone="Europe/Paris")}, by="team")
    whole = sla.evaluate(portfolio, month().events, as_of=AS_OF)
    page = Page(whole.to_html())
    assert "2 agreements" in page.text
    assert "As of 2026-04-05 00:00:00 UTC" in page.text
    agreements = [promise["agreement"] for promise in page.data["promises"]]
    assert agreements == ["red", "red", "red", "blue", "blue", "blue"]
    shown = page.data["records"][: page.data["shown"]]
    found = Counter(agreements[each["p"]] for each in shown)
    assert found == Counter(whole.breaches["agreement"].to_list())


def test_without_events_it_says_that_nothing_could_be_judged() -> None:
    page = Page(Report(judged(History(), as_of=None)).to_html())
    assert "Nothing could be judged" in page.text
    assert "No event was read" in page.text
    assert page.data["records"] == []


def test_without_the_extra_for_charts_it_says_so(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Charts are drawn" not in Page(report.to_html()).text
    monkeypatch.setattr(charts, "find_spec", lambda _: None)
    assert "Charts are drawn where the extra `plot` is installed" in Page(report.to_html()).text


def test_each_version_of_an_amended_agreement_has_its_rows(tmp_path: Path) -> None:
    made = folder(tmp_path, d2025_01_01=OPENED.replace("LIMIT", "8 h"), d2026_01_01=OPENED.replace("LIMIT", "4 h"))
    history = History().add("opened", "2025-03-01T00:00:00Z").add("closed", "2025-04-01T00:00:00Z")
    history.add("opened", "2026-03-01T00:00:00Z", subject="T")
    page = Page(Report(sla.judge(made, history.events, as_of="2027-01-01T00:00:00Z")).to_html())
    ids = [page.data["promises"][each["p"]]["id"] for each in page.data["records"]]
    assert [id.split(" ", 1)[1] for id in ids] == ["(2025-01-01)", "(2026-01-01)"]
    assert all(id in page.text for id in ids)


def test_a_period_that_is_not_over_is_drawn_as_open() -> None:
    history = History()
    for day in (2, 9):
        history.add("opened", f"2026-03-{day:02}T10:00:00Z", subject=f"T-{day}", site="s")
        history.add("answered", f"2026-03-{day:02}T10:30:00Z", subject=f"T-{day}")
    history.add("opened", "2026-03-10T10:00:00Z", subject="T-10", site="s")
    (part,) = parts_of(Report(judged(history, as_of="2026-03-10T10:30:00Z")))
    points = charts.points_of(part, "en")
    assert [(each.label, each.kept) for each in points["share", None]] == [("2026-W10", True), ("2026-W11", None)]
    assert [(each.label, each.kept, each.text) for each in points["answer", None]] == [
        ("2026-03", None, "2026-03: 2 / 2 = 100 %")
    ]


def test_zones_are_called_as_sentences_call_them_and_the_ends_of_time_do_no_harm() -> None:
    history = History().add("opened", "2026-03-02T10:00:00Z", subject="T")
    history.add("answered", "2026-07-02T13:00:00Z", subject="T")
    assert Page(Report(judged(history)).to_html()).data["zones"] == {"America/Toronto": {"-300": "EST", "-240": "EDT"}}
    late = (
        History()
        .add("opened", "9999-12-31T10:00:00Z", subject="T")
        .add("answered", "9999-12-31T13:00:00Z", subject="T")
    )
    assert Page(Report(judged(late, as_of="9999-12-31T23:00:00Z")).to_html()).data["zones"] == {"America/Toronto": {}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lang": "de"}, "lang must be one of en, fr, found `de`"),
        ({"most": 0}, "most must be a whole number of at least 1, found `0`"),
        ({"most": True}, "most must be a whole number of at least 1, found `True`"),
    ],
)
def test_what_it_does_not_know_is_refused(report: Report, arguments: Any, message: str) -> None:
    with pytest.raises(sla.InputError, match=re.escape(message)):
        report.to_html(**arguments)
