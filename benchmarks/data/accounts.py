"""The customers of a year: their sites, the problems on their side, and what they are billed."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from benchmarks.data.drawing import BEGIN, END, YEAR, Cases, Chance, Ints, happened, words
from sla_rules.instants import DAY, HOUR, MINUTE

SITES_A_CUSTOMER = 100
_STEPS = ("technical_contact", "scheduler", "room", "connected_participants", "participating_sites", "primary_contact")
_CONNECTED = 3
"""The place of the step that is due only where somebody else is connected."""
_MONTHS = 12
LINE = pl.Struct(
    {
        "conference_id": pl.Int64,
        "call_time": pl.String,
        "total_minutes": pl.Int64,
        "total_charge": pl.Int64,
        "project_applies": pl.Boolean,
        "project_code": pl.String,
        "leader": pl.String,
        "requester": pl.String,
        "participating_sites": pl.Int64,
        "billing_code": pl.String,
        "connection_speed": pl.String,
        "minutes_per_site": pl.Int64,
        "charge_per_site": pl.Int64,
        "optional_feature_charges": pl.Int64,
        "credit_of_earlier": pl.Boolean,
    }
)
"""A line of an invoice; amounts in cents."""


def sites(chance: Chance, cases: Cases) -> Iterator[pl.DataFrame]:
    """Sites of customers: one customer in ten starts with 80 of them, another with just the 75 that are not many."""
    count, subjects = len(cases), cases.subjects
    customer, place = np.divmod(cases.numbers, SITES_A_CUSTOMER)
    initial = ((customer % 10 == 0) & (place < 80)) | ((customer % 10 == 1) & (place < 75))
    is_room, received = chance.share(0.5, count), cases.begins
    fields = {
        "customer": words([f"customer {number}" for number in range(int(customer[-1]) + 1 if count else 0)], customer),
        "kind": words(("scheduled", "internal_room"), is_room.astype(np.int64)),
        "initial": pl.Series(initial),
    }
    yield happened("site.info_received", subjects, received, **fields)
    yield happened("site.record_updated", subjects, received + chance.spans(HOUR, count))
    yield happened("site.registered", subjects, received + chance.spans(6 * HOUR, count, 0.5), is_room)
    certified = received + chance.spans(8 * HOUR, count, 0.5)
    yield happened("site.certified", subjects, certified, ~cases.every(300, 12))
    upgraded, troubled = cases.every(5, 1), cases.every(8, 2)
    change = cases.begins // DAY * DAY + 10 * DAY + 15 * HOUR
    yield happened("site.change_received", subjects, change, upgraded)
    yield happened("site.change_applied", subjects, change + chance.spans(2 * HOUR, count), upgraded)
    yield happened("site.record_updated", subjects, change + chance.spans(3 * HOUR, count), upgraded)
    yield happened("site.network_problem", subjects, change + 5 * DAY, troubled)
    again = change + 5 * DAY + chance.spans(12 * HOUR, count)
    yield happened("site.recertified", subjects, again, troubled & ~cases.every(80, 2))


def problems(chance: Chance, cases: Cases) -> Iterator[pl.DataFrame]:
    """Problems, most of them the client's: contacts are tried in order until somebody is reached, or all have been."""
    count, subjects = len(cases), cases.subjects
    client, connected = chance.share(0.85, count), chance.numbers((40, 30, 30), count)
    known = pl.select(pl.when(pl.Series(connected < 2)).then(pl.Series(connected == 1))).to_series()
    to = words(("provider", "client"), client.astype(np.int64))
    yield happened("problem.attributed", subjects, cases.begins, to=to, connected_participants=known)
    tried = chance.between(1, len(_STEPS) + 1, count)
    at = cases.begins
    for place, step in enumerate(_STEPS):
        due = client & (tried > place)
        if place == _CONNECTED:
            due &= connected != 0
        voicemail = due & chance.share(0.3, count)
        result = words(("no_answer", "voicemail"), voicemail.astype(np.int64))
        yield happened("problem.step", subjects, at + 3 * MINUTE, due, step=step, result=result)
        yield happened("problem.step", subjects, at + 6 * MINUTE, voicemail, step="message_left")
        asked = voicemail & ~cases.every(150, 4)
        yield happened("problem.step", subjects, at + 9 * MINUTE, asked, step="receptionist")
        at = at + np.where(due, 12 * MINUTE, 0)
    closed = client & (cases.every(40, 9) | ((tried == len(_STEPS)) & chance.share(0.5, count)))
    yield happened("problem.contact_reached", subjects, at + 3 * MINUTE, client & ~closed)
    yield happened("problem.closed", subjects, at + 5 * MINUTE)


def bills(chance: Chance, cases: Cases, of: int) -> Iterator[pl.DataFrame]:
    """A month of a customer and its invoice in the month after; some late, some with a gap or a credit in a line.

    Args:
        chance: what is drawn from.
        cases: the months of customers, month by month.
        of: how many of them the year has.
    """
    count = len(cases)
    customers = max(of // _MONTHS, 1)
    month = np.minimum(cases.numbers // customers, _MONTHS - 1)
    account = words([f"account {number}" for number in range(customers)], cases.numbers % customers)
    labels = words([f"{YEAR}-{number:02}" for number in range(1, _MONTHS + 1)], month)
    firsts = np.array([f"{YEAR}-{number:02}" for number in range(1, _MONTHS + 1)], dtype="datetime64[us]")
    ends = np.append(firsts[1:].astype(np.int64), END)
    active = firsts.astype(np.int64)[month] + chance.between(12 * HOUR, 27 * DAY, count)
    issued = ends[month] + chance.between(12 * HOUR, 20 * DAY, count) + np.where(cases.every(120, 5), 30 * DAY, 0)
    fields = {"customer": account, "month": labels}
    yield happened("billing.customer_active", account, active, **fields)
    recipient = chance.pick({"Accounts payable": 995, None: 5}, count)
    invoice = {**fields, "recipient": recipient, "lines": _lines(chance, cases)}
    yield happened("invoice.issued", cases.subjects, issued, ~cases.every(250, 6), **invoice)
    notes = pl.select(pl.concat_str(pl.lit("CN-"), cases.subjects)).to_series()
    yield happened("credit_note.issued", notes, issued + DAY, cases.every(30, 7), **fields)


def _lines(chance: Chance, cases: Cases) -> pl.Series:
    """The lines of each invoice, one to five, each a conference; amounts in cents."""
    many: Ints = chance.between(1, 6, len(cases))
    invoice = np.repeat(np.arange(len(cases), dtype=np.int64), many)
    count = len(invoice)
    minutes, sites = chance.between(15, 180, count), chance.between(2, 9, count)
    at = BEGIN + chance.between(0, END - BEGIN, count)
    project = chance.share(0.2, count)
    lines = pl.DataFrame(
        {
            "conference_id": chance.between(1, 10**9, count),
            "call_time": pl.Series(at).cast(pl.Datetime("us", "UTC")).dt.to_string("%Y-%m-%dT%H:%M:%SZ"),
            "total_minutes": minutes * sites,
            "total_charge": minutes * sites * 39,
            "project_applies": project,
            "project_code": pl.select(pl.when(pl.Series(project)).then(pl.lit("P-7"))).to_series(),
            "leader": chance.pick({"M. Roy": 500, "A. Diaz": 499, None: 1}, count),
            "requester": chance.pick({"Front office": 3, "Sales": 1}, count),
            "participating_sites": sites,
            "billing_code": chance.pick({"B1": 1, "B2": 1}, count),
            "connection_speed": chance.pick({"384": 1, "768": 2}, count),
            "minutes_per_site": minutes,
            "charge_per_site": minutes * 39,
            "optional_feature_charges": chance.between(0, 500, count),
            "credit_of_earlier": chance.share(0.0005, count),
        }
    )
    whole = pl.DataFrame({"invoice": invoice, "line": lines.to_struct()})
    return whole.group_by("invoice", maintain_order=True).agg("line").get_column("line")
