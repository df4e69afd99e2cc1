"""What an agreement declares, as mutants need it: which name, value or field comes next."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from sla_rules.language.declarations import Kind

KINDS: tuple[str, ...] = get_args(Kind)


def following(item: Any, items: Sequence[Any], taken: Sequence[Any] = ()) -> Any:
    """Return the item after one in a list, the first after the last, those `taken` passed over; None without any."""
    start = items.index(item) + 1 if item in items else 0
    others = [*items[start:], *items[:start]]
    return next((other for other in others if other != item and other not in taken), None)


class Words:
    """The names that an agreement declares, in the order of its file.

    Attributes:
        events: types of events.
        windows: kinds of windows.
        calendars: calendars, `always` first.
        services: services whose availability is promised.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._declared: Mapping[str, Mapping[str, Mapping[str, Any]]] = raw.get("events") or {}
        self.events = list(self._declared)
        self.windows = list(raw.get("windows") or {})
        self.calendars = ["always", *(raw.get("calendars") or {})]
        named = [policy["service"] for policy in raw.get("policies") or () if "service" in policy]
        self.services = list(dict.fromkeys(named))

    def next_field(self, name: str, taken: Sequence[str] = ()) -> str | None:
        """Return the next field of the same kind, if there is one of the same events, else of any."""
        owners = [fields for fields in self._declared.values() if name in fields]
        kinds = {fields[name].get("kind") for fields in owners}
        for declared in (owners, self._declared.values()):
            same = [each for fields in declared for each, field in fields.items() if field.get("kind") in kinds]
            other: str | None = following(name, list(dict.fromkeys(same)), taken)
            if other is not None:
                return other
        return None

    def next_value(self, name: str, value: object, taken: Sequence[object] = ()) -> object:
        """Return the next value that a field may have; None where that is not known."""
        allowed = [each for fields in self._declared.values() for each in fields.get(name, {}).get("values") or ()]
        return following(value, list(dict.fromkeys(allowed)), taken)

    def is_text(self, name: str) -> bool:
        """Say whether a field is free text: some event declares it so, without values, or none declares it."""
        declared = [fields[name] for fields in self._declared.values() if name in fields]
        if name == "time":
            return False
        return all(field.get("kind") == "text" and not field.get("values") for field in declared)
