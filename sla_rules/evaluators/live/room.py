"""How many rules the rule engine has room for: with too many it overruns its own memory, or never comes to an end."""

from collections.abc import Iterable
from itertools import count

from sla_rules.errors import SlaError, quoted

MOST_RULES = 4_000
"""In all; the engine has room for 4096."""
MOST_BRANCHES = 500
"""By what facts may be told apart at one place; 512 fill a table in which the engine then searches without an end."""
MOST_AT_ONCE = 64
"""How many alternatives may be open for one fact."""
MOST_ALIKE = 250
"""How many rules may want just the same of a fact; the engine writes the 257th beyond its memory."""
MOST_NAMED = 240
"""How many properties of one fact rules may name; it may have 250, and more are told than rules name."""

Test = tuple[str, int | str | None]
"""A property and what it must be; None where it is compared with that of another fact."""


class Node:
    """A place in the engine's network, shared by all that test the same until there.

    Attributes:
        branches: what is tested next, by the property with its value, or by a number for a comparison.
        alike: how many want nothing more.
    """

    def __init__(self) -> None:
        self.branches: dict[tuple[str, int | str] | int, Node] = {}
        self.alike = 0


def check_room(rules: Iterable[Iterable[list[Test]]]) -> None:
    """Refuse rules for which there is no room.

    Args:
        rules: for each of them the tests of each of its facts.

    Raises:
        SlaError: there are too many, with what they have in common.
    """
    every = [*rules]
    root, numbers = Node(), count()
    named: dict[tuple[Test, ...], set[str]] = {}
    for facts in every:
        for tests in facts:
            node = root
            for property, wanted in tests:
                # The engine shares no comparison with another fact, even where two say the same.
                node = node.branches.setdefault(next(numbers) if wanted is None else (property, wanted), Node())
            node.alike += 1
            named.setdefault((tests[0],), set()).update(property for property, _ in tests)
    _no_more(len(every), MOST_RULES, "rules", ())
    for first, properties in named.items():
        _no_more(len(properties), MOST_NAMED, "conditions", first)
    _at_once(root, ())


def _at_once(node: Node, path: tuple[Test, ...]) -> int:
    """Return how many alternatives can be open for one fact from here on; refuse where too many rules meet."""
    inner = [_at_once(each, path if isinstance(key, int) else (*path, key)) for key, each in node.branches.items()]
    # A fact has one value of a property, so it takes one of those branches; comparisons it takes all.
    taken = {key if isinstance(key, int) else key[0] for key in node.branches}
    found = max(1, len(taken) - 1 + max(inner, default=1))
    _no_more(len(node.branches), MOST_BRANCHES, "rules that differ", path)
    _no_more(node.alike, MOST_ALIKE, "rules that are alike", path)
    _no_more(found, MOST_AT_ONCE, "rules that compare", path)
    return found


def _no_more(number: int, most: int, what: str, path: tuple[Test, ...]) -> None:
    if number > most:
        about = " and ".join(f"{property} {quoted(wanted)}" for property, wanted in path[:3])
        raise SlaError(f"too much at once: {number} {what}{' about ' if about else ''}{about}; {most} is the most")
