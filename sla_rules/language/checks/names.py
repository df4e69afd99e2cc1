"""The names that an agreement declares, and what is wrong with those that it uses."""

from collections.abc import Iterable, Mapping

from sla_rules.errors import SlaError, did_you_mean, quoted
from sla_rules.language.declarations import FieldDeclaration, Kind
from sla_rules.language.document import AgreementFile
from sla_rules.language.selectors import Selector

Path = tuple[object, ...]
Found = list[tuple[Path, str]]


class Names:
    """What an agreement declares, for one pass over it.

    Attributes:
        document: the agreement.
        found: what is wrong in it so far, each with the path to it.
        policy_ids: the ids of its policies, in order.
        rule_ids: the ids of its rules, in order.
        fields: the declarations of each field in all events, by its name.
    """

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
        """Note what is wrong."""
        self.found.append((path, message))

    def once(self, path: Path, ids: Iterable[str]) -> None:
        """Note ids that stand there twice."""
        before: set[str] = set()
        for index, id in enumerate(ids):
            if id in before:
                self.problem((*path, index, "id"), f"id {quoted(id)} stands there twice")
            before.add(id)

    def known(self, path: Path, what: str, name: object, names: Iterable[object]) -> bool:
        """Say whether a name is among those declared; note where it is not."""
        if isinstance(names, Mapping) and name in names:
            return True
        known = [*dict.fromkeys(map(str, names))]
        if name in known:
            return True
        hint = did_you_mean(name, known) or (f", known: {', '.join(known)}" if 0 < len(known) <= 12 else "")
        self.problem(path, f"unknown {what} {quoted(name)}{hint}")
        return False

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
        self, path: Path, name: str, value: object, selectors: tuple[Selector, ...] = (), *, only_kind: bool = False
    ) -> None:
        """Note a value that none of the field's declarations allows; with `only_kind` one of none of its kinds."""
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

    def readable(self, path: Path, field: FieldDeclaration, value: object) -> None:
        """Note a value that is not of the field's kind."""
        try:
            field.read_kind(value)
        except SlaError as error:
            self.problem(path, str(error))
