"""Rooms: that none is booked twice for overlapping times (#12)."""

from datetime import date, timedelta

from sla_rules.instants import DAY, HOUR, MICROSECOND, MINUTE, moment
from sla_rules.testing.simulate.book import Book, Subject

TWICE = "reservation.no_double_booking"

_ROOMS = 12


def add_rooms(book: Book, bookings: int) -> None:
    """Write down the planted bookings, and ordinary ones until there are so many."""
    _plant_pairs(book)
    _plant_releases(book)
    _plant_third(book)
    taken: dict[tuple[str, date], set[int]] = {}
    while book.made("booking") < bookings:
        _ordinary(book, taken, last=book.made("booking") == bookings - 1)


def _book(book: Book, at: int, room: str, start: int, end: int) -> Subject:
    booking = book.subject("booking")
    says = [moment(instant).isoformat().replace("+00:00", "Z") for instant in (start, end)]
    book.event(at, "room.booked", booking, room=room, start=says[0], end=says[1])
    return booking


def _ordinary(book: Book, taken: dict[tuple[str, date], set[int]], *, last: bool) -> None:
    """A meeting of one to three whole hours in a room that is free then; often it adjoins another one."""
    booked = book.arrival()
    day = book.date_of(booked) + timedelta(days=book.random.randint(1, 10))
    room = f"room {book.random.randint(1, _ROOMS)}"
    first = book.random.randint(8, 16)
    hours = set(range(first, first + book.random.randint(1, 3)))
    busy = taken.setdefault((room, day), set())
    if busy & hours:
        return
    start, end = book.at(day, min(hours)), book.at(day, max(hours) + 1)
    booking = _book(book, booked, room, start, end)
    if not last and book.chance(6):
        released = booked + book.quick(HOUR, 6 * HOUR)
        book.event(released, "room.released", booking)
        _book(book, released + book.quick(HOUR, 6 * HOUR), room, start, end)
    busy |= hours


# --- Planted bookings, each case in a room of its own.


def _case(book: Book) -> tuple[str, int, int]:
    """A room, when it is booked, and the beginning of the hour that it is booked for."""
    day = book.date_of(book.arrival(3, 20))
    return f"planted room {book.made('booking') + 1}", book.at(day, 9), book.at(day + timedelta(days=3), 14)


def _plant_pairs(book: Book) -> None:
    """A room booked from 14:00 to 15:00, and then again from so much after 14:00 to so much."""
    us = MICROSECOND
    for what, outcome, start, end in (
        ("back-to-back, from the end of the other booking on", "met", HOUR, 2 * HOUR),
        ("back-to-back, until the start of the other booking", "met", -HOUR, 0),
        ("from 1 µs before the end of the other booking on", "breached", HOUR - us, 2 * HOUR),
        ("until 1 µs after the start of the other booking", "breached", -HOUR, us),
        ("for 1 µs inside of the other booking", "breached", 30 * MINUTE, 30 * MINUTE + us),
        ("around the other booking", "breached", -HOUR, 2 * HOUR),
        ("for the same time as the other booking", "breached", 0, HOUR),
        ("for the same hour of the next day", "met", DAY, DAY + HOUR),
    ):
        room, booked, begins = _case(book)
        first = _book(book, booked, room, begins, begins + HOUR)
        second = _book(book, booked + HOUR, room, begins + start, begins + end)
        book.plant(TWICE, second, booked + HOUR, outcome, f"booked again {what}")
        if outcome == "breached":
            book.plant(TWICE, first, booked, "met", f"booked first; later booked again {what}")
    room, booked, begins = _case(book)
    _book(book, booked, room, begins, begins + HOUR)
    other = _book(book, booked + HOUR, f"{room}, the one beside it", begins, begins + HOUR)
    book.plant(TWICE, other, booked + HOUR, "met", "for the same time as another room")
    room, booked, begins = _case(book)
    first = _book(book, booked, room, begins, begins + HOUR)
    second = _book(book, booked, room, begins, begins + HOUR)
    book.plant(TWICE, first, booked, "met", "booked twice at one instant, the one with the lower id")
    book.plant(TWICE, second, booked, "breached", "booked twice at one instant, the one with the higher id")


def _plant_releases(book: Book) -> None:
    for what, outcome, after in (
        ("exactly when the other booking is released", "met", 0),
        ("1 µs after the other booking is released", "met", MICROSECOND),
        ("1 µs before the other booking is released", "breached", -MICROSECOND),
    ):
        room, booked, begins = _case(book)
        released = booked + HOUR
        book.event(released, "room.released", _book(book, booked, room, begins, begins + HOUR))
        second = _book(book, released + after, room, begins, begins + HOUR)
        book.plant(TWICE, second, released + after, outcome, f"booked for the same time {what}")
    room, booked, begins = _case(book)
    _book(book, booked, room, begins, begins + HOUR)
    second = _book(book, booked + HOUR, room, begins, begins + HOUR)
    book.event(booked + 2 * HOUR, "room.released", second)
    book.plant(TWICE, second, booked + HOUR, "breached", "booked twice, and itself released an hour later")


def _plant_third(book: Book) -> None:
    room, booked, begins = _case(book)
    half = 30 * MINUTE
    _book(book, booked, room, begins, begins + HOUR)
    second = _book(book, booked + HOUR, room, begins + half, begins + 3 * half)
    third = _book(book, booked + 2 * HOUR, room, begins + HOUR, begins + 2 * HOUR)
    book.plant(TWICE, second, booked + HOUR, "breached", "overlapping the first of three bookings")
    what = "back-to-back with the first of three bookings, but overlapping the second"
    book.plant(TWICE, third, booked + 2 * HOUR, "breached", what)
