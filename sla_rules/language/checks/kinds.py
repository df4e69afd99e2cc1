"""What each kind of policy adds to what all of them share: one function a kind, named like it."""

from collections.abc import Callable
from typing import Any

from sla_rules.errors import quoted
from sla_rules.language.checks.calendars import check_calendar_choice
from sla_rules.language.checks.conditions import check_condition, check_selectors
from sla_rules.language.checks.limits import check_deferral, check_limit
from sla_rules.language.checks.names import Names, Path
from sla_rules.language.checks.windows import check_exclusions
from sla_rules.language.declarations import KEY_KINDS, PLAIN_KINDS
from sla_rules.language.limits import BusinessDays, CalendarDays, EndOf, counts_time, simple_limits
from sla_rules.language.policies import (
    Availability,
    Classification,
    Deadline,
    Never,
    NoOverlap,
    PauseBetween,
    Policy,
    Procedure,
    RequiredFields,
)


def deadline(names: Names, path: Path, policy: Deadline) -> None:
    """Its events, its limit, and what moves the clock."""
    for role in ("start", "stop", "cancel", "resume"):
        check_selectors(names, (*path, role), getattr(policy, role), stops=role == "stop")
    for index, pause in enumerate(policy.pause):
        at = (*path, "pause", index)
        if isinstance(pause, PauseBetween):
            check_selectors(names, (*at, "from"), pause.from_)
            check_selectors(names, (*at, "to"), pause.to)
        else:
            check_condition(names, (*at, "while"), pause.while_)
    check_limit(names, (*path, "limit"), policy.limit)
    _limit_fits(names, path, policy)
    check_calendar_choice(names, (*path, "calendar"), policy.calendar)
    check_exclusions(names, (*path, "exclude"), policy.exclude)
    if policy.deferral is not None:
        check_deferral(names, (*path, "deferral"), policy.deferral)


def _limit_fits(names: Names, path: Path, policy: Deadline) -> None:
    """What stretches or tightens counted time needs a limit of counted time."""
    limits = simple_limits(policy.limit)
    counted = any(counts_time(limit) for limit in limits)
    for role in ("pause", "exclude"):
        if getattr(policy, role) and not counted:
            names.problem((*path, role), f"{role} moves only limits of counted time, and this one is none")
    if policy.strict and any(isinstance(limit, (EndOf, BusinessDays, CalendarDays)) for limit in limits):
        names.problem((*path, "strict"), "a limit in calendar or business days is never strict: it ends with its day")


def never(names: Names, path: Path, policy: Never) -> None:
    """Its events, and that nothing is said in vain."""
    for role in ("for_each", "until", "violated_by"):
        check_selectors(names, (*path, role), getattr(policy, role))
    if policy.for_each is None:
        _unused(names, path, policy, ("until", "occurrence"), "without `for_each` each violation is one of its own")


def _unused(names: Names, path: Path, policy: Policy, keys: tuple[str, ...], why: str) -> None:
    """Note keys that would be without effect."""
    for key in keys:
        if key in policy.model_fields_set:
            names.problem((*path, key), f"{quoted(key)} has no effect here: {why}")


def no_overlap(names: Names, path: Path, policy: NoOverlap) -> None:
    """Its events, and the fields of a booking."""
    check_selectors(names, (*path, "booked"), policy.booked)
    check_selectors(names, (*path, "released"), policy.released)
    names.own_field((*path, "resource"), policy.resource, policy.booked, KEY_KINDS)
    for role, name in (("from", policy.from_), ("to", policy.to)):
        names.own_field((*path, role), name, policy.booked, ("instant",))


def procedure(names: Names, path: Path, policy: Procedure) -> None:
    """Its events, its steps, and what they ask for."""
    check_selectors(names, (*path, "start"), policy.start)
    check_selectors(names, (*path, "step", "event"), policy.step.event)
    steps_known = names.own_field((*path, "step", "field"), policy.step.field, policy.step.event, ("text",))
    if policy.end is not None:
        check_selectors(names, (*path, "end", "reached"), policy.end.reached)
        check_selectors(names, (*path, "end", "closed"), policy.end.closed)
    steps = [step.name for step in policy.steps]
    for index, step in enumerate(policy.steps):
        if step.name in steps[:index]:
            names.problem((*path, "steps", index), f"step {quoted(step.name)} stands there twice")
        if steps_known:
            names.possible((*path, "steps", index), policy.step.field, step.name, policy.step.event)
        check_condition(names, (*path, "steps", index, "when"), step.when)
    if policy.begin_at is not None:
        names.known((*path, "begin_at"), "step", policy.begin_at, steps)
    for name, by_value in policy.asks.items():
        if names.own_field((*path, "asks", name), name, policy.step.event, ("text",)):
            for value in by_value:
                names.possible((*path, "asks", name, value), name, value, policy.step.event)


def required_fields(names: Names, path: Path, policy: RequiredFields) -> None:
    """Its records, and the fields that they can have."""
    check_selectors(names, (*path, "record"), policy.record)
    for index, field in enumerate(policy.fields):
        names.own_field((*path, "fields", index), field.name, policy.record)
        check_condition(names, (*path, "fields", index, "when"), field.when)
    if policy.each is not None:
        names.own_field((*path, "each"), policy.each, policy.record, ("list",))


def classification(names: Names, path: Path, policy: Classification) -> None:
    """Its starts, and that each row of its table can be reached and its value recorded."""
    check_selectors(names, (*path, "start"), policy.start)
    if names.own_field((*path, "value"), policy.value, policy.start, PLAIN_KINDS):
        for index, row in enumerate(policy.table):
            names.possible((*path, "table", index, "value"), policy.value, row.value, policy.start)
    for index, row in enumerate(policy.table):
        check_condition(names, (*path, "table", index, "when"), row.when, policy.start)
        if row.when is None and index + 1 < len(policy.table):
            names.problem((*path, "table", index + 1), "never reached: the row before takes all that is left")


def availability(names: Names, path: Path, policy: Availability) -> None:
    """Its events and windows, and that nothing is said in vain."""
    for role in ("down", "up", "monitored"):
        check_selectors(names, (*path, role), getattr(policy, role))
    check_exclusions(names, (*path, "exclude"), policy.exclude)
    unused = ("objective", "applies", "exemptions", "match")
    _unused(names, path, policy, unused, "an availability is judged by service and month")


KINDS: dict[str, Callable[[Names, Path, Any], None]] = {
    "deadline": deadline,
    "never": never,
    "no_overlap": no_overlap,
    "procedure": procedure,
    "required_fields": required_fields,
    "classification": classification,
    "availability": availability,
}
"""The function that checks each kind of policy."""
