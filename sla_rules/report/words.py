"""What a report says around the messages and numbers that it shows, in both languages."""

from collections.abc import Iterable

from sla_rules.errors import quoted
from sla_rules.lang import LANGS, Lang, grouped, unknown_lang

THIN, HARD = "\u202f", "\u00a0"
"""No-break spaces: the narrow one inside of quotation marks, the wide one before a colon."""

_PROVENANCE: dict[str, tuple[str, str]] = {
    "agreement": ("agreement", "accord"),
    "version": ("version", "version"),
    "versions": ("versions", "versions"),
    "hash": ("hash", "empreinte"),
    "timezone": ("time zone", "fuseau horaire"),
    "as_of": ("as of", "état au"),
    "library": ("version of sla_rules", "version de sla_rules"),
    "timezone_data": ("time zone data", "données de fuseaux"),
    "holidays": ("holiday data", "données de jours fériés"),
    "events": ("events", "événements"),
    "unknown": ("of unknown types", "de types inconnus"),
    "repeated": ("repeated", "répétés"),
    "unreadable": ("unreadable rows", "lignes illisibles"),
    "verdicts_count": ("verdicts", "verdicts"),
    "findings_count": ("findings", "constats"),
    "by": ("divided by", "réparti par"),
}


def provenance_word(name: str, lang: Lang) -> str:
    """Return what a field of a report's provenance is called; one that is not known is called by its own name.

    Raises:
        InputError: a language that is not known.
    """
    english, french = _PROVENANCE.get(name, (name, name))
    return _chosen(lang, english, french)


def absent(types: Iterable[str], lang: Lang) -> str:
    """Return that no event of some types is in the source. Raises `InputError` as `provenance_word`."""
    english = " or ".join(f"`{type}`" for type in types)
    return _chosen(lang, f"no {english} in this source", f"aucun {_french(types)} dans cette source")


def unnamed(field: str, lang: Lang) -> str:
    """Return that no event names its agreement by a field. Raises `InputError` as `provenance_word`."""
    return _chosen(lang, f"no event says its {quoted(field)}", f"aucun événement ne porte de {_french([field])}")


def event_named(name: str, lang: Lang) -> str:
    """Return an event by its name, as the place where something is remarkable."""
    return _chosen(lang, f"event {name}", f"événement {name}")


def at_place(place: str, times: int, lang: Lang, *, several: bool) -> str:
    """Return what comes before a message: how many times it is said where that is more than one, and where first."""
    count = grouped(times, lang)
    often = _chosen(lang, f"{count} times, ", f"{count} fois, ") if times > 1 else ""
    first = _chosen(lang, "the first at ", "la première à ") if several else ""
    return f"{often}{first}{place}{_chosen(lang, ':', f'{HARD}:')} "


def other_messages(number: int, lang: Lang) -> str:
    """Return that there are so many more messages."""
    count, s = grouped(number, lang), "s" if number > 1 else ""
    return _chosen(lang, f"and {count} other message{s}", f"et {count} autre{s} message{s}")


def _chosen(lang: Lang, english: str, french: str) -> str:
    if lang not in LANGS:
        raise unknown_lang(lang)
    return english if lang == "en" else french


def _french(names: Iterable[str]) -> str:
    return " ou ".join(f"«{THIN}{name}{THIN}»" for name in names)
