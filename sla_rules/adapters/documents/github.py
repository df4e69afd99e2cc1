"""GitHub: the timeline of an issue, the events of the issues of a repository, and issues themselves.

An event of a timeline seldom names its issue. So in a list, as the API gives it, all events belong to the one issue
that some of them name; where they name none or several, write `issue_number` into the events, or the list as
`{"number": 7, "timeline": [...]}`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sla_rules.adapters.documents.records import Record, Row, at, beside, event, listed, name, needed, records
from sla_rules.errors import InputError, quoted
from sla_rules.sources.rows import Rows, readable

_NUMBER = re.compile(r"/(?:issues|pull|pulls)/([0-9]+)(?:[/#?]|$)")
_LOOKED_AT = 256
_LINKS = ("issue_url", "html_url", "pull_request_url", "url")
_NAMES = ("login", "name", "title", "slug")
_TIMES = (("created_at",), ("submitted_at",), ("committer", "date"), ("author", "date"))


def github_timeline_rows(path: Path, _: ZoneInfo | None = None) -> Rows:
    """Yield `issue.<event>` for every event, and `issue.opened` once for every issue that is told as a whole.

    The subject is the number of the issue, the id `<event>/<id>`. People, labels and milestones are told by their name.

    Raises:
        InputError: the file cannot be opened.
    """
    coming = records(path)
    number = None
    if _is_list(path):
        found = list(coming)
        number, coming = _only_number(found), iter(found)
    opened: set[str] = set()
    for count, record in coming:
        if isinstance(record, InputError):
            yield count, record
            continue
        try:
            for row in _of_record(record, number, opened):
                yield count, row
        except InputError as error:
            yield count, error


def _is_list(path: Path) -> bool:
    with readable(path), path.open("rb") as file:
        return file.read(_LOOKED_AT).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")


def _only_number(found: list[tuple[int, Any]]) -> str | None:
    """Return the number of the issue that records name; None where they name none or several."""
    named = {_number(record) for _, record in found if isinstance(record, Mapping)} - {None}
    return named.pop() if len(named) == 1 else None


def _of_record(record: Any, number: str | None, opened: set[str]) -> Iterator[Row | InputError]:
    if not isinstance(record, Mapping):
        raise InputError(f"{quoted(record)} is not an object")
    whole = record.get("issue", record if "event" not in record else None)
    if isinstance(whole, Mapping):
        yield from _opened(whole, opened)
    if "event" in record:
        yield _of_event(record, _number(record) or number)
        return
    for item in listed(record, "timeline"):
        try:
            if not isinstance(item, Mapping):
                raise InputError(f"{quoted(item)} is not an object")
            yield _of_event(item, name(record.get("number")))
        except InputError as error:
            yield error


def _opened(issue: Record, opened: set[str]) -> Iterator[Row]:
    subject = needed(issue, "number")
    if subject in opened or issue.get("created_at") is None:
        return
    opened.add(subject)
    told = {key: value for key, value in _told(issue).items() if key not in ("number", "state", "state_reason")}
    yield event(id=f"opened/{subject}", type="issue.opened", subject=subject, time=issue["created_at"], fields=told)


def _of_event(record: Record, number: str | None) -> Row:
    type = needed(record, "event")
    if number is None:
        raise InputError(f"nothing says to which issue {quoted(type)} belongs; write `issue_number` into it")
    id = name(record.get("id")) or name(record.get("sha"))
    times = [at(record, *keys) for keys in _TIMES]
    comments = record.get("comments")
    if isinstance(comments, list):  # those on one line of a pull request
        times += [at(comment, "created_at") for comment in comments[:1]]
    time = next((each for each in times if each is not None), None)
    told = _told({key: value for key, value in record.items() if key not in ("event", "rename")})
    told |= {key: at(record, "rename", key) for key in ("from", "to")}
    return event(
        id=None if id is None else f"{type}/{id}", type=f"issue.{type}", subject=number, time=time, fields=told
    )


def _number(record: Record) -> str | None:
    """Return the number of the issue that an event names, of which it tells, or to which it links."""
    for found in (record.get("issue_number"), at(record, "issue", "number"), record.get("number")):
        if name(found) is not None:
            return name(found)
    for link in _LINKS:
        found = _NUMBER.search(record[link]) if isinstance(record.get(link), str) else None
        if found is not None:
            return found[1]
    return None


def _told(record: Record) -> Row:
    """Return the fields of a record: plain values, and the names of people, labels and milestones."""
    told: Row = {}
    for key, value in record.items():
        if key in ("created_at", "submitted_at", "node_id", "url", "issue", "timeline") or key.endswith("_url"):
            continue
        told[key] = [_named(item) for item in value] if isinstance(value, list) else _named(value)
    told.pop("id", None)
    return beside(told, "issue_")


def _named(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
