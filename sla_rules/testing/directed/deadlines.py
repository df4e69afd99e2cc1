"""Histories of deadlines: both sides of every limit, and everything that moves one."""

from collections.abc import Iterator, Mapping
from itertools import islice, permutations
from typing import Any

from sla_rules.instants import HOUR, MINUTE, SECOND
from sla_rules.language.conditions import fields_of
from sla_rules.language.declarations import FieldDeclaration
from sla_rules.language.policies import Deadline, PauseBetween, PauseWhile
from sla_rules.language.selectors import Selector
from sla_rules.testing.directed.history import Draft, Told, woven
from sla_rules.testing.directed.stage import Stage
from sla_rules.testing.directed.targets import Target, differing, due_of, judged, middle_of, targets
from sla_rules.testing.directed.values import Facts, Wish, solve

EDGES = ((0, "at the limit"), (1, "at the limit + 1 µs"), (-1, "at the limit - 1 µs"))
PAIRS = 40
"""How many pairs of rows are tried, one changing into the other."""


def deadline(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Yield the histories of a deadline."""
    return woven(
        (
            at_the_limits(stage),
            still_open(stage),
            cancelled(stage),
            unknown(stage),
            selectors(stage),
            retargeted(stage),
            paused(stage),
            states(stage),
            reopened(stage),
            repeated(stage),
            odd_starts(stage),
        )
    )


def opened(
    stage: Stage[Deadline], target: Target, at: int, start: Selector | None = None, **changes: Any
) -> tuple[list[Told], Facts] | None:
    """Return the events that begin an instance of a target, and its attributes; None where it cannot begin."""
    facts = stage.facts(at, start=start, fixed={**target.fixed, **changes})
    return None if facts is None else (stage.begin("S1", at, facts, start), facts)


def stopping(stage: Stage[Deadline], at: int, facts: Mapping[str, Any], selector: Selector | None = None) -> list[Told]:
    """Return a stop at an instant."""
    stop = stage.chosen(selector or usual_stop(stage, facts), "S1", at, facts)
    return [] if stop is None else [stop]


def usual_stop(stage: Stage[Deadline], facts: Mapping[str, Any]) -> Selector:
    """Return the first stop that can mean a case with these attributes."""
    key = {name for name in stage.policy.match if name != "subject"}
    loose = "subject" in stage.policy.match

    def misses(selector: Selector) -> bool:
        return (selector.when is not None and not selector.when.holds(facts)) or not (
            loose or key <= stage.own(selector.type)
        )

    return min(stage.policy.stop, key=misses)


def at_the_limits(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Stop at the limit, a microsecond before and after, for every row."""
    start = stage.base
    for target in targets(stage, start):
        begun = opened(stage, target, start)
        if begun is None:
            continue
        told, facts = begun
        due = due_of(stage, target, start)
        if due is None:
            yield Draft(f"{target.name}: stopped", [*told, *stopping(stage, start + HOUR, facts)])
            continue
        for offset, edge in EDGES:
            if due + offset >= start:
                yield Draft(f"{target.name}: stopped {edge}", [*told, *stopping(stage, due + offset, facts)])


def still_open(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Open at `as_of` at the limit, a microsecond before and after, for every row."""
    for target in targets(stage, stage.base):
        begun = opened(stage, target, stage.base)
        if begun is None:
            continue
        due = due_of(stage, target, stage.base)
        if due is None:
            yield Draft(f"{target.name}: open", begun[0], stage.base + HOUR)
            continue
        for offset, edge in EDGES:
            if due + offset >= stage.base:
                yield Draft(f"{target.name}: open {edge}", begun[0], due + offset)


def cancelled(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Cancelled at the limit and on both sides of it, together with a stop, and while the limit is unknown."""
    start = stage.base
    for number, selector in enumerate(stage.policy.cancel or ()):
        for target in judged(targets(stage, start))[: None if number == 0 else 1]:
            begun = opened(stage, target, start)
            due = due_of(stage, target, start)
            if begun is None:
                continue
            told, facts = begun
            for offset, edge in EDGES if due is not None else ((HOUR, "without a limit"),):
                at = (start if due is None else due) + offset
                cancel = stage.chosen(selector, "S1", at, facts)
                if cancel is None or at < start:
                    continue
                yield Draft(f"{target.name}: cancelled {edge}", [*told, cancel], at + HOUR)
                if offset == 0 and number == 0:
                    stop = stopping(stage, at, facts)
                    yield Draft(f"{target.name}: cancelled and stopped {edge}", [*told, cancel, *stop])
                    late = stopping(stage, at + 1, facts)
                    yield Draft(f"{target.name}: cancelled {edge}, stopped after", [*told, cancel, *late])


def unknown(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Without one of the fields behind the limit, with a value that no row has, or of the wrong kind."""
    start = stage.base
    target = (judged(targets(stage, start)) or targets(stage, start))[0]
    begun = opened(stage, target, start)
    if begun is None:
        return
    facts = begun[1]
    behind = sorted(stage.policy.retargeted_by)
    for name in [*behind, *(name for name in stage.policy.match if name != "subject" and name not in behind)]:
        for value, what in ((None, "missing"), *odd_values(stage.values.fields[name][0])):
            told = [replaced(each, name, value) for each in begun[0]]
            at = start + MINUTE
            yield Draft(f"{name} {what}: open", told, at)
            yield Draft(f"{name} {what}: stopped", [*told, *stopping(stage, at, facts)])
            cancel = ending(stage, at, facts)
            if cancel:
                yield Draft(f"{name} {what}: cancelled", [*told, *cancel])


def odd_values(field: FieldDeclaration) -> list[tuple[Any, str]]:
    """Return values that a field's declaration refuses, or that tables will hardly have, with what they are."""
    wrong: Any = 7 if field.kind in ("text", "instant", "date", "month", "list", "record") else "seven"
    odd = [(wrong, "of the wrong kind")]
    if field.kind == "text":
        odd.append(("something else", "another text"))
    if field.kind == "integer":
        odd += [(-1, "negative"), (0, "zero"), (10**12, "huge")]
    return odd


def replaced(told: Told, name: str, value: Any) -> Told:
    """Return an event with another value of a field that it carries; None takes the field out."""
    if name not in told.data:
        return told
    data = {**told.data, name: value}
    return told._replace(data={key: each for key, each in data.items() if each is not None})


def ending(stage: Stage[Deadline], at: int, facts: Mapping[str, Any]) -> list[Told]:
    """Return a cancel at an instant, if the policy has one."""
    cancel = stage.chosen(stage.policy.cancel[0], "S1", at, facts) if stage.policy.cancel else None
    return [] if cancel is None else [cancel]


def selectors(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Every start and every stop in turn, those that their conditions rule out, and stops before the start."""
    start = stage.base
    target = (judged(targets(stage, start)) or targets(stage, start))[0]
    due = due_of(stage, target, start) or start + HOUR
    for selector in stage.policy.start:
        begun = opened(stage, target, start, selector)
        if begun is not None:
            told, facts = begun
            yield Draft(f"begun by {selector.type}", [*told, *stopping(stage, due, facts)])
            for said, other in stage.variants(selector, "S1", start, facts):
                yield Draft(f"{selector.type} with {said}", [other, *stopping(stage, due, facts)])
    for stop in stage.policy.stop:
        yield from one_stop(stage, target, due, stop)


def one_stop(stage: Stage[Deadline], target: Target, due: int, stop: Selector) -> Iterator[Draft]:
    """Yield one of the stops with its conditions holding or not, and with every value that they read."""
    start = stage.base
    for holds in (True, False) if stop.when is not None else (True,):
        wishes = [] if stop.when is None else [Wish(stop.when, holds)]
        found = stage.facts(start, fixed=target.fixed, wishes=wishes)
        if found is None:
            continue
        told = stage.begin("S1", start, found)
        said = "" if stop.when is None else f" whose condition {'holds' if holds else 'does not hold'}"
        yield Draft(f"stopped by {stop.type}{said}", [*told, *stopping(stage, due, found, stop)])
        yield Draft(f"{stop.type}{said} at the start", [*told, *stopping(stage, start, found, stop)], due + 1)
        early = stopping(stage, start - 1, found, stop)
        yield Draft(f"{stop.type}{said} before the start", [*early, *told], due)
        for what, other in stage.variants(stop, "S1", due, found):
            yield Draft(f"{stop.type} with {what}", [*told, other], due + 1)
    for name in sorted(fields_of(stop.when)) if stop.when is not None else ():
        for value in (None, *stage.values.candidates(name, start, stage.policy.start[0].type)):
            found = stage.facts(start, fixed={**target.fixed, name: value})
            if found is not None:
                told = [*stage.begin("S1", start, found), *stopping(stage, due, found, stop)]
                yield Draft(f"stopped by {stop.type} of a case with {name} {value}", told, due + 1)


def retargeted(stage: Stage[Deadline]) -> Iterator[Draft]:
    """What is behind the limit changes before, at and after the stop: every row into every other."""
    start = stage.base
    known = targets(stage, start)
    for before, after in islice(permutations(known, 2), PAIRS):
        changed = differing(before, after)
        begun = opened(stage, before, start)
        if not changed or begun is None:
            continue
        told, facts = begun
        due, earlier = due_of(stage, after, start), due_of(stage, before, start)
        name = f"{before.name} becomes {after.name}"
        for at, when in ((start + SECOND, "soon"), (None if earlier is None else earlier + 1, "after its limit")):
            change = [] if at is None else changing(stage, at, changed)
            if at is None or at <= start or not change:
                continue
            if due is None or due <= at:
                late = at + HOUR if due is None else at
                yield Draft(f"{name} {when}: stopped", [*told, *change, *stopping(stage, late, facts)])
                continue
            for offset, edge in EDGES[: 2 if when == "soon" else 1]:
                stop = stopping(stage, due + offset, facts)
                yield Draft(f"{name} {when}: stopped {edge}", [*told, *change, *stop])
        if due is not None and due > start:
            change = changing(stage, due, changed)
            yield Draft(f"{name} at the stop", [*told, *change, *stopping(stage, due, facts)])
            change = changing(stage, due + 1, changed)
            yield Draft(f"{name} after the stop", [*told, *stopping(stage, due, facts), *change])


def changing(stage: Stage[Deadline], at: int, changed: Mapping[str, Any]) -> list[Told]:
    """Return events that change attributes at an instant; none where their declarations rule that out."""
    type = stage.carrier(set(changed), late=True)
    if type is None or not stage.consistent(type, changed, at):
        return []
    return stage.bring("S1", at, changed, set(changed), late=True)


def paused(stage: Stage[Deadline]) -> Iterator[Draft]:
    """The clock stands still around the start, in between, and at the limit."""
    start = stage.base
    for number, target in enumerate(judged(targets(stage, start))):
        begun, due = opened(stage, target, start), due_of(stage, target, start)
        if begun is None or due is None or due - start < 4:
            continue
        middle = middle_of(target, start, due)
        spans = {
            "from before the start": (start - MINUTE + 30 * SECOND, middle),
            "in between": (middle, middle + HOUR),
            "at the limit": (due, due + HOUR),
            "after the limit": (due + 1, due + HOUR),
        }
        for pause in stage.policy.pause:
            for where, (begin, end) in list(spans.items())[: None if number == 0 else 2]:
                yield from one_pause(stage, target, pause, where, begin, end)


def states(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Let each field behind a pause by state take every value, for an hour and for good."""
    start = stage.base
    known = judged(targets(stage, start))
    begun = opened(stage, known[0], start) if known else None
    due = due_of(stage, known[0], start) if known else None
    conditions = [pause.while_ for pause in stage.policy.pause if isinstance(pause, PauseWhile)]
    if begun is None or due is None or due - start < 4:
        return
    told, facts = begun
    middle = middle_of(known[0], start, due)
    for name in sorted({name for condition in conditions for name in fields_of(condition)}):
        for value in stage.values.candidates(name, start):
            change = stage.bring("S1", middle, {name: value}, {name}, late=True)
            said = f"{name} becomes {value}"
            yield Draft(f"{said}: open", [*told, *change], due + 1)
            yield Draft(f"{said}: stopped late", [*told, *change, *stopping(stage, due + HOUR, facts)])


def one_pause(
    stage: Stage[Deadline], target: Target, pause: PauseBetween | PauseWhile, where: str, begin: int, end: int
) -> Iterator[Draft]:
    """Stop on both sides of the limit that a pause has moved, and look while it lasts."""
    start = stage.base
    begun = opened(stage, target, start)
    if begun is None:
        return
    told, facts = begun
    pausing, resuming = pause_event(stage, pause, begin, facts, True), pause_event(stage, pause, end, facts, False)
    due = due_of(stage, target, start, [(begin, end)])
    if not pausing or not resuming or due is None:
        return
    name = f"{target.name}: paused {where}"
    for offset, edge in EDGES if due - 1 > end else ((0, "as it ends"), (1, "as it ends + 1 µs"), (-1, "in it")):
        whole = [*pausing, *told, *resuming, *stopping(stage, due + offset, facts)]
        yield Draft(f"{name}, stopped {edge}", whole)
    yield Draft(f"{name}, open", [*pausing, *told], end)
    yield Draft(f"{name}, resumed and open", [*pausing, *told, *resuming], due + 1)
    yield Draft(f"{name}, paused twice", [*pausing, *told, *again(pausing), *resuming], due)
    yield Draft(f"{name}, stopped in the pause", [*pausing, *told, *stopping(stage, max(begin, start), facts)])


def again(told: list[Told]) -> list[Told]:
    """Return the same events a second later."""
    return [each._replace(at=each.at + SECOND) for each in told]


def pause_event(
    stage: Stage[Deadline], pause: PauseBetween | PauseWhile, at: int, facts: Mapping[str, Any], still: bool
) -> list[Told]:
    """Return what makes the clock stand still, or go on; nothing where no event can."""
    if isinstance(pause, PauseBetween):
        event = stage.chosen((pause.from_ if still else pause.to)[0], "S1", at, facts)
        return [] if event is None else [event]
    names = fields_of(pause.while_)
    free = {name for name in names if name not in stage.needed}
    found = solve(
        [Wish(pause.while_, still)],
        sorted(free),
        lambda name: stage.values.candidates(name, at),
        {name: value for name, value in facts.items() if name not in free},
    )
    return [] if found is None else stage.bring("S1", at, found, free, late=True)


def reopened(stage: Stage[Deadline]) -> Iterator[Draft]:
    """A stop that is undone: the time in between does not count, and the limit moves by it."""
    start = stage.base
    for selector in stage.policy.resume or ():
        for target in judged(targets(stage, start)):
            begun, due = opened(stage, target, start), due_of(stage, target, start)
            if begun is None or due is None:
                continue
            told, facts = begun
            middle = middle_of(target, start, due)
            for first, when in ((middle, "early"), (due, "at the limit"), (due + 1, "late")):
                back = stage.chosen(selector, "S1", first + HOUR, facts)
                if back is None:
                    continue
                undone = [*told, *stopping(stage, first, facts), back]
                moved = due_of(stage, target, start, [(first, first + HOUR)])
                if moved is None or moved <= first + HOUR:
                    at_once = stopping(stage, first + HOUR, facts)
                    yield Draft(f"{target.name}: stopped {when}, reopened and stopped at once", [*undone, *at_once])
                else:
                    for offset, edge in EDGES:
                        stop = stopping(stage, moved + offset, facts)
                        yield Draft(f"{target.name}: stopped {when}, reopened, stopped {edge}", [*undone, *stop])
                yield Draft(f"{target.name}: stopped {when}, reopened and open", undone, first + 2 * HOUR)
            back = stage.chosen(selector, "S1", middle, facts)
            if back is not None:
                yield Draft(f"{target.name}: reopened at the stop", [*told, *stopping(stage, middle, facts), back])


def repeated(stage: Stage[Deadline]) -> Iterator[Draft]:
    """A second start: while the first is open, at its stop, and after it."""
    start = stage.base
    known = judged(targets(stage, start))
    begun = opened(stage, known[0], start) if known else None
    if begun is None:
        return
    told, facts = begun
    due = due_of(stage, known[0], start) or start + HOUR
    for at, when in ((start + (due - start) // 2, "while open"), (due, "at the stop"), (due + HOUR, "after the stop")):
        second = stage.facts(at, fixed={**stage.key("S1", start), **known[0].fixed})
        if second is None:
            continue
        more = stage.begin("S1", at, second)
        until = due_of(stage, known[0], at) or at + HOUR
        stop = stopping(stage, due, facts)
        yield Draft(f"started again {when}", [*told, *stop, *more], max(until, due))
        yield Draft(
            f"started again {when}, both stopped", [*told, *stop, *more, *stopping(stage, max(until, due), facts)]
        )
        yield Draft(f"started again {when}, open", [*told, *more], max(until, due) + 1)
        cancel = ending(stage, due, facts)
        if cancel:
            yield Draft(f"started again {when}, cancelled", [*told, *cancel, *more], max(until, due) + 1)


def odd_starts(stage: Stage[Deadline]) -> Iterator[Draft]:
    """Starts around clock changes, ends of months and closed hours, one target after the other."""
    for number, (when, start) in enumerate(stage.odd_starts()):
        known = judged(targets(stage, start))
        if not known:
            return
        for target in {id(each): each for each in (known[number % len(known)], known[-1])}.values():
            begun, due = opened(stage, target, start), due_of(stage, target, start)
            if begun is None or due is None or due < start:
                continue
            for offset, edge in EDGES[:2]:
                stop = stopping(stage, due + offset, begun[1])
                yield Draft(f"{target.name}: started {when}, stopped {edge}", [*begun[0], *stop])
