"""Terms and kinds of findings in both languages: all that there are, and none twice."""

import ast
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

import sla_rules as sla
from sla_rules import calendar
from sla_rules.errors import InputError
from sla_rules.instants import say_span
from sla_rules.lang import LANGS
from sla_rules.language.document import Strength
from sla_rules.language.objectives import Objective
from sla_rules.language.selectors import Selector
from sla_rules.reason import finding_words, named, percent, promise, promised, word
from sla_rules.reason.findings import FINDINGS
from sla_rules.verdict import Outcome
from tests.conftest import History, agreement

PACKAGE = Path(sla.__file__).parent
STATUSES = ("kept", "broken", "open", "not judged", "no data")
GROUPS = {
    "outcomes": tuple(map(str, Outcome)),
    "strengths": get_args(Strength),
    "statuses": STATUSES,
    "rulings": ("waived", "upheld"),
    "stretches": get_args(calendar.Cause),
    "windows": ("maintenance", "force_majeure", "freeze", "paused", "stopped"),
}


@pytest.mark.parametrize("terms", GROUPS.values(), ids=GROUPS)
@pytest.mark.parametrize("lang", LANGS)
def test_every_term_has_a_word_and_no_two_of_a_group_the_same(terms: tuple[str, ...], lang: Any) -> None:
    said = [word(term, lang) for term in terms]
    assert len(set(said)) == len(terms)
    assert not any("_" in each for each in said)
    if lang == "en":
        assert [each.replace(" ", "_") for each in said] == [term.replace(" ", "_") for term in terms]
    else:
        assert [term for term, each in zip(terms, said, strict=True) if term == each] in ([], ["maintenance"])


def test_the_windows_of_the_contract_have_words(intercall: sla.Agreement) -> None:
    assert set(intercall.windows) <= {"maintenance", "force_majeure"}


@pytest.mark.parametrize("lang", LANGS)
def test_a_term_that_is_not_known_comes_back_as_it_is(lang: Any) -> None:
    for term in ("", "site_closed", "<script>", "MET", "Été"):
        assert word(term, lang) == term


# --- findings ----------------------------------------------------------------------------------------------------


def texts(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can be, as far as it writes them out."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from texts(node.body)
            yield from texts(node.orelse)


@cache
def raised() -> set[str]:
    """Every kind of finding that the code names where it makes one."""
    makers = {"finding", "Finding", "remark", "Remark"}
    found: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        if "testing" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
                found.update(texts(node.args[0]) if name in makers else ())
            elif isinstance(node, ast.Assign) and [getattr(each, "id", None) for each in node.targets] == ["kind"]:
                found.update(texts(node.value) if isinstance(node.value, ast.IfExp) else ())
    return found


def test_every_kind_that_is_raised_has_words_and_no_other() -> None:
    kinds = raised()
    assert {"naive_time", "unreadable", "no_agreement", "contract_changed", "down_while_down"} <= kinds
    without = {kind for kind in kinds if finding_words(kind, "fr")[1] == ""}
    assert not without
    assert set(FINDINGS) == kinds


@pytest.mark.parametrize("lang", LANGS)
def test_a_title_and_a_sentence_each_its_own(lang: Any) -> None:
    said = [finding_words(kind, lang) for kind in sorted(raised())]
    assert len({title for title, _ in said}) == len({sentence for _, sentence in said}) == len(said)
    for title, sentence in said:
        assert title[0].isupper()
        assert sentence[0].isupper()
        assert not title.endswith(".")
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert lang == "en" or ("'" not in sentence and " ;" not in sentence)


def test_the_languages_say_different_things() -> None:
    for kind in raised():
        english, french = finding_words(kind, "en"), finding_words(kind, "fr")
        assert english[0] != french[0]
        assert english[1] != french[1]


def test_a_kind_that_is_not_known_is_its_own_title() -> None:
    assert finding_words("something", "fr") == ("something", "")


# --- small words, and languages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("objective", "english", "french"),
    [
        (None, "all", "tous respectés"),
        ({"at_least": "99.5 %"}, "at least 99.5 % met", "au moins 99,5\u202f% respectés"),
        ({"breached_less_than": "3 %"}, "less than 3 % breached", "moins de 3\u202f% de non respectés"),
        ({"breached_at_most": "0 %"}, "at most 0 % breached", "au plus 0\u202f% de non respectés"),
    ],
)
def test_promises(objective: Any, english: str, french: str) -> None:
    made = objective and Objective.model_validate({**objective, "per": "month"})
    assert promise(made) == promise(made, "en") == english
    assert promise(made, "fr") == french


@pytest.mark.parametrize(
    ("per", "english", "french"),
    [
        ("day", "per day", "par jour"),
        ("week", "per week", "par semaine"),
        ("month", "per month", "par mois"),
        ("quarter", "per quarter", "par trimestre"),
        ("year", "per year", "par an"),
        ("whole", "on the whole", "sur toute la durée"),
    ],
)
def test_what_a_policy_promises_names_the_period(per: Any, english: str, french: str) -> None:
    policy = agreement(
        {"start": "a", "stop": "b", "limit": "1 h", "objective": {"at_least": "80 %", "per": per}},
        events={"a": {}, "b": {}},
    ).policies["p"]
    assert promised(policy) == promised(policy, "en") == f"at least 80 % met {english}"
    assert promised(policy, "fr") == f"au moins 80\u202f% respectés {french}"


def test_what_is_promised_of_an_availability_and_without_an_objective() -> None:
    uptime = {"kind": "availability", "service": "s", "down": "a", "up": "b", "at_least": "99.5 %"}
    policy = agreement(uptime, events={"a": {}, "b": {}}).policies["p"]
    assert promised(policy) == "at least 99.5 % up per month"
    assert promised(policy, "fr") == "au moins 99,5\u202f% de disponibilité par mois"
    plain = agreement({"start": "a", "stop": "b", "limit": "1 h"}, events={"a": {}, "b": {}}).policies["p"]
    assert (promised(plain), promised(plain, "fr")) == ("all", "tous respectés")


def test_a_term_agrees_with_the_count_before_it() -> None:
    assert [word("broken", "fr", number) for number in (0, 1, 2, 5)] == ["non tenu"] * 2 + ["non tenus"] * 2
    assert {word(term, "en", 2) for term in STATUSES} == set(STATUSES)
    changing = [term for term in (*STATUSES, *Outcome, "waived", "upheld") if word(term, "fr", 2) != word(term, "fr")]
    assert set(changing) == {*STATUSES, *Outcome, "waived", "upheld"} - {"open", "no data", "pending"}
    assert all(word(term, "fr", 2) == f"{word(term, 'fr')}s" for term in changing)


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [
        (None, "none", "aucune"),
        (Fraction(0), "0 %", "0\u202f%"),
        (Fraction(1), "100 %", "100\u202f%"),
        (Fraction(1, 3), "about 33.3333 %", "environ 33,3333\u202f%"),
        (Fraction(999_999, 1_000_000), "99.9999 %", "99,9999\u202f%"),
        (Fraction(1, 10_000_000), "about 0 %", "environ 0\u202f%"),
    ],
)
def test_shares(share: Any, english: str, french: str) -> None:
    assert percent(share) == percent(share, "en") == english
    assert percent(share, "fr") == french


def test_spans() -> None:
    assert say_span(5_400_000_001, "fr") == "1\u00a0h\u00a030\u00a0min\u00a00,000001\u00a0s"
    assert say_span(-500_000, "fr") == "-0,5\u00a0s"
    assert say_span(0, "fr") == "0\u00a0s"


def test_names_of_events() -> None:
    def some(*types: str) -> tuple[Selector, ...]:
        return tuple(Selector.model_validate({"type": type}) for type in types)

    assert named(some("a", "b", "a")) == "`a` or `b`"
    assert named(some("a"), "fr") == "«\u202fa\u202f»"
    assert named(some("a", "b", "a", "c"), "fr") == "«\u202fa\u202f», «\u202fb\u202f» ou «\u202fc\u202f»"


@pytest.mark.parametrize("lang", ["de", "FR", "", None, ["fr"]])
def test_a_language_that_is_not_known_is_refused(lang: Any) -> None:
    made = agreement({"start": "a", "stop": "b", "limit": "1 h"}, events={"a": {}, "b": {}})
    verdict = sla.judge(made, History().add("a", "2026-03-02T14:00:00Z").events)[0]
    asks = [
        lambda: verdict.reason_in(lang),
        lambda: promise(None, lang),
        lambda: percent(None, lang),
        lambda: named((), lang),
        lambda: say_span(0, lang),
        lambda: word("met", lang),
        lambda: finding_words("duplicate", lang),
    ]
    for ask in asks:
        with pytest.raises(InputError, match=r"^unknown language `.*`, known are `en` and `fr`$"):
            ask()
