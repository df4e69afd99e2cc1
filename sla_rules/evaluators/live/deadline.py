"""Deadlines, by the live evaluator: the rules say what happened, counted time says how long it took."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sla_rules.calendar import Calendar
from sla_rules.counting.allowance import Given, calendar_of, given_by
from sla_rules.counting.due import Due, counted, margin_of, ordinary_due
from sla_rules.counting.still import Still
from sla_rules.evaluators.live.asking import Asker
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.circumstances import (
    exemption_rules,
    exemptions,
    names,
    outcome,
    outcome_rules,
    period_of,
)
from sla_rules.evaluators.live.deferral import deferral_rules, deferred
from sla_rules.evaluators.live.engine import Rules
from sla_rules.evaluators.live.instances import Course, Instance, instance_rules, stop_without_start
from sla_rules.evaluators.live.still import pause_rules, standing_still
from sla_rules.evaluators.live.world import World
from sla_rules.instants import moment
from sla_rules.language.policies import Deadline
from sla_rules.verdict import Outcome, Terms, Verdict

OUTCOMES = {
    Outcome.EXEMPT: {"exempt": 1},
    Outcome.VOID: {"exempt": 0, "cancelled": 1, "in_time": 1},
    Outcome.UNDETERMINED: {"exempt": 0, "cancelled": 0, "known": 0},
    Outcome.BREACHED: {"exempt": 0, "in_time": 0},
    Outcome.PENDING: {"exempt": 0, "cancelled": 0, "known": 1, "in_time": 1, "stopped": 0},
    Outcome.MET: {"exempt": 0, "cancelled": 0, "known": 1, "in_time": 1, "stopped": 1},
}
"""A cancel after the due instant leaves the breach."""


def deadline_rules(policy: Deadline) -> Rules:
    """Return what the rules decide of a deadline: all but how much time counted."""
    never = set() if policy.cancel else {Outcome.VOID}
    if policy.limit == "none":
        never |= {Outcome.BREACHED, Outcome.UNDETERMINED}
    possible = {each: so for each, so in OUTCOMES.items() if each not in never}
    return {
        **instance_rules(policy),
        **pause_rules(policy),
        **deferral_rules(policy),
        **exemption_rules(policy),
        **outcome_rules(possible, policy),
    }


def deadline(asker: Asker[Deadline], terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every instance of a deadline."""
    policy = asker.policy
    for case in world.cases(policy.match).values():
        if case.types & policy.start_types:
            with asker.about(case) as asking:
                instances = Course(asking).follow()
            for instance in instances:
                verdict = decide(asker, terms, case, instance) if instance.in_force else None
                if verdict is not None:
                    yield verdict
        elif case.types & policy.stop_types:
            for event in case.events:
                if case.means(policy.stop, event):
                    stop_without_start(policy, event, world)
    for event in world.without_case(policy.match):
        if event.type in policy.stop_types:
            stop_without_start(policy, event, world)


class Standing(NamedTuple):
    """How an instance stands at an instant: what it is given, when its clock stood still, until when it is in time."""

    given: Given
    calendar: Calendar | str
    still: Still
    due: Due


def standing(
    asker: Asker[Deadline], case: Case, instance: Instance, at: int, facts: Mapping[str, Any] | None = None
) -> Standing:
    """Return how an instance stands at an instant, by the attributes of then unless others are given."""
    policy, agreement, start = asker.policy, case.world.agreement, instance.start
    if facts is None:
        facts = case.attributes(at, start, policy.roles)
    calendar = calendar_of(policy.calendar, facts, agreement.calendars)
    given = given_by(policy.limit, facts, start.at, agreement.zone, calendar)
    if given.reversed is not None:
        later, earlier = given.reversed
        message = f"{policy.id}: `{later}` of {start.subject} is before {earlier or start.type}"
        case.world.remark("interval_reversed", message, start, policy.id)
    if given.unjudged:
        return Standing(given, calendar, Still(), Due())
    still = standing_still(asker, case, instance, at, facts)
    due = ordinary_due(given, calendar, still, start.at, at, instance.ended_by is not None, policy.strict)
    if given.bounded and due.cause is None and policy.deferral is not None:
        with asker.about(case) as asking:
            due = deferred(due, asking, instance, at, facts)
    return Standing(given, calendar, still, due)


def decide(asker: Asker[Deadline], terms: Terms, case: Case, instance: Instance) -> Verdict | None:
    """Judge an instance as it stands at its end, or at `as_of` while open; None where its limit leaves it unjudged."""
    policy, start, end = asker.policy, instance.start, instance.ended_by
    at = case.world.now if end is None else end.at
    given, calendar, still, due = now = standing(asker, case, instance, at)
    if given.unjudged:
        note_hidden_breach(asker, case, instance, at, now)
        return None
    elapsed = counted(calendar, start.at, at, still)
    with asker.about(case) as asking:
        exempted_by, grounds = exemptions(asking, start, at)
        became = outcome(
            asking,
            exempt=bool(exempted_by),
            cancelled=instance.cancel is not None,
            known=due.cause is None,
            in_time=due.at is None or at <= due.at,
            stopped=instance.stop is not None,
        )
    if became in (Outcome.MET, Outcome.PENDING, Outcome.VOID):
        note_hidden_breach(asker, case, instance, at, now)
    reopenings = [event for pair in instance.reopened for event in pair]
    return Verdict(
        terms,
        start.subject,
        case.key,
        became,
        start_at=start.at,
        due_at=due.at,
        stop_at=None if instance.stop is None else instance.stop.at,
        limit_micros=given.counted,
        elapsed_micros=elapsed,
        margin_micros=margin_of(given, due, calendar, still, elapsed, at, policy.strict),
        period=period_of(policy, case, start, at),
        exempted_by=exempted_by,
        evidence=names((start, *reopenings, *due.deferral, *grounds, end)),
        basis=given.basis,
        cause=due.cause,
        cancelled_at=None if instance.cancel is None else instance.cancel.at,
        calendar=None if isinstance(calendar, str) else calendar.name,
        standing_still=still.windows,
    )


def note_hidden_breach(asker: Asker[Deadline], case: Case, instance: Instance, at: int, now: Standing) -> None:
    """Note a limit that had passed before what it depends on changed: judging by the later one hides that breach."""
    policy, start = asker.policy, instance.start
    scopes = {case.world.agreement.windows[kind].scope for kind in policy.exclude} - {None}
    behind = policy.retargeted_by | scopes
    before = start.at
    changes = (event.at for event in case.events if start.at < event.at <= at and behind & event.data.keys())
    for change in dict.fromkeys(changes):
        facts = case.attributes(before, start, policy.roles)
        before = change
        calendar = calendar_of(policy.calendar, facts, case.world.agreement.calendars)
        given = given_by(policy.limit, facts, start.at, case.world.agreement.zone, calendar)
        unchanged = given.counted is not None and (given.counted, calendar) == (now.given.counted, now.calendar)
        if unchanged and not scopes:
            continue
        due = standing(asker, case, instance, change, facts).due
        if due.at is not None and due.at < change:
            message = (
                f"{policy.id}: the limit of {start.subject} had passed at {moment(due.at).isoformat()}, "
                "before what it depends on was changed"
            )
            case.world.remark("limit_passed_before_change", message, start, policy.id)
            return
