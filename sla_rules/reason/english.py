"""The reasons in English: one function for each kind of policy, and one for periods."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sla_rules.errors import quoted
from sla_rules.instants import say_span
from sla_rules.language.calendars import ALWAYS
from sla_rules.language.objectives import Objective
from sla_rules.language.policies import (
    AnyPolicy,
    Availability,
    Classification,
    Deadline,
    Never,
    NoOverlap,
    Procedure,
    RequiredFields,
)
from sla_rules.language.selectors import Selector
from sla_rules.reason.parts import MOST_NAMED, begins_it, in_percent, local, written

if TYPE_CHECKING:
    from fractions import Fraction

    from sla_rules.verdict import Verdict

ALL = "all"
"""What is promised where there is no objective."""

_PROMISES = {
    "at_least": "at least {} met",
    "breached_less_than": "less than {} breached",
    "breached_at_most": "at most {} breached",
}


def reason(verdict: "Verdict") -> str:
    """Return the sentence of a verdict."""
    if verdict.tally is not None:
        return period(verdict)
    if verdict.outcome == "exempt":
        return f"Exempt by {_and(verdict.exempted_by)}; {_lower(_of_instance(verdict))}"
    return _of_instance(verdict)


def _of_instance(verdict: "Verdict") -> str:
    policy = verdict.terms.policy
    if verdict.cause is not None:
        cancelled = "Cancelled; it could not have been judged" if verdict.outcome == "void" else "Cannot be judged"
        return f"{cancelled}: {verdict.cause}."
    return _SENTENCES[policy.kind](verdict, policy)


def deadline(verdict: "Verdict", policy: Deadline) -> str:
    """When it was stopped, or how much is left, against the limit and the due instant."""
    stop = named(policy.stop)
    took = f"{say_span(verdict.elapsed_micros or 0)}{_counted(verdict)} after {named(policy.start)}"
    allowance = _allowance(verdict, policy)
    if verdict.stop_at is not None:
        return f"{stop} came {took}, {_in_time(verdict, verdict.stop_at)}{allowance}."
    if verdict.cancelled_at is not None:
        late = "in time" if verdict.outcome == "void" else _in_time(verdict, verdict.cancelled_at)
        return f"Cancelled {took}, {late}{allowance}."
    if verdict.outcome == "breached":
        over = "" if not verdict.margin_micros else f", {say_span(-verdict.margin_micros)} too late already"
        return f"No {stop} {took}{over}{allowance}."
    left = (
        ""
        if verdict.margin_micros is None or verdict.margin_micros < 0
        else f", {say_span(verdict.margin_micros)} left"
    )
    return f"No {stop} yet, {took}{left}{allowance}."


def _in_time(verdict: "Verdict", at: int) -> str:
    """Say whether an instant is in time, and by how much it is not."""
    if verdict.due_at is None or at <= verdict.due_at:
        return "in time"
    return f"{say_span(-verdict.margin_micros)} too late" if verdict.margin_micros else "too late"


def _allowance(verdict: "Verdict", policy: Deadline) -> str:
    """The limit, what chose it, and the due instant."""
    parts = []
    if verdict.limit_micros is not None:
        less = "less than " if policy.strict else ""
        parts.append(f"the limit is {less}{say_span(verdict.limit_micros)}{_chosen_by(verdict)}")
    if verdict.due_at is not None:
        before = policy.strict and verdict.limit_micros is None
        by = f"before {local(verdict.due_at + 1, verdict)}" if before else f"by {local(verdict.due_at, verdict)}"
        parts.append(f"due {by}")
    else:
        parts.append("no limit is given" if verdict.limit_micros is None else "the due time is open")
    return f" ({', '.join(parts)})"


def _chosen_by(verdict: "Verdict") -> str:
    return f" for {', '.join(f'{name} {_plain(value)}' for name, value in verdict.basis)}" if verdict.basis else ""


def _counted(verdict: "Verdict") -> str:
    return " of counted time" if verdict.calendar not in (None, ALWAYS) or verdict.standing_still else ""


def never(verdict: "Verdict", policy: Never) -> str:
    """What came that must never come, or that it did not."""
    violated = named(policy.violated_by)
    after = "" if policy.for_each is None or begins_it(verdict, policy) else f" after {named(policy.for_each)}"
    if verdict.stop_at is None:
        return f"No forbidden {violated}{after}."
    return f"{violated} at {local(verdict.stop_at, verdict)}{after}, which must never happen."


def no_overlap(verdict: "Verdict", _: NoOverlap) -> str:
    """Which booking it overlaps."""
    resource = " ".join(str(part) for part in verdict.basis[0])
    if not verdict.detail:
        return f"The booking of {resource} overlaps none made before it."
    return f"The booking of {resource} overlaps that of {verdict.detail[0]}, made before it and not released."


def procedure(verdict: "Verdict", _: Procedure) -> str:
    """Which step is out of order or left, or how far it came."""
    what, *steps = verdict.detail or ("none",)
    match what:
        case "skipped":
            return f"{quoted(steps[0])} was taken before {_and(tuple(steps[1:]))}."
        case "asked":
            return f"{quoted(steps[0])} was taken before {_and(tuple(steps[1:]))}, which the result before it asks for."
        case "left":
            return f"Closed without {_and(tuple(steps))}."
        case "reached":
            come = f"in order as far as {quoted(steps[0])}"
        case _:
            come = "no step yet"
    return f"Not ended yet, {come}." if verdict.outcome == "pending" else f"Taken {come}."


def required_fields(verdict: "Verdict", _: RequiredFields) -> str:
    """Which fields are missing, the first of them by name."""
    if not verdict.detail:
        return "Every required field is there."
    shown = _and(verdict.detail[:MOST_NAMED])
    more = len(verdict.detail) - MOST_NAMED
    return f"Missing or empty: {shown}{f' and {more} more' if more > 0 else ''}."


def classification(verdict: "Verdict", policy: Classification) -> str:
    """What was recorded, and what the table says."""
    recorded, expected = verdict.detail
    facts = ", ".join(f"{name} {_plain(value)}" for name, value in verdict.basis)
    if recorded == expected:
        return f"{quoted(policy.value)} is {recorded}, as the table says for {facts}."
    return f"{quoted(policy.value)} is {recorded}, the table says {expected} for {facts}."


def availability(verdict: "Verdict", policy: Availability) -> str:
    """The share of uptime, its numerator and denominator, and what the share promised allows."""
    uptime = verdict.uptime
    assert uptime is not None
    left = verdict.margin_micros or 0
    budget = f"{say_span(left)} of it left" if left >= 0 else f"{say_span(-left)} too much"
    excluded = f", {say_span(uptime.excluded)} excluded" if uptime.excluded else ""
    so_far = " so far" if verdict.outcome == "pending" else ""
    return (
        f"{policy.service} was up {percent(verdict.share)} of {verdict.period}{so_far}: down {say_span(uptime.down)} "
        f"of {say_span(uptime.measured)} measured{excluded}; at least {percent(policy.at_least)} allows "
        f"{say_span(verdict.limit_micros or 0)}, {budget}."
    )


_SENTENCES: dict[str, Callable[["Verdict", Any], str]] = {
    "deadline": deadline,
    "never": never,
    "no_overlap": no_overlap,
    "procedure": procedure,
    "required_fields": required_fields,
    "classification": classification,
    "availability": availability,
}


def period(verdict: "Verdict") -> str:
    """How many instances of a period were met, and what was promised."""
    tally, objective = verdict.tally, verdict.terms.policy.objective
    assert tally is not None
    assert objective is not None
    counted = tally.met + tally.breached
    share = f" ({percent(verdict.share)})" if verdict.share is not None else ""
    aside = [
        f"{count} {name}"
        for name, count in (("exempt", tally.exempt), ("void", tally.void), ("undetermined", tally.undetermined))
        if count
    ]
    left_out = f"; left out: {', '.join(aside)}" if aside else ""
    pending = f", {tally.pending} pending" if tally.pending else ""
    when = "On the whole" if verdict.period == "whole" else f"In {verdict.period}"
    when += ", which is not over yet," if verdict.outcome == "pending" else ""
    return f"{when} {tally.met} of {counted} were met{share}{pending}; promised: {promise(objective)}{left_out}."


def promise(objective: Objective | None) -> str:
    """What an objective promises, in words; without one, every instance."""
    if objective is None:
        return ALL
    return _PROMISES[objective.measure].format(percent(objective.share))


def promised(policy: AnyPolicy) -> str:
    """What a policy promises, in words, and in which periods."""
    if isinstance(policy, Availability):
        return f"at least {percent(policy.at_least)} up per {policy.per}"
    if policy.objective is None:
        return ALL
    per = policy.objective.per
    return f"{promise(policy.objective)} {'on the whole' if per == 'whole' else f'per {per}'}"


def percent(share: "Fraction | None") -> str:
    """A share as a person reads it: exact where four decimals are enough, else cut off there and marked."""
    if share is None:
        return "none"
    digits, cut = in_percent(share)
    return f"{'about ' if cut else ''}{digits} %"


def named(selectors: tuple[Selector, ...]) -> str:
    """Name the events that selectors mean: `` `a` or `b` ``."""
    return " or ".join(dict.fromkeys(f"`{selector.type}`" for selector in selectors))


def _plain(value: object) -> str:
    text = written(value)
    return quoted(text) if " " in text else text


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
