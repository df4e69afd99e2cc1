"""What `CONTRIBUTING.md` tells to do for a new kind of policy, done in a copy of the library."""

import shutil
from pathlib import Path

HERE = Path(__file__).parent
FUNCTIONS = {name: HERE / f"{name}.py" for name in ("reference", "columnar", "live")}

MODEL = '''\
class AtMost(Policy):
    """Events that a case may have so often and no more."""

    kind: Literal["at_most"]
    counted: Selectors
    most: int = Field(ge=1)

    @property
    def beginnings(self) -> tuple[Selector, ...]:
        """What is counted."""
        return self.counted

    @property
    def named_events(self) -> tuple[Selector, ...]:
        """What is counted."""
        return self.counted


'''
CHECK = '''\
def at_most(names: Names, path: Path, policy: AtMost) -> None:
    """What is counted."""
    check_selectors(names, (*path, "counted"), policy.counted)


'''
ENGLISH = '''\
def at_most(verdict: "Verdict", policy: Any) -> str:
    """How often it came, and how often it may."""
    return f"{named(policy.counted)} came {verdict.detail[0]} times, at most {policy.most} are allowed."


'''
FRENCH = '''\
def at_most(verdict: "Verdict", policy: Any) -> str:
    """How often it came, and how often it may."""
    return f"{named(policy.counted)} a eu lieu {verdict.detail[0]} fois, au plus {policy.most} sont permis."


'''
PLAY = '''\
def at_most(stage: Stage[AtMost], subject: str, at: int, outcome: str, how: Mapping[str, Any]) -> Play | None:
    """Return as many as are allowed, or one more."""
    facts = None if outcome == "pending" else stage.facts(at, subject=subject, **how)
    if facts is None:
        return None
    told = stage.begin(subject, at, facts)
    last = stage.policy.most + (outcome == "breached")
    return [*told, *(told[-1]._replace(at=at + number * MINUTE) for number in range(1, last))]


'''


class Copy:
    """A copy of the library.

    Attributes:
        root: the folder that holds it.
        changed: the files that are new or changed, from inside of `sla_rules`.
    """

    def __init__(self, library: Path, root: Path) -> None:
        self.root = root
        self.changed: set[str] = set()
        shutil.copytree(library, root / "sla_rules")

    def put(self, name: str, before: str, text: str) -> None:
        """Put a text before a line that stands in a file once."""
        file = self.root / "sla_rules" / name
        parts = file.read_text(encoding="utf-8").split(f"\n{before}")
        assert len(parts) == 2, f"{name}: {before!r} stands there {len(parts) - 1} times"
        file.write_text(f"\n{text}{before}".join(parts), encoding="utf-8")
        self.changed.add(name)

    def add(self, name: str, file: Path) -> None:
        """Add a file."""
        shutil.copy(file, self.root / "sla_rules" / name)
        self.changed.add(name)


def follow(copy: Copy) -> None:
    """Do what the steps say, in their order."""
    say_it(copy)
    judge_it(copy)
    explain_it(copy)
    watch_it(copy)
    certify_it(copy)


def say_it(copy: Copy) -> None:
    """What an agreement file may say."""
    copy.put("language/policies.py", "AnyPolicy = Annotated[", MODEL)
    copy.put("language/policies.py", "    Deadline | Never", "    AtMost |\n")
    copy.put("language/checks/kinds.py", "    Availability,\n", "    AtMost,\n")
    copy.put("language/checks/kinds.py", "def availability(", CHECK)
    copy.put("language/checks/kinds.py", '    "availability":', '    "at_most": at_most,\n')


def judge_it(copy: Copy) -> None:
    """One function in each evaluator."""
    for name, registry, entry in (
        ("reference", "__init__.py", "at_most"),
        ("columnar", "judging.py", "at_most"),
        ("live", "judging.py", "Kind(at_most_rules, at_most)"),
    ):
        folder = f"evaluators/{name}"
        copy.add(f"{folder}/at_most.py", FUNCTIONS[name])
        imported = "at_most, at_most_rules" if name == "live" else "at_most"
        line = f"from sla_rules.{folder.replace('/', '.')}.at_most import {imported}\n"
        copy.put(f"{folder}/{registry}", f"from sla_rules.evaluators.{name}.availability", line)
        copy.put(f"{folder}/{registry}", '    "availability":', f'    "at_most": {entry},\n')


def explain_it(copy: Copy) -> None:
    """Its sentence in both languages."""
    for name, text in (("english", ENGLISH), ("french", FRENCH)):
        copy.put(f"reason/{name}.py", '_SENTENCES: dict[str, Callable[["Verdict", Any], str]] = {', text)
        copy.put(f"reason/{name}.py", '    "availability": availability,', '    "at_most": at_most,\n')


def watch_it(copy: Copy) -> None:
    """The monitor tells of its beginning, since it begins and lasts."""
    name = "monitoring/telling.py"
    copy.put(name, "from sla_rules.language.policies import", "from sla_rules.language.policies import AtMost\n")
    copy.put(name, "    return begins and verdict.tally is None", "    begins = begins or isinstance(policy, AtMost)\n")
    copy.put(
        name,
        "    return isinstance(policy, Deadline) and",
        "    if isinstance(policy, AtMost):\n        return ended_at(verdict) is None\n",
    )


def certify_it(copy: Copy) -> None:
    """What is played to certify it, which of its conditions are looked at, and how its keys are changed."""
    copy.put("testing/directed/plays.py", "    Classification,\n", "    AtMost,\n")
    copy.put("testing/directed/plays.py", "        Classification: classification,", "        AtMost: at_most,\n")
    copy.put("testing/directed/plays.py", "def classification(", PLAY)
    copy.put("testing/directed/__init__.py", "    Availability,\n", "    AtMost,\n")
    copy.put("testing/directed/__init__.py", "    Availability: (", "    AtMost: ALL_KINDS,\n")
    copy.put("testing/analysis/conditions.py", "    Availability,\n", "    AtMost,\n")
    case = '        case AtMost():\n            yield "counted", policy.counted\n'
    copy.put("testing/analysis/conditions.py", "        case Availability():", case)
    copy.put(
        "testing/mutants/policies.py", '    "at_least": share,', '    "counted": selectors,\n    "most": number,\n'
    )
