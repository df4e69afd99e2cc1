"""For vendors of ticketing systems: does an implementation of one's own say the same as the agreement?"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.errors import SlaError, quoted
from sla_rules.evaluators.reference import judge
from sla_rules.events import Event
from sla_rules.instants import moment
from sla_rules.testing.directed import History, directed
from sla_rules.testing.laws import judged
from sla_rules.testing.writing import scenario_text
from sla_rules.verdict import Verdict

Outcomes = Mapping[tuple[str, str], str | Iterable[str]]
"""By policy and subject: the outcome, or those of several instances in the order of their starts."""
Implementation = Callable[..., Outcomes]


def assert_agrees(agreement: Agreement, implementation: Implementation, *policies: str) -> int:
    """Assert that an implementation says of every boundary history what the agreement says.

    Args:
        agreement: by which is judged.
        implementation: takes a list of events in the order of time (and `as_of`, an aware `datetime`, if it has such a
            parameter) and returns the outcomes by policy id and subject.
        policies: patterns of the policies that it implements; all unless said.

    Returns:
        How many histories were compared.

    Raises:
        SlaError: not an implementation, an answer that is none, or nothing that could be compared.
        AssertionError: on the first history on which the two differ, made as small as possible and written as a
            scenario of what the agreement says.
    """
    chosen = agreement.only(*policies) if policies else agreement
    compared = 0
    for history in directed(chosen):
        alone = chosen.only(history.policy)
        if not _comparable(history, implementation):
            continue
        compared += 1
        if _difference(alone, implementation, history):
            raise AssertionError(_told(alone, implementation, _smallest(alone, implementation, history)))
    if not compared:
        raise SlaError("nothing was compared: no history of these policies can be asked of the implementation")
    return compared


def _takes_as_of(implementation: Implementation) -> bool:
    if not callable(implementation):
        raise SlaError(f"{quoted(implementation)} is not an implementation; pass a function")
    return "as_of" in inspect.signature(implementation).parameters


def _comparable(history: History, implementation: Implementation) -> bool:
    """Say whether the implementation can be asked: it knows of no windows, and of "now" only if it takes `as_of`."""
    latest = max((event.at for event in history.events), default=None)
    return not history.windows and (_takes_as_of(implementation) or latest == history.as_of)


def _difference(agreement: Agreement, implementation: Implementation, history: History) -> str:
    """Say how the implementation differs from the agreement; empty where it does not."""
    try:
        said = _asked(implementation, history)
    except SlaError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a stranger's code raises is its answer
        return f"the implementation raised {type(error).__name__}: {error}"
    meant: dict[tuple[str, str], list[str]] = {}
    for verdict in _instances(agreement, history):
        meant.setdefault((verdict.policy, verdict.subject), []).append(str(verdict.outcome))
    for key in sorted({*meant, *(key for key in said if key[0] in agreement.policies)}):
        own = said.get(key, [])
        if own != meant.get(key, []):
            answer = ", ".join(own) or "nothing"
            return f"{key[0]} of {key[1]}: {answer} in place of {', '.join(meant.get(key, [])) or 'nothing'}"
    return ""


def _asked(implementation: Implementation, history: History) -> dict[tuple[str, str], list[str]]:
    events = sorted(history.events, key=lambda event: (event.at, event.id or ""))
    now: dict[str, datetime] = {"as_of": moment(history.as_of)} if _takes_as_of(implementation) else {}
    answer = implementation(events, **now)
    if not isinstance(answer, Mapping):
        raise SlaError(f"the implementation returned {quoted(answer)}, expected outcomes by (policy, subject)")
    return {_key(key): _listed(said) for key, said in answer.items()}


def _key(key: object) -> tuple[str, str]:
    if isinstance(key, tuple) and len(key) == 2 and all(isinstance(part, str) for part in key):
        return key
    raise SlaError(f"the implementation returned the key {quoted(key)}, expected (policy, subject)")


def _listed(said: object) -> list[str]:
    if isinstance(said, str):
        return [str(said)]
    if isinstance(said, (list, tuple)) and all(isinstance(one, str) for one in said):
        return [str(one) for one in said]
    raise SlaError(f"the implementation returned the outcome {quoted(said)}, expected text or a list of it")


def _instances(agreement: Agreement, history: History) -> list[Verdict]:
    return [verdict for verdict in judged(agreement, history, judge) if verdict.start_at is not None]


def _smallest(agreement: Agreement, implementation: Implementation, history: History) -> History:
    """Drop events as long as the difference stays."""
    smaller: Any = history
    while smaller is not None:
        history, smaller = smaller, None
        for index in range(len(history.events)):
            fewer: tuple[Event, ...] = history.events[:index] + history.events[index + 1 :]
            shorter = replace(history, events=fewer)
            if fewer and _comparable(shorter, implementation) and _difference(agreement, implementation, shorter):
                smaller = shorter
                break
    return history


def _told(agreement: Agreement, implementation: Implementation, history: History) -> str:
    difference = _difference(agreement, implementation, history)
    verdicts = _instances(agreement, history)
    reasons = "\n".join(f"# {verdict.policy}: {verdict.reason}" for verdict in verdicts)
    policy = agreement.policies[history.policy]
    text = scenario_text(history.name, history.events, history.as_of, verdicts, policy=policy)
    return f"{difference}\n{reasons}\n{text}"
