"""The reason sentence: one function, shared by all evaluators, that renders the fields of a verdict in a language."""

from typing import TYPE_CHECKING, Protocol

from sla_rules.lang import LANGS, Lang, unknown_lang
from sla_rules.language.objectives import Objective
from sla_rules.language.policies import AnyPolicy
from sla_rules.language.selectors import Selector
from sla_rules.reason import english, french
from sla_rules.reason.english import ALL
from sla_rules.reason.findings import finding_words
from sla_rules.reason.parts import in_zone, local
from sla_rules.reason.words import word

if TYPE_CHECKING:
    from fractions import Fraction

    from sla_rules.verdict import Verdict

__all__ = [
    "ALL",
    "Lang",
    "finding_words",
    "in_zone",
    "local",
    "named",
    "percent",
    "promise",
    "promised",
    "reason",
    "word",
]


class Speaker(Protocol):
    """What the module of a language gives."""

    def reason(self, verdict: "Verdict") -> str:
        """Return the sentence of a verdict."""

    def promise(self, objective: Objective | None) -> str:
        """Return what an objective promises."""

    def promised(self, policy: AnyPolicy) -> str:
        """Return what a policy promises, and in which periods."""

    def percent(self, share: "Fraction | None") -> str:
        """Return a share as a person reads it."""

    def named(self, selectors: tuple[Selector, ...]) -> str:
        """Name the events that selectors mean."""


_SPEAKERS: dict[Lang, Speaker] = {"en": english, "fr": french}


def reason(verdict: "Verdict", lang: Lang = "en") -> str:
    """Return one sentence that says why a verdict is what it is, with the numbers.

    Args:
        verdict: of any evaluator.
        lang: English or French; names and values stand as the agreement writes them in both.

    Raises:
        InputError: a language that is not known.
    """
    return _speaker(lang).reason(verdict)


def promise(objective: Objective | None, lang: Lang = "en") -> str:
    """Return what an objective promises, in words; without one, every instance. Raises `InputError` as `reason`."""
    return _speaker(lang).promise(objective)


def promised(policy: AnyPolicy, lang: Lang = "en") -> str:
    """Return what a policy promises, in words, and in which periods. Raises `InputError` as `reason`."""
    return _speaker(lang).promised(policy)


def percent(share: "Fraction | None", lang: Lang = "en") -> str:
    """Return a share as a person reads it: exact where four decimals are enough, else cut off there and marked.

    Raises `InputError` as `reason`.
    """
    return _speaker(lang).percent(share)


def named(selectors: tuple[Selector, ...], lang: Lang = "en") -> str:
    """Name the events that selectors mean: `` `a` or `b` ``. Raises `InputError` as `reason`."""
    return _speaker(lang).named(selectors)


def _speaker(lang: Lang) -> Speaker:
    if lang not in LANGS:
        raise unknown_lang(lang)
    return _SPEAKERS[lang]
