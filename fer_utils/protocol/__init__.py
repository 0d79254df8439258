"""Label maps, splits and the leakage linter: what makes two numbers comparable."""
