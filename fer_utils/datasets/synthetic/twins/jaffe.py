"""A twin of JAFFE: one flat folder of gray TIFFs, ten people, about three pictures of each emotion and person."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from fer_utils.datasets.synthetic.drawing import render_face
from fer_utils.datasets.synthetic.expression import sample_action_units
from fer_utils.datasets.synthetic.imaging import Conditions, sample_imaging
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.datasets.synthetic.twins.files import write_tiff
from fer_utils.datasets.synthetic.twins.ground_truth import truth_row
from fer_utils.datasets.synthetic.twins.recording import another_take
from fer_utils.datasets.synthetic.twins.twin import Twin

# The letters of each emotion, in the order in which the numbers of the pictures run.
LETTERS = {
    "NE": "neutral",
    "HA": "happiness",
    "SA": "sadness",
    "SU": "surprise",
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
}
SUBJECTS = ("KA", "KL", "KM", "KR", "MK", "NA", "NM", "TM", "UY", "YM")
TAKES = 3
EXTRA = (("KA", "HA"), ("KA", "FE"), ("KM", "FE"), ("NA", "SA"))  # four takes
FEWER = (("MK", "DI"),)  # two
FIRST_NUMBER = 26  # the number of the first picture, so that KA's first anger is 39
SIZE = 256
ROOM = Conditions(pose=0.08, light=0.2, quality=0.85, placement=0.6)
PLACE = 1_000_000  # number of the random streams of the sessions, far from those of people
PALETTES = 0.15  # share of pictures in palette mode
PEOPLE = {"tiny": 2, "small": 6, "quick": 8, "full": len(SUBJECTS)}


@dataclass(frozen=True)
class Picture:
    """One file.

    Attributes:
        file: str. Its name.
        subject: int. Number of the person.
        letters: str. Emotion, a key of `LETTERS`.
        take: int. 1, 2, ...
        number: int. Of the picture in the whole dataset.
    """

    file: str
    subject: int
    letters: str
    take: int
    number: int


class JaffeTwin(Twin):
    """Twin of JAFFE (Lyons et al. 1998): 213 gray pictures of ten people, 256 x 256, posed, frontal, evenly lit."""

    name: ClassVar[str] = "jaffe"
    original: ClassVar[str] = "JAFFE"
    sizes: ClassVar[dict[str, float]] = {"tiny": 3, "small": 9, "quick": 12, "full": 15}
    alike: ClassVar[tuple[str, ...]] = (
        "One flat folder of gray TIFFs of 256 x 256 pixels named subject.emotion+take.number.tiff, such as "
        "KA.AN1.39.tiff; the numbers run on from person to person, and not in alphabetical order of the emotions.",
        "Preset full: 213 pictures of 10 people; AN 30, DI 29, FE 32, HA 31, NE 30, SA 31, SU 30.",
        "Some pictures are in palette mode (P), as in some copies of the original: the stored numbers are places in a "
        "palette and no gray values.",
    )
    unlike: ClassVar[tuple[str, ...]] = (
        "The original shows ten Japanese women; the letters are theirs, but the people are drawn: of six skin groups, "
        "women and men.",
        "There are no semantic ratings by raters.",
        "Which person has four pictures of an emotion, or two, is chosen by us.",
    )

    def items(self) -> list[Picture]:
        """Returns one item a file."""
        pictures = []
        for subject, initials in enumerate(SUBJECTS[: PEOPLE[self.preset]]):
            for letters in LETTERS:
                takes = TAKES + ((initials, letters) in EXTRA) - ((initials, letters) in FEWER)
                for take in range(1, takes + 1):
                    number = FIRST_NUMBER + len(pictures)
                    pictures.append(
                        Picture(f"{initials}.{letters}{take}.{number}.tiff", subject, letters, take, number)
                    )
        return pictures

    def draw(self, item: Picture, folder: Path) -> list[dict]:
        """Draws one picture."""
        person = draw_person(self.seed, item.subject)
        rng = random_stream(self.seed, item.subject, list(LETTERS).index(item.letters) + 1, item.take)
        units = sample_action_units(LETTERS[item.letters], person.style, rng)
        place = sample_imaging(random_stream(self.seed, PLACE, item.subject), ROOM)
        imaging = another_take(place, rng, ROOM, item.number)
        image, landmarks = render_face(person.identity, units, SIZE, imaging)
        palette = rng.permutation(256).astype(np.uint8) if rng.uniform() < PALETTES else None
        write_tiff(folder / item.file, image, palette)
        known = {
            "file": item.file,
            "subject": item.file[:2],
            "take": item.take,
            "emotion": LETTERS[item.letters],
            "genuine": False,
            "palette": palette is not None,
        }
        return [truth_row(known, person, units, imaging, landmarks)]

    def counts(self) -> dict[str, int]:
        """Counts the pictures of each emotion."""
        letters = [item.letters for item in self.items()]
        people = {"people": len({item.subject for item in self.items()}), "pictures": len(letters)}
        return people | {f"of these {emotion}": letters.count(code) for code, emotion in LETTERS.items()}
