"""That time zones exist, and calendars can be made and are there for every value."""

from sla_rules.calendar import Calendar
from sla_rules.errors import SlaError, quoted
from sla_rules.language.base import written
from sla_rules.language.calendars import ALWAYS, CalendarTable, calendars_named
from sla_rules.language.checks.names import Names, Path
from sla_rules.language.declarations import KEY_KINDS


def check_calendars(names: Names) -> None:
    """Check the time zone and the declared calendars."""
    try:
        Calendar(timezone=names.document.timezone)
    except SlaError as error:
        names.problem(("timezone",), str(error))
        return
    for name, declaration in names.document.calendars.items():
        if name == ALWAYS:
            names.problem(("calendars", name), f"{quoted(ALWAYS)} is there already and cannot be declared")
        try:
            declaration.build(name, names.document.timezone)
        except SlaError as error:
            names.problem(("calendars", name), str(error))


def check_calendar_choice(names: Names, path: Path, choice: str | CalendarTable) -> None:
    """Check the calendar of a policy, or the one for each value of a field."""
    for name in calendars_named(choice):
        names.known(path, "calendar", name, (ALWAYS, *names.document.calendars))
    if isinstance(choice, CalendarTable) and names.field((*path, "by"), choice.by, KEY_KINDS):
        for value in choice.table:
            names.possible((*path, "table", value), choice.by, value)
        missing = [value for value in names.domain(choice.by) or () if value not in choice.table]
        if missing:
            names.problem((*path, "table"), f"no calendar for {', '.join(str(written(value)) for value in missing)}")
