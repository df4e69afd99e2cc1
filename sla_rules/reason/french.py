"""The reasons in French: one function for each kind of policy, and one for periods.

Names of events, fields and values stand as the agreement writes them, instants and labels of periods as in English.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sla_rules.counting.allowance import DAYS_AHEAD
from sla_rules.counting.causes import say_cause
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
from sla_rules.periods import Period
from sla_rules.reason.parts import MOST_NAMED, begins_it, in_percent, local, written

if TYPE_CHECKING:
    from fractions import Fraction

    from sla_rules.verdict import Verdict

THIN, HARD = "\u202f", "\u00a0"
"""No-break spaces: the narrow one inside of quotation marks and before `;` and `%`, the wide one before `:`."""

_ALL = "tous respectés"
_PROMISES = {
    "at_least": "au moins {} respectés",
    "breached_less_than": "moins de {} de non respectés",
    "breached_at_most": "au plus {} de non respectés",
}
_PER: dict[Period, str] = {
    "day": "par jour",
    "week": "par semaine",
    "month": "par mois",
    "quarter": "par trimestre",
    "year": "par an",
    "whole": "sur toute la durée",
}


def reason(verdict: "Verdict") -> str:
    """Return the sentence of a verdict."""
    if verdict.tally is not None:
        return period(verdict)
    if verdict.outcome == "exempt":
        return f"Exempté par {_list(verdict.exempted_by)}{THIN}; {_lower(_of_instance(verdict))}"
    return _of_instance(verdict)


def _of_instance(verdict: "Verdict") -> str:
    policy = verdict.terms.policy
    if verdict.cause is not None:
        cancelled = verdict.outcome == "void"
        unknown = f"Annulé{THIN}; le jugement aurait été impossible" if cancelled else "Jugement impossible"
        return f"{unknown}{HARD}: {say_cause(verdict.cause, 'fr')}."
    return _SENTENCES[policy.kind](verdict, policy)


def deadline(verdict: "Verdict", policy: Deadline) -> str:
    """When it was stopped, or how much is left, against the limit and the due instant."""
    stop = named(policy.stop)
    took = f"{_span(verdict.elapsed_micros or 0)}{_counted(verdict)} après {named(policy.start)}"
    allowance = _allowance(verdict, policy)
    if verdict.stop_at is not None:
        return f"{stop} est survenu {took}, {_in_time(verdict, verdict.stop_at)}{allowance}."
    if verdict.cancelled_at is not None:
        late = "dans le délai" if verdict.outcome == "void" else _in_time(verdict, verdict.cancelled_at)
        return f"Annulé {took}, {late}{allowance}."
    margin = verdict.margin_micros
    if verdict.outcome == "breached":
        over = f", déjà {_span(-margin)} de retard" if margin else ""
        return f"Aucun {stop} {took}{over}{allowance}."
    left = f", il reste {_span(margin)}" if margin is not None and margin >= 0 else ""
    return f"Pas encore de {stop}, {took}{left}{allowance}."


def _in_time(verdict: "Verdict", at: int) -> str:
    """Say whether an instant is in time, and by how much it is not."""
    if verdict.due_at is None or at <= verdict.due_at:
        return "dans le délai"
    return f"avec {_span(-verdict.margin_micros)} de retard" if verdict.margin_micros else "en retard"


def _allowance(verdict: "Verdict", policy: Deadline) -> str:
    """The limit, what chose it, and the due instant."""
    parts = []
    if verdict.limit_micros is not None:
        less = "moins de " if policy.strict else ""
        parts.append(f"délai de {less}{_span(verdict.limit_micros)}{_chosen_by(verdict)}")
    if verdict.due_at is not None:
        before = policy.strict and verdict.limit_micros is None
        by = f"avant le {local(verdict.due_at + 1, verdict)}" if before else f"le {local(verdict.due_at, verdict)}"
        parts.append(f"échéance {by}")
    else:
        parts.append("aucun délai n’est fixé" if verdict.limit_micros is None else "échéance en suspens")
    return f" ({', '.join(parts)})"


def _chosen_by(verdict: "Verdict") -> str:
    return f" pour {_facts(verdict)}" if verdict.basis else ""


def _counted(verdict: "Verdict") -> str:
    return " de temps compté" if verdict.calendar not in (None, ALWAYS) or verdict.standing_still else ""


def never(verdict: "Verdict", policy: Never) -> str:
    """What came that must never come, or that it did not."""
    violated = named(policy.violated_by)
    after = "" if policy.for_each is None or begins_it(verdict, policy) else f" après {named(policy.for_each)}"
    if verdict.stop_at is None:
        return f"Aucun {violated} interdit{after}."
    return f"{violated} est survenu le {local(verdict.stop_at, verdict)}{after}, ce qui ne doit jamais se produire."


def no_overlap(verdict: "Verdict", _: NoOverlap) -> str:
    """Which booking it overlaps."""
    booking = f"La réservation ({' '.join(str(part) for part in verdict.basis[0])})"
    if not verdict.detail:
        return f"{booking} ne chevauche aucune réservation antérieure."
    return f"{booking} chevauche celle de {verdict.detail[0]}, antérieure et non libérée."


def procedure(verdict: "Verdict", _: Procedure) -> str:
    """Which step is out of order or left, or how far it came."""
    what, *steps = verdict.detail or ("none",)
    match what:
        case "skipped":
            return f"L’étape {_quoted(steps[0])} a été franchie avant {_list(steps[1:])}."
        case "asked":
            asked = f"avant {_list(steps[1:])}, contrairement à ce que demande le résultat précédent"
            return f"L’étape {_quoted(steps[0])} a été franchie {asked}."
        case "left":
            return f"Procédure close sans {_list(steps, 'ni')}."
        case "reached":
            come = f"suivie dans l’ordre jusqu’à {_quoted(steps[0])}"
        case _:
            come = "sans aucune étape franchie"
    return f"Procédure non terminée, {come}." if verdict.outcome == "pending" else f"Procédure {come}."


def required_fields(verdict: "Verdict", _: RequiredFields) -> str:
    """Which fields are missing, the first of them by name."""
    if not verdict.detail:
        return "Toutes les mentions obligatoires sont présentes."
    more = len(verdict.detail) - MOST_NAMED
    if more > 0:
        others = f"{more} autre{'s' if more > 1 else ''}"
        shown = f"{', '.join(_bare(name) for name in verdict.detail[:MOST_NAMED])} et {others}"
    else:
        shown = _list(verdict.detail)
    several = "Mentions manquantes ou vides" if len(verdict.detail) > 1 else "Mention manquante ou vide"
    return f"{several}{HARD}: {shown}."


def classification(verdict: "Verdict", policy: Classification) -> str:
    """What was recorded, and what the table says."""
    recorded, expected = verdict.detail
    value = f"{_quoted(policy.value)} vaut {recorded}"
    if recorded == expected:
        return f"{value}, comme le prévoit la table de décision pour {_facts(verdict)}."
    return f"{value}, alors que la table de décision prévoit {expected} pour {_facts(verdict)}."


def availability(verdict: "Verdict", policy: Availability) -> str:
    """The share of uptime, its numerator and denominator, and what the share promised allows."""
    uptime = verdict.uptime
    assert uptime is not None
    left = verdict.margin_micros or 0
    budget = f"dont il reste {_span(left)}" if left >= 0 else f"soit un dépassement de {_span(-left)}"
    excluded = f", {_span(uptime.excluded)} de temps exclu" if uptime.excluded else ""
    so_far = " à ce jour" if verdict.outcome == "pending" else ""
    return (
        f"{policy.service} a été disponible pendant {percent(verdict.share)} de {verdict.period}{so_far}{HARD}: "
        f"{_span(uptime.down)} d’interruption sur {_span(uptime.measured)} de temps mesuré{excluded}{THIN}; "
        f"un minimum de {percent(policy.at_least)} autorise {_span(verdict.limit_micros or 0)}, {budget}."
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
    when = "Sur toute la durée" if verdict.period == "whole" else f"Pour {verdict.period}"
    when += ", période non terminée" if verdict.outcome == "pending" else ""
    counted = tally.met + tally.breached
    if tally.met > 1:
        met = f"{tally.met} engagements sur {counted} ont été respectés"
    else:
        met = f"{tally.met} engagement sur {counted} a été respecté"
    share = f" ({percent(verdict.share)})" if verdict.share is not None else ""
    pending = f", {tally.pending} en cours" if tally.pending else ""
    aside = [
        f"{count} {word}{_s(count)}"
        for word, count in (("exempté", tally.exempt), ("annulé", tally.void), ("indéterminé", tally.undetermined))
        if count
    ]
    left_out = f"{THIN}; hors décompte{HARD}: {', '.join(aside)}" if aside else ""
    return f"{when}, {met}{share}{pending}{THIN}; promis{HARD}: {promise(objective)}{left_out}."


def promise(objective: Objective | None) -> str:
    """What an objective promises, in words; without one, every instance."""
    if objective is None:
        return _ALL
    return _PROMISES[objective.measure].format(percent(objective.share))


def promised(policy: AnyPolicy) -> str:
    """What a policy promises, in words, and in which periods."""
    if isinstance(policy, Availability):
        return f"au moins {percent(policy.at_least)} de disponibilité {_PER[policy.per]}"
    if policy.objective is None:
        return _ALL
    return f"{promise(policy.objective)} {_PER[policy.objective.per]}"


def percent(share: "Fraction | None") -> str:
    """A share as a person reads it: exact where four decimals are enough, else cut off there and marked."""
    if share is None:
        return "aucune"
    digits, cut = in_percent(share)
    return f"{'environ ' if cut else ''}{digits.replace('.', ',')}{THIN}%"


def named(selectors: tuple[Selector, ...]) -> str:
    """Name the events that selectors mean: `« a » ou « b »`."""
    return _list(list(dict.fromkeys(selector.type for selector in selectors)), "ou")


def _span(length: int) -> str:
    return say_span(length, "fr")


def _facts(verdict: "Verdict") -> str:
    return ", ".join(
        f"{value} jour{_s(int(value))} d’avance" if name == DAYS_AHEAD else f"{name} {_plain(value)}"
        for name, value in verdict.basis
    )


def _plain(value: object) -> str:
    text = written(value)
    return _quoted(text) if " " in text else text


def _list(names: Sequence[str], last: str = "et") -> str:
    """Enumerate names: `« a », « b » et « c »`."""
    *before, end = map(_bare, names)
    return f"{', '.join(before)} {last} {end}" if before else end


def _bare(name: str) -> str:
    return f"«{THIN}{name}{THIN}»"


def _quoted(value: str) -> str:
    return _bare(quoted(value)[1:-1])


def _s(count: int) -> str:
    return "s" if count > 1 else ""


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
