"""Sites: certification and registration (#24 to #26, with the exemption #30), upgrades (#27), and what has no limit.

Recertification (#28) and the record (#29) name no limit and can never be breached: their near misses are those that
are open for weeks, and stay pending.
"""

from datetime import timedelta

from sla_rules.instants import DAY, HOUR, MICROSECOND, MINUTE
from sla_rules.testing.simulate.book import EDGES, Book, Subject

SCHEDULED = "certification.scheduled"
REGISTERED = "certification.room_registered"
CERTIFIED = "certification.room_certified"
UPGRADE = "certification.upgrade"
AGAIN = "certification.recertification"
RECORD = "certification.record"

LIMITS = {SCHEDULED: 24 * HOUR, REGISTERED: 24 * HOUR, CERTIFIED: 48 * HOUR}

MOST_SITES = 75
"""Up to so many initial sites of a customer, the limits hold."""

_CUSTOMERS = 8


def add_sites(book: Book, sites: int) -> None:
    """Write down the customers with many sites, the planted sites, and so many more, counted with the planted ones."""
    _plant_many(book)
    _plant_too_many(book)
    _plant_one_more(book)
    aside = book.made("site")
    _plant_limits(book)
    _plant_upgrades(book)
    _plant_without_limit(book)
    while book.made("site") - aside < sites:
        _ordinary(book)


def _receive(book: Book, at: int, kind: str, customer: str, *, initial: bool | None = None) -> Subject:
    """A site whose information comes in; its record is up to date within hours."""
    site = book.subject("site")
    data: dict[str, object] = {"customer": customer, "kind": kind}
    if initial is not None:
        data["initial"] = initial
    book.event(at, "site.info_received", site, **data)
    book.event(at + book.quick(HOUR, 8 * HOUR), "site.record_updated", site)
    return site


def _ordinary(book: Book) -> None:
    if book.chance(25):
        _ordinary_change(book)
        return
    received = book.arrival()
    customer = f"customer {book.random.randint(1, _CUSTOMERS)}"
    kind = book.random.choice(("scheduled", "internal_room"))
    site = _receive(book, received, kind, customer, initial=book.random.choice((None, False)))
    if kind == "internal_room":
        book.event(received + book.quick(6 * HOUR, 24 * HOUR), "site.registered", site)
    limit = 24 * HOUR if kind == "scheduled" else 48 * HOUR
    book.event(received + book.quick(8 * HOUR, limit), "site.certified", site)


def _ordinary_change(book: Book) -> None:
    """A room known for long that is upgraded, or has trouble with its network."""
    site, at = book.subject("site"), book.business(book.days)
    if book.chance(40):
        book.event(at, "site.network_problem", site)
        book.event(at + book.quick(6 * HOUR, 40 * HOUR), "site.recertified", site)
        return
    book.event(at, "site.change_received", site)
    book.event(at + book.quick(HOUR, 5 * HOUR), "site.change_applied", site)
    book.event(at + book.quick(2 * HOUR, 8 * HOUR), "site.record_updated", site)


# --- The limits of 24 and 48 h.


def _plant_site(
    book: Book,
    what: str,
    judged: dict[str, str],
    *steps: tuple[str, int],
    received: int | None = None,
    customer: str = "customer 1",
    initial: bool | None = None,
) -> Subject:
    """Write down a site and what the obligations named in `judged` come to."""
    received = book.arrival(3, 20) if received is None else received
    kind = "scheduled" if SCHEDULED in judged else "internal_room"
    site = _receive(book, received, kind, customer, initial=initial)
    for name, after in steps:
        book.event(received + after, f"site.{name}", site)
    for policy, outcome in judged.items():
        book.plant(policy, site, received, outcome, what)
    return site


def _plant_limits(book: Book) -> None:
    day, two = LIMITS[SCHEDULED], LIMITS[CERTIFIED]
    registered = "registered", 5 * HOUR
    for off, outcome, where in EDGES:
        _plant_site(book, f"a site certified {where} 24 h", {SCHEDULED: outcome}, ("certified", day + off))
        steps = ("registered", day + off), ("certified", 40 * HOUR)
        _plant_site(book, f"a room registered {where} 24 h", {REGISTERED: outcome}, *steps)
        what = f"a room certified {where} 48 h, registered long before"
        _plant_site(book, what, {REGISTERED: "met", CERTIFIED: outcome}, registered, ("certified", two + off))
    _plant_site(book, "a site certified after 3 days", {SCHEDULED: "breached"}, ("certified", 3 * DAY))
    _plant_site(book, "a site never certified", {SCHEDULED: "breached"})
    _plant_site(book, "a room never registered", {REGISTERED: "breached", CERTIFIED: "met"}, ("certified", 30 * HOUR))
    _plant_site(book, "a room never certified", {REGISTERED: "met", CERTIFIED: "breached"}, registered)
    if book.clock_change is not None:
        noon = book.at(book.clock_change - timedelta(days=1), 12)
        for off, outcome, where in EDGES:
            what = f"across the change of the clocks, a site certified {where} 24 h of real time"
            _plant_site(book, what, {SCHEDULED: outcome}, ("certified", day + off), received=noon)


# --- Customers that start with many sites.


def _kind(number: int) -> tuple[str, ...]:
    """Every third of many sites is a room."""
    return (REGISTERED, CERTIFIED) if number % 3 == 0 else (SCHEDULED,)


def _plant_many(book: Book) -> None:
    """75 initial sites: the limits hold for each."""
    customer = "customer with 75 sites"
    day = 24 * HOUR
    for number in range(MOST_SITES):
        received = book.at(book.days[3 + number % 5], 9) + number * MINUTE
        judged = dict.fromkeys(_kind(number), "met")
        off, outcome, where = EDGES[number] if number < len(EDGES) else (-2 * HOUR, "met", "2 h inside")
        judged = {policy: "met" if policy == CERTIFIED else outcome for policy in judged}
        what = f"one of 75 initial sites of a customer, certified or registered {where} 24 h"
        steps = [("registered", day + off)] if REGISTERED in judged else []
        certified = 30 * HOUR if steps else day + off
        _plant_site(
            book, what, judged, *steps, ("certified", certified), received=received, customer=customer, initial=True
        )
    what = "a further site of a customer with 75 initial ones, certified 1 µs after 24 h"
    late = "certified", day + MICROSECOND
    for initial in (False, None):
        _plant_site(book, what, {SCHEDULED: "breached"}, late, customer=customer, initial=initial)
    what = "a site called initial only by a second note, which makes no 76th of it, certified 1 µs after 24 h"
    received = book.at(book.days[5], 10)
    site = _plant_site(book, what, {SCHEDULED: "breached"}, late, received=received, customer=customer)
    again = received + 12 * HOUR
    book.event(again, "site.info_received", site, customer=customer, kind="scheduled", initial=True)
    book.event(again + HOUR, "site.record_updated", site)


def _plant_exempt(book: Book, customer: str, number: int, received: int, certified: int) -> None:
    what = f"one of 76 initial sites of {customer}, certified after {(certified - received) // HOUR} h"
    judged = dict.fromkeys(_kind(number), "exempt")
    steps = [("registered", 30 * HOUR)] if REGISTERED in judged else []
    step = "certified", certified - received
    _plant_site(book, what, judged, *steps, step, received=received, customer=customer, initial=True)


def _plant_too_many(book: Book) -> None:
    """76 initial sites: none is judged until the last of them is certified."""
    customer = "a customer with 76 sites"
    closes = book.at(book.days[17], 14)
    for number in range(MOST_SITES + 1):
        received = book.at(book.days[2 + number % 4], 9) + number * MINUTE
        certified = closes if number == MOST_SITES else received + (10 + number % 90) * HOUR
        _plant_exempt(book, customer, number, received, certified)
    _plant_around(book, customer, closes, again=False)


def _plant_one_more(book: Book) -> None:
    """75 initial sites, all certified, and one more: now there are 76, and all are exempt until it is certified too."""
    customer = "a customer with 75 sites and one more"
    for number in range(MOST_SITES):
        received = book.at(book.days[2 + number % 3], 13) + number * MINUTE
        _plant_exempt(book, customer, number, received, received + (10 + number % 60) * HOUR)
    received, closes = book.at(book.days[12], 9), book.at(book.days[14], 16)
    _plant_exempt(book, customer, MOST_SITES + 1, received, closes)
    _plant_around(book, customer, closes, again=True)


def _plant_around(book: Book, customer: str, closes: int, *, again: bool) -> None:
    """Sites that come just before, just when and after the last of the many is certified, the latter initial or not."""

    def plant(what: str, outcome: str, received: int, certified: int, *, initial: bool = False) -> None:
        step = "certified", certified
        _plant_site(book, what, {SCHEDULED: outcome}, step, received=received, customer=customer, initial=initial)

    us, day = MICROSECOND, 24 * HOUR
    plant(f"1 µs before the last site of {customer} is certified, itself after 3 days", "exempt", closes - us, 3 * DAY)
    for off, outcome, where in EDGES:
        plant(f"when the last site of {customer} is certified, itself {where} 24 h", outcome, closes, day + off)
        what = f"after the last site of {customer} is certified, another one, itself {where} 24 h"
        plant(what, outcome, closes + DAY, day + off, initial=again)
    _plant_site(
        book,
        f"a room 1 µs before the last site of {customer} is certified, itself neither registered nor certified",
        {REGISTERED: "exempt", CERTIFIED: "exempt"},
        received=closes - us,
        customer=customer,
    )


# --- Upgrades, by the calendar day.


def _plant_upgrades(book: Book) -> None:
    midnight = book.at(book.first_day + timedelta(days=13))

    def plant(what: str, outcome: str | None, received: int, *applied: int, start: int | None = None) -> Subject:
        site = book.subject("site")
        book.event(received, "site.change_received", site)
        for at in applied:
            book.event(at, "site.change_applied", site)
        book.event(max(received, *applied, 0) + HOUR, "site.record_updated", site)
        book.plant(UPGRADE, site, received if start is None else start, outcome, what)
        return site

    last = midnight - MICROSECOND
    days = [("a change", midnight)]
    if book.clock_change is not None:
        days.append(
            ("on the day of the change of the clocks, a change", book.at(book.clock_change + timedelta(days=1)))
        )
    for said, end in days:
        afternoon = end - 10 * HOUR
        plant(f"{said} applied at midnight", "breached", afternoon, end)
        plant(f"{said} applied in the last microsecond of the day", "met", afternoon, end - MICROSECOND)
        plant(f"{said} applied in the last microsecond but one of the day", "met", afternoon, end - 2 * MICROSECOND)
        start = book.at(book.date_of(end - 1))
        plant(f"{said} received at midnight, applied 1 µs before the next one", "met", start, end - MICROSECOND)
        plant(f"{said} received at midnight, applied at the next one", "breached", start, end)
    plant("a change received and applied in the last microsecond of the day", "met", last, last)
    plant("a change received in the last microsecond of the day, applied 1 µs later", "breached", last, midnight)
    evening = midnight - 4 * HOUR
    plant("a change received at 20:00 and applied at 23:00, in UTC the next date", "met", evening, evening + 3 * HOUR)
    plant("a change never applied", "breached", evening)
    site = plant(
        "a second change, applied at midnight, the first in time", "breached", evening, start=evening + 2 * HOUR
    )
    book.event(evening + HOUR, "site.change_applied", site)
    book.event(evening + 2 * HOUR, "site.change_received", site)
    book.event(midnight, "site.change_applied", site)
    book.event(midnight + DAY, "site.record_updated", site)


# --- Duties without a limit.


def _plant_without_limit(book: Book) -> None:
    """Two of each open for a month and more, and some done late: none is ever breached."""
    for number in range(2):
        at = book.business(book.days_before[:20])
        site = book.subject("site")
        book.event(at, "site.network_problem", site)
        what = "never certified again after a network problem, for a month or more"
        book.plant(AGAIN, site, at, "pending", what)
        site = book.subject("site")
        book.event(at, "site.change_received", site)
        book.event(at + HOUR, "site.change_applied", site)
        book.plant(RECORD, site, at, "pending", "information never entered, for a month or more")
        site = book.subject("site")
        book.event(at, "site.network_problem", site)
        book.event(at + (30 + number) * DAY, "site.recertified", site)
        book.plant(AGAIN, site, at, "met", f"certified again only after {30 + number} days")
    at = book.business(book.days_before[:20])
    site = book.subject("site")
    book.event(at, "site.info_received", site, customer="customer 1", kind="scheduled")
    book.event(at + HOUR, "site.certified", site)
    book.event(at + 35 * DAY, "site.record_updated", site)
    book.plant(RECORD, site, at, "met", "information entered only after 35 days")
    book.event(at + 35 * DAY + HOUR, "site.network_problem", site)
    book.event(at + 35 * DAY + 2 * HOUR, "site.network_problem", site)
    book.event(at + 35 * DAY + 3 * HOUR, "site.recertified", site)
    what = "a second network problem before the certification for the first, which is no obligation of its own"
    book.plant(AGAIN, site, at + 35 * DAY + 2 * HOUR, None, what)
