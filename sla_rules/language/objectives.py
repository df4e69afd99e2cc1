"""Objectives: the share of instances of a period that must be met."""

from fractions import Fraction

from pydantic import ConfigDict, Field, model_validator

from sla_rules.language.base import Model, Percent, Text, wrong
from sla_rules.periods import Period

MEASURES = ("at_least", "breached_less_than", "breached_at_most")


class Objective(Model):
    """One share, for each period: of met instances at least, or of breached ones less than or at most."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [name]} for name in MEASURES]})

    at_least: Percent | None = None
    breached_less_than: Percent | None = None
    breached_at_most: Percent | None = None
    per: Period
    of: Text | None = Field(
        default=None, description="The field whose instant or date says to which period an instance belongs."
    )

    @model_validator(mode="after")
    def _one_share(self) -> "Objective":
        if sum(getattr(self, name) is not None for name in MEASURES) != 1:
            raise wrong(f"an objective has exactly one of {', '.join(MEASURES)}")
        return self

    @property
    def measure(self) -> str:
        """Which of the three shares it states."""
        return next(name for name in MEASURES if getattr(self, name) is not None)

    @property
    def share(self) -> Fraction:
        """The share that it states, between 0 and 1."""
        share: Fraction = getattr(self, self.measure)
        return share

    def kept(self, met: int, breached: int) -> bool:
        """Say whether these counts keep the objective; nothing counted keeps it. Compared as integers."""
        counted, share = met + breached, self.share
        match self.measure:
            case "at_least":
                return met * share.denominator >= counted * share.numerator
            case "breached_less_than":
                return breached * share.denominator < counted * share.numerator or counted == 0
            case _:
                return breached * share.denominator <= counted * share.numerator
