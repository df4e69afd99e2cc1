"""The smallest numbers of met and breached obligations that tell two objectives apart."""

from sla_rules.language.objectives import Objective

MOST_COUNTED = 2_000
"""How many obligations a history may hold to show that two shares differ."""


def thresholds(a: Objective | None, b: Objective | None) -> set[tuple[int, int]]:
    """Return the smallest numbers of met and breached obligations that keep one objective and break the other."""
    found: dict[bool, tuple[int, int]] = {}
    for counted in range(1, MOST_COUNTED + 1):
        most_a, most_b = allowed(a, counted), allowed(b, counted)
        if most_a != most_b:
            breached = min(most_a, most_b) + 1
            found.setdefault(most_a < most_b, (counted - breached, breached))
        if len(found) == 2:
            break
    return set(found.values())


def just_kept(objective: Objective | None) -> tuple[int, int]:
    """Return how many met obligations make up for a breached one, as few as possible; none where none ever do."""
    for counted in range(2, MOST_COUNTED + 1):
        if allowed(objective, counted) > 0:
            return counted - 1, 1
    return 0, 1


def allowed(objective: Objective | None, counted: int) -> int:
    """Return how many obligations of a number may be breached; -1 where even none is too many."""
    if objective is None:
        return 0
    low, high = -1, counted
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if objective.kept(counted - middle, middle) else (low, middle - 1)
    return low
