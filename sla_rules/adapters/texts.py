"""Fields that a source has as text, read as an agreement declares them; each distinct text once."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.adapters.time_forms import DaysAndMonths, instants_in, read_by
from sla_rules.agreement import Agreement
from sla_rules.errors import InputError
from sla_rules.language.declarations import FieldDeclaration, Kind
from sla_rules.sources.cells import NULL
from sla_rules.sources.encoding import from_json, to_json
from sla_rules.sources.fields import json_column, typed_column

_AS_IT_IS = {"text", "month"}
"""The kinds that text states as it stands."""
_TIMES = {"instant", "date"}
_JSON_ALREADY = {"integer": r"^-?(?:0|[1-9]\d{0,17})$", "decimal": r"^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?$"}
"""Texts of a kind that are JSON of the same meaning."""


class Declared:
    """What an agreement declares about fields: their kinds, by version and type of event."""

    def __init__(self, agreement: Agreement, zone: ZoneInfo | None, forms: Sequence[str]) -> None:
        """Take an agreement, the zone of times without an offset, and the forms of times beside ISO 8601."""
        self._zone = zone
        self._forms = forms
        self._versions = [(version.in_force[0], version.events) for version in agreement.versions]

    def column(self, values: pl.Series, name: str, types: pl.Series, at: pl.Series, orders: DaysAndMonths) -> pl.Series:
        """Return the column of a field, as `Incoming` has it. What cannot be read stays as it is.

        Args:
            values: what the source says; null is missing.
            name: the field.
            types: the type of each event.
            at: its instant.
            orders: told of fields that are times.

        Raises:
            InputError: day and month are not in the order in which the forms have them.
        """
        declared = self._declared(name)
        kinds = {kind for each in declared for kind in each.values()}
        if isinstance(values.dtype, pl.Datetime) and kinds == {"instant"}:
            return self._instants(values, name)
        if kinds and kinds <= _TIMES:
            orders.look(name, values, values)
        if values.dtype != pl.String or kinds <= _AS_IT_IS or (kinds == {"date"} and not self._forms):
            return typed_column(values, name)
        if kinds == {"instant"}:
            return self._instants(values, name)
        if len(kinds) == 1:
            return json_column(self._read(values, kinds.pop()), name)
        return json_column(self._by_kind(values, self._kinds(declared, types, at)), name)

    def _declared(self, name: str) -> list[dict[str, Kind]]:
        """Return the kinds of a field by type of event, for each version."""
        return [
            {type: event.fields[name].kind for type, event in events.items() if name in event.fields}
            for _, events in self._versions
        ]

    def _kinds(self, declared: list[dict[str, Kind]], types: pl.Series, at: pl.Series) -> pl.Series:
        """Return the kind that a field has in each event; null where its type does not declare the field."""
        kinds = None
        for (start, _), kind_of in zip(self._versions, declared, strict=True):
            by_type = types.replace_strict(list(kind_of), list(kind_of.values()), default=None, return_dtype=pl.String)
            kinds = by_type if kinds is None or start is None else by_type.zip_with(at >= start, kinds)
        assert kinds is not None
        return kinds

    def _by_kind(self, texts: pl.Series, kinds: pl.Series) -> pl.Series:
        read = self._read(texts, "text")
        for kind in kinds.unique().drop_nulls().to_list():
            rows = (kinds == kind).fill_null(False)
            read = self._read(texts.set(~rows, None), kind).zip_with(rows, read)
        return read

    def _instants(self, values: pl.Series, name: str) -> pl.Series:
        """Return times as instants, or as they are where some are none."""
        at = instants_in(values, self._zone, self._forms)
        times = at.cast(pl.Datetime("us", "UTC"))
        unread = at.is_null() & values.is_not_null()
        if not unread.any():
            return typed_column(times, name)
        return typed_column(values if values.dtype != pl.String else _iso(times).zip_with(~unread, values), name)

    def _read(self, texts: pl.Series, kind: Kind) -> pl.Series:
        """Return texts as JSON of a kind."""
        if kind == "instant":
            at = instants_in(texts, self._zone, self._forms)
            return _distinct(_iso(at.cast(pl.Datetime("us", "UTC"))).zip_with(at.is_not_null(), texts), to_json)
        if kind == "date":
            return _distinct(self._days(texts), to_json)
        plain = texts.str.contains(_JSON_ALREADY[kind]) if kind in _JSON_ALREADY else texts.is_null()
        others = texts.set(plain, None) if plain.any() else texts
        return texts.zip_with(plain.fill_null(True), _distinct(others, lambda text: _json_of(text, kind)))

    def _days(self, texts: pl.Series) -> pl.Series:
        """Return dates as ISO 8601 text, where one of the forms reads them."""
        for form in self._forms:
            days = read_by(texts, form).dt.to_string("%Y-%m-%d")
            texts = days.zip_with(days.is_not_null(), texts)
        return texts


def texts_of_json(written: pl.Series) -> pl.Series:
    """Return JSON text as plain text: strings as what they say, null as missing, all else as it is written."""
    return _distinct(written.set(written == NULL, None), _plain_text)


def _plain_text(written: str) -> str:
    value = from_json(written) if written.startswith('"') else written
    return value if isinstance(value, str) else written


def _iso(times: pl.Series) -> pl.Series:
    return times.dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")


def _json_of(text: str, kind: Kind) -> str:
    """Return the JSON of what a text says as this kind; of the text itself where it says nothing."""
    try:
        return to_json(FieldDeclaration(kind=kind).from_text(text))
    except InputError:
        return to_json(text)


def _distinct(texts: pl.Series, read: Any) -> pl.Series:
    """Return what a function makes of each text, called once for each distinct one."""
    distinct = texts.unique().drop_nulls()
    if distinct.is_empty():
        return texts
    made = pl.Series([read(text) for text in distinct], dtype=pl.String)
    return texts.replace_strict(distinct, made, default=None, return_dtype=pl.String)
