"""The terms of verdicts and reports as people read them: outcomes, strengths, statuses, rulings, stretches, windows."""

from sla_rules.lang import LANGS, Lang, unknown_lang

_WORDS: dict[Lang, dict[str, str]] = {
    "en": {"best_effort": "best effort", "force_majeure": "force majeure"},
    "fr": {
        # outcomes
        "met": "respecté",
        "breached": "non respecté",
        "pending": "en cours",
        "exempt": "exempté",
        "void": "annulé",
        "undetermined": "indéterminé",
        # strengths
        "guarantee": "garantie",
        "commitment": "engagement",
        "target": "objectif",
        "best_effort": "obligation de moyens",
        "reference": "donnée de référence",
        # statuses of a promise
        "kept": "tenu",
        "broken": "non tenu",
        "open": "en suspens",
        "not judged": "non jugé",
        "no data": "sans données",
        # rulings
        "waived": "écarté",
        "upheld": "maintenu",
        # stretches of time
        "counted": "compté",
        "closed": "fermé",
        "holiday": "jour férié",
        "excluded": "exclu",
        "down": "en panne",
        # what the clock stands still for
        "paused": "en pause",
        "stopped": "arrêté",
        "maintenance": "maintenance",
        "force_majeure": "force majeure",
        "freeze": "gel",
        # the one period of an objective without an end
        "whole": "toute la durée",
    },
}


_SEVERAL: dict[Lang, dict[str, str]] = {
    "en": {},
    "fr": {
        "met": "respectés",
        "breached": "non respectés",
        "exempt": "exemptés",
        "void": "annulés",
        "undetermined": "indéterminés",
        "kept": "tenus",
        "broken": "non tenus",
        "not judged": "non jugés",
        "waived": "écartés",
        "upheld": "maintenus",
    },
}
"""Outcomes, statuses and rulings of two or more, where the word for one is another."""


def word(term: str, lang: Lang, number: int = 1) -> str:
    """Return a term in a language; one that is not known, such as an agreement's own kind of window, as it is.

    Args:
        term: an outcome, a strength, a status, a ruling, the cause of a stretch, the kind of a window or the label of a
            period.
        lang: English or French.
        number: of how many an outcome, a status or a ruling is said, so that it agrees with the count before it.

    Raises:
        InputError: a language that is not known.
    """
    if lang not in LANGS:
        raise unknown_lang(lang)
    several = _SEVERAL[lang].get(term) if number > 1 else None
    return several or _WORDS[lang].get(term, term)
