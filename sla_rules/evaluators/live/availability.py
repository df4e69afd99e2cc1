"""The share of each month in which a service is up, by the live evaluator."""

from collections.abc import Iterator

from sla_rules.counting.still import in_turn
from sla_rules.counting.uptime import Measured, allowed, measure, up_to
from sla_rules.evaluators.live.asking import Asker, Role
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.circumstances import outcome
from sla_rules.evaluators.live.engine import Rules, There
from sla_rules.evaluators.live.spans import Ends, spans
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event, Window
from sla_rules.instants import LAST
from sla_rules.known import unknown_service
from sla_rules.language.policies import Availability
from sla_rules.language.windows import PassedWindow
from sla_rules.periods import bounds, label
from sla_rules.reason import named
from sla_rules.trace import OUTAGE
from sla_rules.verdict import Outcome, Terms, Uptime, Verdict

OUTCOMES = {
    Outcome.BREACHED: {"too_long": 1},
    Outcome.MET: {"too_long": 0, "over": 1},
    Outcome.PENDING: {"too_long": 0, "over": 0},
}
"""A running month is pending unless the outage already exceeds what the whole month allows."""


def availability_rules(policy: Availability) -> Rules:
    """Return which events begin and end an outage, and what a month comes to."""
    return {
        **outages_of(policy).rules(),
        **{f"outcome: {outcome}": (There("e", {"as": "outcome", **so}),) for outcome, so in OUTCOMES.items()},
    }


def outages_of(policy: Availability) -> Ends:
    """Return the events that begin and end an outage."""
    return Ends(Role("down", policy.down), Role("up", policy.up))


def availability(asker: Asker[Availability], terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge each calendar month, from that of the service's first event to the last that began before `as_of`."""
    policy = asker.policy
    note_unknown_services(policy, world)
    case = world.cases(("subject",)).get((policy.service,))
    if case is not None:
        first = next((event for event in case.events if case.means(policy.named_events, event)), None)
        if first is not None:
            yield from months(asker, terms, case, first)


def months(asker: Asker[Availability], terms: Terms, case: Case, first: Event) -> Iterator[Verdict]:
    """Judge each month of a service whose first event is given."""
    policy, world = asker.policy, case.world
    down = outages(asker, case)
    every = (each for kind in policy.exclude for each in world.shared.windows(kind))
    apart = [each for each in every if each.scope in (None, policy.service)]
    out, excluded = up_to(world.now, down), up_to(world.now, apart)
    zone = world.agreement.zone
    month = label(first.at, policy.per, zone)
    start, end = bounds(month, policy.per, zone)
    while start < world.now:
        measured = measure(start, end, out, excluded, world.now)
        if not world.agreement.covers(start):
            note_not_in_force(policy, month, start, first, world)
        elif measured.measured:
            concerned = [each for each in (*down, *apart) if each.start_at < end and (each.end_at or end) > start]
            yield decide(asker, terms, case, month, measured, concerned)
        if end > LAST:
            return
        month = label(end, policy.per, zone)
        start, end = bounds(month, policy.per, zone)


def outages(asker: Asker[Availability], case: Case) -> list[Window]:
    """Return the outages: each from a `down` to the first `up` after it, or to no end yet."""
    policy = asker.policy
    with asker.about(case) as asking:
        found, unused = spans(outages_of(policy), asking)
    for event in unused:
        case.world.remark("up_without_down", f"`{event.type}` without {named(policy.down)} before it", event)
    beginnings = {id(span.begun_by) for span in found}
    for event in case.events:
        if id(event) not in beginnings and case.means(policy.down, event):
            case.world.remark("down_while_down", f"`{event.type}` while it was down already", event)
    return [
        Window.between(
            OUTAGE, each.begun_by.at, None if each.ended_by is None else each.ended_by.at, id=each.begun_by.name
        )
        for each in found
    ]


def decide(
    asker: Asker[Availability], terms: Terms, case: Case, month: str, measured: Measured, concerned: list[Window]
) -> Verdict:
    """A running month is pending unless the outage already exceeds what the whole month allows."""
    policy, world = asker.policy, case.world
    start, end = bounds(month, policy.per, world.agreement.zone)
    limit = allowed(measured.measured, policy.at_least)
    with asker.about(case) as asking:
        became = outcome(asking, too_long=measured.down > limit, over=world.now >= end)
    return Verdict(
        terms,
        policy.service,
        (policy.service,),
        became,
        start_at=start,
        limit_micros=limit,
        elapsed_micros=measured.down,
        margin_micros=limit - measured.down,
        period=month,
        evidence=tuple(str(each.id) for each in in_turn(concerned) if each.kind == OUTAGE),
        standing_still=in_turn(concerned),
        uptime=Uptime(*measured),
    )


def note_unknown_services(policy: Availability, world: World) -> None:
    """Note events and windows of a service that no policy names."""
    agreement = world.agreement
    sources = {kind: agreement.windows[kind] for kind in policy.exclude}
    for case in world.cases(("subject",)).values():
        for event in case.events:
            if event.subject not in agreement.services and case.means(policy.named_events, event):
                world.remark("unknown_service", unknown_service(event.subject, agreement), event)
            for source in sources.values():
                scope = (
                    None if isinstance(source, PassedWindow) or source.scope is None else event.data.get(source.scope)
                )
                if scope is None or scope in agreement.services or isinstance(source, PassedWindow):
                    continue
                if case.means(source.announcing, event):
                    world.remark("unknown_service", unknown_service(scope, agreement), event)
    for kind in sources:
        world.note_passed(kind)


def note_not_in_force(policy: Availability, month: str, start: int, event: Event, world: World) -> None:
    """Note a month that began while no version of the agreement was in force."""
    if world.concerns(start):
        message = f"{policy.id}: {month} began outside the time in which the agreement is in force"
        world.remark("not_in_force", message, event, policy.id)
