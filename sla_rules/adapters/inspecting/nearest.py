"""The word of ours that a word of theirs most likely stands for."""

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the one of ours that a word of theirs is most like, `P1` for `1 - Critical`; None where none is.

    Args:
        word: theirs.
        known: ours, of which one is looked for.
    """
    for form in (_plain, _last, _numbers):
        mine = form(word)
        found = [each for each in known if mine and form(each) == mine]
        if found:
            return found[0] if len(found) == 1 else None
    within = [each for each in known if len(_plain(each)) > 2 and _plain(each) in _plain(word)]
    if len(within) == 1:
        return within[0]
    folded = _by(known)
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def _by(known: Iterable[str]) -> dict[str, str]:
    return {each.casefold(): each for each in known}


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word).casefold()


def _last(word: str) -> str:
    return _plain(word.rpartition(".")[2])


def _numbers(word: str) -> str:
    return " ".join(number.lstrip("0") or "0" for number in re.findall(r"\d+", word))
