"""Why a verdict is undetermined: every cause that there is, and how it is said in other languages."""

import re
from collections.abc import Iterable

from sla_rules.lang import Lang

BEYOND = "the due time lies beyond the horizon of the calendar"
"""Why a due time is unknown that lies beyond the years of its calendar, or of all calendars."""

NO_ROW = "the decision table has no row for these facts"
"""Why nothing can be compared where a table decides nothing."""


def missing(name: str) -> str:
    """Say that a field is missing."""
    return f"`{name}` is missing"


def impossible(name: str, value: object) -> str:
    """Say that a field has a value from which no limit follows."""
    return f"`{name}` is {value}"


def no_limit(values: Iterable[object]) -> str:
    """Say that a table has no row for these values."""
    return f"the table has no row for {', '.join(map(str, values))}"


def no_calendar(name: str, value: object) -> str:
    """Say that a table has no calendar for the value of a field."""
    return f"no calendar for {name} {value}"


_CAUSES: tuple[tuple[str, dict[Lang, str]], ...] = (
    (re.escape(BEYOND), {"fr": "l’échéance se situe au-delà de l’horizon du calendrier"}),
    (re.escape(NO_ROW), {"fr": "la table de décision n’a aucune ligne pour ces faits"}),
    (r"`(.*)` is missing", {"fr": "«\u202f{}\u202f» n’est pas renseigné"}),
    (r"`(.*)` is (.*)", {"fr": "«\u202f{}\u202f» vaut {}"}),
    (r"the table has no row for (.*)", {"fr": "la table n’a aucune ligne pour {}"}),
    (r"no calendar for (.*)", {"fr": "aucun calendrier n’est prévu pour {}"}),
)
"""The form of each cause, the exact ones first, and the same in other languages with what stands in its groups."""


def say_cause(cause: str, lang: Lang) -> str:
    """Return a cause in a language; one of another form, and any in English, as it is."""
    for form, told in _CAUSES:
        match = re.fullmatch(form, cause, re.DOTALL)
        if match is not None and lang in told:
            return told[lang].format(*match.groups())
    return cause
