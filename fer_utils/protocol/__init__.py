"""Label maps, splits and the leakage linter: what makes two numbers comparable."""

from fer_utils.protocol.protocol import Protocol, Split

__all__ = ["Protocol", "Split"]
