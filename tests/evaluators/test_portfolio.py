"""Many agreements over one log: whose each case is, and that each is judged as if its agreement were alone."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.dividing import divide, named
from sla_rules.instants import moment
from sla_rules.judging import PortfolioVerdicts, judge_portfolio
from tests.columnar.ties import SLOTS, at, terms, tied_histories
from tests.conftest import History, only

EVENTS: dict[str, Any] = {
    "opened": {"customer": {"kind": "text"}},
    "moved": {"customer": {"kind": "text"}},
    "answered": {},
    "planned": {"begin": {"kind": "instant"}, "end": {"kind": "instant"}},
    "down": {},
    "up": {},
    "published": {"carried": {"kind": "text"}},
}
ANSWER = {"id": "answer", "clause": "c", "kind": "deadline", "start": "opened", "stop": "answered", "limit": "1 h"}
UP = {"id": "up", "clause": "c", "kind": "availability", "service": "video", "down": "down", "up": "up"}
DESK: dict[str, Any] = {
    "agreement": "desk",
    "clauses": [{"id": "c"}],
    "events": EVENTS,
    "windows": {"maintenance": {"event": "planned", "start": "begin", "end": "end"}, "freeze": {}},
    "policies": [{**ANSWER, "exclude": ["maintenance", "freeze"]}, {**UP, "at_least": "99 %"}],
}


def desk(limit: str = "1 h", **changes: Any) -> sla.Agreement:
    return sla.load({**DESK, "policies": [{**DESK["policies"][0], "limit": limit}, DESK["policies"][1]], **changes})


def small(**changes: Any) -> sla.Agreement:
    """An agreement with one policy, which knows neither windows nor services."""
    some = {name: EVENTS[name] for name in ("opened", "moved", "answered")}
    return sla.load({"agreement": "small", "clauses": [{"id": "c"}], "events": some, "policies": [ANSWER], **changes})


TWO = sla.Portfolio({"acme": desk(), "globex": desk("3 h")}, by="customer")


def ticket(history: History, subject: str, hours: int, **data: Any) -> History:
    """A ticket that is answered after some hours."""
    history.add("opened", "2026-03-02T10:00:00Z", subject=subject, **data)
    return history.add("answered", f"2026-03-02T{10 + hours}:00:00Z", subject=subject)


def outcomes(verdicts: PortfolioVerdicts) -> list[tuple[str, str, str]]:
    return [(each.agreement, each.subject, str(each.outcome)) for each in verdicts if each.policy == "answer"]


def told(verdicts: PortfolioVerdicts) -> list[tuple[str, str | None, str | None, int]]:
    return [(each.kind, each.subject, each.agreement, each.count) for each in verdicts.findings]


# --- whose a case is ---------------------------------------------------------------------------------------------


def test_each_case_by_the_agreement_that_its_first_event_names(judge):
    history = ticket(ticket(History(), "T-1", 2, customer="acme"), "T-2", 2, customer="globex")
    found = judge_portfolio(TWO, history.events, by=judge)
    assert outcomes(found) == [("acme", "T-1", "breached"), ("globex", "T-2", "met")]
    assert told(found) == []
    assert found[0].to_dict()["agreement"] == "acme"
    assert next(iter(found[0].to_dict())) == "agreement"
    assert found[0].reason == found.by_agreement["acme"][0].reason


def test_the_public_judge_takes_a_portfolio():
    history = ticket(History(), "T-1", 2, customer="acme")
    assert sla.judge(TWO, history.events) == judge_portfolio(TWO, history.events)


def test_a_later_event_may_be_the_first_that_says_it(judge):
    history = History().add("opened", "2026-03-02T10:00:00Z").add("moved", "2026-03-02T12:00:00Z", customer="globex")
    assert outcomes(judge_portfolio(TWO, history.events, by=judge)) == [("globex", "S", "pending")]


def test_before_it_is_said_there_is_no_agreement(judge):
    history = History().add("opened", "2026-03-02T10:00:00Z").add("moved", "2026-03-02T12:00:00Z", customer="globex")
    before = judge_portfolio(TWO, history.events, as_of="2026-03-02T11:59:59.999999Z", by=judge)
    assert outcomes(before) == []
    assert told(before) == [("no_agreement", "S", None, 1)]
    at_once = judge_portfolio(TWO, history.events, as_of="2026-03-02T12:00:00Z", by=judge)
    assert outcomes(at_once) == [("globex", "S", "pending")]


def test_what_is_not_known_yet_is_no_finding(judge):
    history = History().add("opened", "2026-03-02T10:00:00Z")
    found = judge_portfolio(TWO, history.events, as_of="2026-03-02T09:00:00Z", by=judge)
    assert (list(found), told(found)) == ([], [])


def test_the_first_agreement_stays_and_a_second_one_is_a_finding(judge):
    history = ticket(History(), "T-1", 2, customer="acme")
    for hour in (13, 14):
        history.add("moved", f"2026-03-02T{hour}:00:00Z", subject="T-1", customer="globex")
    found = judge_portfolio(TWO, history.events, by=judge)
    assert outcomes(found) == [("acme", "T-1", "breached")]
    assert told(found) == [("contract_changed", "T-1", None, 2)]
    assert found.findings[0].event == "e003"
    assert "`customer` is `globex`, it was `acme` before" in found.findings[0].message


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a"), ("b", None), (None, None)])
def test_at_one_instant_ids_decide_and_without_them_the_type_then_the_name(judge, first, second):
    history = History()
    for id, type, customer in ((first, "opened", "globex"), (second, "moved", "acme")):
        event = sla.Event(id=id, type=type, subject="S", time="2026-03-02T10:00:00Z", data={"customer": customer})
        history.events.append(event)
    owner = "globex" if (first, second) in (("a", "b"), ("b", None)) else "acme"
    for events in (history.events, history.events[::-1]):
        assert outcomes(judge_portfolio(TWO, events, by=judge)) == [(owner, "S", "pending")]


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_case_that_never_says_it_is_one_finding(judge, nothing):
    history = ticket(History(), "T-1", 2, customer=nothing)
    found = judge_portfolio(TWO, history.events, by=judge)
    assert outcomes(found) == []
    assert told(found) == [("no_agreement", "T-1", None, 2)]
    assert found.findings[0].event == "e001"


@pytest.mark.parametrize(
    ("name", "hint"), [("acmee", ", did you mean `acme`?"), ("ACME", ", did you mean `acme`?"), ("x", "")]
)
def test_a_name_that_no_agreement_has(judge, name, hint):
    found = judge_portfolio(TWO, ticket(History(), "T-1", 2, customer=name).events, by=judge)
    assert outcomes(found) == []
    assert [each.message for each in found.findings] == [f"no agreement for `customer` `{name}`{hint}"]


def test_a_name_that_no_agreement_has_stays_too(judge):
    history = ticket(History(), "T-1", 2, customer="other")
    history.add("moved", "2026-03-02T13:00:00Z", subject="T-1", customer="acme")
    found = judge_portfolio(TWO, history.events, by=judge)
    assert outcomes(found) == []
    assert [kind for kind, *_ in told(found)] == ["no_agreement", "contract_changed"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (12, "12"),
        (12.0, "12"),
        (True, "true"),
        ("012", "012"),
        (12.5, "12.5"),
        (float("inf"), "inf"),
        (["acme"], "['acme']"),
        (2**70, "an integer of more than 64 bits"),
        ("", None),
    ],
)
def test_values_that_are_no_text(value, name):
    assert named(value) == name


def test_very_many_are_counted():
    events = [sla.Event(id=f"{n}", type="opened", subject=f"T-{n}", time="2026-03-02T10:00:00Z") for n in range(10_003)]
    findings = divide(TWO, events, events[0].at).findings
    assert len(findings) == 10_001
    assert findings[-1].count == 3


# --- what concerns all -------------------------------------------------------------------------------------------


def maintenance(history: History, **data: Any) -> History:
    begin, end = "2026-03-02T10:30:00Z", "2026-03-02T11:45:00Z"
    return history.add("planned", "2026-03-01T10:00:00Z", subject="M-1", begin=begin, end=end, **data)


def test_maintenance_concerns_every_agreement(judge):
    portfolio = sla.Portfolio({"acme": desk(), "globex": desk("40 min"), "small": small()}, by="customer")
    history = maintenance(ticket(ticket(History(), "T-1", 2, customer="acme"), "T-2", 2, customer="globex"))
    ticket(history, "T-3", 2, customer="small")
    found = judge_portfolio(portfolio, history.events, by=judge)
    assert outcomes(found) == [("acme", "T-1", "met"), ("globex", "T-2", "breached"), ("small", "T-3", "breached")]
    # The agreement that does not know of maintenance is not told of it.
    assert told(found) == []
    assert only(found, subject="T-2").elapsed.seconds == 2700


def test_maintenance_for_one_customer_concerns_no_other(judge):
    history = ticket(ticket(History(), "T-1", 2, customer="acme"), "T-2", 4, customer="globex")
    found = judge_portfolio(TWO, maintenance(history, customer="globex").events, by=judge)
    assert outcomes(found) == [("acme", "T-1", "breached"), ("globex", "T-2", "met")]


def test_an_outage_of_a_service_concerns_all_that_promise_it(judge):
    portfolio = sla.Portfolio({"acme": desk(), "globex": desk(), "small": small()}, by="customer")
    history = ticket(History(), "T-1", 1, customer="acme")
    history.add("down", "2026-03-02T00:00:00Z", subject="video").add("up", "2026-03-02T20:00:00Z", subject="video")
    history.add("down", "2026-03-02T00:00:00Z", subject="audio")
    found = judge_portfolio(portfolio, history.events, by=judge)
    assert [each.agreement for each in found if each.policy == "up" and each.outcome == "breached"] == [
        "acme",
        "globex",
    ]
    assert told(found) == [("no_agreement", "audio", None, 1)]


def test_a_backlog_makes_no_case_one_of_all(judge):
    backlog = {"by": "customer", "members": "opened", "more_than": 1, "until": "answered"}
    policy = {**ANSWER, "exemptions": [{"id": "bulk", "backlog": backlog}]}
    portfolio = sla.Portfolio({"acme": small(policies=[policy]), "globex": small(policies=[policy])}, by="customer")
    found = judge_portfolio(portfolio, ticket(History(), "T-1", 2).events, by=judge)
    assert (list(found), told(found)) == ([], [("no_agreement", "T-1", None, 2)])


def test_windows_go_to_all_that_know_their_kind(judge):
    portfolio = sla.Portfolio({"acme": desk(), "small": small()}, by="customer")
    history = ticket(ticket(History(), "T-1", 2, customer="acme"), "T-2", 2, customer="small")
    freeze = sla.Window(kind="freeze", start="2026-03-02T10:00:00Z", end="2026-03-02T11:30:00Z")
    found = judge_portfolio(portfolio, history.events, windows=[freeze], by=judge)
    assert outcomes(found) == [("acme", "T-1", "met"), ("small", "T-2", "breached")]
    with pytest.raises(sla.InputError, match="unknown kind `freez`, did you mean `freeze`"):
        judge_portfolio(portfolio, [], windows=[sla.Window(kind="freez", start="2026-03-02T10:00:00Z")], by=judge)


# --- one instant of knowledge ------------------------------------------------------------------------------------


def test_all_are_judged_as_of_the_latest_event_of_the_log(judge):
    history = History().add("opened", "2026-03-02T10:00:00Z", subject="T-1", customer="acme")
    ticket(history, "T-2", 9, customer="globex")
    found = judge_portfolio(TWO, history.events, by=judge)
    assert outcomes(found) == [("acme", "T-1", "breached"), ("globex", "T-2", "breached")]
    assert found.as_of == found.by_agreement["acme"].as_of == history.events[-1].at


def test_no_events(judge):
    found = judge_portfolio(TWO, [], by=judge)
    assert (list(found), found.findings, found.as_of) == ([], [], None)


# --- laws --------------------------------------------------------------------------------------------------------

LAWFUL = sla.Portfolio(
    {
        "acme": sla.load(terms()),
        "beta": sla.load(terms("plain", "paused", "deferred", "rooms", "by-customer", "video")),
        "other": sla.load({**terms("strict"), "windows": {}, "timezone": "America/Toronto"}),
    },
    by="customer",
)
NAMES = ("acme", "beta", "other", "acmee", "", None, None)


@st.composite
def logs(draw: Any) -> list[sla.Event]:
    """Tied histories of several customers' subjects; some events say whose they are, some do not."""
    found = []
    for prefix in ("", "x"):
        for event in draw(tied_histories()):
            data = {name: value for name, value in event.data.items() if name != "customer"}
            said = draw(st.sampled_from(NAMES))
            subject = prefix + event.subject
            parts = {"id": event.id, "type": event.type, "subject": subject, "time": event.time}
            found.append(sla.Event(**parts, data={**data, "customer": said} if said is not None else data))
    return found


@settings(max_examples=50)
@given(events=logs(), slot=st.none() | st.sampled_from(SLOTS), seed=st.integers(0, 2**32))
def test_each_agreement_says_what_it_says_of_its_share_alone(
    events: list[sla.Event], slot: int | None, seed: int
) -> None:
    as_of = moment(max(event.at for event in events) if slot is None else at(slot))
    shares = shares_of(events, as_of)
    shuffled = random.Random(seed).sample(events, len(events))
    found = sla.judge(LAWFUL, shuffled, as_of=as_of)
    for name, agreement in LAWFUL.agreements.items():
        alone = sla.judge(agreement, shares[name], as_of=as_of)
        assert list(found.by_agreement[name]) == list(alone)
        assert sorted(map(repr, found.by_agreement[name].findings)) == sorted(map(repr, alone.findings))
        assert [each.to_dict() for each in found if each.agreement == name] == [
            {"agreement": name, **each.to_dict()} for each in alone
        ]
    judged = {id(event) for share in shares.values() for event in share}
    told = {each.subject: each.count for each in found.findings if each.kind == "no_agreement"}
    left: dict[str, int] = {}
    for event in events:
        if event.time <= as_of and id(event) not in judged:
            left[event.subject] = left.get(event.subject, 0) + 1
    assert told == left


def shares_of(events: Iterable[sla.Event], as_of: Any) -> dict[str, list[sla.Event]]:
    """Whose each event is, written down once more: subject by subject, by sorting."""
    by_subject: dict[str, list[sla.Event]] = {}
    for event in events:
        by_subject.setdefault(event.subject, []).append(event)
    shares: dict[str, list[sla.Event]] = {name: [] for name in LAWFUL.agreements}
    windows = {"planned", "replanned", "called_off", "declared", "lifted"}
    # Of the other common ones: what ends the waiting of a deferral.
    common = windows | {"published"}
    for subject, some in by_subject.items():
        known = [event for event in some if event.time <= as_of]
        naming = sorted(
            (event.time, event.id or "~", event.type, event.data["customer"])
            for event in known
            if event.data.get("customer")
        )
        takers = [naming[0][-1]] if naming else list(shares) if common & {event.type for event in known} else []
        if known and not naming and not takers:
            takers = {"S": ["acme", "beta"], "T": ["acme"]}.get(subject, [])  # the services that they promise
        for name in takers:
            shares.get(name, []).extend(some)
    return shares


# --- what a portfolio may be -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("agreements", "by", "message"),
    [
        ({}, "customer", "a portfolio takes agreements by name"),
        ([desk()], "customer", "a portfolio takes agreements by name"),
        ({1: desk()}, "customer", "the name of an agreement must be text, found `1`"),
        ({"": desk()}, "customer", "the name of an agreement must be text"),
        ({"acme": DESK}, "customer", "`acme`: .* is not an Agreement; `load` makes one"),
        ({"acme": desk()}, "custmer", "no event has a field `custmer`, did you mean `customer`"),
        ({"acme": desk()}, "subject", "`subject` is none"),
        ({"acme": desk()}, None, "must be the name of a field"),
        ({"acme": desk()}, "begin", "`begin` is declared as instant, which cannot name an agreement"),
    ],
)
def test_refusals(agreements, by, message):
    with pytest.raises(sla.SlaError, match=message):
        sla.Portfolio(agreements, by=by)


def test_a_field_that_no_agreement_declares_may_be_what_the_log_has(judge):
    portfolio = sla.Portfolio({"acme": desk()}, by="contract")
    found = judge_portfolio(portfolio, ticket(History(), "T-1", 2, contract="acme").events, by=judge)
    assert outcomes(found) == [("acme", "T-1", "breached")]


@pytest.mark.parametrize("events", [None, [3]])
def test_events_that_are_none(events):
    with pytest.raises(sla.InputError, match=r"events must be a list|`3` is not an Event"):
        sla.judge(TWO, events)


def test_its_name():
    assert repr(TWO) == "<Portfolio by customer: acme, globex>"
    assert repr(sla.Portfolio({str(n): small() for n in range(7)}, by="customer")).endswith(
        ": 0, 1, 2, 3, 4 and 2 more>"
    )


def test_only_some_policies_of_all_agreements(judge):
    portfolio = sla.Portfolio({"acme": desk(), "small": small()}, by="customer").only("up")
    history = ticket(ticket(History(), "T-1", 2, customer="acme"), "T-2", 2, customer="small")
    maintenance(history).add("down", "2026-03-02T00:00:00Z", subject="video")
    found = judge_portfolio(portfolio, history.events, by=judge)
    assert list(portfolio.agreements) == ["acme"]
    assert {each.policy for each in found} == {"up"}
    assert told(found) == []
    with pytest.raises(sla.SlaError, match="no policy matches `anser`, did you mean `answer`"):
        TWO.only("anser", "up")


def test_only_leaves_cases_aside_that_concern_another_alone(judge):
    portfolio = sla.Portfolio({"acme": desk(), "small": small(policies=[{**ANSWER, "id": "reply"}])}, by="customer")
    history = maintenance(ticket(History(), "T-1", 2, customer="acme"))
    history.add("moved", "2026-03-02T20:00:00Z", subject="T-1", customer="small")
    found = judge_portfolio(portfolio.only("reply"), history.events, by=judge)
    assert (list(found), told(found)) == ([], [])


# --- how text is read --------------------------------------------------------------------------------------------


def declaring(kind: str) -> sla.Agreement:
    return small(events={**small().raw["events"], "opened": {"customer": {"kind": "text"}, "level": {"kind": kind}}})


def test_one_reader_for_all_unless_they_differ():
    alike = sla.Portfolio({"a": declaring("integer"), "b": declaring("integer"), "c": desk()}, by="customer").readers()
    assert [reader.names for reader in alike] == [("a", "b", "c")]
    assert alike[0].agreement.events["opened"].fields["level"].kind == "integer"
    assert set(alike[0].agreement.events) >= {"planned"}
    differ = sla.Portfolio({"a": declaring("integer"), "b": declaring("text"), "c": desk()}, by="customer").readers()
    assert [reader.names for reader in differ] == [("a", "c"), ("b",)]


# --- files -------------------------------------------------------------------------------------------------------

FILE = "by: contract\nagreements:\n  acme: terms/acme.yaml\n  desk: intercall\n"
ACME = """agreement: acme
clauses: [{id: c}]
events: {opened: {}, answered: {}}
policies: [{id: p, clause: c, kind: deadline, start: opened, stop: answered, limit: 1 h}]
"""


def test_a_file_of_agreements(tmp_path):
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "acme.yaml").write_text(ACME, encoding="utf-8")
    (tmp_path / "all.yaml").write_text(FILE, encoding="utf-8")
    portfolio = sla.load_portfolio(tmp_path / "all.yaml", timezone="Europe/Paris")
    assert {name: each.id for name, each in portfolio.agreements.items()} == {"acme": "acme", "desk": "intercall"}
    assert (portfolio.by, portfolio.agreements["acme"].timezone) == ("contract", "Europe/Paris")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "by: customer\nagreements: {a: acm.yaml}\n",
            "all.yaml:2: agreements.a: no agreement `acm.yaml`, did you mean `acme.yaml`",
        ),
        (
            "by: customer\nagreement: {a: acme.yaml}\n",
            "all.yaml:2: .*unknown key `agreement`, did you mean `agreements`",
        ),
        ("by: customer\nagreements: {}\n", "all.yaml:2: agreements"),
        ("agreements: {a: acme.yaml}\n", "`by` is missing"),
        ("by: customer\nagreements: {a: bad.yaml}\n", "bad.yaml:3: .*no `policie`|bad.yaml:.*unknown key"),
    ],
)
def test_a_file_that_is_wrong(tmp_path, text, message):
    (tmp_path / "acme.yaml").write_text(ACME, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(ACME.replace("policies", "policie"), encoding="utf-8")
    (tmp_path / "all.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(sla.AgreementError, match=message):
        sla.load_portfolio(tmp_path / "all.yaml")
