"""The elements of an XES log as they stream by: traces with their events, and the rows that they state."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.parsers import expat

from sla_rules.adapters.documents.records import Row, beside, event, name
from sla_rules.errors import InputError, quoted

_DEEPEST = 100
"""Elements within one another; real logs have less than ten."""
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class Element:
    """An element of a log: an attribute, a list, an event, a trace."""

    __slots__ = ("inner", "key", "tag", "value")

    def __init__(self, tag: str, key: str | None, value: str | None) -> None:
        self.tag = tag
        self.key = key
        self.value = value
        self.inner: list[Element] = []


class Log:
    """A log that is parsed piece by piece.

    Attributes:
        root: the name of the outermost element, None before it began.
        ended: whether the last piece was parsed.
    """

    def __init__(self) -> None:
        self.root: str | None = None
        self.ended = False
        self._open: list[Element] = []
        self._rows: list[Row | InputError] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = _refuse_type_definition

    def parse(self, piece: bytes) -> None:
        """Parse a piece; an empty one is the end.

        Raises:
            InputError: it is no XML, no log, or has a type definition; rows before are still to be taken.
        """
        self.ended = not piece
        try:
            self._parser.Parse(piece, self.ended)
        except InputError:
            raise
        # `LookupError` and `ValueError`: the encoding that the file declares is unknown, or none that expat takes.
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise InputError(f"not XML: {error}") from None

    def taken(self) -> list[Row | InputError]:
        """Return the rows since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if self.root is None:
            self.root = tag
            if tag != "log":
                raise InputError(f"no XES log: it begins with {quoted(tag)}")
        if len(self._open) == _DEEPEST:
            raise InputError(f"line {self._parser.CurrentLineNumber}: more than {_DEEPEST} elements within one another")
        self._open.append(Element(tag, attributes.get("key"), attributes.get("value")))

    def _end(self, _: str) -> None:
        element = self._open.pop()
        if len(self._open) > 1:
            self._open[-1].inner.append(element)
        elif element.tag == "trace":
            self._rows += _of_trace(element)
        elif element.tag == "event":
            self._rows.append(_of_event(element, {}))


def _refuse_type_definition(*_: object) -> None:
    raise InputError("a document with a type definition (DTD) is not read")


def _of_trace(trace: Element) -> list[Row | InputError]:
    events = [element for element in trace.inner if element.tag == "event"]
    try:
        case = _fields([element for element in trace.inner if element.tag != "event"], "case:")
    except InputError as error:
        return [InputError(f"the trace of the event: {error}")] * len(events)
    return [_of_event(element, case) for element in events]


def _of_event(element: Element, case: Row) -> Row | InputError:
    try:
        fields = case | _fields(element.inner)
        id, type, subject, time = (
            fields.pop(key, None) for key in ("identity:id", "concept:name", "case:concept:name", "time:timestamp")
        )
        for key, value in (("concept:name", type), ("case:concept:name", subject), ("time:timestamp", time)):
            if name(value) is None:
                raise InputError(f"{quoted(key)} is missing")
        return event(id=id, type=type, subject=subject, time=time, fields=beside(fields, "event:"))
    except InputError as error:
        return error


def _fields(attributes: list[Element], before: str = "") -> Row:
    """Return attributes by their keys, and those within one of a single value under `<key>/<inner key>`."""
    fields: Row = {}
    for attribute in attributes:
        key = f"{before}{_key(attribute)}"
        fields[key] = _value(attribute)
        if attribute.tag not in ("list", "container"):
            fields |= _fields(attribute.inner, f"{key}/")
    return fields


def _key(attribute: Element) -> str:
    if not attribute.key:
        raise InputError(f"an attribute {quoted(attribute.tag)} has no key")
    return attribute.key


def _value(attribute: Element) -> Any:
    if attribute.tag == "list":
        held = [item for item in attribute.inner if item.tag == "values"]
        return [_item(item) for each in held or [attribute] for item in each.inner]
    if attribute.tag == "container":
        return {_key(item): _item(item) for item in attribute.inner}
    text = attribute.value
    if text is None:
        return None
    if attribute.tag == "int" and _INTEGER.fullmatch(text.strip()):
        return int(text)
    if attribute.tag == "float" and _FLOAT.fullmatch(text.strip()):
        try:
            return Decimal(text.strip())
        except InvalidOperation:
            return text
    if attribute.tag == "boolean":
        return _BOOLEANS.get(text.strip(), text)
    return text


def _item(element: Element) -> Any:
    """Return the value of an item of a list or container; one that has attributes of its own is an object."""
    if not element.inner or element.tag in ("list", "container"):
        return _value(element)
    return {"value": _value(element), **{_key(each): _item(each) for each in element.inner}}
