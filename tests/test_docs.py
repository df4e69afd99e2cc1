"""The documentation says what is so: every block of code runs, every key, finding and field is there, and no other.

A YAML block with `agreement:` is a whole agreement, one with `scenarios:` holds the scenarios of the one before it.
Any other is a fragment; a comment on the line before says of what:

    <!-- part -->        keys of the file, added to the first agreement of docs/language.md
    <!-- policy -->      a policy, added to it
    <!-- deadline -->    keys of a deadline, or a list of such, put into its first policy
    <!-- condition -->   a condition, or a list of such, put there as `applies`

`<!-- part refused: text -->` is a fragment that must be refused with this text. What a Python block prints is the text
block after it, or the plain block where it says `print`. Other plain blocks are command lines: they are parsed, and
run where `<!-- run -->` says so, or `<!-- run: 1 -->` with the exit code; the text block after such a one is what a
terminal shows, with `…` for what is left out. A block marked `<!-- file: NAME -->` is that file, there for the
blocks after it. A block marked `<!-- excerpt -->` is not compared.
"""

import contextlib
import io
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

import sla_rules as sla
from sla_rules.cli import _parser, main
from sla_rules.instants import say_span
from sla_rules.language import reading
from sla_rules.language.base import read_duration, written
from sla_rules.language.document import AgreementFile
from sla_rules.language.policies import Policy
from sla_rules.language.reading import read_yaml
from sla_rules.testing.scenarios import run_all

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LANGUAGE, VERDICTS = ROOT / "docs" / "language.md", ROOT / "docs" / "verdicts.md"
MARK = re.compile(r"<!-- (.+) -->")
FRAGMENTS = ("part", "policy", "deadline", "condition")
TEXT_LANGUAGES = ("", "text")
FILE, RUN = "file: ", "run"


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text(encoding="utf-8").splitlines()
    opened: int | None = None
    for index, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if opened is None:
            opened = index
            continue
        mark = MARK.fullmatch(lines[opened - 1]) if opened else None
        text = "\n".join(lines[opened + 1 : index])
        yield Block(page, opened + 1, lines[opened][3:].strip(), mark[1] if mark else "", text)
        opened = None
    assert opened is None, f"{page.name}:{opened}: a block that does not end"


BLOCKS = {page: list(blocks(page)) for page in PAGES}
ALL = [block for page in PAGES for block in BLOCKS[page]]


def is_played(block: Block) -> bool:
    return block.language == "python" or is_run(block)


def is_run(block: Block) -> bool:
    return block.mark == RUN or block.mark.startswith(f"{RUN}: ")


def is_output(block: Block, before: Block | None) -> bool:
    if block.mark or before is None or not is_played(before):
        return False
    return block.language == "text" or (
        block.language == "" and before.language == "python" and "print(" in before.text
    )


def parsed(block: Block) -> Any:
    return read_yaml(block.text, str(block))[0]


def is_whole(block: Block) -> bool:
    return is_yaml(block) and re.search("^agreement:", block.text, re.M) is not None


def is_scenarios(block: Block) -> bool:
    return is_yaml(block) and re.search("^scenarios:", block.text, re.M) is not None


def is_yaml(block: Block) -> bool:
    return block.language == "yaml" and not block.mark.startswith(FILE)


def save(page: Path, folder: Path) -> None:
    """Write the agreements and scenarios of a page where its Python blocks find them."""
    names = []
    for block in BLOCKS[page]:
        if is_whole(block):
            names.append(parsed(block)["agreement"])
            (folder / f"{names[-1]}.yaml").write_text(block.text, encoding="utf-8")
        elif is_scenarios(block):
            (folder / f"{names[-1]}.scenarios.yaml").write_text(block.text, encoding="utf-8")


def base() -> dict[str, Any]:
    return parsed(next(block for block in BLOCKS[LANGUAGE] if is_whole(block)))


def embedded(sort: str, fragment: Any) -> Iterator[dict[str, Any]]:
    """The whole agreements that a fragment makes."""
    for each in fragment if isinstance(fragment, list) and sort != "part" else [fragment]:
        whole = base()
        if sort == "part":
            for key, value in each.items():
                whole[key] = whole[key] + value if isinstance(value, list) else {**whole[key], **value}
        elif sort == "policy":
            whole["policies"].append(each)
        else:
            whole["policies"][0] |= each if sort == "deadline" else {"applies": each}
        yield whole


@pytest.mark.parametrize("block", [block for block in ALL if is_yaml(block)], ids=str)
def test_yaml(block, tmp_path):
    if is_whole(block):
        file = tmp_path / "agreement.yaml"
        file.write_text(block.text, encoding="utf-8")
        sla.load(file)
        return
    if is_scenarios(block):
        save(block.page, tmp_path)
        before = [each for each in BLOCKS[block.page] if is_whole(each) and each.line < block.line]
        agreement = sla.load(tmp_path / f"{parsed(before[-1])['agreement']}.yaml")
        results = run_all(agreement, sla.judge)
        assert results
        assert not [result.differences for result in results if not result.holds]
        return
    sort, _, refused = block.mark.partition(" refused: ")
    assert sort in FRAGMENTS, f"{block}: say what it is a fragment of: {', '.join(FRAGMENTS)}"
    wholes = list(embedded(sort, parsed(block)))
    assert wholes
    for whole in wholes:
        if refused:
            with pytest.raises(sla.AgreementError, match=re.escape(refused)):
                sla.load(whole)
        else:
            sla.load(whole)


@pytest.mark.parametrize("page", [page for page in PAGES if any(map(is_played, BLOCKS[page]))], ids=str)
def test_what_runs(page, tmp_path, monkeypatch):
    save(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "dumb")
    names: dict[str, Any] = {"__name__": "__main__"}
    for block, following in zip(BLOCKS[page], [*BLOCKS[page], None][1:], strict=True):
        said = following.text if following is not None and is_output(following, block) else ""
        if block.mark.startswith(FILE):
            Path(block.mark.removeprefix(FILE)).write_text(block.text + "\n", encoding="utf-8")
        elif block.language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile("\n" * block.line + block.text, str(page), "exec"), names)
            assert out.getvalue().rstrip() == said, str(block)
        elif is_run(block):
            shown, code = terminal(block.text)
            assert code == int(block.mark.partition(": ")[2] or 0), f"{block}\n{shown}"
            assert holds(said, shown), f"{block}\n{shown}"


class Terminal(io.StringIO):
    """Takes what is printed, as a terminal does."""

    def isatty(self) -> bool:
        return True


def terminal(lines: str) -> tuple[str, int]:
    """Run command lines; what they show, and the last exit code."""
    code = 0
    with contextlib.redirect_stdout(Terminal()) as out, contextlib.redirect_stderr(out):
        for line in lines.splitlines():
            code = main(shlex.split(line, comments=True)[1:])
    return out.getvalue(), code


def holds(said: str, shown: str) -> bool:
    """Whether what is said is what is shown, but for what `…` leaves out and for how wide the terminal is."""
    pieces = [re.escape(" ".join(piece.split())) for piece in said.split("…")]
    return re.fullmatch(".*".join(pieces), " ".join(shown.split())) is not None


def commands() -> Iterator[str]:
    for page in PAGES:
        for before, block in zip([None, *BLOCKS[page]], BLOCKS[page], strict=False):
            is_file = block.mark.startswith(FILE)
            if (
                block.language in TEXT_LANGUAGES
                and block.mark != "excerpt"
                and not is_file
                and not is_output(block, before)
            ):
                yield from block.text.splitlines()


@pytest.mark.parametrize("line", list(commands()))
def test_commands(line):
    program, *arguments = shlex.split(line, comments=True)
    if program == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
        assert set(arguments) <= set(targets)
    elif program == "python":
        assert (ROOT / arguments[0]).exists()
    else:
        assert program == "sla-rules"
        _parser().parse_args(arguments)


@pytest.mark.parametrize("line", re.findall(r"`(sla-rules [^`]+)`", "\n".join(p.read_text("utf-8") for p in PAGES)))
def test_commands_in_sentences(line):
    words = shlex.split(line.partition(" > ")[0])[1:]
    if len(words) > 1:
        _parser().parse_args(words)
    else:
        with pytest.raises(SystemExit, match=r"^0$"):
            _parser().parse_args([*words, "--help"])


def test_every_block_is_of_a_known_language():
    assert {block.language for block in ALL} == {"python", "yaml", *TEXT_LANGUAGES}
    marks = {re.split(":? ", block.mark)[0] for block in ALL}
    assert marks <= {"", "excerpt", "file", "run", *FRAGMENTS}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_index_lists_all_pages_and_examples():
    linked = set(re.findall(r"\]\(([^)]+)\)", (ROOT / "docs" / "index.md").read_text(encoding="utf-8")))
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    examples = {f"../examples/{path.parent.name}" for path in (ROOT / "examples").glob("*/README.md")}
    assert pages | examples <= linked


REFERENCE = re.compile(r"^\.\. auto(?:class|data|exception|function):: (sla_rules\.\S+)$", re.M)


def test_the_reference_has_every_public_name_once():
    pages = sorted((ROOT / "docs" / "reference").glob("*.md"))
    shown = [name for page in pages for name in REFERENCE.findall(page.read_text(encoding="utf-8"))]
    assert len(shown) == len(set(shown))
    assert {f"sla_rules.{name}" for name in sla.__all__ if name != "__version__"} <= set(shown)
    front = pages[[page.name for page in pages].index("index.md")].read_text(encoding="utf-8")
    assert not [name for name in sla.__all__ if name != "__version__" and f"`{name}`" not in front]


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "project").glob("*.md")), ids=lambda page: page.name)
def test_a_page_of_the_project_is_the_one_outside(page):
    (included,) = re.findall(r"^```{include} (.+)$", page.read_text(encoding="utf-8"), re.M)
    outside = (page.parent / included).resolve().relative_to(ROOT)
    assert f'"{outside}": "project/{page.stem}"' in (ROOT / "docs" / "conf.py").read_text(encoding="utf-8")


def tables(page: Path, mark: str) -> Iterator[tuple[str, list[list[str]]]]:
    """The tables that a mark announces: what the mark says, and the cells of each row."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for index, line in enumerate(lines):
        if (found := re.fullmatch(rf"<!-- {mark}(?:: (.+))? -->", line)) is None:
            continue
        first = next(at for at in range(index, len(lines)) if lines[at].startswith("|")) + 2
        rows = []
        for row in lines[first:]:
            if not row.startswith("|"):
                break
            rows.append([cell.strip() for cell in row.strip("|").split(" | ")])
        yield found[1] or "", rows


def models(start: type[BaseModel] = AgreementFile) -> dict[str, type[BaseModel]]:
    """All models that an agreement file is made of, by name."""
    found: dict[str, type[BaseModel]] = {}
    waiting: list[Any] = [start, Policy]
    while waiting:
        each = waiting.pop()
        if isinstance(each, type) and issubclass(each, BaseModel):
            if each.__name__ not in found:
                found[each.__name__] = each
                waiting += [field.annotation for field in each.model_fields.values()]
                waiting.append(each.__annotations__.get("__pydantic_extra__"))
        else:
            waiting += get_args(each)
    return {name: model for name, model in found.items() if not issubclass(model, RootModel)}


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys of a model by the name that a file gives them, without those that all policies share."""
    shared = Policy.model_fields if issubclass(model, Policy) and model is not Policy else {}
    return {field.alias or name: field for name, field in model.model_fields.items() if name not in shared}


def test_every_key_of_every_model_is_documented():
    found = models()
    documented: list[str] = []
    for names, rows in tables(LANGUAGE, "keys"):
        documented += names.split()
        expected = {key: field for name in names.split() for key, field in keys(found[name]).items()}
        assert [row[0].strip("`") for row in rows] == list(expected), names
        for key, _, default, *_ in rows:
            assert default == as_default(expected[key.strip("`")]), f"{names} {key}"
    assert sorted(documented) == sorted(found)


def test_every_key_of_the_schema_is_in_the_language():
    def keys_in(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            properties = part.get("properties")
            yield from properties if isinstance(properties, dict) else ()
            part = list(part.values())
        for each in part if isinstance(part, list) else []:
            yield from keys_in(each)

    found = set(keys_in(json.loads((ROOT / "sla_rules" / "schema.json").read_text(encoding="utf-8"))))
    assert {"agreement", "kind", "exhausted_at", "not"} <= found
    text = LANGUAGE.read_text(encoding="utf-8")
    assert not [key for key in sorted(found) if not re.search(rf"^\| `{key}` \|", text, re.M)]


def as_default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.default
    if isinstance(default, tuple) and default:
        return f"`[{', '.join(default)}]`"
    is_empty = default is None or default in ("", (), {}) or isinstance(default, BaseModel)
    return "none" if is_empty else f"`{written(default)}`"


def test_the_values_of_a_key_that_has_few_are_documented():
    found = models()
    for names, rows in tables(LANGUAGE, "keys"):
        for name in names.split():
            for key, field in keys(found[name]).items():
                words = [word for word in get_args(field.annotation) if isinstance(word, str)]
                kinds = next(row for row in rows if row[0] == f"`{key}`")[1]
                if name != "FieldDeclaration" or key != "kind":
                    assert not words or kinds == ", ".join(f"`{word}`" for word in words), f"{name} {key}"


def test_all_kinds_of_fields_are_documented():
    text = LANGUAGE.read_text(encoding="utf-8")
    for kind in get_args(models()["FieldDeclaration"].model_fields["kind"].annotation):
        assert f"\n| `{kind}` |" in text


DURATIONS = re.findall(
    r"^\| `([^`]+)` \| (.+) \|$",
    LANGUAGE.read_text(encoding="utf-8").partition("\n## Durations")[2].partition("\n## ")[0],
    re.M,
)


@pytest.mark.parametrize(("text", "said"), DURATIONS)
def test_durations(text, said):
    value = read_yaml(text, "")[0]
    if said.startswith("refused: "):
        with pytest.raises(PydanticCustomError, match=re.escape(said.removeprefix("refused: "))):
            read_duration(value)
    else:
        assert say_span(read_duration(value)) == said


def test_the_table_of_durations_says_both():
    assert {said.startswith("refused: ") for _, said in DURATIONS} == {True, False}


def test_the_size_of_a_file():
    size = f"{reading.MOST_BYTES // 1_000_000} MB, {reading.MOST_NODES:,} values".replace("0,0", "0 0")
    text = LANGUAGE.read_text(encoding="utf-8")
    assert f"{size} with aliases expanded, and {reading.MOST_LEVELS} levels" in text
    assert f"at most {reading.MOST_DIGITS} digits" in text


EMITTED = re.compile(
    r"""\b(?:finding|Finding|remark)\(\s*"(\w+)"|\bkind = "(\w+)" if .* else "(\w+)"$""", re.M
)  # the second form is that of sources.py


def test_every_finding_is_documented():
    emitted = {
        kind
        for file in (ROOT / "sla_rules").rglob("*.py")
        if "testing" not in file.parts
        for found in EMITTED.findall(file.read_text(encoding="utf-8"))
        for kind in found
        if kind
    }
    ((_, rows),) = tables(VERDICTS, "findings")
    documented = [row[0].strip("`") for row in rows]
    assert sorted(documented) == sorted(emitted)


def test_every_field_of_a_verdict_is_documented(intercall):
    ((_, rows),) = tables(VERDICTS, "fields")
    documented = [row[0].strip("`") for row in rows]
    events = [
        sla.Event(type="phone.offered", subject="C", time="2026-03-02T14:00:00Z"),
        sla.Event(type="service.monitored", subject="video", time="2026-03-02T14:00:00Z"),
    ]
    month, call, period = sla.judge(intercall.only("availability.video", "helpdesk.phone"), events)
    assert month.uptime is not None
    assert period.tally is not None
    common = list(call.to_dict())
    assert documented[: len(common)] == common
    assert set(documented) == {*common, *period.to_dict(), *month.to_dict()}
    assert all(hasattr(period, name) for name in documented)
