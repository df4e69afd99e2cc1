"""The public names and their signatures are those listed: a change of them is seen, and meant."""

import sla_rules as sla
from tests.public_api import LISTED, text


def test_the_public_api_is_the_one_listed() -> None:
    listed = LISTED.read_text(encoding="utf-8")
    assert text().splitlines() == listed.splitlines(), (
        "if it is meant: python -m tests.public_api > tests/public_api.txt, and a line in CHANGELOG.md"
    )


def test_every_public_name_is_listed() -> None:
    starts = tuple(line.removeprefix("class ") for line in LISTED.read_text(encoding="utf-8").splitlines())
    for name in sla.__all__:
        if name != "__version__":
            assert any(each.startswith((f"sla_rules.{name}(", f"sla_rules.{name}[")) for each in starts), name
