"""The documentation says what is so: every block of code runs, every key, finding and field is there, and no other.

A YAML block with `agreement:` is a whole agreement, one with `scenarios:` holds the scenarios of the page's first.
Any other is a fragment; a comment on the line before says of what:

    <!-- part -->        keys of the file, added to the first agreement of docs/language.md
    <!-- policy -->      a policy, added to it
    <!-- deadline -->    keys of a deadline, or a list of such, put into its first policy
    <!-- condition -->   a condition, or a list of such, put there as `applies`

`<!-- part refused: text -->` is a fragment that must be refused with this text. What a Python block prints is the text
block after it, or the plain block where it says `print`. Other plain blocks are command lines. A block marked
`<!-- excerpt -->` is not compared.
"""

import contextlib
import io
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
from sla_rules.cli import _parser
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


def parsed(block: Block) -> Any:
    return read_yaml(block.text, str(block))[0]


def is_whole(block: Block) -> bool:
    return block.language == "yaml" and re.search("^agreement:", block.text, re.M) is not None


def is_scenarios(block: Block) -> bool:
    return block.language == "yaml" and re.search("^scenarios:", block.text, re.M) is not None


def save(page: Path, folder: Path) -> None:
    """Write the agreements and scenarios of a page where its Python blocks find them."""
    names = []
    for block in BLOCKS[page]:
        if is_whole(block):
            names.append(parsed(block)["agreement"])
            (folder / f"{names[-1]}.yaml").write_text(block.text, encoding="utf-8")
        elif is_scenarios(block):
            (folder / f"{names[0]}.scenarios.yaml").write_text(block.text, encoding="utf-8")


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


def of(language: str) -> list[Block]:
    return [block for block in ALL if block.language == language]


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_yaml(block, tmp_path):
    if is_whole(block):
        file = tmp_path / "agreement.yaml"
        file.write_text(block.text, encoding="utf-8")
        sla.load(file)
        return
    if is_scenarios(block):
        save(block.page, tmp_path)
        (beside,) = tmp_path.glob("*.scenarios.yaml")
        agreement = sla.load(beside.with_name(beside.name.replace(".scenarios", "")))
        assert all(result.holds for result in run_all(agreement, sla.judge))
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


@pytest.mark.parametrize("page", [page for page in PAGES if any(b.language == "python" for b in BLOCKS[page])], ids=str)
def test_python(page, tmp_path, monkeypatch):
    save(page, tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    for block, printed in with_output(page):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile("\n" * block.line + block.text, str(page), "exec"), names)
        assert out.getvalue().rstrip() == printed, str(block)


def with_output(page: Path) -> Iterator[tuple[Block, str]]:
    for block, following in zip(BLOCKS[page], [*BLOCKS[page], None][1:], strict=True):
        if block.language == "python":
            yield block, following.text if following is not None and is_output(following, block) else ""


def is_output(block: Block, before: Block | None) -> bool:
    if block.mark or before is None or before.language != "python":
        return False
    return block.language == "text" or (block.language == "" and "print(" in before.text)


def commands() -> Iterator[str]:
    for page in PAGES:
        for before, block in zip([None, *BLOCKS[page]], BLOCKS[page], strict=False):
            if block.language in TEXT_LANGUAGES and block.mark != "excerpt" and not is_output(block, before):
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
    assert {block.mark.partition(" ")[0] for block in ALL} <= {"", "excerpt", *FRAGMENTS}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_index_lists_all_pages_and_examples():
    linked = set(re.findall(r"\]\(([^)]+)\)", (ROOT / "docs" / "index.md").read_text(encoding="utf-8")))
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    examples = {f"../examples/{path.parent.name}" for path in (ROOT / "examples").glob("*/README.md")}
    assert pages | examples <= linked


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
