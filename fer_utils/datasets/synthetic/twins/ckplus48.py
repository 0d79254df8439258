"""A twin of CK+48: the last three frames of the labelled sequences of CK+, cut out around the face.

It is a twin of its own and no option of `ckplus`, because it is distributed apart from CK+, by others, and because it
needs only a tenth of the frames. With the same preset and seed both show the same people in the same recordings.
"""

from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from fer_utils.datasets.synthetic.people import random_stream
from fer_utils.datasets.synthetic.twins.ckplus_plan import COLOR_SIZE, GRAY_SIZE, LABELLED, Take, plan_takes, stage
from fer_utils.datasets.synthetic.twins.files import write_png
from fer_utils.datasets.synthetic.twins.ground_truth import truth_row
from fer_utils.datasets.synthetic.twins.recording import film
from fer_utils.datasets.synthetic.twins.twin import Twin

FOLDERS = {emotion: emotion for emotion in LABELLED} | {"happiness": "happy"}
SIZE = 48
FRAMES = 3
SIDE = 2.35  # of the square that is cut out, in distances between the eyes
CENTER = 0.5  # of the square, below the eyes, in distances between them
# How far off the square is, as a fraction of its side: in a whole sequence, and from frame to frame besides.
OFFSET, JITTER = 0.02, 0.003
CUT = 1_000_003  # number of the random streams, far from those of people


class CkPlus48Twin(Twin):
    """Twin of CK+48: 981 gray pictures of 48 x 48 pixels, three of each labelled sequence of CK+."""

    name: ClassVar[str] = "ckplus48"
    original: ClassVar[str] = "CK+48"
    sizes: ClassVar[dict[str, float]] = {"tiny": 0.1, "small": 0.3, "quick": 0.5, "full": 2.5}
    alike: ClassVar[tuple[str, ...]] = (
        "CK+48/<class>/S010_004_00000017.png: gray, 48 x 48; classes anger contempt disgust fear happy sadness "
        "surprise.",
        "Preset full: 135, 54, 177, 75, 207, 84 and 249 pictures, 981 in all.",
        "The three pictures of a sequence are neighboring frames and nearly equal: whoever divides the pictures at "
        "random has the test pictures in the training set.",
        "The people and recordings are those of the twin ckplus with the same preset and seed.",
    )
    unlike: ClassVar[tuple[str, ...]] = (
        "The square around the face follows the true landmarks with a little jitter; in the original it came from a "
        "face detector.",
        "Sequences of presets tiny and small have 4 and 5 frames, so that the third from the end is no apex.",
    )

    def items(self) -> list[Take]:
        """Returns one item a labelled sequence."""
        return [take for take in plan_takes(self.preset, self.seed) if not take.below]

    def draw(self, item: Take, folder: Path) -> list[dict]:
        """Draws the last three frames of one sequence."""
        person, frames, imagings = stage(item, self.seed)
        rng = random_stream(self.seed, CUT, item.person, int(item.number))
        offset = rng.normal(0, OFFSET, 3)
        size, last = COLOR_SIZE if item.color else GRAY_SIZE, range(item.frames - FRAMES, item.frames)
        rows = []
        for frame, (image, points) in zip(
            last, film(person.identity, frames[-FRAMES:], size, imagings[-FRAMES:]), strict=True
        ):
            gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if item.color else image
            cut, moved = _cut_out(gray, points, offset + rng.normal(0, JITTER, 3))
            file = f"CK+48/{FOLDERS[item.emotion]}/{item.name(frame)}.png"
            write_png(folder / file, cut)
            known = {
                "file": file,
                "subject": item.subject,
                "sequence": item.number,
                "frame": frame + 1,
                "emotion": item.emotion,
                "genuine": False,
            }
            rows.append(truth_row(known, person, frames[frame], imagings[frame], moved))
        return rows

    def counts(self) -> dict[str, int]:
        """Counts people, and pictures of each class."""
        takes = self.items()
        shown = [take.emotion for take in takes]
        return {"people": len({take.subject for take in takes}), "pictures": FRAMES * len(takes)} | {
            f"of these {FOLDERS[emotion]}": FRAMES * shown.count(emotion) for emotion in LABELLED
        }


def _cut_out(gray: np.ndarray, points: np.ndarray, off: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cuts a square around the face, `off` in x, y and side; returns it with 48 x 48 pixels, and its landmarks."""
    eyes = points[36:48].mean(axis=0)
    apart = np.linalg.norm(points[42:48].mean(axis=0) - points[36:42].mean(axis=0))
    side = round(SIDE * apart * (1 + off[2]))
    center = eyes + np.array([0, CENTER * apart]) + side * off[:2]
    left, top = np.clip(np.rint(center - side / 2), 0, np.array(gray.shape[::-1]) - side).astype(int).tolist()
    cut = cv2.resize(gray[top : top + side, left : left + side], (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return cut, (points + 0.5 - (left, top)) * SIZE / side - 0.5
