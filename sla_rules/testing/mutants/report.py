"""What came of an agreement's mutants."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sla_rules.testing.mutants.changes import Mutant


@dataclass(slots=True)
class Group:
    """What came of the mutants of one policy, or of one other part of the agreement.

    Attributes:
        noticed: how many some scenario noticed.
        refused: how many could not be loaded.
        equivalent: those that make no difference, each with the reason.
        surviving: those that nobody noticed.
    """

    noticed: int = 0
    refused: int = 0
    equivalent: list[tuple[Mutant, str]] = field(default_factory=list)
    surviving: list[Mutant] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many there were."""
        return self.noticed + self.refused + len(self.equivalent) + len(self.surviving)


@dataclass(frozen=True, slots=True)
class MutationReport:
    """What came of an agreement's mutants.

    Attributes:
        agreement: its id.
        scenarios: how many scenarios were there to notice something.
        groups: by policy, and by part for what belongs to none.
        wrong: what is not true of the mutants listed as equivalent, one sentence each.
        every: 1 for all mutants, 5 where every fifth was tried.
    """

    agreement: str
    scenarios: int
    groups: Mapping[str, Group]
    wrong: tuple[str, ...] = ()
    every: int = 1

    @property
    def holds(self) -> bool:
        """Whether every mutant was noticed, refused or rightly listed as equivalent."""
        return not self.survivors and not self.wrong

    @property
    def survivors(self) -> list[Mutant]:
        """The mutants that nobody noticed."""
        return [mutant for group in self.groups.values() for mutant in group.surviving]

    @property
    def total(self) -> Group:
        """What came of all mutants together."""
        groups = self.groups.values()
        return Group(
            noticed=sum(group.noticed for group in groups),
            refused=sum(group.refused for group in groups),
            equivalent=[pair for group in groups for pair in group.equivalent],
            surviving=self.survivors,
        )


def report_text(report: MutationReport) -> str:
    """Return a report as lines of plain text: a line a policy, what survives and why the equivalent ones may."""
    lines = [line for name, group in report.groups.items() for line in _group_lines(name, group)]
    lines += [f"FAIL  {sentence}" for sentence in report.wrong]
    sample = "" if report.every == 1 else f" (one in {report.every})"
    lines.append(f"{report.agreement}: {report.total.total} mutants{sample}, {_counts(report.total)}")
    return "\n".join(lines) + "\n"


def _group_lines(name: str, group: Group) -> list[str]:
    return [
        f"{'FAIL' if group.surviving else 'good'}  {name}: {group.total} mutants, {_counts(group)}",
        *(f"      survives: {mutant.what}\n                id: {mutant.id}" for mutant in group.surviving),
        *(f"      equivalent: {mutant.what}\n                  {why}" for mutant, why in group.equivalent),
    ]


def _counts(group: Group) -> str:
    counts = {
        "noticed": group.noticed,
        "refused when loaded": group.refused,
        "equivalent": len(group.equivalent),
        "surviving": len(group.surviving),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count or what == "surviving")
