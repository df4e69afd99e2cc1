"""Builds the sdist and from it the wheel, installs that into empty environments, and uses it there.

Every file of the library must be in both. It is installed without extras, on the running Python and on each later one
that is found on the PATH, by pyenv or by uv. The dependencies come from the package index.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[2]
MINORS = range(11, 15)
TOLD = "import sys, ensurepip, venv; print(*sys.version_info[:2])"


def main() -> int:
    """Check all of it. What fails ends it, with what was said."""
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--outdir", folder / "dist", ROOT)
        (wheel,), (sdist,) = (list((folder / "dist").glob(pattern)) for pattern in ("*.whl", "*.tar.gz"))
        check_files(wheel, sdist)
        for minor in MINORS:
            python = found(minor)
            if python is None:
                print(f"Python 3.{minor}: none here, not tried")
                continue
            use(python, wheel, folder / f"3.{minor}")
            print(f"Python 3.{minor}: installed without extras, and used")
    return 0


def check_files(wheel: Path, sdist: Path) -> None:
    """Every file of the library is in the wheel and the sdist, and what the sdist tells of is there."""
    library = set(files_of("sla_rules"))
    assert {"sla_rules/py.typed", "sla_rules/schema.json", "sla_rules/report/report.schema.json"} <= library
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert inside == library, f"the wheel: {sorted(inside ^ library)}"
    with tarfile.open(sdist) as archive:
        inside = {member.name.partition("/")[2] for member in archive if member.isfile()}
    lacking = {*chain.from_iterable(map(files_of, ("sla_rules", "tests", "examples", "benchmarks"))), "README.md"}
    assert lacking <= inside, f"the sdist lacks {sorted(lacking - inside)}"
    print(f"{wheel.name}, {sdist.name}: all {len(library)} files of the library are inside")


def files_of(folder: str) -> Iterator[str]:
    """The files of a folder that belong to the project, as paths from its root."""
    listed = run("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "--", folder)
    return (name for name in listed.splitlines() if (ROOT / name).is_file())


def found(minor: int) -> str | None:
    """A Python of a version that runs and can make environments; None where there is none."""
    name = f"python3.{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    uv = shutil.which("uv")
    by_uv = [said.strip()] if uv and (said := tried(uv, "python", "find", "--offline", f"3.{minor}")) else []
    for python in (sys.executable, shutil.which(name), *map(str, pyenv.glob(f"*/bin/{name}")), *by_uv):
        if python and tried(python, "-c", TOLD).split() == ["3", str(minor)]:
            return python
    return None


def use(python: str, wheel: Path, folder: Path) -> None:
    """Install the wheel into an empty environment and use it there, from an empty folder."""
    run(python, "-m", "venv", folder / "env")
    inside = folder / "env" / "bin" / "python"
    run(inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    (folder / "work").mkdir()
    installed = Path(__file__).with_name("installed.py")
    run(inside, "-I", "-W", "error", installed, ROOT / "README.md", cwd=folder / "work")


def run(*command: object, cwd: Path | None = None) -> str:
    """Run a command that must succeed, and return what it prints."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def tried(*command: str) -> str:
    """What a command prints; nothing where it fails."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


if __name__ == "__main__":
    sys.exit(main())
