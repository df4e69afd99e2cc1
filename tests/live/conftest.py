"""Agreements that several tests of the live evaluator share."""

from tests.columnar.conftest import two_versions as two_versions
