"""Laws of all kinds of policy but deadlines, on random histories with many ties in time."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.instants import HOUR, micros, moment
from tests.conftest import History, agreement, kinds

TEXT, FLAG, INSTANT = {"kind": "text"}, {"kind": "boolean"}, {"kind": "instant"}
SITES, CUSTOMERS, SERVICES = ("north", "south"), ("acme", "beta"), ("video", "audio")
EVENTS = {
    "started": {"site": TEXT, "vip": FLAG, "limit": INSTANT, "customer": TEXT, "initial": FLAG},
    "ended": {"site": TEXT},
    "dropped": {"site": TEXT, "by": TEXT},
    "changed": {"vip": FLAG, "site": TEXT},
    "warned": {},
    "booked": {"room": TEXT, "begin": INSTANT, "end": INSTANT},
    "released": {"room": TEXT},
    "step": {"step": TEXT, "result": TEXT},
    "reached": {},
    "issued": {"recipient": TEXT, "lines": {"kind": "list"}, "vip": FLAG},
    "opened": {"severity": TEXT, "outage": FLAG, "degraded": FLAG},
    "down": {},
    "up": {},
    "planned": {"service": TEXT, "begin": INSTANT, "end": INSTANT},
    "replanned": {"service": TEXT, "begin": INSTANT, "end": INSTANT},
    "declared": {"service": TEXT},
    "lifted": {"service": TEXT},
}
WINDOWS = {
    "maintenance": {
        "event": "planned",
        "replaced_by": "replanned",
        "start": "begin",
        "end": "end",
        "scope": "service",
    },
    "force": {"from": "declared", "to": "lifted", "scope": "service"},
}
BACKLOG = {
    "by": "customer",
    "members": {"type": "started", "where": {"initial": True}},
    "more_than": 1,
    "until": "ended",
}
EXEMPTIONS = [
    {"id": "vip", "clause": "other", "when": {"vip": True}},
    {"id": "told", "preceded_by": "warned"},
    {"id": "bulk", "backlog": BACKLOG},
]
DAILY = {"at_least": "50 %", "per": "day"}
NEVER = {"kind": "never", "violated_by": "dropped"}
STEPS = {
    "kind": "procedure",
    "start": "started",
    "end": {"reached": "reached", "closed": "ended"},
    "step": {"event": "step", "field": "step"},
    "steps": ["one", {"name": "two", "when": {"vip": {"ne": True}}}, "three"],
    "asks": {"result": {"voicemail": ["message"]}},
    "complete": True,
}
ROOMS = {"kind": "no_overlap", "booked": "booked", "released": "released", "resource": "room"}
ROOMS |= {"from": "begin", "to": "end"}
LINES = {"kind": "required_fields", "record": "issued", "fields": ["recipient"], "each": "lines"}
LINES |= {"each_fields": ["id", {"name": "code", "when": {"project": True}}]}
TABLE = [{"when": {"outage": True}, "value": "high"}, {"when": {"degraded": True}, "value": "low"}]
SEVERITY = {"kind": "classification", "start": "opened", "value": "severity", "table": TABLE}
POLICIES = {
    "never": {**NEVER, "objective": DAILY},
    "never-first": {**NEVER, "for_each": "started", "until": "ended", "objective": {**DAILY, "of": "limit"}},
    "never-each": {**NEVER, "for_each": "started", "occurrence": "each", "exemptions": EXEMPTIONS},
    "never-by-site": {**NEVER, "for_each": "started", "match": ["subject", "site"], "applies": {"vip": {"ne": True}}},
    "overrun": {
        **NEVER,
        "for_each": "started",
        "violated_by": {"type": "dropped", "where": {"by": "provider", "time": {"ge": {"field": "limit"}}}},
    },
    "rooms": {**ROOMS, "exemptions": EXEMPTIONS, "objective": DAILY},
    "steps": {**STEPS, "exemptions": EXEMPTIONS, "objective": DAILY},
    "steps-each": {**STEPS, "occurrence": "each", "complete": False},
    "path": {**STEPS, "start": "step", "end": None, "steps": ["one", "two", "three"], "begin_at": "one"},
    "lines": {**LINES, "exemptions": EXEMPTIONS, "objective": DAILY},
    "severity": {**SEVERITY, "occurrence": "each", "exemptions": EXEMPTIONS, "objective": DAILY},
    "video": {
        "kind": "availability",
        "service": "video",
        "down": "down",
        "up": "up",
        "at_least": "99 %",
        "exclude": ["maintenance", "force"],
    },
}
del POLICIES["path"]["end"]


def made(*chosen):
    return sla.load(
        {
            "agreement": "laws",
            "timezone": "Europe/Paris",
            "in_force": {"from": "2026-03-28"},
            "clauses": [{"id": "c"}, {"id": "other"}],
            "events": EVENTS,
            "windows": WINDOWS,
            "policies": [
                {"id": id, "clause": "c", **policy} for id, policy in POLICIES.items() if not chosen or id in chosen
            ],
        }
    )


ALL = made()
OF_CASES = ("never", "never-first", "never-each", "never-by-site", "overrun", "steps", "steps-each", "path")
OF_CASES += ("lines", "severity")
BEGIN = micros("2026-03-28T01:00:00+01:00")  # the day before the clocks change; two hours before are not in force
VALUES = {
    "site": SITES,
    "vip": (True, False, False),
    "by": ("provider", "client"),
    "customer": CUSTOMERS,
    "initial": (True, True, False),
    "room": ("A", "B", 7),
    "step": ("one", "two", "three", "message", "thre"),
    "result": ("voicemail", "spoke"),
    "recipient": ("Anna", ""),
    "lines": ([], [{"id": 1}], [{"id": ""}, 3], [{"id": 0, "project": True}], "none"),
    "severity": ("high", "low", "middle"),
    "outage": (True, False),
    "degraded": (True, False, "yes"),
    "service": SERVICES,
}
OWN = tuple(type for type in EVENTS if type not in ("down", "up", "planned", "replanned", "declared", "lifted"))
seeds, sizes = st.integers(0, 2**64), st.sampled_from((14, 3, 6, 9, 18, 24, 30))


def an_instant(dice):
    """One of few instants, so that many events share one."""
    return BEGIN + dice.randrange(-3, 9) * HOUR + dice.choice((0,) * 8 + (-1, 1))


def an_event(dice, id, types, subjects):
    type = dice.choice(types)
    data = {name: dice.choice(VALUES[name]) for name in EVENTS[type] if name in VALUES and dice.random() < 0.75}
    if "begin" in EVENTS[type]:
        begin = BEGIN + dice.randrange(24) * HOUR
        data |= {"begin": moment(begin), "end": moment(begin + dice.randrange(1, 5) * HOUR)}
    if "limit" in EVENTS[type] and dice.random() < 0.7:
        data["limit"] = moment(an_instant(dice))
    subject = dice.choice(SERVICES) if type in ("down", "up") else dice.choice(subjects)
    return sla.Event(id=id, type=type, subject=subject, time=moment(an_instant(dice)), data=data)


def a_history(seed, size, types, subjects, ids, prefix=""):
    dice = random.Random(seed)
    numbers = dice.sample(range(100), size)
    return [an_event(dice, f"{prefix}{number}" if dice.random() < ids else None, types, subjects) for number in numbers]


def histories(types=tuple(EVENTS), subjects=("S", "T", "U"), ids=1.0, prefix=""):
    return st.builds(a_history, seeds, sizes, st.just(types), st.just(subjects), st.just(ids), st.just(prefix))


def told(verdicts):
    return [verdict.to_dict() for verdict in verdicts]


@settings(max_examples=100)
@given(history=histories(ids=0.6), seed=seeds)
def test_law_the_order_of_the_input_never_matters(judge, history, seed):
    shuffled = history.copy()
    random.Random(seed).shuffle(shuffled)
    expected, found = judge(ALL, history), judge(ALL, shuffled)
    assert told(found) == told(expected)
    assert Counter(found.findings) == Counter(expected.findings)


@settings(max_examples=100)
@given(history=histories(), seed=seeds)
def test_law_repeating_events_changes_no_verdict_and_is_counted(judge, history, seed):
    dice = random.Random(seed)
    again = [
        sla.Event(id=event.id, type=event.type, subject=event.subject, time=event.time, data=event.data)
        for event in dice.choices(history, k=6)
    ]
    mixed = history + again
    dice.shuffle(mixed)
    expected, found = judge(ALL, history), judge(ALL, mixed)
    assert told(found) == told(expected)
    assert sum(finding.count for finding in found.findings if finding.kind == "duplicate") == 6
    assert Counter(finding for finding in found.findings if finding.kind != "duplicate") == Counter(expected.findings)


@settings(max_examples=100)
@given(history=histories(ids=0.6), hour=st.integers(-3, 10))
def test_law_only_events_up_to_as_of_exist(judge, history, hour):
    as_of = BEGIN + hour * HOUR
    known = [event for event in history if event.at <= as_of]
    expected, found = judge(ALL, known, as_of=moment(as_of)), judge(ALL, history, as_of=moment(as_of))
    assert told(found) == told(expected)
    assert found.findings == expected.findings


@settings(max_examples=100)
@given(
    history=histories(types=OWN, subjects=("S",)),
    other=histories(types=OWN, subjects=("T",), prefix="t"),
)
def test_law_unrelated_subjects_do_not_influence_each_other(judge, history, other):
    """Without rooms, which are shared, and customers, whose backlog is."""

    def alone(events):
        return [
            sla.Event(
                id=event.id,
                type=event.type,
                subject=event.subject,
                time=event.time,
                data={name: value for name, value in event.data.items() if name != "customer"},
            )
            for event in events
        ]

    chosen, as_of = made(*OF_CASES), moment(BEGIN + 20 * HOUR)
    expected = [each for each in judge(chosen, alone(history), as_of=as_of) if each.subject == "S"]
    found = [each for each in judge(chosen, alone(history + other), as_of=as_of) if each.subject == "S"]
    assert told(found) == told(expected)


@settings(max_examples=100)
@given(history=histories(ids=0.6))
def test_law_every_verdict_is_consistent_in_itself(judge, history):
    verdicts = judge(ALL, history)
    for verdict in verdicts:
        assert verdict.clauses[0] == "c"
        assert verdict.reason.endswith(".")
        assert "\n" not in verdict.reason
        assert (verdict.outcome == "exempt") == bool(verdict.exempted_by)
        if not verdict.subject:
            assert verdict.counted == verdict.met + verdict.breached
            continue
        assert verdict.start_at <= verdicts.as_of
        assert verdict.stop_at is None or verdict.start_at <= verdict.stop_at <= verdicts.as_of
        assert verdict.outcome != "void"
        if verdict.policy.startswith("never"):
            assert verdict.outcome in ("met", "breached", "exempt")
            assert verdict.outcome == "exempt" or (verdict.outcome == "breached") == (verdict.stop_at is not None)
        if verdict.policy != "video":
            assert verdict.evidence


@settings(max_examples=100)
@given(history=histories(types=("started", "ended", "dropped", "reached"), subjects=("S",)), seed=seeds)
def test_law_ids_do_not_decide_where_the_order_of_an_instant_does(judge, history, seed):
    """Design, *Order*: whatever the ids. Only which of several equal events is named as evidence depends on them."""
    history = [
        sla.Event(id=event.id, type=event.type, subject=event.subject, time=event.time, data={}) for event in history
    ]
    ids = [event.id for event in history]
    random.Random(seed).shuffle(ids)
    renamed = [
        sla.Event(id=id, type=event.type, subject=event.subject, time=event.time, data={})
        for id, event in zip(ids, history, strict=True)
    ]
    chosen = made("never", "never-first", "never-each", "steps", "steps-each")

    def seen(events):
        instances = [each for each in judge(chosen, events) if each.subject]
        return sorted((each.policy, each.start_at, each.stop_at or 0, str(each.outcome)) for each in instances)

    assert seen(renamed) == seen(history)


# --- nothing is skipped silently --------------------------------------------------------------------------------

BY_SITE = {"site": TEXT, "room": TEXT, "begin": INSTANT, "end": INSTANT, "step": TEXT, "severity": TEXT, "outage": FLAG}


@pytest.mark.parametrize("match", [["site"], ["subject", "site"]])
@pytest.mark.parametrize(
    "policy",
    [
        {"kind": "never", "violated_by": "come"},
        {"kind": "never", "for_each": "come", "violated_by": "other"},
        {"kind": "no_overlap", "booked": "come", "resource": "room", "from": "begin", "to": "end"},
        {"kind": "procedure", "start": "come", "step": {"event": "other", "field": "step"}, "steps": ["one"]},
        {"kind": "required_fields", "record": "come", "fields": ["room"]},
        {**SEVERITY, "start": "come", "table": [{"when": {"outage": True}, "value": "x"}]},
        {"kind": "deadline", "start": "come", "stop": "other", "limit": "1 h"},
    ],
    ids=lambda policy: policy["kind"] + ("-each" if "for_each" in policy else ""),
)
def test_what_belongs_to_no_case_is_judged_or_a_finding(judge, policy, match):
    """Design, *The idea*: every event is either judged or listed as a finding; nothing is skipped silently."""
    data = {"room": "A", "begin": "2026-03-02T10:00:00Z", "end": "2026-03-02T11:00:00Z", "outage": True}
    history = History().add("come", "2026-03-02T09:00:00Z", id="e1", **data, severity="x")
    made = agreement({**policy, "match": match}, events={"come": BY_SITE, "other": BY_SITE})
    verdicts = judge(made, history.events)
    assert [verdict.evidence for verdict in verdicts] == [("e1",)] or (
        [(finding.event, finding.policy) for finding in verdicts.findings] == [("e1", "p")]
    ), (list(verdicts), kinds(verdicts))


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param({**NEVER, "violated_by": {"type": "dropped", "when": {"vip": True}}}, id="when of violated_by"),
        pytest.param(
            {**NEVER, "for_each": {"type": "dropped", "when": {"vip": True}}, "violated_by": "dropped"},
            id="when of for_each",
        ),
        pytest.param({**NEVER, "until": "warned"}, id="until without for_each"),
        pytest.param({**NEVER, "occurrence": "first"}, id="occurrence without for_each"),
    ],
)
def test_what_a_policy_says_has_an_effect_or_is_refused(judge, policy):
    """A stop may carry `when`; elsewhere it, and `until` and `occurrence` of nothing, would mean nothing."""
    history = History().add("warned", "2026-03-28T09:00:00Z", vip=False)
    history.add("dropped", "2026-03-28T10:00:00Z").add("dropped", "2026-03-28T11:00:00Z")
    try:
        verdicts = judge(agreement(policy, events=EVENTS), history.events)
    except sla.AgreementError:
        return
    assert len([each for each in verdicts if each.outcome == "breached"]) < (1 if "for_each" in policy else 2)
