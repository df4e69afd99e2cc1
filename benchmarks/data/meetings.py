"""The meetings of a year: reservations, rooms, ad hoc requests, and conferences with what goes wrong in them."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.data.drawing import BEGIN, Cases, Chance, Ints, happened, instants, quarters, words
from sla_rules.instants import DAY, HOUR, MINUTE

_CAUSES: dict[str | None, float] = {
    "client_sync": 69,
    "network": 26,
    "client_hardware": 3,
    "reservation": 1,
    "support": 1,
}
_SLOTS_A_DAY = 3


def reservations(chance: Chance, cases: Cases) -> Iterator[pl.DataFrame]:
    """Reservations from today to a month ahead, one in four a further meeting of a series."""
    count = len(cases)
    ahead = np.array([0, 1, 4, 20])[chance.numbers((10, 20, 40, 30), count)] * DAY
    start = quarters(cases.begins + ahead + chance.between(HOUR, 3 * HOUR, count))
    further = chance.share(0.25, count)
    meeting = np.where(further, chance.between(2, 9, count), 1)
    median = np.where(ahead <= DAY, 10 * MINUTE, np.where(ahead <= 5 * DAY, 50 * MINUTE, 90 * MINUTE))
    confirmed = cases.begins + chance.spans(np.where(further, 9 * HOUR, median), count)
    cancelled = cases.every(25, 9)
    said = pl.Series(further | chance.share(0.5, count))
    occurrence = pl.select(pl.when(said).then(pl.Series(meeting))).to_series()
    fields = {"meeting_start": instants(start), "occurrence": occurrence}
    yield happened("reservation.requested", cases.subjects, cases.begins, **fields)
    yield happened("reservation.confirmed", cases.subjects, confirmed, ~cancelled & ~chance.share(0.004, count))
    yield happened("reservation.cancelled", cases.subjects, confirmed, cancelled)


def bookings(chance: Chance, cases: Cases, of: int) -> Iterator[pl.DataFrame]:
    """Bookings of rooms, three a day and room, back to back or apart; a few run into the one after.

    Args:
        chance: what is drawn from.
        cases: the bookings.
        of: how many bookings the year has.
    """
    rooms = max(of // (360 * _SLOTS_A_DAY), 1)
    slot = cases.numbers // rooms
    start = BEGIN + (slot // _SLOTS_A_DAY + 2) * DAY + (8 + 3 * (slot % _SLOTS_A_DAY)) * HOUR
    hours = np.where(cases.every(300, 8), 4, chance.between(1, 4, len(cases)))
    booked = start - chance.between(HOUR, 2 * DAY, len(cases))
    fields = {
        "room": words([f"room {number}" for number in range(rooms)], cases.numbers % rooms),
        "start": instants(start),
        "end": instants(start + hours * HOUR),
    }
    yield happened("room.booked", cases.subjects, booked, **fields)
    released = booked + chance.spans(3 * HOUR, len(cases))
    yield happened("room.released", cases.subjects, released, cases.every(16, 3))


def adhoc(chance: Chance, cases: Cases) -> Iterator[pl.DataFrame]:
    """Ad hoc requests of two to eight sites, now and then with uncertified ones; hardly any is refused."""
    count = len(cases)
    sites = chance.between(2, 9, count)
    channel = chance.pick({"desk": 50, "inview_ip": 25, None: 25}, count)
    on_the_fly = (channel == "inview_ip").fill_null(value=False).to_numpy()
    median = np.where(on_the_fly, 4 * MINUTE, sites * 80_000_000)
    uncertified = _one_less(chance.numbers((60, 30, 10), count))
    refused = cases.every(600, 100)
    fields = {"sites": pl.Series(sites), "channel": channel, "uncertified_sites": uncertified}
    yield happened("adhoc.requested", cases.subjects, cases.begins, **fields)
    yield happened("adhoc.connected", cases.subjects, cases.begins + chance.spans(median, count, 0.5), ~refused)
    yield happened("adhoc.refused", cases.subjects, cases.begins + chance.spans(MINUTE, count), refused)


def _one_less(numbers: Ints) -> pl.Series:
    """None for 0, else one less than the number."""
    return pl.select(pl.when(pl.Series(numbers) > 0).then(pl.Series(numbers) - 1)).to_series()


def conferences(chance: Chance, cases: Cases) -> Iterator[pl.DataFrame]:
    """Conferences, some moved: nearly all start in time, one in ten has an incident, one in five a change of sites."""
    count, subjects = len(cases), cases.subjects
    begins = quarters(cases.begins)
    ends = begins + np.array([HOUR, 90 * MINUTE, 2 * HOUR])[chance.between(0, 3, count)]
    made = begins - chance.between(26 * HOUR, 60 * HOUR, count)
    moved = cases.every(20, 2)
    for at, who, off in ((made, ~moved, 0), (made, moved, -HOUR), (made + HOUR, moved, 0)):
        plan = {"scheduled_start": instants(begins + off), "scheduled_end": instants(ends + off)}
        yield happened("conference.scheduled", subjects, at, who, **plan)
    late = np.where(chance.share(0.007, count), chance.between(MINUTE, 20 * MINUTE, count), 0)
    started = begins + np.where(late > 0, late, -chance.between(0, 5 * MINUTE, count))
    ended = ends + chance.between(-5 * MINUTE, 15 * MINUTE, count)
    yield happened("conference.started", subjects, started)
    yield happened("conference.ended", subjects, ended)
    yield from _incidents(chance, cases, begins, ends)
    yield from _sites(chance, cases, begins)


def _incidents(chance: Chance, cases: Cases, begins: Ints, ends: Ints) -> Iterator[pl.DataFrame]:
    count, subjects = len(cases), cases.subjects
    kind = cases.numbers % 100
    failed, delayed, disconnected = kind < 2, (kind >= 2) & (kind < 5), (kind >= 5) & (kind < 9)
    early, cut_off = cases.every(200, 50), cases.every(400, 60)
    at = begins + 10 * MINUTE + chance.between(0, 20 * MINUTE, count)
    yield happened("conference.failed", subjects, at, failed, cause=chance.pick(_CAUSES, count))
    yield happened("conference.delayed", subjects, at, delayed, cause="network")
    by = chance.pick({"client": 60, "provider": 40}, count)
    yield happened("conference.disconnected", subjects, at, disconnected, by=by, cause="network")
    yield happened("conference.delayed", subjects, begins - 20 * MINUTE, early, cause="client_sync", by="client")
    yield happened("conference.disconnected", subjects, ends, cut_off, by="provider")
    restored = np.where(early, begins - 20 * MINUTE, np.where(cut_off, ends, at)) + chance.spans(MINUTE, count, 0.6)
    yield happened("conference.restored", subjects, restored, failed | delayed | disconnected | early | cut_off)


def _sites(chance: Chance, cases: Cases, begins: Ints) -> Iterator[pl.DataFrame]:
    count, subjects = len(cases), cases.subjects
    joins, drops, by_audio = cases.every(10, 1), cases.every(10, 6), cases.every(100, 6)
    sites, asked = chance.between(1, 4, count), begins + 5 * MINUTE
    added = asked + sites * chance.spans(MINUTE, count)
    yield happened("conference.site_add_requested", subjects, asked, joins, request="R1", sites=sites)
    yield happened("conference.site_added", subjects, added, joins, request="R1")
    dropped = begins + 22 * MINUTE
    back = dropped + chance.spans(MINUTE, count)
    cause = chance.pick({"hardware": 1, "network": 1, "other": 1}, count)
    yield happened("conference.site_dropped", subjects, dropped, drops, site="S2", cause=cause)
    yield happened("conference.site_reconnected", subjects, back, drops & ~by_audio, site="S2")
    yield happened("conference.audio_linked", subjects, back, by_audio, site="S2")
