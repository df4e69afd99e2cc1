"""One round of one piece of work, in a process of its own: `measuring.in_child` runs this."""

import json
import resource
import sys
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

_OUR_OWN = ("benchmarks", "sla_rules")
_STATUS = Path("/proc/self/status")


def peak() -> int:
    """The most memory that this process ever held, in bytes."""
    # Linux says it for this program alone; `getrusage` also counts what the parent held when it began this process.
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def run(function: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Prepare the work, run it, and say how long that took and how much memory the process held at most."""
    module, _, name = function.partition(":")
    try:
        work = getattr(import_module(module), name)(**arguments)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] in _OUR_OWN:
            raise
        return {"skipped": f"`{error.name}` is not installed"}
    begun = perf_counter()
    result = work()
    seconds = perf_counter() - begun
    return {"seconds": seconds, "peak": peak(), "result": result}


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    measured = run(asked["function"], asked["arguments"])
    # Not on the standard output, on which some libraries print words of their own.
    Path(asked["answer"]).write_text(json.dumps(measured), encoding="utf-8")
