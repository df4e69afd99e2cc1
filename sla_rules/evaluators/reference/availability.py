"""The share of each month in which a service is up, by the reference evaluator."""

from collections.abc import Iterator
from functools import partial

from sla_rules.counting.still import in_turn
from sla_rules.counting.uptime import allowed, measure, up_to
from sla_rules.evaluators.reference.cases import Case, spans
from sla_rules.evaluators.reference.windows import windows
from sla_rules.evaluators.reference.world import World
from sla_rules.events import Event, Window
from sla_rules.instants import LAST
from sla_rules.known import unknown_service, windows_of_no_service
from sla_rules.language.policies import Availability
from sla_rules.language.windows import PassedWindow
from sla_rules.periods import bounds, label
from sla_rules.reason import named
from sla_rules.trace import OUTAGE
from sla_rules.verdict import Outcome, Terms, Uptime, Verdict


def availability(policy: Availability, terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge each calendar month, from that of the service's first event to the last that began before `as_of`."""
    note_unknown_services(policy, world)
    case = next((case for case in world.cases(("subject",)) if case.key == (policy.service,)), None)
    known = [] if case is None else case.chosen(policy.named_events)
    if case is None or not known:
        return
    down = outages(policy, case)
    apart = [each for kind in policy.exclude for each in windows(kind, world) if each.scope in (None, policy.service)]
    out, excluded = up_to(world.now, down), up_to(world.now, apart)
    zone = world.agreement.zone
    month = label(known[0].at, policy.per, zone)
    while True:
        start, end = bounds(month, policy.per, zone)
        if start >= world.now:
            return
        uptime = Uptime(*measure(start, end, out, excluded, world.now))
        if not world.agreement.covers(start):
            note_not_in_force(policy, month, known[0], world)
        elif uptime.measured:
            concerned = [each for each in (*down, *apart) if each.start_at < end and (each.end_at or end) > start]
            yield decide(terms, policy, month, start, uptime, world.now >= end, in_turn(concerned))
        if end > LAST:
            return
        month = label(end, policy.per, zone)


def note_unknown_services(policy: Availability, world: World) -> None:
    """Note events and windows of a service that no policy names."""
    services = world.agreement.services
    for event in world.chosen(policy.named_events):
        if event.subject not in services:
            world.remark("unknown_service", unknown_service(event.subject, world.agreement), event)
    for kind in policy.exclude:
        world.once(("windows of no service", kind), partial(note_passed, kind, world))
        source = world.agreement.windows[kind]
        scope = source.scope
        if isinstance(source, PassedWindow) or scope is None:
            continue
        for event in world.chosen(source.announcing):
            named_service = event.data.get(scope)
            if named_service is not None and named_service not in services:
                world.remark("unknown_service", unknown_service(named_service, world.agreement), event)


def note_passed(kind: str, world: World) -> None:
    """Note the windows of a kind that were passed in for a service that no policy names."""
    world.findings += windows_of_no_service(kind, world.passed, world.agreement, world.versions)


def note_not_in_force(policy: Availability, month: str, event: Event, world: World) -> None:
    """Note a month that began while no version of the agreement was in force."""
    message = f"{policy.id}: {month} began outside the time in which the agreement is in force"
    if world.concerns(bounds(month, policy.per, world.agreement.zone)[0]):
        world.remark("not_in_force", message, event, policy.id)


def outages(policy: Availability, case: Case) -> list[Window]:
    """Return the outages: each from a `down` to the first `up` after it, or to no end yet."""

    def begins(event: Event) -> bool:
        return case.selects(policy.down, event)

    def ends(event: Event) -> bool:
        return case.selects(policy.up, event)

    found, unused = spans(case.events, begins, ends)
    beginnings = {id(span.begun_by) for span in found}
    for event in unused:
        case.world.remark("up_without_down", f"`{event.type}` without {named(policy.down)} before it", event)
    for event in case.events:
        if begins(event) and id(event) not in beginnings:
            case.world.remark("down_while_down", f"`{event.type}` while it was down already", event)
    return [Window.between(OUTAGE, span.start, span.end, id=span.begun_by.name) for span in found]


def decide(
    terms: Terms,
    policy: Availability,
    month: str,
    start: int,
    uptime: Uptime,
    over: bool,
    concerned: tuple[Window, ...],
) -> Verdict:
    """A running month is pending unless the outage already exceeds what the whole month allows."""
    limit = allowed(uptime.measured, policy.at_least)
    if uptime.down > limit:
        outcome = Outcome.BREACHED
    else:
        outcome = Outcome.MET if over else Outcome.PENDING
    return Verdict(
        terms,
        policy.service,
        (policy.service,),
        outcome,
        start_at=start,
        limit_micros=limit,
        elapsed_micros=uptime.down,
        margin_micros=limit - uptime.down,
        period=month,
        evidence=tuple(str(each.id) for each in concerned if each.kind == OUTAGE),
        standing_still=concerned,
        uptime=uptime,
    )
