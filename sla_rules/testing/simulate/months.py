"""The whole month: all families together, and how it is written to a file."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path

from sla_rules.errors import InputError, quoted
from sla_rules.events import Event
from sla_rules.instants import moment
from sla_rules.testing.simulate.adhoc import add_adhoc
from sla_rules.testing.simulate.availability import add_services
from sla_rules.testing.simulate.billing import add_invoices
from sla_rules.testing.simulate.book import ZONE, Book, Key, Planted
from sla_rules.testing.simulate.certification import add_sites
from sla_rules.testing.simulate.escalation import add_escalations, add_severities
from sla_rules.testing.simulate.helpdesk import add_calls, add_closings, add_emails
from sla_rules.testing.simulate.incidents import add_conferences
from sla_rules.testing.simulate.problems import add_problems
from sla_rules.testing.simulate.reservations import add_reservations
from sla_rules.testing.simulate.rooms import add_rooms
from sla_rules.testing.simulate.tickets import add_tickets


@dataclass(frozen=True)
class Month:
    """A month of events with some of the month before and of the days after, and what ought to be said about them.

    Attributes:
        events: all that happened, in order of time.
        planted: the breaches and near misses put in on purpose; whatever else happened is in time.
        as_of: when the month is judged: two days after its end, when nothing ordinary is open any more.
        label: the month, for example `2026-03`.
    """

    events: list[Event]
    planted: tuple[Planted, ...]
    as_of: str
    label: str

    @property
    def expected(self) -> frozenset[Key]:
        """Every breach that must be found: policy, subject, start and period; for a share of the month the period only.

        An obligation whose policy promises a share of the month carries both its subject and the period.
        """
        return frozenset(planted.key for planted in self.planted if planted.kind == "breach")


def month(
    *,
    seed: int = 1,
    year: int = 2026,
    month: int = 3,
    tickets: int = 400,
    calls: int = 1500,
    emails: int = 250,
    reservations: int = 400,
    rooms: int = 300,
    adhoc: int = 150,
    conferences: int = 500,
    sites: int = 200,
    problems: int = 100,
    invoices: int = 60,
    phone_kept: bool = False,
    shares_kept: bool = False,
) -> Month:
    """Make up one month of all that the agreement speaks of, the same for the same arguments.

    The counts include the planted cases, which come in any case: a smaller count leaves nothing but those.

    Args:
        seed: another one gives another month.
        year: the year, in Toronto.
        month: from 1 to 12; March and November hold a change of the clocks, and planted cases across it.
        tickets: how many tickets.
        calls: how many calls, 40 at least.
        emails: how many conversations by e-mail; some take several e-mails.
        reservations: how many reservations; the meetings of a series count as one.
        rooms: how many bookings of rooms.
        adhoc: how many requests for an ad hoc conference.
        conferences: how many are scheduled for the month, 420 at least; unscheduled ones and those of the month
            before come on top.
        sites: how many sites; those of the three customers that start with many come on top.
        problems: how many problems that are not the provider's.
        invoices: how many invoices.
        phone_kept: whether 80 % of the calls are just answered in time, or one call fewer.
        shares_kept: whether the month just keeps the shares of conferences and of the time that the video is up,
            and the month before just misses them, or the other way round; the reservations' time goes against it.

    Raises:
        InputError: there is no such month.
    """
    if not 1 <= month <= 12:
        raise InputError(f"{quoted(month)} is not a month from 1 to 12")
    if not 2007 <= year <= 9998:
        raise InputError(f"{quoted(year)} is not a year from 2007, when today's change of the clocks began, to 9998")
    book = Book(seed, year, month)
    add_escalations(book)
    add_severities(book)
    add_tickets(book, tickets)
    add_calls(book, calls, kept=phone_kept)
    add_emails(book, emails)
    add_closings(book)
    add_reservations(book, reservations)
    add_rooms(book, rooms)
    add_adhoc(book, adhoc)
    add_conferences(book, conferences, kept=shares_kept)
    add_sites(book, sites)
    add_problems(book, problems)
    add_invoices(book, invoices)
    add_services(book, kept=shares_kept)
    judged = book.next_month + timedelta(days=2)
    as_of = datetime(judged.year, judged.month, judged.day, tzinfo=ZONE).isoformat()
    return Month(book.events(), book.planted(), as_of, book.label)


def write(month: Month, path: str | PathLike[str]) -> None:
    """Write the events as JSON Lines: `id`, `type`, `subject`, `time` and `data`."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for event in month.events:
            time = moment(event.at).isoformat().replace("+00:00", "Z")
            row = {"id": event.id, "type": event.type, "subject": event.subject, "time": time, "data": event.data}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
