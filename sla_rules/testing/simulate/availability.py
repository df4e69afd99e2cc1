"""The services: how much of a month they are up (#1, #11), and notices of changed maintenance (#2).

Counted with whole microseconds and intervals of its own: what is left of the outages after the excluded time has been
cut out of them, against a hundredth of what is left of the month.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sla_rules.instants import DAY, HOUR, MICROSECOND, MINUTE, moment
from sla_rules.testing.simulate.book import EDGES, Book, Subject

VIDEO = "availability.video"
RESERVATIONS = "availability.reservations"
NOTICE = "availability.maintenance_notice"

Interval = tuple[int, int]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def length(intervals: Iterable[Interval], start: int, end: int) -> int:
    """How much of the time from `start` to `end` lies in any of the intervals."""
    return sum(max(0, min(to, end) - max(from_, start)) for from_, to in merged(intervals))


class Service:
    """A service: when it was down, and the time that does not count."""

    def __init__(self, book: Book, name: str) -> None:
        self.name = name
        self._book = book
        self._down: list[Interval] = []
        self._excluded: list[Interval] = []

    def outage(self, start: int, end: int) -> None:
        """Write down an outage."""
        self._book.event(start, "service.down", self.name)
        self._book.event(end, "service.up", self.name)
        self._down.append((start, end))

    def exclude(self, start: int, end: int) -> None:
        """Leave this time out; what excludes it is written down elsewhere."""
        self._excluded.append((start, end))

    def left_over(self, start: int, end: int) -> int:
        """How much longer the service may be down from `start` to `end` with 99 % of it just kept."""
        measured = end - start - length(self._excluded, start, end)
        down = length(self._down + self._excluded, start, end) - length(self._excluded, start, end)
        return measured // 100 - down


def add_services(book: Book, *, kept: bool) -> None:
    """Write down the services of this month, the month before and the days after.

    Video misses its 99 % of this month by 1 µs and just keeps those of the month before, the reservations the other
    way round; `kept` swaps that. The month after is still running.
    """
    video, reservations = Service(book, "video"), Service(book, "reservations")
    book.event(book.at(book.month_before), "service.monitored", "video")
    book.event(book.at(book.month_before + timedelta(days=4), 10), "service.monitored", "reservations")
    _across_months(book, video)
    for days in (book.days_before, book.days):
        _known_outages(book, video, reservations, days)
    _fill(book, video, book.days_before, kept=not kept)
    _fill(book, video, book.days, kept=kept)
    _fill(book, reservations, book.days_before, kept=kept)
    _fill(book, reservations, book.days, kept=not kept)
    _running(book, video, exceeded=False)
    _running(book, reservations, exceeded=True)
    _plant_notices(book)


def _policy(service: Service) -> str:
    return VIDEO if service.name == "video" else RESERVATIONS


def _bounds(book: Book, days: Sequence[date]) -> Interval:
    return book.at(days[0]), book.at(days[-1] + timedelta(days=1))


def _fill(book: Book, service: Service, days: Sequence[date], *, kept: bool) -> None:
    """Add the outage after which the month is up for just 99 %, or 1 µs less."""
    left = service.left_over(*_bounds(book, days))
    begins = book.at(days[23], 8)
    service.outage(begins, begins + left + (0 if kept else MICROSECOND))
    what = f"{service.name} " + ("up for exactly 99 % of the month" if kept else "1 µs short of 99 % of the month")
    book.plant_service(_policy(service), service.name, days[0], "met" if kept else "breached", what)


def _running(book: Book, service: Service, *, exceeded: bool) -> None:
    """Add an outage to the month that is still running that uses up all that the whole month allows, or 1 µs more."""
    left = service.left_over(*_bounds(book, book.days_after))
    begins = book.at(book.next_month, 8)
    service.outage(begins, begins + left + exceeded * MICROSECOND)
    what = f"{service.name} in a month still running, down for " + (
        "1 µs longer than the whole month allows" if exceeded else "exactly what the whole month allows"
    )
    outcome = "breached" if exceeded else "pending"
    book.plant_service(_policy(service), service.name, book.next_month, outcome, what)


# --- What does not count, and what counts nevertheless.


def _window(book: Book, at: int, type: str, subject: Subject, start: int, end: int, service: str = "video") -> None:
    says = [moment(instant).isoformat().replace("+00:00", "Z") for instant in (start, end)]
    book.event(at, f"maintenance.{type}", subject, service=service, window_start=says[0], window_end=says[1])


def _planned(book: Book, start: int, end: int, service: str = "video") -> Subject:
    maintenance = book.subject("maintenance")
    _window(book, start - 6 * HOUR, "scheduled", maintenance, start, end, service)
    return maintenance


def _majeure(book: Book, start: int, end: int, service: str | None = None) -> None:
    case = book.subject("force majeure")
    data: dict[str, object] = {} if service is None else {"service": service}
    book.event(start, "force_majeure.declared", case, **data)
    book.event(end, "force_majeure.lifted", case, **data)


def _across_months(book: Book, video: Service) -> None:
    """Maintenance about the beginning of the month, and an outage about its end."""
    _planned(book, book.start - HOUR, book.start + HOUR)
    video.exclude(book.start - HOUR, book.start + HOUR)
    video.outage(book.start - 65 * MINUTE, book.start + 65 * MINUTE)
    video.outage(book.end - 10 * MINUTE, book.end + 10 * MINUTE)


def _known_outages(book: Book, video: Service, reservations: Service, days: Sequence[date]) -> None:
    def night(day: int) -> int:
        return book.at(days[day - 1], 3)

    _planned(book, night(4), night(4) + 4 * HOUR)
    video.exclude(night(4), night(4) + 4 * HOUR)
    video.outage(night(4) + 30 * MINUTE, night(4) + 3 * HOUR)
    _planned(book, night(5), night(5) + 2 * HOUR, "reservations")
    video.outage(night(5), night(5) + 5 * MINUTE)
    reservations.outage(night(5), night(5) + HOUR)
    _changed_windows(book, video, night(6), night(7), night(9), night(10))
    _cancelled_windows(book, video, night(11), night(12))

    _planned(book, night(14), night(14) + 2 * HOUR)
    video.exclude(night(14), night(14) + 2 * HOUR)
    video.outage(night(14) - 10 * MINUTE, night(14) + 135 * MINUTE)

    _majeure(book, night(16), night(16) + 4 * HOUR, "video")
    video.exclude(night(16), night(16) + 4 * HOUR)
    video.outage(night(16) - 5 * MINUTE, night(16) + 4 * HOUR + 5 * MINUTE)
    _majeure(book, night(18), night(18) + 12 * HOUR)
    _planned(book, night(18) + 10 * HOUR, night(18) + 14 * HOUR)
    video.exclude(night(18), night(18) + 12 * HOUR)
    video.exclude(night(18) + 10 * HOUR, night(18) + 14 * HOUR)
    video.outage(night(18) + 8 * HOUR, night(18) + 13 * HOUR)
    reservations.outage(night(18), night(18) + HOUR)
    _majeure(book, night(20), night(20) + 2 * HOUR, "reservations")
    video.outage(night(20), night(20) + 15 * MINUTE)

    book.event(night(21) + 5 * MINUTE, "service.down", "video")
    video.outage(night(21), night(21) + 20 * MINUTE)


def _changed_windows(book: Book, video: Service, first: int, moved: int, second: int, too_late: int) -> None:
    """Maintenance moved to another night, and another one moved only when it has begun, which moves nothing."""
    maintenance = _planned(book, first, first + 2 * HOUR)
    _window(book, first - 3 * HOUR, "rescheduled", maintenance, moved, moved + 2 * HOUR)
    book.event(first - 2 * HOUR, "maintenance.notice_sent", maintenance)
    video.exclude(moved, moved + 2 * HOUR)
    video.outage(first, first + 40 * MINUTE)
    video.outage(moved, moved + HOUR)
    maintenance = _planned(book, second, second + 2 * HOUR)
    _window(book, second, "rescheduled", maintenance, too_late, too_late + 2 * HOUR)
    book.event(second + HOUR, "maintenance.notice_sent", maintenance)
    video.exclude(second, second + 2 * HOUR)
    video.outage(second + 10 * MINUTE, second + 50 * MINUTE)


def _cancelled_windows(book: Book, video: Service, first: int, second: int) -> None:
    """Maintenance cancelled just before it begins, and another one cancelled only when it has begun."""
    book.event(first - MICROSECOND, "maintenance.cancelled", _planned(book, first, first + 2 * HOUR))
    video.outage(first, first + 20 * MINUTE)
    book.event(second, "maintenance.cancelled", _planned(book, second, second + 2 * HOUR))
    video.exclude(second, second + 2 * HOUR)
    video.outage(second, second + 30 * MINUTE)


# --- Notices. The reservations have no excluded time, so these windows change nothing else.


def _plant_notice(
    book: Book, what: str, outcome: str | None, *steps: tuple[str, int], again: int | None = None, start: int = 0
) -> None:
    """Maintenance moved 36 h before its new beginning, perhaps moved again to `again` later 20 h before it.

    Steps are told from the new beginning; the obligation that is planted began `start` after the first move.
    """
    begins = book.at(book.date_of(book.arrival(6, 20)), 3)
    moved = begins - 36 * HOUR
    maintenance = book.subject("maintenance")
    _window(book, moved - DAY, "scheduled", maintenance, begins + 5 * DAY, begins + 5 * DAY + HOUR, "reservations")
    _window(book, moved, "rescheduled", maintenance, begins, begins + HOUR, "reservations")
    if again is not None:
        later = begins + again
        _window(book, begins - 20 * HOUR, "rescheduled", maintenance, later, later + HOUR, "reservations")
    for name, after in steps:
        book.event(begins + after, f"maintenance.{name}", maintenance)
    book.plant(NOTICE, maintenance, moved + start, outcome, what)


def _plant_notices(book: Book) -> None:
    for off, outcome, where in EDGES:
        what = f"a notice {where} the new beginning" if off else "a notice exactly at the new beginning"
        _plant_notice(book, what, outcome, ("notice_sent", off))
        what = f"moved once more before any notice, which comes {where} the newest beginning"
        _plant_notice(book, what, outcome, ("notice_sent", DAY + off), again=DAY)
    _plant_notice(book, "moved without a notice", "breached")
    what = "a notice sent before the move, and none after it"
    _plant_notice(book, what, "breached", ("notice_sent", -37 * HOUR))
    what = "moved once more before any notice: one answers both"
    _plant_notice(book, what, None, ("notice_sent", 0), again=DAY, start=16 * HOUR)
    what = "moved once more to an earlier beginning, with a notice 1 µs after that"
    _plant_notice(book, what, "breached", ("notice_sent", MICROSECOND - 10 * HOUR), again=-10 * HOUR)
    answered = "notice_sent", -30 * HOUR
    what = "moved once more after a notice, without another one"
    _plant_notice(book, what, "breached", answered, again=DAY, start=16 * HOUR)
    what = "moved once more after a notice, with another one exactly at the newest beginning"
    _plant_notice(book, what, "met", answered, ("notice_sent", DAY), again=DAY, start=16 * HOUR)
    _plant_notice(book, "moved and cancelled without a notice", "void", ("cancelled", -HOUR))
    _plant_notice(book, "moved and cancelled without a notice, 1 µs too late", "breached", ("cancelled", MICROSECOND))
