"""What one must know about a dataset before one has it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """Facts about a dataset, for `ferbench data info`.

    Attributes:
        title: str. Full name.
        owner: str. Who distributes it.
        obtain: str. How to get it; no program may download it.
        license: str. What its terms allow, in a few words; the owner's own text decides.
        citation: str. The paper to cite.
        layout: str. What lies where on disk; lines.
        counts: str. The published numbers.
        traps: str. What has gone wrong with it in papers or copies; may be empty.
    """

    title: str
    owner: str
    obtain: str
    license: str
    citation: str
    layout: str
    counts: str
    traps: str = ""


DRAWN = About(
    title="Synthetic faces, drawn by this program",
    owner="nobody",
    obtain='load_dataset("synthetic") draws them; `ferbench data synth TWIN OUT` draws twins of real datasets.',
    license="That of this program, MIT.",
    citation="This program.",
    layout="no files",
    counts="As many as you ask for.",
    traps="Scores on drawn faces show that code works and how models differ; they say nothing about real faces.",
)
