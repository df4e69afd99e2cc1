"""The rows of a source that are no events: counted, and the first of them listed with their places."""

from sla_rules.errors import InputError
from sla_rules.events import MOST_FINDINGS, Finding

NO_EVENTS = ("unreadable", "naive_time")
"""The kinds of findings on rows that are no events."""


class Refusals:
    """Collects the rows that are no events.

    Attributes:
        listed: a finding for each of the first.
        unlisted: how many came after them.
    """

    def __init__(self) -> None:
        self.listed: list[Finding] = []
        self.unlisted = 0

    @property
    def room(self) -> int:
        """How many more can be listed."""
        return MOST_FINDINGS - len(self.listed)

    def add(self, error: InputError, place: str) -> None:
        """Take a row that is no event, and why."""
        if not self.room:
            self.unlisted += 1
            return
        message = str(error)
        kind = "naive_time" if "no offset or zone" in message else "unreadable"
        self.listed.append(Finding(kind, message.removeprefix(f"{place}: "), place=place))

    def findings(self, source: str) -> list[Finding]:
        """Return the findings; `source` names what was read."""
        if not self.unlisted:
            return self.listed
        message = f"{self.unlisted} more rows of {source} cannot be read"
        return [*self.listed, Finding("unreadable", message, count=self.unlisted)]

    def need_events(self, source: str) -> None:
        """Refuse a source of which no row is an event. Raises `InputError` with the first problem."""
        if self.listed:
            raise InputError(f"{source}: no row is an event; the first problem: {self.listed[0].message}")


def place(file: str, row: int) -> str:
    """Return the place of a row as messages name it: `events.jsonl:12`, `events.parquet: row 7`, `row 7` of a frame.

    Args:
        file: the name of the file; empty for a frame in memory.
        row: the number of the line, or of the row, from 1.
    """
    if not file:
        return f"row {row}"
    return f"{file}: row {row}" if file.lower().endswith(".parquet") else f"{file}:{row}"
