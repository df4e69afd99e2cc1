"""The languages in which people are spoken to."""

from collections.abc import Mapping
from typing import Literal, get_args

from sla_rules.errors import InputError, quoted

Lang = Literal["en", "fr"]
"""English or French."""

LANGS: tuple[Lang, ...] = get_args(Lang)


def unknown_lang(lang: object) -> InputError:
    """Return the error about a language that is none of those known."""
    return InputError(f"unknown language {quoted(lang)}, known are {' and '.join(f'`{known}`' for known in LANGS)}")


def in_language(texts: Mapping[str, str], lang: Lang = "en") -> str:
    """Return a text in a language, in another where it has none in that, empty without any."""
    return texts.get(lang) or next(iter(texts.values()), "")


def grouped(number: int, lang: Lang = "en") -> str:
    """Return a number with its thousands apart, as people of the language write it."""
    digits = f"{number:,}"
    return digits if lang == "en" else digits.replace(",", "\u202f")
