"""Histories of availability: exactly the downtime that a month allows, a microsecond more, in windows, open."""

from collections.abc import Iterator
from fractions import Fraction

from sla_rules.instants import DAY, HOUR
from sla_rules.language.policies import Availability
from sla_rules.language.selectors import Selectors
from sla_rules.periods import bounds, label
from sla_rules.testing.directed.history import Draft, Told, woven
from sla_rules.testing.directed.stage import Stage
from sla_rules.testing.directed.windows import announced


def allowed(share: Fraction, measured: int) -> int:
    """Return the longest downtime that keeps a share of the time measured."""
    return measured * (share.denominator - share.numerator) // share.denominator


def availability(stage: Stage[Availability]) -> Iterator[Draft]:
    """Yield the histories of an availability."""
    return woven((outages(stage), running(stage), excluded(stage)))


def said(stage: Stage[Availability], selectors: Selectors, at: int) -> Told:
    """Return an event about the service."""
    event = stage.chosen(selectors[0], stage.policy.service, at, {})
    return stage.event(selectors[0].type, stage.policy.service, at, {}) if event is None else event


def down(stage: Stage[Availability], *spans: tuple[int, int]) -> list[Told]:
    """Return outages, each from an instant to another."""
    policy = stage.policy
    return [said(stage, each, at) for begin, end in spans for each, at in ((policy.down, begin), (policy.up, end))]


def watched(stage: Stage[Availability], at: int) -> list[Told]:
    """Return what says that the service is watched from an instant on: an event for that, or else its being up."""
    policy = stage.policy
    return [said(stage, policy.monitored, at)] if policy.monitored is not None else [said(stage, policy.up, at)]


def month_of(stage: Stage[Availability], at: int) -> tuple[int, int]:
    """Return the first instant of the month of another, and the first after it."""
    return bounds(label(at, "month", stage.zone), "month", stage.zone)


def outages(stage: Stage[Availability]) -> Iterator[Draft]:
    """Yield whole months with as much downtime as is allowed, and with a microsecond more or less."""
    months = {
        "the month": stage.base,
        **{f"the month of the clock change {n}": t for n, t in enumerate(stage.transitions)},
    }
    for name, at in months.items():
        start, end = month_of(stage, at)
        most, begin = allowed(stage.policy.at_least, end - start), start + DAY
        for offset in (0, 1, -1):
            length = most + offset
            if length < 0:
                continue
            told = [*watched(stage, start), *down(stage, (begin, begin + length))]
            yield Draft(f"{name}: down for what is allowed {offset:+} µs", told, end)
            half = length // 2
            parts = down(
                stage,
                (begin, begin + half),
                (begin + end // 2 - start // 2, begin + end // 2 - start // 2 + length - half),
            )
            yield Draft(f"{name}: {offset:+} µs in two parts", [*watched(stage, start), *parts], end)
            yield Draft(
                f"{name}: {offset:+} µs at its end", [*watched(stage, start), *down(stage, (end - length, end))], end
            )
            across = down(stage, (start - HOUR, start + length))
            yield Draft(f"{name}: {offset:+} µs from the month before on", across, end)
    start, end = month_of(stage, stage.base)
    yield Draft("never down", watched(stage, start), end)
    yield Draft("first seen in the middle of the month", watched(stage, stage.base + DAY), end)
    yield Draft("down all month", [*watched(stage, start), *down(stage, (start, end))], end)


def running(stage: Stage[Availability]) -> Iterator[Draft]:
    """Yield a running month: in time, at what the whole month allows and beyond it, with the outage open or over."""
    start, end = month_of(stage, stage.base)
    most, begin = allowed(stage.policy.at_least, end - start), start + DAY
    opened = [*watched(stage, start), said(stage, stage.policy.down, begin)]
    for offset in (0, 1, -1):
        at = begin + most + offset
        if at >= begin:
            yield Draft(f"down for what the month allows {offset:+} µs, open", opened, at)
            over = [*watched(stage, start), *down(stage, (begin, at))]
            yield Draft(f"down for what the month allows {offset:+} µs, over", over, max(at, begin))
    yield Draft("open at the end of the month", opened, end)
    yield Draft("a microsecond before the end of the month", watched(stage, start), end - 1)
    yield Draft("open into the next month", opened, end + DAY)
    again = [*opened, said(stage, stage.policy.down, begin + HOUR), said(stage, stage.policy.up, begin + 2 * HOUR)]
    yield Draft("down while down", again, end)
    yield Draft("up without down", [*watched(stage, start), said(stage, stage.policy.up, begin)], end)
    blink = down(stage, (begin, begin))
    yield Draft("down and up at one instant", [*watched(stage, start), *blink], end)


def excluded(stage: Stage[Availability]) -> Iterator[Draft]:
    """Yield outages within a window, across its edges, and as long as the rest of the month allows."""
    start, end = month_of(stage, stage.base)
    begin = start + 3 * DAY
    finish = begin + 6 * HOUR
    for kind in stage.agreement.windows:
        excludes = kind in stage.policy.exclude
        scope = None if stage.agreement.windows[kind].scope is None else stage.policy.service
        for each in announced(stage, kind, begin, finish, scope):
            most = allowed(stage.policy.at_least, end - start - (finish - begin if each.counts and excludes else 0))
            spans = {
                "down within it": (begin, finish),
                "down around it": (begin - 1, finish + 1),
                **{f"down for what is left {n:+} µs": (begin, finish + most + n) for n in (0, 1, -1)},
                **{
                    f"down apart for what is left {n:+} µs": (finish + DAY, finish + DAY + most + n) for n in (0, 1, -1)
                },
            }
            for name, span in spans.items():
                told = [*watched(stage, start), *each.told, *down(stage, span)]
                yield Draft(f"{kind} {each.name}: {name}", told, end, each.windows)
            whole = [*watched(stage, start), *each.told]
            yield Draft(f"{kind} {each.name}: looked at while it lasts", whole, begin + HOUR, each.windows)
