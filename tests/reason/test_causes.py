"""Why a verdict is undetermined, in French: every cause that any evaluator gives."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.counting import causes
from sla_rules.counting.causes import BEYOND, NO_ROW, impossible, missing, no_calendar, no_limit, say_cause
from tests.conftest import agreement, only
from tests.reason.test_sentences import spaced

EVENTS: dict[str, Any] = {
    "opened": {
        "priority": {"kind": "text"},
        "sites": {"kind": "integer"},
        "outage": {"kind": "boolean"},
        "severity": {"kind": "text"},
    },
    "closed": {},
}
DEADLINE = {"kind": "deadline", "start": "opened", "stop": "closed"}
TABLE = {**DEADLINE, "limit": {"by": ["priority", "severity"], "table": {"P1": {"S1": "1 h"}}}}
CALENDAR = {**DEADLINE, "limit": "1 h", "calendar": {"by": "priority", "table": {"P1": "always"}}}
EACH = {**DEADLINE, "limit": {"each": "1 h", "times": "sites"}}
RATING = {
    "kind": "classification",
    "start": "opened",
    "value": "severity",
    "table": [{"when": {"outage": True}, "value": "SL4"}],
}
STATED = [
    (EACH, {}, missing("sites"), "«~sites~» n’est pas renseigné"),
    (EACH, {"sites": -2}, impossible("sites", -2), "«~sites~» vaut -2"),
    (EACH, {"sites": 10**12}, BEYOND, "l’échéance se situe au-delà de l’horizon du calendrier"),
    (
        TABLE,
        {"priority": "P 9", "severity": "is missing"},
        no_limit(("P 9", "is missing")),
        "la table n’a aucune ligne pour P 9, is missing",
    ),
    (CALENDAR, {"priority": "P9"}, no_calendar("priority", "P9"), "aucun calendrier n’est prévu pour priority P9"),
    (CALENDAR, {"priority": "`{}`\n"}, None, "aucun calendrier n’est prévu pour priority `{}`\n"),
    (RATING, {"outage": False}, NO_ROW, "la table de décision n’a aucune ligne pour ces faits"),
    (RATING, {"outage": True}, missing("severity"), "«~severity~» n’est pas renseigné"),
]


@pytest.mark.parametrize(("policy", "data", "cause", "french"), STATED)
def test_every_evaluator_gives_a_cause_that_has_a_french_form(
    judge: Callable[..., Any], policy: Any, data: Any, cause: str | None, french: str
) -> None:
    event = sla.Event(id="1", type="opened", subject="S", time="2026-03-02T14:00:00Z", data=data)
    verdict = only(judge(agreement(policy, events=EVENTS), [event]))
    assert verdict.outcome == "undetermined"
    assert cause in (None, verdict.cause)
    assert verdict.reason == f"Cannot be judged: {verdict.cause}."
    assert spaced(verdict.reason_in("fr")) == f"Jugement impossible_: {french}."


def test_each_way_to_make_a_cause_has_a_form_of_its_own() -> None:
    """One that is added without a French form stays English, and fails here."""
    values = {"name": "f", "value": "v", "values": ("v", "w")}
    made = [
        each(*(values[name] for name in inspect.signature(each).parameters))
        for name, each in inspect.getmembers(causes, inspect.isfunction)
        if each.__module__ == causes.__name__ and name != "say_cause"
    ]
    made += [each for name, each in vars(causes).items() if name.isupper() and isinstance(each, str)]
    assert len(made) >= 6
    said = [say_cause(cause, "fr") for cause in made]
    assert len(set(said)) == len(made)
    assert not set(said) & set(made)


def test_a_cause_of_no_known_form_stays_and_english_is_as_it_was() -> None:
    assert say_cause("the moon is full", "fr") == "the moon is full"
    for cause in (BEYOND, NO_ROW, missing("a"), no_limit([1])):
        assert say_cause(cause, "en") == cause
