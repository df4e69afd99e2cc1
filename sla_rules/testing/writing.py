"""Writing a history down as a scenario, so that a difference somebody found can be kept as a test."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sla_rules.events import Event, Window
from sla_rules.instants import moment
from sla_rules.language.policies import Policy
from sla_rules.verdict import Verdict


def scenario_text(
    name: str,
    events: Iterable[Event],
    as_of: int,
    verdicts: Iterable[Verdict],
    windows: Iterable[Window] = (),
    policy: Policy | None = None,
) -> str:
    """Return a scenario in YAML: what happened, and the verdicts as they came out.

    Args:
        name: what the scenario shows.
        events: what happened.
        as_of: the instant of knowledge, in microseconds since 1970 UTC.
        verdicts: what is expected, each with its outcome and, where known, its due instant.
        windows: those that were passed in.
        policy: the one that gives no verdict, where there is none.
    """
    expected = list(verdicts)
    clauses = list(dict.fromkeys(clause for verdict in expected for clause in verdict.clauses))
    if not expected and policy is not None:
        clauses = [policy.clause]
    lines = [f"- name: {_flow(name)}", f"  clause: {_flow(clauses)}", "  events:"]
    lines += [f"    - {_flow(_told(event))}" for event in events]
    passed = [_window(window) for window in windows]
    if passed:
        lines += ["  windows:", *(f"    - {_flow(window)}" for window in passed)]
    lines.append(f"  as_of: {_iso(as_of)}")
    if expected:
        lines += ["  expect:", *(f"    - {_flow(_expected(verdict))}" for verdict in expected)]
    elif policy is not None:
        lines.append(f"  policies: {_flow([policy.id])}")
    return "\n".join(lines) + "\n"


def _told(event: Event) -> dict[str, Any]:
    told: dict[str, Any] = {"type": event.type, "subject": event.subject, "time": _iso(event.at)}
    if event.id is not None:
        told["id"] = event.id
    return {**told, "data": dict(event.data)} if event.data else told


def _window(window: Window) -> dict[str, Any]:
    said = {"kind": window.kind, "start": _iso(window.start_at), "scope": window.scope}
    said["end"] = None if window.end_at is None else _iso(window.end_at)
    return {key: value for key, value in said.items() if value is not None}


def _expected(verdict: Verdict) -> dict[str, Any]:
    said: dict[str, Any] = {"policy": verdict.policy, "outcome": str(verdict.outcome)}
    if verdict.subject:
        said["subject"] = verdict.subject
    if verdict.due_at is not None:
        said["due"] = _iso(verdict.due_at)
    if verdict.period is not None:
        said["period"] = verdict.period
    return said


def _iso(at: int) -> str:
    return moment(at).isoformat().replace("+00:00", "Z")


def _flow(value: Any) -> str:
    """A value in YAML's flow style, which JSON is a part of."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else str(value)
