"""The mixed year: events of every type that InterCall declares, as many as asked for, chunk by chunk."""

from collections.abc import Callable, Iterator

import polars as pl

from benchmarks.data import accounts, desk, meetings, tickets
from benchmarks.data.drawing import BEGIN, END, INSTANT, Cases, Chance, together

_TEXT, _NUMBER, _TRUTH = pl.String(), pl.Int64(), pl.Boolean()
SCHEMA: dict[str, pl.DataType] = {
    "subject": _TEXT,
    "time": INSTANT,
    "type": _TEXT,
    **dict.fromkeys(("severity", "to", "level", "kind", "service", "channel", "cause", "by", "request", "site"), _TEXT),
    **dict.fromkeys(("provider_outage", "key_feature_impaired", "feature_degraded"), _TRUTH),
    **dict.fromkeys(("window_start", "window_end", "meeting_start", "start", "end"), INSTANT),
    **dict.fromkeys(("scheduled_start", "scheduled_end"), INSTANT),
    **dict.fromkeys(("occurrence", "sites", "uncertified_sites"), _NUMBER),
    **dict.fromkeys(("initial", "connected_participants"), _TRUTH),
    **dict.fromkeys(("room", "customer", "step", "result", "month", "recipient"), _TEXT),
    "lines": pl.List(accounts.LINE),
}


def _tickets(chance: Chance, cases: Cases, _of: int) -> Iterator[pl.DataFrame]:
    drawn = tickets.drawn(chance, cases)
    yield from tickets.support(chance, drawn, **desk.facts(chance, drawn))
    yield from desk.escalations(chance, drawn)


def _alone(family: Callable[[Chance, Cases], Iterator[pl.DataFrame]]) -> "Family":
    """A family that need not know how many cases the year has."""
    return lambda chance, cases, _of: family(chance, cases)


Family = Callable[[Chance, Cases, int], Iterator[pl.DataFrame]]
FAMILIES: dict[str, tuple[Family, int]] = {
    "T-": (_tickets, 400),
    "CALL-": (_alone(desk.calls), 1500),
    "MAIL-": (_alone(desk.emails), 250),
    "RES-": (_alone(meetings.reservations), 560),
    "BOOK-": (meetings.bookings, 300),
    "ADHOC-": (_alone(meetings.adhoc), 150),
    "CONF-": (_alone(meetings.conferences), 500),
    "SITE-": (_alone(accounts.sites), 150),
    "PROB-": (_alone(accounts.problems), 100),
    "INV-": (accounts.bills, 60),
}
"""Each family by the prefix of its subjects, and how many cases it has beside those of the others.

The proportions are those of the simulated month of `sla_rules.testing.simulate`.
"""
EVENTS_OF_THESE = 10_190
"""How many events come of so many cases of each."""
_GLOBAL_EVENTS = 314


def cases_of(prefix: str, events: int) -> int:
    """How many cases a family has in a year of about so many events."""
    return max((events - _GLOBAL_EVENTS) * FAMILIES[prefix][1] // EVENTS_OF_THESE, 1)


def chunks(events: int, seed: int, size: int) -> Iterator[pl.DataFrame]:
    """A year of about `events` events in frames of about `size`, the year's stretches one after the other."""
    parts = max(round(events / size), 1)
    few = together([*desk.services(Chance(seed, 1)), *desk.windows(Chance(seed, 2)), *tickets.publications()], SCHEMA)
    for part in range(parts):
        begins, ends = (BEGIN + (END - BEGIN) * edge // parts for edge in (part, part + 1))
        at = pl.col("time").cast(pl.Int64)
        frames = [few.filter((at >= begins) & (at < ends))]
        for number, (prefix, (family, _)) in enumerate(FAMILIES.items()):
            of = cases_of(prefix, events)
            chance = Chance(seed, 3 + number, part)
            cases = Cases(chance, prefix, of * part // parts, of * (part + 1) // parts, of)
            frames += family(chance, cases, of)
        yield together(frames, SCHEMA).sort("time", "subject", "type")
