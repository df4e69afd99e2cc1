"""The fields of a source that are worth reading."""

from collections.abc import Iterable
from copy import copy

from sla_rules.agreement import Agreement
from sla_rules.errors import did_you_mean


class Wanted:
    """The fields that agreements declare, names so near to one of them that they may be misspelt, and others named.

    Attributes:
        types: the types of events that the agreements declare.
    """

    def __init__(self, agreements: Iterable[Agreement], *others: str) -> None:
        """Take the agreements, and the names of other fields."""
        versions = [version for agreement in agreements for version in agreement.versions]
        self.types = frozenset(type for version in versions for type in version.events)
        declared = frozenset(name for version in versions for each in version.events.values() for name in each.fields)
        self._named = declared | frozenset(others)
        self._absent = declared
        self._near: dict[str, bool] = {}

    def __contains__(self, name: object) -> bool:
        """Say whether a field is wanted."""
        return name in self._named or self._near.setdefault(str(name), bool(did_you_mean(name, self._absent)))

    def among(self, there: Iterable[str]) -> "Wanted":
        """Return what is wanted of a source with these fields: a name near to one of them is no misspelling of it."""
        narrowed = copy(self)
        narrowed._absent = self._absent - frozenset(there)
        narrowed._near = {}
        return narrowed
