"""Billing: an invoice a month (#33), the fields of its lines (#34), and credits in a note of their own (#35)."""

from collections.abc import Mapping

from sla_rules.instants import DAY, HOUR, MICROSECOND
from sla_rules.testing.simulate.book import Book, Subject

MONTHLY = "billing.monthly"
FIELDS = "billing.invoice_fields"
CREDIT = "billing.credit_separate"

REQUIRED = (
    "conference_id",
    "call_time",
    "total_minutes",
    "total_charge",
    "leader",
    "requester",
    "participating_sites",
    "billing_code",
    "connection_speed",
    "minutes_per_site",
    "charge_per_site",
    "optional_feature_charges",
)

Line = dict[str, object]


def add_invoices(book: Book, invoices: int) -> None:
    """Write down the planted invoices, and ordinary ones until there are so many, for the month before."""
    _plant_months(book)
    _plant_fields(book)
    _plant_credits(book)
    while book.made("invoice") < invoices:
        customer = f"account {book.made('invoice') + 1}"
        _active(book, customer)
        _invoice(book, book.business(book.days[:20]), customer, _lines(book))


def _active(book: Book, customer: str, at: int | None = None) -> int:
    """The customer holds conferences in the month before, or in that of `at`."""
    at = book.business(book.days_before) if at is None else at
    book.event(at, "billing.customer_active", customer, customer=customer, month=book.label_of(at))
    return at


def _line(book: Book, **changed: object) -> Line:
    minutes = 5 * book.random.randint(3, 30)
    line: Line = {
        "conference_id": f"B-{book.random.randint(10_000, 99_999)}",
        "call_time": f"{book.label_before}-12T15:00:00Z",
        "total_minutes": 2 * minutes,
        "total_charge": f"{2 * minutes}.00",
        "leader": "A. Martin",
        "requester": "B. Roy",
        "participating_sites": ["Montréal", "Toronto"],
        "billing_code": "Q-17",
        "connection_speed": "384 kbit/s",
        "minutes_per_site": {"Montréal": minutes, "Toronto": minutes},
        "charge_per_site": {"Montréal": f"{minutes}.00", "Toronto": f"{minutes}.00"},
        "optional_feature_charges": {"recording": "0.00"},
    }
    return line | changed


def _lines(book: Book) -> list[Line]:
    lines = [_line(book) for _ in range(book.random.randint(1, 4))]
    if book.chance(30):
        lines.append(_line(book, project_applies=True, project_code="P-2"))
    return lines


def _invoice(
    book: Book,
    at: int,
    customer: str,
    lines: list[Line] | None,
    *,
    label: str | None = None,
    fields: Mapping[str, object] | None = None,
) -> Subject:
    """Write down an invoice for the month before, or for the month `label`; `fields` replaces its recipient."""
    invoice = book.subject("invoice")
    data: dict[str, object] = {"customer": customer, "month": label or book.label_before}
    data |= {"recipient": "Accounts payable"} if fields is None else fields
    if lines is not None:
        data["lines"] = lines
    book.event(at, "invoice.issued", invoice, **data)
    return invoice


# --- An invoice within the following month.


def _plant_months(book: Book) -> None:
    us = MICROSECOND
    numbers = iter(range(1, 100))

    def plant(what: str, outcome: str | None, issued: int | None, active: int | None = None) -> str:
        customer = f"planted account {next(numbers)}"
        began = _active(book, customer, active)
        if issued is not None:
            _invoice(book, issued, customer, _lines(book), label=book.label_of(began))
        book.plant(MONTHLY, customer, began, outcome, what)
        return customer

    plant("invoiced in the first instant after the following month", "breached", book.end)
    plant("invoiced in the last microsecond of the following month", "met", book.end - us)
    plant("invoiced in the last microsecond but one of the following month", "met", book.end - 2 * us)
    plant("never invoiced", "breached", None)
    plant("invoiced a day after the following month", "breached", book.end + DAY)
    what = "active in the last microsecond of a month, invoiced in the first instant after the following one"
    plant(what, "breached", book.end, book.start - us)
    what = "active in the last microsecond of a month, invoiced in the last one of the following month"
    plant(what, "met", book.end - us, book.start - us)
    what = "active in the first instant of a month, whose following one is not over, and not invoiced yet"
    plant(what, "pending", None, book.start)
    plant("active in the first instant of a month, invoiced a day after it", "met", book.end + DAY, book.start)
    plant("active in the last microsecond of a month, not invoiced yet", "pending", None, book.end - us)
    noon = book.at(book.days[9], 12)
    customer = plant("invoiced for another month only", "breached", None)
    _invoice(book, noon, customer, _lines(book), label=book.label)
    customer = plant("with a credit note and no invoice", "breached", None)
    note = book.subject("credit note")
    book.event(noon, "credit_note.issued", note, customer=customer, month=book.label_before)
    plant("where another customer got the invoice", "breached", None)
    _invoice(book, noon, "planted account 0", _lines(book))
    customer = "planted account active twice"
    began = _active(book, customer, book.at(book.days_before[9], 12))
    again = _active(book, customer, began + 5 * DAY)
    _invoice(book, noon, customer, _lines(book))
    book.plant(MONTHLY, customer, began, "met", "active twice in a month, invoiced once")
    book.plant(MONTHLY, customer, again, None, "active once more in a month, which asks for no second invoice")


# --- The fields of an invoice.


def _plant_fields(book: Book) -> None:
    def plant(what: str, outcome: str, lines: list[Line] | None, fields: Mapping[str, object] | None = None) -> None:
        at = book.business(book.days[:20])
        customer = f"account {book.made('invoice') + 1}"
        _active(book, customer)
        book.plant(FIELDS, _invoice(book, at, customer, lines, fields=fields), at, outcome, what)

    for field in REQUIRED:
        line = _line(book)
        del line[field]
        plant(f"a line without its {field}", "breached", [_line(book), line])
    for said, empty in (("null", None), ("empty text", ""), ("an empty list", []), ("an empty mapping", {})):
        field = book.random.choice(REQUIRED)
        plant(f"a line with {said} for its {field}", "breached", [_line(book, **{field: empty}), _line(book)])
    for field in ("total_charge", "total_minutes", "optional_feature_charges"):
        plant(f"a line with zero for its {field}", "met", [_line(book, **{field: 0})])
    project = _line(book, project_applies=True)
    plant("a line of a project without its code", "breached", [project])
    plant("a line of a project with empty text for its code", "breached", [project | {"project_code": ""}])
    plant("a line of a project with its code", "met", [project | {"project_code": "P-1"}])
    plant("a line of no project without a code", "met", [_line(book, project_applies=False)])
    plant("no recipient", "breached", [_line(book)], {})
    plant("empty text for the recipient", "breached", [_line(book)], {"recipient": ""})
    plant("null for the recipient", "breached", [_line(book)], {"recipient": None})
    plant("no lines, with a recipient", "met", [])
    plant("no lines and no recipient", "breached", [], {})


# --- Credits for conferences billed before.


def _plant_credits(book: Book) -> None:
    def plant(what: str, outcome: str, *lines: Line) -> tuple[str, int]:
        at = book.business(book.days[:20])
        customer = f"account {book.made('invoice') + 1}"
        _active(book, customer)
        book.plant(CREDIT, _invoice(book, at, customer, list(lines)), at, outcome, what)
        return customer, at

    credit = {"total_charge": "-40.00"}
    plant("a credit for an earlier conference as the only line", "breached", _line(book, credit_of_earlier=True))
    what = "a credit for an earlier conference as the last of three lines"
    plant(what, "breached", _line(book), _line(book), _line(book, **credit, credit_of_earlier=True))
    plant("a line said to be no credit for an earlier conference", "met", _line(book, credit_of_earlier=False))
    plant("a line below zero that credits no earlier conference", "met", _line(book), _line(book, **credit))
    for what, after in (("at the instant of the invoice", 0), ("an hour after the invoice", HOUR)):
        customer, at = plant(f"a credit in a note of its own, {what}", "met", _line(book))
        note = book.subject("credit note")
        book.event(at + after, "credit_note.issued", note, customer=customer, month=book.label_before)
