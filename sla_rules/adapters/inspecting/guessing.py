"""A map for a table that no preset fits, guessed from the names of its columns and what stands in them."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from sla_rules.adapters.inspecting.clocks import Clock, clock_of, not_read
from sla_rules.adapters.inspecting.nearest import same
from sla_rules.adapters.mapping import SourceMap, load_map
from sla_rules.errors import quoted

_SUBJECTS = (
    "subject", "caseconceptname", "caseid", "case", "casenumber", "caseno", "ticketid", "ticket", "ticketnumber",
    "ticketno", "incidentid", "incident", "incidentnumber", "issuekey", "issueid", "issue", "requestid", "request",
    "requestnumber", "orderid", "order", "taskid", "task", "uniquekey", "number", "key", "reference", "id",
)  # fmt: skip
_TYPES = ("type", "eventtype", "event", "eventname", "activity", "activityname", "conceptname", "action", "operation")
_TIMES = (
    "time", "timestamp", "timetimestamp", "eventtime", "occurredat", "datetime", "created", "createdat", "changedat",
    "date", "endtime", "completetimestamp",
)  # fmt: skip
_IDS = ("id", "eventid", "uuid", "guid", "historyid")
_CHANGE = {
    "field": ("field", "fieldname", "changedfield", "attribute", "property"),
    "from": ("fromstring", "from", "oldvalue", "oldstring", "previousvalue", "valuebefore", "before", "old"),
    "to": ("tostring", "to", "newvalue", "newstring", "value", "valueafter", "after", "new"),
}

_NOTHING = ("?", "NULL", "null", "(null)", "NaN", "nan", "N/A", "#N/A", "\\N")
"""Texts by which products say that nothing is there."""
_PLANNED = re.compile(r"due|target|deadline|planned|expected|estimated|breach|sla")
_TOUCHED = re.compile(r"updated|modified|changed")
_OF_TIME = re.compile(r"^(?:date|time|dt)_(?=.)|(?<=.)_(?:at|on|dt|date|time|datetime|ts|timestamp)$")
_MOST_TYPES = 200


@dataclass(frozen=True)
class Guess:
    """A map, and on what it rests.

    Attributes:
        map: what was found; it reads nothing where something is lacking.
        why: one line for each thing found.
        lacking: one line for each thing not found without which no row is an event.
    """

    map: SourceMap
    why: tuple[str, ...]
    lacking: tuple[str, ...]


def guessed(sample: pl.DataFrame, types: Collection[str] = ()) -> Guess:
    """Return the likeliest map for a table, of which `sample` are the first rows.

    Args:
        sample: text, or typed as the source has it.
        types: those that an agreement declares, for milestones.
    """
    return _Guessing(sample, types).guess()


class _Guessing:
    """Looks for the columns that say who, what and when, those whose names say it first."""

    def __init__(self, sample: pl.DataFrame, types: Collection[str]) -> None:
        self._types = types
        self._missing = [text for text in _NOTHING if any(text in sample[name] for name in _texts(sample))]
        nothing = ["", *self._missing]
        self._sample = sample.with_columns(
            pl.when(pl.col(name).is_in(nothing)).then(None).otherwise(pl.col(name)).alias(name)
            for name in _texts(sample)
        )
        named = [name for name in reversed(sample.columns) if name]
        last = {_plain(name.rpartition(":")[2]): name for name in named}  # `activity` of `ocel:activity`
        self._plain = last | {_plain(name): name for name in named}
        self._why: list[str] = []
        self._lacking: list[str] = []

    @cached_property
    def _clocks(self) -> dict[str, Clock]:
        found = {column.name: clock_of(column) for column in self._sample if column.name}
        return {name: clock for name, clock in found.items() if clock is not None}

    def guess(self) -> Guess:
        subject = self._subject()
        changes = self._changes()
        type = None if changes else self._type(subject)
        marks = [] if changes or type else list(self._marks())
        if len(marks) > 1:
            plan = self._milestones(subject, marks)
        else:
            plan = self._events(subject, type, changes)
        for column in self._sample:
            told = not_read(column) if column.name else None
            if told is not None:
                self._why.append(f"{quoted(column.name)}: looks like times, but {told}; it is not read as times")
        plan |= self._forms([*plan.get("milestones", {}), *plan["columns"].values()])
        if self._missing:
            plan["missing"] = ["", *self._missing]
            self._why.append(f"{', '.join(map(quoted, self._missing))}: that nothing is there")
        return Guess(load_map(plan), tuple(self._why), tuple(self._lacking))

    def _named(self, names: Collection[str]) -> Iterator[str]:
        return (self._plain[name] for name in names if name in self._plain)

    def _subject(self) -> str | None:
        named = next((name for name in self._named(_SUBJECTS) if self._like_a_name(name)), None)
        if named is not None:
            self._why.append(f"{quoted(named)}: the case, by its name; {self._told(named)}")
            return named
        distinct = {name: self._sample[name].n_unique() for name in self._sample.columns if self._like_a_name(name)}
        among = {name: number for name, number in distinct.items() if 1 < number < self._sample.height} or distinct
        found = max(among, key=lambda name: among[name], default=None)
        if found is None:
            self._lacking.append("no column looks like the case: name it as `subject` under `columns`")
        else:
            self._why.append(f"{quoted(found)}: the case, by what stands in it; {self._told(found)}")
        return found

    def _like_a_name(self, name: str) -> bool:
        """Say whether a column holds names of things: always there, one word, no time."""
        values = self._sample[name]
        if not name or name in self._clocks or values.is_empty() or values.null_count() > 0.01 * len(values):
            return False
        if values.dtype == pl.String:
            return bool(values.str.contains(r"\s").sum() < 0.1 * len(values))
        return values.dtype.is_integer()

    def _changes(self) -> dict[str, str] | None:
        found = {key: next(self._named(names), None) for key, names in _CHANGE.items()}
        if None in found.values() or not self._clocks:
            return None
        told = ", ".join(f"{quoted(str(name))} the {what}" for what, name in found.items())
        self._why.append(f"{told}: rows are changes of a field")
        return {key: str(name) for key, name in found.items()}

    def _type(self, subject: str | None) -> str | None:
        unique = subject is not None and self._sample[subject].n_unique() == self._sample.height
        for name in self._named(_TYPES):
            values = self._sample[name]
            several = len(list(self._marks())) > 1 and unique
            if name not in {subject, *self._clocks} and values.n_unique() <= _MOST_TYPES and not several:
                self._why.append(f"{quoted(name)}: the type of event, by its name; {self._told(name)}")
                return name
        return None

    def _marks(self) -> Iterator[str]:
        """Yield the columns of times that tell what happened: no deadlines, and no times of the last change."""
        return (
            name for name in self._clocks if not _PLANNED.search(_snake(name)) and not _TOUCHED.search(_snake(name))
        )

    def _milestones(self, subject: str | None, marks: list[str]) -> dict[str, Any]:
        named = {name: self._milestone(name) for name in marks}
        twice = Counter(named.values())
        given = {name: type if twice[type] == 1 else f"case.{_snake(name)}" for name, type in named.items()}
        self._why.append(f"{', '.join(map(quoted, marks))}: times of milestones, one row a case")
        plan: dict[str, Any] = {"shape": "milestones", "columns": {}, "milestones": given}
        if subject is None:
            return plan
        plan["columns"]["subject"] = subject
        touched = [name for name in self._clocks if _TOUCHED.search(_snake(name)) and name not in given]
        if touched and self._sample[subject].n_unique() < self._sample.height:
            plan["last_by"] = touched[0]
            self._why.append(f"{quoted(touched[0])}: which of several rows of a case counts")
        return plan

    def _milestone(self, name: str) -> str:
        word = _OF_TIME.sub("", _snake(name)) or "recorded"
        return same(word, self._types) or f"case.{word}"

    def _events(self, subject: str | None, type: str | None, changes: dict[str, str] | None) -> dict[str, Any]:
        columns = {"subject": subject, "type": type, "time": self._time()}
        columns["id"] = next((name for name in self._named(_IDS) if name != subject and self._all_distinct(name)), None)
        plan: dict[str, Any] = {
            "shape": "changes" if changes else "events",
            "columns": {our: their for our, their in columns.items() if their is not None},
        }
        if changes:
            plan["changes"] = changes
        elif type is None:
            plan["type"] = "case.recorded"
            self._why.append("no column says the type of event: all are `case.recorded`")
        return plan

    def _time(self) -> str | None:
        named = next((name for name in self._named(_TIMES) if name in self._clocks), None)
        found = named or next(self._marks(), None) or next(iter(self._clocks), None)
        if found is None:
            self._lacking.append(
                "no column looks like times: name it as `time` under `columns`, its form under `times`"
            )
        else:
            others = [name for name in self._clocks if name != found]
            beside = f"; other times: {', '.join(map(quoted, others))}" if others else ""
            self._why.append(f"{quoted(found)}: the time{beside}")
        return found

    def _all_distinct(self, name: str) -> bool:
        values = self._sample[name]
        return name not in self._clocks and not values.null_count() and values.n_unique() == len(values)

    def _forms(self, names: list[str]) -> dict[str, Any]:
        """Return the forms of times that are used."""
        # What one column leaves in doubt, day first or month first, another may tell.
        sure = list(dict.fromkeys(clock.form for clock in self._clocks.values() if clock.form and not clock.other))
        forms = list(sure)
        for name, clock in self._clocks.items():
            told = clock.other if clock.other in sure else clock.form
            if told is None:
                continue
            if told not in forms:
                forms.append(told)
            if name in names:
                doubt = "" if told in sure else f", or `{clock.other}`: no row tells day and month apart"
                self._why.append(f"{quoted(name)}: times such as `{told}`{doubt}")
        return {"times": forms} if forms else {}

    def _told(self, name: str) -> str:
        values = self._sample[name]
        return f"{values.drop_nulls().n_unique()} distinct in the first {len(values)} rows"


def _texts(sample: pl.DataFrame) -> list[str]:
    return [name for name, kind in sample.schema.items() if kind == pl.String]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _snake(name: str) -> str:
    """Return a name in the form `opened_at`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[\W_]+", "_", parted).strip("_").lower()
