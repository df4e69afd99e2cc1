"""A store in a file: what survives a kill, one monitor at a time, and files that are none of ours and stay unharmed."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import sla_rules as sla
from sla_rules.monitoring.stores import Changes, snapshot


def put(store: sla.Store, *rows: tuple[str, str, str]) -> None:
    changes = Changes()
    for row in rows:
        changes.put(*row)
    store.write(changes)


def many(count: int) -> list[tuple[str, str, str]]:
    return [("units", f"{number:06}", f"{number} " * 200) for number in range(count)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def filled(path: Path) -> Path:
    """The file of a store of some hundred rows, closed."""
    with sla.SqliteStore(path) as store:
        put(store, *many(300))
    return path


def everything(folder: Path) -> dict[str, bytes]:
    """The files of a folder, byte by byte. Not while a store is open: to close a file lets go of its locks."""
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def refused(path: Any, said: str) -> None:
    with pytest.raises(sla.StoreError, match=said):
        sla.SqliteStore(path)


def test_what_was_written_is_there_when_opened_again(path: Path) -> None:
    for number in range(3):
        with sla.SqliteStore(path) as store:
            assert [key for key, _ in store.rows("units")] == [str(each) for each in range(number)]
            put(store, ("units", str(number), "v"))
    with sla.SqliteStore(str(path)) as store:
        assert len(list(store.rows("units"))) == 3


def test_a_closed_store_is_one_file(filled: Path) -> None:
    assert os.listdir(filled.parent) == [filled.name]


def test_the_file_says_whose_it_is_and_is_as_documented(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as file:
        pragmas = [file.execute(f"pragma {name}").fetchone()[0] for name in ("application_id", "user_version")]
        mode = file.execute("pragma journal_mode").fetchone()[0]
    assert (pragmas, mode) == ([int.from_bytes(b"SLAr"), 1], "wal")
    with sla.SqliteStore(filled) as store:
        assert store._open().execute("pragma synchronous").fetchone() == (1,)  # NORMAL


def test_a_store_is_used_from_several_threads(path: Path) -> None:
    with sla.SqliteStore(path) as store:
        threads = [threading.Thread(target=put, args=(store, ("ids", str(number), "v"))) for number in range(3)]
        for thread in threads:
            thread.start()
            thread.join()
        assert [key for key, _ in store.rows("ids")] == ["0", "1", "2"]


def test_an_empty_file_and_an_empty_database_become_stores(path: Path) -> None:
    path.touch()
    sla.SqliteStore(path).close()
    other = path.with_name("other.db")
    with closing(sqlite3.connect(other)) as file:
        file.execute("pragma journal_mode = wal")  # as far as a kill at the first opening may have come
    assert other.stat().st_size
    with sla.SqliteStore(other) as store:
        put(store, ("units", "a", "1"))
        assert store.read("units", "a") == "1"


# A process that ends in the middle

WRITER = """
    import sys
    from sla_rules.monitoring.stores import Changes, SqliteStore
    store, size = SqliteStore(sys.argv[1]), int(sys.argv[2])
    number = len(list(store.rows("units")))
    while True:
        changes = Changes()
        changes.put("units", f"{number:06}", str(number) * size)
        changes.put("alerts", f"{number:06}", str(number) * size)
        store.write(changes)
        print(number, flush=True)
        number += 1
"""


@contextmanager
def child(code: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.mark.parametrize("size", [1, 1_000, 400_000])
def test_a_kill_loses_nothing_that_was_written_and_leaves_no_half(path: Path, size: int) -> None:
    told = -1
    for lines in (1, 3, 8):
        with child(WRITER, path, size) as process:
            for _ in range(lines):
                told = int(line(process))
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert process.stdout
            # Not `communicate`, which passes over lines that were read ahead. The last line may be cut by the kill.
            told = max([told, *(int(each) for each in process.stdout.read().split("\n")[:-1])])
        with sla.SqliteStore(path) as store:
            units, alerts = list(store.rows("units")), list(store.rows("alerts"))
        assert units == alerts
        assert units == [(f"{number:06}", str(number) * size) for number in range(len(units))]
        assert len(units) - 1 in (told, told + 1)  # the kill may come between a write and its line


KILLED_AT = """
    import os, signal, sys
    from sla_rules.monitoring.stores import Changes, SqliteStore
    store, steps = SqliteStore(sys.argv[1]), int(sys.argv[2])
    changes = Changes()
    for number in range(200):
        changes.put("units", f"{number:06}", "new" * 1_000)
        changes.delete("alerts", f"{number:06}")
    def step():
        global steps
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    store._open().execute("pragma cache_size = 10")  # so that pages go to the file before the end of the write
    store._open().set_progress_handler(step, 50)
    store.write(changes)
    store._open().set_progress_handler(None, 0)
    print("written", flush=True)
"""


def test_a_kill_within_a_write_leaves_all_as_it_was(path: Path) -> None:
    old = [(f"{number:06}", "old") for number in range(200)]
    with sla.SqliteStore(path) as store:
        put(store, *((table, *row) for table in ("units", "alerts") for row in old))
    for steps in (1, 20, 60, 0):
        with child(KILLED_AT, path, steps) as process:
            written = process.communicate()[0].strip() == "written"
        assert written is (steps == 0), "the kill must come within the write"
        with sla.SqliteStore(path) as store:
            units, alerts = list(store.rows("units")), list(store.rows("alerts"))
        assert (units, alerts) == ([(key, "new" * 1_000) for key, _ in old], []) if written else (old, old)


def test_a_write_that_fails_at_its_end_leaves_all_as_it_was(filled: Path) -> None:
    with sla.SqliteStore(filled) as store:
        before = snapshot(store)
        store._open().execute("create temp trigger no before delete on rows begin select raise(abort, 'not so'); end")
        changes = Changes()
        changes.put("units", "000000", "new")
        changes.delete("units", "000001")
        with pytest.raises(sla.StoreError, match="not so"):
            store.write(changes)
        assert snapshot(store) == before
    with sla.SqliteStore(filled) as store:
        assert snapshot(store) == before


# One monitor at a time

HOLDER = """
    import sys
    from sla_rules.monitoring.stores import SqliteStore
    store = SqliteStore(sys.argv[1])
    print("open", flush=True)
    sys.stdin.readline()
    store.close()
    print("closed", flush=True)
    sys.stdin.readline()
"""


def test_a_file_is_in_use_by_one_process_at_a_time(filled: Path) -> None:
    with child(HOLDER, filled) as process:
        assert process.stdin
        assert line(process) == "open"
        refused(filled, f"^{filled}: is in use by another monitor; close that one, or give each its own file")
        process.stdin.write("\n")
        process.stdin.flush()
        assert line(process) == "closed"
        with sla.SqliteStore(filled) as store:
            assert list(store.rows("units")) == [row[1:] for row in many(300)]


def test_a_killed_process_leaves_the_file_free(filled: Path) -> None:
    with child(HOLDER, filled) as process:
        assert line(process) == "open"
        process.kill()
        process.wait()
        sla.SqliteStore(filled).close()


@pytest.mark.parametrize("as_link", [False, True])
def test_a_second_store_in_the_same_process_is_refused_and_the_first_goes_on(path: Path, as_link: bool) -> None:
    name = path.with_name("link.db") if as_link else path
    with sla.SqliteStore(path) as store:
        if as_link:
            name.symlink_to(path)
        for number in range(3):
            refused(name, "is in use by another monitor")
            put(store, ("units", str(number), "v"))
        with child(HOLDER, path) as process:  # and the first still has its lock
            assert line(process) == ""
        assert len(list(store.rows("units"))) == 3
    with sla.SqliteStore(name) as store:
        assert len(list(store.rows("units"))) == 3


# Files that are none


def not_sqlite(path: Path) -> None:
    path.write_text("ticket,opened\nT-1,2026-03-02T14:00:00Z\n" * 400)


def short_text(path: Path) -> None:
    path.write_text("x")


def another_application(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("create table rows (part text, key text, value text, primary key (part, key))")


def an_application_with_a_number(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("pragma application_id = 7")


def set_format(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(f"pragma user_version = {number}")


def store(path: Path) -> None:
    with sla.SqliteStore(path) as made:
        put(made, *many(300))


def newer(path: Path) -> None:
    store(path)
    set_format(path, 2)


def older(path: Path) -> None:
    store(path)
    set_format(path, 0)


def without_its_table(path: Path) -> None:
    store(path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("drop table rows")


def cut(share: float, more: int = 0) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        store(path)
        os.truncate(path, int(path.stat().st_size * share) // 4096 * 4096 + more)

    return make


def overwritten(at: float, size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        store(path)
        with path.open("r+b") as file:
            file.seek(int(path.stat().st_size * at) // 4096 * 4096)
            file.write(b"\xa5" * size)

    return make


def emptied_beside_its_log(path: Path) -> None:
    with child(WRITER, path, 10) as process:
        line(process)
        process.kill()
        process.wait()
    os.truncate(path, 0)


CORRUPT = "truncated or corrupt; restore a snapshot into a new file"
BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "text": (not_sqlite, "is no SQLite database, or only the rest of one; name another file"),
    "one byte": (short_text, "is no SQLite database, or only the rest of one; name another file"),
    "another application": (another_application, "a database of another application; name another file"),
    "another application's number": (an_application_with_a_number, "a database of another application"),
    "newer": (newer, "of format 2, and this version of sla_rules reads format 1; use the version that wrote it"),
    "older": (older, "of format 0, and this version of sla_rules reads format 1; use the version that wrote it"),
    "without its table": (without_its_table, "cannot be used as a store; restore a snapshot .*no such table: rows"),
    "cut in its header": (cut(0, 50), "is no SQLite database, or only the rest of one"),
    "cut after a page": (cut(0, 4096), CORRUPT),
    "cut in the middle": (cut(0.5), CORRUPT),
    "cut by a page": (cut(0.999), CORRUPT),
    "cut within its last page": (cut(0.999, 2000), CORRUPT),
    "a page overwritten": (overwritten(0.5, 4096), CORRUPT),
    "a piece overwritten": (overwritten(0.7, 60), CORRUPT),
    "emptied beside its log": (emptied_beside_its_log, CORRUPT),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_is_no_store_is_refused_and_stays_as_it_is(path: Path, kind: str) -> None:
    make, said = BAD[kind]
    make(path)
    before = everything(path.parent)
    refused(path, f"^{path}: .*{said}")
    assert everything(path.parent) == before
    refused(path, said)


def test_text_that_is_none_is_said_when_it_is_read(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as file, file:
        file.execute("update rows set value = cast(x'ff' as text) where key = '000007'")
    with sla.SqliteStore(filled) as store:
        assert store.read("units", "000006") == "6 " * 200
        for use in (lambda: store.read("units", "000007"), lambda: list(store.rows("units")), lambda: snapshot(store)):
            with pytest.raises(sla.StoreError, match=CORRUPT):
                use()


def test_places_that_are_no_file_are_refused(path: Path) -> None:
    folder = path.parent
    path.write_text("a file")
    os.mkfifo(folder / "pipe")
    cases: list[tuple[Any, str]] = [
        (folder, f"^{folder}: a folder; name a file in it$"),
        (folder / "none" / "store.db", f"^{folder}/none: no such folder; make it first$"),
        (path / "store.db", f"^{path}: no such folder; make it first$"),
        (folder / "pipe", f"^{folder}/pipe: not a file; name another one$"),
        (folder / "a\0b", "is not the path of a file: .*null"),
        (":memory:", "^`:memory:` is no file; use `MemoryStore\\(\\)`$"),
        (None, "^`None` is not the path of a file$"),
        (b"store.db", "^`b'store.db'` is not the path of a file$"),
    ]
    before = everything(folder)
    for place, said in cases:
        refused(place, said)
    assert everything(folder) == before


@pytest.mark.parametrize("name", ["file:store.db?mode=memory", "sto re%20#?.db", "é.db", "-wal"])
def test_a_name_with_a_meaning_elsewhere_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with sla.SqliteStore(name) as store:
        put(store, ("units", "a", "1"))
    assert os.listdir(tmp_path) == [name]
    with sla.SqliteStore(tmp_path / name) as store:
        assert store.read("units", "a") == "1"


def test_a_relative_path_is_told_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.txt").write_text("no database")
    refused("x.txt", f"^{tmp_path}/x.txt: is no SQLite database")


# What the file system refuses


@contextmanager
def powerless() -> Iterator[None]:
    """As somebody for whom permissions hold."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_what_cannot_be_written_is_refused() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.chmod(folder, 0o755)
        file = folder / "store.db"
        store(file)
        before = everything(folder)
        os.chmod(file, 0o444)
        os.chmod(folder, 0o777)
        with powerless():
            refused(file, "^.*store.db: cannot be written; let the monitor write the file and its folder")
        os.chmod(file, 0o666)
        os.chmod(folder, 0o555)
        with powerless():
            refused(file, "store.db: cannot be written; let the monitor write the file and its folder")
            refused(folder / "new.db", "new.db: cannot be written; let the monitor write the file and its folder")
        os.chmod(file, 0)
        with powerless():
            refused(file, "store.db: cannot be written; let the monitor write the file and its folder")
        os.chmod(folder, 0o777)
        os.chmod(file, 0o666)
        assert everything(folder) == before
        with powerless(), sla.SqliteStore(file) as opened:
            assert len(list(opened.rows("units"))) == 300


@contextmanager
def few_pages(store: sla.SqliteStore) -> Iterator[None]:
    (pages,) = store._open().execute("pragma page_count").fetchone()
    store._open().execute(f"pragma max_page_count = {pages + 5}")
    yield
    store._open().execute("pragma max_page_count = 1000000")


@contextmanager
def small_files(store: sla.SqliteStore) -> Iterator[None]:
    """Let no file of this process grow by more than a little."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = Path(f"{store._path}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (log + 10_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(("limit", "said"), [(few_pages, "the disk is full"), (small_files, "the disk refuses")])
def test_a_full_disk_refuses_the_write_and_leaves_the_rest(filled: Path, limit: Any, said: str) -> None:
    with sla.SqliteStore(filled) as store:
        put(store, ("meta", "a", "1"))
        before = snapshot(store)
        with limit(store):
            changes = Changes()
            changes.put("meta", "a", "2")
            changes.delete("units", "000001")
            for row in many(600):
                changes.put(*row)
            with pytest.raises(sla.StoreError, match=f"{said}; what was kept before is unharmed, .* and write again"):
                store.write(changes)
            assert snapshot(store) == before
            put(store, ("ids", "small", "1"))
        assert store.read("meta", "a") == "1"
        store.write(changes)
        assert store.read("meta", "a") == "2"
        after = snapshot(store)
    with sla.SqliteStore(filled) as store:
        assert snapshot(store) == after
        assert store.read("ids", "small") == "1"


def test_a_full_disk_does_not_lose_what_was_written_before_the_process_ends(filled: Path) -> None:
    code = """
        import os, resource, signal, sys
        from sla_rules.errors import StoreError
        from sla_rules.monitoring.stores import Changes, SqliteStore
        store = SqliteStore(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
        number = 0
        try:
            while True:
                changes = Changes()
                changes.put("units", f"{number:06}", "n" * 3_000)
                changes.put("alerts", f"{number:06}", "n" * 3_000)
                store.write(changes)
                number += 1
        except StoreError as error:
            print(number, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """
    with child(code, filled) as process:
        written = int(process.communicate()[0])
    assert written > 5
    with sla.SqliteStore(filled) as store:
        assert [key for key, _ in store.rows("alerts")] == [f"{number:06}" for number in range(written)]
        assert all(store.read("units", f"{number:06}") == "n" * 3_000 for number in range(written))
