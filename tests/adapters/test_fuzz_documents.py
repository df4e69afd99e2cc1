"""Whatever stands in a document: its reader gives rows and `InputError`s, each of which is an event or a finding."""

import copy
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla_rules.adapters.documents import DOCUMENTS, keys_of
from sla_rules.adapters.preset import Reader
from sla_rules.errors import InputError
from sla_rules.sources.encoding import to_json
from sla_rules.sources.rows import event_of
from tests.adapters.documents import SAMPLES
from tests.sources.tools import TERMS

READERS: dict[str, Reader] = {preset.name: preset.rows for preset in DOCUMENTS if preset.rows}
JSON = sorted(READERS.keys() - {"xes"})

OWN = ("type", "subject", "time")

PIECES = (
    *(b"", b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xfe\xff", b"\n", b"\r\n", b"9" * 5_000),
    *(b'"', b"{", b"}", b"[", b"]", b"\\u", b"\\ud800", b"null", b"1e999", b"-"),
    *(b"<", b">", b"&", b"&x;", b"<!DOCTYPE log>", b"<event>", b"</trace>"),
)
pieces = st.sampled_from(PIECES)
cuts = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), pieces), min_size=1, max_size=4)

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "x", "2026-03-02T09:00:00Z", "2026-03-02T09:00:00", "\0", 10**4000, 1e300, -(10**18)])
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)


def holds(read: Reader, path: Path, zone: ZoneInfo | None = None) -> None:
    """Every row is one that can be made an event, or refused as one."""
    last = 0
    for number, row in read(path, zone):
        assert number >= max(last, 1)
        last = number
        if isinstance(row, InputError):
            assert str(row)
            assert len(str(row)) < 2_000
            continue
        assert all(isinstance(row[key], str) and row[key] for key in OWN)
        assert row.get("id", "x")
        assert "data" not in row
        try:
            event_of(row, "here", TERMS)
            to_json(row)
        except InputError:
            pass


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(cuts=cuts)
def test_changed_bytes(name: str, cuts: list[tuple[float, int, bytes]], tmp_path: Path) -> None:
    text = SAMPLES[name].read_bytes()
    for where, length, piece in cuts:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + length :]
    path = tmp_path / SAMPLES[name].name
    path.write_bytes(text)
    holds(READERS[name], path)
    assert isinstance(keys_of(path), frozenset)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in ((value, key), *places(value[key]))]


@pytest.mark.parametrize("name", JSON)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(picks=st.lists(st.tuples(st.integers(0, 10**6), values), min_size=1, max_size=3), lines=st.booleans())
def test_changed_values(name: str, picks: list[tuple[int, Any]], lines: bool, tmp_path: Path) -> None:
    document = copy.deepcopy(json.loads(SAMPLES[name].read_text("utf-8")))
    for pick, value in picks:
        if found := places(document):
            container, key = found[pick % len(found)]
            container[key] = value
    path = tmp_path / ("lines.jsonl" if lines else "document.json")
    path.write_text(json.dumps(document), "utf-8")
    holds(READERS[name], path, ZoneInfo("Europe/Paris"))
    for reader in READERS.values():
        holds(reader, path)


@pytest.mark.parametrize("name", sorted(READERS))
@given(text=st.binary(max_size=60))
def test_any_bytes(name: str, text: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / f"any-{name}.json"
    path.write_bytes(text)
    holds(READERS[name], path)
    assert isinstance(keys_of(path), frozenset)
