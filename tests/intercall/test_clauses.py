"""The clauses: what each is, where it stands in the document, and that its words are our own."""

import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2].parent / "shared" / "contract" / "000_f2b27a6f65ebe67e.txt"

SEVEN = [
    # policy, section, strength
    ("support.response", "Temps de réponse/de résolution", "commitment"),
    ("support.resolution", "Temps de réponse/de résolution", "commitment"),
    ("support.resolution_sl4_target", "Temps de réponse/de résolution", "target"),
    ("helpdesk.phone", "Soutien du centre d'assistance", "target"),
    ("helpdesk.email", "Soutien du centre d'assistance", "target"),
    ("reservation.confirmation", "Renseignements généraux", "commitment"),
    ("reservation.recurring", "Renseignements généraux", "commitment"),
]

SECTIONS = {
    # section: its commitments by clause
    "Aperçu de l'assistance technique et des services": {},
    "Disponibilité des services": {
        "availability.video": "best_effort",
        "availability.maintenance_notice": "best_effort",
    },
    "Processus de signalisation progressive": {"escalation.path": "commitment"},
    "Définitions de la gravité": {"severity.classification": "commitment"},
    "Temps de réponse/de résolution": {
        "support.response": "commitment",
        "support.resolution": "commitment",
        "support.resolution_sl4_target": "target",
    },
    "Soutien du centre d'assistance": {"helpdesk.phone": "target", "helpdesk.email": "target"},
    "Heures d'exploitation": {"helpdesk.hours": "commitment"},
    "Renseignements généraux": {
        "availability.reservations": "guarantee",
        "reservation.no_double_booking": "guarantee",
        "reservation.confirmation": "commitment",
        "reservation.recurring": "commitment",
    },
    "Spécifications de la performance technique": {
        "adhoc.never_refused": "guarantee",
        "adhoc.setup": "commitment",
        "adhoc.on_the_fly": "guarantee",
        "conference.site_added": "commitment",
        "conference.site_dropped": "commitment",
        "conference.failed_share": "reference",
        "conference.cause": "reference",
        "conference.restored": "reference",
        "conference.overrun": "guarantee",
        "certification.scheduled": "commitment",
        "certification.room_registered": "commitment",
        "certification.room_certified": "commitment",
        "certification.upgrade": "commitment",
        "certification.recertification": "commitment",
        "certification.record": "commitment",
    },
    "Spécifications de la performance technique, note **": {},
    "Heure de début de l'appel": {"conference.on_time": "commitment"},
    "Recommandations pour les appels problématiques": {"problem.contacts": "best_effort"},
    "Facturation": {
        "billing.monthly": "commitment",
        "billing.invoice_fields": "commitment",
        "billing.credit_separate": "commitment",
    },
}

DESCRIPTIVE = [
    "escalation.level_1",
    "escalation.level_2",
    "escalation.level_3",
    "escalation.engineering",
    "certification.hours",
    "certification.bulk",
    "reservation.hours",
    "helpdesk.numbers",
]

needs_document = pytest.mark.skipif(not DOCUMENT.exists(), reason="the document lies beside the project, in ../shared")


def words(text: str) -> list[str]:
    """The words of a text in small letters; `l'appel` is one."""
    return re.findall(r"\w+(?:['-]\w+)*", text.casefold().replace("\u2019", "'"))


def runs(text: str, length: int = 7) -> set[tuple[str, ...]]:
    """All runs of so many words."""
    found = words(text)
    return {tuple(found[index : index + length]) for index in range(len(found) - length + 1)}


@pytest.mark.parametrize(("policy", "section", "strength"), SEVEN)
def test_the_clause_of_each_policy(intercall, policy, section, strength):
    clause = intercall.clause_of(intercall.policies[policy])
    assert (clause.id, clause.section, clause.strength, clause.status) == (policy, section, strength, "evaluable")


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_has_its_commitments(intercall, section):
    clauses = [clause for clause in intercall.clauses.values() if clause.section == section]
    assert clauses
    assert {clause.id: clause.strength for clause in clauses if clause.status == "evaluable"} == SECTIONS[section]


def test_there_are_no_other_sections(intercall):
    assert {clause.section for clause in intercall.clauses.values()} == set(SECTIONS)
    assert sum(clause.status == "evaluable" for clause in intercall.clauses.values()) == sum(
        map(len, SECTIONS.values())
    )


@pytest.mark.parametrize("id", DESCRIPTIVE)
def test_what_cannot_be_evaluated_says_why(intercall, id):
    clause = intercall.clauses[id]
    assert clause.status == "descriptive"
    assert clause.why


def test_no_policy_rests_on_a_descriptive_clause(intercall):
    assert {intercall.clause_of(policy).status for policy in intercall.policies.values()} == {"evaluable"}


def test_each_clause_is_told_in_both_languages(intercall):
    for clause in intercall.clauses.values():
        assert set(clause.summary) == {"en", "fr"}, clause.id
        assert all(map(words, clause.summary.values())), clause.id


@needs_document
@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_is_one_of_the_document(section):
    heading = words(section.removesuffix(", note **"))
    lines = map(words, DOCUMENT.read_text(encoding="utf-8").splitlines())
    assert any(line[: len(heading)] == heading for line in lines)


@needs_document
def test_the_document_is_told_in_our_own_words(intercall):
    """No more than 6 words in a row are those of the document."""
    source = runs(DOCUMENT.read_text(encoding="utf-8"))
    copied = {clause.id: runs(clause.summary["fr"]) & source for clause in intercall.clauses.values()}
    assert {id: found for id, found in copied.items() if found} == {}


@needs_document
def test_a_copied_sentence_would_be_noticed():
    text = DOCUMENT.read_text(encoding="utf-8")
    source = runs(text)
    sentences = [line for line in text.splitlines() if len(words(line)) >= 7]
    assert len(sentences) > 20
    assert all(runs(sentence) & source for sentence in sentences)
    assert not runs("Sept mots qui ne se trouvent pas dans le document") & source
