"""Agreements that several tests of the columnar evaluator share."""

import json

import pytest

import sla_rules as sla
from tests.columnar.ties import terms


@pytest.fixture(name="amended", scope="module")
def two_versions(tmp_path_factory: pytest.TempPathFactory) -> sla.Agreement:
    """Terms that change in the middle of the histories, at the instant of their second slot."""
    folder = tmp_path_factory.mktemp("amended")
    # An hour behind UTC, without summer time: its midnight is one of the instants.
    later = terms("plain", "strict", "deferred", "never-each", "rooms", "steps", "video", "severity")
    earlier = terms("plain", "table", "paused", "by-site", "never-first", "rooms", "steps", "lines", "video")
    later["policies"][0] |= {"limit": "30 min", "objective": {"at_least": "90 %", "per": "day"}}
    del earlier["events"]["released"]
    earlier["policies"] = [
        {name: value for name, value in policy.items() if name not in ("released", "stop")}
        | ({"stop": "closed"} if policy["kind"] == "deadline" else {})
        for policy in earlier["policies"]
    ]
    for day, said in (("2026-01-01", earlier), ("2026-03-29", later)):
        (folder / f"{day}.yaml").write_text(json.dumps({**said, "timezone": "Atlantic/Cape_Verde"}), encoding="utf-8")
    return sla.load(folder)
