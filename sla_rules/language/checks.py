"""What no single model can see: that names are declared, values possible, tables total and tiers free of overlap."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sla_rules.calendar import Calendar
from sla_rules.errors import SlaError, did_you_mean, quoted
from sla_rules.language.base import written
from sla_rules.language.calendars import ALWAYS, CalendarTable, calendars_named
from sla_rules.language.conditions import Condition, FieldReference
from sla_rules.language.declarations import KEY_KINDS, ORDERED_KINDS, PLAIN_KINDS, RESERVED, FieldDeclaration, Kind
from sla_rules.language.document import AgreementFile, Clause
from sla_rules.language.exemptions import Exemption
from sla_rules.language.limits import (
    BusinessDays,
    CalendarDays,
    Each,
    EndOf,
    LeadDays,
    Table,
    Until,
    counts_time,
    simple_limits,
)
from sla_rules.language.policies import (
    Availability,
    Classification,
    Deadline,
    Never,
    NoOverlap,
    PauseBetween,
    Policy,
    Procedure,
    RequiredFields,
)
from sla_rules.language.rules import ChainedRule, EventFact, Fact, RuleFact, VerdictFact, cycles, includes
from sla_rules.language.selectors import Selector
from sla_rules.language.windows import DeclaredWindow, PlannedWindow

Path = tuple[object, ...]
Found = list[tuple[Path, str]]

MOST_CYCLES = 20
"""Of rules; more of them would take long to find, and nobody reads them."""


def check(document: AgreementFile) -> Found:
    """Return what is wrong in an agreement, each with the path to it."""
    found = _Check(document)
    found.names()
    found.calendars()
    found.windows()
    for index, policy in enumerate(document.policies):
        found.policy(("policies", index), policy)
    found.rules()
    return found.found


class _Check:
    """One pass over an agreement, collecting what is wrong."""

    def __init__(self, document: AgreementFile) -> None:
        self.document = document
        self.found: Found = []
        self.policy_ids = dict.fromkeys(policy.id for policy in document.policies)
        self.rule_ids = dict.fromkeys(rule.id for rule in document.rules)
        self.fields: dict[str, list[FieldDeclaration]] = {}
        for declared in document.events.values():
            for name, field in declared.items():
                self.fields.setdefault(name, []).append(field)

    def problem(self, path: Path, message: str) -> None:
        self.found.append((path, message))

    def known(self, path: Path, what: str, name: object, names: Iterable[object]) -> bool:
        """Note a name that is not among those declared."""
        if isinstance(names, Mapping) and name in names:
            return True
        known = [str(known) for known in names]
        if name in known:
            return True
        hint = did_you_mean(name, known) or (f", known: {', '.join(known)}" if 0 < len(known) <= 12 else "")
        self.problem(path, f"unknown {what} {quoted(name)}{hint}")
        return False

    def names(self) -> None:
        """Ids stand once, fields have names of their own, values are of their field's kind."""
        self.ids(("clauses",), self.document.clauses)
        self.ids(("policies",), self.document.policies)
        for index, policy in enumerate(self.document.policies):
            self.ids(("policies", index, "exemptions"), policy.exemptions)
        for type, fields in self.document.events.items():
            for name, field in fields.items():
                self.declaration(("events", type, name), field, fields)

    def ids(self, path: Path, items: Iterable[Clause | Policy | Exemption | ChainedRule]) -> None:
        ids: set[str] = set()
        for index, item in enumerate(items):
            if item.id in ids:
                self.problem((*path, index, "id"), f"id {quoted(item.id)} stands there twice")
            ids.add(item.id)

    def declaration(self, path: Path, field: FieldDeclaration, fields: dict[str, FieldDeclaration]) -> None:
        if path[-1] in RESERVED:
            self.problem(path, f"a field cannot be named {quoted(path[-1])}; reserved: {', '.join(RESERVED)}")
        for index, value in enumerate(field.values or ()):
            self.readable((*path, "values", index), field, value)
        if field.not_before is None:
            return
        if field.not_before == "time":
            if field.kind != "instant":
                self.problem((*path, "not_before"), f"{quoted(path[-1])} is {field.kind}, and `time` an instant")
        elif self.known((*path, "not_before"), "field", field.not_before, fields):
            for name in (str(path[-1]), field.not_before):
                if fields[name].kind != field.kind or field.kind not in ORDERED_KINDS:
                    self.problem((*path, "not_before"), f"{quoted(name)} cannot be compared as {field.kind}")

    def readable(self, path: Path, field: FieldDeclaration, value: object) -> None:
        try:
            field.read_kind(value)
        except SlaError as error:
            self.problem(path, str(error))

    def calendars(self) -> None:
        """Time zones exist, calendars can be made."""
        try:
            Calendar(timezone=self.document.timezone)
        except SlaError as error:
            self.problem(("timezone",), str(error))
            return
        for name, declaration in self.document.calendars.items():
            if name == ALWAYS:
                self.problem(("calendars", name), f"{quoted(ALWAYS)} is there already and cannot be declared")
            try:
                declaration.build(name, self.document.timezone)
            except SlaError as error:
                self.problem(("calendars", name), str(error))

    def windows(self) -> None:
        """Windows name declared events and fields."""
        for name, source in self.document.windows.items():
            path: Path = ("windows", name)
            if isinstance(source, PlannedWindow):
                announcing = (*source.event, *(source.replaced_by or ()))
                for role in ("event", "replaced_by", "cancelled_by"):
                    self.selectors((*path, role), getattr(source, role))
                for role in ("start", "end"):
                    self.own_field((*path, role), getattr(source, role), announcing, ("instant",))
            elif isinstance(source, DeclaredWindow):
                self.selectors((*path, "from"), source.from_)
                self.selectors((*path, "to"), source.to)
            if source.scope is not None:
                self.field((*path, "scope"), source.scope, ("text",))

    def policy(self, path: Path, policy: Policy) -> None:
        """Check one policy: what all kinds share, then what its kind adds."""
        clauses = {clause.id: clause for clause in self.document.clauses}
        known = self.known((*path, "clause"), "clause", policy.clause, clauses)
        if known and clauses[policy.clause].status == "descriptive":
            self.problem((*path, "clause"), f"clause {quoted(policy.clause)} is descriptive, so no policy encodes it")
        for index, name in enumerate(policy.match):
            if name in policy.match[:index]:
                self.problem((*path, "match", index), f"{quoted(name)} stands there twice")
            elif name != "subject":
                self.field((*path, "match", index), name, KEY_KINDS)
        self.condition((*path, "applies"), policy.applies)
        for index, exemption in enumerate(policy.exemptions):
            self.exemption((*path, "exemptions", index), exemption)
        if policy.objective is not None and policy.objective.of is not None:
            self.field((*path, "objective", "of"), policy.objective.of, ("instant", "date"))
        checks: dict[type[Policy], Any] = {
            Deadline: self.deadline,
            Never: self.never,
            NoOverlap: self.no_overlap,
            Procedure: self.procedure,
            RequiredFields: self.required_fields,
            Classification: self.classification,
            Availability: self.availability,
        }
        checks[type(policy)](path, policy)

    def deadline(self, path: Path, policy: Deadline) -> None:
        for role in ("start", "stop", "cancel", "resume"):
            self.selectors((*path, role), getattr(policy, role), stops=role == "stop")
        for index, pause in enumerate(policy.pause):
            at = (*path, "pause", index)
            if isinstance(pause, PauseBetween):
                self.selectors((*at, "from"), pause.from_)
                self.selectors((*at, "to"), pause.to)
            else:
                self.condition((*at, "while"), pause.while_)
        self.limit((*path, "limit"), policy.limit)
        self.limit_fits(path, policy)
        self.calendar_choice((*path, "calendar"), policy.calendar)
        self.exclusions(path, policy.exclude)
        if policy.deferral is not None:
            self.deferral((*path, "deferral"), policy)

    def limit_fits(self, path: Path, policy: Deadline) -> None:
        """What stretches or tightens counted time needs a limit of counted time."""
        limits = simple_limits(policy.limit)
        counted = any(counts_time(limit) for limit in limits)
        for role in ("pause", "exclude"):
            if getattr(policy, role) and not counted:
                self.problem((*path, role), f"{role} moves only limits of counted time, and this one is none")
        if policy.strict and any(isinstance(limit, (EndOf, BusinessDays, CalendarDays)) for limit in limits):
            self.problem(
                (*path, "strict"), "a limit in calendar or business days is never strict: it ends with its day"
            )

    def limit(self, path: Path, limit: Any) -> None:
        if isinstance(limit, Table):
            self.table(path, limit)
        elif isinstance(limit, LeadDays):
            for role, name in (("from", limit.lead_days.from_), ("to", limit.lead_days.to)):
                if name is not None:
                    self.field((*path, "lead_days", role), name, ("instant",))
            self.tiers((*path, "tiers"), limit)
            for index, tier in enumerate(limit.tiers):
                self.limit((*path, "tiers", index, "limit"), tier.limit)
        elif isinstance(limit, Each):
            self.field((*path, "times"), limit.times, ("integer",))
        elif isinstance(limit, Until):
            self.field((*path, "until"), limit.until, ("instant",))

    def table(self, path: Path, limit: Table) -> None:
        """A table has as many levels as fields, and a row for each value that they may have."""
        declared = [self.field((*path, "by"), name, KEY_KINDS) for name in limit.by]
        if not all(declared):
            return
        for values, row in limit.rows.items():
            at = (*path, "table", *values)
            if len(values) != len(limit.by):
                self.problem(at, f"{len(values)} values deep, `by` has {len(limit.by)} fields")
                continue
            for name, value in zip(limit.by, values, strict=True):
                self.possible(at, name, value)
            self.limit(at, row)
        self.total(path, limit)

    def total(self, path: Path, limit: Table) -> None:
        domains = [self.domain(name) for name in limit.by]
        if any(domain is None for domain in domains):
            return
        combinations: list[tuple[object, ...]] = [()]
        for domain in domains:
            combinations = [(*before, value) for before in combinations for value in domain or ()][:10_000]
        missing = [values for values in combinations if values not in limit.rows]
        if missing:
            rows = ", ".join(" ".join(str(written(value)) for value in values) for values in missing[:5])
            self.problem((*path, "table"), f"no row for {rows}{' and others' if len(missing) > 5 else ''}")

    def tiers(self, path: Path, limit: LeadDays) -> None:
        """Tiers cover every number of days once."""
        covered: int | None = 0
        order = sorted(range(len(limit.tiers)), key=lambda index: limit.tiers[index].from_)
        before: int | None = None
        for index in order:
            tier = limit.tiers[index]
            at = (*path, index)
            if tier.to is not None and tier.to < tier.from_:
                self.problem(at, f"tier from {tier.from_} to {tier.to} covers nothing")
            if covered is None or tier.from_ < covered:
                overlapped = limit.tiers[before] if before is not None else tier
                self.problem(at, f"tier {_span(tier)} overlaps tier {_span(overlapped)}")
            elif tier.from_ > covered:
                self.problem(at, f"no tier for {_days(covered, tier.from_ - 1)}")
            covered = None if tier.to is None else tier.to + 1
            before = index
        if covered is not None:
            self.problem(path, f"no tier for {covered} days and more; leave out the last `to`")

    def deferral(self, path: Path, policy: Deadline) -> None:
        deferral = policy.deferral
        assert deferral is not None
        self.selectors((*path, "event"), deferral.event)
        self.selectors((*path, "until"), deferral.until)
        self.own_field((*path, "field"), deferral.field, deferral.event, ("text",))
        self.own_field((*path, "kind"), deferral.kind, deferral.until, ("text",))
        if self.field((*path, "by"), deferral.by, KEY_KINDS):
            for value, kinds in deferral.table.items():
                self.possible((*path, "table", value), deferral.by, value)
                for index, kind in enumerate(kinds):
                    self.possible((*path, "table", value, index), deferral.field, kind, deferral.event)
        for kind, carried in deferral.carries.items():
            for value in (kind, *carried):
                self.possible((*path, "carries", kind), deferral.kind, value, deferral.until)

    def calendar_choice(self, path: Path, choice: str | CalendarTable) -> None:
        for name in calendars_named(choice):
            self.known(path, "calendar", name, (ALWAYS, *self.document.calendars))
        if isinstance(choice, CalendarTable) and self.field((*path, "by"), choice.by, KEY_KINDS):
            for value in choice.table:
                self.possible((*path, "table", value), choice.by, value)
            missing = [value for value in self.domain(choice.by) or () if value not in choice.table]
            if missing:
                self.problem((*path, "table"), f"no calendar for {', '.join(str(written(value)) for value in missing)}")

    def exclusions(self, path: Path, names: tuple[str, ...]) -> None:
        for index, name in enumerate(names):
            self.known((*path, "exclude", index), "window", name, self.document.windows)

    def never(self, path: Path, policy: Never) -> None:
        for role in ("for_each", "until", "violated_by"):
            self.selectors((*path, role), getattr(policy, role))
        if policy.for_each is None:
            self.unused(path, policy, ("until", "occurrence"), "without `for_each` each violation is one of its own")

    def unused(self, path: Path, policy: Policy, names: tuple[str, ...], why: str) -> None:
        """Note keys that would be without effect."""
        for name in names:
            if name in policy.model_fields_set:
                self.problem((*path, name), f"{quoted(name)} has no effect here: {why}")

    def no_overlap(self, path: Path, policy: NoOverlap) -> None:
        self.selectors((*path, "booked"), policy.booked)
        self.selectors((*path, "released"), policy.released)
        self.own_field((*path, "resource"), policy.resource, policy.booked, KEY_KINDS)
        for role, name in (("from", policy.from_), ("to", policy.to)):
            self.own_field((*path, role), name, policy.booked, ("instant",))

    def procedure(self, path: Path, policy: Procedure) -> None:
        self.selectors((*path, "start"), policy.start)
        self.selectors((*path, "step", "event"), policy.step.event)
        steps_known = self.own_field((*path, "step", "field"), policy.step.field, policy.step.event, ("text",))
        if policy.end is not None:
            self.selectors((*path, "end", "reached"), policy.end.reached)
            self.selectors((*path, "end", "closed"), policy.end.closed)
        names = [step.name for step in policy.steps]
        for index, step in enumerate(policy.steps):
            if step.name in names[:index]:
                self.problem((*path, "steps", index), f"step {quoted(step.name)} stands there twice")
            if steps_known:
                self.possible((*path, "steps", index), policy.step.field, step.name, policy.step.event)
            self.condition((*path, "steps", index, "when"), step.when)
        if policy.begin_at is not None:
            self.known((*path, "begin_at"), "step", policy.begin_at, names)
        for name, by_value in policy.asks.items():
            if self.own_field((*path, "asks", name), name, policy.step.event, ("text",)):
                for value in by_value:
                    self.possible((*path, "asks", name, value), name, value, policy.step.event)

    def required_fields(self, path: Path, policy: RequiredFields) -> None:
        self.selectors((*path, "record"), policy.record)
        for index, field in enumerate(policy.fields):
            self.own_field((*path, "fields", index), field.name, policy.record)
            self.condition((*path, "fields", index, "when"), field.when)
        if policy.each is not None:
            self.own_field((*path, "each"), policy.each, policy.record, ("list",))

    def classification(self, path: Path, policy: Classification) -> None:
        self.selectors((*path, "start"), policy.start)
        if self.own_field((*path, "value"), policy.value, policy.start, PLAIN_KINDS):
            for index, row in enumerate(policy.table):
                self.possible((*path, "table", index, "value"), policy.value, row.value, policy.start)
        for index, row in enumerate(policy.table):
            self.condition((*path, "table", index, "when"), row.when, policy.start)
            if row.when is None and index + 1 < len(policy.table):
                self.problem((*path, "table", index + 1), "never reached: the row before takes all that is left")

    def availability(self, path: Path, policy: Availability) -> None:
        for role in ("down", "up", "monitored"):
            self.selectors((*path, role), getattr(policy, role))
        self.exclusions(path, policy.exclude)
        unused = ("objective", "applies", "exemptions", "match")
        self.unused(path, policy, unused, "an availability is judged by service and month")

    def exemption(self, path: Path, exemption: Exemption) -> None:
        if exemption.clause is not None:
            self.known((*path, "clause"), "clause", exemption.clause, [clause.id for clause in self.document.clauses])
        self.condition((*path, "when"), exemption.when)
        self.selectors((*path, "preceded_by"), exemption.preceded_by)
        if exemption.backlog is not None:
            at = (*path, "backlog")
            self.selectors((*at, "members"), exemption.backlog.members)
            self.selectors((*at, "until"), exemption.backlog.until)
            self.own_field((*at, "by"), exemption.backlog.by, exemption.backlog.members, KEY_KINDS)

    def rules(self) -> None:
        """Rules name what is there, each of them may hold, and none rests on itself."""
        rules = self.document.rules
        self.ids(("rules",), rules)
        for index, rule in enumerate(rules):
            self.rule(("rules", index), rule)
        places = {rule.id: index for index, rule in enumerate(rules)}
        for cycle in islice(cycles(rules), MOST_CYCLES):
            ring = [*cycle, cycle[0]]
            shown = [*map(quoted, ring[:5]), "…", quoted(ring[-1])] if len(ring) > 7 else map(quoted, ring)
            path = self.naming(("rules", places[ring[0]]), rules[places[ring[0]]], ring[1])
            self.problem(path, f"a rule cannot rest on itself: {' → '.join(shown)}")

    def naming(self, path: Path, rule: ChainedRule, other: str) -> Path:
        """Return the path to where a rule first names another."""
        facts = ((role, index, fact) for role in ("on", "unless") for index, fact in enumerate(getattr(rule, role)))
        role, index = next((role, index) for role, index, fact in facts if fact == RuleFact(rule=other))
        return (*path, role, index, "rule")

    def rule(self, path: Path, rule: ChainedRule) -> None:
        """Check one rule."""
        if rule.id in self.policy_ids:
            self.problem((*path, "id"), f"{quoted(rule.id)} is a policy already, and a rule needs an id of its own")
        self.known((*path, "clause"), "clause", rule.clause, [clause.id for clause in self.document.clauses])
        for role in ("on", "unless"):
            for index, fact in enumerate(getattr(rule, role)):
                self.fact((*path, role, index), fact)
        self.condition((*path, "when"), rule.when)
        for index, fact in enumerate(rule.unless):
            if any(includes(fact, other) for other in rule.on):
                self.problem((*path, "unless", index), "holds whenever `on` does, so the rule would never alert")

    def fact(self, path: Path, fact: Fact) -> None:
        """Check one fact of a rule."""
        if isinstance(fact, EventFact):
            self.selectors((*path, "event"), fact.event, stops=True)
            for index, selector in enumerate(fact.event):
                if selector.when is not None:
                    self.problem((*path, "event", index, "when"), "write `where`, or the `when` of the rule")
        elif isinstance(fact, VerdictFact):
            for index, id in enumerate(fact.verdict):
                self.known((*path, "verdict", index), "policy", id, self.policy_ids)
        else:
            self.known((*path, "rule"), "rule", fact.rule, self.rule_ids)

    def selectors(self, path: Path, selectors: tuple[Selector, ...] | None, *, stops: bool = False) -> None:
        for index, selector in enumerate(selectors or ()):
            at = (*path, index)
            if self.known(at, "event type", selector.type, self.document.events):
                self.condition((*at, "where"), selector.where, (selector,), own_time=True)
            self.condition((*at, "when"), selector.when)
            if selector.when is not None and not stops:
                self.problem((*at, "when"), "only a stop of a deadline carries `when`; write `where`, or `applies`")

    def condition(
        self,
        path: Path,
        condition: Condition | None,
        selectors: tuple[Selector, ...] = (),
        *,
        own_time: bool = False,
    ) -> None:
        """Check the fields and values of a condition; on events of `selectors` first, else on the case."""
        if condition is None:
            return
        for field, ops in condition.tests:
            at = (*path, field)
            if not (own_time and field == "time") and not self.field(at, field):
                continue
            for op, operand in ops:
                self.operand(at, field, op, operand, selectors, own_time)
        for key, parts in (("all", condition.all), ("any", condition.any)):
            for index, part in enumerate(parts or ()):
                self.condition((*path, key, index), part, selectors, own_time=own_time)
        self.condition((*path, "not"), condition.not_, selectors, own_time=own_time)

    def operand(
        self, path: Path, field: str, op: str, operand: Any, selectors: tuple[Selector, ...], own_time: bool
    ) -> None:
        kinds = self.kinds(field, selectors)
        if op in ("lt", "le", "gt", "ge") and not kinds <= ORDERED_KINDS:
            self.problem(path, f"{quoted(field)} is {' or '.join(sorted(kinds))}, which has no order for {op}")
            return
        if op in ("exists", "any_item"):
            if op == "any_item" and "list" not in kinds:
                self.problem(path, f"{quoted(field)} is no list")
            return
        for value in operand if isinstance(operand, tuple) else (operand,):
            if isinstance(value, FieldReference):
                if (own_time and value.field == "time") or self.field(path, value.field):
                    self.comparable(path, field, kinds, value.field, self.kinds(value.field, selectors))
            elif field == "time":
                self.readable(path, FieldDeclaration(kind="instant"), value)
            else:
                self.possible(path, field, value, selectors, only_kind=op in ("lt", "le", "gt", "ge"))

    def comparable(self, path: Path, field: str, kinds: set[Kind], other: str, others: set[Kind]) -> None:
        """Note two fields that can never be equal or in order."""
        if kinds != others and not kinds | others <= {"integer", "decimal"}:
            both = f"{quoted(field)} is {' or '.join(sorted(kinds))}, {quoted(other)} is {' or '.join(sorted(others))}"
            self.problem(path, f"{both}; they cannot be compared")

    def field(self, path: Path, name: str, kinds: tuple[str, ...] = ()) -> bool:
        """Say whether some event declares the field, with one kind everywhere, and one of `kinds` where given."""
        if not self.known(path, "field", name, self.fields):
            return False
        declared = {field.kind for field in self.fields[name]}
        if len(declared) > 1:
            self.problem(path, f"{quoted(name)} is {' and '.join(sorted(declared))}, depending on the event")
            return False
        if kinds and not declared <= set(kinds):
            self.problem(path, f"{quoted(name)} is {declared.pop()}, expected {' or '.join(kinds)}")
            return False
        return True

    def own_field(self, path: Path, name: str, selectors: tuple[Selector, ...], kinds: tuple[str, ...] = ()) -> bool:
        """Say whether each of these events declares the field, with one of the kinds where given."""
        good = True
        for selector in selectors:
            fields = self.document.events.get(selector.type)
            if fields is None:
                continue
            if not self.known(path, f"field of {quoted(selector.type)}:", name, fields):
                good = False
            elif kinds and fields[name].kind not in kinds:
                self.problem(path, f"{quoted(name)} is {fields[name].kind}, expected {' or '.join(kinds)}")
                good = False
        return good

    def declared(self, name: str, selectors: tuple[Selector, ...] = ()) -> list[FieldDeclaration]:
        """Return the declarations of a field: by the events of the selectors, else by any event."""
        own = [self.document.events.get(selector.type, {}).get(name) for selector in selectors]
        return [field for field in own if field is not None] or self.fields.get(name, [])

    def kinds(self, name: str, selectors: tuple[Selector, ...] = ()) -> set[Kind]:
        """Return the kinds that a field has, the event's own `time` among them."""
        return {"instant"} if name == "time" else {field.kind for field in self.declared(name, selectors)}

    def domain(self, name: str) -> list[object] | None:
        """Return the values that a field may have in any event, or None where that is not known."""
        values: list[object] = []
        for field in self.declared(name):
            if field.kind == "boolean":
                values += [True, False]
            elif field.values is None:
                return None
            else:
                values += field.values
        return list(dict.fromkeys(values))

    def possible(
        self,
        path: Path,
        name: str,
        value: object,
        selectors: tuple[Selector, ...] = (),
        *,
        only_kind: bool = False,
    ) -> None:
        """Note a value that none of the field's declarations allows."""
        problems = []
        for field in self.declared(name, selectors):
            try:
                field.read_kind(value) if only_kind else field.read(value)
            except SlaError as error:
                problems.append(str(error))
            else:
                return
        if problems:
            self.problem(path, f"{quoted(name)}: {problems[0]}")


def _span(tier: Any) -> str:
    return f"{tier.from_} and more" if tier.to is None else f"{tier.from_} to {tier.to}"


def _days(first: int, last: int) -> str:
    return f"{first} days" if first == last else f"{first} to {last} days"
