"""Ad hoc conferences: never refused (#15), set up by the number of sites (#16), or on the fly (#17)."""

from sla_rules.instants import HOUR, MICROSECOND, MINUTE
from sla_rules.testing.simulate.book import EDGES, Book, Subject

EACH_SITE = 5 * MINUTE
ON_THE_FLY = 15 * MINUTE

REFUSED = "adhoc.never_refused"
SETUP = "adhoc.setup"
INVIEW = "adhoc.on_the_fly"


def add_adhoc(book: Book, requests: int) -> None:
    """Write down the planted requests, and ordinary ones until there are so many."""
    _plant_refusals(book)
    _plant_setup(book)
    _plant_on_the_fly(book)
    while book.made("ad hoc") < requests:
        _ordinary(book)


def _ordinary(book: Book) -> None:
    sites, requested = book.random.randint(2, 8), book.arrival()
    channel = book.random.choice(("desk", "desk", "inview_ip", None))
    uncertified = book.random.choice((None, 0, 0, 1)) if channel == "desk" else None
    limit = ON_THE_FLY if channel == "inview_ip" else sites * EACH_SITE
    request = _request(book, requested, sites, channel, uncertified)
    book.event(requested + book.quick(limit // 3, limit), "adhoc.connected", request)


def _request(book: Book, at: int, sites: int, channel: str | None, uncertified: int | None) -> Subject:
    request = book.subject("ad hoc")
    fields = {"sites": sites, "channel": channel, "uncertified_sites": uncertified}
    book.event(at, "adhoc.requested", request, **{name: value for name, value in fields.items() if value is not None})
    return request


def _plant(
    book: Book,
    policy: str,
    what: str,
    outcome: str,
    *steps: tuple[str, int],
    sites: int = 3,
    channel: str | None = "desk",
    uncertified: int | None = None,
) -> tuple[Subject, int]:
    requested = book.arrival(2, 28)
    request = _request(book, requested, sites, channel, uncertified)
    for name, after in steps:
        book.event(requested + after, f"adhoc.{name}", request)
    book.plant(policy, request, requested, outcome, what)
    return request, requested


def _plant_refusals(book: Book) -> None:
    for channel, other, limit in (("desk", SETUP, 15 * MINUTE), ("inview_ip", INVIEW, ON_THE_FLY)):
        for what, after in (("at once", 0), ("after 4 min", 4 * MINUTE), ("exactly at its 15 min", limit)):
            what = f"refused {what}, asked for through {channel}"
            request, requested = _plant(book, REFUSED, what, "breached", ("refused", after), channel=channel)
            book.plant(other, request, requested, "void", what)
    what = "with uncertified sites, refused"
    _plant(book, REFUSED, what, "breached", ("refused", MINUTE), uncertified=2)
    what = "connected 1 µs too late, which is no refusal"
    late = 15 * MINUTE + MICROSECOND
    request, requested = _plant(book, REFUSED, what, "met", ("connected", late))
    book.plant(SETUP, request, requested, "breached", what)
    what = "neither connected nor refused, which is no refusal"
    request, requested = _plant(book, REFUSED, what, "met")
    book.plant(SETUP, request, requested, "breached", what)


def _plant_setup(book: Book) -> None:
    for sites in (1, 3, 12):
        for off, outcome, where in EDGES:
            what = f"{sites} sites, connected {where} {5 * sites} min"
            _plant(book, SETUP, what, outcome, ("connected", sites * EACH_SITE + off), sites=sites)
    for off, outcome, where in EDGES:
        what = f"2 sites, requested without a channel, connected {where} 10 min"
        _plant(book, SETUP, what, outcome, ("connected", 10 * MINUTE + off), sites=2, channel=None)
        what = f"2 sites, none of them uncertified, connected {where} 10 min"
        _plant(book, SETUP, what, outcome, ("connected", 10 * MINUTE + off), sites=2, uncertified=0)
    what = "4 sites, one of them uncertified, connected after 3 h"
    _plant(book, SETUP, what, "exempt", ("connected", 3 * HOUR), sites=4, uncertified=1)
    what = "4 sites, one of them uncertified, connected in time and exempt nevertheless"
    _plant(book, SETUP, what, "exempt", ("connected", 10 * MINUTE), sites=4, uncertified=1)
    _plant(book, SETUP, "4 sites, all uncertified, never connected", "exempt", sites=4, uncertified=4)


def _plant_on_the_fly(book: Book) -> None:
    for sites in (1, 10):
        for off, outcome, where in EDGES:
            what = f"{sites} sites through InView IP, connected {where} 15 min"
            _plant(book, INVIEW, what, outcome, ("connected", ON_THE_FLY + off), sites=sites, channel="inview_ip")
    for off, outcome, where in EDGES:
        what = f"2 sites through InView IP, one uncertified, which exempts nothing here, connected {where} 15 min"
        step = "connected", ON_THE_FLY + off
        _plant(book, INVIEW, what, outcome, step, sites=2, channel="inview_ip", uncertified=1)
    _plant(book, INVIEW, "through InView IP, never connected", "breached", channel="inview_ip")
