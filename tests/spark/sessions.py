"""The one session of Spark that all tests of a process share."""

from functools import cache
from tempfile import TemporaryDirectory

from pyspark.sql import SparkSession

from sla_rules.evaluators import spark

SETTINGS = {
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


LOCAL = TemporaryDirectory(prefix="spark-")
"""Where Spark lays down what goes from one place to another."""


@cache
def session() -> SparkSession:
    """Two workers at a time; a task that fails is tried again."""
    started = spark.session("local[2, 3]", {**SETTINGS, "spark.local.dir": LOCAL.name})
    started.sparkContext.setLogLevel("OFF")
    return started
