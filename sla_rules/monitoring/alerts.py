"""Alerts: what a monitor says, each with a number, until someone acknowledges it."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import pendulum

from sla_rules.instants import moment
from sla_rules.monitoring.kept import text_of

KINDS = ("started", "warning", "breached", "met", "exempt", "void", "raised", "withdrawn")
"""What an alert may say; `raised` comes from a rule of the agreement, `withdrawn` takes an earlier alert back."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to know about one obligation, one period, or one case.

    Attributes:
        number: its own for good; an alert that comes again is the same one.
        kind: started, warning, breached, met, exempt, void, raised or withdrawn.
        at: the instant of knowledge at which it was made, in microseconds since 1970 UTC; `time` shows it.
        policy: the id of the policy; empty for an alert of a rule.
        rule: the id of the rule that raised it, or "".
        subject: whose obligation it is; empty for a period.
        key: the values of the policy's match.
        period: the label of the period that it is about, or of the month of an availability.
        start_at, due_at: of the obligation, as known then, in microseconds.
        clauses: the clause, and those of the exemptions that apply.
        reason: one sentence.
        point: of a warning, which one: `80 %`, `15 min before`.
        withdraws: the number of the alert that no longer holds.
        version: of the agreement.
    """

    number: int
    kind: str
    at: int
    policy: str
    subject: str
    key: tuple[str, ...]
    reason: str
    clauses: tuple[str, ...]
    rule: str = ""
    period: str | None = None
    start_at: int | None = None
    due_at: int | None = None
    point: str | None = None
    withdraws: int | None = None
    version: str | None = None

    @property
    def clause(self) -> str:
        """The clause that it rests on."""
        return self.clauses[0]

    @property
    def time(self) -> pendulum.DateTime:
        """When it was made, in UTC, by the clock that the monitor was told."""
        return moment(self.at)

    @property
    def start(self) -> pendulum.DateTime | None:
        """When the obligation began, in UTC."""
        return None if self.start_at is None else moment(self.start_at)

    @property
    def due(self) -> pendulum.DateTime | None:
        """The last instant in time as known then, in UTC; None while open, paused or unknown."""
        return None if self.due_at is None else moment(self.due_at)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values: instants as ISO text in UTC."""
        plain = {name: value for name, value in asdict(self).items() if not name.endswith("at") or name == "at"}
        shown = {"time": self.time, "start": self.start, "due": self.due}
        times = {name: None if at is None else at.isoformat().replace("+00:00", "Z") for name, at in shown.items()}
        del plain["at"]
        return {**plain, "key": list(self.key), "clauses": list(self.clauses), **times}


def key_of(number: int) -> str:
    """Return the key of an alert in a store: keys in order are numbers in order."""
    return f"{number:012}"


def written(alert: Alert) -> str:
    """Return an alert as a store keeps it."""
    return text_of({name: getattr(alert, name) for name in Alert.__slots__})


def read(text: str) -> Alert:
    """Return an alert that a store kept."""
    said = json.loads(text)
    return Alert(**{**said, "key": tuple(said["key"]), "clauses": tuple(said["clauses"])})
