"""Verdicts: what became of each obligation, and of each period that an objective promises."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pendulum

from sla_rules.agreement import Agreement
from sla_rules.calendar import Calendar
from sla_rules.events import Finding, Window
from sla_rules.instants import micros, moment, say_span, span
from sla_rules.lang import Lang, in_language
from sla_rules.language.document import Clause
from sla_rules.language.policies import AnyPolicy
from sla_rules.reason import local, reason
from sla_rules.trace import Trace, trace


class Outcome(StrEnum):
    """What became of an obligation. Compares equal to its text."""

    MET = "met"
    BREACHED = "breached"
    PENDING = "pending"
    EXEMPT = "exempt"
    VOID = "void"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Terms:
    """What all verdicts of one policy have in common: by what, in which zone and as of when they were judged."""

    policy: AnyPolicy
    clause: Clause
    zone: ZoneInfo
    version: str | None
    calendars: Mapping[str, Calendar]
    as_of: int | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many instances of a period came to which outcome."""

    met: int = 0
    breached: int = 0
    pending: int = 0
    exempt: int = 0
    void: int = 0
    undetermined: int = 0


@dataclass(frozen=True, slots=True)
class Uptime:
    """How much of a month is measured, how much was excluded, and how long the service was down, in microseconds."""

    measured: int
    excluded: int
    down: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one instance of a policy, or of one period of a policy with an objective.

    Instants are held as microseconds since 1970 UTC and spans as microseconds; `start`, `due`, `stop` show them
    as `pendulum.DateTime` in UTC, `limit`, `elapsed`, `margin` as `timedelta`.

    Attributes:
        terms: the policy and what comes with it.
        subject: that of the start event; empty for a period.
        key: the values of the policy's `match`; empty for a period.
        outcome: met, breached, pending, exempt, void or undetermined.
        start_at: when the obligation began.
        due_at: the last instant in time; None while open, paused or unknown.
        stop_at: when it was fulfilled; None if it was not.
        limit_micros: the counted time that it had; None where the limit is an instant, none or unknown.
        elapsed_micros: the counted time from the start to the stop, the cancel or `as_of`.
        margin_micros: the counted time left at that instant, negative when late.
        period: the label of the period that the instance counts in, or that is judged.
        exempted_by: the ids of all exemptions that apply.
        evidence: the names of the events that decided it.
        basis: the fields and values that chose the limit.
        cause: why an undetermined verdict cannot be known.
        cancelled_at: when it was cancelled, in time or not.
        detail: what went wrong, or how far it came, in the words of the agreement: missing fields, the recorded
            and the expected value, the steps concerned, the booking that stood in the way.
        calendar: the name of the calendar by which time counted; None where none did.
        standing_still: the pauses, reopenings and windows during which it did not count, each with its events or id.
        tally: the counts of a period; None for an instance.
        uptime: numerator, denominator and what was taken out, of an availability.
    """

    terms: Terms
    subject: str
    key: tuple[str, ...]
    outcome: Outcome
    start_at: int | None = None
    due_at: int | None = None
    stop_at: int | None = None
    limit_micros: int | None = None
    elapsed_micros: int | None = None
    margin_micros: int | None = None
    period: str | None = None
    exempted_by: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    basis: tuple[tuple[str, Any], ...] = ()
    cause: str | None = None
    cancelled_at: int | None = None
    detail: tuple[str, ...] = ()
    calendar: str | None = None
    standing_still: tuple[Window, ...] = ()
    tally: Tally | None = None
    uptime: Uptime | None = None

    def __hash__(self) -> int:
        return hash((self.policy, self.subject, self.key, self.start_at, self.period))

    @property
    def policy(self) -> str:
        """The id of the policy."""
        return self.terms.policy.id

    @property
    def version(self) -> str | None:
        """The version of the agreement by which it was judged; None for an undated one."""
        return self.terms.version

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clause of the policy, then those of the exemptions that apply."""
        granted = [
            exemption.clause or self.terms.policy.clause
            for exemption in self.terms.policy.exemptions
            if exemption.id in self.exempted_by
        ]
        return tuple(dict.fromkeys((self.terms.policy.clause, *granted)))

    @property
    def start(self) -> pendulum.DateTime | None:
        """When the obligation began, in UTC."""
        return None if self.start_at is None else moment(self.start_at)

    @property
    def due(self) -> pendulum.DateTime | None:
        """The last instant in time, in UTC."""
        return None if self.due_at is None else moment(self.due_at)

    @property
    def stop(self) -> pendulum.DateTime | None:
        """When it was fulfilled, in UTC."""
        return None if self.stop_at is None else moment(self.stop_at)

    @property
    def limit(self) -> timedelta | None:
        """The counted time that it had."""
        return None if self.limit_micros is None else span(self.limit_micros)

    @property
    def elapsed(self) -> timedelta | None:
        """The counted time that it took."""
        return None if self.elapsed_micros is None else span(self.elapsed_micros)

    @property
    def margin(self) -> timedelta | None:
        """The counted time left, negative when late."""
        return None if self.margin_micros is None else span(self.margin_micros)

    @property
    def met(self) -> int | None:
        """How many instances of the period were met."""
        return None if self.tally is None else self.tally.met

    @property
    def breached(self) -> int | None:
        """How many instances of the period were breached."""
        return None if self.tally is None else self.tally.breached

    @property
    def counted(self) -> int | None:
        """The denominator of the period: met and breached instances."""
        return None if self.tally is None else self.tally.met + self.tally.breached

    @property
    def measured(self) -> timedelta | None:
        """The denominator of an availability: the month without what was excluded."""
        return None if self.uptime is None else span(self.uptime.measured)

    @property
    def excluded(self) -> timedelta | None:
        """What was taken out of the month of an availability."""
        return None if self.uptime is None else span(self.uptime.excluded)

    @property
    def down(self) -> timedelta | None:
        """How long the service was down outside of what was excluded."""
        return None if self.uptime is None else span(self.uptime.down)

    @property
    def share(self) -> Fraction | None:
        """The share of met instances among those counted, or of uptime, exactly; None where nothing is counted yet."""
        if self.uptime is not None:
            return Fraction(self.uptime.measured - self.uptime.down, self.uptime.measured)
        return Fraction(self.tally.met, self.counted) if self.tally is not None and self.counted else None

    @property
    def reason(self) -> str:
        """One sentence that says why, with the numbers."""
        return reason(self)

    def reason_in(self, lang: Lang) -> str:
        """Return the same sentence in English (`en`) or French (`fr`). Raises `InputError` for another language."""
        return reason(self, lang)

    @property
    def trace(self) -> Trace:
        """The story of the verdict: from when to when what counted and what did not, and what decided it."""
        return trace(self)

    def _repr_html_(self) -> str:
        """What became of it, why and where it says so, and its time as a bar, as notebooks show it."""
        from sla_rules.markup import render

        stretches = self.trace.stretches
        return render(
            "repr_verdict.html",
            verdict=self,
            stretches=stretches,
            in_language=in_language,
            local=local,
            micros=micros,
            say_span=say_span,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the public fields as plain values: instants as ISO text in UTC, spans as microseconds."""
        shown: dict[str, Any] = {
            "policy": self.policy,
            "subject": self.subject,
            "key": list(self.key),
            "outcome": str(self.outcome),
            "start": _iso(self.start_at),
            "due": _iso(self.due_at),
            "stop": _iso(self.stop_at),
            "limit": self.limit_micros,
            "elapsed": self.elapsed_micros,
            "margin": self.margin_micros,
            "period": self.period,
            "clauses": list(self.clauses),
            "exempted_by": list(self.exempted_by),
            "reason": self.reason,
            "evidence": list(self.evidence),
            "version": self.version,
        }
        if self.tally is not None:
            share = None if self.share is None else str(self.share)
            shown |= {"counted": self.counted, "met": self.met, "breached": self.breached, "share": share}
        if self.uptime is not None:
            shown |= {**asdict(self.uptime), "share": str(self.share)}
        return shown


def _iso(at: int | None) -> str | None:
    return None if at is None else moment(at).isoformat().replace("+00:00", "Z")


class Verdicts(list[Verdict]):
    """A list of verdicts, with what else a reader needs.

    Attributes:
        agreement: by what was judged.
        as_of: the instant of knowledge, in microseconds since 1970 UTC; None where there was no event.
        findings: what is remarkable about the data.
        given: how many events of each type came in, repeated ones and those after `as_of` included.
        attributes: takes the name of a field and returns its last known value as of `as_of`, by subject.
    """

    def __init__(self, agreement: Agreement, as_of: int | None) -> None:
        super().__init__()
        self.agreement = agreement
        self.as_of = as_of
        self.findings: list[Finding] = []
        self.given: dict[str, int] = {}
        self.attributes: Callable[[str], dict[str, Any]] = nothing_known


def nothing_known(_: str) -> dict[str, Any]:
    """Return the values of a field, by subject, where no event was read."""
    return {}
