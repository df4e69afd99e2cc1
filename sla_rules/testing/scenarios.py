"""Scenarios: little histories beside an agreement, with the verdicts that its clauses ask for.

A scenario file (`support.scenarios.yaml` beside `support.yaml`) says in words that a contract manager understands
what happens and what must come of it:

    scenarios:
      - name: An urgent ticket answered exactly at its 10 minutes is in time
        clause: support.response
        start: 2026-03-02T14:00:00Z
        events:
          - {type: ticket.opened, subject: T-1, data: {severity: SL4}}
          - {type: ticket.responded, subject: T-1, after: 10 min}
        expect:
          - {policy: support.response, subject: T-1, outcome: met, margin: 0 s}

Of every policy that `expect` or `policies` names, the verdicts must be exactly those expected.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, model_validator

from sla_rules.agreement import Agreement
from sla_rules.errors import AgreementError, InputError, Problem, did_you_mean, quoted
from sla_rules.events import Event, Window
from sla_rules.instants import FIRST, LAST, micros, moment, say_span
from sla_rules.language.base import Duration, Model, Text, listed, read_duration, shown, wrong
from sla_rules.language.loading import SCENARIOS
from sla_rules.language.problems import validated
from sla_rules.language.reading import Lines, read_file
from sla_rules.verdict import Verdict, Verdicts

Judge = Callable[..., Verdicts]


def _read_instant(value: object) -> int:
    if type(value) is int:
        return value
    try:
        return micros(value)
    except InputError as error:
        raise wrong(str(error)) from None


def _read_signed(value: object) -> int:
    """Read a duration that may be negative, such as `-1 µs`."""
    if isinstance(value, str) and value.startswith("-"):
        return -read_duration(value[1:].strip())
    return value if type(value) is int else read_duration(value)


def _read_fraction(value: object) -> Fraction:
    try:
        return value if isinstance(value, Fraction) else Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise wrong(f"{shown(value)} is not a fraction such as `4/5`") from None


Instant = Annotated[int, BeforeValidator(_read_instant, json_schema_input_type=str)]
Signed = Annotated[int, BeforeValidator(_read_signed, json_schema_input_type=str)]
Share = Annotated[Fraction, BeforeValidator(_read_fraction, json_schema_input_type=str)]


class Told(Model):
    """An event of a scenario; `repeat: 76` makes as many, with `{n}` in texts replaced by 1, 2 and so on."""

    type: Text
    subject: Text
    time: Instant | None = Field(default=None, description="When it happened.")
    after: Duration | None = Field(default=None, description="When it happened, counted from the scenario's start.")
    id: Text | None = None
    data: dict[str, Any] = {}
    repeat: Annotated[StrictInt, Field(ge=1, le=10_000)] | None = None
    every: Duration = Field(default=0, description="The time between repeated events.")


class Stretch(Model):
    """A window passed in with the events."""

    kind: Text
    start: Instant
    end: Instant | None = None
    scope: Text | None = None


OUTCOMES = Literal["met", "breached", "pending", "exempt", "void", "undetermined"]


class Expected(Model):
    """A verdict that must come out, as far as it is said; `count` for several alike."""

    policy: Text
    subject: str | None = None
    outcome: OUTCOMES
    count: Annotated[StrictInt, Field(ge=1)] = 1
    start: Instant | None = None
    due: Instant | None = None
    due_after: Duration | None = Field(default=None, description="The due instant, counted from the scenario's start.")
    stop: Instant | None = None
    limit: Duration | None = None
    elapsed: Duration | None = None
    margin: Signed | None = None
    period: Text | None = None
    share: Share | None = None
    counted: StrictInt | None = None
    exempted_by: Annotated[tuple[Text, ...], BeforeValidator(listed)] | None = None
    version: Text | None = None
    down: Duration | None = None
    excluded: Duration | None = None
    measured: Duration | None = None


class Scenario(Model):
    """A history and its verdicts."""

    name: Text
    clause: Annotated[tuple[Text, ...], BeforeValidator(listed, json_schema_input_type=str | list[str])]
    start: Instant | None = Field(default=None, description="The instant from which `after` counts.")
    events: tuple[Told, ...]
    windows: tuple[Stretch, ...] = ()
    as_of: Instant | None = None
    as_of_after: Duration | None = None
    policies: tuple[Text, ...] = Field(default=(), description="Policies that are judged besides those expected.")
    expect: tuple[Expected, ...] = ()
    findings: tuple[Text, ...] | None = Field(default=None, description="The kinds of all findings, sorted.")

    @model_validator(mode="after")
    def _timed(self) -> "Scenario":
        for index, event in enumerate(self.events):
            if event.time is None and self.start is None:
                raise wrong("an event without `time` needs the scenario's `start`", "events", index)
            if event.time is not None and event.after is not None:
                raise wrong("an event has `time` or `after`, not both", "events", index)
        counted = self.as_of_after is not None or any(expected.due_after is not None for expected in self.expect)
        if counted and self.start is None:
            raise wrong("`as_of_after` and `due_after` need the scenario's `start`")
        if not self.expect and not self.policies:
            raise wrong("nothing is judged; give `expect`, or `policies` that give no verdict")
        return self

    @property
    def judged(self) -> tuple[str, ...]:
        """The ids of the policies that are judged."""
        return tuple(dict.fromkeys((*self.policies, *(expected.policy for expected in self.expect))))


class Equivalent(Model):
    """A mutant of the agreement that no scenario can notice, and why not."""

    mutant: Text = Field(description="Its id, as `sla_rules.testing.mutants` gives it.")
    why: Text


class ScenarioFile(Model):
    """A file of scenarios; `defaults` are taken where a scenario does not say otherwise."""

    start: Instant | None = None
    scenarios: tuple[Scenario, ...]
    equivalent_mutants: tuple[Equivalent, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _common_start(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("start") is not None and isinstance(data.get("scenarios"), list):
            each = [{"start": data["start"], **one} if isinstance(one, dict) else one for one in data["scenarios"]]
            return {**data, "scenarios": each}
        return data


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a scenario: how its verdicts differ from those expected, one sentence each; none if they agree."""

    scenario: Scenario
    file: str
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the verdicts are those expected."""
        return not self.differences


def scenario_files(folder: Path) -> list[Path]:
    """Return the scenario files of an agreement: in its folder, or beside its file with the same beginning."""
    if folder.is_dir():
        return sorted(folder.rglob(f"*{SCENARIOS}"))
    return sorted(folder.parent.glob(f"{folder.stem}{SCENARIOS}"))


def read_scenarios(file: Path, agreement: Agreement) -> list[Scenario]:
    """Return the scenarios of a file. Raises `AgreementError` with the line of everything that is wrong."""
    raw, places = read_file(file)
    lines = Lines(dict(places), str(file))
    scenarios = list(validated(ScenarioFile, raw, lines).scenarios)
    problems: list[Problem] = []
    names: set[str] = set()
    types = {type for version in agreement.versions for type in version.events}
    kinds = {kind for version in agreement.versions for kind in version.windows}
    for index, scenario in enumerate(scenarios):
        at = ("scenarios", index)
        if scenario.name in names:
            problems.append(lines.problem((*at, "name"), f"{quoted(scenario.name)} stands there twice"))
        names.add(scenario.name)
        for what, used, known in (
            ("policy", scenario.judged, agreement.known_policies),
            ("clause", scenario.clause, agreement.clauses),
            ("event type", [event.type for event in scenario.events], types),
            ("window", [window.kind for window in scenario.windows], kinds),
        ):
            for name in dict.fromkeys(used):
                if name not in known:
                    message = f"unknown {what} {quoted(name)}{did_you_mean(name, known)}"
                    problems.append(lines.problem(at, message))
    if problems:
        raise AgreementError(problems)
    return scenarios


def run_all(agreement: Agreement, judge: Judge) -> list[Result]:
    """Run every scenario that stands beside an agreement. Raises `AgreementError` where one cannot be read."""
    return [run(scenario, agreement, judge, file) for file, scenario in scenarios_of(agreement)]


def scenarios_of(agreement: Agreement) -> list[tuple[str, Scenario]]:
    """Return every scenario beside an agreement that judges policies of it alone, with the name of its file.

    Raises:
        AgreementError: a scenario file cannot be read.
    """
    files = [] if agreement.source is None else scenario_files(agreement.source)
    found = [(file.name, scenario) for file in files for scenario in read_scenarios(file, agreement)]
    return [(file, scenario) for file, scenario in found if set(scenario.judged) <= agreement.policies.keys()]


def run(scenario: Scenario, agreement: Agreement, judge: Judge, file: str = "") -> Result:
    """Judge a scenario's history and compare the verdicts with those expected."""
    verdicts = judge(
        agreement.only(*scenario.judged),
        list(history(scenario)),
        as_of=as_of(scenario),
        windows=[
            Window(kind=each.kind, start=moment(each.start), end=_moment(each.end), scope=each.scope)
            for each in scenario.windows
        ],
    )
    differences = list(compare(scenario, verdicts))
    if scenario.findings is not None:
        found = tuple(sorted(finding.kind for finding in verdicts.findings))
        if found != tuple(sorted(scenario.findings)):
            wanted = ", ".join(scenario.findings) or "none"
            differences.append(f"findings {', '.join(found) or 'none'}, expected {wanted}")
    return Result(scenario, file, tuple(differences))


def history(scenario: Scenario) -> Iterable[Event]:
    """Yield the events of a scenario; ids number them in the order of writing unless said."""
    number = 0
    for told in scenario.events:
        first = told.time if told.time is not None else (scenario.start or 0) + (told.after or 0)
        for repetition in range(1, (told.repeat or 1) + 1):
            number += 1
            yield Event(
                id=_numbered(told.id, repetition) if told.id else f"{number:05}",
                type=told.type,
                subject=_numbered(told.subject, repetition),
                time=_shown(first + told.every * (repetition - 1)),
                data=_numbered(told.data, repetition),
            )


def _shown(at: int) -> object:
    if not FIRST <= at <= LAST:
        raise InputError("an event of the scenario lies outside the years 1 to 9999")
    return moment(at)


def as_of(scenario: Scenario) -> object:
    """Return the instant of knowledge of a scenario; None for that of its latest event."""
    if scenario.as_of is not None:
        return moment(scenario.as_of)
    return None if scenario.as_of_after is None else moment((scenario.start or 0) + scenario.as_of_after)


def _moment(at: int | None) -> object:
    return None if at is None else moment(at)


def _numbered(value: Any, number: int) -> Any:
    if isinstance(value, str):
        return value.replace("{n}", str(number))
    if isinstance(value, dict):
        return {key: _numbered(item, number) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbered(item, number) for item in value]
    return value


def compare(scenario: Scenario, verdicts: Verdicts) -> Iterable[str]:
    """Yield how the verdicts differ from those expected: each, the most exactly said first, takes one that fits."""
    left = list(verdicts)
    for expected in sorted(scenario.expect, key=lambda each: -len(each.model_fields_set)):
        for _ in range(expected.count):
            fitting = next((verdict for verdict in left if fits(expected, verdict, scenario)), None)
            if fitting is None:
                yield f"no verdict {said(expected)}{_nearest(expected, left)}"
                break
            left.remove(fitting)
    for key, count in Counter(map(_label, left)).items():
        yield f"not expected: {f'{count} x ' if count > 1 else ''}{key}"


def fits(expected: Expected, verdict: Verdict, scenario: Scenario) -> bool:
    """Say whether a verdict is the one expected."""
    if (verdict.policy, verdict.outcome) != (expected.policy, expected.outcome):
        return False
    return all(actual == wanted for _, wanted, actual in compared(expected, verdict, scenario))


def compared(expected: Expected, verdict: Verdict, scenario: Scenario) -> list[tuple[str, Any, Any]]:
    """Return each field that is said, with what is expected and what came out."""
    due = expected.due if expected.due_after is None else (scenario.start or 0) + expected.due_after
    uptime = verdict.uptime
    fields = [
        ("subject", expected.subject, verdict.subject),
        ("start", expected.start, verdict.start_at),
        ("due", due, verdict.due_at),
        ("stop", expected.stop, verdict.stop_at),
        ("limit", expected.limit, verdict.limit_micros),
        ("elapsed", expected.elapsed, verdict.elapsed_micros),
        ("margin", expected.margin, verdict.margin_micros),
        ("period", expected.period, verdict.period),
        ("share", expected.share, verdict.share),
        ("counted", expected.counted, verdict.counted),
        ("exempted_by", expected.exempted_by, verdict.exempted_by),
        ("version", expected.version, verdict.version),
        ("down", expected.down, None if uptime is None else uptime.down),
        ("excluded", expected.excluded, None if uptime is None else uptime.excluded),
        ("measured", expected.measured, None if uptime is None else uptime.measured),
    ]
    return [field for field in fields if field[1] is not None]


def said(expected: Expected) -> str:
    """An expected verdict in words."""
    subject = f" of {expected.subject}" if expected.subject else ""
    return f"`{expected.policy}`{subject} {expected.outcome}"


def _nearest(expected: Expected, left: list[Verdict]) -> str:
    """Show the verdicts of the same policy that came out instead."""
    same = [verdict for verdict in left if verdict.policy == expected.policy]
    return f"; there is {', '.join(map(_label, same[:3]))}" if same else ""


def _label(verdict: Verdict) -> str:
    subject = f" of {verdict.subject}" if verdict.subject else ""
    margin = "" if verdict.margin_micros is None else f", margin {say_span(verdict.margin_micros)}"
    period = "" if verdict.period is None else f" in {verdict.period}"
    return f"`{verdict.policy}`{subject}{period} {verdict.outcome}{margin}"
