"""The help desk and the services of a year: calls, e-mails, escalations, outages, and time that does not count."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.data.drawing import BEGIN, Cases, Chance, Ints, happened, instants, words
from benchmarks.data.tickets import Tickets
from sla_rules.instants import DAY, HOUR, MINUTE, SECOND

_SERVICES = ("video", "reservations")


def facts(chance: Chance, tickets: Tickets) -> dict[str, pl.Series]:
    """What is recorded about seven in ten tickets at their opening, which gives their severity but for a few."""
    count = len(tickets.cases)
    recorded = chance.share(0.7, count)
    severity = np.where(chance.share(0.005, count), 3, tickets.severity)
    return {
        name: pl.select(pl.when(pl.Series(recorded)).then(pl.Series(severity == meaning))).to_series()
        for name, meaning in (("provider_outage", 3), ("key_feature_impaired", 2), ("feature_degraded", 1))
    }


def escalations(chance: Chance, tickets: Tickets) -> Iterator[pl.DataFrame]:
    """One ticket in four climbs, level by level; a few skip one."""
    cases, count = tickets.cases, len(tickets.cases)
    lasting = tickets.resolved - tickets.responded
    climbs, skips = chance.share(0.25, count), cases.every(250, 3)
    for rung, level in enumerate(("L2", "L3", "engineering"), 1):
        at = tickets.responded + lasting * rung // 4
        who = climbs & ~skips if level == "L2" else climbs | skips if level == "L3" else climbs
        yield happened("ticket.escalated", cases.subjects, at, who, level=level)
        climbs &= chance.share(0.4, count)


def calls(chance: Chance, cases: Cases) -> Iterator[pl.DataFrame]:
    """Calls: nine in ten are answered in 60 s, one in twenty-five is given up."""
    count = len(cases)
    wait = np.where(chance.share(0.07, count), chance.spans(2 * MINUTE, count), chance.spans(15 * SECOND, count))
    given_up = cases.every(25, 7)
    unanswered = cases.every(500, 11) | given_up
    yield happened("phone.offered", cases.subjects, cases.begins)
    yield happened("phone.answered", cases.subjects, cases.begins + wait, ~unanswered)
    yield happened("phone.abandoned", cases.subjects, cases.begins + chance.spans(40 * SECOND, count), given_up)


def emails(chance: Chance, cases: Cases) -> Iterator[pl.DataFrame]:
    """Conversations by e-mail: one in eight has a second e-mail."""
    count = len(cases)
    received, who = cases.begins, np.ones(count, dtype=np.bool_)
    for _ in range(2):
        answered = received + chance.spans(150 * MINUTE, count)
        yield happened("email.received", cases.subjects, received, who)
        yield happened("email.answered", cases.subjects, answered, who & ~chance.share(0.003, count))
        received, who = answered + chance.spans(4 * HOUR, count), cases.every(8, 5)


def services(chance: Chance) -> Iterator[pl.DataFrame]:
    """The outages of the year, forty a service, and one long one; closings of the help desk."""
    for service in _SERVICES:
        days = np.arange(40, dtype=np.int64) * 9 + 3
        down = BEGIN + days * DAY + chance.hours(40)
        lasting = chance.spans(20 * MINUTE, 40)
        lasting[17] = 11 * HOUR
        subjects = pl.Series([service] * 40)
        yield happened("service.monitored", subjects.head(1), np.array([BEGIN]))
        yield happened("service.down", subjects, down)
        yield happened("service.up", subjects, down + lasting)
    desk = pl.Series(["desk"] * 4)
    closed = BEGIN + np.arange(1, 5, dtype=np.int64) * 80 * DAY
    yield happened("helpdesk.closed", desk, closed)
    yield happened("helpdesk.reopened", desk, closed + 2 * HOUR)


def windows(chance: Chance) -> Iterator[pl.DataFrame]:
    """Sixty maintenances, some moved or cancelled, and six cases of force majeure."""
    numbers = np.arange(60, dtype=np.int64)
    subjects = pl.Series([f"M-{number}" for number in numbers])
    night = BEGIN + (numbers * 6 + 5) * DAY + 3 * HOUR
    scheduled = night - 4 * DAY - chance.between(0, 12 * HOUR, 60)
    moved, cancelled = numbers % 7 == 2, numbers % 20 == 4
    service = words(_SERVICES, numbers % 2)

    def planned(start: Ints) -> dict[str, pl.Series]:
        return {
            "service": service,
            "window_start": instants(start),
            "window_end": instants(start + (1 + numbers % 3) * HOUR),
        }

    yield happened("maintenance.scheduled", subjects, scheduled, **planned(night))
    yield happened("maintenance.rescheduled", subjects, scheduled + DAY, moved, **planned(night + DAY))
    yield happened("maintenance.notice_sent", subjects, scheduled + DAY + HOUR, moved & (numbers != 2))
    yield happened("maintenance.cancelled", subjects, scheduled + 2 * DAY, cancelled)
    cases = pl.Series([f"FM-{number}" for number in range(6)])
    declared = BEGIN + (np.arange(6, dtype=np.int64) * 58 + 20) * DAY + 10 * HOUR
    concerned = pl.Series([None, "video", "reservations"] * 2, dtype=pl.String)
    yield happened("force_majeure.declared", cases, declared, service=concerned)
    yield happened("force_majeure.lifted", cases, declared + chance.spans(5 * HOUR, 6), service=concerned)
