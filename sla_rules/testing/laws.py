"""The laws that every encoding obeys: what must hold of the verdicts whatever the agreement says.

Each law takes an agreement, a history and an evaluator, and yields a sentence for each policy that breaks it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import Any

from sla_rules.agreement import Agreement, load
from sla_rules.events import Event, Window
from sla_rules.instants import HOUR, moment
from sla_rules.language.base import read_duration
from sla_rules.language.policies import Deadline
from sla_rules.testing.directed import History
from sla_rules.verdict import Outcome, Verdict, Verdicts

Judge = Callable[..., Verdicts]
Broken = tuple[str, str]
"""The policy that breaks a law, and how."""

COMPARED = (
    "policy",
    "subject",
    "key",
    "outcome",
    "start_at",
    "due_at",
    "stop_at",
    "limit_micros",
    "elapsed_micros",
    "margin_micros",
    "exempted_by",
    "period",
)
"""The fields in which evaluators must agree on every verdict."""


def judged(agreement: Agreement, history: History, judge: Judge) -> Verdicts:
    """Judge a history."""
    return judge(agreement, history.events, as_of=moment(history.as_of), windows=history.windows)


def seen(verdicts: Iterable[Verdict]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return what is compared of each verdict, by what it is about."""
    return {about(verdict): tuple(getattr(verdict, name) for name in COMPARED) for verdict in verdicts}


def about(verdict: Verdict) -> tuple[Any, ...]:
    """Return what a verdict is about: its policy, case, start and period."""
    return verdict.policy, verdict.key, verdict.start_at, verdict.period if verdict.start_at is None else None


def differences(one: Iterable[Verdict], other: Iterable[Verdict], how: str) -> Iterator[Broken]:
    """Yield each verdict that is not the same in both."""
    first, second = seen(one), seen(other)
    for key in dict.fromkeys((*first, *second)):
        if first.get(key) != second.get(key):
            yield key[0], f"{how}: {_short(first.get(key))} against {_short(second.get(key))}"


def _short(values: tuple[Any, ...] | None) -> str:
    if values is None:
        return "no verdict"
    said = dict(zip(COMPARED, values, strict=True))
    due = "" if said["due_at"] is None else f", due {moment(said['due_at']).isoformat()}"
    return f"{said['outcome']} of {said['subject'] or said['period']}{due}"


def order_does_not_matter(agreement: Agreement, history: History, judge: Judge, random: Random) -> Iterator[Broken]:
    """Shuffled and repeated events give the same verdicts."""
    mixed = list(history.events) + [event for event in history.events if event.id is not None and random.random() < 0.3]
    random.shuffle(mixed)
    other = judged(agreement, replace(history, events=tuple(mixed)), judge)
    yield from differences(judged(agreement, history, judge), other, "shuffled and repeated")


def strangers_do_not_matter(agreement: Agreement, history: History, judge: Judge, random: Random) -> Iterator[Broken]:
    """Another subject's events change no verdict about this one, where each case is one subject's."""
    if any(concerns_several(agreement, event.type) for event in history.events):
        return
    twins = tuple(_twin(event) for event in history.events)
    mixed = [*history.events, *twins]
    random.shuffle(mixed)
    together = [
        verdict
        for verdict in judged(agreement, replace(history, events=tuple(mixed)), judge)
        if verdict.start_at is not None and not verdict.subject.startswith(TWIN)
    ]
    alone = [verdict for verdict in judged(agreement, history, judge) if verdict.start_at is not None]
    own = {policy.id for policy in agreement.policies.values() if "subject" in policy.match}
    yield from differences(
        [verdict for verdict in alone if verdict.policy in own],
        [verdict for verdict in together if verdict.policy in own],
        "with a stranger's events",
    )


TWIN = "stranger of "


def _twin(event: Event) -> Event:
    id = None if event.id is None else f"~{event.id}"
    return Event(id=id, type=event.type, subject=f"{TWIN}{event.subject}", time=event.time, data=event.data)


def concerns_several(agreement: Agreement, type: str) -> bool:
    """Say whether events of a type concern more than their own subject: publications, windows, backlogs, rooms."""
    shared: set[str] = set()
    for source in agreement.windows.values():
        for role in ("event", "replaced_by", "cancelled_by", "from_", "to"):
            shared |= {selector.type for selector in getattr(source, role, None) or ()}
    for policy in agreement.policies.values():
        if isinstance(policy, Deadline) and policy.deferral is not None:
            shared |= {selector.type for selector in policy.deferral.until}
        for exemption in policy.exemptions:
            if exemption.backlog is not None:
                shared |= {selector.type for selector in (*exemption.backlog.members, *exemption.backlog.until)}
        if policy.kind in ("no_overlap", "availability"):
            shared |= policy.roles
    return type in shared


def later_is_never_better(agreement: Agreement, history: History, judge: Judge, random: Random) -> Iterator[Broken]:
    """With nothing else between, a later stop never turns a breach into something better."""
    before = judged(agreement, history, judge)
    for verdict in before:
        if not isinstance(verdict.terms.policy, Deadline) or verdict.stop_at is None or verdict.start_at is None:
            continue
        stop = next((e for e in history.events if e.at == verdict.stop_at and e.name == verdict.evidence[-1]), None)
        if stop is None or stop.at + 1 > history.as_of or _shares_instant(stop, history):
            continue
        room = min([e.at for e in history.events if e.at > stop.at] + [history.as_of + 1]) - stop.at
        if room <= 1:
            continue
        moved = _moved(stop, random.choice([1, room - 1]))
        events = tuple(moved if event is stop else event for event in history.events)
        after = {about(each): each for each in judged(agreement, replace(history, events=events), judge)}
        other = after.get(about(verdict))
        if verdict.outcome is Outcome.BREACHED and other is not None and other.outcome is Outcome.MET:
            yield verdict.policy, f"a later stop of {verdict.subject} turned breached into met"


def _shares_instant(event: Event, history: History) -> bool:
    return any(other is not event and other.at == event.at for other in history.events)


def _moved(event: Event, by: int) -> Event:
    return Event(id=event.id, type=event.type, subject=event.subject, time=moment(event.at + by), data=event.data)


def longer_is_never_worse(agreement: Agreement, history: History, judge: Judge, _: Random) -> Iterator[Broken]:
    """A longer limit never turns met into breached."""
    longer = with_longer_limits(agreement)
    yield from _worse(judged(agreement, history, judge), judged(longer, history, judge), "a longer limit")


def _worse(before: Iterable[Verdict], after: Iterable[Verdict], how: str) -> Iterator[Broken]:
    later = {about(verdict): verdict for verdict in after}
    for verdict in before:
        other = later.get(about(verdict))
        if not isinstance(verdict.terms.policy, Deadline) or verdict.start_at is None or other is None:
            continue
        if verdict.outcome is Outcome.MET and other.outcome is Outcome.BREACHED:
            yield verdict.policy, f"{how} turned met into breached for {verdict.subject}"


@lru_cache(maxsize=64)
def with_longer_limits(agreement: Agreement) -> Agreement:
    """Return an agreement in which every duration of every limit is an hour longer, in each of its versions."""
    if agreement.versions == (agreement,):
        raw = agreement.raw
        raw["policies"] = [
            {**policy, "limit": _longer(policy["limit"])} if "limit" in policy else policy for policy in raw["policies"]
        ]
        return load(raw)
    versions = tuple(map(with_longer_limits, agreement.versions))
    return Agreement(versions[-1].document, agreement.raw, agreement.source, versions)


def _longer(limit: Any) -> Any:
    if isinstance(limit, str):
        return limit if limit in ("none", "unjudged") else f"{read_duration(limit) + HOUR} µs"
    if isinstance(limit, Mapping):
        changed = {key: _longer(limit[key]) for key in ("limit", "each") if key in limit}
        if "table" in limit:
            changed["table"] = {key: _longer(row) for key, row in limit["table"].items()}
        if "tiers" in limit:
            changed["tiers"] = [_longer(tier) for tier in limit["tiers"]]
        nested = {} if changed or not _is_rows(limit) else {key: _longer(row) for key, row in limit.items()}
        return {**limit, **changed, **nested}
    return limit


def _is_rows(limit: Mapping[str, Any]) -> bool:
    return not {"until", "end_of", "business_days", "calendar_days"} & limit.keys()


def wider_is_never_worse(agreement: Agreement, history: History, judge: Judge, _: Random) -> Iterator[Broken]:
    """A wider exclusion never turns met into breached."""
    if not history.windows:
        return
    wider = tuple(
        Window.between(
            each.kind, each.start_at - HOUR, None if each.end_at is None else each.end_at + HOUR, each.scope, each.id
        )
        for each in history.windows
    )
    after = judged(agreement, replace(history, windows=wider), judge)
    yield from _worse(judged(agreement, history, judge), after, "a wider exclusion")


def time_only_settles(agreement: Agreement, history: History, judge: Judge, random: Random) -> Iterator[Broken]:
    """A later `as_of` only turns pending into something else, where nothing that comes later can revise a verdict."""
    settled = steady(agreement, history)
    if not settled or not history.events:
        return
    first = min(event.at for event in history.events)
    if first > history.as_of:
        return
    earlier = random.randint(first, history.as_of)
    before = judged(agreement, replace(history, as_of=earlier), judge)
    after = {about(verdict): verdict for verdict in judged(agreement, history, judge)}
    for verdict in before:
        other = after.get(about(verdict))
        if verdict.policy in settled and verdict.start_at is not None and not is_open(verdict):
            outcome = None if other is None else other.outcome
            if outcome is not verdict.outcome:
                yield verdict.policy, f"later knowledge turned {verdict.outcome} of {verdict.subject} into {outcome}"


def is_open(verdict: Verdict) -> bool:
    """Say whether an obligation can still be met, breached or cancelled: pending, or undetermined and not ended."""
    ended = verdict.stop_at is not None or verdict.cancelled_at is not None
    return verdict.outcome is Outcome.PENDING or (verdict.outcome is Outcome.UNDETERMINED and not ended)


def steady(agreement: Agreement, history: History) -> set[str]:
    """Return the deadlines of which later knowledge revises nothing.

    They have no `resume`, no exemption that later events can found, no window read from events, and no attribute behind
    their limit, calendar or conditions that an event of the history other than the starts carries.
    """
    found = set()
    for policy in agreement.policies.values():
        if not isinstance(policy, Deadline) or policy.resume or policy.deferral or policy.exclude or policy.pause:
            continue
        if any(exemption.when is None for exemption in policy.exemptions):
            continue
        carried = {name for event in history.events if event.type not in policy.start_types for name in event.data}
        each_start_alone = len(
            {(event.subject) for event in history.events if event.type in policy.start_types}
        ) == len([event for event in history.events if event.type in policy.start_types])
        if each_start_alone and not carried & policy.retargeted_by:
            found.add(policy.id)
    return found


def due_decides(agreement: Agreement, history: History, judge: Judge, _: Random) -> Iterator[Broken]:
    """A deadline is met if and only if it was stopped no later than its due instant, and pending only before that."""
    for verdict in judged(agreement, history, judge):
        if not isinstance(verdict.terms.policy, Deadline) or verdict.start_at is None or verdict.due_at is None:
            continue
        ends = (verdict.stop_at, verdict.cancelled_at, history.as_of)
        in_time = next(at for at in ends if at is not None) <= verdict.due_at
        expected = (Outcome.MET, Outcome.PENDING, Outcome.VOID) if in_time else (Outcome.BREACHED,)
        if verdict.outcome not in (*expected, Outcome.EXEMPT):
            yield (
                verdict.policy,
                f"{verdict.subject} is {verdict.outcome}, {'in time' if in_time else 'late'} by its due",
            )


ORDER = "the order of events and repeated ones do not matter"
LAWS: dict[str, Callable[[Agreement, History, Judge, Random], Iterator[Broken]]] = {
    "met if and only if stopped by the due instant": due_decides,
    ORDER: order_does_not_matter,
    "unrelated subjects do not influence each other": strangers_do_not_matter,
    "a later stop is never better": later_is_never_better,
    "a longer limit never turns met into breached": longer_is_never_worse,
    "a wider exclusion never hurts a deadline": wider_is_never_worse,
    "a later as_of only settles what is pending": time_only_settles,
}
"""Every law by its sentence."""
