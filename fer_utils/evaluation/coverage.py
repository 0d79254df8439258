"""How often an interval holds the truth: measured on simulated benchmarks, and said where it is too rarely."""

FEW_SUBJECTS = 50  # from here on 95 % intervals hold 92 to 97 % of simulated truths
# Subjects: share of 4,000 simulated truths inside the interval, with items of a person alike (`simulation.measure`);
# the lowest of accuracy, UAR, macro-F1 and their paired differences.
MEASURED_COVERAGE = {5: 0.829, 10: 0.895, 20: 0.919, 30: 0.929}


def coverage_note(subjects: int | None) -> str:
    """Says what to know before trusting an interval.

    Args:
        subjects: int, or None where subjects are unknown.

    Returns:
        str. Empty where there is nothing to say.
    """
    if subjects is None:
        return "Subjects are unknown: if people occur more than once, the true intervals are wider."
    if subjects >= FEW_SUBJECTS:
        return ""
    simulated = max((s for s in MEASURED_COVERAGE if s <= subjects), default=None)
    covered = (
        f"with {simulated} they held {100 * MEASURED_COVERAGE[simulated]:.1f} % of simulated truths"
        if simulated
        else ""
    )
    return f"Only {subjects} subjects: intervals over few subjects are too narrow; {covered or 'these say little'}."
