"""What every store does, in memory and in a file: the same rows, all or nothing, and snapshots that fit both."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import sla_rules as sla
from sla_rules.monitoring import stores
from sla_rules.monitoring.stores import MISSING, TABLES, Changes, restore, snapshot

Kept = dict[str, dict[str, str]]


@pytest.fixture(params=["memory", "sqlite"])
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], sla.Store]]:
    """Makes empty stores of one kind."""
    made: list[sla.Store] = []

    def make() -> sla.Store:
        made.append(sla.MemoryStore() if request.param == "memory" else sla.SqliteStore(tmp_path / f"{len(made)}.db"))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def store(new: Callable[[], sla.Store]) -> sla.Store:
    return new()


def changes(*rows: tuple[str, str, str | None]) -> Changes:
    """What these rows are changed to; `None` deletes."""
    result = Changes()
    for table, key, value in rows:
        if value is None:
            result.delete(table, key)
        else:
            result.put(table, key, value)
    return result


def kept(store: sla.Store) -> Kept:
    return {table: dict(store.rows(table)) for table in TABLES}


def test_a_row_is_read_as_it_was_written_last(store: sla.Store) -> None:
    assert store.read("units", "T-1") is None
    store.write(changes(("units", "T-1", "a"), ("ids", "T-1", "b")))
    assert (store.read("units", "T-1"), store.read("ids", "T-1"), store.read("meta", "T-1")) == ("a", "b", None)
    store.write(changes(("units", "T-1", "c")))
    assert store.read("units", "T-1") == "c"
    store.write(changes(("units", "T-1", None), ("units", "none", None)))
    assert store.read("units", "T-1") is None
    assert store.read("ids", "T-1") == "b"


@pytest.mark.parametrize("text", ["", " ", "T-1", "é", "e\u0301", "\0", "a\0b", "\ufeff", "𝄞", "'; --", "1.0", "\r\n"])
def test_text_is_kept_to_the_character(store: sla.Store, text: str) -> None:
    store.write(changes(("units", text, text), ("units", f"{text}x", "other")))
    assert store.read("units", text) == text
    assert (text, text) in list(store.rows("units"))


def test_a_value_may_be_long(store: sla.Store) -> None:
    long = "é\0" * 1_000_000
    store.write(changes(("units", "T-1", long)))
    assert store.read("units", "T-1") == long


def test_rows_come_by_key_in_the_order_of_code_points(store: sla.Store) -> None:
    keys = ["", "\0", "10", "2", "A", "Z", "a", "a\0", "a\0b", "aa", "é", "\ue000", "\uffff", "𝄞"]
    assert keys == sorted(keys)
    store.write(changes(*(("units", key, "v") for key in reversed(keys)), ("ids", "b", "other table")))
    assert [key for key, _ in store.rows("units")] == keys
    assert list(store.rows("alerts")) == []


def test_of_two_changes_of_a_row_the_last_one_counts(store: sla.Store) -> None:
    store.write(changes(("units", "a", "1"), ("units", "a", None), ("units", "b", None), ("units", "b", "2")))
    assert kept(store)["units"] == {"b": "2"}


def test_no_changes_change_nothing(store: sla.Store) -> None:
    store.write(changes(("units", "a", "1")))
    store.write(Changes())
    assert kept(store)["units"] == {"a": "1"}


def test_changes_tell_what_will_be_read(store: sla.Store) -> None:
    store.write(changes(("units", "old", "1"), ("units", "gone", "1")))
    new = changes(("units", "new", "2"), ("units", "gone", None))
    assert [new.get("units", key) for key in ("new", "gone", "old")] == ["2", None, MISSING]
    assert [new.read(store, "units", key) for key in ("new", "gone", "old")] == ["2", None, "1"]
    assert [new.read(store, "ids", key) for key in ("new", "gone", "old")] == [None, None, None]
    assert store.read("units", "new") is None
    assert list(new) == [("units", "new", "2"), ("units", "gone", None)]
    assert len(new) == 2


def test_changes_can_be_added_to_after_they_were_written(store: sla.Store) -> None:
    new = changes(("units", "a", "1"))
    store.write(new)
    new.put("units", "b", "2")
    assert kept(store)["units"] == {"a": "1"}
    store.write(new)
    assert kept(store)["units"] == {"a": "1", "b": "2"}


def test_an_unknown_table_is_refused_with_the_nearest_one(store: sla.Store) -> None:
    uses: list[Callable[[], object]] = [
        lambda: store.read("unit", "a"),
        lambda: store.rows("unit"),
        lambda: Changes().put("unit", "a", "b"),
        lambda: Changes().delete("unit", "a"),
        lambda: Changes().get("unit", "a"),
    ]
    for use in uses:
        with pytest.raises(sla.StoreError, match=r"^unknown table `unit`, did you mean `units`\?$"):
            use()


@pytest.mark.parametrize(("key", "value"), [("\ud800", "v"), ("k", "a\udfff"), (1, "v"), ("k", None), (b"k", "v")])
def test_what_a_file_cannot_hold_is_refused_by_both(key: Any, value: Any) -> None:
    new = changes(("units", "before", "1"))
    with pytest.raises(sla.StoreError, match=r"^table `units`: "):
        new.put("units", key, value)
    if key != "k":
        with pytest.raises(sla.StoreError, match=r"^table `units`: "):
            new.delete("units", key)
    assert list(new) == [("units", "before", "1")]


def test_rows_refuse_to_go_on_after_a_write(store: sla.Store) -> None:
    store.write(changes(("units", "a", "1"), ("units", "b", "2")))
    begun, not_begun = store.rows("units"), store.rows("units")
    assert next(begun) == ("a", "1")
    store.write(changes(("ids", "c", "3")))
    for rows in (begun, not_begun):
        with pytest.raises(sla.StoreError, match="written while the rows of `units` were read; read all of them"):
            next(rows)
    assert list(store.rows("units")) == [("a", "1"), ("b", "2")]


def test_rows_of_two_tables_can_be_read_side_by_side_and_left_unread(store: sla.Store) -> None:
    store.write(changes(*((table, str(number), "v") for table in ("ids", "units") for number in range(3))))
    assert list(zip(store.rows("ids"), store.rows("units"), strict=True)) == [((k, "v"), (k, "v")) for k in "012"]
    left = store.rows("ids")
    next(left)
    store.write(changes(("ids", "3", "v")))
    assert len(list(store.rows("ids"))) == 4


def test_a_closed_store_refuses_and_closes_again(store: sla.Store) -> None:
    store.write(changes(("units", "a", "1"), ("units", "b", "2")))
    begun, not_begun = store.rows("units"), store.rows("units")
    next(begun)
    store.close()
    store.close()
    uses: list[Callable[[], object]] = [
        lambda: store.read("units", "a"),
        lambda: store.rows("units"),
        lambda: store.write(changes(("units", "a", "1"))),
        lambda: store.write(Changes()),
        lambda: next(begun),
        lambda: next(not_begun),
        lambda: snapshot(store),
    ]
    for use in uses:
        with pytest.raises(sla.StoreError, match="the store is closed; open a new one"):
            use()


def test_a_with_block_closes(tmp_path: Path) -> None:
    for opened in (sla.MemoryStore(), sla.SqliteStore(tmp_path / "store.db")):
        with opened as store:
            store.write(changes(("units", "a", "1")))
        with pytest.raises(sla.StoreError, match="closed"):
            store.read("units", "a")


def test_changes_that_fail_on_the_way_change_nothing(store: sla.Store) -> None:
    class Failing(Changes):
        def __iter__(self) -> Iterator[tuple[str, str, str | None]]:
            yield "units", "a", "2"
            yield "units", "b", None
            raise RuntimeError("on the way")

    store.write(changes(("units", "a", "1"), ("units", "b", "1")))
    with pytest.raises(RuntimeError, match="on the way"):
        store.write(Failing())
    assert kept(store)["units"] == {"a": "1", "b": "1"}


def interrupted(at: int, action: Callable[[], None]) -> bool:
    """Interrupt an action as Ctrl-C does, before its n-th line in a store's module; say whether it has that many."""
    lines = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal lines
        if "stores" not in Path(frame.f_code.co_filename).parts:
            return None
        if event == "line":
            lines += 1
            if lines == at:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize("read_between", [True, False])
def test_a_write_that_is_interrupted_is_made_whole_or_not_at_all(store: sla.Store, read_between: bool) -> None:
    before = {"units": {"kept": "1", "gone": "1"}, "ids": {"old": "1"}}
    after = {"units": {"kept": "2", "new": "2"}, "ids": {"old": "2", "new": "2"}}
    rows = (("units", "kept", "2"), ("units", "gone", None), ("units", "new", "2"), ("ids", "old", "2"))
    change = changes(*rows, ("ids", "new", "2"))
    rows = (("units", "kept", "1"), ("units", "gone", "1"), ("units", "new", None), ("ids", "old", "1"))
    undo = changes(*rows, ("ids", "new", None))
    store.write(undo)
    outcomes = []
    at = 1
    while interrupted(at, lambda: store.write(change)):
        if not read_between:
            store.write(changes(("meta", "next", str(at))))
        found = kept(store)
        outcomes.append({table: found[table] for table in before})
        assert outcomes[-1] in (before, after), at
        assert read_between or found["meta"] == {"next": str(at)}
        store.write(undo)
        at += 1
    assert before in outcomes
    assert at > 10


# Snapshots


def filled(store: sla.Store) -> sla.Store:
    store.write(changes(*((table, f"{table}\0{n}", f'{{"é": "{n}"}}') for table in TABLES for n in range(3))))
    return store


def test_a_snapshot_restores_the_rows(new: Callable[[], sla.Store]) -> None:
    one, other = filled(new()), new()
    restore(snapshot(one), other)
    assert kept(other) == kept(one)
    assert snapshot(other) == snapshot(one)


def test_snapshots_of_both_kinds_are_equal(tmp_path: Path) -> None:
    with sla.MemoryStore() as memory, sla.SqliteStore(tmp_path / "1") as one, sla.SqliteStore(tmp_path / "2") as two:
        assert snapshot(memory) == snapshot(one)
        text = snapshot(filled(memory))
        restore(text, one)
        for row in reversed(list(changes(*((t, k, v) for t, rows in kept(memory).items() for k, v in rows.items())))):
            two.write(changes(row))
        assert snapshot(one) == snapshot(two) == text


def test_a_snapshot_is_one_object_in_ascii_with_all_tables_by_name(store: sla.Store) -> None:
    store.write(changes(("units", "é", "b"), ("units", "a", "𝄞")))
    text = snapshot(store)
    assert text.isascii()
    assert json.loads(text) == {
        "format": "sla_rules store",
        "version": 1,
        "tables": {"aside": [], "alerts": [], "ids": [], "meta": [], "tallies": [], "units": [["a", "𝄞"], ["é", "b"]]},
    }


@pytest.mark.parametrize("table", TABLES)
def test_a_snapshot_is_restored_into_an_empty_store_only(new: Callable[[], sla.Store], table: str) -> None:
    text, store = snapshot(filled(new())), new()
    store.write(changes((table, "a", "1")))
    before = kept(store)
    with pytest.raises(sla.StoreError, match=f"^the store has rows in `{table}` already; restore into a new one$"):
        restore(text, store)
    assert kept(store) == before
    store.write(changes((table, "a", None)))
    restore(text, store)
    assert snapshot(store) == text


def test_a_part_of_a_snapshot_is_refused(new: Callable[[], sla.Store]) -> None:
    text, store = snapshot(filled(new())), new()
    empty = kept(store)
    for length in range(len(text)):
        with pytest.raises(sla.StoreError, match=r"^no snapshot, or only a part of one: "):
            restore(text[:length], store)
    assert kept(store) == empty


def altered(**parts: Any) -> str:
    return json.dumps({"format": "sla_rules store", "version": 1, "tables": {name: [] for name in TABLES}, **parts})


def with_table(name: str, rows: Any) -> str:
    return altered(tables={**{name: [] for name in TABLES}, "meta": [["k", "v"]], name: rows})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "a snapshot is text, found `None`"),
        (b"{}", "a snapshot is text, found `b'{}'`"),
        ("[" * 100_000, "no snapshot, or only a part of one: "),
        ("[]", "no snapshot: `format` must be `sla_rules store`"),
        ("{}", "no snapshot: `format` must be `sla_rules store`"),
        (altered(format="other"), "no snapshot: `format` must be `sla_rules store`"),
        (altered(version=2), "a snapshot of version `2`, and this version of sla_rules reads version 1; use the"),
        (altered(version=True), "a snapshot of version `True`"),
        (altered(version=None), "a snapshot of version `None`"),
        (altered(tables=[]), "snapshot: `tables` must hold tables by name, found `\\[\\]`"),
        (altered(tables={}), "snapshot: `alerts` must be a list of rows, found `None`"),
        (with_table("unit", []), "snapshot: unknown table `unit`, did you mean `units`\\?"),
        (with_table("units", {"a": "b"}), "snapshot: `units` must be a list of rows"),
        (with_table("units", [["a", "b"], ["c"]]), "snapshot: `units`, row 2: not a key and a value, found"),
        (with_table("units", [["a", "b", "c"]]), "snapshot: `units`, row 1: not a key and a value, found"),
        (with_table("units", [["a", 1]]), "snapshot: `units`, row 1: not a key and a value, found"),
        (with_table("units", ["ab"]), "snapshot: `units`, row 1: not a key and a value, found `ab`"),
        (with_table("units", [["a", "b"], ["a", "b"]]), "snapshot: `units`, row 2: key `a` comes twice"),
        (with_table("units", [["a", "\ud800"]]), "table `units`: half a character"),
    ],
)
def test_what_is_no_snapshot_is_refused(store: sla.Store, text: Any, said: str) -> None:
    with pytest.raises(sla.StoreError, match=f"^{said}"):
        restore(text, store)
    assert kept(store) == {table: {} for table in TABLES}


# Any use, against a plain dict

SOME_TEXT = st.text(max_size=5) | st.sampled_from(["a", "b", "\0", "é"])
ROWS = st.lists(st.tuples(st.sampled_from(TABLES), SOME_TEXT, st.none() | SOME_TEXT), max_size=6)


class AnyUse(RuleBasedStateMachine):
    """Writes, reads, closes and opens again."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: Kept = {table: {} for table in TABLES}
        self.store = self.first()

    def first(self) -> sla.Store:
        return sla.MemoryStore()

    def again(self) -> sla.Store:
        text = snapshot(self.store)
        self.store.close()
        store = sla.MemoryStore()
        restore(text, store)
        return store

    @rule(rows=ROWS)
    def write(self, rows: list[tuple[str, str, str | None]]) -> None:
        self.store.write(changes(*rows))
        for table, key, value in rows:
            if value is None:
                self.expected[table].pop(key, None)
            else:
                self.expected[table][key] = value

    @rule(table=st.sampled_from(TABLES), key=SOME_TEXT)
    def read(self, table: str, key: str) -> None:
        assert self.store.read(table, key) == self.expected[table].get(key)

    @rule()
    def reopen(self) -> None:
        self.store = self.again()

    @invariant()
    def all_rows_are_there_in_order(self) -> None:
        for table, rows in self.expected.items():
            assert list(self.store.rows(table)) == sorted(rows.items())

    def teardown(self) -> None:
        self.store.close()


class AnyUseOfAFile(AnyUse):
    def first(self) -> sla.Store:
        self.folder = TemporaryDirectory()
        return self.again()

    def again(self) -> sla.Store:
        if hasattr(self, "store"):
            self.store.close()
        return sla.SqliteStore(Path(self.folder.name) / "store.db")

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


class TestAnyUse(AnyUse.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(max_examples=40, stateful_step_count=20, suppress_health_check=list(HealthCheck))


class TestAnyUseOfAFile(AnyUseOfAFile.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(max_examples=30, stateful_step_count=20, suppress_health_check=list(HealthCheck))


def test_the_public_names_are_those_of_the_stores() -> None:
    for name in ("MemoryStore", "SqliteStore", "Store"):
        assert getattr(sla, name) is getattr(stores, name)
        assert name in sla.__all__
    assert issubclass(sla.StoreError, sla.SlaError)
