"""Planted conferences: late starts, failures and restorations, overruns (#23), sites added (#18) and dropped (#19)."""

from collections.abc import Sequence
from datetime import date

from sla_rules.instants import HOUR, MICROSECOND, MINUTE
from sla_rules.testing.simulate.book import EDGES, Book
from sla_rules.testing.simulate.conferences import (
    BEFORE,
    FAILED,
    FEWEST,
    OURS,
    RESTORATION,
    Conferences,
    add_pending,
)

ADDED = "conference.site_added"
DROPPED = "conference.site_dropped"
OVERRUN = "conference.overrun"

EACH_SITE = 5 * MINUTE
BACK = 5 * MINUTE


def add_conferences(book: Book, number: int, *, kept: bool) -> None:
    """Write down the planted conferences, and ordinary ones until there are so many, and those of the month before."""
    conferences = Conferences(book)
    _plant_late(conferences, book.days)
    _plant_late_before(conferences, book.days_before)
    _plant_client_problems(conferences, book.days)
    _plant_failures(conferences, book.days)
    for days in (book.days_before, book.days):
        _plant_restorations(conferences, days)
        _plant_edges(conferences, days)
    _plant_slow(conferences, book.days)
    _plant_slow_before(conferences, book.days_before)
    _plant_overruns(conferences)
    _plant_added(conferences)
    _plant_dropped(conferences)
    add_pending(conferences)
    conferences.fill(book.days_before, BEFORE, kept=not kept)
    conferences.fill(book.days, max(number, FEWEST), kept=kept)


# --- Starts on time (#31).


def _plant_late(conferences: Conferences, days: Sequence[date]) -> None:
    def begins() -> int:
        return conferences.book.business(days[2:27])

    for off, _, where in EDGES:
        said = "exactly on time" if off == 0 else f"{where} its time"
        conferences.hold(conferences.schedule(begins()), off, what=f"started {said}")
    conferences.hold(conferences.schedule(begins()), None, what="never started")

    conference = conferences.schedule(begins())
    conferences.incident(conference, conference.begins - MINUTE, "delayed", 3 * MINUTE, cause="network")
    conferences.hold(conference, 20 * MINUTE, what="delayed by the network, which is not the client's problem")

    conference = conferences.schedule(begins())
    after = conference.begins + 10 * MINUTE + MICROSECOND
    conferences.incident(conference, after, "delayed", 3 * MINUTE, cause="client_sync")
    conferences.hold(conference, 10 * MINUTE, what="started late, with a problem of the client only 1 µs after that")

    first = begins()
    conference = conferences.schedule(first + 2 * HOUR, first=first)
    conferences.hold(conference, 0, what="moved two hours later, started exactly then")


def _plant_late_before(conferences: Conferences, days: Sequence[date]) -> None:
    def begins() -> int:
        return conferences.book.business(days[2:27])

    conferences.hold(conferences.schedule(begins()), MICROSECOND, what="started 1 µs late, in the month before")
    first = begins()
    conference = conferences.schedule(first - HOUR, first=first)
    conferences.hold(conference, 30 * MINUTE, what="moved an hour earlier, started half an hour after that")
    conference = conferences.schedule(begins())
    conferences.incident(conference, conference.begins - MINUTE, "delayed", 2 * MINUTE, cause="support")
    conferences.hold(conference, 3 * MINUTE, what="delayed by the provider's support")
    book = conferences.book
    conference = conferences.schedule(book.end - 4 * HOUR, first=book.start - MICROSECOND, made=book.start - 30 * HOUR)
    conferences.hold(conference, 0, what="moved from the month before to this one, started exactly then")


def _plant_client_problems(conferences: Conferences, days: Sequence[date]) -> None:
    for type, cause, before, late, what in (
        ("delayed", "client_sync", 2 * MINUTE, 20 * MINUTE, "delayed by the client, started 20 min late"),
        ("failed", "client_hardware", -15 * MINUTE, 15 * MINUTE, "failed by the client's hardware as it started late"),
        ("failed", "client_sync", MINUTE, None, "failed by the client and never started"),
        ("failed", "client_sync", -HOUR, None, "failed by the client an hour after its time, and never started"),
        ("delayed", "client_hardware", 5 * MINUTE, 0, "delayed by the client, and on time nevertheless"),
    ):
        conference = conferences.schedule(conferences.book.business(days[2:27]), lasts=2 * HOUR)
        conferences.incident(conference, conference.begins - before, type, 2 * MINUTE, cause=cause)
        conferences.hold(conference, late, exempt=True, what=what)


# --- Failures and their causes (#20, #21).


def _plant_failures(conferences: Conferences, days: Sequence[date]) -> None:
    book = conferences.book
    for off, outcome, what in (
        (-1, "met", "failed 1 µs before it was scheduled first, and not after that"),
        (0, "", "failed at the instant at which it was scheduled"),
    ):
        conference = conferences.schedule(book.business(days[6:27]))
        made = conference.scheduled or 0
        conferences.incident(conference, made + off, "failed", MINUTE, cause="network")
        conferences.hold(conference)
        if outcome:
            book.plant_counted(FAILED, conference.subject, made, outcome, what, conference.label)
    conference = conferences.schedule(book.business(days[6:27]))
    for after in (10, 30):
        conferences.incident(conference, conference.begins + after * MINUTE, "failed", MINUTE, cause="network")
    conferences.hold(conference)

    conference = conferences.schedule(book.business(days[6:27]))
    conferences.hold(conference)
    at = conference.begins + 10 * MINUTE
    conferences.incident(conference, at, "disconnected", MINUTE, by="provider", cause="support")
    what = "disconnected through the provider's support, which is no failure"
    book.plant_counted(FAILED, conference.subject, conference.scheduled or 0, "met", what, conference.label)
    book.plant_counted(OURS["support"], conference.subject, at, None, what, conference.label)
    for policy in OURS.values():
        conference = conferences.schedule(book.business(days[6:27]))
        conferences.hold(conference)
        at = conference.begins + 10 * MINUTE
        conferences.incident(conference, at, "failed", MINUTE, cause="network")
        what = "failed through the network, which is not the provider's own"
        book.plant_counted(policy, conference.subject, at, "met", what, conference.label)


def _plant_edges(conferences: Conferences, days: Sequence[date]) -> None:
    """Failures in the first and the last instant of a month, each of a cause of ours."""
    book = conferences.book
    start, end = book.at(days[0]), book.at(date.fromordinal(days[-1].toordinal() + 1))
    for cause, at in (("reservation", start), ("support", end - MICROSECOND)):
        conference = conferences.unscheduled(at - 10 * MINUTE)
        conferences.incident(conference, at, "failed", 2 * MINUTE, cause=cause)


# --- Restorations in less than 5 min (#22).


def _plant_restorations(conferences: Conferences, days: Sequence[date]) -> None:
    book = conferences.book
    last = RESTORATION - MICROSECOND
    for type, data in (
        ("failed", {"cause": "network"}),
        ("disconnected", {"by": "client"}),
        ("delayed", {"cause": "network"}),
    ):
        conference = conferences.schedule(book.business(days[2:27]))
        conferences.hold(conference)
        at = conference.begins + 10 * MINUTE
        what = f"{type} and restored 1 µs inside 5 min"
        conferences.incident(conference, at, type, last, what=what, **data)
    conference = conferences.schedule(book.business(days[2:27]))
    at = conference.begins + 10 * MINUTE
    conferences.hold(conference, ended=at + last)
    what = "disconnected, and ended 1 µs inside 5 min"
    conferences.incident(conference, at, "disconnected", what=what, counts="void", by="client")
    conference = conferences.schedule(book.business(days[2:27]))
    at = conference.begins + 10 * MINUTE
    conferences.hold(conference)
    what = "delayed, and disconnected before it is restored, 1 µs inside 5 min"
    conferences.incident(conference, at, "delayed", last, what=what, cause="network")
    what = "disconnected while a delay is not over, which is no incident of its own"
    conferences.incident(conference, at + MINUTE, "disconnected", what=what, counts="open", by="client")


def _plant_slow(conferences: Conferences, days: Sequence[date]) -> None:
    for restored, what in (
        (RESTORATION, "disconnected and restored exactly at 5 min, which is not less"),
        (50 * MINUTE, "disconnected and restored after 50 min"),
        (None, "disconnected and never restored, ended long after"),
    ):
        conference = conferences.schedule(conferences.book.business(days[2:27]), lasts=2 * HOUR)
        conferences.hold(conference)
        at = conference.begins + 20 * MINUTE
        conferences.incident(conference, at, "disconnected", restored, what=what, by="client")


def _plant_slow_before(conferences: Conferences, days: Sequence[date]) -> None:
    conference = conferences.schedule(conferences.book.business(days[2:27]))
    conferences.hold(conference)
    late = RESTORATION + MICROSECOND
    at = conference.begins + 20 * MINUTE
    conferences.incident(conference, at, "delayed", late, what="delayed and restored 1 µs after 5 min", cause="network")
    conference = conferences.schedule(conferences.book.business(days[2:27]))
    at = conference.begins + 20 * MINUTE
    conferences.hold(conference, ended=at + RESTORATION)
    what = "disconnected, and ended exactly at 5 min, which is too late"
    conferences.incident(conference, at, "disconnected", what=what, by="client")


# --- Overruns (#23).


def _plant_overruns(conferences: Conferences) -> None:
    """Conferences disconnected so long after their scheduled end, and ended so long after it."""
    us = MICROSECOND
    for what, outcome, cut, ended, by in (
        ("exactly at its scheduled end", "breached", 0, 20 * MINUTE, "provider"),
        ("1 µs before its scheduled end", "met", -us, 20 * MINUTE, "provider"),
        ("1 µs after its scheduled end", "breached", us, 20 * MINUTE, "provider"),
        ("15 min after its scheduled end", "breached", 15 * MINUTE, 40 * MINUTE, "provider"),
        ("at the instant at which it ended, after its scheduled end", "breached", 9 * MINUTE, 9 * MINUTE, "provider"),
        ("1 µs after it had ended", "met", 9 * MINUTE + us, 9 * MINUTE, "provider"),
        ("15 min after its scheduled end", "met", 15 * MINUTE, 40 * MINUTE, "client"),
    ):
        conference = conferences.schedule(conferences.book.business(conferences.book.days[2:27]))
        started = conferences.hold(conference, ended=conference.ends + ended)
        what = f"disconnected by the {by} {what}"
        at = conference.ends + cut
        if cut == ended:
            ends = "disconnected at the instant of its end"
            conferences.incident(conference, at, "disconnected", what=ends, counts="void", by=by)
        else:
            conferences.incident(conference, at, "disconnected", 2 * MINUTE, by=by)
        conferences.book.plant(OVERRUN, conference.subject, started, outcome, what)
    for off, outcome, where in ((-us, "met", "1 µs before"), (0, "breached", "exactly at")):
        conference = conferences.schedule(conferences.book.business(conferences.book.days[2:27]))
        later = conference.ends + HOUR
        started = conferences.hold(conference, ended=later + 10 * MINUTE)
        conferences.plan(conference.begins + 30 * MINUTE, conference.subject, conference.begins, later)
        conferences.incident(conference, later + off, "disconnected", MINUTE, by="provider")
        what = f"prolonged by an hour while running, disconnected by the provider {where} the new end"
        conferences.book.plant(OVERRUN, conference.subject, started, outcome, what)


# --- Sites that join a running conference (#18).


def _plant_site(
    conferences: Conferences,
    policy: str,
    what: str,
    outcome: str,
    start: tuple[str, dict[str, object]],
    *steps: tuple[str, int, dict[str, object]],
    ended: int | None = None,
) -> None:
    """Begin something 10 min into a conference, and let steps, and perhaps its end, follow so long after."""
    book = conferences.book
    conference = conferences.schedule(book.business(book.days[2:27]), lasts=3 * HOUR)
    at = conference.begins + 10 * MINUTE
    conferences.hold(conference, ended=None if ended is None else at + ended)
    book.event(at, f"conference.{start[0]}", conference.subject, **start[1])
    for name, after, data in steps:
        book.event(at + after, f"conference.{name}", conference.subject, **data)
    book.plant(policy, conference.subject, at, outcome, what)


def _plant_added(conferences: Conferences) -> None:
    def plant(what: str, outcome: str, sites: int, *added: tuple[str, int], ended: int | None = None) -> None:
        start: tuple[str, dict[str, object]] = "site_add_requested", {"request": "R7", "sites": sites}
        steps = [("site_added", after, dict[str, object](request=request)) for request, after in added]
        _plant_site(conferences, ADDED, what, outcome, start, *steps, ended=ended)

    for sites in (1, 4):
        for off, outcome, where in EDGES:
            plant(f"{sites} sites joined {where} {5 * sites} min", outcome, sites, ("R7", sites * EACH_SITE + off))
    plant("2 sites never joined", "breached", 2)
    plant("1 site, where only those of another request joined", "breached", 1, ("R8", MINUTE))
    plant("2 sites, the conference ended exactly at 10 min", "void", 2, ended=10 * MINUTE)
    plant("2 sites, the conference ended 1 µs after 10 min", "breached", 2, ended=10 * MINUTE + MICROSECOND)


# --- Sites that drop out (#19).


def _plant_dropped(conferences: Conferences) -> None:
    back, audio = "site_reconnected", "audio_linked"

    def plant(
        what: str, outcome: str, cause: str | None, *steps: tuple[str, int], site: str = "S3", ended: int | None = None
    ) -> None:
        data: dict[str, object] = {"site": "S3"} if cause is None else {"site": "S3", "cause": cause}
        follow = [(name, after, dict[str, object](site=site)) for name, after in steps]
        _plant_site(conferences, DROPPED, what, outcome, ("site_dropped", data), *follow, ended=ended)

    for cause in ("hardware", "network", "other", None):
        named = cause or "not named"
        for off, outcome, where in EDGES:
            plant(f"cause {named}, reconnected {where} 5 min", outcome, cause, (back, BACK + off))
            linked = audio, BACK + off
            if cause in ("hardware", "network"):
                plant(f"cause {named}, an audio link {where} 5 min", outcome, cause, linked)
        if cause not in ("hardware", "network"):
            what = f"cause {named}, an audio link after 2 min, reconnected after 7 min"
            plant(what, "breached", cause, (audio, 2 * MINUTE), (back, 7 * MINUTE))
    what = "cause network, an audio link exactly at 5 min, reconnected 1 µs later"
    plant(what, "met", "network", (audio, BACK), (back, BACK + MICROSECOND))
    plant("never reconnected", "breached", "other")
    plant("another site of the conference reconnected", "breached", "other", (back, MINUTE), site="S4")
    plant("the conference ended exactly at 5 min", "void", "other", ended=BACK)
    plant("the conference ended 1 µs after 5 min", "breached", "other", ended=BACK + MICROSECOND)
