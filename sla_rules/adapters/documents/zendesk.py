"""Zendesk tickets (a list, or pages of an export), ticket audits, and ticket metric events.

A ticket states its values at the time of the export: they are fields of all its events, but `status` only of the
update, since a ticket is not created solved. Audits say what changed, and when.

Exports repeat tickets: each page has those that changed since the one before. Of all records of a ticket, in all files
that are read together, the one with the latest `updated_at` counts; the others are no findings.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from sla_rules.adapters.documents.records import Record, Row, at, beside, event, listed, name, needed, rows_of
from sla_rules.errors import InputError, quoted
from sla_rules.sources.rows import Rows

TICKETS, AUDITS, METRICS = "tickets", "audits", "ticket_metric_events"

_NO_FIELDS = {"created_at", "generated_timestamp", "description", "metric_set", "custom_fields", "fields"}
_TOLD_LATER = ("status", "custom_status_id", "satisfaction_rating")
_MILESTONES = {"initially_assigned_at": "ticket.assigned", "solved_at": "ticket.solved"}
"""Times of the metric set of a ticket, with the event that each is."""


def zendesk_rows(path: Path, _: ZoneInfo | None = None) -> Rows:
    """Yield `ticket.created` and `ticket.updated`; with a metric set also `ticket.assigned` and `ticket.solved`.

    All have the field `updated_at`, the time of what they tell. The subject is the id of the ticket; its own subject
    and type are the fields `ticket_subject` and `ticket_type`, a custom field is `custom_<id>`.

    Raises:
        InputError: the file cannot be opened.
    """
    return rows_of(path, (TICKETS,), _of_ticket)


def zendesk_audits_rows(path: Path, _: ZoneInfo | None = None) -> Rows:
    """Yield `ticket.created` with the values set then, `<field>.changed`, `ticket.commented`, and the other events.

    An event of another type, such as `Notification`, is `ticket.notification`. Ids are `<audit>` for the creation and
    `<audit>:<event>` for the others.

    Raises:
        InputError: the file cannot be opened.
    """
    return rows_of(path, (AUDITS,), _of_audit)


def zendesk_metrics_rows(path: Path, _: ZoneInfo | None = None) -> Rows:
    """Yield the metric events as `<metric>.<type>`, such as `reply_time.activate`; the subject is the ticket.

    Objects become fields of their own: `sla_target_in_seconds`, `sla_policy_title`, `status_business`.

    Raises:
        InputError: the file cannot be opened.
    """
    return rows_of(path, (METRICS,), _of_metric)


def _of_ticket(record: Record) -> Iterator[Row | InputError]:
    ticket = record["ticket"] if isinstance(record.get("ticket"), Mapping) else record
    id = needed(ticket, "id")
    told = beside(_told(ticket), "ticket_")
    early = {key: value for key, value in told.items() if key not in _TOLD_LATER}
    updated = ticket.get("updated_at")
    metrics = ticket.get("metric_set")
    found = [("ticket.created", f"{id}/created", ticket.get("created_at"), early)]
    if updated is not None:
        found.append(("ticket.updated", f"{id}/updated/{updated}", updated, told))
    for key, type in _MILESTONES.items():
        time = at(metrics, key)
        if time is not None:
            found.append((type, f"{id}/{key}/{time}", time, early))
    for type, named, time, fields in found:
        try:
            yield event(id=named, type=type, subject=id, time=time, fields=fields)
        except InputError as error:
            yield InputError(f"{type} of ticket {quoted(id)}: {error}")


def _told(ticket: Record) -> Row:
    told = {key: value for key, value in ticket.items() if key not in _NO_FIELDS}
    custom = ticket.get("custom_fields")
    for field in custom if isinstance(custom, list) else ():
        id = name(at(field, "id"))
        if id is not None:
            told[f"custom_{id}"] = at(field, "value")
    return told


def _of_audit(audit: Record) -> Iterator[Row | InputError]:
    id, subject, time = needed(audit, "id"), needed(audit, "ticket_id"), audit.get("created_at")
    author = {"author_id": audit.get("author_id")}
    created: Row = {}
    others: list[Row | InputError] = []
    for item in listed(audit, "events"):
        try:
            if not isinstance(item, Mapping):
                raise InputError(f"an event of an audit must be an object, found {quoted(item)}")
            if item.get("type") == "Create":
                created |= beside({needed(item, "field_name"): item.get("value")}, "ticket_")
            else:
                type, fields = _audited(item)
                own = name(item.get("id"))
                own = None if own is None else f"{id}:{own}"
                others.append(event(id=own, type=type, subject=subject, time=time, fields={**author, **fields}))
        except InputError as error:
            others.append(InputError(f"audit {quoted(id)}: {error}"))
    if created:
        yield event(id=id, type="ticket.created", subject=subject, time=time, fields={**author, **created})
    yield from others


def _audited(item: Record) -> tuple[str, Row]:
    kind = needed(item, "type")
    if kind == "Change":
        field, after = needed(item, "field_name"), item.get("value")
        told = {"from": item.get("previous_value"), "to": after, **beside({field: after}, "ticket_")}
        return f"{field}.changed", told
    kept = {key: item.get(key) for key in ("public", "author_id") if item.get(key) is not None}
    return ("ticket.commented" if kind == "Comment" else f"ticket.{kind.lower()}"), kept


def _of_metric(record: Record) -> Iterator[Row]:
    metric, type, subject = (needed(record, key) for key in ("metric", "type", "ticket_id"))
    kept = {key: value for key, value in record.items() if key not in ("id", "type", "ticket_id", "time")}
    fields = beside(_flat(kept), "metric_")
    yield event(id=record.get("id"), type=f"{metric}.{type}", subject=subject, time=record.get("time"), fields=fields)


def _flat(values: Record, depth: int = 3) -> Row:
    """Return values with the members of objects under joined names; what lies deeper stays an object."""
    flat: Row = {}
    for key, value in values.items():
        if depth and isinstance(value, Mapping):
            flat |= {f"{key}_{inner}": item for inner, item in _flat(value, depth - 1).items()}
        else:
            flat[key] = value
    return flat
