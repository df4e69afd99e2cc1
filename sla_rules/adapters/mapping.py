"""The map of a source: which of its columns and words stand for ours. People write it as YAML, presets bring theirs."""

from collections.abc import Mapping
from decimal import Decimal
from io import StringIO
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from ruamel.yaml import YAML

from sla_rules.adapters.time_forms import check_form
from sla_rules.errors import AgreementError, InputError, Problem, quoted
from sla_rules.language.base import Model, Text, listed, written, wrong
from sla_rules.language.problems import most, validated
from sla_rules.language.reading import Lines, plain, read_file
from sla_rules.sources.columns import OWN
from sla_rules.sources.zones import zone_of

Shape = Literal["events", "changes", "milestones"]


def _as_word(value: object) -> object:
    """Take a number, `true` or `false` as the text that a source has for it."""
    return str(written(value)) if isinstance(value, (bool, int, Decimal)) else value


Word = Annotated[str, BeforeValidator(_as_word, json_schema_input_type=str | int | float | bool)]
"""A value as text has it; in a file also a number, `true` or `false`."""


def _no_own(name: str) -> str:
    """Refuse what is no field of an event."""
    if name == "type":
        raise wrong("`type` is no field; its values are translated by `types`")
    if name in OWN:
        raise wrong(f"{quoted(name)} is no field; its values stay as they are")
    return name


FieldName = Annotated[Text, AfterValidator(_no_own)]
"""Our name of a field."""
FirstThere = Annotated[tuple[Text, ...], BeforeValidator(listed, json_schema_input_type=str | list[str])]
"""Columns of which the first that is there counts; one may stand without a list."""


class ChangeColumns(Model):
    """Which columns of a change row say what changed.

    Attributes:
        field: the column with the name of the field that changed.
        before: the column with the value before, written `from`.
        to: the column with the value after.
    """

    field: Text = "field"
    before: Text = Field("from", alias="from")
    to: Text = "to"


class SourceMap(Model):
    """How the rows of a source become events. Everything may be left out.

    Attributes:
        shape: what a row is: an event, a change of a field from one value to another, or a case with one column a
            milestone.
        columns: our names with those of the source, for `id`, `type`, `subject`, `time` and the fields of events.
        type: the type of every event, where no column says it; only for events.
        changes: which columns say what changed; only for changes.
        milestones: columns that hold the time of a milestone, with the type of the event that it is; only for
            milestones. Where several rows tell of one case, `last_by` decides which counts; without it each milestone
            that they tell differently is a finding, `conflicting_id`.
        last_by: the column of times or numbers whose latest value says which of the rows of one case counts, or
            several of which the first that is there is taken; only for milestones. Rows whose time in it lies after
            `as_of` do not exist yet.
        types: types of the source with ours; others stay as they are.
        values: by our name of a field, its values in the source with ours; others stay as they are.
        times: forms of times beside ISO 8601, such as `%d/%m/%Y %H:%M`.
        timezone: the zone of times without an offset.
        missing: texts that mean that nothing is there.
    """

    shape: Shape = "events"
    columns: dict[Text, Text] = {}
    type: Text | None = None
    changes: ChangeColumns | None = None
    milestones: dict[Text, Text] = {}
    last_by: FirstThere = ()
    types: dict[Text, Text] = {}
    values: dict[FieldName, dict[Word, Word]] = {}
    times: tuple[Text, ...] = ()
    timezone: Text | None = None
    missing: tuple[Word, ...] = ("",)

    @classmethod
    def expected(cls) -> str:
        """What a message adds when something else than a mapping stands in this place."""
        return " such as `columns: {subject: number, time: updated_at}`"

    @field_validator("times")
    @classmethod
    def _readable_forms(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        for index, form in enumerate(forms):
            try:
                check_form(form)
            except InputError as error:
                raise wrong(str(error), index) from None
        return forms

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        try:
            zone_of(name)
        except InputError as error:
            raise wrong(str(error).removeprefix("timezone: ")) from None
        return name

    @model_validator(mode="after")
    def _of_one_shape(self) -> Self:
        if self.shape == "milestones" and not self.milestones:
            raise wrong("`milestones` is missing: which columns hold times, and the event that each is")
        for key, shape in _ONLY_FOR.items():
            if getattr(self, key) not in (None, {}, ()) and self.shape != shape:
                raise wrong(f"{quoted(key)} is for `shape: {shape}`, this is `shape: {self.shape}`", key)
        for their in self.milestones:
            if their in self.columns.values():
                raise wrong(f"{quoted(their)} is a milestone and a column", "milestones", their)
        if self.shape == "milestones" and (odd := {"type", "time"} & self.columns.keys()):
            raise wrong("a milestone says type and time", "columns", min(odd))
        if self.type is not None and "type" in self.columns:
            raise wrong("either every event has this type, or a column says it", "type")
        return self

    @property
    def named(self) -> list[str]:
        """The columns of the source that it names, but for those of `last_by`, of which one is enough."""
        change = self.changes
        changed = [] if change is None else [change.field, change.before, change.to]
        return list(dict.fromkeys([*self.columns.values(), *self.milestones, *changed]))

    def merged(self, changes: "SourceMap | Mapping[str, str]") -> "SourceMap":
        """Return this map with changes: what they say wins, mappings are joined key by key.

        Args:
            changes: another map, or our names with those of the source as in `columns`.

        Raises:
            AgreementError: both together are no map.
        """
        added = (changes if isinstance(changes, SourceMap) else load_map({"columns": changes})).to_plain()
        both = self.to_plain()
        if "type" in added.get("columns", ()):
            both.pop("type", None)
        if "type" in added:
            both.get("columns", {}).pop("type", None)
        return load_map(_joined(both, added))

    def to_plain(self) -> dict[str, Any]:
        """Return what the map says as plain values, as `load_map` takes them."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)

    def to_yaml(self) -> str:
        """Return the map as YAML, to edit."""
        text = StringIO()
        yaml = YAML()
        yaml.width = 120
        yaml.dump(self.to_plain(), text)
        return text.getvalue()


_ONLY_FOR: dict[str, Shape] = {
    "type": "events", "changes": "changes", "milestones": "milestones", "last_by": "milestones",
}  # fmt: skip


def _joined(before: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """Join two mappings; mappings inside of them are joined too."""
    joined = dict(before)
    for key, value in added.items():
        inner = joined.get(key)
        joined[key] = _joined(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return joined


def load_map(source: str | PathLike[str] | Mapping[str, Any]) -> SourceMap:
    """Return the map that a YAML file or a mapping states.

    Raises:
        AgreementError: with every problem found, each with its place and, for a misspelt word, the nearest known one.
    """
    if isinstance(source, Mapping):
        return _map_of(plain(source), Lines())
    if not isinstance(source, (str, PathLike)):
        raise InputError(f"{quoted(source)} is no map; give a mapping, or the path of a YAML file")
    path = Path(source)
    raw, places = read_file(path)
    return _map_of(raw, Lines(places, str(path)))


def _map_of(raw: Any, lines: Lines) -> SourceMap:
    """Return the map of plain values; an unknown key hides no other problem."""
    unknown = [key for key in raw if key not in SourceMap.model_fields] if isinstance(raw, Mapping) else []
    if not unknown:
        return validated(SourceMap, raw, lines)
    problems: list[Problem] = []
    known = {key: value for key, value in raw.items() if key not in unknown}
    for part in ({key: raw[key]} for key in unknown):
        problems += _problems(part, lines)
    problems += _problems(known, lines)
    raise AgreementError(most(sorted(problems, key=lambda each: each.line or 0)))


def _problems(raw: Any, lines: Lines) -> tuple[Problem, ...]:
    try:
        validated(SourceMap, raw, lines)
    except AgreementError as error:
        return error.problems
    return ()
