"""Laws of sentences: the French one tells what the English one tells, whatever the agreement and the history."""

import re
from collections import Counter
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import sla_rules as sla
from sla_rules.counting.causes import say_cause
from sla_rules.instants import moment, say_span
from sla_rules.judged import frame_of, terms_of, verdicts_of
from sla_rules.reason import percent
from sla_rules.testing.directed import History
from sla_rules.testing.strategies import agreements, histories
from sla_rules.verdict import Verdict
from tests.evaluators.test_laws import ALL, a_history

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
INTERCALL = sla.load("intercall")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})? \S+?(?=[),. ])")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
ENGLISH = re.compile(r"\b(?:the|was|were|after|yet|limit|due|missing|taken|judged|cancelled|late|of|and|left)\b", re.I)


def numbers(sentence: str) -> Counter[str]:
    return Counter(number.replace(",", ".") for number in NUMBER.findall(sentence))


def assert_told_alike(verdict: Verdict) -> None:
    english, french = verdict.reason, verdict.reason_in("fr")
    told = re.sub("«\u202f(.*?)\u202f»", r"`\1`", french)
    assert Counter(re.findall("`(.*?)`", told)) == Counter(re.findall("`(.*?)`", english)), (english, french)
    assert INSTANT.findall(french) == INSTANT.findall(english), (english, french)
    assert numbers(french) == numbers(english), (english, french)
    assert verdict.cause is None or say_cause(verdict.cause, "fr") != verdict.cause
    assert french.endswith(".")
    assert "\n" not in french
    assert not re.search(r" [;:%»]|« |\d [hs%]\b|\d min", french), french
    assert french[0].isupper() or french[0] == "«" or english[0] == french[0]


def assert_french(verdict: Verdict, names: set[str]) -> None:
    """No English word is left beside the names that the agreement gives."""
    words = set(ENGLISH.findall(re.sub("«.*?»", "", verdict.reason_in("fr")))) - names
    assert not words, verdict.reason_in("fr")


def judged(agreement: sla.Agreement, history: History) -> sla.verdict.Verdicts:
    return sla.judge(agreement, history.events, as_of=moment(history.as_of), windows=history.windows)


@settings(max_examples=30, phases=UNSHRUNK)
@given(data=st.data(), said=agreements())
def test_by_random_agreements(data: Any, said: dict[str, Any]) -> None:
    agreement = sla.load(said)
    for verdict in judged(agreement, data.draw(histories(agreement))):
        assert_told_alike(verdict)


@settings(max_examples=60, phases=UNSHRUNK)
@given(history=histories(INTERCALL))
def test_by_the_intercall_agreement(history: History) -> None:
    verdicts = judged(INTERCALL, history)
    for verdict in verdicts:
        assert_told_alike(verdict)
        assert_french(verdict, set())
    # A frame holds the values that chose a limit as text.
    framed = verdicts_of(frame_of(verdicts), terms_of(INTERCALL, history.as_of))
    assert [verdict.reason_in("fr") for verdict in framed] == [verdict.reason_in("fr") for verdict in verdicts]


@settings(max_examples=60, phases=UNSHRUNK)
@given(seed=st.integers(0, 2**64))
def test_by_deadlines_of_many_sorts(seed: int) -> None:
    for verdict in sla.judge(ALL, a_history(seed, 16)):
        assert_told_alike(verdict)
        assert_french(verdict, set())


@given(length=st.integers(-(10**17), 10**17))
def test_a_span_has_the_same_numbers_and_units(length: int) -> None:
    french = say_span(length, "fr")
    assert " " not in french
    assert "." not in french
    assert french.replace("\u00a0", " ").replace(",", ".") == say_span(length)


@given(share=st.fractions(0, 1))
def test_a_share_has_the_same_digits(share: Any) -> None:
    french = percent(share, "fr")
    assert french.endswith("\u202f%")
    assert french.replace("environ", "about").replace("\u202f", " ").replace(",", ".") == percent(share)
