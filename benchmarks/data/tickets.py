"""Tickets of a year: opened, answered, resolved, and three in ten with something beyond that."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.data.drawing import BEGIN, INSTANT, Bools, Cases, Chance, Ints, happened, words
from sla_rules.instants import DAY, HOUR, MINUTE

SCHEMA = {
    "subject": pl.String(),
    "time": INSTANT,
    "type": pl.String(),
    "severity": pl.String(),
    "to": pl.String(),
    "kind": pl.String(),
}
BEYOND = 0.3
"""The share of tickets with something beyond being opened, answered and resolved."""

_SEVERITIES = ("SL1", "SL2", "SL3", "SL4")
_SHARES = (36, 33, 22, 9)
_RESPONSE = np.array([6, 6, 3, 2]) * MINUTE
_RESOLUTION = np.array([120, 300, 180, 14]) * MINUTE


@dataclass(frozen=True)
class Tickets:
    """What has been drawn for some tickets; instants in microseconds since 1970 UTC, severities as numbers from 0."""

    cases: Cases
    severity: Ints
    responded: Ints
    resolved: Ints
    is_resolved: Bools
    changes: Bools
    reopens: Bools
    defers: Bools
    cancels: Bools


def drawn(chance: Chance, cases: Cases) -> Tickets:
    """Draw tickets; about one in a hundred is answered late, two in a hundred are resolved late, and as many never."""
    count = len(cases)
    severity = chance.numbers(_SHARES, count)
    beyond = chance.share(BEYOND, count)
    reopens, defers, cancels = (beyond & chance.share(share, count) for share in (0.4, 0.35, 0.13))
    defers &= severity < 2
    reopens &= ~cancels
    changes = beyond & (chance.share(0.65, count) | ~(reopens | defers | cancels))
    responded = cases.begins + chance.spans(_RESPONSE[severity], count)
    resolved = np.maximum(responded, cases.begins + chance.spans(_RESOLUTION[severity], count))
    resolved[defers] = responded[defers] + chance.spans(5 * DAY, int(defers.sum()))
    is_resolved = ~chance.share(0.02, count) & ~cancels
    return Tickets(cases, severity, responded, resolved, is_resolved, changes, reopens & is_resolved, defers, cancels)


def support(chance: Chance, tickets: Tickets, **facts: pl.Series) -> Iterator[pl.DataFrame]:
    """The events of tickets; `facts` are further fields of their opening."""
    cases, count = tickets.cases, len(tickets.cases)
    subjects, opened = cases.subjects, cases.begins
    lasting = tickets.resolved - opened
    yield happened("ticket.opened", subjects, opened, severity=words(_SEVERITIES, tickets.severity), **facts)
    yield happened("ticket.responded", subjects, tickets.responded, ~chance.share(0.01, count))
    yield happened("ticket.resolved", subjects, tickets.resolved, tickets.is_resolved)
    severity = tickets.severity
    for again, after in ((tickets.changes, 0.3), (tickets.changes & chance.share(0.5, count), 0.7)):
        severity = (severity + chance.between(1, 4, count)) % 4
        at = opened + (lasting * after).astype(np.int64)
        yield happened("ticket.severity_changed", subjects, at, again, severity=words(_SEVERITIES, severity))
    reopened = tickets.resolved + chance.spans(20 * HOUR, count)
    yield happened("ticket.reopened", subjects, reopened, tickets.reopens)
    once_more = reopened + chance.spans(_RESOLUTION[tickets.severity], count)
    yield happened("ticket.resolved", subjects, once_more, tickets.reopens & ~chance.share(0.03, count))
    to = np.where(tickets.severity == 0, 0, chance.between(0, 2, count))
    deferred = tickets.responded + chance.spans(HOUR, count)
    yield happened("ticket.deferred", subjects, deferred, tickets.defers, to=words(("release", "patch"), to))
    yield happened("ticket.cancelled", subjects, tickets.resolved, tickets.cancels)


def publications() -> Iterator[pl.DataFrame]:
    """A release or a patch each week, three patches to a release."""
    weeks = np.arange(52, dtype=np.int64)
    at = BEGIN + (weeks * 7 + 6) * DAY + 21 * HOUR
    kind = words(("release", "patch"), np.where(weeks % 4 == 3, 0, 1).astype(np.int64))
    subjects = pl.Series([f"R-{week}" for week in weeks])
    yield happened("release.published", subjects, at, kind=kind)
