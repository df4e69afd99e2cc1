"""Which policies became stricter or looser between two agreements, or two versions of one, each with a witness.

Texts are not compared. Histories aimed at the numbers of both agreements (both sides of every limit, every row, every
condition, shares just kept and just missed) are judged by both, and by the verdicts is decided. This is testing, not
proof: a witness is certain, replay it with `judge`; "no difference" means none among the histories tried, and their
number is told. Only of a policy that says the same in both, with all that it rests on, nothing is tried.

Terms are compared, not the days on which they bind: `in_force` is left aside, and an amended agreement stands for its
latest version.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sla_rules.agreement import Agreement
from sla_rules.errors import SlaError, quoted
from sla_rules.report.markdown import table
from sla_rules.testing.compare.search import Witness
from sla_rules.testing.compare.sides import Side, undated
from sla_rules.testing.compare.variations import MOST, Variations

__all__ = ["Change", "Comparison", "Witness", "compare"]

Kind = Literal["same", "stricter", "looser", "incomparable", "different", "added", "removed"]


@dataclass(frozen=True)
class Change:
    """What became of a policy.

    Attributes:
        policy: its id.
        kind: `same`; `stricter` (b breaches where a does not, and never the reverse); `looser` (the reverse);
            `incomparable` (both); `different` (verdicts differ, though neither breaches where the other does not);
            `added` (only b has it); `removed` (only a has it).
        histories: how many were tried; none where the policy says the same in both.
        stricter: where b breaches and a does not; None where none was found.
        looser: where a breaches and b does not; likewise.
        other: where the verdicts differ otherwise, if that is all that differs.
    """

    policy: str
    kind: Kind
    histories: int = 0
    stricter: Witness | None = None
    looser: Witness | None = None
    other: Witness | None = None


@dataclass(frozen=True)
class Comparison:
    """What became of every policy from agreement `a` to agreement `b`; by id, those of `b` after those of `a`."""

    a: Agreement
    b: Agreement
    policies: dict[str, Change]

    @property
    def names(self) -> tuple[str, str]:
        """How texts call the two agreements."""
        one, other = (f"{each.id} {each.version}" if each.version else each.id for each in (self.a, self.b))
        return (one, other) if one != other else (f"{one} (a)", f"{other} (b)")

    def to_text(self) -> str:
        """Return one line a policy, and below it the witness of each direction as a scenario."""
        lines = []
        for change in self.policies.values():
            lines.append(f"{change.policy}: {change.kind}, {tried(change)}")
            for title, text in self.witnesses(change):
                lines += [f"  {title}:", *(f"    {line}" for line in text.splitlines())]
        return "\n".join(lines) + "\n"

    def to_markdown(self) -> str:
        """Return a table of all policies, and the witnesses as scenarios."""
        one, other = self.names
        rows = [[f"`{each.policy}`", each.kind, tried(each)] for each in self.policies.values()]
        parts = [f"# From {one} to {other}", table(["policy", "change", "found by"], rows)]
        for change in self.policies.values():
            for title, text in self.witnesses(change):
                parts.append(f"## `{change.policy}`: {title}\n\n```yaml\n{text}```")
        return "\n\n".join(parts) + "\n"

    def witnesses(self, change: Change) -> Iterator[tuple[str, str]]:
        """Yield each witness of a change: a title, and the scenario with what the other agreement says."""
        one, other = self.names
        for witness, title in (
            (change.stricter, f"breached under {other}, not under {one}"),
            (change.looser, f"breached under {one}, not under {other}"),
            (change.other, f"judged otherwise under {other} than under {one}"),
        ):
            if witness is not None:
                yield title, told(change, witness, title, (one, other))


def tried(change: Change) -> str:
    """Say on what a change rests."""
    if not change.histories:
        return "it says the same in both"
    if change.kind == "same":
        return f"no difference found among {change.histories} histories"
    return f"{change.histories} histories tried"


def told(change: Change, witness: Witness, title: str, names: tuple[str, str]) -> str:
    """Return a witness as a scenario that one agreement fulfils, with comments that say why both judge as they do."""
    under: Literal["a", "b"] = "a" if witness is change.looser or not witness.under_b else "b"
    comments = []
    for name, verdicts in zip(names, (witness.under_a, witness.under_b), strict=True):
        reasons = [f"{verdict.outcome}: {verdict.reason}" for verdict in verdicts] or ["no verdict"]
        comments += [f"# under {name}: {reason}" for reason in reasons[:3]]
    return "\n".join([*comments, witness.scenario(under, f"{change.policy}: {title}")])


def compare(a: Agreement, b: Agreement, *, histories: int = MOST) -> Comparison:
    """Compare two agreements, or two versions of one (`agreement.versions`), policy by policy.

    Args:
        a: the earlier one.
        b: the later one.
        histories: how many histories of each are tried at most for a policy.

    Raises:
        SlaError: one of them is no agreement.
    """
    for given in (a, b):
        if not isinstance(given, Agreement):
            raise SlaError(f"{quoted(given)} is not an Agreement; `load` makes one")
    one, other = undated(a), undated(b)
    changes = {}
    for id in dict.fromkeys((*one.policies, *other.policies)):
        changes[id] = compared(Side(one, id), Side(other, id), histories)
    return Comparison(a, b, changes)


def compared(a: Side, b: Side, most: int) -> Change:
    """Say what became of one policy."""
    if a.policy is not None and b.policy is not None and a.rests_on() == b.rests_on():
        return Change(a.id, "same")
    search = Variations(a, b)
    search.run(most)
    stricter, looser = search.witness("stricter"), search.witness("looser")
    if a.policy is None:
        return Change(a.id, "added", search.tried, stricter)
    if b.policy is None:
        return Change(a.id, "removed", search.tried, looser=looser)
    if stricter or looser:
        kind: Kind = "incomparable" if stricter and looser else "stricter" if stricter else "looser"
        return Change(a.id, kind, search.tried, stricter, looser)
    other = search.witness("different")
    return Change(a.id, "different" if other else "same", search.tried, other=other)
