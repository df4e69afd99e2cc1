"""What the tests of the Spark evaluator share; `make spark-test` installs what they need."""

import shutil
from importlib.util import find_spec

import pytest

if any(find_spec(name) is None for name in ("pyspark", "pyarrow")) or shutil.which("java") is None:
    raise pytest.UsageError("these tests need Java and the extra `spark`: run `make spark-test`")

from pyspark.sql import SparkSession

from tests.spark.sessions import session


@pytest.fixture
def spark() -> SparkSession:
    """The session."""
    return session()
