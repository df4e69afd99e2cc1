"""Conferences: the shares that fail (#20), by cause (#21), are restored (#22) and start on time (#31).

Whatever is written down here is counted, month by month; the shares are whole numbers held against whole numbers. The
month and the one before it are then filled so that one just keeps each share and the other just misses it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sla_rules.instants import HOUR, MICROSECOND, MINUTE, moment, say_span
from sla_rules.testing.simulate.book import Book, Subject

FAILED = "conference.failed_share"
RESTORED = "conference.restored"
ON_TIME = "conference.on_time"
OURS = {"reservation": "conference.cause_reservation", "support": "conference.cause_support"}
RESTORATION = 5 * MINUTE

FEWEST = 420
"""With fewer conferences a month, the planted late ones alone would break its 99 %."""
BEFORE = 320
"""How many conferences the month before has."""

_CAUSES = {"client_sync": 69, "network": 27, "client_hardware": 4}


@dataclass(frozen=True)
class Conference:
    """A conference: when it was scheduled first, if it was, its time, and the month that it counts in."""

    subject: Subject
    scheduled: int | None
    begins: int
    ends: int
    label: str


@dataclass
class Tally:
    """What happened in a month.

    Attributes:
        scheduled: conferences scheduled for it.
        failed: those of them that failed.
        exempt: those of them with a problem of the client before their start.
        late: the others that started late or never.
        failures: failures in it, of whichever conference.
        ours: those of them through the provider's reservations or support.
        incidents: failures, disconnections and delays that count, in it.
        slow: those of them not restored in less than 5 min.
    """

    scheduled: int = 0
    failed: int = 0
    exempt: int = 0
    late: int = 0
    failures: int = 0
    ours: Counter[str] = field(default_factory=Counter)
    incidents: int = 0
    slow: int = 0


class Conferences:
    """Writes conferences down and counts them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._tallies: dict[str, Tally] = {}
        self._failed: set[Subject] = set()

    def tally(self, label: str) -> Tally:
        """What happened in a month so far."""
        return self._tallies.setdefault(label, Tally())

    def schedule(
        self, begins: int, *, lasts: int = HOUR, made: int | None = None, first: int | None = None
    ) -> Conference:
        """Schedule a conference; one that was to begin at `first` has been moved an hour later."""
        book = self.book
        conference = book.subject("conference")
        made = begins - book.random.randrange(26 * HOUR, 60 * HOUR) if made is None else made
        plans = [begins] if first is None else [first, begins]
        for number, start in enumerate(plans):
            self.plan(made + number * HOUR, conference, start, start + lasts)
        label = book.label_of(begins)
        self.tally(label).scheduled += 1
        return Conference(conference, made, begins, begins + lasts, label)

    def plan(self, at: int, conference: Subject, begins: int, ends: int) -> None:
        """Write down a schedule, which replaces an earlier one."""
        says = [moment(instant).isoformat().replace("+00:00", "Z") for instant in (begins, ends)]
        self.book.event(at, "conference.scheduled", conference, scheduled_start=says[0], scheduled_end=says[1])

    def unscheduled(self, begins: int, *, lasts: int = HOUR) -> Conference:
        """Begin a conference that nobody scheduled, and end it in time."""
        conference = self.book.subject("conference")
        self.book.event(begins, "conference.started", conference)
        self.book.event(begins + lasts, "conference.ended", conference)
        return Conference(conference, None, begins, begins + lasts, self.book.label_of(begins))

    def hold(
        self,
        conference: Conference,
        late: int | None = 0,
        *,
        ended: int | None = None,
        exempt: bool = False,
        what: str | None = None,
    ) -> int:
        """Start a scheduled conference so much later than scheduled, or never, and end it; returns its start."""
        if late is not None:
            self.book.event(conference.begins + late, "conference.started", conference.subject)
            ended = conference.ends if ended is None else ended
            self.book.event(ended, "conference.ended", conference.subject)
        missed = late is None or late > 0
        tally = self.tally(conference.label)
        tally.exempt += exempt
        tally.late += missed and not exempt
        if what is not None or (missed and not exempt):
            after = "never" if late is None else f"{say_span(late)} late"
            outcome = "exempt" if exempt else "breached" if missed else "met"
            self._plant(ON_TIME, conference, outcome, what or f"a conference started {after}")
        return conference.begins + (late or 0)

    def incident(
        self,
        conference: Conference,
        at: int,
        type: str,
        restored: int | None = None,
        *,
        what: str | None = None,
        counts: str = "counts",
        **data: object,
    ) -> None:
        """Write down a failure, disconnection or delay, and the restoration after so long, if any.

        It does not count where it is `void`, or `open` already when it happens.
        """
        self.book.event(at, f"conference.{type}", conference.subject, **data)
        if restored is not None:
            self.book.event(at + restored, "conference.restored", conference.subject)
        label = self.book.label_of(at)
        if type == "failed":
            self._failure(conference, at, str(data["cause"]), label)
        if counts != "counts":
            outcome = None if counts == "open" else "void"
            self.book.plant_counted(RESTORED, conference.subject, at, outcome, what or "", label)
            return
        slow = restored is None or restored >= RESTORATION
        self.tally(label).incidents += 1
        self.tally(label).slow += slow
        if slow or what is not None:
            what = what or ("never restored" if restored is None else f"restored after {say_span(restored)}")
            self.book.plant_counted(RESTORED, conference.subject, at, "breached" if slow else "met", what, label)

    def _failure(self, conference: Conference, at: int, cause: str, label: str) -> None:
        tally = self.tally(label)
        tally.failures += 1
        if cause in OURS:
            tally.ours[cause] += 1
            what = f"a conference failed through the provider's {cause}"
            self.book.plant_counted(OURS[cause], conference.subject, at, "breached", what, label)
        if conference.scheduled is None or at < conference.scheduled or conference.subject in self._failed:
            return
        self._failed.add(conference.subject)
        self.tally(conference.label).failed += 1
        self._plant(FAILED, conference, "breached", f"a conference failed, cause {cause}")

    def _plant(self, policy: str, conference: Conference, outcome: str, what: str) -> None:
        if conference.scheduled is not None:
            self.book.plant_counted(policy, conference.subject, conference.scheduled, outcome, what, conference.label)

    # --- Shares.

    def fill(self, days: Sequence[date], conferences: int, *, kept: bool) -> None:
        """Add conferences and incidents until the month has so many, and just keeps its shares or just misses them."""
        label = f"{days[0]:%Y-%m}"
        tally = self.tally(label)
        allowed = (conferences - tally.exempt) // 100 + (not kept)
        while tally.late < allowed:
            self.hold(self.schedule(self.book.business(days)), self.book.random.randrange(MINUTE, 25 * MINUTE))
        ordinary = [self._ordinary(days) for _ in range(conferences - tally.scheduled)]
        failing = (3 * conferences - 1) // 100 + (not kept) - tally.failed
        for conference in self.book.random.sample(ordinary, failing):
            self._ordinary_failure(conference, self._cause())
        self._fill_failures(days, tally, kept=kept)
        self._fill_incidents(days, tally, kept=kept)
        self._plant_shares(label, tally, kept=kept)

    def _cause(self) -> str:
        return self.book.random.choices(list(_CAUSES), list(_CAUSES.values()))[0]

    def _ordinary(self, days: Sequence[date]) -> Conference:
        random = self.book.random
        conference = self.schedule(self.book.business(days), lasts=random.choice((HOUR, 90 * MINUTE, 2 * HOUR)))
        over = random.randrange(-5 * MINUTE, 15 * MINUTE)
        self.hold(conference, -random.randrange(5 * MINUTE), ended=conference.ends + over)
        if self.book.chance(8):
            self._ordinary_incident(conference, 30 * MINUTE)
        self._ordinary_site(conference)
        return conference

    def _ordinary_site(self, conference: Conference) -> None:
        """Now and then a site joins the running conference, or drops out and comes back."""
        book, subject = self.book, conference.subject
        if book.chance(10):
            asked, sites = conference.begins + 5 * MINUTE, book.random.randint(1, 3)
            book.event(asked, "conference.site_add_requested", subject, request="R1", sites=sites)
            added = asked + book.quick(MINUTE, 5 * MINUTE) * sites
            book.event(added, "conference.site_added", subject, request="R1")
        if book.chance(10):
            dropped = conference.begins + 22 * MINUTE
            cause = book.random.choice(("hardware", "network", "other"))
            book.event(dropped, "conference.site_dropped", subject, site="S2", cause=cause)
            back = dropped + book.quick(MINUTE, 5 * MINUTE)
            book.event(back, "conference.site_reconnected", subject, site="S2")

    def _ordinary_failure(self, conference: Conference, cause: str) -> None:
        at = conference.begins + 10 * MINUTE
        self.incident(conference, at, "failed", self.book.quick(MINUTE, RESTORATION), cause=cause)

    def _ordinary_incident(self, conference: Conference, after: int, restored: int | None = None) -> None:
        at = conference.begins + after + self.book.random.randrange(2 * MINUTE)
        restored = self.book.quick(MINUTE, RESTORATION) if restored is None else restored
        if self.book.chance(40):
            self.incident(conference, at, "delayed", restored, cause="network")
        else:
            by = self.book.random.choice(("provider", "client"))
            self.incident(conference, at, "disconnected", restored, by=by, cause="network")

    def _fill_failures(self, days: Sequence[date], tally: Tally, *, kept: bool) -> None:
        """Let unscheduled conferences fail until a cause of ours has just one failure in a hundred, or one more."""
        whole = 100
        while whole - tally.failures < 2 * (whole // 100 + 1):
            whole += 100
        for cause in OURS:
            while tally.ours[cause] < whole // 100 + (not kept):
                self._ordinary_failure(self.unscheduled(self.book.business(days)), cause)
        while tally.failures < whole:
            self._ordinary_failure(self.unscheduled(self.book.business(days)), self._cause())

    def _fill_incidents(self, days: Sequence[date], tally: Tally, *, kept: bool) -> None:
        """Interrupt unscheduled conferences until the slow restorations are just one in a hundred, or just more."""
        while tally.incidents >= 100 * tally.slow:
            slow = self.book.random.randrange(RESTORATION, 20 * MINUTE)
            self._ordinary_incident(self.unscheduled(self.book.business(days)), 10 * MINUTE, slow)
        wanted = 100 * tally.slow - (not kept)
        while tally.incidents < wanted:
            conference = self.unscheduled(self.book.business(days))
            for after in (10, 25, 40):
                if tally.incidents < wanted and (after == 10 or self.book.chance(50)):
                    self._ordinary_incident(conference, after * MINUTE)

    def _plant_shares(self, label: str, tally: Tally, *, kept: bool) -> None:
        judged = tally.scheduled - tally.exempt
        shares = [
            (FAILED, tally.failed, tally.scheduled, 100 * tally.failed < 3 * tally.scheduled, "failed"),
            (ON_TIME, tally.late, judged, 100 * tally.late <= judged, "started late or never"),
            (RESTORED, tally.slow, tally.incidents, 100 * tally.slow <= tally.incidents, "not restored in 5 min"),
        ]
        for cause, policy in OURS.items():
            ours = tally.ours[cause]
            shares.append((policy, ours, tally.failures, 100 * ours <= tally.failures, f"failed through our {cause}"))
        for policy, part, whole, in_share, said in shares:
            assert in_share is kept, (label, policy, part, whole)
            just = "just few enough" if kept else "just too many"
            outcome = "met" if kept else "breached"
            self.book.plant_month(policy, outcome, f"{part} of {whole} {said}, {just}", label)


def add_pending(conferences: Conferences) -> None:
    """Schedule conferences for the following month, which is not over, one of them moved there from this month."""
    book = conferences.book
    begins = book.at(book.days_after[9], 14)
    made = book.at(book.days[19], 10)
    last = book.end - MICROSECOND
    for what, first in (
        ("scheduled for the following month and not started yet", None),
        ("moved from the last microsecond of the month to the following one and not started yet", last),
    ):
        conference = conferences.schedule(begins, made=made, first=first)
        book.plant_counted(ON_TIME, conference.subject, made, "pending", what, book.label_after)
        book.plant_counted(FAILED, conference.subject, made, "met", what, book.label_after)
    for policy in (ON_TIME, FAILED):
        book.plant_month(policy, "pending", "a month that is not over", book.label_after)
