"""An agreement, loaded and ready to judge by."""

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from fnmatch import fnmatchcase
from functools import cached_property
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sla_rules.calendar import Calendar
from sla_rules.errors import AgreementError, Problem, SlaError, did_you_mean, quoted
from sla_rules.events import Event, Finding, canonical
from sla_rules.lang import in_language
from sla_rules.language.calendars import ALWAYS
from sla_rules.language.declarations import EventDeclaration
from sla_rules.language.document import AgreementFile, Clause
from sla_rules.language.loading import dated_versions, load_mapping, load_path
from sla_rules.language.policies import AnyPolicy, Availability, Classification, Policy
from sla_rules.language.rules import ChainedRule, in_order, resting_on
from sla_rules.language.windows import WindowSource
from sla_rules.periods import midnight


class Agreement:
    """The clauses, declared events, calendars, windows and policies of an agreement.

    Made by `load`. Nothing in it changes; `only` gives another agreement. Where terms were amended, `versions` are
    judged by, each for what starts while it is in force; the attributes below are those of the latest, with the
    clauses and policies of the earlier ones before its own.

    Attributes:
        id: its name.
        title: by language.
        zone: the time zone of its calendar days and months.
        clauses, policies: by id, in the order of the document.
        events: the declared types of events.
        calendars: by name, `always` among them.
        windows: by kind, where time that does not count is read from.
        services: those whose availability it promises, `only` or not.
        rules: by id, of the latest version alone, each after those that it names; they alert and judge nothing.
        known_policies: the ids of all its policies, `only` or not.
        source: the file or folder that it was loaded from; None for a mapping.
    """

    def __init__(
        self,
        document: AgreementFile,
        raw: Any,
        source: Path | None = None,
        versions: tuple["Agreement", ...] = (),
        until: int | None = None,
        calendars: dict[str, Calendar] | None = None,
    ) -> None:
        self.document = document
        self.versions = versions or (self,)
        self.source = source
        self.id = document.agreement
        self.title = document.title
        self.timezone = document.timezone
        self.zone = ZoneInfo(document.timezone)
        self.clauses: dict[str, Clause] = {clause.id: clause for clause in document.clauses}
        self.policies: dict[str, AnyPolicy] = {policy.id: policy for policy in document.policies}
        self.rules: Mapping[str, ChainedRule] = {rule.id: rule for rule in in_order(document.rules)}
        self.windows: dict[str, WindowSource] = document.windows
        self.events = {type: EventDeclaration(type, fields) for type, fields in document.events.items()}
        self.calendars = _built(document) if calendars is None else calendars
        self._raw = raw
        self._until = until
        self.services = frozenset(each.service for each in document.policies if isinstance(each, Availability))
        self.known_policies = frozenset(self.policies).union(*(version.policies for version in versions))
        for version in reversed(versions):
            self.clauses = {**version.clauses, **self.clauses}
            self.policies = {**version.policies, **self.policies}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what the agreement says, as hexadecimal text."""
        return hashlib.sha256(canonical(self._raw).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def raw(self) -> dict[str, Any]:
        """What it says as plain values, to change and `load` again; of an amended agreement, what the latest says."""
        said = {key: value for key, value in deepcopy(self._raw).items() if key != "versions"}
        days = self.document.in_force.model_dump(by_alias=True, exclude_none=True)
        return {**said, "in_force": days} if days else said

    def version_at(self, at: int) -> "Agreement":
        """Return the version in force at an instant; the first before all of them, the last after."""
        begun = [version for version in self.versions if version.in_force[0] is None or version.in_force[0] <= at]
        return begun[-1] if begun else self.versions[0]

    @property
    def version(self) -> str | None:
        """The first day on which it is in force, as text; None for an undated agreement."""
        first = self.document.in_force.from_
        return None if first is None else first.isoformat()

    @cached_property
    def in_force(self) -> tuple[int | None, int | None]:
        """The instants from which and up to which it is in force; None where it says nothing."""
        days = self.document.in_force
        first, after = (None if day is None else midnight(day, self.zone) for day in (days.from_, days.to))
        # Where a later version takes over, that instant counts: its time zone may be another one.
        return first, self._until if after is None or self._until is not None else after

    def covers(self, at: int) -> bool:
        """Say whether it is in force at an instant."""
        first, after = self.in_force
        return (first is None or at >= first) and (after is None or at < after)

    def only(self, *patterns: str) -> "Agreement":
        """Return the same agreement with those of its policies whose ids match one of the patterns (`support.*`).

        Rules that name a policy which is left out are left out too, and so are those that name such a rule.

        Raises:
            SlaError: a pattern matches no policy.
        """
        chosen: set[str] = set()
        for pattern in patterns:
            if not isinstance(pattern, str):
                raise SlaError(f"{quoted(pattern)} is not the name of a policy")
            matching = {id for id in self.policies if fnmatchcase(id, pattern)}
            if not matching:
                raise SlaError(f"no policy matches {quoted(pattern)}{did_you_mean(pattern, self.policies)}")
            chosen |= matching
        return self._with(chosen)

    def _with(self, chosen: set[str]) -> "Agreement":
        """Return the same agreement with these of its policies."""
        kept = resting_on(self.rules.values(), chosen)
        policies = tuple(policy for policy in self.document.policies if policy.id in chosen)
        rules = tuple(rule for rule in self.document.rules if rule.id in kept)
        raw = {**self._raw, "policies": [item for item in self._raw.get("policies", ()) if item["id"] in chosen]}
        if "rules" in raw:
            raw["rules"] = [item for item in raw["rules"] if item["id"] in kept]
        versions = tuple(version._with(chosen) for version in self.versions if version is not self)
        document = self.document.model_copy(update={"policies": policies, "rules": rules})
        narrowed = Agreement(document, raw, self.source, versions, self._until, self.calendars)
        narrowed.services, narrowed.known_policies = self.services, self.known_policies
        return narrowed

    def classify(self, facts: Mapping[str, Any], *, policy: str | None = None) -> Any:
        """Return the value that a decision table gives for these facts, for example the severity of a ticket.

        Args:
            facts: the fields that the table reads, as the start event would carry them.
            policy: the id of the classification; not needed where the agreement has one only.

        Raises:
            SlaError: no such classification, a field that its start event does not declare, or a wrong value.
        """
        tables = {id: each for id, each in self.policies.items() if isinstance(each, Classification)}
        if policy is None and len(tables) != 1:
            raise SlaError(f"say which classification: {', '.join(tables) or 'the agreement has none'}")
        chosen = next(iter(tables)) if policy is None else policy
        if chosen not in tables:
            raise SlaError(f"no classification {quoted(chosen)}{did_you_mean(chosen, tables)}")
        owner = next(version for version in reversed(self.versions) if chosen in version.policies)
        fields = owner.events[tables[chosen].start[0].type].fields
        read = {}
        for name, value in facts.items():
            if name not in fields:
                raise SlaError(f"unknown field {quoted(name)}{did_you_mean(name, fields)}")
            if value is not None:
                read[name] = fields[name].read(value)
        return tables[chosen].classify(read)

    def clause_of(self, policy: Policy) -> Clause:
        """Return the clause that a policy encodes."""
        return self.clauses[policy.clause]

    def read(self, event: Event, findings: list[Finding]) -> Event | None:
        """Return an event as its declaration reads it, or None where it is left out; says why in `findings`."""
        declaration = self.events.get(event.type)
        return None if declaration is None else declaration.read(event, findings)

    def _repr_html_(self) -> str:
        """Its policies as notebooks show them: each with clause, strength, limit and objective as the file has them."""
        from sla_rules.markup import render

        said = {each["id"]: each for version in self.versions for each in version.raw.get("policies", ())}
        return render("repr_agreement.html", agreement=self, said=said, in_language=in_language)

    def __repr__(self) -> str:
        """Its id, version and size."""
        version = f" {self.version}" if self.version else ""
        return f"<Agreement {self.id}{version}, policies: {len(self.policies)}, clauses: {len(self.clauses)}>"


def _built(document: AgreementFile) -> dict[str, Calendar]:
    """Return the calendars that a document declares, and `always`."""
    always = Calendar(timezone=document.timezone, name=ALWAYS)
    return {ALWAYS: always, **{name: each.build(name, document.timezone) for name, each in document.calendars.items()}}


def built_in() -> dict[str, Path]:
    """Return the agreements that come with the library, by name."""
    folder = Path(str(files("sla_rules"))) / "policies"
    return {entry.name: entry for entry in sorted(folder.iterdir()) if entry.is_dir() and any(entry.glob("*.yaml"))}


def load(source: str | PathLike[str] | Mapping[str, Any], *, timezone: str | None = None) -> Agreement:
    """Load an agreement.

    Args:
        source: the name of a built-in agreement (`intercall`), the path of a YAML file, of a folder of parts or of a
            folder of dated versions, or a mapping of what such a file says.
        timezone: used in place of the agreement's own time zone.

    Raises:
        AgreementError: with every problem found, each with its file and line.
    """
    overrides = {} if timezone is None else {"timezone": _zone(timezone)}
    if isinstance(source, Mapping):
        return Agreement(*load_mapping({**source, **overrides}))
    if not isinstance(source, (str, PathLike)):
        raise SlaError(f"{quoted(source)} is neither a name, a path nor a mapping")
    known = built_in()
    path = known.get(str(source), Path(source))
    if not str(source) or not _exists(path):
        hint = did_you_mean(source, known) or f", built in: {', '.join(known)}"
        raise AgreementError([Problem(f"no agreement {quoted(str(source), 300)}{hint}")])
    return _dated(path, overrides) or Agreement(*load_path(path, overrides), path)


def _zone(name: str) -> str:
    """Return the name of a time zone that overrides an agreement's own, if there is such a zone."""
    try:
        return Calendar(timezone=name).timezone
    except SlaError as error:
        raise AgreementError([Problem(str(error), "timezone")]) from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a null character
        return False


def _dated(path: Path, overrides: Mapping[str, Any]) -> Agreement | None:
    """Return the agreement of a folder of dated versions, each in force until the next; None for any other path."""
    dated = dated_versions(path)
    if not dated:
        return None
    versions: list[Agreement] = []
    for (first, place), following in reversed(list(zip(dated.items(), [*dated, None][1:], strict=True))):
        document, raw = load_path(place, overrides)
        said = document.in_force
        if said.from_ not in (None, first) or (following is not None and said.to is not None and said.to > following):
            said_days = f"{said.from_ or first} to {said.to}" if said.to else str(said.from_)
            problem = f"its `in_force` {said_days} is not that of its name, {first} to {following or 'now'}"
            raise AgreementError([Problem(problem, "in_force", str(place))])
        days = said.model_copy(update={"from_": first, "to": said.to or following})
        ends_with_the_next = bool(versions) and said.to in (None, following)
        until = versions[0].in_force[0] if ends_with_the_next else None
        versions.insert(0, Agreement(document.model_copy(update={"in_force": days}), raw, place, until=until))
    ids = {version.id for version in versions}
    if len(ids) > 1:
        raise AgreementError([Problem(f"versions of different agreements: {', '.join(sorted(ids))}", file=str(path))])
    latest = versions[-1]
    return Agreement(
        latest.document, {**latest._raw, "versions": [each.hash for each in versions]}, path, tuple(versions)
    )
