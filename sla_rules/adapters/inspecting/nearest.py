"""The words of ours that words of theirs stand for: those that can mean nothing else, and those that are near."""

import re
from collections import Counter
from collections.abc import Collection
from difflib import get_close_matches

_TOKEN = re.compile(r"(?<!\S)-\d+(?:[.,]\d+)*|[^\W_]+(?:[.,-]\d+)*")
_NUMBER = re.compile(r"(?<!\S)-\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*")
_RANK = re.compile(r"[^\W\d_]*[\s_-]*\d+")
"""Ours by which a number alone tells one from another: `P1` and `2`, but not `4 h`, of which the unit counts."""
_LOW = {"low", "lower", "lowest", "minor", "trivial", "least"}

_TURNING = ("un", "in", "im", "ir", "il", "non", "not", "no", "dis", "de", "re", "mis", "anti")
"""Beginnings that make another word of one."""
_OTHERWISE = {
    *_TURNING, "t", "nor", "or", "never", "without", "except", "before", "until", "pre", "half", "semi", "almost",
    "partly", "partially", "pending", "awaiting", "former", "formerly",
    "nicht", "kein", "keine", "ohne", "pas", "sans", "sin", "sem", "não", "senza", "niet", "geen",
}  # fmt: skip
"""Words beside which another does not mean what it says; the `t` is that of `isn't`."""
_SIGN = re.compile(r"[^\w\s\-–—.,:;()\[\]'\"]|-$")


def meant(words: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Return those of theirs that can mean only one of ours, with it; never two of theirs for one of ours.

    Args:
        words: all of theirs, those too that are ours already.
        known: ours.
    """
    ranked = _are_ranks(words, known)
    found = {}
    for word in words:
        possible = [] if word in known else _possible(word, known, ranked=ranked)
        if len(possible) == 1:
            found[word] = possible[0]
    wanted = Counter([*found.values(), *(word for word in words if word in known)])
    return {word: ours for word, ours in found.items() if wanted[ours] == 1}


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the one of ours that a word of theirs is most like, for people to judge; None where none is.

    Args:
        word: theirs.
        known: ours, of which one is looked for.
    """
    possible = _possible(word, known, ranked=_are_ranks([word], known)) or _alike(word, known)
    if possible:
        return possible[0] if len(possible) == 1 else None
    # What stands before the last dot of a type is that of many, and makes none like another.
    same_way = [each for each in known if not _otherwise(word, each) and _beginnings(word) == _beginnings(each)]
    tails = {_tail(each).casefold(): each for each in same_way}
    close = get_close_matches(_tail(word).casefold(), tails, n=1, cutoff=0.6)
    return tails[close[0]] if close else None


def same(word: str, known: Collection[str]) -> str | None:
    """Return the one of ours whose name is this word but for how it is written; None where there is not just one."""
    found = _alike(word, known)
    return found[0] if len(found) == 1 else None


def _possible(word: str, known: Collection[str], *, ranked: bool) -> list[str]:
    """Return those of ours that a word may mean: that which it is, or else those that stand in it."""
    exact = [each for each in known if _spelt(each) == _spelt(word) and _spelt(word)[0]]
    if exact:
        return exact
    same_way = [each for each in known if not _otherwise(word, each)]
    inside = [each for each in same_way if _stands_in(each, word)]
    numbers = _numbers(word)
    # Of several numbers none says which it is, but another than that of the word inside leaves it in doubt.
    numbered = [each for each in same_way if _numbers(each)[0] in numbers] if ranked else []
    return list(dict.fromkeys([*inside, *numbered])) if inside or len(numbers) == 1 else []


def _are_ranks(words: Collection[str], known: Collection[str]) -> bool:
    """Say whether a number alone tells one of ours from another, counted the same way in theirs."""
    ranks = [_numbers(each)[0] for each in known if _RANK.fullmatch(each)]
    if len(ranks) < len(known) or len(set(ranks)) < len(ranks):
        return False
    first = min(ranks, key=int, default="")
    return not any(_LOW.intersection(_tokens(word)) and first in _numbers(word) for word in words)


def _alike(word: str, known: Collection[str]) -> list[str]:
    """Return those of ours of this name, or else those of which the last part has it."""
    for form in (_plain, lambda each: _plain(_tail(each))):
        found = [each for each in known if form(word) and form(each) == form(word)]
        if found:
            return found
    return []


def _stands_in(ours: str, word: str) -> bool:
    sought, tokens = _tokens(ours), _tokens(word)
    return bool(sought) and any(
        tokens[start : start + len(sought)] == sought for start in range(len(tokens) - len(sought) + 1)
    )


def _otherwise(word: str, ours: str) -> bool:
    """Say whether something beside one of ours turns its meaning."""
    return _turned(word) != _turned(ours)


def _turned(word: str) -> tuple[set[str], set[str]]:
    return {*_SIGN.findall(word.strip())}, _OTHERWISE.intersection(_tokens(word))


def _beginnings(word: str) -> list[str]:
    """Return the turning beginnings of a word's tokens, each as often as it stands there."""
    found = []
    for token in _tokens(_tail(word)):
        while start := next((start for start in _TURNING if token.startswith(start)), None):
            found.append(start)
            token = token.removeprefix(start)
    return found


def _tokens(word: str) -> list[str]:
    return _TOKEN.findall(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", word).casefold())


def _spelt(word: str) -> tuple[str, list[str], list[str]]:
    """Return what makes two spellings one: `On Hold` and `on_hold`, but not `1-1` and `11`, nor `A` and `A+`."""
    return "".join(_tokens(word)).replace("-", ""), _numbers(word), _SIGN.findall(word.strip())


def _numbers(word: str) -> list[str]:
    return [number.lstrip("0") or "0" for number in _NUMBER.findall(word)]


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", word).casefold()


def _tail(word: str) -> str:
    return word.rpartition(".")[2]
