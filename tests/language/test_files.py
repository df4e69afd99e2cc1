"""Files, folders and mappings: what cannot be read is refused quickly, with its place, and nothing is run."""

import time
from pathlib import Path

import pytest

import sla_rules as sla

DEADLINE = {"id": "p", "clause": "c", "kind": "deadline", "start": "opened", "stop": "stopped", "limit": "1 h"}


def refusal(source: Path | dict) -> tuple[str, int | None, str]:
    """The file name, line and message of the one problem, found in less than two seconds."""
    began = time.process_time()
    with pytest.raises(sla.AgreementError) as caught:
        sla.load(source)
    assert time.process_time() - began < 2
    (problem,) = caught.value.problems
    assert len(problem.message) < 250
    return Path(problem.file).name, problem.line, problem.message


@pytest.fixture
def refused(tmp_path):
    def refused(content: str | bytes) -> tuple[int | None, str]:
        file = tmp_path / "a.yaml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        name, line, message = refusal(file)
        assert name == "a.yaml"
        return line, message

    return refused


class TestOneFile:
    @pytest.mark.parametrize(
        ("content", "line", "message"),
        [
            ("a: [\nb: }\n", 2, "not YAML: "),
            ("a: 1\n\tb: 2\n", 2, "not YAML: "),
            ("a: b: c\n", 1, "not YAML: "),
            ("a: [b\n", 2, "not YAML: "),
            ("a: 1\nb: \x07\n", 2, "not YAML: special characters are not allowed"),
            ("agreement: a\n---\nagreement: b\n", 2, "a file holds one document"),
            ("%YAML 1.1\n---\nagreement: a\n", 2, "YAML 1.2 is read here, no other version"),
            ("agreement: a\ntitle: b\ntitle: c\n", 3, "key `title` stands there twice"),
            ("agreement: a\nevents:\n  x: {}\n  y: {}\n  x: {}\n", 5, "key `x` stands there twice"),
            ("agreement: a\n? [b]\n: c\n", 2, "a key must be a plain value"),
            ("", 1, "an agreement is a mapping, found nothing"),
            ("# only a comment\n", 1, "an agreement is a mapping, found nothing"),
            ("- a\n- b\n", 1, "an agreement is a mapping, found a list"),
            ("hello\n", 1, "an agreement is a mapping, found `hello`"),
            ("agreement: *a\n", 1, "alias `a` stands for nothing before it"),
            (b"agreement: a\ntitle: \xe9t\xe9\n", 2, "not UTF-8: byte 20"),
            ("agreement: a\n".encode("utf-16"), 1, "not UTF-8: byte 0"),
        ],
    )
    def test_refused(self, refused, content, line, message):
        at, said = refused(content)
        assert at == line
        assert said.startswith(message)

    @pytest.mark.parametrize(
        ("content", "line", "tag"),
        [
            ("agreement: !!python/object/apply:os.system [exit 1]\n", 1, "python/object/apply:os.system"),
            ("agreement: a\ntitle: !!python/name:os.system\n", 2, "python/name:os.system"),
            ("agreement: a\nevents: !!python/object:x.Y {a: {}}\n", 2, "python/object:x.Y"),
            ("agreement: a\nclauses: !!python/tuple [{id: c}]\n", 2, "python/tuple"),
            ("agreement: a\ntitle: !!binary aGVsbG8=\n", 2, "binary"),
            ("!!map {agreement: a}\n", 1, "map"),
        ],
    )
    def test_tags(self, refused, content, line, tag):
        assert refused(content) == (line, f"tag `tag:yaml.org,2002:{tag}` is not used here")

    def test_own_tag(self, refused):
        assert refused("agreement: !secret a\n") == (1, "tag `!secret` is not used here")

    def test_byte_order_mark(self, tmp_path):
        file = tmp_path / "a.yaml"
        file.write_bytes(b"\xef\xbb\xbfagreement: a\r\ntitle: b\r\n")
        assert sla.load(file).title == {"en": "b"}

    def test_more_than_a_megabyte(self, refused):
        assert refused("agreement: a\n#" + "x" * 1_000_000) == (None, "more than 1 MB")

    def test_a_megabyte_of_letters_outside_of_ascii(self, refused):
        assert refused("agreement: a\n#" + "é" * 500_000) == (None, "more than 1 MB")

    def test_alias_bomb(self, refused):
        levels = "".join(f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
        assert refused("x:\n  - &a0 [y, y, y, y, y, y, y, y, y, y]\n" + levels) == (
            6, "more than 100000 values, aliases expanded",
        )  # fmt: skip

    def test_alias_bomb_of_mappings(self, refused):
        levels = "".join(f"  m{n}: &a{n} {{k: *a{n - 1}, l: *a{n - 1}}}\n" for n in range(1, 40))
        line, message = refused("x:\n  m0: &a0 {k: v}\n" + levels)
        assert message == "more than 100000 values, aliases expanded"
        assert line < 25

    def test_more_than_100_000_values(self, refused):
        thousand = f"&a [{'1, ' * 999}]"
        assert refused(f"x: [{thousand}{', *a' * 98}]\n")[1].startswith("unknown key `x`")
        assert refused(f"x: [{thousand}{', *a' * 99}]\n") == (1, "more than 100000 values, aliases expanded")

    @pytest.mark.parametrize(
        ("content", "line"),
        [
            ("a: " + "[" * 5000 + "]" * 5000, 1),
            ("a: " + "[" * 5000, 1),
            ("{a: " * 5000 + "b" + "}" * 5000, 1),
            ("- " * 5000 + "a", 1),
            ("".join(f"{' ' * depth}a:\n" for depth in range(1300)), 101),
            ("".join(f"{' ' * depth}-\n" for depth in range(1300)), 101),
        ],
        ids=["flow lists", "unclosed", "flow mappings", "lists on a line", "block mappings", "block lists"],
    )
    def test_deep_nesting(self, refused, content, line):
        assert refused(content) == (line, "nested more than 100 levels deep")

    def test_5_000_levels_of_blocks_are_more_than_a_megabyte(self, refused):
        assert refused("".join(f"{' ' * depth}a:\n" for depth in range(5000))) == (None, "more than 1 MB")

    @pytest.mark.parametrize("content", ["agreement: &a [*a]\n", "agreement: &a {b: *a}\n", "&a [b, *a]\n"])
    def test_alias_within_itself(self, refused, content):
        assert refused(content) == (1, "alias `a` stands for nothing before it")

    @pytest.mark.parametrize(
        "number", ["9" * 5000, "9" * 400, "-" + "9" * 19, "0x" + "f" * 5000, "1e999999", ".inf", ".nan"]
    )
    def test_numbers_too_large(self, refused, number):
        line, message = refused(f"agreement: a\ntitle: {number}\n")
        assert line == 2
        assert message.endswith("is not a number, or too large a one")

    def test_condition_nested_deeply(self, tmp_path):
        file = tmp_path / "a.yaml"
        file.write_text(
            "agreement: a\nclauses: [{id: c}]\nevents: {x: {vip: {kind: boolean}}}\npolicies:\n"
            "  - {id: p, clause: c, kind: never, violated_by: x, applies: "
            + "{not: " * 90
            + "{vip: true}"
            + "}" * 91
            + "\n"
        )
        assert sla.load(file).policies["p"].applies.holds({"vip": True})

    def test_file_that_is_not_there(self, tmp_path):
        with pytest.raises(sla.AgreementError, match=r"no agreement `.*nothing\.yaml`, built in: helpdesk, intercall"):
            sla.load(tmp_path / "nothing.yaml")

    def test_name_that_is_misspelt(self):
        with pytest.raises(sla.AgreementError, match="no agreement `intercal`, did you mean `intercall`"):
            sla.load("intercal")

    @pytest.mark.parametrize("source", [None, 5, ["a"]])
    def test_neither_a_name_a_path_nor_a_mapping(self, source):
        with pytest.raises(sla.SlaError, match="neither a name, a path nor a mapping"):
            sla.load(source)


class TestFolder:
    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        (tmp_path / "a.yaml").write_text(
            "agreement: parts\nclauses:\n  - id: c\nevents:\n  opened: {}\npolicies:\n"
            "  - {id: p, clause: c, kind: deadline, start: opened, stop: stopped, limit: 1 h}\n"
        )
        (tmp_path / "b.yaml").write_text(
            "# second\nclauses:\n  - id: d\nevents:\n  stopped: {}\npolicies:\n"
            "  - {id: q, clause: d, kind: deadline, start: opened, stop: stopped, limit: 1 h}\n"
        )
        (tmp_path / "a.scenarios.yaml").write_text("this is: [no part\n")
        (tmp_path / "notes.txt").write_text("nor is this")
        return tmp_path

    def test_parts_are_put_together(self, folder):
        agreement = sla.load(folder)
        assert list(agreement.clauses) == ["c", "d"]
        assert list(agreement.events) == ["opened", "stopped"]
        assert list(agreement.policies) == ["p", "q"]

    @pytest.mark.parametrize(
        ("part", "old", "new", "line"),
        [
            ("b.yaml", "clause: d", "clause: x", 7),
            ("b.yaml", "limit: 1 h", "limit: 1 day", 7),
            ("b.yaml", "stopped: {}", "stopped: {a: {kind: b}}", 5),
            ("b.yaml", "id: q", "id: p", 7),
            ("b.yaml", "- id: d", "- id: d\n    oops: 1", 4),
            ("a.yaml", "start: opened", "start: opend", 7),
        ],
    )
    def test_messages_keep_file_and_line(self, folder, part, old, new, line):
        file = folder / part
        file.write_text(file.read_text().replace(old, new, 1))
        assert refusal(folder)[:2] == (part, line)

    def test_what_is_not_yaml_names_its_file(self, folder):
        (folder / "b.yaml").write_text("clauses: [\n}\n")
        assert refusal(folder)[:2] == ("b.yaml", 2)

    def test_word_that_stands_in_two_files(self, folder):
        (folder / "b.yaml").write_text("# x\nagreement: again\n")
        assert refusal(folder) == ("b.yaml", 2, "`agreement` stands in another file already")

    def test_key_of_a_mapping_that_stands_in_two_files(self, folder):
        (folder / "b.yaml").write_text("\n\nevents:\n  opened: {}\n  stopped: {}\n")
        assert refusal(folder) == ("b.yaml", 3, "`opened` stands in another file already")

    def test_part_that_is_no_mapping(self, folder):
        (folder / "b.yaml").write_text("- x\n")
        assert refusal(folder) == ("b.yaml", 1, "an agreement is a mapping, found a list")

    def test_empty_folder(self, tmp_path):
        assert refusal(tmp_path) == (tmp_path.name, None, "no `*.yaml` file in this folder")

    def test_only_scenarios(self, tmp_path):
        (tmp_path / "a.scenarios.yaml").write_text("x: 1\n")
        assert refusal(tmp_path)[2] == "no `*.yaml` file in this folder"


class TestMapping:
    def whole(self, **changes) -> dict:
        policy = {**DEADLINE, **changes.pop("policy", {})}
        return {
            "agreement": "a",
            "clauses": [{"id": "c"}],
            "events": {"opened": {"vip": {"kind": "boolean"}}, "stopped": {}},
            "policies": [policy],
            **changes,
        }

    def test_loads_as_a_file_does(self, tmp_path):
        file = tmp_path / "a.yaml"
        file.write_text(
            "agreement: a\nclauses: [{id: c}]\nevents: {opened: {vip: {kind: boolean}}, stopped: {}}\n"
            "policies: [{id: p, clause: c, kind: deadline, start: opened, stop: stopped, limit: 1 h}]\n"
        )
        assert sla.load(file).hash == sla.load(self.whole()).hash

    def test_tuples_are_lists(self):
        assert sla.load(self.whole(policies=(DEADLINE,))).hash == sla.load(self.whole()).hash

    @pytest.mark.parametrize(
        ("changes", "text"),
        [
            ({"calender": {}}, "calender: unknown key `calender`, did you mean `calendars`?"),
            ({"policy": {"limit": "1 day"}}, "policies[0].limit: `1 day`: there is no bare day; "),
            ({"policy": {"limit": 30}}, "policies[0].limit: `30` has no unit; write `30 min` or `30 h`"),
            ({"policy": {"start": "opend"}}, "policies[0].start: unknown event type `opend`, did you mean `opened`?"),
            ({"policy": {"applies": {"vipp": True}}},
             "policies[0].applies.vipp: unknown field `vipp`, did you mean `vip`?"),
            ({"policy": {"applies": {"vip": None}}}, "policies[0].applies.vip: expected text, a number, "),
            ({"timezone": "Europe/Pari"}, "timezone: `Europe/Pari` is not a time zone"),
            ({"title": float("nan")}, "title: `nan` is not a number, or too large a one"),
            ({"title": 10**5000}, "title: `an integer of more than 64 bits` is not a number, or too large a one"),
            ({"title": object}, "title: a file cannot hold a type"),
        ],
    )  # fmt: skip
    def test_problems_have_a_path_and_no_line(self, changes, text):
        with pytest.raises(sla.AgreementError) as caught:
            sla.load(self.whole(**changes))
        (problem,) = caught.value.problems
        assert str(problem).startswith(text)
        assert (problem.file, problem.line) == ("", None)

    def test_nothing_is_said_of_the_agreement(self):
        with pytest.raises(sla.AgreementError, match="`agreement` is missing"):
            sla.load({})

    def test_mapping_within_itself(self):
        whole = self.whole()
        whole["events"]["opened"]["vip"]["values"] = whole
        assert refusal(whole)[2] == "more than 100000 values or 100 levels"

    def test_too_many_values(self):
        assert refusal(self.whole(title=["x"] * 100_001))[2] == "more than 100000 values or 100 levels"

    def test_the_source_is_left_as_it_is(self):
        whole = self.whole(policy={"applies": {"vip": True}})
        sla.load(whole, timezone="Europe/Paris")
        assert whole == self.whole(policy={"applies": {"vip": True}})
