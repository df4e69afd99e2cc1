"""Jira issues with their changelog, as the REST API gives them (`expand=changelog`): one, a list, or a search result.

An issue states its values of today. Where the changelog says that a field changed, the issue was created with the value
before the first change; without a changelog nobody knows the status of then, so it is left out.

A field has two names: its id, which the issue gives (`customfield_10050`), and the one that people and changes see
(`Severity`). Its values are told under both, as far as the changes of the file, or `names`, say what they are.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sla_rules.adapters.documents.records import Record, Row, at, beside, event, listed, name, needed, records, rows_of
from sla_rules.errors import InputError, quoted
from sla_rules.instants import micros
from sla_rules.sources.rows import Rows
from sla_rules.sources.zones import localised

PAGES = ("issues",)

_NO_FIELDS = {"created", "updated", "resolutiondate", "lastViewed", "description", "comment", "worklog", "attachment"}
_STATES = ("status", "resolution", "statusCategory", "statuscategorychangedate")
"""Fields whose value of today is seldom that of the creation."""
_NAMES = ("displayName", "name", "value", "key")
_CUSTOM = "customfield_"

Names = dict[str, str]
"""What people call each field, by its id; without those that two fields share."""


def jira_rows(path: Path, zone: ZoneInfo | None = None) -> Rows:
    """Yield `issue.created`, one `<field>.changed` for each change, and `issue.resolved` for the last resolution.

    Ids are `<key>/created`, `<history>:<n>` and `<key>/resolved/<time>`; the subject is the key of the issue. The file
    is read twice, since any issue may tell what a field of the others is called.

    Raises:
        InputError: the file cannot be opened.
    """
    return rows_of(path, PAGES, partial(_of_issue, names=_names(path), zone=zone))


def _names(path: Path) -> Names:
    """Return what the fields of a file are called."""
    ids: set[str] = set()
    called: Names = {}
    for _, page in records(path):
        issues = at(page, *PAGES)
        for issue in [page, *(issues if isinstance(issues, list) else ())]:
            fields = at(issue, "fields")
            ids.update(fields if isinstance(fields, Mapping) else ())
            called |= _called(issue)
    ids.update(called)
    shared = Counter(called.values())
    return {id: each for id, each in called.items() if shared[each] == 1 and (each == id or each not in ids)}


def _called(issue: object) -> Names:
    """Return the names that changes of an issue give to fields, and `names` to those that are not of Jira itself."""
    names, histories = at(issue, "names"), at(issue, "changelog", "histories")
    stated = names.items() if isinstance(names, Mapping) else ()
    called = {id: each for id, each in stated if id.startswith(_CUSTOM) and name(each)}
    for history in histories if isinstance(histories, list) else ():
        items = at(history, "items")
        for item in items if isinstance(items, list) else ():
            id, each = name(at(item, "fieldId")), name(at(item, "field"))
            if id and each:
                called[id] = each
    return called


def _of_issue(issue: Record, names: Names, zone: ZoneInfo | None) -> Iterator[Row | InputError]:
    key, fields = needed(issue, "key"), issue.get("fields")
    if not isinstance(fields, Mapping):
        raise InputError(f"issue {quoted(key)}: `fields` must be an object, found {quoted(fields)}")
    log = issue.get("changelog")
    histories = listed(log, "histories") if isinstance(log, Mapping) else None
    yield from _created(key, fields, histories, names, zone)
    for history in histories or ():
        yield from _changes(key, history, names)
    total = at(log, "total")
    if isinstance(total, int) and total > len(histories or ()):
        yield InputError(f"issue {quoted(key)}: {len(histories or ())} of {total} changes are here, the others are not")
    resolved = fields.get("resolutiondate")
    if resolved:
        told = {"resolution": _shown(fields.get("resolution"))}
        yield event(id=f"{key}/resolved/{resolved}", type="issue.resolved", subject=key, time=resolved, fields=told)


def _created(
    key: str, fields: Record, histories: list[Any] | None, names: Names, zone: ZoneInfo | None
) -> Iterator[Row | InputError]:
    values = {field: _shown(value) for field, value in fields.items() if field not in _NO_FIELDS}
    if histories is None:
        for state in _STATES:
            values.pop(state, None)
    for field, before in _before(histories or (), names, zone).items():
        # Changes of a list name single items, so what the whole was cannot be known; labels are named together.
        values[field] = None if isinstance(values.get(field), list) and field != "labels" else before
    values = {names[field]: value for field, value in values.items() if field in names} | values
    try:
        told = beside(values, "issue_")
        yield event(id=f"{key}/created", type="issue.created", subject=key, time=fields.get("created"), fields=told)
    except InputError as error:
        yield InputError(f"issue {quoted(key)}: {error}")


def _before(histories: list[Any] | tuple[()], names: Names, zone: ZoneInfo | None) -> Row:
    """Return the value before the first change of each field that changed."""
    timed = []
    for history in histories:
        try:
            timed.append((micros(localised(at(history, "created"), zone)), history))
        except InputError:
            continue  # told as a change without a time
    before: Row = {}
    for _, history in sorted(timed, key=lambda pair: pair[0]):
        items = at(history, "items")
        for item in items if isinstance(items, list) else ():
            field = _id(item, names)
            if field is not None:
                before.setdefault(field, _side(item, "from", "fromString"))
    return before


def _id(item: object, names: Names) -> str | None:
    """Return the id of the field that changed; where nothing tells it, as in old servers, its name."""
    called = name(at(item, "field"))
    return name(at(item, "fieldId")) or next((id for id, each in names.items() if each == called), called)


def _changes(key: str, history: Any, names: Names) -> Iterator[Row | InputError]:
    try:
        if not isinstance(history, Mapping):
            raise InputError(f"a history must be an object, found {quoted(history)}")
        for n, item in enumerate(listed(history, "items")):
            if not isinstance(item, Mapping):
                raise InputError(f"a change must be an object, found {quoted(item)}")
            yield _change(key, history, n, item, names)
    except InputError as error:
        yield InputError(f"issue {quoted(key)}: {error}")


def _change(key: str, history: Record, n: int, item: Record, names: Names) -> Row:
    field, id = needed(item, "field"), name(history.get("id"))
    before, after = _side(item, "from", "fromString"), _side(item, "to", "toString")
    own = _id(item, names) or field
    told = {"from": before, "to": after, **beside({own: after, names.get(own, own): after}, "issue_")}
    told |= {"from_id": item.get("from"), "to_id": item.get("to"), "author": _shown(history.get("author"))}
    return event(
        id=None if id is None else f"{id}:{n}",
        type=f"{field}.changed",
        subject=key,
        time=history.get("created"),
        fields=told,
    )


def _side(item: Record, raw: str, text: str) -> Any:
    """Return the value on one side of a change as the issue itself would show it."""
    shown = item.get(text)
    if item.get("field") == "labels":
        return shown.split() if isinstance(shown, str) else shown
    # The text of a date has a time, `2026-03-02 00:00:00.0`, the issue has none.
    return item.get(raw) or shown if item.get("field") == "duedate" else shown


def _shown(value: Any) -> Any:
    """Return a value of an issue as people read it: an object by its name; None for one that has none."""
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "completedCycles" in value or "ongoingCycle" in value:
        return None  # a service level, see `jira_sla`
    return next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
