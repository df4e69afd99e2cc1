"""What the page, its charts and the plots say of random histories, counted again from the verdicts themselves."""

import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from functools import cache
from html import unescape
from typing import Any, NamedTuple

import pytest

import sla_rules as sla
from sla_rules.instants import moment
from sla_rules.report.page import charts
from sla_rules.report.page.cases import BEHIND
from sla_rules.report.page.charts import points_of
from sla_rules.report.page.parts import parts_of
from sla_rules.report.page.taken_out import taken_out
from sla_rules.report.plots.counts import counted_rows
from sla_rules.report.report import Report
from sla_rules.verdict import Outcome, Verdict
from tests.report.test_page import Page

EXCLUDING = {"exclude": ["freeze"]}
AGREEMENT: dict[str, Any] = {
    "agreement": "laws",
    "timezone": "America/Toronto",
    "clauses": [
        {"id": "answer"},
        {"id": "up", "strength": "guarantee"},
        {"id": "share", "strength": "target"},
        {"id": "never", "strength": "best_effort"},
    ],
    "events": {
        "opened": {"spam": {"kind": "boolean"}, "priority": {"kind": "text", "values": ["P1", "P2"]}},
        **{type: {} for type in ("answered", "withdrawn", "down", "up", "bad", "frozen", "thawed")},
    },
    "calendars": {"office": {"week": {"mon-fri": ["09:00-17:00"]}}},
    "windows": {"freeze": {"from": "frozen", "to": "thawed"}},
    "policies": [
        {"id": "answer", "limit": {"by": "priority", "table": {"P1": "1 h", "P2": "2 h"}}, **EXCLUDING}
        | {"cancel": "withdrawn", "exemptions": [{"id": "spam", "when": {"spam": True}}]},
        {"id": "solve", "clause": "answer", "limit": "3 h", "calendar": "office", **EXCLUDING},
        {"id": "week", "clause": "share", "limit": "3 h", "objective": {"at_least": "70 %", "per": "week"}},
        {"id": "whole", "clause": "share", "limit": "3 h", "objective": {"breached_less_than": "30 %", "per": "whole"}},
        {"id": "never", "kind": "never", "for_each": "opened", "violated_by": "bad"},
        {"id": "up", "kind": "availability", "service": "video", "down": "down", "up": "up", "at_least": "99 %"}
        | EXCLUDING,
    ],
}
for _policy in AGREEMENT["policies"]:
    _policy.setdefault("clause", _policy["id"])
    if "kind" not in _policy:
        _policy |= {"kind": "deadline", "start": "opened", "stop": "answered"}
MADE = sla.load(AGREEMENT)
FIRST = moment(1_771_545_600_000_000)  # 2026-02-20 00:00 UTC
DAYS = 24 * 60
SEEDS = range(6)
ASIDE = ("pending", "exempt", "void", "undetermined")


class Case(NamedTuple):
    """A random history with what is said of it."""

    events: list[sla.Event]
    as_of: Any
    report: Report
    verdicts: list[Verdict]
    text: str
    page: Page

    def instances(self, policy: str) -> list[Verdict]:
        """The verdicts on the instances of a policy."""
        return [each for each in self.verdicts if each.policy == policy and each.tally is None]

    def promised(self, policy: str) -> list[Verdict]:
        """The verdicts on what a policy promises: its periods if it names any."""
        periods = [each for each in self.verdicts if each.policy == policy and each.tally is not None]
        return self.instances(policy) if MADE.policies[policy].objective is None else periods


def history(chance: random.Random, *, answered: bool, prompt: bool) -> list[sla.Event]:
    """Cases of up to fifty days, outages, and freezes of which some never end, lie in closed hours or in the future."""
    late = 50 if prompt else 250
    told: list[tuple[int, str, str, dict[str, Any]]] = []

    def later(longest: int) -> int:
        return chance.randint(1, longest)

    for number in range(chance.randint(5, 40)):
        at, subject = chance.randrange(50 * DAYS), f"T{number:02}"
        data: dict[str, Any] = {"priority": chance.choice(["P1", "P2"])} if chance.random() < 0.9 else {}
        told.append((at, "opened", subject, data | ({"spam": True} if chance.random() < 0.1 else {})))
        for type, share in (("answered", 1 if prompt else 0.8 * answered), ("withdrawn", 0.1), ("bad", 0.1)):
            if chance.random() < share:
                told.append((at + later(late), type, subject, {}))
    for first, last, most, longest in (("down", "up", 6, 1_500), ("frozen", "thawed", 5, 12_000)):
        for number in range(chance.randint(0, most)):
            at = chance.randrange(58 * DAYS)
            subject = "video" if first == "down" else f"F{number}"
            told.append((at, first, subject, {}))
            if chance.random() < 0.8:
                told.append((at + later(longest), last, subject, {}))
    return [
        sla.Event(id=f"e{number:03}", type=type, subject=subject, time=FIRST + timedelta(minutes=at), data=data)
        for number, (at, type, subject, data) in enumerate(told)
    ]


@cache
def case(seed: int) -> Case:
    """The history of a number: of three one is never answered, and one always at once, until its last case begins.

    Every other is taken to be complete, so that of the rest the mapping is in doubt.
    """
    chance = random.Random(seed)
    events = history(chance, answered=seed % 3 != 1, prompt=seed % 3 == 2)
    if seed % 3 == 2:
        as_of = max(each.time for each in events if each.type == "opened").add(minutes=1)
    else:
        as_of = FIRST.add(minutes=chance.randrange(20 * DAYS, 60 * DAYS))
    verdicts = sla.judge(MADE, events, as_of=as_of)
    report = Report(verdicts, assume_complete=seed % 2 == 0)
    text = report.to_html()
    return Case(events, as_of, report, list(verdicts), text, Page(text))


@pytest.fixture(autouse=True)
def _without_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "find_spec", lambda _: None)


def rows(text: str) -> list[tuple[str, str, list[str]]]:
    """Status, claimed breaches and the texts of the cells of each row of the promises."""
    (body,) = re.findall(r'id="promise-table".*?<tbody>(.*?)</tbody>', text, re.S)
    found = []
    for row in re.findall(r"<tr.*?</tr>", body, re.S):
        told = re.search(r'data-status="([^"]*)".*? data-breached="(\d*)"', row, re.S)
        assert told is not None
        cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)
        found.append((told[1], told[2], [" ".join(unescape(re.sub("<[^>]+>", " ", each)).split()) for each in cells]))
    return found


def percent(share: Fraction) -> str:
    """A share cut off at two decimals."""
    return f"{share.numerator * 10_000 // share.denominator / 100:g} %"


def overdue(verdict: Verdict) -> tuple[object, ...]:
    """By what cases are ordered, the most overdue first."""
    late = verdict.margin_micros is None, verdict.margin_micros or 0
    return *late, verdict.start_at or 0, verdict.subject


def standing(verdicts: list[Verdict]) -> str:
    """How a promise stands that is judged by these verdicts."""
    outcomes = {each.outcome for each in verdicts}
    for outcome, status in ((Outcome.BREACHED, "broken"), (Outcome.PENDING, "open"), (Outcome.MET, "kept")):
        if outcome in outcomes:
            return status
    return "not judged"


def test_the_histories_have_what_the_laws_are_about() -> None:
    cases = [case(seed) for seed in SEEDS]
    statuses = Counter(line.status for each in cases for line in each.report.summary)
    assert set(statuses) == {"kept", "broken", "open", "no data"}
    assert {str(each.outcome) for some in cases for each in some.verdicts} == set(map(str, Outcome))
    assert any(each.tally is not None and each.outcome == "pending" for some in cases for each in some.verdicts)
    assert any(taken_out(some.report) for some in cases)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_row_has_the_status_the_counts_and_the_share_of_its_verdicts(seed: int) -> None:
    it = case(seed)
    told = rows(it.text)
    broken = 0
    for (status, claimed, cells), line in zip(told, it.report.summary, strict=True):
        instances, promised = it.instances(line.policy.id), it.promised(line.policy.id)
        counted = Counter(str(each.outcome) for each in instances)
        broken += status == "broken"
        for outcome in ASIDE:
            assert (f"{counted[outcome]} {outcome}" in cells[-1]) == bool(counted[outcome])
        if line.unmapped:
            assert (status, claimed, cells[4]) == ("no data", "", "—")
            continue
        assert status == (standing(promised) if instances else "no data")
        assert int(claimed) == sum(each.outcome == "breached" for each in promised)
        if line.policy.id == "up":
            shares = [each.share for each in instances if each.share is not None]
            assert cells[4].startswith(percent(min(shares)) if shares else "—")
        elif all_of := counted["met"] + counted["breached"]:
            share = percent(Fraction(counted["met"], all_of))
            assert cells[4].startswith(f"{share} {counted['met']} of {all_of}")
        else:
            assert cells[4] == "—"
    assert bool(broken) == ("No promise was broken" not in it.page.text and "Nothing could" not in it.page.text)
    if broken > 1:
        assert f"{broken} of {len(told)} promises were broken" in it.page.text


@pytest.mark.parametrize("seed", SEEDS)
def test_there_is_one_record_for_each_broken_promise_and_the_cases_behind_it(seed: int) -> None:
    it = case(seed)
    records, ids = it.page.data["records"], [each["id"] for each in it.page.data["promises"]]
    unmapped = {line.policy.id for line in it.report.summary if line.unmapped}
    broken = [
        each for policy in ids for each in it.promised(policy) if each.outcome == "breached" and policy not in unmapped
    ]

    def known(verdict: Verdict) -> tuple[object, ...]:
        late = None if verdict.margin_micros is None else -verdict.margin_micros
        named = verdict.policy, verdict.subject or verdict.period, verdict.reason
        return (*named, verdict.start_at, verdict.due_at, verdict.stop_at, late or None)

    def told(record: dict[str, Any]) -> tuple[object, ...]:
        return (ids[record["p"]], record["s"], record["r"], *(record.get(name) for name in "adeg"))

    shown = it.page.data["shown"]
    assert sorted(map(repr, map(told, records[:shown]))) == sorted(map(repr, map(known, broken)))
    behind = 0
    for verdict in broken:
        if verdict.tally is None:
            continue
        (record,) = (each for each in records[:shown] if told(each) == known(verdict))
        cases = [each for each in it.instances(verdict.policy) if each.period == verdict.period]
        late = [each for each in cases if each.outcome == "breached"]
        listed = [told(records[place]) for place in record["b"]]
        assert listed == list(map(known, sorted(late, key=overdue)[:BEHIND]))
        assert len(listed) + record["n"] == len(late) == verdict.tally.breached
        behind += len(listed)
    assert len(records) == shown + behind


@pytest.mark.parametrize("seed", SEEDS)
def test_the_worst_case_is_the_most_overdue_of_all(seed: int) -> None:
    it = case(seed)
    for item in re.findall(
        r"<li>(.*?)</li>", "".join(re.findall(r'<ol class="grave">(.*?)</ol>', it.text, re.S)), re.S
    ):
        number = re.search(r'data-promise="(\d+)"', item)
        assert number is not None
        late = [
            each for each in it.instances(it.page.data["promises"][int(number[1])]["id"]) if each.outcome == "breached"
        ]
        worst = min(each.margin_micros or 0 for each in late)
        reasons = {each.reason for each in late if (each.margin_micros or 0) == worst}
        assert any(reason in unescape(item) for reason in reasons)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cut_page_has_as_many_of_each_clause_as_there_is_room(seed: int) -> None:
    it = case(seed)
    all_of = Counter(each.terms.clause.id for each in it.report.of(it.report.breaches))
    for most in (1, 5, max(all_of.total() - 1, 1)):
        page = Page(it.report.to_html(most=most))
        clauses = [each["clause"] for each in page.data["promises"]]
        shown = Counter(clauses[each["p"]] for each in page.data["records"][: page.data["shown"]])
        cut = {clause for clause in all_of if shown[clause] < all_of[clause]}
        assert shown <= all_of
        assert shown.total() == page.data["shown"] <= most
        assert len({shown[clause] for clause in cut}) <= 1
        assert not cut or all(shown[clause] <= min(shown[each] for each in cut) for clause in all_of)
        assert not cut or shown.total() + len(cut) > most
        assert (f"of {all_of.total()} breaches are on this page" in page.text) == bool(cut)


@pytest.mark.parametrize("seed", SEEDS)
def test_rulings_are_at_each_case_and_the_totals_are_those_without_it(seed: int) -> None:
    it = case(seed)
    chance = random.Random(seed)
    for policy in ("answer", "week", "never"):
        late = [each.subject for each in it.instances(policy) if each.outcome == "breached"]
        if not late:
            continue
        waived = chance.sample(late, chance.randint(1, len(late)))
        ruling = {"policy": policy, "decision": "waived", "by": "Ann", "why": "?", "at": it.as_of.add(days=1)}
        ruled = it.report.ruled([ruling | {"subject": subject} for subject in waived])
        page = Page(ruled.to_html())
        at = {
            each["s"]
            for each in page.data["records"]
            if "u" in each and page.data["promises"][each["p"]]["id"] == policy
        }
        there = {each["s"] for each in page.data["records"] if page.data["promises"][each["p"]]["id"] == policy}
        assert at == set(waived) & there
        rest = [each for each in it.events if each.subject not in waived]
        without = Report(sla.judge(MADE, rest, as_of=it.as_of), assume_complete=True)
        left = next(line for line in without.summary if line.policy.id == policy)
        after = next(line for line in ruled.after if line.policy.id == policy)
        assert (+after.counts, +after.periods, after.waived) == (+left.counts, +left.periods, len(waived))
        broken = sum(line.status == "broken" for line in ruled.after)
        assert re.search(rf"After rulings {broken} of {len(ruled.after)}\b", page.text)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_window_removed_what_would_count_if_it_were_not_there(seed: int) -> None:
    it = case(seed)
    frozen = {each.subject for each in it.events if each.type == "frozen"}

    def measured(keep: Callable[[sla.Event], bool]) -> dict[object, int]:
        judged = sla.judge(MADE, [each for each in it.events if keep(each)], as_of=it.as_of)
        return {
            (each.policy, each.subject, each.start_at, each.period): (
                each.uptime.measured if each.uptime else each.elapsed_micros or 0
            )
            for each in judged
            if each.tally is None
        }

    all_of = measured(lambda event: event.subject not in frozen)
    expected = {}
    for window in frozen:
        others = frozen - {window}
        with_it = measured(lambda event, others=others: event.subject not in others)  # type: ignore[misc]
        lost = [all_of[each] - with_it[each] for each in all_of]
        begun = next(each for each in it.events if (each.type, each.subject) == ("frozen", window))
        if sum(lost):
            expected[begun.at] = sum(lost), sum(each > 0 for each in lost)
    assert {each.start_at: (each.removed, each.concerned) for each in taken_out(it.report)} == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_plots_and_charts_have_the_states_of_the_verdicts(seed: int) -> None:
    it = case(seed)
    (part,) = parts_of(it.report)
    points = {(id, point.label): point.kept for (id, _), some in points_of(part, "en").items() for point in some}
    lines = [line for line in it.report.summary if not line.unmapped]
    plotted = {(row["policy"], row["period"]): row for row in counted_rows(it.report, lines)}
    states = {"met": ("kept", True), "breached": ("broken", False), "pending": ("open", None)}
    periods = [
        each
        for line in lines
        for each in it.promised(line.policy.id)
        if line.policy.id in ("up", "week", "whole") and each.outcome in states
    ]
    for verdict in periods:
        state, kept = states[str(verdict.outcome)]
        assert points[verdict.policy, str(verdict.period)] is kept
        if verdict.share is not None:
            row = plotted[verdict.policy, verdict.period]
            assert (row["state"], row["attained"]) == (state, float(verdict.share))
    others = {"answer", "solve", "never"}
    assert {name for name in points if name[0] not in others} == {(each.policy, each.period) for each in periods}
    months = it.report.attainment("month")
    for row in months.filter(months["policy"].is_in(others)).iter_rows(named=True):
        state, kept = states["breached" if row["breached"] else "pending" if row["pending"] else "met"]
        name = row["policy"], row["period"]
        assert (name in points) == bool(row["counted"] or row["pending"])
        assert points.get(name, kept) is kept
        assert not row["counted"] or plotted[name]["state"] == state
