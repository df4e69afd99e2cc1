"""Amendments: each case is judged by the version that was in force when it started."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules import instants
from sla_rules.report import Report
from sla_rules.sources import read_events
from sla_rules.testing.certification import certify
from sla_rules.verdict import Verdicts
from tests.conftest import History, kinds, only

HEAD = "agreement: acme\ntimezone: Europe/Paris\nclauses: [{id: c}, {id: d}]\n"
EVENTS = (
    "events: {opened: {level: {kind: text}}, closed: {}, called: {}, answered: {}, down: {}, up: {},"
    " booked: {room: {kind: text}, from: {kind: instant}, to: {kind: instant}}}\n"
)
OPENED = "  - {id: resolve, clause: c, kind: deadline, start: opened, stop: closed, limit: LIMIT}\n"
CALLED = (
    "  - {id: call, clause: d, kind: deadline, start: called, stop: answered, limit: 1 min,"
    " objective: {at_least: 50 %, per: month}}\n"
)
ROOMS = "  - {id: rooms, clause: c, kind: no_overlap, booked: booked, resource: room, from: from, to: to}\n"
UPTIME = "  - {id: uptime, clause: c, kind: availability, service: S, down: down, up: up, at_least: 99 %}\n"
CHANGE = "2026-01-01T00:00:00+01:00"
BEFORE = "2025-12-31T23:59:59.999999+01:00"


def folder(path: Path, **versions: str) -> sla.Agreement:
    """A folder of versions: `d2025_01_01="…policies…"`."""
    write(path, **versions)
    return sla.load(path)


def write(path: Path, **versions: str) -> None:
    """Write the files of a folder of versions."""
    for name, policies in versions.items():
        file = path / f"{name[1:].replace('_', '-')}.yaml"
        file.write_text(f"{HEAD}{EVENTS}policies:\n{policies}", encoding="utf-8")


@pytest.fixture(name="two")
def two_versions(tmp_path: Path) -> sla.Agreement:
    """8 h in 2025; 4 h, calls, rooms and uptime from 2026 on."""
    later = OPENED.replace("LIMIT", "4 h") + CALLED + UPTIME
    return folder(tmp_path, d2025_01_01=OPENED.replace("LIMIT", "8 h") + ROOMS, d2026_01_01=later + ROOMS)


@pytest.mark.parametrize(("start", "hours", "version"), [(BEFORE, 8, "2025-01-01"), (CHANGE, 4, "2026-01-01")])
def test_a_case_is_judged_by_the_version_in_force_when_it_started(
    judge: Callable[..., Verdicts], two: sla.Agreement, start: str, hours: int, version: str
) -> None:
    verdict = only(judge(two, History().add("opened", start).events, as_of="2026-03-01T00:00:00Z"))
    assert verdict.version == version
    assert verdict.limit is not None
    assert verdict.limit.total_seconds() == hours * 3600


def test_what_starts_before_the_first_version_is_a_finding_and_no_verdict(
    judge: Callable[..., Verdicts], two: sla.Agreement
) -> None:
    verdicts = judge(two, History().add("opened", "2024-12-31T23:59:59.999999+01:00").events)
    assert (list(verdicts), kinds(verdicts)) == ([], ["not_in_force"])


def test_a_policy_that_a_version_adds_judges_only_from_its_day_on(
    judge: Callable[..., Verdicts], two: sla.Agreement
) -> None:
    history = History().add("called", BEFORE, subject="A").add("called", CHANGE, subject="B")
    verdicts = judge(two, history.events, as_of="2026-03-01T00:00:00Z")
    assert [verdict.subject for verdict in verdicts if verdict.policy == "call"] == ["B", ""]


def test_a_policy_that_a_version_removes_judges_only_before_its_day(
    judge: Callable[..., Verdicts], tmp_path: Path
) -> None:
    made = folder(tmp_path, d2025_01_01=CALLED + OPENED.replace("LIMIT", "8 h"), d2026_01_01=UPTIME)
    history = History().add("opened", BEFORE, subject="A").add("opened", CHANGE, subject="B")
    verdicts = judge(made, history.events, as_of="2026-03-01T00:00:00Z")
    assert [(verdict.policy, verdict.subject) for verdict in verdicts] == [("resolve", "A")]
    assert list(made.policies) == ["call", "resolve", "uptime"]


def test_a_period_that_straddles_is_judged_by_each_version_on_its_own_cases(
    judge: Callable[..., Verdicts], tmp_path: Path
) -> None:
    made = folder(tmp_path, d2025_01_01=CALLED, d2026_01_16=CALLED.replace("50 %", "90 %"))
    history = History()
    for number, (day, answered) in enumerate([("10", True), ("11", False), ("20", True), ("21", False)]):
        history.add("called", f"2026-01-{day}T12:00:00Z", subject=str(number))
        if answered:
            history.add("answered", f"2026-01-{day}T12:00:30Z", subject=str(number))
    verdicts = judge(made, history.events, as_of="2026-02-01T00:00:00+01:00")
    periods = [(each.version, str(each.outcome), each.met, each.counted) for each in verdicts if each.tally]
    assert periods == [("2025-01-01", "met", 1, 2), ("2026-01-16", "breached", 1, 2)]


def test_a_month_is_judged_by_the_version_in_force_at_its_beginning(
    judge: Callable[..., Verdicts], two: sla.Agreement
) -> None:
    history = History().add("down", "2025-12-20T00:00:00Z").add("up", "2025-12-21T00:00:00Z")
    verdicts = judge(two, history.events, as_of="2026-02-01T00:00:00+01:00")
    assert [(verdict.period, verdict.version) for verdict in verdicts] == [("2026-01", "2026-01-01")]
    assert kinds(verdicts) == []


def test_a_booking_made_under_an_earlier_version_still_blocks(
    judge: Callable[..., Verdicts], two: sla.Agreement
) -> None:
    slot = {"room": "R", "from": "2026-02-01T10:00:00Z", "to": "2026-02-01T11:00:00Z"}
    history = History().add("booked", BEFORE, subject="A", **slot).add("booked", CHANGE, subject="B", **slot)
    verdicts = judge(two, history.events)
    assert [(each.subject, each.version, str(each.outcome)) for each in verdicts] == [
        ("A", "2025-01-01", "met"),
        ("B", "2026-01-01", "breached"),
    ]


def test_an_event_type_of_one_version_is_not_unknown_to_the_other(
    judge: Callable[..., Verdicts], tmp_path: Path
) -> None:
    made = folder(tmp_path, d2025_01_01=OPENED.replace("LIMIT", "8 h"), d2026_01_01=OPENED.replace("LIMIT", "8 h"))
    file = tmp_path / "2026-01-01.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("opened", "created"), encoding="utf-8")
    made = sla.load(tmp_path)
    history = History().add("opened", BEFORE, subject="A").add("created", CHANGE, subject="B")
    history.add("closed", "2026-01-01T05:00:00Z", subject="B").add("opened", CHANGE, subject="C")
    verdicts = judge(made, history.events)
    assert [(each.subject, str(each.outcome)) for each in verdicts] == [("A", "pending"), ("B", "met")]
    assert [(found.kind, found.event) for found in verdicts.findings] == [("unknown_type", "e004")]


def test_only_and_hash_go_through_all_versions(two: sla.Agreement) -> None:
    assert list(two.only("call").policies) == ["call"]
    assert [list(version.policies) for version in two.only("call").versions] == [[], ["call"]]
    assert two.hash not in {version.hash for version in two.versions}
    assert two.version == "2026-01-01"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("notes.yaml", HEAD, "stands among dated versions but `notes.yaml` is no date"),
        ("2027-01-01.yaml", HEAD.replace("acme", "other"), "versions of different agreements: acme, other"),
        (
            "2027-01-01.yaml",
            HEAD + "in_force: {from: 2027-02-01}\n",
            "its `in_force` 2027-02-01 is not that of its name",
        ),
        ("2025-06-01.yaml", HEAD + "in_force: {to: 2026-06-01}\n", "is not that of its name, 2025-06-01 to 2026-01-01"),
    ],
)
def test_a_folder_that_is_no_history_of_versions_is_refused(
    two: sla.Agreement, tmp_path: Path, name: str, text: str, said: str
) -> None:
    assert two
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(sla.AgreementError, match=said.replace(".", r"\.")):
        sla.load(tmp_path)


def test_versions_of_different_zones_leave_no_gap_and_judge_nothing_twice(
    judge: Callable[..., Verdicts], tmp_path: Path
) -> None:
    resolve = OPENED.replace("LIMIT", "8 h")
    folder(tmp_path, d2025_01_01=resolve, d2026_01_15=resolve)
    for first, second in (("America/New_York", "Europe/Paris"), ("Europe/Paris", "America/New_York")):
        for name, zone in (("2025-01-01", first), ("2026-01-15", second)):
            file = tmp_path / f"{name}.yaml"
            text = file.read_text(encoding="utf-8")
            file.write_text(re.sub("timezone: .*", f"timezone: {zone}", text), encoding="utf-8")
        made = sla.load(tmp_path)
        for start in ("2026-01-14T22:59:59Z", "2026-01-14T23:30:00Z", "2026-01-15T04:59:59Z", "2026-01-15T05:00:00Z"):
            verdicts = judge(made, History().add("opened", start).events)
            assert (len(verdicts), kinds(verdicts)) == (1, []), (first, start)


def test_findings_about_a_case_come_from_the_version_that_judges_it(
    judge: Callable[..., Verdicts], tmp_path: Path
) -> None:
    resolve = OPENED.replace("LIMIT", "8 h").replace("stop: closed", "stop: {type: closed, where: {code: 1}}")
    write(tmp_path, d2025_01_01=resolve, d2026_01_01=CALLED)
    first, second = tmp_path / "2025-01-01.yaml", tmp_path / "2026-01-01.yaml"
    first.write_text(first.read_text("utf-8").replace("closed: {}", "closed: {code: {kind: integer}}"), "utf-8")
    second.write_text(second.read_text("utf-8").replace("closed: {}, ", ""), "utf-8")
    made = sla.load(tmp_path)
    late = judge(made, History().add("opened", BEFORE).add("closed", "2026-01-01T12:00:00Z", code="1").events)
    assert [(str(each.outcome), kinds(late)) for each in late] == [("breached", ["wrong_value"])]
    stopped = judge(made, History().add("opened", BEFORE).add("closed", CHANGE, code=1).events)
    assert [(str(each.outcome), kinds(stopped)) for each in stopped] == [("met", [])]


def test_a_window_of_a_kind_that_only_one_version_knows_may_be_passed_in(tmp_path: Path) -> None:
    folder(tmp_path, d2025_01_01=CALLED, d2026_01_01=CALLED)
    later = tmp_path / "2026-01-01.yaml"
    later.write_text(later.read_text("utf-8") + "windows: {freeze: {}}\n", "utf-8")
    window = sla.Window(kind="freeze", start=CHANGE)
    assert sla.judge(sla.load(tmp_path), History().add("called", CHANGE).events, windows=[window])
    with pytest.raises(sla.InputError, match="unknown kind `frieze`, did you mean `freeze`"):
        sla.judge(sla.load(tmp_path), [], windows=[sla.Window(kind="frieze", start=CHANGE)])


def test_a_report_speaks_of_each_version_by_its_own_terms(tmp_path: Path) -> None:
    folder(tmp_path, d2025_01_01=OPENED.replace("LIMIT", "8 h"), d2026_01_01=OPENED.replace("LIMIT", "4 h"))
    first, second = tmp_path / "2025-01-01.yaml", tmp_path / "2026-01-01.yaml"
    second.write_text(
        second.read_text("utf-8").replace("opened", "created").replace("{id: c}", "{id: c, strength: target}"), "utf-8"
    )
    history = History().add("opened", "2025-06-01T00:00:00Z").add("closed", "2025-06-02T00:00:00Z")
    report = Report(sla.judge(sla.load(tmp_path), history.events))
    assert first.exists()
    assert [(line.name, line.status) for line in report.summary] == [("resolve (2025-01-01)", "broken")]
    assert report.check_the_mapping == []
    assert (list(report.breaches_by_clause()), report.exit_code) == (["c (2025-01-01)"], 1)
    assert "### c (2025-01-01), commitment: 1" in report.to_markdown()


def test_text_columns_are_read_as_the_version_in_force_declares_them(tmp_path: Path) -> None:
    made_in = tmp_path / "terms"
    made_in.mkdir()
    applies = OPENED.replace("LIMIT", "8 h").replace("start: opened", "start: opened, applies: {vip: true}")
    write(made_in, d2025_01_01=applies, d2026_01_01=CALLED)
    for name, kind in (("2025-01-01", "boolean"), ("2026-01-01", "text")):
        file = made_in / f"{name}.yaml"
        file.write_text(file.read_text("utf-8").replace("{level: {kind: text}}", f"{{vip: {{kind: {kind}}}}}"), "utf-8")
    table = tmp_path / "events.csv"
    table.write_text("type,subject,time,vip\nopened,S,2025-06-01T00:00:00Z,true\n", "utf-8")
    agreement = sla.load(made_in)
    events, findings = read_events(table, agreement)
    verdicts = sla.judge(agreement, events, as_of="2025-07-01T00:00:00Z")
    assert ([str(each.outcome) for each in verdicts], findings, kinds(verdicts)) == (["breached"], [], [])


def test_an_amended_agreement_is_certified_by_the_laws_of_each_version(tmp_path: Path) -> None:
    made = folder(tmp_path, d2025_01_01=OPENED.replace("LIMIT", "8 h"), d2026_01_01=OPENED.replace("LIMIT", "30 min"))
    certificate = certify(made, examples=0)
    assert [check.means for check in certificate.checks if check.failed] == []


minutes = st.integers(min_value=0, max_value=4 * 24 * 60)


@given(
    cases=st.lists(st.tuples(minutes, st.none() | minutes, st.sampled_from(["opened", "called"])), max_size=8),
    as_of=minutes,
)
def test_law_a_new_version_changes_no_verdict_of_a_case_before_its_date(
    tmp_path_factory: pytest.TempPathFactory, cases: list[tuple[int, int | None, str]], as_of: int
) -> None:
    old, new = versions(tmp_path_factory)
    first = instants.micros("2025-12-30T00:00:00+01:00")
    history = History()

    def at(minute: int) -> str:
        return instants.moment(first + minute * 60_000_000).isoformat()

    for number, (start, stop, type) in enumerate(cases):
        history.add(type, at(start), subject=f"{type}{number}")
        if stop is not None:
            history.add("closed" if type == "opened" else "answered", at(stop), subject=f"{type}{number}")
    before = instants.micros(CHANGE)

    def seen(made: sla.Agreement) -> list[dict[str, object]]:
        verdicts = sla.judge(made, history.events, as_of=at(as_of))
        return [each.to_dict() for each in verdicts if each.start_at is not None and each.start_at < before]

    assert seen(new) == seen(old)


MADE: list[tuple[sla.Agreement, sla.Agreement]] = []


def versions(factory: pytest.TempPathFactory) -> tuple[sla.Agreement, sla.Agreement]:
    """The agreement with one version, and with a second one; made once."""
    if not MADE:
        first = OPENED.replace("LIMIT", "8 h") + CALLED
        old = folder(factory.mktemp("old"), d2025_01_01=first)
        second = OPENED.replace("LIMIT", "1 h") + CALLED.replace("1 min", "2 min")
        MADE.append((old, folder(factory.mktemp("new"), d2025_01_01=first, d2026_01_01=second)))
    return MADE[0]


def test_a_pause_is_looked_at_by_the_version_that_judges_its_case(
    judge: Callable[..., Verdicts], tmp_path: Path
) -> None:
    paused = OPENED.replace("limit: LIMIT", "limit: 8 h, pause: {from: called, to: answered}")
    made = folder(tmp_path, d2025_01_01=paused, d2026_01_01=paused)
    history = History().add("answered", "2025-12-30T12:00:00Z").add("opened", "2026-01-02T12:00:00Z")
    history.add("opened", "2025-12-31T12:00:00Z", subject="T")
    verdicts = judge(made, history.events)
    assert [verdict.subject for verdict in verdicts] == ["T", "S"]
    assert kinds(verdicts) == []
