"""That windows name declared events and fields, and exclusions declared windows."""

from sla_rules.language.checks.conditions import check_selectors
from sla_rules.language.checks.names import Names, Path
from sla_rules.language.windows import DeclaredWindow, PlannedWindow


def check_windows(names: Names) -> None:
    """Check where each kind of window comes from."""
    for name, source in names.document.windows.items():
        path: Path = ("windows", name)
        if isinstance(source, PlannedWindow):
            for role in ("event", "replaced_by", "cancelled_by"):
                check_selectors(names, (*path, role), getattr(source, role))
            for role in ("start", "end"):
                names.own_field((*path, role), getattr(source, role), source.announcing, ("instant",))
        elif isinstance(source, DeclaredWindow):
            check_selectors(names, (*path, "from"), source.from_)
            check_selectors(names, (*path, "to"), source.to)
        if source.scope is not None:
            names.field((*path, "scope"), source.scope, ("text",))


def check_exclusions(names: Names, path: Path, excluded: tuple[str, ...]) -> None:
    """Check the windows that a policy excludes."""
    for index, name in enumerate(excluded):
        names.known((*path, index), "window", name, names.document.windows)
