"""The story of a verdict: every stretch that counted or did not, and why."""

import json
from pathlib import Path

import pytest

import sla_rules as sla
from sla_rules.cli import main
from tests.conftest import History, agreement, only

EVENTS = {
    "opened": {"service": {"kind": "text"}},
    "closed": {},
    "reopened": {},
    "held": {},
    "resumed": {},
    "state": {"state": {"kind": "text"}},
}
OFFICE = {"week": {"mon-fri": ["09:00-12:00", "13:00-17:00"]}, "holidays": {"dates": {"2026-03-03": "Carnival"}}}
POLICY = {
    "start": "opened",
    "stop": "closed",
    "resume": "reopened",
    "limit": "8 h",
    "calendar": "office",
    "pause": [{"from": "held", "to": "resumed"}, {"while": {"state": "waiting"}}],
    "exclude": ["maintenance"],
}


def judged(history: History, as_of: str | None = None, **policy: object) -> sla.Verdict:
    made = agreement(
        {**POLICY, **policy},
        events=EVENTS,
        calendars={"office": OFFICE},
        windows={"maintenance": {"scope": "service"}},
    )
    window = sla.Window(kind="maintenance", id="M-1", start="2026-03-04T09:00:00Z", end="2026-03-04T10:00:00Z")
    return only(sla.judge(made, history.events, as_of=as_of, windows=[window]))


def told(verdict: sla.Verdict) -> list[tuple[str, str, str]]:
    return [(each.start.format("DD HH:mm"), each.cause, each.name) for each in verdict.trace.stretches]


def test_every_stretch_has_its_cause_and_name() -> None:
    history = History().add("opened", "2026-03-02T11:00:00Z", service="video")
    history.add("held", "2026-03-02T14:00:00Z").add("resumed", "2026-03-02T15:00:00Z")
    history.add("closed", "2026-03-04T11:00:00Z")
    verdict = judged(history)
    assert told(verdict) == [
        ("02 11:00", "counted", ""),
        ("02 12:00", "closed", ""),
        ("02 13:00", "counted", ""),
        ("02 14:00", "excluded", "paused e002 to e003"),
        ("02 15:00", "counted", ""),
        ("02 17:00", "closed", ""),
        ("03 00:00", "holiday", "Carnival"),
        ("04 00:00", "closed", ""),
        ("04 09:00", "excluded", "maintenance M-1"),
        ("04 10:00", "counted", ""),
    ]
    counted = sum((each.length.total_seconds() for each in verdict.trace.stretches if each.cause == "counted"), 0.0)
    assert verdict.elapsed is not None
    assert counted == verdict.elapsed.total_seconds() == 5 * 3600


def test_a_reopening_and_a_state_are_named_by_their_events() -> None:
    history = History().add("opened", "2026-03-02T09:00:00Z").add("closed", "2026-03-02T10:00:00Z")
    history.add("reopened", "2026-03-02T11:00:00Z").add("state", "2026-03-02T13:00:00Z", state="waiting")
    verdict = judged(history, as_of="2026-03-02T14:00:00Z", exclude=[])
    assert told(verdict) == [
        ("02 09:00", "counted", ""),
        ("02 10:00", "excluded", "stopped e002 to e003"),
        ("02 11:00", "counted", ""),
        ("02 12:00", "closed", ""),
        ("02 13:00", "excluded", "paused e004"),
    ]
    assert (str(verdict.outcome), verdict.due) == ("pending", None)


def test_stretches_of_an_availability_are_its_outages_and_windows() -> None:
    events = {"down": {}, "up": {}}
    made = agreement(
        {"kind": "availability", "service": "S", "down": "down", "up": "up", "at_least": "99 %", "exclude": ["m"]},
        events=events,
        windows={"m": {}},
    )
    history = History().add("down", "2026-03-02T09:00:00Z").add("up", "2026-03-02T10:00:00Z")
    window = sla.Window(kind="m", id="M-1", start="2026-03-02T09:30:00Z", end="2026-03-02T11:00:00Z")
    verdict = only(sla.judge(made, history.events, as_of="2026-04-02T00:00:00Z", windows=[window]), period="2026-03")
    told_of = [(each.cause, each.name, each.length.total_seconds()) for each in verdict.trace.stretches]
    assert told_of == [
        ("counted", "", 33 * 3600),
        ("down", "e001", 1800),
        ("excluded", "m M-1", 5400),
        ("counted", "", 709 * 3600),
    ]
    by_cause = {cause: sum(length for each, _, length in told_of if each == cause) for cause, _, _ in told_of}
    assert verdict.down is not None
    assert verdict.excluded is not None
    assert (by_cause["down"], by_cause["excluded"]) == (verdict.down.total_seconds(), verdict.excluded.total_seconds())


def test_of_a_running_month_only_what_has_happened_is_told() -> None:
    made = agreement(
        {"kind": "availability", "service": "S", "down": "down", "up": "up", "at_least": "99 %", "exclude": ["m"]},
        events={"down": {}, "up": {}},
        windows={"m": {}},
    )
    windows = [
        sla.Window(kind="m", id="soon", start="2026-03-20T00:00:00Z", end="2026-03-21T00:00:00Z"),
        sla.Window(kind="m", id="open", start="2026-03-25T00:00:00Z"),
    ]
    history = History().add("down", "2026-03-02T00:00:00Z")
    verdict = only(sla.judge(made, history.events, as_of="2026-03-10T00:00:00Z", windows=windows))
    assert [(each.cause, each.length.total_seconds() / 86_400) for each in verdict.trace.stretches] == [
        ("counted", 1),
        ("down", 8),
    ]


def test_a_period_has_no_stretches() -> None:
    made = agreement(
        {"start": "opened", "stop": "closed", "limit": "1 h", "objective": {"at_least": "50 %", "per": "day"}},
        events=EVENTS,
    )
    period = only(sla.judge(made, History().add("opened", "2026-03-02T09:00:00Z").events), subject="")
    assert period.trace.stretches == ()


def test_explain_tells_the_story_and_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = tmp_path / "e.jsonl"
    rows = [
        {
            "id": "1",
            "type": "ticket.opened",
            "subject": "T-1",
            "time": "2026-03-02T14:00:00Z",
            "data": {"severity": "SL4"},
        },
        {"id": "2", "type": "ticket.responded", "subject": "T-1", "time": "2026-03-02T14:20:00Z"},
    ]
    events.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    out = tmp_path / "story.json"
    arguments = ["explain", str(events), "--agreement", "intercall", "--only", "support.response"]
    assert main([*arguments, "--subject", "T-1", "--json", str(out)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    for part in (
        "support.response breached",
        "section Temps de réponse/de résolution",
        "20 min counted",
        "events 1, 2",
    ):
        assert part in printed
    (story,) = json.loads(out.read_text(encoding="utf-8"))
    assert story["stretches"][0]["length"] == 20 * 60 * 1_000_000
    assert main([*arguments, "--subject", "T-2"]) == 2
    assert "no verdict about `T-2`, did you mean `T-1`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({"provider_outage": True, "feature_degraded": True}, "SL4"),
        ({"key_feature_impaired": True}, "SL3"),
        ({"feature_degraded": True, "key_feature_impaired": False}, "SL2"),
        ({"feature_degraded": False}, "SL1"),
        ({"feature_degraded": None}, "SL1"),
    ],
)
def test_classify_gives_the_value_of_the_decision_table(
    intercall: sla.Agreement, facts: dict[str, object], severity: str
) -> None:
    assert intercall.classify(facts) == severity
    assert intercall.classify(facts, policy="severity.classification") == severity


@pytest.mark.parametrize(
    ("facts", "policy", "said"),
    [
        ({"provider_outge": True}, None, "unknown field `provider_outge`, did you mean `provider_outage`?"),
        ({"provider_outage": "yes"}, None, "`yes` is not true or false"),
        ({}, "severity.clasification", "no classification `severity.clasification`, did you mean"),
    ],
)
def test_classify_refuses_what_the_start_event_does_not_declare(
    intercall: sla.Agreement, facts: dict[str, object], policy: str | None, said: str
) -> None:
    with pytest.raises(sla.SlaError) as caught:
        intercall.classify(facts, policy=policy)
    assert said in str(caught.value)
    with pytest.raises(sla.SlaError, match="the agreement has none"):
        intercall.only("support.*").classify({})
