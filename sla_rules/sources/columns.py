"""The columns of a source: which every event needs, and which of ours another name stands for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sla_rules.errors import InputError, did_you_mean, quoted

OWN = ("id", "type", "subject", "time")
NEEDED = ("type", "subject", "time")
DATA = "data"


class Renaming:
    """Which column of a source each of our names stands for; unless said otherwise, the one of that name."""

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        """Take our names with those of the source: `{"subject": "ticket_id"}`.

        Raises:
            InputError: not a mapping of names.
        """
        if isinstance(columns, str):
            raise InputError(
                f"columns: unknown preset {quoted(columns)}; write our name and the source's, `{_EXAMPLE}`"
            )
        if columns is not None and not isinstance(columns, Mapping):
            raise InputError(f"columns: {quoted(columns)} is not a mapping such as `{_EXAMPLE}`")
        self._given = dict(columns or {})
        for pair in self._given.items():
            for name in pair:
                if not isinstance(name, str) or not name:
                    raise InputError(f"columns: {quoted(name)} is not the name of a column")
        self._taken = set(self._given.values())

    def names(self, there: Iterable[str]) -> dict[str, str]:
        """Return our names with those of the source, in its order, where `there` are the names that it has."""
        there = list(there)
        if not self._given:
            return {name: name for name in there}
        ours: dict[str, list[str]] = {}
        for our, their in self._given.items():
            ours.setdefault(their, []).append(our)
        replaced = {our for our, their in self._given.items() if their in there}
        kept = {name: [name] for name in there if name not in replaced}
        return {our: their for their in there for our in ours.get(their, kept.get(their, ()))}

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row under our names."""
        if not self._given:
            return row
        return type(row)((our, row[their]) for our, their in self.names(row).items())

    def header(self, columns: Iterable[str], where: str = "") -> dict[str, str]:
        """Return our names with those of the source, for a source whose columns are known.

        Args:
            columns: the columns of the source.
            where: what a message begins with, such as `events.csv: `.

        Raises:
            InputError: a column stands there twice, or one that every event needs is not there.
        """
        columns = list(columns)
        refuse_twice(columns, where)
        names = self.names(columns)
        for name in NEEDED:
            if name not in names:
                wanted = self._given.get(name, name)
                raise InputError(
                    f"{where}no column {quoted(wanted)}{did_you_mean(wanted, columns)}; columns: {columns}"
                )
        return names

    def own(self, columns: Iterable[str]) -> dict[str, str]:
        """Return the columns of a source that are `data` or parts of the event itself, with our names for them.

        Raises:
            InputError: as `header`.
        """
        return {their: our for our, their in self.header(columns).items() if our in (*OWN, DATA)}

    def check(self, there: Iterable[str]) -> None:
        """Refuse a name that no part of a source has. Raises `InputError` with the nearest one."""
        there = list(there)
        for our, their in self._given.items():
            if their not in there:
                raise InputError(
                    f"columns: no column {quoted(their)} for {quoted(our)}{did_you_mean(their, there)}; "
                    f"columns: {there}"
                )


def refuse_twice(columns: Iterable[str], where: str) -> None:
    """Refuse columns of which two have one name. Raises `InputError`; `where` begins the message."""
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise InputError(f"{where}column {quoted(twice[0])} stands there twice")


_EXAMPLE = '{"subject": "ticket_id"}'
