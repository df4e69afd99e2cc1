"""Problems that are not the provider's: whom to try to reach, in which order, and how (#32)."""

from sla_rules.instants import MINUTE
from sla_rules.testing.simulate.book import Book, Subject

CONTACTS = "problem.contacts"

STEPS = (
    "technical_contact",
    "scheduler",
    "room",
    "connected_participants",
    "participating_sites",
    "primary_contact",
)
MESSAGE = ("message_left", "receptionist")
PAGED = (*MESSAGE, "page")

_CLOSED, _REACHED = "closed", "contact_reached"
_UNASKED = tuple(step for step in STEPS if step != "connected_participants")


def add_problems(book: Book, problems: int) -> None:
    """Write down the planted problems, and ordinary ones until there are so many."""
    _plant_orders(book)
    _plant_results(book)
    _plant_ends(book)
    while book.made("problem") < problems:
        _ordinary(book)


def _ordinary(book: Book) -> None:
    """Somebody is reached after some steps, or all are taken; a voicemail gets its message now and then."""
    connected = book.random.choice((True, False, None))
    due = _UNASKED if connected is False else STEPS
    tried: list[str] = []
    for step in due[: book.random.randint(1, len(due))]:
        tried += [f"{step}:voicemail", *MESSAGE] if book.chance(30) else [f"{step}:no_answer"]
    _write(book, book.business(book.days), (*tried, _REACHED), connected=connected)


def _write(
    book: Book, at: int, happens: tuple[str, ...], *, connected: bool | None = None, to: str = "client", apart: int = 3
) -> Subject:
    """Write down a problem and what happens then, `step` or `step:result`, a few minutes apart."""
    problem = book.subject("problem")
    data: dict[str, object] = {"to": to}
    if connected is not None:
        data["connected_participants"] = connected
    book.event(at, "problem.attributed", problem, **data)
    for number, happening in enumerate(happens, 1):
        when = at + number * apart * MINUTE
        step, _, result = happening.partition(":")
        if step in (_CLOSED, _REACHED):
            book.event(when, f"problem.{step}", problem)
        else:
            book.event(when, "problem.step", problem, step=step, **({"result": result} if result else {}))
    return problem


def _plant(
    book: Book, what: str, outcome: str | None, *happens: str, connected: bool | None = None, to: str = "client"
) -> None:
    at = book.arrival(3, 25)
    book.plant(CONTACTS, _write(book, at, happens, connected=connected, to=to), at, outcome, what)


def _plant_orders(book: Book) -> None:
    _plant(book, "all six steps in order, then closed", "met", *STEPS, _CLOSED)
    _plant(book, "nobody else connected: five steps, then closed", "met", *_UNASKED, _CLOSED, connected=False)
    what = "nobody else connected, asked nevertheless, then closed"
    _plant(book, what, "met", *STEPS, _CLOSED, connected=False)
    _plant(book, "the technical contact tried twice, then all others", "met", STEPS[0], *STEPS, _CLOSED)
    for step, after in zip(STEPS, (*STEPS[1:], _CLOSED), strict=True):
        what = f"closed without {step}" if after == _CLOSED else f"{after} before {step}, which is left out"
        _plant(book, what, "breached", *(one for one in STEPS if one != step), _CLOSED)
    what = "the connected participants left out, of whom there are some"
    _plant(book, what, "breached", *_UNASKED, _CLOSED, connected=True)
    swapped = STEPS[1], STEPS[0], *STEPS[2:]
    _plant(book, "the first two steps the other way round, then closed", "breached", *swapped, _CLOSED)
    what = "the first two steps the other way round, and somebody reached after that"
    _plant(book, what, "breached", STEPS[1], STEPS[0], _REACHED)
    _plant(book, "closed without any step", "breached", _CLOSED)


def _plant_results(book: Book) -> None:
    for result, asked in (("voicemail", MESSAGE), ("pager_given", PAGED), ("paging_offered", PAGED)):
        first = f"{STEPS[0]}:{result}"
        rest = *STEPS[1:], _CLOSED
        _plant(book, f"{result}, followed up, then the others", "met", first, *asked, *rest)
        what = f"{result}, followed up in the other order, then the others"
        _plant(book, what, "met", first, *reversed(asked), *rest)
        _plant(book, f"{result} not followed up, then the others", "breached", first, *rest)
        for left_out in asked:
            what = f"{result} followed up without {left_out}"
            _plant(book, what, "breached", first, *(step for step in asked if step != left_out), *rest)
        what = f"{result} at the last step, closed without following it up"
        _plant(book, what, "breached", *STEPS[:-1], f"{STEPS[-1]}:{result}", _CLOSED)
        what = f"{result} at the last step, followed up, then closed"
        _plant(book, what, "met", *STEPS[:-1], f"{STEPS[-1]}:{result}", *asked, _CLOSED)
    what = "a voicemail followed up after the next step only"
    _plant(book, what, "breached", f"{STEPS[0]}:voicemail", STEPS[1], *MESSAGE, *STEPS[2:], _CLOSED)
    _plant(book, "no answer, which asks for nothing", "met", f"{STEPS[0]}:no_answer", *STEPS[1:], _CLOSED)


def _plant_ends(book: Book) -> None:
    _plant(book, "somebody reached at the first step, then closed", "met", STEPS[0], _REACHED, _CLOSED)
    _plant(book, "somebody reached at the fifth step, then closed", "met", *STEPS[:5], _REACHED, _CLOSED)
    what = "a voicemail, and somebody reached before its message: nothing more is asked for"
    _plant(book, what, "met", f"{STEPS[0]}:voicemail", _REACHED)
    _plant(book, "five steps and neither reached nor closed", "pending", *STEPS[:5])
    _plant(book, "a skipped step, neither reached nor closed", "breached", STEPS[0], STEPS[2])
    _plant(book, "the provider's own problem, which asks for no contacts", None, _CLOSED, to="provider")
    at = book.arrival(3, 25)
    problem = _write(book, at, (*STEPS, _CLOSED), apart=0)
    book.plant(CONTACTS, problem, at, "met", "all six steps and the closing at one instant")
