"""A twin of FER2013 with FER+ votes: two csv files, wrong labels and all."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from fer_utils.datasets.synthetic.drawing import render_face
from fer_utils.datasets.synthetic.expression import sample_action_units
from fer_utils.datasets.synthetic.imaging import WILD, sample_imaging
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.datasets.synthetic.twins.fer2013_plan import CODES, COUNTS, FACE, NO_FACE, Row, plan_rows
from fer_utils.datasets.synthetic.twins.ferplus_votes import COLUMNS, image_names
from fer_utils.datasets.synthetic.twins.files import write_text
from fer_utils.datasets.synthetic.twins.ground_truth import truth_row
from fer_utils.datasets.synthetic.twins.twin import Twin

SIZE = 48
SHARES = {"tiny": 0.005, "small": 0.02, "quick": 0.1, "full": 1.0}
CLOSE = 1.2  # the face fills the picture
CHUNK = 50  # rows an item
PICTURE = 1_000_002  # number of the random streams that draw, far from those of people
NUMBERS = [str(value) for value in range(256)]


class Fer2013Twin(Twin):
    """Twin of FER2013 (Goodfellow et al. 2013) and FER+ (Barsoum et al. 2016): gray faces of 48 x 48 from the web."""

    name: ClassVar[str] = "fer2013"
    original: ClassVar[str] = "FER2013 and FER+"
    sizes: ClassVar[dict[str, float]] = {"tiny": 2, "small": 7, "quick": 33, "full": 330}
    alike: ClassVar[tuple[str, ...]] = (
        "fer2013.csv with the columns emotion,pixels,Usage: 2,304 gray values row by row; emotion 0 to 6 = angry "
        "disgust fear happy sad surprise neutral; Usage Training, then PublicTest, then PrivateTest. No subject is "
        "named.",
        "Preset full: 35,887 rows with the published number of each class in each part; quick and tiny have a tenth "
        "and a two-hundredth of each, rounded, and at least one.",
        "Preset full: 34,036 different pictures; 1,514 groups of byte-identical ones, 57 of them with conflicting "
        "labels; 280 PublicTest and 288 PrivateTest rows that are identical to a Training row (8 %); 12 constant "
        "pictures. Smaller presets have their share of each.",
        "Many labels are wrong: in FER2013 the majority of the FER+ votes agrees with the label in about 65 % of the "
        "rows. Here, too, because the expression that is shown is drawn from a table of its own for each label, mostly "
        "neutral or one that is easily confused, and because weak expressions get votes for neutral.",
        "fer2013new.csv (FER+) has ten votes a row in the order of fer2013.csv. Rows without a face have ten votes for "
        "NF and an empty image name. After row 17 (counted from 0) the number in the image name is not the row's.",
    )
    unlike: ClassVar[tuple[str, ...]] = (
        "Which pictures are identical, and to which rows wrong labels fell, is random.",
        "The ten votes of a row are independent draws given the expression, its strength and the picture's quality; "
        "people's votes depend on who votes.",
        "Pictures without a face are soft blotches, not drawings, text or hands.",
        "People return in different pictures; who they are is only in ground_truth.csv.gz.",
    )

    def items(self) -> list[tuple[Row, ...]]:
        """Returns chunks of rows; identical rows are drawn again wherever they stand."""
        rows = plan_rows(self.seed, SHARES[self.preset])
        return [tuple(rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK)]

    def draw(self, item: tuple[Row, ...], folder: Path) -> list[dict]:
        """Draws one chunk of rows into a part of the csv."""
        lines, truth = [], []
        for row in item:
            image, *made = self._picture(row)
            pixels = " ".join(map(NUMBERS.__getitem__, image.ravel().tolist()))
            lines.append(f"{CODES.index(row.label)},{pixels},{row.usage}\n")
            known = {
                "row": row.number,
                "usage": row.usage,
                "label": row.label,
                "emotion": row.shown,
                "strength": round(row.strength, 3),
                "quality": round(row.quality, 3),
                "picture": row.picture,
                "kind": row.kind,
                "subject": row.subject,
            }
            truth.append(truth_row(known, *made))
        write_text(_part(folder, item[0].number), "".join(lines))
        return truth

    def finish(self, folder: Path) -> None:
        """Joins the parts of the csv, and writes the votes."""
        rows = [row for item in self.items() for row in item]
        with (folder / "fer2013.csv").open("wb") as csv:
            csv.write(b"emotion,pixels,Usage\n")
            for start in range(0, len(rows), CHUNK):
                part = _part(folder, start)
                csv.write(part.read_bytes())
                part.unlink()
        names = image_names(self.seed, [row.kind == FACE for row in rows])
        lines = [",".join(("Usage", "Image name", *COLUMNS))]
        lines += [",".join((row.usage, name, *map(str, row.votes))) for row, name in zip(rows, names, strict=True)]
        write_text(folder / "fer2013new.csv", "\n".join(lines) + "\n")

    def counts(self) -> dict[str, int]:
        """Counts rows, parts, duplicates and constant pictures."""
        rows = plan_rows(self.seed, SHARES[self.preset])
        parts = {f"of these {part}": sum(row.usage == part for row in rows) for part in COUNTS}
        different = {"different pictures": len({row.picture for row in rows})}
        return {"rows": len(rows)} | parts | different | {"rows without a face": sum(row.kind != FACE for row in rows)}

    def _picture(self, row: Row):
        """Draws one picture: image, person, action units, imaging, landmarks; the last four only of faces."""
        if row.kind not in (FACE, NO_FACE):
            return (np.zeros((SIZE, SIZE), np.uint8),)
        rng = random_stream(self.seed, PICTURE, row.picture)
        if row.kind == NO_FACE:
            coarse = rng.uniform(0, 255, (5, 5)).astype(np.float32)
            blotches = cv2.resize(coarse, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC) + rng.normal(0, 4, (SIZE, SIZE))
            return (np.clip(np.rint(blotches), 0, 255).astype(np.uint8),)
        person = draw_person(self.seed, row.subject)
        units = sample_action_units(row.shown, person.style, rng)
        units = {unit: (row.strength * right, row.strength * left) for unit, (right, left) in units.items()}
        imaging = sample_imaging(rng, replace(WILD, quality=row.quality))
        imaging = replace(imaging, scale=CLOSE * imaging.scale)
        image, landmarks = render_face(person.identity, units, SIZE, imaging)
        return image, person, units, imaging, landmarks


def _part(folder: Path, start: int) -> Path:
    return folder / f".fer2013-{start:05d}.part"
