"""Reservations: confirmation by days ahead (#13), and of the further meetings of a series (#14)."""

from datetime import date, timedelta

from sla_rules.instants import DAY, HOUR, MICROSECOND, MINUTE, moment
from sla_rules.testing.simulate.book import EDGES, Book, Subject

SERIES = 48 * HOUR

FIRST = "reservation.confirmation"
FURTHER = "reservation.recurring"


def confirmation(days_ahead: int) -> int:
    """How long the confirmation of a single or first meeting may take."""
    if days_ahead <= 1:
        return HOUR
    return 4 * HOUR if days_ahead <= 5 else 8 * HOUR


def add_reservations(book: Book, reservations: int) -> None:
    """Write down the planted reservations, and ordinary ones until there are so many, series counted once."""
    _plant_singles(book)
    _plant_days_ahead(book)
    _plant_series(book)
    _plant_clock_change(book)
    while book.made("reservation") < reservations:
        if book.chance(10):
            _ordinary_series(book)
        else:
            _ordinary_single(book)


def _request(book: Book, meeting: Subject, at: int, start: int, occurrence: int | None = 1) -> None:
    data: dict[str, object] = {"meeting_start": moment(start).isoformat().replace("+00:00", "Z")}
    if occurrence is not None:
        data["occurrence"] = occurrence
    book.event(at, "reservation.requested", meeting, **data)


# --- Ordinary reservations, all confirmed or cancelled in time.


def _ordinary_meeting(book: Book, requested: int) -> tuple[int, int]:
    """When the meeting starts, and how many days ahead that is."""
    ahead = book.random.choices((0, 1, book.random.randint(2, 5), book.random.randint(6, 30)), (10, 20, 40, 30))[0]
    today = book.date_of(requested)
    start = book.at(today + timedelta(days=ahead), book.random.randint(8, 17), book.random.choice((0, 15, 30, 45)))
    if start <= requested + HOUR:
        ahead = 1
        start = book.at(today + timedelta(days=ahead), 9)
    return start, ahead


def _ordinary_single(book: Book) -> None:
    meeting, requested = book.subject("reservation"), book.arrival()
    start, ahead = _ordinary_meeting(book, requested)
    _request(book, meeting, requested, start, book.random.choice((1, None)))
    limit = confirmation(ahead)
    span = book.quick(limit // 4, limit)
    if book.chance(4):
        book.event(requested + span, "reservation.cancelled", meeting)
        return
    book.event(requested + span, "reservation.confirmed", meeting)
    if book.chance(3):
        book.event(requested + span + 30 * MINUTE, "reservation.cancelled", meeting)


def _ordinary_series(book: Book) -> None:
    series, requested = book.subject("reservation"), book.arrival()
    start, ahead = _ordinary_meeting(book, requested)
    every = book.random.choice((1, 7, 14))
    day, clock = book.date_of(start), start - book.at(book.date_of(start))
    for occurrence in range(1, book.random.randint(3, 9)):
        meeting = series._replace(meeting=occurrence)
        begins = book.at(day + timedelta(days=every * (occurrence - 1))) + clock
        _request(book, meeting, requested, begins, occurrence)
        limit = confirmation(ahead) if occurrence == 1 else SERIES
        book.event(requested + book.quick(limit // 5, limit), "reservation.confirmed", meeting)


# --- Planted reservations.


def _plant(
    book: Book,
    what: str,
    outcome: str | None,
    requested: int,
    start: int,
    *steps: tuple[str, int],
    occurrence: int | None = 1,
) -> None:
    series = book.subject("reservation")
    further = occurrence is not None and occurrence > 1
    meeting = series._replace(meeting=occurrence) if occurrence is not None and further else series
    if further:
        first = series._replace(meeting=1)
        _request(book, first, requested, start - 7 * DAY)
        book.event(requested + 20 * MINUTE, "reservation.confirmed", first)
    _request(book, meeting, requested, start, occurrence)
    for name, after in steps:
        book.event(requested + after, f"reservation.{name}", meeting)
    book.plant(FURTHER if further else FIRST, meeting, requested, outcome, what)


def _plant_singles(book: Book) -> None:
    def plant(what: str, outcome: str | None, ahead: int, *steps: tuple[str, int], occurrence: int | None = 1) -> None:
        day = book.first_day + timedelta(days=book.random.randint(3, 19))
        requested = book.at(day, 9) + book.random.randrange(6 * HOUR)
        start = book.at(day + timedelta(days=ahead), 19, 30)
        _plant(book, what, outcome, requested, start, *steps, occurrence=occurrence)

    for ahead, hours in ((0, 1), (1, 1), (2, 4), (5, 4), (6, 8), (20, 8)):
        for off, outcome, where in EDGES:
            what = f"{ahead} days ahead, confirmed {where} {hours} h"
            plant(what, outcome, ahead, ("confirmed", hours * HOUR + off))
    what = "1 day ahead, requested without an occurrence, confirmed 1 µs after 1 h"
    plant(what, "breached", 1, ("confirmed", HOUR + MICROSECOND), occurrence=None)
    plant("3 days ahead, confirmed after 11 h", "breached", 3, ("confirmed", 11 * HOUR))
    plant("4 days ahead, never confirmed", "breached", 4)
    plant("1 day ahead, cancelled 1 µs after 1 h", "breached", 1, ("cancelled", HOUR + MICROSECOND))
    plant("1 day ahead, cancelled exactly at 1 h", "void", 1, ("cancelled", HOUR))
    plant("requested the day after the meeting, which is to be questioned and not judged", None, -1)


def _plant_days_ahead(book: Book) -> None:
    """Requests a minute before or after midnight, and where UTC has another date than Toronto."""
    today = book.first_day + timedelta(days=11)

    def evening(day: date) -> int:
        return book.at(day, 23, 59)

    def early(day: date) -> int:
        return book.at(day, 0, 1)

    def later(days: int) -> date:
        return today + timedelta(days=days)

    cases = (
        ("from 23:59 to 00:01 of the next day is 1 day ahead", evening(today), early(later(1)), HOUR),
        ("from 23:59 to 00:01 of the day after next is 2 days ahead", evening(today), early(later(2)), 4 * HOUR),
        ("from 00:01 to 23:59 of the next day is 1 day ahead", early(today), evening(later(1)), HOUR),
        ("from 00:01 to 23:59 of the fifth day is 5 days ahead", early(today), evening(later(5)), 4 * HOUR),
        ("from 23:59 to 00:01 of the sixth day is 6 days ahead", evening(today), early(later(6)), 8 * HOUR),
        ("from 20:30, in UTC the next date, to the second day", book.at(today, 20, 30), book.at(later(2), 9), 4 * HOUR),
        ("from 10:00 to 21:00 of the next day, in UTC the second", book.at(today, 10), book.at(later(1), 21), HOUR),
    )
    for said, requested, start, limit in cases:
        for off, outcome, where in EDGES:
            what = f"{said}: confirmed {where} {limit // HOUR} h"
            _plant(book, what, outcome, requested, start, ("confirmed", limit + off))


def _plant_series(book: Book) -> None:
    def plant(what: str, outcome: str, occurrence: int, *steps: tuple[str, int], ahead: int = 10) -> None:
        requested = book.arrival(3, 20)
        start = book.at(book.date_of(requested) + timedelta(days=ahead), 14)
        _plant(book, what, outcome, requested, start, *steps, occurrence=occurrence)

    for off, outcome, where in EDGES:
        plant(f"the second meeting of a series, confirmed {where} 48 h", outcome, 2, ("confirmed", SERIES + off))
    what = "the seventh meeting of a series, confirmed after 5 days"
    plant(what, "breached", 7, ("confirmed", 5 * DAY), ahead=50)
    plant("the third meeting of a series, never confirmed", "breached", 3)
    what = "the second meeting of a series, cancelled 1 µs after 48 h"
    plant(what, "breached", 2, ("cancelled", SERIES + MICROSECOND))
    plant("the second meeting of a series, cancelled exactly at 48 h", "void", 2, ("cancelled", SERIES))
    what = "the second meeting of a series, 8 days ahead, confirmed after 47 h: the days ahead do not matter"
    plant(what, "met", 2, ("confirmed", 47 * HOUR), ahead=8)


def _plant_clock_change(book: Book) -> None:
    change = book.clock_change
    if change is None:
        return
    before, after = change - timedelta(days=1), change + timedelta(days=1)
    requested, start = book.at(before, 23, 30), book.at(after, 0, 15)
    for off, outcome, where in EDGES:
        what = f"across the change of the clocks, 2 days ahead, confirmed {where} 4 h of real time"
        _plant(book, what, outcome, requested, start, ("confirmed", 4 * HOUR + off))
        what = f"across the change of the clocks, the second meeting of a series, confirmed {where} 48 h of real time"
        start_of_second = book.at(change + timedelta(days=9), 10)
        _plant(book, what, outcome, requested, start_of_second, ("confirmed", SERIES + off), occurrence=2)
