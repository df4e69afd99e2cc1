"""Histories of bookings: touching, overlapping by a microsecond, released in time or too late."""

from collections.abc import Iterator
from typing import Any

from sla_rules.instants import HOUR, MINUTE
from sla_rules.language.policies import NoOverlap
from sla_rules.testing.directed.history import Draft, Told
from sla_rules.testing.directed.stage import Stage

Span = tuple[int, int]


def no_overlap(stage: Stage[NoOverlap]) -> Iterator[Draft]:
    """Yield the histories of bookings."""
    at = stage.base
    first = (at + 2 * HOUR, at + 4 * HOUR)
    begin, end = first
    others: dict[str, Span] = {
        "after it": (end, end + HOUR),
        "overlapping its end by 1 µs": (end - 1, end + HOUR),
        "a microsecond after it": (end + 1, end + HOUR),
        "before it": (begin - HOUR, begin),
        "overlapping its beginning by 1 µs": (begin - HOUR, begin + 1),
        "the same": first,
        "within it": (begin + HOUR, begin + HOUR + 1),
        "around it": (begin - 1, end + 1),
        "empty, within it": (begin + HOUR, begin + HOUR),
        "running backwards": (end, begin),
    }
    resources = stage.values.candidates(stage.policy.resource, at, stage.policy.booked[0].type)
    here, elsewhere = resources[0], (resources[1:] or resources)[0]
    for name, span in others.items():
        told = [*booked(stage, "S1", at, here, first), *booked(stage, "S2", at + MINUTE, here, span)]
        yield Draft(f"a second booking {name}", told)
        apart = [*booked(stage, "S1", at, here, first), *booked(stage, "S2", at, here, span)]
        yield Draft(f"a booking {name} at the same instant", apart)
    if elsewhere != here:
        told = [*booked(stage, "S1", at, here, first), *booked(stage, "S2", at + MINUTE, elsewhere, first)]
        yield Draft("the same time elsewhere", told)
    yield from released(stage, here, first)
    yield from alone(stage, here, first)


def booked(stage: Stage[NoOverlap], subject: str, at: int, resource: Any, span: Span) -> list[Told]:
    """Return a booking with whatever else the policy asks of it; none where that cannot be."""
    policy = stage.policy
    fixed = {policy.resource: resource, policy.from_: span[0], policy.to: span[1]}
    facts = stage.facts(at, subject=subject, fixed=fixed)
    if facts is None:
        facts = {**stage.key(subject, at), **fixed}
        plain = stage.facts(at, subject=subject)
        return [] if plain is None else stage.begin(subject, at, {**plain, **facts})
    return stage.begin(subject, at, facts)


def released(stage: Stage[NoOverlap], resource: Any, span: Span) -> Iterator[Draft]:
    """Yield a booking released before, at and after the next one, and booked anew."""
    at = stage.base
    first, second = booked(stage, "S1", at, resource, span), booked(stage, "S2", at + HOUR, resource, span)
    for selector in stage.policy.released or ():
        for when in (at, at + HOUR - 1, at + HOUR, at + HOUR + 1):
            release = stage.chosen(selector, "S1", when, stage.key("S1", when))
            if release is not None:
                yield Draft(f"released {when - at} µs after the booking", [*first, release, *second])
    later = (span[1], span[1] + HOUR)
    moved = booked(stage, "S1", at + MINUTE, resource, later)
    yield Draft("booked anew for later", [*first, *moved, *second])
    yield Draft("booked anew in the way", [*second, *[each._replace(at=each.at + 2 * HOUR) for each in first]])
    yield Draft("booked three times", [*first, *second, *booked(stage, "S3", at + 2 * HOUR, resource, span)])


def alone(stage: Stage[NoOverlap], resource: Any, span: Span) -> Iterator[Draft]:
    """Yield one booking, and one without each of its fields."""
    policy = stage.policy
    told = booked(stage, "S1", stage.base, resource, span)
    if not told:
        return
    yield Draft("one booking", told)
    for name in (policy.resource, policy.from_, policy.to):
        data = {key: value for key, value in told[-1].data.items() if key != name}
        yield Draft(f"{name} missing", [*told[:-1], told[-1]._replace(data=data)])
        other = booked(stage, "S2", stage.base + MINUTE, resource, span)
        yield Draft(f"{name} missing, then another booking", [*told[:-1], told[-1]._replace(data=data), *other])
