"""Deadlines, by the reference evaluator: until when each instance is in time, and what became of it."""

from collections.abc import Iterator

from sla_rules.calendar import Calendar
from sla_rules.counting.allowance import Given
from sla_rules.counting.due import Due, counted, margin_of, ordinary_due
from sla_rules.counting.still import Still
from sla_rules.evaluators.reference.allowance import allowance
from sla_rules.evaluators.reference.cases import names
from sla_rules.evaluators.reference.circumstances import Instance, View, exemptions, period_of, view
from sla_rules.evaluators.reference.clock import standing_still
from sla_rules.evaluators.reference.instances import instances, stop_without_start
from sla_rules.evaluators.reference.world import World
from sla_rules.instants import moment
from sla_rules.language.policies import Deadline
from sla_rules.verdict import Outcome, Terms, Verdict


def deadline(policy: Deadline, terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every instance of a deadline."""
    for case in world.cases(policy.match):
        if case.types & policy.start_types:
            for instance in instances(policy, case):
                end_at = world.now if instance.ended_by is None else instance.ended_by.at
                verdict = decide(terms, view(policy, case, instance, end_at)) if instance.in_force else None
                if verdict is not None:
                    yield verdict
        elif case.types & policy.stop_types:
            for event in case.chosen(policy.stop):
                stop_without_start(policy, event, world)
    for event in world.caseless(policy.match):
        if event.type in policy.stop_types:
            stop_without_start(policy, event, world)


def decide(terms: Terms, now: View[Deadline]) -> Verdict | None:
    """Judge an instance as it stands at its end, or at `as_of` while open; None where its limit leaves it unjudged."""
    policy, instance = now.policy, now.instance
    given, calendar = allowance(now)
    if given.unjudged:
        note_hidden_breach(given, calendar, now)
        return None
    still = standing_still(now)
    due = due_of(given, calendar, still, now)
    elapsed = counted(calendar, instance.start.at, now.at, still)
    margin = margin_of(given, due, calendar, still, elapsed, now.at, policy.strict)
    exempted_by, grounds = exemptions(now)
    outcome = outcome_of(instance, bool(exempted_by), due, now.at)
    if outcome in (Outcome.MET, Outcome.PENDING, Outcome.VOID):
        note_hidden_breach(given, calendar, now)
    reopenings = [event for pair in instance.reopened for event in pair]
    return Verdict(
        terms,
        instance.start.subject,
        now.case.key,
        outcome,
        start_at=instance.start.at,
        due_at=due.at,
        stop_at=None if instance.stop is None else instance.stop.at,
        limit_micros=given.counted,
        elapsed_micros=elapsed,
        margin_micros=margin,
        period=period_of(now),
        exempted_by=exempted_by,
        evidence=names((instance.start, *reopenings, *due.deferral, *grounds, instance.ended_by)),
        basis=given.basis,
        cause=due.cause,
        cancelled_at=None if instance.cancel is None else instance.cancel.at,
        calendar=None if isinstance(calendar, str) else calendar.name,
        standing_still=still.windows,
    )


def outcome_of(instance: Instance, exempt: bool, due: Due, at: int) -> Outcome:
    """Exempt, then void, then undetermined, then the rest; a cancel after the due instant leaves the breach."""
    in_time = due.at is None or at <= due.at
    if exempt:
        return Outcome.EXEMPT
    if instance.cancel is not None and in_time:
        return Outcome.VOID
    if due.cause is not None:
        return Outcome.UNDETERMINED
    if not in_time:
        return Outcome.BREACHED
    return Outcome.PENDING if instance.stop is None else Outcome.MET


def due_of(given: Given, calendar: Calendar | str, still: Still, now: View[Deadline]) -> Due:
    """Return until when an instance is in time: open while its clock stands still, with no limit, or deferred."""
    policy, instance = now.policy, now.instance
    ended = instance.ended_by is not None
    ordinary = ordinary_due(given, calendar, still, instance.start.at, now.at, ended, policy.strict)
    return deferred(ordinary, now) if given.bounded and ordinary.cause is None else ordinary


def deferred(ordinary: Due, now: View[Deadline]) -> Due:
    """Return the due instant after the first valid deferral: the later of the limit and the publication that fits.

    A deferral is valid from the start, or the last reopening, to the ordinary limit, both included.
    """
    rule, case, instance = now.policy.deferral, now.case, now.instance
    if rule is None or not case.types & rule.types:
        return ordinary
    since = max([instance.start.at, *(again.at for _, again in instance.reopened)])
    until = now.at if ordinary.at is None else min(ordinary.at, now.at)
    by = now.facts.get(rule.by)
    allowed = () if by is None else rule.table.get(by, ())
    for event in now.chosen(rule.event):
        wanted = event.data.get(rule.field)
        if since <= event.at <= until and wanted in allowed:
            for publication in now.world.chosen(rule.until):
                if publication.at > event.at and rule.fits(publication.data.get(rule.kind), wanted):
                    later = None if ordinary.at is None else max(ordinary.at, publication.at)
                    return Due(later, deferral=(event, publication))
            return Due(None, deferral=(event,))
    return ordinary


def note_hidden_breach(later: Given, later_calendar: Calendar | str, now: View[Deadline]) -> None:
    """Note a limit that had passed before what it depends on changed: judging by the later one hides that breach."""
    policy, case, instance = now.policy, now.case, now.instance
    scopes = {case.world.agreement.windows[kind].scope for kind in policy.exclude} - {None}
    behind = policy.retargeted_by | scopes
    changed = [
        event.at
        for event in case.events
        if instance.start.at < event.at <= now.at and not behind.isdisjoint(event.data)
    ]
    before = instance.start.at
    for at in dict.fromkeys(changed):
        then = View(policy, case, instance, at, case.attributes(before, instance.start, policy.roles))
        before = at
        given, calendar = allowance(then)
        if not scopes and given.counted is not None and (given.counted, calendar) == (later.counted, later_calendar):
            continue
        due = due_of(given, calendar, standing_still(then), then)
        if due.at is not None and due.at < at and not given.unjudged:
            message = (
                f"{policy.id}: the limit of {instance.start.subject} had passed at {moment(due.at).isoformat()}, "
                "before what it depends on was changed"
            )
            case.world.remark("limit_passed_before_change", message, instance.start, policy.id)
            return
