"""The languages in which people are spoken to."""

from typing import Literal, get_args

from sla_rules.errors import InputError, quoted

Lang = Literal["en", "fr"]
"""English or French."""

LANGS: tuple[Lang, ...] = get_args(Lang)


def unknown_lang(lang: object) -> InputError:
    """Return the error about a language that is none of those known."""
    return InputError(f"unknown language {quoted(lang)}, known are {' and '.join(f'`{known}`' for known in LANGS)}")
