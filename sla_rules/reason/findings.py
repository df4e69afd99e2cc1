"""What each kind of finding means: a title and one sentence."""

from typing import NamedTuple

from sla_rules.lang import LANGS, Lang, unknown_lang


class _Said(NamedTuple):
    """A kind of finding: its title and its sentence, in English and in French."""

    en: tuple[str, str]
    fr: tuple[str, str]


FINDINGS = {
    "unreadable": _Said(
        ("Unreadable row", "A row of the source is no event that can be read; it is left out."),
        ("Ligne illisible", "Une ligne de la source n’est pas un événement lisible\u202f; elle est écartée."),
    ),
    "naive_time": _Said(
        ("Time without a zone", "A row has a time without offset or zone; it is left out."),
        ("Heure sans fuseau", "Une ligne porte une heure sans décalage ni fuseau horaire\u202f; elle est écartée."),
    ),
    "ambiguous_time": _Said(
        ("Day or month", "No text of a column tells day from month; the message says how they were read."),
        (
            "Jour ou mois",
            "Rien dans une colonne ne distingue le jour du mois\u202f; le message dit comment elle a été lue.",
        ),
    ),
    "unknown_type": _Said(
        ("Unknown type of event", "The agreement does not declare events of this type; they are left aside."),
        ("Type d’événement inconnu", "L’accord ne déclare pas ce type d’événement\u202f; ces événements sont ignorés."),
    ),
    "unknown_field": _Said(
        ("Unknown field", "A field is not declared, or not in the source; its name may be misspelt."),
        ("Champ inconnu", "Un champ n’est pas déclaré, ou absent de la source\u202f; son nom est peut-être mal écrit."),
    ),
    "wrong_value": _Said(
        ("Wrong value", "A value is of the wrong kind or none of those allowed; it counts as missing."),
        (
            "Valeur non admise",
            "Une valeur n’est pas du bon type ou n’est pas admise\u202f; elle compte comme absente.",
        ),
    ),
    "missing_field": _Said(
        ("Missing field", "An event lacks a required field; the event still counts."),
        ("Champ manquant", "Un champ obligatoire manque à un événement\u202f; l’événement compte tout de même."),
    ),
    "interval_reversed": _Said(
        ("Interval that runs backwards", "An end lies before its start; this gets no verdict."),
        ("Intervalle inversé", "Une fin précède son début\u202f; aucun jugement n’est rendu."),
    ),
    "duplicate": _Said(
        ("Repeated events", "Events came again with the same id and content; they count once."),
        (
            "Événements répétés",
            "Des événements sont arrivés plusieurs fois à l’identique\u202f; ils ne comptent qu’une fois.",
        ),
    ),
    "conflicting_id": _Said(
        ("One id, two events", "One id stands for two different events; the first in order is kept."),
        ("Même identifiant", "Un identifiant désigne deux événements différents\u202f; le premier est retenu."),
    ),
    "not_in_force": _Said(
        ("Agreement not in force", "Something began while the agreement was not in force; it gets no verdict."),
        (
            "Accord non en vigueur",
            "L’accord n’était pas en vigueur au moment du début\u202f; aucun jugement n’est rendu.",
        ),
    ),
    "no_case": _Said(
        ("Event without a case", "An event lacks a field that says to which case it belongs; it begins nothing."),
        ("Événement sans dossier", "Rien ne rattache l’événement à un dossier\u202f; il ne fait rien débuter."),
    ),
    "no_agreement": _Said(
        ("No agreement", "The events of a subject name no known agreement; nothing of it is judged."),
        ("Aucun accord", "Les événements du sujet ne désignent aucun accord connu\u202f; rien n’en est jugé."),
    ),
    "contract_changed": _Said(
        ("Agreement changed", "The events of a subject name another agreement later; it stays with the first."),
        (
            "Accord changé",
            "Les événements du sujet désignent ensuite un autre accord\u202f; le premier reste applicable.",
        ),
    ),
    "stop_without_start": _Said(
        ("End without a start", "Something ended that had not begun; no obligation arises from it."),
        ("Fin sans début", "Une fin est survenue sans début préalable\u202f; aucune obligation n’en découle."),
    ),
    "resume_without_pause": _Said(
        ("Resumed without a pause", "A pause ended that had not begun; it changes nothing."),
        ("Reprise sans pause", "Une pause prend fin sans avoir commencé\u202f; cela ne change rien."),
    ),
    "limit_passed_before_change": _Said(
        ("Late before the change", "The limit had passed before it was changed; judging by the later one hides that."),
        (
            "Retard avant la modification",
            "Le délai était déjà dépassé lorsqu’il a été modifié\u202f; le nouveau le masque.",
        ),
    ),
    "no_period": _Said(
        ("No period", "The field that says in which period a case counts is missing; it counts in none."),
        ("Période inconnue", "Le champ qui rattache le cas à une période manque\u202f; il ne compte dans aucune."),
    ),
    "no_items": _Said(
        ("Record without its list", "A record lacks the list whose items are to be checked; the rest of it is judged."),
        ("Liste absente", "La liste dont les éléments sont à vérifier est absente\u202f; le reste est jugé."),
    ),
    "unknown_step": _Said(
        ("Unknown step", "A step is neither listed by its procedure nor asked for; it is left aside."),
        ("Étape inconnue", "Une étape n’est ni prévue ni demandée par la procédure\u202f; elle est ignorée."),
    ),
    "unknown_result": _Said(
        ("Unknown result", "A step has a result that asks for nothing; it is spelt nearly like one that does."),
        (
            "Résultat inconnu",
            "Le résultat d’une étape ne demande rien\u202f; il ressemble à un autre qui demande une suite.",
        ),
    ),
    "down_while_down": _Said(
        ("Down while down", "A service went down while it was down already; the outage goes on."),
        ("Panne pendant une panne", "Le service était déjà en panne\u202f; l’interruption se poursuit."),
    ),
    "up_without_down": _Said(
        ("Up without an outage", "A service came up that was not down; it changes nothing."),
        ("Rétablissement sans panne", "Un service est rétabli sans avoir été en panne\u202f; cela ne change rien."),
    ),
    "unknown_service": _Said(
        ("Unknown service", "An outage or a window concerns a service that no availability clause names."),
        ("Service inconnu", "Une panne ou une période concerne un service qu’aucune clause de disponibilité ne nomme."),
    ),
    "window_ignored": _Said(
        ("Window ignored", "The announcement of a window came too late or says too little; it changes nothing."),
        (
            "Période d’exclusion ignorée",
            "L’annonce de la période est tardive ou incomplète\u202f; elle ne change rien.",
        ),
    ),
    "ruling_without_verdict": _Said(
        ("Ruling without a verdict", "A ruling is on nothing that was judged; it counts for nothing."),
        ("Décision sans objet", "Une décision ne porte sur rien qui ait été jugé\u202f; elle est sans effet."),
    ),
    "ambiguous_ruling": _Said(
        ("Ambiguous ruling", "A ruling could be on several verdicts; it counts for none of them."),
        ("Décision équivoque", "Une décision pourrait porter sur plusieurs verdicts\u202f; elle ne vaut pour aucun."),
    ),
    "conflicting_ruling": _Said(
        (
            "Conflicting rulings",
            "Rulings on one verdict contradict each other, and none is known to be later; none counts.",
        ),
        (
            "Décisions contradictoires",
            "Des décisions se contredisent sans que l’on sache laquelle prévaut\u202f; aucune ne vaut.",
        ),
    ),
    "ruling_on_kept": _Said(
        ("Ruling on no breach", "A ruling is on a verdict that is not breached; it changes nothing."),
        ("Décision sans manquement", "Une décision porte sur un verdict sans manquement\u202f; elle ne change rien."),
    ),
    "early_ruling": _Said(
        ("Ruling before the breach", "A ruling was made before what it is on was breached; it counts all the same."),
        (
            "Décision prématurée",
            "Une décision précède le manquement sur lequel elle porte\u202f; elle vaut tout de même.",
        ),
    ),
    "ruling_after_as_of": _Said(
        (
            "Ruling after the date judged",
            "A ruling was made after the instant as of which was judged; it counts all the same.",
        ),
        ("Décision postérieure", "Une décision est postérieure à la date du jugement\u202f; elle vaut tout de même."),
    ),
}
"""Every kind of finding that there is."""


def finding_words(kind: str, lang: Lang) -> tuple[str, str]:
    """Return a title for a kind of finding, and one sentence that explains it.

    Args:
        kind: of a `Finding`; one that is not known is its own title, without a sentence.
        lang: English or French.

    Raises:
        InputError: a language that is not known.
    """
    if lang not in LANGS:
        raise unknown_lang(lang)
    said = FINDINGS.get(kind)
    if said is None:
        return kind, ""
    return said.en if lang == "en" else said.fr
