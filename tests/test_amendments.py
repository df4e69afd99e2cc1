"""Amendments: each case is judged by the version that was in force when it started."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules import instants
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
    for name, policies in versions.items():
        file = path / f"{name[1:].replace('_', '-')}.yaml"
        file.write_text(f"{HEAD}{EVENTS}policies:\n{policies}", encoding="utf-8")
    return sla.load(path)


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
