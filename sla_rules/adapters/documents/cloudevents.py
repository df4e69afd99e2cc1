"""CloudEvents 1.0 in JSON: structured mode, batches, or one event a line.

The fields are the members of `data` and the attributes beside it (`source`, extensions); where both have a name, that
of `data` counts. `data` that is no object is the field `payload`.
"""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sla_rules.adapters.documents.records import Record, Row, beside, event, name, needed, rows_of
from sla_rules.errors import InputError, quoted
from sla_rules.sources.encoding import from_json
from sla_rules.sources.rows import Rows

_ENVELOPE = {"id", "type", "subject", "time", "specversion", "datacontenttype", "dataschema", "data", "data_base64"}


def cloudevents_rows(path: Path, _: ZoneInfo | None = None) -> Rows:
    """Yield the events of a file. The id is `<source>#<id>`: the two together tell events apart.

    Raises:
        InputError: the file cannot be opened.
    """
    return rows_of(path, (), _events)


def _events(record: Record) -> Iterator[Row]:
    id, source, type = (needed(record, key) for key in ("id", "source", "type"))
    needed(record, "specversion")
    data = _data(record)
    members = data if isinstance(data, Mapping) else {"payload": data}
    subject = name(record.get("subject")) or name(members.get("subject")) or name(members.get("id"))
    if subject is None:
        raise InputError("`subject` is missing, in `data` as well")
    attributes = {key: value for key, value in record.items() if key not in _ENVELOPE}
    fields = {**attributes, **beside(members, "data_")}
    yield event(id=f"{source}#{id}", type=type, subject=subject, time=record.get("time"), fields=fields)


def _data(record: Record) -> Any:
    encoded = record.get("data_base64")
    if encoded is None:
        return record.get("data")
    if not isinstance(encoded, str):
        raise InputError(f"`data_base64` must be text, found {quoted(encoded)}")
    try:
        return from_json(b64decode(encoded, validate=True))
    except InputError:
        return {"data_base64": encoded}
    except ValueError:
        raise InputError(f"`data_base64` is not base64: {quoted(encoded)}") from None
