"""Chained rules, by the live evaluator: which of an agreement's own rules hold of a case as of now.

What is told is what happened, where conditions hold, what became of obligations, and which rule is asked about. Which
facts that makes, which rules rest on them and which are barred follows from the rules alone.

A rule named `<word> <number> …: …` makes the fact that `is` the word and `which` the number. A fact is told once for
each of the agreement's rules that name it: the engine has little room for many that wait for the same one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count

from sla_rules.agreement import Agreement
from sla_rules.evaluators.live.asking import Role
from sla_rules.evaluators.live.cases import Case
from sla_rules.evaluators.live.engine import Concluded, Engine, Fact, NotThere, Rules, There
from sla_rules.language.rules import ChainedRule, EventFact, RuleFact, VerdictFact
from sla_rules.verdict import Verdict

MOST_JOINED = 15
"""Facts that one rule rests on; the library joins 16, one of which is that the rule is asked about."""

Made = tuple[str, int]
"""A fact that was made: what it `is`, and `which`."""

Tell = Callable[[Fact], list[Concluded]]


class Chains:
    """The chained rules of one version of an agreement, to be asked about one case after the other.

    Attributes:
        rules: in the order in which they are asked about, each after those that it names.
    """

    def __init__(self, version: Agreement) -> None:
        """Compile the rules; where there are none, the rule engine is not needed.

        Raises:
            SlaError: durable-rules is not installed or does not run on this Python; or the rules, or the events that
                they name, are more than it has room for.
        """
        self.rules = tuple(version.rules.values())
        self._facts = tuple(facts_named(self.rules).values())
        made = made_by_saying(self.rules)
        self._named = [[made[repr(fact)] for fact in rule.facts] for rule in self.rules]
        self._engine = Engine(chain_rules(self.rules)) if self.rules else None

    def holding(self, case: Case, verdicts: Iterable[Verdict]) -> list[str]:
        """Return the ids of the rules that hold of a case as of now, in the order of the agreement's rules.

        Args:
            case: all that happened to one subject.
            verdicts: those on instances of the subject.

        Raises:
            SlaError: the rule engine fails.
        """
        if self._engine is None:
            return []
        now = case.attributes(case.world.now)
        made: set[Made] = set()
        with self._engine.case() as tell:
            for number, fact in enumerate(self._facts):
                for told in happened(number, fact, case) if isinstance(fact, EventFact) else ():
                    made.update(makes(tell(told)))
                    if ("fact", number) in made:
                        break
            for policy, outcome in dict.fromkeys((verdict.policy, verdict.outcome) for verdict in verdicts):
                made.update(makes(tell({"as": "verdict", "policy": policy, "outcome": outcome})))
            # A rule rests on one fact at least, and what other rules make rests on facts in the end.
            for number, rule in enumerate(self.rules if made else ()):
                inform(tell, number, [each for each in dict.fromkeys(self._named[number]) if each in made])
                when = int(rule.when is None or rule.when.holds(now))
                made.update(makes(tell({"as": "rule", "for": number, "when": when})))
        return [rule.id for number, rule in enumerate(self.rules) if ("rule", number) in made]


def chain_rules(rules: Sequence[ChainedRule]) -> Rules:
    """Return what makes each fact, what bars each rule, and what it rests on.

    The facts that a rule rests on are joined; where they are too many for one rule, some make a `part` first.
    """
    made, parts = made_by_saying(rules), count()
    found: Rules = {}
    for number, fact in enumerate(facts_named(rules).values()):
        found |= fact_rules(number, fact)
    for number, rule in enumerate(rules):
        for place, bar in enumerate(rule.unless):
            found[f"barred {number}: {place + 1}"] = joined(number, [made[repr(bar)]])
        on = list(dict.fromkeys(made[repr(each)] for each in rule.on))
        while len(on) > MOST_JOINED:
            part = next(parts)
            found[f"part {part}: {rule.id}"] = joined(number, on[:MOST_JOINED])
            on = [*on[MOST_JOINED:], ("part", part)]
        asked = There("asked", {"as": "rule", "for": number, "when": 1})
        barred = (NotThere(known(number, ("barred", number))),) if rule.unless else ()
        found[f"rule {number}: {rule.id}"] = (asked, *joined(number, on), *barred)
    return found


def fact_rules(number: int, fact: EventFact | VerdictFact) -> Rules:
    """Return what makes a fact: an event that one of its selectors means, or an outcome under one of its policies."""
    found: Rules = {}
    if isinstance(fact, EventFact):
        for role in roles(number, fact):
            found |= role.rules()
        return found
    for policy in fact.verdict:
        for outcome in fact.outcome:
            so = There("v", {"as": "verdict", "policy": policy, "outcome": outcome})
            found[f"fact {number}: {policy} {outcome}"] = (so,)
    return found


def roles(number: int, fact: EventFact) -> list[Role]:
    """Return what an event may be to a fact: a role for each selector."""
    return [Role(f"fact {number} {place}", (selector,)) for place, selector in enumerate(fact.event)]


def joined(number: int, facts: Iterable[Made]) -> tuple[There, ...]:
    """Return that all of some facts are there, for the rule with a number."""
    return tuple(There(f"f{place}", known(number, fact)) for place, fact in enumerate(facts))


def known(number: int, fact: Made) -> dict[str, int | str]:
    """Return a fact that was made as it is told for the rule with a number."""
    return {"as": "known", "for": number, "is": fact[0], "which": fact[1]}


def made_by_saying(rules: Sequence[ChainedRule]) -> dict[str, Made]:
    """Return which fact each one is that rules name, by its `repr`."""
    made = {said: ("fact", number) for number, said in enumerate(facts_named(rules))}
    return made | {repr(RuleFact(rule=rule.id)): ("rule", number) for number, rule in enumerate(rules)}


def facts_named(rules: Iterable[ChainedRule]) -> dict[str, EventFact | VerdictFact]:
    """Return the facts that rules name, other rules left out, each once, by what tells it from others.

    That is its `repr`: in the items of a list, 1 is not true, though Python has them equal.
    """
    return {repr(fact): fact for rule in rules for fact in rule.facts if not isinstance(fact, RuleFact)}


def happened(number: int, fact: EventFact, case: Case) -> Iterator[Fact]:
    """Yield what is told of the events of a case for a fact.

    All that rules ask is whether there ever was such an event, so what is equal is told once, however many there are.
    """
    told: set[tuple[str, int]] = set()
    meant = list(zip(roles(number, fact), fact.event, strict=True))
    for event in case.events:
        for role, selector in meant:
            if selector.type == event.type:
                where = int(selector.where is None or selector.where.holds(case.reads(event)))
                if (role.name, where) not in told:
                    told.add((role.name, where))
                    yield {"as": role.name, "type": event.type, "where0": where}


def makes(concluded: Iterable[Concluded]) -> Iterator[Made]:
    """Yield the facts that rules which hold make."""
    for each in concluded:
        word, number = each.rule.partition(":")[0].split(" ")[:2]
        yield word, int(number)


def inform(tell: Tell, number: int, facts: list[Made]) -> None:
    """Tell facts for the rule with a number, and what they make for it."""
    told = list(facts)
    for fact in told:
        told += [each for each in makes(tell(known(number, fact))) if each not in told]
