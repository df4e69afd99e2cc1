"""On what was measured: the machine and the versions, without names or paths of it."""

import os
import platform
from importlib import metadata
from pathlib import Path

_LIBRARIES = ("polars", "duckdb", "pandas", "pyarrow", "numpy", "pydantic")


def described(*more: str) -> str:
    """One sentence for the head of a page, with the versions of more libraries if asked for."""
    versions = [f"{name} {_version(name)}" for name in (*_LIBRARIES, *more)]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{_processor()}{os.cpu_count()} cores, {_memory()}{platform.system()}; {python}, {', '.join(versions)}."


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "missing"


def _processor() -> str:
    """The model, where Linux tells it."""
    told = _lines("/proc/cpuinfo", "model name")
    return f"{told}, " if told else ""


def _memory() -> str:
    """The memory, where Linux tells it."""
    told = _lines("/proc/meminfo", "MemTotal")
    return f"{int(told.split()[0]) / 1e6:.0f} GB, " if told else ""


def _lines(file: str, key: str) -> str:
    """What the first line of this key says."""
    path = Path(file)
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
