"""Histories of objectives: as many instances met and breached as the share just allows, one more and one less."""

from collections.abc import Iterator
from math import ceil, floor
from typing import Any

from sla_rules.instants import SECOND
from sla_rules.language.objectives import Objective
from sla_rules.periods import bounds, label
from sla_rules.testing.directed.history import Draft, Told
from sla_rules.testing.directed.plays import Play, play
from sla_rules.testing.directed.stage import Stage

FULL = 100
"""How many instances tell a share from one that is a percent more or less."""
MOST = 1_000
"""How many instances a period gets at most; a finer share is met as nearly as so many allow."""


def most_breached(objective: Objective, counted: int) -> int:
    """Return how many of so many instances may be breached; -1 where not even none may be."""
    share = objective.share
    match objective.measure:
        case "at_least":
            return counted - ceil(share * counted)
        case "breached_less_than":
            return ceil(share * counted) - 1
        case _:
            return floor(share * counted)


def objective(stage: Stage[Any]) -> Iterator[Draft]:
    """Yield periods with counts on both sides of the share, decided and pending."""
    rule = stage.policy.objective
    if rule is None:
        return
    known: dict[tuple[int, str], Play | None] = {}
    at = stage.base
    end = 2 * at if rule.per == "whole" else bounds(label(at, rule.per, stage.zone), rule.per, stage.zone)[1]
    last = None if rule.per == "whole" else end
    counted = min(rule.share.denominator, MOST)
    for number in dict.fromkeys((counted, FULL, 1, 2)):
        edge = most_breached(rule, number)
        for breached in (edge, edge + 1, edge - 1):
            if 0 <= breached <= number:
                told = instances(stage, {"met": number - breached, "breached": breached}, known)
                if told:
                    name = f"{number - breached} met and {breached} breached"
                    yield Draft(f"{name}, period over", told, last)
                    if last is not None and breached == edge:
                        yield Draft(f"{name}, a microsecond before the period is over", told, last - 1)
    edge = max(most_breached(rule, counted), 0)
    for breached, pending in ((edge, 1), (max(edge - 1, 0), 1), (min(edge + 1, counted - 1), 1)):
        told = instances(stage, {"met": counted - breached - pending, "breached": breached, "pending": pending}, known)
        if told:
            yield Draft(f"{breached} breached and {pending} open among {counted}", told)


def instances(stage: Stage[Any], wanted: dict[str, int], known: dict[tuple[int, str], Play | None]) -> list[Told]:
    """Return so many instances of each outcome, each of a subject of its own; none where one cannot be had."""
    told: list[Told] = []
    number = 0
    for outcome, count in wanted.items():
        for _ in range(count):
            number += 1
            if (number, outcome) not in known:
                known[number, outcome] = play(stage, f"S{number}", stage.base + number * SECOND, outcome)
            one = known[number, outcome]
            if one is None:
                return []
            told += one
    return told


def without_period(stage: Stage[Any]) -> Iterator[Draft]:
    """Yield an instance that lacks the field that says in which period it counts."""
    rule = stage.policy.objective
    if rule is None or rule.of is None:
        return
    for outcome in ("met", "breached"):
        told = play(stage, "S1", stage.base, outcome)
        if told:
            bare = [each._replace(data={k: v for k, v in each.data.items() if k != rule.of}) for each in told]
            yield Draft(f"{outcome}, without {rule.of}", bare)
