"""How a case is told to the rules of a policy: each event in the role in which it is asked about.

A rule names the role, the type of event and, as 1, each condition of which the language says that it holds. Which
event begins, ends, breaks or exempts which obligation follows from the rules alone.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Generic, NamedTuple, Self, TypeVar

from sla_rules.errors import SlaError, quoted
from sla_rules.evaluators.live.cases import NO_ROLES, Case
from sla_rules.evaluators.live.engine import Concluded, Engine, Fact, NotThere, Rules, Telling, There, named_apart
from sla_rules.events import Event
from sla_rules.instants import LAST
from sla_rules.language.conditions import Condition
from sla_rules.language.policies import Policy
from sla_rules.language.selectors import Selector

NEVER = LAST + 1
"""Later than any instant."""


class Role(NamedTuple):
    """What an event may be to a policy: its start, its stop, a violation and so on.

    Attributes:
        name: in rules and facts.
        selectors: which events.
        applies: what must hold besides, of the case at that very event.
    """

    name: str
    selectors: Sequence[Selector] | None
    applies: Condition | None = None

    def rules(
        self, *others: There | NotThere, named: str = "", among: Container[str] | None = None, **also: int
    ) -> Rules:
        """Return a rule for each selector: there is an event `e` in this role, and all else that is said.

        `named` tells the rules of one role apart, `among` says of which types they are, `also` is what else the fact
        of the event must be.
        """
        found: dict[str, tuple[There | NotThere, ...]] = {}
        for place, selector in enumerate(self.selectors or ()):
            if among is not None and selector.type not in among:
                continue
            wanted: dict[str, int | str] = {"as": self.name, "type": selector.type, **also}
            if selector.where is not None:
                wanted[f"where{place}"] = 1
            if selector.when is not None:
                wanted[f"when{place}"] = 1
            if self.applies is not None:
                wanted["applies"] = 1
            found[named_apart(f"{self.name}{named}: {selector.type}", found)] = (There("e", wanted), *others)
        return found


P = TypeVar("P", bound=Policy)


def flags(so: Mapping[str, bool]) -> dict[str, int]:
    """Return what is so or not as rules want it."""
    return {name: int(holds) for name, holds in so.items()}


def the_one(policy: Policy, asked: str, said: list[Concluded]) -> str:
    """Return the rule of a table that holds, without the name of the table.

    Raises:
        SlaError: none holds, or more than one.
    """
    if len(said) != 1:
        found = " and ".join(quoted(each.rule) for each in said) or "none"
        raise SlaError(f"{policy.id}: one rule must say the {asked}, {found} does")
    return said[0].rule.removeprefix(f"{asked}: ")


class Asker(Generic[P]):
    """The rules of one policy, to be asked about one case after the other."""

    def __init__(self, policy: P, rules: Rules) -> None:
        self.policy = policy
        self.engine = Engine(rules, policy.id)

    def concludes(self, asked: str, **so: bool) -> str:
        """Return which rule of a table holds, without the name of the table, where some things are so or not."""
        with self.engine.case() as tell:
            return the_one(self.policy, asked, tell({"as": asked, **flags(so)}))

    def about(self, case: Case) -> "Asking[P]":
        """Ask about a case, within `with`; nothing that is told is known the next time."""
        return Asking(self.policy, case, self.engine.case())


class Asking(Generic[P]):
    """A case being told to the rules of a policy."""

    tell: Callable[[Fact], list[Concluded]]

    def __init__(self, policy: P, case: Case, telling: Telling) -> None:
        self.policy = policy
        self.case = case
        self._telling = telling

    def __enter__(self) -> Self:
        self.tell = self._telling.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._telling.__exit__(*error)

    def hears(
        self,
        role: Role,
        event: Event,
        start: Event | None = None,
        roles: frozenset[str] = NO_ROLES,
        **more: int,
    ) -> list[Concluded]:
        """Tell an event in a role and return what follows; nothing where the role is none for its type.

        Args:
            role: in which it is asked about.
            event: of the case.
            start: that of the instance concerned, whose data come last in its instant.
            roles: the types of events whose data come after those of all others in their instant.
            more: what else the rules want to know of it.
        """
        case = self.case
        told: dict[str, int | str] = {}
        for place, selector in enumerate(role.selectors or ()):
            if selector.type != event.type:
                continue
            told["as"], told["type"] = role.name, event.type
            if selector.where is not None:
                told[f"where{place}"] = int(selector.where.holds(case.reads(event, start, roles)))
            if selector.when is not None:
                told[f"when{place}"] = int(selector.when.holds(self.at(start or event)))
        if not told:
            return []
        if role.applies is not None:
            told["applies"] = int(role.applies.holds(self.at(event)))
        return self.tell({**told, "event": case.number[id(event)], "at": event.at, **more})

    def means(self, role: Role, event: Event, start: Event | None = None, roles: frozenset[str] = NO_ROLES) -> bool:
        """Say whether an event is meant by a role, for findings about those from which nothing follows."""
        return any(
            each.type == event.type and (each.where is None or each.where.holds(self.case.reads(event, start, roles)))
            for each in role.selectors or ()
        )

    def at(self, start: Event) -> dict[str, object]:
        """Return the attributes of the case at a start event."""
        return self.case.attributes(start.at, start, self.policy.roles)
