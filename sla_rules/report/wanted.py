"""The fields of a source that are worth reading."""

from collections.abc import Iterable

from sla_rules.agreement import Agreement
from sla_rules.errors import did_you_mean


class Wanted:
    """The fields that agreements declare, names so near to one of them that they may be misspelt, and others named."""

    def __init__(self, agreements: Iterable[Agreement], *others: str) -> None:
        """Take the agreements, and the names of other fields."""
        events = [
            each for agreement in agreements for version in agreement.versions for each in version.events.values()
        ]
        self._declared = frozenset(name for each in events for name in each.fields)
        self._others = others
        self._near: dict[str, bool] = {}

    def __contains__(self, name: object) -> bool:
        """Say whether a field is wanted."""
        if name in self._declared or name in self._others:
            return True
        return self._near.setdefault(str(name), bool(did_you_mean(name, self._declared)))
