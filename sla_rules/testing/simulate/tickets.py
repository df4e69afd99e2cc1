"""Tickets: response (#5), resolution with its deferrals (#6), and the 30 minutes aimed at for SL4 (#7)."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sla_rules.instants import DAY, HOUR, MICROSECOND, MINUTE, SECOND, say_span
from sla_rules.testing.simulate.book import EDGES, Book, Subject

RESPONSE = {"SL1": 30 * MINUTE, "SL2": 30 * MINUTE, "SL3": 15 * MINUTE, "SL4": 10 * MINUTE}
RESOLUTION = {"SL1": 8 * HOUR, "SL2": 24 * HOUR, "SL3": 24 * HOUR, "SL4": 24 * HOUR}
TARGET = 30 * MINUTE

POLICIES = {
    "response": "support.response",
    "resolution": "support.resolution",
    "target": "support.resolution_sl4_target",
}

_SHARES = {"SL1": 36, "SL2": 33, "SL3": 22, "SL4": 9}
_USUAL_RESPONSE = {"SL1": 6 * MINUTE, "SL2": 6 * MINUTE, "SL3": 3 * MINUTE, "SL4": 2 * MINUTE}
_USUAL_RESOLUTION = {"SL1": 2 * HOUR, "SL2": 5 * HOUR, "SL3": 3 * HOUR, "SL4": 14 * MINUTE}
_FACTS = {"SL4": "provider_outage", "SL3": "key_feature_impaired", "SL2": "feature_degraded"}
_FIELDS = {"severity_changed": "severity", "deferred": "to", "escalated": "level"}


class Step(NamedTuple):
    """Something that happens to a ticket: how long after it was opened, what, and with which value."""

    after: int
    what: str
    value: str = ""


class Publications(NamedTuple):
    """When the releases and patches of the month come out."""

    releases: list[int]
    patches: list[int]

    def next(self, to: str, after: int) -> int | None:
        """The first one later than `after` that brings what a ticket was deferred to; a release brings the patches."""
        fitting = self.releases if to == "release" else self.releases + self.patches
        return min((at for at in fitting if at > after), default=None)


def add_tickets(book: Book, tickets: int) -> None:
    """Write down the planted tickets, and ordinary ones until there are so many."""
    publications = _publish(book)
    _plant_responses(book)
    _plant_resolutions(book)
    _plant_targets(book)
    _plant_deferrals(book, publications)
    _plant_reopened(book)
    _plant_clock_change(book)
    while book.made("ticket") < tickets:
        _ordinary(book, publications)


def _publish(book: Book) -> Publications:
    """Something comes out each Wednesday at nine in the evening: the second and the fourth time it is a release."""
    evenings = [book.at(day, 21) for day in book.days if day.weekday() == 2]
    publications = Publications(evenings[1:4:2], evenings[0:1] + evenings[2:3] + evenings[4:])
    for kind, instants in (("release", publications.releases), ("patch", publications.patches)):
        for at in instants:
            book.event(at, "release.published", book.subject("release"), kind=kind)
    return publications


def write_ticket(
    book: Book, severity: str | None, opened: int, *steps: Step, facts: Mapping[str, bool] | None = None
) -> Subject:
    """Write down a ticket; without `facts`, those that are recorded fit its severity."""
    ticket = book.subject("ticket")
    data: dict[str, object] = {} if severity is None else {"severity": severity}
    if facts is None:
        facts = _facts(book, severity)
    book.event(opened, "ticket.opened", ticket, **data, **facts)
    for after, what, value in steps:
        book.event(opened + after, f"ticket.{what}", ticket, **({_FIELDS[what]: value} if value else {}))
    return ticket


def _facts(book: Book, severity: str | None) -> dict[str, bool]:
    """What was recorded about the trouble, where anything was: always something that gives this severity."""
    if book.chance(40):
        return {}
    decisive = _FACTS.get(severity or "")
    facts: dict[str, bool] = {}
    for fact in _FACTS.values():
        facts[fact] = fact == decisive or (True in facts.values() and book.chance(50))
    return facts


# --- Ordinary tickets, all in time but for an SL4 now and then that takes longer than the 30 minutes aimed at.


def _ordinary(book: Book, publications: Publications) -> None:
    opened = book.arrival()
    severity = book.random.choices(list(_SHARES), list(_SHARES.values()))[0]
    if book.chance(4):
        _ordinary_cancelled(book, severity, opened)
    elif severity in ("SL1", "SL2") and book.chance(15):
        _ordinary_deferred(book, severity, opened, publications)
    else:
        _ordinary_resolved(book, severity, opened)


def _ordinary_cancelled(book: Book, severity: str, opened: int) -> None:
    response = book.quick(_USUAL_RESPONSE[severity], RESPONSE[severity])
    if book.chance(50):
        write_ticket(book, severity, opened, Step(response, "cancelled"))
    else:
        write_ticket(book, severity, opened, Step(response, "responded"), Step(response + 8 * MINUTE, "cancelled"))


def _ordinary_deferred(book: Book, severity: str, opened: int, publications: Publications) -> None:
    response = book.quick(_USUAL_RESPONSE[severity], RESPONSE[severity])
    deferred = response + book.quick(HOUR, 6 * HOUR)
    to = "release" if severity == "SL1" else book.random.choice(("release", "patch"))
    out = publications.next(to, opened + deferred)
    if out is None or out - opened < 12 * HOUR:
        _ordinary_resolved(book, severity, opened)
        return
    resolved = out - opened - book.random.randrange(MINUTE, 3 * HOUR)
    steps = Step(response, "responded"), Step(deferred, "deferred", to), Step(resolved, "resolved")
    write_ticket(book, severity, opened, *steps)


def _ordinary_resolved(book: Book, severity: str, opened: int) -> None:
    final = severity
    if book.chance(12):
        final = book.random.choice([other for other in _SHARES if other != severity])
    response = book.quick(_USUAL_RESPONSE[final], min(RESPONSE[severity], RESPONSE[final]))
    resolved = response + book.quick(_USUAL_RESOLUTION[final], RESOLUTION[final] - HOUR)
    steps = [Step(response, "responded"), Step(resolved, "resolved")]
    if final != severity:
        steps.append(Step(book.random.randrange(SECOND, resolved), "severity_changed", final))
    again = resolved + book.quick(10 * HOUR, 3 * DAY)
    reopens = book.chance(6) and opened + again < book.end
    second = book.quick(_USUAL_RESOLUTION[final], RESOLUTION[final])
    if reopens:
        steps += [Step(again, "reopened"), Step(again + second, "resolved")]
    ticket = write_ticket(book, severity, opened, *steps)
    for rung, level in enumerate(("L2", "L3", "engineering")[: book.random.choice((0, 0, 0, 0, 0, 0, 1, 1, 2, 3))], 1):
        book.event(opened + response + (resolved - response) * rung // 4, "ticket.escalated", ticket, level=level)
    if final == "SL4":
        _note_target(book, ticket, opened, resolved)
        if reopens:
            _note_target(book, ticket, opened + again, second)


def _note_target(book: Book, ticket: Subject, start: int, span: int) -> None:
    if span > TARGET:
        what = f"an SL4 resolved {say_span(span)} after its start, later than the 30 min aimed at"
        book.plant(POLICIES["target"], ticket, start, "breached", what)


# --- Planted tickets.


def _plant(
    book: Book,
    what: str,
    severity: str,
    *steps: Step,
    response: str | None = None,
    resolution: str | None = None,
    target: str | None = None,
    opened: int | None = None,
    start: int = 0,
) -> Subject:
    """Write down a ticket and what its obligations, begun `start` after it was opened, come to."""
    opened = book.arrival(3, 20) if opened is None else opened
    ticket = write_ticket(book, severity, opened, *steps)
    for name, outcome in (("response", response), ("resolution", resolution), ("target", target)):
        if outcome is not None:
            book.plant(POLICIES[name], ticket, opened + start, None if outcome == "none" else outcome, what)
    return ticket


def _plant_responses(book: Book) -> None:
    def plant(what: str, severity: str, outcome: str, *steps: Step) -> None:
        _plant(book, what, severity, *steps, response=outcome)

    for severity, limit in RESPONSE.items():
        for off, outcome, where in EDGES:
            steps = Step(limit + off, "responded"), Step(limit + 9 * MINUTE, "resolved")
            plant(f"answered {where} the {say_span(limit)} of {severity}", severity, outcome, *steps)
    late = 3 * HOUR
    plant("an SL2 answered after 3 h", "SL2", "breached", Step(late, "responded"), Step(late + HOUR, "resolved"))
    plant("an SL3 resolved after 2 h without ever an answer", "SL3", "breached", Step(2 * HOUR, "resolved"))
    late = 30 * MINUTE + MICROSECOND
    plant("an SL1 cancelled 1 µs after its 30 min without an answer", "SL1", "breached", Step(late, "cancelled"))
    plant("an SL1 cancelled exactly at its 30 min without an answer", "SL1", "void", Step(30 * MINUTE, "cancelled"))
    what = "an SL3 answered and cancelled at one instant, exactly at its 15 min"
    plant(what, "SL3", "met", Step(15 * MINUTE, "responded"), Step(15 * MINUTE, "cancelled"))

    def changed(what: str, severity: str, outcome: str, after: int, to: str, answered: int) -> None:
        steps = Step(after, "severity_changed", to), Step(answered, "responded"), Step(29 * MINUTE, "resolved")
        plant(what, severity, outcome, *steps)

    what = "an SL1 raised to SL4 after 5 min, answered 1 µs after the 10 min of SL4"
    changed(what, "SL1", "breached", 5 * MINUTE, "SL4", 10 * MINUTE + MICROSECOND)
    what = "an SL1 raised to SL4 after 5 min, answered exactly at the 10 min of SL4"
    changed(what, "SL1", "met", 5 * MINUTE, "SL4", 10 * MINUTE)
    what = "an SL2 raised to SL3 after 20 min, when the 15 min of SL3 are over, answered 1 min later"
    changed(what, "SL2", "breached", 20 * MINUTE, "SL3", 21 * MINUTE)
    what = "an SL1 raised to SL4 at the instant of its answer after 20 min"
    changed(what, "SL1", "breached", 20 * MINUTE, "SL4", 20 * MINUTE)
    what = "an SL4 lowered to SL1 after 12 min, answered exactly at the 30 min of SL1"
    lowered = Step(12 * MINUTE, "severity_changed", "SL1")
    plant(what, "SL4", "met", lowered, Step(30 * MINUTE, "responded"), Step(HOUR, "resolved"))
    what = "an SL1 answered after 25 min and raised to SL4 only after that"
    changed(what, "SL1", "met", 26 * MINUTE, "SL4", 25 * MINUTE)


def _plant_resolutions(book: Book) -> None:
    answered = Step(5 * MINUTE, "responded")

    def plant(what: str, severity: str, outcome: str, *steps: Step, target: str | None = None) -> None:
        _plant(book, what, severity, answered, *steps, resolution=outcome, target=target)

    for severity, limit in RESOLUTION.items():
        for off, outcome, where in EDGES:
            what = f"resolved {where} the {say_span(limit)} of {severity}"
            target = "breached" if severity == "SL4" else None
            plant(what, severity, outcome, Step(limit + off, "resolved"), target=target)
    plant("an SL1 resolved after 31 h", "SL1", "breached", Step(31 * HOUR, "resolved"))
    plant("an SL2 that is never resolved", "SL2", "breached")
    what = "an SL1 cancelled 1 µs after its 8 h"
    plant(what, "SL1", "breached", Step(8 * HOUR + MICROSECOND, "cancelled"))
    plant("an SL1 cancelled exactly at its 8 h", "SL1", "void", Step(8 * HOUR, "cancelled"))
    plant("an SL3 cancelled after 30 h", "SL3", "breached", Step(30 * HOUR, "cancelled"))

    to_first = Step(2 * HOUR, "severity_changed", "SL1")
    what = "an SL2 turned SL1 after 2 h, resolved 1 µs after the 8 h of SL1"
    plant(what, "SL2", "breached", to_first, Step(8 * HOUR + MICROSECOND, "resolved"))
    what = "an SL2 turned SL1 after 2 h, resolved exactly at the 8 h of SL1"
    plant(what, "SL2", "met", to_first, Step(8 * HOUR, "resolved"))
    what = "an SL1 turned SL2 after 9 h, resolved exactly at the 24 h of SL2"
    plant(what, "SL1", "met", Step(9 * HOUR, "severity_changed", "SL2"), Step(24 * HOUR, "resolved"))
    what = "an SL1 turned SL3 after 7 h, resolved 1 µs after the 24 h of SL3"
    steps = Step(7 * HOUR, "severity_changed", "SL3"), Step(24 * HOUR + MICROSECOND, "resolved")
    plant(what, "SL1", "breached", *steps)


def _plant_targets(book: Book) -> None:
    answered = Step(5 * MINUTE, "responded")

    def plant(
        what: str, severity: str, outcome: str, *steps: Step, resolution: str | None = None, start: int = 0
    ) -> None:
        _plant(book, what, severity, answered, *steps, resolution=resolution, target=outcome, start=start)

    late = TARGET + MICROSECOND
    for off, outcome, where in EDGES:
        plant(f"an SL4 resolved {where} its 30 min", "SL4", outcome, Step(TARGET + off, "resolved"))
    plant("an SL4 that is never resolved", "SL4", "breached", resolution="breached")
    plant("an SL4 cancelled 1 µs after its 30 min", "SL4", "breached", Step(late, "cancelled"), resolution="void")
    plant("an SL4 cancelled exactly at its 30 min", "SL4", "void", Step(TARGET, "cancelled"), resolution="void")
    what = "an SL3 raised to SL4 after 2 h, resolved after 3 h"
    steps = Step(2 * HOUR, "severity_changed", "SL4"), Step(3 * HOUR, "resolved")
    plant(what, "SL3", "breached", *steps, resolution="met")
    what = "an SL4 lowered to SL3 after 20 min and resolved after 5 h, which the 30 min do not concern"
    steps = Step(20 * MINUTE, "severity_changed", "SL3"), Step(5 * HOUR, "resolved")
    plant(what, "SL4", "none", *steps, resolution="met")
    for off, outcome, where in EDGES:
        again = 6 * HOUR
        what = f"an SL4 reopened, resolved {where} 30 min after that"
        second = Step(again, "reopened"), Step(again + TARGET + off, "resolved")
        plant(what, "SL4", outcome, Step(20 * MINUTE, "resolved"), *second, start=again)


def _plant_deferrals(book: Book, publications: Publications) -> None:
    release, last_release = publications.releases
    patch = publications.patches[1]
    answered = Step(5 * MINUTE, "responded")

    def plant(
        what: str, severity: str, outcome: str, opened: int, deferred: int, to: str, resolved: int | None, *more: Step
    ) -> None:
        steps = [answered, Step(deferred, "deferred", to), *more]
        if resolved is not None:
            steps.append(Step(resolved - opened, "resolved"))
        _plant(book, what, severity, *steps, resolution=outcome, opened=opened)

    def before() -> int:
        return release - 4 * DAY + book.random.randrange(HOUR)

    for off, outcome, where in EDGES:
        what = f"an SL1 deferred to a release, resolved {where} its publication"
        plant(what, "SL1", outcome, before(), 2 * HOUR, "release", release + off)
    what = "an SL2 deferred to a patch, resolved a day after the release that brought it and before the next patch"
    plant(what, "SL2", "breached", before(), HOUR, "patch", release + DAY)
    what = "an SL2 deferred to a release, resolved between a patch, which does not bring it, and the release"
    plant(what, "SL2", "met", release + DAY, HOUR, "release", patch + DAY)
    what = "an SL2 deferred to a patch, resolved exactly at its publication"
    plant(what, "SL2", "met", release + DAY, HOUR, "patch", patch)
    what = "an SL2 deferred to a patch, resolved 1 µs after its publication"
    plant(what, "SL2", "breached", release + DAY, HOUR, "patch", patch + MICROSECOND)
    what = "an SL1 deferred to a patch, which only an SL2 may be, resolved after 9 h"
    early = before()
    plant(what, "SL1", "breached", early, HOUR, "patch", early + 9 * HOUR)
    what = "an SL3 deferred to a release, which only an SL1 or SL2 may be, resolved after 25 h"
    early = before()
    plant(what, "SL3", "breached", early, HOUR, "release", early + 25 * HOUR)
    what = "an SL1 deferred exactly at its 8 h, resolved the day after, before the release"
    early = before()
    plant(what, "SL1", "met", early, 8 * HOUR, "release", early + DAY)
    what = "an SL1 deferred 1 µs after its 8 h, resolved the day after, before the release"
    early = before()
    plant(what, "SL1", "breached", early, 8 * HOUR + MICROSECOND, "release", early + DAY)
    soon = release - 2 * HOUR
    what = "an SL1 deferred to a release 2 h before it, resolved exactly at its 8 h: a deferral never shortens them"
    plant(what, "SL1", "met", soon, HOUR, "release", soon + 8 * HOUR)
    what = "an SL1 deferred to a release 2 h before it, resolved 1 µs after its 8 h"
    plant(what, "SL1", "breached", soon, HOUR, "release", soon + 8 * HOUR + MICROSECOND)
    what = "an SL1 deferred at the instant of a release, which therefore does not bring it, resolved days later"
    plant(what, "SL1", "met", soon, 2 * HOUR, "release", release + 3 * DAY)
    what = "an SL1 deferred to a release and raised to SL3 after that, resolved after 30 h"
    raised = Step(10 * HOUR, "severity_changed", "SL3")
    early = before()
    plant(what, "SL1", "breached", early, 2 * HOUR, "release", early + 30 * HOUR, raised)
    open_end = last_release + book.random.randrange(HOUR)
    what = "an SL1 deferred to a release that has not come out yet, still open"
    plant(what, "SL1", "pending", open_end, 2 * HOUR, "release", None)
    what = "an SL1 deferred to a release that has not come out yet, resolved after 2 days"
    plant(what, "SL1", "met", open_end, 2 * HOUR, "release", open_end + 2 * DAY)


def _plant_reopened(book: Book) -> None:
    answered, again = Step(5 * MINUTE, "responded"), 20 * HOUR

    def plant(what: str, outcome: str, *steps: Step, response: str | None = None) -> None:
        steps = answered, *steps
        _plant(book, what, "SL1", *steps, resolution=outcome, response=response, start=again)

    resolved, reopened = Step(7 * HOUR, "resolved"), Step(again, "reopened")
    for off, outcome, where in EDGES:
        what = f"an SL1 resolved in time, reopened, resolved {where} 8 h after that; no second answer is due"
        plant(what, outcome, resolved, reopened, Step(again + 8 * HOUR + off, "resolved"), response="none")
    cancelled = Step(HOUR, "cancelled")
    what = "an SL1 cancelled in time, reopened, resolved 9 h after that"
    plant(what, "breached", cancelled, reopened, Step(again + 9 * HOUR, "resolved"))
    what = "an SL1 reopened and cancelled 1 µs later than 8 h after that"
    plant(what, "breached", resolved, reopened, Step(again + 8 * HOUR + MICROSECOND, "cancelled"))
    what = "an SL1 deferred, resolved, reopened, and resolved 9 h after that: the deferral does not carry over"
    deferred = Step(HOUR, "deferred", "release")
    plant(what, "breached", deferred, resolved, reopened, Step(again + 9 * HOUR, "resolved"))


def _plant_clock_change(book: Book) -> None:
    day = book.clock_change
    if day is None:
        return
    night, noon = book.at(day, 1, 50), book.at(date.fromordinal(day.toordinal() - 1), 12)
    for off, outcome, where in EDGES:
        what = f"across the change of the clocks, an SL1 answered {where} 30 min of real time"
        steps = Step(30 * MINUTE + off, "responded"), Step(HOUR, "resolved")
        _plant(book, what, "SL1", *steps, response=outcome, opened=night)
        what = f"across the change of the clocks, an SL2 resolved {where} 24 h of real time"
        steps = Step(5 * MINUTE, "responded"), Step(24 * HOUR + off, "resolved")
        _plant(book, what, "SL2", *steps, resolution=outcome, opened=noon)
