"""That fields have names of their own, and values and bounds of their kind."""

from sla_rules.errors import quoted
from sla_rules.language.checks.names import Names, Path
from sla_rules.language.declarations import ORDERED_KINDS, RESERVED, FieldDeclaration


def check_declarations(names: Names) -> None:
    """Check the fields of every event."""
    for type, fields in names.document.events.items():
        for name, field in fields.items():
            _field(names, ("events", type, name), field, fields)


def _field(names: Names, path: Path, field: FieldDeclaration, fields: dict[str, FieldDeclaration]) -> None:
    if path[-1] in RESERVED:
        names.problem(path, f"a field cannot be named {quoted(path[-1])}; reserved: {', '.join(RESERVED)}")
    for index, value in enumerate(field.values or ()):
        names.readable((*path, "values", index), field, value)
    if field.not_before is None:
        return
    if field.not_before == "time":
        if field.kind != "instant":
            names.problem((*path, "not_before"), f"{quoted(path[-1])} is {field.kind}, and `time` an instant")
    elif names.known((*path, "not_before"), "field", field.not_before, fields):
        for name in (str(path[-1]), field.not_before):
            if fields[name].kind != field.kind or field.kind not in ORDERED_KINDS:
                names.problem((*path, "not_before"), f"{quoted(name)} cannot be compared as {field.kind}")
