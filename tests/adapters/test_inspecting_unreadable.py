"""Files of which nothing, or not all, can be read: an inspection says so plainly."""

import re
from pathlib import Path

import polars as pl
import pytest

import sla_rules as sla
from sla_rules.adapters.inspecting import inspect
from sla_rules.adapters.inspecting.clocks import not_read

NO_ROWS = ("the file has no rows",)


def file(tmp_path: Path, content: bytes | str, name: str = "export.csv") -> Path:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return tmp_path / name


class TestNoRows:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("a.csv", ""),
            ("a.csv", "\n"),
            ("a.csv", "case,opened,closed\n"),
            ("a.csv", "type,subject,time\n"),
            ("a.csv", "number,opened_at,resolved_at\n"),
            ("a.jsonl", ""),
            ("a.json", '{"issues": []}'),
        ],
    )
    def test_it_says_so_and_nothing_else(self, name: str, content: str, tmp_path: Path) -> None:
        path = file(tmp_path, content, name)
        preset = "jira" if name == "a.json" else None
        found = inspect(path, preset=preset)
        assert found.lacking == NO_ROWS
        assert found.to_yaml().count("# TO DO: ") == 1

    def test_rows_that_cannot_be_read_are_rows(self, tmp_path: Path) -> None:
        own = inspect(file(tmp_path, "type,subject,time\na,b\n"))
        assert (own.lacking, len(own.findings)) == ((), 1)
        guess = inspect(file(tmp_path, "case,opened\na,b,c\n"))
        assert guess.lacking == ("no row can be read: 3 cells, the header has 2",)
        assert inspect(file(tmp_path, "3\n", "a.jsonl")).lacking == ("no row can be read: `3` is not an object",)


class TestEncoding:
    TEXT = "number,opened_at\nI1,2016-03-04 01:00:00\n"

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_utf_16_is_refused_by_its_name(self, encoding: str, tmp_path: Path) -> None:
        path = file(tmp_path, self.TEXT.encode(encoding))
        for preset in (None, "servicenow-incident"):
            with pytest.raises(sla.InputError, match="UTF-16"):
                inspect(path, preset=preset)
        (lacking,) = inspect(file(tmp_path, '{"a": "A"}\n'.encode(encoding) * 9, "a.jsonl")).lacking
        assert "UTF-16" in lacking

    def test_other_beginnings_are_read(self, tmp_path: Path) -> None:
        assert inspect(file(tmp_path, self.TEXT.encode("utf-8-sig"))).counts.events == 1


class TestSeparators:
    @pytest.mark.parametrize(("mark", "told"), [(";", "`;`"), ("\t", "a tab"), ("|", "`|`")])
    def test_others_than_commas_are_refused(self, mark: str, told: str, tmp_path: Path) -> None:
        rows = "ticket,opened,resolved\nA,2026-04-03T10:00:00Z,2026-04-03T10:00:00Z\n".replace(",", mark)
        for preset in (None, "servicenow-incident"):
            with pytest.raises(sla.InputError, match=f"separated by {re.escape(told)}"):
                inspect(file(tmp_path, rows), preset=preset)

    def test_within_names_they_stay(self, tmp_path: Path) -> None:
        path = file(tmp_path, "number,opened_at,a;b;c;d\nI1,2016-03-04 01:00:00,x;y\n")
        assert "a;b;c;d" in inspect(path).fields


class TestTimesOfNoOneForm:
    @pytest.mark.parametrize(
        ("resolved", "said"),
        [
            (("25/04/2026 12:00", "05/14/2026 12:00"), "`%d/%m/%Y %H:%M` does not read `05/14/2026 12:00`"),
            (("31/04/2026 12:00", "31/04/2026 12:00"), "no known form reads `31/04/2026 12:00`"),
            (("2026-04-25T12:00:00Z", "2026-14-25T12:00:00Z"), "ISO 8601 does not read `2026-14-25T12:00:00Z`"),
        ],
    )
    def test_are_told(self, resolved: tuple[str, str], said: str, tmp_path: Path) -> None:
        rows = [f"{case},0{case}/04/2026 10:00,{text},P1" for case, text in enumerate(resolved, 3)]
        path = file(tmp_path, "\n".join(["ticket,opened,resolved,priority", *rows]))
        assert f"`resolved`: looks like times, but {said}; it is not read as times" in inspect(path).why

    def test_only_of_what_looks_like_times(self, tmp_path: Path) -> None:
        path = file(tmp_path, "ticket,opened,what,empty\nA-1,2026-04-03T10:00:00Z,P1 2,\n")
        assert "looks like times" not in "".join(inspect(path).why)

    def test_typed_columns_do_not(self) -> None:
        assert not_read(pl.Series([1, 2])) is None
        assert not_read(pl.Series([None, None], dtype=pl.String)) is None
