"""The example of the design: a whole agreement with every kind of policy, as a file says it and as it is read."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import sla_rules as sla
from sla_rules.instants import HOUR, MINUTE
from sla_rules.language.calendars import CalendarTable
from sla_rules.language.limits import Table
from sla_rules.language.policies import (
    Availability,
    Classification,
    Deadline,
    Never,
    NoOverlap,
    PauseBetween,
    PauseWhile,
    Procedure,
    RequiredFields,
)
from sla_rules.language.windows import DeclaredWindow, PlannedWindow

EXAMPLE = """\
agreement: acme-support
title: Acme support
timezone: Europe/Paris
in_force: {from: 2026-01-01}            # a case starting outside it gets no verdict and a finding

clauses:
  - id: response
    section: "4.2"
    summary: {en: First answer within the time of its priority., fr: Première réponse dans le délai de la priorité.}
    strength: commitment                # guarantee | commitment | target | best_effort | reference
    reading: which choice was taken where the wording leaves one
  - {id: duties, section: "2", summary: {en: Customers can be reached.}, status: descriptive, why: nothing to measure}
  - id: c

events:
  ticket.opened:
    priority: {kind: text, values: [P1, P2, P3], required: true}
    channel: {kind: text}
    severity: {kind: text, values: [SL1, SL2, SL3, SL4]}
    outage: {kind: boolean}
    degraded: {kind: boolean}
    unreachable: {kind: boolean}
  ticket.responded: {}
  ticket.on_hold: {}
  ticket.resolved: {}
  ticket.reopened: {}
  ticket.cancelled: {}
  ticket.escalated: {level: {kind: text, values: [L1, L2, L3, engineering], required: true}}
  status.changed: {status: {kind: text}}
  maintenance.scheduled: &planned
    service: {kind: text}
    window_start: {kind: instant, required: true}
    window_end: {kind: instant, required: true, not_before: window_start}
  maintenance.rescheduled: *planned
  maintenance.cancelled: {}
  force_majeure.declared: {service: {kind: text}}
  force_majeure.lifted: {service: {kind: text}}
  conference.started: {scheduled_end: {kind: instant}}
  conference.ended: {}
  conference.disconnected: {by: {kind: text, values: [provider, client]}}
  room.booked:
    room: {kind: text, required: true}
    start: {kind: instant, required: true}
    end: {kind: instant, required: true, not_before: start}
  room.released: {}
  problem.attributed: {to: {kind: text, values: [client, provider]}, connected_participants: {kind: boolean}}
  problem.step: {step: {kind: text, required: true}, result: {kind: text}}
  problem.contact_reached: {}
  problem.closed: {}
  invoice.issued: {recipient: {kind: text}, lines: {kind: list}, project_applies: {kind: boolean}}
  service.down: {}
  service.up: {}

calendars:
  office: {week: {mon-fri: ["08:30-12:00", "13:00-17:30"]}, holidays: {country: FR, dates: [2026-05-15]}}

windows:                                # time that does not count, read from events; more can be passed in
  maintenance: {event: maintenance.scheduled, replaced_by: maintenance.rescheduled, cancelled_by: maintenance.cancelled,
                start: window_start, end: window_end, scope: service}
  force_majeure: {from: force_majeure.declared, to: force_majeure.lifted, scope: service}

policies:
  - id: support.response
    clause: response
    kind: deadline
    start: ticket.opened
    stop: ticket.responded
    cancel: ticket.cancelled
    applies: {channel: {in: [email, web]}}
    limit: {by: priority, table: {P1: 15 min, P2: 1 h, P3: 8 h}}
    calendar: {by: priority, table: {P1: always, P2: office, P3: office}}     # or one name
    pause: {from: ticket.on_hold, to: ticket.resolved}
    resume: ticket.reopened                              # undoes a stop; the time in between does not count
    exclude: [maintenance, force_majeure]
    warn_at: [50 %, 80 %]
    objective: {at_least: 95 %, per: month}
    exemptions:
      - {id: customer-unreachable, clause: duties, when: {unreachable: true}}
  - id: support.resolution
    clause: response
    kind: deadline
    start: ticket.opened
    stop: ticket.resolved
    limit: 8 h
    calendar: office
    pause: {while: {status: {in: [pending, on_hold]}}}
    warn_at: [15 min before, 1 h after]
  - {id: overrun, clause: c, kind: never, for_each: conference.started, until: conference.ended,
     violated_by: {type: conference.disconnected, where: {by: provider, time: {ge: {field: scheduled_end}}}}}
  - {id: rooms, clause: c, kind: no_overlap, booked: room.booked, released: room.released, resource: room,
     from: start, to: end}
  - {id: path, clause: c, kind: procedure, start: ticket.escalated, step: {event: ticket.escalated, field: level},
     steps: [L1, L2, L3, engineering], begin_at: L1, complete: false}
  - id: contacts
    clause: c
    kind: procedure
    start: {type: problem.attributed, where: {to: client}}
    end: {reached: problem.contact_reached, closed: problem.closed}
    step: {event: problem.step, field: step}
    steps: [technical_contact, scheduler, room,
            {name: connected_participants, when: {connected_participants: {ne: false}}}, other_sites, main_contact]
    asks: {result: {voicemail: [message_left, receptionist], pager_given: [message_left, receptionist, page],
                    paging_offered: [message_left, receptionist, page]}}
    complete: true
  - {id: fields, clause: c, kind: required_fields, record: invoice.issued, fields: [recipient],
     each: lines, each_fields: [conference_id, {name: project_code, when: {project_applies: true}}]}
  - {id: severity, clause: c, kind: classification, start: ticket.opened, value: severity,
     table: [{when: {outage: true}, value: SL4}, {when: {degraded: true}, value: SL2}, {value: SL1}]}
  - {id: uptime, clause: c, kind: availability, service: video, down: service.down, up: service.up, per: month,
     at_least: 99 %, exclude: [maintenance, force_majeure]}
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> sla.Agreement:
    file: Path = tmp_path_factory.mktemp("example") / "acme.yaml"
    file.write_text(EXAMPLE, encoding="utf-8")
    return sla.load(file)


def test_the_agreement_itself(example):
    assert example.id == "acme-support"
    assert example.title == {"en": "Acme support"}
    assert example.timezone == "Europe/Paris"
    assert example.version == "2026-01-01"
    assert list(example.clauses) == ["response", "duties", "c"]
    assert list(example.policies) == [
        "support.response", "support.resolution", "overrun", "rooms", "path", "contacts", "fields", "severity",
        "uptime",
    ]  # fmt: skip


def test_clauses(example):
    response, duties, plain = example.clauses.values()
    assert response.section == "4.2"
    assert response.summary["fr"] == "Première réponse dans le délai de la priorité."
    assert response.strength == "commitment"
    assert response.reading == "which choice was taken where the wording leaves one"
    assert (duties.status, duties.why) == ("descriptive", "nothing to measure")
    assert (plain.status, plain.strength, plain.summary) == ("evaluable", "commitment", {})


def test_events(example):
    priority = example.events["ticket.opened"].fields["priority"]
    assert (priority.kind, priority.values, priority.required) == ("text", ("P1", "P2", "P3"), True)
    assert example.events["ticket.opened"].fields["channel"].required is False
    assert example.events["maintenance.rescheduled"].fields["window_end"].not_before == "window_start"
    assert example.events["ticket.responded"].fields == {}


def test_calendars_and_windows(example):
    assert set(example.calendars) == {"always", "office"}
    assert example.calendars["office"].is_open("2026-03-02T08:00:00Z")
    assert not example.calendars["office"].is_open("2026-03-02T11:30:00Z")
    assert not example.calendars["office"].is_open("2026-05-15T08:00:00Z")
    assert not example.calendars["office"].is_open("2026-07-14T08:00:00Z")
    planned, declared = example.windows["maintenance"], example.windows["force_majeure"]
    assert isinstance(planned, PlannedWindow)
    assert (planned.start, planned.end, planned.scope) == ("window_start", "window_end", "service")
    assert isinstance(declared, DeclaredWindow)
    assert declared.to[0].type == "force_majeure.lifted"


def test_deadline(example):
    policy = example.policies["support.response"]
    assert isinstance(policy, Deadline)
    assert policy.match == ("subject",)
    assert policy.occurrence == "first"
    assert [selector.type for selector in (*policy.start, *policy.stop, *policy.cancel, *policy.resume)] == [
        "ticket.opened", "ticket.responded", "ticket.cancelled", "ticket.reopened",
    ]  # fmt: skip
    assert policy.applies.holds({"channel": "web"})
    assert not policy.applies.holds({"channel": "phone"})
    assert isinstance(policy.limit, Table)
    assert policy.limit.rows == {("P1",): 15 * MINUTE, ("P2",): HOUR, ("P3",): 8 * HOUR}
    assert isinstance(policy.calendar, CalendarTable)
    assert policy.calendar.table == {"P1": "always", "P2": "office", "P3": "office"}
    (pause,) = policy.pause
    assert isinstance(pause, PauseBetween)
    assert (pause.from_[0].type, pause.to[0].type) == ("ticket.on_hold", "ticket.resolved")
    assert policy.exclude == ("maintenance", "force_majeure")
    assert [point.share for point in policy.warn_at] == [Fraction(1, 2), Fraction(4, 5)]
    assert (policy.objective.measure, policy.objective.share, policy.objective.per) == (
        "at_least", Fraction(19, 20), "month",
    )  # fmt: skip
    (exemption,) = policy.exemptions
    assert (exemption.id, exemption.clause) == ("customer-unreachable", "duties")
    assert exemption.when.holds({"unreachable": True})
    assert policy.retargeted_by == {"priority"}


def test_deadline_with_one_limit_and_a_pause_by_state(example):
    policy = example.policies["support.resolution"]
    assert policy.limit == 8 * HOUR
    assert policy.calendar == "office"
    (pause,) = policy.pause
    assert isinstance(pause, PauseWhile)
    assert pause.while_.holds({"status": "pending"})
    assert not pause.while_.holds({"status": "open"})
    assert [point.offset for point in policy.warn_at] == [-15 * MINUTE, HOUR]
    assert policy.objective is None


def test_never(example):
    policy = example.policies["overrun"]
    assert isinstance(policy, Never)
    assert policy.for_each[0].type == "conference.started"
    assert policy.until[0].type == "conference.ended"
    (violation,) = policy.violated_by
    assert violation.where.holds({"by": "provider", "time": 5, "scheduled_end": 5})
    assert not violation.where.holds({"by": "provider", "time": 4, "scheduled_end": 5})
    assert not violation.where.holds({"by": "client", "time": 5, "scheduled_end": 5})


def test_no_overlap(example):
    policy = example.policies["rooms"]
    assert isinstance(policy, NoOverlap)
    assert (policy.resource, policy.from_, policy.to) == ("room", "start", "end")
    assert (policy.booked[0].type, policy.released[0].type) == ("room.booked", "room.released")


def test_procedure(example):
    path, contacts = example.policies["path"], example.policies["contacts"]
    assert isinstance(path, Procedure)
    assert [step.name for step in path.steps] == ["L1", "L2", "L3", "engineering"]
    assert (path.begin_at, path.complete, path.end) == ("L1", False, None)
    assert (path.step.event[0].type, path.step.field) == ("ticket.escalated", "level")
    assert contacts.complete
    assert contacts.end.reached[0].type == "problem.contact_reached"
    assert contacts.end.closed[0].type == "problem.closed"
    assert contacts.start[0].where.holds({"to": "client"})
    conditional = contacts.steps[3]
    assert conditional.name == "connected_participants"
    assert conditional.when.holds({})
    assert not conditional.when.holds({"connected_participants": False})
    assert contacts.asks["result"]["pager_given"] == ("message_left", "receptionist", "page")


def test_required_fields(example):
    policy = example.policies["fields"]
    assert isinstance(policy, RequiredFields)
    assert [field.name for field in policy.fields] == ["recipient"]
    assert policy.each == "lines"
    plain, conditional = policy.each_fields
    assert (plain.name, plain.when) == ("conference_id", None)
    assert conditional.when.holds({"project_applies": True})


def test_classification(example):
    policy = example.policies["severity"]
    assert isinstance(policy, Classification)
    assert policy.value == "severity"
    assert [row.value for row in policy.table] == ["SL4", "SL2", "SL1"]
    assert policy.table[2].when is None
    assert policy.facts == {"outage", "degraded"}


def test_availability(example):
    policy = example.policies["uptime"]
    assert isinstance(policy, Availability)
    assert (policy.service, policy.per, policy.at_least) == ("video", "month", Fraction(99, 100))
    assert policy.exclude == ("maintenance", "force_majeure")


def test_in_force_begins_at_midnight_of_its_time_zone(example):
    assert example.document.in_force.from_ == date(2026, 1, 1)
    first, to = example.in_force
    assert sla.Event(type="x", subject="s", time="2025-12-31T23:00:00Z").at == first
    assert to is None


def test_a_title_and_a_summary_may_be_plain_text_or_by_language():
    agreement = sla.load({"agreement": "a", "title": {"fr": "Titre"}, "clauses": [{"id": "c", "summary": "Text"}]})
    assert agreement.title == {"fr": "Titre"}
    assert agreement.clauses["c"].summary == {"en": "Text"}
