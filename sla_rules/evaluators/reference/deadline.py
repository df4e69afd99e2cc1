"""Deadlines, by the reference evaluator: instances, what time counts, what is due, what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sla_rules.calendar import merged
from sla_rules.errors import BeyondHorizonError
from sla_rules.evaluators.reference.cases import Case, World, names, spans, together
from sla_rules.events import Event, finding
from sla_rules.instants import moment
from sla_rules.language.calendars import CalendarTable
from sla_rules.language.limits import BusinessDays, CalendarDays, Each, EndOf, LeadDays, Table, Until
from sla_rules.language.policies import Deadline, PauseBetween
from sla_rules.periods import add_months, label, label_of_date, last_instant, local_date, midnight
from sla_rules.reason import named
from sla_rules.verdict import Outcome, Terms, Verdict

Interval = tuple[int, int]


@dataclass(slots=True)
class Instance:
    """One obligation: begun by a start event, ended by a stop or a cancel, if it has ended."""

    start: Event
    stop: Event | None = None
    cancel: Event | None = None
    reopened: list[tuple[Event, Event]] = field(default_factory=list)
    in_force: bool = True

    @property
    def is_open(self) -> bool:
        """Whether neither a stop nor a cancel has ended it."""
        return self.stop is None and self.cancel is None


@dataclass(frozen=True, slots=True)
class Given:
    """What a limit gives a case: counted time, an instant, nothing at all, no verdict, or a cause why it is unknown."""

    counted: int | None = None
    instant: int | None = None
    unjudged: bool = False
    cause: str | None = None
    basis: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """Until when an instance is in time: `at`, or open for now (None), or unknown for a cause."""

    at: int | None = None
    cause: str | None = None
    evidence: tuple[Event | None, ...] = ()


def deadline(policy: Deadline, terms: Terms, world: World) -> Iterator[Verdict]:
    """Judge every instance of a deadline."""
    for case in world.cases(policy.match):
        if case.types & policy.start_types:
            for instance in instances(policy, case):
                if instance.in_force:
                    verdict = decide(policy, terms, case, instance)
                    if verdict is not None:
                        yield verdict
        elif case.types & policy.stop_types:
            for event in case.chosen(policy.stop):
                stop_without_start(policy, event, world)


def instances(policy: Deadline, case: Case) -> list[Instance]:
    """Return the instances of a case.

    Within one instant: stops of the instance that is open, then cancels, then starts, then the stops and cancels
    not yet used. An event never ends the instance that it starts.
    """
    found: list[Instance] = []
    started = False
    for instant in together(event for event in case.events if event.type in policy.roles):
        stops = [event for event in instant if case.selects(policy.stop, event)]
        cancels = [event for event in instant if case.selects(policy.cancel, event)]
        starts = [event for event in instant if case.selects(policy.start, event)]
        if found and found[-1].is_open:
            end(policy, case, found[-1], stops, cancels)
        if found and found[-1].stop is not None:
            reopen(policy, case, found[-1], instant)
        started = started or bool(starts)
        for event in starts:
            if begins(policy, case, event, found):
                found.append(Instance(event, in_force=in_force(policy, case, event)))
        if found and found[-1].is_open:
            end(policy, case, found[-1], stops, cancels)
        if not started:
            for event in stops:
                stop_without_start(policy, event, case.world)
    return found


def begins(policy: Deadline, case: Case, event: Event, found: list[Instance]) -> bool:
    """Say whether a start event begins an instance: none is open, none was before if only the first counts, it applies."""
    if found and (policy.occurrence == "first" or found[-1].is_open):
        return False
    return policy.applies is None or policy.applies.holds(case.attributes(event.at, event, policy.roles))


def end(policy: Deadline, case: Case, instance: Instance, stops: list[Event], cancels: list[Event]) -> None:
    """End an open instance by the first stop whose `when` holds of the case at its start, else by the first cancel."""
    for event in stops:
        if event is not instance.start and stops_it(policy, case, instance, event):
            instance.stop = event
            stops.remove(event)
            return
    for event in cancels:
        if event is not instance.start:
            instance.cancel = event
            cancels.remove(event)
            return


def stops_it(policy: Deadline, case: Case, instance: Instance, event: Event) -> bool:
    """Say whether one of the policy's stops, whose `when` holds of the case at its start, means the event."""
    return any(
        case.selects((selector,), event)
        and (
            selector.when is None
            or selector.when.holds(case.attributes(instance.start.at, instance.start, policy.roles))
        )
        for selector in policy.stop
    )


def reopen(policy: Deadline, case: Case, instance: Instance, instant: list[Event]) -> None:
    """Undo the stop of an instance by the first `resume` of this instant."""
    for event in instant:
        if case.selects(policy.resume, event) and event is not instance.stop:
            assert instance.stop is not None
            instance.reopened.append((instance.stop, event))
            instance.stop = None
            return


def in_force(policy: Deadline, case: Case, event: Event) -> bool:
    """Say whether the agreement is in force at a start; note it where it is not."""
    first, after = case.world.agreement.in_force
    if (first is None or event.at >= first) and (after is None or event.at < after):
        return True
    message = f"{policy.id}: {event.type} of {event.subject} lies outside the time in which the agreement is in force"
    case.world.note(finding("not_in_force", message, event, policy.id))
    return False


def stop_without_start(policy: Deadline, event: Event, world: World) -> None:
    """Note a stop before which nothing started."""
    world.note(finding("stop_without_start", f"`{event.type}` without {named(policy.start)} before it", event))


def decide(policy: Deadline, terms: Terms, case: Case, instance: Instance) -> Verdict | None:
    """Judge one instance; None where its limit says that it is not judged."""
    world, start = case.world, instance.start
    ended = instance.stop or instance.cancel
    end_at = world.now if ended is None else ended.at
    facts = case.attributes(end_at, start, policy.roles)
    given = given_by(policy, case, instance, policy.limit, facts)
    if given.unjudged:
        return None
    still, paused = standing_still(policy, case, instance, facts, end_at)
    elapsed, due = None, Due(cause=given.cause)
    calendar = calendar_of(policy, case, facts)
    if isinstance(calendar, str):
        due = Due(cause=given.cause or calendar)
    else:
        try:
            elapsed = calendar.counted(start.at, end_at, still)
            if given.cause is None:
                due = due_of(policy, case, instance, given, calendar, still, facts, end_at, paused and ended is None)
        except (BeyondHorizonError, OverflowError):
            due = Due(cause="the due time lies beyond the horizon of the calendar")
    in_time = due.at is None or end_at <= due.at
    exempted_by, grounds = exemptions(policy, case, instance, end_at)
    outcome = outcome_of(instance, bool(exempted_by), due.cause is not None, in_time)
    margin = None
    if elapsed is not None and due.cause is None and not isinstance(calendar, str):
        margin = margin_of(calendar, given, due, start.at, end_at, elapsed, still)
    if outcome in (Outcome.MET, Outcome.PENDING) and policy.retargeted_by & facts.keys():
        note_hidden_breach(policy, case, instance, end_at)
    return Verdict(
        terms,
        start.subject,
        case.key,
        outcome,
        start.at,
        due.at,
        instance.stop.at if instance.stop else None,
        given.counted,
        elapsed,
        margin,
        period_of(policy, case, start, facts),
        exempted_by,
        names((start, *(event for pair in instance.reopened for event in pair), *due.evidence, *grounds, ended)),
        given.basis,
        due.cause,
        instance.cancel.at if instance.cancel else None,
    )


def outcome_of(instance: Instance, exempt: bool, unknown: bool, in_time: bool) -> Outcome:
    """Exempt before void before undetermined before the rest; a cancel after the due instant leaves the breach."""
    if exempt:
        return Outcome.EXEMPT
    if instance.cancel is not None and (unknown or in_time):
        return Outcome.VOID
    if unknown:
        return Outcome.UNDETERMINED
    if not in_time:
        return Outcome.BREACHED
    return Outcome.PENDING if instance.is_open else Outcome.MET


def given_by(policy: Deadline, case: Case, instance: Instance, limit: Any, facts: dict[str, Any]) -> Given:
    """Return what a limit gives the case with these attributes."""
    start, zone = instance.start, case.world.agreement.zone
    match limit:
        case int():
            return Given(counted=limit)
        case "none":
            return Given()
        case "unjudged":
            return Given(unjudged=True)
        case Table():
            return from_table(policy, case, instance, limit, facts)
        case LeadDays():
            return from_tiers(policy, case, instance, limit, facts)
        case Each():
            number = facts.get(limit.times)
            if number is None:
                return Given(cause=f"`{limit.times}` is missing")
            if number < 0:
                return Given(cause=f"`{limit.times}` is {number}")
            return Given(counted=limit.each * number, basis=((limit.times, number),))
        case Until():
            instant = facts.get(limit.until)
            return Given(instant=instant) if instant is not None else Given(cause=f"`{limit.until}` is missing")
        case EndOf() | CalendarDays():
            return Given(instant=end_of_days(limit, start.at, zone))
        case BusinessDays():
            calendar = calendar_of(policy, case, facts)
            if isinstance(calendar, str):
                return Given(cause=calendar)
            return end_of_business_days(limit.business_days, start.at, calendar, zone)
    raise AssertionError(limit)


def from_table(policy: Deadline, case: Case, instance: Instance, limit: Table, facts: dict[str, Any]) -> Given:
    """Return what the row of the case's attributes gives."""
    for name in limit.by:
        if facts.get(name) is None:
            return Given(cause=f"`{name}` is missing")
    values = tuple(facts[name] for name in limit.by)
    if values not in limit.rows:
        return Given(cause=f"the table has no row for {', '.join(map(str, values))}")
    given = given_by(policy, case, instance, limit.rows[values], facts)
    basis = (*zip(limit.by, values, strict=True), *given.basis)
    return Given(given.counted, given.instant, given.unjudged, given.cause, basis)


def from_tiers(policy: Deadline, case: Case, instance: Instance, limit: LeadDays, facts: dict[str, Any]) -> Given:
    """Return what the tier gives for the calendar days between two instants; a lead that runs backwards is a finding."""
    span, world = limit.lead_days, case.world
    begin = instance.start.at if span.from_ is None else facts.get(span.from_)
    until = facts.get(span.to)
    if begin is None or until is None:
        return Given(cause=f"`{span.from_ if begin is None else span.to}` is missing")
    if until < begin:
        message = f"{policy.id}: `{span.to}` of {instance.start.subject} is before {span.from_ or 'its request'}"
        world.note(finding("interval_reversed", message, instance.start, policy.id))
        return Given(unjudged=True)
    days = (local_date(until, world.agreement.zone) - local_date(begin, world.agreement.zone)).days
    tier = next(tier for tier in limit.tiers if tier.covers(days))
    given = given_by(policy, case, instance, tier.limit, facts)
    return Given(given.counted, given.instant, given.unjudged, given.cause, (("days ahead", days), *given.basis))


def end_of_days(limit: EndOf | CalendarDays, start: int, zone: Any) -> int:
    """Return the last microsecond of the calendar day or month that a limit means."""
    day = local_date(start, zone)
    if isinstance(limit, CalendarDays):
        return last_instant(day + timedelta(days=limit.calendar_days), zone)
    if limit.end_of == "day":
        return last_instant(day + timedelta(days=limit.after), zone)
    return last_instant(add_months(day, limit.after + 1) - timedelta(days=1), zone)


def end_of_business_days(number: int, start: int, calendar: Any, zone: Any) -> Given:
    """Return the last microsecond of the n-th day after that of the start on which the calendar is open."""
    day = local_date(start, zone)
    for _ in range(number):
        try:
            day = local_date(calendar.next_open(midnight(day + timedelta(days=1), zone)), zone)
        except BeyondHorizonError:
            return Given(cause="the due time lies beyond the horizon of the calendar")
    return Given(instant=last_instant(day, zone))


def calendar_of(policy: Deadline, case: Case, facts: dict[str, Any]) -> Any:
    """Return the calendar of the case with these attributes, or why it is unknown."""
    choice, calendars = policy.calendar, case.world.agreement.calendars
    if not isinstance(choice, CalendarTable):
        return calendars[choice]
    value = facts.get(choice.by)
    if value is None:
        return f"`{choice.by}` is missing"
    if value not in choice.table:
        return f"no calendar for {choice.by} {value}"
    return calendars[choice.table[value]]


def standing_still(
    policy: Deadline, case: Case, instance: Instance, facts: dict[str, Any], end_at: int
) -> tuple[tuple[Interval, ...], bool]:
    """Return the time that does not count, and whether the clock stands still at the end with no end in sight.

    What begins at or after the end of the instance does not concern it; what has no end yet stands until then.
    """
    if not (policy.pause or policy.exclude or instance.reopened):
        return (), False
    open_ended = pauses(policy, case, instance)
    fixed: list[Interval] = [(stop.at, again.at) for stop, again in instance.reopened]
    for kind in policy.exclude:
        scope = case.world.agreement.windows[kind].scope
        for window in case.world.windows(kind):
            if window.scope is not None and (scope is None or facts.get(scope) != window.scope):
                continue
            if window.end_at is None:
                open_ended.append((window.start_at, None))
            else:
                fixed.append((window.start_at, window.end_at))
    paused = any(begin <= end_at and end is None for begin, end in open_ended)
    until_end = [(begin, end_at if end is None else min(end, end_at)) for begin, end in open_ended]
    return merged([*fixed, *(interval for interval in until_end if interval[0] < interval[1])]), paused


def pauses(policy: Deadline, case: Case, instance: Instance) -> list[tuple[int, int | None]]:
    """Return the pauses of a case; None for the end of one that lasts."""
    found: list[tuple[int, int | None]] = []
    for pause in policy.pause:
        if isinstance(pause, PauseBetween):
            begun, unused = spans(
                case.events,
                lambda event, pause=pause: case.selects(pause.from_, event),  # type: ignore[misc]
                lambda event, pause=pause: case.selects(pause.to, event),  # type: ignore[misc]
            )
            found += [(span.start, span.end) for span in begun]
            for event in unused:
                message = f"`{event.type}` without {named(pause.from_)} before it"
                case.world.note(finding("resume_without_pause", message, event))
            continue
        since: int | None = None
        for at in dict.fromkeys(event.at for event in case.events):
            holds = pause.while_.holds(case.attributes(at, instance.start, policy.roles))
            if holds and since is None:
                since = at
            elif not holds and since is not None:
                found.append((since, at))
                since = None
        if since is not None:
            found.append((since, None))
    return found


def due_of(
    policy: Deadline,
    case: Case,
    instance: Instance,
    given: Given,
    calendar: Any,
    still: tuple[Interval, ...],
    facts: dict[str, Any],
    end_at: int,
    paused: bool,
) -> Due:
    """Return until when an instance is in time."""
    if given.counted is not None:
        reached = calendar.due(instance.start.at, given.counted, still)
        if paused and reached >= end_at:
            return deferred(policy, case, instance, Due(), facts, end_at)
    elif given.instant is not None:
        reached = given.instant
    else:
        return Due()
    ordinary = Due(reached - 1 if policy.strict else reached)
    return deferred(policy, case, instance, ordinary, facts, end_at)


def deferred(
    policy: Deadline, case: Case, instance: Instance, ordinary: Due, facts: dict[str, Any], end_at: int
) -> Due:
    """Return the due instant after the first valid deferral: the later of the limit and the first publication that fits."""
    rule = policy.deferral
    if rule is None or not case.types & rule.types:
        return ordinary
    since = max([instance.start.at, *(again.at for _, again in instance.reopened)])
    until = end_at if ordinary.at is None else min(ordinary.at, end_at)
    allowed = rule.table.get(str(facts.get(rule.by)), ())
    for event in case.chosen(rule.event):
        wanted = event.data.get(rule.field)
        if since <= event.at <= until and wanted in allowed:
            for publication in case.world.chosen(rule.until):
                if publication.at > event.at and rule.fits(publication.data.get(rule.kind), wanted):
                    later = None if ordinary.at is None else max(ordinary.at, publication.at)
                    return Due(later, evidence=(event, publication))
            return Due(None, evidence=(event,))
    return ordinary


def margin_of(
    calendar: Any, given: Given, due: Due, start: int, end_at: int, elapsed: int, still: tuple[Interval, ...]
) -> int | None:
    """Return the counted time from the end of the instance to its due instant, negative when late."""
    if due.at is not None:
        return int(calendar.counted(end_at, due.at, still) - calendar.counted(due.at, end_at, still))
    return None if given.counted is None or due.evidence else given.counted - elapsed


def exemptions(
    policy: Deadline, case: Case, instance: Instance, end_at: int
) -> tuple[tuple[str, ...], list[Event]]:
    """Return the ids of all exemptions that apply, and the events that they rest on."""
    ids, grounds = [], []
    for exemption in policy.exemptions:
        if exemption.when is not None:
            applies = exemption.when.holds(case.attributes(instance.start.at, instance.start, policy.roles))
        else:
            before = [event for event in case.chosen(exemption.preceded_by) if event.at <= end_at]
            grounds += before[:1]
            applies = bool(before)
        if applies:
            ids.append(exemption.id)
    return tuple(ids), grounds


def period_of(policy: Deadline, case: Case, start: Event, facts: dict[str, Any]) -> str | None:
    """Return the label of the period that an instance counts in; None without an objective or without the field."""
    objective, zone = policy.objective, case.world.agreement.zone
    if objective is None:
        return None
    if objective.of is None:
        return label(start.at, objective.per, zone)
    value = facts.get(objective.of)
    if value is None:
        message = f"{policy.id}: `{objective.of}` is missing, so {start.subject} counts in no period"
        case.world.note(finding("no_period", message, start, policy.id))
        return None
    return label(value, objective.per, zone) if isinstance(value, int) else label_of_date(value, objective.per)


def note_hidden_breach(policy: Deadline, case: Case, instance: Instance, end_at: int) -> None:
    """Note a limit that had passed before the attribute behind it changed: judging by the later one hides that breach."""
    start = instance.start
    changes = [event.at for event in case.events if start.at < event.at <= end_at and policy.retargeted_by & event.data.keys()]
    before = start.at
    for at in dict.fromkeys(changes):
        facts = case.attributes(before, start, policy.roles)
        given, calendar = given_by(policy, case, instance, policy.limit, facts), calendar_of(policy, case, facts)
        if given.cause is None and not given.unjudged and not isinstance(calendar, str):
            still, paused = standing_still(policy, case, instance, facts, at)
            due = due_of(policy, case, instance, given, calendar, still, facts, at, paused)
            if due.at is not None and due.at < at:
                message = (
                    f"{policy.id}: the limit of {start.subject} had passed at {moment(due.at).isoformat()}, "
                    "before what it depends on was changed"
                )
                case.world.note(finding("limit_passed_before_change", message, start, policy.id))
                return
        before = at
