"""A twin of SASE-FE: films of felt expressions, and of acted ones over another felt emotion, at 100 frames a second."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from fer_utils.datasets.synthetic.dynamics import sample_sequence
from fer_utils.datasets.synthetic.imaging import Conditions, sample_imaging
from fer_utils.datasets.synthetic.motion import sway
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.datasets.synthetic.twins.files import write_bytes
from fer_utils.datasets.synthetic.twins.ground_truth import truth_row
from fer_utils.datasets.synthetic.twins.recording import another_take, film
from fer_utils.datasets.synthetic.twins.twin import Twin
from fer_utils.datasets.synthetic.twins.video import encode_mp4

CLIPS = {  # name -> emotion shown, emotion felt meanwhile if that is another one
    "N2H": ("happiness", None),
    "N2S": ("sadness", None),
    "N2D": ("disgust", None),
    "N2A": ("anger", None),
    "N2C": ("contempt", None),
    "N2Sur": ("surprise", None),
    "S2N2H": ("happiness", "sadness"),
    "H2N2S": ("sadness", "happiness"),
    "H2N2D": ("disgust", "happiness"),
    "H2N2A": ("anger", "happiness"),
    "H2N2C": ("contempt", "happiness"),
    "D2N2Sur": ("surprise", "disgust"),
}
SPELLINGS = (str, str, str, str.upper, str.lower)
FPS = {"tiny": 100, "small": 20, "quick": 100, "full": 100}
# A face of about 150 pixels: drawing at the original's size would take days, and detectors need no more.
SIZE = (192, 256)  # height, width
ROOM = Conditions(pose=0.12, light=0.25, quality=0.9, color=True)
DISTANCE = 0.85
PEOPLE = {"tiny": 2, "small": 50, "quick": 3, "full": 50}
SECONDS = {
    "tiny": (0.04, 0.05),
    "small": (1.2, 1.5),
    "quick": (2.0, 2.5),
    "full": (3.0, 4.0),
}  # shortest and longest clip
PLAN, PLACE, FILM = 1_000_000, 1_000_001, 1_000_002  # numbers of the random streams, far from those of people


@dataclass(frozen=True)
class Clip:
    """One film.

    Attributes:
        person: int. Number of the person, from 0.
        name: str. A key of `CLIPS`.
        spelling: str. The same with other upper and lower case.
        frames: int. Length.
    """

    person: int
    name: str
    spelling: str
    frames: int

    @property
    def subject(self) -> str:
        """Name of the person's folder."""
        return f"{self.person + 1:02d}"


class SaseFeTwin(Twin):
    """Twin of SASE-FE (Ofodile et al. 2017): six felt and six acted expressions of each of 50 people."""

    name: ClassVar[str] = "sase_fe"
    original: ClassVar[str] = "SASE-FE"
    sizes: ClassVar[dict[str, float]] = {"tiny": 1, "small": 14, "quick": 7, "full": 200}
    alike: ClassVar[tuple[str, ...]] = (
        "FakeTrue_DB/<subject>/<clip>.MP4, twelve clips a person; in preset full 3 to 4 seconds of 100 frames each.",
        "Felt: N2H N2S N2D N2A N2C N2Sur. Acted over another felt emotion: S2N2H H2N2S H2N2D H2N2A H2N2C D2N2Sur; the "
        "last part is the emotion shown. Upper and lower case of the names vary.",
        "Clips begin and end at rest. Acted ones begin with a trace of the felt emotion.",
    )
    unlike: ClassVar[tuple[str, ...]] = (
        "How felt and acted expressions differ comes from the literature on spontaneous and posed smiles, with sizes "
        "that we chose: whoever tells them apart here has learned this generator, not people.",
        "Preset full has 600 clips, 12 of each of 50 people. The owners state 643; which the other 43 are is not said.",
        "The pictures have 256 x 192 pixels, coded as MPEG-4 part 2, which every build of FFmpeg reads and writes "
        "without parts under the GPL. Every frame is drawn; none is interpolated.",
        "Clips of preset tiny have 4 or 5 frames, those of quick 2 to 2.5 seconds. Preset small shows all 50 people, "
        "who can be divided as in papers, for 1.2 to 1.5 seconds at 20 frames a second.",
        "There is no sound.",
    )

    def items(self) -> list[Clip]:
        """Returns one item a clip."""
        shortest, longest = (round(FPS[self.preset] * seconds) for seconds in SECONDS[self.preset])
        clips = []
        for person in range(PEOPLE[self.preset]):
            for number, name in enumerate(CLIPS):
                rng = random_stream(self.seed, PLAN, person, number)
                spelling = SPELLINGS[rng.integers(len(SPELLINGS))](name)
                clips.append(Clip(person, name, spelling, int(rng.integers(shortest, longest + 1))))
        return clips

    def draw(self, item: Clip, folder: Path) -> list[dict]:
        """Draws one clip."""
        fps = FPS[self.preset]
        person = draw_person(self.seed, item.person)
        number = list(CLIPS).index(item.name)
        rng = random_stream(self.seed, FILM, item.person, number)
        emotion, felt = CLIPS[item.name]
        genuine = felt is None
        shown = sample_sequence(
            emotion, person.style, rng, item.frames, fps, genuine=genuine, ends="neutral", felt=felt
        )
        place = sample_imaging(random_stream(self.seed, PLACE, item.person), ROOM)
        first = another_take(place, rng, ROOM, number)
        imagings = sway(replace(first, scale=DISTANCE * first.scale), item.frames, fps, rng)
        file = f"FakeTrue_DB/{item.subject}/{item.spelling}.MP4"
        pictures, rows = [], []
        for frame, (image, points) in enumerate(film(person.identity, shown.frames, SIZE, imagings)):
            pictures.append(image)
            known = {
                "file": file,
                "subject": item.subject,
                "clip": item.name,
                "frame": frame,
                "emotion": emotion,
                "genuine": genuine,
                "felt": felt or emotion,
                "onset": shown.onset,
                "apex": shown.apex,
                "offset": shown.offset,
            }
            rows.append(truth_row(known, person, shown.frames[frame], imagings[frame], points))
        write_bytes(folder / file, encode_mp4(pictures, fps))
        return rows

    def counts(self) -> dict[str, int]:
        """Counts people, clips and frames."""
        clips = self.items()
        return {
            "people": PEOPLE[self.preset],
            "clips": len(clips),
            "felt": sum(CLIPS[clip.name][1] is None for clip in clips),
            "acted": sum(CLIPS[clip.name][1] is not None for clip in clips),
            "frames": sum(clip.frames for clip in clips),
        }
