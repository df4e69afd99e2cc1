"""What of a file an agreement does not know, and what of ours that most likely is."""

from collections.abc import Mapping
from dataclasses import dataclass

from sla_rules.adapters.inspecting.counting import Counts, most_common
from sla_rules.adapters.inspecting.nearest import meant, nearest
from sla_rules.agreement import Agreement
from sla_rules.language.base import written


@dataclass(frozen=True)
class Unknown:
    """A word of the file that the agreement does not have.

    Attributes:
        word: theirs.
        events: how many events have it.
        nearest: the one of ours that it is most like; None where none is.
        ours: all that it could be.
        certain: whether it can mean nothing else than the nearest; never so of a type.
    """

    word: str
    events: int
    nearest: str | None
    ours: tuple[str, ...]
    certain: bool = False


@dataclass(frozen=True)
class Against:
    """A file beside an agreement.

    Attributes:
        agreement: its id.
        never: declared types of events of which the file has none.
        types: types of events that are not declared.
        values: by field, the values that are not among the allowed ones.
    """

    agreement: str
    never: tuple[str, ...]
    types: tuple[Unknown, ...]
    values: Mapping[str, tuple[Unknown, ...]]


def against(counts: Counts, agreement: Agreement) -> Against:
    """Return what a file and an agreement do not have in common."""
    events = [each for version in agreement.versions for each in version.events.values()]
    declared = tuple(dict.fromkeys(event.type for event in events))
    allowed: dict[str, dict[str, None]] = {}
    for event in events:
        for name, field in event.fields.items():
            if field.values is not None and field.kind in ("text", "integer"):
                allowed.setdefault(name, {}).update(dict.fromkeys(str(written(value)) for value in field.values))
    never = tuple(type for type in declared if type not in counts.types)
    return Against(
        agreement=agreement.id,
        never=never,
        types=_unknown(counts.types, declared, never, {}),
        values={
            name: found
            for name, ours in allowed.items()
            if name in counts.fields and (found := _values(counts.fields[name].values or {}, tuple(ours)))
        },
    )


def _values(theirs: Mapping[str, int], ours: tuple[str, ...]) -> tuple[Unknown, ...]:
    return _unknown(theirs, ours, ours, meant(theirs.keys(), ours))


def _unknown(
    theirs: Mapping[str, int], ours: tuple[str, ...], open: tuple[str, ...], certain: Mapping[str, str]
) -> tuple[Unknown, ...]:
    """Return the words that are none of ours, the most frequent first; `open` are those of ours they may be."""
    return tuple(
        Unknown(word, number, certain.get(word) or nearest(word, open), open, word in certain)
        for word, number in most_common(theirs)
        if word not in ours
    )
