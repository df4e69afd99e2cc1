"""The live evaluator: what holds of a case as events come, inferred by rules."""
