"""The help desk: the share of calls answered in time (#8), e-mails (#9), and its hours (#10)."""

from datetime import timedelta

from sla_rules.instants import DAY, HOUR, MICROSECOND, MINUTE, SECOND, say_span
from sla_rules.testing.simulate.book import EDGES, Book

CALL = 60 * SECOND
PERCENT = 80
MAIL = 24 * HOUR

PHONE = "helpdesk.phone"
EMAIL = "helpdesk.email"
HOURS = "helpdesk.hours"

FEWEST_CALLS = 40
"""With fewer calls a month, the planted ones alone would decide its share."""


def add_calls(book: Book, calls: int, *, kept: bool) -> None:
    """Write down calls so that the month just keeps its share of 80 %, or misses it by one call."""
    _plant_calls(book)
    in_time = sum(outcome == "met" for outcome in book.outcomes(PHONE))
    calls = max(calls, FEWEST_CALLS)
    enough = -(-calls * PERCENT // 100)
    wanted = enough if kept else enough - 1
    while in_time < wanted:
        _in_time(book)
        in_time += 1
    while book.made("call") < calls:
        _too_late(book)
    what = f"{wanted} of {calls} calls answered within 60 s, " + (
        f"just the {PERCENT} % aimed at" if kept else f"one fewer than the {PERCENT} % aimed at"
    )
    book.plant_month(PHONE, "met" if kept else "breached", what)


def _in_time(book: Book) -> None:
    call, offered = book.subject("call"), book.arrival()
    book.event(offered, "phone.offered", call)
    book.event(offered + book.quick(15 * SECOND, CALL), "phone.answered", call)


def _too_late(book: Book) -> None:
    """A call that is answered late, that the caller gives up, or that just rings out."""
    wait = CALL + book.quick(45 * SECOND, 10 * MINUTE)
    patience = book.random.randrange(5 * SECOND, 4 * MINUTE)
    fate = book.random.choices(("answered", "abandoned", ""), (55, 40, 5))[0]
    if fate == "answered":
        _plant_call(book, f"a call answered after {say_span(wait)}", "breached", ("answered", wait))
    elif fate == "abandoned":
        _plant_call(book, f"a call given up by the caller after {say_span(patience)}", "breached", (fate, patience))
    else:
        _plant_call(book, "a call that is never answered", "breached")


def _plant_call(book: Book, what: str, outcome: str, *steps: tuple[str, int], offered: int | None = None) -> None:
    offered = book.arrival() if offered is None else offered
    call = book.subject("call")
    book.event(offered, "phone.offered", call)
    for name, after in steps:
        book.event(offered + after, f"phone.{name}", call)
    book.plant_counted(PHONE, call, offered, outcome, what)


def _plant_calls(book: Book) -> None:
    for off, outcome, where in EDGES:
        _plant_call(book, f"a call answered {where} 60 s", outcome, ("answered", CALL + off))
    _plant_call(book, "a call answered after 2 h", "breached", ("answered", 2 * HOUR))
    _plant_call(book, "a call that is never answered", "breached")
    _plant_call(book, "a call given up by the caller after 12 s", "breached", ("abandoned", 12 * SECOND))
    _plant_call(book, "a call given up exactly at 60 s", "breached", ("abandoned", CALL))
    what = "a call offered in the last microsecond of the month, answered exactly at 60 s in the next one"
    _plant_call(book, what, "met", ("answered", CALL), offered=book.end - MICROSECOND)
    what = "a call offered in the last microsecond of the month, answered 1 µs after 60 s in the next one"
    _plant_call(book, what, "breached", ("answered", CALL + MICROSECOND), offered=book.end - MICROSECOND)
    _plant_call(book, "a call offered in the first instant of the month", "met", ("answered", CALL), offered=book.start)
    if book.clock_change is not None:
        night = book.at(book.clock_change, 1, 59, 30)
        for off, outcome, where in EDGES:
            what = f"across the change of the clocks, a call answered {where} 60 s of real time"
            _plant_call(book, what, outcome, ("answered", CALL + off), offered=night)


def add_emails(book: Book, emails: int) -> None:
    """Write down the planted e-mails, and ordinary ones until there are so many conversations."""
    _plant_emails(book)
    while book.made("mail") < emails:
        _ordinary_email(book)


def _ordinary_email(book: Book) -> None:
    mail, received = book.subject("mail"), book.arrival()
    while True:
        answered = received + book.quick(150 * MINUTE, MAIL)
        book.event(received, "email.received", mail)
        book.event(answered, "email.answered", mail)
        received = answered + book.quick(4 * HOUR, 3 * DAY)
        if received >= book.end or not book.chance(12):
            return


def _plant_email(
    book: Book,
    what: str,
    outcome: str | None,
    *steps: tuple[str, int],
    received: int | None = None,
    start: int = 0,
) -> None:
    """Write down a conversation and what the e-mail received `start` after its first one comes to."""
    received = book.arrival(3, 20) if received is None else received
    mail = book.subject("mail")
    book.event(received, "email.received", mail)
    for name, after in steps:
        book.event(received + after, f"email.{name}", mail)
    book.plant(EMAIL, mail, received + start, outcome, what)


def _plant_emails(book: Book) -> None:
    for off, outcome, where in EDGES:
        _plant_email(book, f"an e-mail answered {where} 24 h", outcome, ("answered", MAIL + off))
    _plant_email(book, "an e-mail answered after 3 days", "breached", ("answered", 3 * DAY))
    _plant_email(book, "an e-mail that is never answered", "breached")
    for off, outcome, where in EDGES:
        again = 30 * HOUR
        what = f"a further e-mail of an answered conversation, answered {where} 24 h"
        steps = ("answered", 2 * HOUR), ("received", again), ("answered", again + MAIL + off)
        _plant_email(book, what, outcome, *steps, start=again)
    what = "an e-mail answered 1 µs after 24 h, written again after 10 h, which starts nothing anew"
    _plant_email(book, what, "breached", ("received", 10 * HOUR), ("answered", MAIL + MICROSECOND))
    what = "a second e-mail while the first waits for its answer, which is no obligation of its own"
    _plant_email(book, what, None, ("received", 10 * HOUR), ("answered", MAIL), start=10 * HOUR)
    if book.clock_change is not None:
        afternoon = book.at(book.clock_change - timedelta(days=1), 15)
        for off, outcome, where in EDGES:
            what = f"across the change of the clocks, an e-mail answered {where} 24 h of real time"
            _plant_email(book, what, outcome, ("answered", MAIL + off), received=afternoon)


def add_closings(book: Book) -> None:
    """Write down closings of the help desk, each a breach however short."""
    for what, lasts in (("for 2 h in the night", 2 * HOUR), ("for 1 µs", MICROSECOND), ("and never reopened", None)):
        at = book.at(book.date_of(book.arrival(3, 25)), 2) + book.random.randrange(HOUR)
        desk = f"desk {len(book.outcomes(HOURS)) + 1}"
        book.event(at, "helpdesk.closed", desk)
        if lasts is not None:
            book.event(at + lasts, "helpdesk.reopened", desk)
        book.plant(HOURS, desk, at, "breached", f"the help desk closed {what}")
    at = book.arrival(3, 25)
    book.event(at, "helpdesk.reopened", "desk 4")
    book.plant(HOURS, "desk 4", at, None, "the help desk said to be open again, and never closed")
    at = book.arrival(3, 25)
    for start in (at, at + HOUR):
        book.event(start, "helpdesk.closed", "desk 5")
        book.event(start + HOUR, "helpdesk.reopened", "desk 5")
        book.plant(
            HOURS,
            "desk 5",
            start,
            "breached",
            "the help desk closed twice, the second time at the instant at which it reopened",
        )
